"""The columns beside the item on screen, in a browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.test_queue_page import Queue

CELLS = [
    ["year", "1950", ""],
    ["place", "<b>Bruges</b>", "rare: 2 of 900 rows"],
    ["photographer", None, ""],
]


@pytest.fixture
def queue(browser_page: Page) -> Queue:
    return Queue(browser_page)


def test_columns_are_shown_as_text_and_follow_the_item(queue: Queue) -> None:
    beside = queue.root.get_by_role("group", name="Columns of this image")
    queue.ask(1)
    expect(queue.root.locator(".nbl-beside")).to_be_hidden()
    queue.ask(2, beside={"cells": CELLS, "more": 4})
    expect(beside.locator("dt")).to_have_text(["year", "place", "photographer"])
    expect(beside.locator("dd")).to_have_text(
        ["1950", "<b>Bruges</b>rare: 2 of 900 rows", "missing"]
    )
    expect(beside).to_contain_text("… 4 more columns")
    found = Axe().run(queue.page, context=".nbl-panel").response["violations"]
    assert [one["id"] for one in found] == []
    queue.ask(3, beside={"cells": [["year", "1999", ""]]})
    expect(beside.locator("dd")).to_have_text(["1999"])
    queue.ask(4)  # the place stays: keys and buttons do not move
    expect(beside).to_be_visible()
    expect(beside.locator("dd")).to_have_count(0)
