"""Classifiers that cannot learn from so few labels, and those that never can."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import (
    LinearDiscriminantAnalysis,
    QuadraticDiscriminantAnalysis,
)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC

import nblabel as nb
from nblabel.learners import Calibrated, LearnerError, make_learner
from nblabel.learners.knn import KnnLearner
from tests.samples import CLASSES, blobs

# what some of them say while they learn is theirs
pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning"),
    pytest.mark.filterwarnings("ignore:One or more of the test scores:UserWarning"),
    pytest.mark.filterwarnings("ignore:The least populated class:UserWarning"),
    pytest.mark.filterwarnings("ignore:The covariance matrix:UserWarning"),
]

WAITING = {
    "neighbours": KNeighborsClassifier,
    "grid": lambda: GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1e-3]}),
    "pipeline": lambda: make_pipeline(PCA(5), GaussianNB()),
    "lda": LinearDiscriminantAnalysis,
    "qda": QuadraticDiscriminantAnalysis,
    "calibrated": lambda: CalibratedClassifierCV(LinearSVC()),
    "Calibrated": lambda: Calibrated(SVC()),
}
each = pytest.mark.parametrize("make", WAITING.values(), ids=WAITING)
TRUE = np.arange(60) % 3


def labels(n):
    y = np.full(60, -1, dtype=np.intp)
    y[:n] = TRUE[:n]
    return y


@each
def test_nearest_neighbours_take_its_place_until_it_can_learn(make):
    X = blobs()
    learner = make_learner(make(), X)
    proba = learner.update(labels(2), 3)
    assert (proba == KnnLearner(X).update(labels(2), 3)).all()
    assert f"{learner.name} cannot learn from 2 labels yet; nearest labeled" in learner.waiting
    assert (learner.predict_proba(X[:5]) == proba[:5]).all()
    enough = learner.update(labels(54), 3)
    assert learner.waiting == ""
    assert (enough.argmax(axis=1) == TRUE).mean() > 0.9
    assert (enough != KnnLearner(X).update(labels(54), 3)).any()
    assert (learner.update(labels(2), 3) == proba).all()  # after many undos


def test_one_message_says_so_in_a_session():
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=KNeighborsClassifier())
    session.ask()
    session.tell(0, "boot")
    session.ask()
    session.tell(1, "bag")
    with pytest.warns(
        UserWarning, match="KNeighborsClassifier cannot learn from 2 labels yet"
    ) as w:
        session.ask()
    assert len(w) == 1
    session.tell(2, "shirt")
    session.ask()  # not told again
    for index in range(3, 9):
        session.tell(index, CLASSES[index % 3])
    session.ask()
    assert session.engine.learner.waiting == ""


def test_in_a_simulation():
    with pytest.warns(UserWarning, match="cannot learn from"):
        table = nb.simulate(
            nb.Pool(embeddings=blobs()),
            TRUE,
            learner=KNeighborsClassifier(),
            budget=20,
            progress=False,
        )
    assert table["pool_accuracy"].iloc[-1] > 0.9


class Faulty(GaussianNB):
    """Has a fault of its own, or one that comes with the labels."""

    def __init__(self, least=0, most=10**9):
        super().__init__()
        self.least, self.most = least, most

    def fit(self, X, y):
        if not self.least <= len(y) < self.most:
            raise ValueError(f"{len(y)} rows are not mine")
        return super().fit(X, y)


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (MultinomialNB(), "MultinomialNB failed on 2 labels: Negative values"),
        (Faulty(most=0), "Faulty failed on 2 labels: 2 rows are not mine"),
        (Faulty(least=10**6), "Faulty failed on 2 labels: 2 rows"),
        (LogisticRegression(C=-1), "LogisticRegression failed on 2 labels"),
    ],
)
def test_a_fault_that_more_labels_do_not_mend_is_told_at_once(estimator, message):
    learner = make_learner(estimator, blobs())
    with pytest.raises(LearnerError, match=message):
        learner.update(labels(2), 3)


def test_a_fault_that_comes_later_does_not_hide_behind_the_few_labels():
    estimator = Faulty(least=20)
    learner = make_learner(estimator, blobs())
    learner.update(labels(4), 3)
    assert learner.waiting
    learner._estimator.set_params(most=0)  # a fault from now on
    learner.update(labels(5), 3)
    with pytest.raises(LearnerError, match="8 rows are not mine"):
        learner.update(labels(8), 3)  # tried again as the labels have doubled


@pytest.mark.parametrize("estimator", [SVC(), make_pipeline(PCA(2), LinearSVC())])
def test_without_probabilities_the_advice_names_what_has_them(estimator):
    with pytest.raises(TypeError, match='learner="svm".*nblabel.learners.Calibrated'):
        nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=estimator)
