"""The labeled neighbours of every pool item, kept up to date label by label."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from nblabel.pool import FloatArray, IntArray

Metric = Literal["euclidean", "cosine"]
METRICS = ("euclidean", "cosine")


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
        self._X = _unit_rows(X) if metric == "cosine" else centred(X)
        self._norms: FloatArray = np.einsum("ij,ij->i", self._X, self._X)
        self._labeled: set[int] = set()
        self.indices_: IntArray = np.full((len(X), k), -1, dtype=np.intp)
        self.distances_: FloatArray = np.full((len(X), k), np.inf, dtype=np.float32)

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
        self._labeled = wanted
        changed = np.zeros(len(self._X), dtype=bool)
        if removed:
            gone = np.fromiter(removed, dtype=np.intp)
            hit = np.isin(self.indices_, gone).any(axis=1)
            rows = np.flatnonzero(hit)
            self.indices_[rows] = -1
            self.distances_[rows] = np.inf
            for item in sorted(wanted - added):
                self._insert(item, rows, self._distances(item, rows))
            changed |= hit
        for item in sorted(added):
            distances = self._distances(item)
            worst = self.distances_[:, -1]
            enters = distances < worst
            # an item as far as the last neighbour enters if it comes before it in the pool
            enters |= (distances == worst) & (item < self.indices_[:, -1])
            rows = np.flatnonzero(enters)
            self._insert(item, rows, distances[rows])
            changed |= enters
        return changed

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

    def _distances(self, item: int, rows: IntArray | None = None) -> FloatArray:
        X, norms = self._X, self._norms
        if rows is not None:
            X, norms = X[rows], norms[rows]
        # einsum sums each row on its own; a BLAS product may round a row differently in a subset
        products: FloatArray = np.einsum("ij,j->i", X, self._X[item])
        if self.metric == "cosine":
            np.subtract(np.float32(1), products, out=products)
            np.maximum(products, np.float32(0), out=products)
            return products
        products *= np.float32(-2)
        products += norms
        products += self._norms[item]
        np.maximum(products, np.float32(0), out=products)
        return products

    def _insert(self, item: int, rows: IntArray, distances: FloatArray) -> None:
        """Put an item in its place among the neighbours of each row."""
        if not rows.size:
            return
        near, who = self.distances_[rows], self.indices_[rows]
        k = near.shape[1]
        earlier = (near < distances[:, None]) | (
            (near == distances[:, None]) & (who < item) & (who >= 0)
        )
        place = earlier.sum(axis=1)
        columns = np.arange(k)
        source = columns - (columns[None, :] > place[:, None])
        here = columns[None, :] == place[:, None]
        lines = np.arange(len(rows))[:, None]
        self.distances_[rows] = np.where(here, distances[:, None], near[lines, source])
        self.indices_[rows] = np.where(here, item, who[lines, source])


def centred(X: FloatArray) -> FloatArray:
    """Return points moved around the origin, where float32 tells near ones apart.

    A squared distance is computed from squared norms: its error grows with the norm. Points that
    lie around the origin already come back as they are.
    """
    X = np.ascontiguousarray(X, dtype=np.float32)
    mean = X.mean(axis=0, dtype=np.float64)
    if 2 * (mean @ mean) <= np.einsum("ij,ij->", X, X, dtype=np.float64) / len(X):
        return X
    moved: FloatArray = X - mean.astype(np.float32)
    return moved


def _unit_rows(X: FloatArray) -> FloatArray:
    norms = np.linalg.norm(X, axis=1, keepdims=True)
    unit: FloatArray = np.ascontiguousarray(X / np.where(norms > 0, norms, 1), dtype=np.float32)
    return unit
