"""Rows of a table: what they say, what is unusual in them, and what they are as numbers."""

from __future__ import annotations

import hashlib
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray

if TYPE_CHECKING:
    import pandas as pd


Numbers = npt.NDArray[np.float64]

FAR = 3.0  # robust deviations from the median, beyond which a number is unusual
RARE = 0.01  # share of the rows, below which a category is unusual...
MOSTLY_COMMON = 0.1  # ...unless more than this share of the rows is of such categories
LEVELS = 64  # categories of a column that count by themselves
FARTHEST = 5.0  # deviations; an outlier beyond must not decide every distance
LONGEST = 500  # characters of a value that are shown


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row, as a person reads it.

    Attributes
    ----------
    name : str
        Of the column.
    value : str or None
        None where it is missing.
    note : str
        What is unusual about it, "" where nothing is.
    """

    name: str
    value: str | None
    note: str


class Table:
    """Rows of a DataFrame.

    Parameters
    ----------
    table : DataFrame
        Numbers, categories, dates, booleans, texts; values may be missing. Texts that are all
        dates, such as "2024-12-31" or "2024-12-31 18:30", are taken for dates.

    Raises
    ------
    TypeError
        If it is no DataFrame.
    ValueError
        If it has no columns.
    """

    kind = "rows"

    def __init__(self, table: pd.DataFrame) -> None:
        import pandas as pd

        if not isinstance(table, pd.DataFrame):
            raise TypeError(
                f"table is a {type(table).__name__}; pass a pandas DataFrame. "
                "An array of numbers goes to embeddings=."
            )
        if table.shape[1] == 0:
            raise ValueError("the table has no columns; pass at least one.")
        self._n = len(table)
        # by position: names may repeat
        self._columns = [_Column(table.iloc[:, place].copy()) for place in range(table.shape[1])]

    def __len__(self) -> int:
        return self._n

    def name(self, index: int) -> str:  # noqa: ARG002
        return ""

    def digest(self) -> bytes:
        hasher = hashlib.blake2b(digest_size=16)
        for column in self._columns:
            column.hash_into(hasher)
        return hasher.digest()

    def joined(self, other: Table) -> Table:
        """Return this table with the rows of another one behind.

        Raises
        ------
        ValueError
            If its columns are others.
        """
        import pandas as pd

        mine, theirs = ([c.name for c in table._columns] for table in (self, other))  # noqa: SLF001
        if mine != theirs:
            different = ", ".join(sorted({*mine} ^ {*theirs})) or "their order"
            raise ValueError(f"the columns of the two tables differ: {different}.")
        pairs = zip(self._columns, other._columns, strict=True)
        frame = pd.concat(
            [pd.concat([a.series, b.series], ignore_index=True) for a, b in pairs], axis=1
        )
        return Table(frame)

    def row(self, index: int) -> list[Cell]:
        """Return the values of a row in the order of the columns."""
        return [column.cell(index) for column in self._columns]

    def values(self, index: int) -> dict[str, Any]:
        """Return the values of a row by column, as in the table; None where one is missing."""
        return {column.name: column.value(index) for column in self._columns}

    @property
    def columns(self) -> dict[str, pd.Series[Any]]:
        """The columns by name; of several of one name, the last."""
        return {column.name: column.series for column in self._columns}

    def vectors(self) -> FloatArray:
        """Return the rows as numbers, (n, width), no column constant; see `embed_table`."""
        parts = [part for column in self._columns for part in column.vectors()]
        if not parts:
            return np.zeros((self._n, 0), dtype=np.float32)
        return np.concatenate(parts, axis=1, dtype=np.float32)


class _Column:
    """A column of one kind: numbers (dates as seconds) or categories."""

    def __init__(self, values: pd.Series[Any]) -> None:
        name = values.name
        self.name = " · ".join(map(str, name)) if isinstance(name, tuple) else str(name)
        self.series = _with_dates(values)
        self._missing = values.isna().to_numpy(dtype=bool)

    @cached_property
    def _numbers(self) -> Numbers | None:
        """The values as numbers, NaN where missing or infinite; None for categories."""
        numbers = _as_numbers(self.series)
        return None if numbers is None else np.where(np.isfinite(numbers), numbers, np.nan)

    @cached_property
    def _is_date(self) -> bool:
        import pandas as pd

        return pd.api.types.infer_dtype(self.series, skipna=True) in _DATES

    @cached_property
    def _words(self) -> npt.NDArray[np.object_]:
        """The values as texts, "" where missing."""
        words = np.array([str(value) for value in self.series], dtype=object)
        words[self._missing] = ""
        return words

    @cached_property
    def _codes(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Categories as numbers from the commonest on, -1 where missing; and their counts."""
        _, first, codes = np.unique(
            self._words[~self._missing], return_index=True, return_inverse=True
        )
        counts = np.bincount(codes, minlength=len(first))
        order = np.lexsort((first, -counts))  # ties in the order of appearance
        rank = np.empty(len(order), dtype=np.intp)
        rank[order] = np.arange(len(order))
        out = np.full(len(self._missing), -1, dtype=np.intp)
        out[~self._missing] = rank[codes]
        return out, counts[order]

    def hash_into(self, hasher: Any) -> None:
        # by value, not by type: the same file read by another version of pandas is the same table
        hasher.update(f"{self.name}\0".encode("utf-8", "backslashreplace"))
        numbers = self._numbers
        if numbers is None:
            words = "\0".join(map(repr, self._words))
            hasher.update(words.encode("utf-8", "backslashreplace"))
        else:
            hasher.update(np.where(np.isnan(numbers), np.nan, numbers + 0.0).tobytes())
        hasher.update(np.packbits(self._missing).tobytes())

    def value(self, index: int) -> Any:
        return None if self._missing[index] else self.series.iloc[index]

    # shown

    def cell(self, index: int) -> Cell:
        if self._missing[index]:
            return Cell(self.name, None, "")
        return Cell(self.name, self._text(index), self._note(index))

    def _text(self, index: int) -> str:
        value = self.series.iloc[index]
        if isinstance(value, float):  # 0.1 + 0.2 is 0.3 to a reader
            return f"{value:.10g}"
        text = str(value)
        if self._is_date:
            text = text.removesuffix(" 00:00:00")
        text = text.encode("utf-8", "replace").decode()
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

    def _note(self, index: int) -> str:
        if self._numbers is None:
            return self._note_on_category(index)
        if self._spread is None:
            return ""
        middle, deviation = self._spread
        far = (self._numbers[index] - middle) / deviation
        if not abs(far) > FAR:
            return ""
        low, high = ("early", "late") if self._is_date else ("low", "high")
        return f"unusually {high if far > 0 else low}"

    def _note_on_category(self, index: int) -> str:
        codes, counts = self._codes
        rare = counts < RARE * len(codes)
        if counts[rare].sum() > MOSTLY_COMMON * len(codes) or not rare[codes[index]]:
            return ""
        return f"rare: {counts[codes[index]]:,} of {len(codes):,} rows"

    @cached_property
    def _spread(self) -> tuple[float, float] | None:
        """Return median and robust deviation; None where the numbers hardly vary."""
        assert self._numbers is not None
        known = self._numbers[~np.isnan(self._numbers)]
        if not known.size:
            return None
        middle = float(np.median(known))
        with np.errstate(over="ignore"):
            deviation = 1.4826 * float(np.median(np.abs(known - middle)))
        return (middle, deviation) if 0 < deviation < np.inf else None

    # learned from

    def vectors(self) -> list[FloatArray]:
        if self._numbers is None:
            return self._indicators()
        known = ~np.isnan(self._numbers)
        scaled = _scaled(self._numbers, known)
        gaps = [] if known.all() or not known.any() else [_as_column(~known)]
        return gaps if scaled is None else [_as_column(scaled), *gaps]

    def _indicators(self) -> list[FloatArray]:
        """One column for each common category, one for all others, one for missing."""
        codes, counts = self._codes
        common = min(LEVELS, int((counts >= 2).sum()))
        # what is met once tells nothing of likeness
        rows = np.where(codes < common, codes, common)
        rows[codes < 0] = common + 1
        present = np.unique(rows)
        if len(present) < 2:
            return []
        return [(rows[:, None] == present).astype(np.float32)]


