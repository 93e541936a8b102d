"""Where labels are kept, and whoever else shows or changes them, in a real JupyterLab."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import (
    answer,
    cell,
    labels,
    queue,
    shown,
    wait_for_labels,
    wait_for_question,
)

pytestmark = pytest.mark.lab


def test_labels_are_exported_and_imported_beside_the_notebook(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    queue(book).focus()
    given = [answer(book, "1"), answer(book, "2")]
    wait_for_labels(book, 2)
    status = book.page.locator(".nbl-status")
    status.get_by_role("button", name="Export…").press("Enter")
    path = status.get_by_label("File or folder in the notebook's folder")
    path.fill("from-the-panel.csv")
    path.press("Enter")
    said = "2 labels written to from-the-panel.csv, in the notebook's folder."
    expect(status.get_by_role("status")).to_have_text(said)
    written = (book.path.parent / "from-the-panel.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in written[1:]] == given
    path.press("Escape")
    expect(status.get_by_role("button", name="Export…")).to_be_focused()

    # and known ones are read, in one step
    new = next(str(index) for index in range(3) if str(index) not in given)
    known = f"id,label\n{given[0]},Bag\n{new},Shirt\nnobody,Shirt\n"
    (book.path.parent / "known.csv").write_text(known)
    status.get_by_role("button", name="Import…").press("Enter")
    path = status.get_by_label("File in the notebook's folder")
    path.fill("known.csv")
    path.press("Enter")
    expect(status.get_by_role("status")).to_contain_text("1 items labeled from 3 rows.")
    expect(status.get_by_role("status")).to_contain_text("No item has these ids: nobody.")
    assert wait_for_labels(book, 3)[2] == [new, "Shirt"]
    path.press("Escape")
    queue(book).press("u")
    wait_for(lambda: len(labels(book)) == 2, 20, lambda: f"undone: {labels(book)}")
    assert book.cell_count() == 2


def test_running_the_cell_again_and_a_restarted_kernel_keep_the_labels(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    given = [[answer(book, key), None][0] for key in "123"]
    before = wait_for_labels(book, 3)
    assert [item for item, _ in before] == given

    book.run_cell(0)
    wait_for_question(book)
    assert labels(book) == before
    assert shown(book) not in given

    book.restart_kernel()
    book.run_cell(0)
    wait_for_question(book)
    answer(book, "4")
    assert wait_for_labels(book, 4)[:3] == before
    assert book.evaluate("len(panel.session.store.read())") == 4


def test_without_a_store_running_the_cell_again_keeps_the_labels(
    panel: Callable[..., Notebook],
) -> None:
    book = panel(cell(None))
    expect(queue(book).locator(".nbl-saved")).to_contain_text("memory")
    answer(book, "1")
    before = wait_for_labels(book, 1)
    book.run_cell(0)
    wait_for_question(book)
    assert labels(book) == before


def test_a_reopened_notebook_shows_the_same_panel(panel: Callable[..., Notebook]) -> None:
    book = panel()
    answer(book, "1")
    before = wait_for_labels(book, 1)
    book.save()
    book.reload()
    wait_for_question(book)
    answer(book, "2")
    after = wait_for_labels(book, 2)
    assert after[:1] == before


def test_a_notebook_opened_after_its_kernel_ended_keeps_the_labels(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    given = [answer(book, "1"), answer(book, "2")]
    before = wait_for_labels(book, 2)
    assert [item for item, _ in before] == given
    advice = book.page.get_by_text("If no panel is shown here")
    expect(advice).to_have_count(1)
    expect(advice).to_be_hidden()
    # the picture of the panel follows once there is quiet, out of sight
    counts = "2 of 600 images labeled, 598 left."
    wait_for(
        lambda: counts in str(book.output_data(0)[2]["data"]) and book.output_data(0)[2],
        40,
        lambda: f"the picture of two labels, have {list(book.output_data(0)[2]['data'])}",
    )
    assert "image/png" in book.output_data(0)[2]["data"]
    picture = book.page.locator(".jp-RenderedImage img")
    expect(picture).to_have_count(1)
    expect(picture).to_be_hidden()
    book.save()
    book.reopen_later()
    expect(advice).to_be_visible()
    expect(advice).to_contain_text(counts)
    expect(picture).to_be_visible()
    expect(advice).to_contain_text("Run this cell again: the labels in ")
    # these are JupyterLab's words, and an error of its widget manager: the models went with the kernel
    expect(book.output(0).first).to_have_text("Error displaying widget: model not found")
    expect(book.page.locator(".nbl-panel")).to_have_count(0)
    assert all("Error: widget model not found" in problem for problem in book.problems)
    book.problems.clear()

    book.run_cell(0)
    wait_for_question(book)
    expect(advice).to_be_hidden()
    expect(picture).to_be_hidden()
    assert labels(book) == before
    assert shown(book) not in given
    third = answer(book, "3")
    assert wait_for_labels(book, 3) == [*before, [third, "Pullover"]]
    assert book.evaluate("len(panel.session.store.read())") == 3


def test_two_views_of_one_panel_stay_in_step(
    notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = notebook([cell(tmp_path / "labels.db"), "panel"])
    book.run_all()
    views = book.page.locator(".nbl-queue")
    expect(views).to_have_count(2)
    wait_for_question(book)
    item = shown(book)
    views.first.press("1")
    for view in (views.first, views.last):
        expect(view.locator(".nbl-id")).not_to_have_text(item)
    assert views.first.locator(".nbl-id").inner_text() == shown(book)
    views.last.press("2")
    assert len(wait_for_labels(book, 2)) == 2


def test_two_panels_on_one_log_show_the_same_labels(
    notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    first = cell(tmp_path / "labels.db")
    second = first.replace("panel = ", "other = ").replace("\npanel", "\nother")
    book = notebook([first, second])
    book.run_all()
    wait_for_question(book)
    item = shown(book)
    queue(book).press("1")
    expect(book.page.locator(".nbl-queue").first.locator(".nbl-id")).not_to_have_text(item)
    wait_for(lambda: labels(book) == [[item, "T-shirt/top"]], 10, lambda: str(labels(book)))


def test_answers_given_while_the_kernel_is_dead_are_kept_and_sent_again(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    answer(book, "1")
    before = wait_for_labels(book, 1)
    book.kill_kernel()
    book.page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
    expect(book.page.locator(".jp-Dialog")).to_have_count(0)
    unsaved = [answer(book, "2"), answer(book, "3")]
    expect(queue(book).locator(".nbl-saved")).to_contain_text("2 unsaved")
    book.wait_until_idle()
    book.run_cell(0)
    after = wait_for_labels(book, 3)
    assert after == [*before, [unsaved[0], "Trouser"], [unsaved[1], "Pullover"]]


def test_a_log_that_cannot_be_written_keeps_the_label_unsaved_until_it_can(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    refuse = "panel.session.store._engine.connect().exec_driver_sql('PRAGMA query_only = {}')"
    book.execute(
        "import sqlalchemy as sa\n"
        "@sa.event.listens_for(panel.session.store._engine, 'connect')\n"
        "def _(connection, _record): connection.execute(f'PRAGMA query_only = {refuse}')\n"
        "refuse = 1; panel.session.store._engine.dispose()"
    )
    del refuse
    item = answer(book, "1")
    expect(queue(book).locator(".nbl-saved")).to_contain_text("unsaved")
    expect(queue(book)).to_contain_text(re.compile("readonly|read-only|writable"))
    assert labels(book) == []
    book.execute("refuse = 0; panel.session.store._engine.dispose()")
    assert wait_for_labels(book, 1) == [[item, "T-shirt/top"]]


def test_a_panel_saved_with_its_widgets_says_that_its_kernel_is_gone(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    answer(book, "1")
    before = wait_for_labels(book, 1)
    # what a saved panel shows follows once the kernel has learned from the answer
    wait_for(
        lambda: book.evaluate("panel.snapshot['id']") not in dict(before),
        20,
        lambda: "the next question to be kept",
    )
    book.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    book.save()
    book.reopen_later()
    # the kernel's first question, which need not be the one that was on screen
    expect(queue(book).locator(".nbl-id")).not_to_be_empty()
    question = shown(book)
    assert question not in dict(before)
    silence = "Kernel not responding. Run this cell again"
    expect(queue(book).locator(".nbl-messages")).to_contain_text(silence, timeout=10_000)
    expect(book.page.locator(".nbl-map-empty")).to_contain_text(silence, timeout=10_000)
    expect(book.page.get_by_text("If no panel is shown here")).to_be_hidden()

    queue(book).press("2")
    expect(queue(book).locator(".nbl-saved")).to_have_text("▲1 unsaved")
    book.run_cell(0)
    wait_for_question(book)
    assert wait_for_labels(book, 2) == [*before, [question, "Trouser"]]
