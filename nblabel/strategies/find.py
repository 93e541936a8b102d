"""More items of one class: the likeliest and the least certain, by turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.strategies.base import Part, Query, Reason, View
from nblabel.strategies.measures import cdf, spread
from nblabel.strategies.scored import MeasureStrategy
from nblabel.system.values import nearest, text_of

NEARER = np.float32(0.01)  # of a probability: what it counts for to be the nearest of all
EVEN = 2  # every second question is the least certain one


class Find:
    """Ask for more items of one class: the likeliest ones, and by turns the least certain.

    Parameters
    ----------
    target : str, optional
        The class. None: at each question the one that has the fewest labels, of those that have
        any.

    Attributes
    ----------
    seeks : bool
        True: what is asked so is mostly of one class. A session marks the answers, as their numbers
        say nothing about how large the classes are; see `nblabel.learners.bulk`.

    Notes
    -----
    The likeliest next is the rule of active search (Garnett et al., "Bayesian Optimal Active Search
    and Surveying", ICML 2012, one step ahead) and of continuous active learning in the review of
    documents (Cormack and Grossman, SIGIR 2014). The least certain ones, whose probability is
    nearest to one half, teach the model where the class ends (Lewis and Gale, SIGIR 1994).
    Of items that are as good as equally likely, the one nearer to a labeled one of the class comes
    first; items of a batch are spread out, see `measures.spread`. Until the class has a label,
    "product" asks in its place.
    """

    name = "find"
    seeks = True

    def __init__(self, target: Any = None) -> None:
        self.target = None if target is None else text_of(target).strip()
        if self.target == "":
            raise ValueError("target is empty; pass the name of a class, or None.")
        self._before = MeasureStrategy("product", ("uncertainty", "density", "diversity"))

    def __repr__(self) -> str:
        return "Find()" if self.target is None else f"Find({self.target!r})"

    def check_classes(self, classes: Sequence[str]) -> int | None:
        """Return which of some classes is looked for, None where no class is named.

        Parameters
        ----------
        classes : sequence of str
            Class names.

        Returns
        -------
        int or None
            Its number.

        Raises
        ------
        ValueError
            If the one that is named is none of them.
        """
        if self.target is None:
            return None
        if self.target not in classes:
            meant = nearest(self.target, classes)
            advice = f" Did you mean {meant!r}?" if meant else ""
            raise ValueError(
                f"target {self.target!r} is not a class; the classes are {', '.join(classes)}."
                f"{advice}"
            )
        return list(classes).index(self.target)

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

        Raises
        ------
        ValueError
            If the class is none of the session's.
        """
        n = min(n, len(view.candidates))
        code = self._code(view)
        if code is None or not n:
            return self._before.query(view, n)
        likely, near = self._measured(view, code)
        like = NEARER * (1 - cdf(near))
        unsure = 1 - np.abs(2 * likely - 1)
        orders = tuple(
            spread(view.X, view.spacing, scores + like, view.candidates, n)[0]
            for scores in (likely, unsure)
        )
        places = _by_turns(orders, len(view.labeled), n)
        scores = np.sort(likely[places])[::-1]  # those of two orders: only the places count
        reasons = tuple(self._reason(view, code, *one) for one in _shares(likely, near, places))
        return Query(view.candidates[places], scores, reasons)

    def explain(self, view: View, index: int) -> Reason:
        """Return what speaks for asking about one candidate, whether it would be asked or not.

        Parameters
        ----------
        view : View
            The session as it is now.
        index : int
            Position of the candidate.

        Returns
        -------
        Reason
        """
        code = self._code(view)
        if code is None:
            return self._before.explain(view, index)
        place = np.searchsorted(view.candidates, [index])
        return self._reason(view, code, *next(_shares(*self._measured(view, code), place)))

    def _code(self, view: View) -> int | None:
        """Return the number of the class that is looked for; None before it has a label."""
        code = self.check_classes(view.classes)
        counts = np.bincount(view.y[view.labeled], minlength=len(view.classes))
        if code is None:
            known = np.flatnonzero(counts)
            return int(known[counts[known].argmin()]) if len(known) else None
        return code if counts[code] else None

    def _measured(self, view: View, code: int) -> tuple[FloatArray, FloatArray]:
        """Return how likely each candidate is of the class, and how far from a labeled one."""
        members = view.labeled[view.y[view.labeled] == code]
        done, nearest_ = view.cache.get(f"find {code}", (members[:0], None))
        if nearest_ is None or not np.isin(done, members).all():
            done, nearest_ = members[:0], np.full(len(view.X), np.inf, dtype=np.float32)
        norms = view.cache.setdefault("find", np.einsum("ij,ij->i", view.X, view.X))
        for member in np.setdiff1d(members, done).tolist():
            distances = norms + norms[member] - 2 * (view.X @ view.X[member])
            np.minimum(nearest_, distances, out=nearest_)
        view.cache[f"find {code}"] = members, nearest_
        likely: FloatArray = view.proba[view.candidates, code]
        return likely, nearest_[view.candidates]

    def _reason(self, view: View, code: int, likely: float, near: float) -> Reason:
        name = view.classes[code]
        percent = f"{100 * likely:.0f}\u00a0%"
        parts = (
            Part("likelihood", likely, f"{name} {percent}"),
            Part("likeness", near, f"nearer to a labeled {name} than {100 * near:.0f}\u00a0%"),
        )
        opening = "It may be one" if likely < 0.75 else "Probably one"
        return Reason(f"{opening}: {name} {percent}.", parts)


def _shares(likely: FloatArray, near: FloatArray, places: IntArray) -> Any:
    """Yield probability and likeness of some candidates, from 0 to 1."""
    share = 1 - cdf(near)[places]
    yield from zip(likely[places].clip(0, 1).tolist(), share.clip(0, 1).tolist(), strict=True)


def _by_turns(both: Iterable[IntArray], start: int, n: int) -> IntArray:
    """Return n places of two orders by turns, each once."""
    orders = [iter(order.tolist()) for order in both]
    picked: dict[int, None] = {}
    while len(picked) < n:
        turn = orders[(start + len(picked)) % EVEN]
        place = next((at for at in turn if at not in picked), None)
        if place is None:  # each order has n places, but those of the other may be in it
            place = next(at for order in orders for at in order if at not in picked)
        picked[place] = None
    return np.array(list(picked), dtype=np.intp)
