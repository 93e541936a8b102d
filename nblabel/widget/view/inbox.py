"""What the pages send, heard in the order it was sent in, and each message once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nblabel.widget.work.home import Home

LOST_AFTER_SECONDS = 30.0  # a page that has not sent by then what is missing will not
MOST_EARLY = 256  # messages of a page that wait for a missing one; it sends the others again
MOST_PAGES = 32

Content = dict[str, Any]


@dataclass(eq=False)
class _Order:
    """Where a page is: the number of its next message, and what came before its turn."""

    due: int = 0
    early: dict[int, Content | None] = field(default_factory=dict)
    refused: dict[int, None] = field(default_factory=dict)


class Inbox:
    """Hears each page's messages by their numbers: what came too early waits for what is missing.

    JupyterLab may send later messages through a subshell, where they overtake those that still wait
    for the main thread; and a connection that breaks loses some, which the page sends again.

    Parameters
    ----------
    home : Home
        Where messages are heard.
    hear : callable
        Called with the page and the content of a message.
    """

    def __init__(self, home: Home, hear: Callable[[str, Content], None]) -> None:
        self._home, self._hear = home, hear
        self._orders: dict[str, _Order] = {}

    def due(self, page: str) -> int:
        """Return the number of the message that a page is to send next."""
        return self._order(page).due

    def take(self, page: str, seq: int, content: Content | None) -> None:
        """Hear a message in its turn.

        Parameters
        ----------
        page : str
        seq : int
            Its number.
        content : dict or None
            None for one that was refused: it has its number, and nothing follows from it.
        """
        order = self._order(page)
        if self._home.loop is None:  # nothing would ever come later
            order.due = max(order.due, seq + 1)
            self._open(page, content)
        elif seq < order.due:
            self._late(page, seq, content)
        elif seq > order.due:
            self._early(page, seq, content)
        else:
            order.due += 1
            self._close(order, seq, content)
            self._open(page, content)
            self._drain(page)

    def skip_to(self, page: str, first: int) -> None:
        """Wait for nothing before this number: the page cannot send it any more."""
        order = self._order(page)
        while order.due < first:
            waiting = [seq for seq in order.early if seq < first]
            order.due = min(waiting, default=first)
            self._drain(page)

    def _order(self, page: str) -> _Order:
        """Return where a page is; pages that were not heard for long are forgotten."""
        known = self._orders.pop(page, None)
        order = self._orders[page] = _Order() if known is None else known
        while len(self._orders) > MOST_PAGES:
            del self._orders[next(iter(self._orders))]
        return order

    def _late(self, page: str, seq: int, content: Content | None) -> None:
        """Drop a double, but no answer: the log knows by itself what it has."""
        refused = self._order(page).refused
        if content is not None and (seq in refused or "uid" in content):
            refused.pop(seq, None)
            self._open(page, content)

    def _early(self, page: str, seq: int, content: Content | None) -> None:
        order = self._order(page)
        if seq - order.due > MOST_EARLY:
            return
        if order.early.get(seq) is None:
            order.early[seq] = content
        due = order.due
        self._home.later(LOST_AFTER_SECONDS, lambda: self._go_on(page, due))

    def _go_on(self, page: str, due: int) -> None:
        """Hear what came early, if what it waited for has not come."""
        order = self._order(page)
        if order.due == due and order.early:
            self.skip_to(page, max(order.early) + 1)

    def _drain(self, page: str) -> None:
        order = self._order(page)
        while order.due in order.early:
            seq, content = order.due, order.early.pop(order.due)
            order.due += 1
            self._close(order, seq, content)
            self._open(page, content)

    def _close(self, order: _Order, seq: int, content: Content | None) -> None:
        """Note a number whose message was refused: a right one may still come for it."""
        if content is None:
            order.refused[seq] = None
            while len(order.refused) > MOST_EARLY:
                del order.refused[next(iter(order.refused))]

    def _open(self, page: str, content: Content | None) -> None:
        if content is not None:
            self._hear(page, content)
