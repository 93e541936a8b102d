"""From media to vectors a learner can work with."""

from __future__ import annotations

import importlib
import inspect
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, as_embeddings, is_whole
from nblabel.embeddings.catalogue import NETWORKS, SHIPPED
from nblabel.embeddings.choice import choose
from nblabel.embeddings.custom import embed_by, join
from nblabel.pool import Pool
from nblabel.pool.objects import Objects
from nblabel.pool.order import in_pool_order
from nblabel.pool.tables import Table
from nblabel.system.dataframes import as_pandas

METHODS = ("pca", "gradients", "raw")
# method: where its function is. It is called with the pool, `dim`, the seed and the method's own
# options; what it returns wider than `dim` is reduced by its principal components.
ELSEWHERE = {
    "tfidf": ("nblabel.embeddings.texts", "embed_texts"),
    "table": ("nblabel.embeddings.tables", "embed_table"),
    "logmel": ("nblabel.embeddings.signals", "embed_sounds"),
    "series": ("nblabel.embeddings.signals", "embed_series"),
    "pretrained": ("nblabel.embeddings.pretrained", "embed_pretrained"),
    "onnx": ("nblabel.embeddings.onnx", "embed_onnx"),
    SHIPPED: ("nblabel.embeddings.shipped", "embed_photos"),
}
TRAINED = ("autoencoder", "vae", "contrastive")  # by nblabel.encoders, which needs torch
KINDS = {  # method: the kinds of pools it is for
    "tfidf": ("texts",),
    "table": ("rows",),
    "logmel": ("sounds",),
    "series": ("series",),
    "pretrained": ("images", "texts"),
    "onnx": ("images", "texts"),
    **{name: known.kinds for name, known in NETWORKS.items()},
}
NAMES = tuple(dict.fromkeys(("auto", *METHODS, *TRAINED, *ELSEWHERE, *NETWORKS)))
STANDARD = ("pool", "dim", "random_state", "like")
PART = {
    "images": "images",
    "texts": "texts",
    "rows": "table",
    "sounds": "sounds",
    "series": "series",
    "items": "embeddings",
}
WIDTH = {"pca": 50, "gradients": 64, "table": 64, "logmel": 64, "series": 64}
YOURS = (
    "these items are objects that your function draws, and nblabel does not know what is in them. "
    "Say what the model learns from: Pool(items, render=..., embeddings=X), where X has a row of "
    "numbers for each item, or is a function that makes such rows of a list of items."
)


