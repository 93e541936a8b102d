"""What a loop notes down: counts after each round, and the computer's time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.pool.order import in_pool_order
from nblabel.session.precision import mean_average_precision

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session


PRECISION = "average_precision"


class Ledger:
    """Counts after each round, and the computer's time."""

    def __init__(self, session: Session, y: Any) -> None:
        self._session = session
        as_codes = _indicator if session.multi_label else _codes
        self._truth = None if y is None else as_codes(y, session)
        self._rows: list[dict[str, Any]] = []
        self._seconds, self._since = 0.0, time.perf_counter()

    def stop(self) -> None:
        """Stop the clock: a person is asked."""
        self._seconds += time.perf_counter() - self._since

    def go_on(self) -> None:
        """Start the clock again."""
        self._since = time.perf_counter()

    def note(self) -> None:
        """Count what there is after a round."""
        self.stop()
        session = self._session
        row: dict[str, Any] = {
            "round": len(self._rows),
            "n_human": session.n_labeled,
            "n_model": session.n_accepted,
            "n_left": len(open_or_skipped(session)),
        }
        if session.multi_label:
            by_people = session.learned_from(accepted=False)
            row["n_model"] = int(((session.y >= 0) & (by_people < 0)).sum())
        if self._truth is not None:
            y = session.y
            row["n_mislabeled"] = int(((y >= 0) & (y != self._truth)).sum())
        if self._truth is not None and session.multi_label:
            rows = np.flatnonzero((by_people < 0).all(axis=1))
            proba = session.refit().proba[rows]
            row[PRECISION] = mean_average_precision(self._truth[rows], proba)
        self._rows.append({**row, "seconds": self._seconds})
        self._seconds = 0.0
        self.go_on()

    @property
    def table(self) -> pd.DataFrame:
        """The rounds so far."""
        import pandas as pd

        truth = [] if self._truth is None else ["n_mislabeled"]
        if truth and self._session.multi_label:
            truth.append(PRECISION)
        columns = ["round", "n_human", "n_model", "n_left", *truth, "seconds"]
        return pd.DataFrame(self._rows, columns=columns)


def open_or_skipped(session: Session) -> IntArray:
    """Return the positions that have no label yet, and that nobody flagged."""
    return np.sort(np.concatenate([session.unanswered, session.snapshot().skipped]))


def _indicator(y: Any, session: Session) -> IntArray:
    """Return right answers about tags as 1 and 0."""
    if hasattr(y, "columns") and {*map(str, y.columns)} == {*session.classes}:
        y = y.rename(columns=str)[list(session.classes)]
    values = np.asarray(in_pool_order(session.pool, y, "y"))
    shape = len(session.pool), len(session.classes)
    if values.shape != shape or not np.isin(values, (0, 1)).all():
        raise ValueError(
            f"y has shape {values.shape}; pass 1 or 0 for each of {shape[0]:,} items and "
            f"{shape[1]} tags."
        )
    return values.astype(np.intp)


def _codes(y: Any, session: Session) -> IntArray:
    """Return right answers as class numbers."""
    values = np.asarray(in_pool_order(session.pool, y, "y"))
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


@contextmanager
def labeling_bar(session: Session, shown: bool) -> Iterator[Callable[[], None]]:
    """Show a progress bar; what it yields moves it on to the labels of now."""
    from nblabel.system.progress import tqdm

    total = len(session.pool)
    with tqdm(
        total=total, desc="Labeling", unit="item", delay=1, leave=False, disable=not shown
    ) as bar:

        def advance() -> None:
            bar.update(total - len(open_or_skipped(session)) - bar.n)

        advance()
        yield advance
