"""Events as rows of the database, and back."""

from __future__ import annotations

from itertools import chain as joined
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from nblabel.log import chain
from nblabel.log.database import ITEM
from nblabel.log.events import Kind, LabelEvent, Source

COLUMNS = ("seq", "place", "id", "label", "probability", "content")
BY_PLACE = str(sa.insert(ITEM).compile(dialect=sqlite.dialect()))  # in the order of the columns
AT_ONCE = 150  # rows of one statement; older versions of SQLite take 999 values
MANY_BY_PLACE = ", ".join([BY_PLACE] + [BY_PLACE.partition("VALUES ")[2]] * (AT_ONCE - 1))


def insert_items(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
    """Write rows of items; of SQLite without the detour of names, which takes as long again.

    Many go into one statement: each takes the lock of the interpreter anew, which other threads
    want, too.
    """
    if connection.dialect.name != "sqlite":
        named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        connection.execute(sa.insert(ITEM), named)
        return
    n_together = len(rows) - len(rows) % AT_ONCE
    if n_together:
        # in one call of the driver; the values of the statement are those of its rows
        starts = range(0, n_together, AT_ONCE)
        values = [tuple(joined.from_iterable(rows[at : at + AT_ONCE])) for at in starts]
        connection.exec_driver_sql(MANY_BY_PLACE, values)
    if n_together < len(rows):
        connection.exec_driver_sql(BY_PLACE, rows[n_together:])


def items_of(event: LabelEvent, seq: int) -> list[tuple[Any, ...]]:
    """Return the rows of the items of an event, as `COLUMNS` names their values."""
    if not event.ids:
        return []
    nothing = (None,) * len(event.ids)
    columns = (
        event.ids,
        event.labels or nothing,
        event.probabilities or nothing,
        event.contents or nothing,
    )
    n = len(event.ids)
    return list(zip((seq,) * n, range(n), *columns, strict=True))


def is_whole(event: LabelEvent, checksum: str | None, before: str | None, unchecked: int) -> bool:
    """Return whether an event is what was written, and the one before it, too.

    Parameters
    ----------
    event : LabelEvent
    checksum, before : str or None
        The checksums that stand with it, and with the one before it.
    unchecked : int
        The `seq` of the last event that has none.
    """
    if event.seq <= unchecked:
        return checksum is None
    return checksum == chain.linked(chain.own(event), before)


def as_event(row: Any, items: list[Any]) -> LabelEvent:
    """Return an event from its row and those of its items: id, label, probability, content."""
    ids, labels, probabilities, contents = zip(*items, strict=True) if items else ((),) * 4
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
        contents=_known(contents),
        uid=row.uid,
        time=row.time,
        seq=row.seq,
    )


def _known(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value for value in values if value is not None)
