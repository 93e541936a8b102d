"""The kernel's side of the panel, driven with the messages of docs/wire.md.

In a plain process no event loop runs, so that a refit is done when the message is handled.
"""

import asyncio
import html
import json
import threading
import time

import numpy as np
import pandas as pd
import pytest
from nblabel.widget.items import MOST_HELD as LENGTH
from PIL import Image
from plotly.callbacks import InputDeviceState, Points
from sklearn.neighbors import KNeighborsClassifier

import nblabel as nb
from nblabel.graph.neighbor_graph import GraphCache, neighbor_graph
from nblabel.learners import KnnLearner
from nblabel.log.store import LabelStore, StoreError
from nblabel.widget import Labeler, display, figures, jobs, labeler, projections, refits
from tests.samples import CLASSES, blobs

WANTS_GRAPH = nb.Session.wants_graph


def picture_pool(n=60, **options):
    pixels = np.random.default_rng(1).integers(0, 256, (n, 4, 4), dtype=np.uint8)
    return nb.Pool(pixels, embeddings=blobs(n, **options))


class Page:
    """What a page hears of a panel, and what it says to it."""

    def __init__(self, panel):
        self.panel, self.session = panel, panel.session
        self.heard, self.on_map = [], []
        panel._queue.send = lambda content, buffers=(): self.heard.append((content, list(buffers)))
        panel._map.send = lambda content, buffers=(): self.on_map.append((content, list(buffers)))
        self.uids = 0

    def say(self, kind, **content):
        """Send a message of the queue; return what came back."""
        self.heard.clear()
        self.panel._queue._handle_custom_msg({"type": kind, **content}, [])
        return [message for message, _ in self.heard]

    def answer(self, kind, **content):
        """Send an answer with a new uid; return its ack."""
        self.uids += 1
        return acked(self.say(kind, **{"uid": f"u{self.uids}", **content}))

    def label(self, item, name="bag", **content):
        return self.answer("label", id=item, label=name, **content)

    def on_the_map(self, kind, indices=None, **content):
        """Send a message of the map; return what came back there."""
        self.on_map.clear()
        self.heard.clear()
        buffers = [] if indices is None else [np.array(indices, dtype=np.uint32).tobytes()]
        self.panel._map._handle_custom_msg({"type": kind, **content}, buffers)
        return [message for message, _ in self.on_map]

    def lasso(self, indices, name="bag", uid="lasso", relabel=False):
        return acked(self.on_the_map("label", indices, label=name, uid=uid, relabel=relabel))

    @property
    def queue(self):
        """The ids of the last queue message."""
        return [item["id"] for item in self.last("queue")["items"]]

    def last(self, kind):
        return [message for message, _ in self.heard if message["type"] == kind][-1]

    def marks(self):
        return [message for message, _ in self.on_map if message["type"] == "marks"][-1]

    def kinds(self):
        return [message["type"] for message, _ in self.heard]

    def known(self):
        table = self.session.labels()
        return dict(zip(table["id"], table["label"], strict=True))


