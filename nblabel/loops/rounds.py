"""Loops in which the model labels what it is confident about, and a person the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import IntArray, is_number, is_whole
from nblabel.loops.ledger import Ledger, labeling_bar
from nblabel.loops.predictions import Predictions, predictions_of, warn
from nblabel.session import Session
from nblabel.system.format import count
from nblabel.system.report import check_session

if TYPE_CHECKING:
    import pandas as pd

FINISHES = ("human", "model")


def threshold_loop(
    session: Session,
    oracle: Callable[[IntArray], Any] | None = None,
    *,
    start: float = 0.01,
    upper: float = 0.99,
    lower: float = 0.01,
    stop: float = 0.01,
    finish: str = "human",
    n_accept: int | None = None,
    balanced: bool = False,
    max_rounds: int = 100,
    learn: bool | None = None,
    y: Any = None,
    progress: bool = True,
) -> Any:
    """Label a pool in rounds: the model the most confident items, a person the least confident.

    1. A random part, `start`, is labeled by hand; labels that are there already count.
    2. The learner learns, and predicts the items without a label.
    3. Every prediction with a probability above `upper` is accepted, by `Session.accept`.
    4. Of what is left, the part `lower` with the lowest top probability is labeled by hand.
    5. Again from 2, until less than `stop` is left, which `finish` labels.

    Parameters
    ----------
    session : Session
        What to label, with which learner. Each round is one step that one ``session.undo()`` takes
        back, and one for the labels by hand. A loop that was interrupted goes on when called again.
    oracle : callable, optional
        Answers in place of a person, to try settings out where the answers are known: gets
        positions in the pool, an ndarray of intp, and returns a class name for each; with several
        tags, a list of tags for each or an array of 1 and 0. Without it a person answers; see
        below.
    start : float or int
        A share of the pool if it is a float; a number of items if it is an int.
    upper : float
        Between 0 and 1. The nearer to 1, the fewer mistakes and the more rounds.
    lower, stop : float or int
        A share or a number, as `start`. `lower` is of what is left in that round, `stop` of the
        pool.
    finish : {"human", "model"}
        Who labels what is left in the end.
    n_accept : int, optional
        Accept that many of the most confident predictions in each round, instead of those above
        `upper`.
    balanced : bool
        With `n_accept`: the most confident of each predicted class, each class with its share of
        what is left, so that easy classes do not crowd out the others. (Equal numbers of each class
        would use up a rare class and then accept items that do not belong to it.)
    max_rounds : int
        The most rounds; the loop then ends with a warning that says what may be changed.
    learn : bool, optional
        Whether accepted labels are learned from. It is set as ``session.learn_accepted`` and stays
        so for this session; the log does not hold it, so a session opened again needs
        ``learn_accepted=True``. If not given: by every learner but those with label
        propagation, see below.
    y : sequence of n, optional
        The right answers, class names or numbers, to count errors with; with several tags an array
        or DataFrame of 1 and 0, (n, n_classes). Nothing else uses them.
    progress : bool
        Show a progress bar if it takes more than a second.

    Returns
    -------
    DataFrame or Rounds
        With an oracle: one row for each round, see `Rounds.table`. Without: an iterator over the
        positions that a person must label.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or `y` or the oracle gives what is no class.
    TypeError
        If it is no session: of a panel, pass ``panel.session``.
    LearnerError
        If the learner fails on the labels.
    StoreError
        If the log could not be read or written; what was committed before stays.

    Notes
    -----
    With several tags an item the model answers about each tag by itself: "yes" where its
    probability is above `upper`, "no" where that of "no" is; `n_accept` counts such answers, and
    `balanced` takes the share of each tag's "yes" and "no". People answer the items with the least
    confident answers in whole. Of a tag that they found on no item, or on all, nothing is accepted;
    the loop warns about it, and leaves that open. A rare tag is denied nearly everywhere with a
    high probability, so `upper` alone says little about how many of its items are found: see
    `average_precision` and, for a guarantee, `nblabel.auto_label`.

    Nothing is accepted before a person labeled items of two classes. A class without any label by
    hand cannot be predicted, so all its items get a wrong label where the model labels them. The
    loop warns about it; `start` must be large enough for the rarest class to be seen.

    Label propagation spreads labels through the whole pool by itself. Learning from its own
    predictions adds nothing then, and one error at a border spreads through the class behind it: on
    MNIST, from 60 random labels, with 5,000 accepted and 20 labeled by hand in a round, 5.8 % were
    wrong in the end. Besides, its probabilities are low while labels are few; its thresholds are
    nearer to 0.5 than to 1.

    The method is threshold-based auto-labeling. Vishwakarma et al. [1]_ show when its errors stay
    rare: it needs calibrated probabilities, such as those of ``learner="softmax-calibrated"``.

    References
    ----------
    .. [1] Vishwakarma, Lin, Sala, Vinayak: Promises and Pitfalls of Threshold-based Auto-labeling.
       NeurIPS 2023.

    Examples
    --------
    >>> import numpy as np
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> names = np.array(data.classes)[data.labels]
    >>> session = nb.Session(data.images, data.classes, learner="softmax")
    >>> table = nb.threshold_loop(session, lambda i: names[i], start=100, upper=0.8, y=names)
    >>> table.columns.tolist()
    ['round', 'n_human', 'n_model', 'n_left', 'n_mislabeled', 'seconds']

    With a person, in a notebook: label what the panel asks, then go on with the next round.

    >>> panel = nb.Labeler(data.images, data.classes, learner="softmax")
    >>> rounds = nb.threshold_loop(panel.session, start=100, upper=0.9)
    >>> panel.show_next(next(rounds))
    """
    check_session(session)
    n = len(session.pool)
    if n_accept is None and not (is_number(upper) and 0 <= upper < 1):
        raise ValueError(f"upper is {upper!r}; pass a probability from 0 to below 1.")
    if finish not in FINISHES:
        raise ValueError(f"unknown finish {finish!r}; choose 'human' or 'model'.")
    if balanced and n_accept is None:
        raise ValueError("balanced=True needs n_accept=, the number accepted in a round.")
    n_start, n_stop = _number(start, n, "start"), _number(stop, n, "stop")
    _number(lower, n, "lower")
    n_accept = None if n_accept is None else _whole(n_accept, "n_accept")
    max_rounds = _whole(max_rounds, "max_rounds")
    if not n_start and not session.n_labeled:
        raise ValueError("start is 0 and nothing is labeled: there is nothing to learn from.")
    session.learn_accepted = _learns(session) if learn is None else learn
    ledger = Ledger(session, y)

    def accepted(found: Predictions) -> IntArray:
        if not found.knows_two:
            return np.empty(0, dtype=np.intp)  # what knows one class predicts it everywhere
        if n_accept is None:
            return found.above(upper)
        return found.most_confident(n_accept, balanced=balanced)

    def steps() -> Generator[IntArray]:
        missing = n_start - session.n_labeled
        if missing > 0:
            rng = np.random.default_rng(session.random_state)
            yield from _by_hand(session, ledger, rng.permutation(session.unanswered)[:missing])
        ledger.note()
        for _ in range(max_rounds):
            found = predictions_of(session)
            if len(found.left) < n_stop or not len(found.left):
                break
            chosen = accepted(found)
            if len(chosen):
                found.accept(chosen)
            unsure = found.least_confident()
            unsure = unsure[: _number(lower, len(unsure), "lower")]
            if not len(unsure) and not len(chosen):
                _warn_of_a_stall(found, upper)
                return
            yield from _by_hand(session, ledger, unsure)
            ledger.note()
        else:
            found = predictions_of(session)
            if len(found.left) >= n_stop and len(found.left):
                _warn_of_the_last_round(found, max_rounds)
                return
        found = predictions_of(session)
        left = found.left
        if finish == "human":
            left = np.intersect1d(left, session.unanswered)
            yield from _by_hand(session, ledger, left)
        elif len(left):
            found.accept(np.arange(len(found.items)))
        if len(left):
            ledger.note()
        found.warn_of_unseen()

    rounds = Rounds(steps(), ledger)
    if oracle is None:
        return rounds
    with labeling_bar(session, progress) as advance:
        for indices in rounds:
            session.tell(indices, oracle(indices))
            advance()
    return rounds.table


def self_training(
    session: Session,
    *,
    n: int = 10,
    rounds: int | None = None,
    balanced: bool = False,
    learn: bool | None = None,
    y: Any = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Accept the n most confident predictions, learn from them, and again: self-training.

    Parameters
    ----------
    session : Session
        With labels of at least two classes. Each round is one step that one ``session.undo()``
        takes back.
    n : int
        How many predictions are accepted in a round; with several tags, answers about a tag.
    rounds : int, optional
        How many rounds; until nothing is left, if not given.
    balanced : bool
        Accept of each predicted class its share, with several tags of each "yes" and "no", as in
        `threshold_loop`.
    learn : bool, optional
        Whether accepted labels are learned from, as in `threshold_loop`.
    y : sequence of n, optional
        The right answers, to count errors with, as in `threshold_loop`.
    progress : bool
        Show a progress bar if it takes more than a second.

    Returns
    -------
    DataFrame
        One row for each round, see `Rounds.table`; the first, round 0, is how it began.

    Raises
    ------
    ValueError
        If there are no labels of two classes, a parameter is out of its range, or `y` holds what
        is no class.
    TypeError
        If it is no session: of a panel, pass ``panel.session``.
    LearnerError
        If the learner fails on the labels.
    StoreError
        If the log could not be read or written; what was committed before stays.
    """
    check_session(session)
    n = _whole(n, "n")
    limit = len(session.pool) if rounds is None else _whole(rounds, "rounds")
    if not predictions_of(session).knows_two:
        raise ValueError(
            "label items of two classes first, with several tags some with a tag and some without: "
            "there is nothing to tell apart yet."
        )
    session.learn_accepted = _learns(session) if learn is None else learn
    ledger = Ledger(session, y)
    ledger.note()
    with labeling_bar(session, progress) as advance:
        while limit:
            found = predictions_of(session)
            if not found.left.size:
                break
            found.accept(found.most_confident(n, balanced=balanced))
            ledger.note()
            advance()
            limit -= 1
    return ledger.table


