"""Names and pictures over the points, in a browser, and the placing of names beside a slow reference."""

import math
import random
import struct
from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.test_map_page import BLUE, CORNERS, GREEN, RED, Map, Spot

STATIC = "/nblabel/widget/static/map"
CELL, REACH, APART = 12, 2, 400
LEAST_POINTS, LEAST_SHARE, LEAST_DENSITY, MOST_OF_ONE, MOST_NAMED = 3, 0.4, 0.3, 3, 40
REGIONS = f"""async ([points, codes, camera, named]) => {{
  const {{ cellsOfPoints, findRegions, placeNames }} = await import("{STATIC}/regions.js");
  const {{ Camera }} = await import("{STATIC}/camera.js");
  const view = Object.assign(new Camera(), camera);
  const cells = cellsOfPoints(Float32Array.from(points.flat()), view, null);
  const regions = findRegions(cells, Uint16Array.from(codes), named);
  const measure = (code) => ({{ width: 40 + 7 * (code % 9), height: 20 }});
  return [regions, placeNames(regions, measure, camera)];
}}"""


def blobs(seed: int, classes: int, n: int) -> tuple[list[Spot], list[int]]:
    """Points of classes that overlap, some of them in two parts."""
    numbers = random.Random(seed)
    middles = [
        [(numbers.uniform(-1, 1), numbers.uniform(-1, 1)) for _ in range(1 + code % 2)]
        for code in range(classes)
    ]
    points, codes = [], []
    for _ in range(n):
        code = int(classes * numbers.random() ** 1.5)
        x, y = numbers.choice(middles[code])
        spread = 0.05 + 0.1 * (code % 3)
        # as single precision has them
        points.append(
            struct.unpack(
                "<2f", struct.pack("<2f", numbers.gauss(x, spread), numbers.gauss(y, spread))
            )
        )
        codes.append(code)
    return points, codes


def slow_regions(
    points: Sequence[Spot], codes: Sequence[int], camera: dict[str, float], named: int
) -> list[list[dict[str, float]]]:
    """Count the points around each cell one by one."""
    columns, rows = (math.ceil(camera[side] / CELL) for side in ("width", "height"))
    counts: dict[tuple[int, int, int], int] = {}
    for (x, y), code in zip(points, codes, strict=True):
        px = (x - camera["x"]) * camera["scale"] + camera["width"] / 2
        py = (camera["y"] - y) * camera["scale"] + camera["height"] / 2
        at = math.floor(px / CELL), math.floor(py / CELL)
        if 0 <= at[0] < columns and 0 <= at[1] < rows and code < named:
            counts[(code, *at)] = counts.get((code, *at), 0) + 1
    totals = [sum(n for (one, *_), n in counts.items() if one == code) for code in range(named)]
    order = sorted((code for code in range(named) if totals[code]), key=lambda c: (-totals[c], c))

    def around(code: int, column: int, row: int) -> int:
        square = range(-REACH, REACH + 1)
        return sum(counts.get((code, column + i, row + k), 0) for i in square for k in square)

    found = []
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    everything = {cell: sum(around(code, *cell) for code in range(named)) for cell in cells}
    for code in order[:MOST_NAMED]:
        scores = {}
        for cell in cells:
            own, total = around(code, *cell), everything[cell]
            scores[cell] = own**2 / total if own >= max(LEAST_POINTS, LEAST_SHARE * total) else 0
        peaks: list[dict[str, float]] = []
        while len(peaks) < MOST_OF_ONE:
            best = max(cells, key=scores.__getitem__)
            if not scores[best] or (peaks and scores[best] < LEAST_DENSITY * peaks[0]["score"]):
                break
            x, y = ((one + 0.5) * CELL for one in best)
            peaks.append({"code": code, "x": x, "y": y, "score": scores[best]})
            for other in cells:
                if math.dist((x, y), [(one + 0.5) * CELL for one in other]) < APART:
                    scores[other] = 0
        if peaks:
            found.append(peaks)
    return found


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    across = abs(a["x"] - b["x"]) < (a["width"] + b["width"]) / 2
    return across and abs(a["y"] - b["y"]) < (a["height"] + b["height"]) / 2


