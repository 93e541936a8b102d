"""Learning beside the event loop: the newest labels win, stale results are dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.explore.drift import Drift, find_drift
from nblabel.graph.near import NearGroups
from nblabel.session import Session
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.session.partial import PartialEngine
from nblabel.strategies import Query, Reason
from nblabel.widget import text
from nblabel.widget.panel.items import Items
from nblabel.widget.panel.pictures import QUESTION_SIDE, THUMBNAIL_SIDE, Pictures
from nblabel.widget.panel.publish import EXPLAINED
from nblabel.widget.panel.ranking import Ranking
from nblabel.widget.panel.state import Deciders, PanelState
from nblabel.widget.work.worker import Task, Worker

LANE = "learning"
RANKED = 160  # questions chosen at a time; the page gets the first of them
NEIGHBORS = 3
SLOW_SECONDS = 0.5  # a refit that takes longer is shown even if a label came in meanwhile


@dataclass(frozen=True)
class _Moment:
    """What a refit needs of the moment that it begins in."""

    snapshot: Snapshot
    engine: Engine | PartialEngine
    shown: list[int]  # what the pages have on screen and next


class Learning:
    """Learns from the labels of now, and has what was learned shown.

    Parameters
    ----------
    session, state, ranking, items, pictures, worker
        What is learned from, and where it goes.
    on_screen : callable
        Returns what the pages have on screen and next.
    seen : callable
        Called in the thread, with each snapshot, what was learned of it, and the engine.
    learned : callable
        Called at home with what was learned of all labels.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        ranking: Ranking,
        items: Items,
        pictures: Pictures,
        worker: Worker,
        on_screen: Callable[[], list[int]],
        seen: Callable[[Snapshot, Refit, Engine | PartialEngine], None],
        learned: Callable[[Refit | None], None],
    ) -> None:
        self._session, self._state, self._ranking = session, state, ranking
        self._items, self._pictures, self._worker = items, pictures, worker
        self._on_screen, self._seen, self._learned = on_screen, seen, learned
        self._ahead = pictures.ahead()
        self._n_before, self._seed = session.pool.n_before, session.random_state
        self._drift: tuple[FloatArray, Drift] | None = None
        self._classes: tuple[str, ...] = ()  # that the present model is of
        self.is_due = False
        """Whether something changed that was not learned from, as nobody looks."""

    def follow(self) -> None:
        """Let go what was learned where the numbers of the classes have another meaning now."""
        if self._state.model is not None and not self._fits(self._classes):
            self._state.learned(None, {})

    def _fits(self, classes: tuple[str, ...]) -> bool:
        """Return whether the present classes have the numbers that they had among these."""
        called_now = self._session.state.class_list.called_now
        pairs = zip(map(called_now, classes), self._session.classes, strict=False)
        return all(then == now for then, now in pairs)

    def request(self) -> None:
        """Learn from the present state, now or as soon as what runs is done."""
        task = Task(
            prepare=self._moment,
            work=self._learn,
            done=self._done,
            overdue=self._overdue,
            rests=True,
        )
        self._worker.run(LANE, task, newest=True)

    def explain(self, indices: list[int], then: Callable[[], None]) -> None:
        """Find the neighbours that decide about some items, aside, then call a function."""
        engine = self._session.engine

        def work(_: object) -> tuple[Engine | PartialEngine, Deciders]:
            found = _deciders(engine, indices)
            self._read(found)
            return engine, found

        def done(found: object) -> None:
            if isinstance(found, Exception):
                raise found
            assert isinstance(found, tuple)
            if found[0] is self._session.engine:  # else it moved on to other embeddings
                self._state.deciders |= found[1]
            then()

        self._worker.run("explain", Task(work=work, done=done))

    def more(self, held: list[int]) -> None:
        """Offer other questions than these, drawn at random where none are ranked."""
        failed = "learning" in self._state.problems
        reason = text.DRAWN_FAILED if failed else text.DRAWN_LATE
        if not self._ranking.offer_more(held) and self._ranking.extend(self._draw(reason)):
            self._ranking.offer_more(held)
            if not self._worker.is_idle(LANE):
                self._say_late()
        self._state.on_change()

    def keep_up(self) -> None:
        """Where the learner is late and few questions are left, offer more, drawn at random."""
        if self._worker.is_late(LANE):
            self._overdue()

    def _moment(self) -> _Moment:
        self.is_due = False
        return _Moment(self._session.snapshot(), self._session.engine, self._on_screen())

    def _learn(self, moment: _Moment) -> tuple[Refit, Deciders, NearGroups, str, tuple[str, ...]]:
        """In the thread: learn, choose, have the pictures ready, all from the moment alone."""
        snapshot, engine, shown = moment.snapshot, moment.engine, moment.shown
        model = engine.refit(snapshot, RANKED, explain=shown[0] if shown else None)
        _ = model.predicted  # worked out here, off the event loop
        self._seen(snapshot, model, engine)
        if (snapshot.y >= 0).any():
            self._items.weigh(model)
        first = [int(index) for index in model.query.indices]
        deciders = _deciders(engine, list(dict.fromkeys([*shown[:1], *first, *shown]))[:EXPLAINED])
        for index in [*shown[:1], *first[: self._ahead]]:
            self._pictures.prepare(index, QUESTION_SIDE)
        for index in [*shown[:1], *first[:1]]:
            self._pictures.prepare(index, THUMBNAIL_SIDE)  # of the snapshot
        self._read(deciders)
        drift = "" if engine.awaits_embeddings else self._drifted(engine.X, snapshot)
        return model, deciders, engine.near, drift, snapshot.classes

    def _read(self, deciders: Deciders) -> None:
        for other in {other for near in deciders.values() for other, _ in near}:
            self._pictures.prepare(other, THUMBNAIL_SIDE)

    def _drifted(self, X: FloatArray, snapshot: Snapshot) -> str:
        """In the thread: say how many items of an extended pool look unlike all that was known."""
        if self._drift is None or self._drift[0] is not X:
            self._drift = (X, find_drift(X, self._n_before, self._seed))
        drift = self._drift[1]
        if not drift.n_new:
            return ""
        answered = snapshot.y >= 0  # with several tags, one column for each
        labeled: IntArray = np.flatnonzero(answered.any(axis=1) if answered.ndim > 1 else answered)
        return drift.after(X, labeled[labeled >= self._n_before]).lines[0]

    def _done(self, result: object) -> None:
        """Back home: show what was learned, unless newer labels came in meanwhile.

        What took long is shown on the map all the same: someone who answers faster than it learns
        would never see a result otherwise. The questions are left alone then, so that none changes
        under the answer.
        """
        if isinstance(result, Exception):
            self._failed(result)
            return
        assert isinstance(result, tuple)
        model, deciders, near, drift, classes = result
        self._state.near = near
        self._state.say("learning", "")
        if not self._session.apply(model):
            slow = model.fit_seconds + model.ask_seconds > SLOW_SECONDS
            if slow and self._fits(classes):
                self._classes = classes
                self._state.learned(model, deciders)
            # the page must not run dry while someone types fast
            if self._ranking.is_short or self._ranking.offers((text.DRAWN_LATE,)):
                self._ranking.rank(model.query)
                self._overdue()
                self._state.on_change()
            return
        self._classes, self._state.drift = classes, drift
        self._state.learned(model, deciders)
        self._state.solve("learning")
        self._ranking.rank(model.query, model.reason)
        self._learned(model)

    def _failed(self, error: Exception) -> None:
        """Go on without the learner: what is left is asked in random order."""
        self._state.say("learning", "")
        self._state.complain("learning", text.LEARNING_FAILED.format(error))
        if self._ranking.is_short:
            self._ranking.rank(self._draw(text.DRAWN_FAILED))
        self._state.paint()
        self._learned(None)

    def _overdue(self) -> None:
        """Nobody waits for a slow learner; its result is shown whenever it comes."""
        if not self._ranking.is_short or not self._ranking.extend(self._draw(text.DRAWN_LATE)):
            return
        self._ranking.offer()
        self._say_late()

    def _say_late(self) -> None:
        self._state.say("learning", text.STILL_LEARNING, text.STILL_LEARNING_TITLE)

    def _draw(self, reason: Reason) -> Query:
        """Return questions in an order that needs no learner; skipped ones come at the end."""
        snapshot = self._session.snapshot()
        if len(snapshot.open) or len(snapshot.drawn):
            order = np.random.default_rng(self._seed).permutation(len(snapshot.y))
            left = np.concatenate([snapshot.drawn, order[np.isin(order, snapshot.open)]])
        else:
            left, reason = snapshot.skipped, text.SKIPPED_BEFORE
        left = left[:RANKED]
        return Query(left, np.zeros(len(left), dtype=np.float32), (reason,) * len(left))


def _deciders(engine: Engine | PartialEngine, indices: list[int]) -> Deciders:
    """Return the labeled neighbours that decide about some items, and their similarity."""
    if not indices:
        return {}
    who, similarity = engine.deciders(np.array(indices, dtype=np.intp))
    found: Deciders = {}
    for row, index in enumerate(indices):
        pairs = zip(who[row].tolist(), similarity[row].tolist(), strict=True)
        # a labeled item is its own nearest one, which tells nothing
        near = [(other, close) for other, close in pairs if other >= 0 and other != index]
        found[index] = near[:NEIGHBORS]
    return found
