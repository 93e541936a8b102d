"""Classes with subclasses: the tree, coarse labels, and what becomes of both when classes change."""

import json

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.log.class_tree import check_tree, path_of
from nblabel.log.coding import CODES
from nblabel.log.state import LabelState
from tests.samples import blobs

N = 12
TREE = {"dog": ["husky", "pug"], "cat": ["siam", "manx"], "bird": []}
LEAVES = ("husky", "pug", "siam", "manx", "bird")


def pool(n=N):
    return nb.Pool(embeddings=blobs(n, dim=3))


def open_session(classes=TREE, **options):
    return nb.Session(pool(), classes, learner="knn", strategy="product", **options)


@pytest.fixture
def session():
    """Two dogs of which the breed is not known, a husky, a bird and a siam."""
    made = open_session()
    made.tell([0, 1], "dog")
    made.tell([2, 3, 4], ["husky", "bird", "siam"])
    return made


# ---- classes= as a tree


def test_classes_are_those_without_subclasses_in_the_order_of_the_tree(session):
    assert session.classes == LEAVES
    assert session.parent_classes == ("dog", "cat")
    assert session.every_class == ("dog", "husky", "pug", "cat", "siam", "manx", "bird")
    assert session.parents == {"husky": "dog", "pug": "dog", "siam": "cat", "manx": "cat"}
    assert session.path("pug") == ("dog", "pug")
    assert session.path("bird") == ("bird",)
    assert session.predict_proba().shape == (N, 5)


@pytest.mark.parametrize(
    "classes",
    [
        {"a": ["b", "c"], "d": None},
        {"a": {"b": [], "c": []}, "d": ()},
        {"a": {0: "b", 1: "c"}, "d": []},
        {"a": pd.Series(["b", "c"]), "d": []},
        {" a ": ["b", " c"], "d": []},
    ],
)
def test_ways_to_write_a_tree(classes):
    assert check_tree(classes) == (("a", "b", "c", "d"), {"b": "a", "c": "a"})


def test_a_tree_may_be_deep_and_numbers_are_names():
    names, parents = check_tree({1: {2: {3: [4, 5]}}, 6: []})
    assert names == ("1", "2", "3", "4", "5", "6")
    assert path_of("4", parents) == ("1", "2", "3", "4")


def test_a_mapping_of_codes_is_none():
    assert check_tree({0: "a", 1: "b"}) == (("a", "b"), {})
    assert check_tree({"a": 0, "b": 1}) == (("a", "b"), {})


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        ({"a": ["b"]}, "one class without subclasses"),
        ({"a": ["b", "a"], "c": []}, "'a' is there twice"),
        ({"a": ["b", "c"], "d": ["b"]}, "'b' is there twice"),
        ({"a": {"b", "c"}, "d": []}, "set, which has no order"),
        ({"a": ["b", ""], "d": []}, "number 3 is empty"),
    ],
)
def test_what_is_no_tree_is_refused(classes, problem):
    with pytest.raises(ValueError, match=problem):
        open_session(classes)


# ---- coarse labels


def test_a_coarse_label_is_a_state_of_its_own(session):
    assert session.y[:6].tolist() == [-1, -1, 0, 4, 2, -1]
    assert (session.status[:2] == CODES["coarse"]).all()
    assert session.coarse_labels().tolist() == session.coarse_labels("dog").tolist() == [0, 1]
    assert session.coarse_labels("cat").tolist() == session.coarse_labels("bird").tolist() == []
    assert session.labeled.tolist() == [2, 3, 4]
    assert session.n_labeled == 3
    assert not {0, 1} & {*session.unanswered.tolist(), *session.ask(N).indices.tolist()}


def test_the_breed_may_be_said_later_and_taken_back(session):
    session.tell(0, "pug")
    assert (session.y[0], session.coarse_labels().tolist()) == (1, [1])
    session.undo()
    assert (session.y[0], session.coarse_labels().tolist()) == (-1, [0, 1])
    session.undo()
    session.undo()
    assert session.coarse_labels().tolist() == []
    session.redo()
    assert session.coarse_labels().tolist() == [0, 1]


