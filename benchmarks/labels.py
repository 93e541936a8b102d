"""How many labels a pool needs, beside random sampling and beside peers. Run: make bench-labels.

Every run begins with an item drawn at random, which is all that its seed decides about nblabel:
what it asks after that depends on the answers alone. Every curve is kept in build/labels as soon as
it is there, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.datasets import make_classification
from tqdm import tqdm

import nblabel as nb
from benchmarks import peers
from benchmarks.report import RESULTS, machine
from nblabel.strategies import AUTO, STRATEGIES

CURVES = Path(__file__).parents[1] / "build" / "labels"
SEEDS = range(5)
SHARES = (0.8, 0.9, 0.95)
# Where a published comparison of strategies looks: means over its points of ten labels each, from
# the 1st to the 7th and from the 15th to the 21st.
PHASES = {"LOW": range(10, 71, 10), "HIGH": range(150, 211, 10)}
OURS = "nblabel"
FROM = 10  # labels, where the mean of a curve begins
NOTES = [
    f"{len(SEEDS)} runs, each begun with an item drawn at random",
    (
        "64 gradients of the pictures, where nothing else is said; the network is EfficientNet-Lite0, "
        "which comes along and is the default for photos"
    ),
    "nblabel's settings were chosen on these pools themselves",
    (
        f"linear head with all labels: logistic regression, {peers.FOLDS}-fold cross-validation; "
        "where a table counts test items, trained on the pool"
    ),
]


@dataclass(frozen=True)
class Case:
    """A pool, and what is asked of it.

    Attributes
    ----------
    name : str
        What to call it.
    budget : int
        Labels given.
    targets : dict
        Accuracy to reach, by number of labels.
    X : ndarray of shape (n, dim), float32
        Embeddings.
    y : ndarray of shape (n,), int
        Right answers.
    test : tuple of ndarray, optional
        Embeddings and answers of items outside the pool; where there are some, their accuracy
        counts.
    """

    name: str
    budget: int
    targets: dict[int, float]
    X: Any
    y: Any
    test: tuple[Any, Any] | None = None


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES), metavar="C")
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=METHODS, metavar="M")
    parser.add_argument("--rules", nargs="*", default=RULES, choices=RULES, metavar="R")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    CURVES.mkdir(parents=True, exist_ok=True)
    tasks = [(c, m, s) for c in chosen.cases for m in chosen.methods for s in SEEDS]
    rules = [_rule(name) for name in chosen.rules]
    tasks += [(c, m, s) for c in chosen.cases if c in RULED for m in rules for s in SEEDS]
    finalists = [_rule(name) for name in EVERYWHERE if name in chosen.rules]
    tasks += [(c, m, s) for c in chosen.cases for m in finalists for s in SEEDS]
    tasks = list(dict.fromkeys(tasks))
    missing = [task for task in tasks if not _path(*task).exists()]
    for name in chosen.cases:
        if name not in HEADLESS and not _head_path(name).exists():
            case = _case(name)
            np.save(_head_path(name), peers.linear_head(case.X, case.y, case.test))
    parallel = joblib.Parallel(chosen.jobs, return_as="generator_unordered")
    for _ in tqdm(
        parallel(joblib.delayed(_measure)(*task) for task in missing), total=len(missing)
    ):
        pass
    content = {"machine": machine(), "notes": NOTES, **_joined(list(_results()), _ruled())}
    (RESULTS / "labels.json").write_text(json.dumps(content, indent=1) + "\n")
    for case in content["cases"]:
        print(f"\n{case['name']} ({case['n']:,} items, {case['what']})")
        for method, figures in case["methods"].items():
            at = "  ".join(
                f"{n}: {np.mean(values):.3f} ±{np.std(values):.3f}"
                for n, values in figures["accuracy"].items()
            )
            needed = "  ".join(f"{s}: {_told(v)}" for s, v in figures["needed"].items())
            print(f"  {method:40}  {at}  |  {needed}")
    for pool, means in content["rules"].items():
        print(f"\n{pool}: mean share right, by strategy")
        for rule, values in sorted(means.items(), key=lambda row: -np.mean(row[1])):
            print(f"  {rule:20}  {np.mean(values):.3f} ±{np.std(values):.3f}")


# data


def _mnist_pca() -> Case:
    data = nb.datasets.load_mnist()
    X = nb.embed(data.images, method="pca", dim=50)
    return Case("MNIST, PCA 50", 200, {60: 0.95, 100: 0.962, 200: 0.97}, X, data.labels)


def _mnist() -> Case:
    data = nb.datasets.load_mnist()
    X = nb.embed(data.images, method="gradients")
    return Case("MNIST", 200, {60: 0.95, 100: 0.962, 200: 0.97}, X, data.labels)


def _fashion() -> Case:
    data = nb.datasets.load_fashion_mnist()
    X = nb.embed(data.images, method="gradients")
    return Case("Fashion-MNIST", 400, {70: 0.74, 100: 0.77, 200: 0.81, 400: 0.83}, X, data.labels)


def _fashion_pca() -> Case:
    data = nb.datasets.load_fashion_mnist()
    X = nb.embed(data.images, method="pca", dim=50)
    return Case("Fashion-MNIST, PCA 50", 400, {}, X, data.labels)


def _digits() -> Case:
    data = nb.datasets.load_digits()
    return Case("Digits", 200, {}, nb.embed(data.images, method="gradients"), data.labels)


def _cifar() -> Case:
    with np.load(data_folder() / "cifar10.npz") as file:
        images, y = file["x_train"], file["y_train"].astype(int)
    return Case("CIFAR-10 excerpt", 400, {}, nb.embed(images, method="gradients"), y)


def _fruits() -> Case:
    with np.load(data_folder() / "fruits.npz") as file:
        images, y, train = file["x"], file["y"].astype(int), file["split"] == "train"
    X = nb.embed(images, method="gradients")  # without labels, of all photos
    return Case("Fruits, by photo", 400, {}, X[train], y[train], (X[~train], y[~train]))


def _trashnet_photos() -> Case:
    """Return photo files, embedded by default."""
    folder = CURVES.parent / "trashnet"
    if not folder.exists():
        made = folder.with_name(f"{folder.name}.{os.getpid()}")  # a run beside it may do the same
        with zipfile.ZipFile(data_folder() / "trashnet.zip") as file:
            file.extractall(made)
        if not folder.exists():
            made.rename(folder)
    pool = nb.Pool.from_folder(folder)
    y = np.unique([item.split("/")[0] for item in pool.ids], return_inverse=True)[1]
    return Case("TrashNet, photo files", 400, PHOTO_TARGETS["trashnet"], nb.embed(pool), y)


def _fruits_photos() -> Case:
    with np.load(data_folder() / "fruits.npz") as file:
        images, y, train = file["x"], file["y"].astype(int), file["split"] == "train"
    X = nb.embed(images)
    targets = PHOTO_TARGETS["fruits"]
    return Case("Fruits, the network", 400, targets, X[train], y[train], (X[~train], y[~train]))


def _cifar_photos() -> Case:
    with np.load(data_folder() / "cifar10.npz") as file:
        images, y = file["x_train"], file["y_train"].astype(int)
    targets = PHOTO_TARGETS["cifar"]
    return Case("CIFAR-10 excerpt, the network", 400, targets, nb.embed(images), y)


def _tweets() -> Case:
    """Return texts, embedded by default: the sentence network of the extra ``texts``."""
    table = pd.read_csv(data_folder() / "sentiment140.csv.gz")
    kept = CURVES.parent / "tweets.npy"
    if not kept.exists():
        part = kept.with_name(f"tweets.{os.getpid()}.npy")  # a run beside it may do the same
        np.save(part, nb.embed(nb.Pool(texts=table["text"].tolist()), method="minilm"))
        part.replace(kept)
    targets = {30: 0.66, 100: 0.71, 200: 0.725, 400: 0.735}
    y = table["label"].to_numpy()
    return Case("Tweets, positive or negative, MiniLM", 400, targets, np.load(kept), y)


def _long_tail() -> Case:
    """Return Fashion-MNIST with each class 0.6 times as large as the one before."""
    data = nb.datasets.load_fashion_mnist()
    some = long_tail(data.labels)
    X = nb.embed(data.images[some], method="gradients")
    return Case("Fashion-MNIST, long tail", 200, {}, X, data.labels[some])


def _rare() -> Case:
    """Return MNIST with a class, the eights, that makes 1 % of the pool; its recall counts."""
    data = nb.datasets.load_mnist()
    some = rare_eights(data.labels)
    X = nb.embed(data.images[some], method="gradients")
    y = data.labels[some]
    return Case("MNIST, eights 1 %: their recall", 200, {}, X, y, (X[y == 8], y[y == 8]))


def _table() -> Case:
    """Return a made table; coverage alone asks first for the rows of it that are odd."""
    X, y, _ = rows_with_errors()
    pool = nb.Pool(table=pd.DataFrame(X, columns=[f"column {i}" for i in range(X.shape[1])]))
    return Case("Made table, odd rows", 200, {}, nb.embed(pool), y)


PHOTO_TARGETS = {
    "trashnet": {10: 0.58, 30: 0.78, 100: 0.86, 200: 0.89, 400: 0.92},
    "fruits": {10: 0.80, 30: 0.93, 100: 0.96, 200: 0.98, 400: 0.985},
    "cifar": {10: 0.46, 30: 0.54, 100: 0.68, 200: 0.72, 400: 0.76},
}
CASES: dict[str, Callable[[], Case]] = {
    "mnist-pca": _mnist_pca,
    "mnist": _mnist,
    "fashion-pca": _fashion_pca,
    "fashion": _fashion,
    "digits": _digits,
    "cifar": _cifar,
    "fruits": _fruits,
    "trashnet-photos": _trashnet_photos,
    "fruits-photos": _fruits_photos,
    "cifar-photos": _cifar_photos,
    "tweets": _tweets,
    "tail": _long_tail,
    "rare": _rare,
    "table": _table,
}
HEADLESS = ("rare",)  # no linear head with all labels: the items it is judged by are in the pool


def long_tail(labels: Any) -> Any:
    """Return positions of ten classes, of each 0.6 times as many as of the one before."""
    sizes = (6_000 * 0.6 ** np.arange(10)).astype(int)
    return np.sort(np.concatenate([np.flatnonzero(labels == c)[:n] for c, n in enumerate(sizes)]))


def rare_eights(labels: Any) -> Any:
    """Return 20,000 positions, 200 of them of class 8."""
    eight = labels == 8
    return np.sort(np.r_[np.flatnonzero(~eight)[:19_800], np.flatnonzero(eight)[:200]])


def rows_with_errors() -> tuple[Any, Any, Any]:
    """Return 5,000 rows of 20 numbers, their 5 classes, and the 5 % that are measured badly.

    To each number of such a row a large error is added, from Student's t-distribution with two
    degrees of freedom.
    """
    X, y = make_classification(
        5_000, 20, n_informative=10, n_redundant=4, n_classes=5, class_sep=1.5, random_state=0
    )
    rng = np.random.default_rng(0)
    odd = rng.random(len(X)) < 0.05
    X[odd] += 5 * rng.standard_t(2, (odd.sum(), X.shape[1]))
    return X, y, odd


@cache
def _case(name: str) -> Case:
    return CASES[name]()


def data_folder() -> Path:
    """Return the folder that CIFAR and fruits are read from."""
    folder = os.environ.get("NBLABEL_DATA")
    if folder is None:
        raise SystemExit("This pool is read from the folder that NBLABEL_DATA names.")
    return Path(folder)


# methods: each yields the labels given so far and the classes it gives to pool and test items


MARGIN = peers.with_a_model(peers.of_activeml("UncertaintySampling", method="margin_sampling"))


def _session(
    strategy: str, batch: int = 1
) -> Callable[[Case, int], Iterator[tuple[int, Any, Any]]]:
    """Return a run of the session that asks for a batch of answers at a time."""

    def run(case: Case, seed: int) -> Iterator[tuple[int, Any, Any]]:
        names = [str(c) for c in range(case.y.max() + 1)]
        pool = nb.Pool(embeddings=case.X)
        session = nb.Session(pool, names, strategy=strategy, random_state=seed)
        first = int(np.random.default_rng(seed).integers(len(case.y)))
        asked = [first]
        for n in range(1, case.budget + 1):
            if not asked:
                asked = session.ask(batch - (n - 1) % batch).indices.tolist()
            index = asked.pop(0)
            session.tell(index, names[case.y[index]])
            if asked:
                continue
            test = None
            if case.test is not None:
                test = session.predict_proba(case.test[0]).argmax(axis=1)
            yield n, np.asarray(session.predict(), dtype=int), test

    return run


def _loop(
    classifier: Callable[[], Any], query: peers.Query, batch: int = 1
) -> Callable[[Case, int], Iterator[tuple[int, Any, Any]]]:
    """Return a loop that fits a classifier anew to all labels after each batch of them."""

    def run(case: Case, seed: int) -> Iterator[tuple[int, Any, Any]]:
        rng = np.random.default_rng(seed)
        state = peers.State(case.X, case.y, [], classifier, rng)
        asked = peers.at_random(state, 1)
        for n in range(1, case.budget + 1):
            asked = asked or query(state, batch - (n - 1) % batch)
            state = replace(state, labeled=[*state.labeled, asked.pop(0)])
            if asked or (n % 5 and n > 20):
                continue
            pool = state.predict(case.X)
            pool[state.labeled] = case.y[state.labeled]
            yield n, pool, None if case.test is None else state.predict(case.test[0])

    return run


LOGISTIC = "logistic regression"
BATCH = 10  # of peers that are too slow for one at a time, or that are made for batches
METHODS: dict[str, Callable[[Case, int], Iterator[tuple[int, Any, Any]]]] = {
    OURS: _session("auto"),
    f"{OURS}, ten at a time": _session("auto", BATCH),
    "random sampling, our learner": _session("random"),
    f"random sampling, {LOGISTIC}": _loop(peers.logistic, peers.at_random),
    f"scikit-activeml, margin, {LOGISTIC}": _loop(peers.logistic, MARGIN),
    "scikit-activeml, margin, 5 neighbours": _loop(peers.AtMost, MARGIN),
    f"modAL, entropy, {LOGISTIC}": _loop(peers.logistic, peers.entropy_of_modal),
    "scikit-learn loop, least confidence": _loop(peers.logistic, peers.least_confident),
    # it looks at no answer, so that five at a time are those that it asks one by one
    f"scikit-activeml, CoreSet, {LOGISTIC}": _loop(peers.logistic, peers.of_activeml("CoreSet"), 5),
    **{
        f"scikit-activeml, {name}, {LOGISTIC}, ten at a time": _loop(peers.logistic, query, BATCH)
        for name, query in {
            "DropQuery": peers.with_a_model(peers.of_activeml("DropQuery")),
            "BADGE": peers.with_a_model(peers.of_activeml("Badge")),
            "TypiClust": peers.of_activeml("TypiClust"),
        }.items()
    },
}
# Every strategy with the default learner, on the smaller pools. Two were measured above.
MEASURED_ABOVE = {AUTO: OURS, "random": "random sampling, our learner"}
RULES = [name for name in STRATEGIES if name not in ("auto", "find")]  # find has one class in mind
RULED = ("digits", "cifar", "fruits", "tail")
EVERYWHERE = (
    "alternating",
    "product",
    "herding",
)  # on all pools: those that were the default so far


def _rule(name: str) -> str:
    """Return the name under which the curves of a strategy are kept."""
    return MEASURED_ABOVE.get(name, f"{OURS}, {name}")


# figures


def _path(case: str, method: str, seed: int) -> Path:
    plain = "".join(c if c.isalnum() else "-" for c in method)
    return CURVES / f"{case}.{plain}.{seed}.npy"


def _head_path(case: str) -> Path:
    return CURVES / f"{case}.head.npy"


def _measure(name: str, method: str, seed: int) -> None:
    """Run one curve: rows of labels given and share of right answers."""
    warnings.simplefilter("ignore")  # of the peers: about convergence, about classes not seen yet
    case = _case(name)
    rows = []
    run = METHODS.get(method) or _session(method.removeprefix(f"{OURS}, "))
    for n, pool, test in run(case, seed):
        right = pool == case.y if case.test is None else test == case.test[1]
        rows.append((n, right.mean()))
    path = _path(name, method, seed)
    part = path.with_suffix(".part.npy")
    np.save(part, np.array(rows))
    part.replace(path)


def _results() -> Iterator[dict[str, Any]]:
    for name in CASES:
        methods = {}
        for method in METHODS:
            paths = [path for seed in SEEDS if (path := _path(name, method, seed)).exists()]
            if len(paths) == len(SEEDS):
                methods[method] = _figures(name, [np.load(path) for path in paths])
        if methods:
            case, head = _case(name), _head_path(name)
            yield {
                "name": case.name,
                "n": len(case.y),
                "dim": case.X.shape[1],
                "budget": case.budget,
                "what": "share right in the pool" if case.test is None else "share right outside",
                "targets": case.targets,
                **({"head": float(np.load(head))} if head.exists() else {}),
                "methods": methods,
            }


def _joined(cases: list[Any], rules: dict[str, Any]) -> dict[str, Any]:
    """Put what was measured beside the pools and methods that were measured before."""
    path = RESULTS / "labels.json"
    known = json.loads(path.read_text()) if path.exists() else {"cases": [], "rules": {}}
    joined = {case["name"]: case for case in known["cases"]}
    for case in cases:
        before = joined.get(case["name"], {"methods": {}})
        methods = before["methods"] | case["methods"]
        joined[case["name"]] = {**before, **case, "methods": methods}
    for pool, means in rules.items():
        known["rules"][pool] = known["rules"].get(pool, {}) | means
    return {"cases": list(joined.values()), "rules": known["rules"]}


def _ruled() -> dict[str, dict[str, list[float]]]:
    """Return by pool and strategy the mean of each run's curve, from ten labels to all."""
    ruled: dict[str, dict[str, list[float]]] = {}
    for name in (*RULED, *(name for name in CASES if name not in RULED)):
        for rule in RULES if name in RULED else EVERYWHERE:
            paths = [path for seed in SEEDS if (path := _path(name, _rule(rule), seed)).exists()]
            if len(paths) == len(SEEDS):
                curves = [np.load(path) for path in paths]
                means = [float(curve[curve[:, 0] >= FROM, 1].mean()) for curve in curves]
                ruled.setdefault(_case(name).name, {})[rule] = means
    return {pool: means for pool, means in ruled.items() if len(means) > 1}  # else no comparison


