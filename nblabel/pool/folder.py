"""The picture files below a folder, and words on what is left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from zipfile import is_zipfile

from nblabel.pool.reading import HEIC, INSTALL, suffix_of, suffixes
from nblabel.system.files import as_path
from nblabel.system.format import counted

SYSTEM = frozenset({"thumbs.db", "desktop.ini"})  # of Windows; those of others are hidden
LINKS = 3  # that a message names


def find_images(folder: Any) -> tuple[list[str], str]:
    """Find the picture files below a folder.

    Parameters
    ----------
    folder : path-like
        Hidden files, and those in hidden folders, are not looked at.

    Returns
    -------
    paths : list of str
        Absolute, sorted by their parts. No `Path`: a hundred thousand of them take seconds.
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
    found: list[str] = []
    left_out: Counter[str] = Counter()
    links: list[str] = []
    top = str(root.absolute())
    for name in _files_below(top, "", links):
        suffix = suffix_of(name)
        if suffix in readable:
            found.append(name)
        else:
            left_out[suffix] += 1
    found.sort(key=lambda name: os.path.normcase(name).split(os.sep))
    paths = [os.path.join(top, name) for name in found]
    words = " ".join(part for part in (_left_out(left_out), _not_followed(links)) if part)
    if not paths:
        raise FileNotFoundError(
            f"{root} holds no image file (.jpg, .png, .tif and others that Pillow reads). {words}"
        )
    return paths, words


def _files_below(top: str, below: str, links: list[str]) -> Iterator[str]:
    """Return the names of files below a folder, as seen from it; note links to folders."""
    try:
        entries = list(os.scandir(os.path.join(top, below)))
    except OSError:  # nobody may look into it
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower() in SYSTEM:
            continue
        name = os.path.join(below, entry.name)
        if not _is_folder(entry):
            yield name
        elif entry.is_symlink():  # it may lead out of the folder, or in a circle
            links.append(name.replace(os.sep, "/"))
        else:
            yield from _files_below(top, name, links)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _not_followed(links: list[str]) -> str:
    if not links:
        return ""
    listed = ", ".join(map(repr, sorted(links)[:LINKS]))
    more = f" and {len(links) - LINKS} more" if len(links) > LINKS else ""
    are = "is a link to a folder" if len(links) == 1 else "are links to folders"
    return f"{listed}{more} {are}, and not looked into; Pool(paths) takes the files in it."


def _left_out(kinds: Counter[str]) -> str:
    if not kinds:
        return ""
    order = sorted(kinds, key=lambda suffix: (-kinds[suffix], not suffix, suffix))
    listed = ", ".join(f"{kinds[suffix]:,} {suffix or 'without an ending'}" for suffix in order)
    advice = [suffix for suffix in sorted(kinds) if suffix in HEIC]
    install = f"; for {' and '.join(advice)}: {INSTALL}" if advice else ""
    return f"{counted(kinds.total(), 'file')} left out: {listed}{install}."
