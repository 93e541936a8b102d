"""How far neighbourhood and a linear head are each to be trusted, by the labels alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph

Float64Array = npt.NDArray[np.float64]

VOTERS = 5  # nearest labeled items that decide about one left out
RIDGE = 0.3  # beside points whose mean squared norm is 1
BEFORE = 15  # labels' worth of trust before there are any
USELESS, TRUSTED = 0.3, 0.6  # shares of what a head gets right, see `neighbor_trust`
ISLANDS, NOISE = 0.3, 0.8  # disagreement of neighbours beside that with a head, see `head_trust`
LEAST = 2e-3  # of what disagrees
FLOODED, GROUPS = 0.3, 0.6  # agreement of neighbours, see `propagation_trust`
AGREED = 0.01  # share of the items that agree beyond chance, before any is looked at


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


def propagation_trust(smooth: float) -> float:
    """Return how far propagation followed groups of the pool: from 0, not at all, to 1.

    Parameters
    ----------
    smooth : float
        Its `agreement` with itself, between neighbours.

    Notes
    -----
    Where classes are no groups, walks are long, and meet whichever labels lie in the middle of the
    pool: one class floods nearly all of it, with specks of the others, and neighbours contradict
    one another (the degeneracy of Laplace learning: Nadler, Srebro and Zhou, 2009). Of tweets,
    positive or negative, that were labeled at random, propagation has hardly more right than
    chance for 200 labels; a head on the labels alone has 63 % after 100.
    """
    return float(np.clip((smooth - FLOODED) / (GROUPS - FLOODED), 0, 1))


def head_trust(agreed: float, smooth: float) -> float:
    """Return how far a head can say what propagation says: from 0, not at all, to 1.

    Parameters
    ----------
    agreed : float
        The `agreement` of propagation and the head that was trained on it.
    smooth : float
        That of propagation with itself, between neighbours.

    Notes
    -----
    Where a head contradicts propagation about as often as neighbours contradict one another, it
    smooths what is uncertain anyway, and the product of both is ahead of either: photographs seen
    by a network. Where propagation is of one mind among neighbours and the head still contradicts
    it, the classes are islands that no hyperplane separates, and the head is wrong: handwritten
    digits in 50 principal components, of which propagation has 97 % right and the head 86 %.
    """
    ratio = (1 - smooth + LEAST) / (1 - agreed + LEAST)
    follows = np.clip((ratio - ISLANDS) / (NOISE - ISLANDS), 0, 1)
    return float(np.clip(agreed, 0, 1) * follows)


def agreement(classes: IntArray, others: IntArray, weights: FloatArray) -> float:
    """Return how far two say the same: 1 where they always do, 0 where not more than by chance.

    Parameters
    ----------
    classes : ndarray of shape (m,), intp
        The likeliest classes of some items.
    others : ndarray of shape (m,) or (m, k), intp
        What else is said of each, once or several times.
    weights : ndarray of shape (m,), float32
        How much each item counts; not negative.

    Returns
    -------
    float
        The share of agreement, above that of always saying the commonest class, as Cohen's kappa
        takes chance off, with `AGREED` added on both sides: where nearly all items have one class,
        a handful would decide.
    """
    shares = weights / max(float(weights.sum(dtype=np.float64)), 1e-9)
    agreed = float(shares @ (others.reshape(len(classes), -1) == classes[:, None]).mean(axis=1))
    commonest = float(np.bincount(classes, weights=shares).max())
    return (agreed - commonest + AGREED) / (1 - commonest + AGREED)


def neighbors_of(graph: NeighborGraph, items: IntArray) -> IntArray:
    """Return the neighbours that say how smooth propagation is, (m, k).

    They are the sixth to tenth nearest: nearer ones may be copies, which always agree.
    """
    near = graph.indices[items]
    found: IntArray = near[:, near.shape[1] // 3 : near.shape[1] * 2 // 3].astype(np.intp)
    return found
