"""A thousand classes in a browser: the likeliest by key, the others by name."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import Panel, Queue
from tests.page.test_map_page import Map
from tests.page.test_queue_page import settle_double_press
from tests.page.test_status_page import STATUS

COLORS = ["#4e79a7", "#f28e2b", "#e15759", "#76b7b2"]
ARABIC = "\u0642\u0637\u0629 \u0633\u0648\u062f\u0627\u0621"
LONG = "A name that nobody reads to its end " + "because it is so long " * 8


def classes(n: int = 1000) -> list[dict[str, Any]]:
    """Species 0 to n - 1, of which a few have names that are hard to show or to tell apart."""
    found = [{"name": f"Species {i}", "key": "", "color": COLORS[i % 4]} for i in range(n)]
    found[7]["also"] = ["Tulipa gesneriana", "old tulip"]
    found[20]["name"], found[21]["name"] = ARABIC, LONG.strip()
    found[22]["name"], found[23]["name"] = "Größe", "GRÖSSE"
    return found


LIKELY = [f"Species {i}" for i in (500, 7, 3, 999, 12)]


class Many(Queue):
    """The questions of a panel with very many classes."""

    @property
    def finder(self) -> Locator:
        return self.root.locator(".nbl-finder")

    @property
    def field(self) -> Locator:
        return self.root.get_by_role("combobox", name="Find a class")

    @property
    def options(self) -> list[str]:
        return self.finder.get_by_role("option").all_inner_texts()

    @property
    def offer(self) -> list[str]:
        return self.root.locator(".nbl-class .nbl-class-name").all_inner_texts()


@pytest.fixture
def many(browser_page: Page) -> Many:
    many = Many(browser_page, classes=classes())
    many.ask(*range(10), likeliest=LIKELY)
    return many


def label_of(panel: Panel) -> list[tuple[Any, Any]]:
    return [(one["id"], one["label"]) for one in panel.sent("label")]


def test_the_five_likeliest_are_on_keys_1_to_5(many: Many) -> None:
    assert many.offer == LIKELY
    many.press("3")
    assert label_of(many) == [("image-0", "Species 3")]
    keys = many.root.locator(".nbl-class kbd").all_inner_texts()
    assert keys == ["1", "2", "3", "4", "5"]


def test_before_any_prediction_the_last_ones_used_are_there(browser_page: Page) -> None:
    recent = ["Species 44", "Species 45"]
    many = Many(browser_page, classes=classes(), recent_classes=recent)
    many.ask(*range(10), prediction=None)
    assert many.offer == ["Species 44", "Species 45", "Species 0", "Species 1", "Species 2"]
    many.press("2")
    assert many.offer[:2] == ["Species 45", "Species 44"]


def test_a_hidden_prediction_is_not_given_away(browser_page: Page) -> None:
    many = Many(browser_page, classes=classes(), show_prediction=False)
    many.ask(*range(10), likeliest=LIKELY)
    assert "Species 500" not in many.offer


def test_the_five_stay_while_their_question_is_there(many: Many) -> None:
    many.ask(*range(10), likeliest=LIKELY[::-1])
    assert many.offer == LIKELY
    many.press("1")
    assert many.offer == LIKELY[::-1]
    assert label_of(many) == [("image-0", "Species 500")]


def test_keys_that_were_chosen_go_on_meaning_their_class(browser_page: Page) -> None:
    some = classes()
    some[7]["key"], some[30]["key"] = "q", "z"
    many = Many(browser_page, classes=some)
    many.ask(*range(10), likeliest=LIKELY)
    assert many.offer == [*LIKELY, "Species 30"]
    many.press("q")
    settle_double_press(many.page)
    many.press("z")
    assert label_of(many) == [("image-0", "Species 7"), ("image-1", "Species 30")]


def test_type_to_find_labels_with_enter(many: Many) -> None:
    many.press("t")
    expect(many.field).to_be_focused()
    expect(many.root.locator(".nbl-classes")).to_be_hidden()
    many.page.keyboard.type("s 999")
    assert many.options[0] == "Species 999"
    many.page.keyboard.press("Enter")
    assert label_of(many) == [("image-0", "Species 999")]
    many.expect_image(1)
    expect(many.root).to_be_focused()
    expect(many.finder).to_be_hidden()
    assert not [one for one in many.sent() if one["type"] not in ("ready", "label")]


def test_what_was_used_last_comes_first(many: Many) -> None:
    many.press("4")
    settle_double_press(many.page)
    many.press("2", "t")
    assert many.options[:3] == ["Species 7", "Species 999", "Species 0"]
    many.page.keyboard.press("ArrowDown")
    many.page.keyboard.press("Enter")
    assert label_of(many)[-1] == ("image-2", "Species 999")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("tulipa", "Species 7"),
        ("old tul", "Species 7"),
        ("spc77", "Species 77"),
        ("SPECIES  123", "Species 123"),
        ("grosse", "GRÖSSE"),
        ("größe", "Größe"),
        (ARABIC[:3], ARABIC),
        ("because it is so", LONG.strip()),
    ],
)
def test_names_are_found_as_people_type_them(many: Many, typed: str, name: str) -> None:
    many.press("t")
    many.field.fill(typed)
    many.page.keyboard.press("Enter")
    assert label_of(many) == [("image-0", name)]


def test_escape_goes_back_without_an_answer(many: Many) -> None:
    many.press("t")
    many.page.keyboard.type("12u/s")  # no letter is a command here
    many.page.keyboard.press("Escape")
    expect(many.finder).to_be_hidden()
    expect(many.root).to_be_focused()
    assert many.offer == LIKELY
    assert [one["type"] for one in many.sent()] == ["ready"]


def test_the_list_is_walked_with_the_arrow_keys(many: Many) -> None:
    many.press("t")
    for key in ("ArrowUp", "ArrowDown", "PageDown", "ArrowDown"):
        many.page.keyboard.press(key)
    active = many.field.get_attribute("aria-activedescendant")
    chosen = many.finder.locator("[aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(chosen).to_have_attribute("id", active or "")
    expect(chosen).to_have_text("Species 9")
    expect(chosen).to_be_in_viewport()
    expect(many.finder.get_by_role("status")).to_have_text(
        "30 of 1,000 classes: type on to see the others"
    )


def test_a_class_that_is_not_there_is_added_and_given(many: Many) -> None:
    many.press("t")
    many.field.fill("A new one")
    assert many.options == ["Add “A new one” as a class"]
    many.page.keyboard.press("Enter")
    [event] = many.sent("add_class")
    assert (event["name"], event["id"]) == ("A new one", "image-0")
    many.expect_image(1)


def test_a_name_that_differs_in_case_alone_is_not_offered_to_be_added(many: Many) -> None:
    many.press("t")
    many.field.fill("sPECIES 5")
    assert not any(one.startswith("Add") for one in many.options)
    many.field.fill("Species")
    assert many.options[-1] == "Add “Species” as a class"


def test_a_class_added_meanwhile_is_found_and_the_choice_stays(many: Many) -> None:
    many.press("t")
    many.field.fill("species 99")
    many.page.keyboard.press("ArrowDown")
    chosen = many.finder.locator("[aria-selected=true]")
    before = chosen.inner_text()
    many.write(classes=[*classes(), {"name": "Species 99b", "key": "", "color": "#4e79a7"}])
    expect(many.finder.get_by_role("option", name="Species 99b")).to_be_visible()
    expect(chosen).to_have_text(before)
    expect(many.field).to_have_value("species 99")


def test_classes_that_become_few_close_the_finder(many: Many) -> None:
    many.press("t")
    many.write(classes=classes()[:24])
    expect(many.finder).to_be_hidden()
    many.press("t")
    expect(many.finder).to_be_hidden()
    expect(many.root.locator(".nbl-class")).to_have_count(24)


def test_few_classes_have_no_finder(browser_page: Page) -> None:
    queue = Many(browser_page, classes=classes()[:29])
    queue.ask(0, 1)
    expect(queue.root.get_by_role("button", name="Find a class")).to_be_hidden()
    queue.press("t")
    expect(queue.finder).to_be_hidden()
    assert len(queue.offer) == 29


@pytest.mark.parametrize("width", [320, 420, 700, 1180])
@pytest.mark.parametrize("n", [29, 1000])
def test_the_answers_are_never_taller_than_the_picture(
    browser_page: Page, width: int, n: int
) -> None:
    browser_page.set_viewport_size({"width": width, "height": 900})
    many = Many(browser_page, classes=classes()[:n])
    many.ask(*range(10), likeliest=LIKELY)
    picture = many.root.locator(".nbl-mat").bounding_box()
    answers = many.root.locator(".nbl-classes").bounding_box()
    assert answers["height"] <= picture["height"] + 1
    if n > 29:
        many.press("t")
        assert many.finder.bounding_box()["height"] <= picture["height"] + 1
    wide = browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide


def test_typing_draws_within_a_frame(many: Many) -> None:
    many.press("t")
    took = many.page.evaluate(
        """() => {
          const field = document.querySelector(".nbl-finder input");
          const start = performance.now();
          for (const text of ["s", "sp", "spe", "spec", "9", "99"]) {
            field.value = text;
            field.dispatchEvent(new Event("input"));
          }
          return (performance.now() - start) / 6;
        }"""
    )
    assert took < 50


def test_the_list_of_keys_says_how_classes_are_found(many: Many) -> None:
    many.press("?")
    rows = many.root.locator(".nbl-key-list > div").all_inner_texts()
    assert any(re.match(r"t\s+Find a class by its name", row) for row in rows)
    assert any(re.match(r"1\s+Species 500", row) for row in rows)
    assert len(rows) < 40


# ---- the legend, the status, groups


def test_the_legend_shows_the_most_frequent_and_finds_the_others(browser_page: Page) -> None:
    some = classes()
    some[0]["retired"] = True  # the code of a class is its place among all of them
    legend = [
        {"code": i, "name": some[i]["name"], "color": some[i]["color"], "count": 60 - i}
        for i in range(50)
    ]
    legend.append({"code": 1000, "name": "no label yet", "color": "#9a9a9a", "count": 9})
    panel = Panel(browser_page, classes=some, legend=legend)
    n = 600
    coords = [0] * (8 * n)
    panel.deliver({"type": "points", "n": n, "animate": False}, [coords])
    codes = [value for code in [999] * n for value in (code % 256, code // 256)]
    palette = [one["color"] for one in some] + ["#9a9a9a"]
    panel.deliver({"type": "colors", "palette": palette}, [codes])
    box = panel.root.locator(".nbl-map-legend")
    entries = box.locator(".nbl-map-legend-entry")
    expect(entries).to_have_count(21)
    expect(box).to_contain_text("and 980 more")
    field = box.get_by_role("searchbox", name="Find a class in the legend")
    field.fill("species 999")
    expect(entries.first).to_contain_text("Species 999")
    expect(entries.first).to_contain_text("600")
    entries.first.click()
    expect(entries.first).to_have_attribute("aria-pressed", "true")
    expect(box.get_by_role("button", name="Find more of Species 999")).to_be_visible()
    field.press("Escape")
    expect(entries).to_have_count(21)


def test_the_status_counts_the_most_frequent(browser_page: Page) -> None:
    some = classes()
    counts = [
        {"name": one["name"], "color": one["color"], "count": max(0, 30 - i)}
        for i, one in enumerate(some[:50])
    ]
    panel = Panel(browser_page, classes=some, status={**STATUS, "classes": counts})
    expect(panel.root.locator(".nbl-counts li")).to_have_count(12)
    expect(panel.root.locator(".nbl-status")).to_contain_text("and 988 more")


def open_group(browser_page: Page, **told: Any) -> Map:
    panel = Map(
        browser_page, classes=classes(), clustering={"n": 3, "finding": False, "suggested": 6}
    )
    browser_page.evaluate(
        "told => Object.assign(nbl, { clusters: [[2, 3, 4, 5], [6]], told })", told
    )
    panel.place([(k / 20, 0.0) for k in range(20)])
    panel.focus()
    panel.press("g")
    panel.await_group(2)
    return panel


def test_a_group_has_its_likeliest_and_the_same_finder(browser_page: Page) -> None:
    panel = open_group(browser_page, likeliest=["Species 8", "Species 9"])
    names = panel.gallery.locator(".nbl-gallery-class-name").all_inner_texts()
    assert names[:2] == ["Species 8", "Species 9"]
    assert names[-1] == "Find a class"
    assert len(names) == 6
    panel.press("t")
    expect(panel.gallery.get_by_role("combobox", name="Find a class")).to_be_focused()
    panel.page.keyboard.type("999")
    panel.press("Enter")
    [event] = panel.sent("label")
    assert event["label"] == "Species 999"


def test_a_group_gets_a_class_that_is_added(browser_page: Page) -> None:
    panel = open_group(browser_page)
    panel.press("t")
    panel.page.keyboard.type("Brand new")
    panel.press("Enter")
    events = [
        (one["type"], one.get("name", one.get("label"))) for one in panel.sent("add_class", "label")
    ]
    assert events == [("add_class", "Brand new"), ("label", "Brand new")]


def test_escape_in_the_finder_leaves_the_group_open(browser_page: Page) -> None:
    panel = open_group(browser_page)
    panel.press("t", "Escape")
    expect(panel.gallery).to_be_visible()
    expect(panel.gallery.locator(".nbl-gallery-classes")).to_be_visible()
    expect(panel.gallery).to_contain_text("Label 4 images as")


# ---- for everybody


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1180])
def test_axe_finds_nothing(browser_page: Page, theme: str, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.emulate_media(color_scheme=theme)
    many = Many(browser_page, classes=classes(), status=STATUS)
    many.ask(*range(10), likeliest=[ARABIC, LONG.strip(), *LIKELY[:3]])
    for key in ("", "t"):
        if key:
            many.press(key)
            many.field.fill("s")
        found = Axe().run(browser_page, context=".nbl-panel").response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
