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

from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import IntArray, UInt16Array
from nblabel.log.kinds import refuse
from nblabel.quality import NO_ANSWER
from nblabel.quality.audit_report import AuditReport
from nblabel.quality.bounds import Bools, CheckedDraws, Floats, check_confidence, wrong_now
from nblabel.quality.history import DrawSnapshot, history_of
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
        ``print`` it; ``.table`` has a row for each class.

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
    refuse(session, "audit")
    import pandas as pd

    check_session(session)
    check_confidence(confidence)
    session.refresh()
    predicted = session.refit(1).predicted[0]  # finds the neighbour graph if it may
    snapshots = history_of(session).snapshots
    y = session.y
    now = np.where(y >= 0, y, predicted)
    y[session.accepted] = NO_ANSWER  # from here on the labels of people
    counts, then = _compare(snapshots, y, now, len(session.classes))
    drawn, weight, heaviest = _in_a_row(snapshots)
    asked = weight > 0
    answered = np.flatnonzero(asked & (y[drawn] >= 0))
    # what was drawn after the last one answered waits for its answer
    m = int(answered[-1]) + 1 if len(answered) else 0
    truth, then, counts = y[drawn][:m], then[:m], counts[:m]
    asked, weight, heaviest = asked[:m], weight[:m], heaviest[:m]
    unknown, wrong = asked & (truth < 0), asked & (truth >= 0) & (truth != then)
    rows: list[dict[str, Any]] = []
    # of a thousand classes most are alike in what the answers say of them
    shares: dict[bytes, tuple[int, int]] = {}
    none_drawn: dict[int, tuple[int, int]] = {}
    for code, name in [(-1, EVERYTHING), *enumerate(session.classes)]:
        about = then == code if code >= 0 else np.ones(m, dtype=bool)
        kept, changed, known, answered_since, of_class = (
            counts[:, :, code] if code >= 0 else counts.sum(axis=2)
        ).T
        checked = about & asked & ~unknown
        whole = (now == code) if code >= 0 else np.ones(len(y), dtype=bool)
        unchecked = int((whole & (y < 0)).sum())
        size = kept + changed + answered_since
        draws = CheckedDraws(size, known, kept, changed, wrong, unknown, weight, heaviest)[about]
        limits = none_drawn.get(unchecked) if not about.any() else None
        if limits is None:
            limits = wrong_now(unchecked, draws, confidence)
        if not about.any():
            none_drawn[unchecked] = limits
        n = max(int(whole.sum()), 1)
        high, low = (1 - number / n for number in limits)
        rows.append(
            {
                "class": name,
                "checks": int(checked.sum()),
                "wrong": int(wrong[about].sum()),
                "skipped": int((about & unknown).sum()),
                "accuracy": _middle(wrong[checked], weight[checked], unchecked / n, low, high),
                "low": low,
                "high": high,
                **_share(code, y, truth, counts, of_class, weight, heaviest, confidence, shares),
            }
        )
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
    counts, then = _compare(snapshots, y, now, n_classes)
    kept, changed, known, answered_since, _ = counts.sum(axis=2).T
    drawn, weight, heaviest = _in_a_row(snapshots)
    size, wrong = kept + changed + answered_since, y[drawn] != then
    unknown = np.zeros(len(drawn), dtype=bool)
    draws = CheckedDraws(size, known, kept, changed, wrong, unknown, weight, heaviest)
    low, high = wrong_now(int((y < 0).sum()), draws, confidence)
    return 1 - high / len(y), 1 - low / len(y)


def _in_a_row(snapshots: list[DrawSnapshot]) -> tuple[IntArray, Floats, Floats]:
    """Return the items of all draws, their weights, and the largest that these could have been."""
    if not snapshots:
        return np.empty(0, np.intp), np.empty(0), np.empty(0)
    return (
        np.concatenate([one.rows for one in snapshots]),
        np.concatenate([one.weight for one in snapshots]),
        np.repeat([one.heaviest for one in snapshots], [len(one.rows) for one in snapshots]),
    )


