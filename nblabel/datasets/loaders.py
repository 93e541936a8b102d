"""Data sets to try nblabel on, each as a `Dataset`: images, labels and class names.

`load_fashion_mnist_sample` and `load_digits` are on the disk of every installation. The full sets
are looked up in the folder that the environment variable ``NBLABEL_DATA`` names, then in the user's
cache, and are downloaded into that cache only when neither has them.
"""

from __future__ import annotations

import gzip
import os
import struct
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Split = Literal["train", "test"]

SAMPLE_PATH = Path(__file__).parent / "data" / "fashion_mnist_sample.npz"
DIGIT_CLASSES = tuple("0123456789")
FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

# The original files of both sets have the same names, and these are the arrays made of them.
ORIGINAL_FILES = {
    "x_train": "train-images-idx3-ubyte.gz",
    "y_train": "train-labels-idx1-ubyte.gz",
    "x_test": "t10k-images-idx3-ubyte.gz",
    "y_test": "t10k-labels-idx1-ubyte.gz",
}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labeled images.

    Attributes
    ----------
    images : ndarray of shape (n, height, width), uint8
        Grey values, 0 black to 255 white.
    labels : ndarray of shape (n,), int
        The true class of each image, as a position in `classes`.
    classes : tuple of str
        Class names.
    name : str
        What to call the data set.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.intp]
    classes: tuple[str, ...]
    name: str

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)


@dataclass(frozen=True)
class _Source:
    """Where the original files of a full data set are published, with the SHA-256 of each."""

    name: str
    classes: tuple[str, ...]
    mirrors: tuple[str, ...]
    sha256: dict[str, str]


