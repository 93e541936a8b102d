"""Words about the columns of a pool."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

OTHER_VALUES = "other values"
NO_VALUE = "no value"
NO_SUCH_COLUMN = "There is no such picture."
NO_PICTURE_IN_COLUMN = "This item has no picture in the column {}."
DAY = 86_400


def number(value: float) -> str:
    """Return a number in few digits: ``1950``, ``12,000``, ``0.127``."""
    if value != round(value) or abs(value) >= 1e15:
        return f"{value:.6g}"
    return f"{value:.0f}" if abs(value) < 1e4 else f"{value:,.0f}"  # years have no comma


def moment(seconds: float) -> str:
    """Return the day, or the moment, of seconds since 1970."""
    try:
        found = dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, OSError, ValueError):  # before the year 1 or beyond 9999
        return f"year {seconds / DAY / 365.2425 + 1970:.0f}"
    return f"{found:%Y-%m-%d}" if seconds % DAY == 0 else f"{found:%Y-%m-%d %H:%M}"


def steps(ends: Sequence[str]) -> list[str]:
    """Return what lies below, between and above some values."""
    if not ends:
        return ["all values"]
    between = [f"{low} to {high}" for low, high in pairwise(ends)]
    return [f"below {ends[0]}", *between, f"{ends[-1]} and more"]
