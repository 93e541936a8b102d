"""The filters in a browser: those of the map and those of the gallery are the same."""

from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.test_gallery_page import Gallery
from tests.page.test_map_filter_page import COLUMNS

EVERYTHING = {"show": "all", "order": "position", "descending": False}


class Filters(Gallery):
    """A panel with its gallery and its map, and the kernel's end of the filters."""

    def begin(self, n: int = 200, **codes: Any) -> None:
        self.root.locator(".nbl-queue").focus()
        self.key("#")
        self.tell(*range(n), **codes)
        self.give_tiles()

    def open_filters(self, place: str) -> Locator:
        """Open those of the "gallery" or the "map"; return their form."""
        view = self.root.locator(f".nbl-{place}")
        if place == "gallery":
            view.locator("summary", has_text="Filters").click()
        else:
            view.get_by_role("button", name="Filters", exact=True).click()
        form = view.get_by_role("form", name="Filters")
        expect(form.get_by_label("Status")).to_be_visible()
        told = {"type": "filter_choices", "annotators": ["", "Ada"], "columns": COLUMNS}
        self.send(told)
        expect(form.get_by_label("city", exact=True)).to_be_visible()
        return form

    def criteria(self, count: int) -> dict[str, Any]:
        self.page.wait_for_function(
            "n => nbl.widget.model.sent.filter(({ type }) => type === 'filter').length === n",
            arg=count,
        )
        found: dict[str, Any] = self.sent("filter")[-1]["criteria"]
        return found

    def answer(self, n: int, total: int = 5000) -> None:
        """Say that the first n items meet the filters."""
        bits = np.packbits(np.arange(total) < n, bitorder="little").tolist()
        told = {"type": "filter", "request": self.sent("filter")[-1]["request"], "text": ""}
        self.deliver({**told, "n": n, "total": total}, [bits])

    def left(self, place: str) -> Locator:
        return self.root.locator(f".nbl-{place} .nbl-filter-summary")


@pytest.fixture
def filters(browser_page: Page) -> Filters:
    filters = Filters(browser_page)
    browser_page.set_viewport_size({"width": 1366, "height": 900})
    filters.ask(*range(10))
    return filters


def test_a_gallery_shows_only_what_meets_the_filters_of_the_map(filters: Filters) -> None:
    form = filters.open_filters("map")
    city = form.get_by_label("city", exact=True)
    city.locator("summary").click()
    city.get_by_label("Rome").check()
    criteria = {"column": {"city": {"values": ["Rome"]}}}
    assert filters.criteria(1) == criteria
    filters.answer(40)
    filters.root.locator(".nbl-queue").focus()
    filters.key("#")
    assert filters.asked() == {**EVERYTHING, "criteria": criteria}
    filters.tell(*range(40))
    expect(filters.left("gallery")).to_contain_text("40 of 5,000 meet the filters")
    filters.left("gallery").get_by_role("button", name="Clear filters").click()
    assert filters.criteria(2) == {}
    assert filters.asked() == EVERYTHING
    expect(filters.left("gallery")).to_be_hidden()
    expect(filters.left("map")).to_be_hidden()
    expect(city.locator("summary")).to_have_text("any")
    expect(filters.plane).to_be_focused()  # the button is gone


def test_a_filter_of_the_gallery_is_one_of_the_map(filters: Filters) -> None:
    filters.begin()
    form = filters.open_filters("gallery")
    form.get_by_label("Confidence, %, from").fill("20.5")
    assert filters.criteria(1) == {"confidence": [0.205, None]}
    assert filters.asked() == {**EVERYTHING, "criteria": {"confidence": [0.205, None]}}
    form.get_by_label("Annotator").select_option("Ada")
    expected = {"confidence": [0.205, None], "annotator": ["Ada"]}
    assert filters.criteria(2) == expected
    assert filters.asked()["criteria"] == expected
    filters.answer(3)
    expect(filters.left("map")).to_contain_text("3 of 5,000 meet the filters")
    other = filters.open_filters("map")
    expect(other.get_by_label("Confidence, %, from")).to_have_value("20.5")
    expect(other.get_by_label("Annotator")).to_have_value("Ada")
    other.get_by_label("Annotator").select_option("any")
    assert filters.criteria(3) == {"confidence": [0.205, None]}
    assert filters.asked()["criteria"] == {"confidence": [0.205, None]}
    expect(form.get_by_label("Annotator")).to_have_value("")
    count = len(filters.sent("gallery"))
    filters.gallery.get_by_role("button", name="Show all").click()
    assert filters.asked() == EVERYTHING
    assert filters.criteria(4) == {}
    assert len(filters.sent("gallery")) == count + 1  # asked once
    expect(form.get_by_label("Confidence, %, from")).to_have_value("")


