"""One item of the gallery, large: sharp as it is seen, zoomed by wheel and keys."""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import item
from tests.page.test_gallery_page import Gallery
from tests.page.test_look_page import HEIGHT, SMALL, WIDTH, jpeg, photo


class Large(Gallery):
    """A gallery of photos, one of which is shown large."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        page.set_viewport_size({"width": 1000, "height": 900})
        self.ask(*range(3))
        self.given = 0
        self.open()
        self.cell(5).dblclick()
        self.give_tiles()
        expect(self.large).to_be_focused()

    def open(self) -> None:
        self.root.locator(".nbl-queue").focus()
        self.key("#")
        self.tell(*range(20))
        self.give_tiles()

    @property
    def large(self) -> Locator:
        return self.gallery.locator(".nbl-gallery-large")

    @property
    def sharp(self) -> Locator:
        return self.large.locator(".nbl-sharp")

    def give_tiles(self) -> None:
        asked = self.sent("tiles")
        for message in asked[self.given :]:
            items = [photo(n, place) for place, n in enumerate(message["indices"])]
            pixels = [jpeg(5 * n, *SMALL) for n in message["indices"]]
            self.deliver({"type": "tiles", "side": message["side"], "items": items}, pixels)
        self.given = len(asked)

    def wanted(self, n: int) -> dict[str, Any]:
        """The close-up that is asked for as the n-th."""
        self.page.wait_for_function(
            "n => nbl.widget.model.sent.filter((one) => one.type === 'closeup').length >= n", arg=n
        )
        asked: dict[str, Any] = self.sent("closeup")[n - 1]
        return asked

    def answer(self, asked: dict[str, Any], **fields: Any) -> None:
        image = {"buffer": 0, "width": 900, "height": 600, "channels": 3, "encoding": "jpeg"}
        same = {name: asked[name] for name in ("request", "id", "column", "box")}
        told = {"type": "closeup", **same, "image": image, "size": [WIDTH, HEIGHT], "text": ""}
        self.deliver(told | fields, [jpeg(200, 900, 600)])


@pytest.fixture
def opened(browser_page: Page) -> Large:
    return Large(browser_page)


def test_it_is_as_sharp_as_it_is_seen(opened: Large) -> None:
    asked = opened.wanted(1)
    assert asked["id"] == "image-5"
    assert asked["box"] == [0, 0, 1, 1]
    assert asked["side"] > 512
    expect(opened.sharp).to_be_hidden()
    opened.answer(asked)
    expect(opened.sharp).to_be_visible()
    opened.key("ArrowRight")
    expect(opened.sharp).to_be_hidden()  # until that of the next one is here
    assert opened.wanted(2)["id"] == "image-6"


def test_keys_zoom_and_move_and_the_next_is_seen_where_this_one_is(opened: Large) -> None:
    opened.answer(opened.wanted(1))
    opened.key("+", "+")
    expect(opened.large.locator("[data-zoomed]")).to_be_visible()
    first = opened.wanted(2)["box"]
    opened.key("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    second = opened.wanted(3)["box"]
    assert second[0] > first[0]
    assert second[1] == first[1]
    opened.key("ArrowRight")
    third = opened.wanted(4)
    assert (third["id"], third["box"]) == ("image-6", pytest.approx(second))
    opened.key("Home")
    expect(opened.large.locator("[data-zoomed]")).to_have_count(0)
    opened.key("End")
    assert opened.wanted(5)["side"] == WIDTH
    opened.key("Escape")
    expect(opened.plane).to_be_focused()
    opened.key("Enter")  # opened anew it is shown whole
    expect(opened.large.locator("[data-zoomed]")).to_have_count(0)


def test_shift_and_an_arrow_never_go_on(opened: Large) -> None:
    opened.key("ArrowRight")
    expect(opened.large).to_contain_text("7 of 20")
    opened.key("Shift+ArrowRight", "Shift+ArrowLeft")
    expect(opened.large).to_contain_text("7 of 20")


def test_what_was_asked_for_by_one_that_is_closed_is_asked_anew(opened: Large) -> None:
    opened.wanted(1)  # and never answered: another part of the page asked after it
    opened.key("Escape", "Enter")
    opened.answer(opened.wanted(2))
    expect(opened.sharp).to_be_visible()


def test_a_close_up_of_another_part_of_the_page_is_not_taken(opened: Large) -> None:
    asked = opened.wanted(1)
    opened.answer(asked | {"request": "of the queue"})
    expect(opened.sharp).to_be_hidden()
    opened.answer(asked)
    expect(opened.sharp).to_be_visible()


def test_the_wheel_scrolls_the_page_and_zooms_what_is_zoomed(opened: Large) -> None:
    stage = opened.large.locator(".nbl-stage")
    stage.hover()
    zoomed = opened.large.locator("[data-zoomed]")
    opened.page.mouse.wheel(0, -100)
    expect(zoomed).to_have_count(0)
    stage.dblclick()  # its full size
    expect(zoomed).to_have_count(1)
    stage.dblclick()
    expect(zoomed).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(opened: Large, width: int) -> None:
    opened.page.set_viewport_size({"width": width, "height": 800})
    opened.answer(opened.wanted(1))
    found = Axe().run(opened.page, context=".nbl-gallery").response["violations"]
    assert [one["id"] for one in found] == []


def test_a_long_name_has_room_in_a_narrow_window(opened: Large) -> None:
    opened.page.set_viewport_size({"width": 320, "height": 800})
    name = opened.large.locator(".nbl-gallery-large-name")
    name.evaluate("one => { one.textContent = 'a folder/another folder/photo-0001.jpg'; }")
    box = name.bounding_box()
    assert box
    assert box["width"] > 140
    assert box["height"] < 60


class Texts(Gallery):
    """A gallery of texts, of which a tile has the beginning."""

    def give_tiles(self) -> None:
        for message in self.sent("tiles"):
            whole = message["side"] == 512
            texts = [f"text {n} " + "word " * (400 if whole else 40) for n in message["indices"]]
            items = [
                item(n, image=None, text={"buffer": place, "length": 2_010})
                for place, n in enumerate(message["indices"])
            ]
            buffers = [list(json.dumps(one).encode()) for one in texts]
            self.deliver({"type": "tiles", "side": message["side"], "items": items}, buffers)


def test_a_text_that_is_opened_comes_in_full(browser_page: Page) -> None:
    opened = Texts(browser_page)
    browser_page.set_viewport_size({"width": 1000, "height": 900})
    opened.ask(*range(3))
    opened.root.locator(".nbl-queue").focus()
    opened.key("#")
    opened.tell(*range(20))
    opened.give_tiles()
    opened.cell(5).dblclick()
    opened.give_tiles()
    assert opened.sent("tiles")[-1]["side"] == 512
    text = opened.gallery.locator(".nbl-gallery-large .nbl-text")
    expect(text).to_contain_text("text 5 " + "word " * 399)
    expect(opened.gallery.locator(".nbl-gallery-large .nbl-stage")).to_be_hidden()
    assert opened.sent("closeup") == []
    opened.key("+", "Shift+ArrowRight")  # there is no picture to zoom or move
    expect(opened.gallery.locator(".nbl-gallery-large")).to_contain_text("6 of 20")


def test_in_a_low_window_the_pictures_are_in_sight(browser_page: Page) -> None:
    opened = Large(browser_page)
    opened.key("Escape", "#")
    browser_page.set_viewport_size({"width": 683, "height": 300})  # 200 % of a small screen
    opened.open()
    box = opened.cell(0).bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 300
    opened.key("Enter")
    box = opened.large.bounding_box()
    assert box
    assert -10 <= box["y"] < 100
