"""The dialog for the classes in a browser, by keyboard, against a fake kernel."""

from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import CLASSES, Panel, item
from tests.page.test_status_page import STATUS

SANDAL, BOOT, BAG = CLASSES
DESCRIBED = {
    **SANDAL,
    "description": "Open at the toes",
    "aliases": ["flip-flop"],
    "examples": [{"id": "image-3", "index": 3}],
}
COUNTS = {
    **STATUS,
    "classes": [
        {"name": one["name"], "color": one["color"], "count": n}
        for one, n in zip(CLASSES, (20, 5, 0), strict=True)
    ],
}


class Classes(Panel):
    """The dialog, opened by its key."""

    part = ".nbl-class-dialog"

    def __init__(self, page: Page, classes: list[dict[str, Any]] = CLASSES) -> None:
        super().__init__(page, classes=classes, status=COUNTS)
        self.ask(1, 2)
        self.queue = self.panel.locator(".nbl-queue")
        self.queue.focus()
        page.keyboard.press(":")
        expect(self.root).to_be_visible()

    def key(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def head(self, name: str) -> Locator:
        return self.root.locator(".nbl-class-head").filter(
            has=self.page.locator(".nbl-class-title", has_text=name)
        )

    @property
    def row(self) -> Locator:
        """The one that is open."""
        return self.root.locator(".nbl-class-open")

    @property
    def said(self) -> Locator:
        return self.root.get_by_role("status")

    def last(self, kind: str) -> dict[str, Any]:
        self.page.wait_for_function(
            "kind => nbl.widget.model.sent.some((one) => one.type === kind)", arg=kind
        )
        return self.sent(kind)[-1]

    def show_pictures(self, *numbers: int) -> None:
        items = [item(number) for number in numbers]
        for at, one in enumerate(items):
            one["image"] = {**one["image"], "buffer": at}
        self.deliver({"type": "pictures", "items": items}, [[9] * 16 for _ in numbers])

    def propose(self, *groups: list[int]) -> None:
        request = self.last("propose_split")["request"]
        members = np.array([i for group in groups for i in group], dtype=np.uint32)
        content = {"type": "proposal", "request": request, "text": "", "sizes": [*map(len, groups)]}
        page = self.page.evaluate("nbl.widget.model.page")
        self.deliver({**content, "to": page}, [[*members.tobytes()]])


@pytest.fixture
def dialog(browser_page: Page) -> Classes:
    return Classes(browser_page)


def test_a_key_and_a_button_open_the_list_and_escape_gives_the_keys_back(dialog: Classes) -> None:
    expect(dialog.head("Sandal")).to_be_focused()
    expect(dialog.head("Sandal")).to_have_text("1Sandal20 labels")
    dialog.key("ArrowDown", "ArrowDown", "ArrowDown")
    expect(dialog.head("Bag")).to_be_focused()
    dialog.key("Home")
    expect(dialog.head("Sandal")).to_be_focused()
    dialog.key("1")
    assert dialog.sent("label") == []  # here no key answers
    dialog.key("Escape")
    expect(dialog.root).to_be_hidden()
    expect(dialog.queue).to_be_focused()
    dialog.key("1")
    assert dialog.last("label")["label"] == "Sandal"
    dialog.queue.get_by_role("button", name="Classes…").click()
    expect(dialog.root).to_be_visible()


def test_a_class_is_renamed_in_place_and_the_step_undone(dialog: Classes) -> None:
    dialog.key("Enter")
    name = dialog.row.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    name.fill("Sandals")
    dialog.key("Enter")
    message = dialog.last("rename_class")
    assert (message["name"], message["new"]) == ("Sandal", "Sandals")
    dialog.acknowledge(message["uid"], "“Sandal” is called “Sandals” now.")
    dialog.write(classes=[{**SANDAL, "name": "Sandals"}, BOOT, BAG])
    expect(dialog.said).to_have_text("“Sandal” is called “Sandals” now.")
    expect(name).to_be_focused()  # the row stays open under its new name
    expect(dialog.head("Sandals")).to_have_attribute("aria-expanded", "true")
    dialog.key("Tab", "Shift+Tab")
    assert len(dialog.sent("rename_class")) == 1  # leaving the field sends it no second time
    dialog.head("Sandals").focus()
    dialog.key("u")
    assert dialog.last("undo")["of"] == message["uid"]
    dialog.acknowledge(dialog.last("undo")["uid"], "Undone: a class was renamed.")
    expect(dialog.said).to_have_text("Undone: a class was renamed.")
    expect(dialog.button("Undo")).to_be_hidden()


def test_what_is_typed_stays_when_the_class_is_renamed_elsewhere(dialog: Classes) -> None:
    dialog.key("Enter")
    name = dialog.row.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    dialog.key("ControlOrMeta+a")
    dialog.page.keyboard.type("Sli")
    dialog.write(classes=[{**SANDAL, "name": "Sandals"}, BOOT, BAG])  # by Python, or an undo
    expect(dialog.head("Sandals")).to_have_attribute("aria-expanded", "true")
    expect(name).to_be_focused()
    dialog.page.keyboard.type("pper")
    expect(name).to_have_value("Slipper")
    dialog.key("Enter")
    message = dialog.last("rename_class")
    assert (message["name"], message["new"]) == ("Sandals", "Slipper")


def test_what_is_refused_is_said_in_the_row_and_can_be_put_right(dialog: Classes) -> None:
    dialog.key("Enter")
    key = dialog.row.get_by_label("Key")
    key.fill("s")
    dialog.key("Enter")
    message = dialog.last("describe_class")
    assert (message["name"], message["key"]) == ("Sandal", "s")
    dialog.acknowledge(message["uid"], "s is a command of the panel.", ok=False)
    expect(dialog.row.get_by_role("alert")).to_have_text("s is a command of the panel.")
    expect(key).to_have_attribute("aria-invalid", "true")
    expect(key).to_have_value("s")
    expect(dialog.panel.locator(".nbl-note")).to_have_text("")  # it is not said twice
    dialog.key("Escape")
    expect(key).to_have_value("1")
    key.fill("x")
    dialog.key("Tab")
    message = dialog.last("describe_class")
    assert message["key"] == "x"
    dialog.acknowledge(message["uid"], "“Sandal” changed.")
    expect(dialog.row.get_by_role("alert")).to_have_text("")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("boot ", "“boot ” differs from “Boot” only in case or spaces: merge the two?"),
        ("Boot", "There is a class “Boot” already: merge the two?"),
    ],
)
def test_a_name_near_another_one_is_asked_about_and_one_key_merges(
    dialog: Classes, typed: str, text: str
) -> None:
    dialog.key("Enter")
    dialog.row.get_by_label("Name", exact=True).fill(typed)
    dialog.key("Enter")
    uid = dialog.last("rename_class")["uid"]
    refused = {"type": "ack", "uid": uid, "ok": False, "retry": False, "text": "no", "like": "Boot"}
    dialog.deliver(refused)
    expect(dialog.row.get_by_role("group", name=text)).to_be_visible()
    expect(dialog.row.get_by_role("button", name="Merge", exact=True)).to_be_focused()
    dialog.key("Enter")
    merge = dialog.last("merge_classes")
    assert (merge["names"], merge["into"]) == (["Sandal"], "Boot")
    dialog.acknowledge(merge["uid"], "“Sandal” merged into “Boot”: 20 labels moved.")
    dialog.write(classes=[BOOT, BAG])
    expect(dialog.head("Boot")).to_be_focused()  # the row that had it is gone
    expect(dialog.button("Undo")).to_be_visible()


