"""Labels of the model with an error guarantee: at most so many of them are wrong.

The guarantee comes about in this order, so that it holds by construction:

1. The model learns from all labels, and predicts a class for each unlabeled item.
2. The most trusted predictions become the candidates. The set, and the predicted class of each item
   drawn from it, are written to the log. From here on neither the set nor its labels change,
   whatever the answers are.
3. Items are drawn from the set at random, and a person labels them, without seeing that they are
   checks.
4. As soon as the answers rule out, at the confidence asked for, that more than `max_error` of the
   rest of the set is wrong, the rest is accepted. The bound is that of
   `nblabel.quality.bounds.wrong_among`, which holds at every look: you may stop whenever it is
   reached, and go on where it is not.

No label that trained the model is used to judge it, and nothing depends on whether the model's
probabilities are calibrated: a badly chosen set costs answers, not the guarantee. A set with too
many errors is given up for a smaller one, predicted by a model that has learned from the answers.
The first set gets two thirds of the total risk, and each new set a third of the risk of the one
before, so that the guarantee holds for all sets together. Sets of all classes and sets of single
ones share no risk: who asks for both on one log runs the risk of both.

The guarantee is about what is accepted. An item of the set that people label besides, skip, flag
or withdraw leaves it, and does not count as one more right label of the rest.

What is assumed: that the annotator is right, that the pool stays as it is, and that embeddings and
learner do not change between the draw and the acceptance. A change of those is noticed, and the set
is given up. Where the annotator is wrong about a share of the items, the guarantee is about
agreement with the annotator. A check that gets no label counts as wrong.

Thresholds taken from the very labels that a model was trained on give no such guarantee:
Vishwakarma et al., "Promises and Pitfalls of Threshold-based Auto-labeling", NeurIPS 2023. Testing
on held-back answers is the idea of Angelopoulos et al., "Learn then Test", 2021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import is_number
from nblabel.log.kinds import refuse
from nblabel.quality.guarantee_report import AutoLabelReport, ErrorGuarantee
from nblabel.quality.trials import BETTER, END, Trial, Trials
from nblabel.system.report import check_session

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

ALL = ""  # the name of a set of all classes
CURVE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0)


def auto_label(
    session: Session,
    *,
    max_error: float = 0.01,
    confidence: float = 0.95,
    per_class: bool = False,
    share: float | None = None,
    accept: bool = True,
) -> AutoLabelReport:
    """Accept labels of the model for as much of the pool as an error guarantee holds for.

    Parameters
    ----------
    session : Session
        With some labels. What is accepted is one step in its log, which one `undo` takes back.
    max_error : float
        At most so large a share of the accepted labels may be wrong.
    confidence : float
        Of the guarantee: of all labeling jobs, at most 1 - confidence accept more errors than that.
    per_class : bool
        Guarantee it for the labels of each class by itself. Takes answers for each class.
    share : float, optional
        How many of the unlabeled items are tested, the most trusted first. If left out, chosen such
        that few answers are needed. A set that was begun is continued, whatever is passed here.
    accept : bool
        If not, nothing is written: ``report.ready`` holds what can be accepted, and
        ``report.accept()`` does it.

    Returns
    -------
    AutoLabelReport
        ``print`` it. Where nothing can be guaranteed yet, nothing is accepted, and
        ``report.draw_checks()`` draws the items whose answers are needed; call this again when they
        are answered.

    Raises
    ------
    ValueError
        If a number is out of range, or nothing was labeled yet.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    StoreError
        If the log could not be read or written; nothing changed then.
    LearnerError
        If the learner fails.

    Notes
    -----
    See `nblabel.quality.guarantee` for how and why it holds. A guarantee of 1 % at 95 % confidence
    takes 299 faultless answers with any method, one of 3 % takes 99. That you may look at any time,
    and begin again with another set, raises this to 386 and 128 among 60,000 items.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> for _ in range(30):
    ...     index = session.ask().indices[0]
    ...     _ = session.tell(index, data.classes[data.labels[index]])
    >>> report = nb.auto_label(session, max_error=0.05)
    >>> report.n_accepted  # nothing was checked yet
    0
    >>> for index in report.draw_checks():
    ...     _ = session.tell(index, data.classes[data.labels[index]])
    >>> nb.auto_label(session, max_error=0.05).n_accepted > 1_000
    True
    """
    refuse(session, "auto_label")
    check_session(session)
    check_terms(max_error, confidence, share)
    session.refresh()
    if not session.n_labeled:
        raise ValueError(
            "nothing was learned yet: label some items before the model labels others."
        )
    trials = Trials(session)
    names = session.classes if per_class else (ALL,)
    risk = (1 - confidence) / len(names)
    tried: dict[str, Trial | None] = {}
    labels: dict[int, str] = {}
    n_before = 0
    for name in names:
        trial = trials.current(name)
        if trial is not None and not (_is_of_use(session, trial, trials) and trials.stands(trial)):
            trial = None  # other embeddings, or another learner; or people answered all of it
        if trial is not None and trial.needed(max_error, risk) == 0 and len(trials.open(trial)):
            codes = trials.predictions(trial.seq).codes
            labels |= {row: session.classes[codes[row]] for row in trials.open(trial).tolist()}
            n_before += len(np.intersect1d(trial.frame, session.accepted))
        elif _is_done(session, trial, trials, max_error, risk):
            trial = _better(trial, trials.propose(name, max_error, risk, share), max_error, risk)
        tried[name] = trial
    if labels and accept:
        session.accept(list(labels), list(labels.values()))
    ready = {} if accept else labels
    guarantees, broken, checks = _guarantees(session, trials, tried, max_error, risk)
    last = max((trial.seq for trial in tried.values() if trial is not None), default=END)
    order = np.argsort(trials.predictions(last).trust, kind="stable")
    by_model = session.accepted
    unlike = trials.predictions().codes[by_model] != session.y[by_model]
    unlike &= ~np.isin(session.y[by_model], session.snapshot().retired)
    return AutoLabelReport(
        max_error=max_error,
        confidence=confidence,
        guarantees=guarantees,
        accepted=order[np.isin(order, list(labels) if accept else [])],
        ready=order[np.isin(order, list(ready))],
        left=order[np.isin(order, np.setdiff1d(session.unanswered, list(ready)))],
        changed=by_model[unlike],
        corrected=trials.corrected,
        curve=_curve(session, trials, tried, max_error, risk),
        labels_ready=ready,
        broken=broken,
        n_before=n_before,
        _session=session,
        _checks=checks,
        _trials=trials,
    )


def _is_of_use(session: Session, trial: Trial, trials: Trials) -> bool:
    """Return whether there is anything in a set that was accepted or may be."""
    return bool(len(trials.open(trial)) or np.isin(trial.frame, session.accepted).any())


def _is_done(
    session: Session, trial: Trial | None, trials: Trials, max_error: float, risk: float
) -> bool:
    """Return whether another set may be looked for: one is accepted, or does not go well."""
    if trial is None or trial.needed(max_error, risk) in (0, None):
        return True
    if np.isin(trial.frame, session.accepted).any():
        return False  # a guarantee that does not hold any more, and can be mended, comes first
    return trial.n_wrong > 0 or len(trial.gone) > 0 or not len(trials.open(trial))


def _better(
    trial: Trial | None, other: Trial | None, max_error: float, risk: float
) -> Trial | None:
    """Return the set to go on with: the started one, unless a new one needs far fewer answers."""
    if trial is None or other is None:
        return other or trial
    old, new = trial.needed(max_error, risk), other.needed(max_error, risk)
    if old is None:
        return other
    return other if old == 0 or (new is not None and new < BETTER * old) else trial


def _guarantees(
    session: Session,
    trials: Trials,
    tried: dict[str, Trial | None],
    max_error: float,
    risk: float,
) -> tuple[tuple[ErrorGuarantee, ...], tuple[ErrorGuarantee, ...], dict[Trial, int]]:
    """Return the guarantees of now, those of earlier steps that are broken, and checks needed."""
    guarantees, broken, checks = [], [], {}
    for name, trial in tried.items():
        for before, accepted in trials.earlier(name, trial):
            if len(accepted) and before.needed(max_error, risk) != 0:
                broken.append(_guarantee(before, max_error, risk, len(accepted)))
        if trial is None:
            guarantees.append(ErrorGuarantee(name, why=trials.why_none(name, max_error, risk)))
            continue
        n_accepted = len(np.intersect1d(trial.frame, session.accepted))
        guarantees.append(_guarantee(trial, max_error, risk, n_accepted))
        if guarantees[-1].needed:
            checks[trial] = guarantees[-1].needed
    return tuple(guarantees), tuple(broken), checks


def _guarantee(trial: Trial, max_error: float, risk: float, n_accepted: int) -> ErrorGuarantee:
    return ErrorGuarantee(
        name=trial.name,
        n_items=len(trial.frame),
        n_checks=len(trial.checks),
        n_wrong=trial.n_wrong,
        n_skipped=trial.n_skipped,
        bound=trial.bound(max_error, risk),
        needed=trial.needed(max_error, risk),
        n_accepted=n_accepted,
        n_gone=len(trial.gone),
        n_corrected=len(trial.corrected),
    )


def _curve(
    session: Session,
    trials: Trials,
    tried: dict[str, Trial | None],
    max_error: float,
    risk: float,
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, trial in tried.items():
        if trial is None:
            continue
        trust = trials.predictions(trial.seq).trust[trial.frame]
        ordered = trial.frame[np.argsort(-trust, kind="stable")]
        for size in dict.fromkeys(round(share * len(ordered)) for share in CURVE):
            part = trial.among(ordered[:size])
            rows.append(
                {
                    "class": name or "all",
                    "share": size / len(session.pool),
                    "n_items": size,
                    "checks": len(part.checks),
                    "wrong": part.n_wrong,
                    "guaranteed_error": part.bound(max_error, risk),
                    "answers_needed": part.needed(max_error, risk),
                }
            )
    columns = ["class", "share", "n_items", "checks", "wrong", "guaranteed_error", "answers_needed"]
    return pd.DataFrame(rows, columns=columns).astype({"answers_needed": "Int64"})


def check_terms(max_error: float, confidence: float, share: float | None = None) -> None:
    """Say what is wrong with the numbers that `auto_label` takes.

    Raises
    ------
    ValueError
        If one is out of range.
    """
    if not is_number(max_error) or not 0 <= max_error < 1:
        raise ValueError(f"max_error is {max_error!r}; it must be a share below 1, such as 0.01.")
    if not is_number(confidence) or not 0 < confidence <= 1:
        raise ValueError(f"confidence is {confidence!r}; it must be between 0 and 1, such as 0.95.")
    if share is not None and not (is_number(share) and 0 < share <= 1):
        raise ValueError(f"share is {share!r}; it must be between 0 and 1.")
