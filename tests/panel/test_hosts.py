"""What the kernel knows of marimo and Voilà, with stand-ins for them."""

import subprocess
import sys
import threading
import tomllib
import zipfile
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

import nblabel as nb
from nblabel.widget.panel import registry
from nblabel.widget.view import hosts
from nblabel.widget.work import exporting
from tests.panel.helpers import CLASSES, Labeler, open_page, picture_pool


@pytest.fixture
def marimo(monkeypatch):
    told = SimpleNamespace(mode="edit")
    module = SimpleNamespace(running_in_notebook=lambda: True, app_meta=lambda: told)
    monkeypatch.setitem(sys.modules, "marimo", module)
    return told


def test_the_value_in_marimo_has_labels_and_selection(marimo):
    page = open_page()
    session = page.session
    session.tell([3, 4], ["bag", "boot"])
    page.panel.selection = [7, 5]
    value = page.panel.get_state()
    assert value["labels"] == {session.pool.ids[3]: "bag", session.pool.ids[4]: "boot"}
    assert value["selection"] == [session.pool.ids[5], session.pool.ids[7]]
    assert "labels" not in page.panel.get_state("changes")


def test_the_value_of_several_tags_has_lists(marimo):
    panel = Labeler(picture_pool(), CLASSES, multi_label=True)
    panel.session.tell([2, 6], [["bag", "boot"], []])
    ids = panel.session.pool.ids
    assert panel.get_state()["labels"] == {
        ids[2]: sorted(["bag", "boot"], key=CLASSES.index),
        ids[6]: [],
    }


def test_changes_are_counted_in_marimo_and_nowhere_else(marimo, monkeypatch):
    page = open_page()
    page.label(page.session.pool.ids[0], "bag")
    assert page.traits["changes"] == 1
    page.panel.selection = [1, 2]
    assert page.traits["changes"] == 2
    page.set_trait("changes_heard", 2)
    assert page.panel.changes_heard == 2
    monkeypatch.delitem(sys.modules, "marimo")
    other = open_page(nb.Pool(texts=["a b", "b c", "c d"]))
    other.label(other.session.pool.ids[0], "bag")
    assert other.traits["changes"] == 0
    assert "labels" not in other.panel.get_state()


def test_plotlys_map_is_refused_in_marimo(marimo):
    with pytest.raises(ValueError, match="leave out map='plotly'"):
        Labeler(picture_pool(), CLASSES, map="plotly")


def test_each_thread_has_its_own_panels_and_logs_in_memory():
    # `marimo run` gives each visitor a thread of one process
    pool = picture_pool()
    mine = Labeler(pool, CLASSES)
    mine.session.tell(0, "bag")
    found = []

    def visit():
        other = Labeler(pool, CLASSES)
        found.extend([other.session.n_labeled, registry.others(other), registry.earlier(other)])
        other._come_into_sight()
        other.close()

    visitor = threading.Thread(target=visit)
    visitor.start()
    visitor.join()
    assert found == [0, [], []]
    assert mine.closed == ""
    assert Labeler(pool, CLASSES).session.n_labeled == 1  # the same thread goes on


@pytest.mark.parametrize("host", ["voila", "marimo", "lab"])
def test_only_downloads_are_offered_where_the_folder_is_elsewhere(host, monkeypatch, marimo):
    if host == "voila":
        monkeypatch.setenv("VOILA_PREHEAT", "False")
    if host == "marimo":
        marimo.mode = "run"
    assert open_page().traits["exporting"].get("apart", False) == (host != "lab")


def download(page, path, kind):
    page.say("export", path=path, format=kind, replace=False, download=True)
    return page.traits["exporting"], page.messages("file")


def test_a_download_is_sent_and_leaves_nothing_on_the_server(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = open_page()
    page.session.tell([3, 4, 9], ["bag", "boot", "bag"])
    told, (file,) = download(page, "elsewhere/labels.csv", "csv")
    assert told["kind"] == "done"
    assert told["text"] == "3 labels in labels.csv, among the downloads of this browser."
    assert file == {"type": "file", "name": "labels.csv", "to": page.id}
    assert page.buffers("file")[0].decode().splitlines()[1].startswith(page.session.pool.ids[3])
    told, (file,) = download(page, "sorted", "folders")
    assert file["name"] == "sorted.zip"
    with zipfile.ZipFile(BytesIO(page.buffers("file")[0])) as archive:
        assert sum(name.startswith("bag/") and name != "bag/" for name in archive.namelist()) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_cannot_be_says_why(monkeypatch):
    page = open_page()
    page.session.tell(3, "bag")
    assert download(page, " ", "csv")[0]["text"] == "name a file or folder."
    told, files = download(page, "labels.txt", "parquet2")
    assert (told["kind"], files) == ("error", [])
    monkeypatch.setattr(exporting, "MOST_MEGABYTES", -1)
    told, files = download(page, "labels.csv", "csv")
    assert (told["kind"], files) == ("error", [])
    assert "panel.export(path)" in told["text"]


def test_an_old_anywidget_is_refused_in_words():
    old = """
import anywidget
anywidget.__version__ = "0.9.13"
import nblabel
nblabel.Labeler
"""
    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert "needs anywidget 0.9.21 or newer, and 0.9.13 is installed" in said
    assert "pip install --upgrade anywidget" in said
    hosts.check_anywidget("0.9.21")
    hosts.check_anywidget("0.11.0rc1")


def test_the_oldest_anywidget_is_that_of_the_package():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    needed = tomllib.loads(text)["project"]["dependencies"]
    assert f"anywidget>={hosts.OLDEST_ANYWIDGET}" in needed
