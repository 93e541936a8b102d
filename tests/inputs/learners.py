"""Learners and strategies."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import nblabel as nb
from tests.inputs.case import Kind, begun, refused, warned

KIND = learners = Kind("learners", "Learners and strategies")


def blobs(n: int = 60) -> tuple[nb.Pool, np.ndarray]:
    y = np.arange(n) % 2
    X = np.random.default_rng(0).normal(size=(n, 6)) + 6 * y[:, None]
    return nb.Pool(embeddings=X), y


def learned(make: Any, waits: str, home: Path) -> None:
    """It learns the two groups; until it can, neighbours stand in, and that is said once."""
    pool, y = blobs()
    session = begun(pool, [0, 1], learner=make())
    for index in range(4):
        session.tell(index, y[index])
    if waits:
        with warned(f"{waits} cannot learn from 4 labels yet; nearest labeled neighbours"):
            session.predict()
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            session.predict()
    session.tell(range(50), y[:50])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of scikit-learn
        assert (session.predict().astype(int) == y).all()


def not_taken(make: Any, words: str, home: Path) -> None:
    with refused(words):
        nb.Session(blobs()[0], [0, 1], learner=make())


def neighbors() -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=25)


def grid() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    return GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=3)


def reduced() -> Any:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(PCA(5), LogisticRegression())


def bayes() -> Any:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB()


def calibrated_ridge() -> Any:
    from sklearn.linear_model import RidgeClassifier

    return nb.learners.Calibrated(RidgeClassifier())


def vote() -> Any:
    from sklearn.ensemble import VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB

    return VotingClassifier([("a", GaussianNB()), ("b", LogisticRegression())], voting="soft")


LEARNED = {
    "many_neighbors": ("25 nearest neighbours of scikit-learn", neighbors, "KNeighborsClassifier"),
    "grid_search": ("a grid search with three folds", grid, "GridSearchCV"),
    "pca_in_pipeline": ("a pipeline with five principal components", reduced, "Pipeline"),
    "bayes": ("a naive Bayes classifier", bayes, ""),
    "soft_vote": ("a vote of two classifiers", vote, ""),
    "calibrated_ridge": (
        "a RidgeClassifier in Calibrated",
        calibrated_ridge,
        "RidgeClassifier-calibrated",
    ),
}
for name, (what, make, waits) in LEARNED.items():
    happens = "learns; nearest neighbours stand in until it can" if waits else "learns at once"
    learners.add(name, what, happens, partial(learned, make, waits))


def svc() -> Any:
    from sklearn.svm import SVC

    return SVC()


def ridge() -> Any:
    from sklearn.linear_model import RidgeClassifier

    return RidgeClassifier()


def hard_vote() -> Any:
    from sklearn.ensemble import VotingClassifier
    from sklearn.naive_bayes import GaussianNB

    return VotingClassifier([("a", GaussianNB())])


def a_class() -> Any:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB


def regressor() -> Any:
    from sklearn.linear_model import LinearRegression

    return LinearRegression()


def mixture() -> Any:
    from sklearn.mixture import GaussianMixture

    return GaussianMixture(2)


def grid_over_svc() -> Any:
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import SVC

    return GridSearchCV(SVC(), {"C": [1, 10]})


NOT_TAKEN = {
    "svc": ("SVC() without probabilities", svc, r"SVC\(\) has no predict_proba.*Calibrated"),
    "ridge": ("RidgeClassifier()", ridge, r"RidgeClassifier\(\) has no predict_proba"),
    "hard_vote": ("a vote that counts heads", hard_vote, "has no predict_proba"),
    "a_class": ("a class, no instance", a_class, r"the class GaussianNB; pass an instance"),
    "regressor": ("a regressor", regressor, r"LinearRegression\(\) has no predict_proba"),
    "mixture": (
        "a mixture model, which learns without labels",
        mixture,
        r"GaussianMixture.* is no classifier",
    ),
    "grid_over_svc": ("a grid search over SVC()", grid_over_svc, "has no predict_proba"),
    "none": ("None", lambda: None, "learner None has no predict_proba"),
    "capitals": ("the name KNN", lambda: "KNN", "unknown learner 'KNN'; choose one of"),
    "a_list": ("a list of names", lambda: ["knn", "rf"], r"learner \['knn', 'rf'\] has no"),
}
for name, (what, make, words) in NOT_TAKEN.items():
    learners.add(name, what, "refused: what to pass", partial(not_taken, make, words))


@learners("a classifier that was fitted elsewhere", "copied, and left as it is")
def fitted_elsewhere(home: Path) -> None:
    pool, y = blobs()
    model = bayes().fit(np.zeros((2, 1)), ["p", "q"])
    session = begun(pool, [0, 1], learner=model)
    session.tell(range(10), y[:10])
    assert (session.predict().astype(int) == y).all()
    assert model.classes_.tolist() == ["p", "q"]


@learners("a classifier that fails on every input", "LearnerError: its name and the reason")
def broken(home: Path) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    def fails(X: Any) -> Any:
        raise ValueError("no disk")

    pool, y = blobs()
    session = begun(pool, [0, 1], learner=make_pipeline(FunctionTransformer(fails), bayes()))
    session.tell(range(10), y[:10])
    with refused("Pipeline failed on 10 labels: no disk", nb.LearnerError):
        session.predict()


@learners("a classifier for counts on vectors below zero", "LearnerError: its name and the reason")
def negative_values(home: Path) -> None:
    from sklearn.naive_bayes import MultinomialNB

    pool, y = blobs()
    session = begun(pool, [0, 1], learner=MultinomialNB())
    session.tell(range(10), y[:10])
    with refused("MultinomialNB failed on 10 labels: Negative values", nb.LearnerError):
        session.predict()


@learners("one class labeled only", "everything is predicted as it")
def one_class(home: Path) -> None:
    pool, _ = blobs()
    session = begun(pool, ["x", "y"], learner="logreg")
    session.tell([0, 1], "x")
    assert set(session.predict()) == {"x"}


@learners("a strategy in capitals", "refused: which there are")
def strategy_in_capitals(home: Path) -> None:
    with refused("unknown strategy 'Margin'; choose one of .*margin"):
        nb.Session(blobs()[0], [0, 1], strategy="Margin")


@learners("a strategy as a class, no instance", "refused: pass an instance")
def strategy_as_class(home: Path) -> None:
    class Mine:
        def query(self, view: Any, n: int) -> Any:
            raise NotImplementedError

    with refused(r"strategy is the class Mine; pass an instance: Mine\(\)"):
        nb.Session(blobs()[0], [0, 1], strategy=Mine)


@learners("a strategy that is None", "refused: what it must have")
def no_strategy(home: Path) -> None:
    with refused(r"strategy None has no query\(view, n\) method"):
        nb.Session(blobs()[0], [0, 1], strategy=None)
