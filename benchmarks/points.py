"""The map of a million points in a real JupyterLab, beside jupyter-scatter where it does the same.

A part of `benchmarks.panel`. jupyter-scatter draws by WebGL, which a machine without a graphics
card works out on its processors: its rows are those of such a machine.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.looking import FRAME, VIEW, WHEEL_JS, expect_no_problems, open_panel
from benchmarks.report import Row
from tests.lab.notebook import LabServer, Notebook, open_notebook, wait_for

N_POINTS = 1_000_000
CHANGES = 10  # of the colour, and of the filter
WHEEL_FRAMES = 60
LEAST_NAMES = 8  # of eight classes
STEPS = 12  # of the wheel; the first ones find no room for pictures
REST_MS = 500  # between two changes, as a person's hand needs more

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
SCATTER = """
import numpy as np, pandas as pd, jscatter
n = {n}
rng = np.random.default_rng(0)
group = rng.integers(0, 40, n)
X = (rng.normal(0, 1, (40, 2))[group] + rng.normal(0, 0.1, (n, 2))).astype(np.float32)
city = pd.Categorical(np.array(["Oslo", "Rome"])[group % 2])
data = pd.DataFrame({{"x": X[:, 0], "y": X[:, 1], "year": 1900.0 + group, "city": city}})
rows = {{name: np.flatnonzero(city == name) for name in ("Oslo", "Rome")}}
scatter = jscatter.Scatter(data=data, x="x", y="y", color_by="city", height=600)
scatter.show()"""
PLOT = ".jp-OutputArea-output canvas"

# When a map was drawn last: pixels are put there by us, a picture by jupyter-scatter.
DRAWN_JS = """(map) => {
  window.drawn = 0;
  const context = CanvasRenderingContext2D.prototype;
  for (const name of ["putImageData", "drawImage"]) {
    const put = context[name];
    context[name] = function (...given) {
      const done = put.apply(this, given);
      if (this.canvas.matches(map)) window.drawn = performance.now();
      return done;
    };
  }
}"""
# Until the map is drawn with what the words beside it say.
CHANGED_JS = f"""
{FRAME}
const changed = async (words, change) => {{
  const said = () => document.querySelector(words).textContent;
  await new Promise((done) => setTimeout(done, {REST_MS}));
  const before = said();
  const start = performance.now();
  change();
  do {{
    await frame();
    if (performance.now() > start + 10_000) throw new Error(`${{words}}: nothing changed`);
  }} while (said() === before || window.drawn < start);
  await frame();
  return performance.now() - start;
}};"""
CHOOSE_JS = f"""async ([field, value, words]) => {{
  {CHANGED_JS}
  const select = document.querySelector(field);
  return changed(words, () => {{
    select.value = value;
    for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, {{ bubbles: true }}));
  }});
}}"""
CHECK_JS = f"""async (value) => {{
  {CHANGED_JS}
  const lines = [...document.querySelectorAll(".nbl-filter-value")];
  const line = lines.find((one) => one.textContent === value);
  return changed(".nbl-filter-summary", () => line.querySelector("input").click());
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
  for (let i = 0; i < {STEPS}; i++) {{
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


def measure(server: LabServer, browser: Any, _folder: Path, _n_keys: int) -> list[Row]:
    """Measure colours, filters, names, pictures and zoom of a map of a million points."""
    return [*_ours(server, browser), *_jupyter_scatter(server, browser)]


def _ours(server: LabServer, browser: Any) -> list[Row]:
    cells = [POINTS.format(n=N_POINTS)]
    with open_notebook(server, browser, "million points", cells, viewport=VIEW) as book:
        open_panel(book)
        page = book.page
        page.evaluate(DRAWN_JS, ".nbl-map-points")
        names = wait_for(lambda: _names(page), 120, lambda: "names of classes")
        color, legend = ".nbl-map-field select", ".nbl-map-legend"
        columns = page.locator(color).first.evaluate(
            "(one) => Object.fromEntries([...one.options].map(({ text, value }) => [text, value]))"
        )
        colored = [
            page.evaluate(CHOOSE_JS, [color, columns[("city", "year")[k % 2]], legend])
            for k in range(CHANGES)
        ]
        from_python = _drawn_after(
            book, [f"panel.color_by = {columns[('city', 'year')[k % 2]]!r}" for k in range(CHANGES)]
        )
        page.evaluate("document.querySelector('.nbl-map-plane').focus()")
        zoomed = page.evaluate(WHEEL_JS, [".nbl-map-marks", WHEEL_FRAMES, 60])
        page.locator(".nbl-map-tool[aria-label='Filters']").click()
        page.locator(".nbl-filter-value").first.wait_for(state="attached")
        page.evaluate(CHECK_JS, "Oslo")
        filtered = [page.evaluate(CHECK_JS, "Rome") for _ in range(CHANGES)]
        page.get_by_role("button", name="Clear filters").first.click()
        pictured = page.evaluate(PICTURES_JS)
        expect_no_problems(book)
    of = f"{N_POINTS:,} points, "
    return [
        Row(f"{of}coloured by a column", "ms", colored, "at most 150 ms", "median", 150),
        Row(f"{of}coloured by a column from Python", "ms", from_python),
        Row(f"{of}filtered by a column", "ms", filtered, "at most 100 ms", "median", 100),
        Row(f"{of}a frame while the wheel zooms", "ms", zoomed, "median at most 17 ms", "median",
            17),
        Row(f"{of}pictures after a step of the wheel", "ms", pictured, "at most 200 ms", "max",
            200),
        Row(f"{of}steps of {STEPS} that left no room for pictures", "", [STEPS - len(pictured)]),
        Row(f"{of}pairs of {names[0]} names that overlap", "", [names[1]], "none", "max", 0),
    ]  # fmt: skip


def _jupyter_scatter(server: LabServer, browser: Any) -> list[Row]:
    cells = [SCATTER.format(n=N_POINTS)]
    with open_notebook(server, browser, "jupyter-scatter", cells, viewport=VIEW) as book:
        book.run_cell(0, timeout_s=300)
        page = book.page
        page.wait_for_selector(PLOT, timeout=120_000)
        book.wait_until_idle(300)
        page.evaluate(DRAWN_JS, PLOT)
        colored = _drawn_after(
            book, [f"scatter.color(by={('year', 'city')[k % 2]!r})" for k in range(CHANGES)]
        )
        zoomed = page.evaluate(WHEEL_JS, [PLOT, WHEEL_FRAMES, 60])
        filtered = _drawn_after(
            book, [f"scatter.filter(rows[{('Oslo', 'Rome')[k % 2]!r}])" for k in range(CHANGES)]
        )
    of = f"jupyter-scatter {version('jupyter-scatter')}, {N_POINTS:,} points, "
    return [
        Row(f"{of}coloured by a column from Python", "ms", colored),
        Row(f"{of}filtered from Python", "ms", filtered),
        Row(f"{of}a frame while the wheel zooms", "ms", zoomed),
    ]


def _names(page: Any) -> Any:
    """Return how many names there are, and how many of them overlap, once all are there."""
    found = page.evaluate(NAMES_JS)
    return found if found[0] >= LEAST_NAMES else None


def _drawn_after(book: Notebook, steps: list[str]) -> list[float]:
    """Return the milliseconds from code that runs in the kernel to what it draws."""
    took = []
    for code in steps:
        book.page.wait_for_timeout(REST_MS)
        began = book.page.evaluate("performance.now()")
        book.execute(code)
        drawn = book.page.wait_for_function(
            "(began) => window.drawn > began && window.drawn", arg=began
        )
        took.append(drawn.json_value() - began)
    return took
