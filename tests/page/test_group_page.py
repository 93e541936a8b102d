"""The dialog for clusters and selections in a browser: look, mark what does not belong, one key."""

import re
import struct

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import PROJECTION
from tests.page.test_map_page import CORNERS, Map
from tests.page.test_status_page import STATUS

FOUND = {"n": 2, "finding": False, "suggested": 6}
CLUSTERS = [list(range(0, 120, 2)), list(range(1, 120, 2))]
LEGEND = [
    {"code": k, "name": f"cluster {k}", "color": "#4c78c8", "count": 60, "cluster": k}
    for k in range(2)
]


def open_map(page: Page, **traits: object) -> Map:
    traits = {"clustering": FOUND, "color_by": "cluster", "legend": LEGEND, **traits}
    opened = Map(page, **traits)
    page.evaluate("clusters => { nbl.clusters = clusters; }", CLUSTERS)
    opened.place([*CORNERS, *((k / 120, 0.1) for k in range(116))])
    opened.color([0, 1] * 60)
    opened.mark()
    opened.painted()
    return opened


def tile(opened: Map, index: int) -> Locator:
    return opened.dialog.get_by_role("button", name=f"Image image-{index}", exact=True)


@pytest.fixture
def clustered(browser_page: Page) -> Map:
    """A map of 120 points in two clusters, of which the first is open."""
    opened = open_map(browser_page)
    opened.focus()
    opened.press("g")
    expect(tile(opened, 0)).to_be_focused()
    return opened


def test_a_cluster_is_labeled_by_keyboard_but_for_those_marked(clustered: Map) -> None:
    dialog = clustered.dialog
    expect(dialog.get_by_role("heading")).to_have_text("Cluster 0: 60 images")
    clustered.press("ArrowRight", "Space", "ArrowDown", "Enter")
    expect(tile(clustered, 2)).to_have_attribute("aria-pressed", "true")
    expect(tile(clustered, 8)).to_have_attribute("aria-pressed", "true")
    expect(clustered.note).to_have_text("Excluded. 2 excluded.")
    clustered.press("PageDown")
    expect(dialog).to_contain_text("10–18 of 60")
    expect(tile(clustered, 18)).to_be_focused()
    clustered.press("Space", "Space", "ArrowRight", "Space")  # one belongs after all
    expect(dialog).to_contain_text("Label 57 (3 excluded) as")
    clustered.press("2")
    (message,) = clustered.await_sent("label")
    marked = [2, 8, 20]
    assert message["buffers"] == [[i for i in CLUSTERS[0] if i not in marked], marked]
    assert (message["label"], message["relabel"]) == ("Boot", False)
    clustered.press("2", "3", "Space")  # nothing more while it is saved
    clustered.acknowledge(message["uid"], "57 images labeled as Boot.")
    expect(dialog.get_by_role("heading")).to_have_text("57 images labeled as Boot.")
    expect(dialog.get_by_role("button", name="Next cluster").last).to_be_focused()
    clustered.press("u")
    (undo,) = clustered.await_sent("undo")
    assert undo["of"] == message["uid"]
    expect(dialog).to_be_focused()  # no key reaches anything else meanwhile
    clustered.acknowledge(undo["uid"], "Undone")
    expect(dialog).to_contain_text("Label 57 (3 excluded) as")
    clustered.press("1")
    assert clustered.await_sent("label", 2)[1]["buffers"] == message["buffers"]


def test_clusters_are_stepped_through_and_left(clustered: Map) -> None:
    clustered.press("Space", ".")
    expect(tile(clustered, 1)).to_be_focused()
    expect(clustered.dialog.get_by_role("heading")).to_have_text("Cluster 1: 60 images")
    expect(clustered.dialog).to_contain_text("Label 60 images as")  # marks were of the other
    clustered.press(".")
    assert len(clustered.messages("group")) == 2  # there is no third
    clustered.press(",")
    expect(tile(clustered, 0)).to_be_focused()
    clustered.press("Escape")
    expect(clustered.dialog).to_be_hidden()
    expect(clustered.plane).to_be_focused()
    assert clustered.await_sent("leave")
    clustered.button(re.compile("^cluster 1")).click()
    expect(tile(clustered, 1)).to_be_focused()


