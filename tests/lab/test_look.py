"""Looking closely at a large photo, in a real JupyterLab."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook
from tests.lab.panel import answer, no_violations, queue, shown, wait_for_labels

pytestmark = pytest.mark.lab

SOURCE = """
import numpy as np, nblabel as nb
from pathlib import Path
from PIL import Image
folder = Path("photos"); folder.mkdir()
coarse = np.random.default_rng(0).integers(0, 256, (8, 40, 60, 3), dtype=np.uint8)
for i, one in enumerate(coarse):
    photo = Image.fromarray(one).resize((6000, 4000))
    photo.paste((0, 0, 0), (2990, 1990, 3010, 2010))  # a spot that the small picture has not
    photo.save(folder / f"{i}.jpg")
pool = nb.Pool.from_folder(folder, embeddings=coarse.reshape(8, -1) / 255)
panel = nb.Labeler(pool, ["cat", "dog"], projection="pca")
panel"""

# how many dark pixels lie in the middle row of a close-up: twenty at the photo's own resolution
DARK = """one => {
    const { data } = one.getContext("2d").getImageData(0, one.height / 2, one.width, 1);
    return data.filter((value, i) => i % 4 === 0 && value + data[i + 1] + data[i + 2] < 90).length;
}"""


def test_a_photo_is_as_large_as_the_window_and_sharp(panel: Callable[..., Notebook]) -> None:
    book = panel(SOURCE)
    view, page = queue(book), book.page
    first = shown(book)
    view.focus()
    page.keyboard.press("%")
    window = page.viewport_size
    assert window
    assert view.bounding_box() == {"x": 0, "y": 0, **window}
    sharp = view.locator(".nbl-sharp").first
    expect(sharp).to_be_visible()
    page.keyboard.press("End")
    expect(view.locator(".nbl-zoom")).to_have_text("100 %")
    page.wait_for_function(f"() => ({DARK})(document.querySelector('.nbl-queue .nbl-sharp')) > 14")
    no_violations(book)
    answer(book, "1")
    wait_for_labels(book, 1)
    assert shown(book) != first
    page.keyboard.press("Escape")
    expect(view).not_to_have_attribute("data-large", "")
    expect(view).to_be_focused()
