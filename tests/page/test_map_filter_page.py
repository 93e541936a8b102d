"""The filters of the map in a browser."""

import random
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.test_map_page import CORNERS, GREEN, RED, Map

STATIC = "/nblabel/widget/static"
COLUMNS = [
    {"name": "year", "kind": "number", "missing": 0, "ends": ["1950", "2020"]},
    {"name": "seen", "kind": "date", "missing": 2, "ends": ["2020-01-01", "2026-01-31"]},
    {"name": "city", "kind": "category", "missing": 0, "values": ["Oslo", "Rome"]},
    {"name": "empty", "kind": "number", "missing": 5},
    {"name": "id", "kind": "category", "missing": 0, "values": [str(k) for k in range(200)]},
]


class Filtered(Map):
    """A map with the kernel's end of its filters."""

    def open_filters(self) -> None:
        self.button("Filters").click()
        self.await_sent("filter_choices")
        told = {"type": "filter_choices", "annotators": ["", "Ada"], "columns": COLUMNS}
        self.send(told)
        expect(self.field("city")).to_be_visible()

    def field(self, name: str) -> Locator:
        return self.form.get_by_label(name, exact=True)

    def choose(self, column: str, *values: str) -> None:
        """Open the values of a column, and check some."""
        field = self.field(column)
        field.locator("summary").click()
        for value in values:
            field.get_by_label(value, exact=True).check()

    @property
    def form(self) -> Locator:
        return self.root.get_by_role("form", name="Filters")

    @property
    def left(self) -> Locator:
        return self.root.locator(".nbl-filter-left")

    def answer(self, shown: list[int], text: str = "") -> None:
        """Tell which points meet the newest filters."""
        bits = np.zeros(len(self.points), dtype=bool)
        bits[shown] = True
        request = self.messages("filter")[-1]["request"]
        told = {"type": "filter", "request": request, "n": len(shown), "total": len(bits)}
        buffers = [] if text else [np.packbits(bits, bitorder="little").tobytes()]
        self.send({**told, "text": text}, *buffers)

    def criteria(self, count: int) -> dict[str, Any]:
        found: dict[str, Any] = self.await_sent("filter", count)[-1]["criteria"]
        return found


@pytest.fixture
def filtered(browser_page: Page) -> Filtered:
    """A map of the four corners and the middle, with its filters open."""
    opened = Filtered(browser_page)
    opened.place([*CORNERS, (0.0, 0.0)])
    opened.color([0, 0, 0, 0, 1])
    opened.mark()
    opened.open_filters()
    opened.await_pixel(opened.spot(0, 0), GREEN)
    return opened


def test_filters_combine_and_are_cleared(filtered: Filtered) -> None:
    expect(filtered.field("Class")).to_be_focused()
    filtered.field("Class").select_option("Boot")
    assert filtered.criteria(1) == {"label_or_prediction": ["Boot"]}
    filtered.answer([4])
    expect(filtered.left).to_have_text("1 of 5 meets the filters")
    filtered.field("Status").select_option("not answered")
    filtered.criteria(2)
    filtered.field("Confidence, %, from").fill("50")
    assert filtered.criteria(3)["confidence"] == [0.5, None]
    filtered.field("Annotator").select_option("without a name")
    filtered.criteria(4)
    filtered.field("year, to").fill("1999.5")
    filtered.criteria(5)
    filtered.field("seen, from").fill("2020-02-01")
    filtered.criteria(6)
    filtered.choose("city", "Rome")
    filtered.criteria(7)
    filtered.choose("id")
    filtered.form.get_by_label("id, find, or type and Enter").fill("199")
    filtered.press("Enter")
    filtered.criteria(8)
    filtered.form.get_by_label("empty").get_by_label("missing").check()
    assert filtered.criteria(9) == {
        "label_or_prediction": ["Boot"],
        "status": ["open"],
        "confidence": [0.5, None],
        "annotator": [""],
        "column": {
            "year": {"low": None, "high": 1999.5},
            "seen": {"low": "2020-02-01", "high": None},
            "city": {"values": ["Rome"]},
            "empty": {"missing": True},
            "id": {"values": ["199"]},
        },
    }
    filtered.button("Clear filters").click()
    assert filtered.criteria(10) == {}
    expect(filtered.left).to_be_hidden()
    expect(filtered.field("year, to")).to_have_value("")
    expect(filtered.button("Filters")).to_have_attribute("aria-pressed", "false")


