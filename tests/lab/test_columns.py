"""Columns of a table beside the items, in a real JupyterLab."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import answer, no_violations, queue, shown, wait_for_labels

pytestmark = pytest.mark.lab

SOURCE = """
import numpy as np, pandas as pd, nblabel as nb
texts = [f"{'good' if i % 2 else 'bad'} film {i}" for i in range(200)]
frame = pd.DataFrame({"review": texts, "year": 1900 + np.arange(200) % 100,
                      "studio": np.where(np.arange(200) % 3, "Pathé", "Gaumont")})
panel = nb.Labeler(nb.Pool.from_frame(frame, text="review"), ["good", "bad"], projection="pca")
panel"""


def test_columns_stand_beside_a_text_and_colour_the_map(
    panel: Callable[..., Notebook],
) -> None:
    book = panel(SOURCE)
    beside = queue(book).get_by_role("group", name="Columns of this text")
    number = int(shown(book))
    expect(beside.locator("dd").first).to_contain_text(str(1900 + number % 100))
    answer(book, "1")
    wait_for_labels(book, 1)
    expect(beside.locator("dd").first).to_contain_text(str(1900 + int(shown(book)) % 100))
    book.page.get_by_role("combobox", name="Colour").select_option("studio")
    legend = book.page.get_by_role("group", name="Legend")
    expect(legend.get_by_role("button", name="Gaumont")).to_contain_text("67")
    book.page.get_by_role("combobox", name="Colour").select_option("year")
    expect(legend).to_contain_text("and more")
    no_violations(book)


def test_a_gallery_goes_by_the_values_of_a_column_and_finds_words(
    panel: Callable[..., Notebook],
) -> None:
    book = panel(SOURCE)
    page, gallery = book.page, book.page.locator(".nbl-gallery")
    queue(book).press("#")
    summary = gallery.locator(".nbl-gallery-summary")
    expect(summary).to_have_text("All 200 texts")
    gallery.get_by_role("combobox", name="Order", exact=True).select_option("column")
    gallery.get_by_role("combobox", name="Column", exact=True).select_option("studio")
    values = gallery.get_by_role("combobox", name="Go to", exact=True)
    expect(values.locator("option")).to_have_text(["Gaumont (67)", "Pathé (133)"])
    values.select_option("Pathé (133)")
    gallery.get_by_role("grid").focus()
    page.keyboard.press("Enter")
    large = gallery.locator(".nbl-gallery-large")
    expect(large).to_contain_text("68 of 200")
    expect(large.get_by_role("group", name="Columns of this text")).to_contain_text("Pathé")
    page.keyboard.press("'")
    page.keyboard.type("film")
    expect(large.locator("mark")).to_have_text("film")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    # filters of the gallery are those of the map, and Python has them
    gallery.get_by_text("Filters", exact=True).click()
    studio = gallery.get_by_role("group", name="studio", exact=True)
    studio.locator("summary").click()
    studio.get_by_role("checkbox", name="Gaumont").check()
    expect(summary).to_have_text("67 of 200 texts")
    kept = "panel.filters == {'column': {'studio': ['Gaumont']}}"
    wait_for(lambda: book.evaluate(kept), 20, lambda: book.evaluate("repr(panel.filters)"))
    book.execute("panel.filters = {'column': {'year': (1990, None)}}")
    expect(summary).to_have_text("20 of 200 texts")
    no_violations(book)
