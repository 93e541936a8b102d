"""Priors: what is known of the items before the first label."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, begun, refused, warned

KIND = priors = Kind("priors", "Priors")
IDS = ["a", "b", "c"]
PROBA = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])


def pool() -> nb.Pool:
    return nb.Pool(embeddings=np.eye(3), ids=IDS)


def gives(prior: Any, expected: Any, words: str, home: Path, **options: Any) -> None:
    """It is read so, with a warning where there are words, and else without one."""
    if words:
        with warned(words):
            session = begun(pool(), ["cat", "dog"], prior=prior, **options)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            session = begun(pool(), ["cat", "dog"], prior=prior, **options)
    assert session.prior is not None
    assert np.allclose(session.prior, expected, atol=1e-6, equal_nan=True)


def not_taken(prior: Any, words: str, home: Path, **options: Any) -> None:
    with refused(words):
        begun(pool(), ["cat", "dog"], prior=prior, **options)


EVEN = [0.5, 0.5]
TABLE = pd.DataFrame(PROBA, index=IDS, columns=["cat", "dog"])
for name, brought, happens, prior, expected, words in (
    ("array", "an array of probabilities", "in the order of pool and classes", PROBA, PROBA, ""),
    ("table", "a table in another order of rows and columns",
     "rows go by the ids in its index, columns by the names of the classes",
     TABLE.loc[["c", "a", "b"], ["dog", "cat"]], PROBA, ""),
    ("names", "class names, some missing", "certain until labels say otherwise", pd.Series(["cat", None, "dog"], index=IDS), [[1, 0], EVEN, [0, 1]], ""),
    ("one_hot", "rows of one 1", "the same", np.array([[1, 0], [1, 0], [0, 1]]),
     [[1, 0], [1, 0], [0, 1]], ""),
    ("unknown_rows", "rows of NaN or of zeros", "nothing is known of these items",
     np.array([[np.nan, np.nan], [0, 0], [0.2, 0.8]]), [EVEN, EVEN, [0.2, 0.8]], ""),
    ("percentages", "rows that sum to 100", "divided by their sum, with a warning", 100 * PROBA,
     PROBA, "3 rows of the prior do not sum to 1"),
    ("function", "a function of the items", "called with lists of up to 256 items",
     lambda items: np.array([[0.5, 0.5] if item[2] else [0.1, 0.9] for item in items]),
     [[0.1, 0.9], [0.1, 0.9], EVEN], ""),
):  # fmt: skip
    priors.add(name, brought, happens, partial(gives, prior, expected, words))

for name, brought, prior, words in (
    ("nan", "NaN beside numbers in a row", np.array([[np.nan, 1], [0, 1], [0, 1]]),
     r"NaN beside numbers in 1 rows \(first: row 0\)"),
    ("negative", "scores, some of them negative", PROBA - 0.5, "negative or infinite.*softmax"),
    ("narrow", "a column too few", PROBA[:, :1], "1 columns for 2 classes"),
    ("wide", "a column too many", np.full((3, 3), 1 / 3), "3 columns for 2 classes"),
    ("short", "a row too few", PROBA[:2], "for a pool of 3 items"),
    ("other_ids", "a table that lacks an item", TABLE.iloc[:2], "it lacks 'c'"),
    ("other_columns", "a table with a column that is no class",
     TABLE.rename(columns={"dog": "cow"}), "missing: dog; unknown: cow"),
    ("other_names", "names that are no classes", ["cat", "dgo", "cat"], "did you mean 'dog'"),
    ("text", "the name of a network, for a pool of vectors", "clip-b32",
     "nothing that a network could compare"),
):  # fmt: skip
    priors.add(name, brought, "refused: what to pass",
               partial(not_taken, prior, words))  # fmt: skip

TAGS = {"multi_label": True}
for name, brought, happens, prior, expected in (
    ("tags", "with several tags: rows that do not sum to 1", "each tag by itself",
     np.array([[0.9, 0.8], [0, 0], [1, 1]]), [[0.9, 0.8], [0, 0], [1, 1]]),
    ("tags_table", "with several tags: a table of some of them", "nothing is known of the others",
     TABLE[["dog"]], [[np.nan, 0.1], [np.nan, 0.8], [np.nan, 0.5]]),
    ("tags_unknown_row", "with several tags: a row of NaN", "nothing is known of the item",
     np.array([[np.nan, np.nan], [0, 1], [1, 1]]), [[np.nan, np.nan], [0, 1], [1, 1]]),
):  # fmt: skip
    priors.add(name, brought, happens, partial(gives, prior, expected, "", **TAGS))

for name, brought, prior, words in (
    ("tags_nan", "with several tags: NaN beside numbers", np.array([[np.nan, 1], [0, 1], [0, 1]]),
     r"NaN beside numbers in 1 rows \(first: row 0, tag 'cat': NaN\)"),
    ("tags_outside", "with several tags: a number above 1", 2 * PROBA,
     r"no probability in 2 rows \(first: row 0, tag 'cat': 1.8\)"),
    ("tags_narrow", "with several tags: a column too few", PROBA[:, :1],
     "1 columns for 2 classes"),
    ("tags_names", "with several tags: one name for each item", ["cat", "dog", "cat"],
     "one value for each item"),
):  # fmt: skip
    priors.add(name, brought, "refused: what to pass", partial(not_taken, prior, words, **TAGS))
