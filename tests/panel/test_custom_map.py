"""A map of one's own: coordinates, a function, t-SNE."""

import asyncio

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.explore.coordinates import as_coordinates
from nblabel.widget import Labeler
from tests.panel.helpers import UmapRecorder, shown, until
from tests.samples import CLASSES, blobs

N = 60
NO_GRAPH = {"learner": "knn", "strategy": "margin"}
PLACES = np.random.default_rng(5).normal(size=(N, 2)) * [3.0, 1.0]


def in_loop(act):
    asyncio.run(act())


def points_of(page):
    return page.array("points", np.float32).reshape(-1, 2)


def test_coordinates_are_shown_at_once_and_pca_is_a_choice():
    async def look():
        page = await shown(projection=PLACES, **NO_GRAPH)
        assert page.traits["projection"]["name"] == "custom"
        shown_names = [one["text"] for one in page.traits["projection"]["choices"]]
        assert shown_names == ["PCA", "UMAP", "t-SNE", "Custom"]
        middle = (PLACES.max(axis=0) + PLACES.min(axis=0)) / 2
        half = np.ptp(PLACES, axis=0).max() / 2
        np.testing.assert_allclose(points_of(page), (PLACES - middle) / half, atol=1e-6)
        assert UmapRecorder.begun == []
        page.say("project", name="pca")
        await until(lambda: page.traits["projection"]["name"] == "pca")
        page.say("project", name="custom")
        await until(lambda: page.traits["projection"]["name"] == "custom")

    in_loop(look)


def test_custom_is_no_choice_without_coordinates():
    async def look():
        page = await shown(projection="pca", **NO_GRAPH)
        names = [one["value"] for one in page.traits["projection"]["choices"]]
        assert names == ["pca", "umap", "tsne"]
        page.say("project", name="custom")
        assert page.traits["projection"]["name"] == "pca"
        assert page.session.store.setting("projection") is None

    in_loop(look)


def test_a_choice_made_without_coordinates_does_not_hide_them(tmp_path):
    async def look():
        store = tmp_path / "labels.db"
        page = await shown(projection="pca", store=store, **NO_GRAPH)
        page.say("project", name="umap")
        page.panel.close()
        page = await shown(projection=PLACES, store=store, **NO_GRAPH)
        assert page.traits["projection"]["name"] == "custom"

    in_loop(look)


def test_a_function_makes_the_places_in_the_background():
    given = []

    def first_two(X):
        given.append(X)
        return X[:, :2]

    async def look():
        page = await shown(projection=first_two, **NO_GRAPH)
        await until(lambda: page.traits["projection"]["name"] == "custom")
        assert not page.traits["projection"]["running"]
        (X,) = given
        assert np.array_equal(X, page.session.embeddings)
        X[:] = 0  # a copy: what the function does to it harms nothing
        assert page.session.embeddings.any()

    in_loop(look)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda X: 1 / 0, "The function given as projection failed: division by zero"),
        (lambda X: X[:5, :2], "must have (60, 2)"),
        (lambda X: None, "must have (60, 2)"),
    ],
)
def test_a_function_that_fails_is_told_and_labeling_goes_on(broken, said):
    async def look():
        page = await shown(projection=broken, **NO_GRAPH)
        await until(lambda: said in page.traits["projection"]["text"])
        assert page.traits["projection"]["name"] == "pca"
        assert page.label("1")["ok"]

    in_loop(look)


def test_tsne_is_made_aside():
    async def look():
        page = await shown(projection="tsne", **NO_GRAPH)
        (process,) = UmapRecorder.begun
        assert process.method == "tsne"
        process.notify({"done": np.zeros((N, 2), np.float32)})
        await until(lambda: page.traits["projection"]["name"] == "tsne")

    in_loop(look)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("isomap", "choose 'umap', 'tsne' or 'pca', or give an array"),
        ("custom", "choose 'umap', 'tsne' or 'pca', or give an array"),
        (PLACES[:9], r"the shape \(9, 2\), and must have \(60, 2\)"),
        (PLACES[:, :1], r"the shape \(60, 1\)"),
        ([["a", "b"]] * N, "Give an array of numbers of shape"),
        (np.full((N, 2), np.nan), "no finite place for any item"),
    ],
)
def test_what_cannot_be_places_is_refused(given, said):
    pool = nb.Pool(embeddings=blobs(N))
    with pytest.raises(ValueError, match=said):
        Labeler(pool, CLASSES, projection=given)


def test_items_without_a_place_are_named_and_shown_around_the_others():
    places = PLACES.copy()
    places[[3, 7], 0] = [np.nan, np.inf]
    pool = nb.Pool(embeddings=blobs(N))
    with pytest.warns(UserWarning, match="no finite place for 3, 7: shown around"):
        xy = as_coordinates(places, pool)
    assert xy.dtype == np.float32
    assert np.abs(xy).max() <= 1
    others = np.delete(xy, [3, 7], axis=0)
    assert np.hypot(*(xy[[3, 7]] - others.mean(axis=0)).T).min() > np.abs(others).max()


def test_a_table_of_places_is_brought_into_the_order_of_the_pool():
    ids = [f"item-{i}" for i in range(N)]
    pool = nb.Pool(embeddings=blobs(N), ids=ids)
    table = pd.DataFrame(PLACES, index=ids)
    assert np.array_equal(as_coordinates(table[::-1], pool), as_coordinates(PLACES, pool))
    with pytest.raises(ValueError, match="item-0"):
        as_coordinates(table[1:], pool)


def test_large_coordinates_keep_what_tells_them_apart():
    pool = nb.Pool(embeddings=blobs(3))
    metres = np.array([[5e8, 5e8], [5e8 + 1, 5e8], [5e8, 5e8 + 1]])
    assert np.allclose(as_coordinates(metres, pool), [[-1, -1], [1, -1], [-1, 1]])
