"""Very many classes: the same predictions as with all classes kept, short of what is cut off."""

from typing import Any

import numpy as np
import pytest

import nblabel as nb
from nblabel.graph import propagation
from nblabel.graph.many import COLUMNS
from nblabel.graph.neighbor_graph import neighbor_graph
from nblabel.learners import make_learner
from nblabel.learners.graph import GraphLearner
from nblabel.learners.many import ManyLearner
from nblabel.learners.mixed import MixedLearner
from nblabel.learners.top import MANY, TopProba
from nblabel.strategies.measures import UNCERTAINTIES, likeliest, top_two

DECAY, PRIOR = GraphLearner.DECAY, GraphLearner.PRIOR
N, GROUPS = 1_500, 250


def groups(n: int = N, n_groups: int = GROUPS, spread: float = 0.5, dim: int = 12) -> Any:
    """Return points in groups, and the group of each."""
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 1, (n_groups, dim)).astype(np.float32)
    truth = np.arange(n) % n_groups
    X = centres[truth] + np.float32(spread) * rng.standard_normal((n, dim), dtype=np.float32)
    return X, truth


def labels_of(truth: np.ndarray, n: int, seed: int = 1) -> np.ndarray:
    y = np.full(len(truth), -1, dtype=np.intp)
    some = np.random.default_rng(seed).permutation(len(truth))[:n]
    y[some] = truth[some]
    return y


def many_learner(X: np.ndarray, graph: Any, *, head: bool) -> ManyLearner:
    return ManyLearner(X, graph, 0, DECAY, PRIOR, with_head=head)


def agree(top: TopProba, dense: np.ndarray, tolerance: float) -> None:
    """The listed classes have what they have with all kept; the others share what is left."""
    read = np.asarray(top)
    np.testing.assert_allclose(read.sum(axis=1), 1, atol=1e-4)
    rows = np.arange(len(read))
    for place in range(top.codes.shape[1]):
        code = top.codes[:, place]
        listed = code >= 0
        off = np.abs(top.values[listed, place] - dense[rows[listed], code[listed]])
        assert off.max(initial=0) < tolerance
    best = dense.max(axis=1)
    assert (best - dense[rows, read.argmax(axis=1)]).max() < tolerance


# ---- probabilities of the likeliest


def some_proba() -> tuple[TopProba, np.ndarray]:
    rng = np.random.default_rng(0)
    dense = rng.dirichlet(np.full(40, 0.1), 60).astype(np.float32)
    order = np.argsort(-dense, axis=1)[:, :6]
    values = np.take_along_axis(dense, order, axis=1)
    codes = order.astype(np.int32)
    codes[::7, -1], values[::7, -1] = -1, 0  # some list fewer
    left = 1 - values.sum(axis=1)
    rest = left / (40 - (codes >= 0).sum(axis=1))
    top = TopProba(codes, values, rest.astype(np.float32), 40)
    return top, np.asarray(top)


def test_top_proba_reads_like_an_array() -> None:
    top, dense = some_proba()
    assert (top.shape, len(top), top.dtype) == (dense.shape, len(dense), dense.dtype)
    rows, mask = np.array([3, 5, 3]), np.arange(60) % 3 == 0
    codes = np.array([0, 39, 7])
    assert (top[rows] == dense[rows]).all()
    assert (top[4] == dense[4]).all()
    assert (top[mask] == dense[mask]).all()
    assert (top[2:9] == dense[2:9]).all()
    assert (top[rows, codes] == dense[rows, codes]).all()
    assert (top[mask, 7] == dense[mask, 7]).all()


def test_measures_of_top_proba_are_those_of_the_array() -> None:
    top, dense = some_proba()
    for found, expected in zip(likeliest(top), likeliest(dense), strict=True):
        assert (found == expected).all()
    for measure in UNCERTAINTIES.values():
        np.testing.assert_allclose(measure(top), measure(dense), atol=1e-5)
    for found, expected in zip(top_two(top[:5]), top_two(dense[:5]), strict=True):
        assert (found == expected).all()


