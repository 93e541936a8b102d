"""Search, and finding more of a class, in a browser: a key, a field of the gallery, the best first."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.test_group_page import LEGEND, open_map
from tests.page.test_map_page import LEGEND as CLASS_LEGEND
from tests.page.test_map_page import Map


@pytest.fixture
def opened(browser_page: Page) -> Map:
    found = open_map(browser_page)
    browser_page.evaluate("() => { nbl.found = { late: [8, 3, 5, 40] }; }")
    return found


def field(opened: Map) -> Locator:
    return opened.gallery.get_by_role("searchbox", name="Search")


def queue(opened: Map) -> Locator:
    return opened.panel.locator(".nbl-queue")


def shown(opened: Map) -> list[int]:
    cells = opened.gallery.locator(".nbl-gallery-cell:not([data-empty])")
    names = cells.evaluate_all("all => all.map((one) => one.ariaLabel)")
    return [int(re.findall(r"\d+", name)[0]) for name in names]


def test_a_key_opens_the_field_and_the_best_come_first(opened: Map) -> None:
    opened.focus()
    opened.press("/")
    expect(field(opened)).to_be_focused()
    opened.page.keyboard.type("late/g1")  # keys are letters here
    expect(field(opened)).to_have_value("late/g1")
    field(opened).fill("late")
    opened.press("Enter")
    expect(opened.summary).to_have_text("4 images. Search by words: 4 text has it.")
    expect(opened.pictures).to_be_focused()
    asked = opened.messages("gallery")[-1]
    assert asked["search"] == {"query": "late", "by": "auto"}
    assert asked["order"] == "best"
    assert shown(opened) == [8, 3, 5, 40]
    opened.press("1")  # nothing is chosen: the one with the frame is meant
    assert opened.await_sent("label")[0]["buffers"] == [[8]]
    opened.press("ControlOrMeta+a")
    opened.cell(3).click(modifiers=["ControlOrMeta"])
    opened.press("2")
    assert opened.await_sent("label", 2)[1]["buffers"] == [[5, 40]]  # 8 is labeled already
    opened.press("Escape")
    expect(opened.gallery).to_be_hidden()
    expect(opened.plane).to_be_focused()


def test_more_like_the_item_on_screen_and_back_to_the_queue(opened: Map) -> None:
    opened.ask(7, 20)
    queue(opened).focus()
    opened.press("=")
    opened.await_group(7)
    asked = opened.messages("gallery")[0]
    assert (asked["only"], asked["order"], asked["group"]) == ({"like": 7}, "best", True)
    expect(opened.summary).to_contain_text("Search by likeness.")
    assert shown(opened) == [7, 9, 11, 2]
    opened.cell(11).click()
    opened.press("2")
    (label,) = opened.await_sent("label")
    assert label["buffers"] == [[2, 7, 9], [11]]
    opened.acknowledge(label["uid"], "3 images labeled as Boot.")
    opened.press("u")
    (undo,) = opened.await_sent("undo")
    assert undo["of"] == label["uid"]
    opened.acknowledge(undo["uid"], "Undone")
    expect(opened.gallery).to_contain_text("Label 3 (1 excluded) as")
    opened.press("Escape")
    expect(queue(opened)).to_be_focused()
    opened.press("1")
    assert opened.await_sent("label", 2)[1]["id"] == "image-7"


def test_more_like_one_of_the_gallery(opened: Map) -> None:
    queue(opened).focus()
    opened.press("#", "ArrowRight", "=")
    opened.await_group(1)
    assert opened.messages("gallery")[-1]["only"] == {"like": 1}
    opened.gallery.get_by_role("button", name="Show others too").click()
    asked = opened.await_sent("gallery", 3)[2]
    assert "only" not in asked
    assert asked["order"] == "position"


def test_nothing_found_is_said_in_words(opened: Map) -> None:
    opened.ask(7)
    queue(opened).focus()
    opened.press("/")
    expect(field(opened)).to_be_focused()
    opened.page.keyboard.type("nowhere")
    opened.press("Enter")
    expect(opened.summary).to_have_text("0 images. Search by words: no text has it.")
    opened.press("1")
    assert opened.messages("label") == []
    opened.press("/")
    expect(field(opened)).to_be_focused()
    opened.press("Escape", "Escape")
    expect(queue(opened)).to_be_focused()


def test_a_search_that_waited_is_shown_when_it_comes(opened: Map) -> None:
    opened.page.evaluate("() => { nbl.widget.model.onSend = () => {}; }")
    opened.ask(7, 20)
    queue(opened).focus()
    opened.press("=")
    (asked,) = opened.messages("gallery")
    refused = {"type": "no_gallery", "request": asked["request"], "text": "It begins later."}
    opened.send(refused)
    expect(opened.summary).to_have_text("It begins later.")
    told = {"type": "gallery", "request": asked["request"], "n": 1, "text": "1", "columns": []}
    opened.send(told, (7).to_bytes(4, "little"), b"", b"")
    expect(opened.gallery).to_contain_text("1 image chosen")
    opened.press("Escape")
    opened.send({**refused, "text": "too late"})
    expect(opened.gallery).to_be_hidden()


def test_what_can_be_searched_in_is_offered_and_the_choice_stays(opened: Map) -> None:
    opened.focus()
    opened.press("/")
    by = opened.gallery.get_by_role("combobox", name="In", exact=True)
    choices = by.locator("option")
    expect(choices).to_have_text(["Anything", "Id or file name"])
    opened.write(search_ways=["auto", "words", "meaning", "id"])
    expect(choices).to_have_text(["Anything", "Words", "Meaning", "Id or file name"])
    by.select_option("meaning")
    field(opened).fill("late")
    opened.press("Enter")
    assert opened.messages("gallery")[-1]["search"] == {"query": "late", "by": "meaning"}
    by.select_option("words")  # searches the same elsewhere
    assert opened.messages("gallery")[-1]["search"] == {"query": "late", "by": "words"}
    opened.write(search_ways=["auto", "id"])
    expect(by).to_have_value("auto")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 760])
def test_accessible_at_any_width(opened: Map, theme: str, width: int) -> None:
    page = opened.page
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(
        """([theme, width]) => {
          document.documentElement.classList.toggle("dark", theme === "dark");
          document.getElementById("cell").style.width = `${width}px`;
        }""",
        [theme, width],
    )
    opened.focus()
    opened.press("/")
    for query in ("nowhere", "late"):
        field(opened).fill(query)
        opened.press("Enter")
        expect(opened.summary).to_contain_text("Search by words")
        assert opened.gallery.evaluate("el => el.scrollWidth <= el.clientWidth")
        results = Axe().run(page, context=".nbl-gallery", options={"resultTypes": ["violations"]})
        assert not results.response["violations"], results.generate_report()


# find more of a class


def test_more_of_a_class_begins_at_the_legend_and_a_key_ends_it(browser_page: Page) -> None:
    opened = open_map(browser_page, legend=CLASS_LEGEND, color_by="prediction")
    opened.ask(7)
    find = opened.root.get_by_role("button", name=re.compile("^(Find more|Stop finding)"))
    expect(find).to_be_hidden()
    opened.button(re.compile("^Bag")).click()
    expect(find).to_have_text("Find more of Bag")
    find.click()
    assert opened.await_sent("find")[0]["label"] == "Bag"
    opened.page.evaluate("nbl.widget.model.write({ find_target: 'Bag' })")
    expect(find).to_have_text("Stop finding Bag")
    opened.button(re.compile("^Boot")).click()
    expect(find).to_have_text("Find more of Boot")
    opened.button(re.compile("^Boot")).click()
    expect(find).to_have_text("Stop finding Bag")
    find.click()
    assert opened.await_sent("find", 2)[1]["label"] is None
    queue(opened).focus()
    opened.press(";")
    assert opened.await_sent("find", 3)[2]["label"] is None
    opened.page.evaluate("nbl.widget.model.write({ find_target: '' })")
    expect(find).to_be_hidden()


def test_what_is_missing_to_find_more_is_said_at_the_question_and_at_the_button(
    browser_page: Page,
) -> None:
    opened = open_map(browser_page, legend=CLASS_LEGEND, color_by="prediction")
    opened.ask(7)
    mode = queue(opened).locator(".nbl-mode")
    expect(mode).to_be_hidden()
    hint = "Label one image as Bag first: until then questions are as before."
    opened.write(find_target="Bag", find_hint=hint)
    expect(mode).to_contain_text(f"Finding more of Bag. {hint}")
    expect(opened.root.locator(".nbl-map-find-hint")).to_have_text(hint)
    caption, below = queue(opened).locator(".nbl-caption"), mode
    one, two = caption.bounding_box(), below.bounding_box()
    assert one is not None
    assert two is not None
    assert 0 <= two["y"] - one["y"] - one["height"] < 20  # right under the picture
    opened.write(find_hint="")
    expect(mode).to_contain_text("Finding more of Bag.")
    expect(mode).not_to_contain_text("first")
    expect(opened.root.locator(".nbl-map-find-hint")).to_be_hidden()
    mode.get_by_role("button", name="Stop").click()
    assert opened.await_sent("find")[0]["label"] is None
    opened.write(find_target="")
    expect(mode).to_be_hidden()


def test_a_cluster_in_the_legend_is_no_class(browser_page: Page) -> None:
    entry = {name: value for name, value in LEGEND[0].items() if name != "cluster"}
    opened = open_map(browser_page, legend=[entry])
    opened.button(re.compile("^cluster 0")).first.click()
    expect(opened.root.get_by_role("button", name=re.compile("^Find more"))).to_be_hidden()
