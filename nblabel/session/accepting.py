"""Labels of the model that are taken over: the event that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nblabel.log.events import LabelEvent, new_uid
from nblabel.log.labels import NOT_BY_PEOPLE

if TYPE_CHECKING:
    from nblabel.session import Session


def accept_event(session: Session, labels: Mapping[str, str | None], uid: str | None) -> LabelEvent:
    """Return the event of `Session.accept`.

    Parameters
    ----------
    session : Session
    labels : mapping of str to str or None
        The class of each item by id; None: the one that the model finds likeliest.
    uid : str, optional
        Of the event.

    Raises
    ------
    ValueError
        If nothing was learned from yet, or people answered every one of the items.
    LearnerError
        If the learner fails on the labels.
    """
    items = tuple(labels)
    positions = session.pool.indices_of(items)
    free = np.isin(session.status[positions], NOT_BY_PEOPLE)
    if not free.any():
        raise ValueError("people answered all of these items; the model's labels do not count.")
    if not (session.snapshot().y >= 0).any():
        raise ValueError("nothing was learned yet: label some items before accepting others.")
    refit = session.refit(1)
    names = session.classes
    numbers = {name: number for number, name in enumerate(names)}
    predicted = refit.predicted[0][positions].tolist()
    given = zip(labels.values(), predicted, strict=True)
    codes = np.array([code if name is None else numbers[name] for name, code in given], np.intp)
    probabilities = refit.proba[positions, codes]
    return LabelEvent(
        "accept",
        ids=tuple(item for item, one in zip(items, free.tolist(), strict=True) if one),
        labels=tuple(names[code] for code in codes[free].tolist()),
        probabilities=tuple(probabilities[free].tolist()),
        source="model",
        annotator=session.annotator,
        uid=uid or new_uid(),
    )
