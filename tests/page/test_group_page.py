"""Groups in the gallery, in a browser: look, leave out what does not belong, one key for the others.

Clusters, what was drawn around on the map, and what Python selected.
"""

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


def draw_around_all(opened: Map) -> None:
    opened.plane.scroll_into_view_if_needed()
    opened.button("Box").click()
    opened.drag((2, 2), (opened.box["width"] - 2, opened.box["height"] - 2))


@pytest.fixture
def clustered(browser_page: Page) -> Map:
    """A map of 120 points in two clusters, of which the first is open."""
    opened = open_map(browser_page)
    opened.focus()
    opened.press("g")
    opened.await_group(0)
    return opened


def test_a_cluster_is_labeled_by_keyboard_but_for_those_left_out(clustered: Map) -> None:
    gallery = clustered.gallery
    asked = clustered.messages("gallery")[0]
    assert (asked["only"], asked["group"], asked["order"]) == ({"cluster": None}, True, "random")
    expect(gallery.get_by_text("Cluster 0", exact=True)).to_be_visible()
    expect(gallery).to_contain_text("60 images chosen")
    clustered.press("ArrowRight", "Space")
    clustered.cell(8).click()  # a click leaves out, too
    expect(gallery).to_contain_text("Label 58 (2 excluded) as")
    clustered.press("ArrowRight", "Space", "Space")  # one belongs after all
    clustered.press("2")
    (message,) = clustered.await_sent("label")
    marked = [2, 8]
    assert message["buffers"] == [[i for i in CLUSTERS[0] if i not in marked], marked]
    assert (message["label"], message["relabel"]) == ("Boot", False)
    clustered.acknowledge(message["uid"], "58 images labeled as Boot.")
    expect(clustered.live).to_have_text("58 images labeled as Boot.")
    clustered.press("u")
    (undo,) = clustered.await_sent("undo")
    assert undo["of"] == message["uid"]
    clustered.acknowledge(undo["uid"], "Undone")
    expect(gallery).to_contain_text("Label 58 (2 excluded) as")
    clustered.press("1")
    assert clustered.await_sent("label", 2)[1]["buffers"] == message["buffers"]


def test_once_it_is_labeled_a_click_means_one_item(clustered: Map) -> None:
    clustered.press("2")
    (message,) = clustered.await_sent("label")
    clustered.acknowledge(message["uid"], "60 images labeled as Boot.")
    clustered.cell(4).click()
    expect(clustered.gallery).to_contain_text("Label 1 image as")
    clustered.press("3")
    other = clustered.await_sent("label", 2)[1]
    assert (other["buffers"], other["relabel"]) == ([[4]], True)


def test_clusters_are_stepped_through_and_left(clustered: Map) -> None:
    clustered.press("Space", ">")
    clustered.await_group(1)
    expect(clustered.gallery.get_by_text("Cluster 1", exact=True)).to_be_visible()
    expect(clustered.gallery).to_contain_text("Label 60 images as")  # what was left out was another
    clustered.press(">")
    assert len(clustered.messages("gallery")) == 2  # there is no third
    clustered.gallery.get_by_role("button", name="Previous cluster").click()
    expect(clustered.cell(0)).to_be_visible()
    clustered.press("Escape")
    expect(clustered.gallery).to_be_hidden()
    expect(clustered.plane).to_be_focused()
    assert clustered.await_sent("end_gallery")
    clustered.button(re.compile("^cluster 1")).click()
    clustered.await_group(1)


def test_an_update_shows_the_same_cluster(clustered: Map) -> None:
    request = clustered.messages("gallery")[0]["request"]
    clustered.send({"type": "gallery_changes", "request": request, "came": 1}, b"", b"", b"")
    clustered.gallery.get_by_role("button", name="Update").click()
    assert clustered.await_sent("gallery", 2)[1]["only"] == {"cluster": 0}
    clustered.gallery.get_by_role("button", name="Show others too").click()
    assert "only" not in clustered.await_sent("gallery", 3)[2]
    expect(clustered.gallery.get_by_role("button", name="Next cluster")).to_be_hidden()


