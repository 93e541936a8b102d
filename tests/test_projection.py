"""Pictures of the embeddings in two dimensions: PCA at once, UMAP from a second process."""

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import psutil
import pytest

import nblabel as nb
from nblabel.explore.projection import ProjectionCache, fit_square, project_pca
from nblabel.jobs.projecting import ProjectionProcess
from tests.samples import blobs

PATIENCE = 120  # seconds; UMAP takes ten to load and compile on a busy machine


# PCA


@pytest.mark.parametrize("shift", [0, 1_000])
@pytest.mark.parametrize("shape", [(200, 5), (40, 60), (50, 2), (80, 600)])
def test_pca_is_that_of_scikit_learn_up_to_sign_and_scale(shape, shift):
    from sklearn.decomposition import PCA

    X = np.random.default_rng(0).normal(size=shape) * 9 / np.arange(1, shape[1] + 1) + shift
    found = project_pca(X.astype(np.float32))
    expected = PCA(2).fit_transform(X)
    expected *= np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found, fit_square(expected), atol=2e-3)


@pytest.mark.parametrize(
    "X",
    [
        blobs(1),
        blobs(2),
        blobs(3, dim=1),
        blobs(50, dim=1),
        np.zeros((9, 4), dtype=np.float32),
        np.full((9, 4), 7e8, dtype=np.float32),
        blobs() * np.float32(1e13),
        blobs() * np.float32(1e-13),
        blobs(20, dim=2_000),
    ],
    ids="one two three-narrow narrow zeros equal huge tiny wide".split(),  # noqa: SIM905
)
def test_pca_fills_the_square(X):
    xy = project_pca(X)
    assert xy.shape == (len(X), 2)
    assert xy.dtype == np.float32
    assert xy.flags.c_contiguous
    assert np.abs(xy).max() <= 1 + 1e-5
    assert np.isfinite(xy).all()
    if len(np.unique(X, axis=0)) > 1:
        assert np.abs(xy).max() == pytest.approx(1)


def test_pca_is_the_same_every_time_and_not_mirrored():
    X = blobs()
    assert (project_pca(X) == project_pca(X)).all()
    np.testing.assert_allclose(project_pca(X[::-1].copy())[::-1], project_pca(X), atol=1e-4)


def test_proportions_are_kept():
    xy = fit_square(np.float32([[0, 0], [10, 0], [10, 4]]))
    np.testing.assert_allclose(xy, [[-1, -0.4], [1, -0.4], [1, 0.4]], atol=1e-6)


# the cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_a_projection_is_found_again_by_its_content():
    X, xy = blobs(), project_pca(blobs())
    assert ProjectionCache(X, 0).read() is None
    ProjectionCache(X, 0).write(xy)
    assert (ProjectionCache(X.copy(), 0).read() == xy).all()
    changed = X.copy()
    changed[3, 2] += 1e-3
    assert ProjectionCache(changed, 0).read() is None
    assert ProjectionCache(X, 1).read() is None
    assert ProjectionCache(X.reshape(30, 10), 0).read() is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no array"),
        lambda path: path.write_bytes(path.read_bytes()[:-20]),
        lambda path: path.write_bytes(path.read_bytes()[:20]),
        lambda path: path.write_bytes(b"\x93NUMPY" + bytes(range(60))),
        lambda path: np.save(path, np.zeros((3, 2), dtype=np.float32)),
        lambda path: np.save(path, np.zeros((60, 2))),
        lambda path: np.save(path, np.full((60, 2), np.nan, dtype=np.float32)),
        lambda path: np.save(path, np.array([{}] * 60), allow_pickle=True),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids="empty text cut beginning header short wide nan pickle folder".split(),  # noqa: SIM905
)
def test_a_damaged_file_is_none(damage):
    cache = ProjectionCache(blobs(), 0)
    cache.write(project_pca(blobs()))
    damage(cache.path)
    assert cache.read() is None
    if cache.path.is_file():
        cache.write(project_pca(blobs()))
        assert cache.read() is not None


