"""The pictures of a pool as rows of numbers: pixels, gradients, and their principal components."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np

from nblabel.arrays import BoolArray, FloatArray, UInt8Array, as_embeddings
from nblabel.encoders.gradients import describe
from nblabel.pool import Pool
from nblabel.pool.pictures import contents_of
from nblabel.pool.pixels import Pixels
from nblabel.system.cache import ArrayCache

FORMAT = 2  # grows when the same pictures and settings give other numbers
SAMPLE = 10_000  # rows that the principal components are computed from
BLOCK = 8_192  # rows held as floats at a time
WEIGHTS = (1.0, 0.5, 0.5)  # of edges, brightness and colours
FAINT = 0.01  # a part that varies less than this, of 0..1, is noise and not magnified further
GRADIENTS = 64  # dimensions that gradients are reduced to
# kind: the method to use instead
NO_PIXELS = {"texts": "tfidf", "rows": "table", "sounds": "logmel", "series": "series"}


def reduced_pictures(
    rows: Rows,
    method: str,
    dim: int | None,
    usual: int,
    random_state: int,
    like: Rows | None = None,
) -> FloatArray:
    """Return the principal components of pixels or gradients, kept on disk for pictures.

    Parameters
    ----------
    rows : Rows
    method : {"pca", "gradients"}
    dim : int, optional
        How many components; `usual`, or as many as there are, if not given.
    usual : int
    random_state : int
        Seed of the sample that the components are computed from.
    like : Rows, optional
        Those that the components are learned from, in place of `rows`.
    """
    readable: Readable = rows
    known: Readable | None = like
    if method == "gradients":
        known = described = None if like is None else GradientRows(like)
        readable = GradientRows(rows, described)

    def reduced() -> FloatArray:
        return principal_components(readable, dim, usual, random_state, known)

    if known is not None or not rows.are_pictures:
        return reduced()
    kept = ArrayCache("pictures", rows.contents(), FORMAT, method, dim, random_state)
    # the warning about a picture that cannot be read comes every time
    return kept.or_made(reduced, lambda: rows.all_read)


def gradients_of(pictures: UInt8Array) -> FloatArray:
    """Return the gradients of pictures, as ``embed(pictures, method="gradients")`` does."""
    return reduced_pictures(Rows(pictures), "gradients", None, GRADIENTS, 0)


class Readable(Protocol):
    """Items as flat float rows. What is learned from the rows is learned in the first reading."""

    def __len__(self) -> int: ...

    def read(self, indices: np.ndarray[Any, Any]) -> FloatArray: ...


def principal_components(
    rows: Readable,
    dim: int | None,
    usual: int,
    random_state: int,
    like: Readable | None = None,
) -> FloatArray:
    """Return the first principal components of rows, from a sample of them or of `like`."""
    from sklearn.decomposition import PCA  # imported late: takes longer than the rest of nblabel

    rng = np.random.default_rng(random_state)
    learned, n = like or rows, len(like or rows)
    chosen = np.sort(rng.choice(n, SAMPLE, replace=False)) if n > SAMPLE else np.arange(n)
    sample = learned.read(chosen)
    most = min(sample.shape)
    if dim is not None and not 1 <= dim <= most:
        raise ValueError(f"dim is {dim}; it must be between 1 and {most} for this pool.")
    width = min(usual, most) if dim is None else dim
    if n == 1:
        return np.zeros((len(rows), width), dtype=np.float32)
    solver = "covariance_eigh" if sample.shape[1] <= 2_000 else "randomized"
    pca = PCA(width, svd_solver=solver, random_state=random_state)
    with np.errstate(all="ignore"):  # a pool of identical items has no variance to divide by
        pca.fit(sample)
    mean, axes = pca.mean_.astype(np.float32), pca.components_.T.astype(np.float32)
    if like is None and len(sample) == n:
        return np.ascontiguousarray((sample - mean) @ axes)
    out = np.empty((len(rows), width), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        block = np.arange(start, min(start + BLOCK, len(rows)))
        out[block] = (rows.read(block) - mean) @ axes
    return out


class Rows:
    """The numbers of the items, read block by block so that a large pool fits.

    Parameters
    ----------
    source : Pool, images or matrix
    like : Rows, optional
        Those to whose shape pictures are brought; they must be read before.
    """

    def __init__(self, source: Any, like: Rows | None = None) -> None:
        self._like = like
        self.shape: tuple[int, ...] = ()
        if not isinstance(source, Pool) and getattr(source, "ndim", 0) == 2:
            self._matrix: FloatArray | None = as_embeddings(source)
            self._n = len(self._matrix)
            if not self._n:
                raise ValueError("there are no items to embed; pass at least one.")
            return
        pool = source if isinstance(source, Pool) else Pool(source)
        self._n = len(pool)
        self._matrix = None if pool.kind == "images" else pool.embeddings
        if self._matrix is None and pool.kind != "images":
            raise ValueError(
                f"these are {pool.kind}, which have no pixels; use "
                f"method={NO_PIXELS.get(pool.kind, 'auto')!r}."
            )
        self._pool = pool
        self._pixels = Pixels(pool)
        self.all_read = True
        self.mean: FloatArray | None = None

    def __len__(self) -> int:
        return self._n

    @property
    def are_pictures(self) -> bool:
        return self._matrix is None

    def read(self, indices: np.ndarray[Any, Any]) -> FloatArray:
        rows: FloatArray
        if self._matrix is not None:
            rows = self._matrix[indices]
            return rows
        pictures, good = self.pictures(indices)
        rows = pictures.reshape(len(indices), -1).astype(np.float32)
        if self.mean is None:
            self.mean = _mean_of(rows, good) if self._like is None else self._like.mean
        rows[~good] = self.mean
        rows *= np.float32(1 / 255)
        return rows

    def pictures(self, indices: np.ndarray[Any, Any]) -> tuple[UInt8Array, BoolArray]:
        """Return pictures of one shape, (n, height, width, 1 or 3), and which could be read."""
        if self._like is not None and not self.shape:
            self._pixels = Pixels(self._pool, self._like.shape)
        pictures, good = self._pixels.read(indices)
        self.shape = pictures.shape[1:]
        if self._like is not None and self.shape != self._like.shape:
            sides = [" × ".join(map(str, shape)) for shape in (self.shape, self._like.shape)]
            raise ValueError(
                f"these images have {sides[0]} values and those of the pool {sides[1]}; bring them "
                "to one size."
            )
        self.all_read = self.all_read and bool(good.all())
        return pictures, good

    def contents(self) -> UInt8Array:
        """Return a hash of all pictures."""
        assert self._pool.media is not None
        return np.frombuffer(contents_of(self._pool.media), np.uint8)


class GradientRows:
    """The pictures' edges, brightness and colours, each scaled to count as it should.

    Parameters
    ----------
    rows : Rows
    like : GradientRows, optional
        Those whose scales are used; they must be read before.
    """

    def __init__(self, rows: Rows, like: GradientRows | None = None) -> None:
        if not rows.are_pictures:
            raise ValueError(
                "method='gradients' describes images, and there are none here, only features; "
                "use method='pca', or pass images of shape (n, height, width)."
            )
        self._rows = rows
        self._like = like
        self.scales: list[float] | None = None
        self.mean: FloatArray | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def read(self, indices: np.ndarray[Any, Any]) -> FloatArray:
        pictures, good = self._rows.pictures(indices)
        parts = [part.reshape(len(indices), -1) for part in describe(pictures)]
        if self.scales is None and self._like is not None:
            self.scales, self.mean = self._like.scales, self._like.mean
        if self.scales is None:
            self.scales = [
                weight * _magnification(part[good])
                for part, weight in zip(parts, WEIGHTS, strict=True)
            ]
        rows: FloatArray = np.concatenate(
            [part * np.float32(scale) for part, scale in zip(parts, self.scales, strict=True)],
            axis=1,
        )
        if self.mean is None:
            self.mean = _mean_of(rows, good)
        rows[~good] = self.mean
        return rows


def _magnification(part: FloatArray) -> float:
    """Return what brings the variances of the columns to a sum of 1; less where they are faint."""
    if part.shape[1] == 0:
        return 1.0
    mean_variance = part.var(axis=0, dtype=np.float64).mean()
    return 1 / math.sqrt(part.shape[1] * max(mean_variance, FAINT**2))


def _mean_of(rows: FloatArray, good: BoolArray) -> FloatArray:
    mean: FloatArray = rows[good].mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean
