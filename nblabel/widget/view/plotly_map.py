"""The map as one plotly FigureWidget, for those who want plotly's own tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
import numpy as np
import plotly.graph_objects as go

from nblabel.arrays import FloatArray, IntArray
from nblabel.plots import map_figure
from nblabel.widget.view.map import Colors, Send
from nblabel.widget.work.home import Home


def live_figure(figure: Any) -> go.FigureWidget:
    """Return a figure for the panel: as wide as its place, with buttons seen in any theme."""
    live = go.FigureWidget(figure)
    live._config = live._config | {"responsive": True}  # noqa: SLF001  no other way
    live.layout.modebar = {
        "bgcolor": "rgba(0,0,0,0)", "color": "#8c8c8c", "activecolor": "#d55e00"
    }  # fmt: skip
    return live


PAUSE = 0.3  # seconds


class Redraw:
    """Draws after a pause: the queue is painted first, and what comes at once is drawn at once.

    Parameters
    ----------
    home : Home
        Where it is drawn; where no event loop runs, without a pause.
    draw : callable
    """

    def __init__(self, home: Home, draw: Callable[[], None]) -> None:
        self._home, self._draw = home, draw
        self._waits = False

    def __call__(self) -> None:
        """Draw soon; once, however often this is called until then."""
        if self._home.loop is None:
            self._draw()
        elif not self._waits:
            self._waits = True
            self._home.later(PAUSE, self._now)

    def _now(self) -> None:
        self._waits = False
        self._draw()


class PlotlyMap:
    """A map with plotly's pan, zoom, lasso and export; slower than the canvas at every update.

    It is a widget beside the panel, which has the legend, the gallery and the hovered picture.

    Parameters
    ----------
    send : callable
        Sends a message of docs/wire.md to the page.
    home : Home
        Where what a person does in the figure is heard.
    act : callable
        Called with "hover" or "show" and the position of a point; -1 where none is under the
        pointer.
    """

    def __init__(self, send: Send, home: Home, act: Callable[[str, int], None]) -> None:
        self._send, self._act = send, act
        self._redraw = Redraw(home, self._draw)
        self._due: set[str] = set()
        self._labeled: IntArray = np.zeros(0, np.intp)
        self._front: list[int] = []
        self._xy: FloatArray = np.zeros((0, 2), dtype=np.float32)
        self._colors: Colors | None = None
        self._isolated: int | None = None
        self._outlined = False  # something was drawn around in the figure
        self.figure = live_figure(map_figure())
        self.widget = ipywidgets.VBox([self.figure])
        self.widget.add_class("nbl-plotly-map")
        points = self.figure.data[0]
        points.hovertemplate, points.hoverinfo = None, "none"  # the panel shows the picture
        points.on_hover(home.bring(lambda _trace, at, _state: self._point_at("hover", at)))
        points.on_unhover(home.bring(lambda *_: self._act("hover", -1)))
        points.on_click(home.bring(lambda _trace, at, _state: self._point_at("show", at)))
        points.on_selection(home.bring(self._selection_made))
        points.on_deselect(home.bring(lambda *_: self._tell_selection([], 0)))

    def show_points(self, xy: FloatArray, animate: bool) -> None:
        self._xy = xy
        self._send({"type": "points", "n": len(xy), "animate": animate}, [])
        self._changed("points", "labeled", "front")

    def show_colors(self, colors: Colors) -> None:
        self._colors = colors
        # predictions are others now: pictures that the page holds are asked for anew
        self._send({"type": "colors", "palette": colors.palette}, [])
        self._changed("colors")

    def show_labeled(self, labeled: IntArray) -> None:
        self._labeled = labeled
        self._send({"type": "labeled"}, [labeled.astype(np.uint32).data])
        self._changed("labeled")

    def show_front(self, front: list[int]) -> None:
        self._front = front
        self._changed("front")

    def light(self, code: int | None, indices: IntArray | None) -> None:
        self._isolated = code
        if self._outlined:
            # plotly.py never hears of the outline: for it nothing would change
            self.figure._send_relayout_msg({"selections": []})  # noqa: SLF001  no other way
            self._outlined = False
        points, wanted = self.figure.data[0], indices if code is None else self._of_color(code)
        if wanted is not None and np.array_equal(points.selectedpoints, wanted):
            points.selectedpoints = None  # plotly.py sends only what is new to it
        points.selectedpoints = wanted

    def _of_color(self, code: int) -> IntArray:
        assert self._colors is not None
        return np.flatnonzero(self._colors.codes == code)

    def _changed(self, *what: str) -> None:
        self._due.update(what)
        self._redraw()

    def _draw(self) -> None:
        """Draw what changed, all at once: plotly draws all points anew for each change."""
        if not len(self._xy):
            return
        due, self._due = self._due, set()
        with self.figure.batch_update():
            if "points" in due:
                self._place(0, slice(None))
            if "colors" in due and self._colors is not None:
                self._paint(self._colors)
            if "labeled" in due:
                self._place(1, self._labeled)
            if "front" in due:
                self._place(2, np.asarray(self._front[1:], np.intp))
                self._place(3, np.asarray(self._front[:1], np.intp))
                self.figure.data[2].text = [str(number) for number in range(1, len(self._front))]

    def _place(self, trace: int, which: IntArray | slice) -> None:
        self.figure.data[trace].update(x=self._xy[which, 0], y=self._xy[which, 1])

    def _paint(self, colors: Colors) -> None:
        steps = max(1, len(colors.palette) - 1)
        scale: list[Any] = []
        for code, color in enumerate(colors.palette):
            # a step for each code; plotly blends between the entries of a scale otherwise
            scale += [[max(0, (code - 0.5) / steps), color], [min(1, (code + 0.5) / steps), color]]
        points = self.figure.data[0]
        points.marker.update(color=colors.codes, cmin=0, cmax=steps, colorscale=scale)
        if self._isolated is not None:
            points.selectedpoints = self._of_color(self._isolated)

    def _point_at(self, kind: str, points: Any) -> None:
        if points.point_inds:
            self._act(kind, int(points.point_inds[0]))

    def _selection_made(self, _trace: Any, points: Any, _selector: Any) -> None:
        inside: list[int] = points.point_inds
        self._outlined = self._outlined or bool(inside)
        seen = inside
        if self._isolated is not None:  # what the legend hides is not meant
            shown = self._of_color(self._isolated)
            seen = np.intersect1d(inside, shown).tolist()
            self.figure.data[0].selectedpoints = seen or shown
        self._tell_selection(seen, len(inside) - len(seen))

    def _tell_selection(self, indices: list[int], n_hidden: int) -> None:
        content = {"type": "select"} | ({"hidden": n_hidden} if n_hidden else {})
        self._send(content, [np.array(indices, dtype=np.uint32).tobytes()])
