"""What draws the points of a panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nblabel.widget.view.map import CanvasMap, MapView
from nblabel.widget.work.home import Home

if TYPE_CHECKING:
    from nblabel.widget.view.plotly_curves import PlotlyCurves


def make_map(
    kind: str, send: Callable[..., None], home: Home, act: Callable[[str, int], None]
) -> tuple[MapView, PlotlyCurves | None, list[Any]]:
    """Return the map, what draws the curves if the page does not, and plotly's figures.

    Parameters
    ----------
    kind : {"canvas", "plotly"}
    send : callable
        Called with a message and its buffers.
    home : Home
    act : callable
        Called with "hover" or "click" and a position, where plotly's figure hears of them.
    """
    if kind == "canvas":
        return CanvasMap(send), None, []
    # plotly takes a while to load
    from nblabel.widget.view.plotly_curves import PlotlyCurves
    from nblabel.widget.view.plotly_map import PlotlyMap

    drawn: PlotlyMap = PlotlyMap(send, home, act)
    curves = PlotlyCurves(home)
    return drawn, curves, [drawn.widget, curves.widget, drawn.figure, curves.figure]
