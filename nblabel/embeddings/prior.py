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
from nblabel.system.dataframes import column_names
from nblabel.system.values import Names, is_missing, nearest, text_of

OFF = 1e-3  # that a row may be off a sum of 1 by rounding
EVEN = 1e-6  # probabilities that differ by less say nothing

Floats = npt.NDArray[np.float64]


def as_prior(
    pool: Pool,
    prior: Any,
    classes: Sequence[str],
    *,
    given: Sequence[str] | None = None,
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
    given : sequence of str, optional
        What those of the start are called now, in the order in which they were given: the order of
        columns without names. The prior need not know the others. One may be there twice, where
        two became one, and one that is no class any more was deleted. All classes, if left out.
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
    given, renamed = classes if given is None else given, renamed or {}
    if isinstance(prior, str):
        from nblabel.embeddings.zero_shot import prior_from_names

        return prior_from_names(pool, classes, prior)
    if isinstance(prior, type):
        raise TypeError(f"prior is the class {prior.__name__}; pass a function or an array.")
    if callable(prior):
        values = by_function(prior, pool, classes)
        return _probabilities(values, in_order(values, classes, given))
    table = in_pool_order(pool, prior, "prior")
    columns = column_names(table)
    if columns is not None:
        values = as_numbers(table, pool, classes)
        return _probabilities(values, by_names(columns, classes, given, renamed))
    if is_single(table):
        values = _checked(_of_names(list(table), classes, given, renamed), pool, classes)
        # of a class that was added later, and that no item has, nothing is known
        named = [n for n, name in enumerate(classes) if name in given or values[:, n].any()]
        return _probabilities(values[:, named], named)
    values = as_numbers(table, pool, classes)
    return _probabilities(values, in_order(values, classes, given))


def by_class(values: Floats, places: Sequence[int]) -> FloatArray:
    """Return probabilities in columns by class number.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Rows sum to 1. Where all values of a row are alike, nothing is known of the item.
    places : sequence of int
        The class number of each column. Those with one number are added up, and those with -1 left
        out.

    Returns
    -------
    ndarray of shape (n, n_known), float32
        Rows sum to 1. A class without a column has the same probability for each item.
    """
    kept = sorted({*places} - {-1})
    if not kept:
        return np.ones((len(values), 1), dtype=np.float32)
    sums = np.zeros((len(values), len(kept)))
    for column, place in enumerate(places):
        if place >= 0:
            sums[:, kept.index(place)] += values[:, column]
    sums[(np.ptp(values, axis=1) <= EVEN) | (sums.sum(axis=1) <= 0)] = 1
    sums /= sums.sum(axis=1, keepdims=True)
    width = kept[-1] + 1
    found = np.full((len(values), width), 1 / width)
    found[:, kept] = sums * (len(kept) / width)
    return found.astype(np.float32)


def is_single(given: Any) -> bool:
    """Return whether there is one value for each item, the name of its class."""
    if isinstance(given, list | tuple):
        return all(np.ndim(value) == 0 for value in given)
    return getattr(given, "ndim", 1) == 1 and hasattr(given, "shape")


def as_numbers(given: Any, pool: Pool, classes: Sequence[str], what: str = "") -> Floats:
    """Return what was given as numbers, or say what to pass: `what`, or what there is for classes.

    Raises
    ------
    ValueError, TypeError
        If they are none, or not of as many items as the pool has.
    """
    if not isinstance(given, list | tuple) and not hasattr(given, "shape"):
        what = what or (
            f"pass an array of shape (n, {len(classes)}), a DataFrame, a Series of class names, a "
            "function, or the name of a network."
        )
        raise TypeError(f"prior is {given!r:.60}; {what}")
    try:
        values = np.asarray(as_array(given), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"prior is no table of numbers: {error}") from error
    return _checked(values, pool, classes)


def _checked(values: Floats, pool: Pool, classes: Sequence[str]) -> Floats:
    if values.ndim != 2 or len(values) != len(pool):
        raise ValueError(
            f"prior has shape {values.shape} for a pool of {len(pool):,} items and {len(classes)} "
            "classes; pass a row for each item. A row of NaN stands for an item of which nothing "
            "is known."
        )
    return values


def _of_names(
    labels: list[Any], classes: Sequence[str], given: Sequence[str], renamed: Mapping[str, str]
) -> Floats:
    """Return class names as ones among zeros; a row of zeros where there is none."""
    known = Names(classes)
    values = np.zeros((len(labels), len(classes)))
    for row, name in enumerate(labels):
        if is_missing(name):
            continue
        text = text_of(name).strip()
        text = renamed.get(text, text)
        place = known.place(text)
        if place is None and text in given:
            continue  # the class was deleted
        if place is None:
            meant = nearest(text, classes)
            raise ValueError(
                f"prior holds {name!r} (row {row}), which is no class"
                + (f"; did you mean {meant!r}? " if meant else "; ")
                + "pass class names, or an array with a column for each class."
            )
        values[row, place] = 1
    return values


def by_function(function: Callable[[list[Any]], Any], pool: Pool, classes: Sequence[str]) -> Floats:
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


def in_order(values: Floats, classes: Sequence[str], given: Sequence[str]) -> list[int]:
    """Return the class number of each column, -1 for one that was deleted, by their order alone."""
    width = values.shape[1]
    order = [*given, *(name for name in classes if name not in given)]
    if not len(given) <= width <= len(order):
        raise ValueError(
            f"prior has {width} columns for {len(order)} classes ({', '.join(order)}); "
            "pass one for each, in their order, or a DataFrame with their names."
        )
    numbers = {name: number for number, name in enumerate(classes)}
    return [numbers.get(name, -1) for name in order[:width]]


def by_names(
    columns: list[str],
    classes: Sequence[str],
    given: Sequence[str],
    renamed: Mapping[str, str],
    *,
    every: bool = True,
) -> list[int]:
    """Return the class number of each column, -1 for one that was deleted, by their names.

    Raises
    ------
    ValueError
        If one is no class, or there twice, or a class has none where `every` one must.
    """
    deleted = [name for name in given if name not in classes]
    known = Names(tuple(dict.fromkeys([*classes, *deleted, *renamed])))
    found = [known.place(name.strip()) for name in columns]
    named = [None if place is None else known.names[place] for place in found]
    now = [None if name is None else renamed.get(name, name) for name in named]
    unknown = [name for name, one in zip(columns, now, strict=True) if one is None]
    missing = [name for name in dict.fromkeys(given) if name in classes and name not in now]
    missing = missing if every else []
    if unknown or missing or len(set(named)) < len(named):
        parts = {"missing": missing, "unknown": unknown}
        listed = "; ".join(f"{why}: {', '.join(some[:3])}" for why, some in parts.items() if some)
        raise ValueError(
            f"prior has other columns than the classes ({listed or 'one is there twice'}). Name "
            "its columns like the classes, or pass an array (to_numpy()) with them in order."
        )
    numbers = {name: number for number, name in enumerate(classes)}
    return [numbers.get(name or "", -1) for name in now]


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
    values[sums <= 0] = 1
    values /= values.sum(axis=1, keepdims=True)
    if places == list(range(len(places))):
        return values.astype(np.float32)
    return by_class(values, places)
