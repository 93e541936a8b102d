"""What the panel shows: the state of a session, told to the three views."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.session import Session
from nblabel.session.session import STANDINGS
from nblabel.strategies import Reason
from nblabel.widget.clustering import ClusteringJob
from nblabel.widget.figures import color_points, describe_status
from nblabel.widget.items import NOUNS, Items, Packet
from nblabel.widget.jobs import GraphJob, Jobs
from nblabel.widget.line import Line
from nblabel.widget.map import MapView
from nblabel.widget.palette import class_colors
from nblabel.widget.projections import CHOICES, Projections
from nblabel.widget.queue import QueueView
from nblabel.widget.status import StatusView
from nblabel.widget.training import TrainingJob

EXPLAINED = 9  # questions with reason and neighbours: the one asked and eight more
CLASS_KEYS = "1234567890qetyiopadjklzxcvbgm"  # less those of the panel's own commands
ANSWERED_BEFORE = Reason("You answered this one before.")


class Display:
    """Tells the views what there is to show. It reads the session and the line, and changes neither.

    Parameters
    ----------
    session : Session
        Labels and classes.
    line : Line
        Which question is on screen and which come next.
    items : Items
        Describes items.
    queue, map, status
        The views.
    projection : {"umap", "pca"}
        What the map shows where no choice is remembered.
    given : collection of str
        Uids of the answers given in the panel; it may grow.
    """

    def __init__(
        self,
        session: Session,
        line: Line,
        items: Items,
        queue: QueueView,
        map: MapView,  # noqa: A002  the field's word
        status: StatusView,
        projection: str,
        given: Collection[str],
    ) -> None:
        self._session, self._line, self._items = session, line, items
        self._queue, self._map, self._status = queue, map, status
        self._given = given
        self._problems: dict[str, str] = {}
        self._words: dict[str, dict[str, str]] = {}
        self.drift = ""
        """What is to be said of the items that an extended pool was extended by."""
        self._color_by = "prediction"
        self.clusters: IntArray | None = None
        """The cluster of each item, for the colours of the map; see `take_clusters`."""
        self._projection = projection
        self._projected: FloatArray | None = None
        self.training = TrainingJob(session, lambda text: self.show_problem("training", text))
        # apart from the other jobs: it goes on while they begin anew, and while nobody looks
        self._trainings = Jobs([self.training], lambda: self._show_jobs(self._trainings))
        self._clustering = ClusteringJob(
            session,
            lambda: self._projections.umap,
            lambda clusters: self.take_clusters(self.clusters if clusters is None else clusters),
            lambda text: self.show_problem("clusters", text),
        )
        self._clusterings = Jobs([self._clustering], lambda: self._show_jobs(self._clusterings))
        self._begin_jobs()
        self.show_classes()
        self.show_clusters()
        self.show_state()

    # the queue

    def show_queue(self) -> None:
        """Send the line of questions."""
        packet = Packet()
        held = self._line.held
        items = [
            self._items.question(index, packet, self._line.reason(index))
            if place < EXPLAINED
            else self._items.plain(index, packet)
            for place, index in enumerate(held)
        ]
        done = not held and not self._left()
        pool = self._session.pool
        content = {"type": "queue", "items": items, "done": done}
        content |= {"total": len(pool), "noun": NOUNS[pool.kind]}
        self._queue.send(content, packet.buffers)
        self.show_marks()
        self._keep_snapshot()

    def show_item(self, index: int, text: str) -> None:
        """Put an item of the line on screen now."""
        revisit = index == self._line.revisit
        packet = Packet()
        reason = ANSWERED_BEFORE if revisit else self._line.reason(index)
        item = self._items.question(index, packet, reason)
        content = {"type": "show", "item": item, "text": text, "revisit": revisit}
        self._queue.send(content, packet.buffers)
        self.show_marks()

    def show_question(self, text: str) -> None:
        """Go back from looking at an answered item to the open question."""
        self._queue.send({"type": "show", "item": None, "text": text})
        self.show_marks()

    def send_pixels(self, ids: list[str]) -> None:
        """Send pictures that the page does not hold."""
        self._items.send_again(ids)
        packet = Packet()
        pool = self._session.pool
        items = [self._items.plain(pool.index_of(item), packet) for item in ids if item in pool]
        self._queue.send({"type": "pixels", "items": items}, packet.buffers)

    def _left(self) -> bool:
        """Whether there is anything to ask, skipped items included."""
        asked = [STANDINGS.index(name) for name in ("open", "skipped")]
        return bool(np.isin(self._session.standing, asked).any())

    def _keep_snapshot(self) -> None:
        """Keep the question on screen in a trait, for a notebook opened again."""
        index = self._line.current
        packet = Packet()
        item = None if index is None else self._items.thumbnail(index, packet)
        with self._queue.hold_sync():
            self._queue.snapshot = item
            self._queue.snapshot_pixels = packet.buffers[0] if packet.buffers else b""

    # the map

    def show_marks(self) -> None:
        """Show on the map what people labeled, what is asked and asked next."""
        current, queries = self._line.marks()
        self._map.show_marks(self._session.labeled, current, queries)

    def show_colors(self, mode: str | None = None) -> None:
        """Colour the map, in another mode if one is given."""
        self._color_by = mode or self._color_by
        refit = self._items.refit
        self._map.show_colors(color_points(self._session, refit, self._color_by, self.clusters))

    def show_picture(self, index: int) -> None:
        """Show the picture of a point."""
        packet = Packet()
        item = self._items.thumbnail(index, packet)
        word = "accepted as" if item["source"] == "model" else "labeled"
        said = f"{word} {item['label']}" if item["label"] else ""
        if item["guess"] and not said:
            said = f"{item['guess']['label']}, {100 * item['guess']['confidence']:.0f}\u00a0%"
        name = self._session.pool.name(index)
        text = " · ".join(part for part in (name, said) if part)
        content = {"type": "picture", "index": index, "item": item, "text": text}
        self._map.show_picture(content, packet.buffers)

    def choose_projection(self, name: str) -> None:
        """Show a projection, or begin to make it."""
        if name not in [choice["value"] for choice in CHOICES]:
            return
        try:
            self._projections.choose(name)
        finally:  # also where the choice cannot be remembered
            self.jobs.hush()
            self.jobs.start()

    def begin_training(self) -> None:
        """Begin the training that is wanted, unless one is running."""
        self.drop_problem("training")
        self._trainings.start()

    def find_clusters(self, n: int) -> None:
        """Begin to find so many clusters, unless some are being found."""
        self.drop_problem("clusters")
        self._clustering.want(n)
        self._clusterings.start()
        self.show_clusters()

    def take_clusters(self, clusters: IntArray | None) -> None:
        """Colour the map by these clusters, and let them be looked through."""
        if clusters is not self.clusters:
            self.clusters = clusters
            self.show_colors("cluster" if clusters is not None else None)
        self.show_clusters()

    def show_clusters(self) -> None:
        """Show how many clusters there are, and whether some are being found."""
        self._map.show_clusters(
            {
                "n": 0 if self.clusters is None else len(np.unique(self.clusters)),
                "finding": self._clustering.is_due,
                "suggested": self._clustering.suggested,
                "noun": NOUNS[self._session.pool.kind],
            }
        )

    def cancel(self) -> None:
        """Cancel what the bar tells of."""
        asked = (self._clusterings, self._trainings)
        next((jobs for jobs in asked if jobs.bar["running"]), self.jobs).cancel()

    def follow_embeddings(self) -> bool:
        """Begin anew with graph and projections if the embeddings are others; return whether they are."""
        if self._session.embeddings is self._projected:
            return False
        self.jobs.pause()
        self.drop_problem("neighbours")
        self._begin_jobs()
        return True

    def _begin_jobs(self) -> None:
        """Show what is there of the present embeddings; the jobs make the rest once they are started."""
        again = self._projected is not None
        self._projected = self._session.embeddings
        self._projections = Projections(
            self._projected,
            store=self._session.store,
            default=self._projection,
            random_state=self._session.random_state,
            show=lambda xy, animate: self._map.show_points(xy, animate or again),
        )
        # UMAP takes over the neighbours that the graph is made of
        graph = GraphJob(self._session, lambda text: self.show_problem("neighbours", text))
        self.jobs = Jobs([graph, self._projections], lambda: self._show_jobs(self.jobs))
        self._show_jobs(self.jobs)

    def _show_jobs(self, changed: Jobs) -> None:
        """Show how far it is with what was asked for, or else with the jobs whose bar has changed."""
        training = self._trainings.bar["running"]
        asked = (self._clusterings, self._trainings)
        told = next((jobs for jobs in asked if jobs.bar["running"]), changed)
        shown = {
            "name": self._projections.shown,
            "choices": CHOICES,
            "train": self.training.is_offered and not training,
        }
        self._map.show_projection({**shown, **told.bar})

    # all views

    def show_classes(self) -> None:
        """Show the classes with their keys and colours, and where the labels are kept."""
        names = self._session.classes
        keys = [*CLASS_KEYS, *[""] * len(names)]
        described = [
            {"name": name, "key": key, "color": color}
            for name, key, color in zip(names, keys, class_colors(len(names)), strict=False)
        ]
        store = self._session.store
        address = {
            "key": f"{store.key}:{self._session.pool.fingerprint}",
            "persistent": store.persistent,
            "text": store.text,
        }
        with self._queue.hold_sync():
            self._queue.classes, self._queue.store = described, address
        self._map.show_classes(described, address)

    def show_state(self) -> None:
        """Show the figures."""
        notices = []
        if not self._session.store.persistent:
            notices.append(
                {
                    "kind": "info",
                    "text": "Labels are kept in memory until the kernel stops. "
                    "store='labels.db' keeps them in a file.",
                }
            )
        if self.drift:
            notices.append({"kind": "info", "text": self.drift})
        refit = self._items.refit
        told = describe_status(self._session, refit, notices, self._given)
        said = [words for words in self._words.values() if words["text"]]
        self._status.status = {**told, "words": said}

    def say(self, kind: str, text: str, title: str) -> None:
        """Have the status say this, and more in a title, until it is to say something else of its kind."""
        words = {"text": text, "title": title}
        if self._words.get(kind) != words:
            self._words[kind] = words
            self.show_state()

    def show_problem(self, kind: str, text: str) -> None:
        """Show a problem until one of its kind is solved."""
        self._problems[kind] = text
        self._queue.error = " ".join(self._problems.values())

    def drop_problem(self, kind: str) -> None:
        """Problems of this kind are solved."""
        if self._problems.pop(kind, None) is not None:
            self._queue.error = " ".join(self._problems.values())
