"""The background work of a panel, in threads and second processes: one class for all of it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from nblabel.system import progress
from nblabel.system.available import can_thread
from nblabel.system.priority import NICE, give_way
from nblabel.widget.work.home import Home

BUDGET_SECONDS = 5.0  # nobody waits longer for a task that has an `overdue`
REST_SECONDS = 0.1  # after a task that rests
# lanes that a person waits for
URGENT = ("show", "hover", "play", "closeup", "explain", "search", "gallery", "tiles")
REST_SHARE = 0.2  # of the time it took, where that is longer; all of it without threads

Notify = Callable[[dict[str, Any]], None]
Heard = Callable[[str, float], None]


class CancelledError(Exception):
    """Raised within work that is to give up."""


class ProcessError(Exception):
    """Why a second process made nothing."""


class Process(Protocol):
    """Work in a second process, as `nblabel.system.process.BackgroundProcess` does it."""

    def cancel(self) -> None:
        """Stop it; nothing is reported any more."""


@dataclass(eq=False)
class Task:
    """Some work, and who is told what became of it.

    Attributes
    ----------
    work : callable
        Called in a thread with what `prepare` returned.
    done : callable
        Called at home with the result, or the exception; not if it was cancelled.
    heard : callable
        Called at home with what is done at present, and its share.
    prepare : callable
        Called at home when its turn comes, for what the work needs of that moment.
    part : callable, optional
        Called at home with a part of what a second process or thread makes.
    overdue : callable, optional
        Called at home when it has used up `BUDGET_SECONDS`; it runs on.
    rests : bool
        Whether its lane rests after it, so that the keys of someone who types fast get their time.
    """

    work: Callable[[Any], Any]
    done: Callable[[Any], None]
    heard: Heard = lambda _name, _share: None
    prepare: Callable[[], Any] = lambda: None
    part: Callable[[Any], None] | None = None
    overdue: Callable[[], None] | None = None
    rests: bool = False
    is_cancelled: bool = field(default=False, init=False)
    is_late: bool = field(default=False, init=False)
    """Whether it runs and has used up its budget."""
    process: Process | None = field(default=None, init=False)
    _stop: threading.Event = field(default_factory=threading.Event, init=False)

    def cancel(self) -> None:
        """Want no result any more."""
        self.is_cancelled = True
        self.stop()
        if self.process is not None:
            self.process.cancel()

    def stop(self) -> None:
        """Have it give up at its next step, unless it is done by then; `done` hears which."""
        self._stop.set()

    def check(self) -> None:
        """Stop the work here if it is to give up."""
        if self._stop.is_set():
            raise CancelledError


class _Lane:
    """One thread, and the tasks that it does one after another."""

    def __init__(self, name: str) -> None:
        nice = 0 if name in URGENT else NICE
        self.executor = ThreadPoolExecutor(
            1, thread_name_prefix=f"nblabel-{name}", initializer=give_way, initargs=(nice,)
        )
        self.waiting: deque[Task] = deque()
        self.running: Task | None = None
        self.is_resting = False


class Worker:
    """Runs tasks beside the event loop, and hands their results over to it.

    A lane is a name: tasks of one lane run one after another, those of different lanes at the same
    time. Where no event loop runs, as in a plain script, a task is done before `run` returns. Where
    no threads can be started, as in a browser, the event loop does one task after another.

    Parameters
    ----------
    home : Home
        Where results are handed over.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lanes: dict[str, _Lane] = {}
        self._spawned: set[Task] = set()
        self._closed = False

    def is_idle(self, lane: str) -> bool:
        """Whether nothing of a lane runs, waits or rests."""
        known = self._lanes.get(lane)
        return known is None or not (known.running or known.waiting or known.is_resting)

    def is_late(self, lane: str) -> bool:
        """Whether the running task of a lane has used up its budget."""
        known = self._lanes.get(lane)
        return known is not None and known.running is not None and known.running.is_late

    def run(self, lane: str, task: Task, *, newest: bool = False) -> Task:
        """Do a task in the thread of its lane, as soon as those before it are done.

        Parameters
        ----------
        newest : bool
            Whether it takes the place of those of its lane that wait.
        """
        if self._closed:
            task.cancel()
            return task
        loop = self._home.loop
        if loop is None:
            self._home.call(task.done, self._attempt(task, self._prepared(task), task.heard))
            return task
        here = self._lanes.setdefault(lane, _Lane(lane))
        if newest:
            here.waiting.clear()
        here.waiting.append(task)
        self._next(here, loop)
        return task

    def spawn(self, begin: Callable[[Notify], Process], task: Task) -> bool:
        """Have a second process do a task; return False where no event loop runs.

        Parameters
        ----------
        begin : callable
            Starts the process, which calls what it is given, from another thread; OSError if it
            cannot.
        task : Task
            Its `work` is not called; `done` is, with what was made or a `ProcessError`.
        """
        loop = self._home.loop
        if loop is None or self._closed:
            return False

        def notify(news: dict[str, Any]) -> None:
            loop.call_soon_threadsafe(self._hear_process, task, news)

        self._spawned.add(task)
        try:
            task.process = begin(notify)
        except OSError as error:
            self._spawned.discard(task)
            self._home.call(task.done, ProcessError(str(error)))
        return True

    def close(self) -> None:
        """Cancel everything, end the processes, and let the threads end."""
        self._closed = True
        for lane in self._lanes.values():
            for task in [*lane.waiting, *([lane.running] if lane.running else [])]:
                task.cancel()
            lane.waiting.clear()
            lane.executor.shutdown(wait=False, cancel_futures=True)
        for task in self._spawned:
            task.cancel()
        self._lanes, self._spawned = {}, set()

    def _next(self, lane: _Lane, loop: asyncio.AbstractEventLoop) -> None:
        while lane.waiting and lane.waiting[0].is_cancelled:
            lane.waiting.popleft()
        if self._closed or lane.running or lane.is_resting or not lane.waiting:
            return
        task = lane.running = lane.waiting.popleft()
        prepared = self._prepared(task)
        if isinstance(prepared, Exception):
            self._end(lane, task, prepared, loop)
            return
        began = loop.time()
        forget = (
            self._home.later(BUDGET_SECONDS, lambda: self._ring(task)) if task.overdue else None
        )

        def hear(name: str, share: float) -> None:
            task.check()
            loop.call_soon_threadsafe(self._hear, task, name, share)

        def ended(future: asyncio.Future[Any]) -> None:
            if forget is not None:
                forget()
            result = CancelledError() if future.cancelled() else future.result()
            self._end(lane, task, result, loop, loop.time() - began)

        if can_thread():
            future = loop.run_in_executor(lane.executor, self._attempt, task, prepared, hear)
        else:
            future = loop.create_future()
            loop.call_soon(lambda: future.set_result(self._attempt(task, prepared, hear)))
        future.add_done_callback(ended)

    def _end(
        self,
        lane: _Lane,
        task: Task,
        result: Any,
        loop: asyncio.AbstractEventLoop,
        seconds: float = 0.0,
    ) -> None:
        lane.running, task.is_late = None, False
        if task.rests and not self._closed:
            lane.is_resting = True
            share = REST_SHARE if can_thread() else 1
            self._home.later(max(REST_SECONDS, share * seconds), lambda: self._rested(lane, loop))
        if not task.is_cancelled and not self._closed:
            self._home.call(task.done, result)
        self._next(lane, loop)

    def _rested(self, lane: _Lane, loop: asyncio.AbstractEventLoop) -> None:
        lane.is_resting = False
        self._next(lane, loop)

    def _ring(self, task: Task) -> None:
        task.is_late = True
        if task.overdue is not None and not task.is_cancelled:
            self._home.call(task.overdue)

    def _hear(self, task: Task, name: str, share: float) -> None:
        if not task.is_cancelled and not self._closed:
            self._home.call(task.heard, name, share)

    def _hear_process(self, task: Task, news: dict[str, Any]) -> None:
        if task.is_cancelled or task not in self._spawned:
            return  # cancelled meanwhile
        if "progress" in news:
            self._home.call(task.heard, news["text"], news["progress"])
            return
        if "part" in news:
            if task.part is not None:
                self._home.call(task.part, news["part"])
            return
        self._spawned.discard(task)
        made = news["done"] if "done" in news else ProcessError(news["error"])
        self._home.call(task.done, made)

    def _prepared(self, task: Task) -> Any:
        try:
            return task.prepare()
        except Exception as error:  # noqa: BLE001  as one of the work itself
            return error

    def _attempt(self, task: Task, prepared: Any, hear: Heard) -> Any:
        if isinstance(prepared, Exception):
            return prepared
        try:
            with progress.heard_by(hear):
                return task.work(prepared)
        except Exception as error:  # noqa: BLE001  told in the panel, whatever it is
            return error
