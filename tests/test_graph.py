"""The neighbour graph: found exactly, kept on disk, whole for any kind of pool."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from tqdm import tqdm

import nblabel as nb
from nblabel.graph import neighbor_graph as graphs
from nblabel.graph import search
from nblabel.graph.neighbor_graph import GraphCache, NeighborGraph, neighbor_graph, pack, unpack
from nblabel.jobs.graph import GraphProcess
from nblabel.session import compiling
from nblabel.session.compiling import compile_loops, is_compiled
from tests.samples import blobs
from tests.test_projection import Listener, over, wait_until


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(graphs, "KEPT_FROM", 2)


def check(graph, n):
    """Hold a graph against all that is promised of it."""
    k = min(15, n - 1)
    assert graph.indices.shape == graph.distances.shape == (n, k)
    assert (graph.indices.dtype, graph.distances.dtype) == (np.int32, np.float32)
    if k:
        assert 0 <= graph.indices.min() <= graph.indices.max() < n
        assert np.isfinite(graph.distances).all()
        assert (graph.indices != np.arange(n)[:, None]).all()
    weights = graph.weights
    assert weights.shape == (n, n)
    assert (weights.dtype, weights.indices.dtype) == (np.float32, np.int32)
    assert abs(weights - weights.T).max() == 0
    assert (weights.diagonal() == 0).all()
    assert np.isfinite(weights.data).all()
    assert (weights.data >= 0).all()


def test_neighbours_against_all_distances():
    X = blobs(120)
    graph = neighbor_graph(X)
    check(graph, 120)
    distances = np.sqrt(((X[:, None].astype(np.float64) - X[None]) ** 2).sum(axis=-1))
    np.fill_diagonal(distances, np.inf)
    expected = np.argsort(distances, axis=1)[:, :15]
    np.testing.assert_array_equal(graph.indices, expected)
    np.testing.assert_allclose(
        graph.distances, np.take_along_axis(distances, expected, axis=1), rtol=1e-4
    )


def test_weights_against_their_formula():
    graph = neighbor_graph(blobs(40))
    plain = np.zeros((40, 40))
    for item in range(40):
        for other, distance in zip(graph.indices[item, :10], graph.distances[item], strict=False):
            plain[item, other] = np.exp(-4 * (distance / graph.distances[item, 9]) ** 2)
    expected = np.minimum(plain, plain.T) + 0.1 * (plain + plain.T) / 2
    np.testing.assert_allclose(graph.weights.toarray(), expected, rtol=1e-4)


def test_edges_are_the_weights_in_another_order():
    graph = neighbor_graph(blobs(700), cache=False)
    edges, n = graph.edges, len(graph)
    assert sorted(edges.order) == list(range(n))
    np.testing.assert_array_equal(edges.place[edges.order], np.arange(n))
    weights = sp.csr_matrix((edges.weights, edges.neighbors, edges.pointers), shape=(n, n))
    np.testing.assert_array_equal(
        weights.toarray(), graph.weights.toarray()[edges.order][:, edges.order]
    )
    np.testing.assert_allclose(edges.degrees, weights.toarray().sum(axis=1), rtol=1e-5)
    # three groups, each in long stretches
    group = edges.order % 3
    assert np.count_nonzero(np.diff(group)) < 150  # 466 in the order of the pool


@pytest.mark.parametrize(("n", "n_cells"), [(1, 1), (64, 64), (65, 64), (700, 87), (6_000, 512)])
def test_cells_are_stretches_that_few_edges_leave(n, n_cells):
    edges = neighbor_graph(blobs(n), cache=False).edges
    assert edges.cells[0] == 0
    assert set(np.diff(edges.cells)) <= {0, 1}
    sizes = np.bincount(edges.cells)
    assert len(sizes) == n_cells
    assert sizes.max() <= 4 * n / n_cells
    if n >= 700:
        rows = np.repeat(np.arange(n), np.diff(edges.pointers))
        leave = edges.cells[rows] != edges.cells[edges.neighbors]
        # 0.57 before the cells settle
        assert edges.weights[leave].sum() < 0.4 * edges.weights.sum()


@pytest.mark.parametrize("n", [1, 2, 3, 15, 16, 17])
def test_small_pools(n):
    check(neighbor_graph(blobs(n)), n)


@pytest.mark.parametrize(
    "X",
    [
        np.ones((40, 3)),
        np.zeros((40, 3)),
        np.repeat(blobs(3), 20, axis=0),
        np.concatenate([blobs(60), np.repeat(blobs(1, seed=4), 50, axis=0)]),
        np.where(np.arange(60)[:, None] % 2, 0.0, -0.0) * np.ones((1, 2)),
        np.concatenate([blobs(40), np.full((1, 5), 1e9)]),
    ],
    ids=["identical", "zeros", "threes", "crowd", "negative-zeros", "outlier"],
)
def test_copies(X):
    graph = neighbor_graph(X)
    check(graph, len(X))
    for row in np.unique(np.asarray(X, dtype=np.float32), axis=0):
        members = np.flatnonzero((np.asarray(X, dtype=np.float32) == row).all(axis=1))
        within = graph.weights[members][:, members]
        assert connected_components(within)[0] == 1
        # none of them is the hub of all: its label would reach every copy in one step
        assert np.diff(within.indptr).max() <= 2 * 15


def test_a_graph_is_found_again_by_its_content():
    X = blobs(50)
    graph = neighbor_graph(X)
    kept = GraphCache(X).read()
    assert (kept.indices == graph.indices).all()
    assert (kept.distances == graph.distances).all()
    assert GraphCache(X + np.float32(1)).read() is None
    assert neighbor_graph(X, cache=False).indices.tolist() == graph.indices.tolist()


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-5]),
        lambda path: path.write_bytes(path.read_bytes()[:300] + b"?" + path.read_bytes()[301:]),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["empty", "cut", "one-byte", "folder"],
)
def test_a_damaged_file_is_built_again(damage):
    X = blobs(50)
    graph = neighbor_graph(X)
    damage(GraphCache(X).path)
    assert GraphCache(X).read() is None
    assert (neighbor_graph(X).indices == graph.indices).all()


def test_what_was_packed_must_fit_the_pool():
    graph = neighbor_graph(blobs(50))
    rows = pack(graph)
    assert unpack(rows, 50) is not None
    assert unpack(rows, 49) is None
    rows["index"][3, 2] = 50
    assert unpack(rows, 50) is None


@pytest.mark.slow
def test_approximate_neighbours_of_a_large_pool(monkeypatch, capsys):
    monkeypatch.setattr(search, "EXACT_UP_TO", 100)
    X = blobs(600)
    shares = []
    found = graphs.build_graph(X, shares.append)
    assert 0 < shares[0] < shares[1] < shares[-1] == 1
    assert capsys.readouterr().out == ""
    check(found, 600)
    monkeypatch.setattr(search, "EXACT_UP_TO", 1_000)
    exact = neighbor_graph(X, cache=False)
    shared = [len(set(a) & set(b)) for a, b in zip(found.indices, exact.indices, strict=True)]
    assert np.mean(shared) > 0.95 * 15


def test_what_a_descent_did_not_find_is_found_exactly(monkeypatch):
    X = blobs(600)
    exact = neighbor_graph(X, cache=False)

    def half(X, k, tell):
        who, near = search._exact(X, X, k, tell)
        who[3, 5:], near[3, 5:] = -1, np.inf
        near[7, -1] = np.inf
        return who, near

    monkeypatch.setattr(search, "EXACT_UP_TO", 100)
    monkeypatch.setattr(search, "_descent", half)
    found = graphs.build_graph(X, lambda _share: None)
    assert (found.indices == exact.indices).all()
    np.testing.assert_allclose(found.distances, exact.distances, rtol=1e-5)


def test_what_is_no_matrix():
    with pytest.raises(ValueError, match="finite"):
        neighbor_graph(np.full((4, 2), np.nan))


def test_a_session_moves_over_and_keeps_its_labels():
    session = nb.Session(nb.Pool(embeddings=blobs(90)), ["a", "b", "c"], build_graph=False)
    session.tell([0, 1, 2], ["a", "b", "c"])
    session.predict_proba()
    assert session.wants_graph
    assert (session.engine.learner.name, session.engine.strategy.name) == ("knn", "product")
    labels, version = session.labels(), session.version
    session.set_graph(neighbor_graph(session.embeddings))
    assert session.version > version
    assert not session.wants_graph
    assert (session.engine.learner.name, session.engine.strategy.name) == ("mixed", "alternating")
    assert session.labels().equals(labels)
    assert session.predict().tolist() == [*"abc"] * 30
    compile_loops()
    restarted = nb.Session(nb.Pool(embeddings=blobs(90)), ["a", "b", "c"], build_graph=False)
    assert not restarted.wants_graph  # it was on disk


def test_a_session_builds_the_graph_once_there_is_a_label():
    session = nb.Session(nb.Pool(embeddings=blobs(90)), ["a", "b", "c"])
    session.ask()
    assert session.wants_graph
    session.tell(0, "a")
    session.ask()
    assert not session.wants_graph
    session.set_embeddings(blobs(90, seed=3))
    assert session.wants_graph
    session.ask()
    assert not session.wants_graph


def test_a_graph_of_another_pool_is_refused():
    session = nb.Session(nb.Pool(embeddings=blobs(90)), ["a", "b"], build_graph=False)
    with pytest.raises(ValueError, match="the graph has 30 items, the pool 90"):
        session.set_graph(neighbor_graph(blobs(30)))


@pytest.mark.parametrize(
    ("learner", "strategy", "wants"),
    [("knn", "product", False), ("graph", "margin", True), ("rf", "herding", True)],
)
def test_who_wants_a_graph(learner, strategy, wants):
    pool = nb.Pool(embeddings=blobs(60))
    session = nb.Session(pool, ["a", "b"], learner=learner, strategy=strategy, build_graph=False)
    assert session.wants_graph == wants


def test_an_isolated_item_has_no_weight():
    graph = NeighborGraph(np.empty((1, 0), np.int32), np.empty((1, 0), np.float32))
    assert graph.weights.nnz == 0
    assert graph.edges.degrees.tolist() == [1]


# in a process of its own


@pytest.mark.slow
def test_built_in_a_second_process(folders):
    listener, X = Listener(), blobs(300)
    process = GraphProcess(X, listener)
    graph = listener.last()["done"]
    assert (graph.indices == neighbor_graph(X, cache=False).indices).all()
    assert (GraphCache(X).read().indices == graph.indices).all()
    steps = [news["progress"] for news in listener.told[:-1]]
    assert steps == sorted(steps)
    wait_until(lambda: over(process))
    assert list(folders.iterdir()) == []


def test_cancelled_it_stops_and_says_nothing_more(folders):
    listener, X = Listener(), blobs(3_000)
    process = GraphProcess(X, listener)
    wait_until(lambda: listener.told)
    process.cancel()
    wait_until(lambda: over(process))
    assert process._process.returncode != 0
    assert all("progress" in news for news in listener.told)
    assert list(folders.iterdir()) == []
    assert GraphCache(X).read() is None


@pytest.mark.slow
def test_a_process_that_fails_says_why():
    X = blobs(200)
    X[5, 1] = np.nan
    listener = Listener()
    GraphProcess(X, listener)
    assert listener.last() == {"error": "ValueError: Input X contains NaN"}


@pytest.mark.slow
def test_a_graph_that_comes_back_damaged_is_refused(monkeypatch):
    other = pack(neighbor_graph(blobs(50)))
    monkeypatch.setattr(GraphProcess, "_made", lambda _process: other)
    listener = Listener()
    GraphProcess(blobs(200), listener)
    assert listener.last() == {"error": "the graph came back damaged"}


# compiled


COMPILED = """
import sys
from numba.core.dispatcher import Dispatcher
import numpy as np
import nblabel as nb
from nblabel.graph import edges, propagation, sweeps, walks
from nblabel.graph.neighbor_graph import neighbor_graph
from nblabel.session.compiling import compile_loops
from nblabel.strategies import kernels, reached
from tests.samples import CLASSES, blobs


