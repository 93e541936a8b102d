"""Who gave the answer that counts for each item, and when, in arrays by position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nblabel.arrays import Int32Array, IntArray
from nblabel.log.deciding import Answer


class Answered:
    """Annotator and time of the answers that count, skips and flags included.

    Parameters
    ----------
    n : int
        Items of the pool.

    Attributes
    ----------
    annotators : dict of str to int
        The code of each name; "" is that of answers without one.
    who : ndarray of shape (n,), int32
        Codes of annotators, -1 where there is no answer.
    when : ndarray of shape (n,), float64
        Seconds since 1970, NaN where there is no answer.
    """

    def __init__(self, n: int) -> None:
        self.annotators: dict[str, int] = {}
        self.who: Int32Array = np.full(n, -1, dtype=np.int32)
        self.when: npt.NDArray[np.float64] = np.full(n, np.nan)

    def take(self, rows: IntArray, answers: Sequence[Answer | None]) -> None:
        """Take over the answers to the items at some positions; None where there is none."""
        codes = self.annotators
        self.when[rows] = [np.nan if one is None else one.event.time for one in answers]
        self.who[rows] = [
            -1 if one is None else codes.setdefault(one.event.annotator or "", len(codes))
            for one in answers
        ]
