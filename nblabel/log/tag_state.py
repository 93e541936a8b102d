"""What a log says of each item and each tag, where an item may have several tags.

A person answers about an item in whole, then every tag that is not named is a "no"; or about one
tag, then nothing is known of the others. So each pair of item and tag is "yes", "no", or not
answered, and each knows who said so.

Where tags are in a tree, an item that has a tag has those above it, and one that lacks a tag lacks
those below it. That is worked out on reading, by the tree of now, so that nothing has to be written
when a tag gets another place.

A merge makes two tags one: yes if either is yes, no if both are no, else not answered. What is said
of the one later counts. As no label is rewritten (`nblabel.log.class_list`), a step that is taken
back is left out when the answers to an item are read again, in the order they were given.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nblabel.arrays import IntArray
from nblabel.log.class_list import ClassList
from nblabel.log.events import LabelEvent, Tags, as_text

TagArray = npt.NDArray[np.int8]

OPEN, UNSURE = -1, -2
"""Codes of a tag that is not answered: never asked, or asked and left."""
SOURCES = {"human": 0, "model": 2, "import": 4}
"""Codes of "no" by who said so; "yes" is one more."""
ANSWERED = {"human": 1, "model": 2, "import": 3}
"""Status of an item that is answered in whole, as in `nblabel.log.labels.STATUSES`."""
SKIPPED, FLAGGED = 4, 5
_LAST = np.int8(127)  # behind all codes
MAY_BE = {
    source: np.isin(range(6), (0, SKIPPED, ANSWERED["model"], code))
    for source, code in ANSWERED.items()
}
"""Which statuses an answer of that source about a whole item changes, if no person's."""


def is_yes(codes: TagArray) -> npt.NDArray[np.bool_]:
    """Return where a tag is given, whoever gave it."""
    found: npt.NDArray[np.bool_] = (codes > 0) & (codes & 1 == 1)
    return found


def is_by_model(codes: TagArray) -> npt.NDArray[np.bool_]:
    """Return where the model answered."""
    found: npt.NDArray[np.bool_] = (codes & ~np.int8(1)) == SOURCES["model"]
    return found


def either(one: TagArray, other: TagArray) -> TagArray:
    """Return the codes of two tags that became one."""
    yes, also = is_yes(one), is_yes(other)
    # of two that say the same, what a person said goes before what was imported or accepted
    both_yes = np.where(yes & also, np.minimum(one, other), np.where(yes, one, other))
    both_no = np.where((one >= 0) & (other >= 0), np.minimum(one, other), np.minimum(one, OPEN))
    joined: TagArray = np.where(yes | also, both_yes, both_no).astype(np.int8)
    return joined


def _imply(codes: TagArray, below: Mapping[int, Sequence[int]]) -> None:
    """Write what follows from a tree: a "yes" upwards, then a "no" downwards.

    `below` has the columns below each, those of a parent before those of its children.
    """
    for parent, some in reversed([*below.items()]):
        both = codes[:, [parent, *some]]
        yes = is_yes(both)
        found = np.where(yes, both, _LAST).min(axis=1)  # what a person said goes first
        codes[:, parent] = np.where(yes.any(axis=1), found, codes[:, parent])
    for parent, some in below.items():
        above, there = codes[:, [parent]], codes[:, some]
        denied = (above >= 0) & ~is_yes(above)
        codes[:, some] = np.where(denied & (there < 0), above, there)


class _Join(NamedTuple):
    """A column that became a part of another one."""

    number: int
    kept: int
    gone: int


class _Said(NamedTuple):
    """What an answer says of one item, with columns in place of names."""

    yes: IntArray
    no: IntArray
    unsure: IntArray
    open: IntArray
    whole: bool


