"""Media put one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, cast

import numpy as np

from nblabel.arrays import FloatArray, UInt8Array
from nblabel.pool.objects import Objects
from nblabel.pool.pictures import Decoded, Media, Pictures, contents_of, hashed
from nblabel.pool.series import Series
from nblabel.pool.sounds import Sounds
from nblabel.pool.tables import Table
from nblabel.pool.texts import Texts


def join_embeddings(
    first: FloatArray | None, second: FloatArray | None, *, alone: bool
) -> FloatArray | None:
    """Return embeddings one behind the other; None where one is missing or of another width.

    Raises
    ------
    ValueError
        If it is None, and there is nothing else (`alone`).
    """
    if first is not None and second is not None and first.shape[1] == second.shape[1]:
        return np.concatenate([first, second])
    if alone:
        raise ValueError("the embeddings of the two pools differ in width.")
    return None


def join_columns(first: Table | None, second: Table | None) -> Table | None:
    """Return what is known of the items of two pools, one behind the other.

    Raises
    ------
    ValueError
        If one has none, or other columns.
    """
    if first is None and second is None:
        return None
    if first is None or second is None:
        raise ValueError("one of the two pools has columns=, and the other none.")
    return first.joined(second)


def join_media(first: Media | None, second: Media | None) -> Media | None:
    """Return the items of two media of one kind, one behind the other."""
    if first is None or second is None:
        return None
    if isinstance(first, Texts) and isinstance(second, Texts):
        return Texts([*first.texts, *second.texts])
    if isinstance(first, Table) and isinstance(second, Table):
        return first.joined(second)
    if isinstance(first, Sounds) and isinstance(second, Sounds):
        return Sounds([*first.sources, *second.sources])
    if isinstance(first, Series) and isinstance(second, Series):
        return first.joined(second)
    if isinstance(first, Objects) and isinstance(second, Objects):
        return first.joined(second)
    known = first.parts[0] if isinstance(first, JoinedPictures) else first
    if isinstance(known, Decoded) and isinstance(second, Decoded):
        second = copy(second)  # the other pool stays as it is
        second.stretch = known.stretch.joined(second.stretch)
    return JoinedPictures([cast(Pictures, first), cast(Pictures, second)])


class JoinedPictures:
    """Pictures of several kinds, one behind the other.

    Parameters
    ----------
    parts : sequence of Pictures

    Attributes
    ----------
    parts : sequence of Pictures
        As given.
    """

    kind = "images"

    def __init__(self, parts: Sequence[Pictures]) -> None:
        self.parts = parts
        self._ends = np.cumsum([len(part) for part in parts])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def find(self, index: int) -> tuple[Any, int]:
        """Return the part that an item is in, and its place there."""
        number = int(np.searchsorted(self._ends, index, side="right"))
        part = self.parts[number]
        return part, index - int(self._ends[number]) + len(part)

    def name(self, index: int) -> str:
        part, place = self.find(index)
        return str(part.name(place))

    def shape(self, index: int) -> tuple[int, ...]:
        part, place = self.find(index)
        shape: tuple[int, ...] = part.shape(place)
        return shape

    def folder(self, index: int) -> str:
        """Return the folder of a file, "" for what is no file in one."""
        part, place = self.find(index)
        return part.folder(place) if hasattr(part, "folder") else ""

    def read(self, index: int, max_side: int | None = None) -> UInt8Array:
        part, place = self.find(index)
        picture: UInt8Array = part.read(place, max_side)
        return picture

    def digest(self) -> bytes:
        return hashed(part.digest() for part in self.parts)

    def contents(self) -> bytes:
        """Return a hash of the pictures themselves."""
        return hashed(contents_of(part) for part in self.parts)
