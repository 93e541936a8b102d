"""Classes with subclasses in a browser, by keyboard, against a fake kernel."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import Queue
from tests.page.test_classes_page import Classes
from tests.page.test_group_page import open_map
from tests.page.test_queue_page import settle_double_press
from tests.page.test_status_page import STATUS

DOG, CAT = (
    {"name": name, "key": key, "color": color, "subclasses": True}
    for name, key, color in (("dog", "1", "#4e79a7"), ("cat", "2", "#e15759"))
)
LEAVES = [
    {"name": "husky", "key": "1", "color": "#4e79a7", "parent": "dog"},
    {"name": "pug", "key": "2", "color": "#f28e2b", "parent": "dog"},
    {"name": "siam", "key": "1", "color": "#e15759", "parent": "cat"},
    {"name": "bird", "key": "3", "color": "#76b7b2"},
]
TREE = [*LEAVES, DOG, CAT]


class Tree(Queue):
    """The questions of a panel whose classes have subclasses."""

    @property
    def offer(self) -> list[str]:
        return self.root.locator(".nbl-class .nbl-class-name").all_inner_texts()

    @property
    def keys(self) -> list[str]:
        return self.root.locator(".nbl-class kbd").all_inner_texts()

    @property
    def branch(self) -> Locator:
        return self.root.locator(".nbl-branch")

    @property
    def labels(self) -> list[tuple[Any, Any]]:
        return [(one["id"], one["label"]) for one in self.sent("label")]


@pytest.fixture
def tree(browser_page: Page) -> Tree:
    tree = Tree(browser_page, classes=TREE)
    prediction = {"label": "pug", "confidence": 0.8}
    tree.ask(*range(10), prediction=prediction)
    return tree


def test_the_buttons_show_the_top_level_and_a_key_opens_a_branch(tree: Tree) -> None:
    assert (tree.offer, tree.keys) == (["dog", "cat", "bird"], ["1", "2", "3"])
    expect(tree.branch).to_be_hidden()
    tree.press("1")
    assert (tree.offer, tree.keys) == (["husky", "pug", "Only “dog”"], ["1", "2", "0"])
    assert tree.labels == []
    expect(tree.branch).to_contain_text("dog")
    expect(tree.live).to_have_text("dog: 2 classes. 0 gives only dog.")
    tree.press("2")
    assert tree.labels == [("image-0", "pug")]
    assert tree.offer == ["dog", "cat", "bird"]  # the next question begins at the top


def test_one_key_gives_the_parent_itself(tree: Tree) -> None:
    tree.press("1", "0")
    assert tree.labels == [("image-0", "dog")]


def test_escape_and_the_button_lead_back(tree: Tree) -> None:
    tree.press("2", "Escape")
    assert tree.offer == ["dog", "cat", "bird"]
    expect(tree.root).to_be_focused()
    tree.press("2")
    tree.branch.get_by_role("button", name="Up").click()
    assert tree.offer == ["dog", "cat", "bird"]
    assert tree.labels == []


def test_a_class_without_subclasses_and_the_prediction_take_one_key(tree: Tree) -> None:
    tree.press("3")
    settle_double_press(tree.page)
    tree.press("Enter")
    assert tree.labels == [("image-0", "bird"), ("image-1", "pug")]


def test_keys_of_a_branch_that_is_not_open_mean_nothing(tree: Tree) -> None:
    tree.press("2", "2")  # there is one cat
    assert tree.labels == []
    tree.press("1")
    assert tree.labels == [("image-0", "siam")]


def test_by_mouse(tree: Tree) -> None:
    tree.button("dog").click()
    tree.button("husky").click()
    assert tree.labels == [("image-0", "husky")]


def test_find_lists_all_with_their_path(tree: Tree) -> None:
    tree.press("t")
    options = tree.root.get_by_role("option")
    found = ["dog", "husky\ndog › husky", "pug\ndog › pug", "cat", "siam\ncat › siam", "bird"]
    assert [one.strip() for one in options.all_inner_texts()] == found
    tree.page.keyboard.type("dog pu")
    expect(options.first).to_contain_text("pug")
    tree.page.keyboard.press("Enter")
    settle_double_press(tree.page)
    tree.press("t")
    tree.page.keyboard.type("cat")
    tree.page.keyboard.press("Enter")  # found by name, it is meant itself
    assert tree.labels == [("image-0", "pug"), ("image-1", "cat")]


def test_deeper_trees_open_level_by_level(browser_page: Page) -> None:
    deep = [
        {**LEAVES[0], "parent": "sled dog"},
        {"name": "malamute", "key": "2", "color": "#76b7b2", "parent": "sled dog"},
        *LEAVES[1:],
        {**DOG, "name": "sled dog", "parent": "dog"},
        DOG,
        CAT,
    ]
    tree = Tree(browser_page, classes=deep)
    tree.ask(0, 1, prediction=None)
    tree.press("1")
    assert tree.offer == ["sled dog", "pug", "Only “dog”"]
    tree.press("1")
    assert tree.offer == ["husky", "malamute", "Only “sled dog”"]
    expect(tree.branch).to_contain_text("dog › sled dog")
    tree.press("Escape")
    assert tree.offer == ["sled dog", "pug", "Only “dog”"]
    tree.press("1", "2")
    assert tree.labels == [("image-0", "malamute")]


def test_a_coarse_label_is_shown_and_enter_takes_the_prediction(tree: Tree) -> None:
    known = {"label": "dog", "source": "human", "prediction": {"label": "pug", "confidence": 0.8}}
    tree.show(20, **known)
    expect(tree.button("dog")).to_have_attribute("aria-pressed", "true")
    settle_double_press(tree.page)
    tree.press("Enter")
    assert tree.labels == [("image-20", "pug")]


def test_the_branch_goes_when_its_class_loses_its_subclasses(tree: Tree) -> None:
    tree.press("2")
    tree.write(classes=[*LEAVES[:2], {"name": "cat", "key": "2", "color": "#e15759"}, DOG])
    assert tree.offer == ["dog", "cat"]


def test_a_group_is_labeled_along_the_tree(browser_page: Page) -> None:
    group = open_map(browser_page, classes=TREE)
    group.focus()
    group.press("g")
    group.await_group(0)
    classes = group.gallery.locator(".nbl-gallery-class-name")
    expect(classes).to_have_text(["dog", "cat", "bird", "Find a class"])
    browser_page.keyboard.press("1")
    expect(classes).to_contain_text(["husky", "pug", "Only “dog”"])
    browser_page.keyboard.press("Escape")
    expect(classes).to_have_text(["dog", "cat", "bird", "Find a class"])
    browser_page.keyboard.press("1")
    browser_page.keyboard.press("2")
    assert [one["label"] for one in group.await_sent("label")] == ["pug"]


def test_the_dialog_moves_classes_and_asks_coarse_labels_again(browser_page: Page) -> None:
    dialog = Classes(browser_page, TREE)
    titles = dialog.root.locator(".nbl-class-title")
    expect(titles).to_have_text(["dog", "husky", "pug", "cat", "siam", "bird"])
    dogs = {"name": "dog", "color": "#9a9a9a", "count": 4}
    dialog.write(status={**STATUS, "coarse": 4, "classes": [dogs]})
    dialog.head("bird").click()
    dialog.row.get_by_role("button", name="Move under…").click()
    browser_page.keyboard.type("Dog")
    browser_page.keyboard.press("Enter")
    moved = dialog.last("nest_classes")
    assert (moved["names"], moved["under"]) == (["bird"], "Dog")
    refused = {"type": "ack", "uid": moved["uid"], "ok": False, "retry": False, "text": "no"}
    dialog.deliver({**refused, "like": "dog"})
    expect(dialog.row).to_contain_text("“Dog” differs from “dog” only in case or spaces")
    dialog.row.get_by_role("button", name="Move", exact=True).click()
    assert dialog.last("nest_classes")["under"] == "dog"
    dialog.head("dog").click()
    dialog.row.get_by_role("button", name="Ask 4 coarse labels again").click()
    asked = dialog.sent("again")
    assert [(one["status"], one["label"]) for one in asked] == [("coarse", "dog")]


def test_alt_and_an_arrow_move_a_class_among_those_beside_it(browser_page: Page) -> None:
    dialog = Classes(browser_page, TREE)
    dialog.head("pug").focus()
    browser_page.keyboard.press("Alt+ArrowUp")
    names = dialog.last("order_classes")["names"]
    assert names == ["dog", "pug", "husky", "cat", "siam", "bird"]
    dialog.head("dog").focus()
    browser_page.keyboard.press("Alt+ArrowUp")
    assert len(dialog.sent("order_classes")) == 1  # it is the first at the top


@pytest.mark.parametrize("width", [320, 1100])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_at_any_width(tree: Tree, theme: str, width: int) -> None:
    page = tree.page
    page.set_viewport_size({"width": width, "height": 768})
    page.evaluate("on => document.documentElement.classList.toggle('dark', on)", theme == "dark")
    for keys in ((), ("1",), ("Escape", "t")):
        tree.press(*keys)
        found = Axe().run(page, context=".nbl-panel").response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    body = page.locator("body")
    assert body.evaluate("node => node.scrollWidth <= window.innerWidth")
