"""Classes that are retired: their labels stay, and no others are given."""

from __future__ import annotations

from nblabel.log.class_tree import path_of
from nblabel.log.classing import ClassLog
from nblabel.log.events import LabelEvent
from nblabel.log.kinds import refuse


class RetiringLog(ClassLog):
    """The labels of a pool, and its classes, some of which may be retired."""

    @property
    def retired(self) -> tuple[str, ...]:
        """The classes that are retired, in order, those with subclasses last.

        `classes` has them, too, and `parent_classes`.
        """
        return self._cached("retired", self._retired)

    def _retired(self) -> tuple[str, ...]:
        is_retired = self._state.class_list.is_retired
        return (*self._state.retired, *filter(is_retired, self._above))

    def retire_class(self, name: str, *, uid: str | None = None) -> LabelEvent:
        """Offer a class as an answer no longer, in one step that one `undo` takes back.

        Its labels stay, are exported, and keep their number in `y`. The model neither learns from
        them nor predicts the class, and no button or key gives it any more. Labels of it that
        others give before they have heard of this, and those that are imported, count. With a class
        all of its subclasses are retired.

        Parameters
        ----------
        name : str
            The class.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If there is no such class, it is retired already, or fewer than two others would be
            left.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        refuse(
            self,
            "retire_class",
            "delete_class(name) takes the tag away, and one undo brings it back.",
        )
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        one = self.class_of(name)
        if one in self.retired:
            raise ValueError(f"{one!r} is retired already.")
        gone = {name for name in self._every if one in path_of(name, self._parents)}
        self._check_left({*self._every} - gone, f"retiring {one!r}")
        return self._change("retire_class", uid, **{"class": one})

    def restore_class(self, name: str, *, uid: str | None = None) -> LabelEvent:
        """Bring a retired class back, in one step that one `undo` takes back.

        Parameters
        ----------
        name : str
            The class.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If there is no such class, it is not retired, or the one that it is a subclass of is.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        one = self.class_of(name)
        if one not in self.retired:
            raise ValueError(f"{one!r} is not retired.")
        if above := self._state.class_list.retired_above(one):
            raise ValueError(f"{one!r} is retired with {above!r}; restore_class({above!r}).")
        return self._change("restore_class", uid, **{"class": one})