def test_the_model_accepts_nothing_over_a_coarse_label(session):
    with pytest.raises(ValueError, match="people answered all"):
        session.accept([0, 1], "husky")
    assert session.accept([0, 5], "husky").ids == ("5",)


def test_a_label_of_the_model_for_a_parent_leaves_the_item_open():
    session = open_session(["dog", "cat", "bird"])
    session.tell([0, 1], ["dog", "cat"])
    session.accept([2], "dog")
    session.nest_classes(["husky", "pug"], under="dog")
    assert session.coarse_labels().tolist() == [0]
    assert session.status[2] == CODES["open"]
    session.undo()
    assert session.accepted.tolist() == [2]


def test_coarse_labels_are_imported_exported_and_read_back(session, tmp_path):
    table = session.labels()
    assert table["label"].tolist() == ["dog", "dog", "husky", "bird", "siam"]
    assert table["path"].tolist() == ["dog", "dog", "dog > husky", "bird", "cat > siam"]
    assert "path" not in nb.Session(pool(), ["a", "b"]).labels()
    session.export(tmp_path / "labels.csv")
    other = open_session()
    report = other.import_labels(tmp_path / "labels.csv")
    assert report.n_imported == 5
    assert other.coarse_labels().tolist() == [0, 1]
    session.accept([5], "pug")
    assert {*session.store.labels()["label"]} == {"dog", "husky", "bird", "siam", "pug"}


def test_coco_has_parents_as_supercategories(tmp_path):
    pictures = np.zeros((4, 2, 2), dtype=np.uint8)
    pictures[:] = np.linspace(0, 255, 4, dtype=np.uint8)[:, None, None]
    session = nb.Session(nb.Pool(pictures), TREE, learner="knn")
    session.tell([0, 1], ["dog", "pug"])
    session.export(tmp_path / "labels.json")
    data = json.loads((tmp_path / "labels.json").read_text("utf-8"))
    above = {one["name"]: one.get("supercategory") for one in data["categories"]}
    assert above["pug"] == "dog"
    assert above["dog"] is above["bird"] is None
    numbers = {one["id"]: one["name"] for one in data["categories"]}
    assert [numbers[one["category_id"]] for one in data["annotations"]] == ["dog", "pug"]
    assert [one["path"] for one in data["annotations"]] == ["dog", "dog > pug"]


def test_audits_take_a_coarse_label_for_no_label(session):
    drawn = session.draw(3)
    session.tell(drawn, ["dog", "husky", "cat"])
    report = nb.audit(session)
    assert (report.n_checks, report.n_skipped) == (1, 1)


def test_a_coarse_label_is_not_asked_twice_and_no_other_answer(session):
    session.repeat_share = 1.0
    for index in range(5, N):
        session.tell(index, "dog")
    assert session.repeated.tolist() == []
    assert nb.self_agreement(session).n_repeats == 0


# ---- nest_classes


def test_nesting_is_one_step_that_undo_takes_back():
    session = open_session(["dog", "cat", "bird"])
    session.tell([0, 1], ["dog", "cat"])
    event = session.nest_classes(["husky", "pug"], under="dog")
    assert event.kind == "nest_classes"
    assert event.change == {"classes": ["husky", "pug"], "under": "dog"}
    assert session.classes == ("husky", "pug", "cat", "bird")
    assert session.coarse_labels("dog").tolist() == [0]
    session.undo()
    assert (session.classes, session.parents) == (("dog", "cat", "bird"), {})
    assert session.y[:2].tolist() == [0, 1]
    session.redo()
    assert session.coarse_labels("dog").tolist() == [0]


def test_a_new_parent_and_back_to_the_top():
    session = open_session(["husky", "siam", "bird"])
    session.nest_classes(["husky", "siam"], under="pet")
    assert session.classes == ("bird", "husky", "siam")
    assert session.path("siam") == ("pet", "siam")
    session.nest_classes(["husky", "siam"], under=None)
    assert {*session.classes} == {"bird", "husky", "siam", "pet"}  # a class like any other again


