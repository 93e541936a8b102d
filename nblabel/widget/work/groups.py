"""Groups of items that a person looks through before one label goes to all but a few of them.

A cluster, what is nearly equal, what was drawn around on the map, or what is most like an item.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.log.coding import STATUSES
from nblabel.session import Session
from nblabel.session.facts import Facts, columns_of
from nblabel.widget import text
from nblabel.widget.panel.figures import count_labels
from nblabel.widget.panel.keys import LIKELIEST, has_many
from nblabel.widget.panel.state import PanelState

MOST_VALUES = 1_000  # of a column, that are listed
NAME_LENGTH = 100  # characters
BY_PEOPLE = tuple(STATUSES.index(name) for name in ("human", "import"))


def contradiction_in(session: Session, members: IntArray) -> str:
    """Return a warning if people's labels of some items disagree, else an empty string."""
    if session.multi_label:
        return ""
    known = members[np.isin(session.status[members], BY_PEOPLE)]
    labels = [one for one in count_labels(session, known) if one["count"]]
    labels.sort(key=lambda one: -one["count"])
    counts = [(one["name"], one["count"]) for one in labels]
    return text.contradiction(counts) if len(counts) > 1 else ""


def likeliest_of(session: Session, state: PanelState, members: IntArray) -> list[str]:
    """Return the classes that keys give a group, where there are more classes than keys."""
    model, names = state.model, session.classes
    if model is None or not session.predicts or not has_many(names):
        return []
    counts = np.bincount(model.predicted[0][members], minlength=len(names))
    first = np.argsort(-counts, kind="stable")[:LIKELIEST]
    return [names[code] for code in first.tolist() if counts[code] and code < len(names)]


def nearly_equal(session: Session, state: PanelState, index: int) -> IntArray:
    """Return an item and what is nearly equal to it; embeddings may have changed since.

    Raises
    ------
    ValueError
        If there is nothing.
    """
    session.positions(index)
    if state.near is None or state.near.size(index) < 2:
        raise ValueError(text.NOTHING_NEAR)
    return state.near.members(index)


def cluster_of(
    session: Session, state: PanelState, number: int | None
) -> tuple[IntArray, dict[str, Any]]:
    """Return the members of a cluster, and what it is called, with those beside it.

    Parameters
    ----------
    session, state
    number : int or None
        None for the first of which most have no label yet.

    Raises
    ------
    ValueError
        If there is no such cluster.
    """
    clusters = state.clusters
    if clusters is None:
        raise ValueError(text.NO_CLUSTERS_YET)
    numbers = np.unique(clusters)
    order = [*numbers[numbers >= 0].tolist(), *numbers[numbers < 0].tolist()]  # noise last
    if number is None:
        known = np.isin(session.status, BY_PEOPLE)
        left = (one for one in order if known[clusters == one].mean() < 0.5)
        number = next(left, order[0])
    if number not in order:
        raise ValueError(text.cluster_gone(number))
    place = order.index(number)
    return np.flatnonzero(clusters == number), {
        "number": number,
        "name": text.cluster_name(number),
        "previous": order[place - 1] if place else None,
        "next": order[place + 1] if place + 1 < len(order) else None,
    }


def at_random(facts: Facts, members: IntArray, seed: int) -> IntArray:  # noqa: ARG001
    """Return members in an order of which each screen is a fair sample."""
    return np.random.default_rng([seed, len(members)]).permutation(members)


def central_first(facts: Facts, members: IntArray, seed: int) -> IntArray:  # noqa: ARG001
    """Return members, those near to their middle first."""
    return members[np.argsort(_distances(facts.X[members]), kind="stable")]


def outliers_first(facts: Facts, members: IntArray, seed: int) -> IntArray:  # noqa: ARG001
    """Return members, first those that the model doubts to be of their main class, then the far."""
    return members[np.lexsort((-_distances(facts.X[members]), -_doubts(facts, members)))]


ORDERS = {"random": at_random, "outliers": outliers_first, "central": central_first}


def _doubts(facts: Facts, members: IntArray) -> FloatArray:
    """Return how much the model doubts that each is of the main class, in hundredths."""
    model = facts.model
    if model is None or facts.tags is not None or not len(members):
        return np.zeros(len(members), dtype=np.float32)
    main = np.bincount(model.predicted[0][members]).argmax()
    doubts: FloatArray = np.round(1 - model.proba[members, main], 2)
    return doubts


def _distances(X: FloatArray) -> FloatArray:
    """Return how far each is from the mean of all."""
    if not len(X):
        return np.empty(0, dtype=np.float32)
    distances: FloatArray = np.linalg.norm(X - X.mean(axis=0), axis=1)
    return distances


def values_in(facts: Facts, content: dict[str, Any], members: IntArray) -> dict[str, Any]:
    """Return where the items of each value of a column begin, if that is the order of a gallery.

    Nothing is returned of numbers and dates, and of too many values to choose from.
    """
    names = {one.name: one for one in reversed(columns_of(facts.pool))}
    column = names.get(str(content.get("of"))) if content["order"] == "column" else None
    if column is None or column.numbers is not None or not len(members):
        return {}
    known, codes = column.categories
    found = codes[members]
    starts = np.flatnonzero(np.diff(found, prepend=found[0] - 1))
    if len(starts) > MOST_VALUES:
        return {}
    called = [known[code][:NAME_LENGTH] if code >= 0 else None for code in found[starts].tolist()]
    return {
        "values": [
            {"name": name, "start": start}
            for name, start in zip(called, starts.tolist(), strict=True)
        ]
    }