def embed(
    pool_or_array: Any,
    method: Any = "auto",
    *,
    dim: int | None = None,
    random_state: int = 0,
    like: Pool | None = None,
    **options: Any,
) -> FloatArray:
    """Embed the items of a pool.

    Parameters
    ----------
    pool_or_array : Pool or array
        A pool, or what `Pool` takes as images, or a two-dimensional array of features.
    method : str, callable, Encoder, array, or list of these
        "auto" looks at the items, not at labels, and takes one of those below: for images
        "efficientnet-lite0" or "gradients", for texts "minilm" where it is installed, else "tfidf",
        "table" for rows, "logmel" for sounds, "series" for time series and "pca" for features.
        `nb.embeddings.choose` says which, and why. A pool that was given a function as its
        `embeddings` is embedded by that.

        - "raw": the pixels, scaled to 0..1. "pca": their first principal components.
        - "gradients": those of the edges, the brightness and the colours in a grid of cells, in
          which neighbours are more often of one class than in pixels; images only.
        - "efficientnet-lite0": a network that has seen a million photos, and comes along; images
          only. See `nblabel.embeddings.shipped.embed_photos`.
        - "dinov2-small", "clip-b32", "minilm" and others: networks of the Hugging Face hub by name;
          they need ``pip install "nblabel[pretrained]"``. `nb.embeddings.available` lists them.
        - "autoencoder", "vae", "contrastive": networks trained on the images of the pool; they need
          ``pip install "nblabel[torch]"``. See `nblabel.encoders`.
        - "tfidf": words and pairs of words by frequency and rarity, reduced by a truncated singular
          value decomposition; texts only. See `nblabel.embeddings.texts.embed_texts`.
        - "table": numbers and dates scaled, categories and missing values as 0 and 1; rows of a
          table only. See `nblabel.embeddings.tables.embed_table`.
        - "logmel": mean, spread and changes of the spectrum; sounds only. See
          `nblabel.embeddings.signals.embed_sounds`.
        - "series": shape, spectrum and level; time series only. See
          `nblabel.embeddings.signals.embed_series`.
        - "pretrained": a network of the Hugging Face hub, or from a folder; images and texts; needs
          ``pip install "nblabel[pretrained]"``. See
          `nblabel.embeddings.pretrained.embed_pretrained`.
        - "onnx": a network in an ONNX file; images, and with ``pip install "nblabel[onnx]"`` texts.
          See `nblabel.embeddings.onnx.embed_onnx`.

        A function is called with lists of up to 256 items, and returns a row of numbers for each;
        see `nblabel.embeddings.custom.embed_by`. An `nblabel.encoders.Encoder` that is trained
        encodes; of another one a copy is trained. An array of shape (n, dim) is taken as it is.
        What the methods of a list give is put side by side, each centred and scaled to the same
        variance, so that each has an equal say in the distance of two items.
    dim : int, optional
        Width of the embedding. Unless the data has fewer dimensions it is 50 for "pca", 64 for
        "gradients", 100 for "tfidf", at most 64 for "table", "logmel" and "series", 128 for
        networks trained on the pool, and the network's own for the others. Not for "raw".
    random_state : int
        Seed of the sample the components are computed from, where the pool is large, and of the
        training of a network.
    like : Pool, optional
        A pool embedded by the same method, `dim` and seed: the new items are placed among its
        items, with its words, scales and components. Without it they would get a space of their
        own. Not for networks that are trained on the pool: pass those as an encoder.
    **options
        Those of the method: ``model=`` for "pretrained" and "onnx", ``max_seconds=`` for
        "contrastive", for instance.

    Returns
    -------
    ndarray of shape (n, dim), float32

    Raises
    ------
    ValueError
        If the method is unknown or not for this kind of pool, `dim` is not between 1 and the
        number of dimensions, or the items are unlike those of `like` in kind, shape or columns.
    TypeError
        If the method has no such option, or is nothing that can embed.
    ImportError
        If an extra is missing; the message has the command that installs it.
    MediaError
        If none of the images can be read.

    Notes
    -----
    Pictures larger than 64 pixels a side are reduced, and pictures that differ in shape are
    brought to their median height and width, in colour if any is. A picture that cannot be read
    gets the mean of the others, with a warning. With more than 10,000 items the components come
    from a random sample of that size. Reading files for more than a second shows a progress bar;
    interrupting the kernel cancels it.

    What took more than a second is kept on disk, and found again by the contents of the items and
    the settings; but for what a function of your own makes.

    "gradients" joins three descriptions of the cells, 7 along the longer side: histograms of
    oriented gradients [1]_, mean brightness, and opponent colours. Each is scaled to the same
    variance over the pool, and the latter two count half of the first; `nblabel.encoders.gradients`
    has the details. Unlike pixels, edges hardly change when a picture is shifted by a pixel.

    References
    ----------
    .. [1] Dalal, Triggs, "Histograms of oriented gradients for human detection", CVPR 2005.

    Examples
    --------
    >>> import nblabel as nb
    >>> pool = nb.Pool(texts=["great film", "awful film", "great cast", "awful cast"])
    >>> X = nb.embed(pool)
    >>> nb.embed(nb.Pool(texts=["a great one"]), like=pool).shape[1] == X.shape[1]
    True
    """
    pool_or_array = as_pandas(pool_or_array)
    _check(method)
    if like is not None:
        pool_or_array = _alike(pool_or_array, like)
    if dim is not None and not is_whole(dim):
        raise ValueError(f"dim is {dim!r}; pass a whole number.")
    if not isinstance(method, str):
        if dim is not None or options:
            option = "dim" if dim is not None else next(iter(options))
            raise TypeError(f"{option}= is for a method that is given by its name.")
        return _own(pool_or_array, method, random_state, like)
    if method == "auto":
        given = like if like is not None else pool_or_array
        if isinstance(given, Pool) and given.embedder is not None:
            return _own(pool_or_array, given.embedder, random_state, like)
        method, pool_or_array = _chosen(pool_or_array, like)
    if method in TRAINED:
        if like is not None:
            raise ValueError(
                f"method={method!r} trains a network on the pool. Train it once, encoder = "
                f"nb.encoders.make_encoder({method!r}).fit(pool), and embed both by "
                "method=encoder."
            )
        from nblabel.encoders import make_encoder

        encoder = make_encoder(method, dim, random_state=random_state, **options)
        return _own(pool_or_array, encoder, random_state)
    if method in KINDS:
        pool = pool_or_array if isinstance(pool_or_array, Pool) else Pool(pool_or_array)
        return _from_elsewhere(method, pool, dim, random_state, options, like)
    if options:
        raise TypeError(f"method={method!r} has no option {next(iter(options))!r}.")
    from nblabel.encoders.rows import Rows, reduced_pictures  # loads scikit-learn

    known = None if like is None else Rows(like)
    rows = Rows(pool_or_array, known)
    if method == "raw":
        if dim is not None:
            raise ValueError("method='raw' keeps every pixel; leave dim out, or use method='pca'.")
        if known is not None:  # settles the size of the pictures
            known.read(np.arange(len(known)))
        return rows.read(np.arange(len(rows)))
    return reduced_pictures(rows, method, dim, WIDTH[method], random_state, known)


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
    return embed(pool, random_state=random_state)


