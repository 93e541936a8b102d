"""The labeled neighbours against a rebuild, to the last bit, and against plain sorting."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nblabel.learners.labeled_neighbors import METRICS, LabeledNeighbors
from tests.samples import blobs

# few values and few dimensions: many duplicates and ties
points = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(1, 3)),
    elements=st.sampled_from([-1.0, 0.0, float(np.float32(0.1)), 1.0, 3.0]),
)
over_metrics = pytest.mark.parametrize("metric", METRICS)


@over_metrics
@given(X=points, data=st.data())
def test_any_way_to_a_set_of_labels_gives_the_same_bits(metric, X, data):
    k = data.draw(st.integers(1, 4))
    sets = st.lists(st.integers(0, len(X) - 1), unique=True)
    kept = LabeledNeighbors(X, k, metric)
    for labeled in data.draw(st.lists(sets, max_size=6)):
        before = kept.indices_.copy(), kept.distances_.copy()
        changed = kept.update(np.array(labeled, dtype=np.intp))
        rebuilt = LabeledNeighbors(X, k, metric)
        rebuilt.update(np.array(sorted(labeled), dtype=np.intp))
        assert kept.indices_.tobytes() == rebuilt.indices_.tobytes()
        assert kept.distances_.tobytes() == rebuilt.distances_.tobytes()
        same = ~changed
        assert (kept.indices_[same] == before[0][same]).all()
        assert (kept.distances_[same] == before[1][same]).all()


@over_metrics
def test_real_numbers_in_many_dimensions_give_the_same_bits_too(metric):
    X = blobs(300, dim=37)
    rng = np.random.default_rng(0)
    kept = LabeledNeighbors(X, 5, metric)
    for _ in range(30):
        labeled = rng.choice(len(X), rng.integers(0, 200), replace=False)
        kept.update(labeled)
        rebuilt = LabeledNeighbors(X, 5, metric)
        rebuilt.update(labeled[::-1])
        assert kept.indices_.tobytes() == rebuilt.indices_.tobytes()
        assert kept.distances_.tobytes() == rebuilt.distances_.tobytes()


@over_metrics
@pytest.mark.parametrize("dim", [1, 2, 3, 7, 16, 50, pytest.param(784, marks=pytest.mark.slow)])
def test_one_by_one_and_in_bulk_give_the_same_bits(metric, dim):
    rng = np.random.default_rng(0)
    X = blobs(1_500, dim=dim)
    X[::7] = X[0]
    order = rng.permutation(1_500)
    sets = [np.sort(order[:count]) for count in (0, 3, 40, 70, 900, 890, 5)]
    for labeled in sets:
        slowly, at_once = LabeledNeighbors(X, 3, metric), LabeledNeighbors(X, 3, metric)
        for count in range(0, len(labeled), 30):
            slowly.update(labeled[:count])
        slowly.update(labeled)
        at_once.update(labeled)
        assert slowly.indices_.tobytes() == at_once.indices_.tobytes()
        assert slowly.distances_.tobytes() == at_once.distances_.tobytes()
    kept = LabeledNeighbors(X, 3, metric)
    for labeled in sets:
        kept.update(labeled)
    assert kept.indices_.tobytes() == at_once.indices_.tobytes()
    assert kept.distances_.tobytes() == at_once.distances_.tobytes()


@pytest.mark.parametrize("at", range(12))
@pytest.mark.parametrize("count", [14, 90], ids=["few", "bulk"])
def test_an_interrupted_update_is_made_up_for(monkeypatch, at, count):
    """Interrupting the kernel at any product of vectors does not spoil what follows."""
    X = blobs(120)
    kept, plain = LabeledNeighbors(X), np.einsum
    kept.update(np.arange(10))
    calls = iter(range(100))

    def interrupted(*arguments, **options):
        if next(calls) == at:
            raise KeyboardInterrupt
        return plain(*arguments, **options)

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(np, "einsum", interrupted)
        kept.update(np.arange(3, count))
    wanted = np.arange(2, count + 1)
    kept.update(wanted)
    rebuilt = LabeledNeighbors(X)
    rebuilt.update(wanted)
    assert kept.indices_.tobytes() == rebuilt.indices_.tobytes()
    assert kept.distances_.tobytes() == rebuilt.distances_.tobytes()


def exact_distances(X: np.ndarray, labeled: np.ndarray, metric: str) -> np.ndarray:
    X = X.astype(np.float64)
    if metric == "euclidean":
        return ((X[:, None] - X[None, labeled]) ** 2).sum(axis=-1)
    lengths = np.linalg.norm(X, axis=1)
    products = lengths[:, None] * lengths[None, labeled]
    return 1 - np.divide(
        X @ X[labeled].T, products, out=np.zeros_like(products), where=products > 0
    )


@over_metrics
@pytest.mark.parametrize("shift", [0, 1_000], ids=["around zero", "far from zero"])
@pytest.mark.parametrize("size", [1e-9, 1, 1e9], ids=["tiny", "plain", "huge"])
@pytest.mark.parametrize("count", [40, 150], ids=["few", "bulk"])
def test_they_are_the_nearest(metric, shift, size, count):
    X = ((blobs(200, dim=8) + shift) * size).astype(np.float32)
    labeled = np.random.default_rng(1).choice(200, count, replace=False)
    kept = LabeledNeighbors(X, 5, metric)
    kept.update(labeled)
    exact = exact_distances(X, labeled, metric)
    nearest = np.sort(exact, axis=1)[:, :5]
    found = exact_distances(X, np.arange(200), metric)[np.arange(200)[:, None], kept.indices_]
    close = 1e-4 * exact.mean() if metric == "euclidean" else 1e-6
    np.testing.assert_allclose(found, nearest, rtol=1e-3, atol=close)
    np.testing.assert_allclose(kept.distances_, nearest, rtol=1e-3, atol=close)


def test_ties_go_to_the_smaller_position():
    kept = LabeledNeighbors(np.zeros((6, 2), dtype=np.float32), 3)
    kept.update(np.array([5, 4, 3, 2]))
    assert (kept.indices_ == [2, 3, 4]).all()
    kept.update(np.array([5, 4, 3, 0]))
    assert (kept.indices_ == [0, 3, 4]).all()


def test_fewer_labels_than_neighbours():
    kept = LabeledNeighbors(blobs(10), 4)
    assert (kept.indices_ == -1).all()
    assert np.isinf(kept.distances_).all()
    kept.update(np.array([3]))
    assert (kept.indices_ == [3, -1, -1, -1]).all()
    assert np.isinf(kept.distances_[:, 1:]).all()


def test_a_zero_vector_is_at_cosine_distance_one():
    X = np.array([[0, 0], [1, 0], [0, 2]], dtype=np.float32)
    kept = LabeledNeighbors(X, 1, "cosine")
    kept.update(np.array([0]))
    assert kept.distances_.tolist() == [[1], [1], [1]]


def test_only_rows_that_changed_are_reported():
    X = np.array([[0.0], [1], [100], [101]], dtype=np.float32)
    kept = LabeledNeighbors(X, 1)
    assert kept.update(np.array([0])).all()
    assert kept.update(np.array([0, 3])).tolist() == [False, False, True, True]
    assert not kept.update(np.array([3, 0])).any()
    assert kept.update(np.array([3])).tolist() == [True, True, False, False]


@pytest.mark.parametrize("size", [1e-9, 1, 1e9])
def test_the_scale_grows_with_the_square_of_the_data(size):
    plain = LabeledNeighbors(blobs(500)).scale(1_000)
    X = (blobs(500).astype(np.float64) * size).astype(np.float32)
    assert LabeledNeighbors(X).scale(1_000) == pytest.approx(plain * size**2, rel=1e-3)


def test_the_scale_of_identical_items_is_one():
    assert LabeledNeighbors(np.full((9, 3), 7, dtype=np.float32)).scale(1_000) == 1
    assert LabeledNeighbors(np.zeros((1, 3), dtype=np.float32)).scale(1_000) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [({"metric": "manhattan"}, "unknown metric 'manhattan'"), ({"k": 0}, "k is 0")],
)
def test_parameters_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        LabeledNeighbors(blobs(5), **options)


@over_metrics
@pytest.mark.parametrize("n_labeled", [0, 3, 90])
def test_the_neighbours_of_new_points(metric, n_labeled):
    """A copy of a pool item has that item's neighbours, and others those that sorting finds."""
    X = blobs(300, dim=7) + np.float32(50)
    kept = LabeledNeighbors(X[:200], metric=metric)
    labeled = np.arange(n_labeled) * 2
    kept.update(labeled)
    indices, distances = kept.of(X[:200])
    assert (indices == kept.indices_).all()
    np.testing.assert_allclose(distances, kept.distances_, rtol=1e-5, atol=1e-6)
    indices, distances = kept.of(X[200:])
    k = min(5, n_labeled)
    assert (indices[:, k:] == -1).all()
    assert np.isinf(distances[:, k:]).all()
    fresh = LabeledNeighbors(X, metric=metric)
    fresh.update(labeled)
    assert (indices == fresh.indices_[200:]).all()
    np.testing.assert_allclose(distances, fresh.distances_[200:], rtol=1e-3, atol=1e-5)


