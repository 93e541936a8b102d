"""Writing the labels to files while labels are given: beside the notebook, or for the browser."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nblabel.log.exporting import FILES, FOLDERS, TABLES, export_labels
from nblabel.session import Session
from nblabel.widget import text
from nblabel.widget.panel.pages import Page
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import downloads
from nblabel.widget.view.hosts import is_apart
from nblabel.widget.work.files import inside
from nblabel.widget.work.worker import CancelledError, Task, Worker

MOST_MEGABYTES = 40  # of a download: it waits, whole, until the page has heard it


class Exports:
    """Exports one time after another, and tells the state how far it is.

    Parameters
    ----------
    session : Session
        Its labels are written as they stand when the export is asked for.
    state : PanelState
    worker : Worker
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        worker: Worker,
        send: Callable[[dict[str, Any], list[Any]], None],
    ) -> None:
        self._session, self._state, self._worker, self._send = session, state, worker, send
        self._apart = {"apart": True} if is_apart() else {}
        self._running: Task | None = None
        kinds = (*FILES, *FOLDERS) if session.pool.kind == "images" else TABLES
        self._formats = [
            {"value": kind, "text": text.FORMATS[kind], "ending": FILES.get(kind, "")}
            for kind in kinds
            if not (session.multi_label and kind == "folders")
        ]
        self._show("")

    def begin(
        self, path: Any, kind: str, *, replace: bool, page: Page, download: bool = False
    ) -> None:
        """Write the labels of now, to a file or to the downloads of a page."""
        if self._running is not None:
            return
        if download:
            self._download(Path(str(path).strip()).name, kind, page)
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

    def _download(self, name: str, kind: str, page: Page) -> None:
        """Send the labels of now to a page, folders as an archive."""
        labels, classes = self._session.labels(details=True), self._session.classes
        pool = self._session.pool

        def write(_: object) -> tuple[str, bytes]:
            with tempfile.TemporaryDirectory() as folder:
                target = Path(folder, name)
                export_labels(labels, target, kind, pool=pool, classes=classes)
                packed = Path(f"{target}.zip") if target.is_dir() else target
                if packed != target:
                    shutil.make_archive(str(target), "zip", target)
                megabytes = packed.stat().st_size // 2**20
                if megabytes > MOST_MEGABYTES:
                    raise ValueError(downloads.too_large(megabytes, MOST_MEGABYTES))
                return packed.name, packed.read_bytes()

        def done(made: tuple[str, bytes] | Exception) -> None:
            if isinstance(made, Exception):
                self._done(made, Path(name), 0)
                return
            self._running = None
            self._send({"type": "file", "name": made[0], "to": page.id}, [made[1]])
            self._show(downloads.downloaded(len(labels), made[0]), "done")

        if not name:
            self._show(text.NO_PATH, "error")
            return
        self._running = task = Task(
            work=write,
            done=done,
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

    def _show(self, message: str, kind: str = "info", progress: float = 0.0) -> None:
        self._state.show(
            exporting={
                "formats": self._formats,
                "running": self._running is not None,
                "progress": round(progress, 2),
                "kind": kind,
                "text": message,
                **self._apart,
            }
        )
