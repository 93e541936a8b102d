"""Near duplicates: which items are found, that each group is asked once, and folds."""

import time

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

import nblabel as nb
from nblabel.graph.near import near_groups
from nblabel.graph.neighbor_graph import NeighborGraph, build_graph
from nblabel.quality.trust import trust_scores
from tests.samples import blobs

CLASSES = ["boot", "bag", "shirt"]


def spread(n: int, dim: int = 20, seed: int = 0) -> np.ndarray:
    """Points of which none is a near duplicate of another."""
    return np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)


def nearly(point: np.ndarray, n: int, by: float = 0.02, seed: int = 1) -> np.ndarray:
    """Points around one, at a small part of the distance to others."""
    noise = np.random.default_rng(seed).normal(size=(n, len(point)))
    return (point + by * noise).astype(np.float32)


def graph_of(X: np.ndarray) -> NeighborGraph:
    return build_graph(X, lambda share: None)


def groups_of(X: np.ndarray) -> list[list[int]]:
    near = nb.near_duplicates(X, graph=graph_of(X))
    return [near.members(index).tolist() for index in near.representatives.tolist()]


@pytest.mark.parametrize("scale", [1e-3, 1, 1e3])
@pytest.mark.parametrize("size", [2, 5, 14, 15, 16, 17, 40, 300])
def test_a_group_of_any_size_is_found_in_any_unit(size, scale):
    X = spread(300)
    X = np.concatenate([X, nearly(X[7], size - 1)]) * np.float32(scale)
    assert groups_of(X) == [[7, *range(300, 299 + size)]]


def test_pools_without_near_duplicates_have_no_groups():
    for X in (spread(400), spread(30), spread(3), blobs(300, dim=20)):
        near = nb.near_duplicates(X)
        assert near.n_groups == 0
        assert len(set(near.groups)) == len(X)
        assert near.table.empty
        assert "No near duplicates" in str(near)


def test_pictures_that_were_saved_again():
    data = nb.datasets.load_digits()
    images, n = data.images, len(data.images)
    before = nb.near_duplicates(nb.embed(images))
    for index in before.representatives:  # two pairs, of one class each
        assert len(set(data.labels[before.members(index)])) == 1
    assert before.n_groups <= 2
    again = np.clip(images[:100] * 1.02, 0, 255).astype(images.dtype)
    near = nb.near_duplicates(nb.embed(np.concatenate([images, again])))
    assert 100 <= near.n_groups <= 102
    assert (near.groups[:100] == near.groups[n:]).all()


@pytest.mark.parametrize("n_copies", [1, 3, 20, 300])
def test_exact_copies_are_near_duplicates(n_copies):
    X = spread(300)
    X = np.concatenate([X, np.repeat(X[7:8], n_copies, axis=0), nearly(X[9], 3)])
    found = sorted(groups_of(X))
    assert found == [[7, *range(300, 300 + n_copies)], [9, *range(300 + n_copies, len(X))]]


def test_copies_with_others_nearly_equal_are_one_group():
    X = spread(300)
    X = np.concatenate([X, np.repeat(X[7:8], 50, axis=0), nearly(X[7], 60)])
    assert groups_of(X) == [[7, *range(300, 410)]]


def test_a_chain_becomes_several_groups():
    X = spread(300)
    step = np.zeros(20, dtype=np.float32)
    step[0] = 0.5
    chain = X[7] + np.arange(1, 60)[:, None] * step
    X = np.concatenate([X, chain.astype(np.float32)])
    near = nb.near_duplicates(X, graph=graph_of(X))
    assert near.n_groups > 3
    for index in near.representatives:
        members = X[near.members(index)]
        assert np.ptp(members, axis=0).max() < 4


def test_two_crowds_are_two_groups_the_larger_first():
    X = spread(300)
    X = np.concatenate([X, nearly(X[7], 40), nearly(X[9], 80)])
    near = nb.near_duplicates(X, graph=graph_of(X))
    assert near.table["n_items"].tolist() == [81, 41]
    assert near.groups[9] == 0
    assert near.groups[7] == 1
    assert near.groups[near.representatives].tolist() == [0, 1]


@pytest.mark.parametrize(
    "X",
    [np.zeros((40, 3)), np.ones((1, 2)), np.ones((2, 2)), np.r_[spread(39), np.full((1, 20), 1e9)]],
    ids=["zeros", "one", "two", "outlier"],
)
def test_odd_pools(X):
    near = nb.near_duplicates(X, graph=graph_of(X.astype(np.float32)))
    assert near.groups.shape == (len(X),)
    assert near.table["n_items"].sum() == (near.groups < near.n_groups).sum()


def test_the_report():
    X = np.concatenate([spread(300), nearly(spread(300)[7], 4)])
    session = nb.Session(nb.Pool(embeddings=X, ids=[f"frame {i}" for i in range(304)]), CLASSES)
    near = nb.near_duplicates(session)
    assert near.table["id"].tolist()[0] in {"frame 7", *(f"frame {i}" for i in range(300, 304))}
    assert "5 of 304 items are in 1 group" in repr(near)
    assert "<table" in near._repr_html_()
    session.tell(near.members(7), "boot")
    assert session.n_labeled == 5
    session.undo()
    assert session.n_labeled == 0
    again = nb.near_duplicates(session)  # now with the graph of the session
    assert again.groups.tolist() == near.groups.tolist()


