"""Labels accepted from the model that the model, as it is now, contradicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nblabel.quality.stale_report import StaleLabels
from nblabel.quality.tag_stale import find_stale_tags
from nblabel.strategies.measures import likeliest
from nblabel.system.report import check_session

if TYPE_CHECKING:
    from nblabel.session import Session


def find_stale_labels(session: Session) -> StaleLabels:
    """Find accepted labels that the model contradicts, after all it has learned since.

    Parameters
    ----------
    session : Session
        With labels accepted from the model.

    Returns
    -------
    StaleLabels
        ``print`` it; ``.withdraw()`` withdraws the labels that it found. With several tags an item,
        a `TagStaleLabels`.

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
    import pandas as pd

    check_session(session)
    session.refresh()
    if session.multi_label:
        return find_stale_tags(session)
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
