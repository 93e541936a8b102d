"""Vectors."""

from __future__ import annotations

import collections
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import nblabel as nb
from tests.inputs.case import Kind, begun, refused

KIND = embeddings = Kind("embeddings", "Embeddings")

X = np.arange(12, dtype=np.float32).reshape(4, 3) / 4


def taken(make: Any, home: Path) -> None:
    """What is made of X is a pool with the vectors of X."""
    pool = nb.Pool(embeddings=make(X))
    assert pool.embeddings.dtype == np.float32
    assert (pool.embeddings == X).all()


def mapped(values: np.ndarray) -> Any:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.npy"
        np.save(file, values)
        return np.load(file, mmap_mode="r")


def bfloat(values: np.ndarray) -> Any:
    torch = pytest.importorskip("torch")
    return torch.tensor(values, requires_grad=True).bfloat16()


def of_arrow(X: Any) -> pd.DataFrame:
    import pyarrow as pa  # noqa: F401  an extra

    return pd.DataFrame(X).convert_dtypes(dtype_backend="pyarrow")


TAKEN = {
    "half_floats": ("floats of 16 bits", lambda X: X.astype(np.float16)),
    "bfloat16": ("a tensor of bfloat16 that wants gradients", bfloat),
    "mapped": ("a file mapped into memory", mapped),
    "fortran": ("an array in Fortran order", np.asfortranarray),
    "matrix": ("a numpy matrix", lambda X: scipy.sparse.csr_matrix(X).todense()),
    "sparse_coo": ("a sparse matrix in coordinates", scipy.sparse.coo_matrix),
    "sparse_array": ("a sparse array of scipy", scipy.sparse.csc_array),
    "sparse_rows": ("a list of sparse rows", lambda X: [scipy.sparse.csr_matrix(row) for row in X]),
    "wrapped_sparse": (
        "a sparse matrix that numpy.array wrapped",
        lambda X: np.array(scipy.sparse.csr_matrix(X)),
    ),
    "deque": ("a deque of lists", lambda X: collections.deque(X.tolist())),
    "generator": ("a generator of rows", lambda X: (row for row in X)),
    "dict_values": (
        "the values of a dict",
        lambda X: dict(zip("abcd", X, strict=True)).values(),
    ),
    "column_of_tuples": ("a column of tuples", lambda X: pd.Series(list(map(tuple, X.tolist())))),
    "object_array": ("an array of objects", lambda X: X.astype(object)),
    "arrow_frame": (
        "a data frame of Arrow's types",
        of_arrow,
    ),
    "sparse_frame": (
        "a data frame of sparse columns",
        lambda X: pd.DataFrame.sparse.from_spmatrix(scipy.sparse.csr_matrix(X)),
    ),
    "big_endian": ("numbers with the high byte first", lambda X: X.astype(">f8")),
}
for name, (what, make) in TAKEN.items():
    slow = make is bfloat  # torch takes seconds to load
    embeddings.add(name, what, "taken", partial(taken, make), slow=slow)


@embeddings("whole numbers and booleans", "taken as numbers")
def whole_numbers(home: Path) -> None:
    assert nb.Pool(embeddings=np.eye(3, dtype=bool)).embeddings.tolist() == np.eye(3).tolist()
    assert nb.Pool(embeddings=[[1, 2], [3, 4]]).embeddings.tolist() == [[1, 2], [3, 4]]


@embeddings("one column", "taken; a session learns from it")
def one_column(home: Path) -> None:
    values = np.repeat([[0.0], [9.0]], 10, axis=0)
    session = begun(nb.Pool(embeddings=values), ["a", "b"])
    session.tell([0, 10], ["a", "b"])
    assert session.predict().tolist() == ["a"] * 10 + ["b"] * 10


@embeddings("a column that is constant", "taken; distances stay what they are")
def constant_column(home: Path) -> None:
    values = np.c_[np.ones(20), np.repeat([0.0, 9.0], 10)]
    session = begun(nb.Pool(embeddings=values), ["a", "b"])
    session.tell([3, 13], ["a", "b"])
    assert session.predict().tolist() == ["a"] * 10 + ["b"] * 10


@embeddings("rows with infinite numbers", "refused: how many rows, and which is the first")
def infinite_rows(home: Path) -> None:
    values = X.copy()
    values[2:, 1] = np.inf
    with refused(r"infinite or too large values in 2 of 4 rows \(first: row 2\)"):
        nb.Pool(embeddings=values)


@embeddings("a masked array", "refused: the first row that lacks a value")
def masked(home: Path) -> None:
    with refused(r"NaN.*in 1 of 4 rows \(first: row 3\)"):
        nb.Pool(embeddings=np.ma.masked_greater(X, 2.7))


@embeddings("no columns at all", "refused: what is expected")
def no_columns(home: Path) -> None:
    with refused(r"embeddings have shape \(4, 0\); expected \(n, dim\)"):
        nb.Pool(embeddings=np.zeros((4, 0)))


@embeddings("a list of numbers, one for each item", "refused: its shape")
def one_dimension(home: Path) -> None:
    with refused(r"row 0 is|shape \(4,\)"):
        nb.Pool(embeddings=[0.1, 0.2, 0.3, 0.4])


@embeddings("three dimensions, a vector for each word", "refused: its shape")
def three_dimensions(home: Path) -> None:
    with refused(r"embeddings have shape \(2, 5, 3\); expected \(n, dim\)"):
        nb.Pool(embeddings=np.zeros((2, 5, 3)))


