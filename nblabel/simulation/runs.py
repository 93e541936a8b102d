"""The runs of a simulation, one after the other or in processes of their own."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from nblabel.log.store import LabelStore
from nblabel.pool import Pool
from nblabel.session import Session
from nblabel.session.precision import mean_average_precision
from nblabel.session.tag_engine import LIKELY
from nblabel.simulation.job import PRECISION, Job, Step
from nblabel.simulation.run_file import appending


def run_all(
    job: Job,
    runs: list[tuple[int, list[Step], Path | None]],
    n_jobs: int,
    advance: Callable[[int], object],
) -> list[list[Step]]:
    """Return the steps of each run, in order."""
    import joblib  # type: ignore[import-untyped]

    workers = min(joblib.effective_n_jobs(n_jobs), len(runs))
    if workers == 1:
        return [_run(job, *run, advance) for run in runs]
    # large arrays are memory-mapped, so that the processes share one copy of the pool
    parallel = joblib.Parallel(workers, backend="loky", return_as="generator_unordered")
    steps: dict[int, list[Step]] = {}
    for place, done in parallel(
        joblib.delayed(_run_one)(job, place, run) for place, run in enumerate(runs)
    ):
        steps[place] = done
        advance(job.budget)
    return [steps[place] for place in range(len(runs))]


def _run_one(
    job: Job, place: int, run: tuple[int, list[Step], Path | None]
) -> tuple[int, list[Step]]:
    return place, _run(job, *run, lambda _n: None)


def _run(
    job: Job, seed: int, done: list[Step], path: Path | None, advance: Callable[[int], object]
) -> list[Step]:
    """Ask, answer and measure until the budget is spent; go on behind the steps already done."""
    steps = list(done)
    n = steps[-1]["n_labels"] if steps else 0
    advance(n)
    if n >= job.budget:
        return steps
    truth = job.codes if job.multi_label else np.array(job.names, dtype=object)[job.codes]
    with closing(LabelStore()) as store, appending(path) as write:
        session = Session(
            Pool(embeddings=job.X),
            job.names,
            learner=copy.deepcopy(job.learner),
            strategy=copy.deepcopy(job.strategy),
            store=store,
            random_state=seed,
            prior=job.prior,
            multi_label=job.multi_label,
        )
        if steps:
            known = np.concatenate([step["asked"] for step in steps])
            session.tell(known, truth[known])
        while n < job.budget:
            n_asked = min(job.batch_size, job.budget - n)
            asked = session.ask(job.batch_size).indices[:n_asked].tolist()
            if not asked:
                break
            for index in asked:
                session.tell(index, truth[index])
            n += len(asked)
            steps.append({"asked": asked, "n_asked": n_asked, **_measured(job, session)})
            write(steps[-1])
            advance(len(asked))
    return steps


def _measured(job: Job, session: Session) -> dict[str, Any]:
    refit = session.refit(job.batch_size)  # learns and chooses, as the panel does after a label
    y = session.y
    predicted = refit.proba >= LIKELY if job.multi_label else refit.predicted[0]
    right = np.where(y >= 0, y, predicted) == job.codes
    tags = {PRECISION: _precision(job, session)} if job.multi_label else {}
    return {
        "n_labels": session.n_labeled,
        "pool_accuracy": float(right.mean()),
        "test_accuracy": _test_accuracy(job, session),
        "fit_seconds": refit.fit_seconds,
        "ask_seconds": refit.ask_seconds,
        **tags,
    }


def _precision(job: Job, session: Session) -> float | None:
    """Return the mean over the tags of the average precision; see `simulate`."""
    if job.test is not None:
        proba, truth = np.asarray(session.engine.predict_proba(job.test[0])), job.test[1]
    else:
        rows = np.flatnonzero((session.y < 0).all(axis=1))
        proba, truth = session.refit(job.batch_size).proba[rows], job.codes[rows]
    return mean_average_precision(truth, proba)


def _test_accuracy(job: Job, session: Session) -> float | None:
    if job.test is None:
        return None
    X, codes = job.test
    proba = np.asarray(session.engine.predict_proba(X))
    if proba.shape != (len(X), len(job.names)):
        raise ValueError(
            f"learner {job.learner_name} returned probabilities of shape {proba.shape} for the "
            f"test items; expected {(len(X), len(job.names))}."
        )
    if job.multi_label:
        return float(((proba >= LIKELY) == codes).mean())
    return float((proba.argmax(axis=1) == codes).mean())
