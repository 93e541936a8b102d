"""Measures of how much there is to learn from an item, between 0 and 1 or ranked into it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.near import NearGroups
from nblabel.learners.labeled_neighbors import LabeledNeighbors, centred
from nblabel.learners.top import TopProba

if TYPE_CHECKING:
    from nblabel.graph.neighbor_graph import NeighborGraph

BINS = 4_096
FEWEST = 32  # bins that hold all values, at the least
SMALLEST = 1e-30  # a difference that is none
ANCHORS = 1_000
NEIGHBORS = 10
BLOCK = 4_096
GREEDY = 32
SAMPLED = 64  # one score in so many tells where the highest begin
RANKED = 64  # places, beyond which sorting all is quicker
MARGIN = 4  # times as many are looked at as are wanted


def top_two(proba: FloatArray) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Return the two likeliest classes of each of a few rows, and their probabilities.

    Of equally likely classes the smaller number comes first.
    """
    order = np.argsort(-proba, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1]
    rows = np.arange(len(proba))
    return first, second, proba[rows, first], proba[rows, second]


def likeliest(proba: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the likeliest class of each row and its probability.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes), float32
        Quickest when in Fortran order.

    Returns
    -------
    code : ndarray of shape (n,), intp
        Class numbers; ties go to the smaller.
    p : ndarray of shape (n,), float32
    """
    if isinstance(proba, TopProba):
        return proba.likeliest()
    best = proba[:, 0].astype(np.float32)
    codes = np.zeros(len(proba), dtype=np.uint8 if proba.shape[1] <= 256 else np.intp)
    for code in range(1, proba.shape[1]):
        np.copyto(codes, code, where=proba[:, code] > best)
        np.maximum(best, proba[:, code], out=best)
    return codes.astype(np.intp), best


def least_confidence(proba: FloatArray) -> FloatArray:
    """One minus the probability of the likeliest class (Lewis and Gale, 1994)."""
    best = proba.likeliest()[1] if isinstance(proba, TopProba) else proba.max(axis=1)
    values: FloatArray = 1 - best
    return values


def margin(proba: FloatArray) -> FloatArray:
    """One minus the lead of the likeliest class over the second (Scheffer et al., 2001)."""
    if isinstance(proba, TopProba):
        return 1 - proba.lead()
    first = np.zeros(len(proba), dtype=np.float32)
    second = np.zeros(len(proba), dtype=np.float32)
    lower = np.empty_like(first)
    for p in proba.T:
        np.minimum(first, p, out=lower)
        np.maximum(second, lower, out=second)
        np.maximum(first, p, out=first)
    first -= second
    return np.subtract(1, first, out=first)


def entropy(proba: FloatArray) -> FloatArray:
    """Entropy of the probabilities over its largest value (Shannon, 1948)."""
    if isinstance(proba, TopProba):
        found = proba.entropy()
    else:
        found = -(proba * np.log(np.maximum(proba, np.finfo(np.float32).tiny))).sum(axis=1)
    values: FloatArray = found / np.float32(np.log(proba.shape[1]))
    return np.clip(values, 0, 1)


UNCERTAINTIES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "least_confidence": least_confidence,
    "margin": margin,
    "entropy": entropy,
}


@dataclass(frozen=True)
class Surroundings:
    """How each item lies among its neighbours.

    Attributes
    ----------
    spacing : ndarray of shape (n,), float32
        Mean squared distance to the nearest of a sample of the pool: small in dense regions.
    density : ndarray of shape (n,), float32
        Informational density: the spacing of the item's neighbours over its own. About 1 inside a
        group, whether the group is tight or loose; near 0 for an outlier. Copies of the item count
        as near ones, but not among the neighbours it is compared with: a picture that occurs a
        hundred times is denser than any other.
    """

    spacing: FloatArray
    density: FloatArray


def surroundings(X: FloatArray, random_state: int = 0) -> Surroundings:
    """Measure spacing and informational density of every item.

    Density is taken relative to the neighbourhood, as in the local outlier factor (Breunig et al.,
    2000): a plain mean similarity to the pool (Settles and Craven, 2008) ranks one tight class
    before all others, and costs a third more labels on MNIST.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    random_state : int
        Seed of the at most 1,000 items that stand for the pool.

    Returns
    -------
    Surroundings
    """
    rng = np.random.default_rng(random_state)
    X, n = centred(X), len(X)
    anchors = X[np.sort(rng.choice(n, min(n, ANCHORS), replace=False))]
    anchors_t = np.ascontiguousarray(-2 * anchors.T)
    norms = np.einsum("ij,ij->i", anchors, anchors)
    # an anchor finds itself first, so one neighbour more is looked at
    k = min(NEIGHBORS + 1, len(anchors))

    def nearest(block: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
        """Return which anchors are near, the mean squared distance to them, and how many copies."""
        distances = block @ anchors_t + norms  # short of the block's own norm, which ranks nothing
        near = np.partition(distances, k - 1, axis=1)[:, :k]
        among = distances <= near[:, -1:]  # more than k where some are as near
        own = np.einsum("ij,ij->i", block, block)[:, None]
        near += own
        copies = np.zeros(len(block), dtype=np.intp)
        crowded = np.flatnonzero((near <= tiny).sum(axis=1) > 1)  # `near` is in no order
        if len(crowded):
            _look_past_copies(distances[crowded] + own[crowded], tiny, crowded, among, copies)
        return among.astype(np.float32), np.maximum(near, 0).mean(axis=1), copies

    tiny = _tiny(anchors)
    _, anchor_spacing, _ = nearest(anchors)
    spacing = np.empty(n, dtype=np.float32)
    around = np.empty(n, dtype=np.float32)
    copies = np.empty(n, dtype=np.intp)
    for start in range(0, n, BLOCK):
        block = slice(start, start + BLOCK)
        among, spacing[block], copies[block] = nearest(X[block])
        around[block] = among @ anchor_spacing / among.sum(axis=1)
    return Surroundings(np.maximum(spacing, tiny), _density(around, spacing, copies, tiny))


def _look_past_copies(
    distances: FloatArray,
    tiny: np.float32,
    rows: IntArray,
    among: npt.NDArray[np.bool_],
    copies: IntArray,
) -> None:
    """Make the anchors near to some items those that are no copies of them; count the copies."""
    alike = distances <= tiny
    copies[rows] = alike.sum(axis=1) - 1  # one of them is the item itself, or stands for it
    apart = among[rows] & ~alike
    alone = np.flatnonzero(~apart.any(axis=1))
    next_best = np.where(alike[alone], np.inf, distances[alone])
    apart[alone] = next_best <= next_best.min(axis=1, keepdims=True)
    among[rows] = apart


def _density(
    around: FloatArray, spacing: FloatArray, copies: IntArray, tiny: np.float32
) -> FloatArray:
    """Return the spacing of the neighbours over an item's own, more for many copies."""
    density = np.sqrt((around + tiny) / (spacing + tiny))
    # copies have no spacing to be compared with, and more of them than are looked at change nothing
    alone = copies == 0
    density[~alone] = np.minimum(density[~alone], density[alone].max(initial=1))
    many = np.sqrt(np.maximum(copies / NEIGHBORS, 1), dtype=np.float32)
    return np.multiply(density, many, dtype=np.float32)


