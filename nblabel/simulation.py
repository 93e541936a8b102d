"""Labeling a pool whose answers are known: how many questions are worth how much."""

from __future__ import annotations

import copy
import hashlib
import json
import numbers
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray, as_embeddings
from nblabel.embeddings.registry import embeddings_of
from nblabel.learners import make_learner
from nblabel.log.events import new_uid
from nblabel.log.store import LabelStore
from nblabel.pool import Pool
from nblabel.session import Session
from nblabel.log.classes import check_classes
from nblabel.strategies import make_strategy

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
COLUMNS = ("n_labels", "pool_accuracy", "test_accuracy", "fit_seconds", "ask_seconds")

Step = dict[str, Any]  # a row of the table, the positions asked, and how many were asked for


def simulate(
    pool: Any,
    y: Any,
    learner: Any = "auto",
    strategy: Any = "auto",
    budget: int = 100,
    batch_size: int = 1,
    X_test: Any = None,
    y_test: Any = None,
    random_state: int | Iterable[int] | None = 0,
    *,
    classes: Sequence[Any] | None = None,
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
        The right answer for each item: class names, or class numbers.
    learner, strategy
        As for `Session`. They are copied: a run leaves those passed in untouched.
    budget : int
        How many labels to give. The run ends earlier where the pool does.
    batch_size : int
        How many questions are chosen at a time; the last step may be smaller.
    X_test : array of shape (m, dim), optional
        Embeddings of items outside the pool, in the same space as those of the pool.
    y_test : sequence of m, optional
        Their right answers, written like `y`.
    random_state : int or iterable of ints
        Seed; or several, for a run with each.
    classes : sequence, optional
        Class names in order; the distinct values of `y`, sorted, if left out. Numbers in `y` are
        positions in `classes`, unless `classes` holds numbers itself.
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
        - fit_seconds, ask_seconds: wall time of learning from these labels, and of choosing the next
          questions,
        - learner, strategy: their names.

    Raises
    ------
    ValueError
        If an argument is not usable, or `resume` belongs to a run with other settings.
    TypeError
        If learner or strategy is none, or the learner cannot predict test items.
    FileNotFoundError
        If the folder of `resume` does not exist.
    LearnerError
        If the learner fails on the labels.

    Notes
    -----
    Everything but the seconds is the same with one process and with many, and with and without
    interruptions, as long as strategy and learner decide by the labels alone; all that nblabel
    brings do. Seconds that were measured while several processes ran are longer. An interrupted
    call raises ``KeyboardInterrupt``; what was done is in `resume`, if that was given.

    See Also
    --------
    nblabel.plots.learning_curve : The chart of one or more runs.

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
    budget = min(_whole(budget, "budget"), len(pool))
    batch_size = _whole(batch_size, "batch_size")
    seeds, several = _seeds(random_state)
    values = _values(y, len(pool), "y")
    given = _distinct(values) if classes is None else list(classes)
    names = check_classes(given)
    codes = _codes(values, given, names, "y")
    test = _test_set(pool, X_test, y_test, given, names)
    tried = make_learner(copy.deepcopy(learner), np.zeros((1, 1), dtype=np.float32))
    if test is not None and not callable(getattr(tried, "predict_proba", None)):
        raise TypeError(
            f"the learner {tried.name} knows only the items of the pool: it has no "
            "predict_proba(X_new). Leave X_test and y_test out, or choose another learner."
        )
    job = _Job(
        X=embeddings_of(pool),
        codes=codes,
        names=names,
        learner=learner,
        strategy=strategy,
        learner_name=_name(learner, tried),
        strategy_name=_name(strategy, make_strategy(strategy)),
        budget=budget,
        batch_size=batch_size,
        test=test,
    )
    paths = _paths(resume, seeds, several)
    settings = None if resume is None else job.settings()
    done = [
        [] if path is None or settings is None else _begin(path, {**settings, "seed": seed}, job)
        for seed, path in zip(seeds, paths, strict=True)
    ]
    with _bar(budget * len(seeds), progress) as advance:
        runs = _run_all(job, list(zip(seeds, done, paths, strict=True)), n_jobs, advance)
    return _table(job, seeds if several else None, runs)


@dataclass(frozen=True)
class _Job:
    """What the runs with all seeds have in common."""

    X: FloatArray
    codes: IntArray
    names: tuple[str, ...]
    learner: Any
    strategy: Any
    learner_name: str
    strategy_name: str
    budget: int
    batch_size: int
    test: tuple[FloatArray, IntArray] | None

    def settings(self) -> dict[str, Any]:
        """Return, as JSON can hold it, what decides a run. Not the budget: a run may be longer."""
        from nblabel._version import __version__

        return {
            "nblabel": __version__,
            "learner": [self.learner_name, _described(self.learner)],
            "strategy": [self.strategy_name, _described(self.strategy)],
            "batch_size": self.batch_size,
            "classes": list(self.names),
            "embeddings": _digest(self.X),
            "y": _digest(self.codes),
            "test set": None if self.test is None else _digest(*self.test),
        }


# running


def _run_all(
    job: _Job,
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
    job: _Job, place: int, run: tuple[int, list[Step], Path | None]
) -> tuple[int, list[Step]]:
    return place, _run(job, *run, lambda _n: None)


def _run(
    job: _Job, seed: int, done: list[Step], path: Path | None, advance: Callable[[int], object]
) -> list[Step]:
    """Ask, answer and measure until the budget is spent; go on behind the steps already done."""
    steps = list(done)
    n = steps[-1]["n_labels"] if steps else 0
    advance(n)
    if n >= job.budget:
        return steps
    truth = np.array(job.names, dtype=object)[job.codes]
    with closing(LabelStore()) as store, _appending(path) as write:
        session = Session(
            Pool(embeddings=job.X),
            job.names,
            learner=copy.deepcopy(job.learner),
            strategy=copy.deepcopy(job.strategy),
            store=store,
            random_state=seed,
        )
        if steps:
            told = np.concatenate([step["asked"] for step in steps])
            session.tell(told, truth[told])
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


def _measured(job: _Job, session: Session) -> dict[str, Any]:
    refit = session.refit(job.batch_size)  # learns and chooses, as the panel does after a label
    y = session.y
    right = np.where(y >= 0, y, refit.predicted[0]) == job.codes
    return {
        "n_labels": session.n_labeled,
        "pool_accuracy": float(right.mean()),
        "test_accuracy": _test_accuracy(job, session),
        "fit_seconds": refit.fit_seconds,
        "ask_seconds": refit.ask_seconds,
    }


def _test_accuracy(job: _Job, session: Session) -> float | None:
    if job.test is None:
        return None
    X, codes = job.test
    learner: Any = session.engine.learner
    proba = np.asarray(learner.predict_proba(X))
    if proba.shape != (len(X), len(job.names)):
        raise ValueError(
            f"learner {job.learner_name} returned probabilities of shape {proba.shape} for the test "
            f"items; expected {(len(X), len(job.names))}."
        )
    return float((proba.argmax(axis=1) == codes).mean())


@contextmanager
def _bar(total: int, shown: bool) -> Iterator[Callable[[int], object]]:
    from tqdm import tqdm

    with tqdm(
        total=total, desc="Simulating", unit="label", delay=1, leave=False, disable=not shown
    ) as bar:
        yield bar.update


def _table(job: _Job, seeds: Sequence[int] | None, runs: list[list[Step]]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame([step for steps in runs for step in steps], columns=list(COLUMNS))
    table = table.astype(dict.fromkeys(COLUMNS[1:], float) | {"n_labels": "int64"})
    if seeds is not None:
        lengths = [len(steps) for steps in runs]
        table.insert(0, "seed", np.repeat(np.array(seeds, dtype=np.int64), lengths))
    return table.assign(learner=job.learner_name, strategy=job.strategy_name)


# the arguments


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"{name} is {value!r}; pass a whole number of at least 1.")
    return int(value)


def _seeds(random_state: Any) -> tuple[list[int], bool]:
    """Return the seeds, and whether a list of them was given."""
    several = isinstance(random_state, Iterable) and not isinstance(random_state, str)
    # no seed means 0, as for Session
    seeds = list(random_state) if several else [0 if random_state is None else random_state]
    if not seeds or not all(
        isinstance(seed, numbers.Integral) and int(seed) >= 0 for seed in seeds
    ):
        raise ValueError(
            f"random_state is {random_state!r}; pass a whole number that is not negative, or a list "
            "of them for a run with each."
        )
    seeds = [int(seed) for seed in seeds]
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"random_state names a seed twice: {seeds}; name each once.")
    return seeds, several


