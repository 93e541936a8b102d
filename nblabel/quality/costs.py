"""What labeling costs: labels an hour, time and money left, and what was saved."""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.events import LabelEvent
from nblabel.quality import check_session
from nblabel.strategies.measures import likeliest
from nblabel.system import progress

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

BREAK_SECONDS = 60.0  # a longer pause is no work
FASTEST = 0.2  # seconds; quicker answers were given by code
FEWEST = 5  # answers that a pace is read from, at least
FEWEST_COMPARED = 20  # labels, before random sampling is worth a comparison
DRAWS = 3  # of random labels, for each size
MOST = 32  # times as many random labels are tried


@dataclass(frozen=True)
class Costs:
    """What labeling took and takes. ``print`` it.

    Attributes
    ----------
    per_hour : float
        Labels an hour; NaN where that is not known.
    wage : float
        Money an hour; NaN where it was not given.
    times_random : float
        How many times as many labels random sampling takes; NaN where that was not compared, infinite where it
        was not reached.
    table : DataFrame
        Columns labels, hours, money; rows "so far", "left", "all by hand", "saved", and, where it was
        compared, "at random" and "saved against random".
    lines : tuple of str
        The same in sentences, with what is assumed.
    """

    per_hour: float
    wage: float
    times_random: float
    table: pd.DataFrame
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        from nblabel.quality.pages import part

        return part(list(self.lines), self.table.round(2))


def costs(
    session: Session,
    per_hour: float | None = None,
    wage: float | None = None,
    *,
    target: int | None = None,
    against_random: bool = True,
) -> Costs:
    """Work out what labeling costs, what is left to pay, and what was saved.

    Parameters
    ----------
    session : Session
    per_hour : float, optional
        Labels an hour. Read from the log if left out.
    wage : float, optional
        Money an hour, in any currency.
    target : int, optional
        How many labels people shall give in all, such as ``session.n_labeled + report.needed``. If left
        out, whatever has neither a label of a person nor one accepted from the model.
    against_random : bool
        Compare with labels drawn at random; the model learns some twenty times for that.

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

    Notes
    -----
    Labels that were imported cost nothing here, and are left out of all counts.

    The pace is the labels of all annotators over the time between their answers, undone ones, skips and flags
    included. Pauses of more than a minute are left out, and so are answers that came quicker than a person
    gives them, from code.

    What random sampling takes is an estimate: the labels handed over now are taken for the truth. The first half
    of the labels agrees with them on some share of the pool; so many labels drawn at random as agree as well, on
    average of three draws, are put in proportion to that half, and the second half is taken to do likewise. This
    is fair to neither exactly: labels of now come from a model that learned from the labels it is compared with.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> _ = session.tell(range(10), [data.classes[code] for code in data.labels[:10]])
    >>> print(nb.costs(session, per_hour=200, wage=16, target=100))
    10 labels so far: 3 minutes, 0.80 of money at 200 labels an hour.
    90 left: 27 minutes, 7.20.
    All 1,797 by hand would take 9 hours, 143.76: 8.5 hours and 135.76 are saved if the model does the rest.
    """
    import pandas as pd

    check_session(session)
    for name, value in (("per_hour", per_hour), ("wage", wage)):
        if value is not None and not (isinstance(value, int | float | np.number) and value > 0):
            raise ValueError(f"{name} is {value!r}; it must be a positive number.")
    total = len(session.pool)
    if target is not None and not (isinstance(target, numbers.Integral) and 0 < target <= total):
        raise ValueError(
            f"target is {target!r}; it must be a number of labels from 1 to {total:,}, all there are."
        )
    session.refresh()
    pace, spent = _pace(session.store.read())
    rate = np.nan if pace is None else pace
    if per_hour is not None:
        rate, spent = float(per_hour), np.nan
    pay = np.nan if wage is None else float(wage)
    known, n_imported = session.n_labeled, int((session.labels()["source"] == "import").sum())
    left = total - known - session.n_accepted if target is None else max(int(target) - known, 0)
    times = _times_random(session) if against_random and known >= FEWEST_COMPARED else np.nan
    n, total = known - n_imported, total - n_imported  # nobody here paid for those
    hours = n / rate if np.isnan(spent) else spent
    rows: dict[str, tuple[float, float]] = {
        "so far": (n, hours),
        "left": (left, left / rate),
        "all by hand": (total, total / rate),
    }
    rows["saved"] = (total - n - left, total / rate - hours - left / rate)
    if not np.isnan(times):
        rows["at random"] = (times * n, times * n / rate)
        rows["saved against random"] = (times * n - n, times * n / rate - hours)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["labels", "hours"])
    table["money"] = pay * table["hours"]
    return Costs(rate, pay, times, table, tuple(_told(table, rate, times, total)))


