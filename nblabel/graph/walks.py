"""Where short walks over the neighbour graph end."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, Int32Array
from nblabel.graph import vectorized
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.system.compiled import compiled
from nblabel.system.parallel import by_rows

REMEMBERED = 256  # ends of walks: the next questions are mostly those of the time before


class Walks:
    """Where walks of a few steps over the graph end.

    A walk steps to a neighbour with a probability in proportion to the weight of the edge.

    Parameters
    ----------
    graph : NeighborGraph
        The graph.
    steps : int
        How long a walk is.
    """

    LEAST = 1e-3  # of the largest share; what is below is left out on the way
    MOST = 4_096  # items a walk is followed to, the likeliest ones
    TOLD = 0.02  # and here in the end

    def __init__(self, graph: NeighborGraph, steps: int) -> None:
        self._edges = edges = graph.edges
        self._places = graph.places
        self._has_copies = int(self._places.max(initial=-1)) + 1 < len(graph)
        self._arrays = (edges.pointers, edges.neighbors, edges.weights)
        self._steps = steps
        self._sums = np.zeros(len(graph), dtype=np.float32)
        self.to = lru_cache(REMEMBERED)(self._to)

    def spread(self, values: FloatArray) -> FloatArray:
        """Return, for each item, the sum of the values of all who walk to it: their shares of them.

        Copies of an item are one place: who walks to one of them counts for all.

        Parameters
        ----------
        values : ndarray of shape (n,), float32
        """
        edges = self._edges
        values, shared = values[edges.order], np.empty_like(values)
        for _ in range(self._steps):
            np.divide(values, edges.degrees, out=shared)
            by_rows(len(values), pass_on, *self._arrays, shared, values)
        ended: FloatArray = values[edges.place]
        if self._has_copies:
            ended = np.bincount(self._places, ended)[self._places].astype(np.float32)
        return ended

    def _to(self, item: int) -> tuple[Int32Array, FloatArray]:
        """Return who walks to an item, and how rarely beside the likeliest of them.

        Parameters
        ----------
        item : int
            Position in the pool.

        Returns
        -------
        who : ndarray of shape (m,), int32
            Positions from which a walk ends at the item, itself included; those with a share under
            0.02 are left out.
        share : ndarray of shape (m,), float32
            The probability that it does, over the largest of all; 1 for the item and its copies.
        """
        edges = self._edges
        who, value = _walk(
            *self._arrays,
            edges.degrees,
            edges.place[item],
            self._steps,
            self.LEAST,
            self.MOST,
            self._sums,
        )
        who = edges.order[who]
        most = value.max(initial=0)
        kept = (value >= self.TOLD * most) & (who != item)
        share = value[kept] / most if most > 0 else value[kept]
        here = np.array([item], dtype=np.int32)
        if self._has_copies:
            here = np.flatnonzero(self._places == self._places[item]).astype(np.int32)
            apart = ~np.isin(who[kept], here)
            return (
                np.concatenate([who[kept][apart], here]),
                np.concatenate([share[apart], np.ones(len(here), dtype=np.float32)]),
            )
        return np.append(who[kept], here), np.append(share, np.float32(1))


@compiled(vectorized.pass_on)
def pass_on(
    begin: int, end: int, pointers: Any, neighbors: Any, weights: Any, values: Any, passed: Any
) -> None:  # pragma: no cover (compiled)
    """Write W values to passed, from row begin to row end."""
    for item in range(begin, end):
        total = np.float32(0)
        for edge in range(pointers[item], pointers[item + 1]):
            total += weights[edge] * values[neighbors[edge]]
        passed[item] = total


@compiled(vectorized.walk)
def _walk(
    pointers: Any,
    neighbors: Any,
    weights: Any,
    degrees: Any,
    item: int,
    steps: int,
    least: float,
    at_most: int,
    sums: Any,
) -> Any:  # pragma: no cover (compiled)
    """Follow walks back from where they end; `sums` is all zero before and after."""
    who = np.array([item], np.int32)
    value = np.ones(1, np.float32)
    for _ in range(steps):
        n_edges = 0
        for place in range(len(who)):
            n_edges += pointers[who[place] + 1] - pointers[who[place]]
        reached = np.empty(n_edges, np.int32)
        filled = 0
        for place in range(len(who)):
            here = value[place]
            for edge in range(pointers[who[place]], pointers[who[place] + 1]):
                other = neighbors[edge]
                if sums[other] == 0:
                    reached[filled] = other
                    filled += 1
                sums[other] += weights[edge] * here / degrees[other] + np.float32(1e-30)
        most = np.float32(0)
        for place in range(filled):
            most = max(most, sums[reached[place]])
        least_here = least * most
        if filled > at_most:
            least_here = max(least_here, -np.partition(-sums[reached[:filled]], at_most)[at_most])
        kept = 0
        value = np.empty(filled, np.float32)
        for place in range(filled):
            share = sums[reached[place]]
            sums[reached[place]] = 0
            if share >= least_here:
                reached[kept] = reached[place]
                value[kept] = share
                kept += 1
        who, value = reached[:kept].copy(), value[:kept].copy()
    return who, value
