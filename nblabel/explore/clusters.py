"""Clusters: groups of similar items, found without a label; and which class each group is."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from nblabel.arrays import FloatArray, IntArray, as_embeddings, is_whole
from nblabel.embeddings.registry import embed
from nblabel.system.dataframes import as_pandas, in_order, index_of
from nblabel.system.progress import tqdm

NOISE = -1
RESTARTS = 3  # of what ends where it began; the best is kept
WIDEST = 50  # dimensions, beyond which all but k-means work on principal components
CORE = 10  # neighbours that make an item the core of a cluster, for dbscan
SMOOTH = 50  # items that density is read from, for hdbscan; more take time and change little
MOST_NEIGHBORS = 5e8  # held by dbscan at a time: 4 GB
SAMPLE = 500  # items, from which their number is estimated
SHOWN_FROM = 5_000  # items, from which it takes long enough to show a bar

make_bar: Callable[..., Any] = tqdm  # a process of a panel has another

Found = tuple[IntArray, str]  # clusters, and the setting that decided how many there are


def cluster(
    X: Any, n_clusters: int = 10, method: str = "kmeans", *, random_state: int = 0, **options: Any
) -> IntArray:
    """Divide items into groups of similar ones.

    Parameters
    ----------
    X : array of shape (n, dim)
        Embeddings, as from `embed`, or a projection of them.
    n_clusters : int
        How many clusters. "hdbscan" and "dbscan" find as many as there are; a tenth of an even
        share, ``n / n_clusters / 10``, is the least size of a cluster for "hdbscan".
    method : {"kmeans", "minibatch", "gmm", "hdbscan", "dbscan"}
        - "kmeans": round groups around their means.
        - "minibatch": nearly the same from small random parts of the items, much sooner.
        - "gmm": a mixture of normal distributions, fitted by expectation maximization: oblong
          groups of any size.
        - "hdbscan": groups of any shape, denser than what is between them; the rest is noise.
        - "dbscan": the same for groups that are about equally dense.
    random_state : int
        Seed.
    **options
        Of the class of scikit-learn that does the work, in place of the values below: `KMeans`,
        `MiniBatchKMeans`, `GaussianMixture`, `HDBSCAN` or `DBSCAN`.

    Returns
    -------
    ndarray of shape (n,), int
        The cluster of each item: 0 is the largest. -1 is noise, an item of no cluster.

    Raises
    ------
    ValueError
        If the method is unknown, an argument is not usable, X is no matrix of finite numbers, or
        `eps` reaches so far that the neighbours would not fit in memory.
    TypeError
        If the method has no such option.

    Warns
    -----
    UserWarning
        If there are fewer clusters than asked for, only one, or only noise. It says what to try.

    Notes
    -----
    "kmeans", "minibatch" and "gmm" begin three times (``n_init``), and the best is kept. All
    methods but the first two work on the first 50 principal components of wider embeddings:
    distances in hundreds of dimensions tell dense from sparse no longer, and a normal distribution
    in them has more parameters than there are items. Interrupting the kernel cancels between
    restarts; one run of "hdbscan" takes time that grows with the square of the number of items.

    For "dbscan", an item with ten neighbours within `eps` is in a cluster; `eps` is where the
    sorted distances to the tenth neighbour bend most [1]_.

    Where neighbours are mostly of one class, clusters of a UMAP projection are by far the best.
    This is the idea of N2D [2]_: of the 60,000 images of MNIST, k-means on pixels has 57 % in the
    right one of ten clusters, on gradients 64 %, and "gmm" on ``project(X)`` of the same gradients
    98 %.

    References
    ----------
    .. [1] Ester, Kriegel, Sander and Xu, "A density-based algorithm for discovering clusters in
       large spatial databases with noise", KDD 1996.
    .. [2] McConville, Santos-Rodriguez, Piechocki and Craddock, "N2D: (not too) deep clustering
       via clustering the local manifold of an autoencoded embedding", ICPR 2020.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> X = nb.embed(data.images, method="gradients")
    >>> clusters = nb.cluster(X, 10)
    >>> len(clusters), int(clusters.max())
    (1797, 9)
    >>> clusters = nb.cluster(nb.project(X), 10, method="gmm")  # much better, and takes longer
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; choose one of {', '.join(METHODS)}.")
    if not is_whole(n_clusters) or n_clusters < 1:
        raise ValueError(f"n_clusters is {n_clusters!r}; pass a whole number of at least 1.")
    X = as_embeddings(X)
    if not len(X):
        raise ValueError("there are no items to divide; pass at least one.")
    if (X[0] == X).all():
        found, setting = np.zeros(len(X), dtype=np.intp), ""
    else:
        found, setting = METHODS[method](X, min(int(n_clusters), len(X)), random_state, options)
    clusters = _by_size(found)
    hint = _what_to_try(method, int(clusters.max()) + 1, int(n_clusters), setting)
    if hint:
        warnings.warn(hint, stacklevel=2)
    return clusters


