"""Whether labels given after the advice to stop would have been worth it: a part of bench-honesty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import nblabel as nb
from benchmarks.report import Row
from nblabel.quality.stopping import StopAdvisor

STEP = 5  # labels from look to look
AHEAD = 50
GAINS = (0.005, 0.01, 0.02)
FIRST_SEED = 100  # the rule was chosen by runs with smaller ones


@dataclass(frozen=True)
class Job:
    """Items drawn at random from a pool, anew for each run, and how many labels are given."""

    case: str
    name: str
    size: int
    labels: int
    runs: int
    learner: str = "auto"


JOBS = (
    Job("digits", "digits", 1_200, 160, 36),
    Job("digits-tail", "digits, long tail", 500, 160, 24),
    Job("mnist", "MNIST", 4_000, 200, 14),
    Job("fashion", "Fashion-MNIST", 4_000, 350, 12),
    Job("tail", "Fashion-MNIST, long tail", 4_000, 250, 10),
    Job("digits", "digits, knn", 1_200, 250, 10, "knn"),
)


def rows(
    data: Callable[[str], tuple[Any, Any]], spoiled: Callable[..., Any], kept: Path
) -> Iterator[Row]:
    """Run the jobs, with and without mistakes, and look what came after the first advice to stop."""
    for gain in GAINS:
        held = []
        for mistakes in (0.0, 0.05):
            for job in JOBS:
                runs = [_run(job, mistakes, seed, data, spoiled, kept) for seed in range(job.runs)]
                found = [
                    one for one in (_after_stop(*run, gain) for run in runs) if one is not None
                ]
                held += [gained < gain for _, gained in found]
                about = f"stop at {gain:.1%}, {job.name}{', 5 % mistakes' if mistakes else ''}"
                yield Row(f"{about}: runs with advice", "", [len(found) / len(runs)])
                if found:
                    yield Row(f"{about}: labels", "", [float(at) for at, _ in found])
                    yield Row(
                        f"{about}: gained by {AHEAD} more", "", [gained for _, gained in found]
                    )
        if held:
            yield Row(f"stop at {gain:.1%}: gained less, share of {len(held)} runs", "",
                      [float(np.mean(held))], "at least 0.9", "max", 0.9, at_least=True)  # fmt: skip


def _after_stop(at: Any, accuracy: Any, at_most: Any, gain: float) -> tuple[int, float] | None:
    """Return when stopping was advised first, and what more labels gained; None if too late to tell."""
    ahead = AHEAD // STEP
    stops = np.flatnonzero(at_most[:-ahead] < gain)
    if not len(stops):
        return None
    return int(at[stops[0]]), float(accuracy[stops[0] + ahead] - accuracy[stops[0]])


def _run(
    job: Job,
    mistakes: float,
    seed: int,
    data: Callable[[str], tuple[Any, Any]],
    spoiled: Callable[..., Any],
    kept: Path,
) -> tuple[Any, Any, Any]:
    path = (
        kept
        / f"stop.{FIRST_SEED}.{job.case}.{job.learner}.{job.size}.{job.labels}.{mistakes}.{seed}.npz"
    )
    if path.exists():
        with np.load(path) as file:
            return file["at"], file["accuracy"], file["at_most"]
    X, y = data(job.case)
    seed += FIRST_SEED
    rng = np.random.default_rng([seed, round(100 * mistakes)])
    some = np.sort(rng.permutation(len(y))[: job.size])
    X, y = X[some], y[some]
    names = [str(c) for c in range(y.max() + 1)]
    answers = spoiled(y, mistakes, rng)
    session = nb.Session(
        nb.Pool(embeddings=X), names, learner=job.learner, random_state=seed, build_graph=False
    )
    if session.wants_graph:
        session.set_graph(nb.neighbor_graph(X, progress=False, cache=False))
    advisor, found = StopAdvisor(AHEAD), []
    for n in tqdm(range(1, job.labels + 1), f"{job.name}, {seed}", leave=False):
        index = int(rng.integers(len(y))) if n == 1 else int(session.ask().indices[0])
        session.tell(index, names[answers[index]])
        if n % STEP == 0:
            advice = advisor.see(n, session.predict_proba())
            right = float((session.predict().astype(int) == y).mean())
            found.append((n, right, np.inf if np.isnan(advice.at_most) else advice.at_most))
    at, accuracy, at_most = np.array(found).T
    np.savez(path, at=at, accuracy=accuracy, at_most=at_most)
    return at, accuracy, at_most
