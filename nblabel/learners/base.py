"""What every learner does."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from nblabel.arrays import FloatArray, IntArray, as_embeddings


class LearnerError(RuntimeError):
    """The learner failed on the labels it was given. The message has the reason."""


class Learner(Protocol):
    """Learns from the labels of a pool, and predicts the class of every item.

    A learner is made for one pool: it gets the embeddings once, as ``make(X, random_state)``, and
    the labels again and again. Its predictions depend on the labels alone, not on the order in
    which they came. A class or function of your own that makes one is passed as
    ``Session(pool, classes, learner=make)``. Any scikit-learn classifier with ``predict_proba`` is
    a learner as it is.

    Examples
    --------
    >>> import numpy as np
    >>> import nblabel as nb
    >>> class NearestMean:
    ...     name = "nearest mean"
    ...
    ...     def __init__(self, X, random_state):
    ...         self.X = X
    ...
    ...     def update(self, y, n_classes):
    ...         scores = np.full((len(self.X), n_classes), 1e-9)
    ...         for code in np.unique(y[y >= 0]):
    ...             mean = self.X[y == code].mean(axis=0)
    ...             scores[:, code] = 1 / (1 + ((self.X - mean) ** 2).sum(axis=1))
    ...         return scores / scores.sum(axis=1, keepdims=True)
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images[:200], data.classes, learner=NearestMean)
    """

    name: str

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        """Learn from labels.

        Parameters
        ----------
        y : ndarray of shape (n,), intp
            Class numbers, -1 where an item is not labeled.
        n_classes : int
            How many classes there are; some may have no label yet.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Probabilities of the classes for every item; rows sum to 1. Uniform while nothing is
            labeled.

        Raises
        ------
        LearnerError
            If it cannot learn from these labels; any exception of a learner of your own becomes
            one.
        """

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Return the probability of each class for points that need not be in the pool.

        A learner of your own may do without.

        Parameters
        ----------
        X_new : ndarray of shape (m, dim), float32
            Points in the space of the pool's embeddings.

        Returns
        -------
        ndarray of shape (m, n_classes), float32
            As the last `update` learned it: a copy of a pool item gets that item's probabilities.
            Uniform while nothing is labeled.

        Raises
        ------
        ValueError
            If the points are not finite numbers in as many dimensions as the pool has.
        LearnerError
            If there was no `update`, or the last one failed.
        """


def check_proba(proba: Any, shape: tuple[int, int], name: str) -> FloatArray:
    """Return probabilities as float32 in Fortran order, or refuse them.

    Raises
    ------
    LearnerError
        If they are not of this shape, not finite, negative, or do not sum to 1.
    """
    try:
        checked: FloatArray = np.asarray(proba, dtype=np.float32, order="F")
    except (TypeError, ValueError) as error:
        raise LearnerError(f"{name} returned no array of probabilities: {error}") from error
    if checked.shape != shape:
        raise LearnerError(f"{name} returned shape {checked.shape}; expected {shape}.")
    if not np.isfinite(checked).all():
        raise LearnerError(f"{name} returned probabilities that are not finite.")
    if len(checked) and (checked.min() < 0 or np.abs(checked.sum(axis=1) - 1).max() > 1e-3):
        raise LearnerError(f"{name} returned probabilities that do not sum to 1.")
    return checked


def check_points(X_new: Any, dim: int) -> FloatArray:
    """Return new points as float32, or say what is wrong with them.

    Raises
    ------
    ValueError
        If they are not finite numbers in `dim` dimensions.
    """
    points = as_embeddings(X_new)
    if points.shape[1] != dim:
        raise ValueError(
            f"the new points have {points.shape[1]} dimensions, the pool's embeddings {dim}. Embed "
            "them like the pool: nb.embed(new, like=pool)."
        )
    return points


def no_update() -> LearnerError:
    """Return the error for new points that come before the first `update`."""
    return LearnerError("nothing was learned yet: call update first, or again if it failed.")
