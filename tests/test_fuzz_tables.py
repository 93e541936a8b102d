"""Tables as nobody planned them: they are embedded, or refused by a message that names a column."""

import datetime as dt
import decimal
import warnings

import numpy as np
import pandas as pd
import pytest

import nblabel as nb

TABLES = 1_000
EMBEDDED = 0.8  # share of the tables, at least, that are not refused


class Unreadable:
    """An object that cannot even be shown."""

    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


def with_zone(rng, n):
    zones = [dt.UTC, dt.timezone(dt.timedelta(hours=int(rng.integers(-11, 12))))]
    return [dt.datetime(2024, 1, 1 + i % 28, tzinfo=zones[i % 2]) for i in range(n)]


def texts(rng, n, *choices):
    return [str(choice) for choice in rng.choice(np.array(choices, dtype=object), n)]


def decimals(rng, n):
    return [decimal.Decimal(f"{v:.3f}") for v in rng.normal(size=n)]


KINDS = {
    "floats": lambda rng, n: rng.normal(size=n) * 10.0 ** rng.integers(-300, 300),
    "integers": lambda rng, n: rng.integers(-5, 5, n),
    "large integers": lambda rng, n: rng.integers(0, 2**63, n, dtype=np.uint64),
    "python integers": lambda rng, n: [int(v) * 10**20 for v in rng.integers(0, 9, n)],
    "huge integers": lambda rng, n: [10 ** int(v) for v in rng.integers(0, 500, n)],
    "infinite": lambda rng, n: rng.choice([np.inf, -np.inf, np.nan, 0.0, 1e308, -1e308], n),
    "booleans": lambda rng, n: rng.random(n) < 0.5,
    "nullable": lambda rng, n: pd.array(rng.integers(0, 9, n), dtype="Int64"),
    "nullable booleans": lambda rng, n: pd.array(rng.random(n) < 0.5, dtype="boolean"),
    "complex": lambda rng, n: rng.normal(size=n) + 1j,
    "decimals": decimals,
    "nan decimals": lambda rng, n: [*decimals(rng, n - 1), decimal.Decimal("NaN")],
    "signaling decimals": lambda rng, n: [*decimals(rng, n - 1), decimal.Decimal("sNaN")],
    "words": lambda rng, n: texts(rng, n, "a", "b", "ä", "", " ", "\ud800", "x" * 5_000),
    "codes": lambda rng, n: [f"{v:05d}" for v in rng.integers(0, 99_999, n)],
    "ids": lambda rng, n: [f"id-{v}" for v in rng.permutation(n)],
    "point": lambda rng, n: [f"{v:,.2f}" for v in rng.normal(0, 1e4, n)],
    "comma": lambda rng, n: [f"{v:.2f}".replace(".", ",") for v in rng.normal(0, 1e4, n)],
    "money": lambda rng, n: [f"€ {v:.0f}" for v in rng.normal(0, 100, n)],
    "any numbers": lambda rng, n: texts(rng, n, "1,5", "2.5", "7 %", "(3)", "1e999", "٣", "0x1f"),
    "odd dates": lambda rng, n: texts(rng, n, "9999-12-31", "0001-01-01", "0000-00-00", "soon"),
    "two orders": lambda rng, n: texts(rng, n, "01/02/2024", "31/12/1999", "12/31/1999"),
    "clocks": lambda rng, n: texts(rng, n, "2024-01-01T10:00+02:00", "2024-06-01 10:00Z"),
    "answers": lambda rng, n: texts(rng, n, "Yes", "no", "TRUE", " f ", "n/a"),
    "dates": lambda rng, n: pd.date_range("1700-01-01", periods=n, freq="7D"),
    "zoned": lambda rng, n: pd.date_range("2024-03-30", periods=n, freq="h", tz="Europe/Berlin"),
    "seconds": lambda rng, n: np.array(["9999-12-31", "0001-01-01"], "M8[s]")[np.arange(n) % 2],
    "python dates": lambda rng, n: [dt.date(1 + int(v), 1, 1) for v in rng.integers(0, 9_998, n)],
    "mixed zones": with_zone,
    "periods": lambda rng, n: pd.period_range("9990-01", periods=n, freq="Q"),
    "durations": lambda rng, n: pd.to_timedelta(rng.integers(0, 10**6, n), unit="s"),
    "times": lambda rng, n: [dt.time(int(v)) for v in rng.integers(0, 24, n)],
    "categories": lambda rng, n: pd.Categorical(rng.choice(["a", "b"], n)),
    "number categories": lambda rng, n: pd.Categorical(rng.integers(0, 3, n), ordered=True),
    "intervals": lambda rng, n: pd.cut(rng.normal(size=n), 3),
    "sparse": lambda rng, n: pd.arrays.SparseArray(rng.choice([0.0, 1.0], n)),
    "nested": lambda rng, n: [[1, {"a": [2]}], {3}, {"b": None}, (), np.zeros((2, 2))] * n,
    "bytes": lambda rng, n: [b"a", b"\xff"] * n,
    "anything": lambda rng, n: [1, "1", 1.5, True, None, dt.date(2024, 1, 1), "1,5", b"", ()] * n,
    "numbers and gaps": lambda rng, n: [1.5, "n/a", "2,5", None, 3] * n,
    "unreadable": lambda rng, n: [Unreadable()] * n,
}
NAMES = [
    "a",
    "a",
    "",
    " ",
    "名",
    "\ud83d",
    0,
    1.5,
    None,
    np.nan,
    True,
    ("x", "y"),
    dt.date(2024, 1, 1),
]


