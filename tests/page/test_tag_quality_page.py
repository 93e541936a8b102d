"""Audit, auto-labels, review and curves of tags in a browser."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.panel import item as plain_item
from tests.page.test_quality_page import AUDIT, AUTO_LABEL, CURVES, sent, write
from tests.page.test_tags_page import Tags, known

SHARES = {"accuracy": [0.95, 0.88, 0.99], "precision": [0.9, 0.71, 0.99]}
SANDAL: dict[str, Any] = {"name": "Sandal", "color": "#4e79a7", "checks": 40, **SHARES}
ROWS = [
    {**SANDAL, "recall": [0.8, 0.55, 0.95]},
    {"name": "Boot", "color": "#f28e2b", "checks": 40, **SHARES, "precision": None, "recall": None},
    {"name": "Bag", "color": "#e15759", "checks": 12, **dict.fromkeys((*SHARES, "recall"))},
]
MEAN = {"checks": 40, "accuracy": [0.94, 0.88, 0.98], "precision": [0.9, None, None]}
TAG_AUDIT = {"least": 30, "more": 0, "rows": ROWS, "mean": {**MEAN, "recall": [0.8, None, None]}}
EMPTY = {"checks": 0, **dict.fromkeys((*SHARES, "recall"))}
COUNTS = {"yes": 0, "no": 0, "ready_yes": 0, "ready_no": 0, "left": 5000, "needed": 0}
TO_GIVE = [{"name": one["name"], "color": one["color"], **COUNTS} for one in ROWS]
TERMS = {"max_error": 0.01, "confidence": 0.95, "per_class": False, "tags": []}
NOTHING = {
    **AUTO_LABEL,
    "terms": TERMS,
    "tags": TO_GIVE,
    "headline": "",
    "details": [],
    "needed": 0,
    "curve": [],
    "left": 0,
}
READY = {
    **NOTHING,
    "terms": {**TERMS, "tags": ["Boot"]},
    "headline": "2,310 answers about tags can be accepted: at most 1 % wrong of those that get a "
    "tag, and of those that are denied it, 95 % confidence.",
    "details": ["Boot, yes: 120 of 410 checked, 0 wrong; so at most 0.9 % of the rest."],
    "ready": 2_310,
    "left": 120,
    "tags": [TO_GIVE[0], {**TO_GIVE[1], "ready_yes": 290, "ready_no": 2_020}, TO_GIVE[2]],
}


@pytest.fixture
def tags(browser_page: Page) -> Tags:
    audit = {**AUDIT, "stopping": None, "tags": TAG_AUDIT}
    tags = Tags(browser_page, audit=audit, auto_label=NOTHING, learning_curves=CURVES)
    tags.ask(*range(10))
    return tags


@pytest.fixture
def bar(tags: Tags) -> Locator:
    return tags.panel.locator(".nbl-quality")


def press(view: Locator, name: str) -> None:
    view.get_by_role("button", name=name, exact=True).click()


def cells(dialog: Locator, row: str) -> list[str]:
    return dialog.get_by_role("row", name=row).get_by_role("cell").all_inner_texts()


def violations(page: Page) -> list[Any]:
    found = Axe().run(page, context=".nbl-panel").response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_each_tag_has_a_row_with_its_intervals(bar: Locator, browser_page: Page) -> None:
    press(bar, "Accuracy per tag")
    dialog = bar.get_by_role("dialog", name="Accuracy per tag")
    expect(dialog).to_be_focused()
    expect(dialog).to_contain_text(
        "94\u202f% of all pairs of item and tag right, 88\u202f% to 98\u202f%; 40 audit labels."
    )
    heads = dialog.get_by_role("columnheader").all_inner_texts()
    assert heads == ["Tag", "Audit labels", "Precision", "Recall", "Accuracy"]
    checks, precision, recall, accuracy = cells(dialog, "Sandal")
    assert checks == "40"
    assert "90\u202f%71\u202f% to 99\u202f%" in precision
    assert "80\u202f%" in recall
    assert "88\u202f% to 99\u202f%" in accuracy
    assert cells(dialog, "Boot")[1].strip() == "no item"  # nothing is said to have it
    assert [one.strip() for one in cells(dialog, "Bag")] == ["12 of 30", "–", "–", "–"]
    assert "to" not in cells(dialog, "All tags")[1]  # a mean of shares has no interval
    fill = dialog.get_by_role("row", name="Sandal").locator(".nbl-range-fill").first
    assert fill.evaluate("one => [one.style.left, one.style.width]") == ["71%", "28%"]
    assert sent(browser_page) == [{"type": "open", "parts": []}]  # nothing needs to be worked out
    browser_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(bar.get_by_role("button", name="Accuracy per tag")).to_be_focused()


def test_before_audit_labels_it_says_what_to_do(tags: Tags, bar: Locator) -> None:
    rows = [{**one, **EMPTY} for one in ROWS]
    empty = {"least": 30, "more": 950, "rows": rows, "mean": EMPTY}
    write(tags.page, audit={**AUDIT, "stopping": None, "tags": empty})
    press(bar, "Accuracy per tag")
    dialog = bar.get_by_role("dialog", name="Accuracy per tag")
    expect(dialog).to_contain_text("Not known yet: no audit label is there.")
    expect(dialog).to_contain_text("950 more tags: nb.audit(panel.session).table has all.")
    press(bar, "Audit 30 now")
    assert sent(tags.page)[-1] == {"type": "draw", "n": 30}
    write(tags.page, audit={**AUDIT, "stopping": None, "tags": TAG_AUDIT})
    expect(dialog).to_contain_text("40 audit labels.")


def test_tags_are_chosen_one_by_one_all_or_none(tags: Tags, bar: Locator) -> None:
    press(bar, "Auto-label the rest…")
    dialog = bar.get_by_role("dialog", name="Auto-label the rest")
    expect(dialog).to_contain_text("Choose the tags that the model is to give.")
    expect(dialog.get_by_label("per class")).to_be_hidden()
    dialog.get_by_role("checkbox", name="Boot").check()
    first = {"type": "estimate", **TERMS, "tags": ["Boot"]}
    assert sent(tags.page)[-1] == first
    write(tags.page, auto_label={**NOTHING, "terms": {**TERMS, "tags": ["Boot"]}})
    expect(dialog.get_by_role("checkbox", name="Boot")).to_be_focused()
    press(dialog, "All")
    assert sent(tags.page)[-1]["tags"] == ["Sandal", "Boot", "Bag"]
    press(dialog, "None")
    assert sent(tags.page)[-1]["tags"] == []
    dialog.get_by_label("Maximum error").select_option("0.05")
    assert sent(tags.page)[-1]["max_error"] == 0.05


def test_a_chosen_tag_that_is_not_listed_stays_chosen(tags: Tags, bar: Locator) -> None:
    write(tags.page, auto_label={**NOTHING, "terms": {**TERMS, "tags": ["rare"]}})
    press(bar, "Auto-label the rest…")
    dialog = bar.get_by_role("dialog", name="Auto-label the rest")
    dialog.get_by_role("checkbox", name="Bag").check()
    assert sent(tags.page)[-1]["tags"] == ["rare", "Bag"]


def test_checks_are_queued_answers_accepted_and_taken_back(tags: Tags, bar: Locator) -> None:
    press(bar, "Auto-label the rest…")
    dialog = bar.get_by_role("dialog", name="Auto-label the rest")
    missing = [TO_GIVE[0], {**TO_GIVE[1], "needed": 90}, TO_GIVE[2]]
    chosen = {**TERMS, "tags": ["Boot"]}
    head = "90 more answers about tags would let 2,310 answers about tags be accepted."
    waits = {**NOTHING, "terms": chosen, "needed": 90, "tags": missing, "headline": head}
    write(tags.page, auto_label=waits)
    expect(dialog.get_by_role("checkbox", name="Boot")).to_be_checked()
    expect(dialog).to_contain_text("90 answers missing · 5,000 not answered")
    press(dialog, "Queue the checks")
    assert sent(tags.page)[-1] == {"type": "queue_checks"}
    write(tags.page, auto_label={**waits, "waiting": 60})
    expect(dialog).to_contain_text("60 checks wait in the queue")

    write(tags.page, auto_label=READY)
    expect(dialog).to_contain_text("can be accepted: 290 yes, 2,020 no")
    press(dialog, "Accept 2,310 answers")
    message = sent(tags.page)[-1]
    assert message["type"] == "accept"
    write(tags.page, auto_label={**READY, "running": "accept"})
    expect(dialog.get_by_role("checkbox", name="Boot")).to_be_disabled()
    said = "2,310 answers about tags accepted from the model. One undo takes them back."
    tags.acknowledge(message["uid"], said)
    expect(tags.live).to_have_text(said)
    given = [TO_GIVE[0], {**TO_GIVE[1], "yes": 290, "no": 2_020, "left": 120}, TO_GIVE[2]]
    step = {"undo": message["uid"], "undo_kind": "accept", "undo_count": 2_310}
    write(tags.page, auto_label={**NOTHING, "terms": chosen, "tags": given, **step})
    expect(dialog).to_contain_text("from the model: 290 yes, 2,020 no · 120 not answered")
    press(dialog, "Undo: withdraw 2,310 accepted")
    undo = sent(tags.page)[-1]
    assert (undo["type"], undo["of"]) == ("undo", message["uid"])


def test_the_least_confident_say_which_tag_they_would_get(tags: Tags, bar: Locator) -> None:
    write(tags.page, auto_label=READY)
    press(bar, "Auto-label the rest…")
    items = [
        plain_item(i, prediction=None, tags=known(), image={**plain_item(i)["image"], "buffer": i})
        for i in range(2)
    ]
    proposed = [{**items[0], "proposed": "Boot"}, {**items[1], "proposed": "not Boot"}]
    tags.deliver({"type": "preview", "items": proposed}, [[0] * 16, [255] * 16])
    tiles = bar.locator(".nbl-preview-list button")
    expect(tiles).to_have_text(["Boot", "not Boot"])
    expect(tiles.first.locator(".nbl-swatch")).to_be_hidden()  # no class of that colour here
    tiles.nth(1).click()
    assert sent(tags.page)[-1] == {"type": "show", "index": 1}


def test_contradicted_answers_are_reviewed_or_reverted(tags: Tags, bar: Locator) -> None:
    write(tags.page, auto_label={**NOTHING, "changed": 31})
    press(bar, "Auto-label the rest…")
    dialog = bar.get_by_role("dialog", name="Auto-label the rest")
    expect(dialog).to_contain_text("The model now contradicts 31 accepted answers about tags.")
    press(dialog, "Review")
    assert sent(tags.page)[-1] == {"type": "review", "accepted": True}
    press(dialog, "Revert")
    assert sent(tags.page)[-1]["type"] == "revert"


def test_a_tag_under_review_is_marked_and_its_suggestion_pressed_by_a_key(tags: Tags) -> None:
    doubted = [
        {"label": "Bag", "suggestion": "no", "confidence": 0.93},
        {"label": "Boot", "suggestion": "yes", "confidence": 0.81},
    ]
    under_review = {**known("Sandal", "Bag", predicted=LIKE), "doubted": doubted}
    tags.ask(5, label="Sandal, Bag", source="human", tags=under_review)
    bag = tags.root.get_by_role("button", name="Bag", exact=True)
    expect(bag).to_have_attribute("data-doubted", "no")
    expect(bag).to_have_attribute("aria-description", "under review: the model predicts no")
    sandal = tags.root.get_by_role("button", name="Sandal", exact=True)
    expect(sandal).not_to_have_attribute("data-doubted", "no")
    expect(tags.prediction).to_have_text("not Bag 93\u202f%, Boot 81\u202f%")
    assert tags.pressed == ["Sandal", "Bag"]
    tags.press("!")
    assert tags.pressed == ["Sandal", "Boot"]
    tags.press("Enter")
    assert tags.answers() == [("image-5", ["Sandal", "Boot"])]


LIKE = [{"label": "Sandal", "confidence": 0.98}]


def test_enter_keeps_what_is_under_review(tags: Tags) -> None:
    doubted = [{"label": "Bag", "suggestion": "no", "confidence": 0.93}]
    tags.ask(6, label="Bag", source="human", tags={**known("Bag"), "doubted": doubted})
    expect(tags.note).to_have_text("Labeled Bag: Enter keeps it")
    tags.press("Enter")
    assert tags.answers() == [("image-6", ["Bag"])]


def test_curves_are_of_pairs_and_nothing_compares(bar: Locator) -> None:
    press(bar, "Learning curves")
    dialog = bar.get_by_role("dialog", name="Learning curves")
    titles = dialog.locator("figcaption").all_inner_texts()
    assert titles == [
        "Accuracy of all pairs of item and tag, estimated from the audit sample",
        "Share of all pairs of item and tag with an answer more probable than 90\u202f%",
    ]
    expect(dialog.get_by_label("Stopping threshold")).to_be_hidden()
    expect(dialog.get_by_role("button", name="Compare")).to_be_hidden()


def test_words_say_tag(tags: Tags) -> None:
    expect(tags.root.locator(".nbl-do-newClass")).to_contain_text("New tag")
    expect(tags.root.locator(".nbl-do-classes")).to_have_attribute("title", "Change the tags (:)")
    tags.press("?")
    help_ = tags.root.get_by_role("dialog", name="Shortcuts")
    expect(help_).to_contain_text("New tag")
    assert "class" not in help_.inner_text().lower()
    tags.page.keyboard.press("Escape")
    tags.press("n")
    expect(tags.root.get_by_label("Name of the new tag")).to_be_focused()
    tags.page.keyboard.press("Escape")
    tags.press(":")
    dialog = tags.panel.get_by_role("dialog", name="Tags")
    expect(dialog).to_contain_text("3 tags")
    assert "class" not in dialog.inner_text().lower()


@pytest.mark.parametrize("width", [320, 1366])
def test_nothing_is_cut_off_and_axe_finds_nothing(tags: Tags, bar: Locator, width: int) -> None:
    tags.page.set_viewport_size({"width": width, "height": 768})
    for name in ("Accuracy per tag", "Auto-label the rest…", "Learning curves"):
        press(bar, name)
        assert violations(tags.page) == []
        wide = "one => one.scrollWidth - one.clientWidth"
        assert tags.panel.evaluate(wide) <= 1
        press(bar, name)
