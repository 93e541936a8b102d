"""The page and a real panel, with a connection between them that breaks."""

import time
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import nblabel as nb
from nblabel.widget import Labeler
from nblabel.widget.panel import registry
from tests.samples import CLASSES, blobs
from tests.wire import TRAITS, use_channels

N = 60
STORM_SECONDS, CUT = 5.0, (2.0, 3.5)
LEAST_ANSWERS, MOST_SECONDS = 6, 30.0
SECONDS_AFTER = 2.0
ARRIVE = """(parcels) => {
    for (const [data, buffers] of parcels) {
        const { model } = nbl.widget;
        if (data.method === "custom") { model.arrive(data.content, buffers); continue; }
        if (data.state.snapshot_bytes)
            data.state.snapshot_bytes = new DataView(Uint8Array.from(data.state.snapshot_bytes).buffer);
        model.write(data.state);
    }
}"""
OPEN = """async (traits) => {
    await nbl.open(traits);
    const { model } = nbl.widget;
    model.numbers = false;
    nbl.out = [];
    model.onSend = (content, buffers) =>
        nbl.out.push([structuredClone(content), buffers.map((one) => [...new Uint8Array(one)])]);
    await nbl.widget.render();
}"""


class Line:
    """What is on its way between the page and the panel."""

    def __init__(self, page: Page, panel: nb.Labeler, seed: int) -> None:
        self.page, self.channel = page, panel.comm
        self.rng = np.random.default_rng(seed)
        self.on_way: list[tuple[float, bool, Any]] = []
        self.given: list[str] = []
        self.state = "calm"
        self.over = 0.0
        self.channel.relay = lambda data, buffers: self._put(True, (data, buffers))

    def _put(self, to_page: bool, parcel: Any) -> None:
        now = time.monotonic()
        if self.state == "calm":
            self.on_way.append((now, to_page, parcel))
        elif self.state == "storm" and self.rng.random() > 0.25:
            for _ in range(1 + (self.rng.random() < 0.2)):
                delay = self.rng.uniform(0, 1) if self.rng.random() < 0.4 else 0.02
                self.over = max(self.over, now + delay)
                self.on_way.append((now + delay, to_page, parcel))

    def pump(self, seconds: float) -> None:
        """Carry what is due, for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for content, buffers in self.page.evaluate("nbl.out.splice(0)"):
                if "uid" in content and content["uid"] not in self.given:
                    self.given.append(content["uid"])
                self._put(False, (content, [bytes(one) for one in buffers]))
            now = time.monotonic()
            due = sorted((one for one in self.on_way if one[0] <= now), key=lambda one: one[0])
            self.on_way = [one for one in self.on_way if one[0] > now]
            for _, to_page, (content, buffers) in due:
                if not to_page:
                    self.channel.receive({"method": "custom", "content": content}, buffers)
            arriving = [
                (plain(data), [list(one) for one in buffers])
                for _, to_page, (data, buffers) in due
                if to_page
            ]
            self.page.evaluate(ARRIVE, arriving)
            self.page.wait_for_timeout(5)  # the panel's loop runs meanwhile


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return a message as the browser can be given it; traits that are of other parts are left out."""
    if "state" not in data:
        return data
    state = {name: value for name, value in data["state"].items() if name in TRAITS}
    if isinstance(state.get("snapshot_bytes"), bytes):
        state["snapshot_bytes"] = list(state["snapshot_bytes"])
    return {**data, "state": state}


@pytest.mark.slow  # eight seconds of a connection that breaks
@pytest.mark.parametrize("seed", range(3))
def test_the_screen_is_right_two_seconds_after_a_storm(
    browser_page: Page, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    use_channels(monkeypatch)
    registry.forget()
    pixels = np.random.default_rng(1).integers(0, 256, (N, 4, 4), dtype=np.uint8)
    pool = nb.Pool(pixels, embeddings=blobs(N))
    panel = Labeler(pool, CLASSES, projection="pca", learner="knn", strategy="margin")
    traits = {**{name: panel.comm.state.get(name) for name in TRAITS}, "snapshot_bytes": None}
    line = Line(browser_page, panel, seed)
    try:
        browser_page.evaluate(OPEN, traits)
        line.pump(1)
        queue = browser_page.locator(".nbl-queue")
        queue.focus()
        began = time.monotonic()
        while (passed := time.monotonic() - began) < STORM_SECONDS or (
            len(line.given) < LEAST_ANSWERS and passed < MOST_SECONDS
        ):
            line.state = "cut" if CUT[0] < passed < CUT[1] else "storm"
            browser_page.keyboard.press(str(1 + line.rng.integers(3)))
            line.pump(line.rng.uniform(0.17, 0.4))
        line.state = "calm"
        line.pump(line.over - time.monotonic() + SECONDS_AFTER)
        assert len(line.given) >= LEAST_ANSWERS
        assert [one.uid for one in panel.session.store.read()] == line.given
        shown = queue.locator(".nbl-id").inner_text()
        assert shown not in panel.session.state.answers
        picture = queue.locator(".nbl-picture").evaluate(
            "one => [...one.getContext('2d').getImageData(0, 0, 4, 4).data]"
        )
        assert picture[::4] == pixels[int(shown)].ravel().tolist()
        for name in ("status", "classes", "legend", "error", "projection"):
            known = browser_page.evaluate("name => nbl.widget.model.get(name)", name)
            assert known == panel.comm.state[name], name
        counted = f"{len(line.given)} labeled"
        assert counted in browser_page.locator(".nbl-panel").inner_text()
    finally:
        panel.close()
        registry.forget()
