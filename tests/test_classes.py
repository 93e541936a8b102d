"""What can be passed as classes, annotators and labels, and classes that are renamed."""

import unicodedata

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.log import frames
from nblabel.log.classes import check_classes
from nblabel.log.events import LabelEvent
from nblabel.log.store import LabelStore, StoreError
from tests.samples import blobs


def session_of(classes, n=6, **options):
    options = {"learner": "knn", "strategy": "random", **options}
    return nb.Session(nb.Pool(embeddings=blobs(n)), classes, **options)


class Table:
    """A class that is iterated and no list."""

    def __iter__(self):
        return iter(["a", "b"])


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        ((str(n) for n in range(3)), ["0", "1", "2"]),
        (range(2), ["0", "1"]),
        (np.array([0.0, 1.0]), ["0", "1"]),
        (np.array([b"cat", b"dog"]), ["cat", "dog"]),
        (pd.Series(["dog", None, "cat", "dog"]).unique(), ["dog", "cat"]),
        (pd.Series(["dog", None, "cat", "dog"]), ["dog", "cat"]),
        (pd.Series([2, np.nan, 1, 2]), ["2", "1"]),
        (pd.Series(["b", "a"], dtype="category"), ["a", "b"]),
        (pd.Categorical(["b", "b"], categories=["b", "a"]), ["b", "a"]),
        (pd.CategoricalDtype(["b", "a"]), ["b", "a"]),
        (pd.Index(["b", "a"]), ["b", "a"]),
        ({0: "cat", 1: "dog"}, ["cat", "dog"]),
        ({"cat": 0, "dog": 1}, ["cat", "dog"]),
        ({"cat": 0, "dog": 1}.keys(), ["cat", "dog"]),
        ([True, False], ["True", "False"]),
        (pd.to_datetime(["2024-01-01", "2024-01-02"]), ["2024-01-01", "2024-01-02"]),
        (Table(), ["a", "b"]),
    ],
)
def test_classes_of_many_kinds(classes, names):
    assert check_classes(classes) == tuple(names)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ({"a", "b"}, r"a set, which has no order.*Pass sorted\(classes\)"),
        (frozenset("ab"), "a set"),
        ({"a": "b", "c": "d"}, r"mapping, and which side.*list\(classes\)"),
        ({0: 1, 2: 3}, "mapping, and which side"),
        (10, "classes is 10; pass a list"),
        (b"ab", "single text"),
        (["a", None, "b"], r"class name number 2 is missing \(None\)"),
        (["a", "", "b"], "class name number 2 is empty"),
        (pd.DataFrame({"a": [1]}), "a table; pass one of its columns"),
        (np.eye(2), r"classes has shape \(2, 2\)"),
        (["café", "cafe\u0301"], r"'café' is there twice \(also as 'cafe\u0301'\)"),
        (range(2_001), "2,001 names; at most 2,000.*Label in two steps"),
    ],
)
def test_classes_that_are_refused(classes, message):
    with pytest.raises(ValueError, match=message):
        session_of(classes)


@pytest.mark.parametrize("twins", [["Cat", "cat"], ["New York", "New  York"], ["a", "a\u200b"]])
def test_classes_that_look_alike_are_warned_about(twins):
    with pytest.warns(UserWarning, match="differ only in case, spaces or form"):
        session_of([*twins, "dog"])


def test_a_new_class_that_looks_like_another_is_refused():
    session = session_of(["cat", "dog"])
    for name in ("Cat", "c a t".replace(" ", "\u200b"), "ｃat"):
        with pytest.raises(ValueError, match="and the class 'cat' differ only in case, spaces"):
            session.add_class(name)
    session.add_class("bird")


def test_a_generator_of_classes_reaches_the_session():
    assert session_of(name for name in ("a", "b")).classes == ("a", "b")


def test_labels_match_by_value_and_ask_what_was_meant():
    session = session_of(["1", "2", "café", "2024-01-01"])
    day = pd.Timestamp("2024-01-01")
    session.tell(range(5), [1.0, np.int64(2), "1.0", "cafe\u0301", day])
    assert session.labels()["label"].tolist() == ["1", "2", "1", "café", "2024-01-01"]
    session.tell(0, np.array(2))
    assert session.labels()["label"].tolist()[-1] == "2"
    with pytest.raises(ValueError, match=r"'Café' is not a class.*Did you mean 'café'\?"):
        session.tell(0, "Café")
    with pytest.raises(ValueError, match=r"To add it: add_class\('bird'\)"):
        session.tell(0, "bird")
    for wrong in ({"1", "2"}, {0: "1", 1: "2"}):
        with pytest.raises(ValueError, match="pass a list with one for each item"):
            session.tell([0, 1], wrong)


