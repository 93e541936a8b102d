"""Labels spread over the neighbour graph: the Laplace equation, solved again after every label.

The compiled loops are here; `compile_all` fills their cache on disk, so that no user waits for it.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import scipy.linalg

from nblabel.graph import Int32Array, NeighborGraph
from nblabel.pool import FloatArray, IntArray

Mask = npt.NDArray[np.bool_]

CELLS = 512  # unknowns of the coarse problem
FEWEST_IN_CELL = 8
TOLERANCE = 2e-3
MAX_ITERATIONS = 200

_jit = numba.njit(cache=True, nogil=True, fastmath=True)


class Propagation:
    """Solves for how likely a walk over the graph, begun at an item, first meets each class.

    The walk steps to a neighbour with a probability in proportion to the weight of the edge, and
    gives up before each step with probability decay / (1 + decay). With u = 1 at the labeled items of
    a class and 0 at those of others, elsewhere

        (1 + decay) d_i u_i = sum_j w_ij u_j,

    the label propagation of Zhu, Ghahramani and Lafferty (2003) with an absorbing state.

    Solved by conjugate gradients with a two-level preconditioner: the diagonal, and an exact solution
    that is constant on each of 512 connected cells, which carries a label across the graph at once.
    The last solution is where the next begins, and classes that a new label does not reach are
    left alone.

    Parameters
    ----------
    graph : NeighborGraph
        The graph.

    Attributes
    ----------
    degrees : ndarray of shape (n,), float32
        Sum of the weights of each item; 1 where it has no neighbour.
    iterations_ : int
        What the last solution took.
    """

    def __init__(self, graph: NeighborGraph) -> None:
        weights = graph.weights
        self._pointers: Int32Array = weights.indptr.astype(np.int32)
        self._neighbors: Int32Array = weights.indices
        self._weights: FloatArray = weights.data
        # an item without neighbours has nothing to hear; any positive number will do
        self.degrees: FloatArray = np.where(graph.degrees > 0, graph.degrees, np.float32(1))
        n = len(graph)
        self._cells = grow_cells(
            self._pointers, self._neighbors, max(1, min(CELLS, n // FEWEST_IN_CELL))
        )
        self._n_cells = int(self._cells.max()) + 1
        self._between = _cell_weights(
            self._pointers, self._neighbors, self._weights, self._cells, self._n_cells
        )
        self.iterations_ = 0

    def solve(
        self, codes: IntArray, n_classes: int, decay: float, start: FloatArray | None = None
    ) -> FloatArray:
        """Solve for all classes.

        Parameters
        ----------
        codes : ndarray of shape (n,), intp
            Class numbers, -1 where not labeled.
        n_classes : int
            How many classes.
        decay : float
            Positive.
        start : ndarray of shape (n, n_classes), float32, optional
            A solution of nearly the same problem. It is changed.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Not negative short of rounding; rows sum to at most 1. The residual, relative to the
            diagonal, is at most 0.002 everywhere.
        """
        labeled = np.flatnonzero(codes >= 0)
        u = np.zeros((len(codes), n_classes), dtype=np.float32) if start is None else start
        u[labeled] = 0
        u[labeled, codes[labeled]] = 1
        self.iterations_ = 0
        if not labeled.size:
            u[:] = 0
            return u
        free = codes < 0
        diagonal = self.degrees * np.float32(1 + decay)
        r = np.empty_like(u)
        worst = _residual(self._pointers, self._neighbors, self._weights, diagonal, free, u, r)
        active = np.flatnonzero(worst > TOLERANCE)
        if not active.size:
            return u
        coarse = self._coarse(free, labeled, diagonal)
        if active.size == n_classes:
            self._iterate(u, r, diagonal, free, coarse)
        else:
            some = np.ascontiguousarray(u[:, active])
            self._iterate(some, np.ascontiguousarray(r[:, active]), diagonal, free, coarse)
            u[:, active] = some
        return u

    def _coarse(self, free: Mask, labeled: IntArray, diagonal: FloatArray) -> Any:
        """Factorise the problem in which each cell has one value."""
        matrix = -self._between
        _leave_out(
            self._pointers, self._neighbors, self._weights, self._cells, free, labeled, matrix
        )
        own = np.bincount(self._cells, weights=np.where(free, diagonal, 0), minlength=self._n_cells)
        # a cell that is labeled throughout has no unknown
        matrix[np.diag_indices(self._n_cells)] += np.where(own > 0, own, 1)
        return scipy.linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)

    def _iterate(
        self, u: FloatArray, r: FloatArray, diagonal: FloatArray, free: Mask, coarse: Any
    ) -> None:
        """Conjugate gradients on all columns at once, each with its own steps; changes u and r."""
        p, product = np.zeros_like(u), np.empty_like(u)
        columns = u.shape[1]
        cell_sums = np.zeros((self._n_cells, columns))
        fine, _ = _sums(r, diagonal, self._cells, cell_sums)
        before = np.zeros(columns)
        for _ in range(MAX_ITERATIONS):
            lift = scipy.linalg.cho_solve(coarse, cell_sums, check_finite=False)
            rz = fine + np.einsum("ij,ij->j", cell_sums, lift)
            beta = np.where(before > 0, rz / np.where(before > 0, before, 1), 0)
            _direct(
                r, diagonal, self._cells, lift.astype(np.float32), beta.astype(np.float32), free, p
            )
            curvature = _multiply(
                self._pointers, self._neighbors, self._weights, diagonal, free, p, product
            )
            alpha = np.where(curvature > 0, rz / np.where(curvature > 0, curvature, 1), 0)
            cell_sums[:] = 0
            fine, worst = _step(
                alpha.astype(np.float32), p, product, diagonal, self._cells, u, r, cell_sums
            )
            before = rz
            self.iterations_ += 1
            if worst <= TOLERANCE:
                return


class Walks:
    """Where short walks over the graph end.

    Parameters
    ----------
    graph : NeighborGraph
        The graph.
    steps : int
        How long a walk is.
    """

    LEAST = 1e-3  # of the largest share; what is below is left out on the way
    TOLD = 0.02  # and here in the end

    def __init__(self, graph: NeighborGraph, steps: int) -> None:
        weights = graph.weights
        self._arrays = (weights.indptr, weights.indices, weights.data)
        self._degrees = np.where(graph.degrees > 0, graph.degrees, np.float32(1))
        self._steps = steps
        self._sums = np.zeros(len(graph), dtype=np.float32)

    def spread(self, values: FloatArray) -> FloatArray:
        """Return, for each item, the sum of the values of all who walk to it: their shares of them.

        Parameters
        ----------
        values : ndarray of shape (n,), float32
        """
        for _ in range(self._steps):
            values = _pass_on(*self._arrays, values / self._degrees)
        return values

    def to(self, item: int) -> tuple[Int32Array, FloatArray]:
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
            The probability that it does, over the largest of all; 1 for the item itself.
        """
        who, value = _walk(*self._arrays, self._degrees, item, self._steps, self.LEAST, self._sums)
        most = value.max(initial=0)
        kept = (value >= self.TOLD * most) & (who != item)
        share = value[kept] / most if most > 0 else value[kept]
        return (
            np.append(who[kept], np.int32(item)),
            np.append(share, np.float32(1)),
        )