def test_classes_that_look_alike_are_asked_about_at_the_top(browser_page: Page) -> None:
    alike = {**BAG, "name": "boot ", "like": "Boot"}
    dialog = Classes(browser_page, [SANDAL, BOOT, alike])
    ask = dialog.root.get_by_role("group", name="“boot ” differs from “Boot”")
    ask.get_by_role("button", name="Merge").press("Enter")
    message = dialog.last("merge_classes")
    assert (message["names"], message["into"]) == (["boot "], "Boot")
    ask.get_by_role("button", name="Keep both").press("Enter")
    expect(dialog.root.locator(".nbl-class-ask")).to_be_hidden()
    expect(dialog.head("Sandal")).to_be_focused()


def test_a_class_is_deleted_once_it_is_said_what_its_labels_are(dialog: Classes) -> None:
    dialog.key("Enter")
    dialog.row.get_by_role("button", name="Delete…").press("Enter")
    into = dialog.row.get_by_role("combobox", name="Delete “Sandal”. Its 20 labels become")
    expect(into).to_be_focused()
    dialog.key("Escape")
    expect(dialog.row.get_by_role("button", name="Delete…")).to_be_focused()
    dialog.key("Enter")
    into.select_option("Bag")
    dialog.key("Enter")
    message = dialog.last("delete_class")
    assert (message["name"], message["reassign"]) == ("Sandal", "Bag")
    dialog.acknowledge(message["uid"], "“Sandal” deleted.")
    dialog.write(classes=[BOOT, BAG])
    dialog.head("Bag").press("Enter")
    dialog.row.get_by_role("button", name="Delete…").press("Enter")
    expect(dialog.row.locator(".nbl-class-ask")).to_contain_text("which has no labels?")
    dialog.key("Enter")
    assert "reassign" not in dialog.last("delete_class")


