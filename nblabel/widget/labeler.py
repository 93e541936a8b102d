"""The panel: three views over one session."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np

from nblabel.engine import Refit, Snapshot
from nblabel.events import LabelEvent
from nblabel.export import export_labels
from nblabel.pool import Pool
from nblabel.session import Session
from nblabel.store import LabelStore, StoreError
from nblabel.widget.figures import color_points, describe_status
from nblabel.widget.items import QUESTION_SIDE, THUMBNAIL_SIDE, Packet, Pictures, why
from nblabel.widget.line import LENGTH, Line
from nblabel.widget.map import COLOR_MODES, CanvasMap, MapView
from nblabel.widget.palette import class_colors
from nblabel.widget.projections import Projections
from nblabel.widget.queue import QueueView
from nblabel.widget.refits import Refits
from nblabel.widget.status import StatusView

if TYPE_CHECKING:
    import pandas as pd

RANKED = 128  # questions chosen at a time; the page gets the first of them
EXPLAINED = (
    9  # of these, how many come with their reason and neighbours: the one asked and eight more
)
NEIGHBORS = 3
CLASS_KEYS = "1234567890qetyiopadjklzxcvbgm"  # less those of the panel's own commands

# logs in memory by pool, so that running the cell again keeps the labels
_memory: dict[str, LabelStore] = {}
# panels on one log, so that what is answered in one shows in the others
_panels: weakref.WeakSet[Labeler] = weakref.WeakSet()


class Labeler(ipywidgets.Box):
    """A labeling panel. As the last line of a cell, it shows itself.

    Parameters
    ----------
    pool : Pool or images
        What to label: a `Pool`, an array of images, or a list of image files.
    classes : sequence of str
        At least two class names.
    learner, strategy, store, annotator, random_state
        As for `Session`. Without a store the labels live until the kernel stops; running the cell
        again keeps them.
    map : {"canvas", "plotly"}
        How the map is drawn. "plotly" is one FigureWidget: slower, with plotly's own tools.
    projection : {"umap", "pca"}
        What the map shows once it is ready; PCA comes first in any case. A choice made in the panel
        is remembered beside the log and goes before this.
    show_guess : bool
        Whether the model's guess is shown; a guess biases the annotator.

    Attributes
    ----------
    session : Session
        The session behind the panel. What it is told shows in the panel after `refresh`.

    Raises
    ------
    ValueError, TypeError, StoreError
        As for `Session`, and for an unknown map or projection.

    Examples
    --------
    >>> import nblabel as nb
    >>> sample = nb.datasets.load_fashion_mnist_sample()
    >>> panel = nb.Labeler(sample.images, classes=sample.classes)
    >>> panel.labels()
    Empty DataFrame
    Columns: [id, index, label, source, annotator, time]
    Index: []
    """

    def __init__(
        self,
        pool: Any,
        classes: Sequence[Any],
        learner: Any = "auto",
        strategy: Any = "auto",
        store: Any = None,
        annotator: str | None = None,
        random_state: int | None = None,
        *,
        map: str = "canvas",  # noqa: A002  the field's word, and a keyword only
        projection: str = "umap",
        show_guess: bool = True,
    ) -> None:
        if projection not in ("umap", "pca"):
            raise ValueError(f"unknown projection {projection!r}; choose 'umap' or 'pca'.")
        pool = pool if isinstance(pool, Pool) else Pool(pool)
        if store is None:
            store = _memory.get(pool.fingerprint) or LabelStore()
            _memory[pool.fingerprint] = store
        self.session = Session(pool, classes, learner, strategy, store, annotator, random_state)
        self._pictures = Pictures(pool)
        self._line = Line()
        self._refit: Refit | None = None
        self._deciders: dict[int, list[tuple[int, float]]] = {}
        self._held: set[str] = set()  # ids whose pixels the page has
        self._held_small: set[str] = set()  # the same of neighbours' thumbnails
        self._version = 0

        self._queue = QueueView(self._guarded(self._hear_queue), show_guess=show_guess)
        self._map = _make_map(map, self._guarded(self._hear_map))
        self._status = StatusView()
        self._color_by = "prediction"
        self._refits = Refits(self.session.snapshot, self._learn, self._guarded(self._learned))

        columns = ipywidgets.Box([self._queue, self._map.widget])
        columns.add_class("nbl-columns")
        super().__init__([columns, self._status])
        self.add_class("nbl-panel")
        self._projections = Projections(
            self.session.embeddings,
            store=self.session.store,
            default=projection,
            random_state=0 if random_state is None else random_state,
            show=self._map.show_points,
            tell=self._map.show_projection,
        )
        self._show_classes()
        self._show_state()
        for other in self._others():
            other.yield_projection()  # one projection of a pool is enough
        _panels.add(self)
        self._refits.request()

    # from Python

    def labels(self) -> pd.DataFrame:
        """Return the labels as a table; see `Session.labels`."""
        return self.session.labels()

    def export(self, path: Any) -> None:
        """Write the labels to a file; see `nblabel.export.export_labels`."""
        export_labels(self.session.labels(), path)

    def refresh(self) -> None:
        """Show what the session was told from Python, or by others on the same log."""
        self.session.refresh()
        self._show_classes()
        self._changed()

    def yield_projection(self) -> None:
        """Leave it to a newer panel on the same log to project the pool."""
        self._projections.cancel(remember=False)

    # what a person does

    def _hear_queue(self, content: dict[str, Any]) -> None:
        kind = content.get("type")
        if kind == "ready":
            self._held.clear()
            self._held_small.clear()
            self._send_queue()
        elif kind == "need":
            self._send_pixels(content["ids"])
        elif kind in ("back", "forward"):
            self._browse(kind, content.get("id"))
        else:
            self._answer(content, self._queue.send)

    def _hear_map(self, content: dict[str, Any]) -> None:
        kind = content.get("type")
        if kind == "hover":
            self._send_picture(int(content["index"]))
        elif kind == "pick":
            self._show(int(content["index"]), "Asked next, from the map.")
        elif kind == "project":
            self._projections.choose(content["name"])
        elif kind == "cancel":
            self._projections.cancel()
        elif kind == "color_by" and content["mode"] in COLOR_MODES:
            self._color_by = content["mode"]
            self._map.show_colors(color_points(self.session, self._refit, self._color_by))
        elif kind in ("label", "undo"):
            self._answer(content, self._map.acknowledge)

    def _answer(
        self, content: dict[str, Any], acknowledge: Callable[[dict[str, Any]], Any]
    ) -> None:
        """Write one event to the log and say what became of it."""
        uid = content["uid"]
        try:
            text, shown = self._record(content)
        except StoreError as error:
            acknowledge({"type": "ack", "uid": uid, "ok": False, "retry": True, "text": str(error)})
            return
        except (ValueError, KeyError, IndexError) as error:
            reason = str(error.args[0] if error.args else error)
            acknowledge({"type": "ack", "uid": uid, "ok": False, "retry": False, "text": reason})
            return
        acknowledge({"type": "ack", "uid": uid, "ok": True, "text": text})
        if shown is not None:
            self._show(shown, text)
        self._changed()
        for other in self._others():
            other.refresh()

    def _record(self, content: dict[str, Any]) -> tuple[str, int | None]:
        """Tell the session; return what to say, and the item to put back on screen, if any."""
        session, kind, uid = self.session, content["type"], content["uid"]
        if kind == "add_class":
            event = session.add_class(content["name"], uid=uid)
            self._show_classes()
            return f"Class added: {event.labels[0]}.", None
        if kind in ("undo", "redo"):
            last = session.state.undo_target(session.annotator)
            if content.get("of") and (last is None or last.uid != content["of"]):
                raise ValueError("something else was answered since; Undo in the queue goes back.")
            target = (session.undo if kind == "undo" else session.redo)(uid=uid)
            self._show_classes()
            return self._reversed(kind, target)
        if "indices" in content:
            return self._record_many(content), None
        index = session.pool.index_of(content["id"])
        self._line.drop(index)
        if kind == "label":
            session.tell(index, content["label"], uid=uid)
            return f"Saved: {content['label']}. {session.n_labeled:,} labeled.", None
        if kind not in ("skip", "flag"):
            raise ValueError(f"unknown kind of answer {kind!r}.")
        (session.skip if kind == "skip" else session.flag)(index, uid=uid)
        return {"skip": "Skipped.", "flag": "Flagged: set aside."}[kind], None

    def _record_many(self, content: dict[str, Any]) -> str:
        indices = content["indices"]
        if not content.get("relabel"):
            indices = indices[self.session.y[indices] < 0]
        if not len(indices):
            raise ValueError("every selected point has a label already.")
        self.session.tell(indices, content["label"], uid=content["uid"])
        return f"{len(indices):,} points labeled as {content['label']}."

    def _reversed(self, kind: str, target: LabelEvent | None) -> tuple[str, int | None]:
        if target is None:
            return f"Nothing to {kind}.", None
        word = {"undo": "Undone", "redo": "Redone"}[kind]
        if len(target.ids) > 1:
            return f"{word}: {len(target.ids):,} points.", None
        what = target.labels[0] if target.labels else {"skip": "skip", "flag": "flag"}[target.kind]
        if not target.ids:
            return f"{word}: class {what}.", None
        index = self.session.pool.index_of(target.ids[0])
        if kind == "redo":
            self._line.drop(index)
            return f"{word}: {what}.", None
        return f"{word}: {what}.", index

    def _browse(self, way: str, item_id: str | None) -> None:
        """Show the item answered before or after this one."""
        answers = self.session.state.answers
        order = sorted(answers, key=lambda item: answers[item].event.seq)
        here = order.index(item_id) if item_id in answers else len(order)
        place = here + (-1 if way == "back" else 1)
        if 0 <= place < len(order):
            self._show(self.session.pool.index_of(order[place]), "")
            return
        if place < 0 and order:
            self._show(self.session.pool.index_of(order[0]), "This was the first answer.")
            return
        self._line.revisit = None
        text = "Nothing was answered yet." if not order else "Back to the questions."
        self._queue.send({"type": "show", "item": None, "text": text})
        self._show_marks()

    # what follows

    def _changed(self) -> None:
        """Show what is known of a changed log at once, and learn."""
        self._show_state()
        if self._line.is_low:
            self._line.fill(self._is_open)
            self._send_queue()
        else:
            self._show_marks()
        self._refits.request()

    def _learn(self, snapshot: Snapshot) -> tuple[Refit, dict[int, list[tuple[int, float]]]]:
        """In the worker thread: learn, choose, and have the pictures ready."""
        refit = self.session.engine.refit(snapshot, RANKED)
        _ = refit.predicted  # worked out here, off the event loop
        first = refit.query.indices[:EXPLAINED]
        who, closeness = self.session.engine.deciders(first)
        deciders = {
            int(index): [
                (int(neighbor), float(near))
                for neighbor, near in zip(who[row], closeness[row], strict=True)
                if neighbor >= 0
            ][:NEIGHBORS]
            for row, index in enumerate(first)
        }
        for index in refit.query.indices[:LENGTH]:
            self._pictures.read(int(index), QUESTION_SIDE)
        return refit, deciders

    def _learned(self, result: Any) -> None:
        """Back on the event loop: show what was learned, unless newer labels came in meanwhile."""
        if isinstance(result, Exception):
            self._queue.error = (
                f"Learning failed: {result} The last good model stays; your labels are saved."
            )
            if self._refit is None:
                self._send_queue()
            return
        refit, deciders = result
        if not self.session.apply(refit):
            if not self._line.upcoming:  # the page must not run dry while someone types fast
                self._line.rank(refit.query)
                self._line.fill(self._is_open)
                self._send_queue()
            self._refits.request()
            return
        first = self._refit is None
        self._refit, self._deciders = refit, deciders
        self._queue.error = ""
        self._line.rank(refit.query)
        self._line.fill(self._is_open)
        self._map.show_colors(color_points(self.session, refit, self._color_by))
        self._send_queue()
        self._show_state()
        if first:
            self._projections.start()

    def _is_open(self, index: int) -> bool:
        """Whether an item is still to be asked; skipped ones are, once nothing else is left."""
        answers = self.session.state.answers
        answer = answers.get(self.session.pool.ids[index])
        if answer is None:
            return True
        return answer.kind == "skip" and len(answers) == len(self.session.pool)

    # what is shown

    def _show_state(self) -> None:
        notices = []
        if not self.session.store.persistent:
            notices.append(
                {
                    "kind": "info",
                    "text": "Labels are kept in memory until the kernel stops. "
                    "store='labels.db' keeps them in a file.",
                }
            )
        self._status.status = describe_status(self.session, self._refit, notices)

    def _show_marks(self) -> None:
        current, queries = self._line.marks()
        self._map.show_marks(np.flatnonzero(self.session.y >= 0), current, queries)

    def _show_classes(self) -> None:
        names = self.session.classes
        keys = [*CLASS_KEYS, *[""] * len(names)]
        described = [
            {"name": name, "key": key, "color": color}
            for name, key, color in zip(names, keys, class_colors(len(names)), strict=False)
        ]
        store = self.session.store
        address = {
            "key": f"{store.key}:{self.session.pool.fingerprint}",
            "persistent": store.persistent,
            "text": store.text,
        }
        with self._queue.hold_sync():
            self._queue.classes, self._queue.store = described, address
        self._map.show_classes(described, address)

    def _show(self, index: int, text: str) -> None:
        """Put an item on screen now."""
        if self.session.pool.ids[index] in self.session.state.answers:
            self._line.revisit = index
        else:
            self._line.put_first(index)
        packet = Packet()
        item = self._item(index, packet, explained=True)
        revisit = self._line.revisit == index
        content = {"type": "show", "item": item, "text": text, "revisit": revisit}
        self._queue.send(content, packet.buffers)
        self._show_marks()

    def _send_queue(self) -> None:
        packet = Packet()
        held = self._line.held
        items = [
            self._item(index, packet, explained=place < EXPLAINED)
            for place, index in enumerate(held)
        ]
        self._version += 1
        self._queue.send(
            {
                "type": "queue",
                "version": self._version,
                "items": items,
                "done": not held and self._refit is not None,
                "total": len(self.session.pool),
            },
            packet.buffers,
        )
        self._show_marks()
        self._keep_snapshot()

    def _send_pixels(self, ids: list[str]) -> None:
        self._held.difference_update(ids)
        packet = Packet()
        known = [self.session.pool.index_of(item) for item in ids if item in self.session.pool]
        items = [self._item(index, packet, explained=False) for index in known]
        self._queue.send({"type": "pixels", "items": items}, packet.buffers)

    def _send_picture(self, index: int) -> None:
        packet = Packet()
        item = self._item(index, packet, explained=False, small=True)
        name = self.session.pool.name(index)
        said = f"labeled {item['label']}" if item["label"] else ""
        if item["guess"] and not item["label"]:
            said = f"{item['guess']['label']}, {item['guess']['confidence']:.0%}"
        text = " · ".join(part for part in (name, said) if part)
        content = {"type": "picture", "index": index, "item": item, "text": text}
        self._map.show_picture(content, packet.buffers)

    def _keep_snapshot(self) -> None:
        """Keep the question on screen in a trait, for a notebook opened again."""
        index = self._line.current
        if index is None:
            self._queue.snapshot = None
            return
        packet = Packet()
        item = self._item(index, packet, explained=False, small=True)
        with self._queue.hold_sync():
            self._queue.snapshot = item
            self._queue.snapshot_pixels = packet.buffers[0] if packet.buffers else b""

    def _item(
        self, index: int, packet: Packet, explained: bool, small: bool = False
    ) -> dict[str, Any]:
        """Describe an item; its pixels go along unless the page has them."""
        session = self.session
        item_id = session.pool.ids[index]
        answer = session.state.answers.get(item_id)
        found = self._pictures.read(index, THUMBNAIL_SIDE if small else QUESTION_SIDE)
        described = {
            "id": item_id,
            "index": index,
            **packet.picture(found, send=small or item_id not in self._held),
            "label": None if answer is None else answer.label,
            "guess": self._guess(index),
            "why": why(self._line.reason(index)) if explained else None,
            "neighbors": self._neighbors(index, packet) if explained else [],
        }
        if not small:
            self._held.add(item_id)
        return described

    def _guess(self, index: int) -> dict[str, Any] | None:
        if self._refit is None or not self.session.n_labeled:
            return None
        code, p = (part[index] for part in self._refit.predicted)
        if code >= len(self.session.classes):
            return None  # its class was taken back a moment ago
        return {"label": self.session.classes[code], "confidence": round(float(p), 4)}

    def _neighbors(self, index: int, packet: Packet) -> list[dict[str, Any]]:
        neighbors = []
        for other, closeness in self._deciders.get(index, []):
            item_id = self.session.pool.ids[other]
            answer = self.session.state.answers.get(item_id)
            if answer is None or answer.label is None:
                continue  # taken back a moment ago
            found = self._pictures.read(other, THUMBNAIL_SIDE)
            picture = packet.picture(found, send=item_id not in self._held_small)
            self._held_small.add(item_id)
            neighbors.append(
                {
                    "id": item_id,
                    "label": answer.label,
                    "closeness": round(closeness, 3),
                    "image": picture["image"],
                }
            )
        return neighbors

    # inside

    def _others(self) -> list[Labeler]:
        """Return the other panels of this kernel on the same log."""
        key = self.session.store.key
        return [one for one in _panels if one is not self and one.session.store.key == key]

    def _guarded(self, act: Callable[[Any], None]) -> Callable[[Any], None]:
        """Show in the panel what would otherwise end in a log nobody reads."""

        def guarded(given: Any) -> None:
            try:
                act(given)
            except Exception as error:  # noqa: BLE001  the page must hear of anything that went wrong
                self._queue.error = f"{type(error).__name__}: {error}"

        return guarded


def _make_map(kind: str, receive: Callable[[dict[str, Any]], None]) -> MapView:
    if kind == "canvas":
        return CanvasMap(receive)
    if kind == "plotly":
        from nblabel.widget.plotly_map import PlotlyMap  # plotly takes a while to load

        return PlotlyMap(receive)
    raise ValueError(f"unknown map {kind!r}; choose 'canvas' or 'plotly'.")
