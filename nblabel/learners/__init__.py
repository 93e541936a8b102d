"""Learners: from a few labels to a prediction for every item of the pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners.base import Learner, LearnerError
from nblabel.learners.estimator import EstimatorLearner
from nblabel.learners.knn import KnnLearner
from nblabel.learners.own import OwnLearner

__all__ = [
    "ESTIMATORS",
    "LEARNERS",
    "Calibrated",
    "EstimatorLearner",
    "KnnLearner",
    "Learner",
    "LearnerError",
    "make_learner",
]

LEARNERS = ("auto", "mixed", "graph", "knn", "knn-cosine")
# classifiers by name: the keys of nblabel.learners.named.BUILDERS, which imports scikit-learn
ESTIMATORS = ("logreg", "softmax", "svm", "rf", "hgb", "xgb", "xgb-deep")
CALIBRATED = "-calibrated"


@dataclass(frozen=True)
class Calibrated:
    """A classifier of your own whose probabilities are to be calibrated.

    Parameters
    ----------
    estimator : estimator
        Has ``fit`` and ``predict_proba``; how it is done: see `EstimatorLearner`. One that has
        ``decision_function`` instead, as ``SVC()``, goes through scikit-learn's
        ``CalibratedClassifierCV``.

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(
    ...     data.images, data.classes, learner=nb.learners.Calibrated(GaussianNB())
    ... )
    """

    estimator: Any


def wants_graph(learner: Any) -> bool:
    """Return whether a learner works on the neighbour graph."""
    return isinstance(learner, str) and learner in ("auto", "mixed", "graph")


def _is_own(learner: Any) -> bool:
    """Return whether it makes a learner: no instance, and no class, of an estimator."""
    return callable(learner) and not hasattr(learner, "fit")


def check_learner(learner: Any) -> None:
    """Say what is wrong with a learner before there are embeddings to make it for.

    Raises
    ------
    ValueError, TypeError, ImportError
        As `make_learner`.
    """
    if not _is_own(learner):
        make_learner(learner, np.zeros((1, 1), dtype=np.float32))


def make_learner(
    learner: Any, X: FloatArray, random_state: int = 0, graph: NeighborGraph | None = None
) -> Learner:
    """Make the learner for a pool.

    Parameters
    ----------
    learner : str, estimator, Calibrated or callable
        "mixed" (label propagation and a linear head), "graph" (label propagation alone), "knn"
        (Euclidean), "knn-cosine", "auto" ("mixed"), one of the classifiers below, or any
        scikit-learn classifier with ``predict_proba``, pipelines included; or a class or
        function of your own that makes a `Learner`, called with `X` and `random_state`.
    X : ndarray of shape (n, dim), float32
        Embeddings of the pool.
    random_state : int
        Seed.
    graph : NeighborGraph, optional
        Of the same embeddings. Without it, "knn" stands in for "mixed" and "graph".

    Returns
    -------
    Learner
        One that has learned nothing yet. A classifier that is passed in is copied.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is neither a name nor a classifier with ``predict_proba``, or what your own function
        makes has no ``update``.
    ImportError
        If "xgb" or "xgb-deep" is asked for and XGBoost is not installed.

    Notes
    -----
    The classifiers by name, fitted anew after each change of the labels:

    - "logreg": logistic regression, one against the rest for each class.
    - "softmax": multinomial logistic regression, all classes in one model.
    - "svm": support vector machine with an RBF kernel, and a softmax over its margins.
    - "rf": random forest.
    - "hgb": scikit-learn's histogram gradient boosting.
    - "xgb": XGBoost, from the extra ``nblabel[xgb]``.
    - "xgb-deep": the same with deep trees that stop early, see `nblabel.learners.early`; it begins
      to learn at some twenty labels of a class, and needs hundreds.

    With "-calibrated" behind, as in "rf-calibrated", the probabilities are calibrated by
    temperature scaling; see `EstimatorLearner`. `Calibrated` does it for a classifier of your own.
    """
    if isinstance(learner, Calibrated):
        estimator, name = learner.estimator, type(learner.estimator).__name__ + CALIBRATED
        if hasattr(estimator, "decision_function") and not hasattr(estimator, "predict_proba"):
            from sklearn.calibration import CalibratedClassifierCV

            return EstimatorLearner(X, CalibratedClassifierCV(estimator), random_state, name=name)
        return EstimatorLearner(X, estimator, random_state, calibrate=True, name=name)
    if _is_own(learner):
        return OwnLearner(learner, X, random_state)
    if not isinstance(learner, str):
        return EstimatorLearner(X, learner, random_state)
    base = learner.removesuffix(CALIBRATED)
    if base in ESTIMATORS:
        from nblabel.learners.named import make_estimator

        calibrate = learner.endswith(CALIBRATED)
        return EstimatorLearner(X, make_estimator(base, X), random_state, calibrate, learner)
    if learner not in LEARNERS:
        raise ValueError(
            f"unknown learner {learner!r}; choose one of {', '.join((*LEARNERS, *ESTIMATORS))}, "
            "one "
            f'of the last {len(ESTIMATORS)} with "{CALIBRATED}" behind, or pass a scikit-learn '
            "classifier."
        )
    if graph is not None and wants_graph(learner):
        # compiled code takes a second to load
        from nblabel.learners.graph import GraphLearner
        from nblabel.learners.mixed import MixedLearner
        from nblabel.learners.sized import SizedLearner

        alone = learner == "graph"
        few = GraphLearner(X, graph) if alone else MixedLearner(X, graph, random_state)
        return SizedLearner(X, graph, random_state, few)
    metric = "cosine" if learner == "knn-cosine" else "euclidean"
    return KnnLearner(X, metric=metric, random_state=random_state)  # type: ignore[arg-type]
