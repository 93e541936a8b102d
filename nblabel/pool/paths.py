"""Paths of the files in a pool: absolute, below one folder, and as text that can be stored."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

PART = 65_536  # bytes that are read at the beginning, middle and end of a file


def absolute(path: Any) -> str:
    """Return an absolute path; one that `find_media` made is one as it is."""
    if isinstance(path, str) and os.path.isabs(path) and os.path.normpath(path) == path:
        return path
    return str(Path(path).absolute())


def check_inside(paths: Iterable[str], inside: Path) -> None:
    """Refuse files that lie outside a folder, for instance behind a symbolic link."""
    known: dict[str, bool] = {}  # folders, of which there are far fewer than files
    for path in paths:
        folder = os.path.dirname(path)
        if folder not in known:
            known[folder] = Path(folder).resolve().is_relative_to(inside)
        is_inside = known[folder]
        if os.path.islink(path):
            is_inside = _leads_to(Path(path)).is_relative_to(inside)
        if not is_inside:
            raise ValueError(f"{path} leads outside the folder {inside}; leave it out.")


def names_below(root: str | None, paths: Sequence[str]) -> list[str]:
    """Return the paths of files below a folder, or below the one that they have in common."""
    if root is None:
        try:
            root = os.path.commonpath([os.path.dirname(path) for path in paths])
        except ValueError:  # no path at all, or on several drives
            return [as_text(Path(path).as_posix()) for path in paths]
    start = root if root.endswith(os.sep) else root + os.sep
    names = [
        path[len(start) :] if path.startswith(start) else str(Path(path).relative_to(root))
        for path in paths
    ]
    return [as_text(name.replace(os.sep, "/")) for name in names]


def as_text(name: str) -> str:
    """Return the name of a file, which may hold bytes that no database or page takes, as text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _leads_to(path: Path) -> Path:
    """Return the file behind a link; the link itself where it leads in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # said when it is read
        return path.parent.resolve() / path.name


def size_of(path: str) -> int:
    """Return the bytes of a file, -1 if there is none."""
    try:
        return os.stat(path).st_size
    except OSError:
        return -1


def signs_of(path: Path, *, only_size: bool = False) -> str:
    """Return what is in a file, in a few signs; "" where it cannot be read.

    Its size, and a hash of its beginning, middle and end: 0.2 MB, whatever its size.
    """
    try:
        size = path.stat().st_size
        if only_size:
            return str(size)
        hasher = hashlib.blake2b(digest_size=8)
        with path.open("rb") as file:
            if size <= 3 * PART:
                hasher.update(file.read())
            else:
                for start in (0, (size - PART) // 2, size - PART):
                    file.seek(start)
                    hasher.update(file.read(PART))
        return f"{size}.{hasher.hexdigest()}"
    except OSError:
        return ""
