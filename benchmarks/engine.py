"""What one label costs the engine, beside other libraries. Run: make bench-engine."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import nblabel as nb
from benchmarks.report import RESULTS, Row, merged, show, write
from nblabel.graph import search
from nblabel.session.engine import Engine, Snapshot

FOLDER = Path(__file__).parents[1] / "build" / "bench"
CLASSES = tuple("0123456789")
ASKED = 8
FIRST = 20  # labels drawn at random that each learner begins with
WARM_UP = 10
STEPS = 50
TOO_SLOW_S = 5  # of such steps only a few are taken
FEW_STEPS = 5
SEED = 0
BLOBS, DIM, SPREAD = 50, 64, 0.5
K = search.N_NEIGHBORS + 1  # with the item itself
AUTO = ("auto", "auto")  # learner and strategy where none is named
DEFAULT = "default (mixed + alternating)"
WIDE = 1_280
TREE_UP_TO = 10_000  # beyond, it takes minutes in all these dimensions

Step = Callable[[np.ndarray], np.ndarray]  # from labels, -1 where there is none, to questions


def main() -> None:
    """Measure the parts asked for, print, and write them beside those measured before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--quick", action="store_true", help="small sizes, to try it out")
    options = parser.parse_args()
    folder = FOLDER / "quick" if options.quick else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    sizes = Sizes(folder, options.quick)
    # a cache of our own: a graph that is timed must not come from the user's
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    results = folder if options.quick else RESULTS
    path = results / "engine.json"
    together: tuple[list[Row], list[str]] = [], []
    for name in (part for part in PARTS if part in options.part):
        print(f"measuring: {name} ...", flush=True)
        load = os.getloadavg()[0]
        rows, notes = PARTS[name](sizes)
        notes = [f"load average {load:.1f} at the start", *notes]
        together = merged(path, name, rows, notes, list(PARTS))
        write("engine", *together, results)  # what comes next may take long
    show(*together)


