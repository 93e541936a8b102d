"""A second look in the panel: labels that the model contradicts are asked once more."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nblabel.quality.recheck import recheck
from nblabel.quality.review import second_look
from nblabel.session import Session
from nblabel.strategies import Reason
from nblabel.widget.aside import Aside, Errand
from nblabel.widget.finish import Panel
from nblabel.widget.items import Items

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = 24  # labels of people in one go
MOST_ACCEPTED = 500  # labels of the machine in one go
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
        return self._last_seq(index) == self._before[index][0]

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

    def begin(self, *, accepted: bool = False) -> None:
        """Find the doubtful labels, of people or those accepted from the machine; ask them next."""
        if self._errand is not None:
            return
        self.end()
        self._text = ""

        def done(result: Any) -> None:
            self._errand = None
            if isinstance(result, Exception):
                self._show(text=str(result))
                return
            self._take(result)

        def heard(_step: str, share: float) -> None:
            self._show(progress=share, running=True)

        self._show(running=True)
        errand = self._aside.send(_contradicted if accepted else _doubtful, done, heard)
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
        self._text = "" if self._n_left else f"Second look done: {self._changed_text()}"
        self._show()

    def _last_seq(self, index: int) -> int:
        """Return the place in the log of the last answer to an item; one that was passed over is answered."""
        told = self._session.state.history(self._session.pool.ids[index])
        return told[-1].seq if told else 0

    def _take(self, table: pd.DataFrame) -> None:
        answers, ids = self._session.state.answers, self._session.pool.ids
        told = {
            int(index): label for index, label in zip(table["index"], table["label"], strict=True)
        }
        known = {index: answers.get(ids[index]) for index in told}
        self._before = {
            index: (self._last_seq(index), told[index])
            for index, answer in known.items()
            if answer is not None and answer.label == told[index]  # else it was changed meanwhile
        }
        rows = [row for row in table.to_dict("records") if row["index"] in self._before]
        if not rows:
            self._text = "No label is contradicted by the model."
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


def _doubtful(twin: Session) -> pd.DataFrame:
    """In the worker thread: labels that the model and the neighbours contradict."""
    table = second_look(twin, LOOKED_AT)
    return table[table["trust"] < DOUBTFUL]


def _contradicted(twin: Session) -> pd.DataFrame:
    """In the worker thread: accepted labels that the model of now contradicts."""
    return recheck(twin).table[:MOST_ACCEPTED]


def _reason(row: dict[str, Any]) -> Reason:
    if "sure" in row:
        sure = "" if math.isnan(row["sure"]) else f", {100 * row['sure']:.0f}\u00a0% sure then"
        return Reason(
            f"Accepted from the machine as {row['label']}{sure}; now the model says {row['suggestion']}."
        )
    share = row["neighbors"]
    agree = "" if math.isnan(share) else f", and {100 * share:.0f}\u00a0% of its neighbours agree"
    if row["suggestion"] == row["label"]:
        return Reason(f"Labeled {row['label']}: the model says so, too{agree}.")
    return Reason(
        f"Labeled {row['label']}{agree}; without this label the model says {row['suggestion']}."
    )
