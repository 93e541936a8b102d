"""The panel in pages as marimo, VS Code and Colab are: what they name, deliver, forbid and listen to."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import TRAITS, Queue, item, questions
from tests.page.test_status_page import EXPORT, STATUS


@pytest.fixture(autouse=True)
def _host(browser_page: Page, page_server: str) -> None:
    """A page without JupyterLab's colours, under a strict policy: what is refused fails the test."""
    browser_page.goto(f"{page_server}/tests/page/host.html")


STATIC = Path(__file__).parents[2] / "nblabel" / "widget" / "static"
LIGHT, DARK = ("#1a1a1a", "#ffffff"), ("#cccccc", "#1e1e1e")
# What tells the themes apart, as these front ends have it; none has JupyterLab's variables.
SHELLS = {
    "marimo": "(dark) => document.body.classList.toggle('dark', dark)",
    "code": "(dark) => (document.body.className = dark ? 'vscode-dark' : 'vscode-light')",
    "colab": "(dark) => document.documentElement.setAttribute('theme', dark ? 'dark' : 'light')",
}
COLOR = """([color, paper]) => Object.assign(document.body.style, { color, background: paper })"""
# marimo has a shadow root around each output, and style sheets that are adopted there.
SHADOW = """async () => {
    const around = document.createElement("div");
    around.id = "around";
    document.getElementById("cell").append(around);
    const root = around.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await (await fetch("/panel.css")).text());
    root.adoptedStyleSheets = [sheet];
    const place = document.createElement("div");
    root.append(place);
    nbl.place = place;
}"""
# In which kind of array the buffers of a message come.
AS = """(kind) => {
    const kinds = {
        ArrayBuffer: (view) => view.buffer,
        Uint8Array: (view) => {
            const shifted = new Uint8Array(view.byteLength + 3); // a part of something larger
            shifted.set(new Uint8Array(view.buffer), 3);
            return shifted.subarray(3);
        },
        DataView: (view) => view,
    };
    const { model } = nbl.widget;
    const fire = model.fire.bind(model);
    model.fire = (name, message, buffers, ...rest) =>
        fire(name, message, name === "msg:custom" ? buffers.map(kinds[kind]) : buffers, ...rest);
}"""
LISTEN = """() => {
    window.heard = [];
    for (const type of ["keydown", "keypress", "keyup"])
        document.addEventListener(type, (event) => window.heard.push(event.key));
}"""


class HostQueue(Queue):
    """A panel in a page of a front end."""

    def __init__(self, page: Page, shell: str, *, dark: bool = False, **traits: Any) -> None:
        page.evaluate(SHELLS[shell], dark)
        page.evaluate(COLOR, DARK if dark else LIGHT)
        if shell == "marimo":
            page.evaluate(SHADOW)
        super().__init__(page, **traits)

    def add_view(self) -> None:
        self.page.evaluate("async () => { await nbl.widget.render(nbl.place); }")


def label_two(queue: Queue) -> None:
    queue.ask(1, 2, 3)
    queue.expect_image(1)
    queue.press("2")
    queue.expect_image(2)
    queue.press("3")
    queue.expect_image(3)
    given = [(one["id"], one["label"]) for one in queue.sent("label")]
    assert given == [("image-1", "Boot"), ("image-2", "Bag")]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("shell", SHELLS)
def test_colours_are_readable_where_a_page_names_none(
    browser_page: Page, shell: str, dark: bool
) -> None:
    queue = HostQueue(browser_page, shell, dark=dark)
    label_two(queue)
    queue.press("?")
    paper = queue.panel.locator(".nbl-queue").evaluate(
        "(el) => Math.max(...getComputedStyle(el).backgroundColor.match(/\\d+/g).slice(0, 3))"
    )
    assert (paper < 100) == dark
    only = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    violations = Axe().run(browser_page, options=only).response["violations"]
    assert [node["html"] for one in violations for node in one["nodes"]] == []


def test_another_theme_is_followed(browser_page: Page) -> None:
    queue = HostQueue(browser_page, "code")
    expect(queue.panel).not_to_have_class("nbl-dark")
    browser_page.evaluate(COLOR, DARK)
    browser_page.evaluate(SHELLS["code"], True)
    expect(queue.panel).to_contain_class("nbl-dark")
    # where JupyterLab's colours are there, they count
    browser_page.evaluate("document.body.style.setProperty('--jp-layout-color1', '#111')")
    expect(queue.panel).not_to_contain_class("nbl-dark")


