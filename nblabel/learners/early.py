"""Boosting that stops by itself: labels held out for a while say when."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from nblabel.arrays import FloatArray, IntArray


class EarlyStopping(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A boosted classifier that finds out by itself how many rounds it needs.

    Parameters
    ----------
    estimator : estimator
        ``xgboost.XGBClassifier`` with ``early_stopping_rounds``, or another whose ``fit`` takes
        ``eval_set``.
    share : float
        Share of the labels that is held out, class by class; each class keeps at least one label to
        learn from.
    random_state : int, optional
        Seed of the division.

    Attributes
    ----------
    estimator_ : estimator
        The fitted classifier.
    classes_ : ndarray
        The classes it knows.

    Notes
    -----
    `Session` hands a learner all labels and no others, while XGBoost wants those that decide
    when to stop apart. They are held out only to find the number of rounds; then all labels are
    learned from in as many, for labels are dear. Where no class has two, boosting goes on to its
    last round.

    Examples
    --------
    >>> from xgboost import XGBClassifier  # doctest: +SKIP
    >>> boosted = XGBClassifier(n_estimators=1_000, early_stopping_rounds=100)  # doctest: +SKIP
    >>> nb.Session(images, classes, learner=EarlyStopping(boosted))  # doctest: +SKIP
    """

    def __init__(self, estimator: Any, share: float = 0.1, random_state: int | None = None) -> None:
        self.estimator = estimator
        self.share = share
        self.random_state = random_state

    def fit(self, X: FloatArray, y: IntArray) -> EarlyStopping:
        """Find the number of rounds on a part of the labels, and fit on all.

        Parameters
        ----------
        X : ndarray of shape (n, dim)
            Items.
        y : ndarray of shape (n,), int
            Their class numbers, from 0 without gaps.

        Raises
        ------
        ValueError
            If `share` is not between 0 and 1.
        """
        if not 0 < self.share < 1:
            raise ValueError(f"share is {self.share!r}; choose one between 0 and 1, such as 0.1.")
        held = self._held_out(y)
        settings = {"early_stopping_rounds": None}
        if held.any():
            tried = clone(self.estimator)
            tried.fit(X[~held], y[~held], eval_set=[(X[held], y[held])], verbose=False)
            settings["n_estimators"] = tried.best_iteration + 1
        self.estimator_ = clone(self.estimator).set_params(**settings).fit(X, y, verbose=False)
        self.classes_ = self.estimator_.classes_
        return self

    def predict_proba(self, X: FloatArray) -> FloatArray:
        """Return the probability of each class in `classes_`, (m, n_classes)."""
        proba: FloatArray = self.estimator_.predict_proba(X)
        return proba

    def predict(self, X: FloatArray) -> IntArray:
        """Return the likeliest class of each item, (m,)."""
        likeliest: IntArray = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return likeliest

    def _held_out(self, y: IntArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
        rng = np.random.default_rng(self.random_state)
        held = np.zeros(len(y), dtype=bool)
        for code in np.unique(y):
            members = rng.permutation(np.flatnonzero(y == code))
            held[members[: min(max(1, round(self.share * len(members))), len(members) - 1)]] = True
        return held
