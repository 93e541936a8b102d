"""One labeling job: what was answered, what was learned, what to ask next."""

from __future__ import annotations

import copy
import numbers
import reprlib
import secrets
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from nblabel.arrays import FloatArray, IntArray, as_embeddings
from nblabel.embeddings.registry import embeddings_of
from nblabel.explore.drift import Drift, find_drift
from nblabel.graph.neighbor_graph import GraphCache, NeighborGraph, neighbor_graph
from nblabel.learners import make_learner
from nblabel.log import frames
from nblabel.log.events import Answer, LabelEvent, LabelState, new_uid
from nblabel.log.exporting import export_labels
from nblabel.log.importing import ImportReport, match_labels, read_labels
from nblabel.log.store import LabelStore, StoreError
from nblabel.pool import Pool
from nblabel.quality import repeats as twice
from nblabel.quality.audit import AuditReport, Record, estimate, toss
from nblabel.quality.repeats import Consistency
from nblabel.session.compiling import compile_loops, is_compiled
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.strategies import Query, make_strategy

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

MAX_CLASSES = 200
STATUSES = ("open", "human", "model", "import", "skipped", "flagged")
_CODES = {name: code for code, name in enumerate(STATUSES)}
_MODEL = STATUSES.index("model")
_NOT_BY_PEOPLE = tuple(STATUSES.index(name) for name in ("open", "skipped", "model"))
_NOT_ANSWERED = tuple(STATUSES.index(name) for name in ("open", "model"))
_COINS = 0x61756469  # keeps the coins that decide on audits apart from other random numbers


