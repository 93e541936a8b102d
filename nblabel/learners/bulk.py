"""Labels given in bulk: learned from, without being taken for the shares of the classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners.base import Learner
from nblabel.learners.top import MANY, TopProba

COVERED = 0.8  # of the pool, by the estimated shares: classes with as many bulk labels as they say
FEWEST = 3  # labels of a lump that are learned from, at the least
ORDERED = 64  # items of a lump that are put in order; the others follow as they come
ROWS = 20_000  # items that class shares are counted on
ROUNDS = 60
EXACT = 1e-3  # of the items counted on
LEAST = 1e-9  # that a class counts for: float32 divides by its multiples


class BulkLearner:
    """Learns from all labels, and reads the shares of the classes from asked ones alone.

    A person draws a lasso around a hundred photos of one class, or imports a thousand labels of
    mostly one class. All of them are right, and together they say that this class is everywhere:
    with a hundred labels of one class beside twenty that were asked for, label propagation and the
    nearest neighbours predict it for most of the pool. How many labels of a class were given in
    bulk says nothing about its share of the pool. So two models learn, and their mean predicts.

    The first learns what was asked, and of the bulk labels as many of each class as its share
    calls for, where the bulk holds that many of most classes: a table of known labels that is like
    the pool counts in full, a lump of one class does not count.

    The second learns a few more of each lump, spread over it, and its probabilities are corrected
    to the class shares that the first predicts: prior correction [1]_, [2]_, with the prior known.

    Without bulk labels there is only the first, and nothing changes. With more than 200 classes
    there is one model in any case, for shares of so many are hardly known: it learns of each lump
    about as many labels as the classes have on average.

    Parameters
    ----------
    make : callable
        Returns a learner for the pool that has learned nothing yet.
    X : ndarray of shape (n, dim), float32
        Embeddings, to tell items of a lump apart.

    Attributes
    ----------
    learner : Learner
        The first model.
    bulk : ndarray of intp, or None
        Positions of the items that were labeled in bulk; it is set before `update`.
    n_learned : int
        How many labels the first model learned at the last `update`.

    References
    ----------
    .. [1] Saerens, Latinne and Decaestecker, "Adjusting the Outputs of a Classifier to New a Priori
       Probabilities: A Simple Procedure", Neural Computation, 2002.
    .. [2] Zhu, Ghahramani and Lafferty, "Semi-Supervised Learning Using Gaussian Fields and
       Harmonic Functions", ICML 2003: class mass normalization.
    """

    def __init__(self, make: Callable[[], Learner], X: FloatArray, bulk: Any = None) -> None:
        self.learner = make()
        self.bulk = bulk
        self.n_learned = 0
        self._make = make
        self._X = X
        self._second: Learner | None = None
        self._factors: FloatArray | None = None  # None while only the first is asked
        self._orders: dict[bytes, IntArray] = {}

    @property
    def name(self) -> str:
        """What the learner is called."""
        return self.learner.name

    @property
    def reach(self) -> Any:
        """The learner that knows best where labels reach."""
        return self.learner if self._factors is None else self._second

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        """Learn from labels; as `Learner.update`."""
        self._factors = None
        bulk = np.empty(0, dtype=np.intp) if self.bulk is None else self.bulk
        bulk = bulk[y[bulk] >= 0]  # of a retired class nothing is learned
        if not len(bulk):
            self.n_learned = int(np.count_nonzero(y >= 0))
            return self.learner.update(y, n_classes)
        if n_classes > MANY:
            return self._of_many(y, bulk, n_classes)
        first, second = self._divided(y, bulk, n_classes)
        self.n_learned = int(np.count_nonzero(first >= 0))
        proba = self.learner.update(first, n_classes)
        if np.array_equal(first, second):
            return proba
        if self._second is None:
            self._second = self._make()
        more = self._second.update(second, n_classes)
        rest = np.flatnonzero(y < 0)
        some = rest[:: max(1, len(rest) // ROWS)]
        factors = prior_factors(more[some], proba[some].sum(axis=0))
        mean = self._mean(proba, more, factors)
        mean[bulk] = 0
        mean[bulk, y[bulk]] = 1
        self._factors = factors
        return mean

    def hedged(self, proba: FloatArray) -> FloatArray:
        """Return the probabilities that questions go by, from those that `update` returned.

        The learner's own, where it has a method of that name and learned alone.
        """
        hedged = getattr(self.learner, "hedged", None)
        return proba if hedged is None or self._factors is not None else hedged(proba)

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Return the probability of each class for new points; as `Learner.predict_proba`."""
        proba = self.learner.predict_proba(X_new)
        if self._factors is None or self._second is None:
            return proba
        return self._mean(proba, self._second.predict_proba(X_new), self._factors)

    def _mean(self, proba: FloatArray, more: FloatArray, factors: FloatArray) -> FloatArray:
        corrected = more * factors
        corrected /= corrected.sum(axis=1, keepdims=True)
        corrected += proba
        return np.asfortranarray(corrected / np.float32(2))

    def _of_many(self, y: IntArray, bulk: IntArray, n_classes: int) -> FloatArray:
        """Learn from some labels of each lump."""
        learned, known = y.copy(), y[y >= 0]
        average = len(known) // max(1, len(np.unique(known)))
        most = FEWEST
        while 2 * most <= average:  # in steps: what was learned before mostly stays
            most *= 2
        for code in np.flatnonzero(np.bincount(y[bulk], minlength=n_classes) > most):
            lump = bulk[y[bulk] == code]
            learned[lump[self._order(lump)[most:]]] = -1
        self.n_learned = int(np.count_nonzero(learned >= 0))
        proba = self.learner.update(learned, n_classes)
        if isinstance(proba, TopProba):
            return proba.known(bulk, y[bulk])
        proba[bulk] = 0
        proba[bulk, y[bulk]] = 1
        return proba

    def _divided(self, y: IntArray, bulk: IntArray, n_classes: int) -> tuple[IntArray, IntArray]:
        """Return the labels that each of the two models learns."""
        asked = y.copy()
        asked[bulk] = -1
        n_asked = np.bincount(asked[asked >= 0], minlength=n_classes)
        n_bulk = np.bincount(y[bulk], minlength=n_classes)
        shares = np.where(n_asked + n_bulk > 0, 1.0, 0)
        if n_asked.any():
            shares = self.learner.update(asked, n_classes)[y < 0].sum(axis=0) + n_asked + n_bulk
        taken = representative(n_asked, n_bulk, shares / shares.sum())
        first, second = asked, asked.copy()
        known = n_asked + taken
        more = max(FEWEST, int(known.sum()) // max(1, int(np.count_nonzero(known))))
        for code in np.flatnonzero(n_bulk):
            lump = bulk[y[bulk] == code]
            if taken[code] < len(lump):
                lump = lump[self._order(lump)]
            first[lump[: taken[code]]] = code
            second[lump[: taken[code] + more]] = code
        return first, second

    def _order(self, lump: IntArray) -> IntArray:
        """Return places of a lump, its middle first, then ever the farthest from those before."""
        key = lump.tobytes()
        if key not in self._orders:
            if len(self._orders) > 256:
                self._orders.clear()
            self._orders[key] = farthest_first(self._X[lump], ORDERED)
        return self._orders[key]


def representative(n_asked: IntArray, n_bulk: IntArray, shares: FloatArray) -> IntArray:
    """Return how many bulk labels of each class are in the proportion of the class shares.

    Parameters
    ----------
    n_asked, n_bulk : ndarray of shape (n_classes,), int
        Labels of each class that were asked for, and that were given in bulk.
    shares : ndarray of shape (n_classes,)
        Share of the pool that each class makes up, as far as is known; they sum to 1.

    Returns
    -------
    ndarray of shape (n_classes,), intp
        As many as hold the proportion, beside those asked, for classes that make up four fifths of
        the pool. A class that nobody was asked about gets one label at the least, so that it is
        known.
    """
    ratios = np.divide(n_asked + n_bulk, shares, out=np.zeros(len(shares)), where=shares > 0)
    order = np.argsort(-ratios, kind="stable")
    enough = int(np.searchsorted(np.cumsum(shares[order]), COVERED - 1e-9))
    scale = max(ratios[order[min(enough, len(order) - 1)]], n_asked.sum())
    due = np.floor(scale * shares + 1e-9) - n_asked
    taken: IntArray = np.clip(due, 0, n_bulk).astype(np.intp)
    unknown = (n_asked == 0) & (n_bulk > 0)
    taken[unknown] = np.maximum(taken[unknown], 1)
    return taken


def prior_factors(proba: FloatArray, totals: FloatArray) -> FloatArray:
    """Return what to multiply each class with, so that normalised rows sum to given totals.

    Parameters
    ----------
    proba : ndarray of shape (m, n_classes), float32
    totals : ndarray of shape (n_classes,)
        They sum to m.

    Returns
    -------
    ndarray of shape (n_classes,), float32
        They sum to 1.
    """
    factors = np.full(proba.shape[1], 1 / proba.shape[1], dtype=np.float32)
    wanted = np.maximum(totals, EXACT)
    for _ in range(ROUNDS):
        rows = proba @ factors
        found = (proba / rows[:, None]).sum(axis=0) * factors
        if np.abs(found - wanted).max() < EXACT * len(proba):
            break
        # a class that no row allows keeps its factor: it would grow until the others are 0
        factors *= np.divide(wanted, found, out=np.ones_like(wanted), where=found > LEAST)
        factors = np.maximum(factors / factors.sum(), LEAST)
    return factors


def farthest_first(X: FloatArray, n: int) -> IntArray:
    """Return all places: the n that lie far from one another first, beginning in the middle.

    The greedy choice of Gonzalez, "Clustering to Minimize the Maximum Intercluster Distance", 1985.
    """
    nearest = np.square(X - X.mean(axis=0)).sum(axis=1)
    first = int(nearest.argmin())
    nearest = np.square(X - X[first]).sum(axis=1)
    picks = [first]
    for _ in range(min(n, len(X)) - 1):
        nearest[picks[-1]] = -1
        best = int(nearest.argmax())
        np.minimum(nearest, np.square(X - X[best]).sum(axis=1), out=nearest)
        picks.append(best)
    others = np.setdiff1d(np.arange(len(X)), picks)
    return np.concatenate([picks, others]).astype(np.intp)
