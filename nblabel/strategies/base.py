"""What every query strategy is given, and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.strategies.measures import Measures, Surroundings


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
    """Why an item is asked: a sentence, and the measures behind it."""

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
    """What a strategy may look at.

    Attributes
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings of the pool, moved around the origin.
    proba : ndarray of shape (n, n_classes), float32
        The learner's probabilities.
    candidates : ndarray of intp
        Positions that may be asked, ascending.
    labeled : ndarray of intp
        Positions that people labeled.
    y : ndarray of shape (n,), intp
        Class numbers that were learned from, -1 where there are none.
    measures : Measures
        What takes a while to work out, and only some strategies look at.
    classes : tuple of str
        Class names, for reasons.
    rng : numpy.random.Generator
        Seeded by the session and the state of the log.
    graph : NeighborGraph or None
        The neighbour graph, always there for a strategy whose ``needs_graph`` is true.
    unreached : callable, optional
        Returns how little labels reach each item, (n,) float32 from 0 to 1, where the learner knows
        it.
    memory : dict
        What a strategy wants to find again at the next query on the same embeddings: a speed-up
        only, the questions must not depend on it.
    """

    X: FloatArray
    proba: FloatArray
    candidates: IntArray
    labeled: IntArray
    y: IntArray
    measures: Measures
    classes: tuple[str, ...]
    rng: np.random.Generator
    graph: NeighborGraph | None = None
    unreached: Callable[[], FloatArray] | None = None
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def distance(self) -> FloatArray:
        """Squared distance of each item to the nearest labeled one; infinite without any."""
        return self.measures.distance(self.labeled)

    @property
    def surroundings(self) -> Surroundings:
        """Spacing and informational density of each item."""
        return self.measures.surroundings


class QueryStrategy(Protocol):
    """Chooses what to ask next.

    A strategy that looks at the neighbour graph says so with an attribute ``needs_graph = True``;
    until there is one, "product" asks in its place. With ``starts_on_graph = True`` it does so
    before the first label, too.
    """

    name: str

    def query(self, view: View, n: int) -> Query:
        """Return up to `n` candidates, best first; fewer when there are no more."""
