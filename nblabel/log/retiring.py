"""Classes that are retired: their labels stay, and no others are given."""

from __future__ import annotations

from nblabel.log.classing import ClassLog
from nblabel.log.events import LabelEvent
from nblabel.log.kinds import refuse


class RetiringLog(ClassLog):
    """The labels of a pool, and its classes, some of which may be retired."""

    @property
    def retired(self) -> tuple[str, ...]:
        """The classes that are retired, in order; `classes` has them, too."""
        return self._cached("retired", lambda: self._state.retired)

    def retire_class(self, name: str, *, uid: str | None = None) -> LabelEvent:
        """Offer a class as an answer no longer, in one step that one `undo` takes back.

        Its labels stay, are exported, and keep their number in `y`. The model neither learns from
        them nor predicts the class, and no button or key gives it any more. Labels of it that
        others give before they have heard of this, and those that are imported, count.

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
        self._check_left({*self.classes} - {one}, f"retiring {one!r}")
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
            If there is no such class, or it is not retired.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        one = self.class_of(name)
        if one not in self.retired:
            raise ValueError(f"{one!r} is not retired.")
        return self._change("restore_class", uid, **{"class": one})
