"""Fixtures of the page tests: the repository over localhost and a browser page that tolerates no error."""

import runpy
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from tests.page.wire import check_wire, take_wire

ROOT = Path(__file__).parents[2]
# by its path: the page needs no kernel, and no module of one
ASSETS = runpy.run_path(str(ROOT / "nblabel/widget/view/assets.py"))
JOINED = {
    "/panel.js": ("text/javascript", lambda: ASSETS["script"]("panel.js")),
    "/packed.js": ("text/javascript", lambda: ASSETS["packed"](ASSETS["script"]("panel.js"))),
    "/panel.css": ("text/css", lambda: ASSETS["style"]("panel.css")),
    "/race.js": ("text/javascript", lambda: ASSETS["packed"](ASSETS["script"]("race.js"))),
    "/race.css": ("text/css", lambda: ASSETS["style"]("race.css")),
}


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves the repository, and the page code as users get it: joined, and packed."""

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
        self.send_header("Cache-Control", "max-age=600")  # the browser compiles a script once
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


class SharedPage:
    """A page that one test after another uses: a new one takes a process, and longer than most tests.

    It fails the test on console errors, page errors, and requests that leave localhost.
    """

    def __init__(self, browser: Browser) -> None:
        self.problems: list[str] = []
        self.is_spoiled = False
        self.context = browser.new_context()
        self.context.set_default_timeout(5000)
        self.context.route(lambda url: urlsplit(url).hostname != "127.0.0.1", self._refuse)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self._blame(f"page error: {error}"))
        self.page.on("console", self._hear)

    def _refuse(self, route: Route) -> None:
        self._blame(f"request to {route.request.url}")
        route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._blame(f"console: {message.text}")

    def _blame(self, problem: str) -> None:
        self.problems.append(problem)
        self.is_spoiled = True

    def open(self, url: str, problems: list[str]) -> None:
        """Open an address as a new page would: no stored state, no other size, colours or motion."""
        self.problems = problems
        self.page.set_viewport_size({"width": 800, "height": 900})
        self.page.emulate_media(
            color_scheme="null", reduced_motion="null", forced_colors="null", contrast="null"
        )
        if self.page.url.startswith("http"):
            self.page.evaluate("() => (localStorage.clear(), sessionStorage.clear())")
        self.page.goto(url)

    @property
    def is_as_new(self) -> bool:
        """Whether the next test may have it: errors may repeat, a clock that was stopped stays so."""
        native = "() => /native code/.test(String(setTimeout))"
        return not self.is_spoiled and bool(self.page.evaluate(native))


@pytest.fixture(scope="session")
def kept_pages(browser: Browser) -> Iterator[list[SharedPage]]:
    """The page that is in use, if there is one."""
    kept: list[SharedPage] = []
    yield kept
    for shared in kept:
        shared.context.close()


@pytest.fixture
def problems() -> list[str]:
    """What went wrong in the page; a test that has caused something takes it from here."""
    return []


@pytest.fixture
def browser_page(
    browser: Browser, page_server: str, problems: list[str], kept_pages: list[SharedPage]
) -> Iterator[Page]:
    """Page at `tests/page/page.html`, with no stored state of other tests.

    The test fails on what a `SharedPage` refuses, and on whatever crosses the wire otherwise than
    wire.schema.json has it.
    """
    shared = kept_pages.pop() if kept_pages else SharedPage(browser)
    shared.open(f"{page_server}/tests/page/page.html", problems)
    yield shared.page
    crossed = take_wire(shared.page)
    if shared.is_as_new:
        kept_pages.append(shared)
    else:
        shared.context.close()
    assert not problems
    check_wire(crossed)


def reload(page: Page) -> None:
    """Load the page anew, after a check of what crossed the wire until now."""
    check_wire(take_wire(page))
    page.reload()
