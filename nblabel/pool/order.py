"""Answers, embeddings and other things with an index, brought into the order of a pool."""

from __future__ import annotations

from typing import Any

from nblabel.pool.ids import Numbers
from nblabel.pool.pool import Pool
from nblabel.system.dataframes import as_pandas, columns_of, in_columns, in_order


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


def names_of_columns(value: Any) -> list[str] | None:
    """Return what the columns of a pool's embeddings, or of a DataFrame, are called, or None."""
    return value._columns if isinstance(value, Pool) else columns_of(value)  # noqa: SLF001


def points_of(value: Any, names: list[str] | None) -> Any:
    """Return points, or the embeddings of a pool, with their columns in the order of these names.

    Raises
    ------
    ValueError
        If they have other columns.
    """
    X = value.embeddings if isinstance(value, Pool) else as_pandas(value)
    return in_columns(X, names, "X", names_of_columns(value))
