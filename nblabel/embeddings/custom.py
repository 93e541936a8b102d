"""Embeddings of one's own: what a function makes of the items, and several put side by side."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, as_array, as_embeddings
from nblabel.pool import Pool
from nblabel.pool.objects import Objects
from nblabel.pool.pictures import MediaError
from nblabel.pool.series import Series
from nblabel.pool.tables import Table
from nblabel.system.progress import over

BATCH = 256  # items that a function gets at a time


def embed_by(function: Callable[[list[Any]], Any], pool: Pool) -> FloatArray:
    """Return what a function makes of the items of a pool.

    Parameters
    ----------
    function : callable
        Called with lists of up to 256 items: pictures, (height, width, 1 or 3) uint8, each in its
        own size; or texts; or the values of a table's row by column, None where one is missing; or
        sounds, each a pair of samples, (n, channels) float32, and their rate; or series, (length,
        channels) float64; or the objects of a pool with a render function; or rows of numbers where
        the pool has embeddings alone. It returns a row of numbers for each.
    pool : Pool

    Returns
    -------
    ndarray of shape (n, dim), float32
        A picture or sound that cannot be read gets the mean of the others, with a warning.

    Raises
    ------
    TypeError
        If it returns no array of numbers.
    ValueError
        If it returns more or fewer rows than items, rows of another width than before, or NaN.
    """
    rows: list[FloatArray] = []
    places: list[int] = []
    name = getattr(function, "__name__", type(function).__name__)
    for items in batches(pool, f"Embedding by {name}"):
        made = _checked(function(list(items.values())), len(items), name)
        if rows and made.shape[1] != rows[0].shape[1]:
            raise ValueError(
                f"{name} returned rows of {made.shape[1]} numbers, and of "
                f"{rows[0].shape[1]} before; they must be of one width."
            )
        rows.append(made)
        places += items
    if not rows:
        raise MediaError(f"none of the {pool.kind} can be read; check the files.")
    found = np.concatenate(rows)
    X = np.empty((len(pool), found.shape[1]), dtype=np.float32)
    X[:] = found.mean(axis=0, dtype=np.float64)
    X[places] = found
    return X


def batches(pool: Pool, doing: str) -> Iterator[dict[int, Any]]:
    """Yield the items of a pool by position, up to 256 at a time; see `embed_by`.

    Parameters
    ----------
    pool : Pool
    doing : str
        What the progress bar says.

    Yields
    ------
    dict of int to object
        Without the pictures and sounds that cannot be read, of which is warned.
    """
    for start in over(range(0, len(pool), BATCH), doing):
        batch = range(start, min(start + BATCH, len(pool)))
        items = {index: item for index in batch if (item := _item(pool, index)) is not None}
        if items:
            yield items


def join(parts: Sequence[FloatArray], like: Sequence[FloatArray] | None = None) -> FloatArray:
    """Put embeddings side by side, each scaled to the same variance.

    Parameters
    ----------
    parts : sequence of ndarray of shape (n, dim_i), float32
    like : sequence of ndarray of shape (m, dim_i), float32, optional
        Those whose mean and variance are used, in place of the parts' own.

    Returns
    -------
    ndarray of shape (n, sum of dim_i), float32
        Each part is centred and of a total variance of 1, so that each has an equal say in the
        distance of two items.

    Raises
    ------
    ValueError
        If there is no part, or they differ in length.
    """
    if not parts:
        raise ValueError("there is nothing to put side by side; name at least one method.")
    sizes = {len(part) for part in parts}
    if len(sizes) > 1:
        raise ValueError(f"the parts hold {' and '.join(map(str, sorted(sizes)))} rows.")
    pairs = zip(parts, parts if like is None else like, strict=True)
    return np.concatenate([_even(part, known) for part, known in pairs], axis=1)


def _even(part: FloatArray, like: FloatArray) -> FloatArray:
    variance = float(like.var(axis=0, dtype=np.float64).sum())
    centred = part - like.mean(axis=0, dtype=np.float64).astype(np.float32)
    scaled: FloatArray = centred * np.float32(1 / math.sqrt(variance) if variance > 0 else 1)
    return scaled


def _item(pool: Pool, index: int) -> Any:
    if isinstance(pool.media, Objects):
        return pool.media.items[index]
    if isinstance(pool.media, Series):
        return pool.media.values[index]
    if pool.kind == "items":
        assert pool.embeddings is not None
        return pool.embeddings[index]
    if pool.kind == "rows":
        assert isinstance(pool.media, Table)
        return pool.media.values(index)
    if pool.kind == "texts":
        return pool.text(index)
    try:
        return pool.sound(index) if pool.kind == "sounds" else pool.image(index)
    except MediaError as error:
        warnings.warn(str(error), stacklevel=6)
        return None


def _checked(made: Any, n: int, name: str) -> FloatArray:
    try:
        array = as_array(made)
        if array.ndim != 2 or array.dtype.kind not in "biuf":
            raise TypeError(f"an array of shape {array.shape}, {array.dtype}")
    except (ValueError, TypeError) as error:
        raise TypeError(
            f"{name} must return an array of numbers of shape (n, dim), a row for each of the "
            f"{n} items it was given; it returned {type(made).__name__}: {error}."
        ) from error
    if len(array) != n:
        raise ValueError(
            f"{name} returned {len(array)} rows for {n} items; it must return one for each."
        )
    return as_embeddings(array)
