"""The loops of greedy coverage in NumPy, for where numba is missing.

`nblabel.strategies.kernels` says what each of them does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.graph.vectorized import edges_of


def cover(pointers: Any, neighbors: Any, values: Any, item: int, covered: Any) -> None:
    """Cover an item in full, and its neighbours as well as it does."""
    covered[item] = 1
    near = slice(pointers[item], pointers[item + 1])
    others = neighbors[near]
    covered[others] = np.maximum(covered[others], values[near])


def gains_of(
    pointers: Any, neighbors: Any, values: Any, needs: Any, covered: Any, items: Any
) -> Any:
    """Return how much more an answer to each of some items would cover."""
    turns, edges = edges_of(pointers, items)
    others = neighbors[edges]
    more = needs[others] * np.maximum(values[edges] - covered[others], 0)
    return needs[items] * (1 - covered[items]) + np.bincount(turns, more, len(items))


def gains(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    values: Any,
    needs: Any,
    covered: Any,
    found: Any,
) -> None:
    """Write the gains of the rows."""
    items = np.arange(begin, end)
    found[begin:end] = gains_of(pointers, neighbors, values, needs, covered, items)


def pick(
    pointers: Any,
    neighbors: Any,
    values: Any,
    needs: Any,
    covered: Any,
    left: Any,
    picks: Any,
    added: Any,
) -> None:
    """Fill picks and added; left holds the gain of each candidate, -1 elsewhere."""
    for turn in range(len(picks)):
        best = int(np.argmax(left))
        picks[turn], added[turn] = best, left[best]
        left[best] = -1
        cover(pointers, neighbors, values, best, covered)
        # what changed lies at most one step away, and counts for items one step further
        near = np.append(neighbors[pointers[best] : pointers[best + 1]], best)
        further = neighbors[edges_of(pointers, near)[1]]
        items = np.unique(np.concatenate([near, further]))
        items = items[left[items] >= 0]
        left[items] = gains_of(pointers, neighbors, values, needs, covered, items)
