"""Label propagation and a linear head, and what each of the two counts."""

import gc

import numpy as np
import pytest

import nblabel as nb
from nblabel.graph.neighbor_graph import neighbor_graph
from nblabel.learners import head, weighing
from nblabel.learners.graph import GraphLearner
from nblabel.learners.mixed import MixedLearner
from nblabel.strategies.measures import margin
from tests.samples import CLASSES, blobs


def labels(n, known):
    y = np.full(n, -1, dtype=np.intp)
    y[list(known)] = list(known.values())
    return y


def drawn(truth, n_labels, seed=0):
    """Return labels of items drawn at random."""
    some = np.random.default_rng(seed).permutation(len(truth))[:n_labels]
    return labels(len(truth), dict(zip(some.tolist(), truth[some].tolist(), strict=True)))


def both(X, y, n_classes):
    """Return the mixed learner, its probabilities, and those of label propagation alone."""
    graph = neighbor_graph(X, cache=False)
    learner = MixedLearner(X, graph)
    return learner, learner.update(y, n_classes), GraphLearner(X, graph).update(y, n_classes)


def share(proba, truth):
    return (proba.argmax(axis=1) == truth).mean()


def board(n=2_000):
    """Return the fields of a chess board: nearness is all, and no line tells black from white."""
    X = np.random.default_rng(0).random((n, 2)).astype(np.float32)
    return X, (X * 4).astype(int).sum(axis=1) % 2


def noise(n=2_000):
    """Return three classes that three of a hundred directions tell, in a cloud without groups."""
    X = np.random.default_rng(0).standard_normal((n, 100)).astype(np.float32)
    return X, X[:, :3].argmax(axis=1)


# the two together


def test_where_no_line_tells_the_classes_propagation_is_left_alone():
    X, truth = board()
    for n_labels in (30, 100, 300):
        learner, mixed, spread = both(X, drawn(truth, n_labels), 2)
        assert learner.weight_ < 0.25
        assert share(mixed, truth) > share(spread, truth) - 0.01


def test_where_nearness_says_nothing_the_head_decides():
    X, truth = noise()
    learner, mixed, spread = both(X, drawn(truth, 400), 3)
    assert learner.weight_ > 0.75
    assert share(mixed, truth) > share(spread, truth) + 0.1


def test_the_head_counts_for_more_with_more_labels():
    data = nb.datasets.load_digits()
    X = nb.embed(data.images, method="gradients")
    weights, gains = [], []
    for n_labels in (12, 40, 150, 600):
        learner, mixed, spread = both(X, drawn(data.labels, n_labels), 10)
        weights.append(learner.weight_)
        gains.append(share(mixed, data.labels) - share(spread, data.labels))
    assert weights == sorted(weights)
    assert weights[0] < 0.15
    assert 0.4 < weights[-1] <= 0.5
    assert min(gains) > -0.003
    assert np.mean(gains[1:]) > 0


def test_its_probabilities_are_nearer_the_truth():
    data = nb.datasets.load_digits()
    X = nb.embed(data.images, method="gradients")
    y = drawn(data.labels, 100)
    _, mixed, spread = both(X, y, 10)
    left = np.flatnonzero(y < 0)
    right = left, data.labels[left]
    assert -np.log(mixed[right]).mean() < 0.7 * -np.log(spread[right]).mean()


def test_only_the_labels_count_on_wide_embeddings_too():
    X = blobs(400, dim=300, n_classes=4)
    graph = neighbor_graph(X, cache=False)
    used = MixedLearner(X, graph)
    for seed, n_labels in enumerate((5, 60, 0, 33)):
        used.update(drawn(np.arange(400) % 4, n_labels, seed), 4)
    y = drawn(np.arange(400) % 4, 40, 9)
    proba = used.update(y, 4)
    assert (proba == MixedLearner(X, graph).update(y, 4)).all()
    new = used.predict_proba(X)
    np.testing.assert_allclose(new, proba, atol=1e-5)


