"""Strategies that ask where an answer settles the most, seen on the neighbour graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import FloatArray, Int32Array, IntArray
from nblabel.strategies.base import Query, Reason, View
from nblabel.strategies.measures import GREEDY, ranks
from nblabel.strategies.scored import START, cold_start
from nblabel.strategies.words import reasons

if TYPE_CHECKING:
    from nblabel.graph.walks import Walks


class HerdingStrategy:
    """Ask where most of what is still undecided lies within a short walk.

    Uncertainty Herding (Bae et al., ICLR 2025) on the diffusion kernel of the neighbour graph, with
    noisy-or in place of the maximum:

        score(c) = sum_x  U(x)^2  (1 - covered(x))  K(x, c),

    where K(x, c) is the probability that a walk of eight steps begun at x ends at c, U(x) is one
    minus the lead of the likeliest class, and covered(x) is the largest K(x, l) / max K(., l) over
    the labeled items l. With the maximum in the gain too, as published, it must be computed one
    candidate at a time; this way all gains come from eight sparse products.

    Items of a batch are spread out: each pick takes from the others what a walk from there to here
    covers. Before the first label the questions are typical items far from one another.
    """

    name = "herding"
    needs_graph = True
    STEPS = 8
    POWER = 2

    def query(self, view: View, n: int) -> Query:
        if not len(view.candidates):
            return Query(view.candidates, np.empty(0, dtype=np.float32))
        if not len(view.labeled):
            return cold_start(view, n)
        seen = self._look(view)
        picks, scores = spread_by_walks(
            view.candidates, seen.scores[view.candidates], seen.walks, n
        )
        indices = view.candidates[picks]
        return Query(indices, scores, reasons(seen.shares(picks), indices, view))

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not."""
        if not len(view.labeled):
            return START
        place = np.searchsorted(view.candidates, [index])
        return reasons(self._look(view).shares(place), np.array([index]), view)[0]

    def _look(self, view: View) -> _Seen:
        assert view.graph is not None, "this strategy looks at the neighbour graph"
        if "cover" not in view.cache:
            from nblabel.graph.walks import Walks  # compiled code takes half a second to load

            view.cache["cover"] = _Cover(Walks(view.graph, self.STEPS), len(view.graph))
        known = view.cache.get("seen")
        if known is None or known.view is not view:
            cover: _Cover = view.cache["cover"]
            uncertain, covered = view.uncertainty(), cover.of(view.labeled)
            scores = cover.walks.spread(uncertain**self.POWER * (1 - covered))
            known = view.cache["seen"] = _Seen(view, cover.walks, uncertain, covered, scores)
        return known


@dataclass(frozen=True)
class _Seen:
    """Uncertainty, coverage and score of every item, for one query."""

    view: View
    walks: Walks
    uncertain: FloatArray
    covered: FloatArray
    scores: FloatArray

    def shares(self, places: IntArray) -> dict[str, FloatArray]:
        """Return what speaks for some candidates."""
        among = self.view.candidates
        return {
            "uncertainty": ranks(self.uncertain[among], places),
            "unsettled": ranks(self.scores[among], places),
            "diversity": ranks(1 - self.covered[among], places),
        }


class _Cover:
    """How well each item is covered by labeled ones, kept up to date label by label."""

    MOST = 1_000  # labels looked at; thinned out beyond, where labels came in bulk

    def __init__(self, walks: Walks, n: int) -> None:
        self.walks = walks
        self._ends: dict[int, tuple[Int32Array, FloatArray]] = {}
        self._covered: FloatArray = np.zeros(n, dtype=np.float32)

    def of(self, labeled: IntArray) -> FloatArray:
        """Return, for each item, the largest share of a walk that ends at a labeled one."""
        wanted = dict.fromkeys(_thinned(labeled, self.MOST).tolist())
        if self._ends.keys() - wanted.keys():
            self._ends = {item: end for item, end in self._ends.items() if item in wanted}
            self._covered[:] = 0
            for who, share in self._ends.values():
                self._covered[who] = np.maximum(self._covered[who], share)
        for item in wanted:
            if item not in self._ends:
                who, share = self._ends[item] = self.walks.to(item)
                self._covered[who] = np.maximum(self._covered[who], share)
        return self._covered


def _thinned(items: IntArray, most: int) -> IntArray:
    """Return items of which more and more are left out, so that few come and go at each label."""
    mixed = items.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    halvings = max(0, int(np.ceil(np.log2(max(1, len(items)) / most))))
    thinned: IntArray = items[mixed >> np.uint64(32) & np.uint64((1 << halvings) - 1) == 0]
    return thinned


def spread_by_walks(
    candidates: IntArray, scores: FloatArray, walks: Walks, n: int
) -> tuple[IntArray, FloatArray]:
    """Pick the best in i, taking from the rest what a walk from there to a pick covers.

    Returns the places among the candidates and the scores they had left; changes the scores.
    """
    n = min(n, len(candidates))
    picks, reduced = np.empty(n, dtype=np.intp), np.empty(n, dtype=np.float32)
    greedy = min(n, GREEDY)
    for i in range(greedy):
        best = int(scores.argmax())
        picks[i], reduced[i] = best, scores[best]
        if i + 1 < n:
            who, share = walks.to(int(candidates[best]))
            place = np.searchsorted(candidates, who)
            place[place == len(candidates)] = 0
            hit = candidates[place] == who
            scores[place[hit]] *= 1 - share[hit]
            scores[picks[: i + 1]] = -1
    if n > greedy:
        picks[greedy:] = np.argsort(-scores, kind="stable")[: n - greedy]
        reduced[greedy:] = scores[picks[greedy:]]
    return picks, np.maximum(reduced, 0)
