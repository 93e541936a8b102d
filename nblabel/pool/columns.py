"""One column of a table: its values as a person reads them, and as numbers for a model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray
from nblabel.pool.readings import Numbers
from nblabel.pool.values import Content, content_of, typed_numbers, with_dates
from nblabel.system.format import count

if TYPE_CHECKING:
    import pandas as pd

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


class Column:
    """A column of one kind: numbers (dates as seconds) or categories.

    Parameters
    ----------
    values : Series

    Attributes
    ----------
    name : str
    series : Series
        The values; texts that are all dates such as "2024-12-31" as dates.
    """

    def __init__(self, values: pd.Series[Any]) -> None:
        self.name = name_of(values.name)
        self.series = with_dates(values)
        self._missing = values.isna().to_numpy(dtype=bool)

    @cached_property
    def _typed(self) -> Numbers | None:
        return typed_numbers(self.series)

    @cached_property
    def _content(self) -> Content:
        return content_of(self.series, self._typed)

    @cached_property
    def _words(self) -> npt.NDArray[np.object_]:
        """The values as texts, "" where missing."""
        words = np.array([str(value) for value in self.series], dtype=object)
        words[self._missing] = ""
        return words

    @cached_property
    def _names(self) -> npt.NDArray[np.object_]:
        """The names of the categories; yes and no may be spelled in several ways."""
        reading = self._content.reading
        if reading is None:
            return self._words
        known = zip(self._words, reading.numbers(self._words), strict=True)
        names = [word if np.isnan(value) else str(bool(value)) for word, value in known]
        return np.array(names, dtype=object)

    @cached_property
    def _categories(self) -> tuple[list[str], npt.NDArray[np.intp]]:
        """Return the categories from the commonest on, and how many rows are of each."""
        names, first, counts = np.unique(
            self._names[~self._missing], return_index=True, return_counts=True
        )
        order = np.lexsort((first, -counts))  # ties in the order of appearance
        return names[order].tolist(), counts[order]

    def _codes(self, categories: list[str]) -> npt.NDArray[np.intp]:
        """Return the place of each value among categories, behind them if new, -1 if missing."""
        places = {name: place for place, name in enumerate(categories)}
        codes = [places.get(name, len(places)) for name in self._names]
        return np.where(self._missing, -1, np.array(codes, dtype=np.intp))

    @property
    def kind(self) -> str:
        """What the values are: "number", "date" or "category"."""
        return self._content.kind

    @property
    def numbers(self) -> Numbers | None:
        """The values, float64, NaN where missing; dates as seconds since 1970; of categories None.

        Shape (n,).
        """
        return self._content.numbers

    def coded(self, most: int) -> tuple[list[str], npt.NDArray[np.intp]]:
        """Return the names of the commonest categories, and the place of each value among them.

        A value that is of no such category is behind them all, and -1 where it is missing.
        """
        names = self._categories[0][:most]
        return names, self._codes(names)

    @cached_property
    def categories(self) -> tuple[list[str], npt.NDArray[np.intp]]:
        """All categories, the commonest first, and the place of each value; -1 where missing."""
        return self.coded(len(self._categories[0]))

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Where there is no value, (n,) bool."""
        return self._missing

    def hash_into(self, hasher: Any) -> None:
        # by value, not by type: the same file read by another version of pandas is the same table;
        # and as ever, whatever texts are read as: logs of earlier versions are told by this hash
        hasher.update(f"{self.name}\0".encode("utf-8", "backslashreplace"))
        numbers = self._typed
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
        if self._content.kind == "date":
            text = text.removesuffix(" 00:00:00")
        text = text.encode("utf-8", "replace").decode()
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

    def _note(self, index: int) -> str:
        numbers = self._content.numbers
        if numbers is None:
            return self._note_on_category(index)
        if self._spread is None:
            return ""
        middle, deviation = self._spread
        far = (numbers[index] - middle) / deviation
        if not abs(far) > FAR:
            return ""
        low, high = ("early", "late") if self._content.kind == "date" else ("low", "high")
        return f"unusually {high if far > 0 else low}"

    def _note_on_category(self, index: int) -> str:
        times = self._rare.get(self._names[index])
        return "" if times is None else f"rare: {count(times)} of {count(len(self._missing))} rows"

    @cached_property
    def _rare(self) -> dict[str, int]:
        """Rare categories, and how many rows are of each; none where many rows are of such."""
        names, counts = self._categories
        n = len(self._missing)
        rare = counts < RARE * n
        if counts[rare].sum() > MOSTLY_COMMON * n:
            return {}
        pairs = zip(names, counts.tolist(), strict=True)
        return {name: times for name, times in pairs if times < RARE * n}

    @cached_property
    def _spread(self) -> tuple[float, float] | None:
        """Return median and robust deviation; None where the numbers hardly vary."""
        numbers = self._content.numbers
        assert numbers is not None
        known = numbers[~np.isnan(numbers)]
        if not known.size:
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            middle = float(np.median(known))
            deviation = 1.4826 * float(np.median(np.abs(known - middle)))
        return (middle, deviation) if 0 < deviation < np.inf else None

    # learned from

    def vectors(self, like: Column | None = None) -> list[FloatArray]:
        """Return the values as columns of numbers; none where they are all alike.

        Parameters
        ----------
        like : Column, optional
            The column of another table whose scale and categories are to be used.

        Raises
        ------
        ValueError
            If that column is of another kind.
        """
        like = like or self
        if like._content.numbers is None:  # noqa: SLF001  (one of us)
            return self._indicators(like)
        numbers = self._as(like)
        known = ~np.isnan(numbers)
        scale, has_gaps = like._scale  # noqa: SLF001
        gaps = [_one_column(~known)] if has_gaps else []
        return gaps if scale is None else [_one_column(_scaled(numbers, known, scale)), *gaps]

    @cached_property
    def _scale(self) -> tuple[tuple[float, float, float] | None, bool]:
        """Largest, middle and robust deviation, None where all are alike; whether some lack."""
        numbers = self._content.numbers
        assert numbers is not None
        values = numbers[~np.isnan(numbers)]
        has_gaps = 0 < len(values) < len(numbers)
        if not values.size or values.min() == values.max():
            return None, has_gaps
        largest = np.abs(values).max()
        values = values / largest  # so that no difference overflows
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        # half of the values may be one and the same
        return (largest, middle, (high - low) / 1.349 or values.std()), has_gaps

    def _as(self, like: Column) -> Numbers:
        """Return the values as numbers of the kind that another column holds."""
        mine, theirs = self._content, like._content
        if like is not self and self._missing.all():
            return np.full(len(self._missing), np.nan)
        if like is not self and theirs.reading is not None:
            mine = content_of(self.series, self._typed, theirs.reading)
        wrong = mine.unread if like is not self else ()
        if mine.numbers is None or mine.kind != theirs.kind or wrong:
            example = wrong[0] if wrong else self._words[~self._missing][0]
            raise ValueError(
                f"column {self.name!r} holds {theirs.kind}s in the pool and {example!r:.60} here; "
                "write it in the same way."
            )
        return mine.numbers

    def _indicators(self, like: Column) -> list[FloatArray]:
        """One column for each common category, one for all others, one for missing."""
        categories, counts = like._categories
        common = categories[: min(LEVELS, int((counts >= 2).sum()))]

        def coded(column: Column) -> npt.NDArray[np.intp]:
            # what is met once tells nothing of likeness
            codes = column._codes(common)
            return np.where(codes < 0, len(common) + 1, codes)

        codes = coded(self)
        present = np.unique(codes if like is self else coded(like))
        return [(codes[:, None] == present).astype(np.float32)] if len(present) > 1 else []

    # told

    def why_idle(self) -> str:
        """Return why nothing is learned from the column, where it has no vectors."""
        if self._missing.all():
            return "all missing"
        if self._content.numbers is None and len(self._categories[0]) > 1:
            return "texts that are all different"
        return "constant"

    @property
    def is_faint(self) -> bool:
        """Whether most values are texts of which is only learned that they are no common ones."""
        if self._content.numbers is not None or self._missing.all():
            return False
        counts = self._categories[1]
        return bool(counts[LEVELS:].sum() + (counts[:LEVELS] == 1).sum() > counts.sum() / 2)

    @property
    def doubt(self) -> str:
        """What was read in one of several ways, or could not be read; "" where nothing was."""
        content = self._content
        doubt = "" if content.reading is None else content.reading.doubt
        if self._typed is not None and (n := int((np.isnan(self._typed) & ~self._missing).sum())):
            return f"{n:,} of {count(len(self._missing))} values are infinite and count as missing"
        if content.unread:
            few = f"{count(len(content.unread))} of {count(len(self._missing))} values"
            example = content.unread[0]
            gone = f"{few} count as missing, such as {example!r:.40}"
            doubt = f"{doubt}, and {gone}" if doubt else gone
        return doubt


def name_of(label: Any) -> str:
    """Return the name of a column as text, also of one of several levels."""
    return " · ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _scaled(
    numbers: Numbers, known: npt.NDArray[np.bool_], scale: tuple[float, float, float]
) -> Numbers:
    """Bring numbers to a middle of 0 and a robust deviation of 1.

    What is missing goes to the middle.
    """
    largest, middle, deviation = scale
    out = np.zeros(len(numbers))
    with np.errstate(over="ignore"):
        out[known] = np.clip((numbers[known] / largest - middle) / deviation, -FARTHEST, FARTHEST)
    return out


def _one_column(values: npt.NDArray[Any]) -> FloatArray:
    return values.astype(np.float32)[:, None]
