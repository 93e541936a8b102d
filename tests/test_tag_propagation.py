"""Answers about tags on the neighbour graph, beside a solution by elimination."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.graph.tag_propagation import TagPropagation

N, K, DECAY = 400, 4, 0.05


@pytest.fixture(scope="module")
def graph():
    X = np.random.default_rng(0).normal(size=(N, 3)).astype(np.float32)
    return nb.neighbor_graph(X, cache=False)


def reference(graph, known, values):
    W = graph.weights.toarray().astype(np.float64)
    degrees = W.sum(axis=1)
    wanted = values.astype(np.float64)
    for column in range(known.shape[1]):
        free = ~known[:, column]
        A = np.diag(degrees * (1 + DECAY)) - W
        given = W[np.ix_(free, ~free)] @ wanted[~free, column]
        wanted[free, column] = np.linalg.solve(A[np.ix_(free, free)], given)
    return wanted


def answers(seed=0, share=0.05):
    rng = np.random.default_rng(seed)
    known = rng.random((N, K)) < share
    return known, (rng.random((N, K)) < 0.5).astype(np.float32)


def test_each_tag_has_items_of_its_own(graph):
    known, values = answers()
    solution = TagPropagation(graph).solve(known, values, DECAY)
    np.testing.assert_allclose(solution, reference(graph, known, values), atol=0.02)
    assert (solution[known] == values[known]).all()


def test_it_goes_on_from_the_last_solution(graph):
    known, values = answers()
    propagation = TagPropagation(graph)
    rng = np.random.default_rng(1)
    for _ in range(12):
        solution = propagation.solve(known, values, DECAY, anew=False)
        np.testing.assert_allclose(solution, reference(graph, known, values), atol=0.03)
        at = rng.integers(N)
        known[at, rng.random(K) < 0.5] ^= True  # answers come, and are taken back
        values[rng.integers(N)] = rng.random(K) < 0.5


def test_a_pool_of_up_to_20_000_depends_on_the_answers_alone(graph):
    used = TagPropagation(graph)
    used.solve(*answers(1), DECAY)
    known, values = answers(2)
    again = used.solve(known, values, DECAY)
    assert (again == TagPropagation(graph).solve(known, values, DECAY)).all()


def test_other_columns_and_nothing_known(graph):
    propagation = TagPropagation(graph)
    known, values = answers()
    propagation.solve(known, values, DECAY, anew=False)
    two = propagation.solve(known[:, :2], values[:, :2], DECAY, anew=False)
    assert two.shape == (N, 2)
    assert not propagation.solve(np.zeros_like(known), values, DECAY).any()


def test_copies_are_one_place():
    X = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    X[1] = X[0]
    propagation = TagPropagation(nb.neighbor_graph(X, cache=False))
    known, values = np.zeros((60, 2), dtype=bool), np.zeros((60, 2), dtype=np.float32)
    known[0, 0] = True
    values[0, 0] = 1
    solution = propagation.solve(known, values, DECAY)
    assert solution[1, 0] == 1
    known[1, 0] = True  # and a copy that was answered otherwise
    solution = propagation.solve(known, values, DECAY)
    assert solution[:2, 0].tolist() == [1, 0]
