"""Colours of the points by a column of the pool: steps of its numbers, or its categories."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.pool import Pool
from nblabel.pool.columns import Column
from nblabel.pool.tables import Table
from nblabel.widget import text
from nblabel.widget.text import columns as words
from nblabel.widget.view.palette import UNLABELED, class_colors, confidence_colors

PREFIX = "column "
MOST = 40  # categories with a colour of their own; nobody looks through a longer legend
TAILS = 0.02  # share of the numbers at each end that one step holds, however far they lie


def columns_of(pool: Pool) -> list[Column]:
    """Return the columns that points can be coloured by: those beside the items, and of rows."""
    rows = pool.media.columns if isinstance(pool.media, Table) else ()
    return [*rows, *(() if pool.beside is None else pool.beside.columns)]


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
    steps = confidence_colors()
    values = np.unique(numbers[known])
    say = words.day if column.kind == "date" else words.number
    if len(values) <= len(steps):
        places = np.linspace(0, len(steps) - 1, len(values)).round().astype(int)
        codes, names = np.searchsorted(values, numbers), [say(value) for value in values]
        palette = [steps[place] for place in places]
    else:
        edges = _edges(numbers[known], len(steps))
        codes, names, palette = np.searchsorted(edges, numbers, side="right"), [], steps
        for low, high in zip([None, *edges], [*edges, None], strict=True):
            names.append(words.between(*(None if end is None else say(end) for end in (low, high))))
    codes = np.where(known, codes, len(names))
    return codes.astype(np.uint8), [*names, words.NO_VALUE], [*palette, UNLABELED]


def _edges(numbers: Any, steps: int) -> Any:
    """Return where steps of one width end; outliers lie in the first and the last of them."""
    largest = np.abs(numbers).max() or 1.0  # so that no difference overflows
    low, high = np.quantile(numbers / largest, [TAILS, 1 - TAILS])
    if low == high:
        low, high = numbers.min() / largest, numbers.max() / largest
    return largest * (low + (high - low) / steps * np.arange(1, steps))
