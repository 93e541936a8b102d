"""Answers: committed, acknowledged, refused, taken back. Each is driven as a page drives it."""

import time

import pytest

from nblabel.widget.panel import answers
from tests.panel.helpers import open_page
from tests.samples import CLASSES
from tests.wire import Page


def test_a_label_is_committed_then_acknowledged_then_followed_by_questions(page):
    first, second = page.ids[:2]
    committed = []

    def look(content, _buffers):
        if content["type"] == "ack":
            committed.extend(page.session.store.read())

    page.channel.listeners.append(look)
    ack = page.label(first)
    assert ack == {
        "type": "ack",
        "uid": f"{page.id}:u1",
        "ok": True,
        "text": "Saved: bag. 1 labeled.",
    }
    assert [(event.uid, event.ids, event.labels) for event in committed] == [
        (ack["uid"], (first,), ("bag",))
    ]
    assert page.kinds()[0] == "ack"
    assert page.kinds()[-1] == "questions"
    assert first not in page.ids
    assert page.current == second
    assert page.items[second]["prediction"]["label"] == "bag"
    assert page.array("labeled", "uint32").tolist() == [int(first)]


def test_a_refused_label_keeps_its_place_before_an_undo(store):
    page = open_page(store=store)
    first, second = page.ids[:2]
    page.label(first, "boot")
    store.full = True
    ack = page.label(second, "bag", uid="late")
    assert (ack["ok"], ack["retry"], ack["text"]) == (False, True, "the disk is full.")
    assert page.kinds() == ["ack"]
    store.full = False
    ack = page.answer("undo", uid="undo")
    assert (ack["ok"], ack["retry"]) == (False, True)
    assert page.label("9", uid="other")["retry"]
    assert page.known() == {first: "boot"}
    assert page.label(second, "bag", uid="late")["ok"]
    assert page.answer("undo", uid="undo")["ok"]
    assert page.known() == {first: "boot"}
    assert page.last("show")["item"]["id"] == second
    assert [event.uid for event in store.read()] == [f"{page.id}:u1", "late", "undo"]


def test_a_page_that_never_sends_it_again_does_not_block_for_ever(store, monkeypatch):
    page = open_page(store=store)
    store.full = True
    page.label("1")
    store.full = False
    assert page.label("2")["retry"]
    later = time.monotonic() + answers.REFUSED_SECONDS
    monkeypatch.setattr(answers.time, "monotonic", lambda: later)
    assert page.label("3")["ok"]


def test_nothing_waits_for_an_answer_that_was_refused_for_good(store):
    page = open_page(store=store)
    store.full = True
    assert page.label("1", uid="u")["retry"]
    store.full = False
    assert not page.label("1", "hat", uid="u")["retry"]
    assert page.label("2")["ok"]


def test_a_uid_sent_again_is_acknowledged_again_and_changes_nothing(page):
    page.label("1", uid="label")
    page.answer("add_class", name="hat", uid="class")
    page.label_group([5, 6, 7], uid="lasso")
    page.answer("undo", uid="undo", of="lasso")
    before, known = page.session.version, page.known()
    again = [
        page.label("1", uid="label"),
        page.answer("add_class", name="hat", uid="class"),
        page.label_group([5, 6, 7], uid="lasso"),
        page.answer("undo", uid="undo", of="lasso"),
    ]
    assert [(ack["ok"], ack["uid"]) for ack in again] == [
        *((True, "label"), (True, "class"), (True, "lasso"), (True, "undo"))
    ]
    assert (page.session.version, page.known()) == (before, known) == (before, {"1": "bag"})


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("label", {"id": "1", "label": "hat"}, "'hat' is not a class"),
        ("label", {"id": "77", "label": "bag"}, "no item with id '77'"),
        ("skip", {"id": "77"}, "no item with id '77'"),
        ("add_class", {"name": " "}, "is empty"),
        ("add_class", {"name": "bag"}, "is there twice"),
        ("undo", {"of": "nothing"}, "something else was answered since"),
    ],
)
def test_what_can_never_be_saved_is_refused_for_good(page, kind, content, message):
    ack = page.answer(kind, **content)
    assert (ack["ok"], ack["retry"]) == (False, False)
    assert message in ack["text"]
    assert page.session.store.read() == []


def test_an_unexpected_error_is_an_answer_too(page, monkeypatch):
    def fail(*_args, **_options):
        raise ZeroDivisionError("nobody thought of that")

    monkeypatch.setattr(page.session, "tell", fail)
    ack = page.label("1")
    assert (ack["ok"], ack["retry"], ack["text"]) == (False, False, "nobody thought of that")


