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
        if not isinstance(key, tuple):
            return self.rows(np.atleast_1d(key))[0] if np.ndim(key) == 0 else self.rows(key)
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

    def sums(self, some: Any = slice(None), weights: FloatArray | None = None) -> FloatArray:
        """Return the column sums of some rows, each row counting by its weight: (n_classes,)."""
        codes, values, rest = self.codes[some], self.values[some], self.rest[some]
        if weights is not None:
            values, rest = values * weights[:, None], rest * weights
        listed = codes >= 0
        # what a listed class has beyond that of the others
        beyond = (values - rest[:, None])[listed]
        sums = np.bincount(codes[listed], weights=beyond, minlength=self.n_classes)
        total: FloatArray = (sums + rest.sum(dtype=np.float64)).astype(np.float32)
        return total

    def taken(self, some: Any) -> TopProba:
        """Return some rows, as such a matrix."""
        return TopProba(self.codes[some], self.values[some], self.rest[some], self.n_classes)

    def scaled(self, factors: FloatArray) -> TopProba:
        """Return each class multiplied with its factor, and rows that sum to 1 again.

        The classes that are not listed go on sharing evenly what they have together.
        """
        listed = self.codes >= 0
        by = np.where(listed, factors[self.codes], 0).astype(np.float32)
        values = self.values * by
        n_other = self.n_other
        others = self.rest * np.maximum(factors.sum() - by.sum(axis=1), 0)
        total = values.sum(axis=1) + others
        each = others / np.maximum(n_other, 1)
        return TopProba(
            self.codes,
            (values / total[:, None]).astype(np.float32),
            (each / total).astype(np.float32),
            self.n_classes,
        )

    def known(self, rows: IntArray, codes: IntArray) -> TopProba:
        """Return the matrix with the classes of some rows known for certain."""
        kept, values, rest = self.codes.copy(), self.values.copy(), self.rest.copy()
        kept[rows], values[rows], rest[rows] = -1, 0, 0
        kept[rows, 0], values[rows, 0] = codes, 1
        return TopProba(kept, values, rest, self.n_classes)


def mean_of(one: TopProba, other: TopProba) -> TopProba:
    """Return the mean of two matrices of the same shape, with the likeliest classes of both."""
    k = one.codes.shape[1]
    codes = np.concatenate([one.codes, other.codes], axis=1)
    rows = np.arange(len(one))
    values = np.zeros(codes.shape, dtype=np.float32)
    for place in range(codes.shape[1]):
        here = codes[:, place]
        values[:, place] = np.where(here >= 0, one[rows, here] + other[rows, here], 0) / 2
    for place in range(k, 2 * k):  # a class that both list is there twice
        again = (codes[:, :k] == codes[:, place, None]).any(axis=1)
        codes[again, place], values[again, place] = -1, 0
    order = np.argpartition(-values, k - 1, axis=1)[:, :k]
    codes = np.take_along_axis(codes, order, axis=1)
    values = np.take_along_axis(values, order, axis=1)
    n_other = one.n_classes - np.count_nonzero(codes >= 0, axis=1)
    left = np.maximum(1 - values.sum(axis=1), 0)
    rest = np.where(n_other > 0, left / np.maximum(n_other, 1), 0)
    return TopProba(codes, values, rest.astype(np.float32), one.n_classes)
