"""Labeling a pool whose answers are known: how many questions are worth how much."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.embeddings.prior import as_prior
from nblabel.embeddings.registry import embeddings_of
from nblabel.embeddings.tag_prior import as_tag_prior
from nblabel.learners import check_learner, make_learner
from nblabel.learners.tags import make_tag_learner
from nblabel.log.classes import check_classes, list_classes
from nblabel.pool import Pool
from nblabel.pool.order import in_pool_order
from nblabel.simulation.arguments import (
    as_test_set,
    codes_of,
    distinct,
    is_indicator,
    seeds_of,
    tags_of,
    values_of,
    whole,
)
from nblabel.simulation.job import Job, Step
from nblabel.simulation.run_file import paths_of, steps_of
from nblabel.simulation.runs import run_all
from nblabel.strategies import make_strategy
from nblabel.strategies.tags import make_tag_strategy

if TYPE_CHECKING:
    import pandas as pd


def simulate(
    pool: Any,
    y: Any,
    *,
    learner: Any = "auto",
    strategy: Any = "auto",
    budget: int = 100,
    batch_size: int = 1,
    X_test: Any = None,
    y_test: Any = None,
    random_state: int | Iterable[int] | None = 0,
    classes: Sequence[Any] | None = None,
    prior: Any = None,
    n_jobs: int = 1,
    resume: Any = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Label a pool with known answers, and measure after each step how good the labels are.

    An oracle that knows every answer takes the place of the person; everything else is the
    `Session` that the panel drives, so what is measured is what users run.

    Parameters
    ----------
    pool : Pool or images
        What to label. Anything `Pool` takes as images will do. Without embeddings it is embedded
        once, as by a `Session`.
    y : sequence of n
        The right answer for each item: class names, or class numbers. A Series whose index names
        the items of the pool is paired by it. Several tags an item are an array or DataFrame of 1
        and 0 with a column for each class; an item is answered in whole.
    learner : str, estimator or callable
        What learns, as for `Session`. It is copied: a run leaves the one passed in untouched.
    strategy : str or QueryStrategy
        What chooses the questions, as for `Session`; copied, too.
    budget : int
        How many labels to give. The run ends earlier where the pool does.
    batch_size : int
        How many questions are chosen at a time; the last step may be smaller.
    X_test : array of shape (m, dim), optional
        Embeddings of items outside the pool, in the same space as those of the pool.
    y_test : sequence of m, optional
        Their right answers, written like `y`.
    random_state : int, iterable of ints or None
        Seed; or several, for a run with each. None draws one, which the table then tells.
    classes : sequence, optional
        Class names in order; the distinct values of `y`, sorted, if left out. Numbers in `y` are
        positions in `classes`, unless `classes` holds numbers itself. With several tags, the
        columns of a DataFrame, and else needed.
    prior : array, DataFrame, Series, callable or str, optional
        What is known of the items before the first label, as for `Session`.
    n_jobs : int
        How many seeds run at once, each in a process of its own; -1 for one on each processor. The
        processors are divided among them.
    resume : path-like, optional
        A file that each step is written to as soon as it is done. A run that was interrupted or
        killed goes on behind its last step when called again with the same arguments; the budget
        may be larger then. With several seeds each has a file of its own: ``curve-seed3.jsonl`` for
        ``curve.jsonl``.
    progress : bool
        Show a progress bar if it takes more than a second. With several processes it moves on with
        each seed that is done.

    Returns
    -------
    DataFrame
        One row for each step, with the columns

        - seed (only if `random_state` is not a single number),
        - n_labels: labels given so far,
        - pool_accuracy: share of all items whose label is right, where an item is labeled with its
          answer if it has one, and by the learner otherwise,
        - test_accuracy: share of the test items that the learner predicts right; NaN without any,
        - average_precision (only with several tags, where both accuracies are shares of all pairs
          of item and tag): the mean over the tags of the average precision of the probabilities, on
          the test items, or on the items of the pool without an answer where there are none; NaN
          where no tag is left among these,
        - fit_seconds, ask_seconds: wall time of learning from these labels, and of choosing the
          next questions,
        - learner, strategy: their names.

    Raises
    ------
    ValueError
        If an argument is not usable, or `resume` belongs to a run with other settings.
    TypeError
        If learner or strategy cannot be used as one, or the learner cannot predict test items.
    FileNotFoundError
        If the folder of `resume` does not exist.
    LearnerError
        If the learner fails on the labels.

    See Also
    --------
    nblabel.plots.learning_curve : The chart of one or more runs.

    Notes
    -----
    Everything but the seconds is the same with one process and with many, and with and without
    interruptions, as long as strategy and learner depend on the labels alone, as all those of
    nblabel do. Seconds that were measured while several processes ran are longer. An interrupted
    call raises ``KeyboardInterrupt``; what was done is in `resume`, if that was given.

    Examples
    --------
    >>> import pandas as pd
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> races = [
    ...     nb.simulate(data.images, data.labels, strategy=name, budget=20, random_state=[0, 1])
    ...     for name in ("random", "margin")
    ... ]
    >>> frame = pd.concat(races)
    >>> frame.columns.tolist()[:3]
    ['seed', 'n_labels', 'pool_accuracy']
    """
    pool = pool if isinstance(pool, Pool) else Pool(pool)
    budget = min(whole(budget, "budget"), len(pool))
    batch_size = whole(batch_size, "batch_size")
    seeds, several = seeds_of(random_state)
    several_tags = is_indicator(y)
    y = in_pool_order(pool, y, "y")
    if several_tags:
        given = _classes_of_tags(y if classes is None else classes)
    else:
        values = values_of(y, len(pool), "y")
        given = distinct(values) if classes is None else list_classes(classes)
    names = check_classes(given)

    def codes_in(answers: Any, n: int, name: str = "y_test") -> Any:
        if several_tags:
            return tags_of(answers, n, len(names), name)
        return codes_of(values_of(answers, n, name), given, names, name)

    codes = codes_in(y, len(pool), "y")
    read = as_tag_prior if several_tags else as_prior
    test = as_test_set(pool, X_test, y_test, codes_in)
    tried: Any
    if several_tags:
        check_learner(learner)
        tried = make_tag_learner(copy.deepcopy(learner), np.zeros((1, 1), dtype=np.float32))
    else:
        tried = make_learner(copy.deepcopy(learner), np.zeros((1, 1), dtype=np.float32))
    if test is not None and not callable(getattr(tried, "predict_proba", None)):
        raise TypeError(
            f"the learner {tried.name} knows only the items of the pool: it has no "
            "predict_proba(X_new). Leave X_test and y_test out, or choose another learner."
        )
    job = Job(
        X=embeddings_of(pool),
        codes=codes,
        names=names,
        learner=learner,
        strategy=strategy,
        learner_name=_name(learner, tried),
        strategy_name=_name(
            strategy, (make_tag_strategy if several_tags else make_strategy)(strategy)
        ),
        budget=budget,
        batch_size=batch_size,
        test=test,
        prior=None if prior is None else read(pool, prior, names),
    )
    if resume is not None and random_state is None:
        raise ValueError("resume= needs a seed to go on with; pass random_state=0, or another one.")
    paths = paths_of(resume, seeds, several)
    settings = None if resume is None else job.settings()
    done = [
        [] if path is None or settings is None else steps_of(path, {**settings, "seed": seed}, job)
        for seed, path in zip(seeds, paths, strict=True)
    ]
    with _bar(budget * len(seeds), progress) as advance:
        runs = run_all(job, list(zip(seeds, done, paths, strict=True)), n_jobs, advance)
    return _table(job, seeds if several or random_state is None else None, runs)