def _figures(name: str, curves: list[Any]) -> dict[str, Any]:
    budget = _case(name).budget
    wanted = sorted({10, 30, 60, 70, 100, 200, 400} & set(range(budget + 1)))
    return {
        "accuracy": {n: [float(curve[curve[:, 0] == n, 1][0]) for curve in curves] for n in wanted},
        "needed": {share: [_first(curve, share) for curve in curves] for share in SHARES},
        "phases": {
            phase: [_mean_at(curve, points) for curve in curves]
            for phase, points in PHASES.items()
            if points[-1] <= budget
        },
    }


def _mean_at(curve: Any, points: range) -> float:
    """Return the mean of a curve at some numbers of labels."""
    return float(curve[np.isin(curve[:, 0], points), 1].mean())


def _first(curve: Any, share: float) -> int | None:
    """Return after how many labels the share was reached and held for ten labels more."""
    n, right = curve.T
    for place in np.flatnonzero(right >= share):
        if (right[(n >= n[place]) & (n <= n[place] + 10)] >= share).all():
            return int(n[place])
    return None


def _told(needed: list[int | None]) -> str:
    found = [n for n in needed if n is not None]
    if len(found) <= len(needed) / 2:
        return "-"
    return f"{np.median([np.inf if n is None else n for n in needed]):.0f}"


if __name__ == "__main__":
    # under its own name, by which other processes find it
    from benchmarks import labels  # noqa: PLW0406

    labels.main()
