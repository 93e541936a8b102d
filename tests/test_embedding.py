"""Embeddings of pools: shapes, repeatability, and pictures that cannot be read."""

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from nblabel.embedding import SAMPLE, SIDE
from nblabel.media import MediaError
from tests.samples import blobs

NOISE = np.random.default_rng(0).integers(0, 255, (80, 9, 7), dtype=np.uint8)


def save_all(folder, pictures):
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number:03}.png")
    return folder


@pytest.mark.parametrize(
    ("images", "shape"),
    [
        (NOISE, (80, 50)),
        (NOISE[..., None].repeat(3, axis=-1), (80, 50)),
        (NOISE[:20], (20, 20)),
        (NOISE[:, :2, :3], (80, 6)),
        (NOISE[:1], (1, 1)),
        (NOISE[:2], (2, 2)),
        (NOISE / 255, (80, 50)),
        (NOISE > 100, (80, 50)),
        (blobs(70, dim=9), (70, 9)),
        (blobs(20, dim=4_000), (20, 20)),
        (nb.Pool(embeddings=blobs(70, dim=60)), (70, 50)),
    ],
)
def test_shape(images, shape):
    X = nb.embed(images)
    assert X.shape == shape
    assert X.dtype == np.float32
    assert np.isfinite(X).all()


@pytest.mark.parametrize("dim", [1, 3, 63])
def test_a_width_of_ones_own(dim):
    assert nb.embed(NOISE, dim=dim).shape == (80, dim)


@pytest.mark.parametrize("dim", [0, -1, 64, 1_000])
def test_a_width_that_is_none(dim):
    with pytest.raises(ValueError, match=f"dim is {dim}; it must be between 1 and 63"):
        nb.embed(NOISE, dim=dim)


def test_raw_is_the_pixels():
    X = nb.embed(NOISE, method="raw")
    np.testing.assert_allclose(X, NOISE.reshape(80, -1) / 255, atol=1e-6)
    with pytest.raises(ValueError, match="leave dim out"):
        nb.embed(NOISE, method="raw", dim=5)


def test_raw_of_features_is_a_copy():
    features = blobs()
    X = nb.embed(features, method="raw")
    X[:] = 0
    assert features.any()


def test_an_unknown_method():
    with pytest.raises(ValueError, match="unknown method 'clip'; choose one of pca, raw"):
        nb.embed(NOISE, method="clip")


def test_it_is_that_of_scikit_learn():
    from sklearn.decomposition import PCA

    X = nb.embed(NOISE, dim=5)
    expected = PCA(5).fit_transform(NOISE.reshape(80, -1) / 255)
    same = np.sign((X * expected).sum(axis=0))
    np.testing.assert_allclose(X, expected * same, atol=1e-4)


@pytest.mark.parametrize(
    "images", [NOISE, blobs(30, dim=3_000), blobs(SAMPLE + 50, dim=3)], ids=["few", "wide", "many"]
)
def test_the_same_every_time(images):
    assert (nb.embed(images, random_state=1) == nb.embed(images, random_state=1)).all()


def test_a_sample_of_many_gives_nearly_the_same_axes():
    X = blobs(SAMPLE + 2_000, dim=6)
    found, exact = nb.embed(X, dim=2), X - X.mean(axis=0)
    lost = (exact**2).sum() - (found**2).sum()
    _, values, _ = np.linalg.svd(exact, full_matrices=False)
    assert lost == pytest.approx((values[2:] ** 2).sum(), rel=0.01)


