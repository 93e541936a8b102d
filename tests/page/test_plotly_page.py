"""What stands in the map's place where plotly draws the points beside the panel."""

import re
import struct
from collections.abc import Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import stop_clock
from tests.page.panel import PROJECTION, item
from tests.page.test_group_page import CLUSTERS, FOUND, LEGEND
from tests.page.test_map_page import Map

CODES = [  # as coloured by label
    {"code": 0, "name": "Sandal", "color": "#c94f56", "count": 2},
    {"code": 3, "name": "no label yet", "color": "#9a9a9a", "count": 118},
]


def open_side(page: Page, **traits: Any) -> Map:
    modes = [{"value": mode, "text": mode.title()} for mode in ("label", "cluster")]
    shown = {"clustering": FOUND, "color_by": "cluster", "color_modes": modes, "legend": LEGEND}
    opened = Map(page, **{"map_kind": "plotly", **shown, **traits})
    page.evaluate("clusters => { nbl.clusters = clusters; }", CLUSTERS)
    opened.deliver({"type": "points", "n": 120, "animate": False})
    opened.mark()
    return opened


def select(opened: Map, indices: Sequence[int], **more: Any) -> None:
    """Draw around points in the figure."""
    opened.send({"type": "select", **more}, struct.pack(f"<{len(indices)}I", *indices))


def lit(opened: Map, count: int) -> dict[str, Any]:
    """Return what was last asked to stand out in the figure, once it was asked so often."""
    return opened.await_sent("lit", count)[-1]


@pytest.fixture
def side(browser_page: Page) -> Map:
    return open_side(browser_page)


def test_a_cluster_is_opened_from_the_legend_and_labeled(side: Map) -> None:
    side.button(re.compile("^cluster 1")).click()
    side.await_group(1)
    expect(side.gallery).to_contain_text("Cluster 1")
    assert lit(side, 1)["buffers"] == [CLUSTERS[1]]
    side.press("Space", "2")
    (message,) = side.await_sent("label")
    assert message["buffers"] == [CLUSTERS[1][1:], [1]]
    side.acknowledge(message["uid"], "59 images labeled as Boot.")
    expect(side.live).to_have_text("59 images labeled as Boot.")
    side.press("u")
    (undo,) = side.await_sent("undo")
    assert undo["of"] == message["uid"]
    side.acknowledge(undo["uid"], "Undone")
    side.press("Escape")
    expect(side.gallery).to_be_hidden()
    assert side.root.evaluate("el => el.contains(document.activeElement)")
    assert side.await_sent("end_gallery")
    side.page.wait_for_function(
        "() => { const last = nbl.widget.model.sent.filter((m) => m.type === 'lit').at(-1);"
        " return last.code === null && last.buffers.length === 0; }"
    )


def test_clusters_are_stepped_through_by_keyboard(side: Map) -> None:
    side.root.focus()
    side.press("g")
    side.await_group(0)
    side.press(">")
    side.await_group(1)
    side.page.wait_for_function(
        "last => { const sent = nbl.widget.model.sent.filter((m) => m.type === 'lit');"
        " return sent.length && new Uint32Array(sent.at(-1).buffers[0] ?? [0])[0] === last; }",
        arg=1,
    )


def test_clusters_are_found(browser_page: Page) -> None:
    side = open_side(browser_page, clustering={**FOUND, "n": 0}, color_by="label", legend=CODES)
    side.button(re.compile("^Clusters")).click()
    expect(side.root.get_by_label("How many")).to_be_focused()
    side.press("Enter")
    assert side.await_sent("cluster")[0]["n"] == 6
    side.write(clustering={**FOUND, "n": 0, "finding": True})
    side.write(clustering=FOUND)
    side.await_group(0)


def test_what_was_drawn_around_is_looked_at_and_labeled(side: Map) -> None:
    select(side, [3, 4, 90])
    side.await_group(3)
    assert side.messages("gallery")[0]["buffers"] == [[3, 4, 90]]
    side.cell(4).click()
    assert lit(side, 1)["buffers"] == [[3, 90]]  # the figure showed all three by itself
    select(side, [])  # as plotly tells when what was drawn is taken away
    expect(side.gallery).to_contain_text("Label 2 (1 excluded) as")
    side.press("3")
    (message,) = side.await_sent("label")
    assert (message["label"], message["buffers"]) == ("Bag", [[3, 90], [4]])
    side.acknowledge(message["uid"], "2 images labeled as Bag.")
    select(side, [])  # as plotly tells when that is done
    expect(side.gallery).to_be_visible()
    side.gallery.get_by_role("button", name="Undo").click()
    (undo,) = side.await_sent("undo")
    side.acknowledge(undo["uid"], "Undone")
    expect(side.gallery).to_contain_text("Label 2 (1 excluded) as")


