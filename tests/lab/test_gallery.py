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


PHOTOS = """
import numpy as np, pandas as pd, nblabel as nb
from pathlib import Path
from PIL import Image
folder = Path("large_photos"); folder.mkdir()
coarse = np.random.default_rng(0).integers(0, 256, (8, 20, 30, 3), dtype=np.uint8)
paths = [str(folder / f"{i}.jpg") for i in range(8)]
for path, one in zip(paths, coarse):
    Image.fromarray(one).resize((1800, 1200)).save(path)
frame = pd.DataFrame({"path": paths, "year": range(1950, 1958), "other": paths[::-1]})
frame["vector"] = list(coarse.reshape(8, -1) / 255)
pool = nb.Pool.from_frame(frame, image="path", embedding="vector")
panel = nb.Labeler(pool, ["cat", "dog"], projection="pca")
panel"""


def test_one_is_looked_at_large_labeled_noted_and_cleared(panel: Callable[..., Notebook]) -> None:
    book = panel(PHOTOS)
    page, gallery = book.page, gallery_of(book)
    queue(book).press("#")
    expect(gallery.locator(".nbl-gallery-summary")).to_have_text("All 8 images")
    gallery.locator(".nbl-gallery-cell").first.click()
    page.keyboard.press("Enter")
    large = gallery.locator(".nbl-gallery-large")
    expect(large).to_be_focused()
    expect(large).to_contain_text("1 of 8")
    expect(large.get_by_role("group", name="Columns of this image")).to_contain_text("1950")
    expect(large.locator(".nbl-sharp").first).to_be_visible()
    window = page.viewport_size
    media = large.locator(".nbl-gallery-large-media").bounding_box()
    bar = gallery.locator(".nbl-gallery-bar").bounding_box()
    assert window
    assert media
    assert bar
    assert media["height"] > 0.48 * window["height"]
    assert media["y"] > 0
    assert bar["y"] + bar["height"] <= window["height"]  # picture and buttons are in sight together

    page.keyboard.press("+")
    expect(large.locator("[data-zoomed]")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(large).to_contain_text("2 of 8")
    expect(large.get_by_role("group", name="Columns of this image")).to_contain_text("1951")
    expect(large.locator("[data-zoomed]")).to_have_count(1)  # the place stays
    no_violations(book)

    page.keyboard.press("2")
    assert wait_for_labels(book, 1) == [[book.evaluate("pool.ids[1]"), "dog"]]
    expect(large.locator(".nbl-gallery-known")).to_contain_text("dog")
    page.keyboard.press(",")
    page.keyboard.type("is it one?")
    page.keyboard.press("Control+Enter")
    expect(large.locator(".nbl-gallery-known")).to_contain_text("is it one?")
    expect(large).to_be_focused()

    page.keyboard.press("&")
    expect(large.get_by_role("slider", name="Brightness")).to_be_focused()
    page.keyboard.press("End")  # as bright as it can be; the gallery goes nowhere
    expect(large.locator(".nbl-picture").first).to_have_attribute("data-lit", "")
    expect(large).to_contain_text("2 of 8")
    page.keyboard.press("Escape")
    expect(large).to_be_focused()
    page.keyboard.press('"')
    other = large.get_by_role("img", name="Picture of the column other")
    wait_for(lambda: other.evaluate("one => one.width") > 100, 30, lambda: "the other picture")

    page.keyboard.press("Delete")
    wait_for_labels(book, 0)
    page.keyboard.press("Escape")
    expect(gallery.get_by_role("grid")).to_be_focused()
    page.keyboard.press("#")
    expect(queue(book)).to_be_focused()
