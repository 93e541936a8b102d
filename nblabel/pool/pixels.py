"""Pictures of a pool brought to one size, for whatever computes with their pixels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nblabel.arrays import BoolArray, UInt8Array
from nblabel.pool import Pool
from nblabel.pool.in_memory import ImageArray
from nblabel.pool.pictures import MediaError
from nblabel.system.progress import over

SIDE = 64  # pixels a side that larger pictures are reduced to


class Pixels:
    """The pictures of a pool in one shape.

    Parameters
    ----------
    pool : Pool
        With pictures; those larger than 64 pixels a side are reduced.
    shape : tuple of int, optional
        (height, width, 1 or 3) that files are brought to. Left out, it is the median height and
        width of the pictures in the first reading, in colour if any is.
    """

    def __init__(self, pool: Pool, shape: tuple[int, ...] | None = None) -> None:
        self._pool = pool
        self._shape = shape

    def __len__(self) -> int:
        return len(self._pool)

    def read(self, indices: np.ndarray[Any, Any]) -> tuple[UInt8Array, BoolArray]:
        """Return pictures, (n, height, width, 1 or 3), and which could be read.

        A picture that cannot be read is black, with a warning. Reading files for more than a second
        shows a progress bar; interrupting the kernel cancels it.

        Raises
        ------
        MediaError
            If none of the pictures can be read in the first reading.
        """
        media = self._pool.media
        if isinstance(media, ImageArray) and max(media.array.shape[1:3]) <= SIDE:
            return media.array[indices], np.ones(len(indices), dtype=bool)
        pictures = [self._picture(index) for index in over(indices.tolist(), "Reading images")]
        self._shape = self._shape or _common_shape(pictures)
        out = np.zeros((len(pictures), *self._shape), dtype=np.uint8)
        for place, picture in zip(out, pictures, strict=True):
            if picture is not None:
                place[:] = _shaped(picture, self._shape)
        return out, np.array([picture is not None for picture in pictures])

    def _picture(self, index: int) -> UInt8Array | None:
        try:
            return self._pool.image(index, max_side=SIDE)
        except MediaError as error:
            warnings.warn(str(error), stacklevel=4)
            return None


def _common_shape(pictures: list[UInt8Array | None]) -> tuple[int, ...]:
    """Return the median height and width, in colour if any picture is."""
    shapes = [picture.shape for picture in pictures if picture is not None]
    if not shapes:
        raise MediaError("none of the images tried can be read; check the files.")
    height, width, _ = (sorted(sides)[len(sides) // 2] for sides in zip(*shapes, strict=True))
    return height, width, max(shape[2] for shape in shapes)


def _shaped(picture: UInt8Array, shape: tuple[int, ...]) -> UInt8Array:
    from PIL import Image

    if picture.shape == shape:
        return picture
    height, width, channels = shape
    image = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
    resized = image.convert("L" if channels == 1 else "RGB").resize((width, height))
    pixels: UInt8Array = np.asarray(resized)
    return pixels.reshape(shape)