MNIST = _Source(
    name="mnist",
    classes=DIGIT_CLASSES,
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    sha256={
        "x_train": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "y_train": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "x_test": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "y_test": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
)
FASHION_MNIST = _Source(
    name="fashion_mnist",
    classes=FASHION_CLASSES,
    mirrors=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    sha256={
        "x_train": "08dc20ab1689590a0bcd66e874647b6ee8464e2d501b5a3f1f78831db19a3fdc",
        "y_train": "b0197879cbda89f3dc7b894f9fd52b858e68ea4182b6947c9d8c2b67e5f18dcc",
        "x_test": "78dcbbfb5a27efaf1b6c1d616caca68560be8766c5bffcb2791df9273a534229",
        "y_test": "42bd18137a62d5998cdeae52bf3a0676ac6b706f5cf8439b47bb5b151ae3dccf",
    },
)


def load_fashion_mnist_sample() -> Dataset:
    """Load the bundled excerpt of Fashion-MNIST: 5,000 training images, 500 of each class.

    Returns
    -------
    Dataset
        Images of shape (5000, 28, 28), the ten classes in mixed order.

    Notes
    -----
    Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
    Learning Algorithms", 2017. (c) 2017 Zalando SE, MIT licence.

    Examples
    --------
    >>> from nblabel.datasets import load_fashion_mnist_sample
    >>> data = load_fashion_mnist_sample()
    >>> data.images.shape, data.classes[:3]
    ((5000, 28, 28), ('T-shirt/top', 'Trouser', 'Pullover'))
    """
    images, labels = _read(SAMPLE_PATH, "train", FASHION_CLASSES)
    return Dataset(images, labels, FASHION_CLASSES, "fashion_mnist_sample")


def load_digits() -> Dataset:
    """Load scikit-learn's handwritten digits: 1,797 small images, installed with scikit-learn.

    Returns
    -------
    Dataset
        Images of shape (1797, 8, 8); the original grey values 0..16 are scaled to 0..255.

    Notes
    -----
    The test part of Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998.
    """
    from sklearn.datasets import load_digits as load

    digits = load()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    return Dataset(images, digits.target.astype(np.intp), DIGIT_CLASSES, "digits")


def load_mnist(split: Split = "train") -> Dataset:
    """Load MNIST: handwritten digits.

    Parameters
    ----------
    split : {"train", "test"}, default="train"
        60,000 training or 10,000 test images.

    Returns
    -------
    Dataset
        Images of shape (n, 28, 28), in the original order.

    Raises
    ------
    FileNotFoundError
        If ``NBLABEL_DATA`` names no folder.
    ValueError
        If `split` is another word, or the file found there is damaged or holds other arrays.
    OSError
        If the data set is not on this machine and cannot be downloaded.

    Notes
    -----
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998. A first download
    is 11.6 MB.
    """
    return _load(MNIST, split)


def load_fashion_mnist(split: Split = "train") -> Dataset:
    """Load Fashion-MNIST: pictures of clothing.

    Parameters
    ----------
    split : {"train", "test"}, default="train"
        60,000 training or 10,000 test images.

    Returns
    -------
    Dataset
        Images of shape (n, 28, 28), in the original order.

    Raises
    ------
    FileNotFoundError
        If ``NBLABEL_DATA`` names no folder.
    ValueError
        If `split` is another word, or the file found there is damaged or holds other arrays.
    OSError
        If the data set is not on this machine and cannot be downloaded.

    Notes
    -----
    Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
    Learning Algorithms", 2017. (c) 2017 Zalando SE, MIT licence. A first download is 30.9 MB.
    """
    return _load(FASHION_MNIST, split)


def _load(source: _Source, split: Split) -> Dataset:
    if split not in ("train", "test"):
        raise ValueError(f'split is {split!r}; expected "train" or "test"')
    images, labels = _read(_find(source), split, source.classes)
    return Dataset(images, labels, source.classes, f"{source.name}_{split}")


def _find(source: _Source) -> Path:
    """Return the path of the set's .npz, after downloading it where it is nowhere yet."""
    file_name = f"{source.name}.npz"
    if folder := os.environ.get("NBLABEL_DATA"):
        if not Path(folder).is_dir():
            raise FileNotFoundError(
                f"NBLABEL_DATA names {folder!r}, which is no folder. Correct it, or unset it to "
                "have the data downloaded."
            )
        if (path := Path(folder, file_name)).exists():
            return path
    from platformdirs import user_cache_path

    path = user_cache_path("nblabel") / file_name
    if not path.exists():
        _download(source, path)
    return path


def _read(
    path: Path, split: Split, classes: tuple[str, ...]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp]]:
    x, y = f"x_{split}", f"y_{split}"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            missing = [name for name in (x, y) if name not in arrays]
            if missing:
                raise ValueError(f"it has no array {missing[0]!r}, only {sorted(arrays)}")
            images, labels = arrays[x], arrays[y]
    # What numpy raises for other files and other contents: a lone .npy is a TypeError here, and
    # what it takes for a pickle a ValueError.
    except (ValueError, TypeError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} cannot be read: {error}. Replace it with an .npz of the arrays x_train, "
            "y_train, x_test and y_test, or remove it to have the data downloaded."
        ) from error
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(
            f"{path}: {x} is {images.dtype} of shape {images.shape}; "
            "expected uint8 of shape (n, height, width)"
        )
    if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
        raise ValueError(
            f"{path}: {y} is {labels.dtype} of shape {labels.shape}; "
            f"expected integers of shape {images.shape[:1]}, one for each image of {x}"
        )
    if labels.size and not (labels.min() >= 0 and labels.max() < len(classes)):
        raise ValueError(
            f"{path}: {y} has labels from {labels.min()} to {labels.max()}; "
            f"expected 0 to {len(classes) - 1}"
        )
    return images, labels.astype(np.intp)


def _download(source: _Source, path: Path) -> None:
    """Fetch the original files and keep them as one .npz: complete, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        arrays: dict[str, Any] = {
            name: _read_idx(_fetch(source, name, folder)) for name in ORIGINAL_FILES
        }
        complete = Path(folder, path.name)
        np.savez_compressed(complete, **arrays)
        complete.replace(path)


def _fetch(source: _Source, array: str, folder: str) -> str:
    import pooch

    file_name = ORIGINAL_FILES[array]
    failures = []
    for mirror in source.mirrors:
        try:
            return str(
                pooch.retrieve(
                    mirror + file_name,
                    known_hash=f"sha256:{source.sha256[array]}",
                    fname=file_name,
                    path=folder,
                    progressbar=True,
                )
            )
        # ValueError: the checksum differs. OSError: everything about the network.
        except (OSError, ValueError) as error:
            failures.append(f"{mirror}: {error}")
    raise OSError(
        f"{source.name}.npz is not on this machine, and {file_name} could not be downloaded. "
        f"Without a network, put {source.name}.npz (arrays {', '.join(ORIGINAL_FILES)}) into a "
        "folder and set the environment variable NBLABEL_DATA to it.\n" + "\n".join(failures)
    )


def _read_idx(path: str) -> npt.NDArray[np.uint8]:
    """Read an array of bytes in the IDX format: its number of axes, their lengths, its values."""
    with gzip.open(path) as file:
        content = file.read()
    n_axes = content[3]
    shape = struct.unpack_from(f">{n_axes}I", content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes).reshape(shape)
