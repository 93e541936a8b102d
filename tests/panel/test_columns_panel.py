"""Columns beside the items in the panel: shown, and the colours of the map."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.pool.columns import Column
from nblabel.system.palette import UNLABELED
from nblabel.widget.panel.column_colors import MOST, color_by_column
from tests.panel.helpers import open_page
from tests.samples import blobs

N = 60
FRAME = pd.DataFrame(
    {
        "size": np.arange(N) * 10.0,
        "place": np.where(np.arange(N) % 3 == 0, "sea", "land"),
        "day": pd.date_range("2020-01-01", periods=N),
    }
)


@pytest.fixture
def page():
    return open_page(nb.Pool(embeddings=blobs(N), columns=FRAME))


def colored(column):
    codes, names, palette = color_by_column(Column(pd.Series(column, name="x")))
    assert len(names) == len(palette)
    assert codes.max() < len(names)
    return [names[code] for code in codes], [palette[code] for code in codes]


def test_columns_stand_beside_an_item(page):
    page.label(page.ids[0])
    beside = page.items[page.ids[0]]["beside"]
    number = int(page.ids[0])
    place = round((number + 0.5) / N, 3)  # half of the values are below the middle one
    assert beside == {
        "cells": [
            ["size", str(number * 10), "", place],
            ["place", "sea" if number % 3 == 0 else "land", ""],
            ["day", str(FRAME["day"][number].date()), "", place],
        ]
    }


def test_columns_come_with_an_item_that_is_large_in_the_gallery(page):
    def beside(side):
        page.say("tiles", side=side, indices=[7])
        return page.heard[-1][0]["items"][0].get("beside")

    assert beside(96) is None  # nobody sees them in a small picture
    assert beside(256) is None
    assert [cell[0] for cell in beside(512)["cells"]] == ["size", "place", "day"]
    page.say("columns", of="beside", chosen=[2, 0])
    assert [cell[:2] for cell in beside(512)["cells"]] == [["day", "2020-01-08"], ["size", "70"]]


def test_of_very_many_columns_the_first_are_shown():
    wide = pd.DataFrame(np.zeros((N, 40)), columns=[f"c{i}" for i in range(40)])
    page = open_page(nb.Pool(embeddings=blobs(N), columns=wide.assign(c0="x" * 500)))
    beside = page.items[page.ids[0]]["beside"]
    assert (len(beside["cells"]), beside["more"]) == (30, 10)
    assert len(beside["cells"][0][1]) == 200


def test_the_map_is_coloured_by_a_column(page):
    modes = [one["text"] for one in page.panel.color_modes]
    assert modes[-3:] == ["size", "place", "day"]
    page.set_trait("color_by", "column 1")
    assert page.traits["color_by"] == "column 1"
    counts = {one["name"]: one["count"] for one in page.traits["legend"]}
    assert counts == {"land": 40, "sea": 20}
    page.set_trait("color_by", "column 7")
    assert page.traits["color_by"] == "column 1"


def test_rows_have_columns_to_colour_by():
    page = open_page(nb.Pool(table=FRAME))
    assert [one["text"] for one in page.panel.color_modes][-3:] == ["size", "place", "day"]
    page.set_trait("color_by", "column 0")
    assert [one["name"] for one in page.traits["legend"]][:2] == ["below 100", "100 to 200"]


def test_few_numbers_are_told_apart():
    names, colors = colored([1950, 1999, 1950, None, 12_000])
    assert names == ["1950", "1999", "1950", "no value", "12,000"]
    assert colors[3] == UNLABELED
    assert len(set(colors)) == 4


def test_many_numbers_are_steps_and_outliers_lie_in_the_last():
    names, _ = colored([*np.linspace(0, 100, 101), 1e9, np.nan, np.inf])
    assert names[0].startswith("below ")
    assert names[101] == names[100]
    assert names[100].endswith(" and more")
    assert names[-2:] == ["no value", "no value"]
    assert 6 <= len(set(names)) <= 11


@pytest.mark.parametrize(
    ("every", "first", "last"),
    [
        ("D", "below 2020-02", "2020-07 and more"),
        ("90D", "below 2025", "2065 and more"),
        ("h", "below 2020-01-02", "2020-01-09 and more"),
        ("min", "below 2020-01-01 00:20", "2020-01-01 03:00 and more"),
    ],
)
def test_dates_are_steps_of_the_calendar(every, first, last):
    names, _ = colored(pd.date_range("2020-01-01", periods=200, freq=every))
    assert (names[0], names[-1]) == (first, last)


@pytest.mark.parametrize(
    ("values", "first", "last"),
    [
        (1900 + np.arange(100), "below 1910", "1990 and more"),
        (np.linspace(0, 1e-9, 100), "below 1e-10", "9e-10 and more"),
        (np.linspace(-3, 1, 100), "below -2.5", "0.5 and more"),
        ([*[0] * 300, *range(11)], "below 0.5", "3.5 and more"),
    ],
)
def test_steps_end_at_round_numbers(values, first, last):
    names, _ = colored(np.asarray(values, dtype=float))
    assert (names[0], names[-1]) == (first, last)


def test_of_very_many_categories_the_commonest_have_colours():
    values = [f"v{i}" for i in range(10_000)] + ["common"] * 5
    names, colors = colored(values)
    assert names.count("other values") == 10_000 - (MOST - 1)
    assert names[-1] == "common"
    assert colors[9_999] == UNLABELED


@pytest.mark.parametrize("values", [[None] * 5, [np.nan] * 5, [pd.NaT] * 5])
def test_a_column_of_missing_values_alone(values):
    names, colors = colored(values)
    assert set(names) == {"no value"}
    assert set(colors) == {UNLABELED}


def test_numbers_as_large_as_they_come():
    names, _ = colored(1.7e308 * np.linspace(-1, 1, 50))
    assert 6 <= len(set(names)) <= 10
