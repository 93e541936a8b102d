"""Probabilities of very many classes: those of each item's likeliest, and what the others share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, Int32Array, IntArray

MANY = 200  # classes, beyond which only the likeliest of each item are kept
KEPT = 32  # classes of an item
BLOCK = 2_048  # rows that are made dense at a time


@dataclass(frozen=True)
class TopProba:
    """A matrix of probabilities, (n, n_classes), of which few in each row differ from one another.

    Of 60,000 items with 1,000 classes each, it takes 15 MB in place of 240. It reads like an array:
    ``proba[rows]``, ``proba[rows, codes]`` and ``np.asarray(proba)`` give the numbers.

    Attributes
    ----------
    codes : ndarray of shape (n, k), int32
        The likeliest classes of each row, in any order; -1 where there are fewer.
    values : ndarray of shape (n, k), float32
        Their probabilities; 0 where there are fewer.
    rest : ndarray of shape (n,), float32
        The probability of each class that is not among them.
    n_classes : int
        How many classes there are.
    """

    codes: Int32Array
    values: FloatArray
    rest: FloatArray
    n_classes: int

    @property
    def shape(self) -> tuple[int, int]:
        """Of the matrix."""
        return len(self.codes), self.n_classes

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """Of the matrix."""
        return np.dtype(np.float32)

    def __len__(self) -> int:
        return len(self.codes)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        dense = np.empty((self.n_classes, len(self)), dtype=np.float32)
        for start in range(0, len(self), BLOCK):
            dense[:, start : start + BLOCK] = self.rows(slice(start, start + BLOCK)).T
        return dense.T if dtype is None else dense.T.astype(dtype, copy=False)

    def __getitem__(self, key: Any) -> Any:
        """Return rows of the matrix, or one entry of each row: ``proba[rows, codes]``."""
        if isinstance(key, int | np.integer):
            return self.rows(np.array([key]))[0]
        if not isinstance(key, tuple):
            return self.rows(key)
        which, codes = key
        some = self.codes[which]
        wanted = np.asarray(codes)[..., None]
        hit = some == wanted
        found = np.where(hit, self.values[which], 0).sum(axis=-1, dtype=np.float32)
        return np.where(hit.any(axis=-1), found, self.rest[which])

    def rows(self, some: IntArray | slice | Any) -> FloatArray:
        """Return some rows of the matrix, (m, n_classes)."""
        codes, values, rest = self.codes[some], self.values[some], self.rest[some]
        dense: FloatArray = np.repeat(rest[:, None], self.n_classes, axis=1)
        lines, places = np.nonzero(codes >= 0)
        dense[lines, codes[lines, places]] = values[lines, places]
        return dense

    @property
    def n_other(self) -> IntArray:
        """How many classes of each row are not among the likeliest, (n,)."""
        others: IntArray = self.n_classes - np.count_nonzero(self.codes >= 0, axis=1)
        return others

    def likeliest(self) -> tuple[IntArray, FloatArray]:
        """Return the likeliest class of each row, the smaller of two, and its probability."""
        best = self.values.max(axis=1)
        first = np.where(self.values == best[:, None], self.codes, self.n_classes)
        first[self.codes < 0] = self.n_classes
        codes = first.min(axis=1)
        # with none of them listed all classes are alike, and the first is as good as any
        return np.where(codes < self.n_classes, codes, 0).astype(np.intp), np.maximum(
            best, self.rest
        )

    def lead(self) -> FloatArray:
        """Return by how much the likeliest class of each row leads the second, (n,)."""
        two = np.partition(self.values, -2, axis=1)[:, -2:]
        others = np.where(self.n_other > 0, self.rest, 0)
        second = np.maximum(two[:, 0], others)
        first: FloatArray = np.maximum(two[:, 1], others)
        return first - np.minimum(first, second)

    def entropy(self) -> FloatArray:
        """Return the entropy of each row, (n,)."""
        tiny = np.finfo(np.float32).tiny
        listed = self.values * np.log(np.maximum(self.values, tiny))
        others = self.n_other * self.rest * np.log(np.maximum(self.rest, tiny))
        found: FloatArray = -(listed.sum(axis=1) + others)
        return found.astype(np.float32)

    def replaced(self, rows: IntArray, proba: FloatArray) -> TopProba:
        """Return the matrix with other rows in some places, cut to their likeliest classes.

        Parameters
        ----------
        rows : ndarray of shape (m,), intp
        proba : ndarray of shape (m, n_classes), float32
        """
        k = self.codes.shape[1]
        best = np.argpartition(proba, -k, axis=1)[:, -k:].astype(np.int32)
        codes, values, rest = self.codes.copy(), self.values.copy(), self.rest.copy()
        codes[rows], values[rows] = best, np.take_along_axis(proba, best, axis=1)
        left = np.maximum(1 - values[rows].sum(axis=1), 0)
        rest[rows] = left / max(self.n_classes - k, 1)
        return TopProba(codes, values, rest, self.n_classes)

    def known(self, rows: IntArray, codes: IntArray) -> Any:
        """Return the matrix with the classes of some rows known for certain, to be read as one."""
        kept, values, rest = self.codes.copy(), self.values.copy(), self.rest.copy()
        kept[rows], values[rows], rest[rows] = -1, 0, 0
        kept[rows, 0], values[rows, 0] = codes, 1
        return TopProba(kept, values, rest, self.n_classes)
