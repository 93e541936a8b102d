"""Sets of items as short texts, for the log: what an audit was drawn from.

New items of a pool come behind the known ones, so that a set stays what it is when the pool grows.
"""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np

from nblabel.arrays import IntArray


def whole(n: int) -> str:
    """Return the text for all that no person had answered in a pool of n items."""
    return str(n)


def is_whole(text: str | None) -> bool:
    """Return whether a text is one of `whole`."""
    return text is not None and ":" not in text


def to_text(positions: IntArray, name: str = "") -> str:
    """Return a set of positions as text: a bit for each item, so 10 kB at most for 60,000.

    Parameters
    ----------
    positions : ndarray of intp
        The set; not empty.
    name : str
        What the set is one of several of; the class, where each class has its own.
    """
    member = np.zeros(int(np.max(positions)) + 1, dtype=bool)
    member[positions] = True
    packed = zlib.compress(np.packbits(member).tobytes(), 9)
    return f"{name}:{base64.b64encode(packed).decode('ascii')}"


def from_text(text: str, n: int) -> IntArray:
    """Return the positions in a text of `to_text`, ascending.

    Raises
    ------
    ValueError
        If the text is damaged, or there is a position outside a pool of n items.
    """
    _, _, packed = text.rpartition(":")
    try:
        bits = np.frombuffer(zlib.decompress(base64.b64decode(packed, validate=True)), np.uint8)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("the log holds a damaged set of items; restore a copy of it.") from error
    positions = np.flatnonzero(np.unpackbits(bits))
    if len(positions) and positions[-1] >= n:
        raise ValueError("the log holds a set of items of another pool.")
    return positions


def named(text: str, name: str) -> str:
    """Return a text of `to_text` under another name."""
    return f"{name}:{text.rpartition(':')[2]}"


def name_of(text: str | None) -> str | None:
    """Return the name in a text of `to_text`; None for one of `whole`."""
    return None if text is None or is_whole(text) else text.rpartition(":")[0]
