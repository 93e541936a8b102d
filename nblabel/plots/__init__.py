"""Every chart of nblabel. Only this package and the panel import plotly."""

from __future__ import annotations

from nblabel.plots.clusters import cluster_pictures
from nblabel.plots.curves import (
    confidence_curve,
    error_coverage_curve,
    learning_curve,
    progress_curves,
)
from nblabel.plots.map import map_figure
from nblabel.plots.map_file import save_map
from nblabel.plots.replay import replay_figure
from nblabel.plots.style import LINE_COLORS, LINE_DASHES

__all__ = [
    "LINE_COLORS",
    "LINE_DASHES",
    "cluster_pictures",
    "confidence_curve",
    "error_coverage_curve",
    "learning_curve",
    "map_figure",
    "progress_curves",
    "replay_figure",
    "save_map",
]