def test_names_give_way_to_the_marks_of_questions(browser_page: Page) -> None:
    place = f"""async (marks) => {{
      const {{ placeNames }} = await import("{STATIC}/regions.js");
      const regions = [[{{ code: 0, x: 200, y: 100, score: 2 }}]];
      const measure = () => ({{ width: 50, height: 20 }});
      return placeNames(regions, measure, {{ width: 400, height: 200 }}, marks);
    }}"""

    def around(x: float, y: float, width: float, height: float) -> dict[str, float]:
        return {"left": x, "top": y, "right": x + width, "bottom": y + height}

    (free,) = browser_page.evaluate(place, [])
    assert (free["x"], free["y"]) == (200, 100)
    (moved,) = browser_page.evaluate(place, [around(210, 85, 28, 28)])
    assert (moved["x"], moved["y"]) == (200, 60)
    # where marks are everywhere it stands on its region all the same
    (kept,) = browser_page.evaluate(place, [around(150, 0, 100, 200)])
    assert (kept["x"], kept["y"]) == (200, 100)


@pytest.mark.parametrize(
    ("seed", "classes", "scale"), [(0, 3, 150), (1, 8, 150), (2, 60, 150), (3, 8, 900)]
)
def test_names_stand_where_a_slow_count_puts_them(
    browser_page: Page, seed: int, classes: int, scale: int
) -> None:
    points, codes = blobs(seed, classes, 1500)
    camera = {"width": 610, "height": 330, "x": 0.1, "y": -0.2, "scale": scale}
    # the last class has no name
    regions, placed = browser_page.evaluate(REGIONS, [points, codes, camera, classes - 1])
    expected = slow_regions(points, codes, camera, classes - 1)
    assert [[one["code"] for one in region] for region in regions] == [
        [one["code"] for one in region] for region in expected
    ]
    for found, known in zip(chain(*regions), chain(*expected), strict=True):
        assert (found["x"], found["y"]) == (known["x"], known["y"])
        assert found["score"] == pytest.approx(known["score"], rel=1e-6)
    assert placed
    assert not [(a, b) for place, a in enumerate(placed) for b in placed[:place] if overlap(a, b)]
    for one in placed:
        assert one["width"] / 2 <= one["x"] <= camera["width"] - one["width"] / 2
        assert one["height"] / 2 <= one["y"] <= camera["height"] - one["height"] / 2


def test_scattered_classes_have_no_region(browser_page: Page) -> None:
    numbers = random.Random(5)
    points = [(numbers.uniform(-1, 1), numbers.uniform(-1, 1)) for _ in range(30_000)]
    codes = [i % 4 for i in range(30_000)]
    camera = {"width": 400, "height": 400, "x": 0, "y": 0, "scale": 180}
    regions, placed = browser_page.evaluate(REGIONS, [points, codes, camera, 4])
    assert regions == placed == []


@pytest.fixture
def named(browser_page: Page) -> Map:
    """Three classes, each in a corner of its own."""
    opened = Map(browser_page)
    numbers = random.Random(1)
    middles = [(-0.6, 0.6), (0.6, 0.6), (0.0, -0.6)]
    points = [
        (x + numbers.uniform(-0.3, 0.3), y + numbers.uniform(-0.3, 0.3))
        for x, y in middles
        for _ in range(400)
    ]
    opened.place([*CORNERS, *points])
    opened.color([0] * 4 + [0] * 400 + [1] * 400 + [2] * 400)
    opened.mark()
    return opened


def shown_names(opened: Map) -> dict[str, Spot]:
    """Middles of the names that are seen, in the plane."""
    boxes = opened.root.locator(".nbl-map-region").evaluate_all(
        """all => all.filter((one) => one.checkVisibility({ visibilityProperty: true })).map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect();
          return [one.textContent, x, y, width, height];
        })"""
    )
    origin = opened.box
    return {
        name: (x + width / 2 - origin["x"], y + height / 2 - origin["y"])
        for name, x, y, width, height in boxes
    }


def await_names(opened: Map, *names: str) -> dict[str, Spot]:
    opened.page.wait_for_function(
        """([root, names]) => names.join() === [...new Set(
          [...root.querySelectorAll(".nbl-map-region")]
            .filter((one) => one.checkVisibility({ visibilityProperty: true }))
            .map((one) => one.textContent))].sort().join()""",
        arg=[opened.root.element_handle(), sorted(names)],
    )
    return shown_names(opened)


