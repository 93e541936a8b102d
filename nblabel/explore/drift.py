"""Concept drift: items that turned up later and look unlike what was there before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nblabel.arrays import FloatArray, IntArray

NEAREST = 5
SURE = 0.99  # share of the earlier items that lie nearer to their like
REFERENCE = 20_000  # earlier items that are looked at; more tell hardly more


@dataclass(frozen=True, eq=False)
class Drift:
    """What became of a pool that was extended.

    Attributes
    ----------
    n_new : int
        Items that were added.
    unlike : ndarray of int
        Positions of those that look unlike anything there was before, the strangest first.
    limit : float
        Distance up to which two items are like each other.
    """

    n_new: int
    unlike: IntArray
    limit: float = 0.0

    @property
    def share(self) -> float:
        """Which part of the new items they are; without any drift it would be about 0.01."""
        return len(self.unlike) / self.n_new if self.n_new else 0.0

    @property
    def text(self) -> str:
        """The same in words, "" where nothing was added."""
        if not self.n_new:
            return ""
        one = len(self.unlike) == 1
        return (
            f"{len(self.unlike):,} of {self.n_new:,} new items ({self.share:.0%}) "
            f"look{'s' if one else ''} unlike anything there was before or was labeled since."
        )

    def after(self, X: FloatArray, labeled: IntArray) -> Drift:
        """Return what is left once some new items are labeled: those that are like none of these.

        Parameters
        ----------
        X : ndarray of shape (n, dim), float32
            Embeddings, the same as before.
        labeled : ndarray of int
            Positions of items with a label.
        """
        if not len(self.unlike) or not len(labeled):
            return self
        from sklearn.neighbors import NearestNeighbors

        nearest = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(X[labeled])
        away = nearest.kneighbors(X[self.unlike])[0][:, 0]
        return replace(self, unlike=self.unlike[away > self.limit])


def find_drift(X: FloatArray, n_before: int, random_state: int = 0) -> Drift:
    """Find the new items that are farther from the earlier ones than those are from each other.

    An item is unlike anything before where its mean distance to the five nearest earlier items
    exceeds the 99th percentile of the same distance among the earlier items themselves.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings, the earlier items first.
    n_before : int
        How many are earlier items; at least 7, to tell anything.
    random_state : int
        Seed of the sample of 20,000 that stands for more of them.
    """
    n_new = len(X) - n_before
    if n_new == 0 or n_before < NEAREST + 2:
        return Drift(n_new if n_before else 0, np.zeros(0, dtype=np.intp))
    from sklearn.neighbors import NearestNeighbors

    before = np.arange(n_before)
    if n_before > REFERENCE:
        rng = np.random.default_rng(random_state)
        before = np.sort(rng.choice(n_before, REFERENCE, replace=False))
    nearest = NearestNeighbors(n_neighbors=NEAREST, algorithm="brute").fit(X[before])
    usual = nearest.kneighbors()[0].mean(axis=1)  # without each item itself
    strange = nearest.kneighbors(X[n_before:])[0].mean(axis=1)
    # like items may be equal but for rounding
    limit = np.quantile(usual, SURE) + 1e-4 * float(np.abs(X[before]).max())
    order = np.argsort(-strange, kind="stable")
    return Drift(n_new, n_before + order[strange[order] > limit], float(limit))