def compile_all() -> None:
    """Compile every loop, or load it from the cache on disk."""
    ring = (np.arange(40)[:, None] + np.arange(1, 4)) % 40
    graph = NeighborGraph(ring.astype(np.int32), np.ones((40, 3), dtype=np.float32))
    codes = np.full(40, -1, dtype=np.intp)
    codes[[0, 20]] = 0, 1
    Propagation(graph).solve(codes, 3, 0.1)
    walks = Walks(graph, 2)
    walks.spread(np.ones(40, dtype=np.float32))
    walks.to(3)


@_jit
def grow_cells(pointers: Any, neighbors: Any, n_cells: int) -> Any:  # pragma: no cover (compiled)
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


@_jit
def _cell_weights(
    pointers: Any, neighbors: Any, weights: Any, cells: Any, n_cells: int
) -> Any:  # pragma: no cover (compiled)
    between = np.zeros((n_cells, n_cells))
    for item in range(len(cells)):
        for edge in range(pointers[item], pointers[item + 1]):
            between[cells[item], cells[neighbors[edge]]] += weights[edge]
    return between


@_jit
def _leave_out(
    pointers: Any,
    neighbors: Any,
    weights: Any,
    cells: Any,
    free: Any,
    labeled: Any,
    matrix: Any,
) -> None:  # pragma: no cover (compiled)
    """Take the edges of labeled items out of the coarse matrix."""
    for item in labeled:
        own = cells[item]
        for edge in range(pointers[item], pointers[item + 1]):
            other = neighbors[edge]
            matrix[own, cells[other]] += weights[edge]
            if free[other]:
                matrix[cells[other], own] += weights[edge]


