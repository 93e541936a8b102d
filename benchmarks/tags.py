"""Several tags an item, on 43,410 comments with 28 emotions. Run: python -m benchmarks.tags.

GoEmotions (Demszky and others, 2020), MiniLM vectors. 10,000 items, drawn by the seed, are set
aside: nobody is asked about them, and all are judged by them. Every run begins with the same 10
items drawn at random; then 20 items are asked about at a time, each in whole.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import nblabel as nb
from benchmarks.report import RESULTS, machine
from nblabel.log.coding import STATUSES

AT = (100, 300, 1_000)  # answers
KEYS = (220, 650, 2_200)  # pressed; about as many as those answers take, one for each tag and Enter
GRID = 20  # items on screen, where one tag is asked about at a time
FIRST, BATCH, ASIDE = 10, 20, 10_000
FLAGGED = STATUSES.index("flagged")
KEPT = Path("build") / "tags"
OURS = "nblabel"
LOGISTIC = "one-vs-rest logistic regression"
Method = Callable[[Any, Any, list[str], int], dict[str, float]]
Ask = Callable[[Any, Any, list[int], Any, Any], list[int]]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--only", nargs="*", default=None, help="methods to measure")
    parser.add_argument("--latency", action="store_true", help="measure time alone")
    chosen = parser.parse_args()
    X, Y, names = goemotions()
    path = RESULTS / "tags.json"
    content: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"methods": {}}
    content["machine"] = machine()
    content["notes"] = [
        "GoEmotions, train split: 43,410 comments, 28 tags; MiniLM vectors, 384 wide",
        "mean average precision over the tags, on 10,000 items set aside by the seed",
        f"the first {FIRST} answers at random, then {BATCH} at a time; each item in whole",
        "scikit-activeml 1.0.1 has no strategy for several tags; its CoreSet asks without labels",
    ]
    if chosen.latency:
        content["latency"] = latency(X, Y, names)
        print(content["latency"])
    else:
        for seed in chosen.seeds:
            for method in chosen.only or METHODS:
                found = METHODS[method](X, Y, names, seed)
                content["methods"].setdefault(method, {})[str(seed)] = found
                print(seed, method, found, flush=True)
                path.write_text(json.dumps(content, indent=1) + "\n")
    path.write_text(json.dumps(content, indent=1) + "\n")


def goemotions() -> tuple[Any, Any, list[str]]:
    """Return vectors, tags as 0 and 1, and the names of the tags."""
    import pandas as pd

    path = Path(os.environ["NBLABEL_DATA"]) / "goemotions.csv.gz"
    table = pd.read_csv(path, keep_default_na=False)
    table = table[table["split"] == "train"]
    names = sorted({name for names in table["labels"] for name in names.split()})
    Y = np.array([[name in row.split() for name in names] for row in table["labels"]], np.int8)
    kept = KEPT / "X.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, nb.embed(nb.Pool(texts=table["text"].tolist()), method="minilm"))
    return np.load(kept), Y, names


def divided(n: int, seed: int) -> tuple[Any, Any, list[int]]:
    """Return the items to ask about, those set aside, and the first to be asked."""
    order = np.random.default_rng(seed).permutation(n)
    return np.sort(order[ASIDE:]), np.sort(order[:ASIDE]), order[ASIDE : ASIDE + FIRST].tolist()


def precision(scores: Any, Y: Any) -> float:
    """Return the mean over the tags of the average precision."""
    from sklearn.metrics import average_precision_score

    codes = np.flatnonzero(Y.any(axis=0))
    return float(np.mean([average_precision_score(Y[:, c], scores[:, c]) for c in codes]))


def of_session(strategy: str) -> Method:
    """Return a method: a session with the default learner."""

    def method(X: Any, Y: Any, names: list[str], seed: int) -> dict[str, float]:
        _, aside, first = divided(len(X), seed)
        session = nb.Session(
            nb.Pool(embeddings=X), names, multi_label=True, strategy=strategy, random_state=seed
        )
        session.flag(aside)
        session.tell(first, Y[first])
        found = {}
        with tqdm(total=AT[-1], desc=f"{OURS} {strategy}") as bar:
            while session.n_labeled < AT[-1]:
                # so that every number of answers is met
                some = min(
                    BATCH, next(at for at in AT if at > session.n_labeled) - session.n_labeled
                )
                asked = session.ask(some).indices
                session.tell(asked, Y[asked])
                bar.update(len(asked))
                if session.n_labeled in AT:
                    n, given = session.n_labeled, session.y
                    found[str(n)] = precision(session.predict_proba()[aside], Y[aside])
                    found[f"{n}, keys"] = n + int((given == 1).sum())
        return found

    return method


def one_tag_at_a_time(X: Any, Y: Any, names: list[str], seed: int) -> dict[str, float]:
    """Ask about one tag after the other, over a grid of the items that seem the likeliest.

    A key for each item that has the tag, and one to go on.
    """
    _, aside, first = divided(len(X), seed)
    session = nb.Session(nb.Pool(embeddings=X), names, multi_label=True, random_state=seed)
    session.flag(aside)
    session.tell(first, Y[first])
    keys, pairs, found = len(first) + int(Y[first].sum()), 0, {}
    with tqdm(total=KEYS[-1], desc=f"{OURS} one tag at a time") as bar:
        while keys < KEYS[-1]:
            known = session.y
            # the tag with the fewest found, but one that few grids were spent on: none is stuck
            asked = (known >= 0).sum(axis=0) / GRID
            code = int(np.argmin((known == 1).sum(axis=0) + asked))
            proba = session.predict_proba()[:, code].copy()
            proba[(known[:, code] >= 0) | (session.status == FLAGGED)] = -1
            some = np.argsort(-proba, kind="stable")[:GRID]
            session.tell_tag(some, names[code], Y[some, code].astype(bool))
            before, keys, pairs = keys, keys + 1 + int(Y[some, code].sum()), pairs + 1
            bar.update(keys - before)
            for at in KEYS:
                if before < at <= keys:
                    found[f"{at} keys"] = precision(session.predict_proba()[aside], Y[aside])
                    found[f"{at} keys, grids"] = pairs
    return found


def with_logistic(ask: Ask, *, blind: bool = False) -> Method:
    """Return a method: logistic regression of each tag against the rest.

    Where the questions do not depend on the model, it is fitted where it is judged alone.
    """

    def method(X: Any, Y: Any, _names: list[str], seed: int) -> dict[str, float]:
        pool, aside, labeled = divided(len(X), seed)
        labeled = list(labeled)
        rng = np.random.default_rng([seed, 1])
        found: dict[str, float] = {}
        standard = (X - X.mean(axis=0)) / X.std(axis=0).mean() / np.sqrt(X.shape[1])
        with tqdm(total=AT[-1], desc=LOGISTIC) as bar:
            while True:
                if len(labeled) in AT or not blind:
                    model = fitted(standard[labeled], Y[labeled])
                if len(labeled) in AT:
                    found[str(len(labeled))] = precision(
                        scores_of(model, standard[aside]), Y[aside]
                    )
                if len(labeled) >= AT[-1]:
                    return found
                left = np.setdiff1d(pool, labeled)
                proba = None
                if not blind:
                    proba = 1 / (1 + np.exp(-scores_of(model, standard[left])))
                some = min(BATCH, next(at for at in AT if at > len(labeled)) - len(labeled))
                asked = ask(standard, left, labeled, proba, rng)[:some]
                labeled += [int(index) for index in asked]
                bar.update(len(asked))

    return method


def fitted(X: Any, Y: Any) -> list[tuple[Any, float]]:
    """Return weights and bias of each tag."""
    from sklearn.linear_model import LogisticRegression

    found = []
    for known in Y.T:
        if known.min() == known.max():
            found.append((np.zeros(X.shape[1]), 9.0 if known[0] else -9.0))
            continue
        model = LogisticRegression(max_iter=200).fit(X, known)
        found.append((model.coef_[0], float(model.intercept_[0])))
    return found


def scores_of(model: list[tuple[Any, float]], X: Any) -> Any:
    """Return the score of each tag."""
    weights = np.stack([weights for weights, _ in model], axis=1)
    return X @ weights.astype(np.float32) + np.array([bias for _, bias in model], np.float32)


def at_random(_X: Any, left: Any, _labeled: list[int], _proba: Any, rng: Any) -> list[int]:
    """Ask about items drawn at random."""
    return rng.choice(left, BATCH, replace=False).tolist()


def mean_margin(_X: Any, left: Any, _labeled: list[int], proba: Any, _rng: Any) -> list[int]:
    """Ask where the margins of all tags are smallest on average."""
    return left[np.argsort(np.abs(2 * proba - 1).mean(axis=1), kind="stable")[:BATCH]].tolist()


def smallest_margin(_X: Any, left: Any, _labeled: list[int], proba: Any, _rng: Any) -> list[int]:
    """Ask where the margin of any tag is smallest: BinMin (Brinker, 2006)."""
    return left[np.argsort(np.abs(2 * proba - 1).min(axis=1), kind="stable")[:BATCH]].tolist()


def core_set(X: Any, left: Any, labeled: list[int], _proba: Any, rng: Any) -> list[int]:
    """Ask by the CoreSet of scikit-activeml: far from all that was answered."""
    from skactiveml.pool import CoreSet

    y = np.full(len(X), np.nan)
    y[labeled] = 0
    strategy = CoreSet(random_state=int(rng.integers(2**31)))
    return strategy.query(X=X, y=y, candidates=left, batch_size=BATCH).tolist()


METHODS: dict[str, Method] = {
    OURS: of_session("auto"),
    f"{OURS}, random sampling": of_session("random"),
    f"{OURS}, one tag at a time": one_tag_at_a_time,
    f"{LOGISTIC}, random sampling": with_logistic(at_random, blind=True),
    f"{LOGISTIC}, mean margin": with_logistic(mean_margin),
    f"{LOGISTIC}, smallest margin (BinMin)": with_logistic(smallest_margin),
    f"{LOGISTIC}, CoreSet of scikit-activeml": with_logistic(core_set, blind=True),
}


def latency(X: Any, Y: Any, names: list[str]) -> dict[str, Any]:
    """Return milliseconds for a label with a refit and the next eight questions."""
    session = nb.Session(nb.Pool(embeddings=X), names, multi_label=True)
    found: dict[str, Any] = {}
    order = np.random.default_rng(0).permutation(len(X)).tolist()
    for n in AT:
        rows = order[session.n_labeled : n]
        session.tell(rows, Y[rows])
        asked = session.ask(8).indices
        times, busy = [], []
        for turn in range(12):
            begin, work = time.perf_counter(), time.process_time()
            session.tell(int(asked[0]), Y[int(asked[0])])
            asked = session.ask(8).indices
            if turn > 1:
                times.append(1_000 * (time.perf_counter() - begin))
                busy.append(1_000 * (time.process_time() - work))
        found[str(n)] = {
            "median": float(np.median(times)),
            "max": float(np.max(times)),
            "processor": float(np.median(busy)),
        }
    return found


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=UserWarning)
    main()
