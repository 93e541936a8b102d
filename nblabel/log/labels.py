"""The answers about one pool: written to the store first, then held in arrays by position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from nblabel.arrays import IntArray
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


class LabelLog:
    """The labels of a pool, and the answers that change them; `nblabel.Session` learns from them.

    An answer counts once it is committed to the store. `refresh` takes in what others wrote.
    `pool`, a `Pool`, `classes`, `store`, `annotator` and the errors are as for `nblabel.Session`.
    """

    _state: LabelState
    _seq: int  # of the last event read
    _uids: set[str]  # of all events read
    _y: IntArray
    _status: npt.NDArray[np.uint8]
    _codes: dict[str, int]  # by class name
    _listeners: list[Callable[[], None]]
    _cache: dict[str, tuple[int, Any]]  # by name, with the version it is of

    def __init__(
        self, pool: Pool, classes: Sequence[Any], store: Any = None, annotator: str | None = None
    ) -> None:
        self.pool = pool
        self.annotator = annotator
        names = check_classes(classes)
        self.store = store if isinstance(store, LabelStore) else LabelStore(store)
        self.store.check(pool.fingerprint, pool.known_as)
        self._version = 0
        self._read_anew(LabelState(names))
        if self._state.unknown_classes:
            raise StoreError(
                f"{self.store} holds labels of classes that were not given: "
                f"{', '.join(map(repr, self._state.unknown_classes))}. Add them to classes=, or "
                "pass another store=; store=nblabel.LabelStore() starts anew in memory."
            )

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
        """Class numbers by position, accepted ones too, -1 without a label; shape (n,), a copy."""
        return self._y.copy()

    @property
    def status(self) -> npt.NDArray[np.uint8]:
        """The status of each item, as a position in `STATUSES`; shape (n,), a copy."""
        return self._status.copy()

    @property
    def labeled(self) -> IntArray:
        """Positions with a label that a person gave or that was imported, ascending."""
        return np.flatnonzero((self._y >= 0) & (self._status != _CODES["model"]))

    @property
    def accepted(self) -> IntArray:
        """Positions with a label accepted from the model, ascending."""
        return np.flatnonzero(self._status == _CODES["model"])

    @property
    def unanswered(self) -> IntArray:
        """Positions without a label that nobody skipped or flagged, ascending."""
        return np.flatnonzero(self._status == _CODES["open"])

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

    def knows(self, uid: str) -> bool:
        """Return whether an event with this `uid`, a str, is in the log."""
        return uid in self._uids

    def positions(self, index: Any) -> IntArray:
        """Return positions, `index`, as an array or say what is wrong; as `Pool.positions`."""
        return self.pool.positions(index)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Have a function, `listener`, called whenever the log or the embeddings changed."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Call a function, `listener`, no more that was subscribed."""
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
        table, pool = self.labels(details=True), self.pool
        export_labels(table, path, format, pool=pool, classes=self.classes, progress=progress)

    def tell(self, index: Any, label: Any, *, uid: str | None = None) -> LabelEvent:
        """Label one item or many, in one step that one `undo` takes back.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool. An item that has a label already gets the new one.
        label : str or sequence of str
            A class name for all, or one for each.
        uid : str, optional
            Names the event. An event sent twice under one uid counts once.

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
        if (sent := self._sent(uid)) is not None:
            return sent
        return self._record("label", self._labels_of(self._ids(index), label), uid)

    def import_labels(
        self,
        table: Any,
        id: str = "id",  # noqa: A002  the column's name
        label: str = "label",
        *,
        uid: str | None = None,
    ) -> ImportReport:
        """Import labels that exist already, in one step that one `undo` takes back.

        Their source is "import". They are learned from like answers of people, replace labels
        accepted from the model and earlier imported ones, and never an answer of a person.

        Parameters
        ----------
        table : DataFrame or path-like
            One row for each item; `Pool.folders`, say. A file is read by its ending: ``.csv``,
            ``.tsv``, ``.jsonl`` or ``.parquet``. Rows that do not fit are left out and reported; so
            are those of an exported file whose ``source`` is "model": an audit would take them for
            right.
        id, label : str
            The columns with the ids of the pool's items, and with the names of their classes.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        ImportReport
            How many labels were imported, and which rows were not, and why. ``print`` it.

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
        >>> earlier = pd.DataFrame({"id": [0, 1, 5_000], "label": [0, 1, 7]})
        >>> print(session.import_labels(earlier))
        2 items labeled from 3 rows.
        No item has these ids: 5000.
        """
        ids, names, by_model = read_labels(table, id, label)
        self.refresh()  # others may have answered, or added a class, meanwhile
        taken, report = match_labels(
            ids, names, by_model, self.pool, self._codes, self._imported_label
        )
        if taken:
            self._record("label", taken, uid, source="import")
        return report

    def skip(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Leave an item, or many, unanswered; asked again once nothing else is left.

        A label that is already there stays. `index`, `uid`, return value and errors as for `tell`.
        """
        return self._record("skip", dict.fromkeys(self._ids(index)), uid)

    def flag(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Set an item, or many, aside: not asked, not learned from, its label withdrawn.

        `index`, `uid`, return value and errors as for `tell`.
        """
        return self._record("flag", dict.fromkeys(self._ids(index)), uid)

    def withdraw(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Take back labels accepted from the model, in one step that one `undo` takes back.

        The items are open again; those that people answered stay. `index`, `uid`, return value and
        errors as for `tell`; a ValueError if none of the items has a label of the model.
        """
        if (sent := self._sent(uid)) is not None:
            return sent
        self.refresh()  # others may have answered meanwhile
        rows = self.positions(index)
        rows = rows[self._status[rows] == _CODES["model"]]
        if not len(rows):
            raise ValueError("none of these items has a label accepted from the model.")
        return self._record("withdraw", dict.fromkeys(self._ids(rows)), uid)

    def undo(self, *, uid: str | None = None) -> LabelEvent | None:
        """Take back this annotator's last step, or raise a StoreError as `tell` does.

        Parameters
        ----------
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent or None
            The step that was taken back; None if there is none, or the uid was sent before.
        """
        return self._reverse("undo", uid)

    def redo(self, *, uid: str | None = None) -> LabelEvent | None:
        """Restore the last step taken back, and return it; `uid`, None and errors as for `undo`."""
        return self._reverse("redo", uid)

    def add_class(self, name: str, *, uid: str | None = None) -> LabelEvent:
        """Add a class behind the others.

        Parameters
        ----------
        name : str
            The new class.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If the name is empty or a class already, or there are 200 classes.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()  # another annotator may have added it
        if (sent := self._sent(uid)) is not None:
            return sent
        clean = check_classes([*self.classes, name])[-1]
        return self._append(
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
        self._status[rows] = [_CODES[_status_of(answer)] for answer in answers]
        if events:
            self._changed()
        return bool(events)

    # inside

    def _read_anew(self, state: LabelState) -> None:
        """Read the log from its beginning into an empty state, and share nothing that changes."""
        self._state = state
        self._listeners = []
        self._uids = set()
        self._seq = 0
        self._y = np.full(len(self.pool), -1, dtype=np.intp)
        self._status = np.zeros(len(self.pool), dtype=np.uint8)
        self._codes = {}
        self._cache = {}
        self.refresh()

    def _cached(self, name: str, work: Callable[[], T]) -> T:
        """Return what follows from the present log, worked out once: it is asked for often."""
        found = self._cache.get(name)
        if found is None or found[0] != self._version:
            found = self._cache[name] = (self._version, work())
        value: T = found[1]
        return value

    def _changed(self) -> None:
        self._version += 1
        for listener in self._listeners:
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

    def _imported_label(self, item: str) -> str | None:
        """Return the imported label of an item, "" after a person's answer, None if it is free."""
        answer = self._state.answers.get(item)
        if answer is None or answer.kind in ("skip", "accept"):
            return None
        return answer.label if answer.event.source == "import" else ""

    def _sent(self, uid: str | None) -> LabelEvent | None:
        """Return the event with this uid, if it was sent before."""
        return None if uid is None else self._state.event(uid)

    def _record(self, kind: Kind, answers: Any, uid: str | None, **more: Any) -> LabelEvent:
        """Write an answer: a label, or None, by item id."""
        labels = tuple(label for label in answers.values() if label is not None)
        options = {"annotator": self.annotator, "uid": uid or new_uid(), **more}
        return self._append(LabelEvent(kind, ids=tuple(answers), labels=labels, **options))

    def _reverse(self, kind: Kind, uid: str | None) -> LabelEvent | None:
        self.refresh()
        if uid is not None and self.knows(uid):
            return None  # sent twice
        find = self._state.undo_target if kind == "undo" else self._state.redo_target
        target = find(self.annotator)
        if target is not None:
            self._append(
                LabelEvent(kind, target=target.uid, annotator=self.annotator, uid=uid or new_uid())
            )
        return target

    def _append(self, event: LabelEvent) -> LabelEvent:
        """Commit an event unless it is in the log already; return it as it is there."""
        if event.uid not in self._uids:
            self.store.append(event)
            self.refresh()
        return self._state.event(event.uid) or event


def _status_of(answer: Answer | None) -> str:
    """Return the status of an item: what was done with it, or the source of its label."""
    if answer is None:
        return "open"
    event = answer.event
    return event.source if event.labels else {"skip": "skipped", "flag": "flagged"}[event.kind]