@pytest.mark.parametrize(
    "known",
    [
        {},
        {3: 1},
        {3: 1, 7: 1},
        {0: 0, 1: 1},
        {i: i for i in range(60)},
        dict.fromkeys(range(60), 2),
    ],
    ids=["none", "one", "one class", "two", "a class each", "all alike"],
)
@pytest.mark.parametrize("copies", [False, True])
def test_few_labels_and_odd_ones(known, copies):
    X = np.repeat(blobs(20), 3, axis=0) if copies else blobs(60)
    learner, mixed, spread = both(X, labels(60, known), 60)
    assert np.isfinite(mixed).all()
    np.testing.assert_allclose(mixed.sum(axis=1), 1, atol=1e-5)
    for index, code in known.items():
        assert mixed[index].argmax() == code
        assert (mixed[index] == spread[index]).all()
    assert 0 <= learner.weight_ <= 1


def test_labels_beyond_what_it_trains_on(monkeypatch):
    monkeypatch.setattr("nblabel.learners.mixed.TAKEN", 50)
    monkeypatch.setattr("nblabel.learners.mixed.LEFT_OUT", 20)
    X = blobs(300)
    _, mixed, _ = both(X, labels(300, {i: i % 3 for i in range(200)}), 3)
    assert share(mixed, np.arange(300) % 3) > 0.98


def test_what_labels_reach_is_what_propagation_says():
    X = blobs(90)
    y = labels(90, {0: 0, 1: 1, 5: 2})
    graph = neighbor_graph(X, cache=False)
    mixed, alone = MixedLearner(X, graph), GraphLearner(X, graph)
    mixed.update(y, 3)
    alone.update(y, 3)
    assert (mixed.unreached() == alone.unreached()).all()
    some = np.array([3, 80, 3])
    assert (alone.unreached(some) == alone.unreached()[some]).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_rare_class_is_found_no_less_often_than_by_propagation(seed):
    rng = np.random.default_rng(seed)
    truth = (rng.random(3_000) < 0.04).astype(int)
    X = rng.standard_normal((3_000, 4)).astype(np.float32)
    X[:, 0] += 3.5 * truth
    common, rare = (rng.permutation(np.flatnonzero(truth == code)) for code in (0, 1))
    some = np.concatenate([common[:80], rare[:30]])
    y = labels(3_000, dict(zip(some.tolist(), truth[some].tolist(), strict=True)))
    learner, mixed, spread = both(X, y, 2)
    assert learner.weight_ > 0.2
    rest = (truth == 1) & (y < 0)
    assert share(mixed[rest], truth[rest]) > share(spread[rest], truth[rest])


def test_questions_go_by_the_mean_of_propagation_and_product():
    X = blobs(300)
    y = drawn(np.arange(300) % 3, 60)
    learner, mixed, spread = both(X, y, 3)
    assert 0 < learner.weight_ < 1
    mean = learner.weight_ * mixed + (1 - learner.weight_) * spread
    np.testing.assert_allclose(learner.hedged(mixed), mean, atol=1e-6)
    few = labels(300, {0: 0, 1: 1, 2: 2})
    proba = learner.update(few, 3)
    assert learner.weight_ == 0
    assert learner.hedged(proba) is proba


def test_strategies_see_that_mean_and_the_predictions():
    class Watching:
        name = "watching"
        needs_graph = True

        def query(self, view, n):
            self.view = view
            return view.best(view.uncertainty(), n)

    strategy = Watching()
    session = nb.Session(nb.Pool(embeddings=blobs(300)), CLASSES, strategy=strategy)
    for i in range(60):
        session.tell(i, CLASSES[i % 3])
    session.ask(1)
    view, learner = strategy.view, session.engine.learner
    np.testing.assert_array_equal(view.proba, session.predict_proba())
    np.testing.assert_array_equal(view.hedged, learner.hedged(view.proba))
    np.testing.assert_array_equal(view.uncertainty(), margin(view.hedged))
    assert np.abs(view.hedged - view.proba).max() > 1e-3


def test_an_interrupted_update_is_made_up_for(monkeypatch):
    X = blobs(90)
    graph = neighbor_graph(X, cache=False)
    used = MixedLearner(X, graph)
    y = drawn(np.arange(90) % 3, 12)
    used.update(drawn(np.arange(90) % 3, 9, 1), 3)

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("nblabel.learners.mixed.train", interrupt)
        with pytest.raises(KeyboardInterrupt):
            used.update(y, 3)
    assert (used.update(y, 3) == MixedLearner(X, graph).update(y, 3)).all()


