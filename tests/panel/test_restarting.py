"""Starting over in a panel: it ends and says where the log is kept; its cell then begins anew."""

import asyncio
from pathlib import Path

import pytest

import nblabel as nb
from nblabel.widget.text import restart
from tests.panel.helpers import open_page, picture_pool, shown
from tests.samples import CLASSES


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("store", ["labels.sqlite", None])
def test_the_panel_ends_and_the_cell_begins_anew(store):
    page = open_page(store=store)
    for item in ("3", "4"):
        page.label(item)
    page.say("start_over")
    closed = page.traits["closed"]
    assert closed.startswith("Started over. The labels so far are kept in ")
    assert "labels-1.sqlite: Undo cannot bring them back" in closed
    assert page.panel.labels().empty
    again = open_page(store=store)
    assert again.known() == {}
    assert again.label("7")["ok"]
    assert open_page(store=store).known() == {"7": "bag"}
    kept = nb.Labeler(picture_pool(), CLASSES, store="labels-1.sqlite")
    assert kept.labels()["id"].tolist() == ["3", "4"]


def test_it_waits_for_nobody_who_learns():
    async def live():
        page = await shown(store="labels.sqlite")
        for _ in range(5):
            page.label(page.current)
            page.tell_front()
        page.say("start_over")  # while the model learns
        assert page.traits["closed"].startswith("Started over.")

    for number in range(3):
        asyncio.run(live())
        assert Path(f"labels-{number + 1}.sqlite").exists()


def test_what_is_refused_is_said_and_the_panel_goes_on():
    session = nb.Session(picture_pool(), CLASSES, store="labels.sqlite", annotator="ana")
    session.tell(1, "bag")
    del session
    page = open_page(store="labels.sqlite", annotator="ben")
    page.label("3")
    page.say("start_over")
    assert page.traits["closed"] == ""
    assert "ana answered in labels.sqlite, too" in page.traits["error"]
    assert page.label("4")["ok"]
    with pytest.raises(ValueError, match="ana answered"):
        page.panel.start_over()


def test_two_panels_of_one_log_are_refused():
    page = open_page(store="labels.sqlite")
    other = open_page(picture_pool(50), store="labels.sqlite", annotator="ana")
    page.say("start_over")
    assert restart.OTHER_PANEL in page.traits["error"]
    other.panel.close()
    del other


def test_one_that_fails_at_the_last_moment_says_so(monkeypatch):
    page = open_page(store="labels.sqlite")
    page.label("3")

    def fail(*_paths):
        raise PermissionError("it is in use")

    monkeypatch.setattr("os.rename", fail)
    page.say("start_over")
    assert page.traits["closed"].startswith("Not started over: ")
    assert "Run the cell again: the labels are still there." in page.traits["closed"]
    assert open_page(store="labels.sqlite").known() == {"3": "bag"}


def test_a_closed_panel_cannot_start_over():
    page = open_page()
    page.panel.close()
    with pytest.raises(RuntimeError, match="closed"):
        page.panel.start_over()
