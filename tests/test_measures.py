"""The measures behind the questions, each against a plain way to compute it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nblabel as nb
from nblabel.strategies import measures
from nblabel.strategies.measures import (
    GREEDY,
    cdf,
    entropy,
    least_confidence,
    likeliest,
    margin,
    ranks,
    spread,
    surroundings,
    top_two,
)
from tests.samples import blobs


@st.composite
def probabilities(draw):
    """Rows that sum to one, with ties, zeros and ones, in both memory orders."""
    shape = st.tuples(st.integers(1, 8), st.integers(2, 5))
    weights = draw(
        hnp.arrays(np.float32, shape, elements=st.sampled_from([0, 0, 1, 1, 2, 5, 2**-20]))
    )
    weights[weights.sum(axis=1) == 0] = 1
    return np.asarray(
        weights / weights.sum(axis=1, keepdims=True), order=draw(st.sampled_from("CF"))
    )


def exact_entropy(p):
    safe = np.where(p > 0, p, 1)
    return -(p * np.log(safe)).sum(axis=1) / np.log(p.shape[1])


@given(probabilities())
def test_uncertainties(p):
    ordered = np.sort(p, axis=1)
    np.testing.assert_allclose(least_confidence(p), 1 - ordered[:, -1], atol=1e-6)
    np.testing.assert_allclose(margin(p), 1 - (ordered[:, -1] - ordered[:, -2]), atol=1e-6)
    np.testing.assert_allclose(entropy(p), exact_entropy(p), atol=1e-5)
    for values in (least_confidence(p), margin(p), entropy(p)):
        assert values.dtype == np.float32
        assert ((values >= 0) & (values <= 1)).all()


@given(probabilities())
def test_top_two(p):
    first, second, p_first, p_second = top_two(p)
    order = np.argsort(-p, axis=1, kind="stable")
    rows = np.arange(len(p))
    assert (first == order[:, 0]).all()
    assert (second == order[:, 1]).all()
    assert (p_first == p[rows, first]).all()
    assert (p_second == p[rows, second]).all()
    code, best = likeliest(np.asfortranarray(p))
    assert code.dtype == np.intp
    assert (code == first).all()
    assert (best == p_first).all()


def exact_cdf(values):
    """The share of values below each, ties counted half."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, "left")
    return (below + np.searchsorted(ordered, values, "right")) / (2 * len(values))


@given(
    hnp.arrays(
        np.float32,
        st.integers(1, 60),
        elements=st.one_of(
            st.floats(-(2.0**100), 2.0**100, width=32), st.sampled_from([0.0, 0.5, 1.0, np.inf])
        ),
    )
)
def test_cdf_of_a_few_values(values):
    assert_is_cdf(values, within=0.5)


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).random(5_000),
        np.random.default_rng(0).normal(size=5_000),
        np.random.default_rng(0).standard_cauchy(5_000),
        np.random.default_rng(0).lognormal(sigma=6, size=5_000),
        np.r_[np.random.default_rng(0).random(5_000), 1e30],
        np.r_[np.random.default_rng(0).random(5_000), 1e30, -1e30, np.inf],
        np.r_[np.zeros(3_000), np.random.default_rng(0).random(2_000) * 1e-20, 1e20],
        np.random.default_rng(0).integers(0, 3, 5_000),
    ],
    ids=["uniform", "normal", "cauchy", "lognormal", "outlier", "outliers", "squeezed", "ties"],
)
def test_cdf_of_any_distribution(values):
    assert_is_cdf(np.float32(values), within=1 / 50)


def assert_is_cdf(values, within):
    ranks = cdf(values)
    assert ranks.dtype == np.float32
    assert ((ranks >= 0) & (ranks <= 1)).all()
    assert np.abs(ranks - exact_cdf(values)).max() <= within
    order = np.argsort(values, kind="stable")
    assert (np.diff(ranks[order]) >= 0).all()


