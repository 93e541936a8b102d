"""How little labels reach each item: label by label, against solving for all anew."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.graph.neighbor_graph import NeighborGraph, neighbor_graph
from nblabel.graph.propagation import Propagation
from nblabel.strategies import reached
from nblabel.strategies.reach import last_step
from nblabel.strategies.reached import Reached
from tests.samples import CLASSES, blobs
from tests.test_propagation import GRAPHS, directly

DECAY = 0.3 / 8
LEFT = 0.05  # what many labels may leave over, each begun where the one before ended

graphs = pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)


@pytest.fixture
def step_by_step(monkeypatch):
    monkeypatch.setattr(Reached, "ANEW_UP_TO", 0)


def slowly(graph, y, n_classes=3, decay=DECAY):
    """One minus the norm of a direct solution."""
    return 1 - np.linalg.norm(directly(graph, y, n_classes, decay), axis=1)


def first_met(graph, item, others, decay):
    """How likely a walk begun at each item meets one before all the others, by elimination."""
    y = np.full(len(graph), -1)
    y[others] = 1
    y[item] = 0
    return directly(graph, y, 2, decay)[:, 0]


def answers(graph, n, seed=0):
    """Return labels that come one by one, and the items they are of."""
    order = np.random.default_rng(seed).permutation(len(graph))[:n]
    y = np.full(len(graph), -1)
    for item in order:
        y[item] = item % 3
        yield item, y


def grid(side):
    """Items on a square, each beside the next eight."""
    row, column = np.divmod(np.arange(side * side), side)
    moves = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]
    around = [(row + a) % side * side + (column + b) % side for a, b in moves]
    distances = [np.full(side * side, np.hypot(*move), dtype=np.float32) for move in moves]
    return NeighborGraph(np.stack(around, axis=1).astype(np.int32), np.stack(distances, axis=1))


@graphs
def test_a_label_adds_what_first_meets_it(graph):
    """The formula that saves the work, written out slowly."""
    before = None
    for item, y in answers(graph, 4, seed=1):
        if (graph.distances[item] == 0).any():
            continue  # of copies each is labeled at once
        after = directly(graph, y, 3, DECAY)
        if before is not None:
            others = np.setdiff1d(np.flatnonzero(y >= 0), item)
            g = first_met(graph, item, others, DECAY)
            change = np.eye(3)[y[item]] - before[item]
            free = y < 0
            expected = before + g[:, None] * change
            np.testing.assert_allclose(after[free], expected[free], atol=1e-9)
        before = after


@graphs
@pytest.mark.parametrize("seed", range(2))
def test_label_by_label_against_a_direct_solution(graph, seed, step_by_step):
    ours = Reached(graph)
    for turn, (_, y) in enumerate(answers(graph, min(40, len(graph)), seed)):
        found = ours.of(y, 3, DECAY)
        assert found.dtype == np.float32
        assert ((found >= 0) & (found <= 1)).all()
        if turn in (1, 4, 39):
            free = y < 0
            np.testing.assert_allclose(found[free], slowly(graph, y)[free], atol=LEFT)


def test_with_less_left_over_it_is_exact(step_by_step, monkeypatch):
    monkeypatch.setattr(reached, "TOLERANCE", 1e-7)
    monkeypatch.setattr("nblabel.graph.propagation.TOLERANCE", 1e-6)
    monkeypatch.setattr("nblabel.graph.propagation.RISE", 1e-6)
    ours = Reached(GRAPHS["groups"])
    for _, y in answers(GRAPHS["groups"], 40):
        found = ours.of(y, 3, DECAY)
    assert ours.solved_ == 1
    free = y < 0
    np.testing.assert_allclose(found[free], slowly(GRAPHS["groups"], y)[free], atol=1e-4)


def test_the_work_of_a_label_does_not_grow_with_the_pool():
    """Items set right after a label among others at the same distances, in pools of three sizes."""
    pushed = []
    for side in (60, 120, 240):
        graph = grid(side)
        ours = Reached(graph)
        y = np.full(len(graph), -1)
        row, column = np.divmod(np.arange(len(graph)), side)
        corners = (row % 20 == 0) & (column % 20 == 0)
        y[corners] = np.arange(corners.sum()) % 3
        ours.of(y, 3, DECAY)
        y[10 * side + 10] = 1
        ours.of(y, 3, DECAY)
        assert ours.solved_ == 1
        pushed.append(ours.pushed_)
    # not quite the same: the order in which items stand, and so are set right, is another
    assert max(pushed) < 1.2 * min(pushed)
    assert max(pushed) < len(grid(60)) < len(graph) / 10


def test_the_same_labels_cost_nothing(step_by_step):
    ours = Reached(GRAPHS["groups"])
    for _, y in answers(GRAPHS["groups"], 9):
        ours.of(y, 3, DECAY)
    before = ours.of(y, 3, DECAY), ours.pushed_
    after = ours.of(y, 3, DECAY), ours.pushed_
    assert after[1] == before[1]
    assert (after[0] == before[0]).all()


def with_change(y, change):
    y = y.copy()
    labeled = np.flatnonzero(y >= 0)
    if change == "taken back":
        y[labeled[0]] = -1
    elif change == "another label":
        y[labeled[0]] = (y[labeled[0]] + 1) % 3
    elif change == "many at once":
        y[np.flatnonzero(y < 0)[: Reached.FEW + 1]] = 1
    elif change == "one taken back, another given":
        y[[labeled[0], np.flatnonzero(y < 0)[0]]] = -1, 2
    return y


@pytest.mark.parametrize("name", ["groups", "chain", "copies"])
@pytest.mark.parametrize(
    "change",
    ["taken back", "another label", "many at once", "one taken back, another given", "decay"],
)
def test_whatever_else_changes_is_solved_for_anew(name, change, step_by_step):
    graph = GRAPHS[name]
    ours = Reached(graph)
    for _, y in answers(graph, 3):
        ours.of(y, 3, DECAY)
    solved = ours.solved_
    y, decay = with_change(y, change), DECAY / 2 if change == "decay" else DECAY
    found = ours.of(y, 3, decay)
    assert ours.solved_ == solved + 1
    assert (found == Reached(graph).of(y, 3, decay)).all()


def test_another_class_is_solved_for(step_by_step):
    ours = Reached(GRAPHS["groups"])
    for _, y in answers(GRAPHS["groups"], 3):
        ours.of(y, 3, DECAY)
    assert (ours.of(y, 4, DECAY) == Reached(GRAPHS["groups"]).of(y, 4, DECAY)).all()


def test_copies_of_labeled_items_are_reached_by_all_the_labels_there(step_by_step):
    graph = GRAPHS["copies"]
    copies = np.flatnonzero((blobs(20)[np.arange(300) // 15] == blobs(20)[2]).all(axis=1))
    ours, y = Reached(graph), np.full(300, -1)
    for item, code in zip(copies[:2], (0, 1), strict=True):
        y[item] = code
        found = ours.of(y, 3, DECAY)
    assert found[copies[2]] == pytest.approx(1 - np.sqrt(0.5), abs=1e-6)
    np.testing.assert_allclose(found[y < 0], slowly(graph, y)[y < 0], atol=LEFT)


def test_after_an_interruption_all_is_solved_for(step_by_step, monkeypatch):
    ours = Reached(GRAPHS["groups"])
    for _, y in answers(GRAPHS["groups"], 3):
        ours.of(y, 3, DECAY)
    y[np.flatnonzero(y < 0)[0]] = 1

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reached, "_push", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ours.of(y, 3, DECAY)
    assert (ours.of(y, 3, DECAY) == Reached(GRAPHS["groups"]).of(y, 3, DECAY)).all()


def test_a_small_pool_is_solved_for_each_time():
    graph = GRAPHS["groups"]
    ours = Reached(graph)
    for _, y in answers(graph, 5):
        found = ours.of(y, 3, DECAY)
    assert ours.solved_ == 5
    assert (found == Reached(graph).of(y, 3, DECAY)).all()


def test_steps_double_and_then_are_even():
    steps = sorted({last_step(n) for n in range(1, 200)})
    assert steps == [1, 2, 4, 8, 16, 32, 64, 96, 128, 160, 192]
    assert all(last_step(n) == max(step for step in steps if step <= n) for n in range(1, 200))


def test_a_session_solves_for_all_only_at_steps(monkeypatch):
    solved = []
    solve = Propagation.solve

    def counted(self, codes, *args, **options):
        solved.append(int(np.count_nonzero(codes >= 0)))
        return solve(self, codes, *args, **options)

    monkeypatch.setattr(Propagation, "solve", counted)
    X = blobs(3_000)
    session = nb.Session(nb.Pool(embeddings=X), CLASSES, learner="knn", strategy="auto")
    session.set_graph(neighbor_graph(X, cache=False))
    for _ in range(40):
        index = int(session.ask(8).indices[0])
        session.tell(index, CLASSES[index % 3])
    session.ask(8)
    assert solved == [1, 2, 4, 8, 16, 32]
