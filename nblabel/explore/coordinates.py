"""Places on the map that a user brings: coordinates, or a function that makes them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.explore.projection import fit_square, spread_around
from nblabel.pool import Pool
from nblabel.pool.order import in_pool_order

SHOWN = 3  # ids that a warning names


def as_coordinates(value: Any, pool: Pool) -> FloatArray:
    """Return the places of the items of a pool, from what a user gives.

    Parameters
    ----------
    value : array, DataFrame or sequence of shape (n, 2)
        One place for each item, in the order of the pool; a DataFrame is brought into it by its
        index. NaN: the item has no place.
    pool : Pool

    Returns
    -------
    ndarray of shape (n, 2), float32
        Within [-1, 1], with one scale for both axes; what has no place lies around the others.

    Raises
    ------
    ValueError
        If there are not two numbers for each item, or a DataFrame names other items.

    Warns
    -----
    UserWarning
        If items have no place; names some of them.
    """
    given = in_pool_order(pool, value, "projection")
    try:
        # wide: coordinates of a map in metres differ in what single precision does not hold
        xy = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"projection={type(value).__name__}: {error}. Give an array of numbers of shape "
            f"({len(pool)}, 2), a function that returns one, or 'umap', 'tsne' or 'pca'."
        ) from error
    if xy.shape != (len(pool), 2):
        raise ValueError(
            f"projection has the shape {xy.shape}, and must have ({len(pool)}, 2): "
            "a place of two numbers for each item."
        )
    placed = np.isfinite(xy).all(axis=1)
    missing = np.flatnonzero(~placed)
    if not placed.any():
        raise ValueError("projection has no finite place for any item.")
    if len(missing):
        names = ", ".join(str(pool.ids[index]) for index in missing[:SHOWN].tolist())
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        warnings.warn(
            f"projection has no finite place for {names}{more}: shown around the others.",
            stacklevel=2,
        )
    inside = xy[placed]
    found = np.empty(xy.shape, dtype=np.float32)
    found[placed] = fit_square(inside)
    found[missing] = spread_around(len(missing))
    return fit_square(found) if len(missing) else found