def surroundings_on(graph: NeighborGraph, X: FloatArray) -> Surroundings:
    """Measure spacing and density from the ten nearest neighbours on the graph.

    Parameters
    ----------
    graph : NeighborGraph
        Of the same items.
    X : ndarray of shape (n, dim), float32
        Embeddings, around the origin.

    Returns
    -------
    Surroundings
        As `surroundings`, with all of the pool in place of a sample.
    """
    near, who = graph.distances[:, :NEIGHBORS], graph.indices[:, :NEIGHBORS]
    tiny = _tiny(X)
    if not near.shape[1]:
        return Surroundings(np.full(len(X), tiny), np.ones(len(X), dtype=np.float32))
    spacing = np.einsum("ij,ij->i", near, near) / np.float32(near.shape[1])
    copies = graph.copies
    crowded = np.flatnonzero(copies)
    if len(crowded):  # the graph holds few of the copies of an item
        squares = graph.distances[crowded] ** 2
        apart = squares > 0
        left = np.maximum(near.shape[1] - copies[crowded], 0)[:, None]
        squares[~apart | (np.cumsum(apart, axis=1) > left)] = 0
        spacing[crowded] = squares.sum(axis=1) / np.float32(near.shape[1])
    around = spacing[who].mean(axis=1)
    if len(crowded):
        others = spacing[graph.indices[crowded]] * apart
        n_apart = apart.sum(axis=1)
        around[crowded] = np.where(
            n_apart > 0, others.sum(axis=1) / np.maximum(n_apart, 1), spacing[crowded]
        )
    return Surroundings(np.maximum(spacing, tiny), _density(around, spacing, copies, tiny))


