"""What other libraries ask next, and the models that learn from the answers.

A query gets the state of a loop and the number of questions, and returns the positions to ask.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDS = 5


@dataclass(frozen=True)
class State:
    """A pool with some labels.

    Attributes
    ----------
    X : ndarray of shape (n, dim)
        Embeddings.
    truth : ndarray of shape (n,), int
        Right answers; queries see those of `labeled` only.
    labeled : list of int
        Positions with a label.
    classifier : callable
        Makes a model that is not fitted yet.
    rng : numpy.random.Generator
        For what a query draws.
    """

    X: Any
    truth: Any
    labeled: list[int]
    classifier: Callable[[], Any]
    rng: Any

    @cached_property
    def left(self) -> Any:
        """Positions without a label."""
        return np.setdiff1d(np.arange(len(self.truth)), self.labeled)

    @cached_property
    def model(self) -> Any:
        """The classifier fitted to the labels; None while they are of one class."""
        known = self.truth[self.labeled]
        if len(np.unique(known)) < 2:
            return None
        return self.classifier().fit(self.X[self.labeled], known)

    def predict(self, X: Any) -> Any:
        """Return the class of each row; the only known one while there is no model."""
        if self.model is None:
            return np.full(len(X), self.truth[self.labeled[0]])
        return self.model.predict(X)


Query = Callable[[State, int], list[int]]


# models


def logistic() -> Any:
    """Return logistic regression on standardized embeddings."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))


class AtMost:
    """Nearest neighbours, as many as there are, up to five."""

    def fit(self, X: Any, y: Any) -> Any:
        """Return the fitted model."""
        return KNeighborsClassifier(min(5, len(y)), weights="distance").fit(X, y)


def linear_head(X: Any, y: Any, test: tuple[Any, Any] | None = None) -> float:
    """Return the accuracy of logistic regression that has all labels but those it is judged by.

    Judged by `test`, if it is given; else by cross-validation on the pool.
    """
    if test is not None:
        return float(logistic().fit(X, y).score(*test))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return float((cross_val_predict(logistic(), X, y, cv=folds) == y).mean())


# queries


def at_random(state: State, n: int) -> list[int]:
    """Return items drawn at random."""
    return [int(i) for i in state.rng.choice(state.left, n, replace=False)]


def with_a_model(query: Query) -> Query:
    """Return a query that draws single items at random until there is a model."""

    def asked(state: State, n: int) -> list[int]:
        return at_random(state, 1) if state.model is None else query(state, n)

    return asked


@with_a_model
def least_confident(state: State, n: int) -> list[int]:
    """Return the items whose most likely class is least likely, with scikit-learn alone."""
    confidence = state.model.predict_proba(state.X[state.left]).max(axis=1)
    return [int(i) for i in state.left[np.argsort(confidence, kind="stable")[:n]]]


@with_a_model
def entropy_of_modal(state: State, n: int) -> list[int]:
    """Return the items of the highest entropy, with modAL."""
    from modAL.uncertainty import entropy_sampling

    found = entropy_sampling(state.model, state.X[state.left], n_instances=n)
    return [int(i) for i in state.left[np.ravel(found[0] if isinstance(found, tuple) else found)]]


def of_activeml(name: str, **settings: Any) -> Query:
    """Return the query of a strategy of scikit-activeml, by the name of its class."""

    def query(state: State, n: int) -> list[int]:
        from skactiveml import pool
        from skactiveml.classifier import SklearnClassifier

        strategy = getattr(pool, name)(**settings, random_state=int(state.rng.integers(2**31)))
        y = np.full(len(state.truth), np.nan)
        y[state.labeled] = state.truth[state.labeled]
        asked: dict[str, Any] = {"X": state.X, "y": y, "candidates": state.left, "batch_size": n}
        if "clf" in inspect.signature(strategy.query).parameters:
            known = y[state.labeled]
            wrapped = SklearnClassifier(state.model, classes=np.unique(known))
            asked |= {"clf": wrapped.fit(state.X[state.labeled], known), "fit_clf": False}
        return [int(i) for i in strategy.query(**asked)]

    return query
