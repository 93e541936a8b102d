"""The gallery of the panel in a real JupyterLab: opening, scrolling, labeling what is chosen.

A part of `benchmarks.panel`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.report import Row
from tests.lab.notebook import LabServer, open_notebook, wait_for

SIZES = (60_000, 1_000_000)
CHOSEN = 5_000
OPENINGS, FRAMES = 10, 200

SOURCE = """
import numpy as np, nblabel as nb
rng = np.random.default_rng(0)
images = rng.integers(0, 256, ({n}, 16, 16), dtype=np.uint8)
X = rng.random(({n}, 8), dtype=np.float32)
pool = nb.Pool(images, embeddings=X)
panel = nb.Labeler(pool, list("abcdefgh"), learner="knn", strategy="random", projection=X[:, :2])
panel
"""

# Until the frame in which pictures were painted has passed.
OPEN_JS = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const start = performance.now();
  document.querySelector(".nbl-do-gallery").click();
  const canvases = ".nbl-gallery-cell:not([data-empty]) canvas:not([hidden])";
  const painted = () => [...document.querySelectorAll(canvases)].filter((one) => one.width > 1);
  do await frame(); while (painted().length < 8);
  await frame();
  return performance.now() - start;
}"""
CLOSE_JS = """async () => {
  document.querySelector(".nbl-gallery-head button:last-child").click();
  await new Promise(requestAnimationFrame);
}"""
SCROLL_JS = """async (frames) => {
  const frame = () => new Promise(requestAnimationFrame);
  const plane = document.querySelector(".nbl-gallery-plane");
  const took = [];
  let before = await frame();
  for (let i = 0; i < frames; i++) {
    plane.scrollTop += 90;
    const now = await frame();
    took.push(now - before);
    before = now;
  }
  return took;
}"""
LABEL_JS = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const plane = document.querySelector(".nbl-gallery-plane");
  plane.focus();
  const start = performance.now();
  plane.dispatchEvent(new KeyboardEvent("keydown", {key: "b", bubbles: true}));
  const name = () => document.querySelector(".nbl-gallery-label > :last-child")?.textContent;
  do await frame(); while (name() !== "b");
  await frame();
  return performance.now() - start;
}"""


def measure(
    server: LabServer, browser: Any, _folder: Path, _n_keys: int, sizes: tuple[int, ...] = SIZES
) -> list[Row]:
    """Measure the gallery of pools of some sizes."""
    return [row for n in sizes for row in _of_size(server, browser, n)]


def _of_size(server: LabServer, browser: Any, n: int) -> list[Row]:
    view = {"width": 1280, "height": 1000}
    cells = [SOURCE.format(n=n)]
    with open_notebook(server, browser, f"gallery {n}", cells, viewport=view) as book:
        book.run_cell(0, timeout_s=300)
        page = book.page
        page.wait_for_selector(".nbl-mat[data-state=item]", timeout=120_000)
        book.wait_until_idle(300)
        opened = []
        for _ in range(OPENINGS):
            opened.append(page.evaluate(OPEN_JS))
            page.evaluate(CLOSE_JS)
        page.evaluate(OPEN_JS)
        scrolled = page.evaluate(SCROLL_JS, FRAMES)
        page.keyboard.press("Control+Home")
        book.execute(f"panel.selection = range({CHOSEN})")
        said = page.locator(".nbl-gallery-chosen")
        said.filter(has_text=f"{CHOSEN:,}").wait_for()
        page.evaluate("document.querySelector('.nbl-gallery-plane').scrollTop = 0")
        labeled = page.evaluate(LABEL_JS)
        wait_for(
            lambda: book.evaluate("panel.session.n_labeled") == CHOSEN,
            60,
            lambda: f"{CHOSEN} labels",
        )
        heap = page.evaluate("performance.memory.usedJSHeapSize / 2 ** 20")
        if book.problems:
            raise RuntimeError(f"the page had problems: {book.problems}")
    of = f"{n:,} items: "
    return [
        Row(f"{of}gallery opened, until pictures are painted", "ms", opened, "at most 300 ms",
            "median", 300),
        Row(f"{of}a frame while the gallery scrolls", "ms", scrolled, "p95 at most 50 ms", "p95",
            50),
        Row(f"{of}key to the label of {CHOSEN:,} chosen shown", "ms", [labeled],
            "at most 500 ms", "max", 500),
        Row(f"{of}JavaScript heap of the page", "MB", [heap], "at most 500 MB", "max", 500),
    ]  # fmt: skip
