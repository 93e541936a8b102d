"""Figures of a session as the panel shows them: colours of the points, counts, pace."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners import CALIBRATED
from nblabel.log.coding import STATUSES
from nblabel.log.events import Tags
from nblabel.log.listed import ClassDetails
from nblabel.quality.costs import labels_per_hour
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.session.facts import columns_of
from nblabel.session.searching import SINGULAR
from nblabel.session.shown import class_counts, colors_of, tag_codes
from nblabel.system.format import interval
from nblabel.system.palette import SOURCES, UNLABELED, WITHOUT, class_colors, confidence_colors
from nblabel.system.values import looks
from nblabel.widget import text
from nblabel.widget.panel.column_colors import PREFIX, color_by_column
from nblabel.widget.panel.keys import has_many, keys_of
from nblabel.widget.panel.tags import certainty
from nblabel.widget.text import here
from nblabel.widget.text import tags as tag_text
from nblabel.widget.view.hosts import in_marimo
from nblabel.widget.view.map import Colors

MOST_CLUSTERS = 40  # told apart by colour; nobody looks through a longer legend
NO_DETAILS = ClassDetails()
RECENT = 200  # answers the pace is read from
LISTED = 50  # classes of very many that are sent with their counts, the most frequent first
USED = 20  # classes that were used last


def check_choices(projection: Any, map_kind: Any) -> None:
    """Refuse what a panel cannot show.

    Raises
    ------
    ValueError
        If the projection or the map is unknown, or the front end cannot show it.
    """
    if isinstance(projection, str) and projection not in {*text.PROJECTIONS} - {"custom"}:
        raise ValueError(
            f"unknown projection {projection!r}; choose 'umap', 'tsne' or 'pca', or give an array "
            "of shape (n, 2) or a function that returns one."
        )
    if map_kind not in ("canvas", "plotly"):
        raise ValueError(f"unknown map {map_kind!r}; choose 'canvas' or 'plotly'.")
    if map_kind == "plotly" and in_marimo():
        raise ValueError(
            "marimo cannot show plotly's map, a widget of its own, below the panel; leave out "
            "map='plotly': the panel then draws the map by itself."
        )


def color_points(
    session: Session, model: Refit | None, mode: str, clusters: IntArray | None = None
) -> Colors:
    """Return the colours of all points in one of the modes of the map."""
    if model is None and mode in ("prediction", "confidence"):
        return _coded(
            mode, np.zeros(len(session.pool), np.uint8), [text.NO_PREDICTION], [UNLABELED]
        )
    if mode == "confidence":
        assert model is not None
        return _confidence(certainty(model.proba) if session.multi_label else model.predicted[1])
    if mode == "source":
        return _source(session)
    if mode.startswith(PREFIX):
        column = columns_of(session.pool)[int(mode.removeprefix(PREFIX))]
        codes, names, palette = color_by_column(column)
        return _coded(mode, codes, names, palette)
    if mode == "cluster":
        return _cluster(len(session.pool), clusters)
    if session.multi_label:
        return _tags(session, model if mode == "prediction" else None, mode)
    names = [*session.classes, text.NO_LABEL]
    palette = [*colors_of(session), UNLABELED]
    y = session.y
    if mode == "prediction" and model is not None and session.predicts:
        y = np.where(y >= 0, y, model.predicted[0])
    # a class of the model may have been taken back a moment ago
    known = (y >= 0) & (y < len(session.classes))
    few = len(names) <= 256
    codes = np.where(known, y, len(session.classes)).astype(np.uint8 if few else np.uint16)
    return _coded(mode, codes, names, palette)


def _tags(session: Session, model: Refit | None, mode: str) -> Colors:
    names = [*session.classes, tag_text.NO_TAG, text.NO_LABEL]
    palette = [*colors_of(session), WITHOUT, UNLABELED]
    codes = tag_codes(session, model).astype(np.uint8 if len(names) <= 256 else np.uint16)
    return _coded(mode, codes, names, palette, n_last=2)


def _confidence(confidence: FloatArray) -> Colors:
    palette = confidence_colors()
    steps = len(palette)
    codes = np.minimum(confidence * steps, steps - 1).astype(np.uint8)
    names = [interval(step / steps, (step + 1) / steps) for step in range(steps)]
    return _coded("confidence", codes, names, palette)


def _cluster(n: int, clusters: IntArray | None) -> Colors:
    if clusters is None:
        names = [text.NO_CLUSTERS]
        return _coded("cluster", np.zeros(n, dtype=np.uint8), names, [UNLABELED])
    count = min(int(clusters.max()) + 1, MOST_CLUSTERS)
    names = [*map(text.cluster, range(count)), text.SMALLER_CLUSTERS, text.NOISE]
    codes = np.where(clusters < 0, count + 1, np.minimum(clusters, count)).astype(np.uint8)
    colors = _coded("cluster", codes, names, [*class_colors(count), UNLABELED, UNLABELED])
    for entry in colors.legend:  # the number of the cluster that it opens
        entry["cluster"] = -1 if entry["code"] > count else entry["code"]
    return colors


def _source(session: Session) -> Colors:
    names = [text.NOT_ANSWERED, *STATUSES[1:]]
    palette = [UNLABELED, *(SOURCES[name] for name in STATUSES[1:])]
    return _coded("source", session.status, names, palette)


def _coded(mode: str, codes: Any, names: list[str], palette: list[str], n_last: int = 1) -> Colors:
    """Return colours with their legend; the last of the names are no classes."""
    counts = np.bincount(codes, minlength=len(names))
    legend: list[dict[str, Any]] = [
        {"code": code, "name": name, "color": palette[code], "count": int(counts[code])}
        for code, name in enumerate(names)
        if counts[code] or (mode in ("prediction", "label") and code < len(names) - n_last)
    ]
    if mode in ("prediction", "label") and has_many(names):
        # a page knows the other classes, and counts their points by itself
        n_classes = len(names) - n_last
        classes, last = legend[:n_classes], legend[n_classes:]
        legend = [*sorted(classes, key=lambda one: -one["count"])[:LISTED], *last]
    return Colors(mode, codes, palette, legend)


def describe_project(session: Session, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return the traits that a page is to have before it shows anything."""
    return {
        "classes": describe_classes(session, chosen),
        "store": describe_store(session),
        "pool": {"total": len(session.pool), "noun": SINGULAR[session.pool.kind]},
        "multi_label": session.multi_label,
    }