class Sizes:
    """The arrays to measure on: the full ones, or small ones to try the benchmark out.

    Parameters
    ----------
    folder : Path
        Where arrays are kept from one run to the next.
    quick : bool
        Small ones.
    """

    def __init__(self, folder: Path, quick: bool) -> None:
        self.folder = folder
        self.quick = quick
        self.million = 20_000 if quick else 1_000_000
        self.knn = (1_000, 10_000) if quick else (10_000, 100_000, 1_000_000, 5_000_000)
        self.graph = (1_000, 10_000) if quick else (10_000, 100_000, 1_000_000)
        self.neighbours = (1_000,) if quick else (10_000, 100_000, 300_000)
        self.steps = 5 if quick else STEPS
        self.mnist()  # looked up while the user's cache is still the user's

    def mnist(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the embeddings of MNIST, 50 wide, and the classes."""
        kept = self.folder / "mnist.npz"
        if not kept.exists():
            data = nb.datasets.load_mnist()
            n = 3_000 if self.quick else None
            np.savez(kept, X=nb.embed(data.images[:n], method="pca"), truth=data.labels[:n])
        arrays = np.load(kept)
        return arrays["X"], arrays["truth"]


def blobs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points of a Gaussian mixture and their classes: the blob's number modulo ten."""
    rng = np.random.default_rng(SEED)
    centres = rng.normal(0, SPREAD, (BLOBS, DIM)).astype(np.float32)
    blob = rng.integers(0, BLOBS, n)
    X = rng.standard_normal((n, DIM), dtype=np.float32)
    for start in range(0, n, 100_000):  # five million at once would take twice the memory
        X[start : start + 100_000] += centres[blob[start : start + 100_000]]
    return X, blob % len(CLASSES)


# one label


class OurEngine:
    """A step of nblabel's engine, as a session takes it."""

    def __init__(self, X: np.ndarray, learner: str, strategy: str, graph: Any = None) -> None:
        engine = Engine(X, learner, strategy, SEED)
        self._engine = engine if graph is None else engine.with_graph(graph)
        self.learner_ms: list[float] = []
        self.first_s: float | None = None

    def __call__(self, y: np.ndarray) -> np.ndarray:
        start = time.perf_counter()
        snapshot = Snapshot(
            version=0,
            y=y.copy(),
            open=np.flatnonzero(y < 0),
            skipped=np.empty(0, dtype=np.intp),
            classes=CLASSES,
        )
        done = self._engine.refit(snapshot, ASKED)
        self.learner_ms.append(done.fit_seconds * 1e3)
        self.first_s = self.first_s or time.perf_counter() - start
        return done.query.indices


def with_skactiveml(X: np.ndarray, estimator: Any) -> Step:
    """Return a step of scikit-activeml with margin sampling."""
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import UncertaintySampling

    classifier = SklearnClassifier(estimator, classes=list(range(len(CLASSES))), random_state=SEED)
    strategy = UncertaintySampling(method="margin_sampling", random_state=SEED)

    def step(y: np.ndarray) -> np.ndarray:
        labels = np.where(y < 0, np.nan, y)
        chosen: np.ndarray = strategy.query(X=X, y=labels, clf=classifier, batch_size=ASKED)
        return chosen

    return step


def with_sklearn(X: np.ndarray, estimator: Any) -> Step:
    """Return a step of the loop one writes by hand with scikit-learn."""

    def step(y: np.ndarray) -> np.ndarray:
        labeled, rest = np.flatnonzero(y >= 0), np.flatnonzero(y < 0)
        proba = estimator.fit(X[labeled], y[labeled]).predict_proba(X[rest])
        best = np.partition(proba, -2, axis=1)
        lead = best[:, -1] - best[:, -2]
        chosen = np.argpartition(lead, ASKED)[:ASKED]
        return rest[chosen[np.argsort(lead[chosen])]]

    return step


def with_modal(X: np.ndarray, estimator: Any) -> Step:
    """Return a step of modAL with margin sampling.

    A learner made anew fits the same estimator to the same labels as its ``teach``, which passes an
    argument that scikit-learn has no longer.
    """
    from modAL.models import ActiveLearner
    from modAL.uncertainty import margin_sampling

    def step(y: np.ndarray) -> np.ndarray:
        labeled, rest = np.flatnonzero(y >= 0), np.flatnonzero(y < 0)
        learner = ActiveLearner(
            estimator,
            query_strategy=margin_sampling,
            X_training=X[labeled],
            y_training=y[labeled],
        )
        chosen, _ = learner.query(X[rest], n_instances=ASKED)
        return rest[chosen]

    return step


def measured(step: Step, truth: np.ndarray, steps: int) -> list[float]:
    """Return the milliseconds of each step; after each, the first question is answered."""
    y = np.full(len(truth), -1, dtype=np.intp)
    # the same first labels for all, a few of each class
    rng = np.random.default_rng(SEED)
    for code in range(len(CLASSES)):
        some = rng.choice(np.flatnonzero(truth == code), FIRST // len(CLASSES), replace=False)
        y[some] = code
    values: list[float] = []
    warm_up = WARM_UP
    while len(values) < warm_up + steps:
        start = time.perf_counter()
        asked = step(y)
        values.append((time.perf_counter() - start) * 1e3)
        if len(values) == 2 and values[1] > TOO_SLOW_S * 1e3:  # the first makes what is kept
            warm_up, steps = 1, min(steps, FEW_STEPS)
        y[asked[0]] = truth[asked[0]]
    return values[warm_up:]


def our_rows(
    what: str, ours: OurEngine, truth: np.ndarray, steps: int, limit: float | None = None
) -> list[Row]:
    """Return what a label costs one of our engines, the learner's part, and the very first."""
    values = measured(ours, truth, steps)
    target = "" if limit is None else f"median at most {limit:,g} ms"
    return [
        Row(what, "ms", values, target, "median", limit),
        Row(f"{what}: learner alone", "ms", ours.learner_ms[-len(values) :]),
        Row(f"{what}: first call", "s", [ours.first_s or 0]),
    ]


def times_row(what: str, slower: Row, quicker: Row, least: float) -> Row:
    """Return how many times longer one takes than another, by their medians."""
    ratio = slower.figure("median") / quicker.figure("median")
    return Row(what, "times", [ratio], f"at least {least:g}", "median", least, at_least=True)


def graph_of(X: np.ndarray) -> nb.NeighborGraph:
    """Return the neighbour graph, from disk where it was found before."""
    print(f"neighbours of {len(X):,} points ...", flush=True)
    return nb.neighbor_graph(X)


def count(n: int) -> str:
    """Return a number of items as people say it."""
    return f"{n / 1e6:g}M" if n >= 1e6 else f"{n / 1e3:g}k"


# the parts


def mnist(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure all libraries on MNIST."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    X, truth = sizes.mnist()
    at = f"MNIST {count(len(X))}"
    graph = graph_of(X)
    steps = sizes.steps
    product = our_rows(
        f"{at}, nblabel knn + product", OurEngine(X, "knn", "product"), truth, steps, 10
    )
    margin = our_rows(f"{at}, nblabel knn + margin", OurEngine(X, "knn", "margin"), truth, steps)
    ours = OurEngine(X, "graph", "alternating", graph)
    spread = our_rows(f"{at}, nblabel graph + alternating", ours, truth, steps, 60)
    ours = OurEngine(X, "knn", "alternating", graph)
    alternating = our_rows(f"{at}, nblabel knn + alternating", ours, truth, steps, 15)
    default = our_rows(f"{at}, nblabel {DEFAULT}", OurEngine(X, *AUTO, graph), truth, steps, 80)
    peers: dict[str, Step] = {
        "scikit-activeml k-neighbours + margin": with_skactiveml(X, KNeighborsClassifier()),
        "scikit-activeml logistic + margin": with_skactiveml(X, LogisticRegression(max_iter=1000)),
        "scikit-learn loop, k-neighbours + margin": with_sklearn(X, KNeighborsClassifier()),
        "scikit-learn loop, logistic + margin": with_sklearn(X, LogisticRegression(max_iter=1000)),
        "modAL k-neighbours + margin": with_modal(X, KNeighborsClassifier()),
    }
    others = {
        name: Row(f"{at}, {name}", "ms", measured(step, truth, steps))
        for name, step in peers.items()
    }
    skactiveml = others["scikit-activeml k-neighbours + margin"]
    ratio = times_row(
        f"{at}, scikit-activeml over nblabel, both knn + margin", skactiveml, margin[0], 5
    )
    return [*default, *product, *margin, *spread, *alternating, *others.values(), ratio], [
        f"MNIST images as {X.shape[1]} principal components",
        f"each learner begins with {FIRST} labels; steps {WARM_UP + 1} to {WARM_UP + steps}",
        *_threads(),
        *_peers(),
    ]


def million(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure a million points."""
    from sklearn.neighbors import KNeighborsClassifier

    X, truth = blobs(sizes.million)
    at, steps = count(len(X)), sizes.steps
    graph = graph_of(X)
    product = our_rows(
        f"{at}, nblabel knn + product", OurEngine(X, "knn", "product"), truth, steps, 100
    )
    margin = our_rows(f"{at}, nblabel knn + margin", OurEngine(X, "knn", "margin"), truth, steps)
    ours = OurEngine(X, "graph", "alternating", graph)
    spread = our_rows(f"{at}, nblabel graph + alternating", ours, truth, steps, 1_000)
    ours = OurEngine(X, *AUTO, graph)
    default = our_rows(f"{at}, nblabel {DEFAULT}", ours, truth, steps, 1_000)
    name = f"{at}, scikit-activeml k-neighbours + margin"
    step = with_skactiveml(X, KNeighborsClassifier())
    peer = Row(name, "ms", measured(step, truth, steps))
    ratio = times_row(f"{at}, scikit-activeml over nblabel, both knn + margin", peer, margin[0], 5)
    made = (
        f"synthetic points: {BLOBS} normal blobs of deviation 1 in {DIM} dimensions, centres "
        f"normal of deviation {SPREAD:g}, {len(CLASSES)} classes, seed {SEED}"
    )
    return [*default, *product, *margin, *spread, peer, ratio], [made, *_threads()]


def growth(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure how the time of a label grows with the pool."""
    rows = []
    steps = min(sizes.steps, 20)
    for n in sizes.knn:
        X, truth = blobs(n)
        ours = OurEngine(X, "knn", "product")
        rows += our_rows(f"growth, knn + product, {count(n)}", ours, truth, steps)
        del X, truth, ours
    for n in sizes.graph:
        X, truth = blobs(n)
        graph = graph_of(X)
        ours = OurEngine(X, "graph", "alternating", graph)
        rows += our_rows(f"growth, graph + alternating, {count(n)}", ours, truth, steps)
        ours = OurEngine(X, *AUTO, graph)
        rows += our_rows(f"growth, {DEFAULT}, {count(n)}", ours, truth, steps)
        del X, truth, graph, ours
    return rows, []


def wide(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure embeddings as wide as those of the network for photos."""
    X, truth = sizes.mnist()
    rng = np.random.default_rng(SEED)
    X = X @ rng.standard_normal((X.shape[1], WIDE), dtype=np.float32)
    X += rng.standard_normal(X.shape, dtype=np.float32)
    at = f"{count(len(X))} x {WIDE:,}"
    ours = OurEngine(X, *AUTO, graph_of(X))
    rows = our_rows(f"{at}, nblabel {DEFAULT}", ours, truth, sizes.steps, 80)
    return rows, [f"MNIST's components in a random subspace of {WIDE:,} dimensions, with noise"]


def neighbours(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure ways to find the neighbours of all items, and how many the quick one finds."""
    from sklearn.neighbors import NearestNeighbors

    def brute_force(X: np.ndarray) -> np.ndarray:
        return search._exact(X, X, K, lambda _: None)[0]  # noqa: SLF001

    def descent(X: np.ndarray) -> np.ndarray:
        return search._descent(X, K, lambda _: None)[0]  # noqa: SLF001

    def ball_tree(X: np.ndarray) -> np.ndarray:
        index = NearestNeighbors(n_neighbors=K, algorithm="ball_tree", n_jobs=2).fit(X)
        return index.kneighbors(X, return_distance=False)

    descent(blobs(2_000)[0])  # compiles
    rows = []
    pools = {f"MNIST {count(len(X))}": X for X, _ in [sizes.mnist()]}
    pools |= {count(n): n for n in sizes.neighbours}
    for at, points in pools.items():
        X = blobs(points)[0] if isinstance(points, int) else points
        ways = {"brute force": brute_force, "descent": descent}
        if len(X) <= TREE_UP_TO:
            ways["ball tree"] = ball_tree
        if len(X) > search.EXACT_UP_TO:
            del ways["brute force"]
        found = {}
        for name, way in ways.items():
            print(f"{name}, {at} ...", flush=True)
            start = time.perf_counter()
            found[name] = way(X)
            took = time.perf_counter() - start
            rows.append(Row(f"neighbours, {at}: {name}", "s", [took]))
        if "brute force" in found:
            pairs = zip(found["brute force"], found["descent"], strict=True)
            share = float(np.mean([np.isin(*pair).mean() for pair in pairs]))
            rows.append(Row(f"neighbours, {at}: exact ones that descent finds", "", [share]))
    return rows, [
        f"the {K - 1} nearest; brute force and ball tree of scikit-learn, descent of pynndescent",
        "compiled before; MNIST as 50 principal components, the others synthetic as above",
        f"beyond {search.EXACT_UP_TO:,} items nblabel takes descent",
    ]


def bandwidth(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure how fast the memory is, and the learner against one pass over the embeddings."""
    rows = []
    for name, (X, truth) in (
        ("MNIST", sizes.mnist()),
        (count(sizes.million), blobs(sizes.million)),
    ):
        v, target = np.ones(X.shape[1], dtype=np.float32), np.empty_like(X)
        speeds = {
            "X @ v": _best_gb_s(X.nbytes, lambda X=X, v=v: X @ v),
            "X.sum()": _best_gb_s(X.nbytes, X.sum),
            "a copy, read and written": _best_gb_s(
                2 * X.nbytes, lambda X=X, target=target: np.copyto(target, X)
            ),
        }
        rows += [Row(f"{name}, memory: {what}", "GB/s", [best]) for what, best in speeds.items()]
        ours = OurEngine(X, "knn", "margin")
        measured(ours, truth, sizes.steps)
        pass_ms = X.nbytes / max(speeds.values()) / 1e6
        ratio = float(np.median(ours.learner_ms[WARM_UP:])) / pass_ms
        rows.append(Row(f"{name}, knn learner over one pass of the memory", "times", [ratio]))
    return rows, ["a pass over MNIST's embeddings may be answered by the processor's own cache"]


MEMORY = """
import sys
import numpy as np
import nblabel as nb
import nblabel.session, nblabel.learners.graph, nblabel.graph.walks, sklearn.neighbors
from benchmarks.engine import OurEngine, measured
from nblabel.graph import neighbor_graph as nearest
from nblabel.graph.neighbor_graph import GraphCache
def mb(name):
    line = next(line for line in open("/proc/self/status") if line.startswith(name))
    return int(line.split()[1]) / 1024
imported = mb("VmRSS")
X, truth = np.load(sys.argv[1]), np.load(sys.argv[2])
if sys.argv[3] == "session":
    session = nb.Session(nb.Pool(embeddings=X), tuple("0123456789"))
    for _ in range(20):
        index = int(session.ask(8).indices[0])
        session.tell(index, str(truth[index]))
    session.ask(8)
    assert session.engine.graph is not None
else:
    engine = OurEngine(X, "auto", "auto", GraphCache(X).read())
    measured(engine, truth, 10)
# not ru_maxrss: that includes the process which started this one
print(mb("VmHWM") - imported, mb("VmRSS") - imported)
"""


def memory(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure the memory of fresh processes."""
    if platform.system() != "Linux":
        return [], ["memory is read from /proc, which only Linux has"]
    rows = []
    X, truth = sizes.mnist()
    with tempfile.TemporaryDirectory() as empty:
        peak, end = _memory(sizes, X, truth, "session", empty)
    at = f"MNIST {count(len(X))}, a session that finds the graph"
    rows += [
        Row(f"{at}: peak memory beyond the imports", "MB", [peak], "at most 700 MB", "max", 700),
        Row(f"{at}: memory at the end", "MB", [end]),
    ]
    X, truth = blobs(sizes.million)
    graph_of(X)
    for kind in ("engine", "session"):
        figures = _memory(sizes, X, truth, kind, os.environ["XDG_CACHE_HOME"])
        peak, end = ((figure * 2**20 - X.nbytes) / len(X) for figure in figures)
        at = f"{count(len(X))}, graph from disk, {kind}"
        rows += [
            Row(f"{at}: peak beyond the embeddings", "bytes a point", [peak],
                "at most 400 bytes", "max", 400),
            Row(f"{at}: at the end", "bytes a point", [end]),
        ]  # fmt: skip
    return rows, []


def _memory(
    sizes: Sizes, X: np.ndarray, truth: np.ndarray, kind: str, cache: str
) -> tuple[float, float]:
    paths = sizes.folder / "X.npy", sizes.folder / "truth.npy"
    np.save(paths[0], X)
    np.save(paths[1], truth)
    said = _python(MEMORY, *map(str, paths), kind, cache=cache)
    peak, end = map(float, said.split())
    return peak, end


FRESH = """
import time
start = time.perf_counter()
import sys
import numpy as np
import nblabel as nb
X = np.load(sys.argv[1])
session = nb.Session(nb.Pool(embeddings=X), tuple("0123456789"))
assert len(session.ask(8)) == 8
print(time.perf_counter() - start)
assert (session.engine.graph is not None) == (sys.argv[2] == "graph")
"""


def first(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure the time to the first questions in fresh processes."""
    X, _ = sizes.mnist()
    graph_of(X)
    path = sizes.folder / "X.npy"
    np.save(path, X)
    rows = []
    for what, kind in (("no graph on disk", "none"), ("graph on disk", "graph")):
        with tempfile.TemporaryDirectory() as empty:
            cache = os.environ["XDG_CACHE_HOME"] if kind == "graph" else empty
            values = [float(_python(FRESH, str(path), kind, cache=cache)) for _ in range(6)]
        at = f"fresh process, {count(len(X))} embeddings, {what}: imports to first questions"
        # the first run brings the files of the libraries into the system's cache
        rows.append(Row(at, "s", values[1:], "at most 2 s", "median", 2))
    return rows, []


MANY = """
import json, resource, sys, time
import numpy as np
import nblabel as nb
from nblabel.session.engine import Engine, Snapshot
n, n_classes, each, steps = map(int, sys.argv[1:5])
rng = np.random.default_rng(0)
centres = rng.normal(0, 1, (n_classes, 50)).astype(np.float32)
truth = np.arange(n) % n_classes
X = centres[truth] + np.float32(0.9) * rng.standard_normal((n, 50), dtype=np.float32)
engine = Engine(X, "auto", "auto", 0).with_graph(nb.neighbor_graph(X))
y = np.full(n, -1, dtype=np.intp)
for code in range(n_classes):
    y[rng.choice(np.flatnonzero(truth == code), each, replace=False)] = code
classes = tuple(map(str, range(n_classes)))
took, worked = [], []
for step in range(steps + 3):
    start, before = time.perf_counter(), time.process_time()
    open_ = np.flatnonzero(y < 0)
    done = engine.refit(Snapshot(step, y.copy(), open_, np.empty(0, np.intp), classes), 8)
    codes, _ = done.predicted
    took.append(time.perf_counter() - start)
    worked.append(time.process_time() - before)
    y[done.query.indices[0]] = truth[done.query.indices[0]]
right = float((np.where(y >= 0, y, codes) == truth).mean())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([took, worked, peak, right]))
"""


def classes(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure the default learner and strategy with a thousand classes, in fresh processes."""
    n, n_classes = (6_000, 250) if sizes.quick else (60_000, 1_000)
    rows = []
    for each in (1, 5):
        wanted = map(str, (n, n_classes, each, sizes.steps))
        took, worked, peak, right = json.loads(
            _python(MANY, *wanted, cache=os.environ["XDG_CACHE_HOME"]).splitlines()[-1]
        )
        at = f"{count(n)} x 50, {n_classes:,} classes, {each} label{'s' * (each > 1)} each"
        label = f"{at}: a label, refit and eight questions"
        rows += [
            Row(label, "ms", [1e3 * one for one in took[3:]], "median at most 250 ms", "median",
                250),
            Row(f"{at}: the same, processor time of all threads", "ms",
                [1e3 * one for one in worked[3:]]),
            Row(f"{at}: the first fit", "s", took[:1]),
            Row(f"{at}: peak memory of the process", "MB", [peak], "at most 1,000 MB", "max", 1000),
            Row(f"{at}: predicted right then", "%", [100 * right]),
        ]  # fmt: skip
    made = (
        "synthetic points: a normal blob of deviation 0.9 in 50 dimensions for each class, centres "
        "normal of deviation 1, seed 0; learner mixed, strategy alternating"
    )
    return rows, [made, *_threads()]


def changes(sizes: Sizes) -> tuple[list[Row], list[str]]:
    """Measure changes of a class with 50,000 labels in a file, and the undo of each."""
    n, n_labels, rounds = (600, 500, 2) if sizes.quick else (60_000, 50_000, 7)
    X = np.random.default_rng(SEED).standard_normal((n, DIM)).astype(np.float32)
    items = np.arange(n_labels)
    halves = {"d": items[: n_labels // 2], "e": items[n_labels // 2 :]}
    steps: dict[str, Callable[[nb.Session], Any]] = {
        "rename": lambda session: session.rename_class("a", "A"),
        "merge": lambda session: session.merge_classes(["a", "b"], into="b"),
        "retire": lambda session: session.retire_class("a"),
        "delete": lambda session: session.delete_class("a", reassign="b"),
        "subclasses": lambda session: session.nest_classes(["d", "e"], under="a"),
        "split, to be sorted": lambda session: session.split_class("a", ["d", "e"]),
        "split at once": lambda session: session.split_class("a", halves),
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        session = nb.Session(
            nb.Pool(embeddings=X), ["a", "b", "c"], learner="knn", store=Path(folder) / "labels.db"
        )
        session.tell(items, "a")
        session.tell([n - 2, n - 1], ["b", "c"])
        for name, step in steps.items():
            walls: dict[str, list[float]] = {"": [], ", undo": []}
            worked: dict[str, list[float]] = {"": [], ", undo": []}
            for _ in range(rounds):
                for what, act in (("", step), (", undo", lambda one: one.undo())):
                    begun, began = time.perf_counter(), time.process_time()
                    act(session)
                    walls[what].append(1e3 * (time.perf_counter() - begun))
                    worked[what].append(1e3 * (time.process_time() - began))
            for what, wall in walls.items():
                at = f"a class with {n_labels:,} labels, {name}{what}"
                rows += [
                    Row(at, "ms", wall, "median at most 500 ms", "median", 500),
                    Row(f"{at}: processor time", "ms", worked[what]),
                ]
        session.store.close()
    made = f"random numbers, {n:,} x {DIM}, seed {SEED}; labels in a SQLite file; learner knn"
    return rows, [made]


PARTS: dict[str, Callable[[Sizes], tuple[list[Row], list[str]]]] = {
    "mnist": mnist,
    "million": million,
    "growth": growth,
    "wide": wide,
    "neighbours": neighbours,
    "bandwidth": bandwidth,
    "memory": memory,
    "first": first,
    "classes": classes,
    "changes": changes,
}


def _python(code: str, *arguments: str, cache: str) -> str:
    """Run code in a fresh process that finds its cache in a folder; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"XDG_CACHE_HOME": cache},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _best_gb_s(n_bytes: int, work: Callable[[], Any]) -> float:
    best = float("inf")
    for _ in range(30):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return n_bytes / best / 1e9


def _threads() -> list[str]:
    from threadpoolctl import threadpool_info

    pools = sorted({f"{pool['internal_api']} {pool['num_threads']}" for pool in threadpool_info()})
    return [f"threads: {', '.join(pools)}, of {os.cpu_count()} processors"]


def _peers() -> list[str]:
    """Say which versions were measured, and what of them does not run."""
    from modAL.models import ActiveLearner
    from sklearn.neighbors import KNeighborsClassifier

    told = [", ".join(f"{name} {version(name)}" for name in ("scikit-activeml", "modAL-python"))]
    X, y = np.eye(4), np.arange(4)
    try:
        ActiveLearner(KNeighborsClassifier(1), X_training=X, y_training=y).teach(X, y)
    except TypeError as error:
        told.append(f"modAL's learner is made anew each step, for its teach() fails: {error}")
    return told


if __name__ == "__main__":
    main()
