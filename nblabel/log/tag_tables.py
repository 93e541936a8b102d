"""Labels with several tags an item as a table, in lists or in a column for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import BoolArray, IntArray
from nblabel.log.events import as_text
from nblabel.log.state import LabelState
from nblabel.log.tag_state import is_by_model, is_yes
from nblabel.pool import Pool
from nblabel.pool.ids import ids_at

if TYPE_CHECKING:
    import pandas as pd

LISTS = ("label", "not_answered", "from_model")


def tags_table(state: LabelState, pool: Pool | None, *, details: bool = False) -> pd.DataFrame:
    """Return the tags of a pool as a table, in the order of the last answers; see `Session.labels`.

    Without a pool those of all items, no positions, and nothing of what is not answered: which
    classes there are is for the pool's session to say.
    """
    import pandas as pd

    assert state.tags is not None, "asked of a state with several tags"
    names = state.classes if pool is not None else (*state.classes, *state.unknown_classes)
    answers = [pair for pair in state.answers.items() if pair[1].is_label]
    answers.sort(key=lambda pair: pair[1].event.seq)
    codes = state.tags.codes([item for item, _ in answers], names)
    answered = np.flatnonzero((codes >= 0).any(axis=1) | (codes.shape[1] == 0))
    answers, codes = [answers[row] for row in answered.tolist()], codes[answered]
    times = np.array([answer.event.time for _, answer in answers], dtype=np.float64)
    moments = np.rint(1e6 * times).astype("datetime64[us]")
    columns: dict[str, Any] = {"id": [item for item, _ in answers]}
    if pool is not None:
        columns["index"] = pool.indices_of(columns["id"]).astype(np.int64)
    columns["label"] = _lists(is_yes(codes), names)
    if pool is not None:
        columns["not_answered"] = _lists(codes < 0, names)
    by_model: Any = is_by_model(codes)
    if by_model.any():
        columns["from_model"] = _lists(by_model, names)
    columns["source"] = [
        "model" if accepted else answer.event.source
        for (_, answer), accepted in zip(answers, by_model.any(axis=1).tolist(), strict=True)
    ]
    columns["annotator"] = [answer.event.annotator for _, answer in answers]
    columns["time"] = pd.Series(moments).dt.tz_localize("UTC")
    if details:
        columns["note"] = [state.notes.get(item, "") for item, _ in answers]
        columns["event"] = [answer.event.uid for _, answer in answers]
    table = pd.DataFrame(columns)
    return table.astype(
        {name: object for name in ("id", "source", "annotator", *LISTS) if name in table}
    )


def _lists(given: Any, names: Sequence[str]) -> pd.Series[Any]:
    import pandas as pd

    lists = [[names[code] for code in np.flatnonzero(row).tolist()] for row in given]
    return pd.Series(lists, dtype=object)


def with_predictions(
    table: pd.DataFrame, pool: Pool, names: Sequence[str], rows: IntArray, tags: BoolArray
) -> pd.DataFrame:
    """Return a table of tags with predictions behind the answers.

    Parameters
    ----------
    table : DataFrame
        As `tags_table` returns it.
    pool : Pool
    names : sequence of str
        The classes.
    rows : ndarray of shape (m,), intp
        Positions of the items.
    tags : ndarray of shape (m, n_classes), bool
        The tags that are predicted.
    """
    import pandas as pd

    nothing = pd.Series([None] * len(rows), dtype=object)
    columns: dict[str, Any] = {
        "id": pd.Series(ids_at(pool.ids, rows), dtype=object),
        "index": rows.astype(np.int64),
        "label": _lists(tags, names),
        "source": pd.Series(["prediction"] * len(rows), dtype=object),
        "time": pd.Series([pd.NaT] * len(rows), dtype=table["time"].dtype),
    }
    for name in LISTS[1:]:
        columns[name] = _lists(np.zeros_like(tags), names)
    more = pd.DataFrame({name: columns.get(str(name), nothing) for name in table})
    return pd.concat([table, more], ignore_index=True)


def multi_hot(table: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Return a table of tags with a column for each class in place of the lists.

    It holds 1 and 0, and nothing where that is not answered. A class that is called like another
    column gets "label." before its name.
    """
    import pandas as pd

    others = table.drop(columns=[name for name in LISTS if name in table])
    found = {}
    for name in classes:
        values = [
            None if name in open_ else int(name in yes)
            for yes, open_ in zip(table["label"], table["not_answered"], strict=True)
        ]
        column = f"label.{name}" if name in others else name
        found[column] = pd.Series(values, index=table.index, dtype="Int8")
    at = others.columns.get_loc("source")
    assert isinstance(at, int)
    before, behind = others.iloc[:, :at], others.iloc[:, at:]
    return pd.concat([before, pd.DataFrame(found, index=table.index), behind], axis=1)


def with_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which lists are texts of JSON, which `Session.import_labels` reads."""
    lists = [name for name in LISTS if name in table and _has_lists(table[name])]
    return table.assign(**{name: [as_text(tags) for tags in table[name]] for name in lists})


def _has_lists(column: pd.Series[Any]) -> bool:
    return any(isinstance(value, list) for value in column)


def names_in(table: pd.DataFrame) -> list[str]:
    """Return the classes that the labels of a table hold."""
    texts = [label if isinstance(label, list) else [label] for label in table["label"]]
    return list(dict.fromkeys(name for names in texts for name in names))
