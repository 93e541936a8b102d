"""Article D: a model labels what it is sure of, a person what it doubts."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

import nblabel as nb
from benchmarks.articles.rows import Row, full_size, kept

TITLE = "D. Active learning for fast data set labeling: MNIST, 60,000"
NOTES = (
    "the article shows its table as a picture: its parameters are the first rows here, without its figures",
    "softmax regression on 64 gradients of the pictures, where nothing else is said",
)
SEEDS = range(3)
BY_HAND, WRONG = 0.01, 0.03  # the shares that are allowed

# start and lower are shares
SETTINGS: list[tuple[float, float, float]] = [
    (0.01, 0.99, 0.05),
    (0.01, 0.999, 0.05),
    (0.01, 0.999999, 0.05),
    (0.01, 0.99, 0.02),
    (0.05, 0.99, 0.05),
    (0.002, 0.99, 0.05),
]


def run() -> Iterator[Row]:
    """Yield the loop's parameters with what they come to, then ours."""
    for start, upper, lower in SETTINGS:
        yield from _told(
            f"start {start:.1%}, upper {upper:g}, lower {lower:.1%}, the rest by hand",
            _loop(seeds=[0], start=start, upper=upper, lower=lower, max_rounds=100),
        )
    yield from _told(
        "start 1.0%, upper 0.99, lower 5.0%, the rest by the model",
        _loop(seeds=[0], start=0.01, upper=0.99, lower=0.05, finish="model", max_rounds=100),
    )
    yield from _told(
        "start 1.0%, the 2,000 surest in each round, lower 20, the rest by the model",
        _loop(seeds=[0], start=0.01, n_accept=2_000, lower=20, finish="model"),
    )
    for balanced in (False, True):
        what = "each class by its share" if balanced else "whatever their class"
        options = {"start": 0.01, "n_accept": 200, "lower": 5, "finish": "model"}
        yield from _told(
            f"classes from 100 % down to 5 % as frequent: the 200 surest in each round, {what}",
            _loop(seeds=[0], unbalanced=True, balanced=balanced, **options),
        )
    yield from _told(
        "nblabel's learner: 60 at random, the 5,000 surest in each round, 20 by hand",
        _loop(SEEDS, "auto", start=60, n_accept=5_000, lower=20, finish="model"),
        judged=True,
    )
    yield from _told(
        "nblabel's session: 100 questions, the rest by the model",
        _loop(SEEDS, "auto", asked=100, n_accept=60_000, lower=0, finish="model"),
        judged=True,
    )


def _told(what: str, runs: list[dict[str, Any]], *, judged: bool = False) -> Iterator[Row]:
    """Yield the share that is wrong, and the share labeled by hand."""
    reduced = "" if full_size() else "1,797 of scikit-learn's digits in place of MNIST"
    rounds = sum(one["rounds"] for one in runs) / len(runs)
    common: dict[str, Any] = {"labels": sum(one["by_hand"] for one in runs) / len(runs)}
    common |= {"at_least": False, "reduced": reduced}
    yield Row(
        f"{what}: labels that are wrong",
        [one["wrong"] / one["n"] for one in runs],
        seconds=sum(one["seconds"] for one in runs),
        target=WRONG if judged else None,
        note=f"{rounds:,.0f} rounds" + "".join({one["said"] for one in runs}),
        **common,
    )
    yield Row(
        f"{what}: labeled by hand",
        [one["by_hand"] / one["n"] for one in runs],
        target=BY_HAND if judged else None,
        **common,
    )


def _loop(
    seeds: Any,
    learner: str = "softmax",
    *,
    asked: int = 0,
    unbalanced: bool = False,
    **options: Any,
) -> list[dict[str, Any]]:
    """Run a loop with each seed; return the counts at its end."""
    told = "-".join(f"{key}{value}" for key, value in sorted(options.items()))
    size = "full" if full_size() else "reduced"
    told += "-by-share" if options.get("balanced") else ""
    name = f"d-{size}-{learner}-{asked}-{unbalanced}-{told}"
    return [
        kept(f"{name}-{seed}", lambda seed=seed: _run(seed, learner, asked, unbalanced, options))
        for seed in seeds
    ]


def _run(
    seed: int, learner: str, asked: int, unbalanced: bool, options: dict[str, Any]
) -> dict[str, Any]:
    X, names, classes = _pool(unbalanced)
    strategy = "auto" if learner == "auto" else "random"
    pool = nb.Pool(embeddings=X)
    session = nb.Session(pool, classes, learner=learner, strategy=strategy, random_state=seed)
    if asked:  # the first by chance, which is all that the seed decides
        session.tell(first := int(np.random.default_rng(seed).integers(len(X))), names[first])
    for _ in range(asked - 1):
        index = session.ask().indices[0]
        session.tell(index, names[index])
    options = {"start": 0, **options}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        table = nb.threshold_loop(session, lambda i: names[i], y=names, progress=False, **options)
    last = table.iloc[-1]
    return {
        "n": len(X),
        "rounds": int(last["round"]),
        "by_hand": int(last["n_human"]),
        "wrong": int(last["n_mislabeled"]),
        "seconds": float(table["seconds"].sum()),
        "said": "".join(f"; {one.message}" for one in said if one.category is UserWarning),
    }


@cache
def _pool(unbalanced: bool) -> tuple[Any, Any, Any]:
    data = nb.datasets.load_mnist("train") if full_size() else nb.datasets.load_digits()
    X = nb.embed(data.images, method="gradients")
    names = np.array(data.classes)[data.labels]
    if unbalanced:
        share = np.geomspace(1, 0.05, len(data.classes))
        few = np.random.default_rng(0).random(len(X)) < share[data.labels]
        X, names = X[few], names[few]
    return X, names, data.classes
