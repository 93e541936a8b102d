"""The labels of one pool, as its log says: read, kept up to date, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from nblabel.arrays import IntArray, UInt8Array, as_positions
from nblabel.log.classes import check_classes
from nblabel.log.events import Kind, LabelEvent, new_uid
from nblabel.log.exporting import export_labels, labels_table
from nblabel.log.importing import ImportReport, match_labels, read_labels
from nblabel.log.state import Answer, LabelState
from nblabel.log.store import LabelStore, StoreError
from nblabel.pool import Pool

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

STATUSES = ("open", "human", "model", "import", "skipped", "flagged")
_CODES = {name: code for code, name in enumerate(STATUSES)}
OPEN, MODEL, SKIPPED = (STATUSES.index(name) for name in ("open", "model", "skipped"))
NOT_BY_PEOPLE = (OPEN, SKIPPED, MODEL)
NOT_ANSWERED = (OPEN, MODEL)


class PoolLabels:
    """A pool and the labels of its items, kept in an append-only log.

    `nblabel.Session` is one that also learns and asks.

    Parameters
    ----------
    pool : Pool or images
        What is labeled. Anything `Pool` takes as images will do.
    classes : sequence of str
        At least two class names.
    store : str, path or LabelStore, optional
        Where the log is kept. None: in memory.
    annotator : str, optional
        Who answers; each annotator undoes their own answers.

    Raises
    ------
    ValueError
        If the pool or the classes are not usable.
    StoreError
        If the store cannot be opened, belongs to another pool, or holds labels of other classes.
    """

    def __init__(
        self, pool: Any, classes: Sequence[Any], store: Any = None, annotator: str | None = None
    ) -> None:
        names = check_classes(classes)
        self.pool = pool if isinstance(pool, Pool) else Pool(pool)
        self.annotator = annotator
        self.store = store if isinstance(store, LabelStore) else LabelStore(store)
        self.store.check(self.pool.fingerprint, self.pool.known_as)
        self._version = 0
        self._codes: dict[str, int] = {}
        self._seq = 0
        self._listeners: list[Callable[[], None]] = []
        self._read_anew(LabelState(names))
        if self._state.unknown_classes:
            raise StoreError(
                f"{self.store} holds labels of classes that were not given: "
                f"{', '.join(map(repr, self._state.unknown_classes))}. Add them to classes=, or pass "
                "another store=; store=nblabel.LabelStore() starts anew in memory."
            )

    # what is known
    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in order, those added on the way included."""
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
    def labeled(self) -> IntArray:
        """Positions with a label that a person gave or that was imported, ascending."""
        return np.flatnonzero((self._y >= 0) & (self._status != MODEL))

    @property
    def accepted(self) -> IntArray:
        """Positions with a label accepted from the model, ascending."""
        return np.flatnonzero(self._status == MODEL)

    @property
    def unanswered(self) -> IntArray:
        """Positions without a label that nobody skipped or flagged, ascending."""
        return np.flatnonzero(self._status == OPEN)

    @property
    def status(self) -> UInt8Array:
        """The status of each item, as a position in `STATUSES`; shape (n,), a copy."""
        return self._status.copy()

    def knows(self, uid: str) -> bool:
        """Return whether an event with this uid is in the log."""
        return uid in self._uids

    def positions(self, index: Any) -> IntArray:
        """Return positions in the pool as an array, or say what is wrong with them.

        Parameters
        ----------
        index : int or sequence of int

        Raises
        ------
        IndexError
            If there is none, or one is outside the pool.
        """
        return as_positions(index, len(self.pool))

    @property
    def n_labeled(self) -> int:
        """How many items have a label that a person gave or that was imported."""
        return self._once("n_labeled", lambda: len(self.labeled))

    @property
    def n_accepted(self) -> int:
        """How many items have a label accepted from the model."""
        return len(self.accepted)

    def labels(self, *, details: bool = False) -> pd.DataFrame:
        """Return the labels as a table, in the order they were given.

        Parameters
        ----------
        details : bool
            Two columns more: probability, that of the model for the labels accepted from it (NaN for
            the others), and event, the uid of the step in the log that decided.

        Returns
        -------
        DataFrame
            Columns id, index, label, source, annotator, time (UTC).
        """
        return labels_table(self._state, self.pool, details=details)

    def export(
        self,
        path: Any,
        format: str | None = None,  # noqa: A002  what users of pandas and Pillow call it
        *,
        progress: bool = True,
    ) -> None:
        """Write the labels, with their details, to a file or a folder, whole or not at all.

        Parameters
        ----------
        path : path-like
            A file in ``.csv``, ``.jsonl``, ``.parquet`` or ``.json`` (COCO), or a new folder.
        format : {"csv", "jsonl", "parquet", "coco", "folders", "imagefolder"}, optional
            What to write; a folder needs it.
        progress : bool
            Show a progress bar if copying takes more than a second.

        See Also
        --------
        nblabel.log.exporting.export_labels : The formats, and the errors.
        """
        export_labels(
            self.labels(details=True),
            path,
            format,
            pool=self.pool,
            classes=self.classes,
            progress=progress,
        )

    def flagged(self) -> list[str]:
        """Return the ids of the items set aside with `flag`."""
        return [item for item, answer in self._state.answers.items() if answer.kind == "flag"]

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Have a function called whenever the log or the embeddings changed."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Stop calling a function that was given to `subscribe`."""
        self._listeners = [one for one in self._listeners if one != listener]

    # answering

    def tell(self, index: Any, label: Any, *, uid: str | None = None) -> LabelEvent:
        """Label one item or many, in one step that one `undo` takes back.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool. An item that has a label already gets the new one.
        label : str or sequence of str
            A class name for all, or one for each.
        uid : str, optional
            Names the event. An event given twice under one uid counts once.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        IndexError
            If a position is outside the pool.
        ValueError
            If a label is no class, or there are more or fewer labels than items.
        StoreError
            If the log could not be written; nothing changed then.
        """
        event = self._sent(uid)
        if event is not None:
            return event
        answers = self._labels_of(self._ids(index), label)
        return self._record(
            LabelEvent(
                "label",
                ids=tuple(answers),
                labels=tuple(answers.values()),
                annotator=self.annotator,
                uid=uid or new_uid(),
            )
        )

    def withdraw(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Take back labels accepted from the model, in one step that one `undo` takes back.

        The items are open again. Items that people answered are left as they are. Parameters and
        errors as for `skip`; a ValueError if none of the items has a label of the model.

        See Also
        --------
        nblabel.find_stale_labels : Finds accepted labels that the model of now contradicts.
        """
        event = self._sent(uid)
        if event is not None:
            return event
        self.refresh()  # others may have answered meanwhile
        positions = self.positions(index)
        if not (self._status[positions] == MODEL).any():
            raise ValueError("none of these items has a label accepted from the model.")
        return self._answer("withdraw", positions[self._status[positions] == MODEL], uid)

    def import_labels(
        self,
        table: Any,
        id: str = "id",  # noqa: A002  the column's name
        label: str = "label",
        *,
        uid: str | None = None,
    ) -> ImportReport:
        """Take over labels that were known before, in one step that one `undo` takes back.

        Their source is "import". They are learned from like answers of people, replace labels accepted
        from the model and earlier imported ones, and never an answer of a person.

        Parameters
        ----------
        table : DataFrame or path-like
            One row for each item; `Pool.folders`, say. A file is read by its ending: ``.csv``, ``.tsv``, ``.jsonl`` or
            ``.parquet``. Rows that do not fit are left out and reported; so are those of an exported file whose
            ``source`` is "model": an audit would take them for right.
        id, label : str
            The columns with the ids of the pool's items, and with the names of their classes.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        ImportReport
            How many labels were taken over, and which rows were not, and why. ``print`` it.

        Raises
        ------
        ValueError, TypeError, FileNotFoundError
            If the table cannot be read or lacks a column.
        StoreError
            If the log could not be written; nothing changed then.

        Examples
        --------
        >>> import nblabel as nb
        >>> import pandas as pd
        >>> session = nb.Session(nb.datasets.load_digits().images, classes=range(10))
        >>> known = pd.DataFrame({"id": [0, 1, 5_000], "label": [0, 1, 7]})
        >>> print(session.import_labels(known))
        2 items labeled from 3 rows.
        No item has these ids: 5000.
        """
        ids, names, by_model = read_labels(table, id, label)
        self.refresh()  # others may have answered, or added a class, meanwhile
        taken, report = match_labels(
            ids, names, by_model, self.pool, self._codes, self._kept_from_import
        )
        if taken:
            self._record(
                LabelEvent(
                    "label",
                    ids=tuple(taken),
                    labels=tuple(taken.values()),
                    source="import",
                    annotator=self.annotator,
                    uid=uid or new_uid(),
                )
            )
        return report

    def skip(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Leave an item, or many, unanswered; asked again once nothing else is left.

        A label that is already there stays. Parameters and errors as for `tell`.
        """
        return self._answer("skip", index, uid)

    def flag(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Set an item, or many, aside: not asked, not learned from, its label withdrawn.

        Parameters and errors as for `tell`.
        """
        return self._answer("flag", index, uid)

    def undo(self, *, uid: str | None = None) -> LabelEvent | None:
        """Take back this annotator's last step; return it, or None if there is none."""
        return self._reverse("undo", uid)

    def redo(self, *, uid: str | None = None) -> LabelEvent | None:
        """Restore the last step taken back; return it, or None if there is none."""
        return self._reverse("redo", uid)

    def add_class(self, name: str, *, uid: str | None = None) -> LabelEvent:
        """Add a class behind the others.

        Raises
        ------
        ValueError
            If the name is empty, or a class already.
        """
        self.refresh()  # another annotator may have added it
        event = self._sent(uid)
        if event is not None:
            return event
        clean = check_classes([*self.classes, name])[-1]
        return self._record(
            LabelEvent("add_class", labels=(clean,), annotator=self.annotator, uid=uid or new_uid())
        )

    def refresh(self) -> bool:
        """Take in what others wrote to the same log; return whether there was anything."""
        events = self.store.read(after=self._seq)
        changed: dict[str, None] = {}
        for event in events:
            changed.update(dict.fromkeys(self._state.apply(event)))
            self._uids.add(event.uid)
            self._seq = event.seq
        # another session may have been given a class that this one was not
        names = (*self._state.classes, *self._state.unknown_classes)
        if names != self.classes:
            self._codes = {name: code for code, name in enumerate(names)}
            # beside those whose answer was just taken back
            changed.update(dict.fromkeys(self._state.answers))
            self._y[:] = -1
        answers = [self._state.answers.get(item) for item in changed]
        labels = [None if answer is None else answer.label for answer in answers]
        rows = self.pool.indices_of(changed)
        self._y[rows] = [-1 if label is None else self._codes.get(label, -1) for label in labels]
        self._status[rows] = [_CODES[_status(answer)] for answer in answers]
        if events:
            self._changed()
        return bool(events)

    # inside

    def _read_anew(self, state: LabelState) -> None:
        """Read the log from its beginning, and share nothing that changes."""
        self._state = state
        self._listeners = []
        self._uids: set[str] = set()
        self._codes, self._seq = {}, 0
        self._y: IntArray = np.full(len(self.pool), -1, dtype=np.intp)
        self._status: UInt8Array = np.zeros(len(self.pool), dtype=np.uint8)
        self._kept: dict[str, tuple[int, Any]] = {}  # with the version it was computed for
        self.refresh()

    def _once(self, name: str, work: Callable[[], T]) -> T:
        """Return what follows from the log as it is, computed once for each version."""
        known = self._kept.get(name)
        if known is None or known[0] != self._version:
            known = self._kept[name] = (self._version, work())
        value: T = known[1]
        return value

    def _changed(self) -> None:
        self._version += 1
        for listener in tuple(self._listeners):
            listener()

    def _ids(self, index: Any) -> tuple[str, ...]:
        return tuple(self.pool.ids[i] for i in self.positions(index).tolist())

    def _labels_of(self, ids: tuple[str, ...], label: Any) -> dict[str, str]:
        """Return the class name of each item, or say what is wrong with the labels."""
        many = not isinstance(label, str) and isinstance(label, Iterable)
        each = label if many else [label] * len(ids)
        labels = [str(one).strip() for one in each]
        if len(labels) != len(ids):
            raise ValueError(f"{len(ids)} items but {len(labels)} labels.")
        if not self._codes.keys() >= set(labels):
            self.refresh()  # another annotator may have added the class
        for name in dict.fromkeys(labels):
            if name not in self._codes:
                raise ValueError(
                    f"{name!r} is not a class; the classes are {', '.join(self.classes)}. "
                    f"To add it: add_class({name!r})."
                )
        return dict(zip(ids, labels, strict=True))  # an item named twice gets its last label

    def _kept_from_import(self, item: str) -> str | None:
        """Return the imported label of an item, "" where a person answered, None where it is free."""
        answer = self._state.answers.get(item)
        if answer is None or answer.kind in ("skip", "accept"):
            return None
        return answer.label if answer.event.source == "import" else ""

    def _sent(self, uid: str | None) -> LabelEvent | None:
        """Return the event with this uid, if it is in the log already."""
        return None if uid is None else self._state.event(uid)

    def _answer(self, kind: Kind, index: Any, uid: str | None) -> LabelEvent:
        ids = tuple(dict.fromkeys(self._ids(index)))
        return self._record(
            LabelEvent(kind, ids=ids, annotator=self.annotator, uid=uid or new_uid())
        )

    def _reverse(self, kind: Any, uid: str | None) -> LabelEvent | None:
        self.refresh()
        if uid is not None and self.knows(uid):
            return None  # sent twice
        find = self._state.undo_target if kind == "undo" else self._state.redo_target
        target = find(self.annotator)
        if target is None:
            return None
        self._commit(
            LabelEvent(kind, target=target.uid, annotator=self.annotator, uid=uid or new_uid())
        )
        return target

    def _record(self, event: LabelEvent) -> LabelEvent:
        if event.uid not in self._uids:
            self._commit(event)
        return self._state.event(event.uid) or event

    def _commit(self, event: LabelEvent) -> None:
        self.store.append(event)
        self.refresh()


def _status(answer: Answer | None) -> str:
    """Return the status of an item: what was done with it, or the source of its label."""
    if answer is None:
        return "open"
    event = answer.event
    return event.source if event.labels else {"skip": "skipped", "flag": "flagged"}[event.kind]
