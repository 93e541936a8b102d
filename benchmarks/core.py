"""What one label costs in the kernel, without a browser. Run: make bench."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

import nblabel as nb
from benchmarks.report import Row, report

N_LABELS = 120
WARM_UP = 20
RANKED = 128  # as the panel asks for
SETTINGS: list[tuple[str, float | None, dict[str, Any]]] = [
    ("knn + product", 25, {"learner": "knn", "strategy": "product"}),
    ("graph + alternating", None, {}),  # what "auto" means once the neighbour graph is there
]


def main() -> None:
    """Measure, print, write."""
    data = nb.datasets.load_mnist()
    rows = [
        _import_time("import nblabel", "import nblabel", "at most 1 s", 1.0),
        _import_time("import of the panel", "from nblabel import Labeler"),
    ]
    for name, limit, options in SETTINGS:
        rows += _session(data, name, limit, options)
    last, first = SETTINGS[-1][0], SETTINGS[0][0]
    notes = [
        f"MNIST, {len(data.images):,} images as 64 gradients; labels go to a SQLite file",
        f"labels {WARM_UP + 1} to {N_LABELS}",
        f"{last} was measured after {first}, in the same process, its embeddings from the cache",
    ]
    report("core", rows, notes)


def _import_time(what: str, statement: str, target: str = "", limit: float | None = None) -> Row:
    """Wall time of an import in a fresh process, less that of an empty one."""
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    values = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    return Row(what, "s", values, target, "median", limit)


def _session(
    data: nb.datasets.Dataset, name: str, limit: float | None, options: dict[str, Any]
) -> list[Row]:
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        session = nb.Session(
            data.images, data.classes, store=Path(folder) / "labels.db", random_state=0, **options
        )
        session.ask(RANKED)
        opened = time.perf_counter() - start
        tell, fit, ask, whole, accuracy = [], [], [], [], {}
        truth = np.array(data.classes, dtype=object)[data.labels]
        for step in range(1, N_LABELS + 1):
            index = int(session.ask(RANKED).indices[0])
            begin = time.perf_counter()
            session.tell(index, truth[index])
            told = time.perf_counter()
            refit = session.refit(RANKED)
            end = time.perf_counter()
            if step in (20, 50, 100):
                accuracy[step] = float((session.predict() == truth).mean())
            if step > WARM_UP:
                tell.append((told - begin) * 1e3)
                fit.append(refit.fit_seconds * 1e3)
                ask.append(refit.ask_seconds * 1e3)
                whole.append((end - begin) * 1e3)
        accepted = _accepted(session)
        session.store.close()
    peak = psutil.Process().memory_info().rss / 2**20
    return [
        Row(f"{name}: embed, open a session, first questions", "s", [opened]),
        Row(f"{name}, one label: commit and update of the state", "ms", tell),
        Row(f"{name}, one label: learner", "ms", fit),
        Row(f"{name}, one label: scores and next questions", "ms", ask),
        Row(f"{name}, one label: total", "ms", whole,
            "" if limit is None else f"median at most {limit:g} ms", "median", limit),
        Row(f"{name}: memory of the process at the end", "MB", [peak]),
        Row(f"{name}: accept 50,000 predictions, one step", "s", accepted,
            "median at most 1.5 s", "median", 1.5),
        *(Row(f"{name}: pool accuracy at {n} labels", "", [a]) for n, a in accuracy.items()),
    ]  # fmt: skip


def _accepted(session: nb.Session) -> list[float]:
    """Seconds to accept 50,000 predictions: commit, and update of the state; each is undone."""
    seconds = []
    items = np.setdiff1d(np.arange(len(session.pool)), session.labeled)[:50_000]
    for _ in range(5):
        session.refit()
        begin = time.perf_counter()
        session.accept(items)
        seconds.append(time.perf_counter() - begin)
        session.undo()
    return seconds


if __name__ == "__main__":
    main()
