"""Audit, auto-labels, review and curves in a browser, against a fake anywidget model."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from nblabel.quality.audit_report import LEAST_CHECKS
from tests.page.panel import BY_ITSELF, TRAITS, questions
from tests.page.panel import item as plain_item

AUDIT_NOW = f"Audit {LEAST_CHECKS} now"  # after which an accuracy is told
AUTO_LABEL: dict[str, Any] = {
    "terms": {"max_error": 0.01, "confidence": 0.95, "per_class": False},
    "running": "",
    "progress": 0.0,
    "text": "",
    "headline": "37 more answers would let 54,200 images be accepted.",
    "details": ["335 of 54,572 checked, 0 wrong; so at most 1.1 % of the rest."],
    "ready": 0,
    "needed": 37,
    "left": 59_620,
    "curve": [{"name": "all", "points": [[0.3, 0.021, 18_000, 90], [0.9, 0.011, 54_572, 37]]}],
    "waiting": 0,
    "changed": 0,
    "undo": "",
    "undo_kind": "",
    "undo_count": 0,
}
READY = {
    **AUTO_LABEL,
    "headline": "54,200 images can be accepted: at most 1 % wrong, 95 % confidence.",
    "ready": 54_200,
    "needed": 0,
}
CURVES = {
    "accuracy": [[20, 0.7, 0.5, 0.85], [60, 0.9, 0.8, 0.96]],
    "confident": [[20, 0.3], [60, 0.8]],
    "threshold": 0.9,
    "plotly": False,
}
AUDIT: dict[str, Any] = {
    "share": 0.1,
    "repeats": 0,
    "waiting": 0,
    "colors": {"<b>bag</b>": "#0072b2", "boot": "#e69f00"},
    "stopping": {"gain": 0.005, "labels": 50},
}


def item(index: int, proposed: str) -> dict[str, Any]:
    image = {"buffer": index, "width": 2, "height": 2, "channels": 1}
    return plain_item(index, id=f"i{index}", image=image, proposed=proposed)


def open_view(page: Page, **traits: Any) -> Locator:
    page.evaluate(
        "async (traits) => { await nbl.open(traits); nbl.view = await nbl.widget.render(); }",
        {**TRAITS, "audit": AUDIT, "auto_label": AUTO_LABEL, **traits},
    )
    return page.locator(".nbl-quality")


def write(page: Page, **traits: Any) -> None:
    page.evaluate("traits => nbl.widget.model.write(traits)", traits)


def deliver(page: Page, message: dict[str, Any], buffers: list[list[int]] | None = None) -> None:
    page.evaluate(
        "([message, buffers]) => nbl.widget.model.deliver(message, buffers.map((one) => Uint8Array.from(one)))",
        [message, buffers or []],
    )


def sent(page: Page) -> list[dict[str, Any]]:
    """What the page told the kernel because a person did something."""
    messages: list[dict[str, Any]] = page.evaluate(
        "nbl.widget.model.sent.map(({ buffers, page, seq, front, ...content }) => content)"
    )
    return [one for one in messages if one["type"] not in ("ready", *BY_ITSELF)]


def live(page: Page) -> Locator:
    return page.locator(".nbl-live")


def press(view: Locator, name: str) -> None:
    view.get_by_role("button", name=name).click()


def open_auto_label(page: Page, **auto_label: Any) -> Locator:
    view = open_view(page, auto_label={**AUTO_LABEL, **auto_label})
    press(view, "Auto-label the rest")
    return view.get_by_role("dialog", name="Auto-label the rest")


def test_the_share_of_audit_sample_is_told_and_chosen(browser_page: Page) -> None:
    view = open_view(browser_page)
    share = view.get_by_label("Audit sample")
    expect(share).to_have_value("0.1")
    share.select_option("0.2")
    press(view, AUDIT_NOW)
    assert sent(browser_page) == [
        {"type": "audit", "share": 0.2},
        {"type": "draw", "n": LEAST_CHECKS},
    ]
    write(browser_page, audit={**AUDIT, "share": 0.17, "waiting": 30})
    expect(share.locator("option:checked")).to_have_text("17\u202f% of questions")
    expect(view.get_by_role("button", name=AUDIT_NOW)).to_be_disabled()
    deliver(browser_page, {"type": "announce", "text": "30 audit items are asked next."})
    expect(live(browser_page)).to_have_text("30 audit items are asked next.")


def test_a_button_that_is_grey_says_why(browser_page: Page) -> None:
    view = open_view(browser_page, audit={**AUDIT, "waiting": LEAST_CHECKS})
    button = view.get_by_role("button", name=AUDIT_NOW)
    why = (
        "30 items drawn at random wait for an answer already: answer some of them first. "
        "They come next."
    )
    expect(button).to_have_attribute("title", why)
    expect(button).to_have_attribute("aria-description", why)
    button.focus()  # it can be reached by Tab, and heard
    expect(button).to_be_focused()
    browser_page.keyboard.press("Enter")
    expect(live(browser_page)).to_have_text(why)
    assert sent(browser_page) == []
    write(browser_page, audit={**AUDIT, "waiting": LEAST_CHECKS - 1})
    expect(button).to_have_attribute("title", "Ask 30 items drawn at random next")
    expect(button).not_to_have_attribute("aria-description", why)
    button.click()
    assert sent(browser_page) == [{"type": "draw", "n": LEAST_CHECKS}]


def test_the_share_repeated_is_told_and_chosen(browser_page: Page) -> None:
    view = open_view(browser_page)
    share = view.get_by_label("Repeat items")
    expect(share.locator("option:checked")).to_have_text("off")
    share.select_option("0.05")
    assert sent(browser_page) == [{"type": "repeats", "share": 0.05}]
    write(browser_page, audit={**AUDIT, "repeats": 0.04})
    expect(share.locator("option:checked")).to_have_text("4\u202f% of answers")


def test_what_is_missing_is_told_and_asked(browser_page: Page) -> None:
    dialog = open_auto_label(browser_page)
    expect(dialog).to_contain_text("37 more answers would let 54,200 images be accepted.")
    press(dialog, "Queue these 37 checks")
    assert sent(browser_page) == [
        {"type": "open", "parts": ["auto_label"]},
        {"type": "queue_checks"},
    ]
    write(browser_page, auto_label={**AUTO_LABEL, "waiting": 37})
    expect(dialog).to_contain_text("37 checks wait in the queue")
    expect(dialog.get_by_role("button", name="Queue these")).to_be_hidden()


def test_other_terms_are_looked_at_anew(browser_page: Page) -> None:
    dialog = open_auto_label(browser_page)
    dialog.get_by_label("Maximum error").select_option("0.05")
    expected = {"type": "estimate", "max_error": 0.05, "confidence": 0.95, "per_class": False}
    assert sent(browser_page)[-1] == expected
    terms = {**AUTO_LABEL["terms"], "max_error": 0.07}
    write(
        browser_page,
        auto_label={**AUTO_LABEL, "terms": terms, "running": "estimate", "text": "Learning"},
    )
    expect(dialog.get_by_label("Maximum error").locator("option:checked")).to_have_text("7\u202f%")
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    press(dialog, "Cancel")
    assert sent(browser_page)[-1] == {"type": "cancel", "task": "auto_label"}


def test_accepting_is_one_step_and_taken_back_by_one(browser_page: Page) -> None:
    dialog = open_auto_label(browser_page, **READY)
    press(dialog, "Accept 54,200 labels")
    message = sent(browser_page)[-1]
    assert message["type"] == "accept"
    write(browser_page, auto_label={**READY, "running": "accept"})
    button = dialog.get_by_role("button", name="Accept 54,200 labels")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    assert sent(browser_page)[-1] == message  # pressed twice, sent once
    text = "54,200 images auto-labeled. One undo withdraws them."
    deliver(browser_page, {"type": "ack", "uid": message["uid"], "ok": True, "text": text})
    expect(live(browser_page)).to_have_text(text)
    step = {"undo": message["uid"], "undo_kind": "accept", "undo_count": 54_200}
    done = {**AUTO_LABEL, "needed": 0, "headline": "", **step}
    write(browser_page, auto_label=done)
    expect(dialog).to_contain_text(text)
    write(browser_page, auto_label={**done, "headline": "54,200 images are accepted."})
    expect(dialog).to_contain_text("images are accepted.")
    expect(live(browser_page)).to_have_text(text)  # is not talked over
    press(dialog, "Undo: withdraw 54,200 accepted")
    undo = sent(browser_page)[-1]
    assert (undo["type"], undo["of"]) == ("undo", message["uid"])


def test_accepted_labels_that_are_contradicted_are_looked_at_or_taken_back(
    browser_page: Page,
) -> None:
    dialog = open_auto_label(browser_page, changed=312)
    expect(dialog).to_contain_text("The model would now label 312 accepted items differently.")
    dialog.get_by_role("button", name="Review", exact=True).press("Enter")
    opened = sent(browser_page)[-1]
    assert (opened["type"], opened["show"], opened["order"]) == ("gallery", "stale", "trust")
    browser_page.keyboard.press("#")
    dialog.get_by_role("button", name="Review", exact=True).focus()
    browser_page.keyboard.press("Tab")
    back = dialog.get_by_role("button", name="Revert", exact=True)
    expect(back).to_be_focused()
    browser_page.keyboard.press("Enter")
    message = sent(browser_page)[-1]
    assert message["type"] == "revert"
    write(browser_page, auto_label={**AUTO_LABEL, "changed": 312, "running": "revert"})
    expect(dialog).to_contain_text("Reverting")
    browser_page.keyboard.press("Enter")
    assert sent(browser_page)[-1] == message  # pressed twice, sent once
    text = "312 auto-labels reverted: open again."
    step = {"undo": message["uid"], "undo_kind": "withdraw", "undo_count": 312}
    write(browser_page, auto_label={**AUTO_LABEL, **step})
    deliver(browser_page, {"type": "ack", "uid": message["uid"], "ok": True, "text": text})
    expect(live(browser_page)).to_have_text(text)
    expect(dialog).to_contain_text(text)
    expect(back).to_be_hidden()
    expect(dialog).to_be_focused()  # its button is gone
    press(dialog, "Undo: accept 312 again")
    undo = sent(browser_page)[-1]
    assert (undo["type"], undo["of"]) == ("undo", message["uid"])


def test_the_least_confident_ones_are_shown_and_asked(browser_page: Page) -> None:
    dialog = open_auto_label(browser_page, **READY)
    items = [item(0, "<b>bag</b>"), item(1, "boot")]
    deliver(browser_page, {"type": "preview", "items": items}, [[0, 0, 0, 0], [255] * 4])
    tiles = dialog.get_by_role("list").last.get_by_role("button")
    expect(tiles).to_have_text(["<b>bag</b>", "boot"])
    corner = "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 1, 1).data)"
    assert tiles.nth(1).locator("canvas").evaluate(corner) == [255, 255, 255, 255]
    tiles.nth(1).click()
    assert sent(browser_page)[-1] == {"type": "show", "index": 1}


def test_the_curve_tells_its_points_in_words(browser_page: Page) -> None:
    dialog = open_auto_label(browser_page)
    chart = dialog.get_by_role("img", name="Error–coverage curve")
    expect(chart).to_have_attribute(
        "aria-label",
        "Error–coverage curve: guaranteed error by share of the pool. 30\u202f% of the pool (18,000): at most "
        "2.1\u202f% wrong; 90\u202f% of the pool (54,572): at most 1.1\u202f% wrong",
    )
    expect(chart.locator("circle")).to_have_count(2)
    write(browser_page, auto_label={**AUTO_LABEL, "curve": []})
    expect(dialog).to_contain_text("appears here once checks are answered")


def test_all_by_keyboard(browser_page: Page) -> None:
    view = open_view(browser_page, auto_label=READY)
    view.get_by_role("button", name="Auto-label the rest").focus()
    browser_page.keyboard.press("Enter")
    dialog = view.get_by_role("dialog", name="Auto-label the rest")
    expect(dialog).to_be_focused()
    expect(live(browser_page)).to_have_text(READY["headline"])
    for _ in range(5):  # close, two choices, a box, accept
        browser_page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Accept 54,200 labels")).to_be_focused()
    ring = dialog.get_by_role("button", name="Accept").evaluate(
        "one => getComputedStyle(one).outlineStyle"
    )
    assert ring == "solid"
    browser_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    door = view.get_by_role("button", name="Auto-label the rest")
    expect(door).to_be_focused()
    expect(door).to_have_attribute("aria-expanded", "false")
    assert sent(browser_page)[-1] == {"type": "open", "parts": []}


def test_what_is_asked_again_tells_how_far_it_is(browser_page: Page) -> None:
    view = open_view(browser_page)
    told = {"running": False, "progress": 0, "left": 19, "total": 24, "text": "5 of 24 done."}
    write(browser_page, review=told)
    expect(view).to_contain_text("Review labels: 5 of 24 done. Answer in the queue")
    press(view, "Stop")
    assert sent(browser_page)[-1] == {"type": "end_review"}
    write(browser_page, review={**told, "left": 0, "text": "Review done: 2 changed."})
    expect(live(browser_page)).to_have_text("Review done: 2 changed.")


def test_curves_are_drawn_only_while_they_are_open(browser_page: Page) -> None:
    view = open_view(browser_page)
    write(browser_page, learning_curves=CURVES)
    assert view.locator("svg.nbl-chart").count() == 0
    press(view, "Learning curves")
    charts = view.get_by_role("dialog", name="Learning curves").get_by_role("img")
    expect(charts).to_have_count(2)
    assert "60 labels: accuracy 90\u202f%, 80\u202f% to 96\u202f%" in str(
        charts.first.get_attribute("aria-label")
    )
    press(view, "Learning curves")
    expect(charts.first).to_be_hidden()
    opened = [message["parts"] for message in sent(browser_page) if message["type"] == "open"]
    assert opened == [["curves"], []]


def test_curves_that_plotly_draws_are_not_drawn_twice(browser_page: Page) -> None:
    view = open_view(browser_page, learning_curves={**CURVES, "accuracy": [], "plotly": True})
    press(view, "Learning curves")
    dialog = view.get_by_role("dialog", name="Learning curves")
    expect(dialog).to_contain_text("drawn here once audit labels are there")
    write(browser_page, learning_curves={**CURVES, "plotly": True})
    expect(dialog.locator(".nbl-charts")).to_be_empty()
    expect(dialog.get_by_label("Stopping threshold")).to_be_visible()
    expect(dialog.get_by_role("button", name="Close")).to_be_visible()
    assert view.locator("svg.nbl-chart").count() == 0


def test_random_sampling_is_compared_with_when_asked(browser_page: Page) -> None:
    view = open_view(
        browser_page, learning_curves=CURVES, comparison={"progress": None, "text": ""}
    )
    press(view, "Learning curves")
    dialog = view.get_by_role("dialog", name="Learning curves")
    begin = dialog.get_by_role("button", name="Compare with random sampling")
    bar, cancel = dialog.get_by_role("progressbar"), dialog.get_by_role("button", name="Cancel")
    expect(cancel).to_be_hidden()
    begin.focus()
    browser_page.keyboard.press("Enter")
    assert sent(browser_page)[-1] == {"type": "compare"}
    write(browser_page, comparison={"progress": 0.4, "text": ""})
    expect(begin).to_be_disabled()
    expect(bar).to_have_js_property("value", 0.4)
    expect(cancel).to_be_focused()  # the keyboard goes on from here
    browser_page.keyboard.press("Enter")
    assert sent(browser_page)[-1] == {"type": "cancel", "task": "comparison"}
    told = (
        "After 41 labels: labels drawn at random would have taken about 2.4 times as many: 57 more."
    )
    write(browser_page, comparison={"progress": None, "text": told})
    expect(begin).to_be_focused()
    expect(bar).to_be_hidden()
    expect(dialog).to_contain_text(told)
    expect(live(browser_page)).to_have_text(told)


def test_from_which_gain_on_it_pays_is_told_and_chosen(browser_page: Page) -> None:
    view = open_view(browser_page, learning_curves=CURVES)
    press(view, "Learning curves")
    choice = view.get_by_label("Stopping threshold: 50 more labels gain less accuracy than")
    expect(choice).to_have_value("0.005")
    choice.select_option("0.02")
    assert sent(browser_page)[-1] == {"type": "threshold", "gain": 0.02}
    write(browser_page, audit={**AUDIT, "stopping": {"gain": 0.03, "labels": 50}})
    expect(choice).to_have_value("0.03")  # told from Python, and none of the usual ones


def test_a_curve_of_one_point_shows_its_interval_and_each_number_once(browser_page: Page) -> None:
    view = open_view(browser_page)
    write(browser_page, learning_curves={**CURVES, "accuracy": [[120, 0.7, 0.5, 0.85]]})
    press(view, "Learning curves")
    chart = view.get_by_role("dialog", name="Learning curves").get_by_role("img").first
    numbers = [text for text in chart.locator("text").all_text_contents() if text.isdigit()]
    assert numbers == ["119", "120", "121"]
    bar = chart.locator("polyline").last.evaluate("(line) => line.getBBox().height")
    assert bar > 20


def test_while_answers_come_fast_the_curves_wait(browser_page: Page) -> None:
    view = open_view(browser_page)
    press(view, "Learning curves")
    deliver(browser_page, questions([plain_item(i, image=None) for i in range(9)]))
    drawn = browser_page.evaluate(
        """learning_curves => {
          nbl.answerFast();
          nbl.widget.model.write({ learning_curves });
          return document.querySelectorAll(".nbl-quality svg.nbl-chart").length;
        }""",
        CURVES,
    )
    assert drawn == 0
    expect(view.locator("svg.nbl-chart")).to_have_count(2)


@pytest.mark.parametrize("part", ["Auto-label the rest", "Learning curves"])
def test_fits_a_narrow_column(browser_page: Page, part: str) -> None:
    browser_page.set_viewport_size({"width": 320, "height": 900})
    browser_page.evaluate("document.body.style.margin = 0")
    view = open_view(browser_page, auto_label={**READY, "changed": 312}, learning_curves=CURVES)
    press(view, part)
    items = [item(i, "a long name of a class") for i in range(24)]
    deliver(browser_page, {"type": "preview", "items": items}, [[9] * 4] * 24)
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_removed_view_stops_listening(browser_page: Page) -> None:
    view = open_view(browser_page)
    press(view, "Learning curves")
    browser_page.evaluate("nbl.view.remove()")
    assert sent(browser_page)[-2:] == [{"type": "open", "parts": []}, {"type": "gone"}]
    browser_page.evaluate("nbl.widget.close()")
    assert browser_page.evaluate("nbl.widget.model.listeners.length") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("part", ["Auto-label the rest", "Learning curves"])
def test_axe_finds_nothing(browser_page: Page, theme: str, part: str) -> None:
    browser_page.evaluate("theme => { document.documentElement.className = theme; }", theme)
    told = {"running": False, "progress": 0, "left": 19, "total": 24, "text": "5 of 24 done."}
    shown = {**READY, "changed": 312}
    view = open_view(browser_page, auto_label=shown, learning_curves=CURVES, review=told)
    press(view, part)
    deliver(browser_page, {"type": "preview", "items": [item(0, "boot")]}, [[9] * 4])
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(browser_page, context=".nbl-quality", options=rules)
    assert found.violations_count == 0, found.generate_report()