def test_what_nobody_can_have_seen_is_not_labeled(clustered: Map) -> None:
    clustered.page.evaluate("() => { nbl.blind = true; }")
    clustered.press(">")
    expect(clustered.gallery.get_by_text("Cluster 1", exact=True)).to_be_visible()
    clustered.press("2")
    expect(clustered.gallery.get_by_role("alert")).to_have_text("Not all of them are shown yet.")
    assert clustered.messages("label") == []


def test_another_order_keeps_what_is_left_out_and_other_filters_end_the_group(
    clustered: Map,
) -> None:
    clustered.press("Space")
    clustered.gallery.get_by_label("Order").select_option("outliers")
    expect(clustered.cell(118)).to_be_visible()
    asked = clustered.messages("gallery")[1]
    assert (asked["order"], asked["group"]) == ("outliers", True)
    expect(clustered.gallery).to_contain_text("Label 59 (1 excluded) as")
    clustered.gallery.get_by_role("button", name="Choose all").click()
    expect(clustered.gallery).to_contain_text("Label 60 images as")
    clustered.gallery.get_by_role("combobox", name="Show", exact=True).select_option("unlabeled")
    assert "group" not in clustered.await_sent("gallery", 3)[2]
    expect(clustered.gallery).not_to_contain_text("All of them are chosen")


def test_labels_that_are_there_stay_and_contradictions_are_warned_of(browser_page: Page) -> None:
    opened = open_map(browser_page)
    browser_page.evaluate(
        """() => {
          nbl.codes = { 0: 5, 2: 6, 4: 5 };
          nbl.told = { warning: "Its labels contradict: 2 Boot, 1 Bag." };
        }"""
    )
    opened.focus()
    opened.press("g")
    opened.await_group(0)
    warning = opened.gallery.locator(".nbl-gallery-warning")
    expect(warning).to_have_text("▲ Its labels contradict: 2 Boot, 1 Bag.")
    expect(opened.gallery).to_contain_text("60 images chosen, 3 labeled")
    expect(opened.gallery).to_contain_text("Label 57 images as")
    opened.cell(2).click()  # one that is left out and labeled is not left to label either way
    expect(opened.gallery).to_contain_text("Label 57 (1 excluded) as")
    opened.gallery.get_by_role("checkbox", name="Overwrite 2 labels").check()
    expect(opened.gallery).to_contain_text("Label 59 (1 excluded) as")
    opened.gallery.get_by_role("button", name=re.compile("^Boot")).click()
    (message,) = opened.await_sent("label")
    expect(warning).to_be_hidden()  # there is nothing to decide now
    opened.acknowledge(message["uid"], "59 images labeled as Boot.")
    opened.gallery.get_by_role("button", name="Undo").click()
    opened.acknowledge(opened.await_sent("undo")[0]["uid"], "Undone")
    expect(warning).to_be_visible()


def test_a_cluster_that_is_gone_is_said(clustered: Map) -> None:
    clustered.page.evaluate("() => { nbl.clusters = [nbl.clusters[0]]; }")
    clustered.press(">")
    expect(clustered.summary).to_have_text("there is no such cluster.")


def test_clusters_are_found_in_the_background(browser_page: Page) -> None:
    opened = open_map(browser_page, clustering={**FOUND, "n": 0}, color_by="prediction")
    opened.button(re.compile("^Clusters")).click()
    number = opened.root.get_by_label("How many")
    expect(number).to_be_focused()
    expect(number).to_have_value("6")
    opened.press("2")  # a number is typed, no class key
    number.fill("8")
    opened.press("Enter")
    assert opened.await_sent("cluster")[0]["n"] == 8
    opened.write(clustering={**FOUND, "n": 0, "finding": True})
    form = opened.root.locator(".nbl-clusters-setup")
    cancel = form.get_by_role("button", name="Cancel")
    expect(cancel).to_be_focused()
    cancel.click()
    assert opened.await_sent("cancel")
    opened.write(clustering={**FOUND, "n": 0})
    expect(number).to_be_visible()
    opened.write(clustering={**FOUND, "n": 0, "finding": True})
    opened.write(clustering=FOUND)
    opened.await_group(0)
    opened.gallery.get_by_role("button", name="Other clusters…").click()
    expect(opened.gallery).to_be_hidden()
    expect(number).to_be_focused()
    assert in_view(number)
    opened.press("Escape")
    expect(form).to_be_hidden()


