"""How well probabilities of tags put those items first that have them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from nblabel.arrays import FloatArray


def mean_average_precision(truth: Any, proba: FloatArray) -> float | None:
    """Return the mean of the average precision over the tags that some item has, None for none."""
    codes = np.flatnonzero(np.asarray(truth).any(axis=0))
    if not len(codes):
        return None
    found = [average_precision_score(truth[:, code], proba[:, code]) for code in codes]
    return float(np.mean(found))
