"""The edges of a neighbour graph, laid out so that loops over them are quick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from nblabel.arrays import FloatArray, Int32Array
from nblabel.graph import vectorized
from nblabel.system.compiled import compiled

CELLS = 512  # unknowns of the coarse problem
FEWEST_IN_CELL = 8
SINGLE_UP_TO = 64  # items, each its own cell
PASSES = 4


@dataclass(frozen=True)
class Edges:
    """Weights between items, in an order in which neighbours stand close to one another in memory.

    A loop over the edges of a large graph waits for memory most of the time, and a third less in
    this order than in that of the pool, measured with a million items.

    Attributes
    ----------
    order : ndarray of shape (n,), int32
        The item at each place.
    place : ndarray of shape (n,), int32
        The place of each item.
    pointers : ndarray of shape (n + 1,), int32
        Where the edges of each place begin.
    neighbors : ndarray of shape (n_edges,), int32
        The place at the other end.
    weights : ndarray of shape (n_edges,), float32
        The same in both directions.
    degrees : ndarray of shape (n,), float32
        Sum of the weights of each place; 1 where there are none, which will do to divide by.
    cells : ndarray of shape (n,), int32
        Communities, numbered in the order of the places: few edges lead from one to another.
    """

    order: Int32Array
    place: Int32Array
    pointers: Int32Array
    neighbors: Int32Array
    weights: FloatArray
    degrees: FloatArray
    cells: Int32Array

    @classmethod
    def of(cls, weights: sp.csr_matrix) -> Edges:
        """Lay out a symmetric matrix, community by community.

        Communities are those of label propagation (Raghavan, Albert and Kumara, 2007), begun with
        connected parts of one size.
        """
        n = weights.shape[0]
        n_cells = max(min(n, SINGLE_UP_TO), min(CELLS, n // FEWEST_IN_CELL))
        parts = _grow(weights.indptr, weights.indices, n_cells)
        if n_cells < n:
            _settle(weights.indptr, weights.indices, weights.data, parts, PASSES)
        order = np.argsort(parts, kind="stable").astype(np.int32)
        place = np.empty_like(order)
        place[order] = np.arange(n, dtype=np.int32)
        ordered = weights[order]
        ordered.indices = place[ordered.indices]
        ordered.has_sorted_indices = False
        ordered.sort_indices()
        degrees = np.asarray(ordered.sum(axis=1), dtype=np.float32).ravel()
        return cls(
            order,
            place,
            ordered.indptr.astype(np.int32, copy=False),
            ordered.indices.astype(np.int32, copy=False),
            ordered.data,
            np.where(degrees > 0, degrees, np.float32(1)),
            np.unique(parts[order], return_inverse=True)[1].astype(np.int32),
        )


@compiled(vectorized.both_ways)
def both_ways(
    indices: Any, values: Any, share: Any
) -> tuple[Any, Any, Any]:  # pragma: no cover (compiled)
    """Make one-way edges symmetric: the smaller of both ways, and a share of their sum.

    Returns weights, neighbours and pointers of a CSR matrix; the neighbours of a row are in no
    order.
    """
    n, k = values.shape
    back = np.full((n, k), -1, np.int8)  # which of the other's neighbours one is
    pointers = np.zeros(n + 1, np.int32)
    for item in range(n):
        for edge in range(k):
            other = indices[item, edge]
            pointers[item + 1] += 1
            for turn in range(k):
                if indices[other, turn] == item:
                    back[item, edge] = turn
                    break
            else:
                pointers[other + 1] += 1
    for item in range(n):
        pointers[item + 1] += pointers[item]
    free = pointers[:-1].copy()
    neighbors = np.empty(pointers[n], np.int32)
    weights = np.empty(pointers[n], np.float32)
    for item in range(n):
        for edge in range(k):
            other, value, turn = indices[item, edge], values[item, edge], back[item, edge]
            neighbors[free[item]] = other
            if turn >= 0:
                again = values[other, turn]
                weights[free[item]] = min(value, again) + share * (value + again)
            else:
                weights[free[item]] = share * value
                neighbors[free[other]], weights[free[other]] = item, share * value
                free[other] += 1
            free[item] += 1
    return weights, neighbors, pointers


@compiled(vectorized.grow)
def _grow(pointers: Any, neighbors: Any, n_cells: int) -> Any:  # pragma: no cover (compiled)
    """Divide a graph into connected cells, grown evenly from evenly numbered items.

    Whatever no cell reaches becomes one more cell.
    """
    n = len(pointers) - 1
    cells = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int32)
    filled = 0
    for cell in range(n_cells):
        seed = cell * n // n_cells
        cells[seed] = cell
        queue[filled] = seed
        filled += 1
    head = 0
    while head < filled:
        item = queue[head]
        head += 1
        for edge in range(pointers[item], pointers[item + 1]):
            other = neighbors[edge]
            if cells[other] < 0:
                cells[other] = cells[item]
                queue[filled] = other
                filled += 1
    if filled < n:
        for item in range(n):
            if cells[item] < 0:
                cells[item] = n_cells
    return cells


@compiled(vectorized.settle)
def _settle(
    pointers: Any, neighbors: Any, weights: Any, parts: Any, passes: int
) -> None:  # pragma: no cover (compiled)
    """Let each item join the part that most of its weight leads to, a few times over.

    Parts stay between half and twice their mean size, short of those that began beyond: bounds as
    in Meyerhenke, Sanders and Schulz (2014).
    """
    n, n_parts = len(parts), parts.max() + 1
    totals = np.zeros(n_parts, np.float32)
    sizes = np.bincount(parts, minlength=n_parts)
    fewest, most = max(1, n // (2 * n_parts)), 2 * n // n_parts
    for _ in range(passes):
        for item in range(n):
            own = best = parts[item]
            for edge in range(pointers[item], pointers[item + 1]):
                totals[parts[neighbors[edge]]] += weights[edge]
            if sizes[own] > fewest:
                for edge in range(pointers[item], pointers[item + 1]):
                    part = parts[neighbors[edge]]
                    if totals[part] > totals[best] and sizes[part] < most:
                        best = part
            for edge in range(pointers[item], pointers[item + 1]):
                totals[parts[neighbors[edge]]] = 0
            sizes[own] -= 1
            sizes[best] += 1
            parts[item] = best
