"""Take the README's screenshots, docs/panel-light.png and docs/panel-dark.png.

They show the quickstart's panel in a real JupyterLab, after 60 pictures were labeled by keyboard.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import expect

from nblabel.datasets import load_fashion_mnist_sample
from tests.browser import launch_browser
from tests.lab.notebook import LabServer, Notebook, open_notebook

DOCS = Path(__file__).parents[1] / "docs"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
WIDTH = 1280
BELOW_THE_CELL = 48  # a margin and JupyterLab's status bar
N_ANSWERS = 60
LOOK_MS = 600  # that a person looks at a picture
UMAP_TIMEOUT_MS = 180_000
CELLS = [
    """import nblabel as nb

data = nb.datasets.load_fashion_mnist_sample()""",
    """panel = nb.Labeler(data.images, classes=data.classes, store="quickstart.sqlite")
panel""",
]


def answer(notebook: Notebook, n: int) -> None:
    """Press the key of the right class, picture after picture."""
    data = load_fashion_mnist_sample()
    shown = notebook.page.locator(".nbl-id")
    notebook.page.locator(".nbl-picture").click()
    for _ in range(n):
        item = shown.inner_text()
        # Held as long as a person holds it: the same key again at once would count as a slip.
        notebook.page.keyboard.press(str((data.labels[int(item)] + 1) % 10), delay=200)
        expect(shown).not_to_have_text(item)
        notebook.page.wait_for_timeout(LOOK_MS)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, launch_browser() as browser:
        server = LabServer(Path(folder))
        with open_notebook(
            *(server, browser, "quickstart", CELLS),
            viewport={"width": WIDTH, "height": 2000},
            device_scale_factor=2,
        ) as notebook:
            notebook.run_all()
            answer(notebook, N_ANSWERS - 1)
            page = notebook.page
            # The map has glided to its second projection and says so no more; the last answer is saved.
            projection = page.get_by_role("combobox", name="Projection")
            expect(projection).to_have_value("umap", timeout=UMAP_TIMEOUT_MS)
            expect(page.locator(".nbl-map-progress")).to_be_hidden(timeout=UMAP_TIMEOUT_MS)
            expect(page.get_by_text("UMAP ready")).to_have_count(0)
            answer(notebook, 1)  # the model was updated while UMAP ran, which takes long
            expect(page.get_by_text(f"{N_ANSWERS} labeled", exact=True)).to_be_visible()
            expect(page.get_by_text("Saved").first).to_be_visible()
            end = notebook.cell(1).evaluate("(cell) => cell.getBoundingClientRect().bottom")
            height = round(end) + BELOW_THE_CELL
            page.set_viewport_size({"width": WIDTH, "height": height})
            for name, theme in THEMES.items():
                notebook.set_theme(theme)
                page.screenshot(path=DOCS / f"panel-{name}.png")
        server.close()
