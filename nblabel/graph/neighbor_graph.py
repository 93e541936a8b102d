"""The neighbour graph of a pool: computed once, cached on disk, shared by all that need it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import FloatArray, Int32Array, IntArray, as_embeddings
from nblabel.graph.search import N_NEIGHBORS, Progress, find_neighbors
from nblabel.system.cache import ArrayCache
from nblabel.system.progress import tqdm

if TYPE_CHECKING:
    import scipy.sparse as sp

    from nblabel.graph.edges import Edges

N_WEIGHTED = 10  # the nearest ones, which the weights are made of
ONE_SIDED = 0.1  # how much the mean of both directions counts beside the smaller one
KEPT_FROM = 200  # items; a smaller graph is found again sooner than read
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
        of their mean: in many dimensions some items are among the neighbours of very many, which
        are not among theirs (Radovanovic et al., 2010), and a label would spread to all of those.
        Made anew on each access; see `edges` for what is kept.
        """
        import scipy.sparse as sp  # a quarter of a second to load, before a panel opens

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
    def places(self) -> Int32Array:
        """The place of each item; copies of one item share it. Shape (n,)."""
        n = len(self)
        near = self.distances == 0
        if not near.any():
            return np.arange(n, dtype=np.int32)
        import scipy.sparse as sp
        from scipy.sparse.csgraph import connected_components

        rows, columns = np.nonzero(near)
        pairs = (np.ones(len(rows)), (rows, self.indices[rows, columns]))
        place: Int32Array = connected_components(
            sp.csr_matrix(pairs, shape=(n, n)), directed=False
        )[1]
        return place

    @property
    def copies(self) -> IntArray:
        """How many other items are copies of each; shape (n,)."""
        counts: IntArray = np.bincount(self.places)[self.places] - 1
        return counts

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
    Up to 100,000 items the neighbours are exact, by brute force, which takes 25 s for so many
    on two cores; beyond, approximate by descent (Dong, Moses and Li, 2011) with pynndescent.
    Descent takes a tenth of the time, and finds 99 % of the neighbours on MNIST, but only 61 %
    among 100,000 points of overlapping normal distributions in 64 dimensions. A ball tree is slower
    than brute force in so many dimensions. See docs/benchmarks.md. Of items that occur many times,
    each has up to four of its copies as neighbours, in a ring, and for the rest the neighbours of
    them all.
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


def build_graph(X: FloatArray, progress: Progress) -> NeighborGraph:
    """Find the neighbours without looking on disk; `progress` is called with the share done."""
    return NeighborGraph(*find_neighbors(X, progress))
