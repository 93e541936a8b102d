"""A session: what is told, asked, learned and remembered."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.log.classes import MAX_CLASSES
from nblabel.log.events import LabelEvent
from nblabel.log.store import LabelStore, StoreError
from nblabel.session import STATUSES
from tests.samples import CLASSES, blob_pool, blobs


@pytest.fixture
def session():
    return nb.Session(blob_pool(), CLASSES)


def known(session):
    """What a session knows: position to class."""
    table = session.labels()
    return dict(zip(table["index"], table["label"], strict=True))


# made of


@pytest.mark.parametrize(
    "pool",
    [blob_pool(12), np.zeros((12, 4, 4), dtype=np.uint8), [np.eye(3)] * 12],
    ids=["pool", "array", "list"],
)
def test_anything_a_pool_takes(pool):
    assert len(nb.Session(pool, CLASSES).pool) == 12


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([], "holds 0 name; labeling needs at least two"),
        (["boot"], "holds 1 name; labeling needs at least two"),
        (["boot", ""], "class name number 2 is empty"),
        (["boot", "  "], "class name number 2 is empty"),
        (["boot", "bag", "boot"], "the class 'boot' is there twice"),
        (["boot", " boot "], "the class 'boot' is there twice"),
        ([1, "1"], "the class '1' is there twice"),
        ("boot", "the single text 'boot'; pass a list"),
        (3, "classes is 3; pass a list of names"),
        (None, "classes is None; pass a list of names"),
        (range(MAX_CLASSES + 1), "at most 2,000 are supported"),
    ],
)
def test_classes_that_are_none(classes, message):
    with pytest.raises(ValueError, match=message):
        nb.Session(blob_pool(), classes)


@pytest.mark.parametrize("classes", [range(3), np.arange(3), ["a", "b"], ("a", 2.5)])
def test_classes_of_every_kind_become_text(classes):
    names = nb.Session(blob_pool(), classes).classes
    assert names == tuple(str(name) for name in classes)


def test_class_names_are_any_text():
    odd = ("<img src=x onerror=alert(1)>", "it's; DROP TABLE nblabel_event", "Größe 👢", "a, b")
    session = nb.Session(blob_pool(), odd)
    session.tell(range(4), odd)
    assert session.labels()["label"].tolist() == list(odd)
    assert session.predict()[:4].tolist() == list(odd)


def test_two_hundred_classes():
    session = nb.Session(blob_pool(300), range(200))
    session.tell(range(200), range(200))
    assert session.predict_proba().shape == (300, 200)
    session.add_class("one more")
    assert session.predict_proba().shape == (300, 201)


def test_no_class_is_added_beyond_the_most():
    session = nb.Session(blob_pool(300), range(MAX_CLASSES))
    with pytest.raises(ValueError, match="at most 2,000"):
        session.add_class("one more")


def test_it_describes_itself(session):
    session.tell(0, "bag")
    text = "Session(60 items, 3 classes, 1 labeled, in memory, until this kernel stops)"
    assert repr(session) == text


# telling


@pytest.mark.parametrize("index", [3, np.int64(3), np.uint8(3), [3], (3,), np.array([3])])
def test_a_position_of_every_kind(session, index):
    event = session.tell(index, "bag")
    assert event.ids == ("3",)
    assert event.seq == 1
    assert known(session) == {3: "bag"}


@pytest.mark.parametrize(
    "indices", [[1, 2], (1, 2), range(1, 3), np.array([1, 2]), pd.Series([1, 2], index=[8, 9])]
)
def test_many_positions_of_every_kind(session, indices):
    session.tell(indices, "bag")
    assert known(session) == {1: "bag", 2: "bag"}


@pytest.mark.parametrize(
    "labels",
    [["bag", "boot"], ("bag", "boot"), np.array(["bag", "boot"]), pd.Series(["bag", "boot"])],
)
def test_one_label_each(session, labels):
    session.tell([1, 2], labels)
    assert known(session) == {1: "bag", 2: "boot"}


def test_numbers_as_class_names():
    session = nb.Session(blob_pool(), range(3))
    session.tell(0, 2)
    session.tell([1, 2], np.array([0, 1]))
    assert known(session) == {0: "2", 1: "0", 2: "1"}


def test_spaces_around_names_do_not_count():
    session = nb.Session(blob_pool(), [" boot", "bag "])
    session.tell(0, " boot")
    session.tell([1, 2], ["bag ", "bag"])
    assert known(session) == {0: "boot", 1: "bag", 2: "bag"}


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (60, "position 60 is outside the pool of 60"),
        (-1, "position -1 is outside the pool"),
        ([0, 61, 2], "position 61 is outside"),
        (10**30, "is no position"),
        (1.0, "1.0 is no position"),
        ("1", "'1' is no position"),
        (None, "None is no position"),
        (True, "True is no position"),
        (np.arange(60) > 30, r"is no position.*boolean mask: numpy.flatnonzero\(mask\)"),
        ([], r"\[\] is no position"),
        ([[1]], "is no position"),
        ([[1], [2, 3]], "is no position"),
        ({1, 2}, "is no position"),
    ],
)
def test_positions_that_are_none(session, index, message):
    for act in (lambda: session.tell(index, "bag"), lambda: session.skip(index)):
        with pytest.raises(IndexError, match=message):
            act()
    assert session.store.read() == []


@pytest.mark.parametrize(
    ("index", "label", "message"),
    [
        (0, "hat", r"'hat' is not a class; the classes are boot, bag, shirt. .*add_class\('hat'\)"),
        (0, "", "'' is not a class"),
        (0, None, "None is not a class"),
        (0, 1, "'1' is not a class"),
        (0, "Boot", "'Boot' is not a class"),
        ([0, 1], ["bag", "hat"], "'hat' is not a class"),
        ([0, 1], ["bag"], "2 items but 1 labels"),
        (0, ["bag", "boot"], "1 items but 2 labels"),
    ],
)
def test_labels_that_are_none(session, index, label, message):
    with pytest.raises(ValueError, match=message):
        session.tell(index, label)
    assert session.store.read() == []


def test_an_item_named_twice_gets_its_last_label(session):
    event = session.tell([1, 2, 1], ["bag", "bag", "boot"])
    assert event.ids == ("1", "2")
    assert known(session) == {1: "boot", 2: "bag"}


def test_relabel(session):
    session.tell(1, "bag")
    session.tell(1, "boot")
    assert known(session) == {1: "boot"}
    assert session.n_labeled == 1
    session.undo()
    assert known(session) == {1: "bag"}


def test_a_uid_sent_again_changes_nothing(session):
    first = session.tell(1, "bag", uid="u")
    assert session.tell(1, "bag", uid="u") == first
    assert session.tell(2, "boot", uid="u") == first
    version = session.version
    session.skip(3, uid="s")
    session.skip(3, uid="s")
    session.add_class("hat", uid="c")
    assert session.add_class("hat", uid="c").labels == ("hat",)
    assert session.undo(uid="z").labels == ("hat",)
    assert session.undo(uid="z") is None
    assert session.redo(uid="y").labels == ("hat",)
    assert session.redo(uid="y") is None
    assert len(session.store.read()) == 5
    assert session.version == version + 4
    assert known(session) == {1: "bag"}


def test_a_label_sent_again_after_its_undo_stays_undone(session):
    session.tell(1, "bag", uid="u")
    session.undo()
    session.tell(1, "bag", uid="u")
    assert known(session) == {}


def test_a_label_sent_again_after_its_class_is_gone(session):
    session.add_class("hat")
    told = session.tell(1, "hat", uid="u")
    session.undo()
    session.undo()
    assert session.classes == CLASSES
    assert session.tell(1, "hat", uid="u") == told
    assert known(session) == {}


def test_a_uid_is_known_after_a_restart(tmp_path):
    path = tmp_path / "labels.db"
    nb.Session(blob_pool(), CLASSES, store=path).tell(1, "bag", uid="u")
    session = nb.Session(blob_pool(), CLASSES, store=path)
    session.tell(1, "boot", uid="u")
    assert known(session) == {1: "bag"}
    assert session.undo(uid="z").uid == "u"
    assert nb.Session(blob_pool(), CLASSES, store=path).undo(uid="z") is None


def test_a_step_over_many_is_one(session):
    session.tell(range(50), "bag")
    assert session.undo().ids == tuple(map(str, range(50)))
    assert session.n_labeled == 0
    session.redo()
    assert session.n_labeled == 50


def test_undo_and_redo_to_the_ends(session):
    assert session.undo() is None
    assert session.redo() is None
    for index in range(3):
        session.tell(index, "bag")
    while session.undo():
        pass
    assert known(session) == {}
    while session.redo():
        pass
    assert known(session) == dict.fromkeys(range(3), "bag")
    assert session.undo().ids == ("2",)


def test_skip_and_flag(session):
    session.tell([0, 1], "bag")
    session.skip([0, 5])
    session.flag([1, 6])
    assert known(session) == {0: "bag"}
    assert session.flagged() == ["1", "6"]
    assert not {0, 1, 5, 6} & set(session.ask(60).indices.tolist())
    session.undo()
    assert known(session) == {0: "bag", 1: "bag"}
    assert session.flagged() == []
    session.tell(5, "boot")
    assert known(session)[5] == "boot"


# accepting what the model says


@pytest.fixture
def learned(session):
    session.tell(range(6), [CLASSES[index % 3] for index in range(6)])
    return session


def test_what_the_model_says_is_accepted_in_one_step(learned):
    predicted, sure = learned.predict(), learned.predict_proba().max(axis=1)
    event = learned.accept(range(10, 20))
    assert (event.kind, event.source, event.seq) == ("accept", "model", 2)
    assert event.labels == tuple(predicted[10:20])
    assert event.probabilities == tuple(sure[10:20].tolist())
    assert (learned.n_labeled, learned.n_accepted) == (6, 10)
    assert learned.labeled.tolist() == list(range(6))
    assert learned.accepted.tolist() == list(range(10, 20))
    table = learned.labels(details=True)
    assert table["source"].tolist() == ["human"] * 6 + ["model"] * 10
    assert table["probability"][6:].tolist() == list(event.probabilities)
    assert table["probability"][:6].isna().all()
    assert table["event"].nunique() == 2
    assert not set(range(10, 20)) & set(learned.ask(60).indices.tolist())
    assert repr(learned).startswith("Session(60 items, 3 classes, 6 labeled, 10 accepted, in")
    assert learned.undo() == event
    assert (learned.n_labeled, learned.n_accepted) == (6, 0)
    learned.redo()
    assert learned.n_accepted == 10


def test_accepting_named_labels_keeps_the_models_probability_of_them(learned):
    proba = learned.predict_proba()
    event = learned.accept([30, 31], "shirt")
    assert event.labels == ("shirt", "shirt")
    assert event.probabilities == tuple(proba[[30, 31], 2].tolist())
    each = learned.accept([31, 30, 31], ["boot", "bag", "shirt"])
    assert dict(zip(each.ids, each.labels, strict=True)) == {"31": "shirt", "30": "bag"}


def test_a_machine_label_never_replaces_an_answer(learned):
    learned.flag(7)
    learned.skip(8)
    learned.import_labels(pd.DataFrame({"id": ["9"], "label": ["shirt"]}))
    event = learned.accept(range(12), "boot")
    assert event.ids == ("6", "8", "10", "11")
    assert known(learned)[1] == "bag"
    assert known(learned)[9] == "shirt"
    learned.tell(6, "bag")
    assert known(learned)[6] == "bag"
    learned.undo()
    assert known(learned)[6] == "boot"
    with pytest.raises(ValueError, match="people answered all of these items"):
        learned.accept([0, 7, 9])


def test_a_persons_answer_that_came_meanwhile_stays(tmp_path):
    path = tmp_path / "labels.db"
    ann, bob = (
        nb.Session(blob_pool(), CLASSES, store=path, annotator=name) for name in ("ann", "bob")
    )
    ann.tell([0, 1, 2], CLASSES)
    bob.tell(20, "bag")
    assert ann.accept([20, 21], "boot").ids == ("21",)
    bob.store.append(LabelEvent("accept", ("20",), ("boot",), source="model", annotator="bob"))
    bob.refresh()
    assert known(bob)[20] == "bag"
    assert bob.undo().kind == "accept"  # each undoes their own


def test_accepted_labels_are_learned_from_only_if_wanted(learned):
    before = learned.predict_proba()
    learned.accept(range(10, 60), "shirt")
    assert (learned.predict_proba() == before).all()
    assert (learned.snapshot().y >= 0).sum() == 6
    version = learned.version
    learned.learn_accepted = True
    assert learned.version == version + 1
    assert (learned.snapshot().y >= 0).sum() == 56
    assert learned.predict_proba()[:, 2].mean() > before[:, 2].mean() + 0.1
    wanted = nb.Session(blob_pool(), CLASSES, store=learned.store, learn_accepted=True)
    assert (wanted.predict_proba() == learned.predict_proba()).all()
    learned.learn_accepted = False
    assert (learned.predict_proba() == before).all()
    assert (learned.predict()[10:] == "shirt").all()  # a label goes before the prediction


def test_guesses_are_explained_by_answers_of_people_alone():
    session = nb.Session(blob_pool(), CLASSES, learner="softmax", learn_accepted=True)
    session.tell(range(6), [CLASSES[index % 3] for index in range(6)])
    session.accept(range(10, 60))
    session.refit()
    who, _ = session.engine.deciders(np.arange(60))
    assert set(who.ravel().tolist()) <= set(range(6))


def test_what_cannot_be_accepted(session):
    with pytest.raises(ValueError, match="nothing was learned yet: label some items"):
        session.accept([1, 2])
    session.tell(0, "bag")
    with pytest.raises(ValueError, match="'hat' is not a class"):
        session.accept(1, "hat")
    with pytest.raises(ValueError, match="1 items but 2 labels"):
        session.accept(1, ["bag", "boot"])
    with pytest.raises(IndexError, match="position 60 is outside"):
        session.accept(60)
    session.accept([1, 2])
    session.undo()
    session.undo()
    with pytest.raises(ValueError, match="nothing was learned yet"):
        session.accept([1, 2])


def test_accepting_sent_again_changes_nothing(learned):
    event = learned.accept([7, 8], uid="u")
    learned.tell(9, "bag")
    assert learned.accept([9], uid="u") == event
    assert len(learned.store.read()) == 3


# several annotators


def test_each_annotator_undoes_their_own(tmp_path):
    path = tmp_path / "labels.db"
    ann = nb.Session(blob_pool(), CLASSES, store=path, annotator="ann")
    bob = nb.Session(blob_pool(), CLASSES, store=path, annotator="bob")
    ann.tell(1, "bag")
    bob.tell(2, "boot")
    assert ann.undo().ids == ("1",)
    assert ann.undo() is None
    assert bob.redo() is None
    assert bob.undo().ids == ("2",)
    assert ann.redo().ids == ("1",)
    bob.refresh()
    assert known(ann) == known(bob) == {1: "bag"}
    assert ann.labels()["annotator"].tolist() == ["ann"]


def test_two_sessions_of_one_annotator_undo_each_other(tmp_path):
    path = tmp_path / "labels.db"
    one, two = (nb.Session(blob_pool(), CLASSES, store=path) for _ in range(2))
    one.tell(1, "bag")
    assert two.undo().ids == ("1",)
    assert one.redo().ids == ("1",)
    assert two.refresh()
    assert known(two) == {1: "bag"}


def test_refresh_takes_in_what_others_wrote(tmp_path):
    path = tmp_path / "labels.db"
    one, two = (nb.Session(blob_pool(), CLASSES, store=path) for _ in range(2))
    version = two.version
    assert not two.refresh()
    one.tell(1, "bag")
    one.add_class("hat")
    one.tell(2, "hat")
    assert known(two) == {}
    assert two.refresh()
    assert two.version > version
    assert two.classes == (*CLASSES, "hat")
    assert two.y.tolist() == one.y.tolist()
    assert two.labels().equals(one.labels())
    assert 1 not in two.ask(60).indices


def test_a_class_that_another_added_can_be_used_at_once(tmp_path):
    path = tmp_path / "labels.db"
    one, two = (nb.Session(blob_pool(), CLASSES, store=path) for _ in range(2))
    one.add_class("hat")
    two.tell(1, "hat")
    assert known(two) == {1: "hat"}
    with pytest.raises(ValueError, match="'hat' is there twice"):
        nb.Session(blob_pool(), CLASSES, store=path).add_class("hat")


def test_two_sessions_add_the_same_class(tmp_path):
    path = tmp_path / "labels.db"
    one, two = (nb.Session(blob_pool(), CLASSES, store=path) for _ in range(2))
    one.add_class("hat")
    with pytest.raises(ValueError, match="'hat' is there twice"):
        two.add_class("hat")


def test_listeners_hear_of_every_change(session):
    heard = []
    session.subscribe(lambda: heard.append(session.n_labeled))
    session.tell([0, 1], "bag", uid="u")
    session.tell([0, 1], "bag", uid="u")
    session.skip(5)
    session.undo()
    session.undo()
    session.refresh()
    session.ask()
    assert heard == [2, 2, 2, 0]
    session.set_embeddings(blobs(seed=1))
    assert len(heard) == 5


def test_which_events_are_known(session):
    assert not session.knows("u")
    session.tell(0, "bag", uid="u")
    assert session.knows("u")


# classes on the way


def test_add_class(session):
    session.tell([0, 1], ["boot", "bag"])
    event = session.add_class(" hat ")
    assert event.labels == ("hat",)
    assert session.classes == (*CLASSES, "hat")
    assert session.predict_proba().shape == (60, 4)
    session.tell(5, "hat")
    assert session.predict_proba()[5].argmax() == 3
    assert session.y[5] == 3


@pytest.mark.parametrize("index", [5, [5, 6, 7]])
def test_a_class_that_labels_an_item_is_one_step(tmp_path, index):
    path = tmp_path / "labels.db"
    session = nb.Session(blob_pool(), CLASSES, store=path)
    items = [index] if index == 5 else index
    session.tell(0, "boot")
    event = session.add_class(" hat ", index=index, uid="one")
    assert (event.kind, event.labels, event.adds_class) == ("label", ("hat",) * len(items), True)
    assert session.add_class("hat", index=index, uid="one") == event  # sent twice
    assert event.is_bulk == (len(items) > 1)
    now = {0: "boot"} | dict.fromkeys(items, "hat")
    assert (session.classes, known(session)) == ((*CLASSES, "hat"), now)
    assert len(session.store.read()) == 2
    assert session.undo() == event
    assert (session.classes, known(session)) == (CLASSES, {0: "boot"})
    again = nb.Session(blob_pool(), CLASSES, store=path)
    assert (again.classes, known(again)) == (CLASSES, {0: "boot"})
    assert again.redo() == event
    assert (again.classes, known(again)) == ((*CLASSES, "hat"), now)
    assert [one.kind for one in again.store.read()] == ["label", "label", "undo", "redo"]


def test_a_class_that_labeled_an_item_stays_while_others_have_it(session):
    session.add_class("hat", index=5)
    session.tell(6, "hat")
    session.undo()
    session.undo()
    assert session.classes == CLASSES
    session.redo()
    session.tell(7, "hat")
    session.rename_class("hat", "cap")
    assert known(session) == {5: "cap", 7: "cap"}
    assert session.classes == (*CLASSES, "cap")


def test_a_class_for_no_item_of_the_pool_is_refused(session):
    with pytest.raises(IndexError, match="outside the pool"):
        session.add_class("hat", index=60)
    with pytest.raises(ValueError, match="'bag' is there twice"):
        session.add_class("bag", index=3)
    assert session.store.read() == []
    assert session.classes == CLASSES


def test_a_class_added_while_another_is_looked_for_keeps_both_marks(session):
    session.tell([0, 1], ["boot", "bag"])
    session.strategy = nb.strategies.Find("bag")
    event = session.add_class("hat", index=5)
    assert (event.frame, event.is_bulk, event.adds_class) == ("found added", True, True)


def test_a_class_that_labels_an_item_counts_for_the_audit_sample(session):
    session.audit_share = 1.0
    session.add_class("hat", index=5)
    assert len(session.drawn) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "number 4 is empty"), (" ", "is empty"), ("bag", "'bag' is there twice")],
)
def test_names_that_cannot_be_added(session, name, message):
    with pytest.raises(ValueError, match=message):
        session.add_class(name)
    assert session.store.read() == []


def test_adding_a_class_can_be_undone(session):
    session.add_class("hat")
    session.undo()
    assert session.classes == CLASSES
    assert session.predict_proba().shape == (60, 3)
    with pytest.raises(ValueError, match="'hat' is not a class"):
        session.tell(0, "hat")
    session.redo()
    session.tell(0, "hat")
    assert known(session) == {0: "hat"}


def test_class_numbers_move_when_an_earlier_class_goes(tmp_path):
    path = tmp_path / "labels.db"
    ann = nb.Session(blob_pool(), CLASSES, store=path, annotator="ann")
    bob = nb.Session(blob_pool(), CLASSES, store=path, annotator="bob")
    ann.add_class("hat")
    bob.refresh()
    bob.add_class("sock")
    bob.tell([7, 8], ["sock", "bag"])
    assert bob.y[7] == 4
    ann.undo()
    bob.refresh()
    assert bob.classes == (*CLASSES, "sock")
    assert (bob.y[7], bob.y[8]) == (3, 1)
    assert bob.predict()[7] == "sock"
    fresh = nb.Session(blob_pool(), CLASSES, store=path)
    assert (bob.predict_proba() == fresh.predict_proba()).all()


# asking


def test_ask_answers_with_a_query(session):
    query = session.ask(5)
    assert len(query) == len(query.indices) == len(query.scores) == len(query.reasons) == 5


@pytest.mark.parametrize("n", [0, -1, 1.5, "1", None])
def test_how_many_must_be_a_number(session, n):
    with pytest.raises(ValueError, match="ask for at least one item"):
        session.ask(n)


def test_ask_takes_numpy_numbers(session):
    assert len(session.ask(np.int64(3))) == 3


def test_asking_for_more_after_fewer(session):
    one = session.ask()
    more = session.ask(10)
    assert len(more) == 10
    assert more.indices[0] == one.indices[0]
    assert session.ask(2).indices.tolist() == more.indices[:2].tolist()


def test_skipped_items_come_back_at_the_end_longest_ago_first():
    session = nb.Session(blob_pool(6), CLASSES)
    session.skip(4)
    session.skip(2)
    session.flag(0)
    session.tell([1, 3], "bag")
    assert session.ask(6).indices.tolist() == [5]
    session.tell(5, "bag")
    query = session.ask(6)
    assert query.indices.tolist() == [4, 2]
    assert "skipped" in query.reasons[0].text
    session.skip(4)  # once more: now 2 has waited longer
    assert session.ask(6).indices.tolist() == [2, 4]
    session.tell([2, 4], "boot")
    assert len(session.ask(6)) == 0


def test_at_the_end_there_is_nothing_to_ask():
    session = nb.Session(blob_pool(4), CLASSES)
    session.tell(range(4), ["bag", "bag", "boot", "shirt"])
    query = session.ask(3)
    assert (len(query), query.scores.shape, query.reasons) == (0, (0,), ())
    assert session.predict().tolist() == ["bag", "bag", "boot", "shirt"]
    session.undo()
    assert len(session.ask(3)) == 3


def test_a_pool_of_one():
    session = nb.Session(blob_pool(1), CLASSES)
    assert session.ask().indices.tolist() == [0]
    session.tell(0, "bag")
    assert len(session.ask()) == 0
    assert session.predict().tolist() == ["bag"]


def test_the_seed_decides_and_none_is_zero():
    def asked(**options):
        return (
            nb.Session(blob_pool(), CLASSES, strategy="random", **options).ask(9).indices.tolist()
        )

    assert asked() == asked(random_state=0) == asked(random_state=np.int64(0))
    assert asked() != asked(random_state=1)


def test_a_restart_asks_the_same(tmp_path):
    path = tmp_path / "labels.db"
    session = nb.Session(blob_pool(), CLASSES, store=path)
    session.tell([0, 1, 5], ["boot", "bag", "shirt"])
    session.skip(9)
    again = nb.Session(blob_pool(), CLASSES, store=path)
    assert again.ask(9).indices.tolist() == session.ask(9).indices.tolist()


# predicting


def test_before_the_first_label_all_is_possible(session):
    np.testing.assert_allclose(session.predict_proba(), 1 / 3, rtol=1e-6)
    assert set(session.predict()) <= set(CLASSES)


def test_predictions(session):
    session.tell([0, 1, 2, 3, 4, 5], [CLASSES[index % 3] for index in range(6)])
    proba = session.predict_proba()
    assert proba.shape == (60, 3)
    assert proba.dtype == np.float32
    assert proba.flags.c_contiguous
    predicted = session.predict()
    assert predicted.shape == (60,)
    assert predicted.dtype == object
    truth = np.array(CLASSES)[np.arange(60) % 3]
    assert (predicted == truth).mean() > 0.95


def test_a_label_goes_before_the_prediction(session):
    session.tell([0, 3, 6, 9, 12], "boot")
    session.tell(15, "bag")  # among all the boots
    assert session.predict()[15] == "bag"


def test_what_is_returned_is_the_callers_own(session):
    session.tell(0, "bag")
    for value in (session.predict_proba(), session.y, session.ask(3).indices):
        value[:] = 0
    assert session.y.tolist().count(-1) == 59
    assert session.predict_proba().any()
    assert len(set(session.ask(3).indices.tolist())) == 3


def test_the_status_of_each_item():
    session = nb.Session(blob_pool(8), CLASSES)
    session.tell([0, 1], "bag")
    session.skip([1, 2])
    session.flag(3)
    for source, item in (("model", 4), ("import", 5), ("model", 0)):
        accepted = LabelEvent("accept", (str(item),), ("boot",), source=source, annotator="machine")
        session.store.append(accepted)
    session.refresh()
    statuses = [STATUSES[code] for code in session.status]
    assert statuses[:6] == ["human", "human", "skipped", "flagged", "model", "import"]
    assert statuses[6:] == ["open"] * 2
    session.undo()
    assert [STATUSES[code] for code in session.status] == [*statuses[:3], "open", *statuses[4:]]


# the table


def test_the_table_of_labels(tmp_path):
    pool = nb.Pool(embeddings=blobs(3), ids=["x", "it's", "z"])
    session = nb.Session(pool, CLASSES, annotator="ann")
    before = dt.datetime.now(dt.UTC)
    session.tell([2, 1], ["bag", "boot"])
    session.skip(0)
    table = session.labels()
    assert table.columns.tolist() == ["id", "index", "label", "source", "annotator", "time"]
    assert table["id"].tolist() == ["z", "it's"]
    assert table["index"].tolist() == [2, 1]
    assert table["label"].tolist() == ["bag", "boot"]
    assert table["source"].tolist() == ["human"] * 2
    assert table["annotator"].tolist() == ["ann"] * 2
    assert table["index"].dtype == np.int64
    assert str(table["time"].dtype) == "datetime64[us, UTC]"
    assert (before <= table["time"]).all()
    assert (table["time"] <= dt.datetime.now(dt.UTC)).all()


def test_an_empty_table_has_the_same_columns(session):
    empty = session.labels()
    assert len(empty) == 0
    session.tell(0, "bag")
    assert empty.columns.equals(session.labels().columns)
    assert str(empty["time"].dtype) == "datetime64[us, UTC]"


def test_the_table_is_in_the_order_of_answering(session):
    for index in (5, 3, 9):
        session.tell(index, "bag")
    session.tell(5, "boot")
    assert session.labels()["index"].tolist() == [3, 9, 5]
    session.undo()
    assert session.labels()["index"].tolist() == [5, 3, 9]


# stores


def test_a_store_of_another_pool(tmp_path):
    path = tmp_path / "labels.db"
    nb.Session(blob_pool(), CLASSES, store=path).tell(0, "bag")
    for other in (blob_pool(seed=1), nb.Pool(embeddings=blobs(), ids=range(1, 61))):
        with pytest.raises(StoreError, match="labels of another pool, or the order changed"):
            nb.Session(other, CLASSES, store=path)
    assert known(nb.Session(blob_pool(), CLASSES, store=path)) == {0: "bag"}


def test_classes_of_the_store_that_were_not_given(tmp_path):
    path = tmp_path / "labels.db"
    nb.Session(blob_pool(), ["boot", "hat"], store=path).tell([0, 1], ["boot", "hat"])
    with pytest.raises(
        StoreError, match=r"classes that were not given: 'hat'. Add them to classes"
    ):
        nb.Session(blob_pool(), CLASSES, store=path)
    session = nb.Session(blob_pool(), [*CLASSES, "hat"], store=path)
    assert known(session) == {0: "boot", 1: "hat"}


def test_classes_in_another_order(tmp_path):
    path = tmp_path / "labels.db"
    nb.Session(blob_pool(), CLASSES, store=path).tell([0, 1], ["boot", "shirt"])
    session = nb.Session(blob_pool(), CLASSES[::-1], store=path)
    assert known(session) == {0: "boot", 1: "shirt"}
    assert session.predict()[:2].tolist() == ["boot", "shirt"]


def test_a_store_passed_as_an_object():
    store = LabelStore()
    nb.Session(blob_pool(), CLASSES, store=store).tell(0, "bag")
    assert known(nb.Session(blob_pool(), CLASSES, store=store)) == {0: "bag"}


def test_a_session_that_cannot_begin_leaves_no_mark(tmp_path):
    path = tmp_path / "labels.db"
    with pytest.raises(ValueError, match="unknown learner"):
        nb.Session(blob_pool(), CLASSES, learner="magic", store=path)
    assert not path.exists()


# embeddings


def test_better_embeddings_keep_the_labels(session):
    session.tell([0, 1, 2], CLASSES)
    before = session.labels()
    session.set_embeddings(blobs(dim=9, seed=1).astype(np.float64))
    assert session.labels().equals(before)
    assert session.embeddings.shape == (60, 9)
    assert session.embeddings.dtype == np.float32
    assert (session.predict() == np.array(CLASSES)[np.arange(60) % 3]).mean() > 0.9
    assert len(session.ask(5)) == 5


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (blobs(59), "59 rows for a pool of 60"),
        (np.full((60, 2), np.nan), "NaN"),
        (np.zeros(60), "expected"),
        ([["a"]] * 60, "expected numbers"),
    ],
)
def test_embeddings_that_do_not_fit_change_nothing(session, X, message):
    session.tell(0, "bag")
    version, proba = session.version, session.predict_proba()
    with pytest.raises(ValueError, match=message):
        session.set_embeddings(X)
    assert session.version == version
    assert (session.predict_proba() == proba).all()


def test_images_are_embedded():
    images = nb.datasets.load_digits().images[:80]
    session = nb.Session(images, range(10))
    assert session.embeddings.shape == (80, 64)


# refits elsewhere


def test_a_refit_that_ran_elsewhere_is_taken_over(session):
    session.tell([0, 1], ["boot", "bag"])
    refit = session.engine.refit(session.snapshot(), 16)
    assert session.apply(refit)
    assert session.refit(3) is refit
    assert session.ask(3).indices.tolist() == refit.query.indices[:3].tolist()


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.tell(5, "bag"),
        lambda session: session.undo(),
        lambda session: session.skip(7),
        lambda session: session.add_class("hat"),
        lambda session: session.set_embeddings(blobs(seed=4)),
    ],
    ids=["tell", "undo", "skip", "add_class", "set_embeddings"],
)
def test_a_stale_refit_is_dropped(session, change):
    session.tell([0, 1], ["boot", "bag"])
    refit = session.engine.refit(session.snapshot(), 16)
    change(session)
    assert not session.apply(refit)
    assert session.refit() is not refit


def test_a_snapshot_does_not_follow_later_labels(session):
    session.tell(0, "bag")
    snapshot = session.snapshot()
    session.tell(1, "boot")
    assert (snapshot.y >= 0).sum() == 1
    assert 1 in snapshot.open


def test_an_old_snapshot_fitted_late_leaves_the_learner_right(session):
    session.tell([0, 1], ["boot", "bag"])
    old = session.snapshot()
    session.tell(2, "shirt")
    newest = session.predict_proba()
    session.engine.refit(old, 1)
    session.tell(2, "shirt", uid="again")
    np.testing.assert_allclose(session.predict_proba(), newest, atol=0.02)


def test_the_neighbours_that_decide(session):
    session.tell([0, 1, 2], CLASSES)
    session.refit()
    who, closeness = session.engine.deciders(np.array([3, 0]))
    assert who.shape == closeness.shape == (2, 5)
    assert who[0, 0] == 0
    assert (who[1, 0], closeness[1, 0]) == (0, 1)
    assert (who[:, 3:] == -1).all()
    assert (closeness[:, 3:] == 0).all()
    assert (np.diff(closeness, axis=1) <= 0).all()


def test_an_answer_and_its_class_taken_back_at_once(tmp_path):
    """Another annotator's two steps arrive together: the item is open again."""
    ann, bob = (
        nb.Session(nb.Pool(embeddings=blobs(6)), ["a", "b"], store=tmp_path / "log", annotator=name)
        for name in ("ann", "bob")
    )
    ann.add_class("c")
    ann.tell(1, "c")
    bob.refresh()
    ann.undo()
    ann.undo()
    bob.refresh()
    assert bob.classes == ("a", "b")
    assert bob.status.tolist() == [0] * 6
    for session in (ann, bob):
        session.store.close()


@pytest.mark.parametrize("learner", ["knn", "graph", "logreg"])
def test_points_outside_the_pool(learner):
    X = blobs(90)
    session = nb.Session(nb.Pool(embeddings=X[:60]), CLASSES, learner=learner)
    session.tell([0, 1, 2, 3, 4, 5], ["boot", "bag", "shirt"] * 2)
    proba = session.predict_proba(X[60:])
    assert proba.shape == (30, 3)
    assert (proba.argmax(axis=1) == np.arange(60, 90) % 3).all()
    with pytest.raises(ValueError, match="2 dimensions, the pool's embeddings 5"):
        session.predict_proba(X[:, :2])