def test_new_points_are_searched_in_blocks(monkeypatch):
    monkeypatch.setattr("nblabel.learners.labeled_neighbors.CELLS", 1)
    X = blobs(300)
    kept = LabeledNeighbors(X)
    kept.update(np.arange(0, 300, 3))
    indices, distances = kept.of(X)
    assert (indices == kept.indices_).all()
    assert (distances == kept.distances_).all()
    assert [part.shape for part in kept.of(X[:0])] == [(0, 5), (0, 5)]


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("labels", [0, 2, 5, 40])
def test_a_look_at_a_few_items_is_what_an_update_would_leave(metric, labels):
    X = blobs(90)
    labeled = np.random.default_rng(0).permutation(90)[:labels]
    rows = np.array([3, 3, 70, *labeled[:2]], dtype=np.intp)
    kept = LabeledNeighbors(X, 4, metric)
    looked = kept.look(rows, labeled)
    kept.update(labeled)
    for ours, theirs in zip(looked, (kept.indices_, kept.distances_), strict=True):
        assert ours.tobytes() == theirs[rows].tobytes()
    for ours, theirs in zip(kept.look(rows, labeled), looked, strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_as_many_as_are_wanted_among_the_same_items():
    X = blobs(60)
    some = LabeledNeighbors(X, 5)
    some.update(np.array([3, 9, 30]))
    nearest = some.keeping(1)
    assert (nearest.indices_ == -1).all()
    nearest.update(np.array([3, 9, 30]))
    assert nearest.indices_.tobytes() == some.indices_[:, :1].tobytes()
    assert nearest.distances_.tobytes() == some.distances_[:, :1].tobytes()
    nearest.update(np.array([9]))
    assert (some.indices_[:, 0] != -1).all()
    assert set(some.indices_[:, :3].ravel().tolist()) == {3, 9, 30}
