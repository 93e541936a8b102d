"""Labels that the model contradicts, asked once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from nblabel.quality.review import find_label_issues
from nblabel.quality.stale import find_stale_labels
from nblabel.session import Session
from nblabel.strategies import Reason
from nblabel.widget import text
from nblabel.widget.panel.again import last_answer
from nblabel.widget.panel.answers import words_of
from nblabel.widget.panel.state import PanelState
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
        self._before: dict[
            int, tuple[int, str | None]
        ] = {}  # place in the log and label at the beginning
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

    def again(self, indices: Sequence[int]) -> None:
        """Have items that were answered asked once more; whoever calls this asks them."""
        self.end()
        answers, ids = self._session.state.answers, self._session.pool.ids
        known = {index: answers.get(ids[index]) for index in indices}
        self._before = {
            index: (last_answer(self._session, index), answer.label)
            for index, answer in known.items()
            if answer is not None
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
            self._text = "" if self._n_left else text.review_done(n, of)
            self._show()

    @property
    def _n_left(self) -> int:
        return sum(map(self.is_open, self._before))

    @property
    def _n_changed(self) -> int:
        labels = self._session.state.answers
        now = {index: labels.get(self._session.pool.ids[index]) for index in self._before}
        return sum(
            answer is None or answer.label != self._before[index][1]
            for index, answer in now.items()
        )

    def _done(self, result: Any) -> None:
        self._task = None
        if isinstance(result, Exception):
            self._text = words_of(result)
            self._show()
            return
        self._take(result)

    def _take(self, table: pd.DataFrame) -> None:
        answers, ids = self._session.state.answers, self._session.pool.ids
        labels = {
            int(index): label for index, label in zip(table["index"], table["label"], strict=True)
        }
        known = {index: answers.get(ids[index]) for index in labels}
        self._before = {
            index: (last_answer(self._session, index), labels[index])
            for index, answer in known.items()
            if answer is not None and answer.label == labels[index]  # else it was changed meanwhile
        }
        found: list[dict[str, Any]] = [*table.to_dict("records")]  # type: ignore[list-item]
        rows = [row for row in found if row["index"] in self._before]
        if not rows:
            self._text = text.NO_ISSUES
            self._show()
            return
        self._state.hints = {
            row["index"]: {"label": row["suggestion"], "confidence": round(row["probability"], 4)}
            for row in rows
        }
        self._want([row["index"] for row in rows], [_reason(row) for row in rows])
        self._show()

    def _show(self, *, running: bool = False, progress: float = 0.0) -> None:
        left, total = self._n_left, len(self._before)
        on = text.review_on(total - left, total, self._n_changed) if total else ""
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


def _reason(row: dict[str, Any]) -> Reason:
    if "probability_then" in row:
        return text.accepted_then(row["label"], row["probability_then"], row["suggestion"])
    return text.doubted(row["label"], row["neighbors"], row["suggestion"])