def _with_crowds(around: Surroundings, near: NearGroups) -> Surroundings:
    """Count nearly equal items as copies where they fill the neighbourhood of each other."""
    large = int(np.count_nonzero(near.sizes > NEIGHBORS))
    if not large:
        return around
    inside = near.numbers < large
    density = around.density.copy()
    most = density[~inside].max(initial=1)
    many = np.sqrt((near.sizes[:large] - 1) / NEIGHBORS)
    density[inside] = np.maximum(density[inside], most * many[near.numbers[inside]])
    return Surroundings(around.spacing, density)


def _tiny(X: FloatArray) -> np.float32:
    """Return the squared distance of copies, short of rounding."""
    return np.float32(max(1e-6 * float(np.einsum("ij,ij->", X, X)) / len(X), SMALLEST))


class Measures:
    """Measures that do not depend on the learner, worked out when a strategy looks at them.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    neighbors : LabeledNeighbors
        Of the same embeddings, Euclidean.
    random_state : int
        Seed of the sample that stands for the pool.
    kept : bool
        Whether the learner keeps the neighbours up to date, with all that it learns from.
    """

    def __init__(
        self, X: FloatArray, neighbors: LabeledNeighbors, random_state: int, *, kept: bool
    ) -> None:
        self._X = X
        self._neighbors = neighbors
        self._random_state = random_state
        self.kept = kept
        self._graph: NeighborGraph | None = None

    def alone(self) -> Measures:
        """Return the same measures for another learner, which keeps no neighbours."""
        other = copy.copy(self)
        other.kept = False
        # the distance to the nearest is all that is asked for
        other._neighbors = self._neighbors.keeping(1)  # noqa: SLF001
        return other

    def on(self, graph: NeighborGraph) -> Measures:
        """Return the same measures with the neighbours that a graph knows."""
        other = copy.copy(self)
        other._graph = graph  # noqa: SLF001  (one of us)
        other.__dict__.pop("surroundings", None)
        other.__dict__.pop("near", None)
        return other

    @cached_property
    def surroundings(self) -> Surroundings:
        """Spacing and informational density of each item."""
        if self._graph is not None:
            return _with_crowds(surroundings_on(self._graph, self._X), self.near)
        return surroundings(self._X, self._random_state)

    @cached_property
    def near(self) -> NearGroups:
        """Groups of nearly equal items; none without a neighbour graph."""
        return NearGroups.of(self._graph, self._X)

    def distance(self, labeled: IntArray) -> FloatArray:
        """Return the squared distance of each item to the nearest labeled one; shape (n,)."""
        if not self.kept:
            self._neighbors.update(labeled)
        nearest: FloatArray = self._neighbors.distances_[:, 0]
        return nearest


def cdf(values: FloatArray) -> FloatArray:
    """Empirical distribution function at each value: the share of values below it.

    Parameters
    ----------
    values : ndarray of shape (n,), float32
        Infinite values rank highest.

    Returns
    -------
    ndarray of shape (n,), float32
        Between 0 and 1, half of the ties counted, so that equal values rank in the middle. Values
        are sorted into 4,096 equal bins: an exact sort would take longer than all else a label
        costs. A bin with more than 1/32 of the values, as outliers bring it about, is divided
        again.
    """
    finite = np.isfinite(values)
    if not finite.all():
        top = values[finite].max(initial=0) + 1
        values = np.where(finite, values, top)
    return _shares_below(values)


