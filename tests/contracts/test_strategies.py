"""What every query strategy does."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.strategies import STRATEGIES, Reason
from nblabel.strategies.measures import cdf, margin, surroundings
from tests.samples import CLASSES, blobs

each = pytest.mark.parametrize("strategy", STRATEGIES)
each_but_random = pytest.mark.parametrize("strategy", sorted(set(STRATEGIES) - {"random"}))


def session_of(X: np.ndarray, strategy: str, **options: object) -> nb.Session:
    return nb.Session(nb.Pool(embeddings=X), CLASSES, strategy=strategy, **options)


def check(query: nb.strategies.Query, session: nb.Session, n: int) -> None:
    """Hold a query against all that is promised of it."""
    answered = {session.pool.index_of(item) for item in session.state.answers}
    left = len(session.pool) - len(answered)
    assert len(query) == len(query.indices) == len(query.scores) == min(n, left)
    assert len(set(query.indices.tolist())) == len(query)
    assert not answered & set(query.indices.tolist())
    assert ((query.indices >= 0) & (query.indices < len(session.pool))).all()
    assert np.isfinite(query.scores).all()
    assert (np.diff(query.scores) <= 0).all()
    assert query.indices.dtype == np.intp
    assert query.scores.dtype == np.float32
    assert len(query.reasons) == len(query)
    for reason in query.reasons:
        assert isinstance(reason, Reason)
        assert reason.text
        assert all(0 <= part.value <= 1 and part.text for part in reason.parts)


two = pytest.param(2, marks=pytest.mark.slow)  # as one at a time, which goes on longer


@each
@pytest.mark.parametrize("n", [1, two, 10, 40, 1_000])
def test_questions_from_the_first_label_to_the_last(strategy, n):
    session = session_of(blobs(60), strategy)
    for turn in range(1_000):
        query = session.ask(n)
        check(query, session, n)
        if not len(query):
            break
        many = query.indices[:7]
        if turn == 0:
            session.skip(many[0])
        elif turn == 1:
            session.flag(many[0])
        else:
            session.tell(many, [CLASSES[index % 3] for index in many])
        if session.n_labeled >= 58:
            break
    assert session.n_labeled == 58


@each
def test_the_same_seed_asks_the_same(strategy):
    def asked(random_state):
        session = session_of(blobs(60), strategy, random_state=random_state)
        order = []
        for _ in range(12):
            index = int(session.ask().indices[0])
            order.append(index)
            session.tell(index, CLASSES[index % 3])
        return order

    assert asked(3) == asked(3)
    if strategy == "random":
        assert asked(3) != asked(4)


@each
def test_asking_twice_asks_the_same(strategy):
    session = session_of(blobs(60), strategy)
    session.tell([0, 1], ["boot", "bag"])
    first, again = session.ask(5), session.ask(5)
    assert first.indices.tolist() == again.indices.tolist()
    assert first.scores.tolist() == again.scores.tolist()


@each
def test_fewer_after_more_are_its_first(strategy):
    session = session_of(blobs(60), strategy)
    session.tell([0, 1], ["boot", "bag"])
    assert session.ask(9).indices[:4].tolist() == session.ask(4).indices.tolist()


def identical() -> np.ndarray:
    return np.full((40, 3), 7, dtype=np.float32)


def halves() -> np.ndarray:
    X = blobs(40, dim=3)
    X[20:] = X[3]
    return X


@each
@pytest.mark.parametrize(
    "X",
    [
        identical(),
        np.zeros((40, 3)),
        halves(),
        blobs(40) * np.float32(1e13),
        blobs(40) * np.float32(1e-30),
        blobs(40) + np.float32(1e5),
        np.r_[blobs(39), np.full((1, 5), 1e12)],
        blobs(40, dim=1),
        blobs(40, dim=200),
    ],
    ids=["identical", "zeros", "copies", "huge", "tiny", "shifted", "outlier", "narrow", "wide"],
)
def test_odd_data(strategy, X):
    session = session_of(X, strategy)
    for labels in (0, 1, 2, 5):
        for index in range(session.n_labeled, labels):
            session.tell(index, CLASSES[index % 2])
        for n in (1, 8, 100):
            check(session.ask(n), session, n)
        proba = session.predict_proba()
        assert np.isfinite(proba).all()
        np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)


@each
def test_one_candidate(strategy):
    session = session_of(blobs(12), strategy)
    session.tell(range(11), [CLASSES[index % 3] for index in range(11)])
    query = session.ask(5)
    check(query, session, 5)
    assert query.indices.tolist() == [11]


@each
@pytest.mark.parametrize("n_items", [1, 2])
def test_a_tiny_pool(strategy, n_items):
    session = session_of(blobs(n_items), strategy)
    check(session.ask(3), session, 3)


@each
def test_one_class_of_many_seen(strategy):
    session = session_of(blobs(40), strategy)
    session.tell([0, 3, 6], "boot")
    check(session.ask(8), session, 8)


@each
def test_what_is_asked_does_not_depend_on_where_the_origin_is(strategy):
    near, far = session_of(blobs(60), strategy), session_of(blobs(60) + np.float32(500), strategy)
    for session in (near, far):
        session.tell([0, 1, 2], CLASSES)
    assert near.ask().indices.tolist() == far.ask().indices.tolist()


@each_but_random
@pytest.mark.parametrize("learner", ["knn", "graph"])
@pytest.mark.parametrize("labels", [0, 2])
def test_a_batch_is_not_copies_of_one(strategy, learner, labels):
    session = session_of(np.repeat(blobs(40), 10, axis=0), strategy, learner=learner)
    for place in range(labels):
        session.tell(10 * place, CLASSES[place])
    assert len(set(session.ask(8).indices // 10)) >= 4


@pytest.mark.parametrize("strategy", ["diversity", "product"])
@pytest.mark.parametrize("dim", [3, 50, 784])
def test_copies_of_what_was_answered_can_wait(strategy, dim):
    X = blobs(60, dim=dim)
    X[40:] = X[0]
    session = session_of(X, strategy, learner="knn")
    session.tell([0, 1, 2], CLASSES)
    assert (session.ask(10).indices < 40).all()


def test_the_product_against_a_plain_product():
    X = blobs(80, seed=1)
    session = session_of(X, "product")
    session.tell([4, 5, 6, 19], ["boot", "bag", "shirt", "boot"])
    candidates = np.flatnonzero(session.y < 0)
    around = surroundings(X)
    distances = ((X[:, None] - X[None, [4, 5, 6, 19]]) ** 2).sum(axis=-1).min(axis=1)
    expected = (
        cdf(margin(session.predict_proba())[candidates])
        * cdf(around.density[candidates])
        * cdf((distances / around.spacing)[candidates])
    )
    query = session.ask()
    assert query.indices[0] == candidates[expected.argmax()]
    assert query.scores[0] == pytest.approx(expected.max(), rel=1e-3)
    values = {part.name: part.value for part in query.reasons[0].parts}
    assert set(values) == {"uncertainty", "density", "diversity"}
    assert np.prod(list(values.values())) == pytest.approx(expected.max(), rel=1e-3)


@pytest.mark.parametrize(
    ("strategy", "measure"),
    [
        ("least_confidence", lambda p: 1 - p.max(axis=1)),
        ("margin", lambda p: 1 + np.sort(p)[:, -2] - np.sort(p)[:, -1]),
        ("entropy", lambda p: -(p * np.log(p)).sum(axis=1)),
    ],
)
def test_uncertainty_asks_the_most_uncertain(strategy, measure):
    session = session_of(blobs(80), strategy)
    session.tell([0, 1, 2, 3], ["boot", "bag", "shirt", "bag"])
    values = measure(session.predict_proba().astype(np.float64))
    index = session.ask().indices[0]
    within = 1 / 4_096  # values in one bin of the distribution function are alike
    assert values[index] == pytest.approx(values[session.y < 0].max(), abs=2 * within)


def test_density_asks_the_densest_and_diversity_the_farthest():
    X = blobs(80)
    around = surroundings(X)
    session = session_of(X, "density")
    session.tell([0, 1], ["boot", "bag"])
    assert session.ask().indices[0] == np.where(session.y < 0, around.density, 0).argmax()
    session = session_of(X, "diversity")
    session.tell([0, 1], ["boot", "bag"])
    distances = ((X[:, None] - X[None, [0, 1]]) ** 2).sum(axis=-1).min(axis=1)
    assert session.ask().indices[0] == (distances / around.spacing).argmax()


def test_the_first_questions_come_from_every_group():
    session = session_of(blobs(90, seed=2), "product")
    assert {int(index) % 3 for index in session.ask(3).indices} == {0, 1, 2}


def test_an_object_with_a_query_method_is_a_strategy():
    class Last:
        name = "last"

        def query(self, view, n):
            indices = view.candidates[::-1][:n]
            return nb.strategies.Query(
                indices, np.zeros(len(indices), dtype=np.float32), (Reason("Last."),) * len(indices)
            )

    session = session_of(blobs(10), Last())
    session.tell(9, "boot")
    assert session.ask(2).indices.tolist() == [8, 7]


class Cheat:
    """Asks for these items, whether they are candidates or not."""

    def __init__(self, *asked):
        self.asked = np.array(asked, dtype=np.intp)

    def query(self, view, n):
        scores = np.zeros(len(self.asked), dtype=np.float32)
        return nb.strategies.Query(self.asked, scores, (Reason("Mine."),) * len(self.asked))


@pytest.mark.parametrize("asked", [(0, 3), (3, 3), (3, 10), (-1,)])
def test_a_strategy_that_asks_for_what_is_no_candidate_is_refused(asked):
    session = session_of(blobs(10), Cheat(*asked))
    session.tell(0, "boot")
    with pytest.raises(ValueError, match=r"strategy Cheat asked .* among view\.candidates"):
        session.ask(2)


@pytest.mark.parametrize("asked", [(0, 3), (3, 3), (3, 10)])
def test_this_suite_catches_a_strategy_that_cheats(monkeypatch, asked):
    monkeypatch.setattr("nblabel.session.engine._check", lambda *_: None)
    session = session_of(blobs(10), Cheat(*asked))
    session.tell(0, "boot")
    with pytest.raises(AssertionError):
        check(session.ask(2), session, 2)


@pytest.mark.parametrize(
    ("strategy", "error", "message"),
    [
        ("best", ValueError, "unknown strategy 'best'; choose one of auto, random"),
        (7, TypeError, r"strategy 7 has no query\(view, n\) method"),
    ],
)
def test_what_is_no_strategy(strategy, error, message):
    with pytest.raises(error, match=message):
        session_of(blobs(10), strategy)


@each_but_random
def test_explains_a_candidate_as_its_query_does(strategy):
    session = nb.Session(nb.Pool(embeddings=blobs(80)), ["a", "b"], strategy=strategy)
    session.tell([0, 1, 2], ["a", "b", "a"])
    snapshot = session.snapshot()
    query = session.engine.refit(snapshot, 5).query
    asked = int(query.indices[3])
    again = session.engine.refit(snapshot, 1, explain=asked)
    assert again.reason == query.reasons[3]
    assert session.engine.refit(snapshot, 5, explain=asked).reason is None
