"""Tables and their columns."""

from __future__ import annotations

import datetime as dt
import fractions
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, refused, warned

KIND = tables = Kind("tables", "Tables")


def order_of(column: Any) -> list[float]:
    """Return the values of a column as the learner gets them, the first of its numbers."""
    frame = pd.DataFrame({"x": column})
    return nb.embed(nb.Pool(table=frame), "table")[:, 0].tolist()


def as_numbers(column: Any, numbers: list[float], home: Path) -> None:
    """The column counts as these numbers do: no warning, and the same vectors."""
    column = column() if callable(column) else column
    mine = nb.embed(nb.Pool(table=pd.DataFrame({"x": column})))
    theirs = nb.embed(nb.Pool(table=pd.DataFrame({"x": np.array(numbers, dtype=float)})))
    assert mine.shape == theirs.shape
    assert np.allclose(mine, theirs, atol=1e-5)
    assert len(np.unique(mine.round(4), axis=0)) > 1


def of_arrow() -> Any:
    """A column whose values are kept by Arrow, an extra."""
    import pyarrow as pa

    return pd.array([1, None, 5, 9], dtype=pd.ArrowDtype(pa.int64()))


def as_categories(column: Any, groups: list[int], home: Path) -> None:
    """Rows of one group are alike, those of two are not."""
    X = nb.embed(nb.Pool(table=pd.DataFrame({"x": column})))
    alike = (X[:, None] == X[None]).all(axis=2)
    assert (alike == (np.array(groups)[:, None] == np.array(groups))).all()


NUMBERS = {
    "nullable_whole_numbers": (
        "nullable whole numbers (Int64) with a gap",
        pd.array([1, 2, None, 4, 9], dtype="Int64"),
        [1, 2, np.nan, 4, 9],
    ),
    "nullable_floats": (
        "nullable floats (Float32)",
        pd.array([0.5, 2.5, 4.5, 8], dtype="Float32"),
        [0.5, 2.5, 4.5, 8],
    ),
    "decimals": (
        "decimals of Python, one of them NaN",
        [Decimal("1.5"), Decimal("2.5"), Decimal("NaN"), Decimal(9)],
        [1.5, 2.5, np.nan, 9],
    ),
    "fractions": (
        "fractions of Python",
        [fractions.Fraction(1, 2), fractions.Fraction(3, 2), fractions.Fraction(8)],
        [0.5, 1.5, 8],
    ),
    "mixed_numbers": ("whole numbers and floats mixed", [1, 2.5, np.int8(4), 7.0], [1, 2.5, 4, 7]),
    "half_floats": (
        "floats of 16 bits",
        np.array([0.5, 1.5, 6], dtype=np.float16),
        [0.5, 1.5, 6],
    ),
    "unsigned": (
        "whole numbers beyond 2**63",
        np.array([2**63, 2**63 + 2**62, 2**64 - 1], dtype=np.uint64),
        [2.0**63, 2.0**63 + 2.0**62, 2.0**64],
    ),
    "periods": (
        "months as periods of pandas",
        pd.period_range("2024-01", periods=4, freq="M"),
        [0, 31, 60, 91],
    ),
    "spans": (
        "spans of time (Timedelta)",
        pd.to_timedelta(["1h", "2h", "5h", "9h"]),
        [1, 2, 5, 9],
    ),
    "year_9999": (
        "dates up to the year 9999",
        [dt.date(9999, 12, 31), dt.date(9999, 12, 30), dt.date(9999, 12, 26)],
        [5, 4, 0],
    ),
    "zones": (
        "moments in time zones, written as text",
        ["2024-01-01T02:00+02:00", "2024-01-01T01:00+00:00", "2023-12-31T22:00-04:00"],
        [0, 1, 2],
    ),
    "zone_of_a_column": (
        "a column of moments in one time zone",
        pd.date_range("2024-03-30", periods=4, tz="Europe/Oslo"),
        [0, 24, 47, 71],
    ),
    "decimal_commas": (
        "numbers with a decimal comma",
        ["1,25", "2,50", "10,75", "7,00"],
        [1.25, 2.5, 10.75, 7],
    ),
    "thin_spaces": (
        "thousands divided by thin spaces",
        ["1\u2009250", "12\u2009500", "110\u2009750", "7\u2009000"],
        [1250, 12500, 110750, 7000],
    ),
    "percents": ("shares such as 12,5 %", ["12,5 %", "3,0 %", "80,5 %"], [12.5, 3, 80.5]),
    "currency_behind": (
        "prices such as 1.250,50 €",
        ["1.250,50 €", "90,00 €", "12.300,00 €"],
        [1250.5, 90, 12300],
    ),
    "currency_code": (
        "prices such as CHF 1'250.50",
        ["CHF 1'250.50", "CHF 90.00", "CHF 12'300.00"],
        [1250.5, 90, 12300],
    ),
    "accounting": (
        "losses in brackets",
        ["(1,200.50)", "300.25", "(20.00)", "4,100.75"],
        [-1200.5, 300.25, -20, 4100.75],
    ),
    "exponents": ("numbers such as 1.5E-3", ["1.5E-3", "2E-3", "9.5e-3"], [1.5, 2, 9.5]),
    "other_digits": (
        "full-width and Arabic digits",
        ["１２", "３４", "٩٠"],
        [12, 34, 90],
    ),
    "arrow_numbers": (
        "a column of Arrow's numbers with a gap",
        of_arrow,
        [1, np.nan, 5, 9],
    ),
    "sparse_column": (
        "a sparse column of pandas",
        pd.arrays.SparseArray([0.0, 0.0, 3.0, 7.0]),
        [0, 0, 3, 7],
    ),
}
for name, (what, values, numbers) in NUMBERS.items():
    tables.add(name, what, "numbers", partial(as_numbers, values, numbers))

