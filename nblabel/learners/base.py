"""What every learner does."""

from __future__ import annotations

from typing import Any, Protocol

from nblabel.arrays import FloatArray, IntArray, as_embeddings


class LearnerError(RuntimeError):
    """The learner failed on the labels it was given. The message says what it said."""


class Learner(Protocol):
    """Learns from the labels of a pool, and says how likely each class is for each item.

    A learner is made for one pool: it gets the embeddings once and the labels again and again. Its
    answer depends on the labels alone, not on the order in which they came.
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
            Probabilities; rows sum to 1. Uniform while nothing is labeled.

        Raises
        ------
        LearnerError
            If it cannot learn from these labels.
        """

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Say how likely each class is for points that need not be in the pool.

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
            f"the new points have {points.shape[1]} dimensions, the pool's embeddings {dim}."
        )
    return points


def no_update() -> LearnerError:
    """Return the error for new points that come before the first `update`."""
    return LearnerError("nothing was learned yet: call update first, or again if it failed.")