def test_without_a_place_for_the_cache_nothing_is_kept(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = ProjectionCache(blobs(), 0)
    cache.write(project_pca(blobs()))
    assert cache.read() is None


def test_writing_leaves_nothing_but_the_file():
    cache = ProjectionCache(blobs(), 0)
    cache.write(project_pca(blobs()))
    assert list(cache.path.parent.iterdir()) == [cache.path]


@pytest.mark.parametrize("error", [OSError("no room"), KeyboardInterrupt()])
def test_writing_that_breaks_off_leaves_the_old_file(error, monkeypatch):
    cache, xy = ProjectionCache(blobs(), 0), project_pca(blobs())
    cache.write(xy)

    def half(file, array):
        with nullcontext(file) if hasattr(file, "write") else Path(file).open("wb") as out:
            out.write(array.tobytes()[:100])
        raise error

    monkeypatch.setattr(np, "save", half)
    interrupted = pytest.raises(KeyboardInterrupt)
    with interrupted if isinstance(error, KeyboardInterrupt) else nullcontext():
        cache.write(-xy)
    assert (cache.read() == xy).all()
    assert list(cache.path.parent.iterdir()) == [cache.path]


# UMAP


class Listener:
    """Collects what a process tells, and waits for its last word."""

    def __init__(self):
        self.told = []
        self._last = queue.Queue()

    def __call__(self, news):
        self.told.append(news)
        if "progress" not in news:
            self._last.put(news)

    def last(self):
        return self._last.get(timeout=PATIENCE)


def wait_until(true):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def over(process):
    """Whether a process has ended and its listener with it."""
    names = {thread.name for thread in threading.enumerate()}
    return process._process.poll() is not None and type(process).__module__ not in names


@pytest.mark.slow  # UMAP
def test_umap_from_start_to_end(folders):
    X = blobs(300)
    listener = Listener()
    process = ProjectionProcess(X, listener)
    xy = listener.last()["done"]
    assert xy.shape == (300, 2)
    assert xy.dtype == np.float32
    assert np.abs(xy).max() == pytest.approx(1)
    steps = listener.told[:-1]
    progress = [news["progress"] for news in steps]
    assert progress == sorted(progress)
    assert progress[0] < 0.1
    assert progress[-1] > 0.9
    texts = list(dict.fromkeys(news["text"] for news in steps))
    assert texts == ["starting", "finding neighbours", "building the graph", "arranging points"]
    group = np.arange(300) % 3
    centres = np.array([xy[group == number].mean(axis=0) for number in range(3)])
    nearest = ((xy[:, None] - centres[None]) ** 2).sum(axis=-1).argmin(axis=1)
    assert (nearest == group).mean() > 0.95
    wait_until(lambda: over(process))
    assert list(folders.iterdir()) == []
    assert (ProjectionCache(X, 0).read() == xy).all()


@pytest.mark.slow  # UMAP
@pytest.mark.parametrize("n", [1, 3, 5])
def test_umap_of_a_few_items(n):
    listener = Listener()
    ProjectionProcess(blobs(n), listener)
    xy = listener.last()["done"]
    assert xy.shape == (n, 2)
    assert np.isfinite(xy).all()


@pytest.mark.slow  # t-SNE
@pytest.mark.parametrize("dim", [5, 80])
def test_tsne_in_a_process_is_that_of_project(dim):
    X, listener = blobs(120, dim=dim), Listener()
    ProjectionProcess(X, listener, 2, "tsne")
    xy = listener.last()["done"]
    group = np.arange(120) % 3
    centres = np.array([xy[group == number].mean(axis=0) for number in range(3)])
    nearest = ((xy[:, None] - centres[None]) ** 2).sum(axis=-1).argmin(axis=1)
    assert (nearest == group).mean() > 0.95
    assert (nb.project(X, "tsne", random_state=2) == xy).all()
    assert ProjectionCache(X, 2).read() is None  # that of UMAP is another


@pytest.mark.slow  # t-SNE
@pytest.mark.parametrize("X", [blobs(1), blobs(5), np.ones((40, 3), dtype=np.float32)])
def test_tsne_of_few_and_of_identical_items(X):
    xy = nb.project(X, "tsne")
    assert xy.shape == (len(X), 2)
    assert np.isfinite(xy).all()


@pytest.mark.slow  # UMAP
def test_umap_of_identical_items():
    listener = Listener()
    ProjectionProcess(np.ones((40, 3), dtype=np.float32), listener)
    assert np.isfinite(listener.last()["done"]).all()


@pytest.mark.slow  # UMAP
def test_from_python_it_is_the_one_that_the_panel_shows(monkeypatch):
    X, listener = blobs(300), Listener()
    ProjectionProcess(X, listener, 3)
    assert (nb.project(X, random_state=3) == listener.last()["done"]).all()
    monkeypatch.setattr(
        "nblabel.explore.projection.unfold", lambda *_, **__: pytest.fail("not from disk")
    )
    nb.project(X, random_state=3)


@pytest.mark.slow  # UMAP
def test_from_python_without_a_panel():
    X = blobs()
    xy = nb.project(X.astype(float).tolist())
    assert (xy == nb.project(X)).all()
    assert xy.shape == (60, 2)
    assert (nb.project(X, method="pca") == project_pca(X)).all()
    with pytest.raises(ValueError, match="unknown method 'isomap'; choose 'umap', 'tsne' or 'pca'"):
        nb.project(X, method="isomap")


def test_cancelled_it_stops_and_says_nothing_more(folders):
    listener = Listener()
    process = ProjectionProcess(blobs(3_000), listener)
    wait_until(lambda: listener.told)
    process.cancel()
    count = len(listener.told)
    wait_until(lambda: over(process))
    assert process._process.returncode != 0
    assert len(listener.told) <= count + 1  # what was under way in that moment
    assert "done" not in listener.told[-1]
    assert "error" not in listener.told[-1]
    assert list(folders.iterdir()) == []
    assert ProjectionCache(blobs(3_000), 0).read() is None
    process.cancel()


@pytest.mark.slow
def test_a_process_that_fails_says_why(folders):
    X = blobs(200)
    X[5, 1] = np.nan
    listener = Listener()
    process = ProjectionProcess(X, listener)
    assert listener.last() == {
        "error": "UMAP failed: ValueError: Input X contains NaN. The map stays as it is."
    }
    wait_until(lambda: over(process))
    assert list(folders.iterdir()) == []


def test_a_process_that_is_killed_says_so():
    listener = Listener()
    process = ProjectionProcess(blobs(3_000), listener)
    wait_until(lambda: listener.told)
    process._process.kill()
    assert listener.last() == {
        "error": "UMAP failed: the process ended with code -9. The map stays as it is."
    }


def test_a_listener_that_fails_ends_the_process(folders, monkeypatch):
    """The event loop of a kernel that shuts down takes no more news."""
    failures = []
    monkeypatch.setattr(threading, "excepthook", failures.append)

    def refuse(news):
        raise RuntimeError("the loop is closed")

    process = ProjectionProcess(blobs(3_000), refuse)
    wait_until(lambda: over(process))
    assert failures == []
    assert process._process.returncode != 0
    assert list(folders.iterdir()) == []


def is_gone(process):
    """Whether a process that is no child of ours has ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return True


PARENT = """
import sys, time
from nblabel.jobs.projecting import ProjectionProcess
from tests.samples import blobs
process = ProjectionProcess(blobs(20_000, dim=50), lambda news: print(process._process.pid, flush=True))
time.sleep(1_000)
"""


def test_the_process_ends_when_its_parent_is_killed(folders):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "TMPDIR": str(folders)},
    )
    with parent:
        child = psutil.Process(int(parent.stdout.readline()))
        assert child.is_running()
        assert list(folders.iterdir())
        parent.kill()
    wait_until(lambda: is_gone(child))
    assert list(folders.iterdir()) == []


# clearing up takes longer here than the failing work
SLOW_TO_CLEAR = """
import shutil, sys, threading, time
from nblabel.system.process import report, serve
clearing, clear = threading.Event(), shutil.rmtree
def slowly(*args, **options):
    clearing.set()
    time.sleep(0.3)
    clear(*args, **options)
shutil.rmtree = slowly
def work(X):
    report(0, "begun")
    clearing.wait()
    {then}
serve(work, sys.argv[1:])
"""


@pytest.mark.parametrize("then", ["report(1, 'nobody hears it')", "print('a library', flush=True)"])
def test_work_whose_parent_is_gone_waits_until_the_folder_is_cleared(tmp_path, then):
    folder = tmp_path / "nblabel-"
    folder.mkdir()
    np.save(folder / "X.npy", np.zeros(3))
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW_TO_CLEAR.format(then=then), folder / "X.npy", folder / "made"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        child.stdout.readline()
    assert child.returncode == 1
    assert not folder.exists()


def test_a_disk_without_room_is_reported_at_once(folders):
    shutil.rmtree(folders)
    with pytest.raises(OSError, match="No such file"):
        ProjectionProcess(blobs(), Listener())
