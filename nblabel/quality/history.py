"""What the model predicted whenever items were drawn at random: found again from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from nblabel.arrays import IntArray, UInt8Array, UInt16Array
from nblabel.log.deciding import Answer
from nblabel.log.state import LabelState
from nblabel.quality import NO_ANSWER
from nblabel.session.sampling import weights
from nblabel.strategies.measures import likeliest
from nblabel.system import progress

if TYPE_CHECKING:
    from nblabel.session import Session

RELEARN = 0.05  # share of labels that must differ before the model of a draw is learned anew


@dataclass(frozen=True)
class DrawSnapshot:
    """A draw, and what was known before it.

    Attributes
    ----------
    rows : ndarray of intp
        Positions drawn, in order; one that nobody was asked about may come again.
    weight : ndarray of float
        One over the chance with which each was to be asked about; 0 if nobody was asked.
    heaviest : float
        The largest weight that there could have been.
    free : ndarray of uint8
        Bits: whether an item could be drawn.
    labels : ndarray of shape (n,), uint16
        The label that each item of the pool had, a person's or the model's, as a class number.
    """

    rows: IntArray
    weight: npt.NDArray[np.float64]
    heaviest: float
    free: UInt8Array
    labels: UInt16Array


class PredictionHistory:
    """The labels of all items at each random draw; it grows with the log.

    Parameters
    ----------
    session : Session
        Its learner, embeddings and classes are those of the whole history; see `fits`.

    Attributes
    ----------
    snapshots : list of DrawSnapshot
        One for each draw, oldest first.
    """

    def __init__(self, session: Session) -> None:
        n = len(session.pool)
        self._engine, self._classes = session.engine, session.classes
        self._learn_accepted = session.learn_accepted
        self._learner = session.engine.learner_anew(session.bulk)
        self._state = LabelState(missing=session.pool.missing)
        self._codes = {name: code for code, name in enumerate(session.classes)}
        self._seq = 0
        self._whole = True  # an interrupt in the middle of a draw leaves nothing to go on with
        self._people = np.full(n, NO_ANSWER, dtype=np.intp)  # labels of people
        self._accepted = np.full(n, NO_ANSWER, dtype=np.intp)
        self._aside = np.zeros(n, dtype=bool)  # flagged
        self._drawn = np.zeros(n, dtype=bool)
        self._learned: IntArray | None = None
        self._predicted = np.zeros(n, dtype=np.uint16)
        self.snapshots: list[DrawSnapshot] = []

    def fits(self, session: Session) -> bool:
        """Return whether the history goes on, or has to be made anew."""
        return (
            self._whole
            and session.engine is self._engine
            and session.classes == self._classes
            and session.learn_accepted == self._learn_accepted
        )

    def catch_up(self, session: Session) -> None:
        """Read on in the log, and learn as the model did at the time of each draw."""
        events = session.events(after=self._seq)
        frame = session.numbering.whole
        self._whole = False
        for event in progress.over(events, "Auditing"):
            self._seq = event.seq
            items = self._state.apply(event)
            for item, row in zip(items, session.pool.find(items).tolist(), strict=True):
                if row >= 0:
                    self._note(row, self._state.answers.get(item))
            if event.kind == "audit" and event.frame == frame:
                draw = self._state.of_pool(event)
                rows = session.pool.indices_of(draw.ids)
                free = (self._people < 0) & ~self._aside & ~self._drawn
                weight, heaviest = weights(draw)
                # else somebody drew without knowing of the draw or the answer before, perhaps with
                # the same random numbers: an item may be skipped for the second time
                if free[rows[weight > 0]].all():
                    bits = np.packbits(free)
                    self.snapshots.append(
                        DrawSnapshot(rows, weight, heaviest, bits, self._labels())
                    )
                self._drawn[rows[weight > 0]] = True
        self._whole = True

    def _note(self, row: int, answer: Answer | None) -> None:
        label = None if answer is None else answer.label
        code = self._codes.get(label or "", NO_ANSWER)
        model = answer is not None and answer.kind == "accept"
        self._people[row] = NO_ANSWER if model else code
        self._accepted[row] = code if model else NO_ANSWER
        # a class that was taken back later has no code; still, the item could not be drawn
        self._aside[row] = answer is not None and (
            answer.kind == "flag" or (answer.kind == "label" and code == NO_ANSWER)
        )

    def _labels(self) -> UInt16Array:
        """Return the label that each item has at this place in the log, predictions included."""
        y = self._people
        if self._learn_accepted:
            y = np.where(y >= 0, y, self._accepted)
        if self._learned is None or differ(y, self._learned):
            self._learned = y.copy()
            proba = self._learner.update(self._learned, len(self._classes))
            self._predicted = likeliest(proba)[0].astype(np.uint16)
        accepted = self._accepted >= 0
        if not accepted.any():
            return self._predicted  # one array for many draws
        return np.where(accepted, self._accepted, self._predicted).astype(np.uint16)


_histories: WeakKeyDictionary[Session, PredictionHistory] = WeakKeyDictionary()


def history_of(session: Session) -> PredictionHistory:
    """Return the history of a session, up to date; it is freed with the session."""
    history = _histories.get(session)
    if history is None or not history.fits(session):
        history = _histories[session] = PredictionHistory(session)
    history.catch_up(session)
    return history


def differ(y: Any, learned: Any) -> bool:
    """Return whether labels are so different that it is worth learning from them anew."""
    return bool((y != learned).sum() > RELEARN * (learned >= 0).sum())
