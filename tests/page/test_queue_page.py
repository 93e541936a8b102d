"""The queue in a browser, against a fake anywidget model."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import stop_clock
from tests.page.conftest import reload
from tests.page.panel import CLASSES, SIZE, STORE, TRAITS, Queue, item, questions
from tests.page.test_quality_page import AUDIT
from tests.page.test_status_page import STATUS


@pytest.fixture
def queue(browser_page: Page) -> Queue:
    queue = Queue(browser_page)
    queue.ask(*range(10))
    return queue


def settle_double_press(page: Page) -> None:
    """Wait until the same key counts again."""
    page.evaluate(
        "() => { const until = performance.now() + 151;"
        " return new Promise((done) => { const look = () =>"
        " performance.now() > until ? done() : requestAnimationFrame(look); look(); }); }"
    )


# ---- asking and answering


def test_opening_asks_the_kernel_for_the_queue(browser_page: Page) -> None:
    queue = Queue(browser_page)
    assert queue.sent() == [{"type": "ready"}]
    expect(queue.root).to_contain_text("Preparing the first question…")


def test_a_panel_that_no_cell_shows_asks_for_nothing(browser_page: Page) -> None:
    browser_page.evaluate("() => nbl.open()")  # as JupyterLab does with each model of a kernel
    assert browser_page.evaluate("nbl.widget.model.sent") == []


def test_shows_the_question_and_what_comes_next(queue: Queue) -> None:
    queue.expect_image(0)
    assert queue.next_ids == [f"image-{i}" for i in range(1, 9)]
    assert queue.root.locator(".nbl-number").all_text_contents() == list("12345678")
    expect(queue.root.locator(".nbl-picture")).to_have_attribute(
        "aria-label", "Image image-0, position 0"
    )
    expect(queue.root.locator(".nbl-prediction-words")).to_contain_text("Boot83 %")


def test_a_key_labels_and_paints_the_next_picture_before_any_answer(queue: Queue) -> None:
    queue.press("2")
    [event] = queue.sent("label")
    assert (event["id"], event["label"], len(event["uid"])) == ("image-0", "Boot", 32)
    queue.expect_image(1)
    assert queue.next_ids[0] == "image-2"


def test_the_next_picture_is_painted_within_the_key_handler(queue: Queue) -> None:
    painted = queue.page.evaluate(
        """() => {
          const root = document.querySelector(".nbl-queue");
          root.focus();
          root.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true }));
          return root.querySelector(".nbl-picture").getContext("2d").getImageData(0, 0, 1, 1).data[0];
        }"""
    )
    assert painted == 1


def test_a_hundred_fast_keys_are_a_hundred_labels_in_order(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.ask(*range(101))
    keys = [str(1 + i % 3) for i in range(100)]
    queue.press(*keys)
    labels = queue.sent("label")
    names = [one["name"] for one in CLASSES]
    assert [one["id"] for one in labels] == [f"image-{i}" for i in range(100)]
    assert [one["label"] for one in labels] == [names[int(key) - 1] for key in keys]
    # on a busy machine this takes so long that the first are late, for nobody acknowledges them
    expect(queue.saved).to_have_text(re.compile("^(●Saving 100…|▲100 unsaved)$"))


def test_messages_are_numbered_without_gaps(queue: Queue) -> None:
    queue.press("1")
    queue.kernel(alive=False)
    queue.press("2", "ArrowLeft")
    queue.kernel(alive=True)
    queue.press("3")
    numbered = queue.page.evaluate("nbl.widget.model.sent.map(({ page, seq }) => [page, seq])")
    assert [seq for _, seq in numbered] == list(range(len(numbered)))
    assert len({page for page, _ in numbered}) == 1


def test_buttons_do_what_keys_do(queue: Queue) -> None:
    queue.button("Bag").click()
    for name in ["Skip", "Flag", "Undo", "Redo", "Back", "Forward", "Accept"]:
        queue.button(name).click()
    sent = [(one["type"], one.get("id"), one.get("label")) for one in queue.sent()[1:]]
    assert sent == [
        ("label", "image-0", "Bag"),
        ("skip", "image-1", None),
        ("flag", "image-2", None),
        ("undo", None, None),
        ("redo", None, None),
        ("browse", None, None),
        ("browse", None, None),
        ("label", "image-3", "Boot"),
    ]


def test_commands_by_key(queue: Queue) -> None:
    queue.press("s", "f", "u", "Backspace", "r", "ArrowLeft", "ArrowRight", "Enter")
    sent = [(one["type"], one.get("id")) for one in queue.sent()[1:]]
    assert sent == [
        ("skip", "image-0"),
        ("flag", "image-1"),
        ("undo", None),
        ("undo", None),
        ("redo", None),
        ("browse", None),
        ("browse", None),
        ("label", "image-2"),
    ]
    uids = [one["uid"] for one in queue.sent("skip", "flag", "undo", "redo", "label")]
    assert len(set(uids)) == 6


def test_enter_accepts_only_a_guess_that_is_shown(queue: Queue) -> None:
    queue.press("h", "Enter")
    assert queue.sent("label") == []
    expect(queue.note).to_have_text("The prediction is hidden: h shows it.")
    assert queue.page.evaluate("nbl.widget.model.saved") == [{"show_prediction": False}]
    expect(queue.root.locator(".nbl-prediction-words")).to_have_text("Predictionhidden")
    queue.press("h", "Enter")
    assert queue.sent("label")[0]["label"] == "Boot"


def test_enter_without_a_guess_says_so(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.ask(1, prediction=None)
    queue.press("Enter")
    assert queue.sent("label") == []
    expect(queue.note).to_have_text("There is no prediction yet.")


REVIEW = {"running": False, "progress": 0, "left": 2, "total": 2, "text": "0 of 2 looked at again"}


def test_in_a_review_enter_keeps_the_label_there_is(browser_page: Page) -> None:
    queue = Queue(browser_page, review=REVIEW)
    queue.ask(1, 2, label="Bag", source="human", prediction={"label": "Boot", "confidence": 0.9})
    keep = queue.root.locator(".nbl-do-accept")
    expect(keep).to_have_accessible_name("Keep")
    expect(keep).to_have_accessible_description("Keep the label Bag")
    expect(queue.note).to_have_text("Labeled Bag: Enter keeps it")
    expect(queue.panel.locator(".nbl-review")).to_contain_text("Enter keeps the label there is.")
    queue.press("h", "Enter")  # hidden or not, the label is not the prediction
    settle_double_press(browser_page)
    keep.click()
    assert [(one["id"], one["label"]) for one in queue.sent("label")] == [
        ("image-1", "Bag"),
        ("image-2", "Bag"),
    ]
    queue.ask(3)
    expect(keep).to_contain_text("Accept")
    queue.write(show_prediction=True)
    settle_double_press(browser_page)
    queue.press("Enter")
    assert queue.sent("label")[-1]["label"] == "Boot"


def test_enter_keeps_the_label_of_an_answer_that_is_looked_at_again(queue: Queue) -> None:
    queue.show(60, label="Bag")
    queue.press("Enter")
    assert [(one["id"], one["label"]) for one in queue.sent("label")] == [("image-60", "Bag")]


# ---- presses that must not count


def test_the_same_key_right_after_a_new_image_is_not_counted(queue: Queue) -> None:
    queue.page.evaluate(
        """() => {
          const root = document.querySelector(".nbl-queue");
          const press = () => root.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true }));
          press();
          press();
        }"""
    )
    assert [one["id"] for one in queue.sent("label")] == ["image-0"]
    expect(queue.note).to_have_text("Same key twice within 0.15 s: not counted.")
    expect(queue.live).to_have_text("Same key twice within 0.15 s: not counted.")
    settle_double_press(queue.page)
    queue.press("1")
    assert [one["id"] for one in queue.sent("label")] == ["image-0", "image-1"]
    expect(queue.note).to_have_text("")


PRESS_TWICE = """() => {
  const root = document.querySelector(".nbl-queue");
  root.focus();
  for (const key of "11")
    root.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}"""


def test_why_a_key_did_not_count_goes_with_the_picture(queue: Queue) -> None:
    queue.page.evaluate(PRESS_TWICE)
    expect(queue.note).to_have_text("Same key twice within 0.15 s: not counted.")
    queue.acknowledge(queue.sent("label")[0]["uid"])
    queue.ask(*range(2, 10))  # the kernel knows that somebody else answered what is on screen
    queue.expect_image(2)
    expect(queue.note).to_have_text("")


@pytest.mark.parametrize("key", ["?", "w", "n", "/"])
def test_why_a_key_did_not_count_goes_with_the_next_key(queue: Queue, key: str) -> None:
    queue.page.evaluate(PRESS_TWICE)
    expect(queue.note).to_have_text("Same key twice within 0.15 s: not counted.")
    queue.press(key)
    expect(queue.note).to_have_text("")


def test_a_double_click_is_one_answer(queue: Queue) -> None:
    queue.button("Boot").evaluate("button => { button.click(); button.click(); }")
    assert len(queue.sent("label")) == 1


def test_a_held_key_counts_once(queue: Queue) -> None:
    queue.root.focus()
    for _ in range(3):
        queue.page.keyboard.down("1")
    settle_double_press(queue.page)
    queue.page.keyboard.down("1")
    assert len(queue.sent("label")) == 1
    queue.page.keyboard.up("1")


def test_holding_enter_on_a_button_presses_it_once(queue: Queue) -> None:
    queue.button("Bag").focus()
    queue.page.keyboard.down("Enter")
    settle_double_press(queue.page)
    queue.page.keyboard.down("Enter")
    assert [one["label"] for one in queue.sent("label")] == ["Bag"]
    queue.page.keyboard.up("Enter")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_focused_button_takes_enter_and_space_for_itself(queue: Queue, key: str) -> None:
    queue.button("Skip").focus()
    queue.page.keyboard.press(key)
    assert [one["type"] for one in queue.sent()[1:]] == ["skip"]


def test_other_keys_work_on_a_focused_button(queue: Queue) -> None:
    queue.button("Skip").focus()
    queue.page.keyboard.press("3")
    assert queue.sent("label")[0]["label"] == "Bag"
    expect(queue.button("Skip")).to_be_focused()


def test_chords_composition_and_unmapped_keys_are_left_alone(queue: Queue) -> None:
    left = queue.page.evaluate(
        """() => {
          const root = document.querySelector(".nbl-queue");
          root.focus();
          const events = [
            { key: "1", ctrlKey: true }, { key: "1", metaKey: true }, { key: "1", altKey: true },
            { key: "1", isComposing: true }, { key: "x" }, { key: "S", shiftKey: true },
            { key: "Enter", shiftKey: true }, { key: "F5" }, { key: "Tab" }, { key: "ArrowDown" },
          ];
          // the front end hears nothing of them, and what the browser does with them it does
          const about = { bubbles: true, cancelable: true };
          return events.map(
            (init) => !root.dispatchEvent(new KeyboardEvent("keydown", { ...init, ...about })),
          );
        }"""
    )
    assert left == [False] * 10
    assert len(queue.sent()) == 1


def test_handled_keys_go_no_further(queue: Queue) -> None:
    queue.page.evaluate(
        "() => { nbl.leaked = []; addEventListener('keydown', (event) => nbl.leaked.push(event.key)); }"
    )
    queue.press("1", "s", "ArrowLeft", "?", "?")
    assert queue.page.evaluate("nbl.leaked") == []
    assert queue.panel.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_caps_lock_changes_nothing(queue: Queue) -> None:
    queue.root.dispatch_event("keydown", {"key": "S", "bubbles": True})
    assert [one["type"] for one in queue.sent()[1:]] == ["skip"]


def test_keys_outside_the_panel_do_nothing(queue: Queue) -> None:
    queue.page.locator("#before").focus()
    queue.page.keyboard.press("1")
    assert len(queue.sent()) == 1


def test_tab_enters_and_leaves(queue: Queue) -> None:
    page = queue.page
    page.locator("#before").focus()
    page.keyboard.press("Tab")
    expect(queue.root).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#before")).to_be_focused()
    # the pictures that come next are one stop together
    targets = queue.root.locator("button:visible:not([tabindex='-1'])").count()
    assert queue.root.locator(".nbl-next button:not([tabindex='-1'])").count() == 1
    for _ in range(1 + targets + 1):  # the queue itself, its buttons, and out of it
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.nbl-queue')") is None
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.nbl-queue')") is not None


def test_escape_hands_the_focus_back(queue: Queue) -> None:
    queue.press("Escape")
    assert queue.page.evaluate("document.activeElement === document.body")
    queue.page.evaluate("document.getElementById('cell').tabIndex = 0")
    queue.press("Escape")
    expect(queue.page.locator("#cell")).to_be_focused()


def test_the_panel_says_whether_keys_work(queue: Queue) -> None:
    expect(queue.root).to_contain_text("Click or Tab to use shortcuts")
    expect(queue.root.locator(".nbl-hint-on")).to_be_hidden()
    queue.root.focus()
    expect(queue.root.locator(".nbl-hint-on")).to_be_visible()
    expect(queue.root.locator(".nbl-hint-off")).to_be_hidden()


# ---- what the kernel says


def test_the_current_question_stays_when_a_new_list_comes(queue: Queue) -> None:
    queue.ask(20, 0, 21)
    queue.expect_image(0)
    assert queue.next_ids == ["image-20", "image-21"]


def test_news_of_the_current_question_is_shown(queue: Queue) -> None:
    queue.ask(0, 4, prediction={"label": "Bag", "confidence": 0.6})
    expect(queue.root.locator(".nbl-prediction strong")).to_have_text("Bag")


def test_enter_right_after_the_guess_changed_is_not_counted(queue: Queue) -> None:
    queue.page.evaluate(
        "const at = performance.now(); performance.now = () => at + nbl.later;nbl.later = 1000;"
    )
    queue.ask(0, 4, prediction={"label": "Bag", "confidence": 0.6})
    queue.press("Enter")
    expect(queue.note).to_contain_text("prediction has just changed")
    assert queue.sent("label") == []
    queue.page.evaluate("nbl.later = 1200")
    queue.press("Enter")
    assert [one["label"] for one in queue.sent("label")] == ["Bag"]


def test_answers_on_their_way_are_not_asked_again(queue: Queue) -> None:
    queue.press("1", "2")
    queue.ask(0, 1, 2, 30, 30)
    queue.expect_image(2)
    assert queue.next_ids == ["image-30"]
    queue.acknowledge(queue.sent("label")[0]["uid"])
    queue.ask(1, 2, 31)
    assert queue.next_ids == ["image-31"]


def test_an_item_undone_elsewhere_is_asked_again(queue: Queue) -> None:
    queue.press("1")
    queue.acknowledge(queue.sent("label")[0]["uid"])
    queue.ask(1, 0)
    assert queue.next_ids == ["image-0"]


def test_running_out_waits_and_goes_on(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.ask(1)
    queue.press("1")
    expect(queue.root).to_contain_text("Waiting for the next question…")
    queue.press("2")
    expect(queue.note).to_have_text("There is nothing to answer now.")
    queue.ask(2)
    queue.expect_image(2)
    assert len(queue.sent("label")) == 1


def test_the_end_is_friendly_and_undo_still_works(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.deliver(questions([], done=True))
    expect(queue.root).to_contain_text("All 5,000 images are answered.")
    queue.press("u", "ArrowLeft")
    assert [one["type"] for one in queue.sent()[1:]] == ["undo", "browse"]
    queue.show(7)
    queue.expect_image(7)


def test_that_all_are_answered_is_heard_after_what_was_said(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.deliver({"type": "announce", "text": "354 images accepted from the model."})
    queue.deliver(questions([], done=True))
    expect(queue.live).to_have_text(
        "354 images accepted from the model. All 5,000 images are answered."
    )


def leads(queue: Queue) -> Any:
    return queue.root.get_by_role("group", name="What is left to do")


def test_a_finished_pool_leads_on(browser_page: Page) -> None:
    status = {**STATUS, "left": 0, "skipped": 0, "flagged": 2}
    formats = [
        {"value": "csv", "text": "CSV", "ending": ".csv"},
        {"value": "report", "text": "report, one HTML file", "ending": ".html"},
    ]
    exporting = {"formats": formats, "running": False, "progress": 0, "kind": "info", "text": ""}
    queue = Queue(browser_page, status=status, exporting=exporting)
    queue.ask(1)
    expect(leads(queue)).to_be_hidden()
    queue.press("1")
    queue.deliver(questions([], done=True))
    expect(queue.live).to_have_text("All 5,000 images are answered.")
    names = leads(queue).get_by_role("button").all_inner_texts()
    assert names == ["Ask 2 flagged again", "Review labels", "Export…", "Report…"]
    # by keyboard alone
    leads(queue).get_by_role("button", name="Export…").focus()
    browser_page.keyboard.press("Enter")
    expect(queue.panel.get_by_label("Format")).to_be_focused()
    expect(queue.panel.get_by_label("Export the labels")).to_be_visible()
    leads(queue).get_by_role("button", name="Report…").click()
    expect(queue.panel.get_by_label("Format")).to_have_value("report")
    expect(queue.panel.get_by_label("File or folder")).to_have_value("labels.html")
    leads(queue).get_by_role("button", name="Review labels").click()
    assert queue.sent("gallery")[-1]["show"] == "contradicted"
    browser_page.keyboard.press("#")
    expect(queue.root).to_be_focused()
    leads(queue).get_by_role("button", name="Ask 2 flagged again").focus()
    browser_page.keyboard.press("Space")
    assert queue.sent("again") == [{"type": "again", "status": "flagged"}]
    expect(queue.root).to_be_focused()
    queue.ask(3, 4, first=2)
    expect(leads(queue)).to_be_hidden()
    queue.press("2")
    assert queue.sent("label")[-1]["id"] == "image-3"


def test_a_finished_pool_tells_what_was_done(browser_page: Page) -> None:
    accuracy = {"text": "Accuracy 97 %, 93 to 99 % with 95 % confidence", "title": ""}
    counts = {"labeled": 1480, "accepted": 3500, "skipped": 0, "flagged": 20, "left": 0}
    queue = Queue(browser_page, status={**STATUS, **counts, "messages": [accuracy]})
    queue.deliver(questions([], done=True))
    report = leads(queue).locator("..").get_by_role("list", name="What was done")
    lines = ["1,480 labeled by people, 3,500 auto-labeled, 20 flagged", accuracy["text"]]
    expect(report.get_by_role("listitem")).to_have_text(lines)
    queue.write(audit={**AUDIT, "contradicted": 3})
    review = leads(queue).get_by_role("button", name="Review 3 contradicted labels")
    expect(review).to_be_visible()
    leads(queue).get_by_role("button", name="Audit 30 now").click()  # of what the model labeled
    assert queue.sent("draw") == [{"type": "draw", "n": 30}]
    expect(queue.root).to_be_focused()
    said = "No label is contradicted by the model."
    queue.write(review={"running": False, "progress": 0, "left": 0, "total": 0, "text": said})
    expect(report.get_by_role("listitem")).to_have_text([*lines, said])


def test_what_was_skipped_is_said_to_be_all_that_is_left(browser_page: Page) -> None:
    queue = Queue(browser_page, status={**STATUS, "left": 4, "skipped": 3, "flagged": 0})
    queue.ask(1, 2, 3)
    expect(leads(queue)).to_be_hidden()
    queue.write(status={**STATUS, "left": 3, "skipped": 3, "flagged": 0})
    expect(queue.root).to_contain_text("All other images are answered: these were skipped.")
    names = leads(queue).get_by_role("button").all_inner_texts()
    assert names == ["Ask 3 skipped again", "Review labels", "Export…", "Report…"]
    leads(queue).get_by_role("button").first.click()
    assert queue.sent("again") == [{"type": "again", "status": "skipped"}]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 800])
def test_a_finished_pool_is_accessible(browser_page: Page, theme: str, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.evaluate("theme => { document.documentElement.className = theme; }", theme)
    queue = Queue(browser_page, status={**STATUS, "left": 0, "skipped": 0, "flagged": 2})
    queue.deliver(questions([], done=True))
    queue.press("n")
    expect(leads(queue)).to_be_visible()
    assert queue.root.evaluate("root => root.scrollWidth <= root.clientWidth")
    found = Axe().run(browser_page, context=".nbl-queue")
    assert found.violations_count == 0, found.generate_report()


def test_show_puts_an_item_on_screen_and_the_displaced_one_next(queue: Queue) -> None:
    queue.show(50, text="Asked from the map.")
    queue.expect_image(50)
    assert queue.next_ids[:2] == ["image-0", "image-1"]
    expect(queue.live).to_have_text("Asked from the map.")
    queue.press("1")
    assert queue.sent("label")[0]["id"] == "image-50"
    queue.expect_image(0)


def test_one_of_the_next_pictures_can_be_asked_now(queue: Queue) -> None:
    queue.button("Ask image image-3 now").click()
    expect(queue.root).to_be_focused()
    queue.expect_image(3)
    assert queue.next_ids[:4] == ["image-0", "image-1", "image-2", "image-4"]
    front = [f"image-{i}" for i in (3, 0, 1, 2, 4, 5, 6, 7, 8)]
    assert queue.sent("front")[-1] == {"type": "front", "front": front}
    queue.kernel(alive=False)  # the page does it alone
    queue.button("Ask image image-1 now").click()
    queue.expect_image(1)
    assert queue.next_ids[:3] == ["image-3", "image-0", "image-2"]


def test_arrow_keys_walk_through_the_next_pictures(queue: Queue) -> None:
    queue.button("Ask image image-1 now").focus()
    for key in ["ArrowRight", "ArrowRight", "ArrowLeft"]:
        queue.page.keyboard.press(key)
    expect(queue.button("Ask image image-2 now")).to_be_focused()
    assert queue.sent("browse") == []
    queue.page.keyboard.press("Enter")
    queue.expect_image(2)
    # answers by key go on where the picture that had the focus has gone
    queue.button("Ask image image-0 now").focus()
    queue.page.keyboard.press("1")
    expect(queue.root).to_be_focused()


def test_a_labeled_item_is_shown_with_its_label(queue: Queue) -> None:
    queue.press("ArrowLeft")
    queue.show(60, label="Boot")
    expect(queue.note).to_have_text("Labeled Boot: answer again to change")
    expect(queue.button("Boot")).to_have_attribute("aria-pressed", "true")
    expect(queue.button("Bag")).to_have_attribute("aria-pressed", "false")
    queue.press("3")
    assert queue.sent("label")[0]["id"] == "image-60"
    queue.expect_image(0)
    expect(queue.button("Boot")).to_have_attribute("aria-pressed", "false")


def test_an_accepted_item_says_whose_label_it_has(queue: Queue) -> None:
    queue.press("ArrowLeft")
    queue.show(60, label="Boot", source="model")
    expect(queue.note).to_have_text("Auto-labeled Boot: answer again to change")


def test_looking_back_puts_nothing_answered_into_the_queue(queue: Queue) -> None:
    queue.show(60, label="Boot")
    queue.show(59)
    queue.deliver({"type": "show", "item": item(61), "text": "", "revisit": True})
    expect(queue.note).to_have_text("Skipped or flagged: answer again to change")
    queue.deliver({"type": "show", "item": None, "text": "Back at the question.", "revisit": False})
    queue.expect_image(59)
    assert queue.next_ids[0] == "image-0"


def test_missing_pixels_are_asked_for_once(queue: Queue) -> None:
    queue.deliver(questions([item(0), item(70)]))
    queue.deliver(questions([item(0), item(70)]))
    assert queue.sent("need") == [{"type": "need", "ids": ["image-70"]}]
    queue.press("1", "2")
    expect(queue.root).to_contain_text("Loading the image…")
    expect(queue.note).to_have_text("The image is still loading.")
    arrived = item(70)
    arrived["image"]["buffer"] = 0
    queue.deliver({"type": "media", "items": [arrived]}, [[70] * SIZE**2])
    queue.expect_image(70)
    expect(queue.note).to_have_text("")  # it has come
    queue.press("3")
    assert [one["id"] for one in queue.sent("label")] == ["image-0", "image-70"]


def test_a_broken_image_has_its_name_and_reason_and_can_be_answered(queue: Queue) -> None:
    reason = "img/0070.png: not an image"
    queue.show(70)
    broken = item(71, image=None, error=reason)
    queue.deliver({"type": "show", "item": broken, "text": "", "revisit": False})
    mat = queue.root.locator(".nbl-mat")
    expect(mat).to_contain_text("image-71")
    expect(mat).to_contain_text(reason)
    expect(queue.root.locator(".nbl-picture")).to_be_hidden()
    queue.press("f", "1")
    assert [(one["type"], one["id"]) for one in queue.sent("flag", "label")] == [
        ("flag", "image-71"),
        ("label", "image-70"),
    ]


def test_colour_pictures(queue: Queue) -> None:
    shown = item(5, image={"buffer": 0, "width": 1, "height": 2, "channels": 3})
    queue.deliver(
        {"type": "show", "item": shown, "text": "", "revisit": False}, [[10, 20, 30, 40, 50, 60]]
    )
    pixels = queue.root.locator(".nbl-picture").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 1, 2).data]"
    )
    assert pixels == [10, 20, 30, 255, 40, 50, 60, 255]


def test_the_snapshot_is_painted_before_any_message(browser_page: Page) -> None:
    browser_page.evaluate("() => { nbl.pixels = new DataView(new Uint8Array(16).fill(9).buffer); }")
    snapshot = item(9)
    snapshot["image"]["buffer"] = 0
    browser_page.evaluate(
        "traits => nbl.open({ ...traits, snapshot_bytes: nbl.pixels }).then(() => {})",
        {**TRAITS, "snapshot": snapshot},
    )
    browser_page.evaluate("nbl.widget.render().then(() => {})")
    expect(browser_page.locator(".nbl-id")).to_have_text("image-9")
    grey = (
        "document.querySelector('.nbl-picture').getContext('2d').getImageData(0, 0, 1, 1).data[0]"
    )
    assert browser_page.evaluate(grey) == 9


def test_the_kernels_list_replaces_a_snapshot_it_does_not_ask(browser_page: Page) -> None:
    queue = Queue(browser_page, snapshot=item(9))
    expect(queue.root.locator(".nbl-id")).to_have_text("image-9")
    queue.ask(3, 4)
    queue.expect_image(3)


def test_why_and_neighbours(queue: Queue) -> None:
    why = {"text": "It is doubtful.", "parts": [{"name": "Doubt", "value": 0.8, "text": "high"}]}
    image = {"buffer": 1, "width": 1, "height": 1, "channels": 1}
    neighbor = {
        "id": "n-1",
        "label": "Bag",
        "similarity": 0.9,
        "image": image,
        "text": None,
        "row": None,
    }
    shown = item(5, why=why, neighbors=[neighbor])
    shown["image"]["buffer"] = 0
    queue.deliver(
        {"type": "show", "item": shown, "text": "", "revisit": False}, [[5] * SIZE**2, [77]]
    )
    section = queue.root.locator(".nbl-why")
    expect(section).to_contain_text("It is doubtful.")
    expect(section.locator(".nbl-reasons li")).to_have_text("Doubthigh")
    expect(section.locator(".nbl-neighbors li")).to_have_text("Bag")
    queue.press("h")
    expect(section.locator(".nbl-reason-name")).to_be_visible()
    for giveaway in [".nbl-why-text", ".nbl-reason-text", ".nbl-neighbors"]:
        expect(section.locator(giveaway)).to_be_hidden()
    queue.press("w")
    expect(section.locator(".nbl-reason-name")).to_be_hidden()
    expect(queue.button("Why this one")).to_have_attribute("aria-expanded", "false")


def test_why_keeps_its_height(queue: Queue) -> None:
    height = "() => document.querySelector('.nbl-queue').getBoundingClientRect().height"
    empty = queue.page.evaluate(height)
    long = "It is doubtful for more than one reason. " * 10
    parts = [{"name": f"reason {i}", "value": 0.5, "text": long} for i in range(3)]
    image = {"buffer": 1, "width": 4, "height": 4, "channels": 1}
    neighbors = [
        {
            "id": f"n-{i}",
            "label": "A rather long name",
            "similarity": 0.9,
            "image": image,
            "text": None,
            "row": None,
        }
        for i in range(5)
    ]
    shown = item(5, why={"text": long, "parts": parts}, neighbors=neighbors)
    shown["image"]["buffer"] = 0
    queue.deliver(
        {"type": "show", "item": shown, "text": long, "revisit": False}, [[5] * 16, [7] * 16]
    )
    expect(queue.root.locator(".nbl-neighbors li")).to_have_count(5)
    assert queue.page.evaluate(height) == empty
    expect(queue.root.locator(".nbl-why-text")).to_have_attribute("title", long)
    queue.press("h")
    assert queue.page.evaluate(height) == empty


def test_pictures_of_neighbours_that_are_not_here_are_asked_for_once(queue: Queue) -> None:
    image = {"buffer": None, "width": SIZE, "height": SIZE, "channels": 1}
    neighbor = {
        "id": "image-90",
        "label": "Bag",
        "similarity": 0.9,
        "image": image,
        "text": None,
        "row": None,
    }
    held = {**neighbor, "id": "image-3"}
    for _ in range(2):
        shown = item(0, neighbors=[neighbor, held])
        queue.deliver(questions([shown, item(1)]))
    assert queue.sent("need") == [{"type": "need", "ids": ["image-90"]}]
    arrived = item(90)
    arrived["image"]["buffer"] = 0
    queue.deliver({"type": "media", "items": [arrived]}, [[90] * SIZE**2])
    greys = queue.root.locator(".nbl-neighbor").evaluate_all(
        "all => all.map((one) => one.getContext('2d').getImageData(0, 0, 1, 1).data[0])"
    )
    assert greys == [90, 3]


# ---- saved or not


def test_saved_state_in_words(queue: Queue) -> None:
    expect(queue.saved).to_have_text("✓Saved")
    queue.press("1", "2")
    expect(queue.saved).to_have_text("●Saving 2…")
    for event in queue.sent("label"):
        queue.acknowledge(event["uid"], text="Saved: Boot. 38 labeled.")
    expect(queue.saved).to_have_text("✓Saved")
    expect(queue.live).to_have_text("Saved: Boot. 38 labeled. Next: image image-2")


def test_labels_kept_in_memory_are_said_to_be(browser_page: Page) -> None:
    queue = Queue(browser_page, store={**STORE, "persistent": False})
    queue.ask(*range(3))
    expect(queue.saved).to_have_text("○In memory only")
    queue.press("1")
    assert queue.page.evaluate("localStorage.length") == 0


def test_a_dead_kernel_is_noticed_and_everything_is_sent_again(queue: Queue) -> None:
    queue.kernel(alive=False)
    queue.press("1", "2")
    expect(queue.saved).to_have_text("▲2 unsaved")
    expect(queue.root.locator(".nbl-messages")).to_contain_text(
        "2 unsaved: kernel not responding; kept in this browser, sent again when it is back."
        " Run the cell again after a kernel restart."
    )
    queue.expect_image(2)
    queue.kernel(alive=True)
    queue.page.wait_for_function(
        "nbl.widget.model.sent.filter((one) => one.type === 'label').length >= 2"
    )
    assert [one["id"] for one in queue.sent("label")] == ["image-0", "image-1"]
    for event in queue.sent("label"):
        queue.acknowledge(event["uid"])
    expect(queue.saved).to_have_text("✓Saved")
    expect(queue.root.locator(".nbl-messages")).not_to_contain_text("unsaved")


SILENCE = "Kernel not responding. Run this cell again, unless the kernel is busy."


def test_a_saved_question_is_said_to_be_without_a_kernel(browser_page: Page) -> None:
    stop_clock(browser_page)
    queue = Queue(browser_page, snapshot=item(7, image=None))
    messages = queue.root.locator(".nbl-messages")
    browser_page.clock.run_for(4_900)
    expect(messages).not_to_contain_text("not responding")
    browser_page.clock.run_for(200)
    expect(messages).to_contain_text(SILENCE)
    expect(queue.saved).to_have_text("▲Kernel not responding")
    expect(queue.live).to_have_text(SILENCE)

    queue.press("1")  # kept until there is a kernel again
    assert queue.sent("label")[0]["id"] == "image-7"
    assert browser_page.evaluate("localStorage.length") == 1
    browser_page.clock.run_for(2_600)
    expect(messages).to_contain_text("1 unsaved: kernel not responding; kept in this browser")
    expect(messages).not_to_contain_text(SILENCE)

    queue.acknowledge(queue.sent("label")[0]["uid"])
    queue.ask(*range(3))
    expect(messages).not_to_contain_text("not responding")
    expect(queue.saved).to_have_text("✓Saved")


def test_a_kernel_that_answers_in_time_is_not_said_to_be_silent(browser_page: Page) -> None:
    stop_clock(browser_page)
    queue = Queue(browser_page)
    queue.ask(*range(3))
    browser_page.clock.run_for(10_000)
    expect(queue.root.locator(".nbl-messages")).not_to_contain_text("not responding")
    # a view taken away and opened again asks anew
    browser_page.evaluate("nbl.views[0].remove()")
    browser_page.clock.run_for(10_000)
    queue.add_view()
    assert len(queue.sent("ready")) == 2
    expect(queue.saved).to_have_text("✓Saved")
    browser_page.clock.run_for(5_100)
    expect(queue.root.locator(".nbl-messages")).to_contain_text(SILENCE)
    queue.ask(*range(3))
    expect(queue.root.locator(".nbl-messages")).not_to_contain_text(SILENCE)


def test_a_resent_event_keeps_its_uid(queue: Queue) -> None:
    queue.press("1")
    queue.page.wait_for_function(
        "nbl.widget.model.sent.filter((one) => one.type === 'label').length >= 2"
    )
    first, second, *_ = queue.sent("label", again=True)
    assert first == second
    queue.acknowledge(first["uid"])
    queue.acknowledge(first["uid"])
    expect(queue.saved).to_have_text("✓Saved")


def test_unsaved_events_of_an_earlier_page_are_sent_and_not_asked_again(browser_page: Page) -> None:
    earlier = Queue(browser_page)
    earlier.ask(*range(5))
    earlier.press("1", "2", "u")
    before = earlier.sent("label", "undo")
    browser_page.evaluate("nbl.widget.close()")
    reload(browser_page)
    later = Queue(browser_page)
    assert later.sent("label", "undo") == before
    expect(later.saved).to_have_text("●Saving 3…")
    later.ask(*range(5))
    later.expect_image(2)
    for event in before:
        later.acknowledge(event["uid"])
    expect(later.saved).to_have_text("✓Saved")
    assert browser_page.evaluate("localStorage.length") == 0


def test_what_the_panel_of_a_new_run_saves_is_saved_for_the_old_one(browser_page: Page) -> None:
    old = Queue(browser_page)
    old.ask(*range(3))
    old.kernel(alive=False)
    old.press("1")
    new = Queue(browser_page)
    [event] = new.sent("label")
    new.acknowledge(event["uid"])
    expect(browser_page.locator(".nbl-saved")).to_have_text(["✓Saved", "✓Saved"])


def test_another_log_does_not_take_them(browser_page: Page) -> None:
    earlier = Queue(browser_page)
    earlier.ask(*range(5))
    earlier.press("1")
    browser_page.evaluate("nbl.widget.close()")
    reload(browser_page)
    other = Queue(browser_page, store={**STORE, "key": "log-2"})
    assert other.sent("label") == []


def test_a_refused_answer_comes_back_with_the_reason(queue: Queue) -> None:
    queue.press("1", "2")
    refused = queue.sent("label")[0]["uid"]
    queue.acknowledge(refused, "No such image.", ok=False)
    expect(queue.root.get_by_role("alert")).to_contain_text("Not saved: No such image.")
    queue.expect_image(0)
    assert queue.next_ids[0] == "image-2"
    expect(queue.saved).to_have_text("●Saving 1…")
    queue.root.get_by_role("button", name="Dismiss").click()
    expect(queue.root.get_by_role("alert")).not_to_contain_text("Not saved")
    expect(queue.root).to_be_focused()


def test_an_answer_the_log_cannot_take_yet_is_kept(queue: Queue) -> None:
    queue.press("1")
    uid = queue.sent("label")[0]["uid"]
    queue.acknowledge(uid, "the disk is full", ok=False, retry=True)
    expect(queue.saved).to_have_text("▲1 unsaved")
    expect(queue.root.locator(".nbl-messages")).to_contain_text("1 unsaved: the disk is full; kept")
    queue.expect_image(1)
    queue.acknowledge(uid)
    expect(queue.saved).to_have_text("✓Saved")


def test_a_refused_command_says_why(queue: Queue) -> None:
    queue.press("u")
    queue.acknowledge(queue.sent("undo")[0]["uid"], "Nothing to undo.", ok=False)
    expect(queue.note).to_have_text("Nothing to undo.")
    queue.expect_image(0)


@pytest.mark.parametrize(("key", "text"), [("u", "Undone: Boot."), ("r", "Nothing to redo.")])
def test_what_a_command_did_is_seen_and_heard(queue: Queue, key: str, text: str) -> None:
    queue.press(key)
    queue.acknowledge(queue.sent("undo", "redo")[0]["uid"], text=text)
    expect(queue.note).to_have_text(text)
    expect(queue.note).to_have_attribute("title", text)
    expect(queue.live).to_contain_text(text)


def test_leaving_with_unsaved_answers_warns(queue: Queue) -> None:
    leave = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert queue.page.evaluate(leave) is False
    queue.press("1")
    assert queue.page.evaluate(leave) is True
    queue.acknowledge(queue.sent("label")[0]["uid"])
    assert queue.page.evaluate(leave) is False


def test_errors_are_announced_and_can_be_dismissed(queue: Queue) -> None:
    alert = queue.root.get_by_role("alert")
    queue.write(error="The file labels.sqlite is locked.")
    expect(alert).to_contain_text("The file labels.sqlite is locked.")
    queue.root.get_by_role("button", name="Dismiss").click()
    expect(alert).not_to_contain_text("locked")
    queue.write(error="The disk is full.")
    expect(alert).to_contain_text("The disk is full.")


# ---- classes and help


def test_a_new_class_is_typed_in_place_and_typing_labels_nothing(queue: Queue) -> None:
    queue.press("n")
    field = queue.root.get_by_role("textbox")
    expect(field).to_be_focused()
    queue.page.keyboard.type("hs 12")
    queue.page.keyboard.press("Enter")
    [added] = queue.sent()[1:]
    assert (added["type"], added["name"]) == ("add_class", "hs 12")
    queue.acknowledge(added["uid"], text="Class added: hs 12.")
    expect(queue.note).to_have_text("Class added: hs 12.")
    expect(queue.root).to_be_focused()
    expect(field).to_be_hidden()
    queue.write(classes=[*CLASSES, {"name": "hs 12", "key": "4", "color": "#76b7b2"}])
    queue.press("4")
    assert queue.sent("label")[0]["label"] == "hs 12"


@pytest.mark.parametrize("way", ["button", "keys"])
def test_a_new_class_labels_what_is_on_screen_where_that_is_said(queue: Queue, way: str) -> None:
    queue.press("n")
    queue.page.keyboard.type("Hat")
    if way == "keys":
        queue.page.keyboard.press("Shift+Enter")
    else:
        queue.page.keyboard.press("Tab")
        queue.page.keyboard.press("Tab")
        expect(queue.button("Add and label this image")).to_be_focused()
        queue.page.keyboard.press("Enter")
    [added] = queue.sent()[1:]  # one step
    assert (added["type"], added["id"], added["name"]) == ("add_class", "image-0", "Hat")
    expect(queue.root).to_be_focused()
    queue.expect_image(1)
    queue.acknowledge(added["uid"], text="Class added: Hat. Saved: Hat. 1 labeled.")
    expect(queue.saved).to_have_text("✓Saved")
    expect(queue.live).to_contain_text("Class added: Hat.")


def test_a_new_class_that_is_refused_asks_again_what_it_should_label(queue: Queue) -> None:
    queue.press("n")
    queue.page.keyboard.type("Bag")
    queue.page.keyboard.press("Shift+Enter")
    [added] = queue.sent()[1:]
    queue.expect_image(1)
    queue.acknowledge(added["uid"], text="'Bag' is there twice.", ok=False)
    queue.expect_image(0)
    expect(queue.root.get_by_role("alert")).to_contain_text("Not saved: 'Bag' is there twice.")


def test_a_new_class_can_label_nothing_where_nothing_is_asked(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.deliver(questions([], done=True))
    queue.press("n")
    expect(queue.button("Add and label this image")).to_be_hidden()
    queue.page.keyboard.type("Hat")
    queue.page.keyboard.press("Shift+Enter")
    assert [one["type"] for one in queue.sent()[1:]] == ["add_class"]


def test_the_field_for_a_new_class_fits_a_narrow_panel(queue: Queue) -> None:
    queue.page.set_viewport_size({"width": 320, "height": 900})
    queue.press("n")
    expect(queue.button("Add and label this image")).to_be_visible()
    assert queue.root.evaluate("root => root.scrollWidth <= root.clientWidth")
    found = Axe().run(queue.page, context=".nbl-queue")
    assert found.violations_count == 0, found.generate_report()


def test_escape_leaves_the_field_and_stays_in_the_panel(queue: Queue) -> None:
    queue.press("n", "x", "Escape")
    expect(queue.root).to_be_focused()
    queue.press("n")
    expect(queue.root.get_by_role("textbox")).to_have_value("")
    queue.page.keyboard.press("Enter")
    assert len(queue.sent()) == 1


def test_help_lists_all_keys_and_labels_nothing_meanwhile(queue: Queue) -> None:
    queue.press("?")
    keys = queue.root.get_by_role("dialog")
    for text in ["Sandal", "Boot", "Bag", "Accept the prediction", "Undo", "Redo", "Skip", "Flag"]:
        expect(keys).to_contain_text(text)
    queue.page.keyboard.press("1")
    assert queue.sent("label") == []
    queue.page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(queue.root).to_be_focused()


def test_focus_survives_news_from_the_kernel(queue: Queue) -> None:
    queue.button("Boot").focus()
    queue.ask(0, 5, 6)
    queue.write(classes=[*CLASSES, {"name": "Hat", "key": "4", "color": "#76b7b2"}])
    expect(queue.button("Boot")).to_be_focused()
    expect(queue.button("Hat")).to_be_visible()


def test_hostile_names_are_text(browser_page: Page) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    queue = Queue(browser_page, classes=[{"name": hostile, "key": "1", "color": "#ff0000"}])
    prediction = {"label": hostile, "confidence": 0.5}
    why = {"text": hostile, "parts": [{"name": hostile, "value": 1, "text": hostile}]}
    queue.deliver(
        {
            "type": "show",
            "item": item(1, id=hostile, error=hostile, image=None, prediction=prediction, why=why),
            "text": hostile,
            "revisit": False,
        }
    )
    queue.write(error=hostile)
    queue.press("?")
    expect(queue.button(hostile)).to_be_attached()
    expect(queue.root.locator(".nbl-id")).to_have_text(hostile)
    assert queue.root.locator("img").count() == 0


# ---- layout, views, life


@pytest.mark.parametrize("width", [320, 420])
def test_many_classes_fit_a_narrow_column(browser_page: Page, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 800})
    browser_page.evaluate("document.body.style.margin = 0")
    keys = "1234567890abcdegijklmopqtv"
    classes = [{"name": f"A rather long name {k}", "key": k, "color": "#888888"} for k in keys]
    queue = Queue(browser_page, classes=classes)
    queue.ask(*range(10), id="a/very/long/path/" * 10)
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = queue.root.locator("button:visible").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect()).map((box) => [box.width, box.height])"
    )
    assert len(boxes) > 26
    assert all(side >= 24 for box in boxes for side in box)


def test_nothing_overflows_in_the_narrowest_panel(queue: Queue) -> None:
    queue.page.evaluate("document.getElementById('cell').style.width = '216px'")
    overflowing = queue.root.locator("button:visible").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)"
    )
    assert overflowing == []
    assert queue.root.evaluate("root => root.scrollWidth <= root.clientWidth")
    tops = queue.root.locator(".nbl-next button").evaluate_all(
        "all => all.map((one) => Math.round(one.getBoundingClientRect().top))"
    )
    assert [tops.count(top) for top in sorted(set(tops))] == [4, 4]


def test_answering_moves_nothing_on_the_page(queue: Queue) -> None:
    # from the top of the panel: the page may scroll to what has the focus
    boxes = """() => {
      const top = (one) => one.getBoundingClientRect().top;
      const panel = document.querySelector(".nbl-panel");
      return [...panel.querySelectorAll(":is(button, canvas, select)")]
        .filter((one) => one.checkVisibility()).map((one) => top(one) - top(panel));
    }"""
    before = queue.page.evaluate(boxes)
    queue.press("1", "1", "h")
    assert queue.page.evaluate(boxes) == before


def test_two_views_stay_in_step(queue: Queue) -> None:
    queue.add_view()
    queue.press("1")
    second = queue.page.locator(".nbl-queue").nth(1)
    expect(second.locator(".nbl-id")).to_have_text("image-1")
    expect(second.locator(".nbl-saved")).to_have_text("●Saving 1…")
    second.focus()
    queue.page.keyboard.press("2")
    queue.expect_image(2)
    assert len(queue.sent("ready")) == 1
    assert [one["id"] for one in queue.sent("label")] == ["image-0", "image-1"]


def test_a_removed_view_leaves_nothing_behind(browser_page: Page) -> None:
    stop_clock(browser_page)
    browser_page.evaluate(
        """() => {
          nbl.held = 0;
          const count = (owner, add, remove) => {
            const [adding, removing] = [owner[add], owner[remove]];
            owner[add] = function (...args) {
              nbl.held += 1;
              args[2]?.signal?.addEventListener("abort", () => { nbl.held -= 1; });
              return adding.apply(this, args);
            };
            owner[remove] = function (...args) {
              if (args[0] !== undefined) nbl.held -= 1;
              return removing.apply(this, args);
            };
          };
          count(window, "addEventListener", "removeEventListener");
          count(document, "addEventListener", "removeEventListener");
          count(window, "setInterval", "clearInterval");
          count(window, "setTimeout", "clearTimeout");
        }"""
    )
    queue = Queue(browser_page)
    queue.ask(*range(5))
    held = "[nbl.held, nbl.widget.model.listeners.length]"
    browser_page.clock.run_for(2000)  # page and kernel have told each other that all was heard
    one_view = browser_page.evaluate(held)
    for _ in range(3):
        queue.add_view()
    queue.press("1")
    for event in queue.sent("label"):
        queue.acknowledge(event["uid"])
    remove = "Promise.all(nbl.views.splice(0).map((view) => view.remove()))"
    browser_page.evaluate(remove)
    queue.add_view()
    queue.ask(*range(5))
    browser_page.clock.run_for(2000)
    assert browser_page.evaluate(held) == one_view
    browser_page.evaluate(remove)
    browser_page.evaluate("nbl.widget.close()")
    assert browser_page.evaluate(held) == [0, 0]


@pytest.mark.parametrize(("motion", "flashes"), [("no-preference", 1), ("reduce", 0)])
def test_an_answer_flashes_unless_motion_is_reduced(
    queue: Queue, motion: Any, flashes: int
) -> None:
    queue.page.emulate_media(reduced_motion=motion)
    # looked at within the key handler: a flash is soon over
    seen = queue.root.evaluate(
        """root => {
          root.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true }));
          return document.getAnimations().length;
        }"""
    )
    assert seen == flashes


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(queue: Queue, theme: str) -> None:
    queue.page.evaluate("theme => { document.documentElement.className = theme; }", theme)
    queue.show(
        3, label="Bag", why={"text": "Why", "parts": [{"name": "a", "value": 1, "text": "b"}]}
    )
    queue.write(error="Something went wrong.")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(queue.page, context=".nbl-queue", options=rules)
    assert found.violations_count == 0, found.generate_report()


# answers in quick succession

TYPE_123 = """(root) => {
  for (const key of "123") root.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const text = (name) => root.querySelector(name).textContent;
  return { id: text(".nbl-id"), saved: text(".nbl-saved") };
}"""


def test_while_keys_come_fast_only_the_question_is_drawn(queue: Queue) -> None:
    seen = queue.root.evaluate(TYPE_123)
    assert seen == {"id": "image-3", "saved": "●Saving 1…"}
    assert queue.next_ids[0] == "image-4"
    queue.expect_image(3)
    expect(queue.saved).to_contain_text("Saving 3…")


def test_the_last_news_of_a_burst_is_drawn(queue: Queue) -> None:
    queue.root.evaluate(TYPE_123)
    for label in queue.sent("label"):
        queue.acknowledge(label["uid"], text=f"Saved {label['id']}.")
    queue.ask(*range(3, 10), prediction={"label": "Bag", "confidence": 0.5})
    expect(queue.root.locator(".nbl-prediction strong")).to_have_text("Bag")
    expect(queue.saved).to_contain_text("Saved")
    expect(queue.live).to_have_text("Saved image-2. Next: image image-3")


def test_one_key_draws_everything_at_once(queue: Queue) -> None:
    queue.press("1")
    (label,) = queue.sent("label")
    drawn = queue.page.evaluate(
        """uid => {
          nbl.widget.model.deliver({ type: "ack", uid, ok: true, text: "Saved." });
          return document.querySelector(".nbl-saved").textContent;
        }""",
        label["uid"],
    )
    assert drawn == "✓Saved"
