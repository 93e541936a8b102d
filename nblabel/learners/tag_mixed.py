"""Linear heads and label propagation for several tags an item: the default learner of tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from nblabel.arrays import BoolArray, FloatArray, Int8Array, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners.base import check_points, no_update
from nblabel.learners.tag_head import Heads, TagHeads
from nblabel.learners.voters import Voters, voters_of
from nblabel.learners.weighing import neighbor_votes
from nblabel.system.parallel import by_rows

if TYPE_CHECKING:
    from nblabel.graph.tag_propagation import TagPropagation

Float64Array = npt.NDArray[np.float64]

BLOCK = 8_192  # rows that stay in the processor's cache
DECAY = 0.05  # with which a walk gives up before each step
PRIOR = 0.03  # walks' worth of the share of a tag
LEFT_OUT = 512  # answered items that are left out one by one, at most
BEFORE = 6.0  # squared errors' worth of trust in nearness before there are any answers
USELESS, TRUSTED = 0.3, 0.6  # shares of what a head explains, as in `weighing.neighbor_trust`
START, STIFF = 0.3, 1.0  # slope of the calibration before there are any answers, and its weight
FLATTEST = 0.05  # slope: left out one by one, few answers seem to say the contrary
FEW = 4.0  # answers of the rarer kind, with which the head of a tag counts half
FURTHEST = 6.0  # log-odds that walks may add to those of the share
SMALLEST = 1e-4  # probability


class _Learned(NamedTuple):
    """What an update learned: log-odds are ``points @ weights + bias``, and more from walks."""

    weights: FloatArray
    bias: FloatArray
    trust: float
    spread: FloatArray | None  # what walks add, (n, n_classes)
    proba: FloatArray


class TagMixedLearner:
    """The sum of the log-odds of linear heads and of label propagation, for each tag by itself.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    graph : NeighborGraph, optional
        Of the same embeddings. Without one there are the heads alone.
    random_state : int
        Nothing is random here.

    Attributes
    ----------
    trust_ : float
        How far label propagation counts, after the last `update`: from 0, not at all, to 1.

    Notes
    -----
    Each tag has a linear head (`nblabel.learners.tag_head`) and a column of the propagation
    (`nblabel.graph.tag_propagation`), and pairs of item and tag that nobody answered are unlabeled
    for that tag alone. The log-odds of a tag are those of its share among the answers, plus what
    the head adds and what walks add: the product of experts that `nblabel.learners.mixed` is, too.

    Both are judged by the answers themselves. The score of the head, in units in which linear
    discriminants have log-odds, is multiplied by one slope and shifted by one number for all tags,
    chosen by the log loss of held-out scores (Platt, "Probabilistic outputs for support vector
    machines", 1999; one pair for all tags, as rare ones have too few answers for their own). Walks
    count as far as the nearest answered items say of an item that is left out what it is: where
    they explain nothing, as with emotions in comments, they count for nothing.
    """

    name = "mixed"

    def __init__(
        self, X: FloatArray, graph: NeighborGraph | None = None, random_state: int = 0
    ) -> None:
        del random_state
        if graph is not None and len(graph) != len(X):
            raise ValueError(f"the graph has {len(graph):,} items, the pool {len(X):,}.")
        self._X = X
        self._graph = graph
        self._mean = X.mean(axis=0, dtype=np.float64).astype(np.float32)
        spread = np.einsum("ij,ij->", X, X, dtype=np.float64) / max(1, len(X))
        spread -= float(self._mean.astype(np.float64) @ self._mean)
        self._scale = np.float32(1 / np.sqrt(spread)) if spread > 0 else np.float32(1)
        self._heads = TagHeads(X, self._mean, self._scale)
        self._propagation: TagPropagation | None = None
        self._blas = ThreadpoolController()
        self._learned: _Learned | None = None
        self._reached: FloatArray | None = None
        self._asked: Voters | None = None
        self.trust_ = 0.0

    def update(self, y: Int8Array, n_classes: int) -> FloatArray:
        self._learned = self._reached = None  # an interrupted call begins anew
        self.trust_ = 0.0
        known = y >= 0
        rows = np.flatnonzero(known.any(axis=1))
        proba = np.full((n_classes, len(y)), 0.5, dtype=np.float32)
        nothing = np.zeros((self._X.shape[1], n_classes), dtype=np.float32)
        if not len(rows):
            empty = np.zeros(n_classes, dtype=np.float32)
            self._learned = _Learned(nothing, empty, 0.0, None, proba.T)
            return proba.T
        asked: BoolArray = known[rows]
        yes: BoolArray = y[rows] == 1
        # idle threads of the linear algebra library would spin and take the processors
        with self._blas.limit(limits=1, user_api="blas"):
            share = shares_of(asked, yes)
            heads = self._heads.fit(rows, asked, yes)
            odds = np.log(share / (1 - share))
            n_few = np.minimum(yes.sum(axis=0), asked.sum(axis=0) - yes.sum(axis=0))
            unit = n_few / (n_few + FEW) / (share * (1 - share))
            slope, shift = calibrated(odds, (heads.held_out - share) * unit, asked, yes)
            self.trust_ = self._trust(rows, asked, yes, share, heads, (slope * unit, shift))
            spread = self._spread(known, y, share, odds)
            factor = (slope * unit).astype(np.float32)
            weights = np.ascontiguousarray(heads.weights * (self._scale * factor))
            bias = (heads.bias - share) * factor + odds + shift
            bias = (bias - self._mean @ weights).astype(np.float32)
            learned = _Learned(weights, bias, self.trust_, spread, proba.T)
            by_rows(len(y), self._mix, learned, proba)
        for code in range(n_classes):
            answered = rows[asked[:, code]]
            proba[code, answered] = y[answered, code]
        self._learned = learned
        return proba.T

    def unreached(self) -> FloatArray:
        """Return how little answers reach each item, whatever they say: 0 at one, 1 far from all.

        Returns
        -------
        ndarray of shape (n,), float32
            One minus how likely a walk meets an item of which a tag was answered.
        """
        if self._learned is None:
            raise no_update()
        if self._reached is None:
            return np.ones(len(self._X), dtype=np.float32)
        found: FloatArray = np.clip(1 - self._reached, 0, 1)
        return found

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        points = check_points(X_new, self._X.shape[1])
        if self._learned is None:
            raise no_update()
        learned = self._learned
        if self._asked is None or not np.array_equal(self._asked.points, points):
            self._asked = voters_of(self._X, points)
        logits = points @ learned.weights + learned.bias
        if learned.spread is not None:
            logits += self._asked.mean(learned.spread)
        proba: FloatArray = _sigmoid(logits)
        if self._asked.copies.any():
            proba[self._asked.copies] = self._asked.mean(learned.proba)[self._asked.copies]
        return proba

    # inside

    def _trust(
        self,
        rows: IntArray,
        asked: BoolArray,
        yes: BoolArray,
        share: Float64Array,
        heads: Heads,
        calibration: tuple[Float64Array, float],
    ) -> float:
        """Return how far nearness says anything about the tags."""
        if self._graph is None:
            return 0.0
        few = np.linspace(0, len(rows) - 1, min(len(rows), LEFT_OUT)).astype(np.intp)
        if len(few) < 2:
            return 1.0
        spread, answers = asked[few], yes[few]
        points = self._heads.of(rows[few]).astype(np.float64)
        votes = neighbor_votes(points, np.where(spread, answers, share))
        slope, shift = calibration
        odds = np.log(share / (1 - share)) + shift
        held_out = heads.held_out[few] - share
        linear: Float64Array = _sigmoid(odds + slope * np.nan_to_num(held_out))
        truth = answers.astype(np.float64)
        before = np.square(truth - share)[spread].sum()
        near = before - np.square(truth - votes)[spread].sum()
        line = before - np.square(truth - linear)[spread].sum()
        ratio = (near + BEFORE) / (max(line, 0) + BEFORE)
        return float(np.clip((ratio - USELESS) / (TRUSTED - USELESS), 0, 1))

    def _spread(
        self, known: BoolArray, y: Int8Array, share: Float64Array, odds: Float64Array
    ) -> FloatArray | None:
        """Return the log-odds that walks add, and keep where they reach."""
        if self._graph is None:
            return None
        if self._propagation is None:  # made where time may be taken, not on an event loop
            from nblabel.graph.tag_propagation import TagPropagation  # compiled: half a second

            self._propagation = TagPropagation(self._graph)
        # one column for each tag, and one for each set of items that tags were answered for
        answered: BoolArray = np.any(known, axis=1, keepdims=True)
        asked = known[answered[:, 0]]
        keys = [np.packbits(column).tobytes() for column in asked.T]
        places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        some = [keys.index(key) for key in places]
        masks = known[:, some]
        trusted = self.trust_ > 0
        columns = [answered, masks] + ([known] if trusted else [])
        values = [np.ones((len(y), 1 + len(some)), dtype=np.float32)]
        values += [(y == 1).astype(np.float32)] if trusted else []
        solution = self._propagation.solve(
            np.concatenate(columns, axis=1), np.concatenate(values, axis=1), DECAY
        )
        self._reached = solution[:, 0].copy()
        if not trusted:
            return None
        met = solution[:, 1 : 1 + len(some)][:, [places[key] for key in keys]]
        p = solution[:, 1 + len(some) :]
        p += np.float32(PRIOR) * share.astype(np.float32)
        p /= np.maximum(met, 0) + np.float32(PRIOR)
        np.clip(p, SMALLEST, 1 - SMALLEST, out=p)
        added: FloatArray = np.log(p / (1 - p)) - odds.astype(np.float32)
        np.clip(added, -FURTHEST, FURTHEST, out=added)
        added *= np.float32(self.trust_)
        return added

    def _mix(self, begin: int, end: int, learned: _Learned, proba: FloatArray) -> None:
        for start in range(begin, end, BLOCK):
            here = slice(start, min(start + BLOCK, end))
            logits = learned.weights.T @ self._X[here].T
            logits += learned.bias[:, None]
            if learned.spread is not None:
                logits += learned.spread[here].T
            proba[:, here] = _sigmoid(logits)


def shares_of(asked: BoolArray, yes: BoolArray) -> Float64Array:
    """Return the share of the answers of each tag that is a yes, never quite 0 or 1.

    Half an answer each way is added (Krichevsky and Trofimov, 1981); a tag without any answer is
    as frequent as tags are.
    """
    n_yes, n = yes.sum(axis=0), asked.sum(axis=0)
    usual = (n_yes.sum() + 0.5) / (n.sum() + 1)
    share: Float64Array = np.where(n > 0, (n_yes + 0.5) / (n + 1), usual)
    return share


def calibrated(
    odds: Float64Array, scores: Float64Array, asked: BoolArray, yes: BoolArray
) -> tuple[float, float]:
    """Return slope and shift with which held-out scores are added to log-odds.

    They minimise the log loss, beside a normal prior around `START` and 0, by Newton's method.
    """
    base = np.broadcast_to(odds, scores.shape)[asked]
    x, target = scores[asked], yes[asked]
    A = np.column_stack([x, np.ones(len(x))])
    found = start = np.array([START, 0.0])
    for _ in range(8):
        p = _sigmoid(base + A @ found)
        gradient = A.T @ (p - target) + STIFF * (found - start)
        hessian = (A * (p * (1 - p))[:, None]).T @ A + STIFF * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        found = found - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-4:
            break
    return max(float(found[0]), FLATTEST), float(found[1])


def _sigmoid(logits: Any) -> Any:
    """Return probabilities, in place of the log-odds."""
    np.clip(logits, -30, 30, out=logits)
    np.negative(logits, out=logits)
    np.exp(logits, out=logits)
    logits += 1
    return np.reciprocal(logits, out=logits)
