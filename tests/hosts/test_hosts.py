"""What a person does in the panel, in each front end."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

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

# two kinds of pictures that anybody tells apart; each id begins with its class
TWO_KINDS = """
import numpy as np
import nblabel as nb
rng = np.random.default_rng(1)
truth = rng.permutation(np.arange(400) % 2)
images = rng.integers(0, 60, (400, 12, 12), dtype=np.uint8)
images[truth == 1, 3:9] += 180
kinds = ["dark", "bright"]
pool = nb.Pool(images, ids=[f"{kinds[kind]}-{number}" for number, kind in enumerate(truth)])
panel = nb.Labeler(pool, kinds, projection="pca")
panel
"""
KEYS = {"dark": "1", "bright": "2"}


def answer(host: Host, key: str) -> str:
    """Press a key in the queue, and wait for the next picture; return the id answered."""
    shown = host.queue.locator(".nbl-id")
    before = shown.inner_text()
    host.queue.press(key)
    expect(shown).not_to_have_text(before)
    return before


def answer_rightly(host: Host, n: int) -> None:
    """Answer n questions of the two kinds."""
    shown = host.queue.locator(".nbl-id")
    for _ in range(n):
        item = shown.inner_text()
        while shown.inner_text() == item:  # the same key again at once is not counted
            host.queue.press(KEYS[item.partition("-")[0]])


def upcoming(host: Host) -> list[str]:
    """The thumbnails of the questions that come next."""
    names: list[str] = host.queue.locator(".nbl-next button").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    return names


def checks_left(dialog: Locator) -> int:
    """How many checks the dialog of the guarantee says are waiting."""
    found = re.search(r"(\d+) checks? waits? in the queue", dialog.inner_text())
    return int(found[1]) if found else 0


def answer_checks(host: Host, dialog: Locator, asks: Locator) -> None:
    """Queue the checks that are needed, and answer each."""
    expect(asks).to_be_enabled()
    before = upcoming(host)
    asks.press("Enter")
    expect(dialog).to_contain_text(re.compile(r"\d+ checks? waits? in the queue"))
    wait_for(lambda: upcoming(host) != before, 30, lambda: f"the checks, have {before}")
    while left := checks_left(dialog):
        answer_rightly(host, left)
        # the question that was on screen before them is none of them
        wait_for(lambda: checks_left(dialog) <= 1, 60, dialog.inner_text)


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


@pytest.mark.parametrize("name", ["marimo", "marimo-edit", "voila", "notebook", "nbclassic"])
def test_auto_label_with_a_guarantee(host: Callable[..., Host], name: str) -> None:
    book = host(name, [TWO_KINDS])
    queue, status = book.queue, book.panel.locator(".nbl-status")
    expect(queue.locator(".nbl-mat")).to_have_attribute("data-state", "item")
    answer_rightly(book, 6)

    # the checks that are needed, each answered
    quality = book.panel.locator(".nbl-quality")
    door = quality.get_by_role("button", name="Auto-label the rest")
    door.press("Enter")
    dialog = quality.get_by_role("dialog", name="Auto-label the rest")
    dialog.get_by_label("Maximum error").select_option("0.1")
    asks = dialog.get_by_role("button", name="Queue these")
    expect(asks).to_have_text(re.compile(r" [1-9]\d checks"))  # for fewer errors there are more
    outcome = dialog.get_by_text(re.compile(r"can be accepted: at most 10|more checks would let"))
    answer_checks(book, dialog, asks)
    expect(outcome).to_be_visible()
    if "more checks" in outcome.inner_text():  # the answers changed what is predicted
        answer_checks(book, dialog, asks)

    # accepted, taken back by one undo, accepted again
    expect(dialog).to_contain_text("can be accepted: at most 10")
    accepts = dialog.get_by_role("button", name=re.compile("^Accept"))
    expect(accepts).to_be_enabled()  # once the last answer is taken in
    accepts.press("Enter")
    expect(status).to_contain_text("Auto-labeled")
    dialog.get_by_role("button", name=re.compile("Undo: withdraw")).press("Enter")
    expect(status).not_to_contain_text("Auto-labeled")
    expect(accepts).to_be_enabled()  # once it is worked out again
    accepts.press("Enter")
    expect(status).to_contain_text("Auto-labeled")
    dialog.press("Escape")
    expect(dialog).to_be_hidden()
    expect(door).to_be_focused()

    # what a model labeled is marked as such in the export
    status.get_by_role("button", name="Export…").press("Enter")
    with book.page.expect_download() as download:
        status.get_by_role("button", name="Download").click()
    lines = download.value.path().read_text().splitlines()
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    accepted = [row for row in rows if row["source"] == "model"]
    assert len(accepted) > 100  # about half of the pool, by how sure the model is of it
    assert [row["id"] for row in rows if not row["id"].startswith(row["label"])] == []
