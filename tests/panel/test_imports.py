"""Importing in the panel: from the notebook's folder, one step, and what did not fit."""

import asyncio
import threading

import pandas as pd
import pytest

from nblabel.log import reading
from nblabel.log.store import StoreError
from nblabel.system import progress
from tests.panel.helpers import open_page, until

ADD = "Add them, by add_class(name) or New class in the panel, and import again."


class Importing:
    """A panel in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.page = folder, open_page()
        self.session = self.page.session

    @property
    def trait(self):
        return self.page.traits["importing"]

    @property
    def acks(self):
        return self.page.messages("ack")

    def write(self, name="labels.csv", id="id", label="label"):  # noqa: A002  the columns' names
        table = pd.DataFrame({id: ["3", "4", "9", "gone"], label: ["bag", "boot", "hat", "bag"]})
        table.to_csv(self.folder / name, index=False, sep="\t" if name.endswith("tsv") else ",")

    def read(self, path="labels.csv", uid="import-1", **columns):
        content = {"type": "import", "path": path, "uid": uid, "id": "id", "label": "label"}
        kind = content.pop("type")
        self.page.say(kind, **{**content, **columns})
        return self.acks[-1] if self.acks else None

    def cancel(self):
        heard = list(self.page.heard)
        self.page.say("cancel", task="import")
        self.page.heard = [*heard, *self.page.heard]


@pytest.fixture
def panel(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Importing(folder)


def test_a_file_is_one_step_and_what_did_not_fit_is_told(panel):
    panel.write()
    ack = panel.read()
    assert (ack["type"], ack["uid"], ack["ok"]) == ("ack", "import-1", True)
    assert ack["text"].splitlines() == [
        "2 items labeled from 4 rows.",
        "No item has these ids: gone.",
        "No classes: 'hat' (1 rows). " + ADD,
        "One undo takes this back.",
    ]
    assert panel.session.knows("import-1")
    assert panel.page.known() == {"3": "bag", "4": "boot"}
    assert set(panel.session.labels()["source"]) == {"import"}
    assert panel.page.traits["status"]["labeled"] == 2
    assert {"3", "4"}.isdisjoint(panel.page.ids)
    assert panel.page.answer("undo")["text"] == "Undone: 2 images."
    assert panel.page.known() == {}


def test_other_columns_and_endings(panel):
    panel.write("deep.tsv", "file", "kind")
    assert panel.read("deep.tsv", id=" file ", label="kind")["ok"]
    assert panel.page.known() == {"3": "bag", "4": "boot"}


def test_the_same_uid_again_changes_nothing_even_after_an_undo(panel):
    panel.write()
    panel.read()
    panel.page.answer("undo")
    n = len(panel.session.store.read())
    assert panel.read() == {
        "type": "ack",
        "uid": "import-1",
        "ok": True,
        "text": "Imported before.",
    }
    assert len(panel.session.store.read()) == n


def test_what_brings_nothing_new_is_no_step(panel):
    panel.write()
    panel.read()
    ack = panel.read(uid="import-2")
    assert not ack["ok"]
    assert "Answered before, left as they were: 3, 4." in ack["text"]
    assert "undo" not in ack["text"]
    assert not panel.session.knows("import-2")


@pytest.mark.parametrize(
    ("path", "columns", "said"),
    [
        ("", {}, "name a file"),
        ("gone.csv", {}, "there is no file"),
        ("labels.csv", {"id": "file"}, "its columns are id, label. Name those"),
        ("labels.txt", {}, "it must be .csv, .tsv, .jsonl or .parquet"),
        (
            "../labels.csv",
            {},
            "not inside the notebook's folder; panel.session.import_labels(path)",
        ),
        ("out/labels.csv", {}, "not inside the notebook's folder"),
    ],
)
def test_what_is_wrong_is_told(panel, tmp_path, path, columns, said):
    panel.write()
    (tmp_path / "labels.csv").write_text("id,label\n3,bag\n")
    (panel.folder / "out").symlink_to(tmp_path)
    ack = panel.read(path, **columns)
    assert not ack["ok"]
    assert ack["text"].startswith("Nothing was imported: ")
    assert said in ack["text"]
    assert panel.session.store.read() == []
    assert not panel.trait


def test_a_log_that_cannot_be_written_is_told(panel, monkeypatch):
    def refuse(_event):
        raise StoreError("the disk is full.")

    panel.write()
    monkeypatch.setattr(panel.session.store, "append", refuse)
    ack = panel.read()
    assert (ack["ok"], ack["text"]) == (False, "Nothing was imported: the disk is full.")
    monkeypatch.undo()


def test_labels_are_given_while_a_file_is_read(panel, monkeypatch):
    reached, go_on = threading.Event(), threading.Event()
    parse = reading._parsed

    def slow(*args):
        reached.set()
        go_on.wait(20)
        return parse(*args)

    monkeypatch.setattr(reading, "_parsed", slow)
    panel.write()

    async def act():
        assert panel.read() is None  # nothing is acknowledged before it is committed
        await until(lambda: panel.trait)
        await until(reached.is_set)
        assert panel.page.label("3", "boot")["ok"]
        assert panel.read(uid="import-2") is None  # one at a time
        go_on.set()
        await until(lambda: panel.acks)
        assert panel.session.knows("import-1")

    asyncio.run(act())
    assert not panel.trait
    assert panel.acks[-1]["ok"]
    assert "Answered before, left as they were: 3." in panel.acks[-1]["text"]
    assert panel.page.known() == {"3": "boot", "4": "boot"}


def test_another_panel_on_the_same_log_follows(panel):
    other = open_page(panel.session.pool, annotator="other")
    panel.write()
    panel.read()
    assert other.known() == {"3": "bag", "4": "boot"}


@pytest.mark.parametrize("step", ["Matching", "Writing"])
def test_a_cancelled_import_leaves_nothing(panel, monkeypatch, step):
    monkeypatch.setattr(progress, "PART", 1)
    go_on, told = threading.Event(), []
    over = progress.over

    def slow(items, name):
        for item in over(items, name):
            told.append(name)
            if name == step:
                go_on.wait(20)
            yield item

    monkeypatch.setattr(progress, "over", slow)
    panel.write()

    async def act():
        assert panel.read() is None
        await until(lambda: step in told)
        panel.cancel()
        go_on.set()
        await until(lambda: panel.acks)

    asyncio.run(act())
    (ack,) = panel.acks
    assert (ack["ok"], ack["text"]) == (False, "Cancelled: nothing was imported.")
    assert (panel.session.store.read(), panel.trait) == ([], {})
    monkeypatch.undo()
    monkeypatch.chdir(panel.folder)
    assert panel.read()["ok"]  # the same uid: nothing of it stayed
    panel.cancel()  # nothing runs any more
    assert panel.page.known() == {"3": "bag", "4": "boot"}


def test_a_cancel_that_comes_too_late_is_told(panel, monkeypatch):
    committed, go_on = threading.Event(), threading.Event()
    append = panel.session.store.append

    def slow(event):
        append(event)
        committed.set()
        go_on.wait(20)

    monkeypatch.setattr(panel.session.store, "append", slow)
    panel.write()

    async def act():
        panel.read()
        await until(committed.is_set)
        panel.cancel()
        go_on.set()
        await until(lambda: panel.acks)

    asyncio.run(act())
    assert panel.acks[-1]["ok"]
    assert panel.page.known() == {"3": "bag", "4": "boot"}