CATEGORIES = {
    "yes_and_no": (
        "yes and no in several ways",
        ["yes", "No", "Y", "n", "YES", "no"],
        [1, 0, 1, 0, 1, 0],
    ),
    "nullable_booleans": (
        "nullable booleans with a gap",
        pd.array([True, False, None, True, False, None], dtype="boolean"),
        [0, 1, 2, 0, 1, 2],
    ),
    "empty_and_missing": (
        "empty texts beside missing ones",
        ["a", "", None, "a", "", None],
        [0, 1, 2, 0, 1, 2],
    ),
    "codes": (
        "codes with zeros in front",
        ["007", "012", "007", "012", "100", "100"],
        [0, 1, 0, 1, 2, 2],
    ),
    "mixed_objects": (
        "texts and numbers mixed",
        ["a", 1, "a", 1, 2.5, 2.5],
        [0, 1, 0, 1, 2, 2],
    ),
    "ordered_categories": (
        "ordered categories of pandas",
        pd.Categorical(["low", "high", "low", "high"], ["low", "high"], ordered=True),
        [0, 1, 0, 1],
    ),
    "intervals": (
        "intervals, as pandas.cut makes them",
        pd.cut([1, 9, 2, 8], [0, 5, 10]),
        [0, 1, 0, 1],
    ),
    "times_of_day": (
        "times of the day",
        [dt.time(9), dt.time(17), dt.time(9), dt.time(17)],
        [0, 1, 0, 1],
    ),
    "lists_in_cells": (
        "lists in the cells",
        [["a", "b"], ["c"], ["a", "b"], ["c"]],
        [0, 1, 0, 1],
    ),
    "huge_numbers": (
        "numbers of hundreds of digits",
        pd.Series([10**400, 10**401] * 2, dtype=object),
        [0, 1, 0, 1],
    ),
    "no_such_day": (
        "dates as text that are no days, 2024-02-30",
        ["2024-02-30", "2024-02-31"] * 3,
        [0, 1] * 3,
    ),
    "complex_numbers": ("complex numbers", [1j, 2j, 1j, 2j], [0, 1, 0, 1]),
}
for name, (what, values, groups) in CATEGORIES.items():
    tables.add(name, what, "categories", partial(as_categories, values, groups))


@tables("a column of the same name twice", "both count")
def duplicate_names(home: Path) -> None:
    frame = pd.DataFrame([[1.0, 9.0], [2.0, 1.0], [4.0, 5.0]], columns=["x", "x"])
    pool = nb.Pool(table=frame)
    assert [cell.value for cell in pool.row(0)] == ["1", "9"]
    assert nb.embed(pool).shape[1] == 2


