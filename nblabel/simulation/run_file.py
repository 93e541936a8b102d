"""The file of a run: a line of settings, then a line for each step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nblabel.log.events import new_uid
from nblabel.simulation.job import Job, Step
from nblabel.system.files import as_path

FORMAT = 1

_HASHED = {
    "embeddings": "the embeddings differ",
    "y": "y differs",
    "test set": "the test set differs",
    "prior": "the prior differs",
}


def paths_of(resume: Any, seeds: list[int], several: bool) -> list[Path | None]:
    """Return the file of each seed; None where nothing is kept."""
    if resume is None:
        return [None] * len(seeds)
    path = as_path(resume)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent.resolve()} does not exist; make it.")
    if not several:
        return [path]
    return [path.with_name(f"{path.stem}-seed{seed}{path.suffix}") for seed in seeds]


def steps_of(path: Path, settings: dict[str, Any], job: Job) -> list[Step]:
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
        changes = "; ".join(_difference(key, head.get(key), settings[key]) for key in differ)
        raise ValueError(
            f"{path} holds a simulation with other settings: {changes}. Pass the same settings, or "
            "name another file as resume=."
        )
    if parsed[-1] is None and len(parsed) > 1:  # a kill or a full disk cut it short
        parsed.pop()
        with path.open("rb+") as file:
            file.truncate(sum(map(len, lines[:-1])))
    return _checked(path, parsed[1:], job)


def _checked(path: Path, found: list[Step | None], job: Job) -> list[Step]:
    """Return the steps within the budget, or say why the run cannot go on behind them."""
    steps: list[Step] = []
    asked: set[int] = set()
    for number, step in enumerate(found, start=2):
        n = len(asked)
        if n >= job.budget:
            break
        if step is None or not _is_next(step, asked, job):
            raise ValueError(
                f"line {number} of {path} is damaged, or two runs wrote to the file at once. "
                "Delete the file to begin anew, or the lines from this one on to go on before it."
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


def _is_next(step: Step, asked: set[int], job: Job) -> bool:
    """Return whether a step can follow one after which some items are labeled."""
    n_items = len(job.X)
    if set(step) != {"asked", "n_asked", *job.columns} or not isinstance(step["asked"], list):
        return False
    new = [i for i in step["asked"] if isinstance(i, int) and 0 <= i < n_items and i not in asked]
    if len(set(new)) != len(step["asked"]):
        return False
    return bool(new) and step["n_labels"] == len(asked) + len(new)


@contextmanager
def appending(path: Path | None) -> Iterator[Callable[[Step], None]]:
    """Open the file of a run; what it yields writes one more step."""
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


def _difference(key: str, old: Any, new: Any) -> str:
    if key in _HASHED:
        return _HASHED[key]
    return f"{key} was {_short(old)}, now is {_short(new)}"


def _short(setting: Any) -> str:
    if isinstance(setting, list) and len(setting) == 2 and setting[1]:
        setting = setting[1]  # of a learner or strategy: more than its name
    text = repr(setting)
    return text if len(text) <= 200 else f"{text[:199]}…"
