"""Labeling the rest where an item may have several tags: the answers about the tags chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.quality.guarantee import auto_label
from nblabel.quality.guarantee_report import AutoLabelReport
from nblabel.quality.tag_guarantee import TagAutoLabelReport
from nblabel.session import Session
from nblabel.widget.panel.figures import count_labels
from nblabel.widget.text import tags as text
from nblabel.widget.work.auto_label import SHOWN, AutoLabel, Figures, in_words
from nblabel.widget.work.terms import Terms

READY = ("ready_yes", "ready_no", "needed")


class TagAutoLabel(AutoLabel):
    """An `AutoLabel` of some tags, none to begin with: each takes answers of its own."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._terms = replace(self._terms, tags=self._terms.tags or ())
        self._found: dict[str, dict[str, int]] = {}  # of each tag, by the last report
        self._rows: tuple[int, list[dict[str, Any]]] = (-1, [])

    def estimate(self, terms: Terms) -> None:
        """Find out what can be accepted of the tags that are chosen, if any are."""
        called_now, names = self._session.state.class_list.called_now, self._session.classes
        chosen = dict.fromkeys(map(called_now, terms.tags or ()))
        terms = replace(terms, tags=tuple(tag for tag in chosen if tag in names))
        if terms.tags:
            super().estimate(terms)
        elif not self._writes:
            self.cancel()
            self._terms, self._seen, self._found = terms, self._session.version, {}
            nothing = Figures(0, 0, 0, 0)._asdict()
            self._show(headline="", details=[], curve=[], text="", **nothing)

    def _examine(self, replica: Session, terms: Terms) -> AutoLabelReport:
        return auto_label(
            replica,
            max_error=terms.max_error,
            confidence=terms.confidence,
            tags=terms.tags,
            accept=False,
        )

    def _least_confident(self, report: AutoLabelReport) -> list[tuple[int, str]]:
        each = (
            [(row, text.would_be(tag, one.labels_ready[row])) for row in one.ready[:SHOWN].tolist()]
            for tag, one in _reports(report)
        )
        return list(_by_turns(*each))[:SHOWN]

    def _left(self, report: AutoLabelReport) -> tuple[IntArray, int]:
        each = [one.left.tolist() for _, one in _reports(report)]
        rows = np.array(list(dict.fromkeys(_by_turns(*each))), dtype=np.intp)
        return rows, sum(map(len, each))

    def _called(self, n: int) -> str:
        return text.answers(n)

    def _figures(self, report: AutoLabelReport) -> Figures:
        each = [one for _, one in _reports(report)]
        ready, changed, left = (
            sum(len(getattr(one, name)) for one in each) for name in ("ready", "changed", "left")
        )
        return Figures(ready, report.needed, changed, left)

    def _in_words(self, report: AutoLabelReport) -> tuple[str, list[str]]:
        terms = text.guaranteed(report.max_error, report.confidence)
        checks = text.more_answers(report.needed)
        return in_words(report, self._figures(report), terms, checks, self._called)

    def _show_report(self, report: AutoLabelReport) -> None:
        self._found = {
            str(tag): {name: int(row[name]) for name in READY}
            for tag, row in report.table.iterrows()
        }
        super()._show_report(report)

    def _show(self, **changes: Any) -> None:
        none = dict.fromkeys(READY, 0)
        rows = [{**row, **self._found.get(row["name"], none)} for row in self._present()]
        if "ready" in changes and not changes["ready"]:  # they were accepted a moment ago
            rows = [{**row, "ready_yes": 0, "ready_no": 0} for row in rows]
        super()._show(**changes, tags=rows)

    def _present(self) -> list[dict[str, Any]]:
        """Return the tags to choose from, with what is accepted and left of each now."""
        session = self._session
        if self._rows[0] != session.version:
            y = session.y
            by_model = y != session.learned_from(accepted=False)
            numbers = {name: number for number, name in enumerate(session.classes)}
            listed = [{"name": one["name"], "color": one["color"]} for one in count_labels(session)]
            for row in listed:
                code = numbers[row["name"]]
                row["yes"] = int((by_model[:, code] & (y[:, code] == 1)).sum())
                row["no"] = int((by_model[:, code] & (y[:, code] == 0)).sum())
                row["left"] = int((y[:, code] < 0).sum())
            self._rows = session.version, listed
        return self._rows[1]


def _reports(report: AutoLabelReport) -> Iterator[tuple[str, AutoLabelReport]]:
    assert isinstance(report, TagAutoLabelReport), "of a session with several tags"
    yield from report.tags.items()


def _by_turns(*each: list[Any]) -> Iterator[Any]:
    """Yield the first of each list, then the second of each."""
    for one in chain.from_iterable(zip_longest(*each)):
        if one is not None:
            yield one
