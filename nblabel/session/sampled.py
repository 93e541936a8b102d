"""The labels of a pool of which a part is sampled: audit samples and repeat items."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from nblabel.arrays import FloatArray, IntArray
from nblabel.log.events import LabelEvent
from nblabel.log.store import StoreError
from nblabel.log.tag_answers import TagAnswerLog
from nblabel.session import sampling


class SampledLog(TagAnswerLog):
    """A `TagAnswerLog` that draws items at random and repeats some, at the shares that are set.

    See `nblabel.session.sampling` for how they are chosen.
    """

    _audit_share: float
    _repeat_share: float
    _random_state: int

    @property
    def audit_share(self) -> float:
        """Share of the questions that are drawn at random; may be set."""
        return self._audit_share

    @audit_share.setter
    def audit_share(self, value: float) -> None:
        self._audit_share = sampling.check_share("audit", value)

    @property
    def repeat_share(self) -> float:
        """Share of the answers after which a question is repeated; may be set."""
        return self._repeat_share

    @repeat_share.setter
    def repeat_share(self, value: float) -> None:
        self._repeat_share = sampling.check_share("repeats", value)

    @property
    def drawn(self) -> IntArray:
        """Positions drawn at random and not answered yet, in the order drawn; asked first."""
        return self._cached("drawn", lambda: sampling.pending_draws(self)).copy()

    @property
    def repeated(self) -> IntArray:
        """Positions that this annotator is asked once more and has not answered yet; asked first.

        Each has a label, which whoever asks must not show, and which is not learned from meanwhile.
        """
        return self._cached("repeated", lambda: sampling.pending_repeats(self))

    def tell(self, index: Any, label: Any, *, uid: str | None = None) -> LabelEvent:
        if (sent := self._sent(uid)) is not None:
            return sent
        event = super().tell(index, label, uid=uid)
        self._answered_one()
        return event

    def add_class(self, name: str, *, index: Any = None, uid: str | None = None) -> LabelEvent:
        if (sent := self._sent(uid)) is not None:
            return sent
        event = super().add_class(name, index=index, uid=uid)
        if event.ids:
            self._answered_one()
        return event

    def _answered_one(self) -> None:
        """Draw and repeat what is due after an answer."""
        # the answer is in the log; a draw that fails is made up for after the next one
        with suppress(StoreError):
            due = sampling.draw_is_due(self, self._audit_share, self._random_state)
            if due and not len(self.drawn):
                self.draw(1)
            share = self._repeat_share
            again = sampling.choose_repeat(self, share, self._random_state) if share else None
            if again is not None:
                self._append(again)

    def draw(
        self,
        n: int,
        among: Any = None,
        *,
        predicted: Sequence[str] = (),
        confidence: Sequence[float] = (),
        name: str = "",
        together: int | None = None,
    ) -> IntArray:
        """Draw items at random to be asked next, and log the draw before any answer.

        Parameters
        ----------
        n : int
            How many; fewer are drawn where fewer are left.
        among : sequence of int, optional
            The set to draw from, answered or not. If left out, all that no person has answered; of
            those that the model is confident of, every other is then skipped, see
            `nblabel.session.sampling`.
        predicted, confidence : sequence, optional
            With `among`, both: the class that the model predicts for each item of it (with several
            tags, a text of `nblabel.log.events.Tags`), and how confident it is; those of the items
            drawn are logged with the draw.
        name : str
            With `among`: tells sets apart that are drawn from at the same time, such as one for
            each class.
        together : int, optional
            With `among`, where sets overlap: how many draws there were before the first of those
            that belong together. Each is still a random draw from its set, but an item of several
            sets is mostly drawn from all of them, so that one answer serves several.

        Returns
        -------
        ndarray of shape (m,), intp
            Positions, in the order drawn.

        Raises
        ------
        ValueError
            If n is not positive, or what goes with a set is incomplete.
        IndexError, StoreError
            As for `tell`.
        """
        self.refresh()
        event = sampling.draw(
            self,
            n,
            self._random_state,
            among=among,
            predicted=predicted,
            confidence=confidence,
            name=name,
            together=together,
            model=self._confidence(),
        )
        if event.ids:
            self._append(event)
        return self.pool.indices_of(event.asked)

    def _confidence(self) -> FloatArray | None:
        """Return how confident the present model is of each item, shape (n,); None without one.

        With several tags, the mean over them.
        """
        return None