@_jit
def _residual(
    pointers: Any, neighbors: Any, weights: Any, diagonal: Any, free: Any, u: Any, r: Any
) -> Any:  # pragma: no cover (compiled)
    """R = W u - diagonal u off the labels; return the largest of each column over the diagonal."""
    n, columns = u.shape
    worst = np.zeros(columns, np.float32)
    for item in range(n):
        if not free[item]:
            for column in range(columns):
                r[item, column] = 0
            continue
        own = diagonal[item]
        for column in range(columns):
            r[item, column] = -own * u[item, column]
        for edge in range(pointers[item], pointers[item + 1]):
            weight, other = weights[edge], neighbors[edge]
            for column in range(columns):
                r[item, column] += weight * u[other, column]
        for column in range(columns):
            worst[column] = max(worst[column], abs(r[item, column]) / own)
    return worst


@_jit
def _multiply(
    pointers: Any, neighbors: Any, weights: Any, diagonal: Any, free: Any, p: Any, product: Any
) -> Any:  # pragma: no cover (compiled)
    """Product = (diagonal - W) p off the labels, where p is 0 on them; return p . product."""
    n, columns = p.shape
    dots = np.zeros(columns)
    for item in range(n):
        if not free[item]:
            for column in range(columns):
                product[item, column] = 0
            continue
        own = diagonal[item]
        for column in range(columns):
            product[item, column] = own * p[item, column]
        for edge in range(pointers[item], pointers[item + 1]):
            weight, other = weights[edge], neighbors[edge]
            for column in range(columns):
                product[item, column] -= weight * p[other, column]
        for column in range(columns):
            dots[column] += np.float64(p[item, column]) * product[item, column]
    return dots


@_jit
def _step(
    alpha: Any, p: Any, product: Any, diagonal: Any, cells: Any, u: Any, r: Any, cell_sums: Any
) -> Any:  # pragma: no cover (compiled)
    """Go alpha along p; sum the new residual as `_sums` does."""
    n, columns = u.shape
    for item in range(n):
        for column in range(columns):
            u[item, column] += alpha[column] * p[item, column]
            r[item, column] -= alpha[column] * product[item, column]
    return _sums(r, diagonal, cells, cell_sums)


@_jit
def _sums(r: Any, diagonal: Any, cells: Any, cell_sums: Any) -> Any:  # pragma: no cover (compiled)
    """Add r up by cell; return r . r / diagonal of each column, and the largest |r| / diagonal."""
    n, columns = r.shape
    fine = np.zeros(columns)
    worst = np.float32(0)
    for item in range(n):
        inverse = np.float32(1) / diagonal[item]
        cell = cells[item]
        for column in range(columns):
            value = r[item, column]
            cell_sums[cell, column] += value
            fine[column] += np.float64(value) * value * inverse
            worst = max(worst, abs(value) * inverse)
    return fine, worst


@_jit
def _direct(
    r: Any, diagonal: Any, cells: Any, lift: Any, beta: Any, free: Any, p: Any
) -> None:  # pragma: no cover (compiled)
    """P = r / diagonal + lift of its cell + beta p off the labels."""
    n, columns = r.shape
    for item in range(n):
        if not free[item]:
            continue
        inverse = np.float32(1) / diagonal[item]
        cell = cells[item]
        for column in range(columns):
            p[item, column] = (
                r[item, column] * inverse + lift[cell, column] + beta[column] * p[item, column]
            )


@_jit
def _pass_on(pointers: Any, neighbors: Any, weights: Any, values: Any) -> Any:
    """Return W values."""
    result = np.empty_like(values)
    for item in range(len(values)):
        total = np.float32(0)
        for edge in range(pointers[item], pointers[item + 1]):
            total += weights[edge] * values[neighbors[edge]]
        result[item] = total
    return result


@_jit
def _walk(
    pointers: Any,
    neighbors: Any,
    weights: Any,
    degrees: Any,
    item: int,
    steps: int,
    least: float,
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
        kept = 0
        value = np.empty(filled, np.float32)
        for place in range(filled):
            share = sums[reached[place]]
            sums[reached[place]] = 0
            if share >= least * most:
                reached[kept] = reached[place]
                value[kept] = share
                kept += 1
        who, value = reached[:kept].copy(), value[:kept].copy()
    return who, value