class Rounds:
    """The rounds of `threshold_loop`, for a person: an iterator over what must be labeled by hand.

    Each ``next`` goes on as far as it can without a person, and returns the positions to be
    labeled, an ndarray of intp. As long as some of them are open it returns those again; a skip is
    an answer.

    Parameters
    ----------
    steps : generator
        What `threshold_loop` does, up to the next positions that a person must label.
    ledger : Ledger
        Counts the labels after each round.
    """

    def __init__(self, steps: Generator[IntArray], ledger: Ledger) -> None:
        self._steps, self._ledger = steps, ledger

    def __iter__(self) -> Iterator[IntArray]:
        return self

    def __next__(self) -> IntArray:
        return next(self._steps)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each round so far.

        n_human and n_model are all labels by hand (imported ones included) and all accepted ones,
        n_left is what has neither, n_mislabeled counts the labels that are not those of `y` (only
        with `y`), and seconds is what the computer took. With several tags n_human are items that
        people answered about, n_model and n_mislabeled are answers about tags, n_left items that
        are not answered in whole; and with `y` average_precision is the mean over the tags of that
        of the model's probabilities, on the items that people did not answer about.
        """
        return self._ledger.table


def _learns(session: Session) -> bool:
    """Return whether the learner gains from its own predictions."""
    return not (session.wants_graph or session.engine.learner.name in ("graph", "mixed"))


def _by_hand(session: Session, ledger: Ledger, indices: IntArray) -> Generator[IntArray]:
    """Have items labeled; come back to those that were not answered."""
    while True:
        session.refresh()  # the person may be another annotator of the same log
        indices = indices[np.isin(indices, session.unanswered)]
        if not len(indices):
            return
        ledger.stop()
        yield indices.copy()
        ledger.go_on()


def _warn_of_a_stall(found: Predictions, upper: float) -> None:
    if not _knows_one_class(found):
        warn(
            f"the loop ends with {count(len(found.left))} items left: no prediction is above the "
            f"threshold {upper:.10g}, the highest probability is {found.top.max():.6g}. Pass a "
            "lower upper=, a number to accept as n_accept=, or a lower= above 0, and call again."
        )


def _warn_of_the_last_round(found: Predictions, max_rounds: int) -> None:
    if not _knows_one_class(found):
        warn(
            f"the loop ends after {count(max_rounds)} rounds with {count(len(found.left))} items "
            f"left, the highest probability is {found.top.max():.6g}. Pass a lower upper=, a "
            "higher lower=, a number to accept as n_accept=, or more max_rounds=, and call again "
            "to go on."
        )


def _knows_one_class(found: Predictions) -> bool:
    """Return whether there is nothing to tell apart, and warn about it."""
    if not found.knows_two:
        several = found.session.multi_label
        alone = "say the same of each tag" if several else "are of one class alone"
        what = "answers" if several else "labels"
        others = "answer about other items" if several else "label items of other classes"
        warn(
            f"the loop ends with {count(len(found.left))} items left: {what} by hand {alone}, so "
            f"nothing can be accepted. Raise start= or lower=, or {others}, and call again."
        )
    return not found.knows_two


def _number(value: Any, n: int, name: str) -> int:
    """Return a number of items, from a share of n or as it is."""
    if is_whole(value) and int(value) >= 0:
        return min(int(value), n)
    if isinstance(value, float) and 0 <= value <= 1:
        return math.ceil(value * n)
    raise ValueError(
        f"{name} is {value!r}; pass a share of 0.0 to 1.0, or a whole number of items."
    )


def _whole(value: Any, name: str) -> int:
    if not is_whole(value) or value < 1:
        raise ValueError(f"{name} is {value!r}; pass a whole number of at least 1.")
    return int(value)
