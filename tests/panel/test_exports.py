"""Exporting from the panel: into the notebook's folder, whole or not at all."""

import asyncio
import threading

import pandas as pd
import pytest

import nblabel as nb
from nblabel.log import exporting
from tests.panel.helpers import open_page, until


class Exporting:
    """A panel in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.page = folder, open_page()
        self.page.session.tell([3, 4, 9], ["bag", "boot", "bag"])

    @property
    def trait(self):
        return self.page.traits["exporting"]

    def export(self, path, format="csv", replace=False):  # noqa: A002  the field's name
        self.page.say("export", checked=False, path=path, format=format, replace=replace)
        return self.trait

    @property
    def files(self):
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def panel(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Exporting(folder)


def test_every_format_is_offered_for_pictures_and_tables_else(panel):
    formats = [one["value"] for one in panel.trait["formats"]]
    assert formats == [
        "csv",
        "excel-csv",
        "jsonl",
        "parquet",
        "coco",
        "folders",
        "imagefolder",
        "report",
    ]
    texts = open_page(nb.Pool(texts=["a b", "b c", "c d"]))
    formats = [one["value"] for one in texts.traits["exporting"]["formats"]]
    assert formats == ["csv", "excel-csv", "jsonl", "parquet", "report"]


def test_labels_are_written_to_the_folder_of_the_notebook_and_it_says_where(panel):
    told = panel.export(" labels.csv ")
    assert (told["kind"], told["running"]) == ("done", False)
    assert told["text"] == "3 labels written to labels.csv, in the notebook's folder."
    table = pd.read_csv("labels.csv")
    assert table["label"].tolist() == ["bag", "boot", "bag"]
    assert panel.export("sorted", "folders")["kind"] == "done"
    assert panel.files == ["labels.csv", "sorted"]


def test_a_report_is_written_like_an_export(panel):
    told = panel.export("mine.html", "report")
    assert (told["kind"], told["running"]) == ("done", False)
    assert told["text"] == "The report is in mine.html, in the notebook's folder."
    assert "<html" in (panel.folder / "mine.html").read_text(encoding="utf-8")
    assert panel.export("mine.html", "report")["kind"] == "ask"
    told = panel.export("nowhere/mine.html", "report")
    assert told["kind"] == "error"
    assert "nowhere" in told["text"]
    message = {"path": "", "format": "report", "replace": False, "download": True}
    panel.page.say("export", checked=False, **{**message, "path": "other.html"})
    content, buffers = panel.page.heard[-1]
    assert (content["type"], content["name"]) == ("file", "other.html")
    assert b"<html" in bytes(buffers[0])
    assert (
        panel.trait["text"] == "The report is in other.html, among the downloads of this browser."
    )


def test_a_file_is_replaced_only_when_told(panel):
    (panel.folder / "mine.csv").write_text("of mine")
    told = panel.export("mine.csv")
    assert (told["kind"], told["text"]) == ("ask", "mine.csv is there already.")
    assert (panel.folder / "mine.csv").read_text() == "of mine"
    assert panel.export("mine.csv", replace=True)["kind"] == "done"
    assert len(pd.read_csv("mine.csv")) == 3


@pytest.mark.parametrize(
    "path", ["", "  ", ".", "..", "../x.csv", "/tmp/x.csv", "a/../../x.csv", "\0"]
)
def test_a_path_that_leads_elsewhere_is_refused(panel, path):
    told = panel.export(path)
    assert told["kind"] == "error"
    assert told["text"]
    assert panel.files == []
    assert [one.name for one in panel.folder.parent.iterdir()] == ["notebooks"]


def test_a_link_that_leads_elsewhere_is_refused(panel, tmp_path):
    (panel.folder / "out").symlink_to(tmp_path)
    assert "not inside the notebook's folder" in panel.export("out/x.csv")["text"]


@pytest.mark.parametrize(
    ("path", "format", "said"),
    [
        ("deep/x.csv", "csv", "make it"),
        ("x", "nonsense", "cannot export"),
        ("full", "folders", "is there already"),
    ],
)
def test_what_goes_wrong_is_told(panel, path, format, said):  # noqa: A002  the field's name
    (panel.folder / "full").mkdir()
    (panel.folder / "full" / "x").touch()
    told = panel.export(path, format)
    assert told["kind"] == "error"
    assert said in told["text"]
    assert panel.files == ["full"]


def test_it_can_be_cancelled_and_leaves_no_half_file(panel, monkeypatch):
    panel.page.session.tell(list(range(60)), "bag")
    reached, go_on = threading.Event(), threading.Event()
    write = exporting._write_picture

    def slow(pool, index, path):
        write(pool, index, path)
        if index == 30:
            reached.set()
            go_on.wait(20)

    monkeypatch.setattr(exporting, "_write_picture", slow)

    async def act():
        panel.export("sorted", "folders")
        await until(lambda: panel.trait["running"])
        await until(reached.is_set)
        await until(lambda: panel.trait["progress"] > 0.3)
        assert panel.export("other.csv")["running"]  # one at a time
        panel.page.say("cancel", task="export")
        go_on.set()
        await until(lambda: not panel.trait["running"])

    asyncio.run(act())
    assert panel.trait["text"] == "Cancelled: nothing was written."
    assert panel.files == []
    assert panel.export("labels.csv")["kind"] == "done"