def test_while_clusters_are_found_labeling_goes_on_and_is_not_led_away(browser_page: Page) -> None:
    opened = open_map(browser_page, clustering={**FOUND, "n": 0}, color_by="prediction")
    opened.ask(100, 101)
    opened.button(re.compile("^Clusters")).click()
    opened.press("Enter")
    opened.write(clustering={**FOUND, "n": 0, "finding": True})
    queue = opened.panel.locator(".nbl-queue")
    queue.focus()
    opened.press("1")
    assert opened.await_sent("label")[0]["id"] == "image-100"
    opened.write(clustering=FOUND)
    expect(opened.note).to_have_text("Clusters are found: Clusters opens them")
    expect(queue).to_be_focused()
    expect(opened.gallery).to_be_hidden()


def test_the_bar_of_the_map_cancels_it_too(browser_page: Page) -> None:
    opened = open_map(browser_page, clustering={**FOUND, "n": 0, "finding": True})
    running = {**PROJECTION, "running": True, "progress": 0.3, "text": "Clusters: 1 of 3 rounds"}
    opened.write(projection=running)
    expect(opened.root).to_contain_text("Clusters: 1 of 3 rounds")
    opened.root.get_by_role("button", name="Cancel").first.click()
    assert opened.await_sent("cancel")


def test_thousands_of_points_are_labeled_without_their_pictures(browser_page: Page) -> None:
    n = 60_000
    opened = open_map(browser_page, pool={"total": n, "noun": "image"})
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
    opened.await_group(0)
    opened.press("ArrowRight", "Space")
    expect(opened.gallery).to_contain_text("Label 5,999 (1 excluded) as")
    opened.press("3")
    (message,) = opened.await_sent("label")
    assert message["buffers"] == [[i for i in range(0, n, 10) if i != 10], [10]]
    assert sum(len(tiles["indices"]) for tiles in opened.messages("tiles")) < 200


def test_chords_and_tab_pass_by(clustered: Map) -> None:
    clustered.press("Control+2", "Tab")
    assert clustered.messages("label") == []
    expect(clustered.pictures).not_to_be_focused()


def test_the_chord_for_undo_takes_back_what_was_labeled_here(clustered: Map) -> None:
    clustered.press("2")
    (message,) = clustered.await_sent("label")
    clustered.acknowledge(message["uid"], "60 images labeled as Boot.")
    clustered.press("Control+z")
    (undo,) = clustered.await_sent("undo")
    assert undo["of"] == message["uid"]
    clustered.acknowledge(undo["uid"], "Undone")
    clustered.press("Control+z")  # what was before
    assert "of" not in clustered.await_sent("undo", 2)[1]


def test_closing_a_group_gives_the_queue_its_keys_back(clustered: Map) -> None:
    queue = clustered.panel.locator(".nbl-queue")
    clustered.ask(100)
    expect(queue).to_be_hidden()  # nothing is answered there meanwhile
    clustered.press("Escape")
    queue.focus()
    clustered.press("1")
    assert clustered.await_sent("label")[0]["id"] == "image-100"
    clustered.press("#")  # the gallery of everything: a group is looked at once
    asked = clustered.await_sent("gallery", 2)[1]
    assert (asked["show"], asked["order"]) == ("all", "position")
    assert not {"only", "group"} & set(asked)
    clustered.cell(3).click()
    expect(clustered.gallery).to_contain_text("Label 1 image as")


