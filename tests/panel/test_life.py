"""The life of a panel: it ends when it is closed, and when its cell runs again."""

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import psutil
import pytest
from PIL import Image

import nblabel as nb
from nblabel.system import memory
from nblabel.widget import Labeler
from tests.panel.helpers import GraphRecorder, UmapRecorder, open_page, picture_pool, shown, until
from tests.samples import CLASSES
from tests.wire import Page


def our_threads():
    return {thread for thread in threading.enumerate() if thread.name.startswith("nblabel")}


def test_a_closed_panel_stops_threads_and_processes():
    async def live():
        before = our_threads()
        page = await shown(projection="umap")
        page.label(page.current)
        page.say("hover", index=3)
        await until(lambda: page.messages("picture"))
        assert our_threads() - before  # some of other tests may end meanwhile
        (process,) = GraphRecorder.begun
        page.panel.close()
        assert process.cancelled
        await until(lambda: our_threads() <= before)
        assert "closed" in page.traits["closed"]
        page.panel.close()  # twice is once
        heard = len(page.channel.log)
        page.session.tell(30, "boot")
        process.notify({"done": None})
        await asyncio.sleep(0)
        assert len(page.channel.log) == heard

    asyncio.run(live())


def test_a_closed_panel_still_saves_answers_and_does_nothing_else():
    page = open_page()
    page.panel.close()
    assert page.label("5")["ok"]
    assert page.answer("undo")["ok"]
    assert page.label_group([6, 7])["ok"]
    assert page.known() == {"6": "bag", "7": "bag"}
    refused = page.answer("accept")
    assert (refused["ok"], refused["retry"]) == (False, False)
    assert page.say("hover", index=3) == []
    with pytest.raises(RuntimeError, match="closed"):
        page.panel.show_next(3)
    assert page.panel.labels()["id"].tolist() == ["6", "7"]


@pytest.mark.slow
def test_running_the_cell_again_retires_the_panel():
    first = open_page()
    first.label("5")
    second = open_page()
    assert first.traits["closed"]
    assert second.traits["closed"] == ""
    assert first.panel.session is second.panel.session
    assert first.panel.labels()["id"].tolist() == ["5"]
    first.panel.show_next(7)
    assert second.ids[1] == "7"


@pytest.mark.slow
def test_a_panel_that_nobody_sees_leaves_the_one_in_sight_alone():
    page = open_page()
    again = Labeler(page.session.pool, CLASSES)
    assert page.label("5")["ok"]
    assert again.labels()["id"].tolist() == ["5"]
    assert [page.panel.closed, again.closed] == ["", ""]
    third = Labeler(page.session.pool, CLASSES)
    assert again.closed  # nobody saw that one either
    Page(third)
    assert page.traits["closed"]
    assert third.closed == ""
    assert page.label("6")["ok"]
    assert third.labels()["id"].tolist() == ["5", "6"]


@pytest.mark.slow
def test_a_panel_keeps_little_freed_memory_and_gives_it_back_when_it_is_replaced(monkeypatch):
    called = []
    for name in ("keep_little", "return_freed"):
        monkeypatch.setattr(memory, name, lambda name=name: called.append(name))
    open_page()
    assert called == ["keep_little"]
    open_page()
    assert called == ["keep_little", "keep_little", "return_freed"]


@pytest.mark.slow
def test_answers_of_a_retired_panel_are_committed_by_its_successor():
    first = open_page()
    second = open_page()
    third = open_page()
    open_before = third.current
    assert first.label(open_before)["ok"]
    assert second.answer("skip", id="7")["ok"]
    assert third.known() == {open_before: "bag"}
    assert not {open_before, "7"} & set(third.ids)
    assert third.traits["status"]["labeled"] == 1
    again = first.answer("label", uid="once", id="9", label="bag")
    assert again["ok"]
    assert first.answer("label", uid="once", id="9", label="bag")["ok"]
    assert third.answer("undo")["ok"]
    assert third.known() == {open_before: "bag"}


