"""The parts of a live panel, and what follows when something changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nblabel.log.coding import STATUSES
from nblabel.quality.audit_report import AuditReport
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.strategies import Reason
from nblabel.widget import text
from nblabel.widget.panel.again import Again
from nblabel.widget.panel.answers import Answers, words_of
from nblabel.widget.panel.class_changes import CHANGES
from nblabel.widget.panel.figures import pace_of
from nblabel.widget.panel.filters import Filters
from nblabel.widget.panel.finding import Finding
from nblabel.widget.panel.items import Items
from nblabel.widget.panel.learning import Learning
from nblabel.widget.panel.maps import make_map
from nblabel.widget.panel.pages import Page, Pages
from nblabel.widget.panel.pictures import Pictures
from nblabel.widget.panel.playing import Playing
from nblabel.widget.panel.publish import Publisher
from nblabel.widget.panel.ranking import Ranking
from nblabel.widget.panel.selection import Selection
from nblabel.widget.panel.showing import Showing, indices_of
from nblabel.widget.panel.state import PanelState
from nblabel.widget.panel.tag_grid import TagGrids
from nblabel.widget.panel.tags import is_asked
from nblabel.widget.text.classes import COARSE_THEN
from nblabel.widget.view.widget import PanelWidget
from nblabel.widget.work.auto_label import AutoLabel
from nblabel.widget.work.closeups import CloseupTasks
from nblabel.widget.work.comparison import Comparison
from nblabel.widget.work.curves import Curves
from nblabel.widget.work.embedding import Embedding
from nblabel.widget.work.exporting import Exports
from nblabel.widget.work.gallery import Galleries
from nblabel.widget.work.home import Home
from nblabel.widget.work.importing import Imports
from nblabel.widget.work.mapping import Mapping
from nblabel.widget.work.measuring import Measures
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.review import Review
from nblabel.widget.work.splitting import Splits
from nblabel.widget.work.still import Still
from nblabel.widget.work.tag_auto_label import TagAutoLabel
from nblabel.widget.work.watching import Watch
from nblabel.widget.work.worker import Worker

AGAIN = {
    "flagged": (STATUSES.index("flagged"), text.FLAGGED_THEN),
    "skipped": (STATUSES.index("skipped"), text.SKIPPED_THEN),
    "coarse": (STATUSES.index("coarse"), COARSE_THEN),
}


class Panel:
    """A live panel: one session, one state, one worker, and the pages that show it.

    Parameters
    ----------
    widget : PanelWidget
        Has the traits, and the channel to the pages.
    session : Session
    answers : Answers
        Writes to the log.
    map : {"canvas", "plotly"}
        Who draws the points.
    projection : str, array of shape (n, 2) or callable
        What the map shows where no choice is remembered.
    given : set of str
        Uids of the answers given in panels on this log.
    keys : dict of str to str
        Those that were chosen for classes.
    embedding : Embedding, optional
        What embeds the items, where the session waits for that.
    tell_others : callable
        Has the other panels on this log take in what is new.
    """

    def __init__(
        self,
        widget: PanelWidget,
        session: Session,
        answers: Answers,
        map: str,  # noqa: A002  the field's word
        projection: Any,
        given: set[str],
        keys: dict[str, str],
        embedding: Embedding | None,
        tell_others: Callable[[], None],
    ) -> None:
        self.session, self.answers, self._given = session, answers, given
        self._widget, self._tell_others = widget, tell_others
        self.home = Home(lambda error: self.state.complain("background", words_of(error)))
        self.state = PanelState(keys=keys)
        self.pages = Pages()
        self._worker = Worker(self.home)
        self.pictures = Pictures(session.pool)
        self.items = Items(session, self.state, self.pictures)
        self._again = Again(session)
        self._is_catching_up = False

        send = self.send
        self.map, figure, self.figures = make_map(map, send, self.home, self._act)
        self._ranking = Ranking(
            self.pictures.in_budget(), self._is_open, self._first, self._on_screen
        )
        self.publisher = Publisher(
            self.home,
            *(widget, self.map, session, self.state, self._ranking, self.items, self.pages, given),
        )
        replica = Replica(session, self._worker, "reports")
        self.measures = Measures(session, self.state, self.home, replica, self._pace, self._audited)
        self.learning = Learning(
            *(session, self.state, self._ranking, self.items, self.pictures, self._worker),
            on_screen=self._on_screen,
            seen=self.measures.see,
            learned=self._learned,
        )
        self.showing = Showing(
            *(session, self.state, self._ranking, self.items, self.pictures, self.learning),
            *(self._worker, self._is_open, send),
        )
        self.mapping = Mapping(session, self.state, self._worker, projection, embedding)
        self.selection = Selection(session, self.state, self.pages, self.home, send)
        self.filters = Filters(session, self.state, self.pages, self._worker, send)
        self.finding = Finding(session, self.state)
        self.playing = Playing(session, self._worker, send)
        self.grids = TagGrids(session, self.state, send)
        self.closeups = CloseupTasks(session, self.items.columns.pictures, self._worker, send)
        self.splits = Splits(session, self.state, self._worker, self._again, self.want, send)
        self.imports = Imports(session, self.state, self._worker, self._written, send)
        self.review = Review(session, self.state, replica, self.want)
        self.comparison = Comparison(session, self.state, replica, self._pace)
        self.curves = Curves(
            *(session, self.state, lambda: self.pages.have_open("curves")),
            *(figure, self.measures.is_known),
        )
        self.still = Still(session, self.state, self.home, self._worker, self.curves)
        self.exports = Exports(
            *(session, self.state, self._worker, replica, lambda: self.still.place, send)
        )
        self.auto_label = (TagAutoLabel if session.multi_label else AutoLabel)(
            *(session, self.state, self.items, self.pictures, replica),
            is_open=lambda: self.pages.have_open("auto_label"),
            written=self._written,
            want=self.want,
            send=send,
        )
        self.galleries = Galleries(
            *(session, self.state, self.items, self.pictures, self.pages, self._worker),
            *(replica, send, self.auto_label.trusted),
        )
        self.state.on_change = self.publisher.changed
        session.subscribe(self._log_changed)
        session.subscribe(self.selection.labels_changed)
        self.watch = Watch(session, self.state, self.home, self._worker, self.pages)
        self.learning.request()
        self.publisher.publish()

    def close(self) -> None:
        """End all of it: threads, processes, figures, and what is sent."""
        self.session.unsubscribe(self._log_changed)
        self.session.unsubscribe(self.selection.labels_changed)
        self.still.close()
        self._worker.close()
        self.home.leave()
        for figure in self.figures:
            figure.close()

    # what pages do

    def begin(self, page_id: str) -> None:
        """Begin with a page that opened."""
        self.look(self.pages.begin(page_id))
        self.watch.begin()
        self.publisher.forget()
        self.selection.tell()
        self.filters.begin()
        self._parts_opened()

    def end(self, page_id: str) -> None:
        """Forget a page that has no view any more."""
        self.pages.end(page_id)
        self._parts_opened()
        if not len(self.pages):
            self.mapping.pause()

    def look(self, page: Page) -> Page:
        """Somebody looks at a page: catch up with what was left while nobody did."""
        if self.learning.is_due:
            self.learning.request()
        if self.state.model is not None:
            self.mapping.start()
        return page

    def answer(
        self, page: Page | None, content: dict[str, Any], send: Callable[[dict[str, Any]], None]
    ) -> None:
        """Commit an event of the log, acknowledge it, and show what follows."""
        outcome = self.answers.apply(content)
        send(outcome.ack)
        if not outcome.ack["ok"]:
            return
        if outcome.excluded:
            self.want(outcome.excluded, [text.EXCLUDED] * len(outcome.excluded))
        if outcome.shown is not None and page is not None:
            self.showing.show(page, outcome.shown, outcome.ack["text"])
        # the page that answered knows what it answered, but not what it had taken back
        knows = page is not None and len(self.pages) < 2
        knows = knows and content["type"] not in ("redo", *CHANGES)
        self._changed(knows)
        self._tell_others()

    def open(self, page: Page, parts: list[str]) -> None:
        """Note which dialogs the views of a page have open now."""
        page.parts = frozenset(parts)
        self._parts_opened()

    def more(self, held: list[int]) -> None:
        """Offer more to a page that runs short of questions."""
        self.learning.more(held)

    def choose_columns(self, of: str, chosen: list[int]) -> None:
        """Show these columns of every item from now on."""
        self.items.columns.choose(of, chosen)
        self.publisher.forget()

    def ask_again(self, page: Page, status: str, label: str | None = None) -> None:
        """Ask all items of a status next, once more, or those of one class with subclasses."""
        code, reason = AGAIN[status]
        rows = np.flatnonzero(self.session.status == code)
        found = (rows if label is None else self.session.coarse_labels(label)).tolist()
        self._again.ask(found)
        if found:
            self.want(found, [reason] * len(found))
        else:
            message = text.NONE_OF_STATUS if label is None else text.NONE_COARSE
            message = message.format(status if label is None else label)
            self.send({"type": "announce", "text": message, "to": page.id})

    def _act(self, what: str, index: int) -> None:
        """Do what a person does in plotly's figure."""
        act = self.showing.hover if what == "hover" else self.showing.show_point
        self.home.call(act, None, index)

    # what follows

    def want(self, indices: Sequence[int], reasons: Sequence[Reason]) -> None:
        """Ask about these next, for these reasons."""
        self._ranking.want(dict(zip(indices, reasons, strict=True)))
        self.publisher.changed()

    def send(self, content: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Send a message of docs/wire.md."""
        if not self.home.is_left:
            self._widget.send(content, list(buffers))

    def _log_changed(self) -> None:
        """Follow what the session was told from Python, or what others wrote to its log."""
        if not self.answers.is_telling and not self._is_catching_up:
            self._is_catching_up = True  # a loop of a hundred labels is one change
            self.home.soon(self._catch_up)

    def _catch_up(self) -> None:
        self._is_catching_up = False
        if self.mapping.follow() and len(self.pages):
            self.mapping.start()
        self._changed()

    def _changed(self, page_knows: bool = False) -> None:
        """Show what is known at once of a changed log, and learn.

        `page_knows`: the only page did it, and needs no list before the next that was learned.
        """
        self.learning.follow()
        answered = self._ranking.drop_answered()
        if self._ranking.is_empty or not page_knows:
            self._ranking.offer()
        self.measures.follow()
        self.review.follow()
        self.auto_label.follow()
        self.galleries.follow()
        self.filters.follow()
        self.splits.follow()
        self.finding.follow()
        if answered:
            self.learning.keep_up()
        self.publisher.changed()
        if len(self.pages) or self.state.model is None:
            self.learning.request()
        else:
            self.learning.is_due = True

    def _learned(self, model: Refit | None) -> None:
        self.finding.follow()
        self.galleries.follow()
        self.filters.follow()
        if model is not None:
            self.selection.fitted.call()
            self.curves.learned(model)
            self.measures.follow()
            self.measures.measure()
        if len(self.pages):
            self.mapping.start()

    def _audited(self, report: AuditReport) -> None:
        self.curves.measured(report)
        self.finding.audited(report)

    def _written(self) -> None:
        """Follow what a replica of the session wrote to the log."""
        self.session.refresh()
        self._tell_others()

    def _parts_opened(self) -> None:
        self.auto_label.open_or_close()
        self.curves.open_or_close()

    # what is known

    def _pace(self) -> float | None:
        return pace_of(self.session, self._given)

    def _first(self) -> list[int]:
        """Return what is asked before all else: drawn for the audit, or repeated."""
        return [*self.session.drawn.tolist(), *self.session.repeated.tolist()]

    def _is_open(self, index: int) -> bool:
        """Whether an item is still to be asked; skipped ones are, once nothing else is left."""
        answers = self.session.state.answers
        answer = answers.get(self.session.pool.ids[index])
        asked = self.review.is_open(index) or self._again.is_open(index)
        if answer is None or asked or index in self._first():
            return True
        if self.session.multi_label:  # some of its tags may be answered
            return is_asked(self.session, index)
        return answer.kind == "skip" and len(answers) == len(self.session.pool)

    def _on_screen(self) -> list[int]:
        """Return what pages have on screen and next, beginning with what was on screen last."""
        others = (item for page in self.pages for item in page.front)
        return indices_of(self.session.pool, dict.fromkeys([*self.pages.front, *others]))
