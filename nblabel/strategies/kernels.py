"""Which items an answer speaks for, and how well: sparse kernels, and greedy coverage on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from nblabel.arrays import FloatArray, Int32Array, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.strategies import vectorized
from nblabel.system.compiled import compiled
from nblabel.system.parallel import by_rows

PURE = 0.95  # of the balls


class Kernel:
    """How well an answer to one item covers another.

    Copies of an item are one place: an answer to one of them covers them all in full.

    Parameters
    ----------
    matrix : csr_matrix of shape (n, n)
        Symmetric, between 0 and 1. The diagonal is left out: an answer covers its own item in full.
    place : ndarray of shape (n,), int32
        The place of each item.
    """

    def __init__(self, matrix: sp.csr_matrix, place: Int32Array) -> None:
        self._place = place
        self._n_places = int(place.max(initial=-1)) + 1
        if self._n_places < len(place):
            matrix = _between_places(matrix, place, self._n_places)
        self._arrays: tuple[Int32Array, Int32Array, FloatArray] = (
            matrix.indptr.astype(np.int32, copy=False),
            matrix.indices.astype(np.int32, copy=False),
            matrix.data.astype(np.float32, copy=False),
        )

    def __len__(self) -> int:
        return len(self._place)

    def covered(self, items: IntArray) -> FloatArray:
        """Return how well each item is covered by the best of `items`; shape (n,)."""
        covered = np.zeros(self._n_places, dtype=np.float32)
        for place in np.unique(self._place[items]).tolist():
            _cover(*self._arrays, place, covered)
        return covered[self._place]

    def gains(self, needs: FloatArray, covered: FloatArray) -> FloatArray:
        """Return how much more an answer to each item would cover.

        Parameters
        ----------
        needs : ndarray of shape (n,), float32
            What it is worth to cover each item in full.
        covered : ndarray of shape (n,), float32
            How well each is covered.
        """
        gains = np.empty(self._n_places, dtype=np.float32)
        by_rows(self._n_places, _gains, *self._arrays, *self._by_place(needs, covered), gains)
        return gains[self._place]

    def pick(
        self,
        candidates: IntArray,
        gains: FloatArray,
        needs: FloatArray,
        covered: FloatArray,
        n: int,
    ) -> tuple[IntArray, FloatArray]:
        """Pick n candidates in turn, each the one that covers the most beside those before it.

        Parameters
        ----------
        candidates : ndarray of intp
            Positions, ascending. Equal gains fall to the smaller one.
        gains, needs, covered : ndarray of shape (n,), float32
            See `gains`.
        n : int
            How many, at most. Copies of an item that is picked come last, for they add nothing.

        Returns
        -------
        picks : ndarray of shape (at most n,), intp
            Positions.
        gains : ndarray of float32
            What each added; never increasing.
        """
        copied = self._n_places < len(self)
        places, firsts = self._place[candidates], candidates
        if copied:
            places, first = np.unique(places, return_index=True)
            firsts = candidates[first]
        left = np.full(self._n_places, -1, dtype=np.float32)
        left[places] = gains[firsts]
        turns, n = min(n, len(places)), min(n, len(candidates))
        picks, added = np.empty(turns, dtype=np.intp), np.zeros(n, dtype=np.float32)
        _pick(*self._arrays, *self._by_place(needs, covered), left, picks, added[:turns])
        if copied:
            picks = firsts[np.searchsorted(places, picks)]
            others = candidates[~np.isin(candidates, picks)][: n - turns]
            picks = np.append(picks, others)
        return picks, np.minimum.accumulate(added)

    def _by_place(self, needs: FloatArray, covered: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what is worth to cover each place, and how well it is covered."""
        if self._n_places == len(self):
            return needs, covered.copy()
        at = np.empty(self._n_places, dtype=np.float32)
        at[self._place] = covered  # the same for all copies
        return np.bincount(self._place, needs).astype(np.float32), at


