"""Looking closely at a picture: zoom, close-ups, light, the large view, and what stands beside."""

import io
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.page.panel import Queue, item, questions

WIDTH, HEIGHT = 3000, 2000
SMALL = (512, 341)


def jpeg(grey: int, width: int, height: int) -> list[int]:
    file = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), grey, np.uint8)).save(file, "JPEG")
    return list(file.getvalue())


def photo(number: int, buffer: int | None = None, **fields: Any) -> dict[str, Any]:
    width, height = SMALL
    image = {"buffer": buffer, "width": width, "height": height, "channels": 3}
    image |= {"encoding": "jpeg", "full": [WIDTH, HEIGHT]}
    return item(number, image=image, **fields)


class Photos(Queue):
    """A queue of photos, of which close-ups can be had."""

    def __init__(self, page: Page, *, n: int = 3, **traits: Any) -> None:
        super().__init__(page, **traits)
        items = [photo(number, number) for number in range(n)]
        self.deliver(questions(items), [jpeg(20 * number, *SMALL) for number in range(n)])

    def wanted(self) -> dict[str, Any]:
        """Wait for a close-up to be asked for, and return what was asked for last."""
        self.page.wait_for_function(
            "n => nbl.widget.model.sent.filter((one) => one.type === 'closeup').length > n",
            arg=getattr(self, "answered", 0),
        )
        asked: dict[str, Any] = self.sent("closeup")[-1]
        self.answered = len(self.sent("closeup"))
        return asked

    def answer(self, asked: dict[str, Any], grey: int = 200, **fields: Any) -> None:
        left, top, right, bottom = asked["box"]
        scale = min(1, asked["side"] / WIDTH)
        width = max(1, round((right - left) * WIDTH * scale))
        height = max(1, round((bottom - top) * HEIGHT * scale))
        image = {"buffer": 0, "width": width, "height": height, "channels": 3, "encoding": "jpeg"}
        self.deliver(
            {
                "type": "closeup",
                **{name: asked[name] for name in ("request", "id", "column", "box")},
                "image": image,
                "size": [WIDTH, HEIGHT],
                "text": "",
                **fields,
            },
            [jpeg(grey, width, height)],
        )

    @property
    def sharp(self) -> Any:
        return self.root.locator(".nbl-sharp").first

    @property
    def percent(self) -> Any:
        return self.root.locator(".nbl-zoom")

    def grey_at(self, x: float, y: float) -> int:
        """The grey that is seen at a place of the picture's stage, in shares of it."""
        box = self.root.locator(".nbl-stage").first.bounding_box()
        assert box
        clip = {
            "x": box["x"] + x * box["width"],
            "y": box["y"] + y * box["height"],
            "width": 1,
            "height": 1,
        }
        shot = self.page.screenshot(clip=clip, animations="disabled")
        return int(np.asarray(Image.open(io.BytesIO(shot)).convert("L"))[0, 0])


@pytest.fixture
def photos(browser_page: Page) -> Photos:
    return Photos(browser_page)


def test_a_picture_that_fits_asks_for_nothing(photos: Photos) -> None:
    photos.press("1")
    photos.page.wait_for_timeout(400)  # a close-up would have been asked for by then
    assert photos.sent("closeup") == []


def test_zooming_asks_for_the_part_that_is_seen_and_shows_it_sharp(photos: Photos) -> None:
    photos.press("+", "+", "+", "+")
    asked = photos.wanted()
    left, top, right, bottom = asked["box"]
    assert asked["id"] == "image-0"
    assert asked["column"] is None
    assert 0 < left < 0.5 < right < 1
    assert top < 0.5 < bottom
    assert asked["side"] > 1000
    expect(photos.sharp).to_be_hidden()
    expect(photos.root.locator(".nbl-tools")).to_contain_text("Loading the full size…")
    photos.answer(asked)
    expect(photos.sharp).to_be_visible()
    expect(photos.root.locator(".nbl-tools")).not_to_contain_text("Loading")
    photos.page.wait_for_function(
        "() => document.querySelector('.nbl-sharp').getContext('2d').getImageData(9, 9, 1, 1)"
        ".data[0] > 150"
    )
    assert photos.grey_at(0.5, 0.5) == pytest.approx(200, abs=3)


def test_the_keys_zoom_move_and_go_back_to_the_whole_picture(photos: Photos) -> None:
    photos.press("End")
    expect(photos.percent).to_have_text("100 %")
    photos.answer(photos.wanted())
    expect(photos.live).to_contain_text("%")
    before = photos.sharp.evaluate("one => one.getBoundingClientRect().left")
    photos.press("Shift+ArrowLeft")
    photos.page.wait_for_function(
        "before => document.querySelector('.nbl-sharp').getBoundingClientRect().left > before",
        arg=before,
    )
    photos.press("Home")
    expect(photos.root.locator(".nbl-tools")).to_be_hidden()
    assert (
        photos.root.locator(".nbl-stage-layer").first.evaluate("one => one.style.transform") == ""
    )
    assert photos.sent("label", "skip") == []


