"""What pages are asked: candidates, best first, with their bytes and reasons."""

import asyncio
import json
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.widget.panel.pictures import MOST_HELD as LENGTH
from tests.panel.helpers import open_page, picture_pool, shown, until
from tests.samples import CLASSES, blobs
from tests.wire import Page


def test_a_page_that_opens_gets_all_there_is(page):
    assert page.kinds() == ["points", "colors", "labeled", "questions"]
    message, buffers = page.last("questions"), page.buffers("questions")
    assert page.traits["pool"] == {"total": 60, "noun": "image"}
    assert (message["first"], message["done"], message["reset"]) == (0, False, True)
    assert len(message["items"]) == min(LENGTH, 60)
    for item in message["items"]:
        place = item["image"]["buffer"]
        assert item["image"] == {"buffer": place, "width": 4, "height": 4, "channels": 1}
        assert buffers[place] == page.session.pool.image(item["index"]).tobytes()
        assert item["id"] == str(item["index"])
        assert item["label"] is item["prediction"] is item["error"] is None
    assert message["items"][0]["why"]["text"]
    assert len(set(page.ids)) == min(LENGTH, 60)
    assert page.array("points", np.float32).shape == (120,)
    assert page.array("labeled", np.uint32).size == 0


def decoded(page, media, message="questions"):
    """What the page reads of a text or row, None where the page holds it already."""
    return None if media["buffer"] is None else json.loads(page.buffers(message)[media["buffer"]])


def test_texts_are_sent_once_and_at_a_length_that_fits_the_page():
    texts = ["<b>bold</b>", "", "שלום 🙂", "x" * 2**20, *(f"text {i}" for i in range(56))]
    page = open_page(nb.Pool(texts=texts, embeddings=blobs()))
    assert page.traits["pool"]["noun"] == "text"
    for item in page.last("questions")["items"]:
        text = texts[item["index"]]
        assert item["image"] is item["row"] is item["error"] is None
        assert item["text"]["length"] == len(text)
        assert decoded(page, item["text"]) == text[:20_000]
    first = page.ids[0]
    page.label(first)
    assert all(item["text"]["buffer"] is None for item in page.last("questions")["items"])
    neighbor = page.last("questions")["items"][0]["neighbors"][0]
    assert (neighbor["id"], neighbor["image"]) == (first, None)
    assert decoded(page, neighbor["text"]) == texts[int(first)][:400]
    page.say("need", ids=["3"])
    (item,) = page.last("media")["items"]
    assert decoded(page, item["text"], "media") == "x" * 20_000
    snapshot = page.traits["snapshot"]
    assert json.loads(page.traits["snapshot_bytes"]) == texts[snapshot["index"]][:400]


def test_rows_are_sent_with_what_is_unusual():
    table = pd.DataFrame({"age": [*range(59), 1_000], "city": ["Oslo"] * 59 + [None]})
    page = open_page(nb.Pool(table=table, embeddings=blobs()))
    assert page.traits["pool"]["noun"] == "row"
    for item in page.last("questions")["items"]:
        row = [cell[:3] for cell in decoded(page, item["row"])]  # without the place in the column
        assert item["row"]["columns"] == 2
        if item["id"] == "59":
            assert row == [["age", "1000", "unusually high"], ["city", None, ""]]
        else:
            assert row == [["age", item["id"], ""], ["city", "Oslo", ""]]


@pytest.mark.slow
def test_a_wide_row_is_cut():
    wide = pd.DataFrame(np.zeros((60, 500), dtype=int))
    page = open_page(nb.Pool(table=wide, embeddings=blobs()))
    row = page.last("questions")["items"][0]["row"]
    assert row["columns"] == 500
    assert len(decoded(page, row)) == 200


def test_items_without_pictures():
    page = open_page(nb.Pool(embeddings=blobs(8)))
    assert all(item["image"] is item["error"] is None for item in page.last("questions")["items"])
    assert page.label(page.ids[0])["ok"]


def test_a_broken_file_is_an_item_without_a_picture(tmp_path):
    for number in range(4):
        Image.new("L", (4, 4), 60 * number).save(tmp_path / f"{number}.png")
    (tmp_path / "2.png").write_bytes(b"no picture")
    page = open_page(nb.Pool.from_folder(tmp_path, embeddings=blobs(4)))
    page.say("need", ids=["2.png"])
    item = page.items["2.png"]
    assert item["image"] is None
    assert "2.png" in item["error"]
    assert page.label("2.png")["ok"]
    page.say("hover", index=2)
    assert page.last("picture")["item"]["image"] is None
    assert page.traits["error"] == ""


# bytes


def test_bytes_travel_once(page):
    known = set(page.ids)
    page.label(page.ids[0])
    for item in page.last("questions")["items"]:
        assert (item["image"]["buffer"] is None) == (item["id"] in known)


