"""Labels that the model contradicts, asked once more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nblabel.quality.review import find_label_issues
from nblabel.quality.stale import find_stale_labels
from nblabel.session import Session
from nblabel.session.searching import SINGULAR
from nblabel.strategies import Reason
from nblabel.system.format import counted
from nblabel.widget import text
from nblabel.widget.panel.again import last_answer
from nblabel.widget.panel.answers import words_of
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import tags as tag_text
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import Task

if TYPE_CHECKING:
    import pandas as pd

MOST_BY_PEOPLE = 24  # labels of people in one go
MOST_ACCEPTED = 500  # labels of the model in one go
DOUBTFUL = 0.5  # trust below which a label is worth a look


class Review:
    """Which labels are under review; they are open questions until they are answered once more.

    Parameters
    ----------
    session, state
    replica : Replica
        With which they are found.
    want : callable
        Called with items to be asked next, and the reason of each.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        replica: Replica,
        want: Callable[[Sequence[int], Sequence[Reason]], None],
    ) -> None:
        self._session, self._state, self._replica, self._want = session, state, replica, want
        self._task: Task | None = None
        # place in the log, and what was known, at the beginning
        self._before: dict[int, tuple[int, Any]] = {}
        self._text = ""
        self._show()

    def is_open(self, index: int) -> bool:
        """Whether an item is under review and was not answered since that began."""
        if index not in self._before:
            return False
        return last_answer(self._session, index) == self._before[index][0]

    def begin(self, *, accepted: bool = False) -> None:
        """Find contradicted labels, of people or accepted from the model, and ask them next."""
        if self._task is not None:
            return
        self.end()
        self._text = ""
        self._show(running=True)
        task = self._replica.work_out(
            _stale if accepted else contradicted,
            self._done,
            lambda _step, share: self._show(progress=share, running=True),
        )
        if not self._before and not self._text:
            self._task = task

    def again(self, indices: Iterable[int]) -> None:
        """Have items that were answered asked once more; whoever calls this asks them."""
        self.end()
        answers, ids = self._session.state.answers, self._session.pool.ids
        self._before = {
            index: (last_answer(self._session, index), known_of(self._session, index))
            for index in indices
            if ids[index] in answers
        }
        self._text = ""
        self._show()

    def end(self) -> None:
        """Ask no more of them; what was answered stays."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        left = [index for index in self._before if self.is_open(index)]
        self._before, self._state.hints = {}, {}
        if left:
            self._text = ""
            self._want([], [])
        self._show()

    def follow(self) -> None:
        """Something changed: tell how far it is."""
        if self._before:
            n, of = self._n_changed, len(self._before)
            self._text = "" if self._n_left else text.review_done(n, self._called(of))
            self._show()

    def _called(self, n: int) -> str:
        """Return how many labels are under review; with several tags, of how many items."""
        noun = SINGULAR[self._session.pool.kind] if self._session.multi_label else "label"
        return counted(n, noun)

    @property
    def _n_left(self) -> int:
        return sum(map(self.is_open, self._before))

    @property
    def _n_changed(self) -> int:
        return sum(
            known_of(self._session, index) != known for index, (_, known) in self._before.items()
        )

    def _done(self, result: Any) -> None:
        self._task = None
        if isinstance(result, Exception):
            self._text = words_of(result)
            self._show()
            return
        self._take(result)

    def _take(self, table: pd.DataFrame) -> None:
        found: list[dict[str, Any]] = [*table.to_dict("records")]  # type: ignore[list-item]
        items: dict[int, list[dict[str, Any]]] = {}  # with several tags, of several rows
        for row in found:
            if is_so(self._session, row):  # else it was changed meanwhile
                items.setdefault(int(row["index"]), []).append(row)
        self.again(items)
        if not items:
            self._text = tag_text.NO_ISSUES if self._session.multi_label else text.NO_ISSUES
            self._show()
            return
        several = self._session.multi_label
        hint, reason = (hint_of_tags, reason_of_tags) if several else (_hint, _reason)
        self._state.hints = {index: hint(rows) for index, rows in items.items()}
        self._want([*items], [reason(rows) for rows in items.values()])
        self._show()

    def _show(self, *, running: bool = False, progress: float = 0.0) -> None:
        left, total = self._n_left, len(self._before)
        called = self._called(total)
        on = text.review_on(total - left, total, self._n_changed, called) if total else ""
        self._state.show(
            review={
                "running": running,
                "progress": progress,
                "left": left,
                "total": total,
                "text": self._text or on,
            }
        )


def contradicted(replica: Session) -> pd.DataFrame:
    """Return labels that the model and the neighbours contradict, for a thread."""
    table = find_label_issues(replica, n=MOST_BY_PEOPLE).table
    return table[table["trust"] < DOUBTFUL]


def _stale(replica: Session) -> pd.DataFrame:
    """In the thread: accepted labels that the model of now contradicts."""
    return find_stale_labels(replica).table[:MOST_ACCEPTED]


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


def hint_of_tags(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return which tags of an item are contradicted, and by what; see docs/wire.md."""
    doubted = [
        {
            "label": row["tag"],
            "suggestion": row["suggestion"],
            "confidence": round(row["probability"], 4),
        }
        for row in rows
    ]
    return {"doubted": doubted}


def reason_of_tags(rows: Sequence[dict[str, Any]]) -> Reason:
    """Return why an item is asked about again."""
    if "neighbors" not in rows[0]:
        return tag_text.accepted_then((one["tag"], one["label"], one["suggestion"]) for one in rows)
    return tag_text.doubted(
        (one["tag"], one["label"], one["neighbors"], one["suggestion"]) for one in rows
    )


def _hint(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"label": rows[0]["suggestion"], "confidence": round(rows[0]["probability"], 4)}


def _reason(rows: Sequence[dict[str, Any]]) -> Reason:
    row = rows[0]
    if "probability_then" in row:
        return text.accepted_then(row["label"], row["probability_then"], row["suggestion"])
    return text.doubted(row["label"], row["neighbors"], row["suggestion"])
