"""Sounds with their player, drawings, and HTML in a frame without scripts, in a browser."""

import io
import wave
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.page.panel import Queue, item, questions

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 4 2">'
    '<script>window.top.ran = true</script><rect x="1" width="3" height="2" fill="rgb(0,128,0)"/></svg>'
)
HTML = (
    "<h1>Benzene</h1><p>six <b>carbons</b></p><style>p {color: red}</style>"
    "<script>window.top.ran = true</script><img src='x' onerror='window.top.ran = true'>"
    "<img src='https://elsewhere.test/x.png'><meta http-equiv='refresh' content='0;url=/ran'>"
    "<a href='https://elsewhere.test/'>more</a>" + "<p>line</p>" * 60
)


def png(color: tuple[int, int, int]) -> list[int]:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(file, "PNG")
    return list(file.getvalue())


def wav(seconds: float) -> list[int]:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(np.zeros(round(seconds * 8000), "<i2").tobytes())
    return list(file.getvalue())


def sound(number: int, seconds: float, buffer: int | None = 0) -> dict[str, Any]:
    about = f"{seconds:g} s · 8,000 Hz · 1 channel"
    image = {"buffer": buffer, "width": 64, "height": 48, "channels": 3, "encoding": "png"}
    return item(number, image={**image, "about": about, "seconds": seconds})


def html(number: int, buffer: int | None = 0, *, scripts: bool = True) -> dict[str, Any]:
    return item(number, image=None, html={"buffer": buffer, "scripts": scripts})


def color_of(queue: Queue, name: str) -> list[int]:
    return queue.root.locator(name).first.evaluate(
        "c => [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data]"
    )


@pytest.fixture
def sounds(browser_page: Page) -> Queue:
    queue = Queue(browser_page, pool={"total": 5000, "noun": "sound"})
    queue.deliver(
        questions([sound(1, 70.0), sound(2, 1.5, 1), sound(3, 2.0, None)]),
        [png((200, 0, 0)), png((0, 200, 0))],
    )
    return queue


@pytest.fixture
def frames(browser_page: Page, problems: list[str]) -> Queue:
    queue = Queue(browser_page, pool={"total": 5000, "noun": "item"})
    queue.deliver(
        questions([html(1), html(2, 1, scripts=False)]), [list(HTML.encode()), list(b"<i>two</i>")]
    )
    return queue


def no_violations(page: Page) -> None:
    # no script of a test runs in a frame without scripts, either
    found = Axe().run(page, ".nbl-panel", {"iframes": False}).response["violations"]
    assert [one["id"] for one in found] == []


def play(queue: Queue, number: int, start: float, seconds: float) -> None:
    answer = {"type": "sound", "id": f"image-{number}", "start": start, "seconds": seconds}
    to = queue.page.evaluate("nbl.widget.model.name")
    queue.deliver({**answer, "error": "", "to": to}, [wav(min(seconds, 2.0))])


def test_a_key_plays_a_sound_part_after_part(sounds: Queue) -> None:
    expect(sounds.root.locator(".nbl-about")).to_have_text("70 s · 8,000 Hz · 1 channel")
    picture = sounds.root.get_by_role("img", name="Sound image-1, position 1: 70 s · 8,000 Hz")
    expect(picture).to_be_visible()
    time = sounds.root.locator(".nbl-player-time")
    expect(time).to_have_text("0:00 / 1:10")
    sounds.press(" ")
    assert sounds.sent("play") == [{"type": "play", "id": "image-1", "start": 0}]
    expect(time).to_have_text("Loading…")
    play(sounds, 1, 0, 0.3)
    # once a part is over the next one is asked for
    sounds.page.wait_for_function("nbl.widget.model.sent.filter((m) => m.type === 'play')[1]")
    assert sounds.sent("play")[1]["start"] == pytest.approx(0.3)
    expect(sounds.button("Pause")).to_be_visible()
    sounds.press(" ")
    expect(sounds.button("Play")).to_be_visible()
    play(sounds, 1, 0.3, 0.3)  # too late: nobody listens any more
    expect(sounds.button("Play")).to_be_visible()
    sounds.press("Shift+ ")  # the beginning is still here, and is not asked for again
    expect(sounds.button("Pause")).to_be_visible()
    assert [one["start"] for one in sounds.sent("play")].count(0) == 1
    no_violations(sounds.page)


