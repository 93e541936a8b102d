"""The strategy that asks where labels do not reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.strategies.base import Query, Reason, View
from nblabel.strategies.coverage import spread_by_walks
from nblabel.strategies.measures import ranks
from nblabel.strategies.scored import START, cold_start
from nblabel.strategies.words import reasons

if TYPE_CHECKING:
    from nblabel.graph.walks import Walks


STEP = 32  # labels, at most, for which the decay stays as it is


def last_step(n_labeled: int) -> int:
    """Return the largest of 1, 2, 4, 8, 16, 32, 64, 96, 128, ... that is not larger."""
    power: int = 2 ** (n_labeled.bit_length() - 1)
    return power if power < STEP else n_labeled // STEP * STEP


class SmallestNormStrategy:
    """Ask where labels reach least on the neighbour graph.

    With u the solution of the propagation that gives up on the way (see
    `nblabel.graph.propagation.Propagation`), asks where the Euclidean norm of u over the classes is
    smallest: a walk begun there seldom meets a label, or meets labels that contradict one another.
    The decay falls as labels come: from exploring to drawing boundaries. It is that of the graph
    learner where that learns, and else that of the last step, see `last_step`: between two of them
    a label changes only its surroundings.

    Items of a batch are spread out: each pick takes from the others what a walk from there to here
    covers. Before the first label the questions are typical items far from one another.

    Notes
    -----
    PWLL-τ with minimum norm (Miller and Calder, "Poisson Reweighted Laplace Uncertainty Sampling
    for Graph-Based Active Learning", SIAM Journal on Mathematics of Data Science, 2023), without
    the Poisson reweighting. The solution is that of the graph learner where it learns, and else one
    that is kept up to date label by label, see `nblabel.strategies.reached.Reached`.
    """

    name = "smallest_norm"
    needs_graph = True
    STEPS = 8

    def query(self, view: View, n: int) -> Query:
        if not len(view.candidates):
            return Query(view.candidates, np.empty(0, dtype=np.float32))
        if not len(view.labeled):
            return cold_start(view, n)
        unreached = self._unreached(view)[view.candidates]
        picks, scores = spread_by_walks(view.candidates, unreached.copy(), self._walks(view), n)
        indices = view.candidates[picks]
        return Query(indices, scores, reasons({"reach": ranks(unreached, picks)}, indices, view))

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not."""
        if not len(view.labeled):
            return START
        unreached = self._unreached(view)[view.candidates]
        place = np.searchsorted(view.candidates, [index])
        return reasons({"reach": ranks(unreached, place)}, np.array([index]), view)[0]

    def _unreached(self, view: View) -> FloatArray:
        """Return one minus the norm of each item."""
        assert view.graph is not None, "this strategy looks at the neighbour graph"
        if view.unreached is not None:
            return view.unreached()
        known, unreached = view.cache.get("unreached", (None, None))
        if known is not view:
            from nblabel.learners.graph import GraphLearner

            if "reached" not in view.cache:
                from nblabel.strategies.reached import Reached  # compiled: half a second to load

                view.cache["reached"] = Reached(view.graph)
            decay = GraphLearner.DECAY / last_step(len(view.labeled))
            unreached = view.cache["reached"].of(view.y, len(view.classes), decay)
            view.cache["unreached"] = view, unreached
        values: FloatArray = unreached
        return values

    def _walks(self, view: View) -> Walks:
        assert view.graph is not None, "this strategy looks at the neighbour graph"
        if "walks" not in view.cache:
            from nblabel.graph.walks import Walks

            view.cache["walks"] = Walks(view.graph, self.STEPS)
        walks: Walks = view.cache["walks"]
        return walks
