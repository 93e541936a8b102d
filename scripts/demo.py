"""Record docs/demo.webp, a silent film of the panel: about seventy seconds, at most 4 MB.

A real JupyterLab is driven by keyboard and mouse. The browser gives a frame whenever something on
screen changes; where nothing does, a frame stands as long as it stood, but at most `LONGEST_S`.
"""

from __future__ import annotations

import base64
import io
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, expect

from nblabel.datasets import load_fashion_mnist_sample
from tests.browser import launch_browser
from tests.lab.notebook import LabServer, Notebook, open_notebook
from tests.lab.panel import answer, queue

FILM = Path(__file__).parents[1] / "docs" / "demo.webp"
MOST_BYTES = 4_000_000
SIZE = (1280, 860)
CAPTION = 56  # height of the line below the picture, in pixels
PER_SECOND = 8  # frames
LONGEST_S = 2.5  # that a frame stands, unless it is the last of its scene
STAND_S = 2.5  # that the last one stands
PACE = 1.7  # slower than whoever knows the panel
QUALITIES = (60, 45, 30, 20)
UMAP_TIMEOUT_MS = 300_000
CELLS = [
    """import nblabel as nb

data = nb.datasets.load_fashion_mnist_sample()
panel = nb.Labeler(data.images, classes=data.classes, store="quickstart.sqlite")
panel""",
]

Frame = tuple[float, bytes]


class Camera:
    """Keeps what the browser paints, scene by scene."""

    def __init__(self, page: Page) -> None:
        self.scenes: list[tuple[str, list[Frame]]] = []
        self._page = page
        self._on = False
        self._wire = page.context.new_cdp_session(page)
        self._wire.on("Page.screencastFrame", self._take)
        size = {"maxWidth": SIZE[0], "maxHeight": SIZE[1]}
        self._wire.send("Page.startScreencast", {"format": "png", **size})

    def _take(self, frame: dict[str, Any]) -> None:
        self._wire.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})
        if self._on:
            taken = frame["metadata"]["timestamp"], base64.b64decode(frame["data"])
            self.scenes[-1][1].append(taken)

    @contextmanager
    def scene(self, caption: str) -> Iterator[None]:
        """Record what happens meanwhile, under a caption."""
        # not a frame at all may come of a page that stands still: the first one is asked for
        self.scenes.append((caption, [(time.time(), self._page.screenshot())]))
        self._on = True
        print(caption, flush=True)
        yield
        self._page.wait_for_timeout(300)
        self._on = False


def main() -> None:
    """Play, and write the film."""
    with tempfile.TemporaryDirectory() as folder, launch_browser() as browser:
        server = LabServer(Path(folder))
        options = {"viewport": {"width": SIZE[0], "height": SIZE[1]}}
        with open_notebook(server, browser, "quickstart", CELLS, **options) as notebook:
            camera = Camera(notebook.page)
            play(notebook, camera)
        server.close()
    frames = [one for caption, taken in camera.scenes for one in drawn(caption, taken)]
    seconds = sum(stands for _, stands in frames)
    for quality in QUALITIES:
        film = encoded(frames, quality)
        if len(film) <= MOST_BYTES:
            break
    else:
        sys.exit(f"The film has {len(film):,} bytes; at most {MOST_BYTES:,} are meant.")
    FILM.write_bytes(film)
    print(f"{FILM}: {seconds:.0f} s, {len(frames)} frames, {len(film):,} bytes, quality {quality}")


def play(notebook: Notebook, camera: Camera) -> None:
    """Label pictures as a person would."""
    page = notebook.page
    truth = load_fashion_mnist_sample().labels

    def key() -> str:
        item = int(queue(notebook).locator(".nbl-id").inner_text())
        return str((truth[item] + 1) % 10)

    with camera.scene("A few lines of Python: pictures, and the names of their classes"):
        pause(page, 2_500)
    notebook.run_all()
    expect(queue(notebook).locator(".nbl-mat")).to_have_attribute("data-state", "item")
    page.locator(".nbl-panel").evaluate("one => one.scrollIntoView()")
    pause(page, 1_500)
    with camera.scene("Answer by keyboard. The model learns after each label"):
        queue(notebook).focus()
        for _ in range(10):
            answer(notebook, key())
            pause(page, 450)
    projection = page.get_by_role("combobox", name="Projection")
    expect(projection).to_have_value("umap", timeout=UMAP_TIMEOUT_MS)
    expect(page.locator(".nbl-map-progress")).to_be_hidden(timeout=UMAP_TIMEOUT_MS)
    with camera.scene("The map shows all pictures, what is predicted, and what is asked next"):
        for _ in range(30):
            answer(notebook, key())
            pause(page, 220)
    with camera.scene("Draw around a region: label the whole group, but for what does not belong"):
        label_group(page)
    with camera.scene("Look at everything there is: the gallery"):
        look_around(notebook)
    with camera.scene("One letter asks why this one was chosen; one undoes"):
        queue(notebook).focus()
        for pressed in ("w", "w", "u"):
            page.keyboard.press(pressed)
            pause(page, 1_200)
    with camera.scene(
        "Status, learning curves, audits and guarantees are below; labels go to a file"
    ):
        page.locator(".nbl-status").evaluate(
            "one => one.scrollIntoView({ behavior: 'smooth', block: 'center' })"
        )
        pause(page, 2_500)
        page.get_by_role("button", name="Learning curves").hover()
        pause(page, 2_500)


