"""Training from the panel: in the background, with progress, and over to the codes."""

import asyncio
import time
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from nblabel.embeddings import custom
from nblabel.jobs import encoder as process
from nblabel.widget.work import training
from tests.panel.helpers import GraphRecorder, open_page, until
from tests.panel.helpers import shown as shown_page
from tests.samples import blob_pool, blobs
from tests.test_projection import over, wait_until
from tests.wire import Page

pytestmark = [
    pytest.mark.slow,  # processes that train networks
    pytest.mark.skipif(
        find_spec("torch") is None, reason='needs torch: pip install "nblabel[torch]"'
    ),
]

PIXELS = np.random.default_rng(1).integers(0, 256, (60, 6, 5), dtype=np.uint8)


class Recorder:
    """Stands in for a second process."""

    begun = []  # noqa: RUF012  replaced for each test

    def __init__(self, pool, *arguments):
        *self.arguments, self.notify = arguments
        self.pool, self.cancelled = pool, False
        self.begun.append(self)

    def cancel(self):
        self.cancelled = True


@pytest.fixture(autouse=True)
def processes(monkeypatch):
    monkeypatch.setattr(Recorder, "begun", [])
    monkeypatch.setattr(process, "TrainingProcess", Recorder)
    return Recorder.begun


def in_loop(act):
    asyncio.run(act())


async def shown(pool=None, **options):
    """Open a page of a panel on small pictures, and wait for its first questions."""
    pool = nb.Pool(PIXELS, embeddings=blobs(60)) if pool is None else pool
    return await shown_page(pool=pool, **options)


def bar(page):
    return page.traits["projection"]


def test_the_session_moves_over_and_labels_stay(processes):
    async def act():
        page = await shown(random_state=3)
        before = page.session.embeddings
        page.session.tell([1, 2], ["bag", "boot"])
        page.panel.train("vae", max_seconds=9, dim=4)
        (training,) = processes
        assert training.pool is page.session.pool
        options = {"max_seconds": 9, "random_state": 3, "dim": 4}
        assert training.arguments == ["vae", options]
        await until(lambda: not bar(page)["train"])
        assert bar(page)["running"]
        training.notify({"progress": 0.5, "text": "loss 3.2, 4 s left"})
        await until(lambda: bar(page)["progress"] == 0.5)
        assert bar(page)["text"] == "Training: loss 3.2, 4 s left"
        page.session.tell(3, "shirt")  # labeling goes on
        codes = blobs(60, dim=4, seed=5)
        training.notify({"done": codes})
        await until(lambda: page.session.embeddings is not before)
        np.testing.assert_array_equal(page.session.embeddings, custom.join([before, codes]))
        assert page.session.labels()["label"].tolist() == ["bag", "boot", "shirt"]
        await until(lambda: page.messages("points"))
        assert page.last("points")["animate"]
        assert len(GraphRecorder.begun) == 2  # anew, on the codes
        assert bar(page)["train"]

    in_loop(act)


def test_codes_may_take_the_place_of_the_embeddings(processes):
    async def act():
        page = await shown()
        page.panel.train("contrastive", beside=False)
        codes = blobs(60, dim=4, seed=5)
        processes[0].notify({"done": codes})
        await until(lambda: page.session.embeddings.shape == (60, 4))

    in_loop(act)


def test_a_second_training_takes_the_place_of_the_first(processes):
    async def act():
        page = await shown()
        for width in (4, 7):
            page.panel.train()
            processes[-1].notify({"done": blobs(60, dim=width)})
            await until(lambda width=width: page.session.embeddings.shape == (60, 5 + width))

    in_loop(act)


def test_the_button_begins_the_usual_training(processes):
    async def act():
        page = await shown()
        assert bar(page)["train"]
        page.say("train")
        (training,) = processes
        assert training.arguments == ["contrastive", {"max_seconds": 300, "random_state": 0}]
        page.say("train")
        await until(lambda: page.traits["error"].startswith("a training is running already"))
        assert len(processes) == 1

    in_loop(act)


def test_cancel_drops_the_training_and_lets_the_other_jobs_go_on(processes):
    async def act():
        page = await shown()
        before = page.session.embeddings
        (graph,) = GraphRecorder.begun
        page.panel.train()
        page.say("cancel", task="map")
        (training,) = processes
        assert training.cancelled
        assert not graph.cancelled
        await until(lambda: bar(page)["text"] == "Training cancelled.")
        assert bar(page)["train"]
        training.notify({"done": blobs(60)})  # too late
        graph.notify({"progress": 0.25, "text": "finding neighbours"})
        await until(lambda: bar(page)["progress"] == 0.25)
        assert page.session.embeddings is before
        page.say("cancel", task="map")
        assert graph.cancelled
        page.panel.train()
        assert len(processes) == 2

    in_loop(act)


