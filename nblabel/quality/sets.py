"""Sets of predictions on the way to an error guarantee: which to test, and what holds for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nblabel.arrays import IntArray
from nblabel.quality.guarantee_report import AutoLabelReport, ErrorGuarantee
from nblabel.quality.trials import BETTER, END, Trial, Trials

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

ALL = ""  # the name of a set of all classes
EVERY = "all"  # what it is called where a person reads it
CURVE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0)


class Terms(NamedTuple):
    """What is asked for.

    Attributes
    ----------
    max_error, confidence : float
        As `nblabel.auto_label` takes them.
    risk : float
        That of each set of a name: of all names together it is one less the confidence.
    share : float or None
        As `nblabel.auto_label` takes it.
    """

    max_error: float
    confidence: float
    risk: float
    share: float | None


def try_sets(
    session: Session, trials: Trials, names: Sequence[str], terms: Terms
) -> tuple[dict[str, Trial | None], dict[int, str], int]:
    """Return the set of each name to go on with, and what a guarantee holds for by now.

    Returns
    -------
    tried : dict of str to Trial or None
        By name; None where no set is worth testing.
    labels : dict of int to str
        The labels that may be accepted, by position.
    n_before : int
        How many labels of the same sets were accepted before.
    """
    max_error, _, risk, share = terms
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
    return tried, labels, n_before


def report_on(
    session: Session,
    trials: Trials,
    tried: dict[str, Trial | None],
    labels: dict[int, str],
    terms: Terms,
    n_before: int,
    *,
    accepted: bool,
) -> AutoLabelReport:
    """Return the report on what `try_sets` found, after its labels were accepted, if they were."""
    max_error, confidence, risk, _ = terms
    ready = {} if accepted else labels
    guarantees, broken, checks = _guarantees(session, trials, tried, max_error, risk)
    last = max((trial.seq for trial in tried.values() if trial is not None), default=END)
    order = np.argsort(trials.predictions(last).trust, kind="stable")
    by_model = session.accepted
    unlike = trials.predictions().codes[by_model] != session.y[by_model]
    unlike &= ~np.isin(session.y[by_model], session.snapshot().retired)
    sets = _sets(trials, tried)
    return AutoLabelReport(
        max_error=max_error,
        confidence=confidence,
        guarantees=guarantees,
        accepted=order[np.isin(order, list(labels) if accepted else [])],
        ready=order[np.isin(order, list(ready))],
        left=order[np.isin(order, np.setdiff1d(session.unanswered, list(ready)))],
        changed=by_model[unlike],
        corrected=trials.corrected,
        curve=_curve(session, tried, sets, max_error, risk),
        sets=sets,
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
    session: Session, trials: Trials, tried: dict[str, Trial | None], max_error: float, risk: float
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


def _sets(trials: Trials, tried: dict[str, Trial | None]) -> dict[str, IntArray]:
    """Return the positions of each set that is tried, the most trusted predictions first."""
    found = {}
    for name, trial in tried.items():
        if trial is not None:
            trust = trials.predictions(trial.seq).trust[trial.frame]
            found[name or EVERY] = trial.frame[np.argsort(-trust, kind="stable")]
    return found


def _curve(
    session: Session,
    tried: dict[str, Trial | None],
    sets: dict[str, IntArray],
    max_error: float,
    risk: float,
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, trial in tried.items():
        if trial is None:
            continue
        ordered = sets[name or EVERY]
        for size in dict.fromkeys(round(share * len(ordered)) for share in CURVE):
            part = trial.among(ordered[:size])
            rows.append(
                {
                    "class": name or EVERY,
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