def _middle(wrong: Bools, weight: Floats, unchecked: float, low: float, high: float) -> float:
    """Return the likeliest accuracy: by the later half of the checks, which saw a later model."""
    if not len(wrong):
        return np.nan
    later = slice(len(wrong) // 2, None)
    share = np.average(wrong[later], weights=weight[later])
    return float(np.clip(1 - unchecked * share, low, high))


def _share(
    code: int,
    y: IntArray,
    truth: IntArray,
    counts: Any,
    of_class: Any,
    weight: Floats,
    heaviest: Floats,
    confidence: float,
    found: dict[bytes, tuple[int, int]],
) -> dict[str, float]:
    """Return how much of the pool is of a class: estimate, at least and at most.

    `found` has the limits of other classes, by what they depend on.
    """
    names = ("share", "share_low", "share_high")
    if code < 0:
        return dict.fromkeys(names, 1.0)
    known, left = int((y == code).sum()), int((y < 0).sum())
    kept, changed, _, answered_since, _ = counts.sum(axis=2).T
    free = kept + changed
    unknown = (weight > 0) & (truth < 0)
    # what class an item is of does not change: every label is the same now as then
    draws = CheckedDraws(
        size=free + answered_since,
        known=of_class,
        kept=free,
        changed=np.zeros_like(free),
        wrong=truth == code,
        unknown=unknown,
        weight=weight,
        heaviest=heaviest,
    )
    key = draws.known.tobytes() + draws.wrong.tobytes()
    if key not in found:
        found[key] = wrong_now(left, draws, confidence)
    low, high = found[key]
    middle, used = np.nan, weight * (truth >= 0)
    if used.any():
        middle = np.clip(np.average(truth == code, weights=used) * left, low, high)
    return {
        name: float((known + n) / len(y))
        for name, n in zip(names, (middle, low, high), strict=True)
    }


def _compare(
    snapshots: list[DrawSnapshot], y: IntArray, now: IntArray, n_classes: int
) -> tuple[Any, IntArray]:
    """Compare the labels at each draw with those of now.

    Returns
    -------
    counts : ndarray of shape (m, 5, n_classes)
        For each item drawn, of what it was drawn from, by the label then: not answered since, and
        the same label now; not answered since, and another label now; answered since, and wrong
        then; answered since; and, by the answer, answered since.
    then : ndarray of shape (m,), intp
        The label that each had.
    """
    found, labels_then = [], []
    free, then = np.zeros(len(y), dtype=bool), np.zeros(len(y), dtype=np.uint16)
    total = np.zeros((5, n_classes), dtype=np.int64)
    for snapshot in snapshots:
        before = (free, then)
        free = np.unpackbits(snapshot.free, count=len(y)).astype(bool)
        then = snapshot.labels
        # few items are not as they were a draw before, and only those are counted again
        new = np.flatnonzero((before[0] != free) | (before[1] != then))
        for sign, (these, labels) in ((-1, before), (1, (free, then))):
            rows = new[these[new]]
            total += sign * _count(labels[rows], y[rows], now[rows], n_classes)
        left = total.copy()
        for row, weight in zip(snapshot.rows.tolist(), snapshot.weight.tolist(), strict=True):
            found.append(left.copy())
            labels_then.append(then[row])
            if weight:  # the next of this draw is not drawn from this one
                one = slice(row, row + 1)
                left -= _count(then[one], y[one], now[one], n_classes)
    shape = (len(found), 5, n_classes)
    return np.array(found, dtype=np.int64).reshape(shape), np.array(labels_then, dtype=np.intp)


def _count(then: UInt16Array, y: IntArray, now: IntArray, n_classes: int) -> IntArray:
    """Count some items by label, of five kinds; see `_compare`."""
    answered, same = y >= 0, then == now
    kinds: list[tuple[Any, Bools]] = [
        (then, ~answered & same),
        (then, ~answered & ~same),
        (then, answered & (y != then)),
        (then, answered),
        (y, answered),
    ]
    return np.array([np.bincount(labels[those], minlength=n_classes) for labels, those in kinds])
