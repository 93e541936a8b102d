"""The neighbour graph of a pool: computed once, kept on disk, shared by all who ask for neighbours."""

from __future__ import annotations

import io
import re
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from tqdm import tqdm

from nblabel.arrays import FloatArray, Int32Array, as_embeddings
from nblabel.system.cache import ArrayCache

if TYPE_CHECKING:
    from nblabel.graph.edges import Edges

Progress = Callable[[float], None]

N_NEIGHBORS = 15
N_WEIGHTED = 10  # the nearest ones, which the weights are made of
ONE_SIDED = 0.1  # how much the mean of both directions counts beside the smaller one
EXACT_UP_TO = 100_000  # items; see the notes of neighbor_graph
KEPT_FROM = 200  # items; a smaller graph is found again sooner than read
FOREST_SHARE = 0.2  # of the time of a descent, for the trees it begins with
COPIES = 4  # copies of itself among the neighbours of an item that occurs many times
ROW = np.dtype([("index", "<i4"), ("distance", "<f4")])


@dataclass(frozen=True)
class NeighborGraph:
    """The k nearest neighbours of every item.

    Attributes
    ----------
    indices : ndarray of shape (n, k), int32
        Positions in the pool, nearest first, the item itself left out.
    distances : ndarray of shape (n, k), float32
        Euclidean distances.
    """

    indices: Int32Array
    distances: FloatArray

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def weights(self) -> sp.csr_matrix:
        """Similarity of neighbours: symmetric (n, n), float32, int32 indices, 0 on the diagonal.

        exp(-4 d^2 / s^2), where s is the distance to the tenth neighbour: each item sets its own
        scale (Zelnik-Manor and Perona, 2004). Of the two directions the smaller counts, and a tenth
        of their mean: in many dimensions some items are among the neighbours of very many, which are
        not among theirs (Radovanovic et al., 2010), and a label would spread to all of those. Made
        anew at every look; see `edges` for what is kept.
        """
        from nblabel.graph.edges import both_ways  # compiled: half a second to load

        n, k = len(self), min(N_WEIGHTED, self.indices.shape[1])
        near = self.distances[:, :k]
        reach = near[:, -1:] if k else near
        # within a crowd of copies the neighbours are at distance 0, all alike
        values = near / np.where(reach > 0, reach, 1)
        values *= values
        values *= -4
        np.exp(values, out=values)
        weights, neighbors, pointers = both_ways(self.indices, values, np.float32(ONE_SIDED / 2))
        both = sp.csr_matrix((weights, neighbors, pointers), shape=(n, n))
        both.sort_indices()
        return both

    @cached_property
    def edges(self) -> Edges:
        """The weights, kept in the order that loops over them are quickest in."""
        from nblabel.graph.edges import Edges  # compiled: half a second to load

        return Edges.of(self.weights)


def neighbor_graph(X: Any, *, progress: bool = True, cache: bool = True) -> NeighborGraph:
    """Find the 15 nearest neighbours of every item.

    Parameters
    ----------
    X : array of shape (n, dim)
        Embeddings.
    progress : bool
        Show a progress bar if it takes over a second. Interrupting the kernel cancels it.
    cache : bool
        Look for the graph on disk first, and keep it there.

    Returns
    -------
    NeighborGraph

    Raises
    ------
    ValueError
        If X is not a matrix of finite numbers.

    Notes
    -----
    Up to 100,000 items the neighbours are exact, by brute force, which takes 25 s for so many on two
    cores; beyond, approximate by descent (Dong, Moses and Li, 2011) with pynndescent. Descent takes a
    tenth of the time, and finds 99 % of the neighbours on MNIST, but only 61 % among 100,000 points of
    overlapping normal distributions in 64 dimensions. A ball tree is slower than brute force in so many
    dimensions. See docs/benchmarks.md. Of items that occur many times, each has up to four
    of its copies as neighbours, in a ring, and for the rest the neighbours of them all.
    """
    X = as_embeddings(X)
    kept = GraphCache(X)
    known = kept.read() if cache else None
    if known is not None:
        return known
    with tqdm(
        total=1.0,
        desc="Finding neighbours",
        delay=1,
        leave=False,
        disable=not progress,
        bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}",
    ) as bar:
        graph = build_graph(X, lambda share: bar.update(share - bar.n) and None)
    if cache:
        kept.write(graph)
    return graph


class GraphCache:
    """Graphs on disk, found again by the embeddings they were made of.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    """

    def __init__(self, X: FloatArray) -> None:
        self._n = len(X)
        self._cache = ArrayCache("graph", X, N_NEIGHBORS) if self._n >= KEPT_FROM else None

    def read(self) -> NeighborGraph | None:
        """Return the graph, or None if there is none or the file is damaged."""
        rows = None if self._cache is None else self._cache.read()
        return None if rows is None else unpack(rows, self._n)

    def write(self, graph: NeighborGraph) -> None:
        """Keep a graph, in one atomic step; without a writable disk nothing is kept."""
        if self._cache is not None:
            self._cache.write(pack(graph))

    @property
    def path(self) -> Path | None:
        """The file; None for a pool so small that its graph is not kept."""
        return None if self._cache is None else self._cache.path


