"""A user's own strategy and learner: what they are given, and what is refused."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.learners import make_learner
from tests.samples import CLASSES, blobs

X = blobs(60)


def session_of(**options):
    return nb.Session(nb.Pool(embeddings=X), CLASSES, build_graph=False, **options)


class ByScore:
    """Asks by a function of the view."""

    name = "by score"

    def __init__(self, score, **options):
        self.score, self.options = score, options

    def query(self, view, n):
        return view.best(self.score(view), n, "because", **self.options)


def test_a_strategy_of_ones_own_asks_by_its_scores():
    session = session_of(strategy=ByScore(lambda view: np.arange(60), varied=False))
    query = session.ask(3)
    assert query.indices.tolist() == [59, 58, 57]
    assert query.scores.tolist() == [59, 58, 57]
    assert {reason.text for reason in query.reasons} == {"because"}
    session.tell(59, CLASSES[0])
    assert session.ask(1).indices.tolist() == [58]


@pytest.mark.parametrize("kind", ["margin", "least_confidence", "entropy"])
def test_uncertainty_asks_as_the_strategy_of_that_name(kind):
    own = session_of(learner="softmax", strategy=ByScore(lambda view: view.uncertainty(kind)))
    named = session_of(learner="softmax", strategy=kind)
    for session in (own, named):
        session.tell([0, 1, 2], CLASSES)
    assert own.ask(1).indices.tolist() == named.ask(1).indices.tolist()


def test_what_a_strategy_sees():
    seen = []

    def score(view):
        seen.append(view)
        return view.density

    session = session_of(strategy=ByScore(score))
    session.tell([3, 4], CLASSES[0])
    session.ask(2)
    (view,) = seen
    assert view.labeled.tolist() == [3, 4]
    assert view.y[[2, 3]].tolist() == [-1, 0]
    assert view.classes == tuple(CLASSES)
    assert set(view.candidates.tolist()) == set(range(60)) - {3, 4}
    assert view.distance[3] == 0
    assert (view.distance[view.candidates] > 0).all()
    assert view.proba.shape == (60, len(CLASSES))
    for values in (view.density, view.spacing):
        assert values.shape == (60,)
        assert (values > 0).all()


def test_a_varied_batch_holds_no_copies():
    copies = np.repeat(blobs(30), 2, axis=0)
    strategy = ByScore(lambda view: np.repeat(np.arange(30.0, 0, -1), 2))
    session = nb.Session(nb.Pool(embeddings=copies), CLASSES, strategy=strategy, build_graph=False)
    assert len(set((session.ask(5).indices // 2).tolist())) == 5


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (lambda view: np.ones(3), r"scores have shape \(3,\); expected \(60,\)"),
        (lambda view: np.full(60, np.nan), "scores must be finite"),
        (lambda view: -np.ones(60), "not negative unless varied=False"),
        (lambda view: view.uncertainty("doubt"), "unknown kind 'doubt'; choose one of"),
    ],
)
def test_scores_that_are_refused(score, message):
    with pytest.raises(ValueError, match=message):
        session_of(strategy=ByScore(score)).ask()


class Shares:
    """Predicts the share of each class among the labels, for every item alike."""

    def __init__(self, X, random_state):
        self.n, self.random_state = len(X), random_state

    def update(self, y, n_classes):
        counts = 1 + np.bincount(y[y >= 0], minlength=n_classes)
        return np.tile(counts / counts.sum(), (self.n, 1))


def test_a_learner_of_ones_own_learns():
    session = session_of(learner=Shares, random_state=7)
    assert session.engine.learner.name == "Shares"
    assert session.predict_proba().dtype == np.float32
    session.tell([0, 1], CLASSES[1])
    assert set(session.predict()) == {CLASSES[1]}
    session.add_class("another")
    assert session.predict_proba().shape == (60, len(CLASSES) + 1)
    session.set_embeddings(blobs(60, dim=9))
    assert set(session.predict()) == {CLASSES[1]}


def test_it_is_made_with_the_seed_of_the_session():
    made = []

    def make(X, random_state):
        made.append((X.shape, random_state))
        return Shares(X, random_state)

    session_of(learner=make, random_state=7)
    assert made == [(X.shape, 7)]


def test_points_outside_the_pool_need_predict_proba():
    learner = make_learner(Shares, X)
    with pytest.raises(nb.learners.LearnerError, match="nothing was learned"):
        learner.predict_proba(X[:2])
    learner.update(np.zeros(60, dtype=np.intp), 3)
    with pytest.raises(nb.learners.LearnerError, match="has no predict_proba"):
        learner.predict_proba(X[:2])


@pytest.mark.parametrize(
    ("update", "message"),
    [
        (lambda y, n: np.ones((3, n)) / n, r"returned shape \(3, 3\); expected \(60, 3\)"),
        (lambda y, n: np.ones((60, n)), "do not sum to 1"),
        (lambda y, n: np.full((60, n), np.nan), "not finite"),
        (lambda y, n: "no", "no array of probabilities"),
        (lambda y, n: 1 / 0, "failed on 0 labels: division by zero"),
    ],
)
def test_what_a_learner_of_ones_own_returns_is_checked(update, message):
    made = type("Mine", (), {"update": staticmethod(update)})
    session = session_of(learner=lambda X, random_state: made())
    with pytest.raises(nb.learners.LearnerError, match=f"Mine .*{message}|Mine {message}"):
        session.predict()


def test_what_is_no_learner():
    with pytest.raises(TypeError, match="has no update"):
        session_of(learner=lambda X, random_state: object())
