"""Learning beside the event loop: the newest labels win, stale results are dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

REST_SECONDS = 0.1
REST_SHARE = 0.2  # of the time a job took, where that is longer
BUDGET_SECONDS = 5.0  # nobody waits longer for a job


class Refits:
    """Runs one job at a time in a worker thread and hands its result to the event loop.

    Parameters
    ----------
    prepare : callable
        Called on the event loop; returns what the job needs.
    job : callable
        Called with that in the worker thread; may take its time.
    finish : callable
        Called with the result, or the exception, on the event loop.
    overdue : callable
        Called on the event loop, with the seconds taken, when a job has used up its budget; it runs on.

    Notes
    -----
    Requests that come while a job runs, or in the short rest after it, lead to one more job with the
    newest state. The rest leaves someone who types fast the time that their keys need; it grows with
    the job. Where no event loop runs, as in a plain script, a request does everything before it returns.
    """

    def __init__(
        self,
        prepare: Callable[[], Any],
        job: Callable[[Any], Any],
        finish: Callable[[Any], None],
        overdue: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._prepare, self._job, self._finish, self._overdue = prepare, job, finish, overdue
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="nblabel-refit")
        self._running = False
        self._again = False
        self._began = 0.0
        self.is_late = False
        """Whether the running job has used up its budget."""

    def request(self) -> None:
        """Learn from the present state, now or as soon as the running job is done."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._finish(self._attempt(self._prepare()))
            return
        if self._running:
            self._again = True
            return
        self._running = True
        self._start(loop)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._again = False
        try:
            work = self._prepare()
        except Exception as error:  # noqa: BLE001  as one of the job itself
            self._running = False
            self._finish(error)
            return
        self._began = loop.time()
        alarm = loop.call_later(BUDGET_SECONDS, self._ring)
        future = loop.run_in_executor(self._worker, self._attempt, work)
        future.add_done_callback(lambda done: self._done(done, alarm))

    def _ring(self) -> None:
        self.is_late = True
        self._overdue(asyncio.get_running_loop().time() - self._began)

    def _attempt(self, work: Any) -> Any:
        try:
            return self._job(work)
        except Exception as error:  # noqa: BLE001  reported in the panel, whatever it is
            return error

    def _done(self, future: asyncio.Future[Any], alarm: asyncio.TimerHandle) -> None:
        alarm.cancel()
        self.is_late = False
        loop = asyncio.get_running_loop()
        rest = max(REST_SECONDS, REST_SHARE * (loop.time() - self._began))
        try:
            if not future.cancelled():
                self._finish(future.result())
        finally:
            loop.call_later(rest, self._rested, loop)

    def _rested(self, loop: asyncio.AbstractEventLoop) -> None:
        self._running = self._again
        if self._again:
            self._start(loop)
