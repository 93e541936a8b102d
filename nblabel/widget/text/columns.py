"""Words about the columns of a pool."""

from __future__ import annotations

import datetime as dt

OTHER_VALUES = "other values"
NO_VALUE = "no value"
DAY = 86_400


def number(value: float) -> str:
    """Return a number in few digits: ``1950``, ``12,000``, ``0.127``."""
    if value != round(value) or abs(value) >= 1e15:
        return f"{value:.3g}"
    return f"{value:.0f}" if abs(value) < 1e4 else f"{value:,.0f}"  # years have no comma


def day(seconds: float) -> str:
    """Return the day, or the moment, of seconds since 1970."""
    try:
        moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, OSError, ValueError):  # beyond the year 9999
        return number(seconds / DAY / 365.2425 + 1970)
    return f"{moment:%Y-%m-%d}" if seconds % DAY == 0 else f"{moment:%Y-%m-%d %H:%M}"


def between(low: str | None, high: str | None) -> str:
    """Return what lies between two values, of which one may be left out."""
    if low is None:
        return f"below {high}"
    return f"{low} and more" if high is None else f"{low} to {high}"
