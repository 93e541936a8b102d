"""Large photos looked at closely, in a real JupyterLab. A part of `benchmarks.panel`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.report import Row
from tests.lab.notebook import LabServer, Notebook, open_notebook

N_PHOTOS = 12
ZOOM_FRAMES = 60
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


def photos(server: LabServer, browser: Any, folder: Path, _n_keys: int) -> list[Row]:
    """Measure how soon photos of 24 megapixels are sharp at full size, and how they zoom."""
    cells = [PHOTOS.format(n=N_PHOTOS, folder=str(folder / "large photos"))]
    with open_notebook(server, browser, "large photos", cells, viewport=VIEW) as book:
        open_panel(book)
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
        expect_no_problems(book)
    of = "photo of 24 megapixels, "
    return [
        Row(f"{of}key to full size, sharp", "ms", sharp, "at most 1,000 ms", "max", 1_000),
        Row(f"{of}a frame while the wheel zooms", "ms", frames, "p95 at most 33 ms", "p95", 33),
    ]


def open_panel(book: Notebook) -> None:
    """Run the first cell, and wait for the first item of its panel."""
    book.run_cell(0, timeout_s=300)
    book.page.wait_for_selector(".nbl-mat[data-state=item]", timeout=120_000)
    book.wait_until_idle(300)


def expect_no_problems(book: Notebook) -> None:
    """Raise an error if the page had any."""
    if book.problems:
        raise RuntimeError(f"the page had problems: {book.problems}")
