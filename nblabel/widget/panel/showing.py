"""Items put on screen: a question, a point of the map, an answer before, a small picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from nblabel.pool import Pool
from nblabel.session import Session
from nblabel.strategies import Reason
from nblabel.widget import text
from nblabel.widget.panel.items import Items
from nblabel.widget.panel.learning import Learning
from nblabel.widget.panel.pages import Page
from nblabel.widget.panel.pictures import QUESTION_SIDE, THUMBNAIL_SIDE, Pictures
from nblabel.widget.panel.ranking import Ranking
from nblabel.widget.panel.state import PanelState
from nblabel.widget.view.packet import Packet
from nblabel.widget.work.worker import Task, Worker

Then = Callable[[object], None]


class Showing:
    """Sends the items that a page wants to see, once they are read.

    Parameters
    ----------
    session, state, ranking, items, pictures, learning, worker
    is_open : callable
        Returns whether an item is still to be asked.
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        ranking: Ranking,
        items: Items,
        pictures: Pictures,
        learning: Learning,
        worker: Worker,
        is_open: Callable[[int], bool],
        send: Callable[..., None],
    ) -> None:
        self._session, self._state, self._ranking = session, state, ranking
        self._items, self._pictures, self._learning = items, pictures, learning
        self._worker, self._is_open, self._send = worker, is_open, send
        self._hovered = 0

    def need(self, page: Page, ids: list[str]) -> None:
        """Send a page bytes that it does not hold, as soon as they are read."""
        for index in indices_of(self._session.pool, ids):
            waits = self._pictures.take_long and page.front[:1] != [self._session.pool.ids[index]]
            then = partial(self._send_media, page, index)
            self._read([index], QUESTION_SIDE, then, "ahead" if waits else "show")

    def _send_media(self, page: Page, index: int, _read: object) -> None:
        self._items.send_again([self._session.pool.ids[index]])
        packet = Packet()
        items = [self._items.plain(index, packet)]
        self._send({"type": "media", "items": items, "to": page.id}, packet.buffers)

    def explain(self, page: Page, ids: list[str]) -> None:
        """Tell a page why it is asked about some items, and which neighbours decide."""
        indices = indices_of(self._session.pool, ids)

        def send() -> None:
            packet = Packet()
            items = [self._items.question(index, packet, self._reason(index)) for index in indices]
            self._send({"type": "explained", "items": items, "to": page.id}, packet.buffers)

        self._learning.explain(indices, send)

    def show(
        self,
        page: Page | None,
        index: int,
        message: str,
        request: str | None = None,
        *,
        browsing: bool = False,
    ) -> None:
        """Put an item on screen now; in all pages, where nobody knows which."""
        item_id = self._session.pool.ids[index]
        answered = item_id in self._session.state.answers
        # a skipped item that is asked again is a question, unless it is only passed by
        revisit = answered and (browsing or not self._is_open(index))
        if not revisit:
            self._ranking.choose(index)

        def send(_: object) -> None:
            packet = Packet()
            reason = text.ANSWERED_BEFORE if revisit else self._ranking.reason(index)
            item = self._items.question(index, packet, reason)
            content = {"type": "show", "item": item, "text": message, "revisit": revisit}
            self._send(content | _addressed(page, request), packet.buffers)
            if page is not None and index not in self._state.deciders:
                self.explain(page, [item_id])

        self._read([index], QUESTION_SIDE, send)

    def show_point(self, page: Page | None, index: int) -> None:
        """Put a point of the map on screen; a page may be older than the pool it shows."""
        if self._is_index(index):
            self.show(page, index, text.SHOWN)

    def browse(self, page: Page, item: str | None, steps: int, request: str) -> None:
        """Show the item that a person answered so many steps before or after another."""
        answers = self._session.state.answers
        given = (one for one, answer in answers.items() if answer.event.source != "model")
        order = sorted(given, key=lambda one: answers[one].event.seq)
        place = (order.index(item) if item in order else len(order)) + steps
        if order and place < len(order):
            shown = self._session.pool.index_of(order[max(place, 0)])
            message = text.FIRST_ANSWER if place < 0 else ""
            self.show(page, shown, message, request, browsing=True)
            return
        message = text.BACK_TO_QUESTIONS if order else text.NO_ANSWERS
        content = {"type": "show", "item": None, "text": message, "revisit": False}
        self._read([], QUESTION_SIDE, lambda _: self._send(content | _addressed(page, request)))

    def hover(self, page: Page | None, index: int) -> None:
        """Show the small picture of a point; none where there is no such point."""
        if not self._is_index(index):
            at = index if index >= 0 else self._hovered
            content = {"type": "picture", "index": at, "item": None, "text": ""}
            self._send(content | _addressed(page))
            return
        self._hovered = index

        def send(_: object) -> None:
            packet = Packet()
            item = self._items.thumbnail(index, packet)
            caption = self._items.said(index, item)
            content = {"type": "picture", "index": index, "item": item, "text": caption}
            self._send(content | _addressed(page), packet.buffers)

        self._read([index], THUMBNAIL_SIDE, send, "hover")

    def look(self, page: Page, indices: list[int]) -> None:
        """Send small pictures."""
        wanted = [index for index in indices if self._is_index(index)]
        # what takes long is shown one by one, as soon as it is drawn
        for some in [[one] for one in wanted] if self._pictures.take_long else [wanted]:
            self._read(some, THUMBNAIL_SIDE, partial(self._send_small, page, some), "pictures")

    def _send_small(self, page: Page, indices: list[int], _read: object) -> None:
        packet = Packet()
        items = [self._items.thumbnail(index, packet) for index in indices]
        self._send({"type": "pictures", "items": items, "to": page.id}, packet.buffers)

    def _reason(self, index: int) -> Reason | None:
        answered = self._session.pool.ids[index] in self._session.state.answers
        if answered and not self._is_open(index):
            return text.ANSWERED_BEFORE
        return self._ranking.reason(index)

    def _is_index(self, index: int) -> bool:
        return 0 <= index < len(self._session.pool)

    def _read(self, indices: list[int], side: int, then: Then, lane: str = "show") -> None:
        """Read pictures aside, so that files do not delay a key, then call a function."""

        def read(_: object) -> None:
            for index in indices:
                self._pictures.pack(index, side)

        self._worker.run(lane, Task(work=read, done=then), newest=lane == "hover")


def indices_of(pool: Pool, ids: Iterable[Any]) -> list[int]:
    """Return the positions of those ids that the pool has."""
    return [pool.index_of(item) for item in ids if item in pool]


def _addressed(page: Page | None, request: str | None = None) -> dict[str, str]:
    """Return whom a message is for, and which request it answers."""
    to = {} if page is None else {"to": page.id}
    return to if request is None else {**to, "request": request}
