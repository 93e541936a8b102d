"""The learning curves as an SVG that takes its colours from the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nblabel.sharing import words
from nblabel.sharing.curves import Curves
from nblabel.sharing.markup import Markup, joined, table, tag
from nblabel.system.format import count, interval, percent

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 12, 40
ROWS = 30  # of the table of points


class _Axes(NamedTuple):
    most: float

    def x(self, n: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * n / self.most, 1)

    def y(self, share: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(n)},{self.y(share)}" for n, share in points)


def curves_chart(curves: Curves) -> Markup:
    """Return the curves, and their points as a table for those who cannot see them."""
    accuracy, confident = curves
    axes = _Axes(max(row[0] for row in (*accuracy, *confident)))
    drawn = [*_grid(axes)]
    if len(accuracy) > 1:
        low = [(row[0], row[2]) for row in accuracy]
        high = [(row[0], row[3]) for row in reversed(accuracy)]
        drawn.append(tag("polygon", points=axes.path([*low, *high]), class_="band"))
    for rows, name in ((accuracy, "right"), (confident, "sure")):
        points = [(row[0], row[1]) for row in rows]
        if len(points) == 1:
            (n, share) = points[0]
            spot = {"x": axes.x(n) - 3, "y": axes.y(share) - 3, "width": 6, "height": 6}
            drawn.append(tag("rect", **spot, class_=f"spot {name}"))
        elif points:
            drawn.append(tag("polyline", points=axes.path(points), class_=f"curve {name}"))
    caption = words.curves_said(accuracy, confident)
    chart = tag("svg", drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=caption)
    named = [
        tag("span", words.ACCURACY_LONG, class_="key right") if accuracy else None,
        tag("span", words.CONFIDENT_LONG, class_="key sure") if confident else None,
    ]
    details = tag("details", tag("summary", words.AS_TABLE), _points_table(curves))
    return joined([tag("figure", chart, tag("figcaption", named)), details])


def _grid(axes: _Axes) -> Iterator[Markup]:
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = axes.y(share)
        yield tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
        yield tag("text", f"{share:.0%}", x=LEFT - 8, y=y + 4, text_anchor="end")
    base = HEIGHT - BOTTOM + 18
    yield tag("text", "0", x=LEFT, y=base, text_anchor="start")
    yield tag("text", count(axes.most), x=WIDTH - RIGHT, y=base, text_anchor="end")
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield tag("text", words.LABELS_GIVEN, x=middle, y=base, text_anchor="middle")


def _points_table(curves: Curves) -> Markup:
    by_n: dict[int, list[str]] = {}
    for n, share, low, high in _some(curves.accuracy):
        by_n.setdefault(int(n), ["", "", ""])[:2] = [percent(share), interval(low, high)]
    for n, share in _some(curves.confident):
        by_n.setdefault(int(n), ["", "", ""])[2] = percent(share)
    rows = ([count(n), *cells] for n, cells in sorted(by_n.items()))
    return table(words.CURVE_COLUMNS, rows, caption=words.CURVES)


def _some(rows: list[list[float]]) -> list[list[float]]:
    """Return the rows, of very many some with the last."""
    step = -(-len(rows) // ROWS) if rows else 1
    return rows[::-1][::step][::-1]
