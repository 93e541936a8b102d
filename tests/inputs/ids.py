"""Ids of items."""

from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, labels, refused, session

KIND = ids = Kind("ids", "Ids")


def pool(names: object) -> nb.Pool:
    return nb.Pool(embeddings=np.eye(3), ids=names)


@ids("numbers, and the same numbers as text in the table of labels", "the same by value")
def numbers_and_texts(home: Path) -> None:
    one = nb.Session(pool([101, 102, 103]), ["cat", "dog"])
    one.import_labels(pd.DataFrame({"id": ["101", "103"], "label": ["cat", "dog"]}))
    assert labels(one) == {"101": "cat", "103": "dog"}


@ids("texts of numpy", "plain texts")
def numpy_texts(home: Path) -> None:
    found = pool(np.array(["x", "y", "z"])).ids
    assert tuple(found) == ("x", "y", "z")
    assert all(type(one) is str for one in found)


@ids("UUIDs", "as text")
def uuids(home: Path) -> None:
    names = [uuid.UUID(int=n) for n in range(3)]
    assert pool(names).index_of(str(names[2])) == 2


@ids("paths", "as text")
def paths(home: Path) -> None:
    assert pool([Path("a/b"), Path("a/c"), Path("d")]).index_of("a/c") == 1


@ids("a generator", "taken in its order")
def generator(home: Path) -> None:
    assert tuple(pool(f"n{n}" for n in range(3)).ids) == ("n0", "n1", "n2")


@ids("bytes", "read as UTF-8")
def in_bytes(home: Path) -> None:
    assert tuple(pool([b"a", "ø".encode(), b"c"]).ids) == ("a", "ø", "c")


@ids("moments with a time zone", "found by either spelling")
def moments(home: Path) -> None:
    found = pool(pd.date_range("2024-01-01", periods=3, tz="UTC"))
    assert found.index_of("2024-01-02T00:00:00Z") == 1


@ids("whole numbers too large for a float", "kept to the last digit")
def long_numbers(home: Path) -> None:
    found = pool(pd.array([2**60 + 1, 2**60 + 2, 2**60 + 3], dtype="Int64"))
    assert found.index_of(2**60 + 2) == 1


@ids("one text for all", "refused: pass a list")
def one_text(home: Path) -> None:
    with refused("ids is the single text 'abc'; pass a list"):
        pool("abc")


@ids("one number", "refused: pass a list")
def one_number(home: Path) -> None:
    with refused("ids is 7; pass a list"):
        pool(7)


@ids("a table of three columns for three items", "refused: pass one of its columns")
def whole_table(home: Path) -> None:
    with refused("ids is a table; pass one of its columns"):
        pool(pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6], "c": [7, 8, 9]}))


@ids("an array of two columns", "refused: its shape")
def two_columns(home: Path) -> None:
    with refused(r"ids has shape \(3, 2\); pass one"):
        pool(np.arange(6).reshape(3, 2))


@ids("a dict", "refused: pass a list")
def dictionary(home: Path) -> None:
    with refused("ids is a dict; pass a list"):
        pool({"a": 1, "b": 2, "c": 3})


@ids("an id that is there twice", "refused: which one")
def duplicate(home: Path) -> None:
    with refused("ids must be unique; 1 repeat, for example 'a'"):
        pool(["a", "b", "a"])


@ids("1 and 1.0", "refused: they are the same")
def one_and_one(home: Path) -> None:
    with refused("ids must be unique; 1 repeat, for example '1'|1 and '1' are the same"):
        pool([1, "1", 2])


@ids("NaN among numbers", "refused by position")
def nan(home: Path) -> None:
    with refused("the id of item 1 is missing"):
        pool([1.0, np.nan, 3.0])


@ids("NaT among days", "refused by position")
def nat(home: Path) -> None:
    with refused("the id of item 2 is missing"):
        pool(pd.to_datetime(["2024-01-01", "2024-01-02", None]))


@ids("an empty text", "refused by position")
def empty(home: Path) -> None:
    with refused("the id of item 1 is (empty|missing)"):
        pool(["a", "", "c"])


@ids("fewer ids than items", "refused: both numbers")
def too_few(home: Path) -> None:
    with refused("differ in length: 3 embeddings, 2 ids"):
        pool(["a", "b"])


@ids("blanks around ids in the table of labels", "found without them")
def blanks_around(home: Path) -> None:
    one = session(["a", "b", "c"])
    one.import_labels(pd.DataFrame({"id": [" a ", "b\t"], "label": ["cat", "dog"]}))
    assert labels(one) == {"a": "cat", "b": "dog"}


@ids("two ids that differ in blanks only", "two items; one that could be either is not matched")
def blanks_tell_apart(home: Path) -> None:
    one = session(["a", "a ", "c"])
    report = one.import_labels(pd.DataFrame({"id": ["a", " a"], "label": ["cat", "dog"]}))
    assert labels(one) == {"a": "cat"}
    assert report.unknown_ids == ("a",) or "a" in str(report)


@ids("accents in the other form of Unicode", "the same")
def forms(home: Path) -> None:
    one = session(["cafe\u0301.jpg", "b", "c"])
    one.import_labels(pd.DataFrame({"id": ["caf\u00e9.jpg"], "label": ["dog"]}))
    assert list(labels(one).values()) == ["dog"]


@ids("07 where the item is 7", "not matched: did you mean 7?")
def leading_zero(home: Path) -> None:
    one = session([7, 8, 9])
    report = one.import_labels(pd.DataFrame({"id": ["07"], "label": ["cat"]}))
    assert labels(one) == {}
    assert "07 (did you mean '7'?)" in str(report)


@ids("an id that is not there, looked up", "said with the size of the pool")
def looked_up(home: Path) -> None:
    with refused("no item with id 'z' in this pool of 3", KeyError):
        pool(["a", "b", "c"]).index_of("z")


@ids("pairs of a table's index of two levels", "as text, found again by the pair")
def pairs(home: Path) -> None:
    index = pd.MultiIndex.from_tuples([("x", 1), ("x", 2), ("y", 1)])
    assert pool(index).index_of(("x", 2)) == 1
