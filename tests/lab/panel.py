"""A panel in a notebook: its cell, and what a person sees of it and does in it."""

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.lab.notebook import Notebook, wait_for

SETUP = """
import numpy as np, nblabel as nb
sample = nb.datasets.load_fashion_mnist_sample()
images, truth = sample.images[:600], sample.labels[:600]
"""


def cell(store: Path | str | None = None, more: str = "projection='pca'") -> str:
    where = "None" if store is None else repr(str(store))
    return f"{SETUP}panel = nb.Labeler(images, sample.classes, store={where}, {more})\npanel"


def queue(book: Notebook) -> Locator:
    return book.page.locator(".nbl-queue").last


def wait_for_question(book: Notebook) -> None:
    expect(queue(book).locator(".nbl-mat")).to_have_attribute("data-state", "item")


def shown(book: Notebook) -> str:
    """The id of the item on screen."""
    return queue(book).locator(".nbl-id").inner_text()


def upcoming(book: Notebook) -> list[str]:
    """The ids of the questions that the page shows next, at most eight."""
    names = (
        queue(book)
        .locator(".nbl-next button")
        .evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    )
    return [re.fullmatch(r"Ask image (\S+) now", one)[1] for one in names]  # type: ignore[index]


def answer(book: Notebook, key: str) -> str:
    """Press a key in the queue and wait for the next picture; return the id answered.

    The panel takes the same key twice only after a moment, and says so: press it again, as a
    person does. A test that is faster than a hand sees that on an idle machine.
    """
    before = shown(book)
    queue(book).press(key)

    def moved() -> bool:
        if shown(book) != before:
            return True
        if "Same key twice" in queue(book).inner_text():
            queue(book).press(key)
        return False

    wait_for(moved, 30, lambda: f"the question after {before}: {queue(book).inner_text()}")
    return before


def labels(book: Notebook) -> list[list[str]]:
    """Ids and labels in the log, in order."""
    return book.evaluate("panel.labels()[['id', 'label']].values.tolist()")


def wait_for_labels(book: Notebook, n: int) -> list[list[str]]:
    wait_for(lambda: len(labels(book)) >= n, 20, lambda: f"{n} labels, have {labels(book)}")
    expect(queue(book).locator(".nbl-saved")).to_contain_text(re.compile("Saved|In memory only"))
    return labels(book)


def no_violations(book: Notebook) -> None:
    """What axe-core finds within the panel."""
    found = Axe().run(book.page, context=".nbl-panel").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
