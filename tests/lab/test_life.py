"""What becomes of a panel: its cell run again, a second page, faults in its page, the end of its kernel."""

import re
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import answer, cell, labels, queue, shown, wait_for_labels, wait_for_question

pytestmark = pytest.mark.lab


def test_running_the_cell_again_retires_the_earlier_panel_and_keeps_answers_on_their_way(
    notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    source = cell(tmp_path / "labels.db")
    go = tmp_path / "go"
    busy = f"import pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.05)"
    # a copy of the cell, so that the earlier panel stays in sight
    book = notebook([source, f"{busy}\n{source}"])
    book.run_cell(0)
    wait_for_question(book)
    book.execute("earlier = panel")
    before = queue(book)
    first = answer(book, "1")
    wait_for_labels(book, 1)

    book.start_cell(1)
    on_their_way = []
    for key in ("2", "3"):
        item = before.locator(".nbl-id").inner_text()
        before.press(key)
        expect(before.locator(".nbl-id")).not_to_have_text(item)
        on_their_way.append(item)
    go.touch()
    book.wait_until_idle()

    panels = book.page.locator(".nbl-panel")
    expect(panels).to_have_count(2)
    wait_for(lambda: len(labels(book)) == 3, 20, lambda: f"three labels, have {labels(book)}")
    assert labels(book) == [
        [first, "T-shirt/top"],
        [on_their_way[0], "Trouser"],
        [on_their_way[1], "Pullover"],
    ]
    retired = panels.first.locator(".nbl-queue")
    expect(retired).to_contain_text("The cell was run again")
    expect(retired.locator(".nbl-saved")).to_contain_text("Saved")
    retired.press("4")
    expect(retired.locator(".nbl-messages")).to_contain_text("takes no more answers")
    # the newer one goes on, and variables of the notebook lead to it
    wait_for_question(book)
    assert shown(book) not in [first, *on_their_way]
    fourth = answer(book, "5")
    assert wait_for_labels(book, 4)[3] == [fourth, "Coat"]
    assert book.evaluate("len(earlier.labels())") == 4
    assert book.evaluate("[bool(earlier.closed), bool(panel.closed)]") == [True, False]


def test_a_closed_panel_says_so_and_keeps_the_labels(panel: Callable[..., Notebook]) -> None:
    book = panel()
    answer(book, "1")
    before = wait_for_labels(book, 1)
    book.execute("panel.close()")
    expect(queue(book)).to_contain_text("This panel is closed. Run its cell again")
    queue(book).press("2")
    book.run_cell(0)
    wait_for_question(book)
    assert labels(book) == before


def test_two_pages_of_one_panel_have_each_its_own_dialogs(panel: Callable[..., Notebook]) -> None:
    book = panel()
    book.execute("panel.clusters = np.arange(600) % 3")
    book.save()
    other = Notebook(book.server, book.page.context.new_page(), book.path)
    wait_for_question(other)

    def dialog(page: Notebook, name: str) -> Locator:
        return page.page.get_by_role("dialog", name=name)

    def gallery(page: Notebook) -> Locator:
        return page.page.locator(".nbl-gallery")

    # a group in each page, and its label
    for page, number in ((book, 1), (other, 2)):
        legend = page.page.locator(".nbl-map").get_by_role("group", name="Legend")
        legend.get_by_role("button", name=re.compile(f"^cluster {number}")).click()
    for page, number in ((book, 1), (other, 2)):
        expect(gallery(page)).to_contain_text(f"Cluster {number}")
        expect(gallery(page)).to_contain_text("200 images chosen")
        cells = gallery(page).locator(".nbl-gallery-cell:not([data-empty])")
        expect(cells.locator("canvas:visible")).to_have_count(cells.count())
    gallery(book).get_by_role("button", name="Trouser", exact=True).click()
    wait_for_labels(book, 200)
    expect(gallery(book)).to_contain_text("None chosen")
    expect(gallery(other)).to_contain_text("200 images chosen")
    for page in (book, other):
        page.page.keyboard.press("Escape")
        expect(gallery(page)).to_be_hidden()

    # the rest to be auto-labeled in one page, the curves in the other: both are kept up
    book.page.get_by_role("button", name="Auto-label the rest").click()
    other.page.get_by_role("button", name="Learning curves").click()
    rest, curves = dialog(book, "Auto-label the rest"), dialog(other, "Learning curves")
    expect(rest).to_contain_text("Maximum error")
    answer(other, "3")
    wait_for_labels(book, 201)
    expect(curves.locator("svg.nbl-chart")).not_to_have_count(0)
    expect(rest).to_be_visible()
    expect(dialog(book, "Learning curves")).to_have_count(0)
    expect(dialog(other, "Auto-label the rest")).to_have_count(0)
    other.page.keyboard.press("Escape")
    curves.press("Escape")
    expect(dialog(other, "Learning curves")).to_have_count(0)
    expect(rest).to_be_visible()
    assert other.problems == []


def test_what_goes_wrong_in_the_page_is_shown_and_loses_no_answer(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    failure = book.page.locator(".nbl-failure")
    expect(failure.get_by_role("alert")).to_be_empty()
    book.page.evaluate(
        """() => {
            Element.prototype.animate = () => { throw new Error("broken <b>on purpose</b>"); };
        }"""
    )
    item = answer(book, "1")
    expect(failure).to_contain_text("broken <b>on purpose</b>")
    assert book.problems
    assert all("on purpose" in problem for problem in book.problems)
    book.problems.clear()
    assert wait_for_labels(book, 1) == [[item, "T-shirt/top"]]
    failure.get_by_role("button", name="Dismiss").click()
    expect(failure.get_by_role("alert")).to_be_empty()


@pytest.mark.parametrize("killed", [False, True])
def test_a_kernel_that_ends_leaves_no_process_and_no_folder(
    panel: Callable[..., Notebook], tmp_path: Path, killed: bool
) -> None:
    # a pool that no other test has: neighbours found once are kept, and nothing would run
    n = 571 + killed
    source = cell(tmp_path / "labels.db", "projection='umap'")
    book = panel(source.replace("Labeler(images,", f"Labeler(images[:{n}],"))
    answer(book, "1")
    kernel = book.server.kernel_process(book.kernel_id())

    def folders() -> list[Path]:
        return list(book.server.temporary.glob("nblabel-*"))

    def work() -> list[psutil.Process]:
        return kernel.children(recursive=True)

    wait_for(lambda: folders() and work(), 60, lambda: "work in the background")
    running = [kernel, *work()]
    if killed:
        book.kill_kernel()
    else:
        book.shut_kernel_down()
    wait_for(
        lambda: not any(one.is_running() for one in running),
        20,
        lambda: f"the end of {[one for one in running if one.is_running()]}",
    )
    wait_for(lambda: not folders(), 20, lambda: f"the end of {folders()}")


def test_slow_embeddings_leave_no_red_stripe_above_the_panel(
    panel: Callable[..., Notebook],
) -> None:
    book = panel("""
import time, numpy as np, nblabel as nb
rng = np.random.default_rng(0)
words = np.array([f"word{i}" for i in range(5_000)])
texts = [" ".join(words[rng.integers(0, 5_000, 60)]) for _ in range(12_000)]
began = time.monotonic()
panel = nb.Labeler(nb.Pool(texts=texts), ["good", "bad"], projection="pca")
took = time.monotonic() - began
panel""")
    assert book.evaluate("took") > 1
    outputs = book.output_data(0)
    assert [one for one in outputs if one.get("name") == "stderr"] == []
    kinds = [kind for one in outputs for kind in one.get("data", {})]
    assert "application/vnd.jupyter.widget-view+json" in kinds
    # the bar that told of it is gone
    assert "<progress" not in str(outputs)
