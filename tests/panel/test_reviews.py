"""Labels that are contradicted are shown in the gallery; other items are asked again."""

import asyncio

import numpy as np
import pytest

import nblabel as nb
from nblabel.widget.text.gallery import NO_DOUBT
from tests.panel.desk import TRUTH, Desk, N
from tests.panel.helpers import ask, open_page, picture_pool, shown, until
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


@pytest.fixture
def stale(desk):
    """Three bags are accepted as boots."""
    desk.session.tell([0, 1, 2], CLASSES)
    desk.session.accept([4, 7, 10], "boot")
    return desk


def review(page, show="contradicted", **more):
    """Open the gallery with labels to review; return what is suggested, and the members."""
    told, members, _ = ask(page, show=show, **{"order": "trust", **more})
    suggested = {one["index"]: one for one in told.get("suggestions", [])}
    assert list(suggested) == members
    return suggested, members


def settled(page):
    """The positions that a page is told to be settled."""
    _, parts = next(one for one in reversed(page.heard) if one[0]["type"] == "gallery_changes")
    return np.frombuffer(parts[2], np.uint32).tolist()


def label(page, indices, name, **more):
    page.say("label", indices, uid=f"u{len(page.heard)}", label=name, front=[], **more)


def test_labels_to_review_come_with_what_the_model_suggests(doubtful):
    suggested, members = review(doubtful)
    assert len(members) >= 3
    assert {*members} <= {*doubtful.wrong}
    table = nb.find_label_issues(doubtful.session).table
    assert members == table["index"].tolist()[: len(members)]  # the least trusted first
    assert review(doubtful, descending=True)[1] == members[::-1]
    assert review(doubtful, order="position")[1] == sorted(members)
    for index, one in suggested.items():
        assert one["label"] == TRUTH[index]
        assert 0 < one["confidence"] <= 1
        assert "without this label the model predicts" in one["why"]
    among = members[:1]
    assert ask(doubtful, among, show="contradicted", order="trust")[1] == among


def test_how_far_the_search_is_is_told_until_it_ends(doubtful):
    review(doubtful)
    kinds = [one[0]["type"] for one in doubtful.heard if "gallery" in one[0]["type"]]
    assert kinds[-1] == "gallery"
    told = [one[0]["text"] for one in doubtful.heard if one[0]["type"] == "no_gallery"]
    assert told[0].endswith("contradict…")
    assert [one.rpartition("… ")[2] for one in told[1:]] == sorted(
        (one.rpartition("… ")[2] for one in told[1:]), key=lambda share: float(share[:-2])
    )
    assert len(told) > 3


def test_a_label_under_review_is_settled_by_any_answer_and_open_again_by_undo(doubtful):
    first, second, third = review(doubtful)[1][:3]
    label(doubtful, [first], TRUTH[first], relabel=True)
    assert settled(doubtful) == [first]
    own = doubtful.known()[str(second)]
    n = len(doubtful.session.store.read())
    label(doubtful, [second], own, relabel=True)  # it was right
    assert len(doubtful.session.store.read()) == n + 1
    assert settled(doubtful) == sorted([first, second])
    doubtful.say("flag", [third], uid="f", front=[])
    assert settled(doubtful) == sorted([first, second, third])
    doubtful.answer("undo")
    doubtful.answer("undo")
    assert settled(doubtful) == [first]
    assert doubtful.known()[str(second)] == own
    doubtful.answer("undo")
    assert settled(doubtful) == []


def test_what_is_settled_in_another_way_counts_too(doubtful):
    first = review(doubtful)[1][0]
    doubtful.session.tell(first, TRUTH[first])
    assert settled(doubtful) == [first]
    assert first not in review(doubtful)[1]


def test_how_many_are_contradicted_is_told_once_all_items_are_answered(desk):
    rows = np.arange(N)
    desk.session.tell(rows[4:], TRUTH[4:])
    assert "contradicted" not in desk.traits["audit"]
    desk.session.tell(rows[:4], [CLASSES[(row + 1) % 3] for row in range(4)])
    table = nb.find_label_issues(desk.session).table
    assert desk.traits["audit"]["contradicted"] == (table["trust"] < 0.5).sum() > 2
    desk.session.undo()
    assert "contradicted" not in desk.traits["audit"]


def test_where_no_label_is_contradicted_that_is_said(doubtful):
    doubtful.session.tell(doubtful.wrong, TRUTH[doubtful.wrong])
    for show, said in NO_DOUBT.items():
        told, members, _ = ask(doubtful, show=show, order="trust")
        assert (told["text"], members) == (said, [])
        assert "suggestions" not in told


def test_too_few_labels_to_review(desk):
    assert "at least two labels" in ask(desk, show="contradicted", order="trust")


def test_accepted_labels_that_the_model_contradicts_are_reviewed_alike(stale):
    suggested, members = review(stale, "stale")
    assert {*members} == {4, 7, 10}
    for one in suggested.values():
        assert one["label"] == "bag"
        assert one["why"].startswith("Accepted from the model as boot, ")
        assert one["why"].endswith("%; now it predicts bag.")
    label(stale, members[:2], "bag", relabel=True)  # one step
    label(stale, members[2:], "boot", relabel=True)  # it was right
    assert settled(stale) == [4, 7, 10]
    assert stale.session.n_accepted == 0
    stale.answer("undo")
    assert settled(stale) == sorted(members[:2])
    stale.answer("undo")
    assert stale.session.accepted.tolist() == [4, 7, 10]
    assert settled(stale) == []


def test_a_review_that_is_left_is_looked_for_no_longer():
    async def leave():
        page = await shown(pool=picture_pool())
        page.panel.session.tell([0, 1, 2, 3], CLASSES[:2] * 2)
        page.say("gallery", request="r", show="stale", order="trust", descending=False)
        page.say("end_gallery")
        page.say("gallery", request="s", show="stale", order="trust", descending=False)
        await until(lambda: any(one["type"] == "gallery" for one, _ in page.heard))
        page.panel.close()
        return [one["request"] for one, _ in page.heard if one["type"] == "gallery"]

    assert asyncio.run(leave()) == ["s"]


def test_labels_are_not_reviewed_in_the_queue(doubtful):
    doubtful.say("review", checked=False, accepted=False)
    assert "gallery" in doubtful.traits["error"]
    assert doubtful.traits["review"]["total"] == 0


def test_python_has_items_asked_again_in_the_queue(doubtful):
    doubtful.panel.show_next(doubtful.wrong, again=True)
    assert doubtful.traits["review"]["total"] == 4
    first = doubtful.wrong[0]
    assert {*map(str, doubtful.wrong)} <= {one["id"] for one in doubtful.again()[:4]}
    doubtful.label(str(first), doubtful.known()[str(first)])  # as Enter does
    assert doubtful.traits["review"]["left"] == 3
    doubtful.answer("undo")  # it is asked again
    assert doubtful.traits["review"]["left"] == 4
    for index in doubtful.wrong:
        doubtful.label(str(index), TRUTH[index])
    assert doubtful.traits["review"]["text"] == "Review done: 4 of 4 labels changed."
    doubtful.panel.show_next(doubtful.wrong, again=True)
    doubtful.say("end_review")
    assert doubtful.traits["review"]["total"] == 0


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
