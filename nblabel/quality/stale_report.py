"""The report of accepted labels that have become stale."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.events import LabelEvent
from nblabel.system.format import count, percent
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session


@dataclass(frozen=True, repr=False, eq=False)
class StaleLabels(Report):
    """Accepted labels that the model of now contradicts. ``print`` it.

    Attributes
    ----------
    n_accepted : int
        Labels accepted from the model, as they are now.
    indices : ndarray of intp
        Positions of those for which it now predicts another class, the least trusted label first.
        `Labeler.show_next` asks about them.
    table : DataFrame
        A row for each: index, id, label, suggestion, probability (of the suggestion), trust
        (probability of the label over that of the suggestion), probability_then (of the label, when
        it was accepted).
    """

    n_accepted: int
    indices: IntArray
    table: pd.DataFrame
    _session: Session = field(repr=False)

    def withdraw(self, *, uid: str | None = None) -> LabelEvent | None:
        """Withdraw these labels, in one step that one `undo` takes back.

        The items are asked about again. Those that people answered meanwhile stay as they are.

        Parameters
        ----------
        uid : str, optional
            As for `Session.tell`.

        Returns
        -------
        LabelEvent or None
            As it was committed; None if there is no such label.

        Raises
        ------
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        session = self._session
        session.refresh()
        if uid is not None and session.knows(uid):
            return session.state.event(uid)  # sent twice
        rows = self.indices[np.isin(self.indices, session.accepted)]
        return session.withdraw(rows, uid=uid) if len(rows) else None

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        if not self.n_accepted:
            return ["No label was accepted from the model."]
        n = len(self.indices)
        if not n:
            return [f"The model still agrees with all {count(self.n_accepted)} accepted labels."]
        return [
            (
                f"The model now predicts another class for {count(n)} of {count(self.n_accepted)} "
                f"accepted labels ({percent(n / self.n_accepted, 2)}): it, or what it has learned "
                "from, has changed since."
            ),
            (
                "To look at them in a panel: panel.show_next(stale.indices). To withdraw them all "
                "in one step: stale.withdraw()."
            ),
        ]
