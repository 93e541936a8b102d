"""What a person does in the panel, in each front end."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.hosts.hosts import Host
from tests.lab.notebook import wait_for

pytestmark = pytest.mark.hosts

SETUP = """
import nblabel as nb
sample = nb.datasets.load_fashion_mnist_sample()
panel = nb.Labeler(sample.images[:600], sample.classes, store="labels.db", projection="pca")
panel
"""
MARIMO = [
    SETUP.removesuffix("panel\n")
    + "import marimo as mo\nlabeling = mo.ui.anywidget(panel)\nlabeling",
    """
value = labeling.value
told = f"{len(value['labels'])} labels, {len(value['selection'])} selected"
mo.md(f"Python sees {told}: {sorted(set(value['labels'].values()))}")
""",
]


def answer(host: Host, key: str) -> str:
    """Press a key in the queue, and wait for the next picture; return the id answered."""
    shown = host.queue.locator(".nbl-id")
    before = shown.inner_text()
    host.queue.press(key)
    expect(shown).not_to_have_text(before)
    return before


def labeled(host: Host) -> int:
    """How many labels the status tells of, by what is left."""
    figures = host.panel.locator(".nbl-figures > div")
    told = dict(
        figures.evaluate_all("all => all.map((one) => [...one.children].map((c) => c.textContent))")
    )
    return 600 - int(told["Left"])


def wait_for_labels(host: Host, n: int) -> None:
    wait_for(lambda: labeled(host) == n, 60, lambda: f"{n} labels, not {labeled(host)}")


@pytest.mark.parametrize("name", ["marimo", "marimo-edit", "voila", "notebook", "nbclassic"])
def test_label_undo_lasso_gallery_and_export(host: Callable[..., Host], name: str) -> None:
    book = host(name, MARIMO if "marimo" in name else [SETUP])
    page, panel, queue = book.page, book.panel, book.queue
    expect(queue.locator(".nbl-mat")).to_have_attribute("data-state", "item")

    # labels by keyboard, and undo
    given = [answer(book, key) for key in ("1", "2", "3")]
    wait_for_labels(book, 3)
    queue.press("u")
    expect(queue.locator(".nbl-id")).to_have_text(given[2])
    wait_for_labels(book, 2)

    # what is drawn around on the map is labeled in one step
    plane = panel.locator(".nbl-map-plane")
    plane.scroll_into_view_if_needed()
    panel.get_by_role("button", name="Lasso").click()
    box = plane.bounding_box()
    assert box
    left, top, width, height = box["x"], box["y"], box["width"], box["height"]
    corners = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.12)]
    page.mouse.move(left + corners[0][0] * width, top + corners[0][1] * height)
    page.mouse.down()
    for x, y in corners[1:]:
        page.mouse.move(left + x * width, top + y * height, steps=4)
    page.mouse.up()
    gallery = panel.locator(".nbl-gallery")
    expect(gallery).to_contain_text("images chosen")
    cells = gallery.locator(".nbl-gallery-cell:not([data-empty])")
    expect(cells.locator("canvas:visible")).to_have_count(cells.count())
    if "marimo" in name:
        expect(
            page.get_by_text(re.compile(r"Python sees 2 labels, [1-9]\d+ selected"))
        ).to_be_visible()
    gallery.get_by_role("button", name="Bag", exact=True).click()
    wait_for(lambda: labeled(book) > 50, 60, lambda: f"the group, have {labeled(book)}")
    page.keyboard.press("u")
    wait_for_labels(book, 2)
    page.keyboard.press("Escape")

    # the gallery
    queue.press("#")
    gallery.get_by_role("button", name="Show all").click()
    expect(gallery.locator(".nbl-gallery-summary")).to_have_text("All 600 images")
    gallery.locator(".nbl-gallery-cell").nth(5).click()
    page.keyboard.press("4")
    wait_for_labels(book, 3)
    page.keyboard.press("u")
    wait_for_labels(book, 2)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(queue).to_be_visible()
    if "marimo" in name:
        told = "Python sees 2 labels, 0 selected: ['T-shirt/top', 'Trouser']"
        expect(page.get_by_text(told)).to_be_visible()

    # an export, for the browser, and where the kernel is one's own beside the notebook
    status = panel.locator(".nbl-status")
    status.get_by_role("button", name="Export…").press("Enter")
    with page.expect_download() as download:
        status.get_by_role("button", name="Download").click()
    lines = download.value.path().read_text().splitlines()
    assert download.value.suggested_filename == "labels.csv"
    assert [line.split(",")[2] for line in lines[1:]] == ["T-shirt/top", "Trouser"]
    write = status.get_by_role("button", name="Export", exact=True)
    if name in ("marimo", "voila"):
        expect(write).to_be_hidden()
    else:
        write.click()
        wait_for((book.folder / "labels.csv").exists, 30, lambda: "the file")
