"""Two answers to one item about all of its tags, compared tag by tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nblabel.log.events import LabelEvent, Tags

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

COLUMNS = ("repeats", "same", "agreement", "low", "high")


def tags_in(event: LabelEvent, item: str) -> list[str]:
    """Return the tags that an answer in whole gives an item."""
    return list(Tags.of(event.labels[event.ids.index(item)]).yes)


def same_tags(session: Session, item: str, first: LabelEvent, second: LabelEvent) -> bool:
    """Return whether two answers agree about each tag that both are about."""
    one, other = (set(tags_in(event, item)) for event in (first, second))
    return one ^ other <= _added_between(session, first, second)


def table_of_tags(
    session: Session, pairs: Sequence[tuple[str, LabelEvent, LabelEvent]], confidence: float
) -> pd.DataFrame:
    """Return a row for each tag: how often both answers say the same of it, with an interval."""
    import pandas as pd

    rows = []
    for tag in session.classes:
        same = [
            (tag in tags_in(first, item)) == (tag in tags_in(second, item))
            for item, first, second in pairs
            if tag not in _added_between(session, first, second)
        ]
        rows.append((len(same), sum(same), *exact_interval(sum(same), len(same), confidence)))
    index = pd.Index(session.classes, name="tag")
    return pd.DataFrame(rows, columns=[*COLUMNS], index=index)


def exact_interval(n_same: int, n: int, confidence: float) -> tuple[float, float, float]:
    """Return a share with its interval (Clopper and Pearson, 1934); NaN, 0 and 1 for none of 0."""
    from scipy.stats import binomtest

    if not n:
        return np.nan, 0.0, 1.0
    low, high = binomtest(n_same, n).proportion_ci(confidence, method="exact")
    return n_same / n, float(low), float(high)


def _added_between(session: Session, first: LabelEvent, second: LabelEvent) -> set[str]:
    """Return the tags that only the second answer is about."""
    list_ = session.state.class_list
    return {
        list_.called_now(event.labels[0])
        for event in list_.events
        if event.kind == "add_class" and first.seq < event.seq < second.seq
    }
