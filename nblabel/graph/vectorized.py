"""The loops over the graph in NumPy, for where numba is missing: the same names, the same results.

`nblabel.graph.edges`, `sweeps`, `walks` and `tag_propagation` say what each of them does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp


def edges_of(pointers: Any, items: Any) -> tuple[Any, Any]:
    """Return the edges of some items, one after another, and the number in items of each."""
    counts = pointers[items + 1] - pointers[items]
    turns = np.repeat(np.arange(len(items)), counts)
    before = np.repeat(pointers[items] - (np.cumsum(counts) - counts), counts)
    return turns, before + np.arange(len(turns))


def product(begin: int, end: int, pointers: Any, neighbors: Any, weights: Any, p: Any) -> Any:
    """Return W p, from row begin to row end."""
    first, last = pointers[begin], pointers[end]
    rows = weights[first:last], neighbors[first:last], pointers[begin : end + 1] - first
    return sp.csr_matrix(rows, shape=(end - begin, len(pointers) - 1)) @ p


def sums_of(cells: Any, n_cells: int, r: Any) -> Any:
    """Return the sums of r by cell, in float64."""
    sums = np.empty((n_cells, r.shape[1]))
    for column in range(r.shape[1]):
        sums[:, column] = np.bincount(cells, r[:, column], n_cells)
    return sums


# the layout of the graph


def both_ways(indices: Any, values: Any, share: Any) -> tuple[Any, Any, Any]:
    """Make one-way edges symmetric: the smaller of both ways, and a share of their sum."""
    n, k = values.shape
    pointers = np.arange(0, n * k + 1, k) if k else np.zeros(n + 1, dtype=np.intp)
    there = sp.csr_matrix((values.ravel(), indices[:, :k].ravel(), pointers), shape=(n, n))
    back = sp.csr_matrix(there.T)
    both = sp.csr_matrix(there.minimum(back) + share * (there + back))
    return (
        both.data.astype(np.float32, copy=False),
        both.indices.astype(np.int32, copy=False),
        both.indptr.astype(np.int32, copy=False),
    )


def grow(pointers: Any, neighbors: Any, n_cells: int) -> Any:
    """Divide a graph into connected cells, grown evenly from evenly numbered items."""
    n = len(pointers) - 1
    first, others = pointers.tolist(), neighbors.tolist()  # quicker than arrays, one by one
    cells = [-1] * n
    queue = [cell * n // n_cells for cell in range(n_cells)]
    for cell, seed in enumerate(queue):
        cells[seed] = cell
    for item in queue:
        for other in others[first[item] : first[item + 1]]:
            if cells[other] < 0:
                cells[other] = cells[item]
                queue.append(other)
    return np.array([n_cells if cell < 0 else cell for cell in cells], dtype=np.int32)


def settle(pointers: Any, neighbors: Any, weights: Any, parts: Any, passes: int) -> None:
    """Let each item join the part that most of its weight leads to, a few times over."""
    n, n_parts = len(parts), int(parts.max()) + 1
    sizes = np.bincount(parts, minlength=n_parts).tolist()
    fewest, most = max(1, n // (2 * n_parts)), 2 * n // n_parts
    first, others, by = pointers.tolist(), neighbors.tolist(), weights.tolist()
    joined = parts.tolist()
    for _ in range(passes):
        for item in range(n):
            own = best = joined[item]
            totals = {own: 0.0}
            for edge in range(first[item], first[item + 1]):
                part = joined[others[edge]]
                totals[part] = totals.get(part, 0.0) + by[edge]
            if sizes[own] > fewest:
                for part, total in totals.items():
                    if total > totals[best] and sizes[part] < most:
                        best = part
            sizes[own] -= 1
            sizes[best] += 1
            joined[item] = best
    parts[:] = joined


# the sweeps of the solver for classes


def cell_weights(pointers: Any, neighbors: Any, weights: Any, cells: Any, n_cells: int) -> Any:
    """Return the sums of the weights between cells, in float64."""
    own = np.repeat(cells.astype(np.intp), np.diff(pointers))
    both = np.bincount(own * n_cells + cells[neighbors], weights, n_cells * n_cells)
    return both.reshape(n_cells, n_cells).astype(np.float64)  # of no edges it counts in integers


def leave_out(
    pointers: Any, neighbors: Any, weights: Any, cells: Any, free: Any, labeled: Any, matrix: Any
) -> None:
    """Take the edges of labeled items out of the coarse matrix."""
    turns, edges = edges_of(pointers, labeled)
    own, near, weight = cells[labeled][turns], cells[neighbors[edges]], weights[edges]
    np.add.at(matrix, (own, near), weight)
    to_free = free[neighbors[edges]]
    np.add.at(matrix, (near[to_free], own[to_free]), weight[to_free])


def multiply(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    free: Any,
    p: Any,
    product_: Any,
) -> Any:
    """Write (diagonal - W) p to product, 0 at the labels; return p . product of each column."""
    rows = slice(begin, end)
    own = diagonal[rows, None] * p[rows]
    product_[rows] = own - product(begin, end, pointers, neighbors, weights, p)
    product_[rows][~free[rows]] = 0
    return np.einsum("ij,ij->j", p[rows].astype(np.float64), product_[rows])


def residual(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    free: Any,
    cells: Any,
    n_cells: int,
    u: Any,
    r: Any,
) -> Any:
    """Write (W - diagonal) u to r, 0 at the labels; return its sums by cell."""
    rows = slice(begin, end)
    r[rows] = product(begin, end, pointers, neighbors, weights, u) - diagonal[rows, None] * u[rows]
    r[rows][~free[rows]] = 0
    return sums_of(cells[rows], n_cells, r[rows])


def take(begin: int, end: int, u: Any, place: Any, solution: Any) -> None:
    """Write the row of each item to its column of the solution."""
    solution[:, begin:end] = u[place[begin:end]].T


def step(
    begin: int,
    end: int,
    alpha: Any,
    p: Any,
    product_: Any,
    diagonal: Any,
    cells: Any,
    n_cells: int,
    u: Any,
    r: Any,
) -> Any:
    """Go alpha along p; of the new r return sums by cell, r . r / diagonal, max |r| / diagonal."""
    rows = slice(begin, end)
    fine, worst = tag_step(begin, end, alpha, p, product_, diagonal, u, r)
    return sums_of(cells[rows], n_cells, r[rows]), fine, worst


def direct(
    begin: int, end: int, r: Any, diagonal: Any, cells: Any, lift: Any, beta: Any, free: Any, p: Any
) -> None:
    """P = r / diagonal + lift of its cell + beta p off the labels."""
    rows = slice(begin, end)
    new = r[rows] / diagonal[rows, None] + lift[cells[rows]] + beta * p[rows]
    p[rows] = np.where(free[rows, None], new, p[rows])


# the sweeps of the solver for tags


def tag_residual(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    fixed: Any,
    u: Any,
    r: Any,
) -> Any:
    """Write (W - diagonal) u to r, 0 where fixed; return r . r / diagonal, max |r| / diagonal."""
    rows = slice(begin, end)
    new = product(begin, end, pointers, neighbors, weights, u) - diagonal[rows, None] * u[rows]
    r[rows] = np.where(fixed[rows], 0, new)
    return _sizes(r[rows], diagonal[rows])


def tag_multiply(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    fixed: Any,
    p: Any,
    product_: Any,
) -> Any:
    """Write (diagonal - W) p to product, 0 where fixed; return p . product of each column."""
    rows = slice(begin, end)
    new = diagonal[rows, None] * p[rows] - product(begin, end, pointers, neighbors, weights, p)
    product_[rows] = np.where(fixed[rows], 0, new)
    return np.einsum("ij,ij->j", p[rows].astype(np.float64), product_[rows])


def tag_step(
    begin: int, end: int, alpha: Any, p: Any, product_: Any, diagonal: Any, u: Any, r: Any
) -> Any:
    """Go alpha along p; return r . r / diagonal and max |r| / diagonal of the new r."""
    rows = slice(begin, end)
    u[rows] += alpha * p[rows]
    r[rows] -= alpha * product_[rows]
    return _sizes(r[rows], diagonal[rows])


def tag_direct(begin: int, end: int, r: Any, diagonal: Any, beta: Any, p: Any) -> None:
    """P = r / diagonal + beta p."""
    rows = slice(begin, end)
    p[rows] = r[rows] / diagonal[rows, None] + beta * p[rows]


def _sizes(r: Any, diagonal: Any) -> tuple[Any, Any]:
    """Return r . r / diagonal and max |r| / diagonal, of each column."""
    fine = np.einsum("ij,ij,i->j", r.astype(np.float64), r, 1 / diagonal)
    return fine, np.abs(r / diagonal[:, None]).max(axis=0, initial=0)


# walks


def pass_on(
    begin: int, end: int, pointers: Any, neighbors: Any, weights: Any, values: Any, passed: Any
) -> None:
    """Write W values to passed, from row begin to row end."""
    passed[begin:end] = product(begin, end, pointers, neighbors, weights, values)


def walk(
    pointers: Any,
    neighbors: Any,
    weights: Any,
    degrees: Any,
    item: int,
    steps: int,
    least: float,
    at_most: int,
    sums: Any,  # noqa: ARG001  of the compiled loop
) -> Any:
    """Follow walks back from where they end."""
    who, value = np.array([item], dtype=np.int32), np.ones(1, dtype=np.float32)
    for _ in range(steps):
        turns, edges = edges_of(pointers, who)
        others = neighbors[edges]
        shares = weights[edges] * value[turns] / degrees[others]
        reached, whose = np.unique(others, return_inverse=True)
        value = np.bincount(whose, shares, len(reached)).astype(np.float32)
        bar = least * value.max(initial=0)
        if len(reached) > at_most:
            bar = max(bar, -np.partition(-value, at_most)[at_most])
        kept = value >= bar
        who, value = reached[kept].astype(np.int32, copy=False), value[kept]
    return who, value