def test_wheel_double_click_and_drag(photos: Photos) -> None:
    page, stage = photos.page, photos.root.locator(".nbl-stage").first
    box = stage.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -300)  # the page's: nothing is zoomed yet
    assert stage.locator(".nbl-stage-layer").evaluate("one => one.style.transform") == ""
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    transform = "() => document.querySelector('.nbl-stage-layer').style.transform"
    page.wait_for_function(f"() => ({transform})().includes('scale')")
    zoomed = page.evaluate(transform)
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"before => ({transform})() !== before", arg=zoomed)
    before = page.evaluate(transform)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    page.wait_for_function(f"before => ({transform})() !== before", arg=before)
    stage.dblclick()
    page.wait_for_function(f"() => ({transform})() === ''")
    stage.dblclick()
    page.wait_for_function(f"() => ({transform})().includes('scale')")


def test_what_is_under_the_pointer_stays_there(photos: Photos) -> None:
    page, stage = photos.page, photos.root.locator(".nbl-stage").first
    box = stage.bounding_box()
    assert box
    spot = (box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"])
    share = (
        "x => { const box = document.querySelector('.nbl-picture').getBoundingClientRect();"
        "return (x - box.left) / box.width; }"
    )
    before = page.evaluate(share, spot[0])
    page.mouse.move(*spot)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.wait_for_function("() => document.querySelector('.nbl-stages').dataset.zoomed === ''")
    photos.page.wait_for_function(
        "() => document.querySelector('.nbl-stage-layer').style.transform.includes('scale')"
    )
    assert page.evaluate(share, spot[0]) == pytest.approx(before, abs=0.01)


def test_two_fingers_pinch(photos: Photos) -> None:
    photos.page.evaluate(
        """() => {
            const stage = document.querySelector(".nbl-stage");
            const box = stage.getBoundingClientRect();
            stage.setPointerCapture = () => {};
            const finger = (type, pointerId, x) =>
                stage.dispatchEvent(new PointerEvent(type, {pointerId, pointerType: "touch",
                    clientX: box.left + x, clientY: box.top + box.height / 2, bubbles: true}));
            finger("pointerdown", 1, 100);
            finger("pointerdown", 2, 140);
            finger("pointermove", 2, 220);
            finger("pointerup", 1, 100);
            finger("pointerup", 2, 220);
        }"""
    )
    expect(photos.percent).to_be_visible()
    photos.page.wait_for_function(
        "() => /scale\\(3/.test(document.querySelector('.nbl-stage-layer').style.transform)"
    )


def test_a_new_question_is_shown_whole_and_peeking_keeps_the_place(photos: Photos) -> None:
    photos.press("+", "+")
    expect(photos.percent).to_be_visible()
    photos.press(">")
    expect(photos.root.locator(".nbl-id")).to_have_text("image-1")
    expect(photos.percent).to_be_visible()
    photos.press("<")
    photos.press("1")
    expect(photos.root.locator(".nbl-id")).to_have_text("image-1")
    expect(photos.percent).to_be_hidden()


def test_looking_on_answers_nothing_and_comes_back(photos: Photos) -> None:
    photos.press(">")
    expect(photos.root.locator(".nbl-id")).to_have_text("image-1")
    expect(photos.note).to_have_text("1 question passed: < goes back")
    assert photos.next_ids == ["image-0", "image-2"]
    photos.press(">")
    expect(photos.root.locator(".nbl-id")).to_have_text("image-2")
    photos.press(">")
    expect(photos.note).to_have_text("Nothing comes next yet.")
    photos.press("2")  # answers the one that is looked at, and goes back to what was passed
    assert [one["id"] for one in photos.sent("label")] == ["image-2"]
    expect(photos.root.locator(".nbl-id")).to_have_text("image-0")
    assert photos.next_ids == ["image-1"]
    photos.press("<")
    expect(photos.note).to_have_text("This is the question: nothing was passed.")


def test_the_large_view_takes_the_window_and_keys_label_on(photos: Photos) -> None:
    page = photos.page
    page.set_viewport_size({"width": 1366, "height": 768})
    photos.press("%")
    expect(photos.root).to_have_attribute("data-large", "")
    box = photos.root.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1366, "height": 768}
    mat = photos.root.locator(".nbl-mat").bounding_box()
    assert mat
    assert mat["width"] > 900
    assert mat["height"] > 500
    asked = photos.wanted()
    assert asked["box"] == [0, 0, 1, 1]
    assert 700 < asked["side"] <= 1366
    photos.answer(asked)
    expect(photos.sharp).to_be_visible()
    page.keyboard.press("1")
    assert [one["id"] for one in photos.sent("label")] == ["image-0"]
    page.keyboard.press("Escape")
    expect(photos.root).not_to_have_attribute("data-large", "")
    expect(photos.root).to_be_focused()
    assert page.locator(".nbl-queue-place").count() == 0


