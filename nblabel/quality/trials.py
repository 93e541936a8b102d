"""Sets of predictions that are tested: what the log holds about them, and which to test next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.log import frames
from nblabel.log.events import LabelEvent
from nblabel.log.state import LabelState
from nblabel.quality import NO_ANSWER
from nblabel.quality.bounds import answers_needed, expected_error, wrong_among
from nblabel.quality.trust import trust_scores
from nblabel.strategies.measures import likeliest
from nblabel.system.format import count

if TYPE_CHECKING:
    from nblabel.session import Session

FIRST_SHARE = 2 / 3  # of the risk, for the first set; of what is left, for each after it
UNLUCKY = 0.5  # errors to expect at most among the answers that a faultless set needs
SPARE = 50  # answers to lose by them: each costs nearly as many as a faultless set needs
BETTER = 0.6  # a new set must need so many times the answers before a started one is given up
# a prior on how lacks of trust compare with errors: trust scores are too low
PRIOR_WRONG, PRIOR_DOUBT = 1.0, 4.0
STEPS = 200  # sizes of sets that are considered
END = np.iinfo(np.int64).max


class Predictions:
    """The class that a model predicts for each item, and how far to trust it; each of shape (n,).

    A label of a person stands in place of the prediction.
    """

    def __init__(self, session: Session, codes: IntArray) -> None:
        self._session = session
        self.codes = codes

    @cached_property
    def trust(self) -> FloatArray:
        """Computed when asked for: it takes some seconds for a large pool."""
        session, engine = self._session, self._session.engine
        return trust_scores(
            session.embeddings, self.codes, engine.graph, session.random_state, engine.near
        )


@dataclass(frozen=True)
class Checks:
    """Items drawn at random, in the order drawn.

    Attributes
    ----------
    positions : ndarray of shape (m,), intp
    truth : ndarray of shape (m,), intp
        The label of a person, as a class number; -1 where the item was skipped or flagged.
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


