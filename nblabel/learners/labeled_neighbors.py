"""The labeled neighbours of every pool item, kept up to date label by label."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray
from nblabel.system.parallel import by_rows

Metric = Literal["euclidean", "cosine"]
METRICS = ("euclidean", "cosine")
MANY = 64  # new labels at once, beyond which searching anew is quicker than putting each in
CELLS = 4_000_000  # distances held at a time
TOGETHER = 16  # columns of which the smallest value is looked at
ROUNDING = 1e-4  # generous bound of what a matrix product rounds, relative to the squared norms


class LabeledNeighbors:
    """For each of n items, its k nearest labeled items, nearest first.

    A new label costs one matrix-vector product and touches the rows it enters. A label taken back
    costs the rows that held it. The result depends on the set of labeled items alone, to the last
    bit, and not on the order in which they came: every distance is computed by the same routine,
    row by row, and ties go to the smaller position.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    k : int
        Neighbours kept for each item.
    metric : {"euclidean", "cosine"}
        Cosine distances are 1 - cosine similarity; a zero vector is at distance 1 from all others.

    Attributes
    ----------
    indices_ : ndarray of shape (n, k), intp
        Positions in the pool; -1 where fewer than k items are labeled.
    distances_ : ndarray of shape (n, k), float32
        Squared Euclidean or cosine distances; infinite where there is no neighbour.
    """

    def __init__(self, X: FloatArray, k: int = 5, metric: Metric = "euclidean") -> None:
        if metric not in METRICS:
            raise ValueError(f"unknown metric {metric!r}; choose one of {', '.join(METRICS)}.")
        if k < 1:
            raise ValueError(f"k is {k}; at least one neighbour is needed.")
        self.metric: Metric = metric
        self._centre = None if metric == "cosine" else _centre(X)
        self._X = self._placed(X)
        self._norms: FloatArray = np.einsum("ij,ij->i", self._X, self._X)
        self._k = k
        self._labeled: set[int] = set()

    # Made when first looked at: who asks about a few items only never needs them. In Fortran order,
    # for numpy is quick along long axes.

    @cached_property
    def indices_(self) -> IntArray:
        """Neighbours, nearest first."""
        return np.full((len(self._X), self._k), -1, dtype=np.intp, order="F")

    @cached_property
    def distances_(self) -> FloatArray:
        """Their distances."""
        return np.full((len(self._X), self._k), np.inf, dtype=np.float32, order="F")

    def keeping(self, k: int) -> LabeledNeighbors:
        """Return neighbours among the same items, k for each, that know of no label yet.

        The embeddings are shared.
        """
        other = copy.copy(self)
        for name in ("indices_", "distances_"):
            other.__dict__.pop(name, None)
        other._k, other._labeled = k, set()  # noqa: SLF001  (one of us)
        return other

    def update(self, labeled: IntArray) -> npt.NDArray[np.bool_]:
        """Make `labeled` the set of labeled items.

        Parameters
        ----------
        labeled : ndarray of intp
            Positions in the pool, in any order.

        Returns
        -------
        ndarray of shape (n,), bool
            The rows whose neighbours changed.
        """
        wanted = set(labeled.tolist())
        added, removed = wanted - self._labeled, self._labeled - wanted
        self._labeled = set()  # nothing holds if this is interrupted; the next call starts anew
        changed = np.zeros(len(self._X), dtype=bool)
        try:
            if len(added) > MANY:
                changed[:] = True
                self._search(np.arange(len(self._X)), sorted(wanted))
            else:
                changed[self._remove(removed, wanted - added)] = True
                changed[self._add(sorted(added))] = True
        except BaseException:
            self.indices_[:], self.distances_[:] = -1, np.inf
            raise
        self._labeled = wanted
        return changed

    def of(self, X_new: FloatArray) -> tuple[IntArray, FloatArray]:
        """Find the labeled neighbours of points that need not be in the pool.

        Parameters
        ----------
        X_new : ndarray of shape (m, dim), float32
            Points in the space of `X`.

        Returns
        -------
        indices : ndarray of shape (m, k), intp
            Positions in the pool; -1 where fewer than k items are labeled.
        distances : ndarray of shape (m, k), float32
            As `distances_`: a copy of a pool item has the neighbours of that item.
        """
        k = min(self._k, len(self._labeled))
        shape = (len(X_new), self._k)
        indices: IntArray = np.full(shape, -1, dtype=np.intp)
        distances: FloatArray = np.full(shape, np.inf, dtype=np.float32)
        if k == 0:
            return indices, distances
        items = np.array(sorted(self._labeled), dtype=np.intp)
        targets = np.ascontiguousarray(self._X[items].T)
        step = max(64, CELLS // len(items))
        for start in range(0, len(X_new), step):
            points = self._placed(X_new[start : start + step])
            norms = np.einsum("ij,ij->i", points, points)
            here = slice(start, start + step)
            indices[here, :k], distances[here, :k] = self._nearest(points, norms, items, targets)
        return indices, distances

    def look(self, rows: IntArray, labeled: IntArray) -> tuple[IntArray, FloatArray]:
        """Find the neighbours of a few items, without bringing those of all up to date.

        Parameters
        ----------
        rows : ndarray of shape (m,), intp
            Positions in the pool.
        labeled : ndarray of intp
            The labeled ones.

        Returns
        -------
        indices : ndarray of shape (m, k), intp
        distances : ndarray of shape (m, k), float32
            What `update` would leave in these rows.
        """
        if self._labeled == set(labeled.tolist()):
            return self.indices_[rows], self.distances_[rows]
        k = min(self._k, len(labeled))
        indices: IntArray = np.full((len(rows), self._k), -1, dtype=np.intp)
        distances: FloatArray = np.full((len(rows), self._k), np.inf, dtype=np.float32)
        if k and len(rows):
            items = np.sort(labeled)
            targets = np.ascontiguousarray(self._X[items].T)
            found = self._nearest(self._X[rows], self._norms[rows], items, targets)
            indices[:, :k], distances[:, :k] = found
        return indices, distances

    def _placed(self, X: FloatArray) -> FloatArray:
        """Return points as they are kept: around the pool's centre, or of length 1."""
        if self.metric == "cosine":
            return _unit_rows(X)
        X = np.ascontiguousarray(X, dtype=np.float32)
        return X if self._centre is None else X - self._centre

    def _remove(self, removed: set[int], kept: set[int]) -> npt.NDArray[np.bool_]:
        """Search anew for the rows that held an item taken back."""
        if not removed:
            return np.zeros(len(self._X), dtype=bool)
        hit = np.isin(self.indices_, list(removed))
        rows = np.flatnonzero(hit.any(axis=1))
        self._search(rows, sorted(kept))
        changed = np.zeros(len(self._X), dtype=bool)
        changed[rows] = True
        return changed

    def _search(self, rows: IntArray, labeled: list[int]) -> None:
        """Find the neighbours of some rows among all labeled items, in blocks.

        A matrix product, which rounds in its own way, narrows the choice to the few that can be
        among the k nearest; those are then measured as everywhere else.
        """
        k = min(self._k, len(labeled))
        self.indices_[rows], self.distances_[rows] = -1, np.inf
        if k == 0:
            return
        items = np.array(labeled, dtype=np.intp)
        targets = np.ascontiguousarray(self._X[items].T)
        by_rows(len(rows), self._search_in, rows, items, targets)

    def _search_in(
        self, begin: int, end: int, rows: IntArray, items: IntArray, targets: FloatArray
    ) -> None:
        k, step = min(self._k, len(items)), max(64, CELLS // len(items))
        for start in range(begin, end, step):
            block = rows[start : min(start + step, end)]
            found = self._nearest(self._X[block], self._norms[block], items, targets)
            self.indices_[block, :k], self.distances_[block, :k] = found

    def _nearest(
        self, points: FloatArray, norms: FloatArray, items: IntArray, targets: FloatArray
    ) -> tuple[IntArray, FloatArray]:
        """Return the neighbours of some points among `items`, whose columns `targets` are."""
        k = min(self._k, len(items))
        rough = (-2 * points) @ targets  # short of what is the same for the whole row
        if self.metric == "euclidean":
            rough += self._norms[items]
        reach = _reached_by(rough, k)
        reach += ROUNDING * float(self._norms[items].max()) + ROUNDING * norms
        lines, columns = divmod(np.flatnonzero(rough <= reach[:, None]), len(items))
        others = items[columns]
        products = np.einsum("ij,ij->i", points[lines], self._X[others])
        distances = self._as_distances(products, norms[lines], self._norms[others])
        # nearest first within each row; the smaller position first among equals
        order = np.lexsort((columns, distances, lines))
        first = np.searchsorted(lines, np.arange(len(points)))
        chosen = order[first[:, None] + np.arange(k)]
        return items[columns[chosen]], distances[chosen]

    def _add(self, added: list[int]) -> npt.NDArray[np.bool_]:
        """Put new items in, one matrix-vector product each."""
        changed = np.zeros(len(self._X), dtype=bool)
        for item in added:
            by_rows(len(self._X), self._offer, item, changed)
        return changed

    def _offer(self, begin: int, end: int, item: int, changed: npt.NDArray[np.bool_]) -> None:
        """Put an item in where it is nearer than a neighbour; mark the rows that it changed."""
        here = slice(begin, end)
        distances = self._distances(item, here)
        worst = self.distances_[here, -1]
        enters = distances < worst
        # an item as far as the last neighbour enters if it comes before it in the pool
        ties = np.flatnonzero(distances == worst)
        enters[ties] = item < self.indices_[begin + ties, -1]
        rows = np.flatnonzero(enters)
        self._insert(item, begin + rows, distances[rows])
        changed[here] |= enters

    def scale(self, sample: int, random_state: int = 0) -> np.float32:
        """Return a typical distance between near neighbours, as a unit for weights.

        The median, over a random sample, of the distance to the nearest 1 % of that sample; 1 where
        all items are equal.
        """
        rng = np.random.default_rng(random_state)
        n = len(self._X)
        rows = np.sort(rng.choice(n, min(n, sample), replace=False))
        products = self._X[rows] @ self._X[rows].T
        if self.metric == "cosine":
            distances = 1 - products
        else:
            distances = self._norms[rows, None] - 2 * products + self._norms[None, rows]
        nth = min(max(1, len(rows) // 100), len(rows) - 1)
        scale = np.median(np.partition(distances, nth, axis=1)[:, nth])
        # copies are at distance 0, short of rounding
        rounding = 1e-6 * float(self._norms[rows].mean())
        return np.float32(scale) if scale > rounding else np.float32(1)

    def _distances(self, item: int, rows: slice) -> FloatArray:
        X, norms = self._X[rows], self._norms[rows]
        # einsum sums each row on its own; a BLAS product may round a row differently in a subset
        products: FloatArray = np.einsum("ij,j->i", X, self._X[item])
        return self._as_distances(products, norms, self._norms[item])

    def _as_distances(
        self, products: FloatArray, norms: FloatArray, other_norms: FloatArray | np.float32
    ) -> FloatArray:
        distances = np.float32(1) - products
        if self.metric == "euclidean":
            distances = np.float32(-2) * products
            distances += norms
            distances += other_norms
        nearest: FloatArray = np.maximum(distances, np.float32(0), out=distances)
        return nearest

    def _insert(self, item: int, rows: IntArray, distances: FloatArray) -> None:
        """Put an item in its place among the neighbours of each row."""
        if not rows.size:
            return
        near, who = self.distances_.T, self.indices_.T
        items: IntArray = np.full(len(rows), item, dtype=np.intp)
        # whoever comes later moves on by one place
        for place in range(len(near)):
            later, its = near[place, rows], who[place, rows]
            first = distances < later
            first |= (distances == later) & (items < its)
            near[place, rows] = np.where(first, distances, later)
            who[place, rows] = np.where(first, items, its)
            distances = np.where(first, later, distances)
            items = np.where(first, its, items)


def _reached_by(values: FloatArray, k: int) -> FloatArray:
    """Return for each row a number that at least k of its values, and few more, do not exceed.

    The k-th smallest of the minima of some columns each: a tenth of the time that the k-th smallest
    of all would take among thousands.
    """
    width = values.shape[1] // TOGETHER
    if width < TOGETHER * k:
        few = values
    else:
        few = values[:, : width * TOGETHER].reshape(len(values), TOGETHER, width).min(axis=1)
    reached: FloatArray = np.partition(few, k - 1, axis=1)[:, k - 1]
    return reached


def centred(X: FloatArray) -> FloatArray:
    """Return points moved around the origin, where float32 tells near ones apart.

    A squared distance is computed from squared norms: its error grows with the norm. Points that
    lie around the origin already come back as they are.
    """
    X = np.ascontiguousarray(X, dtype=np.float32)
    centre = _centre(X)
    return X if centre is None else X - centre


def _centre(X: FloatArray) -> FloatArray | None:
    """Return what `centred` takes off each point; None where it leaves them."""
    X = np.ascontiguousarray(X, dtype=np.float32)
    mean = X.mean(axis=0, dtype=np.float64)
    if 2 * (mean @ mean) <= np.einsum("ij,ij->", X, X, dtype=np.float64) / len(X):
        return None
    centre: FloatArray = mean.astype(np.float32)
    return centre


def _unit_rows(X: FloatArray) -> FloatArray:
    norms = np.linalg.norm(X, axis=1, keepdims=True)
    unit: FloatArray = np.ascontiguousarray(X / np.where(norms > 0, norms, 1), dtype=np.float32)
    return unit
