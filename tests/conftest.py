"""Fixtures that all tests share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import platformdirs
import pytest
from playwright.sync_api import Browser

from tests.browser import launch_browser

# The same examples every time; HYPOTHESIS_PROFILE=search looks for new ones.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in a browser, and run them last: the quick ones first.

    They also come last because Playwright's event loop runs in this thread until the end, and no
    test could start one of its own beside it.
    """
    for item in items:
        if in_browser(item) and item.get_closest_marker("lab") is None:
            item.add_marker("page")
    items.sort(key=in_browser)


def in_browser(item: pytest.Item) -> bool:
    return "browser" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty cache: no test finds what an earlier run left, or another process of this one."""
    browsers = str(platformdirs.user_cache_path("ms-playwright"))  # they stay where they are
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv(
            "PLAYWRIGHT_BROWSERS_PATH", os.environ.get("PLAYWRIGHT_BROWSERS_PATH", browsers)
        )
        yield


@pytest.fixture(scope="session", autouse=True)
def no_sentences() -> Iterator[None]:
    """Texts by their words, as without the extra `texts`: a network takes seconds to load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nblabel.embeddings.choice.has_sentences", lambda: False)
        yield


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folders that background processes work in."""
    place = tmp_path / "working"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests: Playwright runs only once in a process."""
    with launch_browser() as browser:
        yield browser