def test_cdf_of_equal_values_is_the_middle():
    assert (cdf(np.full(7, 3, dtype=np.float32)) == 0.5).all()
    assert (cdf(np.full(7, np.inf, dtype=np.float32)) == 0.5).all()


def naive_surroundings(X, k):
    """Spacing and density where every item is an anchor."""
    distances = ((X[:, None].astype(np.float64) - X[None]) ** 2).sum(axis=-1)
    who = np.argsort(distances, axis=1, kind="stable")[:, :k]
    spacing = np.take_along_axis(distances, who, axis=1).mean(axis=1)
    around = spacing[who].mean(axis=1)
    return spacing, np.sqrt(around / spacing)


@pytest.mark.parametrize("shift", [0, 300], ids=["around zero", "far from zero"])
def test_surroundings(shift):
    X = (blobs(90, dim=4) + shift).astype(np.float32)
    found = surroundings(X)
    spacing, density = naive_surroundings(X, 11)
    np.testing.assert_allclose(found.spacing, spacing, rtol=1e-2)
    np.testing.assert_allclose(found.density, density, rtol=1e-2)


def test_an_outlier_is_in_no_dense_place():
    X = np.r_[blobs(100, n_classes=1), np.full((1, 5), 60, dtype=np.float32)]
    density = surroundings(X).density
    assert density[-1] < 0.5 * density[:-1].min()


def test_a_tight_group_and_a_loose_one_are_equally_dense():
    rng = np.random.default_rng(0)
    tight, loose = rng.normal(size=(200, 3)), rng.normal(scale=20, size=(200, 3)) + 500
    density = surroundings(np.float32(np.r_[tight, loose])).density
    assert np.median(density[:200]) == pytest.approx(np.median(density[200:]), rel=0.1)


@pytest.mark.parametrize("n", [1, 2, 3, 12])
def test_surroundings_of_few_items(n):
    found = surroundings(blobs(n))
    assert np.isfinite(found.spacing).all()
    assert np.isfinite(found.density).all()
    assert (found.spacing > 0).all()


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_density_does_not_depend_on_the_scale(size):
    X = blobs(200).astype(np.float64)
    plain = surroundings(np.float32(X)).density
    np.testing.assert_allclose(surroundings(np.float32(X * size)).density, plain, rtol=1e-2)


def test_copies_do_not_make_all_others_look_alike():
    """Copies have no spacing; what is relative to it must stay within bounds."""
    X = blobs(300, dim=4)
    X[:60] = X[0]
    found = surroundings(X)
    others = found.density[60:]
    assert found.density.max() < 100 * np.median(others)
    shares = cdf(found.density)[60:]
    assert np.abs(shares - exact_cdf(found.density)[60:]).max() < 1 / 50


def test_surroundings_on_a_graph_are_those_among_all_distances(monkeypatch):
    X = blobs(90)
    distances = ((X[:, None] - X[None]) ** 2).sum(axis=2)
    who = np.argsort(distances + np.diag(np.full(90, np.inf)), axis=1)[:, : measures.NEIGHBORS]
    spacing = np.take_along_axis(distances, who, axis=1).mean(axis=1)
    monkeypatch.setattr(measures, "surroundings", None)  # no sample is searched
    session = nb.Session(nb.Pool(embeddings=X), ["a", "b"], build_graph=False)
    session.set_graph(nb.neighbor_graph(X, cache=False))
    session.ask()
    found = session.engine._measures.surroundings
    np.testing.assert_allclose(found.spacing, spacing, rtol=1e-3)
    np.testing.assert_allclose(
        found.density, np.sqrt(spacing[who].mean(axis=1) / spacing), rtol=1e-3
    )


@given(hnp.arrays(np.float32, st.integers(1, 100), elements=st.sampled_from([0, 0.5, 2, np.inf])))
def test_ranks_of_some_are_exact_and_the_same_for_one_alone(values):
    places = np.arange(len(values))
    together = ranks(values, places)
    np.testing.assert_allclose(together, exact_cdf(values), atol=1e-6)
    assert together.tolist() == [ranks(values, places[[one]])[0] for one in places]


