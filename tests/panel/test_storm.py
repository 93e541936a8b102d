"""A connection that breaks loses nothing, doubles nothing, and keeps the order of the answers."""

import asyncio

import numpy as np
import pytest

import nblabel as nb
from nblabel.log.store import LabelStore
from nblabel.widget import Labeler
from tests.panel.storm import FastLoop, Storm, StormPage
from tests.samples import CLASSES, blobs
from tests.wire import TRAITS

N = 60
SECONDS_AFTER = 2.0  # until the screen is right again


def open_panel():
    pixels = np.random.default_rng(1).integers(0, 256, (N, 4, 4), dtype=np.uint8)
    pool = nb.Pool(pixels, embeddings=blobs(N))
    options = {"projection": "pca", "learner": "knn", "strategy": "margin"}
    return pixels, Labeler(pool, CLASSES, store=LabelStore(), **options)


async def weather(storm, page, rng):
    """Label through a storm with a cut in it."""
    for step in range(24):
        if step == 3:
            storm.is_on = True
        storm.is_cut = 8 <= step < 12
        await asyncio.sleep(rng.uniform(0.05, 0.5))
        act(page, rng)
    storm.is_on = storm.is_cut = False


def act(page, rng):
    """Do what a person does: mostly answer, now and then look around."""
    chance, index = rng.random(), int(rng.integers(N))
    if chance < 0.6:
        page.press("label", label=str(rng.choice(CLASSES)))
    elif chance < 0.7:
        page.press("skip")
    elif chance < 0.78:
        page.send({"type": "hover", "index": index})
    elif chance < 0.86:
        request = f"r{page.seq}"
        asked = {"show": "all", "order": "random", "descending": False, "group": True}
        page.ask("gallery", "gallery", request=request, only={"cluster": None}, **asked)
    elif chance < 0.93:
        page.ask("browse", "show", id=None, steps=-1, request=f"b{page.seq}")
    else:
        page.choose("color_by", str(rng.choice(["label", "confidence", "prediction"])))


def check_page(page, panel, pixels):
    """What is on screen and in the log is right."""
    assert [one.uid for one in panel.session.store.read()] == page.given
    assert page.outbox == {}
    assert page.awaited == {}
    assert page.is_shown
    for item, picture in page.pictures.items():
        assert picture == pixels[int(item)].tobytes()
    session = panel.session
    assert not {*page.ids} & {*session.state.answers}
    assert page.ids
    assert np.frombuffer(page.arrays["labeled"], np.uint32).tolist() == session.labeled.tolist()
    state = panel._panel.state
    assert page.arrays["points"] == np.ascontiguousarray(state.points, np.float32).tobytes()
    codes = panel._panel.publisher._colors.codes
    assert page.arrays["colors"] == codes.tobytes()
    for name in TRAITS:
        assert page.traits[name] == panel.comm.state.get(name), name
    # each message was heard once, in its order
    assert page.order == sorted(set(page.order))


async def brave(seed):
    pixels, panel = open_panel()
    storm = Storm(panel.comm, seed)
    rng = np.random.default_rng(seed)
    storm.is_on = seed % 4 == 0  # from the first message on
    page = StormPage(panel, storm)
    try:
        await weather(storm, page, rng)
        assert storm.lost
        await asyncio.sleep(storm.over - page.loop.time() + SECONDS_AFTER)
        check_page(page, panel, pixels)
    finally:
        panel.close()
    return page


def run(coroutine):
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(coroutine)


@pytest.mark.slow
def test_a_page_gets_through_a_storm():
    for seed in range(3):
        run(brave(seed))


@pytest.mark.slow  # two hundred panels
@pytest.mark.parametrize("first", range(0, 200, 20))
def test_two_hundred_storms(first):
    for seed in range(first, first + 20):
        run(brave(seed))
