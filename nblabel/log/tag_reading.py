"""Tables of labels with several tags an item: lists, separated texts, or columns of 1 and 0."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nblabel.log.reading import each_value, read_columns
from nblabel.system.values import is_missing, text_of

SEPARATOR = "|"  # as in pandas' str.get_dummies
NOT_ANSWERED = "not_answered"  # the column of exported lists
_YES = ("1", "1.0", "true", "yes")
_NO = ("0", "0.0", "false", "no")
_OPEN = ("", "-1", "-1.0")


@dataclass(frozen=True)
class KnownTags:
    """The rows of a table of tags.

    Attributes
    ----------
    ids : tuple of str
        "" where there is none.
    yes : tuple of tuple of str, or None
        The tags of each row; None where nothing is said of it.
    no : tuple of tuple of str, or None
        Tags that a row says are none; None where that is all others.
    open : tuple of tuple of str
        Tags of which a row says that nobody answered, where the others are a "no".
    by_model : tuple of bool
        As in `nblabel.log.reading.KnownLabels`.
    notes : tuple of str
    """

    ids: tuple[str, ...]
    yes: tuple[tuple[str, ...] | None, ...]
    no: tuple[tuple[str, ...] | None, ...]
    open: tuple[tuple[str, ...], ...]
    by_model: tuple[bool, ...]
    notes: tuple[str, ...] = ()


def read_tags(table: Any, id_column: str, label: Any, separator: str) -> KnownTags:
    """Return the ids and tags of a table or file.

    Parameters
    ----------
    table : DataFrame, polars or Arrow table, or path-like
        As for `nblabel.log.reading.read_labels`.
    id_column : str
    label : str or sequence of str
        One column with tags, or the columns that are named like the classes.
    separator : str
        Between the tags in a text.

    Raises
    ------
    ValueError, FileNotFoundError, TypeError
        As `read_labels`; and if a column of a class holds something else than 1 and 0.
    """
    several = not isinstance(label, str) and isinstance(label, Iterable)
    names = [str(name) for name in label] if several else [str(label)]
    if not names:
        raise ValueError("label names no column; pass those that are named like the classes.")
    read = read_columns(table, (str(id_column), *names), () if several else (NOT_ANSWERED,))
    cells_of, left = read.columns[1 : len(names) + 1], read.columns[len(names) + 1 :]
    yes: list[tuple[str, ...] | None] = []
    no: list[tuple[str, ...] | None] = []
    for cells in zip(*cells_of, strict=True):
        if several:
            answers = [_indicated(name, cell) for name, cell in zip(names, cells, strict=True)]
            pairs = list(zip(names, answers, strict=True))
            answered = any(answer is not None for answer in answers)
            yes.append(tuple(name for name, answer in pairs if answer) if answered else None)
            no.append(tuple(name for name, answer in pairs if answer is False))
        else:
            yes.append(_listed(cells[0], separator))
            no.append(None)
    unknown = [_listed(cell, separator) or () for cell in (left[0] if left else [""] * len(yes))]
    return KnownTags(read.ids, tuple(yes), tuple(no), tuple(unknown), read.by_model, read.notes)


def _indicated(name: str, cell: Any) -> bool | None:
    """Return whether a cell of a class's own column says yes; None for nothing."""
    text = text_of(cell).strip().lower()
    if is_missing(cell) or text in _OPEN:
        return None
    if text not in (*_YES, *_NO):
        raise ValueError(f"the column {name!r} holds {cell!r}; it must hold 1, 0 or nothing.")
    return text in _YES


def _listed(cell: Any, separator: str) -> tuple[str, ...] | None:
    """Return the tags in a cell; None where it is empty. An empty list has none."""
    if not isinstance(cell, str):
        found = each_value(cell)
        is_list = isinstance(cell, list | tuple | set | frozenset) or getattr(cell, "ndim", 0) == 1
        return _clean(found) if is_list else _clean(found) or None
    text = cell.strip()
    if text.startswith("[") and text.endswith("]"):
        for parse in (json.loads, ast.literal_eval):
            try:
                found = parse(text)
            except (ValueError, SyntaxError):
                continue
            if isinstance(found, list):
                return _clean(map(text_of, found))
    return _clean(text.split(separator)) or None


def _clean(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
