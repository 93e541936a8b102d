"""The quickstart notebook, as a person opens it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for

pytestmark = pytest.mark.lab

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"
MEMORY_LIMIT = 1 << 30


def test_quickstart_shows_the_panel_within_one_gigabyte(notebook: Callable[..., Notebook]) -> None:
    book = notebook(QUICKSTART)
    book.run_all()
    book.show_cell(3)
    expect(book.page.locator(".nbl-picture").first).to_be_visible()
    assert book.evaluate("len(panel.labels())") == 10
    # nothing that a later cell made has taken its place
    book.page.locator(".nbl-queue").press("1")
    wait_for(lambda: book.evaluate("len(panel.labels())") == 11, 20, lambda: "an eleventh label")

    kernel = book.server.kernel_process(book.kernel_id())
    used = 0
    for process in [kernel, *kernel.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # work in the background may end at any time
            used += process.memory_info().rss
    assert kernel.is_running()
    assert used < MEMORY_LIMIT
