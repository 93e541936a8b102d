"""What labels drawn at random would have taken, worked out when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nblabel.log.store import StoreError
from nblabel.quality.costs import FEWEST_COMPARED, costs
from nblabel.session import Session
from nblabel.widget.aside import Aside, Errand

SETTING = "random"  # where the last answer is kept beside the log
TOO_FEW = f"It can be told once {FEWEST_COMPARED} labels are there."


class Comparison:
    """Compares with random sampling aside, and tells how far it is and what came out.

    Parameters
    ----------
    session : Session
    aside : Aside
        Where it is worked out; the model learns some twenty times.
    pace, wage : callable
        Return labels and money an hour, None where that is not known.
    tell : callable
        Called with the state of docs/wire.md.
    """

    def __init__(
        self,
        session: Session,
        aside: Aside,
        pace: Callable[[], float | None],
        wage: Callable[[], float | None],
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self._session, self._aside = session, aside
        self._pace, self._wage, self._tell = pace, wage, tell
        self._errand: Errand | None = None
        self._text = session.store.setting(SETTING) or ""
        self._show(None)

    def begin(self) -> None:
        """Compare the labels of now."""
        if self._errand is not None:
            return
        n, pace, wage = self._session.n_labeled, self._pace(), self._wage()
        if n < FEWEST_COMPARED:
            self._done(TOO_FEW)
            return

        def done(result: Any) -> None:
            self._errand = None
            if isinstance(result, Exception):
                self._done(str(result))
                return
            told = result.lines[-1]  # which stays there when more labels are given
            self._done(f"After {n:,} labels: {told[0].lower()}{told[1:]}")
            with suppress(StoreError):  # it can be asked again
                self._session.store.set_setting(SETTING, self._text)

        self._show(0.0)
        errand = self._aside.send(
            lambda twin: costs(twin, pace, wage), done, lambda _name, share: self._show(share)
        )
        if self._running:
            self._errand = errand

    def cancel(self) -> None:
        """Leave it; what was told before stays."""
        if self._errand is not None:
            self._errand.cancel()
            self._errand = None
        self._show(None)

    def _done(self, text: str) -> None:
        self._text = text
        self._show(None)

    def _show(self, progress: float | None) -> None:
        self._running = progress is not None
        self._tell({"progress": progress, "text": self._text})
