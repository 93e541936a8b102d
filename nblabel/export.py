"""Labels as files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    target = Path(path)
    if target.suffix not in FORMATS:
        raise ValueError(f"cannot export to {target.name}; use a name in {' or '.join(FORMATS)}.")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"the folder {target.parent.resolve()} does not exist; make it.")
    if target.suffix == ".csv":
        text = labels.to_csv(index=False)
    else:
        text = labels.to_json(
            orient="records", lines=True, force_ascii=False, date_format="iso", date_unit="us"
        )
    part = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=target.parent, delete=False
        ) as part:
            part.write(text)
        Path(part.name).replace(target)
    except BaseException:
        if part is not None:
            Path(part.name).unlink(missing_ok=True)
        raise
