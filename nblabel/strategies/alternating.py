"""Two strategies in alternation: one for most questions, the other for every eighth."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.strategies.base import Query, QueryStrategy, Reason, View


class AlternatingStrategy:
    """Ask by one strategy, and every eighth question by another.

    Parameters
    ----------
    usual, other : QueryStrategy
        The other one is asked after every eighth label.

    Notes
    -----
    As "alternating", the usual one is "product" and the other "smallest_norm". The product of
    margin, density and diversity needs the fewest labels over the pools measured, but takes a class
    of a few items that lies apart for strays: they are neither dense nor, by their own spacing, far
    from what is labeled. Where labels reach least, such a class comes first. One question in eight
    costs little on pools without one. Alternating among strategies as a hedge is the idea of Baram,
    El-Yaniv and Luz, "Online Choice of Active Learning Algorithms" (JMLR, 2004); here the order is
    fixed, so that nothing is to be tuned.
    """

    name = "alternating"
    needs_graph = True
    PERIOD = 8

    def __init__(self, usual: QueryStrategy, other: QueryStrategy) -> None:
        self._usual, self._other = usual, other

    def query(self, view: View, n: int) -> Query:
        n = min(n, len(view.candidates))
        usual = self._usual.query(view, n)
        due = (len(view.labeled) + np.arange(n)) % self.PERIOD == 0
        if not due.any() or not len(view.labeled):
            return usual
        other = self._other.query(view, int(due.sum()))
        reasons = dict(zip(other.indices.tolist(), other.reasons, strict=True))
        reasons |= dict(zip(usual.indices.tolist(), usual.reasons, strict=True))
        places = np.flatnonzero(due)[: len(other)]
        left = usual.indices[~np.isin(usual.indices, other.indices)]
        indices = np.insert(left, places - np.arange(len(places)), other.indices)[:n]
        # the scores of two strategies do not compare: only the order counts
        scores = np.sort(usual.scores)[::-1]
        return Query(indices, scores, tuple(reasons[index] for index in indices.tolist()))

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not."""
        # the one on screen may have been asked by the other one
        asker: Any = self._other if index in self._other.query(view, 1).indices else self._usual
        reason: Reason = asker.explain(view, index)
        return reason
