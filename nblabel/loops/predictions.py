"""What the model predicts of what is left: labels of items, or answers about each of its tags."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.loops.ledger import open_or_skipped
from nblabel.session import Session


class Predictions:
    """Predictions that can be accepted, skipped items included.

    Parameters
    ----------
    session : Session
    items : ndarray of shape (m,), intp
        The item of each, as a position in the pool.
    top : ndarray of shape (m,)
        The probability of each.
    groups : ndarray of shape (m,), intp
        What is predicted: a class; or a tag and whether it is there.
    knows_two : bool
        Whether people gave answers of two kinds, so that there is anything to tell apart.
    """

    def __init__(
        self, session: Session, items: IntArray, top: FloatArray, groups: IntArray, knows_two: bool
    ) -> None:
        self.session, self.items, self.top, self.groups = session, items, top, groups
        self.knows_two = knows_two
        self.left = np.unique(items)
        """Positions of the items, ascending."""

    def above(self, upper: float) -> IntArray:
        """Return which predictions have a higher probability."""
        return np.flatnonzero(self.top > upper)

    def most_confident(self, n: int, *, balanced: bool) -> IntArray:
        """Return the n most confident ones; if balanced, of each class or answer its share."""
        order = np.argsort(-self.top, kind="stable")
        if balanced:
            codes = self.groups[order]
            rank = np.empty(len(order))
            for code, number in zip(*np.unique(codes, return_counts=True), strict=True):
                rank[codes == code] = (np.arange(number) + 0.5) / number
            order = order[np.argsort(rank, kind="stable")]
        return order[:n]

    def least_confident(self) -> IntArray:
        """Return the items that nobody skipped, those of the least confident predictions first."""
        least = np.ones(len(self.left), dtype=self.top.dtype)
        np.minimum.at(least, np.searchsorted(self.left, self.items), self.top)
        is_open = np.isin(self.left, self.session.unanswered)
        return self.left[is_open][np.argsort(least[is_open], kind="stable")]

    def accept(self, chosen: IntArray) -> None:
        """Accept some of them, in one step."""
        self.session.accept(self.items[chosen])

    def warn_of_unseen(self) -> None:
        """Warn of classes that no item was labeled as by hand."""
        seen = _seen(self.session)
        unseen = [name for code, name in enumerate(self.session.classes) if code not in seen]
        if unseen and self.session.n_accepted:
            warn(
                f"no item of {', '.join(map(repr, unseen))} was labeled by hand, so none could be "
                "accepted as such: if there are any, their labels are wrong. Raise start=, or "
                "label some first."
            )


class TagPredictions(Predictions):
    """Predictions about each tag that people found on some item, and missed on another."""

    def accept(self, chosen: IntArray) -> None:
        rows, places = np.unique(self.items[chosen], return_inverse=True)
        values = np.full((len(rows), len(self.session.classes)), -1)
        values[places, self.groups[chosen] // 2] = self.groups[chosen] % 2
        self.session.accept(rows, values)

    def warn_of_unseen(self) -> None:
        seen = _seen_tags(self.session)
        unseen = [name for name, one in zip(self.session.classes, seen, strict=True) if not one]
        if unseen:
            warn(
                "by hand, no item was found with, or none without, "
                f"{', '.join(map(repr, unseen))}, so nothing could be accepted about it, and that "
                "is left open. Raise start=, or answer about some first: "
                f"session.ask_tag({unseen[0]!r})."
            )


def predictions_of(session: Session) -> Predictions:
    """Learn from the labels of now, and return what is predicted of what is left."""
    session.refresh()
    rows = open_or_skipped(session)
    if session.multi_label:
        return _of_tags(session, rows)
    knows_two = len(_seen(session)) > 1
    if not len(rows):
        nothing = np.empty(0, dtype=np.float32)
        return Predictions(session, rows, nothing, rows, knows_two)
    codes, top = session.refit().predicted
    return Predictions(session, rows, top[rows], codes[rows], knows_two)


def _of_tags(session: Session, rows: IntArray) -> Predictions:
    seen = _seen_tags(session)
    # where a person could not say, the model does not either
    free = (session.y[rows] < 0) & ~session.unsure[rows]
    if seen.any():
        free &= seen
    places, codes = np.nonzero(free)
    proba: Any = session.refit().proba if len(places) else np.empty((0, len(seen)))
    p = proba[rows[places], codes]
    top = np.maximum(p, 1 - p)
    groups = 2 * codes + (p >= 1 - p)
    return TagPredictions(session, rows[places], top, groups, bool(seen.any()))


def _seen(session: Session) -> set[int]:
    """Return the classes that people labeled items of."""
    return set(session.y[session.labeled].tolist())


def _seen_tags(session: Session) -> Any:
    """Return for each tag whether people said "yes" of an item, and "no" of another one."""
    y = session.learned_from(accepted=False)
    return (y == 1).any(axis=0) & (y == 0).any(axis=0)


def warn(text: str) -> None:
    """Warn the user of a loop."""
    warnings.warn(text, stacklevel=3)