@dataclass(frozen=True)
class ClusterMatch:
    """Which class each cluster is, as the labels say.

    Attributes
    ----------
    mapping : dict
        The class of each cluster number, written as in the labels. A cluster beyond the number of
        classes has none, nor has noise.
    accuracy : float
        Share of the labeled items whose cluster's class is their label; an item in a cluster
        without a class counts as wrong.
    """

    mapping: dict[int, Any]
    accuracy: float


def match_clusters(clusters: Any, y: Any) -> ClusterMatch:
    """Give each cluster the class that fits, no class twice, so that most labels are right.

    Parameters
    ----------
    clusters : sequence of n ints
        As `cluster` returns them; -1 is noise.
    y : sequence of n
        Labels: class names or numbers. -1, None, NaN and pandas's NA stand for items without a
        label, which do not count.

    Returns
    -------
    ClusterMatch

    Raises
    ------
    ValueError
        If the two differ in length, a cluster is no whole number, or no item has a label.

    Notes
    -----
    The best of all assignments, found by the method of Jonker and Volgenant
    (`scipy.optimize.linear_sum_assignment`). With more clusters than classes the surplus ones have
    no class; with fewer, some classes have no cluster.

    Examples
    --------
    >>> import nblabel as nb
    >>> nb.match_clusters([0, 0, 1, 1, -1], ["cat", "cat", "dog", "cat", "dog"])
    ClusterMatch(mapping={0: 'cat', 1: 'dog'}, accuracy=0.6)
    """
    from scipy.optimize import linear_sum_assignment

    y = in_order(y, "y", index=index_of(as_pandas(clusters)))
    values = y.tolist() if isinstance(y, np.ndarray) else list(y)  # 9, not np.int64(9)
    groups = as_clusters(clusters, len(values), "labels")
    known = [place for place, value in enumerate(values) if not _is_unknown(value)]
    if not known:
        raise ValueError("no item has a label; label at least one item of each cluster.")
    places = {value: place for place, value in enumerate(dict.fromkeys(values[i] for i in known))}
    named, rows = np.unique(groups[known], return_inverse=True)
    counts = np.zeros((len(named), len(places)), dtype=np.intp)
    columns = np.array([places[values[i]] for i in known])
    np.add.at(counts, (rows, columns), 1)
    counts[named < 0] = 0  # noise is no cluster
    chosen, best = linear_sum_assignment(counts, maximize=True)
    classes = list(places)
    mapping = {
        int(named[row]): classes[column]
        for row, column in zip(chosen, best, strict=True)
        if counts[row, column]
    }
    return ClusterMatch(mapping, float(counts[chosen, best].sum() / len(known)))


# methods: each returns the cluster of every item, and the setting that mattered


def _kmeans(X: FloatArray, k: int, random_state: int, options: dict[str, Any]) -> Found:
    from sklearn.cluster import KMeans

    fitted = _best(KMeans, _scaled(X), {"n_clusters": k, **options}, random_state)
    return fitted.labels_, ""


