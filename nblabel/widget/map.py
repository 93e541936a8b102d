"""The map: every item of the pool as a point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import anywidget
import ipywidgets
import numpy as np
import traitlets as t

from nblabel.arrays import FloatArray, IntArray
from nblabel.widget.assets import script, style
from nblabel.widget.mailbox import Mailbox

COLOR_MODES = {
    "prediction": "Prediction",
    "label": "Label",
    "confidence": "Confidence",
    "cluster": "Cluster",
    "source": "Source",
}


@dataclass(frozen=True)
class Colors:
    """Colours of all points.

    Attributes
    ----------
    mode : str
        What the colours mean, a key of `COLOR_MODES`.
    codes : ndarray of shape (n,), uint8
        A palette position for each point.
    palette : list of str
        Colours as "#rrggbb".
    legend : list of dict
        Entries with code, name, color and count.
    """

    mode: str
    codes: np.ndarray[Any, np.dtype[np.uint8]]
    palette: list[str]
    legend: list[dict[str, Any]]


def with_positions(content: dict[str, Any], buffers: list[Any]) -> dict[str, Any]:
    """Return a message of the page with its positions: all of a group, and those marked in it."""
    for name, buffer in zip(("indices", "marked"), buffers, strict=False):
        content = {**content, name: np.frombuffer(buffer, dtype=np.uint32).astype(np.intp)}
    return content


class MapView(Protocol):
    """What the panel needs of a map.

    A map is made with one function that it calls with each message a person causes, in the words of
    docs/wire.md: ready, pick, label (with ``indices``), undo, project, train, cancel, hover,
    color_by, group, look, leave, cluster.
    """

    widget: ipywidgets.Widget

    def show_classes(self, classes: list[dict[str, Any]], store: dict[str, Any]) -> None:
        """Take the classes a selection can be given, and the log it goes to."""

    def show_points(self, xy: FloatArray, animate: bool) -> None:
        """Place the points: (n, 2) within [-1, 1]; `animate` lets them glide."""

    def show_colors(self, colors: Colors) -> None:
        """Colour all points."""

    def show_marks(self, labeled: IntArray, current: int | None, queries: list[int]) -> None:
        """Mark the labeled points, the current question, and the next ones with their numbers."""

    def show_projection(self, projection: dict[str, Any]) -> None:
        """Tell which projection is shown, and how far a running one is."""

    def acknowledge(self, ack: dict[str, Any]) -> None:
        """Tell what became of a "label" or "undo"."""

    def show_picture(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Answer a "hover"."""

    def show_clusters(self, clusters: dict[str, Any]) -> None:
        """Tell how many clusters there are, and whether some are being found."""

    def show_group(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Answer a "group" or "look"."""


class Side(anywidget.AnyWidget):
    """What the page shows at the side of any map: the legend, or the dialog for a group."""

    classes = t.List(t.Dict()).tag(sync=True)
    clusters = t.Dict().tag(sync=True)
    store = t.Dict().tag(sync=True)
    color_by = t.Unicode("prediction").tag(sync=True)
    color_modes = t.List(t.Dict()).tag(sync=True)
    legend = t.List(t.Dict()).tag(sync=True)


class CanvasMap(Side):
    """The map drawn on a canvas: a highlight moves in milliseconds, whatever the pool's size."""

    _esm = script("map.js")
    _css = style("theme.css", "map.css", "group.css")

    projection = t.Dict().tag(sync=True)

    def __init__(self, receive: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(
            color_modes=[{"value": value, "text": text} for value, text in COLOR_MODES.items()]
        )
        self._receive = receive
        self._points: tuple[dict[str, Any], list[Any]] | None = None
        self._colors: tuple[dict[str, Any], list[Any]] | None = None
        self._marks: tuple[dict[str, Any], list[Any]] | None = None
        self._quiet = False
        self.on_msg(Mailbox(self._hear))
        self.observe(self._color_chosen, "color_by")

    @property
    def widget(self) -> ipywidgets.Widget:
        """What the panel shows."""
        return self

    def show_classes(self, classes: list[dict[str, Any]], store: dict[str, Any]) -> None:
        self.classes, self.store = classes, store

    def show_points(self, xy: FloatArray, animate: bool) -> None:
        content = {"type": "points", "n": len(xy), "animate": animate}
        self._points = ({**content, "animate": False}, [np.ascontiguousarray(xy).data])
        self.send(content, self._points[1])

    def show_colors(self, colors: Colors) -> None:
        self._quiet = True
        with self.hold_sync():
            self.color_by, self.legend = colors.mode, colors.legend
        self._quiet = False
        content = {"type": "colors", "palette": colors.palette}
        self._colors = (content, [colors.codes.data])
        self.send(*self._colors)

    def show_marks(self, labeled: IntArray, current: int | None, queries: list[int]) -> None:
        content = {"type": "marks", "current": current, "queries": queries}
        self._marks = (content, [labeled.astype(np.uint32).data])
        self.send(*self._marks)

    def show_projection(self, projection: dict[str, Any]) -> None:
        self.projection = projection

    def acknowledge(self, ack: dict[str, Any]) -> None:
        self.send(ack)

    def show_picture(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.send(content, buffers)

    def show_clusters(self, clusters: dict[str, Any]) -> None:
        self.clusters = clusters

    def show_group(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.send(content, buffers)

    def _hear(self, content: dict[str, Any], buffers: list[Any]) -> None:
        if content.get("type") == "ready":  # a page opened: tell it again what it missed
            for message in (self._points, self._colors, self._marks):
                if message is not None:
                    self.send(*message)
            return
        self._receive(with_positions(content, buffers))

    def _color_chosen(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._receive({"type": "color_by", "mode": change["new"]})
