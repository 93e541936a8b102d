"""Labels spread over the graph: the solver against a direct solution, walks against powers."""

from unittest import mock

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import splu

import nblabel as nb
from nblabel.graph.neighbor_graph import NeighborGraph, neighbor_graph
from nblabel.graph.propagation import Propagation
from nblabel.graph.walks import Walks
from nblabel.learners.graph import GraphLearner
from nblabel.strategies.coverage import HerdingStrategy
from tests.samples import blobs

PROMISED = 0.02  # how far apart two solutions of the same labels may lie


def directly(graph, codes, n_classes, decay):
    """Solve the equation of `Propagation` by elimination, with copies as one place."""
    weights = graph.weights.toarray().astype(np.float64)
    same = np.zeros(weights.shape, dtype=bool)
    same[np.arange(len(same))[:, None], graph.indices] = graph.distances == 0
    same = np.linalg.matrix_power((same | same.T).astype(float) + np.eye(len(same)), 16)
    _, node = np.unique(same > 0, axis=0, return_inverse=True)
    member = np.eye(node.max() + 1)[node.ravel()]
    weights = member.T @ weights @ member
    np.fill_diagonal(weights, 0)
    degrees = weights.sum(axis=1)
    degrees[degrees == 0] = 1
    told = member[codes >= 0].T @ np.eye(n_classes)[codes[codes >= 0]]
    labeled = told.sum(axis=1) > 0
    u = np.zeros((len(weights), n_classes))
    u[labeled] = told[labeled] / told[labeled].sum(axis=1, keepdims=True)
    system = np.diag((1 + decay) * degrees) - weights
    u[~labeled] = np.linalg.solve(
        system[np.ix_(~labeled, ~labeled)], weights[np.ix_(~labeled, labeled)] @ u[labeled]
    )
    u = member @ u
    u[codes >= 0] = np.eye(n_classes)[codes[codes >= 0]]
    return u


def chain(n):
    """Items in a row, each beside the next: where a label has the farthest to go."""
    return neighbor_graph(np.arange(n, dtype=np.float32)[:, None] ** 1.01, cache=False)


GRAPHS = {
    "groups": neighbor_graph(blobs(300), cache=False),
    "chain": chain(300),
    "copies": neighbor_graph(np.repeat(blobs(20), 15, axis=0), cache=False),
    "few": neighbor_graph(blobs(5), cache=False),
}


