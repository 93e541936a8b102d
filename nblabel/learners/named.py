"""The classifiers that are learners by name, with settings for ten to some hundred labels."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners.early import EarlyStopping


def make_estimator(name: str, X: FloatArray) -> Any:
    """Return the unfitted classifier of a name.

    Parameters
    ----------
    name : str
        One of `nblabel.learners.ESTIMATORS`.
    X : ndarray of shape (n, dim), float32
        Embeddings of the pool, which the scale of the linear and kernel models is read from.

    Raises
    ------
    ImportError
        If the name is "xgb" or "xgb-deep" and XGBoost is not installed.
    """
    return BUILDERS[name](X)


class SoftmaxSVC(SVC):  # type: ignore[misc]
    """A support vector classifier whose probabilities need no second fit.

    Notes
    -----
    Platt's sigmoids (``SVC(probability=True)``, deprecated in scikit-learn 1.9, or
    ``CalibratedClassifierCV``) need several labels of each class to be held out. Here the sigmoid
    of twice the margin between two classes stands for the probability of the one against the other,
    and a class is as likely as that it wins against each of the others: the softmax of the sum of
    the logarithms. Two classes thus have the sigmoid of twice their margin. Items are put in a
    sensible order; how sure to be of them is for calibration to say. Of the slopes 1, 2, 3, 4 and
    6, on MNIST and Fashion-MNIST (PCA 50, 20 to 500 labels), 1 and 2 had the least log loss and the
    steeper ones one in a hundred predictions more right; plain sums of the margins had fewest
    right.
    """

    SLOPE = 2

    def predict_proba(self, X: FloatArray) -> FloatArray:
        """Return the probability of each class in `classes_`, (m, n_classes)."""
        from scipy.special import softmax

        k = len(self.classes_)
        margins = self.SLOPE * np.reshape(self.decision_function(X), (len(X), -1))
        if k == 2:  # scikit-learn's sign for two classes is the other way round
            margins = -margins
        scores = np.zeros((len(X), k))
        for column, (one, other) in enumerate(zip(*np.triu_indices(k, 1), strict=True)):
            scores[:, one] -= np.logaddexp(0, -margins[:, column])
            scores[:, other] -= np.logaddexp(0, margins[:, column])
        proba: FloatArray = softmax(scores, axis=1)
        return proba


class OneThreadRegression(LogisticRegression):  # type: ignore[misc]
    """Logistic regression whose matrix products use one thread.

    They are small and many: with more threads each waits for the slowest, and on a machine at work
    a fit took a hundred times as long.
    """

    def fit(self, X: FloatArray, y: IntArray) -> OneThreadRegression:
        """Fit in one thread."""
        with threadpool_limits(1, user_api="blas"):
            super().fit(X, y)
        return self


class OneThreadBoosting(HistGradientBoostingClassifier):  # type: ignore[misc]
    """Histogram gradient boosting in one thread: it has no ``n_jobs`` to say so with.

    With as many OpenMP threads as cores, each of its many short parallel loops waits for the
    slowest: on a machine at work, small fits took a hundred times as long.
    """

    def fit(self, X: FloatArray, y: IntArray) -> OneThreadBoosting:
        """Fit in one thread."""
        with threadpool_limits(1, user_api="openmp"):
            super().fit(X, y)
        return self

    def predict_proba(self, X: FloatArray) -> FloatArray:
        """Return the probability of each class in `classes_`, (m, n_classes), in one thread."""
        with threadpool_limits(1, user_api="openmp"):
            proba: FloatArray = super().predict_proba(X)
        return proba


def standardized(X: FloatArray, mean: FloatArray, scale: np.float32) -> FloatArray:
    """Return points around the origin, in units of one typical deviation."""
    return (X - mean) / scale


def _scaled(X: FloatArray, classifier: Any) -> Any:
    # One scale for all dimensions, from the whole pool. With one for each dimension, noise counts
    # as much as the leading components: logistic regression on 100 labels of MNIST, PCA 50, then
    # falls from 75 to 66 % right, and an SVM from 78 to 67 %.
    mean = X.mean(axis=0, dtype=np.float64)
    deviation = np.sqrt(X.var(axis=0, dtype=np.float64).mean())
    options = {
        "mean": mean.astype(np.float32),
        "scale": np.float32(deviation) if deviation > 1e-30 else np.float32(1),
    }
    return make_pipeline(FunctionTransformer(standardized, kw_args=options), classifier)


def _logreg(X: FloatArray) -> Any:
    return _scaled(X, OneVsRestClassifier(OneThreadRegression(max_iter=1_000)))


def _softmax(X: FloatArray) -> Any:
    return _scaled(X, OneThreadRegression(max_iter=1_000))


def _svm(X: FloatArray) -> Any:
    return _scaled(X, SoftmaxSVC(C=10, decision_function_shape="ovo"))


def _rf(_: FloatArray) -> Any:
    return RandomForestClassifier(100)


def _hgb(_: FloatArray) -> Any:
    # Fewer than 40 labels hold no split under the default, 20 items to a leaf. A draw of the
    # dimensions keeps the trees from all splitting where the first one did.
    return OneThreadBoosting(
        max_iter=50,
        max_leaf_nodes=8,
        min_samples_leaf=1,
        max_features=0.2,
        l2_regularization=1,
        early_stopping=False,
    )


def _xgb(_: FloatArray) -> Any:
    # As for "hgb": a few labels weigh less than the default leaf, 1.
    return _boosted(
        "xgb", n_estimators=50, max_depth=3, min_child_weight=0.01, colsample_bynode=0.3
    )


def _xgb_deep(_: FloatArray) -> Any:
    # Settings made for 600 to 60,000 labels of MNIST: with fewer than some 20 of a class, leaves
    # are cut off by `reg_alpha`, and nothing is learned.
    return EarlyStopping(
        _boosted(
            "xgb-deep",
            n_estimators=500,
            learning_rate=0.08,
            max_depth=10,
            subsample=0.8,
            colsample_bytree=0.8,
            reg_alpha=8,
            reg_lambda=2,
            early_stopping_rounds=100,
        )
    )


def _boosted(name: str, **settings: Any) -> Any:
    try:
        xgboost = importlib.import_module("xgboost")
    except ImportError as error:
        raise ImportError(
            f'learner "{name}" needs XGBoost, which is not installed: pip install "nblabel[xgb]"'
        ) from error
    return xgboost.XGBClassifier(**settings, n_jobs=1, verbosity=0)


BUILDERS: dict[str, Callable[[FloatArray], Any]] = {
    "logreg": _logreg,
    "softmax": _softmax,
    "svm": _svm,
    "rf": _rf,
    "hgb": _hgb,
    "xgb": _xgb,
    "xgb-deep": _xgb_deep,
}