def test_in_a_session_by_name_and_by_default():
    for learner in ("mixed", "auto"):
        session = nb.Session(nb.Pool(embeddings=blobs(90)), CLASSES, learner=learner)
        session.tell([0, 1, 2], CLASSES)
        session.predict()
        assert session.engine.learner.name == "mixed"
    session = nb.Session(nb.Pool(embeddings=blobs(90)), CLASSES, learner="graph")
    session.tell([0, 1, 2], CLASSES)
    session.predict()
    assert session.engine.learner.name == "graph"


def test_accepted_and_bulk_labels():
    session = nb.Session(nb.Pool(embeddings=blobs(120)), CLASSES)
    session.tell([0, 1, 2, 4], [CLASSES[i % 3] for i in (0, 1, 2, 4)])
    session.tell(list(range(30, 90, 3)), CLASSES[0])  # in bulk
    session.accept([91, 94])
    session.learn_accepted = True
    proba = session.predict_proba()
    assert np.isfinite(proba).all()
    assert share(proba, np.arange(120) % 3) > 0.95


# the head


def descended(points, targets, weights, steps):
    """Train by the same steps in float64, written out class by class."""
    share = weights / weights.sum()
    around = points - share @ points
    bound = 0.5 * np.einsum("i,ij,ik->jk", share, around, around)
    bound += head.RIDGE * np.eye(points.shape[1])
    W = before = np.zeros((points.shape[1], targets.shape[1]))
    b = b_before = np.log(np.maximum(share @ targets, head.RAREST))
    momentum = 1.0
    for _ in range(steps):
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        W_ahead = W + (momentum - 1) / following * (W - before)
        b_ahead = b + (momentum - 1) / following * (b - b_before)
        before, b_before, momentum = W, b, following
        logits = around @ W_ahead + b_ahead
        proba = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = share[:, None] * (proba / proba.sum(axis=1, keepdims=True) - targets)
        W = W_ahead - np.linalg.solve(bound, around.T @ error + head.RIDGE * W_ahead)
        b = b_ahead - 2 * error.sum(axis=0)
    return points @ W + b - share @ points @ W


def training_set(n=300, width=7, n_classes=4):
    rng = np.random.default_rng(0)
    points = blobs(n, dim=width, n_classes=n_classes) / np.float32(15)
    targets = rng.dirichlet(np.full(n_classes, 0.3), n).astype(np.float32)
    return points, targets, rng.random(n).astype(np.float32)


def test_training_does_what_its_steps_say():
    points, targets, weights = training_set()
    expected = descended(*(a.astype(np.float64) for a in (points, targets, weights)), head.STEPS)
    found = head.train(points, targets.T, weights).logits(points).T
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_each_step_is_a_step_towards_the_least_loss(monkeypatch):
    points, targets, weights = training_set()

    def loss(steps):
        monkeypatch.setattr(head, "STEPS", steps)
        proba = head.softmax(head.train(points, targets.T, weights).logits(points)).T
        return -(weights[:, None] * targets * np.log(proba)).sum()

    losses = [loss(steps) for steps in (0, 1, 5, 200)]
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] - losses[3] < 0.02 * (losses[0] - losses[3])


def test_wide_embeddings_are_reduced_once_and_let_go():
    rng = np.random.default_rng(0)
    X = (rng.standard_normal((500, 20)) @ rng.standard_normal((20, 300)) + 3).astype(np.float32)
    space = head.space_of(X)
    assert space is head.space_of(X)
    assert space.reduced.shape == (500, head.WIDTH)
    np.testing.assert_allclose(np.square(space.reduced).sum(axis=1).mean(), 1, rtol=1e-3)
    np.testing.assert_allclose(space.of(X[7:9]), space.reduced[7:9], atol=1e-5)
    # twenty directions hold all there is: distances stay
    near = np.linalg.norm(space.reduced[0] - space.reduced[1])
    assert near == pytest.approx(np.linalg.norm(X[0] - X[1]) * space.scale, rel=1e-3)
    key = id(X)
    del X, space
    gc.collect()
    assert key not in head._SPACES


