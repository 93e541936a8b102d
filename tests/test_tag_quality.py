"""Costs, stale answers, repeats and what remains, where an item may have several tags."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.log.events import LabelEvent, Tags, as_text
from nblabel.quality.costs import labels_per_hour
from tests.samples import blobs

N = 90
NAMES = ("a", "b", "c")
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2], axis=1).astype(np.int8)


def session_of(told=0, names=NAMES, **options):
    session = nb.Session(
        nb.Pool(embeddings=blobs(N)), names, multi_label=True, build_graph=False, **options
    )
    if told:
        session.tell(range(told), TRUE[:told])
    return session


def told_at(session, times, rows=None, tags=None):
    """Write answers as they would have come at these times: in whole, or about some tags."""
    for place, time in enumerate(times):
        row = place if rows is None else rows[place]
        yes = tuple(tag for tag, one in zip(NAMES, TRUE[row], strict=True) if one)
        said = Tags(yes, whole=True) if tags is None else Tags(yes=tags)
        session.store.append(
            LabelEvent(
                "tags",
                (session.pool.ids[row],),
                (said.text,),
                frame=as_text(NAMES) if tags is None else None,
                time=float(time),
            )
        )
    session.refresh()


# ---- stale answers


def stale():
    """Return a session that accepted two tags of thirty items, and learned better since."""
    session = session_of(30)
    given = np.full((30, 3), -1)
    given[:, :2] = TRUE[40:70, :2]
    given[:5, 0] = 1 - given[:5, 0]
    session.accept(range(40, 70), given)
    return session


def test_a_model_that_agrees_is_told():
    session = session_of(30)
    assert (
        str(nb.find_stale_labels(session)) == "No answer about a tag was accepted from the model."
    )
    session.accept(range(40, 50))
    found = nb.find_stale_labels(session)
    assert isinstance(found, nb.TagStaleLabels)
    assert str(found) == "The model still agrees with all 30 accepted answers about tags."
    assert found.withdraw() is None
    assert " ".join(found.table) == "index id tag label suggestion probability trust"


@pytest.mark.parametrize("learn_accepted", [False, True])
def test_only_the_contradicted_tags_of_an_item_are_withdrawn(learn_accepted):
    session = stale()
    session.learn_accepted = learn_accepted
    found = nb.find_stale_labels(session)
    assert sorted(found.indices.tolist()) == [40, 41, 42, 43, 44]
    assert (found.table["tag"] == "a").all()
    assert found.n_accepted == 60
    assert "contradicts 5 of 60 accepted answers about tags (8.3 %)" in str(found)
    assert found.table["trust"].is_monotonic_increasing
    for row in found.table.itertuples():
        assert row.suggestion == ["no", "yes"][TRUE[row.index, 0]] != row.label
    before = session.y
    event = found.withdraw(uid="once")
    assert found.withdraw(uid="once") == event
    assert len(event.ids) == 5
    y = session.y
    assert (y[40:45, 0] == -1).all()
    assert (y[40:45, 1] == TRUE[40:45, 1]).all()  # they stay
    assert nb.find_stale_labels(session).table.empty
    session.undo()
    assert (session.y == before).all()
    session.redo()
    assert (session.y == y).all()


def test_what_was_withdrawn_is_known_after_a_restart_and_a_rename(tmp_path):
    store = tmp_path / "a.db"
    again = session_of(30, store=store)
    again.accept([50, 51], np.array([[1, 0, -1], [0, 1, -1]]))
    again.withdraw([50, 51], tags=["a", ["a", "b"]])
    again.rename_class("b", "new")
    y = again.y[50:52].tolist()
    assert y == [[-1, 0, -1], [-1, -1, -1]]
    opened = session_of(store=store)
    assert opened.y[50:52].tolist() == y
    labels = opened.labels().set_index("index")
    assert labels.loc[50, "from_model"] == ["new"]
    assert 51 not in labels.index
    assert opened.store.check_integrity().is_whole
    opened.tell_tag(50, "new", True)
    assert opened.y[50].tolist() == [-1, 1, -1]


def test_a_merge_carries_what_was_withdrawn():
    session = session_of(30)
    session.accept([50], np.array([[1, 1, -1]]))
    session.withdraw(50, tags=["a"])
    session.merge_classes(["b"], into="a")
    assert session.y[50].tolist() == [1, -1]  # b was not withdrawn
    session.undo()
    assert session.y[50].tolist() == [-1, 1, -1]
    session.undo()
    assert session.y[50].tolist() == [1, 1, -1]


def test_tags_of_people_are_not_withdrawn():
    session = session_of(30)
    session.accept([50, 51])
    session.tell_tag(50, "a", True)
    with pytest.raises(ValueError, match="none of these tags was accepted"):
        session.withdraw([50], tags=["a"])
    with pytest.raises(ValueError, match="as many lists"):
        session.withdraw([50, 51], tags=["a"])
    with pytest.raises(ValueError, match="not a class"):
        session.withdraw([50], tags=["nothing"])
    single = nb.Session(nb.Pool(embeddings=blobs(N)), NAMES)
    with pytest.raises(ValueError, match="leave tags= out"):
        single.withdraw([0], tags=["a"])


def test_what_a_person_said_meanwhile_stays():
    session = stale()
    found = nb.find_stale_labels(session)
    session.tell(41, TRUE[41])
    found.withdraw()
    assert session.y[41].tolist() == TRUE[41].tolist()


# ---- costs


def test_an_answer_about_one_of_three_tags_is_a_third_of_an_item():
    session = session_of()
    told_at(session, range(0, 60, 10))
    assert nb.costs(session).per_hour == pytest.approx(360)
    assert labels_per_hour(session) == pytest.approx(360)
    other = session_of()
    told_at(other, range(0, 60, 10), tags=("a",))
    assert nb.costs(other).per_hour == pytest.approx(120)
    assert nb.costs(other).table.loc["so far", "labels"] == pytest.approx(2)
    assert "2 items so far, at 120 items per hour" in str(nb.costs(other))


def test_costs_of_each_tag():
    session = session_of(30)
    given = np.full((30, 3), -1)
    given[:, 0] = TRUE[30:60, 0]
    session.accept(range(30, 60), given)
    found = nb.costs(session, per_hour=60, hourly_rate=30)
    assert found.tags.loc["a", ["answered", "accepted", "left"]].tolist() == [30, 30, 30]
    assert found.tags.loc["b", ["answered", "accepted", "left"]].tolist() == [30, 0, 60]
    assert found.tags.loc["b", "hours"] == pytest.approx(60 / 3 / 60)
    assert found.tags.loc["b", "money"] == pytest.approx(10)
    assert found.table.loc["left", "labels"] == pytest.approx((30 + 60 + 60) / 3)
    assert found.tags["hours"].sum() == pytest.approx(found.table.loc["left", "hours"])
    assert found.table.loc["saved", "labels"] == pytest.approx(10)
    assert np.isnan(found.times_random)
    assert nb.costs(session, per_hour=60, target=40).table.loc["left", "labels"] == 10
    single = nb.Session(nb.Pool(embeddings=blobs(N)), NAMES)
    assert nb.costs(single, per_hour=60).tags is None


# ---- repeats


def test_a_repeated_item_is_not_learned_from_until_it_is_answered_again():
    session = session_of(25, repeats=1.0)
    (index,) = session.repeated.tolist()
    assert (session.snapshot().y[index] == -1).all()
    session.tell_tag(index, "a", bool(TRUE[index, 0]))  # one tag is no answer to it
    assert session.repeated.tolist() == [index]
    session.tell(index, TRUE[index])
    assert index not in session.repeated


def test_agreement_is_counted_of_items_and_of_each_tag():
    session = session_of(repeats=1.0)
    for index in range(25):
        session.tell(index, TRUE[index])
    changed = []
    for _ in range(8):
        (index,) = session.repeated.tolist()
        answer = TRUE[index].copy()
        if len(changed) < 2:
            answer[2] = 1 - answer[2]
            changed.append(index)
        session.tell(index, answer)
    found = nb.self_agreement(session)
    assert (found.n_repeats, found.n_same) == (8, 6)
    assert found.tags["same"].tolist() == [8, 8, 6]
    assert found.tags["repeats"].tolist() == [8, 8, 8]
    assert found.tags.loc["c", "agreement"] == 0.75
    assert found.tags.loc["c", "low"] == pytest.approx(found.low)
    assert found.table.loc[0, "first"] != found.table.loc[0, "second"]
    assert "6 of 8 items asked twice got the same answer" in str(found)


def test_a_tag_that_was_added_between_does_not_count():
    session = session_of(25, repeats=1.0)
    (index,) = session.repeated.tolist()
    session.add_class("new")
    session.tell(index, [*(tag for tag, one in zip(NAMES, TRUE[index], strict=True) if one), "new"])
    found = nb.self_agreement(session)
    assert (found.n_repeats, found.n_same) == (1, 1)
    assert found.tags.loc["new", "repeats"] == 0
    assert found.tags.loc["a", "repeats"] == 1


def test_the_last_item_of_a_tag_is_not_repeated():
    session = session_of(repeats=1.0)
    session.tell(0, ["a"])
    for index in range(1, 25):
        session.tell(index, ["b"])
    assert session.repeated.tolist() != [0]
    assert len(session.repeated)


def test_repeats_outlive_a_restart(tmp_path):
    session = session_of(25, repeats=1.0, store=tmp_path / "a.db")
    waiting = session.repeated.tolist()
    assert waiting
    assert session_of(repeats=1.0, store=tmp_path / "a.db").repeated.tolist() == waiting


# ---- what remains, and what is refused


def test_how_many_items_of_a_tag_are_left():
    session = session_of(10, audit=0)
    session.tell(session.draw(40), TRUE[session.drawn])
    found = nb.remaining(session, "b")
    n_left = TRUE[:, 1].sum() - found.n_found
    assert found.n_found == (session.y[:, 1] == 1).sum()
    assert found.low <= n_left <= found.high
    assert found.n_checks == 40
    assert found.expected == pytest.approx(n_left, abs=3)


@pytest.mark.parametrize(
    ("refused", "instead"),
    [
        (nb.stop_advice, "nb.audit"),
        (lambda s: s.retire_class("a"), "delete_class"),
        (lambda s: s.split_class("a", ["x", "y"]), "ask_tag"),
    ],
    ids=["stop_advice", "retire", "split"],
)
def test_what_is_not_there_names_what_to_do(refused, instead):
    with pytest.raises(ValueError, match="not for several tags yet") as error:
        refused(session_of(10))
    assert instead in str(error.value)
