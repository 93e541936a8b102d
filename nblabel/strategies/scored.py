"""Strategies that score every candidate and ask about the best, spread out."""

from __future__ import annotations

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.strategies.base import Query, Reason, View
from nblabel.strategies.measures import GREEDY, cdf, spread
from nblabel.strategies.words import reasons

START = Reason("A typical item, unlike the others asked: a good place to start.")


class RandomStrategy:
    """Uniform sampling: the baseline to compare with."""

    name = "random"

    def query(self, view: View, n: int) -> Query:
        n = min(n, len(view.candidates))
        indices = view.rng.choice(view.candidates, n, replace=False)
        scores = np.sort(view.rng.random(n, dtype=np.float32))[::-1]
        return Query(indices, scores, (Reason("Drawn at random from what is left."),) * n)


class MeasureStrategy:
    """Ask by the product of the distribution functions of one or more measures.

    U(x) is the product, over the measures, of the share of candidates that score lower than x, so
    that differing scales do not matter. With one measure this is the measure's own order. Diversity
    is the distance to the nearest labeled item over the item's own spacing: how many steps from
    neighbour to neighbour the closest answer is away. Before the first label there is no
    uncertainty and nothing to be distant from: then the questions are typical items far from one
    another.

    Parameters
    ----------
    name : str
        What the strategy is called.
    measures : tuple of str
        From "uncertainty", "density" and "diversity".
    uncertainty : {"least_confidence", "margin", "entropy"}
        How uncertainty is measured.

    Notes
    -----
    Items of a batch are spread out, see `measures.spread`. The product of three measures is the
    approach of "Learn faster with smarter data labeling"; informational density goes back to
    Settles and Craven, 2008. The farthest from the labeled ones is the greedy choice of centres of
    Gonzalez, "Clustering to Minimize the Maximum Intercluster Distance", 1985, and of Sener and
    Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set Approach", ICLR 2018;
    there the distance is not divided by the spacing.
    """

    def __init__(self, name: str, measures: tuple[str, ...], uncertainty: str = "margin") -> None:
        self.name = name
        self._measures = measures
        self._uncertainty = uncertainty

    def query(self, view: View, n: int) -> Query:
        if not len(view.candidates):
            return Query(view.candidates, np.empty(0, dtype=np.float32))
        if not len(view.labeled):
            return cold_start(view, n)
        shares = self._shares(view)
        first, *others = shares.values()
        scores = first.copy()
        for share in others:
            scores *= share
        spacing = view.spacing
        picks, reduced = spread(view.X, spacing, scores, view.candidates, n)
        indices = view.candidates[picks]
        shares = {name: share[picks] for name, share in shares.items()}
        return Query(indices, reduced, reasons(shares, indices, view))

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not."""
        if not len(view.labeled):
            return START
        place = np.searchsorted(view.candidates, [index])
        shares = {name: share[place] for name, share in self._shares(view).items()}
        return reasons(shares, np.array([index]), view)[0]

    def _shares(self, view: View) -> dict[str, FloatArray]:
        return {name: self._share(name, view) for name in self._measures}

    def _share(self, name: str, view: View) -> FloatArray:
        among = view.candidates
        if name == "uncertainty":
            return cdf(view.uncertainty(self._uncertainty)[among])
        if name == "density":
            return cdf(view.density[among])
        return cdf(view.distance[among] / view.spacing[among])


def cold_start(view: View, n: int) -> Query:
    """Ask about typical items, each far from the ones before it.

    Each pick has the largest product of the distribution functions of density and of the distance
    to the nearest pick over the item's own spacing: farthest-first (Gonzalez, 1985), held to
    typical items, which are what to begin with (Hacohen, Dekel and Weinshall, ICML 2022).
    """
    items = view.candidates
    n = min(n, len(items))
    X, spacing = view.X[items], view.spacing[items]
    norms = np.einsum("ij,ij->i", X, X)
    typical = cdf(view.density[items])
    nearest = np.full(len(items), np.inf, dtype=np.float32)
    score = typical.copy()
    picks, scores = np.empty(n, dtype=np.intp), np.empty(n, dtype=np.float32)
    greedy = min(n, GREEDY)
    for i in range(greedy):
        best = int(score.argmax())
        picks[i], scores[i] = best, score[best]
        np.minimum(nearest, np.maximum(norms + norms[best] - 2 * (X @ X[best]), 0), out=nearest)
        score = typical * cdf(nearest / spacing)
        score[picks[: i + 1]] = -1
    if n > greedy:
        picks[greedy:] = np.argsort(-score, kind="stable")[: n - greedy]
        scores[greedy:] = score[picks[greedy:]]
    # the shares change from pick to pick; only the order counts
    return Query(items[picks], np.minimum.accumulate(np.maximum(scores, 0)), (START,) * n)
