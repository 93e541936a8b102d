"""Article E: saving on labels with doubtful questions, then with the model's own surest answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

import nblabel as nb
from benchmarks.articles.rows import Row, full_size, kept
from nblabel.learners.named import make_estimator

TITLE = "E. Active learning on MNIST: saving on labeling, 4,000 + 400"
NOTES = (
    "each seed draws its own 4,000 and 400 images of MNIST",
    "softmax regression with weight decay (C 0.01 on pixels, 0.1 on gradients) in place of early stopping",
    "labels of the test images are not counted; they are needed all the same",
    (
        "the article's shares are those of one set of 400 test images: with 4,000 labels softmax on pixels "
        "has 90.3 % of MNIST's 10,000 test images right, and of 400 of them in a row from 84.3 to 98.3 %"
    ),
)
SEEDS = range(5)
BATCH, BUDGET, ROUNDS = 10, 400, 20
DECAY = {"raw": 0.01, "gradients": 0.1}


def run() -> Iterator[Row]:
    """Yield the article's figures, each beside ours, and what our default session comes to."""
    for features, word in (("raw", "pixels"), ("gradients", "gradients")):
        for what, figure, labels, measure in (
            (f"softmax on {word}, all labels", "92.25 %", 4_000, "all"),
            (f"softmax on {word}, 400 at random", "83.75 %", BUDGET, "random"),
            (f"softmax on {word}, 40 times the 10 least confident", "89.75 %", BUDGET, "asked"),
            (
                f"the same, then {ROUNDS} times the 10 most confident accepted",
                "90.50 %",
                BUDGET,
                "some",
            ),
            (
                "the same, 100 accepted at a time until all images have a label",
                "",
                BUDGET,
                "everything",
            ),
        ):
            article = figure if features == "raw" else None
            yield _row(f"{what}, test images", _scores(measure, features), article, labels)
        for what, figure, before, after in (
            ("gain of the least confident over those at random", "6.00 %", "random", "asked"),
            (f"gain of {ROUNDS} rounds of self-training", "0.75 %", "asked", "some"),
            ("gain of self-training until all images have a label", "", "asked", "everything"),
        ):
            pairs = zip(_scores(before, features), _scores(after, features), strict=True)
            gains = [(late[0] - early[0], 0.0) for early, late in pairs]
            article = figure if features == "raw" else None
            yield _row(f"softmax on {word}: {what}", gains, article, BUDGET, target=0)
    yield _row(
        "nblabel as it is, 400 questions, test images",
        _scores("ours", "gradients"),
        None,
        BUDGET,
        0.93,
    )


def _row(
    what: str,
    scores: list[tuple[float, float]],
    article: str | None,
    labels: int,
    target: float | None = None,
) -> Row:
    return Row(
        what,
        [score for score, _ in scores],
        article=article or None,
        labels=labels,
        seconds=sum(seconds for _, seconds in scores) or None,
        target=target,
        reduced="" if full_size() else "1,397 + 400 of scikit-learn's digits in place of MNIST",
    )


def _scores(measure: str, features: str) -> list[tuple[float, float]]:
    """Return share right and seconds for each seed."""
    size = "full" if full_size() else "reduced"
    return [
        tuple(
            kept(
                f"e-{size}-{features}-{measure}-{seed}",
                lambda seed=seed: _timed(measure, features, seed),
            )
        )
        for seed in SEEDS
    ]


def _timed(measure: str, features: str, seed: int) -> tuple[float, float]:
    start = time.perf_counter()
    X, names, X_test, test_names, classes = _data(seed, features)
    pool = nb.Pool(embeddings=X)
    if measure == "ours":
        session = nb.Session(pool, classes, random_state=seed)
        for _ in range(BUDGET):
            index = session.ask().indices[0]
            session.tell(index, names[index])
    else:
        softmax = make_estimator("softmax", X)
        softmax.set_params(onethreadregression__C=DECAY[features])
        session = nb.Session(pool, classes, learner=softmax, strategy="least_confidence", random_state=seed)
        LABEL[measure](session, names)
    session.refit()
    codes = session.engine.learner.predict_proba(X_test).argmax(axis=1)
    right = (np.array(session.classes)[codes] == test_names).mean()
    return float(right), time.perf_counter() - start


def _all(session: nb.Session, names: Any) -> None:
    session.tell(range(len(names)), names)


def _random(session: nb.Session, names: Any) -> None:
    session.tell(range(BUDGET), names[:BUDGET])  # they are in random order


def _asked(session: nb.Session, names: Any) -> None:
    session.tell(range(BATCH), names[:BATCH])  # before the first label all are alike
    while session.n_labeled < BUDGET:
        asked = session.ask(BATCH).indices
        session.tell(asked, names[asked])


def _some(session: nb.Session, names: Any) -> None:
    _asked(session, names)
    nb.self_training(session, n=BATCH, rounds=ROUNDS, progress=False)


def _everything(session: nb.Session, names: Any) -> None:
    _asked(session, names)
    nb.self_training(session, n=100, progress=False)


LABEL = {"all": _all, "random": _random, "asked": _asked, "some": _some, "everything": _everything}


@cache
def _data(seed: int, method: str) -> tuple[Any, Any, Any, Any, Any]:
    """Return pool and test items, as the seed draws them, with their answers."""
    data = nb.datasets.load_mnist("train") if full_size() else nb.datasets.load_digits()
    drawn = np.random.default_rng(seed).permutation(len(data))[:4_400]
    X = nb.embed(data.images[drawn], method=method)  # together: one space
    names = np.array(data.classes)[data.labels[drawn]]
    return X[:-400], names[:-400], X[-400:], names[-400:], data.classes
