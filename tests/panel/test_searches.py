"""Search in the panel, and the mode that finds more items of one class."""

import asyncio
import threading

import numpy as np
import pytest

import nblabel as nb
from nblabel.session.searching import Searcher
from nblabel.widget.work import gallery
from tests.panel.helpers import open_page, shown, until
from tests.samples import CLASSES, blobs

ASKED = {"descending": False}
TEXTS = ["a late train", "late lunch", "trains are late", *(f"number {i}" for i in range(57))]


@pytest.fixture
def page():
    return open_page()


@pytest.fixture
def texts():
    return open_page(nb.Pool(texts=TEXTS, embeddings=blobs(60)))


def search(page, request="r", order="best", like=None, **wanted):
    """Return what the page is told of a search, and what was found."""
    sought = {"search": wanted} if like is None else {"only": {"like": like}, "group": True}
    asked = {"show": "all", "descending": False, **sought}
    page.say("gallery", checked=False, request=request, order=order, **asked)
    ((told, buffers), *_) = page.heard
    assert told["to"] == page.id
    found = np.frombuffer(buffers[0], np.uint32).tolist() if buffers else None
    return told, found or (list(range(told["n"])) if found == [] else None)


def test_more_like_an_item_nearest_first(page):
    told, found = search(page, like=7)
    expected = page.session.search(like=7, n=60)
    assert found == expected.indices.tolist()
    assert told["text"] == "All 60 images. Search by likeness: the 60 images most like “7”."
    assert told["n"] == 60


def test_the_most_like_of_many_are_shown_and_filters_hold(monkeypatch):
    monkeypatch.setattr(gallery, "ALIKE", 8)
    page = open_page()
    told, found = search(page, like=7)
    assert found == page.session.search(like=7, n=8).indices.tolist()
    assert told["text"].startswith("8 of 60 images. Search by likeness: the 8 images")
    page.session.tell(found[:3], CLASSES[0])
    page.say("gallery", **ASKED, request="s", show="unlabeled", only={"like": 7}, order="best")
    assert page.array("gallery", np.uint32).tolist() == found[3:]


def test_by_words_and_by_id(texts):
    told, found = search(texts, query="late TRAIN", by="auto")
    assert sorted(found) == [0, 2]
    assert told["text"] == "2 of 60 texts. Search by words: 2 texts have all words of “late TRAIN”."
    assert search(texts, query="5", by="id")[1][0] == 5
    assert sorted(search(texts, order="random", query="late", by="words")[1]) == [0, 1, 2]


def test_by_meaning_where_the_session_can(texts):
    texts.session.text_encoder = lambda queries: texts.session.embeddings[:1]
    told, found = search(texts, query="delay", by="auto")
    assert "Search by meaning: the 60 texts nearest in meaning" in told["text"]
    assert found[0] == 0
    told, found = search(texts, query="late", by="words")
    assert "Search by words: 3 texts" in told["text"]
    assert len(found) == 3


def test_the_ways_to_search_are_offered_as_they_come_and_go(page, texts):
    assert page.traits["search_ways"] == ["auto", "id"]
    assert texts.traits["search_ways"] == ["auto", "words", "id"]
    texts.session.text_encoder = lambda queries: texts.session.embeddings[:1]
    assert texts.traits["search_ways"] == ["auto", "words", "meaning", "id"]
    told, _ = search(texts, query="delay", by="meaning")
    assert "Search by meaning: " in told["text"]
    texts.session.text_encoder = None
    assert texts.traits["search_ways"] == ["auto", "words", "id"]


def test_nothing_found_is_said_in_words(page):
    told, _ = search(page, query="nowhere", by="auto")
    assert told["n"] == 0
    assert told["text"].startswith("None of 60 images. ")
    assert "no image has “nowhere” in its name" in told["text"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"query": "  ", "by": "auto"}, "pass some words"),
        ({"query": "late", "by": "words"}, "have no words"),
        ({"query": "late", "by": "meaning"}, "text_encoder"),
        ({"like": 60}, "outside the pool"),
    ],
)
def test_what_cannot_be_searched_is_said_in_words(page, wanted, said):
    told, found = search(page, **wanted)
    assert told["type"] == "no_gallery"
    assert told["request"] == "r"
    assert said in told["text"]
    assert found is None


def test_what_was_found_is_labeled_but_for_the_excluded_and_undone_at_once(page):
    _, found = search(page, like=7)
    page.label_group(found[:5], "bag", found[5:6])
    assert page.session.labeled.tolist() == sorted(found[:5])
    assert page.session.bulk.tolist() == sorted(found[:5])
    assert search(page, like=7)[1] == found  # labeled items are found like any others
    page.session.undo()
    assert page.session.n_labeled == 0


def test_what_a_search_found_need_not_be_of_one_class(page):
    page.session.tell([6, 7, 8], CLASSES)
    told, found = search(page, like=7)
    assert "warning" not in told
    page.label("9", "bag")
    assert "warning" not in page.last("gallery_changes")
    # what somebody drew around should be
    page.say("gallery", found, **ASKED, request="s", show="all", order="random", group=True)
    assert "contradict" in page.last("gallery")["warning"]


def test_what_was_labeled_and_undone_has_the_noun_of_the_pool(texts):
    assert texts.label_group([1, 2, 3], "bag")["text"] == "3 texts labeled as bag."
    assert texts.label_group([1], "bag")["text"] == "every selected text has a label already."
    assert texts.answer("undo")["text"] == "Undone: 3 texts."


