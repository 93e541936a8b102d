"""Label propagation for few classes and for very many, in one learner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.learners.graph import GraphLearner
from nblabel.learners.top import MANY

if TYPE_CHECKING:
    from nblabel.learners.many import ManyLearner
    from nblabel.learners.mixed import MixedLearner


class SizedLearner:
    """A learner on the neighbour graph that keeps all classes of each item, or the likeliest.

    Up to 200 classes it is the learner that it was made with, to the last bit. With more, which a
    class that is added may bring about, `nblabel.learners.many.ManyLearner` takes over.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    graph : NeighborGraph
        Of the same embeddings.
    random_state : int
        Seed.
    few : GraphLearner or MixedLearner
        What learns up to 200 classes.
    """

    def __init__(
        self,
        X: FloatArray,
        graph: NeighborGraph,
        random_state: int,
        few: GraphLearner | MixedLearner,
    ) -> None:
        self.name = few.name
        self._made_of = X, graph, random_state
        self._few = few
        self._many: ManyLearner | None = None
        self._now: Any = few

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        """Learn from labels; as `Learner.update`, beyond 200 classes a `TopProba`."""
        self._now = self._few if n_classes <= MANY else self._for_many()
        proba: FloatArray = self._now.update(y, n_classes)
        return proba

    def unreached(self) -> FloatArray:
        """Return how little labels reach each item; see `GraphLearner.unreached`."""
        unreached: FloatArray = self._now.unreached()
        return unreached

    def hedged(self, proba: FloatArray) -> FloatArray:
        """Return the probabilities that questions go by; see `MixedLearner.hedged`."""
        hedged = getattr(self._now, "hedged", None)
        found: FloatArray = proba if hedged is None else hedged(proba)
        return found

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        """Return the probability of each class for new points; as `Learner.predict_proba`."""
        proba: FloatArray = self._now.predict_proba(X_new)
        return proba

    def _for_many(self) -> ManyLearner:
        if self._many is None:  # compiled: a moment to load
            from nblabel.learners.many import ManyLearner

            decay, prior = GraphLearner.DECAY, GraphLearner.PRIOR
            with_head = self.name == "mixed"
            self._many = ManyLearner(*self._made_of, decay, prior, with_head=with_head)
        return self._many
