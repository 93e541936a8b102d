"""One labeling job: the labels, what was learned from them, what to ask next."""

from __future__ import annotations

import copy
import numbers
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray, as_embeddings
from nblabel.embeddings.registry import embeddings_of
from nblabel.graph.neighbor_graph import GraphCache, NeighborGraph, neighbor_graph
from nblabel.learners import check_learner
from nblabel.log.classes import check_classes
from nblabel.log.events import LabelEvent, new_uid
from nblabel.log.labels import LabelLog
from nblabel.log.store import StoreError
from nblabel.pool import Pool
from nblabel.session import sampling
from nblabel.session.compiling import compile_loops, is_compiled
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.strategies import Query, make_strategy


class Session(LabelLog):
    """Active learning without a user interface: label, undo, learn, ask.

    The panel, a plain loop in a script, and `nblabel.simulate` all drive this object. An answer
    counts once it is committed to the log; `ask`, `predict_proba` and `predict` learn from it.

    Parameters
    ----------
    pool : Pool or images
        What to label, or what `Pool` takes as images. A pool without embeddings is embedded by
        `embed`: images by "gradients", texts by "tfidf", the rows of a table by "table".
    classes : sequence of str
        At least two class names.
    learner : str, estimator or callable
        "auto" ("graph"; "knn" until the graph is there), or see `nblabel.learners.make_learner`.
    strategy : str or QueryStrategy
        "auto", or see `nblabel.strategies.make_strategy`.
    store : str, path or LabelStore, optional
        Where the log of answers is kept. None: in memory.
    annotator : str, optional
        Who answers; each annotator undoes their own answers.
    random_state : int, optional
        Seed: the same labels lead to the same questions. None draws one, kept as an attribute.
    build_graph : bool
        Find the neighbour graph, with a progress bar, at the first label, or at once for a strategy
        that starts on it. If not, nearest labeled neighbours learn until `set_graph`; the panel
        finds it meanwhile. A graph on disk is used either way, if what works on it is compiled.
    learn_accepted : bool
        Whether predictions that `accept` made labels are learned from like answers of people. If
        not, they only leave the questions.
    audit : float
        Share of the questions, from 0 to 1, drawn at random from what no person has answered;
        nothing tells which. `nblabel.audit` estimates from them how many labels are right.
    repeats : float
        Share of the answers after which a question is repeated that the same annotator answered at
        least 20 items before, for `nblabel.self_agreement`.

    Raises
    ------
    ValueError, TypeError, ImportError
        If the pool, the classes, the learner, the strategy or a share is not usable.
    StoreError
        If the store cannot be opened, belongs to another pool, or holds labels of other classes.

    Notes
    -----
    Each label has a source: "human", "import" (see `import_labels`) or "model" (see `accept`). The
    first two count as answers of people: `labeled` and `n_labeled`. Those of the model are counted
    apart: `accepted` and `n_accepted`. `y`, `predict` and `labels` hold both.
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
        pool = pool if isinstance(pool, Pool) else Pool(pool)
        check_classes(classes)
        make_strategy(strategy)
        check_learner(learner)
        self.audit_share = audit
        self.repeat_share = repeats
        self._learner = learner
        self._strategy = strategy
        self._build_graph = build_graph
        self._learn_accepted = learn_accepted
        self._random_state = secrets.randbits(31) if random_state is None else int(random_state)
        self._refit: Refit | None = None
        # embedding may take minutes: a log that does not fit is refused before
        super().__init__(pool, classes, store, annotator)
        self._engine = self._new_engine(embeddings_of(pool, self._random_state))
        self.store.bind(pool.fingerprint, pool.known_as)

    def __repr__(self) -> str:
        accepted = f"{self.n_accepted} accepted, " if self.n_accepted else ""
        return (
            f"Session({len(self.pool):,} items, {len(self.classes)} classes, "
            f"{self.n_labeled} labeled, {accepted}{self.store.text})"
        )

    def replica(self) -> Session:
        """Return a session on the same log, embeddings and learner, for work in another thread.

        A session belongs to one thread. `refresh` takes in what the other one wrote to the log.
        """
        other = copy.copy(self)
        other.audit_share = other.repeat_share = 0.0
        other._refit = None  # noqa: SLF001  (one of us)
        other._read_anew(self._state.emptied())  # noqa: SLF001
        return other

    def sync_from(self, other: Session) -> None:
        """Take over embeddings and learner of `other`, a session on this log, and what is new."""
        if self._engine is not other.engine:
            self._engine, self._refit = other.engine, None
        self.learn_accepted = other.learn_accepted
        self.refresh()

    @property
    def random_state(self) -> int:
        """The seed."""
        return self._random_state

    @property
    def engine(self) -> Engine:
        """Learner, strategy and neighbours on the present embeddings."""
        return self._engine

    @property
    def embeddings(self) -> FloatArray:
        """What the learner works on: ndarray of shape (n, dim), float32."""
        return self._engine.X

    @property
    def audit_share(self) -> float:
        """Share of the questions that are drawn at random; may be set."""
        return self._audit_share

    @audit_share.setter
    def audit_share(self, value: float) -> None:
        self._audit_share = sampling.check_share("audit", value)

    @property
    def repeat_share(self) -> float:
        """Share of the answers after which a question is repeated; may be set."""
        return self._repeat_share

    @repeat_share.setter
    def repeat_share(self, value: float) -> None:
        self._repeat_share = sampling.check_share("repeats", value)

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
        """Positions drawn at random and not answered yet, in the order drawn; asked first."""
        return self._cached("drawn", lambda: sampling.pending_draws(self)).copy()

    @property
    def repeated(self) -> IntArray:
        """Positions that this annotator is asked once more and has not answered yet; asked first.

        Each has a label, which whoever asks must not show, and which is not learned from meanwhile.
        """
        return self._cached("repeated", lambda: sampling.pending_repeats(self))

    def tell(self, index: Any, label: Any, *, uid: str | None = None) -> LabelEvent:
        if (sent := self._sent(uid)) is not None:
            return sent
        event = super().tell(index, label, uid=uid)
        # the answer is in the log; a draw that fails is made up for after the next one
        with suppress(StoreError):
            due = sampling.draw_is_due(self, self._audit_share, self._random_state)
            if due and not len(self.drawn):
                self.draw(1)
            share = self._repeat_share
            again = sampling.choose_repeat(self, share, self._random_state) if share else None
            if again is not None:
                self._append(again)
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
        """Draw items at random to be asked next, and log the draw before any answer.

        Parameters
        ----------
        n : int
            How many; fewer are drawn where fewer are left.
        among : sequence of int, optional
            The set to draw from, answered or not. If left out, all that no person has answered,
            less half of what the model is confident of, see `nblabel.session.sampling`.
        predicted, confidence : sequence, optional
            With `among`, both: predicted class and confidence of each item; logged for those drawn.
        name : str
            With `among`: tells sets apart that are drawn from at the same time, one a class, say.

        Returns
        -------
        ndarray of shape (m,), intp
            Positions, in the order drawn.

        Raises
        ------
        ValueError
            If n is not positive, or what goes with a set is incomplete.
        IndexError, StoreError
            As for `tell`.
        """
        self.refresh()
        event = sampling.draw(
            self,
            n,
            self._random_state,
            among=among,
            predicted=predicted,
            confidence=confidence,
            name=name,
            model=None if self._refit is None else self._refit.predicted[1],
        )
        if event.ids:
            self._append(event)
        return self.pool.indices_of(event.asked)

    def accept(self, index: Any, labels: Any = None, *, uid: str | None = None) -> LabelEvent:
        """Make the model's predictions labels, in one step that one `undo` takes back.

        Their source is "model". What people labeled or flagged, and imported labels, stay; a later
        answer of a person replaces the model's. They are learned from if `learn_accepted` is set.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        labels : str or sequence of str, optional
            A class name for all, or one for each; what the model predicts if left out.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            Its ids are the items that were accepted.

        Raises
        ------
        ValueError
            If nothing was learned yet, people answered all of the items, or a label is no class.
        IndexError, StoreError, LearnerError
            As for `tell` and `ask`.
        """
        if (sent := self._sent(uid)) is not None:
            return sent
        self.refresh()  # others may have answered meanwhile
        ids = self._ids(index)
        named = {} if labels is None else self._labels_of(ids, labels)
        items = tuple(named) if named else tuple(dict.fromkeys(ids))
        rows = self.pool.indices_of(items)
        free = np.isin(self._status[rows], sampling.NOT_BY_PEOPLE)
        if not free.any():
            raise ValueError("people answered all of these items; the model's labels do not count.")
        if not (self.snapshot().y >= 0).any():
            raise ValueError("nothing was learned yet: label some items before accepting others.")
        refit = self.refit(1)
        codes = refit.predicted[0][rows]
        if named:
            codes = np.array([self._codes[name] for name in named.values()], dtype=np.intp)
        names = self.classes
        return self._append(
            LabelEvent(
                "accept",
                ids=tuple(item for item, one in zip(items, free.tolist(), strict=True) if one),
                labels=tuple(names[code] for code in codes[free].tolist()),
                probabilities=tuple(refit.proba[rows, codes][free].tolist()),
                source="model",
                annotator=self.annotator,
                uid=uid or new_uid(),
            )
        )

    def ask(self, n: int = 1) -> Query:
        """Return the next questions, best first, after learning from all labels.

        Parameters
        ----------
        n : int
            How many; fewer come back when fewer are left, none at the end.

        Returns
        -------
        Query

        Raises
        ------
        ValueError
            If n is not positive, or your own strategy asks for an item twice or for no candidate.
        LearnerError
            If the learner fails on the labels.
        """
        if not isinstance(n, numbers.Integral) or n < 1:
            raise ValueError(f"n is {n!r}; ask for at least one item.")
        query = self.refit(int(n)).query
        return Query(query.indices[:n].copy(), query.scores[:n].copy(), query.reasons[:n])

    def predict_proba(self, X: Any = None) -> FloatArray:
        """Return the probability of each class, learned from all labels.

        Parameters
        ----------
        X : array of shape (m, dim), optional
            Points that need not be in the pool, embedded as it is. None: all n items of the pool.

        Returns
        -------
        ndarray of shape (n or m, n_classes), float32
            Uniform before the first label.

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

    def predict(self) -> npt.NDArray[np.object_]:
        """Return the class of each item: its label where it has one, else the prediction.

        Returns
        -------
        ndarray of shape (n,), object
            Class names.

        Raises
        ------
        LearnerError
            If the learner fails on the labels.
        """
        codes = np.where(self._y >= 0, self._y, self.refit(1).predicted[0])
        return np.array(self.classes, dtype=object)[codes]

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
        self._engine = self._new_engine(as_embeddings(X, len(self.pool)))
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
        """Return the labels as they are now, as a `Snapshot`, for a refit elsewhere."""
        return sampling.snapshot(self, self.drawn, self.repeated, self._learn_accepted)

    def refit(self, n: int = 1) -> Refit:
        """Learn and choose `n` questions, or raise, as `ask` does; quick if nothing changed."""
        done = self._refit
        if done is None or done.version != self._version or done.n_asked < n:
            due = (self._y >= 0).any() or self._engine.starts_on_graph
            if self._build_graph and due and self.wants_graph:
                self._engine = self._on_graph(self._engine, neighbor_graph(self.embeddings))
            self._refit = done = self._engine.refit(self.snapshot(), n)
        return done

    def apply(self, refit: Refit) -> bool:
        """Take over a `refit` that ran elsewhere; return False, and drop it, if it is stale."""
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
