"""Strategies that cover the pool: each answer speaks for its neighbours on the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.strategies.base import Query, Reason, View
from nblabel.strategies.kmeans import clusters_of
from nblabel.strategies.measures import ranks
from nblabel.strategies.scored import START, cold_start
from nblabel.strategies.words import reasons

if TYPE_CHECKING:
    from nblabel.strategies.kernels import Kernel


def similarity_kernel(view: View) -> Kernel:
    """Return the weights of the neighbour graph, as MaxHerding and Uncertainty Herding use them."""
    assert view.graph is not None, "this strategy looks at the neighbour graph"
    if "similarities" not in view.cache:
        from nblabel.strategies.kernels import similarities  # compiled: half a second to load

        view.cache["similarities"] = similarities(view.graph)
    kernel: Kernel = view.cache["similarities"]
    return kernel


def ball_kernel(view: View) -> Kernel:
    """Return balls of the radius at which 95 % are pure, as ProbCover uses them.

    Pure with respect to as many clusters as there are classes: no label is needed for it.
    """
    assert view.graph is not None, "this strategy looks at the neighbour graph"
    k = len(view.classes)
    key = f"balls for {k} classes"
    if key not in view.cache:
        from nblabel.strategies.kernels import balls, pure_radius

        view.cache[key] = balls(view.graph, pure_radius(view.graph, clusters_of(view, k)))
    kernel: Kernel = view.cache[key]
    return kernel


class CoverageStrategy:
    """Ask what covers most of the pool beside the labeled items: greedy maximum coverage.

    Each question is the item c that adds the most to

        sum_x  U(x)  max over labeled l  of  k(x, l),

    where k is a kernel on the neighbour graph and U is 1, or the uncertainty of x. The items of a
    batch are picked in turn, each as if those before it were labeled: exactly the greedy choice.

    Parameters
    ----------
    name : str
        What the strategy is called.
    kernel : callable
        Makes the `Kernel` of a view.
    uncertain : bool
        Whether U is the margin: one minus the lead of the likeliest class. Then, before the first
        label, the questions are typical items far from one another; otherwise those of the formula.

    Notes
    -----
    "maxherding" is MaxHerding (Bae, Noh and Sutherland, "Generalized Coverage for More Robust
    Low-Budget Active Learning", ECCV 2024), with the weights of the graph as the kernel in place of
    a Gaussian. "uherding" is Uncertainty Herding (Bae et al., "Uncertainty Herding:
    One Active Learning Method for All Label Budgets", ICLR 2025) on the same kernel, with the
    learner's probabilities as they are. "probcover" is ProbCover (Yehuda et al., "Active Learning
    Through a Covering Lens", NeurIPS 2022): the kernel is 1 within a radius, found as in the paper;
    a ball holds no more than neighbours on the graph. Once all is covered, ties fall to the first.

    An answer covers direct neighbours only. In a large pool with few labels the densest region is
    therefore asked about first: of MNIST's 60,000 images, "probcover" begins with the digit 1, and
    both it and "maxherding" need many more labels than "herding", whose kernel reaches farther.
    """

    needs_graph = True

    def __init__(
        self, name: str, kernel: Callable[[View], Kernel], *, uncertain: bool = False
    ) -> None:
        self.name = name
        self.starts_on_graph = not uncertain
        self._kernel = kernel
        self._uncertain = uncertain

    def query(self, view: View, n: int) -> Query:
        if not len(view.candidates):
            return Query(view.candidates, np.empty(0, dtype=np.float32))
        if self._uncertain and not len(view.labeled):
            return cold_start(view, n)
        kernel, needs = self._kernel(view), self._needs(view)
        covered = kernel.covered(view.labeled)
        gains = kernel.gains(needs, covered)
        indices, added = kernel.pick(view.candidates, gains, needs, covered, n)
        picks = np.searchsorted(view.candidates, indices)
        shares = self._shares(picks, view, gains, needs)
        return Query(indices, added, reasons(shares, indices, view))

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not."""
        if self._uncertain and not len(view.labeled):
            return START
        kernel, needs = self._kernel(view), self._needs(view)
        gains = kernel.gains(needs, kernel.covered(view.labeled))
        place = np.searchsorted(view.candidates, [index])
        return reasons(self._shares(place, view, gains, needs), np.array([index]), view)[0]

    def _needs(self, view: View) -> FloatArray:
        return view.uncertainty() if self._uncertain else np.ones(len(view.X), dtype=np.float32)

    def _shares(
        self, places: IntArray, view: View, gains: FloatArray, needs: FloatArray
    ) -> dict[str, FloatArray]:
        among = view.candidates
        shares = {"coverage": ranks(gains[among], places)}
        if self._uncertain:
            shares["uncertainty"] = ranks(needs[among], places)
        return shares