@pytest.mark.slow  # a reference for each setting
@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
@pytest.mark.parametrize("decay", [1.0, 0.1, 1e-3])
@pytest.mark.parametrize("n_labels", [1, 3, 40])
def test_against_a_direct_solution(graph, decay, n_labels):
    codes = np.full(len(graph), -1)
    order = np.random.default_rng(0).permutation(len(graph))[:n_labels]
    codes[order] = order % 3
    u = Propagation(graph).solve(codes, 3, decay)
    np.testing.assert_allclose(u, directly(graph, codes, 3, decay), atol=PROMISED)


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_rows_in_several_threads_against_one(graph, monkeypatch):
    codes = np.full(len(graph), -1)
    codes[[1, 2, 4]] = 0, 1, 2
    values = np.random.default_rng(0).random(len(graph), dtype=np.float32)
    alone = Propagation(graph).solve(codes, 3, 0.1), Walks(graph, 4).spread(values)
    monkeypatch.setattr("nblabel.system.parallel.ALONE_UP_TO", 0)
    several = Propagation(graph).solve(codes, 3, 0.1), Walks(graph, 4).spread(values)
    for one, other in zip(alone, several, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_nothing_labeled_and_all_labeled():
    graph = GRAPHS["groups"]
    solver = Propagation(graph)
    assert (solver.solve(np.full(300, -1), 3, 0.1) == 0).all()
    codes = np.arange(300) % 3
    assert (solver.solve(codes, 3, 0.1) == np.eye(3)[codes]).all()


class LastAlone(NeighborGraph):
    """A graph whose last item has no edge: its neighbours are none of its kind."""

    @property
    def weights(self):
        weights = super().weights.tolil()
        weights[-1] = weights[:, -1] = 0
        return weights.tocsr()


@pytest.mark.parametrize("n", [21, 2_001])  # cells of one item, and of several
def test_an_isolated_item_hears_nothing(n):
    near = neighbor_graph(blobs(n), cache=False)
    graph = LastAlone(near.indices, near.distances)
    codes = np.array([0, 1, 2] + [-1] * (n - 3))
    u = Propagation(graph).solve(codes, 3, 0.1)
    assert (u[-1] == 0).all()
    assert (u[3:-1].sum(axis=1) > 0).all()
    np.testing.assert_allclose(GraphLearner(blobs(n), graph).update(codes, 3)[-1], 1 / 3)


def test_a_label_changes_only_where_it_reaches():
    apart = np.concatenate([blobs(2_000), blobs(2_000, seed=1) + np.float32(1e3)])
    propagation = Propagation(neighbor_graph(apart, cache=False, progress=False))
    codes = np.full(4_000, -1)
    codes[[0, 1, 2, 2_000, 2_001]] = 0, 1, 2, 0, 1
    for _ in range(3):  # until nothing is left to set right
        before = propagation.solve(codes, 3, 0.1, anew=False)
    for item, code in [(8, 1), (9, 2), (8, -1)]:
        codes[item] = code
        after = propagation.solve(codes, 3, 0.1, anew=False)
        assert (after[2_000:] == before[2_000:]).all()
        assert np.abs(after[:2_000] - before[:2_000]).max() > 0.1
        before = after


@pytest.mark.slow  # many references
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 89), st.integers(-1, 3)), min_size=1, max_size=12))
def test_after_any_labels_and_undos_the_learner_is_as_one_made_anew(steps):
    X = blobs(90)
    graph = neighbor_graph(X, cache=False)
    used = GraphLearner(X, graph)
    y = np.full(90, -1)
    with mock.patch("nblabel.graph.propagation.ANEW_UP_TO", 0):  # as in a large pool
        for item, code in steps:
            y[item] = code
            proba = used.update(y, 4)
    fresh = GraphLearner(X, graph).update(y, 4)
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)
    # the prior weighs in where the walk meets almost no label, and magnifies there
    u = directly(graph, y, 4, GraphLearner.DECAY / max(1, np.count_nonzero(y >= 0)))
    near = u.sum(axis=1) > 0.2
    np.testing.assert_allclose(proba[near], fresh[near], atol=5 * PROMISED)


