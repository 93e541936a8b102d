"""What queue, map, status and quality share in a page: one state, one link to the kernel, one panel."""

import json
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.panel import CLASSES, TRAITS, Panel, Queue, item, questions
from tests.page.test_map_page import CORNERS, GREEN, Map
from tests.page.test_quality_page import AUDIT, AUTO_LABEL, CURVES
from tests.page.test_status_page import STATUS


@pytest.fixture
def queue(browser_page: Page) -> Queue:
    queue = Queue(browser_page)
    queue.ask(*range(10))
    return queue


# ---- the order of questions, of which the page is the owner


def numbers(queue: Queue) -> list[str]:
    return [one.removeprefix("image-") for one in queue.next_ids]


def test_what_is_first_goes_before_all_but_the_question_on_screen(queue: Queue) -> None:
    queue.ask(40, 41, 1, 0, 2, first=2)
    queue.expect_image(0)
    assert numbers(queue) == ["40", "41", "1", "2"]


def test_more_questions_go_behind_and_their_first_ones_in_front(queue: Queue) -> None:
    queue.ask(50, 60, 3, first=1, reset=False)
    queue.expect_image(0)
    assert numbers(queue) == ["50", *"1234567"]


def test_what_was_picked_by_hand_stays_until_a_list_has_held_it(queue: Queue) -> None:
    queue.button("Ask image image-3 now").click()
    queue.ask(0, 20, 21)  # made before the kernel heard of it
    queue.expect_image(3)
    assert numbers(queue) == ["0", "20", "21"]
    queue.ask(0, 3, 20)
    queue.ask(0, 20)  # now it was answered elsewhere
    queue.expect_image(0)


def test_the_kernel_hears_the_front_with_each_event_or_by_itself(queue: Queue) -> None:
    front = [f"image-{i}" for i in range(9)]
    assert [one["front"] for one in queue.sent("front")] == [front]
    queue.press("1")
    after = [f"image-{i}" for i in range(1, 10)]
    sent = queue.page.evaluate("nbl.widget.model.sent.map(({ type, front }) => [type, front])")
    assert sent[-1] == ["label", after]  # and not once more
    queue.ask(*range(1, 10))
    assert len(queue.sent("front")) == 1  # nothing changed
    queue.ask(1, 9, 8)
    assert queue.sent("front")[-1]["front"] == ["image-1", "image-9", "image-8"]


def test_more_are_asked_for_once_when_fewer_than_half_are_left(queue: Queue) -> None:
    queue.press("1", "2", "1", "2", "1")
    assert queue.sent("more") == []
    queue.press("2")
    assert queue.sent("more") == [{"type": "more", "held": [6, 7, 8, 9]}]
    queue.press("1")
    assert len(queue.sent("more")) == 1
    queue.ask(20, 21, reset=False)
    queue.press("2")
    assert queue.sent("more")[-1]["held"] == [8, 9, 20, 21]


def test_reasons_are_asked_for_once_an_item_is_on_screen(queue: Queue) -> None:
    queue.ask(*range(10), why=None)
    assert queue.sent("explain") == []  # those that are known stay
    queue.press("1")
    expect(queue.root.locator(".nbl-why-text")).to_have_text("Loading…")
    assert queue.sent("explain") == [{"type": "explain", "ids": ["image-1"]}]
    why = {"text": "It is uncertain.", "parts": [{"name": "a", "value": 1, "text": "b"}]}
    queue.deliver({"type": "explained", "items": [item(1, why=why)]})
    expect(queue.root.locator(".nbl-why-text")).to_have_text("It is uncertain.")
    queue.press("2")
    queue.page.wait_for_function(
        "nbl.widget.model.sent.filter(({ type }) => type === 'explain').length === 2"
    )
    queue.deliver({"type": "explained", "items": [item(2, why=None)]})
    expect(queue.root.locator(".nbl-why-text")).to_have_text("No reason given.")
    queue.press("w", "w")
    assert [one["ids"] for one in queue.sent("explain")] == [["image-1"], ["image-2"]]


