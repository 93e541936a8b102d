"""A race in JupyterLab: each answer is judged, and adds a point to every curve."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import no_violations, queue, shown

pytestmark = pytest.mark.lab

RACE = """
import nblabel as nb
sample = nb.datasets.load_fashion_mnist_sample()
truth = sample.labels[:300]
race = nb.race(sample.images[:300], truth, classes=sample.classes, strategies=["random", "margin"],
               n_labels=20, store=None, projection="pca")
race
"""


def test_a_key_is_judged_and_adds_a_point_to_every_curve(panel: Callable[..., Notebook]) -> None:
    book = panel(RACE)
    wait_for(
        lambda: book.evaluate("race.frame['strategy'].nunique()") == 2,
        120,
        lambda: "the strategies",
    )
    chart = book.page.locator(".nbl-race")
    assert chart.locator(".nbl-chart-legend > span").all_inner_texts() == [
        "you",
        "random",
        "margin",
    ]
    answers = book.evaluate("truth.tolist()")
    for n in range(1, 4):
        item = shown(book)
        queue(book).focus()
        book.page.keyboard.press(str((answers[int(item)] + 1) % 10))
        expect(book.page.get_by_text(f"{n} of {n} right.", exact=False)).to_be_visible()
        expect(queue(book).locator(".nbl-id")).not_to_have_text(item)
        for number in range(3):
            expect(chart.locator(f"circle.nbl-chart-line-{number}")).to_have_count(n)
    expect(chart.locator("figcaption")).to_contain_text("Share of the pool right after 3 labels: ")
    no_violations(book)
    book.page.keyboard.press("ControlOrMeta+z")
    expect(chart.locator("circle.nbl-chart-line-1")).to_have_count(2)
