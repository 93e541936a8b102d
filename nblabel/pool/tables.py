"""Rows of a table: what they say, what is unusual in them, and what they are as numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.pool.columns import LEVELS, Cell, Column, name_of
from nblabel.system.dataframes import as_pandas

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEVELS", "Cell", "Table"]

SHOWN = 10  # columns that a message names


class Table:
    """Rows of a DataFrame.

    Parameters
    ----------
    table : DataFrame
        Of pandas, polars or Arrow, with numbers, categories, dates, booleans, texts; values may be
        missing. Numbers and dates that are written as text are read where nearly all values of a
        column are; see `nblabel.pool.readings`.

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

        table = as_pandas(table)
        if not isinstance(table, pd.DataFrame):
            raise TypeError(
                f"table is a {type(table).__name__}; pass a pandas DataFrame, or one of polars or "
                "Arrow. An array of numbers goes to embeddings=."
            )
        if table.shape[1] == 0:
            raise ValueError("the table has no columns; pass at least one.")
        self._n = len(table)
        # by position: names may repeat
        self._columns = []
        for place in range(table.shape[1]):
            with _naming(name_of(table.columns[place])):
                self._columns.append(Column(table.iloc[:, place].copy()))

    def __len__(self) -> int:
        return self._n

    @property
    def columns(self) -> Sequence[Column]:
        """The columns, in their order."""
        return tuple(self._columns)

    def name(self, index: int) -> str:  # noqa: ARG002
        return ""

    def digest(self) -> bytes:
        hasher = hashlib.blake2b(digest_size=16)
        for column in self._columns:
            with _naming(column.name):
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

        self._check_columns(other)
        pairs = zip(self._columns, other._columns, strict=True)
        frame = pd.concat(
            [pd.concat([a.series, b.series], ignore_index=True) for a, b in pairs], axis=1
        )
        return Table(frame)

    def has_columns(self, frame: pd.DataFrame) -> bool:
        """Return whether a DataFrame has the columns of this table, in any order."""
        return {column.name for column in self._columns} == {*map(name_of, frame.columns)}

    def row(self, index: int) -> list[Cell]:
        """Return the values of a row in the order of the columns."""
        return self.cells(index, range(len(self._columns)))

    def cells(self, index: int, places: Sequence[int]) -> list[Cell]:
        """Return the values of a row in some columns, by their places in the table."""
        cells = []
        for column in (self._columns[place] for place in places):
            with _naming(column.name):
                cells.append(column.cell(index))
        return cells

    def values(self, index: int) -> dict[str, Any]:
        """Return the values of a row by column, as in the table; None where one is missing."""
        return {column.name: column.value(index) for column in self._columns}

    def taken(self, rows: list[int]) -> list[tuple[str, pd.Series[Any]]]:
        """Return the columns, by name, with the values of some rows as in the table."""
        return [(column.name, column.series.iloc[rows]) for column in self._columns]

    def vectors(self, like: Table | None = None) -> tuple[FloatArray, str]:
        """Return the rows as numbers, and what to say about columns that count for little.

        Parameters
        ----------
        like : Table, optional
            One of the same columns, with whose scales and categories the rows are described.

        Returns
        -------
        ndarray of shape (n, width), float32
            No column is constant, unless `like` is given; see `embed_table`.
        str
            One message, "" where all columns count.

        Raises
        ------
        ValueError
            If `like` has other columns, or a column of it holds another kind of values.
        """
        if like is not None:
            like._check_columns(self)  # noqa: SLF001  (one of us)
        others: Sequence[Column | None] = [None] * len(self._columns)
        if like is not None:
            others = like._columns  # noqa: SLF001
        parts: list[FloatArray] = []
        idle, faint, doubts = [], [], []
        for column, other in zip(self._columns, others, strict=True):
            with _naming(column.name):
                found = column.vectors(other)
                parts += found
                if not found:
                    idle.append(f"{column.name!r} ({column.why_idle()})")
                elif column.is_faint:
                    faint.append(repr(column.name))
                elif column.doubt:
                    doubts.append(f"{column.name!r} ({column.doubt})")
        X = np.concatenate(parts, axis=1, dtype=np.float32) if parts else self._nothing()
        return X, "" if like is not None or self._n < 2 else _told(idle, faint, doubts)

    def _nothing(self) -> FloatArray:
        return np.zeros((self._n, 0), dtype=np.float32)

    def _check_columns(self, other: Table) -> None:
        mine, theirs = ([c.name for c in table._columns] for table in (self, other))  # noqa: SLF001
        if mine != theirs:
            different = ", ".join(sorted({*mine} ^ {*theirs})) or "their order"
            raise ValueError(f"the columns of the two tables differ: {different}.")


@contextmanager
def _naming(name: Any) -> Iterator[None]:
    """Name the column in errors: objects of any type may raise anything when they are read."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        if isinstance(error, ValueError) and repr(name) in str(error):
            raise
        raise ValueError(
            f"column {name!r} of the table cannot be read: {error}. Convert it to numbers, dates "
            "or texts, or drop it."
        ) from error


def _told(idle: list[str], faint: list[str], doubts: list[str]) -> str:
    """Return what to say about columns that count for little, or may be read otherwise."""
    lines = []
    if idle:
        lines.append(f"The model learns nothing from these columns: {_some(idle)}.")
    if faint:
        lines.append(
            "Most values of these columns are texts that differ, and it learns only that they are "
            f"no common ones: {_some(faint)}."
        )
    if faint or any("texts" in one for one in idle):
        lines.append(
            "Numbers and dates among them can be converted by pandas.to_numeric and "
            "pandas.to_datetime; free text goes to Pool(texts=)."
        )
    if doubts:
        lines.append(
            f"Values of these columns were read with some doubt: {_some(doubts)}. Where that is "
            "wrong, convert the column before."
        )
    return " ".join(lines)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
