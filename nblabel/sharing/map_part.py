"""The map of a report: points in few bytes, and what the script needs to show them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray
from nblabel.log.coding import STATUSES
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.sharing import words
from nblabel.sharing.drawing import as_png
from nblabel.sharing.facts import Facts
from nblabel.sharing.markup import Markup, data, joined, tag
from nblabel.sharing.picture import draw_picture, item_words
from nblabel.sharing.samples import (
    CHARACTERS,
    COLUMNS,
    MOST,
    SIDE,
    TEXTS,
    Sheet,
    as_source,
    sheet_of,
    spread_sample,
)
from nblabel.system.format import interval
from nblabel.system.palette import SOURCES, UNLABELED, confidence_colors

STEPS = 65_535  # of a coordinate
NAMES_BYTES = 900_000  # of all ids; of more items only those of the sample are there
OPEN = tuple(STATUSES.index(name) for name in ("open", "skipped", "flagged", "coarse"))

_Array = npt.NDArray[Any]


def map_parts(session: Session, facts: Facts, model: Refit) -> tuple[Markup, Markup]:
    """Return the map, and the block of data that its script draws it of.

    A pool without a map has neither.
    """
    points = facts.points
    if points is None:
        return tag("p", words.NO_MAP), Markup()
    n, is_pictures = len(facts.pool), facts.pool.kind == "images"
    most = MOST if is_pictures else TEXTS
    chosen = spread_sample(n, points, facts.labeled, most, session.random_state)
    sheet = sheet_of(facts.pool, chosen) if is_pictures else Sheet(chosen, "")
    described = _data(session, facts, model, points, sheet)
    about = words.shown_pictures(len(sheet.indices), n, facts.noun)
    if facts.pool.kind in ("items", "sounds", "series"):  # what they are is not in the file
        about = ""
    return _markup(facts, sheet, about), data(described, "data")


def _data(
    session: Session, facts: Facts, model: Refit, points: FloatArray, sheet: Sheet
) -> dict[str, Any]:
    n, pool = len(facts.pool), facts.pool
    shown = sheet.indices
    at = np.rint((np.clip(points, -1, 1) + 1) / 2 * STEPS).astype("<u2")
    modes = {"class": _mode(facts.codes, [[one.name, one.color] for one in facts.legend])}
    confidence = None
    if facts.predicts and not session.multi_label:
        sure = model.predicted[1]
        palette = confidence_colors()
        steps = len(palette)
        names = [interval(step / steps, (step + 1) / steps) for step in range(steps)]
        codes = np.minimum(sure * steps, steps - 1).astype(np.intp)
        modes["confidence"] = _mode(
            codes, [list(pair) for pair in zip(names, palette, strict=True)]
        )
        confidence = _packed(np.rint(100 * sure).astype(np.uint8))
    named = [[words.STATUSES[name], SOURCES.get(name, UNLABELED)] for name in STATUSES]
    modes["status"] = _mode(session.status, named)
    is_text = pool.kind in ("texts", "rows")
    return {
        "n": n,
        "noun": facts.noun,
        "points": _packed(at),
        "modes": modes,
        "last": list(range(len(facts.classes), len(facts.legend))),
        "open": OPEN,
        "predicted": words.PREDICTED,
        "confidence": confidence,
        "shown": shown.tolist(),
        "sheet": {"side": SIDE, "columns": COLUMNS},
        "texts": [item_words(facts, i)[:CHARACTERS] for i in shown.tolist()] if is_text else None,
        **_names(facts, shown),
    }


def _names(facts: Facts, shown: IntArray) -> dict[str, Any]:
    """Return what the items are called, of all of them or of some."""
    pool = facts.pool
    if pool.is_numbered:
        return {"ids": None, "names": {}}
    if sum(len(item.encode()) + 3 for item in pool.ids) <= NAMES_BYTES:
        return {"ids": list(pool.ids), "names": {}}
    return {"ids": None, "names": {i: pool.ids[i] for i in shown.tolist()}}


def _mode(codes: _Array, legend: list[list[str]]) -> dict[str, Any]:
    wide = len(legend) > 256
    return {
        "codes": _packed(codes.astype("<u2" if wide else np.uint8)),
        "wide": wide,
        "legend": [{"name": name, "color": color} for name, color in legend],
    }


def _packed(array: _Array) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def _markup(facts: Facts, sheet: Sheet, about: str) -> Markup:
    caption = " ".join(facts.lines)
    has_confidence = facts.predicts and not facts.multi_label
    names = [name for name in words.MODES if name != "confidence" or has_confidence]
    options = (tag("option", words.MODES[name], value=name) for name in names)
    modes = tag("select", options, id="modes")
    bar = tag(
        "div",
        tag("label", words.COLOR_BY, " ", modes),
        tag("button", "+", type="button", id="closer", aria_label=words.ZOOM_IN),
        tag("button", "−", type="button", id="farther", aria_label=words.ZOOM_OUT),
        tag("button", words.SHOW_ALL, type="button", id="whole"),
        class_="bar",
    )
    canvas = tag(
        "canvas",
        id="points",
        tabindex=0,
        role="application",
        aria_label=f"{words.MAP}. {caption}",
        aria_describedby="map-keys",
    )
    sheet_image = tag("img", id="sheet", src=sheet.source, alt="", hidden=True)
    beside = tag(
        "div",
        tag("p", words.LEGEND, class_="soft", id="legend-title"),
        tag("ul", id="legend", class_="legend", aria_labelledby="legend-title"),
        tag(
            "div",
            tag("p", words.POINT_AT, class_="soft"),
            id="card",
            class_="card",
            aria_live="polite",
        ),
    )
    below = tag("p", words.MAP_KEYS, class_="soft", id="map-keys")
    title = words.map_title(facts.projection, predicts=facts.predicts)
    still = tag("img", src=as_source(as_png(draw_picture(facts))), alt=caption)
    return joined(
        [
            tag("p", title, " ", about),
            tag("noscript", still),
            tag(
                "div",
                bar,
                tag("div", tag("div", canvas, below), beside, class_="map"),
                sheet_image if sheet.source else None,
                id="map",
                hidden=True,
            ),
        ]
    )
