"""Labels that are contradicted are asked again with the same keys."""

import numpy as np
import pytest

from tests.panel.desk import TRUTH, Desk, N
from tests.panel.helpers import open_page, picture_pool
from tests.samples import CLASSES


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def doubtful(desk):
    rows = np.random.default_rng(0).permutation(N)[:100]
    desk.session.tell(rows, TRUTH[rows])
    wrong = rows[:4]
    desk.session.tell(wrong, [CLASSES[(row + 1) % 3] for row in wrong])
    desk.wrong = sorted(map(int, wrong))
    return desk


def test_contradicted_labels_are_asked_again_with_the_same_keys(doubtful):
    doubtful.say("review", accepted=False)
    total = doubtful.traits["review"]["total"]
    assert total >= 3
    items = doubtful.again()[:total]
    first_why = doubtful.why(items[0]["id"])
    assert {one["index"] for one in items} <= set(doubtful.wrong)
    first = items[0]
    assert first["prediction"]["label"] == TRUTH[first["index"]] != first["label"]
    assert "without this label the model predicts" in first_why
    n = len(doubtful.session.store.read())
    assert doubtful.label(first["id"], TRUTH[first["index"]])["ok"]
    assert len(doubtful.session.store.read()) == n + 1  # every change is in the log
    doubtful.label(items[1]["id"], items[1]["label"])  # it was right
    assert (doubtful.traits["review"]["left"], doubtful.traits["review"]["total"]) == (
        total - 2,
        total,
    )
    assert "1 of" in doubtful.traits["review"]["text"]
    assert first["id"] not in doubtful.ids
    doubtful.answer("undo")  # takes the confirmation back: it is asked again
    assert doubtful.traits["review"]["left"] == total - 1


def test_the_second_look_ends_by_itself_or_at_a_press(doubtful):
    doubtful.say("review", accepted=False)
    for item in doubtful.again()[: doubtful.traits["review"]["total"]]:
        doubtful.label(item["id"], TRUTH[item["index"]])
    assert doubtful.traits["review"]["left"] == 0
    assert doubtful.traits["review"]["text"].startswith("Review done: ")
    doubtful.say("review", accepted=False)
    assert "No label is contradicted" in doubtful.traits["review"]["text"]
    doubtful.session.tell(doubtful.wrong, [CLASSES[(row + 1) % 3] for row in doubtful.wrong])
    doubtful.say("review", accepted=False)
    doubtful.say("end_review")
    assert doubtful.traits["review"]["total"] == 0
    assert not set(doubtful.ids[1:]) & set(map(str, doubtful.wrong))


def test_too_few_labels_for_a_second_look(desk):
    desk.say("review", accepted=False)
    assert "at least two labels" in desk.traits["review"]["text"]


def test_a_label_that_is_kept_is_an_answer_too(doubtful):
    doubtful.say("review", accepted=False)
    total = doubtful.traits["review"]["total"]
    items = doubtful.again()[:total]
    for item in items:
        assert item["label"] == doubtful.known()[item["id"]]
        doubtful.label(item["id"], item["label"])  # as Enter does
    assert doubtful.traits["review"]["left"] == 0
    assert doubtful.traits["review"]["text"] == f"Review done: 0 of {total} labels changed."
    assert not set(doubtful.ids) & {item["id"] for item in items}


# a pool that is done


@pytest.fixture
def done():
    """A page of a panel on nine answered items, of which two are flagged."""
    page = open_page(picture_pool(9))
    for index in range(9):
        if index in (3, 7):
            page.answer("flag", id=str(index))
        else:
            page.label(str(index), CLASSES[index % 3])
    assert page.last("questions")["done"]
    return page


def test_flagged_items_are_asked_again(done):
    done.say("again", status="flagged")
    message = done.last("questions")
    assert [item["id"] for item in message["items"]] == ["3", "7"]
    assert (message["first"], message["done"], message["items"][0]["label"]) == (2, False, None)
    done.say("explain", ids=["3"])
    assert done.last("explained")["items"][0]["why"]["text"] == "You flagged it before."
    done.label("3", "boot")
    assert done.ids == ["7"]
    done.answer("flag", id="7")  # once more
    assert done.last("questions")["done"]
    assert done.session.flagged() == ["7"]
    done.answer("undo")
    assert done.current == "7"
    done.answer("undo")
    assert set(done.ids) == {"3", "7"}


def test_skipped_items_are_asked_again(done):
    done.answer("undo")
    done.answer("undo")
    done.answer("skip", id="7")
    done.answer("skip", id="8")
    assert done.traits["status"]["left"] == done.traits["status"]["skipped"] == 2
    done.say("again", status="skipped")
    assert done.ids == ["7", "8"]
    done.say("explain", ids=["7"])
    assert done.last("explained")["items"][0]["why"]["text"] == "You skipped it before."
    done.label("7", "boot")
    done.label("8", "boot")
    assert done.last("questions")["done"]


def test_where_nothing_is_flagged_that_is_said(done):
    done.session.tell([3, 7], "boot")
    done.say("again", status="flagged")
    assert done.last("announce")["text"] == "Nothing is flagged."
    assert done.last("announce")["to"] == done.id
    done.say("again", checked=False, status="human")
    assert done.traits["error"]
