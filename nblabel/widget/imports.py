"""Reading labels that are known already from a file beside the notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nblabel.log.importing import ImportReport
from nblabel.session import Session
from nblabel.widget.aside import Aside, CancelledError, Errand
from nblabel.widget.exports import inside
from nblabel.widget.status import StatusView

UNDO = "One undo takes this back."
ELSEWHERE = "panel.session.import_labels(path) reads from elsewhere"


class Imports:
    """Imports one file at a time, aside, and says what of it did not fit.

    Parameters
    ----------
    session : Session
        Gets the labels, as one step.
    view : StatusView
        Has the trait `importing`, and is told what became of it.
    written : callable
        Called on the event loop after labels were written to the log aside.
    """

    def __init__(self, session: Session, view: StatusView, written: Callable[[], None]) -> None:
        self._session, self._view, self._written = session, view, written
        # of its own: nobody who imports waits for what Finish works out
        self._aside = Aside(session)
        self._errand: Errand | None = None

    def hear(self, content: dict[str, Any]) -> None:
        """Take an "import" or "cancel_import" of docs/wire.md."""
        if content["type"] == "cancel_import":
            if self._errand is not None:
                self._errand.stop()
            return
        if self._view.importing:
            return  # sent twice
        uid, columns = content["uid"], {name: content[name].strip() for name in ("id", "label")}

        def say(text: str, *, ok: bool = False) -> None:
            self._view.send({"type": "ack", "uid": uid, "ok": ok, "text": text})

        if self._session.knows(uid):
            say("Imported before.", ok=True)
            return
        try:
            source = inside(Path.cwd(), content["path"], ELSEWHERE)
        except ValueError as error:
            say(f"Nothing was imported: {error}")
            return

        def done(result: ImportReport | Exception) -> None:
            self._errand, self._view.importing = None, {}
            if isinstance(result, CancelledError):
                say("Cancelled: nothing was imported.")
                return
            if isinstance(result, Exception):
                say(f"Nothing was imported: {result}")
                return
            if result.n_imported:
                self._written()
            undo = f"\n{UNDO}" if result.n_imported else ""
            say(f"{result}{undo}", ok=bool(result.n_imported))

        def heard(step: str, share: float) -> None:
            self._view.importing = {"text": step, "progress": round(share, 2)}

        heard("Reading", 0)
        errand = self._aside.send(
            lambda twin: twin.import_labels(source, **columns, uid=uid), done, heard
        )
        self._errand = errand if self._view.importing else None