class TagState:
    """The tags of items, folded from the events of a log.

    Parameters
    ----------
    given : iterable of str
        The class names given at the start.
    parents : mapping of str to str, optional
        The parents of those that are below others.
    """

    def __init__(self, given: Iterable[str], parents: Mapping[str, str] | None = None) -> None:
        self._given, self._given_parents = tuple(given), dict(parents or {})
        self._parents: Mapping[str, str] = {}  # of now, by present names
        self._numbers: dict[str, int] = {}  # the order of the events, by uid
        self._about: dict[str, tuple[str, ...]] = {}  # the classes that an event names, by uid
        self._newest = ""  # of the events that name their classes
        self._rows: dict[str, int] = {}
        self._status_of_row: npt.NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)
        self._codes: TagArray = np.full((0, 0), OPEN, dtype=np.int8)
        self._n_yes: IntArray = np.zeros(0, dtype=np.intp)
        self._begin()
        self._follow(-1, self._at_first())

    def _at_first(self) -> ClassList:
        return ClassList(self._given, self._given_parents)

    def _begin(self) -> None:
        self._columns: dict[str, int] = {}  # by every name, now
        self._homes: dict[str, list[tuple[int, int]]] = {}  # since when a name was of which column
        self._of_root: dict[str, int] = {}
        self._joins: list[_Join] = []
        self._places: dict[Any, IntArray] = {}  # columns by names and moment
        self._n_moves = 0  # of names to another column
        self._n_columns = 0

    # what there is

    @property
    def items(self) -> Collection[str]:
        """The ids of the items that something was said of."""
        return self._rows.keys()

    def status(self, items: Collection[str]) -> npt.NDArray[np.uint8]:
        """Return how some items stand: see `ANSWERED`, `SKIPPED` and `FLAGGED`; 0 of the others."""
        rows = self._rows_of(items)
        return np.append(self._status_of_row, np.uint8(0))[rows]

    def codes(self, items: Collection[str], names: Sequence[str]) -> TagArray:
        """Return the codes of some items and classes, (n_items, n_names)."""
        rows = self._rows_of(items)
        known = rows < len(self._codes)
        columns = [self._columns.get(name, self._n_columns) for name in names]
        padded = np.full((len(rows), self._n_columns + 1), OPEN, dtype=np.int8)
        padded[known, :-1] = self._codes[rows[known]]
        if self._parents:
            _imply(padded[:, :-1], self._below())
        taken: TagArray = padded[:, columns]
        return taken

    def _rows_of(self, items: Collection[str]) -> IntArray:
        """Return the rows of some items; one too many where there is none."""
        last = len(self._codes)
        return np.fromiter((self._rows.get(item, last) for item in items), np.intp, len(items))

    def nest(self, parents: Mapping[str, str]) -> None:
        """Take the tags to be in a tree: the parent of each that has one, from the top down."""
        self._parents = parents

    def _below(self) -> dict[int, list[int]]:
        """Return the columns below each, by its column, from the top down."""
        below: dict[int, list[int]] = {}
        for name, parent in self._parents.items():
            one, above = self._columns.get(name), self._columns.get(parent)
            if one is not None and above is not None and one != above:
                below.setdefault(above, []).append(one)
        return below

    def n_yes(self, name: str) -> int:
        """Return how many items were given a tag itself."""
        column = self._columns.get(name)
        return 0 if column is None else int(self._n_yes[column])

    def used(self, class_list: ClassList) -> dict[str, None]:
        """Return the present names of the classes that some item has."""
        given = (name for name, column in self._columns.items() if self._n_yes[column])
        return dict.fromkeys(map(class_list.called_now, given))

    def frame(self, names: Sequence[str]) -> str:
        """Return the frame of an answer about whole items, while these are the classes."""
        same = self._newest and self._about[self._newest] == tuple(names)
        return f"={self._newest}" if same else as_text(names)

    # what changes it

    def apply(self, event: LabelEvent, class_list: ClassList) -> None:
        """Fold the newest answer."""
        number = self._numbers.setdefault(event.uid, len(self._numbers))
        if event.kind == "tags":
            same_as = (event.frame or "")[1:]
            self._about[event.uid] = event.about or self._about.get(same_as, ())
            if event.about:
                self._newest = event.uid
        for name in self._named(event):
            self._place(name, number, class_list)
        rows = np.array([self._row(item) for item in event.ids], dtype=np.intp)
        texts = event.labels or ("{}",) * len(rows)
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            places.setdefault(text, []).append(place)
        for text, some in places.items():
            here = rows[some]
            block, status = self._codes[here], self._status_of_row[here]
            before = np.count_nonzero(is_yes(block), axis=0)
            _answer(block, status, event, self._said(event, text, number))
            self._n_yes += np.count_nonzero(is_yes(block), axis=0) - before
            self._codes[here], self._status_of_row[here] = block, status

    def follow(self, event: LabelEvent, class_list: ClassList) -> None:
        """Follow an event that changed the classes."""
        number = self._numbers.setdefault(event.uid, len(self._numbers))
        for join in self._follow(number, class_list):
            _join(self._codes, join)
            for column in (join.kept, join.gone):
                self._n_yes[column] = np.count_nonzero(is_yes(self._codes[:, column]))

    def settle(self, item: str, events: Iterable[tuple[LabelEvent, int]]) -> None:
        """Work out the tags of an item from its own history: events and places in them."""
        row = self._row(item)
        self._n_yes -= is_yes(self._codes[row])
        block, status = np.full_like(self._codes[[row]], OPEN), np.zeros(1, dtype=np.uint8)
        joins = iter((*self._joins, None))
        due = next(joins)
        for event, place in events:
            number = self._numbers[event.uid]
            while due is not None and due.number < number:
                _join(block, due)
                due = next(joins)
            text = event.labels[place] if event.labels else "{}"
            _answer(block, status, event, self._said(event, text, number))
        while due is not None:
            _join(block, due)
            due = next(joins)
        self._codes[row], self._status_of_row[row] = block[0], status[0]
        self._n_yes += is_yes(block[0])

    def anew(
        self,
        events: Iterable[LabelEvent],
        class_events: Sequence[LabelEvent],
        undone: Collection[str],
    ) -> None:
        """Work out all again: changes of the classes were taken back or done again.

        Parameters
        ----------
        events : iterable of LabelEvent
            All answers, whether they count or not, and what else there was between them.
        class_events : sequence of LabelEvent
            All that changed the classes.
        undone : collection of str
            The uids of those that do not count.
        """
        self._begin()
        self._codes = self._codes[:, :0]
        self._n_yes = self._n_yes[:0]
        self._status_of_row[:] = 0
        found = self._at_first()
        self._follow(-1, found)
        changes = {event.uid for event in class_events}
        every = {event.uid: event for event in (*events, *class_events)}
        every = {uid: every[uid] for uid in every if uid in self._numbers}  # a note says nothing
        for event in sorted(every.values(), key=lambda one: self._numbers[one.uid]):
            if event.uid in changes:
                found.add(event, counts=event.uid not in undone)
                self.follow(event, found)
            elif event.uid not in undone:
                self.apply(event, found)
            else:
                for name in self._named(event):
                    self._place(name, self._numbers[event.uid], found)

    # inside

    def _named(self, event: LabelEvent) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self._about.get(event.uid, ()), *event.names]))

    def _row(self, item: str) -> int:
        row = self._rows.setdefault(item, len(self._rows))
        if row >= len(self._codes):
            more = max(64, len(self._codes))
            rows = np.full((more, self._n_columns), OPEN, dtype=np.int8)
            self._codes = np.concatenate([self._codes, rows])
            self._status_of_row = np.concatenate(
                [self._status_of_row, np.zeros(more, dtype=np.uint8)]
            )
        return row

    def _said(self, event: LabelEvent, text: str, number: int) -> _Said:
        """Return what a text of an event says."""
        tags = Tags.of(text)
        no = self._about.get(event.uid, ()) if tags.whole else tags.no
        no = tuple(name for name in no if name not in tags.open) if tags.open else no
        return _Said(
            self._at_all(tags.yes, number),
            self._at_all(no, number),
            self._at_all(tags.unsure, number),
            self._at_all(tags.open, number),
            tags.whole,
        )

    def _at_all(self, names: tuple[str, ...], number: int) -> IntArray:
        # nothing but joins tells one time from another, unless names moved
        n_joins = bisect_left(self._joins, number, key=lambda join: join.number)
        key = names, n_joins, self._n_moves and (self._n_moves, number)
        if key not in self._places:
            if len(self._places) > 4_096:
                self._places.clear()
            columns = [self._at(name, number) for name in names]
            self._places[key] = np.array(columns, dtype=np.intp)
        return self._places[key]

    def _at(self, name: str, number: int) -> int:
        """Return the column that a name was of at that time."""
        since, column = next(
            home for home in reversed(self._homes[name]) if home[0] <= max(number, 0)
        )
        for join in self._joins:
            if since <= join.number < number and join.gone == column:
                column = join.kept
        return column

    def _place(self, name: str, number: int, class_list: ClassList) -> None:
        """Give a name its column, if it has none."""
        if name in self._columns:
            return
        root = class_list.called_now(name)
        column = self._of_root.get(root)
        if column is None:
            column = self._of_root[root] = self._new_column()
        self._columns[name] = column
        self._homes[name] = [(number, column)]

    def _new_column(self) -> int:
        empty = np.full((len(self._codes), 1), OPEN, dtype=np.int8)
        self._codes = np.concatenate([self._codes, empty], axis=1)
        self._n_yes = np.append(self._n_yes, 0)
        self._n_columns += 1
        return self._n_columns - 1

    def _follow(self, number: int, class_list: ClassList) -> list[_Join]:
        """Bring the columns up to date with the classes; return those that became one."""
        roots: dict[int, str] = {}  # of each column, the class that keeps it
        self._of_root = {}
        joins: list[_Join] = []
        for name, column in self._columns.items():
            root = class_list.called_now(name)
            keeps = roots.setdefault(column, root) == root
            if not keeps and root not in self._of_root:  # two that were one are two again
                self._of_root[root] = self._new_column()
                roots[self._of_root[root]] = root
            kept = self._of_root.setdefault(root, column)
            if keeps and kept != column and not any(join.gone == column for join in joins):
                joins.append(_Join(number, kept, column))
            if not keeps:
                self._homes[name].append((number, kept))
                self._n_moves += 1
            self._columns[name] = kept
        self._joins += joins
        for name in class_list.every(()):
            self._place(name, number, class_list)
        self.nest(class_list.parents(()))
        return joins


