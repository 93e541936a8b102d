"""Work beside the event loop: order, staleness, errors, and its end."""

import asyncio
import threading

import pytest

from nblabel.system import progress
from nblabel.widget.work import worker
from nblabel.widget.work.home import Home
from nblabel.widget.work.worker import CancelledError, ProcessError, Task, Worker


class Job:
    """Work that waits until it is let go, and a record of what happened."""

    def __init__(self):
        self.state = 0
        self.begun, self.finished, self.late, self.told = [], [], [], []
        self.started, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.change = asyncio.Event()
        self.finish = self.note
        self.worker = Worker(Home(self.told.append))

    def work(self, state):
        self.begun.append((state, threading.current_thread().name))
        self.started.release()
        assert self.go.acquire(timeout=10)
        if state == "broken":
            raise ValueError("cannot learn this")
        return f"learned {state}"

    def note(self, result):
        self.finished.append((result, threading.current_thread()))
        self.change.set()

    def ask(self, state=None):
        self.state = self.state if state is None else state
        task = Task(
            prepare=lambda: self.state,
            work=self.work,
            done=lambda result: self.finish(result),  # noqa: PLW0108  it may change
            overdue=lambda: self.late.append(self.worker.is_late("learning")),
            rests=True,
        )
        return self.worker.run("learning", task, newest=True)

    async def wait_started(self):
        assert await asyncio.to_thread(self.started.acquire, timeout=10)

    async def wait_finished(self, count):
        while len(self.finished) < count:
            self.change.clear()
            await asyncio.wait_for(self.change.wait(), 10)

    async def wait_idle(self):
        for _ in range(1000):
            if self.worker.is_idle("learning"):
                return
            await asyncio.sleep(0.01)
        raise TimeoutError("still at work")

    @property
    def results(self):
        return [str(result) for result, _ in self.finished]


@pytest.fixture
def job():
    made = Job()
    yield made
    made.go.release(100)
    made.worker.close()


def test_the_newest_state_wins_and_those_between_are_never_fitted(job):
    async def type_fast():
        job.ask(1)
        await job.wait_started()
        for state in range(2, 50):
            job.ask(state)
        assert len(job.begun) == 1
        job.go.release(2)
        await job.wait_finished(2)

    asyncio.run(type_fast())
    assert [state for state, _ in job.begun] == [1, 49]
    assert job.results == ["learned 1", "learned 49"]


def test_work_runs_in_the_worker_and_its_result_arrives_on_the_loop(job):
    async def once():
        job.go.release()
        job.ask(1)
        await job.wait_finished(1)

    asyncio.run(once())
    assert job.begun[0][1].startswith("nblabel-learning")
    assert job.finished[0][1] is threading.main_thread()


def test_the_loop_stays_free_while_work_runs(job):
    async def beat():
        job.ask(1)
        await job.wait_started()
        for _ in range(100):
            await asyncio.sleep(0)
        assert job.finished == []
        job.go.release()
        await job.wait_finished(1)

    asyncio.run(beat())


def test_one_request_is_one_job(job):
    async def one_after_another():
        for state in (1, 2, 3):
            job.go.release()
            job.ask(state)
            await job.wait_finished(state)

    asyncio.run(one_after_another())
    assert job.results == ["learned 1", "learned 2", "learned 3"]


@pytest.fixture
def clock(monkeypatch):
    """What is to be called later: a test calls it, as a busy machine may stand still."""
    waits = []

    def later(_home, seconds, act):
        wait = (seconds, act)
        waits.append(wait)
        return lambda: waits.remove(wait) if wait in waits else None

    monkeypatch.setattr(Home, "later", later)
    return waits


def test_keys_have_a_rest_between_two_jobs(job, clock):
    """Someone types on: the next job begins a while after the last one, with the newest state."""

    async def type_on():
        job.go.release(2)
        job.ask(1)
        await job.wait_finished(1)
        for state in (2, 3):
            job.ask(state)
            await asyncio.sleep(0)
        assert len(job.begun) == 1
        ((delay, end),) = clock  # the alarm of the budget is off again
        assert delay >= worker.REST_SECONDS
        end()
        await job.wait_finished(2)

    asyncio.run(type_on())
    assert job.results == ["learned 1", "learned 3"]


