"""What is in the database of a log from the beginning: its tables, its name, and its settings."""

from __future__ import annotations

import uuid
from pathlib import Path

import sqlalchemy as sa

from nblabel.log import chain, database
from nblabel.log.database import (
    EVENT,
    META,
    MULTI_LABEL_SCHEMA,
    REPAIR,
    SCHEMA_VERSION,
    StoreError,
)


class CopiedError(StoreError):
    """A file was copied without what lay beside it."""


def value_of(connection: sa.Connection, name: str, key: str) -> str | None:
    """Return a setting of the log of this name; None if there is none.

    Raises
    ------
    StoreError
        If it is not what was written.
    """
    found = connection.execute(
        sa.select(META.c.value, META.c.checksum).where(META.c.key == key)
    ).first()
    if found is None:
        return None
    value, checksum = str(found.value), found.checksum
    if checksum not in (None, chain.of_setting(key, value)):
        raise StoreError(f"{name} is damaged: the setting {key!r} was changed; {REPAIR}")
    return value


def set_value(connection: sa.Connection, key: str, value: str) -> None:
    """Put a setting in the place of an earlier one."""
    connection.execute(sa.delete(META).where(META.c.key == key))
    row = {"key": key, "value": value, "checksum": chain.of_setting(key, value)}
    connection.execute(sa.insert(META).values(row))


def note_whole(connection: sa.Connection, *, again: bool = False) -> None:
    """Note up to which event the file of a log is whole; see `nblabel.log.checkpoints`.

    Or write what was noted once more.
    """
    noted = connection.scalar(sa.select(META.c.value).where(META.c.key == "whole"))
    last = noted if again else connection.scalar(sa.select(sa.func.max(EVENT.c.seq))) or 0
    if last is not None and (again or noted != str(last)):
        set_value(connection, "whole", str(last))


def _check_copied(connection: sa.Connection, name: str, file: Path) -> None:
    """Refuse a file that was copied without what lay beside it."""
    whole = value_of(connection, name, "whole")
    last = str(connection.scalar(sa.select(sa.func.max(EVENT.c.seq))) or 0)
    if whole not in (None, last):
        raise CopiedError(
            f"{name} was copied while labels were written, without the file beside it whose name "
            f"ends in -wal and which holds the last of them. Copy that, too, as "
            f"{database.wal_of(file).name}; or copy again once nobody labels. To go on without "
            "them: nblabel.recover(path, new_path)."
        )


def prepare(
    connection: sa.Connection, name: str, file: Path | None, *, alone: bool
) -> tuple[str, int]:
    """Make the tables, or check those that are there.

    Parameters
    ----------
    connection : Connection
        That may write.
    name : str
        What the log is called.
    file : Path or None
        Where it is, if it is in a file.
    alone : bool
        Whether nothing lay beside the file that is not in it yet.

    Returns
    -------
    key : str
        Of the log.
    unchecked : int
        The `seq` of the last event that has no checksum.

    Raises
    ------
    StoreError
        If it is no log, damaged, or of a newer version.
    """
    if connection.dialect.name == "postgresql":  # two may begin at once
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(database.BEGINNING)))
    tables = sa.inspect(connection).get_table_names()
    if META.name not in tables:
        if tables and connection.dialect.name == "sqlite":
            raise StoreError(f"{name} is a database of another program; name another file.")
        mode = "" if file is None else connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        # the tables are made before a file begins to keep its changes beside it
        if file is not None and mode == "wal" and alone:
            raise CopiedError(
                f"{name} was copied while it was in use, without the file beside it whose name "
                f"ends in -wal and which holds all of the labels; copy that, too, as "
                f"{database.wal_of(file).name}."
            )
        database.metadata.create_all(connection)
        key = uuid.uuid4().hex
        for own, value in (("schema", str(SCHEMA_VERSION)), ("log", key), ("whole", "0")):
            set_value(connection, own, value)
        return key, 0
    rows = connection.execute(sa.select(META.c.key, META.c.value))
    stored: dict[str, str] = {row.key: str(row.value) for row in rows}
    if "log" not in stored or not stored.get("schema", "").isdecimal():
        raise StoreError(f"{name} is damaged; {REPAIR}")
    if int(stored["schema"]) > MULTI_LABEL_SCHEMA:
        raise StoreError(
            f"{name} was written by a newer nblabel (schema {stored['schema']}; this "
            f"version reads up to {MULTI_LABEL_SCHEMA}). Upgrade: pip install --upgrade nblabel."
        )
    if int(stored["schema"]) < SCHEMA_VERSION:
        _upgrade(connection, stored)
    value_of(connection, name, "schema")
    if file is not None and alone:
        _check_copied(connection, name, file)
    elif file is not None:
        note_whole(connection)
    unchecked = value_of(connection, name, "unchecked")
    return value_of(connection, name, "log") or "", int(unchecked or 0)


def _upgrade(connection: sa.Connection, stored: dict[str, str]) -> None:
    """Bring a log of schema 1 to the present one; its events stay as they are."""
    columns = sa.inspect(connection).get_columns
    for table, name in database.ADDED:
        if name not in {column["name"] for column in columns(table.name)}:
            kind = table.c[name].type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {name} {kind}")
    last = connection.scalar(sa.select(sa.func.max(EVENT.c.seq))) or 0
    stored = {**stored, "schema": str(SCHEMA_VERSION), "unchecked": str(last)}
    for key, value in stored.items():
        set_value(connection, key, value)
