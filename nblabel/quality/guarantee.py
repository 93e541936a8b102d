"""Labels of the machine with a promise: at most so many of them are wrong.

How the promise comes about, in this order, so that it holds by construction:

1. The model learns from all labels there are, and says a class for each unlabeled item and how sure it is.
2. The surest items become the candidates. The set, and with each item drawn from it what the model
   says, are written to the log. From here on neither the set nor its labels change, whatever is answered.
3. Items are drawn from the set at random, and a person answers them, without seeing that they are checks.
4. As soon as the answers rule out, at the confidence asked for, that more than `max_error` of the rest of
   the set is wrong, the rest is accepted. The bound is that of `nblabel.quality.bounds.wrong_among`, which holds at
   every look: one may stop whenever it is reached, and go on where it is not.

No label that trained the model is used to judge it, and nothing depends on whether the model's
probabilities mean anything: a badly chosen set costs answers, not the promise. A set that turns out badly is
given up for a smaller one, judged by a model that has learned from the answers. Each new set has a third
of the risk of the one before, two thirds of all risk going to the first, so that the promise holds for all sets
together. Sets of all classes and sets of single ones share no risk: who asks for both on one log runs that of both.

The promise is about what is accepted: an item of the set that people answer besides, pass over or take
back leaves it, and is not taken for one more right label of the rest.

It assumes that the annotator is right, that the pool stays as it is, and that embeddings and learner do not
change between the draw and the acceptance. A change of the last is noticed, and the set is given up. Where the
annotator is wrong about a share of the items, the promise is about agreement with the annotator. An item that
was passed over counts as wrong.

Thresholds taken from the very labels a model was trained on give no such promise: Vishwakarma et al.,
"Promises and Pitfalls of Threshold-based Auto-labeling", NeurIPS 2023. Testing on held-back answers is
the idea of Angelopoulos et al., "Learn then Test", 2021.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.quality import check_session
from nblabel.quality.trials import BETTER, END, Trial, Trials

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.log.events import LabelEvent
    from nblabel.session import Session

ALL = ""  # the name of a set of all classes
CURVE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0)
SHOWN = 24  # pictures in a report
SIDE = 96  # pixels of such a picture


@dataclass(frozen=True)
class Promise:
    """What can be said of one set of items.

    Attributes
    ----------
    name : str
        A class, or "" for all.
    n_items : int
        Size of the set; 0 where no set is worth a try, and `why` says why.
    n_checks, n_wrong, n_skipped : int
        Items drawn from it and answered; of them, those that were not what the model said, and those
        passed over, which count among the wrong ones.
    bound : float
        At most so large a share of the rest is wrong, at the confidence asked for.
    needed : int or None
        How many more answers would do, if the model is right about them; 0 where the promise holds;
        None where it cannot be made.
    n_accepted : int
        How many of the set have the label of the model now.
    n_gone : int
        Items of the set that were not drawn and are not to be accepted either: people answered them
        all the same, or passed them over.
    n_corrected : int
        Labels accepted of the set that people replaced by another since.
    why : str
        Why there is no set.
    """

    name: str
    n_items: int = 0
    n_checks: int = 0
    n_wrong: int = 0
    n_skipped: int = 0
    bound: float = 1.0
    needed: int | None = None
    n_accepted: int = 0
    n_gone: int = 0
    n_corrected: int = 0
    why: str = ""

    @property
    def n_rest(self) -> int:
        """How many would be accepted after the answers that are needed."""
        return max(self.n_items - self.n_checks - self.n_gone - (self.needed or 0), 0)

    @property
    def in_retrospect(self) -> str:
        """What may be said of labels accepted in an earlier step that the promise does not hold for."""
        what = f"{self.name}: " if self.name else ""
        checked = f"{self.n_checks:,} checked, {self.n_wrong:,} wrong"
        corrected = f"; people corrected {self.n_corrected:,}" if self.n_corrected else ""
        return (
            f"{what}Of {self.n_accepted:,} labels accepted in an earlier step, up to "
            f"{_percent(self.bound)} may be wrong by now ({checked}{corrected})."
        )

    def __str__(self) -> str:
        what = f"{self.name}: " if self.name else ""
        if not self.n_items:
            return f"{what}{self.why}"
        checked = f"{self.n_checks:,} checked, {self.n_wrong:,} wrong"
        if self.needed == 0:
            return (
                f"{what}{checked} of {self.n_items:,}: at most {_percent(self.bound)} of the rest."
            )
        answers = "more answer" if self.needed == 1 else "more answers"
        more = f"{self.needed:,} {answers}" if self.needed else "Only answers to all of them"
        if self.n_accepted and self.needed is None and self.n_corrected:
            return (
                f"{what}Of the labels accepted before, people corrected {self.n_corrected:,}: of the "
                f"{self.n_accepted:,} left, more may be wrong than is asked for ({checked}). Take the step "
                "back with undo, or look at what recheck finds."
            )
        if self.n_accepted:
            return (
                f"{what}Of {self.n_accepted:,} labels accepted before, up to {_percent(self.bound)} may "
                f"be wrong ({checked}). {more} would bring that down to what is asked for, if the model "
                "is right about them; report.ask() draws them. Or take the step back with undo."
            )
        if self.needed is None:
            return (
                f"{what}Only checking all {self.n_items:,} by hand could promise that ({checked})."
            )
        return (
            f"{what}{more} would let {self.n_rest:,} items be accepted, if the model is right about them "
            f"({checked}); report.ask() draws them."
        )


@dataclass(frozen=True)
class AutoLabelReport:
    """What `auto_label` accepted, what it lacks, and what is left.

    Attributes
    ----------
    max_error, confidence : float
        As asked for.
    promises : tuple of Promise
        One for all items, or one for each class.
    accepted : ndarray of intp
        Positions accepted now, the most doubtful first: worth a glance.
    ready : ndarray of intp
        Positions that the promise holds for and that `accept` would accept, the most doubtful first; none
        unless `auto_label` was told not to accept.
    labels_ready : dict of int to str
        The labels of those.
    broken : tuple of Promise
        Of the sets that labels were accepted from in earlier steps, those of which `max_error` cannot be
        promised any more, or never was.
    n_before : int
        Labels of the same sets that were accepted before: the promise holds for all of them together.
    left : ndarray of intp
        Positions that nobody answered and no promise holds for, the most doubtful first.
    changed : ndarray of intp
        Positions of accepted labels, those of earlier steps included, that the model, after all it has
        learned since, would label otherwise.
    corrected : ndarray of intp
        Positions of accepted labels that people have replaced by another.
    curve : DataFrame
        For sets of the surest items: class, share (of the pool), n_items, checks, wrong,
        promised_error, answers_needed. Each row holds by itself, not all of them at once.
    """

    max_error: float
    confidence: float
    promises: tuple[Promise, ...]
    accepted: IntArray
    ready: IntArray
    left: IntArray
    changed: IntArray
    corrected: IntArray
    curve: pd.DataFrame
    _session: Session = field(repr=False)
    _asks: dict[Trial, int] = field(repr=False)
    _trials: Trials = field(repr=False)
    labels_ready: dict[int, str] = field(repr=False)
    broken: tuple[Promise, ...] = ()
    n_before: int = 0

    @property
    def n_accepted(self) -> int:
        """How many labels were accepted now."""
        return len(self.accepted)

    @property
    def needed(self) -> int:
        """How many answers `ask` would draw."""
        return sum(self._asks.values())

    def ask(self, n: int | None = None) -> IntArray:
        """Draw the items whose answers are needed. `Session.ask` and the panel ask them next.

        Parameters
        ----------
        n : int, optional
            At most so many for each promise, 1 at least; all that are needed if left out.

        Returns
        -------
        ndarray of intp
            Positions, in the order drawn. `auto_label` may be called again at any time.

        Raises
        ------
        ValueError
            If n is not positive, or labels have changed since this report; call `auto_label` again.
        StoreError
            If the log could not be written; nothing changed then.
        """
        if n is not None and n < 1:
            raise ValueError(f"n is {n!r}; it must be at least 1.")
        drawn = [
            self._trials.draw(trial, needed if n is None else min(n, needed))
            for trial, needed in self._asks.items()
        ]
        return np.concatenate(drawn) if drawn else np.empty(0, dtype=np.intp)

    def accept(self, *, uid: str | None = None) -> LabelEvent:
        """Accept the labels of the items in `ready`, in one step that one `undo` takes back.

        Parameters
        ----------
        uid : str, optional
            As for `Session.tell`.

        Raises
        ------
        ValueError
            If nothing can be promised yet, or labels have changed since; call `auto_label` again.
        StoreError
            If the log could not be written; nothing changed then.
        """
        if not self.labels_ready:
            raise ValueError("nothing can be accepted yet; print the report for what is missing.")
        self._session.refresh()
        if not self._trials.is_current:
            raise ValueError("labels have changed since; call auto_label again before accepting.")
        return self._session.accept(
            list(self.labels_ready), list(self.labels_ready.values()), uid=uid
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each promise."""
        import pandas as pd

        columns = ["n_items", "n_checks", "n_wrong", "n_skipped", "bound", "needed", "n_accepted"]
        columns += ["n_gone"]
        rows = [[getattr(promise, name) for name in columns] for promise in self.promises]
        names = pd.Index([promise.name or "all" for promise in self.promises], name="class")
        return pd.DataFrame(rows, columns=columns, index=names).astype({"needed": "Int64"})

    def figure(self) -> Any:
        """Return the share of the pool against the error promised, as a plotly figure."""
        from nblabel.plots import promise_curve

        return promise_curve(self.curve, self.max_error)

    def lines(self) -> list[str]:
        """Return the report in sentences."""
        told = []
        them = f"them and {self.n_before:,} accepted before" if self.n_before else "them"
        if self.n_accepted:
            told.append(
                f"{self.n_accepted:,} labels accepted: at most {_percent(self.max_error)} of {them} "
                f"wrong, with {_percent(self.confidence)} confidence. One undo takes them back."
            )
        if len(self.ready):
            told.append(
                f"{len(self.ready):,} labels can be accepted: at most {_percent(self.max_error)} of "
                f"{them} wrong, with {_percent(self.confidence)} confidence."
            )
        told += map(str, self.promises)
        for one in self.broken:
            told.append(f"{one.in_retrospect} Session.withdraw takes them back.")
        if len(self.left):
            told.append(
                f"{len(self.left):,} items are left, the most doubtful first in report.left."
            )
        if len(self.changed):
            told.append(
                f"The model would now label {len(self.changed):,} accepted items otherwise; they are "
                "in report.changed."
            )
        if len(self.corrected):
            told.append(
                f"People replaced {len(self.corrected):,} accepted labels by others; they are in "
                "report.corrected."
            )
        return told or ["Nothing is left to accept."]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        from nblabel.quality.pages import part

        pool, y, names = self._session.pool, self._session.y, self._session.classes
        shown = []
        for index in self.accepted[:SHOWN].tolist():
            pixels = pool.image(index, SIDE)
            if pixels is not None:
                shown.append((names[y[index]] if y[index] >= 0 else "", pixels))
        return part(self.lines(), self.table, "The most doubtful of the labels accepted", shown)

    def page(self, path: Any) -> Path:
        """Write the report and its figure to an HTML file, and return where it is."""
        from nblabel.quality.pages import write

        return write(path, "Labels accepted from the model", self._repr_html_(), self.figure())