def test_the_rest_grows_with_the_job(job, clock, monkeypatch):
    """A slow learner leaves the keys their share of the time."""
    monkeypatch.setattr(worker, "REST_SECONDS", 0)
    rests = []

    async def measure():
        loop = asyncio.get_running_loop()
        now, ahead = loop.time, 0
        monkeypatch.setattr(loop, "time", lambda: now() + ahead)
        # much longer than what really passes, which counts as well
        for turn, seconds in enumerate((100, 5_000), 1):
            job.ask(turn)
            await job.wait_started()
            ahead += seconds
            job.go.release()
            await job.wait_finished(turn)
            ((rest, end),) = clock
            clock.clear()
            rests.append(rest)
            end()
        expected = [100 * worker.REST_SHARE, 5_000 * worker.REST_SHARE]
        assert rests == pytest.approx(expected, rel=0.1)

    asyncio.run(measure())


def test_a_job_that_uses_up_its_budget_is_told_of_once_and_runs_on(job, clock):
    async def once():
        job.ask(1)
        await job.wait_started()
        ((seconds, ring),) = clock
        assert seconds == worker.BUDGET_SECONDS
        ring()
        assert job.late == [True]
        job.go.release()
        await job.wait_finished(1)
        assert not job.worker.is_late("learning")

    asyncio.run(once())
    assert job.results == ["learned 1"]


def test_an_error_arrives_like_a_result_and_the_next_job_runs(job):
    async def fail_then_learn():
        job.go.release(2)
        job.ask("broken")
        await job.wait_finished(1)
        job.ask(2)
        await job.wait_finished(2)

    asyncio.run(fail_then_learn())
    error = job.finished[0][0]
    assert isinstance(error, ValueError)
    assert job.results == ["cannot learn this", "learned 2"]


def test_a_request_made_while_a_result_is_shown(job):
    """The panel asks again when a result turns out to be stale."""
    shown = job.finish

    def finish_and_ask(result):
        shown(result)
        if result == "learned 1":
            job.ask(2)

    job.finish = finish_and_ask

    async def once():
        job.go.release(5)
        job.ask(1)
        await job.wait_finished(2)
        await job.wait_idle()

    asyncio.run(once())
    assert job.results == ["learned 1", "learned 2"]


def test_a_stale_result_asks_once_more_and_not_forever(job):
    """Both the panel and a waiting request ask again: that is one job, not two."""
    shown = job.finish

    def finish_and_ask(result):
        shown(result)
        if result == "learned 1":
            job.ask()

    job.finish = finish_and_ask

    async def once():
        job.ask(1)
        await job.wait_started()
        job.ask(2)
        job.go.release(5)
        await job.wait_finished(2)
        await job.wait_idle()

    asyncio.run(once())
    assert job.results == ["learned 1", "learned 2"]


def test_without_a_loop_a_request_does_everything_at_once(job):
    job.go.release(2)
    job.ask(1)
    assert job.results == ["learned 1"]
    assert job.begun[0][1] == threading.main_thread().name
    job.ask("broken")
    assert job.results == ["learned 1", "cannot learn this"]


def test_preparing_happens_at_home_when_the_work_begins():
    prepared = []

    async def once():
        done = asyncio.Event()
        made = Worker(Home(print))
        task = Task(
            prepare=lambda: prepared.append(threading.current_thread()),
            work=lambda _: 0,
            done=lambda _: done.set(),
        )
        made.run("learning", task)
        await asyncio.wait_for(done.wait(), 10)
        made.close()

    asyncio.run(once())
    assert prepared == [threading.main_thread()]


def test_what_cannot_be_prepared_is_an_error_of_the_work(job):
    def fail():
        raise ValueError("no snapshot")

    async def once():
        job.worker.run("learning", Task(prepare=fail, work=job.work, done=job.note))
        await job.wait_finished(1)

    asyncio.run(once())
    job.worker.run("other", Task(prepare=fail, work=job.work, done=job.note))  # as in a script
    assert job.results == ["no snapshot"] * 2
    assert job.begun == []


def test_a_finish_that_fails_does_not_stop_learning_and_is_told(job):
    shown = job.finish

    def finish_and_fail(result):
        shown(result)
        if result == "learned 1":
            raise RuntimeError("the page is gone")

    job.finish = finish_and_fail

    async def twice():
        job.go.release(2)
        for state in (1, 2):
            job.ask(state)
            await job.wait_finished(state)

    asyncio.run(twice())
    assert job.results == ["learned 1", "learned 2"]
    assert [str(error) for error in job.told] == ["the page is gone"]


