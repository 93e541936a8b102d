"""Types of arrays, and the checks that embeddings and numbers pass everywhere."""

from __future__ import annotations

import decimal
import math
import numbers
import os
import reprlib
from collections.abc import Iterator, Mapping, ValuesView
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.system.dataframes import as_pandas

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]
Int32Array = npt.NDArray[np.int32]
UInt8Array = npt.NDArray[np.uint8]
UInt16Array = npt.NDArray[np.uint16]
BoolArray = npt.NDArray[np.bool_]
Int8Array = npt.NDArray[np.int8]

LARGEST = 1e15  # beyond, squared distances overflow float32
DENSE = 2**28  # numbers of a sparse matrix, 1 GiB of them, that are written out


def as_embeddings(values: Any, n: int | None = None) -> FloatArray:
    """Check embeddings and return them as a contiguous float32 array.

    Parameters
    ----------
    values : array of shape (n, dim)
        Finite numbers. Also a data frame of numbers, a column of lists or arrays, a sparse matrix
        of up to 2**28 values, or a tensor.
    n : int, optional
        How many rows there must be.

    Raises
    ------
    ValueError
        If they are not a finite, numeric, two-dimensional array with `n` rows.
    """
    array = as_array(values)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(
            f"embeddings have shape {array.shape}; expected (n, dim). nblabel.embed makes them of "
            "images, texts and tables."
        )
    if array.dtype.kind == "c":
        raise ValueError("embeddings are complex; pass real numbers.")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"embeddings have dtype {array.dtype}; expected numbers.")
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


def as_array(values: Any) -> npt.NDArray[Any]:
    """Return what may be embeddings as an array, of whatever kind they came.

    Parameters
    ----------
    values : object
        As for `as_embeddings`.

    Raises
    ------
    ValueError
        If they are no table of numbers; the message names the column or row.
    """
    if isinstance(values, np.ma.MaskedArray):  # what is masked is missing
        return np.asarray(np.ma.filled(values.astype(np.float64), np.nan))
    if isinstance(values, np.ndarray) and values.ndim == 0 and values.dtype == object:
        values = values.item()  # a sparse matrix, say, that numpy.array made nothing of
    if isinstance(values, Iterator | ValuesView):
        values = list(values)
    if _is_text(values) or isinstance(values, os.PathLike):
        raise ValueError(f"embeddings is {values!r:.60}; load the file first: numpy.load(path).")
    if not isinstance(values, np.ndarray):
        values = _dense(as_pandas(values))
    if hasattr(values, "columns"):
        return _of_columns(values)
    if hasattr(values, "iloc"):
        values = values.to_numpy(dtype=object if values.dtype == object else None)
    if isinstance(values, Mapping) and hasattr(values, "files"):  # .npz
        raise ValueError(
            f"embeddings are an archive of arrays; pass one of them: X[{next(iter(values), '')!r}]."
        )
    if isinstance(values, dict | set | frozenset):
        raise ValueError(  # noqa: TRY004
            f"embeddings are a {type(values).__name__}, which has no rows; of a dict by id: "
            "Pool(embeddings=list(X.values()), ids=list(X))."
        )
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:  # or rows that are tensors
        array = _stacked(list(values), error)
    if array.dtype == object and array.ndim:
        array = _of_objects(array)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def _dense(values: Any) -> Any:
    """Return tensors and sparse matrices as arrays, anything else as it is."""
    if callable(getattr(values, "detach", None)):  # a tensor of torch
        values = values.detach().cpu()
        values = values.to_dense() if getattr(values, "is_sparse", False) else values
        try:
            return values.numpy()
        except TypeError:  # numpy has no such type: bfloat16
            return values.float().numpy()
    if not callable(getattr(values, "toarray", None)):
        return values
    if math.prod(values.shape) > DENSE:
        raise ValueError(
            f"embeddings are a sparse matrix of shape {values.shape}, too large to write out. "
            "Reduce it first: sklearn.decomposition.TruncatedSVD(100).fit_transform(X)."
        )
    return values.toarray()