def auto_label(
    session: Session,
    max_error: float = 0.01,
    confidence: float = 0.95,
    *,
    per_class: bool = False,
    share: float | None = None,
    accept: bool = True,
) -> AutoLabelReport:
    """Accept labels of the model for as much of the pool as can be promised to be right.

    Parameters
    ----------
    session : Session
        With some labels. What is accepted is one step in its log, which one `undo` takes back.
    max_error : float
        At most so large a share of the labels accepted may be wrong.
    confidence : float
        How sure the promise shall be: wrong promises are made in 1 - confidence of all jobs at most.
    per_class : bool
        Promise it for the labels of each class by itself. Takes answers for each class.
    share : float, optional
        Of the unlabeled items, how many are put to the test, the surest first. Chosen such that a
        promise needs few answers, if left out. A set that was begun is gone on with, whatever is said here.
    accept : bool
        If not, nothing is written: ``report.ready`` tells what can be accepted, and ``report.accept()``
        does it.

    Returns
    -------
    AutoLabelReport
        ``print`` it. Where nothing can be promised yet, nothing is accepted, and ``report.ask()`` draws
        the items whose answers are needed; call this again when they are answered.

    Raises
    ------
    ValueError
        If a number is out of range, or nothing was labeled yet.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    StoreError
        If the log could not be written; nothing changed then.
    LearnerError
        If the learner fails.

    Notes
    -----
    See `nblabel.quality.autolabel` for how and why it holds. A promise of 1 % at 95 % confidence takes 299
    faultless answers whatever the method, one of 3 % takes 99; being allowed to look at any time, and to
    begin anew with another set, raises that to about 370 and 120.

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
    >>> for index in report.ask():
    ...     _ = session.tell(index, data.classes[data.labels[index]])
    >>> nb.auto_label(session, max_error=0.05).n_accepted > 1_000
    True
    """
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
    taken: dict[int, str] = {}
    n_before = 0
    for name in names:
        trial = trials.current(name)
        if trial is not None and not (_is_of_use(session, trial, trials) and trials.stands(trial)):
            trial = None  # other embeddings, or another learner; or people answered all of it
        if trial is not None and trial.needed(max_error, risk) == 0 and len(trials.open(trial)):
            codes = trials.opinion(trial.seq).codes
            taken |= {row: session.classes[codes[row]] for row in trials.open(trial).tolist()}
            n_before += len(np.intersect1d(trial.frame, session.accepted))
        elif _is_done(session, trial, trials, max_error, risk):
            trial = _better(trial, trials.propose(name, max_error, risk, share), max_error, risk)
        tried[name] = trial
    if taken and accept:
        session.accept(list(taken), list(taken.values()))
    report = _report(
        session, trials, tried, {} if accept else taken, list(taken), max_error, confidence
    )
    return replace(report, n_before=n_before)


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
        return False  # a promise that does not hold any more, and can be mended, comes first
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


