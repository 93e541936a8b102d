"""Fixtures of the page tests: the repository over localhost and a browser page that tolerates no error."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

ROOT = Path(__file__).parents[2]


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


@pytest.fixture(scope="session")
def page_server() -> Iterator[str]:
    """Base URL of the repository root, served read-only."""
    handler = partial(QuietHandler, directory=str(ROOT))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def browser_page(browser: Browser, page_server: str) -> Iterator[Page]:
    """Fresh page at `tests/page/page.html` (no stored state of other tests).

    The test fails on console errors, page errors and requests that leave localhost.
    """
    problems: list[str] = []

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.fallback()
        else:
            problems.append(f"request to {route.request.url}")
            route.abort()

    with browser.new_context(viewport={"width": 800, "height": 900}) as context:
        context.set_default_timeout(5000)
        context.route("**/*", guard)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        page.on(
            "console",
            lambda message: (
                problems.append(f"console: {message.text}") if message.type == "error" else None
            ),
        )
        page.goto(f"{page_server}/tests/page/page.html")
        yield page
    assert not problems
