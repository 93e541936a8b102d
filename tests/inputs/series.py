"""Time series."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, refused
from tests.sounds import wave_series

KIND = series = Kind("series", "Time series")
WAVES = np.array([wave_series(n, 40) for n in range(3)])


def drawn(given: Any, about: str, home: Path) -> None:
    """Three series, and what is said of the first."""
    pool = nb.Pool(series=given)
    assert (pool.kind, len(pool)) == ("series", 3)
    assert about in pool.media.draw(0, 64).about


GAPS = WAVES.copy()
GAPS[0, 5:8] = np.nan
for name, brought, happens, given, about in (
    ("block", "an array, a series in each row", "a series each", WAVES, "40"),
    ("lengths", "series of several lengths", "each with its own", [WAVES[0, :30], WAVES[1], WAVES[2]], "30"),
    ("wide", "a table with a series in each row", "a series each", pd.DataFrame(WAVES), "40"),
    ("frames", "tables with a channel in each column", "the channels have their names",
     [pd.DataFrame({"x": one, "y": -one}) for one in WAVES], "2 channels"),
    ("gaps", "NaN among the values", "gaps, which are counted", GAPS, "3 missing"),
    ("infinite", "infinite values", "gaps as well", np.where(np.isnan(GAPS), np.inf, GAPS), "3 missing"),
    ("whole", "whole numbers and yes or no", "taken as numbers", [WAVES[0] > 0, WAVES[1].astype(int), WAVES[2]], "40"),
):  # fmt: skip
    series.add(name, brought, happens, partial(drawn, given, about))


def not_taken(given: Any, words: str, home: Path) -> None:
    with refused(words):
        nb.Pool(series=given)


for name, brought, given, words in (
    ("single", "one series in place of several", WAVES[0], "series is a single one"),
    ("channels", "series with other channels", [WAVES[0], np.zeros((9, 2))], "series 1 has 2 channels"),
    ("channels_first", "a series with time last", [np.zeros((9, 400))], "Put time first: array.T"),
    ("texts", "texts in place of numbers", [["a", "b"]], "series 0 holds no numbers"),
    ("empty", "a series without values", [[], [1]], "series 0 has no values; leave it out"),
    ("missing", "None among the series", [WAVES[0], None], "series 1"),
    ("dict", "a dict", {"a": WAVES[0]}, "series is a dict; pass a list of arrays"),
):  # fmt: skip
    series.add(
        f"refused_{name}", brought, "refused: what to pass", partial(not_taken, given, words)
    )
