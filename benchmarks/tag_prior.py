"""What a prior saves or costs where an item may have several tags, whether it is good or not.

Run: python -m benchmarks.tag_prior. 900 digits with five tags; every run begins with an item drawn
at random, and the default strategy asks for one more at a time, which is answered in whole.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score
from tqdm import tqdm

import nblabel as nb
from benchmarks.report import RESULTS, machine

TAGS = {
    "even": (0, 2, 4, 6, 8),
    "with a loop": (0, 6, 8, 9),
    "above six": (7, 8, 9),
    "a three": (3,),
    "a one": (1,),
}
N = 900
SEEDS = 5
AT = (0, 1, 5, 10, 20, 40, 80)  # answers
RIGHT = 0.85  # of a prior with independent mistakes


def main() -> None:
    """Measure, print, write."""
    data = nb.datasets.load_digits()
    rows = np.random.default_rng(0).permutation(len(data.images))[:N]
    X = nb.embed(nb.Pool(np.asarray(data.images)[rows]))
    digits = np.asarray(data.labels)[rows]
    truth = np.stack([np.isin(digits, some) for some in TAGS.values()], axis=1).astype(np.int8)
    found: dict[str, list[Any]] = {}
    for seed in tqdm(range(SEEDS), desc="Seeds"):
        for name, given in priors(truth, seed).items():
            found.setdefault(name, []).append(run(X, truth, given, seed))
    content: dict[str, Any] = {
        "machine": machine(),
        "at": AT,
        "notes": [f"{N} digits, 5 tags; {SEEDS} seeds; all defaults, without a neighbour graph"],
        "priors": {name: np.mean(runs, axis=0).round(4).tolist() for name, runs in found.items()},
    }
    (RESULTS / "tag_prior.json").write_text(json.dumps(content, indent=1) + "\n")
    for name, shares in content["priors"].items():
        print(f"{name:30s}", *(f"{right:.3f}/{precision:.3f}" for right, precision in shares))


def priors(truth: Any, seed: int) -> dict[str, Any]:
    """Return a prior of each kind; None is none."""
    rng = np.random.default_rng(seed)
    said = np.where(rng.random(truth.shape) < RIGHT, truth, 1 - truth)
    claims = np.where(said == 1, RIGHT, 1 - RIGHT)
    share = truth.mean(axis=0)
    odds = np.log(share / (1 - share)) + np.where(truth == 1, 1.3, -1.3)
    model = 1 / (1 + np.exp(-odds - 1.3 * rng.normal(size=truth.shape)))
    return {
        "none": None,
        "85 % of the pairs right": claims,
        "another model": model,
        "noise": rng.random(truth.shape),
        "another model, its rows shuffled": model[rng.permutation(N)],
        "another model, inverted": 1 - model,
        "85 % right, inverted": 1 - claims,
    }


def run(X: Any, truth: Any, given: Any, seed: int) -> list[list[float]]:
    """Return the share of pairs right and the average precision, of what was not answered."""
    session = nb.Session(
        nb.Pool(embeddings=X),
        list(TAGS),
        multi_label=True,
        prior=given,
        random_state=seed,
        build_graph=False,
    )
    first = int(np.random.default_rng(seed).integers(N))
    rows = []
    for n in range(AT[-1] + 1):
        if n in AT:
            left = session.y[:, 0] < 0
            proba, guess = session.predict_proba()[left], session.predict()[left]
            of_tags = [
                average_precision_score(truth[left, code], proba[:, code])
                for code in range(truth.shape[1])
            ]
            rows.append([float((guess == truth[left]).mean()), float(np.mean(of_tags))])
        index = int(session.ask(1).indices[0]) if n else first
        session.tell([index], truth[[index]])
    return rows


if __name__ == "__main__":
    main()
