import gzip
import hashlib
import http.server
import importlib.util
import io
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from nblabel.datasets import loaders as datasets

ARRAYS = {
    "x_train": np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5),
    "y_train": np.array([0, 9, 1, 2, 3, 4], dtype=np.uint8),
    "x_test": np.full((2, 4, 5), 7, dtype=np.uint8),
    "y_test": np.array([5, 6], dtype=np.uint8),
}


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NBLABEL_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty user cache; NBLABEL_DATA names nothing."""
    monkeypatch.delenv("NBLABEL_DATA", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "nblabel"


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[datasets._Source]:
    """Publish four small original files on a server of this machine."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    sha256 = {}
    for name, file_name in datasets.ORIGINAL_FILES.items():
        content = gzip.compress(as_idx(ARRAYS[name]))
        (folder / file_name).write_bytes(content)
        sha256[name] = hashlib.sha256(content).hexdigest()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        yield replace(datasets.MNIST, mirrors=(url + "missing/", url), sha256=sha256)
        server.shutdown()
        thread.join()


def as_idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.tobytes()


def test_sample_has_500_images_of_each_class_in_mixed_order() -> None:
    data = datasets.load_fashion_mnist_sample()
    assert data.images.shape == (5000, 28, 28)
    assert data.images.dtype == np.uint8
    assert np.bincount(data.labels).tolist() == [500] * 10
    assert len(set(data.labels[:50])) == 10
    assert datasets.SAMPLE_PATH.stat().st_size <= 2_500_000


def test_sample_carries_its_licence() -> None:
    text = (datasets.SAMPLE_PATH.parent / "FASHION_MNIST_LICENSE.txt").read_text("utf-8")
    assert "© 2017 Zalando SE" in text


def test_digits_are_scaled_to_bytes() -> None:
    data = datasets.load_digits()
    assert len(data) == 1797
    assert data.images.shape == (1797, 8, 8)
    assert (data.images.dtype, data.images.min(), data.images.max()) == (np.uint8, 0, 255)
    assert len(data.classes) == 10


@pytest.mark.parametrize("split", ["train", "test"])
def test_full_set_is_read_from_the_folder_in_nblabel_data(data_folder: Path, split: str) -> None:
    np.savez_compressed(data_folder / "fashion_mnist.npz", **ARRAYS)
    data = datasets.load_fashion_mnist(split)
    np.testing.assert_array_equal(data.images, ARRAYS[f"x_{split}"])
    np.testing.assert_array_equal(data.labels, ARRAYS[f"y_{split}"])
    assert data.classes[9] == "Ankle boot"
    assert data.name == f"fashion_mnist_{split}"


def test_unknown_split() -> None:
    with pytest.raises(ValueError, match='"train" or "test"'):
        datasets.load_mnist("validation")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x_train": None}, "no array 'x_train'"),
        ({"x_train": np.zeros((6, 4, 5))}, r"x_train is float64 of shape \(6, 4, 5\)"),
        ({"x_train": np.zeros((6, 20), np.uint8)}, r"x_train is uint8 of shape \(6, 20\)"),
        ({"y_train": np.zeros(5, np.uint8)}, r"y_train is uint8 of shape \(5,\)"),
        ({"y_train": np.zeros(6)}, r"y_train is float64"),
        ({"y_train": np.full(6, 10)}, "labels from 10 to 10; expected 0 to 9"),
        ({"y_train": np.array([None] * 6)}, "cannot be read"),
    ],
)
def test_wrong_arrays_are_named(data_folder: Path, changed: dict, message: str) -> None:
    arrays = {name: array for name, array in (ARRAYS | changed).items() if array is not None}
    np.savez(data_folder / "mnist.npz", **arrays)
    with pytest.raises(ValueError, match=message) as error:
        datasets.load_mnist()
    assert str(data_folder / "mnist.npz") in str(error.value)


def npz_with_a_flipped_byte() -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, x_train=np.random.default_rng(0).bytes(500), y_train=0)
    content = bytearray(file.getvalue())
    content[300] ^= 255
    return bytes(content)


def lone_npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", b"PK\x03\x04 cut off", lone_npy(), npz_with_a_flipped_byte()],
    ids=["empty", "text", "cut off", "npy", "flipped byte"],
)
def test_damaged_file_is_named(data_folder: Path, content: bytes) -> None:
    (data_folder / "mnist.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"mnist\.npz cannot be read.*Replace it"):
        datasets.load_mnist()


def test_nblabel_data_that_names_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NBLABEL_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"NBLABEL_DATA names .*nowhere"):
        datasets.load_mnist()


def test_download_is_checked_and_kept(
    cache: Path, mirror: datasets._Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "MNIST", mirror)
    first = datasets.load_mnist("test")
    np.testing.assert_array_equal(first.images, ARRAYS["x_test"])
    np.testing.assert_array_equal(first.labels, ARRAYS["y_test"])
    assert [path.name for path in cache.iterdir()] == ["mnist.npz"]

    monkeypatch.setattr(datasets, "MNIST", replace(mirror, mirrors=()))
    np.testing.assert_array_equal(datasets.load_mnist().images, ARRAYS["x_train"])


def test_wrong_checksum_leaves_nothing_behind(
    cache: Path, mirror: datasets._Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = replace(mirror, sha256=mirror.sha256 | {"y_train": "0" * 64})
    monkeypatch.setattr(datasets, "MNIST", wrong)
    with pytest.raises(OSError, match=r"train-labels-idx1-ubyte.gz(.|\n)*does not match"):
        datasets.load_mnist()
    assert not list(cache.iterdir())


def test_without_a_network_the_error_says_what_to_do(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = replace(datasets.MNIST, mirrors=("http://127.0.0.1:9/",))
    monkeypatch.setattr(datasets, "MNIST", closed)
    with pytest.raises(OSError, match="set the environment variable NBLABEL_DATA"):
        datasets.load_mnist()


def make_fashion_sample() -> ModuleType:
    path = Path(__file__).parents[1] / "scripts" / "make_fashion_sample.py"
    spec = importlib.util.spec_from_file_location("make_fashion_sample", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_script_makes_the_bundled_sample() -> None:
    folder = os.environ.get("NBLABEL_DATA", "")
    if not Path(folder, "fashion_mnist.npz").is_file():
        pytest.skip("NBLABEL_DATA names no folder with fashion_mnist.npz to draw the sample from")
    chosen = make_fashion_sample().choose(datasets.load_fashion_mnist())
    bundled = datasets.load_fashion_mnist_sample()
    np.testing.assert_array_equal(chosen.images, bundled.images)
    np.testing.assert_array_equal(chosen.labels, bundled.labels)
