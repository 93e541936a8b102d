"""Answers: each is written to the store first, and counts from then on."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

import numpy as np

from nblabel.log.events import ADDED, ALL, Kind, LabelEvent, new_uid
from nblabel.log.importing import ImportReport, match_labels
from nblabel.log.noting import NoteLog
from nblabel.log.reading import read_labels
from nblabel.pool.order import in_pool_order
from nblabel.system.values import text_of


class AnswerLog(NoteLog):
    """The labels of a pool, and the answers that change them; `nblabel.Session` learns from them.

    An answer counts once it is committed to the store. `refresh` takes in what others wrote.
    """

    def tell(self, index: Any, label: Any, *, uid: str | None = None) -> LabelEvent:
        """Label one item or many, in one step that one `undo` takes back.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool. An item that has a label already gets the new one.
        label : str or sequence of str
            A class name for all, or one for each. A Series whose index holds the ids of the items
            is paired by it.
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
            If a label is no class, or a retired one that an item does not have already; there are
            more or fewer labels than items; or the index of a Series names other items.
        StoreError
            If the log could not be written; nothing changed then.
        """
        if (sent := self._sent(uid)) is not None:
            return sent
        labels = self._labels_of(self._ids(index), label)
        return self._record("label", labels, uid, frame=self._found(labels))

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
            One row for each item, of pandas, polars or Arrow; `Pool.folders`, say. A file is read
            by its ending: ``.csv``, ``.tsv``, ``.jsonl`` or ``.parquet``; fields may be divided by
            ``,``, ``;``, ``|`` or tabs. Ids and classes match by value: 1.0 is 1. Rows that do not
            fit are left out and reported; so are those of an exported file whose ``source`` is
            "model" or "prediction": an audit would take them for right.
        id, label : str
            The columns with the ids of the pool's items, and with the names of their classes.
            Their case does not matter.
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
        known = read_labels(table, id, label)
        self.refresh()  # others may have answered, or added a class, meanwhile
        taken, report = match_labels(
            known, self.pool, self._find_class, self._every, self._imported_label
        )
        if taken:
            self._record("label", taken, uid, source="import")
        return report

    def skip(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Leave an item, or many, unanswered; asked again once nothing else is left.

        A label that is already there stays.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        IndexError, StoreError
            As for `tell`.
        """
        return self._record("skip", dict.fromkeys(self._ids(index)), uid)

    def flag(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Set an item, or many, aside: not asked, not learned from, its label withdrawn.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        IndexError, StoreError
            As for `tell`.
        """
        return self._record("flag", dict.fromkeys(self._ids(index)), uid)

    def withdraw(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Take back labels accepted from the model, in one step that one `undo` takes back.

        The items are open again. What people answered is left as it is.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If none of the items has a label of the model.
        IndexError, StoreError
            As for `tell`.
        """
        if (sent := self._sent(uid)) is not None:
            return sent
        self.refresh()  # others may have answered meanwhile
        rows = self.positions(index)
        rows = rows[np.isin(rows, self.accepted)]
        if not len(rows):
            raise ValueError("none of these items has a label accepted from the model.")
        return self._record("withdraw", dict.fromkeys(self._ids(rows)), uid)

    def clear(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Take back all that was answered about some items, in one step that one `undo` takes back.

        Labels of people, imported and accepted ones, skips and flags: the items are open again. The
        model's label is not accepted for them by `nblabel.auto_label` before somebody answers.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed; its ids are the items about which anything was answered.

        Raises
        ------
        ValueError
            If nothing was answered about any of the items.
        IndexError, StoreError
            As for `tell`.
        """
        if (sent := self._sent(uid)) is not None:
            return sent
        self.refresh()  # others may have answered meanwhile
        rows = self.positions(index)
        rows = rows[~np.isnan(self.answered.when[rows])]
        if not len(rows):
            raise ValueError("nothing was answered about any of these items.")
        return self._record("withdraw", dict.fromkeys(self._ids(rows)), uid, frame=ALL)

    def undo(self, *, uid: str | None = None) -> LabelEvent | None:
        """Take back this annotator's last step.

        Parameters
        ----------
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent or None
            The step that was taken back; None if there is none, or the uid was sent before.

        Raises
        ------
        StoreError
            As for `tell`.
        """
        return self._reverse("undo", uid)

    def redo(self, *, uid: str | None = None) -> LabelEvent | None:
        """Restore the last step taken back.

        Parameters
        ----------
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent or None
            The step that was restored; None if there is none, or the uid was sent before.

        Raises
        ------
        StoreError
            As for `tell`.
        """
        return self._reverse("redo", uid)

    def add_class(self, name: str, *, index: Any = None, uid: str | None = None) -> LabelEvent:
        """Add a class behind the others.

        Parameters
        ----------
        name : str
            The new class.
        index : int or sequence of int, optional
            Positions in the pool of items to label with it, in the same step: one `undo` takes
            both back.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If the name is empty, a class already, or hardly to be told from one or from an alias;
            or there are 2,000 classes.
        IndexError
            If a position is outside the pool.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()  # another annotator may have added it
        if (sent := self._sent(uid)) is not None:
            return sent
        ids = () if index is None else self._ids(index)
        if (known := self._find_class(text_of(name).strip())) in self.retired:
            raise ValueError(f"{known!r} is retired; restore_class({known!r}) brings it back.")
        clean = self._new_class(name, self._every)
        if ids:
            marks = " ".join(filter(None, [self._found(ids), ADDED]))
            return self._record("label", dict.fromkeys(ids, clean), uid, frame=marks)
        return self._append(
            LabelEvent("add_class", labels=(clean,), annotator=self.annotator, uid=uid or new_uid())
        )

    def _labels_of(self, ids: tuple[str, ...], label: Any) -> dict[str, str]:
        """Return the class name of each item, or say what is wrong with the labels."""
        rows = self.pool.indices_of(ids) if hasattr(label, "iloc") else ()
        label = in_pool_order(self.pool, label, "label", rows)
        if isinstance(label, set | frozenset | Mapping):
            raise ValueError(  # noqa: TRY004
                f"labels is a {type(label).__name__}; pass a list with one for each item, in their "
                "order."
            )
        many = isinstance(label, Iterable) and not isinstance(label, str | bytes)
        if getattr(label, "ndim", None) == 0:
            many = False  # an array of one value
        each = list(label) if many else [label] * len(ids)
        if len(each) != len(ids):
            raise ValueError(f"{len(ids)} items but {len(each)} labels.")
        names = dict.fromkeys(map(text_of, each), "")
        if not {*self._every} >= names.keys():
            self.refresh()  # another annotator may have added the class
        for name in names:
            names[name] = self.class_of(name or next(one for one in each if not text_of(one)))
        # an item named twice gets its last label
        labels = {item: names[text_of(one)] for item, one in zip(ids, each, strict=True)}
        if gone := {*names.values()} & {*self.retired}:
            self._check_kept(labels, gone)
        return labels

    def _check_kept(self, labels: Mapping[str, str], retired: Container[str]) -> None:
        """Refuse labels of retired classes, but for items that have them."""
        for item, label in labels.items():
            answer = self._state.answers.get(item)
            if label in retired and (answer is None or answer.label != label):
                raise ValueError(
                    f"{label!r} is retired, and no label is given of it; restore_class({label!r}) "
                    "brings it back."
                )

    def _imported_label(self, item: str) -> str | None:
        """Return the imported label of an item, "" after a person's answer, None if it is free."""
        answer = self._state.answers.get(item)
        if answer is None or answer.kind in ("skip", "accept"):
            return None
        return answer.label if answer.event.source == "import" else ""

    def _found(self, ids: Iterable[str]) -> str | None:  # noqa: ARG002
        """Return `FOUND` where a strategy asked for items of one class; here none asks."""
        return None

    def _record(self, kind: Kind, answers: Any, uid: str | None, **more: Any) -> LabelEvent:
        """Write an answer: a label, or None, by item id."""
        labels = tuple(label for label in answers.values() if label is not None)
        options = {"annotator": self.annotator, "uid": uid or new_uid(), **more}
        if kind != "withdraw":
            options["contents"] = tuple(self.pool.contents.of(self.pool.find(answers).tolist()))
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
