"""Labels spread over the neighbour graph: the Laplace equation, solved again after every label."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components, reverse_cuthill_mckee
from threadpoolctl import ThreadpoolController

from nblabel.graph import Int32Array, NeighborGraph
from nblabel.pool import FloatArray, IntArray
from nblabel.rows import by_rows

Mask = npt.NDArray[np.bool_]
Float64Array = npt.NDArray[np.float64]

CELLS = 512  # unknowns of the coarse problem
FEWEST_IN_CELL = 8
SINGLE_UP_TO = 64  # items, each its own cell
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
    left alone. Copies of an item are one place to the walk: all that are not labeled get the same.

    Parameters
    ----------
    graph : NeighborGraph
        The graph.

    Attributes
    ----------
    iterations_ : int
        What the last solution took.
    """

    def __init__(self, graph: NeighborGraph) -> None:
        weights, node = _without_copies(graph)
        # neighbours stand close to one another in memory
        order = reverse_cuthill_mckee(weights, symmetric_mode=True)
        weights = weights[order][:, order]
        weights.sort_indices()
        n = len(order)
        self._place: IntArray = np.argsort(order)[node]
        self._pointers: Int32Array = weights.indptr.astype(np.int32)
        self._neighbors: Int32Array = weights.indices.astype(np.int32)
        self._weights: FloatArray = weights.data
        degrees = np.asarray(weights.sum(axis=1), dtype=np.float32).ravel()
        # an item without neighbours has nothing to hear; any positive number will do
        self._degrees: FloatArray = np.where(degrees > 0, degrees, np.float32(1))
        n_cells = max(min(n, SINGLE_UP_TO), min(CELLS, n // FEWEST_IN_CELL))
        self._cells = grow_cells(self._pointers, self._neighbors, n_cells)
        self._n_cells = int(self._cells.max()) + 1
        self._between = _cell_weights(
            self._pointers, self._neighbors, self._weights, self._cells, self._n_cells
        )
        self._blas = ThreadpoolController()
        self._last: FloatArray | None = None
        self.iterations_ = 0

    def solve(
        self, codes: IntArray, n_classes: int, decay: float, *, anew: bool = True
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
        anew : bool
            If not, begin with the last solution: quicker when the problem is nearly the same.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Not negative short of rounding; rows sum to at most 1. The residual, relative to the
            diagonal, is at most 0.002 everywhere.
        """
        u, self._last = self._last, None  # an interrupted call begins anew
        n = len(self._degrees)
        if anew or u is None or u.shape[1] != n_classes:
            u = np.zeros((n, n_classes), dtype=np.float32)
        labeled = np.flatnonzero(codes >= 0)
        at, known = self._place[labeled], codes[labeled]
        free = np.ones(n, dtype=bool)
        free[at] = False
        u[at] = 0
        np.add.at(u, (at, known), 1 / np.bincount(at, minlength=n)[at].astype(np.float32))
        self._settle(u, free, self._degrees * np.float32(1 + decay))
        self._last = u
        solution = u[self._place]
        solution[labeled] = 0  # also where a copy of it has another label
        solution[labeled, known] = 1
        return solution

    def _settle(self, u: FloatArray, free: Mask, diagonal: FloatArray) -> None:
        """Change u where it is free until it solves the equation."""
        self.iterations_ = 0
        labeled = np.flatnonzero(~free)
        if not labeled.size:
            u[:] = 0
            return
        r, still = np.empty_like(u), np.zeros_like(u)
        self._multiply(u, diagonal, free, r)
        np.negative(r, out=r)
        _, _, worst = self._step(np.zeros(u.shape[1]), still, still, diagonal, u, r)
        active = np.flatnonzero(worst > TOLERANCE)
        if not active.size:
            return
        # idle threads of the linear algebra library would spin and take the processors
        with self._blas.limit(limits=1, user_api="blas"):
            coarse = self._coarse(free, labeled, diagonal)
            if active.size == u.shape[1]:
                self._iterate(u, r, diagonal, free, coarse)
            else:
                some = np.ascontiguousarray(u[:, active])
                self._iterate(some, np.ascontiguousarray(r[:, active]), diagonal, free, coarse)
                u[:, active] = some

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
        p, product = np.zeros_like(u), np.zeros_like(u)
        before = np.zeros(u.shape[1])
        cell_sums, fine, _ = self._step(before, p, product, diagonal, u, r)
        for _ in range(MAX_ITERATIONS):
            lift = scipy.linalg.cho_solve(coarse, cell_sums, check_finite=False)
            rz = fine + np.einsum("ij,ij->j", cell_sums, lift)
            beta = np.where(before > 0, rz / np.where(before > 0, before, 1), 0).astype(np.float32)
            lift = lift.astype(np.float32)
            by_rows(len(u), _direct, r, diagonal, self._cells, lift, beta, free, p)
            curvature = self._multiply(p, diagonal, free, product)
            alpha = np.where(curvature > 0, rz / np.where(curvature > 0, curvature, 1), 0)
            cell_sums, fine, worst = self._step(alpha, p, product, diagonal, u, r)
            before = rz
            self.iterations_ += 1
            if worst.max() <= TOLERANCE:
                return

    def _multiply(
        self, p: FloatArray, diagonal: FloatArray, free: Mask, product: FloatArray
    ) -> FloatArray:
        """Write (diagonal - W) p to product, 0 at the labels; return p . product of each column."""
        graph = (self._pointers, self._neighbors, self._weights)
        dots: FloatArray = sum(by_rows(len(p), _multiply, *graph, diagonal, free, p, product))
        return dots

    def _step(
        self,
        alpha: Float64Array,
        p: FloatArray,
        product: FloatArray,
        diagonal: FloatArray,
        u: FloatArray,
        r: FloatArray,
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Go alpha along p; of the new r return sums by cell, r . r / diagonal, max |r| / diagonal."""
        steps = alpha.astype(np.float32)
        parts = by_rows(
            len(u), _step, steps, p, product, diagonal, self._cells, self._n_cells, u, r
        )
        cell_sums, fine, worst = zip(*parts, strict=True)
        return sum(cell_sums), sum(fine), np.max(worst, axis=0)


def _without_copies(graph: NeighborGraph) -> tuple[Any, IntArray]:
    """Return the weights between distinct items, and which of those each item is."""
    near = graph.distances == 0
    if not near.any():
        return graph.weights, np.arange(len(graph))
    rows, columns = np.nonzero(near)
    n = len(graph)
    pairs = sp.csr_matrix((np.ones(len(rows)), (rows, graph.indices[rows, columns])), shape=(n, n))
    n_distinct, node = connected_components(pairs, directed=False)
    member = sp.csr_matrix(
        (np.ones(n, dtype=np.float32), (np.arange(n), node)), shape=(n, n_distinct)
    )
    weights = sp.coo_matrix(member.T @ graph.weights @ member)
    apart = weights.row != weights.col
    edges = (weights.data[apart], (weights.row[apart], weights.col[apart]))
    return sp.csr_matrix(edges, shape=weights.shape), node.astype(np.intp)


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
def _multiply(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    free: Any,
    p: Any,
    product: Any,
) -> Any:  # pragma: no cover (compiled)
    columns = p.shape[1]
    dots = np.zeros(columns)
    for item in range(begin, end):
        if not free[item]:
            for column in range(columns):
                product[item, column] = 0
            continue
        own = diagonal[item]
        for column in range(columns):
            product[item, column] = own * p[item, column]
        edge, last = pointers[item], pointers[item + 1]
        while edge + 4 <= last:  # four at a time: a quarter of the reads and writes of product
            w0, w1 = weights[edge], weights[edge + 1]
            w2, w3 = weights[edge + 2], weights[edge + 3]
            n0, n1 = neighbors[edge], neighbors[edge + 1]
            n2, n3 = neighbors[edge + 2], neighbors[edge + 3]
            for column in range(columns):
                product[item, column] -= (
                    w0 * p[n0, column]
                    + w1 * p[n1, column]
                    + w2 * p[n2, column]
                    + w3 * p[n3, column]
                )
            edge += 4
        while edge < last:
            w0, n0 = weights[edge], neighbors[edge]
            for column in range(columns):
                product[item, column] -= w0 * p[n0, column]
            edge += 1
        for column in range(columns):
            dots[column] += np.float64(p[item, column]) * product[item, column]
    return dots


@_jit
def _step(
    begin: int,
    end: int,
    alpha: Any,
    p: Any,
    product: Any,
    diagonal: Any,
    cells: Any,
    n_cells: int,
    u: Any,
    r: Any,
) -> Any:  # pragma: no cover (compiled)
    columns = u.shape[1]
    cell_sums = np.zeros((n_cells, columns))
    fine = np.zeros(columns)
    worst = np.zeros(columns, np.float32)
    for item in range(begin, end):
        inverse = np.float32(1) / diagonal[item]
        cell = cells[item]
        for column in range(columns):
            u[item, column] += alpha[column] * p[item, column]
            value = r[item, column] - alpha[column] * product[item, column]
            r[item, column] = value
            cell_sums[cell, column] += value
            fine[column] += np.float64(value) * value * inverse
            worst[column] = max(worst[column], abs(value) * inverse)
    return cell_sums, fine, worst


@_jit
def _direct(
    begin: int, end: int, r: Any, diagonal: Any, cells: Any, lift: Any, beta: Any, free: Any, p: Any
) -> None:  # pragma: no cover (compiled)
    """P = r / diagonal + lift of its cell + beta p off the labels."""
    columns = r.shape[1]
    for item in range(begin, end):
        if not free[item]:
            continue
        inverse = np.float32(1) / diagonal[item]
        cell = cells[item]
        for column in range(columns):
            p[item, column] = (
                r[item, column] * inverse + lift[cell, column] + beta[column] * p[item, column]
            )
