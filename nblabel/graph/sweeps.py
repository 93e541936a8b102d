"""The sweeps of the solver over the graph: its hot loops, compiled.

All take the graph as pointers, neighbors and weights in CSR form, and change u, the solution, or r,
its residual, of shape (n, n_classes), in place. Those with begin and end treat these rows, so that
threads can share the work.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.graph import vectorized
from nblabel.system.compiled import compiled


@compiled(vectorized.cell_weights)
def cell_weights(
    pointers: Any, neighbors: Any, weights: Any, cells: Any, n_cells: int
) -> Any:  # pragma: no cover (compiled)
    """Return the sums of the weights between cells, in float64."""
    between = np.zeros((n_cells, n_cells))
    for item in range(len(cells)):
        for edge in range(pointers[item], pointers[item + 1]):
            between[cells[item], cells[neighbors[edge]]] += weights[edge]
    return between


@compiled(vectorized.leave_out)
def leave_out(
    pointers: Any,
    neighbors: Any,
    weights: Any,
    cells: Any,
    free: Any,
    labeled: Any,
    matrix: Any,
) -> None:  # pragma: no cover (compiled)
    """Take the edges of labeled items out of the coarse matrix."""
    for item in labeled:
        own = cells[item]
        for edge in range(pointers[item], pointers[item + 1]):
            other = neighbors[edge]
            matrix[own, cells[other]] += weights[edge]
            if free[other]:
                matrix[cells[other], own] += weights[edge]


@compiled()
def row(
    pointers: Any, neighbors: Any, weights: Any, item: int, own: Any, p: Any, product: Any
) -> None:  # pragma: no cover (compiled)
    """Write (diagonal - W) p of one item to product."""
    columns = p.shape[1]
    for column in range(columns):
        product[item, column] = own * p[item, column]
    edge, last = pointers[item], pointers[item + 1]
    while edge + 4 <= last:  # four at a time: a quarter of the reads and writes of product
        w0, w1 = weights[edge], weights[edge + 1]
        w2, w3 = weights[edge + 2], weights[edge + 3]
        n0, n1 = neighbors[edge], neighbors[edge + 1]
        n2, n3 = neighbors[edge + 2], neighbors[edge + 3]
        for column in range(columns):
            product[item, column] -= (
                w0 * p[n0, column] + w1 * p[n1, column] + w2 * p[n2, column] + w3 * p[n3, column]
            )
        edge += 4
    while edge < last:
        w0, n0 = weights[edge], neighbors[edge]
        for column in range(columns):
            product[item, column] -= w0 * p[n0, column]
        edge += 1


@compiled(vectorized.multiply)
def multiply(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    free: Any,
    p: Any,
    product: Any,
) -> Any:  # pragma: no cover (compiled)
    """Write (diagonal - W) p to product, 0 at the labels; return p . product of each column."""
    columns = p.shape[1]
    dots = np.zeros(columns)
    for item in range(begin, end):
        if not free[item]:
            for column in range(columns):
                product[item, column] = 0
            continue
        row(pointers, neighbors, weights, item, diagonal[item], p, product)
        for column in range(columns):
            dots[column] += np.float64(p[item, column]) * product[item, column]
    return dots


@compiled(vectorized.residual)
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
) -> Any:  # pragma: no cover (compiled)
    """Write (W - diagonal) u to r, 0 at the labels; return its sums by cell."""
    columns = u.shape[1]
    sums = np.zeros((n_cells, columns))
    for item in range(begin, end):
        if not free[item]:
            for column in range(columns):
                r[item, column] = 0
            continue
        row(pointers, neighbors, weights, item, diagonal[item], u, r)
        cell = cells[item]
        for column in range(columns):
            r[item, column] = -r[item, column]
            sums[cell, column] += r[item, column]
    return sums


@compiled()
def pass_change(
    pointers: Any, neighbors: Any, weights: Any, items: Any, change: Any, r: Any
) -> None:  # pragma: no cover (compiled)
    """Add to r what a change of some rows of u means to their neighbours."""
    for turn in range(len(items)):
        moved = False
        for column in range(r.shape[1]):
            moved |= change[turn, column] != 0
        if not moved:
            continue
        for edge in range(pointers[items[turn]], pointers[items[turn] + 1]):
            for column in range(r.shape[1]):
                r[neighbors[edge], column] += weights[edge] * change[turn, column]


@compiled()
def follow(
    begin: int, end: int, more: Any, free: Any, cells: Any, n_cells: int, u: Any, r: Any
) -> Any:  # pragma: no cover (compiled)
    """Change r by what is more in the diagonal, 0 at the labels; return its sums by cell."""
    columns = u.shape[1]
    sums = np.zeros((n_cells, columns))
    for item in range(begin, end):
        cell = cells[item]
        for column in range(columns):
            if free[item]:
                r[item, column] -= more[item] * u[item, column]
                sums[cell, column] += r[item, column]
            else:
                r[item, column] = 0
    return sums


@compiled()
def raise_cells(
    begin: int,
    end: int,
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    cells: Any,
    near: Any,
    first: Any,
    columns: Any,
    lifts: Any,
    u: Any,
    r: Any,
) -> None:  # pragma: no cover (compiled)
    """Raise u by the lifts of each cell, and r by what that changes.

    Lifts and their columns are in CSR form: most cells rise in one or two columns. Items of cells
    that are near no lift are left out. Cells are -1 at the labels.
    """
    for item in range(begin, end):
        cell = cells[item]
        if cell < 0 or not near[cell]:
            continue
        inside = -diagonal[item]
        for edge in range(pointers[item], pointers[item + 1]):
            other, weight = cells[neighbors[edge]], weights[edge]
            if other == cell:  # as most are in a large pool
                inside += weight
            elif other >= 0:
                for place in range(first[other], first[other + 1]):
                    r[item, columns[place]] += weight * lifts[place]
        for place in range(first[cell], first[cell + 1]):
            u[item, columns[place]] += lifts[place]
            r[item, columns[place]] += inside * lifts[place]


@compiled()
def too_large(begin: int, end: int, limits: Any, r: Any) -> Any:  # pragma: no cover (compiled)
    """Return the items whose residual is beyond its limit in some column."""
    found = np.empty(end - begin, np.int32)
    n_found = 0
    for item in range(begin, end):
        worst = np.float32(0)
        for column in range(r.shape[1]):
            worst = max(worst, abs(r[item, column]))
        if worst > limits[item]:
            found[n_found] = item
            n_found += 1
    return found[:n_found].copy()


@compiled()
def set_right(
    pointers: Any,
    neighbors: Any,
    weights: Any,
    diagonal: Any,
    cells: Any,
    limits: Any,
    items: Any,
    turns: int,
    u: Any,
    r: Any,
) -> int:  # pragma: no cover (compiled)
    """Bring r to 0 at some items, then wherever that made it too large, and so on.

    Cells are -1 at the labels. Returns how many turns are left; -1 if there were not enough.
    """
    n, columns = u.shape
    queue = np.empty(n, np.int32)
    waits = np.zeros(n, np.bool_)
    change = np.empty(columns, np.float32)
    waiting = len(items)
    queue[:waiting] = items
    waits[items] = True
    head, tail = 0, waiting % n
    while waiting > 0:
        if turns == 0:
            return -1
        turns -= 1
        item = queue[head]
        head = head + 1 if head + 1 < n else 0
        waiting -= 1
        waits[item] = False
        inverse = np.float32(1) / diagonal[item]
        for column in range(columns):
            change[column] = r[item, column] * inverse
            u[item, column] += change[column]
            r[item, column] = 0
        for edge in range(pointers[item], pointers[item + 1]):
            other, weight = neighbors[edge], weights[edge]
            if cells[other] < 0:
                continue
            worst = np.float32(0)
            for column in range(columns):
                r[other, column] += weight * change[column]
                worst = max(worst, abs(r[other, column]))
            if worst > limits[other] and not waits[other]:
                queue[tail] = other
                waits[other] = True
                tail = tail + 1 if tail + 1 < n else 0
                waiting += 1
    return turns


@compiled()
def cell_sums(
    begin: int, end: int, cells: Any, n_cells: int, r: Any
) -> Any:  # pragma: no cover (compiled)
    """Return the sums of r by cell, in float64."""
    sums = np.zeros((n_cells, r.shape[1]))
    for item in range(begin, end):
        for column in range(r.shape[1]):
            sums[cells[item], column] += r[item, column]
    return sums


@compiled(vectorized.take)
def take(
    begin: int, end: int, u: Any, place: Any, solution: Any
) -> None:  # pragma: no cover (compiled)
    """Write the row of each item to its column of the solution."""
    for item in range(begin, end):
        for column in range(u.shape[1]):
            solution[column, item] = u[place[item], column]


@compiled(vectorized.step)
def step(
    begin: int,
    end: int,
    alpha: Any,
    p: Any,
    product: Any,
    diagonal: Any,
    cells: Any,
    n_cells: int,
    u: Any,
    r: Any,
) -> Any:  # pragma: no cover (compiled)
    """Go alpha along p; of the new r return sums by cell, r . r / diagonal, max |r| / diagonal."""
    columns = u.shape[1]
    cell_sums = np.zeros((n_cells, columns))
    fine = np.zeros(columns)
    worst = np.zeros(columns, np.float32)
    for item in range(begin, end):
        inverse = np.float32(1) / diagonal[item]
        cell = cells[item]
        for column in range(columns):
            u[item, column] += alpha[column] * p[item, column]
            value = r[item, column] - alpha[column] * product[item, column]
            r[item, column] = value
            cell_sums[cell, column] += value
            fine[column] += np.float64(value) * value * inverse
            worst[column] = max(worst[column], abs(value) * inverse)
    return cell_sums, fine, worst


@compiled(vectorized.direct)
def direct(
    begin: int, end: int, r: Any, diagonal: Any, cells: Any, lift: Any, beta: Any, free: Any, p: Any
) -> None:  # pragma: no cover (compiled)
    """P = r / diagonal + lift of its cell + beta p off the labels."""
    columns = r.shape[1]
    for item in range(begin, end):
        if not free[item]:
            continue
        inverse = np.float32(1) / diagonal[item]
        cell = cells[item]
        for column in range(columns):
            p[item, column] = (
                r[item, column] * inverse + lift[cell, column] + beta[column] * p[item, column]
            )
