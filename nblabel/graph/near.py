"""Groups of nearly equal items, read from the neighbour graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nblabel.arrays import FloatArray, Int32Array, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph

NEAR = 0.35  # of the usual distances; see the notes of nblabel.near_duplicates
TIGHT = 0.5  # of the distance to the 15th item beyond a large group
WIDEST = 0.6  # of the usual distance, from the middle of a large group
USUAL = 0.9  # of the items have a nearer neighbour than what is usual: most may be one group
ROUNDS = 4  # in which large groups are looked for
LEADERS = (
    1_000  # large groups that are tested, at most: each takes the distances to all of the pool
)
CHAINED = 32  # rounds in which chains are cut
BLOCK = 2**24  # distances worked out at a time


@dataclass(frozen=True)
class NearGroups:
    """Which items are nearly equal.

    Attributes
    ----------
    numbers : ndarray of shape (n,), int32
        The group of each item: those of two or more items first, the largest 0; then each item that
        is alone has a number of its own.
    leaders : ndarray of shape (n_groups,), intp
        The item of each group of two or more that stands for it.
    sizes : ndarray of shape (n_groups,), intp
        How many items each of them holds.
    """

    numbers: Int32Array
    leaders: IntArray
    sizes: IntArray

    @classmethod
    def of(cls, graph: NeighborGraph | None, X: FloatArray) -> NearGroups:
        """Find the groups on a graph; without one, each item is alone."""
        return _numbered(np.arange(len(X))) if graph is None else near_groups(graph, X)

    def members(self, index: int) -> IntArray:
        """Return an item and what is nearly equal to it: positions, ascending, (m,) intp."""
        return np.flatnonzero(self.numbers == self.numbers[index])

    def size(self, index: int) -> int:
        """Return how many items its group holds: 1 for an item that is alone."""
        number = int(self.numbers[index])
        return int(self.sizes[number]) if number < len(self.sizes) else 1

    def once(self, items: IntArray) -> IntArray:
        """Return the items without those of groups that are known, and one of each other group.

        Parameters
        ----------
        items : ndarray of intp
            Positions nobody answered. A group is known where one of it is missing here.
        """
        n_groups = len(self.leaders)
        if not n_groups:
            return items
        numbers = self.numbers[items]
        grouped = numbers < n_groups
        whole = np.bincount(numbers[grouped], minlength=n_groups) == self.sizes
        kept = ~grouped
        inside = np.flatnonzero(grouped)
        groups = numbers[inside]
        kept[inside] = whole[groups] & (self.leaders[groups] == items[inside])
        return items[kept]

    def together(self, items: IntArray, part: IntArray) -> IntArray:
        """Return parts of items, such as folds, that divide no group.

        Parameters
        ----------
        items : ndarray of shape (m,), intp
            Positions.
        part : ndarray of shape (m,), intp
            The part of each; that of its first item becomes that of a group.
        """
        _, first, inverse = np.unique(self.numbers[items], return_index=True, return_inverse=True)
        # what is all alike has to be divided to have parts at all
        return part[first][inverse] if len(first) > 1 else part


def near_groups(graph: NeighborGraph, X: FloatArray) -> NearGroups:
    """Find groups of nearly equal items.

    Parameters
    ----------
    graph : NeighborGraph
        Of the same items.
    X : ndarray of shape (n, dim), float32
        Embeddings, around the origin.

    Returns
    -------
    NearGroups
        See `nblabel.near_duplicates` for the rule.
    """
    n, k = graph.indices.shape
    leader = np.arange(n)
    if not k:
        return _numbered(leader)
    usual = np.float32(np.quantile(graph.distances[:, 0], USUAL))
    _find_large_groups(graph, X, float(WIDEST * usual), leader)
    free = np.bincount(leader, minlength=n)[leader] == 1
    limit = np.float32(NEAR) * np.minimum(graph.distances[:, -1], usual)
    rows, columns = np.nonzero((graph.distances <= limit[:, None]) & free[:, None])
    others = graph.indices[rows, columns]
    near = free[others] & (graph.distances[rows, columns] <= limit[others])
    _cut_chains(rows[near], others[near], X, limit, leader)
    if graph.copies.any():  # they are together, whatever lies around them
        first = np.full(n, n)
        np.minimum.at(first, graph.places, leader)
        leader = first[graph.places]
    return _numbered(leader)


def _numbered(leader: IntArray) -> NearGroups:
    """Give groups their numbers, the largest first."""
    who, first, numbers, sizes = np.unique(
        leader, return_index=True, return_inverse=True, return_counts=True
    )
    who = np.where(numbers[who] == np.arange(len(who)), who, first)  # a copy may lead elsewhere
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(who), dtype=np.int32)
    rank[order] = np.arange(len(who))
    order = order[: int((sizes > 1).sum())]
    return NearGroups(rank[numbers], who[order], sizes[order])


def _find_large_groups(graph: NeighborGraph, X: FloatArray, most: float, leader: IntArray) -> None:
    """Find groups that fill the neighbour lists of their items; note in `leader` who leads them.

    Candidates are items whose 15th neighbour is at most at the distance `most`. Of each connected
    part of them the densest is looked at, with its distances to the whole pool: those up to the
    last that is at most `TIGHT` of the distance to the 15th after it are a group.
    """
    k = graph.indices.shape[1]
    reach = graph.distances[:, -1]
    left = reach <= most
    norms = np.einsum("ij,ij->i", X, X)
    tests = LEADERS
    for _ in range(ROUNDS):
        among = np.flatnonzero(left)
        if len(among) <= k:
            return
        part = _parts_of(graph, among)
        densest = np.lexsort((reach[among], part))
        found = densest[np.flatnonzero(np.r_[True, np.diff(part[densest]) > 0])]
        sizes = np.bincount(part)
        large = found[sizes[part[found]] > k]
        heads = among[large[np.argsort(-sizes[part[large]], kind="stable")]][:tests]
        if not len(heads):
            return
        tests -= len(heads)
        step = max(1, BLOCK // len(X))
        for start in range(0, len(heads), step):
            some = heads[start : start + step]
            squares = norms[some, None] + norms - 2 * (X[some] @ X.T)
            for head, distances in zip(some, np.sqrt(np.maximum(squares, 0)), strict=True):
                members = _large_group(distances, most, k)
                members = members[left[members] | (leader[members] == members)]
                if left[head] and len(members) > k:
                    leader[members] = head
                    left[members] = False
                left[head] = False
                left[graph.indices[head]] = False  # where there is none, there is none beside


def _parts_of(graph: NeighborGraph, among: IntArray) -> Int32Array:
    """Return the connected part of each of some items, in the graph of these alone."""
    import scipy.sparse as sp  # a quarter of a second to load, before a panel opens
    from scipy.sparse.csgraph import connected_components

    place = np.full(len(graph), -1)
    place[among] = np.arange(len(among))
    others = place[graph.indices[among]]
    inside = others >= 0
    pointers = np.r_[0, np.cumsum(inside.sum(axis=1))]
    edges = (np.ones(pointers[-1], dtype=bool), others[inside], pointers)
    part: Int32Array = connected_components(
        sp.csr_matrix(edges, shape=(len(among),) * 2), directed=False
    )[1]
    return part


def _large_group(distances: FloatArray, most: float, k: int) -> IntArray:
    """Return the large group around an item, itself included; nothing where there is none."""
    n_near = int(np.count_nonzero(distances <= most))
    if n_near <= k or n_near == len(distances):
        return np.empty(0, dtype=np.intp)
    # what lies far off need not be in order
    order = np.argpartition(distances, min(n_near + k, len(distances)) - 1)[: n_near + k]
    order = order[np.argsort(distances[order], kind="stable")]
    ordered = distances[order]
    beyond = ordered[np.minimum(np.arange(n_near) + k, len(ordered) - 1)]
    ends = np.flatnonzero(ordered[:n_near] <= TIGHT * beyond)
    group: IntArray = order[: ends[-1] + 1] if len(ends) else order[:0]
    return group


def _cut_chains(
    rows: IntArray, others: IntArray, X: FloatArray, limit: FloatArray, leader: IntArray
) -> None:
    """Make groups of what is joined by edges, in which all are near to one of them."""
    import scipy.sparse as sp
    from scipy.sparse.csgraph import connected_components

    n = len(X)
    for _ in range(CHAINED):
        if not len(rows):
            return
        joined = np.unique(np.concatenate([rows, others]))
        part = connected_components(
            sp.csr_matrix((np.ones(len(rows), dtype=bool), (rows, others)), shape=(n, n)),
            directed=False,
        )[1][joined]
        degree = np.bincount(np.concatenate([rows, others]), minlength=n)[joined]
        order = np.lexsort((joined, -degree, part))
        starts = np.r_[True, np.diff(part[order]) > 0]
        head = np.empty(len(joined), dtype=np.intp)
        head[order] = joined[order[np.flatnonzero(starts)]][np.cumsum(starts) - 1]
        apart = X[joined] - X[head]
        distances = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        inside = (distances <= limit[head]) | (joined == head)
        leader[joined[inside]] = head[inside]
        left = np.zeros(n, dtype=bool)
        left[joined[~inside]] = True
        kept = left[rows] & left[others]
        rows, others = rows[kept], others[kept]
