"""Labels as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nblabel.events import new_uid

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".jsonl")


def export_labels(labels: pd.DataFrame, path: Any) -> None:
    """Write a table of labels to a file, whole or not at all.

    Parameters
    ----------
    labels : DataFrame
        As `Session.labels` returns it.
    path : path-like
        The ending decides: ``.csv``, or ``.jsonl`` for one JSON object a line. Both are UTF-8.

    Raises
    ------
    ValueError
        If the ending is another one.
    FileNotFoundError
        If the folder does not exist.
    """
    target = Path(path).expanduser()
    if target.suffix.lower() not in FORMATS:
        raise ValueError(f"cannot export to {target.name}; use a name in {' or '.join(FORMATS)}.")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"the folder {target.parent.resolve()} does not exist; make it.")
    if target.suffix.lower() == ".csv":
        text = labels.to_csv(index=False)
    else:
        text = labels.to_json(
            orient="records", lines=True, force_ascii=False, date_format="iso", date_unit="us"
        )
    part = target.with_name(f".{new_uid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