def test_classes_are_moved_retired_and_brought_back(dialog: Classes) -> None:
    dialog.key("ArrowDown", "Alt+ArrowUp")
    message = dialog.last("order_classes")
    assert message["names"] == ["Boot", "Sandal", "Bag"]
    dialog.acknowledge(message["uid"], "The classes are in another order.")
    dialog.write(classes=[BOOT, SANDAL, BAG])
    expect(dialog.head("Boot")).to_be_focused()
    dialog.key("Enter")
    dialog.row.get_by_role("button", name="Move down").press("Enter")
    assert dialog.sent("order_classes")[-1]["names"] == ["Sandal", "Boot", "Bag"]
    dialog.row.get_by_role("button", name="Retire").press("Enter")
    assert dialog.last("retire_class")["name"] == "Boot"
    dialog.write(classes=[{**BOOT, "key": "", "retired": True}, SANDAL, BAG])
    expect(dialog.head("Boot")).to_contain_text("retired")
    expect(dialog.queue.locator(".nbl-class")).to_have_count(2)
    expect(dialog.row.get_by_label("Key")).to_be_disabled()
    dialog.row.get_by_role("button", name="Bring back").press("Enter")
    assert dialog.last("restore_class")["name"] == "Boot"


def test_colour_aliases_description_and_examples(dialog: Classes) -> None:
    dialog.key("Enter")
    row = dialog.row
    row.get_by_label("Colour").fill("#123456")
    assert dialog.last("describe_class")["color"] == "#123456"
    row.get_by_role("button", name="Default colour").press("Enter")
    assert dialog.last("describe_class")["color"] == ""
    row.get_by_label("Aliases").fill("flip-flop, , slipper ")
    row.get_by_label("Description").fill("Open at the toes")
    assert dialog.last("describe_class")["aliases"] == ["flip-flop", "slipper"]
    row.get_by_role("button", name="Add the image on screen").press("Enter")
    said = dialog.sent("describe_class")
    assert said[-2]["description"] == "Open at the toes"
    assert said[-1]["examples"] == ["image-1"]
    dialog.write(classes=[DESCRIBED, BOOT, BAG])
    assert dialog.last("look")["indices"] == [3]
    dialog.show_pictures(3)
    drop = row.get_by_role("button", name="Take away example image image-3")
    expect(drop.locator("canvas")).to_be_visible()
    drop.press("Enter")
    assert dialog.sent("describe_class")[-1]["examples"] == []
    expect(dialog.head("Sandal")).to_contain_text("also flip-flop · Open at the toes")


def test_groups_that_are_proposed_are_named_and_sorted_one_by_one(dialog: Classes) -> None:
    dialog.key("Enter")
    dialog.row.get_by_role("button", name="Split…").press("Enter")
    assert dialog.last("propose_split")["n"] == 2
    dialog.propose([5, 6, 7], [8, 9])
    first = dialog.row.get_by_label("Name of group 1")
    expect(first).to_be_focused()
    dialog.page.keyboard.type("Flip-flop")
    dialog.key("Enter")
    expect(dialog.row.get_by_label("Name of group 2")).to_be_focused()
    dialog.key("Enter")  # without a name it stays what it is
    expect(dialog.row.get_by_role("button", name="Sort one by one")).to_be_focused()
    dialog.key("Enter")
    message = dialog.last("split_class")
    assert (message["name"], message["into"]) == ("Sandal", ["Flip-flop"])
    assert "sizes" not in message
    dialog.acknowledge(message["uid"], "“Sandal” is sorted into “Flip-flop”.")
    sort = dialog.last("sort")
    assert (sort["name"], sort["groups"]) == ("Sandal", ["Flip-flop", "Sandal"])
    expect(dialog.root).to_be_hidden()
    expect(dialog.queue).to_be_focused()


def test_groups_are_moved_in_one_step(dialog: Classes) -> None:
    dialog.key("Enter")
    dialog.row.get_by_role("button", name="Split…").press("Enter")
    dialog.propose([5, 6, 7], [8, 9])
    dialog.row.get_by_label("Name of group 2").fill("Flip-flop")
    dialog.row.get_by_label("Groups").select_option("3")
    assert dialog.last("propose_split")["n"] == 3
    dialog.propose([5, 6], [8, 9], [7])
    dialog.row.get_by_label("Name of group 3").fill("Slipper")
    dialog.row.get_by_role("button", name="Move all as grouped").press("Enter")
    dialog.last("split_class")
    message = dialog.page.evaluate(
        "(() => { const one = nbl.widget.model.sent.findLast((m) => m.type === 'split_class');"
        "return { ...one, buffers: one.buffers.map((b) => [...new Uint32Array(b)]) }; })()"
    )
    assert (message["into"], message["sizes"]) == (["Flip-flop", "Slipper"], [2, 1])
    assert message["buffers"] == [[8, 9, 7]]