def test_bad_input():
    X = spread(40)
    with pytest.raises(ValueError, match=r"the graph has 30 items, the embeddings 40\."):
        nb.near_duplicates(X, graph=graph_of(X[:30]))
    with pytest.raises(ValueError, match="expected \\(n, dim\\)"):
        nb.near_duplicates(X[0])
    waiting = nb.Session(nb.datasets.load_digits().images[:20], CLASSES, embed=False)
    with pytest.raises(ValueError, match="not all items are embedded yet"):
        nb.near_duplicates(waiting)
    with pytest.raises(IndexError, match="pass a position from 0 to 39"):
        nb.near_duplicates(X, graph=graph_of(X)).members(40)


def test_test_sets_by_scikit_learn():
    X = np.concatenate([spread(100), nearly(spread(100)[7], 60)])
    near = nb.near_duplicates(X, graph=graph_of(X))
    for train, test in GroupKFold(3).split(X, groups=near.groups):
        assert not set(near.groups[train]) & set(near.groups[test])


# questions


def with_frames(n_frames: int = 300) -> np.ndarray:
    X = spread(300)
    return np.concatenate([X, nearly(X[7], n_frames - 1)])


def asked(session: nb.Session, n: int, frame: int = 300) -> list[bool]:
    found = []
    for _ in range(n):
        index = int(session.ask().indices[0])
        is_frame = index >= frame or index == 7
        found.append(is_frame)
        session.tell(index, "boot" if is_frame else CLASSES[1 + index % 2])
    return found


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_half_a_pool_of_frames_is_asked_once_and_early(seed):
    session = nb.Session(nb.Pool(embeddings=with_frames()), CLASSES, random_state=seed)
    found = asked(session, 40)
    assert any(found[:3])
    # the first question is asked before there is a graph
    assert sum(found) == 1


def test_a_batch_holds_one_of_each_group_until_nothing_else_is_left():
    session = nb.Session(nb.Pool(embeddings=with_frames(100)), CLASSES)
    session.tell([0, 1], CLASSES[1:])
    query = session.ask(397)
    is_frame = (query.indices >= 300) | (query.indices == 7)
    assert len(set(query.indices.tolist())) == 397  # all there is
    assert is_frame[:298].sum() == 1
    assert is_frame[298:].all()
    assert (np.diff(query.scores) <= 0).all()
    session.skip(int(query.indices[is_frame][0]))  # a skipped frame stands for the others, too
    after = session.ask(10).indices
    assert ((after < 300) & (after != 7)).all()


def test_undo_asks_a_group_again():
    session = nb.Session(nb.Pool(embeddings=with_frames()), CLASSES)
    session.tell([0, 1], CLASSES[1:])
    before = session.ask(5).indices.tolist()
    frame = next(index for index in before if index >= 300 or index == 7)
    session.tell(frame, "boot")
    assert not any(index >= 300 or index == 7 for index in session.ask(5).indices)
    session.undo()
    assert session.ask(5).indices.tolist() == before


def test_an_item_of_a_known_group_is_explained():
    session = nb.Session(nb.Pool(embeddings=with_frames()), CLASSES)
    session.tell([0, 7], CLASSES[:2])
    session.ask()
    refit = session.engine.refit(session.snapshot(), 1, explain=450)
    assert refit.reason is not None
    assert refit.reason.text


def test_questions_about_other_pools_are_as_before():
    X = nb.embed(nb.datasets.load_digits().images[:300])
    graph = graph_of(X)
    items = np.arange(3, 300)
    assert near_groups(graph, X - X.mean(axis=0)).once(items) is items


@pytest.mark.slow  # a large graph
def test_it_takes_no_time_beside_the_graph():
    X = spread(20_000)
    graph = graph_of(X)
    start = time.perf_counter()
    near = near_groups(graph, X)
    assert time.perf_counter() - start < 2
    assert not len(near.leaders)


# folds


def test_folds_do_not_divide_a_group():
    X = with_frames(100)
    near = near_groups(graph_of(X), X - X.mean(axis=0))
    rng = np.random.default_rng(0)
    items = rng.permutation(len(X))[:200]
    part = rng.integers(0, 10, 200)
    parts = near.together(items, part)
    frames = (items >= 300) | (items == 7)
    assert len(set(parts[frames].tolist())) == 1
    assert (parts[~frames] == part[~frames]).all()
    assert near.together(items[frames], part[frames]).tolist() == part[frames].tolist()


def test_a_wrong_label_is_found_among_near_duplicates_that_repeat_it():
    """Without whole groups in a fold the same wrong label next to it would confirm each."""
    X = blobs(200, dim=10, n_classes=3)
    X = np.concatenate([X, nearly(X[0], 6, by=1e-3)])
    session = nb.Session(nb.Pool(embeddings=X), CLASSES, learner="knn")
    session.tell(range(200), [CLASSES[index % 3] for index in range(200)])
    wrong = [0, *range(200, 206)]
    session.tell(wrong, "shirt")  # they are boots
    issues = nb.find_label_issues(session, n=7)
    assert sorted(issues.indices.tolist()) == wrong
    assert set(issues.table["suggestion"]) == {"boot"}


def test_the_second_model_does_not_learn_from_near_duplicates():
    X = with_frames(200)
    predicted = np.arange(len(X)) % 2
    predicted[[7, *range(300, len(X))]] = 2  # a class that no other item has
    graph = graph_of(X)
    near = near_groups(graph, X - X.mean(axis=0))
    trust = trust_scores(X, predicted, graph, 0, near)
    assert trust[[7, *range(300, len(X))]].max() == 0
    assert trust_scores(X, predicted, graph, 0)[300:].min() > 0.5
