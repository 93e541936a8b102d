"""A session for work beside the event loop: a session belongs to one thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from nblabel.session import Session
from nblabel.widget.work.worker import Heard, Task, Worker

T = TypeVar("T")


class Replica:
    """A session on the same log, embeddings and learner, for the thread of one lane.

    Parameters
    ----------
    session : Session
        Is followed.
    worker : Worker
    lane : str
        Whose thread it belongs to.
    """

    def __init__(self, session: Session, worker: Worker, lane: str) -> None:
        self._session, self._worker, self._lane = session, worker, lane
        self._replica: Session | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is worked out, nor about to be."""
        return self._worker.is_idle(self._lane)

    def work_out(
        self,
        job: Callable[[Session], T],
        done: Callable[[Any], None],
        heard: Heard | None = None,
    ) -> Task:
        """Call a function with the replica, as it is by then; see `Task` for the others."""
        task = Task(work=lambda _: job(self._followed()), done=done)
        if heard is not None:
            task.heard = heard
        return self._worker.run(self._lane, task)

    def _followed(self) -> Session:
        """In the thread: the replica, in step with the session."""
        if self._replica is None:
            self._replica = self._session.replica()
        self._replica.sync_from(self._session)
        return self._replica
