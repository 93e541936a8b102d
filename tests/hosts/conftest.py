"""Fixtures of the tests in front ends that are not JupyterLab: marimo, Voilà and Notebook 7.

They need the extra `hosts`, which `make test-hosts` installs.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hosts.hosts import HOSTS, TIMEOUT_S, Host, open_host

PAGE_TIMEOUT_MS = 5_000  # Playwright's own


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """What is expected of a page waits for its kernel."""
    expect.set_options(timeout=TIMEOUT_S * 1_000)
    yield
    expect.set_options(timeout=PAGE_TIMEOUT_MS)


@pytest.fixture
def host(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Host]]:
    """Open cells in a front end: ``host("marimo", ["1 + 1"])``.

    The test fails on console errors, page errors and requests to other servers.
    """
    opened: list[Host] = []
    with ExitStack() as stack:

        def open_one(name: str, cells: list[str]) -> Host:
            if find_spec(HOSTS[name].module) is None:
                pytest.skip(f"{HOSTS[name].module} is not installed: make test-hosts installs it")
            opened.append(stack.enter_context(open_host(name, browser, tmp_path, cells)))
            return opened[-1]

        yield open_one
    assert [problem for one in opened for problem in one.problems] == []
