"""Fixtures of the tests in a real JupyterLab."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.lab.notebook import TIMEOUT_S, LabServer, Notebook, open_notebook
from tests.lab.panel import cell, wait_for_question

PAGE_TIMEOUT_MS = 5_000  # Playwright's own, which does for pages without a kernel


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """What is expected of a page waits for its kernel, as long as the rest of the harness does."""
    expect.set_options(timeout=TIMEOUT_S * 1_000)
    yield
    expect.set_options(timeout=PAGE_TIMEOUT_MS)


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    server = LabServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture
def notebook(
    lab_server: LabServer, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook: ``notebook(["1 + 1"], viewport=...)``, or ``notebook(path)`` for a copy.

    The options are those of Playwright's ``new_context``. The test fails on console errors, page
    errors and requests to other servers; one that provokes an error removes it from
    ``Notebook.problems``.
    """
    opened: list[Notebook] = []
    name = re.sub(r"\W+", "_", request.node.name)
    with ExitStack() as stack:

        def open_one(cells: list[str] | Path, **options: Any) -> Notebook:
            book = open_notebook(lab_server, browser, f"{name}_{len(opened)}", cells, **options)
            opened.append(stack.enter_context(book))
            return opened[-1]

        yield open_one
    assert [problem for book in opened for problem in book.problems] == []


@pytest.fixture
def panel(notebook: Callable[..., Notebook], tmp_path: Path) -> Callable[..., Notebook]:
    """Open a notebook with a panel and wait for its first question."""

    def open_panel(source: str | None = None, **options: Any) -> Notebook:
        options.setdefault("viewport", {"width": 1280, "height": 1000})
        book = notebook([source or cell(tmp_path / "labels.db"), "'below'"], **options)
        book.run_all()
        wait_for_question(book)
        return book

    return open_panel
