"""The network that comes along, and how a pool is embedded where no method is named."""

import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.embeddings import choice, networks, onnx, shipped
from nblabel.system.progress import heard_by
from nblabel.widget.panel.figures import describe_status

NAME = "efficientnet-lite0"
GOLDEN = np.load(Path(__file__).parent / "assets" / "efficientnet-lite0.npy")  # made in torch
RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (6, 20, 16, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def without_onnxruntime(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)


def cosines(X, Y):
    return (X * Y).sum(axis=1) / np.linalg.norm(X, axis=1) / np.linalg.norm(Y, axis=1)


# the network


def test_it_gives_what_the_same_network_gives_in_torch():
    """The weights are rounded to 16 bits: 4 in 10,000 of the length is what that may change."""
    images = nb.datasets.load_fashion_mnist_sample().images[: len(GOLDEN)]
    X = nb.embed(images, NAME)
    assert (X.shape, X.dtype) == ((4, 1280), np.float32)
    np.testing.assert_allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)
    assert cosines(X, GOLDEN).min() > 0.9999
    np.testing.assert_allclose(X, GOLDEN, atol=4e-3)
    others = [cosines(X, np.roll(GOLDEN, k, axis=0)).max() for k in (1, 2, 3)]
    assert max(others) < 0.95


def test_the_file_is_small_and_has_its_licence_beside_it():
    assert shipped.FILE.stat().st_size < 14e6
    names = {path.name for path in shipped.FILE.parent.iterdir()}
    assert {"EFFICIENTNET_LITE0_LICENSE.txt", "EFFICIENTNET_LITE0_NOTICE.txt"} <= names


@pytest.mark.parametrize("spoil", ["changed", "cut off", "missing"])
def test_a_damaged_file_is_refused(tmp_path, monkeypatch, spoil):
    file = tmp_path / "network.onnx"
    if spoil != "missing":
        shutil.copy(shipped.FILE, file)
        data = bytearray(file.read_bytes())
        data[3_000_000] ^= 1
        file.write_bytes(data if spoil == "changed" else data[:3_000_000])
    monkeypatch.setattr(shipped, "FILE", file)
    with pytest.raises(
        ValueError, match=r"network.onnx is damaged or missing. Install nblabel again"
    ):
        nb.embed(COLOUR, NAME)


def test_it_is_for_images():
    with pytest.raises(ValueError, match="is for a pool of images, and this one holds texts"):
        nb.embed(nb.Pool(texts=["a", "b"]), NAME)


ODD = {
    "one pixel": np.full((1, 1, 3), 200, np.uint8),
    "a strip": RNG.integers(0, 256, (40, 5000, 3), dtype=np.uint8),
    "upright strip": RNG.integers(0, 256, (5000, 40, 3), dtype=np.uint8),
    "grey": RNG.integers(0, 256, (30, 30), dtype=np.uint8),
    "alpha": RNG.integers(0, 256, (30, 30, 4), dtype=np.uint8),
    "16 bit": RNG.integers(0, 65_536, (30, 30), dtype=np.uint16),
}


def test_pictures_of_all_kinds(tmp_path):
    for name, pixels in ODD.items():
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    Image.fromarray(COLOUR[0]).quantize(8).save(tmp_path / "palette.png")
    Image.fromarray(COLOUR[1]).convert("CMYK").save(tmp_path / "inks.jpg")
    pool = nb.Pool.from_folder(tmp_path)
    X = nb.embed(pool, NAME)
    assert X.shape == (8, 1280)
    np.testing.assert_allclose(np.linalg.norm(X, axis=1), 1, atol=1e-4)


def test_a_large_jpeg_is_decoded_small(tmp_path):
    y, x = np.mgrid[:1200, :1600] / 200
    photo = (127 + 120 * np.sin(np.stack([x + y, x - y, x * y / 4], axis=-1))).astype(np.uint8)
    Image.fromarray(photo).save(tmp_path / "photo.jpg", quality=95)
    Image.fromarray(photo).save(tmp_path / "photo.png")
    X = nb.embed(nb.Pool.from_folder(tmp_path), NAME)
    assert cosines(X[:1], X[1:])[0] > 0.99


def test_a_pool_that_is_half_unreadable(tmp_path, monkeypatch):
    monkeypatch.setattr("nblabel.system.cache.QUICK", -1)
    for number, picture in enumerate(COLOUR):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    for number in (0, 3, 4):
        (tmp_path / f"{number}.png").write_bytes(b"damaged")
    pool = nb.Pool.from_folder(tmp_path)
    assert nb.embeddings.choose(pool).method == NAME
    for _ in range(2):  # computed, and from the disk
        with pytest.warns(UserWarning, match="cannot be read") as caught:
            X = nb.embed(pool)
        assert {str(one.message)[:5] for one in caught} == {"0.png", "3.png", "4.png"}
        mean = X[[1, 2, 5]].mean(axis=0)
        np.testing.assert_allclose(X[[0, 3, 4]], [mean / np.linalg.norm(mean)] * 3, atol=1e-5)


def test_a_pool_of_which_nothing_can_be_read(tmp_path):
    (tmp_path / "a.png").write_bytes(b"damaged")
    with pytest.raises(nb.MediaError, match="none of the images can be read"):
        nb.embed(nb.Pool.from_folder(tmp_path), NAME)


# what was done is kept, and can be stopped