def _of_columns(frame: Any) -> npt.NDArray[Any]:
    """Return the numbers of a data frame, or say which columns hold something else."""
    if frame.shape[1] == 1 and _holds_rows(frame.iloc[:, 0]):
        return as_array(frame.iloc[:, 0])
    wrong = [place for place in range(frame.shape[1]) if not _is_numeric(frame.iloc[:, place])]
    if wrong:
        names = [frame.columns[place] for place in wrong]
        kind = frame.iloc[:, wrong[0]].dtype
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise ValueError(
            f"embeddings: column {names[0]!r}{more} holds no numbers (dtype {kind}). Leave it out: "
            f"X.drop(columns={names[:3]!r}). A table of mixed columns goes to table=."
        )
    with np.errstate(over="ignore"):
        return np.asarray(frame.to_numpy(dtype=np.float32, na_value=np.nan))


def _holds_rows(column: Any) -> bool:
    return len(column) > 0 and hasattr(column.iloc[0], "__len__") and not _is_text(column.iloc[0])


def _is_numeric(column: Any) -> bool:
    import pandas as pd

    if column.dtype != object:
        types = pd.api.types
        return bool(types.is_numeric_dtype(column)) and not types.is_complex_dtype(column)
    return all(_is_number(value) or value is None or value is pd.NA for value in column)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real | decimal.Decimal | np.bool_)


def _is_text(value: Any) -> bool:
    return isinstance(value, str | bytes)


def _of_objects(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array of objects as numbers, or as rows where each is a list or an array."""
    if array.ndim == 1 and len(array):
        return _stacked(list(array))
    flat = array.ravel()
    bad = next((place for place, value in enumerate(flat) if not _is_number(value)), None)
    if bad is None:
        return array.astype(np.float64)
    where = f": row {bad // array.shape[1]} holds {flat[bad]!r:.40}" if array.ndim == 2 else ""
    raise ValueError(f"embeddings have dtype object; expected numbers{where}.")


def _stacked(rows: list[Any], error: Exception | None = None) -> npt.NDArray[Any]:
    """Return rows, each a list, an array or a tensor, as one array."""
    for place, row in enumerate(rows):
        if _is_text(row) or not hasattr(row, "__len__"):
            hint = " Read lists out of text with column.map(json.loads)." if _is_text(row) else ""
            raise ValueError(
                f"embeddings: row {place} is {row!r:.40}, no list of numbers.{hint}"
            ) from error
    arrays = [_row(row, place) for place, row in enumerate(rows)]
    lengths = [array.shape for array in arrays]
    other = next((place for place, one in enumerate(lengths) if one != lengths[0]), None)
    if other is not None:
        raise ValueError(
            "embeddings are no table: their rows differ in length. Row 0 has shape "
            f"{lengths[0]}, row {other} {lengths[other]}."
        ) from error
    stacked = np.stack(arrays)
    return _of_objects(stacked) if stacked.dtype == object else stacked


def _row(row: Any, place: int) -> npt.NDArray[Any]:
    try:
        array = np.asarray(_dense(row))
    except (ValueError, TypeError, RuntimeError) as error:
        raise ValueError(f"embeddings: row {place} is no list of numbers: {error}.") from error
    return array[0] if array.ndim == 2 and len(array) == 1 else array  # of a sparse matrix


def is_number(value: Any) -> bool:
    """Return whether a value is a real number; True and False are none."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def is_whole(value: Any) -> bool:
    """Return whether a value is a whole number by its type; True and False are none."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def as_positions(index: Any, n: int) -> IntArray:
    """Return positions among n items as an array, or say what is wrong with them.

    Raises
    ------
    IndexError
        If there is none, or one is outside.
    """
    if np.ma.is_masked(index):
        raise IndexError("some of these positions are masked; pass index.compressed().")
    try:
        array = np.atleast_1d(np.asarray(index))
    except ValueError:  # lists that differ in length
        array = np.empty(0)
    if array.ndim != 1 or array.size == 0 or not np.issubdtype(array.dtype, np.integer):
        hint = " For a boolean mask: numpy.flatnonzero(mask)." if array.dtype == bool else ""
        raise IndexError(
            f"{reprlib.repr(index)} is no position, nor a list of positions, in the pool.{hint}"
        )
    outside = array[(array < 0) | (array >= n)]
    if outside.size:
        raise IndexError(f"position {outside[0]} is outside the pool of {n:,} items.")
    return array.astype(np.intp)
