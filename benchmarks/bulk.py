"""What labels given in bulk do to the rest of a pool. Run: make bench-bulk.

A person answers 20 questions, then gives a lump of right labels of one class, as with a lasso, or
imports known labels whose classes are skewed, then answers 60 questions more. Every figure compares
the run with the same one without the bulk labels, on items that are labeled in neither. Runs are
kept in the results as soon as they are there, and those that are there are not measured again. The
broad ones come first: one seed for all pools, then the slow learners, then the next seed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

import nblabel as nb
from benchmarks.labels import data_folder, long_tail, rare_eights
from benchmarks.report import RESULTS, machine

FIRST = 20  # answers before the bulk labels, one at a time
MORE = 60  # answers after them
BATCH = 5  # questions asked at a time then
MOST = 5_000  # items of a pool
SEEDS = 3
PART = 0.8  # of the open items of its class, at most, that a lump holds
IMPORTED = 1_000
IMPORTED_PART = 0.4  # of the pool, at most
SKEW = 0.6  # weight of a class in an import, by that of the class before
DROP = 0.01  # of the rest, that bulk labels may cost at once

LUMPS = {"lump of 20": 20, "lump of 100": 100, "lump of 500": 500}
IMPORT = "import of 1,000"
KINDS = [*LUMPS, IMPORT]
EMBEDDINGS: dict[str, Callable[[Any], Any]] = {
    "gradients": lambda images: nb.embed(images, method="gradients"),
    "PCA 50": lambda images: nb.embed(images, method="pca", dim=50),
    "PCA 10": lambda images: nb.embed(images, method="pca", dim=10),
}
QUICK = ["mixed", "graph", "knn", "softmax", "svm", "knn-cosine"]
SLOW = ["logreg", "rf", "xgb", "hgb", "xgb-deep"]
CALIBRATED = [f"{name}-calibrated" for name in nb.learners.ESTIMATORS]
LEARNERS = [*QUICK, *SLOW, *CALIBRATED]
NOTES = [
    f"pools beyond {MOST:,} items: a sample of {MOST:,}, the same share of each class",
    f"{FIRST} answers one at a time, the bulk labels, {MORE} answers {BATCH} at a time",
    "questions: those of the default strategy",
    "the seed draws the first item, the class and the middle of the lump, and the import",
    f"a lump: the nearest open items of its class, at most {100 * PART:g} % of them",
    f"an import: at most {100 * IMPORTED_PART:g} % of the pool, weights of classes {SKEW}^rank",
    "mixed: the default learner",
]

Run = dict[str, Any]


class Setting(NamedTuple):
    """What a run is made of, but for the bulk labels."""

    pool: str
    embedding: str
    learner: str
    seed: int


def main() -> None:
    """Measure what is missing, write after each setting, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pool", nargs="+", default=list(POOLS), choices=POOLS)
    parser.add_argument("--embedding", nargs="+", default=list(EMBEDDINGS), choices=EMBEDDINGS)
    parser.add_argument("--learner", nargs="+", default=LEARNERS, choices=LEARNERS, metavar="NAME")
    parser.add_argument("--kind", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no run later")
    chosen = parser.parse_args()
    path = RESULTS / "bulk.json"
    runs = _known(path)
    there = {key(run) for run in runs}
    missing = {
        setting: [kind for kind in chosen.kind if (*setting, kind) not in there]
        for setting in settings(chosen.pool, chosen.embedding, chosen.learner, chosen.seeds)
    }
    end = time.monotonic() + 60 * chosen.minutes
    warnings.simplefilter("ignore")  # of learners: about convergence, about few labels
    for setting in (bar := tqdm([one for one, kinds in missing.items() if kinds])):
        if time.monotonic() > end:
            break
        bar.set_description(", ".join(map(str, setting)))
        runs += measured(setting, missing[setting])
        _write(path, runs)
    for name, lines in summary(runs).items():
        print(f"\n{name}: points won by bulk labels, median and worst, at once and after {MORE}")
        for what, found in lines.items():
            figures = [f"{100 * value:+.1f}" for value in (*found["at once"], *found["later"])]
            print(f"  {what:50} {found['runs']:5}  {'  '.join(figures)}")


def settings(
    pools: list[str], embeddings: list[str], learners: list[str], seeds: int
) -> list[Setting]:
    """Return what to measure, the broad part first."""
    found = [
        Setting(pool, embedding, learner, seed)
        for seed in range(seeds)
        for embedding in embeddings
        for pool in pools
        for learner in learners
    ]
    return sorted(found, key=lambda one: (one.seed, _pace(one.learner)))


def _pace(learner: str) -> int:
    return next(i for i, names in enumerate((QUICK, SLOW, CALIBRATED)) if learner in names)


def key(run: Run) -> tuple[Any, ...]:
    """Return what tells a run from all others."""
    return (*(run[name] for name in Setting._fields), run["kind"])


# pools


def _digits() -> tuple[str, Any, Any]:
    data = nb.datasets.load_digits()
    return "Digits", data.images, data.labels


def _fruits() -> tuple[str, Any, Any]:
    with np.load(data_folder() / "fruits.npz") as file:
        train = file["split"] == "train"
        return "Fruits, by photo", file["x"][train], file["y"][train].astype(int)


def _cifar() -> tuple[str, Any, Any]:
    with np.load(data_folder() / "cifar10.npz") as file:
        return "CIFAR-10 excerpt", file["x_train"], file["y_train"].astype(int)


def _mnist() -> tuple[str, Any, Any]:
    data = nb.datasets.load_mnist()
    return "MNIST", data.images, data.labels


def _fashion() -> tuple[str, Any, Any]:
    data = nb.datasets.load_fashion_mnist()
    return "Fashion-MNIST", data.images, data.labels


def _long_tail() -> tuple[str, Any, Any]:
    name, images, y = _fashion()
    some = long_tail(y)
    return f"{name}, long tail", images[some], y[some]


def _rare() -> tuple[str, Any, Any]:
    name, images, y = _mnist()
    some = rare_eights(y)
    return f"{name}, eights 1 %", images[some], y[some]


POOLS: dict[str, Callable[[], tuple[str, Any, Any]]] = {
    "digits": _digits,
    "fruits": _fruits,
    "cifar": _cifar,
    "mnist": _mnist,
    "fashion": _fashion,
    "tail": _long_tail,
    "rare": _rare,
}


@cache
def _pool(name: str) -> tuple[str, Any, Any]:
    called, images, y = POOLS[name]()
    some = stratified(y, MOST)
    return called, images[some], y[some]


@cache
def _points(pool: str, embedding: str) -> Any:
    return EMBEDDINGS[embedding](_pool(pool)[1])


def stratified(y: Any, n: int) -> Any:
    """Return about n positions, drawn class by class: always the same ones."""
    if len(y) <= n:
        return np.arange(len(y))
    rng = np.random.default_rng(0)
    parts = [
        rng.choice(np.flatnonzero(y == code), round(n * count / len(y)), replace=False)
        for code, count in enumerate(np.bincount(y))
    ]
    return np.sort(np.concatenate(parts))


# bulk labels


def lump(X: Any, y: Any, free: Any, size: int, rng: Any) -> Any:
    """Return free positions of one class that lie around one of them, nearest first."""
    counts = np.bincount(y[free])
    code = rng.choice(np.flatnonzero(PART * counts >= min(LUMPS.values())))
    own = free[y[free] == code]
    apart = np.square(X[own] - X[rng.choice(own)]).sum(axis=1)
    return own[np.argsort(apart, kind="stable")[: min(size, int(PART * len(own)))]]


def skewed(y: Any, free: Any, rng: Any) -> Any:
    """Return free positions of all classes, of some many and of others few."""
    rank = rng.permutation(y.max() + 1)
    weights = SKEW ** rank[y[free]]
    n = min(IMPORTED, int(IMPORTED_PART * len(y)))
    return rng.choice(free, n, replace=False, p=weights / weights.sum())


# runs


class Plain(NamedTuple):
    """The run without bulk labels.

    Attributes
    ----------
    answered : list of int
        What the first answers are about, in the order asked.
    before, later : ndarray of shape (n,), object
        Classes predicted after the first answers, and after all.
    labeled : ndarray of intp
        Items labeled in the end.
    """

    answered: list[int]
    before: Any
    later: Any
    labeled: Any


def without_bulk(setting: Setting) -> Plain:
    """Answer all questions, without bulk labels between them."""
    right = _right(setting.pool)
    first = int(np.random.default_rng(setting.seed).integers(len(right)))
    session = _begun(setting, right, [first])
    answered = [first, *_answer(session, right, FIRST - 1, 1)]
    before = session.predict()
    _answer(session, right, MORE, BATCH)
    return Plain(answered, before, session.predict(), session.labeled)


def measured(setting: Setting, kinds: list[str]) -> Iterator[Run]:
    """Yield a run for each kind of bulk labels."""
    X, y = _points(setting.pool, setting.embedding), _pool(setting.pool)[2]
    right = _right(setting.pool)
    plain = without_bulk(setting)
    free = np.setdiff1d(np.arange(len(y)), plain.answered)
    for kind in kinds:
        session = _begun(setting, right, plain.answered)
        rng = np.random.default_rng([setting.seed, 1])
        if kind == IMPORT:
            given = skewed(y, free, rng)
            session.import_labels(pd.DataFrame({"id": given, "label": right[given]}))
        else:
            given = lump(X, y, free, LUMPS[kind], rng)
            session.tell(given, right[given[0]])
        rest = np.setdiff1d(free, given)
        at_once = [_share(found, right, rest) for found in (plain.before, session.predict())]
        _answer(session, right, MORE, BATCH)
        rest = np.setdiff1d(np.flatnonzero(session.y < 0), plain.labeled)
        later = [_share(found, right, rest) for found in (plain.later, session.predict())]
        yield {
            **setting._asdict(),
            "kind": kind,
            "given": len(given),
            "at once": at_once,
            "later": later,
            "commit": _commit(),
        }


def _right(pool: str) -> Any:
    return _pool(pool)[2].astype(str).astype(object)


def _begun(setting: Setting, right: Any, answers: list[int]) -> nb.Session:
    session = nb.Session(
        nb.Pool(embeddings=_points(setting.pool, setting.embedding)),
        sorted(set(right)),
        learner=setting.learner,
        random_state=setting.seed,
    )
    for index in answers:
        session.tell(index, right[index])
    return session


def _answer(session: nb.Session, right: Any, n: int, batch: int) -> list[int]:
    """Answer so many questions; return the items, in the order asked."""
    asked: list[int] = []
    while len(asked) < n:
        for index in session.ask(min(batch, n - len(asked))).indices.tolist():
            session.tell(index, right[index])
            asked.append(index)
    return asked


def _share(predicted: Any, right: Any, rest: Any) -> float:
    return round(float((predicted[rest] == right[rest]).mean()), 5)


@cache
def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "not known"


# results


def summary(runs: list[Run]) -> dict[str, dict[str, Any]]:
    """Return what bulk labels won, by pool and kind and by learner: median and worst."""
    by_pool = {
        f"{_pool(pool)[0]}: {kind}": [r for r in runs if (r["pool"], r["kind"]) == (pool, kind)]
        for pool in POOLS
        for kind in KINDS
    }
    by_learner = {name: [r for r in runs if r["learner"] == name] for name in LEARNERS}
    by_embedding = {name: [r for r in runs if r["embedding"] == name] for name in EMBEDDINGS}
    return {
        what: {name: figures(some) for name, some in groups.items() if some}
        for what, groups in (
            ("pools", by_pool),
            ("learners", by_learner),
            ("embeddings", by_embedding),
        )
    }


def figures(runs: list[Run]) -> dict[str, Any]:
    """Return the figures of some runs: differences of shares of the rest predicted right."""
    at_once, later = ([won(run, when) for run in runs] for when in ("at once", "later"))
    return {
        "runs": len(runs),
        "at once": [median(at_once), min(at_once)],
        "later": [median(later), min(later)],
        "dropped": sum(value < -DROP for value in at_once) / len(runs),
        "higher": sum(value > 0 for value in later) / len(runs),
    }


def won(run: Run, when: str) -> float:
    """Return the share of the rest that is right thanks to the bulk labels."""
    without, with_them = run[when]
    return round(float(with_them - without), 5)


def _known(path: Path) -> list[Run]:
    content = json.loads(path.read_text()) if path.exists() else {}
    if content and content["machine"] != machine():
        print("what was measured before was on another machine or with other versions: dropped")
        return []
    found: list[Run] = content.get("runs", [])
    return found


def _write(path: Path, runs: list[Run]) -> None:
    """Write all runs, one a line, complete or not at all."""
    from threadpoolctl import threadpool_info

    sizes = {_pool(pool)[0]: len(_pool(pool)[2]) for pool in POOLS}
    content = {
        "machine": machine(),
        "threads": max((pool["num_threads"] for pool in threadpool_info()), default=1),
        "notes": NOTES,
        "items": sizes,
        "names": {pool: _pool(pool)[0] for pool in POOLS},
        "learners": LEARNERS,
        "all": {
            "pools": len(EMBEDDINGS) * len(LEARNERS) * SEEDS,
            "learners": len(POOLS) * len(EMBEDDINGS) * len(KINDS) * SEEDS,
            "embeddings": len(POOLS) * len(LEARNERS) * len(KINDS) * SEEDS,
        },
        "summary": summary(runs),
    }
    head = json.dumps(content, indent=1).removesuffix("\n}")
    lines = ",\n".join(f"  {json.dumps(run)}" for run in runs)
    part = path.with_suffix(".part")
    part.write_text(f'{head},\n "runs": [\n{lines}\n ]\n}}\n')
    part.replace(path)


if __name__ == "__main__":
    main()
