"""What an item stands for, in a browser: a line under the picture, and its group behind one key."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.test_group_page import open_map, tile
from tests.page.test_map_page import Map

# The kernel finds the item and four more.
NEAR = """() => {
  const { model } = nbl.widget;
  const before = model.onSend;
  model.onSend = (content, buffers) => {
    if (content.type !== "group" || content.near === undefined) return before?.(content, buffers);
    const members = [content.near, 41, 42, 43, 44];
    queueMicrotask(() => model.deliver({ type: "group", request: content.request, central: 42, n: 5,
      cluster: null, name: "Nearly equal", previous: null, next: null, labeled: 0, labels: [],
      warning: "" }, [new Uint8Array(Uint32Array.from(members).buffer)]));
  };
}"""


@pytest.fixture
def opened(browser_page: Page) -> Map:
    found = open_map(browser_page)
    browser_page.evaluate(NEAR)
    return found


def queue(opened: Map) -> Locator:
    return opened.panel.locator(".nbl-queue")


def line(opened: Map) -> Locator:
    return queue(opened).locator(".nbl-near")


def test_a_key_opens_what_the_item_stands_for_and_a_label_is_shared(opened: Map) -> None:
    opened.ask(7, 20, near=5)
    expect(line(opened)).to_contain_text("Stands for 5 nearly equal images.")
    queue(opened).focus()
    opened.page.keyboard.press(".")
    expect(tile(opened, 7)).to_be_focused()
    (message,) = opened.messages("group")
    assert message["near"] == 7
    assert "cluster" not in message
    expect(opened.dialog.get_by_role("heading")).to_have_text("Nearly equal: 5 images")
    expect(opened.dialog.get_by_role("button", name="Next cluster")).to_be_hidden()
    expect(opened.dialog.get_by_role("button", name="Other clusters…")).to_be_hidden()
    assert opened.messages("label") == []  # nothing is answered without a look
    opened.page.keyboard.press("2")
    (label,) = opened.await_sent("label")
    assert label["buffers"] == [[7, 41, 42, 43, 44]]
    opened.acknowledge(label["uid"], "5 images labeled as Boot.")
    expect(opened.dialog.get_by_role("heading")).to_have_text("5 images labeled as Boot.")
    opened.page.keyboard.press("u")
    (undo,) = opened.await_sent("undo")
    assert undo["of"] == label["uid"]
    opened.acknowledge(undo["uid"], "Undone: 5 images.")
    expect(opened.dialog).to_contain_text("Label 5 images as")
    opened.page.keyboard.press("Escape")
    expect(queue(opened)).to_be_focused()
    opened.page.keyboard.press("1")
    assert opened.await_sent("label", 2)[1]["id"] == "image-7"


def test_a_button_opens_it_too_and_another_group_goes_back_to_the_map(opened: Map) -> None:
    opened.ask(7, near=5)
    line(opened).get_by_role("button", name="Open the nearly equal ones").click()
    expect(opened.dialog.get_by_role("heading")).to_have_text("Nearly equal: 5 images")
    opened.focus()
    opened.press("Escape", "g")
    expect(tile(opened, 0)).to_be_focused()
    assert "near" not in opened.messages("group")[-1]
    expect(opened.dialog.get_by_role("button", name="Next cluster").first).to_be_visible()


def test_the_line_comes_with_the_first_of_them_and_then_keeps_its_place(opened: Map) -> None:
    opened.page.evaluate("document.getElementById('cell').style.width = '330px'")
    opened.ask(7, 20)
    expect(line(opened)).to_be_hidden()
    queue(opened).focus()
    opened.page.keyboard.press(".")
    expect(queue(opened).locator(".nbl-note")).to_have_text("Nothing else is nearly equal to it.")
    assert opened.messages("group") == []
    opened.show(30, near=12)
    expect(line(opened)).to_contain_text("Stands for 12 nearly equal images.")
    skip = queue(opened).get_by_role("button", name="Skip").bounding_box()
    opened.show(31)
    expect(line(opened)).to_be_hidden()
    assert queue(opened).get_by_role("button", name="Skip").bounding_box() == skip
    opened.show(32, near=1234)
    expect(line(opened)).to_contain_text("1,234")
    assert queue(opened).get_by_role("button", name="Skip").bounding_box() == skip


def test_the_noun_is_that_of_the_pool(opened: Map) -> None:
    opened.write(pool={"total": 120, "noun": "row"})
    opened.ask(7, near=2)
    expect(line(opened)).to_contain_text("Stands for 2 nearly equal rows.")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [216, 320, 760])
def test_accessible_at_any_width(opened: Map, theme: str, width: int) -> None:
    opened.page.evaluate(
        """([theme, width]) => {
          document.documentElement.classList.toggle("dark", theme === "dark");
          document.getElementById("cell").style.width = `${width}px`;
        }""",
        [theme, width],
    )
    hint = "Label one image as Bag first: until then questions are as before."
    opened.write(find_target="Bag", find_hint=hint)
    opened.ask(7, near=1234)
    expect(line(opened)).to_be_visible()
    assert queue(opened).evaluate("el => el.scrollWidth <= el.clientWidth")
    for button in queue(opened).locator(":is(.nbl-near, .nbl-mode) button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    results = Axe().run(opened.page, context=".nbl-queue", options={"resultTypes": ["violations"]})
    assert not results.response["violations"], results.generate_report()
