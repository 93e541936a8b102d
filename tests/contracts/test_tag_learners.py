"""What every learner of several tags does."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from nblabel.graph.neighbor_graph import neighbor_graph
from nblabel.learners import LearnerError
from nblabel.learners.knn import KnnLearner
from nblabel.learners.tag_prior import TagPrior, TagPriorLearner
from nblabel.learners.tags import TagLearner, TagShareLearner, make_tag_learner
from tests.samples import blobs

N = 60


def of_ones_own(X: np.ndarray, random_state: int) -> KnnLearner:
    return KnnLearner(X)


ALONE = (
    "auto",
    "without a graph",
    "logreg",
    "knn",
    LogisticRegression(max_iter=1_000),
    of_ones_own,
)
WITH_A_PRIOR = "with a prior"  # the wrapper that every learner gets then
LEARNERS = (*ALONE, WITH_A_PRIOR)


def called(kind: Any) -> str:
    return str(getattr(kind, "__name__", kind))


each = pytest.mark.parametrize("kind", LEARNERS, ids=called)
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2, GROUP >= 0], axis=1).astype(np.int8)
OFTEN = np.int8([[1, 0, 0, 1]])


def learner_of(kind: Any) -> TagLearner:
    X = blobs(N)
    if kind == WITH_A_PRIOR:
        said = np.where(np.random.default_rng(0).random(TRUE.shape) < 0.95, TRUE, 1 - TRUE)
        prior = TagPrior(np.where(said == 1, 0.75, 0.25).astype(np.float32))
        return TagPriorLearner(make_tag_learner("knn", X), X, prior)
    graph = neighbor_graph(X, cache=False) if kind == "auto" else None
    return make_tag_learner("auto" if kind == "without a graph" else kind, X, graph=graph)


def answers(known: dict[int, Any], k: int = 4) -> np.ndarray:
    y = np.full((N, k), -1, dtype=np.int8)
    for row, tags in known.items():
        y[row] = np.asarray(tags, dtype=np.int8)[:k]
    return y


def some(rows: Any) -> dict[int, Any]:
    return {row: TRUE[row] for row in rows}


def check(proba: np.ndarray, k: int = 4) -> None:
    assert proba.shape == (N, k)
    assert proba.dtype == np.float32
    assert np.isfinite(proba).all()
    assert ((proba >= 0) & (proba <= 1)).all()


@pytest.mark.parametrize("kind", ALONE, ids=called)
def test_half_before_the_first_answer(kind):
    proba = learner_of(kind).update(answers({}), 4)
    check(proba)
    np.testing.assert_allclose(proba, 0.5, atol=1e-6)


@each
@pytest.mark.parametrize(
    "known",
    [
        {4: TRUE[4]},
        {4: [1, 1, 1, 1]},
        {4: [0, 0, 0, 0], 5: [0, 0, 0, 0]},
        {4: [-1, 1, -1, -1]},
        {0: [1, -1, -1, -1], 1: [0, 1, -1, -1], 2: [-1, -1, 0, -1]},
        some(range(N)),
        {row: [1, 1, 1, 1] for row in range(N)},
    ],
    ids=["one", "all tags", "no tag", "one tag of one", "gaps", "all", "all tags on all"],
)
def test_probabilities(kind, known):
    learner = learner_of(kind)
    y = answers(known)
    proba = learner.update(y, 4)
    check(proba)
    assert ((proba[y >= 0] > 0.5) == (y[y >= 0] == 1)).all()
    fresh = blobs(N)[:5] + 0.01
    new = learner.predict_proba(fresh)
    assert new.shape == (5, 4)
    assert ((new >= 0) & (new <= 1)).all()


@each
def test_it_learns_each_tag(kind):
    proba = learner_of(kind).update(answers(some(range(12))), 4)
    assert ((proba > 0.5) == (TRUE == 1)).mean() > 0.95


@each
def test_it_learns_where_each_tag_was_answered_for_other_items(kind):
    y = np.full((N, 4), -1, dtype=np.int8)
    for code in range(4):
        rows = np.arange(9) + 9 * code
        y[rows, code] = TRUE[rows, code]
    proba = learner_of(kind).update(y, 4)
    assert ((proba > 0.5) == (TRUE == 1)).mean() > 0.9


@each
def test_only_the_answers_count_and_not_how_they_came(kind):
    used = learner_of(kind)
    for known in (some([0]), some([0, 1, 2]), {}, {5: [1, -1, 0, -1]}, some([9, 10])):
        used.update(answers(known), 4)
    known = {**some([0, 1, 2, 5]), 9: [-1, 0, -1, 1]}
    fresh = learner_of(kind)
    assert (used.update(answers(known), 4) == fresh.update(answers(known), 4)).all()


@each
def test_the_number_of_tags_may_grow_and_shrink(kind):
    learner = learner_of(kind)
    known = some(range(6))
    two = learner.update(answers(known, 2), 2)
    check(two, 2)
    check(learner.update(answers(known), 4))
    assert (learner.update(answers(known, 2), 2) == two).all()


@each
def test_an_answer_stays_as_it_was_when_more_is_learned(kind):
    learner = learner_of(kind)
    y = answers(some(range(3)))
    before = learner.update(y, 4)
    kept, given = before.copy(), y.copy()
    learner.update(answers(some(range(9))), 4)
    assert (before == kept).all()
    assert (y == given).all()


@each
def test_new_points(kind):
    learner = learner_of(kind)
    with pytest.raises(LearnerError, match="nothing was learned"):
        learner.predict_proba(blobs(N)[:2])
    learner.update(answers(some(range(12))), 4)
    with pytest.raises(ValueError, match="dimensions"):
        learner.predict_proba(np.zeros((2, 99)))


def test_shares_stand_in_without_embeddings():
    learner = TagShareLearner(blobs(N), 0)
    proba = learner.update(answers(dict.fromkeys(range(8), OFTEN[0])), 4)
    np.testing.assert_allclose(proba, np.tile(OFTEN * 0.8 + 0.1, (N, 1)), rtol=1e-6)


def test_what_is_no_learner():
    with pytest.raises(TypeError, match="no update"):
        make_tag_learner(lambda X, random_state: None, blobs(N))
    with pytest.raises(ValueError, match="unknown learner"):
        make_tag_learner("best", blobs(N))
