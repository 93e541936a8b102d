"""How accuracy and confidence grew with the labels, for the curves in the panel."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from nblabel.log.store import StoreError
from nblabel.quality.audit_report import AuditReport
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.sharing.curves import ACCURACY_SETTING, CONFIDENT, CONFIDENT_SETTING, kept
from nblabel.widget.panel.state import PanelState
from nblabel.widget.panel.tags import share_certain

KEPT_AFTER = 10  # labels; the confidence of each would be written after every learning
MOST = 400  # points of a curve; beyond that every second one is dropped


class CurvesFigure(Protocol):
    """Draws the curves in place of the page, as `PlotlyCurves` does."""

    def show(self, points: dict[str, Any]) -> None:
        """Draw these points."""

    def hide(self) -> None:
        """Nobody looks any more."""


class Curves:
    """Collects a point after each refit and each audit; tells them while somebody looks.

    Parameters
    ----------
    session, state
    is_open : callable
        Whether a page has them open.
    figure : CurvesFigure, optional
        Draws them; the page does without.
    is_known : callable
        Whether there are audit labels enough to tell an accuracy.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        is_open: Callable[[], bool],
        figure: CurvesFigure | None = None,
        is_known: Callable[[], bool] = lambda: True,
    ) -> None:
        self._session, self._state = session, state
        self._is_open, self._is_known, self._figure = is_open, is_known, figure
        self._accuracy: dict[int, list[float]] = kept(session.store, ACCURACY_SETTING)
        self._confident: dict[int, float] = kept(session.store, CONFIDENT_SETTING)
        self._kept = session.n_labeled

    def open_or_close(self) -> None:
        """They were opened or closed in a page."""
        if self._is_open():
            self._show()
        elif self._figure is not None:
            self._figure.hide()

    def learned(self, model: Refit) -> None:
        """Take a point of the confidence curve."""
        n = self._session.n_labeled
        if not n:
            return
        if self._session.multi_label:  # of all pairs of item and tag
            share = share_certain(model.proba, CONFIDENT)
        else:
            share = float((model.predicted[1] >= CONFIDENT).mean())
        self._confident[n] = round(share, 4)
        self._confident = _thinned(self._confident)
        if abs(n - self._kept) >= KEPT_AFTER:
            self._kept = n
            with suppress(StoreError):  # a curve that is shorter after a restart is no harm
                self._session.store.set_setting(CONFIDENT_SETTING, json.dumps(self._confident))
        self._show()

    def measured(self, report: AuditReport) -> None:
        """Take a point of the learning curve."""
        shares = report.accuracy, report.low, report.high
        self._accuracy[self._session.n_labeled] = [round(share, 4) for share in shares]
        self._accuracy = _thinned(self._accuracy)
        self._session.store.set_setting(ACCURACY_SETTING, json.dumps(self._accuracy))
        self._show()

    @property
    def points(self) -> dict[str, Any]:
        """The curves, as `nblabel.plots.progress_curves` takes them."""
        accuracy = self._accuracy if self._is_known() else {}
        return {
            "accuracy": [[n, *shares] for n, shares in sorted(accuracy.items())],
            "confident": [[n, share] for n, share in sorted(self._confident.items())],
            "threshold": CONFIDENT,
        }

    def _show(self) -> None:
        if not self._is_open():
            return
        points = self.points
        plotly = self._figure is not None
        self._state.show(learning_curves={**points, "plotly": plotly})
        if self._figure is not None:
            self._figure.show(points)


def _thinned(points: dict[int, Any]) -> dict[int, Any]:
    if len(points) <= MOST:
        return points
    order = sorted(points)
    return {n: points[n] for n in [*order[:-1:2], order[-1]]}
