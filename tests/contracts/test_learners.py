"""What every learner does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

import nblabel as nb
from nblabel.graph.neighbor_graph import neighbor_graph
from nblabel.learners import Calibrated, Learner, LearnerError, make_learner
from nblabel.learners.knn import KnnLearner
from nblabel.learners.labeled_neighbors import METRICS, LabeledNeighbors
from nblabel.learners.prior import Prior, PriorLearner
from tests.samples import CLASSES, blobs


def with_a_prior(X: np.ndarray, random_state: int = 0) -> Learner:
    """Make the wrapper that every learner gets in a session with a prior, 80 % of it right."""
    rng = np.random.default_rng(random_state)
    codes = (np.arange(len(X)) + (rng.random(len(X)) < 0.2)) % 3
    prior = Prior(np.float32([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]])[codes])
    return PriorLearner(lambda: make_learner("knn", X, random_state), X, prior=prior)


LEARNERS = {
    "auto": lambda: "auto",
    "knn": lambda: "knn",
    "knn-cosine": lambda: "knn-cosine",
    "graph": lambda: "graph",
    "mixed": lambda: "mixed",
    "logistic regression": lambda: LogisticRegression(max_iter=1_000),
    "pipeline": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)),
    "random forest": lambda: RandomForestClassifier(10),
    "logreg": lambda: "logreg",
    "softmax": lambda: "softmax",
    "svm": lambda: "svm",
    "rf": lambda: "rf",
    "hgb": lambda: "hgb",
    "xgb": lambda: pytest.importorskip("xgboost", reason="XGBoost is not installed") and "xgb",
    "svm-calibrated": lambda: "svm-calibrated",
    "with a prior": lambda: with_a_prior,
    "your own, calibrated": lambda: Calibrated(LogisticRegression(max_iter=1_000)),
}
each = pytest.mark.parametrize("make", LEARNERS.values(), ids=LEARNERS)
TRUE = np.arange(60) % 3


def learner_of(make: Callable[[], Any], X: np.ndarray) -> Learner:
    kind = make()
    on_graph = isinstance(kind, str) and kind in ("graph", "mixed")
    graph = neighbor_graph(X, cache=False) if on_graph else None
    return make_learner(kind, X, graph=graph)


def labels(known: dict[int, int], n: int = 60) -> np.ndarray:
    y = np.full(n, -1, dtype=np.intp)
    y[list(known)] = list(known.values())
    return y


def check(proba: np.ndarray, n_classes: int, n: int = 60) -> None:
    assert proba.shape == (n, n_classes)
    assert proba.dtype == np.float32
    assert ((proba >= 0) & (proba <= 1)).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)


@each
def test_uniform_before_the_first_label(make):
    proba = learner_of(make, blobs()).update(labels({}), 3)
    check(proba, 3)
    if make() is with_a_prior:
        assert (proba.argmax(axis=1) == TRUE).mean() > 0.6
        return
    np.testing.assert_allclose(proba, 1 / 3, rtol=1e-6)


@each
@pytest.mark.parametrize(
    "known",
    [{4: 1}, {4: 1, 7: 1}, {0: 0, 1: 1}, {0: 0, 2: 2}, dict(enumerate(TRUE))],
    ids=["one label", "one class", "two of three classes", "a gap", "all"],
)
def test_probabilities(make, known):
    proba = learner_of(make, blobs()).update(labels(known), 3)
    check(proba, 3)
    for index, code in known.items():
        assert proba[index].argmax() == code


@each
def test_it_learns(make):
    proba = learner_of(make, blobs()).update(labels(dict(enumerate(TRUE[:9]))), 3)
    assert (proba.argmax(axis=1) == TRUE).mean() > 0.9


@each
def test_only_the_labels_count_and_not_how_they_came(make):
    X = blobs()
    used = learner_of(make, X)
    for known in ({0: 0}, {0: 0, 1: 2, 2: 1}, {}, {5: 1, 9: 0}, {5: 0, 9: 0, 1: 1}):
        used.update(labels(known), 3)
    known = {0: 0, 1: 1, 2: 2, 5: 2, 9: 0}
    fresh = learner_of(make, X)
    assert (used.update(labels(known), 3) == fresh.update(labels(known), 3)).all()


@each
def test_the_number_of_classes_may_grow_and_shrink(make):
    learner = learner_of(make, blobs())
    known = {0: 0, 1: 1}
    two = learner.update(labels(known), 2)
    check(two, 2)
    check(learner.update(labels({**known, 2: 2}), 3), 3)
    check(learner.update(labels(known), 4), 4)
    assert (learner.update(labels(known), 2) == two).all()


@each
def test_an_answer_stays_as_it_was_when_more_is_learned(make):
    learner = learner_of(make, blobs())
    before = learner.update(labels({0: 0, 1: 1}), 3)
    kept = before.copy()
    learner.update(labels({0: 1, 1: 0, 2: 2}), 3)
    assert (before == kept).all()


@each
def test_the_labels_are_not_changed(make):
    y = labels({0: 0, 1: 1})
    before = y.copy()
    learner_of(make, blobs()).update(y, 3)
    assert (y == before).all()


@each
@pytest.mark.parametrize(
    "X",
    [np.zeros((60, 3), dtype=np.float32), blobs(dim=1), blobs() * np.float32(1e-12)],
    ids=["identical", "one dimension", "tiny"],
)
def test_odd_data(make, X):
    check(learner_of(make, X).update(labels({0: 0, 1: 1, 2: 2}), 3), 3)


@each
def test_one_item(make):
    learner = learner_of(make, blobs(1))
    check(learner.update(labels({}, 1), 2), 2, 1)
    check(learner.update(labels({0: 1}, 1), 2), 2, 1)


@each
def test_labels_that_contradict_each_other_on_identical_points(make):
    X = blobs()
    X[[3, 6, 9]] = X[0]
    proba = learner_of(make, X).update(labels({0: 0, 3: 1, 6: 0, 1: 1, 2: 2, 5: 2}), 3)
    check(proba, 3)
    one, _, neither = proba[9]  # a copy that is not labeled
    assert 0.2 < one < 0.95
    assert neither < 0.2
    # on the graph a labeled item has the label it was given; a prior is not said of labeled items
    if make() not in ("graph", "mixed", with_a_prior):
        np.testing.assert_allclose(proba[[3, 6, 9]], proba[[0, 0, 0]], atol=1e-6)


@each
def test_a_class_added_late_is_learned(make):
    X = blobs(80, n_classes=4)
    learner = learner_of(make, X)
    learner.update(labels({i: i % 4 for i in range(12) if i % 4 < 3}, 80), 3)
    proba = learner.update(labels({i: i % 4 for i in range(12)}, 80), 4)
    check(proba, 4, 80)
    assert (proba[3::4].argmax(axis=1) == 3).mean() > 0.8


@each
@pytest.mark.parametrize(
    "known",
    [{}, {4: 1}, {4: 1, 7: 1}, {0: 0, 2: 2}, {0: 0, 3: 2, 1: 1, 4: 1}, dict(enumerate(TRUE))],
    ids=["nothing", "one label", "one class", "a gap", "a contradiction", "all"],
)
def test_a_pool_item_as_a_new_point_has_the_same_probabilities(make, known):
    X = blobs() + np.float32(100)  # learners may move their points around the origin
    learner = learner_of(make, X)
    proba = learner.update(labels(known), 3)
    some = np.array([0, 17, 4, 4, 59])
    new = learner.predict_proba(X[some])
    check(new, 3, len(some))
    np.testing.assert_allclose(new, proba[some], atol=1e-5)
    check(learner.predict_proba(X[:0]), 3, 0)


@each
def test_new_points_are_told_apart_and_the_pool_stays_as_it_was(make):
    X = blobs(120)
    learner = learner_of(make, X[:60])
    known = labels(dict(enumerate(TRUE[:30])))
    proba = learner.update(known, 3)
    kept = proba.copy()
    new = learner.predict_proba(X[60:])
    check(new, 3)
    assert (new.argmax(axis=1) == TRUE).mean() > 0.9
    far = learner.predict_proba(X[:4] * np.float32(1e4))
    check(far, 3, 4)
    assert (proba == kept).all()
    assert (learner.update(known, 3) == kept).all()


@each
def test_new_points_follow_the_last_update(make):
    X = blobs()
    learner = learner_of(make, X)
    learner.update(labels(dict(enumerate(TRUE))), 3)
    fewer = learner.update(labels({0: 1, 1: 0}), 2)
    np.testing.assert_allclose(learner.predict_proba(X), fewer, atol=1e-5)
    none = learner.update(labels({}), 4)
    expected = none[:7] if make() is with_a_prior else 1 / 4
    np.testing.assert_allclose(learner.predict_proba(X[:7]), expected, rtol=1e-5)


@each
def test_new_points_that_cannot_be(make):
    X = blobs()
    learner = learner_of(make, X)
    with pytest.raises(LearnerError, match="call update first"):
        learner.predict_proba(X)
    learner.update(labels({0: 0, 1: 1}), 3)
    with pytest.raises(ValueError, match="2 dimensions, the pool's embeddings 5"):
        learner.predict_proba(X[:, :2])
    with pytest.raises(ValueError, match="NaN"):
        learner.predict_proba(np.full((2, 5), np.nan))


@each
def test_in_a_session(make):
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=make())
    for index in (0, 1, 2, 3, 4, 5):
        session.tell(index, CLASSES[index % 3])
    truth = np.array(CLASSES)[TRUE]
    assert (session.predict() == truth).mean() > 0.9
    assert len(session.ask(5)) == 5


# k nearest neighbours


def naive_votes(X, y, n_classes, scale, metric, k=5):
    """Vote item by item from distances to every labeled item."""
    X = X.astype(np.float64)
    if metric == "cosine":
        X = X / np.linalg.norm(X, axis=1, keepdims=True)
    proba = np.empty((len(X), n_classes))
    for row, item in enumerate(X):
        known = [
            (((item - X[other]) ** 2).sum() / (2 if metric == "cosine" else 1), other)
            for other in np.flatnonzero(y >= 0)
        ]
        votes = np.full(n_classes, 0.02 / n_classes)
        for distance, other in sorted(known)[:k]:
            votes[y[other]] += (1 + distance / scale) ** -4
        proba[row] = votes / votes.sum()
    return proba


@pytest.mark.parametrize("metric", METRICS)
def test_votes_of_the_nearest(metric):
    X = blobs()
    y = labels({0: 0, 3: 0, 1: 1, 4: 2, 7: 1, 2: 2, 5: 2, 30: 1, 31: 0})
    scale = LabeledNeighbors(X, metric=metric).scale(1_000)
    proba = KnnLearner(X, metric=metric).update(y, 3)
    np.testing.assert_allclose(proba, naive_votes(X, y, 3, scale, metric), atol=2e-4)


@pytest.mark.parametrize("metric", METRICS)
@settings(max_examples=30)
@given(data=st.data())
def test_any_way_to_the_labels_gives_the_same_bits(metric, data):
    X = data.draw(st.sampled_from([blobs(30, dim=2), np.round(blobs(30, dim=1))]))
    known = st.dictionaries(st.integers(0, 29), st.integers(0, 2), max_size=8)
    used = KnnLearner(X, metric=metric)
    for step in data.draw(st.lists(known, min_size=1, max_size=6)):
        n_classes = data.draw(st.integers(3, 4))
        proba = used.update(labels(step, 30), n_classes)
        fresh = KnnLearner(X, metric=metric).update(labels(step, 30), n_classes)
        assert proba.tobytes() == fresh.tobytes()


@pytest.mark.parametrize("place", ["neighbors.update", "_vote"])
def test_an_interrupted_update_is_made_up_for(monkeypatch, place):
    """Interrupting the kernel while it learns does not spoil what is learned next."""
    X = blobs()
    used = KnnLearner(X)
    used.update(labels({0: 0, 1: 1}), 3)
    owner, name = (used.neighbors, "update") if "." in place else (used, place)
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, interrupt)
        with pytest.raises(KeyboardInterrupt):
            used.update(labels({0: 0, 1: 2, 2: 2, 4: 1}), 3)
    for known in ({0: 0, 1: 2, 2: 2, 4: 1}, {0: 0, 1: 1}):
        fresh = KnnLearner(X).update(labels(known), 3)
        assert used.update(labels(known), 3).tobytes() == fresh.tobytes()


def interrupt(*_):
    raise KeyboardInterrupt


def test_far_from_all_labels_the_nearest_decides_but_is_not_sure():
    X = np.float32([[0, 0], [1, 0], [0, 1], [1, 1], [500, 500]])
    proba = KnnLearner(X).update(labels({0: 0, 3: 1}, 5), 2)
    assert proba[4].argmax() == 1
    assert proba[4].max() < 0.6


def test_more_neighbours_than_items_in_the_pool():
    X = blobs(4)
    learner = KnnLearner(X, k=9)
    proba = learner.update(labels({0: 0, 1: 1, 2: 2, 3: 0}, 4), 3)
    check(proba, 3, 4)
    assert proba.argmax(axis=1).tolist() == [0, 1, 2, 0]
    assert (learner.predict_proba(X) == proba).all()


@pytest.mark.parametrize("metric", METRICS)
def test_new_points_have_the_votes_that_the_pool_has(metric):
    X = blobs(300, dim=20) + np.float32(5)
    learner = KnnLearner(X, metric=metric)
    y = labels({i: i * i % 3 for i in range(0, 300, 2)}, 300)
    proba = learner.update(y, 3)
    np.testing.assert_allclose(learner.predict_proba(X), proba, rtol=1e-5)


# estimators


def test_the_estimator_passed_in_stays_untouched():
    estimator = RandomForestClassifier(3)
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=estimator)
    session.tell([0, 1], CLASSES[:2])
    session.predict()
    assert estimator.random_state is None
    assert not hasattr(estimator, "classes_")


def test_the_seed_reaches_every_part_without_one():
    pipeline = make_pipeline(StandardScaler(), RandomForestClassifier(3))
    learner = make_learner(pipeline, blobs(), random_state=7)
    assert learner._estimator[-1].random_state == 7
    fixed = make_learner(RandomForestClassifier(3, random_state=1), blobs(), random_state=7)
    assert fixed._estimator.random_state == 1


@pytest.mark.parametrize(
    ("learner", "message"),
    [
        (LinearSVC(), r"LinearSVC\(\) has no predict_proba.*CalibratedClassifierCV"),
        (SVC(), "has no predict_proba"),
        (make_pipeline(StandardScaler(), LinearSVC()), "has no predict_proba"),
        (
            LogisticRegression,
            r"is the class LogisticRegression; pass an instance: LogisticReg.*\(\)",
        ),
        (None, "None has no predict_proba"),
        (5, "5 has no predict_proba"),
    ],
)
def test_what_is_no_learner(learner, message):
    with pytest.raises(TypeError, match=message):
        nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=learner)


def test_an_unknown_name():
    with pytest.raises(
        ValueError, match="unknown learner 'swm'; choose one of auto, mixed, graph, knn"
    ):
        nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner="swm")


class Broken(ClassifierMixin, BaseEstimator):
    """Fails in a way of its own, from two classes on."""

    def __init__(self, how="fit"):
        self.how = how

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.how == "fit":
            raise RuntimeError("no memory for this")
        return self

    def predict_proba(self, X):
        if self.how == "predict":
            raise KeyError("lost")
        if self.how == "nan":
            return np.full((len(X), len(self.classes_)), np.nan)
        if self.how == "sum":
            return np.full((len(X), len(self.classes_)), 0.9)
        return np.full((len(X), len(self.classes_) + 2), 0.1)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("fit", "Broken failed on 2 labels: no memory for this"),
        ("predict", "Broken failed on 2 labels: 'lost'"),
        ("nan", "Broken returned probabilities that are not finite"),
        ("sum", "Broken returned probabilities that do not sum to 1"),
        ("shape", "Broken failed on 2 labels: .*shape"),
    ],
)
def test_a_learner_that_fails_says_how_and_labels_stay(how, message):
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=Broken(how))
    session.tell(0, "boot")
    session.ask()
    session.tell(1, "bag")
    for use in (session.ask, session.predict, session.predict_proba):
        with pytest.raises(LearnerError, match=message):
            use()
    assert session.labels()["label"].tolist() == ["boot", "bag"]
    with pytest.raises(LearnerError):
        session.engine.learner.predict_proba(blobs())
    session.undo()
    assert len(session.ask()) == 1
    check(session.engine.learner.predict_proba(blobs()), 3)


def test_a_learner_that_is_sure_of_nothing_it_has_not_seen():
    proba = make_learner(GaussianNB(), blobs()).update(labels({0: 0, 3: 0, 2: 2, 5: 2}), 4)
    assert (proba[:, [1, 3]] == 0).all()
