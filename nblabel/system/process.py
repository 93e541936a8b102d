"""Long work in a second process, so that neither the kernel nor a key waits for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from nblabel.system.available import can_spawn

NO_PROCESSES = "second processes cannot be started here"
LOOK_SECONDS = 1.0  # between two looks for the kernel on Windows


class BackgroundProcess:
    """Runs one of our modules on an array and reports from a thread of its own.

    Parameters
    ----------
    module : str
        Run as ``python -m module``; it calls `serve`.
    X : ndarray
        What the module works on: embeddings, say.
    arguments : sequence of str
        Given to the module.
    notify : callable
        Called from another thread with a dict: ``{"progress": 0..1, "text": str}`` on the way, then
        once ``{"done": array}`` or ``{"error": str}``; nothing after `cancel`.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(
        self,
        module: str,
        X: np.ndarray[Any, Any],
        arguments: list[str],
        notify: Callable[[dict[str, Any]], None],
    ) -> None:
        if not can_spawn():
            raise OSError(NO_PROCESSES)
        self._notify = notify
        self._cancelled = False
        # some systems cannot remove what a program that just ended had open
        self._folder = tempfile.TemporaryDirectory(prefix="nblabel-", ignore_cleanup_errors=True)
        source, self._target = (Path(self._folder.name) / name for name in ("X.npy", "made.npy"))
        np.save(source, X)
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            [sys.executable, "-m", module, str(source), str(self._target), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",  # libraries print what they like
            **apart(),
        )
        threading.Thread(target=self._listen, name=module, daemon=True).start()

    def cancel(self) -> None:
        """Stop the process; nothing is reported any more."""
        self._cancelled = True
        self._process.kill()

    def _listen(self) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            remark = ""
            for line in process.stdout:
                news = _parsed(line)
                if "progress" in news:
                    self._tell(news)
                else:
                    remark = news.get("failed") or line.strip() or remark
            code = process.wait()
            made = self._made() if code == 0 else None
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
            # whatever an end of the kernel leaves of this, `TemporaryDirectory` removes then
            shutil.rmtree(self._folder.name, ignore_errors=True)
            self._folder.cleanup()
        if made is None:
            self._tell({"error": remark or f"the process ended with code {code}"})
        else:
            self._tell({"done": made})

    def _made(self) -> np.ndarray[Any, Any] | None:
        try:
            made: np.ndarray[Any, Any] = np.load(self._target, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return made

    def _tell(self, news: dict[str, Any]) -> None:
        if self._cancelled:
            return
        try:
            self._notify(news)
        except RuntimeError:  # the event loop is closed: nobody listens any more
            self.cancel()


def apart() -> dict[str, Any]:
    """Return the options of a process that is not interrupted with the kernel, nor seen."""
    if os.name == "nt":
        # its own group gets no Ctrl-C, no console pops up, and labeling comes first
        flags = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")
        return {"creationflags": sum(getattr(subprocess, name) for name in flags)}
    return {"start_new_session": True}


def report(progress: float, text: str) -> None:
    """Say, in the second process, how far it is: 0 to 1, and what it does."""
    _say({"progress": round(progress, 3), "text": text})


def serve(run: Callable[..., np.ndarray[Any, Any]], arguments: list[str]) -> None:
    """Be the second process: read the array, run, write what was made.

    Parameters
    ----------
    run : callable
        Called with the array and the arguments that `BackgroundProcess` was given.
    arguments : list of str
        ``sys.argv[1:]``.
    """
    source, target, *rest = arguments
    if hasattr(os, "nice"):
        os.nice(19)  # labeling comes first
    folder = Path(source).parent
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    try:
        np.save(target, run(np.load(source, allow_pickle=False), *rest))
    except Exception as error:  # noqa: BLE001  whatever it is, the panel tells it
        reason = (str(error).splitlines() or [""])[0].rstrip(".")
        _say({"failed": f"{type(error).__name__}: {reason}"})
        sys.exit(1)


def _say(news: dict[str, Any]) -> None:
    try:
        print(json.dumps(news), flush=True)  # noqa: T201
    except OSError:  # the kernel is gone: a broken pipe, or on Windows an invalid argument
        threading.Event().wait()  # for `_end_with_parent`; ended here, the folder would stay


def _parsed(line: str) -> dict[str, Any]:
    """Return what the second process reports; {} for what a library printed."""
    try:
        news = json.loads(line)
    except ValueError:
        return {}
    return news if isinstance(news, dict) else {}


def _end_with_parent(folder: Path) -> None:
    _wait_for_end()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _wait_for_end() -> None:
    """Return when the kernel is gone, however it went: its end of the pipe is closed then."""
    if sys.platform != "win32":
        sys.stdin.read()
        return
    # there, a library that is loaded while a thread reads would wait for that read to end
    import _winapi
    import msvcrt

    pipe = msvcrt.get_osfhandle(sys.stdin.fileno())
    with suppress(OSError):
        while True:
            _winapi.PeekNamedPipe(pipe, 0)
            time.sleep(LOOK_SECONDS)