def test_a_sound_is_left_with_its_question(sounds: Queue) -> None:
    sounds.press(" ")
    play(sounds, 1, 0, 30)
    expect(sounds.button("Pause")).to_be_visible()
    sounds.press("1")  # keys are not held up by it
    expect(sounds.root.locator(".nbl-id")).to_have_text("image-2")
    expect(sounds.button("Play")).to_be_visible()
    expect(sounds.root.locator(".nbl-player-time")).to_have_text("0:00 / 0:01")
    assert sounds.sent("label")[0]["label"] == "Sandal"
    slider = sounds.root.get_by_role("slider", name="Position in the sound")
    slider.evaluate("one => { one.value = 1; one.dispatchEvent(new Event('input')); }")
    asked = sounds.sent("play")[-1]
    assert asked == {"type": "play", "id": "image-2", "start": pytest.approx(1, abs=0.01)}


def test_each_sound_plays_by_itself_where_that_is_wanted(sounds: Queue) -> None:
    sounds.root.get_by_label("Play each").focus()
    sounds.page.keyboard.press(" ")  # there it checks, and plays nothing
    assert sounds.sent("play") == []
    sounds.press("1")
    assert sounds.sent("play") == [{"type": "play", "id": "image-2", "start": 0}]
    sounds.press("2")  # this one has not come yet: it plays once it is here
    assert len(sounds.sent("play")) == 1
    sounds.deliver({"type": "media", "items": [sound(3, 2.0)], "to": to(sounds)}, [png((1, 2, 3))])
    assert sounds.sent("play")[-1] == {"type": "play", "id": "image-3", "start": 0}


def to(queue: Queue) -> str:
    name: str = queue.page.evaluate("nbl.widget.model.name")
    return name


def test_what_cannot_be_played_is_said(sounds: Queue) -> None:
    sounds.press(" ")
    answer = {"type": "sound", "id": "image-1", "start": 0, "seconds": 0}
    sounds.deliver({**answer, "error": "a.wav cannot be read: not found", "to": to(sounds)})
    expect(sounds.note).to_have_text("Cannot play it. a.wav cannot be read: not found")
    expect(sounds.button("Play")).to_be_visible()
    sounds.press("?")
    expect(sounds.root.get_by_role("dialog", name="Shortcuts")).to_contain_text("Play or pause")
    expect(sounds.root.get_by_role("dialog", name="Shortcuts")).not_to_contain_text(
        "Scroll a long text"
    )


def test_a_series_has_no_player(browser_page: Page) -> None:
    queue = Queue(browser_page, pool={"total": 5000, "noun": "series"})
    image = {"buffer": 0, "width": 64, "height": 48, "channels": 3, "encoding": "png"}
    one = item(1, image={**image, "about": "500 values · 12 missing"})
    queue.deliver(questions([one]), [png((9, 9, 200))])
    expect(queue.root.locator(".nbl-about")).to_have_text("500 values · 12 missing")
    expect(queue.button("Play")).to_have_count(0)
    queue.press("1")
    queue.deliver(questions([], done=True))
    expect(queue.root.locator(".nbl-mat")).to_have_text("All 5,000 series are answered.")


def test_an_svg_is_painted_and_its_script_not_run(browser_page: Page) -> None:
    queue = Queue(browser_page, pool={"total": 5000, "noun": "item"})
    image = {"buffer": 0, "width": 40, "height": 20, "channels": 3, "encoding": "svg+xml"}
    queue.deliver(
        questions([item(1, image=image), item(2, image={**image, "buffer": 1})]),
        [list(SVG.encode()), list(SVG.replace("128", "64").encode())],
    )
    browser_page.wait_for_function(
        """() => [".nbl-picture", ".nbl-next canvas"].every((name) => {
            const canvas = document.querySelector(name);
            return canvas.getContext("2d").getImageData(9, 9, 1, 1).data[3] === 255;
        })"""
    )
    assert color_of(queue, ".nbl-picture")[:3] == [0, 128, 0]
    assert color_of(queue, ".nbl-next canvas")[:3] == [0, 64, 0]
    corner = queue.root.locator(".nbl-picture").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(1, 1, 1, 1).data]"
    )
    assert corner == [255] * 4  # on white in every theme
    assert browser_page.evaluate("window.ran") is None


