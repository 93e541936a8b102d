"""A panel opens before its items are embedded, and moves over to the embeddings."""

import asyncio
import re
import threading

import numpy as np
import pytest

import nblabel as nb
from nblabel.embeddings import networks
from nblabel.system import progress
from nblabel.widget import Labeler
from nblabel.widget.text.gallery import NO_DOUBT
from nblabel.widget.work import embedding
from tests.panel.helpers import GraphRecorder, open_page, shown, until
from tests.samples import CLASSES, blobs
from tests.wire import Page

PIXELS = np.random.default_rng(1).integers(0, 256, (60, 6, 5), dtype=np.uint8)


class Slow:
    """Stands in for `embeddings_of`: it goes on when it is told to, and tells how far it is."""

    def __init__(self):
        self.made = blobs(60)
        self.begun, self.step = threading.Event(), threading.Semaphore(0)
        self.error: Exception | None = None
        self.ends = 0
        self.tell_part = None

    def __call__(self, pool, random_state):
        assert random_state == 0
        self.begun.set()
        try:
            for _ in progress.over(range(4), "Embedding"):
                assert self.step.acquire(timeout=20)
                steps = networks._listener.get()
                if self.tell_part is not None and steps is not None:
                    steps(*self.tell_part)
                    self.tell_part = None
            if self.error:
                raise self.error
        finally:
            self.ends += 1
        return self.made

    def go_on(self, steps=4):
        self.step.release(steps)


@pytest.fixture
def slow(monkeypatch):
    made = Slow()
    monkeypatch.setattr(embedding, "embeddings_of", made)
    monkeypatch.setattr(embedding, "PATIENCE", 0.0)
    monkeypatch.setattr(embedding, "PAUSE", 0.0)
    yield made
    made.go_on(100)


def bar(page):
    return page.traits["projection"]


async def opened():
    return await shown(pool=nb.Pool(PIXELS), random_state=0)


def test_questions_are_random_until_the_session_moves_over(slow):
    async def act():
        page = await opened()
        session = page.session
        assert session.awaits_embeddings
        assert page.items[page.current]["why"]["text"].startswith("Drawn at random")
        await until(
            lambda: page.traits["status"]["model"]["text"].startswith("Model: class shares")
        )
        session.tell([1, 2], ["bag", "boot"])
        slow.go_on(2)
        await until(lambda: bar(page)["progress"] == 0.5)
        assert bar(page)["running"]
        assert re.fullmatch(r"Embedding, \d+ s left", bar(page)["text"])
        slow.go_on()
        await until(lambda: not session.awaits_embeddings)
        np.testing.assert_array_equal(session.embeddings, slow.made)
        assert session.labels()["label"].tolist() == ["bag", "boot"]
        await until(lambda: page.messages("points") and page.last("points")["animate"])
        await until(lambda: GraphRecorder.begun)
        assert [job.X is session.embeddings for job in GraphRecorder.begun] == [True]

    asyncio.run(act())


def test_before_that_nothing_is_said_to_be_alike(slow):
    async def act():
        page = await opened()
        page.session.tell([1, 2], ["bag", "boot"])
        who, _ = page.session.engine.deciders(np.array([3]))
        assert (who == -1).all()
        page.say("cluster", n=5)
        await until(lambda: "not embedded yet" in page.traits["error"])
        with pytest.raises(ValueError, match="not embedded yet"):
            page.session.predict_proba(PIXELS[:2])
        with pytest.raises(ValueError, match="not embedded yet"):
            page.panel.train()

    asyncio.run(act())


ALIKE = {"show": "all", "order": "best", "descending": False, "group": True}


def test_a_search_by_likeness_waits_for_the_embeddings(slow):
    async def act():
        page = await opened()
        for request, like in (("older", 3), ("r", 7)):
            page.say("gallery", **ALIKE, request=request, only={"like": like})
        assert "begins as soon as they are" in page.last("no_gallery")["text"]
        slow.go_on()
        await until(lambda: page.messages("gallery"))
        (told,) = page.messages("gallery")
        assert told["request"] == "r"
        assert told["text"].endswith("Search by likeness: the 60 images most like “7”.")

    asyncio.run(act())


def test_labels_to_review_wait_for_the_embeddings(slow):
    async def act():
        page = await opened()
        page.session.tell(range(20), CLASSES[:2] * 10)
        page.say("gallery", request="r", show="contradicted", order="trust", descending=False)
        assert "once the items are embedded" in page.last("no_gallery")["text"]
        slow.go_on()
        await until(lambda: page.messages("gallery"))
        assert page.messages("gallery")[0]["text"] != NO_DOUBT["contradicted"]

    asyncio.run(act())


