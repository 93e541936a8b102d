"""The loops over graphs, compiled ahead of time: nobody shall wait for that while labeling."""

from __future__ import annotations

import contextlib
import hashlib
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import platformdirs

from nblabel.graph.neighbor_graph import NeighborGraph
from nblabel.system.available import has
from nblabel.system.progress import tqdm

SOURCES = (
    "graph/dense_rows.py",
    "graph/edges.py",
    "graph/sweeps.py",
    "graph/walks.py",
    "strategies/kernels.py",
    "strategies/reached.py",
)
STEPS = 6


def is_compiled() -> bool:
    """Return whether all loops were compiled on this machine before, by a mark on disk.

    Without numba there is nothing to compile.
    """
    return not has("numba") or _mark().exists()


def compile_loops(*, progress: bool = False) -> None:
    """Compile every loop that works on graphs, or find it on disk where numba keeps it.

    Parameters
    ----------
    progress : bool
        Show a progress bar if it takes over a second: half a minute, once on a machine.
    """
    if not has("numba"):
        return
    with tqdm(
        total=STEPS,
        desc="Compiling, once on this machine",
        delay=1,
        leave=False,
        disable=not progress,
    ) as bar:
        for _ in _steps():
            bar.update()
    mark = _mark()
    with contextlib.suppress(OSError):  # then they are looked for again the next time
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def _mark() -> Path:
    """Return the file that is there once the loops, as they are now, were compiled."""
    folder = Path(__file__).parents[1]
    stamps = [(folder / name).stat() for name in SOURCES]  # as numba tells its own files apart
    state = [(stamp.st_mtime_ns, stamp.st_size) for stamp in stamps]
    about = f"{folder} {state} {version('numba')} {platform.python_version()} {platform.machine()}"
    digest = hashlib.blake2b(about.encode(), digest_size=16).hexdigest()
    return Path(platformdirs.user_cache_dir("nblabel")) / "compiled" / digest


def _steps() -> Iterator[None]:
    from nblabel.graph.propagation import Propagation
    from nblabel.graph.walks import Walks
    from nblabel.learners.many import ManyLearner
    from nblabel.strategies.kernels import similarities
    from nblabel.strategies.reached import Reached

    n = 2_000  # so that cells have several items, and the coarse problem does not solve it all
    ring = (np.arange(n)[:, None] + np.arange(1, 4)) % n
    graph = NeighborGraph(ring.astype(np.int32), np.ones((n, 3), dtype=np.float32))
    codes = np.full(n, -1, dtype=np.intp)
    codes[[0, 20]] = 0, 1
    propagation = Propagation(graph)
    propagation.solve(codes, 3, 0.1)
    yield
    for label in (-1, 2, -1):
        codes[10] = label
        propagation.solve(codes, 3, 0.1, anew=False)
    yield
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, 2), dtype=np.float32)
    many = ManyLearner(X, graph, 0, 0.3, 0.03, with_head=True)
    classes = np.full(n, -1, dtype=np.intp)
    classes[:210] = np.arange(210) % 70  # more than are solved for as usual, and some twice
    many.update(classes, 300)
    classes[500] = 1
    many.update(classes, 300)
    yield
    walks = Walks(graph, 2)
    walks.spread(np.ones(n, dtype=np.float32))
    walks.to(3)
    yield
    kernel = similarities(graph)
    ones, covered = np.ones(n, dtype=np.float32), kernel.covered(np.zeros(1, dtype=np.intp))
    kernel.pick(np.arange(1, n), kernel.gains(ones, covered), ones, covered, 2)
    yield
    reached = Reached(graph)
    reached.ANEW_UP_TO = 0
    for label in (-1, 2):
        codes[10] = label
        reached.of(codes, 3, 0.1)
    yield