def naive_spread(X, spacing, scores, items, n):
    """Pick by pick over all items, distances between pairs."""
    left, picks, reduced = list(range(len(items))), [], []
    for _ in range(min(n, len(items))):
        values = []
        for place in left:
            value = float(scores[place])
            nearest = min(
                (
                    float(((X[items[place]].astype(float) - X[items[pick]]) ** 2).sum())
                    for pick in picks
                ),
                default=np.inf,
            )
            share = 1.0 if np.isinf(nearest) else nearest / (nearest + spacing[items[place]])
            values.append(value * share)
        best = int(np.argmax(values))
        picks.append(left.pop(best))
        reduced.append(values[best])
    return picks, reduced


@pytest.mark.parametrize("seed", range(5))
def test_spread(seed):
    rng = np.random.default_rng(seed)
    X = blobs(80, seed=seed)
    spacing = surroundings(X).spacing
    items = np.sort(rng.choice(80, 50, replace=False))
    scores = rng.random(50, dtype=np.float32)
    picks, reduced = spread(X, spacing, scores, items, 20)
    expected, expected_scores = naive_spread(X, spacing, scores, items, 20)
    assert picks.tolist() == expected
    np.testing.assert_allclose(reduced, expected_scores, rtol=1e-3)


@pytest.mark.parametrize("kind", ["random", "ties", "ascending", "the sample is low", "all equal"])
@pytest.mark.parametrize("n", [1, 512, 4_000])
def test_the_top_is_that_of_a_sort(kind, n):
    scores = np.random.default_rng(0).random(10_000, dtype=np.float32)
    if kind == "ties":
        scores = np.round(scores, 2)
    elif kind == "ascending":
        scores.sort()
    elif kind == "the sample is low":
        scores[:: measures.SAMPLED] = 0
    elif kind == "all equal":
        scores[:] = 0.5
    places = measures._top(scores, n)
    assert (np.diff(places) > 0).all()
    assert (np.sort(scores[places]) == np.sort(scores)[-n:]).all()


@given(
    n_items=st.integers(1, 60),
    n=st.integers(1, 80),
    seed=st.integers(0, 9),
    kind=st.sampled_from(["random", "zero", "equal", "copies"]),
)
def test_spread_never_picks_twice(n_items, n, seed, kind):
    rng = np.random.default_rng(seed)
    X = np.zeros((60, 3), dtype=np.float32) if kind == "copies" else blobs(60, dim=3, seed=seed)
    scores = rng.random(n_items, dtype=np.float32)
    scores = {"zero": scores * 0, "equal": scores * 0 + 1}.get(kind, scores)
    items = np.sort(rng.choice(60, n_items, replace=False))
    picks, reduced = spread(X, np.ones(60, dtype=np.float32), scores, items, n)
    assert len(set(picks.tolist())) == len(picks) == min(n, n_items)
    assert np.isfinite(reduced).all()
    assert (reduced >= 0).all()
    assert (np.diff(reduced) <= 0).all()


def test_spread_of_many_goes_on_behind_the_greedy_part():
    X = blobs(2_000, dim=3)
    scores = np.random.default_rng(0).random(2_000, dtype=np.float32)
    picks, reduced = spread(X, surroundings(X).spacing, scores, np.arange(2_000), 100)
    assert len(set(picks.tolist())) == 100
    assert (np.diff(reduced) <= 0).all()
    assert GREEDY < 100


def test_spread_avoids_copies_of_what_it_picked():
    X = np.repeat(np.float32([[0, 0], [9, 9], [0, 9]]), 20, axis=0)
    scores = np.linspace(1, 0.9, 60, dtype=np.float32)
    picks, _ = spread(X, np.ones(60, dtype=np.float32), scores, np.arange(60), 3)
    assert sorted(pick // 20 for pick in picks) == [0, 1, 2]
