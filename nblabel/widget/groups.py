"""Groups of items that a person looks through before one label goes to all but a few of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

from nblabel.arrays import FloatArray, IntArray, UInt8Array
from nblabel.pool.mosaic import mean_tile
from nblabel.session import Session
from nblabel.session.session import STANDINGS
from nblabel.strategies import Reason
from nblabel.widget.items import THUMBNAIL_SIDE, Items, Packet, Pictures
from nblabel.widget.map import MapView
from nblabel.widget.palette import class_colors

ORDERS = ("mixed", "odd", "typical")
MARKED = Reason("You marked it as one that does not belong to its group.")
MOST_LOOKED_AT = 64  # pictures sent at a time
AVERAGED = 300  # pictures; more change their mean little, and files take a while to open
BY_PEOPLE = tuple(STANDINGS.index(name) for name in ("human", "import"))

Found = TypeVar("Found")


class Groups:
    """Answers the page's dialog for clusters and selections: who belongs, in which order, what is known.

    The page gets the positions of all members, so that what it labels does not depend on what is
    remembered here, the mean of their pictures, and the pictures of those on screen only.

    Parameters
    ----------
    session : Session
        Labels, classes and embeddings.
    items : Items
        Describes items.
    pictures : Pictures
        Read ahead in a thread, so that files do not delay a key.
    map : MapView
        Where the answers go.
    clusters : callable
        Returns the cluster of each item, or None where there are none.
    """

    def __init__(
        self,
        session: Session,
        items: Items,
        pictures: Pictures,
        map: MapView,  # noqa: A002  the field's word
        clusters: Callable[[], IntArray | None],
    ) -> None:
        self._session, self._items, self._pictures = session, items, pictures
        self._map, self._clusters = map, clusters
        self._worker = ThreadPoolExecutor(
            2, thread_name_prefix="nblabel-look"
        )  # a mean, and a page
        self._open: tuple[str, IntArray] | None = None  # the request it answered, and the members

    def hear(self, content: dict[str, Any]) -> None:
        """Take a "group", "look" or "leave" of docs/wire.md."""
        kind = content["type"]
        if kind == "leave":
            self._open = None
        elif kind == "look":
            self._look(content["indices"])
        else:
            try:
                self._show(content)
            except (
                IndexError,
                ValueError,
            ) as error:  # the page may be older than pool and clusters
                told = {"type": "no_group", "request": content["request"], "text": str(error)}
                self._map.show_group(told, [])

    def follow(self) -> None:
        """Tell what is known of the open group, after the labels have changed."""
        if self._open is not None:
            request, members = self._open
            self._map.show_group({"type": "facts", "request": request, **self._facts(members)}, [])

    def _show(self, content: dict[str, Any]) -> None:
        named: dict[str, Any] = {"cluster": None, "name": "", "previous": None, "next": None}
        if "indices" in content:
            members = self._session.positions(content["indices"])
        else:
            members, named = self._cluster(content.get("cluster"))
        self._open = (content["request"], members)
        ordered = self._ordered(members, content.get("order", "mixed"))
        typical = members[np.argmin(_distances(self._session.embeddings[members]))]
        told = {"type": "group", "request": content["request"], "typical": int(typical)}
        self._map.show_group(
            {**told, **named, **self._facts(members)}, [ordered.astype(np.uint32).tobytes()]
        )
        if self._session.pool.kind == "images":
            self._average(content["request"], members)

    def _cluster(self, number: int | None) -> tuple[IntArray, dict[str, Any]]:
        """Return who is in a cluster; None means the first of which most have no label yet."""
        clusters = self._clusters()
        if clusters is None:
            raise ValueError("there are no clusters yet; find some first.")
        numbers = np.unique(clusters)
        order = [*numbers[numbers >= 0].tolist(), *numbers[numbers < 0].tolist()]  # noise last
        if number is None:
            known = np.isin(self._session.standing, BY_PEOPLE)
            left = (one for one in order if known[clusters == one].mean() < 0.5)
            number = next(left, order[0])
        if number not in order:
            raise ValueError(f"there is no cluster {number} any more.")
        place = order.index(number)
        return np.flatnonzero(clusters == number), {
            "cluster": number,
            "name": "Noise" if number < 0 else f"Cluster {number}",
            "previous": order[place - 1] if place else None,
            "next": order[place + 1] if place + 1 < len(order) else None,
        }

    def _ordered(self, members: IntArray, order: str) -> IntArray:
        """Return the members as they are looked at."""
        if order not in ORDERS:
            raise ValueError(f"unknown order {order!r}; choose one of {', '.join(ORDERS)}.")
        if order == "mixed":  # each page is a fair sample
            rng = np.random.default_rng([self._session.random_state, len(members)])
            return rng.permutation(members)
        distances = _distances(self._session.embeddings[members])
        if order == "typical":
            return members[np.argsort(distances, kind="stable")]
        return members[np.lexsort((-distances, -self._doubts(members)))]

    def _doubts(self, members: IntArray) -> FloatArray:
        """Return how much the model doubts that each is of the class that most are of, in hundredths."""
        refit = self._items.refit
        if refit is None or not self._session.n_labeled:
            return np.zeros(len(members), dtype=np.float32)
        main = np.bincount(refit.predicted[0][members]).argmax()
        doubts: FloatArray = np.round(1 - refit.proba[members, main], 2)
        return doubts

    def _facts(self, members: IntArray) -> dict[str, Any]:
        """Return how many of a group have a label, which, and a warning where those disagree."""
        session = self._session
        known = members[np.isin(session.standing[members], BY_PEOPLE)]
        counts = np.bincount(session.y[known], minlength=len(session.classes))
        said = [
            {"name": name, "color": color, "count": int(count)}
            for name, color, count in zip(
                session.classes, class_colors(len(session.classes)), counts, strict=False
            )
            if count
        ]
        said.sort(key=lambda one: -one["count"])
        warning = ""
        if len(said) > 1:
            most, next_most = said[:2]
            warning = (
                f"Its labels contradict: {most['count']:,} {most['name']}, "
                f"{next_most['count']:,} {next_most['name']}"
                f"{' and others' if len(said) > 2 else ''}. Look at the odd ones first."
            )
        return {"n": len(members), "labeled": len(known), "said": said, "warning": warning}

    def _look(self, indices: list[int]) -> None:
        """Send small pictures."""
        n = len(self._session.pool)
        wanted = [i for i in indices[:MOST_LOOKED_AT] if isinstance(i, int) and 0 <= i < n]
        self._beside(lambda: [self._read(index) for index in wanted], lambda _: self._send(wanted))

    def _average(self, request: str, members: IntArray) -> None:
        """Send the mean of the pictures, or of some drawn at random."""
        some = f" of {len(members):,}" if len(members) > AVERAGED else ""

        def average() -> tuple[UInt8Array | None, int]:
            chosen = self._ordered(members, "mixed")[:AVERAGED].tolist()
            # nobody waits for it any more once another group is open
            read = (self._read(index) for index in chosen if self._is_open(request))
            pictures = [picture for picture in read if isinstance(picture, np.ndarray)]
            return mean_tile(pictures), len(pictures)

        def send(made: tuple[UInt8Array | None, int]) -> None:
            mean, n = made
            if mean is None or n == 1 or not self._is_open(request):
                return
            packet = Packet()
            told = {"type": "mean", "request": request, "text": f"mean of {n:,}{some}"}
            self._map.show_group({**told, "image": packet.image(mean, send=True)}, packet.buffers)

        self._beside(average, send)

    def _is_open(self, request: str) -> bool:
        opened = self._open  # a thread asks, too
        return opened is not None and opened[0] == request

    def _beside(self, work: Callable[[], Found], then: Callable[[Found], None]) -> None:
        """Read pictures in a thread where there is an event loop."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            then(work())
            return
        future = loop.run_in_executor(self._worker, work)
        future.add_done_callback(lambda done: then(done.result()))

    def _read(self, index: int) -> UInt8Array | str | None:
        return self._pictures.read(index, THUMBNAIL_SIDE)

    def _send(self, indices: list[int]) -> None:
        packet = Packet()
        items = [self._items.thumbnail(index, packet) for index in indices]
        self._map.show_group({"type": "pictures", "items": items}, packet.buffers)


def _distances(X: FloatArray) -> FloatArray:
    """Return how far each is from the mean of all."""
    distances: FloatArray = np.linalg.norm(X - X.mean(axis=0), axis=1)
    return distances
