"""What all views show of a session alike: what each item is, and the colour of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.log.coding import CODES
from nblabel.session.engine import Refit
from nblabel.session.tag_engine import LIKELY
from nblabel.system.palette import class_colors

if TYPE_CHECKING:
    from nblabel.session import Session

ANSWERED = tuple(CODES[name] for name in ("human", "import", "model"))


def colors_of(session: Session) -> list[str]:
    """Return the colour of each class: the one that was chosen, or that of its place."""
    names, details = session.classes, session.class_details
    usual = class_colors(len(names))
    return [
        details[name].color or color if name in details else color
        for name, color in zip(names, usual, strict=True)
    ]


def class_counts(session: Session, rows: IntArray | None = None) -> IntArray:
    """Return how many items have each class, of all or of some, (n_classes,)."""
    y = session.y if rows is None else session.y[rows]
    if session.multi_label:
        counts: IntArray = np.count_nonzero(y == 1, axis=0)
        return counts
    return np.bincount(y[y >= 0], minlength=len(session.classes))[: len(session.classes)]


def class_codes(session: Session, model: Refit | None) -> IntArray:
    """Return the class number of each item, its label or else the prediction, (n,).

    One more than the last stands for neither. With several tags see `tag_codes`.
    """
    n_classes = len(session.classes)
    if session.multi_label:
        return tag_codes(session, model if session.predicts else None)
    y = session.y
    if model is not None and session.predicts:
        y = np.where(y >= 0, y, model.predicted[0])
    # a class of the model may have been taken back a moment ago
    return np.where((y >= 0) & (y < n_classes), y, n_classes)


def tag_codes(session: Session, model: Refit | None) -> IntArray:
    """Return the class number that each point is coloured by, (n,).

    It is the likeliest of the tags that an item has, or without an answer that of the tags that
    are predicted. One more than the last stands for no tag, two more for no answer and no
    prediction.
    """
    n_classes = len(session.classes)
    codes: IntArray = np.full(len(session.pool), n_classes + 1, dtype=np.intp)
    proba: FloatArray | None = None
    if model is not None and model.proba.shape[1] == n_classes:
        proba, (best, p) = model.proba, model.predicted
        codes[:] = np.where(p >= LIKELY, best, n_classes)
    rows = np.flatnonzero(np.isin(session.status, ANSWERED))
    has = session.y[rows] == 1
    order = np.zeros(has.shape, dtype=np.float32) if proba is None else proba[rows]
    known = np.where(has, order, -1).argmax(axis=1) if has.size else np.zeros(len(rows), np.intp)
    codes[rows] = np.where(has.any(axis=1), known, n_classes)
    return codes
