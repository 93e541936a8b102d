"""What every learner does."""

from __future__ import annotations

from typing import Protocol

from nblabel.pool import FloatArray, IntArray


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
