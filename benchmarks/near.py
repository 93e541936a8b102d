"""Which near duplicates are found, and when they are asked. Run: python -m benchmarks.near.

100 pictures of each pool are put in once more in each of five ways: brighter, with noise, saved as
JPEG, and moved by one pixel. Beside it: a pool of which half are black pictures with noise.
"""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
from PIL import Image

import nblabel as nb
from benchmarks.report import Row, report
from nblabel.graph.near import near_groups

CHANGED = 100
POOL = 5_000
SEEDS = range(3)
NOTES = [
    "digits, and the first 5,000 images of MNIST and Fashion-MNIST; 64 gradients; 100 of them changed",
    (
        "asked: 3,000 images of MNIST and 3,000 black ones with noise (deviation 3), all defaults, "
        "3 seeds; the question in which the first black one came, and how many of 30 came"
    ),
]


def main() -> None:
    """Measure, print, write."""
    mnist, fashion = nb.datasets.load_mnist(), nb.datasets.load_fashion_mnist()
    rows = _found("digits", nb.datasets.load_digits().images)
    rows += _found("MNIST", mnist.images[:POOL])
    rows += _found("Fashion-MNIST", fashion.images[:POOL])
    for name, data in (("MNIST", mnist), ("Fashion-MNIST", fashion)):
        rows += _alone(name, data)
    report("near", [*rows, *_asked(mnist.images[:3_000])], NOTES)


def _again(image: Any, rng: np.random.Generator) -> dict[str, Any]:
    def clipped(values: Any) -> Any:
        return np.clip(values, 0, 255).astype(np.uint8)

    def saved(quality: int) -> Any:
        file = io.BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file))

    return {
        "2 % brighter": clipped(image * 1.02),
        "noise, deviation 2": clipped(image + rng.normal(0, 2, image.shape)),
        "JPEG, quality 90": saved(90),
        "JPEG, quality 60": saved(60),
        "moved by a pixel": np.roll(image, 1, axis=1),
    }


def _found(name: str, images: Any) -> list[Row]:
    """Return which share of the changed pictures is in the group of the one they were made of."""
    rng = np.random.default_rng(0)
    some = rng.choice(len(images), CHANGED, replace=False)
    made = [_again(images[index], rng) for index in some]
    ways = list(made[0])
    extra = np.stack([each[way] for way in ways for each in made])
    near = nb.near_duplicates(nb.embed(np.concatenate([images, extra]), method="gradients"))
    rows = []
    for at, way in enumerate(ways):
        groups = near.groups[len(images) + at * CHANGED :][:CHANGED]
        share = 100 * float((groups == near.groups[some]).mean())
        rows.append(Row(f"{name}: found, {way}", "%", [share]))
    return rows


def _alone(name: str, data: Any) -> list[Row]:
    """Return what is found in a whole pool as it comes, whether labels agree, and the time."""
    X = nb.embed(data.images, method="gradients")
    graph, around = nb.neighbor_graph(X), X - X.mean(axis=0)
    start = time.perf_counter()
    near = near_groups(graph, around)
    took = time.perf_counter() - start
    mixed = 0
    for number in range(len(near.leaders)):
        mixed += len(set(data.labels[near.numbers == number].tolist())) > 1
    return [
        Row(f"{name}, {len(X):,} as they come: groups", "", [float(len(near.leaders))]),
        Row(f"{name}, {len(X):,} as they come: groups of more than one class", "", [float(mixed)]),
        Row(f"{name}, {len(X):,} as they come: time beside the graph", "s", [took]),
    ]


def _asked(images: Any) -> list[Row]:
    """Return when black pictures are asked, and how many of them."""
    rng = np.random.default_rng(0)
    noise = np.abs(rng.normal(0, 3, images.shape)).astype(np.uint8)
    X = nb.embed(np.concatenate([images, noise]), method="gradients")
    first, often = [], []
    for seed in SEEDS:
        session = nb.Session(nb.Pool(embeddings=X), ["black", "digit"], random_state=seed)
        black = []
        for _ in range(30):
            index = int(session.ask().indices[0])
            black.append(index >= len(images))
            session.tell(index, "black" if black[-1] else "digit")
        first.append(float(black.index(True) + 1))
        often.append(float(sum(black)))
    return [
        Row("half are black: first asked in question", "", first, "at most 3", "max", 3),
        Row("half are black: asked, of 30 questions", "", often),
    ]


if __name__ == "__main__":
    main()
