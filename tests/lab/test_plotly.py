"""The map and the curves that plotly draws, in a real JupyterLab."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import (
    answer,
    cell,
    labels,
    no_violations,
    wait_for_labels,
)

pytestmark = pytest.mark.lab


def plotted(figure: Locator, expression: str) -> Any:
    """What plotly draws in the page, such as ``data[0].x``."""
    found = figure.evaluate(f"({{ data }}) => {expression}")
    return list(found.values()) if isinstance(found, dict) else found  # a typed array


def test_the_plotly_map(panel: Callable[..., Notebook]) -> None:
    book = panel(cell(None, "map='plotly', projection='pca'"))
    figure = book.page.locator(".nbl-plotly-map .js-plotly-plot")
    expect(figure).to_be_visible()
    answer(book, "1")
    wait_for_labels(book, 1)
    wait_for(lambda: plotted(figure, "data[1].x.length") == 1, 10, lambda: "the mark")


def test_plotly_draws_the_curves_while_they_are_open(panel: Callable[..., Notebook]) -> None:
    book = panel(cell(None, "map='plotly', projection='pca'"))
    figure = book.page.locator(".nbl-plotly-curves .js-plotly-plot")
    line = figure.locator(".scatterlayer .js-line")
    points = figure.locator(".scatterlayer .point")

    def open_curves() -> None:
        book.page.get_by_role("button", name="Learning curves", exact=True).click()

    answer(book, "1")
    wait_for_labels(book, 1)
    expect(figure).to_have_count(0)
    open_curves()
    expect(points).to_have_count(1)
    answer(book, "2")
    expect(line).to_have_count(1)
    before = line.get_attribute("d")
    answer(book, "3")
    wait_for_labels(book, 3)
    expect(line).not_to_have_attribute("d", str(before))
    trace = "data.at(-1).x"
    wait_for(lambda: plotted(figure, trace) == [1, 2, 3], 10, lambda: str(plotted(figure, trace)))
    place = book.page.locator(".nbl-plotly-curves")
    width = place.bounding_box()
    assert width is not None
    drawn = figure.locator(".main-svg").first.bounding_box()
    assert drawn is not None
    assert width["width"] - 40 < drawn["width"] <= width["width"]
    no_violations(book)
    open_curves()
    expect(figure).to_have_count(0)
    expect(place).to_be_hidden()


def test_clusters_and_selections_on_the_plotly_map(panel: Callable[..., Notebook]) -> None:
    book = panel(cell(None, "map='plotly', projection='pca'"))
    figure = book.page.locator(".nbl-plotly-map .js-plotly-plot")
    side = book.page.locator(".nbl-plotly-side")
    gallery = book.page.locator(".nbl-gallery")

    def lit(expected: int | None) -> None:
        points = "data?.[0]?.selectedpoints?.length ?? null"
        wait_for(lambda: plotted(figure, points) == expected, 10, lambda: f"{expected} lit")

    book.execute("panel.clusters = np.arange(600) % 3")
    side.get_by_role("button", name=re.compile("^cluster 1")).click()
    expect(gallery).to_contain_text("200 images chosen")
    expect(gallery).to_contain_text("Cluster 1")
    cells = gallery.locator(".nbl-gallery-cell:not([data-empty])")
    expect(cells.locator("canvas:visible")).to_have_count(cells.count())
    lit(200)
    book.page.keyboard.press("Space")
    book.page.keyboard.press("2")
    wait_for_labels(book, 199)
    book.page.keyboard.press("u")
    wait_for(lambda: labels(book) == [], 10, lambda: str(len(labels(book))))
    no_violations(book)
    book.page.keyboard.press("Escape")
    expect(gallery).to_be_hidden()
    lit(None)

    figure.hover()
    figure.locator(".modebar-btn[data-title='Box Select']").click()
    box = figure.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    book.page.mouse.move(box["x"] + 2, box["y"] + 2)
    book.page.mouse.down()
    book.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2, steps=5)
    book.page.mouse.up()
    expect(gallery).to_contain_text("600 images chosen")
    expect(figure.locator(".selectionlayer path")).not_to_have_count(0)
    expect(cells.locator("canvas:visible")).to_have_count(cells.count())
    cells.first.click()  # others stand out now, and what was drawn around is taken away
    lit(599)
    expect(figure.locator(".selectionlayer path")).to_have_count(0)
    expect(gallery).to_contain_text("Label 599 (1 excluded) as")
    gallery.get_by_role("button", name="Bag", exact=True).click()
    wait_for_labels(book, 599)
    gallery.get_by_role("button", name="Undo").click()
    wait_for(lambda: labels(book) == [], 10, lambda: str(len(labels(book))))
    expect(gallery).to_contain_text("Label 599 (1 excluded) as")