def test_a_search_that_was_left_does_not_come_back(slow):
    async def act():
        page = await opened()
        page.say("gallery", **ALIKE, request="r", only={"like": 7})
        page.say("end_gallery")
        slow.go_on()
        await until(lambda: not page.session.awaits_embeddings)
        await until(lambda: page.messages("points") and page.last("points")["animate"])
        assert not page.messages("gallery")

    asyncio.run(act())


def test_cancelled_it_stays_random_and_says_so(slow):
    async def act():
        page = await opened()
        assert bar(page)["running"]
        page.say("cancel", task="map")
        slow.go_on(1)
        await until(lambda: "cancelled" in page.traits["error"])
        assert slow.ends == 1 or await until(lambda: slow.ends == 1) is None
        assert page.session.awaits_embeddings
        page.session.tell(3, "bag")
        await until(lambda: page.session.n_labeled == 1)
        page.session.set_embeddings(slow.made)  # from Python
        await until(lambda: not page.traits["error"])

    asyncio.run(act())


def test_a_failure_is_told_and_labeling_goes_on(slow):
    async def act():
        page = await opened()
        slow.error = ValueError("the disk is full.")
        slow.go_on()
        await until(lambda: page.traits["error"])
        assert "Embedding failed: the disk is full. Questions stay random." in page.traits["error"]
        assert page.session.awaits_embeddings
        page.session.tell(3, "bag")

    asyncio.run(act())


def test_it_ends_with_its_panel(slow):
    async def act():
        page = await opened()
        page.panel.close()
        slow.go_on(1)
        await until(lambda: slow.ends == 1)

    asyncio.run(act())


def test_embeddings_from_python_go_before_it(slow):
    async def act():
        page = await opened()
        own = blobs(60, seed=7)
        page.session.set_embeddings(own)
        slow.go_on()
        await until(lambda: not bar(page)["running"] or slow.ends == 1)
        await until(lambda: page.messages("points"))
        np.testing.assert_array_equal(page.session.embeddings, own)

    asyncio.run(act())


def test_what_takes_less_than_a_second_is_there_when_the_panel_opens():
    async def act():
        page = await opened()
        assert not page.session.awaits_embeddings
        assert page.session.predict_proba(PIXELS[:2]).shape == (2, len(CLASSES))

    asyncio.run(act())


def test_a_plain_script_waits_for_it(slow):
    slow.go_on()
    panel = Labeler(nb.Pool(PIXELS), CLASSES)
    assert not panel.session.awaits_embeddings


def test_an_error_within_the_first_second_is_raised_in_the_cell(slow, monkeypatch):
    monkeypatch.setattr(embedding, "PATIENCE", 20.0)
    slow.error = nb.MediaError("none of the images can be read.")
    slow.go_on()

    async def act():
        with pytest.raises(nb.MediaError, match="none of the images"):
            open_page(pool=nb.Pool(PIXELS))

    asyncio.run(act())


def test_nobody_waits_for_large_pictures_and_the_first_comes_before_them(slow, monkeypatch):
    monkeypatch.setattr(embedding, "PATIENCE", 20.0)
    monkeypatch.setattr(embedding, "FEW_PIXELS", PIXELS.size - 1)

    async def act():
        panel = Labeler(nb.Pool(PIXELS), CLASSES, projection="pca")
        await until(lambda: panel.snapshot)  # its first questions are there
        assert panel.session.awaits_embeddings
        assert not slow.begun.is_set()
        page = Page(panel)
        await until(lambda: page.ids)
        await until(slow.begun.is_set)
        slow.go_on()
        await until(lambda: not panel.session.awaits_embeddings)
        np.testing.assert_array_equal(panel.session.embeddings, slow.made)

    asyncio.run(act())


def test_small_pictures_are_waited_for(slow, monkeypatch):
    monkeypatch.setattr(embedding, "PATIENCE", 20.0)
    monkeypatch.setattr(embedding, "FEW_PIXELS", PIXELS.size)
    slow.go_on()

    async def act():
        assert not open_page(pool=nb.Pool(PIXELS)).session.awaits_embeddings

    asyncio.run(act())


def test_it_moves_over_in_steps(slow):
    async def act():
        page = await opened()
        session = page.session
        there = np.arange(60) % 3 == 0
        slow.tell_part = (slow.made.copy(), there)
        slow.go_on(1)
        await until(lambda: session.embedded.any())  # noqa: PLW0108  another array each time
        assert session.awaits_embeddings
        np.testing.assert_array_equal(session.embedded, there)
        await until(lambda: page.messages("points") and page.last("points")["animate"])
        assert bar(page)["running"]
        assert not GraphRecorder.begun
        session.tell([0, 3], ["bag", "boot"])
        slow.go_on()
        await until(lambda: not session.awaits_embeddings)
        assert session.labels()["label"].tolist() == ["bag", "boot"]
        await until(lambda: GraphRecorder.begun)

    asyncio.run(act())
