"""What a person has selected, and functions of a user that hear of selections and labels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.session import Session
from nblabel.widget.panel.answers import words_of
from nblabel.widget.panel.pages import Pages
from nblabel.widget.panel.state import PanelState
from nblabel.widget.work.home import Home

FAILED = "A function given to {} failed: {}"

Callback = Callable[..., Any]


class Selection:
    """The items that are chosen in a page, read and set from Python.

    Parameters
    ----------
    session, state, pages, home
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        pages: Pages,
        home: Home,
        send: Callable[[dict[str, Any], list[Any]], None],
    ) -> None:
        self._pages, self._send = pages, send
        self._wanted: IntArray | None = None
        self.indices: IntArray = np.empty(0, dtype=np.intp)
        """Positions, ascending."""
        self.selected = Callbacks("on_select", state, home)
        self.labeled = Callbacks("on_label", state, home)
        self.fitted = Callbacks("on_fit", state, home)
        self._labels = _Labels(session)

    def choose(self, indices: IntArray) -> None:
        """Have the pages open these items as a group; those that open later, if none is open."""
        self._wanted = indices
        if len(self._pages):
            self.tell()
        self.take(indices)

    def tell(self) -> None:
        """Tell the pages what was chosen before one of them was open."""
        if self._wanted is not None:
            message = {"type": "select", "focus": False}
            self._send(message, [self._wanted.astype(np.uint32).tobytes()])
            self._wanted = None

    def take(self, indices: IntArray) -> None:
        """Note what is chosen in a page."""
        indices = np.unique(indices)
        if not np.array_equal(indices, self.indices):
            self.indices = indices
            self.selected.call(indices)

    def labels_changed(self) -> None:
        """Tell whom it concerns which labels are others than before."""
        if self.labeled:
            changed = self._labels.changed()
            if len(changed):
                self.labeled.call(changed)

    def hear_labels(self, callback: Callback, *, remove: bool) -> None:
        """Call a function with each change of labels from now on, or no more."""
        if not self.labeled:
            self._labels.changed()  # what was labeled before is not told
        self.labeled.register(callback, remove=remove)


class Callbacks:
    """Functions of a user; one that raises is told in the panel and harms nothing.

    Parameters
    ----------
    name : str
        The method that they were given to.
    state, home
    """

    def __init__(self, name: str, state: PanelState, home: Home) -> None:
        self._name, self._state, self._home = name, state, home
        self._all: list[Callback] = []

    def __bool__(self) -> bool:
        return bool(self._all)

    def register(self, callback: Callback, *, remove: bool) -> None:
        """Call a function from now on, or no more.

        Raises
        ------
        TypeError
            If it cannot be called.
        """
        if not callable(callback):
            raise TypeError(f"{self._name} takes a function, not {type(callback).__name__}.")
        if remove:
            self._all = [one for one in self._all if one != callback]
        elif callback not in self._all:
            self._all.append(callback)

    def call(self, *given: IntArray) -> None:
        """Call all of them once what happens now is over."""
        for callback in self._all:
            self._home.soon(partial(self._call, callback, *(one.copy() for one in given)))

    def _call(self, callback: Callback, *given: IntArray) -> None:
        try:
            callback(*given)
        except Exception as error:  # noqa: BLE001  a user's function; told in the panel
            self._state.complain(self._name, FAILED.format(self._name, words_of(error)))
        else:
            self._state.solve(self._name)


class _Labels:
    """Tells which labels changed since it was asked last."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: tuple[tuple[str, ...], IntArray] | None = None

    def changed(self) -> IntArray:
        """Return the positions; none when it is asked first."""
        before, self._known = self._known, (self._session.classes, self._session.y)
        if before is None:
            return np.empty(0, dtype=np.intp)
        differs = _by_name(*before) != _by_name(*self._known)
        return np.flatnonzero(differs)


def _by_name(classes: tuple[str, ...], y: IntArray) -> Any:
    """Return what tells an item's labels from others, whatever the order of the classes is.

    A name for each item, or with several tags the sum of a number for each answer.
    """
    if y.ndim == 1:
        return np.array([*classes, None], dtype=object)[y]
    numbers = np.array([[hash((name, tag)) for name in classes] for tag in (False, True)])
    return np.where(y < 0, 0, np.where(y > 0, numbers[1], numbers[0])).sum(axis=1)
