"""What the report of an article is made of: a row for each of its figures, and what a row needs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

KEPT = Path(__file__).parents[2] / "build" / "articles"


@dataclass
class Row:
    """One figure of an article, and what nblabel comes to.

    Attributes
    ----------
    what : str
        What was measured, and how.
    ours : list of float
        Our figure with each seed: a share (0..1), or a number of what `unit` says.
    article : str or None
        The article's figure, as it is to be read; None where it has none.
    labels : float or None
        Labels that a person gave for it, test items left out; their mean where seeds differ.
    seconds : float or None
        What the row took, all seeds together.
    target : float or None
        What the mean of `ours` should reach.
    at_least : bool
        Whether the target is a floor, and not a ceiling.
    note : str
        What else must be said; why, where a target is missed.
    unit : str
        What `ours` and `target` count; "%" for shares.
    reduced : str
        What was measured instead, where less than the article's data: "1,797 of 60,000 images".
        Such a row is not judged.
    """

    what: str
    ours: list[float]
    article: str | None = None
    labels: float | None = None
    seconds: float | None = None
    target: float | None = None
    at_least: bool = True
    note: str = ""
    unit: str = "%"
    reduced: str = ""

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return fmean(self.ours)

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds."""
        return pstdev(self.ours)

    @property
    def reached(self) -> bool | None:
        """Whether the target was reached; None where there is none, or with reduced data."""
        if self.target is None or self.reduced:
            return None
        return self.mean >= self.target if self.at_least else self.mean <= self.target

    def number(self, value: float) -> str:
        """Return a number as it is to be read."""
        if self.unit == "%":
            return f"{100 * value:.2f} %"
        return f"{value:,.0f} {self.unit}" if abs(value) >= 100 else f"{value:.3g} {self.unit}"

    @property
    def told(self) -> str:
        """Our figure as it is to be read, with its spread where there are several seeds."""
        if len(self.ours) == 1:
            return self.number(self.mean)
        return f"{self.number(self.mean)} ±{self.number(self.spread).split()[0]}"

    @property
    def told_target(self) -> str:
        """The target as it is to be read; "" where there is none."""
        if self.target is None:
            return ""
        return f"{'≥' if self.at_least else '≤'} {self.number(self.target)}"


def full_size() -> bool:
    """Return whether the full data sets are at hand: the folder that NBLABEL_DATA names."""
    return bool(os.environ.get("NBLABEL_DATA"))


def kept(name: str, compute: Callable[[], Any]) -> Any:
    """Return what was computed under a name before; compute it, and keep it, if it was not.

    For what takes minutes: an interrupted report goes on behind it. The value is kept as JSON in
    build/articles; remove that folder to compute all anew.
    """
    path = KEPT / f"{name}.json"
    if path.exists():
        return json.loads(path.read_text())
    value = compute()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value))
    part.replace(path)
    return value
