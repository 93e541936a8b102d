"""The picture of a panel that its notebook keeps."""

import asyncio
import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from IPython.core.events import EventManager
from PIL import Image

import nblabel as nb
from nblabel.widget import Labeler
from nblabel.widget.view import cell, hosts
from nblabel.widget.work import embedding, still
from tests.panel.helpers import open_page, shown, until
from tests.samples import CLASSES, blobs


@pytest.fixture
def outputs(monkeypatch):
    """Every output of a cell: what is in it, and how it is displayed."""
    kept = []
    monkeypatch.setattr(cell, "display", lambda data, **how: kept.append((data, how)))
    return kept


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(still, "QUIET", 0.02)
    monkeypatch.setattr(still, "LONGEST", 0.2)


def picture_in(data):
    image = Image.open(io.BytesIO(data["image/png"]))
    image.load()
    return image


def updates(outputs):
    return [one for one in outputs if one[1].get("update") and "image/png" in one[0]]


def test_a_picture_follows_the_panel_once_there_is_quiet(outputs, quick):
    async def label():
        page = await shown()
        page.panel._ipython_display_()
        _, _, (empty, how) = outputs
        assert empty == {"text/plain": ""}
        place = how["display_id"]
        await until(lambda: updates(outputs))
        data, how = updates(outputs)[-1]
        assert how["display_id"] == place
        assert data["text/plain"].startswith("0 of 60 images labeled, 60 left.")
        before = picture_in(data)
        page.label("0")
        await until(lambda: "1 of 60 images labeled" in updates(outputs)[-1][0]["text/plain"])
        words, how = outputs[-2]
        assert how["display_id"] == outputs[1][1]["display_id"]
        assert words["text/plain"].startswith("1 of 60 images labeled, 59 left.")
        assert "Run this cell again" in words["text/plain"]
        data, how = updates(outputs)[-1]
        assert how["metadata"]["image/png"] == {
            "width": 900,
            "height": 400,
            "alt": data["text/plain"],
        }
        assert (np.asarray(picture_in(data).convert("L")) != np.asarray(before.convert("L"))).any()
        page.panel.close()

    asyncio.run(label())


def test_what_did_not_change_is_not_drawn_again(outputs, quick):
    async def wait():
        page = await shown()
        page.panel._ipython_display_()
        await until(lambda: updates(outputs))
        kept = page.panel._live().still
        await until(lambda: not kept._is_due)
        n = len(updates(outputs))
        kept.changed()
        await until(lambda: not kept._is_due)
        page.label("0")
        await until(lambda: len(updates(outputs)) > n)
        assert len({data["image/png"] for data, _ in updates(outputs)}) == len(updates(outputs))
        page.panel.close()

    asyncio.run(wait())


def test_many_changes_in_a_row_do_not_put_the_picture_off_for_ever(outputs, monkeypatch):
    monkeypatch.setattr(still, "QUIET", 0.1)
    monkeypatch.setattr(still, "LONGEST", 0.3)

    async def change():
        page = await shown()
        page.panel._ipython_display_()
        kept = page.panel._live().still

        def changed():
            kept.changed()  # far sooner than there is quiet
            return updates(outputs)

        await until(changed)
        page.panel.close()

    asyncio.run(change())


def test_a_picture_may_be_asked_for_at_any_time(outputs):
    page = open_page()
    page.panel._ipython_display_()
    page.label("0")
    picture = page.panel.picture()
    assert picture.size == (1800, 800)
    assert "1 of 60 images labeled" in updates(outputs)[-1][0]["text/plain"]
    page.panel.close()
    assert page.panel.picture().size == (1800, 800)  # of the session


def unattended(monkeypatch):
    """Have the kernel be run by a program, as by nbconvert; return what it fires events with."""
    events = EventManager(SimpleNamespace(), {"post_run_cell": lambda result: None})
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=False), events=events, user_ns={})
    for module in (hosts, still):
        monkeypatch.setattr(module, "get_ipython", lambda: shell)
    monkeypatch.setattr(cell, "get_ipython", lambda: None)
    return events


