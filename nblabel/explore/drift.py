"""Drift: items that were added later and look unlike all earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.system.format import count, counted, percent
from nblabel.system.report import Report, check_session

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

NEAREST = 5
QUANTILE = 0.99  # share of the earlier items that lie nearer to each other than the limit
REFERENCE = 20_000  # earlier items that are looked at; more change hardly anything


@dataclass(frozen=True, repr=False, eq=False)
class Drift(Report):
    """Which items of an extended pool look unlike all earlier ones. ``print`` it.

    Attributes
    ----------
    n_new : int
        Items that were added.
    unlike : ndarray of int
        Positions of those that look unlike all earlier items, the most distant first.
    limit : float
        Distance up to which two items are like each other.
    """

    n_new: int
    unlike: IntArray
    limit: float = 0.0

    @property
    def share(self) -> float:
        """Share of the new items that are unlike; about 0.01 without any drift."""
        return len(self.unlike) / self.n_new if self.n_new else 0.0

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        if not self.n_new:
            return ["No items were added to the pool."]
        look = "looks" if len(self.unlike) == 1 else "look"
        return [
            (
                f"{count(len(self.unlike))} of {counted(self.n_new, 'new item')} "
                f"({percent(self.share, 2)}) {look} unlike all earlier items and all new ones that "
                "were labeled."
            )
        ]

    @property
    def table(self) -> pd.DataFrame:
        """The figures, in one row."""
        import pandas as pd

        values = (self.n_new, len(self.unlike), self.share, self.limit)
        return pd.DataFrame([values], columns=["n_new", "n_unlike", "share", "limit"])

    def after(self, X: FloatArray, labeled: IntArray) -> Drift:
        """Return what is left once some new items are labeled: those that are like none of these.

        Parameters
        ----------
        X : ndarray of shape (n, dim), float32
            Embeddings, the same as before.
        labeled : ndarray of int
            Positions of new items with a label.

        Returns
        -------
        Drift
            The same figures, with fewer positions in `unlike`.
        """
        if not len(self.unlike) or not len(labeled):
            return self
        from sklearn.neighbors import NearestNeighbors

        nearest = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(X[labeled])
        away = nearest.kneighbors(X[self.unlike])[0][:, 0]
        return replace(self, unlike=self.unlike[away > self.limit])


def drift(session: Session) -> Drift:
    """Find which items of an extended pool look unlike all earlier ones, and all labeled since.

    Parameters
    ----------
    session : Session
        On a pool that was extended.

    Returns
    -------
    Drift
        ``print`` it; ``.unlike`` holds the positions.

    Raises
    ------
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    StoreError
        If the log cannot be read.

    See Also
    --------
    Pool.extended : A pool with new items behind the known ones.
    nblabel.explore.drift.find_drift : The method.
    """
    check_session(session)
    session.refresh()
    n_known, X, labeled = session.pool.n_before, session.embeddings, session.labeled
    # the earlier items all count as known, labeled or not
    return find_drift(X, n_known, session.random_state).after(X, labeled[labeled >= n_known])


def find_drift(X: FloatArray, n_known: int, random_state: int = 0) -> Drift:
    """Find the new items that are farther from the earlier ones than those are from each other.

    An item is unlike all earlier ones if its mean distance to the five nearest of them exceeds the
    99th percentile of the same distance among the earlier items themselves.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings, the earlier items first.
    n_known : int
        How many are earlier items; with fewer than 7 no item is unlike.
    random_state : int
        Seed of the sample of 20,000 that stands for more of them.

    Returns
    -------
    Drift

    Notes
    -----
    It depends on these arrays alone, so it may run in another thread. It takes about a second at
    60,000 items.
    """
    n_new = len(X) - n_known
    if n_new == 0 or n_known < NEAREST + 2:
        return Drift(n_new if n_known else 0, np.zeros(0, dtype=np.intp))
    from sklearn.neighbors import NearestNeighbors

    known = np.arange(n_known)
    if n_known > REFERENCE:
        rng = np.random.default_rng(random_state)
        known = np.sort(rng.choice(n_known, REFERENCE, replace=False))
    nearest = NearestNeighbors(n_neighbors=NEAREST, algorithm="brute").fit(X[known])
    usual = nearest.kneighbors()[0].mean(axis=1)  # without each item itself
    distance = nearest.kneighbors(X[n_known:])[0].mean(axis=1)
    # equal items may differ by rounding
    limit = np.quantile(usual, QUANTILE) + 1e-4 * float(np.abs(X[known]).max())
    order = np.argsort(-distance, kind="stable")
    return Drift(n_new, n_known + order[distance[order] > limit], float(limit))