# tasks that are told how far they are, and that can be cancelled


def steps(reached, go_on):
    """Work in two steps, which waits between them."""

    def work(_):
        for step in progress.over(["one", "two"], "Counting"):
            if step == "one":
                reached.set()
                assert go_on.wait(10)
        return "counted"

    return work


@pytest.mark.parametrize("way", ["done", "cancel", "stop"])
def test_a_task_is_heard_and_can_be_given_up(job, way):
    reached, go_on, heard = threading.Event(), threading.Event(), []

    async def act():
        task = Task(
            work=steps(reached, go_on),
            done=job.note,
            heard=lambda name, share: heard.append((name, share)),
        )
        job.worker.run("reports", task)
        await asyncio.to_thread(reached.wait, 10)
        if way != "done":
            getattr(task, way)()
        go_on.set()
        after = Task(work=lambda _: "next", done=job.note)
        job.worker.run("reports", after)
        await job.wait_finished(1 if way == "cancel" else 2)

    asyncio.run(act())
    *results, last = [result for result, _ in job.finished]
    assert last == "next"
    if way == "done":
        assert results == ["counted"]
        assert heard == [("Counting", 0.0), ("Counting", 0.5)]
    elif way == "stop":
        assert isinstance(results[0], CancelledError)
    else:
        assert results == []


def test_a_waiting_task_that_is_cancelled_never_begins(job):
    async def act():
        job.ask(1)
        await job.wait_started()
        waiting = job.worker.run("learning", Task(work=job.work, done=job.note))
        waiting.cancel()
        job.go.release(2)
        await job.wait_finished(1)
        await job.wait_idle()

    asyncio.run(act())
    assert len(job.begun) == 1


class Spawned:
    """Stands in for a second process."""

    def __init__(self, notify):
        self.notify, self.cancelled = notify, False

    def cancel(self):
        self.cancelled = True


def test_a_second_process_is_heard_until_it_is_done_or_cancelled(job):
    heard, begun = [], []

    def spawn():
        task = Task(
            work=print, done=job.note, heard=lambda name, share: heard.append((name, share))
        )
        assert job.worker.spawn(lambda notify: begun.append(Spawned(notify)) or begun[-1], task)
        return task

    async def act():
        spawn()
        begun[0].notify({"progress": 0.5, "text": "half"})
        begun[0].notify({"done": "made"})
        begun[0].notify({"done": "made twice"})
        await job.wait_finished(1)
        spawn()
        begun[1].notify({"error": "no room"})
        await job.wait_finished(2)
        spawn().cancel()
        begun[2].notify({"done": "too late"})
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(act())
    assert heard == [("half", 0.5)]
    assert job.results == ["made", "no room"]
    assert isinstance(job.finished[1][0], ProcessError)
    assert [process.cancelled for process in begun] == [False, False, True]
    assert not job.worker.spawn(Spawned, Task(work=print, done=job.note))  # a plain script


def test_a_process_that_does_not_start_is_an_error(job):
    def fail(_):
        raise OSError("too many processes")

    async def act():
        job.worker.spawn(fail, Task(work=print, done=job.note))

    asyncio.run(act())
    assert job.results == ["too many processes"]


def learning():
    return [one for one in threading.enumerate() if one.name.startswith("nblabel-learning")]


def test_a_closed_worker_does_nothing_more(job):
    async def act():
        begun = []
        job.ask(1)
        await job.wait_started()
        job.ask(2)
        task = Task(work=print, done=job.note)
        job.worker.spawn(lambda notify: begun.append(Spawned(notify)) or begun[-1], task)
        job.worker.close()
        assert begun[0].cancelled
        job.go.release(5)
        begun[0].notify({"done": "too late"})
        assert job.worker.run("reports", Task(work=job.work, done=job.note)).is_cancelled
        assert not job.worker.spawn(Spawned, Task(work=print, done=job.note))
        async with asyncio.timeout(10):
            while learning():  # noqa: ASYNC110  a thread that ends tells nobody
                await asyncio.sleep(0.01)

    asyncio.run(act())
    assert job.finished == []
    assert [state for state, _ in job.begun] == [1]
