"""The default learner for very many classes: it looks at each item's likeliest ones alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from threadpoolctl import ThreadpoolController

from nblabel.arrays import FloatArray, Int32Array, IntArray
from nblabel.graph import dense_rows
from nblabel.graph.many import ManyPropagation
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners import weighing
from nblabel.learners.base import check_points, no_update
from nblabel.learners.head import RAREST, RIDGE, STEPS, Space, space_of
from nblabel.learners.top import KEPT, TopProba
from nblabel.learners.voters import Voters, voters_of
from nblabel.system.parallel import by_rows

ROWS = 4_096  # items that a head is trained on beside the labeled ones
TAKEN = 2_048  # labels that a head is trained on, at most
LEFT_OUT = 512  # labels that are left out one by one, at most
LOOKED_AT = 1_024  # items whose neighbours are looked at, at most
FROM = 2  # labels of a class, on average, from which the head counts
TINY = np.float32(1e-30)
OWN = 0.1  # share of the labels in training; the rest is the propagation's


@dataclass(frozen=True)
class _Choices:
    """Rows to train on: points, the classes to choose from, and how likely each is."""

    points: FloatArray  # (m, width)
    codes: Int32Array  # (m, k), -1 where there are fewer
    shares: FloatArray  # (m, k)


class ManyLearner:
    """Label propagation and a head among each item's likeliest classes, for a thousand of them.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    graph : NeighborGraph
        Of the same embeddings.
    random_state : int
        Seed of the items that the head is trained on.
    with_head : bool
        Whether there is a head; without one it is label propagation alone.
    decay, prior : float
        As `GraphLearner` has them.

    Attributes
    ----------
    weight_ : float
        As `MixedLearner.weight_`.

    Notes
    -----
    The same as `GraphLearner` and `MixedLearner`, but for what is left out: each item keeps the 32
    classes that its walks meet most (see `nblabel.graph.many.ManyPropagation`), and all others
    share evenly what is left. The head is trained and asked about these alone: it chooses among the
    classes that propagation proposes, and leaves the others at what propagation gives them. To
    learn from choices among a few alternatives is sound for a multinomial logistic model (McFadden,
    "Modelling the Choice of Residential Location", 1978). New points get the mean of their ten
    nearest items.
    """

    def __init__(
        self,
        X: FloatArray,
        graph: NeighborGraph,
        random_state: int,
        decay: float,
        prior: float,
        *,
        with_head: bool,
    ) -> None:
        self.weight_ = 0.0
        self._X, self._random_state, self._with_head = X, random_state, with_head
        self._decay, self._prior = decay, prior
        self._graph = graph
        self._propagation = ManyPropagation(graph, KEPT)
        self._blas = ThreadpoolController()
        self._spread: TopProba | None = None
        self._proba: TopProba | None = None
        self._total: FloatArray | None = None
        self._asked: Voters | None = None

    def update(self, y: IntArray, n_classes: int) -> TopProba:
        """Learn from labels; as `Learner.update`."""
        self._spread = self._proba = self._total = None  # an interrupted call begins anew
        self.weight_ = 0.0
        labeled = np.flatnonzero(y >= 0)
        known = y[labeled]
        if not len(labeled):
            return self._nothing(len(y), n_classes)
        self._propagation.solve(y, n_classes, self._decay / len(labeled))
        self._spread = self._proba = spread = self._spread_of(labeled, known, n_classes)
        n_known = len(np.unique(known))
        grown = max(0, len(known) - FROM * n_known) / (len(known) + n_known)
        if self._with_head and n_known > 1 and grown:
            # idle threads of the linear algebra library would spin and take the processors
            with self._blas.limit(limits=1, user_api="blas"):
                self._proba = self._mixed(spread, labeled, known, grown)
        return self._proba

    def unreached(self, rows: IntArray | None = None) -> FloatArray:
        """Return how little labels reach each item; as `GraphLearner.unreached`."""
        if self._spread is None or self._total is None:
            raise no_update()
        some = slice(None) if rows is None else rows
        met = self._spread.values[some] * self._total[some, None]
        met -= np.float32(self._prior / self._spread.n_classes)
        met[self._spread.codes[some] < 0] = 0
        unreached: FloatArray = np.maximum(1 - np.sqrt(np.einsum("ij,ij->i", met, met)), 0)
        return unreached

    def hedged(self, proba: TopProba) -> TopProba:
        """Return probabilities that doubt more; as `MixedLearner.hedged`."""
        spread = self._spread
        if not self.weight_ or spread is None:
            return proba
        share = np.float32(self.weight_)
        values = spread.values + share * (proba.values - spread.values)
        rest = spread.rest + share * (proba.rest - spread.rest)
        return TopProba(proba.codes, values, rest, proba.n_classes)

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Return the probability of each class for new points; as `Learner.predict_proba`."""
        points = check_points(X_new, self._X.shape[1])
        if self._proba is None:
            raise no_update()
        if self._asked is None or not np.array_equal(self._asked.points, points):
            self._asked = voters_of(self._X, points)
        means = np.zeros((len(points), self._proba.n_classes), dtype=np.float32)
        for who, weights in zip(self._asked.who.T, self._asked.weights.T, strict=True):
            means += weights[:, None] * self._proba.rows(who)
        return means

    def _nothing(self, n: int, n_classes: int) -> TopProba:
        codes = np.full((n, 1), -1, dtype=np.int32)
        rest = np.full(n, 1 / n_classes, dtype=np.float32)
        self._proba = TopProba(codes, np.zeros((n, 1), dtype=np.float32), rest, n_classes)
        return self._proba

    def _spread_of(self, labeled: IntArray, known: IntArray, n_classes: int) -> TopProba:
        """Return what propagation says of each item."""
        there, place = self._propagation, self._propagation.place
        codes, total = there.codes[place], there.total[place]
        values = (there.values * there.scale[:, None])[place]
        codes[labeled], values[labeled], total[labeled] = -1, 0, 1  # a copy may have another label
        codes[labeled, 0], values[labeled, 0] = known, 1
        _offer_all(codes, np.unique(known))
        listed = codes >= 0
        found = values.sum(axis=1)
        n_other = n_classes - np.count_nonzero(listed, axis=1)
        # by as much as pushes leave over; and where no class is left to share what was cut off
        over = (found > total) | ((n_other == 0) & (found > 0))
        values[over] *= (total[over] / found[over])[:, None]
        found[over] = total[over]
        # the other classes have the prior, and share what was cut off
        floor = np.float32(self._prior / n_classes)
        rest = (total - found) / np.maximum(n_other, 1).astype(np.float32) + floor
        self._total = total + np.float32(self._prior)
        values = np.where(listed, values + floor, 0)
        values /= self._total[:, None]
        rest /= self._total
        return TopProba(codes, values, rest, n_classes)

    def _mixed(
        self, spread: TopProba, labeled: IntArray, known: IntArray, grown: float
    ) -> TopProba:
        """Train a head, and have it choose among each item's likeliest classes."""
        space = space_of(self._X, self._random_state)
        some = _evenly(len(labeled), TAKEN)
        few = some[_evenly(len(some), LEFT_OUT)]
        trust = weighing.neighbor_trust(space.pool(self._X, labeled[few]), known[few])
        drawn = _evenly(len(space.rows), ROWS)
        drawn = drawn[(spread.codes[space.rows[drawn]] >= 0).any(axis=1)]  # others teach nothing
        rows = space.rows[drawn]
        taught = self._taught(spread, rows, space.drawn[drawn])
        own = self._answered(spread, labeled[some], known[some], space)
        sureness = np.maximum(1 - self.unreached(rows), np.float32(1e-9))
        likeliest = _likeliest(spread, rows)
        looked_at = _evenly(len(rows), LOOKED_AT)
        around = _likeliest(spread, weighing.neighbors_of(self._graph, rows[looked_at]))
        smooth = weighing.agreement(likeliest[looked_at], around, sureness[looked_at])
        trust *= weighing.propagation_trust(smooth)
        share = 1 - (1 - OWN) * trust  # the less nearness says, the more is left to the labels
        weights = np.concatenate(
            [
                sureness * np.float32((1 - share) / sureness.sum(dtype=np.float64)),
                np.full(len(some), share / len(some), dtype=np.float32),
            ]
        )
        together = _Choices(
            np.concatenate([taught.points, own.points]),
            np.concatenate([taught.codes, own.codes]),
            np.concatenate([taught.shares, own.shares]),
        )
        slopes, bias, shares = _train(together, weights, spread.n_classes)
        found = _logits(taught.points, taught.codes, slopes, bias).argmax(axis=1)
        line = np.arange(len(rows))
        agreed = weighing.agreement(likeliest, taught.codes[line, found], sureness)
        power = grown * max(weighing.head_trust(agreed, smooth), 1 - trust)
        self.weight_ = power / (power + trust) if power + trust > 0 else 0.0
        # as far as the propagation counts, it knows the shares of the classes, too
        without = bias - trust * np.log(np.maximum(shares, _rarest(known)))
        head = slopes * np.float32(power), (without * power).astype(np.float32)
        return self._product(spread, labeled, space, head, trust)

    def _taught(self, spread: TopProba, rows: IntArray, points: FloatArray) -> _Choices:
        """Return what propagation teaches: the mean of its probabilities and its likeliest."""
        codes, shares = spread.codes[rows], spread.values[rows].copy()
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), TINY)
        shares[np.arange(len(rows)), shares.argmax(axis=1)] += 1
        return _Choices(points, codes, shares / np.float32(2))

    def _answered(
        self, spread: TopProba, items: IntArray, known: IntArray, space: Space
    ) -> _Choices:
        """Return what the labels teach: each its class, beside those that its neighbours have."""
        there, k = self._propagation, spread.codes.shape[1]
        edges, places = there.edges, there.place[items]
        sums = np.zeros((len(items), there.u.shape[1]), dtype=np.float32)
        dense_rows.around(edges.pointers, edges.neighbors, edges.weights, places, there.u, sums)
        lines = np.arange(len(items))
        sums[lines, known] = np.inf
        codes = np.full((len(items), k), -1, dtype=np.int32)
        values = np.zeros(codes.shape, dtype=np.float32)
        all_of_them = np.ones(len(items), dtype=bool)
        dense_rows.largest(
            0, len(items), all_of_them, spread.n_classes, np.float32(0), sums, codes, values
        )
        _offer_all(codes, np.unique(known))
        shares = (codes == known[:, None]).astype(np.float32)
        return _Choices(space.pool(self._X, items), codes, shares)

    def _product(
        self,
        spread: TopProba,
        labeled: IntArray,
        space: Space,
        head: tuple[FloatArray, FloatArray],
        exponent: float,
    ) -> TopProba:
        """Return the normalised product; labeled items keep what the propagation says."""
        values = np.empty_like(spread.values)
        by_rows(len(values), self._multiply, spread, space, head, exponent, values)
        values[labeled] = spread.values[labeled]
        return TopProba(spread.codes, values, spread.rest, spread.n_classes)

    def _multiply(
        self,
        begin: int,
        end: int,
        spread: TopProba,
        space: Space,
        head: tuple[FloatArray, FloatArray],
        exponent: float,
        values: FloatArray,
    ) -> None:
        for start in range(begin, end, ROWS):
            here = slice(start, min(start + ROWS, end))
            codes, before = spread.codes[here], spread.values[here]
            product = _logits(space.pool(self._X, here), codes, *head)
            _softmax(product)
            product *= before if exponent == 1 else before ** np.float32(exponent)
            together = np.maximum(product.sum(axis=1, keepdims=True), TINY)
            product *= before.sum(axis=1, keepdims=True) / together
            values[here] = product


