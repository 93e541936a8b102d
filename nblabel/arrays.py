"""Types of arrays, and the checks that embeddings and numbers pass everywhere."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]
Int32Array = npt.NDArray[np.int32]
UInt8Array = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]

LARGEST = 1e15  # beyond, squared distances overflow float32


def as_embeddings(values: npt.ArrayLike, n: int | None = None) -> FloatArray:
    """Check embeddings and return them as a contiguous float32 array.

    Parameters
    ----------
    values : array of shape (n, dim)
        Finite numbers.
    n : int, optional
        How many rows there must be.

    Raises
    ------
    ValueError
        If they are not a finite, numeric, two-dimensional array with `n` rows.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError("embeddings are no table: their rows differ in length.") from error
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(
            f"embeddings have shape {array.shape}; expected (n, dim). nblabel.embed makes them of "
            "images, texts and tables."
        )
    if not (np.issubdtype(array.dtype, np.number) or array.dtype == np.bool_):
        raise ValueError(f"embeddings have dtype {array.dtype}; expected numbers.")
    if np.iscomplexobj(array):
        raise ValueError("embeddings are complex; pass real numbers.")
    if n is not None and len(array) != n:
        raise ValueError(f"embeddings have {len(array)} rows for a pool of {n}.")
    with np.errstate(over="ignore"):  # what overflows float32 is reported just below
        floats = np.ascontiguousarray(array, dtype=np.float32)
    bad = np.flatnonzero(~(np.abs(floats) <= LARGEST).all(axis=1))
    if bad.size:
        raise ValueError(
            f"embeddings hold NaN, infinite or too large values in {bad.size} of {len(floats)} "
            f"rows (first: row {bad[0]}). Drop those items or replace the values."
        )
    return floats


def is_number(value: Any) -> bool:
    """Return whether a value is a real number; True and False are none."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def is_whole(value: Any) -> bool:
    """Return whether a value is a whole number by its type; True and False are none."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
