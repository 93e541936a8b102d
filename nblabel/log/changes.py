"""What differs in a pool from the one that a log was used with before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nblabel.system.format import counted
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 3  # ids in the words


@dataclass(frozen=True, repr=False)
class PoolChanges(Report):
    """What differs in a pool from the one that its log was used with before.

    Attributes
    ----------
    new : tuple of str
        Ids of items that the log did not know when the session began.
    missing : tuple of str
        Ids of items that the log knows and the pool has not. What was answered about them stays in
        the log, and counts again when they are back.
    changed : tuple of str
        Ids of items in which there is something else than when a person answered. Their answers
        count.
    n_kept : int
        How many of the missing items have a label.
    """

    new: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    n_kept: int = 0

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.new or self.missing or self.changed)

    @property
    def lines(self) -> list[str]:
        """What differs, in sentences."""
        differ = {"new": self.new, "missing": self.missing, "changed": self.changed}
        if not self:
            return ["The pool is the one that the log was used with before."]
        parts = [f"{len(ids):,} {name}" for name, ids in differ.items() if ids]
        lines = [f"Items since the log was used before: {', '.join(parts)}."]
        lines += [f"{name.capitalize()}: {_some(ids)}." for name, ids in differ.items() if ids]
        if self.n_kept:
            lines.append(
                f"Labels of {counted(self.n_kept, 'missing item')} stay in the log, and count "
                "again when the items are back."
            )
        if self.changed:
            lines.append(
                "The answers about changed items count still. To ask them again in a panel: "
                "panel.show_next(session.pool.indices_of(session.changes.changed), again=True)."
            )
        return lines

    @property
    def table(self) -> pd.DataFrame:
        """DataFrame with the columns id and change: "new", "missing" or "changed"."""
        import pandas as pd

        named = (("new", self.new), ("missing", self.missing), ("changed", self.changed))
        pairs = [(item, name) for name, items in named for item in items]
        return pd.DataFrame(pairs, columns=["id", "change"], dtype=object)


def _some(ids: tuple[str, ...]) -> str:
    more = len(ids) - SHOWN
    return ", ".join(map(repr, ids[:SHOWN])) + (f" and {more:,} more" if more > 0 else "")
