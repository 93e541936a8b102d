"""A learner of the user's own, held to what every learner must do."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners.base import LearnerError, check_points, check_proba, no_update


class OwnLearner:
    """A learner made by a function or class of the user's own.

    Parameters
    ----------
    make : callable
        Called as ``make(X, random_state)``; returns an object with ``update(y, n_classes)``, see
        `Learner`. Its ``predict_proba(X_new)`` is needed for points outside the pool only.
    X : ndarray of shape (n, dim), float32
        Embeddings of the pool.
    random_state : int
        Seed.

    Raises
    ------
    TypeError
        If what is made has no ``update``.
    """

    def __init__(self, make: Any, X: FloatArray, random_state: int) -> None:
        self._X = X
        self._n_classes = 0
        self._learner = make(X, random_state)
        self.name = str(getattr(self._learner, "name", type(self._learner).__name__))
        if not callable(getattr(self._learner, "update", None)):
            raise TypeError(
                f"learner {make!r} made {self.name}, which has no update(y, n_classes); see "
                "nblabel.learners.Learner. A scikit-learn classifier is passed as an instance."
            )

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        self._n_classes = 0  # nothing holds if this fails
        failed = f"{self.name} failed on {np.count_nonzero(y >= 0)} labels"
        try:
            proba = self._learner.update(y.copy(), n_classes)
        except Exception as error:  # whatever a user's own learner raises
            raise LearnerError(f"{failed}: {error}") from error
        checked = check_proba(proba, (len(y), n_classes), self.name)
        self._n_classes = n_classes
        return checked

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        if not self._n_classes:
            raise no_update()
        points = check_points(X_new, self._X.shape[1])
        if not callable(getattr(self._learner, "predict_proba", None)):
            raise LearnerError(
                f"{self.name} has no predict_proba(X_new), which points outside the pool need."
            )
        try:
            proba = self._learner.predict_proba(points)
        except Exception as error:  # whatever a user's own learner raises
            raise LearnerError(f"{self.name} failed on {len(points)} points: {error}") from error
        return check_proba(proba, (len(points), self._n_classes), self.name)
