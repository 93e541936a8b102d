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


class PlotlyMap:
    """A map with plotly's pan, zoom, lasso and export; slower than the canvas at every update.

    It is a widget beside the panel, which has the legend, the dialog for groups and the hovered
    picture.

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
        points.on_deselect(home.bring(lambda *_: self._tell_selection([])))

    def show_points(self, xy: FloatArray, animate: bool) -> None:
        self._xy = xy
        with self.figure.batch_update():
            self.figure.data[0].update(x=xy[:, 0], y=xy[:, 1])
            self._move_marks()
        self._send({"type": "points", "n": len(xy), "animate": animate}, [])

    def show_colors(self, colors: Colors) -> None:
        steps = max(1, len(colors.palette) - 1)
        scale: list[Any] = []
        for code, color in enumerate(colors.palette):
            # a step for each code; plotly blends between the entries of a scale otherwise
            scale += [[max(0, (code - 0.5) / steps), color], [min(1, (code + 0.5) / steps), color]]
        marker = {"color": colors.codes, "cmin": 0, "cmax": steps, "colorscale": scale}
        self._colors = colors
        # predictions are others now: pictures that the page holds are asked for anew
        self._send({"type": "colors", "palette": colors.palette}, [])
        with self.figure.batch_update():
            self.figure.data[0].marker.update(marker)
            if self._isolated is not None:
                self.figure.data[0].selectedpoints = self._of_color(self._isolated)

    def show_labeled(self, labeled: IntArray) -> None:
        self._labeled = labeled
        with self.figure.batch_update():
            self._move_marks()
        self._send({"type": "labeled"}, [labeled.astype(np.uint32).data])

    def show_front(self, front: list[int]) -> None:
        self._front = front
        with self.figure.batch_update():
            self._move_marks()

    def light(self, code: int | None, indices: IntArray | None) -> None:
        self._isolated = code
        if self._outlined:
            # plotly.py never hears of the outline: for it nothing would change
            self.figure._send_relayout_msg({"selections": []})  # noqa: SLF001  no other way
            self._outlined = False
        self.figure.data[0].selectedpoints = indices if code is None else self._of_color(code)

    def _of_color(self, code: int) -> IntArray:
        assert self._colors is not None
        return np.flatnonzero(self._colors.codes == code)

    def _move_marks(self) -> None:
        if not len(self._xy):
            return
        spots: dict[int, Any] = {1: self._labeled, 2: self._front[1:], 3: self._front[:1]}
        for trace, where in spots.items():
            at = np.asarray(where, dtype=np.intp)
            self.figure.data[trace].update(x=self._xy[at, 0], y=self._xy[at, 1])
        self.figure.data[2].text = [str(number) for number in range(1, len(self._front))]

    def _point_at(self, kind: str, points: Any) -> None:
        if points.point_inds:
            self._act(kind, int(points.point_inds[0]))

    def _selection_made(self, _trace: Any, points: Any, _selector: Any) -> None:
        self._outlined = self._outlined or bool(points.point_inds)
        self._tell_selection(points.point_inds)

    def _tell_selection(self, indices: list[int]) -> None:
        self._send({"type": "select"}, [np.array(indices, dtype=np.uint32).tobytes()])
