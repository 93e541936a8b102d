"""The map: every item of the pool as a point, drawn by the page or by plotly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from nblabel.arrays import FloatArray, IntArray

Send = Callable[[dict[str, Any], list[Any]], None]


@dataclass(frozen=True)
class Colors:
    """Colours of all points.

    Attributes
    ----------
    mode : str
        What the colours mean: a key of `nblabel.widget.text.COLOR_MODES`, or a column.
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


class MapView(Protocol):
    """What the panel needs of a map. What a person does in it comes in messages of docs/wire.md."""

    def show_points(self, xy: FloatArray, animate: bool) -> None:
        """Place the points: (n, 2) within [-1, 1]; `animate` lets them glide."""

    def show_colors(self, colors: Colors) -> None:
        """Colour all points."""

    def show_labeled(self, labeled: IntArray) -> None:
        """Mark the points that people labeled."""

    def show_front(self, front: list[int]) -> None:
        """Mark the question on screen, and number the next ones."""

    def light(self, code: int | None, indices: IntArray | None) -> None:
        """Have these points stand out, or those of a colour, or none."""


class CanvasMap:
    """The map that the page draws: it has its own marks, and lights points by itself.

    Parameters
    ----------
    send : callable
        Sends a message and its buffers.
    """

    def __init__(self, send: Send) -> None:
        self._send = send

    def show_points(self, xy: FloatArray, animate: bool) -> None:
        content = {"type": "points", "n": len(xy), "animate": animate}
        self._send(content, [np.ascontiguousarray(xy, dtype=np.float32).data])

    def show_colors(self, colors: Colors) -> None:
        self._send({"type": "colors", "palette": colors.palette}, [colors.codes.data])

    def show_labeled(self, labeled: IntArray) -> None:
        self._send({"type": "labeled"}, [labeled.astype(np.uint32).data])

    def show_front(self, front: list[int]) -> None:
        pass  # the page drew it before it told it

    def light(self, code: int | None, indices: IntArray | None) -> None:
        pass