def pack(graph: NeighborGraph) -> np.ndarray[Any, Any]:
    """Return a graph as one array."""
    rows = np.empty(graph.indices.shape, dtype=ROW)
    rows["index"], rows["distance"] = graph.indices, graph.distances
    return rows


def unpack(rows: np.ndarray[Any, Any], n: int) -> NeighborGraph | None:
    """Return the graph that was packed, or None if it cannot be one of n items."""
    if rows.dtype != ROW or rows.shape != (n, min(N_NEIGHBORS, n - 1)):
        return None
    indices = np.ascontiguousarray(rows["index"])
    distances = np.ascontiguousarray(rows["distance"])
    if rows.size and not (0 <= indices.min() <= indices.max() < n and np.isfinite(distances).all()):
        return None
    return NeighborGraph(indices, distances)


def build_graph(X: FloatArray, tell: Progress) -> NeighborGraph:
    """Find the neighbours without looking on disk, telling the share that is done."""
    order, first, sizes = _copies(X)
    if len(first) == len(X):
        return _search(X, min(N_NEIGHBORS, len(X) - 1), tell)
    return _among_copies(X, order, first, sizes, tell)


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


def _among_copies(
    X: FloatArray, order: Any, first: Any, sizes: Any, tell: Progress
) -> NeighborGraph:
    """Let copies know each other, then the neighbours of the one that stands for them."""
    n = len(X)
    k = min(N_NEIGHBORS, n - 1)
    group = np.empty(n, dtype=np.intp)
    group[order] = np.repeat(np.arange(len(first)), sizes)
    single = _search(X[order[first]], min(k, len(first) - 1), tell)
    place = np.empty(n, dtype=np.intp)  # within the group
    place[order] = np.arange(n) - np.repeat(first, sizes)
    indices = np.empty((n, k), dtype=np.int32)
    distances = np.zeros((n, k), dtype=np.float32)
    width = single.indices.shape[1]
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
        near = single.indices[other, source]
        # spread over the copies of a neighbour, so that none becomes the hub of all
        turn = (place[outside] + np.where(beyond, column, 0)) % sizes[near]
        indices[outside, column] = order[first[near] + turn]
        distances[outside, column] = single.distances[other, source]
    return NeighborGraph(indices, distances)


def _search(X: FloatArray, k: int, tell: Progress) -> NeighborGraph:
    n = len(X)
    if k < 1:
        empty = np.empty((n, 0))
        return NeighborGraph(empty.astype(np.int32), empty.astype(np.float32))
    if n <= EXACT_UP_TO:
        who, near = _exact(X, X, k + 1, tell)
    else:
        who, near = _descent(X, k + 1, tell)
        lost = (who < 0).any(axis=1) | ~np.isfinite(near).all(axis=1)
        if lost.any():  # a descent may find too few for an item that is far from all
            who[lost], near[lost] = _exact(X, X[lost], k + 1, lambda _share: None)
    # each finds itself, though not always first; where it does not, the last is one too many
    itself = who == np.arange(n)[:, None]
    itself[~itself.any(axis=1), -1] = True
    tell(1.0)
    return NeighborGraph(
        np.ascontiguousarray(who[~itself].reshape(n, k), dtype=np.int32),
        np.ascontiguousarray(near[~itself].reshape(n, k), dtype=np.float32),
    )


def _exact(X: FloatArray, asked: FloatArray, k: int, tell: Progress) -> tuple[Any, Any]:
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X)
    who, near = [], []
    step = max(1_000, len(asked) // 50)
    for start in range(0, len(asked), step):
        tell(start / len(asked))
        distances, indices = index.kneighbors(asked[start : start + step])
        near.append(distances)
        who.append(indices)
    return np.concatenate(who), np.concatenate(near)


def _descent(X: FloatArray, k: int, tell: Progress) -> tuple[Any, Any]:
    from pynndescent import NNDescent

    # what it prints is the only thing that says how far it is
    with redirect_stdout(_Rounds(tell, sys.stdout)):
        found = NNDescent(X, n_neighbors=k, random_state=0, low_memory=True, verbose=True)
        who, near = found.neighbor_graph
    return who, near


class _Rounds(io.TextIOBase):
    """Hears the rounds of a descent, "3 / 17", from what it prints.

    Parameters
    ----------
    tell : callable
        Called with the share that is done; the descent may end before its last round.
    out : text stream
        Where other threads go on to print.
    """

    _ROUND = re.compile(r"(\d+)\s*/\s*(\d+)\s*$")

    def __init__(self, tell: Progress, out: TextIO) -> None:
        self._tell, self._out = tell, out
        self._thread = threading.get_ident()
        self._line = ""

    def write(self, text: str) -> int:
        """Take a piece of a line."""
        if threading.get_ident() != self._thread:
            return self._out.write(text)
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if found := self._ROUND.search(line):
                turn, turns = map(int, found.groups())
                self._tell(FOREST_SHARE + (1 - FOREST_SHARE) * (turn - 1) / turns)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back but the begun line."""
