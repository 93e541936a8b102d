"""From media to vectors a learner can work with."""

from __future__ import annotations

import importlib
import inspect
import math
import numbers
from typing import Any, Protocol

import numpy as np

from nblabel.arrays import BoolArray, FloatArray, UInt8Array, as_embeddings
from nblabel.embeddings.custom import embed_by, join
from nblabel.embeddings.gradients import describe
from nblabel.pool import Pool
from nblabel.pool.pictures import contents_of
from nblabel.pool.pixels import Pixels

METHODS = ("pca", "gradients", "raw")
# method: where its function is. It is called with the pool, `dim`, the seed and the method's own
# options; what it returns wider than `dim` is reduced by its principal components.
ELSEWHERE = {
    "tfidf": ("nblabel.embeddings.texts", "embed_texts"),
    "table": ("nblabel.embeddings.tables", "embed_table"),
    "pretrained": ("nblabel.embeddings.pretrained", "embed_pretrained"),
    "onnx": ("nblabel.embeddings.onnx", "embed_onnx"),
}
TRAINED = ("autoencoder", "vae", "contrastive")  # by nblabel.encoders, which needs torch
KINDS = {  # method: the kinds of pools it is for
    "tfidf": ("texts",),
    "table": ("rows",),
    "pretrained": ("images", "texts"),
    "onnx": ("images", "texts"),
}
STANDARD = ("pool", "dim", "random_state")
USUAL = {"texts": "tfidf", "rows": "table"}
WIDTH = {"pca": 50, "gradients": 64, "table": 64}
FORMAT = 1  # grows when the same pictures and settings give other embeddings
SAMPLE = 10_000  # rows that the principal components are computed from
BLOCK = 8_192  # rows held as floats at a time
WEIGHTS = (1.0, 0.5, 0.5)  # of edges, brightness and colours
FAINT = 0.01  # a part that varies less than this, of 0..1, is noise and not magnified further


def embed(
    pool_or_array: Any,
    method: Any = None,
    dim: int | None = None,
    random_state: int = 0,
    **options: Any,
) -> FloatArray:
    """Embed the items of a pool.

    Parameters
    ----------
    pool_or_array : Pool or array
        A pool, or what `Pool` takes as images, or a two-dimensional array of features.
    method : str, callable, Encoder, array, or list of these, optional
        "pca", where nothing is given, for images and features; "tfidf" for texts; "table" for rows.

        - "raw": the pixels, scaled to 0..1. "pca": their first principal components.
        - "gradients": those of the edges, the brightness and the colours in a grid of cells, in
          which neighbours are more often of one class than in pixels; images only.
        - "autoencoder", "vae", "contrastive": networks trained on the images of the pool; they need
          ``pip install "nblabel[torch]"``. See `nblabel.encoders`.
        - "tfidf": words and pairs of words by frequency and rarity, reduced by a truncated singular
          value decomposition; texts only. See `nblabel.embeddings.texts.embed_texts`.
        - "table": numbers and dates scaled, categories and missing values as 0 and 1; rows of a
          table only. See `nblabel.embeddings.tables.embed_table`.
        - "pretrained": a network of the Hugging Face hub, or from a folder; images and texts; needs
          ``pip install "nblabel[pretrained]"``. See `nblabel.embeddings.pretrained.embed_pretrained`.
        - "onnx": a network in an ONNX file; images and texts; needs ``pip install "nblabel[onnx]"``.
          See `nblabel.embeddings.onnx.embed_onnx`.

        A function is called with lists of up to 256 items, and returns a row of numbers for each; see
        `nblabel.embeddings.custom.embed_by`. An `nblabel.encoders.Encoder` that is trained encodes; of another
        one a copy is trained. An array of shape (n, dim) is taken as it is. What the methods of a
        list give is put side by side, each centred and scaled to the same variance, so that each has
        an equal say in the distance of two items.
    dim : int, optional
        Width of the embedding. Unless the data has fewer dimensions it is 50 for "pca", 64 for
        "gradients", 100 for "tfidf", at most 64 for "table", 128 for networks trained on the pool,
        and the network's own for the others. Not for "raw".
    random_state : int
        Seed of the sample the components are computed from, where the pool is large, and of the
        training of a network.
    **options
        Those of the method: ``model=`` for "pretrained" and "onnx", ``max_seconds=`` for
        "contrastive", for instance.

    Returns
    -------
    ndarray of shape (n, dim), float32

    Raises
    ------
    ValueError
        If the method is unknown or not for this kind of pool, or `dim` is not between 1 and the
        number of dimensions.
    TypeError
        If the method has no such option, or is nothing that can embed.
    ImportError
        If an extra is missing; the message has the command that installs it.

    Notes
    -----
    Pictures larger than 64 pixels a side are reduced, and pictures that differ in shape are brought
    to the size of the first, in colour if any is. A picture that cannot be read gets the mean of the
    others, with a warning. With more than 10,000 items the components come from a random sample of
    that size. Reading files for more than a second shows a progress bar; interrupting the kernel
    cancels it.

    What took more than a second is kept on disk, and found again by the contents of the items and the
    settings; but for what a function of your own makes.

    "gradients" joins three descriptions of the cells, 7 along the longer side: histograms of
    oriented gradients [1]_, mean brightness, and opponent colours. Each is scaled to the same
    variance over the pool, and the latter two count half of the first; `nblabel.embeddings.gradients` has the
    details. Unlike pixels, edges hardly change when a picture is shifted by a pixel.

    References
    ----------
    .. [1] Dalal, Triggs, "Histograms of oriented gradients for human detection", CVPR 2005.
    """
    _check(method)
    if dim is not None and not isinstance(dim, numbers.Integral):
        raise ValueError(f"dim is {dim!r}; pass a whole number.")
    if method is not None and not isinstance(method, str):
        if dim is not None or options:
            told = "dim" if dim is not None else next(iter(options))
            raise TypeError(f"{told}= is for a method that is given by its name.")
        return _own(pool_or_array, method, random_state)
    kind = pool_or_array.kind if isinstance(pool_or_array, Pool) else "images"
    method = method or USUAL.get(kind, "pca")
    if method in TRAINED:
        from nblabel.encoders import make_encoder

        encoder = make_encoder(method, dim, random_state=random_state, **options)
        return _own(pool_or_array, encoder, random_state)
    if method in ELSEWHERE:
        pool = pool_or_array if isinstance(pool_or_array, Pool) else Pool(pool_or_array)
        return _from_elsewhere(method, pool, dim, random_state, options)
    if options:
        raise TypeError(f"method={method!r} has no option {next(iter(options))!r}.")
    rows = _Rows(pool_or_array)
    if method == "raw":
        if dim is not None:
            raise ValueError("method='raw' keeps every pixel; leave dim out, or use method='pca'.")
        return rows.read(np.arange(len(rows)))
    described = _Gradients(rows) if method == "gradients" else rows

    def reduced() -> FloatArray:
        return _pca(described, dim, WIDTH[method], random_state)

    if not rows.are_pictures:
        return reduced()
    from nblabel.system.cache import ArrayCache

    kept = ArrayCache("pictures", rows.contents(), FORMAT, method, dim, random_state)
    # of a picture that cannot be read one is told every time
    return kept.or_made(reduced, lambda: rows.all_read)


