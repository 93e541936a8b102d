"""The status in a browser, against a fake anywidget model."""

from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import BY_ITSELF, TRAITS, item, questions

STATUS: dict[str, Any] = {
    "labeled": 1380,
    "accepted": 0,
    "skipped": 3,
    "flagged": 1,
    "left": 3620,
    "total": 5000,
    "per_hour": 1240.4,
    "seconds_left": 10500.0,
    "refit_ms": 6.2,
    "model": {"text": "Model: nearest labeled items", "title": "Learner knn."},
    "store": {"persistent": True, "text": "Labels are kept in labels.sqlite"},
    "classes": [
        {"name": "Sandal", "color": "#4e79a7", "count": 20},
        {"name": "Boot", "color": "#f28e2b", "count": 5},
    ],
    "messages": [],
    "notices": [],
}


def open_status(page: Page, **changes: Any) -> Locator:
    page.evaluate(
        "async (traits) => { await nbl.open(traits); nbl.view = await nbl.widget.render(); }",
        {**TRAITS, "status": {**STATUS, **changes}},
    )
    return page.locator(".nbl-status")


def write(page: Page, **changes: Any) -> None:
    page.evaluate("status => nbl.widget.model.write({ status })", {**STATUS, **changes})


def figures(status: Locator) -> dict[str, str]:
    pairs = status.locator(".nbl-figures > div").evaluate_all(
        "all => all.map((one) => [one.children[0].textContent, one.children[1].textContent])"
    )
    return dict(pairs)


def test_figures_in_words(browser_page: Page) -> None:
    status = open_status(browser_page)
    expect(status.locator(".nbl-headline")).to_have_text("1,380 labeledof 5,000")
    assert figures(status) == {
        "Left": "3,620",
        "Skipped": "3",
        "Flagged": "1",
        "Labels per hour": "1,240",
        "Time left": "2 h 55 min",
    }
    expect(status.locator(".nbl-foot")).to_contain_text(
        "Model: nearest labeled items · model updated in 6 msLabels are kept in labels.sqlite"
    )
    expect(status.get_by_title("Learner knn.")).to_be_visible()
    assert status.get_by_role("progressbar").evaluate("bar => bar.value") == 1380 / 5000


def test_figures_stand_side_by_side(browser_page: Page) -> None:
    tops = (
        open_status(browser_page)
        .locator(".nbl-figures dd")
        .evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    )
    assert len(tops) == 5
    assert len(set(tops)) == 1


@pytest.mark.parametrize("width", [720, 760, 800, 1180])
@pytest.mark.parametrize("seconds", [20.0, 10500.0, 36 * 3600.0])
def test_the_figures_are_one_line_in_a_panel_of_usual_width(
    browser_page: Page, width: int, seconds: float
) -> None:
    browser_page.set_viewport_size({"width": 1280, "height": 1000})
    browser_page.evaluate(
        "width => { document.getElementById('cell').style.width = `${width}px`; }", width
    )
    status = open_status(browser_page, accepted=52_120, left=52_340, seconds_left=seconds)
    boxes = status.locator(".nbl-figures > div").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 6
    assert len({box["top"] for box in boxes}) == 1
    assert max(box["height"] for box in boxes) < 45  # a name and a value, a line each
    assert all(a["right"] < b["left"] for a, b in pairwise(boxes))
    assert status.evaluate("el => el.scrollWidth <= el.clientWidth")


def test_what_is_not_known_yet_keeps_its_place(browser_page: Page) -> None:
    status = open_status(browser_page, per_hour=None, seconds_left=None, refit_ms=None)
    assert figures(status)["Labels per hour"] == figures(status)["Time left"] == "–"
    expect(status).not_to_contain_text("updated")
    height = status.bounding_box()
    write(browser_page)
    expect(status).to_contain_text("model updated in 6 ms")
    assert status.bounding_box() == height


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "less than a minute"), (600, "10 min"), (7200, "2 h"), (200_000, "56 h")],
)
def test_time_left(browser_page: Page, seconds: float, words: str) -> None:
    status = open_status(browser_page, seconds_left=seconds)
    assert figures(status)["Time left"] == words


