"""What was known of each tag before the first answer, trusted as far as answers bear it out."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import BoolArray, FloatArray, Int8Array, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners.base import check_points
from nblabel.learners.prior import (
    CAUTION,
    FADING,
    HIGHEST,
    LEAST,
    SPREAD,
    START,
    STEP,
    Prior,
)
from nblabel.learners.tags import TagLearner
from nblabel.learners.voters import Voters, voters_of

Float64Array = npt.NDArray[np.float64]

POWERS = np.arange(0, HIGHEST + STEP, 2 * STEP)  # the trusts that are tried
POOLED = 4_096  # items, at most, that a mean over the pool is taken from for each of them
PATIENT = 3  # answers that tell something of a prior, from which on its trust may be 0
MOST = 300  # answers about a tag that its trust is estimated from
NEWTON = 8  # steps
LIKELY = 0.5


class TagPrior(Prior):
    """Probabilities of tags that were there before the answers, each tag by itself.

    Parameters
    ----------
    proba : ndarray of shape (n, n_known), float32
        NaN where nothing is known; see `nblabel.embeddings.tag_prior.as_tag_prior`.
    """

    def __init__(self, proba: FloatArray) -> None:
        super().__init__(proba)
        self._centres: dict[int, Float64Array] = {}

    @cached_property
    def known(self) -> BoolArray:
        """The tags of which something is known: ndarray of shape (n_known,), bool."""
        return np.array([not np.isnan(column).all() for column in self.given.T], dtype=bool)

    def of(self, rows: IntArray) -> TagPrior:
        return TagPrior(self.given[rows])

    def on(self, graph: NeighborGraph) -> TagPrior:  # noqa: ARG002
        """Return the prior as it is: near items need not have the same tags."""
        return self

    def odds(self, code: int, rows: IntArray | slice = slice(None)) -> FloatArray:
        """Return the log-odds of a tag, NaN where nothing is known.

        Parameters
        ----------
        code : int
            The tag, one of those that are known.
        rows : ndarray of intp, optional
            The items; all of them, if left out.

        Returns
        -------
        ndarray of shape (n_rows,), float32
            From -6.9 to 6.9, which is a probability of 0.999.
        """
        p = np.clip(self.given[rows, code], np.float32(LEAST), np.float32(1 - LEAST))
        found: FloatArray = np.log(p / (1 - p))
        return found

    def centres(self, code: int) -> Float64Array:
        """Return the log-odds of the mean over the pool for each of `POWERS`."""
        if code not in self._centres:
            odds = self.odds(code)
            odds = odds[~np.isnan(odds)]
            some = odds[:: max(1, len(odds) // POOLED)]
            self._centres[code] = np.array([centre_of(some, power) for power in POWERS.tolist()])
        return self._centres[code]


class TagPriorLearner:
    """A learner of tags whose log-odds a prior is added to, as far as answers bear it out.

    What `nblabel.learners.prior.PriorLearner` does for classes, for each tag by itself: log-odds of
    the prior, times its trust, are added to those of the learner. They are taken relative to their
    mean over the pool, so that they tell items apart and say nothing about how frequent a tag is.

    The trust is estimated from the answers about the tag: the factor under which these are
    likeliest, held to 0.7 while they are few, and of this estimate the lower end. How frequent the
    tag is among the answers is fitted beside it, as questions look for rare tags; with half an
    answer each way (Firth, "Bias reduction of maximum likelihood estimates", Biometrika, 1993), so
    that items that have the tag by the prior and were all denied it count against the prior. A
    trust that falls does so no faster than evenly over three answers that tell something of the
    prior: those where it or the person gives the rarer answer. Of 30 answers "no" about a rare tag,
    to which the prior says no, too, nothing is learned.

    The trust fades as the learner comes to know the tag: it is halved once 25 answers of the rarer
    kind are there, the 50 labels of two classes. Before the first answer about a tag the prior
    predicts it alone, how frequent it is included, and this share fades like two answers.

    A tag that was added later has no prior, and an item of which nothing is known gets what the
    learner says. Answers are left to the learner. New points get the prior of the pool's items
    nearest to them.

    Parameters
    ----------
    learner : TagLearner
    X : ndarray of shape (n, dim), float32
        Embeddings; new points are placed among them.
    prior : TagPrior

    Attributes
    ----------
    trust : ndarray of shape (n_classes,), float64
        Of each tag, at the last `update`, from 0 (not used) to 2, before it fades; NaN without a
        prior.
    """

    def __init__(self, learner: TagLearner, X: FloatArray, prior: TagPrior) -> None:
        self.learner, self.prior = learner, prior
        self.name = learner.name
        self.trust: Float64Array = np.empty(0)
        self._X = X
        self._weights: Float64Array = np.empty(0)  # that the factors were worked out with
        self._factors: FloatArray = np.ones((len(X), 0), dtype=np.float32)
        self._mean: FloatArray = np.empty(0, dtype=np.float32)  # of what the prior says of a tag
        self._mixed: FloatArray = np.empty(0, dtype=np.float32)  # how much of it counts
        self._answered: BoolArray = np.zeros((len(X), 0), dtype=bool)
        self._voters: Voters | None = None

    def update(self, y: Int8Array, n_classes: int) -> FloatArray:
        proba = self.learner.update(y, n_classes)
        self._make_room(n_classes)
        self._answered = y >= 0
        found = np.array(proba, dtype=np.float32, order="F")
        for code in np.flatnonzero(self.prior.known[:n_classes]).tolist():
            asked = np.flatnonzero(self._answered[:, code])
            self._learn(code, asked, y[asked, code] == 1)
            column = self._combined(found[:, code], self._factors[:, code], code)
            column[asked] = proba[asked, code]
            found[:, code] = column
        return found

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        found = np.array(self.learner.predict_proba(X_new), dtype=np.float32)
        points = check_points(X_new, self._X.shape[1])
        if self._voters is None or not np.array_equal(self._voters.points, points):
            self._voters = voters_of(self._X, points)
        factors = self._voters.mean(np.where(self._answered, np.float32(1), self._factors))
        for code in np.flatnonzero(self.prior.known[: found.shape[1]]).tolist():
            found[:, code] = self._combined(found[:, code], factors[:, code], code)
        return found

    def _make_room(self, n_classes: int) -> None:
        """Forget what is known of other tags than there are."""
        if len(self.trust) == n_classes:
            return
        self.trust, self._weights = np.full(n_classes, np.nan), np.full(n_classes, -1.0)
        self._factors = np.ones((len(self._X), n_classes), dtype=np.float32, order="F")
        self._mean = np.full(n_classes, 0.5, dtype=np.float32)
        self._mixed = np.zeros(n_classes, dtype=np.float32)

    def _learn(self, code: int, asked: IntArray, yes: BoolArray) -> None:
        """Find how far a tag's prior is trusted, and what it adds then."""
        odds = self.prior.odds(code, asked)
        told = ~np.isnan(odds)
        n_few = min(int(yes.sum()), int((~yes).sum()))
        self.trust[code] = trust = trust_of(odds[told], yes[told], self.prior.centres(code))
        weight = STEP * round(trust * FADING / (FADING + 2 * n_few) / STEP)
        if weight != self._weights[code]:
            self._weights[code] = weight
            every = self.prior.odds(code)
            centre = centre_of(every[~np.isnan(every)], weight)
            factors = np.exp(np.float32(weight) * every - np.float32(centre))
            self._factors[:, code] = np.where(np.isnan(every), np.float32(1), factors)
            self._mean[code] = 1 / (1 + np.exp(-centre))
        self._mixed[code] = min(weight / START, 1.0) * 2 / (len(asked) + 2)

    def _combined(self, p: FloatArray, factors: FloatArray, code: int) -> FloatArray:
        share = self._mixed[code]
        p = (1 - share) * p + share * self._mean[code]
        yes = p * factors
        found: FloatArray = yes / np.maximum(yes + (1 - p), np.finfo(np.float32).tiny)
        return found


