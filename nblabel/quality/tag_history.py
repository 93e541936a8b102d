"""What the model predicted of each tag whenever items were drawn at random, from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from nblabel.arrays import BoolArray, IntArray, UInt8Array
from nblabel.log.state import LabelState
from nblabel.log.tag_state import OPEN, is_by_model
from nblabel.quality.bounds import Floats
from nblabel.quality.history import DrawSnapshot, differ
from nblabel.session.sampling import NOT_BY_PEOPLE, weights
from nblabel.session.tag_engine import LIKELY
from nblabel.system import progress

if TYPE_CHECKING:
    from nblabel.session import Session


@dataclass(frozen=True)
class TagDraw:
    """A draw, and what was known of each tag before it; see `DrawSnapshot`.

    Attributes
    ----------
    rows, weight, heaviest, free
        As there.
    tags : ndarray of shape (n_classes, ceil(n / 8)), uint8
        Bits: whether each item had each tag, by an answer or else by the model.
    """

    rows: IntArray
    weight: Floats
    heaviest: float
    free: UInt8Array
    tags: UInt8Array


class TagHistory:
    """The tags of all items at each random draw; it grows with the log.

    Parameters
    ----------
    session : Session
        With several tags an item. As for `nblabel.quality.history.PredictionHistory`.

    Attributes
    ----------
    draws : list of TagDraw
        Oldest first.
    """

    def __init__(self, session: Session) -> None:
        self._n = len(session.pool)
        self._engine, self._classes = session.engine, session.classes
        self._learn_accepted = session.learn_accepted
        self._learner = session.engine.learner_anew()
        self._parents = session.parents
        self._state = LabelState(
            missing=session.pool.missing, multi_label=True, parents=self._parents
        )
        self._seq = 0
        self._whole = True  # an interrupt in the middle of a draw leaves nothing to go on with
        self._drawn = np.zeros(self._n, dtype=bool)
        self._learned: Any = None
        self._predicted: Any = None
        self._since: dict[str, int] = {}
        self.draws: list[TagDraw] = []

    def fits(self, session: Session) -> bool:
        """Return whether the history goes on, or has to be made anew."""
        return (
            self._whole
            and session.engine is self._engine
            and session.parents == self._parents
            and session.classes == self._classes
            and session.learn_accepted == self._learn_accepted
        )

    def n_drawn_before(self, code: int) -> int:
        """Return how many items were drawn before a class was added."""
        before = self.draws[: self._since.get(self._classes[code], 0)]
        return sum(len(draw.rows) for draw in before)

    def of_tag(self, code: int) -> list[DrawSnapshot]:
        """Return the draws, with "yes" and "no" of one tag as 1 and 0."""
        return [
            DrawSnapshot(
                *(draw.rows, draw.weight, draw.heaviest, draw.free),
                np.unpackbits(draw.tags[code], count=self._n).astype(np.uint16),
            )
            for draw in self.draws
        ]

    def catch_up(self, session: Session) -> None:
        """Read on in the log, and learn as the model did at the time of each draw."""
        frame, pool = session.numbering.whole, session.pool
        events = session.events(after=self._seq)
        self._whole = False
        for event in progress.over(events, "Auditing"):
            self._seq = event.seq
            self._state.apply(event)
            if event.kind == "add_class":
                self._since[event.labels[0]] = len(self.draws)
            if event.kind != "audit" or event.frame != frame:
                continue
            drawn = self._state.of_pool(event)
            rows = pool.indices_of(drawn.ids)
            weight, heaviest = weights(drawn)
            free, tags = self._now(session)
            # else somebody drew without knowing of the draw or the answer before; see
            # `nblabel.quality.history`
            if free[rows[weight > 0]].all():
                self.draws.append(TagDraw(rows, weight, heaviest, np.packbits(free), tags))
            self._drawn[rows[weight > 0]] = True
        self._whole = True

    def _now(self, session: Session) -> tuple[BoolArray, UInt8Array]:
        """Return which items can be drawn at this place in the log, and the tags of all."""
        known = self._state.tags
        assert known is not None, "made for several tags"
        status = np.zeros(self._n, dtype=np.uint8)
        codes = np.full((self._n, len(self._classes)), OPEN, dtype=np.int8)
        rows = session.pool.find(known.items)
        there = rows >= 0
        status[rows[there]] = known.status(known.items)[there]
        codes[rows[there]] = known.codes(known.items, self._classes)[there]
        y = np.where(codes < 0, OPEN, codes & 1).astype(np.int8)
        learned = y if self._learn_accepted else np.where(is_by_model(codes), OPEN, y)
        if self._learned is None or differ(learned, self._learned):
            self._learned = learned.astype(np.int8)
            proba = self._learner.update(self._learned.copy(), len(self._classes))
            self._predicted = proba >= LIKELY
        tags = np.where(y >= 0, y == 1, self._predicted)
        return np.isin(status, NOT_BY_PEOPLE) & ~self._drawn, np.packbits(tags.T, axis=1)


_histories: WeakKeyDictionary[Session, TagHistory] = WeakKeyDictionary()


def tag_history_of(session: Session) -> TagHistory:
    """Return the history of a session, up to date; it is freed with the session."""
    history = _histories.get(session)
    if history is None or not history.fits(session):
        history = _histories[session] = TagHistory(session)
    history.catch_up(session)
    return history
