"""Every chart of nblabel. Only this module and the panel import plotly."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.explore.clusters import as_clusters
from nblabel.pool import Pool
from nblabel.pool.mosaic import mean_tile, tile
from nblabel.pool.pictures import MediaError

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

TILE = 64  # pixels a side of a picture in a chart
GAP = 6
ROWS = 40  # clusters; more make a picture that nobody looks through
AVERAGED = 1_000  # pictures; more change their mean little


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
    _lay_out(
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
    """Draw how sure a model is of a pool: the top probability of each item, from low to high.

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
    ...     session.tell(range(n), [data.classes[label] for label in data.labels[:n]])
    ...     curves[f"{n} labels"] = session.predict_proba()
    >>> nb.plots.confidence_curve(curves).show()  # doctest: +SKIP
    """
    if not isinstance(curves, Mapping) or not curves:
        raise ValueError("pass probabilities by name: {'20 labels': session.predict_proba()}.")
    lines = []
    for number, (name, values) in enumerate(curves.items()):
        sure = _sorted_confidence(str(name), values)
        # a screen has no room for more points; both ends are among them
        places = np.unique(np.linspace(0, len(sure) - 1, min(len(sure), 1_000)).astype(int))
        shown = _escaped(str(name))
        lines.append(
            go.Scatter(
                x=(places / max(1, len(sure) - 1)).tolist(),
                y=sure[places].tolist(),
                name=shown,
                mode="lines",
                line={
                    "color": LINE_COLORS[number % len(LINE_COLORS)],
                    "dash": LINE_DASHES[number // len(LINE_COLORS) % len(LINE_DASHES)],
                    "width": 2.5,
                },
                hovertemplate=f"%{{x:.0%}} of the pool: at most %{{y:.1%}} sure<extra>{shown}</extra>",
            )
        )
    figure = go.Figure(lines)
    _lay_out(
        figure,
        top=40,
        xaxis={"title": {"text": "Share of the pool, least sure first"}},
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
    accuracy: npt.ArrayLike, sure: npt.ArrayLike, threshold: float = 0.9
) -> go.Figure:
    """Draw how the accuracy of all labels, and what the model is sure of, grew with the answers.

    Parameters
    ----------
    accuracy : array of shape (m, 4)
        Labels given, estimated share of right labels, and the ends of its interval.
    sure : array of shape (m, 2)
        Labels given, share of the pool that the model is sure of.
    threshold : float
        From which probability on it is sure.

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

    right, grown = _points("accuracy", accuracy, 4), _points("sure", sure, 2)
    if not right.size and not grown.size:
        raise ValueError("there is nothing to draw yet; label some items first.")
    figure = go.Figure()
    if right.size:
        band = pd.DataFrame({"min": right[:, 2], "max": right[:, 3]}, index=right[:, 0])
        figure.add_trace(_band(band, "interval", LINE_COLORS[0]))
    for number, (name, points) in enumerate(
        [("right labels, by random checks", right), (f"sure of, {threshold:.0%} or more", grown)]
    ):
        if points.size:
            figure.add_trace(
                go.Scatter(
                    x=points[:, 0].tolist(),
                    y=points[:, 1].tolist(),
                    name=name,
                    mode="lines" if len(points) > 1 else "markers",
                    line={
                        "color": LINE_COLORS[number],
                        "dash": LINE_DASHES[number],
                        "width": 2.5,
                    },
                    hovertemplate=f"{name}: %{{y:.1%}}<extra></extra>",
                )
            )
    _lay_out(
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


def _lay_out(
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


def _points(name: str, values: npt.ArrayLike, columns: int) -> npt.NDArray[np.float64]:
    points = np.asarray(values, dtype=np.float64)
    if not points.size:
        return np.empty((0, columns))
    if points.ndim != 2 or points.shape[1] != columns:
        raise ValueError(f"{name} has the shape {points.shape} instead of (n, {columns}).")
    return points


def _sorted_confidence(name: str, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    sure = np.asarray(values, dtype=np.float64)
    if sure.ndim == 2 and sure.shape[1]:
        sure = sure.max(axis=1)
    if sure.ndim != 1 or not sure.size or not ((sure >= 0) & (sure <= 1 + 1e-6)).all():
        raise ValueError(
            f"{name!r} holds no probabilities: expected (n, n_classes) or (n,), from 0 to 1."
        )
    return np.sort(sure)


def cluster_pictures(
    pool: Any,
    clusters: Any,
    samples: int = 9,
    names: dict[int, Any] | None = None,
    random_state: int = 0,
) -> go.Figure:
    """Show what is in each cluster: the mean of its pictures, and some of them.

    Parameters
    ----------
    pool : Pool or images
        The pictures.
    clusters : sequence of n ints
        As `nblabel.cluster` returns them; -1 is noise, shown last.
    samples : int
        Pictures shown of each cluster, drawn at random.
    names : dict, optional
        What to call clusters, by number: the mapping that `nblabel.match_clusters` finds.
    random_state : int
        Seed of the draw.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each cluster, in order of their numbers; of more than 40 the first 40. The id of a
        picture shows where the pointer rests.

    Raises
    ------
    ValueError
        If the pool has no pictures, or `clusters` is not one whole number for each of them; or
        `samples` is negative.

    Notes
    -----
    The mean is that of at most 1,000 pictures drawn at random. Pictures that differ in shape are
    brought to one.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> clusters = nb.cluster(nb.embed(data.images))
    >>> nb.plots.cluster_pictures(data.images, clusters).show()  # doctest: +SKIP
    """
    pool = pool if isinstance(pool, Pool) else Pool(pool)
    if pool.kind != "images":
        raise ValueError(f"the pool has no pictures to show, only {pool.kind}.")
    groups = as_clusters(clusters, len(pool))
    if not isinstance(samples, int) or samples < 0:
        raise ValueError(f"samples is {samples!r}; pass a whole number, such as 9.")
    rng = np.random.default_rng(random_state)
    shown = sorted(set(groups.tolist()), key=lambda number: (number < 0, number))
    tiles, words, ticks = [], [], []
    for number in shown[:ROWS]:
        members = rng.permutation(np.flatnonzero(groups == number))
        row = [_picture(pool, index) for index in members[:samples]]
        averaged = (_picture(pool, index) for index in members[:AVERAGED])
        mean = mean_tile([picture for picture in averaged if picture is not None])
        count = _images(len(members))
        tiles.append([mean, *row])
        words.append(
            [f"mean of {count}", *(_escaped(pool.ids[index]) for index in members[:samples])]
        )
        name = "noise" if number < 0 else f"cluster {number}"
        known = (names or {}).get(number)
        ticks.append(f"{name}{'' if known is None else f': {_escaped(str(known))}'}<br>{count}")
    figure = _mosaic(tiles, words, ticks, samples)
    if len(shown) > ROWS:
        figure.update_layout(title={"text": f"The first {ROWS} of {len(shown):,} clusters"})
    return figure


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"


def _picture(pool: Pool, index: int) -> UInt8Array | None:
    """Return one picture at the size it is shown in; None where it cannot be read."""
    try:
        return pool.image(int(index), TILE)
    except MediaError:
        return None


def _mosaic(
    tiles: list[list[UInt8Array | None]], words: list[list[str]], ticks: list[str], samples: int
) -> go.Figure:
    """Draw rows of pictures, the first of each set apart."""
    step = TILE + GAP
    left = [0, *(step * place + step // 2 for place in range(1, samples + 1))]
    top = [step * row for row in range(len(tiles))]
    canvas = np.zeros((max(step * len(tiles) - GAP, 1), left[-1] + TILE, 4), dtype=np.uint8)
    spots = []
    for y, row, told in zip(top, tiles, words, strict=True):
        for x, picture, word in zip(left, row, told, strict=False):
            if picture is not None:
                canvas[y : y + TILE, x : x + TILE, :3] = tile(picture, TILE)
                canvas[y : y + TILE, x : x + TILE, 3] = 255
            spots.append(
                (
                    x + TILE / 2,
                    y + TILE / 2,
                    word if picture is not None else f"{word}: cannot be read",
                )
            )
    file = io.BytesIO()
    Image.fromarray(canvas).save(file, "PNG")
    source = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    xs, ys, texts = zip(*spots, strict=True)
    figure = go.Figure(
        [
            go.Image(source=source, hoverinfo="skip"),
            go.Scatter(
                x=xs,
                y=ys,
                text=texts,
                mode="markers",
                marker={"size": TILE // 2, "opacity": 0},
                hovertemplate="%{text}<extra></extra>",
                showlegend=False,
            ),
        ]
    )
    plain = {"showgrid": False, "zeroline": False, "tickmode": "array", "ticks": ""}
    figure.update_layout(
        template="none",
        height=canvas.shape[0] + 90,
        width=canvas.shape[1] + 190,
        margin={"l": 160, "r": 20, "t": 60, "b": 20},
        xaxis={
            **plain,
            "side": "top",
            "range": [0, canvas.shape[1]],
            "tickvals": [TILE / 2, (left[1] + left[-1] + TILE) / 2] if samples else [TILE / 2],
            "ticktext": ["mean", "samples"],
        },
        yaxis={
            **plain,
            "range": [canvas.shape[0], 0],
            "tickvals": [y + TILE / 2 for y in top],
            "ticktext": ticks,
        },
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


def promise_curve(curve: pd.DataFrame, max_error: float) -> go.Figure:
    """Draw how much of a pool could be accepted against the error that could be promised.

    Parameters
    ----------
    curve : DataFrame
        ``.curve`` of what `nblabel.auto_label` returned.
    max_error : float
        The error asked for: a line across.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each class that has a promise of its own. Each point holds by itself, not all at once.
    """
    figure = go.Figure()
    for number, (name, rows) in enumerate(curve.groupby("class", sort=False)):
        figure.add_trace(
            go.Scatter(
                x=rows["share"].tolist(),
                y=rows["promised_error"].tolist(),
                name=_escaped(str(name)),
                mode="lines+markers",
                line={"color": LINE_COLORS[number % len(LINE_COLORS)], "width": 2.5},
                text=[
                    f"{n:,} items, {checks:,} checked, {wrong:,} wrong"
                    for n, checks, wrong in zip(
                        rows["n_items"], rows["checks"], rows["wrong"], strict=True
                    )
                ],
                hovertemplate="%{x:.1%} of the pool, at most %{y:.2%} wrong<br>%{text}",
            )
        )
    figure.add_hline(y=max_error, line_dash="dot", line_color="#7f7f7f")
    _lay_out(
        figure,
        top=60,
        xaxis={"title": {"text": "Share of the pool"}, "tickformat": ".0%"},
        yaxis={"title": {"text": "Error that can be promised"}, "tickformat": ".1%"},
        showlegend=len(figure.data) > 1,
        title={"text": "Each point holds by itself, not all at once.", "font": {"size": 13}},
    )
    return figure
