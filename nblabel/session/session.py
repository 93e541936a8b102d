"""A labeling job: what was answered, what was learned, what to ask next."""

from __future__ import annotations

import copy
import numbers
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray, as_embeddings
from nblabel.embeddings.registry import embeddings_of
from nblabel.graph.neighbor_graph import GraphCache, NeighborGraph, neighbor_graph
from nblabel.learners import make_learner
from nblabel.log.events import LabelEvent
from nblabel.log.labels import SKIPPED, PoolLabels
from nblabel.log.store import StoreError
from nblabel.session.accepting import accept_event
from nblabel.session.compiling import compile_loops, is_compiled
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.session.sampling import (
    audit_due,
    audit_event,
    check_share,
    choose_repeat,
    pending_draws,
    pending_repeats,
)
from nblabel.strategies import Query, make_strategy


class Session(PoolLabels):
    """Ask, tell, undo, learn: an active-learning session without a user interface.

    The panel, a plain loop in a script, and `nblabel.simulate` all drive this object.

    Parameters
    ----------
    pool : Pool or images
        What to label. Anything `Pool` takes as images will do. A pool without embeddings is embedded
        by `embed`: images by "gradients", texts by "tfidf", the rows of a table by "table".
    classes : sequence of str
        At least two class names.
    learner : str or estimator
        "auto" is "graph" as soon as the neighbour graph is there, "knn" until then; see
        `nblabel.learners.make_learner` for the others.
    strategy : str or QueryStrategy
        "auto", or see `nblabel.strategies.make_strategy`.
    store : str, path or LabelStore, optional
        Where the log of answers is kept. None: in memory.
    annotator : str, optional
        Who answers; each annotator undoes their own answers.
    random_state : int, optional
        Seed; the same labels then lead to the same questions. None means 0.
    build_graph : bool
        Find the neighbour graph, with a progress bar, once there is a label to learn from, or at
        once for a strategy whose first questions look at it. If not, nearest labeled neighbours
        learn in its place until `set_graph`; the panel does so and finds it in the background. A
        graph that is kept on disk is used either way, unless what works on it must be compiled first.
    learn_accepted : bool
        Whether labels that the model proposed and that were taken over by `accept` are learned from
        like answers of people. If not, they only leave the questions.
    audit : float
        Share of the questions that are drawn at random from what no person has answered, between 0
        and 1. Nothing in a question tells which they are. `nblabel.audit` reads from them how good the labels are.
    repeats : float
        Share of the answers after which a question is asked once more that the same annotator answered at
        least 20 items before. `nblabel.self_agreement` reads from them how often people agree
        with themselves.

    Raises
    ------
    ValueError
        If the pool, the classes or a name are not usable.
    StoreError
        If the store cannot be opened or belongs to another pool.

    Notes
    -----
    An answer counts once it is committed to the log; learning happens later, on `ask`,
    `predict_proba` or `predict`.

    Each label has a source: "human", "import" (known before, see `import_labels`) or "model" (see
    `accept`). The first two count as answers of people: `labeled` and `n_labeled`. Those of the model
    are counted apart: `accepted` and `n_accepted`. `y`, `predict` and `labels` hold both.
    """

    def __init__(
        self,
        pool: Any,
        classes: Sequence[Any],
        *,
        learner: Any = "auto",
        strategy: Any = "auto",
        store: Any = None,
        annotator: str | None = None,
        random_state: int | None = 0,
        build_graph: bool = True,
        learn_accepted: bool = False,
        audit: float = 0.0,
        repeats: float = 0.0,
    ) -> None:
        # what is wrong with a name is said before a store is opened, and that the log is one of
        # another pool before the pool is embedded, which may take minutes
        make_strategy(strategy)
        make_learner(learner, np.zeros((1, 1), dtype=np.float32))
        self._learner, self._strategy = learner, strategy
        self._audit_share = check_share("audit", audit)
        self._repeat_share = check_share("repeats", repeats)
        self._build_graph = build_graph
        self._learn_accepted = learn_accepted
        self._random_state = _seed(random_state)
        self._refit: Refit | None = None
        super().__init__(pool, classes, store, annotator)
        self._engine = self._new_engine(embeddings_of(self.pool, self._random_state))
        self.store.bind(self.pool.fingerprint, self.pool.known_as)

    def __repr__(self) -> str:
        accepted = f"{self.n_accepted} accepted, " if self.n_accepted else ""
        return (
            f"Session({len(self.pool):,} items, {len(self.classes)} classes, "
            f"{self.n_labeled} labeled, {accepted}{self.store.text})"
        )

    def replica(self) -> Session:
        """Return a session on the same log, embeddings and learner, for work in another thread.

        A session belongs to one thread. What the replica writes to the log, this session takes in
        with `refresh`, and the other way round.
        """
        other = copy.copy(self)
        other._audit_share = other._repeat_share = 0.0  # noqa: SLF001  (one of us)
        other._refit = None  # noqa: SLF001
        other._read_anew(self._state.emptied())  # noqa: SLF001
        return other

    def sync_from(self, other: Session) -> None:
        """Take over embeddings, learner and new events of another session on the same log."""
        if self._engine is not other.engine:
            self._engine, self._refit = other.engine, None
        self.learn_accepted = other.learn_accepted
        self.refresh()

    @property
    def audit_share(self) -> float:
        """Share of the questions that are drawn at random; may be set."""
        return self._audit_share

    @audit_share.setter
    def audit_share(self, value: float) -> None:
        self._audit_share = check_share("audit", value)

    @property
    def repeat_share(self) -> float:
        """Share of the answers after which a question is repeated; may be set."""
        return self._repeat_share

    @repeat_share.setter
    def repeat_share(self, value: float) -> None:
        self._repeat_share = check_share("repeats", value)

    @property
    def engine(self) -> Engine:
        """Learner, strategy and neighbours on the present embeddings."""
        return self._engine

    @property
    def embeddings(self) -> FloatArray:
        """What the learner works on: ndarray of shape (n, dim), float32."""
        return self._engine.X

    @property
    def random_state(self) -> int:
        """The seed."""
        return self._random_state

    @property
    def learn_accepted(self) -> bool:
        """Whether labels accepted from the model are learned from; may be set."""
        return self._learn_accepted

    @learn_accepted.setter
    def learn_accepted(self, value: bool) -> None:
        if value != self._learn_accepted:
            self._learn_accepted = bool(value)
            self._changed()

    @property
    def drawn(self) -> IntArray:
        """Positions drawn at random that nobody has answered yet, in the order drawn; asked first."""
        return self._once("drawn", lambda: pending_draws(self)).copy()

    @property
    def repeated(self) -> IntArray:
        """Positions that this annotator is asked once more and has not answered yet; asked first.

        Each has a label, which whoever asks must not show, and which is not learned from meanwhile.
        """
        return self._once("repeated", lambda: pending_repeats(self))

    # answering

    def tell(self, index: Any, label: Any, *, uid: str | None = None) -> LabelEvent:
        """Label one item or many, in one step that one `undo` takes back.

        Parameters and errors as for `nblabel.log.labels.PoolLabels.tell`. With `audit` or `repeats`
        the next question may then be drawn at random, or repeated.
        """
        if self._sent(uid) is not None:
            return super().tell(index, label, uid=uid)
        event = super().tell(index, label, uid=uid)
        # the answer is in the log; a draw that fails is made up for after the next one
        with suppress(StoreError):
            if self._audit_share and audit_due(self, self._audit_share):
                self.draw(1)
            repeat = choose_repeat(self, self._repeat_share) if self._repeat_share else None
            if repeat is not None:
                self._record(repeat)
        return event

    def draw(
        self,
        n: int,
        among: Any = None,
        *,
        predicted: Sequence[str] = (),
        confidence: Sequence[float] = (),
        name: str = "",
    ) -> IntArray:
        """Draw items at random to be asked next, and write the draw to the log before any answer.

        Parameters
        ----------
        n : int
            How many; fewer are drawn where fewer are left.
        among : sequence of int, optional
            The set to draw from, answered or not. If left out, all that no person has answered; of those
            that the model is sure of, every other is then skipped, see `nblabel.session.sampling`.
        predicted, confidence : sequence, optional
            With `among`, both: the class that the model predicts for each item of it, and how
            confident it is; those of the items drawn are logged with the draw.
        name : str
            With `among`: tells sets apart that are drawn from at the same time, such as one for each class.

        Returns
        -------
        ndarray of intp
            Positions, in the order drawn.

        Raises
        ------
        ValueError
            If n is not positive, or what goes with a set is incomplete.
        StoreError
            If the log could not be written; nothing changed then.
        """
        if not isinstance(n, numbers.Integral) or n < 1:
            raise ValueError(f"n is {n!r}; draw at least one item.")
        if len(predicted) != len(confidence) or (among is None and (predicted or name)):
            raise ValueError(
                "predicted, confidence and name go with among=, the first two with each other."
            )
        self.refresh()
        model = None if self._refit is None else self._refit.predicted[1]
        event = audit_event(self, int(n), model, among, predicted, confidence, name)
        if event.ids:
            self._record(event)
        return self.pool.indices_of(event.asked)

    def accept(self, index: Any, labels: Any = None, *, uid: str | None = None) -> LabelEvent:
        """Take over what the model says of one item or many, in one step that one `undo` takes back.

        The source of such a label is "model", beside its probability. Items that a person labeled or
        flagged, or whose label was imported, are left as they are; a later answer of a person goes
        before the model's. Whether accepted labels are learned from is for `learn_accepted` to say.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        labels : str or sequence of str, optional
            A class name for all, or one for each; what the model finds likeliest if left out.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed; its ids are the items that were accepted.

        Raises
        ------
        IndexError
            If a position is outside the pool.
        ValueError
            If nothing was learned from yet, people answered every one of the items, or a label is
            no class.
        LearnerError
            If the learner fails on the labels.
        StoreError
            If the log could not be written; nothing changed then.
        """
        event = self._sent(uid)
        if event is not None:
            return event
        self.refresh()  # others may have answered meanwhile
        ids = self._ids(index)
        names = {} if labels is None else self._labels_of(ids, labels)
        return self._record(accept_event(self, names or dict.fromkeys(ids), uid))

    # learning and asking

    def ask(self, n: int = 1) -> Query:
        """Return the next questions, best first, after learning from all labels.

        Parameters
        ----------
        n : int
            How many; fewer come back when fewer are left, none at the end.

        Raises
        ------
        ValueError
            If n is not positive, or a strategy of your own asks for an item twice or for one that is no
            candidate.
        LearnerError
            If the learner fails on the labels.
        """
        if not isinstance(n, numbers.Integral) or n < 1:
            raise ValueError(f"n is {n!r}; ask for at least one item.")
        query = self.refit(int(n)).query
        return Query(query.indices[:n].copy(), query.scores[:n].copy(), query.reasons[:n])

    def predict_proba(self, X: Any = None) -> FloatArray:
        """Return the probability of each class, (n, n_classes) float32, after learning from all labels.

        Uniform before the first label.

        Parameters
        ----------
        X : array of shape (m, dim), optional
            Points that need not be in the pool, embedded as it is. None: all items of the pool.

        Raises
        ------
        ValueError
            If the points are not finite numbers in as many dimensions as the embeddings have.
        LearnerError
            If the learner fails on the labels.
        """
        proba = self.refit(1).proba
        if X is None:
            return np.array(proba, order="C")
        return self._engine.learner.predict_proba(X)

    def predict(self) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Return a class name for each item, shape (n,): its label where it has one."""
        codes, _ = self.refit(1).predicted
        names = np.array(self.classes, dtype=object)
        return names[np.where(self._y >= 0, self._y, codes)]

    def set_embeddings(self, X: Any) -> None:
        """Move to other embeddings of the same pool; labels stay, the learner starts anew.

        Parameters
        ----------
        X : array of shape (n, dim)
            Finite numbers, one row for each item.

        Raises
        ------
        ValueError
            If the shape or a value is wrong; nothing changed then.
        """
        checked = as_embeddings(X, len(self.pool))
        self._engine = self._new_engine(checked)
        self._changed()

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
        self._engine = self._engine.with_graph(graph)
        self._changed()

    def snapshot(self) -> Snapshot:
        """Return the labels as they are now, for a refit elsewhere."""
        skipped = np.flatnonzero(self._status == SKIPPED)
        again = self.repeated
        drawn = np.concatenate([self.drawn, again])
        since = [self._state.answers[self.pool.ids[int(at)]].event.seq for at in skipped]
        y, accepted = self.y, self.accepted
        if not self._learn_accepted:
            y[accepted] = -1
        y[again] = -1  # what is asked once more shall not be known
        return Snapshot(
            version=self._version,
            y=y,
            open=np.setdiff1d(self.unanswered, drawn, assume_unique=True),
            skipped=skipped[np.argsort(since, kind="stable")],
            classes=self.classes,
            accepted=accepted,
            drawn=drawn,
        )

    def refit(self, n: int = 1) -> Refit:
        """Learn from the present labels and choose n questions; quick if nothing changed."""
        done = self._refit
        if done is None or done.version != self._version or done.n_asked < n:
            due = (self._y >= 0).any() or self._engine.starts_on_graph
            if self._build_graph and due and self.wants_graph:
                self._engine = self._on_graph(self._engine, neighbor_graph(self.embeddings))
            self._refit = done = self._engine.refit(self.snapshot(), n)
        return done

    def apply(self, refit: Refit) -> bool:
        """Take over a refit that ran elsewhere; return False, and drop it, if it is stale."""
        if refit.version != self._version:
            return False
        self._refit = refit
        return True

    # inside

    def _new_engine(self, X: FloatArray) -> Engine:
        engine = Engine(X, self._learner, self._strategy, self._random_state)
        usable = engine.wants_graph and (self._build_graph or is_compiled())
        graph = GraphCache(X).read() if usable else None
        return engine if graph is None else self._on_graph(engine, graph)

    def _on_graph(self, engine: Engine, graph: NeighborGraph) -> Engine:
        if self._build_graph and not is_compiled():
            compile_loops(progress=True)
        return engine.with_graph(graph)


def _seed(random_state: int | None) -> int:
    """Return the seed; for None one that is random, and then stays."""
    if random_state is None:
        return int(np.random.default_rng().integers(2**31))
    return int(random_state)
