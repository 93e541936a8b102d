"""Paths; files and folders that are written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

OLD = 86_400  # seconds after which no write is still going on


def as_path(path: Any) -> Path:
    """Return a path, with the home folder for "~"; a name that only begins so stays.

    Raises
    ------
    ValueError
        If there is a zero byte in it, which no file may have in its name.
    """
    found = Path(path)
    if "\0" in str(found):
        raise ValueError(f"the path {str(found)!r} has a zero byte in it; name another one.")
    try:
        return found.expanduser()
    except RuntimeError:  # there is no user of that name
        return found


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the target's place in one step, or is removed.

    What a killed process left behind of an earlier write to the same target is removed first.
    """
    place = f".nblabel-{hashlib.blake2b(target.name.encode(errors='replace')).hexdigest()[:12]}"
    for left in target.parent.glob(f"{place}-*.part"):
        if _is_left_behind(left):
            _remove(left)
    part = target.with_name(f"{place}-{os.getpid()}-{uuid.uuid4().hex}.part")
    try:
        yield part
        if part.is_dir() and target.is_dir():
            target.rmdir()  # it is empty; not every system puts a folder in its place
        _replace(part, target)
    finally:
        _remove(part)


def _replace(part: Path, target: Path) -> None:
    try:
        part.replace(target)
    except PermissionError as error:  # Windows replaces no file that a program has open
        raise PermissionError(
            f"{target} cannot be replaced; another program may have it open. Close it there, or "
            "name another file."
        ) from error


def _is_left_behind(part: Path) -> bool:
    """Return whether nobody writes to it any more: its process is gone, or it is old."""
    with suppress(OSError):
        if time.time() - part.stat().st_mtime > OLD:
            return True
    if os.name == "nt":  # where the question would end the process
        return False
    try:
        os.kill(int(part.name.split("-")[2]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):  # somebody else's
        return False
    return False


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)
