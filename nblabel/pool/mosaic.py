"""Pictures brought to one square, and the mean of many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from nblabel.arrays import UInt8Array


def tile(picture: UInt8Array, side: int) -> UInt8Array:
    """Return a picture in colour in the middle of a white square; small ones stay crisp.

    Parameters
    ----------
    picture : ndarray of shape (height, width, 1 or 3), uint8
    side : int
        Pixels a side of the square.

    Returns
    -------
    ndarray of shape (side, side, 3), uint8
    """
    image = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture).convert("RGB")
    how = Image.Resampling.NEAREST if max(image.size) <= side else Image.Resampling.LANCZOS
    scale = side / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    square = Image.new("RGB", (side, side), "white")
    square.paste(image.resize(size, how), ((side - size[0]) // 2, (side - size[1]) // 2))
    return np.asarray(square)


def mean_tile(pictures: Sequence[UInt8Array]) -> UInt8Array | None:
    """Return the mean of pictures, as large as the largest of them; None of none.

    Parameters
    ----------
    pictures : sequence of ndarrays of shape (height, width, 1 or 3), uint8
        Those that differ in shape are brought to one.

    Returns
    -------
    ndarray of shape (side, side, 3), uint8
    """
    if not pictures:
        return None
    side = max(max(picture.shape[:2]) for picture in pictures)
    total = np.zeros((side, side, 3))
    for picture in pictures:
        total += tile(picture, side)
    mean: UInt8Array = np.rint(total / len(pictures)).astype(np.uint8)
    return mean
