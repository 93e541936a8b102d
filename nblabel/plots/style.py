"""What all charts have in common: colours, dashes, axes, text that plotly takes as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

if TYPE_CHECKING:
    import pandas as pd

# Okabe and Ito (2008), as in the panel, without black and without the yellow that white swallows
LINE_COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
LINE_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def line_style(number: int) -> dict[str, Any]:
    """Return colour, dashes and width of a line; neighbours in a legend differ in both."""
    # where the colours begin again, the dashes are others
    dash = LINE_DASHES[(number + number // len(LINE_COLORS)) % len(LINE_DASHES)]
    return {"color": LINE_COLORS[number % len(LINE_COLORS)], "dash": dash, "width": 2.5}


def lay_out(
    figure: go.Figure, *, top: int, xaxis: dict[str, Any], yaxis: dict[str, Any], **other: Any
) -> None:
    """Lay out a figure of lines: plain axes with a grid, and room for their titles."""
    plain = {"automargin": True, "zeroline": False, "gridcolor": "#e5e5e5"}
    figure.update_layout(
        template="none",  # plotly's own ones warn, in its 6.0, of what they hold
        margin={"l": 70, "r": 20, "t": top, "b": 60},
        xaxis=plain | xaxis,
        yaxis=plain | yaxis,
        **other,
    )


def band(table: pd.DataFrame, name: str, color: str) -> go.Scatter:
    """Return the area between the columns min and max of a table, over its index."""
    there, back = table.index.tolist(), table.index[::-1].tolist()
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return go.Scatter(
        x=[*there, *back],
        y=[*table["max"], *table["min"][::-1]],
        name=f"{name}, lowest to highest",
        legendgroup=name,  # hidden and shown with its line
        showlegend=False,
        hoverinfo="skip",
        mode="lines",
        fill="toself",
        fillcolor=f"rgba({red}, {green}, {blue}, 0.18)",
        line={"width": 0},
    )


def escaped(name: str) -> str:
    """Return a name as plain text for plotly, which knows tags and %{...}."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace("%{", "%\u200b{")
