"""Paths typed in the panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nblabel.widget import text


def inside(folder: Path, path: Any, otherwise: str) -> Path:
    """Return where a path leads that was typed; `otherwise` says what to do with others.

    Raises
    ------
    ValueError
        If there is none, or it leads out of the folder.
    """
    folder = folder.resolve()
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise ValueError(text.NO_PATH)
    target = (folder / path.strip()).resolve()
    if target == folder or not target.is_relative_to(folder):
        raise ValueError(text.outside(path.strip(), otherwise))
    return target
