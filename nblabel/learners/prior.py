"""What was known before the first label, trusted as far as labels bear it out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners.base import Learner, check_points
from nblabel.learners.bulk import BulkLearner
from nblabel.learners.voters import Voters, voters_of

START = 0.7  # trust before the first label
SPREAD = 0.7  # around it: a few labels move the trust by as much
CAUTION = 1.0  # of the log probability: so much less probable than the best one the trust may be
HIGHEST = 2.0  # a prior that is right more often than it claims counts for more than it says
STEP = 0.05  # of the trust: between two labels it is mostly the same, and so is what follows
FADING = 50  # labels after which the prior has half of its trust
PATIENT = 5  # labels, from which on the trust may be 0
LEAST = 1e-3  # what the prior says of a class, at least: one mistake must not rule out all trust
NEAR = 0.8  # of an item's probabilities come from its neighbours on the graph, at each step
STEPS = 5
EVEN = 1e-6  # probabilities that differ by less say nothing
MOST = 2_000  # labels that the trust is estimated from


class Prior:
    """Probabilities of the classes that were there before the labels.

    Parameters
    ----------
    proba : ndarray of shape (n, n_known), float32
        Rows sum to 1; see `nblabel.embeddings.prior.as_prior`.
    given : ndarray of shape (n, n_known), float32, optional
        As it was given, where `proba` is smoothed; see `on`.
    """

    def __init__(self, proba: FloatArray, given: FloatArray | None = None) -> None:
        self.given = proba if given is None else given
        self._proba = proba
        self._logs: FloatArray | None = None

    @cached_property
    def likeliest(self) -> IntArray:
        """The likeliest class number of each item, -1 where all are alike: nothing is known."""
        spread = np.ptp(self.given, axis=1)
        return np.where(spread > EVEN, self.given.argmax(axis=1), -1).astype(np.intp)

    def logs(self, n_classes: int) -> FloatArray:
        """Return the logarithms of the probabilities, at least that of 0.001.

        Parameters
        ----------
        n_classes : int
            How many classes there are by now. One that was added later has the same probability
            for each item: nothing is known of it.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
        """
        if self._logs is None or self._logs.shape[1] != n_classes:
            self._logs = np.log(np.maximum(with_classes(self._proba, n_classes), LEAST))
        return self._logs

    def of(self, rows: IntArray) -> Prior:
        """Return the prior of some items, as it was given."""
        return Prior(self.given[rows])

    def grouped(self, groups: IntArray, n_groups: int) -> Prior:
        """Return the probabilities of groups of classes.

        Parameters
        ----------
        groups : ndarray of shape (n_classes,), intp
            The group of each class.
        n_groups : int
        """
        member = np.zeros((len(groups), n_groups), dtype=np.float32)
        member[np.arange(len(groups)), groups] = 1
        proba, given = (
            with_classes(one, len(groups)) @ member for one in (self._proba, self.given)
        )
        return Prior(proba, given)

    def on(self, graph: NeighborGraph) -> Prior:
        """Return the prior with each item's probabilities moved towards those of its neighbours.

        Mistakes that are independent of one another are outvoted by the neighbours: label
        propagation with every item as a node that has its prior (the local and global consistency
        of Zhou et al., "Learning with Local and Global Consistency", NIPS 2003), five steps of it.

        Parameters
        ----------
        graph : NeighborGraph
            Of the same pool.
        """
        weights = graph.weights.maximum(graph.weights.T).tocsr()
        degrees = np.asarray(weights.sum(axis=1), dtype=np.float32)
        alone = degrees == 0
        proba = self.given
        for _ in range(STEPS):
            near = (weights @ proba) / np.where(alone, 1, degrees)
            proba = np.where(alone, self.given, NEAR * near + (1 - NEAR) * self.given)
        return Prior(proba.astype(np.float32), self.given)


class PriorLearner(BulkLearner):
    """A learner whose probabilities are multiplied with a prior, as far as labels bear it out.

    The product of the learner's probabilities and the prior's, the latter to the power of its
    trust: two experts that know different things [1]_. The trust is estimated from the labels that
    were asked for, not from those in bulk: the exponent under which the prior gives these labels
    the highest likelihood, held to 0.7 while labels are few, and of this estimate the lower end,
    1.4 standard deviations below; up to the fifth label it does not fall faster than evenly. So a
    prior that is no better than chance, or wrong in most cases, soon has a trust of 0, and one that
    is too sure of itself is tempered. As the learner comes to
    know what the prior knows, and both may be wrong on the same items, the trust fades: it is
    halved at 50 labels. Before the first label there is nothing else, and the prior predicts alone.

    What the prior says of a class is divided by its mean over the pool, so that it tells items
    apart and says nothing about the shares of the classes. While labels are few, the learner's
    probabilities are mixed with the uniform ones by as much as one label of each class beside those
    there are: that it has not met a class is no reason to rule it out.

    Items that are labeled are left to the learner. New points get the prior of the pool's items
    nearest to them.

    Parameters
    ----------
    make : callable
        Returns a learner for the pool that has learned nothing yet.
    X : ndarray of shape (n, dim), float32
        Embeddings; new points are placed among them.
    bulk : ndarray of intp, optional
        Positions of the items that were labeled in bulk.
    prior : Prior

    Attributes
    ----------
    trust : float
        The exponent at the last `update`, from 0 (not used) to 2, before it fades.

    References
    ----------
    .. [1] Hinton, "Training Products of Experts by Minimizing Contrastive Divergence", Neural
       Computation, 2002; the exponent is a temperature (Guo et al., ICML 2017).
    """

    trust = START

    def __init__(
        self, make: Callable[[], Learner], X: FloatArray, bulk: Any = None, *, prior: Prior
    ) -> None:
        super().__init__(make, X, bulk)
        self.prior = prior
        self._weight = -1.0  # that the evidence was worked out with
        self._evidence: FloatArray | None = None
        self._labeled: IntArray = np.empty(0, dtype=np.intp)
        self._mixed = 0.0
        self._voters: Voters | None = None

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        """Learn from labels; as `Learner.update`, but for what is predicted without any label."""
        proba = np.asarray(super().update(y, n_classes))
        logs = self.prior.logs(n_classes)
        self._labeled = np.flatnonzero(y >= 0)
        asked = self._labeled
        if self.bulk is not None and len(self.bulk):
            asked = np.setdiff1d(asked, self.bulk)
        fitted = fitted_trust(logs[asked], y[asked]) if self.n_learned else START
        # one label that the prior has wrong says little: a good prior has some of these, too
        self.trust = max(fitted, START * (1 - self.n_learned / PATIENT))
        weight = STEP * round(self.trust * FADING / (FADING + self.n_learned) / STEP)
        if self._evidence is None or self._evidence.shape[1] != n_classes or weight != self._weight:
            self._weight, self._evidence = weight, evidence(logs, weight)
        self._mixed = min(weight, 1.0) * n_classes / (self.n_learned + n_classes)
        found = self._combined(proba, self._evidence)
        found[self._labeled] = self._blended(proba[self._labeled])
        return np.asfortranarray(found)

    def hedged(self, proba: FloatArray) -> FloatArray:
        return proba  # the prior's doubts are in it

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Return the probability of each class for new points; as `Learner.predict_proba`."""
        proba = super().predict_proba(X_new)
        if self._evidence is None:
            return proba
        points = check_points(X_new, self._X.shape[1])
        if self._voters is None or not np.array_equal(self._voters.points, points):
            self._voters = voters_of(self._X, points)
        evidence = self._evidence.copy()
        evidence[self._labeled] = 1
        return self._combined(proba, self._voters.mean(evidence))

    def _blended(self, proba: FloatArray) -> FloatArray:
        share = np.float32(self._mixed)
        return (1 - share) * proba + share / np.float32(proba.shape[1])

    def _combined(self, proba: FloatArray, evidence: FloatArray) -> FloatArray:
        found = self._blended(proba)
        found *= evidence
        found /= found.sum(axis=1, keepdims=True)
        return found


