"""What is known of each item at one moment, and which items meet some criteria."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import BoolArray, FloatArray, IntArray, is_number
from nblabel.graph.near import NearGroups
from nblabel.log.coding import STATUSES
from nblabel.log.tag_state import SOURCES, TagArray
from nblabel.pool import Pool
from nblabel.pool.columns import Column
from nblabel.pool.order import as_selection
from nblabel.pool.tables import Table
from nblabel.session.engine import Refit
from nblabel.session.tag_engine import LIKELY, mean_confidence
from nblabel.system.values import nearest

ORDERS = ("confidence", "distance", "time", "id", "column")
LABELED = ("human", "model", "import")
DAY, DAY_SECONDS = len("2026-01-31"), 86_400


@dataclass(frozen=True, eq=False)
class Facts:
    """The labels and predictions of a pool at one moment; may be looked at in any thread.

    `nblabel.Session.facts` makes it.

    Attributes
    ----------
    pool : Pool
    classes : tuple of str
    y : ndarray
        As `Session.y`.
    status : ndarray of shape (n,), uint8
        As `Session.status`.
    tags : ndarray of shape (n, n_classes), int8, or None
        Codes of `nblabel.log.tag_state`; None where an item has one label.
    annotators : dict of str to int
        Codes of the annotators by name.
    who : ndarray of shape (n,), int32
        The annotator of the answer that counts, -1 where there is none.
    when : ndarray of shape (n,), float64
        Its time in seconds since 1970, NaN where there is none.
    noted : tuple of str
        Ids of the items with a note.
    X : ndarray of shape (n, dim), float32
        Embeddings.
    model : Refit or None
        What was learned last; None where nothing is predicted.
    near : callable
        Returns the groups of nearly equal items.
    coarse : ndarray of shape (n,), intp
        The parent class that each item has a coarse label of, as a place in
        `Session.parent_classes`; -1 where there is none.
    below : dict of str to tuple of list
        For each parent class the numbers of the classes below it, and the places of itself and the
        parent classes below.
    called_now : callable
        Returns what a class of an earlier time is called now.
    """

    pool: Pool
    classes: tuple[str, ...]
    y: Any
    status: npt.NDArray[np.uint8]
    tags: TagArray | None
    annotators: Mapping[str, int]
    who: npt.NDArray[np.int32]
    when: npt.NDArray[np.float64]
    noted: tuple[str, ...]
    X: FloatArray
    model: Refit | None
    near: Callable[[], NearGroups]
    coarse: IntArray
    below: Mapping[str, tuple[list[int], list[int]]]
    called_now: Callable[[str], str]

    def __len__(self) -> int:
        return len(self.pool)

    @property
    def proba(self) -> FloatArray | None:
        """The probability of each class, None where nothing is predicted."""
        return None if self.model is None else self.model.proba

    @cached_property
    def confidence(self) -> FloatArray:
        """How confident the model is of each item, (n,) float32; NaN where nothing is predicted.

        With several tags, the mean over the tags of the probability of the likelier answer.
        """
        if self.model is None:
            return np.full(len(self), np.nan, dtype=np.float32)
        return self.model.predicted[1] if self.tags is None else mean_confidence(self.model.proba)

    def where(self, **criteria: Any) -> IntArray:
        """Return the positions of the items that meet all criteria, in an order.

        See `nblabel.Session.where` for the criteria; classes are named as in `classes`.

        Returns
        -------
        ndarray of shape (m,), intp
        """
        order = {name: criteria.pop(name, None) for name in ("order", "of", "descending")}
        found: BoolArray | None = None  # nothing was asked yet
        for name, value in criteria.items():
            if value is not None:
                meets: BoolArray = getattr(self, f"_meets_{name}")(value)
                if found is None:
                    found = meets
                else:
                    found &= meets  # in place: no other holds it
        members = np.arange(len(self)) if found is None else np.flatnonzero(found)
        return self._ordered(members, order["order"], order["of"], bool(order["descending"]))

    # each criterion: which items meet it, (n,) bool

    def _meets_label(self, names: Any) -> BoolArray:
        codes = self._codes(names)
        if self.tags is not None:
            found: BoolArray = (self.y[:, codes] == 1).any(axis=1)
            return found
        return _is_one_of(self.y, codes) | self._meets_coarse(names)

    def _meets_coarse(self, names: Any) -> BoolArray:
        """Return which items have the coarse label of a parent class, or of one below it."""
        given = (self.below.get(self._named(name), ([], []))[1] for name in _several(names))
        return _is_one_of(self.coarse, [node for nodes in given for node in nodes])

    def _meets_prediction(self, names: Any) -> BoolArray:
        codes = self._codes(names)
        if self.model is None:
            return np.zeros(len(self), dtype=bool)
        if self.tags is not None:
            likely: BoolArray = np.any(self.model.proba[:, codes] >= LIKELY, axis=1)
            return likely
        return _is_one_of(self.model.predicted[0], codes)

    def _meets_label_or_prediction(self, names: Any) -> BoolArray:
        if self.tags is None:
            open_: BoolArray = self.y < 0
            return self._meets_label(names) | (open_ & self._meets_prediction(names))
        codes = self._codes(names)
        given = self.y[:, codes]
        likely: Any = False if self.model is None else self.model.proba[:, codes] >= LIKELY
        found: BoolArray = ((given == 1) | ((given < 0) & likely)).any(axis=1)
        return found

    def _meets_status(self, names: Any) -> BoolArray:
        codes = [_place(name, STATUSES, "status") for name in _several(names)]
        return _is_one_of(self.status, codes)

    def _meets_labeled(self, wanted: Any) -> BoolArray:
        labeled: Any = self.y >= 0 if self.tags is None else (self.tags >= 0).any(axis=1)
        return _is(wanted, labeled, "labeled")

    def _meets_source(self, names: Any) -> BoolArray:
        wanted = [LABELED[_place(name, LABELED, "source")] for name in _several(names)]
        if self.tags is None:
            return _is_one_of(self.status, [STATUSES.index(name) for name in wanted])
        by = self.tags & ~np.int8(1)
        found = np.zeros(len(self), dtype=bool)
        for name in wanted:
            found |= ((self.tags >= 0) & (by == SOURCES[name])).any(axis=1)
        return found

    def _meets_annotator(self, names: Any) -> BoolArray:
        wanted = _several(names)
        if wrong := next((one for one in wanted if not isinstance(one, str)), None):
            raise TypeError(f"annotator is {wrong!r}; pass a name, '' for answers without one.")
        codes = [self.annotators[name] for name in wanted if name in self.annotators]
        return _is_one_of(self.who, codes)

    def _meets_nth_label(self, ends: Any) -> BoolArray:
        labeled = np.flatnonzero(self._meets_source(("human", "import")))
        places = np.full(len(self), np.nan)
        places[labeled[_sorted(self.when[labeled], descending=False)]] = np.arange(
            1, len(labeled) + 1
        )
        return _between(places, *_ends(ends, "nth_label"))

    def _meets_confidence(self, ends: Any) -> BoolArray:
        return _between(self.confidence, *_ends(ends, "confidence"))

    def _meets_noted(self, wanted: Any) -> BoolArray:
        there = self.pool.find(self.noted)
        noted = np.zeros(len(self), dtype=bool)
        noted[there[there >= 0]] = True
        return _is(wanted, noted, "noted")

    def _meets_duplicates(self, wanted: Any) -> BoolArray:
        near = self.near()
        return _is(wanted, near.numbers < len(near.sizes), "duplicates")

    def _meets_missing(self, wanted: Any) -> BoolArray:
        paths = getattr(self.pool.media, "paths", ())
        gone = np.zeros(len(self), dtype=bool)
        if len(paths) == len(self):
            gone[:] = [not path.exists() for path in paths]
        return _is(wanted, gone, "missing")

    def _meets_column(self, conditions: Any) -> BoolArray:
        if not isinstance(conditions, Mapping):
            raise TypeError(
                f"column is {conditions!r:.60}; pass a dict: column={{'year': (1990, 2000)}}."
            )
        found = np.ones(len(self), dtype=bool)
        for name, condition in conditions.items():
            found &= _meets(self._column(name), condition)
        return found

    def _meets_among(self, chosen: Any) -> BoolArray:
        found = np.zeros(len(self), dtype=bool)
        if isinstance(chosen, np.ndarray) and chosen.dtype.kind in "iu" and len(chosen):
            found[self.pool.positions(chosen)] = True  # no sorting, which takes long for many
        else:
            found[as_selection(chosen, self.pool, "among")] = True
        return found

    # orders

    def _ordered(self, members: IntArray, order: Any, of: Any, descending: bool) -> IntArray:
        """Return members in an order; those of which it says nothing are the last."""
        if order is None:
            if of is not None:
                raise ValueError("of= goes with order='distance' or order='column'.")
            return members[::-1] if descending else members
        _place(order, ORDERS, "order")
        values = getattr(self, f"_by_{order}")(members, of)
        return members[_sorted(values, descending)]

    def _by_confidence(self, members: IntArray, of: Any) -> Any:  # noqa: ARG002
        return self.confidence[members]

    def _by_time(self, members: IntArray, of: Any) -> Any:  # noqa: ARG002
        return self.when[members]

    def _by_id(self, members: IntArray, of: Any) -> Any:  # noqa: ARG002
        return self.pool.ranks[members]

    def _by_column(self, members: IntArray, of: Any) -> Any:
        column = self._column(of)
        if column.numbers is not None:
            return column.numbers[members]
        names, codes = column.categories
        ranks = np.empty(len(names) + 1)
        ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        ranks[-1] = np.nan  # where the value is missing, its code is -1
        return ranks[codes[members]]

    def _by_distance(self, members: IntArray, of: Any) -> Any:
        centre = self._centre(of)
        step = 1 << 16  # rows at a time: no copy of all
        parts = [
            np.square(self.X[members[start : start + step]] - centre).sum(axis=1)
            for start in range(0, len(members), step)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)

    def _centre(self, of: Any) -> FloatArray:
        """Return the point from which distances are: an item, or the middle of a class."""
        if of is None:
            raise ValueError("order='distance' needs of=: a class, or the position of an item.")
        if not isinstance(of, str):
            item: FloatArray = self.X[self.pool.positions(of)[0]]
            return item
        labeled = self._meets_label(of)
        rows = np.flatnonzero(labeled if labeled.any() else self._meets_prediction(of))
        if not len(rows):
            raise ValueError(f"no item is labeled or predicted {of!r}, so nothing is near to it.")
        middle: FloatArray = self.X[rows].mean(axis=0, dtype=np.float64).astype(np.float32)
        return middle

    # inside

    def _named(self, name: Any) -> Any:
        """Return the present name of a class; a name that is none stays, and is refused."""
        is_known = name in self.classes or name in self.below
        return self.called_now(name) if isinstance(name, str) and not is_known else name

    def _codes(self, names: Any) -> list[int]:
        """Return the numbers of classes; of a parent class those of all below it."""
        codes: list[int] = []
        for name in map(self._named, _several(names)):
            inside = self.below.get(name)
            codes += inside[0] if inside else [_place(name, self.classes, "class")]
        return codes

    def _column(self, name: Any) -> Column:
        columns = {column.name: column for column in reversed(columns_of(self.pool))}
        if name not in columns:
            near = nearest(str(name), columns)
            there = ", ".join(columns) or "none"
            raise ValueError(
                f"there is no column {name!r}"
                + (f"; did you mean {near!r}?" if near else f"; there are {there}.")
            )
        return columns[name]


def _is_one_of(values: Any, codes: list[int]) -> BoolArray:
    """Return where a value is one of a few: a comparison each is quicker than a sort."""
    found = np.zeros(len(values), dtype=bool)
    for code in codes:
        found |= values == code
    return found


def columns_of(pool: Pool) -> list[Column]:
    """Return the columns of a pool: those of its rows, and those beside the items."""
    rows = pool.media.columns if isinstance(pool.media, Table) else ()
    return [*rows, *(() if pool.beside is None else pool.beside.columns)]


def _meets(column: Column, condition: Any) -> BoolArray:
    """Return which values of a column meet a condition: None, a range, a value, or several."""
    if condition is None:
        return column.missing
    numbers = column.numbers
    if isinstance(condition, tuple) and numbers is not None:
        low, high = _ends(condition, f"column {column.name!r}", column.kind)
        return _between(numbers, low, high)
    wanted = _several(condition)
    if numbers is not None:
        values = [_number(one, column.name, column.kind) for one in wanted]
        return np.isin(numbers, values)
    names, codes = column.categories
    sought = {str(one) for one in wanted}
    # looked up, which takes a fifth of np.isin; -1, a missing one, is the last
    meets = np.array([*(name in sought for name in names), False])
    found: BoolArray = meets[codes]
    return found


def _number(value: Any, name: Any, kind: str) -> float:
    """Return a value of a column of numbers or dates as the column holds it."""
    if kind == "date" and not is_number(value):
        import pandas as pd

        moment = pd.Timestamp(value)
        moment = moment if moment.tz is None else moment.tz_convert("UTC").tz_localize(None)
        return (moment - pd.Timestamp(0)).total_seconds()
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"column {name!r} holds {kind}s, and {value!r:.40} is none.") from None


def _ends(ends: Any, what: str, kind: str = "number") -> tuple[float, float]:
    """Return the ends of a range; None leaves it open."""
    if not isinstance(ends, tuple | list) or len(ends) != 2:
        raise ValueError(f"{what} is {ends!r:.60}; pass a range of two values: (low, high).")
    low, high = (
        open_end if one is None else _number(one, what, kind)
        for one, open_end in zip(ends, (-np.inf, np.inf), strict=True)
    )
    if kind == "date" and isinstance(ends[1], str) and len(ends[1]) == DAY:
        high += DAY_SECONDS - 1e-6  # a day as the last one is meant as a whole
    if not low <= high:
        raise ValueError(f"{what} is {ends!r:.60}, and nothing lies in it; pass (low, high).")
    return low, high


def _between(values: Any, low: float, high: float) -> BoolArray:
    """Return where values lie in a range, its ends included."""
    found: BoolArray = (values >= low) & (values <= high)
    return found


def _is(wanted: Any, has: BoolArray, what: str) -> BoolArray:
    if not isinstance(wanted, bool | np.bool_):
        raise TypeError(f"{what} is {wanted!r}; pass True or False, or leave it out.")
    return has if wanted else ~has


def _several(value: Any) -> list[Any]:
    """Return one value, or several, as a list."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [value]
    return list(value)


def _place(name: Any, names: tuple[str, ...], what: str) -> int:
    if name in names:
        return names.index(name)
    near = nearest(str(name), names)
    hint = f"did you mean {near!r}?" if near else f"choose one of {', '.join(names)}."
    raise ValueError(f"unknown {what} {name!r}; {hint}")


def _sorted(values: Any, descending: bool) -> IntArray:
    """Return the places of values in their order; NaN last, ties in the order given."""
    if values.dtype.kind == "f":
        lost = np.isnan(values)
        values = np.where(lost, np.inf, -values if descending else values)
    elif descending:
        values = -values
    places: IntArray = np.argsort(values, kind="stable")
    return places
