"""What labels drawn at random would have taken, worked out when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nblabel.log.store import StoreError
from nblabel.quality.costs import FEWEST_COMPARED, costs
from nblabel.session import Session
from nblabel.widget import text
from nblabel.widget.panel.answers import words_of
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text.tags import NO_COMPARISON
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import Task

SETTING = "random"  # where the last answer is kept beside the log


class Comparison:
    """Compares with random sampling aside, and tells how far it is and what came out.

    Parameters
    ----------
    session, state
    replica : Replica
        With which it is worked out; the model learns some twenty times.
    pace : callable
        Returns labels per hour, None where that is not known.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        replica: Replica,
        pace: Callable[[], float | None],
    ) -> None:
        self._session, self._state, self._replica, self._pace = session, state, replica, pace
        self._task: Task | None = None
        self._text = session.store.setting(SETTING) or ""
        self._show(None)

    def begin(self) -> None:
        """Compare the labels of now."""
        if self._task is not None:
            return
        n, pace, rate = self._session.n_labeled, self._pace(), self._state.hourly_rate
        if self._session.multi_label:
            self._end(NO_COMPARISON)
            return
        if n < FEWEST_COMPARED:
            self._end(text.too_few_to_compare(FEWEST_COMPARED))
            return

        def done(result: Any) -> None:
            self._task = None
            if isinstance(result, Exception):
                self._end(words_of(result))
                return
            self._end(text.compared(n, result.lines[-1]))  # stays when more labels are given
            with suppress(StoreError):  # it can be asked again
                self._session.store.set_setting(SETTING, self._text)

        self._show(0.0)
        task = self._replica.work_out(
            lambda replica: costs(replica, per_hour=pace, hourly_rate=rate),
            done,
            lambda _step, share: self._show(share),
        )
        if self._running:
            self._task = task

    def cancel(self) -> None:
        """Leave it; what was told before stays."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._show(None)

    def _end(self, message: str) -> None:
        self._text = message
        self._show(None)

    def _show(self, progress: float | None) -> None:
        self._running = progress is not None
        self._state.show(comparison={"progress": progress, "text": self._text})