def test_sent_twice_it_counts_once():
    session = open_session()
    first = session.nest_classes(["bird"], under="cat", uid="x")
    assert session.nest_classes(["bird"], under="cat", uid="x") == first
    assert len(session.store.read()) == 1


@pytest.mark.parametrize(
    ("names", "under", "problem"),
    [
        (["dog"], "husky", "'dog' cannot be below itself"),
        (["dog"], "dog", "'dog' cannot be below itself"),
        (["husky"], "dog", "'husky': under 'dog' already"),
        (["bird"], None, "'bird': at the top already"),
        (["bird", "bird"], "dog", "'bird' twice"),
        ([], "dog", "names holds no class"),
        (["Husky"], "cat", "differ only in case"),
        (["bird"], "DOG", "differ only in case"),
        (["bird"], " ", "empty"),
        ("bird", "dog", "pass a list"),
    ],
)
def test_what_cannot_be_nested_is_refused(names, under, problem):
    session = open_session()
    with pytest.raises(ValueError, match=problem):
        session.nest_classes(names, under=under)
    assert session.store.read() == []


def test_two_classes_without_subclasses_are_left():
    session = open_session(["a", "b"])
    with pytest.raises(ValueError, match="at least two classes"):
        session.nest_classes(["b"], under="a")


# ---- other changes of parents


def test_a_parent_is_renamed(session):
    session.rename_class("dog", "hound")
    assert session.path("pug") == ("hound", "pug")
    assert (
        session.coarse_labels("hound").tolist() == session.coarse_labels("dog").tolist() == [0, 1]
    )
    assert session.labels()["path"].tolist()[0] == "hound"


def test_merged_parents_have_the_subclasses_of_both(session):
    session.merge_classes(["dog", "cat"], into="pet")
    assert {*session.parents.values()} == {"pet"}
    assert session.coarse_labels("pet").tolist() == [0, 1]
    session.undo()
    assert session.coarse_labels("dog").tolist() == [0, 1]


def test_a_subclass_merged_into_its_parent_says_less(session):
    session.merge_classes(["husky"], into="dog")
    assert session.coarse_labels("dog").tolist() == [0, 1, 2]
    assert session.classes == ("pug", "siam", "manx", "bird")


def test_a_parent_merged_into_its_subclass_leaves_the_others_below_that(session):
    session.merge_classes(["dog"], into="husky")
    assert session.parents["pug"] == "husky"
    assert session.coarse_labels("husky").tolist() == [0, 1, 2]


def test_subclasses_that_are_merged_stay_where_they_are(session):
    session.merge_classes(["husky", "pug"], into="any dog")
    assert session.path("any dog") == ("dog", "any dog")


def test_a_deleted_parent_leaves_its_subclasses_one_level_up(session):
    with pytest.raises(ValueError, match="has 2 labels, which must not be lost"):
        session.delete_class("dog")
    session.delete_class("dog", reassign="bird")
    assert session.classes == ("husky", "pug", "siam", "manx", "bird")
    assert "husky" not in session.parents
    assert session.y[:2].tolist() == [4, 4]
    session.undo()
    assert session.path("husky") == ("dog", "husky")


def test_without_subclasses_a_parent_is_a_class_again(session):
    session.delete_class("pug")
    session.delete_class("husky", reassign="bird")
    assert "dog" in session.classes
    assert session.y[0] == session.classes.index("dog")


def test_retired_classes_stand_in_the_order_of_the_tree():
    session = open_session(["boot", "shirt", "bag", "hat"])
    session.nest_classes(["rubber boot"], under="boot")
    assert session.classes == ("rubber boot", "shirt", "bag", "hat")
    session.retire_class("shirt")
    session.retire_class("boot")
    assert session.retired == ("rubber boot", "shirt", "boot")


def test_a_parent_is_retired_with_all_below_it(session):
    session.retire_class("dog")
    assert {*session.retired} == {"dog", "husky", "pug"}
    with pytest.raises(ValueError, match="'dog' is retired"):
        session.tell(6, "dog")
    with pytest.raises(ValueError, match="'husky' is retired with 'dog'"):
        session.restore_class("husky")
    assert session.predict_proba()[:, :2].max() == 0
    session.restore_class("dog")
    assert session.retired == ()


