"""Coarse labels: what is learned from labels of classes that have subclasses.

A label "dog" says that an item is a husky or a pug, and not which. It is learned from at the level
that it is of, and above: one learner is told only whether an item is a dog, a cat or a bird, from
labels of all levels; another one, that of the classes themselves, from their labels alone. The
probability of a class is the product along its path: that of "dog" among all, times that of "husky"
among dogs. So it is done where pictures have labels of several levels in Redmon and Farhadi,
"YOLO9000: Better, Faster, Stronger", CVPR 2017, section 4 (WordTree); a learner for each level is
what Silla and Freitas call a local classifier per level, "A survey of hierarchical classification
across different application domains", Data Mining and Knowledge Discovery, 2011.

Where nothing is known below a class its subclasses share its probability evenly. An item with a
coarse label itself has no probability outside of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nblabel.arrays import BoolArray, FloatArray, IntArray
from nblabel.learners.top import TopProba

LEAST = 1e-6  # a probability below which nothing is known of what is in it


@dataclass(frozen=True)
class Level:
    """The classes of one level of a tree, each with all that is below it.

    Attributes
    ----------
    groups : ndarray of shape (n_classes,), intp
        The number of the group that each class without subclasses is in.
    n : int
        How many groups there are.
    """

    groups: IntArray
    n: int

    def inside(self, above: Level) -> IntArray:
        """Return in which group of the level above each group lies, (n,)."""
        found = np.empty(self.n, dtype=np.intp)
        found[self.groups] = above.groups
        return found


@dataclass(frozen=True)
class CoarseLabels:
    """The labels of classes that have subclasses.

    Attributes
    ----------
    nodes : ndarray of shape (n,), intp
        The number of the parent class that each item has the label of, -1 where it has none.
    paths : tuple of tuple of int
        For each class the numbers of the parent classes above it, the highest first.
    """

    nodes: IntArray
    paths: tuple[tuple[int, ...], ...]

    def of(self, rows: IntArray) -> CoarseLabels:
        """Return those of some items."""
        return CoarseLabels(self.nodes[rows], self.paths)

    @cached_property
    def used(self) -> IntArray:
        """The parent classes that have labels, ascending."""
        return np.unique(self.nodes[self.nodes >= 0])

    def under(self, node: int) -> BoolArray:
        """Return which classes are below a parent class, (n_classes,)."""
        return np.array([node in path for path in self.paths], dtype=bool)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels that have labels, and those above them, from the top."""
        depths = [self._depth(node) for node in self.used.tolist()]
        return tuple(self._level(depth) for depth in range(1 + max(depths, default=-1)))

    def labels(self, depth: int, y: IntArray) -> IntArray:
        """Return the group of each item at a level, (n,): -1 where no label tells it.

        Parameters
        ----------
        depth : int
            Of the level, 0 at the top.
        y : ndarray of shape (n,), intp
            The labels of classes without subclasses.
        """
        groups = self.levels[depth].groups
        found = np.where(y >= 0, groups[y], -1)
        for node in self.used.tolist():
            if self._depth(node) >= depth:
                found[(self.nodes == node) & (y < 0)] = groups[self.under(node).argmax()]
        return found

    def clamped(self, proba: Any) -> Any:
        """Return probabilities with none outside of what the coarse labels say."""
        for node in self.used.tolist():
            rows, inside = np.flatnonzero(self.nodes == node), self.under(node)
            some = proba[rows]
            some[:, ~inside] = 0
            total = some.sum(axis=1, keepdims=True)
            empty = total[:, 0] < LEAST
            some[empty] = inside
            total[empty] = np.count_nonzero(inside)
            some /= total
            if isinstance(proba, TopProba):
                proba = proba.replaced(rows, some)
            else:
                proba[rows] = some
        return proba

    def _depth(self, node: int) -> int:
        return next(path.index(node) for path in self.paths if node in path)

    def _level(self, depth: int) -> Level:
        numbers: dict[tuple[int, int], int] = {}
        groups = [
            numbers.setdefault((path[depth], -1) if len(path) > depth else (-1, code), len(numbers))
            for code, path in enumerate(self.paths)
        ]
        return Level(np.array(groups, dtype=np.intp), len(numbers))


def shared_out(mass: FloatArray, proba: Any, groups: IntArray) -> Any:
    """Return probabilities that add up to given ones in each group.

    Parameters
    ----------
    mass : ndarray of shape (n, n_groups), float32
        The probability of each group.
    proba : ndarray of shape (n, n_classes), float32, or TopProba
        How it is shared out in the group; evenly where there is nearly nothing.
    groups : ndarray of shape (n_classes,), intp
        The group of each class.

    Returns
    -------
    ndarray of shape (n, n_classes), float32, or TopProba
        Of very many classes all but the likeliest of an item go on sharing the rest evenly.
    """
    if isinstance(proba, TopProba):
        return _shared_out_top(mass, proba, groups)
    found = np.empty((proba.shape[1], len(proba)), dtype=np.float32).T
    for group in range(mass.shape[1]):
        classes = np.flatnonzero(groups == group)
        part = proba[:, classes]
        total = part.sum(axis=1)
        empty = total < LEAST
        part[empty], total[empty] = 1, len(classes)
        found[:, classes] = part * (mass[:, group] / total)[:, None]
    return found


def _shared_out_top(mass: FloatArray, proba: TopProba, groups: IntArray) -> TopProba:
    n, n_groups = mass.shape
    listed = proba.codes >= 0
    place = np.arange(n)[:, None] * n_groups + groups[proba.codes]
    flat, sizes = place[listed], np.bincount(groups, minlength=n_groups)
    total = np.bincount(flat, proba.values[listed], n * n_groups).reshape(n, n_groups)
    n_listed = np.bincount(flat, minlength=n * n_groups).reshape(n, n_groups)
    total += proba.rest[:, None] * (sizes - n_listed)
    factor = mass / np.maximum(total, LEAST)
    values = np.where(listed, proba.values * factor.ravel()[place], 0).astype(np.float32)
    left = np.maximum(1 - values.sum(axis=1), 0)
    rest = left / np.maximum(proba.n_other, 1)
    return TopProba(proba.codes, values, rest.astype(np.float32), proba.n_classes)
