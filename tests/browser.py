"""Launch a Chromium for the tests: Playwright's own where it is installed, else the system's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserType, Error, Page, sync_playwright

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SYSTEM_NAMES = ["chromium", "chromium-browser", "google-chrome"]


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """Yield a headless browser and close it afterwards."""
    with sync_playwright() as playwright:
        browser = _launch(playwright.chromium)
        try:
            yield browser
        finally:
            browser.close()


def _launch(chromium: BrowserType) -> Browser:
    try:
        return chromium.launch(args=ARGS)
    except Error:
        path = next(filter(None, map(shutil.which, SYSTEM_NAMES)), None)
        if path is None:
            raise
        return chromium.launch(args=ARGS, executable_path=path)


def stop_clock(page: Page) -> None:
    """Let time pass in a page only when `page.clock` is told so.

    Until it is paused the clock runs, and it cannot be paused in its past: far ahead is safe.
    """
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