def describe_classes(
    session: Session, chosen: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return the classes of docs/wire.md, with their keys, some of them chosen, and colours."""
    names, keys, details = session.classes, keys_of(session, chosen), session.class_details
    like, splits, retired = lookalikes(session.every_class), session.splits, session.retired
    parents = session.parents
    # with several tags those above others are tags like them
    above = () if session.multi_label else session.parent_classes
    former: dict[str, list[str]] = {}
    for other, name in session.state.renamed.items():
        former.setdefault(name, []).append(other)
    rows: list[dict[str, Any]] = []
    colors = dict(zip(names, colors_of(session), strict=True))
    for name in reversed(above):  # that of the first class below, which is told from the others'
        first = next(one for one in session.every_class if parents.get(one) == name)
        colors[name] = details.get(name, NO_DETAILS).color or colors[first]
    # the place of a class is its number, so those without one stand behind
    for name in (*names, *above):
        color = colors[name]
        row: dict[str, Any] = {"name": name, "key": keys.get(name, ""), "color": color}
        one = details.get(name, NO_DETAILS)
        examples = zip(one.examples, session.pool.find(one.examples).tolist(), strict=True)
        more = {
            "description": one.description,
            "aliases": list(one.aliases),
            "examples": [{"id": item, "index": at} for item, at in examples if at >= 0],
            "also": former.get(name),
            "retired": name in retired,
            "like": like.get(name),
            "parent": parents.get(name),
            "subclasses": name in above,
        }
        row |= {key: value for key, value in more.items() if value}
        if name in splits:
            left = len(session.unsorted(name))
            row["split"] = {"into": list(splits[name]), "left": left}
        rows.append(row)
    return rows


@lru_cache(maxsize=4)
def lookalikes(names: tuple[str, ...]) -> dict[str, str]:
    """Return for some classes an earlier one that a person can hardly tell from it by name."""
    first: dict[str, str] = {}
    found = {name: first.setdefault(looks(name), name) for name in names}
    return {name: like for name, like in found.items() if like != name}


def recent_classes(session: Session) -> list[str]:
    """Return the classes used last, the last one first, where there are more than keys."""
    if not has_many(session.classes):
        return []
    used: dict[str, None] = {}
    for event in session.state.latest(RECENT):
        if event.annotator != session.annotator:
            continue
        if event.kind in ("label", "add_class"):
            used.update(dict.fromkeys(reversed(event.labels)))
        elif event.kind == "tags":
            used.update(dict.fromkeys(tag for one in event.labels for tag in Tags.of(one).yes))
    names = dict.fromkeys(session.classes)
    return [name for name in used if name in names][:USED]


def describe_store(session: Session) -> dict[str, Any]:
    """Return where the labels are kept, as docs/wire.md has it."""
    store = session.store
    return {
        "key": f"{store.key}:{session.pool.fingerprint}",
        "persistent": store.persistent,
        "text": store.text,
    }


def count_labels(session: Session, rows: IntArray | None = None) -> list[dict[str, Any]]:
    """Return how many items have each class, of all or of those at some positions.

    Of more classes than keys the most frequent come first, and no others.
    """
    counts = class_counts(session, rows)
    colors = colors_of(session)
    counted: list[dict[str, Any]] = [
        {"name": name, "color": color, "count": int(count)}
        for name, color, count in zip(session.classes, colors, counts, strict=False)
    ]
    if has_many(counted):
        counted = sorted(counted, key=lambda one: -one["count"])[:LISTED]
    if rows is None:
        above = () if session.multi_label else session.parent_classes
        coarse = ((name, len(session.coarse_labels(name))) for name in above)
        counted += [{"name": name, "color": UNLABELED, "count": n} for name, n in coarse if n]
    return counted


def describe_status(
    session: Session, model: Refit | None, drift: str = "", given: Collection[str] = ()
) -> dict[str, Any]:
    """Return the status of docs/wire.md without its messages.

    `drift` is to be said of the items that an extended pool was extended by, `given` are the uids
    of what was answered in the panel.
    """
    standing = np.bincount(session.status, minlength=len(STATUSES)).tolist()
    n = dict(zip(STATUSES, standing, strict=True))
    left = n["open"] + n["skipped"]
    pace = pace_of(session, given)
    waiting = getattr(session.engine.learner, "waiting", "")
    missing = "" if session.embedded_by is None else session.embedded_by.missing
    notices = ["" if session.store.persistent else text.IN_MEMORY, missing, here.without()]
    notices += [drift, waiting]
    seconds = None if model is None else model.fit_seconds + model.ask_seconds
    return {
        "labeled": n["human"] + n["import"],
        "accepted": n["model"],
        "skipped": n["skipped"],
        "flagged": n["flagged"],
        **({"coarse": n["coarse"]} if n["coarse"] else {}),
        "left": left,
        "total": len(session.pool),
        "per_hour": pace,
        "seconds_left": None if not pace else left / pace * 3600,
        "refit_ms": None if seconds is None else round(seconds * 1e3, 1),
        "model": text.model(session.engine.learner.name, session.engine.strategy.name, CALIBRATED),
        "store": {"persistent": session.store.persistent, "text": session.store.text},
        "classes": count_labels(session),
        "notices": [{"kind": "info", "text": notice} for notice in notices if notice],
    }


def pace_of(session: Session, given: Collection[str]) -> float | None:
    """Return the labels per hour of the last answers given in panels; None where not known."""
    own = (
        event.uid
        for event in session.state.latest(RECENT)
        if event.uid in given and event.annotator == session.annotator
    )
    pace = labels_per_hour(session, list(own))
    return None if math.isnan(pace) else pace
