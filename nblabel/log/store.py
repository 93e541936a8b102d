"""The log of answers in a database."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from nblabel.log.events import Kind, LabelEvent, Source
from nblabel.system import progress

SCHEMA_VERSION = 1
OWN_SETTINGS = ("schema", "log", "pool")
PATIENCE = 5  # seconds to wait for another program that writes
_BEGINNING = 0x6E626C62  # names the lock under which tables are made

_metadata = sa.MetaData()
_meta = sa.Table(
    "nblabel_meta",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
_event = sa.Table(
    "nblabel_event",
    _metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("uid", sa.String(64), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("name", sa.Text),  # the class that "add_class" adds; the frame of an "audit"
    sa.Column("target", sa.String(64)),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("annotator", sa.Text),
    sa.Column("time", sa.Float(53), nullable=False),
    sqlite_autoincrement=True,
)
_item = sa.Table(
    "nblabel_event_item",
    _metadata,
    sa.Column("seq", sa.Integer, sa.ForeignKey("nblabel_event.seq"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("label", sa.Text),
    sa.Column("probability", sa.Float(53)),
)


class StoreError(RuntimeError):
    """The log cannot be opened, read or written. The message has the reason and what to do."""


class LabelStore:
    """An append-only log of answers in a database.

    Once `append` returns, the event survives a killed process and a power cut (in SQLite, by
    write-ahead logging with full synchronisation).

    Parameters
    ----------
    url : str or path-like, optional
        A path to a SQLite file, made if missing, or a database URL such as
        ``"postgresql+psycopg://..."``. None keeps the log in memory, for this process only.

    Attributes
    ----------
    key : str
        Names this log; stays the same for the life of the database.
    persistent : bool
        Whether the log outlives the process.

    Raises
    ------
    StoreError
        If the database cannot be opened, read or written, is no nblabel log, or of a newer version.
    """

    def __init__(self, url: Any = None) -> None:
        self._name, address = _address(url)
        self.persistent = not _in_memory(address)
        try:
            self._engine = _engine(address)
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{self._name} cannot be opened: its driver is missing: pip install {error.name}"
            ) from error
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
            raise StoreError(f"{self._name} cannot be opened: {error}.") from error
        # a log in memory has one connection, which threads use in turn
        self._lock = nullcontext() if self.persistent else threading.Lock()
        # closed with the last reference to this object, also after an error below
        self._closer = weakref.finalize(self, self._engine.dispose)
        with _explained(self._name, "opened"), self._engine.begin() as connection:
            self.key = self._prepare(connection)
        # an event never changes: what one session has read the others of this process need not
        self._known: weakref.WeakValueDictionary[int, LabelEvent] = weakref.WeakValueDictionary()
        self._file = _file_of(address)
        self._file_id = self._identify()

    @property
    def text(self) -> str:
        """Where the log is, in words."""
        return self._name if self.persistent else "in memory, until this kernel stops"

    def __repr__(self) -> str:
        return f"LabelStore({self.text})"

    def bind(self, fingerprint: str, extends: Collection[str] = ()) -> None:
        """Tie this log to a pool, or check that it is tied to this one.

        Parameters
        ----------
        fingerprint : str
            Of the pool.
        extends : collection of str
            Of the pools that this one extends; a log of theirs is tied to it from now on.

        Raises
        ------
        StoreError
            If the log belongs to another pool.
        """
        if self.check(fingerprint, extends) != fingerprint:
            self._set("pool", fingerprint)

    def check(self, fingerprint: str, extends: Collection[str] = ()) -> str | None:
        """Check that this log is tied to no other pool; return the one it is tied to, if any.

        Parameters
        ----------
        fingerprint, extends : str, collection of str
            As for `bind`.

        Returns
        -------
        str or None

        Raises
        ------
        StoreError
            If the log belongs to another pool.
        """
        known = self._get("pool")
        if known not in (None, fingerprint, *extends):
            raise StoreError(
                f"{self._name} holds the labels of another pool: the items or ids differ from "
                "those it was made with. Pass the same items and ids, or another store=. "
                "New items go behind the known ones with pool.extended(nb.Pool(...))."
            )
        return known

    def append(self, event: LabelEvent) -> None:
        """Write one event, and return once it is committed.

        Parameters
        ----------
        event : LabelEvent
            If its uid is in the log already, that event stays. The log gives it its `seq`.

        Raises
        ------
        StoreError
            If it could not be committed, for instance on a read-only or full disk.
        """
        with self._writing() as connection:
            # writers take turns, so that events become visible in the order of their seq
            connection.execute(
                sa.select(_meta.c.value).where(_meta.c.key == "log").with_for_update()
            )
            known = connection.execute(sa.select(_event.c.seq).where(_event.c.uid == event.uid))
            if known.first() is not None:
                return
            inserted = connection.execute(
                sa.insert(_event).values(
                    uid=event.uid,
                    kind=event.kind,
                    name=event.labels[0] if event.kind == "add_class" else event.frame,
                    target=event.target,
                    source=event.source,
                    annotator=event.annotator,
                    time=event.time,
                )
            )
            if event.ids:
                (seq,) = inserted.inserted_primary_key or (None,)
                labels = event.labels or (None,) * len(event.ids)
                probabilities = event.probabilities or (None,) * len(event.ids)
                rows = list(zip(event.ids, labels, probabilities, strict=True))
                for part in progress.parts(len(rows), "Writing"):
                    connection.execute(
                        sa.insert(_item),
                        [
                            {"seq": seq, "place": place, "id": i, "label": c, "probability": p}
                            for place, (i, c, p) in enumerate(rows[part], part.start)
                        ],
                    )

    def read(self, after: int = 0) -> list[LabelEvent]:
        """Return the events behind a position in the log, oldest first.

        Parameters
        ----------
        after : int
            The `seq` of the last event that is known already; 0 for the whole log.

        Returns
        -------
        list of LabelEvent

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        with self._reading() as connection:
            events = connection.execute(
                sa.select(_event).where(_event.c.seq > after).order_by(_event.c.seq)
            ).all()
            known = {row.seq: self._known.get(row.seq) for row in events}
            new = [seq for seq, event in known.items() if event is None]
            items: dict[int, list[Any]] = {}
            if new:
                columns = _item.c.seq, _item.c.id, _item.c.label, _item.c.probability
                query = sa.select(*columns).where(_item.c.seq >= new[0])
                query = query.order_by(_item.c.seq, _item.c.place)
                for seq, *row in connection.execute(query).all():  # one by one takes twice as long
                    items.setdefault(seq, []).append(row)
        read = [known[row.seq] or _as_event(row, items.get(row.seq, [])) for row in events]
        self._known.update((event.seq, event) for event in read)
        return read

    def setting(self, name: str) -> str | None:
        """Return a remembered choice, such as the projection shown.

        Parameters
        ----------
        name : str
            As for `set_setting`.

        Returns
        -------
        str or None
        """
        return self._get(name)

    def set_setting(self, name: str, value: str) -> None:
        """Remember a choice beside the log, in place of an earlier one of that name.

        Parameters
        ----------
        name, value : str
            What it is about, up to 64 characters, and what was chosen.

        Raises
        ------
        ValueError
            If the log itself keeps something under this name.
        """
        if name in OWN_SETTINGS:
            raise ValueError(f"{name!r} is the log's own; choose another name.")
        self._set(name, value)

    def _get(self, key: str) -> str | None:
        with self._reading() as connection:
            value = connection.scalar(sa.select(_meta.c.value).where(_meta.c.key == key))
        return None if value is None else str(value)

    def _set(self, key: str, value: str) -> None:
        with self._writing() as connection:
            connection.execute(sa.delete(_meta).where(_meta.c.key == key))
            connection.execute(sa.insert(_meta).values(key=key, value=value))

    def close(self) -> None:
        """Close the database. A log in memory is gone."""
        self._closer()

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._lock, _explained(self._name, "read"), self._engine.connect() as connection:
            yield connection.execution_options(nblabel_reading=True)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        # an open file that was moved or deleted takes writes that nobody finds again
        if self._identify() != self._file_id:
            raise StoreError(
                f"{self._name} was moved, deleted or replaced while it was in use. Put it back, or "
                "run the cell again to begin with the file that is there."
            )
        with self._lock, _explained(self._name, "written"), self._engine.begin() as connection:
            yield connection

    def _identify(self) -> tuple[int, int] | None:
        try:
            status = None if self._file is None else self._file.stat()
        except OSError:
            return None
        return None if status is None else (status.st_dev, status.st_ino)

    def _prepare(self, connection: sa.Connection) -> str:
        """Make the tables, or check those that are there; return the key of the log."""
        if connection.dialect.name == "postgresql":  # two may begin at once
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_BEGINNING)))
        tables = sa.inspect(connection).get_table_names()
        if _meta.name not in tables:
            if tables and connection.dialect.name == "sqlite":
                raise StoreError(
                    f"{self._name} is a database of another program; name another file."
                )
            _metadata.create_all(connection)
            key = uuid.uuid4().hex
            connection.execute(
                sa.insert(_meta),
                [{"key": "schema", "value": str(SCHEMA_VERSION)}, {"key": "log", "value": key}],
            )
            return key
        stored = {row.key: row.value for row in connection.execute(sa.select(_meta))}
        if "log" not in stored or not stored.get("schema", "").isdigit():
            raise StoreError(f"{self._name} is damaged; restore a copy of it.")
        if int(stored["schema"]) > SCHEMA_VERSION:
            raise StoreError(
                f"{self._name} was written by a newer nblabel (schema {stored['schema']}; this "
                f"version reads up to {SCHEMA_VERSION}). Upgrade: pip install --upgrade nblabel."
            )
        return str(stored["log"])


