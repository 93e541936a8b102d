"""The picture files below a folder, and words on what is left out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from nblabel.pool.reading import HEIC, INSTALL, suffixes
from nblabel.system.format import counted

SYSTEM = frozenset({"thumbs.db", "desktop.ini"})  # of Windows; those of others are hidden


def find_images(folder: Any) -> tuple[list[Path], str]:
    """Find the picture files below a folder.

    Parameters
    ----------
    folder : path-like
        Hidden files, and those in hidden folders, are not looked at.

    Returns
    -------
    paths : list of Path
        Sorted.
    left_out : str
        How many files of which kinds are none that can be read; "" where there is none.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or holds no picture file.
    """
    root = Path(folder)
    if not root.is_dir():
        raise FileNotFoundError(f"there is no folder {root}; check the path.")
    readable = suffixes()
    paths: list[Path] = []
    left_out: list[Path] = []
    for path in root.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if hidden or path.is_dir() or path.name.lower() in SYSTEM:
            continue
        (paths if path.suffix.lower() in readable else left_out).append(path)
    words = _left_out(left_out)
    if not paths:
        raise FileNotFoundError(
            f"{root} holds no image file (.jpg, .png, .tif and others that Pillow reads). {words}"
        )
    return sorted(paths), words


def _left_out(paths: list[Path]) -> str:
    if not paths:
        return ""
    kinds = Counter(path.suffix.lower() for path in paths)
    order = sorted(kinds, key=lambda suffix: (-kinds[suffix], not suffix, suffix))
    listed = ", ".join(f"{kinds[suffix]:,} {suffix or 'without an ending'}" for suffix in order)
    advice = [suffix for suffix in sorted(kinds) if suffix in HEIC]
    install = f"; for {' and '.join(advice)}: {INSTALL}" if advice else ""
    return f"{counted(len(paths), 'file')} left out: {listed}{install}."