def test_a_half_done_split_is_gone_on_with(browser_page: Page) -> None:
    split = {"into": ["Flip-flop", "Slipper"], "left": 7}
    dialog = Classes(browser_page, [{**SANDAL, "split": split}, BOOT, BAG])
    expect(dialog.head("Sandal")).to_contain_text("7 to sort")
    dialog.key("Enter")
    dialog.row.get_by_role("button", name="7 to sort", exact=True).press("Enter")
    expect(dialog.row).to_contain_text("Being sorted into Flip-flop, Slipper: 7 left.")
    dialog.row.get_by_role("button", name="Sort the rest as proposed").press("Enter")
    message = dialog.last("end_split")
    assert (message["name"], message["proposed"]) == ("Sandal", True)
    dialog.acknowledge(message["uid"], "there is no proposal yet: sort some first.", ok=False)
    expect(dialog.row.get_by_role("alert")).to_contain_text("there is no proposal yet")
    dialog.row.get_by_role("button", name="Go on sorting").press("Enter")
    assert dialog.last("sort")["groups"] == []
    expect(dialog.queue).to_be_focused()


def test_a_closed_panel_says_why_nothing_is_changed(dialog: Classes) -> None:
    dialog.key("Enter")
    dialog.write(closed="it was closed.")
    dialog.row.get_by_role("button", name="Retire").press("Enter")
    expect(dialog.row.get_by_role("alert")).to_contain_text("it was closed.")
    assert dialog.sent("retire_class") == []


def test_the_description_and_the_examples_stand_beside_the_button(browser_page: Page) -> None:
    dialog = Classes(browser_page, [DESCRIBED, BOOT, BAG])
    dialog.key("Escape")
    card = dialog.queue.locator(".nbl-class-card")
    button = dialog.queue.locator(".nbl-class").first
    expect(card).to_be_hidden()
    expect(button).to_have_attribute("aria-description", "Open at the toes")
    button.focus()
    expect(card).to_have_text("SandalOpen at the toes")
    dialog.show_pictures(3)
    expect(card.locator("canvas")).to_be_visible()
    dialog.key("Escape")
    expect(card).to_be_hidden()
    expect(button).to_be_focused()
    button.hover()
    expect(card).to_be_visible()
    dialog.queue.focus()
    dialog.key("2")  # it is in the way of no key
    assert dialog.last("label")["label"] == "Boot"
    dialog.queue.locator(".nbl-class").nth(1).hover()
    expect(card).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [900, 320])
def test_no_violations_and_nothing_sticks_out(browser_page: Page, theme: str, width: int) -> None:
    browser_page.set_viewport_size({"width": width + 32, "height": 900})
    browser_page.evaluate(
        "dark => document.documentElement.classList.toggle('dark', dark)", theme == "dark"
    )
    long = {**BOOT, "name": "a very long name " * 5, "description": "words " * 60}
    split = {"into": ["Flip-flop", "Slipper"], "left": 7}
    alike = {**BAG, "like": "Boot", "split": split}
    retired = {**BAG, "name": "Sock", "key": "", "retired": True}
    dialog = Classes(browser_page, [DESCRIBED, long, alike, retired])
    dialog.key("Enter")
    dialog.row.get_by_role("button", name="Split…").press("Enter")
    dialog.propose([5, 6, 7], [8, 9])
    dialog.show_pictures(3, 5, 6, 7, 8, 9)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}

    def look() -> None:
        found = Axe().run(browser_page, context=".nbl-class-dialog", options=rules)
        assert found.violations_count == 0, found.generate_report()
        wide = dialog.root.evaluate(
            "el => [el, ...el.querySelectorAll('*')].filter((one) => one.scrollWidth > "
            "one.clientWidth + 1 && getComputedStyle(one).overflowX === 'visible' && "
            "getComputedStyle(one).display !== 'inline').map((one) => one.outerHTML.slice(0, 80))"
        )
        assert wide == []
        assert dialog.root.evaluate("el => el.scrollWidth <= el.clientWidth")

    look()
    dialog.row.get_by_role("button", name="Merge…").press("Enter")
    look()
