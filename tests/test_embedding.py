"""Embeddings of pools: shapes, repeatability, and pictures that cannot be read."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from nblabel.encoders import rows
from nblabel.encoders.gradients import describe
from nblabel.encoders.rows import SAMPLE
from nblabel.pool.pictures import MediaError
from nblabel.pool.pixels import SIDE
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
    X = nb.embed(images, "pca")
    assert X.shape == shape
    assert X.dtype == np.float32
    assert np.isfinite(X).all()


@pytest.mark.parametrize("dim", [1, 3, 63])
def test_a_width_of_ones_own(dim):
    assert nb.embed(NOISE, "pca", dim=dim).shape == (80, dim)


@pytest.mark.parametrize("dim", [0, -1, 64, 1_000])
def test_a_width_that_is_none(dim):
    with pytest.raises(ValueError, match=f"dim is {dim}; it must be between 1 and 63"):
        nb.embed(NOISE, "pca", dim=dim)


@pytest.mark.parametrize("dim", [2.5, "3"])
def test_a_width_that_is_no_whole_number(dim):
    with pytest.raises(ValueError, match=f"dim is {dim!r}; pass a whole number"):
        nb.embed(NOISE, "pca", dim=dim)


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
    with pytest.raises(
        ValueError,
        match="unknown method 'clip'; choose one of auto, pca, gradients, raw, autoencoder",
    ):
        nb.embed(NOISE, method="clip")


def test_it_is_that_of_scikit_learn():
    from sklearn.decomposition import PCA

    X = nb.embed(NOISE, "pca", dim=5)
    expected = PCA(5).fit_transform(NOISE.reshape(80, -1) / 255)
    same = np.sign((X * expected).sum(axis=0))
    np.testing.assert_allclose(X, expected * same, atol=1e-4)


@pytest.mark.parametrize(
    "images", [NOISE, blobs(30, dim=3_000), blobs(SAMPLE + 50, dim=3)], ids=["few", "wide", "many"]
)
def test_the_same_every_time(images):
    assert (
        nb.embed(images, "pca", random_state=1) == nb.embed(images, "pca", random_state=1)
    ).all()


def test_a_sample_of_many_gives_nearly_the_same_axes():
    X = blobs(SAMPLE + 2_000, dim=6)
    found, exact = nb.embed(X, dim=2), X - X.mean(axis=0)
    lost = (exact**2).sum() - (found**2).sum()
    _, values, _ = np.linalg.svd(exact, full_matrices=False)
    assert lost == pytest.approx((values[2:] ** 2).sum(), rel=0.01)


@pytest.mark.parametrize("images", [np.full((30, 5, 5), 9, dtype=np.uint8), np.ones((30, 4))])
def test_identical_items(images):
    np.testing.assert_allclose(nb.embed(images, "pca"), 0, atol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite(value):
    with pytest.raises(ValueError, match="embeddings hold NaN, infinite"):
        nb.embed(np.full((4, 3), value))


def test_no_features_at_all():
    with pytest.raises(ValueError, match="no items to embed; pass at least one"):
        nb.embed(np.zeros((0, 3)))


# gradients


@pytest.mark.parametrize(
    ("images", "shape"),
    [
        (NOISE, (80, 64)),
        (NOISE[..., None].repeat(3, axis=-1), (80, 64)),
        (NOISE[:20], (20, 20)),
        (NOISE[:, :2, :3], (80, 54)),
        (NOISE[:, :1, :1], (80, 9)),
        (NOISE[:1], (1, 1)),
        (NOISE[:2], (2, 2)),
        (NOISE / 255, (80, 64)),
        (NOISE > 100, (80, 64)),
        (NOISE[:5].repeat(20, axis=1), (5, 5)),
    ],
)
def test_shape_of_gradients(images, shape):
    X = nb.embed(images, "gradients")
    assert X.shape == shape
    assert X.dtype == np.float32
    assert np.isfinite(X).all()


def test_a_width_of_ones_own_for_gradients():
    first = nb.embed(NOISE, "gradients")
    np.testing.assert_allclose(nb.embed(NOISE, "gradients", dim=3), first[:, :3], atol=1e-5)
    with pytest.raises(ValueError, match="dim is 81; it must be between 1 and 80"):
        nb.embed(NOISE, "gradients", dim=81)


@pytest.mark.parametrize("source", [blobs(), nb.Pool(embeddings=blobs())], ids=["array", "pool"])
def test_features_have_no_gradients(source):
    with pytest.raises(ValueError, match="there are none here, only features; use method='pca'"):
        nb.embed(source, "gradients")


def test_a_pool_with_features_of_its_own_is_embedded_by_its_pictures():
    pool = nb.Pool(NOISE, embeddings=blobs(80))
    np.testing.assert_array_equal(nb.embed(pool, "gradients"), nb.embed(NOISE, "gradients"))


@pytest.mark.parametrize("images", [np.full((30, 9, 9), 9), np.full((30, 9, 9, 3), 0.5)])
def test_gradients_of_identical_pictures(images):
    np.testing.assert_allclose(nb.embed(images, "gradients"), 0, atol=1e-5)


def test_the_distances_are_those_of_the_weighted_parts():
    images = np.random.default_rng(1).integers(0, 255, (30, 6, 8, 3), dtype=np.uint8)
    X = nb.embed(images, "gradients", dim=29)  # as many as 30 items span: nothing is lost
    parts = [part.reshape(30, -1) for part in describe(images)]
    expected = sum(
        weight**2 * squared_distances(part) / part.var(axis=0).sum()
        for weight, part in zip((1, 0.5, 0.5), parts, strict=True)
    )
    np.testing.assert_allclose(squared_distances(X), expected, atol=1e-3)


def squared_distances(rows):
    return ((rows[:, None] - rows[None]) ** 2).sum(axis=-1)


def test_gradients_see_colour():
    shades = np.random.default_rng(1).integers(50, 200, (40, 10, 10, 1), dtype=np.uint8)
    colours = shades.repeat(3, axis=-1)
    colours[:20, ..., 0] += 50
    colours[20:, ..., 1] += 50
    X = nb.embed(colours, "gradients")
    centres = X[:20].mean(axis=0), X[20:].mean(axis=0)
    nearer = ((X - centres[0]) ** 2).sum(axis=1) < ((X - centres[1]) ** 2).sum(axis=1)
    assert nearer.tolist() == [True] * 20 + [False] * 20


def test_faint_colours_are_not_magnified():
    tinted = NOISE[..., None].repeat(3, axis=-1) // 2
    tinted[..., 2] += np.random.default_rng(1).integers(0, 2, tinted.shape[:3], dtype=np.uint8)
    grey = squared_distances(nb.embed(NOISE // 2, "gradients", dim=79))
    np.testing.assert_allclose(
        squared_distances(nb.embed(tinted, "gradients", dim=79)), grey, rtol=0.1, atol=0.05
    )


def test_a_large_pool_is_embedded_in_blocks(monkeypatch):
    monkeypatch.setattr("nblabel.system.cache.QUICK", np.inf)  # nothing is found again
    pictures = NOISE[:, ::-1]
    whole = nb.embed(pictures, "gradients", dim=5)
    monkeypatch.setattr(rows, "SAMPLE", 70)
    monkeypatch.setattr(rows, "BLOCK", 32)
    in_blocks = nb.embed(pictures, "gradients", dim=5)
    np.testing.assert_array_equal(in_blocks, nb.embed(pictures, "gradients", dim=5))
    assert (in_blocks != nb.embed(pictures, "gradients", dim=5, random_state=1)).any()
    assert (in_blocks**2).sum() == pytest.approx((whole**2).sum(), rel=0.1)


@pytest.mark.slow  # thousands of pictures, each with its neighbours
@pytest.mark.parametrize(
    ("name", "gain"),
    [("fashion_mnist_sample", 0.03), ("digits", 0.003), ("mnist", 0.02), ("fashion_mnist", 0.035)],
)
def test_gradients_bring_classes_closer_than_pixels(name, gain):
    if name in {"mnist", "fashion_mnist"}:
        file = Path(os.environ.get("NBLABEL_DATA", ""), f"{name}.npz")
        if not file.is_file():
            pytest.skip(f"NBLABEL_DATA names no folder with {file.name}")
    dataset = getattr(nb.datasets, f"load_{name}")()
    images, labels = dataset.images[:10_000], dataset.labels[:10_000]
    pixels, gradients = (
        same_class(nb.embed(images, method), labels) for method in ("pca", "gradients")
    )
    assert gradients > pixels + gain


def same_class(X, labels):
    """Return the share of the ten nearest that have the class of the item."""
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=11, algorithm="brute").fit(X)
    found = nearest.kneighbors(X[:2_000], return_distance=False)[:, 1:]
    return (labels[found] == labels[:2_000, None]).mean()


# new pictures in the space of a pool


@pytest.mark.parametrize("method", ["pca", "gradients", "raw", ["pca", "gradients"]], ids=str)
@pytest.mark.parametrize("dim", [None, 5])
def test_new_pictures_are_described_like_those_of_the_pool(method, dim):
    if dim and method not in ("pca", "gradients"):
        return
    pool = nb.Pool(NOISE)
    expected = nb.embed(pool, method, dim=dim)
    placed = nb.embed(NOISE[7:9], method, dim=dim, like=pool)
    np.testing.assert_allclose(placed, expected[7:9], atol=1e-4)
    single = nb.embed(nb.Pool(NOISE[:1]), method, dim=dim, like=pool)
    np.testing.assert_allclose(single, expected[:1], atol=1e-4)


def test_new_files_are_brought_to_the_size_of_the_pool(tmp_path):
    pool = nb.Pool.from_folder(save_all(tmp_path, NOISE[:30]))
    large = NOISE[3].repeat(3, axis=0).repeat(3, axis=1)
    Image.fromarray(large).save(tmp_path / "new.png")
    for method in ("pca", "gradients", "raw"):
        assert (
            nb.embed([tmp_path / "new.png"], method, like=pool).shape[1]
            == (nb.embed(pool, method).shape[1])
        )
    with pytest.raises(ValueError, match="these images have 5 × 7 × 1 .* 9 × 7 × 1; bring them"):
        nb.embed(NOISE[:2, :5], "pca", like=nb.Pool(NOISE))


def test_what_cannot_be_placed_in_a_pool():
    pool = nb.Pool(embeddings=blobs(70, dim=9))
    np.testing.assert_allclose(
        nb.embed(blobs(70, dim=9)[:3], like=pool), nb.embed(pool)[:3], atol=1e-4
    )
    with pytest.raises(ValueError, match="these have 8 features, and those of like= 9"):
        nb.embed(blobs(3, dim=8), like=pool)
    with pytest.raises(TypeError, match="like is a ndarray; pass the Pool"):
        nb.embed(blobs(3, dim=9), like=blobs(3))
    with pytest.raises(ValueError, match="'vae' trains a network .* method=encoder"):
        nb.embed(NOISE, "vae", like=nb.Pool(NOISE))


def test_a_session_is_asked_about_new_pictures():
    pictures = np.concatenate([NOISE[:20] // 4, 255 - NOISE[:20] // 4])
    session = nb.Session(nb.Pool(pictures), ["dark", "bright"])
    session.tell(range(40), ["dark"] * 20 + ["bright"] * 20)
    assert session.predict_proba(pictures[[30, 3]]).argmax(axis=1).tolist() == [1, 0]


# files


def test_files_like_the_array_they_hold(tmp_path):
    pool = nb.Pool.from_folder(save_all(tmp_path, NOISE))
    np.testing.assert_allclose(
        nb.embed(pool, method="raw"), nb.embed(NOISE, method="raw"), atol=1e-6
    )
    for method in ("pca", "gradients"):
        of_files, of_array = (nb.embed(images, method, dim=20) for images in (pool, NOISE))
        np.testing.assert_allclose(np.abs(of_files), np.abs(of_array), atol=1e-3)


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
    assert nb.embed(pool).shape == nb.embed(pool, "gradients").shape == (5, 5)  # so small


@pytest.mark.parametrize("shape", [(1, 1), (40, 600), (600, 4)])
def test_an_odd_picture_first_does_not_set_the_size_of_all(tmp_path, shape):
    save_all(tmp_path, [np.zeros(shape, dtype=np.uint8), *NOISE[:20]])
    assert nb.embed(nb.Pool.from_folder(tmp_path), "raw").shape == (21, NOISE[0].size)
    pictures = [np.zeros(shape, dtype=np.uint8), *NOISE[:20]]
    assert nb.embed(nb.Pool(pictures), "raw").shape == (21, NOISE[0].size)


def test_the_size_is_the_median_of_heights_and_widths(tmp_path):
    sides = [(8, 30), (9, 20), (10, 10), (20, 9), (30, 8)]
    pool = nb.Pool.from_folder(save_all(tmp_path, [np.zeros(side, np.uint8) for side in sides]))
    assert nb.embed(pool, "raw").shape == (5, 10 * 10)


def test_a_grey_picture_first_does_not_make_the_others_grey(tmp_path):
    red, green = (np.full((9, 7, 3), shade, dtype=np.uint8) for shade in ((255, 0, 0), (0, 130, 0)))
    assert np.abs(grey_of(red) - grey_of(green)).max() < 2
    pool = nb.Pool.from_folder(save_all(tmp_path, [NOISE[0], red, green]))
    raw = nb.embed(pool, method="raw")
    assert np.abs(raw[1] - raw[2]).max() > 0.5


def grey_of(picture):
    return np.asarray(Image.fromarray(picture).convert("L"), dtype=int)


@pytest.mark.parametrize("method", ["pca", "gradients", "raw"])
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


@pytest.mark.parametrize("method", ["pca", "gradients"])
def test_what_took_long_is_kept_by_content(method, tmp_path, monkeypatch):
    monkeypatch.setattr("nblabel.system.cache.QUICK", -1)
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        save_all(folder, NOISE[:12])
    pool, moved = (nb.Pool.from_folder(folder) for folder in folders)
    first, narrow = nb.embed(pool, method), nb.embed(pool, method, dim=3)
    monkeypatch.setattr("nblabel.encoders.rows.principal_components", None)  # not called again
    assert (nb.embed(moved, method) == first).all()
    assert (nb.embed(moved, method, dim=3) == narrow).all()
    for other in ({"dim": 4}, {"random_state": 1}):
        with pytest.raises(TypeError):
            nb.embed(moved, method, **other)
    save_all(folders[1], NOISE[1:13])
    with pytest.raises(TypeError):
        nb.embed(moved, method)


def test_of_broken_files_one_is_told_every_time(tmp_path, monkeypatch):
    monkeypatch.setattr("nblabel.system.cache.QUICK", -1)
    save_all(tmp_path, NOISE[:12])
    (tmp_path / "003.png").write_bytes(b"")
    for _ in range(2):
        with pytest.warns(UserWarning, match="cannot be read"):
            nb.embed(nb.Pool.from_folder(tmp_path))


def test_a_pool_of_nothing_but_broken_files(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"damaged")
    with (
        pytest.warns(UserWarning, match="cannot be read"),
        pytest.raises(MediaError, match="none of the images tried can be read; check the files"),
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
