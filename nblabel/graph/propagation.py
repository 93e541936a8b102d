"""Labels spread over the neighbour graph: the Laplace equation, solved again after every label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp
from threadpoolctl import ThreadpoolController

from nblabel.arrays import FloatArray, Int32Array, IntArray
from nblabel.graph import sweeps
from nblabel.graph.edges import Edges
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.system.compiled import HAS_NUMBA
from nblabel.system.parallel import by_rows

Mask = npt.NDArray[np.bool_]
Float64Array = npt.NDArray[np.float64]

# Of the residual of each item. With 7e-4, going on from the last solution would take a fifth less
# time on MNIST, and be off by up to 0.03.
TOLERANCE = 5e-4
RISE = 2e-3  # of a cell's mean; what is less stays as it is
WARM_RISE = 1e-3  # going on from the last solution; five times that would be off by up to 0.08
FOLLOWED = 64  # solutions whose residual is brought up to date; then it is computed again
FEW = 8  # one item of so many; of more that changed, the residual is computed as well
ROUNDS = 6  # of relaxing, at most; what needs more would end up less exact
BEYOND = 1.3  # times what the coarse problem gives: cells that rise as a whole are too stiff
ANEW_UP_TO = 20_000  # items
MAX_ITERATIONS = 200


@dataclass
class _Solution:
    """What the next solution goes on from."""

    u: FloatArray
    r: FloatArray
    at: IntArray  # where labels are
    decay: float
    age: int  # since the residual was computed as a whole


class Propagation:
    """Solves for how likely a walk over the graph, begun at an item, first meets each class.

    The walk steps to a neighbour with a probability in proportion to the weight of the edge, and
    gives up before each step with probability decay / (1 + decay). With u = 1 at the labeled items
    of a class and 0 at those of others, elsewhere

        (1 + decay) d_i u_i = sum_j w_ij u_j,

    the label propagation of Zhu, Ghahramani and Lafferty (2003) with an absorbing state.

    The last solution is where the next begins, and most labels change little of it: whoever is no
    longer in balance is set right, then the neighbours whom that upset, and so on outwards (the
    method of Southwell, 1940); what all of a region lacks, which this would be slow to find, comes
    from a coarse problem with one unknown for each of 512 communities, which are raised by somewhat
    more than it gives (over-correction: Braess, 1995). Where a label reaches too far for that, and
    without a last solution, conjugate gradients solve for all, preconditioned by the diagonal and
    the same coarse problem. Copies of an item are one place to the walk: all that are not labeled
    get the same.

    Parameters
    ----------
    graph : NeighborGraph
        The graph.

    Attributes
    ----------
    edges : Edges
        Of the distinct items.
    place : ndarray of shape (n,), int32
        The place of each item among them.
    iterations_ : int
        Of the conjugate gradients in the last solution; 0 where they were not needed.
    """

    def __init__(self, graph: NeighborGraph) -> None:
        self.edges, self.place = without_copies(graph)
        self._graph = self.edges.pointers, self.edges.neighbors, self.edges.weights
        self._cells = self.edges.cells
        self._n_cells = int(self._cells.max()) + 1
        self._between = sweeps.cell_weights(*self._graph, self._cells, self._n_cells)
        self._blas = ThreadpoolController()
        self._last: _Solution | None = None
        self.iterations_ = 0

    def solve(
        self, codes: IntArray, n_classes: int, decay: float, *, anew: bool | None = None
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
        anew : bool, optional
            If not, begin with the last solution: quicker when the problem is nearly the same. By
            default up to 20,000 items, which take no time: the last bit then depends on the labels
            alone.

        Returns
        -------
        ndarray of shape (n, n_classes), float32, in Fortran order
            Not negative short of rounding; rows sum to at most 1. The residual, relative to the
            diagonal, is at most 0.0005 everywhere.
        """
        anew = len(codes) <= ANEW_UP_TO if anew is None else anew
        anew = anew or not HAS_NUMBA  # going on from the last is for compiled loops
        last, self._last = self._last, None  # an interrupted call begins anew
        n = len(self.edges.degrees)
        if anew or last is None or last.u.shape[1] != n_classes:
            u = np.zeros((n, n_classes), dtype=np.float32)
            last = _Solution(u, np.empty_like(u), np.empty(0, dtype=np.intp), decay, FOLLOWED)
        u = last.u
        labeled = np.flatnonzero(codes >= 0)
        at, known = self.place[labeled], codes[labeled]
        free = np.ones(n, dtype=bool)
        free[at] = False
        fixed = np.union1d(at, last.at)
        before = u[fixed]
        u[at] = 0
        np.add.at(u, (at, known), 1 / np.bincount(at, minlength=n)[at].astype(np.float32))
        self._settle(last, free, decay, fixed, u[fixed] - before, anew=anew)
        last.at, last.decay = np.unique(at), decay
        if not anew and len(at):
            self._last = last
        solution = np.empty((n_classes, len(codes)), dtype=np.float32)
        by_rows(len(codes), sweeps.take, u, self.place, solution)
        solution[:, labeled] = 0  # also where a copy of it has another label
        solution[known, labeled] = 1
        return solution.T

    def join(self) -> None:
        """Make all classes of the last solution its last class; the next one goes on from that."""
        if self._last is not None:
            for values in (self._last.u, self._last.r):
                values[:, -1] = values.sum(axis=1)
                values[:, :-1] = 0

    def _settle(
        self,
        last: _Solution,
        free: Mask,
        decay: float,
        fixed: IntArray,
        change: FloatArray,
        *,
        anew: bool,
    ) -> None:
        """Change u where it is free until it solves the equation; its fixed rows were changed."""
        u, r = last.u, last.r
        diagonal = self.edges.degrees * np.float32(1 + decay)
        self.iterations_ = 0
        labeled = np.flatnonzero(~free)
        if not labeled.size:
            u[:] = 0
            return
        # idle threads of the linear algebra library would spin and take the processors
        with self._blas.limit(limits=1, user_api="blas"):
            coarse = self._coarse(free, labeled, diagonal)
            if not anew:
                last.age += 1
                if last.age < FOLLOWED and len(fixed) < len(u) // FEW:
                    sums = self._followed(last, free, decay, fixed, change)
                else:
                    sums, last.age = self._residual(u, r, diagonal, free), 0
                if self._relax(u, r, diagonal, free, coarse, sums):
                    return
            self._iterate(u, r, diagonal, free, coarse)

    def _followed(
        self, last: _Solution, free: Mask, decay: float, fixed: IntArray, change: FloatArray
    ) -> Float64Array:
        """Bring the last residual up to date, a sixth of computing it; return its sums by cell."""
        before = self.edges.degrees * np.float32(1 + last.decay)
        cells = self._cells, self._n_cells
        sweeps.pass_change(*self._graph, fixed, change, last.r)
        for item in fixed[free[fixed]]:  # labels taken back
            sweeps.residual(item, item + 1, *self._graph, before, free, *cells, last.u, last.r)
        more = self.edges.degrees * np.float32(decay - last.decay)
        sums: Float64Array = np.sum(
            by_rows(len(last.u), sweeps.follow, more, free, *cells, last.u, last.r), axis=0
        )
        return sums

    def _residual(
        self, u: FloatArray, r: FloatArray, diagonal: FloatArray, free: Mask
    ) -> Float64Array:
        """Write the residual to r; return its sums by cell."""
        cells = self._cells, self._n_cells
        sums: Float64Array = sum(
            by_rows(len(u), sweeps.residual, *self._graph, diagonal, free, *cells, u, r)
        )
        return sums

    def _coarse(self, free: Mask, labeled: IntArray, diagonal: FloatArray) -> Any:
        """Factorise the problem in which each cell has one value."""
        matrix = -self._between
        sweeps.leave_out(*self._graph, self._cells, free, labeled, matrix)
        own = np.bincount(self._cells, weights=np.where(free, diagonal, 0), minlength=self._n_cells)
        # a cell that is labeled throughout has no unknown
        matrix[np.diag_indices(self._n_cells)] += np.where(own > 0, own, 1)
        return scipy.linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)

    def _relax(
        self,
        u: FloatArray,
        r: FloatArray,
        diagonal: FloatArray,
        free: Mask,
        coarse: Any,
        sums: Float64Array,
    ) -> bool:
        """Correct, one by one, those with too large a residual; return whether that was enough."""
        turns = len(u)  # with more of them conjugate gradients would be quicker
        cells = np.where(free, self._cells, -1).astype(np.int16)
        limits = np.float32(TOLERANCE) * diagonal
        for done in range(ROUNDS):
            lift = scipy.linalg.cho_solve(coarse, sums, check_finite=False).astype(np.float32)
            if done and np.abs(lift).max() <= WARM_RISE:
                return True
            lift[np.abs(lift) <= WARM_RISE / 2] = 0  # most of it, and too little to matter
            lift *= np.float32(BEYOND)
            self._raise(cells, diagonal, lift, u, r)
            items = np.concatenate(by_rows(len(u), sweeps.too_large, limits, r))
            turns = sweeps.set_right(*self._graph, diagonal, cells, limits, items, turns, u, r)
            if turns < 0:
                return False
            sums = np.sum(by_rows(len(u), sweeps.cell_sums, self._cells, self._n_cells, r), axis=0)
        return False

    def _raise(
        self,
        cells: npt.NDArray[np.int16],
        diagonal: FloatArray,
        lift: FloatArray,
        u: FloatArray,
        r: FloatArray,
    ) -> None:
        """Raise u by the lift of each cell."""
        rises = lift.any(axis=1)
        near = rises | (self._between @ rises > 0)
        lifts = sp.csr_matrix(lift)
        by_rows(
            len(u), sweeps.raise_cells, *self._graph, diagonal, cells, near,
            lifts.indptr, lifts.indices, lifts.data, u, r,
        )  # fmt: skip

    def _iterate(
        self, u: FloatArray, r: FloatArray, diagonal: FloatArray, free: Mask, coarse: Any
    ) -> None:
        """Conjugate gradients on all columns at once, each with its own steps."""
        self._residual(u, r, diagonal, free)
        p, product = np.zeros_like(u), np.zeros_like(u)
        before = np.zeros(u.shape[1])
        sums, fine, worst = self._step(before, p, product, diagonal, u, r)
        for _ in range(MAX_ITERATIONS):
            lift = scipy.linalg.cho_solve(coarse, sums, check_finite=False)
            if worst.max() <= TOLERANCE and np.abs(lift).max() <= RISE:
                return
            rz = fine + np.einsum("ij,ij->j", sums, lift)
            beta = np.where(before > 0, rz / np.where(before > 0, before, 1), 0).astype(np.float32)
            lift = lift.astype(np.float32)
            by_rows(len(u), sweeps.direct, r, diagonal, self._cells, lift, beta, free, p)
            dots = sum(by_rows(len(u), sweeps.multiply, *self._graph, diagonal, free, p, product))
            alpha = np.where(dots > 0, rz / np.where(dots > 0, dots, 1), 0)
            sums, fine, worst = self._step(alpha, p, product, diagonal, u, r)
            before = rz
            self.iterations_ += 1

    def _step(
        self,
        alpha: Float64Array,
        p: FloatArray,
        product: FloatArray,
        diagonal: FloatArray,
        u: FloatArray,
        r: FloatArray,
    ) -> tuple[Float64Array, Float64Array, FloatArray]:
        """Go alpha along p; return sums of r by cell, r . r / diagonal, max |r| / diagonal."""
        steps = alpha.astype(np.float32)
        parts = by_rows(
            len(u), sweeps.step, steps, p, product, diagonal, self._cells, self._n_cells, u, r
        )
        sums, fine, worst = zip(*parts, strict=True)
        return sum(sums), sum(fine), np.max(worst, axis=0)


def without_copies(graph: NeighborGraph) -> tuple[Edges, Int32Array]:
    """Return the weights between distinct items, and the place of each item among them."""
    n, node = len(graph), graph.places
    n_distinct = int(node.max(initial=-1)) + 1
    if n_distinct == n:
        return graph.edges, graph.edges.place
    member = sp.csr_matrix(
        (np.ones(n, dtype=np.float32), (np.arange(n), node)), shape=(n, n_distinct)
    )
    weights = sp.coo_matrix(member.T @ graph.weights @ member)
    apart = weights.row != weights.col
    between = (weights.data[apart], (weights.row[apart], weights.col[apart]))
    edges = Edges.of(sp.csr_matrix(between, shape=weights.shape))
    return edges, edges.place[node]
