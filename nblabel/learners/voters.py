"""Which items of a pool speak for points that need not be in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nblabel.arrays import BoolArray, FloatArray, Int32Array

VOTERS = 10  # items that decide about a new point
BLOCK = 4_096


@dataclass(frozen=True)
class Voters:
    """Who votes on new points, and with which weight.

    Attributes
    ----------
    points : ndarray of shape (m, dim), float32
        The points.
    who : ndarray of shape (m, k), int32
        Positions of the nearest items.
    weights : ndarray of shape (m, k), float32
        They sum to 1 for each point. A copy of items has these alone as its voters.
    copies : ndarray of shape (m,), bool
        Whether a point is a copy of an item.
    """

    points: FloatArray
    who: Int32Array
    weights: FloatArray
    copies: BoolArray

    def mean(self, values: FloatArray) -> FloatArray:
        """Return the weighted mean of what the voters have.

        Parameters
        ----------
        values : ndarray of shape (n, n_columns), float32
            A row for each item of the pool.

        Returns
        -------
        ndarray of shape (m, n_columns), float32
        """
        means = np.empty((len(self.points), values.shape[1]), dtype=np.float32)
        for start in range(0, len(self.points), BLOCK):
            here = slice(start, start + BLOCK)
            means[here] = np.einsum("ij,ijc->ic", self.weights[here], values[self.who[here]])
        return means


def voters_of(X: FloatArray, points: FloatArray) -> Voters:
    """Find the ten nearest items of new points, weighted by similarity.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings of the pool.
    points : ndarray of shape (m, dim), float32
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(VOTERS, len(X))
    index = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X)
    who = np.empty((len(points), k), dtype=np.int32)
    weights = np.empty((len(points), k), dtype=np.float32)
    copies = np.empty(len(points), dtype=bool)
    for start in range(0, len(points), BLOCK):
        here = slice(start, start + BLOCK)
        near, who[here] = index.kneighbors(points[here])
        reach = near[:, -1:]
        votes = np.exp(-4 * (near / np.where(reach > 0, reach, 1)) ** 2)
        same = _same(X, points[here], who[here])
        copies[here] = same.any(axis=1)
        votes[copies[here]] = same[copies[here]]  # a copy gets what the item has
        weights[here] = votes / votes.sum(axis=1, keepdims=True)
    return Voters(points.copy(), who, weights, copies)


def _same(X: FloatArray, points: FloatArray, who: Int32Array) -> BoolArray:
    """Return which voters are copies of the points: distances are 0 short of rounding only."""
    same = np.zeros(who.shape, dtype=bool)
    for place in range(who.shape[1]):
        same[:, place] = (points == X[who[:, place]]).all(axis=1)
        if not same[:, place].any():
            break
    return same
