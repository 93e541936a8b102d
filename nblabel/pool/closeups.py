"""Close-ups: parts of pictures at their own resolution, or at less where less is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.pool.in_memory import ImageArray
from nblabel.pool.pictures import Decoded, Pictures
from nblabel.pool.reading import Values
from nblabel.pool.stretch import Range, Stretch, kind_of

Box = tuple[float, float, float, float]

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
MOST_PIXELS = 3840 * 2160  # of a close-up: no screen shows more
LEAST_WINDOW = 1e-3  # of the range; black and white may not be one and the same value
KEPT_BYTES = 2**27  # of the picture that was decoded last; a larger one is decoded each time


@dataclass(frozen=True)
class Closeup:
    """A part of a picture.

    Attributes
    ----------
    pixels : ndarray of shape (height, width, 1 or 3), uint8
    size : tuple of int
        Width and height of the whole picture at its own resolution, upright.
    box : tuple of four floats
        Left, top, right and bottom of the part, as shares of the width and height.
    range : tuple of two floats or None
        The values that are black and white, where the picture holds others than 0 to 255.
    """

    pixels: UInt8Array
    size: tuple[int, int]
    box: Box
    range: Range | None


@dataclass(frozen=True)
class _Decoded:
    """A picture that was decoded: `scale` of its own resolution, which `size` is of."""

    index: int
    size: tuple[int, int]
    scale: float
    content: Values | Image.Image

    @property
    def weight(self) -> int:
        values = self.content
        if isinstance(values, np.ndarray):
            return values.nbytes
        return values.width * values.height * len(values.getbands())


class Closeups:
    """Reads parts of the pictures of a pool. The picture that was read last is kept.

    Parameters
    ----------
    media : Pictures
        Used by one thread at a time.
    """

    def __init__(self, media: Pictures) -> None:
        self._media = media
        self._last: _Decoded | None = None

    def read(
        self, index: int, side: int, box: Box = WHOLE, window: tuple[float, float] | None = None
    ) -> Closeup:
        """Return a part of a picture.

        Parameters
        ----------
        index : int
            Position in the pool.
        side : int
            How many pixels the longer side of the whole picture has at the resolution that is
            wanted. At most that of the picture itself is given, and `MOST_PIXELS` in all.
        box : tuple of four floats
            Left, top, right and bottom, as shares of the width and height.
        window : tuple of two floats, optional
            What becomes black and white, as shares of the range that is shown otherwise: (0, 1) is
            that range. It is for pictures that have one, and others stay as they are.

        Returns
        -------
        Closeup

        Raises
        ------
        MediaError
            If the file cannot be read.
        """
        found = self._decoded(index, side)
        width, height = found.size
        left, top, right, bottom = _snapped(box, found.size)
        part = ((right - left) * width, (bottom - top) * height)
        scale = min(1.0, side / max(width, height), (MOST_PIXELS / (part[0] * part[1])) ** 0.5)
        shape = (max(1, round(part[0] * scale)), max(1, round(part[1] * scale)))
        stretch, shown_range = self._stretch(found, window)
        pixels = _cut(found.content, (left, top, right, bottom), shape, stretch)
        return Closeup(pixels, found.size, (left, top, right, bottom), shown_range)

    def _decoded(self, index: int, side: int) -> _Decoded:
        """Return a picture at this resolution or a higher one."""
        last = self._last
        if last is not None and last.index == index and _is_enough(last, side):
            return last
        self._last = None  # not both of them in memory
        stored = self._media.shape(index)
        values = self._values(index, side)
        height, width = (values.height, values.width) if _is_image(values) else values.shape[:2]
        size = (stored[1], stored[0])
        if (width > height) != (size[0] > size[1]):  # a turned photo
            size = (size[1], size[0])
        found = _Decoded(index, size, min(1.0, max(width, height) / max(size)), values)
        if found.weight <= KEPT_BYTES:
            self._last = found
        return found

    def _values(self, index: int, side: int) -> Any:
        """Return deep values as they are, and all others as a picture of Pillow's."""
        if isinstance(self._media, Decoded):
            values = self._media.values(index, side)
            if not self._media.stretch.knows(values):
                self._media.read(index, 64)  # looks at the others of its kind
            if kind_of(values) in self._media.stretch.ranges:
                return values
        elif isinstance(self._media, ImageArray):
            values = self._media.array[index]
        else:
            values = self._media.read(index)
        pixels = cast(UInt8Array, values)
        return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)

    def _stretch(
        self, found: _Decoded, window: tuple[float, float] | None
    ) -> tuple[Stretch | None, Range | None]:
        """Return how values are shown, and the range of them, where the picture has one."""
        if not isinstance(self._media, Decoded) or _is_image(found.content):
            return None, None
        stretch, kind = self._media.stretch, kind_of(cast(Values, found.content))
        low, high = stretch.ranges[kind]
        if window is None:
            return stretch, (low, high)
        width = high - low
        black, white = window[0], max(window[1], window[0] + LEAST_WINDOW)
        chosen = (low + black * width, low + white * width)
        return Stretch({kind: chosen}), chosen


def _is_image(values: Any) -> bool:
    return isinstance(values, Image.Image)


def _is_enough(found: _Decoded, side: int) -> bool:
    return found.scale >= 1 or found.scale * max(found.size) >= side


def _snapped(box: Box, size: tuple[int, int]) -> Box:
    """Return a box that ends between pixels and holds at least one of them."""
    ends = []
    for low, high, n in ((box[0], box[2], size[0]), (box[1], box[3], size[1])):
        first = min(int(np.floor(np.clip(low, 0, 1) * n)), n - 1)
        last = max(int(np.ceil(np.clip(high, 0, 1) * n)), first + 1)
        ends.append((first / n, last / n))
    return ends[0][0], ends[1][0], ends[0][1], ends[1][1]


def _cut(
    values: Values | Image.Image, box: Box, shape: tuple[int, int], stretch: Stretch | None
) -> UInt8Array:
    """Return a part of a picture in the size that is wanted."""
    if stretch is not None and isinstance(values, np.ndarray):
        height, width = values.shape[:2]
        rows = slice(int(np.floor(box[1] * height)), int(np.ceil(box[3] * height - 1e-6)))
        columns = slice(int(np.floor(box[0] * width)), int(np.ceil(box[2] * width - 1e-6)))
        pixels = stretch.apply(values[rows, columns])
        image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        box = WHOLE
    else:
        image = cast(Image.Image, values)
    ends = (
        box[0] * image.width,
        box[1] * image.height,
        box[2] * image.width,
        box[3] * image.height,
    )
    is_shrunk = shape != (round(ends[2] - ends[0]), round(ends[3] - ends[1]))
    if is_shrunk:
        cut = image.resize(shape, Image.Resampling.LANCZOS, box=ends, reducing_gap=2.0)
    else:
        left, top = round(ends[0]), round(ends[1])
        cut = image.crop((left, top, left + shape[0], top + shape[1]))
    found: UInt8Array = np.asarray(cut)
    return found[..., None] if found.ndim == 2 else found
