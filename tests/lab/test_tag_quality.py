"""Auditing a tag and taking it from the model in a real JupyterLab, by keyboard."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import no_violations, queue, shown, upcoming

pytestmark = pytest.mark.lab

# two tags that anybody sees, of pictures that few answers are enough for
SETUP = """
import numpy as np, nblabel as nb
rng = np.random.default_rng(1)
truth = np.stack([rng.permutation(400) % 2, rng.permutation(400) % 2], axis=1)
images = rng.integers(0, 60, (400, 12, 12), dtype=np.uint8)
images[truth[:, 0] == 1, :6] += 180
images[truth[:, 1] == 1, 6:] += 180
"""
DRAWN = "panel.session.drawn"


def cell(store: Path) -> str:
    return f"""{SETUP}
panel = nb.Labeler(images, ["above", "below"], store={str(store)!r}, multi_label=True,
                   projection="pca")
panel"""


def quality(book: Notebook) -> Locator:
    return book.page.locator(".nbl-quality").last


def wait_until(book: Notebook, expression: str) -> None:
    wait_for(lambda: book.evaluate(f"bool({expression})"), 30, lambda: expression)


def answer(book: Notebook, truth: list[list[int]]) -> None:
    """Press the tags that the picture shows, and Enter until the next one comes."""
    item = shown(book)
    for key, yes in zip("12", truth[int(item)], strict=True):
        if yes:
            queue(book).press(key)
    queue(book).press("Enter")

    def moved() -> bool:
        if shown(book) != item:
            return True
        if "Same key twice" in queue(book).inner_text():
            queue(book).press("Enter")
        return False

    wait_for(moved, 30, lambda: f"the question after {item}: {queue(book).inner_text()}")


def answer_drawn(book: Notebook, truth: list[list[int]]) -> None:
    """Answer three of the items drawn by keyboard, and the others from a cell."""

    def are_next() -> bool:
        drawn = book.evaluate(f"[str(i) for i in {DRAWN}]")
        return bool(drawn) and set(upcoming(book)[: min(8, len(drawn))]) <= set(drawn)

    wait_for(are_next, 30, lambda: f"the items drawn, have {upcoming(book)}")
    queue(book).focus()
    for _ in range(3):
        answer(book, truth)
    book.execute(f"rows = {DRAWN}\nif len(rows): panel.session.tell(rows, truth[rows])")
    wait_until(book, f"not len({DRAWN})")


def test_a_tag_is_audited_taken_from_the_model_and_given_back(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = panel(cell(tmp_path / "tags.db"), viewport={"width": 1366, "height": 1400})
    truth = book.evaluate("truth.tolist()")
    queue(book).focus()
    for _ in range(6):
        answer(book, truth)

    # the audit: thirty items drawn at random, then each tag with its intervals
    quality(book).get_by_role("button", name="Audit 30 now").press("Enter")
    wait_until(book, f"len({DRAWN}) == 30")
    answer_drawn(book, truth)
    status = book.page.locator(".nbl-status")
    expect(status).to_contain_text(
        re.compile("% of all pairs of item and tag right.*30 audit labels"), timeout=30_000
    )
    table = quality(book).get_by_role("button", name="Accuracy per tag")
    table.press("Enter")
    accuracy = quality(book).get_by_role("dialog", name="Accuracy per tag")
    expect(accuracy.get_by_role("row", name="above")).to_contain_text("30")
    expect(accuracy.get_by_role("row", name="above")).to_contain_text("to 100")
    no_violations(book)
    accuracy.press("Escape")
    expect(table).to_be_focused()

    # one tag from the model, with an error guarantee
    door = quality(book).get_by_role("button", name="Auto-label the rest")
    door.press("Enter")
    dialog = quality(book).get_by_role("dialog", name="Auto-label the rest")
    dialog.get_by_label("Maximum error").select_option("0.1")
    expect(dialog).to_contain_text("Choose the tags that the model is to give.")
    dialog.get_by_role("checkbox", name="above").press("Space")
    expect(dialog).to_contain_text(
        re.compile(r"more answers? about (tags|a tag) would let [\d,]+ answers about tags be")
    )
    dialog.get_by_role("button", name="Queue the checks").press("Enter")
    expect(dialog).to_contain_text(re.compile(r"\d+ checks? waits? in the queue"))
    answer_drawn(book, truth)
    accepts = dialog.get_by_role("button", name=re.compile("^Accept"))
    expect(accepts).to_be_visible(timeout=30_000)
    expect(accepts).to_be_enabled(timeout=30_000)  # once the last answer is taken in
    no_violations(book)
    accepts.press("Enter")
    by_model = "(panel.session.y != panel.session.learned_from(accepted=False))"
    wait_until(book, f"{by_model}[:, 0].any()")
    n = book.evaluate(f"int({by_model}.sum())")
    assert not book.evaluate(f"bool({by_model}[:, 1].any())")
    assert book.evaluate(f"float((panel.session.y == truth)[{by_model}].mean())") > 0.9
    expect(dialog).to_contain_text(re.compile(r"from the model: \d+ yes, \d+ no"))

    # one undo takes all of it back, and only that
    answered = book.evaluate("panel.session.n_labeled")
    dialog.get_by_role("button", name=re.compile("Undo: withdraw")).press("Enter")
    wait_until(book, f"not {by_model}.any()")
    assert book.evaluate("panel.session.n_labeled") == answered
    expect(accepts).to_be_enabled(timeout=30_000)
    accepts.press("Enter")
    wait_until(book, f"int({by_model}.sum()) == {n}")
    book.restart_kernel()
    book.run_all()
    wait_until(book, f"int({by_model}.sum()) == {n}")
