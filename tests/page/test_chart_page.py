"""Marks of charts that stand for items, in a browser: a click on one opens these in the gallery."""

from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.test_gallery_page import Gallery
from tests.page.test_quality_page import AUDIT, AUTO_LABEL, CURVES
from tests.page.test_status_page import STATUS
from tests.page.test_tag_quality_page import NOTHING, ROWS, TAG_AUDIT

EVERYTHING = {"show": "all", "order": "position", "descending": False}


def open_panel(page: Page, **traits: Any) -> Gallery:
    page.set_viewport_size({"width": 1000, "height": 900})
    known = {"audit": AUDIT, "auto_label": AUTO_LABEL, "learning_curves": CURVES, "status": STATUS}
    return Gallery(page, **{**known, **traits})


def open_part(opened: Gallery, name: str) -> Locator:
    opened.panel.get_by_role("button", name=name).click()
    return opened.panel.locator(".nbl-part:visible")


def mark(part: Locator, told: str) -> Locator:
    return part.get_by_role("button", name=told)


def test_a_point_of_the_learning_curve_opens_the_labels_since_the_point_before(
    browser_page: Page,
) -> None:
    opened = open_panel(browser_page)
    curves = open_part(opened, "Learning curves")
    first = mark(curves, "20 labels: accuracy")
    expect(first).to_have_attribute(
        "title",
        "20 labels: accuracy 70\u202f%, 50\u202f% to 85\u202f%. "
        "Opens in the gallery: labels 1 to 20 in the order of time",
    )
    mark(curves, "60 labels: accuracy").click()
    assert opened.asked() == {**EVERYTHING, "only": {"nth_label": [21, 60]}}
    expect(opened.plane).to_be_focused()
    opened.tell(*range(40))
    only = opened.gallery.locator(".nbl-gallery-among")
    expect(only).to_contain_text("Only labels 21 to 60 in the order of time")
    only.get_by_role("button", name="Show others too").click()
    assert opened.asked() == EVERYTHING
    expect(only).to_be_hidden()


def test_the_last_point_of_the_confidence_curve_opens_what_is_predicted_so_now(
    browser_page: Page,
) -> None:
    opened = open_panel(browser_page)
    curves = open_part(opened, "Learning curves")
    expect(mark(curves, "20 labels: 30")).to_have_count(0)  # what was predicted then is not kept
    mark(curves, "60 labels: 80").click()
    assert opened.asked() == {**EVERYTHING, "only": {"confidence": [0.9, None]}}
    expect(opened.gallery).to_contain_text("Only predicted with a confidence of 90\u202f% or more")


def test_a_point_of_the_error_coverage_curve_opens_the_most_trusted(browser_page: Page) -> None:
    curve = [{"name": "Boot", "points": [[0.3, 0.021, 18_000, 90], [0.9, 0.2, 54_572, 37]]}]
    opened = open_panel(browser_page, auto_label={**AUTO_LABEL, "curve": curve})
    part = open_part(opened, "Auto-label the rest")
    marks = part.locator(".nbl-chart-mark")
    expect(marks).to_have_count(1)  # the other point lies above the chart
    marks.click()
    assert opened.asked()["only"] == {"trusted": {"class": "Boot", "n": 18_000}}
    expect(opened.gallery).to_contain_text("Only the 18,000 most trusted predictions of Boot")


def test_points_are_reached_and_opened_by_keys(browser_page: Page) -> None:
    opened = open_panel(browser_page)
    curves = open_part(opened, "Learning curves")
    first, second = (mark(curves, f"{n} labels: accuracy") for n in (20, 60))
    curves.get_by_role("button", name="Close").focus()
    opened.key("Tab")
    expect(first).to_be_focused()
    opened.key("ArrowLeft")
    expect(first).to_be_focused()
    opened.key("ArrowRight")
    expect(second).to_be_focused()
    assert second.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
    opened.write(learning_curves={**CURVES, "accuracy": [*CURVES["accuracy"], [90, 0.9, 0.8, 1]]})
    expect(mark(curves, "90 labels: accuracy")).to_be_attached()
    expect(second).to_be_focused()  # a chart that is drawn anew takes no focus away
    opened.key("Home", "End")
    expect(mark(curves, "90 labels: accuracy")).to_be_focused()
    opened.key("Tab")
    expect(mark(curves, "60 labels: 80")).to_be_focused()  # one stop for each chart
    opened.key("Enter")
    assert opened.asked()["only"] == {"confidence": [0.9, None]}


def test_of_many_points_every_few_are_one_mark(browser_page: Page) -> None:
    many = [[n, 0.8, 0.7, 0.9] for n in range(10, 1010, 10)]
    opened = open_panel(browser_page, learning_curves={**CURVES, "accuracy": many})
    curves = open_part(opened, "Learning curves")
    marks = curves.locator(".nbl-figure").first.locator(".nbl-chart-mark")
    expect(marks).to_have_count(34)
    ends = marks.evaluate_all("all => all.map((one) => one.title.match(/labels (.*) to (.*) in/))")
    spans = [(int(one[1].replace(",", "")), int(one[2].replace(",", ""))) for one in ends]
    assert spans[0][0] == 1
    assert spans[-1] == (971, 1000)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(spans))


def test_with_several_tags_what_counts_pairs_opens_nothing(browser_page: Page) -> None:
    audit = {**AUDIT, "stopping": None, "tags": TAG_AUDIT}
    opened = open_panel(browser_page, multi_label=True, audit=audit, auto_label=NOTHING)
    curves = open_part(opened, "Learning curves")
    expect(mark(curves, "60 labels: 80")).to_have_count(0)
    expect(curves.locator(".nbl-chart-mark")).to_have_count(2)
    curves.get_by_role("button", name="Close").click()
    table = open_part(opened, "Accuracy per tag")
    name = ROWS[0]["name"]
    table.get_by_role("button", name=name, exact=True).click()
    assert opened.asked() == {**EVERYTHING, "label": name, "as": "label"}


def test_a_bar_of_the_labels_per_class_opens_the_class(browser_page: Page) -> None:
    opened = open_panel(browser_page)
    row = opened.panel.locator(".nbl-counts li").first
    name = row.locator(".nbl-count-name").inner_text()
    row.locator(".nbl-count-bar").click()
    assert opened.asked() == {**EVERYTHING, "label": name, "as": "label"}


@pytest.mark.parametrize("width", [320, 1366])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_with_marks_are_accessible(browser_page: Page, theme: str, width: int) -> None:
    opened = open_panel(browser_page)
    browser_page.set_viewport_size({"width": width, "height": 768})
    browser_page.evaluate(
        "theme => document.documentElement.classList.toggle('dark', theme === 'dark')", theme
    )
    for name in ("Auto-label the rest", "Learning curves"):
        part = open_part(opened, name)
        expect(part.locator(".nbl-chart-mark").first).to_be_visible()
        assert part.evaluate("one => one.scrollWidth - one.clientWidth") <= 1
        results = Axe().run(browser_page, context=".nbl-panel")
        assert not results.response["violations"], results.generate_report()
        part.get_by_role("button", name="Close").click()