def centre_of(odds: FloatArray, power: float) -> float:
    """Return the log-odds of the mean probability, after log-odds are multiplied by a power."""
    mean = float(np.mean(1 / (1 + np.exp(-power * odds.astype(np.float64)))))
    return float(np.log(mean / (1 - mean)))


def trust_of(odds: FloatArray, yes: BoolArray, centres: Float64Array) -> float:
    """Return how far a tag's prior is trusted; see `TagPriorLearner`.

    Parameters
    ----------
    odds : ndarray of shape (m,), float32
        Log-odds of the prior for the items that were answered.
    yes : ndarray of shape (m,), bool
        The answers.
    centres : ndarray of shape (n_powers,)
        See `TagPrior.centres`.

    Returns
    -------
    float
        From 0 to 2; 0.7 without any answer.
    """
    often = 2 * int(yes.sum()) > len(yes)
    telling = int(((yes != often) | ((odds > 0) != often)).sum())
    least = START * (1 - telling / PATIENT)
    return max(fitted_trust(odds, yes, centres), least) if telling else START


def fitted_trust(odds: FloatArray, yes: BoolArray, centres: Float64Array) -> float:
    """Return the trust that answers alone speak for, cautious; parameters as for `trust_of`.

    Before the first answer it has a normal distribution around 0.7 with a standard deviation of
    0.7. Returned is the lower end of those that are at least 1 / e times as probable as the best
    one. For each, the log-odds of the tag's share have their best value, found by Newton's method.
    """
    every = -(-len(yes) // MOST) or 1
    odds, yes = odds[::every], yes[::every]
    added = POWERS[:, None] * odds.astype(np.float64) - centres[:, None]
    share = np.full((len(POWERS), 1), np.log((yes.sum() + 0.5) / ((~yes).sum() + 0.5)))
    for _ in range(NEWTON):
        q, s = _sigmoid(added + share), _sigmoid(share)
        slope = (yes - q).sum(axis=1, keepdims=True) + 0.5 - s
        bend = (q * (1 - q)).sum(axis=1, keepdims=True) + s * (1 - s)
        step = np.clip(slope / bend, -2, 2)
        share += step
        if np.abs(step).max() < 0.01:
            break
    logits = added + share
    scores = (logits * yes - np.logaddexp(0, logits)).sum(axis=1)
    scores += (0.5 * share - np.logaddexp(0, share))[:, 0]
    scores -= np.square((POWERS - START) / SPREAD) / 2
    return float(POWERS[np.flatnonzero(scores >= scores.max() - CAUTION - 1e-9)[0]])


def _sigmoid(logits: Float64Array) -> Any:
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
