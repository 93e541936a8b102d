"""Sends the pages what there is to show: once a tick of the event loop, and only what differs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from nblabel.log.coding import STATUSES
from nblabel.session import Session
from nblabel.widget import text
from nblabel.widget.panel.figures import (
    color_points,
    describe_classes,
    describe_status,
    describe_store,
    recent_classes,
)
from nblabel.widget.panel.items import Items
from nblabel.widget.panel.pages import Pages
from nblabel.widget.panel.ranking import Offer, Ranking
from nblabel.widget.panel.state import PanelState
from nblabel.widget.view.map import Colors, MapView
from nblabel.widget.view.markdown import markdown_nodes
from nblabel.widget.view.packet import Packet
from nblabel.widget.view.widget import PanelWidget
from nblabel.widget.work.home import Home

EXPLAINED = 9  # questions that come with reason and neighbours: the one on screen and eight more
ALONG_BYTES = 128 * 2**10  # with a list; a page asks for the rest, so that it soon has the first
_OPEN = tuple(STATUSES.index(name) for name in ("open", "skipped"))


class Publisher:
    """Tells the pages what changed. It reads state, session and ranking, and changes none of them.

    Parameters
    ----------
    home : Home
        Where the next tick is.
    widget : PanelWidget
        Has the traits.
    map : MapView
        Draws the points.
    session, state, ranking, items, pages
        What there is to show.
    given : collection of str
        Uids of the answers given in the panel; it may grow.
    """

    def __init__(
        self,
        home: Home,
        widget: PanelWidget,
        map: MapView,  # noqa: A002  the field's word
        session: Session,
        state: PanelState,
        ranking: Ranking,
        items: Items,
        pages: Pages,
        given: Collection[str],
    ) -> None:
        self._home, self._widget, self._map = home, widget, map
        self._session, self._state, self._ranking = session, state, ranking
        self._items, self._pages, self._given = items, pages, given
        self._is_due = self._is_publishing = self._is_anew = False
        self._sent: dict[str, Any] = {}
        self._colors: Colors | None = None

    def changed(self) -> None:
        """Something may differ: publish on the next tick."""
        if not self._is_due:
            self._is_due = True
            self._home.soon(self.publish)

    def forget(self) -> None:
        """Send everything again: a page opened that holds nothing."""
        self._sent.clear()
        self._is_anew = True
        self._items.forget()
        self._ranking.offer()
        self.changed()

    def publish(self) -> None:
        """Send what differs from what was sent before."""
        if self._is_publishing:  # without an event loop, from within itself
            return
        self._is_due, self._is_publishing = False, True
        try:
            with self._widget.hold_sync():
                self._publish_traits()
            self._publish_map()
            offer = self._ranking.take()
            if offer is not None:
                self._send_questions(offer)
        finally:
            self._is_publishing = self._is_anew = False

    def send(self, content: dict[str, Any], buffers: Collection[Any] = ()) -> None:
        """Send a message of docs/wire.md."""
        self._widget.send(content, list(buffers))

    def _publish_traits(self) -> None:
        widget, state, session = self._widget, self._state, self._session
        if self._differs("log", session.version):
            widget.classes = describe_classes(session, state.keys)
            widget.store = describe_store(session)
            widget.guidelines = {
                "text": session.guidelines,
                "nodes": markdown_nodes(session.guidelines),
            }
            widget.recent_classes = recent_classes(session)
        messages = [
            {"text": message, "title": title}
            for message, title in state.messages.values()
            if message
        ]
        status = describe_status(session, state.model, state.drift, self._given)
        widget.status = {**status, "messages": messages}
        widget.error = " ".join(state.problems.values())
        if self._differs("colors", (state.n_painted, state.color_by)):
            self._colors = color_points(session, state.model, state.color_by, state.clusters)
            widget.color_by, widget.legend = self._colors.mode, self._colors.legend
        clusters = state.clusters
        widget.clustering = {
            "n": 0 if clusters is None else len(np.unique(clusters)),
            "finding": state.is_finding,
            "suggested": state.n_suggested,
        }
        widget.projection = {
            "name": state.projection,
            "choices": [
                {"value": name, "text": text.PROJECTIONS[name]} for name in state.projections
            ],
            "running": state.bar.running,
            "progress": state.bar.progress,
            "text": state.bar.text,
            "train": state.offers_training,
        }
        widget.columns = self._items.columns.told
        widget.search_ways = list(session.searcher.ways)
        widget.find_target, widget.find_hint = state.find_target, state.find_hint
        widget.hourly_rate = state.hourly_rate
        for name in (
            *("audit", "auto_label", "comparison", "exporting", "importing"),
            *("learning_curves", "review"),
        ):
            setattr(widget, name, getattr(state, name))

    def _publish_map(self) -> None:
        state = self._state
        if state.points is not None and self._differs("points", state.n_placed):
            self._map.show_points(state.points, state.glides and not self._is_anew)
        if self._colors is not None and self._differs("painted", (state.n_painted, state.color_by)):
            self._map.show_colors(self._colors)
        if self._differs("labeled", self._session.version):
            self._map.show_labeled(self._session.labeled)
        if self._differs("front", tuple(self._pages.front)):
            known = (item for item in self._pages.front if item in self._session.pool)
            self._map.show_front([self._session.pool.index_of(item) for item in known])

    def _send_questions(self, offer: Offer) -> None:
        packet = Packet(limit=ALONG_BYTES)
        asked = {index for page in self._pages for index in self._indices(page.front)}
        items = [
            self._described(index, packet, place < EXPLAINED or index in asked)
            for place, index in enumerate(offer.indices)
        ]
        done = offer.reset and not offer.indices and not self._is_left()
        content = {"type": "questions", "items": items, "first": offer.first, "done": done}
        self.send({**content, "reset": offer.reset}, packet.buffers)
        self._pages.expect([item["id"] for item in items[:EXPLAINED]])
        if offer.reset:
            self._keep_snapshot(offer)

    def _described(self, index: int, packet: Packet, explained: bool) -> dict[str, Any]:
        """Describe an item; the page asks for reasons whose neighbours were not worked out."""
        if explained and index in self._state.deciders:
            return self._items.question(index, packet, self._ranking.reason(index))
        return self._items.plain(index, packet)

    def _is_left(self) -> bool:
        """Whether there is anything to ask, skipped items included."""
        return bool(np.isin(self._session.status, _OPEN).any())

    def _keep_snapshot(self, offer: Offer) -> None:
        """Keep the question on screen in a trait, for a notebook opened again."""
        shown = self._indices(self._pages.front[:1])
        index = next((one for one in [*shown, *offer.indices] if one in offer.indices), None)
        packet = Packet()
        item = None if index is None else self._items.thumbnail(index, packet)
        with self._widget.hold_sync():
            self._widget.snapshot = item  # type: ignore[assignment]  # None is allowed
            self._widget.snapshot_bytes = packet.buffers[0] if packet.buffers else b""

    def _indices(self, ids: Collection[str]) -> list[int]:
        pool = self._session.pool
        return [pool.index_of(item) for item in ids if item in pool]

    def _differs(self, name: str, value: Any) -> bool:
        """Whether this is not what was sent last, and take it as sent."""
        if self._sent.get(name, self) == value:
            return False
        self._sent[name] = value
        return True