def test_auto_labels_are_counted_apart(browser_page: Page) -> None:
    status = open_status(browser_page, accepted=120)
    assert figures(status)["Auto-labeled"] == "120"
    assert status.get_by_role("progressbar").evaluate("bar => bar.value") == 1500 / 5000


def test_counts_are_a_list_with_numbers_and_bars(browser_page: Page) -> None:
    status = open_status(browser_page)
    rows = status.get_by_role("list", name="Labels per class").get_by_role("listitem")
    expect(rows).to_have_text(["Sandal20", "Boot5"])
    widths = rows.locator(".nbl-count-fill").evaluate_all(
        "all => all.map((one) => one.style.width)"
    )
    assert widths == ["100%", "25%"]
    write(
        browser_page, classes=[*STATUS["classes"], {"name": "Bag", "color": "#ff0000", "count": 40}]
    )
    expect(rows).to_have_text(["Sandal20", "Boot5", "Bag40"])


def test_labels_in_memory_carry_a_sign(browser_page: Page) -> None:
    text = "Labels are in memory only"
    status = open_status(browser_page, store={"persistent": False, "text": text})
    sign = status.get_by_text(text).evaluate("one => getComputedStyle(one, '::before').content")
    assert "▲" in sign


def test_notices_and_errors(browser_page: Page) -> None:
    notices = [{"kind": "info", "text": "UMAP is ready."}, {"kind": "error", "text": "<b>No</b>"}]
    status = open_status(browser_page, notices=notices)
    expect(status.locator("[aria-live=polite] p")).to_have_text("UMAP is ready.")
    expect(status.get_by_role("alert")).to_have_text("<b>No</b>")
    write(browser_page)
    expect(status.get_by_role("alert")).to_have_text("")


def test_nothing_is_shown_before_the_kernel_speaks(browser_page: Page) -> None:
    browser_page.evaluate(
        "traits => nbl.open(traits).then((widget) => widget.render()).then(() => {})", TRAITS
    )
    expect(browser_page.locator(".nbl-status")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 420])
def test_fits_a_narrow_column(browser_page: Page, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 600})
    browser_page.evaluate("document.body.style.margin = 0")
    long = {"persistent": True, "text": "Labels are kept in /a/very/long/path" + "/deeper" * 30}
    open_status(browser_page, store=long)
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_removed_view_stops_listening(browser_page: Page) -> None:
    open_status(browser_page)
    browser_page.evaluate("Promise.all([nbl.view.remove(), nbl.widget.close()])")
    assert browser_page.evaluate("nbl.widget.model.listeners.length") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser_page: Page, theme: str) -> None:
    browser_page.evaluate("theme => { document.documentElement.className = theme; }", theme)
    open_status(browser_page, notices=[{"kind": "error", "text": "Something went wrong."}])
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(browser_page, context=".nbl-status", options=rules)
    assert found.violations_count == 0, found.generate_report()


def test_while_answers_come_fast_the_figures_wait(browser_page: Page) -> None:
    status = open_status(browser_page)
    asked = questions([item(i, image=None) for i in range(9)])
    browser_page.evaluate("asked => nbl.widget.model.deliver(asked)", asked)
    drawn = browser_page.evaluate(
        """status => {
          nbl.answerFast();
          nbl.widget.model.write({ status });
          return document.querySelector(".nbl-headline").textContent;
        }""",
        {**STATUS, "labeled": 1381},
    )
    assert drawn.startswith("1,380 labeled")
    expect(status.locator(".nbl-headline")).to_contain_text("1,381 labeled")


# Export

EXPORT = {
    "formats": [
        {"value": "csv", "text": "CSV", "ending": ".csv"},
        {"value": "coco", "text": "COCO", "ending": ".json"},
        {"value": "folders", "text": "a folder for each class", "ending": ""},
    ],
    "running": False,
    "progress": 0,
    "kind": "info",
    "text": "",
}


