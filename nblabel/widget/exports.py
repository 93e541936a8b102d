"""Writing the labels to files beside the notebook while labels are given."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nblabel.log.exporting import FILES, FOLDERS, export_labels
from nblabel.session import Session
from nblabel.system.progress import heard_by
from nblabel.widget.aside import CancelledError
from nblabel.widget.status import StatusView

TEXTS = {
    "csv": "CSV",
    "jsonl": "JSON lines",
    "parquet": "Parquet",
    "coco": "COCO",
    "folders": "a folder for each class",
    "imagefolder": "folder for Hugging Face",
}
TABLES = ("csv", "jsonl", "parquet")


class Exports:
    """Exports one time after another, in a thread, and tells the status view how far it is.

    Parameters
    ----------
    session : Session
        Its labels are written as they stand when the export is asked for.
    view : StatusView
        Has the trait `export`.
    """

    def __init__(self, session: Session, view: StatusView) -> None:
        self._session, self._view = session, view
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="nblabel-export")
        self._stop = threading.Event()
        self._running = False
        kinds = (*FILES, *FOLDERS) if session.pool.kind == "images" else TABLES
        self._formats = [
            {"value": kind, "text": TEXTS[kind], "ending": FILES.get(kind, "")} for kind in kinds
        ]
        self._tell("")

    def hear(self, content: dict[str, Any]) -> None:
        """Take an "export" or "cancel" of docs/wire.md."""
        if content["type"] == "cancel":
            self._stop.set()
        elif content["type"] == "export" and not self._running:
            try:
                target = inside(Path.cwd(), content["path"], "panel.export(path) writes elsewhere")
            except ValueError as error:
                self._tell(str(error), "error")
                return
            if target.is_file() and not content.get("replace"):
                self._tell(f"{target.name} is there already.", "ask")
                return
            self._begin(target, content["format"])

    def _begin(self, target: Path, kind: str) -> None:
        labels, classes = self._session.labels(details=True), self._session.classes
        self._stop.clear()
        loop: asyncio.AbstractEventLoop | None
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None

        def hear(_name: str, share: float) -> None:
            if self._stop.is_set():
                raise CancelledError
            if loop is not None and share - self._share >= 0.01:
                self._share = share
                loop.call_soon_threadsafe(self._follow, share)

        def write() -> Exception | None:
            try:
                with heard_by(hear):
                    export_labels(labels, target, kind, pool=self._session.pool, classes=classes)
            except Exception as error:  # noqa: BLE001  told in the panel, whatever it is
                return error
            return None

        where, n = target.relative_to(Path.cwd().resolve()), len(labels)
        self._share = 0.0
        if loop is None:
            self._done(write(), where, n)
            return
        self._running = True
        self._tell("Writing…")
        future = loop.run_in_executor(self._worker, write)
        future.add_done_callback(lambda ended: self._done(ended.result(), where, n))

    def _follow(self, share: float) -> None:
        if self._running:
            self._tell("Writing pictures…", progress=share)

    def _done(self, error: Exception | None, where: Path, n: int) -> None:
        self._running = False
        if error is None:
            labels = "1 label" if n == 1 else f"{n:,} labels"
            self._tell(f"{labels} written to {where}, beside the notebook.", "done")
        elif isinstance(error, CancelledError):
            self._tell("Cancelled: nothing was written.")
        else:
            self._tell(f"Nothing was written: {error}", "error")

    def _tell(self, text: str, kind: str = "info", progress: float = 0.0) -> None:
        self._view.export = {
            "formats": self._formats,
            "running": self._running,
            "progress": round(progress, 2),
            "kind": kind,
            "text": text,
        }


def inside(folder: Path, path: Any, otherwise: str) -> Path:
    """Return where a path leads that was typed in the panel; `otherwise` says what is to be done with others.

    Raises
    ------
    ValueError
        If there is none, or it leads out of the folder.
    """
    folder = folder.resolve()
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise ValueError("name a file or folder.")
    target = (folder / path.strip()).resolve()
    if target == folder or not target.is_relative_to(folder):
        raise ValueError(f"{path.strip()} is not inside the notebook's folder; {otherwise}.")
    return target
