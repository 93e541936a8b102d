"""The loops for very many classes, compiled: changes of the solution, and its largest entries.

`u` is the solution, (n, capacity), by rows. Lists of classes have -1 in a free slot, in any order.
"""

from __future__ import annotations

from typing import Any

from nblabel.graph import vectorized_rows
from nblabel.system.compiled import compiled


@compiled(vectorized_rows.shift)
def shift(
    begin: int,
    end: int,
    meets: Any,
    least: Any,
    much: Any,
    by_code: Any,
    by_value: Any,
    u: Any,
    codes: Any,
    values: Any,
    changed: Any,
) -> None:  # pragma: no cover (compiled)
    """Add to each row a change of some classes, as far as its walks meet where that is.

    The list of a row is brought up to date, unless the row changes by much: then that is noted.
    """
    k = codes.shape[1]
    for item in range(begin, end):
        share = meets[item]
        if share <= least:
            continue
        for term in range(len(by_code)):
            u[item, by_code[term]] += share * by_value[term]
        if share > much:
            changed[item] = True
        if changed[item]:
            continue
        smallest = 0
        for place in range(k):
            if codes[item, place] >= 0:
                values[item, place] = u[item, codes[item, place]]
            if values[item, place] < values[item, smallest]:
                smallest = place
        for term in range(len(by_code)):  # what grew may belong in the list now
            code = by_code[term]
            value = u[item, code]
            if by_value[term] <= 0 or value <= max(least, values[item, smallest]):
                continue
            listed = False
            for place in range(k):
                listed |= codes[item, place] == code
            if not listed:
                codes[item, smallest], values[item, smallest] = code, value
                for place in range(k):
                    if values[item, place] < values[item, smallest]:
                        smallest = place


@compiled(vectorized_rows.around)
def around(
    pointers: Any, neighbors: Any, weights: Any, items: Any, u: Any, sums: Any
) -> None:  # pragma: no cover (compiled)
    """Write to `sums`, (m, capacity), what the neighbours of items have, by the weights."""
    for line in range(len(items)):
        item = items[line]
        for edge in range(pointers[item], pointers[item + 1]):
            other, weight = neighbors[edge], weights[edge]
            for column in range(u.shape[1]):
                sums[line, column] += weight * u[other, column]


@compiled(vectorized_rows.largest)
def largest(
    begin: int, end: int, changed: Any, n_columns: int, least: Any, u: Any, codes: Any, values: Any
) -> None:  # pragma: no cover (compiled)
    """List the largest entries of the rows that changed; of equal ones the first."""
    k = codes.shape[1]
    for item in range(begin, end):
        if not changed[item]:
            continue
        n_listed, smallest = 0, 0
        codes[item], values[item] = -1, 0
        bar = least
        for column in range(n_columns):
            value = u[item, column]
            if value <= bar:
                continue
            place = n_listed if n_listed < k else smallest
            codes[item, place], values[item, place] = column, value
            n_listed = min(n_listed + 1, k)
            if n_listed == k:
                smallest = 0
                for other in range(1, k):
                    if values[item, other] < values[item, smallest]:
                        smallest = other
                bar = values[item, smallest]


@compiled(vectorized_rows.scores)
def scores(
    begin: int, end: int, points: Any, codes: Any, slopes: Any, bias: Any, found: Any
) -> None:  # pragma: no cover (compiled)
    """Write the logit of each listed class: points times its slope, (n_classes, width)."""
    for item in range(begin, end):
        for place in range(codes.shape[1]):
            code = codes[item, place]
            if code < 0:
                found[item, place] = -1e30
                continue
            value = bias[code]
            for axis in range(points.shape[1]):
                value += points[item, axis] * slopes[code, axis]
            found[item, place] = value


@compiled(vectorized_rows.slopes_of)
def slopes_of(
    points: Any, codes: Any, errors: Any, slopes: Any, bias: Any
) -> None:  # pragma: no cover (compiled)
    """Add to the gradient of each class what is wrong about it in each row."""
    for item in range(len(points)):
        for place in range(codes.shape[1]):
            code = codes[item, place]
            if code < 0:
                continue
            error = errors[item, place]
            bias[code] += error
            for axis in range(points.shape[1]):
                slopes[code, axis] += error * points[item, axis]
