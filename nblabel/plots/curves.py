"""Charts of lines: how accuracy, confidence and guaranteed error depend on labels or coverage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from nblabel.plots.style import band, escaped, lay_out, line_style
from nblabel.system.format import counted, duration, percent, significant

if TYPE_CHECKING:
    import pandas as pd

VALUES = {
    "pool_accuracy": "Share of the pool with the right label",
    "test_accuracy": "Share of the test items predicted right",
    "fit_seconds": "Seconds to learn from the labels",
    "ask_seconds": "Seconds to choose the next questions",
}


def learning_curve(frame: pd.DataFrame, value: str = "pool_accuracy") -> go.Figure:
    """Draw how a value grows with the number of labels.

    Parameters
    ----------
    frame : DataFrame
        What `nblabel.simulate` returned; or several of them, joined by ``pandas.concat``.
    value : str
        The column to draw: "pool_accuracy", "test_accuracy", "fit_seconds", "ask_seconds", or one
        of your own.

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
        style = line_style(number)
        name = escaped(" · ".join(map(str, names))) or "all"
        table = rows.groupby("n_labels")[value].agg(["mean", "min", "max", "count"])
        if table["count"].max() > 1:
            bands.append(band(table, name, style["color"]))
        lines.append(_line(table, name, style, value))
    figure = go.Figure([*bands, *lines])  # no band hides a line
    lay_out(
        figure,
        top=60,
        xaxis={"title": {"text": "Labels given"}, "rangemode": "tozero"},
        yaxis={"title": {"text": VALUES.get(value, value.replace("_", " "))}},
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


def confidence_curve(curves: Mapping[str, npt.ArrayLike]) -> go.Figure:
    """Draw how confident a model is: the top probability of each item, from low to high.

    Parameters
    ----------
    curves : mapping of str to array
        Probabilities by name, (n, n_classes) as `Session.predict_proba` returns them, or (n,) the
        highest of each item. Several show how confidence grows as a loop goes on.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each, over the share of its items.

    Raises
    ------
    ValueError
        If there is none, or an array holds no probabilities.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, data.classes, learner="softmax")
    >>> curves = {}
    >>> for n in (20, 200):
    ...     _ = session.tell(range(n), [data.classes[label] for label in data.labels[:n]])
    ...     curves[f"{n} labels"] = session.predict_proba()
    >>> nb.plots.confidence_curve(curves).show()  # doctest: +SKIP
    """
    if not isinstance(curves, Mapping) or not curves:
        raise ValueError("pass probabilities by name: {'20 labels': session.predict_proba()}.")
    lines = []
    for number, (name, values) in enumerate(curves.items()):
        confidence = _sorted_confidence(str(name), values)
        # a screen has no room for more points; both ends are among them
        last = len(confidence) - 1
        places = np.unique(np.linspace(0, last, min(last + 1, 1_000)).astype(int))
        shown = escaped(str(name))
        lines.append(
            go.Scatter(
                x=(places / max(1, last)).tolist(),
                y=confidence[places].tolist(),
                name=shown,
                mode="lines",
                line=line_style(number),
                hovertemplate=f"%{{x:.0%}} of the pool: at most %{{y:.1%}}<extra>{shown}</extra>",
            )
        )
    figure = go.Figure(lines)
    lay_out(
        figure,
        top=40,
        xaxis={"title": {"text": "Share of the pool, least confident first"}},
        yaxis={
            "title": {"text": "Probability of the likeliest class"},
            "range": [0, 1.02],
        },
        showlegend=True,
    )
    figure.update_xaxes(tickformat=".0%")
    figure.update_yaxes(tickformat=".0%")
    return figure


def progress_curves(
    accuracy: npt.ArrayLike, confident: npt.ArrayLike, *, threshold: float = 0.9
) -> go.Figure:
    """Draw how accuracy, and the share of confident predictions, grew with the labels.

    Parameters
    ----------
    accuracy : array of shape (m, 4)
        Labels given, estimated share of right labels, and the ends of its interval.
    confident : array of shape (m, 2)
        Labels given, share of the pool that is predicted with confidence.
    threshold : float
        The probability that is exceeded there.

    Returns
    -------
    plotly.graph_objects.Figure
        Two lines, which differ in colour and in dashes; a band for the interval.

    Raises
    ------
    ValueError
        If there are no points, or they have other columns.

    See Also
    --------
    nblabel.Labeler.curves : Those of a panel.
    """
    import pandas as pd

    right, grown = _points("accuracy", accuracy, 4), _points("confident", confident, 2)
    if not right.size and not grown.size:
        raise ValueError("there is nothing to draw yet; label some items first.")
    figure = go.Figure()
    if right.size:
        ends = pd.DataFrame({"min": right[:, 2], "max": right[:, 3]}, index=right[:, 0])
        figure.add_trace(band(ends, "interval", line_style(0)["color"]))
    for number, (name, points) in enumerate(
        [
            ("accuracy, from audit labels", right),
            (f"predicted with confidence above {percent(threshold)}", grown),
        ]
    ):
        if points.size:
            figure.add_trace(
                go.Scatter(
                    x=points[:, 0].tolist(),
                    y=points[:, 1].tolist(),
                    name=name,
                    mode="lines" if len(points) > 1 else "markers",
                    line=line_style(number),
                    hovertemplate=f"{name}: %{{y:.1%}}<extra></extra>",
                )
            )
    lay_out(
        figure,
        top=40,
        xaxis={"title": {"text": "Labels given"}, "rangemode": "tozero"},
        yaxis={"title": {"text": "Share of the pool"}, "tickformat": ".0%"},
        hovermode="x",
        showlegend=True,
        # above: beside the curves it leaves them no room in a narrow panel
        legend={
            "orientation": "h",
            "traceorder": "normal",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 11},
        },
    )
    return figure


