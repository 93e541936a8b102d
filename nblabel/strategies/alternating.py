"""Two strategies in alternation: one for most questions, the other for every eighth."""

from __future__ import annotations

from dataclasses import replace
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

    Of nearly equal items one is asked, that in their middle; once one of them was answered, or is
    asked, the others come when nothing else is left.
    """

    name = "alternating"
    needs_graph = True
    PERIOD = 8

    def __init__(self, usual: QueryStrategy, other: QueryStrategy) -> None:
        self._usual, self._other = usual, other

    def query(self, view: View, n: int) -> Query:
        query = self._ask(_each_group_once(view), n)
        left = np.setdiff1d(view.candidates, query.indices) if len(query) < n else query.indices[:0]
        if not len(left):
            return query
        more = self._ask(replace(view, candidates=left), n - len(query))
        return Query(
            np.concatenate([query.indices, more.indices]),
            np.minimum.accumulate(np.concatenate([query.scores, more.scores])),
            (*query.reasons, *more.reasons),
        )

    def _ask(self, view: View, n: int) -> Query:
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
        once = _each_group_once(view)
        view = once if index in once.candidates else view
        # the one on screen may have been asked by the other one
        asker: Any = self._other if index in self._other.query(view, 1).indices else self._usual
        reason: Reason = asker.explain(view, index)
        return reason


def _each_group_once(view: View) -> View:
    """Return the same view with one candidate for each group of nearly equal items."""
    candidates = view.measures.near.once(view.candidates)
    if len(candidates) in (0, len(view.candidates)):
        return view
    return replace(view, candidates=candidates)
