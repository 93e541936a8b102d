"""Clusters found without labels, and the classes they are matched with."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nblabel as nb
from nblabel.explore import clusters as module
from nblabel.explore.clusters import METHODS

SIZES = (120, 80, 40)


def groups(dim: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three round groups far apart, of three sizes, in mixed order."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([0, 1, 2], SIZES))
    centres = rng.normal(size=(3, dim)) * 20 / np.sqrt(dim) + np.eye(3, dim) * 30
    return (centres[y] + rng.normal(size=(len(y), dim))).astype(np.float32), y


def quiet(*args, **options) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return nb.cluster(*args, **options)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dim", [2, 10, 120])
def test_separate_groups_are_found_and_numbered_by_size(method, dim):
    X, y = groups(dim)
    found = nb.cluster(X, 3, method)
    assert found.shape == (240,)
    assert found.dtype == np.intp
    inside = found >= 0
    assert inside.mean() > 0.95
    assert (found[inside] == y[inside]).mean() > 0.98  # 0 is the largest, as in y


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_clusters(method):
    X = np.random.default_rng(1).normal(size=(300, 5))
    assert (quiet(X, 4, method, random_state=7) == quiet(X, 4, method, random_state=7)).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_the_unit_of_the_embeddings_does_not_matter(method, scale):
    X, _ = groups(5)
    assert (nb.cluster(X * scale, 3, method) == nb.cluster(X, 3, method)).mean() > 0.98


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 2, 3, 5, 12])
def test_a_pool_smaller_than_the_number_of_clusters(method, n):
    X = np.random.default_rng(0).normal(size=(n, 60))
    found = quiet(X, 10, method)
    assert found.shape == (n,)
    assert found.min() >= -1
    assert found.max() < min(n, 10)


@pytest.mark.parametrize("method", METHODS)
def test_identical_items_are_one_cluster_and_it_says_so(method):
    with pytest.warns(UserWarning, match="only one cluster"):
        found = nb.cluster(np.ones((50, 3)), 10, method)
    assert (found == 0).all()


@pytest.mark.parametrize("method", ["kmeans", "minibatch", "gmm"])
def test_fewer_kinds_of_items_than_clusters(method):
    X = np.repeat([[0.0, 0], [0, 9], [9, 0]], 40, axis=0)
    with pytest.warns(UserWarning, match=r"found 3 clusters, not 10"):
        found = nb.cluster(X, 10, method)
    assert nb.match_clusters(found, np.repeat([0, 1, 2], 40)).accuracy == 1


def test_small_batches_may_miss_a_cluster_and_say_what_to_take():
    X = np.random.default_rng(0).normal(size=(7, 5))
    with pytest.warns(UserWarning, match=r"clusters, not 20\..* method='kmeans', which sees all"):
        nb.cluster(X, 20, "minibatch")


@pytest.mark.parametrize(
    ("method", "options", "told"),
    [
        ("hdbscan", {"min_cluster_size": 150}, "no cluster, only noise with min_cluster_size 150"),
        ("dbscan", {"eps": 1e-6}, "no cluster, only noise with eps 1e-06"),
    ],
)
def test_only_noise_says_what_to_try(method, options, told):
    X = np.random.default_rng(0).uniform(size=(200, 3))
    with pytest.warns(UserWarning, match=f"{told}. Try .*nb.project.*method='kmeans'"):
        assert (nb.cluster(X, method=method, **options) == -1).all()


def test_one_cluster_says_what_to_try():
    X, _ = groups()
    with pytest.warns(UserWarning, match=r"only one cluster with eps 1e\+03. Try another eps"):
        assert (nb.cluster(X, 3, "dbscan", eps=1e3) == 0).all()


def test_one_cluster_asked_for_is_no_reason_to_warn():
    assert (nb.cluster(groups()[0], 1) == 0).all()


@pytest.mark.parametrize(
    ("method", "options"),
    [
        *(("kmeans", {}), ("minibatch", {}), ("gmm", {})),
        # to those of density so small a group is noise, unless they are told
        *(("hdbscan", {"min_cluster_size": 8}), ("dbscan", {"min_samples": 4, "eps": 3})),
    ],
)
def test_a_group_that_is_one_percent_of_all_is_found(method, options):
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [700, 290, 10]))
    centres = np.array([[0.0, 0, 0], [30, 0, 0], [0, 40, 0]])
    found = nb.cluster(centres[y] + rng.normal(size=(1000, 3)), 3, method, **options)
    assert nb.match_clusters(found, y).accuracy > 0.95
    (number,) = set(found[y == 2].tolist())
    assert (number, (found == number).sum()) == (2, 10)


def test_far_items_are_noise():
    X, _ = groups()
    X = np.vstack([X, [[1e3, 1e3], [-1e3, 0]]])
    for method in ("hdbscan", "dbscan"):
        assert nb.cluster(X, 3, method)[-2:].tolist() == [-1, -1]


def test_a_crowd_of_copies_takes_no_more_memory_than_one(monkeypatch):
    monkeypatch.setattr(module, "MOST_NEIGHBORS", 10_000)  # 2,000 copies alone would be 4,000,000
    X = np.vstack([np.zeros((2_000, 2)), np.ones((2_000, 2)) * 9])
    assert np.bincount(nb.cluster(X, 2, "dbscan", eps=1)).tolist() == [2_000, 2_000]


def test_an_eps_that_reaches_everything_is_refused_before_memory_is_full(monkeypatch):
    monkeypatch.setattr(module, "MOST_NEIGHBORS", 10_000)
    with pytest.raises(ValueError, match=r"eps 100 reaches 240 of 240 items.*smaller eps"):
        nb.cluster(groups()[0], method="dbscan", eps=100)


def test_the_options_are_those_of_scikit_learn():
    X, _ = groups()
    assert nb.cluster(X, 3, n_init=1, max_iter=5).max() == 2
    assert nb.cluster(X, 3, "gmm", covariance_type="diag").max() == 2
    with pytest.raises(TypeError, match=r"DBSCAN has no option 'epsilon'; it has eps, min_samples"):
        nb.cluster(X, method="dbscan", epsilon=1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"X": np.zeros((5, 28, 28))}, r"shape \(5, 28, 28\); expected \(n, dim\). nblabel.embed"),
        ({"X": nb.Pool(embeddings=np.eye(5))}, r"expected \(n, dim\). nblabel.embed makes them"),
        ({"X": np.zeros((0, 3))}, "no items"),
        ({"X": [[np.nan]]}, "NaN"),
        ({"n_clusters": 0}, "n_clusters is 0"),
        ({"n_clusters": 2.5}, "n_clusters is 2.5"),
        ({"n_init": 0}, "n_init is 0; pass a whole number"),
        ({"n_init": "auto", "method": "gmm"}, "n_init is 'auto'; pass a whole number"),
        ({"method": "k-means"}, "unknown method 'k-means'; choose one of kmeans, minibatch"),
    ],
)
def test_bad_input_is_told(arguments, told):
    with pytest.raises(ValueError, match=told):
        nb.cluster(**{"X": np.eye(5), **arguments})


@pytest.mark.slow  # UMAP
def test_on_a_projection(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    data = nb.datasets.load_digits()
    X = nb.embed(data.images, method="gradients")
    flat = nb.project(X)
    best = nb.match_clusters(nb.cluster(flat, 10, "gmm"), data.labels).accuracy
    assert best > 0.84
    assert nb.match_clusters(nb.cluster(flat, 10, "dbscan"), data.labels).accuracy > 0.75
    assert (
        nb.match_clusters(nb.cluster(nb.embed(data.images, "raw"), 10), data.labels).accuracy < best
    )


# matching


def slow_best(clusters: list[int], y: list[int]) -> float:
    """Try all assignments."""
    named, classes = sorted(set(clusters) - {-1}), sorted(set(y))
    width = max(len(named), len(classes))
    best = 0
    for order in itertools.permutations(range(width)):
        given = {c: order[place] for place, c in enumerate(named)}
        right = sum(
            given.get(c, width) < len(classes) and classes[given[c]] == label
            for c, label in zip(clusters, y, strict=True)
        )
        best = max(best, right)
    return best / len(y)


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_the_match_is_the_best_of_all(pairs):
    clusters, y = (list(part) for part in zip(*pairs, strict=True))
    match = nb.match_clusters(clusters, y)
    assert match.accuracy == pytest.approx(slow_best(clusters, y))
    right = [match.mapping.get(c, "none") == label for c, label in pairs]
    assert match.accuracy == pytest.approx(np.mean(right))
    assert len(set(match.mapping.values())) == len(match.mapping)
    assert -1 not in match.mapping


def test_more_clusters_than_classes_leave_some_without_a_class():
    match = nb.match_clusters([0, 0, 0, 1, 2, 2], list("aaaabb"))
    assert match == nb.ClusterMatch({0: "a", 2: "b"}, 5 / 6)


def test_fewer_clusters_than_classes_leave_some_without_a_cluster():
    match = nb.match_clusters(np.zeros(5, dtype=int), ["cat", "dog", "cow", "dog", "dog"])
    assert match.mapping == {0: "dog"}
    assert match.accuracy == pytest.approx(0.6)


def test_only_noise_has_no_class():
    assert nb.match_clusters([-1, -1], [0, 1]) == nb.ClusterMatch({}, 0.0)


@pytest.mark.parametrize("unknown", [-1, None, float("nan"), np.nan, np.int64(-1)])
def test_items_without_a_label_do_not_count(unknown):
    match = nb.match_clusters([0, 0, 1, 1, 1], [3, unknown, 5, 5, unknown])
    assert match == nb.ClusterMatch({0: 3, 1: 5}, 1.0)


def test_classes_are_plain_values():
    match = nb.match_clusters(np.array([0, 1]), np.array([3, 5]))
    assert repr(match) == "ClusterMatch(mapping={0: 3, 1: 5}, accuracy=1.0)"


def test_labels_may_be_a_column_of_a_table():
    import pandas as pd

    y = pd.Series(["cat", None, "dog"], index=[7, 8, 9])
    assert nb.match_clusters([0, 0, 1], y).mapping == {0: "cat", 1: "dog"}
    for known in (pd.Series([3, None, 5], dtype="Int64"), [3, pd.NaT, 5]):
        assert nb.match_clusters([0, 0, 1], known) == nb.ClusterMatch({0: 3, 1: 5}, 1.0)


@pytest.mark.parametrize(
    ("clusters", "y", "told"),
    [
        ([0, 1], [0], "2 clusters for 1 labels"),
        ([0, 1], [-1, None], "no item has a label"),
        ([], [], "no item has a label"),
        ([0.5, 1], [0, 1], "no whole numbers"),
        ([[0], [1]], [0, 1], "no whole numbers"),
    ],
)
def test_what_cannot_be_matched_is_told(clusters, y, told):
    with pytest.raises(ValueError, match=told):
        nb.match_clusters(clusters, y)
