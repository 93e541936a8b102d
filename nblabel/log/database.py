"""Databases that a log can be in: their tables, how they are opened, what their errors say."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote_from_bytes

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from nblabel.system.available import IN_BROWSER
from nblabel.system.files import as_path

SCHEMA_VERSION = 2
MULTI_LABEL_SCHEMA = 3  # the same tables; earlier versions do not know answers about tags
REPAIR = "restore a copy of it, or save what is whole: nblabel.recover(path, new_path)."
PATIENCE = 5  # seconds to wait for another program that writes

BEGINNING = 0x6E626C62  # names the lock under which tables are made

metadata = sa.MetaData()
META = sa.Table(
    "nblabel_meta",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("checksum", sa.String(32)),  # of key and value; see nblabel.log.chain
)
EVENT = sa.Table(
    "nblabel_event",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("uid", sa.String(64), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("name", sa.Text),  # the class that "add_class" adds; else the frame
    sa.Column("target", sa.String(64)),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("annotator", sa.Text),
    sa.Column("time", sa.Float(53), nullable=False),
    sa.Column("checksum", sa.String(32)),  # none in events of schema 1
    sqlite_autoincrement=True,
)
ITEM = sa.Table(
    "nblabel_event_item",
    metadata,
    sa.Column("seq", sa.Integer, sa.ForeignKey("nblabel_event.seq"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("label", sa.Text),
    sa.Column("probability", sa.Float(53)),
    sa.Column("content", sa.Text),  # what was in the item; see nblabel.pool.contents
)
ADDED = ((META, "checksum"), (EVENT, "checksum"), (ITEM, "content"))  # since schema 1


class StoreError(RuntimeError):
    """The log cannot be opened, read or written. The message has the reason and what to do."""


def address_of(url: Any) -> tuple[str, sa.URL]:
    """Return what to call the database, and its address."""
    if url is None:
        return "the log in memory", sa.make_url("sqlite://")
    if isinstance(url, str) and "://" in url:
        try:
            address = sa.make_url(url)
        except sa.exc.ArgumentError as error:
            raise StoreError(f"{url!r} is no database URL and no path: {error}.") from error
        return address.render_as_string(hide_password=True), address
    if not isinstance(url, str | os.PathLike):
        raise StoreError(
            f"store is {url!r:.80}; pass a path, a database URL, or None for a log in memory."
        )
    path = as_path(url)
    if path.is_dir():
        raise StoreError(f"{path} is a folder; name a file in it, such as {path / 'labels.db'}.")
    if not path.parent.is_dir():
        raise StoreError(f"the folder {path.parent.resolve()} does not exist; make it first.")
    return str(path), sa.URL.create("sqlite", database=str(path))


def in_memory(address: sa.URL) -> bool:
    """Whether a database is in memory, for this process only."""
    sqlite = address.get_backend_name() == "sqlite"
    return sqlite and address.database in (None, "", ":memory:")


def file_of(address: sa.URL) -> Path | None:
    """Return the SQLite file of an address; None where it is none."""
    if address.get_backend_name() != "sqlite" or in_memory(address):
        return None
    return Path(str(address.database)).absolute()


def engine_of(address: sa.URL, *, read_only: bool = False, makes: bool = True) -> sa.Engine:
    """Return how a database is reached.

    One to be read only is copied into memory. A SQLite file is made by the first connection where
    `makes` is true, by no other: what was moved away meanwhile must not become an empty log.
    """
    if address.get_backend_name() != "sqlite":
        # psycopg hands out bytes where the database has no encoding of its own
        connect_args = {"client_encoding": "utf8"} if "psycopg" in address.get_driver_name() else {}
        return sa.create_engine(address, pool_pre_ping=True, connect_args=connect_args)
    file = file_of(address)
    alone = read_only or file is None
    options: dict[str, Any] = {"poolclass": StaticPool} if alone else {}
    if file is not None and read_only:
        options["creator"] = lambda: _copied(file)
        address = sa.URL.create("sqlite")
    elif file is not None:
        options["creator"] = _opener(file, makes=makes)
    # one connection may be used from several threads, one at a time; SQLite itself is fine with it
    engine = sa.create_engine(address, connect_args={"check_same_thread": False}, **options)

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, see below
        connection.execute(f"PRAGMA busy_timeout = {1_000 * PATIENCE}")
        connection.execute("PRAGMA foreign_keys = ON")
        if not alone:
            connection.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # a writer takes the lock at once: a read that turns into a write could fail under another
        # writer; a reader waits for nobody
        reading = connection.get_execution_options().get("nblabel_reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _opener(file: Path, *, makes: bool) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        nonlocal makes
        mode = "rwc" if makes else "rw"
        connection = sqlite3.connect(
            f"{uri_of(file)}?mode={mode}", uri=True, check_same_thread=False
        )
        makes = False
        return connection

    return connect


def _copied(file: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    give_up = time.monotonic() + PATIENCE

    def wait(status: int, _left: int, _pages: int) -> None:
        # else Python tries for as long as another program keeps the file to itself
        if status == sqlite3.SQLITE_BUSY and time.monotonic() > give_up:
            raise sqlite3.OperationalError("database is locked")

    with closing(open_to_read(file)) as source:
        source.backup(copy, progress=wait)
    return copy


def open_to_read(file: Path) -> sqlite3.Connection:
    """Open a SQLite file so that nothing of it changes, also where nothing can be written."""
    # where nothing lies beside the file nobody writes to it, and it needs no file to be read
    alone = "" if has_wal(file) else "&immutable=1"
    return sqlite3.connect(f"{uri_of(file)}?mode=ro{alone}", uri=True, timeout=PATIENCE)


def uri_of(file: PurePath) -> str:
    """Return the address of a file as SQLite wants it.

    That of `pathlib` names the computer of a shared folder of Windows where SQLite takes none.
    """
    name = file.as_posix()
    return f"file://{'' if name[0] == '/' else '/'}{quote_from_bytes(os.fsencode(name))}"


def identity_of(file: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from another one at its path; None where there is none."""
    try:
        status = None if file is None else file.stat()
    except OSError:
        return None
    return None if status is None else (status.st_dev, status.st_ino)


