"""Classes that are split: their items are sorted into others, at once or one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.answers import AnswerLog
from nblabel.log.classes import list_names
from nblabel.log.events import LabelEvent
from nblabel.log.kinds import refuse
from nblabel.pool.ids import ids_at
from nblabel.system.values import text_of


class SplitLog(AnswerLog):
    """The labels of a pool, and its classes, some of which may be split."""

    def split_class(self, name: str, into: Any, *, uid: str | None = None) -> LabelEvent:
        """Split a class into others, in one step that one `undo` takes back.

        Items that are in no other class keep the one that they have. Splitting does not need to be
        done at once, nor by one person: the log keeps what is left to sort.

        Parameters
        ----------
        name : str
            The class.
        into : mapping of str to sequence of int, or sequence of str
            The classes, which may be new ones, with the positions of the items of each. Or only
            their names: `unsorted` then has the items that are left to sort, one after the other,
            by `tell`; an item that stays where it is gets the label that it has once more.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If there is no such class, it has no labels, nothing would change, an item is of another
            class or there twice, or a new name cannot be one, as for `add_class`.
        IndexError
            If a position is outside the pool.
        StoreError
            If the log could not be read or written; nothing changed then.

        Examples
        --------
        >>> import nblabel as nb
        >>> session = nb.Session(nb.datasets.load_digits().images, classes=["low", "high"])
        >>> _ = session.tell(range(6), "low")
        >>> _ = session.split_class("low", {"zero": [0], "one": [1]})
        >>> session.classes
        ('low', 'high', 'zero', 'one')
        >>> _ = session.split_class("low", ["two", "three"])
        >>> session.unsorted("low").tolist()
        [2, 3, 4, 5]
        """
        refuse(
            self,
            "split_class",
            "add_class(name) adds the new tag, and ask_tag(name) has the items to answer about.",
        )
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        one = self.class_of(name)
        if one in self._above:
            raise ValueError(
                f"{one!r} has subclasses. To sort its items into these, label them anew: "
                f"coarse_labels({one!r}) has their positions."
            )
        if not (self._y == self._codes[one]).any():
            raise ValueError(f"{one!r} has no labels, so there is nothing to split.")
        if not isinstance(into, Mapping):
            names = self._split_into(one, list_names(into, "into"))
            return self._change("split_class", uid, **{"class": one, "into": names})
        names = self._split_into(one, into)
        labels: dict[str, str] = {}
        for label, index in zip(names, into.values(), strict=True):
            rows = self.positions(index) if np.size(index) else np.empty(0, dtype=np.intp)
            alien = rows[self._y[rows] != self._codes[one]]
            if len(alien):
                raise ValueError(f"item {self.pool.ids[alien[0]]!r} is not of the class {one!r}.")
            items = dict.fromkeys(ids_at(self.pool.ids, rows), label)
            if twice := next(iter(items.keys() & labels.keys()), None):
                raise ValueError(f"item {twice!r} is in {labels[twice]!r} and in {label!r}.")
            labels |= items
        if not labels:
            raise ValueError("into holds no items; pass their positions, or the names alone.")
        change = json.dumps({"class": one, "into": names})
        return self._record("label", labels, uid, frame=change)

    @property
    def splits(self) -> dict[str, tuple[str, ...]]:
        """What the classes are split into that have items left to sort, by their names."""
        found = self._state.class_list.splits
        return {
            name: split.into
            for name, split in found.items()
            if name in self._codes and len(self.unsorted(name))
        }

    def unsorted(self, name: str) -> IntArray:
        """Return what is left to sort of a class that was split: it was not answered since then.

        Parameters
        ----------
        name : str
            The class.

        Returns
        -------
        ndarray of shape (m,), intp
            Positions, ascending; none where the class was not split.

        Raises
        ------
        ValueError
            If there is no such class.
        """
        one = self.class_of(name)
        return self._cached(f"unsorted {one}", lambda: self._unsorted(one)).copy()

    def _unsorted(self, one: str) -> IntArray:
        split = self._state.class_list.splits.get(one)
        if split is None or one not in self._codes:
            return np.empty(0, dtype=np.intp)
        rows = np.flatnonzero(self._y == self._codes[one])
        ids, answers = self.pool.ids, self._state.answers
        before = [answers[ids[row]].event.seq < split.seq for row in rows.tolist()]
        left: IntArray = rows[np.array(before, dtype=bool)]
        return left

    def _split_into(self, one: str, names: Iterable[Any]) -> list[str]:
        """Return the classes that one is split into, or say what is wrong with their names."""
        found: list[str] = []
        for name in names:
            known = self._find_class(text_of(name).strip())
            others = dict.fromkeys([*self._every, *found])
            clean = self._new_class(name, others) if known is None else known
            if clean in found:
                raise ValueError(f"into holds {clean!r} twice.")
            found.append(clean)
        if not {*found} - {one}:
            raise ValueError(f"into holds no class but {one!r}; pass the names of others.")
        if gone := next((name for name in found if name in self.retired), None):
            raise ValueError(f"{gone!r} is retired; bring it back first: restore_class({gone!r}).")
        return found