def test_nothing_is_sent_before_somebody_hears_it():
    async def act():
        page = open_page(ready=False)
        await until(lambda: page.panel.snapshot)  # the first questions are there
        assert {kind for kind, _, _ in page.channel.log} == {"traits"}
        page.say("ready")
        await until(lambda: page.ids)
        sent = [kind for kind, _, _ in page.channel.log if kind != "traits"]
        assert sorted(sent) == ["colors", "labeled", "points", "questions"]

    asyncio.run(act())


def test_bytes_that_a_page_lost_are_sent_to_it_again(page):
    other = Page(page.panel)
    lost = page.ids[3:5]
    messages = page.say("need", ids=[*lost, "nothing"])
    assert [(one["type"], one["to"]) for one in messages] == [("media", page.id)] * 2
    # each in a message of its own, so that the first does not wait for the last
    assert [[item["id"] for item in one["items"]] for one in messages] == [[one] for one in lost]
    assert [one["items"][0]["image"]["buffer"] for one in messages] == [0, 0]
    assert page.buffers("media") == [page.session.pool.image(int(lost[1])).tobytes()]
    assert "media" not in other.kinds()


def test_neighbours_that_decide_come_with_their_pixels_once(page):
    page.label("0", "boot")
    neighbors = [n for item in page.last("questions")["items"][:9] for n in item["neighbors"]]
    assert {(n["id"], n["label"]) for n in neighbors} == {("0", "boot")}
    assert [n["image"]["buffer"] is None for n in neighbors] == [False] + [True] * 8
    page.say("need", ids=["0"])
    assert page.last("media")["items"][0]["image"]["buffer"] == 0


def test_an_item_is_never_its_own_neighbour(page):
    for index in range(6):
        page.label(str(index), CLASSES[index % 3])
    shown = [page.browse(-1)["item"] for _ in range(6)]  # labeled, and looked at again
    page.say("explain", ids=[one["id"] for one in shown])
    for item in [*shown, *page.last("explained")["items"]]:
        named = [one["id"] for one in item["neighbors"]]
        assert item["id"] not in named
    for item in page.last("explained")["items"]:
        assert len(item["neighbors"]) == 3  # as many as any other has


# order and reasons


def test_the_questions_hold_what_is_on_screen_until_it_is_answered():
    page = open_page(picture_pool(600))
    late = "599"
    page.show(599)
    assert page.current == late
    for _ in range(5):
        page.label(page.ids[1])
        assert late in [item["id"] for item in page.last("questions")["items"]]
        assert page.current == late
    page.label(late)
    assert late not in [item["id"] for item in page.last("questions")["items"]]


def test_a_list_that_follows_at_once_holds_what_the_first_one_put_on_screen():
    async def scenario():
        page = open_page(picture_pool(400), learner="knn")
        await until(lambda: page.ids)
        front = page.ids[:9]  # the page shows them, and has not said so yet
        panel = page.panel._panel
        others = [index for index in range(400) if str(index) not in front]
        panel._ranking._ranked = others
        panel._ranking.offer()
        panel.publisher.publish()
        assert str(others[0]) in page.ids
        assert set(front) <= set(page.ids)

    asyncio.run(scenario())


def test_what_comes_next_is_asked_for_with_reasons_once_it_is_on_screen(page):
    page.label("0", "boot")
    far = next(item for item in page.last("questions")["items"] if item["why"] is None)
    (message,) = page.say("explain", ids=[far["id"], "nothing"])
    assert (message["type"], message["to"]) == ("explained", page.id)
    (item,) = message["items"]
    assert item["id"] == far["id"]
    assert item["why"]["text"]
    assert [(one["id"], one["label"]) for one in item["neighbors"]] == [("0", "boot")]


def test_the_reason_of_the_question_on_screen_is_as_new_as_its_prediction():
    page = open_page(picture_pool(600))
    same = set()
    for turn in range(12):
        head = page.items[page.current]
        if turn and head["why"]["parts"]:
            likeliest = re.split(" or |, ", head["why"]["parts"][0]["text"])[0]
            same.add(likeliest.rsplit(" ", 1)[0] == head["prediction"]["label"])
        page.label(page.current, CLASSES[turn % len(CLASSES)])
    assert same == {True}


def test_a_page_that_runs_short_gets_others():
    page = open_page(picture_pool(600))
    held = [int(item) for item in page.ids]
    (message,) = page.say("more", held=held)
    assert (message["type"], message["reset"], message["done"]) == ("questions", False, False)
    fresh = [item["index"] for item in message["items"]]
    assert fresh
    assert not set(fresh) & set(held)
    assert page.ids[: len(held)] == [str(index) for index in held]
    (message,) = page.say("more", held=[int(item) for item in page.ids])  # more than were ranked
    assert message["items"]
    page.say("explain", ids=[message["items"][0]["id"]])
    assert "Drawn at random" in page.last("explained")["items"][0]["why"]["text"]


