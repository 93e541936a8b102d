"""Strategies that ask about every group of similar items in turn."""

from __future__ import annotations

import heapq

import numpy as np

from nblabel.arrays import FloatArray, Int32Array, IntArray
from nblabel.strategies.base import Query, Reason, View
from nblabel.strategies.kmeans import clusters_of
from nblabel.strategies.scored import MeasureStrategy
from nblabel.strategies.words import reasons

SMALL = 5  # items; a smaller group waits until the others have an answer


class Groups:
    """Items divided into groups, from the most typical of each to the least.

    Parameters
    ----------
    group : ndarray of shape (n,), int32
        The group of each item.
    typicality : ndarray of shape (n,), float32
        Higher is more typical; of equals the first comes first.
    """

    def __init__(self, group: Int32Array, typicality: FloatArray) -> None:
        self.group = group
        self.sizes = np.bincount(group)
        self._order = np.lexsort((-typicality, group))
        begin = np.cumsum(self.sizes) - self.sizes
        place = np.arange(len(group)) - np.repeat(begin, self.sizes)
        self.typicality = np.empty(len(group), dtype=np.float32)
        self.typicality[self._order] = 1 - place / np.repeat(self.sizes, self.sizes)

    def answered(self, labeled: IntArray) -> IntArray:
        """Return how many items of each group are labeled."""
        counts: IntArray = np.bincount(self.group[labeled], minlength=len(self.sizes))
        return counts

    def in_turn(
        self, candidates: IntArray, labeled: IntArray, n: int, *, once: bool = False
    ) -> IntArray:
        """Return up to n candidates, each the most typical one left of the group whose turn it is.

        Groups without an answer come first, the largest first of all, those under five items last;
        then always the one with the smallest share of answers, questions included.

        Parameters
        ----------
        candidates, labeled : ndarray of intp
            Positions that may be asked, and that are labeled.
        n : int
            How many, at most.
        once : bool
            Ask about groups without an answer only, once about each.
        """
        is_open = np.zeros(len(self.group), dtype=bool)
        is_open[candidates] = True
        members = self._order[is_open[self._order]]
        left = np.bincount(self.group[candidates], minlength=len(self.sizes))
        following, end = np.cumsum(left) - left, np.cumsum(left)
        answered = self.answered(labeled)
        queue = [
            self._due(group, int(answered[group]))
            for group in np.flatnonzero(left).tolist()
            if not (once and answered[group])
        ]
        heapq.heapify(queue)
        picks: list[int] = []
        while queue and len(picks) < n:
            group = queue[0][-1]
            picks.append(int(members[following[group]]))
            following[group] += 1
            answered[group] += 1
            if once or following[group] == end[group]:
                heapq.heappop(queue)
            else:
                heapq.heapreplace(queue, self._due(group, int(answered[group])))
        return np.array(picks, dtype=np.intp)

    def _due(self, group: int, answered: int) -> tuple[float, bool, int, int]:
        """Return when a group is asked about: what is smaller comes first."""
        size = int(self.sizes[group])
        return answered / size, size < SMALL, -size, group

    def reasons(self, indices: IntArray, view: View) -> tuple[Reason, ...]:
        """Say why items are asked."""
        group = self.group[indices]
        answered = self.answered(view.labeled)[group] / self.sizes[group]
        shares = {
            "typicality": self.typicality[indices],
            "group": (1 - answered).astype(np.float32),
        }
        return reasons(shares, indices, view)


class TypiClustStrategy:
    """Ask about the most typical item of each cluster in turn.

    Typical is what is near its fifteen neighbours on the graph. Clusters without a label come
    first, from the largest on, those under five items last; then the one with the smallest share of
    labels.

    Notes
    -----
    TypiClust (Hacohen, Dekel and Weinshall, "Active Learning on a Budget: Opposite Strategies Suit
    High and Low Budgets", ICML 2022). The paper makes as many clusters as there are labels and
    questions, 500 at most. Here, where a question follows every label, their number grows in steps:
    16, 23, 32, ..., 500, the first that is at least 16 more than twice the labels.
    """

    name = "typiclust"
    needs_graph = True
    starts_on_graph = True
    STEPS = (16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 500)

    def query(self, view: View, n: int) -> Query:
        groups = self._groups(view)
        indices = groups.in_turn(view.candidates, view.labeled, n)
        return Query(indices, _falling(len(indices)), groups.reasons(indices, view))

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not."""
        return self._groups(view).reasons(np.array([index]), view)[0]

    def _groups(self, view: View) -> Groups:
        assert view.graph is not None, "this strategy looks at the neighbour graph"
        wanted = 2 * len(view.labeled) + 16
        k = next((step for step in self.STEPS if step >= wanted), self.STEPS[-1])
        key = f"{k} groups"
        if key not in view.cache:
            # all have as many neighbours: the sum ranks as the inverse mean does
            typicality = -view.graph.distances.sum(axis=1)
            view.cache[key] = Groups(clusters_of(view, k), typicality)
        groups: Groups = view.cache[key]
        return groups


class ClustersFirstStrategy:
    """Ask about the most typical item of each cluster once, then as "product" does.

    There are twenty clusters, or twice as many as classes; the largest comes first. Typical is what
    lies as densely as its neighbours: no graph is needed.

    Notes
    -----
    Sampling the representatives of clusters first goes back to Nguyen and Smeulders, "Active
    Learning Using Pre-clustering", ICML 2004.
    """

    name = "clusters"
    FEWEST = 20

    def __init__(self) -> None:
        self._product = MeasureStrategy("product", ("uncertainty", "density", "diversity"))

    def query(self, view: View, n: int) -> Query:
        groups = self._groups(view)
        first = groups.in_turn(view.candidates, view.labeled, n, once=True)
        if len(first) == min(n, len(view.candidates)):
            return Query(first, 1 + _falling(len(first)), groups.reasons(first, view))
        then = self._product.query(view, n)
        new = np.flatnonzero(~np.isin(then.indices, first))[: n - len(first)]
        indices = np.concatenate([first, then.indices[new]])
        scores = np.concatenate([1 + _falling(len(first)), then.scores[new]])
        why = [*groups.reasons(first, view), *(then.reasons[place] for place in new)]
        for place in np.flatnonzero(groups.answered(view.labeled)[groups.group[indices]] == 0):
            why[place] = groups.reasons(indices[[place]], view)[0]
        return Query(indices, scores, tuple(why))

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not."""
        groups = self._groups(view)
        if groups.answered(view.labeled)[groups.group[index]]:
            return self._product.explain(view, index)
        return groups.reasons(np.array([index]), view)[0]

    def _groups(self, view: View) -> Groups:
        k = max(self.FEWEST, 2 * len(view.classes))
        key = f"{k} groups"
        if key not in view.cache:
            view.cache[key] = Groups(clusters_of(view, k), view.density)
        groups: Groups = view.cache[key]
        return groups


def _falling(n: int) -> FloatArray:
    """Return scores that tell the order and nothing else: 1, 1/2, 1/3, ..."""
    scores: FloatArray = np.float32(1) / np.arange(1, n + 1, dtype=np.float32)
    return scores
