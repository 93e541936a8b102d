"""What an item that is large in the gallery has as in the queue: player, columns, light, find."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.page.panel import item
from tests.page.test_drawn_page import png, wav
from tests.page.test_gallery_large_page import Large
from tests.page.test_gallery_page import Gallery
from tests.page.test_look_words_page import as_bytes
from tests.page.wire import check_wire, take_wire

PICTURES = {"pictures": ["nir", "source"]}
BESIDE = {"beside": {"names": ["year", "place"], "chosen": []}, "pictures": []}


def no_violations(page: Page) -> None:
    found = Axe().run(page, context=".nbl-gallery").response["violations"]
    assert [one["id"] for one in found] == []


class Opened(Gallery):
    """A gallery of twenty items, of which the sixth is shown large."""

    def __init__(self, page: Page, noun: str, **traits: Any) -> None:
        super().__init__(page, pool={"total": 20, "noun": noun}, **traits)
        page.set_viewport_size({"width": 1000, "height": 900})
        self.given = 0
        self.root.locator(".nbl-queue").focus()
        self.key("#")
        self.tell(*range(20))
        self.give_tiles()
        self.cells.nth(5).dblclick()
        self.give_tiles()
        expect(self.large).to_be_focused()

    @property
    def large(self) -> Locator:
        return self.gallery.locator(".nbl-gallery-large")

    def made(self, number: int, side: int) -> tuple[dict[str, Any], list[int]]:
        """An item as its tile has it, and the bytes."""
        raise NotImplementedError

    def give_tiles(self) -> None:
        while len(asked := self.sent("tiles")) > self.given:
            message = asked[self.given]
            self.given += 1
            made = [self.made(number, message["side"]) for number in message["indices"]]
            items = [one for one, _ in made]
            for place, one in enumerate(items):
                (one["image"] or one["text"] or one["html"])["buffer"] = place
            told = {"type": "tiles", "side": message["side"], "items": items}
            self.deliver(told, [data for _, data in made])

    def go(self, key: str) -> None:
        """Press a key that goes on, and send what is asked for then."""
        self.key(key)
        self.give_tiles()


class Sounds(Opened):
    def made(self, number: int, side: int) -> tuple[dict[str, Any], list[int]]:
        image = {"buffer": None, "width": 64, "height": 48, "channels": 3, "encoding": "png"}
        seconds = 10.0 + number
        shown = {**image, "about": f"{seconds:g} s · 8,000 Hz", "seconds": seconds}
        return item(number, image=shown), png((number, 0, 0))

    def play(self, number: int, start: float, seconds: float) -> None:
        told = {"type": "sound", "id": f"image-{number}", "start": start, "seconds": seconds}
        to = self.page.evaluate("nbl.widget.model.name")
        self.deliver({**told, "error": "", "to": to}, [wav(min(seconds, 2.0))])

    def plays(self, *, on: bool) -> None:
        """Check what the button of the player says."""
        name = "Pause" if on else "Play"
        expect(self.large.get_by_role("button", name=name, exact=True)).to_be_visible()


@pytest.fixture
def sounds(browser_page: Page) -> Sounds:
    return Sounds(browser_page, "sound")


def test_a_sound_is_played_part_after_part(sounds: Sounds) -> None:
    expect(sounds.large.locator(".nbl-about")).to_have_text("15 s · 8,000 Hz")
    time = sounds.large.locator(".nbl-player-time")
    expect(time).to_have_text("0:00 / 0:15")
    assert sounds.sent("tiles")[-1]["side"] == 1024  # as large as it is seen
    sounds.key(" ")
    assert sounds.sent("play") == [{"type": "play", "id": "image-5", "start": 0}]
    expect(time).to_have_text("Loading…")
    sounds.play(5, 0, 0.3)
    sounds.plays(on=True)
    sounds.page.wait_for_function("nbl.widget.model.sent.filter((m) => m.type === 'play')[1]")
    assert sounds.sent("play")[1]["start"] == pytest.approx(0.3)  # the next part
    sounds.large.get_by_role("button", name="Pause").click()
    sounds.plays(on=False)
    expect(sounds.large).to_be_focused()
    slider = sounds.large.get_by_role("slider", name="Position in the sound")
    slider.evaluate("one => { one.value = 7; one.dispatchEvent(new Event('input')); }")
    assert sounds.sent("play")[-1]["start"] == pytest.approx(7, abs=0.02)
    no_violations(sounds.page)
    assert sounds.sent("label", "skip", "flag") == []


@pytest.mark.parametrize("key", ["ArrowRight", "Escape", "#"])
def test_a_sound_stops_with_its_item(sounds: Sounds, key: str) -> None:
    sounds.page.evaluate(
        "() => { window.paused = 0; const own = Audio.prototype.pause;"
        " Audio.prototype.pause = function () { window.paused += !this.paused; own.call(this); }; }"
    )
    sounds.key(" ")
    sounds.play(5, 0, 9)
    sounds.plays(on=True)
    sounds.go(key)
    assert sounds.page.evaluate("window.paused") == 1
    if key == "ArrowRight":
        sounds.plays(on=False)
        expect(sounds.large.locator(".nbl-player-time")).to_have_text("0:00 / 0:16")
        sounds.key(" ")
        assert sounds.sent("play")[-1]["id"] == "image-6"


def test_a_sound_that_cannot_be_played_says_so_until_the_next(sounds: Sounds) -> None:
    sounds.key(" ")
    to = sounds.page.evaluate("nbl.widget.model.name")
    told = {"type": "sound", "id": "image-5", "start": 0, "seconds": 0}
    sounds.deliver({**told, "error": "It is gone.", "to": to})
    problem = sounds.gallery.locator(".nbl-gallery-bar .nbl-gallery-problem")
    expect(problem).to_have_text("Cannot play it. It is gone.")
    sounds.go("ArrowRight")
    expect(problem).to_have_text("")


def test_the_sound_of_the_question_stops_once_the_gallery_opens(sounds: Sounds) -> None:
    sounds.key("Escape", "#")
    image = {"buffer": 0, "width": 64, "height": 48, "channels": 3, "encoding": "png"}
    asked = item(1, image={**image, "about": "9 s", "seconds": 9.0})
    told = {"type": "questions", "items": [asked], "first": 0, "done": False, "reset": True}
    sounds.deliver(told, [png((9, 9, 9))])
    queue = sounds.root.locator(".nbl-queue")
    queue.focus()
    sounds.key(" ")
    sounds.play(1, 0, 9)
    expect(queue.get_by_role("button", name="Pause")).to_be_visible()
    sounds.key("#")
    expect(queue.locator(".nbl-do-play span")).to_have_text("Play")


class Columns(Opened):
    """Photos with columns beside them, which come with the larger tiles alone."""

    def made(self, number: int, side: int) -> tuple[dict[str, Any], list[int]]:
        cells = [["year", str(1900 + number), "", 0.25], ["place", "<b>sea</b>", "rare"]]
        more = {"beside": {"cells": cells, "more": 4}} if side >= 512 else {}
        return item(number, **more), [number] * 16


def test_columns_stand_beside_the_item_with_their_places(browser_page: Page) -> None:
    opened = Columns(browser_page, "image", columns=BESIDE)
    beside = opened.large.get_by_role("group", name="Columns of this image")
    expect(beside.locator("dt")).to_have_text(["year", "place"])
    expect(beside.locator("dd")).to_have_text(["1905", "<b>sea</b>rare"])
    expect(beside).to_contain_text("… 4 more columns")
    bar = beside.get_by_role("img", name="above 25")
    assert bar.locator(".nbl-place-fill").evaluate("one => one.style.width") == "25%"
    opened.go("ArrowRight")
    expect(beside.locator("dd").first).to_have_text("1906")
    media = opened.large.locator(".nbl-gallery-large-media").bounding_box()
    right = beside.bounding_box()
    assert media
    assert right
    assert media["x"] + media["width"] <= right["x"]
    no_violations(browser_page)
    browser_page.set_viewport_size({"width": 320, "height": 700})
    no_violations(browser_page)
    assert opened.gallery.evaluate("one => one.scrollWidth <= one.clientWidth")
    below = beside.bounding_box()
    assert below
    assert below["x"] < media["x"] + 20


def test_columns_that_are_chosen_meanwhile_come_anew(browser_page: Page) -> None:
    opened = Columns(browser_page, "image", columns=BESIDE)
    asked = len(opened.sent("tiles"))
    opened.key("$")
    dialog = opened.gallery.get_by_role("dialog", name="Columns")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    no_violations(browser_page)
    opened.key("1", "Escape")  # nothing is labeled from there
    expect(opened.large).to_be_focused()
    opened.key("$")
    dialog.get_by_role("checkbox", name="year").uncheck()
    dialog.get_by_role("button", name="Show these").click()
    assert opened.sent("columns") == [{"type": "columns", "of": "beside", "chosen": [1]}]
    expect(opened.large).to_be_focused()
    assert opened.sent("label") == []
    opened.write(columns={"beside": {"names": ["year", "place"], "chosen": [1]}, "pictures": []})
    browser_page.wait_for_function(
        "n => nbl.widget.model.sent.filter((one) => one.type === 'tiles').length > n", arg=asked
    )
    assert opened.sent("tiles")[-1]["indices"][0] == 5


def test_light_and_the_second_column_are_there(browser_page: Page) -> None:
    opened = Large(browser_page)
    opened.write(columns=PICTURES)
    opened.give_tiles()  # anew, as the columns changed
    opened.answer(opened.wanted(1), range=[0, 4000])
    opened.key("&")
    brightness = opened.large.get_by_role("slider", name="Brightness")
    expect(brightness).to_be_focused()
    opened.key("ArrowRight")
    expect(opened.large.locator(".nbl-picture")).to_have_attribute("data-lit", "")
    asked = opened.wanted(2)
    assert asked["window"][0] < 0
    opened.answer(asked, range=[20, 4020], window=asked["window"])  # in true values
    expect(opened.large.locator(".nbl-tools")).to_contain_text("Black 20, white 4,020")
    opened.key("1")  # no key of the sliders labels
    opened.key("Escape")
    expect(brightness).to_be_hidden()
    expect(opened.large).to_be_focused()
    opened.key('"')
    expect(opened.large.get_by_role("button", name="Beside: nir")).to_be_visible()
    asked = opened.wanted(3)
    assert (asked["id"], asked["column"]) == ("image-5", 0)
    opened.answer(asked)
    expect(opened.large.get_by_role("img", name="Picture of the column nir")).to_be_visible()
    opened.key("+")
    expect(opened.large.locator("[data-zoomed]")).to_have_count(1)  # both together
    browser_page.wait_for_function(  # each in its own frame
        """() => {
            const layers = [...document.querySelectorAll(".nbl-gallery-large .nbl-stage-layer")];
            const [one, other] = layers.map((layer) => layer.style.transform);
            return layers.length === 2 && one && one === other;
        }"""
    )
    no_violations(browser_page)
    opened.key('"', '"')
    expect(opened.large.get_by_role("button", name="Beside: none")).to_be_visible()
    assert opened.sent("label", "skip", "flag") == []


def test_without_pictures_the_keys_for_them_say_so(browser_page: Page) -> None:
    opened = Texts(browser_page, "text")
    problem = opened.gallery.locator(".nbl-gallery-bar .nbl-gallery-problem")
    opened.key("&")
    expect(problem).to_have_text("There is no picture to look at.")
    opened.key('"')
    expect(problem).to_have_text("No column of this pool holds pictures.")
    expect(opened.large.locator(".nbl-tools")).to_be_hidden()


@pytest.mark.parametrize("size", [(1000, 1600), (1920, 1080), (1366, 768), (3840, 2160)])
def test_the_picture_takes_what_the_window_gives(browser_page: Page, size: tuple[int, int]) -> None:
    opened = Large(browser_page)
    opened.answer(opened.wanted(1))
    opened.key("Escape")
    width, height = size
    browser_page.set_viewport_size({"width": width, "height": height})
    opened.key("Enter")
    browser_page.wait_for_function(
        """height => {
            const box = (part) =>
                document.querySelector(`.nbl-gallery-${part}`).getBoundingClientRect();
            const [large, media, bar] = ["large", "large-media", "bar"].map(box);
            return large.top >= 0 && media.height > height - 360  // what else there is has so much
                && media.bottom < bar.top && bar.bottom <= height + 1;
        }""",
        arg=height,
    )


class Texts(Opened):
    """Long texts, of which what is opened has the beginning."""

    def made(self, number: int, side: int) -> tuple[dict[str, Any], list[int]]:
        text = f"A cat {number}. " + "word " * 3_990 + "cat. Another  CAT."
        return item(number, image=None, text={"buffer": None, "length": 30_000}), as_bytes(text)


def test_words_are_found_in_a_long_text(browser_page: Page) -> None:
    opened = Texts(browser_page, "text", highlight="another")
    card = opened.large.locator(".nbl-text")
    expect(card.locator("mark")).to_have_text(["Another"])  # as in the queue
    opened.key("'")
    field = opened.large.get_by_role("searchbox", name="Find in the text")
    expect(field).to_be_focused()
    browser_page.keyboard.type("cat")
    count = opened.large.locator(".nbl-match-count")
    expect(count).to_have_text("1 of 3")
    assert [one["id"] for one in opened.sent("read_text")] == ["image-5"]  # all of it is looked at
    whole = "A cat 5. " + "word " * 5_000 + "One cat more."
    told = {"type": "text", "id": "image-5", "text": {"buffer": 0, "length": len(whole)}}
    opened.deliver(told, [as_bytes(whole)])
    expect(count).to_have_text("1 of 2")
    opened.key("Enter")
    expect(count).to_have_text("2 of 2")
    assert card.evaluate("one => one.scrollTop") > 500
    no_violations(browser_page)
    opened.key("Escape")
    expect(opened.large).to_be_focused()
    expect(opened.large.locator(".nbl-found")).to_have_count(0)
    opened.go("ArrowRight")
    expect(card).to_contain_text("A cat 6.")
    assert opened.sent("label", "skip", "flag") == []


class Pages(Opened):
    def made(self, number: int, side: int) -> tuple[dict[str, Any], list[int]]:
        html = {"buffer": None, "scripts": False}
        return item(number, image=None, html=html), list(f"<p>page {number}</p>".encode())


def test_a_click_in_a_frame_leaves_the_keys_in_the_gallery(browser_page: Page) -> None:
    opened = Pages(browser_page, "item")
    frame = opened.large.locator("iframe")
    expect(frame.content_frame.locator("p")).to_have_text("page 5")
    frame.click()
    expect(opened.large).to_be_focused()
    opened.go("ArrowRight")
    expect(frame.content_frame.locator("p")).to_have_text("page 6")


def test_page_keys_turn_the_pages_of_a_text(browser_page: Page) -> None:
    opened = Texts(browser_page, "text")
    card = opened.large.locator(".nbl-text")
    hint = opened.gallery.locator(".nbl-gallery-hint")
    expect(hint).to_be_hidden()  # Space chooses nothing here
    opened.key(" ")
    first = card.evaluate("one => one.scrollTop")
    assert first > 100
    opened.key("PageDown")
    assert card.evaluate("one => one.scrollTop") > first
    opened.key("Shift+ ", "PageUp")
    assert card.evaluate("one => one.scrollTop") == 0
    opened.key("Escape")
    expect(hint).to_be_visible()


def test_space_still_presses_what_has_the_focus(browser_page: Page) -> None:
    opened = Texts(browser_page, "text")
    reverse = opened.gallery.get_by_role("checkbox", name="Reverse")
    reverse.focus()
    opened.key(" ")
    expect(reverse).to_be_checked()


def test_tiles_are_sharp_where_a_pixel_of_the_page_is_two(
    browser: Browser, page_server: str
) -> None:
    context = browser.new_context(device_scale_factor=2, viewport={"width": 1300, "height": 900})
    try:
        page = context.new_page()
        page.goto(f"{page_server}/tests/page/page.html")
        opened = Gallery(page)
        opened.ask(*range(3))
        opened.root.locator(".nbl-queue").focus()
        opened.key("#")
        opened.tell(*range(20))
        opened.give_tiles()
        for size, side in ((96, 256), (256, 512), (512, 1024)):
            opened.gallery.get_by_role("slider", name="Size").fill(str(size))
            opened.give_tiles()
            asked = opened.sent("tiles")[-1]
            assert asked["side"] == side, size
            assert len(asked["indices"]) <= (8 if side == 1024 else 32)
        check_wire(take_wire(page))
    finally:
        context.close()
