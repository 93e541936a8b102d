"""The map as a PNG or SVG file, in a browser."""

import io
import random
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.page.test_map_layers_page import await_names
from tests.page.test_map_page import BLUE, GREEN, RED, Map

SVG = "{http://www.w3.org/2000/svg}"
NAME = '<Bag> & "Co"'


def crowd(page: Page, n: int) -> Map:
    """Three classes, each in a corner of its own."""
    opened = Map(page)
    legend = [
        {"code": code, "name": name, "color": color, "count": n}
        for code, (name, color) in enumerate([("Sandal", RED), ("Boot", GREEN), (NAME, BLUE)])
    ]
    classes = [{"name": one["name"], "key": "", "color": one["color"]} for one in legend]
    opened.write(legend=legend, classes=classes)
    numbers = random.Random(1)
    middles = [(-0.6, 0.6), (0.6, 0.6), (0.0, -0.6)]
    opened.place(
        [
            (x + numbers.uniform(-0.3, 0.3), y + numbers.uniform(-0.3, 0.3))
            for x, y in middles
            for _ in range(n)
        ]
    )
    opened.color([code for code in range(3) for _ in range(n)])
    opened.mark(labeled=[0, n])
    await_names(opened, "Sandal", "Boot", NAME)
    return opened


def saved(opened: Map, kind: str, title: str = "") -> bytes:
    form = opened.root.get_by_role("form", name="Save as an image")
    if form.is_hidden():
        opened.button("Save as an image").click()
    form.get_by_label("Title (optional)").fill(title)
    with opened.page.expect_download() as download:
        form.get_by_role("button", name=f"Save {kind}").click()
    expect(opened.note).to_have_text(f"map.{kind.lower()} is in the downloads of the browser")
    assert download.value.suggested_filename == f"map.{kind.lower()}"
    return Path(download.value.path()).read_bytes()


def share_of(pixels: np.ndarray, color: str) -> float:
    wanted = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    return float((np.abs(pixels.astype(int) - wanted).max(axis=2) < 40).mean())


def test_a_png_has_points_names_title_and_legend(browser_page: Page) -> None:
    opened = crowd(browser_page, 300)
    plain = Image.open(io.BytesIO(saved(opened, "PNG"))).convert("RGB")
    titled = Image.open(io.BytesIO(saved(opened, "PNG", "Shoes"))).convert("RGB")
    width, height = opened.box["width"], opened.box["height"]
    assert plain.width == pytest.approx(2 * (width + 32), abs=2)
    assert plain.height > 2 * (height + 32)
    assert titled.height == pytest.approx(plain.height + 64, abs=2)
    pixels = np.asarray(plain)
    for color in (RED, GREEN, BLUE):
        assert share_of(pixels, color) > 0.01
    legend = pixels[int(2 * (height + 24)) :]
    for color in (RED, GREEN, BLUE):
        assert share_of(legend, color) > 0.001
    assert share_of(np.asarray(titled)[:90], "#000000") > 0.001
    assert share_of(pixels[:30], "#ffffff") == 1


def test_an_svg_has_circles_for_some_points_and_names_as_text(browser_page: Page) -> None:
    opened = crowd(browser_page, 300)
    root = ET.fromstring(saved(opened, "SVG", "Shoes & <bags>"))
    texts = [one.text for one in root.iter(f"{SVG}text")]
    assert texts[0] == "Shoes & <bags>"
    assert {"Sandal", "Boot", NAME} <= set(texts)
    assert f"{NAME}  300" in texts
    clipped = root.find(f"{SVG}g")
    assert clipped is not None
    assert len(list(clipped.iter(f"{SVG}circle"))) == 900
    fills = {one.get("fill") for one in clipped.iter(f"{SVG}g")} - {None}
    assert fills == {RED, GREEN, BLUE}
    assert list(root.iter(f"{SVG}image")) == []


def test_an_svg_of_many_points_holds_them_as_a_picture(browser_page: Page) -> None:
    opened = crowd(browser_page, 3000)
    content = saved(opened, "SVG")
    root = ET.fromstring(content)
    (picture,) = root.iter(f"{SVG}image")
    assert (picture.get("href") or "").startswith("data:image/png;base64,")
    assert len(content) < 4_000_000
    assert len(list(root.iter(f"{SVG}circle"))) == 3  # of the legend


def test_what_is_saved_is_what_is_shown(browser_page: Page) -> None:
    opened = crowd(browser_page, 300)
    opened.button(re.compile("^Boot")).click()
    opened.move_to((3, 3))
    await_names(opened, "Boot")
    root = ET.fromstring(saved(opened, "SVG"))
    clipped = root.find(f"{SVG}g")
    assert clipped is not None
    assert len(list(clipped.iter(f"{SVG}circle"))) == 300
    assert [one.text for one in clipped.iter(f"{SVG}text")] == ["Boot"]


def test_saving_by_keys_alone(browser_page: Page) -> None:
    opened = crowd(browser_page, 30)
    opened.focus()
    opened.press("s")
    field = opened.root.get_by_label("Title (optional)")
    expect(field).to_be_focused()
    opened.press("l")  # a letter of the title
    expect(field).to_have_value("l")
    with opened.page.expect_download() as download:
        opened.press("Enter")
    assert download.value.suggested_filename == "map.png"
    results = Axe().run(opened.page, context=".nbl-map", options={"resultTypes": ["violations"]})
    assert not results.response["violations"], results.generate_report()
    opened.press("Escape")
    expect(opened.plane).to_be_focused()
    expect(field).to_be_hidden()
