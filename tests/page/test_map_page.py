"""The map in a browser, against a fake anywidget model."""

import json
import math
import random
import re
import struct
from collections.abc import Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser import stop_clock
from tests.page.conftest import reload
from tests.page.panel import PROJECTION, Panel, item, questions

Spot = tuple[float, float]

RED, GREEN, BLUE = "#c94f56", "#3f9e6e", "#4c78c8"
GREY = "#8a8f98"  # what has no label
CLASSES = [
    {"name": "Sandal", "key": "1", "color": RED},
    {"name": "Boot", "key": "2", "color": GREEN},
    {"name": "Bag", "key": "3", "color": BLUE},
]
LEGEND = [
    {"code": code, "name": one["name"], "color": one["color"], "count": 1000 + code}
    for code, one in enumerate(CLASSES)
]
MAP_TRAITS = {
    "classes": CLASSES,
    "store": {"key": "log-1", "persistent": False, "text": "in memory"},
    "legend": LEGEND,
}
# The plane shows the points' bounding box with this much room around it.
MARGIN = 24
# Points at the corners make the bounding box [-1, 1] x [-1, 1], so that `spot` can tell where each is.
CORNERS = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
# Reads a pixel of a canvas at CSS coordinates, as "#rrggbb", or "" where it is transparent.
PIXEL = """([canvas, [x, y]]) => {
  const ratio = canvas.width / canvas.clientWidth;
  const at = [Math.floor(x * ratio), Math.floor(y * ratio), 1, 1];
  const [r, g, b, a] = canvas.getContext("2d").getImageData(...at).data;
  return a ? "#" + [r, g, b].map((v) => v.toString(16).padStart(2, "0")).join("") : "";
}"""

# Messages to the kernel, and `again` those that were sent again as nobody acknowledged them: on a busy
# machine two seconds pass within a test, and an event counts once for its kernel, too.
SENT = """([kind, again]) => nbl.widget.model.sent.filter((m, place, all) => m.type === kind
  && (again || !m.uid || all.findIndex(({ uid }) => uid === m.uid) === place))"""


# A kernel that answers what the gallery asks: clusters are those of `nbl.clusters`, what is searched for
# is in `nbl.found`, and items stand as `nbl.codes` says. Pictures do not come while `nbl.blind`.
GALLERY = """() => {
  const { model } = nbl.widget;
  const bytes = (kind, list) => new Uint8Array(kind.from(list).buffer);
  const gallery = ({ request, only = {}, search, order }, buffers) => {
    const told = { type: "gallery", request, columns: [], text: "", ...(nbl.told ?? {}) };
    let members = Array.from({ length: nbl.total ?? 120 }, (_, k) => k);
    if ("cluster" in only) {
      const all = nbl.clusters ?? [];
      const number = only.cluster ?? 0;
      members = all[number]?.slice();
      if (!members)
        return model.deliver({ type: "no_gallery", request, text: "there is no such cluster." });
      told.cluster = { number, name: `Cluster ${number}`, previous: number ? number - 1 : null,
        next: number + 1 < all.length ? number + 1 : null };
    } else if ("like" in only) {
      members = [only.like, 9, 11, 2];
      told.text = " Search by likeness.";
    } else if (search) {
      members = nbl.found?.[search.query] ?? [];
      told.text = ` Search by words: ${members.length || "no"} text has it.`;
    } else if (buffers.length) members = Array.from(new Uint32Array(buffers[0]));
    if (order === "outliers") members.reverse();
    told.text = `${members.length} images.${told.text}`;
    const codes = nbl.codes ?? {};
    model.deliver({ ...told, n: members.length }, [bytes(Uint32Array, members),
      bytes(Uint32Array, Object.keys(codes).map(Number)), bytes(Uint16Array, Object.values(codes))]);
  };
  const image = (k) => ({ buffer: k, width: 2, height: 2, channels: 1 });
  const item = (index, k) => ({ id: `image-${index}`, index, image: image(k), error: null,
    text: null, row: null, label: null, source: null, prediction: null,
    words: [], why: null, neighbors: [] });
  const pictures = (told, indices) => model.deliver({ ...told, items: indices.map(item) },
    indices.map((index) => [index % 256, 80, 160, 255]));
  model.onSend = (content, buffers) => queueMicrotask(() => {
    const { type, side, indices } = content;
    if (type === "gallery") gallery(content, buffers);
    else if (type === "look" && !nbl.blind) pictures({ type: "pictures" }, indices);
    else if (type === "tiles" && !nbl.blind) pictures({ type: "tiles", side }, indices);
  });
}"""


