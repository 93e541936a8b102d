"""The arguments of `simulate`: what they mean, and what is wrong with them."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, Int8Array, IntArray, as_array, as_embeddings, is_whole
from nblabel.pool import Pool
from nblabel.system.dataframes import as_pandas, in_order, index_of
from nblabel.system.values import Names, is_missing, text_of


def whole(value: Any, name: str) -> int:
    """Return a whole number of at least 1, or say what is wrong with it."""
    if not is_whole(value) or value < 1:
        raise ValueError(f"{name} is {value!r}; pass a whole number of at least 1.")
    return int(value)


def seeds_of(random_state: Any) -> tuple[list[int], bool]:
    """Return the seeds, and whether a list of them was given; without one, a seed at random."""
    several = isinstance(random_state, Iterable) and not isinstance(random_state, str)
    if random_state is None:
        return [int(np.random.default_rng().integers(2**31))], False
    seeds = list(random_state) if several else [random_state]
    if not seeds or not all(is_whole(seed) and int(seed) >= 0 for seed in seeds):
        raise ValueError(
            f"random_state is {random_state!r}; pass a whole number that is not negative, or a "
            "list of them for a run with each."
        )
    seeds = [int(seed) for seed in seeds]
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"random_state names a seed twice: {seeds}; name each once.")
    return seeds, several


def values_of(y: Any, n: int, name: str) -> list[int] | list[str]:
    """Return answers as whole numbers, or else as text, one for each of n items."""
    if hasattr(y, "columns"):
        raise ValueError(f"{name} is a table; pass one of its columns.")
    if isinstance(y, str) or not isinstance(y, Iterable):
        raise ValueError(f"{name} is {y!r}; pass the right answer for each item.")  # noqa: TRY004
    values = list(y)
    if len(values) != n:
        raise ValueError(
            f"{name} holds {len(values):,} answers for {n:,} items; pass one for each, in the same "
            "order."
        )
    if not all(isinstance(value, str) or np.ndim(value) == 0 for value in values):
        raise ValueError(
            f"{name} holds rows instead of single answers; for one column a class: "
            f"{name}.argmax(axis=1). For several tags an item, an array of 1 and 0."
        )
    missing = np.flatnonzero(list(map(is_missing, values)))
    if missing.size:
        raise ValueError(
            f"{name} lacks the answer for {missing.size:,} of {n:,} items (first: position "
            f"{missing[0]}); the oracle must know each. Leave those items out."
        )
    if not all(isinstance(value, numbers.Real | np.bool_) for value in values):
        return [text_of(value).strip() for value in values]
    broken = [value for value in values if value != value // 1]  # infinite ones, too
    if broken:
        raise ValueError(f"{name} holds {broken[0]!r}, which is no class: pass names or numbers.")
    return [int(value) for value in values]


def distinct(values: list[int] | list[str]) -> list[Any]:
    """Return each value once, sorted."""
    return sorted(set(values))


def codes_of(
    values: list[int] | list[str], given: list[Any], names: tuple[str, ...], name: str
) -> IntArray:
    """Return class numbers."""
    known = Names(names)
    table: dict[Any, int | None] = {value: known.place(str(value)) for value in set(values)}
    if None in table.values() and not isinstance(values[0], str):
        numbered = all(isinstance(value, numbers.Real) for value in given)
        table = {value: code for code, value in enumerate(given if numbered else range(len(names)))}
    unknown = [value for value in values if table.get(value) is None]
    if unknown:
        raise ValueError(
            f"{name} holds {unknown[0]!r}, which is no class; the classes are {', '.join(names)}. "
            "Pass all of them as classes=."
        )
    return np.array([table[value] for value in values], dtype=np.intp)


def is_indicator(y: Any) -> bool:
    """Return whether answers have a column for each of several classes: tags."""
    return getattr(y, "ndim", 0) == 2 and y.shape[1] > 1


def tags_of(y: Any, n: int, n_classes: int, name: str) -> Int8Array:
    """Return the tags of n items as 1 and 0, (n, n_classes), or say what is wrong with them."""
    rows = np.asarray(y)
    if rows.shape != (n, n_classes) or not np.isin(rows, (0, 1)).all():
        raise ValueError(
            f"{name} has shape {rows.shape}; with several tags an item, pass 1 and 0 for each of "
            f"{n:,} items and {n_classes} classes."
        )
    return rows.astype(np.int8)


def as_test_set(
    pool: Pool, X_test: Any, y_test: Any, codes: Callable[[Any, int], Any]
) -> tuple[FloatArray, Any] | None:
    """Return embeddings and answers of the test items; None without any.

    `codes` returns the answers as numbers, from what was passed and the number of items.
    """
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test belong together; pass both or neither.")
    if X_test is None:
        return None
    together = (
        "Embed all items together, X = nb.embed(images), and divide X: "
        "Pool(images[:n], embeddings=X[:n]) and X_test=X[n:]."
    )
    if pool.embeddings is None:
        raise ValueError(
            f"X_test needs a pool with embeddings, to be in the same space as they. {together}"
        )
    try:
        points = as_array(X_test)
        fits = points.ndim == 2 and points.shape[1] == pool.embeddings.shape[1]
        X = as_embeddings(points) if fits else np.zeros((0, 0), np.float32)
    except ValueError as error:
        raise ValueError(f"X_test: {error}") from error
    if not fits:
        raise ValueError(
            f"X_test has shape {points.shape}; expected embeddings of width "
            f"{pool.embeddings.shape[1]}, as the pool has. {together}"
        )
    if not len(X):
        raise ValueError("X_test is empty; pass at least one item, or leave it out.")
    y_test = in_order(y_test, "y_test", index=index_of(as_pandas(X_test)))
    return X, codes(y_test, len(X))
