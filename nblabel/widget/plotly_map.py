"""The map as one plotly FigureWidget, for those who want plotly's own tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import plotly.graph_objects as go
import traitlets as t

from nblabel.arrays import FloatArray, IntArray
from nblabel.plots import map_figure
from nblabel.widget.assets import script, style
from nblabel.widget.mailbox import Mailbox, at_home
from nblabel.widget.map import COLOR_MODES, Colors, Side, with_positions
from nblabel.widget.training import TOLD


def live_figure(figure: Any) -> go.FigureWidget:
    """Return a figure for the panel: as wide as its place, with buttons seen in a light and a dark theme."""
    live = go.FigureWidget(figure)
    live._config = live._config | {"responsive": True}  # noqa: SLF001  no other way
    live.layout.modebar = {
        "bgcolor": "rgba(0,0,0,0)", "color": "#8c8c8c", "activecolor": "#d55e00"
    }  # fmt: skip
    return live


class PictureCard(anywidget.AnyWidget):
    """Shows the picture of the point under the pointer, over the figure."""

    _esm = script("plotly_card.js")
    _css = style("theme.css", "map.css", "plotly_card.css")

    classes = t.List(t.Dict()).tag(sync=True)


class PlotlySide(Side):
    """The legend and the dialog for groups, below the figure."""

    _esm = script("plotly_side.js")
    _css = style("theme.css", "map.css", "group.css", "plotly_side.css")


class PlotlyMap:
    """A map with plotly's pan, zoom, lasso and export; slower than the canvas at every update.

    Parameters
    ----------
    receive : callable
        Called with each message a person causes, see `nblabel.widget.map.MapView`.
    """

    def __init__(self, receive: Callable[[dict[str, Any]], None]) -> None:
        self._receive = receive
        self._marked: tuple[IntArray, int | None, list[int]] = (np.zeros(0, np.intp), None, [])
        self._xy: FloatArray = np.zeros((0, 2), dtype=np.float32)
        self._colors: Colors | None = None
        self._isolated: int | None = None
        self._outlined = False  # something was drawn around in the figure
        self._card = PictureCard()
        modes = [{"value": value, "text": text} for value, text in COLOR_MODES.items()]
        self._side = PlotlySide(color_modes=modes)
        self._side.on_msg(Mailbox(self._hear))
        self._quiet = False
        self.figure = live_figure(map_figure())
        points = self.figure.data[0]
        points.hovertemplate, points.hoverinfo = None, "none"  # the card says it
        points.on_hover(self._hovered)
        points.on_unhover(lambda *_: self._card.send({"type": "no_picture"}))
        points.on_click(self._clicked)
        points.on_selection(at_home(self._selection_made))
        points.on_deselect(at_home(lambda *_: self._tell_selection([])))

        self._color_by = ipywidgets.Dropdown(
            options=[(text, value) for value, text in COLOR_MODES.items()], description="Colour"
        )
        self._color_by.observe(self._color_chosen, "value")
        self._projection = ipywidgets.Dropdown(description="Projection")
        self._projection.observe(self._projection_chosen, "value")
        self._progress = ipywidgets.FloatProgress(min=0, max=1)
        self._cancel = ipywidgets.Button(description="Cancel")
        self._cancel.on_click(lambda _: self._receive({"type": "cancel"}))
        self._train = ipywidgets.Button(description="Train", tooltip=TOLD)
        self._train.on_click(lambda _: self._receive({"type": "train"}))
        self._running = ipywidgets.HBox([self._progress, self._cancel])
        self._said = ipywidgets.Label()
        tools = ipywidgets.HBox([self._color_by, self._projection, self._train, self._running])
        tools.layout.flex_flow = "row wrap"
        self.widget = ipywidgets.VBox([tools, self.figure, self._card, self._said, self._side])
        self.widget.add_class("nbl-plotly-map")

    def show_classes(self, classes: list[dict[str, Any]], store: dict[str, Any]) -> None:
        self._card.classes = classes
        with self._side.hold_sync():
            self._side.classes, self._side.store = classes, store

    def show_points(self, xy: FloatArray, animate: bool) -> None:  # noqa: ARG002
        self._xy = xy
        with self.figure.batch_update():
            self.figure.data[0].update(x=xy[:, 0], y=xy[:, 1])
            self._move_marks()
        self._tell_points()

    def show_colors(self, colors: Colors) -> None:
        self._quiet = True
        self._color_by.value = colors.mode
        self._quiet = False
        steps = max(1, len(colors.palette) - 1)
        scale: list[Any] = []
        for code, color in enumerate(colors.palette):
            # a step for each code; plotly blends between the entries of a scale otherwise
            scale += [[max(0, (code - 0.5) / steps), color], [min(1, (code + 0.5) / steps), color]]
        marker = {"color": colors.codes, "cmin": 0, "cmax": steps, "colorscale": scale}
        self._colors = colors
        with self._side.hold_sync():
            self._side.color_by, self._side.legend = colors.mode, colors.legend
        # guesses are others now: pictures that the page holds are asked for anew
        self._side.send({"type": "colors", "palette": []}, [b""])
        with self.figure.batch_update():
            self.figure.data[0].marker.update(marker)
            if self._isolated is not None:
                self.figure.data[0].selectedpoints = self._of_color(self._isolated)

    def show_marks(self, labeled: IntArray, current: int | None, queries: list[int]) -> None:
        self._marked = (labeled, current, queries)
        with self.figure.batch_update():
            self._move_marks()
        self._tell_marks()

    def show_projection(self, projection: dict[str, Any]) -> None:
        self._quiet = True
        self._projection.options = [(one["text"], one["value"]) for one in projection["choices"]]
        self._projection.value = projection["name"]
        self._quiet = False
        self._progress.value = projection["progress"]
        self._train.layout.display = "" if projection["train"] else "none"
        self._running.layout.display = "" if projection["running"] else "none"
        self._said.value = projection["text"]

    def acknowledge(self, ack: dict[str, Any]) -> None:
        self._side.send(ack)

    def show_picture(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self._card.send(content, buffers)

    def show_clusters(self, clusters: dict[str, Any]) -> None:
        self._side.clusters = clusters

    def show_group(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self._side.send(content, buffers)

    def _hear(self, content: dict[str, Any], buffers: list[Any]) -> None:
        kind = content.get("type")
        if kind == "ready":  # a page opened: tell it again what it missed
            self._tell_points()
            self._tell_marks()
        elif kind == "lit":
            self._light(content["code"], with_positions(content, buffers).get("indices"))
        else:
            self._receive(with_positions(content, buffers))

    def _tell_points(self) -> None:
        """Tell how many there are; the figure has their places."""
        self._side.send({"type": "points", "n": len(self._xy), "animate": False}, [b""])

    def _tell_marks(self) -> None:
        labeled, current, queries = self._marked
        content = {"type": "marks", "current": current, "queries": queries}
        self._side.send(content, [labeled.astype(np.uint32).tobytes()])

    def _light(self, code: int | None, indices: IntArray | None = None) -> None:
        """Have these points stand out, or those of a colour, or none."""
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
        labeled, current, queries = self._marked
        spots = {1: labeled, 2: np.array(queries, dtype=np.intp)}
        spots[3] = np.array([] if current is None else [current], dtype=np.intp)
        for trace, where in spots.items():
            self.figure.data[trace].update(x=self._xy[where, 0], y=self._xy[where, 1])
        self.figure.data[2].text = [str(number + 1) for number in range(len(queries))]

    def _hovered(self, _trace: Any, points: Any, _state: Any) -> None:
        if points.point_inds:
            self._receive({"type": "hover", "index": int(points.point_inds[0])})

    def _clicked(self, _trace: Any, points: Any, _state: Any) -> None:
        if points.point_inds:
            self._receive({"type": "pick", "index": int(points.point_inds[0])})

    def _selection_made(self, _trace: Any, points: Any, _selector: Any) -> None:
        self._outlined = self._outlined or bool(points.point_inds)
        self._tell_selection(points.point_inds)

    def _tell_selection(self, indices: list[int]) -> None:
        self._side.send({"type": "select"}, [np.array(indices, dtype=np.uint32).tobytes()])

    def _color_chosen(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._receive({"type": "color_by", "mode": change["new"]})

    def _projection_chosen(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._receive({"type": "project", "name": change["new"]})
