"""The model side of a session whose items may have several tags."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners.prior import Prior
from nblabel.learners.tag_prior import TagPrior, TagPriorLearner
from nblabel.learners.tags import TagShareLearner, make_tag_learner
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.strategies.tags import TagView, make_tag_strategy

LIKELY = 0.5  # from this probability on, a tag is predicted


class TagEngine(Engine):
    """An `Engine` that learns from answers about tags: ``snapshot.y`` has a column for each class.

    Probabilities are those of each tag by itself.
    """

    _below: tuple[tuple[int, tuple[int, ...]], ...] = ()  # as in the newest snapshot

    _view = TagView
    _make_strategy = staticmethod(make_tag_strategy)
    _shares = TagShareLearner

    def learner_anew(
        self,
        bulk: IntArray | None = None,  # noqa: ARG002
        prior: Prior | None = None,
    ) -> Any:
        """Return a learner like the present one that has learned nothing yet."""
        learner = make_tag_learner(self._wanted[0], self.X, self._random_state, self.graph)
        prior = self.prior if prior is None else prior
        if isinstance(prior, TagPrior):
            return TagModel(learner, TagPriorLearner(learner, self.X, prior), self._below)
        return TagModel(learner, None, self._below)

    def refit(self, snapshot: Snapshot, n: int, explain: int | None = None) -> Refit:
        self._below = snapshot.below
        if isinstance(self._model, TagModel):
            self._model.below = self._below
        return super().refit(snapshot, n, explain)

    def _labeled_in(self, snapshot: Snapshot) -> IntArray:
        return np.flatnonzero((snapshot.y >= 0).any(axis=1))


class TagModel:
    """A learner of tags, as an `Engine` asks it.

    Parameters
    ----------
    learner : TagLearner
    with_prior : TagPriorLearner, optional
        The same learner, with what was known before.
    below : tuple of (int, tuple of int)
        As in `Snapshot.below`.
    """

    def __init__(
        self,
        learner: Any,
        with_prior: TagPriorLearner | None = None,
        below: tuple[tuple[int, tuple[int, ...]], ...] = (),
    ) -> None:
        self.learner, self.below = learner, below
        self._model = learner if with_prior is None else with_prior
        self.bulk: IntArray | None = None

    @property
    def name(self) -> str:
        """What the learner is called."""
        return str(self.learner.name)

    @property
    def reach(self) -> Any:
        """The learner, which may know where labels reach."""
        return self.learner

    @property
    def trust(self) -> FloatArray | None:
        """The trust in the prior of each tag, None without one."""
        return getattr(self._model, "trust", None)

    def update(self, y: Any, n_classes: int) -> FloatArray:
        """Learn from answers; as `nblabel.learners.tags.TagLearner.update`."""
        return coherent(self._model.update(y, n_classes), self.below)

    def hedged(self, proba: FloatArray) -> FloatArray:
        """Return the probabilities that questions go by: those that `update` returned."""
        return proba

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Return the probability of each tag for new points."""
        return coherent(self._model.predict_proba(X_new), self.below)


def coherent(proba: FloatArray, below: tuple[tuple[int, tuple[int, ...]], ...]) -> FloatArray:
    """Return probabilities in which a tag is as probable as the likeliest one below it, or more.

    So no item is predicted to have a tag without those above it, whatever the threshold is. This is
    the constraint of Giunchiglia and Lukasiewicz, "Coherent hierarchical multi-label classification
    networks", NeurIPS 2020.
    """
    if not below:
        return proba
    found = proba.copy(order="K")
    for parent, some in reversed(below):
        for code in some:
            np.maximum(found[:, parent], found[:, code], out=found[:, parent])
    return found


def mean_confidence(proba: FloatArray) -> FloatArray:
    """Return the probability of the likelier answer, (n,): the mean over the tags of each item."""
    total = np.zeros(len(proba), dtype=np.float32)
    for p in proba.T:  # column by column: no copy of all
        total += np.maximum(p, 1 - p)
    found: FloatArray = total / max(proba.shape[1], 1)
    return found
