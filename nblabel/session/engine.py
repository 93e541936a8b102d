"""The model side of a session: from labels to probabilities and the next questions."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nblabel.arrays import BoolArray, FloatArray, IntArray
from nblabel.graph.near import NearGroups
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners import KnnLearner, Learner, make_learner, wants_graph
from nblabel.learners.bulk import BulkLearner
from nblabel.learners.coarse import CoarseLabels
from nblabel.learners.labeled_neighbors import LabeledNeighbors, centred
from nblabel.learners.prior import Prior, PriorLearner
from nblabel.learners.shares import ShareLearner
from nblabel.session.refining import Refinement, without
from nblabel.strategies import Query, QueryStrategy, Reason, View, make_strategy
from nblabel.strategies.measures import Measures, likeliest

EXPLAINING = 5  # labeled items that explain a prediction
EXPLAINED = 8  # of the items drawn at random, those that may be shown next


@dataclass(frozen=True)
class Snapshot:
    """The labels at one moment: all that a refit depends on.

    Attributes
    ----------
    version : int
        Grows with every change of the session.
    y : ndarray of shape (n,), intp
        Class numbers to learn from, -1 where there are none.
    open : ndarray of intp
        Positions nobody answered.
    skipped : ndarray of intp
        Positions skipped, longest ago first; asked again once nothing else is open.
    classes : tuple of str
        Class names.
    accepted : ndarray of intp
        Positions whose label is the model's. They may be learned from; no prediction is explained
        by them, and no question avoids their surroundings.
    bulk : ndarray of intp
        Positions labeled in bulk; see `nblabel.learners.bulk`.
    drawn : ndarray of intp
        Positions drawn at random that wait for an answer, in the order drawn, and those asked once
        more; asked first. `open` does not hold them.
    retired : ndarray of intp
        Numbers of the classes that are neither learned nor predicted.
    coarse : CoarseLabels or None
        The labels of classes that have subclasses, where there are any; `y` does not hold them.
    below : tuple of (int, tuple of int)
        Where an item may have several tags, and some are below others: the number of each such tag,
        from the top down, and those of the tags right below it.
    """

    version: int
    y: IntArray
    open: IntArray
    skipped: IntArray
    classes: tuple[str, ...]
    accepted: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    bulk: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    drawn: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    retired: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    coarse: CoarseLabels | None = None
    below: tuple[tuple[int, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Refit:
    """What was learned from one snapshot.

    Attributes
    ----------
    version : int
        Of the snapshot.
    proba : ndarray of shape (n, n_classes), float32
    query : Query
        What to ask next.
    n_asked : int
        How many questions were asked for; fewer may have been left.
    fit_seconds, ask_seconds : float
        Wall time of learning and of choosing.
    reason : Reason or None
        What speaks for the item to be explained, where the query does not hold it.
    """

    version: int
    proba: FloatArray
    query: Query
    n_asked: int
    fit_seconds: float
    ask_seconds: float
    reason: Reason | None = None

    @cached_property
    def predicted(self) -> tuple[IntArray, FloatArray]:
        """Likeliest class number and its probability, each of shape (n,)."""
        return likeliest(self.proba)


class Engine:
    """Learner, strategy and neighbours on one set of embeddings.

    `refit` may run in a worker thread; calls take turns. It reads nothing but its snapshot.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    learner : str or estimator
        See `nblabel.learners.make_learner`.
    strategy : str or QueryStrategy
        See `nblabel.strategies.make_strategy`.
    random_state : int
        Seed of everything random.
    prior : Prior, optional
        What was known before the labels; see `nblabel.learners.prior`.

    Attributes
    ----------
    graph : NeighborGraph or None
        The neighbour graph. Without one, nearest labeled neighbours stand in for a learner that
        needs it, and "product" for such a strategy; see `with_graph`.
    prior : Prior or None
        What was known before the labels, smoothed where the learner works on the graph.
    strategy : QueryStrategy
        What asks now.
    awaits_embeddings : bool
        Whether there are no embeddings yet; see `without_embeddings`.
    """

    _view: type[View] = View
    _make_strategy = staticmethod(make_strategy)
    _shares: Any = ShareLearner

    def __init__(
        self,
        X: FloatArray,
        learner: Any,
        strategy: Any,
        random_state: int,
        prior: Prior | None = None,
    ) -> None:
        self.X = X
        self.prior = prior
        self.graph: NeighborGraph | None = None
        self._centred = centred(X)
        self._wanted = learner, strategy
        self._random_state = random_state
        self._model = self.learner_anew()
        self.strategy: QueryStrategy = self._make_strategy(strategy)
        self.awaits_embeddings = False
        self._cache: dict[str, Any] = {}
        # the measures are Euclidean; a learner that keeps the same neighbours shares them
        near = self.learner.neighbors if isinstance(self.learner, KnnLearner) else None
        shared = near is not None and near.metric == "euclidean"
        self._neighbors = near if near is not None and shared else LabeledNeighbors(X)
        self._apart: Measures | None = None
        self._measures = Measures(self._centred, self._neighbors, random_state, kept=shared)
        self._labeled: IntArray = np.empty(0, dtype=np.intp)
        self._retired: IntArray = np.empty(0, dtype=np.intp)
        self._refinement = Refinement()
        self._lock = threading.Lock()

    @classmethod
    def without_embeddings(cls, n: int, random_state: int, prior: Prior | None = None) -> Engine:
        """Return what stands in while n items are being embedded.

        It predicts the class shares for every item, asks at random, and knows no neighbours.
        """
        X = np.zeros((n, 1), dtype=np.float32)
        engine = cls(X, cls._shares, "random", random_state, prior)
        engine.awaits_embeddings = True
        return engine

    @property
    def embedded(self) -> BoolArray:
        """Which items have an embedding, (n,) bool."""
        return np.full(len(self.X), not self.awaits_embeddings)

    @property
    def learner(self) -> Learner:
        """What learns now."""
        return self._model.learner

    @property
    def wants_graph(self) -> bool:
        """Whether the learner or the strategy would use a neighbour graph and has none yet."""
        learner, strategy = self._wanted
        return self.graph is None and (
            wants_graph(learner)
            or getattr(self._make_strategy(strategy, has_graph=True), "needs_graph", False)
        )

    @property
    def starts_on_graph(self) -> bool:
        """Whether the strategy looks at the graph before the first label."""
        strategy = self._make_strategy(self._wanted[1], has_graph=True)
        return getattr(strategy, "starts_on_graph", False)

    def with_graph(self, graph: NeighborGraph) -> Engine:
        """Return an engine that learns and asks on the graph, and shares all else with this one.

        Raises
        ------
        ValueError
            If it is the graph of a pool of another size.
        """
        if len(graph) != len(self.X):
            raise ValueError(f"the graph has {len(graph):,} items, the pool {len(self.X):,}.")
        other = copy.copy(self)  # the same lock, too: the two share the neighbours
        other._use(graph)  # noqa: SLF001  (one of us)
        return other

    @property
    def centred(self) -> FloatArray:
        """The embeddings moved around the origin, where float32 tells near ones apart."""
        return self._centred

    @property
    def near(self) -> NearGroups:
        """Groups of nearly equal items, each item alone while there is no neighbour graph."""
        return self._measures.near

    def with_strategy(self, strategy: Any) -> Engine:
        """Return an engine that asks by another strategy, and shares all else with this one."""
        other = copy.copy(self)
        other._wanted = self._wanted[0], strategy  # noqa: SLF001
        other._cache = {}  # noqa: SLF001
        other.strategy = self._make_strategy(strategy, has_graph=self.graph is not None)
        return other

    def with_prior(self, prior: Prior) -> Engine:
        """Return an engine that begins with another prior, and shares all else with this one."""
        other = copy.copy(self)
        smooth = self.graph is not None and wants_graph(self._wanted[0])
        other.prior = prior.on(self.graph) if smooth and self.graph is not None else prior
        other._model = other.learner_anew()  # noqa: SLF001
        other._cache = {}  # noqa: SLF001
        return other

    def _use(self, graph: NeighborGraph) -> None:
        learner, strategy = self._wanted
        self.graph = graph
        self._measures = self._measures.on(graph)
        self._apart = None
        if wants_graph(learner):
            self.prior = None if self.prior is None else self.prior.on(graph)
            self._model = self.learner_anew()
            self._measures = self._measures.alone()
            self._neighbors = self._neighbors.keeping(EXPLAINING)  # what others kept is let go
        self.strategy = self._make_strategy(strategy, has_graph=True)
        self._cache = {}

    @cached_property
    def scale(self) -> float:
        """The unit of squared distances, from which similarities are worked out."""
        return float(self._neighbors.scale(1_000, self._random_state))

    def learner_anew(self, bulk: IntArray | None = None, prior: Prior | None = None) -> BulkLearner:
        """Return a learner like the present one that has learned nothing yet.

        Parameters
        ----------
        bulk : ndarray of intp, optional
            Positions labeled in bulk.
        prior : Prior, optional
            In place of its own.
        """

        def make() -> Learner:
            return make_learner(self._wanted[0], self.X, self._random_state, self.graph)

        prior = self.prior if prior is None else prior
        if prior is not None:
            return PriorLearner(make, self.X, bulk, prior=prior)
        return BulkLearner(make, self._centred, bulk)

    @property
    def trust(self) -> float | FloatArray | None:
        """The trust in the prior at the last refit, None without one; see `PriorLearner`.

        With several tags one for each; see `nblabel.learners.tag_prior`.
        """
        return getattr(self._model, "trust", None)

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Return the probability of each class for points that need not be in the pool.

        See `nblabel.learners.base.Learner.predict_proba`.
        """
        with self._lock:
            proba = without(self._model.predict_proba(X_new), self._retired)
            return without(self._refinement.applied_to(X_new, proba), self._retired)

    def refit(self, snapshot: Snapshot, n: int, explain: int | None = None) -> Refit:
        """Learn from a snapshot and choose up to n questions.

        Parameters
        ----------
        snapshot : Snapshot
            The labels to learn from.
        n : int
            How many questions to choose.
        explain : int, optional
            An item to give the reason of, also if it is not chosen: the one on screen.

        Raises
        ------
        LearnerError
            If the learner fails.
        ValueError
            If the strategy asks for an item twice, or for one that is no candidate.
        """
        with self._lock:
            start = time.perf_counter()
            self._model.bulk = snapshot.bulk
            self._retired = snapshot.retired
            y, bulk, retired = snapshot.y, snapshot.bulk, snapshot.retired
            learned = self._model.update(y, len(snapshot.classes))
            self._refinement.learn(self, self._model, snapshot.coarse, y, bulk)
            proba, hedged = (
                without(self._refinement.applied(without(one, retired)), retired)
                for one in (learned, self._model.hedged(learned))
            )
            self._labeled = labeled = self._labeled_in(snapshot)
            fitted = time.perf_counter()
            query, reason = self._query(snapshot, labeled, proba, hedged, n, explain)
            asked = time.perf_counter()
        return Refit(snapshot.version, proba, query, n, fitted - start, asked - fitted, reason)

    def _labeled_in(self, snapshot: Snapshot) -> IntArray:
        """Return the positions that people labeled."""
        found: IntArray = np.setdiff1d(
            np.flatnonzero(snapshot.y >= 0), snapshot.accepted, assume_unique=True
        )
        return found

    def deciders(self, indices: IntArray) -> tuple[IntArray, FloatArray]:
        """Return the nearest labeled items of some items, and their similarity.

        Parameters
        ----------
        indices : ndarray of shape (m,), intp

        Returns
        -------
        who : ndarray of shape (m, k), intp
            Positions, nearest first, -1 where there are none.
        closeness : ndarray of shape (m, k), float32
            1 / (1 + squared distance / scale): 1 for a copy, falling to 0.
        """
        if self.awaits_embeddings:
            return np.full((len(indices), 1), -1), np.zeros((len(indices), 1), dtype=np.float32)
        with self._lock:
            who, distances = self._neighbors.look(indices, self._labeled)
        closeness = (1 / (1 + distances / np.float32(self.scale))).astype(np.float32)
        return who, closeness

    def _measures_for(self, snapshot: Snapshot) -> Measures:
        """Return measures that know of all labels: the learner keeps no neighbours in bulk."""
        if not len(snapshot.bulk) or not self._measures.kept:
            return self._measures
        if self._apart is None:
            self._apart = self._measures.alone()
        return self._apart

    def _query(
        self,
        snapshot: Snapshot,
        labeled: IntArray,
        proba: FloatArray,
        hedged: FloatArray,
        n: int,
        explain: int | None,
    ) -> tuple[Query, Reason | None]:
        first = snapshot.drawn[:n]
        # a union takes longer than all else, and nearly always nothing was drawn
        candidates = np.union1d(snapshot.open, first) if len(first) else snapshot.open
        if not len(candidates):
            again = snapshot.skipped[:n]
            reason = Reason("You skipped it before; nothing else is left.")
            scores = np.zeros(len(again), dtype=np.float32)
            return Query(again, scores, (reason,) * len(again)), None
        view = self._view(
            X=self._centred,
            proba=proba,
            hedged=hedged,
            candidates=candidates,
            labeled=labeled,
            y=snapshot.y,
            measures=self._measures_for(snapshot),
            classes=snapshot.classes,
            # the same state of the log gives the same questions, also after a restart
            rng=np.random.default_rng([self._random_state, len(labeled), len(snapshot.open)]),
            graph=self.graph,
            unreached=getattr(self._model.reach, "unreached", None),
            cache=self._cache,
        )
        why = getattr(self.strategy, "explain", None)  # a user's own strategy need not have it
        query = Query(first[:0], np.zeros(0, dtype=np.float32))
        if len(first) < n:
            query = self.strategy.query(view, n)  # the drawn ones in place: their reasons agree
            _check(query, view, self.strategy)
        if len(first):
            query = _led_by(first, query, n, lambda index: why(view, index) if why else Reason(""))
        if why is None or explain is None or explain not in candidates:
            return query, None
        return query, None if explain in query.indices else why(view, explain)


