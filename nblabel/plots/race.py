"""The curves of a race."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from nblabel.plots.style import escaped, lay_out, line_style

MARKERS = 12  # of each curve: they are drawn anew after each answer, and take the most time


def race_figure(names: Sequence[str]) -> go.Figure:
    """Return a figure with an empty curve for each name, which `update_race` fills."""
    figure = go.Figure(
        [
            go.Scatter(
                x=[],
                y=[],
                name=escaped(name),
                mode="lines+markers",
                line=line_style(number),
                marker={"size": 5, "maxdisplayed": MARKERS},
                hovertemplate=f"%{{x}} labels: %{{y:.1%}}<extra>{escaped(name)}</extra>",
            )
            for number, name in enumerate(names)
        ]
    )
    lay_out(
        figure,
        top=50,
        xaxis={"title": {"text": "Labels given"}, "rangemode": "tozero", "automargin": False},
        yaxis={
            "title": {"text": "Share of the pool right"},
            "tickformat": ".0%",
            "automargin": False,
        },
        hovermode="x",
        showlegend=True,
        height=320,
        title={"text": "", "font": {"size": 13}},
    )
    return figure


def update_race(
    figure: go.Figure, curves: Mapping[str, tuple[Sequence[int], Sequence[float]]], caption: str
) -> None:
    """Draw the curves anew, in the order in which `race_figure` was given their names.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        What `race_figure` returned.
    curves : mapping of str to (labels given, shares right)
    caption : str
        What stands above.
    """
    with figure.batch_update():
        for line, (x, y) in zip(figure.data, curves.values(), strict=True):
            line.update(x=list(x), y=list(y))
        figure.layout.title.text = escaped(caption)
