"""Keeping the picture of a panel in its notebook up to date, whenever there is time."""

from __future__ import annotations

from typing import Any

from IPython.core.getipython import get_ipython
from PIL import Image

from nblabel.arrays import FloatArray
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.sharing.curves import Curves as Points
from nblabel.sharing.facts import Facts, facts_of
from nblabel.sharing.picture import draw_picture
from nblabel.widget.panel.state import PanelState
from nblabel.widget.view.still import StillOutput
from nblabel.widget.work.curves import Curves
from nblabel.widget.work.home import Home
from nblabel.widget.work.worker import Task, Worker

QUIET = 2.0  # seconds without a change
LONGEST = 20.0  # seconds after a change, however many follow
LANE = "still"


class Still:
    """Draws the picture of a panel some seconds after something changed, in a thread.

    Parameters
    ----------
    session, state, home, worker, curves
    """

    def __init__(
        self, session: Session, state: PanelState, home: Home, worker: Worker, curves: Curves
    ) -> None:
        self._session, self._state, self._home = session, state, home
        self._worker, self._curves = worker, curves
        self._output: StillOutput | None = None
        self._drawn: tuple[Any, ...] = ()
        self._first = self._last = 0.0  # when there was a change
        self._is_due = False
        self._events: Any = None

    def show(self, store: str | None, *, attended: bool) -> None:
        """Begin to keep a picture below the panel.

        Where nobody attends, as nbconvert has it, no page asks for anything, and the kernel ends
        with the last cell: the picture is then that of the end of each cell, and is waited for.
        `store` keeps the labels.
        """
        self._output, self._drawn = StillOutput(store), ()
        events = getattr(get_ipython(), "events", None)
        if not attended and events is not None and self._events is None:
            self._events = events
            events.register("post_run_cell", self._cell_ended)
        self.changed()

    def close(self) -> None:
        """Keep the picture as it is."""
        self._output = None
        if self._events is not None:
            self._events.unregister("post_run_cell", self._cell_ended)
            self._events = None

    def changed(self) -> None:
        """Something may look different: draw it once there is quiet."""
        if self._output is None or self._events is not None or self._home.loop is None:
            return
        self._last = self._home.time()
        if not self._is_due:
            self._is_due, self._first = True, self._last
            self._home.later(QUIET, self._wake)

    def facts(self, *, learn: bool = False) -> Facts:
        """Return what there is to show of the panel.

        Parameters
        ----------
        learn : bool
            Learn from the newest labels, and wait for it; else what was learned last is shown.
        """
        session, state = self._session, self._state
        model: Refit | None = state.model
        if learn and session.predicts:
            model = session.refit(1)
        points = self._curves.points
        found = facts_of(session, model, Points(points["accuracy"], points["confident"]))
        return found.at(*self.place)

    @property
    def place(self) -> tuple[FloatArray | None, str]:
        """The points of the map, None where the items have no place yet, and the projection."""
        is_placed = self._session.embedded.any() or self._state.projection == "custom"
        return self._state.points if is_placed else None, self._state.projection

    def draw(self, *, learn: bool = True) -> Image.Image:
        """Draw the picture now, and bring the one in the notebook up to date."""
        facts = self.facts(learn=learn)
        picture = draw_picture(facts)
        self._put((picture, facts))
        return picture

    def _wake(self) -> None:
        now = self._home.time()
        quiet_at = min(self._last + QUIET, self._first + LONGEST)
        if now < quiet_at:
            self._home.later(quiet_at - now, self._wake)
            return
        self._is_due = False
        if self._key == self._drawn:
            return
        self._drawn = self._key
        work = lambda facts: (draw_picture(facts), facts)  # noqa: E731
        self._worker.run(LANE, Task(work=work, done=self._put, prepare=self.facts), newest=True)

    @property
    def _key(self) -> tuple[Any, ...]:
        """What the picture depends on; nothing is drawn twice."""
        state, model = self._state, self._state.model
        learned = None if model is None else model.version
        return self._session.version, learned, state.n_placed, len(self._curves.points["accuracy"])

    def _put(self, drawn: tuple[Image.Image, Facts] | Exception) -> None:
        if isinstance(drawn, Exception):
            raise drawn  # told in the panel
        if self._output is not None:
            picture, facts = drawn
            self._output.show(picture, " ".join(facts.lines))

    def _draw_now(self) -> None:
        self.draw()

    def _cell_ended(self, *_: object) -> None:
        if self._output is None or self._key == self._drawn:
            return
        self._home.call(self._draw_now)
        self._drawn = self._key
