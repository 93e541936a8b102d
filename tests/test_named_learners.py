"""The classifiers that are learners by name, and calibration."""

import itertools
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_info, threadpool_limits

import nblabel as nb
from nblabel.learners import CALIBRATED, ESTIMATORS, Calibrated, EstimatorLearner, make_learner
from nblabel.learners.named import BUILDERS, SoftmaxSVC
from nblabel.widget import text
from tests.samples import CLASSES, blobs

N = 400
FRUGAL = tuple(name for name in ESTIMATORS if name != "xgb-deep")  # which learns from hundreds


def needed(name: str) -> str:
    """Return the name, or skip the test where what the learner needs is not installed."""
    if name.startswith("xgb"):
        pytest.importorskip("xgboost", reason="XGBoost is not installed")
    return name


def overlapping(n_classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Groups that run into each other: no classifier can be sure."""
    rng = np.random.default_rng(seed)
    y = np.arange(N) % n_classes
    X = rng.normal(scale=2.0, size=(n_classes, 8))[y] + rng.normal(scale=2.5, size=(N, 8))
    return X.astype(np.float32), y


def first(y: np.ndarray, n: int) -> np.ndarray:
    known = np.full(len(y), -1, dtype=np.intp)
    known[:n] = y[:n]
    return known


def test_the_names_are_those_of_the_table():
    assert tuple(BUILDERS) == ESTIMATORS


@pytest.mark.parametrize("name", FRUGAL)
@pytest.mark.parametrize("suffix", ["", CALIBRATED])
def test_a_session_takes_each_name(name, suffix):
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=needed(name) + suffix)
    session.tell(range(12), [CLASSES[index % 3] for index in range(12)])
    assert (session.predict() == np.array(CLASSES)[np.arange(60) % 3]).mean() > 0.8
    assert session.engine.learner.name == name + suffix


@pytest.mark.parametrize("name", ["knn-calibrated", "calibrated", "-calibrated", "RF", "rf-cal"])
def test_names_that_are_none(name):
    with pytest.raises(ValueError, match=rf"unknown learner '{name}'.*svm, .*-calibrated"):
        make_learner(name, blobs())


@pytest.mark.parametrize("name", FRUGAL)
def test_the_same_seed_gives_the_same_bits_and_another_the_same_kind(name):
    X, y = overlapping()
    one, same, other = (
        make_learner(needed(name), X, seed).update(first(y, 30), 3) for seed in (1, 1, 2)
    )
    assert (one == same).all()
    assert (one.argmax(axis=1) == other.argmax(axis=1)).mean() > 0.5


@pytest.mark.parametrize("name", ["logreg", "softmax", "svm"])
def test_the_unit_of_the_embeddings_does_not_matter(name):
    X, y = overlapping()
    known = first(y, 30)
    plain = make_learner(name, X).update(known, 3)
    moved = make_learner(name, X * np.float32(1_000) + np.float32(10)).update(known, 3)
    np.testing.assert_allclose(plain, moved, atol=1e-3)


def test_logreg_is_one_against_the_rest_and_softmax_is_one_model():
    X, y = overlapping()
    logreg, softmax = (
        make_learner(name, X).update(first(y, 60), 3) for name in ("logreg", "softmax")
    )
    assert np.abs(logreg - softmax).max() > 0.01
    two = np.where(y < 2, y, -1)
    logreg, softmax = (make_learner(name, X).update(two, 2) for name in ("logreg", "softmax"))
    np.testing.assert_allclose(logreg, softmax, atol=1e-4)  # with two classes they are one method


@pytest.mark.parametrize("name", ["rf", "xgb"])
def test_one_thread_by_default(name):
    estimator = make_learner(needed(name), blobs())._estimator
    assert estimator.n_jobs in {None, 1}


@pytest.mark.parametrize("method", ["fit", "predict_proba"])
def test_boosting_takes_one_thread_and_gives_the_others_back(monkeypatch, method):
    seen = []
    plain = getattr(HistGradientBoostingClassifier, method)

    def watched(*given):
        seen.extend(threads())
        return plain(*given)

    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"]

    monkeypatch.setattr(HistGradientBoostingClassifier, method, watched)
    with threadpool_limits(3, user_api="openmp"):
        before = threads()
        make_learner("hgb", blobs()).update(first(np.arange(60) % 3, 9), 3)
        assert threads() == before
    assert set(before) == {3}
    assert set(seen) == {1}


# the support vector machine


def test_two_classes_have_the_sigmoid_of_their_margin():
    X, y = overlapping(2)
    svm = SoftmaxSVC(decision_function_shape="ovo").fit(X[:50], y[:50])
    sigmoid = 1 / (1 + np.exp(-2 * svm.decision_function(X)))
    np.testing.assert_allclose(svm.predict_proba(X)[:, 1], sigmoid)


@pytest.mark.parametrize("n_classes", [3, 5])
def test_a_class_is_as_likely_as_that_it_wins_against_each_other(n_classes):
    X, y = overlapping(n_classes)
    svm = SoftmaxSVC(decision_function_shape="ovo").fit(X[:80], y[:80])
    pairs = list(itertools.combinations(range(n_classes), 2))
    wins = np.ones((len(X), n_classes))
    for column, (one, other) in enumerate(pairs):
        first_wins = 1 / (1 + np.exp(-2 * svm.decision_function(X)[:, column]))
        wins[:, one] *= first_wins
        wins[:, other] *= 1 - first_wins
    expected = wins / wins.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(svm.predict_proba(X), expected, atol=1e-9)


def test_the_svm_guesses_as_scikit_learn_does():
    X, y = overlapping(5)
    svm = SoftmaxSVC(decision_function_shape="ovo").fit(X[:80], y[:80])
    assert (svm.predict_proba(X).argmax(axis=1) == svm.predict(X)).mean() > 0.9


# XGBoost


def test_without_xgboost_the_error_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    for name in ("xgb", "xgb-calibrated", "xgb-deep"):
        with pytest.raises(ImportError, match=r'pip install "nblabel\[xgb\]"'):
            nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=name)


def test_the_extra_is_there():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert any(need.startswith("xgboost") for need in project["optional-dependencies"]["xgb"])


def test_a_gap_in_the_class_numbers_is_closed_for_those_who_want_none():
    """XGBoost refuses class numbers that do not count from 0, also in a user's own pipeline."""
    xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    own = xgboost.XGBClassifier(n_estimators=5, min_child_weight=0.01)
    known = np.full(60, -1, dtype=np.intp)
    known[[0, 3, 2, 5]] = [1, 1, 3, 3]
    proba = EstimatorLearner(blobs(), own).update(known, 5)
    assert (proba[:, [0, 2, 4]] == 0).all()
    assert proba[[0, 3, 2, 5]].argmax(axis=1).tolist() == [1, 1, 3, 3]


class Countable(ClassifierMixin, BaseEstimator):
    """Wants classes 0, 1, 2, ... as XGBoost does."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.classes_[-1] != len(self.classes_) - 1:
            raise ValueError("Invalid classes inferred")
        self.shares_ = np.bincount(y) / len(y)
        return self

    def predict_proba(self, X):
        return np.tile(self.shares_, (len(X), 1))


@pytest.mark.parametrize("calibrate", [False, True])
def test_a_gap_is_closed_and_the_columns_are_put_back(calibrate):
    known = np.full(60, -1, dtype=np.intp)
    known[:4] = [1, 4, 4, 4]
    proba = EstimatorLearner(blobs(), Countable(), calibrate=calibrate).update(known, 6)
    assert (proba[:, [0, 2, 3, 5]] == 0).all()
    assert (proba[:, 4] > proba[:, 1]).all()


# calibration


class TooSure(LogisticRegression):
    """Says more than it knows."""

    def predict_proba(self, X):
        proba = super().predict_proba(X) ** 6
        return proba / proba.sum(axis=1, keepdims=True)


def calibrated(X, estimator):
    return EstimatorLearner(X, estimator, calibrate=True)


@pytest.mark.parametrize("n", [30, 120])
def test_a_classifier_that_is_too_sure_is_cooled_down(n):
    X, y = overlapping()
    known = first(y, n)
    learner = calibrated(X, TooSure(max_iter=1_000))
    after = learner.update(known, 3)
    before = EstimatorLearner(X, TooSure(max_iter=1_000)).update(known, 3)
    assert learner.temperature_ > 2
    assert log_loss(y[n:], after[n:]) < 0.8 * log_loss(y[n:], before[n:])


def test_calibration_changes_how_sure_it_is_and_not_what_it_guesses():
    X, y = overlapping()
    for name in ("softmax", "svm"):
        plain = make_learner(name, X).update(first(y, 60), 3)
        after = make_learner(name + CALIBRATED, X).update(first(y, 60), 3)
        assert (plain.argmax(axis=1) == after.argmax(axis=1)).all()
        assert (plain != after).any()


def test_the_svm_is_surer_once_calibrated_where_it_is_right():
    X = blobs()
    y = np.arange(60) % 3
    plain = make_learner("svm", X).update(first(y, 30), 3)
    after = make_learner("svm-calibrated", X).update(first(y, 30), 3)
    assert log_loss(y[30:], after[30:]) < log_loss(y[30:], plain[30:])


@pytest.mark.parametrize(
    "known",
    [{}, {0: 0}, {0: 0, 3: 0}, {0: 0, 1: 1}, {0: 0, 1: 1, 2: 2}],
    ids=["nothing", "one label", "one class", "two of two", "one of each"],
)
def test_with_fewer_than_two_labels_of_each_class_nothing_is_calibrated(known):
    X = blobs()
    y = np.full(60, -1, dtype=np.intp)
    y[list(known)] = list(known.values())
    learner = make_learner("softmax-calibrated", X)
    assert learner.temperature_ is None
    assert (learner.update(y, 3) == make_learner("softmax", X).update(y, 3)).all()
    assert learner.temperature_ is None


def test_few_labels_move_the_temperature_a_little():
    X = blobs()
    y = np.full(60, -1, dtype=np.intp)
    y[[0, 3, 1, 2]] = [0, 0, 1, 2]  # two labels can be held out, two classes never
    learner = make_learner("softmax-calibrated", X)
    learner.update(y, 3)
    assert 0.3 < learner.temperature_ < 3


def test_a_classifier_that_refuses_a_part_of_the_labels_stays_as_it_is():
    X = blobs()
    y = first(np.arange(60) % 3, 6)
    learner = calibrated(X, KNeighborsClassifier(6))
    proba = learner.update(y, 3)
    assert learner.temperature_ is None
    assert (proba == EstimatorLearner(X, KNeighborsClassifier(6)).update(y, 3)).all()


def test_a_classifier_of_ones_own_is_calibrated_by_choice():
    X, y = overlapping()
    session = nb.Session(
        nb.Pool(embeddings=X), [*"abc"], learner=Calibrated(TooSure(max_iter=1_000))
    )
    session.tell(range(60), [[*"abc"][code] for code in y[:60]])
    proba = session.predict_proba()
    assert session.engine.learner.name == "TooSure-calibrated"
    assert session.engine.learner.temperature_ > 1
    assert (proba == calibrated(X, TooSure(max_iter=1_000)).update(first(y, 60), 3)).all()
    told = text.model(session.engine.learner.name, "margin", CALIBRATED)
    assert told["text"].startswith("Model: TooSure ·")
    assert "probabilities calibrated" in told["title"]


def test_new_points_are_calibrated_too():
    X, y = overlapping()
    learner = make_learner("rf-calibrated", X[:200])
    proba = learner.update(first(y[:200], 40), 3)
    np.testing.assert_allclose(learner.predict_proba(X[:200]), proba, atol=1e-6)
    assert log_loss(y[200:], learner.predict_proba(X[200:])) < np.log(3)