def test_a_class_is_chosen_in_one_place_and_shown_where_the_map_filters_by_it(
    filters: Filters,
) -> None:
    filters.begin()
    form = filters.open_filters("gallery")
    expect(form.get_by_label("Class")).to_be_hidden()  # the gallery has a field for it
    filters.open_filters("map").get_by_label("Class").select_option("Boot")
    assert filters.criteria(1) == {"label_or_prediction": ["Boot"]}
    expect(form.get_by_label("Class")).to_have_value("Boot")
    filters.gallery.get_by_role("combobox", name="Class", exact=True).first.select_option("Bag")
    assert (filters.asked()["label"], filters.asked()["criteria"]) == (
        "Bag", {"label_or_prediction": ["Boot"]}
    )  # fmt: skip
    form.get_by_label("Class").select_option("any")
    assert filters.criteria(2) == {}
    assert "criteria" not in filters.asked()


def test_what_opens_the_gallery_leaves_the_filters_as_they_are(filters: Filters) -> None:
    filters.write(legend=[{"code": 1, "name": "Boot", "color": "#f28e2b", "count": 3}])
    form = filters.open_filters("map")
    form.get_by_label("Status").select_option("not answered")
    filters.criteria(1)
    filters.answer(7)
    filters.root.locator(".nbl-map").get_by_role("button", name="Boot").click()
    filters.root.get_by_role("button", name="Gallery of Boot").click()
    criteria = {"status": ["open"]}
    assert filters.asked() == {**EVERYTHING, "label": "Boot", "as": "both", "criteria": criteria}


def test_keys_in_the_form_are_no_commands_and_escape_leads_back(filters: Filters) -> None:
    filters.begin()
    form = filters.open_filters("gallery")
    field = form.get_by_label("year, from")
    field.focus()
    filters.key("1", "9", "Enter")
    assert filters.criteria(1) == {"column": {"year": {"low": 19, "high": None}}}
    assert filters.sent("label") == []
    filters.key("Escape")
    expect(filters.plane).to_be_focused()
    expect(filters.gallery).to_be_visible()


def test_with_several_tags_there_is_the_source_of_answers(browser_page: Page) -> None:
    filters = Filters(browser_page, multi_label=True)
    form = filters.root.locator(".nbl-map").get_by_role("form", name="Filters")
    filters.root.locator(".nbl-map").get_by_role("button", name="Filters", exact=True).click()
    expect(form.get_by_label("Tag", exact=True)).to_be_visible()
    form.get_by_label("Source").select_option("people")
    assert filters.criteria(1) == {"source": ["human"]}


@pytest.mark.parametrize("width", [320, 1366])
@pytest.mark.parametrize("theme", ["light", "dark", "forced"])
def test_accessible_in_the_gallery(filters: Filters, theme: str, width: int) -> None:
    page = filters.page
    if theme == "forced":
        page.emulate_media(forced_colors="active")
    page.set_viewport_size({"width": width, "height": 768})
    page.evaluate(
        "theme => document.documentElement.classList.toggle('dark', theme === 'dark')", theme
    )
    filters.begin()
    form = filters.open_filters("gallery")
    form.get_by_label("Status").select_option("skipped")
    form.get_by_label("city", exact=True).locator("summary").click()
    filters.criteria(1)
    filters.answer(9)
    expect(filters.left("gallery")).to_be_visible()
    assert filters.gallery.evaluate("one => one.scrollWidth - one.clientWidth") <= 1
    results = Axe().run(page, context=".nbl-gallery")
    assert not results.response["violations"], results.generate_report()
