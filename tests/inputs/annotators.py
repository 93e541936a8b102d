"""Names of annotators."""

from __future__ import annotations

import uuid
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, labels, plain

KIND = annotators = Kind("annotators", "Annotators")

NAMES: dict[str, tuple[str, Any, str | None]] = {
    "number": ("a number", 7, "7"),
    "numpy_number": ("a number of numpy", np.int64(7), "7"),
    "float": ("a float, as pandas reads ids with gaps", 7.0, "7"),
    "boolean": ("True", True, "True"),
    "pair": ("a pair", ("lab", 3), "('lab', 3)"),
    "uuid": ("a UUID", uuid.UUID(int=5), str(uuid.UUID(int=5))),
    "bytes": ("bytes", b"ann", "ann"),
    "none": ("None", None, None),
    "nan": ("NaN", float("nan"), None),
    "empty": ("an empty text", "", None),
    "decomposed": ("a name with accents in the other form", "Rene\u0301", "Ren\u00e9"),
    "emoji": ("an emoji", "🦊", "🦊"),
    "blanks": ("a name with blanks around", " ann\n", "ann"),
    "long": ("a name of 10,000 characters", "x" * 10_000, "x" * 10_000),
}


def undone(given: Any, name: str | None, home: Path) -> None:
    """The name stands beside the label, and undo takes back that person's step, also later."""
    path = home / "labels.sqlite"
    session = nb.Session(plain(), ["a", "b"], store=path, annotator=given)
    assert session.annotator == name
    session.tell(0, "a")
    known = session.labels()["annotator"].iloc[0]
    assert pd.isna(known) if name is None else known == name
    session.store.close()
    other = nb.Session(plain(), ["a", "b"], store=path, annotator="somebody else")
    assert other.undo() is None
    assert labels(other) == {"0": "a"}
    other.store.close()
    again = nb.Session(plain(), ["a", "b"], store=path, annotator=given)
    assert again.undo() is not None
    assert labels(again) == {}
    again.store.close()


for key, (what, given, name) in NAMES.items():
    happens = "nobody is named" if name is None else "taken as text; undo finds its steps"
    annotators.add(key, what, happens, partial(undone, given, name))
