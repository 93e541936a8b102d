"""Learning beside the event loop: the newest labels win, stale results are dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

REST_SECONDS = 0.1


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

    Notes
    -----
    Requests that come while a job runs, or in the short rest after it, lead to one more job with the
    newest state. The rest leaves someone who types fast the time that their keys need. Where no event
    loop runs, as in a plain script, a request does everything before it returns.
    """

    def __init__(
        self,
        prepare: Callable[[], Any],
        job: Callable[[Any], Any],
        finish: Callable[[Any], None],
    ) -> None:
        self._prepare, self._job, self._finish = prepare, job, finish
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="nblabel-refit")
        self._running = False
        self._again = False

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
        future = loop.run_in_executor(self._worker, self._attempt, work)
        future.add_done_callback(self._done)

    def _attempt(self, work: Any) -> Any:
        try:
            return self._job(work)
        except Exception as error:  # noqa: BLE001  reported in the panel, whatever it is
            return error

    def _done(self, future: asyncio.Future[Any]) -> None:
        try:
            if not future.cancelled():
                self._finish(future.result())
        finally:
            loop = asyncio.get_running_loop()
            loop.call_later(REST_SECONDS, self._rested, loop)

    def _rested(self, loop: asyncio.AbstractEventLoop) -> None:
        self._running = self._again
        if self._again:
            self._start(loop)
