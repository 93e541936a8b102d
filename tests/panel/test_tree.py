"""Classes with subclasses in the panel: their keys, what is said, and what is asked again."""

import pytest

from nblabel.widget.panel.keys import check_keys
from tests.panel.helpers import open_page, picture_pool

TREE = {"dog": ["husky", "pug"], "cat": ["siam", "manx"], "bird": []}


def open_tree(**options):
    return open_page(picture_pool(), TREE, **options)


def infos(page):
    return {one["name"]: one for one in page.traits["classes"]}


def keys(page):
    return {name: one["key"] for name, one in infos(page).items()}


def test_classes_come_in_the_order_of_their_numbers_and_parents_behind():
    page = open_tree()
    assert [*infos(page)] == ["husky", "pug", "siam", "manx", "bird", "dog", "cat"]
    known = infos(page)
    assert known["pug"]["parent"] == "dog"
    assert known["dog"]["subclasses"] is True
    assert "parent" not in known["bird"]
    assert "subclasses" not in known["bird"]
    assert known["dog"]["color"] == known["husky"]["color"]


def test_each_level_has_keys_of_its_own():
    page = open_tree()
    expected = {"dog": "1", "cat": "2", "bird": "3", "husky": "1", "pug": "2", "siam": "1"}
    assert keys(page) == {**expected, "manx": "2"}


def test_no_class_has_a_key_that_means_something_else_in_a_tree():
    many = {"dog": [f"breed {i}" for i in range(28)], "bird": []}
    page = open_page(picture_pool(), many)
    found = [key for name, key in keys(page).items() if name.startswith("breed")]
    assert not {"t", "0"} & {*found}
    assert len({*filter(None, found)}) == 27
    with pytest.raises(ValueError, match="choose another"):
        check_keys({"bird": "t"}, page.session)
    with pytest.raises(ValueError, match="choose another"):
        check_keys({"bird": "0"}, page.session)


def test_a_chosen_key_counts_on_its_level():
    page = open_tree(keys={"pug": "p", "cat": "c"})
    assert (keys(page)["pug"], keys(page)["cat"]) == ("p", "c")


def test_a_coarse_label_is_counted_by_itself():
    page = open_tree()
    before = page.traits["status"]
    first = page.current
    assert page.label(first, "dog")["text"] == "Saved: dog. 0 labeled."
    status = page.traits["status"]
    assert (status["labeled"], status["coarse"]) == (0, 1)
    assert status["left"] == before["left"] - 1
    counts = {one["name"]: one["count"] for one in status["classes"]}
    assert (counts["dog"], counts["husky"]) == (1, 0)
    assert "cat" not in counts
    assert first not in page.ids


def test_coarse_labels_are_asked_again():
    page = open_tree()
    page.session.tell([3, 7], "dog")
    page.session.tell([5], "cat")
    page.say("again", status="coarse", label="dog")
    # behind what is on screen
    assert [page.items[item]["index"] for item in page.ids[1:3]] == [3, 7]
    assert page.items["3"]["label"] == "dog"
    page.label("3", "pug")
    assert page.session.coarse_labels().tolist() == [5, 7]
    page.say("again", status="coarse")
    assert {page.items[item]["index"] for item in page.ids[1:3]} == {5, 7}


@pytest.mark.parametrize(
    ("names", "under", "text"),
    [
        (["bird"], "cat", "“bird” moved under “cat”."),
        (["husky", "pug"], "", "“husky” and “pug” moved to the top."),
        (["owl"], "bird", "“owl” moved under “bird”."),
    ],
)
def test_classes_are_moved_and_back(names, under, text):
    page = open_tree()
    before = page.session.parents
    ack = page.answer("nest_classes", names=names, under=under)
    assert (ack["ok"], ack["text"]) == (True, text)
    undone = page.answer("undo", of=ack["uid"])
    assert undone["text"].startswith("Undone: classes were moved in the tree")
    assert page.session.parents == before


def test_what_becomes_of_the_labels_of_a_new_parent_is_said():
    page = open_page(classes=["dog", "cat", "bird"])
    page.session.tell([0, 1], ["dog", "cat"])
    ack = page.answer("nest_classes", names=["husky", "pug"], under="dog")
    said = "“husky” and “pug” moved under “dog”. 1 label of “dog”: coarse labels now."
    assert ack["text"] == said


def test_a_parent_that_looks_like_another_class_is_asked_about():
    page = open_tree()
    ack = page.answer("nest_classes", names=["bird"], under="Dog")
    assert (ack["ok"], ack["like"]) == (False, "dog")


def test_a_parent_is_retired_with_its_subclasses():
    page = open_tree()
    page.answer("retire_class", name="dog")
    assert {name for name, one in infos(page).items() if one.get("retired")} == {
        *("dog", "husky", "pug")
    }
    assert keys(page)["dog"] == keys(page)["husky"] == ""
    assert keys(page)["cat"] == "1"


def test_points_of_coarse_labels_have_a_source_of_their_own():
    page = open_tree()
    page.session.tell([3, 7], "dog")
    page.set_trait("color_by", "source")
    counts = {one["name"]: one["count"] for one in page.traits["legend"]}
    assert counts["coarse"] == 2
