"""The panel beside Python: cells that label, other panels, what users call."""

import asyncio
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from nblabel.log.events import LabelEvent
from nblabel.log.store import LabelStore, StoreError
from nblabel.system import progress
from nblabel.widget import Labeler
from nblabel.widget.panel import figures
from nblabel.widget.panel.keys import KEYS
from nblabel.widget.view import cell
from nblabel.widget.work import watching
from tests.panel.helpers import open_page, picture_pool, shown, until
from tests.samples import CLASSES, blobs
from tests.wire import Page


def test_the_panel_follows_the_session(page):
    first = page.ids[0]
    page.session.tell(int(first), "boot")
    assert first not in page.ids
    assert page.traits["status"]["labeled"] == 1
    page.session.add_class("hat")
    assert page.traits["classes"][-1]["name"] == "hat"
    page.session.undo()
    page.session.undo()
    assert first in page.ids
    assert page.panel.labels().empty


def test_a_hundred_labels_are_one_change():
    async def tell():
        page = await shown(pool=picture_pool(200))
        page.heard.clear()
        for index in range(100):
            page.session.tell(index, CLASSES[index % 3])
        assert page.heard == []
        await until(lambda: "colors" in page.kinds())
        assert page.kinds().count("labeled") == 1
        assert page.traits["status"]["labeled"] == 100
        assert not {str(index) for index in range(100)} & set(page.ids)

    asyncio.run(tell())


@pytest.mark.slow
def test_the_pace_is_that_of_the_labels_given_in_the_panel(page, monkeypatch):
    monkeypatch.setattr(figures, "labels_per_hour", lambda _session, given: len(given))
    page.session.tell(10, "boot")
    assert page.traits["status"]["per_hour"] == 0
    page.label("5")
    page.label("6")
    assert page.traits["status"]["per_hour"] == 2
    again = open_page(page.session.pool)
    assert again.traits["status"]["per_hour"] == 2


def test_two_panels_on_one_log(tmp_path):
    one, two = (open_page(store=tmp_path / "labels.db", annotator=name) for name in ("a", "b"))
    first = two.ids[0]
    one.label(first)
    assert first not in two.ids
    assert two.known() == {first: "bag"}
    one.answer("add_class", name="hat")
    assert two.traits["classes"][-1]["name"] == "hat"
    two.label("30")
    one.answer("undo")  # its own
    assert two.traits["classes"][-1]["name"] == "shirt"
    assert two.known() == {first: "bag", "30": "bag"}


def test_what_another_process_wrote_is_taken_in(tmp_path):
    path = tmp_path / "labels.db"
    page = open_page(store=path)
    other = nb.Session(page.session.pool, CLASSES, store=path)
    first, second, third = page.ids[:3]
    other.add_class("hat")
    other.tell(int(first), "hat")
    page.label(second)
    assert page.traits["classes"][-1]["name"] == "hat"
    assert first not in page.ids
    other.tell(int(third), "hat")
    page.panel.refresh()
    assert third not in page.ids


def test_a_class_that_only_another_session_was_given(tmp_path):
    path = tmp_path / "labels.db"
    page = open_page(store=path)
    other = nb.Session(page.session.pool, [*CLASSES, "hat"], store=path)
    first, second, *_ = page.ids
    other.tell(int(first), "hat")
    page.panel.refresh()
    assert page.traits["classes"][-1]["name"] == "hat"
    assert "hat" in [entry["name"] for entry in page.traits["legend"]]
    assert page.traits["status"]["classes"][-1]["count"] == 1
    assert page.label(second, "hat")["ok"]
    assert page.panel.session.predict()[int(first)] == "hat"
    assert page.traits["error"] == ""


def test_an_extended_pool_keeps_its_labels_and_tells_what_is_new():
    X = np.concatenate([blobs(), blobs(10) + 100])
    pool = nb.Pool(embeddings=X[:60])
    open_page(pool).label("3")
    more = pool.extended(nb.Pool(embeddings=X[60:], ids=range(60, 70)))
    page = open_page(more)
    assert page.known() == {"3": "bag"}  # the log in memory is the same
    said = [notice["text"] for notice in page.traits["status"]["notices"]]
    assert any("10 of 10 new items" in text for text in said)
    assert any("unlike all earlier items" in text for text in said)


def test_a_path_may_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    page = open_page(store="~/labels.db")
    page.label("5")
    page.panel.export("~/labels.csv")
    assert {"labels.db", "labels.csv"} <= {file.name for file in tmp_path.iterdir()}


