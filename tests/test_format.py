"""Numbers as people read them."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblabel.system.format import count, counted, duration, interval, money, percent, significant
from nblabel.system.report import Report, check_session


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 %"),
        (0.01, "1 %"),
        (0.0125, "1.25 %"),
        (0.943, "94.3 %"),
        (0.99996, "100 %"),
        (1, "100 %"),
        (0.00005, "0.005 %"),
        (1e-9, "0.0000001 %"),
        (-0.02, "-2 %"),
        (math.nan, "unknown"),
    ],
)
def test_percentages(value, text):
    assert percent(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0125, "12.5 ms"),
        (0.9, "900 ms"),
        (3.21, "3.21 s"),
        (59.99, "1 min"),
        (90, "2 min"),
        (3_569, "59 min"),
        (3_580, "1 h"),
        (30_600, "8.5 h"),
        (3_600_000, "1,000 h"),
        (-300, "-5 min"),
        (math.nan, "unknown"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.91, 0.972, "91–97.2 %"),
        (0.9105, 0.9722, "91–97.3 %"),
        (0.99996, 1, "99.9–100 %"),
        (0, 0.0001, "0–0.1 %"),
    ],
)
def test_intervals_are_rounded_outwards(low, high, text):
    assert interval(low, high) == text


@given(st.floats(0, 1), st.floats(0, 1))
def test_an_interval_holds_what_it_is_of(one, other):
    low, high = sorted([one, other])
    ends = [float(end) for end in interval(low, high).removesuffix(" %").split("–")]
    assert ends[0] <= 100 * low + 1e-6
    assert ends[1] >= 100 * high - 1e-6


def test_counts_and_money():
    assert (count(1_234), count(1_234.0), count(math.nan)) == ("1,234", "1,234", "unknown")
    assert counted(1, "item") == "1 item"
    assert counted(0, "item") == "0 items"
    assert counted(2_000, "class", "classes") == "2,000 classes"
    assert (money(1_234.5), money(-0.001), money(math.nan)) == ("1,234.50", "0.00", "unknown")


@given(st.floats(1e-12, 1e12), st.integers(1, 6))
def test_significant_digits_keep_the_number(value, digits):
    text = significant(value, digits)
    assert "e" not in text
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.6 * 10 ** (1 - digits))


def test_a_report_is_text_and_a_table():
    class Two(Report):
        lines = ("a < b", "second")
        table = pd.DataFrame({"n": range(100)})

    assert str(Two()) == repr(Two()) == "a < b\nsecond"
    html = Two()._repr_html_()
    assert "<p>a &lt; b</p><p>second</p>" in html
    assert html.count("<tr") < 65


def test_a_report_is_of_a_session():
    class Panel:
        session = None

    with pytest.raises(TypeError, match=r"session is a Panel; pass its \.session"):
        check_session(Panel())
    with pytest.raises(TypeError, match=r"session is a int; pass a nblabel\.Session"):
        check_session(3)
