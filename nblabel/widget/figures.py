"""Figures of a session as the views show them: colours of the points, counts, pace."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.learners import CALIBRATED
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.session.session import STANDINGS
from nblabel.widget.map import Colors
from nblabel.widget.palette import SOURCES, UNLABELED, class_colors, confidence_colors

BREAK_SECONDS = 60.0  # a longer pause is a break and does not count as work
MOST_CLUSTERS = 40  # told apart by colour; nobody looks through a longer legend
RECENT = 200  # answers the pace is read from
LEARNERS = {
    "knn": ("nearest labeled items", "the nearest labeled items decide"),
    "knn-cosine": ("nearest labeled items", "the nearest labeled items decide, by angle"),
    "graph": ("similar items", "labels spread over the graph of similar items"),
    "logreg": ("logistic regression", "one line against the rest for each class"),
    "softmax": ("softmax regression", "one linear model for all classes"),
    "svm": ("support vectors", "a support vector machine with a Gaussian kernel"),
    "rf": ("random forest", "the trees of a random forest vote"),
    "hgb": ("boosted trees", "gradient boosting on histograms"),
    "xgb": ("boosted trees", "XGBoost"),
    "xgb-deep": ("boosted trees", "XGBoost with deep trees; it needs hundreds of labels"),
}
STRATEGIES = {
    "random": ("at random", "drawn at random"),
    "least_confidence": ("doubtful first", "where the likeliest class is least likely"),
    "margin": ("doubtful first", "where the two likeliest classes are closest"),
    "entropy": ("doubtful first", "where the probabilities are most spread, by entropy"),
    "density": ("typical first", "where the pool is densest"),
    "diversity": ("varied first", "what is least like the labeled items"),
    "product": (
        "doubtful, typical and varied first",
        "by the product of uncertainty, density and diversity",
    ),
    "turns": (
        "doubtful, typical and varied first",
        "by the product of uncertainty, density and diversity; every eighth where labels reach least",
    ),
    "clusters": (
        "every cluster first",
        "the most typical of each cluster, then the product of uncertainty, density and diversity",
    ),
    "maxherding": ("what covers the most first", "what lies near most of the pool: MaxHerding"),
    "uherding": (
        "what covers most doubts first",
        "what lies near most of what is doubtful: Uncertainty Herding on the neighbours alone",
    ),
    "probcover": ("what covers the most first", "what has most of the pool in reach: ProbCover"),
    "typiclust": (
        "typical of each group first",
        "the most typical of each cluster, with ever more clusters: TypiClust",
    ),
    "smallest_norm": (
        "what labels reach least first",
        "where the labels spread over the neighbour graph arrive weakest: PWLL-τ, smallest norm",
    ),
    "herding": (
        "what settles the most first",
        "where most of what is undecided lies near: Uncertainty Herding on the neighbour graph",
    ),
}


def color_points(
    session: Session, refit: Refit | None, mode: str, clusters: IntArray | None = None
) -> Colors:
    """Return the colours of all points in one of the modes of the map."""
    if refit is None and mode in ("prediction", "confidence"):
        return _coded(mode, np.zeros(len(session.pool), np.uint8), ["not known yet"], [UNLABELED])
    if mode == "confidence":
        assert refit is not None
        return _confidence(refit)
    if mode == "source":
        return _source(session)
    if mode == "cluster":
        return _cluster(len(session.pool), clusters)
    names = [*session.classes, "no label yet"]
    palette = [*class_colors(len(session.classes)), UNLABELED]
    y = session.y
    if mode == "prediction" and refit is not None:
        if not (y >= 0).any():
            y[:] = -1
        else:
            y = np.where(y >= 0, y, refit.predicted[0])
    # a class of the model may have been taken back a moment ago
    known = (y >= 0) & (y < len(session.classes))
    codes = np.where(known, y, len(session.classes)).astype(np.uint8)
    return _coded(mode, codes, names, palette)


def _confidence(refit: Refit) -> Colors:
    palette = confidence_colors()
    steps = len(palette)
    codes = np.minimum(refit.predicted[1] * steps, steps - 1).astype(np.uint8)
    names = [f"{10 * step}–{10 * step + 10}\u00a0%" for step in range(steps)]
    return _coded("confidence", codes, names, palette)


def _cluster(n: int, clusters: IntArray | None) -> Colors:
    if clusters is None:
        names = ["none yet: panel.clusters = nblabel.cluster(…)"]
        return _coded("cluster", np.zeros(n, dtype=np.uint8), names, [UNLABELED])
    count = min(int(clusters.max()) + 1, MOST_CLUSTERS)
    names = [*(f"cluster {number}" for number in range(count)), "smaller clusters", "noise"]
    codes = np.where(clusters < 0, count + 1, np.minimum(clusters, count)).astype(np.uint8)
    colors = _coded("cluster", codes, names, [*class_colors(count), UNLABELED, UNLABELED])
    for entry in colors.legend:  # the number of the cluster that it opens
        entry["cluster"] = -1 if entry["code"] > count else entry["code"]
    return colors


def _source(session: Session) -> Colors:
    names = ["not answered", *STANDINGS[1:]]
    palette = [UNLABELED, *(SOURCES[name] for name in STANDINGS[1:])]
    return _coded("source", session.standing, names, palette)


def _coded(mode: str, codes: Any, names: list[str], palette: list[str]) -> Colors:
    counts = np.bincount(codes, minlength=len(names))
    legend = [
        {"code": code, "name": name, "color": palette[code], "count": int(counts[code])}
        for code, name in enumerate(names)
        if counts[code] or (mode in ("prediction", "label") and code < len(names) - 1)
    ]
    return Colors(mode, codes, palette, legend)


def describe_status(
    session: Session,
    refit: Refit | None,
    notices: list[dict[str, str]],
    given: Collection[str] = (),
) -> Any:
    """Return the status of docs/wire.md; `given` are the uids of what was answered in the panel."""
    standing = np.bincount(session.standing, minlength=len(STANDINGS)).tolist()
    n = dict(zip(STANDINGS, standing, strict=True))
    left = n["open"] + n["skipped"]
    pace = labels_an_hour(session, given)
    y = session.y
    counts = np.bincount(y[y >= 0], minlength=len(session.classes))
    colors = class_colors(len(session.classes))
    return {
        "labeled": n["human"] + n["import"],
        "accepted": n["model"],
        "skipped": n["skipped"],
        "flagged": n["flagged"],
        "left": left,
        "total": len(session.pool),
        "per_hour": pace,
        "seconds_left": None if not pace else left / pace * 3600,
        "refit_ms": None
        if refit is None
        else round((refit.fit_seconds + refit.ask_seconds) * 1e3, 1),
        "model": describe_model(session.engine.learner.name, session.engine.strategy.name),
        "store": {"persistent": session.store.persistent, "text": session.store.text},
        "classes": [
            {"name": name, "color": color, "count": int(count)}
            for name, color, count in zip(session.classes, colors, counts, strict=True)
        ],
        "notices": notices,
    }


def describe_model(learner: str, strategy: str) -> dict[str, str]:
    """Return in words how the guesses are made and what is asked first: a short and a long text."""
    base = learner.removesuffix(CALIBRATED)
    guess, decides = LEARNERS.get(base, (base, "a classifier of your own"))
    if base != learner:
        decides += ", its probabilities calibrated"
    order, asked = STRATEGIES.get(strategy, (strategy, "a strategy of your own"))
    return {
        "text": f"Guesses: {guess} · Asks: {order}",
        "title": f"Learner {learner}: {decides}. Strategy {strategy}: {asked}.",
    }


def labels_an_hour(session: Session, given: Collection[str]) -> float | None:
    """Return the pace of the last labels given in the panel; None before there are five.

    Breaks are left out, and so is what was told from code: it says nothing about a person's pace.
    """
    times = [
        event.time
        for event in reversed(session.state.latest(RECENT))
        if event.uid in given and event.kind == "label" and event.annotator == session.annotator
    ]
    gaps = [after - before for before, after in pairwise(times) if after - before < BREAK_SECONDS]
    if len(gaps) < 4 or sum(gaps) < 1:
        return None
    return len(gaps) / sum(gaps) * 3600
