"""Label propagation and a linear head: the default learner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import ThreadpoolController

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners import weighing
from nblabel.learners.graph import GraphLearner
from nblabel.learners.head import RAREST, Head, Space, softmax, space_of, train
from nblabel.system.parallel import by_rows

BLOCK = 8_192  # columns that stay in the processor's cache
TAKEN = 2_048  # labels that a head is trained on, at most
LEFT_OUT = 512  # labels that are left out one by one, at most
LOOKED_AT = 1_024  # items whose neighbours are looked at, at most
FROM = 2  # labels of a class, on average, from which the head counts
OWN = 0.1  # share of the labels in training; the rest is the propagation's


@dataclass(frozen=True)
class _Mixture:
    """What an update learned beside the propagation."""

    space: Space
    head: Head  # its logits already multiplied with its exponent
    exponent: float  # of the propagation's probabilities


class MixedLearner:
    """The product of label propagation and of a linear head that was trained on it.

    Label propagation follows the groups of the pool and needs few labels; once every group is
    known it levels off. A linear head draws straight borders between classes and goes on learning,
    but not from ten labels. Here the head learns from the propagation: from its probabilities for
    items of the pool, the surer the more, and from the labels. The two err differently, and the
    normalised product of their probabilities, each to a power, is mostly ahead of both.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    graph : NeighborGraph
        Of the same embeddings.
    random_state : int
        Seed of the items that the head is trained on.

    Attributes
    ----------
    weight_ : float
        The head's power as a share of both, after the last `update`: 0 where it counts for nothing,
        1 where the propagation does.

    Notes
    -----
    The powers follow from the labels. The head's is 0 up to two labels a class, and grows to 1; it
    is lower the more a head contradicts propagation, beside how much neighbours contradict one
    another (`weighing.head_trust`): where classes are islands that no line separates, propagation
    is left alone. The propagation's is 1, and lower only where nearness says
    nothing about the classes (`weighing.neighbor_trust`) or one class floods the pool
    (`weighing.propagation_trust`); the head then learns from the labels rather than from the
    propagation.

    The head learns the mean of the propagation's probabilities and its likeliest class, which lies
    between two known ways: entropy regularisation, or self-training, which sharpens (Grandvalet and
    Bengio, 2004; Lee, "Pseudo-Label", 2013), and fitting to a teacher's probabilities (Hinton,
    Vinyals and Dean, 2015). The product is a logarithmic opinion pool (Genest and Zidek, 1986).
    Both know how frequent each class is, which must not count twice: the head's probabilities are
    divided by the class shares that it was trained on, to the propagation's power (Bishop, "Pattern
    Recognition and Machine Learning", 2006, section 1.5.4). Otherwise rare classes are found less
    often.

    It is trained anew after each label, always from the same beginning: nothing depends on the
    order of the labels, beyond what is said at `GraphLearner`. Labeled items keep the probabilities
    of the propagation. New points get the product of both as well, a copy of an item that item's.
    """

    name = "mixed"

    def __init__(self, X: FloatArray, graph: NeighborGraph, random_state: int = 0) -> None:
        self.graph = GraphLearner(X, graph)
        self.weight_ = 0.0
        self._X = X
        self._random_state = random_state
        self._blas = ThreadpoolController()
        self._mixture: _Mixture | None = None
        self._proba: FloatArray | None = None

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        self._proba = self._mixture = None  # an interrupted call begins anew
        self.weight_ = 0.0
        spread = self.graph.update(y, n_classes)
        labeled = np.flatnonzero(y >= 0)
        known = y[labeled]
        if len(np.unique(known)) < 2:  # nothing to tell apart
            self._proba = spread
            return spread
        # idle threads of the linear algebra library would spin and take the processors
        with self._blas.limit(limits=1, user_api="blas"):
            self._mixture = self._learned(spread, labeled, known)
            proba = np.empty((n_classes, len(y)), dtype=np.float32)
            by_rows(len(y), self._mix, self._mixture, spread.T, proba)
        proba[:, labeled] = spread.T[:, labeled]
        self._proba = proba.T
        return self._proba

    def unreached(self) -> FloatArray:
        """Return how little labels reach each item: see `GraphLearner.unreached`."""
        return self.graph.unreached()

    def hedged(self, proba: FloatArray) -> FloatArray:
        """Return probabilities that doubt where propagation and head do not agree.

        They are the mean of the propagation's and of the product's, weighted by `weight_`. The
        product is surer than either, and mostly right to be, but early questions that follow it
        leave out what only propagation doubts: of Fashion-MNIST 76 % were right after 30 questions
        of the product, and 78 % after 30 of this mean (five seeds).

        Parameters
        ----------
        proba : ndarray of shape (n, n_classes), float32
            As `update` returned it.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Rows sum to 1. The same array where the head counts for nothing.
        """
        spread = self.graph.proba_
        if not self.weight_ or spread is None:
            return proba
        mean = np.empty((proba.shape[1], len(proba)), dtype=np.float32)
        by_rows(len(proba), self._hedge, spread.T, proba.T, mean)
        return mean.T

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        voters = self.graph.voters(X_new)
        assert self._proba is not None, "voters are found after an update only"
        if self._mixture is None:
            return voters.mean(self._proba)
        spread = self.graph.predict_proba(X_new)
        logits = self._mixture.head.logits(self._mixture.space.of(voters.points))
        proba = np.ascontiguousarray(_product(spread.T, self._mixture.exponent, logits).T)
        if voters.copies.any():
            proba[voters.copies] = voters.mean(self._proba)[voters.copies]
        return proba

    def _learned(self, spread: FloatArray, labeled: IntArray, known: IntArray) -> _Mixture:
        """Train a head, and weigh it against the propagation."""
        space = space_of(self._X, self._random_state)
        n_classes = spread.shape[1]
        some = _evenly(len(labeled), TAKEN)
        own = space.pool(self._X, labeled[some])
        rows = space.rows
        targets = np.take(spread.T, rows, axis=1)
        likeliest = targets.argmax(axis=0)
        targets[likeliest, np.arange(len(rows))] += 1
        targets /= 2
        sureness = 1 - self.graph.unreached(rows)
        np.maximum(sureness, np.float32(1e-9), out=sureness)
        few = _evenly(len(rows), LOOKED_AT)
        near = weighing.neighbors_of(self.graph.graph, rows[few])
        around = np.take(spread.T, near, axis=1).argmax(axis=0)
        smooth = weighing.agreement(likeliest[few], around, sureness[few])
        few = _evenly(len(own), LEFT_OUT)
        trust = weighing.neighbor_trust(own[few], known[some][few])
        trust *= weighing.propagation_trust(smooth)
        # the less nearness says, the more of the training is left to the labels
        share = 1 - (1 - OWN) * trust
        answers = np.eye(n_classes, dtype=np.float32)[:, known[some]]
        taught = np.concatenate([targets, answers], axis=1)
        weights = np.concatenate(
            [
                sureness * np.float32((1 - share) / sureness.sum(dtype=np.float64)),
                np.full(len(own), share / len(own), dtype=np.float32),
            ]
        )
        head = train(np.concatenate([space.drawn, own]), taught, weights)
        found = head.logits(space.drawn).argmax(axis=0)
        agreed = weighing.agreement(likeliest, found, sureness)
        able = max(weighing.head_trust(agreed, smooth), 1 - trust)
        power = _grown(len(known), len(np.unique(known))) * able
        self.weight_ = power / (power + trust) if power + trust > 0 else 0.0
        factor = np.float32(power)
        shares = np.maximum(taught @ weights, np.float32(RAREST))
        # as far as the propagation counts, it knows the shares of the classes, too
        bias = head.bias - np.float32(trust) * np.log(shares)
        return _Mixture(space, Head(head.weights * factor, bias * factor), trust)

    def _hedge(
        self, begin: int, end: int, spread: FloatArray, product: FloatArray, mean: FloatArray
    ) -> None:
        for start in range(begin, end, BLOCK):
            here = slice(start, min(start + BLOCK, end))
            np.subtract(product[:, here], spread[:, here], out=mean[:, here])
            mean[:, here] *= np.float32(self.weight_)
            mean[:, here] += spread[:, here]

    def _mix(
        self, begin: int, end: int, mixture: _Mixture, spread: FloatArray, proba: FloatArray
    ) -> None:
        for start in range(begin, end, BLOCK):
            here = slice(start, min(start + BLOCK, end))
            logits = mixture.head.logits(mixture.space.pool(self._X, here))
            proba[:, here] = _product(spread[:, here], mixture.exponent, logits)


def _product(spread: FloatArray, exponent: float, logits: FloatArray) -> FloatArray:
    """Return the normalised product, (n_classes, m); `logits` are overwritten."""
    product = softmax(logits)
    product *= spread if exponent == 1 else spread ** np.float32(exponent)
    product /= product.sum(axis=0)
    return product


def _grown(n_labels: int, n_classes: int) -> float:
    """Return how much a head may count for by the number of labels: 0 at first, 1 in the end."""
    return max(0, n_labels - FROM * n_classes) / (n_labels + n_classes)


def _evenly(n: int, most: int) -> IntArray:
    """Return places among n that lie evenly: all of them, or as many as may be."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(np.intp)
