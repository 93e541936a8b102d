"""What happens to a log beside the panel: other people's answers, and a pool that changed."""

from __future__ import annotations

from typing import Any

from nblabel.session import Session
from nblabel.widget.panel.pages import Pages
from nblabel.widget.panel.state import PanelState
from nblabel.widget.work.home import Home
from nblabel.widget.work.worker import Task, Worker

SECONDS = 1.0  # between two looks at the log; others' answers are seen within two
LANE = "log"


class Watch:
    """Looks at the log now and then while a page is open, in a thread: no key waits for it.

    It begins by telling what differs in the pool from the one that the log was used with before.

    Parameters
    ----------
    session, state, home, worker, pages
    """

    def __init__(
        self, session: Session, state: PanelState, home: Home, worker: Worker, pages: Pages
    ) -> None:
        self._session, self._state = session, state
        self._home, self._worker, self._pages = home, worker, pages
        self._is_on = False
        task = Task(prepare=self._answered, work=self._compare, done=self._compared)
        worker.run(LANE, task)

    def begin(self) -> None:
        """Look at the log from now on; one in memory is known to this kernel alone."""
        if not self._is_on and self._session.store.persistent and self._home.loop is not None:
            self._is_on = True
            self._home.later(SECONDS, self._look)

    def _look(self) -> None:
        self._is_on = len(self._pages) > 0
        if self._is_on:
            self._worker.run(LANE, Task(work=lambda _: self._session.store.last, done=self._looked))

    def _looked(self, last: Any) -> None:
        # a log that cannot be read is told of with the next answer
        if isinstance(last, int) and last > self._session.seq:
            self._session.refresh()
        self._home.later(SECONDS, self._look)

    def _answered(self) -> tuple[list[int], list[str], list[str]]:
        return self._session.answered_contents()

    def _compare(self, answered: tuple[list[int], list[str], list[str]]) -> list[str]:
        """In the thread: find the items that changed since they were answered."""
        rows, contents, ids = answered
        pool = self._session.pool
        if not pool.contents.is_shown:
            return []
        same = pool.contents.same(rows, contents)
        return [item for item, one in zip(ids, same, strict=True) if not one]

    def _compared(self, changed: Any) -> None:
        if isinstance(changed, Exception):
            raise changed
        found = self._session.changes_given(changed)
        if found:
            self._state.say("pool", found.lines[0], str(found))