@pytest.mark.parametrize("images", [np.full((30, 5, 5), 9, dtype=np.uint8), np.ones((30, 4))])
def test_identical_items(images):
    np.testing.assert_allclose(nb.embed(images), 0, atol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite(value):
    with pytest.raises(ValueError, match="embeddings hold NaN, infinite"):
        nb.embed(np.full((4, 3), value))


# files


def test_files_like_the_array_they_hold(tmp_path):
    pool = nb.Pool.from_folder(save_all(tmp_path, NOISE))
    np.testing.assert_allclose(
        nb.embed(pool, method="raw"), nb.embed(NOISE, method="raw"), atol=1e-6
    )
    np.testing.assert_allclose(np.abs(nb.embed(pool)), np.abs(nb.embed(NOISE)), atol=1e-3)


def test_large_pictures_are_reduced(tmp_path):
    big = np.full((3, 4 * SIDE, 2 * SIDE), 90, dtype=np.uint8)
    pool = nb.Pool.from_folder(save_all(tmp_path, big))
    assert nb.embed(pool, method="raw").shape == (3, SIDE * SIDE // 2)
    assert nb.embed(big, method="raw").shape == (3, SIDE * SIDE // 2)


def test_files_of_differing_size_and_kind(tmp_path):
    pictures = [
        NOISE[0],
        NOISE[1].T,
        np.full((200, 30, 3), 80, dtype=np.uint8),
        np.zeros((1, 1), dtype=np.uint8),
        np.full((9, 7, 4), 255, dtype=np.uint8),
    ]
    pool = nb.Pool.from_folder(save_all(tmp_path, pictures))
    raw = nb.embed(pool, method="raw")
    assert raw.shape[0] == 5
    np.testing.assert_allclose(raw[2], 80 / 255, atol=0.01)
    np.testing.assert_allclose(raw[3], 0)
    np.testing.assert_allclose(raw[4], 1)
    assert nb.embed(pool).shape == (5, 5)


def test_a_grey_picture_first_does_not_make_the_others_grey(tmp_path):
    red, green = (np.full((9, 7, 3), shade, dtype=np.uint8) for shade in ((255, 0, 0), (0, 130, 0)))
    assert np.abs(grey_of(red) - grey_of(green)).max() < 2
    pool = nb.Pool.from_folder(save_all(tmp_path, [NOISE[0], red, green]))
    raw = nb.embed(pool, method="raw")
    assert np.abs(raw[1] - raw[2]).max() > 0.5


def grey_of(picture):
    return np.asarray(Image.fromarray(picture).convert("L"), dtype=int)


@pytest.mark.parametrize("method", ["pca", "raw"])
@pytest.mark.parametrize("broken", [[0], [3], [0, 1, 9]], ids=["first", "middle", "several"])
def test_a_picture_that_cannot_be_read_gets_the_mean_with_a_warning(tmp_path, method, broken):
    save_all(tmp_path, NOISE[:10])
    for number in broken:
        (tmp_path / f"{number:03}.png").write_bytes(b"damaged")
    pool = nb.Pool.from_folder(tmp_path)
    with pytest.warns(UserWarning, match=r"00\d.png cannot be read") as caught:
        X = nb.embed(pool, method=method)
    named = {str(warning.message).split()[0] for warning in caught}
    assert named == {f"{number:03}.png" for number in broken}
    good = np.setdiff1d(np.arange(10), broken)
    np.testing.assert_allclose(
        X[broken], np.tile(X[good].mean(axis=0), (len(broken), 1)), atol=1e-4
    )


def test_a_pool_of_nothing_but_broken_files(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"damaged")
    with (
        pytest.warns(UserWarning, match="cannot be read"),
        pytest.raises(MediaError, match="none of the pictures tried can be read; check the files"),
    ):
        nb.embed(nb.Pool.from_folder(tmp_path))


def test_a_session_over_broken_files_can_be_labeled(tmp_path):
    save_all(tmp_path, NOISE[:10])
    (tmp_path / "004.png").write_bytes(b"damaged")
    with pytest.warns(UserWarning, match="004.png"):
        session = nb.Session(nb.Pool.from_folder(tmp_path), ["a", "b"])
    session.skip(4)
    session.flag(4)
    session.tell([0, 1], ["a", "b"])
    assert session.flagged() == ["004.png"]
    assert len(session.ask(10)) == 7
