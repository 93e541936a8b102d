"""Pictures at the size that the page shows, the last used kept in memory."""

from __future__ import annotations

import io
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.pool import Pool
from nblabel.pool.drawn import Drawing, Drawn
from nblabel.pool.markup import has_scripts, words_of_html
from nblabel.pool.pictures import ImageFiles, MediaError
from nblabel.pool.pictures import Pictures as Media
from nblabel.pool.stretch import spread
from nblabel.widget.view.packet import Html, Packed

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
CRISP = 1.5  # times the bytes of a JPEG that a drawing may have, so that its lines stay as they are
PATIENCE = 0.1  # seconds for a drawing; what takes longer is drawn one by one, as a page asks
DRAWN_BYTES = 96 * 2**10  # about what a drawing has

Shown = Packed | Html | str


class Pictures:
    """Pictures of a pool at the size the page shows.

    May be read from a worker thread, so that opening files does not delay a key.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._are_files = isinstance(pool.media, ImageFiles)
        self._are_drawn = isinstance(pool.media, Drawn)
        self._kept: OrderedDict[tuple[int, int, bool], UInt8Array | Shown] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self.take_long = self._are_drawn
        """Whether nothing should wait for a drawing: the last one took long, or none is known."""

    def in_budget(self) -> int:
        """How many questions a page may hold: ten seconds of quick typing if they are small."""
        if self._are_drawn:
            return min(MOST_HELD, PAGE_BYTES // DRAWN_BYTES)
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
        assert not isinstance(found, Packed | Html)
        return found

    def pack(self, index: int, side: int) -> Shown | None:
        """Return a picture or drawing as it travels, or what `read` returns in place of one."""
        if self._are_drawn:
            drawn = self._keep((index, side, True), lambda: self._draw(index, side))
            assert not isinstance(drawn, np.ndarray)
            return drawn
        if self._pool.kind != "images":
            return None

        def packed() -> Shown:
            found = self._load(index, side)
            if isinstance(found, str):
                return found
            is_scaled = max(found.shape[:2]) == side
            packed = pack_pixels(found, self._are_files, is_scaled)
            return replace(packed, full=self._full_size(index, found)) if is_scaled else packed

        found = self._keep((index, side, True), packed)
        assert not isinstance(found, np.ndarray)
        return found

    def prepare(self, index: int, side: int) -> None:
        """Have a picture at hand, unless that takes so long that a page should ask for it."""
        if not self.take_long:
            self.pack(index, side)

    def _full_size(self, index: int, shown: UInt8Array) -> tuple[int, int] | None:
        """Return width and height at its own resolution; None where it was not scaled down."""
        height, width = cast(Media, self._pool.media).shape(index)[:2]
        if max(height, width) <= max(shown.shape[:2]):
            return None
        is_turned = (shown.shape[1] > shown.shape[0]) != (width > height)
        return (height, width) if is_turned else (width, height)

    def ahead(self) -> int:
        """How many questions to have ready before a page hears of them: one where that is slow."""
        return 1 if self.are_slow else self.in_budget()

    @property
    def are_slow(self) -> bool:
        """Whether a file is opened for each, or a function called, which may take seconds."""
        return self._are_files or self._are_drawn

    def is_at_hand(self, index: int, side: int) -> bool:
        """Whether a picture can be had at once, without opening a file or drawing it."""
        return not self.are_slow or (index, side, True) in self._kept

    def _draw(self, index: int, side: int) -> Shown:
        begun = time.monotonic()
        try:
            drawing = self._pool.drawing(index, side)
        except MediaError as error:
            return str(error)
        finally:
            self.take_long = time.monotonic() - begun > PATIENCE
        assert drawing is not None
        return pack_drawing(drawing)

    def _load(self, index: int, side: int) -> UInt8Array | str:
        try:
            found = self._pool.image(index, side)
        except MediaError as error:
            return str(error)
        assert found is not None
        return found

    def _keep(
        self, key: tuple[int, int, bool], make: Callable[[], UInt8Array | Shown]
    ) -> UInt8Array | Shown:
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


def pack_drawing(drawing: Drawing) -> Packed | Html:
    """Return what was drawn as it travels: lines and letters stay crisp unless that costs much."""
    if drawing.html:
        scripts = has_scripts(drawing.html)
        return Html(drawing.html.encode(), words_of_html(drawing.html), scripts)
    if drawing.svg:
        return Packed(drawing.svg.encode(), (*drawing.size, 3), "svg+xml", drawing.about)
    assert drawing.picture is not None
    pixels, known = drawing.picture, (drawing.about, drawing.seconds)
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    png, jpeg = io.BytesIO(), io.BytesIO()
    image.save(png, "PNG")
    image.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    if png.tell() <= CRISP * jpeg.tell():
        return Packed(png.getvalue(), pixels.shape, "png", *known)
    return Packed(jpeg.getvalue(), pixels.shape, "jpeg", *known)


def _weight(found: UInt8Array | Shown) -> int:
    if isinstance(found, Packed | Html):
        return len(found.data)
    return len(found) if isinstance(found, str) else found.nbytes
