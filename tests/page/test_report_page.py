"""A report, opened in a browser that has no network."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import nblabel as nb
from tests.samples import CLASSES, blobs

N = 400
SEVERAL = ["boot", "bag"]


def session_of(pool: nb.Pool, **options: object) -> nb.Session:
    session = nb.Session(pool, CLASSES, learner="knn", build_graph=False, **options)
    session.tell(range(30), [CLASSES[i % 3] for i in range(30)])
    for index in session.draw(35):
        session.tell(index, CLASSES[index % 3])
    session.store.set_setting("curve", '{"30": [0.8, 0.6, 0.9], "65": [0.9, 0.8, 0.95]}')
    session.store.set_setting("sure", '{"10": 0.2, "65": 0.5}')
    return session


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of pictures, and of texts with several tags."""
    folder = tmp_path_factory.mktemp("reports")
    pixels = np.full((N, 8, 8), 90, dtype=np.uint8)
    pixels[np.arange(N), 0, 0] = 255
    pictures = nb.Pool(pixels, embeddings=blobs(N))
    texts = nb.Pool(texts=[f"text <b>{i}</b>" for i in range(N)], embeddings=blobs(N))
    tagged = nb.Session(texts, CLASSES, multi_label=True, build_graph=False)
    for i in range(20):
        tagged.tell(i, SEVERAL[: i % 3])
    return {
        "pictures": nb.report(session_of(pictures), folder / "pictures.html"),
        "tags": nb.report(tagged, folder / "tags.html"),
    }


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without network; whatever it asks for, complains of or raises fails the test."""
    problems: list[str] = []
    with browser.new_context(offline=True, viewport={"width": 1366, "height": 768}) as context:
        page = context.new_page()
        page.on(
            "console", lambda message: message.type == "error" and problems.append(message.text)
        )
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "request",
            lambda request: (
                request.url.startswith(("file:", "data:")) or problems.append(request.url)
            ),
        )
        yield page
        context.close()
    assert problems == []


def opened(page: Page, path: Path) -> Page:
    page.goto(path.as_uri())
    expect(page.locator("#legend li").first).to_be_visible()
    return page


def drawn(page: Page) -> int:
    """Return how many pixels of the map are in some colour."""
    return page.locator("#points").evaluate(
        """(canvas) => {
            const { data } = canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height);
            let found = 0;
            for (let at = 3; at < data.length; at += 4) found += data[at] > 0;
            return found;
        }"""
    )


def test_map_and_counts_without_network(page: Page, reports: dict[str, Path]) -> None:
    opened(page, reports["pictures"])
    expect(page.locator("header")).to_contain_text("65 of 400 images labeled, 335 left.")
    page.wait_for_function("document.querySelector('#points').width > 100")
    assert drawn(page) > 1_000
    names = page.locator("#legend button span:nth-child(2)").all_inner_texts()
    assert names == [*CLASSES, "no label yet"]
    counts = [
        int(text) for text in page.locator("#legend button span:nth-child(3)").all_inner_texts()
    ]
    assert sum(counts) == N
    assert page.locator("svg[role=img] polyline").count() == 2


def test_an_entry_of_the_legend_hides_its_items(page: Page, reports: dict[str, Path]) -> None:
    opened(page, reports["pictures"])
    before = drawn(page)
    entry = page.get_by_role("button", name="boot")
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "false")
    page.wait_for_function(
        """(before) => {
            const canvas = document.querySelector("#points");
            const { data } = canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height);
            let found = 0;
            for (let at = 3; at < data.length; at += 4) found += data[at] > 0;
            return found < 0.8 * before;
        }""",
        arg=before,
    )


def test_an_item_is_shown_by_pointer_and_by_keys(page: Page, reports: dict[str, Path]) -> None:
    opened(page, reports["pictures"])
    points, card = page.locator("#points"), page.locator("#card")
    expect(card).to_contain_text("Point at an item")
    points.focus()
    page.keyboard.press("Enter")
    expect(card.locator("canvas")).to_be_visible()
    expect(card).to_contain_text("image ")
    first = card.inner_text()
    for _ in range(4):
        page.keyboard.press("+")
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(card).not_to_have_text(first, use_inner_text=True)
    shade = card.locator("canvas").evaluate(
        "(canvas) => canvas.getContext('2d').getImageData(20, 20, 1, 1).data[0]"
    )
    assert abs(shade - 90) < 12
    page.keyboard.press("0")
    box = points.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_other_colours(page: Page, reports: dict[str, Path]) -> None:
    opened(page, reports["pictures"])
    page.get_by_label("Colour by").select_option("status")
    names = page.locator("#legend button span:nth-child(2)").all_inner_texts()
    assert names == ["not answered", "labeled by a person"]
    page.get_by_label("Colour by").select_option("confidence")
    assert "90–100 %" in page.locator("#legend").inner_text()


def test_texts_are_texts(page: Page, reports: dict[str, Path]) -> None:
    opened(page, reports["tags"])
    page.locator("#points").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_contain_text("text <b>")
    options = page.get_by_label("Colour by").locator("option").all_inner_texts()
    assert options == ["Label or prediction", "Status"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1366])
@pytest.mark.parametrize("name", ["pictures", "tags"])
def test_axe_finds_nothing(
    page: Page, reports: dict[str, Path], name: str, width: int, theme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    opened(page, reports[name])
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(20, 20, 20)" if theme == "dark" else "rgb(255, 255, 255)")


def test_without_scripts_a_picture_is_there(browser: Browser, reports: dict[str, Path]) -> None:
    with browser.new_context(java_script_enabled=False, offline=True) as context:
        page = context.new_page()
        page.goto(reports["pictures"].as_uri())
        expect(page.locator("noscript img")).to_be_visible()
        expect(page.locator("#map")).to_be_hidden()
        context.close()
