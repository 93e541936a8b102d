"""Long work in second processes: one job after another, with one bar that tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from nblabel.jobs.graph import GraphProcess, graph_in_steps
from nblabel.session import Session
from nblabel.system.available import can_spawn
from nblabel.widget import text
from nblabel.widget.panel.state import Bar
from nblabel.widget.work.stepped import SteppedWork
from nblabel.widget.work.worker import Notify, Process, ProcessError, Task, Worker


class Job(Protocol):
    """Something that takes a while, and what is to be done with it."""

    @property
    def name(self) -> str:
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
    worker : Worker
    jobs : sequence of Job
        The ones before go first.
    show : callable
        Called whenever `bar` has changed.
    """

    def __init__(self, worker: Worker, jobs: Sequence[Job], show: Callable[[], None]) -> None:
        self._worker, self._jobs, self._on_change = worker, jobs, show
        self._running: tuple[Job, Task] | None = None
        self.bar = Bar()

    def start(self) -> None:
        """Begin the first job that is due, unless one is running."""
        job = next((job for job in self._jobs if job.is_due), None)
        if self._running is not None or job is None:
            return
        task = Task(
            work=lambda _: None,
            done=lambda made: self._ended(job, made),
            heard=lambda step, share: self._show(text.step_of(job.name, step), share),
            part=getattr(job, "take", None),
        )
        self._running = (job, task)
        if not self._worker.spawn(job.begin, task):
            self._running = None  # a plain script: nobody looks at the panel
        elif self._running == (job, task):
            self._show(text.STARTING.format(job.name))

    def cancel(self) -> None:
        """Stop the running job for good, and go on with the next."""
        if self._running is None:
            return
        job, _ = self._running
        self._stop(text.CANCELLED.format(job.name))
        job.give_up()
        self.start()

    def pause(self) -> None:
        """Stop the running job until `start`."""
        if self._running is not None:
            self._stop("")

    def hush(self) -> None:
        """Take back what was said of a job that is over."""
        if self._running is None:
            self._show("")

    def _stop(self, message: str) -> None:
        if self._running is not None:
            self._running[1].cancel()
        self._running = None
        self._show(message)

    def _ended(self, job: Job, made: Any) -> None:
        self._running = None
        try:
            message = job.fail(str(made)) if isinstance(made, ProcessError) else job.finish(made)
        except Exception as error:  # noqa: BLE001  told in the panel, whatever it is
            message = job.fail(str(error))
        self._show(message)
        self.start()

    def _show(self, message: str, progress: float = 0.0) -> None:
        self.bar = Bar(self._running is not None, progress, message)
        self._on_change()


class GraphJob:
    """Finds the neighbours of all items, for the learner and the strategies that use them.

    Parameters
    ----------
    session : Session
        Says whether it wants a graph, and takes it.
    complain : callable
        Called with the reason, in words, if there will be none.
    """

    name = text.NEIGHBORS

    def __init__(self, session: Session, complain: Callable[[str], None]) -> None:
        self._session, self._complain = session, complain
        self._X = session.embeddings
        self._given_up = False

    @property
    def is_due(self) -> bool:
        return self._is_current and self._session.wants_graph and not self._given_up

    def begin(self, notify: Notify) -> Process:
        if not can_spawn():
            return SteppedWork(graph_in_steps(self._X), notify)
        return GraphProcess(self._X, notify)

    def finish(self, made: Any) -> str:
        if self._is_current:
            self._session.set_graph(made)
        return text.NEIGHBORS_FOUND

    def fail(self, reason: str) -> str:
        self._given_up = True
        self._complain(text.neighbors_failed(reason))
        return text.NEIGHBORS_FAILED

    def give_up(self) -> None:
        self._given_up = True

    @property
    def _is_current(self) -> bool:
        """Whether the embeddings are still those of this job; else another one is on its way."""
        return self._session.embeddings is self._X