def _report(
    session: Session,
    trials: Trials,
    tried: dict[str, Trial | None],
    ready: dict[int, str],
    taken: list[int],
    max_error: float,
    confidence: float,
) -> AutoLabelReport:
    risk = (1 - confidence) / len(tried)
    by_model = session.accepted
    promises, broken, asks = [], [], {}
    for name, trial in tried.items():
        for before, accepted in trials.earlier(name, trial):
            if len(accepted) and before.needed(max_error, risk) != 0:
                broken.append(_promise(before, max_error, risk, len(accepted)))
        if trial is None:
            promises.append(Promise(name, why=trials.why_none(name, max_error, risk)))
            continue
        n_accepted = len(np.intersect1d(trial.frame, by_model))
        promises.append(_promise(trial, max_error, risk, n_accepted))
        if promises[-1].needed:
            asks[trial] = promises[-1].needed
    last = max((trial.seq for trial in tried.values() if trial is not None), default=END)
    order = np.argsort(trials.opinion(last).sure, kind="stable")
    unlike = trials.opinion().codes[by_model] != session.y[by_model]
    return AutoLabelReport(
        max_error=max_error,
        confidence=confidence,
        promises=tuple(promises),
        accepted=order[np.isin(order, [] if ready else taken)],
        ready=order[np.isin(order, list(ready))],
        left=order[np.isin(order, np.setdiff1d(session.unanswered, list(ready)))],
        changed=by_model[unlike],
        corrected=trials.corrected,
        curve=_curve(session, trials, tried, max_error, risk),
        _session=session,
        _asks=asks,
        _trials=trials,
        labels_ready=ready,
        broken=tuple(broken),
    )


