"""Labels accepted from the model, looked at again by the model of now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.events import LabelEvent
from nblabel.quality import check_session
from nblabel.strategies.measures import likeliest

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session


@dataclass(frozen=True)
class Recheck:
    """Accepted labels that the model of now contradicts. ``print`` it.

    Attributes
    ----------
    n_accepted : int
        Labels accepted from the model that stand.
    indices : ndarray of intp
        Positions of those that it would label otherwise, the most doubtful first. `Labeler.ask` shows them.
    table : DataFrame
        A row for each: index, id, label, suggestion, probability (of the suggestion), trust (probability of
        the label over that of the suggestion), sure (the probability when it was accepted).
    """

    n_accepted: int
    indices: IntArray
    table: pd.DataFrame
    _session: Session = field(repr=False)

    def take_back(self, *, uid: str | None = None) -> LabelEvent | None:
        """Withdraw these labels, in one step that one `undo` takes back; None if there are none.

        The items are asked about again. Those that people answered meanwhile stay as they are.

        Parameters
        ----------
        uid : str, optional
            As for `Session.tell`.

        Raises
        ------
        StoreError
            If the log could not be written; nothing changed then.
        """
        session = self._session
        session.refresh()
        if uid is not None and session.knows(uid):
            return session.state.event(uid)  # sent twice
        rows = self.indices[np.isin(self.indices, session.accepted)]
        return session.withdraw(rows, uid=uid) if len(rows) else None

    def __str__(self) -> str:
        if not self.n_accepted:
            return "No label was accepted from the model."
        n = len(self.indices)
        if not n:
            return f"The model still agrees with all {self.n_accepted:,} accepted labels."
        return (
            f"The model of now would label {n:,} of {self.n_accepted:,} accepted items otherwise "
            f"({100 * n / self.n_accepted:.2g} %): it, or what it has learned from, has changed since. Look at "
            "them with panel.ask(recheck.indices), or recheck.take_back() withdraws them, in one step."
        )


def recheck(session: Session) -> Recheck:
    """Find accepted labels that the model, after all it has learned since, contradicts.

    Parameters
    ----------
    session : Session

    Returns
    -------
    Recheck
        ``print`` it; ``.take_back()`` withdraws the labels it found.

    Raises
    ------
    LearnerError
        If the learner fails.
    TypeError
        If it is no session: of a panel, pass its ``.session``.

    Notes
    -----
    The model has learned from the labels of people alone, whatever `Session.learn_accepted` says: a label that
    it has learned from vouches for itself. Which of the two is right is for a person to say: a model
    that got worse contradicts labels that were right. What was promised by `auto_label` still holds for the
    labels as they were accepted, not for those that are left when some are taken back.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> _ = session.tell(range(100), [data.classes[code] for code in data.labels[:100]])
    >>> _ = session.accept(range(100, 1_000))
    >>> print(nb.recheck(session))
    The model still agrees with all 900 accepted labels.
    """
    import pandas as pd

    check_session(session)
    session.refresh()
    proba = session.refit(1).proba
    rows, y, names = session.accepted, session.y, session.classes
    if session.learn_accepted and len(rows):
        people = y.copy()
        people[rows] = -1
        proba = session.engine.learner_anew().update(people, len(names))
    codes, best = likeliest(proba)
    unlike = rows[codes[rows] != y[rows]]
    trust = proba[unlike, y[unlike]] / best[unlike]
    order = np.argsort(trust, kind="stable")
    unlike = unlike[order]
    ids = [session.pool.ids[row] for row in unlike.tolist()]
    table = pd.DataFrame(
        {
            "index": unlike,
            "id": ids,
            "label": [names[code] for code in y[unlike].tolist()],
            "suggestion": [names[code] for code in codes[unlike].tolist()],
            "probability": best[unlike].astype(np.float64),
            "trust": trust[order].astype(np.float64),
            "sure": np.array([session.state.answers[item].probability for item in ids], np.float64),
        }
    )
    return Recheck(len(rows), unlike, table, session)
