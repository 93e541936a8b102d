"""Labels that are contradicted are asked again with the same keys."""

import numpy as np
import pytest

from tests.panel.desk import TRUTH, Desk, N
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
