"""What an item stands for, in a browser: a line under the picture, and its group behind one key."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.test_gallery_page import BOOT, Gallery

NEAR = [7, 41, 42, 43, 44]


@pytest.fixture
def opened(browser_page: Page) -> Gallery:
    return Gallery(browser_page)


def queue(opened: Gallery) -> Locator:
    return opened.panel.locator(".nbl-queue")


def line(opened: Gallery) -> Locator:
    return queue(opened).locator(".nbl-near")


def open_near(opened: Gallery, **more: Any) -> None:
    """Open what five items are, by the key; the item itself is not the first of them."""
    opened.ask(7, 20, near=5)
    queue(opened).focus()
    opened.key(".")
    opened.tell(4, *NEAR[1:], 7, **more)


def test_a_key_opens_what_the_item_stands_for_and_a_label_is_shared(opened: Gallery) -> None:
    opened.ask(7, 20, near=5)
    expect(line(opened)).to_contain_text("Stands for 5 nearly equal images.")
    queue(opened).focus()
    opened.key(".")
    assert opened.asked()["only"] == {"near": 7}
    opened.tell(*NEAR[1:], 7)
    bar = opened.gallery.locator(".nbl-gallery-bar")
    expect(opened.gallery).to_contain_text("Only those that are nearly equal")
    expect(opened.gallery.get_by_text("5 of 5,000 images")).to_be_visible()
    expect(bar).to_contain_text("5 images chosen")
    expect(opened.plane).to_be_focused()
    opened.key("2")
    assert opened.sent("label") == []  # nothing is answered without a look
    expect(bar.get_by_role("alert")).to_have_text("Not all of them are shown yet.")
    opened.give_tiles()
    assert opened.active.startswith("Image image-7")
    opened.key("2")
    assert opened.positions("label") == [sorted(NEAR)]
    (label,) = opened.sent("label")
    assert (label["label"], label["relabel"]) == ("Boot", False)
    opened.acknowledge(label["uid"], "5 images labeled as Boot.")
    expect(opened.live).to_have_text("5 images labeled as Boot.")
    opened.key("u")
    (undo,) = opened.sent("undo")
    assert undo["of"] == label["uid"]
    opened.change(dict.fromkeys(NEAR, 0))
    opened.acknowledge(undo["uid"], "Undone: 5 images.")
    expect(bar).to_contain_text("Label 5 images as")
    opened.key("2")
    assert opened.positions("label") == [sorted(NEAR)] * 2
    opened.key("Escape")
    expect(queue(opened)).to_be_focused()
    opened.key("1")
    assert opened.sent("label")[2]["id"] == "image-7"


def test_what_does_not_belong_is_left_out_and_asked_next(opened: Gallery) -> None:
    open_near(opened)
    opened.give_tiles()
    opened.key("ArrowLeft", "Space")  # the one before the item itself
    expect(opened.gallery).to_contain_text("Label 5 (1 excluded) as")
    opened.key("3")
    buffers = opened.page.evaluate(
        "nbl.widget.model.sent.find(({ type }) => type === 'label')"
        ".buffers.map((one) => [...new Uint32Array(one)])"
    )
    assert buffers == [[4, 7, 41, 42, 43], [44]]
    opened.acknowledge(opened.sent("label")[0]["uid"], "5 images labeled as Bag.")
    opened.key("u")
    refused = opened.sent("undo")[0]["uid"]
    opened.acknowledge(refused, "That is not the last step any more.", ok=False)
    expect(opened.gallery.get_by_role("alert")).to_contain_text("not the last step")
    opened.key("u")
    assert "of" not in opened.sent("undo")[1]  # what is last now


def test_another_choice_is_that_of_any_gallery(opened: Gallery) -> None:
    open_near(opened)
    opened.give_tiles()
    opened.cell(43).click(modifiers=["Shift"])  # up to there
    expect(opened.gallery).to_contain_text("Label 3 images as")
    opened.key("2")
    (label,) = opened.sent("label")
    assert "marked" not in label
    assert opened.positions("label") == [[7, 43, 44]]
    opened.key("Escape")
    expect(opened.gallery).to_be_hidden()


def test_labels_that_contradict_are_warned_of(opened: Gallery) -> None:
    open_near(opened, warning="Its labels contradict: 1 Boot, 1 Bag.", codes={41: BOOT})
    warning = opened.gallery.locator(".nbl-gallery-warning")
    expect(warning).to_have_text("▲ Its labels contradict: 1 Boot, 1 Bag.")
    expect(opened.gallery).to_contain_text("Label 5 images as")  # the labeled one stays
    opened.change({41: 0})
    expect(warning).to_be_hidden()
    opened.key("#", "#")  # a group is looked at once
    expect(opened.gallery.get_by_role("button", name="Show others too")).to_be_hidden()
    assert "only" not in opened.asked()


def test_a_group_that_is_gone_is_said(opened: Gallery) -> None:
    opened.ask(7, near=5)
    line(opened).get_by_role("button", name="Open the nearly equal ones").click()
    request = opened.sent("gallery")[-1]["request"]
    text = "nothing else is nearly equal to it any more."
    opened.deliver({"type": "no_gallery", "request": request, "text": text})
    expect(opened.summary).to_have_text(text)


def test_the_line_comes_with_the_first_of_them_and_then_keeps_its_place(opened: Gallery) -> None:
    opened.page.evaluate("document.getElementById('cell').style.width = '330px'")
    opened.ask(7, 20)
    expect(line(opened)).to_be_hidden()
    queue(opened).focus()
    opened.page.keyboard.press(".")
    expect(queue(opened).locator(".nbl-note")).to_have_text("Nothing else is nearly equal to it.")
    assert opened.sent("gallery") == []
    opened.show(30, near=12)
    expect(line(opened)).to_contain_text("Stands for 12 nearly equal images.")
    skip = queue(opened).get_by_role("button", name="Skip").bounding_box()
    opened.show(31)
    expect(line(opened)).to_be_hidden()
    assert queue(opened).get_by_role("button", name="Skip").bounding_box() == skip
    opened.show(32, near=1234)
    expect(line(opened)).to_contain_text("1,234")
    assert queue(opened).get_by_role("button", name="Skip").bounding_box() == skip


def test_the_noun_is_that_of_the_pool(opened: Gallery) -> None:
    opened.write(pool={"total": 120, "noun": "row"})
    opened.ask(7, near=2)
    expect(line(opened)).to_contain_text("Stands for 2 nearly equal rows.")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [216, 320, 760])
def test_accessible_at_any_width(opened: Gallery, theme: str, width: int) -> None:
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
