"""The nearest neighbours of every item: exact up to a size, then approximate, copies included."""

from __future__ import annotations

import io
import re
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import redirect_stdout
from typing import Any, TextIO, TypeVar

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, Int32Array
from nblabel.system.available import has

Progress = Callable[[float], None]
Neighbors = tuple[Int32Array, FloatArray]
Steps = Generator[float, None, Neighbors]
Made = TypeVar("Made")

N_NEIGHBORS = 15
EXACT_UP_TO = 100_000  # items; see the notes of neighbor_graph
FOREST_SHARE = 0.2  # of the time of a descent, for the trees it begins with
COPIES = 4  # copies of itself among the neighbours of an item that occurs many times


def find_neighbors(X: FloatArray, progress: Progress) -> Neighbors:
    """Find the 15 nearest neighbours of every item.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    progress : callable
        Called with the share that is done.

    Returns
    -------
    indices : ndarray of shape (n, at most 15), int32
    distances : ndarray of shape (n, at most 15), float32
        As in `NeighborGraph`.
    """
    return _drained(neighbors_in_steps(X, progress), progress)


def neighbors_in_steps(X: FloatArray, progress: Progress = lambda _share: None) -> Steps:
    """Yield the share that is done after each step, and return what `find_neighbors` does.

    `progress` is called within the one step that a descent is.
    """
    order, first, sizes = _copies(X)
    if len(first) == len(X):
        return (yield from _search(X, min(N_NEIGHBORS, len(X) - 1), progress))
    found = yield from _search(X[order[first]], min(N_NEIGHBORS, len(first) - 1), progress)
    return _among_copies(len(X), order, first, sizes, found)


def _drained(steps: Generator[float, None, Made], progress: Progress) -> Made:
    """Take all steps; return what they made."""
    while True:
        try:
            progress(next(steps))
        except StopIteration as end:
            made: Made = end.value
            return made


def _copies(X: FloatArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Any]:
    """Group equal rows: an order in which they follow one another, where groups begin, sizes."""
    rows = np.ascontiguousarray(X + np.float32(0))  # no negative zeros
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    # grouping by hash is much quicker than sorting rows; equal hashes are then told apart
    mixed = rows.view(np.uint32).astype(np.uint64) @ _mixers(rows.shape[1])
    order = np.argsort(mixed, kind="stable")
    new = np.ones(len(X), dtype=bool)
    new[1:] = (mixed[order][1:] != mixed[order][:-1]) | (keys[order][1:] != keys[order][:-1])
    first = np.flatnonzero(new)
    return order, first, np.diff(np.append(first, len(X)))


def _mixers(dim: int) -> npt.NDArray[np.uint64]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 2**63, dim, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def _among_copies(n: int, order: Any, first: Any, sizes: Any, found: Neighbors) -> Neighbors:
    """Give copies each other as neighbours, then those of the one that stands for them."""
    near_groups, group_distances = found
    k = min(N_NEIGHBORS, n - 1)
    group = np.empty(n, dtype=np.intp)
    group[order] = np.repeat(np.arange(len(first)), sizes)
    place = np.empty(n, dtype=np.intp)  # within the group
    place[order] = np.arange(n) - np.repeat(first, sizes)
    indices = np.empty((n, k), dtype=np.int32)
    distances = np.zeros((n, k), dtype=np.float32)
    width = near_groups.shape[1]
    # a crowd gives room to as many copies as are needed to fill the row
    copies = np.minimum(sizes - 1, np.maximum(COPIES, k - width))[group]
    for column in range(k):
        inside = column < copies
        step = (place + column + 1) % sizes[group]
        indices[inside, column] = order[(first[group] + step)[inside]]
        outside = np.flatnonzero(~inside)
        if not outside.size:
            continue
        source = column - copies[outside]
        other = group[outside]
        beyond = source >= width  # fewer groups than neighbours: further copies of the nearest
        source = np.minimum(source, max(width - 1, 0))
        near = near_groups[other, source]
        # spread over the copies of a neighbour, so that none becomes the hub of all
        copy = (place[outside] + np.where(beyond, column, 0)) % sizes[near]
        indices[outside, column] = order[first[near] + copy]
        distances[outside, column] = group_distances[other, source]
    return indices, distances


def _search(X: FloatArray, k: int, progress: Progress) -> Steps:
    n = len(X)
    if k < 1:
        empty = np.empty((n, 0))
        return empty.astype(np.int32), empty.astype(np.float32)
    if n <= EXACT_UP_TO or not has("pynndescent"):
        who, near = yield from _exact_steps(X, X, k + 1)
    else:
        who, near = _descent(X, k + 1, progress)
        lost = (who < 0).any(axis=1) | ~np.isfinite(near).all(axis=1)
        if lost.any():  # a descent may find too few for an item that is far from all
            who[lost], near[lost] = _exact(X, X[lost], k + 1, lambda _share: None)
    # each finds itself, though not always first; where it does not, the last is one too many
    itself = who == np.arange(n)[:, None]
    itself[~itself.any(axis=1), -1] = True
    yield 1.0
    return (
        np.ascontiguousarray(who[~itself].reshape(n, k), dtype=np.int32),
        np.ascontiguousarray(near[~itself].reshape(n, k), dtype=np.float32),
    )


def _exact(X: FloatArray, asked: FloatArray, k: int, progress: Progress) -> tuple[Any, Any]:
    return _drained(_exact_steps(X, asked, k), progress)


def _exact_steps(
    X: FloatArray, asked: FloatArray, k: int
) -> Generator[float, None, tuple[Any, Any]]:
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X)
    who, near = [], []
    step = max(1_000, len(asked) // 50)
    for start in range(0, len(asked), step):
        yield start / len(asked)
        distances, indices = index.kneighbors(asked[start : start + step])
        near.append(distances)
        who.append(indices)
    return np.concatenate(who), np.concatenate(near)


def _descent(X: FloatArray, k: int, progress: Progress) -> tuple[Any, Any]:
    from pynndescent import NNDescent

    # what it prints is the only sign of how far it is
    with redirect_stdout(_Rounds(progress, sys.stdout)):
        found = NNDescent(X, n_neighbors=k, random_state=0, low_memory=True, verbose=True)
        who, near = found.neighbor_graph
    return who, near


class _Rounds(io.TextIOBase):
    """Reads the round of a descent, "3 / 17", from what it prints.

    Parameters
    ----------
    progress : callable
        Called with the share that is done; the descent may end before its last round.
    out : text stream
        Where other threads go on to print.
    """

    _ROUND = re.compile(r"(\d+)\s*/\s*(\d+)\s*$")

    def __init__(self, progress: Progress, out: TextIO) -> None:
        self._progress, self._out = progress, out
        self._thread = threading.get_ident()
        self._line = ""

    def write(self, text: str) -> int:
        """Take a piece of a line."""
        if threading.get_ident() != self._thread:
            return self._out.write(text)
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if found := self._ROUND.search(line):
                done, rounds = map(int, found.groups())
                self._progress(FOREST_SHARE + (1 - FOREST_SHARE) * (done - 1) / rounds)
        return len(text)

    def flush(self) -> None:
        """Do nothing: only the begun line is held back."""
