"""What labels say without embeddings: how frequent the classes are."""

from __future__ import annotations

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners.base import no_update


class ShareLearner:
    """Predicts the class shares of the labels for every item alike.

    It stands in while the items are being embedded.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Not looked at.
    random_state : int
        Nothing is random here.

    Notes
    -----
    One is added to each count (Laplace's rule of succession), so that no class is ruled out.
    """

    name = "shares"

    def __init__(self, X: FloatArray, random_state: int) -> None:  # noqa: ARG002  as all learners
        self._shares: FloatArray | None = None

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        counts = np.bincount(y[y >= 0], minlength=n_classes) + 1.0
        self._shares = (counts / counts.sum()).astype(np.float32)
        return self.predict_proba(y)

    def predict_proba(self, X_new: np.ndarray) -> FloatArray:
        if self._shares is None:
            raise no_update()
        return np.tile(self._shares, (len(X_new), 1))