def test_where_nobody_attends_each_cell_leaves_the_picture_of_its_end(outputs, monkeypatch):
    events = unattended(monkeypatch)

    async def run():
        panel = Labeler(nb.Pool(embeddings=blobs()), CLASSES, projection="pca")
        panel._ipython_display_()
        assert updates(outputs) == []
        events.trigger("post_run_cell", None)
        assert "0 of 60" in updates(outputs)[-1][0]["text/plain"]
        panel.session.tell([0, 1, 2], list(CLASSES))
        events.trigger("post_run_cell", None)
        assert "3 of 60" in updates(outputs)[-1][0]["text/plain"]
        assert panel._live().still.facts(learn=True).predicts
        n = len(updates(outputs))
        events.trigger("post_run_cell", None)  # nothing changed
        assert len(updates(outputs)) == n
        panel.close()
        panel.session.tell(3, CLASSES[0])
        events.trigger("post_run_cell", None)
        assert len(updates(outputs)) == n

    asyncio.run(run())


def test_where_nobody_attends_embeddings_are_waited_for(monkeypatch):
    unattended(monkeypatch)
    monkeypatch.setattr(embedding, "PATIENCE", 0.0)
    pixels = np.random.default_rng(0).integers(0, 255, (30, 8, 8), dtype=np.uint8)

    async def run():
        panel = Labeler(pixels, CLASSES, projection="pca")
        assert not panel.session.awaits_embeddings
        panel.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("typing", "environment", "expected"),
    [(True, {}, True), (False, {}, False), (False, {"VOILA_PREHEAT": "False"}, True)],
)
def test_who_attends(monkeypatch, typing, environment, expected):
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=typing))
    monkeypatch.setattr(hosts, "get_ipython", lambda: shell)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert hosts.is_attended() is expected


@pytest.mark.parametrize("host", ["code", "colab"])
def test_where_outputs_cannot_be_hidden_the_picture_is_in_that_of_the_panel(
    outputs, monkeypatch, host
):
    names = {"__vsc_ipynb_file__": "a.ipynb"} if host == "code" else {}
    monkeypatch.setattr(hosts, "get_ipython", lambda: SimpleNamespace(user_ns=names))
    if host == "colab":
        monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    page = open_page()
    page.panel._ipython_display_()
    ((data, how),) = outputs
    assert "application/vnd.jupyter.widget-view+json" in data
    assert picture_in(data).size == (1800, 800)
    assert data["text/plain"].startswith("Labeler(")
    assert how["metadata"]["image/png"]["alt"].startswith("0 of 60 images labeled")


def test_a_map_of_items_that_are_not_embedded_is_none(monkeypatch):
    monkeypatch.setattr(embedding, "PATIENCE", 0.0)
    monkeypatch.setattr(embedding.Embedding, "tell", lambda *_: None)
    monkeypatch.setattr(embedding.Embedding, "wait", lambda *_: None)
    pixels = np.random.default_rng(0).integers(0, 255, (30, 8, 8), dtype=np.uint8)

    async def run():
        panel = Labeler(pixels, CLASSES, projection="pca")
        assert panel.session.awaits_embeddings
        assert panel._live().still.place[0] is None
        assert panel.picture().size == (1800, 800)
        panel.close()

    asyncio.run(run())


def test_a_panel_writes_the_report_of_what_its_map_shows(tmp_path, monkeypatch):
    seen = []
    real = nb.widget.sharing.write_report
    monkeypatch.setattr(
        "nblabel.widget.sharing.write_report", lambda *given: (seen.append(given), real(*given))[1]
    )
    points = np.random.default_rng(0).normal(size=(60, 2))
    page = open_page(projection=points)
    page.label("0")
    path = page.panel.report(tmp_path / "report.html", title="Mine")
    assert path.read_text("utf-8").count("<title>Mine</title>") == 1
    assert seen[0][3][1] == "custom"
    with pytest.raises(FileNotFoundError, match="make it first"):
        page.panel.report(tmp_path / "none" / "report.html")
    page.panel.close()
    assert page.panel.report(tmp_path / "again.html").exists()
