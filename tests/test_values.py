"""Values as text: one way of writing them, and what matches by value."""

import datetime as dt
import sys
from decimal import Decimal
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from nblabel.system.values import Names, is_missing, nearest, same_as, similar, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("café", "café"),
        ("cafe\u0301", "café"),
        ("1.0", "1.0"),
        (" a ", " a "),
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (np.float32(0.1), "0.1"),
        (np.float32(7), "7"),
        (np.int8(3), "3"),
        (Decimal("2.0"), "2"),
        (True, "True"),
        (np.bool_(False), "False"),
        (10**20, "1" + "0" * 20),
        (2.0**53 - 1, "9007199254740991"),
        (2.0**53, "9.007199254740992e+15"),
        (1.2e18, "1.2e+18"),
        (np.float32(2**24), "1.6777216e+07"),
        (dt.date(2024, 12, 31), "2024-12-31"),
        (dt.datetime.fromisoformat("2024-12-31"), "2024-12-31"),
        (pd.Timestamp("2024-12-31 18:30"), "2024-12-31 18:30:00"),
        (pd.Timestamp("2024-12-31", tz="UTC"), "2024-12-31 00:00:00+00:00"),
        (np.datetime64("2024-12-31T00:00:00.000000000"), "2024-12-31"),
        (np.datetime64("2024-12-31T18:30:00.250000000"), "2024-12-31 18:30:00.25"),
        (b"caf\xc3\xa9", "café"),
        (np.str_("x"), "x"),
        (np.array(4.0), "4"),
        (None, ""),
        (float("nan"), ""),
        (np.float32("nan"), ""),
        (pd.NaT, ""),
        (pd.NA, ""),
        (np.datetime64("NaT"), ""),
    ],
)
def test_a_value_is_written_one_way(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0", "1"),
        ("101,0", "101"),
        ("-0.0", "0"),
        (" a ", "a"),
        ("cafe\u0301", "café"),
        ("2024-12-31 00:00:00", "2024-12-31"),
        ("2024-12-31T18:30:00.000000Z", "2024-12-31 18:30:00+00:00"),
        ("2024-12-31T18:30:00+0000", "2024-12-31 18:30:00+00:00"),
        ("b'cat'", "cat"),
    ],
)
def test_what_is_written_otherwise_is_the_same_value(one, other):
    assert same_as(one) == same_as(other) == other


@pytest.mark.parametrize(
    "text",
    ["007", "1.000", "1,000", "1.50", "9007199254740993.0", "1e3", "1٣.0", "9" * 5_000 + ".0"],
)
def test_what_may_be_another_value_stays(text):
    assert same_as(text) == text


def test_a_name_is_found_exactly_or_where_it_is_the_only_one_of_its_value():
    names = Names(["1", "1.0", "2", "cafe\u0301"])
    assert [names.place(name) for name in ("1", "1.0", "1,0", "2.0", "café", "x")] == [
        *(0, 1, None, 2, 3, None)
    ]


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("Cat", ["cat", "dog"], "cat"),
        ("cta", ["cat", "dog"], "cat"),
        ("dasiy", ["daisy", "rose"], "daisy"),
        ("photos/IMG 1.JPG", ["img 1.jpeg", "img 2.jpeg"], "img 1.jpeg"),
        ("7", ["007", "008"], "007"),
        ("12", ["13", "14"], None),
        ("a.jpg", ["x/a.jpg", "y/a.jpg"], None),
        ("quite another", ["cat", "dog"], None),
    ],
)
def test_what_was_meant(name, names, meant):
    assert nearest(name, names) == meant


def test_among_very_many_names_slips_are_not_looked_for():
    names = [f"name {number}" for number in range(20_000)]
    assert similar(["NAME 7", "nmae"], names) == {"NAME 7": "name 7"}


def test_values_are_read_while_another_thread_loads_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))
    assert not is_missing("a")
    assert is_missing(None)
    assert is_missing(float("nan"))
