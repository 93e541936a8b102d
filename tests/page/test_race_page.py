"""The chart of a race in a browser: curves side by side, drawn anew after each label."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

NAMES = ("you", "margin", "random")
OPEN = """async (drawn) => {
    const sheet = document.createElement("link");
    Object.assign(sheet, { rel: "stylesheet", href: "/race.css" });
    const loaded = new Promise((resolve) => (sheet.onload = resolve));
    document.head.append(sheet);
    await loaded;
    const heard = new Set();
    window.model = {
        drawn,
        get: () => model.drawn,
        on: (name, act) => heard.add(act),
        off: (name, act) => heard.delete(act),
        write: (value) => { model.drawn = value; for (const act of heard) act(); },
        heard,
    };
    const { default: race } = await import("/race.js");
    const el = document.createElement("main");
    document.body.append(el);
    window.close_race = race.render({ model, el });
}"""


def drawn(
    n: int, names: tuple[str, ...] = NAMES, length: int = 30, caption: str = ""
) -> dict[str, Any]:
    """Curves of n labels each; those of later names are lower."""
    curves = [
        {"name": name, "points": [[k, k / (50 + number)] for k in range(1, n + 1)]}
        for number, name in enumerate(names, start=1)
    ]
    return {"curves": curves, "caption": caption, "length": length}


@pytest.fixture
def open_race(browser_page: Page, page_server: str) -> Any:
    def show(value: dict[str, Any]) -> Page:
        browser_page.goto(f"{page_server}/tests/page/host.html")
        browser_page.evaluate(OPEN, value)
        return browser_page

    return show


def test_before_the_first_label_there_are_axes_and_names(open_race: Any) -> None:
    page = open_race(drawn(0))
    chart = page.locator(".nbl-race")
    expect(chart).to_contain_text("Share of the pool right")
    assert chart.locator(".nbl-chart-legend > span").all_inner_texts() == list(NAMES)
    expect(chart.locator("polyline")).to_have_count(0)
    expect(chart.get_by_role("img")).to_have_accessible_name("Share of the pool right")
    marks = chart.locator("svg.nbl-chart text").all_text_contents()
    assert marks[-5:] == ["0", "10", "20", "30", "labels"]


def test_each_label_adds_a_point_to_each_curve(open_race: Any) -> None:
    page = open_race(drawn(1))
    page.evaluate("(value) => model.write(value)", drawn(2, caption="after 2 labels"))
    chart = page.locator(".nbl-race")
    expect(chart.locator("figcaption")).to_contain_text("after 2 labels")
    for number in range(len(NAMES)):
        expect(chart.locator(f"circle.nbl-chart-line-{number}")).to_have_count(2)
    told = chart.get_by_role("img").get_attribute("aria-label")
    assert "you: 1.96\u202f% right after 1 label; 3.92\u202f% right after 2 labels" in told
    page.evaluate("(value) => model.write(value)", drawn(1))  # undone
    expect(chart.locator("circle.nbl-chart-line-0")).to_have_count(1)


def test_of_a_long_race_the_last_point_is_marked(open_race: Any) -> None:
    page = open_race(drawn(45))  # longer than it was to be
    spots = page.locator("circle.nbl-chart-line-0 title")
    expect(spots).to_have_count(1)
    expect(spots).to_have_text("88.2\u202f% right after 45 labels")
    box, spot = (page.locator(one).first.bounding_box() for one in ("svg.nbl-chart", "circle"))
    assert box["x"] < spot["x"] < box["x"] + box["width"]


def test_names_are_text_and_many_curves_differ_in_dashes(open_race: Any) -> None:
    page = open_race(drawn(3, tuple(f"<b>{k}" for k in range(8))))
    expect(page.locator(".nbl-race b")).to_have_count(0)
    looks = page.locator(".nbl-race polyline").evaluate_all(
        "all => all.map((one) => one.getAttribute('class') + one.getAttribute('stroke-dasharray'))"
    )
    assert len(set(looks)) == 8


@pytest.mark.parametrize("width", [320, 1366])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_and_axe_finds_nothing(open_race: Any, width: int, dark: bool) -> None:
    page = open_race(drawn(10, caption="Share of the pool right after 10 labels: you 32 %"))
    page.set_viewport_size({"width": width, "height": 700})
    colors = ("#cccccc", "#1e1e1e") if dark else ("#1a1a1a", "#ffffff")
    page.evaluate(
        "([color, background]) => Object.assign(document.body.style, {color, background})", colors
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, context=".nbl-race").response["violations"]
    assert [one["id"] for one in found] == []


def test_a_view_that_is_taken_away_hears_nothing_more(open_race: Any) -> None:
    page = open_race(drawn(1))
    page.evaluate("close_race()")
    assert page.evaluate("model.heard.size") == 0
