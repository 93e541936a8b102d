"""Labels that were known before, from a table or a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from nblabel.log.reading import KnownLabels
from nblabel.pool import Pool
from nblabel.system import progress
from nblabel.system.values import QUOTED, similar

SHOWN = 5  # examples in the words of a report

_LISTED = re.compile(r"""\[\s*(['"])([^'"]*)\1\s*\]""")
_INEXACT = re.compile(r"\d\.\d{14,}e\+\d+", re.IGNORECASE)


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows of a table of known labels.

    Attributes
    ----------
    n_rows : int
        Rows of the table.
    n_imported : int
        Items that have a label now because of them.
    unknown_ids : tuple of str
        Ids that no item of the pool has.
    unknown_classes : dict of str to int
        Names that are no class, and how many rows hold each.
    n_empty : int
        Rows without an id or without a label.
    n_by_model : int
        Rows of an exported file whose label is the model's or a prediction: nobody looked at it, so
        it is no known label.
    contradictory : tuple of str
        Ids with several labels in the table; none of them was taken.
    kept : tuple of str
        Ids that a person labeled or flagged, or that had this very label before; left as they were.
    similar_ids, similar_classes : dict of str to str
        For some unknown ids and classes, the one that was probably meant.
    notes : tuple of str
        What is to be said of how a file was read.
    """

    n_rows: int
    n_imported: int
    unknown_ids: tuple[str, ...] = ()
    unknown_classes: dict[str, int] | None = None
    n_empty: int = 0
    contradictory: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    n_by_model: int = 0
    similar_ids: dict[str, str] = field(default_factory=dict)
    similar_classes: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.n_imported:,} items labeled from {self.n_rows:,} rows.", *self.notes]
        if self.unknown_ids:
            ids = [f"{item}{_meant(self.similar_ids, item, ' ({})')}" for item in self.unknown_ids]
            lines.append(f"No item has these ids: {_some(ids)}.")
            if any(map(_INEXACT.search, self.unknown_ids)):
                lines.append(
                    "Long ids came as floating-point numbers and lost digits; read their column as "
                    "text: pandas.read_csv(path, dtype=str)."
                )
        if self.unknown_classes:
            names = [
                f"{name!r} ({n:,} rows{_meant(self.similar_classes, name, ', {}')})"
                for name, n in self.unknown_classes.items()
            ]
            other = "Correct them, or add them" if self.similar_classes else "Add them"
            lines.append(
                f"No classes: {_some(names)}. {other}, by add_class(name) or New class in the "
                "panel, and import again."
            )
        if self.n_empty:
            lines.append(f"Without an id or a label: {self.n_empty:,} rows.")
        if self.n_by_model:
            lines.append(
                f"Labels of the model, not of people: {self.n_by_model:,} rows, left out. To take "
                "them for answers all the same, drop the column 'source'."
            )
        if self.contradictory:
            lines.append(f"More than one label, none taken: {_some(self.contradictory)}.")
        if self.kept:
            lines.append(f"Answered before, left as they were: {_some(self.kept)}.")
        return "\n".join(lines)


def _meant(similar: Mapping[str, str], name: str, words: str) -> str:
    return words.format(f"did you mean {similar[name]!r}?") if name in similar else ""


def _some(names: Collection[str], shown: int = SHOWN) -> str:
    text = ", ".join(list(names)[:shown])
    more = len(names) - shown
    return f"{text} and {more:,} more" if more > 0 else text


def match_labels(
    known: KnownLabels,
    pool: Pool,
    class_of: Callable[[str], str | None],
    classes: Collection[str],
    present: Callable[[str], str | None],
) -> tuple[dict[str, str], ImportReport]:
    """Find which rows name an item and a class.

    Parameters
    ----------
    known : KnownLabels
        As `nblabel.log.reading.read_labels` returns them.
    pool : Pool
        Has the items.
    class_of : callable
        Returns the class that a text stands for, None for none.
    classes : collection of str
        The classes, one of which may have been meant.
    present : callable
        Returns the label an imported item has, "" for an item that a person answered, None for one
        that is free.

    Returns
    -------
    labels : dict of str to str
        Class names by id, of the items to label.
    report : ImportReport
    """
    empty = n_by_model = 0
    unknown_ids: dict[str, None] = {}
    unknown_classes: Counter[str] = Counter()
    found: dict[str, set[str]] = {}
    items = pool.spelled(known.ids)
    for part in progress.parts(len(items), "Matching"):
        rows = zip(items[part], known.labels[part], known.by_model[part], strict=True)
        for given, names, model in rows:
            item = unquoted(given, lambda text: text if text in pool else None)
            labels = [name for name in map(str.strip, names) if name]
            if not given.strip() or not labels:
                empty += 1
            elif model:
                n_by_model += 1
            elif item is None:
                unknown_ids[given.strip()] = None
            else:
                for name in labels:
                    label = unquoted(name, lambda text: class_of(_alone(text)))
                    if label is None:
                        unknown_classes[name] += 1
                    found.setdefault(pool.ids[pool.index_of(item)], set()).add(label or "")
    contradictory = tuple(item for item, names in found.items() if len(names) > 1)
    single = {item: next(iter(names)) for item, names in found.items() if len(names) == 1}
    single = {item: label for item, label in single.items() if label}
    kept = tuple(item for item, label in single.items() if present(item) in ("", label))
    left = set(kept)
    taken = {item: label for item, label in single.items() if item not in left}
    return taken, ImportReport(
        n_rows=len(items),
        n_imported=len(taken),
        unknown_ids=tuple(unknown_ids),
        unknown_classes=dict(unknown_classes),
        n_empty=empty,
        contradictory=contradictory,
        kept=kept,
        n_by_model=n_by_model,
        similar_ids=similar(list(unknown_ids)[:SHOWN], pool.ids),
        similar_classes=similar(unknown_classes, classes),
        notes=known.notes,
    )


def unquoted(text: str, find: Callable[[str], str | None]) -> str | None:
    """Find a text, or what is behind the quote that an export for spreadsheets puts before it."""
    found = find(text)
    if not QUOTED.match(text):
        return found
    behind = find(text[1:])
    if found is not None and behind is not None:
        return None  # it could be either
    return behind if found is None else found


def _alone(text: str) -> str:
    """Return what stands alone in a list that was written as text."""
    listed = _LISTED.fullmatch(text)
    return listed[2] if listed else text
