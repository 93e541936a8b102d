"""Learners where an item may have several tags: from a few answers to each tag of every item."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from nblabel.arrays import FloatArray, Int8Array
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners import LEARNERS, make_learner, wants_graph
from nblabel.learners.base import Learner, no_update


class TagLearner(Protocol):
    """Learns from answers about tags, and predicts each tag of every item.

    As `nblabel.learners.Learner`, but each pair of item and tag is answered by itself.
    """

    name: str

    def update(self, y: Int8Array, n_classes: int) -> FloatArray:
        """Learn from answers.

        Parameters
        ----------
        y : ndarray of shape (n, n_classes), int8
            1 where an item has a tag, 0 where it has not, -1 where that is not answered.
        n_classes : int
            How many tags there are.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            The probability of each tag by itself; 0.5 while nothing is answered.

        Raises
        ------
        LearnerError
            If it cannot learn from these answers.
        """

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Return the probability of each tag for points that need not be in the pool.

        Parameters
        ----------
        X_new : ndarray of shape (m, dim), float32

        Returns
        -------
        ndarray of shape (m, n_classes), float32

        Raises
        ------
        ValueError
            If the points are not finite numbers in as many dimensions as the pool has.
        LearnerError
            If there was no `update`, or the last one failed.
        """


class OneVsRestLearner:
    """A learner of its own for each tag, against the rest: binary relevance [1]_.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    learner : str or estimator
        As for `nblabel.learners.make_learner`.
    random_state : int
        Seed.

    References
    ----------
    .. [1] Zhang, Li, Liu, Geng: Binary relevance for multi-label learning: an overview. Frontiers
       of Computer Science, 2018.
    """

    def __init__(self, X: FloatArray, learner: Any, random_state: int) -> None:
        self._asked = learner, X, random_state
        self._parts: list[Learner] = []
        self._n_classes = 0
        self.name = self._made().name

    def _made(self) -> Learner:
        return make_learner(*self._asked)

    def update(self, y: Int8Array, n_classes: int) -> FloatArray:
        self._n_classes = 0  # nothing holds if this fails
        self._parts += [self._made() for _ in range(n_classes - len(self._parts))]
        proba = np.empty((len(y), n_classes), dtype=np.float32, order="F")
        for code, part in enumerate(self._parts[:n_classes]):
            proba[:, code] = part.update(y[:, code].astype(np.intp), 2)[:, 1]
        self._n_classes = n_classes
        return proba

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        if not self._n_classes:
            raise no_update()
        parts = self._parts[: self._n_classes]
        return np.column_stack([part.predict_proba(X_new)[:, 1] for part in parts])


class TagShareLearner:
    """Predicts how frequent each tag is among the answers, for every item alike.

    It stands in while the items are being embedded. One is added to either count, as
    `nblabel.learners.shares.ShareLearner` does.
    """

    name = "shares"

    def __init__(self, X: FloatArray, random_state: int) -> None:  # noqa: ARG002  as all learners
        self._shares: FloatArray | None = None

    def update(self, y: Int8Array, n_classes: int) -> FloatArray:  # noqa: ARG002
        yes, asked = (y == 1).sum(axis=0), (y >= 0).sum(axis=0)
        self._shares = ((yes + 1) / (asked + 2)).astype(np.float32)
        return self.predict_proba(y)

    def predict_proba(self, X_new: Any) -> FloatArray:
        if self._shares is None:
            raise no_update()
        return np.tile(self._shares, (len(X_new), 1))


def make_tag_learner(
    learner: Any, X: FloatArray, random_state: int = 0, graph: NeighborGraph | None = None
) -> TagLearner:
    """Make the learner of tags for a pool.

    Parameters
    ----------
    learner : str, estimator, Calibrated or type
        "auto" or "mixed": a linear head, with label propagation where there is a graph. Anything
        else that `nblabel.learners.make_learner` takes, a learner of your own included, learns each
        tag by itself, from 1 (yes), 0 (no) and -1 (not answered).
    X : ndarray of shape (n, dim), float32
        Embeddings of the pool.
    random_state : int
        Seed.
    graph : NeighborGraph, optional
        Of the same embeddings.

    Returns
    -------
    TagLearner
        One that has learned nothing yet.
    """
    if learner is TagShareLearner:
        return TagShareLearner(X, random_state)
    if isinstance(learner, str) and learner in LEARNERS and wants_graph(learner):
        from nblabel.learners.tag_mixed import TagMixedLearner

        return TagMixedLearner(X, graph, random_state)
    return OneVsRestLearner(X, learner, random_state)
