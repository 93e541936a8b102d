"""What the page is told about an item: words as JSON, pixels as binary buffers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from nblabel.media import MediaError, UInt8Array
from nblabel.pool import Pool
from nblabel.strategies import Reason

QUESTION_SIDE = 512  # pixels a side; more is not seen in the panel
THUMBNAIL_SIDE = 96
KEPT_BYTES = 64 * 2**20


class Pictures:
    """Pictures of a pool at the size the page shows, the last used kept in memory.

    May be read from a worker thread, so that opening files does not delay a key.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: OrderedDict[tuple[int, int], UInt8Array | str] = OrderedDict()
        self._bytes = 0

    def read(self, index: int, side: int) -> UInt8Array | str | None:
        """Return pixels, or why there are none as text, or None where items have no picture."""
        if self._pool.media is None:
            return None
        key = (index, side)
        known = self._kept.get(key)
        if known is None:
            try:
                known = self._pool.image(index, side)
            except MediaError as error:
                known = str(error)
            assert known is not None
            self._kept[key] = known
            self._bytes += len(known) if isinstance(known, str) else known.nbytes
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                try:
                    _, old = self._kept.popitem(last=False)
                except KeyError:  # the other thread was quicker
                    break
                self._bytes -= len(old) if isinstance(old, str) else old.nbytes
        return known


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


def why(reason: Reason | None) -> dict[str, Any] | None:
    """Return a reason as the page shows it."""
    if reason is None:
        return None
    parts = [
        {"name": part.name, "value": round(part.value, 3), "text": part.text}
        for part in reason.parts
    ]
    return {"text": reason.text, "parts": parts}
