"""How good the labels are, read from questions that were drawn at random.

The questions of a query strategy are chosen because the model doubts them: how often it is right about
those says nothing about the rest. `Session(audit=0.1)` therefore draws every tenth question, on average,
at random from what no person has answered, and writes the draw to the log before the answer.

Two things keep the estimate honest while the answers to these questions train the model as well.
What counts for an audited item is what the model says of it after learning from all labels but those of
its part of the audited items (cross-fitting), or the label accepted from the model before the answer.
The limits are widened by the share of the pool of which the model says otherwise once it has seen all labels:
a good deal while labels are few, next to nothing later.
And a drawn item without an answer is wrong in the lower limit and right in the upper one: an item that is
skipped because it is hard to tell does not make the figures better. Only what was drawn after the last
answer is left out.

When the pool grows, checking begins anew: what was drawn before says nothing of the new items.

The limits assume that the annotator is right, and that the draws do not
decide which other items are asked. The last is only nearly so, since an audited item is not asked again:
in a small pool most of which was asked about, the limits are a little off. While labels are few, an audited
item may be the only one of its class: the model without it is much worse, and the upper limit can be too low. In 16
runs on digits the truth was above the upper limit in two, with 20 to 40 labels, and never below the lower. The model changes between
looks, which the theory behind `every_look` does not cover: `make bench-honesty` measures how often the
truth lies outside at any look. A wrong annotator shifts the figures by as much as he is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from nblabel.pool import IntArray
from nblabel.quality import frames
from nblabel.quality.bounds import Floats, wrong_among, wrong_at_once
from nblabel.strategies.measures import likeliest

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.events import LabelEvent
    from nblabel.session import Session

EVERYTHING = "all"
NO_ANSWER = -1


@dataclass(frozen=True)
class AuditReport:
    """How many labels are right, with intervals.

    Attributes
    ----------
    confidence : float
        Of each interval by itself.
    n_checks : int
        Items drawn at random and answered.
    n_skipped : int
        Items drawn at random and passed over.
    n_wrong : int
        Of the items checked, those the model was wrong about.
    accuracy : float
        Share of the pool with a right label: those of people, and those of the model for the rest.
        NaN without checks.
    low, high : float
        Its interval.
    table : DataFrame
        A row for everything, then one for each class: checks, wrong, skipped; accuracy, low, high: the
        share of right ones among the labels of that class; share, share_low, share_high: how much of
        the pool is of that class in truth.
    """

    confidence: float
    n_checks: int
    n_skipped: int
    n_wrong: int
    accuracy: float
    low: float
    high: float
    table: pd.DataFrame

    def __str__(self) -> str:
        if not self.n_checks:
            return (
                "accuracy not known: nothing was checked at random yet. Session(..., audit=0.1) draws "
                "a tenth of the questions at random; session.draw(30) draws 30 now."
            )
        checks = "1 random check" if self.n_checks == 1 else f"{self.n_checks:,} random checks"
        skipped = f", {self.n_skipped:,} more passed over" if self.n_skipped else ""
        return (
            f"accuracy {100 * self.accuracy:.1f} % ({100 * self.low:.1f}-{100 * self.high:.1f}), "
            f"from {checks}{skipped}"
        )


@dataclass(frozen=True)
class Checks:
    """Items drawn at random, in the order drawn.

    Attributes
    ----------
    positions : ndarray of shape (m,), intp
    truth : ndarray of shape (m,), intp
        What a person says, as a class number; -1 where the item was passed over.
    """

    positions: IntArray
    truth: IntArray

    def __len__(self) -> int:
        return len(self.positions)


def checks_of(session: Session, draws: list[LabelEvent]) -> Checks:
    """Return what became of some draws, up to the last one that was answered."""
    ids = list(dict.fromkeys(item for draw in draws for item in draw.ids))
    positions = np.array([session.pool.index_of(item) for item in ids], dtype=np.intp)
    y = session.y
    y[session.accepted] = NO_ANSWER
    truth = y[positions]
    answered = np.flatnonzero(truth >= 0)
    last = int(answered[-1]) + 1 if len(answered) else 0
    return Checks(positions[:last], truth[:last])


def estimate(session: Session, confidence: float, every_look: bool, n_folds: int) -> AuditReport:
    """Return the report of `Session.audit`."""
    import pandas as pd

    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence!r}; it must be between 0 and 1, such as 0.95.")
    if n_folds < 2:
        raise ValueError(f"n_folds is {n_folds!r}; it must be at least 2.")
    session.refresh()
    # what was drawn before the pool grew says nothing of the new items
    frame = frames.whole(len(session.pool))
    draws = [draw for draw in session.state.draws if draw.frame == frame]
    checks = checks_of(session, draws)
    guess, moved = _said_without(session, checks, n_folds)
    limits = wrong_among if every_look else wrong_at_once
    settled = _by_people(session)
    # what the draws stand for: all that people have not answered otherwise
    stands = ~settled
    stands[checks.positions] = True
    y = session.y
    y = np.where(y >= 0, y, likeliest(session.refit(1).proba)[0])  # what is handed over
    believed = y.copy()
    believed[checks.positions] = guess
    total = len(y)
    rows: list[dict[str, Any]] = []
    for code, name in [(-1, EVERYTHING), *enumerate(session.classes)]:
        about = guess == code if code >= 0 else np.ones(len(checks), dtype=bool)
        handed = y == code if code >= 0 else np.ones(total, dtype=bool)
        size = int((stands & (believed == code)).sum()) if code >= 0 else int(stands.sum())
        passed = int((about & (checks.truth < 0)).sum())
        wrong = int((about & (checks.truth >= 0) & (checks.truth != guess)).sum())
        n = int(about.sum())
        low, _ = limits(size, n, wrong, confidence)
        _, high = limits(size, n, wrong + passed, confidence)
        seen = n - passed
        # those found were set right; of some the model says otherwise for having seen all labels
        middle = wrong / seen * size if seen else np.nan
        left = np.array([middle, high + moved[code], low - moved[code]]) - wrong
        whole = max(int(handed.sum()), 1)
        right = np.clip(1 - np.maximum(left, 0) / whole, 0, 1)
        row: dict[str, Any] = {"class": name, "checks": seen, "wrong": wrong, "skipped": passed}
        row |= dict(zip(("accuracy", "low", "high"), right.tolist(), strict=True))
        if code >= 0:
            found, missed = int((checks.truth == code).sum()), int((checks.truth < 0).sum())
            known = int((session.y[~stands] == code).sum())
            m, everything = len(checks), int(stands.sum())
            low, _ = limits(everything, m, found, confidence)
            _, high = limits(everything, m, found + missed, confidence)
            middle = found / (m - missed) * everything if m > missed else np.nan
            shares = [(known + part) / total for part in (middle, low, high)]
        else:
            shares = [1.0, 1.0, 1.0]
        row |= dict(zip(("share", "share_low", "share_high"), shares, strict=True))
        rows.append(row)
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


def _by_people(session: Session) -> np.ndarray:
    """Return which items people answered: labeled, imported or flagged; shape (n,)."""
    settled = np.zeros(len(session.pool), dtype=bool)
    settled[session.labeled] = True
    settled[[session.pool.index_of(item) for item in session.flagged()]] = True
    return settled


def _said_without(session: Session, checks: Checks, n_folds: int) -> tuple[IntArray, Floats]:
    """Return what the model says of audited items without having seen their labels.

    Returns
    -------
    said : ndarray of shape (m,), intp
        Class numbers.
    moved : ndarray of shape (n_classes + 1,), float64
        Of how many items, on average, it says otherwise with all labels; by class, at the end of all.
    """
    said = np.empty(len(checks), dtype=np.intp)
    moved = np.zeros(len(session.classes) + 1)
    if not len(checks):
        return said, moved
    full, free = session.refit(1).predicted[0], session.y < 0
    y = session.snapshot().y
    n_classes = len(session.classes)
    learner = session.engine.learner_anew()
    folds = np.arange(len(checks)) % min(n_folds, max(len(checks), 2))
    for fold in tqdm(np.unique(folds), "Checking", delay=1, leave=False):
        held = folds == fold
        without = y.copy()
        without[checks.positions[held]] = -1
        found = likeliest(learner.update(without, n_classes))[0]
        said[held] = found[checks.positions[held]]
        unlike = free & (found != full)
        both = np.concatenate([found[unlike], full[unlike]])
        counts = [*np.bincount(both, minlength=n_classes), unlike.sum()]
        moved += np.array(counts) * held.mean()
    codes = {name: code for code, name in enumerate(session.classes)}
    for place, item in enumerate(checks.positions.tolist()):
        accepted = _accepted_before(session, session.pool.ids[item])
        if accepted is not None:
            said[place] = codes[accepted]
    return said, moved


def _accepted_before(session: Session, item: str) -> str | None:
    """Return the label accepted from the model that the answer of a person replaced."""
    told = session.state.history(item)
    if not told or told[-1].kind != "label":
        return None
    for event in reversed(told):
        if event.kind == "accept":
            return event.labels[event.ids.index(item)]
    return None
