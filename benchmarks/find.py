"""How many items of a rare class are found. Run: python -m benchmarks.find.

The pool is MNIST with eights as 1 % of 20,000 images, on 64 gradients. A run begins with one eight
and another image, both drawn at random by its seed. Beside it: how fast a million vectors are
searched.
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import numpy as np

import nblabel as nb
from benchmarks.labels import rare_eights
from benchmarks.report import Row, write
from nblabel.strategies import Find

SEEDS = range(3)
BUDGETS = (50, 100, 200)
NOTES = [
    (
        "MNIST, 20,000 images, 200 of them eights, 64 gradients; label propagation; 3 runs, each begun "
        "with one eight and another image drawn at random"
    ),
    "search: 1,000,000 random vectors of width 64, one thread, the first search left out",
]


def main() -> None:
    """Measure, print, write."""
    rows = []
    for name, strategy in (("find", Find("8")), ("alternating", "alternating")):
        runs = [_found(strategy, seed) for seed in SEEDS]
        rows += [
            Row(f"{name}: eights found, {n} answers", "", [run[n] for run in runs]) for n in BUDGETS
        ]
    write("find", [*rows, *_searches()], NOTES)


@cache
def _pool() -> tuple[Any, Any]:
    data = nb.datasets.load_mnist()
    some = rare_eights(data.labels)
    return nb.embed(data.images[some], method="gradients"), data.labels[some]


def _found(strategy: Any, seed: int) -> dict[int, float]:
    """Return how many eights were found beside the first, by number of answers."""
    X, y = _pool()
    names = [str(code) for code in range(10)]
    session = nb.Session(nb.Pool(embeddings=X), names, strategy=strategy, random_state=seed)
    rng = np.random.default_rng(seed)
    for index in (int(rng.integers(len(X))), int(rng.choice(np.flatnonzero(y == 8)))):
        session.tell(index, names[y[index]])
    found = {}
    for n in range(1, max(BUDGETS) + 1):
        index = int(session.ask().indices[0])
        session.tell(index, names[y[index]])
        if n in BUDGETS:
            found[n] = float((y[session.labeled] == 8).sum() - 1)
    return found


def _searches() -> list[Row]:
    """Time searches of a large pool, after the first of each kind."""
    X = np.random.default_rng(0).normal(size=(1_000_000, 64)).astype(np.float32)
    session = nb.Session(nb.Pool(embeddings=X), ["a", "b"], build_graph=False)
    rows = []
    for what, queries in (
        ("more like an item", [{"like": i} for i in range(11)]),
        ("more like five items", [{"like": list(range(i, i + 5))} for i in range(11)]),
        ("by id", [{"query": str(1234 + i)} for i in range(11)]),
    ):
        times = []
        for query in queries:
            start = time.perf_counter()
            session.search(**query)
            times.append(1e3 * (time.perf_counter() - start))
        rows.append(Row(f"search, 1,000,000 items: {what}", "ms", times[1:]))
    like = rows[0]
    like.target, like.limit = "at most 100 ms", 100
    return rows


if __name__ == "__main__":
    main()
