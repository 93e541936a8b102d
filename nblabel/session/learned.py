"""The labels of a pool with one learner and one strategy: what is learned, and when."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np

from nblabel.arrays import BoolArray, FloatArray, IntArray, as_embeddings, is_whole
from nblabel.embeddings.catalogue import SENTENCES
from nblabel.embeddings.choice import Choice, choose
from nblabel.embeddings.prior import by_class
from nblabel.embeddings.registry import embed_new
from nblabel.embeddings.tag_prior import tags_by_number
from nblabel.graph.neighbor_graph import GraphCache, NeighborGraph, neighbor_graph
from nblabel.learners.prior import Prior
from nblabel.learners.tag_prior import TagPrior
from nblabel.log.coding import CODES
from nblabel.log.events import FOUND
from nblabel.pool.order import in_pool_order, names_of_columns
from nblabel.session import sampling
from nblabel.session.compiling import compile_loops, is_compiled
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.session.partial import PartialEngine
from nblabel.session.sampled import SampledLog
from nblabel.session.searching import Encoder, Searcher
from nblabel.session.tag_engine import LIKELY, TagEngine, mean_confidence
from nblabel.strategies import Find, Query, Reason, make_strategy
from nblabel.strategies.tags import make_tag_strategy

NO_GRAPH_YET = "not all items are embedded yet, so it cannot be their graph."


class LearnedLog(SampledLog):
    """A `SampledLog` that learns from its labels, on embeddings and a graph that may be replaced.

    `Session` sets all of the attributes below before it reads the log.
    """

    _build_graph: bool
    _columns: Any
    _engine: Engine | PartialEngine
    _learn_accepted: bool
    _learner: Any
    _prior: Prior | None = None
    _prior_at_first: tuple[FloatArray, tuple[str, ...]] | None = None
    """The prior as it was made, with the classes of that time."""
    _classes_then: tuple[str, ...] = ()
    """The classes that strategy and prior are of."""
    _refit: Refit | None
    _searcher: Searcher | None
    _strategy: Any
    _text_encoder: Encoder | None
    _told: bool
    embedded_by: Choice | None
    """How the pool was embedded, and why; None where embeddings were given, or are not there."""

    def replica(self) -> Self:
        """Return a session on the same log, embeddings and learner, for work in another thread.

        A session belongs to one thread. `refresh` takes in what the other one wrote to the log.
        """
        other = copy.copy(self)
        other.audit_share = other.repeat_share = 0.0
        other._refit = None  # noqa: SLF001  (one of us)
        other._read_anew(self._state.emptied())  # noqa: SLF001
        return other

    def sync_from(self, other: Self) -> None:
        """Take over embeddings and learner of another session on the same log, and what is new.

        Parameters
        ----------
        other : Session
            On the same pool and log.
        """
        if self._engine is not other.engine:
            self._engine, self._refit = other.engine, None
            self._prior, self._strategy = other._prior, other.strategy
            self._classes_then = other._classes_then
            self.embedded_by, self._columns = other.embedded_by, other._columns
        self._text_encoder = other.text_encoder
        self.learn_accepted = other.learn_accepted
        self.refresh()

    @property
    def random_state(self) -> int:
        """The seed."""
        return self._random_state

    @property
    def engine(self) -> Engine | PartialEngine:
        """Learner, strategy and neighbours on the present embeddings."""
        return self._engine

    @property
    def prior(self) -> FloatArray | None:
        """What was known before the labels, as given: (n, n_known) float32; None without any.

        With several tags (n, n_classes), NaN where nothing is known.
        """
        return None if self._prior is None else self._prior.given

    @property
    def embeddings(self) -> FloatArray:
        """What the learner works on: ndarray of shape (n, dim), float32."""
        return self._engine.X

    @property
    def text_encoder(self) -> Encoder | None:
        """What embeds texts like the items, for a search by meaning; may be set.

        A function of a list of texts that returns an array of shape (n_texts, dim). Other
        embeddings need another one: `set_embeddings` takes it away.
        """
        return self._text_encoder

    @text_encoder.setter
    def text_encoder(self, value: Encoder | None) -> None:
        if value is not None and not callable(value):
            raise TypeError(f"text_encoder is {value!r}; pass a function of a list of texts.")
        self._text_encoder = value
        for listener in self._listeners:  # no label changed, but what can be searched
            listener()

    @property
    def searcher(self) -> Searcher:
        """What searches the pool on the present embeddings."""
        found, X, encoder = self._searcher, self._engine.X, self._text_encoder
        if found is None or found.X is not X or found.encoder is not encoder:
            found = Searcher(self.pool, X, self._engine.centred, encoder, found, lambda: self.notes)
            self._searcher = found
        return found

    @property
    def learn_accepted(self) -> bool:
        """Whether labels accepted from the model are learned from; may be set."""
        return self._learn_accepted

    @learn_accepted.setter
    def learn_accepted(self, value: bool) -> None:
        if value != self._learn_accepted:
            self._learn_accepted = bool(value)
            self._changed()

    def set_embeddings(
        self, X: Any, *, by_default: bool = False, embedded: BoolArray | None = None
    ) -> None:
        """Move to other embeddings of the same pool; labels stay, the learner starts anew.

        Parameters
        ----------
        X : array of shape (n, dim)
            Finite numbers, one row for each item.
        by_default : bool
            Whether they are those that a session makes of such a pool, `nblabel.embed` with its
            default method: `predict_proba` can then embed new items in the same way.
        embedded : ndarray of shape (n,), bool, optional
            Which rows are embeddings by now, where that takes long: only these items are learned
            from, and asked about by the strategy, until they are set for all.

        Raises
        ------
        ValueError
            If the shape or a value is wrong; nothing changed then.
        """
        X = in_pool_order(self.pool, X, "X")
        points = as_embeddings(X, len(self.pool))
        self._columns = names_of_columns(X)
        if embedded is None or embedded.all():
            self._engine = self._new_engine(points)
        else:
            self._engine = PartialEngine(
                *(points, embedded, self._learner, self._strategy, self._random_state, self._prior),
                engines=self._engines,
            )
        self.embedded_by = choose(self.pool) if by_default else None
        self._text_encoder = self._default_encoder()
        self._changed()

    @property
    def predicts(self) -> bool:
        """Whether there is anything to predict from: labels of embedded items, or a prior."""
        return self._prior is not None or bool((self._y[self._engine.embedded] >= 0).any())

    @property
    def awaits_embeddings(self) -> bool:
        """Whether not all items are embedded yet; see `Session`, `embed`."""
        return self._engine.awaits_embeddings

    @property
    def embedded(self) -> BoolArray:
        """Which items are embedded: ndarray of shape (n,), bool."""
        return self._engine.embedded.copy()

    @property
    def wants_graph(self) -> bool:
        """Whether the learner or the strategy waits for a neighbour graph."""
        return self._engine.wants_graph

    def set_graph(self, graph: NeighborGraph) -> None:
        """Move learner and strategy over to the neighbour graph; labels stay.

        Parameters
        ----------
        graph : NeighborGraph
            Of the present embeddings, see `nblabel.neighbor_graph`.

        Raises
        ------
        ValueError
            If it is the graph of a pool of another size.
        """
        engine = self._engine
        if not isinstance(engine, Engine):
            raise ValueError(NO_GRAPH_YET)  # noqa: TRY004  the wrong moment, not the wrong type
        self._engine = engine.with_graph(graph)
        self._changed()

    @property
    def strategy(self) -> Any:
        """What chooses the questions: a name or an object, as it was given; may be set."""
        return self._strategy

    @strategy.setter
    def strategy(self, value: Any) -> None:
        check_strategy(value, self.classes, multi_label=self.multi_label)
        self._strategy = value
        if self._engine.embedded.any():  # else questions are random until there are embeddings
            self._engine = self._engine.with_strategy(value)
        self._changed()

    def snapshot(self) -> Snapshot:
        """Return the labels as they are now, for a refit elsewhere.

        Returns
        -------
        Snapshot
        """
        return sampling.snapshot(self, self.drawn, self.repeated, self._learn_accepted)

    def refit(self, n: int = 1) -> Refit:
        """Learn from the present labels and choose questions; quick if nothing changed.

        Parameters
        ----------
        n : int
            How many questions.

        Returns
        -------
        Refit

        Raises
        ------
        ValueError, LearnerError
            As for `ask`.
        """
        done = self._refit
        if done is None or done.version != self._version or done.n_asked < n:
            due = (self._y >= 0).any() or self._engine.starts_on_graph
            engine = self._engine
            if self._build_graph and due and isinstance(engine, Engine) and engine.wants_graph:
                self._engine = self._on_graph(engine, neighbor_graph(self.embeddings))
            self._refit = done = self._engine.refit(self.snapshot(), n)
            self._tell_of(getattr(self._engine.learner, "waiting", ""))
        return done

    def apply(self, refit: Refit) -> bool:
        """Take over a refit that ran elsewhere, unless it is stale.

        Parameters
        ----------
        refit : Refit
            Of a snapshot of this session.

        Returns
        -------
        bool
            False if the labels changed since the snapshot: the refit is dropped then.
        """
        if refit.version != self._version:
            return False
        self._refit = refit
        return True

    def ask_tag(self, tag: Any, n: int = 20) -> Query:
        """Return items to ask about one tag, the likeliest to have it first.

        To answer about one tag over many items at a glance is quicker than about each in whole; see
        `tell_tag`.

        Parameters
        ----------
        tag : str
            The class.
        n : int
            How many; fewer come back when fewer are left. Flagged items, and those of which a
            person was unsure, are not among them.

        Returns
        -------
        Query
            Its scores are the probabilities of the tag.

        Raises
        ------
        ValueError
            If each item has one label only, there is no such class, or n is not positive.
        LearnerError
            If the learner fails on the answers.
        """
        if not self.multi_label:
            raise ValueError("each item has one label here; strategy='find' asks for one class.")
        if not is_whole(n) or n < 1:
            raise ValueError(f"n is {n!r}; ask for at least one item.")
        code = self._codes[self.class_of(tag)]
        proba = self.refit(1).proba[:, code]
        free = (self._y[:, code] < 0) & ~self.unsure[:, code]
        left = np.flatnonzero(free & (self._status != CODES["flagged"]))
        chosen = left[np.argsort(-proba[left], kind="stable")[: int(n)]]
        reason = Reason("Among the likeliest to have this tag.")
        return Query(chosen, proba[chosen].copy(), (reason,) * len(chosen))

    # inside

    def _found(self, ids: Iterable[str]) -> str | None:
        """Mark what is asked for as items of one class, but for what was drawn at random."""
        if not getattr(self._engine.strategy, "seeks", False):
            return None
        drawn = {self.pool.ids[i] for i in self.drawn.tolist()}
        return FOUND if any(item not in drawn for item in ids) else None

    def _changed(self) -> None:
        if self._classes_then not in ((), self.classes):
            self._follow_classes()
            self._classes_then = self.classes
        super()._changed()

    def _follow_classes(self) -> None:
        """Have prior and strategy be about the classes as they are now."""
        called_now, made = self.state.class_list.called_now, self._prior_at_first
        if made is not None:
            numbers = {name: number for number, name in enumerate(self.classes)}
            places = [numbers.get(called_now(name), -1) for name in made[1]]
            prior = self._prior_of_now(made[0], places)
            before = None if self._prior is None else self._prior.given
            if before is None or not np.array_equal(prior.given, before, equal_nan=True):
                self._prior = prior
                self._engine = self._engine.with_prior(prior)
        sought = self._strategy
        if isinstance(sought, Find) and sought.target not in (None, *self.classes):
            now = called_now(str(sought.target))
            if now in self.classes:
                self._strategy = Find(now)
                if self._engine.embedded.any():
                    self._engine = self._engine.with_strategy(self._strategy)

    def _predicted_tags(self) -> tuple[IntArray, BoolArray]:
        if not (self.snapshot().y >= 0).any():
            raise ValueError("nothing was learned yet, so nothing is predicted; answer some items.")
        free = (self._y < 0).all(axis=1) & (self._status != CODES["flagged"])
        rows = np.flatnonzero(free)
        return rows, self.refit(1).proba[rows] >= LIKELY

    def _prior_of_now(self, given: FloatArray, places: Sequence[int]) -> Prior:
        """Return a prior whose columns have other numbers now."""
        if self.multi_label:
            return TagPrior(tags_by_number(given, places, len(self.classes)))
        return Prior(by_class(given.astype(np.float64), places))

    def _confidence(self) -> FloatArray | None:
        if self._refit is None:
            return None
        return mean_confidence(self._refit.proba) if self.multi_label else self._refit.predicted[1]

    def _tell_of(self, waiting: str) -> None:
        """Say once that the learner waits for more labels."""
        if waiting and not self._told:
            warnings.warn(waiting, stacklevel=4)
        self._told = bool(waiting)

    def _default_encoder(self) -> Encoder | None:
        """Return what embeds texts like the items, where a network for sentences embedded these."""
        if self.embedded_by is None or self.embedded_by.method != SENTENCES:
            return None
        pool, random_state = self.pool, self._random_state
        return lambda texts: embed_new(list(texts), pool, random_state)

    @property
    def _engines(self) -> type[Engine]:
        return TagEngine if self.multi_label else Engine

    def _new_engine(self, X: FloatArray) -> Engine:
        engine = self._engines(X, self._learner, self._strategy, self._random_state, self._prior)
        usable = engine.wants_graph and (self._build_graph or is_compiled())
        graph = GraphCache(X).read() if usable else None
        return engine if graph is None else self._on_graph(engine, graph)

    def _on_graph(self, engine: Engine, graph: NeighborGraph) -> Engine:
        if self._build_graph and not is_compiled():
            compile_loops(progress=True)
        return engine.with_graph(graph)


def check_strategy(strategy: Any, classes: Sequence[str], *, multi_label: bool = False) -> None:
    """Refuse what is no strategy, or one that names a class that there is none of."""
    (make_tag_strategy if multi_label else make_strategy)(strategy)
    getattr(strategy, "check_classes", lambda _: None)(classes)
