"""What one label costs in the kernel, without a browser. Run: make bench."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

import nblabel as nb
from benchmarks.report import Row, report

N_LABELS = 120
WARM_UP = 20
RANKED = 128  # as the panel asks for


def main() -> None:
    """Measure, print, write."""
    data = nb.datasets.load_mnist()
    rows = [_import_time("import nblabel", "import nblabel"), *_session(data)]
    rows.insert(1, _import_time("import of the panel", "from nblabel import Labeler"))
    rows[1].target, rows[1].limit = "", None
    report("core", rows, [f"MNIST {len(data.images):,} images, PCA 50, knn, SQLite file"])


def _import_time(what: str, statement: str) -> Row:
    """Wall time of an import in a fresh process, less that of an empty one."""
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    values = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    return Row(what, "s", values, "at most 1 s", "median", 1.0)


def _session(data: nb.datasets.Dataset) -> list[Row]:
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        session = nb.Session(
            data.images, data.classes, store=Path(folder) / "labels.db", random_state=0
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
        session.store.close()
    peak = psutil.Process().memory_info().rss / 2**20
    return [
        Row("embed, open a session, first questions", "s", [opened]),
        Row("one label: commit and fold", "ms", tell),
        Row("one label: learner", "ms", fit),
        Row("one label: scores and next questions", "ms", ask),
        Row("one label: all of it", "ms", whole, "median at most 25 ms", "median", 25),
        Row("memory of the process at the end", "MB", [peak]),
        *(Row(f"pool accuracy at {n} labels", "", [a]) for n, a in accuracy.items()),
    ]


if __name__ == "__main__":
    main()