@pytest.mark.parametrize("key", ["/", "#", ":", "="])
def test_what_opens_elsewhere_closes_the_large_view(photos: Photos, key: str) -> None:
    photos.press("%", key)
    expect(photos.root).not_to_have_attribute("data-large", "")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(320, 640), (1366, 768)])
def test_the_large_view_is_accessible_and_clips_nothing(
    browser_page: Page, theme: str, size: tuple[int, int]
) -> None:
    browser_page.set_viewport_size({"width": size[0], "height": size[1]})
    browser_page.evaluate("theme => { document.documentElement.className = theme; }", theme)
    photos = Photos(browser_page, columns={"pictures": ["nir"]})
    photos.press("%", "+", "&")
    expect(photos.root.get_by_role("slider", name="Brightness")).to_be_focused()
    found = Axe().run(browser_page, context=".nbl-queue").response["violations"]
    assert [one["id"] for one in found] == []
    assert photos.root.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_light_is_changed_in_the_page_at_once_and_reset(photos: Photos) -> None:
    photos.press("&")
    slider = photos.root.get_by_role("slider", name="Contrast")
    photos.page.keyboard.press("Tab")
    expect(slider).to_be_focused()
    photos.page.keyboard.press("ArrowRight")
    expect(photos.root.locator(".nbl-picture")).to_have_attribute("data-lit", "")
    asked = photos.wanted()
    assert asked["window"][0] > 0
    assert asked["window"][1] < 1
    photos.answer(asked)  # 8 bits: the page's own light is all there is
    expect(photos.sharp).to_have_attribute("data-lit", "")
    photos.button("Reset").click()
    expect(photos.sharp).not_to_have_attribute("data-lit", "")
    slider.focus()
    photos.page.keyboard.press("Escape")
    expect(photos.root).to_be_focused()
    expect(slider).to_be_hidden()
    assert photos.sent("label", "skip", "flag") == []


def test_of_deep_pictures_the_kernel_sends_the_true_values(photos: Photos) -> None:
    photos.press("&")
    slider = photos.root.get_by_role("slider", name="Brightness")
    slider.evaluate(
        "one => { one.value = '50'; one.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    asked = photos.wanted()
    assert asked["window"] == [-0.5, 0.5]
    photos.answer(asked, range=[500, 1500], window=[-0.5, 0.5])
    expect(photos.root.locator(".nbl-tools")).to_contain_text("Black 500, white 1,500")
    expect(photos.sharp).to_be_visible()
    expect(photos.sharp).not_to_have_attribute("data-lit", "")
    expect(photos.root.locator(".nbl-picture")).to_have_attribute("data-lit", "")


def test_a_small_picture_is_enlarged_and_nothing_is_asked_for(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.ask(1)
    queue.press("%", "+")
    browser_page.wait_for_timeout(400)  # a close-up would have been asked for by then
    assert queue.sent("closeup") == []


def test_the_picture_of_a_column_is_shown_beside(browser_page: Page) -> None:
    photos = Photos(browser_page, columns={"pictures": ["nir", "source"]})
    photos.press('"')
    asked = photos.wanted()
    assert (asked["column"], asked["box"], asked["id"]) == (0, [0, 0, 1, 1], "image-0")
    expect(photos.root.locator(".nbl-beside-words")).to_have_text("Loading the picture…")
    photos.answer(asked, 90)
    other = photos.root.get_by_role("img", name="Picture of the column nir")
    expect(other).to_be_visible()
    expect(photos.root.get_by_role("button", name="Beside: nir")).to_be_visible()
    photos.press("+", "+", "+")
    assert {one["column"] for one in photos.sent("closeup")} >= {0}
    photos.press("1")
    asked = photos.wanted()
    assert (asked["column"], asked["id"]) == (0, "image-1")
    photos.deliver(
        {
            "type": "closeup",
            **{name: asked[name] for name in ("request", "id", "column")},
            "image": None,
            "text": "This item has no picture in the column nir.",
        }
    )
    expect(photos.root.locator(".nbl-beside-words")).to_have_text(
        "This item has no picture in the column nir."
    )
    expect(other).to_be_hidden()
    photos.press('"')
    expect(photos.root.get_by_role("button", name="Beside: source")).to_be_visible()
    photos.press('"')
    expect(photos.root.locator(".nbl-beside-picture")).to_be_hidden()
    photos.press("?")
    expect(photos.root.get_by_role("dialog")).to_contain_text("Show the picture of a column beside")


def test_keys_that_mean_nothing_say_so(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.ask(1)
    for key, words in [
        ('"', "No column of this pool holds pictures."),
        ("'", "There is no text to search in."),
        ("$", "This pool has no columns to choose."),
    ]:
        queue.press(key)
        expect(queue.note).to_have_text(words)
