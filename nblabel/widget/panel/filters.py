"""Which points of the map meet the filters of a page."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.pool.columns import Column
from nblabel.session import Session
from nblabel.session.facts import columns_of
from nblabel.widget.panel.answers import words_of
from nblabel.widget.panel.criteria import criteria_of
from nblabel.widget.panel.pages import Page, Pages
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import filters as words
from nblabel.widget.view.map import Send
from nblabel.widget.work.worker import Task, Worker

VALUES = 200  # of a column that are offered, the commonest; another one can be typed


class Filters:
    """Answers the filters of pages with the points that meet them, and keeps the pages up to date.

    Parameters
    ----------
    session, state, pages, worker
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self, session: Session, state: PanelState, pages: Pages, worker: Worker, send: Send
    ) -> None:
        self._session, self._state, self._pages = session, state, pages
        self._worker, self._send = worker, send
        self._is_set = False  # from Python, and no page was told
        self.criteria: dict[str, Any] = {}
        """Those of the page that chose last, or set from Python, as docs/wire.md has them."""

    def set(self, criteria: dict[str, Any]) -> None:
        """Have the pages filter by these; those that open later, if none is open.

        Raises
        ------
        ValueError, TypeError
            If nothing can meet them.
        """
        facts = self._session.facts(self._state.model, self._state.near)
        facts.where(**criteria_of(criteria))
        self.criteria, self._is_set = criteria, True
        if len(self._pages):
            self._tell_set()

    def begin(self) -> None:
        """Tell a page that opened what was set before."""
        if self._is_set:
            self._tell_set()
        elif len(self._pages) == 1:
            self.criteria = {}

    def _tell_set(self) -> None:
        self._is_set = False
        self._send({"type": "filters", "criteria": self.criteria}, [])

    def offer(self, page: Page) -> None:
        """Tell a page what it can filter by; counting the values of large columns takes a while."""
        annotators = sorted(self._session.answered.annotators)
        columns = columns_of(self._session.pool)
        n = len(self._session.pool)

        def work(_: object) -> list[dict[str, Any]]:
            return [_described(column, n) for column in columns]

        def done(found: list[dict[str, Any]] | Exception) -> None:
            if isinstance(found, Exception):
                raise found
            message = {"annotators": annotators, "columns": found}
            self._send({"type": "filter_choices", **message, "to": page.id}, [])

        self._worker.run("filter choices", Task(work=work, done=done))

    def choose(self, page: Page, content: dict[str, Any]) -> None:
        """Answer a "filter", and again whenever something else meets it."""
        page.filter, page.filtered = content, None
        self.criteria = content["criteria"]
        self._look(page)

    def follow(self) -> None:
        """Tell what meets the filters now, after labels or predictions have changed."""
        for page in self._pages:
            if page.filter is not None and page.filter["criteria"]:
                self._look(page)

    def _look(self, page: Page) -> None:
        content = page.filter
        assert content is not None
        facts = self._session.facts(self._state.model, self._state.near)

        def done(found: IntArray | Exception) -> None:
            if page.filter is not content:  # the page asked for something else since
                return
            if isinstance(found, Exception):
                if not isinstance(found, ValueError | KeyError | TypeError):
                    raise found
                self._tell(page, {"text": words_of(found), "n": len(facts)})
                return
            shown = np.zeros(len(facts), dtype=bool)
            shown[found] = True
            bits = np.packbits(shown, bitorder="little").tobytes()
            if bits != page.filtered:
                page.filtered = bits
                self._tell(page, {"text": "", "n": len(found)}, [bits])

        criteria = content["criteria"]
        self._worker.run(
            "filter", Task(work=lambda _: facts.where(**criteria_of(criteria)), done=done)
        )

    def _tell(self, page: Page, message: dict[str, Any], buffers: list[Any] | None = None) -> None:
        request = (page.filter or {})["request"]
        content = {"type": "filter", "request": request, "total": len(self._session.pool)}
        self._send({**content, **message, "to": page.id}, buffers or [])


def _described(column: Column, n: int) -> dict[str, Any]:
    """Describe a column to a page that filters by it."""
    description: dict[str, Any] = {"name": column.name, "kind": column.kind}
    missing = int(column.missing.sum())
    description["missing"] = missing
    numbers = column.numbers
    if numbers is None:
        return {**description, "values": column.categories[0][:VALUES]}
    if missing < n and np.isfinite(numbers).any():
        known = numbers[np.isfinite(numbers)]
        ends = (words.end(float(one), column.kind) for one in (known.min(), known.max()))
        return {**description, "ends": list(ends)}
    return description