def test_html_is_shown_in_a_frame_that_runs_and_loads_nothing(
    frames: Queue, problems: list[str]
) -> None:
    page = frames.page
    frame = frames.root.locator("iframe")
    expect(frame).to_have_attribute("sandbox", "")
    expect(frame).to_have_attribute("title", "Item image-1, position 1")
    inside = frame.content_frame
    expect(inside.get_by_role("heading", name="Benzene")).to_be_visible()
    assert inside.locator("p").first.evaluate("one => getComputedStyle(one).color") == (
        "rgb(255, 0, 0)"
    )
    expect(frames.root.locator(".nbl-frame-note")).to_have_text("Scripts in it do not run.")
    assert page.evaluate("window.ran") is None
    # nothing left the page: the browser says what it refused, and nothing was asked for
    refused = [one for one in problems if "Content Security Policy" in one or "sandbox" in one]
    assert refused
    assert problems == refused
    problems.clear()
    thumb = frames.root.locator(".nbl-next .nbl-short")
    expect(thumb).to_have_text("two")
    no_violations(page)
    problems.clear()
    frames.press("1")
    expect(frames.root.locator("iframe").content_frame.locator("i")).to_have_text("two")
    expect(frames.root.locator(".nbl-frame-note")).to_be_hidden()


def test_a_click_in_the_frame_gives_the_keys_back(frames: Queue, problems: list[str]) -> None:
    page = frames.page
    frames.root.locator("iframe").click(position={"x": 200, "y": 200})
    page.wait_for_function("document.activeElement.classList.contains('nbl-queue')")
    page.keyboard.press("2")
    assert frames.sent("label")[0]["label"] == "Boot"
    problems.clear()  # what the frame refused


def test_the_frame_is_reached_by_tab_to_be_scrolled(frames: Queue, problems: list[str]) -> None:
    page = frames.page
    frames.root.focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "nbl-frame-page":
            break
    inside = frames.root.locator("iframe").content_frame
    # the browser hands the keys over to the frame, a process of its own, a moment later
    inside.locator("html").evaluate(
        "one => new Promise((done) => one.ownerDocument.hasFocus() ? done() "
        ": one.ownerDocument.defaultView.addEventListener('focus', done))"
    )
    page.keyboard.press("End")
    expect(inside.locator("p").last).to_be_in_viewport()
    assert page.evaluate("document.activeElement.className") == "nbl-frame-page"
    problems.clear()


def test_going_back_is_not_to_the_item_before(frames: Queue, problems: list[str]) -> None:
    before = frames.page.evaluate("history.length")
    frames.press("1")
    expect(frames.root.locator("iframe").content_frame.locator("i")).to_have_text("two")
    assert frames.page.evaluate("history.length") == before
    problems.clear()


def test_the_first_screen_says_what_to_do(browser_page: Page) -> None:
    nothing = {"labeled": 0, "accepted": 0, "skipped": 0, "flagged": 0}
    queue = Queue(browser_page, pool={"total": 5000, "noun": "sound"}, status=nothing_but(nothing))
    queue.deliver(questions([sound(1, 1.0), sound(2, 1.0, 1)]), [png((9, 9, 9)), png((9, 9, 9))])
    first = queue.root.locator(".nbl-first")
    expect(first).to_have_text("Which class is this sound? Press its key, or its button.")
    queue.press("1")
    expect(first).to_have_text("")
    expect(first).to_be_attached()  # its line stays, and the buttons below do not move
    assert first.evaluate("one => one.offsetHeight > 10")


def nothing_but(counts: dict[str, int]) -> dict[str, Any]:
    return {
        **counts,
        "left": 5000,
        "total": 5000,
        "per_hour": None,
        "seconds_left": None,
        "refit_ms": None,
        "model": {"text": "", "title": ""},
        "store": {"persistent": True, "text": "labels.db"},
        "classes": [],
        "messages": [],
        "notices": [],
    }


def test_what_a_function_raised_is_shown_with_its_id(browser_page: Page) -> None:
    queue = Queue(browser_page, pool={"total": 5000, "noun": "item"})
    error = "The render function raised ValueError: no atoms"
    queue.deliver(questions([item(1, image=None, error=error), item(2, image=None, error=error)]))
    expect(queue.root.locator(".nbl-placeholder")).to_contain_text(
        f"image-1Cannot show this item. {error}"
    )
    queue.press("1")
    assert queue.sent("label")[0]["id"] == "image-1"
