"""What is in an item, in a few signs that stay the same until somebody changes it.

They go into the log with each answer of a person, so that a photo that was turned since, or a text
whose typo was mended, is noticed. Of a file its size is taken, and a hash of its beginning, middle
and end: 0.2 MB, whatever its size. Of a row each column has signs of its own, so that a new column
changes no row.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nblabel.arrays import FloatArray
from nblabel.pool.in_memory import ImageArray, ImageList
from nblabel.pool.joining import JoinedPictures
from nblabel.pool.objects import Objects
from nblabel.pool.paths import signs_of
from nblabel.pool.pictures import ImageFiles, ImagePages, Media
from nblabel.pool.series import Series
from nblabel.pool.sounds import Sounds
from nblabel.pool.tables import Table
from nblabel.pool.texts import Texts

if TYPE_CHECKING:
    import pandas as pd

FILES = 256  # of more files than these, only the sizes are taken: an answer must not wait
COLUMNS = 64  # of a table with more, the others have signs in common


class Contents:
    """What is in the items of one pool.

    Parameters
    ----------
    media : Media or None
    embeddings : ndarray of shape (n, dim) or None
        What the items are where there is no media.
    """

    def __init__(self, media: Media | None, embeddings: FloatArray | None) -> None:
        self._media, self._embeddings = media, embeddings

    @property
    def is_shown(self) -> bool:
        """Whether there is more than embeddings, which may be worked out anew at any time."""
        return self._media is not None

    def of(self, rows: Sequence[int]) -> list[str]:
        """Return the signs of some items; "" for what nobody can look into.

        Parameters
        ----------
        rows : sequence of int
            Positions in the pool.
        """
        if isinstance(self._media, Table):
            return _rows(self._media.taken(list(rows)), len(rows))
        if self._embeddings is not None and self._media is None:
            points = self._embeddings[list(rows)]
            data, width, blake2b = points.tobytes(), points.strides[0], hashlib.blake2b
            return [  # many thousands at once
                blake2b(data[at : at + width], digest_size=8).hexdigest()
                for at in range(0, len(data), width)
            ]
        return [self._one(row, "" if len(rows) <= FILES else "size") for row in rows]

    def same(self, rows: Sequence[int], known: Sequence[str]) -> list[bool]:
        """Return whether items are what they were, as far as the signs tell.

        Parameters
        ----------
        rows : sequence of int
            Positions in the pool.
        known : sequence of str
            What `of` returned for each at some time.
        """
        if isinstance(self._media, Table):
            pairs = zip(known, self.of(rows), strict=True)
            return [_same_row(before, now) for before, now in pairs]
        return [
            not before or self._one(row, before) in ("", before)
            for row, before in zip(rows, known, strict=True)
        ]

    def _one(self, row: int, like: str) -> str:
        media = self._media
        if media is None:
            assert self._embeddings is not None
            return _hash(self._embeddings[row].tobytes())
        return _of_media(media, row, like)


def _of_media(media: Media, row: int, like: str) -> str:
    """Return the signs of an item; of a file its size alone, where `like` are such signs."""
    if isinstance(media, JoinedPictures):
        return _of_media(*media.find(row), like)
    if isinstance(media, ImageFiles | ImagePages):
        return signs_of(media.file(row), only_size=bool(like) and "." not in like)
    if isinstance(media, Texts):
        return _hash(media.texts[row].encode())
    if isinstance(media, Sounds):
        return media.sources[row].signs(only_size=bool(like) and like.isdigit())
    if isinstance(media, Objects | Series):
        found = media.hash(row)
        return _hash(found) if found else ""
    assert isinstance(media, ImageArray | ImageList)
    return _hash(media.hash(row))


def _rows(columns: list[tuple[str, pd.Series[Any]]], n: int) -> list[str]:
    """Return the signs of n rows: four for the name of each column, four for its value."""
    signs = [""] * n
    rest: list[list[str]] = [[] for _ in signs]
    for place, (name, series) in enumerate(columns):
        head = _hash(name.encode("utf-8", "backslashreplace"))[:4]
        values = map(_text, series.tolist())
        for at, value in enumerate(values):
            if place < COLUMNS:
                signs[at] += head + _hash(value.encode("utf-8", "backslashreplace"))[:4]
            else:
                rest[at].append(f"{head}{value}")
    if len(columns) <= COLUMNS:
        return signs
    return [
        f"{one}----{_hash(repr(more).encode('utf-8', 'backslashreplace'))[:4]}"
        for one, more in zip(signs, rest, strict=True)
    ]


def _text(value: Any) -> str:
    """Return a value as text: 1, 1.0 and True are one, and so is all that is missing."""
    if isinstance(value, str):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return "" if value is None or str(value) in ("<NA>", "NaT") else str(value)
    return "" if math.isnan(number) else repr(number + 0.0)


def _same_row(before: str, now: str) -> bool:
    """Return whether the columns that both have hold the same."""
    then, today = _by_column(before), _by_column(now)
    return all(today.get(name, signs) == signs for name, signs in then.items())


def _by_column(signs: str) -> dict[str, str]:
    pairs = [signs[at : at + 8] for at in range(0, len(signs), 8)]
    return {pair[:4]: pair[4:] for pair in pairs}


def _hash(*parts: Any) -> str:
    hasher = hashlib.blake2b(digest_size=8)
    for part in parts:
        hasher.update(part)
    return hasher.hexdigest()
