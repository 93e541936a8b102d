"""Article A: clothing labeled by few, with the help of the pictures that have no label."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.svm import SVC

import nblabel as nb
from benchmarks.articles.rows import KEPT, Row, full_size, kept
from nblabel.learners.named import make_estimator

TITLE = "A. Using unlabeled data to label data: Fashion-MNIST, 60,000 + 10,000"
NOTES = [
    "accuracy on the test images unless the pool is named; labels drawn at random unless active",
    "five draws of the labels, three for the comparison of learners",
]
SIZES = (100, 200, 500, 1_000, 2_000)
DRAWS = range(5)
FEW_DRAWS = range(3)
RUNS = range(3)
LEARNERS = {
    "logreg": "logistic regression",
    "svm": "SVM",
    "rf": "random forest",
    "hgb": "gradient boosting",
}
STEPS = {"full": None, "reduced": 60}  # of a training; None: what the encoder usually takes


@dataclass
class Data:
    """Training and test images, and what was done with them before."""

    name: str
    train: nb.datasets.Dataset
    test: nb.datasets.Dataset
    reduced: str

    @property
    def key(self) -> str:
        """What its computed parts are kept under."""
        return f"a-{self.name}{'-small' if self.reduced else ''}"

    @cached_property
    def pixels(self) -> tuple[Any, Any]:
        """Pixels, 0..1, of both."""
        train, test = (nb.embed(part.images, method="raw") for part in (self.train, self.test))
        return train, test

    @cached_property
    def gradients(self) -> tuple[Any, Any]:
        """Gradients of both, described together without looking at labels."""
        images = np.concatenate([self.train.images, self.test.images])
        X = nb.embed(images, method="gradients")
        return X[: len(self.train)], X[len(self.train) :]

    def trained(self, method: str) -> tuple[nb.encoders.Encoder, dict[str, float]]:
        """Return an encoder trained on the training images, and what the training took."""
        path = KEPT / f"{self.key}-{method}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)

        def train() -> dict[str, float]:
            steps = STEPS["reduced" if self.reduced else "full"]
            encoder = nb.encoders.make_encoder(method, steps=steps).fit(self.train.images)
            encoder.save(path)
            return {
                "seconds": encoder.seconds_,
                "cpu_seconds": encoder.cpu_seconds_,
                "steps": encoder.steps_,
            }

        took = kept(f"{self.key}-{method}-training", train)
        return nb.encoders.load(path), took

    def codes(self, method: str) -> tuple[Any, Any]:
        """Return the codes of both by an encoder."""
        encoder, _ = self.trained(method)
        return encoder.transform(self.train.images), encoder.transform(self.test.images)


def run() -> Iterator[Row]:
    """Yield the article's figures, each beside ours."""
    fashion = _fashion()
    yield Row(
        "every one of 100,000 images by hand", [500], article="500 h", labels=100_000, unit="h"
    )
    yield from _svm_on_pixels(fashion)
    yield from _learners(fashion)
    yield from _codes(fashion)
    yield _active(fashion)
    yield from _contrastive(fashion, {100: 0.78, 400: 0.85})
    yield from _contrastive(_mnist(), {30: 0.96, 100: 0.975})


# data


def _fashion() -> Data:
    if full_size():
        load = nb.datasets.load_fashion_mnist
        return Data("fashion_mnist", load("train"), load("test"), "")
    data = nb.datasets.load_fashion_mnist_sample()
    return Data("fashion_mnist", *_parts(data, 4_000), "4,000 + 1,000 images of the sample")


def _mnist() -> Data:
    if full_size():
        return Data("mnist", nb.datasets.load_mnist("train"), nb.datasets.load_mnist("test"), "")
    data = nb.datasets.load_digits()
    return Data("mnist", *_parts(data, 1_500), "1,500 of scikit-learn's digits in place of MNIST")


def _parts(data: nb.datasets.Dataset, n: int) -> list[nb.datasets.Dataset]:
    order = np.random.default_rng(0).permutation(len(data))
    return [
        nb.datasets.Dataset(data.images[some], data.labels[some], data.classes, data.name)
        for some in (order[:n], order[n:])
    ]


# rows


def _accuracies(
    data: Data,
    name: str,
    spaces: Callable[[], tuple[Any, Any]],
    make: Callable[[Any], Any],
    n: int,
    draws: range,
) -> tuple[list[float], float]:
    """Return the test accuracy after learning from n random labels, for each draw, and seconds."""

    def compute() -> tuple[list[float], float]:
        X, X_test = spaces()
        begun, found = time.perf_counter(), []
        for draw in draws:
            some = np.random.default_rng(draw).permutation(len(X))[:n]
            estimator = make(X)
            if "random_state" in estimator.get_params():
                estimator.set_params(random_state=draw)
            guessed = estimator.fit(X[some], data.train.labels[some]).predict(X_test)
            found.append(float((guessed == data.test.labels).mean()))
        return found, time.perf_counter() - begun

    found, seconds = kept(f"{data.key}-{name}-{n}", compute)
    return found, seconds


