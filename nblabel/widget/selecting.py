"""What Python reads and sets of selection and filters, and what it hears of labels and fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.pool.order import as_selection
from nblabel.session import Session
from nblabel.widget.panel.criteria import criteria_of, told_of
from nblabel.widget.panel.panel import Panel
from nblabel.widget.view.hosts import in_marimo
from nblabel.widget.view.widget import PanelWidget


class SelectingPanel(PanelWidget):
    """A panel whose selection and filters Python reads and sets."""

    _panel: Panel | None

    @property
    def session(self) -> Session:
        """The session behind the panel."""
        raise NotImplementedError

    def _live(self) -> Panel:
        raise NotImplementedError

    @property
    def selection(self) -> IntArray:
        """Positions of the items that are chosen in the panel, ascending.

        Of a group, such as a cluster or what was drawn around on the map, all are at first.
        ``[panel.session.pool.ids[i] for i in panel.selection]`` are their ids.

        Setting it opens that group in the panel, where one key labels it: positions, ids, a set of
        either, a mask of booleans for all items, or a boolean Series with the index of the pool.
        An open gallery that shows them all chooses them. None or an empty list closes the group.
        Selections combine as sets:
        ``panel.selection = set(panel.selection) & {*panel.session.where(labeled=False)}``.

        Raises
        ------
        IndexError, KeyError
            If a position or an id is not in the pool.
        ValueError
            If a mask is not of the length of the pool.
        RuntimeError
            If the panel is closed.
        """
        return self._live().selection.indices.copy()

    @selection.setter
    def selection(self, chosen: Any) -> None:
        self._live().selection.choose(as_selection(chosen, self.session.pool))

    @property
    def filters(self) -> dict[str, Any]:
        """What the map and the gallery are filtered by, as `Session.where` takes it.

        Its names are ``label_or_prediction``, ``status``, ``source``, ``annotator``, ``confidence``
        and ``column``. Setting it filters in the panel; None or an empty dict ends that. Of several
        pages it is what was chosen last.

        Raises
        ------
        ValueError, TypeError
            As for `Session.where`, or if there is no such filter.
        RuntimeError
            If the panel is closed.

        Examples
        --------
        >>> import nblabel as nb
        >>> sample = nb.datasets.load_fashion_mnist_sample()
        >>> panel = nb.Labeler(sample.images, sample.classes)
        >>> panel.filters = {"status": "open", "confidence": (None, 0.5)}
        >>> panel.session.where(**panel.filters)
        array([], dtype=int64)
        """
        return criteria_of(self._live().filters.criteria)

    @filters.setter
    def filters(self, filters: Mapping[str, Any] | None) -> None:
        self._live().filters.set(told_of(filters))

    def on_select(self, callback: Callable[[IntArray], Any], *, remove: bool = False) -> None:
        """Call a function whenever the selection changes.

        Parameters
        ----------
        callback : callable
            Called with the positions, as `selection` has them. What it raises is shown in the
            panel.
        remove : bool
            Call it no more, in place of from now on.

        Raises
        ------
        TypeError
            If it cannot be called.
        RuntimeError
            If the panel is closed.

        Examples
        --------
        >>> import nblabel as nb
        >>> sample = nb.datasets.load_fashion_mnist_sample()
        >>> panel = nb.Labeler(sample.images, sample.classes)
        >>> panel.on_select(lambda indices: print(len(indices), "selected"))
        >>> panel.selection = [3, 5, 8]
        3 selected
        """
        self._live().selection.selected.register(callback, remove=remove)

    def on_label(self, callback: Callable[[IntArray], Any], *, remove: bool = False) -> None:
        """Call a function whenever labels were given, corrected, cleared or undone.

        Parameters
        ----------
        callback : callable
            Called with the positions of the items whose labels are others than before, ascending;
            ``panel.session.y`` and ``panel.labels()`` have the labels. What it raises is shown in
            the panel.
        remove : bool
            Call it no more, in place of from now on.

        Raises
        ------
        TypeError
            If it cannot be called.
        RuntimeError
            If the panel is closed.
        """
        self._live().selection.hear_labels(callback, remove=remove)

    def on_fit(self, callback: Callable[[], Any], *, remove: bool = False) -> None:
        """Call a function whenever the learner was fitted to the present labels.

        ``panel.session.predict()`` is quick then. Someone who labels fast is not kept waiting: a
        fit that newer labels overtook is not told.

        Parameters
        ----------
        callback : callable
            Called without arguments. What it raises is shown in the panel.
        remove : bool
            Call it no more, in place of from now on.

        Raises
        ------
        TypeError
            If it cannot be called.
        RuntimeError
            If the panel is closed.
        """
        self._live().selection.fitted.register(callback, remove=remove)

    # in marimo, where cells run when the value of a widget changes

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the traits, as ipywidgets does; in marimo with "labels" and "selection".

        ``mo.ui.anywidget(panel).value`` is this: "labels" has the label of each id, or the list of
        its tags, and "selection" the ids of what is chosen.

        Parameters
        ----------
        key : str or collection of str, optional
            The traits; if not given, all of them.
        drop_defaults : bool
            Leave out those that have their first value.

        Returns
        -------
        dict
        """
        state: dict[str, Any] = super().get_state(key, drop_defaults)
        if key is None and self._panel is not None and in_marimo():
            ids = self.session.pool.ids
            state["labels"] = labels_by_id(self.session)
            state["selection"] = [ids[index] for index in self._panel.selection.indices]
        return state

    def _run_cells_of_changes(self) -> None:
        """Count the changes of labels and selection, which the page then hears of."""

        def count(_indices: IntArray) -> None:
            self.changes += 1

        if in_marimo():
            self.on_select(count)
            self.on_label(count)


def labels_by_id(session: Session) -> dict[str, Any]:
    """Return the label of each item that has one; of several tags the list of those it has."""
    names, ids, y = session.classes, session.pool.ids, session.y
    if y.ndim == 1:
        return {ids[int(i)]: names[int(y[i])] for i in np.flatnonzero(y >= 0)}
    known = np.flatnonzero((y >= 0).any(axis=1))
    return {ids[int(i)]: [names[int(tag)] for tag in np.flatnonzero(y[i] > 0)] for i in known}
