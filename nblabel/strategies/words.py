"""Reasons in words a person can read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.strategies.base import Part, Reason, View
from nblabel.strategies.measures import top_two


class _Words(NamedTuple):
    """How a measure speaks: a sentence begun, ahead of so many, ahead of all."""

    opening: str
    ahead: str
    of_all: str
    others: str = "the rest"


_WORDS = {
    "density": _Words(
        "Many items are like this one", "more typical than", "the most typical of all"
    ),
    "unsettled": _Words(
        "Its answer would settle many others",
        "around more open cases than",
        "around more than any other",
    ),
    "diversity": _Words("Unlike anything you answered", "farther off than", "the farthest of all"),
    "coverage": _Words(
        "Its answer would cover many others",
        "near more uncovered items than",
        "near more uncovered items than any other",
    ),
    "reach": _Words(
        "Your answers hardly reach it", "less reached than", "the least reached of all"
    ),
    "typicality": _Words(
        "It stands for a group of items",
        "more typical than",
        "the most typical of its group",
        "its group",
    ),
}
CLOSE = 0.2  # the margin below which a model cannot decide between its two likeliest classes

_LESS_SURE = _Words("The model is less sure of this one", "than of", "than of any other")
_OPENINGS = {
    **{name: words.opening for name, words in _WORDS.items()},
    "group": "Its group has few answers",
}


def reasons(shares: dict[str, FloatArray], indices: IntArray, view: View) -> tuple[Reason, ...]:
    """Say why items are asked.

    Parameters
    ----------
    shares : dict
        For each measure the share of the candidates with less of it, each of shape (m,):
        "uncertainty", "density", "diversity", "unsettled", "coverage", "reach"; "typicality" among
        its group; "group": the share of the group that has no answer.
    indices : ndarray of shape (m,), intp
        Positions in the pool.
    view : View
        What the strategy looked at.
    """
    doubts = (_between_tags if getattr(view, "multi_label", False) else _between_classes)(
        view, indices
    )
    reasons = []
    for i in range(len(indices)):
        parts, close = [], False
        for name, share in shares.items():
            value = float(share[i])
            if name == "uncertainty":
                text, close = doubts[i]
            elif name == "group":
                text = _answered(1 - value)
            else:
                text = _ahead(_WORDS[name], value)
            parts.append(Part(name, value, text))
        reasons.append(Reason(_sentence(parts, close), tuple(parts)))
    return tuple(reasons)


def _between_classes(view: View, indices: IntArray) -> list[tuple[str, bool]]:
    """Return the two likeliest classes in words, and whether they are close."""
    doubts = []
    for one, two, p_one, p_two in zip(*top_two(view.proba[indices]), strict=True):
        close = bool(p_one - p_two < CLOSE)
        link = " or" if close else ","
        first, second = view.classes[one], view.classes[two]
        doubts.append((f"{first} {_percent(p_one)}{link} {second} {_percent(p_two)}", close))
    return doubts


def _between_tags(view: View, indices: IntArray) -> list[tuple[str, bool]]:
    """Return the two tags that are least certain in words, and whether the first is undecided."""
    doubts = []
    for p in view.proba[indices]:
        least = np.argsort(np.abs(p - 0.5), kind="stable")[:2]
        text = ", ".join(f"{view.classes[code]} {_percent(p[code])}" for code in least)
        doubts.append((text, bool(abs(2 * p[least[0]] - 1) < CLOSE)))
    return doubts


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%"


def _ahead(words: _Words, value: float) -> str:
    return f"{words.ahead} {_percent(value)} of {words.others}" if value < 0.995 else words.of_all


def _answered(share: float) -> str:
    if share <= 0:
        return "no answer in it yet"
    return f"{_percent(share)} of it answered" if share >= 0.01 else "under 1\u00a0% of it answered"


def _sentence(parts: list[Part], close: bool) -> str:
    strongest = max(parts, key=lambda part: part.value)
    opening = _OPENINGS.get(strongest.name) or _doubt(strongest.value, close)
    return f"{opening}: {strongest.text}."


def _doubt(share: float, close: bool) -> str:
    """Return how unsure the model is: in itself, or else beside the other candidates."""
    if close:
        return "The model cannot decide"
    if share < 0.5:
        return "The model is rather sure of this one"
    return f"{_LESS_SURE.opening} {_ahead(_LESS_SURE, share)}"