def embed_new(items: Any, pool: Pool, random_state: int = 0) -> FloatArray:
    """Embed new items as `embeddings_of` does those of a pool without embeddings.

    Parameters
    ----------
    items : Pool, images, texts or DataFrame
        Of the kind that the pool holds.
    pool : Pool
    random_state : int
        As for `embeddings_of`.
    """
    return embed(items, random_state=random_state, like=pool)


def are_items(value: Any, pool: Pool) -> bool:
    """Return whether a value holds items of the kind that a pool holds, and not vectors.

    Parameters
    ----------
    value : object
    pool : Pool
    """
    value = as_pandas(value)
    if isinstance(pool.media, Table):
        return hasattr(value, "columns") and pool.media.has_columns(value)
    first = value
    if hasattr(value, "__len__") and not isinstance(value, str | dict) and len(value):
        first = next(iter(value))
    if pool.kind == "texts":
        return isinstance(first, str) and not hasattr(value, "columns")
    return pool.kind == "images" and (isinstance(first, str | Path) or np.ndim(first) > 1)


def _chosen(source: Any, like: Pool | None) -> tuple[str, Any]:
    """Return the method for a pool or an array where none is named, and the pool that it is."""
    if not isinstance(source, Pool):
        if getattr(source, "ndim", 0) == 2:  # features, which need no pool
            return "pca", source
        source = Pool(source)
    if isinstance(source.media, Objects):
        raise ValueError(YOURS)  # noqa: TRY004
    choice = choose(source if like is None else like)
    if choice.missing:
        warnings.warn(choice.missing, stacklevel=3)
    return choice.method, source