@pytest.mark.parametrize("shell", SHELLS)
def test_no_key_reaches_the_host_but_that_which_saves(browser_page: Page, shell: str) -> None:
    queue = HostQueue(browser_page, shell)
    browser_page.evaluate(LISTEN)
    label_two(queue)
    queue.press("a", "d", "x", "ArrowLeft", "Control+z", "Delete")
    assert browser_page.evaluate("window.heard") == []
    queue.press("Control+s")
    assert "s" in browser_page.evaluate("window.heard")
    browser_page.evaluate("document.activeElement.blur()")
    browser_page.keyboard.press("x")
    assert "x" in browser_page.evaluate("window.heard")


def test_focus_is_kept_in_a_shadow_root(browser_page: Page) -> None:
    queue = HostQueue(browser_page, "marimo")
    queue.ask(1, 2, 3)
    queue.press("n")
    field = queue.root.get_by_role("textbox", name="New class")
    expect(field).to_be_focused()
    browser_page.keyboard.type("Hat")  # no letter of it is a command
    browser_page.keyboard.press("Enter")
    expect(field).to_be_hidden()
    assert [one["name"] for one in queue.sent("add_class")] == ["Hat"]
    # an answer whose field goes gives the keys back to the queue
    focused = "document.activeElement.shadowRoot?.activeElement?.className ?? ''"
    assert "nbl-queue" in browser_page.evaluate(focused)


@pytest.mark.parametrize("kind", ["ArrayBuffer", "Uint8Array", "DataView"])
def test_buffers_come_in_any_kind_of_array(browser_page: Page, kind: str) -> None:
    queue = HostQueue(browser_page, "colab")
    browser_page.evaluate(AS, kind)
    label_two(queue)
    points = "new Float32Array([-0.5, 0, 0.5, 0]).buffer"
    browser_page.evaluate(
        "nbl.widget.model.deliver({ type: 'points', n: 2, animate: false }, "
        f"[new Uint8Array({points})])"
    )
    expect(queue.panel.locator(".nbl-map-plane")).to_be_visible()
    expect(queue.panel.locator(".nbl-failure")).to_have_class("nbl-message nbl-failure nbl-empty")


def bare(queue: Queue, message: dict[str, Any], buffers: list[list[int]]) -> None:
    """Deliver a message as it is, with numbers of its own."""
    queue.page.evaluate(
        """([m, b]) => {
            const buffers = b.map((bytes) => new DataView(Uint8Array.from(bytes).buffer));
            nbl.widget.model.fire("msg:custom", m, buffers);
        }""",
        [message, buffers],
    )


def numbered(seq: int, number: int) -> dict[str, Any]:
    shown = item(number)
    shown["image"] = {**shown["image"], "buffer": 0}
    return {**questions([shown]), "seq": seq}


def tell(queue: Queue) -> None:
    """Say where the numbers of the kernel begin, and that all was heard."""
    queue.page.evaluate("nbl.widget.model.tell(nbl.widget.model.tells)")


def test_a_message_without_its_buffers_is_asked_for_again(browser_page: Page) -> None:
    queue = HostQueue(browser_page, "colab")
    tell(queue)
    bare(queue, numbered(0, 7), [])
    expect(queue.root.locator(".nbl-id")).to_have_text("")
    bare(queue, numbered(0, 7), [[7] * 16])  # sent again
    queue.expect_image(7)
    expect(queue.panel.locator(".nbl-failure")).not_to_contain_text("binary")


def test_a_host_that_always_loses_buffers_is_named(browser_page: Page) -> None:
    queue = HostQueue(browser_page, "colab")
    tell(queue)
    for _ in range(3):
        bare(queue, numbered(0, 7), [])
    expect(queue.panel.locator(".nbl-failure")).to_contain_text("loses binary data on its way")
    expect(queue.root.locator(".nbl-id")).to_have_text("image-7")  # what is left of it