@embeddings("vectors of another number of items", "refused: both numbers")
def wrong_number(home: Path) -> None:
    with refused("differ in length: 3 texts, 4 embeddings"):
        nb.Pool(texts=["a", "b", "c"], embeddings=X)


@embeddings("numbers written as text", "refused: their type")
def numbers_as_text(home: Path) -> None:
    with refused(r"embeddings have dtype <U\d+; expected numbers"):
        nb.Pool(embeddings=[["0.1", "0.2"], ["0.3", "0.4"]])


@embeddings("lists in a CSV file, read as text", "refused: how to read them")
def lists_as_text(home: Path) -> None:
    with refused(r"row 0 is '\[0\.1, 0\.2\]'.*json\.loads"):
        nb.Pool(embeddings=pd.Series(["[0.1, 0.2]", "[0.3, 0.4]"]))


@embeddings("a data frame with a column of dates", "refused by the name of the column")
def column_of_dates(home: Path) -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0], "day": pd.date_range("2024", periods=2)})
    with refused("column 'day' holds no numbers .*Leave it out"):
        nb.Pool(embeddings=frame)


@embeddings("rows that differ in length", "refused: which row")
def ragged(home: Path) -> None:
    with refused(r"Row 0 has shape \(2,\), row 2 \(3,\)"):
        nb.Pool(embeddings=[[1, 2], [3, 4], [5, 6, 7]])


@embeddings("a row that is missing", "refused: which row")
def missing_row(home: Path) -> None:
    with refused("embeddings: row 1 is None"):
        nb.Pool(embeddings=pd.Series([[1, 2], None, [3, 4]]))


@embeddings("the path of a file of vectors", "refused: what is expected")
def path_of_vectors(home: Path) -> None:
    with refused(r"embeddings.*(text|path|expected)"):
        nb.Pool(embeddings="vectors.npy")


@embeddings("an archive of numpy (.npz), as numpy.load opens it", "refused: name one of its arrays")
def npz(home: Path) -> None:
    np.savez(home / "x.npz", vectors=X)
    with np.load(home / "x.npz") as archive, refused(r"vectors"):
        nb.Pool(embeddings=archive)


@embeddings("vectors with an index in another order than the texts", "paired by the index")
def paired(home: Path) -> None:
    texts = pd.Series(["p", "q", "r", "s"], index=list("abcd"))
    pool = nb.Pool(texts=texts, embeddings=pd.DataFrame(X, index=list("abcd")).iloc[::-1])
    assert (pool.embeddings == X).all()


@embeddings("new points of another width", "refused: both widths")
def other_width(home: Path) -> None:
    session = begun(nb.Pool(embeddings=X), ["a", "b"])
    session.tell([0, 3], ["a", "b"])
    with refused(r"\b2\b.*\b3\b|\b3\b.*\b2\b"):
        session.predict_proba(np.zeros((1, 2)))


@embeddings("a function that returns one row too few", "refused: both numbers")
def function_of_wrong_length(home: Path) -> None:
    with refused(r"\b1\b.*\b2\b|\b2\b.*\b1\b"):
        nb.embed(nb.Pool(texts=["a", "b"]), lambda items: np.ones((len(items) - 1, 2)))


@embeddings("a width that is no whole number, dim=2.5", "refused: pass a whole number")
def broken_width(home: Path) -> None:
    with refused(r"dim is 2\.5; pass a whole number"):
        nb.embed(nb.Pool(texts=["a b", "b c", "c d"]), dim=2.5)


def described(columns: str) -> pd.DataFrame:
    """Two groups of rows that one column tells apart; the other is large in both."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": np.arange(20) % 2 * 3.0, "b": 30 + rng.normal(size=20) / 10})
    return frame[list(columns)]


@embeddings(
    "a DataFrame for the pool, and new points whose columns are in another order", "by name"
)
def new_points_with_columns_in_another_order(home: Path) -> None:
    one = begun(nb.Pool(embeddings=described("ab")), ["low", "high"])
    one.tell([0, 1, 2, 3], ["low", "high"] * 2)
    right = one.predict_proba(described("ab"))
    assert right[:4].argmax(axis=1).tolist() == [0, 1, 0, 1]
    assert not np.allclose(one.predict_proba(described("ba").to_numpy()), right)  # without names
    np.testing.assert_array_equal(one.predict_proba(described("ba")), right)
    np.testing.assert_array_equal(one.predict_proba(nb.Pool(embeddings=described("ba"))), right)
    with refused("X has other columns than the embeddings of the pool .missing: b; unknown: c"):
        one.predict_proba(described("ab").rename(columns={"b": "c"}))
    one.set_embeddings(described("ba"))
    np.testing.assert_array_equal(
        one.predict_proba(described("ab")), one.predict_proba(described("ba"))
    )


@embeddings(
    "a DataFrame for the pool, and one with other columns for more items", "by name; refused"
)
def more_items_with_columns_in_another_order(home: Path) -> None:
    pool = nb.Pool(embeddings=described("ab"))
    more = nb.Pool(embeddings=described("ba"), ids=range(20, 40))
    twice = pool.extended(more)
    np.testing.assert_array_equal(twice.embeddings[20:], pool.embeddings)
    np.testing.assert_array_equal(
        twice.extended(nb.Pool(embeddings=described("ba"), ids=range(40, 60))).embeddings[40:],
        pool.embeddings,
    )
    other = nb.Pool(embeddings=described("ab").rename(columns={"b": "c"}), ids=range(20, 40))
    with refused("the other pool has other columns .*missing: b; unknown: c"):
        pool.extended(other)
