"""Writing the labels to files in the notebook's folder while labels are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nblabel.log.exporting import FILES, FOLDERS, TABLES, export_labels
from nblabel.session import Session
from nblabel.widget import text
from nblabel.widget.panel.state import PanelState
from nblabel.widget.work.files import inside
from nblabel.widget.work.worker import CancelledError, Task, Worker


class Exports:
    """Exports one time after another, and tells the state how far it is.

    Parameters
    ----------
    session : Session
        Its labels are written as they stand when the export is asked for.
    state : PanelState
    worker : Worker
    """

    def __init__(self, session: Session, state: PanelState, worker: Worker) -> None:
        self._session, self._state, self._worker = session, state, worker
        self._running: Task | None = None
        kinds = (*FILES, *FOLDERS) if session.pool.kind == "images" else TABLES
        self._formats = [
            {"value": kind, "text": text.FORMATS[kind], "ending": FILES.get(kind, "")}
            for kind in kinds
            if not (session.multi_label and kind == "folders")
        ]
        self._show("")

    def begin(self, path: Any, kind: str, *, replace: bool) -> None:
        """Write the labels of now."""
        if self._running is not None:
            return
        try:
            target = inside(Path.cwd(), path, text.EXPORT_ELSEWHERE)
        except ValueError as error:
            self._show(str(error), "error")
            return
        if target.is_file() and not replace:
            self._show(text.FILE_EXISTS.format(target.name), "ask")
            return
        labels, classes = self._session.labels(details=True), self._session.classes
        where, pool = target.relative_to(Path.cwd().resolve()), self._session.pool
        self._running = task = Task(
            work=lambda _: export_labels(labels, target, kind, pool=pool, classes=classes),
            done=lambda result: self._done(result, where, len(labels)),
            heard=lambda _step, share: self._show(text.WRITING_IMAGES, progress=share),
        )
        self._show(text.WRITING)
        self._worker.run("export", task)

    def cancel(self) -> None:
        """Stop; nothing of it stays."""
        if self._running is not None:
            self._running.stop()

    def _done(self, result: Exception | None, where: Path, n: int) -> None:
        self._running = None
        if result is None:
            self._show(text.exported(n, where), "done")
        elif isinstance(result, CancelledError):
            self._show(text.EXPORT_CANCELLED)
        else:
            self._show(text.NOT_EXPORTED.format(result), "error")

    def _show(self, said: str, kind: str = "info", progress: float = 0.0) -> None:
        self._state.show(
            exporting={
                "formats": self._formats,
                "running": self._running is not None,
                "progress": round(progress, 2),
                "kind": kind,
                "text": said,
            }
        )