def _check(query: Query, view: View, strategy: QueryStrategy) -> None:
    """Refuse what a strategy of one's own must not ask."""
    asked = np.unique(query.indices)
    places = np.searchsorted(view.candidates, asked).clip(max=len(view.candidates) - 1)
    if len(asked) < len(query) or (view.candidates[places] != asked).any():
        name = getattr(strategy, "name", type(strategy).__name__)
        raise ValueError(
            f"strategy {name} asked for an item twice, or for one that is labeled; "
            "it may only choose among view.candidates, each once."
        )


def _led_by(first: IntArray, query: Query, n: int, explain: Callable[[int], Reason]) -> Query:
    """Return a query that begins with the items drawn at random, and looks like any other.

    Only the few that can be on screen are given a reason.
    """
    given = dict(zip(query.indices.tolist(), query.reasons, strict=True))
    reasons = [given.get(index) or explain(index) for index in first[:EXPLAINED].tolist()]
    reasons += [Reason("")] * (len(first) - len(reasons))
    rest = np.flatnonzero(~np.isin(query.indices, first))[: n - len(first)]
    best = query.scores[rest[0]] if len(rest) else 1
    return Query(
        np.concatenate([first, query.indices[rest]]),
        np.concatenate([np.full(len(first), best, dtype=np.float32), query.scores[rest]]),
        (*reasons, *(query.reasons[place] for place in rest.tolist())),
    )