def test_what_is_filtered_out_is_neither_drawn_nor_counted_nor_found(filtered: Filtered) -> None:
    filtered.field("Class").select_option("Sandal")
    filtered.criteria(1)
    filtered.answer([0, 2])
    filtered.await_pixel(filtered.spot(0, 0), "#ffffff")
    filtered.await_pixel(filtered.spot(1, 1), RED)
    expect(filtered.button("Sandal 2")).to_be_visible()
    expect(filtered.button("Boot 0")).to_be_visible()
    filtered.click(filtered.spot(0, 0))
    filtered.click(filtered.spot(1, 1))
    assert [message["index"] for message in filtered.await_sent("show")] == [2]
    filtered.button("Box").click()
    filtered.drag((2, 2), (filtered.box["width"] - 2, filtered.box["height"] - 2))
    assert filtered.await_sent("gallery")[0]["buffers"] == [[0, 2]]
    expect(filtered.gallery).to_contain_text("3 hidden points left out")


def test_a_filter_that_leaves_nothing_says_so(filtered: Filtered) -> None:
    filtered.field("Class").select_option("Bag")
    filtered.criteria(1)
    filtered.answer([])
    expect(filtered.left).to_have_text("Nothing meets all filters")
    expect(filtered.note).to_have_text("Nothing meets all filters")
    filtered.await_pixel(filtered.spot(1, 1), "#ffffff")
    filtered.button("Box").click()
    filtered.drag((2, 2), (filtered.box["width"] - 2, filtered.box["height"] - 2))
    expect(filtered.note).to_have_text(
        "No item in this selection: its 5 items are hidden by the filters or the legend"
    )


def test_what_is_wrong_with_a_filter_is_said(filtered: Filtered) -> None:
    filtered.field("year, from").fill("2000")
    filtered.criteria(1)
    filtered.answer([], "year is (2000, 1990), and nothing lies in it")
    expect(filtered.left).to_contain_text("nothing lies in it")
    filtered.await_pixel(filtered.spot(0, 0), GREEN)


def test_an_answer_to_earlier_filters_counts_no_more_and_a_newer_one_does(
    filtered: Filtered,
) -> None:
    filtered.field("Class").select_option("Sandal")
    first = filtered.await_sent("filter")[0]["request"]
    filtered.field("Class").select_option("Boot")
    filtered.criteria(2)
    stale = {"type": "filter", "request": first, "n": 5, "total": 5, "text": ""}
    filtered.send(stale, bytes([31]))
    filtered.answer([4])
    expect(filtered.left).to_have_text("1 of 5 meets the filters")
    # labels changed, and others meet them now
    filtered.answer([3, 4])
    expect(filtered.left).to_have_text("2 of 5 meet the filters")


def test_several_values_of_a_column_are_chosen_by_keys(filtered: Filtered) -> None:
    city = filtered.field("city")
    expect(city.locator("summary")).to_have_text("any")
    city.locator("summary").focus()
    filtered.press("Enter", "Tab", "Space")
    filtered.criteria(1)
    filtered.press("Tab", "Space")
    assert filtered.criteria(2) == {"column": {"city": {"values": ["Oslo", "Rome"]}}}
    expect(city.locator("summary")).to_have_text("Oslo, Rome")
    filtered.press("Space")
    assert filtered.criteria(3) == {"column": {"city": {"values": ["Oslo"]}}}
    # of many values those that fit what is typed are listed, and any other can be typed
    filtered.choose("id")
    found = filtered.form.get_by_label("id, find, or type and Enter")
    found.fill("19")
    expect(filtered.field("id").get_by_role("checkbox")).to_have_count(12)  # 19, 119 and 190 to 199
    found.fill("a rare one")
    filtered.press("Enter")
    assert filtered.criteria(4)["column"]["id"] == {"values": ["a rare one"]}
    expect(found).to_have_value("")
    filtered.button("Clear filters").click()
    assert filtered.criteria(5) == {}
    expect(city.locator("summary")).to_have_text("any")


def test_filters_that_python_set_are_shown_and_kept(filtered: Filtered) -> None:
    filtered.page.evaluate("document.activeElement.blur()")
    criteria = {"label_or_prediction": ["Bag", "Boot"], "column": {"city": {"values": ["Rome"]}}}
    filtered.send({"type": "filters", "criteria": criteria})
    assert filtered.criteria(1) == criteria
    expect(filtered.field("Class")).to_have_value("Bag")
    expect(filtered.field("city").locator("summary")).to_have_text("Rome")
    filtered.field("Status").select_option("not answered")
    assert filtered.criteria(2) == {**criteria, "status": ["open"]}
    filtered.send({"type": "filters", "criteria": {}})
    assert filtered.criteria(3) == {}