def test_training_goes_on_while_nobody_looks_and_while_embeddings_change(processes):
    async def act():
        page = await shown()
        page.panel.train()
        page.close()
        page.session.set_embeddings(blobs(60, dim=3))
        other = Page(page.panel)  # somebody looks again
        await until(lambda: other.messages("points"))
        (training,) = processes
        assert not training.cancelled
        training.notify({"done": blobs(60, dim=4)})
        await until(lambda: page.session.embeddings.shape == (60, 7))

    in_loop(act)


def test_a_training_that_fails_is_told(processes):
    async def act():
        page = await shown()
        before = page.session.embeddings
        page.panel.train()
        processes[0].notify({"error": "ValueError: too few"})
        await until(lambda: not bar(page)["running"] or "Training" not in bar(page)["text"])
        await until(lambda: page.traits["error"])
        said = "Training failed: ValueError: too few. The embeddings stay as they are."
        assert said in page.traits["error"]
        assert page.session.embeddings is before
        page.panel.train()
        await until(lambda: page.traits["error"] == "")

    in_loop(act)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "said"),
    [
        (["gan"], {}, ValueError, "unknown encoder 'gan'"),
        (["vae"], {"depth": 3}, TypeError, "no option 'depth'"),
        (["vae"], {"max_seconds": -1}, ValueError, "max_seconds is -1"),
    ],
)
def test_what_cannot_be_trained(processes, arguments, options, error, said):
    async def act():
        page = await shown()
        with pytest.raises(error, match=said):
            page.panel.train(*arguments, **options)
        assert processes == []
        assert bar(page)["train"]

    in_loop(act)


def test_no_pictures_no_training(processes):
    async def act():
        page = await shown(blob_pool())
        assert not bar(page)["train"]
        with pytest.raises(ValueError, match="this pool holds items"):
            page.panel.train()

    in_loop(act)


def test_without_torch_it_is_not_offered(monkeypatch):
    monkeypatch.setattr(training, "has", lambda _package: False)
    monkeypatch.setattr("nblabel.encoders.torched.has_torch", lambda: False)

    async def act():
        page = await shown()
        assert not bar(page)["train"]
        with pytest.raises(ImportError, match="pip install"):
            page.panel.train()

    in_loop(act)


def test_a_script_is_told_what_to_do_instead():
    with pytest.raises(RuntimeError, match="set_embeddings"):
        open_page(nb.Pool(PIXELS, embeddings=blobs(60))).panel.train()


# the second process itself


@pytest.fixture
def real(monkeypatch, tmp_path):
    """The real process, with a cache of its own."""
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return process.TrainingProcess


def run(make, *arguments):
    """Start a process and wait for what it makes; return it and all that was told."""
    news = []
    started = make(*arguments, news.append)
    deadline = time.monotonic() + 120
    while not (news and ("done" in news[-1] or "error" in news[-1])):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert started is not None
    return news.pop(), news


@pytest.mark.parametrize("files", [False, True])
def test_a_process_trains_on_pictures_and_files(real, files, tmp_path):
    pictures = PIXELS
    if files:
        for number, picture in enumerate(PIXELS):
            Image.fromarray(picture).save(tmp_path / f"{number:02}.png")
        pictures = sorted(tmp_path.glob("*.png"))
    pool = nb.Pool(pictures)
    last, told = run(real, pool, "autoencoder", {"steps": 2, "dim": 3})
    assert last["done"].shape == (60, 3)
    assert told[0] == {"progress": 0.0, "text": "starting"}


@pytest.mark.parametrize("more", ["array", "files", "both", "colour"])
def test_a_process_trains_on_an_extended_pool(real, more, tmp_path):
    def pool(first, pictures, files):
        ids = range(first, first + len(pictures))
        if not files:
            return nb.Pool(pictures, ids=ids)
        for number, picture in zip(ids, pictures, strict=True):
            Image.fromarray(picture).save(tmp_path / f"{number:02}.png")
        return nb.Pool([tmp_path / f"{number:02}.png" for number in ids], ids=ids)

    added = np.repeat(PIXELS[40:, ..., None], 3, axis=-1) if more == "colour" else PIXELS[40:]
    grown = pool(0, PIXELS[:40], more == "files").extended(
        pool(40, added, more in {"files", "both"})
    )
    last, _ = run(real, grown, "autoencoder", {"steps": 2, "dim": 3})
    assert last["done"].shape == (60, 3)
    if more == "array":
        alone, _ = run(real, nb.Pool(PIXELS), "autoencoder", {"steps": 2, "dim": 3})
        assert (alone["done"] == last["done"]).all()


def test_a_process_that_fails_says_why(real):
    last, _ = run(real, nb.Pool(PIXELS[:5]), "vae", {})
    assert "5 images are too few" in last["error"]


def test_a_cancelled_process_ends_and_says_nothing(real):
    news = []
    started = real(nb.Pool(PIXELS), "vae", {"steps": 10**9}, news.append)
    deadline = time.monotonic() + 120
    while not any("loss" in one.get("text", "") for one in news):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    started.cancel()
    told = len(news)
    wait_until(lambda: over(started))
    assert len(news) <= told + 1  # what was under way in that moment
    assert all("progress" in one for one in news)