def test_a_refused_label_can_be_given_again_and_one_not_saved_is_said(clustered: Map) -> None:
    clustered.press("2")
    (message,) = clustered.await_sent("label")
    alert = clustered.gallery.get_by_role("alert")
    clustered.acknowledge(message["uid"], "The disk is full.", ok=False, retry=True)
    expect(alert).to_have_text("The disk is full. Trying again…")
    clustered.acknowledge(message["uid"], "Boot is not a class", ok=False)
    expect(alert).to_have_text("Boot is not a class")
    clustered.press("ControlOrMeta+a", "1")
    assert [m["label"] for m in clustered.await_sent("label", 2)] == ["Boot", "Sandal"]


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
        draw_around_all(opened)
    opened.await_group(0)
    for button in opened.gallery.locator(".nbl-gallery-class").all():
        assert in_view(button)
    assert in_view(opened.cell(0))
    opened.press("ArrowDown")
    assert in_view(opened.gallery.locator("[data-here]"))


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
          nbl.told = { warning: "Its labels contradict." };
        }""",
        [theme, width],
    )
    opened.focus()
    opened.press("g")
    opened.await_group(0)
    opened.press("ArrowRight", "Space")
    assert opened.gallery.evaluate("el => el.scrollWidth <= el.clientWidth")
    for button in opened.gallery.locator("button:visible, select:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    results = Axe().run(page, context=".nbl-gallery", options={"resultTypes": ["violations"]})
    assert not results.response["violations"], results.generate_report()


def test_names_are_text_and_nothing_else(browser_page: Page) -> None:
    hostile = "<img src=x onerror=document.title='broken'>"
    opened = open_map(browser_page)
    opened.page.evaluate("warning => { nbl.told = { warning }; }", hostile)
    opened.focus()
    opened.press("g")
    expect(opened.gallery).to_contain_text(f"▲ {hostile}")
    assert opened.page.title() != "broken"


# what was drawn around, and what Python selected


def test_a_selection_is_looked_at_like_a_cluster(browser_page: Page) -> None:
    opened = open_map(browser_page)
    draw_around_all(opened)
    opened.await_group(0)
    asked = opened.messages("gallery")[0]
    assert (asked["buffers"], asked["group"]) == ([list(range(120))], True)
    expect(opened.gallery.get_by_role("button", name="Next cluster")).to_be_hidden()
    opened.press("ArrowRight", "Space", "2")
    (message,) = opened.await_sent("label")
    assert message["buffers"] == [[i for i in range(120) if i != 1], [1]]


def test_a_group_of_several_tags_has_nothing_chosen(browser_page: Page) -> None:
    opened = open_map(browser_page, multi_label=True)
    draw_around_all(opened)
    expect(opened.gallery).to_contain_text("None chosen")
    assert "group" not in opened.messages("gallery")[0]
    opened.press("2")  # a group gets no tag as a whole
    assert [one["buffers"] for one in opened.await_sent("tag")] == [[[0]]]


def test_a_selection_set_from_python_opens_where_the_focus_is_not_taken(browser_page: Page) -> None:
    opened = open_map(browser_page)
    browser_page.evaluate("document.body.append(Object.assign(document.createElement('input')))")
    outside = browser_page.locator("body > input")
    outside.focus()
    opened.send({"type": "select", "focus": False}, struct.pack("<3I", 4, 7, 9))
    expect(opened.gallery).to_contain_text("3 images chosen")
    assert opened.await_sent("gallery")[-1]["buffers"] == [[4, 7, 9]]
    expect(opened.cell(4)).to_be_visible()
    expect(outside).to_be_focused()  # what is typed in the notebook labels nothing
    opened.send({"type": "select", "focus": False}, struct.pack("<2I", 1, 2))
    expect(opened.gallery).to_contain_text("2 images chosen")
    assert opened.await_sent("gallery", 2)[-1]["buffers"] == [[1, 2]]
    opened.send({"type": "select", "focus": False}, b"")
    expect(opened.gallery).to_be_hidden()
    assert len(opened.await_sent("end_gallery")) == 1
    expect(outside).to_be_focused()
