"""Which items of a pool a report shows, and their pictures in few bytes."""

from __future__ import annotations

import base64
import io
from typing import NamedTuple

import numpy as np
from PIL import Image

from nblabel.arrays import FloatArray, IntArray, UInt8Array
from nblabel.pool import Pool
from nblabel.pool.mosaic import tile
from nblabel.pool.pictures import MediaError
from nblabel.system.progress import over

MOST = 1_200  # items that are shown on the map
TEXTS = 3_000  # where they are texts or rows
SIDE = 40  # pixels of a picture on the map
COLUMNS = 40  # of the sheet of them
SHEET_BYTES = 1_500_000
CELLS = 48  # a side of the grid that items are spread over
QUALITY = 76  # of JPEG
CHARACTERS = 280  # of a text


class Sheet(NamedTuple):
    """Small pictures side by side in one.

    Attributes
    ----------
    indices : ndarray of intp
        Positions in the pool, by place in the sheet, row by row.
    source : str
        The picture as an address; "" where there is none.
    """

    indices: IntArray
    source: str


def spread_sample(
    n: int, points: FloatArray | None, first: IntArray, most: int, seed: int
) -> IntArray:
    """Return positions of items to show: some that come first, then all over the map.

    Parameters
    ----------
    n : int
        Items of the pool.
    points : ndarray of shape (n, 2) or None
        The map, within [-1, 1].
    first : ndarray of intp
        Items that go before others, for at most half of the places.
    most : int
    seed : int

    Returns
    -------
    ndarray of intp
        In no order.
    """
    rng = np.random.default_rng(seed)
    before = rng.permutation(first)[: most // 2]
    rest = rng.permutation(n)
    if points is not None and n > most:
        at = np.clip(((points[rest] + 1) / 2 * CELLS).astype(np.intp), 0, CELLS - 1)
        _, one_each = np.unique(at[:, 0] * CELLS + at[:, 1], return_index=True)
        rest = np.concatenate([rest[rng.permutation(one_each)], rest])
    chosen = np.concatenate([before, rest])
    _, places = np.unique(chosen, return_index=True)
    return chosen[np.sort(places)][:most]


def sheet_of(pool: Pool, indices: IntArray) -> Sheet:
    """Return a sheet with pictures of a pool, as many as there is room for.

    Those that cannot be read are left out.
    """
    kept, tiles = [], []
    for index in over(indices.tolist(), "Pictures for the map"):
        picture = _tile(pool, index, SIDE)
        if picture is not None:
            kept.append(index)
            tiles.append(picture)
    while tiles:
        encoded = _encoded(_side_by_side(tiles))
        if len(encoded) <= SHEET_BYTES:
            return Sheet(np.array(kept, dtype=np.intp), as_source(encoded))
        fewer = int(len(tiles) * 0.9 * SHEET_BYTES / len(encoded))
        kept, tiles = kept[:fewer], tiles[:fewer]
    return Sheet(np.empty(0, dtype=np.intp), "")


def picture_source(pool: Pool, index: int, side: int) -> str:
    """Return one picture as an address, "" where it cannot be read."""
    try:
        pixels = pool.image(index, side)
    except MediaError:
        return ""
    return "" if pixels is None else as_source(_encoded(pixels))


def as_source(encoded: bytes) -> str:
    """Return an encoded picture as the address of an image."""
    kind = "png" if encoded.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(encoded).decode('ascii')}"


def _tile(pool: Pool, index: int, side: int) -> UInt8Array | None:
    try:
        pixels = pool.image(index, side)
    except MediaError:
        return None
    return None if pixels is None else tile(pixels, side)


def _side_by_side(tiles: list[UInt8Array]) -> UInt8Array:
    rows = -(-len(tiles) // COLUMNS)
    sheet = np.full((rows * SIDE, COLUMNS * SIDE, 3), 255, dtype=np.uint8)
    for place, picture in enumerate(tiles):
        y, x = (part * SIDE for part in divmod(place, COLUMNS))
        sheet[y : y + SIDE, x : x + SIDE] = picture
    return sheet


def _encoded(pixels: UInt8Array) -> bytes:
    """Return a picture as JPEG, or as PNG where that takes less."""
    grey = pixels.shape[2] == 1
    image = Image.fromarray(pixels[..., 0] if grey else pixels)
    jpeg, png = io.BytesIO(), io.BytesIO()
    image.save(jpeg, "JPEG", quality=QUALITY)
    if pixels.size <= 64 * 64 * 3:
        image.save(png, "PNG", optimize=True)
        if png.tell() < jpeg.tell():
            return png.getvalue()
    return jpeg.getvalue()