class Session:
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
        Seed; the same labels then lead to the same questions. None draws one at random, which is
        kept in the attribute of the same name.
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
        and 1. Nothing in a question tells which they are. `audit` reads from them how good the labels are.
    repeats : float
        Share of the answers after which a question is asked once more that the same annotator answered at
        least 20 items before. `consistency` reads from them how often people agree with themselves.

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
        self.pool = pool if isinstance(pool, Pool) else Pool(pool)
        self.annotator = annotator
        names = check_classes(classes)
        self._learner = learner
        self._strategy = strategy
        make_strategy(strategy)
        self._build_graph = build_graph
        self._learn_accepted = learn_accepted
        self._audit_share = 0.0
        self.audit_share = audit
        self._repeat_share = 0.0
        self.repeat_share = repeats
        self._random_state = secrets.randbits(31) if random_state is None else int(random_state)
        make_learner(learner, np.zeros((1, 1), dtype=np.float32))  # a wrong one is told first
        self._listeners: list[Callable[[], None]] = []
        # embedding may take minutes: a log that does not fit is told before
        self.store = store if isinstance(store, LabelStore) else LabelStore(store)
        self.store.check(self.pool.fingerprint, self.pool.known_as)
        self._state = LabelState(names)
        self._uids: set[str] = set()
        self._seq = 0
        self._version = 0
        self._y: IntArray = np.full(len(self.pool), -1, dtype=np.intp)
        self._status = np.zeros(len(self.pool), dtype=np.uint8)
        self._codes: dict[str, int] = {}
        self._refit: Refit | None = None
        self._drift: tuple[FloatArray, Drift] | None = None
        self._judged: Record | None = None
        self._worked_out: dict[str, tuple[int, Any]] = {}  # with the version it was worked out for
        self.refresh()
        if self._state.unknown_classes:
            raise StoreError(
                f"{self.store} holds labels of classes that were not given: "
                f"{', '.join(map(repr, self._state.unknown_classes))}. Add them to classes=, or pass "
                "another store=; store=nblabel.LabelStore() starts anew in memory."
            )
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

        A session belongs to one thread. What the replica writes to the log, this session takes in with
        `refresh`, and the other way round.
        """
        other = copy.copy(self)
        other._begin_anew()  # noqa: SLF001  (one of us)
        return other

    def sync_from(self, other: Session) -> None:
        """Take over embeddings and learner of another session on the same log, and what is new in it."""
        if self._engine is not other.engine:
            self._engine, self._refit = other.engine, None
        self.learn_accepted = other.learn_accepted
        self.refresh()

    # what is known

    @property
    def audit_share(self) -> float:
        """Share of the questions that are drawn at random; may be set."""
        return self._audit_share

    @audit_share.setter
    def audit_share(self, value: float) -> None:
        self._audit_share = _share("audit", value)

    @property
    def repeat_share(self) -> float:
        """Share of the answers after which a question is repeated; may be set."""
        return self._repeat_share

    @repeat_share.setter
    def repeat_share(self, value: float) -> None:
        self._repeat_share = _share("repeats", value)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in order, those added on the way included."""
        return tuple(self._codes)

    @property
    def state(self) -> LabelState:
        """The state folded from the log. Look, do not change."""
        return self._state

    @property
    def engine(self) -> Engine:
        """Learner, strategy and neighbours on the present embeddings."""
        return self._engine

    @property
    def embeddings(self) -> FloatArray:
        """What the learner works on: ndarray of shape (n, dim), float32."""
        return self._engine.X

    @property
    def version(self) -> int:
        """Grows with every change; a refit of an older version is stale."""
        return self._version

    @property
    def y(self) -> IntArray:
        """Class numbers by position, those accepted from the model included; shape (n,), a copy.

        -1 where there is no label.
        """
        return self._y.copy()

    @property
    def labeled(self) -> IntArray:
        """Positions with a label that a person gave or that was imported, ascending."""
        return np.flatnonzero((self._y >= 0) & (self._status != _MODEL))

    @property
    def accepted(self) -> IntArray:
        """Positions with a label accepted from the model, ascending."""
        return np.flatnonzero(self._status == _MODEL)

    @property
    def unanswered(self) -> IntArray:
        """Positions without a label that nobody skipped or flagged, ascending."""
        return np.flatnonzero(self._status == STATUSES.index("open"))

    @property
    def status(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The status of each item, as a position in `STATUSES`; shape (n,), a copy."""
        return self._status.copy()

    @property
    def random_state(self) -> int:
        """The seed."""
        return self._random_state

    def knows(self, uid: str) -> bool:
        """Return whether an event with this uid is in the log."""
        return uid in self._uids

    def positions(self, index: Any) -> IntArray:
        """Return positions in the pool as an array, or say what is wrong with them.

        Parameters
        ----------
        index : int or sequence of int

        Raises
        ------
        IndexError
            If there is none, or one is outside the pool.
        """
        try:
            array = np.atleast_1d(np.asarray(index))
        except ValueError:  # lists that differ in length
            array = np.empty(0)
        if array.ndim != 1 or array.size == 0 or not np.issubdtype(array.dtype, np.integer):
            hint = " For a boolean mask: numpy.flatnonzero(mask)." if array.dtype == bool else ""
            told = reprlib.repr(index)
            raise IndexError(f"{told} is no position, nor a list of positions, in the pool.{hint}")
        outside = array[(array < 0) | (array >= len(self.pool))]
        if outside.size:
            raise IndexError(
                f"position {outside[0]} is outside the pool of {len(self.pool):,} items."
            )
        return array.astype(np.intp)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Have a function called whenever the log or the embeddings changed."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Call a function no more that was subscribed."""
        self._listeners = [one for one in self._listeners if one != listener]

    @property
    def n_labeled(self) -> int:
        """How many items have a label that a person gave or that was imported."""
        return self._once("n_labeled", lambda: len(self.labeled))

    @property
    def n_accepted(self) -> int:
        """How many items have a label accepted from the model."""
        return len(self.accepted)

    @property
    def learn_accepted(self) -> bool:
        """Whether labels accepted from the model are learned from; may be set."""
        return self._learn_accepted

    @learn_accepted.setter
    def learn_accepted(self, value: bool) -> None:
        if value != self._learn_accepted:
            self._learn_accepted = bool(value)
            self._changed()

    def labels(self, *, details: bool = False) -> pd.DataFrame:
        """Return the labels as a table, in the order they were given.

        Parameters
        ----------
        details : bool
            Two columns more: probability, that of the model for the labels accepted from it (NaN for
            the others), and event, the uid of the step in the log that decided.

        Returns
        -------
        DataFrame
            Columns id, index, label, source, annotator, time (UTC).
        """
        import pandas as pd

        answers = [pair for pair in self._state.answers.items() if pair[1].label is not None]
        answers.sort(key=lambda pair: pair[1].event.seq)  # those of one step stay in its order
        given = [answer for _, answer in answers]
        times = np.array([answer.event.time for answer in given], dtype=np.float64)
        columns: dict[str, Any] = {
            "id": [item for item, _ in answers],
            "index": [self.pool.index_of(item) for item, _ in answers],
            "label": [answer.label for answer in given],
            "source": [answer.event.source for answer in given],
            "annotator": [answer.event.annotator for answer in given],
            "time": np.rint(1e6 * times).astype("datetime64[us]"),
        }
        if details:
            columns["probability"] = [answer.probability for answer in given]
            columns["event"] = [answer.event.uid for answer in given]
        table = pd.DataFrame(columns)
        table["time"] = table["time"].dt.tz_localize("UTC")
        return table.astype({"index": "int64", **({"probability": "float64"} if details else {})})

    def export(
        self,
        path: Any,
        format: str | None = None,  # noqa: A002  what users of pandas and Pillow call it
        *,
        progress: bool = True,
    ) -> None:
        """Write the labels, with their details, to a file or a folder, whole or not at all.

        Parameters
        ----------
        path : path-like
            A file in ``.csv``, ``.jsonl``, ``.parquet`` or ``.json`` (COCO), or a new folder.
        format : {"csv", "jsonl", "parquet", "coco", "folders", "imagefolder"}, optional
            What to write; a folder needs it.
        progress : bool
            Show a progress bar if copying takes more than a second.

        See Also
        --------
        nblabel.log.exporting.export_labels : The formats, and the errors.
        """
        export_labels(
            self.labels(details=True),
            path,
            format,
            pool=self.pool,
            classes=self.classes,
            progress=progress,
        )

    @property
    def drawn(self) -> IntArray:
        """Positions drawn at random that nobody has answered yet, in the order drawn; asked first."""
        return self._once("drawn", self._find_drawn).copy()

    def _find_drawn(self) -> IntArray:
        newest = {frames.name_of(draw.frame): draw.frame for draw in self._state.draws}
        ids = dict.fromkeys(
            item
            for draw in self._state.draws
            if draw.frame
            == newest[frames.name_of(draw.frame)]  # a set that was given up is not asked any more
            for item in draw.asked
        )
        places = self.pool.indices_of(ids)
        return places[np.isin(self._status[places], _NOT_ANSWERED)]

    def audit(self, confidence: float = 0.95) -> AuditReport:
        """Estimate how many labels are right, and how the classes are shared out, from random draws.

        Parameters
        ----------
        confidence : float
            Of each interval, between 0 and 1. The intervals hold however often one looks.

        Returns
        -------
        AuditReport
            ``print`` it; ``.table`` has a row for each class.

        Raises
        ------
        ValueError
            If the confidence is not between 0 and 1.
        LearnerError
            If the learner fails.

        Notes
        -----
        See `nblabel.quality.audit`.
        """
        return estimate(self, confidence)

    @property
    def judged(self) -> Record:
        """What the model said whenever items were drawn at random, for `audit`."""
        if self._judged is None or not self._judged.fits(self):
            self._judged = Record(self)
        return self._judged

    @property
    def repeated(self) -> IntArray:
        """Positions that this annotator is asked once more and has not answered yet; asked first.

        Each has a label, which whoever asks must not show, and which is not learned from meanwhile.
        """
        return self._once("repeated", lambda: twice.pending(self))

    def consistency(self, confidence: float = 0.95, *, everyone: bool = False) -> Consistency:
        """Estimate how often people give the same answer again, from questions asked twice.

        Parameters
        ----------
        confidence : float
            Of the interval, between 0 and 1. It is exact, for a single look.
        everyone : bool
            All annotators of this log; if not, the one of this session.

        Returns
        -------
        Consistency
            ``print`` it; ``.table`` has a row for each question asked twice.

        Raises
        ------
        ValueError
            If the confidence is not between 0 and 1.

        Notes
        -----
        Of two answers that differ, the newer stands; both are in the log. See `nblabel.quality.repeats`.
        """
        return twice.measure(self, confidence, everyone)

    def flagged(self) -> list[str]:
        """Return the ids of the items set aside with `flag`."""
        return [item for item, answer in self._state.answers.items() if answer.kind == "flag"]

    def drift(self) -> Drift:
        """Return which items of an extended pool look unlike all earlier ones, and all labeled since.

        See Also
        --------
        Pool.extended : A pool with new items behind the known ones.
        nblabel.explore.drift.find_drift : How it is told.
        """
        X = self.embeddings
        if self._drift is None or self._drift[0] is not X:
            self._drift = (X, find_drift(X, self.pool.n_before, self._random_state))
        found, n_before = self._drift[1], self.pool.n_before
        # of the earlier items all are known, labeled or not
        return self._once("drift", lambda: found.after(X, self.labeled[self.labeled >= n_before]))

    # answering

    def tell(self, index: Any, label: Any, *, uid: str | None = None) -> LabelEvent:
        """Label one item or many, in one step that one `undo` takes back.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool. An item that has a label already gets the new one.
        label : str or sequence of str
            A class name for all, or one for each.
        uid : str, optional
            Names the event. An event told twice under one uid counts once.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        IndexError
            If a position is outside the pool.
        ValueError
            If a label is no class, or there are more or fewer labels than items.
        StoreError
            If the log could not be written; nothing changed then.
        """
        known = self._sent(uid)
        if known is not None:
            return known
        answers = self._labels_of(self._ids(index), label)
        told = self._record(
            LabelEvent(
                "label",
                ids=tuple(answers),
                labels=tuple(answers.values()),
                annotator=self.annotator,
                uid=uid or new_uid(),
            )
        )
        # the answer is in the log; a draw that fails is made up for after the next one
        with suppress(StoreError):
            self._draw_due()
            self._repeat_due()
        return told

    def draw(
        self,
        n: int,
        among: Any = None,
        *,
        said: Sequence[str] = (),
        sure: Sequence[float] = (),
        name: str = "",
    ) -> IntArray:
        """Draw items at random to be asked next, and write the draw to the log before any answer.

        Parameters
        ----------
        n : int
            How many; fewer are drawn where fewer are left.
        among : sequence of int, optional
            The set to draw from, answered or not. If left out, all that no person has answered; of those
            that the model is sure of, every other is then spared, see `nblabel.quality.audit`.
        said, sure : sequence, optional
            With `among`, both: the class that the model says of each item of it, and how sure it is; those
            of the items drawn are written down with the draw.
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
        if len(said) != len(sure) or (among is None and (said or name)):
            raise ValueError("said, sure and name go with among=, said and sure with each other.")
        self.refresh()
        if among is None:
            rows = np.flatnonzero(np.isin(self._status, _NOT_BY_PEOPLE))
            frame = frames.whole(len(self.pool))
        else:
            rows = self.positions(among)
            frame = frames.to_text(rows, name)
        before = {item for draw in self._state.draws if draw.frame == frame for item in draw.asked}
        ids = self.pool.ids
        left = np.flatnonzero(~np.isin(rows, self.pool.indices_of(before)))
        # two who draw at the same moment toss coins of their own
        who = zlib.crc32((self.annotator or "").encode())
        rng = np.random.default_rng([self._random_state, len(self._state.draws), who])
        labels: list[str] = []
        told: list[float] = []
        if among is None and self._refit is not None:
            at, told = toss(self._refit.predicted[1][rows[left]], n, rng)
            places = left[at]
        else:
            places = rng.permutation(left)[:n]
        if said:
            labels, told = ([each[at] for at in places.tolist()] for each in (said, sure))
        event = LabelEvent(
            "audit",
            ids=tuple(ids[row] for row in rows[places].tolist()),
            labels=tuple(labels),
            probabilities=tuple(told),
            frame=frame,
            source="model",
            annotator=self.annotator,
        )
        if len(places):
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
        known = self._sent(uid)
        if known is not None:
            return known
        self.refresh()  # others may have answered meanwhile
        ids = self._ids(index)
        named = {} if labels is None else self._labels_of(ids, labels)
        items = tuple(named) if named else tuple(dict.fromkeys(ids))
        positions = self.pool.indices_of(items)
        free = np.isin(self._status[positions], _NOT_BY_PEOPLE)
        if not free.any():
            raise ValueError("people answered all of these items; the model's labels do not count.")
        if not (self.snapshot().y >= 0).any():
            raise ValueError("nothing was learned yet: label some items before accepting others.")
        refit = self.refit(1)
        codes = refit.predicted[0][positions]
        if named:
            codes = np.array([self._codes[name] for name in named.values()], dtype=np.intp)
        sure = refit.proba[positions, codes]
        names = self.classes
        return self._record(
            LabelEvent(
                "accept",
                ids=tuple(item for item, one in zip(items, free.tolist(), strict=True) if one),
                labels=tuple(names[code] for code in codes[free].tolist()),
                probabilities=tuple(sure[free].tolist()),
                source="model",
                annotator=self.annotator,
                uid=uid or new_uid(),
            )
        )

    def withdraw(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Take back labels accepted from the model, in one step that one `undo` takes back.

        The items are open again. Items that people answered are left as they are. Parameters and
        errors as for `skip`; a ValueError if none of the items has a label of the model.

        See Also
        --------
        nblabel.recheck : Finds accepted labels that the model of now contradicts.
        """
        known = self._sent(uid)
        if known is not None:
            return known
        self.refresh()  # others may have answered meanwhile
        positions = self.positions(index)
        if not (self._status[positions] == _MODEL).any():
            raise ValueError("none of these items has a label accepted from the model.")
        return self._answer("withdraw", positions[self._status[positions] == _MODEL], uid)

    def import_labels(
        self,
        table: Any,
        id: str = "id",  # noqa: A002  the column's name
        label: str = "label",
        *,
        uid: str | None = None,
    ) -> ImportReport:
        """Take over labels that were known before, in one step that one `undo` takes back.

        Their source is "import". They are learned from like answers of people, replace labels accepted
        from the model and earlier imported ones, and never an answer of a person.

        Parameters
        ----------
        table : DataFrame or path-like
            One row for each item; `Pool.folders`, say. A file is read by its ending: ``.csv``, ``.tsv``, ``.jsonl`` or
            ``.parquet``. Rows that do not fit are left out and reported; so are those of an exported file whose
            ``source`` is "model": an audit would take them for right.
        id, label : str
            The columns with the ids of the pool's items, and with the names of their classes.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        ImportReport
            How many labels were taken over, and which rows were not, and why. ``print`` it.

        Raises
        ------
        ValueError, TypeError, FileNotFoundError
            If the table cannot be read or lacks a column.
        StoreError
            If the log could not be written; nothing changed then.

        Examples
        --------
        >>> import nblabel as nb
        >>> import pandas as pd
        >>> session = nb.Session(nb.datasets.load_digits().images, classes=range(10))
        >>> known = pd.DataFrame({"id": [0, 1, 5_000], "label": [0, 1, 7]})
        >>> print(session.import_labels(known))
        2 items labeled from 3 rows.
        No item has these ids: 5000.
        """
        ids, names, by_model = read_labels(table, id, label)
        self.refresh()  # others may have answered, or added a class, meanwhile
        taken, report = match_labels(
            ids, names, by_model, self.pool, self._codes, self._kept_from_import
        )
        if taken:
            self._record(
                LabelEvent(
                    "label",
                    ids=tuple(taken),
                    labels=tuple(taken.values()),
                    source="import",
                    annotator=self.annotator,
                    uid=uid or new_uid(),
                )
            )
        return report

    def skip(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Leave an item, or many, unanswered; asked again once nothing else is left.

        A label that is already there stays. Parameters and errors as for `tell`.
        """
        return self._answer("skip", index, uid)

    def flag(self, index: Any, *, uid: str | None = None) -> LabelEvent:
        """Set an item, or many, aside: not asked, not learned from, its label withdrawn.

        Parameters and errors as for `tell`.
        """
        return self._answer("flag", index, uid)

    def undo(self, *, uid: str | None = None) -> LabelEvent | None:
        """Take back this annotator's last step; return it, or None if there is none."""
        return self._reverse("undo", uid)

    def redo(self, *, uid: str | None = None) -> LabelEvent | None:
        """Restore the last step taken back; return it, or None if there is none."""
        return self._reverse("redo", uid)

    def add_class(self, name: str, *, uid: str | None = None) -> LabelEvent:
        """Add a class behind the others.

        Raises
        ------
        ValueError
            If the name is empty, or a class already.
        """
        self.refresh()  # another annotator may have added it
        known = self._sent(uid)
        if known is not None:
            return known
        clean = check_classes([*self.classes, name])[-1]
        return self._record(
            LabelEvent("add_class", labels=(clean,), annotator=self.annotator, uid=uid or new_uid())
        )

    def refresh(self) -> bool:
        """Take in what others wrote to the same log; return whether there was anything."""
        events = self.store.read(after=self._seq)
        changed: dict[str, None] = {}
        for event in events:
            changed.update(dict.fromkeys(self._state.apply(event)))
            self._uids.add(event.uid)
            self._seq = event.seq
        # another session may have been given a class that this one was not
        names = (*self._state.classes, *self._state.unknown_classes)
        if names != self.classes:
            self._codes = {name: code for code, name in enumerate(names)}
            # beside those whose answer was just taken back
            changed.update(dict.fromkeys(self._state.answers))
            self._y[:] = -1
        answers = [self._state.answers.get(item) for item in changed]
        labels = [None if answer is None else answer.label for answer in answers]
        rows = self.pool.indices_of(changed)
        self._y[rows] = [-1 if label is None else self._codes.get(label, -1) for label in labels]
        self._status[rows] = [_CODES[_status_of(answer)] for answer in answers]
        if events:
            self._changed()
        return bool(events)

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
        skipped = np.flatnonzero(self._status == STATUSES.index("skipped"))
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

    def _begin_anew(self) -> None:
        """Read the log from its beginning, and share nothing that changes."""
        self._listeners, self._audit_share, self._repeat_share = [], 0.0, 0.0
        self._state, self._codes = self._state.emptied(), {}
        self._uids, self._seq, self._refit = set(), 0, None
        self._judged, self._worked_out = None, {}
        self._y = np.full(len(self.pool), -1, dtype=np.intp)
        self._status = np.zeros(len(self.pool), dtype=np.uint8)
        self.refresh()

    def _new_engine(self, X: FloatArray) -> Engine:
        engine = Engine(X, self._learner, self._strategy, self._random_state)
        usable = engine.wants_graph and (self._build_graph or is_compiled())
        graph = GraphCache(X).read() if usable else None
        return engine if graph is None else self._on_graph(engine, graph)

    def _on_graph(self, engine: Engine, graph: NeighborGraph) -> Engine:
        if self._build_graph and not is_compiled():
            compile_loops(progress=True)
        return engine.with_graph(graph)

    def _once(self, name: str, work: Callable[[], T]) -> T:
        """Return what follows from the log as it is, worked out once: the panel asks for every item."""
        known = self._worked_out.get(name)
        if known is None or known[0] != self._version:
            known = self._worked_out[name] = (self._version, work())
        value: T = known[1]
        return value

    def _changed(self) -> None:
        self._version += 1
        for listener in self._listeners:
            listener()

    def _draw_due(self) -> None:
        """Draw an audit if the coin for the last answer says so; the log alone decides."""
        n = self._state.n_questions
        if not self._audit_share or not n or len(self.drawn):
            return
        coins = np.random.default_rng([self._random_state, _COINS]).random(n)
        if coins[-1] < self._audit_share:
            self.draw(1)

    def _repeat_due(self) -> None:
        """Ask a question once more if the coin for the last answer says so."""
        due = twice.choose(self, self._repeat_share) if self._repeat_share else None
        if due is not None:
            self._record(due)

    def _ids(self, index: Any) -> tuple[str, ...]:
        return tuple(self.pool.ids[i] for i in self.positions(index).tolist())

    def _labels_of(self, ids: tuple[str, ...], label: Any) -> dict[str, str]:
        """Return the class name of each item, or say what is wrong with the labels."""
        many = not isinstance(label, str) and isinstance(label, Iterable)
        each = label if many else [label] * len(ids)
        labels = [str(one).strip() for one in each]
        if len(labels) != len(ids):
            raise ValueError(f"{len(ids)} items but {len(labels)} labels.")
        if not self._codes.keys() >= set(labels):
            self.refresh()  # another annotator may have added the class
        for name in dict.fromkeys(labels):
            if name not in self._codes:
                raise ValueError(
                    f"{name!r} is not a class; the classes are {', '.join(self.classes)}. "
                    f"To add it: add_class({name!r})."
                )
        return dict(zip(ids, labels, strict=True))  # an item named twice gets its last label

    def _kept_from_import(self, item: str) -> str | None:
        """Return the imported label of an item, "" where a person answered, None where it is free."""
        answer = self._state.answers.get(item)
        if answer is None or answer.kind in ("skip", "accept"):
            return None
        return answer.label if answer.event.source == "import" else ""

    def _sent(self, uid: str | None) -> LabelEvent | None:
        """Return the event with this uid, if it was told before."""
        return None if uid is None else self._state.event(uid)

    def _answer(self, kind: Any, index: Any, uid: str | None) -> LabelEvent:
        ids = tuple(dict.fromkeys(self._ids(index)))
        return self._record(
            LabelEvent(kind, ids=ids, annotator=self.annotator, uid=uid or new_uid())
        )

    def _reverse(self, kind: Any, uid: str | None) -> LabelEvent | None:
        self.refresh()
        if uid is not None and self.knows(uid):
            return None  # sent twice
        find = self._state.undo_target if kind == "undo" else self._state.redo_target
        target = find(self.annotator)
        if target is None:
            return None
        self._commit(
            LabelEvent(kind, target=target.uid, annotator=self.annotator, uid=uid or new_uid())
        )
        return target

    def _record(self, event: LabelEvent) -> LabelEvent:
        if event.uid not in self._uids:
            self._commit(event)
        return self._state.event(event.uid) or event

    def _commit(self, event: LabelEvent) -> None:
        self.store.append(event)
        self.refresh()


def _share(name: str, value: Any) -> float:
    """Return a share of the questions, or say what is wrong with it."""
    if not isinstance(value, int | float | np.number) or not 0 <= value <= 1:
        raise ValueError(f"{name} is {value!r}; it must be a share between 0 and 1, such as 0.1.")
    return float(value)


def _status_of(answer: Answer | None) -> str:
    """Return the status of an item: what was done with it, or whose label it has."""
    if answer is None:
        return "open"
    event = answer.event
    return event.source if event.labels else {"skip": "skipped", "flag": "flagged"}[event.kind]


def check_classes(classes: Sequence[Any]) -> tuple[str, ...]:
    """Return class names as text, or say what is wrong with them.

    Raises
    ------
    ValueError
        If there are fewer than two or more than 200, or a name is empty or occurs twice.
    """
    if not isinstance(classes, Iterable):
        raise ValueError(f"classes is {classes!r}; pass a list of names.")  # noqa: TRY004  one error
    if isinstance(classes, str):
        raise ValueError(f"classes is the single text {classes!r}; pass a list of names.")  # noqa: TRY004
    names = tuple(str(name).strip() for name in classes)
    if len(names) < 2:
        raise ValueError(f"classes holds {len(names)} name; labeling needs at least two.")
    if len(names) > MAX_CLASSES:
        raise ValueError(f"classes holds {len(names)} names; at most {MAX_CLASSES} are supported.")
    for place, name in enumerate(names):
        if not name:
            raise ValueError(f"class name number {place + 1} is empty.")
        if name in names[:place]:
            raise ValueError(f"the class {name!r} is there twice; each name must be unique.")
    return names
