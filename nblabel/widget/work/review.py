"""Items asked once more: those that somebody wants, and those with contradicted tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nblabel.session import Session
from nblabel.session.searching import SINGULAR
from nblabel.strategies import Reason
from nblabel.system.format import counted
from nblabel.widget import text
from nblabel.widget.panel.again import last_answer
from nblabel.widget.panel.answers import words_of
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import tags as tag_text
from nblabel.widget.work.doubted import contradicted, is_so, known_of, stale
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import Task

if TYPE_CHECKING:
    import pandas as pd

MOST_BY_PEOPLE = 24  # answers of people in one go


class Review:
    """Which items are under review; they are open questions until they are answered once more.

    Labels are reviewed in the gallery; only answers about tags are looked for here.

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
        """Find contradicted answers about tags, and ask their items next.

        Raises
        ------
        ValueError
            If an item has one label.
        """
        if not self._session.multi_label:
            raise ValueError(text.REVIEWED_IN_GALLERY)
        if self._task is not None:
            return
        self.end()
        self._text = ""
        self._show(running=True)
        task = self._replica.work_out(
            stale if accepted else _by_people,
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
        items: dict[int, list[dict[str, Any]]] = {}  # each may have several rows
        for row in found:
            if is_so(self._session, row):  # else it was changed meanwhile
                items.setdefault(int(row["index"]), []).append(row)
        self.again(items)
        if not items:
            self._text = tag_text.NO_ISSUES
            self._show()
            return
        self._state.hints = {index: _hint(rows) for index, rows in items.items()}
        self._want([*items], [_reason(rows) for rows in items.values()])
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


def _by_people(replica: Session) -> pd.DataFrame:
    return contradicted(replica, MOST_BY_PEOPLE)


def _hint(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
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


def _reason(rows: Sequence[dict[str, Any]]) -> Reason:
    """Return why an item is asked about again."""
    if "neighbors" not in rows[0]:
        return tag_text.accepted_then((one["tag"], one["label"], one["suggestion"]) for one in rows)
    return tag_text.doubted(
        (one["tag"], one["label"], one["neighbors"], one["suggestion"]) for one in rows
    )
