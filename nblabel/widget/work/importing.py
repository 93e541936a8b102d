"""Reading labels that are known already from a file in the notebook's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nblabel.log.importing import ImportReport
from nblabel.session import Session
from nblabel.widget import text
from nblabel.widget.panel.answers import acknowledgement, refusal, words_of
from nblabel.widget.panel.state import PanelState
from nblabel.widget.work.files import inside
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import CancelledError, Task, Worker


class Imports:
    """Imports one file at a time, aside, and says what of it did not fit.

    Parameters
    ----------
    session : Session
        Gets the labels, as one step.
    state : PanelState
    worker : Worker
    written : callable
        Called at home after labels were written to the log aside.
    send : callable
        Called with the acknowledgement.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        worker: Worker,
        written: Callable[[], None],
        send: Callable[[dict[str, Any]], None],
    ) -> None:
        self._session, self._state, self._written, self._send = session, state, written, send
        # of its own: nobody who imports waits for what Auto-label works out
        self._replica = Replica(session, worker, "import")
        self._running: Task | None = None

    def begin(self, uid: str, path: Any, id: str, label: str) -> None:  # noqa: A002  the column
        """Read the labels of a file, whose columns `id` and `label` are."""
        if self._state.importing:
            return  # sent twice
        if self._session.knows(uid):
            self._send(acknowledgement(uid, text.IMPORTED_BEFORE))
            return
        try:
            source = inside(Path.cwd(), path, text.IMPORT_ELSEWHERE)
        except ValueError as error:
            self._send(refusal(uid, text.NOT_IMPORTED.format(error)))
            return
        self._hear(text.READING, 0.0)
        columns = {"id": id.strip(), "label": label.strip()}
        task = self._replica.work_out(
            lambda replica: replica.import_labels(source, **columns, uid=uid),
            lambda result: self._done(uid, result),
            self._hear,
        )
        self._running = task if self._state.importing else None

    def cancel(self) -> None:
        """Stop; nothing of it stays."""
        if self._running is not None:
            self._running.stop()

    def _done(self, uid: str, result: ImportReport | Exception) -> None:
        self._running = None
        self._state.show(importing={})
        if isinstance(result, CancelledError):
            self._send(refusal(uid, text.IMPORT_CANCELLED))
        elif isinstance(result, Exception):
            self._send(refusal(uid, text.NOT_IMPORTED.format(words_of(result))))
        elif not result.n_imported:
            self._send(refusal(uid, text.imported(result, 0)))
        else:
            self._written()
            self._send(acknowledgement(uid, text.imported(result, result.n_imported)))

    def _hear(self, step: str, share: float) -> None:
        self._state.show(importing={"text": step, "progress": round(share, 2)})