def test_a_page_that_holds_everything_gets_nothing_more(page):
    assert page.say("more", held=[int(item) for item in page.ids]) == []


def test_an_item_that_is_shown_by_hand_has_its_reason_and_neighbours(page):
    page.label("3", "boot")
    page.show(59)
    show = page.last("show")
    assert (show["item"]["id"], show["revisit"], show["to"]) == ("59", False, page.id)
    assert "You chose this one" in show["item"]["why"]["text"]
    explained = [*page.messages("explained"), show]
    assert any("3" in str(one) for one in explained)
    page.session.tell(30, "boot")
    assert page.current == "59"
    page.label("59")
    assert page.current != "59"


@pytest.mark.parametrize("index", [60, 10**9])
def test_a_point_that_is_none_is_not_shown(page, index):
    assert page.say("show", index=index) == []
    assert page.traits["error"] == ""


def test_items_queued_from_python_come_next_in_their_order(page):
    on_screen = page.current
    page.session.tell(41, "bag")
    page.panel.show_next([40, 41, 42])
    assert page.last("questions")["first"] == 2
    assert page.ids[:3] == [on_screen, "40", "42"]
    page.say("explain", ids=["40"])
    assert page.last("explained")["items"][0]["why"]["text"] == "Queued from Python."
    page.label(on_screen)
    assert page.ids[:2] == ["40", "42"]
    page.label("40")
    assert page.current == "42"
    with pytest.raises(IndexError, match="position 60 is outside"):
        page.panel.show_next(60)


# to the end


def test_skipped_images_are_asked_at_the_end_in_their_order():
    page = open_page(picture_pool(4))
    for item in ("2", "0"):
        page.answer("skip", id=item)
        assert item not in page.ids
    page.label("1")
    page.answer("skip", id="3")  # the last open one
    assert page.ids == ["2", "0", "3"]
    assert not page.last("questions")["done"]
    page.answer("skip", id="2")
    assert page.ids == ["0", "3", "2"]
    for item in ("0", "3", "2"):
        assert not page.last("questions")["done"]
        page.label(item)
    end = {"type": "questions", "items": [], "first": 0, "done": True, "reset": True}
    assert page.last("questions") == end
    page.answer("undo")
    assert page.ids == ["2"]
    assert not page.last("questions")["done"]


def test_a_skipped_image_that_is_asked_again_can_be_shown():
    page = open_page(picture_pool(4))
    for item in "0123":
        page.answer("skip", id=item)
    page.show(2)
    assert not page.last("show")["revisit"]
    assert page.ids == ["2", "0", "1", "3"]
    show = page.browse(-1)
    assert show["revisit"]
    assert show["item"]["id"] == "3"
    assert page.ids == ["2", "0", "1", "3"]


def test_flagged_images_are_not_asked_again():
    page = open_page(picture_pool(2))
    page.answer("flag", id="0")
    page.answer("flag", id="1")
    assert page.last("questions")["done"]


# the question on screen, for a notebook opened again


def test_the_snapshot_is_the_question_with_its_pixels(page):
    page.label(page.ids[0])
    trait = page.traits["snapshot"]
    assert trait["id"] == page.ids[0]
    assert trait["image"]["buffer"] == 0
    assert page.traits["snapshot_bytes"] == page.session.pool.image(trait["index"]).tobytes()
    page.session.tell(range(60), "bag")
    assert page.traits["snapshot"] is None
    assert page.traits["snapshot_bytes"] == b""


# in the event loop


def test_the_answer_comes_before_the_learning():
    async def label():
        page = await shown()
        first, second = page.ids[:2]
        assert page.label(first)["ok"]
        assert page.kinds() == ["ack"]
        await until(lambda: "questions" in page.kinds())
        assert page.current == second
        assert page.items[second]["prediction"]["label"] == "bag"
        assert page.traits["error"] == ""

    asyncio.run(label())


def test_a_repeated_item_is_asked_as_if_nobody_had_answered():
    page = open_page(picture_pool(90), repeats=1)
    page.say("repeats", share=1)
    while not len(page.session.repeated):
        page.label(page.current, CLASSES[int(page.current) % 3])
        assert page.session.n_labeled < 40
    (index,) = page.session.repeated.tolist()
    item = page.last("questions")["items"][0]
    assert page.last("questions")["first"] == 1
    assert (item["index"], item["label"], item["source"]) == (index, None, None)
    page.label(item["id"], CLASSES[index % 3])
    assert item["id"] not in page.ids
    page.say("hover", index=index)
    assert page.last("picture")["item"]["label"] == CLASSES[index % 3]
