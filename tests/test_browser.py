"""What a browser has not got, as Pyodide behaves there: no threads, processes or compiled packages.

The package itself is not run in Pyodide, whose NumPy and scikit-learn no registry has: tests/bare.py
takes the same away from this Python.
"""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import nblabel as nb
from nblabel.embeddings import choice
from nblabel.graph.neighbor_graph import build_graph
from nblabel.jobs.graph import graph_in_steps
from nblabel.log import checkpoints, database
from nblabel.log.store import LabelStore
from nblabel.system import available, parallel, process
from nblabel.widget.work import worker
from nblabel.widget.work.home import Home
from nblabel.widget.work.stepped import SteppedWork
from nblabel.widget.work.worker import Task, Worker
from tests.panel.helpers import until
from tests.samples import blobs

ROOT = Path(__file__).parents[1]
CONTRACTS = ("learners", "strategies", "tag_learners", "tag_strategies", "maps", "stores")
FEW = "graph or mixed or alternating or probcover or file"
BESIDE = "threads or processes or others_write"  # what there is only one of


def run_bare(*options):
    """Run tests in a Python like that of a browser; return what they print."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.bare", "-n", "0", "-q", *options]
    found = subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert found.returncode == 0, found.stdout[-4_000:] + found.stderr[-2_000:]
    return found.stdout


@pytest.mark.slow  # a second Python, and thirty fits
def test_a_panel_is_labeled_from_end_to_end():
    assert "passed" in run_bare("tests/panel/test_whole.py")


@pytest.mark.slow  # a second Python
def test_the_contracts_hold():
    files = [f"tests/contracts/test_{name}.py" for name in CONTRACTS]
    assert "passed" in run_bare(*files, "-k", f"({FEW}) and not ({BESIDE})")


# what stands in for threads and processes


@pytest.fixture
def without_threads(monkeypatch):
    """No thread can be started."""

    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    available.can_thread.cache_clear()
    yield
    available.can_thread.cache_clear()


@pytest.mark.usefixtures("without_threads")
def test_what_there_is():
    assert not available.can_thread()
    assert not available.can_spawn()
    assert available.has("numpy")
    assert not available.has("no_such_package")
    assert not available.has("no_such_package.inside")


@pytest.mark.usefixtures("without_threads")
def test_the_event_loop_does_one_task_after_another():
    done = []

    async def live():
        works = Worker(Home(done.append))
        for number in range(3):
            task = Task(work=lambda n: n * 2, done=done.append, prepare=lambda n=number: n)
            works.run("learning" if number else "show", task)
        assert done == []  # not before `run` returns
        failing = Task(work=lambda _: 1 / 0, done=lambda error: done.append(type(error)))
        works.run("show", failing)
        await until(lambda: len(done) == 4)
        works.close()

    asyncio.run(live())
    assert sorted(map(str, done)) == ["0", "2", "4", "<class 'ZeroDivisionError'>"]


@pytest.mark.usefixtures("without_threads")
def test_a_lane_rests_as_long_as_it_worked(monkeypatch):
    """So keys are saved in between."""
    rests = []
    home = Home(print)
    monkeypatch.setattr(home, "later", lambda seconds, _act: rests.append(seconds))
    monkeypatch.setattr(worker, "REST_SECONDS", 0.0)

    async def live():
        works, ended = Worker(home), []
        clock = asyncio.get_running_loop().time

        def work(_):
            end = clock() + 0.05
            while clock() < end:
                pass

        works.run("learning", Task(work=work, done=ended.append, rests=True))
        await until(lambda: ended)

    asyncio.run(live())
    assert rests[0] >= 0.05


def test_steps_let_others_go_between_and_can_be_cancelled():
    told, between = [], []

    def steps():
        for number in range(3):
            yield number / 3, f"step {number}"
        return "made"

    async def live():
        SteppedWork(steps(), told.append)
        assert told == []
        while not told or "done" not in told[-1]:
            between.append(len(told))
            await asyncio.sleep(0)
        stopped = SteppedWork(steps(), told.append)
        stopped.cancel()
        SteppedWork(iter_failing(), told.append)
        await until(lambda: "error" in told[-1])

    asyncio.run(live())
    assert told[:4] == [
        {"progress": 0.0, "text": "step 0"},
        {"progress": 1 / 3, "text": "step 1"},
        {"progress": 2 / 3, "text": "step 2"},
        {"done": "made"},
    ]
    assert told[4:] == [{"error": "it broke"}]
    assert set(between) >= {0, 1, 2, 3}


def iter_failing():
    raise ValueError("it broke")
    yield 0.0, ""


def test_the_graph_in_steps_is_the_graph(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    X = np.concatenate([blobs(400, dim=5), blobs(30, dim=5)])  # with copies
    steps, shares = graph_in_steps(X), []
    while True:
        try:
            shares.append(next(steps)[0])
        except StopIteration as end:
            found = end.value
            break
    expected = build_graph(X, lambda _share: None)
    np.testing.assert_array_equal(found.indices, expected.indices)
    np.testing.assert_array_equal(found.distances, expected.distances)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with pytest.raises(StopIteration) as read:  # at once, from disk
        next(graph_in_steps(X))
    np.testing.assert_array_equal(read.value.value.indices, expected.indices)


@pytest.mark.usefixtures("without_threads")
def test_loops_and_readers_call_at_once():
    with parallel.readers("test") as readers:
        here = readers.submit(threading.get_ident)
        assert here.done()
        assert here.result() == threading.get_ident()
        assert isinstance(readers.submit(int, "no").exception(), ValueError)
    calls = parallel.by_rows(parallel.ALONE_UP_TO + 1, lambda begin, end: (begin, end))
    assert calls == [(0, parallel.ALONE_UP_TO + 1)]


@pytest.mark.usefixtures("without_threads")
def test_a_second_process_is_refused_in_words():
    with pytest.raises(OSError, match="second processes cannot be started here"):
        process.BackgroundProcess("nblabel.jobs.graph", np.zeros((2, 2)), [], print)


@pytest.mark.usefixtures("without_threads")
def test_a_copy_of_the_file_has_every_label(tmp_path, monkeypatch):
    """Also without the file beside it: what a browser lets one download is the file alone."""
    monkeypatch.setattr(database, "IN_BROWSER", True)
    monkeypatch.setattr(checkpoints, "PAUSE_SECONDS", 600)
    file = tmp_path / "labels.sqlite"
    session = nb.Session(nb.Pool(embeddings=blobs(30)), ["a", "b"], store=file)
    session.tell(3, "a")
    assert not database.has_wal(file)
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(file.read_bytes())
    assert LabelStore(copy, read_only=True).labels()["label"].tolist() == ["a"]


def test_images_are_described_by_gradients_and_it_says_why(monkeypatch):
    monkeypatch.setattr(choice, "has", lambda _package: False)
    monkeypatch.setattr(choice, "IN_BROWSER", True)
    pixels = np.random.default_rng(0).integers(0, 255, (12, 24, 24, 3), dtype=np.uint8)
    chosen = nb.embeddings.choose(nb.Pool(pixels))
    assert (chosen.method, chosen.missing) == ("gradients", choice.MISSING_IN_BROWSER)


def test_umap_from_python_says_what_to_install(monkeypatch):
    monkeypatch.setattr("nblabel.explore.projection.has", lambda _package: False)
    with pytest.raises(ImportError, match="pip install umap-learn; or take method='pca'"):
        nb.project(blobs(40, dim=4), "umap")