def _promise(trial: Trial, max_error: float, risk: float, n_accepted: int) -> Promise:
    return Promise(
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
        sure = trials.opinion(trial.seq).sure[trial.frame]
        surest = trial.frame[np.argsort(-sure, kind="stable")]
        for size in dict.fromkeys(round(share * len(surest)) for share in CURVE):
            part = trial.among(surest[:size])
            rows.append(
                {
                    "class": name or "all",
                    "share": size / len(session.pool),
                    "n_items": size,
                    "checks": len(part.checks),
                    "wrong": part.n_wrong,
                    "promised_error": part.bound(max_error, risk),
                    "answers_needed": part.needed(max_error, risk),
                }
            )
    columns = ["class", "share", "n_items", "checks", "wrong", "promised_error", "answers_needed"]
    return pd.DataFrame(rows, columns=columns).astype({"answers_needed": "Int64"})


def check_terms(max_error: float, confidence: float, share: float | None = None) -> None:
    """Say what is wrong with the numbers that `auto_label` takes.

    Raises
    ------
    ValueError
        If one is out of range.
    """
    if not _is_number(max_error) or not 0 <= max_error < 1:
        raise ValueError(f"max_error is {max_error!r}; it must be a share below 1, such as 0.01.")
    if not _is_number(confidence) or not 0 < confidence <= 1:
        raise ValueError(f"confidence is {confidence!r}; it must be between 0 and 1, such as 0.95.")
    if share is not None and not (_is_number(share) and 0 < share <= 1):
        raise ValueError(f"share is {share!r}; it must be between 0 and 1.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number)


def _percent(value: float) -> str:
    return f"{100 * value:.3g} %"
