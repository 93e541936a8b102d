"""Groups of similar items, by k-means."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from nblabel.arrays import FloatArray, Int32Array
from nblabel.strategies.base import View

SAMPLE = 20_000  # items that the centres are found from; more move them little
BLOCK = 8_192


def clusters_of(view: View, k: int) -> Int32Array:
    """Return the cluster of each item of a view: found once for its embeddings and k."""
    key = f"{k} clusters"
    if key not in view.cache:
        view.cache[key] = kmeans(view.X, k)
    known: Int32Array = view.cache[key]
    return known


def kmeans(X: FloatArray, k: int) -> Int32Array:
    """Divide items into at most k clusters, always the same ones.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings around the origin.
    k : int
        How many clusters; fewer where there are fewer items, or only copies of a few.

    Returns
    -------
    ndarray of shape (n,), int32
        Cluster numbers; some may belong to nobody.

    Notes
    -----
    Mini-batch k-means (Sculley, 2010) with k-means++ on at most 20,000 items.
    """
    from sklearn.cluster import MiniBatchKMeans

    rng = np.random.default_rng(0)
    most = np.abs(X).max(initial=0)
    scale = np.float32(1 / most if most > 0 else 1)  # squares of huge or tiny numbers are none
    sample = np.sort(rng.choice(len(X), min(len(X), SAMPLE), replace=False))
    model = MiniBatchKMeans(min(k, len(sample)), n_init=1, random_state=0)
    clusters = np.empty(len(X), dtype=np.int32)
    # batches are small: threads would wait for one another ten times as long as they work
    with threadpool_limits(1):
        model.fit(X[sample] * scale)
        for start in range(0, len(X), BLOCK):
            block = slice(start, start + BLOCK)
            clusters[block] = model.predict(X[block] * scale)
    return clusters
