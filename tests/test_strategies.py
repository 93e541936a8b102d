"""Strategies by coverage, clusters and reach, each against its definition written out slowly."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import rankdata

import nblabel as nb
from nblabel.graph.neighbor_graph import NeighborGraph, neighbor_graph
from nblabel.graph.walks import Walks
from nblabel.learners.graph import GraphLearner
from nblabel.strategies import kmeans as kmeans_module
from nblabel.strategies import make_strategy
from nblabel.strategies.clusters import Groups, TypiClustStrategy
from nblabel.strategies.coverage import spread_by_walks
from nblabel.strategies.kernels import balls, pure_radius, similarities
from nblabel.strategies.kmeans import kmeans
from nblabel.strategies.measures import surroundings
from nblabel.strategies.words import reasons
from tests.samples import CLASSES, blobs
from tests.test_propagation import directly


def session_of(X, strategy, labels=(), learner="graph"):
    session = nb.Session(nb.Pool(embeddings=X), CLASSES, learner=learner, strategy=strategy)
    if len(labels):
        session.tell(labels, [CLASSES[index % 3] for index in labels])
    return session


def graph_of(X):
    return neighbor_graph(X, cache=False)


def uneven(seed=0):
    """Three groups of 100, 40 and 20 items, in a mixed order."""
    X = blobs(300, seed=seed)
    kept = np.concatenate([np.arange(0, 300, 3), np.arange(1, 121, 3), np.arange(2, 62, 3)])
    return X[np.random.default_rng(seed).permutation(kept)]


# coverage


def dense_similarities(graph):
    kernel = graph.weights.toarray().astype(np.float64)
    np.fill_diagonal(kernel, 1)
    return kernel


def dense_balls(graph, radius):
    kernel = np.eye(len(graph))
    for item in range(len(graph)):
        for other, distance in zip(graph.indices[item], graph.distances[item], strict=True):
            if distance <= np.float32(radius):
                kernel[item, other] = kernel[other, item] = 1
    return kernel


def greedily(kernel, needs, labeled, candidates, n):
    """Greedy maximum coverage, every gain worked out anew for every pick."""
    covered = kernel[labeled].max(axis=0, initial=0)
    picks, gains = [], []
    for _ in range(n):
        left = [item for item in candidates if item not in picks]
        gain = [(needs * np.maximum(kernel[item] - covered, 0)).sum() for item in left]
        best = int(np.argmax(gain))
        picks.append(left[best])
        gains.append(gain[best])
        covered = np.maximum(covered, kernel[left[best]])
    return picks, gains


@pytest.mark.parametrize("labels", [[], [0, 4, 8, 9]])
@pytest.mark.parametrize("name", ["maxherding", "uherding"])
def test_coverage_by_similarity_against_its_definition(name, labels):
    X = blobs(150)
    session = session_of(X, name, labels)
    query = session.ask(12)
    if name == "uherding" and not labels:
        assert query.indices.tolist() == session_of(X, "herding").ask(12).indices.tolist()
        return
    proba = np.sort(session.predict_proba().astype(np.float64), axis=1)
    needs = 1 - proba[:, -1] + proba[:, -2] if name == "uherding" else np.ones(150)
    kernel = dense_similarities(graph_of(X))
    picks, gains = greedily(kernel, needs, labels, np.flatnonzero(session.y < 0), 12)
    assert query.indices.tolist() == picks
    np.testing.assert_allclose(query.scores, gains, rtol=1e-4)
    names = [part.name for part in query.reasons[0].parts]
    assert names == ["coverage", "uncertainty"][: len(names)]
    assert query.reasons[0].text.startswith("Its answer would cover many others: near more ")


@pytest.mark.parametrize("labels", [[], [0, 4, 8, 9]])
def test_coverage_within_a_radius_against_its_definition(labels):
    X = uneven()
    session = session_of(X, "probcover", labels)
    query = session.ask(20)
    graph = graph_of(X)
    centred = X - X.mean(axis=0)
    radius = pure_radius(graph, kmeans(centred.astype(np.float32), 3))
    kernel = dense_balls(graph, radius)
    candidates = np.flatnonzero(session.y < 0)
    # ties fall to the first in both
    picks, gains = greedily(kernel, np.ones(len(X)), labels, candidates, 20)
    assert query.indices.tolist() == picks
    assert query.scores.tolist() == gains


def test_after_many_picks_nothing_is_left_to_cover():
    X = blobs(90)
    query = session_of(X, "maxherding").ask(90)
    assert sorted(query.indices.tolist()) == list(range(90))
    # each adds something: an answer covers its own item in full
    assert (query.scores > 0).all()
    assert query.scores.sum() == pytest.approx(90, rel=1e-4)
    query = session_of(np.repeat(blobs(6), 10, axis=0), "probcover").ask(60)
    assert query.scores[-1] == 0


def test_the_gains_of_a_large_pool_are_those_of_its_parts():
    X = blobs(21_000, dim=2)
    ring = (np.arange(21_000)[:, None] + np.arange(1, 4)) % 21_000
    distances = np.linalg.norm(X[ring] - X[:, None], axis=2).astype(np.float32)
    kernel = similarities(NeighborGraph(ring.astype(np.int32), distances))
    rng = np.random.default_rng(0)
    needs, covered = rng.random((2, 21_000), dtype=np.float32)
    gains = kernel.gains(needs, covered)
    matrix = kernel._arrays
    for item in (0, 10_499, 10_500, 20_999):
        edges = slice(matrix[0][item], matrix[0][item + 1])
        others, values = matrix[1][edges], matrix[2][edges]
        expected = needs[item] * (1 - covered[item])
        expected += (needs[others] * np.maximum(values - covered[others], 0)).sum()
        assert gains[item] == pytest.approx(expected, rel=1e-4)


def test_the_pure_radius_against_a_search():
    graph = graph_of(uneven(seed=3))
    rng = np.random.default_rng(0)
    for strangers in (0.02, 0.2, 0.6):
        clusters = (rng.random(len(graph)) < strangers).astype(np.int32)
        radius = pure_radius(graph, clusters)
        other = clusters[graph.indices] != clusters[:, None]

        def pure(within, other=other):
            return 1 - ((graph.distances < within) & other).any(axis=1).mean()

        above = graph.distances[graph.distances > radius]
        assert pure(radius) >= 0.95
        assert not above.size or pure(above.min() * 1.01) < 0.95 + 1 / len(graph)
    assert pure_radius(graph, np.zeros(len(graph), np.int32)) == graph.distances.max()


def test_balls_are_symmetric_and_hold_copies():
    graph = graph_of(np.repeat(blobs(20), 4, axis=0))
    alike = balls(graph, 0)
    same = np.arange(80)[:, None] // 4 == np.arange(80) // 4
    for item in range(80):
        assert (alike.covered(np.array([item])) == same[item]).all()
    assert (alike.gains(np.ones(80), np.zeros(80)) == 4).all()
    kernel = balls(graph, float(np.median(graph.distances)))
    covered = np.array([kernel.covered(np.array([item])) for item in range(80)])
    assert (covered == covered.T).all()
    assert set(np.unique(covered)) == {0, 1}
    assert not (covered == same).all()


def test_coverage_does_not_ask_copies():
    X = np.concatenate([blobs(60), np.repeat(blobs(1, seed=9) + 6, 12, axis=0)])
    for name in ("maxherding", "probcover"):
        assert (session_of(X, name).ask(6).indices >= 60).sum() <= 2


# clusters


def test_kmeans_finds_groups_at_any_scale():
    X = uneven()
    X -= X.mean(axis=0)
    found = kmeans(X, 3)
    assert sorted(np.bincount(found).tolist()) == [20, 40, 100]
    for scale in (1e-30, 1e13):
        scaled = kmeans(X * np.float32(scale), 3)
        assert (scaled[:, None] == scaled).tolist() == (found[:, None] == found).tolist()
    assert kmeans(X[:2], 5).max() < 2
    assert kmeans(np.ones((9, 2), np.float32), 4).shape == (9,)


def test_kmeans_of_a_sample_places_everyone(monkeypatch):
    monkeypatch.setattr(kmeans_module, "SAMPLE", 50)
    monkeypatch.setattr(kmeans_module, "BLOCK", 16)
    X = uneven()
    assert sorted(np.bincount(kmeans(X - X.mean(axis=0), 3)).tolist()) == [20, 40, 100]


def in_turn_slowly(group, typicality, candidates, labeled, n):
    group, picks = np.asarray(group), []
    for _ in range(n):
        ranked = []
        for item in set(candidates) - set(picks):
            size = int((group == group[item]).sum())
            answers = sum(group[other] == group[item] for other in [*labeled, *picks])
            turn = (answers / size, size < 5, -size, group[item])
            ranked.append((turn, -typicality[item], item))
        picks.append(min(ranked)[-1])
    return picks


@pytest.mark.parametrize("seed", range(4))
def test_groups_in_turn_against_their_definition(seed):
    rng = np.random.default_rng(seed)
    group = rng.choice(7, 60, p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.05, 0]).astype(np.int32)
    typicality = rng.integers(0, 9, 60).astype(np.float32)  # with ties
    labeled = rng.choice(60, 3, replace=False)
    candidates = np.setdiff1d(np.arange(60), [*labeled, 5, 6])
    groups = Groups(group, typicality)
    picks = groups.in_turn(candidates, labeled, 40).tolist()
    assert picks == in_turn_slowly(group, typicality, candidates.tolist(), labeled.tolist(), 40)
    once = groups.in_turn(candidates, labeled, 40, once=True).tolist()
    unanswered = len(set(group[candidates]) - set(group[labeled]))
    assert once == picks[:unanswered]
    assert groups.in_turn(candidates, labeled, 100).size == len(candidates)


def test_typiclust_against_its_definition():
    X = uneven()
    session = session_of(X, "typiclust", [0, 1, 2])
    query = session.ask(15)
    group = kmeans((X - X.mean(axis=0)).astype(np.float32), 23)
    typicality = 1 / graph_of(X).distances.mean(axis=1)
    expected = in_turn_slowly(
        group, typicality, np.flatnonzero(session.y < 0).tolist(), [0, 1, 2], 15
    )
    assert query.indices.tolist() == expected
    parts = {part.name: part for part in query.reasons[0].parts}
    assert parts["typicality"].text == "the most typical of its group"
    assert parts["group"].text == "no answer in it yet"
    assert query.reasons[0].text == (
        "It stands for a group of items: the most typical of its group."
    )


def test_the_clusters_of_typiclust_are_found_again_only_now_and_then(monkeypatch):
    found = []

    def counted(X, k):
        found.append(k)
        return kmeans(X, k)

    monkeypatch.setattr(kmeans_module, "kmeans", counted)
    session = session_of(blobs(120), "typiclust")
    for _ in range(20):
        index = int(session.ask().indices[0])
        session.tell(index, CLASSES[index % 3])
    session.ask()
    assert found == [16, 23, 32, 45, 64]
    session.undo()
    session.ask()
    assert len(found) == 5
    assert TypiClustStrategy.STEPS[-1] == 500


def test_every_cluster_is_seen_before_anything_else():
    X = uneven()
    session = session_of(X, "clusters", learner="knn")
    group = kmeans((X - X.mean(axis=0)).astype(np.float32), 20)
    seen = set(group)
    first = session.ask(len(seen) + 4)
    assert set(group[first.indices[: len(seen)]]) == seen
    sizes = np.bincount(group)[group[first.indices[: len(seen)]]]
    assert (np.diff(sizes[sizes >= 5]) <= 0).all()
    assert (np.diff((sizes < 5).astype(int)) >= 0).all()  # the small ones last
    session.tell(first.indices[: len(seen)], "boot")
    session.tell(first.indices[0], "bag")
    product = nb.Session(
        nb.Pool(embeddings=X), CLASSES, learner="knn", strategy="product", store=session.store
    )
    then, expected = session.ask(5), product.ask(5)
    assert then.indices.tolist() == expected.indices.tolist()
    assert then.reasons == expected.reasons


def test_clusters_need_no_graph():
    assert make_strategy("clusters").name == "clusters"
    assert not session_of(blobs(30), "clusters", [0], learner="knn").wants_graph


# reach


@pytest.mark.parametrize("labels", [[0, 1], [0, 4, 8, 9, 30, 31, 32, 33]])
def test_the_smallest_norm_against_a_direct_solution(labels):
    X = blobs(150)
    session = session_of(X, "smallest_norm", labels)
    query = session.ask(6)
    u = directly(graph_of(X), session.y, 3, GraphLearner.DECAY / len(labels))
    unreached = 1 - np.linalg.norm(u, axis=1)
    open_ = session.y < 0
    assert query.scores[0] == pytest.approx(unreached[open_].max(), abs=0.02)
    assert unreached[query.indices[0]] == pytest.approx(unreached[open_].max(), abs=0.02)
    assert [part.name for part in query.reasons[0].parts] == ["reach"]
    assert query.reasons[0].text.startswith("Your answers hardly reach it: ")


def test_the_smallest_norm_finds_the_group_without_an_answer():
    session = session_of(blobs(150), "smallest_norm", [0, 1, 3, 4])
    query = session.ask(4)
    assert query.indices[0] % 3 == 2
    # what a pick covers is not asked with it
    assert len({int(index) % 3 for index in query.indices}) > 1


# what they share


@pytest.mark.parametrize("steps", [2, 8])
def test_spreading_by_walks_against_powers_of_the_transition_matrix(steps):
    graph = graph_of(blobs(300))
    weights = graph.weights.toarray().astype(np.float64)
    power = np.linalg.matrix_power(weights / weights.sum(axis=1, keepdims=True), steps)
    shares = power / power.max(axis=0)
    shares[shares < Walks.TOLD] = 0
    np.fill_diagonal(shares, 1)
    candidates = np.arange(1, 300, 2)
    left = np.random.default_rng(0).random(150, dtype=np.float32)
    picks, scores = spread_by_walks(candidates, left.copy(), Walks(graph, steps), 12)
    for pick, score in zip(picks, scores, strict=True):  # where two are nearly equal either will do
        assert score == pytest.approx(left[pick], abs=0.03)
        assert left[pick] == pytest.approx(left.max(), abs=0.03)
        left *= 1 - shares[candidates, candidates[pick]]
        left[pick] = 0
    assert len(set(picks)) == 12


@pytest.mark.parametrize("seed", range(3))
def test_the_start_against_its_definition(seed):
    X = blobs(60, seed=seed)
    around = surroundings(X)
    typical = (rankdata(around.density) - 0.5) / 60
    distances = ((X[:, None].astype(np.float64) - X) ** 2).sum(axis=-1)
    expected = [typical.argmax()]
    while len(expected) < 12:
        steps = distances[:, expected].min(axis=1) / around.spacing
        score = typical * (rankdata(steps) - 0.5) / 60
        score[expected] = -1
        expected.append(score.argmax())
    assert session_of(X, "product", learner="knn").ask(12).indices.tolist() == expected


@pytest.mark.parametrize("name", ["maxherding", "probcover", "typiclust"])
def test_first_questions_look_at_the_graph_whether_one_was_kept_or_not(name):
    X = blobs(90, seed=5)
    session = session_of(X, name)
    first = session.ask(5)
    assert session.engine.graph is not None
    prepared = session_of(X, name)
    prepared.set_graph(graph_of(X))
    assert first.indices.tolist() == prepared.ask(5).indices.tolist()


@pytest.mark.parametrize("name", ["herding", "uherding", "smallest_norm"])
def test_others_find_the_graph_with_the_first_label(name):
    session = session_of(blobs(90, seed=6), name)
    session.ask(5)
    assert session.engine.graph is None


@pytest.mark.parametrize(
    "name", ["maxherding", "uherding", "probcover", "typiclust", "smallest_norm", "clusters"]
)
def test_questions_do_not_depend_on_what_was_asked_before(name):
    X = uneven()
    used = session_of(X, name)
    for _ in range(6):
        index = int(used.ask(3).indices[0])
        used.tell(index, CLASSES[index % 3])
    used.undo()
    fresh = nb.Session(
        nb.Pool(embeddings=X), CLASSES, learner="graph", strategy=name, store=used.store
    )
    assert used.ask(8).indices.tolist() == fresh.ask(8).indices.tolist()
    assert used.ask(8).reasons == fresh.ask(8).reasons


@pytest.mark.parametrize("learner", ["graph", "knn"])
@pytest.mark.parametrize("n_labeled", [3, 7, 8, 15])
def test_every_eighth_question_is_asked_where_labels_reach_least(learner, n_labeled):
    X = blobs(160, dim=12)  # none nearly equal: such are asked once
    store = nb.LabelStore()
    sessions = [
        nb.Session(nb.Pool(embeddings=X), CLASSES, learner=learner, strategy=name, store=store)
        for name in ("alternating", "product", "smallest_norm")
    ]
    sessions[0].tell(np.arange(n_labeled), np.resize(CLASSES, n_labeled))
    for session in sessions:
        session.refresh()
        session.set_graph(nb.neighbor_graph(session.embeddings))  # of which each measures density
    alternating, usual, other = (session.ask(12) for session in sessions)
    place = -n_labeled % 8
    expected = [index for index in usual.indices.tolist() if index != other.indices[0]]
    expected.insert(place, int(other.indices[0]))
    if place + 8 < 12:
        expected = [index for index in expected if index != other.indices[1]]
        expected.insert(place + 8, int(other.indices[1]))
    assert alternating.indices.tolist() == expected[:12]
    assert (np.diff(alternating.scores) <= 0).all()
    told = dict(zip(usual.indices.tolist(), usual.reasons, strict=True))
    assert alternating.reasons[place] == told.get(int(other.indices[0]), other.reasons[0])


def test_the_one_asked_where_labels_reach_least_is_explained_by_that():
    X = blobs(160)
    session = session_of(X, "alternating")
    session.tell([0, 1, 2], CLASSES)
    query = session.ask(12)
    refit = session.refit(12)
    engine, snapshot = session.engine, session.snapshot()
    reached = engine.refit(snapshot, 1, explain=int(query.indices[5]))  # after eight labels
    assert [part.name for part in reached.reason.parts] == ["reach"]
    usual = engine.refit(snapshot, 1, explain=int(query.indices[4]))
    assert [part.name for part in usual.reason.parts] == ["uncertainty", "density", "diversity"]
    assert refit.query.indices[5] == query.indices[5]


def test_a_few_items_that_lie_apart_are_asked_about_soon():
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [280, 117, 4]))
    X = np.array([[0.0, 0], [8, 0], [0, 12]])[y] + rng.normal(size=(401, 2))
    found = {}
    for name in ("alternating", "product"):
        session = nb.Session(nb.Pool(embeddings=X), CLASSES, strategy=name)
        for _ in range(20):
            index = int(session.ask().indices[0])
            session.tell(index, CLASSES[y[index]])
        found[name] = (session.y == 2).any()
    assert found == {"alternating": True, "product": False}


def test_the_graph_learner_tells_how_little_labels_reach():
    """As solving for it anew does, short of rounding."""
    X = blobs(200)
    by_learner, anew = (
        nb.Session(nb.Pool(embeddings=X), CLASSES, learner=learner, strategy="smallest_norm")
        for learner in ("graph", "knn")
    )
    for session in (by_learner, anew):
        session.tell([3, 40, 77, 120], [*CLASSES, CLASSES[0]])
    assert by_learner.ask(20).indices.tolist() == anew.ask(20).indices.tolist()
    assert by_learner.ask(20).scores == pytest.approx(anew.ask(20).scores, abs=1e-4)


@pytest.mark.parametrize(
    ("proba", "share", "said"),
    [
        ([0.42, 0.38, 0.2], 0.9, "The model cannot decide: bag 42 % or boot 38 %."),
        (
            [0.8, 0.09, 0.11],
            0.93,
            "The model is less sure of this one than of 93 % of the rest: bag 80 %, shirt 11 %.",
        ),
        (
            [0.8, 0.11, 0.09],
            1.0,
            "The model is less sure of this one than of any other: bag 80 %, boot 11 %.",
        ),
        ([0.98, 0.02, 0.0], 0.1, "The model is rather sure of this one: bag 98 %, boot 2 %."),
    ],
)
def test_a_reason_goes_by_how_close_the_likeliest_classes_are(proba, share, said):
    view = SimpleNamespace(
        proba=np.array([proba], dtype=np.float32), classes=("bag", "boot", "shirt")
    )
    shares = {"uncertainty": np.array([share]), "density": np.array([0.05])}
    (reason,) = reasons(shares, np.array([0]), view)
    assert reason.text.replace("\u00a0", " ") == said
    assert (" or " in reason.parts[0].text) == ("cannot decide" in said)