def test_undo_shows_the_item_again(page):
    first, second = page.ids[:2]
    page.label(first)
    ack = page.answer("undo")
    assert (ack["ok"], ack["text"]) == (True, "Undone: bag.")
    show = page.last("show")
    assert (show["item"]["id"], show["item"]["label"], show["revisit"]) == (first, None, False)
    assert page.ids[:2] == [first, second]
    assert page.known() == {}
    assert page.answer("undo")["text"] == "Nothing to undo."
    assert page.answer("redo")["text"] == "Redone: bag."
    assert page.known() == {first: "bag"}
    assert first not in page.ids
    assert page.answer("redo")["text"] == "Nothing to redo."


def test_undo_of_a_relabel_shows_the_item_with_its_earlier_label(page):
    page.label("1", "boot")
    page.label("1", "bag")
    page.answer("undo")
    show = page.last("show")
    assert (show["item"]["id"], show["item"]["label"], show["revisit"]) == ("1", "boot", True)


def test_undo_of_skip_flag_and_class(page):
    page.answer("skip", id="1")
    page.answer("flag", id="2")
    page.answer("add_class", name="hat")
    assert [one["name"] for one in page.traits["classes"]] == [*CLASSES, "hat"]
    assert page.answer("undo")["text"] == "Undone: class hat."
    assert [one["name"] for one in page.traits["classes"]] == list(CLASSES)
    assert page.answer("undo")["text"] == "Undone: flag."
    assert page.last("show")["item"]["id"] == "2"
    assert page.answer("undo")["text"] == "Undone: skip."
    assert page.last("show")["item"]["id"] == "1"


def test_a_bulk_step_is_undone_as_one(page):
    assert page.label_group(range(20, 40))["text"] == "20 images labeled as bag."
    ack = page.answer("undo")
    assert ack["text"] == "Undone: 20 images."
    assert "show" not in page.kinds()
    assert page.known() == {}


def test_the_map_undoes_its_own_step_only(page):
    page.label_group([5, 6], uid="first")
    page.label("1")
    ack = page.answer("undo", uid="a", of="first")
    assert (ack["ok"], ack["retry"]) == (False, False)
    assert "something else was answered since" in ack["text"]
    assert page.known() == {"5": "bag", "6": "bag", "1": "bag"}
    page.answer("undo")
    assert page.answer("undo", uid="b", of="first")["ok"]
    assert page.known() == {}
    assert not page.answer("undo", uid="c", of="first")["ok"]


def test_back_and_forward_through_the_answers(page):
    for item in ("5", "3", "9"):
        page.label(item)

    def go(steps):
        show = page.browse(steps)
        assert show["to"] == page.id
        assert page.kinds()[0] == "show"
        return show["item"] and show["item"]["id"], show["text"]

    assert go(-1) == ("9", "")
    assert page.last("show")["revisit"]
    assert page.last("show")["item"]["label"] == "bag"
    assert go(-1) == ("3", "")
    assert go(-1) == ("5", "")
    assert go(-1) == ("5", "This was the first answer.")
    assert go(2) == ("9", "")
    assert go(1) == (None, "Back to the questions.")
    assert go(1) == (None, "Back to the questions.")
    assert go(-3) == ("5", "")


def test_two_pages_look_back_each_for_itself(page):
    other = Page(page.panel)
    for item in ("5", "3", "9"):
        page.label(item)
    assert page.browse(-1)["item"]["id"] == "9"
    assert other.browse(-2)["item"]["id"] == "3"
    assert page.browse(-1)["item"]["id"] == "3"
    assert len(other.messages("show")) == 1  # its own


def test_back_before_the_first_answer(page):
    show = page.browse(-1)
    assert (show["item"], show["text"]) == (None, "Nothing was answered yet.")


def test_relabel_while_looking_back(page):
    page.label("5", "boot")
    head = page.current
    page.browse(-1)
    page.label("5", "shirt")
    assert page.known() == {"5": "shirt"}
    assert page.current == head
    assert page.session.n_labeled == 1


def test_a_group_label_leaves_labels_unless_told(page):
    page.label("5", "boot")
    assert page.label_group([5, 6], uid="a")["text"] == "1 image labeled as bag."
    assert page.known()["5"] == "boot"
    ack = page.label_group([5, 6], uid="b")
    assert (ack["ok"], ack["retry"]) == (False, False)
    assert "every selected image has a label" in ack["text"]
    assert page.label_group([5, 6], uid="c", relabel=True)["ok"]
    assert page.known()["5"] == "bag"
    assert not page.label_group([5, 600], uid="d")["ok"]


