"""The report of labels to review, and what a model predicts that has not seen them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.system import progress
from nblabel.system.format import count, counted
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

N_FOLDS = 10
LONE = 0.01  # where no neighbour agrees, the model still puts the labels in order


@dataclass(frozen=True, repr=False, eq=False)
class LabelIssues(Report):
    """Labels of people, the least trusted first. ``print`` it.

    Attributes
    ----------
    n_labeled : int
        Labels that were looked at; with several tags, answers about one tag of one item.
    indices : ndarray of intp
        Positions, each once, the least trusted label first. `Labeler.show_next` asks about them
        again.
    table : DataFrame
        A row for each: index, id, label, suggestion (what the model predicts without this label),
        probability (of the suggestion), trust (how far model and neighbours support the label, from
        0 to 1), neighbors (the share of the neighbours with the same label or prediction; NaN
        without a neighbour graph), annotator. With several tags an item, a row for each answer
        about one tag: tag is in front of label, and the labels are "yes" and "no".
    """

    n_labeled: int
    indices: IntArray
    table: pd.DataFrame

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        unlike = int((self.table["label"] != self.table["suggestion"]).sum())
        labels = counted(len(self.table), "label")
        return [
            (
                f"{labels} of {count(self.n_labeled)}, the least trusted "
                f"first. For {count(unlike)} of them the model predicts another class."
            ),
            "To look at them in a panel: panel.show_next(issues.indices).",
        ]


def without_own_label(session: Session, rows: IntArray) -> FloatArray:
    """Return the probabilities of labeled items from models that have not seen their labels.

    Parameters
    ----------
    session : Session
    rows : ndarray of shape (m,), intp
        Positions of the items, ascending.

    Returns
    -------
    ndarray of shape (m, n_classes), float32
    """
    y, n_classes = session.snapshot().y, len(session.classes)
    proba = np.empty((len(rows), n_classes), dtype=np.float32)
    learner = session.engine.learner_anew(session.bulk)
    part = np.random.default_rng([session.random_state, N_FOLDS]).permutation(len(rows)) % N_FOLDS
    part = session.engine.near.together(rows, part)  # a label of a near duplicate is one's own
    for fold in progress.over(np.unique(part).tolist(), "Checking labels"):
        without = y.copy()
        without[rows[part == fold]] = -1
        proba[part == fold] = learner.update(without, n_classes)[rows[part == fold]]
    return proba