def tell_export(page: Page, **changes: Any) -> None:
    page.evaluate("told => nbl.widget.model.write({ exporting: told })", {**EXPORT, **changes})


def exports_sent(page: Page) -> list[dict[str, Any]]:
    messages = page.evaluate("nbl.widget.model.sent.map(({ buffers, page, seq, ...rest }) => rest)")
    return [one for one in messages if one["type"] not in ("ready", *BY_ITSELF)]


def test_labels_are_exported_by_keyboard(browser_page: Page) -> None:
    status = open_status(browser_page)
    tell_export(browser_page)
    button = status.get_by_role("button", name="Export…")
    button.focus()
    browser_page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    kind, path = status.get_by_label("Format"), status.get_by_role("textbox")
    expect(kind).to_be_focused()
    kind.select_option("coco")
    expect(path).to_have_value("labels.json")
    kind.select_option("folders")
    expect(path).to_have_value("labels")
    kind.select_option("csv")
    path.fill("mine.csv")
    browser_page.keyboard.press("Enter")
    asked = {"type": "export", "path": "mine.csv", "format": "csv", "replace": False}
    assert exports_sent(browser_page) == [asked]
    tell_export(browser_page, kind="ask", text="mine.csv is there already.")
    expect(status.get_by_role("status")).to_have_text("mine.csv is there already.")
    status.get_by_role("button", name="Overwrite").press("Enter")
    assert exports_sent(browser_page)[1] == {**asked, "replace": True}
    tell_export(browser_page, running=True, progress=0.4, text="Writing images…")
    cancel = status.get_by_role("button", name="Cancel")
    expect(cancel).to_be_focused()
    browser_page.keyboard.press("Enter")
    assert exports_sent(browser_page)[2] == {"type": "cancel", "task": "export"}
    tell_export(browser_page, kind="done", text="3 labels written to mine.csv.")
    expect(path).to_be_focused()
    browser_page.keyboard.press("Escape")
    expect(path).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("door", ["Export…", "Import…"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1100])
def test_export_and_import_are_accessible(
    browser_page: Page, theme: str, width: int, door: str
) -> None:
    status = open_status(browser_page)
    browser_page.evaluate(
        """([theme, width]) => {
          document.documentElement.classList.toggle("dark", theme === "dark");
          document.getElementById("cell").style.width = `${width}px`;
        }""",
        [theme, width],
    )
    tell_export(browser_page, kind="ask", text="mine.csv is there already.")
    status.get_by_role("button", name=door).click()
    assert status.evaluate("el => el.scrollWidth <= el.clientWidth")
    for one in status.locator("button:visible, select:visible, input:visible").all():
        box = one.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    results = Axe().run(
        browser_page, context=".nbl-status", options={"resultTypes": ["violations"]}
    )
    assert not results.response["violations"], results.generate_report()


def test_a_kernel_that_is_gone_exports_nothing_and_says_so(browser_page: Page) -> None:
    status = open_status(browser_page)
    tell_export(browser_page)
    browser_page.evaluate("() => { nbl.widget.model.alive = false; }")
    status.get_by_role("button", name="Export…").click()
    status.get_by_role("button", name="Export", exact=True).click()
    expect(status.get_by_role("status")).to_have_text("Kernel not responding.")


# Import


