"""Learners: what turns a few labels into a prediction for every item of the pool."""

from __future__ import annotations

from typing import Any

from nblabel.learners.base import Learner, LearnerError
from nblabel.learners.estimator import EstimatorLearner
from nblabel.learners.knn import KnnLearner
from nblabel.pool import FloatArray

__all__ = ["LEARNERS", "EstimatorLearner", "KnnLearner", "Learner", "LearnerError", "make_learner"]

LEARNERS = ("auto", "knn", "knn-cosine")


def make_learner(learner: Any, X: FloatArray, random_state: int = 0) -> Learner:
    """Make the learner for a pool.

    Parameters
    ----------
    learner : str or estimator
        "knn" (Euclidean), "knn-cosine", "auto" (now "knn"), or a scikit-learn classifier with
        ``predict_proba``, pipelines included.
    X : ndarray of shape (n, dim), float32
        Embeddings of the pool.
    random_state : int
        Seed.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is neither a name nor a classifier with ``predict_proba``.
    """
    if not isinstance(learner, str):
        return EstimatorLearner(X, learner, random_state)
    if learner not in LEARNERS:
        raise ValueError(
            f"unknown learner {learner!r}; choose one of {', '.join(LEARNERS)}, or pass a "
            "scikit-learn classifier."
        )
    metric = "cosine" if learner == "knn-cosine" else "euclidean"
    return KnnLearner(X, metric=metric, random_state=random_state)  # type: ignore[arg-type]