def test_browsing_counts_its_steps_and_hears_only_the_last_answer(queue: Queue) -> None:
    queue.press("ArrowLeft", "ArrowLeft")
    first, second = queue.sent("browse")
    assert (first["id"], first["steps"]) == (None, -1)
    assert (second["id"], second["steps"]) == (None, -2)
    queue.show(70, label="Bag", request=first["request"])
    queue.expect_image(0)
    queue.show(71, label="Bag", request=second["request"])
    queue.expect_image(71)
    queue.press("ArrowRight")
    third = queue.sent("browse")[-1]
    assert (third["id"], third["steps"]) == ("image-71", 1)


def test_a_message_for_another_page_is_ignored(queue: Queue) -> None:
    shown = {"type": "show", "item": item(70), "text": "", "revisit": False, "to": "another"}
    queue.deliver(shown)
    queue.expect_image(0)


# ---- rings


def ring_pixels(opened: Map, act: str) -> dict[str, Any]:
    """Run `act`, and look in the next frame where the mark of the current question is."""
    spots = [opened.spot(*point) for point in opened.points]
    return opened.page.evaluate(
        f"""(spots) => new Promise((done) => {{
          const before = nbl.widget.model.sent.length;
          ({act})();
          requestAnimationFrame(() => {{
            const canvas = document.querySelector(".nbl-map-marks");
            const seen = ([x, y]) => canvas.getContext("2d").getImageData(Math.floor(x + 18), Math.floor(y), 1, 1).data[3] > 0;
            const id = document.querySelector(".nbl-id").textContent;
            const sent = nbl.widget.model.sent.slice(before).map(({{ type }}) => type);
            done({{ marked: spots.flatMap((spot, i) => (seen(spot) ? [i] : [])), id, sent }});
          }});
        }})""",
        spots,
    )


def test_rings_move_in_the_frame_of_the_key(browser_page: Page) -> None:
    opened = Map(browser_page)
    opened.place([*CORNERS, (0.0, 0.0), (0.5, 0.5), (-0.5, -0.5)])
    opened.color([0] * 7)
    opened.ring(current=4, queries=[5, 6])
    opened.painted()
    key = """() => document.querySelector(".nbl-queue").dispatchEvent(
      new KeyboardEvent("keydown", { key: "1", bubbles: true }))"""
    seen = ring_pixels(opened, key)
    assert seen == {"marked": [5], "id": "image-5", "sent": ["label"]}  # no answer of the kernel
    pick = '() => document.querySelector(".nbl-next button").click()'
    assert ring_pixels(opened, pick) == {"marked": [6], "id": "image-6", "sent": ["front"]}


# ---- the browser's storage


def test_a_spoiled_entry_of_the_storage_stops_nothing(browser_page: Page) -> None:
    key = "nblabel:outbox:log-1"
    label = {"type": "label", "uid": "u1", "id": "image-1", "label": "Boot"}
    group = {"type": "label", "uid": "u2", "label": "Bag", "relabel": False, "indices": [2, 3]}
    kept = {
        f"{key} bad": "{not json",
        f"{key} nothing": "null",
        f"{key} u1": json.dumps({"order": 2, "event": label}),
        f"{key}:map u2": json.dumps({"order": 1, "event": group}),  # of an earlier version
        "nblabel:outbox:log-10 u3": json.dumps({"order": 1, "event": label}),
    }
    browser_page.evaluate("kept => Object.assign(localStorage, kept)", kept)
    queue = Queue(browser_page)
    assert [one["uid"] for one in queue.sent("label")] == ["u2", "u1"]
    messages = queue.root.locator(".nbl-messages")
    expect(messages).to_contain_text("2 unsaved answers of an earlier page cannot be read")
    for uid in ("u1", "u2"):
        queue.acknowledge(uid)
    expect(queue.saved).to_have_text("✓Saved")
    left = browser_page.evaluate("Object.keys(localStorage).sort()")
    assert left == [
        "nblabel:outbox:log-10 u3",
        f"nblabel:unreadable {key} bad",
        f"nblabel:unreadable {key} nothing",
    ]


# ---- what goes wrong in page code

