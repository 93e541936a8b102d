"""The card over a plotly map, against a fake anywidget model and a stand-in for the figure."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

CLASSES = [{"name": "Boot", "key": "1", "color": "#f28e2b"}]
OPEN = """async classes => {
  await nbl.open("plotly_card", { classes });
  const map = document.createElement("div");
  map.className = "nbl-plotly-map";
  map.style = "position: relative; width: 400px; height: 300px";
  map.innerHTML = "<div class='js-plotly-plot' style='width: 400px; height: 200px'></div>";
  document.getElementById("cell").append(map);
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet" });
  sheet.href = "/nblabel/widget/static/map.css";
  await new Promise((done) => { sheet.onload = done; document.head.append(sheet); });
  nbl.view = await nbl.widget.render(map);
}"""


@pytest.fixture
def card(browser_page: Page) -> Locator:
    browser_page.evaluate(OPEN, CLASSES)
    return browser_page.locator(".nbl-map-card")


def point_at(page: Page, x: float, y: float) -> None:
    box = page.locator(".nbl-plotly-map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x, box["y"] + y)


def deliver(page: Page, text: str = "boot 7 · Boot, 83 %", **fields: Any) -> None:
    image = {"buffer": 0, "width": 2, "height": 2, "channels": 1}
    item = {"id": "7", "index": 7, "image": image, "error": None, "label": None, **fields}
    item["guess"] = {"label": "Boot", "confidence": 0.83}
    message = {"type": "picture", "index": 7, "item": item, "text": text}
    page.evaluate(
        "message => nbl.widget.model.deliver(message, [Uint8Array.from([0, 80, 160, 255])])",
        message,
    )


def test_the_picture_stands_beside_the_pointer(browser_page: Page, card: Locator) -> None:
    point_at(browser_page, 100, 100)
    deliver(browser_page)
    expect(card).to_have_text("boot 7 · Boot, 83 %")
    assert card.locator("canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 2, 2).data].filter((_, i) => i % 4 == 0)"
    ) == [0, 80, 160, 255]
    expect(card.locator(".nbl-map-swatch")).to_have_css("background-color", "rgb(242, 142, 43)")
    box = card.bounding_box()
    plane = browser_page.locator(".nbl-plotly-map").bounding_box()
    assert box is not None
    assert plane is not None
    assert box["x"] == pytest.approx(plane["x"] + 114, abs=1)
    assert box["y"] + box["height"] / 2 == pytest.approx(plane["y"] + 100, abs=1)


def test_at_the_edge_the_card_stands_on_the_other_side(browser_page: Page, card: Locator) -> None:
    point_at(browser_page, 390, 10)
    deliver(browser_page)
    box = card.bounding_box()
    plane = browser_page.locator(".nbl-plotly-map").bounding_box()
    assert box is not None
    assert plane is not None
    assert box["x"] + box["width"] <= plane["x"] + 390
    assert box["y"] >= plane["y"]


def test_the_card_goes_with_the_point(browser_page: Page, card: Locator) -> None:
    point_at(browser_page, 100, 100)
    deliver(browser_page)
    browser_page.evaluate("nbl.widget.model.deliver({ type: 'no_picture' })")
    expect(card).to_be_hidden()
    deliver(browser_page)
    expect(card).to_be_visible()
    point_at(browser_page, 100, 250)  # below the figure
    expect(card).to_be_hidden()
    deliver(browser_page)  # too late
    expect(card).to_be_hidden()


def test_a_picture_that_cannot_be_read_is_named(browser_page: Page, card: Locator) -> None:
    point_at(browser_page, 100, 100)
    deliver(browser_page, image=None, error="7.png is no picture")
    expect(card).to_have_text("7.png is no picture")
    expect(card.locator("canvas")).to_be_hidden()


def test_nothing_is_left_behind(browser_page: Page, card: Locator) -> None:
    browser_page.evaluate("nbl.view.remove()")
    assert browser_page.evaluate("nbl.widget.model.listeners.length") == 0
    expect(card).to_have_count(0)
