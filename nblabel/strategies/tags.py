"""What to ask next where an item may have several tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.strategies.alternating import AlternatingStrategy
from nblabel.strategies.base import QueryStrategy, View
from nblabel.strategies.reach import SmallestNormStrategy
from nblabel.strategies.scored import MeasureStrategy, RandomStrategy

KINDS = ("margin", "least_confidence", "entropy")


class TagView(View):
    """What a strategy sees of a session whose items may have several tags.

    As `View`, but `y` has a column for each class (1, 0, and -1 where that is not answered), and
    `proba` and `hedged` are of each tag by itself.
    """

    @property
    def multi_label(self) -> bool:
        """Whether an item may have several tags."""
        return True

    def uncertainty(self, kind: str = "entropy") -> FloatArray:
        """Return how uncertain the learner is about each item, over the tags not answered.

        Parameters
        ----------
        kind : {"entropy", "margin", "least_confidence"}
            How it is read from the probability p of a tag: the entropy of p and 1 - p, or
            twice the smaller of the two for the others, which are the same with two answers.

        Returns
        -------
        ndarray of shape (n,), float32
            Between 0 and 1, for each item of the pool: a weighted mean over the tags, in which each
            counts by one over the number of items found of it so far, and one more.

        Raises
        ------
        ValueError
            If the kind is unknown.

        Notes
        -----
        A mean over the tags is the binary relevance of Reyes, Morell and Ventura, "Effective active
        learning strategy for multi-label learning" (Neurocomputing, 2018). Unweighted, frequent
        tags decide: what is still to be learned of a tag falls with the number of its items.
        """
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind!r}; choose one of {', '.join(KINDS)}.")
        counts = 1 / ((self.y == 1).sum(axis=0) + 1.0)
        shares = (counts / counts.sum()).astype(np.float32)
        total = np.zeros(len(self.X), dtype=np.float32)
        for code, p in enumerate(self.hedged.T):
            values = _entropy(p) if kind == "entropy" else 1 - np.abs(2 * p - 1)
            values *= shares[code]
            values[self.y[:, code] >= 0] = 0
            total += values
        return total


def _entropy(p: FloatArray) -> FloatArray:
    tiny = np.finfo(np.float32).tiny
    found: FloatArray = -(p * np.log2(np.maximum(p, tiny)))
    found -= (1 - p) * np.log2(np.maximum(1 - p, tiny))
    return found


class TagReachStrategy(SmallestNormStrategy):
    """Ask where answers reach least, whatever they say of the tags."""

    def _unreached(self, view: View) -> FloatArray:
        if view.unreached is not None:
            return view.unreached()
        # the learner does not work on the graph: where walks meet no answer, whatever it says
        answered = np.where((view.y >= 0).any(axis=1), 0, -1)
        return super()._unreached(replace(view, y=answered, classes=("answered",)))


_MAKERS: dict[str, Callable[[], QueryStrategy]] = {
    "random": RandomStrategy,
    "least_confidence": lambda: MeasureStrategy(
        "least_confidence", ("uncertainty",), "least_confidence"
    ),
    "margin": lambda: MeasureStrategy("margin", ("uncertainty",), "margin"),
    "entropy": lambda: MeasureStrategy("entropy", ("uncertainty",), "entropy"),
    "density": lambda: MeasureStrategy("density", ("density",)),
    "diversity": lambda: MeasureStrategy("diversity", ("diversity",)),
    "product": lambda: MeasureStrategy("product", ("uncertainty", "density", "diversity")),
    "smallest_norm": TagReachStrategy,
    "alternating": lambda: AlternatingStrategy(_MAKERS[WITHOUT_GRAPH](), TagReachStrategy()),
}
TAG_STRATEGIES = ("auto", *_MAKERS)
WITHOUT_GRAPH = "product"
AUTO = "alternating"


def make_tag_strategy(strategy: Any, *, has_graph: bool = False) -> QueryStrategy:
    """Make a query strategy for several tags an item; as `nblabel.strategies.make_strategy`.

    Raises
    ------
    ValueError
        If there is none of that name for several tags.
    TypeError
        If it is neither a name nor has a ``query`` method.
    """
    if isinstance(strategy, str):
        if strategy not in TAG_STRATEGIES:
            raise ValueError(
                f"unknown strategy {strategy!r} for several tags; choose one of "
                f"{', '.join(TAG_STRATEGIES)}."
            )
        strategy = _MAKERS[AUTO if strategy == "auto" else strategy]()
    if isinstance(strategy, type):
        name = strategy.__name__
        raise TypeError(f"strategy is the class {name}; pass an instance: {name}().")
    if not callable(getattr(strategy, "query", None)):
        raise TypeError(f"strategy {strategy!r} has no query(view, n) method.")
    if getattr(strategy, "needs_graph", False) and not has_graph:
        return _MAKERS[WITHOUT_GRAPH]()
    return strategy  # type: ignore[no-any-return]