BROKEN = {
    "message": "Uint8Array.prototype.slice",
    "render": "CanvasRenderingContext2D.prototype.putImageData",
    "frame": "CanvasRenderingContext2D.prototype.clearRect",
    "listener": "Element.prototype.animate",
}


@pytest.mark.parametrize("where", BROKEN)
def test_what_goes_wrong_in_the_page_is_shown_and_stops_nothing_else(
    browser_page: Page, problems: list[str], where: str
) -> None:
    opened = Map(browser_page)
    opened.place([*CORNERS])
    queue = opened.panel.locator(".nbl-queue")
    opened.ask(*range(4))
    opened.painted()
    browser_page.evaluate(
        f'() => {{ {BROKEN[where]} = () => {{ throw new Error("broken: {where}"); }}; }}'
    )
    queue.focus()
    opened.press("1")
    opened.ask(5, 6, 7)
    failure = opened.panel.locator(".nbl-failure")
    expect(failure.get_by_role("alert")).to_contain_text(f"went wrong: broken: {where}.")
    expect(failure).to_contain_text("Reload the page")
    assert opened.sent("label")[0]["id"] == "image-0"
    opened.press("2")
    assert len(opened.sent("label")) == 2
    browser_page.evaluate("() => { CanvasRenderingContext2D.prototype.clearRect = () => {}; }")
    failure.get_by_role("button", name="Dismiss").click()
    assert problems
    assert all(f"broken: {where}" in one for one in problems)
    problems.clear()


def test_a_part_that_cannot_be_built_leaves_the_others_alone(
    browser_page: Page, problems: list[str]
) -> None:
    browser_page.evaluate("() => { window.ResizeObserver = undefined; }")
    queue = Queue(browser_page)
    queue.ask(*range(3))
    queue.press("1")
    assert len(queue.sent("label")) == 1
    expect(queue.panel.locator(".nbl-failure")).to_contain_text("ResizeObserver")
    expect(queue.panel.locator(".nbl-quality")).to_be_visible()
    assert problems
    problems.clear()


# ---- two pages on one panel


def test_two_pages_keep_their_own_dialogs(browser_page: Page) -> None:
    clustering = {"n": 2, "finding": False, "suggested": 6}
    traits = {"clustering": clustering, "learning_curves": CURVES, "auto_label": AUTO_LABEL}
    one = Map(browser_page, **traits)
    browser_page.evaluate("() => { nbl.first = nbl.widget; nbl.clusters = [[0, 1], [2, 3]]; }")
    other = Map(browser_page, **traits)
    browser_page.evaluate("() => nbl.share(nbl.first.model, nbl.widget.model)")
    other.place([*CORNERS])

    def open_cluster(opened: Map, *keys: str) -> None:
        opened.focus()
        opened.press("g")
        opened.await_group(0)
        opened.press(*keys)

    open_cluster(one)
    expect(other.gallery).to_be_hidden()
    open_cluster(other, ">")
    expect(other.gallery).to_contain_text("Cluster 1")
    expect(one.gallery).to_contain_text("Cluster 0")
    one.gallery.get_by_role("button", name="Boot").click()
    label = browser_page.evaluate("nbl.first.model.sent.find(({ type }) => type === 'label')")
    other.acknowledge(label["uid"], "2 images labeled as Boot.")
    expect(one.live).to_have_text("2 images labeled as Boot.")
    expect(other.gallery).to_contain_text("Cluster 1")

    one.panel.get_by_role("button", name="Learning curves").click()
    other.panel.get_by_role("button", name="Auto-label the rest").click()
    expect(one.panel.get_by_role("dialog", name="Learning curves")).to_be_visible()
    expect(other.panel.get_by_role("dialog", name="Learning curves")).to_be_hidden()
    expect(one.panel.get_by_role("dialog", name="Auto-label the rest")).to_be_hidden()
    opened = "(model) => model.sent.filter(({ type }) => type === 'open').map(({ parts }) => parts)"
    assert browser_page.evaluate(f"({opened})(nbl.first.model)") == [["curves"]]
    assert browser_page.evaluate(f"({opened})(nbl.widget.model)") == [["auto_label"]]


