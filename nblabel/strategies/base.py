"""What a query strategy is given, and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.strategies.measures import UNCERTAINTIES, Measures, spread


@dataclass(frozen=True, slots=True)
class Part:
    """One measure that speaks for a question.

    Attributes
    ----------
    name : str
        "uncertainty", "density" or "diversity", for instance.
    value : float
        Between 0 and 1; higher speaks more for asking.
    text : str
        What it means for this item, in words.
    """

    name: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is asked.

    Attributes
    ----------
    text : str
        A sentence, "" where there is nothing to say.
    parts : tuple of Part
        The measures behind it.
    """

    text: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Query:
    """Items to ask about, best first.

    Attributes
    ----------
    indices : ndarray of shape (n,), intp
        Positions in the pool.
    scores : ndarray of shape (n,), float32
        Higher was asked earlier; never increasing.
    reasons : tuple of n Reason
        Why each is asked.
    """

    indices: IntArray
    scores: FloatArray
    reasons: tuple[Reason, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.indices)


@dataclass(frozen=True)
class View:
    """What a strategy sees of a session: pool, labels, predictions, and measures of them.

    Attributes
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings of the pool, moved around the origin.
    y : ndarray of shape (n,), intp
        Class numbers that were learned from, -1 where there are none.
    classes : tuple of str
        Class names.
    labeled : ndarray of intp
        Positions that people labeled.
    candidates : ndarray of intp
        Positions that may be asked, ascending.
    proba : ndarray of shape (n, n_classes), float32
        The learner's probabilities.
    hedged : ndarray of shape (n, n_classes), float32
        The probabilities that `uncertainty` is read from: the learner's, unless it is of several
        models and doubts more where they do not agree.
    rng : numpy.random.Generator
        Seeded by the session and the state of the log: the same labels give the same questions.
    graph : NeighborGraph or None
        The neighbour graph, always there for a strategy with ``needs_graph = True``.
    cache : dict
        For what a strategy wants to find again at the next query on the same embeddings, to be
        quicker; the questions must not depend on it.
    measures : Measures
        What `distance`, `density` and `spacing` are worked out by; use those.
    unreached : callable, optional
        Returns how little labels reach each item, (n,) float32 from 0 to 1, where the learner
        works it out.
    """

    X: FloatArray
    proba: FloatArray
    hedged: FloatArray
    candidates: IntArray
    labeled: IntArray
    y: IntArray
    measures: Measures
    classes: tuple[str, ...]
    rng: np.random.Generator
    graph: NeighborGraph | None = None
    unreached: Callable[[], FloatArray] | None = None
    cache: dict[str, Any] = field(default_factory=dict)

    @property
    def multi_label(self) -> bool:
        """Whether an item may have several tags: see `nblabel.strategies.tags.TagView`."""
        return False

    @property
    def distance(self) -> FloatArray:
        """Squared distance of each item to the nearest labeled one; infinite without any."""
        return self.measures.distance(self.labeled)

    @property
    def density(self) -> FloatArray:
        """Informational density of each item: about 1 inside a group, near 0 for an outlier."""
        return self.measures.surroundings.density

    @property
    def spacing(self) -> FloatArray:
        """Mean squared distance of each item to its neighbours: small in dense regions."""
        return self.measures.surroundings.spacing

    def uncertainty(self, kind: str = "margin") -> FloatArray:
        """Return how uncertain the learner is about each item.

        Parameters
        ----------
        kind : {"margin", "least_confidence", "entropy"}
            How it is read from the probabilities of the classes.

        Returns
        -------
        ndarray of shape (n,), float32
            Between 0 and 1, for each item of the pool.

        Raises
        ------
        ValueError
            If the kind is unknown.
        """
        if kind not in UNCERTAINTIES:
            raise ValueError(f"unknown kind {kind!r}; choose one of {', '.join(UNCERTAINTIES)}.")
        return UNCERTAINTIES[kind](self.hedged)

    def best(self, scores: Any, n: int, text: str = "", *, varied: bool = True) -> Query:
        """Return the candidates with the highest scores as a query.

        Parameters
        ----------
        scores : array of shape (n_pool,)
            One for each item of the pool; those of items that are no candidates do not matter.
        n : int
            How many, at most.
        text : str
            Why they are asked, shown beside each.
        varied : bool
            Whether items that are close to a better one come later, so that a batch holds no
            copies; scores must not be negative then.

        Returns
        -------
        Query
            At most `n` items; fewer where there are fewer candidates.

        Raises
        ------
        ValueError
            If the scores have another shape, or are not finite numbers, or negative.
        """
        values = np.asarray(scores, dtype=np.float32)
        if values.shape != (len(self.X),):
            raise ValueError(f"scores have shape {values.shape}; expected ({len(self.X)},).")
        values = values[self.candidates]
        if not np.isfinite(values).all() or (varied and (values < 0).any()):
            raise ValueError("scores must be finite, and not negative unless varied=False.")
        n = min(n, len(values))
        if varied and n:
            picks, found = spread(self.X, self.spacing, values, self.candidates, n)
        else:
            picks = np.argsort(-values, kind="stable")[:n]
            found = values[picks]
        return Query(self.candidates[picks], found, (Reason(text),) * n)


class QueryStrategy(Protocol):
    """Chooses what to ask next. An object of your own with these two is passed as ``strategy=``.

    A strategy that looks at the neighbour graph has an attribute ``needs_graph = True``; until
    there is one, "product" asks in its place. With ``starts_on_graph = True`` it does so before the
    first label, too. With a method ``explain(view, index)`` that returns a `Reason`, the panel
    shows one for an item that others drew.

    Examples
    --------
    >>> import nblabel as nb
    >>> class EntropyInDenseRegions:
    ...     name = "entropy in dense regions"
    ...
    ...     def query(self, view, n):
    ...         scores = view.uncertainty("entropy") * view.density
    ...         return view.best(scores, n, "Uncertain, and many are like it.")
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, data.classes, strategy=EntropyInDenseRegions())
    """

    name: str

    def query(self, view: View, n: int) -> Query:
        """Choose what to ask next.

        Parameters
        ----------
        view : View
            The session as it is now.
        n : int
            How many items are wanted.

        Returns
        -------
        Query
            Up to `n` of ``view.candidates``, each once, best first.
        """
