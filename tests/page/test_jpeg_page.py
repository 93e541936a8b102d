"""Pictures that travel as JPEG, and in portions: the one on screen first."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.page.panel import Queue, item, questions

SIDE = 120


def jpeg(grey: int) -> list[int]:
    file = io.BytesIO()
    Image.fromarray(np.full((SIDE, SIDE, 3), grey, np.uint8)).save(file, "JPEG")
    return list(file.getvalue())


def photo(number: int, buffer: int | None = None) -> dict:
    image = {"buffer": buffer, "width": SIDE, "height": SIDE, "channels": 3, "encoding": "jpeg"}
    return item(number, image=image)


def test_a_jpeg_is_decoded_and_shown(browser_page: Page) -> None:
    queue = Queue(browser_page)
    photos = [photo(number, place) for place, number in enumerate((40, 90))]
    queue.deliver(questions(photos), [jpeg(40), jpeg(90)])
    browser_page.wait_for_function(
        """() => {
            const canvas = document.querySelector(".nbl-picture");
            return Math.abs(canvas.getContext("2d").getImageData(9, 9, 1, 1).data[0] - 40) < 3;
        }"""
    )
    # the next one was decoded while it was shown small
    browser_page.wait_for_function(
        """() => {
            const canvas = document.querySelector(".nbl-next canvas");
            return Math.abs(canvas.getContext("2d").getImageData(9, 9, 1, 1).data[0] - 90) < 3;
        }"""
    )
    queue.press("1")
    assert abs(queue.grey - 90) < 3
    assert (
        queue.root.locator(".nbl-picture").evaluate("one => [one.width, one.height]") == [SIDE] * 2
    )


def test_the_bytes_of_a_broken_jpeg_are_told(browser_page: Page, problems: list[str]) -> None:
    queue = Queue(browser_page)
    queue.deliver(questions([photo(1, 0)]), [[1, 2, 3]])
    expect(queue.panel.locator(".nbl-failure")).not_to_be_empty()
    browser_page.wait_for_function("() => document.querySelector('.nbl-failure').textContent")
    assert problems
    problems.clear()


def test_the_picture_on_screen_is_asked_for_alone_and_the_next_in_portions(
    browser_page: Page,
) -> None:
    queue = Queue(browser_page)
    numbers = range(20)
    queue.deliver(questions([photo(number) for number in numbers]))
    (first,) = queue.sent("need")
    assert first["ids"] == ["image-0"]
    asked = ["image-0"]
    while len(asked) < len(numbers):
        media = [
            photo(int(one.removeprefix("image-")), place) for place, one in enumerate(first["ids"])
        ]
        queue.deliver({"type": "media", "items": media}, [jpeg(1)] * len(media))
        first = queue.sent("need")[-1]
        assert len(first["ids"]) <= 8
        asked += first["ids"]
    assert asked == [f"image-{number}" for number in numbers]
