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

    @property
    def lines(self) -> list[str]:
        """What differs, in sentences."""
        said = []
        if self.new:
            said.append(f"{counted(len(self.new), 'item')} new: {_some(self.new)}.")
        if self.missing:
            kept = "None of them has a label."
            if self.n_kept:
                kept = f"The log keeps the labels of {self.n_kept:,} until they are back."
            said.append(f"{counted(len(self.missing), 'item')} missing: {_some(self.missing)}.")
            said.append(kept)
        if self.changed:
            said.append(
                f"{counted(len(self.changed), 'item')} changed since the answer, which counts "
                f"still: {_some(self.changed)}."
            )
        return said or ["The pool is the one that the log was used with before."]

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