def error_coverage_curve(curve: pd.DataFrame, max_error: float) -> go.Figure:
    """Draw the error–coverage curve: the guaranteed error against the share of the pool.

    Parameters
    ----------
    curve : DataFrame
        ``.curve`` of what `nblabel.auto_label` returned.
    max_error : float
        The largest error that is allowed: a line across.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each class with an error guarantee of its own. Each point holds by itself, not
        all at once.
    """
    figure = go.Figure()
    for number, (name, rows) in enumerate(curve.groupby("class", sort=False)):
        figure.add_trace(
            go.Scatter(
                x=rows["share"].tolist(),
                y=rows["guaranteed_error"].tolist(),
                name=escaped(str(name)),
                mode="lines+markers",
                line=line_style(number),
                text=[
                    f"{counted(n, 'item')}, {checks:,} checked, {wrong:,} wrong"
                    for n, checks, wrong in zip(
                        rows["n_items"], rows["checks"], rows["wrong"], strict=True
                    )
                ],
                hovertemplate="%{x:.1%} of the pool, at most %{y:.2%} wrong<br>%{text}",
            )
        )
    figure.add_hline(y=max_error, line_dash="dot", line_color="#7f7f7f")
    lay_out(
        figure,
        top=60,
        xaxis={"title": {"text": "Share of the pool"}, "tickformat": ".0%"},
        yaxis={"title": {"text": "Guaranteed error"}, "tickformat": ".1%"},
        showlegend=len(figure.data) > 1,
        title={"text": "Each point holds by itself, not all at once.", "font": {"size": 13}},
    )
    return figure


def _points(name: str, values: npt.ArrayLike, columns: int) -> npt.NDArray[np.float64]:
    points = np.asarray(values, dtype=np.float64)
    if not points.size:
        return np.empty((0, columns))
    if points.ndim != 2 or points.shape[1] != columns:
        raise ValueError(f"{name} has the shape {points.shape} instead of (n, {columns}).")
    return points


def _sorted_confidence(name: str, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    top = np.asarray(values, dtype=np.float64)
    if top.ndim == 2 and top.shape[1]:
        top = top.max(axis=1)
    if top.ndim != 1 or not top.size or not ((top >= 0) & (top <= 1 + 1e-6)).all():
        raise ValueError(
            f"{name!r} holds no probabilities: expected (n, n_classes) or (n,), from 0 to 1."
        )
    return np.sort(top)


def _line(table: pd.DataFrame, name: str, style: dict[str, Any], value: str) -> go.Scatter:
    return go.Scatter(
        x=table.index.tolist(),
        y=table["mean"].tolist(),
        name=name,
        legendgroup=name,
        mode="lines" if len(table) > 1 else "markers",
        line=style,
        marker={"color": style["color"], "size": 8},
        text=[_as_text(value, *row) for row in table.itertuples(index=False, name=None)],
        hovertemplate=f"%{{x}} labels: %{{text}}<extra>{name}</extra>",
    )


def _as_text(value: str, mean: float, low: float, high: float, count: int) -> str:
    if count == 1:
        return _number(value, mean)
    return (
        f"{_number(value, mean)}, {_number(value, low)} to {_number(value, high)} "
        f"over {count} seeds"
    )


def _number(value: str, number: float) -> str:
    if _is_share(value):
        return percent(number)
    return duration(number) if value.endswith("_seconds") else significant(number, 4)


def _is_share(value: str) -> bool:
    return value.endswith("accuracy")
