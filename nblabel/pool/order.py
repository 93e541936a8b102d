"""Answers, embeddings and other things with an index, brought into the order of a pool."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.pool.ids import Numbers
from nblabel.pool.pool import Pool
from nblabel.system.dataframes import as_pandas, column_names, in_columns, in_order


def in_pool_order(pool: Pool, value: Any, what: str, rows: Any = None) -> Any:
    """Return a DataFrame or Series in the order of a pool; what has no index as it is.

    Parameters
    ----------
    pool : Pool
    value : object
        Of any kind; data frames of other libraries become pandas'.
    what : str
        What it is called in messages.
    rows : sequence of int, optional
        The positions it is for, in their order; all of them if left out.

    Raises
    ------
    ValueError
        If its index names other items; see `nblabel.system.dataframes.in_order`.
    """
    ids, index = pool.ids, pool._index  # noqa: SLF001  (of this package)
    numbered = isinstance(ids, Numbers)
    if rows is not None and hasattr(value, "iloc"):
        ids = [ids[row] for row in rows]
        index = None if index is None else [index[row] for row in rows]
    return in_order(value, what, ids, index, numbered=numbered)


def as_selection(chosen: Any, pool: Pool, what: str = "selection") -> IntArray:
    """Return positions, ascending, from positions, ids, a set of either, a mask, a Series or None.

    Raises
    ------
    IndexError, KeyError
        If a position or an id is not in the pool.
    ValueError
        If a mask is not of the length of the pool.
    """
    if isinstance(chosen, AbstractSet):
        chosen = list(chosen)
    given = np.asarray([] if chosen is None else in_pool_order(pool, chosen, what))
    if given.dtype == bool:
        if given.shape != (len(pool),):
            raise ValueError(
                f"the mask has the shape {given.shape}, and must have ({len(pool)},): "
                "True or False for each item."
            )
        return np.flatnonzero(given)
    if given.size == 0:
        return np.empty(0, dtype=np.intp)
    if given.dtype.kind in "UO" and all(isinstance(one, str) for one in given.ravel()):
        return np.unique(pool.indices_of(given.ravel().tolist()))
    return np.unique(pool.positions(given))


def names_of_columns(value: Any) -> list[str] | None:
    """Return what the columns of a pool's embeddings, or of a DataFrame, are called, or None."""
    return value._columns if isinstance(value, Pool) else column_names(value)  # noqa: SLF001


def points_of(value: Any, names: list[str] | None) -> Any:
    """Return points, or the embeddings of a pool, with their columns in the order of these names.

    Raises
    ------
    ValueError
        If they have other columns.
    """
    X = value.embeddings if isinstance(value, Pool) else as_pandas(value)
    return in_columns(X, names, "X", names_of_columns(value))
