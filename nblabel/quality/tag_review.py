"""Answers about tags to review: those that the model and the neighbours contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nblabel.log.events import Tags
from nblabel.quality.issues import LONE, LabelIssues, without_own_label
from nblabel.quality.one_tag import ANSWERS

if TYPE_CHECKING:
    from nblabel.session import Session


def find_tag_issues(session: Session, n: int | None) -> LabelIssues:
    """Find answers about tags that are probably wrong; as `nblabel.find_label_issues`.

    An item is left out with all of its tags: what is known of the others tells of the one.
    """
    import pandas as pd

    session.refit(1)  # finds the neighbour graph if it may
    people = session.learned_from(accepted=False)
    rows = session.labeled
    if len(rows) < 2:
        raise ValueError(
            "finding label issues takes at least two labels: one to check and one to learn from."
        )
    proba, graph = without_own_label(session, rows), session.engine.graph
    at, codes = np.nonzero(people[rows] >= 0)
    given = people[rows[at], codes]
    yes = proba[at, codes].astype(np.float64)
    supported = np.where(given == 1, yes, 1 - yes)
    best = np.maximum(yes, 1 - yes)
    trust = supported / best
    agree = np.full(len(at), np.nan)
    if graph is not None:
        now = session.predict()
        for place in np.unique(at).tolist():  # item by item: all at once takes much memory
            near = now[graph.indices[rows[place]]]
            same = (near == now[rows[place]]).mean(axis=0)
            agree[at == place] = same[codes[at == place]]
        trust = trust * (agree + LONE) / (1 + LONE)
    order = np.argsort(trust, kind="stable")[:n]
    found, of_tag = rows[at[order]], [session.classes[code] for code in codes[order].tolist()]
    ids = [session.pool.ids[row] for row in found.tolist()]
    table = pd.DataFrame(
        {
            "index": found,
            "id": ids,
            "tag": of_tag,
            "label": [ANSWERS[answer] for answer in given[order].tolist()],
            "suggestion": [ANSWERS[answer] for answer in (yes[order] >= 0.5).tolist()],
            "probability": best[order],
            "trust": trust[order],
            "neighbors": agree[order],
            "annotator": [
                _annotator(session, item, tag) for item, tag in zip(ids, of_tag, strict=True)
            ],
        }
    )
    _, first = np.unique(found, return_index=True)
    return LabelIssues(len(at), found[np.sort(first)], table)


def _annotator(session: Session, item: str, tag: str) -> str | None:
    """Return who answered last about a tag of an item."""
    for event in reversed(session.state.history(item)):
        if event.kind == "tags" and event.source != "model":
            tags = Tags.of(event.labels[event.ids.index(item)])
            if tags.whole or tag in tags.names:
                return event.annotator
    return None