def _svm_on_pixels(data: Data) -> Iterator[Row]:
    article = {100: 0.44, 1_000: 0.74}
    settings: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "svm": ("SVM as nblabel sets it", lambda X: make_estimator("svm", X)),
        "svc-auto": ("SVM, C 1, gamma 1/784", lambda _: SVC(gamma="auto")),
        "svc-linear": ("linear SVM, C 1", lambda _: SVC(kernel="linear")),
    }
    for name, (told, make) in settings.items():
        for n, theirs in article.items():
            found, seconds = _accuracies(data, name, lambda: data.pixels, make, n, DRAWS)
            yield Row(
                f"{told}, on pixels",
                found,
                article=f"{100 * theirs:.0f} %",
                labels=n,
                seconds=seconds,
                target=theirs if name == "svm" else None,
                note="gamma as it was scikit-learn's default until 0.22" if "auto" in name else "",
                reduced=data.reduced,
            )


def _learners(data: Data) -> Iterator[Row]:
    for name, told in LEARNERS.items():
        for n in SIZES:
            found, seconds = _accuracies(
                data,
                f"{name}-pixels",
                lambda: data.pixels,
                lambda X, name=name: make_estimator(name, X),  # type: ignore[misc]
                n,
                FEW_DRAWS,
            )
            theirs = 0.8 if (name, n) == ("rf", 1_000) else None
            yield Row(
                f"{told} on pixels",
                found,
                article="80 %" if theirs else None,
                labels=n,
                seconds=seconds,
                target=theirs,
                reduced=data.reduced,
            )


def _codes(data: Data) -> Iterator[Row]:
    told = {"autoencoder": "autoencoder's embedding", "vae": "convolutional VAE's embedding"}
    article = {("autoencoder", 100): 0.59, ("autoencoder", 1_000): 0.78, ("vae", 500): 0.8}
    for method, what in told.items():
        yield _training(data, method)
        codes: list[tuple[Any, Any]] = []

        def spaces(method: str = method, codes: list[tuple[Any, Any]] = codes) -> tuple[Any, Any]:
            if not codes:
                codes.append(data.codes(method))
            return codes[0]

        for n in SIZES:
            found, seconds = _accuracies(
                data, f"svm-{method}", spaces, lambda X: make_estimator("svm", X), n, DRAWS
            )
            theirs = article.get((method, n))
            yield Row(
                f"SVM on the {what}, 128 wide",
                found,
                article=theirs and f"{'> ' if method == 'vae' else ''}{100 * theirs:.0f} %",
                labels=n,
                seconds=seconds,
                target=theirs,
                reduced=data.reduced,
            )


def _training(data: Data, method: str, most: float | None = None) -> Row:
    _, took = data.trained(method)
    return Row(
        f"training: {method}, {len(data.train):,} images of {data.train.name}",
        [took["seconds"]],
        seconds=took["seconds"],
        target=most,
        at_least=False,
        unit="s",
        note=f"{took['steps']:,.0f} steps, {took['cpu_seconds']:,.0f} s of the processors",
        reduced=data.reduced,
    )


def _active(data: Data) -> Row:
    """Return how many active labels 80 % of the test images take."""

    def compute() -> list[list[float]]:
        X, X_test = data.gradients
        curve = nb.simulate(
            nb.Pool(embeddings=X),
            data.train.labels,
            budget=200,
            X_test=X_test,
            y_test=data.test.labels,
            random_state=RUNS,
        )
        return [runs["test_accuracy"].tolist() for _, runs in curve.groupby("seed")]

    begun = time.perf_counter()
    curves = kept(f"{data.key}-active", compute)
    return Row(
        "labels for 80 % of the test images, active, on gradients",
        [_needed(curve, 0.8) for curve in curves],
        article="500 labels",
        labels=float(np.mean([_needed(curve, 0.8) for curve in curves])),
        seconds=time.perf_counter() - begun,
        target=150,
        at_least=False,
        unit="labels",
        note="counted from where the accuracy stays at 80 %",
        reduced=data.reduced,
    )


def _needed(curve: list[float], share: float) -> float:
    """Return the number of labels from which on a curve stays at a share."""
    below = np.flatnonzero(np.array(curve) < share)
    return float(below[-1] + 2 if below.size else 1)


def _contrastive(data: Data, targets: dict[int, float]) -> Iterator[Row]:
    """Yield the accuracy on the pool of the default session with a contrastive encoder."""
    yield _training(data, "contrastive", most=300)
    encoder, _ = data.trained("contrastive")
    spaces = {
        "contrastive embedding": encoder,
        "contrastive embedding beside gradients": ["gradients", encoder],
    }
    for told, method in spaces.items():

        def compute(method: Any = method) -> list[list[float]]:
            curve = nb.simulate(
                nb.Pool(embeddings=nb.embed(data.train.images, method=method)),
                data.train.labels,
                budget=max(targets),
                random_state=RUNS,
            )
            return [runs["pool_accuracy"].tolist() for _, runs in curve.groupby("seed")]

        begun = time.perf_counter()
        curves = kept(f"{data.key}-{told.replace(' ', '-')}", compute)
        for n, target in targets.items():
            yield Row(
                f"{told}, active: the pool, {data.train.name}",
                [curve[n - 1] for curve in curves],
                labels=n,
                seconds=time.perf_counter() - begun,
                target=target if "beside" in told else None,
                reduced=data.reduced,
            )
