"""What the pages send, heard in the thread that owns the panel and in the order it was sent in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nblabel.widget.work.home import Home

LOST_AFTER_SECONDS = 2.0  # a message that is waited for longer will not come

Content = dict[str, Any]


class Inbox:
    """Hears each page's messages by their numbers: what came too early waits for what is missing.

    JupyterLab may send later messages through a subshell, where they overtake those that still wait
    for the main thread.

    Parameters
    ----------
    home : Home
        Where messages are heard.
    hear : callable
        Called with the page and the content of a message; positions from its buffers are in the
        content, as ``indices`` and ``marked``.
    failed : callable
        Called with the type of a message and the error that it led to, None if there was none.
    """

    def __init__(
        self,
        home: Home,
        hear: Callable[[str, Content], None],
        failed: Callable[[str, Exception | None], None],
    ) -> None:
        self._home, self._hear, self._failed = home, hear, failed
        self._due: dict[str, int] = {}
        self._early: dict[str, dict[int, Content]] = {}
        self._arrive = home.bring(self._sort_in)

    def __call__(self, _widget: Any, content: Content, buffers: list[Any]) -> None:
        """Take a message, as `ipywidgets.Widget.on_msg` has it."""
        self._arrive(_with_positions(content, buffers))

    def _sort_in(self, content: Content) -> None:
        page, seq = str(content.get("page", "")), content.get("seq")
        if not isinstance(seq, int):
            self._open(page, content)
            return
        due, early = self._due.setdefault(page, 0), self._early.setdefault(page, {})
        if seq > due and self._home.loop is not None:
            early[seq] = content
            self._home.later(LOST_AFTER_SECONDS, lambda: self._go_on(page, due))
            return
        self._due[page] = max(due, seq + 1)
        self._open(page, content)
        while (after := early.pop(self._due[page], None)) is not None:
            self._due[page] += 1
            self._open(page, after)

    def _go_on(self, page: str, due: int) -> None:
        """Hear what came early, if what it waited for has not come."""
        early = self._early[page]
        if self._due[page] != due:
            return
        for seq in sorted(early):
            self._due[page] = seq + 1
            self._open(page, early.pop(seq))

    def _open(self, page: str, content: Content) -> None:
        """Hear a message; whatever goes wrong is told, once, in the panel."""
        kind, error = str(content.get("type")), None
        try:
            self._hear(page, content)
        except Exception as raised:  # noqa: BLE001  the page must hear of anything that went wrong
            error = raised
        self._failed(kind, error)


def _with_positions(content: Content, buffers: list[Any]) -> Content:
    """Return a message with its positions: all of a group, and those marked in it."""
    found = dict(content)
    for name, buffer in zip(("indices", "marked"), buffers, strict=False):
        found[name] = np.frombuffer(buffer, dtype=np.uint32).astype(np.intp)
    return found