def test_top_proba_without_anything_listed_is_uniform() -> None:
    top = TopProba(
        np.full((3, 2), -1, dtype=np.int32),
        np.zeros((3, 2), dtype=np.float32),
        np.full(3, 0.25, dtype=np.float32),
        4,
    )
    assert (np.asarray(top) == 0.25).all()
    assert likeliest(top)[0].tolist() == [0, 0, 0]
    np.testing.assert_allclose(UNCERTAINTIES["margin"](top), 1)
    np.testing.assert_allclose(UNCERTAINTIES["entropy"](top), 1, rtol=1e-6)


def test_rows_that_are_known_are_certain() -> None:
    top, dense = some_proba()
    known = np.asarray(top.known(np.array([1, 2]), np.array([5, 6])))
    assert known[1].tolist() == [float(code == 5) for code in range(40)]
    assert (known[3:] == dense[3:]).all()


# ---- the learner beside the one that keeps all


@pytest.mark.parametrize(("n_labels", "head"), [(9, True), (40, False), (40, True), (200, True)])
def test_few_classes_are_learned_as_by_the_usual_learner(n_labels: int, head: bool) -> None:
    X, truth = groups(900, 8, spread=0.9)
    graph = neighbor_graph(X, cache=False)
    y = labels_of(truth, n_labels)
    usual = MixedLearner(X, graph) if head else GraphLearner(X, graph)
    dense = usual.update(y, 8)
    learner = many_learner(X, graph, head=head)
    top = learner.update(y, 8)
    np.testing.assert_allclose(np.asarray(top), dense, atol=5e-3)
    np.testing.assert_allclose(learner.unreached(), usual.unreached(), atol=5e-3)
    if head:
        assert learner.weight_ == pytest.approx(usual.weight_, abs=1e-3)
        hedged = usual.hedged(dense)
        np.testing.assert_allclose(np.asarray(learner.hedged(top)), hedged, atol=5e-3)
    new = X[:5] + np.float32(0.01)
    assert learner.predict_proba(new).shape == (5, 8)
    np.testing.assert_allclose(learner.predict_proba(X[:5]), np.asarray(top)[:5], atol=1e-6)


def test_many_classes_are_solved_for_as_the_usual_solver_does() -> None:
    X, truth = groups()
    graph = neighbor_graph(X, cache=False)
    y = labels_of(truth, 400)
    dense = GraphLearner(X, graph).update(y, GROUPS)
    learner = many_learner(X, graph, head=False)
    agree(learner.update(y, GROUPS), dense, 0.01)
    assert len(np.unique(y[y >= 0])) > COLUMNS


