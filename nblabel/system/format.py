"""Numbers as people read them: one format for all reports, charts and messages."""

from __future__ import annotations

import math

UNKNOWN = "unknown"


def count(n: float) -> str:
    """Return a whole number with thousands separators: ``1,234``."""
    return UNKNOWN if math.isnan(n) else f"{n:,.0f}"


def counted(n: float, noun: str, plural: str = "") -> str:
    """Return a number of things: ``1 item``, ``1,234 items``.

    Parameters
    ----------
    n : int
    noun : str
        One of them.
    plural : str
        Several of them; with an s if left out, unless it ends with one.
    """
    many = plural or (noun if noun.endswith("s") else f"{noun}s")
    return f"{count(n)} {noun if n == 1 else many}"


def percent(share: float, digits: int = 3) -> str:
    """Return a share as a percentage: ``94.3 %``, ``0.05 %``.

    Parameters
    ----------
    share : float
        From 0 to 1.
    digits : int
        Significant digits at most; zeros at the end are dropped.
    """
    return UNKNOWN if math.isnan(share) else f"{significant(100 * share, digits)} %"


def interval(low: float, high: float) -> str:
    """Return an interval of shares, rounded outwards: ``91–97.3 %``.

    Nothing is said that the interval does not hold: the lower end is never rounded up, the upper
    one never down.
    """
    ends = math.floor(1e3 * low + 1e-6) / 10, math.ceil(1e3 * high - 1e-6) / 10
    return "–".join(f"{end:g}" for end in ends) + " %"


def duration(seconds: float) -> str:
    """Return a time: ``12.5 ms``, ``3.2 s``, ``5 min``, ``8.5 h``."""
    if math.isnan(seconds):
        return UNKNOWN
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if 0 < seconds < 1:
        return f"{significant(1e3 * seconds, 3)} ms"
    if seconds < 59.95:
        return f"{significant(seconds, 3)} s"
    if round(seconds / 60) < 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:,.1f}".removesuffix(".0") + " h"


def money(amount: float) -> str:
    """Return an amount of money, in whatever currency: ``1,234.50``."""
    return UNKNOWN if math.isnan(amount) else f"{round(amount, 2) + 0:,.2f}"


def significant(value: float, digits: int) -> str:
    """Return a number with so many significant digits at most: ``1,234``, ``0.05``.

    Digits before the point are all kept, zeros at the end dropped; never in powers of ten.
    """
    if not value:
        return "0"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def ago(seconds: float) -> str:
    """Return a time in the past, in its largest unit."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            return f"{counted(int(seconds / size), name)} ago"
    return "just now"
