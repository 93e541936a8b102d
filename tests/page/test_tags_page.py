"""Several tags an item in a browser: keys press and release them, Enter confirms the set."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.conftest import reload
from tests.page.panel import CLASSES, Queue
from tests.page.test_many_page import classes
from tests.page.test_queue_page import settle_double_press
from tests.page.test_status_page import STATUS

LIKELY = [{"label": "Boot", "confidence": 0.92}, {"label": "Bag", "confidence": 0.61}]


def known(
    *names: str, answered: bool | None = None, predicted: list[dict[str, Any]] | None = LIKELY
) -> dict[str, Any]:
    """What is told of the tags of an item."""
    answered = bool(names) if answered is None else answered
    return {"known": list(names), "answered": answered, "predicted": predicted}


class Tags(Queue):
    """The questions of a panel where an item may have several tags."""

    def __init__(self, page: Page, **traits: Any) -> None:
        super().__init__(page, **{"multi_label": True, **traits})

    def ask(self, *numbers: int, **fields: Any) -> None:
        super().ask(*numbers, **{"prediction": None, "tags": known(), **fields})

    def show(self, number: int, text: str = "", **fields: Any) -> None:
        super().show(number, text, **{"prediction": None, **fields})

    @property
    def pressed(self) -> list[str]:
        names = self.root.locator('.nbl-class[aria-pressed="true"] .nbl-class-name')
        return names.all_inner_texts()

    @property
    def confirm(self) -> Locator:
        return self.root.locator(".nbl-confirm button")

    @property
    def prediction(self) -> Locator:
        return self.root.locator(".nbl-prediction-words strong")

    def answers(self) -> list[tuple[str, list[str]]]:
        return [(one["id"], one["tags"]) for one in self.sent("tags")]


@pytest.fixture
def tags(browser_page: Page) -> Tags:
    tags = Tags(browser_page)
    tags.ask(*range(10))
    return tags


# ---- pressing and confirming


def test_keys_press_and_release_and_enter_confirms(tags: Tags) -> None:
    tags.press("3", "1", "2")
    assert tags.pressed == ["Sandal", "Boot", "Bag"]
    settle_double_press(tags.page)
    tags.press("2")
    assert tags.pressed == ["Sandal", "Bag"]
    expect(tags.confirm).to_have_text("Confirm: Sandal, BagEnter")
    assert tags.answers() == []  # nothing is said of it before
    tags.expect_image(0)
    tags.press("Enter")
    assert tags.answers() == [("image-0", ["Sandal", "Bag"])]
    [event] = tags.sent("tags")
    assert len(event["uid"]) == 32
    tags.expect_image(1)
    assert tags.pressed == []
    expect(tags.confirm).to_have_text("Confirm: no tagEnter")


def test_no_tag_is_an_answer_too(tags: Tags) -> None:
    tags.press("Enter")
    assert tags.answers() == [("image-0", [])]
    tags.expect_image(1)


def test_the_sign_and_the_state_say_what_is_pressed(tags: Tags) -> None:
    boot = tags.root.get_by_role("button", name="Boot", exact=True)
    expect(boot).to_have_attribute("aria-pressed", "false")
    expect(boot.locator(".nbl-check")).to_be_hidden()
    tags.press("2")
    expect(boot).to_have_attribute("aria-pressed", "true")
    expect(boot.locator(".nbl-check")).to_be_visible()
    expect(tags.live).to_have_text("Boot pressed, 1 tag")


def test_a_key_that_bounces_counts_once(tags: Tags) -> None:
    tags.page.evaluate(
        """() => {
          const root = document.querySelector(".nbl-queue");
          root.focus();
          for (const key of ["2", "2"])
            root.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        }"""
    )
    assert tags.pressed == ["Boot"]
    expect(tags.note).to_have_text("Same key twice within 0.15 s: counted once.")


def test_a_click_presses_and_enter_confirms_then(tags: Tags) -> None:
    tags.root.get_by_role("button", name="Boot", exact=True).click()
    assert tags.pressed == ["Boot"]
    expect(tags.root).to_be_focused()
    tags.page.keyboard.press("Enter")
    assert tags.answers() == [("image-0", ["Boot"])]


def test_on_a_button_space_presses_and_enter_confirms(tags: Tags) -> None:
    tags.root.get_by_role("button", name="Bag", exact=True).focus()
    tags.page.keyboard.press("Space")
    assert tags.pressed == ["Bag"]
    tags.page.keyboard.press("Enter")
    assert tags.answers() == [("image-0", ["Bag"])]


def test_the_button_confirms(tags: Tags) -> None:
    tags.press("1")
    tags.confirm.click()
    assert tags.answers() == [("image-0", ["Sandal"])]


def test_ten_answers_in_a_row_are_ten_in_order(browser_page: Page) -> None:
    tags = Tags(browser_page)
    tags.ask(*range(11))
    for i in range(10):
        tags.press(str(1 + i % 3))
        settle_double_press(tags.page)  # Enter twice counts a moment later only
        tags.press("Enter")
    assert tags.answers() == [(f"image-{i}", [CLASSES[i % 3]["name"]]) for i in range(10)]


def test_the_tags_are_drawn_within_the_key_handler(tags: Tags) -> None:
    pressed = tags.page.evaluate(
        """() => {
          const root = document.querySelector(".nbl-queue");
          root.focus();
          root.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true }));
          return root.querySelectorAll('.nbl-class[aria-pressed="true"]').length;
        }"""
    )
    assert pressed == 1


# ---- predictions


def test_the_predicted_tags_are_told_and_none_is_pressed(tags: Tags) -> None:
    expect(tags.prediction).to_have_text("Boot 92\u202f%, Bag 61\u202f%")
    assert tags.pressed == []


def test_a_key_takes_over_what_is_predicted(tags: Tags) -> None:
    tags.press("1", "!")
    assert tags.pressed == ["Sandal", "Boot", "Bag"]
    tags.press("3", "Enter")
    assert tags.answers() == [("image-0", ["Sandal", "Boot"])]


@pytest.mark.parametrize(
    ("predicted", "line", "said"),
    [
        ([], "no tag", "No tag is predicted."),
        (None, "none yet", "There is no prediction yet."),
    ],
)
def test_where_no_tag_is_predicted(
    tags: Tags, predicted: list[Any] | None, line: str, said: str
) -> None:
    tags.ask(*range(10), tags=known(predicted=predicted))
    expect(tags.prediction).to_have_text(line)
    tags.press("!")
    expect(tags.note).to_have_text(said)
    assert tags.pressed == []


def test_a_hidden_prediction_is_neither_shown_nor_taken_over(browser_page: Page) -> None:
    tags = Tags(browser_page, show_prediction=False)
    tags.ask(*range(3))
    expect(tags.prediction).to_have_text("hidden")
    tags.press("!")
    assert tags.pressed == []
    expect(tags.note).to_have_text("The prediction is hidden: h shows it.")


# ---- looking again, undo, refusals


def test_an_answer_shown_again_has_its_tags_pressed_and_is_corrected(tags: Tags) -> None:
    tags.press("ArrowLeft")
    [browse] = tags.sent("browse")
    tags.show(
        40,
        label="Sandal, Bag",
        source="human",
        tags=known("Sandal", "Bag"),
        request=browse["request"],
    )
    assert tags.pressed == ["Sandal", "Bag"]
    expect(tags.note).to_have_text("Labeled Sandal, Bag: answer again to change")
    tags.press("1", "2", "Enter")
    assert tags.answers() == [("image-40", ["Boot", "Bag"])]
    tags.expect_image(0)


def test_a_change_that_is_not_confirmed_is_forgotten_with_its_item(tags: Tags) -> None:
    shown = {"label": "Sandal", "source": "human", "tags": known("Sandal")}
    tags.show(40, **shown)
    tags.press("2")
    assert tags.pressed == ["Sandal", "Boot"]
    tags.show(3)
    tags.show(40, **shown)
    assert tags.pressed == ["Sandal"]
    assert tags.answers() == []


def test_what_is_pressed_waits_while_another_one_is_looked_at(tags: Tags) -> None:
    tags.press("2")
    tags.show(40, label="no tag", source="human", tags=known(answered=True))
    assert tags.pressed == []
    tags.deliver({"type": "show", "item": None, "text": "", "revisit": False})
    tags.expect_image(0)
    assert tags.pressed == ["Boot"]
    tags.ask(*range(10))  # and a newer list does not take it away
    assert tags.pressed == ["Boot"]


def test_an_item_of_which_some_tags_are_answered_begins_with_these(tags: Tags) -> None:
    tags.show(40, tags=known("Boot"), revisit=False)
    assert tags.pressed == ["Boot"]
    expect(tags.note).to_have_text("Some of its tags are answered")
    tags.press("1", "Enter")
    assert tags.answers() == [("image-40", ["Sandal", "Boot"])]


def test_undo_shows_the_item_without_what_was_confirmed(tags: Tags) -> None:
    tags.press("2", "Enter")
    tags.acknowledge(tags.sent("tags")[0]["uid"], "Saved: Boot. 1 labeled.")
    tags.press("u")
    [undo] = tags.sent("undo")
    tags.acknowledge(undo["uid"], "Undone: Boot.")
    tags.show(0, "Undone: Boot.", tags=known())
    tags.expect_image(0)
    assert tags.pressed == []


def test_what_was_refused_is_asked_again_with_its_tags_pressed(tags: Tags) -> None:
    tags.press("2", "3", "Enter")
    tags.acknowledge(tags.sent("tags")[0]["uid"], "'Bag' is not a class", ok=False)
    tags.expect_image(0)
    assert tags.pressed == ["Boot", "Bag"]
    expect(tags.root.get_by_role("alert")).to_contain_text("Not saved: 'Bag' is not a class")


def test_an_answer_is_sent_until_it_is_acknowledged_also_by_a_page_that_is_loaded_anew(
    tags: Tags,
) -> None:
    tags.kernel(alive=False)
    tags.press("1", "Enter")
    expect(tags.saved).to_contain_text("1")
    reload(tags.page)
    again = Tags(tags.page)
    [event] = again.sent("tags")
    assert (event["id"], event["tags"]) == ("image-0", ["Sandal"])
    again.ask(*range(10))
    again.expect_image(1)  # it is on its way, and not asked again
    again.acknowledge(event["uid"], "Saved.")
    expect(again.saved).to_have_text("✓Saved")


def test_a_closed_panel_takes_no_tags(tags: Tags) -> None:
    tags.write(closed="The cell was run again.")
    tags.press("1", "Enter")
    assert (tags.pressed, tags.answers()) == ([], [])
    expect(tags.note).to_contain_text("The cell was run again.")


def test_skip_and_flag_are_as_ever(tags: Tags) -> None:
    tags.press("s", "f")
    assert [one["id"] for one in tags.sent("skip", "flag")] == ["image-0", "image-1"]


# ---- classes that change, and very many


def test_a_class_added_here_is_pressed_and_confirmed_with_the_others(tags: Tags) -> None:
    tags.press("1", "n")
    tags.page.keyboard.type("Clog")
    tags.page.keyboard.press("Shift+Enter")
    [added] = tags.sent("add_class")
    assert "id" not in added
    expect(tags.confirm).to_have_text("Confirm: Sandal, ClogEnter")
    tags.acknowledge(added["uid"], "Class added: Clog.")
    tags.write(classes=[*CLASSES, {"name": "Clog", "key": "4", "color": "#76b7b2"}])
    assert tags.pressed == ["Sandal", "Clog"]
    tags.press("Enter")
    assert tags.answers() == [("image-0", ["Sandal", "Clog"])]


def test_a_class_that_is_refused_is_pressed_no_longer(tags: Tags) -> None:
    tags.press("1", "n")
    tags.page.keyboard.type("sandal")
    tags.page.keyboard.press("Shift+Enter")
    tags.acknowledge(tags.sent("add_class")[0]["uid"], "too like “Sandal”", ok=False)
    expect(tags.confirm).to_have_text("Confirm: SandalEnter")


def test_what_is_pressed_stays_when_its_class_is_renamed_and_goes_with_it(tags: Tags) -> None:
    tags.press("1", "3")
    renamed = {**CLASSES[0], "name": "Slipper", "also": ["Sandal"]}
    tags.write(classes=[renamed, CLASSES[1]])
    assert tags.pressed == ["Slipper"]
    tags.press("Enter")
    assert tags.answers() == [("image-0", ["Slipper"])]


def test_of_very_many_tags_those_found_by_name_are_pressed(browser_page: Page) -> None:
    tags = Tags(browser_page, classes=classes())
    likely = [f"Species {i}" for i in (500, 7, 3, 999, 12)]
    tags.ask(*range(10), likeliest=likely)
    tags.press("2", "t")
    tags.page.keyboard.type("s 77")
    tags.page.keyboard.press("Enter")
    expect(tags.root).to_be_focused()
    assert tags.pressed == ["Species 7", "Species 77"]
    settle_double_press(tags.page)
    tags.press("t")
    tags.page.keyboard.type("s 77")
    tags.page.keyboard.press("Enter")  # what is chosen by its name is never released
    assert tags.pressed == ["Species 7", "Species 77"]
    tags.press("Enter")
    assert tags.answers() == [("image-0", ["Species 7", "Species 77"])]
    assert tags.pressed == []


# ---- a tree of tags

NESTED = [
    {"name": name, "key": str(at + 1), "color": color, **({"parent": parent} if parent else {})}
    for at, (name, parent, color) in enumerate(
        [
            ("animal", "", "#4e79a7"),
            ("dog", "animal", "#f28e2b"),
            ("husky", "dog", "#e15759"),
            ("pug", "dog", "#76b7b2"),
            ("indoor", "", "#59a14f"),
        ]
    )
]


@pytest.fixture
def nested(browser_page: Page) -> Tags:
    tags = Tags(browser_page, classes=NESTED)
    predicted = [{"label": name, "confidence": 0.9} for name in ("animal", "dog", "pug")]
    tags.ask(*range(10), tags=known(predicted=predicted))
    return tags


def test_a_tag_presses_those_above_it_and_takes_those_below_it_along(nested: Tags) -> None:
    nested.press("3")
    assert nested.pressed == ["animal", "dog", "husky"]
    expect(nested.live).to_have_text("husky pressed, 3 tags")
    nested.press("5", "2")
    assert nested.pressed == ["animal", "indoor"]  # what is no dog is no husky
    nested.press("Enter")
    assert nested.answers() == [("image-0", ["animal", "indoor"])]


def test_a_tag_of_any_level_is_an_answer(nested: Tags) -> None:
    nested.press("2", "Enter")
    assert nested.answers() == [("image-0", ["animal", "dog"])]


def test_the_predicted_tags_of_a_tree_are_taken_over(nested: Tags) -> None:
    nested.press("!", "Enter")
    assert nested.answers() == [("image-0", ["animal", "dog", "pug"])]


def test_each_button_says_where_it_is_in_the_tree(nested: Tags) -> None:
    pug = nested.root.get_by_role("button", name="pug", exact=False)
    expect(pug).to_have_attribute("aria-description", "animal › dog › pug")
    indents = nested.root.locator(".nbl-class").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).marginInlineStart)"
    )
    assert indents == ["0px", "12px", "24px", "24px", "0px"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_a_tree_of_tags(nested: Tags, theme: str) -> None:
    nested.page.emulate_media(color_scheme=theme)
    nested.press("3")
    found = Axe().run(nested.page, context=".nbl-panel").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_tag_moves_in_the_list_of_classes(nested: Tags) -> None:
    nested.press(":")
    nested.page.keyboard.press("Enter")
    dialog = nested.panel.locator(".nbl-class-dialog")
    move = dialog.get_by_role("button", name="Move under…")
    expect(move).to_have_attribute("title", "An item that has a tag has those above it, too.")


def test_items_are_asked_for_the_tags_below_one(nested: Tags) -> None:
    counts = [{"name": one["name"], "color": one["color"], "count": 2} for one in NESTED]
    nested.write(status={**STATUS, "classes": counts})
    nested.press(":")
    nested.page.keyboard.press("Enter")
    dialog = nested.panel.locator(".nbl-class-dialog")
    asking = dialog.get_by_role("button", name="Ask for the tags below it")
    expect(asking).to_be_visible()  # of "animal"
    dialog.locator(".nbl-class-head", has_text="indoor").click()
    expect(asking).to_be_hidden()
    dialog.locator(".nbl-class-head", has_text="dog").click()
    asking.click()
    assert [(one["status"], one["label"]) for one in nested.sent("again")] == [("coarse", "dog")]


# ---- the rest of the panel


def test_what_needs_one_class_for_each_item_is_not_there(browser_page: Page) -> None:
    tags = Tags(browser_page, status=STATUS)
    tags.ask(*range(3))
    expect(tags.panel.get_by_text("Labels per hour")).to_have_count(0)
    expect(tags.panel.get_by_text("Items per hour")).to_be_visible()
    tags.press(":")
    tags.page.keyboard.press("Enter")
    dialog = tags.panel.locator(".nbl-class-dialog")
    expect(dialog.get_by_role("button", name="Merge…")).to_be_visible()
    for name in ("Split…", "Retire"):
        expect(dialog.get_by_role("button", name=name)).to_have_count(0)


def test_the_list_of_keys_says_what_they_do_here(tags: Tags) -> None:
    tags.press("?")
    help_ = tags.root.get_by_role("dialog", name="Shortcuts")
    expect(help_).to_contain_text("Confirm the tags that are pressed, also none")
    expect(help_).to_contain_text("Press the tags that are predicted")
    expect(help_).not_to_contain_text("Stop finding more of a class")


def test_with_one_label_the_key_for_tags_does_nothing(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.ask(*range(3))
    queue.press("!")
    assert [one["type"] for one in queue.sent()] == ["ready"]
    queue.expect_image(0)


def test_of_what_is_like_an_item_nothing_is_chosen_at_first(browser_page: Page) -> None:
    tags = Tags(browser_page)
    tags.ask(*range(3))
    tags.press("=")
    [asked] = tags.sent("gallery")
    assert asked["only"] == {"like": 0}
    assert "group" not in asked  # a group gets no tag as a whole


# ---- for everybody


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1180])
def test_axe_finds_nothing(browser_page: Page, theme: str, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.emulate_media(color_scheme=theme)
    tags = Tags(browser_page, status=STATUS)
    tags.ask(*range(10))
    tags.press("1", "3")
    found = Axe().run(browser_page, context=".nbl-panel").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("width", [260, 320, 800])
def test_nothing_moves_when_tags_are_pressed(browser_page: Page, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 900})
    tags = Tags(browser_page)
    tags.ask(*range(10))
    tags.root.focus()
    before = tags.root.bounding_box()
    place = tags.root.locator(".nbl-do-skip").bounding_box()
    tags.press("1", "2", "3", "Enter")
    assert tags.root.bounding_box() == before
    assert tags.root.locator(".nbl-do-skip").bounding_box() == place


def test_with_one_label_the_queue_is_as_before(browser_page: Page) -> None:
    queue = Queue(browser_page)
    queue.ask(*range(3))
    expect(queue.root.locator(".nbl-answer")).not_to_contain_text("undefined")
    expect(queue.root.locator(".nbl-check")).to_have_count(0)
    expect(queue.root.locator(".nbl-confirm")).to_have_count(0)