def _values(y: Any, n: int, name: str) -> list[int] | list[str]:
    """Return answers as whole numbers, or else as text, one for each of n items."""
    import pandas as pd

    if isinstance(y, str) or not isinstance(y, Iterable):
        raise ValueError(f"{name} is {y!r}; pass the right answer for each item.")  # noqa: TRY004
    values = list(y)
    if len(values) != n:
        raise ValueError(
            f"{name} holds {len(values):,} answers for {n:,} items; pass one for each, in the same "
            "order."
        )
    if not all(isinstance(value, str) or np.ndim(value) == 0 for value in values):
        raise ValueError(
            f"{name} holds rows instead of single answers; for one column a class: "
            f"{name}.argmax(axis=1)."
        )
    missing = np.flatnonzero([value is None or pd.isna(value) for value in values])
    if missing.size:
        raise ValueError(
            f"{name} lacks the answer for {missing.size:,} of {n:,} items (first: position "
            f"{missing[0]}); the oracle must know each. Leave those items out."
        )
    if not all(isinstance(value, numbers.Real | np.bool_) for value in values):
        return [str(value).strip() for value in values]
    broken = [value for value in values if value != int(value)]
    if broken:
        raise ValueError(f"{name} holds {broken[0]!r}, which is no class: pass names or numbers.")
    return [int(value) for value in values]


