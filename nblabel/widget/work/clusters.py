"""Finding clusters while labels are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.session import Session
from nblabel.system.available import can_spawn
from nblabel.widget import text
from nblabel.widget.work.stepped import SteppedWork
from nblabel.widget.work.worker import Notify, Process

MOST = 200  # clusters; nobody looks through more


class ClusterJob:
    """Finds the clusters that were wanted last; a `nblabel.widget.work.jobs.Job`.

    Parameters
    ----------
    session : Session
        Its items are divided.
    projection : callable
        Returns the UMAP projection, or None where it is not there: then the embeddings are divided.
    take : callable
        Called with the clusters; with None where there will be none.
    complain : callable
        Called with the reason, in words, if none were found.
    """

    name = text.CLUSTERS

    def __init__(
        self,
        session: Session,
        projection: Callable[[], FloatArray | None],
        take: Callable[[IntArray | None], None],
        complain: Callable[[str], None],
    ) -> None:
        self._session, self._projection = session, projection
        self._take, self._complain = take, complain
        self._wanted = 0

    @property
    def suggested(self) -> int:
        """How many clusters to look for: some more than classes, so that each is of one class."""
        return min(2 * len(self._session.classes), max(2, len(self._session.pool) // 5), 40)

    def want(self, n: int) -> None:
        """Be due with so many clusters.

        Raises
        ------
        ValueError
            If there cannot be so many.
        """
        most = min(MOST, len(self._session.pool))
        if not isinstance(n, int) or not 1 <= n <= most:
            raise ValueError(text.wrong_clusters(n, most))
        self._wanted = n

    @property
    def is_due(self) -> bool:
        return self._wanted > 0

    def begin(self, notify: Notify) -> Process:
        from nblabel.jobs.clusters import ClusterProcess, clusters_in_steps

        X = self._projection()
        # on a UMAP projection groups are oblong, and nothing else comes as near the classes
        method = "kmeans" if X is None else "gmm"
        X = self._session.embeddings if X is None else X
        how = X, self._wanted, method, self._session.random_state
        if not can_spawn():
            return SteppedWork(clusters_in_steps(*how), notify)
        return ClusterProcess(*how, notify)

    def finish(self, made: Any) -> str:
        self._wanted = 0
        self._take(made.astype(np.intp))
        return text.clusters_found(int(made.max()) + 1)

    def fail(self, reason: str) -> str:
        self._wanted = 0
        self._take(None)
        self._complain(text.CLUSTERS_FAILED_BY.format(reason))
        return text.CLUSTERS_FAILED

    def give_up(self) -> None:
        self._wanted = 0
        self._take(None)
