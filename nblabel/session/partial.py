"""Learning from a part of the pool, while the rest is being embedded."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np

from nblabel.arrays import BoolArray, FloatArray, IntArray
from nblabel.graph.near import NearGroups
from nblabel.learners import Learner
from nblabel.learners.bulk import BulkLearner
from nblabel.learners.prior import Prior
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.strategies import Query, Reason

NOTHING = Query(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32), ())
NOT_EMBEDDED = Reason("Drawn at random: it is not embedded yet.")


class PartialEngine:
    """An `Engine` on the items that are embedded; it predicts the mean of these for the others.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings; those of other items are not looked at.
    embedded : ndarray of shape (n,), bool
        Which items have one; at least one.
    learner, strategy, random_state, prior
        As for `Engine`.
    engines : type
        `Engine`, or the one for several tags.
    """

    awaits_embeddings = True
    wants_graph = starts_on_graph = False
    graph = None

    def __init__(
        self,
        X: FloatArray,
        embedded: BoolArray,
        learner: Any,
        strategy: Any,
        random_state: int,
        prior: Prior | None = None,
        *,
        engines: type[Engine] = Engine,
    ) -> None:
        self.X, self.embedded = X, embedded
        self._rows: IntArray = np.flatnonzero(embedded)
        self._places: IntArray = np.full(len(X), -1, dtype=np.intp)
        self._places[self._rows] = np.arange(len(self._rows))
        self.prior = prior
        inside = None if prior is None else prior.of(self._rows)
        self._part = engines(X[self._rows], learner, strategy, random_state, inside)

    @property
    def learner(self) -> Learner:
        """What learns now."""
        return self._part.learner

    @property
    def trust(self) -> float | FloatArray | None:
        """As `Engine.trust`."""
        return self._part.trust

    @property
    def near(self) -> NearGroups:
        """As `Engine.near`: each item is alone."""
        return NearGroups.of(None, self.X)

    @property
    def scale(self) -> float:
        """As `Engine.scale`."""
        return self._part.scale

    @property
    def centred(self) -> FloatArray:
        """The embeddings as they are: likeness is not searched for before all are there."""
        return self.X

    def with_strategy(self, strategy: Any) -> PartialEngine:
        """As `Engine.with_strategy`."""
        other = copy.copy(self)
        other._part = self._part.with_strategy(strategy)  # noqa: SLF001  (one of us)
        return other

    def with_prior(self, prior: Prior) -> PartialEngine:
        """As `Engine.with_prior`."""
        other = copy.copy(self)
        other.prior = prior
        other._part = self._part.with_prior(prior.of(self._rows))  # noqa: SLF001
        return other

    @property
    def strategy(self) -> Any:
        """What asks now."""
        return self._part.strategy

    def learner_anew(self, bulk: IntArray | None = None) -> PartialLearner:
        """Return a learner like the present one that has learned nothing yet."""
        inside = None if bulk is None else self._inside(bulk)
        return PartialLearner(self._part.learner_anew(inside), self._rows)

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """As `Engine.predict_proba`."""
        return self._part.predict_proba(X_new)

    def refit(self, snapshot: Snapshot, n: int, explain: int | None = None) -> Refit:
        """Learn from a snapshot and choose up to n questions; as `Engine.refit`.

        Items drawn for an audit are asked first, embedded or not. The others that are not embedded
        are asked, at random, when nothing else is left.
        """
        part = replace(
            snapshot,
            y=snapshot.y[self._rows],
            open=self._inside(snapshot.open),
            skipped=self._inside(snapshot.skipped),
            accepted=self._inside(snapshot.accepted),
            bulk=self._inside(snapshot.bulk),
            drawn=self._inside(snapshot.drawn),
            coarse=None if snapshot.coarse is None else snapshot.coarse.of(self._rows),
        )
        at = -1 if explain is None else int(self._places[explain])
        refit = self._part.refit(part, n, None if at < 0 else at)
        query = replace(refit.query, indices=self._rows[refit.query.indices])
        if len(snapshot.open) and not len(part.open) and not len(part.drawn):
            query = NOTHING  # skipped ones come back once nothing is left in the whole pool
        first = snapshot.drawn[self._places[snapshot.drawn] < 0]
        last = snapshot.open[self._places[snapshot.open] < 0]
        if len(first) + len(query) >= n:
            last = last[:0]
        rng = np.random.default_rng([len(self._rows), len(snapshot.open)])
        query = _joined(first, query, rng.permutation(last)[:n], n)
        proba = spread_out(refit.proba, self._rows, len(self.X))
        return replace(refit, proba=proba, query=query)

    def deciders(self, indices: IntArray) -> tuple[IntArray, FloatArray]:
        """As `Engine.deciders`; an item that is not embedded has none."""
        places = self._places[indices]
        who, closeness = self._part.deciders(places[places >= 0])
        found = np.full((len(indices), who.shape[1]), -1, dtype=np.intp)
        found[places >= 0] = np.where(who >= 0, self._rows[who], -1)
        close = np.zeros(found.shape, dtype=np.float32)
        close[places >= 0] = closeness
        return found, close

    def _inside(self, indices: IntArray) -> IntArray:
        """Return the places of those that are embedded."""
        places = self._places[indices]
        inside: IntArray = places[places >= 0]
        return inside


class PartialLearner:
    """Learns from the embedded items; as `nblabel.learners.Learner`.

    Parameters
    ----------
    learner : BulkLearner
        On these items alone.
    rows : ndarray of intp
        Their positions in the pool.
    """

    def __init__(self, learner: BulkLearner, rows: IntArray) -> None:
        self._learner, self._rows = learner, rows
        self.name = learner.name

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        return spread_out(self._learner.update(y[self._rows], n_classes), self._rows, len(y))

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        return self._learner.predict_proba(X_new)


def spread_out(proba: FloatArray, rows: IntArray, n: int) -> FloatArray:
    """Return probabilities of n items: those of some rows, and their mean for the others."""
    proba = np.asarray(proba)
    spread = np.empty((n, proba.shape[1]), dtype=np.float32, order="F")
    spread[:] = proba.mean(axis=0, dtype=np.float64)
    spread[rows] = proba
    return spread


def _joined(first: IntArray, query: Query, last: IntArray, n: int) -> Query:
    """Return a query with items that are not embedded before and behind it."""
    if not len(first) and not len(last):
        return query
    best = query.scores[0] if len(query) else np.float32(1)
    scores = [np.full(len(first), best), query.scores, np.zeros(len(last))]
    reasons = (
        *(NOT_EMBEDDED for _ in first),
        *query.reasons,
        *(NOT_EMBEDDED for _ in last),
    )
    return Query(
        np.concatenate([first, query.indices, last])[:n].astype(np.intp),
        np.concatenate(scores)[:n].astype(np.float32),
        reasons[:n],
    )
