"""Texts of a table's column that are numbers, dates or booleans.

A column is read in one way, that of nearly all of its values, or not at all:

- Numbers have a decimal point or a decimal comma, and may have thousands separators (point, comma,
  space, apostrophe), an exponent, a sign or brackets, and a currency or percent sign, the same all
  the way down. Where point and comma could be either, 1,234 is a thousand and more and 1.234 is one
  and a bit; but beside numbers that are all below 1000 and have no point, 1.234 is a thousand.
- Digits behind a zero, such as 007, and more than 15 of them are codes, no numbers.
- Dates are 2024-12-31, 31.12.2024, 31/12/2024 or 12/31/2024, or have the English name of a month;
  with or without a clock, and a distance to UTC. Where day and month could be either, 01/02/2024 is
  the second of January, as in pandas.
- Booleans are true and false, yes and no, on and off, in any case, or their first letters.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

NEARLY_ALL = 0.95  # share of the values that must fit; the others count as missing
LONGEST = 60  # characters of a text that may be a number or a date
DIGITS = 15  # more do not fit a float
MISSING = {
    *("", "-", "--", "–", "—", ".", "?", "n/a", "na", "nan", "none", "null", "nil", "missing"),
    *("unknown", "#n/a", "#value!", "#div/0!", "#ref!", "0000-00-00", "0000-00-00 00:00:00"),
}
BOOLEANS = dict.fromkeys(("true", "t", "yes", "y", "on"), 1.0) | dict.fromkeys(
    ("false", "f", "no", "n", "off"), 0.0
)


@dataclass(frozen=True)
class Reading:
    """How the texts of a column are read.

    Attributes
    ----------
    kind : {"number", "date", "boolean"}
    style : callable
        Takes a text and returns a number, a date as seconds since 1970 in UTC, a boolean as 0 or
        1, or None where the text is none.
    doubt : str
        A value that may mean something else, and how it was read; "" where there is none.
    """

    kind: str
    style: Callable[[str], float | None]
    doubt: str = ""

    def numbers(self, texts: Iterable[str]) -> Numbers:
        """Return texts as numbers, NaN where one does not fit."""
        known: dict[str, float] = {}
        out = []
        for text in texts:
            if text not in known:
                value = self.style(_plain(text)) if len(text) <= LONGEST else None
                known[text] = np.nan if value is None else value
            out.append(known[text])
        return np.array(out, dtype=np.float64)


def reading_of(texts: Iterable[str]) -> Reading | None:
    """Return how the texts of a column are to be read; None where they are but texts.

    Parameters
    ----------
    texts : iterable of str
        Without missing ones; such as "n/a" do not count.
    """
    counts = Counter(_plain(text) if len(text) <= LONGEST else "long" for text in texts)
    counts = Counter({text: n for text, n in counts.items() if text.lower() not in MISSING})
    if not counts:
        return None
    if all(text.lower() in BOOLEANS for text in counts):
        return Reading("boolean", lambda text: BOOLEANS.get(text.lower()))
    enough = NEARLY_ALL * counts.total()
    if sum(n for text, n in counts.items() if any(map(str.isdigit, text))) < enough:
        return None
    return _numbers(counts, enough) or _dates(counts, enough)


def is_missing(text: str) -> bool:
    """Return whether a text stands for a value that is not there."""
    return len(text) <= LONGEST and _plain(text).lower() in MISSING


_SIGNS = {"\u2212": "-", "\u2019": "'", "\u02bc": "'", "\ufeff": None}
_PLAIN = str.maketrans({**dict.fromkeys("\u00a0\u202f\u2009\u2007", " "), **_SIGNS})


def _plain(text: str) -> str:
    """Return a text with plain spaces, minus signs and apostrophes, and none at its ends."""
    return text.translate(_PLAIN).strip()


# numbers

_CURRENCIES = {
    *("aud", "brl", "cad", "chf", "cny", "czk", "dkk", "eur", "gbp", "huf", "inr", "jpy", "krw"),
    *("mxn", "nok", "nzd", "pln", "rub", "sek", "try", "usd", "zar"),
    *("a$", "c$", "r$", "us$", "fr.", "ft", "kr", "kr.", "kč", "rs", "rs.", "zł"),
}
_UNIT = r"[^\d.,()+\-\s']{1,3}\.?"
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<first>[+-])? ?(?P<before>{_UNIT})?? ?(?P<second>[+-])? ?"
    rf"(?P<body>[.,]?\d(?:[\d., ']*\d)?[.,]?)(?:[eE](?P<power>[+-]?\d{{1,3}}))? ?"
    rf"(?P<after>{_UNIT})?(?P<last>-)?(?P<close>\))?"
)
_GROUPS = r"[1-9]\d{{0,2}}([{0} '])\d{{3}}(?:\1\d{{3}})*"
_FORMS = {  # by the decimal sign; 12,34,567 is written in India
    ".": re.compile(rf"(?:{_GROUPS.format(',')}|[1-9]\d?(?:,\d\d)+,\d{{3}}|\d*)(?:\.\d*)?"),
    ",": re.compile(rf"(?:{_GROUPS.format('.')}|\d*)(?:,\d*)?"),
}


@dataclass(frozen=True)
class _Written:
    """A number as it is written: sign, digits with separators, power of ten, sign of money."""

    sign: int
    body: str
    power: int
    unit: str

    def value(self, mark: str) -> float | None:
        """Return the number, read with this decimal sign; None where it is none."""
        if not _FORMS[mark].fullmatch(self.body):
            return None
        whole, _, part = self.body.partition(mark)
        digits = re.sub(r"\D", "", whole)
        return self.sign * float(f"{digits or 0}.{part or 0}e{self.power}")

    @property
    def is_code(self) -> bool:
        """Whether the digits are a name: 007, or too many for a number."""
        starts = self.body[0] == "0" and len(self.body) > 1
        return self.body.isdigit() and (starts or len(self.body) > DIGITS)


def _written(text: str) -> _Written | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    signs = [part["first"], part["second"], part["last"], part["open"]]
    units = [unit.lower() for unit in (part["before"], part["after"]) if unit]
    if sum(sign is not None for sign in signs) > 1 or len(units) > 1:
        return None
    if (part["open"] is None) != (part["close"] is None) or not all(map(_is_unit, units)):
        return None
    negative = any(sign in {"-", "("} for sign in signs)
    return _Written(-1 if negative else 1, part["body"], int(part["power"] or 0), "".join(units))


def _is_unit(unit: str) -> bool:
    is_sign = len(unit) == 1 and (unit in "%‰°" or unicodedata.category(unit) == "Sc")
    return is_sign or unit in _CURRENCIES


def _numbers(counts: Counter[str], enough: float) -> Reading | None:
    found = [(one, n) for text, n in counts.items() if (one := _written(text)) is not None]
    if sum(n for _, n in found) < enough or any(one.is_code for one, _ in found):
        return None
    units: Counter[str] = Counter()
    for one, n in found:
        units[one.unit] += n
    unit = units.most_common(1)[0][0]
    found = [(one, n) for one, n in found if one.unit == unit or one.value(".") == 0]
    fits = {mark: sum(n for one, n in found if one.value(mark) is not None) for mark in ".,"}
    if max(fits.values()) < enough:
        return None
    mark, doubt = "." if fits["."] > fits[","] else ",", ""
    if fits["."] == fits[","]:
        mark, doubt = _settled([one for one, _ in found])

    def style(text: str) -> float | None:
        one = _written(text)
        if one is None or one.is_code:
            return None
        value = one.value(mark)
        return value if one.unit == unit or value == 0 else None

    return Reading("number", style, doubt)


def _settled(found: list[_Written]) -> tuple[str, str]:
    """Return the decimal sign where both fit as well, and what is open to doubt."""
    either = {one.body for one in found if one.value(".") != one.value(",")}
    others = {one.value(".") or 0 for one in found if one.body not in either} - {0}
    marks = {body[-4] for body in either if len(body) > 3}
    if not either or (len(marks) == 1 and not others):
        return ".", ""  # the same but for a factor of 1000
    below = all(abs(value) < 1000 for value in others)
    if len(marks) == 1 and below and "," in marks:
        return ".", ""
    mark = "," if len(marks) == 1 and below else "."
    example = min(either)
    meaning = example if example[-4:-3] == mark else example.replace(example[-4:-3], "")
    return mark, f"{example} was read as {meaning.replace(',', '.')}"


# dates

_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_MONTHS = {short: n for n, name in enumerate(_NAMES, 1) for short in (name, name[:3], name[:4])}
_CLOCK = (
    r"(?:(?:[T ]|, ?| at )(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d+))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?: ?(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?"
)
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
_NAME = r"(?P<m>[A-Za-z]{3,9})\.?"
_ORDERS = {
    name: re.compile(pattern + _CLOCK)
    for name, pattern in {
        "year first": r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
        "month first": r"(?P<m>\d{1,2})(?P<s>[-/])(?P<d>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})",
        "day first": r"(?P<d>\d{1,2})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})",
        "day and name": rf"{_DAY}(?P<d>\d{{1,2}})(?P<s>[ -]){_NAME}(?P=s)(?P<y>\d{{4}})",
        "name and day": rf"{_DAY}{_NAME}(?P<s> )(?P<d>\d{{1,2}}),? (?P<y>\d{{4}})",
    }.items()
}
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  the distance to UTC is taken off by itself


def _dates(counts: Counter[str], enough: float) -> Reading | None:
    fits = {
        order: sum(n for text, n in counts.items() if _seconds(text, order) is not None)
        for order in _ORDERS
    }
    order = max(fits, key=lambda order: fits[order])  # the first of the best
    if fits[order] < enough:
        return None
    doubt = ""
    if fits["month first"] == fits["day first"] == fits[order]:
        example = next(text for text in counts if _seconds(text, order) is not None)
        doubt = f"{example} was read as month, day, year"
    return Reading("date", lambda text: _seconds(text, order), doubt)


def _seconds(text: str, order: str) -> float | None:
    """Return a date as seconds since 1970 in UTC; None where it is none in this order."""
    match = _ORDERS[order].fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    year, month, hour = part["y"], part["m"], int(part["H"] or 0)
    if len(year) == 2 and not (part["s"] == "/" or (part["s"] == "." and len(month) == 2)):
        return None  # 1.2.10 is a version
    if part["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if part["half"] in "Pp" else 0)
    try:
        moment = dt.datetime(  # noqa: DTZ001
            _full(year),
            int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0),
            int(part["d"]),
            hour,
            int(part["M"] or 0),
            int(part["S"] or 0),
        )
    except ValueError:  # no such day
        return None
    fraction = float(f"0.{part['f'] or 0}")
    return (moment - _EPOCH).total_seconds() + fraction - _ahead(part["zone"])


def _full(year: str) -> int:
    """Return a year; 69 is 1969 and 68 is 2068, as in POSIX."""
    return int(year) + (0 if len(year) == 4 else 1900 if int(year) >= 69 else 2000)


def _ahead(zone: str | None) -> int:
    """Return by how many seconds a time zone such as +02:00 is ahead of UTC."""
    if not zone or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (1 if zone[0] == "+" else -1) * (3600 * int(digits[:2]) + 60 * int(digits[2:]))
