"""The picture files below a folder, and words on what is left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from nblabel.pool.reading import HEIC, INSTALL, suffixes
from nblabel.system.files import as_path
from nblabel.system.format import counted

SYSTEM = frozenset({"thumbs.db", "desktop.ini"})  # of Windows; those of others are hidden
LINKS = 3  # that a message names


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
        How many files of which kinds are none that can be read, and which folders are links; ""
        where there is none.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or holds no picture file.
    """
    if not isinstance(folder, str | os.PathLike):
        advice = "; Pool(paths) takes paths" if isinstance(folder, Iterable) else ""
        raise TypeError(f"folder is a {type(folder).__name__}; pass the path of a folder{advice}.")
    root = as_path(folder)
    if root.is_file():
        advice = "unpack it" if is_zipfile(root) else "pass the folder it lies in, or Pool([path])"
        raise FileNotFoundError(f"{root} is a file; {advice}.")
    if not root.is_dir():
        raise FileNotFoundError(f"there is no folder {root}; check the path.")
    readable = suffixes()
    paths: list[Path] = []
    left_out: list[Path] = []
    links: list[str] = []
    for path in root.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if hidden or path.name.lower() in SYSTEM:
            continue
        if path.is_dir():
            if path.is_symlink():  # it may lead out of the folder, or in a circle
                links.append(path.relative_to(root).as_posix())
            continue
        (paths if path.suffix.lower() in readable else left_out).append(path)
    words = " ".join(part for part in (_left_out(left_out), _not_followed(links)) if part)
    if not paths:
        raise FileNotFoundError(
            f"{root} holds no image file (.jpg, .png, .tif and others that Pillow reads). {words}"
        )
    return sorted(paths), words


def _not_followed(links: list[str]) -> str:
    if not links:
        return ""
    listed = ", ".join(map(repr, sorted(links)[:LINKS]))
    more = f" and {len(links) - LINKS} more" if len(links) > LINKS else ""
    are = "is a link to a folder" if len(links) == 1 else "are links to folders"
    return f"{listed}{more} {are}, and not looked into; Pool(paths) takes the files in it."


def _left_out(paths: list[Path]) -> str:
    if not paths:
        return ""
    kinds = Counter(path.suffix.lower() for path in paths)
    order = sorted(kinds, key=lambda suffix: (-kinds[suffix], not suffix, suffix))
    listed = ", ".join(f"{kinds[suffix]:,} {suffix or 'without an ending'}" for suffix in order)
    advice = [suffix for suffix in sorted(kinds) if suffix in HEIC]
    install = f"; for {' and '.join(advice)}: {INSTALL}" if advice else ""
    return f"{counted(len(paths), 'file')} left out: {listed}{install}."
