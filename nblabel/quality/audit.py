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

To need fewer answers, not every item drawn is asked about. Of what the model was sure of when it last
learned, every other one drawn is spared, by a coin; one that is found wrong counts twice for it. The tenth that it doubts
the most is always asked about. All of what was drawn is in the log, with the chance it had. So a person's answers go
where mistakes are likely, and on average each mistake still counts once: the two-phase sampling of Neyman (1938).

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

from nblabel.arrays import FloatArray, IntArray
from nblabel.log import frames
from nblabel.log.events import Answer, LabelState
from nblabel.quality.bounds import Bools, Floats, Judged, check_confidence, wrong_now
from nblabel.strategies.measures import likeliest
from nblabel.system import progress

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.log.events import LabelEvent
    from nblabel.session import Session

Codes = npt.NDArray[np.uint8]

EVERYTHING = "all"
NO_ANSWER = -1
DOUBTED = 0.1  # share of the pool that is always asked about when drawn
SPARED = 0.5  # share of the others that is not
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


def toss(sure: FloatArray, n: int, rng: np.random.Generator) -> tuple[list[int], list[float]]:
    """Draw items one after the other, and decide by a coin whether a person is asked about each.

    Parameters
    ----------
    sure : ndarray of shape (m,)
        How sure the model is of each.
    n : int
        How many to ask about; all, where there are fewer.
    rng : Generator
        Draws, and tosses the coins.

    Returns
    -------
    places : list of int
        The items in the order drawn. One that is spared may be drawn again.
    chances : list of float
        The chance with which each was to be asked about; 0 for one that is spared.
    """
    places: list[int] = []
    chances: list[float] = []
    if not len(sure):
        return places, chances
    chance = np.where(sure <= np.quantile(sure, DOUBTED), 1, 1 - SPARED)
    left = np.arange(len(sure))
    for last in range(len(left) - 1, len(left) - 1 - min(n, len(left)), -1):
        asked = False
        while not asked:
            at = int(rng.integers(last + 1))
            asked = rng.random() < chance[left[at]]
            places.append(int(left[at]))
            chances.append(float(chance[left[at]]) if asked else 0.0)
        left[at] = left[last]
    return places, chances


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
                free = (self._people < 0) & ~self._aside & ~self._drawn
                weight, heaviest = weights(event)
                # else somebody drew without knowing of the draw or the answer before, perhaps with the
                # same random numbers: what was spared may be spared for the second time
                if free[rows[weight > 0]].all():
                    moment = Moment(rows, weight, heaviest, np.packbits(free), self._say())
                    self.moments.append(moment)
                self._drawn[rows[weight > 0]] = True
        self._whole = True

    def _note(self, row: int, answer: Answer | None) -> None:
        label = None if answer is None else answer.label
        code = self._codes.get(label or "", NO_ANSWER)
        model = answer is not None and answer.kind == "accept"
        self._people[row] = NO_ANSWER if model else code
        self._accepted[row] = code if model else NO_ANSWER
        # a class that was taken back later has no code; still, the item could not be drawn
        self._aside[row] = answer is not None and (
            answer.kind == "flag" or (answer.kind == "label" and code == NO_ANSWER)
        )

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
        Positions drawn, in order; one that was spared may come again.
    weight : ndarray of float
        One over the chance with which each was to be asked about; 0 if it was spared.
    heaviest : float
        The largest weight that there could have been.
    free : ndarray of uint8
        Bits: whether an item could be drawn.
    said : ndarray of shape (n,), uint8
        The label that each had.
    """

    rows: IntArray
    weight: Floats
    heaviest: float
    free: Codes
    said: Codes


def weights(draw: LabelEvent) -> tuple[Floats, float]:
    """Return the weights of the items of a draw, and the largest that they could have been."""
    if not draw.probabilities:
        return np.ones(len(draw.ids)), 1.0
    chance = np.array(draw.probabilities)
    return np.divide(1, chance, out=np.zeros(len(chance)), where=chance > 0), 1 / (1 - SPARED)


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
    drawn, weight, heaviest = _in_a_row(record.moments)
    asked = weight > 0
    answered = np.flatnonzero(asked & (y[drawn] >= 0))
    # what was drawn after the last one answered waits for its answer
    m = int(answered[-1]) + 1 if len(answered) else 0
    truth, said, counts = y[drawn][:m], said[:m], counts[:m]
    asked, weight, heaviest = asked[:m], weight[:m], heaviest[:m]
    unknown, wrong = asked & (truth < 0), asked & (truth >= 0) & (truth != said)
    free = y < 0
    rows: list[dict[str, Any]] = []
    for code, name in [(-1, EVERYTHING), *enumerate(session.classes)]:
        about = said == code if code >= 0 else np.ones(m, dtype=bool)
        kept, changed, known, then, of_class = (
            counts[:, :, code] if code >= 0 else counts.sum(axis=2)
        ).T
        seen, missed = about & asked & ~unknown, int((about & unknown).sum())
        row: dict[str, Any] = {
            "class": name,
            "checks": int(seen.sum()),
            "wrong": int(wrong[about].sum()),
            "skipped": missed,
        }
        whole = (handed == code) if code >= 0 else np.ones(len(y), dtype=bool)
        left = int((whole & free).sum())
        size = kept + changed + then
        judged = Judged(size, known, kept, changed, wrong, unknown, weight, heaviest)[about]
        limits = wrong_now(left, judged, confidence)
        n_handed = max(int(whole.sum()), 1)
        high, low = (1 - number / n_handed for number in limits)
        row |= {"accuracy": _middle(wrong[seen], weight[seen], left / n_handed, low, high)}
        row |= {"low": low, "high": high}
        row |= _share(code, y, truth, counts, of_class, weight, heaviest, confidence)
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
        All draws, each item of them answered that was asked about.
    y, handed : ndarray of shape (n,), intp
        What people say, -1 where nobody did, and the labels handed over.
    confidence : float
    """
    n_classes = 1 + max([int(handed.max()), *(int(moment.said.max()) for moment in moments)])
    counts, said = _compare(moments, y, handed, n_classes)
    kept, changed, known, then, _ = counts.sum(axis=2).T
    drawn, weight, heaviest = _in_a_row(moments)
    size, wrong, unknown = kept + changed + then, y[drawn] != said, np.zeros(len(drawn), dtype=bool)
    judged = Judged(size, known, kept, changed, wrong, unknown, weight, heaviest)
    low, high = wrong_now(int((y < 0).sum()), judged, confidence)
    return 1 - high / len(y), 1 - low / len(y)


