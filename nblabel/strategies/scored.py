"""Strategies that score every candidate and ask about the best, spread out."""

from __future__ import annotations

import numpy as np

from nblabel.pool import FloatArray, IntArray
from nblabel.strategies.base import Part, Query, Reason, View
from nblabel.strategies.measures import UNCERTAINTIES, cdf, spread, top_two


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
    that differing scales do not matter. With one measure this is the measure's own order.
    Before the first label there is neither uncertainty nor diversity: then the questions are typical,
    spread-out items.

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
    Settles and Craven, 2008.
    """

    def __init__(
        self, name: str, measures: tuple[str, ...], uncertainty: str = "margin"
    ) -> None:
        self.name = name
        self._measures = measures
        self._uncertainty = UNCERTAINTIES[uncertainty]

    def query(self, view: View, n: int) -> Query:
        if not len(view.candidates):
            return Query(view.candidates, np.empty(0, dtype=np.float32))
        measures = self._measures if len(view.labeled) else ("density",)
        shares = {name: self._share(name, view) for name in measures}
        scores = np.prod(list(shares.values()), axis=0, dtype=np.float32)
        picks, reduced = spread(view.X, scores, view.candidates, n, view.scale)
        indices = view.candidates[picks]
        return Query(indices, reduced, _reasons(shares, picks, indices, view))

    def _share(self, name: str, view: View) -> FloatArray:
        if name == "uncertainty":
            return cdf(self._uncertainty(view.proba)[view.candidates])
        if name == "density":
            return cdf(view.density[view.candidates])
        return cdf(view.distance[view.candidates])


def _reasons(
    shares: dict[str, FloatArray], picks: IntArray, indices: IntArray, view: View
) -> tuple[Reason, ...]:
    first, second, p_first, p_second = top_two(view.proba[indices])
    reasons = []
    for turn, pick in enumerate(picks):
        parts = []
        for name, share in shares.items():
            value = float(share[pick])
            if name == "uncertainty":
                one, two = view.classes[first[turn]], view.classes[second[turn]]
                text = f"{one} {p_first[turn]:.0%} or {two} {p_second[turn]:.0%}"
            elif name == "density":
                text = f"more typical than {value:.0%} of what is left"
            else:
                text = f"farther from your answers than {value:.0%} of what is left"
            parts.append(Part(name, value, text))
        reasons.append(Reason(_sentence(parts, bool(len(view.labeled))), tuple(parts)))
    return tuple(reasons)


def _sentence(parts: list[Part], started: bool) -> str:
    if not started:
        return "A typical image, unlike the others asked: a good place to start."
    strongest = max(parts, key=lambda part: part.value)
    return {
        "uncertainty": "The model cannot decide: ",
        "density": "Many images are like this one: ",
        "diversity": "Unlike anything you answered: ",
    }[strongest.name] + strongest.text + "."
