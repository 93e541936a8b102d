"""The mode that asks for more items of one class, and what the status says meanwhile."""

from __future__ import annotations

import math

import numpy as np

from nblabel.arrays import IntArray
from nblabel.quality.audit_report import AuditReport
from nblabel.quality.remaining import left_by_audit
from nblabel.session import Session
from nblabel.session.searching import SINGULAR
from nblabel.strategies import Find
from nblabel.widget import text
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import tags as tag_text


class Finding:
    """Has the session ask for items of one class until it is ended, then as before.

    Parameters
    ----------
    session, state
    """

    def __init__(self, session: Session, state: PanelState) -> None:
        self._session, self._state = session, state
        self._report: AuditReport | None = None
        self._usual = session.strategy
        if isinstance(self._usual, Find):  # as the session was made
            state.find_target, self._usual = self._usual.target or "", "auto"

    def begin(self, label: str | None) -> str:
        """Look for a class, or for none any more; return what to say about it."""
        before = self._state.find_target
        session = self._session
        if label is not None and session.multi_label:
            return tag_text.NO_FINDING.format(label)
        if label is not None and label not in {*session.classes} - {*session.retired}:
            return text.NO_SUCH_CLASS.format(label)
        if label is None and not before:
            return text.NOT_FINDING
        if not before:
            self._usual = self._session.strategy
        self._state.find_target = label or ""
        self._session.strategy = self._usual if label is None else Find(label)
        self.follow()
        if label is None:
            return text.FINDING_ENDS.format(before)
        return self._state.find_hint or text.FINDING.format(label)

    def audited(self, report: AuditReport) -> None:
        """Take the newest audit, which tells how many are left."""
        self._report = report
        self.follow()

    def follow(self) -> None:
        """Tell how many were found and how many the model expects; end it if the class is gone."""
        session = self._session
        now = session.strategy
        label = (now.target or "") if isinstance(now, Find) else ""  # also as Python set it
        if not label:
            self._usual = "auto" if isinstance(now, Find) else now
        self._state.find_target = label
        if label and label not in {*session.classes} - {*session.retired}:  # gone meanwhile
            self.begin(None)
            return
        shown, self._state.find_hint = ("", ""), ""
        if label and not session.multi_label:
            code, y = session.classes.index(label), session.y
            y[session.accepted] = -1
            n_found = int(np.count_nonzero(y == code))
            shown = (self._told(label, code, y, n_found), text.FINDING.format(label))
            if not n_found:
                self._state.find_hint = text.example_first(label, SINGULAR[session.pool.kind])
        self._state.say("finding", *shown)

    def _told(self, label: str, code: int, y: IntArray, n_found: int) -> str:
        session, model = self._session, self._state.model
        expected = None
        if n_found and model is not None and model.proba.shape[1] == len(session.classes):
            expected = float(model.proba[y < 0, code].sum())
        report, limits = self._report, None
        if report is not None and label in report.table.index:
            n_open = int(np.count_nonzero(y < 0))
            low, about, high = left_by_audit(report, label, len(y), n_found, n_open)
            limits = None if math.isnan(about) else (low, high)
        return text.found(label, n_found, expected, limits)
