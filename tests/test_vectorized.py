"""Each loop in NumPy does what the compiled one does, and takes its place where numba is missing."""

import ast
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

import nblabel
from nblabel.graph import dense_rows, edges, sweeps, tag_propagation, vectorized, vectorized_rows
from nblabel.graph import walks as walking
from nblabel.graph.neighbor_graph import build_graph
from nblabel.strategies import kernels
from nblabel.strategies import vectorized as coverage
from nblabel.system import available, compiled

N, COLUMNS = 900, 5
PACKAGE = Path(nblabel.__file__).parent


@pytest.fixture(scope="module")
def graph():
    X = np.random.default_rng(0).standard_normal((N, 6)).astype(np.float32)
    return build_graph(X, lambda _share: None)


@pytest.fixture(scope="module")
def laid(graph):
    return graph.edges


@pytest.fixture
def csr(laid):
    return laid.pointers, laid.neighbors, laid.weights


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def both(compiled_loop, in_numpy, *arguments, part=(), changes=()):
    """Call both on copies of the same; return what they returned and changed."""
    results = []
    for loop in (compiled_loop, in_numpy):
        given = [one.copy() if isinstance(one, np.ndarray) else one for one in arguments]
        returned = loop(*part, *given)
        returned = returned if isinstance(returned, tuple) else (returned,)
        results.append([*returned, *(given[place] for place in changes)])
    for one, other in zip(*results, strict=True):
        if one is not None:
            np.testing.assert_allclose(other, one, rtol=2e-4, atol=2e-4)
    return results[1]


def floats(rng, *shape):
    return rng.random(shape, dtype=np.float32)


def test_the_layout_of_a_graph(graph):
    values = np.exp(-graph.distances[:, :10])
    matrices = [
        sp.csr_matrix(made, shape=(N, N))
        for made in (
            loop(graph.indices, values, np.float32(0.05))
            for loop in (edges.both_ways, vectorized.both_ways)
        )
    ]
    assert abs(matrices[0] - matrices[1]).max() < 1e-6
    assert matrices[0].nnz == matrices[1].nnz
    weights = graph.weights
    csr = weights.indptr, weights.indices
    (cells,) = both(edges._grow, vectorized.grow, *csr, 90)
    both(edges._settle, vectorized.settle, *csr, weights.data, cells, 4, changes=[3])


@pytest.mark.parametrize("part", [(0, N), (100, 350)])
def test_the_sweeps_for_classes(csr, laid, rng, part):
    free = rng.random(N) > 0.1
    u, r, p, product = (floats(rng, N, COLUMNS) for _ in range(4))
    diagonal, cells = laid.degrees * np.float32(1.1), laid.cells
    n_cells = int(cells.max()) + 1
    (matrix,) = both(sweeps.cell_weights, vectorized.cell_weights, *csr, cells, n_cells)
    labeled = np.flatnonzero(~free)
    both(sweeps.leave_out, vectorized.leave_out, *csr, cells, free, labeled, -matrix, changes=[6])
    about = (*csr, diagonal, free)
    both(sweeps.multiply, vectorized.multiply, *about, p, product, part=part, changes=[6])
    both(
        *(sweeps.residual, vectorized.residual, *about, cells, n_cells, u, r),
        part=part,
        changes=[8],
    )
    alpha, beta = floats(rng, COLUMNS), floats(rng, COLUMNS)
    along = alpha, p, product, diagonal, cells, n_cells, u, r
    both(sweeps.step, vectorized.step, *along, part=part, changes=[6, 7])
    lift = floats(rng, n_cells, COLUMNS)
    to = r, diagonal, cells, lift, beta, free, p
    both(sweeps.direct, vectorized.direct, *to, part=part, changes=[6])
    solution = np.zeros((COLUMNS, N), dtype=np.float32)
    both(sweeps.take, vectorized.take, u, laid.place, solution, part=part, changes=[2])


@pytest.mark.parametrize("part", [(0, N), (100, 350)])
def test_the_sweeps_for_tags(csr, laid, rng, part):
    fixed = rng.random((N, COLUMNS)) < 0.1
    u, r, p, product = (floats(rng, N, COLUMNS) for _ in range(4))
    diagonal = laid.degrees * np.float32(1.1)
    tags = tag_propagation
    about = (*csr, diagonal, fixed)
    both(tags._residual, vectorized.tag_residual, *about, u, r, part=part, changes=[6])
    both(tags._multiply, vectorized.tag_multiply, *about, p, product, part=part, changes=[6])
    alpha = floats(rng, COLUMNS)
    along = alpha, p, product, diagonal, u, r
    both(tags._step, vectorized.tag_step, *along, part=part, changes=[4, 5])
    to = r, diagonal, alpha, p
    both(tags._direct, vectorized.tag_direct, *to, part=part, changes=[3])


