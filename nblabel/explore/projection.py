"""Projections of the embeddings to two dimensions, to look at: PCA, UMAP and t-SNE."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, as_embeddings
from nblabel.graph.neighbor_graph import NeighborGraph, neighbor_graph
from nblabel.system.available import has
from nblabel.system.cache import ArrayCache

N_NEIGHBORS = 15
BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
METHODS = ("umap", "tsne", "pca")
NO_UMAP = "UMAP is not installed: pip install umap-learn; or take method='pca' or 'tsne'."
PERPLEXITY = 30.0  # of t-SNE, at most a third of the items
TSNE_DIM = 50  # principal components that t-SNE starts from where there are more dimensions
EXACT_UP_TO_DIM = 500  # dimensions; beyond, all principal axes take longer than the first two


def project(X: Any, method: str = "umap", *, random_state: int = 0) -> FloatArray:
    """Project embeddings to two dimensions, as the panel's map does.

    Parameters
    ----------
    X : array of shape (n, dim)
        Embeddings.
    method : {"umap", "tsne", "pca"}
        "umap" keeps neighbours together [1]_, and so does "tsne", which takes longer [2]_. "pca":
        the first two principal components.
    random_state : int
        Seed of UMAP and t-SNE.

    Returns
    -------
    ndarray of shape (n, 2), float32
        Within [-1, 1], with one scale for both axes.

    Raises
    ------
    ValueError
        If the method is unknown, or X is no matrix of finite numbers.
    ImportError
        If UMAP is not installed; the message says what to do.

    Notes
    -----
    UMAP starts at PCA and works on the neighbour graph; t-SNE is scikit-learn's, from PCA too, on
    50 principal components where there are more dimensions. Graph and projection are cached on
    disk, by content, and shared with the panel: for embeddings that a panel showed, the projection
    is there at once. If UMAP takes over a second, progress bars show how far it is; interrupting
    the kernel cancels it.

    References
    ----------
    .. [1] McInnes, Healy and Melville, "UMAP: uniform manifold approximation and projection for
       dimension reduction", 2018.
    .. [2] van der Maaten and Hinton, "Visualizing data using t-SNE", 2008.

    Examples
    --------
    >>> import nblabel as nb
    >>> X = nb.embed(nb.datasets.load_digits().images)
    >>> nb.project(X, method="pca").shape
    (1797, 2)
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; choose 'umap', 'tsne' or 'pca'.")
    X = as_embeddings(X)
    if method == "pca":
        return project_pca(X)
    kept = ProjectionCache(X, random_state, method)
    known = kept.read()
    if known is None and method == "tsne":
        known = project_tsne(X, random_state)
        kept.write(known)
    elif known is None:
        bar = {
            "disable": False,
            "delay": 1,
            "leave": False,
            "bar_format": BAR,
            "desc": "Projecting",
        }
        known = unfold(X, neighbor_graph(X), random_state, tqdm_kwds=bar)
        kept.write(known)
    return known


def project_pca(X: FloatArray) -> FloatArray:
    """Project onto the first two principal components.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.

    Returns
    -------
    ndarray of shape (n, 2), float32
        Within [-1, 1], with one scale for both axes.
    """
    centred = X - X.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred /= np.abs(centred).max() or 1  # whose squares neither overflow nor vanish
    if X.shape[1] <= EXACT_UP_TO_DIM:
        _, axes = np.linalg.eigh(centred.T @ centred)
        top = axes[:, ::-1][:, :2]
    else:
        from sklearn.utils.extmath import randomized_svd

        top = randomized_svd(centred, 2, n_iter=7, random_state=0)[2].T
    xy = np.zeros((len(X), 2), dtype=np.float32)
    # an eigenvector's sign is arbitrary; fixed here so that a map looks the same every time
    top = top * np.where(top.sum(axis=0) < 0, -1, 1)
    xy[:, : top.shape[1]] = centred @ top.astype(np.float32)
    return fit_square(xy)


def spread_evenly(n: int) -> FloatArray:
    """Return n places that fill a disc evenly, as the seeds of a sunflower do.

    Parameters
    ----------
    n : int

    Returns
    -------
    ndarray of shape (n, 2), float32
        Within the square of -1..1.
    """
    seeds = np.arange(n) + 0.5
    radius, angle = np.sqrt(seeds / max(n, 1)), np.pi * (3 - np.sqrt(5)) * seeds
    places = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return places.astype(np.float32)


