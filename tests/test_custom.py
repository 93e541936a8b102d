"""Embeddings by a function, and several side by side."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.embeddings import custom
from nblabel.pool.pictures import MediaError
from nblabel.system import progress
from tests.samples import blobs

IMAGES = np.random.default_rng(0).integers(0, 255, (600, 5, 4), dtype=np.uint8)


def brightness(pictures):
    return np.array([[picture.mean(), picture.max()] for picture in pictures])


def test_a_function_makes_rows_of_pictures():
    X = nb.embed(IMAGES, method=brightness)
    assert X.dtype == np.float32
    np.testing.assert_allclose(X[:, 0], IMAGES.mean(axis=(1, 2)), rtol=1e-5)


def test_a_function_gets_batches_of_pictures():
    seen = []

    def spy(pictures):
        seen.append([picture.shape for picture in pictures])
        return np.ones((len(pictures), 1))

    nb.embed(IMAGES, method=spy)
    assert [len(batch) for batch in seen] == [256, 256, 88]
    assert seen[0][0] == (5, 4, 1)


def test_whoever_listens_hears_how_far_a_function_is():
    heard = []
    with progress.heard_by(lambda *step: heard.append(step)):
        nb.embed(IMAGES, method=brightness)
    assert heard == [("Embedding by brightness", step / 3) for step in range(3)]


def test_a_function_gets_rows_where_there_are_no_pictures():
    features = blobs(20)
    for source in (features, nb.Pool(embeddings=features)):
        np.testing.assert_array_equal(
            nb.embed(source, method=lambda rows: np.array(rows) * 2), features * 2
        )


def test_a_function_gets_texts_and_rows_of_a_table():
    texts = nb.Pool(texts=["a", "bcd", ""])
    X = nb.embed(texts, method=lambda items: [[len(item)] for item in items])
    assert X.ravel().tolist() == [1, 3, 0]
    table = nb.Pool(table=pd.DataFrame({"price": [1.5, 2.0], "city": ["Oslo", None]}))
    seen = []
    nb.embed(table, method=lambda rows: seen.extend(rows) or np.ones((len(rows), 1)))
    assert seen == [{"price": 1.5, "city": "Oslo"}, {"price": 2.0, "city": None}]
    X = nb.embed(table, method=lambda rows: [[row["price"] * 2] for row in rows])
    assert X.ravel().tolist() == [3, 4]


def test_a_function_sees_files_in_their_own_size(tmp_path):
    sizes = [(90, 70), (5, 6), (200, 3)]
    for number, size in enumerate(sizes):
        Image.new("RGB", size).save(tmp_path / f"{number}.png")
    pool = nb.Pool.from_folder(tmp_path)
    X = nb.embed(pool, method=lambda pictures: [picture.shape for picture in pictures])
    assert X.tolist() == [[h, w, 3] for w, h in sizes]


def test_a_picture_that_cannot_be_read_gets_the_mean(tmp_path):
    for number in range(3):
        Image.new("L", (3, 3), 100 * number).save(tmp_path / f"{number}.png")
    (tmp_path / "1.png").write_text("no picture")
    pool = nb.Pool.from_folder(tmp_path)
    with pytest.warns(UserWarning, match=r"1\.png cannot be read"):
        X = nb.embed(pool, method=brightness)
    assert X[:, 0].tolist() == [0, 100, 200]
    missing = nb.Pool([tmp_path / "a.png", tmp_path / "b.png"])
    with pytest.warns(UserWarning, match="not found"), pytest.raises(MediaError, match="none of"):
        nb.embed(missing, method=brightness)


@pytest.mark.parametrize(
    ("function", "error", "said"),
    [
        (lambda items: None, TypeError, "<lambda> must return an array of numbers"),
        (lambda items: np.ones(len(items)), TypeError, r"array of shape \(256,\)"),
        (lambda items: [["a"]] * len(items), TypeError, "must return an array of numbers"),
        (lambda items: [[1], [2, 3]], TypeError, "must return an array of numbers"),
        (lambda items: np.ones((3, 2)), ValueError, "3 rows for 256 items"),
        (lambda items: np.ones((len(items), len(items))), ValueError, "88 numbers, and of 256"),
        (lambda items: np.full((len(items), 2), np.nan), ValueError, "NaN"),
    ],
)
def test_what_a_function_returns_is_checked(function, error, said):
    with pytest.raises(error, match=said):
        nb.embed(IMAGES, method=function)


def test_what_cannot_embed():
    with pytest.raises(TypeError, match="method is 5; pass a name, a function, an encoder"):
        nb.embed(IMAGES, method=5)
    with pytest.raises(TypeError, match=r"the class Pool; pass an instance: Pool\(\)"):
        nb.embed(IMAGES, method=nb.Pool)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ("umap", ValueError, "unknown method 'umap'"),
        (("raw", {}), TypeError, r"method is \{\}"),
        (5, TypeError, "method is 5"),
    ],
)
def test_a_list_is_checked_before_any_of_it_is_run(wrong, error, said):
    with pytest.raises(error, match=said):
        nb.embed(IMAGES, method=[lambda _: pytest.fail("it was run"), wrong])


def test_dim_and_options_go_with_a_name():
    with pytest.raises(TypeError, match="dim= is for a method that is given by its name"):
        nb.embed(IMAGES, method=["pca", "raw"], dim=5)
    with pytest.raises(TypeError, match="steps= is for a method"):
        nb.embed(IMAGES, method=brightness, steps=5)
    with pytest.raises(TypeError, match="method='gradients' has no option 'steps'"):
        nb.embed(IMAGES, steps=5)


def test_methods_of_a_list_have_an_equal_say():
    X = nb.embed(IMAGES, method=["pca", brightness, blobs(600, dim=7)])
    assert X.shape == (600, 20 + 2 + 7)
    for part in (X[:, :20], X[:, 20:22], X[:, 22:]):
        assert part.var(axis=0).sum() == pytest.approx(1, rel=1e-4)
        np.testing.assert_allclose(part.mean(axis=0), 0, atol=1e-4)


def test_a_part_without_variance_is_zero():
    X = custom.join([np.full((4, 2), 7, dtype=np.float32), blobs(4, dim=1)])
    assert not X[:, :2].any()


def test_arrays_are_checked():
    with pytest.raises(ValueError, match="5 rows for a pool of 600"):
        nb.embed(IMAGES, method=["pca", np.ones((5, 2))])
    with pytest.raises(ValueError, match="nothing to put side by side"):
        nb.embed(IMAGES, method=[])
