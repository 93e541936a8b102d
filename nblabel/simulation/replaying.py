"""A log as an animation: the map as it was after each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray, is_whole
from nblabel.explore.projection import METHODS, project
from nblabel.log.events import REMARKS, LabelEvent
from nblabel.pool.order import in_pool_order
from nblabel.session import Session
from nblabel.session.shown import class_codes, colors_of
from nblabel.system.format import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from nblabel.plots.replay import Moment

WORDS = {
    "label": "labeled",
    "tags": "answered",
    "skip": "skipped",
    "flag": "flagged",
    "accept": "accepted from the model",
    "undo": "undo",
    "redo": "redo",
    "withdraw": "accepted labels taken back",
    "add_class": "class added",
    "rename_class": "class renamed",
    "merge_classes": "classes merged",
    "delete_class": "class deleted",
    "retire_class": "class retired",
    "restore_class": "class restored",
    "split_class": "class split",
    "nest_classes": "classes moved",
}
HIDDEN = (*REMARKS, "audit", "repeat", "order_classes", "describe_class")  # nothing to be seen


def replay(
    session: Any,
    *,
    frames: int = 60,
    projection: Any = "umap",
    max_points: int = 2_000,
    random_state: int = 0,
) -> go.Figure:
    """Play a log again: what was labeled, predicted and asked next, answer by answer.

    The learner is fitted anew to the labels of each moment, so that the map shows what it predicted
    then. Undone steps, merged classes and imports are there as they happened.

    Parameters
    ----------
    session : Session or Labeler
        Whose log is played. For a store alone, open it with its pool:
        ``nb.Session(pool, classes, store="labels.sqlite")``.
    frames : int
        How many moments are shown, at most; with more events they lie evenly between them.
    projection : {"umap", "tsne", "pca"} or array of shape (n, 2)
        Where the items lie on the map.
    max_points : int
        How many items are drawn, at most; beyond, a sample drawn at random, and all that were
        labeled one by one.
    random_state : int
        Seed of the sample.

    Returns
    -------
    plotly.graph_objects.Figure
        With buttons to play it at three speeds and to pause, and a slider to step through it.
        ``figure.write_html("replay.html")`` makes a file that needs no kernel.

    Raises
    ------
    ValueError
        If the log is empty, or an argument is not usable.
    TypeError
        If this is neither a session nor a panel.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, data.classes)
    >>> for index in range(12):
    ...     _ = session.tell(index, data.classes[data.labels[index]])
    >>> figure = nb.replay(session, projection="pca")
    >>> len(figure.frames)
    13
    """
    from nblabel.plots.replay import replay_figure  # plotly takes a second to load
    from nblabel.system.progress import tqdm

    live = getattr(session, "session", session)
    if not isinstance(live, Session):
        raise TypeError(f"{session!r} is no session; pass a Session or a Labeler.")
    for name, value in (("frames", frames), ("max_points", max_points)):
        if not is_whole(value) or value < 1:
            raise ValueError(f"{name} must be a whole number from 1 on, not {value!r}.")
    shown = [event for event in live.events() if event.kind not in HIDDEN]
    if not shown:
        raise ValueError("the log is empty; label some items first.")
    if live.awaits_embeddings:
        raise ValueError("the items are not embedded yet; wait until they are.")
    xy = _places(live, projection)
    some = _sample(live, max_points, random_state)
    names: dict[str, int] = {}
    moments = list(
        tqdm(
            _moments(live, _evenly(shown, frames), some, names),
            total=min(frames, len(shown)) + 1,
            desc="Replaying",
            unit="moment",
            delay=1,
            leave=False,
        )
    )
    colors = dict(zip(live.classes, colors_of(live), strict=True))
    return replay_figure(xy[some], list(names), moments, colors)


def _places(session: Session, projection: Any) -> FloatArray:
    if isinstance(projection, str):
        if projection not in METHODS:
            raise ValueError(f"projection must be one of {', '.join(METHODS)}, or coordinates.")
        return project(session.embeddings, projection)
    xy = np.asarray(in_pool_order(session.pool, projection, "projection"), dtype=np.float32)
    if xy.shape != (len(session.pool), 2) or not np.isfinite(xy).all():
        raise ValueError(f"projection must be {len(session.pool):,} rows of two finite numbers.")
    return xy


def _sample(session: Session, most: int, random_state: int) -> IntArray:
    """Return positions, ascending: all, or a sample with what was labeled one by one."""
    n = len(session.pool)
    if n <= most:
        return np.arange(n)
    single = [event.ids[0] for event in session.events() if len(event.ids) == 1]
    found = session.pool.find(dict.fromkeys(single))
    wanted = found[found >= 0][:most]
    others = np.random.default_rng(random_state).permutation(np.setdiff1d(np.arange(n), wanted))
    return np.sort(np.concatenate([wanted, others[: most - len(wanted)]])).astype(np.intp)


def _evenly(events: list[LabelEvent], most: int) -> list[tuple[LabelEvent, int]]:
    """Return some of the events with their numbers, the last among them."""
    places = np.linspace(0, len(events) - 1, min(most, len(events))).round().astype(int)
    return [(events[place], place + 1) for place in places.tolist()]


def _moments(
    live: Session, steps: list[tuple[LabelEvent, int]], some: IntArray, names: dict[str, int]
) -> Iterator[Moment]:
    """Yield the map before the first event, and after each of some; collect the class names."""
    past = live.as_of(0)
    yield _moment(past, "Before the first label", some, names, None)
    for event, number in steps:
        past.advance(event.seq)
        text = f"Step {number:,}: {_text_of(event)}"
        yield _moment(past, text, some, names, event)


def _text_of(event: LabelEvent) -> str:
    words = WORDS.get(event.kind, event.kind)
    who = f" by {event.annotator}" if event.annotator else ""
    if not event.ids:
        return words + who
    if event.source == "import":
        words = "imported"
    distinct = list(dict.fromkeys(event.names)) if event.kind != "tags" else []
    called = f" {distinct[0]}" if len(distinct) == 1 else ""
    return f"{counted(len(event.ids), 'item')} {words}{called}{who}"


def _moment(
    past: Session, text: str, some: IntArray, names: dict[str, int], event: LabelEvent | None
) -> Moment:
    from nblabel.plots.replay import Moment

    for name in past.classes:
        names.setdefault(name, len(names))
    numbers = np.array([*(names[name] for name in past.classes), -1])
    y = past.y[some]
    labeled = (y >= 0) if y.ndim == 1 else (y >= 0).any(axis=1)
    query = past.refit(1)
    codes = class_codes(past, query if past.predicts else None)[some]
    codes = np.where(codes < len(past.classes), codes, -1)  # no label, or no tag
    asked = query.query.indices[:1]
    changed = past.pool.find(dict.fromkeys(event.ids)) if event is not None else np.empty(0, int)
    return Moment(
        text=text,
        counts=f"{counted(past.n_labeled, 'label')}",
        codes=numbers[codes],
        labeled=np.flatnonzero(labeled),
        changed=np.flatnonzero(np.isin(some, changed)),
        asked=np.flatnonzero(np.isin(some, asked)),
    )