@tables("columns of several levels", "names are joined by a dot")
def several_levels(home: Path) -> None:
    columns = pd.MultiIndex.from_tuples([("a", "min"), ("a", "max")])
    pool = nb.Pool(table=pd.DataFrame([[1, 2], [3, 9]], columns=columns))
    assert [cell.name for cell in pool.row(0)] == ["a · min", "a · max"]


@tables("an index of several levels", "names the rows")
def index_of_levels(home: Path) -> None:
    index = pd.MultiIndex.from_product([["x", "y"], [1, 2]])
    pool = nb.Pool(table=pd.DataFrame({"v": [1, 2, 3, 4]}, index=index))
    assert pool.index_of(("y", 1)) == 2


@tables("columns without names (0, 1, ...)", "taken, named by number")
def numbered_columns(home: Path) -> None:
    pool = nb.Pool(table=pd.DataFrame([[1.0, 2.0], [3.0, 7.0]]))
    assert [cell.name for cell in pool.row(1)] == ["0", "1"]


@tables("infinite numbers", "shown; missing to the learner, with a warning")
def infinite(home: Path) -> None:
    pool = nb.Pool(table=pd.DataFrame({"ratio": [1.0, np.inf, 3.0, -np.inf, 5.0]}))
    assert pool.row(1)[0].value == "inf"
    with warned(r"'ratio' \(2 of 5 values are infinite"):
        X = nb.embed(pool)
    assert np.isfinite(X).all()
    assert (X[1] == X[3]).all()
    assert X[0, 0] < X[2, 0] < X[4, 0]


@tables("days before months, 13/02/2024", "read day first: one of them cannot be a month")
def day_first(home: Path) -> None:
    days = ["13/02/2024", "05/02/2024", "01/03/2024"]
    assert np.argsort(order_of(days)).tolist() == [1, 0, 2]


@tables("dates that may be either, 01/02/2024", "month first, with a warning")
def month_first(home: Path) -> None:
    with warned("01/02/2024 was read as month, day, year"):
        found = order_of(["01/02/2024", "03/01/2024", "02/03/2024"])
    assert np.argsort(found).tolist() == [0, 2, 1]


@tables("numbers of which a few are words", "the words are missing, with a warning")
def few_words(home: Path) -> None:
    column = [str(n) for n in range(39)] + ["n/k"]
    with warned(r"1 of 40 values count as missing, such as 'n/k'"):
        found = order_of(column)
    assert found[0] < found[20] < found[38]


@tables("a column of ids, all different", "the model learns nothing from it, said by name")
def all_different(home: Path) -> None:
    frame = pd.DataFrame({"key": ["ax", "by", "cz", "dw"], "v": [1, 2, 3, 9]})
    with warned(r"nothing from these columns: 'key' \(texts that are all different\)"):
        assert nb.embed(nb.Pool(table=frame)).shape == (4, 1)


@tables("a column of missing values only", "named in a warning")
def all_missing(home: Path) -> None:
    frame = pd.DataFrame({"gone": [None, np.nan, pd.NA], "v": [1, 2, 9]})
    with warned(r"'gone' \(all missing\)"):
        nb.embed(nb.Pool(table=frame))


@tables("a table without rows", "refused: pass at least one item")
def no_rows(home: Path) -> None:
    with refused("the pool is empty; pass at least one item"):
        nb.Pool(table=pd.DataFrame({"a": []}))


@tables("one column (a Series) as a table", "refused: pass a DataFrame")
def series(home: Path) -> None:
    with refused("table is a Series; pass a pandas DataFrame"):
        nb.Pool(table=pd.Series([1, 2]))


@tables("a list of dicts", "refused: pass a DataFrame")
def list_of_dicts(home: Path) -> None:
    with refused("table is a list; pass a pandas DataFrame"):
        nb.Pool(table=[{"a": 1}, {"a": 2}])


@tables("the path of a CSV file as a table", "refused: pass a DataFrame")
def path_as_table(home: Path) -> None:
    with refused("table is a str; pass a pandas DataFrame"):
        nb.Pool(table="rows.csv")


@tables("a table of Arrow", "taken")
def arrow_table(home: Path) -> None:
    import pyarrow as pa

    pool = nb.Pool(table=pa.table({"city": ["Oslo", "Lima"], "n": [3, None]}))
    assert [cell.value for cell in pool.row(1)] == ["Lima", None]