def test_labels_are_imported_by_keyboard(browser_page: Page) -> None:
    status = open_status(browser_page)
    button = status.get_by_role("button", name="Import…")
    button.focus()
    browser_page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    path = status.get_by_label("File in the notebook's folder")
    expect(path).to_be_focused()
    path.fill("known.tsv")
    status.get_by_label("Column of ids").fill("file")
    status.get_by_label("Column of labels").fill("kind")
    browser_page.keyboard.press("Enter")
    (message,) = exports_sent(browser_page)
    asked = {"type": "import", "path": "known.tsv", "id": "file", "label": "kind"}
    assert message == {**asked, "uid": message["uid"]}
    now = {"text": "Reading", "progress": 0}
    browser_page.evaluate("importing => nbl.widget.model.write({ importing })", now)
    said = status.get_by_role("status")
    expect(said).to_have_text("Reading…")
    browser_page.keyboard.press("Enter")
    assert len(exports_sent(browser_page)) == 1  # one at a time
    browser_page.evaluate("nbl.widget.model.write({ importing: {} })")
    expect(said).to_have_count(0)
    told = "2 items labeled from 3 rows.\nNo item has these ids: <b>x</b>."
    for uid, text in (("another", "of another page"), (message["uid"], told)):
        ack = {"type": "ack", "uid": uid, "ok": True, "text": text}
        browser_page.evaluate("ack => nbl.widget.model.deliver(ack, [])", ack)
    expect(said).to_have_text(told)
    expect(said).to_have_attribute("data-kind", "done")
    browser_page.keyboard.press("Escape")
    expect(said).to_be_hidden()
    expect(button).to_be_focused()


def test_an_import_is_cancelled(browser_page: Page) -> None:
    status = open_status(browser_page)
    status.get_by_role("button", name="Import…").click()
    cancel = status.get_by_role("button", name="Cancel")
    expect(cancel).to_be_hidden()
    status.get_by_role("button", name="Import", exact=True).click()
    now = {"text": "Writing", "progress": 0.4}
    browser_page.evaluate("importing => nbl.widget.model.write({ importing })", now)
    said = status.get_by_role("status")
    expect(said).to_have_text("Writing…")
    expect(status.get_by_role("progressbar", name="Import")).to_have_js_property("value", 0.4)
    cancel.press("Enter")
    first, second = exports_sent(browser_page)
    assert (first["type"], second) == ("import", {"type": "cancel", "task": "import"})
    browser_page.evaluate("nbl.widget.model.write({ importing: {} })")
    ack = {"type": "ack", "uid": first["uid"], "ok": False, "retry": False, "text": "Cancelled."}
    browser_page.evaluate("ack => nbl.widget.model.deliver(ack, [])", ack)
    expect(said).to_have_text("Cancelled.")
    expect(said).to_have_attribute("data-kind", "info")
    expect(cancel).to_be_hidden()
    expect(status.get_by_label("File in the notebook's folder")).to_be_focused()


def test_an_import_that_failed_is_told_as_an_error(browser_page: Page) -> None:
    status = open_status(browser_page)
    status.get_by_role("button", name="Import…").click()
    status.get_by_role("button", name="Import", exact=True).click()
    (message,) = exports_sent(browser_page)
    assert (message["path"], message["id"], message["label"]) == ("labels.csv", "id", "label")
    ack = {
        "type": "ack",
        "uid": message["uid"],
        "ok": False,
        "retry": False,
        "text": "there is no file.",
    }
    browser_page.evaluate("ack => nbl.widget.model.deliver(ack, [])", ack)
    expect(status.get_by_role("status")).to_have_attribute("data-kind", "error")
    browser_page.evaluate("() => { nbl.widget.model.alive = false; }")
    status.get_by_role("button", name="Import", exact=True).click()
    expect(status.get_by_role("status")).to_have_text("Kernel not responding.")


# Money


def test_the_hourly_rate_is_told_and_chosen_by_keyboard(browser_page: Page) -> None:
    status = open_status(browser_page)
    rate = status.get_by_label("Hourly rate (optional)")
    expect(rate).to_have_value("")
    rate.fill("-3")
    rate.press("Enter")
    assert exports_sent(browser_page) == []
    rate.fill("12.5")
    rate.press("Enter")
    browser_page.evaluate("nbl.widget.model.write({ hourly_rate: 12.5 })")
    rate.press("Tab")  # told once
    assert exports_sent(browser_page) == [{"type": "rate", "rate": 12.5}]
    rate.fill("")
    rate.press("Tab")
    assert exports_sent(browser_page)[1:] == [{"type": "rate", "rate": None}]
    browser_page.evaluate("nbl.widget.model.write({ hourly_rate: 20 })")
    expect(rate).to_have_value("20")
