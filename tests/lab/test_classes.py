"""Classes that are changed in a real JupyterLab, by keyboard alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import (
    answer,
    cell,
    labels,
    no_violations,
    queue,
    shown,
    wait_for_labels,
    wait_for_question,
)

pytestmark = pytest.mark.lab


def dialog(book: Notebook) -> Locator:
    return book.page.locator(".nbl-class-dialog").last


def press(book: Notebook, *keys: str) -> None:
    for key in keys:
        book.page.keyboard.press(key)


def tab_to(book: Notebook, text: str) -> None:
    """Press Tab until the button with this text has the focus."""
    for _ in range(40):
        if book.page.evaluate("document.activeElement.textContent") == text:
            return
        press(book, "Tab")
    raise AssertionError(f"Tab does not reach {text}")


def classes(book: Notebook) -> list[str]:
    return book.evaluate("list(panel.session.classes)")


def wait_for_classes(book: Notebook, what: Callable[[list[str]], bool]) -> None:
    wait_for(lambda: what(classes(book)), 20, lambda: str(classes(book)))


def retype(book: Notebook, text: str) -> None:
    """Type in place of what the field holds."""
    press(book, "ControlOrMeta+a")
    book.page.keyboard.type(text)
    press(book, "Enter")


def test_classes_are_renamed_merged_and_retired_by_keyboard(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    cells, sources = book.cell_types(), book.sources()
    queue(book).focus()
    for key in "1299":
        answer(book, key)
    given = wait_for_labels(book, 4)

    press(book, ":")
    head = dialog(book).locator(".nbl-class-head")
    expect(head.first).to_be_focused()
    press(book, "ArrowDown", "Enter")
    expect(dialog(book).locator(".nbl-class-open").get_by_label("Name", exact=True)).to_be_focused()
    retype(book, "Pants")
    wait_for_classes(book, lambda found: found[1] == "Pants")
    expect(dialog(book).get_by_role("status")).to_have_text("“Trouser” is called “Pants” now.")
    press(book, "Escape", "u")
    wait_for_classes(book, lambda found: found[1] == "Trouser")
    expect(head.nth(1)).to_contain_text("Trouser")  # the page has heard of it
    expect(head.nth(1)).to_be_focused()

    press(book, "Enter")
    retype(book, "bag ")  # which differs from Bag only in case and spaces
    expect(dialog(book).get_by_role("button", name="Merge", exact=True)).to_be_focused()
    no_violations(book)
    press(book, "Enter")
    wait_for_classes(book, lambda found: "Trouser" not in found)
    assert [name for _, name in labels(book)] == ["T-shirt/top", "Bag", "Bag", "Bag"]
    expect(head.nth(1)).to_be_focused()  # the row is gone: the next one has the focus
    press(book, "u")
    wait_for(lambda: labels(book) == given, 20, lambda: str(labels(book)))
    expect(head.nth(1)).to_contain_text("Trouser")

    press(book, "Home", "Enter")
    tab_to(book, "Retire")
    press(book, "Enter")
    expect(head.first).to_contain_text("retired")
    assert book.evaluate("list(panel.session.retired)") == ["T-shirt/top"]
    press(book, "Escape", "Escape")
    expect(dialog(book)).to_be_hidden()
    expect(queue(book)).to_be_focused()
    expect(queue(book).locator(".nbl-class")).to_have_count(9)
    item = answer(book, "1")  # the first that is left
    assert wait_for_labels(book, 5)[-1] == [item, "Trouser"]
    assert (book.cell_types(), book.sources()) == (cells, sources)


def test_a_class_is_sorted_anew_by_keyboard_and_gone_on_with_after_a_restart(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    source = cell(tmp_path / "split.db")
    book = panel(source)
    # sandals and ankle boots of a class "shoes"
    book.execute(
        "rows = [i for i in range(200) if truth[i] in (5, 9)]\n"
        "panel.session.rename_class('Sandal', 'shoes')\n"
        "panel.session.tell(rows, 'shoes')"
    )
    n = book.evaluate("len(rows)")
    wait_for_question(book)
    queue(book).focus()
    press(book, ":", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    expect(dialog(book).locator(".nbl-class-open")).to_contain_text(f"{n} labels")
    tab_to(book, "Split…")
    press(book, "Enter")
    first = dialog(book).get_by_label("Name of group 1")
    expect(first).to_be_focused()
    expect(dialog(book).locator(".nbl-split-tile canvas:visible")).to_have_count(16)
    no_violations(book)
    book.page.keyboard.type("one kind")
    press(book, "Enter")
    book.page.keyboard.type("another kind")
    press(book, "Enter", "Enter")
    wait_for_classes(book, lambda found: found[-2:] == ["one kind", "another kind"])
    expect(queue(book)).to_be_focused()
    wait_for(
        lambda: book.evaluate(f"int({shown(book)!r}) in rows"), 20, lambda: f"shows {shown(book)}"
    )
    expect(queue(book).locator(".nbl-why-text")).to_contain_text("It is labeled shoes")
    item = shown(book)
    predicted = queue(book).locator(".nbl-prediction strong").inner_text()
    assert predicted in ("one kind", "another kind")
    answer(book, "Enter")
    wait_for(lambda: [item, predicted] in labels(book), 20, lambda: str(labels(book)[-3:]))
    left = "panel.session.unsorted('shoes').tolist()"
    assert len(book.evaluate(left)) == n - 1

    book.restart_kernel()
    book.run_all()
    wait_for_question(book)
    assert len(book.evaluate(left)) == n - 1
    queue(book).focus()
    press(book, ":", *["ArrowDown"] * 5, "Enter")
    tab_to(book, f"{n - 1} to sort")
    press(book, "Enter")
    tab_to(book, "The rest stays “shoes”")
    press(book, "Enter")
    wait_for(lambda: book.evaluate(left) == [], 20, lambda: "the rest to stay")
    assert [name for _, name in labels(book)].count("shoes") == n - 1
