"""Groups of items that a person looks through before one label goes to all but a few of them.

A cluster, what was drawn around on the map, or what a search found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray, UInt8Array
from nblabel.log.coding import STATUSES
from nblabel.pool.mosaic import mean_tile
from nblabel.session import Session
from nblabel.session.searching import SearchResult
from nblabel.widget import text
from nblabel.widget.panel.figures import count_labels
from nblabel.widget.panel.items import Items
from nblabel.widget.panel.keys import LIKELIEST, has_many
from nblabel.widget.panel.pages import OpenGroup, Page, Pages
from nblabel.widget.panel.pictures import THUMBNAIL_SIDE, Pictures
from nblabel.widget.panel.state import PanelState
from nblabel.widget.view.packet import Packet
from nblabel.widget.work.worker import Task, Worker

ORDERS = ("random", "outliers", "central", "best")
FOUND = 10_000  # items that a search by words or id opens; nobody looks through more
ALIKE = 60  # by likeness and meaning, where every item is more or less near
AVERAGED = 300  # pictures; more change their mean little, and files take a while to open
NO_CLUSTER: dict[str, Any] = {"cluster": None, "name": "", "previous": None, "next": None}
BY_PEOPLE = tuple(STATUSES.index(name) for name in ("human", "import"))


class Groups:
    """Answers a page's dialog for clusters and selections: members, order, what is known.

    The page gets the positions of all members, so that what it labels does not depend on what is
    remembered here, the mean of their pictures, and the pictures of those on screen only.

    Parameters
    ----------
    session, state, items, pictures, pages, worker
    send : callable
        Called with a message and its buffers.
    opened : callable
        Called with the positions that a page looks through, none when it leaves them.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        items: Items,
        pictures: Pictures,
        pages: Pages,
        worker: Worker,
        send: Callable[[dict[str, Any], list[Any]], None],
        opened: Callable[[IntArray], None],
    ) -> None:
        self._session, self._state, self._items = session, state, items
        self._opened = opened
        self._pictures, self._pages, self._worker, self._send = pictures, pages, worker, send

    def open(self, page: Page, content: dict[str, Any]) -> None:
        """Answer a "group"."""
        page.request, page.waiting = content["request"], None
        if "search" in content:
            self._search(page, content)
            return
        try:
            self._open(page, content, *self._members(content))
        except (IndexError, ValueError) as error:  # the page may be older than pool and clusters
            self._refuse(page, content, str(error))

    def _search(self, page: Page, content: dict[str, Any]) -> None:
        """Search aside, and open what was found unless the page asked for something else since.

        What is most like an item, or nearest in meaning, is searched once the items are embedded.
        """
        searcher, engine = self._session.searcher, self._session.engine
        wanted, request = content["search"], content["request"]
        near = "like" in wanted or searcher.by_meaning(wanted["by"])
        if near and engine.awaits_embeddings:
            page.waiting = content
            self._refuse(page, content, text.SEARCHED_ONCE_EMBEDDED)
            return

        def search(_: object) -> SearchResult | None:
            if page.request != request:
                return None
            if "query" in wanted:
                n = ALIKE if near else FOUND
                return searcher.by_text(wanted["query"], wanted["by"], n)
            like = self._session.positions(wanted["like"])
            name = self._session.pool.ids[int(like[0])]
            return searcher.like(engine.X[like], name, ALIKE, engine.scale)

        def done(found: SearchResult | Exception | None) -> None:
            if found is None or page.request != request:
                return
            if isinstance(found, IndexError | ValueError):
                self._refuse(page, content, str(found))
            elif isinstance(found, Exception):
                raise found
            elif not len(found):
                self._refuse(page, content, found.lines[0])
            else:
                named = {**NO_CLUSTER, "text": found.lines[0]}
                self._open(page, content, found.indices, named, found=True)

        self._worker.run("search", Task(work=search, done=done))

    def _refuse(self, page: Page, content: dict[str, Any], reason: str) -> None:
        self._tell(page, {"type": "no_group", "request": content["request"], "text": reason})

    def _open(
        self,
        page: Page,
        content: dict[str, Any],
        members: IntArray,
        named: dict[str, Any],
        *,
        found: bool = False,
    ) -> None:
        """Show a group to a page."""
        ordered = self._ordered(members, content["order"])
        request = content["request"]
        page.group = OpenGroup(request, members, found)
        self._opened(members)
        central = members[np.argmin(_distances(self._session.embeddings[members]))]
        opened = {"type": "group", "request": request, "central": int(central)}
        self._tell(
            page,
            {**opened, **named, **self._facts(page.group)},
            [ordered.astype(np.uint32).tobytes()],
        )
        if self._session.pool.kind == "images":
            self._average(page, request, members)

    def leave(self, page: Page) -> None:
        """Note that a page looks at its group no longer."""
        page.group, page.request, page.waiting = None, "", None
        self._opened(np.empty(0, dtype=np.intp))

    def look(self, page: Page, indices: list[int]) -> None:
        """Send small pictures."""
        n = len(self._session.pool)
        wanted = [index for index in indices if 0 <= index < n]
        if self._pictures.take_long:  # each is shown as soon as it is drawn
            for index in wanted:
                self._send_small(page, [index])
        else:
            self._send_small(page, wanted)

    def _send_small(self, page: Page, wanted: list[int]) -> None:
        def send(_: object) -> None:
            packet = Packet()
            items = [self._items.thumbnail(index, packet) for index in wanted]
            self._tell(page, {"type": "pictures", "items": items}, packet.buffers)

        def pack(_: object) -> None:
            for index in wanted:
                self._pictures.pack(index, THUMBNAIL_SIDE)

        self._worker.run("pictures", Task(work=pack, done=send))

    def follow(self) -> None:
        """Tell what is known of the open groups, after labels or embeddings have changed."""
        for page in self._pages:
            if page.waiting is not None and not self._session.awaits_embeddings:
                self.open(page, page.waiting)
            if page.group is not None:
                message = {"type": "facts", "request": page.group.request}
                self._tell(page, {**message, **self._facts(page.group)})

    def _members(self, content: dict[str, Any]) -> tuple[IntArray, dict[str, Any]]:
        """Return who is in a group, and what it is called."""
        if "indices" in content:
            return self._session.positions(content["indices"]), NO_CLUSTER
        number, clusters = content["cluster"], self._state.clusters
        if clusters is None:
            raise ValueError(text.NO_CLUSTERS_YET)
        numbers = np.unique(clusters)
        order = [*numbers[numbers >= 0].tolist(), *numbers[numbers < 0].tolist()]  # noise last
        if number is None:  # the first of which most have no label yet
            known = np.isin(self._session.status, BY_PEOPLE)
            left = (one for one in order if known[clusters == one].mean() < 0.5)
            number = next(left, order[0])
        if number not in order:
            raise ValueError(text.cluster_gone(number))
        place = order.index(number)
        return np.flatnonzero(clusters == number), {
            "cluster": number,
            "name": text.cluster_name(number),
            "previous": order[place - 1] if place else None,
            "next": order[place + 1] if place + 1 < len(order) else None,
        }

    def _ordered(self, members: IntArray, order: str) -> IntArray:
        """Return the members as they are looked at."""
        if order not in ORDERS:
            raise ValueError(text.unknown_order(order, ORDERS))
        if order == "best":  # as a search found them
            return members
        if order == "random":  # each page is a fair sample
            rng = np.random.default_rng([self._session.random_state, len(members)])
            return rng.permutation(members)
        distances = _distances(self._session.embeddings[members])
        if order == "central":
            return members[np.argsort(distances, kind="stable")]
        return members[np.lexsort((-distances, -self._doubts(members)))]

    def _doubts(self, members: IntArray) -> FloatArray:
        """Return how much the model doubts that each is of the main class, in hundredths."""
        model = self._state.model
        if model is None or not self._session.n_labeled:
            return np.zeros(len(members), dtype=np.float32)
        main = np.bincount(model.predicted[0][members]).argmax()
        doubts: FloatArray = np.round(1 - model.proba[members, main], 2)
        return doubts

    def _facts(self, group: OpenGroup) -> dict[str, Any]:
        """Return how many of a group have a label, which, and a warning where those disagree.

        What a search found is of many classes by nature.
        """
        session, members = self._session, group.members
        known, labels, warning = labels_in(session, members)
        warning = "" if group.found else warning
        facts = {"n": len(members), "labeled": known, "labels": labels, "warning": warning}
        likely = likeliest_of(session, self._state, members)
        return {**facts, "likeliest": likely} if likely else facts

    def _average(self, page: Page, request: str, members: IntArray) -> None:
        """Send the mean of the pictures, or of some drawn at random."""

        def is_open() -> bool:
            return page.group is not None and page.group.request == request

        def average(_: object) -> tuple[UInt8Array | None, int]:
            # nobody waits for it any more once another group is open
            read = (self._read(index) for index in chosen if is_open())
            found = [picture for picture in read if isinstance(picture, np.ndarray)]
            return mean_tile(found), len(found)

        def send(made: tuple[UInt8Array | None, int] | Exception) -> None:
            if isinstance(made, Exception):
                raise made
            mean, n = made
            if mean is None or n == 1 or not is_open():
                return
            packet = Packet()
            caption = text.mean_of(n, len(members) if len(members) > AVERAGED else None)
            content = {"type": "mean", "request": request, "text": caption}
            self._tell(page, {**content, "image": packet.pixels(mean)}, packet.buffers)

        chosen = self._ordered(members, "random")[:AVERAGED].tolist()
        self._worker.run("mean", Task(work=average, done=send))

    def _read(self, index: int) -> UInt8Array | str | None:
        return self._pictures.read(index, THUMBNAIL_SIDE)

    def _tell(self, page: Page, content: dict[str, Any], buffers: list[Any] | None = None) -> None:
        self._send({**content, "to": page.id}, buffers or [])