def test_messages_before_the_view_and_out_of_order(browser_page: Page) -> None:
    browser_page.evaluate(SHELLS["marimo"], False)
    browser_page.evaluate(SHADOW)
    browser_page.evaluate("traits => nbl.open(traits).then(() => {})", TRAITS)
    queue = object.__new__(HostQueue)  # a state without a view
    queue.page = browser_page
    bare(queue, {**numbered(1, 8), "reset": False}, [[8] * 16])
    bare(queue, numbered(0, 7), [[7] * 16])
    queue.add_view()
    queue.panel = browser_page.locator(".nbl-panel")
    queue.root = queue.panel.locator(queue.part)
    tell(queue)
    queue.expect_image(7)
    expect(queue.root.locator(".nbl-next button")).to_have_count(1)


def test_without_storage_answers_are_kept_by_the_page(browser_page: Page) -> None:
    browser_page.evaluate(
        """() => {
            window.kept = Object.getOwnPropertyDescriptor(window, "localStorage");
            const get = () => { throw new DOMException("denied", "SecurityError"); };
            Object.defineProperty(window, "localStorage", { configurable: true, get });
        }"""
    )
    try:
        queue = HostQueue(browser_page, "code")
        label_two(queue)
    finally:
        browser_page.evaluate("Object.defineProperty(window, 'localStorage', window.kept)")


def test_two_panels_in_one_page_have_their_own_keys(browser_page: Page) -> None:
    first = HostQueue(browser_page, "code")
    first.ask(1, 2, 3)
    browser_page.evaluate("nbl.first = nbl.widget")
    second = HostQueue(browser_page, "code")
    second.ask(11, 12, 13)
    first.press("2")
    expect(first.root.locator(".nbl-id")).to_have_text("image-2")
    second.press("3")
    expect(second.root.locator(".nbl-id")).to_have_text("image-12")
    labels = "({ model }) => model.sent.filter((one) => one.type === 'label').map((one) => one.id)"
    assert browser_page.evaluate(f"({labels})(nbl.first)") == ["image-1"]
    assert browser_page.evaluate(f"({labels})(nbl.widget)") == ["image-11"]
    ids = browser_page.locator("[id]").evaluate_all("all => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_the_packed_code_runs_under_a_strict_policy(browser_page: Page) -> None:
    browser_page.evaluate(
        """async (traits) => {
            const { default: define } = await import("/packed.js");
            const style = document.createElement("link");
            Object.assign(style, { rel: "stylesheet", href: "/panel.css" });
            await new Promise((resolve) => {
                style.onload = resolve;
                document.head.append(style);
            });
            const model = new nbl.FakeModel(traits);
            nbl.widget = { model };
            const definition = await define();
            await definition.initialize({ model });
            const el = document.createElement("div");
            document.getElementById("cell").append(el);
            await definition.render({ model, el });
        }""",
        TRAITS,
    )
    queue = object.__new__(Queue)
    queue.page, queue.panel = browser_page, browser_page.locator(".nbl-panel")
    queue.root = queue.panel.locator(queue.part)
    label_two(queue)
    queue.press("#")
    expect(queue.panel.locator(".nbl-gallery")).to_be_visible()


def test_a_download_is_asked_for_and_offered(browser_page: Page) -> None:
    told = {**EXPORT, "apart": True}
    queue = HostQueue(browser_page, "marimo", exporting=told, status=STATUS)
    panel: Locator = queue.panel
    panel.get_by_role("button", name="Export…").click()
    form = panel.get_by_role("form", name="Export the labels")
    expect(form.get_by_role("button", name="Export", exact=True)).to_be_hidden()
    form.get_by_label("Name of the file").press("Enter")
    (asked,) = queue.sent("export")
    assert asked == {
        "type": "export",
        "path": "labels.csv",
        "format": "csv",
        "replace": False,
        "download": True,
    }
    with browser_page.expect_download() as download:
        queue.deliver({"type": "file", "name": "labels.csv"}, [[105, 100, 10]])
    assert download.value.suggested_filename == "labels.csv"
    assert download.value.path().read_bytes() == b"id\n"


def test_one_function_says_what_has_the_focus() -> None:
    # the document does not know it where the panel is in a shadow root
    asking = [path.name for path in STATIC.rglob("*.js") if "activeElement" in path.read_text()]
    assert asking == ["focus.js"]
