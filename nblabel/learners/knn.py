"""Nearest labeled neighbours, answering in milliseconds."""

from __future__ import annotations

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners.base import check_points, no_update
from nblabel.learners.labeled_neighbors import LabeledNeighbors, Metric
from nblabel.system.parallel import by_rows

BLOCK = 8_192  # columns that stay in the processor's cache
SAMPLE = 1_000  # items the distance scale is read from


class KnnLearner:
    """Similarity-weighted votes of the k nearest labeled items.

    One new label costs one matrix-vector product; only the rows it changes are voted on again.
    Taking a label back, or changing it, gives exactly what a rebuild would give.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    k : int
        Neighbours that vote.
    metric : {"euclidean", "cosine"}
        Distance between embeddings.
    random_state : int
        Seed of the sample the distance scale is read from.

    Attributes
    ----------
    neighbors : LabeledNeighbors
        The neighbours that decide, for explanations.

    Notes
    -----
    A neighbour at squared distance d votes with weight (1 + d / scale)^-4, where `scale` is
    the median squared distance to the nearest 1 % of the pool. The tail is heavy on purpose: far
    from all labels the nearest one still decides, while the small uniform prior makes its
    probability low.
    """

    name = "knn"
    PRIOR = np.float32(0.02)

    def __init__(
        self, X: FloatArray, k: int = 5, metric: Metric = "euclidean", random_state: int = 0
    ) -> None:
        self.neighbors = LabeledNeighbors(X, k, metric)
        self._scale = self.neighbors.scale(SAMPLE, random_state)
        self._dim = X.shape[1]
        self._y: IntArray = np.full(len(X), -1, dtype=np.intp)
        # however far away, a neighbour counts for more than all behind it, and for float32
        self._least = np.float32(1e-6) * np.float32(0.5) ** np.arange(k, dtype=np.float32)
        self._due = np.zeros(len(X), dtype=bool)
        self._votes: FloatArray = np.zeros((0, len(X)), dtype=np.float32)

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        # what an interrupted call left undone is still due
        changed = self._due
        labeled = np.flatnonzero(y >= 0)
        changed |= self.neighbors.update(labeled)
        before = self._y[labeled]
        moved = labeled[(before >= 0) & (before != y[labeled])]
        if moved.size:
            changed |= np.isin(self.neighbors.indices_, moved).any(axis=1)
        self._y = y.copy()
        if n_classes != len(self._votes):
            self._votes = np.zeros((n_classes, len(y)), dtype=np.float32)
            changed[:] = True
        self._vote(np.flatnonzero(changed))
        self._due = np.zeros(len(y), dtype=bool)
        return self._shares(self._votes)

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        if not len(self._votes):
            raise no_update()
        points = check_points(X_new, self._dim)
        who, distances = self.neighbors.of(points)
        return self._shares(self._count(who.T, distances.T))

    def _shares(self, votes: FloatArray) -> FloatArray:
        """Return probabilities, (rows, n_classes), from votes, (n_classes, rows)."""
        shares = np.empty_like(votes)
        by_rows(votes.shape[1], self._share_out, votes, shares)
        return shares.T

    def _share_out(self, begin: int, end: int, votes: FloatArray, shares: FloatArray) -> None:
        for start in range(begin, end, BLOCK):
            here = slice(start, min(start + BLOCK, end))
            some = np.add(votes[:, here], self.PRIOR / len(votes), out=shares[:, here])
            some /= some.sum(axis=0)

    def _vote(self, rows: IntArray) -> None:
        by_rows(len(rows), self._vote_in, rows)

    def _vote_in(self, begin: int, end: int, rows: IntArray) -> None:
        near, some = self.neighbors, rows[begin:end]
        self._votes[:, some] = self._count(near.indices_.T[:, some], near.distances_.T[:, some])

    def _count(self, who: IntArray, distances: FloatArray) -> FloatArray:
        """Return votes, (n_classes, rows), from neighbours and their distances, (k, rows)."""
        weights = distances / self._scale
        weights += 1
        np.reciprocal(weights, out=weights)
        weights *= weights
        weights *= weights
        np.maximum(weights, self._least[:, None], out=weights)
        n_classes, n = len(self._votes), who.shape[1]
        votes = np.zeros((n_classes + 1, n), dtype=np.float32)  # the last row: of no neighbour
        flat = votes.reshape(votes.size)
        place = np.where(who >= 0, self._y[who], n_classes)
        place *= n
        place += np.arange(n)
        for at, weight in zip(place, weights, strict=True):
            flat[at] += weight
        return votes[:-1]
