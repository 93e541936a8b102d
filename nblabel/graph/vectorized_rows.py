"""The loops for very many classes in NumPy, for where numba is missing.

`nblabel.graph.dense_rows` says what each of them does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from nblabel.graph.vectorized import edges_of

BLOCK = 1_000  # rows; temporary arrays stay small


def shift(
    begin: int,
    end: int,
    meets: Any,
    least: Any,
    much: Any,  # noqa: ARG001  of the compiled loop
    by_code: Any,
    by_value: Any,
    u: Any,
    codes: Any,  # noqa: ARG001
    values: Any,  # noqa: ARG001
    changed: Any,
) -> None:
    """Add to each row a change of some classes; the list of every such row is made anew."""
    rows = begin + np.flatnonzero(meets[begin:end] > least)
    u[np.ix_(rows, by_code)] += meets[rows, None] * by_value
    changed[rows] = True


def around(pointers: Any, neighbors: Any, weights: Any, items: Any, u: Any, sums: Any) -> None:
    """Write to `sums`, (m, capacity), what the neighbours of items have, by the weights."""
    turns, edges = edges_of(pointers, items)
    shape = len(items), len(u)
    sums += sp.csr_matrix((weights[edges], (turns, neighbors[edges])), shape=shape) @ u


def largest(
    begin: int, end: int, changed: Any, n_columns: int, least: Any, u: Any, codes: Any, values: Any
) -> None:
    """List the largest entries of the rows that changed."""
    k = codes.shape[1]
    touched = begin + np.flatnonzero(changed[begin:end])
    codes[touched], values[touched] = -1, 0
    for start in range(0, len(touched), BLOCK):
        rows = touched[start : start + BLOCK]
        block = u[rows, :n_columns]
        if n_columns > k:
            best = np.argpartition(-block, k - 1, axis=1)[:, :k]
        else:
            best = np.broadcast_to(np.arange(n_columns), block.shape)
        found = np.take_along_axis(block, best, axis=1)
        listed = found > least
        width = best.shape[1]
        codes[rows, :width] = np.where(listed, best, -1)
        values[rows, :width] = np.where(listed, found, 0)


def scores(
    begin: int, end: int, points: Any, codes: Any, slopes: Any, bias: Any, found: Any
) -> None:
    """Write the logit of each listed class: points times its slope, (n_classes, width)."""
    for start in range(begin, end, BLOCK):
        rows = slice(start, min(start + BLOCK, end))
        listed = codes[rows]
        logits = bias[listed] + np.einsum("iw,ikw->ik", points[rows], slopes[listed])
        found[rows] = np.where(listed < 0, -1e30, logits)


def slopes_of(points: Any, codes: Any, errors: Any, slopes: Any, bias: Any) -> None:
    """Add to the gradient of each class what is wrong about it in each row."""
    rows, places = np.nonzero(codes >= 0)
    which, wrong = codes[rows, places], errors[rows, places]
    np.add.at(bias, which, wrong)
    slopes += sp.csr_matrix((wrong, (which, rows)), shape=(len(bias), len(points))) @ points