def acked(messages):
    (ack,) = [message for message in messages if message["type"] == "ack"]
    return ack


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No test sees the panels and logs of another, and none starts a process."""
    monkeypatch.setattr(labeler, "_memory", {})
    monkeypatch.setattr(labeler, "_given", {})
    monkeypatch.setattr(projections, "FEWEST", 60)  # these pools are small
    labeler._panels.clear()
    monkeypatch.setattr(projections, "UmapProcess", UmapRecorder)
    monkeypatch.setattr(projections.UmapCache, "read", lambda _self: None)
    monkeypatch.setattr(UmapRecorder, "begun", [])
    monkeypatch.setattr(jobs, "GraphProcess", GraphRecorder)
    monkeypatch.setattr(nb.Session, "wants_graph", False)
    monkeypatch.setattr(GraphCache, "read", lambda _self: None)
    monkeypatch.setattr(GraphRecorder, "begun", [])


class UmapRecorder:
    """Stands in for the second process."""

    begun = []  # noqa: RUF012  replaced for each test

    def __init__(self, X, notify, random_state=0):
        self.X, self.notify, self.cancelled = X, notify, False
        self.begun.append(self)

    def cancel(self):
        self.cancelled = True


class GraphRecorder(UmapRecorder):
    """Stands in for the process that finds neighbours."""

    begun = []  # noqa: RUF012  replaced for each test


def open_page(pool=None, classes=CLASSES, **options):
    options = {"projection": "pca", **options}
    page = Page(Labeler(picture_pool() if pool is None else pool, classes, **options))
    page.say("ready")
    return page


@pytest.fixture
def page():
    return open_page()


@pytest.fixture
def break_learner(monkeypatch):
    update = KnnLearner.update

    def switch(broken):
        def fail(*_):
            raise ValueError("no luck today.")

        monkeypatch.setattr(KnnLearner, "update", fail if broken else update)

    return switch


class BrokenStore(LabelStore):
    """A log that refuses to be written while it is told so."""

    full = False

    def _writing(self):
        if self.full:
            raise StoreError("the disk is full.")
        return super()._writing()


# the line


def test_a_page_that_opens_gets_the_questions_with_their_pixels(page):
    page.say("ready")
    message, buffers = page.heard[-1]
    assert page.kinds() == ["queue"]
    assert (message["total"], message["done"]) == (60, False)
    assert len(message["items"]) == len(buffers) == min(LENGTH, 60)
    for place, item in enumerate(message["items"]):
        assert item["image"] == {"buffer": place, "width": 4, "height": 4, "channels": 1}
        assert buffers[place] == page.session.pool.image(item["index"]).tobytes()
        assert item["id"] == str(item["index"])
        assert item["label"] is item["guess"] is item["error"] is None
    assert message["items"][0]["why"]["text"]
    assert len(set(page.queue)) == min(LENGTH, 60)


def decoded(page, media, message="queue"):
    """What the page reads of a text or row, None where the page holds it already."""
    (buffers,) = [buffers for content, buffers in page.heard if content["type"] == message][-1:]
    return None if media["buffer"] is None else json.loads(buffers[media["buffer"]])


def test_texts_are_sent_once_and_at_a_length_that_fits_the_page():
    texts = ["<b>bold</b>", "", "שלום 🙂", "x" * 2**20, *(f"text {i}" for i in range(56))]
    page = open_page(nb.Pool(texts=texts, embeddings=blobs()))
    page.say("ready")
    assert page.last("queue")["noun"] == "text"
    for item in page.last("queue")["items"]:
        text = texts[item["index"]]
        assert item["image"] is item["row"] is item["error"] is None
        assert item["text"]["length"] == len(text)
        assert decoded(page, item["text"]) == text[:20_000]
    first = page.queue[0]
    page.label(first, on_screen=page.queue[1])
    assert all(item["text"]["buffer"] is None for item in page.last("queue")["items"])
    neighbor = page.last("queue")["items"][0]["neighbors"][0]
    assert (neighbor["id"], neighbor["image"]) == (first, None)
    assert decoded(page, neighbor["text"]) == texts[int(first)][:400]
    page.say("need", ids=["3"])
    (item,) = page.last("pixels")["items"]
    assert decoded(page, item["text"], "pixels") == "x" * 20_000
    saved = page.panel._queue
    assert json.loads(saved.snapshot_pixels) == texts[saved.snapshot["index"]][:400]


def test_the_map_shows_the_beginning_of_a_text():
    page = open_page(nb.Pool(texts=["long " * 500] * 60, embeddings=blobs()))
    (picture,) = page.on_the_map("hover", index=7)
    _, buffers = page.on_map[-1]
    assert picture["item"]["text"] == {"buffer": 0, "length": 2_500}
    assert json.loads(buffers[0]) == ("long " * 80)


def test_rows_are_sent_with_what_is_unusual():
    table = pd.DataFrame({"age": [*range(59), 1_000], "city": ["Oslo"] * 59 + [None]})
    page = open_page(nb.Pool(table=table, embeddings=blobs()))
    page.say("ready")
    assert page.last("queue")["noun"] == "row"
    for item in page.last("queue")["items"]:
        row = decoded(page, item["row"])
        assert item["row"]["columns"] == 2
        if item["id"] == "59":
            assert row == [["age", "1000", "unusually high"], ["city", None, ""]]
        else:
            assert row == [["age", item["id"], ""], ["city", "Oslo", ""]]


def test_a_wide_row_is_cut():
    wide = pd.DataFrame(np.zeros((60, 500), dtype=int))
    page = open_page(nb.Pool(table=wide, embeddings=blobs()))
    page.say("ready")
    row = page.last("queue")["items"][0]["row"]
    assert row["columns"] == 500
    assert len(decoded(page, row)) == 200


def test_an_extended_pool_keeps_its_labels_and_tells_what_is_new():
    X = np.concatenate([blobs(), blobs(10) + 100])
    pool = nb.Pool(embeddings=X[:60])
    open_page(pool).label("3")
    more = pool.extended(nb.Pool(embeddings=X[60:], ids=range(60, 70)))
    page = open_page(more)
    assert page.known() == {"3": "bag"}  # the log in memory is the same
    told = [notice["text"] for notice in page.panel._status.status["notices"]]
    assert any("10 of 10 new items (100%) look unlike anything" in text for text in told)


def test_words_to_mark():
    page = open_page(nb.Pool(texts=["a b"] * 60, embeddings=blobs()), highlight="a")
    assert page.panel._queue.highlight == "a"


def test_a_label_is_committed_then_acknowledged_then_followed_by_a_ranking(page):
    first, second = page.queue[:2]
    committed = []
    send = page.panel._queue.send

    def look(content, buffers=()):
        if content["type"] == "ack":
            committed.extend(page.session.store.read())
        send(content, buffers)

    page.panel._queue.send = look
    ack = page.label(first, on_screen=second)
    assert ack == {
        "type": "ack", "uid": "u1", "ok": True, "retry": False, "text": "Saved: bag. 1 labeled.",
    }  # fmt: skip
    assert [(event.uid, event.ids, event.labels) for event in committed] == [
        ("u1", (first,), ("bag",))
    ]
    assert page.kinds()[0] == "ack"
    assert page.kinds()[-1] == "queue"
    assert first not in page.queue
    assert page.queue[0] == second
    assert page.last("queue")["items"][0]["guess"]["label"] == "bag"


def test_pixels_travel_once(page):
    known = set(page.queue)
    page.label(page.queue[0])
    for item in page.last("queue")["items"]:
        assert (item["image"]["buffer"] is None) == (item["id"] in known)


def test_pixels_that_a_page_lost_are_sent_again(page):
    lost = page.queue[3:5]
    (message,) = page.say("need", ids=[*lost, "nothing"])
    assert message["type"] == "pixels"
    assert [item["id"] for item in message["items"]] == lost
    assert [item["image"]["buffer"] for item in message["items"]] == [0, 1]
    assert page.heard[0][1][1] == page.session.pool.image(int(lost[1])).tobytes()


def test_neighbours_that_decide_come_with_their_pixels_once(page):
    page.label("0", "boot")
    neighbors = [n for item in page.last("queue")["items"][:9] for n in item["neighbors"]]
    assert {(n["id"], n["label"]) for n in neighbors} == {("0", "boot")}
    assert [n["image"]["buffer"] is None for n in neighbors] == [False] + [True] * 8
    page.say("need", ids=["0"])
    assert page.last("pixels")["items"][0]["image"]["buffer"] == 0


def test_the_next_queue_begins_with_what_is_on_screen(page):
    first, *_, later = page.queue
    page.label(first, on_screen=later)
    assert page.queue[0] == later
    page.label(later, on_screen=first)  # answered already: it is no question
    assert page.queue[0] not in (first, later)
    page.label(page.queue[0], on_screen="nothing")
    assert page.panel._queue.error == ""


def test_marks_are_the_questions_in_their_order(page):
    for _ in range(3):
        page.label(page.queue[0], on_screen=page.queue[1])
        expected = [item["index"] for item in page.last("queue")["items"][:9]]
        assert page.marks()["current"] == expected[0]
        assert page.marks()["queries"] == expected[1:]
    page.on_the_map("ready")
    ((_, points), _, (_, labeled)) = page.on_map
    assert np.frombuffer(points[0], np.float32).shape == (120,)
    assert (
        np.frombuffer(labeled[0], np.uint32).tolist()
        == np.flatnonzero(page.session.y >= 0).tolist()
    )


# what is refused


def test_a_refused_label_keeps_its_place_before_an_undo():
    store = BrokenStore()
    page = open_page(store=store)
    first, second = page.queue[:2]
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
    assert [event.uid for event in store.read()] == ["u1", "late", "undo"]


def test_a_page_that_never_sends_it_again_does_not_block_for_ever(monkeypatch):
    store = BrokenStore()
    page = open_page(store=store)
    store.full = True
    page.label("1")
    store.full = False
    assert page.label("2")["retry"]
    later = time.monotonic() + labeler.REFUSED_SECONDS
    monkeypatch.setattr(labeler.time, "monotonic", lambda: later)
    assert page.label("3")["ok"]


def test_nothing_waits_for_an_answer_that_was_refused_for_good():
    store = BrokenStore()
    page = open_page(store=store)
    store.full = True
    assert page.label("1", uid="u")["retry"]
    store.full = False
    assert not page.label("1", "hat", uid="u")["retry"]
    assert page.label("2")["ok"]


def test_a_uid_sent_again_is_acknowledged_again_and_changes_nothing(page):
    page.label("1", uid="label")
    page.answer("add_class", name="hat", uid="class")
    page.lasso([5, 6, 7], uid="lasso")
    page.on_the_map("undo", uid="undo", of="lasso")
    before, known = page.session.version, page.known()
    again = [
        page.label("1", uid="label"),
        page.answer("add_class", name="hat", uid="class"),
        page.lasso([5, 6, 7], uid="lasso"),
        acked(page.on_the_map("undo", uid="undo", of="lasso")),
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
        ("dance", {"id": "1"}, "unknown kind of answer 'dance'"),
        ("add_class", {"name": " "}, "is empty"),
        ("add_class", {"name": "bag"}, "is there twice"),
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


# back and forth


def test_undo_shows_the_item_again(page):
    first, second = page.queue[:2]
    page.label(first, on_screen=second)
    ack = page.answer("undo")
    assert (ack["ok"], ack["text"]) == (True, "Undone: bag.")
    show = page.last("show")
    assert (show["item"]["id"], show["item"]["label"], show["revisit"]) == (first, None, False)
    assert page.queue[:2] == [first, second]
    assert page.known() == {}
    assert page.answer("undo")["text"] == "Nothing to undo."
    assert page.answer("redo")["text"] == "Redone: bag."
    assert page.known() == {first: "bag"}
    assert first not in page.queue
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
    assert [one["name"] for one in page.panel._queue.classes] == [*CLASSES, "hat"]
    assert page.answer("undo")["text"] == "Undone: class hat."
    assert [one["name"] for one in page.panel._queue.classes] == list(CLASSES)
    assert page.answer("undo")["text"] == "Undone: flag."
    assert page.last("show")["item"]["id"] == "2"
    assert page.answer("undo")["text"] == "Undone: skip."
    assert page.last("show")["item"]["id"] == "1"


def test_a_bulk_step_is_undone_as_one(page):
    assert page.lasso(range(20, 40))["text"] == "20 points labeled as bag."
    ack = page.answer("undo")
    assert ack["text"] == "Undone: 20 points."
    assert "show" not in page.kinds()
    assert page.known() == {}


def test_the_map_undoes_its_own_step_only(page):
    page.lasso([5, 6], uid="first")
    page.label("1")
    ack = acked(page.on_the_map("undo", uid="a", of="first"))
    assert (ack["ok"], ack["retry"]) == (False, False)
    assert "something else was answered since" in ack["text"]
    assert page.known() == {"5": "bag", "6": "bag", "1": "bag"}
    page.answer("undo")
    assert acked(page.on_the_map("undo", uid="b", of="first"))["ok"]
    assert page.known() == {}
    assert not acked(page.on_the_map("undo", uid="c", of="first"))["ok"]


def test_back_and_forward_through_the_answers(page):
    for item in ("5", "3", "9"):
        page.label(item, on_screen="20")

    def go(way):
        (show,) = [m for m in page.say(way) if m["type"] == "show"]
        return show["item"] and show["item"]["id"], show["text"]

    assert go("back") == ("9", "")
    assert page.last("show")["revisit"]
    assert page.last("show")["item"]["label"] == "bag"
    assert page.marks()["current"] == 9
    assert go("back") == ("3", "")
    assert go("back") == ("5", "")
    assert go("back") == ("5", "This was the first answer.")
    assert go("forward") == ("3", "")
    assert go("forward") == ("9", "")
    assert go("forward") == (None, "Back to the questions.")
    assert page.marks()["current"] == 20
    assert go("forward") == (None, "Back to the questions.")
    assert go("back") == ("9", "")


def test_a_page_opened_again_begins_with_the_questions(page):
    page.label("5", on_screen="20")
    page.say("back")
    page.say("ready")
    assert page.marks()["current"] == 20
    page.label("6", on_screen="20")
    page.say("back")
    assert page.last("show")["item"]["id"] == "6"


def test_back_before_the_first_answer(page):
    (show,) = page.say("back")
    assert (show["item"], show["text"]) == (None, "Nothing was answered yet.")


def test_relabel_while_looking_back(page):
    page.label("5", "boot", on_screen="20")
    page.say("back")
    page.label("5", "shirt", on_screen="20")
    assert page.known() == {"5": "shirt"}
    assert page.queue[0] == "20"
    assert page.marks()["current"] == 20
    assert page.session.n_labeled == 1


def test_a_picked_item_comes_first_and_the_displaced_one_second(page):
    first, *_, last = page.queue
    for pick, picked in (
        (lambda: page.say("pick", id=last), last),
        (lambda: page.on_the_map("pick", index=59), "59"),
    ):
        displaced = page.queue[0]
        pick()
        show = page.last("show")
        assert (show["item"]["id"], show["revisit"]) == (picked, False)
        assert "You chose this one" in show["item"]["why"]["text"]
        assert page.queue[:2] == [picked, displaced]  # after a refit
    page.session.tell(30, "boot")
    assert page.queue[:2] == ["59", last]
    page.label("59", on_screen=last)
    assert page.queue[0] == last
    assert first not in page.queue[:1]


def test_an_unknown_item_cannot_be_picked(page):
    page.say("pick", id="nothing")
    assert "no item with id 'nothing'" in page.panel._queue.error
    page.label("1")
    assert "nothing" in page.panel._queue.error  # of another action
    page.say("pick", id="2")
    assert page.panel._queue.error == ""


# the map


def test_a_lasso_over_the_question_on_screen(page):
    first = page.queue[0]
    page.lasso([int(first), 58, 59])
    assert first not in page.queue
    assert page.kinds()[0] == "queue"
    assert page.marks()["current"] == int(page.queue[0])


def test_a_lasso_leaves_labels_unless_told(page):
    page.label("5", "boot")
    assert page.lasso([5, 6], uid="a")["text"] == "1 points labeled as bag."
    assert page.known()["5"] == "boot"
    ack = page.lasso([5, 6], uid="b")
    assert (ack["ok"], ack["retry"]) == (False, False)
    assert "every selected point has a label" in ack["text"]
    assert page.lasso([5, 6], uid="c", relabel=True)["ok"]
    assert page.known()["5"] == "bag"
    assert not page.lasso([5, 600], uid="d")["ok"]


def test_hovering_shows_a_small_picture(page):
    page.label("5", "boot")
    (message,) = page.on_the_map("hover", index=5)
    assert (message["index"], message["item"]["id"]) == (5, "5")
    assert "labeled boot" in message["text"]
    assert page.on_map[0][1] == [page.session.pool.image(5).tobytes()]
    (message,) = page.on_the_map("hover", index=6)
    assert "boot, 33\u00a0%" in message["text"]


def test_hovering_over_the_plotly_map():
    panel = Labeler(picture_pool(), CLASSES, map="plotly", projection="pca")
    sent = []
    panel._map._card.send = lambda content, buffers=(): sent.append((content, list(buffers)))
    points = panel._map.figure.data[0]
    points._dispatch_on_hover(Points([5], [0.0], [0.0], "pool", 0), InputDeviceState())
    points._dispatch_on_unhover(Points([5], [0.0], [0.0], "pool", 0), InputDeviceState())
    (picture, buffers), (gone, _) = sent
    assert (picture["type"], picture["item"]["id"]) == ("picture", "5")
    assert buffers == [panel.session.pool.image(5).tobytes()]
    assert gone == {"type": "no_picture"}
    assert panel._map._card.classes == panel._queue.classes


def test_a_cluster_is_labeled_with_the_plotly_map():
    panel = Labeler(picture_pool(), CLASSES, map="plotly", projection="pca")
    side, told = panel._map._side, []
    side.send = lambda content, buffers=(): told.append((content, list(buffers)))
    panel.clusters = [0, 1, -1] * 20
    assert side.clusters["n"] == 3
    assert [entry["cluster"] for entry in side.legend] == [0, 1, -1]
    side._handle_custom_msg({"type": "group", "request": "r", "cluster": 1, "order": "mixed"}, [])
    kinds = {content["type"]: (content, buffers) for content, buffers in told}
    content, (members,) = kinds["group"]
    assert content["name"] == "Cluster 1"
    assert sorted(np.frombuffer(members, np.uint32)) == list(range(1, 60, 3))
    assert kinds["mean"][0]["text"] == "mean of 20"
    label = {"type": "label", "uid": "u", "label": "bag", "relabel": False}
    side._handle_custom_msg(label, [members[4:], members[:4]])
    assert acked([content for content, _ in told])["text"] == "19 points labeled as bag."
    assert panel.session.n_labeled == 19
    side._handle_custom_msg({"type": "undo", "uid": "v", "of": "u"}, [])
    assert panel.session.n_labeled == 0


@pytest.mark.parametrize("kind", ["hover", "pick"])
@pytest.mark.parametrize("index", [-1, 60, None, "3", 1.5])
def test_a_point_that_is_none_changes_nothing(page, kind, index):
    before = page.marks()
    (answer,) = page.on_the_map(kind, index=index)
    assert answer == before
    assert page.heard == []
    assert page.panel._queue.error == ""


def test_the_colours_of_the_points(page):
    page.label("5", "boot")
    page.on_map.clear()
    page.panel._map.color_by = "source"
    ((message, (codes,)),) = page.on_map
    assert message["type"] == "colors"
    assert np.frombuffer(codes, np.uint8)[[4, 5]].tolist() == [0, 1]
    assert [entry["name"] for entry in page.panel._map.legend] == ["not answered", "human"]


def test_the_colours_of_clusters(page):
    panel = page.panel
    panel._map.color_by = "cluster"
    assert [entry["name"] for entry in panel._map.legend] == [
        "none yet: panel.clusters = nblabel.cluster(…)"
    ]
    panel._map.color_by = "label"
    assert panel.clusters is None
    page.on_map.clear()
    panel.clusters = [0, 1, -1] * 20
    assert panel._map.color_by == "cluster"
    ((message, (codes,)),) = page.on_map
    assert message["type"] == "colors"
    assert np.frombuffer(codes, np.uint8)[:3].tolist() == [0, 1, 3]
    assert [entry["name"] for entry in panel._map.legend] == ["cluster 0", "cluster 1", "noise"]
    page.label("5", "boot")  # a refit leaves them
    assert panel._map.color_by == "cluster"
    with pytest.raises(ValueError, match="3 clusters for 60 items"):
        panel.clusters = [0, 1, 2]
    assert panel.clusters.tolist() == [0, 1, -1] * 20
    panel.clusters = None
    assert len(panel._map.legend) == 1


# python beside it


def test_the_panel_follows_the_session(page):
    first = page.queue[0]
    page.heard.clear()
    page.session.tell(int(first), "boot")
    assert first not in page.queue
    assert page.panel._status.status["labeled"] == 1
    page.session.add_class("hat")
    assert page.panel._queue.classes[-1]["name"] == "hat"
    assert page.panel._map.classes == page.panel._queue.classes
    page.session.undo()
    page.session.undo()
    assert first in page.queue
    assert page.panel.labels().empty


def test_a_hundred_labels_are_one_change(monkeypatch):
    page = open_page(picture_pool(200))
    caught_up = []
    catch_up = page.panel._catch_up
    monkeypatch.setattr(page.panel, "_catch_up", lambda: (caught_up.append(1), catch_up()))

    async def tell():
        for index in range(100):
            page.session.tell(index, CLASSES[index % 3])
        assert caught_up == []
        page.heard.clear()
        await until(lambda: page.panel._items.refit.version == page.session.version)

    asyncio.run(tell())
    assert len(caught_up) == 1
    assert page.panel._status.status["labeled"] == 100
    assert not {str(index) for index in range(100)} & set(page.queue)


async def until(happened):
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110  what is waited for tells nobody
            await asyncio.sleep(0.005)


def test_in_an_event_loop_the_answer_comes_before_the_learning(page):
    async def label():
        first, second = page.queue[:2]
        assert page.label(first, on_screen=second)["ok"]
        assert page.kinds() == ["ack"]
        await until(lambda: "queue" in page.kinds())
        assert page.queue[0] == second

    asyncio.run(label())
    assert page.panel._queue.error == ""


@pytest.mark.parametrize("slow", [True, False])
def test_of_results_that_newer_labels_overtook_only_slow_ones_are_shown(page, monkeypatch, slow):
    monkeypatch.setattr(labeler, "SLOW_SECONDS", -1 if slow else 1_000)
    learning, release = threading.Event(), threading.Event()
    refit = page.session.engine.refit

    def held(*work, **options):
        done = refit(*work, **options)
        learning.set()
        assert release.wait(20)
        return done

    monkeypatch.setattr(page.session.engine, "refit", held)
    show_colors, seen = page.panel._display.show_colors, []

    def shown_version():
        return page.panel._items.refit.version

    monkeypatch.setattr(
        page.panel._display, "show_colors", lambda: (seen.append(shown_version()), show_colors())
    )

    async def label():
        first, second, third = page.queue[:3]
        page.label(first, on_screen=second)
        overtaken = page.session.version
        await until(learning.is_set)
        page.label(second, on_screen=third)
        release.set()
        await until(lambda: shown_version() == page.session.version)
        assert (overtaken in seen) == slow
        assert seen[-1] == page.session.version

    asyncio.run(label())


def test_the_pace_is_that_of_the_labels_given_in_the_panel(page, monkeypatch):
    monkeypatch.setattr(figures, "labels_an_hour", lambda _session, given: len(given))
    page.session.tell(10, "boot")
    assert page.panel._status.status["per_hour"] == 0
    page.label("5")
    page.label("6")
    assert page.panel._status.status["per_hour"] == 2
    again = Page(Labeler(page.session.pool, CLASSES, projection="pca"))
    assert again.panel._status.status["per_hour"] == 2


def test_two_panels_on_one_log(tmp_path):
    one, two = (open_page(store=tmp_path / "labels.db") for _ in range(2))
    first = two.queue[0]
    two.heard.clear()
    one.label(first)
    assert first not in two.queue
    assert two.known() == {first: "bag"}
    one.answer("add_class", name="hat")
    assert two.panel._queue.classes[-1]["name"] == "hat"
    two.answer("undo", uid="of the second page")
    assert one.panel._queue.classes[-1]["name"] == "shirt"


def test_what_another_process_wrote_is_taken_in(tmp_path):
    path = tmp_path / "labels.db"
    page = open_page(store=path)
    other = nb.Session(page.session.pool, CLASSES, store=path)
    first, second, third = page.queue[:3]
    other.add_class("hat")
    other.tell(int(first), "hat")
    page.label(second, on_screen=third)
    assert page.panel._queue.classes[-1]["name"] == "hat"
    assert first not in page.queue
    other.tell(int(third), "hat")
    page.panel.refresh()
    assert third not in page.queue


def test_a_class_that_only_another_session_was_given(tmp_path):
    path = tmp_path / "labels.db"
    page = open_page(store=path)
    other = nb.Session(page.session.pool, [*CLASSES, "hat"], store=path)
    first, second, *_ = page.queue
    other.tell(int(first), "hat")
    page.panel.refresh()
    assert page.panel._queue.classes[-1]["name"] == "hat"
    assert "hat" in [entry["name"] for entry in page.panel._map.legend]
    assert page.panel._status.status["classes"][-1]["count"] == 1
    assert page.label(second, "hat")["ok"]
    assert page.panel.session.predict()[int(first)] == "hat"
    assert page.panel._queue.error == ""


def test_a_path_may_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    page = open_page(store="~/labels.db")
    page.label("5")
    page.panel.export("~/labels.csv")
    assert {"labels.db", "labels.csv"} <= {file.name for file in tmp_path.iterdir()}


def test_better_embeddings_move_map_and_learner(page):
    page.label("5")
    page.on_map.clear()
    better = blobs(60, dim=9, seed=3)
    page.session.set_embeddings(better)
    points = [content for content in page.on_map if content[0]["type"] == "points"]
    ((message, (xy,)),) = points
    assert message["animate"]
    np.testing.assert_array_equal(
        np.frombuffer(xy, np.float32).reshape(60, 2), projections.project_pca(better)
    )
    assert page.panel._items.refit.version == page.session.version
    assert page.known() == {"5": "bag"}
    page.on_the_map("ready")
    assert not page.on_map[0][0]["animate"]


# to the end


def test_skipped_images_are_asked_at_the_end_in_their_order():
    page = open_page(picture_pool(4))
    for item in ("2", "0"):
        page.answer("skip", id=item)
        assert item not in page.queue
    page.label("1")
    page.answer("skip", id="3")  # the last open one
    assert page.queue == ["2", "0", "3"]
    assert not page.last("queue")["done"]
    page.answer("skip", id="2")
    assert page.queue == ["0", "3", "2"]
    for item in ("0", "3", "2"):
        assert not page.last("queue")["done"]
        page.label(item)
    end = {"type": "queue", "items": [], "done": True, "total": 4, "noun": "image"}
    assert page.last("queue") == end
    assert page.marks()["current"] is None
    page.answer("undo")
    assert page.queue == ["2"]
    assert not page.last("queue")["done"]


def test_a_skipped_image_that_is_asked_again_can_be_picked():
    page = open_page(picture_pool(4))
    for item in "0123":
        page.answer("skip", id=item)
    page.say("pick", id="2")
    assert not page.last("show")["revisit"]
    assert page.queue == ["2", "0", "1", "3"]
    assert (page.marks()["current"], page.marks()["queries"]) == (2, [0, 1, 3])
    page.say("back")
    assert page.last("show")["revisit"]
    assert page.last("show")["item"]["id"] == "1"
    assert page.queue == ["2", "0", "1", "3"]
    assert (page.marks()["current"], page.marks()["queries"]) == (1, [2, 0, 3])


def test_flagged_images_are_not_asked_again():
    page = open_page(picture_pool(2))
    page.answer("flag", id="0")
    page.answer("flag", id="1")
    assert page.last("queue")["done"]


@pytest.mark.slow  # every item of a pool
@pytest.mark.parametrize("from_the_start", [True, False])
def test_without_a_learner_every_image_is_asked_once(break_learner, from_the_start):
    break_learner(from_the_start)
    page = open_page(picture_pool(labeler.RANKED + 60))
    break_learner(True)
    asked, skipped = [], []
    while page.queue:
        assert not page.last("queue")["done"]
        first = page.queue[0]
        if len(asked) % 40 == 7 and first not in skipped:
            page.answer("skip", id=first)
            skipped.append(first)
        else:
            asked.append(first)
            assert page.label(first, on_screen=(*page.queue, None, None)[1])["ok"]
    assert page.last("queue")["done"]
    assert sorted(map(int, asked)) == list(range(labeler.RANKED + 60))
    assert skipped
    assert asked[-len(skipped) :] == skipped
    assert "Learning failed: no luck today." in page.panel._queue.error
    assert "your labels are saved" in page.panel._queue.error


def test_someone_quicker_than_the_learner_never_runs_dry(monkeypatch):
    n = labeler.RANKED + 60
    page = open_page(picture_pool(n))
    monkeypatch.setattr(page.session, "apply", lambda _refit: False)  # each refit comes too late
    for _ in range(n - 1):
        waiting = page.panel._line.held
        page.label(str(waiting[0]), on_screen=str(waiting[1]))
        assert page.panel._line.head == waiting[1]
    page.label(str(page.panel._line.head))
    assert page.session.n_labeled == n
    assert page.last("queue")["done"]


def test_the_error_goes_when_learning_works_again(page, break_learner):
    break_learner(True)
    page.label(page.queue[0])
    assert "Learning failed" in page.panel._queue.error
    page.say("pick", id="nothing")
    assert "Learning failed" in page.panel._queue.error
    break_learner(False)
    page.label("30")
    assert "Learning failed" not in page.panel._queue.error
    assert "nothing" in page.panel._queue.error


def test_the_last_good_model_stays_while_learning_fails(page, break_learner):
    def codes():
        found = [buffers for message, buffers in page.on_map if message["type"] == "colors"]
        return np.frombuffer(found[-1][0], np.uint8)

    page.label("10", "boot")
    page.label("20", "bag")
    good, before = page.panel._items.refit, codes()
    break_learner(True)
    page.on_map.clear()
    page.label("30", "shirt")
    assert page.panel._items.refit is good
    others = np.arange(len(before)) != 30
    assert codes()[others].tolist() == before[others].tolist()
    assert page.last("queue")["items"][0]["guess"]["label"] in ("boot", "bag")


def test_questions_stay_in_place_while_learning_fails(page, break_learner):
    break_learner(True)
    for _ in range(20):
        before = page.queue
        page.label(before[0], on_screen=before[1])
        assert page.queue[0] == before[1]


# a learner that is slow


class Stuck(KNeighborsClassifier):
    """A learner that, from so many labels on, is at work until it is let go."""

    after = 0
    begun, go = threading.Event(), threading.Event()

    def fit(self, X, y):
        if len(X) > self.after:
            self.begun.set()
            assert self.go.wait(60)
        return super().fit(X, y)


@pytest.fixture
def stuck(monkeypatch):
    monkeypatch.setattr(refits, "BUDGET_SECONDS", 0.02)
    monkeypatch.setattr(Stuck, "begun", threading.Event())
    monkeypatch.setattr(Stuck, "go", threading.Event())
    yield Stuck(1)
    Stuck.go.set()


def said(page):
    return [words["text"] for words in page.panel._status.status["words"]]


STILL_LEARNING = "Still learning: questions are drawn at random."


def test_a_learner_that_takes_for_ever_never_blocks_the_panel(stuck, monkeypatch):
    monkeypatch.setattr(Stuck, "after", 2)
    n = labeler.RANKED + 60

    async def answer():
        page = open_page(picture_pool(n), learner=stuck, strategy="margin")
        held = []  # as the page does: it knows what it was sent, less what it answered
        await until(lambda: page.panel._line.held)
        for turn in range(n):
            if turn == 5:
                await asyncio.to_thread(Stuck.begun.wait, 10)
                await until(lambda: page.panel._refits.is_late)
                assert STILL_LEARNING not in said(page)  # there are questions left that it chose
            if "queue" in page.kinds():
                held = page.queue
            assert held, f"the page ran dry after {turn} answers"
            if turn == labeler.RANKED + 10:
                assert STILL_LEARNING in said(page)
                assert page.panel._line.reason(int(held[0])) == labeler.LATE
            page.label(held.pop(0), CLASSES[turn % 2])
            await asyncio.sleep(0)
        assert page.last("queue")["done"]
        assert page.session.n_labeled == n
        assert page.panel._queue.error == ""
        Stuck.go.set()
        await until(lambda: STILL_LEARNING not in said(page))
        await until(lambda: not page.panel._refits._running)

    asyncio.run(answer())


def test_a_first_fit_that_takes_long_is_not_waited_for(stuck):
    """A notebook opened again: labels are there, and the learner is slow."""

    async def look():
        pool = picture_pool(200)
        session = nb.Session(pool, CLASSES)
        session.tell(range(4), ["boot", "bag"] * 2)
        page = open_page(pool, learner=stuck, strategy="margin", store=session.store)
        await until(lambda: page.panel._line.held)
        assert STILL_LEARNING in said(page)
        head = page.panel._line.head
        assert page.last("queue")["items"][0]["id"] == str(head)
        Stuck.go.set()
        await until(lambda: page.panel._items.refit is not None)
        assert STILL_LEARNING not in said(page)
        held = page.panel._line.held
        assert held[0] == head  # nothing changes under the answer
        assert labeler.LATE not in map(page.panel._line.reason, held[1:])
        await until(lambda: not page.panel._refits._running)

    asyncio.run(look())


def test_what_comes_late_goes_before_what_was_drawn_meanwhile(stuck):
    """Someone answers on while the learner is at work: its choice is better than chance, though old."""

    async def look():
        pool = picture_pool(400)
        session = nb.Session(pool, CLASSES)
        session.tell(range(4), ["boot", "bag"] * 2)
        page = open_page(pool, learner=stuck, strategy="margin", store=session.store)
        line = page.panel._line
        await until(lambda: line.held)
        Stuck.begun.clear()
        page.label(str(line.head), "boot")  # what is learned is older than this
        results = []
        apply = page.session.apply
        page.session.apply = lambda refit: results.append(apply(refit)) or results[-1]
        Stuck.go.set()
        await until(lambda: results)
        assert results[0] is False
        assert labeler.LATE not in map(line.reason, line.held[1:])
        await until(lambda: not page.panel._refits._running)

    asyncio.run(look())


# looked at or not


def test_a_panel_nobody_looks_at_rests(page, monkeypatch):
    learned = []
    learn = page.panel._learn
    monkeypatch.setattr(page.panel._refits, "_job", lambda work: learned.append(1) or learn(work))
    page.say("gone")
    page.session.tell([0, 1], "bag")
    page.session.tell(2, "boot")
    assert learned == []
    assert page.panel._status.status["labeled"] == 3
    page.say("ready")
    assert learned == [1]
    assert page.panel._items.refit.version == page.session.version
    assert page.last("queue")["items"][0]["guess"]
    page.say("ready")
    assert learned == [1]


def in_loop(act):
    async def run():
        await act()

    asyncio.run(run())


async def shown(**options):
    """Open a panel in the event loop and wait for its first refit."""
    page = Page(Labeler(picture_pool(), CLASSES, **options))
    await until(lambda: page.panel._items.refit is not None)
    assert UmapRecorder.begun == []
    page.say("ready")
    return page


def test_umap_begins_when_somebody_looks():
    async def look():
        page = await shown(projection="umap")
        (process,) = UmapRecorder.begun
        trait = page.panel._map.projection
        assert (trait["name"], trait["running"]) == ("pca", True)
        page.label("1")
        process.notify({"progress": 0.5, "text": "arranging points"})
        await until(lambda: page.panel._map.projection["progress"] == 0.5)
        xy = np.zeros((60, 2), np.float32)
        process.notify({"done": xy})
        await until(lambda: page.panel._map.projection["name"] == "umap")
        assert not page.panel._map.projection["running"]
        (points,) = [c for c, _ in page.on_map if c["type"] == "points"]
        assert points["animate"]
        assert len(UmapRecorder.begun) == 1

    in_loop(look)


def test_umap_stops_while_nobody_looks():
    async def look():
        page = await shown(projection="umap")
        page.say("gone")
        assert UmapRecorder.begun[0].cancelled
        assert not page.panel._map.projection["running"]
        page.say("ready")
        assert len(UmapRecorder.begun) == 2

    in_loop(look)


def test_no_umap_of_a_small_pool_unless_chosen(monkeypatch):
    monkeypatch.setattr(projections, "FEWEST", 61)

    async def look():
        page = await shown(projection="umap")
        assert UmapRecorder.begun == []
        assert page.panel._map.projection["text"] == ""
        page.on_the_map("project", name="umap")
        assert len(UmapRecorder.begun) == 1

    in_loop(look)


def test_no_umap_where_pca_was_wanted():
    async def look():
        page = await shown(projection="pca")
        assert UmapRecorder.begun == []
        page.on_the_map("project", name="umap")
        assert len(UmapRecorder.begun) == 1
        assert page.session.store.setting("projection") == "umap"

    in_loop(look)


def test_a_cancelled_umap_stays_cancelled():
    async def look():
        page = await shown(projection="umap")
        page.on_the_map("cancel")
        assert UmapRecorder.begun[0].cancelled
        trait = page.panel._map.projection
        assert (trait["running"], trait["text"]) == (False, "UMAP cancelled.")
        assert page.session.store.setting("projection") == "pca"
        UmapRecorder.begun.clear()
        page = await shown(projection="umap")
        assert UmapRecorder.begun == []

    in_loop(look)


def test_a_umap_that_failed_is_not_begun_with_every_refit():
    async def look():
        page = await shown(projection="umap")
        UmapRecorder.begun[0].notify({"error": "UMAP failed: no room."})
        await until(lambda: not page.panel._map.projection["running"])
        page.heard.clear()
        page.label("1")
        await until(lambda: "queue" in page.kinds())
        assert page.panel._map.projection["text"] == "UMAP failed: no room."
        assert len(UmapRecorder.begun) == 1
        page.on_the_map("project", name="umap")
        assert len(UmapRecorder.begun) == 2

    in_loop(look)


def test_a_choice_that_cannot_be_remembered():
    async def look():
        store = BrokenStore()
        page = await shown(projection="umap", store=store)
        store.full = True
        page.on_the_map("cancel")
        assert not page.panel._map.projection["running"]
        assert page.panel._queue.error == "the disk is full."
        page.on_the_map("project", name="pca")
        store.full = False
        page.on_the_map("cancel")

    in_loop(look)


# the neighbours


@pytest.fixture
def taken(monkeypatch):
    """The graphs that sessions were given, which want one until then."""
    taken = []

    def take(session, graph):
        taken.append((session, graph))
        session._changed()

    monkeypatch.setattr(nb.Session, "wants_graph", property(lambda _: not taken))
    monkeypatch.setattr(nb.Session, "set_graph", take)
    return taken


def test_neighbours_are_found_before_umap_begins(taken):
    async def look():
        page = await shown(projection="umap")
        (process,) = GraphRecorder.begun
        assert UmapRecorder.begun == []
        assert process.X is page.session.embeddings
        page.label("1")
        process.notify({"progress": 0.5, "text": "finding neighbours"})
        await until(lambda: page.panel._map.projection["progress"] == 0.5)
        trait = page.panel._map.projection
        assert (trait["name"], trait["running"]) == ("pca", True)
        assert trait["text"] == "Neighbours: finding neighbours"
        version = page.session.version
        process.notify({"done": "graph"})
        await until(lambda: UmapRecorder.begun)
        assert taken == [(page.session, "graph")]
        assert page.panel._map.projection["text"] == "UMAP: starting"
        await until(lambda: page.panel._items.refit.version > version)
        assert page.known() == {"1": "bag"}
        assert len(GraphRecorder.begun) == 1

    in_loop(look)


@pytest.mark.parametrize("n", [1, 12, 300])
def test_learning_moves_over_to_the_neighbours_and_labels_stay(monkeypatch, n):
    monkeypatch.setattr(nb.Session, "wants_graph", WANTS_GRAPH)

    async def look():
        page = Page(Labeler(picture_pool(n), CLASSES, projection="pca"))
        panel = page.panel
        await until(lambda: panel._items.refit is not None)
        page.say("ready")
        page.label("0", "boot")
        assert "nearest labeled items" in panel._status.status["model"]["text"]
        GraphRecorder.begun[0].notify({"done": neighbor_graph(blobs(n), cache=False)})
        await until(lambda: "similar items" in panel._status.status["model"]["text"])
        assert page.session.engine.learner.name == "graph"
        await until(lambda: panel._items.refit.version == page.session.version)
        assert page.known() == {"0": "boot"}
        assert panel._queue.error == ""
        if n > 1:
            assert page.label(page.queue[0])["ok"]
            await until(lambda: panel._items.refit.version == page.session.version)
        assert len(GraphRecorder.begun) == 1

    in_loop(look)


def test_no_neighbours_for_a_learner_that_uses_none(monkeypatch):
    monkeypatch.setattr(nb.Session, "wants_graph", WANTS_GRAPH)

    async def look():
        page = await shown(learner="knn", strategy="margin", projection="pca")
        assert page.label("1")["ok"]
        assert GraphRecorder.begun == []

    in_loop(look)


def test_neighbours_are_found_where_pca_was_wanted(taken):
    async def look():
        page = await shown(projection="pca")
        GraphRecorder.begun[0].notify({"done": "graph"})
        await until(lambda: taken)
        trait = page.panel._map.projection
        assert (trait["running"], trait["text"]) == (False, "Neighbours found.")
        assert UmapRecorder.begun == []

    in_loop(look)


def test_a_projection_that_is_chosen_meanwhile_comes_next(taken):
    async def look():
        page = await shown(projection="pca")
        page.on_the_map("project", name="umap")
        assert UmapRecorder.begun == []
        assert page.panel._map.projection["text"] == "Neighbours: starting"
        GraphRecorder.begun[0].notify({"done": "graph"})
        await until(lambda: UmapRecorder.begun)
        assert len(taken) == 1

    in_loop(look)


def test_cancelled_neighbours_are_done_without(taken):
    async def look():
        page = await shown(projection="umap")
        page.on_the_map("cancel")
        assert GraphRecorder.begun[0].cancelled
        GraphRecorder.begun[0].notify({"done": "graph"})  # it was on its way
        assert len(UmapRecorder.begun) == 1
        assert page.session.store.setting("projection") is None
        page.on_the_map("cancel")
        assert UmapRecorder.begun[0].cancelled
        page.label("1")
        page.say("gone")
        page.say("ready")
        await asyncio.sleep(0)
        assert len(GraphRecorder.begun) == 1
        assert taken == []

    in_loop(look)


def test_neighbours_are_not_looked_for_while_nobody_looks(taken):
    async def look():
        page = await shown(projection="umap")
        page.say("gone")
        assert GraphRecorder.begun[0].cancelled
        assert not page.panel._map.projection["running"]
        page.say("ready")
        assert len(GraphRecorder.begun) == 2
        GraphRecorder.begun[1].notify({"done": "graph"})
        await until(lambda: taken)

    in_loop(look)


def test_neighbours_that_cannot_be_found_are_done_without(taken):
    async def look():
        page = await shown(projection="umap")
        GraphRecorder.begun[0].notify({"error": "MemoryError: no room"})
        await until(lambda: UmapRecorder.begun)
        told = "Finding neighbours failed: MemoryError: no room. Guesses go on without them."
        assert page.panel._queue.error == told
        assert page.label("1")["ok"]
        assert len(GraphRecorder.begun) == 1
        assert taken == []
        page.session.set_embeddings(blobs(60, seed=3))
        await until(lambda: len(GraphRecorder.begun) == 2)
        assert page.panel._queue.error == ""
        assert UmapRecorder.begun[0].cancelled

    in_loop(look)


def test_a_process_that_does_not_start_is_told_and_the_next_one_tried(taken, monkeypatch):
    def fail(*_):
        raise OSError("too many processes")

    monkeypatch.setattr(jobs, "GraphProcess", fail)
    monkeypatch.setattr(projections, "UmapProcess", fail)

    async def look():
        page = await shown(projection="umap")
        assert "Finding neighbours failed: too many processes." in page.panel._queue.error
        trait = page.panel._map.projection
        assert not trait["running"]
        assert trait["text"] == "UMAP could not be started: too many processes."
        assert page.label("1")["ok"]
        assert taken == []

    in_loop(look)


def test_neighbours_that_the_session_refuses_are_told(taken, monkeypatch):
    def refuse(*_):
        raise ValueError("the graph has 3 items, the pool 60")

    monkeypatch.setattr(nb.Session, "set_graph", refuse)

    async def look():
        page = await shown(projection="umap")
        GraphRecorder.begun[0].notify({"done": "graph"})
        await until(lambda: UmapRecorder.begun)
        assert "the graph has 3 items, the pool 60." in page.panel._queue.error

    in_loop(look)


def test_neighbours_in_other_embeddings_are_not_taken(taken):
    async def look():
        page = await shown(projection="umap")
        old = GraphRecorder.begun[0]
        old.notify({"done": "graph of the old"})
        page.session.set_embeddings(blobs(60, seed=3))  # while the news is on its way
        await until(lambda: len(GraphRecorder.begun) == 2)
        assert taken == []
        assert GraphRecorder.begun[1].X is page.session.embeddings
        page.session.set_embeddings(blobs(60, seed=4))
        await until(lambda: len(GraphRecorder.begun) == 3)
        assert GraphRecorder.begun[1].cancelled
        GraphRecorder.begun[2].notify({"done": "graph"})
        await until(lambda: taken)

    in_loop(look)


# labels accepted from the model


@pytest.fixture
def accepted(page):
    """A panel in which a round was accepted behind the first six answers."""
    page.session.tell(range(6), [CLASSES[number % 3] for number in range(6)])
    page.session.accept(range(10, 50))
    page.say("ready")
    return page


def test_accepted_items_are_counted_and_coloured_apart_and_not_asked(accepted):
    status = accepted.panel._status.status
    assert (status["labeled"], status["accepted"], status["left"]) == (6, 40, 14)
    assert not {str(number) for number in range(10, 50)} & set(accepted.queue)
    accepted.panel._map.color_by = "source"
    legend = {entry["name"]: entry["count"] for entry in accepted.panel._map.legend}
    assert legend == {"not answered": 14, "human": 6, "model": 40}
    (_, (labeled,)) = accepted.panel._map._marks
    assert np.frombuffer(labeled, np.uint32).tolist() == list(range(6))


def test_undo_in_the_panel_takes_an_accepted_round_back(accepted):
    ack = accepted.answer("undo")
    assert ack["text"] == "Undone: 40 accepted from the model."
    assert accepted.session.n_accepted == 0
    assert accepted.panel._status.status["accepted"] == 0
    assert accepted.answer("redo")["text"] == "Redone: 40 accepted from the model."
    assert accepted.session.n_accepted == 40
    accepted.answer("undo")
    assert accepted.answer("undo")["text"] == "Undone: 6 points."


def test_an_accepted_item_says_so_and_can_be_answered(accepted):
    (shown,) = [m for m in accepted.say("pick", id="10") if m["type"] == "show"]
    assert shown["revisit"]
    assert (shown["item"]["source"], shown["item"]["label"]) == ("model", "bag")
    (message,) = accepted.on_the_map("hover", index=10)
    assert message["text"] == "10 · accepted as bag"
    accepted.label("10", "shirt")
    assert (accepted.session.n_labeled, accepted.session.n_accepted) == (7, 39)
    assert accepted.session.labels()["source"].tolist()[-1] == "human"


def test_back_goes_through_what_people_answered(accepted):
    accepted.label("55")
    messages = accepted.say("back") + accepted.say("back")
    assert [m["item"]["id"] for m in messages if m["type"] == "show"] == ["55", "5"]


def test_a_lasso_counts_accepted_items_as_not_labeled(accepted):
    ack = accepted.lasso(range(4, 12))
    assert ack["text"] == "6 points labeled as bag."
    assert accepted.session.n_accepted == 38


def test_items_asked_for_from_python_come_next_in_their_order(page):
    on_screen = page.queue[0]
    page.session.tell(41, "bag")
    page.panel.ask([40, 41, 42])
    assert page.queue[:3] == [on_screen, "40", "42"]
    assert page.last("queue")["items"][1]["why"]["text"] == "Asked for from Python."
    page.label(on_screen)
    assert page.queue[:2] == ["40", "42"]
    page.label("40")
    assert page.queue[0] == "42"
    with pytest.raises(IndexError, match="position 60 is outside"):
        page.panel.ask(60)


# opened again


def test_labels_in_memory_survive_the_cell_running_again():
    open_page().label("5")
    page = open_page()
    assert page.known() == {"5": "bag"}
    assert "5" not in page.queue
    with pytest.raises(StoreError, match=r"store=nblabel.LabelStore\(\) starts anew"):
        Labeler(picture_pool(), ["cat", "dog"])
    fresh = Labeler(picture_pool(), ["cat", "dog"], store=LabelStore(), projection="pca")
    assert fresh.labels().empty


def test_folders_with_the_same_names_share_no_labels(tmp_path):
    pages = []
    for shade, folder in ((0, tmp_path / "a"), (200, tmp_path / "b")):
        folder.mkdir()
        for number in range(3):
            Image.new("L", (4, 4 + shade // 100), shade).save(folder / f"{number}.png")
        pages.append(open_page(nb.Pool.from_folder(folder, embeddings=blobs(3))))
    pages[0].label("0.png")
    assert pages[0].known() == {"0.png": "bag"}
    assert pages[1].known() == {}
    again = open_page(nb.Pool.from_folder(tmp_path / "b", embeddings=blobs(3)))
    assert again.known() == {}


def test_the_snapshot_is_the_question_with_its_pixels(page):
    page.label(page.queue[0])
    trait = page.panel._queue.snapshot
    assert trait["id"] == page.queue[0]
    assert trait["image"]["buffer"] == 0
    pixels = page.session.pool.image(trait["index"]).tobytes()
    assert page.panel._queue.snapshot_pixels == pixels
    page.session.tell(range(60), "bag")
    assert page.panel._queue.snapshot is None
    assert page.panel._queue.snapshot_pixels == b""


@pytest.mark.parametrize("persistent", [True, False])
def test_the_notebook_keeps_what_to_do_without_a_kernel(tmp_path, monkeypatch, persistent):
    shown = []
    monkeypatch.setattr(labeler, "display", lambda data, raw: shown.append(data) if raw else None)
    store = tmp_path / "<b>&.db" if persistent else None
    panel = open_page(store=store).panel
    panel._ipython_display_()
    bundle, advice = shown
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == panel.model_id
    kept = f"the labels in {store} are kept." if persistent else "a new panel opens."
    text = f"If no panel is shown here, its kernel has stopped. Run this cell again: {kept}"
    assert advice["text/plain"] == text
    assert advice["text/html"] == f'<p class="nbl-gone">{html.escape(text)}</p>'


def test_a_panel_in_few_words(page):
    page.label("5")
    text = "Labeler(60 items, 3 classes, 1 labeled, in memory, until this kernel stops)"
    assert repr(page.panel) == text


def test_a_broken_file_is_an_item_without_a_picture(tmp_path):
    for number in range(4):
        Image.new("L", (4, 4), number).save(tmp_path / f"{number}.png")
    (tmp_path / "2.png").write_bytes(b"no picture")
    page = open_page(nb.Pool.from_folder(tmp_path, embeddings=blobs(4)))
    (item,) = [one for one in page.last("queue")["items"] if one["id"] == "2.png"]
    assert item["image"] is None
    assert "2.png" in item["error"]
    assert page.label("2.png")["ok"]
    (message,) = page.on_the_map("hover", index=2)
    assert message["item"]["image"] is None
    assert page.panel._queue.error == ""


def test_items_without_pictures():
    page = open_page(nb.Pool(embeddings=blobs(8)))
    assert all(item["image"] is item["error"] is None for item in page.last("queue")["items"])
    assert page.label(page.queue[0])["ok"]


def test_hostile_names_pass_unchanged():
    names = ["<img src=x onerror=alert(1)>", "'; DROP TABLE x", "${y}", "\u202egab"]
    page = open_page(classes=names)
    assert [one["name"] for one in page.panel._queue.classes] == names
    assert page.label("1", names[0])["text"] == f"Saved: {names[0]}. 1 labeled."
    assert page.known() == {"1": names[0]}


def test_classes_have_keys_and_colours():
    page = open_page(classes=range(40))
    described = page.panel._queue.classes
    keys = [one["key"] for one in described if one["key"]]
    assert len(keys) == len(set(keys)) == len(display.CLASS_KEYS)
    assert described[-1]["key"] == ""
    assert len({one["color"] for one in described}) == 40


def test_what_a_labeler_refuses():
    with pytest.raises(ValueError, match="unknown projection 'tsne'"):
        Labeler(picture_pool(), CLASSES, projection="tsne")
    with pytest.raises(ValueError, match="unknown map 'atlas'"):
        Labeler(picture_pool(), CLASSES, map="atlas")


def test_export(page, tmp_path):
    page.label("5")
    page.panel.export(tmp_path / "labels.csv")
    assert "5" in (tmp_path / "labels.csv").read_text(encoding="utf-8")


def test_the_reason_of_the_question_on_screen_is_as_new_as_its_guess():
    page = open_page(picture_pool(600))
    told = set()
    for turn in range(12):
        head = page.last("queue")["items"][0] if turn else None
        if head and head["why"]["parts"]:
            likeliest = head["why"]["parts"][0]["text"].split(" or ")[0]
            told.add(likeliest.rsplit(" ", 1)[0] == head["guess"]["label"])
        item = page.queue[0] if turn else page.session.pool.ids[page.panel._line.head]
        page.label(item, CLASSES[turn % len(CLASSES)])
    assert told == {True}