def test_filters_by_keys_alone(filtered: Filtered) -> None:
    filtered.press("Escape")
    expect(filtered.form).to_be_hidden()
    expect(filtered.plane).to_be_focused()
    filtered.press("f")
    expect(filtered.field("Class")).to_be_focused()
    filtered.press("b")  # chooses from the list, and is no command
    assert filtered.criteria(1) == {"label_or_prediction": ["Boot"]}
    filtered.answer([4])
    filtered.field("year, from").focus()
    filtered.press("1", "9", "9", "0", "Enter")
    assert filtered.criteria(2)["column"] == {"year": {"low": 1990, "high": None}}
    filtered.press("Escape")
    expect(filtered.left).to_be_visible()
    filtered.button("Clear filters").focus()
    filtered.press("Enter")
    assert filtered.criteria(3) == {}
    expect(filtered.plane).to_be_focused()


def test_a_kernel_that_forgot_the_page_hears_of_the_filters_again(filtered: Filtered) -> None:
    filtered.field("Class").select_option("Sandal")
    filtered.criteria(1)
    filtered.page.evaluate("nbl.widget.model.fire('msg:custom', { type: 'told', to:"
                           " nbl.widget.model.page, tell: 999, told: -1, heard: 99, first: 500,"
                           " next: 501, revision: 0 }, [])")  # fmt: skip
    again = filtered.await_sent("filter", 2)
    assert again[0]["request"] == again[1]["request"]


@pytest.mark.parametrize("theme", ["light", "dark", "forced"])
@pytest.mark.parametrize("width", [320, 760])
def test_the_filters_are_accessible_at_any_width(
    filtered: Filtered, theme: str, width: int
) -> None:
    page = filtered.page
    if theme == "forced":
        page.emulate_media(forced_colors="active")
    page.evaluate(
        """([theme, width]) => {
          document.documentElement.classList.toggle("dark", theme === "dark");
          document.getElementById("cell").style.width = `${width}px`;
        }""",
        [theme, width],
    )
    filtered.field("Class").select_option("Sandal")
    filtered.criteria(1)
    filtered.answer([0, 2])
    filtered.choose("city", "Rome")
    filtered.choose("id", "7")
    assert filtered.root.evaluate("el => el.scrollWidth <= el.clientWidth")
    results = Axe().run(page, context=".nbl-map", options={"resultTypes": ["violations"]})
    assert not results.response["violations"], results.generate_report()


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1003])
def test_bits_are_those_of_numpy(browser_page: Page, n: int) -> None:
    numbers = random.Random(n)
    shown = [numbers.randrange(2) for _ in range(n)]
    found = browser_page.evaluate(
        f"""async ([bytes, n]) => {{
          const {{ unpackBits }} = await import("{STATIC}/shared/map_filter.js");
          return Array.from(unpackBits(Uint8Array.from(bytes), n));
        }}""",
        [np.packbits(np.array(shown, dtype=bool), bitorder="little").tolist(), n],
    )
    assert found == shown


@pytest.mark.slow  # a million points
def test_a_million_points_are_filtered_quickly(browser_page: Page) -> None:
    opened = Filtered(browser_page)
    opened.place(CORNERS)
    took = browser_page.evaluate(
        """async () => {
          const { model } = nbl.widget;
          const n = 1e6;
          const coords = Float32Array.from({ length: 2 * n }, () => 2 * Math.random() - 1);
          model.deliver({ type: "points", n, animate: false }, [coords]);
          const codes = Uint8Array.from({ length: n }, (_, i) => i % 3);
          model.deliver({ type: "colors", palette: ["#c94f56", "#3f9e6e", "#4c78c8"] }, [codes]);
          const bits = new Uint8Array(n / 8).fill(0b01010101);
          const frame = () => new Promise(requestAnimationFrame);
          document.querySelector(".nbl-map-tool[aria-label='Filters']").click();
          document.querySelector(".nbl-filter-form select").selectedIndex = 1;
          const asked = new Promise((done) => {
            model.onSend = ({ type }) => type === "filter" && done();
          });
          document.querySelector(".nbl-filter-form").dispatchEvent(new Event("change"));
          await asked;
          const { request } = model.sent.findLast(({ type }) => type === "filter");
          const told = { type: "filter", request, n: n / 2, total: n, text: "" };
          const times = [];
          for (let k = 0; k < 4; k++) {
            await frame();
            const start = performance.now();
            model.deliver(told, [bits]);
            await frame();
            await frame();
            times.push(performance.now() - start);
          }
          return Math.min(...times);
        }"""
    )
    print(took)
    assert took < 300  # with the frames it is drawn in, on a busy machine