def test_only_the_pictures_of_a_page_and_the_next_are_asked_for(clustered: Map) -> None:
    asked = [message["indices"] for message in clustered.messages("look")]
    assert asked == [CLUSTERS[0][:18]]
    clustered.press("PageDown")
    assert clustered.await_sent("look", 2)[1]["indices"] == CLUSTERS[0][18:27]
    clustered.dialog.get_by_role("button", name="24 at once").click()
    expect(clustered.dialog).to_contain_text("1–24 of 60")
    expect(clustered.dialog.get_by_role("button", name="Image ")).to_have_count(24)


def test_the_mean_of_the_pictures_stands_beside_the_most_central(clustered: Map) -> None:
    mean = clustered.dialog.locator(".nbl-group-mean")
    expect(mean).to_be_hidden()
    image = {"buffer": 0, "width": 2, "height": 1, "channels": 3}
    message = {"type": "mean", "text": "mean of 60", "image": image}
    request = clustered.messages("group")[0]["request"]
    clustered.send({**message, "request": "older", "text": "mean of 7"}, bytes(6))
    expect(mean).to_be_hidden()
    clustered.send({**message, "request": request}, bytes([10, 20, 30, 40, 50, 60]))
    expect(clustered.dialog.get_by_role("figure").last).to_have_text("mean of 60")
    assert mean.evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 2, 1).data].filter((v) => v < 255)"
    ) == [10, 20, 30, 40, 50, 60]
    clustered.press(".")  # another group has another, or none
    expect(clustered.dialog.get_by_role("heading")).to_have_text("Cluster 1: 60 images")
    expect(mean).to_be_hidden()


def test_what_nobody_can_have_seen_is_not_labeled(clustered: Map) -> None:
    clustered.page.evaluate("() => { nbl.blind = true; }")
    clustered.press(".")
    expect(clustered.dialog.get_by_role("heading")).to_have_text("Cluster 1: 60 images")
    clustered.press("2")
    expect(clustered.dialog.get_by_role("button", name="Boot")).to_have_attribute(
        "aria-disabled", "true"
    )
    assert clustered.messages("label") == []


def test_another_order_keeps_what_is_marked(clustered: Map) -> None:
    clustered.press("Space")
    clustered.dialog.get_by_label("Order").select_option("outliers")
    expect(tile(clustered, 118)).to_be_visible()
    assert clustered.messages("group")[1]["order"] == "outliers"
    expect(clustered.dialog).to_contain_text("Label 59 (1 excluded) as")
    clustered.dialog.get_by_role("button", name="Include 1 again").click()
    expect(clustered.dialog).to_contain_text("Label 60 images as")


def test_labels_that_are_there_are_told_and_contradictions_warned_of(clustered: Map) -> None:
    request = clustered.messages("group")[0]["request"]
    labels = [
        {"name": "Boot", "color": "#3f9e6e", "count": 2},
        {"name": "Bag", "color": "#4c78c8", "count": 1},
    ]
    clustered.page.evaluate("() => { nbl.given = { 2: 'Bag' }; }")
    facts = {
        "n": 60,
        "labeled": 3,
        "labels": labels,
        "warning": "Its labels contradict: 2 Boot, 1 Bag.",
    }
    clustered.send({"type": "facts", "request": request, **facts})
    clustered.mark(labeled=[0, 2, 4])
    dialog = clustered.dialog
    expect(dialog).to_contain_text("3 of 60 labeled:")
    expect(dialog).to_contain_text("Boot 2")
    expect(dialog).to_contain_text("▲ Its labels contradict: 2 Boot, 1 Bag.")
    expect(dialog).to_contain_text("Label 57 images as")
    expect(dialog.get_by_role("button", name="Image image-2, labeled Bag")).to_contain_text("Bag")
    # one that is marked and labeled is not left to label either way
    dialog.get_by_role("button", name="Image image-2, labeled Bag").click()
    expect(dialog).to_contain_text("Label 57 (1 excluded) as")
    dialog.get_by_role("checkbox").check()
    expect(dialog).to_contain_text("Label 59 (1 excluded) as")
    # what is told of a group that was left is not shown
    clustered.send({"type": "facts", "request": "older", **facts, "labeled": 50})
    expect(dialog).to_contain_text("3 of 60 labeled:")


def test_a_cluster_that_is_gone_is_named(clustered: Map) -> None:
    clustered.page.evaluate("() => { nbl.clusters = [nbl.clusters[0]]; }")
    clustered.press(".")
    expect(clustered.dialog.get_by_role("alert")).to_have_text("there is no such cluster.")