def test_narrow_embeddings_are_not_copied():
    X = blobs(100)
    space = head.space_of(X)
    assert space.reduced is None
    np.testing.assert_allclose(space.pool(X, np.arange(100)), space.of(X))
    assert len(head.space_of(blobs(head.ROWS + 10, dim=2)).rows) == head.ROWS


# the weights


def test_leaving_out_one_by_one_is_what_the_closed_form_says():
    points = blobs(30).astype(np.float64) / 15
    places = np.arange(30) % 3
    places[:6] = 0
    answers = np.eye(3)[places]
    expected = []
    for i in range(30):
        rest = np.arange(30) != i
        # the mean is that of all, as in the closed form
        A = np.column_stack([points - points.mean(axis=0), np.ones(30)])
        gram = A[rest].T @ A[rest] + weighing.RIDGE * np.eye(A.shape[1])
        expected.append((A[i] @ np.linalg.solve(gram, A[rest].T @ answers[rest])).argmax())
    assert weighing._by_ridge(points, answers).tolist() == expected


def test_trust_in_neighbors():
    X, truth = noise()
    assert weighing.neighbor_trust(X[:400] / 10, truth[:400]) < 0.3
    X, truth = board()
    assert weighing.neighbor_trust(X[:200], truth[:200]) == 1
    assert weighing.neighbor_trust(blobs(60) / 15, np.arange(60) % 3) == 1
    assert weighing.neighbor_trust(blobs(9) / 15, np.arange(9)) == 1
    assert weighing.neighbor_trust(blobs(9) / 15, np.zeros(9, dtype=np.intp)) == 1
    assert weighing.neighbor_trust(np.zeros((9, 2), dtype=np.float32), np.arange(9) % 2) > 0


def test_agreement_takes_chance_off():
    said = np.arange(500) % 5 // 3  # 0, 0, 0, 1, 1
    sure = np.ones(500, dtype=np.float32)
    near = 2 * weighing.AGREED
    assert weighing.agreement(said, said, sure) == pytest.approx(1)
    assert weighing.agreement(said, 0 * said, sure) == pytest.approx(0, abs=near + 0.01)
    half = np.where(np.arange(500) % 5 == 4, 0, said)
    assert weighing.agreement(said, half, sure) == pytest.approx(0.5, abs=near)
    twice = np.stack([said, half], axis=1)
    assert weighing.agreement(said, twice, sure) == pytest.approx(0.75, abs=near)
    # nothing to tell apart, and nothing that counts
    assert weighing.agreement(0 * said, 0 * said, sure) == pytest.approx(1, abs=1e-4)
    assert 0 <= weighing.agreement(said, said, 0 * sure) <= 1


def test_a_handful_of_a_rare_class_says_little():
    said = np.zeros(1_000, dtype=np.intp)
    said[:5] = 1
    scattered = np.roll(said, 5)
    sure = np.ones(1_000, dtype=np.float32)
    assert weighing.agreement(said, scattered, sure) > 0.3
    said[:400], scattered = 1, np.roll(said, 500)
    assert weighing.agreement(said, scattered, sure) < 0.1


def test_trust_in_a_head():
    assert weighing.head_trust(1, 1) == pytest.approx(1)
    assert weighing.head_trust(0.9, 0.85) == pytest.approx(0.9)  # it smooths what is uncertain
    assert weighing.head_trust(0.86, 0.97) == 0  # islands
    assert 0 < weighing.head_trust(0.9, 0.95) < 0.9
    assert weighing.head_trust(-0.1, 0) == 0
    assert weighing.head_trust(0, 0) == 0


def test_where_one_class_floods_the_pool_the_head_learns_from_the_labels():
    """Two overlapping classes that no neighbourhood tells apart, and labels drawn at random."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3_000, 100)).astype(np.float32)
    truth = (X[:, 0] + 0.5 * rng.normal(size=3_000) > 0).astype(np.intp)
    X[:, 0] *= 2
    some = rng.permutation(3_000)[:150]
    y = np.full(3_000, -1)
    y[some] = truth[some]
    learner = MixedLearner(X, neighbor_graph(X, cache=False))
    mixed = (learner.update(y, 2).argmax(axis=1) == truth).mean()
    spread = (learner.graph.proba_.argmax(axis=1) == truth).mean()
    assert mixed > spread + 0.05
    assert mixed > 0.65
