"""Search, and finding more of a class, in a browser: a key, a field, and a group like any other."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.test_group_page import LEGEND, open_map, tile
from tests.page.test_map_page import LEGEND as CLASS_LEGEND
from tests.page.test_map_page import Map

# The kernel finds what `nbl.found` says for a query, and three beside an example; it waits for `nbl.hold`.
SEARCHES = """() => {
  const { model } = nbl.widget;
  const before = model.onSend;
  nbl.found = { late: [8, 3, 5, 40], all: Array.from({ length: 30 }, (_, k) => k) };
  model.onSend = (content, buffers) => {
    if (content.type !== "group" || !content.search) return before?.(content, buffers);
    Promise.resolve(nbl.hold).then(() => {
      const { request, search } = content;
      const members = "like" in search ? [search.like, 9, 11, 2] : nbl.found[search.query];
      if (!members)
        return model.deliver({ type: "no_group", request, text: "Search by words: no text has it." });
      const text = "like" in search ? "Search by likeness." : "Search by words: 4 have it.";
      model.deliver({ type: "group", request, central: members[0], n: members.length, cluster: null,
        name: "", previous: null, next: null, text, ...(nbl.facts ?? { labeled: 0, labels: [], warning: "" }) },
        [new Uint8Array(Uint32Array.from(members).buffer)]);
    });
  };
}"""


@pytest.fixture
def opened(browser_page: Page) -> Map:
    found = open_map(browser_page)
    browser_page.evaluate(SEARCHES)
    return found


def field(opened: Map) -> Locator:
    return opened.dialog.get_by_role("searchbox", name="Search for")


def queue(opened: Map) -> Locator:
    return opened.panel.locator(".nbl-queue")


def test_a_key_opens_it_and_what_is_found_is_a_group(opened: Map) -> None:
    opened.focus()
    opened.press("/")
    expect(field(opened)).to_be_focused()
    expect(opened.dialog.get_by_role("heading")).to_have_text("Search")
    opened.page.keyboard.type("late/g1")  # keys are letters here
    expect(field(opened)).to_have_value("late/g1")
    field(opened).fill("late")
    opened.press("Enter")
    expect(tile(opened, 8)).to_be_focused()
    (message,) = opened.messages("group")
    assert message["search"] == {"query": "late", "by": "auto"}
    assert message["order"] == "best"
    expect(opened.dialog).to_contain_text("Search: 4 images")
    expect(opened.dialog).to_contain_text("Search by words: 4 have it.")
    expect(opened.note).to_have_text("Search: 4 images. Search by words: 4 have it.")
    names = opened.dialog.locator(".nbl-group-tiles button").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label')).filter(Boolean)"
    )
    assert names[:4] == ["Image image-8", "Image image-3", "Image image-5", "Image image-40"]
    opened.press("ArrowRight", "Space", "2")
    (label,) = opened.await_sent("label")
    assert label["buffers"] == [[5, 8, 40], [3]]
    opened.acknowledge(label["uid"], "3 images labeled as Boot.")
    expect(opened.dialog.get_by_role("button", name="Close")).to_be_focused()
    opened.press("u")
    (undo,) = opened.await_sent("undo")
    opened.acknowledge(undo["uid"], "Undone")
    expect(opened.dialog).to_contain_text("Label 3 (1 excluded) as")
    opened.press("Escape")
    expect(opened.dialog).to_be_hidden()


def test_more_like_the_item_on_screen_and_back_to_the_queue(opened: Map) -> None:
    opened.ask(7, 20)
    queue(opened).focus()
    opened.press("=")
    expect(tile(opened, 7)).to_be_focused()
    (message,) = opened.messages("group")
    assert message["search"] == {"like": 7}
    expect(opened.dialog).to_contain_text("Search by likeness.")
    opened.press("Escape")
    expect(queue(opened)).to_be_focused()
    opened.press("1")
    assert opened.await_sent("label")[0]["id"] == "image-7"


def test_nothing_is_said_in_words_and_the_field_keeps_the_focus(opened: Map) -> None:
    opened.ask(7)
    queue(opened).focus()
    opened.press("/")
    expect(field(opened)).to_be_focused()
    opened.press("Enter")
    expect(opened.dialog).to_contain_text("Type a word, an id, or the beginning of one.")
    assert opened.messages("group") == []
    opened.page.keyboard.type("nowhere")
    opened.press("Enter")
    expect(opened.dialog).to_contain_text("Search by words: no text has it.")
    expect(opened.note).to_have_text("Search by words: no text has it.")
    expect(field(opened)).to_be_focused()
    expect(opened.dialog.get_by_role("button", name="Boot")).to_be_hidden()
    field(opened).fill("late")
    opened.dialog.get_by_role("button", name="Search", exact=True).click()
    expect(tile(opened, 8)).to_be_focused()
    opened.press("/")
    expect(field(opened)).to_be_focused()
    opened.press("Escape")
    expect(queue(opened)).to_be_focused()


def test_another_order_searches_the_same_and_a_cluster_has_none_of_it(opened: Map) -> None:
    opened.focus()
    opened.press("/")
    field(opened).fill("late")
    opened.press("Enter")
    expect(tile(opened, 8)).to_be_focused()
    order = opened.dialog.get_by_label("Order")
    expect(order).to_have_value("best")
    order.select_option("central")
    messages = opened.await_sent("group", 2)
    assert messages[1]["search"] == messages[0]["search"]
    assert messages[1]["order"] == "central"
    opened.press("Escape", "/")
    expect(order).to_have_value("best")
    opened.press("Escape", "g")
    expect(tile(opened, 0)).to_be_focused()
    assert opened.messages("group")[-1]["order"] == "random"
    expect(field(opened)).to_be_hidden()
    expect(opened.dialog.get_by_role("button", name="Next cluster").first).to_be_visible()


def test_an_answer_to_an_older_search_is_not_shown(opened: Map) -> None:
    opened.page.evaluate("nbl.widget.model.onSend = () => {}")
    opened.focus()
    opened.press("/")
    field(opened).fill("all")
    opened.press("Enter", "Escape")
    request = opened.messages("group")[0]["request"]
    opened.send({"type": "no_group", "request": request, "text": "too late"})
    expect(opened.dialog).to_be_hidden()
    expect(opened.note).not_to_have_text("too late")


def test_a_search_that_waited_is_shown_when_it_comes(opened: Map) -> None:
    opened.page.evaluate("() => { nbl.hold = new Promise((go) => (nbl.release = go)); }")
    opened.ask(7, 20)
    queue(opened).focus()
    opened.press("=")
    expect(opened.dialog).to_be_visible()
    (asked,) = opened.messages("group")
    told = {"type": "no_group", "request": asked["request"], "text": "It begins later."}
    opened.send(told)
    expect(opened.dialog).to_contain_text("It begins later.")
    opened.page.evaluate("nbl.release()")
    expect(tile(opened, 7)).to_be_focused()
    expect(opened.dialog).to_contain_text("Search by likeness.")


def test_what_can_be_searched_in_is_offered_and_the_choice_stays(browser_page: Page) -> None:
    opened = open_map(browser_page)
    browser_page.evaluate(SEARCHES)
    opened.focus()
    opened.press("/")
    by = opened.dialog.get_by_role("combobox", name="In")
    choices = by.locator("option")
    expect(choices).to_have_text(["Anything", "Id or file name"])
    opened.write(search_ways=["auto", "words", "meaning", "id"])
    expect(choices).to_have_text(["Anything", "Words", "Meaning", "Id or file name"])
    by.select_option("meaning")
    field(opened).fill("late")
    opened.press("Enter")
    assert opened.await_sent("group")[0]["search"] == {"query": "late", "by": "meaning"}
    expect(opened.dialog).to_contain_text("Search by words: 4 have it.")  # as the kernel says it
    opened.press("Escape", "/")
    expect(by).to_have_value("meaning")
    opened.write(search_ways=["auto", "words", "id"])
    expect(by).to_have_value("auto")


@pytest.mark.parametrize(("noun", "many"), [("text", "texts"), ("row", "rows"), ("item", "items")])
def test_what_is_found_has_the_noun_of_the_pool(opened: Map, noun: str, many: str) -> None:
    opened.write(pool={"total": 120, "noun": noun})
    opened.focus()
    opened.press("/")
    field(opened).fill("late")
    opened.press("Enter")
    expect(opened.dialog.get_by_role("heading")).to_have_text(f"Search: 4 {many}")
    expect(opened.dialog).to_contain_text(f"Label 4 {many} as")
    opened.dialog.locator(".nbl-group-tiles button").first.click()
    opened.dialog.locator(".nbl-group-tiles button").nth(1).click()
    opened.dialog.locator(".nbl-group-tiles button").nth(2).click()
    expect(opened.dialog).to_contain_text("Label 1 (3 excluded) as")


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
    for query in ("nowhere", "all"):
        field(opened).fill(query)
        opened.press("Enter")
        words = "Search: 30 images" if query == "all" else "no text has it"
        expect(opened.dialog).to_contain_text(words)
        assert opened.root.evaluate("el => el.scrollWidth <= el.clientWidth")
        for control in opened.dialog.locator("button:visible, select:visible, input:visible").all():
            box = control.bounding_box()
            assert box is not None
            assert box["height"] >= 24 or control.get_attribute("type") == "checkbox"
        results = Axe().run(page, context=".nbl-map", options={"resultTypes": ["violations"]})
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
