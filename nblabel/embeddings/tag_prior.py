"""What is known of the tags of items before the first answer, as probabilities of each tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.embeddings.prior import Floats, as_numbers, by_function, by_names, in_order, is_single
from nblabel.pool import Pool
from nblabel.pool.order import in_pool_order
from nblabel.system.dataframes import column_names

WHAT = (
    "pass an array of shape (n, {}): the probability of each tag, from 0 to 1; or a DataFrame of "
    "tags, a function, or the name of a network."
)
FILL = (
    "Fill it, or make the whole row NaN: then nothing is known of the item; or the whole column: "
    "then nothing is known of the tag."
)
SCALE = (
    "Pass numbers from 0 to 1, each tag by itself. Of scores, take the logistic function: "
    "scipy.special.expit(x)."
)


def as_tag_prior(
    pool: Pool,
    prior: Any,
    tags: Sequence[str],
    *,
    given: Sequence[str] | None = None,
    renamed: Mapping[str, str] | None = None,
) -> FloatArray:
    """Return a prior of tags as probabilities, in the order of the pool and of the tags.

    Parameters
    ----------
    pool : Pool
    prior : array of shape (n, n_tags), DataFrame, callable or str
        See `nblabel.Session`.
    tags : sequence of str
        The tags there are by now.
    given, renamed
        As for `nblabel.embeddings.prior.as_prior`.

    Returns
    -------
    ndarray of shape (n, n_tags), float32
        Each by itself, between 0 and 1: rows do not sum to 1. NaN where nothing is known: of an
        item whose row is NaN, or of a tag that came later, whose column is NaN, or that a DataFrame
        has no column for.

    Raises
    ------
    ValueError
        If there are rows for more or fewer items, columns for other tags, or values that are below
        0, above 1, or missing in a part of a row.
    TypeError
        If it is none of these, or a function returns no array of numbers.
    ImportError
        If the network needs a library that is missing.

    Notes
    -----
    A network that compares items with the names of tags says which of them is the likeliest: its
    probabilities sum to 1, as if each item had one tag. How frequent a tag is, and how far that
    network is to be trusted about it, is found out from the answers.
    """
    given, renamed = tags if given is None else given, renamed or {}
    if isinstance(prior, str):
        from nblabel.embeddings.zero_shot import prior_from_names

        return prior_from_names(pool, tags, prior)
    if isinstance(prior, type):
        raise TypeError(f"prior is the class {prior.__name__}; pass a function or an array.")
    if callable(prior):
        values = by_function(prior, pool, tags)
        places = in_order(values, tags, given)
        return tags_by_number(_checked(values, given), places, len(tags))
    table = in_pool_order(pool, prior, "prior")
    if is_single(table):
        raise ValueError(f"prior has one value for each item; {WHAT.format(len(tags))}")
    columns = column_names(table)
    values = as_numbers(table, pool, tags, WHAT.format(len(tags)))
    if columns is None:
        places = in_order(values, tags, given)
        return tags_by_number(_checked(values, given), places, len(tags))
    places = by_names(columns, tags, given, renamed, every=False)
    return tags_by_number(_checked(values, columns), places, len(tags))


def tags_by_number(values: Any, places: Sequence[int], n_tags: int) -> FloatArray:
    """Return probabilities of tags in columns by tag number.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        NaN where nothing is known.
    places : sequence of int
        The tag number of each column; -1 is left out. Where several have one number, their tags
        were merged: an item has the one if it has either, and they count as independent.
    n_tags : int

    Returns
    -------
    ndarray of shape (n, n_tags), float32
        NaN for a tag without a column.
    """
    lacks = np.full((len(values), n_tags), np.nan, dtype=np.float32)
    for column, place in enumerate(places):
        if place >= 0:
            more = 1 - values[:, column].astype(np.float32)
            had = lacks[:, place]
            both = had * more
            lacks[:, place] = np.where(np.isnan(had), more, np.where(np.isnan(more), had, both))
    found: FloatArray = 1 - lacks
    return found


def _checked(values: Floats, names: Sequence[str]) -> Floats:
    """Refuse what is no probability, and say where it is."""
    gaps = np.isnan(values)
    for bad, what, instead in (
        (gaps & ~gaps.all(axis=1, keepdims=True) & ~gaps.all(axis=0), "NaN beside numbers", FILL),
        (~gaps & ~((values >= 0) & (values <= 1)), "values that are no probability", SCALE),
    ):
        rows = np.flatnonzero(bad.any(axis=1))
        if len(rows):
            row, column = int(rows[0]), int(np.flatnonzero(bad[rows[0]])[0])
            name = names[column] if column < len(names) else f"column {column}"
            value = "NaN" if np.isnan(values[row, column]) else f"{values[row, column]:.4g}"
            raise ValueError(
                f"prior holds {what} in {len(rows):,} rows (first: row {row}, tag {name!r}: "
                f"{value}). {instead}"
            )
    return values