def embeddings_of(pool: Pool, random_state: int = 0) -> FloatArray:
    """Return a pool's own embeddings; without any, those a session makes of such a pool.

    Parameters
    ----------
    pool : Pool
    random_state : int
        As for `embed`.
    """
    if pool.embeddings is not None:
        return pool.embeddings
    return embed(pool, "gradients" if pool.kind == "images" else None, random_state=random_state)


def _from_elsewhere(
    method: str, pool: Pool, dim: int | None, random_state: int, options: dict[str, Any]
) -> FloatArray:
    kinds = KINDS.get(method, (pool.kind,))
    if pool.kind not in kinds:
        raise ValueError(
            f"method={method!r} is for a pool of {' or '.join(kinds)}, and this one holds "
            f"{pool.kind}; use method={USUAL.get(pool.kind, 'pca')!r}."
        )
    module, name = ELSEWHERE[method]
    function = getattr(importlib.import_module(module), name)
    own = [p for p in inspect.signature(function).parameters if p not in STANDARD]
    for option in options:
        if option not in own:
            listed = f"its options are {', '.join(own)}" if own else "it takes none"
            raise TypeError(f"method={method!r} has no option {option!r}; {listed}.")
    X: FloatArray = function(pool, dim, random_state, **options)
    usual = WIDTH.get(method) or X.shape[1]
    if X.shape[1] == dim or (dim is None and X.shape[1] <= usual):
        return X
    return _pca(_Rows(X), dim, usual, random_state)


def _check(method: Any) -> None:
    """Say what is wrong with a method, before another one of the same list is trained for minutes."""
    if isinstance(method, list | tuple):
        for one in method:
            _check(one)
    elif isinstance(method, str):
        if method not in (*METHODS, *TRAINED, *ELSEWHERE):
            known = ", ".join((*METHODS, *TRAINED, *ELSEWHERE))
            raise ValueError(f"unknown method {method!r}; choose one of {known}.")
    elif isinstance(method, type):
        name = method.__name__
        raise TypeError(f"method is the class {name}; pass an instance: {name}().")
    elif not (
        method is None or isinstance(method, np.ndarray) or callable(method) or _is_encoder(method)
    ):
        raise TypeError(
            f"method is {method!r}; pass a name, a function, an encoder, an array, or a list of these."
        )


