"""The items that a log knows, and which of them those of a pool are.

An id in the pool is that item. One that is not there any more may be there under another name: the
same value written otherwise, see `nblabel.system.values`; capital letters that were small; or the
whole folder one level up or down. Such names are remembered, so that a label is found however
often they change.

Each item keeps the number that it got when the log first heard of it. Sets of items are logged by
these numbers (`nblabel.log.frames`), so that the order of a pool may change.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log import frames
from nblabel.log.database import StoreError
from nblabel.log.events import LabelEvent
from nblabel.pool import Pool
from nblabel.pool.ids import Numbers
from nblabel.system.values import same_as


@dataclass(frozen=True)
class KnownItems:
    """What a log remembers of the items it was used with.

    Attributes
    ----------
    ids : sequence of str
        All items there ever were, by number, each with its present id.
    is_numbered : bool
        Whether the ids are positions in a pool, which say nothing of the items.
    renamed : dict of str to str
        Ids that stand in the log, and the present id of each where it is another.
    frames_from : int
        The `seq` behind which sets of items are logged by the numbers of `ids`.
    """

    ids: Sequence[str] = ()
    is_numbered: bool = False
    renamed: dict[str, str] = field(default_factory=dict)
    frames_from: int = 0

    def to_text(self) -> str:
        """Return it as a setting of the log."""
        ids: Any = len(self.ids) if isinstance(self.ids, Numbers) else list(self.ids)
        data = [ids, self.is_numbered, self.renamed, self.frames_from]
        packed = zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 1)
        return base64.b64encode(packed).decode("ascii")

    @classmethod
    def from_text(cls, text: str) -> KnownItems:
        """Return what was made a text.

        Raises
        ------
        ValueError
            If it is none.
        """
        try:
            data = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
            ids, is_numbered, renamed, frames_from = data
        except (binascii.Error, zlib.error, TypeError) as error:
            raise ValueError("this is no list of items.") from error
        numbers = Numbers(ids) if isinstance(ids, int) else tuple(ids)
        return cls(numbers, is_numbered, renamed, frames_from)

    @classmethod
    def of_log(cls, text: str | None, name: str) -> KnownItems:
        """Return what the setting of a log says; nothing, where there is none.

        Raises
        ------
        StoreError
            If it is damaged.
        """
        try:
            return cls() if text is None else cls.from_text(text)
        except ValueError as error:
            raise StoreError(f"{name} is damaged: {error} Restore a copy of it.") from error

    def present(self, event: LabelEvent) -> LabelEvent:
        """Return an event with the present ids of its items."""
        renamed = self.renamed
        if renamed and not renamed.keys().isdisjoint(event.ids):
            event = replace(event, ids=tuple(renamed.get(item, item) for item in event.ids))
        if event.kind == "audit" and event.frame is not None and event.seq <= self.frames_from:
            event = replace(event, frame=None)
        return event

    def joined(
        self,
        pool: Pool,
        logged: Collection[str] = (),
        contents: Callable[[], Mapping[str, str]] = dict,
    ) -> KnownItems:
        """Return what is known once a pool is there, too.

        Parameters
        ----------
        pool : Pool
        logged : collection of str
            The ids that stand in the log.
        contents : callable
            Returns what was in items when they were answered, by id; see `nblabel.pool.contents`.
        """
        numbered = isinstance(self.ids, Numbers) or not (self.ids or logged)
        if isinstance(pool.ids, Numbers) and numbered:
            n = max(len(pool), len(self.ids))
            return replace(self, ids=Numbers(n), is_numbered=True)
        if self.ids == pool.ids:
            return replace(self, is_numbered=pool.is_numbered)
        before = dict.fromkeys(self.ids)
        before.update(dict.fromkeys(self.renamed.get(item, item) for item in logged))
        fresh = [item for item in pool.ids if item not in before]
        gone = pool.missing(before)
        moved: dict[str, str] = {}
        if not pool.is_numbered and gone and fresh:
            moved = _found(gone, fresh)
            if not moved and len(gone) == len(before):

                def n_same(pairs: dict[str, str]) -> int:
                    then = contents()
                    both = [item for item in pairs if item in then]
                    rows = pool.indices_of(pairs[item] for item in both).tolist()
                    return sum(pool.contents.same(rows, [then[item] for item in both]))

                moved = _shifted(gone, fresh, n_same)
        ids = dict.fromkeys(moved.get(item, item) for item in before)
        ids.update(dict.fromkeys(fresh))
        renamed = {raw: moved.get(item, item) for raw, item in self.renamed.items()} | moved
        return KnownItems(
            ids=tuple(ids),
            is_numbered=pool.is_numbered,
            renamed={raw: item for raw, item in renamed.items() if raw != item},
            frames_from=self.frames_from,
        )


def _found(gone: Sequence[str], fresh: Sequence[str]) -> dict[str, str]:
    """Return under which new id each one that is gone is found, where there is one."""
    moved: dict[str, str] = {}
    for alike in (same_as, _folded):
        moved |= _matched(alike, gone, fresh, moved)
    return moved


def _matched(
    alike: Callable[[str], str], gone: Iterable[str], fresh: Iterable[str], moved: dict[str, str]
) -> dict[str, str]:
    """Return what is found by being alike, where there is no second one on either side."""
    taken = set(moved.values())
    old = _grouped(alike, (item for item in gone if item not in moved))
    new = _grouped(alike, (item for item in fresh if item not in taken))
    return {
        items[0]: new[key][0]
        for key, items in old.items()
        if len(items) == 1 and len(new.get(key, ())) == 1
    }


def _grouped(alike: Callable[[str], str], items: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for item in items:
        groups.setdefault(alike(item), []).append(item)
    return groups


def _folded(item: str) -> str:
    return same_as(same_as(item).casefold())


def _shifted(
    gone: Sequence[str], fresh: Sequence[str], n_same: Callable[[dict[str, str]], int]
) -> dict[str, str]:
    """Return the ids of paths in the folder above or below; several may do but for contents."""
    ways = _below(gone, fresh)
    ways += [{old: new for new, old in pairs.items()} for pairs in _below(fresh, gone)]
    if not ways:
        return {}
    most = max(map(len, ways))
    ways = [pairs for pairs in ways if len(pairs) == most]
    if len(ways) > 1:
        same = [n_same(pairs) for pairs in ways]
        ways = [pairs for pairs, n in zip(ways, same, strict=True) if n and n == max(same)]
    return ways[0] if len(ways) == 1 else {}


def _below(short: Sequence[str], long: Sequence[str]) -> list[dict[str, str]]:
    """Return short paths with the long ones that end like them: for each folder that has most."""
    there, first = set(long), short[0]
    folders = {item[: -len(first)] for item in long if item.endswith(f"/{first}")}
    ways = [
        {item: folder + item for item in short if folder + item in there}
        for folder in sorted(folders)
    ]
    return [pairs for pairs in ways if 2 * len(pairs) > len(short)]


class Numbering:
    """The positions of a pool, and the numbers that a log has for its items.

    Parameters
    ----------
    known : KnownItems
    pool : Pool

    Attributes
    ----------
    n : int
        How many items the log knows.
    """

    def __init__(self, known: KnownItems, pool: Pool) -> None:
        self.n = len(known.ids)
        self._rows: IntArray | None = None
        if not isinstance(known.ids, Numbers) or not isinstance(pool.ids, Numbers):
            rows = pool.find(known.ids)
            if not np.array_equal(rows, np.arange(len(pool))):
                self._rows = rows
        elif self.n != len(pool):
            self._rows = np.where(np.arange(self.n) < len(pool), np.arange(self.n), -1)
        self._n_pool = len(pool)

    @property
    def whole(self) -> str:
        """The text for all that no person had answered; see `nblabel.log.frames`."""
        return frames.whole(self.n)

    def to_text(self, rows: IntArray, name: str = "") -> str:
        """Return a set of positions as text; see `nblabel.log.frames`."""
        if self._rows is not None:
            numbers = np.empty(self._n_pool, dtype=np.intp)
            there = np.flatnonzero(self._rows >= 0)
            numbers[self._rows[there]] = there
            rows = numbers[rows]
        return frames.to_text(rows, name)

    def from_text(self, text: str) -> IntArray:
        """Return the positions in a text, ascending; those that are not in the pool are left out.

        Raises
        ------
        ValueError
            If the text is damaged, or of another log.
        """
        numbers = frames.from_text(text, self.n)
        if self._rows is None:
            return numbers
        rows = self._rows[numbers]
        return np.sort(rows[rows >= 0])
