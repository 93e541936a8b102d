"""Long work in processes of its own: one job after another, with one bar that tells how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from nblabel.jobs.graph import GraphProcess
from nblabel.session import Session

Notify = Callable[[dict[str, Any]], None]


class Process(Protocol):
    """Work in a second process, as `nblabel.system.process.BackgroundProcess` does it."""

    def cancel(self) -> None:
        """Stop it; nothing is reported any more."""


class Job(Protocol):
    """Something that takes a while, and what is to be done with it."""

    name: str
    """What the bar says."""

    @property
    def is_due(self) -> bool:
        """Whether it is wanted and not there yet."""

    def begin(self, notify: Notify) -> Process:
        """Start a process; OSError if that fails."""

    def finish(self, made: Any) -> str:
        """Take over what was made; return what to say on the map, if anything."""

    def fail(self, reason: str) -> str:
        """Do without it, and be due no more; return what to say on the map, if anything."""

    def give_up(self) -> None:
        """Do without it because a person cancelled it."""


class Jobs:
    """Runs the jobs that are due in their order, one at a time, while somebody looks at the panel.

    Parameters
    ----------
    jobs : sequence of Job
        The ones before go first.
    tell : callable
        Called whenever `bar` has changed.
    """

    def __init__(self, jobs: Sequence[Job], tell: Callable[[], None]) -> None:
        self._jobs, self._tell = jobs, tell
        self._running: tuple[Job, Process] | None = None
        self._turn = 0  # of the process that is listened to
        self.bar: dict[str, Any] = {"running": False, "progress": 0.0, "text": ""}

    def start(self) -> None:
        """Begin the first job that is due, unless one is running."""
        job = next((job for job in self._jobs if job.is_due), None)
        if self._running is not None or job is None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # a plain script: nobody looks at the panel
        self._turn += 1
        turn = self._turn

        def notify(news: dict[str, Any]) -> None:
            loop.call_soon_threadsafe(self._hear, news, turn)

        try:
            self._running = (job, job.begin(notify))
        except OSError as error:
            self._show(job.fail(str(error)))
            self.start()
        else:
            self._show(f"{job.name}: starting")

    def cancel(self) -> None:
        """Stop the running job for good, and go on with the next."""
        if self._running is None:
            return
        job, _ = self._running
        self._stop(f"{job.name} cancelled.")
        job.give_up()
        self.start()

    def pause(self) -> None:
        """Stop the running job until `start`."""
        if self._running is not None:
            self._stop("")

    def hush(self) -> None:
        """Take back what was said of a job that is over."""
        self._show(self.bar["text"] if self._running else "", self.bar["progress"])

    def _stop(self, text: str) -> None:
        if self._running is not None:
            self._running[1].cancel()
        self._running = None
        self._show(text)

    def _hear(self, news: dict[str, Any], turn: int) -> None:
        if self._running is None or turn != self._turn:
            return  # cancelled meanwhile
        job, _ = self._running
        if "progress" in news:
            self._show(f"{job.name}: {news['text']}", news["progress"])
            return
        self._running = None
        try:
            text = job.finish(news["done"]) if "done" in news else job.fail(news["error"])
        except Exception as error:  # noqa: BLE001  told in the panel, whatever it is
            text = job.fail(str(error))
        self._show(text)
        self.start()

    def _show(self, text: str, progress: float = 0.0) -> None:
        self.bar = {"running": self._running is not None, "progress": progress, "text": text}
        self._tell()


class GraphJob:
    """Finds the neighbours of all images, for the learner and the strategies that use them.

    Parameters
    ----------
    session : Session
        Says whether it wants a graph, and takes it.
    complain : callable
        Called with the reason, in words, if there will be none.
    """

    name = "Neighbours"

    def __init__(self, session: Session, complain: Callable[[str], None]) -> None:
        self._session, self._complain = session, complain
        self._X = session.embeddings
        self._given_up = False

    @property
    def is_due(self) -> bool:
        return self._is_current and self._session.wants_graph and not self._given_up

    def begin(self, notify: Notify) -> Process:
        return GraphProcess(self._X, notify)

    def finish(self, made: Any) -> str:
        if self._is_current:
            self._session.set_graph(made)
        return "Neighbours found."

    def fail(self, reason: str) -> str:
        self._given_up = True
        self._complain(f"Finding neighbours failed: {reason}. Guesses go on without them.")
        return "Finding neighbours failed."

    def give_up(self) -> None:
        self._given_up = True

    @property
    def _is_current(self) -> bool:
        """Whether the embeddings are still those of this job; else another one is on its way."""
        return self._session.embeddings is self._X
