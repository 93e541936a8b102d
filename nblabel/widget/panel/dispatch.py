"""Which part of a panel each message of docs/wire.md goes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nblabel.widget.panel.answers import EVENTS
from nblabel.widget.panel.pages import Page
from nblabel.widget.panel.panel import Panel
from nblabel.widget.work.terms import Terms

Content = dict[str, Any]
Handler = Callable[[Page, Content], None]


class Dispatch:
    """Hands each message of a page to the part of the panel that it is for.

    Parameters
    ----------
    panel : Panel
    train : callable
        Begins to train an encoder.
    start_over : callable
        Keeps the log aside, and ends the panel.
    """

    def __init__(
        self, panel: Panel, train: Callable[[], None], start_over: Callable[[], None]
    ) -> None:
        self._panel, self._train = panel, train
        self._handlers: dict[str, Handler] = {
            **dict.fromkeys(EVENTS, self._answer),
            "front": lambda _page, _m: panel.publisher.changed(),
            "more": lambda _page, m: panel.more(m["held"]),
            "need": lambda page, m: panel.showing.need(page, m["ids"]),
            "closeup": panel.closeups.open,
            "read_text": lambda page, m: panel.closeups.read_text(page, m["id"]),
            "columns": lambda _page, m: panel.choose_columns(m["of"], m["chosen"]),
            "explain": lambda page, m: panel.showing.explain(page, m["ids"]),
            "again": lambda page, m: panel.ask_again(page, m["status"], m.get("label")),
            "show": lambda page, m: panel.showing.show_point(page, m["index"]),
            "browse": lambda page, m: panel.showing.browse(page, m["id"], m["steps"], m["request"]),
            "hover": lambda page, m: panel.showing.hover(page, m["index"]),
            "play": lambda page, m: panel.playing.play(page, m["id"], float(m["start"])),
            "project": lambda _page, m: panel.mapping.choose(m["name"]),
            "train": lambda _page, _m: self._train(),
            "cluster": lambda _page, m: panel.mapping.find_clusters(m["n"]),
            "grid": panel.grids.open,
            "filter": panel.filters.choose,
            "filter_choices": lambda page, _m: panel.filters.offer(page),
            "find": self._find,
            "propose_split": panel.splits.propose,
            "sort": self._sort,
            "end_split": lambda _page, m: panel.splits.end(m["uid"], m["name"], m["proposed"]),
            "look": lambda page, m: panel.showing.look(page, m["indices"]),
            "gallery": panel.galleries.open,
            "tiles": lambda page, m: panel.galleries.look(page, m["side"], m["indices"]),
            "chosen": lambda _page, m: panel.selection.take(m["indices"]),
            "end_gallery": lambda page, _m: panel.galleries.leave(page),
            "lit": lambda _page, m: panel.map.light(m["code"], m.get("indices")),
            "export": lambda page, m: panel.exports.begin(
                m["path"], m["format"], replace=m["replace"], page=page, download="download" in m
            ),
            "import": lambda _page, m: panel.imports.begin(
                m["uid"], m["path"], m["id"], m["label"]
            ),
            "rate": lambda _page, m: panel.measures.pay(_number(m["rate"])),
            "open": lambda page, m: panel.open(page, m["parts"]),
            "audit": lambda _page, m: panel.measures.choose(float(m["share"])),
            "repeats": lambda _page, m: panel.measures.repeat(float(m["share"])),
            "threshold": lambda _page, m: panel.measures.advise_below(float(m["gain"])),
            "draw": self._draw,
            "compare": lambda _page, _m: panel.comparison.begin(),
            "estimate": lambda _page, m: panel.auto_label.choose(_terms(m)),
            "queue_checks": lambda _page, _m: panel.auto_label.queue_checks(),
            "accept": lambda _page, m: panel.auto_label.accept(m["uid"]),
            "revert": lambda _page, m: panel.auto_label.revert(m["uid"]),
            "review": lambda _page, m: panel.review.begin(accepted=bool(m["accepted"])),
            "end_review": lambda _page, _m: panel.review.end(),
            "start_over": lambda _page, _m: start_over(),
            "cancel": lambda _page, m: self._cancels[m["task"]](),
        }
        self._cancels: dict[str, Callable[[], None]] = {
            "map": panel.mapping.cancel,
            "export": panel.exports.cancel,
            "import": panel.imports.cancel,
            "auto_label": panel.auto_label.cancel,
            "comparison": panel.comparison.cancel,
        }

    def __call__(self, page_id: str, content: Content) -> None:
        """Do what a message says."""
        kind, panel = content["type"], self._panel
        if kind == "ready":
            panel.begin(page_id)
        elif kind == "gone":
            panel.end(page_id)
        else:
            page = panel.look(panel.pages.page(page_id))
            panel.pages.take_front(page, content.get("front"))
            self._handlers[kind](page, content)

    def _answer(self, page: Page, content: Content) -> None:
        self._panel.answer(page, content, self._panel.send)

    def _find(self, page: Page, content: Content) -> None:
        problem = self._panel.finding.begin(content["label"])
        self._panel.send({"type": "announce", "text": problem, "to": page.id})

    def _sort(self, page: Page, content: Content) -> None:
        begun = self._panel.splits.sort(page, content["name"], content["groups"])
        if begun is not None:
            self._panel.showing.show(page, *begun)

    def _draw(self, page: Page, content: Content) -> None:
        problem = self._panel.measures.draw(int(content["n"]))
        self._panel.send({"type": "announce", "text": problem, "to": page.id})


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _terms(content: Content) -> Terms:
    tags = tuple(content["tags"]) if "tags" in content else None
    numbers = float(content["max_error"]), float(content["confidence"])
    return Terms(*numbers, bool(content["per_class"]), tags)
