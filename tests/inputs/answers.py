"""Answers, and known answers of a simulation."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, accuracy, labels, plain, refused, session

KIND = answers = Kind("answers", "Answers")

WANTED = {"a": "cat", "b": "dog"}


def told(index: Any, label: Any, home: Path) -> None:
    one = session()
    one.tell(index, label)
    assert labels(one) == WANTED


def not_told(index: Any, label: Any, words: str, home: Path) -> None:
    one = session()
    with refused(words, (ValueError, TypeError, IndexError)):
        one.tell(index, label)
    assert labels(one) == {}


TOLD: dict[str, tuple[str, Any, Any]] = {
    "column_of_positions": ("a column of positions", pd.Series([0, 1]), ["cat", "dog"]),
    "unsigned": ("positions as unsigned numbers", np.array([0, 1], np.uint64), ["cat", "dog"]),
    "column_of_labels": (
        "a column of labels in another order, with the ids as its index",
        [0, 1],
        pd.Series(["dog", "cat"], index=["b", "a"]),
    ),
    "category": ("labels as a category of pandas", [0, 1], pd.Categorical(["cat", "dog"])),
    "generator": ("labels from a generator", [0, 1], (name for name in ("cat", "dog"))),
    "blanks": ("labels with blanks around", [0, 1], [" cat", "dog "]),
    "bytes": ("labels in bytes", [0, 1], [b"cat", b"dog"]),
    "twice": ("a position twice: the last label counts", [0, 1, 0], ["dog", "dog", "cat"]),
}
for name, (what, index, label) in TOLD.items():
    answers.add(name, what, "both are labeled", partial(told, index, label))

NOT_TOLD: dict[str, tuple[str, Any, Any, str]] = {
    "negative": ("a negative position", -1, "cat", "position -1 is outside the pool of 3"),
    "outside": ("a position behind the end", [0, 3], "cat", "position 3 is outside the pool of 3"),
    "float": ("a position as a float", 1.0, "cat", r"1\.0 is no position"),
    "mask": ("a mask", np.array([True, False, True]), "cat", r"numpy\.flatnonzero\(mask\)"),
    "masked": (
        "positions of which one is masked",
        np.ma.array([0, 1], mask=[False, True]),
        "cat",
        r"some of these positions are masked; pass index\.compressed\(\)",
    ),
    "masked_labels": (
        "labels of which one is masked",
        [0, 1],
        np.ma.array(["cat", "dog"], mask=[False, True]),
        "is not a class.*skip leaves an item open",
    ),
    "id": ("an id in place of a position", "a", "cat", "'a' is no position"),
    "none": ("nothing", [], "cat", r"\[\] is no position"),
    "nan_label": ("NaN as a label", 0, float("nan"), "nan is not a class.*skip leaves"),
    "none_label": ("None as a label", 0, None, "None is not a class.*skip leaves an item open"),
    "code": ("a code in place of a name", 0, 1, "'1' is not a class; the classes are cat, dog"),
    "capital": ("a class in capitals", 0, "CAT", "'CAT' is not a class.*Did you mean 'cat'"),
    "set": ("a set of labels", [0, 1], {"cat", "dog"}, "labels is a set; pass a list"),
    "dict": ("labels by position", [0, 1], {0: "cat", 1: "dog"}, "labels is a dict; pass a list"),
    "too_many": ("more labels than positions", [0], ["cat", "dog"], "1 items but 2 labels"),
    "probabilities": (
        "a row of probabilities for each item",
        [0, 1],
        np.array([[0.9, 0.1], [0.2, 0.8]]),
        "is not a class; the classes are cat, dog",
    ),
}
for name, (what, index, label, words) in NOT_TOLD.items():
    answers.add(name, what, "refused by name", partial(not_told, index, label, words))


def simulated(y: Any, home: Path) -> None:
    assert accuracy(y) == 1


def not_simulated(y: Any, words: str, home: Path) -> None:
    with refused(words):
        accuracy(y)


SIMULATED: dict[str, tuple[str, Any]] = {
    "y_booleans": ("known answers as booleans", [True, False] * 3),
    "y_floats": ("known answers as floats without decimals", np.array([0.0, 1.0] * 3)),
    "y_decimals": ("known answers as decimals", [Decimal(0), Decimal(1)] * 3),
    "y_nullable": ("known answers as nullable numbers", pd.array([0, 1] * 3, dtype="Int64")),
    "y_categories": ("known answers as categories", pd.Categorical(["x", "y"] * 3)),
}
for name, (what, y) in SIMULATED.items():
    answers.add(name, what, "each is a class", partial(simulated, y))

NOT_SIMULATED: dict[str, tuple[str, Any, str]] = {
    "y_infinite": (
        "an infinite number among known answers",
        [0, 1, 0, 1, 0, np.inf],
        "y holds inf",
    ),
    "y_shares": ("known answers such as 0.5", [0.5, 1, 0, 1, 0, 1], r"y holds 0\.5, which is no"),
    "y_masked": (
        "known answers of which one is masked",
        np.ma.array([0, 1, 0, 1, 0, 1], mask=[0, 0, 1, 0, 0, 0]),
        r"lacks the answer for 1 of 6 items \(first: position 2\)",
    ),
    "y_gap": (
        "known answers with a gap",
        ["x", "y", None, "y", "x", "y"],
        "lacks the answer for 1",
    ),
    "y_table": (
        "a table of known answers",
        pd.DataFrame({"y": [0, 1] * 3}),
        "y is a table; pass one of its columns",
    ),
    "y_one_hot": (
        "a column for each class",
        np.eye(2)[[0, 1] * 3],
        r"one column a class: y\.argmax\(axis=1\)",
    ),
    "y_short": ("known answers for fewer items", [0, 1], "y holds 2 answers for 6 items"),
}
for name, (what, y, words) in NOT_SIMULATED.items():
    answers.add(name, what, "refused: what is wrong", partial(not_simulated, y, words))


@answers("a label accepted as a name that is no class", "refused; nothing is accepted")
def accepted(home: Path) -> None:
    one = session()
    one.tell([0, 1], ["cat", "dog"])
    with refused("'cow' is not a class"):
        one.accept([2], "cow")
    assert one.n_accepted == 0


@answers("a request for 2.5 or True questions", "refused: ask for at least one")
def broken_number(home: Path) -> None:
    for n in (2.5, True, 0, "3"):
        with refused("ask for at least one item"):
            session().ask(n)


@answers("a seed as text, or below zero", "refused: pass a whole number")
def seeds(home: Path) -> None:
    for seed in ("zero", -1, 1.5):
        with refused(r"random_state is .*whole number"):
            nb.Session(plain(), ["a", "b"], random_state=seed)


@answers("a seed of numpy", "taken")
def numpy_seed(home: Path) -> None:
    assert nb.Session(plain(), ["a", "b"], random_state=np.int64(7)).random_state == 7


SHARES = {"true": True, "negative": -0.1, "percent": 150, "text": "10%", "nan": float("nan")}


def share_refused(value: Any, home: Path) -> None:
    with refused(r"audit is .*; it must be a share between 0 and 1, such as 0\.1"):
        nb.Session(plain(), ["a", "b"], audit=value)
    one = nb.Session(plain(), ["a", "b"])
    with refused("repeats is .*; it must be a share between 0 and 1"):
        one.repeat_share = value


for name, value in SHARES.items():
    answers.add(
        f"share_{name}",
        f"{value!r} as the share of audit samples or repeats",
        "refused: a share between 0 and 1",
        partial(share_refused, value),
    )
