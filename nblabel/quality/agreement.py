"""Questions asked twice: how far an annotator agrees with himself.

A share of the answers brings back an item that the same person labeled at least `AFTER` items before, drawn at
random. The question is written to the log before it is asked. Until it is answered the model does not learn from
the earlier label, so that neither its guess nor its reasons give that away. The newer answer stands; both
stay in the log.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.events import LabelEvent
from nblabel.quality.bounds import check_confidence

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

AFTER = 20  # items answered since, at least: nobody shall remember
_COINS = 0x74776963  # keeps these random numbers apart from others
_ANSWERS = ("label", "skip", "flag")


@dataclass(frozen=True)
class Consistency:
    """How often people gave the same answer twice. ``print`` it.

    Attributes
    ----------
    confidence : float
        Of the interval.
    n_repeats : int
        Questions asked again and answered with a label.
    n_same : int
        Of those, how many got the same label as before.
    n_skipped : int
        Questions asked again and passed over; they do not count.
    agreement : float
        Share of the same answers; NaN before there are any.
    low, high : float
        Its interval: exact (Clopper and Pearson, 1934), for a single look.
    table : DataFrame
        A row for each repeat: index, id, first, second, same, annotator, time (UTC).
    """

    confidence: float
    n_repeats: int
    n_same: int
    n_skipped: int
    agreement: float
    low: float
    high: float
    table: pd.DataFrame

    @property
    def slips(self) -> float:
        """Share of single answers that are wrong, if slips are rare and independent of one another."""
        return float((1 - np.sqrt(max(2 * self.agreement - 1, 0))) / 2)

    def __str__(self) -> str:
        if not self.n_repeats:
            return (
                "consistency not known: nothing was asked twice yet. Session(..., repeats=0.05) asks a "
                f"twentieth of the questions again, {AFTER} answers later at the earliest."
            )
        return (
            f"{self.n_same:,} of {self.n_repeats:,} answers were given again: {100 * self.agreement:.1f} % "
            f"({100 * self.low:.1f}-{100 * self.high:.1f}). About {100 * self.slips:.1f} % of single answers "
            "are slips, if slips are independent."
        )


def choose(session: Session, share: float) -> LabelEvent | None:
    """Return the question to repeat after the last answer, if one is due and there is one."""
    state = session.state
    coin = np.random.default_rng([session.random_state, _COINS, state.n_questions])
    if coin.random() >= share or len(pending(session)):
        return None
    before = {item for event in state.repeats for item in event.ids}
    own = [
        (answer.event.seq, item)
        for item, answer in state.answers.items()
        if answer.kind == "label"
        and answer.event.source == "human"
        and answer.event.annotator == session.annotator
    ]
    old = [item for _, item in sorted(own)[:-AFTER] if item not in before]
    # a class that would be forgotten meanwhile gives the question away
    names = Counter(answer.label for answer in state.answers.values())
    old = [item for item in old if names[state.answers[item].label] > 1]
    if not old:
        return None
    item = old[int(coin.integers(len(old)))]
    return LabelEvent("repeat", ids=(item,), annotator=session.annotator)


def pending(session: Session) -> IntArray:
    """Return positions of items that this annotator is asked again and has not answered yet."""
    waiting = [
        event.ids[0]
        for event in session.state.repeats
        if event.annotator == session.annotator
        and (found := _pair(session, event)) is not None
        and found[1] is None
    ]
    return session.pool.indices_of(waiting)


def measure(session: Session, confidence: float, everyone: bool) -> Consistency:
    """Return the report of `Session.consistency`."""
    import pandas as pd
    from scipy.stats import binomtest

    check_confidence(confidence)
    session.refresh()
    rows, skipped = [], 0
    for event in session.state.repeats:
        if not everyone and event.annotator != session.annotator:
            continue
        first, second = _pair(session, event) or (None, None)
        if first is None or second is None:
            continue
        if second.kind != "label":
            skipped += 1
            continue
        (item,) = event.ids
        one, other = (told.labels[told.ids.index(item)] for told in (first, second))
        time = np.datetime64(round(1e6 * second.time), "us")
        index = session.pool.index_of(item)
        rows.append((index, item, one, other, one == other, event.annotator, time))
    columns = ["index", "id", "first", "second", "same", "annotator", "time"]
    table = pd.DataFrame(rows, columns=columns).astype({"same": bool, "time": "datetime64[us]"})
    table["time"] = table["time"].dt.tz_localize("UTC")
    n, same = len(rows), int(table["same"].sum())
    low, high = 0.0, 1.0
    if n:
        low, high = binomtest(same, n).proportion_ci(confidence, method="exact")
    share = same / n if n else np.nan
    return Consistency(confidence, n, same, skipped, share, float(low), float(high), table)


def _pair(session: Session, repeat: LabelEvent) -> tuple[LabelEvent, LabelEvent | None] | None:
    """Return the answer before a repeat and the one after it; None where the first was taken back."""
    told = [
        event
        for event in session.state.history(repeat.ids[0])
        if event.annotator == repeat.annotator
        and event.source == "human"
        and event.kind in _ANSWERS
    ]
    before = [event for event in told if event.seq < repeat.seq and event.kind == "label"]
    after = [event for event in told if event.seq > repeat.seq]
    return (before[-1], after[0] if after else None) if before else None
