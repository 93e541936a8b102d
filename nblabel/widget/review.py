"""A second look in the panel: labels that model and neighbours contradict are asked once more."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from nblabel.quality.review import second_look
from nblabel.session import Session
from nblabel.strategies import Reason
from nblabel.widget.aside import Aside, Errand
from nblabel.widget.finish import Panel
from nblabel.widget.items import Items

LOOKED_AT = 24  # labels in one go
DOUBTFUL = 0.5  # trust below which a label is worth a look


class Review:
    """Which labels are under review; they are open questions until they are answered once more.

    Parameters
    ----------
    session : Session
    aside : Aside
        Where the doubtful ones are found.
    items : Items
        Is told what the model says of them without their labels.
    panel : Panel
        Asks them.
    tell : callable
        Called with the state of docs/wire.md whenever it changed.
    """

    def __init__(
        self,
        session: Session,
        aside: Aside,
        items: Items,
        panel: Panel,
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self._session, self._aside, self._items, self._panel = session, aside, items, panel
        self._tell = tell
        self._errand: Errand | None = None
        self._before: dict[int, tuple[int, str]] = {}  # place in the log and label at the beginning
        self._text = ""

    def is_open(self, index: int) -> bool:
        """Whether an item is under review and was not answered since that began."""
        if index not in self._before:
            return False
        answer = self._session.state.answers.get(self._session.pool.ids[index])
        return answer is not None and answer.event.seq == self._before[index][0]

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

    def begin(self) -> None:
        """Find the doubtful labels and ask them next."""
        if self._errand is not None:
            return
        self.end()
        self._text = ""

        def done(result: Any) -> None:
            self._errand = None
            if isinstance(result, Exception):
                self._show(text=str(result))
                return
            doubtful = result[result["trust"] < DOUBTFUL]
            self._take(doubtful)

        def heard(_step: str, share: float) -> None:
            self._show(progress=share, running=True)

        self._show(running=True)
        errand = self._aside.send(lambda twin: second_look(twin, LOOKED_AT), done, heard)
        if not self._before and not self._text:
            self._errand = errand

    def end(self) -> None:
        """Ask no more of them; what was answered stays."""
        if self._errand is not None:
            self._errand.cancel()
            self._errand = None
        left = [index for index in self._before if self.is_open(index)]
        self._before, self._items.hints = {}, {}
        if left:
            self._text = ""
            self._panel.want([], [])
        self._show()

    def follow(self) -> None:
        """Something changed: tell how far it is."""
        if not self._before:
            return
        if not self._n_left:
            self._text = f"Second look done: {self._changed_text()}"
        self._show()

    def _take(self, table: Any) -> None:
        answers, ids = self._session.state.answers, self._session.pool.ids
        indices = [int(index) for index in table["index"]]
        known = {index: answers.get(ids[index]) for index in indices}
        self._before = {
            index: (answer.event.seq, answer.label)
            for index, answer in known.items()
            if answer is not None and answer.label is not None  # else it was taken back meanwhile
        }
        rows = [row for row in table.to_dict("records") if row["index"] in self._before]
        if not rows:
            self._text = "No label is contradicted by the model and its neighbours."
            self._show()
            return
        self._items.hints = {
            row["index"]: {"label": row["suggestion"], "confidence": round(row["probability"], 4)}
            for row in rows
        }
        self._panel.want([row["index"] for row in rows], [_reason(row) for row in rows])
        self._show()

    def _changed_text(self) -> str:
        n, of = self._n_changed, len(self._before)
        return f"{n:,} of {of:,} {'label' if of == 1 else 'labels'} changed."

    def _show(self, *, running: bool = False, progress: float = 0.0, text: str = "") -> None:
        self._text = text or self._text
        left, total = self._n_left, len(self._before)
        self._tell(
            {
                "running": running,
                "progress": progress,
                "left": left,
                "total": total,
                "text": self._text
                or (
                    f"{total - left:,} of {total:,} looked at again; {self._changed_text()}"
                    if total
                    else ""
                ),
            }
        )


def _reason(row: dict[str, Any]) -> Reason:
    share = row["neighbors"]
    agree = "" if math.isnan(share) else f", and {100 * share:.0f}\u00a0% of its neighbours agree"
    if row["suggestion"] == row["label"]:
        return Reason(f"Labeled {row['label']}: the model says so, too{agree}.")
    return Reason(
        f"Labeled {row['label']}{agree}; without this label the model says {row['suggestion']}."
    )
