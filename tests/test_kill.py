"""A process that labels is killed at random moments: what it acknowledged is in the log."""

import multiprocessing
import random
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

import nblabel as nb
from nblabel.log import checkpoints
from nblabel.log.state import LabelState
from nblabel.log.store import LabelStore
from tests.labeling_child import N, label_for_ever, make_log
from tests.samples import CLASSES, blob_pool

pytestmark = pytest.mark.slow  # processes until they are killed

KILLS = 50
AT_ONCE = 2  # processes that write to one file
FILES = 5
PATIENCE = 60  # seconds until a child that says nothing counts as stuck


@pytest.fixture(scope="module")
def processes():
    """Processes that begin with everything imported, and with no thread or database of ours."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.labeling_child", "nblabel.session", "pandas"])
    return context


def start(processes, target, *arguments):
    ours, theirs = processes.Pipe()
    child = processes.Process(target=target, args=(*arguments, theirs))
    child.start()
    theirs.close()
    return child, ours


def hear(ours):
    assert ours.poll(PATIENCE)
    return ours.recv()


def kill(child, ours, after):
    """Kill a process after some seconds; return what it still said, and close all."""
    child.join(after)
    child.kill()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    said = []
    with ours:
        try:
            while True:
                said.append(ours.recv())
        except (EOFError, OSError):  # nothing more, or a message cut short by the kill
            return said


def label_until_killed(processes, path, names, rng, pause_seconds):
    """Let processes label in the same file, kill each at a moment of its own; what they said."""
    running = {
        name: start(processes, label_for_ever, str(path), name, pause_seconds) for name in names
    }
    acknowledged = {}
    for name, (_, ours) in running.items():
        assert hear(ours) == "ready"
        acknowledged[name] = [hear(ours) for _ in range(rng.randrange(12))]
    for name, (child, ours) in running.items():
        acknowledged[name] += kill(child, ours, after=rng.uniform(0, 0.03))
    return acknowledged


def check(path: Path, acknowledged: list[str]) -> None:
    with closing(LabelStore(path)) as store:
        events = store.read()
    stored = Counter(event.uid for event in events)
    assert set(stored.values()) <= {1}
    assert [uid for uid in acknowledged if uid not in stored] == []
    for event in events:  # whole or not at all
        assert len(event.ids) == len(event.labels)
        if event.kind == "label" and int(event.uid.split("-")[-1]) % 7 == 3:
            assert len(event.ids) == min(40, N - int(event.ids[0]))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("part", range(FILES))
def test_no_acknowledged_label_is_lost(processes, tmp_path, part):
    # without a pause a file is brought up to date all the time: many are killed in the middle of it
    pause_seconds = 0 if part % 2 else checkpoints.PAUSE_SECONDS
    rng = random.Random(part)
    path = tmp_path / "labels.db"
    acknowledged = []
    for turn in range(KILLS // FILES // AT_ONCE):
        names = [f"turn-{turn}-{number}" for number in range(AT_ONCE)]
        for name, uids in label_until_killed(processes, path, names, rng, pause_seconds).items():
            assert uids == [f"{name}-{number}" for number in range(len(uids))]
            acknowledged += uids
        check(path, acknowledged)
    assert len(acknowledged) > 10
    session = nb.Session(blob_pool(N), CLASSES, store=path)
    table = session.labels()
    folded = LabelState(CLASSES, session.store.read()).answers
    assert dict(zip(table["id"], table["label"], strict=True)) == {
        item: answer.label for item, answer in folded.items()
    }
    session.tell(0, "bag")


def test_killed_while_the_log_is_made(processes, tmp_path):
    """Whatever is on disk then, the next session begins with it."""
    rng = random.Random(0)
    for turn in range(10):
        path = tmp_path / f"{turn}.db"
        child, ours = start(processes, make_log, str(path))
        assert hear(ours) == "go"
        kill(child, ours, after=rng.uniform(0, 0.02))
        session = nb.Session(blob_pool(N), CLASSES, store=path)
        session.tell(0, "bag")
        assert session.n_labeled == 1
