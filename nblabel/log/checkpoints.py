"""Brings what was committed into the SQLite file itself, so that a copy of it alone has the labels.

A commit goes into a file beside it, ``-wal``, which takes one write to the disk. The first one
after a pause is moved into the file itself at once, and all of them as soon as there is a pause
again; the log then notes up to which event it is whole. A copy that has an event behind that was
made in between, and is refused where ``-wal`` is missing.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from nblabel.log import database, schema
from nblabel.system.available import can_thread

PAUSE_SECONDS = 0.5  # without a commit; a second is what may be missing in a copy


class Checkpoints:
    """Moves changes over in a thread, so that no key waits; at once where there are no threads.

    Parameters
    ----------
    engine : Engine
        Of a SQLite file, for this alone.
    user : Engine
        That of the store. Both are disposed of by `close`.
    """

    def __init__(self, engine: sa.Engine, user: sa.Engine) -> None:
        self._engine, self._user = engine, user
        self._committed = threading.Event()
        self._has_event = self._is_closed = False
        self._lock = threading.Lock()  # no connection is opened behind the end
        self._thread: threading.Thread | None = None
        self._file: Path | None = None
        self._identity: tuple[int, int] | None = None

    def begin(self, file: Path) -> None:
        """Work on this file from now on, which is open and whole."""
        self._file, self._identity = file, database.identity_of(file)

    def soon(self, *, event: bool = False) -> None:
        """Something was committed; an event perhaps."""
        self._has_event |= event
        self._committed.set()
        if not can_thread():
            self._moved(note=True)
        elif self._thread is None:
            self._thread = threading.Thread(target=self._run, name="nblabel-log", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Note that all is there, and close the database: the last to do so moves all over."""
        with self._lock:
            if not self._is_closed and self._is_there:
                self._note()
            self._is_closed = True
            self._committed.set()
            self._engine.dispose()
            self._user.dispose()

    def _run(self) -> None:
        while True:
            self._committed.wait()
            shown = False  # whether the file shows that events are being written
            while self._committed.is_set():
                self._committed.clear()
                if not shown:
                    shown = self._has_event
                    self._moved(note=False)
                self._committed.wait(PAUSE_SECONDS)
            self._has_event = False
            if not self._moved(note=True):
                return

    def _moved(self, *, note: bool) -> bool:
        """Move over what there is, unless the database was closed; return whether it was not."""
        with self._lock:
            if self._is_closed:
                return False
            if not self._is_there:
                return True
            if note:
                self._note()
            # nobody waits for this one, and it waits for nobody: what is left comes with the next
            with suppress(sa.exc.DBAPIError, sqlite3.Error), self._raw() as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            # the next commit begins ``-wal`` anew, with one more write to the disk: not a key's
            self._note(again=True)
            return True

    @property
    def _is_there(self) -> bool:
        """Whether the file is the one that was opened: a connection would make a new one."""
        return self._file is not None and database.identity_of(self._file) == self._identity

    def _raw(self) -> closing[sa.PoolProxiedConnection]:
        return closing(self._engine.raw_connection())

    def _note(self, *, again: bool = False) -> None:
        """Note how far the log is whole; what cannot be written is told by the commits."""
        with suppress(Exception), self._engine.begin() as connection:
            schema.note_whole(connection, again=again)