def test_export(page, tmp_path):
    page.label("5")
    page.panel.export(tmp_path / "labels.csv")
    assert "5" in (tmp_path / "labels.csv").read_text(encoding="utf-8")


# opened again


@pytest.mark.slow
def test_labels_in_memory_survive_the_cell_running_again():
    open_page().label("5")
    page = open_page()
    assert page.known() == {"5": "bag"}
    assert "5" not in page.ids
    with pytest.raises(StoreError, match=r"store=nblabel.LabelStore\(\) starts anew"):
        Labeler(picture_pool(), ["cat", "dog"])
    fresh = Labeler(picture_pool(), ["cat", "dog"], store=LabelStore(), projection="pca")
    assert fresh.labels().empty
    assert page.label("6")["ok"]  # a cell that failed left the panel alone


@pytest.mark.slow
def test_folders_with_the_same_names_share_no_labels(tmp_path):
    pages = []
    for shade, folder in ((0, tmp_path / "a"), (200, tmp_path / "b")):
        folder.mkdir()
        for number in range(3):
            Image.new("L", (4, 4 + shade // 100), shade).save(folder / f"{number}.png")
        pages.append(open_page(nb.Pool.from_folder(folder, embeddings=blobs(3))))
    pages[0].label("0.png")
    assert pages[0].known() == {"0.png": "bag"}
    assert pages[1].known() == {}
    again = open_page(nb.Pool.from_folder(tmp_path / "b", embeddings=blobs(3)))
    assert again.known() == {}


@pytest.mark.parametrize("persistent", [True, False])
def test_the_notebook_keeps_what_to_do_without_a_kernel(tmp_path, monkeypatch, persistent):
    outputs = []
    monkeypatch.setattr(cell, "display", lambda data, raw, **_: outputs.append(data))
    store = tmp_path / "<b>&.db" if persistent else None
    panel = open_page(store=store).panel
    panel._ipython_display_()
    bundle, advice, still = outputs
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == panel.model_id
    kept = f"the labels in {store} are kept." if persistent else "a new panel opens."
    text = f"If no panel is shown here, its kernel has stopped. Run this cell again: {kept}"
    assert advice == {"text/plain": text}  # HTML would have JupyterLab load MathJax
    assert still == {"text/plain": ""}  # filled later, so that nothing waits for it
    assert "nbl-advised" in panel._dom_classes  # what panel.css hides it by


# what it is made of


def test_a_panel_in_few_words(page):
    page.label("5")
    text = "Labeler(60 items, 3 classes, 1 labeled, in memory, until this kernel stops)"
    assert repr(page.panel) == text


def test_words_to_mark_and_predictions_to_hide():
    pool = nb.Pool(texts=["a b"] * 60, embeddings=blobs())
    page = open_page(pool, highlight="a", show_prediction=False)
    assert (page.traits["highlight"], page.traits["show_prediction"]) == ("a", False)
    page.set_trait("highlight", "b")
    page.set_trait("show_prediction", True)
    assert (page.panel.highlight, page.panel.show_prediction) == ("b", True)


def test_classes_have_keys_and_colours():
    described = open_page(classes=range(len(KEYS))).traits["classes"]
    assert len({one["key"] for one in described} - {""}) == len(KEYS)
    described = open_page(classes=range(40)).traits["classes"]
    assert {one["key"] for one in described} == {""}  # 1 to 5 give the likeliest
    assert len({one["color"] for one in described}) == 40


def test_what_a_labeler_refuses():
    with pytest.raises(ValueError, match="unknown projection 'isomap'"):
        Labeler(picture_pool(), CLASSES, projection="isomap")
    with pytest.raises(ValueError, match="unknown map 'atlas'"):
        Labeler(picture_pool(), CLASSES, map="atlas")
    with pytest.raises(TypeError):
        Labeler(picture_pool(), CLASSES, "knn")


def test_two_pages_of_one_panel_hear_of_each_other(page):
    other = Page(page.panel)
    first = page.current
    assert other.current == first
    page.label(first)
    assert other.current != first
    other.answer("undo")
    assert first in page.ids
    assert page.known() == {}


# while it is being built


class Cell:
    """What a cell of a notebook shows."""

    def __init__(self):
        self.shown = []

    def display(self, data, **_options):
        self.shown.append(data["text/plain"])
        return self

    def update(self, data, **_options):
        self.shown[-1] = data["text/plain"]


@pytest.mark.parametrize("delay", [0, 3600])
def test_a_bar_in_the_cell_goes_when_the_panel_is_built(monkeypatch, capsys, delay):
    output = Cell()
    monkeypatch.setattr(cell, "get_ipython", lambda: SimpleNamespace(kernel="here"))
    monkeypatch.setattr(cell, "display", output.display)
    monkeypatch.setattr(cell, "DELAY", delay)
    monkeypatch.setattr(cell, "PAUSE", 0)
    with cell.progress_in_cell():
        seen = [list(output.shown) for _ in progress.over("abcd", "Embedding")]
    assert seen[-1] == (["Embedding: 75%"] if delay == 0 else [])
    assert output.shown == ([""] if delay == 0 else [])
    assert capsys.readouterr() == ("", "")


def test_a_panel_is_built_in_silence(monkeypatch, capsys):
    monkeypatch.setattr(cell, "get_ipython", lambda: SimpleNamespace(kernel="here"))
    monkeypatch.setattr(progress, "PART", 10)  # everything has a bar
    pixels = np.random.default_rng(0).integers(0, 255, (60, 8, 8), dtype=np.uint8)
    Labeler(pixels, CLASSES, projection="pca")
    assert capsys.readouterr() == ("", "")


def test_an_answer_that_somebody_gave_meanwhile_is_told(tmp_path):
    page = open_page(store=tmp_path / "labels.db", annotator="bob")
    other = nb.Session(page.session.pool, CLASSES, store=tmp_path / "labels.db", annotator="ann")
    first, second, third = page.ids[:3]
    other.tell(int(first), "boot")
    said = page.label(first, "bag")["text"]
    assert (
        said == "Saved: bag. 1 labeled. ann labeled this as boot just now; your answer replaces it."
    )
    events = page.session.state.history(first)
    assert [(event.annotator, event.labels) for event in events] == [
        ("ann", ("boot",)),
        ("bob", ("bag",)),
    ]
    other.flag(int(second))
    assert page.answer("skip", id=second)["text"].endswith("ann flagged this just now; that stays.")
    assert page.label(third)["text"] == "Saved: bag. 2 labeled."
    assert page.label(third, "boot")["text"] == "Saved: boot. 2 labeled."  # one's own


def test_the_same_annotator_elsewhere_is_somebody_else(tmp_path):
    one, two = (
        nb.Session(picture_pool(), CLASSES, store=tmp_path / "labels.db", learner="knn")
        for _ in range(2)
    )
    first = one.tell(3, "boot")
    assert one.replaced(one.tell(3, "bag")) == []  # seen before
    assert two.replaced(two.tell([2, 3], "shirt")) == [one.state.history("3")[-1]]
    assert one.replaced(first) == []


def test_what_another_process_wrote_leaves_the_queue_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "SECONDS", 0.01)

    async def label():
        page = await shown(store=tmp_path / "labels.db", annotator="bob")
        with closing(LabelStore(tmp_path / "labels.db")) as store:
            item = page.ids[0]
            store.append(LabelEvent("label", (item,), ("boot",), annotator="ann"))
            await until(lambda: item not in page.ids)
            assert page.traits["status"]["labeled"] == 1
            page.say("gone")
            store.append(LabelEvent("label", ("59",), ("boot",), annotator="ann"))
            await until(lambda: not page.panel._panel.watch._is_on)
        page.panel.close()

    asyncio.run(label())


def test_a_pool_that_changed_is_told_on_opening(tmp_path):
    texts = {f"item {n}": f"text {n}" for n in range(20)}

    def opened():
        pool = nb.Pool(texts=list(texts.values()), embeddings=blobs(len(texts)), ids=list(texts))
        return open_page(pool, store=tmp_path / "labels.db")

    page = opened()
    page.session.tell([3, 4], "boot")
    del texts["item 3"]
    texts["item 4"] += "!"
    texts["item 20"] = "new"
    page = opened()
    (told,) = [one for one in page.traits["status"]["messages"] if "before" in one["text"]]
    assert told["text"] == "Items since the log was used before: 1 new, 1 missing, 1 changed."
    assert "'item 3'" in told["title"]
    assert "show_next" in told["title"]
    assert "item 4" not in page.ids
    changes = page.session.changes
    page.panel.show_next(page.session.pool.indices_of(changes.changed), again=True)
    assert "item 4" in page.ids
    assert page.label("item 4", "bag")["ok"]
    assert "item 4" not in page.ids
    assert not page.session.changes.changed
    texts["item 3"] = "text 3"
    page = opened()
    assert page.known() == {"item 3": "boot", "item 4": "bag"}
    assert not any("before" in one["text"] for one in page.traits["status"]["messages"])
