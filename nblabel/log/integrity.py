"""Whether the SQLite file of a log is whole, and what can be read of a damaged one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from nblabel.log import chain, database
from nblabel.log.events import LabelEvent
from nblabel.log.rows import as_event, is_whole
from nblabel.system.format import count, counted
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

GAP = 1_000  # places without an event, after which no more are looked for
SHOWN = 5  # problems in words

_EVENT = "SELECT seq, uid, kind, name, target, source, annotator, time, {} FROM nblabel_event"
_ITEM = "SELECT id, label, probability, {} FROM nblabel_event_item WHERE seq = ? ORDER BY place"


@dataclass(frozen=True, repr=False)
class Integrity(Report):
    """What was found in the database of a log.

    Attributes
    ----------
    n_events : int
        Events that could be read.
    n_unchecked : int
        Those among them of earlier versions, which have no checksum.
    problems : tuple of str
        What is damaged.
    """

    n_events: int
    n_unchecked: int
    problems: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is damaged."""
        return not self.problems

    @property
    def lines(self) -> list[str]:
        """What was found, in sentences."""
        lines = [f"{counted(self.n_events, 'event')} read."]
        if self.n_unchecked:
            lines.append(f"{count(self.n_unchecked)} of them have no checksum: written before.")
        if self.is_whole:
            return [*lines, "The log is whole."]
        more = len(self.problems) - SHOWN
        lines += [f"Damaged: {problem}." for problem in self.problems[:SHOWN]]
        if more > 0:
            lines.append(f"And {count(more)} more.")
        return [*lines, "To save what is whole: nblabel.recover(path, new_path)."]

    @property
    def table(self) -> pd.DataFrame:
        """The problems: DataFrame with the column problem."""
        import pandas as pd

        return pd.DataFrame({"problem": list(self.problems)}, dtype=object)


def check_file(file: Path, name: str) -> Integrity:
    """Look through the whole SQLite file of a log for damage."""
    problems: list[str] = []
    events: list[LabelEvent] = []
    n_unchecked = 0
    with closing(opened(file, name)) as connection:
        try:
            rows = connection.execute("PRAGMA integrity_check").fetchall()
            problems += [str(row[0]) for row in rows if row[0] != "ok"]
        except sqlite3.Error as error:
            problems.append(str(error))
        found = DamagedFile(connection)
        for seq, event, linked in found.events():
            if event is None:
                problems.append(f"event {seq} was changed or is missing")
                continue
            events.append(event)
            n_unchecked += seq <= found.unchecked
            if not linked:
                problems.append(f"the event before {seq} was changed or is missing")
        problems += [f"the setting {key!r} was changed" for key in found.changed_settings()]
    return Integrity(len(events), n_unchecked, tuple(dict.fromkeys(problems)))


def opened(file: Path, name: str) -> sqlite3.Connection:
    """Open a SQLite file to read it."""
    with database.explained(name, "read"):
        return database.open_to_read(file)


class DamagedFile:
    """A SQLite file of which any part may be damaged: each row is read by itself."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._has_checksums = self._try("SELECT checksum FROM nblabel_event LIMIT 1") is not None
        self.unchecked = 0 if self._has_checksums else 2**63
        """The place of the last event without a checksum."""
        with suppress(TypeError, ValueError):
            for row in self._try("SELECT value FROM nblabel_meta WHERE key = 'unchecked'") or []:
                self.unchecked = int(row[0])

    def events(self) -> Iterator[tuple[int, LabelEvent | None, bool]]:
        """Return each place in the log, its event if it is whole, and whether it follows on."""
        before: str | None = None
        for seq in self._places():
            row, items = self._row(seq)
            event = None if row is None else _whole_event(row, items, self.unchecked)
            linked = event is not None and (
                row.checksum is None or is_whole(event, row.checksum, before, self.unchecked)
            )
            before = None if row is None else row.checksum
            yield seq, event, linked

    def settings(self) -> dict[str, str]:
        """Return the settings that are whole."""
        return {key: value for key, value, whole in self._settings() if whole}

    def changed_settings(self) -> list[str]:
        """Return the names of settings that are not what was written."""
        return [key for key, _, whole in self._settings() if not whole]

    def _settings(self) -> Iterator[tuple[str, str, bool]]:
        column = "checksum" if self._has_checksums else "NULL"
        query = f"SELECT key, value, {column} FROM nblabel_meta"  # noqa: S608  a fixed name
        for key, value, checksum in self._try(query) or []:
            if isinstance(key, str) and isinstance(value, str):
                yield key, value, checksum in (None, chain.of_setting(key, value))

    def _places(self) -> Iterator[int]:
        last = 0
        for query in (
            "SELECT max(seq) FROM nblabel_event",
            "SELECT seq FROM sqlite_sequence WHERE name = 'nblabel_event'",
            "SELECT max(seq) FROM nblabel_event_item",
        ):
            rows = self._try(query) or [(0,)]
            if isinstance(rows[0][0], int):
                last = max(last, rows[0][0])
        missing = 0
        for seq in range(1, last + 1):
            there = self._try("SELECT 1 FROM nblabel_event WHERE seq = ?", seq)
            missing = 0 if there else missing + 1
            if missing > GAP:
                return
            yield seq

    def _row(self, seq: int) -> tuple[Any, list[Any]]:
        checksum, content = ("checksum", "content") if self._has_checksums else ("NULL", "NULL")
        rows = self._try(f"{_EVENT.format(checksum)} WHERE seq = ?", seq)
        items = self._try(_ITEM.format(content), seq)
        if not rows or items is None:
            return None, []
        names = ("seq", "uid", "kind", "name", "target", "source", "annotator", "time", "checksum")
        return SimpleNamespace(**dict(zip(names, rows[0], strict=True))), items

    def _try(self, query: str, *values: Any) -> list[Any] | None:
        """Return the rows of a query; None if they cannot be read."""
        try:
            return self._connection.execute(query, values).fetchall()
        except (sqlite3.Error, OverflowError):
            return None


def _whole_event(row: Any, items: list[Any], unchecked: int) -> LabelEvent | None:
    """Return an event, unless it is not what was written."""
    try:
        event = as_event(row, items)
        if event.seq <= unchecked:
            return event if row.checksum is None else None
        return event if row.checksum[: chain.HALF] == chain.own(event) else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