def _between_places(matrix: sp.csr_matrix, place: Int32Array, n_places: int) -> sp.csr_matrix:
    """Return the largest entry between the items of each two places; the diagonal is left out."""
    entries = matrix.tocoo()
    rows, columns = place[entries.row], place[entries.col]
    apart = rows != columns
    rows, columns, values = rows[apart], columns[apart], entries.data[apart]
    order = np.lexsort((values, columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    last = np.append((rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1]), True)[: len(rows)]
    return sp.csr_matrix((values[last], (rows[last], columns[last])), shape=(n_places, n_places))


def similarities(graph: NeighborGraph) -> Kernel:
    """Return the kernel of the graph's weights."""
    return Kernel(graph.weights, graph.places)


def balls(graph: NeighborGraph, radius: float) -> Kernel:
    """Return the kernel that is 1 between neighbours at most `radius` apart."""
    near = graph.distances <= np.float32(radius)
    pointers = np.zeros(len(graph) + 1, dtype=np.int32)
    np.cumsum(near.sum(axis=1), out=pointers[1:])
    ones = np.ones(pointers[-1], dtype=np.float32)
    one_way = sp.csr_matrix((ones, graph.indices[near], pointers), shape=(len(graph),) * 2)
    both = sp.csr_matrix(one_way + one_way.T)
    both.sum_duplicates()
    both.data[:] = 1
    return Kernel(both, graph.places)


def pure_radius(graph: NeighborGraph, clusters: Int32Array) -> float:
    """Return the largest radius at which nearly all balls hold items of one cluster only.

    Parameters
    ----------
    graph : NeighborGraph
        The graph: a ball holds no more than the neighbours of its centre.
    clusters : ndarray of shape (n,), int32
        The cluster of each item.

    Returns
    -------
    float
        Such that 95 % of the balls are pure; the largest distance in the graph where any would do.
    """
    strange = clusters[graph.indices] != clusters[:, None]
    nearest = np.where(strange, graph.distances, np.float32(np.inf)).min(axis=1, initial=np.inf)
    radius = float(np.quantile(nearest, 1 - PURE, method="lower"))
    return radius if np.isfinite(radius) else float(graph.distances.max(initial=0))


@compiled(vectorized.cover)
def _cover(
    pointers: Any, neighbors: Any, values: Any, item: int, covered: Any
) -> None:  # pragma: no cover (compiled)
    covered[item] = 1
    for edge in range(pointers[item], pointers[item + 1]):
        other = neighbors[edge]
        covered[other] = max(covered[other], values[edge])


@compiled()
def _gain(
    pointers: Any, neighbors: Any, values: Any, needs: Any, covered: Any, item: int
) -> Any:  # pragma: no cover (compiled)
    gain = needs[item] * (np.float32(1) - covered[item])
    for edge in range(pointers[item], pointers[item + 1]):
        other = neighbors[edge]
        gain += needs[other] * max(np.float32(0), values[edge] - covered[other])
    return gain


@compiled(vectorized.gains)
def _gains(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    values: Any,
    needs: Any,
    covered: Any,
    gains: Any,
) -> None:  # pragma: no cover (compiled)
    for item in range(begin, end):
        gains[item] = _gain(pointers, neighbors, values, needs, covered, item)


@compiled(vectorized.pick)
def _pick(
    pointers: Any,
    neighbors: Any,
    values: Any,
    needs: Any,
    covered: Any,
    left: Any,
    picks: Any,
    added: Any,
) -> None:  # pragma: no cover (compiled)
    """Fill picks and added; left holds the gain of each candidate, -1 elsewhere."""
    turns = np.full(len(left), -1, np.int32)  # when the gain was last worked out
    for turn in range(len(picks)):
        best = int(np.argmax(left))
        picks[turn], added[turn] = best, left[best]
        left[best] = -1
        _cover(pointers, neighbors, values, best, covered)
        # what changed lies at most one step away, and counts for items one step further
        for edge in range(pointers[best] - 1, pointers[best + 1]):
            near = best if edge < pointers[best] else int(neighbors[edge])
            for further in range(pointers[near] - 1, pointers[near + 1]):
                item = near if further < pointers[near] else int(neighbors[further])
                if left[item] >= 0 and turns[item] < turn:
                    turns[item] = turn
                    left[item] = _gain(pointers, neighbors, values, needs, covered, item)
