"""The thread and the event loop that a panel lives in: everything of it happens there.

JupyterLab moves the messages of widgets to a thread of their own in the kernel (a subshell, from
ipykernel 7 on) as soon as that thread is there: an answer and a cell could then change a session at
the same time. Where no event loop runs, as in a plain script, everything happens at once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any


class Home:
    """Calls functions in the thread that made it.

    Parameters
    ----------
    failed : callable
        Called with whatever is raised by a function that nobody waits for.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._thread = threading.get_ident()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handles: set[asyncio.TimerHandle] = set()
        self.is_left = False
        """Whether nothing is called any more."""
        _ = self.loop

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop, None where none runs."""
        if threading.get_ident() == self._thread:
            try:
                self._loop = asyncio.get_running_loop()
            except RuntimeError:
                self._loop = None
        return None if self._loop is None or self._loop.is_closed() else self._loop

    def time(self) -> float:
        """Return the seconds of a clock that never goes back, the event loop's if one runs."""
        return time.monotonic() if self.loop is None else self.loop.time()

    def bring(self, act: Callable[..., None]) -> Callable[..., None]:
        """Return what has a function called at home, from whatever thread."""

        def brought(*given: Any) -> None:
            loop = self.loop
            if loop is None or threading.get_ident() == self._thread:
                act(*given)
            else:
                loop.call_soon_threadsafe(act, *given)

        return brought

    def soon(self, act: Callable[[], None]) -> None:
        """Call a function once what happens now is over; at once without an event loop."""
        loop = self.loop
        if loop is None:
            self.call(act)
        else:
            loop.call_soon(self.call, act)

    def later(self, seconds: float, act: Callable[[], None]) -> Callable[[], None]:
        """Call a function after a while, never without a loop; return what forgets it."""
        loop = self.loop
        if loop is None:
            return lambda: None

        def ring() -> None:
            self._handles.discard(handle)
            self.call(act)

        def forget() -> None:
            handle.cancel()
            self._handles.discard(handle)

        handle = loop.call_later(seconds, ring)
        self._handles.add(handle)
        return forget

    def leave(self) -> None:
        """Call nothing any more that was to be called later."""
        self.is_left = True
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()

    def call(self, act: Callable[..., None], *given: Any) -> None:
        """Call a function now; what it raises is told, and goes no further."""
        if self.is_left:
            return
        try:
            act(*given)
        except Exception as error:  # noqa: BLE001  else it would end in a log that nobody reads
            self._failed(error)
