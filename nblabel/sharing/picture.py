"""A picture of a session for a notebook that nobody runs: map, counts, curves, latest labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from nblabel.pool.mosaic import tile
from nblabel.pool.pictures import MediaError
from nblabel.sharing import words
from nblabel.sharing.curves import Curves
from nblabel.sharing.drawing import INK, LINE, SCALE, SOFT, Drawing, rgb_of
from nblabel.sharing.facts import ClassFact, Facts, Latest
from nblabel.system.format import count
from nblabel.system.palette import UNLABELED

WIDTH, HEIGHT = 900, 400  # pixels of the page
MAP, TOP, LEFT = 340, 48, 12
CLASSES, CURVES = 366, 610  # where the columns begin
ROWS = 17  # of classes
TILE, GAP = 62, 8
RINGS = 400  # labeled items that are marked
CHARACTERS = 120  # of a text or row
BAND, RIGHT, SURE = "#c9dfec", "#0072b2", "#a86d00"


def draw_picture(facts: Facts) -> Image.Image:
    """Draw what there is to tell of a session.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    PIL.Image.Image
        1,800 × 800 pixels, twice as many as it takes on a page, in at most 128 colours.
    """
    drawing = Drawing(WIDTH, HEIGHT)
    drawing.box(0, 0, WIDTH, HEIGHT, line=LINE)
    drawing.text(LEFT, 12, facts.lines[0], size=16, width=640)
    drawing.text(WIDTH - LEFT, 15, words.day(facts.when), size=11, color=SOFT, align="right")
    _draw_map(drawing, facts)
    _draw_classes(drawing, facts)
    _draw_curves(drawing, facts.curves)
    drawing.text(CURVES, 206, words.LATEST, size=12, color=SOFT)
    if facts.latest:
        _draw_latest(drawing, facts)
    else:
        drawing.text(CURVES, 230, words.NO_LABELS, size=12)
    return drawing.finished()


def _draw_map(drawing: Drawing, facts: Facts) -> None:
    drawing.box(LEFT - 1, TOP - 1, MAP + 2, MAP + 2, line=LINE)
    if facts.points is None:
        middle = LEFT + MAP / 2
        drawing.text(middle, TOP + MAP / 2 - 8, words.NO_MAP, size=12, color=SOFT, align="middle")
        return
    legend = facts.legend
    order = np.argsort(facts.codes < len(facts.classes), kind="stable")  # classes lie on top
    colors = rgb_of([one.color for one in legend], facts.codes[order])
    n = len(order)
    radius = 3 if n < 2_000 else 2 if n < 10_000 else 1
    drawing.scatter(LEFT, TOP, MAP, facts.points[order], colors, radius)
    marked = facts.labeled[-RINGS:]
    drawing.rings(
        LEFT, TOP, MAP, facts.points[marked], [legend[code].color for code in facts.codes[marked]]
    )


def _draw_classes(drawing: Drawing, facts: Facts) -> None:
    title = words.COUNTS if facts.predicts else words.LABELS
    drawing.text(CLASSES, TOP, title, size=12, color=SOFT)
    rows: list[ClassFact] = list(facts.classes)
    if len(rows) > ROWS:
        rows = sorted(rows, key=lambda one: (-one.n_labels, -one.n_items))[: ROWS - 1]
    step = 19
    for place, one in enumerate(rows):
        y = TOP + 22 + place * step
        drawing.box(CLASSES, y + 1, 11, 11, fill=one.color)
        drawing.text(CLASSES + 18, y, one.name, size=12, width=104)
        drawing.text(CLASSES + 166, y, count(one.n_labels), size=12, align="right")
        if facts.predicts:
            drawing.text(CLASSES + 222, y, count(one.n_items), size=12, color=SOFT, align="right")
    if len(rows) < len(facts.classes):
        more = f"and {words.more_classes(len(facts.classes) - len(rows))}"
        drawing.text(CLASSES + 18, TOP + 22 + len(rows) * step, more, size=12, color=SOFT)


def _draw_curves(drawing: Drawing, curves: Curves) -> None:
    x, y, width, height = CURVES + 34, TOP + 20, WIDTH - LEFT - CURVES - 40, 100
    drawing.text(CURVES, TOP, words.CURVES, size=12, color=SOFT)
    for share in (0, 0.5, 1):
        level = y + height * (1 - share)
        drawing.line([(x, level), (x + width, level)], LINE, 0.5)
        drawing.text(x - 6, level - 6, f"{share:.0%}", size=10, color=SOFT, align="right")
    accuracy, confident = curves.accuracy, curves.confident
    most = max((row[0] for row in (*accuracy, *confident)), default=0)
    if not most:
        drawing.text(x + width / 2, y + 62, words.NO_CURVES, size=11, color=SOFT, align="middle")
        return

    def at(n: float, share: float) -> tuple[float, float]:
        return x + width * n / most, y + height * (1 - share)

    if len(accuracy) > 1:
        drawing.area(
            [at(row[0], row[2]) for row in accuracy]
            + [at(row[0], row[3]) for row in reversed(accuracy)],
            BAND,
        )
    names = ((accuracy, RIGHT, words.ACCURACY), (confident, SURE, words.CONFIDENT))
    for place, (rows, color, name) in enumerate(names):
        points = [at(row[0], row[1]) for row in rows]
        if len(points) == 1:
            drawing.box(points[0][0] - 2, points[0][1] - 2, 4, 4, fill=color)
        elif points:
            drawing.line(points, color, 1.5)
        if points:
            drawing.text(x + 90 * place, y + height + 6, name, size=11, color=color)
    drawing.text(
        x + width, y + height + 6, words.given(int(most)), size=10, color=SOFT, align="right"
    )


def _draw_latest(drawing: Drawing, facts: Facts) -> None:
    if facts.pool.kind != "images":
        _draw_lines(drawing, facts)
        return
    for place, one in enumerate(facts.latest):
        x = CURVES + (place % 4) * (TILE + GAP)
        y = 226 + (place // 4) * (TILE + 22)
        try:
            pixels = facts.pool.image(one.index, TILE * SCALE)
        except MediaError:
            pixels = None
        if pixels is None:
            drawing.box(x, y, TILE, TILE, line=LINE)
        else:
            drawing.image(x, y, tile(pixels, TILE * SCALE))
        drawing.text(x + TILE / 2, y + TILE + 3, one.label, size=10, width=TILE + 4, align="middle")


def _draw_lines(drawing: Drawing, facts: Facts) -> None:
    """Write texts, rows or ids, a line for each."""
    for place, one in enumerate(facts.latest):
        y = 228 + place * 20
        color = _color_of(facts.classes, one)
        drawing.box(CURVES, y + 1, 10, 10, fill=color)
        drawing.text(CURVES + 16, y, one.label, size=11, color=INK, width=76)
        caption = item_words(facts, one.index)[:CHARACTERS]
        drawing.text(CURVES + 98, y, caption, size=11, color=SOFT, width=WIDTH - LEFT - CURVES - 98)


def _color_of(classes: Sequence[ClassFact], one: Latest) -> str:
    known = {known.name: known.color for known in classes}
    return known.get(one.label.split(", ")[0], UNLABELED)


def item_words(facts: Facts, index: int) -> str:
    """Return an item that is no picture in a line: its text, its cells, or what it is called."""
    pool = facts.pool
    text, row = pool.text(index), pool.row(index)
    if text is not None:
        return " ".join(text.split())
    if row is not None:
        return ", ".join(f"{cell.name} {'' if cell.value is None else cell.value}" for cell in row)
    return pool.name(index)
