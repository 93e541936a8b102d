"""Where the names of classes stand on a map: where the points of each are densest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import IntArray

CELL = 12  # pixels a side of the squares that points are counted in
REACH = 5  # squares across, over which counts are summed
LEAST_POINTS, LEAST_SHARE = 3, 0.4  # fewer points, or a smaller share of those there, are no region
MOST = 40  # names; those with the most points
STEPS = (0, -1, 1, -2, 2)  # how far a name may give way to others, in heights of a name


def place_names(
    xy: npt.NDArray[np.float64],
    codes: IntArray,
    n_named: int,
    size: tuple[int, int],
    measure: Callable[[int], tuple[float, float]],
) -> list[tuple[int, float, float]]:
    """Return names with their middles, none of which overlaps another or ends outside.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        Pixels from the top left corner.
    codes : ndarray of shape (n,), intp
        Classes; those from `n_named` on have no name, and do not count.
    n_named : int
    size : tuple of two ints
        Width and height.
    measure : callable
        Returns width and height of the name of a class.

    Returns
    -------
    list of tuple
        Class, x and y, the densest first.
    """
    taken: list[tuple[float, float, float, float]] = []
    placed: list[tuple[int, float, float]] = []
    for code, x, y in _regions(xy, codes, n_named, size):
        width, height = measure(code)
        if width > size[0] or height > size[1]:
            continue
        left = min(max(x - width / 2, 0), size[0] - width)
        for step in STEPS:
            top = min(max(y - height / 2 + step * height, 0), size[1] - height)
            box = (left, top, left + width, top + height)
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                placed.append((code, left + width / 2, top + height / 2))
                break
    return placed


def _regions(
    xy: npt.NDArray[np.float64], codes: IntArray, n_named: int, size: tuple[int, int]
) -> list[tuple[int, float, float]]:
    """Return the densest place of each class that has one, the densest first."""
    from scipy.ndimage import uniform_filter

    columns, rows = (max(1, -(-side // CELL)) for side in size)
    cells = np.floor(xy / CELL).astype(np.intp)
    seen = (cells >= 0).all(axis=1) & (cells[:, 0] < columns) & (cells[:, 1] < rows)
    seen &= codes < n_named
    codes, flat = codes[seen], cells[seen, 1] * columns + cells[seen, 0]

    def summed(places: IntArray) -> Any:
        counts = np.bincount(places, minlength=rows * columns).reshape(rows, columns)
        spread = uniform_filter(counts.astype(np.float64), REACH, mode="constant")
        return np.round(spread * REACH**2)

    total = summed(flat)
    found = []
    frequent = np.argsort(-np.bincount(codes, minlength=n_named), kind="stable")[:MOST]
    for code in frequent.tolist():
        own = summed(flat[codes == code])
        region = (own >= LEAST_POINTS) & (own >= LEAST_SHARE * total)
        if not region.any():
            continue
        score = np.where(region, own**2 / np.maximum(total, 1), 0)
        row, column = np.unravel_index(score.argmax(), score.shape)
        found.append(
            (float(score.max()), code, (int(column) + 0.5) * CELL, (int(row) + 0.5) * CELL)
        )
    found.sort(key=lambda one: (-one[0], one[1]))
    return [(code, x, y) for _, code, x, y in found]


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
