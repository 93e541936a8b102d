"""A message under construction: pixels, texts and rows travel as binary buffers beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from nblabel.arrays import UInt8Array
from nblabel.pool.tables import Cell

COLUMNS = 200  # of a row; more are not shown


@dataclass
class Packet:
    """The buffers of a message, and what points into them."""

    buffers: list[bytes] = field(default_factory=list)

    def image(self, pixels: UInt8Array, send: bool = True) -> dict[str, Any]:
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
        return {"buffer": self._json(text[:most], send), "length": len(text)}

    def row(self, cells: list[Cell], send: bool = True) -> dict[str, Any]:
        """Describe a row of a table."""
        shown = [[cell.name, cell.value, cell.note] for cell in cells[:COLUMNS]]
        return {"buffer": self._json(shown, send), "columns": len(cells)}

    def _json(self, value: Any, send: bool) -> int | None:
        if not send:
            return None
        self.buffers.append(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
        return len(self.buffers) - 1
