"""A notebook that was executed by nbconvert, as somebody without a kernel sees it."""

import base64
import io
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from PIL import Image

pytestmark = pytest.mark.slow  # a kernel

CELLS = [
    """
import numpy as np
import nblabel as nb
data = nb.datasets.load_digits()
panel = nb.Labeler(data.images[:300], data.classes, learner="knn")
panel""",
    "for i in range(12):\n    panel.session.tell(i, data.classes[data.labels[i]])",
    "panel.report('report.html').name",
]
PICTURE = re.compile(r"<img[^>]*?src=\"data:image/png;base64,([^\"]+)\"[^>]*>", re.DOTALL)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> tuple[NotebookNode, Path]:
    """A notebook as nbconvert leaves it, and the folder it ran in."""
    folder = tmp_path_factory.mktemp("executed")
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        NotebookClient(book, timeout=300, resources={"metadata": {"path": folder}}).execute()
    return book, folder


def pictures(html: str) -> list[Image.Image]:
    """Return the pictures of a page."""
    return [Image.open(io.BytesIO(base64.b64decode(one[1]))) for one in PICTURE.finditer(html)]


@pytest.mark.parametrize("state", ["kept", "left out"])
def test_an_html_copy_shows_map_and_counts(executed: tuple[NotebookNode, Path], state: str) -> None:
    book = executed[0]
    if state == "left out":
        book = nbformat.from_dict({**book, "metadata": {**book.metadata, "widgets": {}}})
        del book["metadata"]["widgets"]
    else:
        assert book.metadata.widgets  # nbconvert keeps the state of widgets
    html, _ = HTMLExporter().from_notebook_node(book)
    (picture,) = pictures(html)
    assert "12 of 300 images labeled, 288 left. Labels: 0 2, 1 2," in html
    assert picture.size == (1800, 800)
    # in the square of the map there are points of many colours
    square = picture.convert("RGB").crop((30, 100, 700, 770))
    colors = {color for n, color in square.getcolors(1 << 20) if n > 20}
    assert len(colors) > 5


def test_the_notebook_itself_holds_the_picture_behind_the_panel(
    executed: tuple[NotebookNode, Path],
) -> None:
    panel, advice, still = executed[0].cells[0].outputs
    assert "application/vnd.jupyter.widget-view+json" in panel.data
    assert panel.data["text/plain"].startswith("Labeler(300 items, 10 classes")
    assert advice.data["text/plain"].startswith("12 of 300 images labeled")
    assert "Run this cell again" in advice.data["text/plain"]
    assert len(base64.b64decode(still.data["image/png"])) < 100_000
    assert still.data["text/plain"].startswith("12 of 300 images labeled")
    assert still.metadata["image/png"]["width"] == 900


def test_a_report_can_be_written_in_it(executed: tuple[NotebookNode, Path]) -> None:
    book, folder = executed
    assert book.cells[2].outputs[0].data["text/plain"] == "'report.html'"
    assert "12 of 300 images labeled" in (folder / "report.html").read_text("utf-8")
