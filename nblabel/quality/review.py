"""Labels to review: those that the model and the neighbours contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import FloatArray, IntArray, is_whole
from nblabel.quality.issues import LONE, LabelIssues, without_own_label
from nblabel.quality.tag_review import find_tag_issues
from nblabel.strategies.measures import likeliest
from nblabel.system.report import check_session

if TYPE_CHECKING:
    from nblabel.session import Session


def find_label_issues(session: Session, *, n: int | None = None) -> LabelIssues:
    """Find labels of people that are probably wrong: the least trusted first.

    Parameters
    ----------
    session : Session
        With at least two labels.
    n : int, optional
        How many labels to return; all if left out. With several tags an item, how many answers
        about one tag of one item.

    Returns
    -------
    LabelIssues
        ``print`` it; ``.table`` has a row for each label. Correct one with `Session.tell`; every
        change is a new step in the log.

    Raises
    ------
    ValueError
        If fewer than two items are labeled, or n is not positive.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    LearnerError
        If the learner fails.

    Notes
    -----
    A label that the model has learned from supports itself. So the model learns ten times without a
    tenth of the labels, and predicts those: the out-of-sample probabilities of confident learning
    (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
    JAIR 2021). Near duplicates are in the same tenth, see `nblabel.near_duplicates`. Trust is the
    probability of the label over that of the likeliest class, times the
    share of the neighbours that agree.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> truth = [data.classes[code] for code in data.labels]
    >>> _ = session.tell(range(200), truth[:200])
    >>> _ = session.tell(7, "3")  # it is a 7
    >>> issues = nb.find_label_issues(session, n=1)
    >>> issues.table[["index", "label", "suggestion"]].values.tolist()
    [[7, '3', '7']]
    """
    import pandas as pd

    check_session(session)
    if n is not None and not (is_whole(n) and n >= 1):
        raise ValueError(f"n is {n!r}; it must be at least 1.")
    if session.multi_label:
        return find_tag_issues(session, n)
    session.refit(1)  # finds the neighbour graph if it may
    rows = session.labeled
    # no model predicts a class that is retired, whose labels stay all the same
    rows = rows[~np.isin(session.y[rows], session.snapshot().retired)]
    if len(rows) < 2:
        raise ValueError(
            "finding label issues takes at least two labels: one to check and one to learn from."
        )
    given = session.y[rows]
    proba = without_own_label(session, rows)
    suggested, best = likeliest(proba)
    trust = proba[np.arange(len(rows)), given] / best
    agree = _agreement(session, rows)
    if agree is not None:
        trust = trust * (agree + LONE) / (1 + LONE)
    order = np.argsort(trust, kind="stable")[:n]
    names, ids = session.classes, session.pool.ids
    events = [session.state.answers[ids[row]].event for row in rows[order].tolist()]
    table = pd.DataFrame(
        {
            "index": rows[order],
            "id": [ids[row] for row in rows[order].tolist()],
            "label": [names[code] for code in given[order].tolist()],
            "suggestion": [names[code] for code in suggested[order].tolist()],
            "probability": best[order].astype(np.float64),
            "trust": trust[order].astype(np.float64),
            "neighbors": np.nan if agree is None else agree[order].astype(np.float64),
            "annotator": [event.annotator for event in events],
        }
    )
    return LabelIssues(len(rows), rows[order], table)


def _agreement(session: Session, rows: IntArray) -> FloatArray | None:
    """Return the share of each item's neighbours with its label, or predicted to have it."""
    graph, y = session.engine.graph, session.y
    if graph is None:
        return None
    y = np.where(y >= 0, y, session.refit(1).predicted[0])
    share: FloatArray = (y[graph.indices[rows]] == y[rows, None]).mean(axis=1, dtype=np.float32)
    return share
