"""Labels are reviewed in the gallery as a person does it, in a real JupyterLab, by keyboard alone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import no_violations, queue

pytestmark = pytest.mark.lab

SETUP = """
import numpy as np, nblabel as nb
sample = nb.datasets.load_fashion_mnist_sample()
kinds = [list(sample.classes).index(name) for name in ("Trouser", "Ankle boot")]
kept = np.flatnonzero(np.isin(sample.labels, kinds))[:300]
images, truth = sample.images[kept], (sample.labels[kept] == kinds[1]).astype(int)
"""
WRONG = """
names = [panel.session.classes[code] for code in truth]
panel.session.tell(range(60), names[:60])
wrong = [index for index in range(60) if truth[index]][:3]
panel.session.tell(wrong, "Trouser")
"""


def cell(store: Path) -> str:
    return f"""{SETUP}
panel = nb.Labeler(images, ["Trouser", "Ankle boot"], store={str(store)!r}, projection="pca")
panel"""


def test_labels_are_reviewed_by_keyboard_alone(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = panel(cell(tmp_path / "labels.db"))
    book.execute(WRONG)
    wrong = book.evaluate("wrong")
    gallery = book.page.locator(".nbl-gallery")
    known = gallery.locator(".nbl-gallery-known")

    def wait_for_right(n: int, events: int) -> None:
        """Wait until so many of the wrong labels are set right, by so many more steps."""

        def found() -> list[int]:
            log = "len(panel.session.store.read())"
            right = "sum(panel.session.y[index] == 1 for index in wrong)"
            told: list[int] = book.evaluate(f"[int({right}), {log}]")
            return told

        wait_for(lambda: found() == [n, events], 30, lambda: f"{[n, events]}, have {found()}")

    def framed() -> str:
        here = gallery.locator(".nbl-gallery-cell[data-here]:not([data-empty])")
        return str(here.get_attribute("aria-label"))

    wait_for(
        lambda: book.evaluate("panel.session.engine.graph is not None"), 120, lambda: "a graph"
    )
    n = book.evaluate("len(panel.session.store.read())")
    book.page.get_by_role("button", name="Review labels").press("Enter")
    summary = gallery.locator(".nbl-gallery-summary")
    expect(summary).to_have_text("3 of 300 images", timeout=60_000)
    expect(gallery.get_by_role("grid")).to_be_focused()
    cells = gallery.locator(".nbl-gallery-cell:not([data-empty])")
    told = cells.evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert all("Trouser, suggested Ankle boot" in one for one in told), told
    assert {int(re.findall(r"\d+", one)[0]) for one in told} == {*wrong}
    no_violations(book)

    book.page.keyboard.press("!")
    wait_for_right(1, n + 1)
    assert framed() == told[1]
    book.page.keyboard.press("*")
    wait_for_right(1, n + 2)  # it is in the log that somebody looked
    expect(gallery.locator(".nbl-gallery-changes")).to_contain_text("2 of 3 settled")
    assert framed() == told[2]
    book.page.keyboard.press("Enter")
    expect(known).to_contain_text("without this label the model predicts Ankle boot")
    no_violations(book)
    book.page.keyboard.press("!")
    wait_for_right(2, n + 3)
    expect(known).to_contain_text("settled")
    book.page.keyboard.press("Control+z")
    wait_for_right(1, n + 4)
    expect(known).to_contain_text("suggested Ankle boot")

    # both of those that are not right yet, in one step that one undo takes back
    book.page.keyboard.press("Escape")
    gallery.get_by_role("button", name="Update").press("Enter")
    expect(summary).to_have_text("2 of 300 images", timeout=60_000)
    gallery.get_by_role("grid").press("Control+a")
    book.page.keyboard.press("!")
    wait_for_right(3, n + 5)
    expect(gallery).to_contain_text("All are settled.")
    book.page.keyboard.press("u")
    wait_for_right(1, n + 6)
    expect(gallery.locator(".nbl-gallery-changes")).to_be_hidden()
    expect(gallery.locator(".nbl-gallery-cell[data-gone]")).to_have_count(0)
    book.page.keyboard.press("Control+a")
    book.page.keyboard.press("!")
    wait_for_right(3, n + 7)
    book.page.keyboard.press("#")
    expect(queue(book)).to_be_focused()
    book.restart_kernel()
    book.run_all()
    assert book.evaluate("int(panel.session.y[:60].tolist() == truth[:60].tolist())") == 1
