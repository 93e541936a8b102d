"""The curves as one plotly FigureWidget, for panels whose map is plotly's as well."""

from __future__ import annotations

from typing import Any

import ipywidgets

from nblabel.plots import progress_curves
from nblabel.widget.view.plotly_map import Redraw, live_figure
from nblabel.widget.work.home import Home

LAYOUT = {
    "uirevision": "kept",  # zoom survives every update
    "height": 320,
    "autosize": True,
    # whatever theme is behind it shows through; panel.css has its letters and lines
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
}
POINTS = ("accuracy", "confident", "threshold")


class PlotlyCurves:
    """Shows the curves while somebody looks, and sends nothing otherwise.

    Parameters
    ----------
    home : Home
        Where they are drawn.
    """

    def __init__(self, home: Home) -> None:
        self._redraw = Redraw(home, self._draw)
        self._points: dict[str, Any] = {}
        self._is_open = False
        self.figure = live_figure({"layout": LAYOUT})
        self.widget = ipywidgets.Box()
        self.widget.add_class("nbl-plotly-curves")
        self.hide()

    def show(self, points: dict[str, Any]) -> None:
        """Draw these points, those of docs/wire.md, once the queue is served."""
        self._points, self._is_open = points, True
        self._redraw()

    def hide(self) -> None:
        """Nobody looks any more."""
        self._is_open = False
        self.widget.children = ()
        self.widget.layout.display = "none"

    def _draw(self) -> None:
        if not self._is_open or not (self._points["accuracy"] or self._points["confident"]):
            return
        points = self._points
        drawn = progress_curves(
            points["accuracy"], points["confident"], threshold=points["threshold"]
        )
        figure = self.figure
        if [line.name for line in figure.data] == [line.name for line in drawn.data]:
            with figure.batch_update():
                for line, new in zip(figure.data, drawn.data, strict=True):
                    line.update(x=new.x, y=new.y, mode=new.mode)
        else:  # a curve got its first points
            figure.data = []
            figure.update_layout(drawn.layout)
            figure.add_traces(drawn.data)
        if not self.widget.children:
            # put in once it is seen: it takes its width from there
            self.widget.children = (figure,)
            self.widget.layout.display = None