def look_for(page, request, **wanted):
    page.say("gallery", **ASKED, request=request, show="all", order="best", checked=False, **wanted)


def test_a_newer_search_and_a_closed_gallery_drop_an_older_one(monkeypatch):
    gate, begun = threading.Event(), []
    usual = Searcher.by_text

    def slow(self, query, by, n):
        begun.append(query)
        if query == "1":
            gate.wait(20)
        return usual(self, query, by, n)

    monkeypatch.setattr(Searcher, "by_text", slow)

    async def act():
        page = await shown()
        heard = []

        def listen(content, _):
            if content["type"] in ("gallery", "no_gallery"):
                heard.append(content["request"])

        page.channel.listeners.append(listen)
        for number in (1, 2, 3):
            look_for(page, f"r{number}", search={"query": str(number), "by": "id"})
            await until(lambda: begun == ["1"])  # else the first, too, is dropped before it begins
        gate.set()
        await until(lambda: heard)
        assert heard == ["r3"]
        assert begun == ["1", "3"]  # the one in the middle was not even begun
        look_for(page, "r4", search={"query": "4", "by": "id"})
        page.say("end_gallery")
        look_for(page, "r5", only={"like": 1})
        await until(lambda: len(heard) > 1)
        assert heard == ["r3", "r5"]

    asyncio.run(act())


# find more of a class


def find(page, label):
    page.say("find", label=label, checked=False)
    return [content["text"] for content, _ in page.heard if content["type"] == "announce"]


def test_more_of_a_class_is_asked_for_until_it_is_ended(page):
    session = page.session
    session.tell([0, 1, 2], CLASSES)
    (said,) = find(page, "bag")
    assert said.startswith("Finding more of bag")
    assert page.traits["find_target"] == "bag"
    assert session.strategy.target == "bag"
    messages = [one["text"] for one in page.traits["status"]["messages"]]
    (message,) = [one for one in messages if "Finding more" in one]
    assert message.startswith("Finding more of bag: 1 found, the model expects ")
    event = session.tell(4, "bag")
    assert event.is_bulk
    assert "2 found" in str(page.traits["status"]["messages"])
    (said,) = find(page, None)
    assert said == "Questions are as before; bag is not looked for any more."
    assert (page.traits["find_target"], session.strategy) == ("", "auto")
    assert "Finding more" not in str(page.traits["status"]["messages"])
    assert not session.tell(5, "shirt").is_bulk


def test_another_class_can_be_looked_for_and_the_strategy_before_comes_back():
    page = open_page(strategy="margin")
    page.session.tell([0, 1, 2], CLASSES)
    find(page, "bag")
    find(page, "shirt")
    assert page.traits["find_target"] == "shirt"
    find(page, None)
    assert page.session.strategy == "margin"
    assert find(page, None) == ["No class is looked for."]
    assert find(page, "hat") == ["hat is not a class any more."]
    assert page.traits["find_target"] == ""


def test_a_class_without_a_label_needs_one_first(page):
    hint = "Label one image as bag first: until then questions are as before."
    assert find(page, "bag") == [hint]
    assert page.traits["find_hint"] == hint
    page.label("3", "bag")
    assert page.traits["find_hint"] == ""
    page.answer("undo")
    assert page.traits["find_hint"] == hint
    find(page, None)
    assert page.traits["find_hint"] == ""
    find(page, "bag")
    assert "Finding more of bag: label one first" in str(page.traits["status"]["messages"])


def test_it_follows_a_class_that_is_renamed_and_ends_with_one_that_is_deleted(page):
    page.session.tell([0, 1, 2], CLASSES)
    find(page, "bag")
    page.session.rename_class("bag", "purse")
    assert page.traits["find_target"] == "purse"
    page.session.undo()
    assert page.traits["find_target"] == "bag"
    page.session.merge_classes(["bag", "shirt"], into="clothes")
    assert page.traits["find_target"] == "clothes"
    page.session.undo()
    page.session.add_class("hat")
    page.session.strategy = nb.strategies.Find("hat")
    page.session.delete_class("hat")
    assert page.traits["find_target"] == ""
    assert page.session.strategy == "auto"
    assert page.traits["error"] == ""


def test_a_panel_that_begins_with_it():
    page = open_page(strategy=nb.strategies.Find("bag"))
    assert page.traits["find_target"] == "bag"
    find(page, None)
    assert page.session.strategy == "auto"


def test_the_audit_sample_tells_how_many_are_left(page):
    session = page.session
    for index in (0, 1, 2, *session.draw(40).tolist()):
        session.tell(index, CLASSES[index % 3])
    page.say("open", parts=["curves"])
    find(page, "bag")
    left = nb.remaining(session)
    messages = str(page.traits["status"]["messages"])
    assert f"{left.low} to {left.high} left by the audit sample" in messages


def test_the_strategy_set_from_python_is_followed(page):
    page.session.tell([0, 1, 2], CLASSES)
    page.session.strategy = nb.strategies.Find("bag")
    assert page.traits["find_target"] == "bag"
    page.session.strategy = "margin"
    assert page.traits["find_target"] == ""
    find(page, "shirt")
    find(page, None)
    assert page.session.strategy == "margin"
