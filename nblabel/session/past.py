"""A session as it was at an earlier event of its log."""

from __future__ import annotations

import copy
from typing import Self

from nblabel.log.events import LabelEvent
from nblabel.session.engine import Engine
from nblabel.session.learned import LearnedLog
from nblabel.session.partial import PartialEngine

LOOKS_BACK = "this is the session as it was at an earlier event; nothing can be added to that."


class PastLog(LearnedLog):
    """A `LearnedLog` that can be looked at as it was."""

    _until: int | None = None
    """The `seq` up to which the log is read: all of it but for a look back."""

    def as_of(self, seq: int) -> Self:
        """Return the session as it was at an earlier event: its labels, classes, predictions.

        It learns anew, on the present embeddings; to tell it anything is refused.

        Parameters
        ----------
        seq : int
            The number of the event in the log, see `events`; 0 for before the first.

        Returns
        -------
        Session
            `advance` takes it on to a later event.

        Raises
        ------
        StoreError
            If the log cannot be read.
        """
        other = copy.copy(self)
        other.audit_share = other.repeat_share = 0.0
        other._refit, other._until = None, seq  # noqa: SLF001  (one of us)
        other._engine = self._engine_anew()  # noqa: SLF001  (this one's learner goes on)
        other._read_anew(self._state.emptied())  # noqa: SLF001
        return other

    def advance(self, seq: int) -> None:
        """Go on to a later event of the log, in a session that `as_of` returned.

        Parameters
        ----------
        seq : int
            The number of that event.

        Raises
        ------
        ValueError
            If this is no such session, or it is behind that event already.
        """
        if self._until is None or seq < self._until:
            raise ValueError(f"cannot go on to event {seq}; begin anew with session.as_of({seq}).")
        self._until = seq
        self.refresh()

    def _engine_anew(self) -> Engine | PartialEngine:
        """Return an engine on the same embeddings and graph, whose learner has learned nothing."""
        if not isinstance(self._engine, Engine) or self._engine.awaits_embeddings:
            return self._engine
        fresh = self._engines(
            *(self._engine.X, self._learner, self._strategy, self._random_state, self._prior)
        )
        graph = self._engine.graph
        return fresh if graph is None else fresh.with_graph(graph)

    def _events(self, after: int) -> list[LabelEvent]:
        events = super()._events(after)
        if self._until is None:
            return events
        return [event for event in events if event.seq <= self._until]

    def _append(self, event: LabelEvent) -> LabelEvent:
        if self._until is not None:
            raise ValueError(LOOKS_BACK)
        return super()._append(event)