def ranks(values: FloatArray, places: IntArray) -> FloatArray:
    """Empirical distribution function at a few of the values, exactly.

    Parameters
    ----------
    values : ndarray of shape (n,), float32
    places : ndarray of shape (m,), intp
        Where to look.

    Returns
    -------
    ndarray of shape (m,), float32
        As `cdf`; the same for one that is looked at alone.
    """
    if len(places) > RANKED:
        ordered = np.sort(values)
        below, to = (np.searchsorted(ordered, values[places], side) for side in ("left", "right"))
    else:  # in a million, a twentieth of the time
        few = values[places]
        below = np.array([np.count_nonzero(values < value) for value in few], dtype=np.intp)
        to = np.array([np.count_nonzero(values <= value) for value in few], dtype=np.intp)
    shares: FloatArray = ((below + to) / (2 * len(values))).astype(np.float32)
    return shares


def _shares_below(values: FloatArray) -> FloatArray:
    low, high = float(values.min()), float(values.max())
    if high - low < SMALLEST:
        return np.full(len(values), 0.5, dtype=np.float32)
    bins = ((values - np.float32(low)) * np.float32((BINS - 1) / (high - low))).astype(np.intp)
    counts = np.bincount(bins, minlength=BINS)
    start = np.cumsum(counts) - counts
    ranks: FloatArray = ((start + counts / 2) / len(values)).astype(np.float32)[bins]
    for crowded in np.flatnonzero(counts > max(1, len(values) / FEWEST)):
        inside = np.flatnonzero(bins == crowded)
        shares = _shares_below(values[inside])
        ranks[inside] = (start[crowded] + counts[crowded] * shares) / len(values)
    return ranks


def _top(scores: FloatArray, n: int) -> IntArray:
    """Return the places of the n highest scores, in ascending order."""
    # partitioning all would take ten times as long
    some = scores[::SAMPLED]
    beyond = min(len(some) - 1, MARGIN * n // SAMPLED)
    above = np.flatnonzero(scores >= -np.partition(-some, beyond)[beyond])
    if len(above) < n:
        above = np.arange(len(scores))
    return np.sort(above[np.argpartition(scores[above], -n)[-n:]])


def spread(
    X: FloatArray, spacing: FloatArray, scores: FloatArray, items: IntArray, n: int
) -> tuple[IntArray, FloatArray]:
    """Pick n items with high scores that are not copies of one another.

    Greedy: each pick takes the best score times d / (d + spacing), where d is the squared distance
    to the nearest earlier pick. After the first 32 picks the rest follow in the order reached.

    Parameters
    ----------
    X : ndarray of shape (n_pool, dim), float32
        Embeddings.
    spacing : ndarray of shape (n_pool,), float32
        Typical squared distance to neighbours.
    scores : ndarray of shape (n_items,), float32
        Not negative.
    items : ndarray of shape (n_items,), intp
        Positions the scores belong to.
    n : int
        How many to pick.

    Returns
    -------
    picks : ndarray of shape (at most n,), intp
        Places in `items`.
    scores : ndarray of float32
        The reduced scores, never increasing.
    """
    n = min(n, len(items))
    most = min(len(items), max(512, 8 * n))
    places = np.arange(len(items))
    if most < len(items):
        places = _top(scores, most)
    left = scores[places].astype(np.float32)
    vectors, room = X[items[places]], spacing[items[places]]
    norms = np.einsum("ij,ij->i", vectors, vectors)
    share = np.ones(most, dtype=np.float32)
    taken = np.empty(n, dtype=np.intp)
    picked = np.empty(n, dtype=np.float32)
    greedy = min(n, GREEDY)
    for i in range(greedy):
        reduced = left * share
        reduced[taken[:i]] = -1  # never again, even when every other score is zero
        best = int(reduced.argmax())
        taken[i], picked[i] = best, reduced[best]
        distances = np.maximum(norms + norms[best] - 2 * (vectors @ vectors[best]), 0)
        np.minimum(share, distances / (distances + room), out=share)
    if n > greedy:
        reduced = left * share
        reduced[taken[:greedy]] = -1
        taken[greedy:] = np.argsort(-reduced, kind="stable")[: n - greedy]
        picked[greedy:] = reduced[taken[greedy:]]
    return places[taken], picked