def _offer_all(codes: Int32Array, known: IntArray) -> None:
    """List all classes that have labels in each row, where they are few enough for that."""
    if len(known) > codes.shape[1]:
        return
    for code in known.tolist():
        missing = np.flatnonzero((codes != code).all(axis=1))
        codes[missing, (codes[missing] < 0).argmax(axis=1)] = code


def _train(
    choices: _Choices, weights: FloatArray, n_classes: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Train a head; as `head.train`, but each row chooses among few classes.

    Returns slopes, (n_classes, width), bias, (n_classes,), and the share of each class.
    """
    share = (weights / weights.sum(dtype=np.float64)).astype(np.float32)
    middle = share @ choices.points
    around = choices.points - middle
    codes = choices.codes
    listed = codes >= 0
    weighted = around * np.sqrt(share)[:, None]
    bound = 0.5 * (weighted.T @ weighted).astype(np.float64)
    bound[np.diag_indices(len(bound))] += RIDGE
    factor = scipy.linalg.cho_factor(bound, lower=True, check_finite=False)
    by_class = (choices.shares * share[:, None])[listed]
    shares = np.bincount(codes[listed], by_class, minlength=n_classes).astype(np.float32)
    known = np.flatnonzero(shares)
    bias = np.log(np.maximum(shares, _rarest(known)))
    slopes = np.zeros((n_classes, around.shape[1]), dtype=np.float32)
    last, momentum = (slopes, bias), 1.0
    for _ in range(STEPS):
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        beyond, momentum = np.float32((momentum - 1) / following), following
        ahead = slopes + beyond * (slopes - last[0])
        ahead_bias = bias + beyond * (bias - last[1])
        last = slopes, bias
        errors = _softmax(_logits(around, codes, ahead, ahead_bias))
        errors -= choices.shares
        errors *= share[:, None]
        gradient, wrong = np.float32(RIDGE) * ahead, np.zeros(n_classes, dtype=np.float32)
        dense_rows.slopes_of(around, codes, errors, gradient, wrong)
        step = scipy.linalg.cho_solve(factor, gradient.T, check_finite=False)
        slopes = ahead - step.T.astype(np.float32)
        bias = ahead_bias - 2 * wrong
    return np.ascontiguousarray(slopes), bias - slopes @ middle, shares


def _logits(
    points: FloatArray, codes: Int32Array, slopes: FloatArray, bias: FloatArray
) -> FloatArray:
    found = np.empty(codes.shape, dtype=np.float32)
    points = np.ascontiguousarray(points)
    dense_rows.scores(
        0, len(points), points, codes, np.ascontiguousarray(slopes), bias.astype(np.float32), found
    )
    return found


def _softmax(logits: FloatArray) -> FloatArray:
    """Turn logits, (m, k), into probabilities in place, and return them."""
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def _rarest(known: Any) -> np.float32:
    """Return the share that a class begins with, at the least; less where there are many."""
    return np.float32(min(RAREST, 0.1 / max(1, len(np.unique(known)))))


def _likeliest(spread: TopProba, items: IntArray) -> IntArray:
    """Return the likeliest class of each item."""
    places = spread.values[items].argmax(axis=-1)
    codes = np.take_along_axis(spread.codes[items], places[..., None], axis=-1)[..., 0]
    return codes.astype(np.intp)


def _evenly(n: int, most: int) -> IntArray:
    """Return places among n that lie evenly: all of them, or as many as may be."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(np.intp)
