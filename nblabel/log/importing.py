"""Labels that were known before, from a table or a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Container
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nblabel.system import progress
from nblabel.system.dataframes import as_pandas

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")
SHOWN = 5  # examples in the words of a report
COLUMNS = 20  # named where one is missing


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows of a table of known labels.

    Attributes
    ----------
    n_rows : int
        Rows of the table.
    n_imported : int
        Items that have a label now because of them.
    unknown_ids : tuple of str
        Ids that no item of the pool has.
    unknown_classes : dict of str to int
        Names that are no class, and how many rows hold each.
    n_empty : int
        Rows without an id or without a label.
    n_by_model : int
        Rows of an exported file whose label is the model's: nobody looked at it, so it is no known
        label.
    contradictory : tuple of str
        Ids with several labels in the table; none of them was taken.
    kept : tuple of str
        Ids that a person labeled or flagged, or that had this very label before; left as they were.
    """

    n_rows: int
    n_imported: int
    unknown_ids: tuple[str, ...] = ()
    unknown_classes: dict[str, int] | None = None
    n_empty: int = 0
    contradictory: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    n_by_model: int = 0

    def __str__(self) -> str:
        lines = [f"{self.n_imported:,} items labeled from {self.n_rows:,} rows."]
        if self.unknown_ids:
            lines.append(f"No item has these ids: {_some(self.unknown_ids)}.")
        if self.unknown_classes:
            names = [f"{name!r} ({n:,} rows)" for name, n in self.unknown_classes.items()]
            lines.append(
                f"No classes: {_some(names)}. Add them, by add_class(name) or New class in the "
                "panel, and import again."
            )
        if self.n_empty:
            lines.append(f"Without an id or a label: {self.n_empty:,} rows.")
        if self.n_by_model:
            lines.append(
                f"Labels of the model, not of people: {self.n_by_model:,} rows, left out. To take "
                "them for answers all the same, drop the column 'source'."
            )
        if self.contradictory:
            lines.append(f"More than one label, none taken: {_some(self.contradictory)}.")
        if self.kept:
            lines.append(f"Answered before, left as they were: {_some(self.kept)}.")
        return "\n".join(lines)


def _some(names: Collection[str], shown: int = SHOWN) -> str:
    text = ", ".join(list(names)[:shown])
    more = len(names) - shown
    return f"{text} and {more:,} more" if more > 0 else text


def read_labels(
    table: Any, id_column: str, label_column: str
) -> tuple[list[str], list[str], list[bool]]:
    """Return the ids and labels of a table or file as text, "" where there is none.

    And which of the labels a model gave, by the column "source" of an exported file.

    Parameters
    ----------
    table : DataFrame or path-like
        Of pandas, polars or Arrow. A file is read by its ending: ``.csv``, ``.tsv``, ``.jsonl`` or
        ``.parquet``.
    id_column, label_column : str
        The names of the columns.

    Raises
    ------
    ValueError
        If the ending is another one, a file cannot be read, or a column is missing or there twice.
    FileNotFoundError
        If there is no such file.
    TypeError
        If it is neither a DataFrame nor a path.
    """
    import pandas as pd

    if isinstance(table, str | Path):
        table = _read(Path(table).expanduser())
    table = as_pandas(table)
    if not isinstance(table, pd.DataFrame):
        raise TypeError(
            f"labels come from a DataFrame or a file, not from {type(table).__name__}; make one: "
            "pandas.DataFrame({'id': ids, 'label': labels})."
        )
    for name in (id_column, label_column):
        if name not in table:
            raise ValueError(
                f"the table has no column {name!r}; its columns are "
                f"{_some([str(one) for one in table.columns], COLUMNS)}. Name those that hold ids "
                "and labels: import_labels(table, id=, label=), or the two fields in the panel."
            )
        if (table.columns == name).sum() > 1:
            raise ValueError(f"the table has several columns {name!r}; keep one of them.")
    sources = _texts(table["source"]) if "source" in table else [""] * len(table)
    by_model = [source == "model" for source in sources]
    return _texts(table[id_column]), _texts(table[label_column]), by_model


def _read(path: Path) -> pd.DataFrame:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"cannot read labels from {path.name}; it must be {_or(SUFFIXES)}.")
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; check the path.")
    try:
        return _parsed(path, suffix)
    except ImportError as error:
        raise ImportError('Parquet files need pyarrow: pip install "nblabel[parquet]"') from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not in UTF-8; save it in that encoding.") from error
    except (ValueError, TypeError) as error:
        reason = str(error).strip().rstrip(".")
        raise ValueError(
            f"{path.name} cannot be read as {suffix}: {reason}. Each row must hold an id and a "
            "label."
        ) from error


def _parsed(path: Path, suffix: str) -> pd.DataFrame:
    import pandas as pd

    if suffix == ".parquet":
        return pd.read_parquet(path)
    if suffix == ".jsonl":
        lines = path.read_text(encoding="utf-8").split("\n")
        return pd.DataFrame([json.loads(line) for line in lines if line.strip()])
    # as text: an id 007 stays what it is, and "NA" may be a class
    return pd.read_csv(
        path, sep="\t" if suffix == ".tsv" else ",", dtype=str, keep_default_na=False
    )


def _or(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


def _texts(column: pd.Series[Any]) -> list[str]:
    return [_text(value) for value in column.tolist()]


def _text(value: Any) -> str:
    import pandas as pd

    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124  NaN
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a column with gaps holds 7 as 7.0
    return str(value)


def match_labels(
    ids: list[str],
    labels: list[str],
    by_model: list[bool],
    pool: Container[str],
    classes: Container[str],
    present: Callable[[str], str | None],
) -> tuple[dict[str, str], ImportReport]:
    """Find which rows name an item and a class.

    Parameters
    ----------
    ids, labels : list of str
    by_model : list of bool
        As `read_labels` returns them.
    pool, classes : container of str
        The ids and the classes there are.
    present : callable
        Returns the label an imported item has, "" for an item that a person answered, None for one
        that is free.

    Returns
    -------
    labels : dict of str to str
        Class names by id, of the items to label.
    report : ImportReport
    """
    empty = n_by_model = 0
    unknown_ids: dict[str, None] = {}
    unknown_classes: Counter[str] = Counter()
    found: dict[str, set[str]] = {}
    for part in progress.parts(len(ids), "Matching"):
        for given, name, model in zip(ids[part], labels[part], by_model[part], strict=True):
            item, label = given if given in pool else given.strip(), name.strip()
            if not item or not label:
                empty += 1
            elif model:
                n_by_model += 1
            elif item not in pool:
                unknown_ids[item] = None
            elif label not in classes:
                unknown_classes[label] += 1
            else:
                found.setdefault(item, set()).add(label)
    contradictory = tuple(item for item, names in found.items() if len(names) > 1)
    single = {item: next(iter(names)) for item, names in found.items() if len(names) == 1}
    kept = tuple(item for item, label in single.items() if present(item) in ("", label))
    left = set(kept)
    taken = {item: label for item, label in single.items() if item not in left}
    return taken, ImportReport(
        n_rows=len(ids),
        n_imported=len(taken),
        unknown_ids=tuple(unknown_ids),
        unknown_classes=dict(unknown_classes),
        n_empty=empty,
        contradictory=contradictory,
        kept=kept,
        n_by_model=n_by_model,
    )