@pytest.mark.parametrize("at_most", [4_096, 20])
def test_walks(csr, laid, rng, at_most):
    passed = np.zeros(N, dtype=np.float32)
    both(
        *(walking.pass_on, vectorized.pass_on, *csr, floats(rng, N), passed),
        part=(0, N),
        changes=[4],
    )
    found = []
    for loop in (walking._walk, vectorized.walk):
        who, value = loop(*csr, laid.degrees, 7, 3, 1e-3, at_most, np.zeros(N, np.float32))
        found.append(dict(zip(who.tolist(), value.tolist(), strict=True)))
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_coverage(csr, rng):
    needs, covered = floats(rng, N), floats(rng, N) / 2
    both(kernels._cover, coverage.cover, *csr, 12, covered, changes=[4])
    gains = np.zeros(N, dtype=np.float32)
    gains = both(
        *(kernels._gains, coverage.gains, *csr, needs, covered, gains),
        part=(0, N),
        changes=[5],
    )[1]
    gains[::3] = -1
    picks, added = np.zeros(30, dtype=np.intp), np.zeros(30, dtype=np.float32)
    about = (*csr, needs, covered, gains, picks, added)
    both(kernels._pick, coverage.pick, *about, changes=[4, 6, 7])


def test_very_many_classes(csr, rng):
    n_classes, k = 60, 8
    u = floats(rng, N, n_classes) * (rng.random((N, n_classes)) < 0.4)
    codes, values = np.full((N, k), -1, dtype=np.int32), np.zeros((N, k), dtype=np.float32)
    changed = rng.random(N) < 0.7
    lists = []
    for module in (dense_rows, vectorized_rows):
        listed, found = codes.copy(), values.copy()
        module.largest(0, N, changed, n_classes, 1e-3, u, listed, found)
        lists.append(
            [
                dict(zip(*row, strict=True))
                for row in zip(listed.tolist(), found.tolist(), strict=True)
            ]
        )
    assert [{k: v for k, v in row.items() if k >= 0} for row in lists[0]] == [
        {k: v for k, v in row.items() if k >= 0} for row in lists[1]
    ]
    meets = floats(rng, N)
    by = np.array([3, 17], dtype=np.int32), np.array([0.2, -0.1], dtype=np.float32)
    both(
        *(
            dense_rows.shift,
            vectorized_rows.shift,
            meets,
            1e-3,
            0.0,
            *by,
            u,
            codes,
            values,
            changed,
        ),
        part=(0, N),
        changes=[5],
    )
    items, sums = np.arange(0, N, 7), np.zeros((len(range(0, N, 7)), n_classes), dtype=np.float32)
    both(dense_rows.around, vectorized_rows.around, *csr, items, u, sums, changes=[5])
    listed = rng.integers(-1, n_classes, (N, k)).astype(np.int32)
    points, slopes, bias = floats(rng, N, 6), floats(rng, n_classes, 6), floats(rng, n_classes)
    about = points, listed, slopes, bias, np.zeros((N, k), dtype=np.float32)
    both(dense_rows.scores, vectorized_rows.scores, *about, part=(0, N), changes=[4])
    about = points, listed, floats(rng, N, k), slopes, bias
    both(dense_rows.slopes_of, vectorized_rows.slopes_of, *about, changes=[3, 4])


def test_numba_is_loaded_in_one_place():
    for package, place in {
        "numba": "system/compiled.py",
        "pynndescent": "graph/search.py",
        "umap": "explore/projection.py",
        "onnxruntime": "embeddings/onnx.py",
    }.items():
        found = set()
        for path in PACKAGE.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if package in [name.partition(".")[0] for name in names]:
                    found.add(path.relative_to(PACKAGE).as_posix())
        assert found == {place}


def test_without_numba_the_loop_in_numpy_takes_its_place(monkeypatch):
    monkeypatch.setattr(compiled, "HAS_NUMBA", False)
    assert compiled.compiled(max)(min) is max
    assert compiled.compiled()(min) is min


def test_more_than_ten_thousand_items_need_numba(monkeypatch):
    available.check_size(10_001)
    monkeypatch.setattr(available, "has", lambda _package: False)
    available.check_size(10_000)
    with pytest.raises(ValueError, match="10,001 items; without numba.*10,000.*pip install numba"):
        available.check_size(10_001)
    monkeypatch.setattr(available, "IN_BROWSER", True)
    with pytest.raises(ValueError, match="some of the items, or label in JupyterLab"):
        available.check_size(10_001)