def test_it_is_kept_by_content(tmp_path, monkeypatch):
    monkeypatch.setattr("nblabel.system.cache.QUICK", -1)
    X = nb.embed(COLOUR, NAME)
    monkeypatch.setattr(networks, "_embed", None)  # not called again
    assert (nb.embed(COLOUR.copy(), NAME) == X).all()
    assert (nb.embed(COLOUR[[4, 2]], NAME, like=nb.Pool(COLOUR)) == X[[4, 2]]).all()
    with pytest.raises(TypeError):
        nb.embed(COLOUR, NAME, size=96)
    with pytest.raises(TypeError):
        nb.embed(255 - COLOUR, NAME)


def test_it_tells_how_far_it_is_and_stops_when_asked(monkeypatch):
    monkeypatch.setattr(shipped, "BATCH", 2)

    class StopError(Exception):
        pass

    told = []

    def listen(name, share):
        told.append((name, round(share, 2)))
        if share > 0.5:
            raise StopError

    with heard_by(listen), pytest.raises(StopError):
        nb.embed(COLOUR, NAME)
    assert [told for told in told if told[0] == "Embedding"] == [
        ("Embedding", share) for share in (0.0, 0.33, 0.67)
    ]
    assert not [one for one in threading.enumerate() if one.name.startswith("nblabel-reading")]


def test_new_items_get_the_same_vectors():
    pool = nb.Pool(COLOUR)
    X = nb.embed(pool)
    np.testing.assert_allclose(nb.embed(COLOUR[2:4], like=pool), X[2:4], atol=1e-5)
    large = np.repeat(np.repeat(COLOUR[:1], 8, axis=1), 8, axis=2)  # at the size of the pool's
    np.testing.assert_array_equal(nb.embed(large, like=pool), nb.embed(large, NAME, size=160))
    session = nb.Session(pool, ["a", "b"])
    session.tell([0, 1], ["a", "b"])
    assert session.embeddings.shape == (6, 1280)
    assert session.predict_proba(COLOUR[2:5]).shape == (3, 2)


# what is chosen


@pytest.mark.parametrize(
    ("images", "method"),
    [
        (COLOUR, NAME),
        (COLOUR[:, :8, :8], "gradients"),
        (COLOUR[..., 0], "gradients"),
        (COLOUR[..., :1].repeat(3, axis=-1), "gradients"),  # grey, stored as colour
        (RNG.integers(0, 256, (3, 49, 20), dtype=np.uint8), NAME),
        ([*COLOUR[:2, ..., 0], *COLOUR[2:]], NAME),
        ([*COLOUR[:4, ..., 0], *COLOUR[4:]], "gradients"),
    ],
    ids=["colour", "tiny", "grey", "grey as colour", "large grey", "mostly colour", "mostly grey"],
)
def test_the_choice_for_images(images, method):
    pool = nb.Pool(images)
    choice = nb.embeddings.choose(pool)
    assert (choice.method, choice.missing) == (method, "")
    assert choice == nb.embeddings.choose(nb.Pool(images))
    np.testing.assert_array_equal(nb.embed(pool), nb.embed(pool, method))


@pytest.mark.parametrize(
    ("pool", "method"),
    [
        (nb.Pool(texts=["good film", "bad film"]), "tfidf"),
        (nb.Pool(table=pd.DataFrame({"a": [1.0, 2.0]})), "table"),
        (nb.Pool(embeddings=np.eye(3)), "pca"),
    ],
    ids=["texts", "rows", "features"],
)
def test_the_choice_for_others(pool, method):
    assert nb.embeddings.choose(pool).method == method
    np.testing.assert_array_equal(nb.embed(pool), nb.embed(pool, method))


def test_a_choice_reads_as_a_sentence():
    assert str(nb.embeddings.choose(nb.Pool(COLOUR))) == (
        "efficientnet-lite0: 6 images in colour of 20 pixels a side"
    )


@pytest.mark.usefixtures("without_onnxruntime")
def test_without_onnxruntime_images_are_described_by_gradients():
    pool = nb.Pool(COLOUR)
    with pytest.warns(UserWarning, match="ONNX Runtime is missing.* pip install onnxruntime"):
        X = nb.embed(pool)
    np.testing.assert_array_equal(X, nb.embed(pool, "gradients"))
    assert nb.embed(COLOUR[..., 0]).shape[0] == 6  # nothing to warn of
    onnx._open.cache_clear()
    with pytest.raises(ImportError, match="needs ONNX Runtime"):
        nb.embed(pool, NAME)


def test_a_pool_is_looked_at_once(monkeypatch):
    pool = nb.Pool(COLOUR)
    nb.embeddings.choose(pool)
    monkeypatch.setattr(choice, "_look", None)
    assert nb.embeddings.choose(pool).method == NAME


def test_texts_are_read_by_a_network_where_it_is_installed(monkeypatch):
    monkeypatch.setattr(choice, "has_sentences", lambda: True)
    assert nb.embeddings.choose(nb.Pool(texts=["a", "b"])).method == "minilm"
    assert nb.embeddings.choose(nb.Pool(embeddings=np.eye(2))).method == "pca"


# in the panel


@pytest.mark.usefixtures("without_onnxruntime")
def test_the_status_says_that_onnxruntime_is_missing():
    with pytest.warns(UserWarning, match="ONNX Runtime is missing"):
        session = nb.Session(nb.Pool(COLOUR), ["a", "b"], build_graph=False)
    texts = [notice["text"] for notice in describe_status(session, None)["notices"]]
    assert [text for text in texts if "pip install onnxruntime" in text] == [choice.MISSING]
    session.set_embeddings(np.eye(6))
    assert session.embedded_by is None
    texts = [notice["text"] for notice in describe_status(session, None)["notices"]]
    assert choice.MISSING not in texts
