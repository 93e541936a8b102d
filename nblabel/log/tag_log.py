"""The labels of a pool of which an item may have several: yes, no, or not answered for each tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import BoolArray, IntArray
from nblabel.log.coding import CODES
from nblabel.log.events import LabelEvent
from nblabel.log.exporting import export_labels
from nblabel.log.labels import LabelLog
from nblabel.log.state import LabelState
from nblabel.log.tag_state import OPEN, SOURCES, UNSURE, TagArray, TagState, is_by_model
from nblabel.log.tag_tables import tags_table, with_predictions
from nblabel.system.values import Names

if TYPE_CHECKING:
    import pandas as pd

REPLACED = ("label", "tags", "flag")  # what an answer of somebody else may come after


class TagLog(LabelLog):
    """A `LabelLog` of either kind.

    With ``multi_label=True`` `y` has a column for each class: 1 and 0 for yes and no, -1 where that
    is not answered. An item is `labeled` once people answered about any of its tags, and has the
    status "human" (or "import", or "model") once it was answered in whole, or each tag of it.
    """

    _y: Any  # class numbers, or with several tags (n, n_classes)
    _tags: TagArray  # codes of `nblabel.log.tag_state`, by position and class

    @property
    def labeled(self) -> IntArray:
        """Positions with a label that a person gave or that was imported, ascending.

        With several tags, those with an answer about any of them.
        """
        if not self.multi_label:
            return super().labeled
        return np.flatnonzero(((self._tags >= 0) & ~is_by_model(self._tags)).any(axis=1))

    @property
    def accepted(self) -> IntArray:
        """Positions with a label accepted from the model, ascending."""
        if not self.multi_label:
            return super().accepted
        return np.flatnonzero(is_by_model(self._tags).any(axis=1))

    @property
    def bulk(self) -> IntArray:
        if not self.multi_label:
            return super().bulk
        return np.empty(0, dtype=np.intp)  # how many have a tag is known item by item

    @property
    def unsure(self) -> TagArray:
        """Where a person was asked about a tag and could not say: (n, n_classes) bool."""
        found: TagArray = self._tags == UNSURE
        return found

    def learned_from(self, *, accepted: bool) -> Any:
        """Return `y`, with or without the labels accepted from the model.

        Parameters
        ----------
        accepted : bool
            Whether these are there; where not, -1 stands in their place.

        Returns
        -------
        ndarray
            A copy.
        """
        y = self.y
        if not accepted:
            y[is_by_model(self._tags) if self.multi_label else self.accepted] = -1
        return y

    def tags_of(self, index: Any) -> list[str]:
        """Return the tags of an item that are known to be its.

        Parameters
        ----------
        index : int
            Position in the pool.

        Returns
        -------
        list of str
        """
        (row,) = self.positions(index).tolist()
        return [name for name, code in zip(self.classes, self._y[row], strict=True) if code == 1]

    def replaced(self, event: LabelEvent) -> list[LabelEvent]:
        """Return the answers of other people that an answer came after; both are in the log.

        Parameters
        ----------
        event : LabelEvent
            As `tell`, `skip` or `flag` returned it.

        Returns
        -------
        list of LabelEvent
            For each item the last label or flag before it, if somebody else gave that, or the same
            annotator elsewhere meanwhile.
        """
        seen = self._seen[1] if self._seen[0] == event.uid else event.seq
        found = []
        for item in event.ids:
            earlier = [
                one
                for one in self._state.history(item)
                if one.seq < event.seq and one.kind in REPLACED and one.source == "human"
            ]
            if earlier and (earlier[-1].annotator != event.annotator or earlier[-1].seq > seen):
                found.append(earlier[-1])
        return found

    def labels(self, *, details: bool = False) -> pd.DataFrame:
        """Return the labels as a table, in the order they were given.

        Parameters
        ----------
        details : bool
            More columns: probability, that of the model for the labels accepted from it (NaN for
            the others; not with several tags), and event, the uid of the step in the log that
            decided.

        Returns
        -------
        DataFrame
            Columns id, index, label, source, annotator, time (UTC). With several tags, label holds
            a list of them, not_answered beside it one of the tags that nobody answered about, and
            the last three are of the last answer; but the source is "model" where any tag was
            accepted from the model. Once there are such tags, from_model lists them.
        """
        if not self.multi_label:
            return super().labels(details=details)
        return tags_table(self._state, self.pool, details=details)

    def export(
        self,
        path: Any,
        format: str | None = None,  # noqa: A002  what users of pandas and Pillow call it
        *,
        columns: Sequence[str] | None = None,
        predictions: bool = False,
        separator: str = ",",
        multi_hot: bool = False,
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
            probability; their source is "prediction". With several tags those with a probability of
            at least 0.5, which is not written, of the items without any answer.
        separator : str
            Between the fields of "csv" and "excel-csv": a comma, a semicolon or a tab.
        multi_hot : bool
            With several tags: a column for each class in a table, with 1 and 0 and nothing where
            that is not answered, in place of the lists "label" and "not_answered".
        progress : bool
            Show a progress bar if copying takes more than a second.

        See Also
        --------
        nblabel.log.exporting.export_labels : The formats, and the errors.
        """
        if not self.multi_label and not multi_hot:
            super().export(
                path,
                format,
                columns=columns,
                predictions=predictions,
                separator=separator,
                progress=progress,
            )
            return
        table = self.labels(details=True)
        if predictions:
            table = with_predictions(table, self.pool, self.classes, *self._predicted_tags())
        export_labels(
            table,
            path,
            format,
            pool=self.pool,
            classes=self.classes,
            parents=self._parents,
            columns=columns,
            separator=separator,
            multi_hot=multi_hot,
            progress=progress,
        )

    # inside

    def _predicted_tags(self) -> tuple[IntArray, BoolArray]:
        """Return the items without any answer that are not flagged, and the tags predicted."""
        raise ValueError("nothing is learned here, so there are no predictions; use a Session.")

    def _read_anew(self, state: LabelState) -> None:
        self._tags = np.empty((len(self.pool), 0), dtype=np.int8)
        super()._read_anew(state)

    def _number(self, rows: IntArray) -> None:
        tags = self._state.tags
        if tags is None:
            super()._number(rows)
            return
        names = (*self._state.classes, *self._state.unknown_classes)
        if names != self.classes:
            self._codes = {name: code for code, name in enumerate(names)}
            self._names, self._every = Names(names), names
        at = (self._state.class_list.version, names)
        if at != self._classes_at:
            self._parents = self._state.parents
            above = {*self._parents.values()}
            self._above = tuple(name for name in names if name in above)
        if at != self._classes_at or self._tags.shape[1] != len(names):
            self._classes_at = at
            self._tags = np.full((len(self.pool), len(names)), OPEN, dtype=np.int8)
            self._y = self._tags.copy()
            found = self.pool.find(tags.items)
            rows = found[found >= 0]
        self._write(rows)
        self._status[rows] = self._statuses(rows, tags)

    def _items(self, rows: IntArray) -> list[str]:
        return [self.pool.ids[row] for row in rows.tolist()]

    def _write(self, rows: IntArray) -> None:
        """Take over what is known of some items."""
        assert self._state.tags is not None, "asked of a log with several tags"
        codes = self._state.tags.codes(self._items(rows), self.classes)
        self._tags[rows] = codes
        self._y[rows] = np.where(codes < 0, OPEN, codes & 1)

    def _statuses(self, rows: IntArray, tags: TagState) -> Any:
        """Return the status of each of some items."""
        statuses = tags.status(self._items(rows))
        codes = self._tags[rows]
        asked = np.isin(statuses, (CODES["open"], CODES["skipped"]))
        each = np.flatnonzero(asked & (codes >= 0).all(axis=1))  # one tag after the other
        sources = codes[each] & ~np.int8(1)
        for source in ("model", "import", "human"):  # a person goes before the others
            statuses[each[(sources == SOURCES[source]).any(axis=1)]] = CODES[source]
        return statuses
