"""Loops in which the model labels what it is sure of, and a person the rest."""

from __future__ import annotations

import math
import numbers
import time
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.quality import check_session
from nblabel.session import Session
from nblabel.session import STATUSES

if TYPE_CHECKING:
    import pandas as pd

OPEN = STATUSES.index("open")
LEFT = (OPEN, STATUSES.index("skipped"))
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
    """Label a pool in rounds: the model what it is sure of, a person what it doubts most.

    1. A random part, `start`, is labeled by hand; labels that are there already count.
    2. The learner learns, and predicts what is not labeled.
    3. Every prediction over the probability `upper` is accepted, by `Session.accept`.
    4. Of what is left, the fraction `lower` with the lowest top probability is labeled by hand.
    5. So on from 2, until less than `stop` is left, which `finish` labels.

    Parameters
    ----------
    session : Session
        What to label, with which learner. Each round is one step that one ``session.undo()`` takes
        back, and one for the answers by hand. A loop that was interrupted goes on when called again.
    oracle : callable, optional
        Answers for the person, to try settings out where the answers are known: gets positions in
        the pool, an ndarray of intp, and returns a class name for each. Without it a person answers;
        see below.
    start, lower, stop : float or int
        A share if it is a float; a number of items if it is an int. `lower` is of what is left in that
        round, the others of the pool.
    upper : float
        Between 0 and 1. The nearer to 1, the fewer mistakes and the more rounds.
    finish : {"human", "model"}
        Who labels what is left in the end.
    n_accept : int, optional
        Accept that many of the surest predictions in each round, instead of those over `upper`.
    balanced : bool
        With `n_accept`: the surest of each predicted class, each with its share of what is left, so that
        easy classes do not crowd out the others. (As many of each, whatever its share, would run out of
        a rare class and accept what is none of it.)
    max_rounds : int
        The most rounds; the loop then ends with a warning that says what may be changed.
    learn : bool, optional
        Whether accepted labels are learned from; it is set as ``session.learn_accepted`` and stays so,
        for this session: the log does not hold it, so one opened again needs ``learn_accepted=True``.
        If not given: by every learner but "graph", see below.
    y : sequence of n, optional
        The right answers, class names or numbers, to count mistakes with. Nothing else looks at them.
    progress : bool
        Show a progress bar if it takes more than a second.

    Returns
    -------
    DataFrame or Rounds
        With an oracle: one row for each round, see `Rounds.table`. Without: an iterator over the
        positions that a person must answer.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or `y` holds what is no class.
    TypeError
        If it is no session: of a panel, pass ``panel.session``.

    Notes
    -----
    Nothing is accepted before a person labeled items of two classes. A class without any label by hand
    cannot be predicted, so all its items end up wrong where the model labels them: the loop warns of
    it, and `start` must be large enough for the rarest class to be seen.

    The graph learner spreads labels through the whole pool by itself. Learning from what it said adds
    nothing then, and one mistake at a border floods the class behind it: on MNIST, from 60 answers at
    random, 5,000 accepted and 20 answered in a round, 5.8 % were wrong in the end. Its probabilities
    are low, besides, while labels are few; its thresholds are nearer to 0.5 than to 1.

    The method is threshold-based auto-labeling; Vishwakarma et al. [1]_ say when its mistakes stay
    rare: it needs probabilities that mean what they say. ``learner="softmax-calibrated"`` has such.

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

    With a person, in a notebook: answer what the panel asks, then go on with the next round.

    >>> panel = nb.Labeler(data.images, data.classes, learner="softmax")
    >>> rounds = nb.threshold_loop(panel.session, start=100, upper=0.9)
    >>> panel.ask(next(rounds))
    """
    rounds = Rounds(
        session,
        start=start,
        upper=upper,
        lower=lower,
        stop=stop,
        finish=finish,
        n_accept=n_accept,
        balanced=balanced,
        max_rounds=max_rounds,
        learn=learn,
        y=y,
    )
    if oracle is None:
        return rounds
    with _bar(session, progress) as advance:
        for indices in rounds:
            session.tell(indices, oracle(indices))
            advance()
    return rounds.table


