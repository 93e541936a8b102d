"""Answers about several tags spread over the neighbour graph: one solve for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nblabel.arrays import BoolArray, FloatArray
from nblabel.graph import vectorized
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.graph.propagation import without_copies
from nblabel.graph.sweeps import row
from nblabel.system.compiled import HAS_NUMBA, compiled
from nblabel.system.parallel import by_rows

TOLERANCE = 1e-3  # of the residual of each item, relative to its diagonal
MAX_ITERATIONS = 100
ANEW_UP_TO = 20_000  # items
FEW = 64  # items with other answers, up to which these are followed outwards


@dataclass
class _Solution:
    """What the next solution goes on from, by place."""

    u: FloatArray
    r: FloatArray
    fixed: BoolArray
    decay: float


class TagPropagation:
    """Solves for the tags of all items at once, where each tag was answered for other items.

    For each column the equation is that of `nblabel.graph.propagation.Propagation`: a walk steps to
    neighbours until it meets an item with a value, or gives up, with probability decay /
    (1 + decay) before each step. With u the given value where there is one, elsewhere

        (1 + decay) d_i u_i = sum_j w_ij u_j.

    The matrix differs from column to column by the rows of the items with a value. Conjugate
    gradients run on all columns together: one sweep over the edges serves all tags, and what is
    given stays as it is. A few answers more change little of the last solution: their neighbours
    are set right, then whom that upset, and so on outwards (Southwell, 1940), again with all tags
    in one go; so an answer costs what it changes.

    Parameters
    ----------
    graph : NeighborGraph
        The graph. Copies of an item are one place.

    Attributes
    ----------
    iterations_ : int
        Of the conjugate gradients in the last solution; 0 where they were not needed.
    """

    def __init__(self, graph: NeighborGraph) -> None:
        self.edges, self.place = without_copies(graph)
        self._graph = self.edges.pointers, self.edges.neighbors, self.edges.weights
        self._last: _Solution | None = None
        self.iterations_ = 0

    def solve(
        self, known: BoolArray, values: FloatArray, decay: float, *, anew: bool | None = None
    ) -> FloatArray:
        """Solve for all columns.

        Parameters
        ----------
        known : ndarray of shape (n, k), bool
            Where a value is given.
        values : ndarray of shape (n, k), float32
            The values; where they are not known, they do not matter.
        decay : float
            Positive.
        anew : bool, optional
            If not, begin with the last solution. By default up to 20,000 items: the last bit then
            depends on the values alone.

        Returns
        -------
        ndarray of shape (n, k), float32
            Between 0 and the largest value, short of rounding. The residual, relative to the
            diagonal, is at most 0.001 everywhere.
        """
        n, k = len(self.edges.degrees), known.shape[1]
        anew = len(known) <= ANEW_UP_TO if anew is None else anew
        anew = anew or not HAS_NUMBA  # going on from the last is for compiled loops
        last, self._last = self._last, None  # an interrupted call begins anew
        fixed, given = self._given(known, values)
        diagonal = self.edges.degrees * np.float32(1 + decay)
        self.iterations_ = 0
        goes_on = last is not None and last.u.shape == (n, k) and not anew
        if last is None or not goes_on:
            last = _Solution(np.zeros((n, k), np.float32), np.empty((n, k), np.float32), fixed, 0)
        differs = (last.fixed != fixed) | (fixed & (last.u != given))
        rows = np.flatnonzero(differs.any(axis=1))
        few = goes_on and last.decay == decay and len(rows) <= FEW
        before = last.u[rows]
        np.copyto(last.u, given, where=fixed)
        last.fixed, last.decay = fixed, decay
        if not few or not self._push(last, rows, last.u[rows] - before, diagonal):
            self._iterate(last, diagonal)
        self._last = None if anew else last
        solution: FloatArray = last.u[self.place]
        np.copyto(solution, values, where=known)  # also where a copy of it has another answer
        return solution

    def _given(self, known: BoolArray, values: FloatArray) -> tuple[BoolArray, FloatArray]:
        """Return where places have a value, and the mean of what is given there."""
        shape = len(self.edges.degrees), known.shape[1]
        rows = np.flatnonzero(known.any(axis=1))
        at = self.place[rows]
        given = np.zeros(shape, dtype=np.float32)
        counts = np.zeros(shape, dtype=np.float32)
        np.add.at(given, at, np.where(known[rows], values[rows], 0))
        np.add.at(counts, at, known[rows].astype(np.float32))
        given[at] /= np.maximum(counts[at], 1)
        return counts > 0, given

    def _push(self, last: _Solution, rows: Any, change: FloatArray, diagonal: FloatArray) -> bool:
        """Set right what a few changed rows upset; return whether that was enough."""
        limits = np.float32(TOLERANCE) * diagonal
        return bool(
            _set_right(*self._graph, diagonal, last.fixed, limits, rows, change, last.u, last.r)
        )

    def _iterate(self, last: _Solution, diagonal: FloatArray) -> None:
        u, r, fixed = last.u, last.r, last.fixed
        n, k = u.shape
        p, product = np.zeros_like(u), np.empty_like(u)
        rz, worst = _together(by_rows(n, _residual, *self._graph, diagonal, fixed, u, r))
        beta = np.zeros(k, dtype=np.float32)
        for turn in range(MAX_ITERATIONS):
            self.iterations_ = turn
            if worst.max(initial=0) <= TOLERANCE:
                return
            by_rows(n, _direct, r, diagonal, beta, p)
            dots = sum(by_rows(n, _multiply, *self._graph, diagonal, fixed, p, product))
            alpha = np.where(dots > 0, rz / np.where(dots > 0, dots, 1), 0).astype(np.float32)
            before = rz
            rz, worst = _together(by_rows(n, _step, alpha, p, product, diagonal, u, r))
            beta = np.where(before > 0, rz / np.where(before > 0, before, 1), 0).astype(np.float32)


def _together(parts: list[Any]) -> tuple[Any, Any]:
    sums, worst = zip(*parts, strict=True)
    return sum(sums), np.max(worst, axis=0)


@compiled(vectorized.tag_residual)
def _residual(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    fixed: Any,
    u: Any,
    r: Any,
) -> Any:  # pragma: no cover (compiled)
    """Write (W - diagonal) u to r, 0 where fixed; return r . r / diagonal, max |r| / diagonal."""
    columns = u.shape[1]
    fine, worst = np.zeros(columns), np.zeros(columns, np.float32)
    for item in range(begin, end):
        row(pointers, neighbors, weights, item, diagonal[item], u, r)
        inverse = np.float32(1) / diagonal[item]
        for column in range(columns):
            value = np.float32(0) if fixed[item, column] else -r[item, column]
            r[item, column] = value
            fine[column] += np.float64(value) * value * inverse
            worst[column] = max(worst[column], abs(value) * inverse)
    return fine, worst


@compiled(vectorized.tag_multiply)
def _multiply(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    fixed: Any,
    p: Any,
    product: Any,
) -> Any:  # pragma: no cover (compiled)
    """Write (diagonal - W) p to product, 0 where fixed; return p . product of each column."""
    columns = p.shape[1]
    dots = np.zeros(columns)
    for item in range(begin, end):
        row(pointers, neighbors, weights, item, diagonal[item], p, product)
        for column in range(columns):
            if fixed[item, column]:
                product[item, column] = 0
            dots[column] += np.float64(p[item, column]) * product[item, column]
    return dots


@compiled(vectorized.tag_step)
def _step(
    begin: int, end: int, alpha: Any, p: Any, product: Any, diagonal: Any, u: Any, r: Any
) -> Any:  # pragma: no cover (compiled)
    """Go alpha along p; return r . r / diagonal and max |r| / diagonal of the new r."""
    columns = u.shape[1]
    fine, worst = np.zeros(columns), np.zeros(columns, np.float32)
    for item in range(begin, end):
        inverse = np.float32(1) / diagonal[item]
        for column in range(columns):
            u[item, column] += alpha[column] * p[item, column]
            value = r[item, column] - alpha[column] * product[item, column]
            r[item, column] = value
            fine[column] += np.float64(value) * value * inverse
            worst[column] = max(worst[column], abs(value) * inverse)
    return fine, worst


@compiled(vectorized.tag_direct)
def _direct(
    begin: int, end: int, r: Any, diagonal: Any, beta: Any, p: Any
) -> None:  # pragma: no cover (compiled)
    """P = r / diagonal + beta p."""
    for item in range(begin, end):
        inverse = np.float32(1) / diagonal[item]
        for column in range(p.shape[1]):
            p[item, column] = r[item, column] * inverse + beta[column] * p[item, column]


@compiled()
def _set_right(
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    fixed: Any,
    limits: Any,
    rows: Any,
    change: Any,
    u: Any,
    r: Any,
) -> bool:  # pragma: no cover (compiled)
    """Bring r up to date after a change of some rows, and u wherever r is too large then.

    Returns whether that took less than treating each item once.
    """
    n, columns = u.shape
    queue = np.empty(n, np.int32)
    waits = np.zeros(n, np.bool_)
    head = tail = waiting = 0
    turns = n
    delta = np.empty(columns, np.float32)
    for turn in range(len(rows)):
        for edge in range(pointers[rows[turn]], pointers[rows[turn] + 1]):
            other, weight = neighbors[edge], weights[edge]
            for column in range(columns):
                if not fixed[other, column]:
                    r[other, column] += weight * change[turn, column]
    for turn in range(len(rows)):  # what is given leaves nothing over; what was, is looked at anew
        item = rows[turn]
        row(pointers, neighbors, weights, item, diagonal[item], u, r)
        for column in range(columns):
            r[item, column] = 0 if fixed[item, column] else -r[item, column]
    for turn in range(len(rows)):
        item = rows[turn]
        if not waits[item]:
            queue[tail], waits[item] = item, True
            tail = tail + 1 if tail + 1 < n else 0
            waiting += 1
        for edge in range(pointers[item], pointers[item + 1]):
            other = neighbors[edge]
            if not waits[other]:
                queue[tail], waits[other] = other, True
                tail = tail + 1 if tail + 1 < n else 0
                waiting += 1
    while waiting > 0:
        if turns == 0:
            return False
        turns -= 1
        item = queue[head]
        head = head + 1 if head + 1 < n else 0
        waiting -= 1
        waits[item] = False
        inverse = np.float32(1) / diagonal[item]
        worst = np.float32(0)
        for column in range(columns):
            worst = max(worst, abs(r[item, column]))
        if worst <= limits[item]:
            continue
        for column in range(columns):
            delta[column] = r[item, column] * inverse
            u[item, column] += delta[column]
            r[item, column] = 0
        for edge in range(pointers[item], pointers[item + 1]):
            other, weight = neighbors[edge], weights[edge]
            worst = np.float32(0)
            for column in range(columns):
                if not fixed[other, column]:
                    r[other, column] += weight * delta[column]
                    worst = max(worst, abs(r[other, column]))
            if worst > limits[other] and not waits[other]:
                queue[tail], waits[other] = other, True
                tail = tail + 1 if tail + 1 < n else 0
                waiting += 1
    return True