def pause(page: Page, ms: float) -> None:
    """Let whoever looks see what happened."""
    page.wait_for_timeout(PACE * ms)


def label_group(page: Page) -> None:
    """Draw around the region of the class with most points, and label what is in it."""
    page.keyboard.press("Escape")
    region = page.locator(".nbl-map-region", has_text="Trouser").first
    box = region.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.get_by_role("button", name="Lasso").click()
    walk(page, [(middle[0] + dx, middle[1] + dy) for dx, dy in CORNERS])
    pause(page, 2_500)
    page.keyboard.press("2")
    pause(page, 2_500)
    page.keyboard.press("#")  # the gallery of what was drawn around closes
    expect(page.locator(".nbl-gallery")).to_be_hidden()
    pause(page, 800)


CORNERS = [
    (-42, 0),
    (-30, 30),
    (0, 42),
    (30, 30),
    (42, 0),
    (30, -30),
    (0, -42),
    (-30, -30),
    (-42, 0),
]


def walk(page: Page, places: list[tuple[float, float]]) -> None:
    """Draw a line with the mouse."""
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
        pause(page, 60)
    page.mouse.up()


def look_around(notebook: Notebook) -> None:
    """Scroll through the gallery, and choose some pictures in it."""
    page = notebook.page
    queue(notebook).press("#")
    gallery = page.locator(".nbl-gallery")
    expect(gallery).to_be_visible()
    pause(page, 2_000)
    plane = gallery.locator(".nbl-gallery-cell").nth(8)
    plane.hover()
    for _ in range(6):
        page.mouse.wheel(0, 260)
        pause(page, 450)
    pause(page, 800)
    page.keyboard.press("#")
    pause(page, 800)


# the film


def drawn(caption: str, taken: list[Frame]) -> list[tuple[Image.Image, float]]:
    """Return the frames of a scene with its caption, each with the seconds it stands."""
    kept: list[Frame] = []
    for frame in taken:
        if kept and frame[0] - kept[-1][0] < 1 / PER_SECOND and len(kept) > 1:
            kept[-1] = (kept[-1][0], frame[1])
        else:
            kept.append(frame)
    times = [when for when, _ in kept]
    stands = [min(after - before, LONGEST_S) for before, after in pairwise(times)] + [STAND_S]
    return [(captioned(data, caption), one) for (_, data), one in zip(kept, stands, strict=True)]


def captioned(data: bytes, caption: str) -> Image.Image:
    """Return a frame with a line of text below it."""
    with Image.open(io.BytesIO(data)) as image:
        picture = image.convert("RGB").crop((0, 0, *SIZE))
    whole = Image.new("RGB", (SIZE[0], SIZE[1] + CAPTION), "#1f2430")
    whole.paste(picture)
    font = ImageFont.load_default(24)
    ImageDraw.Draw(whole).text(
        (SIZE[0] / 2, SIZE[1] + CAPTION / 2), caption, "#ffffff", font, anchor="mm"
    )
    return whole


def encoded(frames: list[tuple[Image.Image, float]], quality: int) -> bytes:
    """Return an animated WebP."""
    film = io.BytesIO()
    first, *rest = [image for image, _ in frames]
    first.save(
        film,
        "webp",
        save_all=True,
        append_images=rest,
        duration=[max(round(1000 * stands), 20) for _, stands in frames],
        quality=quality,
        method=4,
        allow_mixed=True,
        loop=0,
    )
    return film.getvalue()


if __name__ == "__main__":
    main()