def _distinct(values: list[int] | list[str]) -> list[Any]:
    return sorted(set(values))


def _codes(
    values: list[int] | list[str], given: list[Any], names: tuple[str, ...], name: str
) -> IntArray:
    """Return class numbers."""
    table: dict[Any, int] = {told: code for code, told in enumerate(names)}
    if values and not isinstance(values[0], str):
        numbered = all(isinstance(told, numbers.Real) for told in given)
        table = {told: code for code, told in enumerate(given if numbered else range(len(names)))}
    unknown = [value for value in values if value not in table]
    if unknown:
        raise ValueError(
            f"{name} holds {unknown[0]!r}, which is no class; the classes are {', '.join(names)}. "
            "Pass all of them as classes=."
        )
    return np.array([table[value] for value in values], dtype=np.intp)


def _test_set(
    pool: Pool, X_test: Any, y_test: Any, given: list[Any], names: tuple[str, ...]
) -> tuple[FloatArray, IntArray] | None:
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test belong together; pass both or neither.")
    if X_test is None:
        return None
    together = (
        "Embed all items together, X = nb.embed(images), and divide X: "
        "Pool(images[:n], embeddings=X[:n]) and X_test=X[n:]."
    )
    if pool.embeddings is None:
        raise ValueError(
            f"X_test needs a pool with embeddings, to be in the same space as they. {together}"
        )
    if np.ndim(X_test) != 2 or np.shape(X_test)[1] != pool.embeddings.shape[1]:
        raise ValueError(
            f"X_test has shape {np.shape(X_test)}; expected embeddings of width "
            f"{pool.embeddings.shape[1]}, as the pool has. {together}"
        )
    try:
        X = as_embeddings(X_test)
    except ValueError as error:
        raise ValueError(f"X_test: {error}") from error
    if not len(X):
        raise ValueError("X_test is empty; pass at least one item, or leave it out.")
    return X, _codes(_values(y_test, len(X), "y_test"), given, names, "y_test")


def _name(given: Any, made: Any) -> str:
    """Return what to call a learner or strategy: the name chosen, or that of what it stands for."""
    if isinstance(given, str) and given != "auto":
        return given
    return str(getattr(made, "name", type(made).__name__))


# the file of a run: a line of settings, then a line for each step


def _paths(resume: Any, seeds: list[int], several: bool) -> list[Path | None]:
    if resume is None:
        return [None] * len(seeds)
    path = Path(resume).expanduser()
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent.resolve()} does not exist; make it.")
    if not several:
        return [path]
    return [path.with_name(f"{path.stem}-seed{seed}{path.suffix}") for seed in seeds]


