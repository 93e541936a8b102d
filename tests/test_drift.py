"""Pools that grow: their labels stay, and what looks unlike anything before is told."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.explore.drift import NEAREST, find_drift
from nblabel.log.store import StoreError
from nblabel.pool.joining import JoinedPictures
from tests.samples import CLASSES, blob_pool, blobs


def grown(n=60, new=20, strange=5, seed=0):
    """A pool of blobs, and one with more of them and some far away."""
    X = blobs(n + new, seed=seed)
    X[len(X) - strange :] += 100
    pool = nb.Pool(embeddings=X[:n])
    return pool, pool.extended(nb.Pool(embeddings=X[n:], ids=range(n, n + new)))


def slow_find_drift(X, n_before):
    distances = np.linalg.norm(X[:, None] - X[None, :n_before], axis=2)
    distances[np.arange(n_before), np.arange(n_before)] = np.inf
    near = np.sort(distances, axis=1)[:, :NEAREST].mean(axis=1)
    limit = np.quantile(near[:n_before], 0.99)
    return {i for i in range(n_before, len(X)) if near[i] > limit}


def test_an_extended_pool_begins_with_the_pool():
    pool, more = grown()
    assert (len(more), more.n_before, pool.n_before) == (80, 60, 0)
    assert more.ids[:60] == pool.ids
    assert (more.embeddings[:60] == pool.embeddings).all()
    assert more.known_as == (pool.fingerprint,)
    again = more.extended(nb.Pool(embeddings=blobs(1), ids=["last"]))
    assert again.known_as == (more.fingerprint, pool.fingerprint)
    assert again.n_before == 80


def test_labels_stay_when_a_pool_is_extended(tmp_path):
    pool, more = grown()
    store = tmp_path / "labels.db"
    session = nb.Session(pool, CLASSES, store=store)
    session.tell([3, 5], ["boot", "bag"])
    session = nb.Session(more, CLASSES, store=store)
    assert session.labels()["id"].tolist() == ["3", "5"]
    session.tell(70, "shirt")
    assert nb.Session(more, CLASSES, store=store).n_labeled == 3
    before = nb.Session(pool, CLASSES, store=store)  # it has no item 70
    assert before.labels()["id"].tolist() == ["3", "5"]
    assert "70" in before.changes.missing
    with pytest.raises(StoreError, match="labels of another pool"):
        nb.Session(blob_pool(80, seed=1), CLASSES, store=store)


def test_every_kind_of_media_can_be_extended(tmp_path):
    from PIL import Image

    photo = np.full((4, 4, 3), 7, dtype=np.uint8)
    (tmp_path / "cats").mkdir()
    Image.fromarray(photo).save(tmp_path / "cats" / "1.png")
    grey = nb.Pool(np.zeros((2, 4, 4), dtype=np.uint8))
    pictures = grey.extended(nb.Pool.from_folder(tmp_path))
    assert isinstance(pictures.media, JoinedPictures)
    assert [pictures.image(i).shape for i in range(3)] == [(4, 4, 1), (4, 4, 1), (4, 4, 3)]
    assert (pictures.image(2) == photo).all()
    assert pictures.name(2) == "cats/1.png"
    assert pictures.folders.to_dict("list") == {"id": ["cats/1.png"], "label": ["cats"]}
    assert nb.embed(pictures).shape[0] == 3
    assert len(pictures.media.contents()) == 16
    three = pictures.extended(nb.Pool(np.ones((1, 2, 2), dtype=np.uint8), ids=["x"]))
    assert three.image(3).tolist() == [[[1], [1]], [[1], [1]]]
    assert three.image(2).shape == (4, 4, 3)

    texts = nb.Pool(texts=["a", "b"]).extended(nb.Pool(texts=["c"], ids=["new"]))
    assert [texts.text(i) for i in range(3)] == ["a", "b", "c"]

    table = pd.DataFrame({"x": [1, 2], "c": ["a", None]})
    rows = nb.Pool(table=table).extended(nb.Pool(table=table, ids=list("yz")))
    assert [cell.value for cell in rows.row(3)] == ["2", None]
    assert rows.fingerprint != nb.Pool(table=table).fingerprint


def test_pools_that_do_not_go_together():
    pool = nb.Pool(texts=["a"])
    with pytest.raises(ValueError, match="this pool holds texts and the other one items"):
        pool.extended(blob_pool(3))
    with pytest.raises(ValueError, match="'0' is in both pools; give the new items others"):
        pool.extended(nb.Pool(texts=["b"]))
    with pytest.raises(TypeError, match="more is a list; pass a Pool with other ids"):
        pool.extended(["b"])
    with pytest.raises(ValueError, match="the columns of the two tables differ: x, y"):
        nb.Pool(table=pd.DataFrame({"x": [1]})).extended(
            nb.Pool(table=pd.DataFrame({"y": [1]}), ids=list("z"))
        )
    with pytest.raises(ValueError, match="the embeddings of the two pools differ in width"):
        blob_pool(3).extended(nb.Pool(embeddings=np.eye(2), ids=list("xy")))
    half = nb.Pool(texts=["a"], embeddings=[[1.0]]).extended(nb.Pool(texts=["b"], ids=list("z")))
    assert half.embeddings is None


def test_what_looks_unlike_anything_before_is_found():
    _, more = grown()
    drift = nb.drift(nb.Session(more, CLASSES))
    assert drift.n_new == 20
    assert set(range(75, 80)) <= set(drift.unlike.tolist())
    assert set(drift.unlike.tolist()) == slow_find_drift(more.embeddings, 60)
    assert drift.unlike[0] >= 75  # the strangest first
    assert "of 20 new items" in str(drift)
    assert "look unlike all earlier items and all new ones that were labeled." in str(drift)
    assert drift.table["n_unlike"].tolist() == [len(drift.unlike)]


def test_what_is_like_a_labeled_item_is_new_no_more():
    _, more = grown()
    session = nb.Session(more, CLASSES)
    strange = nb.drift(session).unlike
    others = [index for index in range(60) if index not in strange]
    session.tell(others, CLASSES[0])
    assert nb.drift(session).unlike.tolist() == strange.tolist()
    first = int(strange[0])
    session.tell(first, CLASSES[1])
    left = nb.drift(session)
    away = np.linalg.norm(more.embeddings[strange] - more.embeddings[first], axis=1)
    assert left.unlike.tolist() == strange[away > left.limit].tolist()
    assert first not in left.unlike
    session.undo()
    assert nb.drift(session).unlike.tolist() == strange.tolist()
    session.tell(strange, CLASSES[1])
    assert str(nb.drift(session)).startswith("0 of 20 new items")


def test_more_of_the_same_is_no_drift():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4_000, 5)).astype(np.float32)
    assert find_drift(X, 2_000).share < 0.03
    X[2_000:] = X[:2_000]
    assert find_drift(X, 2_000).share < 0.01  # nearer than they were, by themselves


def test_a_sample_stands_for_a_large_pool(monkeypatch):
    monkeypatch.setattr("nblabel.explore.drift.REFERENCE", 500)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4_000, 5)).astype(np.float32)
    X[-10:] += 50
    drift = find_drift(X, 3_000)
    assert set(range(3_990, 4_000)) <= set(drift.unlike.tolist())
    assert drift.share < 0.05


@pytest.mark.parametrize(("n", "n_before"), [(10, 0), (10, 10), (8, 3), (1, 0)])
def test_pools_in_which_there_is_nothing_to_tell(n, n_before):
    drift = find_drift(blobs(n), n_before)
    assert len(drift.unlike) == 0
    assert drift.share == 0


def test_items_that_are_all_alike():
    assert len(find_drift(np.ones((40, 3), dtype=np.float32), 20).unlike) == 0


def test_other_embeddings_are_looked_at_anew():
    _, more = grown()
    session = nb.Session(more, CLASSES)
    assert len(nb.drift(session).unlike) >= 5
    session.set_embeddings(np.random.default_rng(0).normal(size=(80, 3)))
    assert len(nb.drift(session).unlike) < 5
    assert str(nb.drift(nb.Session(blob_pool(), CLASSES))) == "No items were added to the pool."
