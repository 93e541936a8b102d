"""The time of a label at 10,000 items of 64 dimensions without numba, threads and processes.

``python -m benchmarks.without_numba`` measures that, ``python -m benchmarks.without_numba with``
the same with numba, to compare. Figures of one machine are in docs/jupyterlite.md.
"""

import sys
import time

if sys.argv[1:] != ["with"]:
    import tests.bare  # noqa: F401  before anything is loaded

import numpy as np

import nblabel as nb

N, DIM, N_CLASSES, LABELS, WARM, AHEAD = 10_000, 64, 10, 150, 10, 20


def main() -> None:
    """Label, and print the times."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, N_CLASSES, N)
    centres = rng.standard_normal((N_CLASSES, DIM)) * 1.2
    X = (centres[y] + rng.standard_normal((N, DIM))).astype(np.float32)
    classes = [f"class {number}" for number in range(N_CLASSES)]
    begun = time.perf_counter()
    graph = nb.neighbor_graph(X, progress=False, cache=False)
    found = time.perf_counter()
    session = nb.Session(nb.Pool(embeddings=X), classes, build_graph=False)
    session.set_graph(graph)
    told, fitted = [], []
    for _ in range(LABELS):
        before = time.perf_counter()
        refit = session.refit(AHEAD)
        fitted.append(time.perf_counter() - before)
        item = int(refit.query.indices[0])
        before = time.perf_counter()
        session.tell(item, classes[y[item]])
        told.append(time.perf_counter() - before)
    print(f"neighbours: {found - begun:.1f} s")
    for name, seconds in (("label saved", told), ("model updated", fitted)):
        median, late = np.percentile(np.array(seconds[WARM:]) * 1e3, (50, 95))
        print(f"{name}: median {median:.0f} ms, 95 % within {late:.0f} ms")


if __name__ == "__main__":
    main()
