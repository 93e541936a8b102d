"""Whether a query strategy of one's own does what every strategy does."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.log.store import LabelStore
from nblabel.pool import Pool
from nblabel.session import Session
from nblabel.strategies import Query, Reason, View, make_strategy
from nblabel.strategies.tags import make_tag_strategy

CLASSES = ("circle", "square", "star")
ITEMS = 60
LABELED = (0, 1, 2, 5)
ASKED = (1, 8, 1_000)  # questions at a time; 1,000 are more than there are


def check_strategy(strategy: Any, *, multi_label: bool = False) -> None:
    """Check that a query strategy of your own does what every strategy does.

    It is asked for questions on small pools that were made for this: groups of points, copies of
    one point, large and small numbers, few and many labels, one item left. Everything is checked
    that a `Session` and the panel rely on. It takes a second or two.

    Parameters
    ----------
    strategy : str or QueryStrategy
        An object with ``name`` and ``query(view, n)``, see `nblabel.strategies.QueryStrategy`; or a
        name. It is copied: the one passed in stays as it is.
    multi_label : bool
        Whether it is for several tags an item.

    Raises
    ------
    AssertionError
        At the first thing that is wrong; the message says what, and what to do.
    ValueError, TypeError
        If there is no such strategy, or the object has no ``query`` method.

    See Also
    --------
    nblabel.simulate : How many labels a strategy needs.

    Examples
    --------
    >>> import nblabel as nb
    >>> class Densest:
    ...     name = "densest"
    ...
    ...     def query(self, view, n):
    ...         return view.best(view.density, n, "Many items are like it.")
    >>> nb.check_strategy(Densest())
    >>> class Forgetful:
    ...     name = "forgetful"
    ...
    ...     def query(self, view, n):
    ...         return nb.Query(view.candidates[:1], [1.0])
    >>> nb.check_strategy(Forgetful())
    Traceback (most recent call last):
        ...
    AssertionError: strategy forgetful, asked for 1 of 60 items: the query has 1 indices and...
    """
    (make_tag_strategy if multi_label else make_strategy)(strategy)
    name = strategy if isinstance(strategy, str) else getattr(strategy, "name", None)
    if not isinstance(name, str) or not name:
        raise AssertionError(
            f"strategy {strategy!r} has no name; give its class one: name = 'my strategy'."
        )
    for what, X in _pools():
        asked: dict[tuple[int, int], list[int]] = {}
        for _ in range(2):  # the second time everything must be as the first time
            _check_queries(f"strategy {name}, {what}", strategy, X, multi_label, asked)


def _pools() -> Iterator[tuple[str, FloatArray]]:
    """Yield small pools that strategies meet, and what is special about them."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(3, 5)) * 4
    points = (centres[np.arange(ITEMS) % 3] + rng.normal(size=(ITEMS, 5))).astype(np.float32)
    yield "asked", points
    yield "on a pool of equal items, asked", np.full((20, 3), 7, dtype=np.float32)
    yield "on a pool whose numbers are huge, asked", points[:30] * np.float32(1e12)
    yield "on a pool whose numbers are tiny, asked", points[:30] * np.float32(1e-20)
    yield "on a pool of two items, asked", points[:2]


def _check_queries(
    what: str,
    strategy: Any,
    X: FloatArray,
    multi_label: bool,
    asked: dict[tuple[int, int], list[int]],
) -> None:
    """Ask for questions after more and more labels; `asked` holds those of the first time."""
    watched = strategy if isinstance(strategy, str) else _Watched(copy.deepcopy(strategy), what)
    with closing(LabelStore()) as store:
        session = Session(
            Pool(embeddings=X),
            CLASSES,
            strategy=watched,
            store=store,
            random_state=0,
            multi_label=multi_label,
        )
        for n_labels in sorted({n for n in LABELED if n < len(X)} | {len(X) - 1}):
            for index in range(session.n_labeled, n_labels):
                answer = CLASSES[index % len(CLASSES)]
                session.tell(index, [answer] if multi_label else answer)
            for n in ASKED:
                query = session.ask(n)
                _check(what, query, n, len(X), set(range(n_labels)))
                indices = query.indices.tolist()
                if asked.setdefault((n_labels, n), indices) != indices:
                    raise AssertionError(
                        f"{what} for {n:,} of {len(X)} items: the same labels gave other questions "
                        "the second time. Draw random numbers from view.rng, and keep nothing from "
                        "one query to the next but in view.cache."
                    )


def _check(what: str, query: Query, n: int, n_items: int, labeled: set[int]) -> None:
    """Hold a query against the contract."""
    asked = f"{what} for {n:,} of {n_items} items"
    indices = np.asarray(query.indices)
    wrong = labeled & set(indices.tolist())
    if wrong:
        raise AssertionError(
            f"{asked}: it asked for item {min(wrong)}, which has a label. Choose among "
            "view.candidates only."
        )
    most = min(n, n_items - len(labeled))
    if len(indices) != most:
        raise AssertionError(
            f"{asked}: it returned {len(indices)} of {n_items - len(labeled)} candidates; "
            f"return {most}."
        )
    if not np.isfinite(query.scores).all() or (np.diff(query.scores) > 0).any():
        raise AssertionError(
            f"{asked}: the scores must be finite numbers that never increase; view.best(scores, n) "
            "returns them so."
        )


class _Watched:
    """A strategy whose every answer is looked at before anything works with it."""

    def __init__(self, strategy: Any, what: str) -> None:
        self._strategy, self._what = strategy, what
        self.name = strategy.name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._strategy, name)  # needs_graph, starts_on_graph, explain

    def query(self, view: View, n: int) -> Query:
        """Ask the strategy, and check what must not wait."""
        before = {name: getattr(view, name).copy() for name in ("X", "proba", "candidates", "y")}
        asked = f"{self._what} for {n:,} of {len(view.X)} items"
        query = self._strategy.query(view, n)
        for name, values in before.items():
            if not np.array_equal(getattr(view, name), values, equal_nan=True):
                raise AssertionError(
                    f"{asked}: it changed view.{name}. Copy what you change: view.{name}.copy()."
                )
        if not isinstance(query, Query):
            raise AssertionError(  # noqa: TRY004  all that breaks the contract is one kind of error
                f"{asked}: it returned {type(query).__name__}. Return a Query, such as "
                "view.best(scores, n)."
            )
        if np.asarray(query.indices).dtype.kind != "i" or np.ndim(query.indices) != 1:
            raise AssertionError(f"{asked}: the indices must be an array of whole numbers, (n,).")
        lengths = (len(query.scores), len(query.reasons))
        for count, word in zip(lengths, ("scores", "reasons"), strict=True):
            if count != len(query.indices):
                raise AssertionError(
                    f"{asked}: the query has {len(query.indices)} indices and {count} {word}. "
                    "Give one for each; view.best(scores, n, 'why') does so."
                )
        if not all(isinstance(reason, Reason) for reason in query.reasons):
            raise AssertionError(f"{asked}: reasons are of the class nblabel.strategies.Reason.")
        if len(np.unique(query.indices)) < len(query.indices):
            raise AssertionError(f"{asked}: it asked for an item twice. Return each once.")
        if not np.isin(query.indices, view.candidates).all():
            wrong = query.indices[~np.isin(query.indices, view.candidates)][0]
            raise AssertionError(
                f"{asked}: it asked for item {int(wrong)}, which is none of view.candidates. "
                "Choose among these only: labeled items are none."
            )
        return query
