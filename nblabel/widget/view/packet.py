"""A message under construction: pixels, texts and rows travel as binary buffers beside it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from nblabel.arrays import UInt8Array
from nblabel.pool.tables import Cell

COLUMNS = 200  # of a row; more are not shown


@dataclass(frozen=True)
class Packed:
    """A picture as it travels.

    Attributes
    ----------
    data : bytes
        The pixels row by row, uint8, or a file of the encoding.
    shape : tuple of int
        Height, width, channels.
    encoding : str
        "jpeg", "png" or "svg+xml", or "" for the pixels themselves.
    about : str
        What is known of a sound or series, in a few words.
    seconds : float or None
        How long it can be played; None where there is nothing to hear.
    full : tuple of int, optional
        Width and height of the whole picture, where it was scaled down.
    """

    data: bytes
    shape: tuple[int, ...]
    encoding: str = ""
    about: str = ""
    seconds: float | None = None
    full: tuple[int, int] | None = None


@dataclass(frozen=True)
class Html:
    """A piece of HTML as it travels.

    Attributes
    ----------
    data : bytes
    words : str
        Those that a person sees in it.
    scripts : bool
        Whether there is a script in it, which will not run.
    """

    data: bytes
    words: str
    scripts: bool


@dataclass
class Packet:
    """The buffers of a message, and what points into them.

    Attributes
    ----------
    buffers : list of bytes
    limit : float
        From so many bytes on it is full.
    """

    buffers: list[bytes] = field(default_factory=list)
    limit: float = math.inf

    @property
    def is_full(self) -> bool:
        """Whether what is not needed at once should come in a later message."""
        return sum(map(len, self.buffers)) >= self.limit

    def image(self, picture: Packed, send: bool = True) -> dict[str, Any]:
        """Describe a picture; put it into the message unless the page holds it already."""
        height, width, channels = picture.shape
        place = None
        if send:
            place = len(self.buffers)
            self.buffers.append(picture.data)
        described = {"buffer": place, "width": width, "height": height, "channels": channels}
        more = {
            "encoding": picture.encoding or None,
            "about": picture.about or None,
            "seconds": picture.seconds,
            "full": picture.full and list(picture.full),
        }
        return described | {name: value for name, value in more.items() if value is not None}

    def pixels(self, pixels: UInt8Array) -> dict[str, Any]:
        """Describe pixels that travel as they are."""
        return self.image(Packed(pixels.tobytes(), pixels.shape))

    def picture(self, found: Packed | str | None, send: bool = True) -> dict[str, Any]:
        """Return the `image` and `error` fields of an item."""
        if found is None or isinstance(found, str):
            return {"image": None, "error": found}
        return {"image": self.image(found, send), "error": None}

    def html(self, page: Html, send: bool = True) -> dict[str, Any]:
        """Describe a piece of HTML."""
        place = None
        if send:
            place = len(self.buffers)
            self.buffers.append(page.data)
        return {"buffer": place, "scripts": page.scripts}

    def text(self, text: str, most: int, send: bool = True) -> dict[str, Any]:
        """Describe a text, of which at most so many characters are shown."""
        return {"buffer": self._json(text[:most], send), "length": len(text)}

    def row(self, cells: list[Cell], send: bool = True, columns: int = 0) -> dict[str, Any]:
        """Describe a row of a table, which has so many columns where not all cells are given."""
        shown = [cell_of(cell) for cell in cells[:COLUMNS]]
        return {"buffer": self._json(shown, send), "columns": columns or len(cells)}

    def _json(self, value: Any, send: bool) -> int | None:
        if not send:
            return None
        self.buffers.append(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
        return len(self.buffers) - 1


def cell_of(cell: Cell, longest: int | None = None) -> list[Any]:
    """Return a cell as it travels: name, value, note, and its place in its column if it has one."""
    parts = [cell.name, cell.value and cell.value[:longest], cell.note]
    return parts if cell.place is None else [*parts, round(cell.place, 3)]