@pytest.mark.parametrize("other", ["pool", "annotator", "store"])
def test_other_panels_are_left_alone(tmp_path, other):
    first = open_page(store=tmp_path / "a.db", annotator="a")
    options = {"store": tmp_path / "a.db", "annotator": "a", "pool": picture_pool()}
    if other == "pool":
        options |= {"pool": picture_pool(61), "store": tmp_path / "b.db"}
    elif other == "annotator":
        options["annotator"] = "b"
    else:
        options["store"] = tmp_path / "b.db"
    open_page(**options)
    assert first.traits["closed"] == ""
    assert first.label("5")["ok"]


@pytest.mark.slow
def test_a_retired_panel_that_nobody_sees_is_gone():
    first = open_page()
    open_page()
    assert not first.channel.is_closed
    first.close()
    assert first.channel.is_closed


@pytest.mark.slow  # twenty panels
def test_running_a_cell_again_and_again_keeps_one_panel():
    """Each run has embeddings of its own, as a cell that reads its data has."""
    kept = []

    async def run_cells():
        before = our_threads()
        for _ in range(20):
            pool = picture_pool(300)
            page = open_page(pool)
            await until(lambda page=page: page.ids)
            page.label(page.current)
            page.say("hover", index=7)
            await until(lambda page=page: page.messages("questions"))
            kept.append([weakref.ref(one) for one in (page.session, page.session.engine, pool)])
            GraphRecorder.begun.clear()
            del page, pool
        await until(lambda: len(our_threads() - before) <= 4)
        gc.collect()
        alive = [sum(one() is not None for one in each) for each in kept]
        assert alive == [0] * 19 + [3]

    asyncio.run(run_cells())


@pytest.mark.slow
def test_a_cell_runs_again_while_its_panel_is_at_work():
    async def run_cells():
        page = await shown(projection="umap")
        page.label(page.current)  # a refit is on its way
        again = await shown(projection="umap")
        assert GraphRecorder.begun[0].cancelled
        assert not GraphRecorder.begun[1].cancelled
        assert UmapRecorder.begun == []
        await until(lambda: again.items[again.current]["prediction"])
        assert page.traits["error"] == again.traits["error"] == ""

    asyncio.run(run_cells())


@pytest.mark.parametrize("end", ["close", "exit", "killed"])
@pytest.mark.slow
def test_a_kernel_that_ends_leaves_no_process_and_no_folder(tmp_path, end):
    with subprocess.Popen(
        [sys.executable, "-m", "tests.panel.kernel_child", end],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
    ) as kernel:
        children = json.loads(kernel.stdout.readline())
        assert children
        if end == "killed":
            kernel.kill()
        kernel.wait(60)
    deadline = time.monotonic() + 60
    while any(map(psutil.pid_exists, children)) or list(tmp_path.glob("nblabel-*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def folder_of(path, names, seed=0):
    rng = np.random.default_rng(seed)
    path.mkdir(exist_ok=True)
    for name in names:
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(path / f"{name}.png")
    return path


def test_a_log_in_memory_follows_a_folder_that_changed(tmp_path):
    photos = folder_of(tmp_path / "photos", "abcdef")
    first = open_page(nb.Pool.from_folder(photos))
    first.session.tell(first.session.pool.index_of("b.png"), CLASSES[0])
    folder_of(photos, "gh", seed=1)
    (photos / "a.png").unlink()
    again = open_page(nb.Pool.from_folder(photos))
    assert again.session.labels()["id"].tolist() == ["b.png"]


def test_a_log_in_memory_is_not_that_of_other_files_with_the_same_names(tmp_path):
    first = open_page(nb.Pool.from_folder(folder_of(tmp_path / "one", "abcdef")))
    first.session.tell([0, 1], CLASSES[0])
    other = open_page(nb.Pool.from_folder(folder_of(tmp_path / "two", "abcdefg", seed=1)))
    assert other.session.n_labeled == 0


def test_a_log_in_memory_of_numbered_items_is_found_by_their_content_alone():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 8), dtype=np.uint8)
    open_page(nb.Pool(pixels)).session.tell(0, CLASSES[0])
    assert open_page(nb.Pool(pixels[1:])).session.n_labeled == 0
