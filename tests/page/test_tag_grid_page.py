"""One tag at a time in a browser: a grid of items, answered with yes, no or unsure."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.conftest import reload
from tests.page.panel import CLASSES, item
from tests.page.test_queue_page import settle_double_press
from tests.page.test_status_page import STATUS
from tests.page.test_tags_page import Tags, known


class Grid(Tags):
    """The grid of a panel where an item may have several tags."""

    @property
    def grid(self) -> Locator:
        return self.root.locator(".nbl-grid")

    @property
    def tiles(self) -> Locator:
        return self.grid.locator(".nbl-grid-tile")

    @property
    def signs(self) -> list[str]:
        return self.grid.locator(".nbl-grid-sign").all_inner_texts()

    @property
    def go(self) -> Locator:
        return self.grid.locator(".nbl-grid-foot .nbl-primary")

    def tell(self, *numbers: int, tag: str = "Boot", left: int = 100, text: str = "") -> None:
        """Answer what was asked for last."""
        asked = self.sent("grid")[-1]
        told = {"type": "grid", "request": asked["request"], "tag": tag, "left": left, "text": text}
        self.page.evaluate(
            "([m, b]) => nbl.widget.model.deliver(m, [new Uint8Array(new Uint32Array(b).buffer)])",
            [told, list(numbers)],
        )

    def picture(self, *numbers: int) -> None:
        pictures = [item(n, prediction=None, tags=known()) for n in numbers]
        for place, one in enumerate(pictures):
            one["image"]["buffer"] = place
        self.deliver({"type": "pictures", "items": pictures}, [[n] * 16 for n in numbers])

    def begin(self) -> None:
        """Open the first grid, and tell of this one and the next."""
        self.press("*")
        self.tell(*range(20, 44))
        self.picture(*range(20, 44))
        settle_double_press(self.page)

    def answered(self) -> list[tuple[Any, Any]]:
        return [(one["tag"], one["values"]) for one in self.sent("tag")]

    def positions(self) -> list[list[int]]:
        return self.page.evaluate(
            "nbl.widget.model.sent.filter(({ type }) => type === 'tag')"
            ".map(({ buffers }) => [...new Uint32Array(buffers[0])])"
        )


@pytest.fixture
def grid(browser_page: Page) -> Grid:
    grid = Grid(browser_page)
    grid.ask(*range(10))
    return grid


def test_a_grid_takes_the_place_of_the_question(grid: Grid) -> None:
    expect(grid.grid).to_be_hidden()
    grid.press("*")
    [asked] = grid.sent("grid")
    assert (asked["tag"], asked["held"]) == (None, [])
    expect(grid.root.locator(".nbl-body")).to_be_hidden()
    grid.tell(*range(20, 44))
    expect(grid.tiles).to_have_count(12)
    [look] = grid.sent("look")
    assert look["indices"] == list(range(20, 44))  # the next ones, too
    expect(grid.grid.get_by_role("combobox", name="Tag")).to_have_value("Boot")
    expect(grid.tiles.first).to_be_focused()
    expect(grid.go).to_have_attribute("aria-disabled", "true")
    grid.picture(*range(20, 44))
    expect(grid.go).not_to_have_attribute("aria-disabled", "true")
    expect(grid.live).to_have_text("Boot: 100 not answered")


def test_keys_answer_and_enter_saves_all_as_one_step(grid: Grid) -> None:
    grid.begin()
    for key in ("1", "2", "3", "y", "n"):
        grid.page.keyboard.press(key)
    grid.page.keyboard.press("ArrowDown")
    grid.page.keyboard.press("Space")
    assert grid.signs.count("✓ yes") == 3
    assert (grid.signs.count("✕ no"), grid.signs.count("? unsure")) == (2, 1)
    expect(grid.go).to_have_text("Confirm: 3 yes, 8 no, 1 unsureEnter")
    assert grid.answered() == []
    grid.page.keyboard.press("Enter")
    [(tag, values)] = grid.answered()
    assert tag == "Boot"
    assert values[:5] == ["yes", "no", "unsure", "yes", "no"]
    assert values.count("yes") == 3
    assert len(values) == 12
    assert grid.positions() == [list(range(20, 32))]


def test_the_next_grid_is_there_at_once_and_the_one_after_is_asked_for(grid: Grid) -> None:
    grid.begin()
    grid.page.keyboard.press("Enter")
    labels = [tile.get_attribute("aria-label") for tile in grid.tiles.all()]
    assert labels == [f"Image image-{n}, not marked" for n in range(32, 44)]
    expect(grid.tiles.first).to_be_focused()
    asked = grid.sent("grid")[-1]
    assert (asked["tag"], asked["held"]) == ("Boot", list(range(32, 44)))
    # what is on its way is not asked again
    grid.tell(*range(20, 24), *range(50, 54), left=88)
    grid.picture(*range(50, 54))
    settle_double_press(grid.page)
    grid.page.keyboard.press("Enter")
    assert grid.positions()[1] == list(range(32, 44))
    expect(grid.tiles).to_have_count(4)


def test_space_and_a_click_go_through_the_answers(grid: Grid) -> None:
    grid.begin()
    first = grid.tiles.first
    for sign in ("✓ yes", "✕ no", "? unsure", ""):
        grid.page.keyboard.press("Space")
        expect(first.locator(".nbl-grid-sign")).to_have_text(sign)
    grid.tiles.nth(3).click()
    expect(grid.tiles.nth(3)).to_have_attribute("aria-label", "Image image-23, yes")
    expect(grid.live).to_have_text("yes")


def test_enter_twice_saves_one_grid(grid: Grid) -> None:
    grid.begin()
    grid.page.evaluate(
        """() => {
          for (const _ of [1, 2])
            document.activeElement.dispatchEvent(
              new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
        }"""
    )
    assert len(grid.answered()) == 1
    expect(grid.live).to_have_text("Same key twice within 0.15 s: not counted.")


def test_what_nobody_can_have_seen_is_not_answered(grid: Grid) -> None:
    grid.press("*")
    grid.tell(*range(20, 44))
    grid.picture(*range(20, 31))
    settle_double_press(grid.page)
    grid.page.keyboard.press("Enter")
    assert grid.answered() == []
    expect(grid.live).to_have_text("Not all of them are here yet.")


def test_undo_takes_the_grid_back_and_shows_it_as_it_was(grid: Grid) -> None:
    grid.begin()
    grid.page.keyboard.press("1")
    grid.page.keyboard.press("Enter")
    [event] = grid.sent("tag")
    grid.acknowledge(event["uid"], "Saved: Boot, 1 yes, 11 no.")
    grid.page.keyboard.press("u")
    [undo] = grid.sent("undo")
    assert undo["of"] == event["uid"]
    grid.acknowledge(undo["uid"], "Undone: 12 images.")
    expect(grid.tiles.first).to_have_attribute("aria-label", "Image image-20, yes")
    assert grid.sent("grid")[-1]["held"] == list(range(20, 32))
    grid.page.keyboard.press("u")
    expect(grid.live).to_have_text("There is no grid to undo here.")
    assert len(grid.sent("undo")) == 1


def test_a_grid_that_is_refused_is_shown_again_and_says_why(grid: Grid) -> None:
    grid.begin()
    grid.page.keyboard.press("1")
    grid.page.keyboard.press("Enter")
    grid.acknowledge(grid.sent("tag")[0]["uid"], "'Boot' is not a class", ok=False)
    expect(grid.grid.get_by_role("alert")).to_have_text("'Boot' is not a class")
    expect(grid.tiles.first).to_have_attribute("aria-label", "Image image-20, yes")


def test_a_grid_is_sent_until_it_is_acknowledged_also_by_a_page_that_is_loaded_anew(
    grid: Grid,
) -> None:
    grid.begin()
    grid.kernel(alive=False)
    grid.page.keyboard.press("1")
    grid.page.keyboard.press("Enter")
    reload(grid.page)
    again = Grid(grid.page)
    [event] = again.sent("tag")
    assert event["values"] == ["yes", *["no"] * 11]
    assert again.positions()[0] == list(range(20, 32))


def test_another_tag_is_chosen_from_the_list(grid: Grid) -> None:
    grid.begin()
    grid.page.keyboard.press("1")
    grid.grid.get_by_role("combobox", name="Tag").select_option("Bag")
    asked = grid.sent("grid")[-1]
    assert (asked["tag"], asked["held"]) == ("Bag", [])
    grid.tell(tag="Bag", left=0, text="Nothing is left to answer about Bag.")
    expect(grid.tiles).to_have_count(0)
    expect(grid.grid.get_by_role("alert")).to_have_text("Nothing is left to answer about Bag.")
    grid.page.keyboard.press("Escape")
    expect(grid.grid).to_be_hidden()
    assert grid.answered() == []


def test_escape_leaves_and_the_keys_are_the_question_s_again(grid: Grid) -> None:
    grid.begin()
    for key in ("1", "s", "f", "h"):  # none of these means the question
        grid.page.keyboard.press(key)
    grid.page.keyboard.press("Escape")
    expect(grid.grid).to_be_hidden()
    expect(grid.root).to_be_focused()
    assert grid.sent("tag", "tags", "skip", "flag") == []
    grid.page.keyboard.press("2")
    assert grid.pressed == ["Boot"]
    # the tag stays for the next time
    grid.page.keyboard.press("*")
    assert grid.sent("grid")[-1]["tag"] == "Boot"


def test_a_closed_panel_takes_no_grid(grid: Grid) -> None:
    grid.begin()
    grid.write(closed="The cell was run again.")
    grid.page.keyboard.press("Enter")
    assert grid.answered() == []
    expect(grid.grid.get_by_role("alert")).to_contain_text("The cell was run again.")


def test_one_stop_of_tab_for_all_pictures(grid: Grid) -> None:
    grid.begin()
    grid.page.keyboard.press("ArrowRight")
    stops = grid.tiles.evaluate_all("all => all.map((one) => one.tabIndex)")
    assert (stops.count(0), stops[1]) == (1, 0)
    grid.page.keyboard.press("Tab")
    expect(grid.go).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1180])
def test_axe_finds_nothing(browser_page: Page, theme: str, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.emulate_media(color_scheme=theme)
    grid = Grid(browser_page, status=STATUS, classes=CLASSES)
    grid.ask(*range(10))
    grid.begin()
    for key in ("1", "2", "3"):
        grid.page.keyboard.press(key)
    found = Axe().run(browser_page, context=".nbl-panel").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