class Map(Panel):
    """The map of an open panel."""

    part = ".nbl-map"

    def __init__(self, page: Page, **traits: Any) -> None:
        self.points: Sequence[Spot] = []
        # wide enough for a map as large as users have it, beside the questions
        page.set_viewport_size({"width": 1280, "height": 1000})
        super().__init__(page, **{**MAP_TRAITS, **traits})
        page.evaluate(GALLERY)
        self.plane = self.root.locator(".nbl-map-plane")
        self.gallery = self.panel.locator(".nbl-gallery")
        self.pictures = self.gallery.get_by_role("grid")
        self.summary = self.gallery.locator(".nbl-gallery-summary")
        self.note = self.root.get_by_role("status")
        self.card = self.root.locator(".nbl-map-card")

    def send(self, message: dict[str, Any], *buffers: bytes) -> None:
        self.deliver(message, [list(buffer) for buffer in buffers])

    def place(self, points: Sequence[Spot], *, animate: bool = False) -> None:
        self.points = points
        flat = [value for point in points for value in point]
        message = {"type": "points", "n": len(points), "animate": animate}
        self.send(message, struct.pack(f"<{len(flat)}f", *flat))

    def color(self, codes: Sequence[int]) -> None:
        self.send({"type": "colors", "palette": [RED, GREEN, BLUE, GREY]}, bytes(codes))

    def mark(self, labeled: Sequence[int] = ()) -> None:
        self.send({"type": "labeled"}, struct.pack(f"<{len(labeled)}I", *labeled))

    def ring(self, current: int | None = None, queries: Sequence[int] = ()) -> None:
        """Ask these, so that they have the mark of the current one and rings; without pictures."""
        asked = [*([] if current is None else [current]), *queries]
        self.deliver(questions([item(index, image=None) for index in asked]))

    def picture(self, index: int, text: str = "") -> None:
        image = {"buffer": 0, "width": 2, "height": 2, "channels": 1}
        text = text or f"image-{index} · Boot, 83 %"
        message = {
            "type": "picture",
            "index": index,
            "item": item(index, image=image),
            "text": text,
        }
        self.send(message, bytes([0, 80, 160, 255]))

    def messages(self, kind: str, *, again: bool = False) -> list[dict[str, Any]]:
        """Messages of a type, with their buffers read as positions; see `SENT`."""
        return self.page.evaluate(
            f"""(asked) => ({SENT})(asked).map(({{page, seq, front, ...m}}) =>
                 ({{...m, buffers: m.buffers.map((b) => Array.from(new Uint32Array(b)))}}))""",
            [kind, again],
        )

    def await_sent(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        self.page.wait_for_function(
            f"([n, ...asked]) => ({SENT})(asked).length >= n", arg=[count, kind, False]
        )
        messages = self.messages(kind)
        assert len(messages) == count
        return messages

    def focus(self) -> None:
        self.plane.focus()

    def cell(self, index: int) -> Locator:
        """An item in the gallery."""
        name = f"Image image-{index}"
        return self.gallery.get_by_role("gridcell", name=re.compile(rf"^{name}\b"))

    def await_group(self, first: int | None = None) -> None:
        """Wait until the gallery shows a group, with the keys at an item of it."""
        expect(self.pictures).to_be_focused()
        expect(self.gallery.locator(".nbl-gallery-chosen")).to_contain_text("chosen")
        if first is not None:
            expect(self.cell(first)).to_have_attribute("data-here", "")
        expect(self.gallery).to_contain_text("All of them are chosen")

    @property
    def box(self) -> dict[str, float]:
        """Where the plane's canvas is, within the border."""
        return self.plane.evaluate(
            """plane => {
              const { x, y } = plane.getBoundingClientRect();
              const { clientLeft, clientTop, clientWidth: width, clientHeight: height } = plane;
              return { x: x + clientLeft, y: y + clientTop, width, height };
            }"""
        )

    def spot(self, x: float, y: float) -> Spot:
        """CSS pixels of a point of the world in the plane, before any zoom."""
        width, height = self.box["width"], self.box["height"]
        scale = min(width, height) / 2 - MARGIN
        return width / 2 + x * scale, height / 2 - y * scale

    def world(self, x: float, y: float) -> Spot:
        width, height = self.box["width"], self.box["height"]
        scale = min(width, height) / 2 - MARGIN
        return (x - width / 2) / scale, (height / 2 - y) / scale

    def client(self, spot: Spot) -> Spot:
        return self.box["x"] + spot[0], self.box["y"] + spot[1]

    def move_to(self, spot: Spot) -> None:
        self.page.mouse.move(*self.client(spot))

    def click(self, spot: Spot) -> None:
        self.page.mouse.click(*self.client(spot))

    def drag(self, *path: Spot) -> None:
        self.move_to(path[0])
        self.page.mouse.down()
        for spot in path[1:]:
            self.move_to(spot)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        for key in keys:
            self.page.keyboard.press(key)

    def pixel(self, spot: Spot, layer: str = "points") -> str:
        canvas = self.plane.locator(f".nbl-map-{layer}").element_handle()
        return self.page.evaluate(PIXEL, [canvas, spot])

    def await_pixel(self, spot: Spot, color: str, layer: str = "points") -> None:
        """Wait until a pixel has a colour, up to the rounding of the mixture."""
        canvas = self.plane.locator(f".nbl-map-{layer}").element_handle()
        self.page.wait_for_function(
            f"""([canvas, spot, wanted]) => {{
              const found = ({PIXEL})([canvas, spot]);
              if (!found || !wanted) return found === wanted;
              const parts = (color) => color.match(/[0-9a-f]{{2}}/g).map((v) => parseInt(v, 16));
              const other = parts(wanted);
              return parts(found).every((v, k) => Math.abs(v - other[k]) <= 30);
            }}""",
            arg=[canvas, spot, color],
        )

    def painted(self) -> None:
        """Let two frames pass, so that whatever was asked for is on the canvas."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.root.get_by_role("button", name=name, exact=isinstance(name, str))


@pytest.fixture
def nbmap(browser_page: Page) -> Map:
    """A map of the four corners and the middle."""
    opened = Map(browser_page)
    opened.place([*CORNERS, (0.0, 0.0)])
    opened.color([0, 0, 0, 0, 1])
    opened.mark()
    opened.await_pixel(opened.spot(0, 0), GREEN)
    return opened


@pytest.fixture
def crowd(browser_page: Page) -> Map:
    """A map of 3,000 random points."""
    opened = Map(browser_page)
    numbers = random.Random(7)
    scattered = [(numbers.uniform(-1, 1), numbers.uniform(-1, 1)) for _ in range(3000)]
    opened.place([*CORNERS, *scattered])
    opened.color([i % 3 for i in range(3004)])
    opened.mark(labeled=range(0, 3004, 10))
    opened.painted()
    return opened


def as_float32(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


def turns_around(outline: Sequence[Spot], point: Spot) -> bool:
    """Whether a closed outline winds around a point: the sum of the angles under which its edges appear."""
    x, y = map(as_float32, point)
    total = 0.0
    for (x0, y0), (x1, y1) in zip(outline, [*outline[1:], outline[0]], strict=True):
        a = complex(x0 - x, y0 - y)
        b = complex(x1 - x, y1 - y)
        total += math.atan2((a.conjugate() * b).imag, (a.conjugate() * b).real)
    return abs(total) > math.pi


def inside(outline: Sequence[Spot], points: Sequence[Spot]) -> list[int]:
    return [i for i, point in enumerate(points) if turns_around(outline, point)]


def star(center: Spot, radius: float, corners: int = 5) -> list[Spot]:
    """A star drawn in one line, which crosses itself."""
    angles = [4 * math.pi * k / corners for k in range(corners)]
    return [(center[0] + radius * math.sin(a), center[1] - radius * math.cos(a)) for a in angles]


# Points, colours, rings


def test_says_that_it_waits_and_asks_once_for_two_views(browser_page: Page) -> None:
    opened = Map(browser_page)
    opened.add_view()
    expect(opened.plane.get_by_text("Preparing the map…")).to_be_visible()
    assert len(opened.messages("ready")) == 1
    opened.place(CORNERS)
    opened.color([0] * 4)
    for view in browser_page.locator(".nbl-map").all():
        expect(view.get_by_text("Preparing the map…")).to_be_hidden()
        plane = view.get_by_role("application")
        expect(plane).to_have_attribute("aria-label", "Map of 4 points")


def test_a_kernel_that_does_not_answer_is_named(browser_page: Page) -> None:
    stop_clock(browser_page)
    opened = Map(browser_page)
    browser_page.clock.run_for(4_900)
    expect(opened.plane.get_by_text("Preparing the map…")).to_be_visible()
    browser_page.clock.run_for(200)
    silence = opened.plane.get_by_text("Kernel not responding. Run this cell again")
    expect(silence).to_be_visible()
    opened.add_view()
    expect(browser_page.locator(".nbl-map").last).to_contain_text("Kernel not responding.")
    opened.place(CORNERS)
    expect(silence).to_be_hidden()


def test_points_are_grey_until_their_colours_come(browser_page: Page) -> None:
    opened = Map(browser_page)
    opened.place([*CORNERS, (0.0, 0.0)])
    opened.await_pixel(opened.spot(0, 0), "#9a9a9a")
    opened.color([0, 0, 0, 0, 1])
    opened.await_pixel(opened.spot(0, 0), GREEN)


def test_points_have_the_colours_of_their_codes(nbmap: Map) -> None:
    assert nbmap.pixel(nbmap.spot(0.5, 0)) == "#ffffff"
    nbmap.color([1, 1, 1, 1, 2])
    nbmap.await_pixel(nbmap.spot(0, 0), BLUE)
    nbmap.await_pixel(nbmap.spot(1, 1), GREEN)


def test_no_class_hides_the_others(browser_page: Page) -> None:
    opened = Map(browser_page)
    numbers = random.Random(3)
    opened.place([(numbers.gauss(0, 0.1), numbers.gauss(0, 0.1)) for _ in range(9000)])
    # sorted by class, as data sets often are
    opened.color([i // 3000 for i in range(9000)])
    opened.mark()
    opened.painted()
    shares = opened.plane.locator(".nbl-map-points").evaluate(
        """(canvas, palette) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const near = (k, color) => Math.hypot(...[0, 1, 2].map((c) => data[k + c] - color[c]));
          const counts = palette.map(() => 0);
          for (let k = 0; k < data.length; k += 4) {
            const distances = palette.map((color) => near(k, color));
            const best = Math.min(...distances);
            if (best < 60) counts[distances.indexOf(best)] += 1;
          }
          return counts.map((count) => count / counts.reduce((a, b) => a + b));
        }""",
        [[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in (RED, GREEN, BLUE)],
    )
    assert min(shares) > 0.28


def test_labeled_points_are_outlined_in_ink(nbmap: Map) -> None:
    x, y = nbmap.spot(0, 0)
    edge = (x + 7, y)
    before = nbmap.pixel(edge)
    nbmap.mark(labeled=[4])
    nbmap.await_pixel((x, y), GREEN)
    nbmap.page.wait_for_function(
        f"([canvas, spot, before]) => ({PIXEL})([canvas, spot]) !== before",
        arg=[nbmap.plane.locator(".nbl-map-points").element_handle(), edge, before],
    )


def test_rings_move_without_repainting_the_points(nbmap: Map) -> None:
    nbmap.mark(labeled=[0])
    nbmap.ring(current=3, queries=[4])
    ring = [(x - 9, y) for x, y in [nbmap.spot(0, 0), nbmap.spot(1, 1)]]
    nbmap.await_pixel(ring[0], "#000000", "marks")
    nbmap.page.evaluate(
        """() => {
          const put = CanvasRenderingContext2D.prototype.putImageData;
          window.puts = 0;
          CanvasRenderingContext2D.prototype.putImageData = function (...a) {
            window.puts += 1;
            return put.apply(this, a);
          };
        }"""
    )
    nbmap.ring(current=3, queries=[2])
    nbmap.await_pixel(ring[1], "#000000", "marks")
    assert nbmap.pixel(ring[0], "marks") == ""
    assert nbmap.page.evaluate("puts") == 0


@pytest.fixture
def asking(nbmap: Map) -> Map:
    """A map beside questions enough for fast answers."""
    nbmap.deliver(questions([item(i, image=None) for i in range(400)]))
    return nbmap


def test_while_answers_come_fast_the_map_waits(asking: Map) -> None:
    counts = asking.root.locator(".nbl-map-legend-count")
    legend = [{**entry, "count": 7} for entry in LEGEND]
    drawn = asking.page.evaluate(
        f"""legend => {{
          nbl.answerFast();
          nbl.widget.model.deliver({{ type: "colors", palette: ["{BLUE}"] }}, [new Uint8Array(5)]);
          nbl.widget.model.write({{ legend }});
          return document.querySelector(".nbl-map-legend-count").textContent;
        }}""",
        legend,
    )
    assert drawn == "1,000"
    asking.await_pixel(asking.spot(0, 0), BLUE)
    expect(counts).to_have_text(["7", "7", "7"])


def test_the_map_does_not_wait_for_ever_while_answers_come_fast(asking: Map) -> None:
    still_typing = asking.page.evaluate(
        f"""() => new Promise((done) => {{
          const count = document.querySelector(".nbl-map-legend-count");
          const legend = [{{ code: 0, name: "Sandal", color: "{RED}", count: 7 }}];
          const typing = setInterval(nbl.answerFast, 20);
          nbl.answerFast();
          nbl.widget.model.write({{ legend }});
          const waited = count.textContent === "1,000";
          new MutationObserver(() => {{
            clearInterval(typing);
            done(waited && count.textContent === "7");
          }}).observe(count, {{ childList: true }});
        }})"""
    )
    assert still_typing


def test_points_labeled_in_a_burst_are_repainted_after_it(asking: Map) -> None:
    spot = asking.spot(0.02, 0)
    before = asking.pixel(spot)
    asking.page.evaluate("nbl.answerFast()")
    asking.mark(labeled=[4])
    asking.mark(labeled=[0, 4])
    asking.page.wait_for_function(f"([c, s, b]) => ({PIXEL})([c, s]) !== b", arg=[
        asking.plane.locator(".nbl-map-points").element_handle(), spot, before])  # fmt: skip


def test_the_current_point_has_a_mark_of_its_own(nbmap: Map) -> None:
    x, y = nbmap.spot(0, 0)
    nbmap.ring(current=4)
    nbmap.await_pixel((x + 18, y), "#1976d2", "marks")


def test_queries_out_of_view_are_shown_at_the_edge(nbmap: Map) -> None:
    nbmap.ring(current=4, queries=[2])
    edge = (nbmap.box["width"] - 22, 17)
    nbmap.painted()
    assert nbmap.pixel(edge, "marks") == ""
    nbmap.focus()
    nbmap.press("+", "+", "+")
    nbmap.await_pixel(edge, "#000000", "marks")


# Moving the view


def test_drag_pans_and_survives_a_recolour(nbmap: Map) -> None:
    x, y = nbmap.spot(0, 0)
    nbmap.drag((100, 100), (120, 115), (140, 130))
    nbmap.await_pixel((x + 40, y + 30), GREEN)
    nbmap.color([0, 0, 0, 0, 2])
    nbmap.await_pixel((x + 40, y + 30), BLUE)
    nbmap.button("Reset view").click()
    nbmap.await_pixel((x, y), BLUE)
    assert nbmap.messages("show") == []


def test_zoom_survives_new_points_of_the_same_view(nbmap: Map) -> None:
    nbmap.button("Zoom in").click()
    far = nbmap.spot(0.6, 0)
    zoomed = (far[0] + (far[0] - nbmap.spot(0, 0)[0]) * 0.5, far[1])
    nbmap.place([*CORNERS, (0.6, 0.0)])
    nbmap.await_pixel(zoomed, GREEN)


def test_double_click_shows_all_and_asks_nothing(nbmap: Map) -> None:
    nbmap.drag((100, 100), (140, 130))
    x, y = nbmap.spot(0, 0)
    nbmap.await_pixel((x + 40, y + 30), GREEN)
    nbmap.page.mouse.dblclick(*nbmap.client((x + 40, y + 30)))
    nbmap.await_pixel((x, y), GREEN)
    nbmap.click((x, y))
    nbmap.await_sent("show", 1)


def test_the_wheel_belongs_to_the_page_until_the_map_has_the_focus(nbmap: Map) -> None:
    page = nbmap.page
    page.evaluate("document.body.style.paddingBottom = '2000px'")
    center = nbmap.spot(0, 0)
    nbmap.move_to((center[0] + 30, center[1]))
    page.mouse.wheel(0, 40)
    page.wait_for_function("scrollY === 40")
    expect(nbmap.note).to_have_text("Click the map, then scroll to zoom")
    page.evaluate("scrollTo(0, 0)")
    nbmap.focus()
    nbmap.move_to(nbmap.spot(1, 1))
    page.mouse.wheel(0, -300)
    # what was under the pointer stays under it, the rest moves away
    nbmap.await_pixel(center, "#ffffff")
    nbmap.await_pixel(nbmap.spot(1, 1), RED)
    assert page.evaluate("scrollY") == 0


def test_ctrl_and_wheel_zooms_without_focus(nbmap: Map) -> None:
    nbmap.move_to(nbmap.spot(1, 1))
    nbmap.page.keyboard.down("Control")
    nbmap.page.mouse.wheel(0, -300)
    nbmap.page.keyboard.up("Control")
    nbmap.await_pixel(nbmap.spot(0, 0), "#ffffff")


def test_two_fingers_zoom(nbmap: Map) -> None:
    x, y = nbmap.client(nbmap.spot(0, 0))
    session = nbmap.page.context.new_cdp_session(nbmap.page)

    def touch(kind: str, reach: float) -> None:
        points = [{"x": x - reach, "y": y, "id": 0}, {"x": x + reach, "y": y, "id": 1}]
        touches = points if reach else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    nbmap.place([*CORNERS, (0.3, 0.0)])
    nbmap.await_pixel(nbmap.spot(0.3, 0), GREEN)
    nbmap.focus()
    touch("touchStart", 30)
    touch("touchMove", 45)
    touch("touchMove", 60)
    touch("touchEnd", 0)
    nbmap.await_pixel(nbmap.spot(0.6, 0), GREEN)


# Pictures and picking


def test_hover_asks_once_for_a_picture_until_the_colours_change(nbmap: Map) -> None:
    card = nbmap.card
    x, y = nbmap.spot(0, 0)
    nbmap.move_to((x + 3, y))
    (message,) = nbmap.await_sent("hover")
    assert message["index"] == 4
    nbmap.picture(4)
    expect(card).to_have_text("image-4 · Boot, 83 %")
    nbmap.move_to((x + 60, y))
    expect(card).to_be_hidden()
    nbmap.move_to((x + 3, y))
    expect(card).to_be_visible()
    nbmap.move_to(nbmap.spot(1, 1))
    assert [m["index"] for m in nbmap.await_sent("hover", 2)] == [4, 2]
    nbmap.color([0, 0, 0, 0, 2])
    nbmap.move_to((x + 3, y))
    expect(card).to_contain_text("image-4")
    assert nbmap.await_sent("hover", 3)[2]["index"] == 4


@pytest.mark.parametrize(
    ("media", "words", "told"),
    [
        ({"text": {"buffer": 0, "length": 20}}, "<b>good</b>\n film", "<b>good</b> film"),
        (
            {"row": {"buffer": 0, "columns": 2}},
            [["age", "41", ""], ["city", "Oslo", "rare: 1 of 400 rows"]],
            "city Oslo, age 41",
        ),
    ],
    ids=["text", "row"],
)
def test_hover_tells_a_text_or_row_in_a_few_words(
    nbmap: Map, media: dict[str, Any], words: Any, told: str
) -> None:
    x, y = nbmap.spot(0, 0)
    nbmap.move_to((x + 3, y))
    nbmap.await_sent("hover")
    shown = item(4, id="7", image=None, **media)
    message = {"type": "picture", "index": 4, "item": shown, "text": "7 · Boot"}
    nbmap.send(message, json.dumps(words).encode())
    card = nbmap.card
    expect(card.locator(".nbl-map-card-words")).to_have_text(told)
    expect(card.locator(".nbl-map-card-line")).to_have_text("7 · Boot")
    expect(card.locator("canvas")).to_be_hidden()


def test_click_asks_about_a_point_and_shows_that_it_did(nbmap: Map) -> None:
    x, y = nbmap.spot(0, 0)
    nbmap.click((x + 2, y + 2))
    (message,) = nbmap.await_sent("show")
    assert message["index"] == 4
    expect(nbmap.note).to_contain_text("next")
    nbmap.click(nbmap.spot(0.5, 0.5))
    nbmap.move_to(nbmap.spot(1, 1))
    nbmap.await_sent("hover", 2)
    assert len(nbmap.messages("show")) == 1


def test_the_keys_answer_what_was_picked(nbmap: Map) -> None:
    queue = nbmap.panel.locator(".nbl-queue")
    nbmap.click(nbmap.spot(0, 0))
    expect(queue).to_be_focused()
    nbmap.focus()
    nbmap.press("c")
    expect(nbmap.plane).to_be_focused()
    nbmap.press("Enter")
    expect(queue).to_be_focused()
    assert [m["index"] for m in nbmap.messages("show")] == [4, 4]


def test_notes_lie_at_the_top_and_fade(nbmap: Map) -> None:
    nbmap.click(nbmap.spot(0, 0))
    expect(nbmap.note).to_contain_text("next")
    top = nbmap.note.bounding_box()
    assert top is not None
    assert top["y"] - nbmap.box["y"] < 20
    expect(nbmap.note).to_have_text("")


def test_a_click_that_the_kernel_cannot_hear_says_so(nbmap: Map) -> None:
    nbmap.page.evaluate("nbl.widget.model.alive = false")
    nbmap.click(nbmap.spot(0, 0))
    expect(nbmap.note).to_contain_text("Kernel not responding")


def test_recolouring_and_ringing_60_000_points_is_quick(browser_page: Page) -> None:
    opened = Map(browser_page)
    asked = [item(index, image=None) for index in range(20)]
    best = browser_page.evaluate(
        """async (asked) => {
          const { model } = nbl.widget;
          const items = (k) => asked.slice(k).concat(asked.slice(0, k));
          const n = 60000;
          const coords = Float32Array.from({ length: 2 * n }, () => 2 * Math.random() - 1);
          model.deliver({ type: "points", n, animate: false }, [coords]);
          const codes = Uint8Array.from({ length: n }, (_, i) => i % 2);
          const labeled = Uint32Array.from({ length: 300 }, (_, i) => 200 * i);
          const palette = ["#c94f56", "#3f9e6e"];
          // the work is done in the frame after the message: time both
          const frame = window.requestAnimationFrame;
          let spent = 0;
          const timed = (act) => {
            const start = performance.now();
            act();
            spent += performance.now() - start;
          };
          window.requestAnimationFrame = (act) => frame((now) => timed(() => act(now)));
          const best = async (act) => {
            const times = [];
            for (let k = 0; k < 8; k++) {
              spent = 0;
              timed(() => act(k));
              await new Promise((done) => frame(() => frame(done)));
              times.push(spent);
            }
            return Math.min(...times);
          };
          const recolour = await best(() => model.deliver({ type: "colors", palette }, [codes]));
          model.deliver({ type: "labeled" }, [labeled]);
          const rings = await best((k) => model.deliver({ type: "questions", items: items(k), first: 0,
            done: false, reset: true }));
          return { recolour, rings };
        }""",
        asked,
    )
    opened.painted()
    assert best["recolour"] < 25
    assert best["rings"] < 5


# Lasso and box


@pytest.mark.parametrize("seed", range(5))
def test_points_in_an_outline_are_those_it_winds_around(crowd: Map, seed: int) -> None:
    numbers = random.Random(seed)
    corners = [(numbers.uniform(-1.2, 1.2), numbers.uniform(-1.2, 1.2)) for _ in range(12)]
    found = crowd.page.evaluate(
        """async ([points, outline]) => {
          const { PointGrid } = await import("/nblabel/widget/static/map/spatial.js");
          const { boundsOf } = await import("/nblabel/widget/static/map/camera.js");
          const coords = Float32Array.from(points.flat());
          return Array.from(new PointGrid(coords, boundsOf(coords)).inside(outline.flat()));
        }""",
        [list(crowd.points), corners],
    )
    assert found == inside(corners, crowd.points)


def confirm(opened: Map, key: str = "2") -> dict[str, Any]:
    opened.await_group()
    expect(opened.cell(opened.messages("gallery")[-1]["buffers"][0][0])).to_be_visible()
    opened.press(key)
    return opened.await_sent("label")[0]


@pytest.mark.parametrize("start", ["l", "Shift"])
def test_lasso_takes_exactly_the_points_inside(crowd: Map, start: str) -> None:
    path = star(crowd.spot(0.1, -0.1), 130)
    outline = [
        crowd.world(*spot) for spot in path
    ]  # the plane makes room for the pictures after it
    crowd.focus()
    if start == "l":
        crowd.press("l")
        expect(crowd.button("Lasso")).to_have_attribute("aria-pressed", "true")
        crowd.drag(*path)
    else:
        crowd.page.keyboard.down("Shift")
        crowd.drag(*path)
        crowd.page.keyboard.up("Shift")
    message = confirm(crowd)
    expected = inside(outline, crowd.points)
    assert message["buffers"] == [expected]
    assert message["label"] == "Boot"
    assert message["relabel"] is False


def test_box_takes_exactly_the_points_inside(crowd: Map) -> None:
    crowd.button("Box").click()
    a, b = crowd.spot(0.4, 0.3), crowd.spot(-0.25, -0.6)
    (right, top), (left, bottom) = crowd.world(*a), crowd.world(*b)
    crowd.drag(a, (a[0] - 50, a[1] + 40), b)
    message = confirm(crowd)
    points = enumerate(crowd.points)
    expected = [i for i, (x, y) in points if left < x < right and bottom < y < top]
    assert message["buffers"] == [expected]


def test_selection_dims_the_rest_until_it_is_left(crowd: Map) -> None:
    crowd.color([0] * 3004)
    crowd.mark()
    crowd.button("Box").click()
    corner = crowd.spot(-1, 1)
    crowd.await_pixel(corner, RED)
    crowd.drag(crowd.spot(0, 0), crowd.spot(0.5, 0.5))
    crowd.await_group()
    crowd.await_pixel(crowd.spot(-1, 1), "#f7e7e8")
    crowd.press("Escape")
    expect(crowd.gallery).to_be_hidden()
    expect(crowd.plane).to_be_focused()
    crowd.await_pixel(corner, RED)
    assert crowd.messages("label") == []


def test_an_empty_outline_says_so(nbmap: Map) -> None:
    nbmap.button("Box").click()
    nbmap.drag(nbmap.spot(0.2, 0.2), nbmap.spot(0.4, 0.4))
    expect(nbmap.note).to_have_text("No item in this selection")
    expect(nbmap.note).to_be_visible()
    expect(nbmap.gallery).to_be_hidden()


def show_alone(opened: Map, name: str) -> None:
    opened.button(re.compile(f"^{name}")).click()
    opened.move_to((3, 3))


def test_box_and_lasso_leave_out_what_the_legend_hides(crowd: Map) -> None:
    show_alone(crowd, "Boot")
    crowd.button("Box").click()
    corners = crowd.spot(0.4, 0.3), crowd.spot(-0.25, -0.6)
    (right, top), (left, bottom) = (crowd.world(*one) for one in corners)
    crowd.drag(*corners)
    points = enumerate(crowd.points)
    inside_box = [i for i, (x, y) in points if left < x < right and bottom < y < top]
    boots = [i for i in inside_box if i % 3 == 1]
    crowd.await_group()
    said = f"{len(inside_box) - len(boots)} hidden points left out"
    expect(crowd.gallery).to_contain_text(said)
    assert crowd.messages("gallery")[0]["buffers"] == [boots]
    crowd.press("Escape", "l")
    path = star(crowd.spot(0.1, -0.1), 130)
    outline = [crowd.world(*spot) for spot in path]
    crowd.drag(*path)
    assert confirm(crowd)["buffers"] == [[i for i in inside(outline, crowd.points) if i % 3 == 1]]
    crowd.press("Escape", "Escape", "Escape")  # all colours again
    crowd.press("x")
    crowd.drag(*(crowd.spot(*crowd_point) for crowd_point in ((0.4, 0.3), (0.1, 0.1))))
    expect(crowd.gallery).to_be_visible()
    expect(crowd.gallery).not_to_contain_text("left out")


def test_a_box_of_the_cross_hair_leaves_out_what_the_legend_hides(nbmap: Map) -> None:
    show_alone(nbmap, "Boot")
    nbmap.focus()
    nbmap.press("c", "ArrowLeft", "ArrowUp", "b", "Shift+ArrowRight", "Shift+ArrowDown", "b")
    nbmap.await_group(4)
    assert nbmap.messages("gallery")[0]["buffers"] == [[4]]
    expect(nbmap.gallery).not_to_contain_text("left out")


def test_an_outline_around_hidden_points_alone_says_so(nbmap: Map) -> None:
    show_alone(nbmap, "Bag")
    nbmap.button("Box").click()
    nbmap.drag(nbmap.spot(-0.2, -0.2), nbmap.spot(0.2, 0.2))
    said = "No item in this selection: its item is hidden by the legend"
    expect(nbmap.note).to_have_text(said)
    expect(nbmap.gallery).to_be_hidden()
    nbmap.drag((2, 2), (nbmap.box["width"] - 2, nbmap.box["height"] - 2))
    said = "No item in this selection: its 5 items are hidden by the legend"
    expect(nbmap.note).to_have_text(said)
    assert nbmap.messages("gallery") == []


# Labeling a selection


@pytest.fixture
def selection(nbmap: Map) -> Map:
    """All five points selected, of which two are labeled."""
    nbmap.page.evaluate("() => { nbl.codes = { 0: 4, 4: 4 }; }")
    nbmap.button("Box").click()
    nbmap.drag((2, 2), (nbmap.box["width"] - 2, nbmap.box["height"] - 2))
    nbmap.await_group(0)
    return nbmap


def test_a_selection_counts_and_labels_in_one_step(selection: Map) -> None:
    gallery = selection.gallery
    expect(gallery).to_contain_text("5 images chosen, 2 labeled")
    expect(gallery).to_contain_text("Label 3 images as")
    gallery.get_by_role("checkbox", name="Overwrite").check()
    expect(gallery).to_contain_text("Label 5 images as")
    gallery.get_by_role("button", name="Boot").click()
    (message,) = selection.messages("label")
    assert message["buffers"] == [[0, 1, 2, 3, 4]]
    assert message["relabel"] is True
    selection.acknowledge(message["uid"], "5 images labeled as Boot")
    expect(selection.live).to_have_text("5 images labeled as Boot")
    gallery.get_by_role("button", name="Undo").click()
    (undo,) = selection.messages("undo")
    assert undo["uid"] != message["uid"]
    assert undo["of"] == message["uid"]
    selection.acknowledge(undo["uid"], "Undone")
    expect(selection.live).to_have_text("Undone")


def test_a_label_that_is_not_saved_is_sent_again(selection: Map) -> None:
    message = confirm(selection)
    selection.acknowledge(message["uid"], "The disk is full.", ok=False, retry=True)
    alert = selection.gallery.get_by_role("alert")
    expect(alert).to_have_text("The disk is full. Trying again…")
    selection.page.wait_for_function(f"(asked) => ({SENT})(asked).length >= 2", arg=["label", True])
    first, second, *_ = selection.messages("label", again=True)
    assert first == second
    selection.acknowledge(message["uid"], "3 images labeled as Boot")
    expect(alert).to_be_hidden()


def test_an_unsaved_label_of_an_earlier_page_is_sent_again(browser_page: Page) -> None:
    store = {"key": "log-2", "persistent": True, "text": "labels.sqlite"}
    opened = Map(browser_page, store=store)
    opened.place([*CORNERS, (0.0, 0.0)])
    opened.painted()
    opened.button("Box").click()
    opened.drag(opened.spot(-0.5, 0.5), opened.spot(0.5, -0.5))
    message = confirm(opened)
    reload(browser_page)
    again = Map(browser_page, store=store).await_sent("label")
    assert again == [message]


# Keys


def test_arrows_pan_and_zoom_keys_zoom(nbmap: Map) -> None:
    x, y = nbmap.spot(0, 0)
    nbmap.focus()
    nbmap.press("ArrowLeft", "ArrowUp")
    nbmap.await_pixel((x + 60, y + 60), GREEN)
    nbmap.press("0")
    nbmap.await_pixel((x, y), GREEN)
    nbmap.press("+")
    nbmap.await_pixel(nbmap.spot(1, 1), "#ffffff")
    nbmap.press("-")
    nbmap.await_pixel(nbmap.spot(1, 1), RED)


def test_crosshair_asks_and_spans_a_box(nbmap: Map) -> None:
    nbmap.focus()
    nbmap.press("c")
    nbmap.await_pixel((20, nbmap.box["height"] / 2), "#1976d2", "marks")
    assert nbmap.await_sent("hover")[0]["index"] == 4
    nbmap.picture(4)
    expect(nbmap.note).to_have_text("image-4 · Boot, 83 %")
    nbmap.press("Enter")
    assert nbmap.await_sent("show")[0]["index"] == 4
    nbmap.focus()
    nbmap.press("ArrowLeft", "ArrowUp", "b", "Shift+ArrowRight", "Shift+ArrowDown", "b")
    nbmap.await_group(4)
    expect(nbmap.gallery).to_contain_text("1 image chosen")
    nbmap.press("1", "Enter")
    assert nbmap.await_sent("label")[0]["buffers"] == [[4]]


def test_crosshair_pushes_the_map_at_its_edge(nbmap: Map) -> None:
    x, y = nbmap.spot(0, 0)
    nbmap.focus()
    nbmap.press("c", *["Shift+ArrowLeft"] * 12)
    steps = 12 * 40 - nbmap.box["width"] / 2
    nbmap.await_pixel((x + steps, y), GREEN)


def test_escape_leaves_one_thing_after_the_other(nbmap: Map) -> None:
    nbmap.focus()
    nbmap.press("x", "c", "?")
    keys = nbmap.root.get_by_role("dialog", name="Shortcuts of the map")
    expect(keys).to_be_focused()
    nbmap.press("Escape")
    expect(keys).to_be_hidden()
    expect(nbmap.plane).to_be_focused()
    nbmap.press("Escape")
    nbmap.await_pixel((20, nbmap.box["height"] / 2), "", "marks")
    expect(nbmap.button("Box")).to_have_attribute("aria-pressed", "true")
    nbmap.press("Escape")
    expect(nbmap.button("Move")).to_have_attribute("aria-pressed", "true")


def test_only_keys_that_mean_something_are_kept(nbmap: Map) -> None:
    nbmap.page.evaluate(
        """() => {
          window.leaked = []; // what the front end hears
          document.addEventListener("keydown", (event) => leaked.push(event.key));
          window.left = []; // what the browser does as ever
          document.addEventListener("keydown", (event) => setTimeout(() => {
            if (!event.defaultPrevented) left.push(event.key);
          }), true);
        }"""
    )
    nbmap.focus()
    left = "new Promise((done) => setTimeout(() => done(left.splice(0)), 50))"
    nbmap.press("ArrowLeft", "+", "-", "0", "l", "x", "m", "c", "c", "?", "?")
    assert nbmap.page.evaluate(left) == []
    nbmap.press("q", "d", "1", "Enter", "Escape")
    assert nbmap.page.evaluate(left) == ["q", "d", "1", "Enter", "Escape"]
    nbmap.press("Alt+l", "Control+b")
    expect(nbmap.button("Move")).to_have_attribute("aria-pressed", "true")
    assert nbmap.page.evaluate(left) == ["Alt", "l", "Control", "b"]
    assert nbmap.page.evaluate("leaked") == []
    expect(nbmap.panel).to_have_attribute("data-lm-suppress-shortcuts", "true")


def test_choice_lists_and_buttons_keep_their_keys(nbmap: Map) -> None:
    select = nbmap.root.get_by_label("Colour")
    select.focus()
    nbmap.press("l")
    expect(select).to_have_value("label")
    expect(nbmap.button("Move")).to_have_attribute("aria-pressed", "true")
    nbmap.button("Lasso").focus()
    nbmap.press("Enter")
    expect(nbmap.button("Lasso")).to_have_attribute("aria-pressed", "true")


def test_tab_goes_through_and_leaves(nbmap: Map) -> None:
    page = nbmap.page
    nbmap.focus()
    stops = 0
    while page.evaluate("document.activeElement.closest('.nbl-map') !== null"):
        page.keyboard.press("Tab")
        stops += 1
        assert stops < 30
    for _ in range(stops):
        page.keyboard.press("Shift+Tab")
    expect(nbmap.plane).to_be_focused()


# Legend and toolbar


def test_legend_isolates_a_colour(nbmap: Map) -> None:
    nbmap.place([*CORNERS, (0.0, 0.0)])
    entry = nbmap.button(re.compile("^Boot"))
    expect(entry).to_contain_text("1,001")
    entry.hover()
    nbmap.await_pixel(nbmap.spot(1, 1), "#f7e7e8")
    nbmap.move_to((5, 5))
    nbmap.await_pixel(nbmap.spot(1, 1), RED)
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "true")
    nbmap.move_to((5, 5))
    nbmap.color([0, 0, 0, 1, 1])
    nbmap.await_pixel(nbmap.spot(-1, 1), GREEN)
    nbmap.await_pixel(nbmap.spot(1, 1), "#f7e7e8")
    nbmap.write(legend=LEGEND[:1])
    nbmap.await_pixel(nbmap.spot(1, 1), RED)


def test_an_entry_that_comes_to_lie_under_a_resting_pointer_is_not_meant(nbmap: Map) -> None:
    entry = nbmap.button(re.compile("^Boot"))
    box = entry.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    nbmap.root.evaluate("root => { root.querySelector('.nbl-map-legend').hidden = true; }")
    nbmap.page.mouse.move(*middle)
    nbmap.page.mouse.down()
    nbmap.page.mouse.up()
    nbmap.root.evaluate("root => { root.querySelector('.nbl-map-legend').hidden = false; }")
    nbmap.page.mouse.move(*middle)
    nbmap.painted()
    nbmap.await_pixel(nbmap.spot(1, 1), RED)
    nbmap.page.mouse.move(middle[0] + 5, middle[1])
    nbmap.await_pixel(nbmap.spot(1, 1), "#f7e7e8")


def test_legend_entries_are_equally_high_and_say_what_is_no_class_in_one_line(nbmap: Map) -> None:
    extra = {"code": 3, "name": "no label yet", "color": "#888888", "count": 4998}
    long = {**LEGEND[0], "name": "A rather long name of a class"}
    nbmap.write(legend=[long, *LEGEND[1:], extra])
    entries = nbmap.root.locator(".nbl-map-legend-entry")
    heights = entries.evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert len(heights) == 4
    assert len(set(heights)) == 1
    name = nbmap.root.get_by_text("no label yet")
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth && one.offsetHeight < 22")


def test_legend_keeps_its_buttons_when_the_counts_change(nbmap: Map) -> None:
    entry = nbmap.button(re.compile("^Bag"))
    entry.focus()
    nbmap.write(legend=[{**one, "count": 5} for one in reversed(LEGEND)])
    expect(nbmap.root.locator(".nbl-map-legend-entry").first).to_contain_text("Bag")
    nbmap.write(legend=[{**one, "count": 6} for one in reversed(LEGEND)])
    expect(nbmap.button("Bag 6")).to_be_visible()


def test_colour_is_chosen_as_a_trait(nbmap: Map) -> None:
    expect(nbmap.root.get_by_role("heading", name="Prediction")).to_be_visible()
    nbmap.root.get_by_label("Colour").select_option("label")
    assert nbmap.page.evaluate("nbl.widget.model.saved") == [{"color_by": "label"}]
    expect(nbmap.root.get_by_role("heading", name="Label", exact=True)).to_be_visible()


def test_projection_is_asked_for_followed_and_cancelled(nbmap: Map) -> None:
    select = nbmap.root.get_by_label("Projection").first
    progress = nbmap.root.get_by_role("progressbar")
    expect(progress).to_be_hidden()
    select.select_option("umap")
    assert nbmap.messages("project")[0]["name"] == "umap"
    before = nbmap.box
    nbmap.write(projection={**PROJECTION, "running": True, "progress": 0.4, "text": "UMAP 40 %"})
    expect(progress).to_have_js_property("value", 0.4)
    expect(nbmap.root).to_contain_text("UMAP 40 %")
    expect(select).to_have_value("umap")
    assert nbmap.box == before
    nbmap.button("Cancel").click()
    assert len(nbmap.messages("cancel")) == 1
    nbmap.write(projection={**PROJECTION, "text": "UMAP cancelled"})
    expect(progress).to_be_hidden()
    expect(select).to_have_value("pca")
    expect(nbmap.note).to_have_text("UMAP cancelled")
    nbmap.write(projection={**PROJECTION, "running": True, "progress": 0.9, "text": "UMAP 90 %"})
    nbmap.write(projection={**PROJECTION, "name": "umap"})
    expect(nbmap.note).to_have_text("UMAP ready")


LONG = "Training: loss 3.2071, about 12 min left"


@pytest.mark.parametrize("width", [320, 480, 760, 1180, 3840])
def test_the_progress_of_a_job_covers_no_point_and_moves_nothing(nbmap: Map, width: int) -> None:
    nbmap.page.set_viewport_size({"width": width + 40, "height": 1000})
    nbmap.page.evaluate(
        "width => { document.getElementById('cell').style.width = `${width}px`; }", width
    )
    boxes = """root => [...root.querySelectorAll(
      '.nbl-map-plane, .nbl-map-legend, .nbl-map-legend-entry')].map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return [x, y, width, height].join(' '); })"""
    before = nbmap.root.evaluate(boxes)
    told = {"running": True, "progress": 0.4, "text": LONG}
    nbmap.write(projection={**PROJECTION, **told})
    progress = nbmap.root.locator(".nbl-map-progress")
    expect(progress).to_be_visible()
    assert nbmap.root.evaluate(boxes) == before
    plane, bar = nbmap.plane.bounding_box(), progress.bounding_box()
    assert plane is not None
    assert bar is not None
    assert bar["y"] >= plane["y"] + plane["height"]
    for part in progress.locator("progress, button, .nbl-map-progress-text").all():
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= plane["x"] - 1
        assert box["x"] + box["width"] <= plane["x"] + plane["width"] + 1
    text = progress.locator(".nbl-map-progress-text")
    expect(text).to_be_visible()
    # all of it can be read
    assert text.evaluate("one => one.clientWidth > 100 && one.scrollWidth <= one.clientWidth")
    assert nbmap.root.evaluate("el => el.scrollWidth <= el.clientWidth")


def test_a_training_is_offered_asked_for_and_not_offered_while_one_runs(nbmap: Map) -> None:
    train = nbmap.button("Train encoder")
    expect(train).to_be_hidden()
    nbmap.write(projection={**PROJECTION, "train": True})
    train.click()
    assert len(nbmap.messages("train")) == 1
    told = {"running": True, "progress": 0.4, "text": "Training: loss 3.2, 2 min left"}
    nbmap.write(projection={**PROJECTION, "train": False, **told})
    expect(train).to_be_hidden()
    expect(nbmap.root).to_contain_text("Training: loss 3.2, 2 min left")
    nbmap.button("Cancel").click()
    assert len(nbmap.messages("cancel")) == 1


def test_names_are_text_and_nothing_else(browser_page: Page) -> None:
    name = "<img src=x onerror=\"document.title='owned'\">"
    classes = [{"name": name, "key": "1", "color": RED}]
    legend = [{"code": 0, "name": name, "color": RED, "count": None}]
    modes = [{"value": "prediction", "text": name}]
    opened = Map(browser_page, classes=classes, legend=legend, color_modes=modes)
    opened.place([*CORNERS, (0.0, 0.0)])
    opened.painted()
    expect(opened.button(name)).to_be_visible()
    opened.move_to(opened.spot(0, 0))
    opened.await_sent("hover")
    opened.picture(4, text=name)
    expect(opened.card).to_contain_text(name)
    opened.button("Box").click()
    opened.drag(opened.spot(-0.5, 0.5), opened.spot(0.5, -0.5))
    message = confirm(opened, "1")
    assert message["label"] == name
    opened.acknowledge(message["uid"], name)
    expect(opened.live).to_have_text(name)
    expect(opened.panel.locator("img")).to_have_count(0)
    assert browser_page.title() != "owned"


# Size, motion, theme


def test_canvases_have_the_pixels_of_the_screen(nbmap: Map) -> None:
    page = nbmap.page
    page.evaluate("document.getElementById('cell').style.width = '500px'")
    size = "c => [c.width, c.height, c.clientWidth, c.clientHeight]"
    canvas = nbmap.plane.locator(".nbl-map-points")
    nbmap.await_pixel(nbmap.spot(0, 0), GREEN)
    width, height, shown_width, shown_height = canvas.evaluate(size)
    assert (width, height) == (shown_width, shown_height)
    session = page.context.new_cdp_session(page)
    metrics = {"width": 800, "height": 900, "deviceScaleFactor": 2, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", metrics)
    nbmap.ring(current=4)
    page.wait_for_function(
        "c => c.width === 2 * c.clientWidth && c.height === 2 * c.clientHeight",
        arg=canvas.element_handle(),
    )
    nbmap.await_pixel(nbmap.spot(0, 0), GREEN)


def test_points_glide_to_their_new_places(nbmap: Map) -> None:
    # looked out for in the page, and from before: a glide is soon over
    nbmap.page.evaluate(
        f"""(asked) => {{
          const [canvas, from, to] = asked;
          const look = () => {{
            nbl.glided = ({PIXEL})([canvas, from]) === "#ffffff"
              && ({PIXEL})([canvas, to]) === "#ffffff";
            if (!nbl.glided) requestAnimationFrame(look);
          }};
          look();
        }}""",
        [
            nbmap.plane.locator(".nbl-map-points").element_handle(),
            nbmap.spot(0, 0),
            nbmap.spot(0.5, 0.5),
        ],
    )
    nbmap.place([*CORNERS, (0.5, 0.5)], animate=True)
    nbmap.page.wait_for_function("nbl.glided")
    nbmap.color([0, 0, 0, 0, 2])
    nbmap.await_pixel(nbmap.spot(0.5, 0.5), BLUE)


@pytest.mark.parametrize("by", ["mouse", "cross-hair"])
def test_a_point_is_picked_where_it_is_seen_while_the_points_glide(nbmap: Map, by: str) -> None:
    if by == "cross-hair":
        nbmap.plane.focus()
        nbmap.plane.press("c")
    stop_clock(nbmap.page)  # no frame is drawn: the points are where they were
    nbmap.place([*CORNERS, (0.5, 0.5)], animate=True)
    if by == "mouse":
        nbmap.click(nbmap.spot(0, 0))
        nbmap.page.clock.run_for(400)
    else:
        nbmap.plane.press("Enter")
    assert nbmap.await_sent("show")[0]["index"] == 4


def test_points_jump_where_motion_is_unwanted(nbmap: Map) -> None:
    nbmap.page.emulate_media(reduced_motion="reduce")
    nbmap.place([*CORNERS, (0.5, 0.5)], animate=True)
    nbmap.painted()
    assert nbmap.pixel(nbmap.spot(0.5, 0.5)) != "#ffffff"
    assert nbmap.pixel(nbmap.spot(0, 0)) == "#ffffff"
    nbmap.click(nbmap.spot(0.5, 0.5))
    assert nbmap.await_sent("show")[0]["index"] == 4


def test_plane_follows_the_theme(nbmap: Map) -> None:
    empty = nbmap.spot(0.5, 0)
    nbmap.page.evaluate(
        """() => {
          document.documentElement.classList.add("dark");
          document.body.dataset.jpThemeLight = "false";
        }"""
    )
    nbmap.await_pixel(empty, "#212121")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 760])
def test_accessible_at_any_width(selection: Map, theme: str, width: int) -> None:
    page = selection.page
    page.evaluate(
        """([theme, width]) => {
          document.documentElement.classList.toggle("dark", theme === "dark");
          document.getElementById("cell").style.width = `${width}px`;
        }""",
        [theme, width],
    )
    selection.write(
        projection={**PROJECTION, "running": True, "progress": 0.4, "text": "UMAP 40 %"}
    )
    for open_gallery in (True, False):
        assert selection.root.evaluate("el => el.scrollWidth <= el.clientWidth")
        for button in selection.root.locator("button:visible, select:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24
        results = Axe().run(page, context=".nbl-map", options={"resultTypes": ["violations"]})
        assert not results.response["violations"], results.generate_report()
        if open_gallery:
            selection.press("Escape")
            expect(selection.gallery).to_be_hidden()


def test_the_tools_take_three_rows_in_the_narrowest_panel(nbmap: Map) -> None:
    nbmap.page.evaluate("document.getElementById('cell').style.width = '216px'")
    tops = nbmap.root.locator(".nbl-map-toolbar :is(button, select)").evaluate_all(
        "all => all.filter((one) => one.checkVisibility())"
        ".map((one) => Math.round(one.getBoundingClientRect().top))"
    )
    assert len(set(tops)) == 3
    assert nbmap.root.evaluate("el => el.scrollWidth <= el.clientWidth")


# Views


def test_two_views_show_the_same_state(nbmap: Map) -> None:
    nbmap.add_view()
    second = nbmap.page.locator(".nbl-map").nth(1)
    nbmap.ring(current=3, queries=[4])
    for view in (nbmap.root, second):
        canvas = view.locator(".nbl-map-marks").element_handle()
        nbmap.page.wait_for_function(
            f"([canvas, spot]) => ({PIXEL})([canvas, spot]) === '#000000'",
            arg=[canvas, (nbmap.spot(0, 0)[0] - 9, nbmap.spot(0, 0)[1])],
        )
    # each moves on its own
    second.get_by_role("button", name="Zoom in").click()
    nbmap.await_pixel(nbmap.spot(1, 1), RED)


def test_a_removed_view_leaves_nothing_behind(browser_page: Page) -> None:
    # what Playwright itself listens to is there from its first wait on
    browser_page.wait_for_function("true")
    browser_page.evaluate(
        """() => {
        window.left = { observers: 0, frames: new Set(), timers: new Set(), signals: [] };
        for (const name of ["ResizeObserver", "MutationObserver"]) {
          const { observe, disconnect } = window[name].prototype;
          window[name].prototype.observe = function (...a) {
            if (!this.counted) left.observers += 1;
            this.counted = true;
            return observe.apply(this, a);
          };
          window[name].prototype.disconnect = function () {
            if (this.counted) left.observers -= 1;
            this.counted = false;
            return disconnect.call(this);
          };
        }
        const { requestAnimationFrame: frame, cancelAnimationFrame: unframe } = window;
        window.requestAnimationFrame = (act) => {
          const id = frame((now) => { left.frames.delete(id); act(now); });
          left.frames.add(id);
          return id;
        };
        window.cancelAnimationFrame = (id) => { left.frames.delete(id); unframe(id); };
        const { setTimeout: start, clearTimeout: stop } = window;
        window.setTimeout = (act, ms) => {
          const id = start(() => { left.timers.delete(id); act(); }, ms);
          left.timers.add(id);
          return id;
        };
        window.clearTimeout = (id) => { left.timers.delete(id); stop(id); };
        const { addEventListener } = EventTarget.prototype;
        EventTarget.prototype.addEventListener = function (type, act, options) {
          if (!(this instanceof Node && this !== document && this !== document.body)
              && !(this instanceof AbortSignal)) left.signals.push(options?.signal ?? null);
          return addEventListener.call(this, type, act, options);
        };
        }"""
    )
    opened = Map(browser_page)
    opened.place([*CORNERS, (0.0, 0.0)])
    opened.color([0] * 5)
    opened.mark()
    opened.ring(current=4)
    opened.painted()
    opened.click(opened.spot(0, 0))
    opened.place([*CORNERS, (0.5, 0.0)], animate=True)
    state = browser_page.evaluate(
        """async () => {
          const before = { observers: left.observers, listeners: left.signals.length };
          await nbl.views[0].remove();
          await nbl.widget.close();
          nbl.widget.model.deliver({ type: "colors", palette: [] }, [new Uint8Array(5)]);
          return {
            before,
            observers: left.observers,
            frames: left.frames.size,
            timers: left.timers.size,
            listening: left.signals.filter((signal) => !signal?.aborted).length,
            model: nbl.widget.model.listeners.length,
          };
        }"""
    )
    before = state.pop("before")
    assert before["observers"] > 0
    assert before["listeners"] > 0
    assert state == {"observers": 0, "frames": 0, "timers": 0, "listening": 0, "model": 0}
