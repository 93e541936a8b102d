"""Label propagation for very many classes: a label changes the solution, not one for each class."""

from __future__ import annotations

import numpy as np

from nblabel.arrays import BoolArray, FloatArray, Int32Array, IntArray
from nblabel.graph import dense_rows
from nblabel.graph.edges import Edges
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.graph.propagation import Propagation
from nblabel.system.parallel import by_rows

COLUMNS = 64  # classes that are solved for at a time
LEAST = np.float32(1e-5)  # what is less is no entry of a row
LITTLE = np.float32(1e-4)  # a change by less is none
MUCH = np.float32(0.02)  # of the walks of an item; then its largest entries are looked for anew
FEW = 200  # labels that changed; for more at once, solving anew is quicker
GROWN = 1.5  # times as many labels, or so many fewer: all is solved anew
MATTERS = 1_000  # labels, up to which how seldom walks give up matters so much


class ManyPropagation:
    """The equation of `Propagation`, for a thousand classes.

    With g(x) how likely a walk begun at x meets a label at item l before any other one, and f what
    is known at l, a label that is given, changed or taken back there changes the solution

        u  to  u + g (f - u_l),

    which holds exactly (the identity of Sherman and Morrison, 1950, for one more end of the walks):
    one column is solved for in place of a thousand, and few classes of few items change much. The
    largest entries of each item are kept up to date beside.

    Parameters
    ----------
    graph : NeighborGraph
        The graph.
    k : int
        Classes of an item that are listed.

    Attributes
    ----------
    u : ndarray of shape (n_places, capacity), float32
        How likely walks meet each class first; see `scale`. 240 MB for 60,000 items and 1,000
        classes.
    codes, values : ndarray of shape (n_places, k), int32 and float32
        The classes with the largest entries of each row, -1 in a free slot, and these entries.
    total : ndarray of shape (n_places,), float32
        How likely walks meet any label.
    place : ndarray of shape (n,), int32
        The distinct item that each item is.
    solved_ : int
        How often all was solved for.

    Notes
    -----
    Up to 64 classes with labels the usual solver has all of them, and goes on from its last
    solution. With more, all is solved for, 64 classes at a time, when a session opens and where
    more than 200 labels changed at once; with a thousand classes that takes a while. Walks give up
    the more seldom the more labels there are; between, that is followed for the total alone.
    """

    def __init__(self, graph: NeighborGraph, k: int) -> None:
        self._some = Propagation(graph)
        self._met = Propagation(graph)  # one label, and all others
        self.place = self._some.place
        n = len(self._some.edges.degrees)
        self._one = np.zeros(n, dtype=np.intp)  # an item of each place
        self._one[self.place] = np.arange(len(self.place))
        self.u: FloatArray = np.zeros((n, 0), dtype=np.float32)
        self.codes: Int32Array = np.full((n, k), -1, dtype=np.int32)
        self.values: FloatArray = np.zeros((n, k), dtype=np.float32)
        self.total: FloatArray = np.zeros(n, dtype=np.float32)
        self._whole: FloatArray = np.zeros(n, dtype=np.float32)  # the sums of u
        self._ends: BoolArray = np.zeros(n, dtype=bool)
        self._columns: dict[int, int] = {}  # of the usual solver, by class
        self._n_then = 0  # labels when all was solved for
        self._y: IntArray | None = None  # what holds; nothing after an interrupted call
        self.solved_ = 0

    @property
    def edges(self) -> Edges:
        """Between the distinct items."""
        return self._some.edges

    @property
    def scale(self) -> FloatArray:
        """What to multiply the values of each place with, so that they go with the total."""
        scale = self.total / np.maximum(self._whole, LEAST)
        return np.clip(scale, 0.5, 2).astype(np.float32)

    def solve(self, y: IntArray, n_classes: int, decay: float) -> None:
        """Solve for all classes.

        Parameters
        ----------
        y : ndarray of shape (n,), intp
            Class numbers, -1 where not labeled; not all of them.
        n_classes : int
            How many classes.
        decay : float
            Positive, see `Propagation`.
        """
        before, self._y = self._y, None
        present = np.unique(y[y >= 0])
        self._make_room(n_classes)
        then = before
        if before is not None and len(present) > COLUMNS:
            before = self._renumbered(before, y)
        changed = None if before is None else np.flatnonzero(y != before)
        touched = np.ones(len(self.u), dtype=bool)
        if len(present) <= COLUMNS:
            self._as_usual(y, present, decay)
        elif before is None or changed is None or len(changed) > FEW or self._has_grown(y):
            self._anew(y, present, decay)
        else:
            touched[:] = before is not then
            now = before.copy()
            for item in changed.tolist():
                now[item] = y[item]
                self._change(int(self.place[item]), now, decay, touched)
        by_rows(
            len(self.u), dense_rows.largest, touched, n_classes, LEAST,
            self.u, self.codes, self.values,
        )  # fmt: skip
        self._y = y.copy()

    def _has_grown(self, y: IntArray) -> bool:
        """Return whether there are so many more labels that the last solution is of no use."""
        few, many = sorted((int(np.count_nonzero(y >= 0)), self._n_then))
        return few < MATTERS and many > GROWN * few

    def _make_room(self, n_classes: int) -> None:
        """Have a column for each class, and some for those that may be added."""
        n, capacity = self.u.shape
        if n_classes > capacity:
            more = -(-(n_classes + 1) // COLUMNS) * COLUMNS
            u = np.zeros((n, more), dtype=np.float32)
            u[:, :capacity] = self.u
            self.u = u

    def _renumbered(self, before: IntArray, y: IntArray) -> IntArray:
        """Follow classes that have other numbers now, or became one: their columns move."""
        both = np.flatnonzero((before >= 0) & (y >= 0) & (before != y))
        if len(both) <= FEW:
            return before
        was, pairs = before[(before >= 0) & (y >= 0)], y[(before >= 0) & (y >= 0)]
        found = np.unique(np.stack([was, pairs]), axis=1)
        if len(np.unique(found[0])) < found.shape[1]:
            return before  # one class is several now
        numbers = np.arange(self.u.shape[1])
        numbers[found[0]] = found[1]
        kept = np.setdiff1d(np.unique(before[before >= 0]), found[0])
        if np.isin(numbers[kept], found[1]).any():
            return before
        for start in range(0, len(self.u), COLUMNS * COLUMNS):
            rows = self.u[start : start + COLUMNS * COLUMNS]
            old = rows[:, [*found[0], *kept]].copy()
            rows[:] = 0
            for column, number in enumerate([*found[1], *kept]):
                rows[:, number] += old[:, column]
        moved = before.copy()
        moved[before >= 0] = numbers[before[before >= 0]]
        return moved

    def _as_usual(self, y: IntArray, present: IntArray, decay: float) -> None:
        """Solve for few classes as `Propagation` does, going on from its last solution."""
        if len({*self._columns, *present.tolist()}) > COLUMNS:
            self._columns = {}
        for code in present.tolist():
            self._columns.setdefault(code, len(self._columns))
        numbers = np.array(list(self._columns), dtype=np.intp)
        column = np.full(max(int(y.max()), int(numbers.max())) + 2, -1, dtype=np.intp)
        column[numbers] = np.arange(len(numbers))
        found = self._some.solve(column[y], COLUMNS, decay)
        self.u[:] = 0
        self.u[:, numbers] = found[self._one, : len(numbers)]
        self._end_at(y)
        self.total = np.clip(self.u.sum(axis=1), 0, 1)
        self._whole = self.total.copy()
        self._n_then = int(np.count_nonzero(y >= 0))

    def _anew(self, y: IntArray, present: IntArray, decay: float) -> None:
        """Solve for all classes, a block of them at a time."""
        self.u[:] = 0
        for start in range(0, len(present), COLUMNS):
            block = present[start : start + COLUMNS]
            # labels of other classes end walks, too
            column = np.full(int(y.max()) + 2, len(block), dtype=np.intp)
            column[block], column[-1] = np.arange(len(block)), -1
            found = self._some.solve(column[y], len(block) + 1, decay, anew=True)
            self.u[:, block] = found[self._one, : len(block)]
        self._end_at(y)
        self.total = np.clip(self.u.sum(axis=1), 0, 1)
        self._whole = self.total.copy()
        self._n_then = int(np.count_nonzero(y >= 0))
        self.solved_ += 1

    def _end_at(self, y: IntArray) -> None:
        """Note where labels are, and what is known there."""
        labeled = np.flatnonzero(y >= 0)
        at, n_labels = np.unique(self.place[labeled], return_counts=True)
        self._ends[:] = False
        self._ends[at] = True
        self.u[at] = 0
        share = np.zeros(len(self._ends), dtype=np.float32)
        share[at] = 1 / n_labels  # copies, whose labels may differ
        places = self.place[labeled]
        np.add.at(self.u, (places, y[labeled]), share[places])

    def _change(self, place: int, y: IntArray, decay: float, touched: BoolArray) -> None:
        """Follow what the labels of one place are now."""
        meets = self._meet(place, decay)
        before = self.u[place].copy()
        known = y[self.place == place]
        known = known[known >= 0]
        if len(known):
            after, whole = np.zeros_like(before), 1.0
            np.add.at(after, known, np.float32(1 / len(known)))
        else:  # taken back: what its neighbours say without it
            after, whole = self._without(place, before, meets, decay)
        change = after - before
        by = np.flatnonzero(np.abs(change) > LITTLE).astype(np.int32)
        free = np.where(self._ends, 0, meets).astype(np.float32)
        free[place] = 0
        by_rows(
            len(self.u), dense_rows.shift, free, LITTLE, MUCH, by, change[by],
            self.u, self.codes, self.values, touched,
        )  # fmt: skip
        self._whole += free * np.float32(whole - self._whole[place])
        self.u[place], self._whole[place] = after, whole
        self._ends[place] = len(known) > 0
        self.total[place] = whole
        touched[place] = True
        np.clip(self._whole, 0, 1, out=self._whole)

    def _meet(self, place: int, decay: float) -> FloatArray:
        """Return how likely walks from each place meet a label before any other, (n_places,).

        The total of the other labels is found beside, and so that of all.
        """
        item = self._one[place]
        ends = np.where(self._ends[self.place], 1, -1).astype(np.intp)
        ends[self.place == place] = -1
        ends[item] = 0
        self._met.join()
        found = self._met.solve(ends, 2, decay)[self._one]
        self.total = np.clip(found.sum(axis=1), 0, 1)
        meets: FloatArray = np.clip(found[:, 0], 0, 1)
        return meets

    def _without(
        self, place: int, before: FloatArray, meets: FloatArray, decay: float
    ) -> tuple[FloatArray, float]:
        """Return what walks from a place meet once it has no label, and how likely any at all.

        Its neighbours' values hold what `before` contributes; walks that come back to the place
        begin again.
        """
        edges = self.edges
        if edges.degrees[place] <= 0:
            return np.zeros_like(before), 0.0
        near = slice(edges.pointers[place], edges.pointers[place + 1])
        others, weights = edges.neighbors[near], edges.weights[near]
        own = np.float32(1 / (1 + decay)) / edges.degrees[place]
        again = max(1 - float(own * (weights * meets[others]).sum()), 1e-6)
        after = own * (weights @ self.u[others]) - np.float32(1 - again) * before
        whole = (float(own * (weights * self._whole[others]).sum()) - (1 - again)) / again
        found: FloatArray = np.maximum(after / np.float32(again), 0)
        return found, min(max(whole, 0.0), 1.0)
