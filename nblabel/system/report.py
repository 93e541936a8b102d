"""What all reports have in common: sentences to print, figures in a table, both in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


SHOWN = 60  # rows of a table in a notebook, as pandas shows it


class Report:
    """A result in sentences and figures. ``print`` it; a notebook shows the table as well.

    Attributes
    ----------
    lines : sequence of str
        The sentences.
    table : DataFrame
        The figures.
    """

    if TYPE_CHECKING:  # a field of some reports, a property of others

        @property
        def lines(self) -> Sequence[str]: ...

        @property
        def table(self) -> pd.DataFrame: ...

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return as_html(self.lines, self.table)


def as_html(lines: Sequence[str], table: pd.DataFrame, more: str = "") -> str:
    """Return sentences, a table and more HTML below them."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    shown = table.round(4).to_html(border=0, na_rep="", max_rows=SHOWN)
    return f"<div>{paragraphs}{shown}{more}</div>"


def check_session(session: Any) -> None:
    """Say so if what a report is asked of is no session, but a panel, say.

    Raises
    ------
    TypeError
        If it cannot do what a session can.
    """
    if not hasattr(session, "refit"):  # the class itself is not known here
        hint = "pass its .session" if hasattr(session, "session") else "pass a nblabel.Session"
        raise TypeError(f"session is a {type(session).__name__}; {hint}.")
