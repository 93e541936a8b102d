"""What a prior saves or costs in labels, whether it is good or not. Run: make bench-prior.

Every run begins with an item drawn at random. Curves are means over the seeds; a run with a prior
is compared with the one without, at the shares that this reaches with 30 and with 100 labels.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from tqdm import tqdm

import nblabel as nb
from benchmarks.report import RESULTS, machine

BUDGET = 125
AT = (30, 100)  # labels of the run without a prior, whose shares are to be reached
SHOWN = (1, 5, 10, 30, 60, 100)
SEEDS = 5
ITEMS = 2_500  # of MNIST
TRAINED = {"MNIST": 8, "trashnet": 8}  # items of each class that a linear model is trained on
RIGHT, SURE = 0.7, 0.9  # of a prior whose mistakes are independent
NONE = "none"

Curve = list[float]


def corrupted(_X: Any, y: Any, _held: tuple[Any, Any], rng: Any) -> Any:
    """Return the right class for 70 % of the items and another one for the rest, at 90 %."""
    n, c = len(y), int(y.max()) + 1
    said = np.where(rng.random(n) < RIGHT, y, (y + rng.integers(1, c, n)) % c)
    proba = np.full((n, c), (1 - SURE) / (c - 1))
    proba[np.arange(n), said] = SURE
    return proba


def linear(X: Any, _y: Any, held: tuple[Any, Any], _rng: Any) -> Any:
    """Return what logistic regression says that learned from a few other items."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(held[0])
    model = LogisticRegression(C=0.1, max_iter=2_000).fit(scaler.transform(held[0]), held[1])
    return model.predict_proba(scaler.transform(X))


def noise(_X: Any, y: Any, _held: tuple[Any, Any], rng: Any) -> Any:
    """Return probabilities at random, most of them sure of a class."""
    return rng.dirichlet(np.full(int(y.max()) + 1, 0.2), len(y))


def permuted(prior: Callable[..., Any]) -> Callable[..., Any]:
    """Return a prior that gives each class to the one after it."""
    return lambda *given: np.roll(prior(*given), 1, axis=1)


PRIORS: dict[str, Callable[..., Any] | None] = {
    NONE: None,
    "linear model trained on 8 others a class": linear,
    "labels, 70 % of them right": corrupted,
    "noise": noise,
    "linear model, its classes permuted": permuted(linear),
    "labels, their classes permuted": permuted(corrupted),
}
LABELS = list(PRIORS)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", nargs=3, action="append", default=[], metavar="NAME X Y",
                        help="another pool: a name, embeddings and class numbers as .npy files")  # fmt: skip
    parser.add_argument("--only", nargs="*", default=None, help="pools to measure")
    chosen = parser.parse_args()
    pools = {name: (np.load(X), np.load(y)) for name, X, y in chosen.features}
    if chosen.only is None or "MNIST" in chosen.only:
        pools["MNIST"] = mnist()
    path = RESULTS / "prior.json"
    before = json.loads(path.read_text())["cases"] if path.exists() else []
    cases = {case["name"]: case for case in before}
    for name, (X, y) in pools.items():
        cases[name] = measured(name, np.asarray(X, np.float32), np.asarray(y, int))
        show(cases[name])
    content = {
        "machine": machine(),
        "budget": BUDGET,
        "notes": [f"{SEEDS} seeds, each begun with an item drawn at random", "all defaults"],
        "cases": [cases[name] for name in sorted(cases)],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")


def mnist() -> tuple[Any, Any]:
    """Return gradients and classes of a sample of MNIST."""
    data = nb.datasets.load_mnist()
    rows = np.random.default_rng(0).permutation(len(data.images))[: ITEMS + 80]
    return nb.embed(data.images[rows], method="gradients"), np.asarray(data.labels)[rows]


def measured(name: str, X: Any, y: Any) -> dict[str, Any]:
    """Return the mean curve of each prior on a pool, and the labels it takes."""
    curves: dict[str, list[Curve]] = {prior: [] for prior in LABELS}
    rights: dict[str, list[float]] = {prior: [] for prior in LABELS}
    for seed in tqdm(range(SEEDS), name):
        rng = np.random.default_rng([seed, 1])
        of_class = [rng.permutation(np.flatnonzero(y == code)) for code in np.unique(y)]
        held = np.concatenate([some[: TRAINED.get(name, 8)] for some in of_class])
        pool = np.setdiff1d(np.arange(len(y)), held)
        for prior, make in PRIORS.items():
            given = None
            if make is not None:
                rng = np.random.default_rng([seed, 2])
                given = make(X[pool], y[pool], (X[held], y[held]), rng)
                rights[prior].append(float((given.argmax(axis=1) == y[pool]).mean()))
            curves[prior].append(run(X[pool], y[pool], given, seed))
    means = {prior: np.mean(some, axis=0) for prior, some in curves.items()}
    goals = {n: float(means[NONE][n]) for n in AT}
    return {
        "name": name,
        "n": len(X) - len(np.unique(y)) * TRAINED.get(name, 8),
        "classes": len(np.unique(y)),
        "goals": {str(n): goal for n, goal in goals.items()},
        "priors": {
            prior: {
                "right": float(np.mean(rights[prior])) if rights[prior] else None,
                "shares": {str(n): float(means[prior][n]) for n in SHOWN},
                "needed": {str(n): reached(means[prior], goal) for n, goal in goals.items()},
            }
            for prior in LABELS
        },
    }


def reached(curve: Any, goal: float) -> int | None:
    """Return after how many labels a curve first reaches a share, None where it never does."""
    found = np.flatnonzero(np.asarray(curve) >= goal)
    return int(found[0]) if len(found) else None


def run(X: Any, y: Any, prior: Any, seed: int) -> Curve:
    """Return the share of the pool labeled right after each label, from 0 on."""
    names = [str(code) for code in range(int(y.max()) + 1)]
    session = nb.Session(nb.Pool(embeddings=X), names, prior=prior, random_state=seed)
    right = [float((session.predict().astype(int) == y).mean())]
    first = int(np.random.default_rng([seed, 3]).integers(len(y)))
    for number in range(BUDGET):
        index = int(session.ask(1).indices[0]) if number else first
        session.tell(index, names[y[index]])
        right.append(float((session.predict().astype(int) == y).mean()))
    return right


def show(case: dict[str, Any]) -> None:
    """Print what was measured of one pool."""
    print(case["name"], case["goals"])
    for prior, found in case["priors"].items():
        shares = " ".join(f"{n}: {share:.3f}" for n, share in found["shares"].items())
        print(f"  {prior:42s} right {found['right'] or 0:.2f}  {shares}  needed {found['needed']}")


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=UserWarning)
    main()
