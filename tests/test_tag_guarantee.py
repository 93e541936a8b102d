"""Labels of the model with an error guarantee, where an item may have several tags."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.log import frames
from nblabel.log.events import Tags
from tests.samples import blobs

N = 1_200
NAMES = ("a", "b", "c")
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2], axis=1).astype(np.int8)
TERMS = {"max_error": 0.1, "confidence": 0.9}


def session_of(n_told=15, **options):
    session = nb.Session(
        nb.Pool(embeddings=blobs(N)), NAMES, multi_label=True, build_graph=False, **options
    )
    if n_told:
        session.tell(range(n_told), TRUE[:n_told])
    return session


def checked(session, truth=TRUE, rounds=4, **options):
    """Answer checks until nothing more is asked for; return the last report."""
    for _ in range(rounds):
        report = nb.auto_label(session, **{**TERMS, **options})
        if report.n_accepted or not report.needed:
            break
        rows = report.draw_checks()
        session.tell(rows, truth[rows])
    return report


def test_tags_are_accepted_in_one_step_with_their_own_source(tmp_path):
    session = session_of(store=tmp_path / "a.db")
    first = nb.auto_label(session, **TERMS)
    assert (first.n_accepted, session.n_accepted) == (0, 0)
    assert [one.name for one in first.guarantees][:2] == ["a, yes", "a, no"]
    report = checked(session)
    assert report.n_accepted > 1_000
    by_model = session.y != session.learned_from(accepted=False)
    assert by_model.sum() == report.n_accepted
    assert (session.y[by_model] == TRUE[by_model]).all()
    table = report.table
    for code, name in enumerate(NAMES):
        given = session.y[by_model[:, code], code]
        assert table.loc[name, ["yes", "no"]].tolist() == [given.sum(), (given == 0).sum()]
        left = (session.y[:, code] < 0).sum()
        assert table.loc[name, "left"] == left
        assert f"{name}: {given.sum():,} yes, {(given == 0).sum():,} no, {left:,} left." in str(
            report
        )
    labels = session.labels()
    accepted = labels[labels["source"] == "model"]
    assert len(accepted) == session.n_accepted
    assert set(map(len, accepted["from_model"])) <= {1, 2, 3}
    assert set(labels["source"]) == {"human", "model"}
    session.store.close()
    again = nb.Session(
        nb.Pool(embeddings=blobs(N)),
        NAMES,
        multi_label=True,
        build_graph=False,
        store=tmp_path / "a.db",
    )
    assert (again.y == session.y).all()
    again.undo()  # one step
    assert again.n_accepted == 0
    again.redo()
    assert (again.y == session.y).all()
    again.store.close()


def test_the_draws_are_in_the_log_with_what_the_model_predicted():
    session = session_of()
    report = nb.auto_label(session, tags=["b"], **TERMS)
    drawn = report.draw_checks().tolist()
    assert sorted(drawn) == sorted(session.drawn.tolist())
    yes, no = session.state.draws
    for draw, text in ((yes, Tags(yes=("b",)).text), (no, Tags(no=("b",)).text)):
        assert frames.name_of(draw.frame) == text
        assert set(draw.labels) == {text}
    assert session.ask(3).indices.tolist() == session.drawn[:3].tolist()
    first = session.drawn[0]
    session.tell_tag(first, "a", True)
    assert first in session.drawn  # not what was asked about
    session.tell_tag(first, "b", bool(TRUE[first, 1]))
    assert first not in session.drawn
    second = session.drawn[0]
    session.tell_tag(second, "b", "unsure")
    assert second not in session.drawn
    again = nb.auto_label(session, tags=["b"], **TERMS)
    assert sum(one.n_checks for one in again.guarantees) >= 1


def test_a_check_in_several_sets_is_drawn_once():
    session = session_of()
    report = nb.auto_label(session, **TERMS)
    assert report.needed > 1.5 * len(report.draw_checks())


def test_a_model_that_is_wrong_about_a_tag_is_not_accepted_for_it():
    rng = np.random.default_rng(0)
    truth = TRUE.copy()
    wrong = rng.random(N) < 0.3
    truth[wrong, 0] = 1 - truth[wrong, 0]
    session = session_of()
    for _ in range(3):
        report = nb.auto_label(session, **TERMS)
        rows = report.draw_checks()
        if len(rows):
            session.tell(rows, truth[rows])
    by_model = session.y != session.learned_from(accepted=False)
    assert not by_model[:, 0].any()
    assert by_model[:, 1:].any()


def test_all_tags_of_a_call_share_the_risk():
    needed = [
        nb.auto_label(session_of(), tags=tags, share=0.9, **TERMS).guarantees[0].needed
        for tags in (["a"], None)
    ]
    assert needed[0] < needed[1]


def test_what_can_be_accepted_is_accepted_later():
    session = session_of()
    checked(session, accept=False)
    report = nb.auto_label(session, accept=False, **TERMS)
    assert report.n_accepted == session.n_accepted == 0
    n_ready = sum(len(one.ready) for one in report.tags.values())
    assert n_ready > 1_000
    assert set(report.tags["a"].labels_ready.values()) <= {"yes", "no"}
    assert set(report.labels_ready) == set(report.ready.tolist())
    assert report.figure().data
    assert "ready_yes" in report._repr_html_()
    event = report.accept()
    assert report.labels_ready == dict(
        zip(session.pool.indices_of(event.ids).tolist(), event.labels, strict=True)
    )
    assert (event.kind, event.source) == ("tags", "model")
    assert (session.y != session.learned_from(accepted=False)).sum() == n_ready
    session.undo()
    session.tell(session.unanswered[0], ["a"])
    with pytest.raises(ValueError, match="labels have changed"):
        report.accept()
    with pytest.raises(ValueError, match="nothing can be accepted yet"):
        nb.auto_label(session_of(), accept=False, **TERMS).accept()


def test_one_tag_of_a_report_by_itself():
    session = session_of()
    checked(session, accept=False)
    report = nb.auto_label(session, accept=False, **TERMS).tags["b"]
    assert report.curve["class"].unique().tolist() == ["b, yes", "b, no"]
    report.accept()
    by_model = session.y != session.learned_from(accepted=False)
    assert by_model[:, 1].sum() == len(report.ready)
    assert not by_model[:, [0, 2]].any()


def test_corrections_count_against_the_guarantee():
    session = session_of()
    checked(session, tags=["b"])
    rows = session.accepted
    assert len(rows) > 300
    for row in rows[: len(rows) // 4].tolist():
        session.tell_tag(row, "b", not TRUE[row, 1])
    report = nb.auto_label(session, tags=["b"], **TERMS)
    assert len(report.tags["b"].corrected) == len(rows) // 4
    assert any(one.needed != 0 for one in (*report.guarantees, *report.broken))


def test_a_rename_and_a_merge_keep_what_was_tested():
    session = session_of()
    checked(session, accept=False)
    before = nb.auto_label(session, accept=False, **TERMS)
    session.rename_class("b", "second")
    after = nb.auto_label(session, accept=False, **TERMS)
    assert after.table.loc["second"].tolist() == before.table.loc["b"].tolist()
    assert (after.table["ready_yes"] > 0).any()
    session.merge_classes(["a", "c"], into="a")
    merged = nb.auto_label(session, **TERMS)
    by_model = session.y != session.learned_from(accepted=False)
    truth = np.stack([TRUE[:, 0] | TRUE[:, 2], TRUE[:, 1]], axis=1)
    assert (session.y[by_model] == truth[by_model]).all()
    assert merged.table.index.tolist() == ["a", "second"]


def test_accepting_leaves_answers_of_people():
    session = session_of()
    session.tell_tag(100, "a", bool(1 - TRUE[100, 0]))
    session.tell_tag(101, "a", "unsure")
    session.flag(102)
    session.skip(103)
    event = session.accept([100, 101, 102, 103, 104])
    assert event.ids == tuple(session.pool.ids[row] for row in (100, 101, 103, 104))
    assert session.y[100].tolist() == [1 - TRUE[100, 0], *TRUE[100, 1:]]
    assert session.y[101].tolist() == [-1, *TRUE[101, 1:]]
    assert session.accepted.tolist() == [100, 101, 103, 104]
    labels = session.labels().set_index("index")
    assert labels.loc[100, ["source", "from_model"]].tolist() == ["model", ["b", "c"]]
    with pytest.raises(ValueError, match="people answered all"):
        session.accept([0, 102])
    with pytest.raises(ValueError, match="1, 0 or -1"):
        session.accept([105], [[2, 0, 0]])
    session.accept([105], [[1, -1, -1]])
    assert session.y[105].tolist() == [1, -1, -1]
    assert session.accept([106], uid="u").uid == session.accept([106], uid="u").uid == "u"
    session.withdraw([100, 104])
    assert session.y[100].tolist() == [1 - TRUE[100, 0], -1, -1]
    assert session.y[104].tolist() == [-1] * 3
    assert session.status[104] == 0
    session.undo()
    assert session.y[104].tolist() == TRUE[104].tolist()
    with pytest.raises(ValueError, match="none of these items"):
        session.withdraw([0])
    with pytest.raises(ValueError, match="nothing was learned"):
        session_of(0, learner="knn").accept([3])


def test_what_was_withdrawn_is_not_accepted_again():
    session = session_of()
    report = checked(session, tags=["b"])
    rows = session.accepted[:5]
    session.withdraw(rows)
    nb.auto_label(session, tags=["b"], **TERMS)
    assert report.n_accepted
    assert (session.y[rows, 1] == -1).all()


@pytest.mark.parametrize("multi_hot", [False, True])
def test_an_export_tells_what_the_model_gave(tmp_path, multi_hot):
    session = session_of()
    session.tell_tag(20, "a", True)
    session.accept([20, 21], [[0, 1, -1], [1, 0, 0]])
    session.export(tmp_path / "a.csv", multi_hot=multi_hot)
    table = pd.read_csv(tmp_path / "a.csv", index_col="id")
    assert table.loc[[20, 21], "source"].tolist() == ["model", "model"]
    assert ("from_model" in table) or multi_hot
    other = session_of(0)
    label = list(NAMES) if multi_hot else "label"
    other.import_labels(tmp_path / "a.csv", label=label)
    assert other.labeled.tolist() == list(range(15))  # of people alone


def test_what_is_refused():
    session = session_of()
    with pytest.raises(ValueError, match="is not a class"):
        nb.auto_label(session, tags=["z"])
    with pytest.raises(ValueError, match="names none"):
        nb.auto_label(session, tags=[])
    with pytest.raises(ValueError, match="max_error"):
        nb.auto_label(session, max_error=2)
    with pytest.raises(ValueError, match="at least 1"):
        nb.auto_label(session, **TERMS).draw_checks(0)
    with pytest.raises(ValueError, match="nothing was learned"):
        nb.auto_label(session_of(0))
    one = nb.Session(nb.Pool(embeddings=blobs(20)), ("x", "y"))
    one.tell([0, 1], ["x", "y"])
    with pytest.raises(ValueError, match="one label"):
        nb.auto_label(one, tags=["x"])
