"""How often people agree with themselves, from items asked twice.

See `nblabel.session.sampling` for how the items are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.log.events import ANSWERS, LabelEvent
from nblabel.quality.bounds import check_confidence
from nblabel.quality.tag_agreement import exact_interval, same_tags, table_of_tags, tags_in
from nblabel.session.sampling import AFTER, answers_around
from nblabel.system.format import count, counted, interval, percent
from nblabel.system.report import Report, check_session

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session


@dataclass(frozen=True, repr=False, eq=False)
class SelfAgreement(Report):
    """How often people gave the same answer twice. ``print`` it.

    Attributes
    ----------
    confidence : float
        Of the interval.
    n_repeats : int
        Items asked twice and labeled both times.
    n_same : int
        Of those, how many got the same label both times.
    n_skipped : int
        Items asked twice that were skipped or flagged the second time, or where either answer is a
        coarse label; they do not count.
    agreement : float
        Share of equal answers; NaN before there are any.
    low, high : float
        Its interval: exact (Clopper and Pearson, 1934), for a single look.
    table : DataFrame
        A row for each item asked twice: index, id, first, second, same, annotator, time (UTC). With
        several tags an item, first and second are lists, and same says whether all tags are.
    tags : DataFrame or None
        With several tags an item, a row for each tag: repeats, same, and agreement with low and
        high.
    """

    confidence: float
    n_repeats: int
    n_same: int
    n_skipped: int
    agreement: float
    low: float
    high: float
    table: pd.DataFrame
    tags: pd.DataFrame | None = None

    @property
    def error_rate(self) -> float:
        """Share of single answers that are wrong, if mistakes are rare and independent."""
        return float((1 - np.sqrt(max(2 * self.agreement - 1, 0))) / 2)

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        if not self.n_repeats:
            return [
                "Self-agreement not known: no item was asked twice yet.",
                (
                    "Session(..., repeats=0.05) asks again after a twentieth of the answers, "
                    f"{AFTER} answers later at the earliest."
                ),
            ]
        of_all = f"{count(self.n_same)} of {counted(self.n_repeats, 'item')}"
        return [
            (
                f"{of_all} asked twice got the same answer: {percent(self.agreement)}, "
                f"{interval(self.low, self.high)} with {percent(self.confidence)} confidence."
            ),
            (
                f"About {percent(self.error_rate, 2)} of single answers are mistakes, if mistakes "
                "are independent."
            ),
        ]


def self_agreement(
    session: Session, *, confidence: float = 0.95, everyone: bool = False
) -> SelfAgreement:
    """Estimate how often people give the same answer again, from items asked twice.

    Parameters
    ----------
    session : Session
        With some items asked twice, see ``Session(..., repeats=0.05)``.
    confidence : float
        Of the interval, between 0 and 1. It is exact, for a single look.
    everyone : bool
        All annotators of this log; if not, the one of this session.

    Returns
    -------
    SelfAgreement
        ``print`` it; ``.table`` has a row for each item asked twice.

    Raises
    ------
    ValueError
        If the confidence is not between 0 and 1.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    StoreError
        If the log cannot be read.

    Notes
    -----
    Of two answers that differ, the newer one counts; both are in the log.
    """
    import pandas as pd

    check_session(session)
    check_confidence(confidence)
    session.refresh()
    rows: list[tuple[Any, ...]] = []
    skipped, pairs, parents = 0, [], {*session.parent_classes}
    for event in session.state.repeats:
        if not everyone and event.annotator != session.annotator:
            continue
        first, second = answers_around(session, event) or (None, None)
        if first is None or second is None:
            continue
        if second.kind not in ANSWERS:
            skipped += 1
            continue
        (item,) = event.ids
        one, other, same = _compared(session, item, first, second)
        if not session.multi_label and {one, other} & parents:  # no other answer, but less of one
            skipped += 1
            continue
        pairs.append((item, first, second))
        time = np.datetime64(round(1e6 * second.time), "us")
        index = session.pool.index_of(item)
        rows.append((index, item, one, other, same, event.annotator, time))
    columns = ["index", "id", "first", "second", "same", "annotator", "time"]
    table = pd.DataFrame(rows, columns=columns).astype({"same": bool, "time": "datetime64[us]"})
    table["time"] = table["time"].dt.tz_localize("UTC")
    n, n_same = len(rows), int(table["same"].sum())
    share, low, high = exact_interval(n_same, n, confidence)
    tags = table_of_tags(session, pairs, confidence) if session.multi_label else None
    return SelfAgreement(confidence, n, n_same, skipped, share, low, high, table, tags)


def _compared(
    session: Session, item: str, first: LabelEvent, second: LabelEvent
) -> tuple[Any, Any, bool]:
    """Return two answers to an item, and whether they say the same."""
    if session.multi_label:
        return tags_in(first, item), tags_in(second, item), same_tags(session, item, first, second)
    one, other = (answer.labels[answer.ids.index(item)] for answer in (first, second))
    return one, other, one == other