def test_what_each_of_two_views_has_open_is_worked_out(browser_page: Page) -> None:
    panel = Panel(browser_page, learning_curves=CURVES, auto_label=AUTO_LABEL)
    panel.add_view()
    first, second = browser_page.locator(".nbl-panel").all()
    first.get_by_role("button", name="Learning curves").click()
    second.get_by_role("button", name="Auto-label the rest").click()
    expect(first.get_by_role("dialog", name="Learning curves")).to_be_visible()
    second.get_by_role("button", name="Auto-label the rest").click()
    assert [one["parts"] for one in panel.sent("open")] == [
        ["curves"], ["curves", "auto_label"], ["curves"]
    ]  # fmt: skip


# ---- what is heard


def test_words_that_are_said_again_are_heard_again(queue: Queue) -> None:
    queue.page.evaluate(
        """() => {
          nbl.heard = [];
          const live = document.querySelector(".nbl-live");
          new MutationObserver(() => nbl.heard.push(live.textContent)).observe(live, { childList: true });
        }"""
    )
    for _ in range(3):
        queue.deliver({"type": "announce", "text": "Nothing to undo."})
        expect(queue.live).to_have_text("Nothing to undo.")
    heard = queue.page.evaluate("nbl.heard")
    assert len(heard) == 3
    assert heard[0] != heard[1] != heard[2]
    assert {one.replace("\u200b", "") for one in heard} == {"Nothing to undo."}


def test_only_the_plane_of_the_map_is_an_application(queue: Queue) -> None:
    roles = queue.panel.locator("[role=application]")
    expect(roles).to_have_count(1)
    expect(roles).to_have_class("nbl-map-plane")


# ---- chords


def chord(page: Page, **keys: Any) -> dict[str, Any]:
    """Press a chord where the focus is, and say what a notebook around the panel sees of it."""
    return page.evaluate(
        """(keys) => {
          const target = document.activeElement;
          const seen = { heard: false, marked: false };
          const look = () => {
            seen.heard = true;
            for (let one = target; one; one = one.parentElement)
              seen.marked ||= one.hasAttribute("data-lm-suppress-shortcuts");
          };
          document.addEventListener("keydown", look, { capture: true, once: true });
          const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...keys });
          target.dispatchEvent(event);
          return { ...seen, kept: event.defaultPrevented };
        }""",
        keys,
    )


