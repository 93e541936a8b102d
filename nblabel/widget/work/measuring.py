"""What the status says of the labels: how many are right, by an audit, and what they cost."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nblabel.log.events import ANSWERS
from nblabel.log.store import StoreError
from nblabel.quality.agreement import SelfAgreement, self_agreement
from nblabel.quality.audit import audit
from nblabel.quality.audit_report import LEAST_CHECKS, AuditReport
from nblabel.quality.costs import costs_at, n_given, pace_in_log
from nblabel.quality.prior_report import report_of
from nblabel.quality.stale import find_stale_labels
from nblabel.quality.stopping import StopAdvice, StopAdvisor, stop_advice
from nblabel.session import Session
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.session.partial import PartialEngine
from nblabel.session.shown import colors_of
from nblabel.widget import text
from nblabel.widget.panel.answers import words_of
from nblabel.widget.panel.state import PanelState
from nblabel.widget.panel.tag_figures import describe_tag_audit
from nblabel.widget.text import tags as tag_text
from nblabel.widget.work.doubted import contradicted
from nblabel.widget.work.home import Home
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import Task

AUDIT, REPEATS = "audit", "repeats"  # shares chosen in the panel, remembered beside the log
RATE = "wage"  # money per hour, remembered likewise; "" for none
GAIN = "gain"  # below which stopping is advised, remembered likewise
MOST_DRAWN = 200  # at a time
REST = 4  # measuring may take a fifth of the time of one processor
LEAST_REST = 5.0  # seconds


@dataclass(frozen=True)
class Measured:
    """What was worked out of one state of the log.

    Attributes
    ----------
    audit : AuditReport or None
        None without answered audit items.
    agreement : SelfAgreement or None
        None where nothing was repeated.
    paid : tuple of three float, or None
        Where there is a rate: labels given, labels per hour and hours worked, as the log has it.
    stale : str
        Which accepted labels the model contradicts by now, "" where that is not known.
    advice : StopAdvice or None
        Whether it pays to go on, where it was asked for.
    contradicted : int or None
        How many items have a label that is to be reviewed, once all items are answered.
    """

    audit: AuditReport | None = None
    agreement: SelfAgreement | None = None
    paid: tuple[float, float, float] | None = None
    stale: str = ""
    advice: StopAdvice | None = None
    contradicted: int | None = None


def measured(
    session: Session,
    checked: bool,
    look: tuple[int, float] | None = None,
    pays: bool = False,
    is_over: bool = False,
) -> Measured:
    """Work out what there is to say of a session; `look`: labels and gain of the advice to stop."""
    found = find_stale_labels(session) if session.n_accepted else None
    n = 0 if found is None else len(found.table)
    stale = tag_text.stale_answers if session.multi_label else text.stale_labels
    return Measured(
        audit(session) if checked else None,
        self_agreement(session) if session.state.repeats else None,
        (n_given(session), *pace_in_log(session)) if pays else None,
        stale(n) if n else "",
        stop_advice(session, n=look[0], gain=look[1]) if look else None,
        _n_contradicted(session) if is_over else None,
    )


def _n_contradicted(session: Session) -> int | None:
    with suppress(ValueError):  # there is nothing to compare
        return int(contradicted(session)["index"].nunique())
    return None


def costs_text(
    session: Session,
    pace: float | None,
    rate: float | None,
    paid: tuple[float, float, float] | None = None,
) -> str:
    """Return what labeling all by hand would take, and with a rate, what was and will be paid.

    It is worked out at once, so that it never lags behind the answers: the hours since what was
    read from the log are those that the newer labels take at its pace.
    """
    if rate is None:
        return costs_at(session, pace).lines[-1] if pace else ""
    if paid is not None and not math.isnan(paid[1]):
        then, per_hour, hours = paid
        hours += max(n_given(session) - then, 0) / per_hour
        return " ".join(costs_at(session, per_hour, hours, rate).lines)
    return " ".join(costs_at(session, pace, hourly_rate=rate).lines) if pace else ""


class Measures:
    """Measures, whenever there is time, how many labels are right, and what they cost.

    Parameters
    ----------
    session, state, home
    replica : Replica
        With which it is worked out.
    pace : callable
        Returns labels per hour, None where that is not known.
    audited : callable
        Called at home with each report of an audit.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        home: Home,
        replica: Replica,
        pace: Callable[[], float | None],
        audited: Callable[[AuditReport], None],
    ) -> None:
        self._session, self._state, self._home = session, state, home
        self._replica, self._pace, self._audited = replica, pace, audited
        share, repeats, gain = map(session.store.setting, (AUDIT, REPEATS, GAIN))
        if share is not None:
            session.audit_share = float(share)
        if repeats is not None:
            session.repeat_share = float(repeats)
        state.hourly_rate = float(session.store.setting(RATE) or 0) or None
        self._advisor = StopAdvisor()
        self._numbered: tuple[str, ...] = ()  # the classes that the advisor's predictions are of
        self._numbering = 0
        if gain is not None:
            self._advisor.threshold = float(gain)
        self._advises = not session.multi_label  # of rare tags the advice would come too early
        self._task: Task | None = None
        self._present: tuple[int, float | None] = (-1, None)  # version of the session, and rate
        self._not_before = -math.inf
        self._wakes = False
        self._found = Measured()
        self.follow()

    def choose(self, share: float) -> None:
        """Have such a share of the questions drawn at random, remembered beside the log."""
        self._session.audit_share = share
        self._session.store.set_setting(AUDIT, str(share))
        self.follow()

    def repeat(self, share: float) -> None:
        """Have an item repeated after such a share of the answers, remembered likewise."""
        self._session.repeat_share = share
        self._session.store.set_setting(REPEATS, str(share))
        self.follow()

    def advise_below(self, gain: float) -> None:
        """Advise to stop below such a gain of accuracy, remembered likewise."""
        self._advisor.threshold = gain
        self._session.store.set_setting(GAIN, str(self._advisor.threshold))
        self.follow()

    def pay(self, rate: float | None) -> None:
        """Tell what labeling costs at this rate from now on, remembered likewise; None: no money.

        Raises
        ------
        ValueError
            If it is no positive number.
        """
        if rate is not None and not (math.isfinite(rate) and rate > 0):
            raise ValueError(text.bad_rate(rate))
        self._session.store.set_setting(RATE, "" if rate is None else str(rate))
        self._state.show(hourly_rate=rate)
        self._not_before = -math.inf
        self.measure()
        self.follow()

    def draw(self, n: int) -> str:
        """Draw items for the audit, to be asked next; return what to say."""
        try:
            drawn = self._session.draw(min(n, MOST_DRAWN))
        except StoreError as error:
            return str(error)
        return text.audit_drawn(len(drawn)) if len(drawn) else text.NOTHING_TO_DRAW

    def is_known(self) -> bool:
        """Whether there are audit labels enough to tell an accuracy."""
        return self._n_checked() >= LEAST_CHECKS

    def see(self, snapshot: Snapshot, model: Refit, engine: Engine | PartialEngine) -> None:
        """In the thread that learns: whether it pays to go on."""
        if not self._advises:
            return
        y = snapshot.y.copy()
        y[snapshot.accepted] = -1
        if snapshot.classes[: len(self._numbered)] != self._numbered:
            self._numbering += 1  # what was predicted before has other numbers
        self._numbered = snapshot.classes
        self._advisor.update(int((y >= 0).sum()), model.proba, (engine, self._numbering))

    def follow(self) -> None:
        """Show what is known of the present state of the log."""
        names = self._session.classes
        audit: dict[str, Any] = {
            "share": self._session.audit_share,
            "repeats": self._session.repeat_share,
            "waiting": len(self._session.drawn),
            "stopping": {"gain": self._advisor.threshold, "labels": self._advisor.n},
            "colors": dict(zip(names, colors_of(self._session), strict=True)),
        }
        if not self._advises:
            audit["stopping"] = None
        if self._found.contradicted is not None and self._is_over:
            audit["contradicted"] = self._found.contradicted
        if self._session.multi_label:
            report = self._found.audit if self._n_checked() else None
            audit["tags"] = describe_tag_audit(self._session, report)
        self._state.show(audit=audit)
        self._say()

    def measure(self) -> None:
        """Measure anew, now or once there is time again, if anything changed and was checked."""
        present = (self._session.version, self._state.hourly_rate)
        if self._task is not None or self._present == present:
            return
        checked, look = bool(self._n_checked()), self._too_early()
        is_over = self._is_over
        known = (checked, look, self._state.hourly_rate, is_over)
        if not any((*known, self._session.n_accepted, self._session.state.repeats)) and (
            self._found == Measured()
        ):
            return
        wait = self._not_before - time.monotonic()
        if self._home.loop is not None and (wait > 0 or not self._replica.is_idle):
            if not self._wakes:
                self._wakes = True
                self._home.later(max(wait, 1), self._wake)
            return
        pays, began = self._state.hourly_rate is not None, time.monotonic()

        def done(result: Any) -> None:
            self._task, self._present = None, present
            took = time.monotonic() - began
            self._not_before = time.monotonic() + max(REST * took, LEAST_REST)
            if isinstance(result, Exception):
                self._state.complain("accuracy", text.MEASURING_FAILED.format(words_of(result)))
                return
            self._found = result
            if result.audit is not None and result.audit.is_known:
                self._audited(result.audit)
            self.follow()
            if self._home.loop is not None:
                self.measure()  # if there was a change meanwhile

        task = self._replica.work_out(
            lambda replica: measured(replica, checked, look, pays, is_over), done
        )
        if self._home.loop is not None:
            self._task = task

    def _wake(self) -> None:
        self._wakes = False
        self.measure()

    def _say(self) -> None:
        """Have the status say what is known."""
        say, found = self._state.say, self._found
        audit = found.audit if self._n_checked() else None
        if audit is not None and audit.n_checks and not audit.is_known:
            say("accuracy", audit.lines[0], text.NO_SHARE_YET)
        elif audit is not None and audit.n_checks:
            shares = audit.accuracy, audit.low, audit.high, audit.confidence
            if self._session.multi_label:
                title = tag_text.accuracy_title(audit.n_wrong)
                say("accuracy", tag_text.accuracy(*shares, audit.n_checks), title)
            else:
                title = text.accuracy_title(audit.n_wrong, audit.n_skipped)
                say("accuracy", text.accuracy(*shares, audit.n_checks), title)
        else:
            comes = len(self._session.drawn) or self._session.audit_share
            say("accuracy", f"{text.NOT_YET} {text.AUDIT_COMES if comes else text.AUDIT_HINT}")
        if self._session.prior is not None:
            prior = report_of(self._session)
            say("prior", prior.lines[0], " ".join(prior.lines[1:]))
        rate = self._state.hourly_rate
        costs = costs_text(self._session, self._pace(), rate, found.paid)
        say("costs", costs or (text.NO_PACE if rate else ""))
        say("stale", found.stale)
        again = found.agreement
        if again is not None and again.n_repeats:
            say("agreement", text.self_agreement(again.n_same, again.n_repeats), str(again))
        else:
            say("agreement", "")
        advice = self._advisor.advice
        if self._too_early() and found.advice is not None:
            advice = found.advice.at(self._advisor.threshold)
        if not self._advises:
            return
        # the rule is for those who ask
        say("advice", "" if math.isnan(advice.gain) else advice.lines[0], str(advice))

    def _too_early(self) -> tuple[int, float] | None:
        """Return what to look at where the advisor has not seen enough, as after a restart."""
        if not self._advises:
            return None
        advisor = self._advisor
        enough = math.isnan(advisor.advice.gain) and self._session.n_labeled > advisor.n
        return (advisor.n, advisor.threshold) if enough else None

    @property
    def _is_over(self) -> bool:
        """Whether every item has an answer."""
        return len(self._session.state.answers) >= len(self._session.pool)

    def _n_checked(self) -> int:
        whole = self._session.numbering.whole
        answers = self._session.state.answers
        drawn = {i for draw in self._session.state.draws if draw.frame == whole for i in draw.asked}
        given = (answers[item] for item in drawn if item in answers)
        return sum(answer.kind in ANSWERS and answer.event.source != "model" for answer in given)