@contextmanager
def _bar(total: int, shown: bool) -> Iterator[Callable[[int], object]]:
    from nblabel.system.progress import tqdm

    with tqdm(
        total=total, desc="Simulating", unit="label", delay=1, leave=False, disable=not shown
    ) as bar:
        yield bar.update


def _table(job: Job, seeds: Sequence[int] | None, runs: list[list[Step]]) -> pd.DataFrame:
    import pandas as pd

    columns = job.columns
    table = pd.DataFrame([step for steps in runs for step in steps], columns=list(columns))
    table = table.astype(dict.fromkeys(columns[1:], float) | {"n_labels": "int64"})
    if seeds is not None:
        lengths = [len(steps) for steps in runs]
        table.insert(0, "seed", np.repeat(np.array(seeds, dtype=np.int64), lengths))
    return table.assign(learner=job.learner_name, strategy=job.strategy_name)


def _classes_of_tags(given: Any) -> list[Any]:
    """Return the names of the classes, from the columns of a table of answers or a list."""
    columns = getattr(given, "columns", None)
    if columns is None and getattr(given, "ndim", 1) == 2:
        raise ValueError(
            "y holds rows instead of single answers; for one column a class: y.argmax(axis=1). "
            "With several tags an item, pass the names of the columns as classes=."
        )
    return list_classes(given if columns is None else list(columns))


def _name(given: Any, made: Any) -> str:
    """Return what to call a learner or strategy: the name chosen, or that of what it stands for."""
    if isinstance(given, str) and given != "auto":
        return given
    return str(getattr(made, "name", type(made).__name__))
