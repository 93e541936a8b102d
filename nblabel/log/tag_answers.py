"""Answers where an item may have several tags: about an item in whole, or about one tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.coding import CODES
from nblabel.log.events import LabelEvent, Tags, new_uid
from nblabel.log.importing import ImportReport
from nblabel.log.kinds import refuse
from nblabel.log.splitting import SplitLog
from nblabel.log.tag_importing import match_tags
from nblabel.log.tag_reading import SEPARATOR, read_tags
from nblabel.log.tag_state import OPEN, is_by_model
from nblabel.system.values import text_of

UNSURE = "unsure"


class TagAnswerLog(SplitLog):
    """A `SplitLog` of either kind: with ``multi_label=True`` an answer is a set of tags."""

    def tell(self, index: Any, label: Any, *, uid: str | None = None) -> LabelEvent:
        if not self.multi_label:
            return super().tell(index, label, uid=uid)
        if (sent := self._sent(uid)) is not None:
            return sent
        ids = self._ids(index)
        each = self._tag_lists(ids, label, one=np.ndim(index) == 0)
        texts = {
            item: self._whole(self._tag_names(tags)).text
            for item, tags in zip(ids, each, strict=True)
        }
        return self._record("tags", texts, uid, frame=self._frame())

    def tell_tag(self, index: Any, tag: Any, value: Any, *, uid: str | None = None) -> LabelEvent:
        """Answer about one tag of one item or many, in one step that one `undo` takes back.

        Nothing is said of their other tags; but where tags are in a tree, an item that has a tag
        has those above it, and one that lacks a tag lacks those below it.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        tag : str
            The class.
        value : {True, False, "unsure"} or a sequence of them
            Whether the items have the tag, for all of them or one for each; "unsure" where a person
            was asked and cannot say: that is no answer, and not asked again soon.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If each item has one label only, there is no such class, or a value is another one.
        IndexError, StoreError
            As for `tell`.
        """
        if not self.multi_label:
            raise ValueError("each item has one label here: tell(index, label).")
        if (sent := self._sent(uid)) is not None:
            return sent
        ids = self._ids(index)
        if text_of(tag).strip() not in self._codes:
            self.refresh()  # another annotator may have added the class
        name = self.class_of(tag)
        values = list(value) if np.ndim(value) == 1 else [value] * len(ids)
        if len(values) != len(ids):
            raise ValueError(f"{len(ids)} items but {len(values)} values.")
        below = tuple(other for other in self.classes if name in self.path(other)[:-1])
        texts = {
            item: _about_one(name, one, below).text for item, one in zip(ids, values, strict=True)
        }
        return self._record("tags", texts, uid)

    def import_labels(
        self,
        table: Any,
        id: str = "id",  # noqa: A002  the column's name
        label: Any = "label",
        *,
        separator: str = SEPARATOR,
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
            Their case does not matter. With several tags an item, a cell holds a list of them, or a
            text with `separator` between; all other tags are then a "no", and an empty list says
            that there is none. Or `label` is a list of columns that are named like the classes and
            hold 1 and 0; where a cell is empty, nothing is known of that tag. Several rows of an
            item are taken together.
        separator : str
            What is between the tags in a text.
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
        if not self.multi_label:
            return super().import_labels(table, id, label, uid=uid)
        known = read_tags(table, id, label, separator)
        self.refresh()  # others may have answered, or added a class, meanwhile
        aside = (CODES["human"], CODES["flagged"])
        status = self._status
        taken, report = match_tags(
            known,
            self.pool,
            self._find_class,
            self.classes,
            lambda item: status[self.pool.index_of(item)] in aside,
        )
        if taken:
            texts = {item: self._as_whole(tags).text for item, tags in taken.items()}
            self._record("tags", texts, uid, source="import", frame=self._frame())
        return report

    def add_class(self, name: str, *, index: Any = None, uid: str | None = None) -> LabelEvent:
        if index is not None:
            refuse(self, "add_class with index=; add the class, then tell_tag(index, name, True)")
        return super().add_class(name, index=index, uid=uid)

    def withdraw(self, index: Any, *, tags: Any = None, uid: str | None = None) -> LabelEvent:
        """Take back labels accepted from the model, in one step that one `undo` takes back.

        The items are open again. What people answered is left as it is.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        tags : sequence, optional
            With several tags an item: for each of the items those that are taken back, as a name or
            a list of names; all that are from the model if left out.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If none of the items has a label of the model, none of these tags is from the model, or
            there is no such tag.
        IndexError, StoreError
            As for `tell`.
        """
        if tags is None:
            return super().withdraw(index, uid=uid)
        if not self.multi_label:
            raise ValueError("each item has one label here: leave tags= out.")
        if (sent := self._sent(uid)) is not None:
            return sent
        self.refresh()  # others may have answered meanwhile
        rows = self.positions(index)
        by_model = is_by_model(self._tags)
        if isinstance(tags, str) or len(rows) != len(tags):
            raise ValueError(f"{len(rows)} items; pass as many lists of tags.")
        taken: dict[str, str] = {}
        for row, some in zip(rows.tolist(), tags, strict=True):
            found = self._tag_names(some) if not self._parents else self._implied(row, some)
            names = [name for name in found if by_model[row, self._codes[name]]]
            if names:
                taken[self.pool.ids[row]] = Tags(unsure=tuple(names)).text
        if not taken:
            raise ValueError("none of these tags was accepted from the model.")
        return self._record("withdraw", taken, uid)

    # inside

    def _record_accepted(self, rows: IntArray, given: Any, uid: str | None) -> LabelEvent:
        """Write predictions of tags, but for what people answered or were unsure of."""
        values = np.asarray(given)
        if values.shape != (len(rows), len(self.classes)) or not np.isin(values, (-1, 0, 1)).all():
            raise ValueError(
                f"labels has shape {values.shape}; pass 1, 0 or -1 for each of {len(rows)} items "
                f"and {len(self.classes)} classes."
            )
        rows, first = np.unique(rows, return_index=True)
        codes = self._tags[rows]
        free = (codes == OPEN) | is_by_model(codes)
        free &= (self._status[rows] != CODES["flagged"])[:, None]
        values = np.where(free, values[first], -1)
        some = (values >= 0).any(axis=1)
        if not some.any():
            raise ValueError("people answered all of these items; the model's labels do not count.")
        names = np.array(self.classes, dtype=object)
        texts = [
            Tags(yes=tuple(names[row == 1]), no=tuple(names[row == 0])).text for row in values[some]
        ]
        return self._append(
            LabelEvent(
                "tags",
                ids=tuple(self.pool.ids[row] for row in rows[some].tolist()),
                labels=tuple(texts),
                source="model",
                annotator=self.annotator,
                uid=uid or new_uid(),
            )
        )

    def _whole(self, names: list[str]) -> Tags:
        """Return an answer about an item in whole that has these tags, and those above them.

        Of the tags below one that is given itself nothing is said, if none of them is given.
        """
        if not self._parents:
            return Tags(yes=tuple(names), whole=True)
        has = {above for name in names for above in self.path(name)}
        inner = {parent for name, parent in self._parents.items() if name in has}
        left = tuple(name for name in self.classes if {*self.path(name)[:-1]} & (has - inner))
        return Tags(tuple(name for name in self.classes if name in has), whole=True, open=left)

    def _as_whole(self, tags: Tags) -> Tags:
        """Return what was imported as an answer about an item in whole, where it is one."""
        whole = self._whole(list(tags.yes))
        known = {*whole.yes, *whole.open, *tags.no}
        return whole if tags.whole or known == {*self.classes} else tags

    def _implied(self, row: int, given: Any) -> list[str]:
        """Return some tags of an item, and those that its answers about them hang together with."""
        found = dict.fromkeys(self._tag_names(given))
        for name in [*found]:
            has = self._y[row, self._codes[name]] == 1
            below = [other for other in self.classes if name in self.path(other)]
            found |= dict.fromkeys(below if has else self.path(name))
        return list(found)

    def _frame(self) -> str:
        assert self._state.tags is not None, "asked of a log with several tags"
        return self._state.tags.frame(self.classes)

    def _tag_lists(self, ids: Sequence[str], given: Any, *, one: bool) -> list[Any]:
        """Return the tags of each item as given, or say how they are to be given."""
        if getattr(given, "ndim", 0) == 2 or (one and getattr(given, "ndim", 0) == 1):
            rows = np.asarray(given).reshape(len(ids) if not one else 1, -1)
            if rows.dtype.kind in "biuf":
                return _from_indicator(rows, self.classes, len(ids))
        if one:
            return [given]
        if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
            raise ValueError(  # noqa: TRY004
                f"tags is {given!r:.60}; pass a list of tags for each of the {len(ids)} items. To "
                "give one tag to all of them: tell_tag(index, tag, True)."
            )
        each = list(given)
        if len(each) != len(ids):
            raise ValueError(f"{len(ids)} items but {len(each)} lists of tags.")
        if any(isinstance(tags, str | bytes) for tags in each):
            raise ValueError(
                'for several items, pass a list of tags for each: [["a"], ["a", "b"], []].'
            )
        return each

    def _tag_names(self, given: Any) -> list[str]:
        """Return the classes that the tags of one item are."""
        if isinstance(given, Mapping):
            raise ValueError(  # noqa: TRY004
                f"tags is {given!r:.60}; pass a list of those that the item has, or "
                "tell_tag(index, tag, value)."
            )
        alone = isinstance(given, str | bytes) or not isinstance(given, Iterable)
        names = [given] if alone else list(given)
        if any(text_of(name).strip() not in self._codes for name in names):
            self.refresh()  # another annotator may have added the class
        found = set(map(self.class_of, names))
        return [name for name in self.classes if name in found]


def _about_one(name: str, value: Any, below: tuple[str, ...] = ()) -> Tags:
    """Return an answer about one tag, and those below it, as the log has it."""
    if isinstance(value, bool | np.bool_ | int | np.integer) and value in (0, 1):
        return Tags(yes=(name,)) if value else Tags(no=(name, *below))
    if value is None or value == UNSURE:
        return Tags(unsure=(name,))
    raise ValueError(f'value is {value!r}; pass True, False or "unsure".')


def _from_indicator(rows: Any, classes: Sequence[str], n: int) -> list[list[str]]:
    if rows.shape != (n, len(classes)) or not np.isin(rows, (0, 1)).all():
        raise ValueError(
            f"tags has shape {rows.shape}; an indicator has 0 or 1 for each of {n} items and "
            f"{len(classes)} classes."
        )
    return [[classes[code] for code in np.flatnonzero(row).tolist()] for row in rows]