def labels_in(session: Session, members: IntArray) -> tuple[int, list[dict[str, Any]], str]:
    """Return how many of some items people labeled, which labels, and a warning if they disagree.

    The labels are as `count_labels` has them, the most frequent first.
    """
    known = members[np.isin(session.status[members], BY_PEOPLE)]
    labels = [one for one in count_labels(session, known) if one["count"]]
    labels.sort(key=lambda one: -one["count"])
    counts = [(one["name"], one["count"]) for one in labels]
    differ = len(counts) > 1 and not session.multi_label
    return len(known), labels, text.contradiction(counts) if differ else ""


def likeliest_of(session: Session, state: PanelState, members: IntArray) -> list[str]:
    """Return the classes that keys give a group, where there are more classes than keys."""
    model, names = state.model, session.classes
    if model is None or not session.predicts or not has_many(names):
        return []
    counts = np.bincount(model.predicted[0][members], minlength=len(names))
    first = np.argsort(-counts, kind="stable")[:LIKELIEST]
    return [names[code] for code in first.tolist() if counts[code] and code < len(names)]


def nearly_equal(session: Session, state: PanelState, index: int) -> IntArray:
    """Return an item and what is nearly equal to it; embeddings may have changed since.

    Raises
    ------
    ValueError
        If there is nothing.
    """
    session.positions(index)
    if state.near is None or state.near.size(index) < 2:
        raise ValueError(text.NOTHING_NEAR)
    return state.near.members(index)


def _distances(X: FloatArray) -> FloatArray:
    """Return how far each is from the mean of all."""
    distances: FloatArray = np.linalg.norm(X - X.mean(axis=0), axis=1)
    return distances
