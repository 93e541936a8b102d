"""What the page is told about an item: words as JSON; pixels, texts and rows as binary buffers."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from nblabel.arrays import UInt8Array
from nblabel.explore.word_scores import Evidence
from nblabel.pool import Pool
from nblabel.pool.pictures import MediaError
from nblabel.pool.tables import Cell
from nblabel.pool.texts import Texts
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.strategies import Reason

QUESTION_SIDE = 512  # pixels a side; more is not seen in the panel
THUMBNAIL_SIDE = 96
CHARACTERS = {QUESTION_SIDE: 20_000, THUMBNAIL_SIDE: 400}  # of a text, at the size of a picture
COLUMNS = 200  # of a row
NOUNS = {"images": "image", "texts": "text", "rows": "row", "items": "item"}
MOST_HELD, FEWEST_HELD, PAGE_BYTES = 120, 16, 8 * 2**20
KEPT_BYTES = 64 * 2**20


class Pictures:
    """Pictures of a pool at the size the page shows, the last used kept in memory.

    May be read from a worker thread, so that opening files does not delay a key.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: OrderedDict[tuple[int, int], UInt8Array | str] = OrderedDict()
        self._bytes = 0
        self._turn = threading.Lock()

    def in_budget(self) -> int:
        """How many questions the page may hold: ten seconds of quick typing if pictures are small."""
        found = self.read(0, QUESTION_SIDE)
        weight = max(1, 0 if found is None else _weight(found))
        return min(MOST_HELD, max(FEWEST_HELD, PAGE_BYTES // weight))

    def read(self, index: int, side: int) -> UInt8Array | str | None:
        """Return pixels, or why there are none as text, or None where items have no picture."""
        if self._pool.kind != "images":
            return None
        key = (index, side)
        with self._turn:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        try:
            found: UInt8Array | str | None = self._pool.image(index, side)
        except MediaError as error:
            found = str(error)
        assert found is not None
        with self._turn:
            if key not in self._kept:  # the other thread may have been quicker
                self._kept[key] = found
                self._bytes += _weight(found)
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                self._bytes -= _weight(self._kept.popitem(last=False)[1])
        return found


def _weight(found: UInt8Array | str) -> int:
    return len(found) if isinstance(found, str) else found.nbytes


@dataclass
class Packet:
    """A message under construction: its buffers, and the images that point into them."""

    buffers: list[bytes] = field(default_factory=list)

    def image(self, pixels: UInt8Array, send: bool) -> dict[str, Any]:
        """Describe pixels; put them into the message unless the page holds them already."""
        height, width, channels = pixels.shape
        place = None
        if send:
            place = len(self.buffers)
            self.buffers.append(pixels.tobytes())
        return {"buffer": place, "width": width, "height": height, "channels": channels}

    def picture(self, found: UInt8Array | str | None, send: bool = True) -> dict[str, Any]:
        """Return the `image` and `error` fields of an item."""
        if found is None or isinstance(found, str):
            return {"image": None, "error": found}
        return {"image": self.image(found, send), "error": None}

    def text(self, text: str, most: int, send: bool = True) -> dict[str, Any]:
        """Describe a text, of which at most so many characters are shown."""
        return {"buffer": self._words(text[:most], send), "length": len(text)}

    def row(self, cells: list[Cell], send: bool = True) -> dict[str, Any]:
        """Describe a row of a table."""
        told = [[cell.name, cell.value, cell.note] for cell in cells[:COLUMNS]]
        return {"buffer": self._words(told, send), "columns": len(cells)}

    def _words(self, words: Any, send: bool) -> int | None:
        if not send:
            return None
        self.buffers.append(json.dumps(words, ensure_ascii=False).encode(errors="replace"))
        return len(self.buffers) - 1


class Items:
    """Describes items to the page, which keeps the pixels it was sent once.

    Parameters
    ----------
    session : Session
        Labels and classes.
    pictures : Pictures
        Pixels.
    """

    def __init__(self, session: Session, pictures: Pictures) -> None:
        self._session, self._pictures = session, pictures
        self.refit: Refit | None = None
        texts = session.pool.media.texts if isinstance(session.pool.media, Texts) else None
        self._evidence = None if texts is None else Evidence(texts, session.random_state)
        self.deciders: dict[int, list[tuple[int, float]]] = {}
        self.hints: dict[int, dict[str, Any]] = {}
        """Guesses of labeled items by a model that has not seen their labels."""
        self.forget()

    def weigh(self, refit: Refit) -> None:
        """Count which words of texts go with what was learned; takes a moment, once some seconds."""
        if self._evidence is not None:
            self._evidence.learn(refit.proba)

    def forget(self) -> None:
        """Start with a page that holds nothing."""
        self._held: set[str] = set()
        self._held_neighbors: set[str] = set()

    def send_again(self, ids: list[str]) -> None:
        """Take it that the page no longer has the pixels of some items."""
        self._held.difference_update(ids)
        self._held_neighbors.difference_update(ids)

    def question(self, index: int, packet: Packet, reason: Reason | None) -> dict[str, Any]:
        """Describe an item with its reason and the neighbours that decide; `packet` takes pixels."""
        described = self.plain(index, packet)
        return {
            **described,
            "evidence": self._words_for(index),
            "why": _why(reason),
            "neighbors": self._neighbors(index, packet),
        }

    def plain(self, index: int, packet: Packet) -> dict[str, Any]:
        """Describe an item of the queue without reasons."""
        item_id = self._session.pool.ids[index]
        described = self._describe(index, packet, QUESTION_SIDE, send=item_id not in self._held)
        self._held.add(item_id)
        return described

    def thumbnail(self, index: int, packet: Packet) -> dict[str, Any]:
        """Describe an item with a small picture, sent in any case."""
        return self._describe(index, packet, THUMBNAIL_SIDE, send=True)

    def _describe(self, index: int, packet: Packet, side: int, *, send: bool) -> dict[str, Any]:
        item_id = self._session.pool.ids[index]
        answer = self._session.state.answers.get(item_id)
        if index in self._session.repeated:
            answer = None  # asked once more, as if nobody had answered
        return {
            "id": item_id,
            "index": index,
            **self._media(index, packet, side, send=send),
            "label": None if answer is None else answer.label,
            "source": None if answer is None else answer.event.source,
            "guess": self._guess(index),
            "evidence": [],
            "why": None,
            "neighbors": [],
        }

    def _media(self, index: int, packet: Packet, side: int, *, send: bool) -> dict[str, Any]:
        """Return what is shown of an item: the fields image, text, row and error."""
        pool = self._session.pool
        media = {"image": None, "text": None, "row": None, "error": None}
        text, row = pool.text(index), pool.row(index)
        if text is not None:
            return {**media, "text": packet.text(text, CHARACTERS[side], send)}
        if row is not None:
            return {**media, "row": packet.row(row, send)}
        return {**media, **packet.picture(self._pictures.read(index, side), send)}

    def _guess(self, index: int) -> dict[str, Any] | None:
        if index in self.hints:
            return self.hints[index]
        refit = self.refit
        if refit is None or not self._session.n_labeled:
            return None
        code, p = (part[index] for part in refit.predicted)
        if code >= len(self._session.classes):
            return None  # its class was taken back a moment ago
        return {"label": self._session.classes[code], "confidence": round(float(p), 4)}

    def _words_for(self, index: int) -> list[str]:
        """Return the words of a text that speak for its guess."""
        text = self._session.pool.text(index)
        if self._evidence is None or text is None or self._guess(index) is None:
            return []
        assert self.refit is not None
        return self._evidence.words(text, int(self.refit.predicted[0][index]))

    def _neighbors(self, index: int, packet: Packet) -> list[dict[str, Any]]:
        neighbors = []
        for other, closeness in self.deciders.get(index, []):
            item_id = self._session.pool.ids[other]
            answer = self._session.state.answers.get(item_id)
            if answer is None or answer.label is None:
                continue  # taken back a moment ago
            new = item_id not in self._held_neighbors
            media = self._media(other, packet, THUMBNAIL_SIDE, send=new)
            self._held_neighbors.add(item_id)
            neighbors.append(
                {
                    "id": item_id,
                    "label": answer.label,
                    "closeness": round(closeness, 3),
                    **{kind: media[kind] for kind in ("image", "text", "row")},
                }
            )
        return neighbors


def _why(reason: Reason | None) -> dict[str, Any] | None:
    if reason is None:
        return None
    parts = [
        {"name": part.name, "value": round(part.value, 3), "text": part.text}
        for part in reason.parts
    ]
    return {"text": reason.text, "parts": parts}