def _address(url: Any) -> tuple[str, sa.URL]:
    """Return what to call the database, and its address."""
    if url is None:
        return "the log in memory", sa.make_url("sqlite://")
    if isinstance(url, str) and "://" in url:
        try:
            address = sa.make_url(url)
        except sa.exc.ArgumentError as error:
            raise StoreError(f"{url!r} is no database URL and no path: {error}.") from error
        return address.render_as_string(hide_password=True), address
    path = Path(url).expanduser()
    if path.is_dir():
        raise StoreError(f"{path} is a folder; name a file in it, such as {path / 'labels.db'}.")
    if not path.parent.is_dir():
        raise StoreError(f"the folder {path.parent.resolve()} does not exist; make it first.")
    return str(path), sa.URL.create("sqlite", database=str(path))


def _in_memory(address: sa.URL) -> bool:
    sqlite = address.get_backend_name() == "sqlite"
    return sqlite and address.database in (None, "", ":memory:")


def _file_of(address: sa.URL) -> Path | None:
    if address.get_backend_name() != "sqlite" or _in_memory(address):
        return None
    return Path(str(address.database)).absolute()


def _engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() != "sqlite":
        # psycopg hands out bytes where the database has no encoding of its own
        told = {"client_encoding": "utf8"} if "psycopg" in address.get_driver_name() else {}
        return sa.create_engine(address, pool_pre_ping=True, connect_args=told)
    in_memory = _in_memory(address)
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    # one connection may be used from several threads, one at a time; SQLite itself is fine with it
    engine = sa.create_engine(address, connect_args={"check_same_thread": False}, **options)

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, see below
        connection.execute(f"PRAGMA busy_timeout = {1_000 * PATIENCE}")
        connection.execute("PRAGMA foreign_keys = ON")
        if not in_memory:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # a writer takes the lock at once: a read that turns into a write could fail under another
        # writer; a reader waits for nobody
        reading = connection.get_execution_options().get("nblabel_reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    # where another process makes the same file at this moment, SQLite fails here without waiting
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def _explained(name: str, action: str) -> Iterator[None]:
    """Turn database errors into a `StoreError` with advice."""
    try:
        yield
    except (sa.exc.DBAPIError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise StoreError(f"{name} cannot be {action}: {reason}.{_advice(reason)}") from error


def _advice(reason: str) -> str:
    advice = {
        "readonly": " Make the file and its folder writable, or name another store=.",
        "unable to open": " Check that the folder exists and is writable.",
        "full": " Free some disk space; nothing already saved is lost.",
        "locked": " Another program is writing to it; close that program or wait a moment.",
        "not a database": " Name another file; this one was left as it is.",
        "malformed": " The file is damaged; restore a copy of it.",
        "no such table": " The file was changed by another program; restore a copy of it.",
    }
    return next((text for sign, text in advice.items() if sign in reason), "")


def _as_event(row: Any, items: list[Any]) -> LabelEvent:
    ids, labels, probabilities = zip(*items, strict=True) if items else ((), (), ())
    adds = row.kind == "add_class"
    return LabelEvent(
        kind=cast(Kind, row.kind),
        ids=ids,
        labels=(row.name,) if adds else _known(labels),
        frame=None if adds else row.name,
        target=row.target,
        source=cast(Source, row.source),
        annotator=row.annotator,
        probabilities=_known(probabilities),
        uid=row.uid,
        time=row.time,
        seq=row.seq,
    )


def _known(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value for value in values if value is not None)
