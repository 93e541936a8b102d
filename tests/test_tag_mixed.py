"""The default learner of tags: heads, what they say of an item left out, and when walks count."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

import nblabel as nb
from nblabel.learners.tag_head import RIDGE, TagHeads
from nblabel.learners.tag_mixed import TagMixedLearner, calibrated, shares_of
from tests.samples import blobs

N = 300


def data(dim=5, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, dim)).astype(np.float32)
    yes = X[:, :3] + rng.normal(size=(N, 3)) > 0
    return X, yes


@pytest.mark.parametrize("dim", [5, 80], ids=["more answers than dimensions", "fewer"])
def test_heads_are_ridge_regressions_and_know_what_they_say_of_an_item_left_out(dim):
    X, yes = data(dim)
    rows = np.arange(40)
    asked = np.ones((40, 3), dtype=bool)
    asked[:15, 2] = False  # one tag was answered for fewer items
    heads = TagHeads(X, np.zeros(dim, dtype=np.float32), np.float32(1)).fit(rows, asked, yes[:40])
    for code in range(3):
        mine = np.flatnonzero(asked[:, code])
        points, target = X[mine].astype(np.float64), yes[mine, code].astype(float)
        model = Ridge(alpha=RIDGE).fit(points, target)
        np.testing.assert_allclose(heads.weights[:, code], model.coef_, atol=1e-4)
        np.testing.assert_allclose(heads.bias[code], model.intercept_, atol=1e-4)
        for place in (0, len(mine) - 1):
            others = np.delete(np.arange(len(mine)), place)
            model = Ridge(alpha=RIDGE).fit(points[others], target[others])
            wanted = model.predict(points[[place]])[0]
            # the centre moves a little without the item, which the closed form leaves out
            assert heads.held_out[mine[place], code] == pytest.approx(wanted, abs=0.02)
    assert np.isnan(heads.held_out[:15, 2]).all()


def test_tags_answered_for_the_same_items_share_a_factorisation():
    X, yes = data()
    heads = TagHeads(X, np.zeros(5, dtype=np.float32), np.float32(1))
    asked = np.ones((40, 3), dtype=bool)
    heads.fit(np.arange(40), asked, yes[:40])
    assert len(heads._known) == 1
    asked[0, 1] = False
    kept = next(iter(heads._known.values()))
    heads.fit(np.arange(40), asked, yes[:40])
    assert len(heads._known) == 2
    assert any(one is kept for one in heads._known.values())


def test_calibration_is_that_of_one_slope_and_one_shift():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(4_000, 2))
    odds = np.array([-1.0, 1.0])
    yes = rng.random(scores.shape) < 1 / (1 + np.exp(-(odds + 1.5 * scores - 0.5)))
    asked = rng.random(scores.shape) < 0.9
    slope, shift = calibrated(odds, scores, asked, yes)
    assert slope == pytest.approx(1.5, abs=0.1)
    assert shift == pytest.approx(-0.5, abs=0.1)
    assert calibrated(odds, -scores, asked, yes)[0] > 0  # an order is never turned around


def test_shares_are_never_0_or_1():
    asked = np.array([[True, True, False], [True, True, False]])
    yes = np.array([[True, False, False], [True, False, False]])
    assert shares_of(asked, yes).tolist() == pytest.approx([2.5 / 3, 0.5 / 3, 2.5 / 5])


def test_probabilities_are_about_as_often_right_as_they_say():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4_000, 10)).astype(np.float32)
    odds = X[:, :4] * 1.5 - [0, 1, 2, 3]
    truth = (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(np.int8)
    y = np.full(truth.shape, -1, dtype=np.int8)
    y[:300] = truth[:300]
    proba = TagMixedLearner(X).update(y, 4)[300:]
    for low, high in ((0, 0.1), (0.1, 0.3), (0.3, 0.7), (0.7, 1)):
        inside = (proba >= low) & (proba < high)
        assert truth[300:][inside].mean() == pytest.approx(proba[inside].mean(), abs=0.08)
    model = LogisticRegression().fit(X[:300], truth[:300, 0])
    own = ((proba[:, 0] > 0.5) == truth[300:, 0]).mean()
    assert own > model.score(X[300:], truth[300:, 0]) - 0.02


def trust_of(X, truth, n):
    y = np.full(truth.shape, -1, dtype=np.int8)
    y[:n] = truth[:n]
    learner = TagMixedLearner(X, nb.neighbor_graph(X, cache=False))
    learner.update(y, truth.shape[1])
    return learner


def test_walks_count_where_nearness_says_something():
    X = blobs(N)
    group = np.arange(N) % 3
    islands = np.stack([group == 0, group != 2], axis=1).astype(np.int8)
    assert trust_of(X, islands, 60).trust_ == 1
    rng = np.random.default_rng(0)
    noise = (rng.random((N, 2)) < 0.1).astype(np.int8)
    assert trust_of(X, noise, 200).trust_ == 0


def test_how_far_answers_reach():
    X = blobs(N)
    group = np.arange(N) % 3
    truth = np.stack([group == 0, group != 2], axis=1).astype(np.int8)
    learner = trust_of(X, truth, 1)  # of group 0 alone
    unreached = learner.unreached()
    assert unreached[0] == 0
    assert unreached[group == 0].mean() < unreached[group != 0].mean()