def _join(codes: TagArray, join: _Join) -> None:
    codes[:, join.kept] = either(codes[:, join.kept], codes[:, join.gone])
    codes[:, join.gone] = OPEN


def _answer(
    codes: TagArray, status: npt.NDArray[np.uint8], event: LabelEvent, answered: _Said
) -> None:
    """Write one answer to the rows of items of which it says the same."""
    if event.kind == "flag":
        codes[:], status[:] = OPEN, FLAGGED
        return
    if event.kind == "skip":
        status[status == 0] = SKIPPED
        return
    if event.clears:
        codes[:], status[:] = OPEN, 0
        return
    if event.kind == "withdraw":
        columns = answered.unsure if event.labels else np.arange(codes.shape[1])
        there = codes[:, columns]
        there[is_by_model(there)] = OPEN
        codes[:, columns] = there
        status[status == ANSWERED["model"]] = 0
        return
    by_person, code = event.source == "human", SOURCES[event.source]
    aside = status == FLAGGED
    if by_person:
        codes[:, answered.open] = OPEN
    for columns, new in ((answered.no, code), (answered.unsure, UNSURE), (answered.yes, code + 1)):
        if by_person:
            codes[:, columns] = new
            continue
        there = codes[:, columns]  # never over an answer of a person; the model's over no other
        free = (there < 0) | is_by_model(there)
        if event.source == "import":
            free |= there >= SOURCES["import"]
        there[free & ~aside[:, None]] = new
        codes[:, columns] = there
    if by_person:
        status[aside] = 0
    if answered.whole:
        status[by_person | MAY_BE[event.source][status]] = ANSWERED[event.source]