def _none() -> IntArray:
    return np.empty(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Trial:
    """A set of items, what a model predicted for them, and the checks drawn from it.

    Attributes
    ----------
    name : str
        The class whose labels are tested, "" for all classes together.
    frame : ndarray of intp
        Positions of the set, ascending.
    seq : int
        The model knew the log up to here.
    number : int
        How many sets of this name there were before.
    checks : Checks
        Those drawn, up to the last one answered.
    predicted : ndarray of intp
        What the model predicted for those, as class numbers.
    gone : ndarray of intp
        Positions that will not be accepted any more, though they were not drawn: labeled, skipped
        or flagged by people, or withdrawn.
    mistaken : ndarray of intp
        Of those, where the model is known to be wrong.
    corrected : ndarray of intp
        Once the set is accepted: where people replaced an accepted label by another.
    """

    name: str
    frame: IntArray
    seq: int = END
    number: int = 0
    checks: Checks = field(default_factory=lambda: Checks(_none(), _none()))
    predicted: IntArray = field(default_factory=_none)
    gone: IntArray = field(default_factory=_none)
    mistaken: IntArray = field(default_factory=_none)
    corrected: IntArray = field(default_factory=_none)

    @property
    def n_wrong(self) -> int:
        """How many checks are not what the model predicted; those without a label count too."""
        return int((self.checks.truth != self.predicted).sum())

    @property
    def n_skipped(self) -> int:
        """How many checks were skipped or flagged."""
        return int((self.checks.truth == NO_ANSWER).sum())

    def needed(self, max_error: float, risk: float) -> int | None:
        """Return how many more right answers give the guarantee; None if no number does."""
        if len(self.corrected) > max_error * self._n_rest + 1e-9:
            return None  # whatever is found in the others
        return answers_needed(
            len(self.frame),
            len(self.checks),
            self.n_wrong,
            max_error,
            risk_of(self.number, risk),
            len(self.gone),
            len(self.mistaken),
        )

    def bound(self, max_error: float, risk: float) -> float:
        """Return the largest plausible error rate in the rest of the set."""
        size, n, wrong = len(self.frame), len(self.checks), self.n_wrong
        rest = self._n_rest
        if not n or rest <= 0:
            return float(not n)
        confidence = 1 - risk_of(self.number, risk)
        _, high = wrong_among(size, n, wrong, confidence, expected_error(max_error))
        return min(max(high - wrong - len(self.mistaken), len(self.corrected)) / rest, 1.0)

    @property
    def _n_rest(self) -> int:
        return len(self.frame) - len(self.checks) - len(self.gone)

    def among(self, rows: IntArray) -> Trial:
        """Return what is known about a part of the set."""
        inside = np.isin(self.checks.positions, rows)
        return replace(
            self,
            frame=rows,
            checks=Checks(self.checks.positions[inside], self.checks.truth[inside]),
            predicted=self.predicted[inside],
            gone=np.intersect1d(self.gone, rows),
            mistaken=np.intersect1d(self.mistaken, rows),
            corrected=np.intersect1d(self.corrected, rows),
        )


def risk_of(number: int, risk: float) -> float:
    """Return how much of the total risk the set with this number has; the first has number 0."""
    return risk * FIRST_SHARE * (1 - FIRST_SHARE) ** number


def _pays(size: int, needed: int | None) -> bool:
    """Return whether testing a set takes clearly fewer answers than labeling it."""
    return needed is not None and 2 * needed <= size


class Trials:
    """The sets of a session that were tested, and those that could be.

    Parameters
    ----------
    session : Session
        Up to date, with a label to learn from.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        session.refit(1)  # finds the neighbour graph if it may
        self._predictions: dict[int, Predictions] = {}
        self.labels = self._labels(END)
        self._classes = session.classes

    @cached_property
    def corrected(self) -> IntArray:
        """Positions of accepted labels that people replaced by another."""
        session, found = self._session, []
        for row in session.labeled.tolist():
            item = session.pool.ids[row]
            *before, last = session.state.history(item)
            label = session.state.answers[item].label
            if last.kind == "label" and any(
                event.kind == "accept" and event.labels[event.ids.index(item)] != label
                for event in before
            ):
                found.append(row)
        return np.array(found, dtype=np.intp)

    @property
    def is_current(self) -> bool:
        """Whether people have answered nothing since, and the classes are what they were."""
        same = self._session.classes == self._classes
        return same and np.array_equal(self._labels_now(), self.labels)

    def predictions(self, seq: int = END) -> Predictions:
        """Return the predictions of a model that learned what people answered up to a place."""
        if seq not in self._predictions:
            session, y = self._session, self._labels(seq)
            proba = session.engine.learner_anew(session.bulk).update(y, len(session.classes))
            codes = np.where(y >= 0, y, likeliest(proba)[0])
            self._predictions[seq] = Predictions(session, codes)
        return self._predictions[seq]

    def current(self, name: str) -> Trial | None:
        """Return the set of this name that was drawn from last."""
        started = self._started(name)
        return self._without_gone(started[-1]) if started else None

    def earlier(self, name: str, but: Trial | None) -> list[tuple[Trial, IntArray]]:
        """Return the other sets of this name, each with its labels that are still accepted."""
        found, later = [], np.zeros(len(self._session.pool), dtype=bool)
        for trial in reversed(self._started(name)):
            own = trial.frame[~later[trial.frame]]
            if but is None or trial.seq != but.seq:
                own_trial = replace(trial, corrected=np.intersect1d(own, self.corrected))
                found.append((own_trial, np.intersect1d(own, self._session.accepted)))
            later[trial.frame] = True
        return found[::-1]

    def _started(self, name: str) -> list[Trial]:
        """Return the sets of this name in the order they were begun."""
        draws: dict[str, list[LabelEvent]] = {}
        for draw in self._session.state.draws:
            # without labels it is a draw of somebody else, and tests nothing
            if draw.frame is not None and draw.labels and frames.name_of(draw.frame) == name:
                draws.setdefault(draw.frame, []).append(draw)
        return [self._trial(number, *pair) for number, pair in enumerate(draws.items())]

    def _trial(self, number: int, text: str, draws: list[LabelEvent]) -> Trial:
        checks = checks_of(self._session, draws)
        codes = {label: code for code, label in enumerate(self._session.classes)}
        # two who draw at the same moment may draw the same
        labels = {item: draw.labels[at] for draw in draws for at, item in enumerate(draw.ids)}
        predicted = [codes.get(label, NO_ANSWER - 1) for label in labels.values()]
        return Trial(
            frames.name_of(text) or "",
            self._session.numbering.from_text(text),
            draws[0].seq,
            number,
            checks,
            np.array(predicted[: len(checks)], np.intp),
        )

    def _without_gone(self, trial: Trial) -> Trial:
        """Note what left a set beside its checks: a guarantee is about what would be accepted.

        Once there is nothing left to accept, it stays what it was about.
        """
        left = self.open(trial)
        if not len(left):
            unasked = np.setdiff1d(self.corrected, trial.checks.positions)
            return replace(trial, corrected=np.intersect1d(trial.frame, unasked))
        kept = np.concatenate([left, self._session.accepted, trial.checks.positions])
        gone = np.setdiff1d(trial.frame, kept)
        known = gone[self.labels[gone] >= 0]
        if not len(known):
            return replace(trial, gone=gone)
        unlike = self.labels[known] != self.predictions(trial.seq).codes[known]
        return replace(trial, gone=gone, mistaken=known[unlike])

    def stands(self, trial: Trial) -> bool:
        """Return whether the model still predicts what it predicted when the items were drawn."""
        codes = self.predictions(trial.seq).codes
        return bool((codes[trial.checks.positions] == trial.predicted).all())

    def open(self, trial: Trial) -> IntArray:
        """Return those of a set that can be accepted: no answer yet, and not withdrawn."""
        session = self._session
        withdrawn = [session.pool.index_of(item) for item in session.state.taken_back]
        rows = np.intersect1d(trial.frame, session.unanswered, assume_unique=True)
        return np.setdiff1d(rows, withdrawn, assume_unique=True).astype(np.intp)

    def candidates(self, name: str) -> IntArray:
        """Return the items that a set of this name could be made of."""
        among = self._session.unanswered
        if name:
            among = among[self.predictions().codes[among] == self._session.classes.index(name)]
        return among

    def propose(
        self, name: str, max_error: float, risk: float, share: float | None
    ) -> Trial | None:
        """Return the largest set of most trusted predictions that is likely to pass, if any."""
        session, trust = self._session, self.predictions().trust
        among = self.candidates(name)
        among = among[np.argsort(-trust[among], kind="stable")]
        number = len({d.frame for d in session.state.draws if frames.name_of(d.frame) == name})
        if share is not None:
            size = max(round(share * len(among)), 1)
            return Trial(name, np.sort(among[:size]), number=number) if len(among) else None
        doubt = self._scale() * np.cumsum(1 - trust[among], dtype=np.float64)
        found = None
        for size in np.unique(np.linspace(0, len(among), STEPS + 1).astype(int))[:0:-1].tolist():
            needed = answers_needed(size, 0, 0, max_error, risk_of(number, risk))
            if not _pays(size, needed):
                break
            expected = needed * doubt[size - 1] / size
            if expected <= UNLUCKY:
                found = Trial(name, np.sort(among[:size]), number=number)
            if found is not None and expected * needed <= SPARE:
                break
        return found

    def why_none(self, name: str, max_error: float, risk: float) -> str:
        """Say why there is no set to propose."""
        left = len(self.candidates(name))
        if not left:
            if len(self._session.unanswered):
                return "The model predicts this class for none of the unlabeled items."
            return "Nothing is left to accept."
        needed = answers_needed(left, 0, 0, max_error, risk_of(0, risk))
        if not _pays(left, needed):
            head = (
                f"Such a guarantee takes {count(needed)} right answers, and {count(left)} items "
                "are left."
                if needed
                else f"Such a guarantee takes answers to all {count(left)} items that are left."
            )
            return f"{head} Label them by hand, allow more errors, or ask for less confidence."
        return "The model is not confident enough about any set of items; label some more."

    def draw(self, trial: Trial, n: int, **options: Any) -> IntArray:
        """Draw items of a set to be asked next, with further options of `Session.draw`.

        Raises
        ------
        ValueError
            If it is a new set, and labels have changed since it was proposed.
        """
        session = self._session
        session.refresh()
        if trial.seq == END and not self.is_current:
            raise ValueError("labels have changed since; call auto_label again before drawing.")
        predictions = self.predictions(trial.seq)
        labels = [session.classes[code] for code in predictions.codes[trial.frame].tolist()]
        trust = predictions.trust[trial.frame].tolist()
        return session.draw(
            *(n, trial.frame), predicted=labels, confidence=trust, name=trial.name, **options
        )

    def _scale(self) -> float:
        """Return how many errors there were so far for each unit of missing trust."""
        wrong, doubt = PRIOR_WRONG, PRIOR_DOUBT
        codes, y = {c: i for i, c in enumerate(self._session.classes)}, self.labels
        for draw in self._session.state.draws:
            for item, label, trust in zip(draw.ids, draw.labels, draw.probabilities, strict=False):
                truth = y[self._session.pool.index_of(item)]
                if truth >= 0:
                    wrong += codes.get(label) != truth
                    doubt += 1 - trust
        return wrong / doubt

    def _labels(self, seq: int) -> IntArray:
        """Return what people had answered before a place in the log, as class numbers."""
        session = self._session
        if seq == END:
            return self._labels_now()
        known = (event for event in session.events() if event.seq < seq)
        state = LabelState(None, known, session.pool.missing)
        codes = {label: code for code, label in enumerate(session.classes)}
        y = np.full(len(session.pool), NO_ANSWER, dtype=np.intp)
        for item, answer in state.answers.items():
            if answer.kind == "label" and answer.label in codes:
                y[session.pool.index_of(item)] = codes[answer.label]
        return y

    def _labels_now(self) -> IntArray:
        y = self._session.y
        y[self._session.accepted] = NO_ANSWER
        return y
