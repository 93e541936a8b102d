"""Writing labels, or a report, while labels are given: beside the notebook or for the browser."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nblabel.arrays import FloatArray
from nblabel.log.exporting import FILES, FOLDERS, TABLES, export_labels
from nblabel.session import Session
from nblabel.sharing.report import target_of, write_report
from nblabel.widget import text
from nblabel.widget.panel.pages import Page
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import downloads
from nblabel.widget.view.hosts import is_apart
from nblabel.widget.work.files import inside
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import CancelledError, Task, Worker

REPORT = "report"  # the kind that is no table of labels
MOST_MEGABYTES = 40  # of a download: it waits, whole, until the page has heard it

Write = Callable[[Path], Any]


class Exports:
    """Writes one file or folder after another, and tells the state how far it is.

    Parameters
    ----------
    session : Session
        Its labels are written as they stand when the export is asked for.
    state : PanelState
    worker : Worker
    replica : Replica
        With which a report is written.
    place : callable
        Returns the points of the map, and the name of the projection.
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        worker: Worker,
        replica: Replica,
        place: Callable[[], tuple[FloatArray | None, str]],
        send: Callable[[dict[str, Any], list[Any]], None],
    ) -> None:
        self._session, self._state, self._worker, self._send = session, state, worker, send
        self._replica, self._place = replica, place
        self._apart = {"apart": True} if is_apart() else {}
        self._is_running = False
        self._task: Task | None = None
        kinds = (*FILES, *FOLDERS) if session.pool.kind == "images" else TABLES
        self._formats = [
            {"value": kind, "text": text.FORMATS[kind], "ending": FILES.get(kind, "")}
            for kind in kinds
            if not (session.multi_label and kind == "folders")
        ]
        report = {"value": REPORT, "text": text.FORMATS[REPORT], "ending": ".html"}
        self._formats.append(report)
        self._show("")

    def begin(
        self, path: Any, kind: str, *, replace: bool, page: Page, download: bool = False
    ) -> None:
        """Write the labels of now, or a report, to a file or to the downloads of a page."""
        if self._is_running:
            return
        if download:
            self._download(Path(str(path).strip()).name, kind, page)
            return
        try:
            elsewhere = text.REPORT_ELSEWHERE if kind == REPORT else text.EXPORT_ELSEWHERE
            target = inside(Path.cwd(), path, elsewhere)
        except ValueError as error:
            self._show(str(error), "error")
            return
        if target.is_file() and not replace:
            self._show(text.FILE_EXISTS.format(target.name), "ask")
            return
        n, where = len(self._session.labels()), target.relative_to(Path.cwd().resolve())

        def done(result: object) -> None:
            if isinstance(result, Exception):
                self._failed(result)
                return
            self._end()
            self._show(text.reported(where) if kind == REPORT else text.exported(n, where), "done")

        self._run(kind, lambda write: write(target), done)

    def _download(self, name: str, kind: str, page: Page) -> None:
        """Send the labels of now, or a report, to a page, folders as an archive."""
        if not name:
            self._show(text.NO_PATH, "error")
            return
        n = len(self._session.labels())

        def work(write: Write) -> tuple[str, bytes]:
            with tempfile.TemporaryDirectory() as folder:
                target = Path(folder, name)
                write(target)
                packed = Path(f"{target}.zip") if target.is_dir() else target
                if packed != target:
                    shutil.make_archive(str(target), "zip", target)
                megabytes = packed.stat().st_size // 2**20
                if megabytes > MOST_MEGABYTES:
                    raise ValueError(downloads.too_large(megabytes, MOST_MEGABYTES))
                return packed.name, packed.read_bytes()

        def done(made: tuple[str, bytes] | Exception) -> None:
            if isinstance(made, Exception):
                self._failed(made)
                return
            self._end()
            self._send({"type": "file", "name": made[0], "to": page.id}, [made[1]])
            reported, downloaded = downloads.reported, downloads.downloaded
            said = reported(made[0]) if kind == REPORT else downloaded(n, made[0])
            self._show(said, "done")

        self._run(kind, work, done)

    def _run(self, kind: str, work: Callable[[Write], Any], done: Callable[[Any], None]) -> None:
        """Work in a thread, with what writes a file or folder of this kind."""
        self._is_running = True
        self._show(text.WRITING)
        if kind == REPORT:
            place = self._place()

            def report(replica: Session) -> Any:
                return work(lambda to: write_report(replica, target_of(to), None, place))

            task = self._replica.work_out(
                report, done, lambda _step, share: self._show(text.WRITING_REPORT, progress=share)
            )
        else:
            labels, classes = self._session.labels(details=True), self._session.classes
            pool = self._session.pool

            def write(to: Path) -> None:
                export_labels(labels, to, kind, pool=pool, classes=classes)

            task = Task(
                work=lambda _: work(write),
                done=done,
                heard=lambda _step, share: self._show(text.WRITING_IMAGES, progress=share),
            )
            self._worker.run("export", task)
        if self._is_running:  # without an event loop it is done by now
            self._task = task

    def cancel(self) -> None:
        """Stop; nothing of it stays."""
        if self._task is not None:
            self._task.stop()

    def _end(self) -> None:
        self._is_running, self._task = False, None

    def _failed(self, why: Exception) -> None:
        self._end()
        if isinstance(why, CancelledError):
            self._show(text.EXPORT_CANCELLED)
        else:
            self._show(text.NOT_EXPORTED.format(why), "error")

    def _show(self, message: str, kind: str = "info", progress: float = 0.0) -> None:
        self._state.show(
            exporting={
                "formats": self._formats,
                "running": self._is_running,
                "progress": round(progress, 2),
                "kind": kind,
                "text": message,
                **self._apart,
            }
        )
