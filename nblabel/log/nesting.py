"""Classes with subclasses: an item may have the label of either, the breed or "dog"."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.class_tree import path_of
from nblabel.log.classes import list_names
from nblabel.log.coding import CODES
from nblabel.log.events import LabelEvent
from nblabel.log.retiring import RetiringLog
from nblabel.system.values import text_of


class NestingLog(RetiringLog):
    """The labels of a pool, and its classes, some of which may have subclasses.

    `classes` has those without subclasses: `y`, `predict` and `predict_proba` are about them. The
    label of a parent class is a coarse label: it says that the item is of one of its subclasses.

    With several tags `classes` has all of them. An item that has a tag has those above it.
    """

    @property
    def parents(self) -> dict[str, str]:
        """The parent of each class that has one, by name; parents may have parents."""
        return dict(self._parents)

    @property
    def every_class(self) -> tuple[str, ...]:
        """All classes in order, each parent before its subclasses."""
        return self._every

    @property
    def parent_classes(self) -> tuple[str, ...]:
        """The classes that have subclasses, in order."""
        return self._above

    def path(self, name: Any) -> tuple[str, ...]:
        """Return the classes above one, the highest first, and the class itself.

        Parameters
        ----------
        name : str
            The class.

        Returns
        -------
        tuple of str

        Raises
        ------
        ValueError
            If there is no such class.
        """
        return path_of(self.class_of(name), self._parents)

    @property
    def _coarse(self) -> tuple[IntArray, tuple[tuple[int, ...], ...]]:
        """The numbers of the coarse labels, and for each class those of the classes above it.

        The first is an ndarray of shape (n,), intp, -1 where there is none. Numbers are positions
        in `parent_classes`; those above a class come from the highest down.
        """
        numbers = {name: node for node, name in enumerate(self._above)}
        paths = (path_of(name, self._parents)[:-1] for name in self.classes)
        return self._nodes.copy(), tuple(
            tuple(numbers[one] for one in path if one in numbers) for path in paths
        )

    @property
    def _below(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The number of each tag with others below it, from the top down, and theirs."""
        below: dict[int, list[int]] = {}
        for name, parent in self._parents.items():
            below.setdefault(self._codes[parent], []).append(self._codes[name])
        return tuple((code, tuple(some)) for code, some in below.items())

    def coarse_labels(self, name: Any = None) -> IntArray:
        """Return which items people gave the label of a parent class, by hand or by import.

        They count as answered, and not as labeled: ``y`` is -1 there. To ask them again, label them
        anew; in a panel, ``panel.show_next(session.coarse_labels(), again=True)``.

        With several tags those that have a tag of which nobody answered which of the tags below it
        they have.

        Parameters
        ----------
        name : str, optional
            The parent class; all of them if left out.

        Returns
        -------
        ndarray of shape (m,), intp
            Positions, ascending.

        Raises
        ------
        ValueError
            If there is no such class.
        """
        if self.multi_label:
            return self._coarse_tags(name)
        coarse = self._status == CODES["coarse"]
        if name is not None:
            one = self.class_of(name)
            coarse &= self._nodes == (self._above.index(one) if one in self._above else -2)
        return np.flatnonzero(coarse)

    def _coarse_tags(self, name: Any) -> IntArray:
        parents = self._above if name is None else [self.class_of(name)]
        found = np.zeros(len(self.pool), dtype=bool)
        for parent in parents:
            below = [self._codes[one] for one, above in self._parents.items() if above == parent]
            there = self._y[:, below]
            some = (there < 0).any(axis=1) & ~(there == 1).any(axis=1)
            found |= (self._y[:, self._codes[parent]] == 1) & some
        return np.flatnonzero(found)

    def nest_classes(self, names: Any, *, under: str | None, uid: str | None = None) -> LabelEvent:
        """Make classes subclasses of another one, in one step that one `undo` takes back.

        A label that the parent has, or gets, is a coarse label from then on: the item is of one of
        the subclasses. A parent without subclasses is a class like any other again.

        Parameters
        ----------
        names : sequence of str
            The classes, which may be new ones, and may have subclasses themselves.
        under : str or None
            The parent, which may be a new name; None takes the classes to the top.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If nothing would change, a class would be below itself, fewer than two classes without
            subclasses would be left, or a new name cannot be one, as for `add_class`.
        StoreError
            If the log could not be read or written; nothing changed then.

        Examples
        --------
        >>> import nblabel as nb
        >>> images = nb.datasets.load_digits().images
        >>> session = nb.Session(images, classes=["dog", "cat", "bird"])
        >>> _ = session.tell(0, "dog")
        >>> _ = session.nest_classes(["husky", "pug"], under="dog")
        >>> session.classes, session.parents
        (('cat', 'bird', 'husky', 'pug'), {'husky': 'dog', 'pug': 'dog'})
        >>> session.coarse_labels("dog").tolist()
        [0]
        """
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        found: list[str] = []
        for name in list_names(names, "names"):
            found.append(self._known_or_new(name, found))
            if found[-1] in found[:-1]:
                raise ValueError(f"names holds the class {found[-1]!r} twice.")
        if not found:
            raise ValueError("names holds no class; pass those to put under another one.")
        parent = None if under is None else self._known_or_new(under, found)
        if parent is not None and (loop := {*path_of(parent, self._parents)} & {*found}):
            raise ValueError(f"{loop.pop()!r} cannot be below itself; choose another parent.")
        if all(name in self._every and self._parents.get(name) == parent for name in found):
            place = "at the top" if parent is None else f"under {parent!r}"
            raise ValueError(f"{', '.join(map(repr, found))}: {place} already.")
        parents = {one: above for one, above in self._parents.items() if one not in found}
        if parent is not None:
            parents |= dict.fromkeys(found, parent)
        self._check_left({*self._every, *found}, "this", parents)
        return self._change("nest_classes", uid, classes=found, under=parent)

    def _known_or_new(self, name: Any, more: list[str]) -> str:
        known = self._find_class(text_of(name).strip())
        others = dict.fromkeys([*self._every, *more])
        return self._new_class(name, others) if known is None else known