def signatures():
    loops = [
        (name, loop)
        for module in (edges, sweeps, walks, kernels, reached)
        for name, loop in vars(module).items()
        if isinstance(loop, Dispatcher)
    ]
    return {name: len(loop.signatures) for name, loop in loops}


compile_loops()
before = signatures()
for X in (blobs(300), blobs(21_000, dim=3), np.repeat(blobs(150), 2, axis=0)):
    graph = neighbor_graph(X, cache=False, progress=False)
    for strategy in ("herding", "smallest_norm", "uherding", "maxherding", "probcover", "typiclust"):
        session = nb.Session(
            nb.Pool(embeddings=X), CLASSES, learner="graph", strategy=strategy, build_graph=False
        )
        session.set_graph(graph)
        for label in range(5):
            session.tell(label, CLASSES[label % 3])
            session.ask(8)
        session.undo()
        session.ask(8)
        now = signatures()
        assert now == before, {name for name in now if now[name] != before[name]}
"""


def test_a_panel_waits_for_no_compiler():
    """Also not with a graph on disk: it begins on the nearest labels, as the panel's session does."""
    pool = nb.Pool(embeddings=blobs(300))
    neighbor_graph(blobs(300))
    assert not is_compiled()
    assert nb.Session(pool, ["a", "b"], build_graph=False).wants_graph
    compile_loops()
    assert is_compiled()
    assert not nb.Session(pool, ["a", "b"], build_graph=False).wants_graph


def test_a_script_is_told_once_that_it_compiles(monkeypatch):
    told = []
    monkeypatch.setattr(compiling, "tqdm", lambda **bar: told.append(bar) or tqdm(**bar))
    for seed in (0, 1):
        session = nb.Session(nb.Pool(embeddings=blobs(90, seed=seed)), ["a", "b"])
        session.tell(0, "a")
        session.ask()
    assert [(bar["desc"], bar["disable"]) for bar in told] == [
        ("Compiling, once on this machine", False)
    ]


@pytest.mark.slow
def test_no_loop_is_compiled_while_a_person_labels():
    """In a process of its own: other tests have had everything compiled."""
    run = subprocess.run(
        [sys.executable, "-c", COMPILED],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
