"""Auditing and auto-labeling as a person does it, in a real JupyterLab."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import upcoming

pytestmark = pytest.mark.lab

# two kinds of pictures that anybody tells apart, in a pool that few answers are enough for
SETUP = """
import numpy as np, nblabel as nb
rng = np.random.default_rng(1)
truth = rng.permutation(np.arange(400) % 2)
images = rng.integers(0, 60, (400, 12, 12), dtype=np.uint8)
images[truth == 1, 3:9] += 180
"""
KEYS = {0: "1", 1: "2"}
DRAWN = "panel.session.drawn"


def cell(store: Path) -> str:
    return f"""{SETUP}
panel = nb.Labeler(images, ["dark", "bright"], store={str(store)!r}, projection="pca")
panel"""


def queue(book: Notebook) -> Locator:
    return book.page.locator(".nbl-queue").last


def quality(book: Notebook) -> Locator:
    return book.page.locator(".nbl-quality").last


def said(book: Notebook) -> Locator:
    """What a screen reader hears."""
    return book.page.locator(".nbl-panel > [role=status]").last


def answer(book: Notebook, n: int) -> None:
    """Answer n questions by what the picture shows."""
    truth = book.evaluate("truth.tolist()")
    caption = queue(book).locator(".nbl-id")
    expect(queue(book).locator(".nbl-mat")).to_have_attribute("data-state", "item")
    queue(book).focus()
    for _ in range(n):
        item = caption.inner_text()
        while caption.inner_text() == item:  # the same key again at once is not counted
            queue(book).press(KEYS[truth[int(item)]])


def answer_checks(book: Notebook) -> None:
    """Answer until no check is left."""

    def are_next() -> bool:
        drawn = book.evaluate(f"[str(i) for i in {DRAWN}]")
        asked = upcoming(book)[: len(drawn)]
        return len(asked) == min(8, len(drawn)) and set(asked) <= set(drawn)

    wait_for(are_next, 30, lambda: f"the checks, have {upcoming(book)}")
    while book.evaluate(f"len({DRAWN})"):
        answer(book, 1)


def wait_until(book: Notebook, expression: str) -> None:
    wait_for(lambda: book.evaluate(expression), 30, lambda: expression)


def test_label_auto_label_undo_restart(notebook: Callable[..., Notebook], tmp_path: Path) -> None:
    book = notebook([cell(tmp_path / "labels.db")], viewport={"width": 1280, "height": 1400})
    book.run_all()
    answer(book, 6)
    wait_until(book, "panel.session.n_labeled == 6")

    # the error guarantee, by keyboard alone
    door = quality(book).get_by_role("button", name="Auto-label the rest")
    door.focus()
    door.press("Enter")
    dialog = quality(book).get_by_role("dialog", name="Auto-label the rest")
    dialog.get_by_label("Maximum error").select_option("0.1")
    expect(dialog).to_contain_text(re.compile(r"\d+ more checks would let \d+ images be accepted"))
    asks = dialog.get_by_role("button", name="Queue these")
    needed = int(re.findall(r"\d+", asks.inner_text())[0])
    asks.press("Enter")
    expect(dialog).to_contain_text(f"{needed} checks wait in the queue")
    wait_until(book, f"len(panel.session.drawn) == {needed}")
    answer_checks(book)

    expect(dialog).to_contain_text("can be accepted: at most 10", timeout=30_000)
    expect(dialog.locator(".nbl-preview-list li")).to_have_count(24)
    found = Axe().run(book.page, context=".nbl-quality").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    # by its first word: the button that takes back says "accepted", too
    accepts = dialog.get_by_role("button", name=re.compile("^Accept"))
    expect(accepts).to_be_enabled(timeout=30_000)  # once the last answer is taken in
    accepts.press("Enter")
    expect(said(book)).to_contain_text("accepted from the model")
    n = book.evaluate("panel.session.n_accepted")
    assert n > 200
    assert book.evaluate(
        "bool((panel.session.predict() == np.array(['dark', 'bright'])[truth]).all())"
    )
    expect(book.page.locator(".nbl-status")).to_contain_text("Auto-labeled")

    # one undo takes all of it back; the same again, and a restart keeps it
    dialog.get_by_role("button", name=re.compile("Undo: withdraw")).press("Enter")
    wait_until(book, "panel.session.n_accepted == 0")
    expect(accepts).to_be_enabled(timeout=30_000)  # once it is worked out again
    accepts.press("Enter")
    wait_until(book, f"panel.session.n_accepted == {n}")
    dialog.press("Escape")
    expect(dialog).to_be_hidden()
    expect(door).to_be_focused()
    assert book.cell_count() == 1
    book.restart_kernel()
    book.run_all()
    expect(book.page.locator(".nbl-status").last).to_contain_text("Auto-labeled")
    assert book.evaluate("panel.session.n_accepted") == n


def test_an_audit_measures_and_a_review_sets_right(
    notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = notebook([cell(tmp_path / "labels.db")], viewport={"width": 1280, "height": 1400})
    book.run_all()
    answer(book, 4)
    status = book.page.locator(".nbl-status")
    expect(status).to_contain_text("Accuracy is not known")
    quality(book).get_by_role("button", name="Audit 30 now").click()
    wait_until(book, "len(panel.session.drawn) == 30")
    answer_checks(book)
    expect(status).to_contain_text(re.compile(r"% right, .* 30 audit labels"), timeout=30_000)
    quality(book).get_by_role("button", name="Learning curves").click()
    expect(quality(book).locator("svg.nbl-chart")).to_have_count(2)
    compare = quality(book).get_by_role("button", name="Compare with random sampling")
    compare.press("Enter")
    expect(quality(book)).to_contain_text(re.compile(r"After \d+ labels: labels drawn at random"))
    expect(compare).to_be_focused()

    # a label that model and neighbours contradict is shown in the gallery
    wrong = book.evaluate("int(panel.session.labeled[3])")
    book.execute(f"panel.session.tell({wrong}, ['bright', 'dark'][truth[{wrong}]])")
    quality(book).get_by_role("button", name="Review labels").click()
    gallery = book.page.locator(".nbl-gallery")
    expect(gallery).to_contain_text("1 of 400 images", timeout=30_000)
    book.page.keyboard.press(KEYS[book.evaluate(f"int(truth[{wrong}])")])
    wait_until(book, f"bool(panel.session.y[{wrong}] == truth[{wrong}])")
    expect(gallery).to_contain_text("All are settled.")
    gallery.press("#")
    expect(queue(book)).to_be_focused()

    # an accepted label that the model contradicts by now is reverted, and accepted again by one undo
    wrong = book.evaluate("int(panel.session.unanswered[0])")
    book.execute(f"panel.session.accept([{wrong}], ['bright', 'dark'][truth[{wrong}]])")
    quality(book).get_by_role("button", name="Auto-label the rest").click()
    dialog = quality(book).get_by_role("dialog", name="Auto-label the rest")
    expect(dialog).to_contain_text("would now label 1 accepted item differently")
    dialog.get_by_role("button", name="Revert").press("Enter")
    expect(said(book)).to_contain_text("1 image reverted")
    assert book.evaluate("panel.session.n_accepted") == 0
    dialog.get_by_role("button", name="Undo: accept 1 again").press("Enter")
    wait_until(book, "panel.session.n_accepted == 1")

    # some questions are asked twice from now on
    quality(book).get_by_label("Repeat items").select_option("0.05")
    wait_until(book, "panel.session.repeat_share == 0.05")

    # and with an hourly rate, money is told; this test answers quicker than a person does
    book.execute("from nblabel.quality import costs; costs.FASTEST = 0.0")
    rate = status.get_by_label("Hourly rate")
    rate.fill("20")
    rate.press("Enter")
    expect(status).to_contain_text(
        re.compile("labels so far, at .* labels per hour: .*, cost "), timeout=30_000
    )
