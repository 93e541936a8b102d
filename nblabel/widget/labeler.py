"""The panel: three views over one session. What a person does in them is heard here."""

from __future__ import annotations

import asyncio
import html
import time
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np
from IPython.display import display

from nblabel.arrays import IntArray
from nblabel.explore.clusters import as_clusters
from nblabel.log.events import LabelEvent
from nblabel.log.store import LabelStore, StoreError
from nblabel.pool import Pool
from nblabel.session import Session
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.strategies import Query, Reason
from nblabel.widget.display import EXPLAINED, Display
from nblabel.widget.exports import Exports
from nblabel.widget.figures import labels_an_hour
from nblabel.widget.finish import Panel
from nblabel.widget.groups import MARKED, Groups
from nblabel.widget.imports import Imports
from nblabel.widget.items import QUESTION_SIDE, THUMBNAIL_SIDE, Items, Pictures
from nblabel.widget.line import WANTED, Line
from nblabel.widget.mailbox import at_home
from nblabel.widget.map import COLOR_MODES, CanvasMap, MapView
from nblabel.widget.quality import Quality
from nblabel.widget.queue import QueueView
from nblabel.widget.refits import Refits
from nblabel.widget.status import StatusView
from nblabel.widget.training import METHOD, SECONDS

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from nblabel.widget.plotly_curves import PlotlyCurves

Deciders = dict[int, list[tuple[int, float]]]

REFUSED_SECONDS = 10.0  # how long later answers wait for one that could not be saved
RANKED = 160  # questions chosen at a time; the page gets the first of them
NEIGHBORS = 3
BY_MODEL = {"accept": "accepted from the model", "withdraw": "taken back from the model"}
FAILED = Reason("Drawn at random: the learner failed.")
LATE = Reason("Drawn at random: the learner is still at work.")
SLOW_SECONDS = 0.5  # a refit that takes longer is shown even if a label came in meanwhile

# logs in memory by pool, so that running the cell again keeps the labels
_memory: dict[str, LabelStore] = {}
# uids of the answers given in a panel, by log: the pace of a person is read from them
_given: dict[str, set[str]] = {}
# panels on one log, so that what is answered in one shows in the others
_panels: weakref.WeakSet[Labeler] = weakref.WeakSet()


