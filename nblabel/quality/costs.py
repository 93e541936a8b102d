"""What labeling costs: labels per hour, time and money left, and what was saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import IntArray, is_number, is_whole
from nblabel.log.coding import STATUSES
from nblabel.log.events import LabelEvent, Tags
from nblabel.strategies.measures import likeliest
from nblabel.system import progress
from nblabel.system.format import count, counted, duration, money
from nblabel.system.report import Report, check_session

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

BREAK_SECONDS = 60.0  # a longer pause is a break
FASTEST = 0.2  # seconds; quicker answers were given by code
FEWEST = 5  # answers that a pace is read from, at least
FEWEST_COMPARED = 20  # labels, before random sampling is worth a comparison
DRAWS = 3  # of random labels, for each size
MOST = 32  # times as many random labels are tried


@dataclass(frozen=True, repr=False, eq=False)
class Costs(Report):
    """What labeling took and takes. ``print`` it.

    Attributes
    ----------
    per_hour : float
        Labels per hour; NaN where that is not known.
    hourly_rate : float
        Money per hour; NaN where it was not given.
    times_random : float
        How many times as many labels random sampling takes; NaN where that was not compared,
        infinite where it was not reached.
    table : DataFrame
        Columns labels, hours, money; rows "so far", "left", "all by hand", "saved", and, where it
        was compared, "at random" and "saved against random".
    lines : tuple of str
        The same in sentences, with what is assumed.
    tags : DataFrame or None
        With several tags an item, where labels are counted in items: an answer about one of three
        tags is a third of one. A row for each tag. Columns answered (by people), accepted (from the
        model) and left, all in items; hours and money that are left, as a share of answering items
        in whole.
    """

    per_hour: float
    hourly_rate: float
    times_random: float
    table: pd.DataFrame
    lines: tuple[str, ...]
    tags: pd.DataFrame | None = None


def labels_per_hour(session: Session, uids: Collection[str] | None = None) -> float:
    """Return how many labels people give in an hour of work, read from the log.

    Parameters
    ----------
    session : Session
    uids : collection of str, optional
        Only the answers with these uids count: those given in a panel, say. If left out, all
        answers of people in the log, which is then read as a whole.

    Returns
    -------
    float
        NaN where fewer than five answers were given by hand. With several tags an item, items in
        whole per hour: an answer about one of three tags counts as a third.

    Notes
    -----
    The labels of all annotators over the time between their answers; labels that were undone, skips
    and flags included, as they took time too. Pauses of more than a minute are breaks and are left
    out. So are answers that came quicker than a person gives them: they were given by code.
    """
    check_session(session)
    return _pace(_answers(session, uids), len(session.classes))[0]


def pace_in_log(session: Session) -> tuple[float, float]:
    """Return labels per hour and the hours worked, read from the log; NaN where not known."""
    return _pace(_answers(session), len(session.classes))


def costs(
    session: Session,
    *,
    per_hour: float | None = None,
    hourly_rate: float | None = None,
    target: int | None = None,
    against_random: bool = True,
) -> Costs:
    """Work out what labeling costs, what is left to pay, and what was saved.

    Parameters
    ----------
    session : Session
        The labels of all its annotators count.
    per_hour : float, optional
        Labels per hour; by `labels_per_hour` if left out.
    hourly_rate : float, optional
        Money per hour, in any currency.
    target : int, optional
        How many labels people are to give in all, such as ``session.n_labeled + report.needed``. If
        left out, all items without a label of a person or one accepted from the model are left.
    against_random : bool
        Compare with labels drawn at random; the model learns some twenty times for that. Not with
        several tags an item: `simulate` compares strategies where the tags are known.

    Returns
    -------
    Costs
        ``print`` it; ``.table`` has the figures.

    Raises
    ------
    ValueError
        If a number is not positive, or the target is more than the pool.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    LearnerError
        If the learner fails.
    StoreError
        If the log cannot be read.

    Notes
    -----
    Labels that were imported cost nothing here, and are left out of all counts.

    What random sampling takes is an estimate: the labels of now, predictions included, are taken
    for the truth. A model that learns from the first half of the labels agrees with them on some
    share of the pool. How many labels drawn at random agree as well, on average of three draws, is
    put in proportion to that half, and the second half is assumed to do likewise. This is not
    exactly fair to either side: the labels of now come from a model that learned from the labels it
    is compared with.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> _ = session.tell(range(10), [data.classes[code] for code in data.labels[:10]])
    >>> print(nb.costs(session, per_hour=200, hourly_rate=16, target=100))
    10 labels so far, at 200 labels per hour: 3 min, cost 0.80.
    90 labels left: 27 min, cost 7.20.
    All 1,797 by hand: 9 h, cost 143.76. Saved if the model labels the rest: 8.5 h, cost 135.76.
    """
    check_session(session)
    for name, value in (("per_hour", per_hour), ("hourly_rate", hourly_rate)):
        if value is not None and not (is_number(value) and value > 0):
            raise ValueError(f"{name} is {value!r}; it must be a positive number.")
    total = len(session.pool)
    if target is not None and not (is_whole(target) and 0 < target <= total):
        raise ValueError(
            f"target is {target!r}; it must be a number of labels from 1 to {total:,}, the whole "
            "pool."
        )
    session.refresh()
    pace, hours = pace_in_log(session)
    if per_hour is not None:
        pace, hours = float(per_hour), np.nan
    left = None if target is None else max(int(target) - n_given(session), 0)
    compared = against_random and session.n_labeled >= FEWEST_COMPARED and not session.multi_label
    times = _times_random(session) if compared else np.nan
    return costs_at(session, pace, hours, hourly_rate, left, times)


def costs_at(
    session: Session,
    per_hour: float,
    hours: float = np.nan,
    hourly_rate: float | None = None,
    left: float | None = None,
    times: float = np.nan,
) -> Costs:
    """Return the costs at a pace that is known; quick, since no log is read.

    Parameters
    ----------
    session : Session
    per_hour : float
        Labels per hour.
    hours : float
        Those worked so far; NaN: at that pace.
    hourly_rate : float, optional
        Money per hour.
    left : float, optional
        How many labels are left to give; all that are missing, if left out.
    times : float
        See `Costs.times_random`.

    Returns
    -------
    Costs
    """
    import pandas as pd

    pace = per_hour
    n_imported = int(np.count_nonzero(session.status == STATUSES.index("import")))
    known, total = n_given(session), len(session.pool)
    left = total - known - n_accepted(session) if left is None else left
    n, total = known - n_imported, total - n_imported  # nobody here paid for those
    hours = n / pace if np.isnan(hours) else hours
    rows: dict[str, tuple[float, float]] = {
        "so far": (n, hours),
        "left": (left, left / pace),
        "all by hand": (total, total / pace),
    }
    rows["saved"] = (total - n - left, total / pace - hours - left / pace)
    if not np.isnan(times):
        rows["at random"] = (times * n, times * n / pace)
        rows["saved against random"] = (times * n - n, times * n / pace - hours)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["labels", "hours"])
    rate = np.nan if hourly_rate is None else float(hourly_rate)
    table["money"] = rate * table["hours"]
    tags = _of_tags(session, pace, rate) if session.multi_label else None
    noun = "label" if tags is None else "item"
    return Costs(pace, rate, times, table, tuple(_sentences(table, pace, times, noun)), tags)


def n_given(session: Session) -> float:
    """Return how many labels people gave and imports; with several tags, as so many whole items."""
    if not session.multi_label:
        return session.n_labeled
    answered = session.learned_from(accepted=False) >= 0
    return float(answered.sum() / max(answered.shape[1], 1))


def n_accepted(session: Session) -> float:
    """Return how many labels are from the model, counted in the same way."""
    if not session.multi_label:
        return session.n_accepted
    answered = session.y >= 0
    return float(answered.sum() / max(answered.shape[1], 1) - n_given(session))


def _of_tags(session: Session, pace: float, rate: float) -> pd.DataFrame:
    import pandas as pd

    given = (session.learned_from(accepted=False) >= 0).sum(axis=0)
    known = (session.y >= 0).sum(axis=0)
    left = len(session.pool) - known
    names = pd.Index(session.classes, name="tag")
    table = pd.DataFrame({"answered": given, "accepted": known - given, "left": left}, index=names)
    table["hours"] = left / max(len(names), 1) / pace
    table["money"] = rate * table["hours"]
    return table


def _sentences(table: pd.DataFrame, pace: float, times: float, noun: str) -> Iterator[str]:
    labels = dict(zip(table.index, table["labels"].round().astype(int).tolist(), strict=True))
    so_far, left = counted(labels["so far"], noun), counted(labels["left"], noun)
    if np.isnan(pace):
        yield (
            f"{so_far} so far, {left} left. {noun.capitalize()}s per hour are not known: too few "
            "were given by hand; pass per_hour=."
        )
    else:
        yield f"{so_far} so far, at {count(pace)} {noun}s per hour: {_cost(table, 'so far')}."
        yield f"{left} left: {_cost(table, 'left')}."
        saved = (
            f" Saved if the model labels the rest: {_cost(table, 'saved')}."
            if labels["saved"] > 0
            else ""
        )
        yield f"All {count(labels['all by hand'])} by hand: {_cost(table, 'all by hand')}.{saved}"
    assumed = "if the labels of now are right"
    if np.isinf(times):
        yield (
            f"Labels drawn at random are not as good, up to {MOST} times as many or half the pool, "
            f"{assumed}."
        )
    elif not np.isnan(times):
        more = table["labels"]["saved against random"]
        if round(more) < 1:
            yield f"Labels drawn at random would have done as well, {assumed}."
            return
        cost = "" if np.isnan(pace) else f": {_cost(table, 'saved against random')}"
        yield (
            f"About {times:.1f} times as many labels drawn at random would have done as well, "
            f"{assumed}. That is {counted(more, 'more label', 'more labels')}{cost}."
        )


def _cost(table: pd.DataFrame, row: str) -> str:
    """Return the time of a row and, where it is known, the money."""
    hours, cost = float(table["hours"][row]), float(table["money"][row])
    return duration(3600 * hours) + ("" if np.isnan(cost) else f", cost {money(cost)}")


def _answers(session: Session, uids: Collection[str] | None = None) -> Iterable[LabelEvent]:
    """Return events of the log in order, undone ones included."""
    if uids is None:
        return session.store.read()
    known = (session.state.event(uid) for uid in uids)
    return sorted((event for event in known if event is not None), key=lambda event: event.seq)


def _pace(events: Iterable[LabelEvent], n_classes: int) -> tuple[float, float]:
    """Return labels per hour, and the hours worked; NaN where too few were given by hand."""
    answers: dict[str | None, list[LabelEvent]] = {}
    for event in events:
        if event.kind in ("label", "tags", "skip", "flag") and event.source == "human":
            answers.setdefault(event.annotator, []).append(event)
    labels, seconds, gaps = 0.0, 0.0, 0
    for given in answers.values():
        for before, after in pairwise(given):
            gap = after.time - before.time
            if FASTEST <= gap < BREAK_SECONDS:
                labels += _n_labels(after, n_classes)
                seconds += gap
                gaps += 1
    if gaps < FEWEST - 1 or not labels:
        return np.nan, np.nan
    return 3600 * labels / seconds, seconds / 3600


def _n_labels(event: LabelEvent, n_classes: int) -> float:
    """Return how many labels an answer gave; about tags, as so many items in whole."""
    if event.kind != "tags":
        return len(event.ids) if event.kind == "label" else 0
    each = map(Tags.of, event.labels)
    return sum(1 if one.whole else len(one.names) / max(n_classes, 1) for one in each)


def _times_random(session: Session) -> float:
    """Return how many times as many random labels are as good as the first half of the labels."""
    refit = session.refit(1)
    y, n_classes = session.y, len(session.classes)
    now = np.where(y >= 0, y, refit.predicted[0])
    table = session.labels()
    rows = table["index"].to_numpy()[table["source"].to_numpy() != "model"]
    half = len(rows) // 2
    learner = session.engine.learner_anew(session.bulk)

    def agreement(some: IntArray) -> float:
        given = np.full(len(y), -1, dtype=np.intp)
        given[some] = now[some]
        return float((likeliest(learner.update(given, n_classes))[0] == now).mean())

    goal = agreement(rows[:half])
    sizes, reached = [], []
    tried = [half * 2**k for k in range(MOST.bit_length()) if half * 2**k <= len(y)]
    for size in progress.over(tried, "Random sampling"):
        sizes.append(size)
        reached.append(_mean(agreement, size, len(y), session.random_state))
        if reached[-1] >= goal:
            break
    else:
        return np.inf
    if len(sizes) == 1:
        return 1.0  # no better than random, or not by much
    (small, large), (low, high) = sizes[-2:], reached[-2:]
    share = (goal - low) / (high - low)
    return float(small * (large / small) ** share / half)


def _mean(agreement: Any, size: int, n: int, random_state: int) -> float:
    draws = [np.random.default_rng([random_state, size, k]).permutation(n) for k in range(DRAWS)]
    return float(np.mean([agreement(rows[:size]) for rows in draws]))