def _in_a_row(moments: list[Moment]) -> tuple[IntArray, Floats, Floats]:
    """Return the items of all draws, their weights, and the largest that these could have been."""
    if not moments:
        return np.empty(0, np.intp), np.empty(0), np.empty(0)
    return (
        np.concatenate([moment.rows for moment in moments]),
        np.concatenate([moment.weight for moment in moments]),
        np.repeat([moment.heaviest for moment in moments], [len(one.rows) for one in moments]),
    )


def _middle(wrong: Bools, weight: Floats, unchecked: float, low: float, high: float) -> float:
    """Return the likeliest accuracy: by the later half of the checks, which judged a later model."""
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
) -> dict[str, float]:
    """Return how much of the pool is of a class: likely, at least and at most."""
    names = ("share", "share_low", "share_high")
    if code < 0:
        return dict.fromkeys(names, 1.0)
    known, left = int((y == code).sum()), int((y < 0).sum())
    everything = counts.sum(axis=2)
    kept = everything[:, 0] + everything[:, 1]
    size, changed, unknown = (
        kept + everything[:, 3],
        np.zeros_like(kept),
        (weight > 0) & (truth < 0),
    )
    judged = Judged(size, of_class, kept, changed, truth == code, unknown, weight, heaviest)
    low, high = wrong_now(left, judged, confidence)
    middle, told = np.nan, weight * (truth >= 0)
    if told.any():
        middle = np.clip(np.average(truth == code, weights=told) * left, low, high)
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
    free, then = np.zeros(len(y), dtype=bool), np.zeros(len(y), dtype=np.uint8)
    now = np.zeros((5, n_classes), dtype=np.int64)
    for moment in moments:
        before, free = (free, then), np.unpackbits(moment.free, count=len(y)).astype(bool)
        then = moment.said
        # few items are not as they were a draw before, and only those are counted again
        new = np.flatnonzero((before[0] != free) | (before[1] != then))
        for sign, (these, labels) in ((-1, before), (1, (free, then))):
            rows = new[these[new]]
            now += sign * _count(labels[rows], y[rows], handed[rows], n_classes)
        left = now.copy()
        for row, weight in zip(moment.rows.tolist(), moment.weight.tolist(), strict=True):
            found.append(left.copy())
            said.append(then[row])
            if weight:  # the next of this draw is not drawn from this one
                one = slice(row, row + 1)
                left -= _count(then[one], y[one], handed[one], n_classes)
    shape = (len(found), 5, n_classes)
    return np.array(found, dtype=np.int64).reshape(shape), np.array(said, dtype=np.intp)


def _count(then: Codes, y: IntArray, handed: IntArray, n_classes: int) -> IntArray:
    """Count some items by label, of five kinds; see `_compare`."""
    answered, same = y >= 0, then == handed
    kinds: list[tuple[Any, Bools]] = [
        (then, ~answered & same),
        (then, ~answered & ~same),
        (then, answered & (y != then)),
        (then, answered),
        (y, answered),
    ]
    return np.array([np.bincount(labels[those], minlength=n_classes) for labels, those in kinds])