def random_table(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.choice([1, 2, 3, 10, 60], p=[0.05, 0.05, 0.1, 0.5, 0.3]))
    kinds = list(rng.choice(list(KINDS)[:-1], rng.integers(1, 8)))
    if rng.random() < 0.02:
        kinds.append("unreadable")
    columns = []
    for kind in kinds:
        values = KINDS[kind](rng, n)
        column = pd.Series(values[:n], dtype=object if kind == "words" else None)
        if rng.random() < 0.4:
            gone = rng.random(n) < rng.choice([0.1, 0.5, 1.0])
            column = (
                column.mask(gone) if rng.random() < 0.5 else column.astype(object).mask(gone, None)
            )
        columns.append(column)
    frame = pd.concat(columns, axis=1)
    places = rng.integers(0, len(NAMES), len(columns))
    frame.columns = pd.Index([NAMES[place] for place in places], dtype=object, tupleize_cols=False)
    if rng.random() < 0.2:
        pairs = [("top", f"{place}") for place in range(len(columns))]
        frame.columns = pd.MultiIndex.from_tuples(pairs)
    if rng.random() < 0.3:
        frame.index = pd.Index(rng.permutation(n) % max(1, n - int(rng.integers(0, 2))))
    if rng.random() < 0.1:
        frame.index = pd.MultiIndex.from_product([["i"], range(n)])
    return frame


@pytest.mark.slow  # a thousand tables
def test_a_table_is_embedded_or_refused_with_advice():
    embedded = 0
    for seed in range(TABLES):
        embedded += is_embedded(random_table(seed), seed)
    assert embedded > EMBEDDED * TABLES


def is_embedded(frame, seed):
    """Return whether a table is embedded; any refusal must name a column of it."""
    refusal = ""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "The model learns nothing|no column|Most values|Values of"
        )
        try:
            pool = nb.Pool(table=frame)
            X = nb.embed(pool)
            cells = pool.row(len(pool) - 1)
        except (ValueError, TypeError) as error:
            refusal = str(error)
    if refusal:
        assert "column" in refusal, seed
        return False
    assert len(X) == len(frame), seed
    assert np.isfinite(X).all(), seed
    assert np.abs(X).max(initial=0) < 100, seed
    assert len(cells) == frame.shape[1], seed
    return True
