"""One labeling job: the labels, what was learned from them, what to ask next."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, is_whole
from nblabel.embeddings.choice import choose
from nblabel.embeddings.prior import as_prior
from nblabel.embeddings.registry import are_items, embed_new, embeddings_of
from nblabel.embeddings.tag_prior import as_tag_prior
from nblabel.learners import check_learner
from nblabel.learners.prior import Prior
from nblabel.learners.tag_prior import TagPrior
from nblabel.log.coding import STATUSES
from nblabel.log.events import LabelEvent, new_uid
from nblabel.log.store import StoreError
from nblabel.log.tables import Predicted
from nblabel.pool import Pool
from nblabel.pool.order import names_of_columns, points_of
from nblabel.session import sampling
from nblabel.session.engine import Refit
from nblabel.session.learned import check_strategy
from nblabel.session.restarting import RestartableLog
from nblabel.session.searching import Encoder, Searcher, SearchResult, check_n, examples_of
from nblabel.strategies import Query, make_strategy
from nblabel.strategies.tags import make_tag_strategy
from nblabel.system.available import check_size

NOT_EMBEDDED = (
    "the {} of this session are not embedded yet; wait until they are, or give it embeddings: "
    "session.set_embeddings(X)."
)
PRIOR = "prior"  # setting beside the log: whether its last session had one


class Session(RestartableLog):
    """Active learning without a user interface: label, undo, learn, ask.

    The panel, a plain loop in a script, and `nblabel.simulate` all drive this object.

    Parameters
    ----------
    pool : Pool or images
        What to label, or what `Pool` takes as images. A pool without embeddings is embedded by
        `embed`, in the way that `nb.embeddings.choose` says and `embedded_by` keeps.
    classes : iterable of str
        At least two class names, in order. A mapping of codes to names and a column will do. A
        mapping of names to lists of names, or to such mappings, is a tree: the label of a class
        that has subclasses is a coarse one, see `coarse_labels`. With several tags all levels are
        tags, and each implies those above it.
    learner : str, estimator or callable
        "auto" is "mixed" as soon as the neighbour graph is there, "knn" until then; see
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
        graph that is cached on disk is used either way, unless what works on it must be compiled
        first.
    embed : bool
        Embed a pool that has no embeddings, with a progress bar. If not, questions are drawn at
        random until `set_embeddings`; the panel does so where embedding takes over a second.
    learn_accepted : bool
        Whether labels that the model predicted and that `accept` made labels are learned from like
        answers of people. If not, they only leave the questions.
    audit : float
        Share of the questions that are drawn at random from what no person has answered, between 0
        and 1. Nothing in a question gives away which they are. `nblabel.audit` estimates from them
        how many labels are right.
    repeats : float
        Share of the answers after which a question is asked once more that the same annotator
        answered at least 20 items before. `nblabel.self_agreement` estimates from them how often
        people agree with themselves.
    prior : array of shape (n, n_classes), DataFrame, Series, callable or str, optional
        What is known of the items before the first label: probabilities of the classes, from
        another model, from rules, from wherever. They need not be right: how far they are trusted
        is estimated from the labels, and the trust fades as these become more. They are never
        counted as labels. `nblabel.prior_report` tells how good they turned out to be. See Notes.
    multi_label : bool
        Whether an item may have several tags, or none: `tell` takes a list of classes then, `y` has
        a column for each class. See the page on several tags.

    Raises
    ------
    ValueError, TypeError, ImportError
        If the pool, the classes, the learner, the strategy or a share is not usable, or numba is
        missing and there are more than 10,000 items.
    StoreError
        If the store cannot be opened, knows none of the pool's items, or holds labels of other
        classes.

    Notes
    -----
    An answer counts once it is committed to the log; learning happens later, on `ask`,
    `predict_proba` or `predict`.

    Each label has a source: "human", "import" (see `import_labels`) or "model" (see `accept`). The
    first two count as answers of people: `labeled` and `n_labeled`. Those of the model are counted
    apart: `accepted` and `n_accepted`. `y`, `predict` and `labels` hold both.

    A `prior` comes in the order of pool and classes. A DataFrame or Series whose index names the
    items is paired by it, columns that are named like the classes go by their names, and a Series
    of class names will do. A function is called with lists of up to 256 items, as by `embed`, and
    returns a row for each. A row of NaN or of zeros stands for an item of which nothing is known.
    A name, such as "clip-b32", is that of a network which compares the items with the names of the
    classes: `nblabel.prior_from_names`, which also takes other prompts. A class that is added later
    is as likely for each item. With several tags each probability is one by itself, from 0 to 1;
    see `nblabel.embeddings.tag_prior.as_tag_prior`. The log does not hold the prior: give it again
    with the next session, which else goes on with the labels alone.
    """

    def __init__(
        self,
        pool: Any,
        classes: Iterable[Any],
        *,
        learner: Any = "auto",
        strategy: Any = "auto",
        store: Any = None,
        annotator: Any = None,
        random_state: int | None = 0,
        build_graph: bool = True,
        learn_accepted: bool = False,
        embed: bool = True,
        audit: float = 0.0,
        repeats: float = 0.0,
        prior: Any = None,
        multi_label: bool = False,
    ) -> None:
        pool = pool if isinstance(pool, Pool) else Pool(pool)
        check_size(len(pool))
        (make_tag_strategy if multi_label else make_strategy)(strategy)
        check_learner(learner)
        self.audit_share = audit
        self.repeat_share = repeats
        self._learner = learner
        self._strategy = strategy
        self._build_graph = build_graph
        self._learn_accepted = learn_accepted
        self._random_state = sampling.check_seed(random_state)
        self._refit: Refit | None = None
        self._searcher: Searcher | None = None
        self._text_encoder: Encoder | None = None
        self._told = False  # that the learner waits for more labels
        # embedding may take minutes: a log that does not fit is refused before
        super().__init__(pool, classes, store, annotator, multi_label=bool(multi_label))
        check_strategy(strategy, self.classes, multi_label=self.multi_label)
        self._classes_then = self.classes
        self._prior = self._prior_of(prior)
        self._columns = names_of_columns(pool)
        self.embedded_by = None
        if embed or pool.embeddings is not None:
            self._engine = self._new_engine(embeddings_of(pool, self._random_state))
            # so that new items can be embedded alike
            self.embedded_by = choose(pool) if pool.embeddings is None else None
            self._text_encoder = self._default_encoder()
        else:
            without = self._engines.without_embeddings
            self._engine = without(len(pool), self._random_state, self._prior)

    def __repr__(self) -> str:
        accepted = f"{self.n_accepted} accepted, " if self.n_accepted else ""
        classes = "tags" if self.multi_label else "classes"
        return (
            f"Session({len(self.pool):,} items, {len(self.classes)} {classes}, "
            f"{self.n_labeled} labeled, {accepted}{self.store.text})"
        )

    def accept(self, index: Any, labels: Any = None, *, uid: str | None = None) -> LabelEvent:
        """Make the model's predictions labels, in one step that one `undo` takes back.

        Their source is "model". Items that a person labeled or flagged, or whose label was
        imported, are left as they are; a later answer of a person replaces the model's. Whether
        they are learned from is for `learn_accepted` to say.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        labels : str or sequence of str, optional
            A class name for all, or one for each; what the model predicts if left out. With several
            tags, an array of shape (m, n_classes): 1, 0, and -1 where nothing is accepted. Answers
            of people about a tag, and where they were unsure, are left as they are.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            Its ids are the items that were accepted.

        Raises
        ------
        ValueError
            If nothing was learned from yet, people answered every one of the items, or a label is
            no class.
        IndexError, StoreError
            As for `tell`.
        LearnerError
            If the learner fails on the labels.
        """
        if (sent := self._sent(uid)) is not None:
            return sent
        self.refresh()  # others may have answered meanwhile
        if self.multi_label:
            return self._accept_tags(index, labels, uid)
        ids = self._ids(index)
        named = {} if labels is None else self._labels_of(ids, labels)
        items = tuple(named) if named else tuple(dict.fromkeys(ids))
        rows = self.pool.indices_of(items)
        free = np.isin(self._status[rows], sampling.NOT_BY_PEOPLE)
        if not free.any():
            raise ValueError("people answered all of these items; the model's labels do not count.")
        self._check_learned()
        refit = self.refit(1)
        codes = refit.predicted[0][rows]
        if named:
            if coarse := next((name for name in named.values() if name not in self._codes), None):
                raise ValueError(f"{coarse!r} has subclasses; the model's labels are of these.")
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
            If n is not positive, or a strategy of your own asks for an item twice or for one that
            is no candidate.
        LearnerError
            If the learner fails on the labels.
        """
        if not is_whole(n) or n < 1:
            raise ValueError(f"n is {n!r}; ask for at least one item.")
        query = self.refit(int(n)).query
        return Query(query.indices[:n].copy(), query.scores[:n].copy(), query.reasons[:n])

    def predict_proba(self, X: Any = None) -> FloatArray:
        """Return the probability of each class, learned from all labels.

        Parameters
        ----------
        X : array of shape (m, dim), Pool, texts, images or DataFrame, optional
            Points that need not be in the pool, embedded as it is; or new items of the kind that it
            holds, which are embedded here unless the pool has embeddings of its own. Columns with
            names go by these, where the pool's have some. None: all n items of the pool.

        Returns
        -------
        ndarray of shape (n or m, n_classes), float32
            Uniform before the first label. With several tags, how likely an item has each: rows do
            not sum to 1, and all is 0.5 before the first answer.

        Raises
        ------
        ValueError
            If the points are not finite numbers in as many dimensions as the embeddings have, or
            their columns have other names; new items are of another kind, or nobody knows how the
            pool was embedded.
        LearnerError
            If the learner fails on the labels.
        """
        proba = self.refit(1).proba
        if X is None:
            return np.array(proba, order="C")
        return self._engine.predict_proba(self._points(X))

    def predict(self) -> npt.NDArray[Any]:
        """Return the class of each item: its label where it has one, else the prediction.

        Returns
        -------
        ndarray of shape (n,), object
            Class names. With several tags, ndarray of shape (n, n_classes), int8: 1 where an item
            has a tag, by an answer or with a probability of at least 0.5, else 0 (a multilabel
            indicator in scikit-learn's words).

        Raises
        ------
        LearnerError
            If the learner fails on the labels.
        """
        if self.multi_label:
            likely = self.refit(1).proba >= 0.5
            return np.where(self._y >= 0, self._y, likely).astype(np.int8)
        codes = np.where(self._y >= 0, self._y, self.refit(1).predicted[0])
        return np.array(self.classes, dtype=object)[codes]

    def search(
        self, query: str | None = None, *, like: Any = None, by: str = "auto", n: int = 100
    ) -> SearchResult:
        """Search the pool for what somebody types, or for what is like an example.

        Parameters
        ----------
        query : str, optional
            Words, or an id, a file name or a part of one. Case and accents do not matter. All of
            the words must be there; one stands for longer ones that begin like it, too, and those
            in quotation marks stand side by side.
        like : int, str, sequence or array, optional
            In place of a query: the position or the id of an item, or several; or a new picture,
            text or row, which is embedded like the pool; or points. What is nearest to any of them
            comes first, the items themselves included.
        by : {"auto", "id", "words", "meaning", "notes"}
            What a query is looked for in. "words": the texts, or the values of a table. "meaning":
            the embeddings, where `text_encoder` is set. "notes": what people wrote down with
            `note`, the newest first. "auto": the ids, if one is typed in full;
            else by meaning, if that is possible, else by words, and where none has these, or the
            pool has none, by id.
        n : int
            How many items to return, at most.

        Returns
        -------
        SearchResult
            Its `indices` can be labeled at once: ``session.tell(result.indices, "crack")``.

        Raises
        ------
        ValueError
            If there is nothing to search for, or the pool cannot be searched in this way.
        IndexError
            If a position is outside the pool.

        Notes
        -----
        The first search of a kind takes longer: by words it reads all of the texts, once.

        Examples
        --------
        >>> import nblabel as nb
        >>> texts = ["the late train", "a late lunch", "trains are late"]
        >>> session = nb.Session(nb.Pool(texts=texts), classes=["travel", "food"])
        >>> session.search("late train")
        Search by words: 2 texts have all words of “late train”.
        >>> session.search(like=0, n=2).indices.tolist()[0]
        0
        """
        n = check_n(n)
        if (query is None) == (like is None):
            raise ValueError("pass either a query or an example: search('late'), search(like=0).")
        if query is not None:
            return self.searcher.by_text(query, by, n)
        rows, items = examples_of(self.pool, like)
        if self.awaits_embeddings:
            raise ValueError(NOT_EMBEDDED.format(self.pool.kind))
        points = self.embeddings[rows] if rows is not None else self._points(items)
        one = self.pool.ids[int(rows[0])] if rows is not None else "a new example"
        called = one if len(points) == 1 else f"{len(points):,} examples"
        return self.searcher.like(points, called, n, self._engine.scale)

    # inside

    def _accept_tags(self, index: Any, given: Any, uid: str | None) -> LabelEvent:
        self._check_learned()
        rows = self.positions(index)
        if given is None:
            given = self.predict()[rows]
        return self._record_accepted(rows, given, uid)

    def _check_learned(self) -> None:
        if not (self.snapshot().y >= 0).any():
            raise ValueError("nothing was learned yet: label some items before accepting others.")

    def _prior_of(self, given: Any) -> Prior | None:
        had = self.store.setting(PRIOR)
        if given is None:
            if had:  # said once
                self._remember_prior("")
                warnings.warn(
                    "the last session on this log had a prior, which the log does not hold; this "
                    "one goes on with the labels alone. Pass prior= again to use it.",
                    stacklevel=3,
                )
            return None
        given_now, renamed = self.state.class_list.given_now, self.state.renamed
        above = () if self.multi_label else self.parent_classes
        first = tuple(name for name in given_now if name not in above)
        read, kind = (as_tag_prior, TagPrior) if self.multi_label else (as_prior, Prior)
        made = read(self.pool, given, self.classes, given=first, renamed=renamed)
        self._prior_at_first = made, self.classes[: made.shape[1]]
        if not had:
            self._remember_prior("given")
        return kind(made)

    def _remember_prior(self, value: str) -> None:
        with suppress(StoreError):  # it is for a warning only
            self.store.set_setting(PRIOR, value)

    def _points(self, X: Any) -> Any:
        """Return points as they are, and new items embedded like the pool."""
        pool = self.pool
        if X.embeddings is not None if isinstance(X, Pool) else not are_items(X, pool):
            return points_of(X, self._columns)
        if self.awaits_embeddings:
            raise ValueError(NOT_EMBEDDED.format(pool.kind))
        if self.embedded_by is None:
            raise ValueError(
                f"the {pool.kind} of this session were embedded outside of it. Embed new ones in "
                "the same way and pass their embeddings, or label them too: pool.extended(more)."
            )
        return embed_new(X, pool, self._random_state)

    def _predicted(self) -> list[Predicted]:
        if not (self.snapshot().y >= 0).any():
            raise ValueError("nothing was learned yet, so nothing is predicted; label some items.")
        codes, proba = self.refit(1).predicted
        free = np.flatnonzero((self._y < 0) & (self._status != STATUSES.index("flagged")))
        names = self.classes
        return [(i, names[codes[i]], float(proba[i])) for i in free.tolist()]
