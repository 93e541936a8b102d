"""Columns of a table beside the items, in a real JupyterLab."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook
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
