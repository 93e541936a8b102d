"""The quickstart notebook, as a person opens it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook

pytestmark = pytest.mark.lab

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"
MEMORY_LIMIT = 1 << 30


def test_quickstart_shows_the_panel_within_one_gigabyte(notebook: Callable[..., Notebook]) -> None:
    book = notebook(QUICKSTART)
    book.run_all()
    book.show_cell(3)
    expect(book.page.locator(".nbl-picture").first).to_be_visible()
    assert book.evaluate("len(panel.labels())") == 10

    kernel = book.server.kernel_process(book.kernel_id())
    processes = [kernel, *kernel.children(recursive=True)]
    assert sum(process.memory_info().rss for process in processes) < MEMORY_LIMIT
