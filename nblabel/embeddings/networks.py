"""Items through a ready network, batch by batch; what took a while is kept on disk."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, UInt8Array, as_embeddings, is_whole
from nblabel.pool import Pool
from nblabel.pool.pictures import MediaError, contents_of
from nblabel.system.cache import ArrayCache
from nblabel.system.parallel import allowed
from nblabel.system.progress import over

FORMAT = 2  # grows when the same items and network give other numbers


@dataclass(frozen=True)
class Network:
    """A network that is ready to embed.

    Parameters
    ----------
    embed : callable
        Takes texts, or pictures of shape (height, width, 1 or 3), and returns a row for each.
    side : int, optional
        Pixels a side beyond which pictures are reduced while they are read.
    """

    embed: Callable[[Sequence[Any]], npt.NDArray[Any]]
    side: int | None = None


def run_network(
    pool: Pool, load: Callable[[], Network], key: str, batch_size: int = 32
) -> FloatArray:
    """Return what a network makes of each item, scaled to length 1; (n, dim) float32.

    Parameters
    ----------
    pool : Pool
        Of images or texts. An image that cannot be read gets the mean of the others, with a
        warning.
    load : callable
        Returns the network; not called where the result is on disk.
    key : str
        Changes with the network and its settings.
    batch_size : int
        Items at a time. The next ones are read in threads meanwhile.

    Raises
    ------
    ValueError
        If `batch_size` is not positive, or the network returns something else than numbers.
    MediaError
        If none of the images can be read.
    """
    if not is_whole(batch_size) or batch_size < 1:
        raise ValueError(f"batch_size is {batch_size!r}; it must be at least 1, a whole number.")
    kept = ArrayCache("networks", np.frombuffer(_contents(pool), np.uint8), FORMAT, key)
    X = kept.or_made(lambda: _through(pool, load(), batch_size))
    unread = np.isnan(X[:, 0])
    for index in np.flatnonzero(unread).tolist():  # said every time, also where X was on disk
        error = _read(pool, index, None)
        if isinstance(error, MediaError):
            warnings.warn(str(error), stacklevel=5)
    X[unread] = _unit(X[~unread].mean(axis=0, keepdims=True))
    return X


def _through(pool: Pool, network: Network, batch_size: int) -> FloatArray:
    """Return the rows of all items, NaN where one cannot be read."""
    order: Any = range(len(pool))
    if pool.kind == "texts":  # texts of one length need no padding
        order = sorted(order, key=lambda index: len(pool.text(index) or ""))
    X: FloatArray | None = None
    with ThreadPoolExecutor(allowed(), thread_name_prefix="nblabel-reading") as threads:

        def begin(start: int) -> list[Future[Any]]:
            batch = order[start : start + batch_size]
            return [threads.submit(_read, pool, index, network.side) for index in batch]

        ahead = begin(0)
        for start in over(range(0, len(pool), batch_size), "Embedding"):
            read = dict(zip(order[start:], [one.result() for one in ahead], strict=False))
            ahead = begin(start + batch_size)
            items = {i: item for i, item in read.items() if not isinstance(item, MediaError)}
            if items:
                codes = _unit(as_embeddings(network.embed(list(items.values())), len(items)))
                if X is None:
                    X = np.full((len(pool), codes.shape[1]), np.nan, dtype=np.float32)
                X[list(items)] = codes
    if X is None:
        raise MediaError("none of the images can be read; check the files.")
    return X


def _read(pool: Pool, index: int, side: int | None) -> Any:
    """Return a text or a picture; what is wrong with one that cannot be read."""
    if pool.kind == "texts":
        return pool.text(index)
    try:
        return pool.image(index, side)
    except MediaError as error:
        return error


def _unit(rows: FloatArray) -> FloatArray:
    """Scale rows to length 1, but for those of zeros."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    length[length == 0] = 1
    scaled: FloatArray = rows / length
    return scaled


def _contents(pool: Pool) -> bytes:
    """Return a hash of all that the network would see."""
    media = pool.media
    assert media is not None
    return contents_of(media)


def hash_files(paths: Iterable[Path]) -> str:
    """Return a hash of the contents of files."""
    hasher = hashlib.blake2b(digest_size=16)
    for path in paths:
        hasher.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(2**22):
                hasher.update(block)
    return hasher.hexdigest()


def check_channels(channels: int, model: Any) -> int:
    """Return how many channels a network takes, or say that no picture here has as many."""
    if channels not in (1, 3):
        raise ValueError(
            f"{model} takes images of {channels} channels; nblabel has grey (1) or colour (3)."
        )
    return channels


def as_colour(picture: UInt8Array, channels: int = 3) -> UInt8Array:
    """Bring a picture to grey (1) or colour (3)."""
    if picture.shape[2] == channels:
        return picture
    if channels == 3:
        return np.repeat(picture, 3, axis=2)
    # the luma of ITU-R 601, as everywhere
    grey = np.rint(picture @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    return np.asarray(grey[..., None])