def test_a_parent_is_not_split(session):
    with pytest.raises(ValueError, match=r"coarse_labels\('dog'\) has their positions"):
        session.split_class("dog", ["husky"])
    assert session.unsorted("dog").tolist() == []


def test_a_parent_has_details_and_aliases(session):
    session.describe_class("dog", description="It barks.", aliases=["hound"], key="d")
    assert session.class_details["dog"].description == "It barks."
    session.tell(7, "hound")
    assert session.coarse_labels("dog").tolist() == [0, 1, 7]


# ---- others, and later


def test_others_and_a_restart_know_the_tree(tmp_path):
    path = tmp_path / "labels.db"
    ann = open_session(["dog", "cat", "bird"], store=path, annotator="ann")
    bob = open_session(["dog", "cat", "bird"], store=path, annotator="bob")
    bob.tell(0, "dog")
    ann.nest_classes(["husky"], under="dog")
    ann.nest_classes(["pug"], under="dog")
    bob.tell(1, "dog")  # before having heard of it
    ann.refresh()
    assert ann.coarse_labels("dog").tolist() == [0, 1]
    bob.tell(2, "pug")
    ann.refresh()
    again = open_session(["dog", "cat", "bird"], store=path)
    assert again.classes == ann.classes == bob.classes
    assert again.y.tolist() == bob.y.tolist()
    given = open_session({"dog": ["husky", "pug"], "cat": [], "bird": []}, store=path)
    assert given.parents == ann.parents
    assert given.y.tolist() == ann.y.tolist()


def test_a_tree_that_was_given_is_missed_by_name(tmp_path):
    path = tmp_path / "labels.db"
    open_session(store=path).tell(0, "dog")
    with pytest.raises(nb.StoreError, match="holds labels of classes that were not given: 'dog'"):
        open_session(LEAVES, store=path)


def test_two_who_put_classes_below_each_other_make_no_circle(tmp_path):
    classes = {"a": ["b", "c"], "d": ["e", "f"]}
    path = tmp_path / "labels.db"
    ann = open_session(classes, store=path, annotator="ann")
    bob = open_session(classes, store=path, annotator="bob")
    event = ann.nest_classes(["a"], under="d")
    late = type(event)(
        "nest_classes", frame=json.dumps({"classes": ["d"], "under": "a"}), annotator="bob"
    )
    bob.store.append(late)
    for session in (ann, bob):
        session.refresh()
        assert session.path("b") == ("d", "a", "b")
        assert session.path("e") == ("d", "e")
    ann.undo()
    bob.refresh()
    assert ann.path("e") == bob.path("e") == ("a", "d", "e")


def test_the_state_is_a_fold_from_scratch(session):
    session.nest_classes(["sparrow", "owl"], under="bird")
    session.merge_classes(["cat"], into="dog")
    folded = LabelState(
        ("dog", "husky", "pug", "cat", "siam", "manx", "bird"),
        session.store.read(),
        parents={"husky": "dog", "pug": "dog", "siam": "cat", "manx": "cat"},
    )
    assert (folded.classes, folded.parents) == (session.classes, session.parents)
    assert session.replica().y.tolist() == session.y.tolist()


def test_a_thousand_classes_in_a_tree():
    tree = {f"genus {i}": [f"species {i}.{k}" for k in range(40)] for i in range(25)}
    session = nb.Session(pool(60), tree, learner="knn")
    session.tell(range(25), [f"genus {i}" for i in range(25)])
    session.tell([30, 31], ["species 3.0", "species 4.1"])
    assert len(session.classes) == 1000
    proba = session.predict_proba()
    assert proba[3].argmax() == session.classes.index("species 3.0")
    inside = [session.path(name)[0] == "genus 7" for name in session.classes]
    assert proba[7][inside].sum() == pytest.approx(1, abs=1e-3)
