"""Labels as a table: what was answered, and what it was about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.log.class_tree import BETWEEN, path_of
from nblabel.log.state import LabelState
from nblabel.pool import Pool
from nblabel.pool.tables import Table
from nblabel.system.values import similar, text_of

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (",", ";", "\t")

_LIVE = re.compile(r"'*\s*[=+\-@\t\r＝＋－＠]")  # what a spreadsheet may take for a formula

# kinds of values, in pandas' words, that every file holds as they are
_PLAIN = (
    "integer",
    "floating",
    "mixed-integer-float",
    "boolean",
    "datetime64",
    "datetime",
    "empty",
)

Predicted = tuple[int, str, float]
"""Position, class and probability of an item without a label."""


def labels_table(
    state: LabelState,
    pool: Pool | None,
    *,
    details: bool = False,
    predicted: Sequence[Predicted] = (),
) -> pd.DataFrame:
    """Return the labels of a pool as a table, predictions behind them; see `Session.labels`.

    Without a pool those of all items, and no positions. Where classes have subclasses there is a
    column more, path: the classes above each, the highest first, and the class itself.
    """
    import pandas as pd

    answers = [pair for pair in state.answers.items() if pair[1].label is not None]
    answers.sort(key=lambda pair: pair[1].event.seq)  # those of one step stay in its order
    given, rest = [answer for _, answer in answers], len(predicted)
    times = np.array([answer.event.time for answer in given], dtype=np.float64)
    moments = np.rint(1e6 * times).astype("datetime64[us]")
    columns: dict[str, Any] = {
        "id": [item for item, _ in answers],
        "label": [answer.label for answer in given] + [one[1] for one in predicted],
        "source": [answer.event.source for answer in given] + ["prediction"] * rest,
        "annotator": [answer.event.annotator for answer in given] + [None] * rest,
        "time": np.concatenate([moments, np.full(rest, "NaT", dtype="datetime64[us]")]),
    }
    if parents := state.parents:
        paths = [BETWEEN.join(path_of(name, parents)) for name in columns["label"]]
        columns = {key: columns[key] for key in ("id", "label")} | {"path": paths} | columns
    if details:
        columns["probability"] = [answer.probability for answer in given]
        columns["probability"] += [one[2] for one in predicted]
        columns["note"] = [state.notes.get(item, "") for item, _ in answers]
        columns["event"] = [answer.event.uid for answer in given] + [None] * rest
    if pool is not None:
        rows = [*pool.indices_of(columns["id"]).tolist(), *(one[0] for one in predicted)]
        others = [pool.ids[one[0]] for one in predicted]
        columns["id"] += others
        if details:
            columns["note"] += [state.notes.get(item, "") for item in others]
        columns = {"id": columns.pop("id"), "index": rows, **columns}
    table = pd.DataFrame(columns)
    table["time"] = table["time"].dt.tz_localize("UTC")
    types = {"index": "int64", "probability": "float64"}
    return table.astype({name: kind for name, kind in types.items() if name in table})


def with_items(
    labels: pd.DataFrame, pool: Pool | None, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the labels beside what they are about: files, texts or the columns of rows.

    Parameters
    ----------
    labels : DataFrame
        As `labels_table` returns it.
    pool : Pool or None
        Has the items.
    columns : sequence of str, optional
        The columns wanted, in their order; all of both if not given.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    import pandas as pd

    known = [str(name) for name in labels.columns]
    parts: list[Any] = [labels]
    for name, values in [] if pool is None else _items(pool, labels["index"].tolist()):
        free = (f"table.{name}", *(f"{name} ({number})" for number in range(2, len(known) + 3)))
        own = name if name not in known else next(one for one in free if one not in known)
        known.append(own)
        parts.append(pd.Series(values, index=labels.index, name=own))
    table = pd.concat(parts, axis=1) if len(parts) > 1 else labels
    if columns is None:
        return table
    if isinstance(columns, str):
        message = f"columns is the single text {columns!r}; pass a list of names."
        raise ValueError(message)  # noqa: TRY004
    wanted = [str(name) for name in columns]
    if wrong := next((name for name in wanted if name not in known), None):
        meant = similar([wrong], known).get(wrong)
        raise ValueError(
            f"there is no column {wrong!r}"
            + (f"; did you mean {meant!r}?" if meant else f"; there are {', '.join(known)}.")
        )
    return table[wanted]


def _items(pool: Pool, rows: list[int]) -> list[tuple[str, list[Any]]]:
    """Return what is in the items at some positions, and what stands beside them, by column."""
    beside = [] if pool.beside is None else pool.beside.taken(rows)
    return [*_media(pool, rows), *((_clean(name), _one_kind(values)) for name, values in beside)]


def _media(pool: Pool, rows: list[int]) -> list[tuple[str, list[Any]]]:
    if pool.kind == "texts":
        return [("text", [_clean(pool.text(index)) for index in rows])]
    if isinstance(pool.media, Table):
        return [(_clean(name), _one_kind(values)) for name, values in pool.media.taken(rows)]
    paths: list[Path] = getattr(pool.media, "paths", None) or []
    return [("file", [_clean(paths[index]) for index in rows])] if len(paths) == len(pool) else []


def _clean(value: Any) -> str:
    """Return text that any file can hold."""
    text = str(value).encode("utf-8", "backslashreplace").decode()
    return text.replace("\0", "\\x00")  # to most programs a zero byte is no text


def _one_kind(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column, None where missing; as text where they are no plain values."""
    import pandas as pd

    values = [
        None if missing else value for value, missing in zip(column, column.isna(), strict=True)
    ]
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind in _PLAIN:
        return values
    return [None if value is None else _clean(text_of(value)) for value in values]


def for_spreadsheets(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text is a formula: a quote stands before what might be one.

    `nblabel.Session.import_labels` reads such texts as what they were.
    """
    import pandas as pd

    safe = table.rename(columns=lambda name: _quoted(str(name)))
    for place, name in enumerate(table.columns):
        column = table.iloc[:, place]
        if not (
            pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)
        ):
            safe[_quoted(str(name))] = [_quoted(value) for value in column.tolist()]
    return safe


def _quoted(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else text_of(value)
    return f"'{text}" if _LIVE.match(text) else text
