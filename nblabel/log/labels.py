"""The labels of one pool, read from the log and held in arrays by position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from nblabel.arrays import IntArray
from nblabel.log.answered import Answered
from nblabel.log.binding import bind
from nblabel.log.changes import PoolChanges
from nblabel.log.class_tree import check_tree
from nblabel.log.classes import not_given, warn_of_lookalikes
from nblabel.log.coding import CODES, coded
from nblabel.log.deciding import written_in
from nblabel.log.events import LabelEvent
from nblabel.log.exporting import export_labels
from nblabel.log.kinds import check_kind
from nblabel.log.known import Numbering
from nblabel.log.state import LabelState
from nblabel.log.store import LabelStore, StoreError
from nblabel.log.tables import Predicted, labels_table
from nblabel.pool import Pool
from nblabel.system.values import Names, text_of

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


class LabelLog:
    """The labels of a pool as the log adds up to them; `nblabel.log.answers` changes them.

    Parameters
    ----------
    pool : Pool
        What is labeled.
    classes : sequence of str
        At least two class names.
    store : str, path or LabelStore, optional
        Where the log of answers is kept. None: in memory.
    annotator : str, optional
        Who answers; each annotator undoes their own answers.

    Raises
    ------
    ValueError
        If the classes are not usable.
    StoreError
        If the store cannot be opened, knows nothing of the pool's items, or a class is missing.
    """

    _state: LabelState
    _seq: int  # of the last event read
    _uids: set[str]  # of all events read
    _seen: tuple[str, int]  # the last event that was written here, and what was known before
    _written: IntArray  # the name that each label has in the log, as a position in `_numbers`
    _numbers: dict[str, int]
    _y: IntArray
    _status: npt.NDArray[np.uint8]
    _answered_as: npt.NDArray[np.uint8]  # the same, whatever became of the class of the label
    _nodes: IntArray  # of coarse labels, as positions in `_above`; -1 elsewhere
    _bulk: npt.NDArray[np.bool_]
    answered: Answered
    """Who gave the answer that counts for each item, and when; not to be changed."""
    _codes: dict[str, int]  # by class name
    _every: tuple[str, ...]  # the names of the classes, those with subclasses included
    _names: Names
    _parents: dict[str, str]  # by class name
    _above: tuple[str, ...]  # the classes with subclasses
    _classes_at: tuple[int, tuple[str, ...]]  # version and names of the classes in `_y`
    _listeners: list[Callable[[], None]]
    _cache: dict[str, tuple[int, Any]]  # by name, with the version it is of

    def __init__(
        self,
        pool: Pool,
        classes: Iterable[Any],
        store: Any = None,
        annotator: Any = None,
        *,
        multi_label: bool = False,
    ) -> None:
        self.pool = pool
        self.multi_label = multi_label
        """Whether an item may have several tags."""
        self.annotator = text_of(annotator).strip() or None
        names, parents = check_tree(classes)
        warn_of_lookalikes(names)
        self.store = store if isinstance(store, LabelStore) else LabelStore(store)
        self._version = 0
        self._bound, events = bind(self.store, pool)
        check_kind(self.store, events, multi_label=multi_label)
        self.numbering = Numbering(self._bound.known, pool)
        """The numbers by which the log knows the items."""
        self._read_anew(
            LabelState(names, (), pool.missing, multi_label=multi_label, parents=parents)
        )
        del events  # held so long, so that they are read from the store once
        if unknown := self._state.unknown_classes:
            raise StoreError(f"{self.store} {not_given(unknown, names)}")

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in order: those given, and what was made of them since.

        Where there is a tree of classes, those without subclasses.
        """
        return tuple(self._codes)

    @property
    def state(self) -> LabelState:
        """The state folded from the log. Look, do not change."""
        return self._state

    @property
    def version(self) -> int:
        """Grows with every change; a refit of an older version is stale."""
        return self._version

    @property
    def y(self) -> IntArray:
        """Class numbers by position, those accepted from the model included; shape (n,), a copy.

        -1 where there is no label.
        """
        return self._y.copy()

    @property
    def status(self) -> npt.NDArray[np.uint8]:
        """The status of each item, as a position in `STATUSES`; shape (n,), a copy."""
        return self._status.copy()

    @property
    def labeled(self) -> IntArray:
        """Positions with a label that a person gave or that was imported, ascending."""
        return np.flatnonzero((self._y >= 0) & (self._status != CODES["model"]))

    @property
    def accepted(self) -> IntArray:
        """Positions with a label accepted from the model, ascending."""
        return np.flatnonzero(self._status == CODES["model"])

    @property
    def bulk(self) -> IntArray:
        """Positions labeled in bulk, ascending: how many of a class there are tells nothing.

        Those are labels that were imported, accepted from the model, given to several items in one
        step with one class, or given while the strategy asked for items of one class.
        """
        return np.flatnonzero(self._bulk)

    @property
    def unanswered(self) -> IntArray:
        """Positions without a label that nobody skipped or flagged, ascending."""
        return np.flatnonzero(self._status == CODES["open"])

    @property
    def n_labeled(self) -> int:
        """How many items have a label that a person gave or that was imported."""
        return self._cached("n_labeled", lambda: len(self.labeled))

    @property
    def n_accepted(self) -> int:
        """How many items have a label accepted from the model."""
        return len(self.accepted)

    def flagged(self) -> list[str]:
        """Return the ids of the items set aside with `flag`."""
        return [item for item, answer in self._state.answers.items() if answer.kind == "flag"]

    @property
    def changes(self) -> PoolChanges:
        """What differs in the pool from the one that the log was used with before.

        Files that people answered are read in part, which takes 0.1 ms each.
        """
        rows, contents, ids = self.answered_contents()
        same = self.pool.contents.same(rows, contents) if self.pool.contents.is_shown else []
        return self.changes_given([item for item, one in zip(ids, same, strict=False) if not one])

    def answered_contents(self) -> tuple[list[int], list[str], list[str]]:
        """Return positions, contents and ids of the items that people answered, as they were."""
        known = [
            (item, answer.event.contents[answer.place])
            for item, answer in self._state.answers.items()
            if answer.event.contents
        ]
        ids = [item for item, _ in known]
        return self.pool.indices_of(ids).tolist(), [content for _, content in known], ids

    def changes_given(self, changed: Sequence[str]) -> PoolChanges:
        """Return what differs, where the items of the ids in `changed` have other contents now."""
        kept = sum(answer.is_label for answer in self._state.absent.values())
        gone = dict.fromkeys([*self._bound.missing, *self._state.absent])
        return PoolChanges(self._bound.new, tuple(gone), tuple(changed), kept)

    @property
    def seq(self) -> int:
        """The place in the log of the last event that was read."""
        return self._seq

    def knows(self, uid: str) -> bool:
        """Return whether an event is in the log.

        Parameters
        ----------
        uid : str
            Of the event.

        Returns
        -------
        bool
        """
        return uid in self._uids

    def positions(self, index: Any) -> IntArray:
        """Return positions in the pool as an array, or say what is wrong with them.

        Parameters
        ----------
        index : int or sequence of int
            As for `Pool.positions`.

        Returns
        -------
        ndarray of shape (m,), intp

        Raises
        ------
        IndexError
            If a position is outside the pool.
        TypeError
            If these are no whole numbers.
        """
        return self.pool.positions(index)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Have a function called whenever the log or the embeddings changed.

        Parameters
        ----------
        listener : callable
            Called without arguments.
        """
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Call a function no more that was subscribed.

        Parameters
        ----------
        listener : callable
            As it was given to `subscribe`.
        """
        self._listeners = [one for one in self._listeners if one != listener]

    def labels(self, *, details: bool = False) -> pd.DataFrame:
        """Return the labels as a table, in the order they were given.

        Parameters
        ----------
        details : bool
            Two columns more: probability, that of the model for the labels accepted from it (NaN
            for the others), and event, the uid of the step in the log that decided.

        Returns
        -------
        DataFrame
            Columns id, index, label, source, annotator, time (UTC). Where classes have subclasses,
            also path behind label, such as "dog > husky".
        """
        return labels_table(self._state, self.pool, details=details)

    def export(
        self,
        path: Any,
        format: str | None = None,  # noqa: A002  what users of pandas and Pillow call it
        *,
        columns: Sequence[str] | None = None,
        predictions: bool = False,
        separator: str = ",",
        progress: bool = True,
    ) -> None:
        """Write the labels, with their details, to a file or a folder, whole or not at all.

        Parameters
        ----------
        path : path-like
            A file in ``.csv``, ``.jsonl``, ``.parquet`` or ``.json`` (COCO), or a new folder.
        format : str, optional
            What to write: "csv", "excel-csv", "jsonl", "parquet", "coco", "folders" or
            "imagefolder"; a folder needs it.
        columns : sequence of str, optional
            The columns of a table; if not given, the details of each label, and what it is about:
            text, file or row.
        predictions : bool
            Write the predictions of what has no label and is not flagged, too, with their
            probability; their source is "prediction".
        separator : str
            Between the fields of "csv" and "excel-csv": a comma, a semicolon or a tab.
        progress : bool
            Show a progress bar if copying takes more than a second.

        See Also
        --------
        nblabel.log.exporting.export_labels : The formats, and the errors.
        """
        rest = self._predicted() if predictions else ()
        export_labels(
            labels_table(self._state, self.pool, details=True, predicted=rest),
            path,
            format,
            pool=self.pool,
            classes=self._every,
            parents=self._parents,
            columns=columns,
            separator=separator,
            progress=progress,
        )

    def refresh(self) -> bool:
        """Take in what others wrote to the same log.

        Returns
        -------
        bool
            Whether there was anything.

        Raises
        ------
        StoreError
            If the log cannot be read.
        """
        events = self._events(self._seq)
        changed: dict[str, None] = {}
        for event in events:
            changed.update(dict.fromkeys(self._state.apply(event)))
            self._uids.add(event.uid)
            self._seq = event.seq
        found = self.pool.find(changed)
        there = found >= 0
        rows = found[there]
        items = changed if there.all() else compress(changed, there.tolist())
        answers = list(map(self._state.answers.get, items))
        steps = {answer.event.uid: answer for answer in answers if answer is not None}
        # what is the same for all items of a step is worked out once
        kinds = {uid: CODES[answer.status] for uid, answer in steps.items()}
        bulk = {uid: answer.event.is_bulk for uid, answer in steps.items()}
        uids = ["" if answer is None else answer.event.uid for answer in answers]
        self._answered_as[rows] = [kinds.get(uid, 0) for uid in uids]
        self._bulk[rows] = [bulk.get(uid, False) for uid in uids]
        written = written_in(answers)
        for name in dict.fromkeys(written):
            if name is not None:
                self._numbers.setdefault(name, len(self._numbers))
        self._written[rows] = [-1 if name is None else self._numbers[name] for name in written]
        self._number(rows)
        self.answered.take(rows, answers)
        if events:
            self._changed()
        return bool(events)

    def events(self, after: int = 0) -> list[LabelEvent]:
        """Return the events of the log, with ids and classes as they are written here.

        Parameters
        ----------
        after : int
            Only those behind this `seq`.

        Returns
        -------
        list of LabelEvent

        Raises
        ------
        StoreError
            If the log cannot be read.
        """
        return list(map(self._state.class_list.spelled, self._events(after)))

    # inside

    def _events(self, after: int) -> list[LabelEvent]:
        """Return the events behind a `seq`, with present ids and the names of that time."""
        return [*map(self._bound.known.present, self.store.read(after=after))]

    def _number(self, rows: IntArray) -> None:
        """Give some items the numbers of their classes; all items where the classes changed."""
        # another session may have been given a class that this one was not
        names = (*self._state.classes, *self._state.unknown_classes)
        at, present = (self._state.class_list.version, names), self._state.class_list.present
        some: Any = rows
        if at != self._classes_at:
            self._parents = self._state.parents
            self._every = tuple(dict.fromkeys((*self._state.every_class, *names)))
            self._above = tuple(name for name in self._every if name not in {*names})
            self._codes = {name: code for code, name in enumerate(names)}
            self._names = Names(self._every)
            self._classes_at, some = at, slice(None)
        called = [present[name] for name in self._numbers]
        self._y[some], self._nodes[some], self._status[some] = coded(
            self._written[some], self._answered_as[some], called, self._codes, self._above
        )

    def _predicted(self) -> list[Predicted]:
        """Return the predictions of what has no label and is not flagged."""
        raise ValueError("nothing is learned here, so there are no predictions; use a Session.")

    def _read_anew(self, state: LabelState) -> None:
        """Read the log from its beginning into an empty state, and share nothing that changes."""
        self._state = state
        self._listeners = []
        self._uids = set()
        self._seen = ("", 0)
        self._seq = 0
        self._y = np.full(len(self.pool), -1, dtype=np.intp)
        self._written = self._y.copy()
        self._numbers = {}
        self._status = np.zeros(len(self.pool), dtype=np.uint8)
        self._answered_as = self._status.copy()
        self._nodes = self._y.copy()
        self._bulk = np.zeros(len(self.pool), dtype=bool)
        self.answered = Answered(len(self.pool))
        self._codes, self._parents, self._above, self._every = {}, {}, (), ()
        self._classes_at, self._cache = (0, ()), {}
        self.refresh()

    def _cached(self, name: str, work: Callable[[], T]) -> T:
        """Return what follows from the present log, worked out once: it is asked for often."""
        found = self._cache.get(name)
        if found is None or found[0] != self._version:
            found = self._cache[name] = (self._version, work())
        return found[1]

    def _changed(self) -> None:
        self._version += 1
        for listener in self._listeners:
            listener()

    def _ids(self, index: Any) -> tuple[str, ...]:
        return tuple(self.pool.ids[i] for i in self.positions(index).tolist())
