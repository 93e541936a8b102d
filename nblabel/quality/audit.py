"""How good the labels are, estimated from items that were drawn at random.

A query strategy asks about items that the model is unsure about. How often the model is right about
those says nothing about the rest: actively chosen items are a biased sample. `Session(audit=0.1)`
therefore draws every tenth question, on average, at random from what no person has answered, and
writes the draw to the log before the answer.

What is estimated is the share of right labels among those that you would export now: the labels of
people, those accepted from the model, and for the rest the predictions of the model after learning
from all labels.

The limits hold at every look, although the audit labels train the model as well, and whatever else
is asked. Each drawn item checks the model as it was when the item was drawn: it had seen neither
the item's label nor the draw. The labels of now are compared with those of that moment. Where they
are the same, they are as right or wrong as they were; where the model has changed its prediction,
either may be right. So a check says less the more the model has changed since, and an old one
hardly widens or narrows the limits. See `nblabel.quality.bounds.wrong_now` for the proof.

To need fewer answers, not every drawn item is asked about: half of those that the model is
confident about are skipped, and errors among the other half get weight 2 (two-phase sampling, see
`nblabel.session.sampling`).

A drawn item that somebody was asked about and gave no label counts as wrong in the lower limit and
as right in the upper one: skipping items because they are hard does not make the figures better.
Only what was drawn after the last answer is left out. When the pool grows, the audit begins anew:
earlier draws say nothing about the new items.

What is assumed: that the annotator is right (a wrong annotator shifts the figures by as much as he
is wrong, which `AuditReport.allowing` allows for), and that embeddings and learner are not chosen
by what the audit says about them. Nothing is assumed about the model, the strategy, or the order of
questions. Each interval has the stated confidence by itself, not all of a table at once.

Judging the model of today by cross-validation on the audit labels would be closer to today's model,
but gives no limits that hold. While labels are few, a drawn item may be the only one of its class,
and a model that lacks just that class is wrong about just that item. Such errors are not
independent; limits that took them for independent were off in 10 of 60 runs on digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import IntArray
from nblabel.quality import NO_ANSWER
from nblabel.quality.audit_report import AuditReport
from nblabel.quality.bounds import check_confidence, wrong_now
from nblabel.quality.comparing import Comparison, estimates
from nblabel.quality.history import DrawSnapshot, history_of
from nblabel.quality.tag_audit import audit_tags
from nblabel.system.report import check_session

if TYPE_CHECKING:
    from nblabel.session import Session

EVERYTHING = "all"


def audit(session: Session, *, confidence: float = 0.95) -> AuditReport:
    """Estimate how many labels are right, and how large each class is, from random draws.

    Parameters
    ----------
    session : Session
        With some answers to random draws, see ``Session(..., audit=0.1)`` and `Session.draw`.
    confidence : float
        Of each interval, between 0 and 1. The intervals hold however often you look.

    Returns
    -------
    AuditReport
        ``print`` it; ``.table`` has a row for each class. With several tags an item, a
        `TagAuditReport`.

    Raises
    ------
    ValueError
        If the confidence is not between 0 and 1.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    LearnerError
        If the learner fails.
    StoreError
        If the log cannot be read.

    Notes
    -----
    The model is learned again as it was at each draw, once; the next audit of the same session only
    goes on from there. See `nblabel.quality.audit` for what is estimated and what is assumed.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> _ = session.tell(range(100), [data.classes[code] for code in data.labels[:100]])
    >>> for index in session.draw(50):
    ...     _ = session.tell(index, data.classes[data.labels[index]])
    >>> report = nb.audit(session)
    >>> report.n_checks, report.low > 0.5
    (50, True)
    """
    import pandas as pd

    check_session(session)
    check_confidence(confidence)
    session.refresh()
    if session.multi_label:
        return audit_tags(session, confidence)
    predicted = session.refit(1).predicted[0]  # finds the neighbour graph if it may
    snapshots = history_of(session).snapshots
    y = session.y
    now = np.where(y >= 0, y, predicted)
    y[session.accepted] = NO_ANSWER  # from here on the labels of people
    found = Comparison.of(snapshots, y, now, len(session.classes))
    found = found[: found.n_answered]
    rows = estimates(found, [EVERYTHING, *session.classes], confidence)
    first = rows[0]
    return AuditReport(
        confidence=confidence,
        n_checks=first["checks"],
        n_skipped=first["skipped"],
        n_wrong=first["wrong"],
        accuracy=first["accuracy"],
        low=first["low"],
        high=first["high"],
        table=pd.DataFrame(rows).set_index("class"),
    )


def accuracy_limits(
    snapshots: list[DrawSnapshot], y: IntArray, now: IntArray, confidence: float
) -> tuple[float, float]:
    """Return the limits for the share of right labels, without a session.

    Parameters
    ----------
    snapshots : list of DrawSnapshot
        All draws; each item of them that was to be asked about has an answer.
    y, now : ndarray of shape (n,), intp
        Labels of people, -1 where there are none, and all labels, predictions included.
    confidence : float
    """
    n_classes = 1 + max([int(now.max()), *(int(one.labels.max()) for one in snapshots)])
    found = Comparison.of(snapshots, y, now, n_classes)
    low, high = wrong_now(int((y < 0).sum()), found.draws(), confidence)
    return 1 - high / len(y), 1 - low / len(y)