def test_clusters_are_found_in_the_background(browser_page: Page) -> None:
    opened = open_map(browser_page, clustering={**FOUND, "n": 0}, color_by="prediction")
    opened.button(re.compile("^Clusters")).click()
    number = opened.dialog.get_by_label("How many")
    expect(number).to_be_focused()
    expect(number).to_have_value("6")
    opened.press("2")  # a number is typed, no class key
    number.fill("8")
    opened.press("Enter")
    assert opened.await_sent("cluster")[0]["n"] == 8
    opened.write(clustering={**FOUND, "n": 0, "finding": True})
    cancel = opened.dialog.get_by_role("button", name="Cancel")
    expect(cancel).to_be_focused()
    cancel.click()
    assert opened.await_sent("cancel")
    opened.write(clustering={**FOUND, "n": 0})
    expect(number).to_be_visible()
    opened.write(clustering={**FOUND, "n": 0, "finding": True})
    opened.write(clustering=FOUND)
    expect(tile(opened, 0)).to_be_focused()


def test_thousands_of_points_are_labeled_without_their_pictures(browser_page: Page) -> None:
    opened = open_map(browser_page)
    n = 60_000
    opened.page.evaluate(
        """n => {
          nbl.clusters = [Array.from({ length: n / 10 }, (_, k) => 10 * k), [1]];
          const xy = Float32Array.from({ length: 2 * n }, (_, k) => Math.sin(k));
          nbl.widget.model.deliver({ type: "points", n, animate: false }, [xy]);
        }""",
        n,
    )
    opened.focus()
    opened.press("g")
    expect(tile(opened, 0)).to_be_focused()
    opened.press("ArrowRight", "Space")
    expect(opened.dialog).to_contain_text("Label 5,999 (1 excluded) as")
    opened.press("3")
    (message,) = opened.await_sent("label")
    assert message["buffers"] == [[i for i in range(0, n, 10) if i != 10], [10]]
    assert sum(len(look["indices"]) for look in opened.messages("look")) < 40


def test_reserved_keys_pass_by(clustered: Map) -> None:
    clustered.press("Control+2", "Tab")
    assert clustered.messages("label") == []
    expect(tile(clustered, 0)).not_to_be_focused()
    inside = "document.activeElement.closest('.nbl-map') !== null"
    for _ in range(40):
        if not clustered.page.evaluate(inside):
            break
        clustered.press("Tab")
    assert not clustered.page.evaluate(inside)


# Beside the queue


def in_view(found: Locator) -> bool:
    """Whether all of an element can be seen: within the window, and not cut off or covered."""
    return found.evaluate(
        """(one) => {
          const { left, right, top, bottom } = one.getBoundingClientRect();
          const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
          const corners = [[left + 3, top + 3], [right - 3, bottom - 3]];
          return inside && corners.every(([x, y]) => one.contains(document.elementFromPoint(x, y)));
        }"""
    )


@pytest.mark.parametrize("width", [1366, 700, 320])
@pytest.mark.parametrize("way", ["cluster", "box"])
def test_the_classes_of_an_open_group_are_in_view_on_a_small_screen(
    browser_page: Page, way: str, width: int
) -> None:
    classes = [{"name": f"Kind {key}", "key": key, "color": "#4c78c8"} for key in "1234567890"]
    opened = open_map(browser_page, classes=classes, status=STATUS)
    browser_page.set_viewport_size({"width": width, "height": 768})
    browser_page.evaluate(
        """() => {
          document.body.style.padding = "120px 0 600px";  // a notebook around it
          scrollTo(0, 0);
        }"""
    )
    opened.painted()
    if way == "cluster":
        opened.focus()
        opened.press("g")
    else:
        opened.plane.scroll_into_view_if_needed()
        opened.button("Box").click()
        opened.drag((2, 2), (opened.box["width"] - 2, opened.box["height"] - 2))
    expect(tile(opened, 0)).to_be_focused()
    opened.send({"type": "mean", "request": opened.messages("group")[0]["request"],
                 "text": "mean of 300 of 12,345",
                 "image": {"buffer": 0, "width": 1, "height": 1, "channels": 1}}, bytes([99]))  # fmt: skip
    for button in opened.dialog.locator(".nbl-map-class").all():
        assert in_view(button)
    assert in_view(opened.dialog.get_by_role("button", name="Close"))
    assert in_view(tile(opened, 0))
    opened.press(*["ArrowDown"] * 2)
    assert in_view(browser_page.locator(":focus"))
    for button in opened.dialog.locator(".nbl-map-class").all():
        assert in_view(button)