PLACES = [
    ".nbl-queue", ".nbl-class", ".nbl-map-plane", ".nbl-status button", ".nbl-quality select"
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_undo_and_redo_by_the_chords_of_all_programs(queue: Queue, place: str) -> None:
    queue.write(status=STATUS, audit=AUDIT)
    queue.panel.locator(place).first.focus()
    z, y = {"key": "z", "code": "KeyZ"}, {"key": "y", "code": "KeyY"}
    for keys, kind in [
        ({**z, "ctrlKey": True}, "undo"),
        ({**z, "metaKey": True}, "undo"),
        ({"key": "Z", "code": "KeyZ", "ctrlKey": True, "shiftKey": True}, "redo"),
        ({"key": "Z", "code": "KeyZ", "metaKey": True, "shiftKey": True}, "redo"),
        ({**y, "ctrlKey": True}, "redo"),
        ({"key": "я", "code": "KeyZ", "ctrlKey": True}, "undo"),
    ]:
        n = len(queue.sent("undo", "redo"))
        seen = chord(queue.page, **keys)
        assert seen == {
            "heard": True,
            "marked": True,
            "kept": True,
        }  # and the notebook undoes nothing
        assert [one["type"] for one in queue.sent("undo", "redo")[n:]] == [kind]
    n = len(queue.sent())
    for keys in [{**z, "ctrlKey": True, "altKey": True}, {**z, "ctrlKey": True, "repeat": True}, z]:
        chord(queue.page, **keys)
    assert len(queue.sent()) == n


def test_in_a_field_for_text_undo_is_the_fields(queue: Queue) -> None:
    queue.press("n")
    seen = chord(queue.page, key="z", code="KeyZ", ctrlKey=True)
    assert seen == {"heard": True, "marked": True, "kept": False}
    queue.page.keyboard.type("ab")
    queue.page.keyboard.press("Control+z")
    expect(queue.root.get_by_role("textbox")).not_to_have_value("ab")
    assert queue.sent("undo") == []


@pytest.mark.parametrize("place", [*PLACES, "input"])
def test_the_chord_that_saves_the_notebook_is_let_through(queue: Queue, place: str) -> None:
    queue.write(status=STATUS, audit=AUDIT)
    queue.panel.locator(".nbl-queue").focus()
    queue.page.keyboard.press("n")
    queue.panel.locator(f"{place} >> visible=true").first.focus()
    for keys in [{"ctrlKey": True}, {"metaKey": True}]:
        seen = chord(queue.page, key="s", code="KeyS", **keys)
        assert seen == {"heard": True, "marked": False, "kept": False}
        # and no other key is
        assert chord(queue.page, key="d", code="KeyD")["marked"]
        assert chord(queue.page, key="S", code="KeyS", shiftKey=True, **keys)["marked"]
    assert queue.sent("skip") == []


# ---- a panel that is closed


def test_a_closed_panel_says_why_and_takes_no_more_answers(queue: Queue) -> None:
    queue.kernel(alive=False)
    queue.press("1")
    queue.write(closed="the cell was run again.")
    queue.kernel(alive=True)
    text = "This panel takes no more answers: the cell was run again."
    expect(queue.root.locator(".nbl-messages")).to_contain_text(text)
    expect(queue.button("Boot")).to_have_attribute("aria-disabled", "true")
    queue.press("2", "s", "u", "n")
    queue.page.keyboard.type("Hat")
    queue.page.keyboard.press("Enter")
    expect(queue.note).to_have_text(text)
    # what was not saved is still sent
    queue.page.wait_for_function("nbl.widget.model.sent.some(({ type }) => type === 'label')")
    assert [one["id"] for one in queue.sent("label")] == ["image-0"]
    assert queue.sent("skip", "undo", "add_class") == []
    queue.acknowledge(queue.sent("label")[0]["uid"])
    expect(queue.saved).to_have_text("✓Saved")


def test_a_closed_panel_labels_no_group_and_accepts_nothing(browser_page: Page) -> None:
    ready = {**AUTO_LABEL, "ready": 5, "needed": 0}
    clustering = {"n": 1, "finding": False, "suggested": 6}
    opened = Map(browser_page, clustering=clustering, auto_label=ready)
    browser_page.evaluate("() => { nbl.clusters = [[0, 1]]; }")
    opened.place([*CORNERS])
    opened.focus()
    opened.press("g")
    opened.await_group(0)
    opened.write(closed="it was closed.")
    opened.press("2")
    expect(opened.gallery.get_by_role("alert")).to_contain_text(
        "takes no more answers: it was closed."
    )
    opened.panel.get_by_role("button", name="Auto-label the rest").click()
    opened.panel.get_by_role("button", name="Accept 5 labels").click()
    expect(opened.panel.locator(".nbl-quality")).to_contain_text("takes no more answers")
    assert opened.sent("label", "accept") == []


# ---- colours of the system, contrast


def colour(panel: Panel, selector: str, name: str) -> str:
    return panel.panel.locator(selector).first.evaluate(
        "(one, name) => getComputedStyle(one)[name]", name
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_are_seen_with_the_colours_of_the_system(browser_page: Page, scheme: Any) -> None:
    browser_page.emulate_media(forced_colors="active", color_scheme=scheme)
    traits = {"status": STATUS, "audit": AUDIT, "learning_curves": CURVES}
    opened = Map(browser_page, **traits)
    opened.place([*CORNERS, (0.0, 0.0)])
    opened.color([0, 0, 0, 0, 1])
    opened.ring(current=3, queries=[4])
    opened.panel.get_by_role("button", name="Learning curves").click()
    paper = colour(opened, ".nbl-map-plane", "backgroundColor")
    ink = colour(opened, ".nbl-map-plane", "color")
    assert paper != ink
    parts = [int(one) for one in re.findall(r"\d+", ink)[:3]]
    x, y = opened.spot(0, 0)
    opened.await_pixel((x - 9, y), "#" + "".join(f"{one:02x}" for one in parts), "marks")
    opened.await_pixel((x, y), GREEN)  # what a colour means stays
    for swatch in [".nbl-class .nbl-swatch", ".nbl-map-legend-entry .nbl-map-swatch"]:
        assert colour(opened, swatch, "backgroundColor") == "rgb(201, 79, 86)"
        assert colour(opened, swatch, "forcedColorAdjust") == "none"
        assert colour(opened, swatch, "outlineStyle") == "solid"  # whatever colour is behind it
    assert colour(opened, ".nbl-count-fill", "backgroundColor") != paper
    assert colour(opened, ".nbl-chart-line", "stroke") != paper
    for chosen, other in [
        (".nbl-map-tool[aria-pressed=true]", ".nbl-map-tool[aria-pressed=false]"),
        (".nbl-quality button[aria-expanded=true]", ".nbl-quality button[aria-expanded=false]"),
    ]:
        assert colour(opened, chosen, "backgroundColor") != colour(opened, other, "backgroundColor")
    opened.focus()
    opened.press("Shift+Tab")
    style = browser_page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"
    # the plane follows when the system's colours come or go
    browser_page.emulate_media(forced_colors="none", color_scheme=scheme)
    opened.await_pixel(opened.spot(0.5, 0), "#ffffff")


def test_more_contrast_makes_lines_and_soft_words_strong(browser_page: Page) -> None:
    panel = Panel(browser_page, status=STATUS)
    soft = colour(panel, ".nbl-figures dt", "color")
    browser_page.emulate_media(contrast="more")
    strong = colour(panel, ".nbl-figures dt", "color")
    assert soft != strong
    assert strong == colour(panel, ".nbl-headline", "color")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1180])