_DATES = ("datetime64", "datetime", "date", "period")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}.*)?")


def _with_dates(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return texts that are all dates as dates; else what is given."""
    import pandas as pd

    if pd.api.types.infer_dtype(values, skipna=True) != "string":
        return values
    if not all(_DATE.fullmatch(text) for text in values.dropna()):
        return values
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pandas 2 only warns of several time zones
            return pd.to_datetime(values, format="ISO8601")
    except (ValueError, FutureWarning):  # no such day, or in several time zones
        return values


def _as_numbers(values: pd.Series[Any]) -> Numbers | None:
    """Return what counts as a number as one, NaN where missing; None for categories."""
    import pandas as pd

    types = pd.api.types
    kind = types.infer_dtype(values, skipna=True)
    if kind == "period":
        values = pd.Series(pd.PeriodIndex(values).to_timestamp())
    if kind in _DATES:
        moments = pd.to_datetime(values, utc=True, errors="coerce")
        seconds = (moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
        return np.asarray(seconds, dtype=np.float64)
    if kind in ("timedelta64", "timedelta"):
        return np.asarray(pd.to_timedelta(values) / pd.Timedelta(seconds=1), dtype=np.float64)
    if kind in ("integer", "floating", "mixed-integer-float", "decimal"):
        known = values.notna().to_numpy(dtype=bool)
        numbers = np.full(len(values), np.nan)
        try:
            numbers[known] = values[known].astype(np.float64)
        except OverflowError:  # numbers of hundreds of digits are names
            return None
        return numbers
    return None


def _scaled(numbers: Numbers, known: npt.NDArray[np.bool_]) -> Numbers | None:
    """Bring numbers to a middle of 0 and a robust deviation of 1; None where they are all the same.

    What is missing goes to the middle.
    """
    values = numbers[known]
    if not values.size or values.min() == values.max():
        return None
    largest = np.abs(values).max()
    values = values / largest  # so that no difference overflows
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    # half of the values may be one and the same
    deviation = (high - low) / 1.349 or values.std()
    out = np.zeros(len(numbers))
    with np.errstate(over="ignore"):
        out[known] = np.clip((values - middle) / deviation, -FARTHEST, FARTHEST)
    return out


def _as_column(values: npt.NDArray[Any]) -> FloatArray:
    return values.astype(np.float32)[:, None]
