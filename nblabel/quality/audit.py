"""How good the labels are, read from questions that were drawn at random.

The questions of a query strategy are chosen because the model doubts them: how often it is right about
those says nothing about the rest. `Session(audit=0.1)` therefore draws every tenth question, on average,
at random from what no person has answered, and writes the draw to the log before the answer.

What is estimated is the share of right ones among the labels handed over now: those of people, those accepted
from the model, and for the rest what the model says after learning from all there is. The limits hold at every
look, though the answers to random questions train the model as well, and whatever else is asked. Each drawn item
judges the model as it was when the item was drawn, which had seen neither the item's label nor the draw. The
labels handed over now are compared with those of that moment: where they are the same, they are as right
or wrong as they were; where the model has changed its mind, either may be right. So a check says the less the more the
model has changed since, and an old one hardly widens the limits nor narrows them. See
`nblabel.quality.bounds.wrong_now` for the proof.

A drawn item without an answer is wrong in the lower limit and right in the upper one: an item that
is skipped because it is hard to tell does not make the figures better. Only what was drawn after the last
answer is left out. When the pool grows, checking begins anew: what was drawn before says nothing of the
new items.

The limits assume that the annotator is right: a wrong one shifts the figures by as much as he is wrong, which
`AuditReport.allowing` allows for. And that embeddings and learner are not chosen by what the audit says of them. They do not assume anything of the
model, the strategy, or the order of questions. Each interval has the stated confidence by itself, not all
of a table at once.

Judging the model of today on items kept from it one after the other (cross-validation) would be closer to
today's model, but gives no limits that hold: while labels are few, an item drawn may be the only one of its
class, and a model that lacks just that class is wrong about just that item. Such errors are not
independent; limits that took them for independent were off in 10 of 60 runs on digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from nblabel import progress
from nblabel.events import Answer, LabelState
from nblabel.pool import IntArray
from nblabel.quality import frames
from nblabel.quality.bounds import Judged, check_confidence, wrong_now
from nblabel.strategies.measures import likeliest

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.events import LabelEvent
    from nblabel.session import Session

Codes = npt.NDArray[np.uint8]

EVERYTHING = "all"
NO_ANSWER = -1
ANEW = 0.05  # share of labels that differ before a draw judges a model that learned anew


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

    def allowing(self, mistakes: float) -> tuple[float, float]:
        """Return the interval of the accuracy for an annotator who makes mistakes.

        Parameters
        ----------
        mistakes : float
            Largest share of the pool that the annotator would be wrong about, from 0 to 1; see
            `Session.consistency` for how often the same question gets the same answer.

        Returns
        -------
        low, high : float
            Whether a label is right is seen differently only where the annotator is wrong, so each end moves
            by that share, and not beyond 0 and 1.

        Raises
        ------
        ValueError
            If the share is not between 0 and 1.
        """
        if not isinstance(mistakes, int | float | np.number) or not 0 <= mistakes <= 1:
            raise ValueError(
                f"mistakes is {mistakes!r}; it must be a share from 0 to 1, such as 0.05."
            )
        return max(self.low - mistakes, 0.0), min(self.high + mistakes, 1.0)

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
    positions = session.pool.indices_of(ids)
    y = session.y
    y[session.accepted] = NO_ANSWER
    truth = y[positions]
    answered = np.flatnonzero(truth >= 0)
    last = int(answered[-1]) + 1 if len(answered) else 0
    return Checks(positions[:last], truth[:last])


class Record:
    """What was said of all items whenever some were drawn; kept from one look to the next.

    Parameters
    ----------
    session : Session
        Its learner, embeddings and classes are those of the whole record; see `fits`.
    """

    def __init__(self, session: Session) -> None:
        n = len(session.pool)
        self._engine, self._classes = session.engine, session.classes
        self._learn_accepted = session.learn_accepted
        self._learner = session.engine.learner_anew()
        self._state = LabelState(session.classes)
        self._codes = {name: code for code, name in enumerate(session.classes)}
        self._seq = 0
        self._whole = True  # an interrupt in the middle of a draw leaves nothing to go on with
        self._people = np.full(n, NO_ANSWER, dtype=np.intp)  # labels of people
        self._accepted = np.full(n, NO_ANSWER, dtype=np.intp)
        self._aside = np.zeros(n, dtype=bool)  # flagged
        self._drawn = np.zeros(n, dtype=bool)
        self._learned: IntArray | None = None
        self._said = np.zeros(n, dtype=np.uint8)
        self.moments: list[Moment] = []

    def fits(self, session: Session) -> bool:
        """Return whether the record goes on, or has to be made anew."""
        return (
            self._whole
            and session.engine is self._engine
            and session.classes == self._classes
            and session.learn_accepted == self._learn_accepted
        )

    def catch_up(self, session: Session) -> None:
        """Read on in the log, and learn as the model did at the time of each draw."""
        events = session.store.read(after=self._seq)
        frame = frames.whole(len(session.pool))
        self._whole = False
        for event in progress.over(events, "Checking"):
            self._seq = event.seq
            for item in self._state.apply(event):
                self._note(session.pool.index_of(item), self._state.answers.get(item))
            if event.kind == "audit" and event.frame == frame:
                rows = session.pool.indices_of(event.ids)
                rows = rows[~self._drawn[rows]]
                free = (self._people < 0) & ~self._aside & ~self._drawn
                self.moments.append(Moment(rows, np.packbits(free), self._say()))
                self._drawn[rows] = True
        self._whole = True

    def _note(self, row: int, answer: Answer | None) -> None:
        label = None if answer is None else answer.label
        # a class that was taken back later has no code
        code = self._codes.get(label or "", NO_ANSWER)
        model = answer is not None and answer.kind == "accept"
        self._people[row] = NO_ANSWER if model else code
        self._accepted[row] = code if model else NO_ANSWER
        self._aside[row] = answer is not None and answer.kind == "flag"

    def _say(self) -> Codes:
        """Return the label that each item has at this place in the log, those of the model included."""
        y = self._people
        if self._learn_accepted:
            y = np.where(y >= 0, y, self._accepted)
        if self._learned is None or _differ(y, self._learned):
            self._learned = y.copy()
            proba = self._learner.update(self._learned, len(self._classes))
            self._said = likeliest(proba)[0].astype(np.uint8)
        taken = self._accepted >= 0
        if not taken.any():
            return self._said  # one array for many draws
        return np.where(taken, self._accepted, self._said).astype(np.uint8)


@dataclass(frozen=True)
class Moment:
    """A draw, and what was known before it.

    Attributes
    ----------
    rows : ndarray of intp
        Positions drawn, in order.
    free : ndarray of uint8
        Bits: whether an item could be drawn.
    said : ndarray of shape (n,), uint8
        The label that each had.
    """

    rows: IntArray
    free: Codes
    said: Codes


def _differ(y: IntArray, learned: IntArray) -> bool:
    """Return whether labels are so different that it is worth learning from them anew."""
    return bool((y != learned).sum() > ANEW * (learned >= 0).sum())


def estimate(session: Session, confidence: float) -> AuditReport:
    """Return the report of `Session.audit`."""
    import pandas as pd

    check_confidence(confidence)
    session.refresh()
    said_now = session.refit(1).predicted[0]  # finds the neighbour graph if it may
    record = session.judged
    record.catch_up(session)
    y = session.y
    handed = np.where(y >= 0, y, said_now)
    y[session.accepted] = NO_ANSWER  # from here on what people say
    n_classes = len(session.classes)
    counts, said = _compare(record.moments, y, handed, n_classes)
    drawn = np.concatenate([moment.rows for moment in record.moments] or [np.empty(0, np.intp)])
    answered = np.flatnonzero(y[drawn] >= 0)
    # what was drawn after the last one answered waits for its answer
    m = int(answered[-1]) + 1 if len(answered) else 0
    truth, said, counts = y[drawn][:m], said[:m], counts[:m]
    unknown, wrong = truth < 0, (truth >= 0) & (truth != said)
    free = y < 0
    rows: list[dict[str, Any]] = []
    for code, name in [(-1, EVERYTHING), *enumerate(session.classes)]:
        about = said == code if code >= 0 else np.ones(m, dtype=bool)
        kept, changed, known, then, of_class = (
            counts[:, :, code] if code >= 0 else counts.sum(axis=2)
        ).T
        seen, missed = about & ~unknown, int((about & unknown).sum())
        row: dict[str, Any] = {
            "class": name,
            "checks": int(seen.sum()),
            "wrong": int(wrong[about].sum()),
            "skipped": missed,
        }
        whole = (handed == code) if code >= 0 else np.ones(len(y), dtype=bool)
        left = int((whole & free).sum())
        size = kept + changed + then
        judged = Judged(size, known, kept, changed, wrong, unknown)[about]
        limits = wrong_now(left, judged, confidence)
        n_handed = max(int(whole.sum()), 1)
        high, low = (1 - number / n_handed for number in limits)
        row |= {"accuracy": _middle(wrong[seen], left / n_handed, low, high)}
        row |= {"low": low, "high": high}
        row |= _share(code, y, truth, counts, of_class, confidence)
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


def accuracy_of(
    moments: list[Moment], y: IntArray, handed: IntArray, confidence: float
) -> tuple[float, float]:
    """Return the limits for the share of right labels.

    Parameters
    ----------
    moments : list of Moment
        All draws, each item of them answered.
    y, handed : ndarray of shape (n,), intp
        What people say, -1 where nobody did, and the labels handed over.
    confidence : float
    """
    counts, said = _compare(moments, y, handed, int(handed.max()) + 1)
    kept, changed, known, then, _ = counts.sum(axis=2).T
    truth = y[np.concatenate([moment.rows for moment in moments])]
    judged = Judged(kept + changed + then, known, kept, changed, truth != said, truth < 0)
    low, high = wrong_now(int((y < 0).sum()), judged, confidence)
    return 1 - high / len(y), 1 - low / len(y)


def _middle(wrong: Any, unchecked: float, low: float, high: float) -> float:
    """Return the likeliest accuracy: by the later half of the checks, which judged a later model."""
    if not len(wrong):
        return np.nan
    later = wrong[len(wrong) // 2 :]
    return float(np.clip(1 - unchecked * later.mean(), low, high))


def _share(
    code: int, y: IntArray, truth: IntArray, counts: Any, of_class: Any, confidence: float
) -> dict[str, float]:
    """Return how much of the pool is of a class: likely, at least and at most."""
    names = ("share", "share_low", "share_high")
    if code < 0:
        return dict.fromkeys(names, 1.0)
    known, left = int((y == code).sum()), int((y < 0).sum())
    everything = counts.sum(axis=2)
    kept = everything[:, 0] + everything[:, 1]
    judged = Judged(
        kept + everything[:, 3], of_class, kept, np.zeros_like(kept), truth == code, truth < 0
    )
    low, high = wrong_now(left, judged, confidence)
    answers = truth[truth >= 0]
    middle = (answers == code).mean() * left if len(answers) else np.nan
    if len(answers):
        middle = np.clip(middle, low, high)
    return {
        name: float((known + n) / len(y))
        for name, n in zip(names, (middle, low, high), strict=True)
    }


def _compare(
    moments: list[Moment], y: IntArray, handed: IntArray, n_classes: int
) -> tuple[Any, IntArray]:
    """Compare the labels of each moment with those of now.

    Returns
    -------
    counts : ndarray of shape (m, 5, n_classes)
        For each item drawn, of what it was drawn from, by the label then: not answered since, and the same
        label now; another label now; answered since, and found wrong; answered since; and, by the answer, answered since.
    said : ndarray of shape (m,), intp
        The label that each had.
    """
    found, said = [], []
    for moment in moments:
        free = np.unpackbits(moment.free, count=len(y)).astype(bool)
        then = moment.said.astype(np.intp)
        masks = _kinds(then, y, handed)
        now = np.array([np.bincount(t[free & mask], minlength=n_classes) for t, mask in masks])
        for row in moment.rows.tolist():
            found.append(now.copy())
            said.append(then[row])
            one = slice(row, row + 1)  # the next of this draw is not drawn from this one
            for kind, (t, mask) in enumerate(_kinds(then[one], y[one], handed[one])):
                now[kind] -= np.bincount(t[mask], minlength=n_classes)
    shape = (len(found), 5, n_classes)
    return np.array(found, dtype=np.int64).reshape(shape), np.array(said, dtype=np.intp)


def _kinds(then: IntArray, y: IntArray, handed: IntArray) -> list[tuple[IntArray, Any]]:
    """Return what to count items by, and which of them; see `_compare`."""
    answered, same = y >= 0, then == handed
    return [
        (then, ~answered & same),
        (then, ~answered & ~same),
        (then, answered & (y != then)),
        (then, answered),
        (y, answered),
    ]