def test_classes_are_named_on_their_regions_until_the_names_are_hidden(named: Map) -> None:
    found = await_names(named, "Bag", "Boot", "Sandal")
    for name, middle in (("Sandal", (-0.6, 0.6)), ("Boot", (0.6, 0.6)), ("Bag", (0.0, -0.6))):
        assert math.dist(found[name], named.spot(*middle)) < 90
    button = named.button("Names")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(named.note).to_have_text("Names hidden")
    await_names(named)
    named.focus()
    named.press("n")
    await_names(named, "Bag", "Boot", "Sandal")


def test_names_move_with_the_points_and_stand_anew_once_the_camera_rests(named: Map) -> None:
    await_names(named, "Bag", "Boot", "Sandal")
    moved = named.page.evaluate(
        """async (root) => {
          const region = root.querySelector(".nbl-map-region");
          const before = region.getBoundingClientRect().x;
          root.querySelector(".nbl-map-plane").focus();
          const press = (key) => root.querySelector(".nbl-map-plane").dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true }));
          press("ArrowLeft");
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          return region.getBoundingClientRect().x - before;
        }""",
        named.root.element_handle(),
    )
    assert moved == pytest.approx(60, abs=1)
    # near enough to one region, no other is in view, and its name still is
    named.press("0")
    x, y = named.spot(-0.6, 0.6)
    named.move_to((x, y))
    named.page.mouse.wheel(0, -900)
    found = await_names(named, "Sandal")
    assert 0 < found["Sandal"][0] < named.box["width"]


def test_names_follow_what_the_colours_mean(named: Map) -> None:
    await_names(named, "Bag", "Boot", "Sandal")
    renamed = [{"name": name, "key": "", "color": RED} for name in ("Shoe", "Boot", "Bag")]
    named.write(classes=renamed)
    await_names(named, "Bag", "Boot", "Shoe")
    # a class that is shown alone is named alone
    named.button("Boot 1,001").click()
    named.move_to((3, 3))
    await_names(named, "Boot")
    named.press("Escape")
    named.write(color_modes=[{"value": "confidence", "text": "Confidence"}], color_by="confidence")
    await_names(named)
    legend = [
        {"code": code, "name": f"Cluster {code}", "color": GREEN, "count": 9, "cluster": code}
        for code in range(2)
    ]
    named.write(color_by="cluster", legend=legend)
    message = {"type": "colors", "palette": [RED, GREEN, BLUE, "#888888"]}
    named.send(message, bytes([0] * 4 + [0] * 400 + [1] * 400 + [2] * 400))
    await_names(named, "Cluster 0", "Cluster 1")  # smaller clusters have none


def pictured(opened: Map) -> list[int]:
    keys: list[str] = opened.root.locator(".nbl-map-picture").evaluate_all(
        "all => all.filter((one) => one.checkVisibility({ visibilityProperty: true }))"
        ".map((one) => one.dataset.key)"
    )
    return sorted(map(int, keys))


def near(opened: Map, at: Spot = (0.0, 0.0), steps: int = 3) -> None:
    opened.focus()
    opened.move_to(opened.spot(*at))
    for _ in range(steps):
        opened.page.mouse.wheel(0, -400)


@pytest.fixture
def sparse(browser_page: Page) -> Map:
    """A square lattice of points."""
    opened = Map(browser_page)
    side = [k / 20 for k in range(-20, 21)]
    opened.place([*CORNERS, *((x, y) for x in side for y in side)])
    opened.color([0] * (4 + 41 * 41))
    opened.mark(labeled=[4 + 20 * 41 + 20])
    opened.painted()
    return opened


MIDDLE = 4 + 20 * 41 + 20


