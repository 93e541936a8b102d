"""Notes and guidelines in a browser: written by keyboard, read by everybody, and never as HTML."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from nblabel.widget.view.markdown import markdown_nodes
from tests.page.panel import Queue
from tests.page.test_status_page import STATUS

TEXT = "# Boots\n\nAlso **rubber** ones: [see](https://example.org/a?b=1).\n\n- high\n- low\n"


@pytest.fixture
def queue(browser_page: Page) -> Queue:
    found = Queue(browser_page, status=STATUS)
    found.ask(0, 1, 2)
    return found


def field(queue: Queue) -> Locator:
    return queue.root.get_by_label("Note for this image")


def line(queue: Queue) -> Locator:
    return queue.root.locator(".nbl-remark-line")


def test_a_note_is_typed_in_place_and_typing_labels_nothing(queue: Queue) -> None:
    queue.press(",")
    expect(field(queue)).to_be_focused()
    queue.page.keyboard.type("1 of 2, blurred")
    queue.page.keyboard.press("Shift+Enter")
    queue.page.keyboard.type("see u")
    queue.page.keyboard.press("Enter")
    [note] = queue.sent("note", "label", "undo", "skip")
    assert (note["item"], note["text"]) == ("image-0", "1 of 2, blurred\nsee u")
    expect(queue.root).to_be_focused()
    expect(field(queue)).to_be_hidden()
    expect(line(queue)).to_contain_text("Note: 1 of 2, blurred")
    queue.expect_image(0)  # a note is no answer
    queue.acknowledge(note["uid"], "Note saved.")
    expect(queue.note).to_have_text("Note saved.")
    queue.press(",")
    expect(field(queue)).to_have_value("1 of 2, blurred\nsee u")
    queue.page.keyboard.press("Escape")
    expect(queue.root).to_be_focused()
    assert len(queue.sent("note")) == 1
    queue.press("1")
    expect(line(queue)).not_to_contain_text("Note:")
    queue.show(0, note="1 of 2, blurred", label="Sandal")
    expect(line(queue)).to_contain_text("Note: 1 of 2, blurred")


def test_a_note_stays_with_its_item(queue: Queue) -> None:
    queue.press(",")
    queue.page.keyboard.type("half a sentence")
    queue.show(7)  # another item comes on screen meanwhile
    expect(field(queue)).to_be_hidden()
    expect(queue.root).to_be_focused()
    queue.press(",")
    expect(field(queue)).to_have_value("")
    queue.page.keyboard.type("dark")
    queue.page.keyboard.press("Enter")
    [note] = queue.sent("note")
    assert (note["item"], note["text"]) == ("image-7", "dark")


def test_a_note_that_is_refused_says_why(queue: Queue) -> None:
    queue.press(",")
    queue.page.keyboard.type("dark")
    queue.page.keyboard.press("Enter")
    [note] = queue.sent("note")
    queue.acknowledge(note["uid"], "the disk is full.", ok=False)
    expect(queue.note).to_have_text("the disk is full.")
    expect(queue.root).to_be_focused()


def test_a_note_is_kept_until_the_kernel_is_back(queue: Queue) -> None:
    queue.kernel(alive=False)
    queue.press(",")
    queue.page.keyboard.type("dark")
    queue.page.keyboard.press("Enter")
    expect(line(queue)).to_contain_text("Note: dark")
    assert "dark" in queue.page.evaluate("JSON.stringify(localStorage)")


def test_html_in_a_note_is_text(queue: Queue) -> None:
    queue.show(0, note="<img src=x onerror=alert(1)> <b>bold</b>")
    expect(line(queue)).to_contain_text("<b>bold</b>")
    assert queue.root.locator("b, img").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_field_for_a_note_fits_a_narrow_panel(queue: Queue, theme: str) -> None:
    queue.page.evaluate("theme => { document.documentElement.className = theme; }", theme)
    queue.page.set_viewport_size({"width": 320, "height": 900})
    queue.show(0, note="long " * 40)
    queue.press(",")
    expect(field(queue)).to_be_visible()
    assert queue.root.evaluate("root => root.scrollWidth <= root.clientWidth")
    found = Axe().run(queue.page, context=".nbl-queue")
    assert found.violations_count == 0, found.generate_report()


# guidelines


def opened(page: Page, text: str) -> Locator:
    queue = Queue(page, status=STATUS, guidelines=told(text))
    queue.panel.get_by_role("button", name="Guidelines", exact=True).click()
    return queue.panel.locator(".nbl-status form[aria-label=Guidelines]")


def told(text: str) -> dict[str, Any]:
    return {"text": text, "nodes": markdown_nodes(text)}


def test_guidelines_are_shown_as_marked_up_text(browser_page: Page) -> None:
    form = opened(browser_page, TEXT)
    shown = form.get_by_role("document")
    expect(shown).to_be_focused()
    expect(shown.locator("h3")).to_have_text("Boots")
    expect(shown.locator("strong")).to_have_text("rubber")
    expect(shown.locator("li")).to_have_text(["high", "low"])
    link = shown.get_by_role("link", name="see")
    assert link.get_attribute("href") == "https://example.org/a?b=1"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_guidelines_are_written_by_keyboard(browser_page: Page) -> None:
    queue = Queue(browser_page, status=STATUS)
    button = queue.panel.get_by_role("button", name="Guidelines", exact=True)
    button.focus()
    browser_page.keyboard.press("Enter")
    form = queue.panel.locator(".nbl-status form[aria-label=Guidelines]")
    expect(form).to_contain_text("Nobody wrote guidelines yet.")
    browser_page.keyboard.press("Tab")
    browser_page.keyboard.press("Enter")
    expect(form.get_by_label("How to label here")).to_be_focused()
    browser_page.keyboard.insert_text(TEXT)
    browser_page.keyboard.press("Enter")  # a line more
    browser_page.keyboard.press("Tab")
    browser_page.keyboard.press("Enter")
    [event] = queue.sent("guidelines", "label")
    assert event["text"].strip() == TEXT.strip()
    queue.acknowledge(event["uid"], "Guidelines saved.")
    expect(form.get_by_role("status")).to_have_text("Guidelines saved.")
    queue.write(guidelines=told(event["text"]))
    expect(form.locator("h3")).to_have_text("Boots")
    browser_page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_a_link_that_would_run_something_is_text(browser_page: Page) -> None:
    queue = Queue(browser_page, status=STATUS)
    nodes = [{"tag": "a", "children": ["go"], "href": "javascript:window.ran = true"}]
    queue.write(guidelines={"text": "x", "nodes": nodes})
    queue.panel.get_by_role("button", name="Guidelines", exact=True).click()
    shown = queue.panel.get_by_role("document")
    expect(shown).to_have_text("go")
    assert shown.locator("*").count() == 0
    assert browser_page.evaluate("window.ran") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("writes", [False, True])
def test_axe_finds_nothing_in_the_guidelines(browser_page: Page, theme: str, writes: bool) -> None:
    browser_page.evaluate("theme => { document.documentElement.className = theme; }", theme)
    browser_page.set_viewport_size({"width": 320, "height": 900})
    form = opened(browser_page, TEXT + "\n| a | b |\n|---|---|\n| 1 | `2` |\n\n> so\n")
    if writes:
        form.get_by_role("button", name="Edit").click()
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(browser_page, context=".nbl-status", options=rules)
    assert found.violations_count == 0, found.generate_report()
    assert form.evaluate("form => form.scrollWidth <= form.clientWidth")