@pytest.mark.parametrize("goes_on", [False, True])
def test_labels_one_by_one_end_where_all_at_once_do(
    goes_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if goes_on:  # as in large pools: each solution begins with the last one
        monkeypatch.setattr(propagation, "ANEW_UP_TO", 0)
    X, truth = groups()
    graph = neighbor_graph(X, cache=False)
    y = labels_of(truth, 440)
    labeled = np.flatnonzero(y >= 0)
    now = y.copy()
    now[labeled[400:]] = -1
    learner = many_learner(X, graph, head=False)
    learner.update(now, GROUPS)
    for item in labeled[400:].tolist():  # given
        now[item] = y[item]
        learner.update(now, GROUPS)
    for item in labeled[:20].tolist():  # changed
        now[item] = (y[item] + 1) % GROUPS
        learner.update(now, GROUPS)
    for item in labeled[:20].tolist():  # and taken back
        now[item] = -1
        top = learner.update(now, GROUPS)
    assert learner._propagation.solved_ == 1
    agree(top, GraphLearner(X, graph).update(now, GROUPS), 0.05)


def test_classes_beyond_those_solved_for_as_usual_come_one_by_one() -> None:
    X, truth = groups()
    graph = neighbor_graph(X, cache=False)
    learner = many_learner(X, graph, head=False)
    now = np.full(N, -1, dtype=np.intp)
    for item in range(COLUMNS + 20):  # one of each class
        now[item] = truth[item]
        top = learner.update(now, GROUPS)
    assert learner._propagation.solved_ <= 1
    agree(top, GraphLearner(X, graph).update(now, GROUPS), 0.15)
    now[COLUMNS - 4 :] = -1  # as after many an undo
    agree(learner.update(now, GROUPS), GraphLearner(X, graph).update(now, GROUPS), 0.01)


def test_merged_and_reordered_classes_are_followed_without_solving_anew() -> None:
    X, truth = groups()
    graph = neighbor_graph(X, cache=False)
    y = labels_of(truth, 500)
    learner = many_learner(X, graph, head=False)
    learner.update(y, GROUPS)
    merged = np.where(np.arange(GROUPS) == 7, 3, np.arange(GROUPS))
    numbers = np.unique(merged, return_inverse=True)[1][::-1].copy()
    now = np.where(y >= 0, numbers[y], -1)
    top = learner.update(now, GROUPS - 1)
    assert learner._propagation.solved_ == 1
    agree(top, GraphLearner(X, graph).update(now, GROUPS - 1), 0.01)


def test_copies_with_different_labels_share_their_place() -> None:
    X, truth = groups(600, 100)
    X[100:110] = X[0]
    graph = neighbor_graph(X, cache=False)
    y = labels_of(truth, 300)
    y[[0, 100, 101]] = 5, 6, -1
    learner = many_learner(X, graph, head=False)
    agree(learner.update(y, 100), GraphLearner(X, graph).update(y, 100), 0.01)
    y[102] = 7
    agree(learner.update(y, 100), GraphLearner(X, graph).update(y, 100), 0.05)


def test_an_item_apart_from_all_labels_is_uniform() -> None:
    X, truth = groups(600, 100)
    X[-30:] += 1_000
    graph = neighbor_graph(X, cache=False)
    y = labels_of(truth, 300)
    y[-30:] = -1
    top = many_learner(X, graph, head=True).update(y, 100)
    np.testing.assert_allclose(np.asarray(top)[-30:], 0.01, atol=1e-3)


def test_the_number_of_classes_decides_what_learns() -> None:
    X, truth = groups(600, 100)
    graph = neighbor_graph(X, cache=False)
    y = labels_of(truth, 150)
    learner = make_learner("mixed", X, 0, graph)
    usual = MixedLearner(X, graph)
    assert (learner.update(y, MANY) == usual.update(y, MANY)).all()
    assert isinstance(learner.update(y, MANY + 1), TopProba)
    assert (learner.update(y, MANY) == usual.update(y, MANY)).all()
    assert learner.name == "mixed"


# ---- a session


NAMES = [f"class {i}" for i in range(1_000)]


@pytest.fixture
def session() -> nb.Session:
    X, _ = groups(600, 60)
    return nb.Session(nb.Pool(embeddings=X), NAMES)


def test_a_thousand_classes_on_six_hundred_items(session: nb.Session) -> None:
    _, truth = groups(600, 60)
    for _ in range(12):
        index = int(session.ask().indices[0])
        session.tell(index, NAMES[10 * truth[index]])
    assert session.predict_proba().shape == (600, 1_000)
    np.testing.assert_allclose(session.predict_proba().sum(axis=1), 1, rtol=1e-4)
    before = session.predict().tolist()
    session.tell(int(session.ask().indices[0]), "class 999")
    session.undo()
    assert session.predict().tolist() == before


def test_a_thousand_classes_with_one_label_each(session: nb.Session) -> None:
    X, _ = groups(1_200, 100)
    session = nb.Session(nb.Pool(embeddings=X), NAMES)
    for i in range(100):
        session.tell(i, NAMES[i])
    session.tell(range(100, 1_000), NAMES[100:])  # in one step, as an import is
    assert len(session.ask(8)) == 8
    found = session.predict()
    assert found[:1_000].tolist() == NAMES
    assert set(found.tolist()) <= set(NAMES)
    session.draw(40)
    for index in session.drawn.tolist():
        session.tell(index, NAMES[index % 1_000])
    report = nb.audit(session)
    assert len(report.table)
    accepted = session.accept(range(1_150, 1_160))
    assert len(accepted.ids) + 10 >= 10


def test_a_class_more_or_less_beside_a_thousand(session: nb.Session) -> None:
    _, truth = groups(600, 60)
    for index in range(80):
        session.tell(index, NAMES[truth[index]])
    session.refit(8)
    session.add_class("one more", index=100)
    assert session.predict_proba().shape == (600, 1_001)
    assert session.predict()[100] == "one more"
    session.merge_classes(["class 1", "class 2"], into="class 1")
    assert session.predict_proba().shape == (600, 1_000)
    assert session.predict()[2] == "class 1"