def _begin(path: Path, settings: dict[str, Any], job: _Job) -> list[Step]:
    """Return the steps that a file holds; begin it if there is none."""
    content = path.read_bytes() if path.exists() else b""
    if not content:
        part = path.with_name(f".{new_uid()}.part")
        try:  # whole or not at all
            part.write_bytes(_line({"simulation": FORMAT, **settings}))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return []
    lines = content.splitlines(keepends=True)
    parsed = [_parsed(line) for line in lines]
    head = parsed[0]
    if head is None or head.pop("simulation", None) != FORMAT:
        raise ValueError(
            f"{path} holds no simulation that this version of nblabel can read; it was left as it "
            "is. Name another file as resume=."
        )
    differ = [key for key in settings if head.get(key) != settings[key]]
    if differ:
        told = "; ".join(_difference(key, head.get(key), settings[key]) for key in differ)
        raise ValueError(
            f"{path} holds a simulation with other settings: {told}. Pass the same settings, or "
            "name another file as resume=."
        )
    if parsed[-1] is None and len(parsed) > 1:  # a kill or a full disk cut it short
        parsed.pop()
        with path.open("rb+") as file:
            file.truncate(sum(map(len, lines[:-1])))
    return _checked(path, parsed[1:], job)


def _checked(path: Path, found: list[Step | None], job: _Job) -> list[Step]:
    """Return the steps within the budget, or say why the run cannot go on behind them."""
    steps: list[Step] = []
    asked: set[int] = set()
    for number, step in enumerate(found, start=2):
        n = len(asked)
        if n >= job.budget:
            break
        if step is None or not _is_next(step, asked, len(job.X)):
            raise ValueError(
                f"line {number} of {path} is damaged, or two runs wrote to the file at once. Delete "
                "the file to begin anew, or the lines from this one on to go on before it."
            )
        asked.update(step["asked"])
        if step["n_asked"] != min(job.batch_size, job.budget - n):
            raise ValueError(
                f"{path} holds a step of {step['n_asked']} behind {n} labels, where this run has "
                f"one of {min(job.batch_size, job.budget - n)}: the budget was another one. Pass "
                "the same budget, or name another file as resume=."
            )
        steps.append(step)
    return steps


def _is_next(step: Step, asked: set[int], n_items: int) -> bool:
    """Return whether a step can follow one after which some items are labeled."""
    if set(step) != {"asked", "n_asked", *COLUMNS} or not isinstance(step["asked"], list):
        return False
    new = [i for i in step["asked"] if isinstance(i, int) and 0 <= i < n_items and i not in asked]
    if len(set(new)) != len(step["asked"]):
        return False
    return bool(new) and step["n_labels"] == len(asked) + len(new)


@contextmanager
def _appending(path: Path | None) -> Iterator[Callable[[Step], None]]:
    if path is None:
        yield lambda _step: None
        return
    with path.open("ab") as file:

        def write(step: Step) -> None:
            file.write(_line(step))
            file.flush()  # in the hands of the system: it outlives this process

        yield write


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    """Return what a line holds, None where it is not whole."""
    try:
        values = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


_HASHED = {
    "embeddings": "the embeddings differ",
    "y": "y differs",
    "test set": "the test set differs",
}


def _difference(key: str, old: Any, new: Any) -> str:
    if key in _HASHED:
        return _HASHED[key]
    return f"{key} was {_short(old)}, now is {_short(new)}"


def _short(setting: Any) -> str:
    if isinstance(setting, list) and len(setting) == 2 and setting[1]:
        setting = setting[1]  # of a learner or strategy: more than its name
    text = repr(setting)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _described(thing: Any) -> str:
    """Return what an object is made with, the same in every process."""
    if isinstance(thing, str):
        return thing
    described = f"{type(thing).__module__}.{type(thing).__qualname__}"
    parameters = getattr(thing, "get_params", None)
    if callable(parameters):
        described += repr(sorted((key, repr(value)) for key, value in parameters().items()))
    else:
        described += f" {thing!r}"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", described)


def _digest(*arrays: np.ndarray[Any, Any]) -> str:
    hasher = hashlib.blake2b(digest_size=16)
    for array in arrays:
        hasher.update(str((array.shape, array.dtype.str)).encode())
        hasher.update(np.ascontiguousarray(array).data)
    return hasher.hexdigest()
