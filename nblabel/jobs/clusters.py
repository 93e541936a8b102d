"""Finding clusters in a process of its own, so that labeling goes on meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from typing import Any, Self

from nblabel.arrays import FloatArray, IntArray
from nblabel.explore import clusters
from nblabel.system.process import BackgroundProcess, report, serve


class ClusterProcess(BackgroundProcess):
    """Finds clusters in a process of its own.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings, or a projection of them.
    n_clusters, method, random_state
        As for `nblabel.cluster`.
    notify : callable
        As for `BackgroundProcess`; done comes with the cluster of each item, ndarray of shape (n,).
    """

    def __init__(
        self,
        X: FloatArray,
        n_clusters: int,
        method: str,
        random_state: int,
        notify: Callable[[dict[str, Any]], None],
    ) -> None:
        arguments = [str(n_clusters), method, str(random_state)]
        super().__init__("nblabel.jobs.clusters", X, arguments, notify)


class _Told:
    """A progress bar that reports to the panel."""

    def __init__(self, total: int, **_: Any) -> None:
        self._done, self._total = 0, total

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def update(self) -> None:
        """One round more is done."""
        self._done += 1
        report(0.95 * self._done / self._total, f"{self._done} of {self._total} rounds")


def clusters_in_steps(
    X: FloatArray, n_clusters: int, method: str, random_state: int
) -> Generator[tuple[float, str], None, IntArray]:
    """Find clusters in one step, of seconds, for where no process can be started."""
    yield 0.0, f"dividing {len(X):,} items"
    return clusters.cluster(X, n_clusters, method, random_state=random_state)


def _run(X: FloatArray, n_clusters: str, method: str, random_state: str) -> IntArray:
    """Run in the second process."""
    report(0.0, f"dividing {len(X):,} items")
    clusters.make_bar = _Told
    return clusters.cluster(X, int(n_clusters), method, random_state=int(random_state))


if __name__ == "__main__":
    serve(_run, sys.argv[1:])
