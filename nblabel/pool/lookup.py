"""The ids of items, and the positions that they have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from nblabel.arrays import IntArray, as_positions
from nblabel.pool.ids import Numbers
from nblabel.system.values import Names, text_of

PADDED = 20  # digits to which numbers in ids are filled up, to be compared as texts
_DIGITS = re.compile(r"\d+")


class Identified:
    """Items that have ids.

    Attributes
    ----------
    ids : sequence of str
        What is stored of an item instead of its position.
    """

    ids: Sequence[str]

    @cached_property
    def _names(self) -> Numbers | Names:
        return self.ids if isinstance(self.ids, Numbers) else Names(self.ids)

    @cached_property
    def ranks(self) -> IntArray:
        """The place of each item in the order of the ids, ndarray of shape (n,), intp.

        Capital letters do not matter, and numbers in an id go by their value: "7.jpg" stands before
        "10.jpg". Worked out once.
        """
        if isinstance(self.ids, Numbers):
            return np.arange(len(self.ids))
        keys = [
            _DIGITS.sub(lambda found: found[0].zfill(PADDED), one.casefold()) for one in self.ids
        ]
        ranks = np.empty(len(keys), dtype=np.intp)
        ranks[np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)] = np.arange(
            len(keys)
        )
        return ranks

    def index_of(self, item_id: Any) -> int:
        """Return the position of an id.

        Parameters
        ----------
        item_id : str
            The id. Ids are compared as text and by value, so 1 and 1.0 will do for "1".

        Returns
        -------
        int

        Raises
        ------
        KeyError
            If no item has this id.
        """
        position = self._place(item_id)
        if position is None:
            raise KeyError(f"no item with id {item_id!r} in this pool of {len(self.ids):,}.")
        return position

    def positions(self, index: Any) -> IntArray:
        """Return positions as an array, or say what is wrong with them.

        Parameters
        ----------
        index : int or sequence of int
            From 0 on. A boolean mask is refused.

        Returns
        -------
        ndarray of shape (m,), intp

        Raises
        ------
        IndexError
            If there is none, or one is outside the pool.
        """
        return as_positions(index, len(self.ids))

    def indices_of(self, item_ids: Iterable[str]) -> IntArray:
        """Return the positions of many ids, in half the time that one by one takes.

        Parameters
        ----------
        item_ids : iterable of str
            The ids, as they stand in `ids`.

        Returns
        -------
        ndarray of shape (m,), intp
            In the order given.

        Raises
        ------
        KeyError
            If no item has one of the ids.
        """
        ids = list(item_ids)
        found = self._names.places(ids)
        if None in found:
            self.index_of(ids[found.index(None)])  # raises, with its name
        return np.array(found, dtype=np.intp)

    def find(self, item_ids: Iterable[str]) -> IntArray:
        """Return the positions of many ids, -1 for those that no item has, so written.

        Parameters
        ----------
        item_ids : iterable of str
            The ids, as they stand in `ids`.

        Returns
        -------
        ndarray of shape (m,), intp
            In the order given.
        """
        found = self._names.exactly(item_ids)
        return np.array([-1 if one is None else one for one in found], dtype=np.intp)

    def missing(self, item_ids: Iterable[str]) -> list[str]:
        """Return those of some ids that no item has, so written.

        Parameters
        ----------
        item_ids : iterable of str

        Returns
        -------
        list of str
        """
        ids = list(item_ids)
        return [item for item, at in zip(ids, self._names.exactly(ids), strict=True) if at is None]

    def __contains__(self, item_id: Any) -> bool:
        return self._place(item_id) is not None

    def _place(self, item_id: Any) -> int | None:
        # a text as it is: the names of two files may differ in the form of a letter alone
        return self._names.place(item_id if isinstance(item_id, str) else text_of(item_id))

    def spelled(self, item_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return ids as they stand in `ids`; those of no item as they are.

        Parameters
        ----------
        item_ids : tuple of str
            The ids as a log or a table writes them.

        Returns
        -------
        tuple of str
        """
        names = self._names
        if names.hold(item_ids):
            return item_ids
        places = zip(item_ids, names.places(item_ids), strict=True)
        return tuple(item if place is None else self.ids[place] for item, place in places)