def test_a_crowd_of_copies_has_the_label_of_one():
    X = np.repeat(np.eye(3, dtype=np.float32), 1_000, axis=0)
    learner = GraphLearner(X, neighbor_graph(X, cache=False))
    y = np.full(3_000, -1)
    y[[17, 1_017, 2_017]] = 0, 1, 2
    proba = learner.update(y, 3)
    assert (proba.argmax(axis=1) == np.arange(3_000) // 1_000).all()
    assert proba.max(axis=1).min() > 0.9


def test_a_walk_is_followed_to_the_likeliest_items_only(monkeypatch):
    graph = neighbor_graph(blobs(300), cache=False)
    who, share = Walks(graph, 6).to(7)
    monkeypatch.setattr(Walks, "MOST", 20)
    fewer, their_share = Walks(graph, 6).to(7)
    assert len(fewer) <= 21 < len(who)
    assert set(who[np.argsort(-share)[:5]]) <= set(fewer)
    assert their_share.max() == 1


@pytest.mark.slow  # a large pool
def test_a_million_copies():
    X = np.repeat(np.eye(2, dtype=np.float32), 500_000, axis=0)
    graph = neighbor_graph(X, cache=False, progress=False)
    y = np.full(1_000_000, -1)
    y[[3, 600_000]] = 0, 1
    proba = GraphLearner(X, graph).update(y, 2)
    assert (proba.argmax(axis=1) == np.arange(1_000_000) // 500_000).all()


def test_classes_that_come_late_and_labels_that_contradict():
    X = np.repeat(blobs(30), 3, axis=0)
    learner = GraphLearner(X, neighbor_graph(X, cache=False))
    y = np.full(90, -1)
    y[[0, 1, 2]] = 0, 1, 1  # three copies
    assert np.isfinite(learner.update(y, 2)).all()
    y[50] = 2
    proba = learner.update(y, 3)
    assert proba.shape == (90, 3)
    assert proba[50].argmax() == 2
    assert (proba[[0, 1, 2]].argmax(axis=1) == [0, 1, 1]).all()


def test_new_points_get_what_their_neighbours_have():
    X = blobs(90)
    learner = GraphLearner(X, neighbor_graph(X, cache=False))
    with pytest.raises(nb.learners.LearnerError, match="nothing was learned yet"):
        learner.predict_proba(X)
    y = np.full(90, -1)
    y[:3] = 0, 1, 2
    proba = learner.update(y, 3)
    np.testing.assert_allclose(learner.predict_proba(X), proba, atol=1e-5)
    moved = learner.predict_proba(X + np.float32(0.01))
    assert (moved.argmax(axis=1) == np.arange(90) % 3).all()
    np.testing.assert_allclose(moved.sum(axis=1), 1, atol=1e-5)
    assert learner.predict_proba(X[:0]).shape == (0, 3)
    with pytest.raises(ValueError, match="2 dimensions"):
        learner.predict_proba(X[:, :2])


def test_points_asked_about_after_each_label_are_looked_up_once(monkeypatch):
    X = blobs(90)
    learner = GraphLearner(X, neighbor_graph(X, cache=False))
    y = np.full(90, -1)
    y[:3] = 0, 1, 2
    learner.update(y, 3)
    points = X[:60].copy()
    learner.predict_proba(points)
    y[3] = 2
    proba = learner.update(y, 3)
    with monkeypatch.context() as patch:
        patch.setattr("nblabel.learners.graph.voters_of", None)
        np.testing.assert_allclose(learner.predict_proba(points), proba[:60], atol=1e-5)
    points[:] = X[30:]  # the same array, other points
    np.testing.assert_allclose(learner.predict_proba(points), proba[30:], atol=1e-5)


def test_walks_against_powers_of_the_transition_matrix():
    graph = GRAPHS["groups"]
    weights = graph.weights.toarray().astype(np.float64)
    power = np.linalg.matrix_power(weights / weights.sum(axis=1, keepdims=True), 5)
    walks = Walks(graph, 5)
    values = np.random.default_rng(0).random(300).astype(np.float32)
    np.testing.assert_allclose(walks.spread(values), power.T @ values, rtol=1e-3)
    for item in (0, 7, 299):
        who, share = walks.to(item)
        found = np.zeros(300)
        found[who] = share
        expected = power[:, item] / power[:, item].max()
        expected[item] = 1
        np.testing.assert_allclose(found, np.where(expected < 0.02, 0, expected), atol=0.025)
        assert (walks.to(item)[0] == who).all()  # nothing is left over from the walk before


def test_herding_against_its_formula():
    X = blobs(150)
    session = nb.Session(
        nb.Pool(embeddings=X), ["a", "b", "c"], learner="graph", strategy="herding"
    )
    session.tell([0, 4, 8, 9], ["a", "b", "c", "a"])
    proba = np.sort(session.predict_proba().astype(np.float64), axis=1)
    graph = session.engine.graph
    weights = graph.weights.toarray().astype(np.float64)
    kernel = np.linalg.matrix_power(weights / weights.sum(axis=1, keepdims=True), 8)
    shares = kernel[:, [0, 4, 8, 9]] / kernel[:, [0, 4, 8, 9]].max(axis=0)
    covered = np.where(shares < 0.02, 0, shares).max(axis=1)
    covered[[0, 4, 8, 9]] = 1
    doubt = (1 - proba[:, -1] + proba[:, -2]) ** HerdingStrategy.POWER
    expected = kernel.T @ (doubt * (1 - covered))
    query = session.ask()
    open_ = np.flatnonzero(session.y < 0)
    assert query.scores[0] == pytest.approx(expected[open_].max(), rel=0.03)
    assert expected[query.indices[0]] == pytest.approx(expected[open_].max(), rel=0.03)
    assert {part.name for part in query.reasons[0].parts} == {
        "uncertainty",
        "unsettled",
        "diversity",
    }


def test_herding_does_not_ask_copies_and_forgets_what_was_taken_back():
    X = np.concatenate([blobs(90), np.repeat(blobs(1, seed=9) + 6, 30, axis=0)])
    session = nb.Session(
        nb.Pool(embeddings=X), ["a", "b", "c"], learner="graph", strategy="herding"
    )
    session.tell([0, 1], ["a", "b"])
    first = session.ask(6)
    assert (first.indices >= 90).sum() <= 2
    session.tell(int(first.indices[0]), "c")
    session.undo()
    again = session.ask(6)
    np.testing.assert_allclose(again.scores, first.scores, rtol=0.05)


def test_many_labels_at_once_are_thinned_out():
    X = blobs(3_000)
    session = nb.Session(
        nb.Pool(embeddings=X), ["a", "b", "c"], learner="graph", strategy="herding"
    )
    session.tell(range(2_500), [["a", "b", "c"][index % 3] for index in range(2_500)])
    query = session.ask(8)
    assert (query.indices >= 2_500).all()
    assert len(session.engine._cache["cover"]._ends) <= 1_000 * 1.2


def spiral(n):
    """Points of a rolled sheet: what one of them lacks, a whole region does."""
    rng = np.random.default_rng(0)
    turn = 1.5 * np.pi * (1 + 2 * rng.random(n))
    X = np.stack([turn * np.cos(turn), 20 * rng.random(n), turn * np.sin(turn)], axis=1)
    return X.astype(np.float32)


def without_rounding(graph, codes, n_classes, decay):
    """Solve the equation of `Propagation` by sparse elimination; for graphs without copies."""
    weights, free = graph.weights.astype(np.float64), codes < 0
    u = np.zeros((len(codes), n_classes))
    u[~free] = np.eye(n_classes)[codes[~free]]
    system = sp.csc_matrix(sp.diags((1 + decay) * weights.sum(axis=1).A1) - weights)
    u[free] = splu(system[free][:, free]).solve(weights[free][:, ~free] @ u[~free])
    return u


@pytest.mark.slow  # hundreds of references
@pytest.mark.parametrize("make", [spiral, blobs])
def test_going_on_from_the_last_solution_stays_within_what_is_promised(make):
    graph, n = neighbor_graph(make(4_000), cache=False), 4_000
    propagation, rng = Propagation(graph), np.random.default_rng(1)
    y = np.full(n, -1, dtype=np.intp)
    y[:2] = 0, 1
    gone_on = 0
    for step in range(150):
        n_classes = 3 + step // 50
        y[rng.integers(n)] = rng.integers(0, n_classes)
        if step % 7 == 6:  # taken back, or told otherwise
            y[rng.choice(np.flatnonzero(y >= 0))] = rng.integers(-1, n_classes)
        decay = GraphLearner.DECAY / np.count_nonzero(y >= 0)
        u = propagation.solve(y, n_classes, decay, anew=False)
        gone_on += not propagation.iterations_
        if step % 10 == 9:
            exact = without_rounding(graph, y, n_classes, decay)
            np.testing.assert_allclose(u, exact, atol=PROMISED)
    assert gone_on > 20  # the others were solved by conjugate gradients


def test_the_residual_is_brought_up_to_date_through_all_changes():
    graph = neighbor_graph(blobs(400))
    propagation, rng = Propagation(graph), np.random.default_rng(3)
    codes = np.full(400, -1, dtype=np.intp)
    codes[:3] = 0, 1, 2
    for step in range(100):  # more than are brought up to date in a row
        items = rng.choice(np.arange(3, 400), 1 + step % 3, replace=False)
        codes[items] = rng.integers(-1, 3, len(items))  # told, told otherwise, taken back
        decay = 0.3 / np.count_nonzero(codes >= 0)
        propagation.solve(codes, 3, decay, anew=False)
        last, free = propagation._last, np.ones(400, dtype=bool)
        free[last.at] = False
        residual = np.empty_like(last.r)
        diagonal = propagation.edges.degrees * np.float32(1 + decay)
        propagation._residual(last.u, residual, diagonal, free)
        np.testing.assert_allclose(last.r, residual, atol=1e-4 * diagonal.max())
        assert (np.abs(residual).max(axis=1) <= 6e-4 * diagonal).all()  # 5e-4, and rounding
