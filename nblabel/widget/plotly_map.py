"""The map as one plotly FigureWidget, for those who want plotly's own tools."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import plotly.graph_objects as go
import traitlets as t

from nblabel.events import new_uid
from nblabel.plots import map_figure
from nblabel.pool import FloatArray, IntArray
from nblabel.widget.assets import script, style
from nblabel.widget.mailbox import at_home
from nblabel.widget.map import COLOR_MODES, Colors
from nblabel.widget.training import TOLD


class PictureCard(anywidget.AnyWidget):
    """Shows the picture of the point under the pointer, over the figure."""

    _esm = script("plotly_card.js")
    _css = style("theme.css", "map.css", "plotly_card.css")

    classes = t.List(t.Dict()).tag(sync=True)


class PlotlyMap:
    """A map with plotly's pan, zoom, lasso and export; slower than the canvas at every update.

    Parameters
    ----------
    receive : callable
        Called with each message a person causes, see `nblabel.widget.map.MapView`.
    """

    def __init__(self, receive: Callable[[dict[str, Any]], None]) -> None:
        self._receive = receive
        self._selected: IntArray = np.zeros(0, dtype=np.intp)
        self._marked: tuple[IntArray, int | None, list[int]] = (np.zeros(0, np.intp), None, [])
        self._xy: FloatArray = np.zeros((0, 2), dtype=np.float32)
        self._card = PictureCard()
        self._quiet = False
        self._pending = ""
        self.figure = go.FigureWidget(map_figure())
        self.figure._config = self.figure._config | {"responsive": True}  # noqa: SLF001  no other way
        # buttons that are seen in a light and in a dark theme
        self.figure.layout.modebar = {
            "bgcolor": "rgba(0,0,0,0)", "color": "#8c8c8c", "activecolor": "#d55e00"
        }  # fmt: skip
        points = self.figure.data[0]
        points.hovertemplate, points.hoverinfo = None, "none"  # the card says it
        points.on_hover(self._hovered)
        points.on_unhover(lambda *_: self._card.send({"type": "no_picture"}))
        points.on_click(self._clicked)
        points.on_selection(at_home(self._selection_made))

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

        self._class = ipywidgets.Dropdown(description="Label as")
        self._relabel = ipywidgets.Checkbox(description="also those labeled", indent=False)
        self._confirm_button = ipywidgets.Button(description="Label them", button_style="primary")
        self._confirm_button.on_click(at_home(lambda _: self._confirm()))
        dismiss = ipywidgets.Button(description="Dismiss")
        dismiss.on_click(at_home(lambda _: self._select(np.zeros(0, dtype=np.intp))))
        self._undo = ipywidgets.Button(description="Undo")
        self._undo.on_click(lambda _: self._take_back())
        self._count = ipywidgets.Label()
        self._legend = ipywidgets.HTML()
        self._bulk = ipywidgets.HBox(
            [self._count, self._class, self._relabel, self._confirm_button, dismiss]
        )
        self.widget = ipywidgets.VBox(
            [
                ipywidgets.HBox([self._color_by, self._projection, self._train, self._running]),
                self.figure,
                self._card,
                self._legend,
                self._bulk,
                ipywidgets.HBox([self._said, self._undo]),
            ]
        )
        for row in self.widget.children:
            if isinstance(row, ipywidgets.HBox):
                row.layout.flex_flow = "row wrap"
        self.widget.add_class("nbl-plotly-map")
        self._undo.layout.display = "none"
        self._select(self._selected)

    def show_classes(self, classes: list[dict[str, Any]], store: dict[str, Any]) -> None:  # noqa: ARG002
        self._card.classes = classes
        self._class.options = [one["name"] for one in classes]

    def show_points(self, xy: FloatArray, animate: bool) -> None:  # noqa: ARG002
        self._xy = xy
        with self.figure.batch_update():
            self.figure.data[0].update(x=xy[:, 0], y=xy[:, 1])
            self._move_marks()

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
        self._legend.value = legend_html(colors.legend)
        with self.figure.batch_update():
            self.figure.data[0].marker.update(marker)

    def show_marks(self, labeled: IntArray, current: int | None, queries: list[int]) -> None:
        self._marked = (labeled, current, queries)
        with self.figure.batch_update():
            self._move_marks()

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
        self._said.value = ack["text"]
        if ack["ok"] and ack["uid"] == self._pending:
            self._undo.layout.display = ""
            self._select(np.zeros(0, dtype=np.intp))

    def show_picture(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self._card.send(content, buffers)

    def show_clusters(self, clusters: dict[str, Any]) -> None:
        """Show nothing: clusters are looked through on the canvas map."""

    def show_group(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Show nothing, and ask for nothing."""

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
        self._select(np.array(points.point_inds, dtype=np.intp))

    def _select(self, indices: IntArray) -> None:
        self._selected = indices
        done = int(np.isin(indices, self._marked[0]).sum())
        self._count.value = f"{len(indices):,} points, {done:,} already labeled"
        self._bulk.layout.display = "" if len(indices) else "none"

    def _confirm(self) -> None:
        self._pending = new_uid()
        self._receive(
            {
                "type": "label",
                "uid": self._pending,
                "label": self._class.value,
                "relabel": self._relabel.value,
                "indices": self._selected,
            }
        )

    def _take_back(self) -> None:
        self._undo.layout.display = "none"
        self._receive({"type": "undo", "uid": new_uid(), "of": self._pending})

    def _color_chosen(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._receive({"type": "color_by", "mode": change["new"]})

    def _projection_chosen(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._receive({"type": "project", "name": change["new"]})


def legend_html(legend: list[dict[str, Any]]) -> str:
    """Return the legend as HTML; names are escaped, they come from users."""
    entries = [
        f'<span style="white-space:nowrap"><span style="color:{entry["color"]}">●</span> '
        f"{html.escape(entry['name'])} {entry['count']:,}</span>"
        for entry in legend
    ]
    return f'<div style="display:flex;flex-wrap:wrap;gap:2px 12px">{"".join(entries)}</div>'
