"""Two-dimensional pictures of the embeddings, to look at. PCA at once, UMAP from a second process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from nblabel.background import BackgroundProcess, report, serve
from nblabel.cache import ArrayCache
from nblabel.graph import GraphCache, build_graph
from nblabel.pool import FloatArray

N_NEIGHBORS = 15
EXACT_UP_TO_DIM = 500  # dimensions; beyond, all principal axes take longer than the first two


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


def fit_square(xy: FloatArray) -> FloatArray:
    """Centre points and scale them into [-1, 1], keeping their proportions."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    half = float((high - low).max()) / 2 or 1.0
    return np.ascontiguousarray((xy - (low + high) / 2) / half, dtype=np.float32)


class UmapCache:
    """UMAP projections on disk, found again by the content they were made of.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    random_state : int
        Seed of the projection.
    """

    def __init__(self, X: FloatArray, random_state: int) -> None:
        self._n = len(X)
        self._cache = ArrayCache("umap", X, N_NEIGHBORS, random_state)
        self.path = self._cache.path

    def read(self) -> FloatArray | None:
        """Return the projection, or None if there is none or the file is damaged."""
        return _points(self._cache.read(), self._n)

    def write(self, xy: FloatArray) -> None:
        """Keep a projection, in one atomic step; without a writable disk nothing is kept."""
        self._cache.write(xy)


def _points(xy: Any, n: int) -> FloatArray | None:
    whole = xy is not None and xy.shape == (n, 2) and xy.dtype == np.float32
    return xy if whole and np.isfinite(xy).all() else None


class UmapProcess(BackgroundProcess):
    """UMAP in a process of its own.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    notify : callable
        As for `BackgroundProcess`; done comes with the points, ndarray of shape (n, 2).
    random_state : int
        Seed; the same embeddings then give the same picture.
    """

    def __init__(
        self, X: FloatArray, notify: Callable[[dict[str, Any]], None], random_state: int = 0
    ) -> None:
        n, cache = len(X), UmapCache(X, random_state)

        def tell(news: dict[str, Any]) -> None:
            xy = _points(news.get("done"), n)
            if xy is not None:
                cache.write(xy)
            elif "done" in news:
                news = {"error": "its points came back damaged"}
            if "error" in news:
                news = {"error": f"UMAP failed: {news['error']}. The map stays as it is."}
            notify(news)

        super().__init__("nblabel.projection", X, [str(random_state)], tell)


class _EpochMeter:
    """A file that UMAP's tqdm bar writes "n/total" to."""

    def write(self, text: str) -> int:
        parts = text.strip().split("/")
        if len(parts) == 2 and all(part.isdigit() for part in parts):
            report(0.4 + 0.6 * int(parts[0]) / max(1, int(parts[1])), "arranging points")
        return len(text)

    def flush(self) -> None:
        pass


def _run(X: FloatArray, random_state: str) -> FloatArray:
    """Run in the second process."""
    return _run_umap(X, int(random_state)) if len(X) > 3 else project_pca(X)


def _run_umap(X: FloatArray, random_state: int) -> FloatArray:
    import warnings

    # UMAP warns that a seed means one thread, and that given neighbours forbid new points: both meant
    warnings.simplefilter("ignore")
    report(0.01, "starting")
    import umap

    k = min(N_NEIGHBORS, len(X) - 1)
    graph = GraphCache(X).read()
    if graph is None:
        report(0.05, "finding neighbours")
        graph = build_graph(X, lambda share: report(0.05 + 0.3 * share, "finding neighbours"))
        GraphCache(X).write(graph)
    # UMAP counts an item as its own first neighbour
    itself = np.arange(len(X), dtype=np.int32)[:, None]
    who = np.hstack([itself, graph.indices[:, : k - 1]])
    near = np.hstack([np.zeros_like(itself, dtype=np.float32), graph.distances[:, : k - 1]])
    report(0.36, "building the graph")
    start = project_pca(X) * 10
    start += np.random.default_rng(random_state).normal(scale=1e-3, size=start.shape)
    model = umap.UMAP(
        n_neighbors=k,
        init=start,
        random_state=random_state,
        n_jobs=1,
        verbose=True,
        tqdm_kwds={"file": _EpochMeter(), "bar_format": "{n}/{total}", "mininterval": 0.2},
        precomputed_knn=(who, near, None),
    )
    return fit_square(np.asarray(model.fit_transform(X), dtype=np.float32))


if __name__ == "__main__":
    serve(_run, sys.argv[1:])