def spread_around(n: int) -> FloatArray:
    """Return n places on a circle around the square of -1..1; ndarray of shape (n, 2), float32."""
    angle = np.arange(n) * (2 * np.pi / max(n, 1))
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32) * np.float32(1.45)


def fit_square(xy: Any) -> FloatArray:
    """Centre points and scale them into [-1, 1], keeping their proportions."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    half = float((high - low).max()) / 2 or 1.0
    return np.ascontiguousarray((xy - (low + high) / 2) / half, dtype=np.float32)


def project_tsne(X: FloatArray, random_state: int) -> FloatArray:
    """Project to two dimensions by t-SNE, from PCA on.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    random_state : int
        Seed.

    Returns
    -------
    ndarray of shape (n, 2), float32
        Within [-1, 1], with one scale for both axes.
    """
    if len(X) < 4:
        return project_pca(X)
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    start = project_pca(X) * np.float32(1e-4)  # as small as scikit-learn's own
    start += np.random.default_rng(random_state).normal(scale=1e-8, size=start.shape)
    if min(X.shape) > TSNE_DIM:
        X = PCA(TSNE_DIM, random_state=random_state).fit_transform(X)
    model = TSNE(
        perplexity=min(PERPLEXITY, (len(X) - 1) / 3), init=start, random_state=random_state
    )
    return fit_square(np.asarray(model.fit_transform(X), dtype=np.float32))


class ProjectionCache:
    """Projections on disk, found again by the content they were made of.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    random_state : int
        Seed of the projection.
    method : {"umap", "tsne"}
    """

    def __init__(self, X: FloatArray, random_state: int, method: str = "umap") -> None:
        self._n = len(X)
        setting = {"umap": N_NEIGHBORS, "tsne": PERPLEXITY}[method]
        self._cache = ArrayCache(method, X, setting, random_state)
        self.path = self._cache.path

    def read(self) -> FloatArray | None:
        """Return the projection, or None if there is none or the file is damaged."""
        return as_points(self._cache.read(), self._n)

    def write(self, xy: FloatArray) -> None:
        """Keep a projection, in one atomic step; without a writable disk nothing is kept."""
        self._cache.write(xy)


def as_points(xy: Any, n: int) -> FloatArray | None:
    """Return points that can be n items on a map; None for anything else."""
    whole = xy is not None and xy.shape == (n, 2) and xy.dtype == np.float32
    return xy if whole and np.isfinite(xy).all() else None


def unfold(X: FloatArray, graph: NeighborGraph, random_state: int, **options: Any) -> FloatArray:
    """Project to two dimensions by UMAP, from the neighbours that are known, starting at PCA.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    graph : NeighborGraph
        Of the same embeddings.
    random_state : int
        Seed.
    **options
        Of ``umap.UMAP``.

    Returns
    -------
    ndarray of shape (n, 2), float32
        Within [-1, 1], with one scale for both axes.
    """
    if len(X) < 4:
        return project_pca(X)
    if not has("umap"):
        raise ImportError(NO_UMAP)
    k = min(N_NEIGHBORS, len(X) - 1)
    # UMAP counts an item as its own first neighbour
    itself = np.arange(len(X), dtype=np.int32)[:, None]
    who = np.hstack([itself, graph.indices[:, : k - 1]])
    near = np.hstack([np.zeros_like(itself, dtype=np.float32), graph.distances[:, : k - 1]])
    start = project_pca(X) * 10
    start += np.random.default_rng(random_state).normal(scale=1e-3, size=start.shape)
    with warnings.catch_warnings():
        # UMAP warns that TensorFlow is not there, that a seed means one thread, and that given
        # neighbours forbid new points: all as meant
        warnings.simplefilter("ignore")
        import umap

        model = umap.UMAP(
            n_neighbors=k,
            init=start,
            random_state=random_state,
            n_jobs=1,
            precomputed_knn=(who, near, None),
            **options,
        )
        return fit_square(np.asarray(model.fit_transform(X), dtype=np.float32))