def test_while_a_group_is_open_the_queue_labels_nothing_and_looks_like_it(clustered: Map) -> None:
    queue = clustered.panel.locator(".nbl-queue")
    clustered.ask(500, 501, 502)
    buttons = [
        queue.get_by_role("button", name=name) for name in ("Boot", "Accept", "Skip", "Flag")
    ]
    for button in buttons:
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button.locator("kbd")).to_be_hidden()
    expect(queue).to_contain_text("A group is open: keys label it")
    queue.focus()
    clustered.press("2", "Enter", "s", "f")
    buttons[0].click(force=True)
    assert clustered.sent("label", "skip", "flag") == []
    said = "A group is open, and its keys label the group. Close it to answer here."
    expect(queue.locator(".nbl-note")).to_have_text(said)
    expect(clustered.live).to_have_text(said)
    clustered.press("u", "ArrowLeft")  # what is no answer goes on
    assert len(clustered.sent("undo", "browse")) == 2
    tile(clustered, 0).focus()
    clustered.press("2")
    (label,) = clustered.await_sent("label")
    assert label["buffers"] == [CLUSTERS[0]]
    clustered.acknowledge(label["uid"], "60 images labeled as Boot.")
    expect(buttons[0]).not_to_have_attribute("aria-disabled", "true")  # nothing is left to label
    clustered.dialog.get_by_role("button", name="Close").click()
    for button in buttons:
        expect(button).not_to_have_attribute("aria-disabled", "true")
        expect(button.locator("kbd")).to_be_visible()
    queue.focus()
    clustered.press("2")
    assert clustered.await_sent("label", 2)[1]["id"] == "image-500"


def test_the_chord_for_undo_takes_back_what_the_dialog_labeled(clustered: Map) -> None:
    clustered.press("2")
    (message,) = clustered.await_sent("label")
    clustered.press("Control+z")  # while it is saved
    assert clustered.messages("undo") == []
    clustered.acknowledge(message["uid"], "60 images labeled as Boot.")
    clustered.press("Control+z")
    (undo,) = clustered.await_sent("undo")
    assert undo["of"] == message["uid"]
    clustered.acknowledge(undo["uid"], "Undone")
    clustered.press("Control+z")  # what was before
    assert "of" not in clustered.await_sent("undo", 2)[1]


def test_closing_a_group_gives_the_queue_its_keys_back(clustered: Map) -> None:
    queue = clustered.panel.locator(".nbl-queue")
    clustered.ask(500)
    clustered.press("Escape")
    queue.focus()
    clustered.press("1")
    assert clustered.await_sent("label")[0]["id"] == "image-500"


def test_while_clusters_are_found_labeling_goes_on(browser_page: Page) -> None:
    opened = open_map(browser_page, clustering={**FOUND, "n": 0}, color_by="prediction")
    opened.ask(500)
    opened.button(re.compile("^Clusters")).click()
    opened.panel.locator(".nbl-queue").focus()
    opened.press("1")
    assert opened.await_sent("label")[0]["id"] == "image-500"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 760])
