"""Labels that the model contradicts: which there are, what it suggests, and which are settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.quality.review import find_label_issues
from nblabel.quality.stale import find_stale_labels
from nblabel.session import Session
from nblabel.widget import text
from nblabel.widget.panel.again import last_answer

if TYPE_CHECKING:
    import pandas as pd

MOST = 500  # labels in one go
DOUBTFUL = 0.5  # trust below which a label is worth a look


def contradicted(replica: Session, n: int = MOST) -> pd.DataFrame:
    """Return labels that the model and the neighbours contradict, for a thread."""
    table = find_label_issues(replica, n=n).table
    return table[table["trust"] < DOUBTFUL]


def stale(replica: Session) -> pd.DataFrame:
    """Return accepted labels that the model of now contradicts, for a thread."""
    return find_stale_labels(replica).table[:MOST]


def known_of(session: Session, index: int) -> Any:
    """Return what is known of an item: its label, or the answers about its tags."""
    item = session.pool.ids[index]
    if session.state.tags is not None:
        (codes,) = session.state.tags.codes([item], session.classes).tolist()
        return [code if code < 0 else code & 1 for code in codes]  # whoever said so
    answer = session.state.answers.get(item)
    return None if answer is None else answer.label


def is_so(session: Session, row: dict[str, Any]) -> bool:
    """Return whether a label is still the one that was found."""
    known = known_of(session, int(row["index"]))
    if "tag" not in row:
        return bool(known == row["label"])
    tag = row["tag"]
    return tag in session.classes and known[session.classes.index(tag)] == (row["label"] == "yes")


@dataclass(frozen=True, eq=False)
class Doubted:
    """What the gallery shows to be reviewed: settled once it is answered again.

    Attributes
    ----------
    answers : dict of int to int
        Positions, the least trusted label first, and the place in the log of the last answer.
    suggestions : dict of int to dict
        What the model predicts instead, by position; with several tags, nothing.
    """

    answers: dict[int, int]
    suggestions: dict[int, dict[str, Any]]

    @classmethod
    def of(cls, session: Session, table: pd.DataFrame) -> Doubted:
        """Take what was found in a thread, but for what was changed meanwhile."""
        found: list[dict[str, Any]] = [*table.to_dict("records")]  # type: ignore[list-item]
        rows = [row for row in found if is_so(session, row)]
        places = dict.fromkeys(int(row["index"]) for row in rows)  # a tag has a row of its own
        answers = {index: last_answer(session, index) for index in places}
        made = [] if session.multi_label else [_suggestion(row) for row in rows]
        return cls(answers, {one["index"]: one for one in made})

    @property
    def rows(self) -> IntArray:
        """The positions, the least trusted label first."""
        return np.fromiter(self.answers, dtype=np.intp, count=len(self.answers))

    def settled(self, session: Session) -> IntArray:
        """Return the positions of those that were answered again, or whose answer is gone."""
        changed = [row for row, seq in self.answers.items() if last_answer(session, row) != seq]
        return np.array(changed, dtype=np.intp)


def _suggestion(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is suggested for a label, and why, as docs/wire.md has it."""
    label, suggestion = row["label"], row["suggestion"]
    if "probability_then" in row:
        why = text.accepted_then(label, row["probability_then"], suggestion)
    else:
        why = text.doubted(label, row["neighbors"], suggestion)
    return {
        "index": int(row["index"]),
        "label": suggestion,
        "confidence": round(row["probability"], 4),
        "why": why.text,
    }
