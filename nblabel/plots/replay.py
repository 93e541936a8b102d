"""A log as an animation of the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from nblabel.plots.style import LINE_COLORS, escaped

UNKNOWN = "#9a9a9a"
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "star", "cross", "pentagon", "hexagram")
MOST = 24  # classes with a colour and a symbol of their own
SPEEDS = {"Slow": 1_500, "Play": 500, "Fast": 120}  # milliseconds a moment


@dataclass(frozen=True)
class Moment:
    """What the map showed after one event.

    Attributes
    ----------
    text : str
        What happened.
    counts : str
        How many labels there were.
    codes : ndarray of shape (m,), int
        The class of each point, labeled or predicted; -1 where nothing was known.
    labeled, changed, asked : ndarray of int
        Places of points: with a label, answered in this step, asked next.
    """

    text: str
    counts: str
    codes: npt.NDArray[Any]
    labeled: npt.NDArray[Any]
    changed: npt.NDArray[Any]
    asked: npt.NDArray[Any]


def replay_figure(
    xy: npt.ArrayLike,
    classes: Sequence[str],
    moments: Sequence[Moment],
    colors: Mapping[str, str] | None = None,
) -> go.Figure:
    """Draw moments of a map as an animation.

    Parameters
    ----------
    xy : array of shape (m, 2)
        Places of the points.
    classes : sequence of str
        Names of the classes; codes of the moments are places in it.
    moments : sequence of Moment
    colors : mapping of str to str, optional
        The colour of each class.

    Returns
    -------
    plotly.graph_objects.Figure
        A frame for each moment; classes differ in colour and in symbol.

    See Also
    --------
    nblabel.replay : The moments of a log.
    """
    places = np.asarray(xy, dtype=np.float32)
    groups = _groups(classes, moments)
    frames = [
        go.Frame(
            name=str(number),
            data=_traces(places, moment, groups, colors or {}),
            layout={"title": {"text": _title(moment)}},
        )
        for number, moment in enumerate(moments)
    ]
    figure = go.Figure(frames[0].data, frames=frames)
    figure.update_layout(
        template="none",
        title={"text": _title(moments[0]), "font": {"size": 14}},
        height=620,
        margin={"l": 10, "r": 10, "t": 50, "b": 130},
        xaxis={"visible": False, "range": _range(places[:, 0])},
        yaxis={"visible": False, "range": _range(places[:, 1]), "scaleanchor": "x"},
        updatemenus=[_buttons()],
        sliders=[_slider(moments)],
    )
    return figure


def _range(values: npt.NDArray[Any]) -> list[float]:
    low, high = float(values.min()), float(values.max())
    room = 0.05 * (high - low) or 1.0
    return [low - room, high + room]


def _groups(classes: Sequence[str], moments: Sequence[Moment]) -> dict[str, list[int]]:
    """Return the classes that have a colour, by name, and the others together."""
    counts = np.zeros(len(classes) + 1, dtype=int)
    for moment in moments:
        counts += np.bincount(moment.codes + 1, minlength=len(counts))
    order = np.argsort(-counts[1:], kind="stable").tolist()
    own = sorted(order[:MOST])
    groups = {classes[code]: [code] for code in own}
    if len(order) > MOST:
        groups[f"{len(order) - MOST} other classes"] = order[MOST:]
    return groups


def _title(moment: Moment) -> str:
    return f"{escaped(moment.text)} · {moment.counts}"


def _traces(
    xy: npt.NDArray[Any],
    moment: Moment,
    groups: dict[str, list[int]],
    colors: Mapping[str, str],
) -> list[go.Scatter]:
    """Return the points by class, then the labeled ones, those of this step, the next question."""
    parts: list[tuple[str, Any, str, str, int]] = [
        ("nothing known", moment.codes < 0, UNKNOWN, "circle-open", 5)
    ]
    for number, (name, codes) in enumerate(groups.items()):
        color = colors.get(name, LINE_COLORS[number % len(LINE_COLORS)])
        # where the colours begin again, the symbols are others
        symbol = SYMBOLS[(number + number // len(LINE_COLORS)) % len(SYMBOLS)]
        parts.append((escaped(name), np.isin(moment.codes, codes), color, symbol, 6))
    parts += [
        ("labeled", moment.labeled, "#444444", "circle-open", 12),
        ("this step", moment.changed, "#000000", "star", 16),
        ("asked next", moment.asked, "#d55e00", "x-open", 16),
    ]
    return [
        go.Scatter(
            x=xy[places, 0],
            y=xy[places, 1],
            mode="markers",
            name=name,
            hoverinfo="name",
            marker={"size": size, "color": color, "symbol": symbol, "line": {"width": 1}},
        )
        for name, places, color, symbol, size in parts
    ]


def _buttons() -> dict[str, Any]:
    def played(milliseconds: int) -> list[Any]:
        timing = {"duration": milliseconds, "redraw": True}
        return [None, {"frame": timing, "transition": {"duration": 0}, "fromcurrent": True}]

    still = {"frame": {"duration": 0, "redraw": True}, "mode": "immediate"}
    buttons = [
        {"label": name, "method": "animate", "args": played(milliseconds)}
        for name, milliseconds in SPEEDS.items()
    ]
    return {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 95},
        "buttons": [*buttons, {"label": "Pause", "method": "animate", "args": [[None], still]}],
    }


def _slider(moments: Sequence[Moment]) -> dict[str, Any]:
    now = {"frame": {"duration": 0, "redraw": True}, "mode": "immediate"}
    return {
        "currentvalue": {"prefix": "Moment ", "font": {"size": 12}},
        "pad": {"t": 10},
        "steps": [
            {"label": str(number), "method": "animate", "args": [[str(number)], now]}
            for number in range(len(moments))
        ],
    }