class Labeler(ipywidgets.Box):
    """A labeling panel. As the last line of a cell, it shows itself.

    Parameters
    ----------
    pool : Pool or images
        What to label: a `Pool` of images, texts or rows; or an array of images, or image files.
    classes : sequence of str
        At least two class names.
    learner, strategy, store, annotator, random_state
        As for `Session`. Without a store the labels live until the kernel stops; running the cell
        again keeps them.
    map : {"canvas", "plotly"}
        How the map is drawn. "plotly" is one FigureWidget: slower, with plotly's own tools. *Curves* are
        then drawn live by another one; else the page draws them, which takes less time.
    projection : {"umap", "pca"}
        What the map shows once it is ready; PCA comes first in any case. A choice made in the panel
        is remembered beside the log and goes before this.
    show_guess : bool
        Whether the model's guess is shown; a guess biases the annotator.
    highlight : str
        Words that are marked in texts, with spaces between. The panel has a field for them, too.
    audit : float
        Share of the questions that are drawn at random, as for `Session`; nothing in a question tells which.
        A choice made in the panel is remembered beside the log and goes before this.
    repeats : float
        Share of the answers after which a question is asked twice, as for `Session`. A choice made in the
        panel is remembered beside the log and goes before this.

    Attributes
    ----------
    session : Session
        The session behind the panel. The panel follows what it is told.

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
        highlight: str = "",
        audit: float = 0.0,
        repeats: float = 0.0,
    ) -> None:
        if projection not in ("umap", "pca"):
            raise ValueError(f"unknown projection {projection!r}; choose 'umap' or 'pca'.")
        pool = pool if isinstance(pool, Pool) else Pool(pool)
        if store is None:
            kept = (_memory[name] for name in (pool.fingerprint, *pool.known_as) if name in _memory)
            store = next(kept, None) or LabelStore()
            _memory[pool.fingerprint] = store
        self.session = Session(
            pool,
            classes,
            learner,
            strategy,
            store,
            annotator,
            random_state,
            build_graph=False,  # it would take the time of the keys; a job does it
            audit=audit,
            repeats=repeats,
        )
        self._pictures = Pictures(pool)
        self._items = Items(self.session, self._pictures)
        self._line = Line(self._pictures.in_budget())
        self._looked_at = False  # nobody has the panel on screen yet
        self._due = False  # something changed that the learner has not seen
        self._telling = False  # the change of the log at hand is the panel's own
        self._refused: tuple[str, float] | None = None

        self._queue = QueueView(
            self._guarded("queue", self._hear_queue), show_guess=show_guess, highlight=highlight
        )
        self._map = _make_map(map, self._guarded("map", self._hear_map))
        self._status = StatusView(self._guarded("status", self._hear_status))
        self._refits = Refits(
            self._work,
            self._learn,
            self._guarded("refit", self._learned),
            self._guarded("overdue", self._overdue),
        )

        self._catching_up = False
        self._given = _given.setdefault(self.session.store.key, set())
        views = (self._queue, self._map, self._status)
        self._display = Display(
            self.session, self._line, self._items, *views, projection, self._given
        )
        self._groups = Groups(
            self.session, self._items, self._pictures, self._map, lambda: self._display.clusters
        )
        self._exports = Exports(self.session, self._status)
        self._imports = Imports(self.session, self._status, self._written)
        curves = _make_curves(map)
        self._quality = Quality(
            self.session,
            self._items,
            self._pictures,
            Panel(self._written, self._want),
            self._guarded("quality", self._hear_quality),
            lambda: labels_an_hour(self.session, self._given),
            self._display.say,
            lambda text: self._display.show_problem("accuracy", f"Measuring failed: {text}"),
            curves,
        )
        self._status.wage = self._quality.wage
        columns = ipywidgets.Box([self._queue, self._map.widget])
        columns.add_class("nbl-columns")
        figures = [] if curves is None else [curves.widget]
        super().__init__([columns, self._status, self._quality.view, *figures])
        self.add_class("nbl-panel")
        self.session.subscribe(self._told)
        _panels.add(self)
        self._refits.request()

    def __repr__(self) -> str:
        return repr(self.session).replace("Session", "Labeler", 1)

    def _ipython_display_(self) -> None:
        """Show the panel, and keep in the notebook what to do once its kernel is gone.

        JupyterLab then has nothing but "Error displaying widget: model not found" in the panel's place,
        whatever else that output holds. The advice is an output of its own, hidden beside a panel.
        """
        store = self.session.store
        kept = f"the labels in {store.text} are kept." if store.persistent else "a new panel opens."
        gone = f"If no panel is shown here, its kernel has stopped. Run this cell again: {kept}"
        marked = f'<p class="nbl-gone">{html.escape(gone)}</p>'
        display(self._repr_mimebundle_(), raw=True)
        display({"text/html": marked, "text/plain": gone}, raw=True)

    # from Python

    def labels(self) -> pd.DataFrame:
        """Return the labels as a table; see `Session.labels`."""
        return self.session.labels()

    def export(self, path: Any, format: str | None = None) -> None:  # noqa: A002
        """Write the labels to a file or a folder; see `Session.export`."""
        self.session.export(path, format)

    def curves(self) -> go.Figure:
        """Draw how accuracy and confidence grew with the labels, as *Curves* does, with plotly's tools.

        Returns
        -------
        plotly.graph_objects.Figure
            See `nblabel.plots.progress_curves`. What was learned while no panel was there is missing.
        """
        from nblabel.plots import progress_curves

        return progress_curves(**self._quality.curves.points)

    @property
    def clusters(self) -> IntArray | None:
        """The cluster of each item, as `nblabel.cluster` returns them; None until they are set.

        Setting them colours the map by cluster. An entry of the legend, pressed, shows its cluster
        alone, with pictures of it: one key then labels all but those that were marked.
        """
        return self._display.clusters

    @clusters.setter
    def clusters(self, clusters: Any) -> None:
        known = None if clusters is None else as_clusters(clusters, len(self.session.pool))
        self._display.take_clusters(known)

    def ask(self, indices: Any) -> None:
        """Ask about these items next, in this order, whatever the strategy would ask.

        Parameters
        ----------
        indices : int or sequence of int
            Positions in the pool; those that have an answer are left out.

        Raises
        ------
        IndexError
            If a position is outside the pool.
        """
        wanted = [int(index) for index in self.session.positions(indices)]
        self._want(wanted, [WANTED] * len(wanted))

    def refresh(self) -> None:
        """Take in what others wrote to the same log."""
        self.session.refresh()

    def train(
        self,
        method: str = METHOD,
        *,
        max_seconds: float | None = SECONDS,
        beside: bool = True,
        **options: Any,
    ) -> None:
        """Train an encoder on the pictures in the background, and move the session over to it.

        Labeling goes on meanwhile. The map shows how far it is; Cancel there drops what was learned
        so far. When it is done labels stay, the learner starts anew on the codes, and the points
        glide to their new places. What was trained before on these pictures with these settings is
        found on disk, at once: call it again after opening a notebook again.

        Parameters
        ----------
        method : {"contrastive", "autoencoder", "vae"}
            See `nblabel.encoders`.
        max_seconds : float or None
            Train no longer than this; None: as many steps as the encoder usually takes.
        beside : bool
            Put the codes beside the embeddings that the session has, with an equal say; else they
            take their place. Codes of an earlier training are replaced either way.
        **options
            Those of the encoder: ``dim``, ``steps``, ``random_state``, ``device``.

        Raises
        ------
        ValueError, TypeError
            If there is no such method or option, the pool holds no pictures, or a training is
            running already.
        ImportError
            If torch is missing; the message has the command that installs it.
        RuntimeError
            Outside of a notebook, where nothing runs in the background.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError(
                "nothing runs in the background of a script; there: "
                f"session.set_embeddings(nblabel.embed(session.pool, method={method!r}))."
            ) from None
        if self._display.training.is_due:
            raise ValueError("a training is running already; cancel it on the map first.")
        options = {"max_seconds": max_seconds, "random_state": self.session.random_state, **options}
        self._display.training.want(method, options, beside)
        self._display.begin_training()

    # what a person does

    def _hear_queue(self, content: dict[str, Any]) -> None:
        kind = content.get("type")
        if kind == "gone":
            self._looked_at = False
            self._display.jobs.pause()
            return
        self._look()
        if kind == "ready":
            self._items.forget()
            self._line.revisit = None  # a page begins with the questions
            self._quality.open(None)
            self._display.show_queue()
        elif kind == "need":
            self._display.send_pixels(content["ids"])
        elif kind == "pick":
            self._show(self.session.pool.index_of(content["id"]), "Asked now.")
        elif kind in ("back", "forward"):
            self._browse(kind)
        else:
            self._answer(content, self._queue.send)

    def _hear_map(self, content: dict[str, Any]) -> None:
        kind = content.get("type")
        if kind in ("hover", "pick"):
            self._point_at(kind, content.get("index"))
        elif kind == "project":
            self._display.choose_projection(content["name"])
        elif kind == "cancel":
            self._display.cancel()
        elif kind == "train":
            self.train()
        elif kind == "cluster":
            self._display.find_clusters(content["n"])
        elif kind in ("group", "look", "leave"):
            self._groups.hear(content)
        elif kind == "color_by" and content["mode"] in COLOR_MODES:
            self._display.show_colors(content["mode"])
        elif kind in ("label", "undo"):
            self._answer(content, self._map.acknowledge)

    def _hear_status(self, content: dict[str, Any]) -> None:
        if content.get("type") in ("import", "cancel_import"):
            self._imports.hear(content)
        elif content.get("type") == "wage":
            wage = content["wage"]
            self._quality.pay(None if wage is None else float(wage))
            self._status.wage = self._quality.wage
        else:
            self._exports.hear(content)

    def _hear_quality(self, content: dict[str, Any]) -> None:
        kind = content.get("type")
        if kind == "undo":
            self._answer(content, self._quality.view.send)
        elif kind == "pick":
            self._point_at(kind, content.get("index"))
        else:
            self._quality.hear(content)

    def _point_at(self, kind: str, index: Any) -> None:
        """Show the picture of a point, or ask about it; a map may be older than the pool it shows."""
        if not isinstance(index, int) or not 0 <= index < len(self.session.pool):
            self._display.show_marks()  # the page waits for nothing any more
        elif kind == "hover":
            self._display.show_picture(index)
        else:
            self._show(index, "Asked now.")

    def _look(self) -> None:
        """Somebody looks: catch up with what was left while nobody did."""
        if self._looked_at:
            return
        self._looked_at = True
        if self._due:
            self._refits.request()
        if self._items.refit is not None:
            self._display.jobs.start()

    def _answer(
        self, content: dict[str, Any], acknowledge: Callable[[dict[str, Any]], Any]
    ) -> None:
        """Write one event to the log and say what became of it."""
        uid = content["uid"]
        self._given.add(uid)

        def say(text: str, *, ok: bool = False, retry: bool = False) -> None:
            acknowledge({"type": "ack", "uid": uid, "ok": ok, "retry": retry, "text": text})

        if self._must_wait(uid):
            say("Waiting for the answer before it.", retry=True)
            return
        self._refused = None
        shown = None
        self._telling = True
        try:
            if self.session.knows(uid):  # sent twice
                text = "Saved."
            else:
                text, shown = self._record(content)
        except StoreError as error:
            self._refused = (uid, time.monotonic())
            say(str(error), retry=True)
            return
        except KeyError as error:
            say(str(error.args[0]))
            return
        except Exception as error:  # noqa: BLE001  without an answer the page would send it for ever
            say(str(error))
            return
        finally:
            self._telling = False
        say(text, ok=True)
        on_screen = content.get("on_screen")
        if on_screen in self.session.pool and self._is_open(self.session.pool.index_of(on_screen)):
            self._line.put_first(self.session.pool.index_of(on_screen))
        if shown is not None:
            self._show(shown, text)
        self._changed()
        for other in self._others():
            other.refresh()

    def _must_wait(self, uid: str) -> bool:
        """Whether an earlier event must be committed first: an undo must not overtake its label."""
        if self._refused is None:
            return False
        refused, since = self._refused
        return refused != uid and time.monotonic() - since < REFUSED_SECONDS

    def _record(self, content: dict[str, Any]) -> tuple[str, int | None]:
        """Tell the session; return what to say, and the item to put back on screen, if any."""
        session, kind, uid = self.session, content["type"], content["uid"]
        if kind == "add_class":
            event = session.add_class(content["name"], uid=uid)
            self._display.show_classes()
            return f"Class added: {event.labels[0]}.", None
        if kind in ("undo", "redo"):
            last = session.state.undo_target(session.annotator)
            if content.get("of") and (last is None or last.uid != content["of"]):
                raise ValueError("something else was answered since; Undo in the queue goes back.")
            target = (session.undo if kind == "undo" else session.redo)(uid=uid)
            self._display.show_classes()
            return self._reversed(kind, target)
        if "indices" in content:
            return self._record_many(content), None
        index = session.pool.index_of(content["id"])
        if kind == "label":
            session.tell(index, content["label"], uid=uid)
            text = f"Saved: {content['label']}. {session.n_labeled:,} labeled."
        elif kind == "skip":
            session.skip(index, uid=uid)
            text = "Skipped."
        elif kind == "flag":
            session.flag(index, uid=uid)
            text = "Flagged: set aside."
        else:
            raise ValueError(f"unknown kind of answer {kind!r}.")
        self._line.drop(index)
        return text, None

    def _record_many(self, content: dict[str, Any]) -> str:
        """Label a selection or a cluster; what was marked as not belonging to it is asked next."""
        session, label = self.session, content["label"]
        indices = content["indices"]
        if not content.get("relabel"):
            indices = indices[~np.isin(indices, session.labeled)]
        if not len(indices):
            raise ValueError("every selected point has a label already.")
        session.tell(indices, label, uid=content["uid"])
        marked = content.get("marked")
        if marked is not None and len(marked):
            self._want([int(one) for one in session.positions(marked)], [MARKED] * len(marked))
        return f"{len(indices):,} points labeled as {label}."

    def _reversed(self, kind: str, target: LabelEvent | None) -> tuple[str, int | None]:
        if target is None:
            return f"Nothing to {kind}.", None
        word = {"undo": "Undone", "redo": "Redone"}[kind]
        if target.kind in BY_MODEL:
            return f"{word}: {len(target.ids):,} {BY_MODEL[target.kind]}.", None
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

    def _browse(self, way: str) -> None:
        """Show the item that a person answered before or after the one that was shown last.

        What the page has on screen may be older: a second key comes before the answer to the first.
        """
        answers = self.session.state.answers
        told = (item for item, answer in answers.items() if answer.kind != "accept")
        order = sorted(told, key=lambda item: answers[item].event.seq)
        current = self._line.current
        shown = None if current is None else self.session.pool.ids[current]
        here = order.index(shown) if shown in order else len(order)
        place = here + (-1 if way == "back" else 1)
        if 0 <= place < len(order):
            self._show(self.session.pool.index_of(order[place]), "", browsing=True)
            return
        if place < 0 and order:
            first = self.session.pool.index_of(order[0])
            self._show(first, "This was the first answer.", browsing=True)
            return
        self._line.revisit = None
        text = "Nothing was answered yet." if not order else "Back to the questions."
        self._display.show_question(text)

    def _show(self, index: int, text: str, *, browsing: bool = False) -> None:
        """Put an item on screen now."""
        answered = self.session.pool.ids[index] in self.session.state.answers
        # a skipped item that is asked again is a question, unless it is only passed by
        if answered and (browsing or not self._is_open(index)):
            self._line.revisit = index
        else:
            self._line.choose(index)
        self._display.show_item(index, text)
        self._refits.request()  # for the neighbours that decide

    # what follows

    def _told(self) -> None:
        """Follow what the session was told from Python, or what others wrote to its log."""
        if self._telling:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._catch_up()
            return
        if not self._catching_up:  # a loop of a hundred labels is one change
            self._catching_up = True
            loop.call_soon(self._guarded("panel", lambda _: self._catch_up()), None)

    def _catch_up(self) -> None:
        self._catching_up = False
        if self._display.follow_embeddings() and self._looked_at:
            self._display.jobs.start()
        self._changed()

    def _changed(self) -> None:
        """Show what is known at once of a changed log, and learn."""
        self._display.show_classes()  # another annotator may have added one
        self._quality.follow()
        self._display.show_state()
        self._groups.follow()
        moved = self._line.fill(self._is_open)
        drawn = self._refits.is_late and self._go_on_at_random()
        if moved or drawn or not self._line.held:
            self._display.show_queue()
        else:
            self._display.show_marks()
        if self._looked_at or self._items.refit is None:
            self._refits.request()
        else:
            self._due = True

    def _work(self) -> tuple[Snapshot, Engine, int | None]:
        """On the event loop: what the learner needs."""
        self._due = False
        return self.session.snapshot(), self.session.engine, self._line.current

    def _learn(self, work: tuple[Snapshot, Engine, int | None]) -> tuple[Refit, Deciders]:
        """In the worker thread: learn, choose, and have the pictures ready."""
        snapshot, engine, current = work
        refit = engine.refit(snapshot, RANKED, explain=current)
        self.session.drift()  # takes a second in an extended pool, once
        _ = refit.predicted  # worked out here, off the event loop
        self._quality.seen(snapshot, refit, engine)
        if (snapshot.y >= 0).any():
            self._items.weigh(refit)
        first = [int(index) for index in refit.query.indices]
        explained = list(dict.fromkeys([*([] if current is None else [current]), *first]))
        who, closeness = engine.deciders(np.array(explained[:EXPLAINED], dtype=np.intp))
        deciders: Deciders = {}
        for row, index in enumerate(explained[:EXPLAINED]):
            pairs = zip(who[row].tolist(), closeness[row].tolist(), strict=True)
            deciders[index] = [(other, near) for other, near in pairs if other >= 0][:NEIGHBORS]
        for index in first[: self._pictures.in_budget()]:
            self._pictures.read(index, QUESTION_SIDE)
        for other in {other for near in deciders.values() for other, _ in near}:
            self._pictures.read(other, THUMBNAIL_SIDE)
        return refit, deciders

    def _learned(self, result: Any) -> None:
        """Back on the event loop: show what was learned, unless newer labels came in meanwhile.

        What took long is shown on the map all the same: someone who answers faster than it learns would
        never see a result otherwise. The queue is left alone then, so that no picture changes under
        the answer.
        """
        if isinstance(result, Exception):
            self._not_learned(result)
            return
        refit, deciders = result
        self._display.say("learning", "", "")
        if not self.session.apply(refit):
            slow = refit.fit_seconds + refit.ask_seconds > SLOW_SECONDS
            if slow and refit.proba.shape[1] == len(self.session.classes):
                self._items.refit, self._items.deciders = refit, deciders
                self._display.show_colors()
            # the page must not run dry while someone types fast
            if self._line.is_short or LATE in map(self._line.reason, self._line.held):
                self._line.rank(refit.query)
                self._line.fill(self._is_open)
                self._go_on_at_random()
                self._display.show_queue()
            return
        self._items.refit, self._items.deciders = refit, deciders
        self._display.drift = self.session.drift().text
        self._display.drop_problem("learning")
        self._line.rank(refit.query, refit.reason, self._first)
        self._line.fill(self._is_open)
        self._display.show_colors()
        self._display.show_queue()
        self._display.show_state()
        self._quality.learned(refit)
        if self._looked_at:
            self._display.jobs.start()

    def _not_learned(self, error: Exception) -> None:
        """Go on without the learner: what is left is asked in random order."""
        self._display.say("learning", "", "")
        self._display.show_problem(
            "learning",
            f"Learning failed: {error} The last good model stays; your labels are saved.",
        )
        if self._line.is_short:
            self._line.rank(self._draw(FAILED))
            self._line.fill(self._is_open)
        self._display.show_colors()
        self._display.show_queue()
        if self._looked_at:
            self._display.jobs.start()

    def _overdue(self, _seconds: float) -> None:
        """Nobody waits for a slow learner; its result is shown whenever it comes."""
        if self._go_on_at_random():
            self._display.show_queue()

    def _go_on_at_random(self) -> bool:
        """Where few questions are left, draw more at random; return whether there are any."""
        if not self._line.is_short or not self._line.extend(self._draw(LATE)):
            return False
        self._line.fill(self._is_open)
        self._display.say(
            "learning",
            "Still learning: questions are drawn at random.",
            "The learner is slower than the answers. Its guesses and questions come when it is done; "
            "the learners knn and graph take less time.",
        )
        return True

    def _draw(self, reason: Reason) -> Query:
        """Return questions in an order that needs no learner; skipped ones come at the end."""
        snapshot = self.session.snapshot()
        if len(snapshot.open) or len(snapshot.drawn):
            order = np.random.default_rng(self.session.random_state).permutation(len(snapshot.y))
            left = np.concatenate([snapshot.drawn, order[np.isin(order, snapshot.open)]])
        else:
            left, reason = snapshot.skipped, Reason("You skipped it before; nothing else is left.")
        left = left[:RANKED]
        return Query(left, np.zeros(len(left), dtype=np.float32), (reason,) * len(left))

    @property
    def _first(self) -> set[int]:
        """What is asked before all else: drawn at random, or asked twice."""
        return {*self.session.drawn.tolist(), *self.session.repeated.tolist()}

    def _is_open(self, index: int) -> bool:
        """Whether an item is still to be asked; skipped ones are, once nothing else is left."""
        answers = self.session.state.answers
        answer = answers.get(self.session.pool.ids[index])
        if answer is None or index in self._first or self._quality.review.is_open(index):
            return True
        return answer.kind == "skip" and len(answers) == len(self.session.pool)

    # inside

    def _want(self, indices: Sequence[int], reasons: Sequence[Reason]) -> None:
        """Ask about these next, for these reasons."""
        self._line.want(dict(zip(indices, reasons, strict=True)))
        self._line.fill(self._is_open)
        self._display.show_queue()

    def _written(self) -> None:
        """Follow what a twin of the session wrote to the log."""
        self.refresh()
        for other in self._others():
            other.refresh()

    def _others(self) -> list[Labeler]:
        """Return the other panels of this kernel on the same log."""
        key = self.session.store.key
        return [one for one in _panels if one is not self and one.session.store.key == key]

    def _guarded(self, part: str, act: Callable[[Any], None]) -> Callable[[Any], None]:
        """Show in the panel what would otherwise end in a log nobody reads."""

        def guarded(given: Any) -> None:
            kind = f"{part} {given.get('type')}" if isinstance(given, dict) else part
            try:
                act(given)
            except Exception as error:  # noqa: BLE001  the page must hear of anything that went wrong
                self._display.show_problem(kind, str(error.args[0] if error.args else error))
            else:
                self._display.drop_problem(kind)

        return at_home(guarded)


def _make_map(kind: str, receive: Callable[[dict[str, Any]], None]) -> MapView:
    if kind == "canvas":
        return CanvasMap(receive)
    if kind == "plotly":
        from nblabel.widget.plotly_map import PlotlyMap  # plotly takes a while to load

        return PlotlyMap(receive)
    raise ValueError(f"unknown map {kind!r}; choose 'canvas' or 'plotly'.")


def _make_curves(kind: str) -> PlotlyCurves | None:
    if kind == "canvas":
        return None  # the page draws them
    from nblabel.widget.plotly_curves import PlotlyCurves

    return PlotlyCurves()