def _from_elsewhere(
    method: str,
    pool: Pool,
    dim: int | None,
    random_state: int,
    options: dict[str, Any],
    like: Pool | None,
) -> FloatArray:
    kinds = KINDS.get(method, (pool.kind,))
    if pool.kind not in kinds:
        raise ValueError(
            f"method={method!r} is for a pool of {' or '.join(kinds)}, and this one holds "
            f"{pool.kind}; use method={choose(pool).method!r}."
        )
    function, fixed = _function(method)
    parameters = inspect.signature(function).parameters
    own = [name for name in parameters if name not in (*STANDARD, *fixed)]
    for option in options:
        if option not in own:
            listed = f"its options are {', '.join(own)}" if own else "it takes none"
            raise TypeError(f"method={method!r} has no option {option!r}; {listed}.")
    placed = {"like": like} if like is not None and "like" in parameters else {}
    options |= fixed
    X: FloatArray = function(pool, dim, random_state, **placed, **options)
    usual = WIDTH.get(method) or X.shape[1]
    if X.shape[1] == dim or (dim is None and X.shape[1] <= usual):
        return X
    from nblabel.encoders.rows import Rows, principal_components

    known = None if like is None else Rows(function(like, dim, random_state, **options))
    return principal_components(Rows(X), dim, usual, random_state, known)


def _function(method: str) -> tuple[Any, dict[str, Any]]:
    """Return the function of a method, and what a name stands for among its options."""
    fixed: dict[str, Any] = {}
    if method not in ELSEWHERE:
        known = NETWORKS[method]
        fixed = {"model": known.model, "prefix": known.prefix}
        method = "pretrained"
    module, name = ELSEWHERE[method]
    return getattr(importlib.import_module(module), name), fixed


def _alike(source: Any, like: Any) -> Pool:
    """Return new items as a pool of the kind that another one is of."""
    if not isinstance(like, Pool):
        raise TypeError(f"like is a {type(like).__name__}; pass the Pool the items belong to.")
    if isinstance(source, Pool):
        pool = source
    elif isinstance(like.media, Objects):
        pool = Pool(source, render=like.media.render)
    else:
        pool = Pool(**{PART[like.kind]: source})
    if pool.kind != like.kind:
        raise ValueError(f"these are {pool.kind}, and the pool of like= holds {like.kind}.")
    if like.kind == "items" and pool.embeddings is not None and like.embeddings is not None:
        widths = pool.embeddings.shape[1], like.embeddings.shape[1]
        if widths[0] != widths[1]:
            raise ValueError(f"these have {widths[0]} features, and those of like= {widths[1]}.")
    return pool


def _check(method: Any) -> None:
    """Refuse a wrong method before another one of the same list is trained for minutes."""
    if isinstance(method, list | tuple):
        for one in method:
            _check(one)
    elif isinstance(method, str):
        if method not in NAMES:
            raise ValueError(f"unknown method {method!r}; choose one of {', '.join(NAMES)}.")
    elif isinstance(method, type):
        name = method.__name__
        raise TypeError(f"method is the class {name}; pass an instance: {name}().")
    elif not (_is_array(method) or callable(method) or _is_encoder(method)):
        raise TypeError(
            f"method is {method!r}; pass a name, a function, an encoder, an array, or a list of "
            "these."
        )


def _is_array(method: Any) -> bool:
    return hasattr(method, "shape") and not callable(method)


def _is_encoder(method: Any) -> bool:
    if not hasattr(method, "fit_transform"):
        return False
    from nblabel.encoders import Encoder

    return isinstance(method, Encoder)


def _own(source: Any, method: Any, random_state: int, like: Pool | None = None) -> FloatArray:
    """Embed by what is no name: several methods, an array, an encoder, or a function."""
    if isinstance(method, list | tuple):
        parts = [embed(source, one, random_state=random_state, like=like) for one in method]
        if like is None:
            return join(parts)
        return join(parts, [embed(like, one, random_state=random_state) for one in method])
    if isinstance(source, Pool):
        pool = source
    else:
        features = getattr(source, "ndim", 0) == 2
        pool = Pool(embeddings=source) if features else Pool(source)
    if _is_array(method):
        return as_embeddings(in_pool_order(pool, method, "method"), len(pool))
    if _is_encoder(method):
        from nblabel.encoders import encode_pool

        if like is not None and not hasattr(method, "shape_"):
            raise ValueError("the encoder is not trained; train it on the pool: encoder.fit(pool).")
        return encode_pool(pool, method)
    return embed_by(method, pool)
