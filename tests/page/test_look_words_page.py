"""Finding words in a text, the rest of a long text, and the columns that are chosen."""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.panel import Queue, item, questions

TEXT = "The cat sat. " + "A dog ran. " * 200 + "Another CAT came, and one more  cat left."
ROW = [["size", "10", "", 0.25], ["place", "sea", ""], ["day", None, ""]]


def as_bytes(value: Any) -> list[int]:
    return list(json.dumps(value, ensure_ascii=False).encode())


def text_item(number: int, length: int, buffer: int | None = 0) -> dict[str, Any]:
    return item(number, image=None, text={"buffer": buffer, "length": length})


def texts(page: Page, text: str = TEXT, length: int | None = None) -> Queue:
    queue = Queue(page, pool={"total": 50, "noun": "text"})
    items = [text_item(1, length or len(text)), text_item(2, 9, 1)]
    queue.deliver(questions(items), [as_bytes(text), as_bytes("short cat")])
    return queue


def test_every_match_is_marked_and_enter_goes_from_one_to_the_next(browser_page: Page) -> None:
    queue = texts(browser_page)
    queue.press("'")
    field = queue.root.get_by_role("searchbox", name="Find in the text")
    expect(field).to_be_focused()
    browser_page.keyboard.type("cat")
    count = queue.root.locator(".nbl-match-count")
    expect(count).to_have_text("1 of 3")
    expect(queue.root.locator(".nbl-found")).to_have_text(["cat", "CAT", "cat"])
    current = queue.root.locator(".nbl-found[data-current]")
    card = queue.root.locator(".nbl-text")
    assert card.evaluate("one => one.scrollTop") == 0
    browser_page.keyboard.press("Enter")
    expect(count).to_have_text("2 of 3")
    expect(current).to_have_text("CAT")
    assert card.evaluate("one => one.scrollTop") > 0
    for keys, said in [("Enter", "3 of 3"), ("Enter", "1 of 3"), ("Shift+Enter", "3 of 3")]:
        browser_page.keyboard.press(keys)
        expect(count).to_have_text(said)
    found = Axe().run(browser_page, context=".nbl-queue").response["violations"]
    assert [one["id"] for one in found] == []
    browser_page.keyboard.press("Escape")
    expect(queue.root).to_be_focused()
    expect(queue.root.locator(".nbl-found")).to_have_count(0)
    assert queue.sent("label", "skip", "flag") == []


def test_words_are_found_as_they_are_whatever_the_spaces(browser_page: Page) -> None:
    queue = texts(browser_page)
    queue.press("'")
    browser_page.keyboard.type("more cat")
    expect(queue.root.locator(".nbl-found")).to_have_text(["more  cat"])
    for words in ("c.t", "zebra"):
        browser_page.keyboard.press("Control+A")
        browser_page.keyboard.type(words)
        expect(queue.root.locator(".nbl-match-count")).to_have_text("no match")


def test_the_field_stays_for_the_next_text(browser_page: Page) -> None:
    queue = texts(browser_page)
    queue.press("'")
    browser_page.keyboard.type("cat")
    queue.press("1")
    expect(queue.root.locator(".nbl-id")).to_have_text("image-2")
    expect(queue.root.locator(".nbl-match-count")).to_have_text("1 of 1")


def test_the_rest_of_a_long_text_comes_when_it_is_read_on(browser_page: Page) -> None:
    beginning = "many words " * 2_000
    queue = texts(browser_page, beginning, 30_000)
    card = queue.root.locator(".nbl-text")
    expect(card).to_contain_text("more characters")
    assert queue.sent("read_text") == []
    card.evaluate("one => { one.scrollTop = one.scrollHeight; }")
    browser_page.wait_for_function(
        "() => nbl.widget.model.sent.some((one) => one.type === 'read_text')"
    )
    before = card.evaluate("one => one.scrollTop")
    whole = beginning + "the end".rjust(30_000 - len(beginning))
    message = {"type": "text", "id": "image-1", "text": {"buffer": 0, "length": len(whole)}}
    queue.deliver(message, [as_bytes(whole)])
    expect(card).to_contain_text("the end")
    expect(card).not_to_contain_text("more characters")
    assert card.evaluate("one => one.scrollTop") == before
    assert len(queue.sent("read_text")) == 1