@pytest.mark.parametrize(("annotator", "text"), [(7, "7"), (7.0, "7"), ("ann", "ann")])
def test_annotators_of_any_type(tmp_path, annotator, text):
    session = session_of(["a", "b"], annotator=annotator, store=tmp_path / "labels.db")
    assert session.annotator == text
    session.tell(0, "a")
    assert session.undo().labels == ("a",)
    assert len(session.labels()) == 0
    assert len(session.draw(1)) == 1
    session.tell(1, "b")
    again = session_of(["a", "b"], annotator=text, store=tmp_path / "labels.db")
    assert again.undo().labels == ("b",)


@pytest.mark.parametrize("annotator", [None, float("nan"), ""])
def test_no_annotator(annotator):
    assert session_of(["a", "b"], annotator=annotator).annotator is None


@pytest.mark.parametrize("name", ["audit", "repeats"])
def test_a_boolean_is_no_share(name):
    with pytest.raises(ValueError, match=rf"{name} is True; it must be a share between 0 and 1"):
        session_of(["a", "b"], **{name: True})


def test_booleans_are_no_numbers_elsewhere():
    session = session_of(["a", "b"])
    session.tell([0, 1], ["a", "b"])
    for call in (
        lambda: session.ask(True),
        lambda: session.draw(True),
        lambda: nb.audit(session, confidence=True),
        lambda: nb.auto_label(session, max_error=True),
        lambda: nb.auto_label(session, confidence=True),
        lambda: nb.costs(session, hourly_rate=True),
        lambda: nb.simulate(session.pool, ["a", "b"] * 3, budget=True),
    ):
        with pytest.raises(ValueError, match="True"):
            call()


def test_known_answers_match_classes_by_value():
    y = pd.to_datetime(["2024-01-01", "2024-01-02"] * 3)
    pool = nb.Pool(embeddings=blobs(6))
    table = nb.simulate(pool, y, budget=4, progress=False)
    assert table["pool_accuracy"].iloc[-1] > 0.5
    swapped = nb.simulate(pool, [1, 0, 1, 0, 1, 0], classes=["1", "0"], budget=6, progress=False)
    assert swapped["pool_accuracy"].iloc[-1] == 1


# logs of earlier versions


def old_log(path, ids, labels, bound, *more):
    """A log as an earlier version wrote it: values as Python's str has them."""
    store = LabelStore(path)
    store.append(LabelEvent("label", ids=tuple(ids), labels=tuple(labels)))
    for event in more:
        store.append(event)
    store.restore_setting("pool", bound)
    return path


def test_ids_and_classes_in_the_old_spelling_still_match(tmp_path):
    days = pd.date_range("2024-01-01", periods=3)
    X = blobs(6)
    ids = [0.0, 1.0, *days, "cafe\u0301"]
    before = [str(one) for one in ids]
    assert before[2] == "2024-01-01 00:00:00"
    pool = nb.Pool(embeddings=X, ids=ids)
    assert pool.ids == ("0", "1", "2024-01-01", "2024-01-02", "2024-01-03", "café")
    former = pool._hashed(before)
    assert pool.known_as == (former,)
    labels = ["0.0", "1.0", "0.0", "1.0", "0.0", "b'x'"]
    added = LabelEvent("add_class", labels=("b'x'",))
    path = old_log(tmp_path / "old.db", before, labels, former, added)
    session = nb.Session(pool, np.array([0.0, 1.0]), store=path, learner="knn")
    assert session.classes == ("0", "1", "b'x'")
    assert session.y.tolist() == [0, 1, 0, 1, 0, 2]
    session.tell(0, 1)
    assert session.y[0] == 1
    session.undo()
    assert session.y[0] == 0
    assert sorted(session.labels()["id"]) == sorted(pool.ids)
    again = nb.Session(pool, ["0", "1", "x"], store=path)  # bytes were written so
    assert again.classes == ("0", "1", "x")
    assert again.y.tolist() == [0, 1, 0, 1, 0, 2]


def test_names_of_files_in_two_forms_of_unicode_stay_two_items():
    names = ["café", unicodedata.normalize("NFD", "café")]
    pool = nb.Pool(embeddings=blobs(2), ids=names)
    assert [pool.index_of(name) for name in names] == [0, 1]
    one = nb.Pool(embeddings=blobs(2), ids=[names[1], "b"])
    assert one.ids == ("café", "b")
    assert one.index_of(names[0]) == one.index_of(names[1]) == 0


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ({"a", "b"}, "ids is a set; pass a list"),
        (["a", None], "the id of item 1 is missing"),
        ([1, "1"], "ids must be unique"),
        ([1.0, 2.0, 1.0], "ids must be unique"),
    ],
)
def test_ids_that_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        nb.Pool(embeddings=blobs(len(ids)), ids=ids)


# renaming


def known(session):
    return session.labels()["label"].tolist()


