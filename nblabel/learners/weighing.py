"""How far neighbourhood and a linear head are each to be trusted, by the labels alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray

Float64Array = npt.NDArray[np.float64]

VOTERS = 5  # nearest labeled items that decide about one left out
RIDGE = 0.3  # beside points whose mean squared norm is 1
BEFORE = 15  # labels' worth of trust before there are any
USELESS, TRUSTED = 0.3, 0.6  # shares of what a head gets right, see `neighbor_trust`


def neighbor_trust(points: FloatArray, known: IntArray) -> float:
    """Return how far nearness says anything about the classes: from 0, not at all, to 1.

    Each label in turn is left out and predicted by its nearest labeled items, and by a linear
    model of all others. Where the neighbours get hardly more right than chance and the linear model
    many, the classes are no matter of nearness, and label propagation on them misleads. That the
    neighbours get somewhat less right is nothing to hold against propagation, which sees the whole
    pool: on photos and digits they get 60 to 100 % of what the linear model gets, and propagation
    is mostly ahead of both.

    Parameters
    ----------
    points : ndarray of shape (m, width), float32
        Labeled items; their mean squared norm is about 1.
    known : ndarray of shape (m,), intp
        Their class numbers.

    Notes
    -----
    What is predicted by chance is taken off, and `BEFORE` added, on both sides. The linear model is
    ridge regression on the classes, whose predictions for an item left out are known in closed form
    (Cook, 1977: residual divided by one minus leverage).
    """
    codes, places = np.unique(known, return_inverse=True)
    if len(codes) < 2:
        return 1.0
    answers = np.eye(len(codes))[places]
    chance = float(np.square(answers.mean(axis=0)).sum()) * len(known)
    exact = points.astype(np.float64)
    near = float((_by_neighbors(exact, answers) == places).sum()) - chance
    linear = float((_by_ridge(exact, answers) == places).sum()) - chance
    share = max(near + BEFORE, 0) / max(linear + BEFORE, 1e-9)
    return float(np.clip((share - USELESS) / (TRUSTED - USELESS), 0, 1))


def _by_neighbors(points: Float64Array, answers: Float64Array) -> IntArray:
    """Predict each from the nearest others."""
    predicted: IntArray = neighbor_votes(points, answers).argmax(axis=1)
    return predicted


def neighbor_votes(points: Float64Array, answers: Float64Array) -> Float64Array:
    """Return what the nearest others say of each, weighted as `KnnLearner` weighs them.

    Parameters
    ----------
    points : ndarray of shape (m, width)
    answers : ndarray of shape (m, n_columns)

    Returns
    -------
    ndarray of shape (m, n_columns)
        Weighted means.
    """
    squares = np.square(points).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)
    np.fill_diagonal(distances, np.inf)
    k = min(VOTERS, len(points) - 1)
    near = np.argpartition(distances, k - 1, axis=1)[:, :k]
    distances = np.take_along_axis(distances, near, axis=1)
    scale = np.median(distances.min(axis=1))
    weights = (1 + distances / (scale if scale > 0 else 1)) ** -4.0
    weights /= weights.sum(axis=1, keepdims=True)
    votes: Float64Array = np.einsum("ij,ijc->ic", weights, answers[near])
    return votes


def _by_ridge(points: Float64Array, answers: Float64Array) -> IntArray:
    """Predict each from a ridge regression on the others."""
    A = np.column_stack([points - points.mean(axis=0), np.ones(len(points))])
    gram = A.T @ A
    gram[np.diag_indices(len(gram))] += RIDGE
    solved = np.linalg.solve(gram, A.T)
    leverage = np.einsum("ij,ji->i", A, solved)[:, None]
    fitted = A @ (solved @ answers)
    left_out = (fitted - leverage * answers) / (1 - leverage)
    predicted: IntArray = left_out.argmax(axis=1)
    return predicted


def head_trust(spread: IntArray, found: IntArray, sureness: FloatArray) -> float:
    """Return how far a head can say what propagation says: from 0, not at all, to 1.

    Parameters
    ----------
    spread, found : ndarray of shape (m,), intp
        The likeliest classes of some items, by propagation and by the head trained on it.
    sureness : ndarray of shape (m,), float32
        How much each item counts; not negative.

    Returns
    -------
    float
        The share of agreement, above that of always saying the commonest class, as Cohen's kappa
        takes chance off. Where classes are islands that no hyperplane separates it is near 0.
    """
    total = float(sureness.sum(dtype=np.float64))
    if total <= 0:
        return 0.0
    agreed = float(sureness[spread == found].sum(dtype=np.float64)) / total
    commonest = float(np.bincount(spread, weights=sureness).max()) / total
    return float(np.clip((agreed - commonest) / (1 - commonest + 1e-9), 0, 1))
