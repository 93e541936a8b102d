"""Tables of labels, from memory or from a file: what they hold, as text."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nblabel.system.dataframes import as_pandas
from nblabel.system.files import as_path
from nblabel.system.values import looks, text_of

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")
ELSEWHERE = (".xlsx", ".xls", ".ods", ".numbers")  # what a spreadsheet saves by itself
COLUMNS = 20  # named where one is missing
SEPARATORS = (",", ";", "\t", "|")
NOT_KNOWN = ("model", "prediction")  # sources of labels that nobody looked at

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEP = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n|$)', re.IGNORECASE)


@dataclass(frozen=True)
class KnownLabels:
    """The rows of a table of labels.

    Attributes
    ----------
    ids : tuple of str
        "" where there is none.
    labels : tuple of tuple of str
        Of each row, mostly one; "" where there is none.
    by_model : tuple of bool
        Which labels a model gave, by the column "source" of an exported file.
    notes : tuple of str
        What is to be said of how the file was read.
    """

    ids: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    by_model: tuple[bool, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadColumns:
    """Some columns of a table, the first with ids.

    Attributes
    ----------
    ids : tuple of str
        "" where there is none.
    columns : tuple of list
        The cells as they are, of each column.
    by_model : tuple of bool
    notes : tuple of str
        As in `KnownLabels`.
    """

    ids: tuple[str, ...]
    columns: tuple[list[Any], ...]
    by_model: tuple[bool, ...]
    notes: tuple[str, ...] = ()


def read_labels(table: Any, id_column: str, label_column: str) -> KnownLabels:
    """Return the ids and labels of a table or file.

    Parameters
    ----------
    table : DataFrame, polars or Arrow table, or path-like
        A file is read by its ending: ``.csv``, ``.tsv``, ``.jsonl`` or ``.parquet``.
    id_column, label_column : str
        The names of the columns; case and spaces around do not matter where one is meant.

    Raises
    ------
    ValueError
        If the ending is another one, a file cannot be read, a line has more or fewer fields than
        the header, or a column is missing or there twice.
    FileNotFoundError
        If there is no such file.
    TypeError
        If it is neither a table nor a path.
    """
    read = read_columns(table, (id_column, label_column))
    labels = tuple(map(each_value, read.columns[1]))
    return KnownLabels(read.ids, labels, read.by_model, read.notes)


def read_columns(table: Any, wanted: tuple[str, ...], extra: tuple[str, ...] = ()) -> ReadColumns:
    """Return columns of a table or file, the first with ids; as `read_labels`.

    Those in `extra` come behind, where the table has them by their very names.
    """
    notes: list[str] = []
    called = "the table"
    wanted = tuple(map(str, wanted))  # columns may have numbers
    if isinstance(table, str | os.PathLike):
        if "://" in str(table):
            raise ValueError(f"{table} is an address; download the file first and pass its path.")
        path = as_path(table)
        table, called = _read(path, wanted, notes), path.name
    frame = _as_frame(table)
    if wanted[0] not in frame and frame.index.name == wanted[0]:
        frame = frame.reset_index()
    names = frame.columns.tolist()
    places = [_place(names, name, called) for name in wanted]
    places += [names.index(name) for name in extra if name in names]
    columns = tuple(frame.iloc[:, place].tolist() for place in places)
    source = [place for place, name in enumerate(names) if looks(str(name)) == "source"]
    sources = frame.iloc[:, source[0]].tolist() if len(source) == 1 else [""] * len(frame)
    return ReadColumns(
        # a text as it is: the names of two files may differ in the form of a letter alone
        tuple(one if isinstance(one, str) else ", ".join(each_value(one)) for one in columns[0]),
        columns,
        by_model=tuple(text_of(one).strip().lower() in NOT_KNOWN for one in sources),
        notes=tuple(notes),
    )


def _as_frame(table: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        return table
    # with Python's own values: whole numbers beside gaps would lose their last digits
    if hasattr(table, "to_pydict"):
        return pd.DataFrame(table.to_pydict(), dtype=object)
    if type(table).__module__.partition(".")[0] == "polars" and hasattr(table, "columns"):
        return pd.DataFrame(table.to_dict(as_series=False), dtype=object)
    if isinstance(found := as_pandas(table), pd.DataFrame):
        return found
    raise TypeError(
        f"labels come from a DataFrame or a file, not from {type(table).__name__}; make one: "
        "pandas.DataFrame({'id': ids, 'label': labels})."
    )


def each_value(value: Any) -> tuple[str, ...]:
    """Return the values in a cell, mostly one."""
    if isinstance(value, list | tuple | set | frozenset) or getattr(value, "ndim", 0) == 1:
        return tuple(map(text_of, value)) or ("",)
    return (text_of(value),)


def _places(names: list[Any], wanted: str) -> list[int]:
    """Return where a column is, by its very name, else by one that reads the same."""
    exact = [place for place, name in enumerate(names) if str(name) == wanted]
    return exact or [place for place, name in enumerate(names) if looks(str(name)) == looks(wanted)]


def _place(names: list[Any], wanted: str, called: str) -> int:
    places = _places(names, wanted)
    if not places:
        listed = ", ".join(map(str, names[:COLUMNS]))
        more = f" and {len(names) - COLUMNS:,} more" if len(names) > COLUMNS else ""
        raise ValueError(
            f"{called} has no column {wanted!r}; its columns are {listed}{more}. Name those that "
            "hold ids and labels: import_labels(table, id=, label=), or the two fields in the "
            "panel."
        )
    if len(places) > 1:
        raise ValueError(f"{called} has several columns {wanted!r}; keep one of them.")
    return places[0]


def _read(path: Path, columns: tuple[str, ...], notes: list[str]) -> Any:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        more = " Save the sheet as CSV." if suffix in ELSEWHERE else ""
        raise ValueError(f"cannot read labels from {path.name}; it must be {_or(SUFFIXES)}.{more}")
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; check the path.")
    try:
        return _parsed(path, suffix, columns, notes)
    except ImportError as error:
        raise ImportError('Parquet files need pyarrow: pip install "nblabel[parquet]"') from error
    except (ValueError, TypeError, csv.Error) as error:
        reason = str(error).strip().rstrip(".")
        raise ValueError(
            f"{path.name} cannot be read as {suffix}: {reason}. Each row must hold an id and a "
            "label."
        ) from error


def _parsed(path: Path, suffix: str, columns: tuple[str, ...], notes: list[str]) -> pd.DataFrame:
    import pandas as pd

    if suffix == ".parquet":
        # nullable: whole numbers beside gaps stay what they are
        return pd.read_parquet(path, dtype_backend="numpy_nullable")
    text, note = _decoded(path)
    notes += [note] if note else []
    if suffix == ".jsonl":
        return pd.DataFrame(list(_objects(text)), dtype=object)
    header, rows = _lines(text, "\t" if suffix == ".tsv" else ",", columns)
    # as text: an id 007 stays what it is, and "NA" may be a class
    return pd.DataFrame(rows, columns=header, dtype=object)


def _decoded(path: Path) -> tuple[str, str]:
    """Return the text of a file, and what is to be said of its encoding."""
    data, note = path.read_bytes(), ""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise ValueError(f"it begins as {encoding.upper()} and is not; save it anew") from error
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise ValueError("it is not in UTF-8; save it in that encoding") from error
        note = (
            f"{path.name} is not in UTF-8; it was read as Windows-1252. If accents are wrong, save "
            "it as UTF-8."
        )
    if "\0" in text:
        raise ValueError("it holds bytes that are no text; save it in UTF-8")
    return text, note


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Return the objects of JSON lines."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, object_pairs_hook=_object)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        if not isinstance(found, dict):
            raise ValueError(  # noqa: TRY004
                f'line {number} is no object such as {{"id": 1, "label": "cat"}}'
            )
        yield found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _lines(
    text: str, separator: str, columns: tuple[str, ...]
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows, whatever divides the fields: a line "sep=", else the header, says."""
    named = _SEP.match(text)
    tried = (named[1],) if named else (separator, *SEPARATORS)
    text, first = (text[named.end() :], 2) if named else (text, 1)
    headers = {one: _header(text, one) for one in tried}
    fitting = [one for one in headers if all(_places(headers[one], name) for name in columns)]
    sign = fitting[0] if fitting else max(headers, key=lambda one: len(headers[one]))
    if not headers[sign]:
        raise ValueError("it is empty")
    width, rows = len(headers[sign]), []
    for line, row in _rows(text, sign, first):
        full = any(map(str.strip, row))
        # a spreadsheet fills up with empty fields
        if full and (len(row) < width or any(map(str.strip, row[width:]))):
            raise ValueError(
                f"line {line} has {len(row)} fields, and the header {width}; put quotes around "
                f'values with {sign!r} in them: "a{sign}b"'
            )
        if full or len(row) == width:
            rows.append(row[:width])
    return headers[sign], rows[1:]


def _header(text: str, separator: str) -> list[str]:
    """Return the first row, as this separator divides it; nothing where it cannot."""
    try:
        return next((row for _, row in _rows(text, separator) if row), [])
    except ValueError:
        return []


def _rows(text: str, separator: str, first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Return the rows of a file, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    limit = csv.field_size_limit(2**31 - 1)  # a text may be long
    begins = first
    try:
        for row in reader:
            yield begins, row
            begins = first + reader.line_num
    except csv.Error as error:
        reason = str(error).replace("unexpected end of data", "a quote opens and does not close")
        raise ValueError(f"line {begins}: {reason}") from error
    finally:
        csv.field_size_limit(limit)


def _or(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"
