"""What the status says of the labels: how many are right, by random checks, and what they cost."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nblabel.log import frames
from nblabel.log.store import StoreError
from nblabel.quality.audit import AuditReport
from nblabel.quality.costs import costs
from nblabel.quality.recheck import recheck
from nblabel.quality.repeats import Consistency
from nblabel.quality.stopping import StopAdvice, stop_advice
from nblabel.session import Session
from nblabel.widget.aside import Aside, Errand

AUDIT, REPEATS = "audit", "repeats"  # shares chosen in the panel, remembered beside the log
WAGE = "wage"  # money an hour, remembered likewise; "" for none
REST = 4  # measuring may take a fifth of the time of one processor
LEAST_REST = 5.0  # seconds
NOT_YET = "Accuracy is not known: nothing was checked at random yet."
HINT = "Set “Random checks” below to some share of the questions; nobody sees which they are."
AGAIN = (
    "The model would now label {:,} of the accepted items otherwise; Finish the pool shows them, or "
    "takes them back."
)
NO_PACE = "Money so far and left is told once a few labels were given by hand."
COMING = "The next checks come unmarked among the questions."


@dataclass(frozen=True)
class Measured:
    """What was worked out of one state of the log.

    Attributes
    ----------
    audit : AuditReport or None
        None without answered checks.
    consistency : Consistency or None
        None where nothing was asked twice.
    costs, recheck : str
        What labeling takes and would take, and which accepted labels the model contradicts by now; "" where
        that is not known.
    advice : StopAdvice or None
        Whether it pays to go on, where it was asked for.
    """

    audit: AuditReport | None = None
    consistency: Consistency | None = None
    costs: str = ""
    recheck: str = ""
    advice: StopAdvice | None = None


def measured(
    session: Session,
    checked: bool,
    pace: float | None,
    look: tuple[int, float] | None = None,
    wage: float | None = None,
) -> Measured:
    """Work out what there is to say of a session; `look`: labels and gain of the advice to stop."""
    found = recheck(session) if session.n_accepted else None
    again = "" if found is None or not len(found.indices) else AGAIN.format(len(found.indices))
    return Measured(
        session.audit() if checked else None,
        session.consistency() if session.state.repeats else None,
        costs_text(session, pace, wage),
        again,
        stop_advice(session, *look) if look else None,
    )


def costs_text(session: Session, pace: float | None, wage: float | None) -> str:
    """Return what labeling all by hand would take, and with a wage, what was and will be paid."""
    if wage is None:
        return costs(session, pace, against_random=False).lines[-1] if pace else ""
    found = costs(session, wage=wage, against_random=False)  # what was paid is read from the log
    if math.isnan(found.per_hour):
        if not pace:
            return ""
        found = costs(session, pace, wage, against_random=False)
    return " ".join(found.lines)


class Measures:
    """Measures, whenever there is time, how many labels are right, and what they cost.

    Parameters
    ----------
    session : Session
    aside : Aside
        Where it is worked out.
    pace : callable
        Returns labels an hour, None where that is not known.
    look : callable
        Returns labels and gain of an advice to stop that is wanted, None where it is known without.
    told : callable
        Called on the event loop whenever something was measured.
    failed : callable
        Called with the reason if there is none.
    """

    def __init__(
        self,
        session: Session,
        aside: Aside,
        pace: Callable[[], float | None],
        look: Callable[[], tuple[int, float] | None],
        told: Callable[[Measured], None],
        failed: Callable[[str], None],
    ) -> None:
        self._session, self._aside, self._pace, self._look = session, aside, pace, look
        self._told, self._failed = told, failed
        audit, repeats = session.store.setting(AUDIT), session.store.setting(REPEATS)
        if audit is not None:
            session.audit_share = float(audit)
        if repeats is not None:
            session.repeat_share = float(repeats)
        self.wage = float(session.store.setting(WAGE) or 0) or None
        """Money an hour, None where nobody said."""
        self._errand: Errand | None = None
        self._measured: tuple[int, float | None] = (-1, None)  # version of the session, and wage
        self._not_before = -math.inf
        self._wakes = False
        self._found = Measured()

    def choose(self, share: float) -> None:
        """Have such a share of the questions drawn at random, here and when the log is opened again."""
        self._session.audit_share = share
        self._session.store.set_setting(AUDIT, str(share))

    def repeat(self, share: float) -> None:
        """Have a question asked twice after such a share of the answers, remembered likewise."""
        self._session.repeat_share = share
        self._session.store.set_setting(REPEATS, str(share))

    def pay(self, wage: float | None) -> None:
        """Tell what labeling costs at this wage from now on, remembered likewise; None: no money.

        Raises
        ------
        ValueError
            If it is no positive number.
        """
        if wage is not None and not (math.isfinite(wage) and wage > 0):
            raise ValueError(f"the wage is {wage:g}; it must be a positive number, or left empty.")
        self._session.store.set_setting(WAGE, "" if wage is None else str(wage))
        self.wage = wage
        self._not_before = -math.inf
        self.measure()

    @property
    def n_waiting(self) -> int:
        """How many items were drawn and have no answer yet."""
        return len(self._session.drawn)

    @property
    def advice(self) -> StopAdvice | None:
        """Whether it pays to go on, as it was worked out last."""
        return self._found.advice

    @property
    def words(self) -> dict[str, tuple[str, str]]:
        """What is known, for the status: texts and titles."""
        audit = self._found.audit if self._n_checked() else None
        told = {kind: (getattr(self._found, kind), "") for kind in ("costs", "recheck")}
        if self.wage and not self._found.costs:
            told["costs"] = (NO_PACE, "")
        told["consistency"] = ("", "")
        again = self._found.consistency
        if again is not None and again.n_repeats:
            same = f"{again.n_same:,} of {again.n_repeats:,} questions asked twice were answered alike."
            told["consistency"] = (same, str(again))
        if audit is not None and audit.n_checks:
            return {"accuracy": (accuracy_text(audit), accuracy_title(audit)), **told}
        waiting = self.n_waiting or self._session.audit_share
        return {"accuracy": (f"{NOT_YET} {COMING if waiting else HINT}", ""), **told}

    def measure(self) -> None:
        """Measure anew, now or once there is time again, if anything changed and was checked."""
        present = (self._session.version, self.wage)
        if self._errand is not None or self._measured == present:
            return
        checked, pace, look = bool(self._n_checked()), self._pace(), self._look()
        known = checked or pace or look or self.wage
        known = known or self._session.n_accepted or self._session.state.repeats
        if not (known or self._found != Measured()):
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        wait = self._not_before - time.monotonic()
        if loop is not None and (wait > 0 or not self._aside.is_idle):
            if not self._wakes:
                self._wakes = True
                loop.call_later(max(wait, 1), self._wake)
            return
        wage, began = self.wage, time.monotonic()

        def done(result: Any) -> None:
            self._errand, self._measured = None, present
            took = time.monotonic() - began
            self._not_before = time.monotonic() + max(REST * took, LEAST_REST)
            if isinstance(result, Exception):
                self._failed(str(result))
                return
            self._found = result
            self._told(result)
            if loop is not None:
                self.measure()  # if there was a change meanwhile

        self._errand = self._aside.send(
            lambda twin: measured(twin, checked, pace, look, wage), done
        )
        if loop is None:
            self._errand = None

    def _wake(self) -> None:
        self._wakes = False
        self.measure()

    def _n_checked(self) -> int:
        whole = frames.whole(len(self._session.pool))
        answers = self._session.state.answers
        drawn = {i for draw in self._session.state.draws if draw.frame == whole for i in draw.asked}
        given = (answers[item] for item in drawn if item in answers)
        return sum(answer.kind == "label" for answer in given)


def draw_now(session: Session, n: int) -> str:
    """Draw items to be checked next; return what to say."""
    try:
        drawn = session.draw(n)
    except StoreError as error:
        return str(error)
    return (
        f"{len(drawn)} random checks are asked next." if len(drawn) else "Nothing is left to draw."
    )


def accuracy_text(report: AuditReport) -> str:
    """Return the estimate in words, its limits rounded outwards."""
    low, high = math.floor(1000 * report.low) / 10, math.ceil(1000 * report.high) / 10
    checks = "1 random check" if report.n_checks == 1 else f"{report.n_checks:,} random checks"
    return (
        f"{100 * report.accuracy:.3g}\u00a0% right, {low:g} to {high:g}\u00a0% with "
        f"{100 * report.confidence:g}\u00a0% confidence; {checks}"
    )


def accuracy_title(report: AuditReport) -> str:
    """Return what the estimate is of, and what it assumes."""
    passed = f" {report.n_skipped:,} more were passed over." if report.n_skipped else ""
    return (
        "Of the labels of all items: those of people, and those of the model for the rest. Read from "
        f"questions drawn at random alone, {report.n_wrong:,} of which the model had wrong.{passed} "
        "It takes it that the annotator is right."
    )