def test_a_class_is_renamed_and_undo_takes_it_back(tmp_path):
    path = tmp_path / "labels.db"
    session = session_of(["cta", "dog"], store=path, annotator="ann")
    session.tell([0, 1], ["cta", "dog"])
    event = session.rename_class("cta", " cat ", uid="r1")
    assert (event.kind, event.renaming) == ("rename_class", ("cta", "cat"))
    assert session.rename_class("cta", "cat", uid="r1") == event  # sent twice
    assert (session.classes, known(session)) == (("cat", "dog"), ["cat", "dog"])
    session.tell(2, "cat")
    session.tell(3, "cta")  # its former name still means it
    assert session.y.tolist() == [0, 1, 0, 0, -1, -1]
    assert session.predict()[0] == "cat"
    for classes in (["cat", "dog"], ["cta", "dog"]):
        again = session_of(classes, store=path)
        assert again.classes == ("cat", "dog")
        assert known(again) == ["cat", "dog", "cat", "cat"]
    session.undo()
    session.undo()
    assert session.undo().kind == "rename_class"
    assert (session.classes, known(session)) == (("cta", "dog"), ["cta", "dog"])
    session.redo()
    assert known(session) == ["cat", "dog"]


def test_two_classes_become_one_and_two_again():
    session = session_of(["cta", "cat", "dog"])
    session.tell([0, 1, 2], ["cta", "cat", "dog"])
    session.ask()
    with pytest.raises(ValueError, match=r"a class 'cat' already.*merge_classes\(\['cta'\], into"):
        session.rename_class("cta", "cat")
    session.merge_classes(["cta"], into="cat")
    assert (session.classes, session.y[:3].tolist()) == (("cat", "dog"), [0, 0, 1])
    assert session.predict_proba().shape == (6, 2)
    session.undo()
    assert (session.classes, session.y[:3].tolist()) == (("cta", "cat", "dog"), [0, 1, 2])


def test_a_name_comes_back_and_names_of_the_past_are_not_given_anew():
    session = session_of(["a", "b"])
    session.tell(0, "a")
    session.rename_class("a", "c")
    with pytest.raises(ValueError, match="'a' is the former name of 'c'"):
        session.add_class("a")
    with pytest.raises(ValueError, match="'a' is the former name of 'c'"):
        session.rename_class("b", "a")
    session.rename_class("c", "d")
    session.rename_class("d", "a")
    assert (session.classes, known(session)) == (("a", "b"), ["a"])
    session.rename_class("a", "e")
    assert known(session) == ["e"]


def test_another_session_follows_a_renaming(tmp_path):
    one = session_of(["a", "b"], store=tmp_path / "labels.db", annotator="one")
    two = session_of(["a", "b"], store=tmp_path / "labels.db", annotator="two")
    one.tell(0, "a")
    one.rename_class("a", "c")
    two.tell(1, "a")  # it has not heard of it
    assert (known(two), two.classes) == (["c", "c"], ("c", "b"))
    assert one.refresh()
    assert known(one) == ["c", "c"]


@pytest.mark.parametrize(
    ("name", "new", "message"),
    [
        ("x", "y", "'x' is not a class"),
        ("a", "a ", "is called 'a' already"),
        ("a", " ", "is empty"),
        ("a", "b", r"a class 'b' already\. To make the two one: merge_classes"),
        ("a", "B", "there is a class 'b' already"),
    ],
)
def test_renamings_that_are_refused(name, new, message):
    session = session_of(["a", "b"])
    with pytest.raises(ValueError, match=message):
        session.rename_class(name, new)
    assert session.store.read() == []


def test_a_misspelt_class_in_the_store_is_told_with_the_way_out(tmp_path):
    path = tmp_path / "labels.db"
    session_of(["cta", "dog"], store=path).tell(0, "cta")
    with pytest.raises(StoreError, match=r"'cta'\. Add them.*rename_class.*'cta' to 'cat' say"):
        session_of(["cat", "dog"], store=path)


def test_checks_drawn_for_a_renamed_class_are_still_its_own():
    session = session_of(["a", "b", "c"], n=60)
    for index in range(12):
        session.tell(index, "abc"[index % 3])
    predicted, trust = session.predict(), session.predict_proba().max(axis=1)
    among = [index for index in session.unanswered.tolist() if predicted[index] == "b"]
    session.draw(3, among, predicted=["b"] * len(among), confidence=trust[among], name="b")
    session.rename_class("b", "x: y")
    (draw,) = session.state.draws
    assert frames.name_of(draw.frame) == "x: y"
    assert set(draw.labels) == {"x: y"}
    assert frames.from_text(draw.frame, 60).tolist() == among


def test_the_audit_of_a_renamed_class_counts_as_before():
    session = session_of(["a", "b"], n=60, audit=0.5)
    for index in range(40):
        session.tell(index, "ab"[index % 2])
    before = nb.audit(session)
    session.rename_class("a", "c")
    after = nb.audit(session)
    assert (before.n_checks, before.accuracy) == (after.n_checks, after.accuracy)
