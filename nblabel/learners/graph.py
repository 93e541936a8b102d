"""Labels spread over the neighbour graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners.base import check_points, no_update
from nblabel.learners.voters import Voters, voters_of

if TYPE_CHECKING:
    from nblabel.graph.propagation import Propagation


class GraphLearner:
    """How likely a walk over the neighbour graph, begun at an item, first meets each class.

    A label counts for all that it is connected to through dense regions, however far: a few dozen
    labels settle a pool whose classes are groups. The probabilities are those of the walks that do
    meet a label, beside a small prior: an item far from every label has a low probability for each
    class.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings; new points are placed among them.
    graph : NeighborGraph
        Of the same embeddings.

    Attributes
    ----------
    proba_ : ndarray of shape (n, n_classes), float32, or None
        What the last `update` returned.

    Notes
    -----
    See `nblabel.graph.propagation.Propagation` for the equation and its solver. The walk
    gives up at a rate of 0.3 / n_labeled a step: while labels are few, far items stay undecided
    rather than all fall to whichever class the graph happens to lead to (the degeneracy of Laplace
    learning that Calder et al., 2020, describe), and the more labels there are the less it matters.
    Up to 20,000 items the result depends on the labels alone; beyond, each solution begins with the
    last one, and it does so to within the solver's tolerance: 0.02 in each probability of a walk on
    MNIST, and 0.035 for points on a rolled sheet, the hardest case found. New points get the mean
    of their ten nearest items, weighted by similarity.

    The prior decides how sure an item may be of what few walks say, and so how long far regions
    stay worth a question. With 0.01, "herding" left classes of Fashion-MNIST unasked for a hundred
    labels in one run of three; from 0.05 on, MNIST takes some ten labels more to begin with.
    """

    name = "graph"
    DECAY = 0.3
    PRIOR = 0.03

    def __init__(self, X: FloatArray, graph: NeighborGraph) -> None:
        if len(graph) != len(X):
            raise ValueError(f"the graph has {len(graph):,} items, the pool {len(X):,}.")
        self.graph = graph
        self._X = X
        self._propagation: Propagation | None = None
        self.proba_: FloatArray | None = None
        self._total: FloatArray | None = None  # walks that meet a label, and the prior
        self._asked: Voters | None = None

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        self.proba_ = self._total = None  # an interrupted call begins anew
        n_labeled = int(np.count_nonzero(y >= 0))
        if not n_labeled:
            self.proba_ = np.full((len(y), n_classes), 1 / n_classes, dtype=np.float32)
            return self.proba_
        if self._propagation is None:  # made where time may be taken, not on an event loop
            from nblabel.graph.propagation import Propagation  # compiled: half a second to load

            self._propagation = Propagation(self.graph)
        decay = self.DECAY / n_labeled
        # by columns, which is how everything after this reads it
        proba = self._propagation.solve(y, n_classes, decay).T
        np.maximum(proba, 0, out=proba)
        proba += np.float32(self.PRIOR / n_classes)
        self._total = proba.sum(axis=0)
        proba /= self._total
        self.proba_ = proba.T
        return self.proba_

    def unreached(self, rows: IntArray | None = None) -> FloatArray:
        """Return how little labels reach each item.

        Parameters
        ----------
        rows : ndarray of shape (m,), intp, optional
            Positions to tell of; all n if left out.

        Returns
        -------
        ndarray of shape (n,) or (m,), float32
            One minus the Euclidean norm over the classes of the walks that meet them: 0 beside a
            label, 1 where no walk meets any, and in between where few do or they meet labels that
            contradict one another.
        """
        if self.proba_ is None or self._total is None:
            raise no_update()
        some = slice(None) if rows is None else rows
        total = self._total[some]
        squares = np.zeros(len(total), dtype=np.float32)
        for p in self.proba_.T:
            met = p[some] * total
            met -= np.float32(self.PRIOR / self.proba_.shape[1])
            squares += np.square(met, out=met)
        unreached: FloatArray = np.maximum(1 - np.sqrt(squares), 0)
        return unreached

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        voters = self.voters(X_new)
        assert self.proba_ is not None, "voters are found after an update only"
        return voters.mean(self.proba_)

    def voters(self, X_new: FloatArray) -> Voters:
        """Return who votes on new points; kept, as the same are asked about after each label.

        Raises
        ------
        ValueError, LearnerError
            As `Learner.predict_proba`.
        """
        points = check_points(X_new, self._X.shape[1])
        if self.proba_ is None:
            raise no_update()
        if self._asked is None or not np.array_equal(self._asked.points, points):
            self._asked = voters_of(self._X, points)
        return self._asked
