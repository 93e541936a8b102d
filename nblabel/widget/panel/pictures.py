"""Pictures at the size that the page shows, the last used kept in memory."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.pool import Pool
from nblabel.pool.pictures import ImageFiles, MediaError
from nblabel.pool.pictures import Pictures as Media
from nblabel.pool.stretch import spread
from nblabel.widget.view.packet import Packed

QUESTION_SIDE = 512  # pixels a side; more is not seen in the panel
THUMBNAIL_SIDE = 96
MOST_HELD, FEWEST_HELD, PAGE_BYTES = 120, 16, 8 * 2**20
LOOKED_AT = 5  # pictures, for how large those of the pool are
KEPT_BYTES = 64 * 2**20

# Pictures with more pixels may travel as JPEG: those of files, which mostly were one before, those
# in colours, and sooner if they are scaled down. Smaller ones are looked at pixel by pixel, and so
# are grey arrays.
EXACT_PIXELS, EXACT_SCALED = 10_000, 2_500
JPEG_QUALITY = 85
WORTH_IT = 0.7  # of the bytes of the pixels


class Pictures:
    """Pictures of a pool at the size the page shows.

    May be read from a worker thread, so that opening files does not delay a key.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._are_files = isinstance(pool.media, ImageFiles)
        self._kept: OrderedDict[tuple[int, int, bool], UInt8Array | Packed | str] = OrderedDict()
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
        found = self._keep((index, side, False), lambda: self._load(index, side))
        assert not isinstance(found, Packed)
        return found

    def pack(self, index: int, side: int) -> Packed | str | None:
        """Return a picture as it travels, or what `read` returns in place of one."""
        if self._pool.kind != "images":
            return None

        def packed() -> Packed | str:
            found = self._load(index, side)
            if isinstance(found, str):
                return found
            is_scaled = max(found.shape[:2]) == side
            packed = pack_pixels(found, self._are_files, is_scaled)
            return replace(packed, full=self._full_size(index, found)) if is_scaled else packed

        found = self._keep((index, side, True), packed)
        assert not isinstance(found, np.ndarray)
        return found

    def _full_size(self, index: int, shown: UInt8Array) -> tuple[int, int] | None:
        """Return width and height at its own resolution; None where it was not scaled down."""
        height, width = cast(Media, self._pool.media).shape(index)[:2]
        if max(height, width) <= max(shown.shape[:2]):
            return None
        is_turned = (shown.shape[1] > shown.shape[0]) != (width > height)
        return (height, width) if is_turned else (width, height)

    def ahead(self) -> int:
        """How many questions to have ready before a page hears of them: of files only the first."""
        return 1 if self._are_files else self.in_budget()

    def is_at_hand(self, index: int, side: int) -> bool:
        """Whether a picture can be had without opening a file, which takes a while."""
        return not self._are_files or (index, side, True) in self._kept

    def _load(self, index: int, side: int) -> UInt8Array | str:
        try:
            found = self._pool.image(index, side)
        except MediaError as error:
            return str(error)
        assert found is not None
        return found

    def _keep(
        self, key: tuple[int, int, bool], make: Callable[[], UInt8Array | Packed | str]
    ) -> UInt8Array | Packed | str:
        """Return what is kept, or make and keep it."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        found = make()
        with self._lock:
            if key not in self._kept:  # the other thread may have been quicker
                self._kept[key] = found
                self._bytes += _weight(found)
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                self._bytes -= _weight(self._kept.popitem(last=False)[1])
        return found


def pack_pixels(pixels: UInt8Array, is_of_file: bool, is_scaled: bool) -> Packed:
    """Return a picture as it travels: as JPEG where that is much smaller and nobody counts pixels.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 1 or 3), uint8
    is_of_file : bool
        Whether they were in a file.
    is_scaled : bool
        Whether there were more of them.
    """
    height, width, channels = pixels.shape
    exact = EXACT_SCALED if is_of_file or is_scaled else EXACT_PIXELS
    if height * width > exact and (is_of_file or channels == 3):
        encoded = io.BytesIO()
        image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
        image.save(encoded, "JPEG", quality=JPEG_QUALITY)
        if encoded.tell() < WORTH_IT * pixels.nbytes:
            return Packed(encoded.getvalue(), pixels.shape, "jpeg")
    return Packed(pixels.tobytes(), pixels.shape)


def _weight(found: UInt8Array | Packed | str) -> int:
    if isinstance(found, Packed):
        return len(found.data)
    return len(found) if isinstance(found, str) else found.nbytes
