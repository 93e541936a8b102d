"""Colours of the points by a column of the pool: steps of its numbers, or its categories."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nblabel.pool import Pool
from nblabel.pool.columns import Column
from nblabel.session.facts import columns_of
from nblabel.system.palette import UNLABELED, class_colors, confidence_colors
from nblabel.widget import text
from nblabel.widget.text import columns as words

PREFIX = "column "
MOST = 40  # categories with a colour of their own; nobody looks through a longer legend
TAILS = 0.02  # share of the numbers at each end that one step holds, however far they lie
UNITS = {"Y": 365.2425 * 86_400, "M": 30.436875 * 86_400, "D": 86_400, "h": 3_600, "m": 60}


def color_modes(pool: Pool) -> list[dict[str, str]]:
    """Return what the points of a pool can be coloured by, as docs/wire.md has it."""
    columns = ((f"{PREFIX}{place}", one.name) for place, one in enumerate(columns_of(pool)))
    modes = [*text.COLOR_MODES.items(), *columns]
    return [{"value": value, "text": name} for value, name in modes]


def color_by_column(column: Column) -> tuple[Any, list[str], list[str]]:
    """Return the colours of all points by the values of a column.

    Returns
    -------
    codes : ndarray of shape (n,), uint8
        Positions in the palette; the last one for a missing value.
    names : list of str
        What each colour means.
    palette : list of str
    """
    numbers = column.numbers
    if numbers is None:
        names, codes = column.coded(MOST)
        names = [*names, words.OTHER_VALUES, words.NO_VALUE]
        palette = [*class_colors(len(names) - 2), UNLABELED, UNLABELED]
        return np.where(codes < 0, len(names) - 1, codes).astype(np.uint8), names, palette
    known = ~np.isnan(numbers)
    colors = confidence_colors()
    values = np.unique(numbers[known])
    if len(values) <= len(colors):
        codes = np.searchsorted(values, numbers)
        names = [
            words.moment(one) if column.kind == "date" else words.number(one) for one in values
        ]
    else:
        find = _round_days if column.kind == "date" else _round_numbers
        edges, labels = find(*_ends(numbers[known]), len(colors))
        codes, names = np.searchsorted(edges, numbers, side="right"), words.steps(labels)
    places = np.linspace(0, len(colors) - 1, len(names)).round().astype(int)
    codes = np.where(known, codes, len(names))
    return (
        codes.astype(np.uint8),
        [*names, words.NO_VALUE],
        [
            *(colors[place] for place in places),
            UNLABELED,
        ],
    )


def _ends(numbers: Any) -> tuple[float, float]:
    """Return where most numbers begin and end; the few outside are in the first and last step."""
    largest = np.abs(numbers).max()  # so that no difference overflows
    low, high = np.quantile(numbers / largest, [TAILS, 1 - TAILS]) * largest
    return (low, high) if low < high else (numbers.min(), numbers.max())


def _round_numbers(low: float, high: float, most: int) -> tuple[Any, list[str]]:
    """Return round numbers between two others, fewer than `most`, and how they are written."""
    step = _step((high / most) - (low / most))
    places = np.arange(math.floor(low / step) + 1, math.ceil(high / step))
    edges = places * step
    return edges, [words.number(float(f"{edge:.12g}")) for edge in edges]


def _round_days(low: float, high: float, most: int) -> tuple[Any, list[str]]:
    """Return the beginnings of years, months, days, hours or minutes; as `_round_numbers`."""
    unit = next((one for one in UNITS if (high - low) / UNITS[one] >= most / 2), "s")
    first, last = (
        np.datetime64(int(end), "s").astype(f"datetime64[{unit}]") for end in (low, high)
    )
    a, b = (int(end.astype(np.int64)) for end in (first, last))
    step = max(1, math.ceil(_step((b - a) / most)))
    places = np.arange(a // step + 1, b // step + 1) * step
    moments = places.astype(f"datetime64[{unit}]")
    days = [str(moment).replace("T", " ") for moment in moments]
    return moments.astype("datetime64[s]").astype(np.int64).astype(float), days


def _step(least: float) -> float:
    """Return the smallest of 1, 2, 2.5 and 5 times a power of ten that is no smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= least * (1 - 1e-9))
