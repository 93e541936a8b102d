"""The values of a table's column as numbers: typed ones, and those that are written as text."""

from __future__ import annotations

import datetime as dt
import decimal
import numbers
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.pool.readings import NEARLY_ALL, Numbers, Reading, is_missing, reading_of

if TYPE_CHECKING:
    import pandas as pd

DATES = ("datetime64", "datetime", "date", "period")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}.*)?")
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  the distance to UTC is taken off by itself
_FIRST, _LAST = "1677-09-22", "2262-04-11"  # days that older versions of pandas know


@dataclass(frozen=True)
class Content:
    """What the values of a column are.

    Attributes
    ----------
    kind : {"number", "date", "category"}
    numbers : ndarray of shape (n,), float64, or None
        NaN where missing or infinite; dates as seconds since 1970; None for categories.
    reading : Reading or None
        How texts among the values were read.
    unread : tuple of str
        Texts among numbers or dates that are none.
    """

    kind: str
    numbers: Numbers | None
    reading: Reading | None = None
    unread: tuple[str, ...] = ()


def content_of(
    values: pd.Series[Any], typed: Numbers | None, reading: Reading | None = None
) -> Content:
    """Return what the values of a column are.

    Parameters
    ----------
    values : Series
    typed : ndarray or None
        Of `typed_numbers`.
    reading : Reading, optional
        How texts are to be read, where that is known.
    """
    import pandas as pd

    if typed is not None:
        is_date = pd.api.types.infer_dtype(values, skipna=True) in DATES
        return Content("date" if is_date else "number", typed)
    known = values.notna().to_numpy(dtype=bool)
    found = values[known].tolist()
    places = np.flatnonzero(known)
    are_texts = np.array([isinstance(value, str) for value in found], dtype=bool)
    texts = [value for value in found if isinstance(value, str)]
    others = [value for value in found if not isinstance(value, str)]
    reading = reading or reading_of(texts)
    if not found or isinstance(values.dtype, pd.CategoricalDtype):
        return Content("category", None)
    if not others:
        if reading is None or reading.kind == "boolean":
            return Content("category", None, reading)
        kind = reading.kind
    else:
        n_told = sum(not is_missing(text) for text in texts)
        kind = _kind_of(others)
        if reading is None or reading.kind != kind:
            reading = None
            if not kind or n_told > (1 - NEARLY_ALL) * len(found):
                return Content("category", None)
    out = np.full(len(values), np.nan)
    try:
        out[places[~are_texts]] = [_number(value) for value in others]
    except (OverflowError, ValueError):  # numbers of hundreds of digits are names
        return Content("category", None)
    if reading is not None:
        out[places[are_texts]] = reading.numbers(texts)
    out[~np.isfinite(out)] = np.nan
    gone = np.isnan(out[places[are_texts]])
    unread = [text for text, none in zip(texts, gone, strict=True) if none and not is_missing(text)]
    return Content(kind, out, reading, tuple(unread))


def _kind_of(values: list[Any]) -> str:
    """Return whether values of mixed types are all numbers or all dates, "" if neither."""
    if all(isinstance(value, dt.date | np.datetime64) for value in values):
        return "date"
    is_number = (
        isinstance(value, numbers.Real | decimal.Decimal) and not isinstance(value, bool)
        for value in values
    )
    return "number" if all(is_number) else ""


def _number(value: Any) -> float:
    return _seconds(value) if isinstance(value, dt.date | np.datetime64) else float(value)


def with_dates(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return texts that are all dates such as "2024-12-31" as dates; else what is given."""
    import pandas as pd

    if pd.api.types.infer_dtype(values, skipna=True) != "string":
        return values
    # what is out of range stays text in every version of pandas, and `content_of` reads it
    if not all(_DATE.fullmatch(text) and _FIRST <= text[:10] <= _LAST for text in values.dropna()):
        return values
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pandas 2 only warns of several time zones
            return pd.to_datetime(values, format="ISO8601")
    except (ValueError, FutureWarning):  # no such day, or in several time zones
        return values


def typed_numbers(values: pd.Series[Any]) -> Numbers | None:
    """Return what is a number by its type as one, NaN where missing or infinite; else None.

    Dates are seconds since 1970 in UTC.
    """
    found = _typed(values)
    return None if found is None else np.where(np.isfinite(found), found, np.nan)


def _typed(values: pd.Series[Any]) -> Numbers | None:
    import pandas as pd

    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind in DATES:
        return _dates(values, kind)
    if kind in ("timedelta64", "timedelta"):
        return np.asarray(pd.to_timedelta(values) / pd.Timedelta(seconds=1), dtype=np.float64)
    if kind in ("integer", "floating", "mixed-integer-float", "decimal"):
        known = values.notna().to_numpy(dtype=bool)
        found = np.full(len(values), np.nan)
        try:
            found[known] = values[known].astype(np.float64)
        except OverflowError:  # numbers of hundreds of digits are names
            return None
        return found
    return None


def _dates(values: pd.Series[Any], kind: str) -> Numbers:
    import pandas as pd

    try:
        if kind == "period":
            values = pd.Series(pd.PeriodIndex(values).to_timestamp())
        moments = pd.to_datetime(values, utc=True, errors="coerce")
        if (moments.isna() == values.isna()).all():
            seconds = (moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
            return np.asarray(seconds, dtype=np.float64)
    except (ValueError, OverflowError):  # years that nanoseconds do not reach
        pass
    known = values.notna().to_numpy(dtype=bool)
    out = np.full(len(values), np.nan)
    out[known] = [_seconds(value) for value in values[known]]
    return out


def _seconds(value: Any) -> float:
    """Return a date or time of Python, numpy or pandas, of any year, as seconds since 1970."""
    import pandas as pd

    if isinstance(value, np.datetime64):
        return float(value.astype("M8[ms]").astype(np.int64)) / 1e3
    if hasattr(value, "asm8"):  # a Timestamp of pandas
        return _seconds(value.asm8)
    if isinstance(value, pd.Period):
        value = dt.datetime(  # noqa: DTZ001
            value.year, value.month, value.day, value.hour, value.minute, value.second
        )
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    ahead = value.utcoffset() or dt.timedelta()
    return float((value.replace(tzinfo=None) - _EPOCH - ahead).total_seconds())