def self_training(
    session: Session,
    n: int = 10,
    rounds: int | None = None,
    *,
    balanced: bool = False,
    learn: bool | None = None,
    y: Any = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Accept the n surest predictions, learn from them, and again: self-training.

    Parameters
    ----------
    session : Session
        With labels of at least two classes. Each round is one step that one ``session.undo()`` takes
        back.
    n : int
        How many predictions are accepted in a round.
    rounds : int, optional
        How many rounds; until nothing is left, if not given.
    balanced, learn, y, progress
        As for `threshold_loop`.

    Returns
    -------
    DataFrame
        One row for each round, see `Rounds.table`; the first, round 0, is how it began.

    Raises
    ------
    ValueError
        If there are no labels of two classes, or a parameter is out of its range.
    TypeError
        If it is no session: of a panel, pass ``panel.session``.
    """
    check_session(session)
    n = _whole(n, "n")
    limit = len(session.pool) if rounds is None else _whole(rounds, "rounds")
    if len(_seen(session)) < 2:
        raise ValueError("label items of two classes first: there is nothing to tell apart yet.")
    session.learn_accepted = _learns(session) if learn is None else learn
    ledger = _Ledger(session, y)
    ledger.note()
    with _bar(session, progress) as advance:
        while limit:
            left, sure = _left(session)
            if not left.size:
                break
            session.accept(_surest(session, left, sure, n, balanced=balanced))
            ledger.note()
            advance()
            limit -= 1
    return ledger.table


class Rounds:
    """The rounds of `threshold_loop`, for a person: an iterator over what must be answered by hand.

    Each ``next`` goes on as far as it can without a person, and returns the positions to be answered,
    an ndarray of intp. As long as some of them are open it returns those again; a skip is an answer.

    Attributes
    ----------
    table : DataFrame
        One row for each round so far: n_human and n_model are all labels by hand (imported ones
        included) and all accepted ones, n_left is what has neither, n_mislabeled counts the labels
        that are not those of `y` (only with `y`), and seconds is what the machine took.
    """

    def __init__(
        self,
        session: Session,
        *,
        start: float,
        upper: float,
        lower: float,
        stop: float,
        finish: str,
        n_accept: int | None,
        balanced: bool,
        max_rounds: int,
        learn: bool | None,
        y: Any,
    ) -> None:
        check_session(session)
        n = len(session.pool)
        if n_accept is None and not (isinstance(upper, numbers.Real) and 0 <= upper < 1):
            raise ValueError(f"upper is {upper!r}; pass a probability from 0 to below 1.")
        if finish not in FINISHES:
            raise ValueError(f"unknown finish {finish!r}; choose 'human' or 'model'.")
        if balanced and n_accept is None:
            raise ValueError("balanced=True needs n_accept=, the number accepted in a round.")
        self._session = session
        self._start = _number(start, n, "start")
        self._upper, self._lower = upper, lower
        _number(lower, n, "lower")
        self._stop = _number(stop, n, "stop")
        self._finish = finish
        self._n_accept = None if n_accept is None else _whole(n_accept, "n_accept")
        self._balanced = balanced
        self._max_rounds = _whole(max_rounds, "max_rounds")
        if not self._start and not session.n_labeled:
            raise ValueError("start is 0 and nothing is labeled: there is nothing to learn from.")
        session.learn_accepted = _learns(session) if learn is None else learn
        self._ledger = _Ledger(session, y)
        self._steps = self._run()

    def __iter__(self) -> Iterator[IntArray]:
        return self

    def __next__(self) -> IntArray:
        return next(self._steps)

    @property
    def table(self) -> pd.DataFrame:
        return self._ledger.table

    def _run(self) -> Generator[IntArray]:
        session, ledger = self._session, self._ledger
        missing = self._start - session.n_labeled
        if missing > 0:
            rng = np.random.default_rng(session.random_state)
            yield from self._by_hand(rng.permutation(_open(session))[:missing])
        ledger.note()
        for _ in range(self._max_rounds):
            left, sure = _left(session)
            if len(left) < self._stop or not len(left):
                break
            chosen = self._accepted(left, sure)
            if len(chosen):
                session.accept(chosen)
            doubtful = self._doubtful(left, sure)
            if not len(doubtful) and not len(chosen):
                self._stalled(sure)
                return
            yield from self._by_hand(doubtful)
            ledger.note()
        else:
            left, sure = _left(session)
            if len(left) >= self._stop and len(left):
                self._out_of_rounds(sure)
                return
        yield from self._rest()
        self._unseen()

    def _accepted(self, left: IntArray, sure: FloatArray) -> IntArray:
        """Return what the model may label in this round."""
        if len(_seen(self._session)) < 2:
            return left[:0]  # a model that knows one class is sure of it everywhere
        if self._n_accept is None:
            return left[sure > self._upper]
        return _surest(self._session, left, sure, self._n_accept, balanced=self._balanced)

    def _doubtful(self, left: IntArray, sure: FloatArray) -> IntArray:
        """Return what a person must label in this round: the least sure first."""
        is_open = self._session.status[left] == OPEN
        left, sure = left[is_open], sure[is_open]
        n = _number(self._lower, len(left), "lower")
        return left[np.argsort(sure, kind="stable")[:n]]

    def _by_hand(self, indices: IntArray) -> Generator[IntArray]:
        """Have items answered; come back to those that were not."""
        session = self._session
        while True:
            session.refresh()  # the person may be another annotator of the same log
            indices = indices[session.status[indices] == OPEN]
            if not len(indices):
                return
            self._ledger.stop()
            yield indices.copy()
            self._ledger.go_on()

    def _rest(self) -> Generator[IntArray]:
        session = self._session
        left, _ = _left(session)
        if self._finish == "human":
            left = left[session.status[left] == OPEN]
            yield from self._by_hand(left)
        elif len(left):
            session.accept(left)
        if len(left):
            self._ledger.note()

    def _stalled(self, sure: FloatArray) -> None:
        if not self._knows_one_class(sure):
            _warn(
                f"the loop ends with {len(sure):,} items left: no prediction is over the threshold "
                f"{self._upper:.10g}, the surest has {sure.max():.6g}. Pass a lower upper=, a number "
                "to accept as n_accept=, or a lower= above 0, and call again."
            )

    def _out_of_rounds(self, sure: FloatArray) -> None:
        if not self._knows_one_class(sure):
            _warn(
                f"the loop ends after {self._max_rounds:,} rounds with {len(sure):,} items left, the "
                f"surest at {sure.max():.6g}. Pass a lower upper=, a higher lower=, a number to accept "
                "as n_accept=, or more max_rounds=, and call again to go on."
            )

    def _knows_one_class(self, sure: FloatArray) -> bool:
        """Return whether there is nothing to tell apart, and warn of it."""
        one = len(_seen(self._session)) < 2
        if one:
            _warn(
                f"the loop ends with {len(sure):,} items left: labels by hand are of one class alone, so "
                "that nothing can be accepted. Raise start= or lower=, or label items of other classes, "
                "and call again."
            )
        return one

    def _unseen(self) -> None:
        session = self._session
        unseen = [name for code, name in enumerate(session.classes) if code not in _seen(session)]
        if unseen and session.n_accepted:
            _warn(
                f"no item of {', '.join(map(repr, unseen))} was labeled by hand, so none could be "
                "accepted as such: if there are any, their labels are wrong. Raise start=, or label "
                "some first."
            )


class _Ledger:
    """Counts after each round, and the machine's time."""

    def __init__(self, session: Session, y: Any) -> None:
        self._session = session
        self._truth = None if y is None else _codes(y, session)
        self._rows: list[dict[str, Any]] = []
        self._seconds, self._since = 0.0, time.perf_counter()

    def stop(self) -> None:
        self._seconds += time.perf_counter() - self._since

    def go_on(self) -> None:
        self._since = time.perf_counter()

    def note(self) -> None:
        self.stop()
        session = self._session
        row: dict[str, Any] = {
            "round": len(self._rows),
            "n_human": session.n_labeled,
            "n_model": session.n_accepted,
            "n_left": int(np.isin(session.status, LEFT).sum()),
        }
        if self._truth is not None:
            y = session.y
            row["n_mislabeled"] = int(((y >= 0) & (y != self._truth)).sum())
        self._rows.append({**row, "seconds": self._seconds})
        self._seconds = 0.0
        self.go_on()

    @property
    def table(self) -> pd.DataFrame:
        import pandas as pd

        truth = [] if self._truth is None else ["n_mislabeled"]
        columns = ["round", "n_human", "n_model", "n_left", *truth, "seconds"]
        return pd.DataFrame(self._rows, columns=columns)


def _learns(session: Session) -> bool:
    """Return whether the learner gains from its own predictions."""
    return not (session.wants_graph or session.engine.learner.name == "graph")


def _open(session: Session) -> IntArray:
    return np.flatnonzero(session.status == OPEN)


def _seen(session: Session) -> set[int]:
    """Return the classes that people labeled items of."""
    return set(session.y[session.labeled].tolist())


def _left(session: Session) -> tuple[IntArray, FloatArray]:
    """Return what has no label yet, skipped items included, and the model's top probability of it."""
    session.refresh()
    left = np.flatnonzero(np.isin(session.status, LEFT))
    if not len(left):
        return left, np.empty(0, dtype=np.float32)
    return left, session.refit().predicted[1][left]


def _surest(
    session: Session, left: IntArray, sure: FloatArray, n: int, *, balanced: bool
) -> IntArray:
    """Return the n surest of what is left; if balanced, as many of each predicted class as its share."""
    order = np.argsort(-sure, kind="stable")
    if balanced:
        codes = session.refit().predicted[0][left[order]]
        rank = np.empty(len(order))
        for code, count in zip(*np.unique(codes, return_counts=True), strict=True):
            rank[codes == code] = (np.arange(count) + 0.5) / count
        order = order[np.argsort(rank, kind="stable")]
    return left[order[:n]]


def _number(value: Any, n: int, name: str) -> int:
    """Return a number of items, from a share of n or as it is."""
    if isinstance(value, numbers.Integral) and int(value) >= 0:
        return min(int(value), n)
    if isinstance(value, float) and 0 <= value <= 1:
        return math.ceil(value * n)
    raise ValueError(
        f"{name} is {value!r}; pass a share of 0.0 to 1.0, or a whole number of items."
    )


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"{name} is {value!r}; pass a whole number of at least 1.")
    return int(value)