def has_wal(file: Path) -> bool:
    """Whether there is a file beside a SQLite file that may hold changes that are not in it yet."""
    return wal_of(file).exists()


def wal_of(file: Path) -> Path:
    """Return the file beside a SQLite file that takes its changes first."""
    return file.with_name(f"{file.name}-wal")


def keep_changes_aside(engine: sa.Engine) -> None:
    """Have a SQLite file take changes into one beside it first: the write-ahead log.

    That needs memory which processes share, and the drive of a browser has none.
    """
    if IN_BROWSER:
        return
    with closing(engine.raw_connection()) as connection:
        # where another process makes the same file at this moment, SQLite fails without waiting
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(0.01)
            else:
                return


@contextmanager
def explained(name: str, action: str) -> Iterator[None]:
    """Turn database errors into a `StoreError` with advice."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError, UnicodeError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise StoreError(f"{name} cannot be {action}: {reason}.{advice_on(reason)}") from error


def advice_on(reason: str) -> str:
    """Return what to do about an error of a database, "" where nobody knows."""
    advice = {
        "readonly": " Make the file and its folder writable, or name another store=.",
        "unable to open": " Check that the folder exists and is writable.",
        "full": " Free some disk space; nothing already saved is lost.",
        "locked": " Another program is writing to it; close that program or wait a moment.",
        "not a database": " Name another file, or restore a copy; this one was left as it is.",
        "malformed": f" The file is damaged; {REPAIR}",
        "no such table": f" The file was changed by another program; {REPAIR}",
        "no such column": f" The file was changed by another program; {REPAIR}",
        "codec can't decode": f" The file is damaged; {REPAIR}",
        "Could not decode": f" The file is damaged; {REPAIR}",
    }
    return next((text for sign, text in advice.items() if sign in reason), "")
