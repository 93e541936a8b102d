"""A linear head on the embeddings, trained on what label propagation says."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg

from nblabel.arrays import FloatArray, IntArray

WIDTH = 128  # principal components that a head is trained on, at most
ROWS = 8_192  # items drawn once, that a head is trained on beside the labeled ones
BLOCK = 8_192  # rows that are moved around the origin at a time
STEPS = 5  # of training; twice as many made no difference on any pool
RIDGE = 1e-4  # of the mean squared norm of the points
RAREST = 1e-3  # share that a class begins with, at the least


@dataclass(frozen=True)
class Space:
    """Where a head lives: the pool around the origin, at most `WIDTH` wide.

    One scale holds for all dimensions, as for the linear models of `nblabel.learners.named`.

    Attributes
    ----------
    rows : ndarray of intp
        Items drawn once, that heads are trained on.
    drawn : ndarray of shape (len(rows), width), float32
        Those items in this space.
    mean : ndarray of shape (dim,), float32
        Of those items.
    scale : float32
        What to multiply with: the mean squared norm is 1 then.
    axes : ndarray of shape (dim, WIDTH), float32, or None
        Principal axes; None where the embeddings are no wider than that.
    reduced : ndarray of shape (n, WIDTH), float32, or None
        The pool along the axes, where there are some.
    """

    rows: IntArray
    drawn: FloatArray
    mean: FloatArray
    scale: np.float32
    axes: FloatArray | None = None
    reduced: FloatArray | None = None

    def of(self, X: FloatArray) -> FloatArray:
        """Return points in this space, (m, width)."""
        around = X - self.mean
        around *= self.scale
        return around if self.axes is None else np.matmul(around, self.axes, dtype=np.float32)

    def pool(self, X: FloatArray, some: IntArray | slice) -> FloatArray:
        """Return items of the pool, whose embeddings are X, in this space."""
        return self.of(X[some]) if self.reduced is None else self.reduced[some]


_SPACES: dict[int, Space] = {}  # by the identity of the embeddings; gone when those are


def space_of(X: FloatArray, random_state: int = 0) -> Space:
    """Return the space of a pool; the same for every learner that works on the same array.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings. Of those wider than `WIDTH` the leading principal components are kept beside
        them: half a kilobyte an item.
    random_state : int
        Seed of the items that are drawn, where the array was not seen before.
    """
    key = id(X)
    if key not in _SPACES:
        _SPACES[key] = _make(X, random_state)
        weakref.finalize(X, _SPACES.pop, key, None)
    return _SPACES[key]


def _make(X: FloatArray, random_state: int) -> Space:
    n, dim = X.shape
    drawn = np.random.default_rng(random_state).permutation(n)[:ROWS]
    rows = np.sort(drawn).astype(np.intp)
    some = X[rows].astype(np.float64)
    mean = some.mean(axis=0)
    some -= mean
    norm = np.sqrt(np.square(some).sum(axis=1).mean())
    scale = np.float32(1 / norm) if norm > 0 else np.float32(1)
    if dim <= WIDTH:
        space = Space(rows, X[:0].copy(), mean.astype(np.float32), scale)
        return replace(space, drawn=space.of(X[rows]))
    axes = scipy.linalg.eigh(some.T @ some, subset_by_index=[dim - WIDTH, dim - 1])[1]
    space = Space(rows, X[:0].copy(), mean.astype(np.float32), scale, axes.astype(np.float32))
    reduced = np.empty((n, WIDTH), dtype=np.float32)
    for start in range(0, n, BLOCK):
        reduced[start : start + BLOCK] = space.of(X[start : start + BLOCK])
    return replace(space, drawn=reduced[rows], reduced=reduced)


@dataclass(frozen=True)
class Head:
    """A trained head: logits are ``points @ weights + bias``.

    Attributes
    ----------
    weights : ndarray of shape (dim, n_classes), float32
    bias : ndarray of shape (n_classes,), float32
    """

    weights: FloatArray
    bias: FloatArray

    def logits(self, points: FloatArray) -> FloatArray:
        """Return logits, (n_classes, m): by columns, as proba is kept."""
        found: FloatArray = self.weights.T @ points.T
        found += self.bias[:, None]
        return found


def train(points: FloatArray, targets: FloatArray, weights: FloatArray) -> Head:
    """Train a head on probabilities.

    Parameters
    ----------
    points : ndarray of shape (m, width), float32
        In the space of the heads.
    targets : ndarray of shape (n_classes, m), float32
        Probabilities of the classes.
    weights : ndarray of shape (m,), float32
        How much each point counts; not negative, not all 0.

    Notes
    -----
    Multinomial logistic regression by a few steps, always from the same beginning, so that the
    outcome depends on the arguments alone. The Hessian of the loss is at most half the covariance
    of the points for each class (Böhning, "Multinomial Logistic Regression Algorithm", 1992): that
    bound is factorised once, and the steps are accelerated (Nesterov, 1983). Few steps and a small
    ridge keep the head from following what the propagation is wrong about.
    """
    share = (weights / weights.sum(dtype=np.float64)).astype(np.float32)
    middle = share @ points
    around = points - middle
    weighted = around * np.sqrt(share)[:, None]
    bound = 0.5 * (weighted.T @ weighted).astype(np.float64)
    bound[np.diag_indices(len(bound))] += RIDGE
    factor = scipy.linalg.cho_factor(bound, lower=True, check_finite=False)
    bias = np.log(np.maximum(targets @ share, np.float32(RAREST)))
    slope = np.zeros((points.shape[1], len(targets)), dtype=np.float32)
    last, momentum = (slope, bias), 1.0
    for _ in range(STEPS):
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        beyond, momentum = np.float32((momentum - 1) / following), following
        ahead = slope + beyond * (slope - last[0])
        ahead_bias = bias + beyond * (bias - last[1])
        last = slope, bias
        error = softmax(Head(ahead, ahead_bias).logits(around))
        error -= targets
        error *= share
        gradient = (error @ around).T + np.float32(RIDGE) * ahead
        step = scipy.linalg.cho_solve(factor, gradient, check_finite=False)
        slope = ahead - step.astype(np.float32)
        bias = ahead_bias - 2 * error.sum(axis=1)
    return Head(slope, bias - middle @ slope)


def softmax(logits: FloatArray) -> FloatArray:
    """Turn logits, (n_classes, m), into probabilities in place, and return them."""
    logits -= logits.max(axis=0)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=0)
    return logits