def _is_encoder(method: Any) -> bool:
    if not hasattr(method, "fit_transform"):
        return False
    from nblabel.encoders import Encoder

    return isinstance(method, Encoder)


def _own(source: Any, method: Any, random_state: int) -> FloatArray:
    """Embed by what is no name: several methods, an array, an encoder, or a function."""
    if isinstance(method, list | tuple):
        return join([embed(source, one, random_state=random_state) for one in method])
    if isinstance(source, Pool):
        pool = source
    else:
        features = getattr(source, "ndim", 0) == 2
        pool = Pool(embeddings=source) if features else Pool(source)
    if isinstance(method, np.ndarray):
        return as_embeddings(method, len(pool))
    if _is_encoder(method):
        from nblabel.encoders import encode_pool

        return encode_pool(pool, method)
    return embed_by(method, pool)


class _Readable(Protocol):
    """Items as flat float rows. What is learned from the rows is learned in the first reading."""

    def __len__(self) -> int: ...

    def read(self, indices: np.ndarray[Any, Any]) -> FloatArray: ...


def _pca(rows: _Readable, dim: int | None, usual: int, random_state: int) -> FloatArray:
    from sklearn.decomposition import PCA  # imported late: takes longer than the rest of nblabel

    rng = np.random.default_rng(random_state)
    n = len(rows)
    chosen = np.sort(rng.choice(n, SAMPLE, replace=False)) if n > SAMPLE else np.arange(n)
    sample = rows.read(chosen)
    most = min(sample.shape)
    if dim is not None and not 1 <= dim <= most:
        raise ValueError(f"dim is {dim}; it must be between 1 and {most} for this pool.")
    width = min(usual, most) if dim is None else dim
    if n == 1:
        return np.zeros((1, width), dtype=np.float32)
    solver = "covariance_eigh" if sample.shape[1] <= 2_000 else "randomized"
    pca = PCA(width, svd_solver=solver, random_state=random_state)
    with np.errstate(all="ignore"):  # a pool of identical items has no variance to divide by
        pca.fit(sample)
    mean, axes = pca.mean_.astype(np.float32), pca.components_.T.astype(np.float32)
    if len(sample) == n:
        return np.ascontiguousarray((sample - mean) @ axes)
    out = np.empty((n, width), dtype=np.float32)
    for start in range(0, n, BLOCK):
        block = np.arange(start, min(start + BLOCK, n))
        out[block] = (rows.read(block) - mean) @ axes
    return out


class _Rows:
    """The numbers of the items, read block by block so that a large pool fits."""

    def __init__(self, source: Any) -> None:
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
                f"these are {pool.kind}, which have no pixels; use method={USUAL[pool.kind]!r}."
            )
        self._pool = pool
        self._pixels = Pixels(pool)
        self.all_read = True
        self._mean: FloatArray | None = None

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
        if self._mean is None:
            self._mean = _mean_of(rows, good)
        rows[~good] = self._mean
        rows *= np.float32(1 / 255)
        return rows

    def pictures(self, indices: np.ndarray[Any, Any]) -> tuple[UInt8Array, BoolArray]:
        """Return pictures of one shape, (n, height, width, 1 or 3), and which could be read."""
        pictures, good = self._pixels.read(indices)
        self.all_read = self.all_read and bool(good.all())
        return pictures, good

    def contents(self) -> UInt8Array:
        """Return a hash of all pictures."""
        assert self._pool.media is not None
        return np.frombuffer(contents_of(self._pool.media), np.uint8)


class _Gradients:
    """The pictures' edges, brightness and colours, each scaled to count as it should."""

    def __init__(self, rows: _Rows) -> None:
        if not rows.are_pictures:
            raise ValueError(
                "method='gradients' describes pictures, and there are none here, only features; "
                "use method='pca', or pass images of shape (n, height, width)."
            )
        self._rows = rows
        self._scales: list[float] | None = None
        self._mean: FloatArray | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def read(self, indices: np.ndarray[Any, Any]) -> FloatArray:
        pictures, good = self._rows.pictures(indices)
        parts = [part.reshape(len(indices), -1) for part in describe(pictures)]
        if self._scales is None:
            self._scales = [
                weight * _magnification(part[good])
                for part, weight in zip(parts, WEIGHTS, strict=True)
            ]
        rows: FloatArray = np.concatenate(
            [part * np.float32(scale) for part, scale in zip(parts, self._scales, strict=True)],
            axis=1,
        )
        if self._mean is None:
            self._mean = _mean_of(rows, good)
        rows[~good] = self._mean
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
