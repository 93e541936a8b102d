"""What the page sends, heard in the thread that owns the panel and in the order it was sent in.

JupyterLab moves the messages of widgets to a thread of their own in the kernel (a subshell, from
ipykernel 7 on) as soon as that thread is there: later messages then overtake those that still wait
for the main thread, and an answer and a cell could change a session at the same time.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

LOST_AFTER_SECONDS = 2.0  # a message that is waited for longer will not come


def at_home(hear: Callable[..., None]) -> Callable[..., None]:
    """Return what has `hear` called on the event loop of this thread, from whatever thread.

    Parameters
    ----------
    hear : callable
        Called at once in this thread, or where no event loop runs in it, as in a plain script.
    """
    home = threading.get_ident()
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return hear

    def bring(*heard: Any) -> None:
        if threading.get_ident() == home:
            hear(*heard)
        else:
            loop.call_soon_threadsafe(hear, *heard)

    return bring


class Mailbox:
    """Hears each page's messages by their numbers: what came too early waits for what is missing.

    Parameters
    ----------
    hear : callable
        Called with content and buffers of a message.
    """

    def __init__(self, hear: Callable[[dict[str, Any], list[Any]], None]) -> None:
        self._hear = hear
        self._due: dict[str, int] = {}
        self._early: dict[str, dict[int, tuple[dict[str, Any], list[Any]]]] = {}
        self._arrive = at_home(self._sort_in)

    def __call__(self, _widget: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        """Take a message, as `ipywidgets.Widget.on_msg` has it."""
        self._arrive(content, buffers)

    def _sort_in(self, content: dict[str, Any], buffers: list[Any]) -> None:
        content = dict(content)
        page, turn = content.pop("page", ""), content.pop("turn", None)
        if turn is not None:
            due, early = self._due.setdefault(page, 0), self._early.setdefault(page, {})
            if turn > due and self._wait(page):
                early[turn] = (content, buffers)
                return
            self._due[page] = max(due, turn + 1)
        self._hear(content, buffers)
        while turn is not None and (after := early.pop(self._due[page], None)):
            self._due[page] += 1
            self._hear(*after)

    def _wait(self, page: str) -> bool:
        """Have an end put to waiting; return whether that is possible."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        loop.call_later(LOST_AFTER_SECONDS, self._go_on, page, self._due[page])
        return True

    def _go_on(self, page: str, due: int) -> None:
        """Hear what came early, if what it waited for has not come."""
        early = self._early[page]
        if self._due[page] != due or not early:
            return
        for turn in sorted(early):
            self._due[page] = turn + 1
            self._hear(*early.pop(turn))