def test_the_whole_panel_is_accessible(browser_page: Page, theme: str, width: int) -> None:
    browser_page.set_viewport_size({"width": width + 32, "height": 1000})
    browser_page.evaluate("theme => { document.documentElement.className = theme; }", theme)
    traits = {"status": STATUS, "audit": AUDIT, "auto_label": AUTO_LABEL, "classes": CLASSES}
    queue = Queue(browser_page, **traits)
    queue.ask(*range(10))
    assert browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(browser_page, context=".nbl-panel", options={"resultTypes": ["violations"]})
    assert not found.response["violations"], found.generate_report()


def test_the_panel_is_left_by_tab(browser_page: Page) -> None:
    panel = Panel(browser_page, **TRAITS)
    panel.deliver(questions([item(i, image=None) for i in range(3)]))
    browser_page.locator("#before").focus()
    for _ in range(80):
        browser_page.keyboard.press("Tab")
        if browser_page.evaluate("document.activeElement.id") == "after":
            break
    expect(browser_page.locator("#after")).to_be_focused()


def test_map_and_picture_use_the_space_of_a_4k_screen(browser_page: Page) -> None:
    browser_page.set_viewport_size({"width": 3840, "height": 2160})
    browser_page.evaluate("() => { document.getElementById('cell').style.width = '3800px'; }")
    queue = Queue(browser_page, status=STATUS)
    queue.ask(*range(10))
    expect(queue.panel.locator(".nbl-map-plane")).to_be_visible()
    assert queue.panel.evaluate("one => one.scrollWidth <= one.clientWidth")
    stick_out = """panel => { const { left, right } = panel.getBoundingClientRect();
      return [...panel.querySelectorAll("*")].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width && (box.left < left - 1 || box.right > right + 1);
      }).map((one) => one.className); }"""
    assert queue.panel.evaluate(stick_out) == []
    for name, width, height in ((".nbl-map-plane", 1600, 900), (".nbl-mat canvas", 900, 900)):
        box = queue.panel.locator(name).first.bounding_box()
        assert box is not None
        assert box["width"] >= width, name
        assert box["height"] >= height, name
        assert box["y"] + box["height"] <= 2160, name
