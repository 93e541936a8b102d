"""Strategies that ask where an answer settles the most, seen on the neighbour graph."""

from __future__ import annotations

import numpy as np

from nblabel.graph import Int32Array, NeighborGraph
from nblabel.pool import FloatArray, IntArray
from nblabel.propagation import Walks
from nblabel.strategies.base import Query, Reason, View
from nblabel.strategies.measures import GREEDY, cdf, margin
from nblabel.strategies.scored import START, cold_start
from nblabel.strategies.words import reasons


class HerdingStrategy:
    """Ask where most of what is still undecided lies within a short walk.

    Uncertainty Herding (Bae et al., ICLR 2025) on the diffusion kernel of the neighbour graph, with
    noisy-or in place of the maximum:

        score(c) = sum_x  U(x)^2  (1 - covered(x))  K(x, c),

    where K(x, c) is the probability that a walk of eight steps begun at x ends at c, U(x) is one minus
    the lead of the likeliest class, and covered(x) is the largest K(x, l) / max K(., l) over the
    labeled items l. With the maximum in the gain too, as published, it must be computed one candidate
    at a time; this way all gains come from eight sparse products.

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
        graph = _graph(view)
        uncertain, covered, scores = self._measure(view, graph)
        picks, reduced = _spread(view, scores, n)
        shares = _shares(view, uncertain, covered, scores)
        return Query(
            view.candidates[picks], reduced, reasons(shares, picks, view.candidates[picks], view)
        )

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not."""
        if not len(view.labeled):
            return START
        place = np.searchsorted(view.candidates, [index])
        shares = _shares(view, *self._measure(view, _graph(view)))
        return reasons(shares, place, np.array([index]), view)[0]

    def _measure(
        self, view: View, graph: NeighborGraph
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return uncertainty, coverage and score of every item."""
        cover = view.memory.setdefault("cover", _Cover(Walks(graph, self.STEPS), len(graph)))
        covered = cover.of(view.labeled)
        uncertain = margin(view.proba)
        return uncertain, covered, cover.walks.spread(uncertain**self.POWER * (1 - covered))


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


def _spread(view: View, scores: FloatArray, n: int) -> tuple[IntArray, FloatArray]:
    left = scores.copy()
    candidates = view.candidates
    walks = view.memory["cover"].walks
    n = min(n, len(candidates))
    picks, reduced = np.empty(n, dtype=np.intp), np.empty(n, dtype=np.float32)
    among = left[candidates]
    greedy = min(n, GREEDY)
    for turn in range(greedy):
        best = int(among.argmax())
        picks[turn], reduced[turn] = best, among[best]
        who, share = walks.to(int(candidates[best]))
        place = np.searchsorted(candidates, who)
        place[place == len(candidates)] = 0
        hit = candidates[place] == who
        among[place[hit]] *= 1 - share[hit]
        among[picks[: turn + 1]] = -1
    if n > greedy:
        picks[greedy:] = np.argsort(-among, kind="stable")[: n - greedy]
        reduced[greedy:] = among[picks[greedy:]]
    return picks, np.maximum(reduced, 0)


def _graph(view: View) -> NeighborGraph:
    assert view.graph is not None, "this strategy looks at the neighbour graph"
    return view.graph


def _shares(
    view: View, uncertain: FloatArray, covered: FloatArray, scores: FloatArray
) -> dict[str, FloatArray]:
    among = view.candidates
    return {
        "uncertainty": cdf(uncertain[among]),
        "unsettled": cdf(scores[among]),
        "diversity": cdf(1 - covered[among]),
    }
