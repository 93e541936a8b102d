"""UMAP or t-SNE in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from nblabel.arrays import FloatArray
from nblabel.explore.projection import (
    ProjectionCache,
    as_points,
    project_pca,
    project_tsne,
    unfold,
)
from nblabel.graph.neighbor_graph import GraphCache, build_graph
from nblabel.system.process import BackgroundProcess, report, serve

NAMES = {"umap": "UMAP", "tsne": "t-SNE"}


class ProjectionProcess(BackgroundProcess):
    """UMAP or t-SNE in a process of its own.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    notify : callable
        As for `BackgroundProcess`; done comes with the points, ndarray of shape (n, 2).
    random_state : int
        Seed; the same embeddings then give the same picture.
    method : {"umap", "tsne"}
    """

    def __init__(
        self,
        X: FloatArray,
        notify: Callable[[dict[str, Any]], None],
        random_state: int = 0,
        method: str = "umap",
    ) -> None:
        n, cache = len(X), ProjectionCache(X, random_state, method)

        def tell(news: dict[str, Any]) -> None:
            xy = as_points(news.get("done"), n)
            if xy is not None:
                cache.write(xy)
            elif "done" in news:
                news = {"error": "its points came back damaged"}
            if "error" in news:
                news = {
                    "error": f"{NAMES[method]} failed: {news['error']}. The map stays as it is."
                }
            notify(news)

        super().__init__("nblabel.jobs.projecting", X, [str(random_state), method], tell)


class _EpochMeter:
    """A file that UMAP's tqdm bar writes "n/total" to."""

    def write(self, text: str) -> int:
        parts = text.strip().split("/")
        if len(parts) == 2 and all(part.isdigit() for part in parts):
            report(0.4 + 0.6 * int(parts[0]) / max(1, int(parts[1])), "arranging points")
        return len(text)

    def flush(self) -> None:
        pass


def _run(X: FloatArray, random_state: str, method: str) -> FloatArray:
    """Run in the second process."""
    if method == "tsne":  # which tells nobody how far it is
        report(0.01, "arranging points")
        return project_tsne(X, int(random_state))
    if len(X) < 4:
        return project_pca(X)
    report(0.01, "starting")
    graph = GraphCache(X).read()
    if graph is None:
        report(0.05, "finding neighbours")
        graph = build_graph(X, lambda share: report(0.05 + 0.3 * share, "finding neighbours"))
        GraphCache(X).write(graph)
    report(0.36, "building the graph")
    bar = {"file": _EpochMeter(), "bar_format": "{n}/{total}", "mininterval": 0.2}
    return unfold(X, graph, int(random_state), verbose=True, tqdm_kwds=bar)


if __name__ == "__main__":
    serve(_run, sys.argv[1:])