def _minibatch(X: FloatArray, k: int, random_state: int, options: dict[str, Any]) -> Found:
    from sklearn.cluster import MiniBatchKMeans

    # batches are small: threads would wait for one another ten times as long as they work
    with threadpool_limits(1):
        fitted = _best(MiniBatchKMeans, _scaled(X), {"n_clusters": k, **options}, random_state)
    return fitted.labels_, ""


def _gmm(X: Any, k: int, random_state: int, options: dict[str, Any]) -> Found:
    from sklearn.mixture import GaussianMixture

    X = _scaled(_narrow(X, random_state)).astype(np.float64)  # covariances are inverted
    fitted = _best(GaussianMixture, X, {"n_components": k, **options}, random_state)
    return fitted.predict(X), ""


def _hdbscan(X: FloatArray, k: int, random_state: int, options: dict[str, Any]) -> Found:
    from sklearn.cluster import HDBSCAN

    least = options.get("min_cluster_size") or max(2, len(X) // (10 * k))
    usual = {"min_cluster_size": least, "min_samples": min(least, SMOOTH, len(X))}
    model = _made(HDBSCAN, {**usual, "copy": True, **options})
    with _bar(1, "hdbscan", len(X)) as bar:
        found = model.fit_predict(_narrow(X, random_state))
        bar.update()
    return np.maximum(found, NOISE), f"min_cluster_size {model.min_cluster_size}"


def _dbscan(X: FloatArray, _k: int, random_state: int, options: dict[str, Any]) -> Found:
    from sklearn.cluster import DBSCAN

    X = _narrow(X, random_state)
    eps = options.get("eps") or _bend(X)
    model = _made(DBSCAN, {"min_samples": CORE + 1, **options, "eps": eps})
    # equal items at once: every one of them is a neighbour of all the others
    rows, where, counts = np.unique(X, axis=0, return_inverse=True, return_counts=True)
    _check_reach(rows, eps)
    with _bar(1, "dbscan", len(X)) as bar:
        model.fit(rows, sample_weight=counts)
        bar.update()
    return model.labels_[where.ravel()], f"eps {eps:.3g}"


METHODS: dict[str, Callable[[FloatArray, int, int, dict[str, Any]], Found]] = {
    "kmeans": _kmeans,
    "minibatch": _minibatch,
    "gmm": _gmm,
    "hdbscan": _hdbscan,
    "dbscan": _dbscan,
}


# what they share


def _best(model: Callable[..., Any], X: FloatArray, options: dict[str, Any], seed: int) -> Any:
    """Fit several times from other beginnings, with a bar, and return the best."""
    from sklearn.exceptions import ConvergenceWarning

    restarts = options.pop("n_init", RESTARTS)
    if not is_whole(restarts) or restarts < 1:
        raise ValueError(f"n_init is {restarts!r}; pass a whole number of at least 1.")
    seeds = np.random.default_rng(seed).integers(2**31, size=int(restarts))
    found = []
    with warnings.catch_warnings(), _bar(int(restarts), model.__name__, len(X)) as bar:
        # cluster() has its own warning for too few groups; a limit of steps is not a fault
        warnings.simplefilter("ignore", ConvergenceWarning)
        for each in seeds:
            found.append(_made(model, {**options, "random_state": int(each), "n_init": 1}).fit(X))
            bar.update()
    return max(found, key=_worth)


def _worth(fitted: Any) -> float:
    return float(fitted.lower_bound_ if hasattr(fitted, "lower_bound_") else -fitted.inertia_)


def _made(model: Callable[..., Any], options: dict[str, Any]) -> Any:
    """Return a model of scikit-learn, or say which options it has."""
    known = inspect.signature(model).parameters
    unknown = [name for name in options if name not in known]
    if unknown:
        raise TypeError(
            f"{model.__name__} has no option {unknown[0]!r}; it has {', '.join(known)}."
        )
    return model(**options)


def _bar(total: int, what: str, n: int) -> Any:
    return make_bar(total=total, desc=f"Clustering, {what}", leave=False, disable=n < SHOWN_FROM)


def _scaled(X: FloatArray) -> FloatArray:
    """Return items around the origin, so that squares of huge or tiny numbers are none."""
    centred: FloatArray = X - X.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred /= np.float32(np.abs(centred).max() or 1)
    return centred


def _narrow(X: FloatArray, random_state: int) -> FloatArray:
    """Return principal components in place of wide embeddings, as far as there are items."""
    if X.shape[1] <= WIDEST:
        return X
    return embed(X, "pca", dim=min(WIDEST, len(X)), random_state=random_state)


def _bend(X: FloatArray) -> float:
    """Return the distance at which the sorted distances to the tenth neighbour bend most."""
    from sklearn.neighbors import NearestNeighbors

    k = min(CORE, len(X) - 1)
    near = np.sort(NearestNeighbors(n_neighbors=k).fit(X).kneighbors()[0][:, -1])
    chord = np.linspace(near[0], near[-1], len(near))
    # where most items have ten copies the bend is at 0, and DBSCAN wants more than that
    return float(near[np.argmax(chord - near)] or near[-1] or 1)


def _check_reach(X: FloatArray, eps: float) -> None:
    """Refuse a radius that reaches so many neighbours that they do not fit in memory."""
    from sklearn.metrics import euclidean_distances

    some = X[np.linspace(0, len(X) - 1, min(SAMPLE, len(X))).astype(int)]
    each = float((euclidean_distances(some, X) <= eps).sum(axis=1).mean())
    if each * len(X) > MOST_NEIGHBORS:
        raise ValueError(
            f"eps {eps:g} reaches {each:,.0f} of {len(X):,} items from each of them, more than "
            "fits in memory; choose a smaller eps, or leave it out."
        )


def _by_size(found: Any) -> IntArray:
    """Give clusters their numbers by size, the largest first; noise stays what it is."""
    sizes = np.bincount(found[found >= 0], minlength=1)
    order = np.argsort(-sizes, kind="stable")
    rank = np.full(len(sizes) + 1, NOISE, dtype=np.intp)  # the last place is that of noise
    rank[order] = np.arange(len(sizes))
    clusters: IntArray = rank[found]
    return clusters


def _what_to_try(method: str, found: int, wanted: int, setting: str) -> str:
    """Return what to say about fewer clusters than asked for; "" where all is well."""
    dense = method in ("hdbscan", "dbscan")
    if found >= wanted or (dense and found > 1):
        return ""
    result = f"{method} found {_counted(found)}"
    if method == "minibatch":
        return (
            f"{result}, not {wanted}. Ask for fewer, or take method='kmeans', which sees all at "
            "once."
        )
    if not dense:
        return (
            f"{result}, not {wanted}: the rest of the items are equal to others. Ask for fewer, or "
            "choose an embedding that tells the items apart."
        )
    other = {"hdbscan": "a smaller min_cluster_size", "dbscan": "another eps"}[method]
    return (
        f"{result}{f' with {setting}' if setting else ''}. Try {other}, a projection by "
        "nb.project in place of wide embeddings, or method='kmeans', which always divides."
    )


def _counted(found: int) -> str:
    return {0: "no cluster, only noise", 1: "only one cluster"}.get(found, f"{found} clusters")


def as_clusters(clusters: Any, n: int, of: str = "items") -> IntArray:
    """Return cluster numbers as an array, or say what is wrong with them.

    Raises
    ------
    ValueError
        If they are not n whole numbers.
    """
    groups = np.asarray(clusters)
    if len(groups) != n:
        raise ValueError(f"there are {len(groups):,} clusters for {n:,} {of}; pass one for each.")
    if groups.ndim != 1 or not (groups.dtype.kind in "iu" or not n):
        raise ValueError("clusters holds no whole numbers; pass what nblabel.cluster returned.")
    return groups.astype(np.intp)


def _is_unknown(value: Any) -> bool:
    import pandas as pd

    # NaN and NaT differ from themselves; pandas's NA tells of nothing what it is
    if value is None or value is pd.NA:
        return True
    return bool(value != value or value == NOISE)  # noqa: PLR0124
