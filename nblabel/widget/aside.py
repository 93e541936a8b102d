"""Slow questions about a session, answered in a thread of their own while labeling goes on."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nblabel.session import Session
from nblabel.system import progress


class CancelledError(Exception):
    """Raised within an errand that is to give up."""


class Errand:
    """One question on its way; `cancel` and `stop` make its thread give up at the next step.

    Parameters
    ----------
    job : callable
        Called in the thread with a session of its own, see `Session.twin`.
    done : callable
        Called on the event loop with the result, or the exception; not if it was cancelled.
    heard : callable, optional
        Called on the event loop with what is done at present, and its share.
    """

    def __init__(
        self,
        job: Callable[[Session], Any],
        done: Callable[[Any], None],
        heard: Callable[[str, float], None] | None,
    ) -> None:
        self.job, self.done = job, done
        self.heard = heard or (lambda _name, _share: None)
        self._stop = threading.Event()
        self.is_cancelled = False
        """Whether nobody waits for it."""

    def cancel(self) -> None:
        """Want no answer any more."""
        self.is_cancelled = True
        self.stop()

    def stop(self) -> None:
        """Give up, unless it is done by then; `done` hears which of both."""
        self._stop.set()

    def check(self) -> None:
        """Stop the thread here if it is to give up."""
        if self._stop.is_set():
            raise CancelledError


class Aside:
    """Runs errands in one thread, in the order they come, on a twin of the session.

    Where no event loop runs, as in a plain script, an errand is done before `send` returns.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._twin: Session | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="nblabel-aside")
        self._waiting: deque[Errand] = deque()
        self._running = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return not self._running and not self._waiting

    def send(
        self,
        job: Callable[[Session], Any],
        done: Callable[[Any], None],
        heard: Callable[[str, float], None] | None = None,
    ) -> Errand:
        """Begin an errand as soon as those before it are done."""
        errand = Errand(job, done, heard)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            errand.done(self._attempt(errand, errand.heard))
            return errand
        self._waiting.append(errand)
        self._next(loop)
        return errand

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting and self._waiting[0].is_cancelled:
            self._waiting.popleft()
        if self._running or not self._waiting:
            return
        errand = self._waiting.popleft()
        self._running = True

        def hear(name: str, share: float) -> None:
            errand.check()
            loop.call_soon_threadsafe(self._hear, errand, name, share)

        future = loop.run_in_executor(self._worker, self._attempt, errand, hear)
        future.add_done_callback(lambda ended: self._ended(errand, ended, loop))

    def _hear(self, errand: Errand, name: str, share: float) -> None:
        if not errand.is_cancelled:
            errand.heard(name, share)

    def _attempt(self, errand: Errand, hear: Callable[[str, float], None]) -> Any:
        try:
            with progress.heard_by(hear):
                if self._twin is None:
                    self._twin = self._session.twin()
                self._twin.follow(self._session)
                return errand.job(self._twin)
        except Exception as error:  # noqa: BLE001  told in the panel, whatever it is
            return error

    def _ended(
        self, errand: Errand, ended: asyncio.Future[Any], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._running = False
        try:
            if not ended.cancelled() and not errand.is_cancelled:
                errand.done(ended.result())
        finally:
            self._next(loop)
