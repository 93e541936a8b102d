"""Large photos looked at closely, and the map of a million points, in a real JupyterLab.

Two parts of `benchmarks.panel`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.report import Row
from tests.lab.notebook import LabServer, Notebook, open_notebook

N_PHOTOS = 12
ZOOM_FRAMES = 60
N_POINTS = 1_000_000
CHANGES = 10  # of the colour, and of the filter
VIEW = {"width": 1920, "height": 1080}

# Squares of one pixel, which only a photo at its own resolution shows, in a photo of 24 megapixels.
PHOTOS = """
import numpy as np, nblabel as nb
from pathlib import Path
from PIL import Image
folder = Path({folder!r}); folder.mkdir()
coarse = np.random.default_rng(0).integers(40, 216, ({n}, 40, 60, 3), dtype=np.uint8)
squares = Image.fromarray(np.uint8(np.indices((40, 40)).sum(axis=0) % 2 * 255)).convert("RGB")
for i, one in enumerate(coarse):
    photo = Image.fromarray(one).resize((6000, 4000))
    photo.paste(squares, (2980, 1980))
    photo.save(folder / f"{{i}}.jpg", quality=92)
pool = nb.Pool.from_folder(folder, embeddings=coarse.reshape({n}, -1) / 255)
panel = nb.Labeler(pool, ["cat", "dog"], projection="pca")
panel"""
POINTS = """
import numpy as np, pandas as pd, nblabel as nb
n = {n}
rng = np.random.default_rng(0)
images = rng.integers(0, 256, (n, 16, 16), dtype=np.uint8)
group = rng.integers(0, 40, n)
X = (rng.normal(0, 1, (40, 2))[group] + rng.normal(0, 0.1, (n, 2))).astype(np.float32)
columns = pd.DataFrame({{"year": 1900 + group, "city": np.array(["Oslo", "Rome"])[group % 2]}})
pool = nb.Pool(images, embeddings=np.hstack([X, X, X, X]), columns=columns)
panel = nb.Labeler(pool, list("abcdefgh"), learner="knn", strategy="random", projection=X)
panel.session.tell(range(4_000), [list("abcdefgh")[k % 8] for k in group[:4_000]])
panel"""

FRAME = "const frame = () => new Promise(requestAnimationFrame);"
# Until the squares in the middle are seen: at another size their black and white is a grey.
SHARP_JS = f"""async () => {{
  {FRAME}
  const queue = document.querySelector(".nbl-queue");
  const sharp = queue.querySelector(".nbl-sharp");
  const seen = () => {{
    if (sharp.hidden || sharp.width < 2) return false;
    const [x, y] = [sharp.width / 2 - 8, sharp.height / 2 - 8];
    const {{ data }} = sharp.getContext("2d").getImageData(x, y, 16, 16);
    const steps = data.filter((value, i) => i % 4 === 0);
    return steps.filter((value, i) => i % 16 && Math.abs(value - steps[i - 1]) > 128).length > 180;
  }};
  const start = performance.now();
  queue.dispatchEvent(new KeyboardEvent("keydown", {{ key: "End", bubbles: true }}));
  do await frame(); while (!seen());
  await frame();
  return performance.now() - start;
}}"""
# The wheel in every frame: closer, then away.
WHEEL_JS = f"""async ([what, frames, step]) => {{
  {FRAME}
  const node = document.querySelector(what);
  const box = node.getBoundingClientRect();
  const [clientX, clientY] = [box.left + box.width / 2, box.top + box.height / 2];
  const took = [];
  let before = await frame();
  for (let i = 0; i < frames; i++) {{
    const deltaY = i < frames / 2 ? -step : step;
    node.dispatchEvent(
      new WheelEvent("wheel", {{ deltaY, clientX, clientY, bubbles: true, cancelable: true }}),
    );
    const now = await frame();
    took.push(now - before);
    before = now;
  }}
  return took;
}}"""
# Pixels of the map are put there once it is drawn anew.
DRAWN_JS = """() => {
  window.drawn = 0;
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    if (this.canvas.matches(".nbl-map-points")) window.drawn = performance.now();
    return put.apply(this, given);
  };
}"""
# Until the map is drawn with what the words beside it say.
CHOOSE_JS = f"""async ([field, value, words]) => {{
  {FRAME}
  const select = document.querySelector(field);
  const said = () => document.querySelector(words).textContent;
  const before = said();
  const start = performance.now();
  select.value = value;
  for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, {{ bubbles: true }}));
  do await frame(); while (said() === before || window.drawn < start);
  await frame();
  return performance.now() - start;
}}"""
PICTURES_JS = f"""async () => {{
  {FRAME}
  const plane = document.querySelector(".nbl-map-plane");
  plane.focus();
  const marks = document.querySelector(".nbl-map-marks");
  const box = marks.getBoundingClientRect();
  const [clientX, clientY] = [box.left + box.width / 2, box.top + box.height / 2];
  const painted = () => [...document.querySelectorAll(".nbl-map-picture canvas")].filter(
    (one) => one.width > 1 && one.closest(".nbl-map-picture").style.visibility !== "hidden");
  const took = [];
  for (let i = 0; i < 12 && took.length < 5; i++) {{
    const wheel = {{ deltaY: -300, clientX, clientY, bubbles: true, cancelable: true }};
    marks.dispatchEvent(new WheelEvent("wheel", wheel));
    const start = performance.now();
    const until = start + 2000;
    do await frame(); while (painted().length < 8 && performance.now() < until);
    if (painted().length >= 8) took.push(performance.now() - start);
  }}
  return took;
}}"""
NAMES_JS = """() => {
  const boxes = [...document.querySelectorAll(".nbl-map-region")].filter(
    (one) => getComputedStyle(one).visibility !== "hidden").map((one) => one.getBoundingClientRect());
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  let n = 0;
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => { n += meet(a, b); }));
  return [boxes.length, n];
}"""


def photos(server: LabServer, browser: Any, folder: Path, _n_keys: int) -> list[Row]:
    """Measure how soon photos of 24 megapixels are sharp at full size, and how they zoom."""
    cells = [PHOTOS.format(n=N_PHOTOS, folder=str(folder / "large photos"))]
    with open_notebook(server, browser, "large photos", cells, viewport=VIEW) as book:
        _open(book)
        page = book.page
        page.locator(".nbl-queue").focus()
        page.keyboard.press("%")
        sharp = []
        for key in "12" * ((N_PHOTOS - 2) // 2):
            sharp.append(page.evaluate(SHARP_JS))
            before = page.locator(".nbl-queue .nbl-id").inner_text()
            page.keyboard.press(key)
            page.wait_for_function(
                "(id) => document.querySelector('.nbl-queue .nbl-id').textContent !== id",
                arg=before,
            )
        page.evaluate(SHARP_JS)
        frames = page.evaluate(WHEEL_JS, [".nbl-queue .nbl-stage-layer", ZOOM_FRAMES, 60])
        _expect_no_problems(book)
    of = "photo of 24 megapixels, "
    return [
        Row(f"{of}key to full size, sharp", "ms", sharp, "at most 1,000 ms", "max", 1_000),
        Row(f"{of}a frame while the wheel zooms", "ms", frames, "p95 at most 33 ms", "p95", 33),
    ]


def points(server: LabServer, browser: Any, _folder: Path, _n_keys: int) -> list[Row]:
    """Measure colours, filters, names and pictures of a map of a million points."""
    cells = [POINTS.format(n=N_POINTS)]
    with open_notebook(server, browser, "million points", cells, viewport=VIEW) as book:
        _open(book)
        page = book.page
        page.wait_for_selector(".nbl-map-region", timeout=120_000)  # once there is a model
        page.evaluate(DRAWN_JS)
        regions, meeting = page.evaluate(NAMES_JS)
        color, legend = ".nbl-map-field select", ".nbl-map-legend"
        values = page.locator(color).first.evaluate(
            "(one) => Object.fromEntries([...one.options].map(({ text, value }) => [text, value]))"
        )
        colored = [
            page.evaluate(CHOOSE_JS, [color, values[("city", "year")[k % 2]], legend])
            for k in range(CHANGES)
        ]
        page.locator(".nbl-map-tool[aria-label='Filters']").click()
        chosen = ".nbl-filter-form label:has-text('city') select"
        page.locator(chosen).wait_for()
        page.locator(chosen).evaluate("(one) => { one.id = 'city'; }")
        filtered = [
            page.evaluate(CHOOSE_JS, ["#city", ("Oslo", "Rome")[k % 2], ".nbl-filter-summary"])
            for k in range(CHANGES)
        ]
        page.get_by_role("button", name="Clear filters").first.click()
        pictured = page.evaluate(PICTURES_JS)
        _expect_no_problems(book)
    of = f"{N_POINTS:,} points, "
    return [
        Row(f"{of}coloured by a column", "ms", colored, "at most 150 ms", "median", 150),
        Row(f"{of}filtered by a column", "ms", filtered, "at most 100 ms", "median", 100),
        Row(f"{of}pictures after a step of the wheel", "ms", pictured, "at most 200 ms",
            "median", 200),
        Row(f"{of}pairs of {regions} names that overlap", "", [meeting], "none", "max", 0),
    ]  # fmt: skip


def _open(book: Notebook) -> None:
    book.run_cell(0, timeout_s=300)
    book.page.wait_for_selector(".nbl-mat[data-state=item]", timeout=120_000)
    book.wait_until_idle(300)


def _expect_no_problems(book: Notebook) -> None:
    if book.problems:
        raise RuntimeError(f"the page had problems: {book.problems}")
