"""Notes, guidelines and a tree of classes in a real JupyterLab, by keyboard alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import SETUP, answer, labels, no_violations, queue, shown, wait_for_question

pytestmark = pytest.mark.lab

TREE = "{'shoe': ['sandal', 'sneaker', 'boot'], 'other': []}"


def opened(store: Path) -> str:
    where = repr(str(store))
    return f"{SETUP}panel = nb.Labeler(images, {TREE}, store={where}, projection='pca')\npanel"


def test_notes_guidelines_and_answers_at_any_level_outlive_the_kernel(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = panel(opened(tmp_path / "labels.db"))
    cells, sources = book.cell_types(), book.sources()
    keyboard = book.page.keyboard
    wait_for_question(book)
    noted = shown(book)
    queue(book).press(",")
    expect(queue(book).get_by_label("Note for this image")).to_be_focused()
    keyboard.type("dd: blurred, see u")  # which deletes no cell and undoes nothing
    keyboard.press("Enter")
    expect(queue(book)).to_contain_text("Note: dd: blurred, see u")
    wait_for(
        lambda: book.evaluate("panel.session.notes") == {noted: "dd: blurred, see u"},
        20,
        lambda: str(book.evaluate("panel.session.notes")),
    )

    # a shoe, its kind later; and one with its kind
    first = shown(book)
    queue(book).press("1")
    answer(book, "0")
    second = shown(book)
    queue(book).press("1")
    answer(book, "2")
    given = [[first, "shoe"], [second, "sneaker"]]
    wait_for(lambda: labels(book) == given, 20, lambda: str(labels(book)))

    status = book.page.locator(".nbl-status").last
    button = status.get_by_role("button", name="Guidelines", exact=True)
    button.press("Enter")
    form = status.locator("form[aria-label=Guidelines]")
    expect(form).to_contain_text("Nobody wrote guidelines yet.")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(form.get_by_label("How to label here")).to_be_focused()
    keyboard.insert_text("# Shoes\n\nAlso **rubber** ones.")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(form.locator("h3")).to_have_text("Shoes")
    no_violations(book)
    keyboard.press("Escape")
    expect(button).to_be_focused()

    book.restart_kernel()
    book.run_all()
    wait_for_question(book)
    assert labels(book) == given
    assert book.evaluate("panel.session.notes") == {noted: "dd: blurred, see u"}
    found = book.evaluate("panel.session.search('blurred', by='notes').indices.tolist()")
    assert [str(index) for index in found] == [noted]
    expect(status).to_be_visible()
    status.get_by_role("button", name="Guidelines", exact=True).press("Enter")
    expect(status.locator("form strong")).to_have_text("rubber")
    assert (book.cell_types(), book.sources()) == (cells, sources)