@pytest.fixture
def accepted(page):
    """A panel in which a round was accepted behind the first six answers."""
    page.session.tell(range(6), [CLASSES[number % 3] for number in range(6)])
    page.session.accept(range(10, 50))
    page.say("ready")
    return page


def test_accepted_items_are_counted_and_coloured_apart_and_not_asked(accepted):
    status = accepted.traits["status"]
    assert (status["labeled"], status["accepted"], status["left"]) == (6, 40, 14)
    assert not {str(number) for number in range(10, 50)} & set(accepted.ids)
    accepted.set_trait("color_by", "source")
    legend = {entry["name"]: entry["count"] for entry in accepted.traits["legend"]}
    assert legend == {"not answered": 14, "human": 6, "model": 40}
    accepted.say("ready")
    assert accepted.array("labeled", "uint32").tolist() == list(range(6))


def test_undo_in_the_panel_takes_an_accepted_round_back(accepted):
    ack = accepted.answer("undo")
    assert ack["text"] == "Undone: 40 accepted from the model."
    assert accepted.session.n_accepted == 0
    assert accepted.traits["status"]["accepted"] == 0
    assert accepted.answer("redo")["text"] == "Redone: 40 accepted from the model."
    assert accepted.session.n_accepted == 40
    accepted.answer("undo")
    assert accepted.answer("undo")["text"] == "Undone: 6 images."


def test_an_accepted_item_says_so_and_can_be_answered(accepted):
    shown = accepted.show(10)
    assert shown["revisit"]
    assert (shown["item"]["source"], shown["item"]["label"]) == ("model", "bag")
    accepted.say("hover", index=10)
    assert accepted.last("picture")["text"] == "10 · accepted as bag"
    accepted.label("10", "shirt")
    assert (accepted.session.n_labeled, accepted.session.n_accepted) == (7, 39)
    assert accepted.session.labels()["source"].tolist()[-1] == "human"


def test_back_goes_through_what_people_answered(accepted):
    accepted.label("55")
    assert [accepted.browse(-1)["item"]["id"] for _ in range(2)] == ["55", "5"]


def test_a_group_label_counts_accepted_items_as_not_labeled(accepted):
    ack = accepted.label_group(range(4, 12))
    assert ack["text"] == "6 images labeled as bag."
    assert accepted.session.n_accepted == 38


def test_hostile_names_pass_unchanged():
    names = ["<img src=x onerror=alert(1)>", "'; DROP TABLE x", "${y}", "\u202egab"]
    page = open_page(classes=names)
    assert [one["name"] for one in page.traits["classes"]] == names
    assert page.label("1", names[0])["text"] == f"Saved: {names[0]}. 1 labeled."
    assert page.known() == {"1": names[0]}


def test_a_message_that_nobody_knows_is_told_in_the_panel(page):
    page.say("dance", checked=False)
    assert "no message of the panel" in page.traits["error"]
    page.say("project", checked=False)
    assert "name is missing" in page.traits["error"]
    page.label("1")
    assert page.traits["error"] == ""


def test_a_redone_answer_leaves_the_questions_at_once(page):
    first = page.current
    page.label(first)
    page.answer("undo")
    assert page.current == first
    page.answer("redo")
    assert "show" not in page.kinds()
    assert first not in [item["id"] for item in page.messages("questions")[0]["items"]]


def test_marked_items_of_a_group_are_asked_next(page):
    ack = page.label_group([20, 21, 22], "bag", [30, 31])
    assert ack["text"] == "3 images labeled as bag."
    assert page.messages("questions")[-1]["first"] == 2
    assert page.ids[1:3] == ["30", "31"]
    page.say("explain", ids=["30"])
    assert "excluded" in page.last("explained")["items"][0]["why"]["text"]
    assert not page.label_group([23], "bag", [600])["ok"]
    assert "23" not in page.known()


def test_a_class_that_is_added_for_an_item_labels_it_and_is_undone_in_one_step(page):
    before = page.session.classes
    ack = page.answer("add_class", name=" hat ", id="7")
    assert ack["text"] == "Class added: hat. Saved: hat. 1 labeled."
    assert page.known() == {"7": "hat"}
    assert page.session.classes == (*before, "hat")
    assert [one["name"] for one in page.traits["classes"]] == [*before, "hat"]
    ack = page.answer("undo")
    assert ack["text"] == "Undone: hat."
    shown = page.last("show")
    assert (shown["item"]["id"], shown["revisit"]) == ("7", False)
    assert (page.known(), page.session.classes) == ({}, before)
    assert [one["name"] for one in page.traits["classes"]] == list(before)
    page.answer("redo")
    assert (page.known(), page.session.classes) == ({"7": "hat"}, (*before, "hat"))
