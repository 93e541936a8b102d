"""Close-ups: what a page looks at more closely than the small picture of an item shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from nblabel.pool.beside import BesidePictures
from nblabel.pool.closeups import Closeup, Closeups
from nblabel.pool.pictures import ImageFiles, MediaError, Pictures
from nblabel.session import Session
from nblabel.widget.panel.pages import Page
from nblabel.widget.panel.pictures import pack_pixels
from nblabel.widget.text.columns import NO_PICTURE_IN_COLUMN, NO_SUCH_COLUMN
from nblabel.widget.view.packet import Packed, Packet
from nblabel.widget.work.worker import Task, Worker

EXACT_CLOSEUP = 2**20  # pixels of an array; of more than a screen shows in one look
LONGEST_TEXT = 2_000_000  # characters of a text that a page gets in whole

Content = dict[str, Any]


class CloseupTasks:
    """Answers the requests of pages for close-ups, in a thread; only the newest of each page.

    Parameters
    ----------
    session, beside, worker
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        beside: BesidePictures,
        worker: Worker,
        send: Callable[[Content, list[Any]], None],
    ) -> None:
        self._session, self._worker, self._send = session, worker, send
        pool = session.pool
        self._reader = Closeups(cast(Pictures, pool.media)) if pool.kind == "images" else None
        self._is_of_files = isinstance(pool.media, ImageFiles)
        self._beside = beside
        self._newest: dict[tuple[str, int | None], str] = {}

    def open(self, page: Page, content: Content) -> None:
        """Answer a "closeup"."""
        pool = self._session.pool
        if content["id"] not in pool:  # the page may be older than the pool
            return
        index, column, request = pool.index_of(content["id"]), content["column"], content["request"]
        self._newest[page.id, column] = request

        def work(_: object) -> tuple[Closeup, Packed] | str | None:
            if self._newest.get((page.id, column)) != request:
                return None
            return self._read(index, content)

        def done(found: tuple[Closeup, Packed] | str | Exception | None) -> None:
            if isinstance(found, Exception):
                raise found
            if found is not None:
                self._tell(page, content, found)

        self._worker.run("closeup", Task(work=work, done=done))

    def read_text(self, page: Page, item: str) -> None:
        """Send a text in whole."""
        pool = self._session.pool
        whole = pool.text(pool.index_of(item)) if item in pool else None
        if whole is None:
            return
        packet = Packet()
        described = packet.text(whole, LONGEST_TEXT)
        self._send({"type": "text", "id": item, "text": described, "to": page.id}, packet.buffers)

    def _read(self, index: int, content: Content) -> tuple[Closeup, Packed] | str:
        """Return a part of a picture, as it is and as it travels, or why there is none."""
        reader, of_file = self._reader, self._is_of_files
        if content["column"] is not None:
            if content["column"] >= len(self._beside.names):
                return NO_SUCH_COLUMN
            found = self._beside.closeups(content["column"], index)
            if found is None:
                return NO_PICTURE_IN_COLUMN.format(self._beside.names[content["column"]])
            (reader, index), of_file = found, True
        if reader is None:
            return NO_SUCH_COLUMN
        box, window = content["box"], content.get("window")
        try:
            closeup = reader.read(
                index,
                content["side"],
                (box[0], box[1], box[2], box[3]),
                None if window is None else (window[0], window[1]),
            )
        except MediaError as error:
            return str(error)
        height, width = closeup.pixels.shape[:2]
        is_scaled = width < (closeup.box[2] - closeup.box[0]) * closeup.size[0] - 1
        # what was scaled down or is large need not be exact: a remote line takes seconds for it
        lossy = of_file or is_scaled or height * width > EXACT_CLOSEUP
        return closeup, pack_pixels(closeup.pixels, lossy, is_scaled)

    def _tell(self, page: Page, content: Content, found: tuple[Closeup, Packed] | str) -> None:
        answer = {
            "type": "closeup",
            **{name: content[name] for name in ("request", "id", "column")},
            "to": page.id,
        }
        if isinstance(found, str):
            self._send({**answer, "image": None, "text": found}, [])
            return
        closeup, packed = found
        packet = Packet()
        message = {
            "image": packet.image(packed),
            "size": list(closeup.size),
            "box": [round(end, 9) for end in closeup.box],
            "text": "",
        }
        if closeup.range is not None:
            message["range"] = list(closeup.range)
            message["window"] = content.get("window") or [0, 1]
        self._send({**answer, **message}, packet.buffers)
