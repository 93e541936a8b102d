"""Article E: saving on labels with doubtful questions, then with the model's own surest answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

import nblabel as nb
from benchmarks.articles.rows import Row, full_size, kept

TITLE = "E. Active learning on MNIST: saving on labeling, 4,000 + 400"
NOTES = (
    "each seed draws its own 4,000 and 400 images of MNIST",
    "labels of the test images are not counted; they are needed all the same",
)
SEEDS = range(5)
BATCH, BUDGET = 10, 400


def run() -> Iterator[Row]:
    """Yield the article's figures, each beside ours, and what our default session comes to."""
    for what, article, labels, measure in (
        ("softmax on pixels, all labels", "92.25 %", 4_000, _all),
        ("softmax on pixels, 400 at random", "83.75 %", BUDGET, _random),
        ("softmax on pixels, 40 times the 10 least confident", "89.75 %", BUDGET, _least_confident),
        ("the same, then 20 times the 10 most confident accepted", "90.50 %", BUDGET, _some),
        ("the same, accepted until all images have a label", None, BUDGET, _everything),
    ):
        yield _row(what, measure, article, labels)
    yield _row(
        "self-training: what 20 rounds of it gain",
        lambda seed: _some(seed) - _least_confident(seed),
        "0.75 %",
        BUDGET,
    )
    yield _row("nblabel as it is, 400 questions", _ours, None, BUDGET, target=0.93)


def _row(
    what: str,
    measure: Callable[[int], float],
    article: str | None,
    labels: int,
    target: float | None = None,
) -> Row:
    start = time.perf_counter()
    size = "" if full_size() else "-reduced"
    ours = [kept(f"e{size}-{what}-{seed}", lambda seed=seed: measure(seed)) for seed in SEEDS]
    return Row(
        f"{what}, test images",
        ours,
        article=article,
        labels=labels,
        seconds=time.perf_counter() - start,
        target=target,
        reduced="" if full_size() else "1,397 + 400 of scikit-learn's digits in place of MNIST",
    )


def _all(seed: int) -> float:
    session, names = _session(seed)
    session.tell(range(len(names)), names)
    return _accuracy(seed, session)


def _random(seed: int) -> float:
    session, names = _session(seed)  # they come in random order
    session.tell(range(BUDGET), names[:BUDGET])
    return _accuracy(seed, session)


def _least_confident(seed: int) -> float:
    return _accuracy(seed, _asked(seed))


def _some(seed: int) -> float:
    session = _asked(seed)
    nb.self_training(session, n=BATCH, rounds=20, progress=False)
    return _accuracy(seed, session)


def _everything(seed: int) -> float:
    session = _asked(seed)
    nb.self_training(session, n=BATCH, progress=False)
    return _accuracy(seed, session)


def _ours(seed: int) -> float:
    X, names, X_test, test_names, classes = _data(seed, "gradients")
    session = nb.Session(nb.Pool(embeddings=X), classes, random_state=seed)
    for _ in range(BUDGET):
        index = session.ask().indices[0]
        session.tell(index, names[index])
    return _share_right(session, X_test, test_names)


def _asked(seed: int) -> nb.Session:
    """Return a session in which the 10 least confident were answered 40 times."""
    session, names = _session(seed)
    session.tell(range(BATCH), names[:BATCH])  # before the first label all are alike
    while session.n_labeled < BUDGET:
        asked = session.ask(BATCH).indices
        session.tell(asked, names[asked])
    return session


def _session(seed: int) -> tuple[nb.Session, Any]:
    X, names, _, _, classes = _data(seed, "raw")
    pool = nb.Pool(embeddings=X)
    return nb.Session(pool, classes, "softmax", "least_confidence", random_state=seed), names


def _accuracy(seed: int, session: nb.Session) -> float:
    _, _, X_test, names, _ = _data(seed, "raw")
    return _share_right(session, X_test, names)


def _share_right(session: nb.Session, X_test: Any, names: Any) -> float:
    session.refit()
    codes = session.engine.learner.predict_proba(X_test).argmax(axis=1)
    return float((np.array(session.classes)[codes] == names).mean())


@cache
def _data(seed: int, method: str) -> tuple[Any, Any, Any, Any, Any]:
    """Return pool and test items, as the seed draws them, with their answers."""
    data = nb.datasets.load_mnist("train") if full_size() else nb.datasets.load_digits()
    drawn = np.random.default_rng(seed).permutation(len(data))[:4_400]
    X = nb.embed(data.images[drawn], method=method)  # together: one space
    names = np.array(data.classes)[data.labels[drawn]]
    return X[:-400], names[:-400], X[-400:], names[-400:], data.classes