def with_classes(proba: FloatArray, n_classes: int) -> FloatArray:
    """Return probabilities for a number of classes: columns are added or dropped at the end.

    Parameters
    ----------
    proba : ndarray of shape (n, n_known), float32
        Rows sum to 1.
    n_classes : int

    Returns
    -------
    ndarray of shape (n, n_classes), float32
        Each class that was added has a share of 1 / n_classes of every row.
    """
    n, known = proba.shape
    if n_classes == known:
        return proba
    if n_classes < known:  # a class that was added was taken back
        kept = np.maximum(proba[:, :n_classes], np.float32(1e-9))
        narrow: FloatArray = kept / kept.sum(axis=1, keepdims=True)
        return narrow
    wide = np.full((n, n_classes), 1 / n_classes, dtype=np.float32)
    wide[:, :known] = proba * np.float32(known / n_classes)
    return wide


def fitted_trust(logs: FloatArray, codes: IntArray) -> float:
    """Return the exponent that a prior has earned by these labels: cautious, see `PriorLearner`.

    Parameters
    ----------
    logs : ndarray of shape (m, n_classes), float32
        Logarithms of the prior's probabilities for the labeled items.
    codes : ndarray of shape (m,), intp
        Their class numbers.

    Returns
    -------
    float
        From 0 to 2. Before the first label the exponent has a normal distribution around 0.7 with a
        standard deviation of 0.7. Returned is the lower end of those that are, after the labels,
        at least 1 / e times as probable as the most probable one.
    """
    every = max(1, len(codes) // MOST)
    logs, codes = logs[::every].astype(np.float64), codes[::every]
    grid = np.arange(0, HIGHEST + STEP / 2, STEP)
    scores = -np.square((grid - START) / SPREAD) / 2
    own = logs[np.arange(len(codes)), codes].sum()
    for place, power in enumerate(grid.tolist()):
        scores[place] += power * own - np.log(np.exp(power * logs).sum(axis=1)).sum()
    return float(grid[np.flatnonzero(scores >= scores.max() - CAUTION - 1e-9)[0]])


def evidence(logs: FloatArray, weight: float) -> FloatArray:
    """Return what speaks for each class of each item, beside its mean over the pool.

    Parameters
    ----------
    logs : ndarray of shape (n, n_classes), float32
        Logarithms of the prior's probabilities.
    weight : float
        The exponent.

    Returns
    -------
    ndarray of shape (n, n_classes), float32
        1 on average, and everywhere for a weight of 0.
    """
    found: FloatArray = np.exp(np.float32(weight) * logs)
    found /= found.sum(axis=1, keepdims=True)
    found /= found.mean(axis=0)
    return found
