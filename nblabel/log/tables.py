"""Labels as a table: what was answered, and what it was about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.log.state import LabelState
from nblabel.pool import Pool
from nblabel.pool.tables import Table
from nblabel.system.values import similar, text_of

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (",", ";", "\t")

_LIVE = re.compile(r"'*\s*[=+\-@\t\r＝＋－＠]")  # what a spreadsheet may take for a formula

Predicted = tuple[int, str, float]
"""Position, class and probability of an item without a label."""


def labels_table(
    state: LabelState, pool: Pool, *, details: bool = False, predicted: Sequence[Predicted] = ()
) -> pd.DataFrame:
    """Return the labels of a pool as a table, predictions behind them; see `Session.labels`."""
    import pandas as pd

    answers = [pair for pair in state.answers.items() if pair[1].label is not None]
    answers.sort(key=lambda pair: pair[1].event.seq)  # those of one step stay in its order
    given, rest = [answer for _, answer in answers], len(predicted)
    times = np.array([answer.event.time for answer in given], dtype=np.float64)
    moments = np.rint(1e6 * times).astype("datetime64[us]")
    columns: dict[str, Any] = {
        "id": [item for item, _ in answers] + [pool.ids[index] for index, _, _ in predicted],
        "index": [pool.index_of(item) for item, _ in answers] + [one[0] for one in predicted],
        "label": [answer.label for answer in given] + [one[1] for one in predicted],
        "source": [answer.event.source for answer in given] + ["prediction"] * rest,
        "annotator": [answer.event.annotator for answer in given] + [None] * rest,
        "time": np.concatenate([moments, np.full(rest, "NaT", dtype="datetime64[us]")]),
    }
    if details:
        columns["probability"] = [answer.probability for answer in given]
        columns["probability"] += [one[2] for one in predicted]
        columns["event"] = [answer.event.uid for answer in given] + [None] * rest
    table = pd.DataFrame(columns)
    table["time"] = table["time"].dt.tz_localize("UTC")
    return table.astype({"index": "int64", **({"probability": "float64"} if details else {})})


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

    rows = labels["index"].tolist()
    items = {} if pool is None else _items(pool, rows)
    taken = set(labels.columns)
    names = [f"table.{name}" if name in taken else name for name in items]
    about = pd.DataFrame(dict(zip(names, items.values(), strict=True)), index=labels.index)
    table = pd.concat([labels, about], axis=1) if names else labels
    if columns is None:
        return table
    if isinstance(columns, str):
        raise ValueError(f"columns is the single text {columns!r}; pass a list of names.")  # noqa: TRY004
    known = [str(name) for name in table.columns]
    wanted = [str(name) for name in columns]
    if wrong := next((name for name in wanted if name not in known), None):
        meant = similar([wrong], known).get(wrong)
        raise ValueError(
            f"there is no column {wrong!r}"
            + (f"; did you mean {meant!r}?" if meant else f"; there are {', '.join(known)}.")
        )
    return table[wanted]


def _items(pool: Pool, rows: list[int]) -> dict[str, list[Any]]:
    """Return what is in the items at some positions, by column."""
    if pool.kind == "texts":
        return {"text": [_clean(pool.text(index)) for index in rows]}
    if isinstance(pool.media, Table):
        media = pool.media
        values = [media.values(index) for index in rows]
        return {name: _one_kind([value[name] for value in values]) for name in media.values(0)}
    paths: list[Path] = getattr(pool.media, "paths", None) or []
    return {"file": [_clean(paths[index]) for index in rows]} if len(paths) == len(pool) else {}


def _clean(value: Any) -> str:
    """Return text that any file can hold."""
    return str(value).encode("utf-8", "backslashreplace").decode()


def _one_kind(values: list[Any]) -> list[Any]:
    """Return values of a column; as text where they are of several kinds."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind.startswith("mixed") or kind in ("unknown-array", "bytes", "categorical", "period"):
        return [None if value is None else _clean(text_of(value)) for value in values]
    return [_clean(value) for value in values] if kind == "string" else values


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
