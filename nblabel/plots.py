"""Every chart of nblabel. Only this module and the panel import plotly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

if TYPE_CHECKING:
    import pandas as pd

# Okabe and Ito (2008), as in the panel, without black and without the yellow that white swallows
LINE_COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
LINE_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
VALUES = {
    "pool_accuracy": "Share of the pool with the right label",
    "test_accuracy": "Share of the test items predicted right",
    "fit_seconds": "Seconds to learn from the labels",
    "ask_seconds": "Seconds to choose the next questions",
}


def map_figure() -> go.Figure:
    """Return an empty map: points, labeled points, numbered next questions, the current one."""
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


def learning_curve(frame: pd.DataFrame, value: str = "pool_accuracy") -> go.Figure:
    """Draw how a value grows with the number of labels.

    Parameters
    ----------
    frame : DataFrame
        What `nblabel.simulate` returned; or several of them, joined by ``pandas.concat``.
    value : str
        The column to draw: "pool_accuracy", "test_accuracy", "fit_seconds", "ask_seconds", or one of
        your own.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each strategy and learner, which differ in colour and in dashes. With several
        seeds the line is their mean, and the band around it reaches from the lowest to the highest.

    Raises
    ------
    ValueError
        If a column is missing or empty, or two runs cannot be told apart.

    Examples
    --------
    >>> import nblabel as nb
    >>> from nblabel.plots import learning_curve
    >>> data = nb.datasets.load_digits()
    >>> frame = nb.simulate(data.images, data.labels, budget=20, random_state=range(3))
    >>> learning_curve(frame).show()  # doctest: +SKIP
    """
    missing = [column for column in ("n_labels", value) if column not in frame]
    if missing:
        raise ValueError(
            f"the table has no column {missing[0]!r}; its columns are "
            f"{', '.join(map(str, frame.columns))}."
        )
    known = frame[frame[value].notna()]
    if known.empty:
        hint = " Give simulate X_test and y_test." if value == "test_accuracy" else ""
        raise ValueError(f"the column {value!r} holds no values.{hint}")
    apart = [column for column in ("strategy", "learner") if column in frame]
    if known.duplicated([*apart, "n_labels", *(["seed"] if "seed" in frame else [])]).any():
        raise ValueError(
            "the table holds two runs with the same strategy, learner and seed. Tell them apart: "
            "frame.assign(seed=...) before joining, or give them another name in the column "
            "'strategy' or 'learner'."
        )
    groups = known.groupby(apart, sort=False, dropna=False) if apart else [((), known)]
    bands, lines = [], []
    for number, (names, rows) in enumerate(groups):
        color = LINE_COLORS[number % len(LINE_COLORS)]
        turn = number + number // len(LINE_COLORS)  # colour and dashes together recur later
        name = _escaped(" · ".join(map(str, names))) or "all"
        table = rows.groupby("n_labels")[value].agg(["mean", "min", "max", "count"])
        if table["count"].max() > 1:
            bands.append(_band(table, name, color))
        lines.append(_line(table, name, color, LINE_DASHES[turn % len(LINE_DASHES)], value))
    figure = go.Figure([*bands, *lines])  # no band hides a line
    plain = {"automargin": True, "zeroline": False, "gridcolor": "#e5e5e5"}
    figure.update_layout(
        template="none",  # plotly's own ones warn, in its 6.0, of what they hold
        margin={"l": 70, "r": 20, "t": 60, "b": 60},
        xaxis={**plain, "title": {"text": "Labels given"}, "rangemode": "tozero"},
        yaxis={**plain, "title": {"text": VALUES.get(value, value.replace("_", " "))}},
        hovermode="x",
        showlegend=bool(apart),
        legend={"title": {"text": " · ".join(apart)}},
    )
    if _is_share(value):
        figure.update_yaxes(tickformat=".0%")
    if bands:
        figure.update_layout(
            title={
                "text": "Line: mean over the seeds. Band: from the lowest to the highest.",
                "font": {"size": 13},
            }
        )
    return figure


def _band(table: pd.DataFrame, name: str, color: str) -> go.Scatter:
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


def _line(table: pd.DataFrame, name: str, color: str, dash: str, value: str) -> go.Scatter:
    return go.Scatter(
        x=table.index.tolist(),
        y=table["mean"].tolist(),
        name=name,
        legendgroup=name,
        mode="lines" if len(table) > 1 else "markers",
        line={"color": color, "dash": dash, "width": 2.5},
        marker={"color": color, "size": 8},
        text=[_told(value, *row) for row in table.itertuples(index=False, name=None)],
        hovertemplate=f"%{{x}} labels: %{{text}}<extra>{name}</extra>",
    )


def _told(value: str, mean: float, low: float, high: float, count: int) -> str:
    if count == 1:
        return _number(value, mean)
    return (
        f"{_number(value, mean)}, {_number(value, low)} to {_number(value, high)} "
        f"over {count} seeds"
    )


def _number(value: str, number: float) -> str:
    if _is_share(value):
        return f"{100 * number:.1f}\u00a0%"
    if value.endswith("_seconds"):
        return f"{1e3 * number:.3g}\u00a0ms" if number < 1 else f"{number:.1f}\u00a0s"
    return f"{number:.4g}"


def _is_share(value: str) -> bool:
    return value.endswith("accuracy")


def _escaped(name: str) -> str:
    """Return a name as plain text for plotly, which knows tags and %{...}."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace("%{", "%\u200b{")
