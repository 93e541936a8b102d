"""Fixtures that all tests share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import launch_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests: Playwright runs only once in a process."""
    with launch_browser() as browser:
        yield browser
