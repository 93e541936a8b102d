"""Finding the neighbour graph in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.graph.neighbor_graph import GraphCache, NeighborGraph, build_graph, pack, unpack
from nblabel.graph.search import neighbors_in_steps
from nblabel.session.compiling import compile_loops
from nblabel.system.process import BackgroundProcess, report, serve


class GraphProcess(BackgroundProcess):
    """Builds the graph in a process of its own, which also compiles what the graph learner needs.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    notify : callable
        As for `BackgroundProcess`; done comes with the `NeighborGraph`.
    """

    def __init__(self, X: FloatArray, notify: Callable[[dict[str, Any]], None]) -> None:
        n = len(X)

        def tell(news: dict[str, Any]) -> None:
            if "done" in news:
                graph = unpack(news["done"], n)
                news = (
                    {"error": "the graph came back damaged"} if graph is None else {"done": graph}
                )
            notify(news)

        super().__init__("nblabel.jobs.graph", X, [], tell)


def graph_in_steps(X: FloatArray) -> Generator[tuple[float, str], None, NeighborGraph]:
    """Build the graph in steps that each take a moment, for where no process can be started.

    Each step yields the share that is done, and what it does.
    """
    known = GraphCache(X).read()
    if known is not None:
        return known
    steps = neighbors_in_steps(X)
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            found = NeighborGraph(*end.value)
            GraphCache(X).write(found)
            return found
        yield share, "finding neighbours"


def _run(X: FloatArray) -> np.ndarray[Any, Any]:
    """Run in the second process."""
    report(0.01, "compiling")
    compile_loops()
    report(0.02, "finding neighbours")
    known = GraphCache(X).read()
    if known is None:
        known = build_graph(X, lambda share: report(0.02 + 0.97 * share, "finding neighbours"))
        GraphCache(X).write(known)
    return pack(known)


if __name__ == "__main__":
    serve(_run, sys.argv[1:])
