"""A race of four strategies and a person in a real JupyterLab: how soon a curve has its new point.

A part of `benchmarks.panel`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.report import Row
from tests.lab.notebook import LabServer, open_notebook, wait_for

STRATEGIES = ("alternating", "margin", "entropy", "random")
PERSON = "you"
PAUSE_MS = 500
N = 5_000  # images of the sample

SOURCE = """
import nblabel as nb
sample = nb.datasets.load_fashion_mnist_sample()
race = nb.race(
    sample.images[:{n}], sample.labels[:{n}], classes=sample.classes, strategies={strategies},
    n_labels={n_labels}, projection="pca",
)
race
"""
READY = "race.frame['strategy'].nunique()"  # of the strategies whose curves are whole
ENDS = "[one['points'][-1][0] if one['points'] else 0 for one in race.chart.drawn['curves']]"
# Times, in the page's own clock, of keys and of each painted chart, with where its curves end.
PROBE_JS = """(n) => {
  window.probe = {keys: [], charts: []};
  addEventListener('keydown', (event) => probe.keys.push(event.timeStamp), true);
  const plot = document.querySelector('.nbl-race');
  const end = (_, number) => {
    const last = [...plot.querySelectorAll(`circle.nbl-chart-line-${number} title`)].at(-1);
    return Number(last?.textContent.match(/(\\d+) labels?$/)[1] ?? 0);
  };
  new MutationObserver(() => {
    const ends = Array.from({length: n}, end);
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => probe.charts.push({ends, painted: performance.now()});
      channel.port2.postMessage(null);
    });
  }).observe(plot, {childList: true, subtree: true});
}"""


def measure(server: LabServer, browser: Any, _folder: Path, n_keys: int, n: int = N) -> list[Row]:
    """Answer as many questions rightly as there are keys, and time each curve after each key."""
    view = {"width": 1280, "height": 2_000}
    cells = [SOURCE.format(n=n, strategies=list(STRATEGIES), n_labels=n_keys)]
    with open_notebook(server, browser, "race", cells, viewport=view) as book:
        book.run_cell(0, timeout_s=300)
        page = book.page
        page.wait_for_selector(".nbl-mat[data-state=item]", timeout=120_000)
        page.wait_for_selector(".nbl-race .nbl-chart")
        wait_for(lambda: book.evaluate(READY) == len(STRATEGIES), 600, lambda: "the strategies")
        book.wait_until_idle(300)
        answers = book.evaluate("sample.labels.tolist()")
        shown = page.locator(".nbl-queue .nbl-id")
        page.locator(".nbl-queue").focus()
        page.evaluate(PROBE_JS, 1 + len(STRATEGIES))
        for _ in range(n_keys):
            page.keyboard.press(str((answers[int(shown.inner_text())] + 1) % 10))
            page.wait_for_timeout(PAUSE_MS)
        page.wait_for_function(
            "(n) => probe.charts.at(-1)?.ends.every((end) => end === n)", arg=n_keys
        )
        seen = page.evaluate("probe")
        if book.problems or book.evaluate(ENDS) != [n_keys] * (1 + len(STRATEGIES)):
            raise RuntimeError(f"not every key was an answer, or: {book.problems}")
    return [
        Row(f"race on {n:,} images: key to its point on the curve of {name}", "ms",
            waits(seen, number), "p95 at most 100 ms", "p95", 100)
        for number, name in enumerate((PERSON, *STRATEGIES))
    ]  # fmt: skip


def waits(seen: dict[str, Any], curve: int) -> list[float]:
    """Return the time from each key to the first chart in which a curve has come so far."""
    return [
        next(one["painted"] for one in seen["charts"] if one["ends"][curve] >= n) - pressed
        for n, pressed in enumerate(seen["keys"], start=1)
    ]
