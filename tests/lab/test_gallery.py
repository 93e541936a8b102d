"""The gallery in a real JupyterLab: what there is, what is chosen, and what becomes of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import answer, cell, labels, no_violations, queue, wait_for_labels

pytestmark = pytest.mark.lab


def gallery_of(book: Notebook) -> Locator:
    return book.page.locator(".nbl-gallery")


def painted(book: Notebook) -> int:
    """How many pictures in sight are painted."""
    return int(
        gallery_of(book)
        .locator(".nbl-gallery-cell:not([data-empty]) canvas:not([hidden])")
        .evaluate_all("all => all.filter((one) => one.width > 1).length")
    )


def chosen(book: Notebook) -> list[int]:
    found: list[int] = book.evaluate("panel.selection.tolist()")
    return found


def test_what_is_chosen_is_labeled_in_one_step_and_python_follows(
    panel: Callable[..., Notebook],
) -> None:
    book = panel(cell())
    answer(book, "1")
    wait_for_labels(book, 1)
    queue(book).press("#")
    gallery = gallery_of(book)
    expect(gallery.locator(".nbl-gallery-summary")).to_have_text("All 600 images")
    wait_for(lambda: painted(book) > 10, 30, lambda: f"{painted(book)} pictures")
    expect(queue(book)).to_be_hidden()
    no_violations(book)

    gallery.get_by_role("combobox", name="Show", exact=True).select_option("unlabeled")
    expect(gallery.locator(".nbl-gallery-summary")).to_have_text("599 of 600 images")
    cells = gallery.locator(".nbl-gallery-cell")
    cells.nth(0).click()
    cells.nth(3).click(modifiers=["Shift"])
    wait_for(lambda: len(chosen(book)) == 4, 20, lambda: f"4 chosen, have {chosen(book)}")
    four = chosen(book)
    book.page.keyboard.press("2")
    wait_for_labels(book, 5)
    known = {
        item for item, label in labels(book) if label == book.evaluate("panel.session.classes[1]")
    }
    assert {str(index) for index in four} <= known
    expect(cells.nth(0)).to_have_attribute("data-gone", "")  # its place stays
    book.page.keyboard.press("u")
    wait_for(lambda: len(labels(book)) == 1, 20, lambda: f"1 label, have {labels(book)}")
    expect(cells.nth(0)).not_to_have_attribute("data-gone", "")

    book.execute("panel.selection = [5, 6]")
    expect(gallery.locator(".nbl-gallery-chosen")).to_have_text("2 images chosen")
    book.page.keyboard.press("f")
    wait_for(
        lambda: len(book.evaluate("panel.session.flagged()")) == 2,
        20,
        lambda: str(book.evaluate("panel.session.flagged()")),
    )
    book.page.keyboard.press("#")
    expect(queue(book)).to_be_focused()
    answer(book, "1")
    wait_for_labels(book, 2)