def test_accessible_at_any_width(browser_page: Page, theme: str, width: int) -> None:
    page = browser_page
    opened = open_map(page)
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(
        """([theme, width]) => {
          document.documentElement.classList.toggle("dark", theme === "dark");
          document.getElementById("cell").style.width = `${width}px`;
        }""",
        [theme, width],
    )
    opened.focus()
    opened.press("g")
    expect(tile(opened, 0)).to_be_focused()
    labels = [{"name": "Boot", "color": "#3f9e6e", "count": 2}]
    request = opened.messages("group")[0]["request"]
    facts = {"n": 60, "labeled": 2, "labels": labels, "warning": "Its labels contradict."}
    opened.send({"type": "facts", "request": request, **facts})
    image = {"buffer": 0, "width": 1, "height": 1, "channels": 1}
    mean = {"type": "mean", "request": request, "text": "mean of 300 of 12,345", "image": image}
    opened.send(mean, bytes([99]))
    opened.mark(labeled=[0, 2])
    opened.press("ArrowRight", "Space")
    outline = tile(opened, 2).evaluate("el => getComputedStyle(el).outlineWidth")
    assert outline == "2px"
    assert opened.root.evaluate("el => el.scrollWidth <= el.clientWidth")
    for size in (9, 24):
        opened.dialog.get_by_role("button", name=f"{size} at once").click()
        for button in opened.dialog.locator("button:visible, select:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24
        results = Axe().run(page, context=".nbl-map", options={"resultTypes": ["violations"]})
        assert not results.response["violations"], results.generate_report()


def test_a_selection_is_looked_at_like_a_cluster(browser_page: Page) -> None:
    opened = open_map(browser_page)
    opened.button("Box").click()
    opened.drag((2, 2), (opened.box["width"] - 2, opened.box["height"] - 2))
    expect(tile(opened, 0)).to_be_focused()
    assert opened.messages("group")[0]["buffers"] == [list(range(120))]
    expect(opened.dialog.get_by_role("button", name="Next cluster")).to_have_count(0)
    opened.press("ArrowLeft", "End", "ArrowRight", "Space", "2")
    (message,) = opened.await_sent("label")
    assert message["buffers"] == [[i for i in range(120) if i != 1], [1]]


def test_names_are_text_and_nothing_else(browser_page: Page) -> None:
    hostile = "<img src=x onerror=document.title='broken'>"
    opened = open_map(browser_page)
    opened.page.evaluate("name => { nbl.given = { 0: name }; }", hostile)
    opened.focus()
    opened.press("g")
    expect(opened.dialog.locator(".nbl-group-label").first).to_have_text(hostile)
    request = opened.messages("group")[0]["request"]
    labels = [{"name": hostile, "color": "#3f9e6e", "count": 2}]
    facts = {"n": 60, "labeled": 2, "labels": labels, "warning": hostile}
    opened.send({"type": "facts", "request": request, **facts})
    expect(opened.dialog).to_contain_text(f"▲ {hostile}")
    assert opened.page.title() != "broken"


def test_the_bar_of_the_map_cancels_it_too(browser_page: Page) -> None:
    opened = open_map(browser_page, clustering={**FOUND, "n": 0, "finding": True})
    running = {**PROJECTION, "running": True, "progress": 0.3, "text": "Clusters: 1 of 3 rounds"}
    opened.write(projection=running)
    expect(opened.root).to_contain_text("Clusters: 1 of 3 rounds")
    opened.root.get_by_role("button", name="Cancel").first.click()
    assert opened.await_sent("cancel")


def test_texts_are_lines_one_above_the_other(browser_page: Page) -> None:
    opened = open_map(browser_page, pool={"total": 120, "noun": "text"})
    opened.page.evaluate(
        """() => {
          const { model } = nbl.widget;
          const answer = model.onSend;
          model.onSend = (content, buffers) => {
            if (content.type !== "look") return answer(content, buffers);
            const item = (index, k) => ({ id: `text-${index}`, index, image: null,
              text: { buffer: k, length: 30 }, row: null, error: null, label: null, source: null,
              prediction: null, words: [], why: null, neighbors: [] });
            const words = (index) => new TextEncoder().encode(JSON.stringify(`<b>words</b> of ${index}`));
            queueMicrotask(() => model.deliver({ type: "pictures", items: content.indices.map(item) },
              content.indices.map(words)));
          };
        }"""
    )
    opened.focus()
    opened.press("g")
    first = opened.dialog.get_by_role("button", name="Text text-0, <b>words</b> of 0")
    expect(first).to_be_focused()
    expect(first).to_contain_text("<b>words</b> of 0")  # text is shown as text
    opened.press("ArrowDown", "Space")
    second = opened.dialog.get_by_role("button", name="Text text-2, <b>words</b> of 2")
    expect(second).to_have_attribute("aria-pressed", "true")
    above, below = first.bounding_box(), second.bounding_box()
    assert above is not None
    assert below is not None
    assert (above["x"], above["width"]) == (below["x"], below["width"])
    assert above["y"] + above["height"] <= below["y"]


def test_a_selection_set_from_python_opens_where_the_focus_is_not_taken(browser_page: Page) -> None:
    opened = open_map(browser_page)
    browser_page.evaluate("document.body.append(Object.assign(document.createElement('input')))")
    outside = browser_page.locator("body > input")
    outside.focus()
    opened.send({"type": "select", "focus": False}, struct.pack("<3I", 4, 7, 9))
    expect(opened.dialog).to_be_visible()
    assert opened.await_sent("group")[-1]["buffers"] == [[4, 7, 9]]
    expect(tile(opened, 4)).to_be_visible()
    expect(outside).to_be_focused()  # what is typed in the notebook labels nothing
    opened.send({"type": "select", "focus": False}, b"")
    expect(opened.dialog).to_be_hidden()
    assert len(opened.await_sent("leave")) == 1
    expect(outside).to_be_focused()
