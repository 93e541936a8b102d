"""Texts in the columns of a table that are numbers, dates or booleans."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.pool.readings import reading_of

N = 200


def read(*texts):
    """Return the kind and the values of a reading."""
    reading = reading_of(texts)
    return None if reading is None else (reading.kind, reading.numbers(texts).tolist())


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["105.66", "-3", "+4"], [105.66, -3, 4]),
        (["105,66", "99,1"], [105.66, 99.1]),
        (["1,050.00", "3.5"], [1050, 3.5]),
        (["1.050,00", "3,5"], [1050, 3.5]),
        (["1 050,00", "1\u202f050,5", "3,5"], [1050, 1050.5, 3.5]),
        (["1'050.00", "1’050"], [1050, 1050]),
        (["2,50,000.5", "1,00,000"], [250_000.5, 100_000]),
        (["1.234.567", "2"], [1_234_567, 2]),
        (["12%", "3.5 %", "0"], [12, 3.5, 0]),
        (["$5.00", "-$1,200"], [5, -1200]),
        (["1.200,50 €", "5 €"], [1200.5, 5]),
        (["EUR 1,200.50", "eur 3"], [1200.5, 3]),
        (["(1,050.5)", "3.25", "7-", "\u22125"], [-1050.5, 3.25, -7, -5]),
        (["1e5", "2E-3", ".5", "5."], [100_000, 0.002, 0.5, 5]),
        ([" 7 ", "8\n"], [7, 8]),
        (["1", "n/a", "-", "", "#N/A", "2"], [1, np.nan, np.nan, np.nan, np.nan, 2]),
        (["1,234", "950"], [1234, 950]),
        (["1.234", "2.345"], [1.234, 2.345]),
        (["0,123", "0,5"], [0.123, 0.5]),
    ],
)
def test_numbers(texts, numbers):
    kind, found = read(*texts)
    assert kind == "number"
    np.testing.assert_allclose(found, numbers)
    assert not reading_of(texts).doubt


@pytest.mark.parametrize(
    ("texts", "numbers", "doubt"),
    [
        (["1.234", "950"], [1234, 950], "1.234 was read as 1234"),
        (["1.234", "950", "2000"], [1.234, 950, 2000], "1.234 was read as 1.234"),
        (["1,234", "9500"], [1234, 9500], "1,234 was read as 1234"),
        (["1,234", "1.234"], [1234, 1.234], "1,234 was read as 1234"),
    ],
)
def test_numbers_that_may_be_others(texts, numbers, doubt):
    assert read(*texts) == ("number", numbers)
    assert reading_of(texts).doubt == doubt


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "123"],
        ["01234", "98765"],
        ["12345678901234567"],
        ["user 1", "user 2"],
        ["€5", "$5"],
        ["5%", "5", "6"],
        ["1,5", "2.5"],
        ["1,23,4"],
        ["192.168.0.1", "10.0.0.1"],
        ["1.2.10", "1.3.11"],
        ["12:30", "13:15"],
        ["5 kg"],
        ["0x1f"],
        ["abc", "1"],
        ["n/a", "-"],
        ["y", "maybe"],
        ["2024-13-01"],
        ["30.02.2024"],
        ["0.0.2024"],
        ["1" * 200],
        [],
    ],
    ids=str,
)
def test_texts_that_are_texts(texts):
    assert read(*texts) is None


def moment(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize(
    ("texts", "when"),
    [
        (["2024-12-31", "9999-12-31", "0000-00-00"], [(2024, 12, 31), (9999, 12, 31), None]),
        (["0001-01-01", "2024/1/5"], [(1, 1, 1), (2024, 1, 5)]),
        (["31.12.2024", "1.2.2024"], [(2024, 12, 31), (2024, 2, 1)]),
        (["31/12/2024", "01/02/2024"], [(2024, 12, 31), (2024, 2, 1)]),
        (["12/31/2024", "01/02/2024"], [(2024, 12, 31), (2024, 1, 2)]),
        (["31.12.99", "01.02.24"], [(1999, 12, 31), (2024, 2, 1)]),
        (["2024-01-01T10:00+02:00", "2024-01-01T10:00Z"], [(2024, 1, 1, 8), (2024, 1, 1, 10)]),
        (["2024-01-01 10:00:30.5 -0130"], [(2024, 1, 1, 11, 30, 30, 500_000)]),
        (["31 Dec 2024", "1 February 2024"], [(2024, 12, 31), (2024, 2, 1)]),
        (["31-Dec-2024 1:05 PM", "01-Feb-2024 12:00 am"], [(2024, 12, 31, 13, 5), (2024, 2, 1)]),
        (["Dec 31, 2024", "Sept. 1, 2024"], [(2024, 12, 31), (2024, 9, 1)]),
        (["Tue, 31 Dec 2024 10:00:00 GMT"], [(2024, 12, 31, 10)]),
    ],
    ids=str,
)
def test_dates(texts, when):
    kind, found = read(*texts)
    assert kind == "date"
    np.testing.assert_allclose(found, [moment(*one) if one else np.nan for one in when])
    assert not reading_of(texts).doubt


def test_where_day_and_month_could_be_either_the_month_comes_first_as_in_pandas():
    assert read("01/02/2024", "03/04/2024") == ("date", [moment(2024, 1, 2), moment(2024, 3, 4)])
    assert reading_of(["01/02/2024"]).doubt == "01/02/2024 was read as month, day, year"
    assert not reading_of(["01.02.2024"]).doubt  # with points the day comes first


def test_booleans():
    assert read("Yes", " no", "TRUE", "f", "N/A") == (
        "boolean",
        pytest.approx([1, 0, 1, 0, np.nan], nan_ok=True),
    )


def test_nearly_all_values_decide():
    kind, found = read(*["1,5"] * 95, *["soon"] * 5)
    assert (kind, np.isnan(found).sum()) == ("number", 5)
    assert read(*["1,5"] * 94, *["soon"] * 6) is None


# in a table


def prices():
    rng = np.random.default_rng(0)
    return rng.normal(100, 30, N), rng.normal(size=N)


@pytest.mark.parametrize(
    "write",
    [
        lambda v: f"{v:.2f}",
        lambda v: f"{v:.2f}".replace(".", ","),
        lambda v: f"{1000 * v:,.2f}",
        lambda v: f"{v:.2f} %",
        lambda v: f"$ {v:.2f}",
        lambda v: decimal.Decimal(f"{v:.2f}"),
        lambda v: f"{v:.2f}" if v > 100 else round(v, 2),
    ],
)
def test_numbers_written_as_text_are_learned_from(write):
    price, noise = prices()
    table = pd.DataFrame({"noise": noise, "price": [write(v) for v in price]})
    of_text = nb.embed(nb.Pool(table=table))
    of_numbers = nb.embed(nb.Pool(table=table.assign(price=price)))
    np.testing.assert_allclose(of_text, of_numbers, atol=0.01)


def test_a_model_learns_from_numbers_with_a_decimal_comma():
    price, noise = prices()
    written = [f"{v:.2f}".replace(".", ",") for v in price]
    y = np.where(price > 100, "dear", "cheap")
    pool = nb.Pool(table=pd.DataFrame({"noise": noise, "price": written}))
    curve = nb.simulate(pool, y, budget=40, progress=False)
    assert curve["pool_accuracy"].iloc[-1] > 0.95


def test_what_is_shown_is_what_was_written_and_the_fingerprint_that_of_the_words():
    pool = nb.Pool(table=pd.DataFrame({"x": ["1,5", "2,5", *["1,7"] * 20, "1.000,5"]}))
    assert pool.row(0)[0].value == "1,5"
    alone = nb.Pool(table=pd.DataFrame({"x": ["1.000,5"]})).row(0)[0]
    assert (pool.row(22)[0].value, pool.row(22)[0].note) == (alone.value, alone.note)
    dotted = nb.Pool(table=pd.DataFrame({"x": ["1.5", "2.5", *["1.7"] * 20, "1000.5"]}))
    assert pool.fingerprint != dotted.fingerprint


def test_numbers_among_words_for_missing():
    table = pd.DataFrame({"x": [1.5, "n/a", 2.5, "2,0", None, 3]}, dtype=object)
    X = nb.embed(nb.Pool(table=table))
    assert X.shape == (6, 2)
    assert X[:, 1].tolist() == [0, 1, 0, 0, 1, 0]
    assert X[0, 0] < X[3, 0] < X[2, 0]


def test_some_values_that_are_none_are_told():
    table = pd.DataFrame({"x": [*map(str, range(50)), "soon"]})
    with pytest.warns(UserWarning, match="'x' .1 of 51 values count as missing, such as 'soon'"):
        X = nb.embed(nb.Pool(table=table))
    assert X[:, 1].tolist() == [0] * 50 + [1]


def test_doubt_is_told():
    table = pd.DataFrame({"when": ["01/02/2024", "03/04/2024"], "x": [1, 2]})
    with pytest.warns(UserWarning, match="'when' .01/02/2024 was read as month, day, year"):
        nb.embed(nb.Pool(table=table))


@pytest.mark.parametrize(
    "day",
    [
        lambda text: text,
        lambda text: np.datetime64(text, "s"),
        dt.date.fromisoformat,
        dt.datetime.fromisoformat,
        lambda text: pd.Period(text, "D"),
        lambda text: f"{text[8:]}.{text[5:7]}.{text[:4]}",
    ],
    ids=["text", "datetime64", "date", "datetime", "period", "points"],
)
@pytest.mark.parametrize("far", ["9999-12-31", "0001-01-01"])
def test_years_beyond_those_of_nanoseconds(day, far):
    days = [day(far)] * 10 + [day("2024-01-01"), day("2024-02-01")] * 5
    pool = nb.Pool(table=pd.DataFrame({"valid_to": pd.Series(days), "a": range(20)}))
    X = nb.embed(pool)
    assert X.shape == (20, 2)
    later = np.sign(int(far[:4]) - 2024)
    assert (later * X[:10, 0] > later * X[10:, 0]).all()
    assert pool.row(0)[0].value.startswith(str(days[0])[:10])
    assert pool.fingerprint


def test_columns_that_carry_nothing_are_named_in_one_message():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "x": rng.normal(size=N),
            "one": 1,
            "gone": None,
            "word": "a",
            "id": [f"id {i}" for i in range(N)],
            "notes": [f"note {i}" for i in range(N - 20)] + ["none of it"] * 20,
        }
    )
    with pytest.warns(UserWarning, match="nothing") as caught:
        X = nb.embed(nb.Pool(table=table))
    assert X.shape == (N, 3)
    (message,) = [str(warning.message) for warning in caught]
    assert (
        "learns nothing from these columns: 'one' (constant), 'gone' (all missing), 'word' "
        "(constant), 'id' (texts that are all different)." in message
    )
    assert "Most values of these columns are texts that differ" in message
    assert "'notes'. Numbers and dates among them can be converted by pandas.to_numeric" in message


def test_of_many_columns_some_are_named():
    table = pd.DataFrame({**{f"c{i}": [1] * 6 for i in range(30)}, "x": range(6)})
    with pytest.warns(UserWarning, match="'c9' .constant. and 20 more"):
        nb.embed(nb.Pool(table=table))


def test_yes_and_no_however_they_are_spelled():
    words = ["yes", "No", "YES ", "no"] * 5
    X = nb.embed(nb.Pool(table=pd.DataFrame({"x": words})))
    assert X.tolist() == [[1, 0], [0, 1], [1, 0], [0, 1]] * 5