def test_looking_for_something_reads_all_of_it(browser_page: Page) -> None:
    queue = texts(browser_page, "many words " * 2_000, 30_000)
    queue.press("'")
    browser_page.keyboard.type("x")
    assert [one["id"] for one in queue.sent("read_text")] == ["image-1"]


COLUMNS = {"row": {"names": ["size", "place", "day"], "chosen": []}, "pictures": []}


def rows(page: Page, **columns: Any) -> Queue:
    queue = Queue(page, pool={"total": 50, "noun": "row"}, columns={**COLUMNS, **columns})
    shown = item(1, image=None, row={"buffer": 0, "columns": 3})
    queue.deliver(questions([shown]), [as_bytes(ROW)])
    return queue


def test_a_value_has_its_place_in_its_column(browser_page: Page) -> None:
    queue = rows(browser_page)
    place = queue.root.get_by_role("img", name="above 25")
    expect(place).to_have_count(1)
    assert place.locator(".nbl-place-fill").evaluate("one => one.style.width") == "25%"


def test_columns_are_chosen_and_ordered_by_keys(browser_page: Page) -> None:
    queue = rows(browser_page)
    queue.press("$")
    dialog = queue.root.get_by_role("dialog", name="Columns")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    found = Axe().run(browser_page, context=".nbl-queue").response["violations"]
    assert [one["id"] for one in found] == []
    names = dialog.locator("li label")
    dialog.get_by_role("checkbox", name="day").focus()
    browser_page.keyboard.press("Alt+ArrowUp")
    expect(names).to_have_text(["size", "day", "place"])
    expect(dialog.get_by_role("checkbox", name="day")).to_be_focused()
    browser_page.keyboard.press("ArrowUp")
    browser_page.keyboard.press("Space")
    dialog.get_by_role("button", name="Show these").click()
    assert queue.sent("columns") == [{"type": "columns", "of": "row", "chosen": [2, 1]}]
    expect(dialog).to_be_hidden()
    expect(queue.root).to_be_focused()
    assert queue.sent("label", "skip") == []


def test_columns_are_filtered_and_shown_as_they_come_again(browser_page: Page) -> None:
    columns = {"row": {"names": ["size", "place", "day"], "chosen": [2, 1]}}
    queue = rows(browser_page, **columns)
    queue.press("$")
    dialog = queue.root.get_by_role("dialog", name="Columns")
    expect(dialog.locator("li label")).to_have_text(["day", "place", "size"])
    expect(dialog.get_by_role("checkbox", name="size")).not_to_be_checked()
    browser_page.keyboard.type("PLA")
    expect(dialog.locator("li:visible")).to_have_count(1)
    dialog.get_by_role("button", name="As they come").click()
    assert queue.sent("columns")[-1]["chosen"] == []


def test_what_is_kept_of_rows_is_dropped_when_others_are_shown(browser_page: Page) -> None:
    queue = rows(browser_page)
    expect(queue.root.locator(".nbl-row dt")).to_have_text(["size", "place", "day"])
    queue.write(columns={**COLUMNS, "row": {"names": ["size", "place", "day"], "chosen": [1]}})
    shown = item(1, image=None, row={"buffer": None, "columns": 3})
    queue.deliver(questions([shown]))
    assert queue.sent("need")[-1]["ids"] == ["image-1"]
    shown = item(1, image=None, row={"buffer": 0, "columns": 3})
    queue.deliver({"type": "media", "items": [shown]}, [as_bytes(ROW[1:2])])
    expect(queue.root.locator(".nbl-row dt:visible")).to_have_text(["place"])


@pytest.mark.parametrize("width", [320, 1366])
def test_a_large_view_of_texts_and_rows(browser_page: Page, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 768})
    queue = texts(browser_page)
    queue.press("%", "'")
    found = Axe().run(browser_page, context=".nbl-queue").response["violations"]
    assert [one["id"] for one in found] == []
    height = queue.root.locator(".nbl-text").bounding_box()
    assert height
    assert height["height"] > 250
