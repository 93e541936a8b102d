"""Answers about tags accepted from the model that the model, as it is now, contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import BoolArray, IntArray
from nblabel.log.events import LabelEvent
from nblabel.quality.one_tag import ANSWERS
from nblabel.quality.stale_report import StaleLabels
from nblabel.session.tag_engine import LIKELY
from nblabel.system.format import count, percent

if TYPE_CHECKING:
    from nblabel.session import Session


@dataclass(frozen=True, repr=False, eq=False)
class TagStaleLabels(StaleLabels):
    """Accepted answers about tags that the model of now contradicts. ``print`` it.

    Attributes
    ----------
    n_accepted : int
        Answers accepted from the model, as they are now: pairs of item and tag.
    indices : ndarray of intp
        Positions of the items of which it contradicts any, each once, the least trusted answer
        first.
    table : DataFrame
        A row for each such answer: index, id, tag, label and suggestion ("yes" or "no"),
        probability (of the suggestion), trust (probability of the label over that of the
        suggestion).
    """

    def withdraw(self, *, uid: str | None = None) -> LabelEvent | None:
        """Withdraw these answers, in one step that one `undo` takes back.

        Other tags of the same items stay accepted. What people answered meanwhile stays as it is.

        Parameters
        ----------
        uid : str, optional
            As for `Session.tell`.

        Returns
        -------
        LabelEvent or None
            As it was committed; None if there is no such answer.

        Raises
        ------
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        session = self._session
        session.refresh()
        if uid is not None and session.knows(uid):
            return session.state.event(uid)  # sent twice
        by_model = _by_model(session)
        numbers = {name: number for number, name in enumerate(session.classes)}
        names: dict[int, list[str]] = {}
        for row, tag in zip(self.table["index"].tolist(), self.table["tag"], strict=True):
            if tag in numbers and by_model[row, numbers[tag]]:
                names.setdefault(row, []).append(tag)
        return session.withdraw([*names], tags=[*names.values()], uid=uid) if names else None

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        if not self.n_accepted:
            return ["No answer about a tag was accepted from the model."]
        n, of = len(self.table), count(self.n_accepted)
        if not n:
            return [f"The model still agrees with all {of} accepted answers about tags."]
        return [
            (
                f"The model now contradicts {count(n)} of {of} accepted answers about tags "
                f"({percent(n / self.n_accepted, 2)}): it, or what it has learned from, has "
                "changed since."
            ),
            (
                "To look at them in a panel: panel.show_next(stale.indices). To withdraw them all "
                "in one step: stale.withdraw()."
            ),
        ]


def find_stale_tags(session: Session) -> TagStaleLabels:
    """Find accepted answers that the model contradicts; a part of `find_stale_labels`."""
    import pandas as pd

    proba = session.refit(1).proba
    by_model = _by_model(session)
    if session.learn_accepted and by_model.any():  # an answer it learned from supports itself
        people = session.learned_from(accepted=False)
        proba = session.engine.learner_anew().update(people.astype(np.int8), people.shape[1])
    given: IntArray = session.y
    rows, codes = np.nonzero(by_model & ((proba >= LIKELY) != (given == 1)))
    yes = proba[rows, codes].astype(np.float64)
    label = given[rows, codes]
    best = np.maximum(yes, 1 - yes)
    trust = np.where(label == 1, yes, 1 - yes) / best
    order = np.argsort(trust, kind="stable")
    rows, codes, label, yes = rows[order], codes[order], label[order], yes[order]
    table = pd.DataFrame(
        {
            "index": rows,
            "id": [session.pool.ids[row] for row in rows.tolist()],
            "tag": [session.classes[code] for code in codes.tolist()],
            "label": [ANSWERS[answer] for answer in label.tolist()],
            "suggestion": [ANSWERS[1 - answer] for answer in label.tolist()],
            "probability": best[order],
            "trust": trust[order],
        }
    )
    indices: IntArray = np.array(list(dict.fromkeys(rows.tolist())), dtype=np.intp)
    return TagStaleLabels(int(by_model.sum()), indices, table, session)


def _by_model(session: Session) -> BoolArray:
    found: BoolArray = session.y != session.learned_from(accepted=False)
    return found