def test_pictures_take_the_place_of_points_where_there_is_room(sparse: Map) -> None:
    assert sparse.messages("look") == []
    near(sparse)
    sparse.page.wait_for_function("document.querySelectorAll('.nbl-map-picture').length >= 12")
    assert MIDDLE in pictured(sparse)
    asked = [index for message in sparse.messages("look") for index in message["indices"]]
    assert len(asked) == len(set(asked)) <= 48
    boxes = sparse.root.locator(".nbl-map-picture").evaluate_all(
        """all => all.filter((one) => one.checkVisibility({ visibilityProperty: true })).map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2, width, height };
        })"""
    )
    assert not [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if overlap(a, b)]
    labeled = sparse.root.locator(f".nbl-map-picture[data-key='{MIDDLE}']")
    expect(labeled).to_have_class("nbl-map-picture nbl-map-picture-labeled")
    # the points below them are still asked about
    sparse.click(sparse.spot(0, 0))
    assert sparse.await_sent("show")[0]["index"] == MIDDLE
    sparse.button("Pictures").click()
    expect(sparse.root.locator(".nbl-map-picture")).to_have_count(0)
    sparse.focus()
    sparse.press("p")
    sparse.page.wait_for_function("document.querySelectorAll('.nbl-map-picture').length >= 12")
    sparse.press("0")
    expect(sparse.root.locator(".nbl-map-picture")).to_have_count(0)


def test_pictures_are_asked_for_once_and_in_portions(sparse: Map) -> None:
    near(sparse, steps=2)
    sparse.page.wait_for_function("document.querySelectorAll('.nbl-map-picture').length >= 20")
    sparse.color([1] * (4 + 41 * 41))
    sparse.press("ArrowLeft", "ArrowRight", "n")
    await_names(sparse)
    portions = [message["indices"] for message in sparse.messages("look")]
    assert len(portions[0]) == 16
    asked = list(chain(*portions))
    assert len(asked) == len(set(asked))


def test_a_slow_line_and_saved_data_ask_for_fewer_pictures(sparse: Map) -> None:
    sparse.page.evaluate(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true }, configurable: true })"
    )
    near(sparse)
    sparse.page.wait_for_function("document.querySelectorAll('.nbl-map-picture').length >= 12")
    sparse.painted()
    assert sum(len(message["indices"]) for message in sparse.messages("look")) == 12
    sparse.page.evaluate("delete navigator.connection")


def test_texts_have_no_pictures(browser_page: Page) -> None:
    opened = Map(browser_page, pool={"total": 5, "noun": "text"})
    opened.place([*CORNERS, (0.0, 0.0), (0.0, 0.001), (0.0, -0.001)])
    opened.color([0] * 7)
    near(opened)
    opened.await_pixel(opened.spot(1, 1), "#ffffff")
    await_names(opened, "Sandal")
    assert opened.messages("look") == []


@pytest.mark.parametrize("theme", ["light", "dark", "forced"])
def test_names_and_pictures_are_accessible(named: Map, theme: str) -> None:
    if theme == "dark":
        named.page.evaluate("document.documentElement.classList.add('dark')")
    elif theme == "forced":
        named.page.emulate_media(forced_colors="active")
    named.button("Lasso").click()
    await_names(named, "Bag", "Boot", "Sandal")
    results = Axe().run(named.page, context=".nbl-map", options={"resultTypes": ["violations"]})
    assert not results.response["violations"], results.generate_report()


@pytest.mark.slow  # a million points
def test_a_million_points_are_named_after_the_camera_rests_and_not_while_it_moves(
    browser_page: Page,
) -> None:
    opened = Map(browser_page)
    told: dict[str, Any] = browser_page.evaluate(
        f"""async () => {{
          const {{ cellsOfPoints, findRegions }} = await import("{STATIC}/regions.js");
          const {{ pointsInView }} = await import("{STATIC}/close_up.js");
          const {{ Camera }} = await import("{STATIC}/camera.js");
          const n = 1e6;
          const coords = Float32Array.from({{ length: 2 * n }}, () => 2 * Math.random() - 1);
          const codes = Uint8Array.from({{ length: n }}, (_, i) => 10 * (coords[2 * i] / 2 + 0.5));
          const view = Object.assign(new Camera(), {{ width: 1000, height: 580, scale: 270 }});
          const best = (act) => Math.min(...[0, 1, 2, 3, 4].map(() => {{
            const start = performance.now();
            act();
            return performance.now() - start;
          }}));
          const names = best(() => findRegions(cellsOfPoints(coords, view, null), codes, 10));
          view.scale = 9000;
          return {{ names, near: best(() => pointsInView(coords, view, null)) }};
        }}"""
    )
    print(told)
    assert told["names"] < 200
    assert told["near"] < 50
    del opened