def _told(table: pd.DataFrame, rate: float, times: float, total: int) -> Iterable[str]:
    def cost(row: str) -> str:
        hours, money = float(table["hours"][row]), float(table["money"][row])
        if np.isnan(hours):
            return ""
        return _time(hours) + ("" if np.isnan(money) else f", {round(money, 2) + 0:,.2f}")

    labels = dict(zip(table.index, table["labels"].tolist(), strict=True))
    of_money = "" if table["money"].isna().all() else " of money"
    if np.isnan(rate):
        yield (
            f"{labels['so far']:,.0f} labels so far, {labels['left']:,.0f} left of {total:,}. How many "
            "an hour is not known: too few were given by hand; pass per_hour=."
        )
    else:
        yield (
            f"{labels['so far']:,.0f} labels so far: {cost('so far')}{of_money} at {rate:,.0f} labels "
            "an hour."
        )
        yield f"{labels['left']:,.0f} left: {cost('left')}."
        saved = cost("saved").replace(", ", " and ")
        one = "are" if of_money else "is"
        spared = f": {saved} {one} saved if the model does the rest" if labels["saved"] > 0 else ""
        yield f"All {total:,} by hand would take {cost('all by hand')}{spared}."
    if np.isinf(times):
        yield f"Labels drawn at random are not as good, up to {MOST} times as many or half the pool."
    elif not np.isnan(times):
        more, spared = labels["saved against random"], cost("saved against random")
        if round(more) < 1:
            yield "Labels drawn at random would have done as well, if the labels handed over now are right."
            return
        yield (
            f"Labels drawn at random would have taken about {times:.1f} times as many: {more:,.0f} more"
            f"{spared and f', {spared}{of_money}'}. That is if the labels handed over now are right."
        )


def _time(hours: float) -> str:
    if abs(hours) < 0.995:
        minutes = round(60 * hours)
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"{hours:,.1f}".removesuffix(".0") + " hours"


def _pace(events: Iterable[LabelEvent]) -> tuple[float | None, float]:
    """Return labels an hour, None where too few were given by hand, and the hours worked, NaN likewise."""
    answers: dict[str | None, list[LabelEvent]] = {}
    for event in events:
        if event.kind in ("label", "skip", "flag") and event.source == "human":
            answers.setdefault(event.annotator, []).append(event)
    labels, seconds, gaps = 0, 0.0, 0
    for told in answers.values():
        for before, after in pairwise(told):
            gap = after.time - before.time
            if FASTEST <= gap < BREAK_SECONDS:
                labels += len(after.ids) if after.kind == "label" else 0
                seconds += gap
                gaps += 1
    if gaps < FEWEST - 1 or not labels:
        return None, np.nan
    return 3600 * labels / seconds, seconds / 3600


def _times_random(session: Session) -> float:
    """Return how many times as many labels it takes at random, judged by the first half of the labels."""
    refit = session.refit(1)
    y, n_classes = session.y, len(session.classes)
    handed = np.where(y >= 0, y, refit.predicted[0])
    table = session.labels()
    rows = table["index"].to_numpy()[table["source"].to_numpy() != "model"]
    half = len(rows) // 2
    learner = session.engine.learner_anew()

    def agreement(some: IntArray) -> float:
        given = np.full(len(y), -1, dtype=np.intp)
        given[some] = handed[some]
        return float((likeliest(learner.update(given, n_classes))[0] == handed).mean())

    goal = agreement(rows[:half])
    sizes, reached = [], []
    tried = [half * 2**k for k in range(MOST.bit_length()) if half * 2**k <= len(y)]
    for size in progress.over(tried, "At random"):
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
