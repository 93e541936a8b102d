"""Fixtures of the page tests: the repository over localhost and a browser page that tolerates no error."""

import runpy
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.page.wire import check_wire, take_wire

ROOT = Path(__file__).parents[2]
# by its path: the page needs no kernel, and no module of one
ASSETS = runpy.run_path(str(ROOT / "nblabel/widget/view/assets.py"))
JOINED = {
    "/panel.js": ("text/javascript", lambda: ASSETS["script"]("panel.js")),
    "/panel.css": ("text/css", lambda: ASSETS["style"]("panel.css")),
}


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves the repository, and the page code as users get it: joined."""

    def do_GET(self) -> None:
        joined = JOINED.get(urlsplit(self.path).path)
        if joined is None:
            super().do_GET()
            return
        kind, text = joined
        body = text().encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

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
def problems() -> list[str]:
    """What went wrong in the page; a test that has caused something takes it from here."""
    return []


@pytest.fixture
def browser_page(browser: Browser, page_server: str, problems: list[str]) -> Iterator[Page]:
    """Fresh page at `tests/page/page.html` (no stored state of other tests).

    The test fails on console errors, page errors, requests that leave localhost, and on whatever crosses
    the wire otherwise than wire.schema.json has it.
    """

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
        crossed = take_wire(page)
    assert not problems
    check_wire(crossed)


def reload(page: Page) -> None:
    """Load the page anew, after a check of what crossed the wire until now."""
    check_wire(take_wire(page))
    page.reload()
