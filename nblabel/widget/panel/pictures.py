"""Pictures at the size that the page shows, the last used kept in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import cast

from nblabel.arrays import UInt8Array
from nblabel.pool import Pool
from nblabel.pool.pictures import MediaError
from nblabel.pool.pictures import Pictures as Media
from nblabel.pool.stretch import spread

QUESTION_SIDE = 512  # pixels a side; more is not seen in the panel
THUMBNAIL_SIDE = 96
MOST_HELD, FEWEST_HELD, PAGE_BYTES = 120, 16, 8 * 2**20
LOOKED_AT = 5  # pictures, for how large those of the pool are
KEPT_BYTES = 64 * 2**20


class Pictures:
    """Pictures of a pool at the size the page shows.

    May be read from a worker thread, so that opening files does not delay a key.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: OrderedDict[tuple[int, int], UInt8Array | str] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def in_budget(self) -> int:
        """How many questions a page may hold: ten seconds of quick typing if they are small."""
        if self._pool.kind != "images":
            return MOST_HELD
        weight = max(map(self._weight_of, spread(len(self._pool), LOOKED_AT)))
        return min(MOST_HELD, max(FEWEST_HELD, PAGE_BYTES // weight))

    def _weight_of(self, index: int) -> int:
        """Return how many bytes an item has in the page, without decoding it."""
        try:
            height, width, channels = cast(Media, self._pool.media).shape(index)
        except MediaError:
            return 1
        shrunk = min(1.0, QUESTION_SIDE / max(height, width))
        return max(1, round(channels * height * width * shrunk**2))

    def read(self, index: int, side: int) -> UInt8Array | str | None:
        """Return pixels, or why there are none as text, or None where items have no picture."""
        if self._pool.kind != "images":
            return None
        key = (index, side)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        try:
            found: UInt8Array | str | None = self._pool.image(index, side)
        except MediaError as error:
            found = str(error)
        assert found is not None
        with self._lock:
            if key not in self._kept:  # the other thread may have been quicker
                self._kept[key] = found
                self._bytes += _weight(found)
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                self._bytes -= _weight(self._kept.popitem(last=False)[1])
        return found


def _weight(found: UInt8Array | str) -> int:
    return len(found) if isinstance(found, str) else found.nbytes
