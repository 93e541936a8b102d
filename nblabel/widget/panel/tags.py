"""What a panel shows and writes of items that may have several tags."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.log.coding import STATUSES
from nblabel.log.events import LabelEvent, Tags
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.session.shown import ANSWERED
from nblabel.session.tag_engine import LIKELY
from nblabel.widget.text import tags as text


def label_of(session: Session, index: int) -> str | None:
    """Return what an item is labeled as, in words; None where it is not labeled.

    With several tags it is labeled once all of them are answered.
    """
    answer = session.state.answers.get(session.pool.ids[index])
    if not session.multi_label:
        return None if answer is None else answer.label
    if answer is None or session.status[index] not in ANSWERED:
        return None
    return text.listed(session.tags_of(index))


def step_label(event: LabelEvent, place: int = 0) -> str | None:
    """Return what a step of the log says of one of its items, in words."""
    if not event.labels:
        return None
    if event.kind == "withdraw":
        return None
    if event.kind != "tags":
        return event.labels[place]
    tags = Tags.of(event.labels[place])
    return text.listed(tags.yes) if tags.whole else text.of_one(tags.yes, tags.no, tags.unsure)


def step_kind(event: LabelEvent) -> str:
    """Return the kind of a step of the log; tags of the model are accepted, as labels are."""
    return "accept" if event.kind == "tags" and event.source == "model" else event.kind


def n_answers(event: LabelEvent) -> int:
    """Return how many labels a step is about: pairs of item and tag where it is about tags."""
    if event.kind not in ("tags", "withdraw") or not event.labels:
        return len(event.ids)
    return sum(len(Tags.of(one).names) for one in event.labels)


def is_whole(event: LabelEvent) -> bool:
    """Return whether a step answers items in whole, not about single tags."""
    return event.kind != "tags" or all(Tags.of(one).whole for one in event.labels)


def is_asked(session: Session, index: int) -> bool:
    """Return whether an item, of which some tags may be answered, is still a question."""
    status = STATUSES[session.status[index]]
    return status == "open" or (status == "skipped" and not len(session.unanswered))


def describe_tags(session: Session, model: Refit | None, index: int) -> dict[str, Any]:
    """Return the tags of an item, known and predicted, as docs/wire.md has them."""
    tags = session.state.tags
    assert tags is not None, "asked of a session with several tags"
    answered = bool((tags.codes([session.pool.ids[index]], session.classes) >= 0).any())
    predicted = None
    if model is not None:
        names, p = session.classes, model.proba[index]
        order = np.argsort(-p, kind="stable")
        # a class of the model may have been taken back a moment ago
        likely = [code for code in order.tolist() if p[code] >= LIKELY and code < len(names)]
        predicted = [
            {"label": names[code], "confidence": round(float(p[code]), 4)} for code in likely
        ]
    return {"known": session.tags_of(index), "answered": answered, "predicted": predicted}


def certainty(proba: FloatArray) -> FloatArray:
    """Return how sure the least certain tag of each item is, from a half to 1, (n,)."""
    least = np.full(len(proba), 1, dtype=np.float32)
    for p in proba.T:
        np.minimum(least, np.maximum(p, 1 - p), out=least)
    return least


def share_certain(proba: FloatArray, least: float) -> float:
    """Return the share of all pairs of item and tag whose answer is at least so probable."""
    n_pairs = max(proba.size, 1)
    return sum(int((np.maximum(p, 1 - p) >= least).sum()) for p in proba.T) / n_pairs


def tell_tags(session: Session, content: dict[str, Any]) -> LabelEvent:
    """Write an answer about an item in whole."""
    return session.tell(
        session.pool.index_of(content["id"]), list(content["tags"]), uid=content["uid"]
    )
