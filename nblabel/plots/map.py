"""The map as a plotly figure, for `map="plotly"` of the panel."""

from __future__ import annotations

import plotly.graph_objects as go


def map_figure() -> go.Figure:
    """Return an empty map: points, labeled points, numbered next questions, the current one.

    Returns
    -------
    plotly.graph_objects.Figure
        A trace for each of the four, in this order, without any point.
    """
    none: list[float] = []
    plain = {"mode": "markers", "showlegend": False, "hoverinfo": "skip"}
    figure = go.Figure(
        [
            go.Scattergl(
                x=none,
                y=none,
                mode="markers",
                showlegend=False,
                name="pool",
                marker={"size": 4},
                hovertemplate="%{pointNumber}<extra></extra>",
            ),
            go.Scattergl(
                x=none,
                y=none,
                name="labeled",
                **plain,
                marker={
                    "size": 9,
                    "symbol": "circle-open",
                    "color": "#7f7f7f",
                    "line": {"width": 2},
                },
            ),
            go.Scatter(
                x=none,
                y=none,
                name="next",
                **{**plain, "mode": "markers+text"},
                textposition="top center",
                marker={
                    "size": 16,
                    "symbol": "circle-open",
                    "color": "#d55e00",
                    "line": {"width": 2},
                },
            ),
            go.Scatter(
                x=none,
                y=none,
                name="asked",
                **plain,
                marker={"size": 20, "symbol": "x-open", "color": "#d55e00", "line": {"width": 3}},
            ),
        ]
    )
    figure.update_layout(
        uirevision="kept",  # zoom and selection survive every update
        dragmode="lasso",
        height=460,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"visible": False},
        yaxis={"visible": False, "scaleanchor": "x"},
        template="none",
        autosize=True,
        # whatever theme is behind it shows through
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "#d55e00", "size": 13},
    )
    return figure
