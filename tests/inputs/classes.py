"""Classes."""

from __future__ import annotations

import enum
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, accuracy, labels, plain, refused, warned

KIND = classes = Kind("classes", "Classes")


def taken(given: Any, names: tuple[str, ...], home: Path) -> None:
    assert nb.Session(plain(), given).classes == names


def not_taken(given: Any, words: str, home: Path) -> None:
    with refused(words):
        nb.Session(plain(), given)


TAKEN: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "generator": ("a generator", (name for name in ("x", "y")), ("x", "y")),
    "dict_keys": ("the keys of a dict", {"x": 1, "y": 2}.keys(), ("x", "y")),
    "names_by_code": ("names by code", {0: "neg", 1: "pos"}, ("neg", "pos")),
    "codes_by_name": ("codes by name", {"neg": 0, "pos": 1}, ("neg", "pos")),
    "booleans": ("False and True", [False, True], ("False", "True")),
    "floats": ("0.0 and 1.0, as numpy.unique finds them", np.array([0.0, 1.0]), ("0", "1")),
    "days": (
        "days",
        pd.to_datetime(["2024-01-01", "2024-01-02"]),
        ("2024-01-01", "2024-01-02"),
    ),
    "tuples": ("pairs", [("a", 1), ("b", 2)], ("('a', 1)", "('b', 2)")),
    "unused_category": (
        "a column of categories, one of them unused",
        pd.Series(pd.Categorical(["y", "x"], ["x", "y", "z"])),
        ("x", "y", "z"),
    ),
    "column_with_gaps": (
        "a column of answers with gaps",
        pd.Series(["b", None, "a", "b"]),
        ("b", "a"),
    ),
    "blanks": ("names with blanks around", [" cat", "dog\n"], ("cat", "dog")),
    "emoji": ("emoji", ["👍", "👎"], ("👍", "👎")),
    "very_long": ("a name of 5,000 characters", ["x" * 5_000, "y"], ("x" * 5_000, "y")),
}
for name, (what, given, names) in TAKEN.items():
    happens = "taken in this order" if names[0] != "cat" else "taken without them"
    classes.add(name, what, happens, partial(taken, given, names))


class Fruit(enum.Enum):
    """Classes as people define them in code."""

    APPLE = "apple"
    PEAR = "pear"


REFUSED: dict[str, tuple[str, Any, str]] = {
    "twice": ("a name that is there twice", ["a", "b", "a"], "the class 'a' is there twice"),
    "one_and_1": (
        "1 and '1'",
        [1, "1", "b"],
        r"the class '1' is there twice; each name must be unique",
    ),
    "one_and_1_0": (
        "'1' and 1.0",
        ["1", 1.0, "b"],
        r"the class '1' is there twice \(also as 1\.0\)",
    ),
    "empty_name": ("an empty name", ["a", ""], "class name number 2 is empty"),
    "blank_name": ("a name of blanks", ["a", "  "], "class name number 2 is empty"),
    "none": ("None among names", ["a", None], r"class name number 2 is missing \(None\)"),
    "nan": ("NaN among names", ["a", float("nan"), "b"], "class name number 2 is missing"),
    "nothing": ("None", None, "classes is None; pass a list of names"),
    "a_number": ("the number of classes", 10, "classes is 10; pass a list of names"),
    "one_text": ("one text", "cat,dog", "classes is the single text 'cat,dog'; pass a list"),
    "a_set": ("a set", {"a", "b"}, r"classes is a set, which has no order.*sorted\(classes\)"),
    "a_table": ("a table", pd.DataFrame({"a": [1]}), "classes is a table; pass one of its columns"),
    "one_class": ("one class", ["a"], "classes holds 1 name; labeling needs at least two"),
    "two_rows": ("an array of two rows", np.eye(2), r"classes has shape \(2, 2\)"),
    "unclear_mapping": (
        "names by names",
        {"a": "A", "b": "B"},
        "which side has the names is not clear",
    ),
    "too_many": ("2,001 classes", range(2_001), "at most 2,000 are supported. Label in two steps"),
}
for name, (what, given, words) in REFUSED.items():
    classes.add(name, what, "refused: what to pass", partial(not_taken, given, words))


@classes("an Enum", "its values are the names; its members stand for them")
def an_enum(home: Path) -> None:
    session = nb.Session(plain(), Fruit)
    assert session.classes == ("apple", "pear")
    session.tell(0, Fruit.PEAR)
    assert labels(session) == {"0": "pear"}


@classes("names that differ by case only", "taken, with a warning")
def case_only(home: Path) -> None:
    with warned("the classes 'Cat' and 'cat' differ only in case, spaces or form"):
        session = nb.Session(plain(), ["Cat", "cat"])
    session.tell([0, 1], ["cat", "Cat"])
    assert labels(session) == {"0": "cat", "1": "Cat"}


@classes("names that look alike: a hyphen of another kind is none", "two classes")
def two_hyphens(home: Path) -> None:
    session = nb.Session(plain(), ["a-b", "a–b"])
    session.tell(0, "a–b")
    assert labels(session) == {"0": "a–b"}


@classes("'1' and '2' where answers are numbers", "the answer 1 is the class '1', not the second")
def names_are_numbers(home: Path) -> None:
    session = nb.Session(plain(), ["1", "2"])
    session.tell([0, 1], [1, 2.0])
    assert labels(session) == {"0": "1", "1": "2"}


@classes("'10', '9', '8' where the answers of simulate are numbers", "by name, not by place")
def simulate_by_name(home: Path) -> None:
    y = np.array([8, 10] * 3)
    assert accuracy(y, classes=["10", "9", "8"]) == 1


@classes("a class added that is there already, with blanks", "refused")
def added_again(home: Path) -> None:
    session = nb.Session(plain(), ["a", "b"])
    with refused("the class 'a' is there twice"):
        session.add_class(" a ")


@classes("None as a new class", "refused")
def none_added(home: Path) -> None:
    with refused("class name number 3 is missing"):
        nb.Session(plain(), ["a", "b"]).add_class(None)