def _codes(y: Any, session: Session) -> IntArray:
    """Return right answers as class numbers."""
    values = np.asarray(y)
    if values.shape != (len(session.pool),):
        raise ValueError(
            f"y has shape {values.shape}; pass one right answer for each of the "
            f"{len(session.pool):,} items."
        )
    places = {name: code for code, name in enumerate(session.classes)}
    if np.issubdtype(values.dtype, np.integer):
        named = all(str(value) in places for value in np.unique(values).tolist())
        if not named and values.min() >= 0 and values.max() < len(places):
            return values.astype(np.intp)
    codes = [places.get(str(value).strip(), -1) for value in values.tolist()]
    if -1 in codes:
        unknown = values[codes.index(-1)]
        raise ValueError(
            f"y holds {unknown.item()!r}, which is no class; the classes are "
            f"{', '.join(session.classes)}."
        )
    return np.array(codes, dtype=np.intp)


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=2)


@contextmanager
def _bar(session: Session, shown: bool) -> Iterator[Callable[[], None]]:
    from tqdm import tqdm

    total = len(session.pool)
    with tqdm(
        total=total, desc="Labeling", unit="item", delay=1, leave=False, disable=not shown
    ) as bar:

        def advance() -> None:
            bar.update(session.n_labeled + session.n_accepted - bar.n)

        advance()
        yield advance
