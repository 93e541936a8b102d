"""Labels accepted from the model that the model, as it is now, contradicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.events import LabelEvent
from nblabel.log.kinds import refuse
from nblabel.strategies.measures import likeliest
from nblabel.system.format import count, percent
from nblabel.system.report import Report, check_session

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


def find_stale_labels(session: Session) -> StaleLabels:
    """Find accepted labels that the model contradicts, after all it has learned since.

    Parameters
    ----------
    session : Session
        With labels accepted from the model.

    Returns
    -------
    StaleLabels
        ``print`` it; ``.withdraw()`` withdraws the labels that it found.

    Raises
    ------
    LearnerError
        If the learner fails.
    StoreError
        If the log cannot be read.
    TypeError
        If it is no session: of a panel, pass its ``.session``.

    Notes
    -----
    The model here has learned from the labels of people alone, whatever `Session.learn_accepted`
    says: a label that it has learned from supports itself. Which of the two is right is for a
    person to say: a model that got worse contradicts labels that were right. The error guarantee of
    `auto_label` still holds for the labels as they were accepted, not for those that are left when
    some are withdrawn.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> _ = session.tell(range(100), [data.classes[code] for code in data.labels[:100]])
    >>> _ = session.accept(range(100, 1_000))
    >>> print(nb.find_stale_labels(session))
    The model still agrees with all 900 accepted labels.
    """
    refuse(session, "find_stale_labels")
    import pandas as pd

    check_session(session)
    session.refresh()
    proba = session.refit(1).proba
    rows, y, names = session.accepted, session.y, session.classes
    if session.learn_accepted and len(rows):
        people = y.copy()
        people[rows] = -1
        proba = session.engine.learner_anew(session.bulk).update(people, len(names))
    codes, best = likeliest(proba)
    gone = np.isin(y[rows], session.snapshot().retired)  # predicted no more, and right still
    unlike = rows[(codes[rows] != y[rows]) & ~gone]
    trust = proba[unlike, y[unlike]] / best[unlike]
    order = np.argsort(trust, kind="stable")
    unlike = unlike[order]
    ids = [session.pool.ids[row] for row in unlike.tolist()]
    then = [session.state.answers[item].probability for item in ids]
    table = pd.DataFrame(
        {
            "index": unlike,
            "id": ids,
            "label": [names[code] for code in y[unlike].tolist()],
            "suggestion": [names[code] for code in codes[unlike].tolist()],
            "probability": best[unlike].astype(np.float64),
            "trust": trust[order].astype(np.float64),
            "probability_then": np.array(then, np.float64),
        }
    )
    return StaleLabels(len(rows), unlike, table, session)
