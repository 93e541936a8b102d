"""A log meets a pool: which of its items are there, and whether it is a log of this pool at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nblabel.log.database import StoreError
from nblabel.log.known import KnownItems
from nblabel.log.state import LabelState
from nblabel.pool import Pool
from nblabel.pool.ids import Numbers
from nblabel.pool.pictures import ImageFiles
from nblabel.system.format import counted

if TYPE_CHECKING:
    from nblabel.log.events import LabelEvent
    from nblabel.log.store import LabelStore

FEW = 0.5  # share of the labeled items, up to which others may have changed at their positions


@dataclass(frozen=True)
class Bound:
    """What a log knows of the items of a pool.

    Attributes
    ----------
    known : KnownItems
        All that it knows from now on.
    new, missing : tuple of str
        Ids that it did not know before, and those that are not in the pool.
    """

    known: KnownItems
    new: tuple[str, ...]
    missing: tuple[str, ...]


def bind(store: LabelStore, pool: Pool) -> tuple[Bound, list[LabelEvent]]:
    """Have a log remember the items of a pool; return what it knows, and its events.

    Raises
    ------
    StoreError
        If the log has answers, and its ids have nothing to do with those of the pool.
    """
    events = store.read()
    logged = dict.fromkeys(item for event in events for item in event.ids)
    fingerprint = store.setting("pool")
    before = KnownItems.of_log(store.setting("items"), store.text)
    is_same = fingerprint in (pool.fingerprint, *pool.known_as)
    if not before.ids and fingerprint is not None:
        before = _of_earlier_version(pool, fingerprint, is_same, events, tuple(logged))
    if not logged:
        before = KnownItems()  # nothing that could be lost: begin anew

    def contents() -> dict[str, str]:
        return _contents(map(before.present, events))

    known = before.joined(pool, logged, contents)
    if logged:
        _check_ids(store, pool, known, [*before.ids, *logged])
        if fingerprint and not is_same and (pool.is_numbered or before.is_numbered):
            _check_contents(store, pool, _contents(map(known.present, events)))

    def join(text: str | None) -> str:
        if text is None or not logged:
            return known.to_text()
        return KnownItems.from_text(text).joined(pool, logged, contents).to_text()

    known = KnownItems.from_text(store.bind(pool.fingerprint, join))
    new: tuple[str, ...] = ()
    if before.ids and not (isinstance(before.ids, Numbers) and len(before.ids) == len(pool)):
        earlier = {*before.ids, *known.renamed.values()}
        new = tuple(item for item in pool.ids if item not in earlier)
    return Bound(known, new, tuple(pool.missing(known.ids))), events


def is_of_changed(store: LabelStore, pool: Pool) -> bool:
    """Return whether a log holds the labels of a pool as it was before items came, went or changed.

    At least half of the items that it knows are there under their ids, and at least half of the
    labeled ones are what they were. Ids that are positions say nothing of that.

    Parameters
    ----------
    store : LabelStore
    pool : Pool
    """
    known = KnownItems.of_log(store.setting("items"), store.text)
    if pool.is_numbered or known.is_numbered or not known.ids:
        return False
    if len(pool.missing(known.ids)) > FEW * len(known.ids):
        return False
    contents = _contents(map(known.present, store.read()))
    then = {item: content for item, content in contents.items() if item in pool}
    same = pool.contents.same(pool.indices_of(then).tolist(), list(then.values()))
    return bool(then) and sum(same) >= FEW * len(contents)  # without a label nothing is lost


def _of_earlier_version(
    pool: Pool,
    fingerprint: str,
    is_same: bool,
    events: list[LabelEvent],
    logged: tuple[str, ...],
) -> KnownItems:
    """Return what a log of schema 1 knows, which remembered nothing but a hash of its pool."""
    if is_same:  # perhaps of a pool that this one extends
        spelled = zip(logged, pool.spelled(logged), strict=True)
        renamed = {raw: item for raw, item in spelled if raw != item}
        return KnownItems(pool.ids, pool.is_numbered, renamed)
    if fingerprint == numbered_fingerprint(pool):
        renamed = {str(place): item for place, item in enumerate(pool.ids)}
        return KnownItems(pool.ids, is_numbered=False, renamed=renamed)
    return KnownItems(frames_from=events[-1].seq if events else 0)


def numbered_fingerprint(pool: Pool) -> str | None:
    """Return the fingerprint that a list of files had when its ids were numbers; else None."""
    if not isinstance(pool.media, ImageFiles):
        return None
    hasher = hashlib.blake2b("\0".join(Numbers(len(pool))).encode(), digest_size=16)
    hasher.update(pool.media.digest(short=True))
    return hasher.hexdigest()


def _check_ids(store: LabelStore, pool: Pool, known: KnownItems, before: list[str]) -> None:
    """Refuse a log of which no item is in the pool."""
    items = list(dict.fromkeys(known.renamed.get(item, item) for item in before))
    if len(pool.missing(items)) < len(items):
        return
    raise StoreError(
        f"{store.text} holds the labels of another pool: it knows {counted(len(items), 'item')} "
        f"such as {items[0]!r}, and this pool has {len(pool):,} such as {pool.ids[0]!r}. Pass the "
        "same items or ids=, or another store=."
    )


def _contents(events: Iterable[LabelEvent]) -> dict[str, str]:
    """Return what was in the items that people answered, by id."""
    answers = LabelState(None, events).answers
    known = ((item, one) for item, one in answers.items() if one.event.contents)
    return {item: one.event.contents[one.place] for item, one in known}


def _check_contents(store: LabelStore, pool: Pool, contents: dict[str, str]) -> None:
    """Refuse a log whose ids are positions, where those hold other items than they did."""
    then = {item: content for item, content in contents.items() if item in pool}
    rows = pool.indices_of(then).tolist()
    same = pool.contents.same(rows, list(then.values()))
    differ = [content for content, one in zip(then.values(), same, strict=True) if not one]
    if then and not differ:
        return
    if then and len(differ) <= FEW * len(then):
        # changed where they are, or moved elsewhere?
        now = set(pool.contents.of(range(len(pool))))
        if sum(content in now for content in differ) <= len(differ) / 2:
            return
    found = f"{len(differ):,} of {len(then):,} items that were labeled are others now"
    raise StoreError(
        f"{store.text} holds the labels of another pool, or the order changed: its items have "
        f"numbers for ids, and {found if then else 'they are not the same any more'}. Pass names "
        "that stay with the items as ids=, or another store=."
    )
