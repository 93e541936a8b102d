"""Coarse labels in an engine: a learner for each level, and what they say together."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners.bulk import BulkLearner
from nblabel.learners.coarse import CoarseLabels, Level, shared_out
from nblabel.learners.prior import Prior


class Maker(Protocol):
    """What is asked of an `Engine`."""

    prior: Prior | None

    def learner_anew(self, bulk: IntArray | None = None, prior: Prior | None = None) -> Any: ...


class Refinement:
    """Has the probabilities of an engine follow coarse labels; see `nblabel.learners.coarse`.

    Without coarse labels nothing is learned and nothing changes.
    """

    def __init__(self) -> None:
        self._labels: CoarseLabels | None = None
        self._learners: list[BulkLearner] = []
        self._of: tuple[Any, ...] = ()
        self._masses: list[FloatArray] = []

    def learn(
        self, maker: Maker, model: Any, labels: CoarseLabels | None, y: IntArray, bulk: IntArray
    ) -> None:
        """Learn from coarse labels, and at their levels from all others.

        Parameters
        ----------
        maker : Engine
            Makes learners.
        model : BulkLearner
            Its present one, of the classes themselves.
        labels : CoarseLabels or None
        y : ndarray of shape (n,), intp
            The other labels, -1 where there are none.
        bulk : ndarray of intp
            Positions labeled in bulk.
        """
        self._labels = labels if labels is not None and len(labels.used) else None
        self._masses = []
        if self._labels is None:
            self._learners, self._of = [], ()
            return
        levels = self._labels.levels
        of = (model, *(level.groups.tobytes() for level in levels))
        if of[1:] != self._of[1:] or self._of[0] is not model:
            self._learners = [self._made(maker, level) for level in levels]
            self._of = of
        for depth, learner in enumerate(self._learners):
            learner.bulk = bulk
            taught = self._labels.labels(depth, y)
            self._masses.append(np.asarray(learner.update(taught, levels[depth].n)))

    def applied(self, proba: Any) -> Any:
        """Return the probabilities of the classes, (n, n_classes), by the labels of all levels."""
        if self._labels is None:
            return proba
        return self._labels.clamped(self._shared_out(self._masses, proba))

    def applied_to(self, X_new: FloatArray, proba: Any) -> Any:
        """Return the same for new points, (m, n_classes)."""
        if self._labels is None:
            return proba
        masses = [np.asarray(one.predict_proba(X_new)) for one in self._learners]
        return self._shared_out(masses, proba)

    def _shared_out(self, masses: list[FloatArray], proba: Any) -> Any:
        assert self._labels is not None
        levels = self._labels.levels
        mass = masses[0]
        for depth in range(1, len(levels)):
            mass = shared_out(mass, masses[depth], levels[depth].inside(levels[depth - 1]))
        return shared_out(mass, proba, levels[-1].groups)

    @staticmethod
    def _made(maker: Maker, level: Level) -> BulkLearner:
        prior = None if maker.prior is None else maker.prior.grouped(level.groups, level.n)
        made: BulkLearner = maker.learner_anew(None, prior)
        return made


def without(proba: FloatArray, retired: IntArray) -> FloatArray:
    """Return probabilities in which classes have none; each row still adds up to 1."""
    if not len(retired):
        return proba
    kept = proba.copy(order="K")
    kept[:, retired] = 0
    total = kept.sum(axis=1, keepdims=True)
    lost = total[:, 0] <= 0  # nothing was known but that it is of one of these
    if lost.any():
        kept[lost] = 1
        kept[np.ix_(lost, retired)] = 0
        total[lost] = proba.shape[1] - len(retired)
    kept /= total
    return kept
