"""A log kept aside in a file of its own, and an empty one in its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from nblabel.log.database import StoreError, has_wal
from nblabel.log.kinds import KIND, MULTI_LABEL
from nblabel.log.store import LabelStore

PATIENCE = 0.5  # seconds
IN_MEMORY = Path("labels.sqlite")  # what the file is called after
IN_DATABASE = (
    "{} is a database, whose log is not renamed: pass another address as store= to start over."
)
OF_OTHERS = (
    "{names} answered in {store}, too, and would lose their labels: pass another store= to start "
    "over."
)
NO_NAME = "somebody without a name"
IN_USE = "{} is open in another program or session; close it there, then start over."
NOT_MOVED = "{} cannot be renamed: {}. Close it in other programs, or pass another store=."


def check_start(store: LabelStore, annotator: str | None) -> None:
    """Refuse to start over where that is not for one person to do.

    Raises
    ------
    ValueError
        If the log is in a database other than a SQLite file, or others answered, too.
    StoreError
        If it cannot be read.
    """
    if store.persistent and store.file is None:
        raise ValueError(IN_DATABASE.format(store.text))
    others = {event.annotator for event in store.read()} - {annotator}
    if others:
        names = ", ".join(sorted(name or NO_NAME for name in others))
        raise ValueError(OF_OTHERS.format(names=names, store=store.text))


def set_aside(store: LabelStore, swap: Callable[[LabelStore], None]) -> Path:
    """Keep a log aside under the next free name, such as labels-1.sqlite.

    Parameters
    ----------
    store : LabelStore
        In a SQLite file, or in memory: that is written to a file in the present folder.
    swap : callable
        Called with the log that takes its place: an empty one, or the same where it stays.

    Returns
    -------
    Path
        The file of the log that was kept.

    Raises
    ------
    StoreError
        If the file cannot be written or renamed; the log then stays where it is.
    """
    if store.file is None:
        kept = _free(IN_MEMORY)
        _copy(store, kept)
        swap(LabelStore())
        return kept
    file, kept = store.file, _free(store.file)
    store.set_setting("kept aside", kept.name)  # refused where nothing can be written
    store.close()
    try:
        give_up = time.monotonic() + PATIENCE  # a thread that reads is done soon
        while has_wal(file) and time.monotonic() < give_up:
            time.sleep(0.01)
        if has_wal(file):  # somebody else has it open: what is in there would be lost
            raise StoreError(IN_USE.format(store.text))
        file.rename(kept)
    except OSError as error:
        swap(LabelStore(file))
        raise StoreError(NOT_MOVED.format(store.text, error)) from error
    except StoreError:
        swap(LabelStore(file))
        raise
    swap(LabelStore(file))
    return kept


def _free(file: Path) -> Path:
    names = (file.with_name(f"{file.stem}-{number}{file.suffix}") for number in count(1))
    return next(name for name in names if not name.exists())


def _copy(store: LabelStore, file: Path) -> None:
    with closing(LabelStore(file)) as copy:
        for event in store.read():
            copy.append(event)
        for name in ("pool", "items"):
            if (value := store.setting(name)) is not None:
                copy.restore_setting(name, value)
        if store.setting(KIND) == MULTI_LABEL:
            copy.set_multi_label()
