"""Selections that add, subtract and intersect, in a browser."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.page.test_map_page import Map, Spot

STATIC = "/nblabel/widget/static/map"
A = ((-0.5, 0.5), (0.1, -0.1))
B = ((-0.1, 0.1), (0.5, -0.5))
OPERATIONS = {
    "add": lambda a, b: a | b,
    "subtract": lambda a, b: a - b,
    "intersect": lambda a, b: a & b,
}
KEYS = {"add": ["Shift"], "subtract": ["Alt"], "intersect": ["Shift", "Alt"]}
BUTTONS = {"add": "Add", "subtract": "Subtract", "intersect": "Intersect"}


@pytest.fixture
def crowd(browser_page: Page) -> Map:
    opened = Map(browser_page)
    # so high that a gallery which opens or closes scrolls nothing
    browser_page.set_viewport_size({"width": 1280, "height": 2400})
    numbers = random.Random(7)
    opened.place([(numbers.uniform(-1, 1), numbers.uniform(-1, 1)) for _ in range(900)])
    opened.place([*opened.points, (-1.0, -1.0), (1.0, 1.0)])
    opened.color([0] * 902)
    opened.mark()
    opened.painted()
    return opened


@contextmanager
def held(opened: Map, *keys: str) -> Iterator[None]:
    for key in keys:
        opened.page.keyboard.down(key)
    yield
    for key in keys:
        opened.page.keyboard.up(key)


def within(opened: Map, corners: tuple[Spot, Spot]) -> set[int]:
    (left, top), (right, bottom) = corners
    points = enumerate(opened.points)
    return {i for i, (x, y) in points if left < x < right and bottom < y < top}


def draw(opened: Map, corners: tuple[Spot, Spot]) -> None:
    a, b = (opened.spot(*corner) for corner in corners)
    opened.drag(a, (a[0] + 9, a[1] + 9), b)


def selected(opened: Map, count: int) -> set[int]:
    """What was opened as a group so far, the newest."""
    return set(opened.await_sent("gallery", count)[-1]["buffers"][0])


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("by", ["keys", "buttons"])
def test_a_box_adds_to_the_selection_takes_away_or_keeps_what_is_in_both(
    crowd: Map, name: str, by: str
) -> None:
    crowd.button("Box").click()
    draw(crowd, A)
    first = within(crowd, A)
    assert selected(crowd, 1) == first
    if by == "keys":
        with held(crowd, *KEYS[name]):
            draw(crowd, B)
    else:
        crowd.button(BUTTONS[name]).click()
        draw(crowd, B)
    expected = OPERATIONS[name](first, within(crowd, B))
    assert selected(crowd, 2) == expected
    expect(crowd.gallery).to_contain_text(f"Label {len(expected)} images as")


def test_in_another_mode_the_next_one_is_new(crowd: Map) -> None:
    crowd.button("Box").click()
    operations = crowd.root.get_by_role("group", name="What a lasso or box does")
    expect(operations.get_by_role("button", name="New")).to_have_attribute("aria-pressed", "true")
    operations.get_by_role("button", name="Add").click()
    draw(crowd, A)
    assert selected(crowd, 1) == within(crowd, A)
    crowd.button("Move").click()
    expect(operations).to_be_hidden()
    crowd.button("Box").click()
    expect(operations.get_by_role("button", name="New")).to_have_attribute("aria-pressed", "true")
    crowd.press("Escape")
    expect(crowd.gallery).to_be_hidden()
    draw(crowd, B)
    assert selected(crowd, 2) == within(crowd, B)


def test_all_taken_away_closes_the_selection(crowd: Map) -> None:
    crowd.button("Box").click()
    draw(crowd, A)
    selected(crowd, 1)
    with held(crowd, "Alt"):
        draw(crowd, ((-1.05, 1.05), (1.05, -1.05)))
    expect(crowd.gallery).to_be_hidden()
    expect(crowd.note).to_have_text("Nothing is selected any more")
    assert len(crowd.messages("gallery")) == 1


def test_everything_is_selected(crowd: Map) -> None:
    crowd.button("Box").click()
    draw(crowd, ((-1.05, 1.05), (1.05, -1.05)))
    assert selected(crowd, 1) == set(range(902))


def test_a_lasso_by_shift_adds_to_what_is_open(crowd: Map) -> None:
    crowd.button("Box").click()
    draw(crowd, A)
    crowd.button("Move").click()
    corners = [crowd.spot(*spot) for spot in ((0.3, 0.9), (0.9, 0.9), (0.9, 0.3), (0.3, 0.3))]
    with held(crowd, "Shift"):
        crowd.drag(*corners)
    both = within(crowd, A) | within(crowd, ((0.3, 0.9), (0.9, 0.3)))
    assert selected(crowd, 2) == both


def test_the_cross_hair_draws_with_the_operation_that_is_chosen(crowd: Map) -> None:
    crowd.button("Box").click()
    draw(crowd, A)
    first = selected(crowd, 1)
    crowd.focus()
    crowd.press("c")
    crowd.button("Subtract").focus()
    crowd.press("Enter")
    crowd.focus()
    crowd.press("b", *["Shift+ArrowRight"] * 6, *["Shift+ArrowUp"] * 6, "b")
    x, y = crowd.world(crowd.box["width"] / 2 + 240, crowd.box["height"] / 2 - 240)
    expected = first - within(crowd, ((0.0, y), (x, 0.0)))
    assert selected(crowd, 2) == expected
    assert expected != first


@pytest.mark.parametrize("seed", range(4))
def test_combined_selections_are_those_of_sets(browser_page: Page, seed: int) -> None:
    numbers = random.Random(seed)
    a, b = (sorted(numbers.sample(range(60), numbers.choice([0, 1, 20, 60]))) for _ in range(2))
    found = browser_page.evaluate(
        f"""async ([a, b]) => {{
          const {{ combineSelections }} = await import("{STATIC}/operations.js");
          const names = ["replace", "add", "subtract", "intersect"];
          return names.map((name) =>
            Array.from(combineSelections(name, Uint32Array.from(a), Uint32Array.from(b))));
        }}""",
        [a, b],
    )
    assert found == [b, sorted({*a, *b}), sorted({*a} - {*b}), sorted({*a} & {*b})]


def test_with_the_gallery_open_a_box_adds_to_what_it_shows(crowd: Map) -> None:
    crowd.focus()
    crowd.press("#")
    expect(crowd.gallery).to_be_visible()
    crowd.button("Box").click()
    draw(crowd, A)
    with held(crowd, "Shift"):
        draw(crowd, B)
    asked = crowd.await_sent("gallery", 3)[-1]
    assert set(asked["buffers"][0]) == within(crowd, A) | within(crowd, B)
    assert "group" not in asked  # what is shown is narrowed


def test_with_the_gallery_open_a_click_on_the_map_asks_nothing(crowd: Map) -> None:
    crowd.focus()
    crowd.press("#")
    crowd.await_sent("gallery", 1)
    expect(crowd.cell(0)).to_be_visible()
    crowd.click(crowd.spot(*crowd.points[5]))
    expect(crowd.gallery.locator(".nbl-gallery-chosen")).to_contain_text("1 image chosen")
    assert not crowd.sent("show")
    crowd.click(crowd.spot(*crowd.points[900]))  # of those that are not shown
    expect(crowd.live).to_have_text("It is not among those that are shown.")
    expect(crowd.gallery.locator(".nbl-gallery-chosen")).to_contain_text("1 image chosen")