def test_a_selection_that_is_dropped_in_the_figure_closes_its_group(side: Map) -> None:
    select(side, [3, 4])
    side.await_group(3)
    select(side, [])
    expect(side.gallery).to_be_hidden()
    side.root.focus()
    side.press("g")
    side.await_group(0)
    select(side, [])  # that of a cluster stays
    expect(side.gallery).to_contain_text("60 images chosen")


def test_it_is_said_how_many_points_the_legend_hid(side: Map) -> None:
    select(side, [3, 4], hidden=7)
    side.await_group(3)
    expect(side.gallery).to_contain_text("7 hidden points left out")
    select(side, [], hidden=5)
    said = "No item in this selection: its 5 items are hidden by the legend"
    expect(side.note).to_have_text(said)
    expect(side.gallery).to_be_hidden()


def test_a_colour_is_shown_alone(browser_page: Page) -> None:
    side = open_side(browser_page, color_by="label", legend=CODES)
    entry = side.button(re.compile("^no label yet"))
    entry.hover()
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "true")
    assert (lit(side, 1)["code"], lit(side, 1)["buffers"]) == (3, [])
    side.press("Escape")
    expect(entry).to_have_attribute("aria-pressed", "false")
    assert lit(side, 2)["code"] is None


def test_it_is_said_when_the_kernel_is_gone(browser_page: Page) -> None:
    stop_clock(browser_page)
    Map(browser_page, map_kind="plotly")
    browser_page.clock.run_for(5_100)
    expect(browser_page.locator(".nbl-plotly-side")).to_contain_text("Kernel not responding")


# The picture of the point under the pointer, of which plotly tells the kernel


def point_at(side: Map, text: str = "boot 7 · Boot, 83 %", **fields: Any) -> None:
    image = {"buffer": 0, "width": 2, "height": 2, "channels": 1}
    message = {
        "type": "picture",
        "index": 7,
        "item": item(7, **{"image": image, **fields}),
        "text": text,
    }
    side.send(message, bytes([0, 80, 160, 255]))


def test_the_picture_under_the_pointer_is_shown(side: Map) -> None:
    expect(side.root).to_contain_text("Point at the map: its item is shown here.")
    before = side.root.bounding_box()
    point_at(side)
    expect(side.card).to_have_text("boot 7 · Boot, 83 %")
    assert side.card.locator("canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 2, 2).data].filter((_, i) => i % 4 == 0)"
    ) == [0, 80, 160, 255]
    expect(side.card.locator(".nbl-map-swatch")).to_have_css(
        "background-color", "rgb(63, 158, 110)"
    )
    assert side.root.bounding_box() == before  # nothing moves


def test_the_picture_goes_with_the_point(side: Map) -> None:
    point_at(side)
    expect(side.card).to_be_visible()
    side.send({"type": "picture", "index": 7, "item": None, "text": ""})
    expect(side.card).to_be_hidden()
    point_at(side)
    expect(side.card).to_be_visible()


def test_a_picture_that_cannot_be_read_is_named(side: Map) -> None:
    point_at(side, image=None, error="7.png is no picture")
    expect(side.card).to_have_text("7.png is no picture")
    expect(side.card.locator("canvas")).to_be_hidden()


def test_colour_and_projection_are_chosen_in_the_panel(side: Map) -> None:
    side.root.get_by_label("Colour").select_option("label")
    assert side.page.evaluate("nbl.widget.model.saved") == [{"color_by": "label"}]
    side.root.get_by_label("Projection").select_option("umap")
    assert side.messages("project")[0]["name"] == "umap"
    side.write(projection={**PROJECTION, "running": True, "progress": 0.4, "text": "UMAP 40 %"})
    expect(side.root).to_contain_text("UMAP 40 %")
    side.button("Cancel").click()
    assert side.messages("cancel")[0]["task"] == "map"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 760])
def test_accessible_at_any_width(browser_page: Page, theme: str, width: int) -> None:
    side = open_side(browser_page)
    browser_page.emulate_media(reduced_motion="reduce")
    browser_page.evaluate(
        """([theme, width]) => {
          document.documentElement.classList.toggle("dark", theme === "dark");
          document.getElementById("cell").style.width = `${width}px`;
        }""",
        [theme, width],
    )
    for _ in range(2):  # the legend, then the dialog
        results = Axe().run(
            browser_page, context=".nbl-plotly-side", options={"resultTypes": ["violations"]}
        )
        assert not results.response["violations"], results.generate_report()
        assert side.root.evaluate("el => el.scrollWidth <= el.clientWidth")
        side.root.focus()
        side.press("g")
        side.await_group(0)


def test_nothing_is_left_behind(side: Map) -> None:
    side.page.evaluate("() => Promise.all([nbl.views[0].remove(), nbl.widget.close()])")
    assert side.page.evaluate("nbl.widget.model.listeners.length") == 0
    expect(side.page.locator(".nbl-plotly-side")).to_have_count(0)
