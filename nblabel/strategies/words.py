"""Reasons in words a person can read."""

from __future__ import annotations

from nblabel.pool import FloatArray, IntArray
from nblabel.strategies.base import Part, Reason, View
from nblabel.strategies.measures import top_two


def reasons(
    shares: dict[str, FloatArray], picks: IntArray, indices: IntArray, view: View
) -> tuple[Reason, ...]:
    """Say why items are asked.

    Parameters
    ----------
    shares : dict
        For each measure, "uncertainty", "density", "diversity" or "unsettled", its distribution
        function among the candidates.
    picks : ndarray of shape (m,), intp
        Places in the shares.
    indices : ndarray of shape (m,), intp
        Positions in the pool.
    view : View
        What the strategy looked at.
    """
    first, second, p_first, p_second = top_two(view.proba[indices])
    reasons = []
    for turn, pick in enumerate(picks):
        parts = []
        for name, share in shares.items():
            value = float(share[pick])
            if name == "uncertainty":
                one, two = view.classes[first[turn]], view.classes[second[turn]]
                text = f"{one} {_percent(p_first[turn])} or {two} {_percent(p_second[turn])}"
            elif name == "density":
                text = _ahead("more typical than", "the most typical of all", value)
            elif name == "unsettled":
                text = _ahead("around more open cases than", "around more than any other", value)
            else:
                text = _ahead("farther off than", "the farthest of all", value)
            parts.append(Part(name, value, text))
        reasons.append(Reason(_sentence(parts), tuple(parts)))
    return tuple(reasons)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%"


def _ahead(words: str, of_all: str, value: float) -> str:
    return f"{words} {_percent(value)} of the rest" if value < 0.995 else of_all


def _sentence(parts: list[Part]) -> str:
    strongest = max(parts, key=lambda part: part.value)
    return (
        {
            "uncertainty": "The model cannot decide: ",
            "density": "Many images are like this one: ",
            "unsettled": "Its answer would settle many others: ",
            "diversity": "Unlike anything you answered: ",
        }[strongest.name]
        + strongest.text
        + "."
    )
