"""Any scikit-learn classifier as a learner."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.learners.base import LearnerError
from nblabel.pool import FloatArray, IntArray


class EstimatorLearner:
    """A scikit-learn classifier or pipeline, fitted anew on the labeled items' embeddings.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    estimator : estimator
        Has ``fit`` and ``predict_proba``. It is cloned; the one passed in stays untouched.
    random_state : int
        Given to every part of the estimator that has an unset ``random_state``.

    Raises
    ------
    TypeError
        If it is no classifier with ``predict_proba``.
    """

    def __init__(self, X: FloatArray, estimator: Any, random_state: int = 0) -> None:
        from sklearn.base import clone

        if isinstance(estimator, type):
            raise TypeError(
                f"learner is the class {estimator.__name__}; pass an instance: "
                f"{estimator.__name__}()."
            )
        if not (hasattr(estimator, "fit") and hasattr(estimator, "predict_proba")):
            raise TypeError(
                f"learner {estimator!r} has no predict_proba. Choose a classifier that has, or wrap "
                "it in sklearn.calibration.CalibratedClassifierCV."
            )
        self._estimator = clone(estimator)
        unset = [
            key
            for key, value in self._estimator.get_params().items()
            if (key == "random_state" or key.endswith("__random_state")) and value is None
        ]
        self._estimator.set_params(**dict.fromkeys(unset, random_state))
        self._X = X
        self.name = type(estimator).__name__

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        from sklearn.base import clone

        labeled = np.flatnonzero(y >= 0)
        seen = np.unique(y[labeled])
        proba = np.zeros((len(y), n_classes), dtype=np.float32, order="F")
        if not seen.size:
            proba[:] = 1 / n_classes
        elif (
            seen.size == 1
        ):  # many classifiers refuse a single class; there is nothing to tell apart
            proba[:, seen[0]] = 1
        else:
            model = clone(self._estimator)
            try:
                with np.errstate(all="ignore"):  # the outcome is checked below
                    model.fit(self._X[labeled], y[labeled])
                    proba[:, model.classes_] = model.predict_proba(self._X)
            except Exception as error:  # whatever a user's own estimator raises
                raise LearnerError(
                    f"{self.name} failed on {labeled.size} labels: {error}"
                ) from error
        if not np.isfinite(proba).all():
            raise LearnerError(f"{self.name} returned probabilities that are not finite.")
        if proba.min() < 0 or np.abs(proba.sum(axis=1) - 1).max() > 1e-3:
            raise LearnerError(f"{self.name} returned probabilities that do not sum to 1.")
        return proba
