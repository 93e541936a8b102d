"""Labeling the rest: accepting labels of the model, with a guarantee of how many are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log import frames
from nblabel.log.events import LabelEvent
from nblabel.quality.guarantee import auto_label, check_terms
from nblabel.quality.guarantee_report import AutoLabelReport, ErrorGuarantee
from nblabel.quality.stale import find_stale_labels
from nblabel.session import Session
from nblabel.sharing.quality import TERMS
from nblabel.strategies import Reason
from nblabel.system.format import counted
from nblabel.widget import text
from nblabel.widget.panel.answers import acknowledgement, refusal, words_of
from nblabel.widget.panel.items import Items
from nblabel.widget.panel.pictures import THUMBNAIL_SIDE, Pictures
from nblabel.widget.panel.state import PanelState
from nblabel.widget.panel.tags import n_answers, step_kind
from nblabel.widget.view.packet import Packet
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.terms import Terms, described, remembered
from nblabel.widget.work.worker import Task

SHOWN = 24  # of the least confident ones
QUEUED = 2_000  # of what is left; when these are answered the strategy goes on
WRITES = ("draw", "accept", "revert")  # what is running writes to the log
STEPS = ("accept", "withdraw")  # that can be undone in the dialog
NOTHING: dict[str, Any] = {
    "running": "",
    "progress": 0.0,
    "text": "",
    "headline": "",
    "details": [],
    "ready": 0,
    "needed": 0,
    "changed": 0,
    "left": 0,
    "curve": [],
}
COLUMNS = ["share", "guaranteed_error", "n_items", "answers_needed"]


class Figures(NamedTuple):
    """How many labels can be accepted, answers are missing, labels are contradicted and left."""

    ready: int
    needed: int
    changed: int
    left: int


class AutoLabel:
    """What the pages show of labeling the rest; every figure is worked out aside.

    Parameters
    ----------
    session, state, items, pictures
    replica : Replica
        With which it is worked out.
    is_open : callable
        Whether a page has the dialog open.
    written : callable
        Called at home after something was written to the log aside.
    want : callable
        Called with items to be asked next, and the reason of each.
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        items: Items,
        pictures: Pictures,
        replica: Replica,
        is_open: Callable[[], bool],
        written: Callable[[], None],
        want: Callable[[Sequence[int], Sequence[Reason]], None],
        send: Callable[..., None],
    ) -> None:
        self._session, self._state, self._items, self._pictures = session, state, items, pictures
        self._replica, self._is_open = replica, is_open
        self._written, self._want, self._send = written, want, send
        self._terms = remembered(session.store.setting(TERMS))
        self._task: Task | None = None
        self._seen = -1  # the version of the session that the answer is of
        self._answer: dict[str, Any] = {}
        self._writing = ""  # the uid of the step that is on its way
        self._sets: dict[str, IntArray] = {}  # as the report has them

    # what a person does

    def open_or_close(self) -> None:
        """Follow a page that opened or closed the dialog; an acceptance goes on."""
        if self._is_open():
            self.follow()
        elif not self._writes:
            self.cancel()

    def choose(self, terms: Terms) -> None:
        """Find out what can be accepted on these terms, remembered beside the log."""
        try:
            check_terms(terms.max_error, terms.confidence)
        except ValueError as error:
            self._show(headline="", details=[str(error)], ready=0, needed=0, curve=[])
            return
        self.estimate(terms)
        self._session.store.set_setting(TERMS, json.dumps(described(self._terms)))

    def estimate(self, terms: Terms) -> None:
        """Find out what can be accepted on these terms."""
        if self._writes:
            return
        self.cancel()
        self._terms = terms
        self._run("estimate", lambda replica: self._examined(replica, terms), self._estimated)

    def trusted(self, name: str, n: int) -> IntArray:
        """Return the positions of the n most trusted predictions of a set of the last report."""
        return self._sets.get(name, np.empty(0, dtype=np.intp))[:n]

    def queue_checks(self) -> None:
        """Have the checks asked that are needed."""
        if self._writes or waiting(self._session):
            return  # pressed twice
        self.cancel()

        def job(replica: Session) -> AutoLabelReport:
            report = self._examine(replica, self._terms)
            report.draw_checks()
            return report

        self._run("draw", job, self._drawn)

    def accept(self, uid: str) -> None:
        """Accept what can be, as one step with this uid, and say what became of it."""

        def job(replica: Session) -> tuple[LabelEvent | None, AutoLabelReport]:
            report = self._examine(replica, self._terms)
            return report.accept(uid=uid) if len(report.ready) else None, report

        self._write("accept", job, self._accepted, uid)

    def revert(self, uid: str) -> None:
        """Withdraw the accepted labels that the model contradicts, as one step with this uid."""
        self._write(
            "revert",
            lambda replica: (find_stale_labels(replica).withdraw(uid=uid),),
            self._reverted,
            uid,
        )

    def cancel(self) -> None:
        """Stop what is being worked out."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            if self._writing:
                self._send(refusal(self._writing, text.STOPPED))
                self._writing = ""
            self._show(running="", text=text.STOPPED)

    # what follows

    def follow(self) -> None:
        """Something changed: look again once the checks that were drawn are answered."""
        if not self._is_open():
            return
        checks = waiting(self._session)
        fresh = self._seen == self._session.version
        if not self._answer.get("running") and not fresh and (not checks or self._seen < 0):
            self.estimate(self._terms)
        else:
            self._show()

    @property
    def _writes(self) -> bool:
        return self._answer.get("running") in WRITES

    def _run(
        self,
        name: str,
        job: Callable[[Session], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        version = self._session.version

        def ended(result: Any) -> None:
            self._task, self._seen = None, version
            self._answer |= {"running": "", "progress": 0.0, "text": ""}
            if isinstance(result, Exception):
                failed(result)
                details = [words_of(result)]
                self._show(headline="", details=details, ready=0, needed=0, curve=[])
                return
            done(result)

        self._show(running=name, progress=0.0, text=text.LEARNING)
        task = self._replica.work_out(
            job, ended, lambda step, share: self._show(progress=share, text=step)
        )
        if self._answer.get("running"):
            self._task = task

    def _write(
        self,
        name: str,
        job: Callable[[Session], tuple[Any, ...]],
        follow: Callable[..., str],
        uid: str,
    ) -> None:
        """Write one step aside, and say what became of it: the job returns its event, if any."""
        if self._writes:
            if uid != self._writing:
                self._send(refusal(uid, text.AUTO_LABEL_RUNS))
            return
        if self._session.knows(uid):
            self._send(acknowledgement(uid, text.SAVED))
            return
        self.cancel()

        def done(result: tuple[Any, ...]) -> None:
            self._seen, self._writing = -1, ""
            if result[0] is None:
                self._send(refusal(uid, text.STALE))
                self.follow()
                return
            self._written()
            self._send(acknowledgement(uid, follow(*result)))

        def failed(error: Exception) -> None:
            self._writing = ""
            self._send(refusal(uid, words_of(error)))

        self._writing = uid
        self._run(name, job, done, failed)

    def _examine(self, replica: Session, terms: Terms) -> AutoLabelReport:
        """In the thread: what can be accepted."""
        return auto_label(replica, **asdict(terms), accept=False)

    def _examined(self, replica: Session, terms: Terms) -> AutoLabelReport:
        report = self._examine(replica, terms)
        for index, _ in self._least_confident(report):
            self._pictures.pack(index, THUMBNAIL_SIDE)
        return report

    def _least_confident(self, report: AutoLabelReport) -> list[tuple[int, str]]:
        """Return some of what can be accepted, with the label of each."""
        return [(index, report.labels_ready[index]) for index in report.ready[:SHOWN].tolist()]

    def _estimated(self, report: AutoLabelReport) -> None:
        self._show_report(report)
        if len(report.ready):
            self._preview(self._least_confident(report))
        if self._seen != self._session.version:  # an answer or an undo came meanwhile
            self.follow()

    def _drawn(self, report: AutoLabelReport) -> None:
        self._written()
        self._seen = self._session.version
        self._show_report(report)

    def _accepted(self, event: LabelEvent, report: AutoLabelReport) -> str:
        """Have the rest asked, and say what became of it."""
        left, n_left = self._left(report)
        first = left[:QUEUED].tolist()
        if first:
            self._want(first, [text.LEFT_OVER] * len(first))
        self._show(ready=0)
        return text.accepted(self._called(n_answers(event)), n_left)

    def _reverted(self, event: LabelEvent) -> str:
        """Say what became of it; the strategy asks about them among the others."""
        self._show(changed=0)
        return text.reverted(self._called(n_answers(event)))

    def _left(self, report: AutoLabelReport) -> tuple[IntArray, int]:
        """Return the items that are left, the least confident first, and how many answers."""
        return report.left, len(report.left)

    def _called(self, n: int) -> str:
        """Return a number of labels as it is called."""
        return counted(n, self._items.noun)

    def _figures(self, report: AutoLabelReport) -> Figures:
        """Return the figures of a report."""
        ready, changed = len(report.ready), len(report.changed)
        return Figures(ready, report.needed, changed, len(report.left))

    def _in_words(self, report: AutoLabelReport) -> tuple[str, list[str]]:
        """Return the answer in one sentence, and what there is to know beside it."""
        terms = text.guaranteed(report.max_error, report.confidence)
        checks = counted(report.needed, "more check")
        return in_words(report, self._figures(report), terms, checks, self._called)

    def _show_report(self, report: AutoLabelReport) -> None:
        headline, details = self._in_words(report)
        self._sets = report.sets
        # the curve says nothing before the first checks
        rows = report.curve[report.curve["checks"] > 0]
        self._show(
            headline=headline,
            details=details,
            **self._figures(report)._asdict(),
            curve=[
                {"name": str(name), "points": _plain(part[COLUMNS].values.tolist())}
                for name, part in rows.groupby("class", sort=False)
            ],
        )

    def _show(self, **changes: Any) -> None:
        last = self._session.state.undo_target(self._session.annotator)
        kind = "" if last is None else step_kind(last)
        step = last if kind in STEPS else None
        self._answer = {
            **NOTHING,
            **self._answer,
            **changes,
            "terms": described(self._terms),
            "waiting": waiting(self._session),
            "undo": step.uid if step else "",
            "undo_kind": kind if step else "",
            "undo_count": n_answers(step) if step else 0,
        }
        self._state.show(auto_label=dict(self._answer))

    def _preview(self, proposed: list[tuple[int, str]]) -> None:
        packet = Packet()
        items = [
            {**self._items.thumbnail(index, packet), "proposed": label} for index, label in proposed
        ]
        self._send({"type": "preview", "items": items}, packet.buffers)


def in_words(
    report: AutoLabelReport,
    figures: Figures,
    terms: str,
    checks: str,
    called: Callable[[int], str],
) -> tuple[str, list[str]]:
    """Return the answer in one sentence, and what there is to know beside it.

    Parameters
    ----------
    report : AutoLabelReport
    figures : Figures
        Its own.
    terms : str
        What is guaranteed.
    checks : str
        How many answers are missing.
    called : callable
        Returns a number of labels as it is called.
    """
    ready, needed = figures.ready, figures.needed
    details = [_detail(one) for one in report.guarantees if one.n_items]
    kept = sum(one.n_accepted for one in report.guarantees if one.needed == 0)
    broken = [one for one in report.guarantees if one.n_accepted and one.needed != 0]
    if ready:
        head = text.can_accept(called(ready), report.n_before, terms)
    elif broken:
        head = text.may_be_wrong(broken[0].n_accepted, max(one.bound for one in broken))
        details.append(text.ANSWER_CHECKS)
    elif needed:
        rest = sum(one.n_rest for one in report.guarantees if one.needed)
        head = text.would_let(checks, called(rest))
        details.append(text.ONLY_IF_RIGHT)
    elif kept:
        head = text.are_accepted(called(kept), terms)
    elif not len(report.left):
        head = text.NOTHING_LEFT
    elif any(one.n_items for one in report.guarantees):
        head = text.NO_GUARANTEE
    else:
        reasons = list(dict.fromkeys(one.why for one in report.guarantees))
        head = reasons[0] if len(reasons) == 1 else text.NOT_CONFIDENT
    details += [one.in_retrospect for one in report.broken]
    if len(report.corrected):
        details.append(text.corrected(len(report.corrected)))
    return head, details


def waiting(session: Session) -> int:
    """Return how many items of sets that are put to the test wait for an answer."""
    tests = (draw for draw in session.state.draws if not frames.is_whole(draw.frame))
    tested = {item for draw in tests for item in draw.ids}
    return sum(session.pool.ids[row] in tested for row in session.drawn.tolist())


def _detail(one: ErrorGuarantee) -> str:
    return text.checked(one.name, one.n_checks, one.n_items, one.n_wrong, one.n_skipped, one.bound)


def _plain(rows: list[list[Any]]) -> list[list[float | None]]:
    """Return numbers that JSON has."""
    import pandas as pd

    return [[None if pd.isna(value) else float(value) for value in row] for row in rows]
