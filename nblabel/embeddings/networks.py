"""Items through a ready network, batch by batch; what took a while is kept on disk."""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import BoolArray, FloatArray, UInt8Array, as_embeddings, is_whole
from nblabel.pool import Pool
from nblabel.pool.joining import JoinedPictures
from nblabel.pool.pictures import ImagePages, MediaError
from nblabel.system import cache
from nblabel.system.parallel import readers
from nblabel.system.progress import over
from nblabel.system.row_cache import RowCache

FORMAT = 3  # grows when the same items and network give other numbers
FEW = 1_000  # items that are looked at in no time
KEPT_EVERY = 5.0  # seconds
FIRST_STEP, STEP = 500, 4  # items that somebody is told of first, and how many times as many then

# is told what is embedded so far: embeddings, and which items have one of their own
Steps = Callable[[FloatArray, BoolArray], None]
_listener: ContextVar[Steps | None] = ContextVar("nblabel_steps", default=None)


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
    kept = RowCache("networks", FORMAT, key, _shown_as(pool.media))
    items: Any = range(len(pool))
    names = [
        _name(pool, index)
        for index in (over(items, "Looking for known items") if len(pool) > FEW else items)
    ]
    rows = kept.read(names)
    missing = [index for index in range(len(pool)) if index not in rows]
    errors: dict[int, MediaError] = {}
    if missing:
        errors = _embed(pool, missing, load(), batch_size, rows, _Keeping(kept, names, rows))
    if not rows:
        raise MediaError("none of the images can be read; check the files.")
    for error in errors.values():  # said every time, also where all else was on disk
        warnings.warn(str(error), stacklevel=5)
    return _filled(rows, len(pool))[0]


class _Keeping:
    """Writes what was embedded to disk, every few seconds; what took no time is not kept."""

    def __init__(self, kept: RowCache, names: list[str], rows: dict[int, FloatArray]) -> None:
        self._kept, self._names, self._rows = kept, names, rows
        self._waiting: list[int] = []
        self._begun = self._written = time.monotonic()

    def add(self, indices: Iterable[int]) -> None:
        self._waiting += indices
        if time.monotonic() - self._written > KEPT_EVERY:
            self.write()

    def write(self) -> None:
        now = time.monotonic()
        if self._waiting and now - self._begun > cache.QUICK:
            rows = np.array([self._rows[index] for index in self._waiting])
            self._kept.write([self._names[index] for index in self._waiting], rows)
        self._waiting, self._written = [], now


def _embed(
    pool: Pool,
    missing: list[int],
    network: Network,
    batch_size: int,
    rows: dict[int, FloatArray],
    keeping: _Keeping,
) -> dict[int, MediaError]:
    """Add the rows of the items that are missing; return what is wrong with those without one."""
    # so that at any time those that are there are a sample of all
    order: list[int] = np.random.default_rng(0).permutation(missing).tolist()
    if pool.kind == "texts":  # texts of one length need no padding
        size = batch_size * 16
        parts = [order[start : start + size] for start in range(0, len(order), size)]
        order = [i for part in parts for i in sorted(part, key=lambda i: len(pool.text(i) or ""))]
    errors: dict[int, MediaError] = {}
    steps = _listener.get()
    with readers("nblabel-reading") as threads:

        def begin(start: int) -> list[Future[Any]]:
            batch = order[start : start + batch_size]
            return [threads.submit(_read, pool, index, network.side) for index in batch]

        ahead = begin(0)
        step = FIRST_STEP
        try:
            for start in over(range(0, len(order), batch_size), "Embedding"):
                read = dict(zip(order[start:], [one.result() for one in ahead], strict=False))
                ahead = begin(start + batch_size)
                items = {i: item for i, item in read.items() if not isinstance(item, MediaError)}
                errors |= {i: item for i, item in read.items() if isinstance(item, MediaError)}
                if items:
                    made = as_embeddings(network.embed(list(items.values())))
                    rows |= zip(items, _unit(made), strict=True)
                    keeping.add(items)
                if steps is not None and step <= len(rows) < len(pool) / 2:
                    steps(*_filled(rows, len(pool)))
                    step = len(rows) * STEP
        finally:  # also where it was cancelled
            keeping.write()
    return errors


def _filled(rows: dict[int, FloatArray], n: int) -> tuple[FloatArray, BoolArray]:
    """Return the rows of n items, the mean of the others where there is none, and where some is."""
    found = np.array(list(rows.values()), dtype=np.float32)
    X = np.tile(_unit(found.mean(axis=0, keepdims=True)), (n, 1))
    X[list(rows)] = found
    there = np.zeros(n, dtype=np.bool_)
    there[list(rows)] = True
    return X, there


@contextmanager
def told_in_steps(listener: Steps) -> Iterator[None]:
    """Tell a listener what is embedded so far, as long work of this thread goes on.

    Parameters
    ----------
    listener : callable
        Called with the embeddings, (n, dim), and which items have one of their own, (n,) bool: a
        sample of all. The others have the mean. Each time there are four times as many.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


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


def _name(pool: Pool, index: int) -> str:
    """Return what an item is found by again, "" where it cannot be read."""
    signs = pool.contents.of([index])[0]
    part = pool.media
    while isinstance(part, JoinedPictures):
        part, index = part.find(index)
    if signs and isinstance(part, ImagePages):  # the signs are those of the whole file
        return f"{signs} {part.name(index)}"
    return signs


def _shown_as(media: Any) -> list[bytes]:
    """Return how the values of pictures become colours."""
    parts = media.parts if isinstance(media, JoinedPictures) else [media]
    return [part.stretch.key for part in parts if hasattr(part, "stretch")]


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
