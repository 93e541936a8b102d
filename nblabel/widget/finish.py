"""Finishing the pool: which labels of the machine can be accepted with a promise, and accepting them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nblabel.arrays import IntArray
from nblabel.log import frames
from nblabel.log.events import LabelEvent
from nblabel.quality.autolabel import AutoLabelReport, Promise, auto_label, check_terms
from nblabel.quality.recheck import recheck
from nblabel.session import Session
from nblabel.strategies import Reason
from nblabel.widget.aside import Aside, Errand
from nblabel.widget.items import NOUNS, THUMBNAIL_SIDE, Items, Packet, Pictures

SHOWN = 24  # of the doubtful ones
QUEUED = 2_000  # of what is left; when these are answered the strategy goes on
LEFT = Reason("The machine is too unsure of this one: left for you, the most doubtful first.")
CHANGED = "Labels have changed since; this is how it stands now."
NOT_SURE = "The model is not sure enough of anything yet. Label some more."
TERMS = "terms"  # chosen in the panel, remembered beside the log
WRITES = ("draw", "accept", "take_back")  # what is running writes to the log
STEPS = ("accept", "withdraw")  # that can be taken back here
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
COLUMNS = ["share", "promised_error", "n_items", "answers_needed"]


@dataclass(frozen=True)
class Terms:
    """What is promised: at most such a share wrong, how surely, and of each class or of all."""

    max_error: float = 0.01
    confidence: float = 0.95
    per_class: bool = False


@dataclass(frozen=True)
class Panel:
    """What the parts of `nblabel.widget.quality` need of the panel.

    Attributes
    ----------
    written : callable
        Called on the event loop after something was written to the log aside.
    want : callable
        Called with items, and the reason for each, to ask about them next.
    """

    written: Callable[[], None]
    want: Callable[[Sequence[int], Sequence[Reason]], None]


class Finish:
    """What the page shows of finishing; every figure is worked out aside.

    Parameters
    ----------
    session : Session
    aside : Aside
        Where it is worked out.
    items, pictures
        Describe and read what is shown.
    panel : Panel
        Follows what is written.
    tell : callable
        Called with the state of docs/wire.md whenever it changed.
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        aside: Aside,
        items: Items,
        pictures: Pictures,
        panel: Panel,
        tell: Callable[[dict[str, Any]], None],
        send: Callable[..., None],
    ) -> None:
        self._session, self._aside, self._panel = session, aside, panel
        self._items, self._pictures = items, pictures
        self._tell, self._send = tell, send
        self._terms = _remembered(session.store.setting(TERMS))
        self._errand: Errand | None = None
        self._seen = -1  # the version of the session that the answer is of
        self._answer: dict[str, Any] = {}
        self.is_open = False

    # what a person does

    def open(self) -> None:
        """Somebody looks at the dialog."""
        self.is_open = True
        self.follow()

    def close(self) -> None:
        """Nobody looks at it any more; what is being accepted goes on."""
        self.is_open = False
        if self._answer.get("running") not in WRITES:
            self.cancel()

    def choose(self, terms: Terms) -> None:
        """Find out what can be accepted on these terms, remembered for when the log is opened again."""
        self.look(terms)
        self._session.store.set_setting(TERMS, json.dumps(asdict(self._terms)))

    def look(self, terms: Terms) -> None:
        """Find out what can be accepted on these terms."""
        if self._answer.get("running") in WRITES:
            return
        self.cancel()
        self._terms = terms
        self._run("look", lambda twin: self._examined(twin, terms), self._looked)

    def draw(self) -> None:
        """Have the answers asked that are needed."""
        if self._answer.get("running") in WRITES or waiting(self._session):
            return  # pressed twice
        self.cancel()

        def job(twin: Session) -> Any:
            report = self._examine(twin, self._terms)
            return report, report.ask()

        self._run("draw", job, self._drawn)

    def accept(self, uid: str, acknowledge: Callable[[dict[str, Any]], Any]) -> None:
        """Accept what can be, as one step with this uid, and say what became of it."""

        def job(twin: Session) -> tuple[LabelEvent | None, IntArray]:
            report = self._examine(twin, self._terms)
            return report.accept(uid=uid) if len(report.ready) else None, report.left

        self._write("accept", job, self._accepted, uid, acknowledge)

    def take_back(self, uid: str, acknowledge: Callable[[dict[str, Any]], Any]) -> None:
        """Withdraw the accepted labels that the model of now contradicts, as one step with this uid."""

        def job(twin: Session) -> tuple[LabelEvent | None]:
            return (recheck(twin).take_back(uid=uid),)

        self._write("take_back", job, self._taken_back, uid, acknowledge)

    def cancel(self) -> None:
        """Stop what is being worked out."""
        if self._errand is not None:
            self._errand.cancel()
            self._errand = None
            self._show_state(running="", text="Cancelled.")

    # what follows

    def follow(self) -> None:
        """Something changed: look again once the checks that were drawn are answered."""
        if not self.is_open:
            return
        checks = waiting(self._session)
        fresh = self._seen == self._session.version
        if not self._answer.get("running") and not fresh and (not checks or self._seen < 0):
            self.look(self._terms)
        else:
            self._show_state()

    def _run(
        self,
        name: str,
        job: Callable[[Session], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        version = self._session.version

        def ended(result: Any) -> None:
            self._errand, self._seen = None, version
            self._answer |= {"running": "", "progress": 0.0, "text": ""}
            if isinstance(result, Exception):
                failed(result)
                self._show_state(headline="", details=[str(result)], ready=0, needed=0, curve=[])
                return
            done(result)

        def heard(step: str, share: float) -> None:
            self._show_state(progress=share, text=step)

        self._show_state(running=name, progress=0.0, text="Learning")
        errand = self._aside.send(job, ended, heard)
        if self._answer.get("running"):
            self._errand = errand

    def _write(
        self,
        name: str,
        job: Callable[[Session], tuple[Any, ...]],
        follow: Callable[..., str],
        uid: str,
        acknowledge: Callable[[dict[str, Any]], Any],
    ) -> None:
        """Write one step aside, and say what became of it: the job returns the event, None if none is due."""
        if self._answer.get("running") in WRITES:
            return  # sent twice
        self.cancel()

        def say(text: str, *, ok: bool = False) -> None:
            acknowledge({"type": "ack", "uid": uid, "ok": ok, "text": text})

        def done(result: tuple[Any, ...]) -> None:
            self._seen = -1
            if result[0] is None:
                say(CHANGED)
                self.follow()
                return
            self._panel.written()
            say(follow(*result), ok=True)

        self._run(name, job, done, lambda error: say(str(error)))

    def _examine(self, twin: Session, terms: Terms) -> AutoLabelReport:
        """In the worker thread: what can be accepted."""
        return auto_label(twin, **asdict(terms), accept=False)

    def _examined(self, twin: Session, terms: Terms) -> AutoLabelReport:
        report = self._examine(twin, terms)
        for index in report.ready[:SHOWN].tolist():
            self._pictures.read(index, THUMBNAIL_SIDE)
        return report

    def _looked(self, report: AutoLabelReport) -> None:
        self._show(report)
        if len(report.ready):
            self._preview(report.ready[:SHOWN], report)

    def _drawn(self, result: tuple[AutoLabelReport, IntArray]) -> None:
        report, _ = result
        self._panel.written()
        self._seen = self._session.version
        self._show(report)

    def _accepted(self, event: LabelEvent, left: IntArray) -> str:
        """Have the rest asked, and say what became of it."""
        first = left[:QUEUED].tolist()
        if first:
            self._panel.want(first, [LEFT] * len(first))
        self._show_state(ready=0)
        noun = _nouns(self._session, len(event.ids))
        rest = f" {len(left):,} are left for you, the most doubtful first." if first else ""
        return (
            f"{len(event.ids):,} {noun} accepted from the machine. One undo takes them back.{rest}"
        )

    def _taken_back(self, event: LabelEvent) -> str:
        """Say what became of it; the strategy asks about them among the others."""
        self._show_state(changed=0)
        n = len(event.ids)
        noun = _nouns(self._session, n)
        return f"{n:,} {noun} taken back from the machine: open again. One undo accepts them again."

    def _show(self, report: AutoLabelReport) -> None:
        headline, details = in_words(report, self._session)
        # the curve says nothing before the first checks
        rows = report.curve[report.curve["checks"] > 0]
        self._show_state(
            headline=headline,
            details=details,
            ready=len(report.ready),
            needed=report.needed,
            changed=len(report.changed),
            left=len(report.left),
            curve=[
                {"name": str(name), "points": _plain(part[COLUMNS].values.tolist())}
                for name, part in rows.groupby("class", sort=False)
            ],
        )

    def _show_state(self, **changes: Any) -> None:
        last = self._session.state.undo_target(self._session.annotator)
        step = last if last is not None and last.kind in STEPS else None
        self._answer = {
            **NOTHING,
            **self._answer,
            **changes,
            "terms": asdict(self._terms),
            "waiting": waiting(self._session),
            "undo": step.uid if step else "",
            "undo_kind": step.kind if step else "",
            "undo_count": len(step.ids) if step else 0,
        }
        self._tell(dict(self._answer))

    def _preview(self, indices: IntArray, report: AutoLabelReport) -> None:
        packet = Packet()
        said = report.labels_ready
        items = [
            {**self._items.thumbnail(index, packet), "said": said[index]}
            for index in indices.tolist()
        ]
        self._send({"type": "preview", "items": items}, packet.buffers)


def _remembered(text: str | None) -> Terms:
    """Return the terms that were chosen before; the usual ones where there are none, or they are spoiled."""
    try:
        terms = Terms(**json.loads(text or "{}"))
        check_terms(terms.max_error, terms.confidence)
    except (ValueError, TypeError):
        return Terms()
    return terms if isinstance(terms.per_class, bool) else Terms()


def in_words(report: AutoLabelReport, session: Session) -> tuple[str, list[str]]:
    """Return the answer in one sentence, and what there is to know beside it."""
    ready, needed = len(report.ready), report.needed
    promise = (
        f"at most {_percent(report.max_error)} wrong, {_percent(report.confidence)} confidence"
    )
    details = [_detail(one) for one in report.promises if one.n_items]
    kept = sum(one.n_accepted for one in report.promises if one.needed == 0)
    broken = [one for one in report.promises if one.n_accepted and one.needed != 0]
    if ready:
        more = f", with {report.n_before:,} accepted before" if report.n_before else ""
        head = f"{ready:,} {_nouns(session, ready)} can be accepted{more}: {promise}."
    elif broken:
        n, bound = broken[0].n_accepted, max(one.bound for one in broken)
        head = f"Of the {n:,} labels accepted before, up to {_percent(bound)} may be wrong by now."
        details.append("Answer the checks that are missing, or take the acceptance back.")
    elif needed:
        trials = [one for one in report.promises if one.needed]
        n = sum(one.n_rest for one in trials)
        word = "answer" if needed == 1 else "answers"
        head = f"{needed:,} more {word} would let {n:,} {_nouns(session, n)} be accepted."
        details.append("If the model is right about them; nothing is accepted before.")
    elif kept:
        head = f"{kept:,} {_nouns(session, kept)} are accepted: {promise}."
    elif not len(report.left):
        head = "Nothing is left to accept."
    elif any(one.n_items for one in report.promises):
        head = (
            "This cannot be promised: too many checks went wrong. Label more, or allow more errors."
        )
    else:
        told = list(dict.fromkeys(one.why for one in report.promises))
        head = told[0] if len(told) == 1 else NOT_SURE
    details += [one.in_retrospect for one in report.broken]
    if len(report.corrected):
        details.append(f"People corrected {len(report.corrected):,} accepted labels.")
    return head, details


def waiting(session: Session) -> int:
    """Return how many items of sets that are put to the test wait for an answer."""
    tests = (draw for draw in session.state.draws if not frames.is_whole(draw.frame))
    tested = {item for draw in tests for item in draw.ids}
    return sum(session.pool.ids[row] in tested for row in session.drawn.tolist())


def _detail(one: Promise) -> str:
    name = f"{one.name}: " if one.name else ""
    passed = f", {one.n_skipped:,} of them passed over" if one.n_skipped else ""
    checked = f"{name}{one.n_checks:,} of {one.n_items:,} checked, {one.n_wrong:,} wrong{passed}"
    return (
        f"{checked}; so at most {_percent(one.bound)} of the rest."
        if one.n_checks
        else f"{checked}."
    )


def _nouns(session: Session, n: int) -> str:
    noun = NOUNS[session.pool.kind]
    return noun if n == 1 else f"{noun}s"


def _percent(value: float) -> str:
    return f"{100 * value:.3g}\u00a0%"


def _plain(rows: list[list[Any]]) -> list[list[float | None]]:
    """Return numbers that JSON has."""
    import pandas as pd

    return [[None if pd.isna(value) else float(value) for value in row] for row in rows]
