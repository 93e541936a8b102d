"""Values as text, written one way everywhere: ids, classes, annotators, labels, imports."""

from __future__ import annotations

import difflib
import enum
import numbers
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

EXACT = 2**53  # floating-point numbers from here on stand for several whole ones
LARGEST = 200_000  # names beyond are not looked through for one that was meant
CLOSELY = 10_000  # and these not for slips of the pen

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,15})[.,]0")
_NUMBER = re.compile(r"[\d.,\-]*")
_DAY = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?: ?(Z|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
_BYTES = re.compile(r"b'(.*)'|b\"(.*)\"")
QUOTED = re.compile(r"'+(?=\s*[=+\-@\t\r＝＋－＠])")  # as exported for spreadsheets


def text_of(value: Any) -> str:
    """Return a value as the text that stands for it, "" where it is missing.

    Texts keep their letters, in Unicode's form NFC. A number without decimals is written without
    them, 1.0 as "1", whatever its type; a floating-point number too large to be exact is written
    with its exponent, as it equals no whole number for sure. A day is "2024-12-31", a moment
    "2024-12-31 18:30:00". Bytes are read as UTF-8; a member of an Enum is its value.
    """
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value))
    if value is np.ma.masked:
        return ""
    if getattr(value, "ndim", None) == 0 and not isinstance(value, np.generic):
        value = value.item()  # an array or tensor of one value
    if is_missing(value):
        return ""
    if isinstance(value, bytes):
        return unicodedata.normalize("NFC", value.decode("utf-8", "backslashreplace"))
    if isinstance(value, float | np.floating):
        exact = 2 ** (np.finfo(type(value)).nmant + 1)
        if value.is_integer():
            whole = int(value)
            return str(whole) if abs(whole) < exact else np.format_float_scientific(value, trim="-")
        return str(value)
    if isinstance(value, date | datetime | np.datetime64):
        return _same_value(str(value))
    return _same_value(unicodedata.normalize("NFC", str(value)))


def is_missing(value: Any) -> bool:
    """Return whether a value stands for none: None, NaN, NaT, pandas.NA, masked."""
    if value is None or value is np.ma.masked:
        return True
    # who has a value of pandas has loaded it, which takes a while; a thread may be about to
    pandas = sys.modules.get("pandas")
    if any(value is getattr(pandas, name, None) for name in ("NA", "NaT")):
        return True
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return isinstance(value, numbers.Number) and bool(value != value)  # noqa: PLR0124  NaN


def same_as(text: str) -> str:
    """Return what texts have in common that stand for one value.

    So "1.0" is found where "1" is meant, "2024-12-31T00:00:00" where "2024-12-31" is, and names
    with spaces around, in another form of Unicode, or as earlier versions wrote them.
    """
    text = unicodedata.normalize("NFC", text).strip()
    found = _BYTES.fullmatch(text)
    return _same_value(found[1] or found[2] or "" if found else text)


def _same_value(text: str) -> str:
    if _WHOLE.fullmatch(text):
        whole = int(text[:-2])
        return str(whole) if abs(whole) < EXACT else text
    found = _DAY.fullmatch(text)
    if not found:
        return text
    day, time, seconds, fraction, zone = found.groups()
    moment = f"{time}:{seconds or '00'}"
    fraction = (fraction or "").rstrip("0")
    moment += f".{fraction}" if fraction else ""
    if zone:
        zone = "+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return day if moment == "00:00:00" and not zone else f"{day} {moment}{zone or ''}"


class Names:
    """Names to be found by what they stand for: exactly, else by value where only one has it.

    Parameters
    ----------
    names : sequence of str
        Unique.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._places = {name: place for place, name in enumerate(names)}
        self._by_value: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self.names)

    def hold(self, names: Iterable[str]) -> bool:
        """Return whether all of these are here, exactly so written."""
        return self._places.keys() >= set(names)

    def exactly(self, names: Iterable[str]) -> list[int | None]:
        """Return the position of each of many names, None where none is so written."""
        return list(map(self._places.get, names))

    def places(self, names: Collection[str]) -> list[int | None]:
        """Return the position of each of many names, see `place`."""
        found = self.exactly(names)
        return list(map(self.place, names)) if None in found else found

    def place(self, name: str) -> int | None:
        """Return the position of a name; None where there is none, or where two could be meant."""
        place = self._places.get(name)
        if place is not None:
            return place
        if self._by_value is None:  # made when first needed: most names are written as they are
            self._by_value = {}
            for at, one in enumerate(self.names):
                value = same_as(one)
                self._by_value[value] = -1 if value in self._by_value else at
        place = self._by_value.get(same_as(name), -1)
        return None if place < 0 else place


def looks(name: str) -> str:
    """Return what two names have in common that a person can hardly tell apart."""
    seen = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(one for one in seen if unicodedata.category(one) != "Cf")
    return " ".join(seen.split())


def nearest(name: str, names: Collection[str]) -> str | None:
    """Return the name that was probably meant; None if none is near. See `similar`."""
    return similar([name], names).get(name)


def similar(wanted: Collection[str], names: Collection[str]) -> dict[str, str]:
    """Return for some names that are not there the one that was probably meant.

    It differs in case or spaces, in the folder before or the ending behind, in zeros before a
    number, or by a slip of the pen.
    """
    found: dict[str, str] = {}
    unclear: set[str] = set()  # where several could be meant
    if not wanted or len(names) > LARGEST:
        return found
    for key in (looks, _bare, _letters):
        sought = {key(name) for name in wanted if name not in found}
        near: dict[str, list[str]] = {}
        for name in names if sought else ():
            if (value := key(name)) in sought:
                near.setdefault(value, []).append(name)
        for name in wanted:
            same = near.get(key(name), ())
            if len(same) > 1:
                unclear.add(name)
            elif same and name not in found and name not in unclear and same[0] != name:
                found[name] = same[0]
    for name in wanted:
        # another number is another thing
        if (
            name not in found
            and name not in unclear
            and len(names) <= CLOSELY
            and not _NUMBER.fullmatch(name)
        ):
            close = difflib.get_close_matches(name, names, 1, 0.75)
            found.update((name, one) for one in close if one != name)
    return found


def _letters(name: str) -> str:
    return "".join(sorted(looks(name)))


def _bare(name: str) -> str:
    file = looks(name).replace("\\", "/").rpartition("/")[2]
    stem, _, ending = file.rpartition(".")
    return (stem if stem and ending.isalpha() else file).lstrip("0")
