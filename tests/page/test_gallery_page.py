"""The gallery in a browser: all items as small pictures, to choose among and to answer about."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import CLASSES, Panel, item

FLAGGED, BOOT, BAG, BY_MODEL = 2, 5, 6, 1 << 15
COLUMNS = ["year", "city"]


class Gallery(Panel):
    """The gallery of an open panel."""

    @property
    def gallery(self) -> Locator:
        return self.root.locator(".nbl-gallery")

    @property
    def plane(self) -> Locator:
        return self.gallery.get_by_role("grid")

    @property
    def cells(self) -> Locator:
        return self.gallery.locator(".nbl-gallery-cell:not([data-empty])")

    @property
    def chosen(self) -> list[int]:
        """The items with a tick, of those in sight, in their order."""
        names = self.gallery.locator(".nbl-gallery-cell[aria-selected='true']").evaluate_all(
            "all => all.map((one) => one.getAttribute('aria-label').match(/\\d+/)[0])"
        )
        return sorted(map(int, names))

    def cell(self, number: int) -> Locator:
        return self.gallery.locator(f".nbl-gallery-cell[aria-label^='Image image-{number},']").or_(
            self.gallery.locator(f".nbl-gallery-cell[aria-label='Image image-{number}']")
        )

    @property
    def first(self) -> int:
        """The item at the top, as a number."""
        names = self.cells.evaluate_all("all => all.map((one) => one.ariaLabel)")
        return min(int(re.findall(r"\d+", name)[0]) for name in names)

    @property
    def summary(self) -> Locator:
        return self.gallery.locator(".nbl-gallery-summary")

    def asked(self, place: int = -1) -> dict[str, Any]:
        message = self.sent("gallery")[place]
        return {
            key: value for key, value in message.items() if key not in ("type", "request", "page")
        }

    def send(self, message: dict[str, Any], *lists: tuple[str, list[int]]) -> None:
        """Deliver a message with buffers of numbers, each with the name of its array."""
        self.page.evaluate(
            "([m, b]) => nbl.widget.model.deliver(m, "
            "b.map(([kind, list]) => new Uint8Array(new window[kind](list).buffer)))",
            [message, [list(one) for one in lists]],
        )

    def tell(
        self, *members: int, n: int | None = None, codes: dict[int, int] | None = None, **more: Any
    ) -> None:
        """Answer the last request; with `n` and no members, by all items."""
        codes = codes or {}
        told = {
            "type": "gallery",
            "request": self.sent("gallery")[-1]["request"],
            "n": len(members) if n is None else n,
            "text": f"{len(members) if n is None else n} of 5,000 images",
            "columns": COLUMNS,
            **more,
        }
        self.send(
            told,
            ("Uint32Array", list(members)),
            ("Uint32Array", list(codes)),
            ("Uint16Array", list(codes.values())),
        )

    def change(
        self, codes: dict[int, int], left: list[int] | None = None, came: int = 0, **more: Any
    ) -> None:
        told = {
            "type": "gallery_changes",
            "request": self.sent("gallery")[-1]["request"],
            "came": came,
            **more,
        }
        self.send(
            told,
            ("Uint32Array", list(codes)),
            ("Uint16Array", list(codes.values())),
            ("Uint32Array", left or []),
        )

    def give_tiles(self) -> None:
        """Send what was asked for and did not come yet, until nothing is missing."""
        given = 0
        while len(asked := self.sent("tiles")) > given:
            for message in asked[given:]:
                items = [item(n) for n in message["indices"]]
                for place, one in enumerate(items):
                    one["image"]["buffer"] = place
                self.deliver(
                    {"type": "tiles", "side": message["side"], "items": items},
                    [[n % 256] * 16 for n in message["indices"]],
                )
            given = len(asked)

    def begin(self, n: int = 200, **codes: Any) -> None:
        """Open the gallery with the first n items, their pictures included."""
        self.press("#")
        self.tell(*range(n), **codes)
        self.give_tiles()
        expect(self.cell(0)).to_be_visible()

    def key(self, *keys: str) -> None:
        for one in keys:
            self.page.keyboard.press(one)

    def positions(self, kind: str) -> list[list[int]]:
        found: list[list[int]] = self.page.evaluate(
            "kind => nbl.widget.model.sent.filter(({ type }) => type === kind)"
            ".map(({ buffers }) => [...new Uint32Array(buffers[0])])",
            kind,
        )
        return found

    @property
    def active(self) -> str:
        name = self.plane.evaluate(
            "one => document.getElementById(one.getAttribute('aria-activedescendant'))"
            "?.getAttribute('aria-label') ?? ''"
        )
        return str(name)


@pytest.fixture
def gallery(browser_page: Page) -> Gallery:
    gallery = Gallery(browser_page)
    browser_page.set_viewport_size({"width": 1000, "height": 900})
    gallery.ask(*range(10))
    gallery.root.focus()
    gallery.root.locator(".nbl-queue").focus()
    return gallery


@pytest.fixture
def opened(gallery: Gallery) -> Gallery:
    gallery.page.keyboard.press("#")
    gallery.tell(*range(200))
    gallery.give_tiles()
    expect(gallery.cell(0)).to_be_visible()
    return gallery


def test_a_key_opens_everything_in_place_of_the_question(gallery: Gallery) -> None:
    expect(gallery.gallery).to_be_hidden()
    gallery.page.keyboard.press("#")
    assert gallery.asked() == {"show": "all", "order": "position", "descending": False}
    expect(gallery.root.locator(".nbl-queue")).to_be_hidden()
    expect(gallery.plane).to_be_focused()
    gallery.tell(n=5000)
    expect(gallery.summary).to_have_text("5000 of 5,000 images")
    gallery.page.keyboard.press("#")
    expect(gallery.gallery).to_be_hidden()
    expect(gallery.root.locator(".nbl-queue")).to_be_focused()
    assert len(gallery.sent("end_gallery")) == 1


def test_only_rows_in_sight_are_in_the_page(gallery: Gallery) -> None:
    gallery.page.keyboard.press("#")
    gallery.write(pool={"total": 1_000_000, "noun": "image"})
    gallery.tell(n=1_000_000)
    expect(gallery.plane).to_have_attribute("aria-rowcount", "111112")
    assert gallery.cells.count() < 100
    gallery.give_tiles()
    gallery.key("Control+End")
    gallery.give_tiles()
    expect(gallery.cell(999_999)).to_be_visible()
    assert gallery.cells.count() < 100
    gallery.key("Control+Home")
    gallery.give_tiles()
    expect(gallery.cell(0)).to_be_visible()
    # by the scroll bar to the middle, by the wheel from there on
    gallery.plane.evaluate("one => { one.scrollTop = (one.scrollHeight - one.clientHeight) / 2; }")
    expect(gallery.cell(0)).not_to_be_attached()
    gallery.give_tiles()
    first = gallery.first
    assert 400_000 < first < 600_000
    gallery.plane.hover()
    gallery.page.mouse.wheel(0, 300)
    expect(gallery.cell(first)).not_to_be_attached()
    gallery.give_tiles()
    moved = gallery.first - first
    assert 0 < moved < 60  # three rows, not a share of all of them


def test_a_click_chooses_and_shift_and_ctrl_choose_more(opened: Gallery) -> None:
    opened.cell(3).click()
    assert opened.chosen == [3]
    opened.cell(6).click(modifiers=["Shift"])
    assert opened.chosen == [3, 4, 5, 6]
    opened.cell(5).click(modifiers=["ControlOrMeta"])
    assert opened.chosen == [3, 4, 6]
    opened.cell(12).click()
    assert opened.chosen == [12]
    expect(opened.gallery.locator(".nbl-gallery-chosen")).to_have_text("1 image chosen")
    expect(opened.live).to_have_text("1 image chosen")
    opened.page.wait_for_function(
        "() => nbl.widget.model.sent.some(({ type, buffers }) => type === 'chosen'"
        " && String(new Uint32Array(buffers[0])) === '12')"
    )


def test_a_drag_chooses_a_rectangle(opened: Gallery) -> None:
    columns = int(opened.plane.get_attribute("aria-colcount") or 0)
    first, last = opened.cell(1).bounding_box(), opened.cell(2 * columns + 3).bounding_box()
    assert first
    assert last
    opened.page.mouse.move(first["x"] + 30, first["y"] + 30)
    opened.page.mouse.down()
    opened.page.mouse.move(last["x"] + 30, last["y"] + 30, steps=4)
    opened.page.mouse.up()
    assert opened.chosen == [row * columns + x for row in range(3) for x in (1, 2, 3)]


def test_keys_go_choose_and_extend(opened: Gallery) -> None:
    columns = int(opened.plane.get_attribute("aria-colcount") or 0)
    opened.key("ArrowRight", "ArrowDown", "Space")
    assert opened.chosen == [columns + 1]
    assert opened.active == f"Image image-{columns + 1}"
    opened.key("Shift+ArrowRight", "Shift+ArrowRight")
    assert opened.chosen == [columns + 1, columns + 2, columns + 3]
    opened.key("ControlOrMeta+a")
    expect(opened.live).to_have_text("200 images chosen")
    opened.key("Escape")
    assert opened.chosen == []
    expect(opened.gallery).to_be_visible()
    opened.key("Home", "ArrowLeft", "End")
    assert opened.active == f"Image image-{columns - 1}"
    opened.key("Control+End")
    opened.give_tiles()
    assert opened.active == "Image image-199"
    opened.key("PageUp", "Control+Home", "ArrowUp")
    opened.give_tiles()
    assert opened.active == "Image image-0"
    opened.key("Escape")
    expect(opened.gallery).to_be_hidden()


def test_a_class_key_labels_what_is_chosen_as_one_step(opened: Gallery) -> None:
    opened.cell(3).click()
    opened.cell(6).click(modifiers=["Shift"])
    expect(opened.gallery.locator(".nbl-gallery-heading")).to_have_text("Label 4 images as")
    opened.key("2")
    [event] = opened.sent("label")
    assert (event["label"], event["relabel"]) == ("Boot", False)
    assert opened.positions("label") == [[3, 4, 5, 6]]
    # shown at once, and nothing is chosen any more
    expect(opened.cell(4).locator(".nbl-gallery-label")).to_have_text("Boot")
    assert opened.chosen == []
    opened.acknowledge(event["uid"], "4 images labeled Boot.")
    expect(opened.live).to_have_text("4 images labeled Boot.")
    opened.key("u")
    assert len(opened.sent("undo")) == 1
    opened.change(dict.fromkeys([3, 4, 5, 6], 0))
    expect(opened.cell(4).locator(".nbl-gallery-label")).to_be_hidden()


def test_with_none_chosen_keys_are_for_the_one_with_the_frame(opened: Gallery) -> None:
    opened.key("ArrowRight", "ArrowRight", "3")
    assert opened.positions("label") == [[2]]
    opened.key("f")
    assert opened.positions("flag") == [[2]]
    expect(opened.cell(2).locator(".nbl-gallery-signs")).to_have_text("⚑")


def test_what_was_answered_is_cleared(gallery: Gallery) -> None:
    gallery.page.keyboard.press("#")
    gallery.tell(*range(60), codes={1: BOOT, 2: FLAGGED})
    gallery.give_tiles()
    gallery.key("ControlOrMeta+a", "Delete")
    assert gallery.positions("clear") == [[1, 2]]
    expect(gallery.cell(1)).to_have_attribute("aria-label", "Image image-1")


def test_labels_are_written_over_only_if_that_is_chosen(gallery: Gallery) -> None:
    gallery.page.keyboard.press("#")
    gallery.tell(*range(60), codes={3: BOOT, 4: BAG | BY_MODEL})
    gallery.give_tiles()
    expect(gallery.cell(4)).to_have_attribute(
        "aria-label", "Image image-4, Bag, accepted from the model"
    )
    gallery.cell(2).click()
    gallery.cell(4).click(modifiers=["Shift"])
    heading = gallery.gallery.locator(".nbl-gallery-heading")
    # a person replaces what the model said
    expect(heading).to_have_text("Label 2 images as")
    box = gallery.gallery.get_by_role("checkbox", name="Overwrite 1 label")
    box.check()
    expect(heading).to_have_text("Label 3 images as")
    box.uncheck()
    gallery.gallery.get_by_role("button", name="Sandal").click()
    assert gallery.positions("label") == [[2, 4]]
    # all of them are labeled: nothing else can be meant
    gallery.cell(3).click()
    gallery.plane.focus()
    gallery.key("1")
    assert gallery.positions("label")[-1] == [3]
    assert gallery.sent("label")[-1]["relabel"] is True


def test_what_was_refused_is_shown_as_it_was(opened: Gallery) -> None:
    opened.cell(3).click()
    opened.key("2")
    expect(opened.cell(3).locator(".nbl-gallery-label")).to_have_text("Boot")
    [event] = opened.sent("label")
    opened.acknowledge(event["uid"], "Boot is no class.", ok=False)
    expect(opened.cell(3).locator(".nbl-gallery-label")).to_be_hidden()
    expect(opened.gallery.locator(".nbl-gallery-bar .nbl-gallery-problem")).to_have_text(
        "Boot is no class."
    )


def test_a_note_for_what_is_chosen(opened: Gallery) -> None:
    opened.cell(3).click()
    opened.cell(4).click(modifiers=["Shift"])
    opened.key(",")
    opened.page.keyboard.type("blurred 2")
    opened.key("Control+Enter")
    [event] = opened.sent("note")
    assert event["text"] == "blurred 2"
    assert opened.positions("note") == [[3, 4]]
    expect(opened.plane).to_be_focused()
    assert opened.sent("label") == []  # letters in the note were no commands


def test_places_stay_while_others_label_and_changes_are_marked(opened: Gallery) -> None:
    opened.change({7: BOOT, 8: FLAGGED}, left=[8], came=3)
    expect(opened.cell(7)).to_have_attribute("aria-label", "Image image-7, Boot, changed")
    expect(opened.cell(8)).to_have_attribute(
        "aria-label", "Image image-8, flagged, changed, does not fit any more"
    )
    labels = opened.cells.evaluate_all("all => all.slice(0, 12).map((one) => one.ariaLabel)")
    assert [int(one.split(",")[0].split("-")[1]) for one in labels] == list(range(12))
    changes = opened.gallery.locator(".nbl-gallery-changes")
    expect(changes).to_contain_text("1 no longer fit, 3 more fit")
    changes.get_by_role("button", name="Update").click()
    assert len(opened.sent("gallery")) == 2
    opened.tell(*range(100, 150))
    expect(changes).to_be_hidden()


def test_filters_ask_for_other_items(opened: Gallery) -> None:
    opened.gallery.get_by_role("combobox", name="Show", exact=True).select_option("flagged")
    assert opened.asked() == {"show": "flagged", "order": "position", "descending": False}
    opened.gallery.get_by_role("combobox", name="Class", exact=True).select_option("Boot")
    assert (opened.asked()["label"], opened.asked()["as"]) == ("Boot", "both")
    opened.gallery.get_by_role("combobox", name="Order", exact=True).select_option("distance")
    assert (opened.asked()["order"], opened.asked()["of"]) == ("distance", "Boot")
    opened.gallery.get_by_role("combobox", name="Order", exact=True).select_option("column")
    assert (opened.asked()["order"], opened.asked()["of"]) == ("column", "year")
    opened.gallery.get_by_role("combobox", name="Column", exact=True).select_option("city")
    assert opened.asked()["of"] == "city"
    opened.gallery.get_by_role("button", name="Show all").click()
    assert opened.asked() == {"show": "all", "order": "position", "descending": False}


def test_the_values_of_a_column_tell_where_one_is_and_lead_to_each(opened: Gallery) -> None:
    field = opened.gallery.get_by_role("combobox", name="Go to", exact=True)
    expect(field).to_be_hidden()
    values = [{"name": "Oslo", "start": 0}, {"name": "Rome", "start": 40}]
    opened.tell(*range(1_000), values=[*values, {"name": None, "start": 900}])
    expect(field).to_have_value("0")
    options = field.locator("option")
    expect(options).to_have_text(["Oslo (40)", "Rome (860)", "missing (100)"])
    field.select_option("missing (100)")
    expect(field).to_have_value("2")
    framed = opened.plane.get_attribute("aria-activedescendant")
    assert framed
    expect(opened.page.locator(f"#{framed}")).to_have_attribute("aria-label", re.compile("900"))
    opened.plane.focus()
    opened.plane.press("ControlOrMeta+Home")
    expect(field).to_have_value("0")
    opened.plane.hover()
    opened.page.mouse.wheel(0, 4_000)  # the one with the frame is out of sight
    expect(field).to_have_value("1")
    found = Axe().run(opened.page, context=".nbl-gallery").response["violations"]
    assert [one["id"] for one in found] == []
    opened.gallery.get_by_role("button", name="Show all").click()
    opened.tell(*range(20))
    expect(field).to_be_hidden()


def test_what_is_out_of_sight_is_not_chosen_any_more(opened: Gallery) -> None:
    opened.cell(3).click()
    opened.cell(6).click(modifiers=["Shift"])
    opened.gallery.get_by_role("combobox", name="Show", exact=True).select_option("unlabeled")
    opened.tell(5, 6, 7)
    opened.give_tiles()
    assert opened.chosen == [5, 6]
    opened.plane.focus()
    opened.key("2")
    assert opened.positions("label") == [[5, 6]]


def test_a_search_shows_the_best_first(opened: Gallery) -> None:
    opened.key("/")
    opened.page.keyboard.type("boot")
    opened.key("Enter")
    asked = opened.asked()
    assert asked["search"] == {"query": "boot", "by": "auto"}
    assert asked["order"] == "best"
    opened.send(
        {
            "type": "no_gallery",
            "request": opened.sent("gallery")[-1]["request"],
            "text": "Nothing to search in.",
        }
    )
    expect(opened.summary).to_have_text("Nothing to search in.")
    expect(opened.cells).to_have_count(0)


def test_none_are_left(opened: Gallery) -> None:
    opened.gallery.get_by_role("combobox", name="Show", exact=True).select_option("skipped")
    opened.tell()
    expect(opened.cells).to_have_count(0)
    opened.plane.focus()
    opened.key("ArrowRight", "Space", "Enter", "1", "ControlOrMeta+a", "f")
    assert opened.sent("label", "flag") == []


def test_one_is_opened_large_and_the_next_is_a_key_away(opened: Gallery) -> None:
    opened.cell(5).dblclick()
    large = opened.gallery.locator(".nbl-gallery-large")
    expect(large).to_be_focused()
    opened.give_tiles()
    assert opened.sent("tiles")[-1]["side"] == 512
    expect(large).to_contain_text("6 of 200")
    expect(large).to_contain_text("predicted Boot, 83")
    opened.key("ArrowRight", "2")
    assert opened.positions("label") == [[6]]  # the one that is seen, not what was chosen
    expect(large).to_contain_text("Boot")
    opened.key("Escape")
    expect(opened.plane).to_be_focused()
    assert opened.active.startswith("Image image-6")
    expect(opened.gallery).to_be_visible()


def test_python_chooses(opened: Gallery) -> None:
    opened.send({"type": "select", "focus": False}, ("Uint32Array", [4, 9]))
    assert opened.chosen == [4, 9]
    opened.send({"type": "select", "focus": False}, ("Uint32Array", []))
    assert opened.chosen == []
    # of what is not shown nothing is chosen unseen: it is opened as a group
    opened.send({"type": "select", "focus": False}, ("Uint32Array", [4, 900]))
    assert opened.positions("gallery")[-1] == [4, 900]
    assert opened.asked()["group"] is True


def test_the_legend_opens_a_class(gallery: Gallery) -> None:
    gallery.write(legend=[{"code": 1, "name": "Boot", "color": "#f28e2b", "count": 20}])
    button = gallery.root.locator(".nbl-map-gallery")
    expect(button).to_be_hidden()  # that of everything stands above the questions
    gallery.root.locator(".nbl-map-legend-list button").first.click()
    expect(button).to_have_text("Gallery of Boot#")
    button.click()
    asked = gallery.asked()
    assert (asked["label"], asked["as"]) == ("Boot", "both")
    field = gallery.gallery.get_by_role("combobox", name="Class", exact=True)
    expect(field).to_have_value("Boot")


def test_the_legend_opens_what_has_a_colour_that_is_no_class(gallery: Gallery) -> None:
    gallery.write(
        color_by="source", legend=[{"code": 1, "name": "person", "color": "#f28e2b", "count": 2}]
    )
    gallery.deliver({"type": "points", "n": 6, "animate": False}, [[0] * 48])
    gallery.deliver({"type": "colors", "palette": ["#ff0000", "#00ff00"]}, [[0, 1, 0, 1, 0, 0]])
    gallery.root.locator(".nbl-map-legend-list button").first.click()
    gallery.root.locator(".nbl-map-gallery").click()
    assert gallery.positions("gallery")[-1] == [1, 3]


TREE = [
    {"name": "husky", "key": "1", "color": "#0072b2", "parent": "dog"},
    {"name": "pug", "key": "2", "color": "#e69f00", "parent": "dog"},
    {"name": "cat", "key": "2", "color": "#009e73"},
    {"name": "dog", "key": "1", "color": "#9a9a9a", "subclasses": True},
]


def test_in_a_tree_a_key_means_a_class_of_the_level_that_is_there(browser_page: Page) -> None:
    opened = Gallery(browser_page, classes=TREE)
    opened.ask(*range(10))
    opened.root.locator(".nbl-queue").focus()
    page = opened.page
    page.keyboard.press("#")
    opened.tell(*range(40))
    page.keyboard.press("1")  # dog: opens it
    assert opened.sent("label") == []
    names = opened.gallery.locator(".nbl-gallery-class-name")
    expect(names.nth(0)).to_have_text("husky")
    page.keyboard.press("2")
    assert [one["label"] for one in opened.sent("label")] == ["pug"]
    page.keyboard.press("Escape")
    expect(names.filter(has_text="cat")).to_be_visible()
    page.keyboard.press("2")
    assert [one["label"] for one in opened.sent("label")] == ["pug", "cat"]
    page.keyboard.press("t")
    expect(opened.gallery.get_by_role("combobox", name=re.compile("Find"))).to_be_focused()


def test_what_the_keys_do_is_seen_and_caps_lock_does_no_harm(opened: Gallery) -> None:
    expect(opened.gallery.locator(".nbl-gallery-hint")).to_be_visible()
    opened.page.keyboard.press("Space")
    opened.plane.dispatch_event("keydown", {"key": "F", "bubbles": True})
    assert len(opened.sent("flag")) == 1


def test_an_order_by_distance_from_nothing_is_said(opened: Gallery) -> None:
    opened.gallery.get_by_label("Order").select_option("distance")
    expect(opened.gallery.locator(".nbl-gallery-bar .nbl-gallery-problem")).to_contain_text(
        "Distance: choose"
    )
    assert opened.asked()["order"] == "position"


def test_with_several_tags_a_class_key_tags_what_is_chosen(browser_page: Page) -> None:
    gallery = Gallery(browser_page, multi_label=True)
    gallery.root.locator(".nbl-queue").focus()
    gallery.page.keyboard.press("#")
    gallery.tell(*range(40), codes={1: 3})
    gallery.give_tiles()
    gallery.cell(0).click()
    gallery.cell(2).click(modifiers=["Shift"])
    gallery.key("2")
    [event] = gallery.sent("tag")
    assert (event["tag"], event["values"]) == ("Boot", ["yes"] * 3)
    gallery.gallery.get_by_role("combobox", name="Answer", exact=True).select_option("no")
    gallery.cell(4).click()
    gallery.plane.focus()
    gallery.key("3")
    event = gallery.sent("tag")[-1]
    assert (event["tag"], event["values"]) == ("Bag", ["no"])


def test_a_size_fits_more_or_fewer(opened: Gallery) -> None:
    before = int(opened.plane.get_attribute("aria-colcount") or 0)
    slider = opened.gallery.get_by_label("Size")
    slider.fill("48")
    assert int(opened.plane.get_attribute("aria-colcount") or 0) > before
    slider.fill("512")
    expect(opened.plane).to_have_attribute("aria-colcount", "1")
    opened.give_tiles()
    assert opened.sent("tiles")[-1]["side"] == 512


@pytest.mark.parametrize("width", [320, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Gallery, width: int, scheme: str) -> None:
    opened.page.set_viewport_size({"width": width, "height": 768})
    opened.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    opened.change({7: BOOT, 8: FLAGGED}, left=[8], came=3)
    opened.cell(0).click()
    opened.gallery.get_by_text("Filters", exact=True).click()
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    results = Axe().run(opened.page, context=".nbl-gallery")
    assert results.violations_count == 0, results.generate_report()


def test_it_fits_forced_colours_and_needs_no_motion(opened: Gallery) -> None:
    opened.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    opened.cell(2).click()
    tick = opened.cell(2).locator(".nbl-gallery-tick")
    expect(tick).to_be_visible()
    assert opened.chosen == [2]


def test_classes_that_change_are_listed(opened: Gallery) -> None:
    classes = [*CLASSES, {"name": "Hat", "key": "4", "color": "#76b7b2"}]
    opened.write(classes=classes)
    expect(opened.gallery.get_by_role("button", name="Hat")).to_be_visible()
    opened.key("4")
    assert opened.sent("label")[0]["label"] == "Hat"


def test_a_neighbour_opens_what_is_like_it(gallery: Gallery) -> None:
    image = {"buffer": 1, "width": 1, "height": 1, "channels": 1}
    near = {"id": "n-40", "index": 40, "label": "Bag", "similarity": 0.9, "image": image}
    question = item(5, neighbors=[{**near, "text": None, "row": None}])
    question["image"]["buffer"] = 0
    gallery.deliver(
        {"type": "show", "item": question, "text": "", "revisit": False}, [[5] * 16, [77]]
    )
    gallery.button("Image n-40: gallery of those like it").click()
    asked = gallery.asked()
    assert (asked["order"], asked["of"]) == ("distance", 40)
    expect(gallery.plane).to_be_focused()
