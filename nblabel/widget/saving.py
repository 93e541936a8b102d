"""What Python saves of what a panel shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.widget.panel.figures import color_points
from nblabel.widget.selecting import SelectingPanel

NAMED = ("prediction", "label", "cluster")  # colours that say which class or cluster a point is of


class SavingPanel(SelectingPanel):
    """A panel whose map Python saves."""

    def save_map(self, path: Any, *, title: str = "", size: tuple[int, int] = (900, 650)) -> None:
        """Write the map to a PNG or SVG file, with its colours of now, names, and a legend.

        The panel has a button for what a page shows of it at the moment, zoomed in or filtered.

        Parameters
        ----------
        path : path-like
            Ends in ``.png`` or ``.svg``. The file is written whole or not at all, in place of
            another.
        title : str
        size : tuple of two ints
            Width and height of the plane in pixels; a PNG has twice as many.

        Raises
        ------
        ValueError
            If the path ends otherwise, or the size is none.
        OSError
            If the file cannot be written.
        RuntimeError
            If the map is not there yet, or the panel is closed.

        See Also
        --------
        nblabel.plots.save_map : The same for coordinates and labels of one's own.
        """
        # not before: it loads plotly with the other charts
        from nblabel.plots.map_file import MapImage, checked_size

        state = self._live().state
        if state.points is None:
            raise RuntimeError("the map is not there yet; try again in a moment.")
        colors = color_points(self.session, state.model, state.color_by, state.clusters)
        names = [""] * len(colors.palette)
        for entry in colors.legend:
            names[entry["code"]] = entry["name"]
        n_classes = len(self.session.classes)
        if colors.mode in NAMED[:2]:  # of very many the legend has only the most frequent
            names[:n_classes] = self.session.classes
        n_named = max(len(names) - 2, 0) if colors.mode == "cluster" else n_classes
        n_named = n_named if len(names) > n_named else 0  # one colour: there is no model yet
        MapImage(
            xy=state.points.astype(np.float64),
            codes=colors.codes.astype(np.intp),
            names=names,
            colors=colors.palette,
            n_named=n_named if colors.mode in NAMED else 0,
            title=title,
            size=checked_size(size),
        ).write(path)
