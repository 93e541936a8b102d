"""Query strategies: what to ask next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nblabel.strategies.alternating import AlternatingStrategy
from nblabel.strategies.base import Part, Query, QueryStrategy, Reason, View
from nblabel.strategies.clusters import ClustersFirstStrategy, TypiClustStrategy
from nblabel.strategies.coverage import HerdingStrategy
from nblabel.strategies.find import Find
from nblabel.strategies.maxcover import CoverageStrategy, ball_kernel, similarity_kernel
from nblabel.strategies.reach import SmallestNormStrategy
from nblabel.strategies.scored import MeasureStrategy, RandomStrategy

__all__ = [
    "STRATEGIES",
    "Find",
    "Part",
    "Query",
    "QueryStrategy",
    "Reason",
    "View",
    "make_strategy",
]

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
    "clusters": ClustersFirstStrategy,
    "herding": HerdingStrategy,
    "maxherding": lambda: CoverageStrategy("maxherding", similarity_kernel),
    "uherding": lambda: CoverageStrategy("uherding", similarity_kernel, uncertain=True),
    "probcover": lambda: CoverageStrategy("probcover", ball_kernel),
    "typiclust": TypiClustStrategy,
    "smallest_norm": SmallestNormStrategy,
    "find": Find,
    "alternating": lambda: AlternatingStrategy(_MAKERS[WITHOUT_GRAPH](), SmallestNormStrategy()),
}

STRATEGIES = ("auto", *_MAKERS)
WITHOUT_GRAPH = "product"
AUTO = "alternating"  # see "Strategies beside one another" in docs/benchmarks.md


def make_strategy(strategy: Any, *, has_graph: bool = False) -> QueryStrategy:
    """Make a query strategy.

    Parameters
    ----------
    strategy : str or QueryStrategy
        "auto" ("alternating"); "random", "least_confidence", "margin", "entropy", "density",
        "diversity", "product" (the product of the distribution functions of margin, density and
        diversity), "clusters" (the most typical item of each of about twenty clusters, then as
        "product"); on the neighbour graph "herding" (where an answer settles the most),
        "maxherding" and "probcover" (what covers most of the pool, by similarity or within a
        radius), "uherding" (what covers most of the uncertain), "typiclust" (the most typical item
        of each cluster, the more the finer), "smallest_norm" (where labels reach least),
        "alternating" (as "product", every eighth question as "smallest_norm"); "find" (more items
        of the class that has the fewest labels; `Find` names one); or an object with a ``query``
        method.
    has_graph : bool
        Whether there is a neighbour graph. Without one, "product" stands in for what needs it.

    Returns
    -------
    QueryStrategy
        An object that is passed in comes back as it is, unless it needs a graph and there is none.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is neither a name nor has a ``query`` method.
    """
    if isinstance(strategy, str):
        if strategy not in STRATEGIES:
            raise ValueError(
                f"unknown strategy {strategy!r}; choose one of {', '.join(STRATEGIES)}."
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
