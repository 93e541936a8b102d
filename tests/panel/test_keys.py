"""Which key gives which class: in the kernel's trait, and as the page reads it."""

import re

import pytest

from nblabel.widget import Labeler
from nblabel.widget.panel.keys import COMMANDS, EACH_A_KEY, FINDS, KEYS, SHARED, class_keys
from nblabel.widget.view.assets import STATIC
from tests.panel.helpers import open_page, picture_pool


def keys_of(page):
    return {one["name"]: one["key"] for one in page.traits["classes"]}


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["0", "1", "2"], "012"),
        (["cat", "3", "dog"], "132"),
        (["x", "y", "z", "cat"], "xyz1"),
        (["u", "s", "x"], "12x"),  # commands of the panel
        (["A", "B", "S"], "abS"),  # a capital with Shift where the small letter is taken
        (["A", "a"], "Aa"),
        (["?", "+", ".", "-"], "1+2-"),
        (["ä", "Ж", "長", "👢"], "äж12"),  # what no keyboard has gets a number
        (["cat", "dog"], "12"),
        (["a b", " c"], "12"),
    ],
)
def test_a_class_of_one_character_has_that_key(names, keys):
    assert class_keys(names, len(names), {}) == list(keys)


def test_chosen_keys_go_first_and_no_key_is_there_twice():
    names = [*"dxq12", *(f"class {number}" for number in range(len(KEYS) - 5))]
    keys = class_keys(names, len(names), {"class 7": "d", "x": "1", "class 8": "ü"})
    known = dict(zip(names, keys, strict=True))
    assert (known["class 7"], known["x"], known["q"], known["2"]) == ("d", "1", "q", "2")
    assert known["d"] not in ("d", "")
    given = [key for key in keys if key]
    assert len(given) == len(set(given)) == len(KEYS)
    assert not set(given) & set(COMMANDS)


def test_a_class_that_is_added_takes_no_key_that_another_has():
    page = open_page(classes=["cat", *map(str, range(10)), "dog"])
    before = keys_of(page)
    assert (before["cat"], before["dog"], before["3"]) == ("q", "e", "3")
    page.session.add_class("q")
    page.session.add_class("x")
    after = keys_of(page)
    assert {name: after[name] for name in before} == before
    assert (after["q"], after["x"]) == ("t", "x")


def test_chosen_keys_reach_the_page_and_follow_a_renaming():
    page = open_page(classes=["daisy", "rose", 3], keys={"daisy": "d", 3.0: 7})
    assert keys_of(page) == {"daisy": "d", "rose": "1", "3": "7"}
    page.session.rename_class("daisy", "Bellis")
    assert keys_of(page) == {"Bellis": "d", "rose": "1", "3": "7"}
    assert page.answer("undo")["text"] == "Undone: a class was renamed."
    assert keys_of(page)["daisy"] == "d"


def test_keys_and_colours_of_the_log_reach_the_page_and_those_of_the_panel_come_first():
    page = open_page(classes=["daisy", "rose", "fern"], keys={"daisy": "d"})
    page.session.describe_class("rose", key="d", color="#123456")
    page.session.describe_class("fern", key="x")
    assert keys_of(page) == {"daisy": "d", "rose": "1", "fern": "x"}
    assert {one["name"]: one["color"] for one in page.traits["classes"]}["rose"] == "#123456"
    page.session.tell(0, "rose")
    (rose,) = (one for one in page.traits["status"]["classes"] if one["name"] == "rose")
    assert rose == {"name": "rose", "color": "#123456", "count": 1}
    page.session.order_classes(["fern", "rose"])
    assert [one["name"] for one in page.traits["classes"]] == ["fern", "rose", "daisy"]
    assert keys_of(page) == {"daisy": "d", "rose": "1", "fern": "x"}
    assert page.answer("undo")["text"] == "Undone: the classes were put in order."
    page.session.merge_classes(["fern"], into="daisy")
    assert page.answer("undo")["text"] == "Undone: classes were merged."
    assert page.answer("redo")["text"] == "Redone: classes were merged."
    assert keys_of(page) == {"daisy": "d", "rose": "1"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"dasiy": "d"}, r"'dasiy' is not a class.*Did you mean 'daisy'\?"),
        ({"daisy": "da"}, "'da'; choose a single character"),
        ({"daisy": ""}, "choose a single character"),
        ({"daisy": " "}, "choose a single character"),
        ({"daisy": "s"}, "'s', which is a command of the panel; choose another than u r s f"),
        ({"daisy": "x", "rose": "x"}, "gives 'daisy' and 'rose' the same key, 'x'"),
        ("dr", "pass a mapping such as"),
    ],
)
def test_keys_that_are_refused(keys, message):
    with pytest.raises(ValueError, match=message):
        Labeler(picture_pool(), ["daisy", "rose"], keys=keys)


def test_the_commands_are_those_of_the_page():
    """A class with the key of a command would take it away."""
    lists = ("queue/keys.js", "shared/look_keys.js")
    text = "".join((STATIC / name).read_text("utf-8") for name in lists)
    listed = re.findall(r"keys: \[(.*?)\]", text)
    keys = [one or other for one, other in re.findall(r"'(.)'|\"([^\"]*)\"", " ".join(listed))]
    singles = {key for key in keys if len(key) == 1} - {*"+-"}  # these are of classes first
    gallery = (STATIC / "gallery" / "keys.js").read_text("utf-8")
    commands = gallery[gallery.index("commands = {") :].partition("};")[0]
    singles |= set(re.findall(r'^\s+"?(.)"?: \(\)', commands, re.MULTILINE))
    assert singles == set(COMMANDS)
    assert not set(KEYS) & set(COMMANDS)


# ---- more classes than keys

MANY = [f"class {number}" for number in range(EACH_A_KEY + 1)]


def test_of_more_classes_than_keys_those_with_a_chosen_one_have_it():
    keys = class_keys([*MANY, "x"], len(MANY) + 1, {"class 7": "d", "class 8": "1"})
    assert [key for key in keys if key] == ["d"]
    assert keys[7] == "d"


@pytest.mark.parametrize("key", SHARED)
def test_a_key_of_the_likeliest_is_refused_where_it_is_chosen(key):
    with pytest.raises(ValueError, match="1 to 5 give the likeliest ones and t finds one"):
        Labeler(picture_pool(), MANY, keys={"class 7": key})
    Labeler(picture_pool(), MANY[:-1], keys={"class 7": key}).close()


def test_the_page_knows_the_same_limits():
    code = (STATIC / "shared" / "offer.js").read_text("utf-8")
    assert int(re.search(r"EACH_A_KEY = (\d+)", code)[1]) == EACH_A_KEY
    assert re.search(r'FIND_KEY = "(.)"', code)[1] == FINDS
    assert "".join(re.findall(r'"(\d)"', code)) + FINDS == SHARED
    assert FINDS not in COMMANDS
