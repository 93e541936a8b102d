"""The gallery of the panel in a real JupyterLab: opening, scrolling, labeling what is chosen.

A part of `benchmarks.panel`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil

from benchmarks.labels import data_folder
from benchmarks.looking import expect_no_problems
from benchmarks.report import Row
from tests.lab.notebook import LabServer, open_notebook, wait_for

SIZES = (60_000, 1_000_000)
CHOSEN = 5_000
OPENINGS, FRAMES = 10, 200
SCREENS = 10  # of photos

SOURCE = """
import numpy as np, nblabel as nb
rng = np.random.default_rng(0)
images = rng.integers(0, 256, ({n}, 16, 16), dtype=np.uint8)
X = rng.random(({n}, 8), dtype=np.float32)
pool = nb.Pool(images, embeddings=X)
panel = nb.Labeler(pool, list("abcdefgh"), learner="knn", strategy="random", projection=X[:, :2])
panel
"""

PHOTOS = """
import zipfile
import numpy as np, nblabel as nb
zipfile.ZipFile({file!r}).extractall({folder!r})
X = np.random.default_rng(0).random((2_527, 8), dtype=np.float32)
pool = nb.Pool.from_folder({folder!r}, embeddings=X)
panel = nb.Labeler(pool, list("abcdef"), strategy="random", projection=X[:, :2])
panel
"""

PACKED = """
import time
from nblabel.widget.panel.pictures import Pictures
pictures, rates = Pictures(pool), []
for _ in range(2):
    begun = time.perf_counter()
    for index in range(600):
        pictures.pack(index, 256)
    rates.append(600 / (time.perf_counter() - begun))
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

# Screen after screen, each until all its pictures are painted; pictures a second.
SCREENS_JS = """async ([number, screens]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const panel = document.querySelectorAll(".nbl-panel")[number];
  panel.querySelector(".nbl-do-gallery").click();
  do await frame(); while (!panel.querySelector(".nbl-gallery-cell"));
  const plane = panel.querySelector(".nbl-gallery-plane");
  const box = plane.getBoundingClientRect();
  const inSight = () => [...plane.querySelectorAll(".nbl-gallery-cell")].filter((one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return top < box.bottom && bottom > box.top;
  });
  const isPainted = (one) => one.querySelector("canvas:not([hidden])")?.width > 1;
  let shown = 0;
  const start = performance.now();
  for (let k = 0; k < screens; k++) {
    do await frame(); while (!inSight().length || !inSight().every(isPainted));
    shown += inSight().length;
    plane.scrollTop += plane.clientHeight;
    await frame();
  }
  return 1000 * shown / (performance.now() - start);
}"""


def measure(
    server: LabServer, browser: Any, folder: Path, _n_keys: int, sizes: tuple[int, ...] = SIZES
) -> list[Row]:
    """Measure the gallery of pools of some sizes, and of photos."""
    rows = [row for n in sizes for row in _of_size(server, browser, n)]
    return [*rows, *_of_photos(server, browser, folder)]


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
        used = _page_memory_mb(page)
        expect_no_problems(book)
    of = f"{n:,} items: "
    return [
        Row(f"{of}gallery opened, until pictures are painted", "ms", opened, "at most 300 ms",
            "median", 300),
        Row(f"{of}a frame while the gallery scrolls", "ms", scrolled, "p95 at most 50 ms", "p95",
            50),
        Row(f"{of}key to the label of {CHOSEN:,} chosen shown", "ms", [labeled],
            "at most 500 ms", "max", 500),
        Row(f"{of}JavaScript heap of the page", "MB", [heap]),
        Row(f"{of}memory of the process of the page, JupyterLab included", "MB", [used],
            "at most 500 MB", "max", 500),
    ]  # fmt: skip


def _of_photos(server: LabServer, browser: Any, folder: Path) -> list[Row]:
    view = {"width": 1280, "height": 1000}
    cells = [PHOTOS.format(file=str(data_folder() / "trashnet.zip"), folder=str(folder / "shown"))]
    cells.append("panel")  # a second view has no pictures yet, and its kernel has them
    rates = []
    with open_notebook(server, browser, "gallery of photos", cells, viewport=view) as book:
        for number in range(2):
            book.run_cell(number, timeout_s=300)
            book.page.locator(".nbl-mat[data-state=item]").nth(number).wait_for(timeout=120_000)
            book.wait_until_idle(300)
            rates.append(book.page.evaluate(SCREENS_JS, [number, SCREENS]))
        book.execute(PACKED)
        files, cache = book.evaluate("rates")
        expect_no_problems(book)
    many = "at least 500 a second"
    return [
        Row("2,527 photos: thumbnails that the kernel makes of files", "a second", [files]),
        Row("2,527 photos: thumbnails that it has in its cache", "a second", [cache], many,
            "median", 500, at_least=True),
        Row("2,527 photos: thumbnails painted, screen after screen, from files", "a second",
            rates[:1]),
        Row("2,527 photos: the same from the cache", "a second", rates[1:], many, "median", 500,
            at_least=True),
    ]  # fmt: skip


def _page_memory_mb(page: Any) -> float:
    """Return what the process of a page holds; what it shares with others is shared out (PSS)."""
    session = page.context.browser.new_browser_cdp_session()
    told = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    ids = [one["id"] for one in told if one["type"] == "renderer"]
    return max(psutil.Process(one).memory_full_info().pss for one in ids) / (1 << 20)
