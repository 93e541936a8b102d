"""What is made for the map in the background: neighbours, projections, clusters, encoders."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.explore.projection import fit_square, spread_around, spread_evenly
from nblabel.session import Session
from nblabel.widget import text
from nblabel.widget.panel.state import PanelState
from nblabel.widget.work.clusters import ClusterJob
from nblabel.widget.work.embedding import Embedding, EmbeddingJob
from nblabel.widget.work.jobs import GraphJob, Job, Jobs
from nblabel.widget.work.projections import CUSTOM, CustomProjection, Projections
from nblabel.widget.work.training import TrainingJob
from nblabel.widget.work.worker import Worker


class Mapping:
    """Makes what the map shows, one job after another, and tells the state how far it is.

    Parameters
    ----------
    session, state, worker
    projection : str, array of shape (n, 2) or callable
        What the map shows where no choice is remembered: the name of a projection, or a user's own.
    embedding : Embedding, optional
        What embeds the items, where the session waits for that.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        worker: Worker,
        projection: Any,
        embedding: Embedding | None,
    ) -> None:
        self._session, self._state, self._worker = session, state, worker
        named = isinstance(projection, str)
        self._default = projection if named else CUSTOM
        self._custom = None if named else CustomProjection(projection, session.pool)
        self._projected: FloatArray | None = None
        self._training = TrainingJob(session, lambda reason: state.complain("training", reason))
        # apart from the other jobs: it goes on while they begin anew, and while nobody looks
        self._trainings = Jobs(worker, [self._training], lambda: self._show(self._trainings))
        job = EmbeddingJob(session, embedding, lambda reason: state.complain("embedding", reason))
        self._embeddings = Jobs(worker, [job], lambda: self._show(self._embeddings))
        self._clustering = ClusterJob(
            session,
            lambda: self._projections.umap,
            self._take_clusters,
            lambda reason: state.complain("clusters", reason),
        )
        self._clusterings = Jobs(worker, [self._clustering], lambda: self._show(self._clusterings))
        state.n_suggested = self._clustering.suggested
        self._begin()
        if embedding is not None and not embedding.is_large:
            self._embeddings.start()

    def start(self) -> None:
        """Somebody looks: begin what is due; now the first picture does not wait for it."""
        self._embeddings.start()
        self._jobs.start()

    def pause(self) -> None:
        """Nobody looks: stop until `start`, but for what was asked for."""
        self._jobs.pause()

    def choose(self, name: str) -> None:
        """Show a projection, or begin to make it."""
        try:
            self._projections.choose(name)
        finally:  # also where the choice cannot be remembered
            self._jobs.hush()
            self._jobs.start()

    def train(self, method: str, options: dict[str, Any], beside: bool) -> None:
        """Begin to train an encoder; errors as for `nblabel.Labeler.train`."""
        self._check_embedded()
        if self._training.is_due:
            raise ValueError(text.TRAINING_RUNS)
        self._training.want(method, options, beside)
        self._state.solve("training")
        self._trainings.start()

    def find_clusters(self, n: int) -> None:
        """Begin to find so many clusters, unless some are being found."""
        self._check_embedded()
        self._state.solve("clusters")
        self._clustering.want(n)
        self._clusterings.start()
        self._state.show(is_finding=self._clustering.is_due)

    def cancel(self) -> None:
        """Cancel what the bar tells of."""
        next((jobs for jobs in self._asked if jobs.bar.running), self._jobs).cancel()

    def follow(self) -> bool:
        """Begin anew if the embeddings are others by now; return whether they are."""
        if self._session.embeddings is self._projected:
            return False
        self._jobs.pause()
        self._state.solve("neighbours")
        self._state.solve("embedding")
        self._begin()
        return True

    @property
    def _asked(self) -> tuple[Jobs, ...]:
        """What a person asked for or waits for, the jobs whose bar goes first before the others."""
        return self._clusterings, self._trainings, self._embeddings

    def _check_embedded(self) -> None:
        if self._session.awaits_embeddings:
            raise ValueError(text.NOT_EMBEDDED)

    def _begin(self) -> None:
        """Show what is there of the present embeddings; jobs make the rest once started."""
        self._projected = self._session.embeddings
        self._projections = Projections(
            self._projected,
            store=self._session.store,
            default=self._default,
            random_state=self._session.random_state,
            show=self._place,
            custom=self._custom,
        )
        # UMAP takes over the neighbours that the graph is made of
        graph = GraphJob(self._session, lambda reason: self._state.complain("neighbours", reason))
        jobs: list[Job] = [graph, self._projections]
        if self._session.awaits_embeddings:
            jobs = []
        self._jobs = Jobs(self._worker, jobs, lambda: self._show(self._jobs))
        self._show(self._jobs)

    def _place(self, xy: FloatArray, is_own: bool) -> None:
        """Show points; they glide from where they are."""
        embedded = self._session.embedded
        if is_own:
            pass  # what a user placed has its place before it is embedded
        elif not embedded.any():
            xy = spread_evenly(len(xy))
        elif not embedded.all():
            xy = fit_square(np.concatenate([xy[embedded], spread_around(int((~embedded).sum()))]))
            xy = xy[np.argsort(np.argsort(~embedded, kind="stable"), kind="stable")]
        self._state.place(xy, glides=self._state.points is not None)

    def _take_clusters(self, clusters: IntArray | None) -> None:
        self._state.is_finding = False
        if clusters is not None:
            self._state.group(clusters)

    def _show(self, changed: Jobs) -> None:
        """Show how far it is with what was asked for, else with the jobs that changed."""
        training, embedded = self._trainings.bar.running, not self._session.awaits_embeddings
        shown = next((jobs for jobs in self._asked if jobs.bar.running), changed)
        self._state.show(
            bar=shown.bar,
            projection=self._projections.shown,
            projections=self._projections.choices,
            offers_training=self._training.is_offered and not training and embedded,
            is_finding=self._clustering.is_due,
        )
