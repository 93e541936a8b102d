"""What is known of the classes of items before the first label, as probabilities."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, as_array
from nblabel.embeddings.custom import batches
from nblabel.pool import Pool
from nblabel.pool.order import in_pool_order
from nblabel.pool.pictures import MediaError
from nblabel.system.dataframes import columns_of
from nblabel.system.values import Names, is_missing, nearest, text_of

OFF = 1e-3  # that a row may be off a sum of 1 by rounding

Floats = npt.NDArray[np.float64]


def as_prior(
    pool: Pool,
    prior: Any,
    classes: Sequence[str],
    *,
    n_given: int | None = None,
    renamed: Mapping[str, str] | None = None,
) -> FloatArray:
    """Return a prior as probabilities, in the order of the pool and of the classes.

    Parameters
    ----------
    pool : Pool
    prior : array of shape (n, n_known), DataFrame, Series, callable or str
        See `nblabel.Session`.
    classes : sequence of str
        The classes there are by now.
    n_given : int, optional
        How many of them there were at the start; the prior need not know the others. All of them,
        if left out.
    renamed : mapping of str to str, optional
        Former names of classes, and what they are called now.

    Returns
    -------
    ndarray of shape (n, n_known), float32
        Rows sum to 1. An item of which nothing is known (a row of NaN or of zeros, no class name,
        or a picture that cannot be read) has the same probability for each class. So has a class
        that was added later for each item; those at the end are left out.

    Raises
    ------
    ValueError
        If there are rows for more or fewer items, columns for other classes, or values that are
        negative, infinite, or missing in a part of a row.
    TypeError
        If it is none of these, or a function returns no array of numbers.
    ImportError
        If the network needs a library that is missing.

    Warns
    -----
    UserWarning
        If rows do not sum to 1: they are divided by their sum.
    """
    n_given = len(classes) if n_given is None else n_given
    if isinstance(prior, str):
        from nblabel.embeddings.zero_shot import prior_from_names

        return prior_from_names(pool, classes, prior)
    if isinstance(prior, type):
        raise TypeError(f"prior is the class {prior.__name__}; pass a function or an array.")
    if callable(prior):
        values = _by_function(prior, pool, classes)
        return _probabilities(values, _names(None, values, classes, n_given))
    given = in_pool_order(pool, prior, "prior")
    values = _array(given, pool, classes)
    columns = columns_of(given)
    if columns is not None and renamed:
        columns = [renamed.get(name, name) for name in columns]
    return _probabilities(values, _names(columns, values, classes, n_given))


def _array(given: Any, pool: Pool, classes: Sequence[str]) -> Floats:
    """Return what was given as numbers; class names as ones in the columns of all classes."""
    single = getattr(given, "ndim", 1) == 1 and not hasattr(given, "columns")
    if isinstance(given, list | tuple):
        single = all(np.ndim(value) == 0 for value in given)
    elif not hasattr(given, "shape"):
        raise TypeError(
            f"prior is {given!r:.60}; pass an array of shape (n, {len(classes)}), a DataFrame, a "
            "Series of class names, a function, or the name of a network."
        )
    if single:
        values = _of_names(list(given), classes)
    else:
        try:
            values = np.asarray(as_array(given), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"prior is no table of numbers: {error}") from error
    if values.ndim != 2 or len(values) != len(pool):
        raise ValueError(
            f"prior has shape {values.shape} for a pool of {len(pool):,} items and {len(classes)} "
            "classes; pass a row for each item. A row of NaN stands for an item of which nothing "
            "is known."
        )
    return values


def _of_names(given: list[Any], classes: Sequence[str]) -> Floats:
    """Return class names as ones among zeros; a row of zeros where there is none."""
    known = Names(classes)
    values = np.zeros((len(given), len(classes)))
    for row, name in enumerate(given):
        if is_missing(name):
            continue
        text = text_of(name).strip()
        place = known.place(text)
        if place is None:
            meant = nearest(text, classes)
            raise ValueError(
                f"prior holds {name!r} (row {row}), which is no class"
                + (f"; did you mean {meant!r}? " if meant else "; ")
                + "pass class names, or an array with a column for each class."
            )
        values[row, place] = 1
    return values


def _by_function(
    function: Callable[[list[Any]], Any], pool: Pool, classes: Sequence[str]
) -> Floats:
    """Return what a function says of the items; it is called as by `embed_by`."""
    name = getattr(function, "__name__", type(function).__name__)
    values: Floats | None = None
    for items in batches(pool, f"Prior by {name}"):
        made = function(list(items.values()))
        try:
            rows = np.asarray(as_array(made), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{name} must return an array of probabilities, a row for each of the "
                f"{len(items)} items it was given; it returned {type(made).__name__}: {error}"
            ) from error
        if rows.ndim != 2 or len(rows) != len(items):
            raise ValueError(
                f"{name} returned an array of shape {rows.shape} for {len(items)} items and "
                f"{len(classes)} classes; it must return a row for each item."
            )
        if values is None:
            values = np.full((len(pool), rows.shape[1]), np.nan)
        if rows.shape[1] != values.shape[1]:
            raise ValueError(
                f"{name} returned rows of {rows.shape[1]} numbers, and of {values.shape[1]} "
                "before; they must be of one width."
            )
        values[list(items)] = rows
    if values is None:
        raise MediaError("none of the images can be read; check the files.")
    return values


def _names(
    columns: list[str] | None, values: Floats, classes: Sequence[str], n_given: int
) -> list[int]:
    """Return the class number of each column, or say why the columns are not those of classes."""
    width = values.shape[1]
    if columns is None:
        if not n_given <= width <= len(classes):
            raise ValueError(
                f"prior has {width} columns for {len(classes)} classes ({', '.join(classes)}); "
                "pass one for each, in their order, or a DataFrame with their names."
            )
        return list(range(width))
    known = Names(classes)
    places = [known.place(name.strip()) for name in columns]
    found = [place for place in places if place is not None]
    unknown = [name for name, place in zip(columns, places, strict=True) if place is None]
    missing = [name for place, name in enumerate(classes[:n_given]) if place not in found]
    if unknown or missing or len(set(found)) < len(found):
        parts = {"missing": missing, "unknown": unknown}
        listed = "; ".join(f"{why}: {', '.join(some[:3])}" for why, some in parts.items() if some)
        raise ValueError(
            f"prior has other columns than the classes ({listed or 'one is there twice'}). Name "
            "its columns like the classes, or pass an array (to_numpy()) with them in order."
        )
    return found


def _probabilities(values: Floats, places: list[int]) -> FloatArray:
    """Return checked probabilities by class number; `places` are those of the columns."""
    values = values.copy()
    gaps = np.isnan(values)
    unknown = gaps.all(axis=1)
    if (broken := np.flatnonzero(gaps.any(axis=1) & ~unknown)).size:
        raise ValueError(
            f"prior holds NaN beside numbers in {broken.size:,} rows (first: row {broken[0]}). "
            "Fill them, or make the whole row NaN: then nothing is known of the item."
        )
    values[unknown] = 0
    if (bad := np.flatnonzero(~np.isfinite(values).all(axis=1) | (values < 0).any(axis=1))).size:
        raise ValueError(
            f"prior holds negative or infinite values in {bad.size:,} rows (first: row {bad[0]}); "
            "pass probabilities. Of scores, take the softmax: scipy.special.softmax(x, axis=1)."
        )
    sums = values.sum(axis=1)
    if (off := np.flatnonzero((np.abs(sums - 1) > OFF) & (sums > 0))).size:
        warnings.warn(
            f"{off.size:,} rows of the prior do not sum to 1 (first: row {off[0]}, "
            f"{sums[off[0]]:.4g}); they are divided by their sum.",
            stacklevel=5,
        )
    width = max(places) + 1
    values[sums <= 0] = 1
    values /= values.sum(axis=1, keepdims=True)
    if places == list(range(width)):
        return values.astype(np.float32)
    found = np.full((len(values), width), 1 / width)
    found[:, places] = values * (len(places) / width)
    return found.astype(np.float32)
