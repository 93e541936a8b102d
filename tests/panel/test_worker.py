"""Learning beside the event loop: order, staleness, errors."""

import asyncio
import threading

import pytest

from nblabel.widget import refits
from nblabel.widget.refits import Refits


class Job:
    """Work that waits until it is let go, and a record of what happened."""

    def __init__(self):
        self.state = 0
        self.begun, self.finished = [], []
        self.started, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.change = asyncio.Event()
        self.refits = Refits(lambda: self.state, self.work, self.finish)

    def work(self, state):
        self.begun.append((state, threading.current_thread().name))
        self.started.release()
        assert self.go.acquire(timeout=10)
        if state == "broken":
            raise ValueError("cannot learn this")
        return f"learned {state}"

    def finish(self, result):
        self.finished.append((result, threading.current_thread()))
        self.change.set()

    def ask(self, state):
        self.state = state
        self.refits.request()

    async def wait_started(self):
        assert await asyncio.to_thread(self.started.acquire, timeout=10)

    async def wait_finished(self, count):
        while len(self.finished) < count:
            self.change.clear()
            await asyncio.wait_for(self.change.wait(), 10)

    async def wait_idle(self):
        for _ in range(1000):
            if not self.refits._running:
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
    made.refits._worker.shutdown(wait=True)


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
    assert job.begun[0][1].startswith("nblabel-refit")
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


def test_keys_have_a_rest_between_two_jobs(job, monkeypatch):
    """Someone types on: the next job begins a while after the last one, with the newest state."""
    rests = []

    async def type_on():
        loop = asyncio.get_running_loop()
        later = loop.call_later

        def call_later(delay, act, *given):
            if act != job.refits._rested:
                return later(delay, act, *given)
            # over when the test says so: a busy machine may stand still for as long
            rests.append((delay, lambda: act(*given)))
            return None

        monkeypatch.setattr(loop, "call_later", call_later)
        job.go.release(2)
        job.ask(1)
        await job.wait_finished(1)
        for state in (2, 3):
            job.ask(state)
            await asyncio.sleep(0)
        assert len(job.begun) == 1
        ((delay, end),) = rests
        assert delay >= refits.REST_SECONDS
        end()
        await job.wait_finished(2)

    asyncio.run(type_on())
    assert job.results == ["learned 1", "learned 3"]


def test_the_rest_grows_with_the_job(job, monkeypatch):
    """A slow learner leaves the keys their share of the time."""
    monkeypatch.setattr(refits, "REST_SECONDS", 0)
    rests = []

    async def measure():
        loop = asyncio.get_running_loop()
        later, now = loop.call_later, loop.time
        ahead = 0

        def call_later(delay, act, *given):
            if act == job.refits._rested:
                rests.append(delay)
                delay = 0
            return later(delay, act, *given)

        monkeypatch.setattr(loop, "call_later", call_later)
        monkeypatch.setattr(loop, "time", lambda: now() + ahead)
        # much longer than what really passes, which counts as well
        for turn, seconds in enumerate((100, 5_000), 1):
            job.ask(turn)
            await job.wait_started()
            ahead += seconds
            job.go.release()
            await job.wait_finished(turn)
            await job.wait_idle()
        expected = [100 * refits.REST_SHARE, 5_000 * refits.REST_SHARE]
        assert rests == pytest.approx(expected, rel=0.1)

    asyncio.run(measure())


def test_a_job_that_uses_up_its_budget_is_told_of_once_and_runs_on(job, monkeypatch):
    monkeypatch.setattr(refits, "BUDGET_SECONDS", 0.01)
    told, rung = [], asyncio.Event()

    def overdue(seconds):
        told.append((seconds, job.refits.is_late))
        rung.set()

    job.refits._overdue = overdue

    async def once():
        job.ask(1)
        await asyncio.wait_for(rung.wait(), 10)
        job.go.release()
        await job.wait_finished(1)
        assert not job.refits.is_late
        monkeypatch.setattr(refits, "BUDGET_SECONDS", 600)
        await job.wait_idle()
        job.go.release()
        job.ask(2)
        await job.wait_finished(2)

    asyncio.run(once())
    ((seconds, late),) = told
    assert seconds >= 0.01
    assert late
    assert job.results == ["learned 1", "learned 2"]


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
    shown = job.refits._finish

    def finish_and_ask(result):
        shown(result)
        if result == "learned 1":
            job.ask(2)

    job.refits._finish = finish_and_ask

    async def once():
        job.go.release(5)
        job.ask(1)
        await job.wait_finished(2)
        await job.wait_idle()

    asyncio.run(once())
    assert job.results == ["learned 1", "learned 2"]


def test_a_stale_result_asks_once_more_and_not_forever(job):
    """Both the panel and a waiting request ask again: that is one job, not two."""
    shown = job.refits._finish

    def finish_and_ask(result):
        shown(result)
        if result == "learned 1":
            job.refits.request()

    job.refits._finish = finish_and_ask

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


def test_preparing_happens_on_the_loop_when_the_work_begins():
    prepared = []

    async def once():
        done = asyncio.Event()
        refits = Refits(
            lambda: prepared.append(threading.current_thread()), lambda _: 0, lambda _: done.set()
        )
        refits.request()
        await asyncio.wait_for(done.wait(), 10)
        refits._worker.shutdown()

    asyncio.run(once())
    assert prepared == [threading.main_thread()]


def test_a_finish_that_fails_does_not_stop_learning(job):
    shown, problems = job.refits._finish, []

    def finish_and_fail(result):
        shown(result)
        if result == "learned 1":
            raise RuntimeError("the page is gone")

    job.refits._finish = finish_and_fail

    async def twice():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: problems.append(str(context["exception"])))
        job.go.release(2)
        for state in (1, 2):
            job.ask(state)
            await job.wait_finished(state)

    asyncio.run(twice())
    assert job.results == ["learned 1", "learned 2"]
    assert problems == ["the page is gone"]
