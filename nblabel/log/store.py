"""The log of answers in a database."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from nblabel.log import chain, database, schema
from nblabel.log.checkpoints import Checkpoints
from nblabel.log.database import EVENT, ITEM, META, REPAIR, SCHEMA_VERSION, StoreError
from nblabel.log.events import LabelEvent
from nblabel.log.kinds import KIND, MULTI_LABEL
from nblabel.log.rows import as_event, insert_items, is_whole, items_of
from nblabel.system import progress

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.log.integrity import Integrity

__all__ = ["SCHEMA_VERSION", "LabelStore", "StoreError"]

OWN_SETTINGS = ("schema", "log", "pool", "items", "unchecked", "whole", KIND)

_NO_EVENT = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


class LabelStore:
    """An append-only log of answers in a database.

    Once `append` returns, the event survives a killed process and a power cut: SQLite files use
    write-ahead logging with full synchronisation. Within a second it is in the file itself, so that
    a copy of the file alone has it.

    Parameters
    ----------
    url : str or path-like, optional
        A path to a SQLite file, made if missing, or a database URL such as
        ``"postgresql+psycopg://..."``. None keeps the log in memory, for this process only.
    read_only : bool
        Look at the log as it is now, and change nothing: a SQLite file is copied into memory, and
        may lie where nobody can write.

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

    Examples
    --------
    >>> import nblabel as nb
    >>> nb.LabelStore().labels()
    Empty DataFrame
    Columns: [id, label, source, annotator, time]
    Index: []
    """

    def __init__(self, url: Any = None, *, read_only: bool = False) -> None:
        self._name, address = database.address_of(url)
        self.persistent = not database.in_memory(address)
        self._read_only = read_only
        self._file = database.file_of(address)
        if read_only and self._file is not None and not self._file.is_file():
            raise StoreError(f"there is no file {self._name}; check the path.")
        try:
            self._engine = database.engine_of(address, read_only=read_only)
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{self._name} cannot be opened: its driver is missing: pip install {error.name}"
            ) from error
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
            raise StoreError(f"{self._name} cannot be opened: {error}.") from error
        aside = self._file is not None and not read_only
        # a log in memory has one connection, which threads use in turn
        alone = self._file is not None if read_only else not self.persistent
        self._lock = threading.Lock() if alone else nullcontext()
        self._checkpoints = (
            Checkpoints(database.engine_of(address, makes=False), self._engine) if aside else None
        )
        close = self._engine.dispose if self._checkpoints is None else self._checkpoints.close
        # closed with the last reference to this object, also after an error below
        self._closer = weakref.finalize(self, close)
        with database.explained(self._name, "opened"):
            self.key, self._unchecked = self._prepare()
            if self._checkpoints is not None and self._file is not None:
                database.keep_changes_aside(self._engine)
                self._checkpoints.begin(self._file)
        # an event never changes: what one session has read the others of this process need not
        self._known: weakref.WeakValueDictionary[int, LabelEvent] = weakref.WeakValueDictionary()
        self._newest: LabelEvent | None = None
        self._file_id = database.identity_of(self._file)

    @property
    def file(self) -> Path | None:
        """The SQLite file that the log is in, if it is in one."""
        return self._file

    @property
    def text(self) -> str:
        """Where the log is, in words."""
        return self._name if self.persistent else "in memory, until this kernel stops"

    def __repr__(self) -> str:
        return f"LabelStore({self.text})"

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
        half = chain.own(event)
        with self._writing() as connection:
            # writers take turns, so that events become visible in the order of their seq
            connection.execute(sa.select(META.c.value).where(META.c.key == "log").with_for_update())
            known = connection.execute(sa.select(EVENT.c.seq).where(EVENT.c.uid == event.uid))
            if known.first() is not None:
                return
            before = connection.scalar(
                sa.select(EVENT.c.checksum).order_by(EVENT.c.seq.desc()).limit(1)
            )
            inserted = connection.execute(
                sa.insert(EVENT).values(
                    uid=event.uid,
                    kind=event.kind,
                    name=event.labels[0] if event.kind == "add_class" else event.frame,
                    target=event.target,
                    source=event.source,
                    annotator=event.annotator,
                    time=event.time,
                    checksum=chain.linked(half, before),
                )
            )
            (seq,) = inserted.inserted_primary_key or (0,)
            rows = items_of(event, seq)
            for part in progress.parts(len(rows), "Writing"):
                insert_items(connection, rows[part])
        # what was written need not be read; it is held until another one is
        self._newest = self._known[seq] = replace(event, seq=seq)
        if self._checkpoints is not None:
            self._checkpoints.soon(event=True)

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
            If the database cannot be read, or an event is damaged or missing.
        """
        with self._reading() as connection:
            query = sa.select(EVENT).where(EVENT.c.seq >= after).order_by(EVENT.c.seq)
            events = list(connection.execute(query).all())
            before = None
            if after:  # the one that is known comes first
                if not events or events[0].seq != after:
                    raise self._damaged(after)
                before = events.pop(0).checksum
            else:
                self._check_end(connection, events[-1].seq if events else 0)
            known = {row.seq: self._known.get(row.seq) for row in events}
            new = [seq for seq, event in known.items() if event is None]
            items: dict[int, list[Any]] = {}
            if new:
                columns = (ITEM.c.seq, ITEM.c.id, ITEM.c.label, ITEM.c.probability, ITEM.c.content)
                parts = sa.select(*columns).where(ITEM.c.seq >= new[0])
                parts = parts.order_by(ITEM.c.seq, ITEM.c.place)
                for seq, *item in connection.execute(parts).all():  # one by one takes twice as long
                    items.setdefault(seq, []).append(item)
        read = []
        for row in events:
            event = known[row.seq]
            if event is None:
                try:
                    event = as_event(row, items.get(row.seq, []))
                    whole = is_whole(event, row.checksum, before, self._unchecked)
                except _NO_EVENT as error:
                    raise self._damaged(row.seq) from error
                if not whole:
                    raise self._damaged(row.seq)
            before = row.checksum
            read.append(event)
        self._known.update((event.seq, event) for event in read)
        return read

    @property
    def last(self) -> int:
        """The `seq` of the newest event; 0 in an empty log."""
        with self._reading() as connection:
            return connection.scalar(sa.select(sa.func.max(EVENT.c.seq))) or 0

    def setting(self, name: str) -> str | None:
        """Return a remembered choice, such as the projection shown; None if there is none.

        Parameters
        ----------
        name : str
            What the choice is about.

        Returns
        -------
        str or None

        Raises
        ------
        StoreError
            If it is damaged.
        """
        with self._reading() as connection:
            return schema.value_of(connection, self._name, name)

    def set_setting(self, name: str, value: str) -> None:
        """Remember a choice beside the log, in place of an earlier one of that name.

        Parameters
        ----------
        name, value : str
            What the choice is about, in up to 64 characters, and what was chosen.

        Raises
        ------
        ValueError
            If the log itself keeps something under this name.
        """
        if name in OWN_SETTINGS:
            raise ValueError(f"{name!r} is the log's own; choose another name.")
        with self._writing() as connection:
            schema.set_value(connection, name, value)

    def restore_setting(self, name: str, value: str) -> None:
        """Take over a setting of another log, also one that a log itself keeps.

        Parameters
        ----------
        name, value : str
            As for `set_setting`.
        """
        with self._writing() as connection:
            schema.set_value(connection, name, value)

    @property
    def multi_label(self) -> bool:
        """Whether the items of the log may have several tags."""
        return self.setting(KIND) == MULTI_LABEL

    def set_multi_label(self) -> None:
        """Note that items may have several tags; earlier versions then refuse the log."""
        with self._writing() as connection:
            schema.set_value(connection, "schema", str(database.MULTI_LABEL_SCHEMA))
            schema.set_value(connection, KIND, MULTI_LABEL)

    def bind(self, fingerprint: str, join: Callable[[str | None], str]) -> str:
        """Remember the pool that is labeled; return what is remembered of its items.

        Parameters
        ----------
        fingerprint : str
            Of the pool.
        join : callable
            Gets what is remembered of the items and returns what is to be remembered from now on;
            nobody else writes meanwhile.

        Returns
        -------
        str

        Raises
        ------
        StoreError
            If it could not be written.
        """
        known = self.setting("items")
        if self.setting("pool") == fingerprint and known is not None and join(known) == known:
            return known
        with self._writing() as connection:
            connection.execute(sa.select(META.c.value).where(META.c.key == "log").with_for_update())
            joined = join(schema.value_of(connection, self._name, "items"))
            schema.set_value(connection, "items", joined)
            schema.set_value(connection, "pool", fingerprint)
        return joined

    # without a pool

    def labels(self) -> pd.DataFrame:
        """Return the labels of the log as a table, in the order they were given; no pool is needed.

        Returns
        -------
        DataFrame
            Columns id, label, source, annotator, time (UTC), as in `Session.labels`.

        Raises
        ------
        StoreError
            If the log cannot be read.
        """
        return self._table(details=False)

    def export(self, path: Any, format: str | None = None) -> None:  # noqa: A002
        """Write the labels of the log to a file; no pool is needed.

        Parameters
        ----------
        path : path-like
            A file in ``.csv``, ``.jsonl`` or ``.parquet``.
        format : {"csv", "jsonl", "parquet"}, optional
            The ending of the file decides if it is not given.

        Raises
        ------
        StoreError
            If the log cannot be read.

        See Also
        --------
        nblabel.log.exporting.export_labels : The formats, and the errors.
        """
        from nblabel.log.exporting import export_labels

        export_labels(self._table(details=True), path, format)

    def check_integrity(self) -> Integrity:
        """Look through the whole database for damage.

        Returns
        -------
        Integrity
            A report; its `is_whole` says whether all is well.
        """
        from nblabel.log.integrity import Integrity, check_file

        if self._file is not None:
            return check_file(self._file, self._name)
        try:
            events = self.read()
        except StoreError as error:
            return Integrity(0, 0, (str(error),))
        return Integrity(len(events), sum(event.seq <= self._unchecked for event in events), ())

    def compact(self) -> None:
        """Give the space of a SQLite file that is not in use back to the disk.

        Raises
        ------
        StoreError
            If the log is damaged, cannot be written, or another program has it open.
        """
        self.read()
        if self._checkpoints is None:
            return
        opened = closing(self._engine.raw_connection())
        with database.explained(self._name, "written"), opened as raw:
            raw.cursor().execute("VACUUM")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the database. A log in memory is gone."""
        self._closer()

    # inside

    def _prepare(self) -> tuple[str, int]:
        """Make the tables, or check those that are there."""
        while True:
            alone = self._file is not None and not database.has_wal(self._file)
            try:
                with self._engine.begin() as connection:
                    return schema.prepare(connection, self._name, self._file, alone=alone)
            except schema.CopiedError:
                self._engine.dispose()
                # perhaps another program began to write in this moment
                if self._file is None or not database.has_wal(self._file):
                    raise

    def _table(self, *, details: bool) -> pd.DataFrame:
        from nblabel.log.known import KnownItems
        from nblabel.log.state import LabelState
        from nblabel.log.tables import labels_table
        from nblabel.log.tag_tables import tags_table

        known = KnownItems.of_log(self.setting("items"), self._name)
        state = LabelState((), map(known.present, self.read()), multi_label=self.multi_label)
        made = labels_table if state.tags is None else tags_table
        return made(state, None, details=details)

    def _check_end(self, connection: sa.Connection, last: int) -> None:
        """Check that none is missing at the end: SQLite has the newest `seq` in a table, too."""
        if connection.dialect.name == "sqlite":
            query = "SELECT seq FROM sqlite_sequence WHERE name = 'nblabel_event'"
            newest = connection.exec_driver_sql(query).scalar() or 0
            if newest != last:
                raise self._damaged(max(last, newest))

    def _damaged(self, seq: int) -> StoreError:
        return StoreError(
            f"{self._name} is damaged: event {seq} or the one before it was changed or is missing; "
            f"{REPAIR}"
        )

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        explained = database.explained(self._name, "read")
        with self._lock, explained, self._engine.connect() as connection:
            yield connection.execution_options(nblabel_reading=True)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        if self._read_only:
            raise StoreError(f"{self._name} was opened with read_only=True; open it without.")
        # an open file that was moved or deleted takes writes that nobody finds again
        if database.identity_of(self._file) != self._file_id:
            raise StoreError(
                f"{self._name} was moved, deleted or replaced while it was in use. Put it back, or "
                "run the cell again to begin with the file that is there."
            )
        explained = database.explained(self._name, "written")
        with self._lock, explained, self._engine.begin() as connection:
            yield connection
        if self._checkpoints is not None:
            self._checkpoints.soon()
