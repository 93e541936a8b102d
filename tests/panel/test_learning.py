"""Learning in the panel: results that come late, a learner that fails, one that is slow."""

import asyncio
import threading

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

import nblabel as nb
from nblabel.learners import KnnLearner
from nblabel.widget.panel import learning
from nblabel.widget.panel.state import PanelState
from nblabel.widget.work import worker
from tests.panel.helpers import open_page, picture_pool, shown, until
from tests.samples import CLASSES

STILL_LEARNING = "Still learning: questions are drawn at random."


@pytest.fixture
def break_learner(monkeypatch):
    update = KnnLearner.update

    def switch(broken):
        def fail(*_):
            raise ValueError("no luck today.")

        monkeypatch.setattr(KnnLearner, "update", fail if broken else update)

    return switch


def hold_refits(monkeypatch, session):
    """Hold what is learned until it is released; return both events, and what was applied."""
    began, release, applied = threading.Event(), threading.Event(), []
    refit, apply = session.engine.refit, session.apply

    def held(*work, **options):
        done = refit(*work, **options)
        began.set()
        assert release.wait(20)
        return done

    monkeypatch.setattr(session.engine, "refit", held)
    session.apply = lambda model: applied.append(apply(model)) or applied[-1]
    return began, release, applied


@pytest.mark.parametrize("slow", [True, False])
def test_of_results_that_newer_labels_overtook_only_slow_ones_are_shown(monkeypatch, slow):
    monkeypatch.setattr(learning, "SLOW_SECONDS", -1 if slow else 1_000)

    async def label():
        page = await shown()
        began, release, applied = hold_refits(monkeypatch, page.session)
        first, second = page.ids[:2]
        page.label(first)
        await until(began.is_set)
        page.label(second)
        release.set()
        await until(lambda: applied and applied[-1])
        await until(lambda: page.kinds().count("colors") >= (2 if slow else 1))
        assert applied == [False, True]
        assert page.kinds().count("colors") == (2 if slow else 1)
        assert not {first, second} & {item["id"] for item in page.last("questions")["items"]}

    asyncio.run(label())


@pytest.mark.parametrize("change", ["order", "merge", "rename", "retire"])
def test_a_late_result_is_shown_only_where_the_classes_have_the_same_numbers(monkeypatch, change):
    monkeypatch.setattr(learning, "SLOW_SECONDS", -1)
    taken, learned = [], PanelState.learned
    monkeypatch.setattr(
        PanelState, "learned", lambda *given: taken.append(given[1]) or learned(*given)
    )

    async def label():
        page = await shown()
        began, release, applied = hold_refits(monkeypatch, page.session)
        page.label(page.ids[0])
        await until(began.is_set)
        taken.clear()
        if change == "order":
            page.session.order_classes(CLASSES[::-1])
        elif change == "merge":
            page.session.merge_classes([CLASSES[0]], into=CLASSES[2])
        elif change == "retire":
            page.session.retire_class(CLASSES[0])
        else:
            page.session.rename_class(CLASSES[0], "another name")
        await until(lambda: len(page.traits["classes"]) == len(page.session.classes))
        release.set()
        await until(lambda: applied and applied[-1])
        assert applied == [False, True]
        # the model of before is let go at once, and the late one is not taken in its place
        fits = change in ("rename", "retire")
        assert [one is None for one in taken] == [not fits, False]
        for message in page.messages("questions") if change == "retire" else ():
            predicted = [one["prediction"] for one in message["items"] if one["prediction"]]
            assert CLASSES[0] not in {one["label"] for one in predicted}
        assert taken[-1].proba.shape[1] == len(page.session.classes)

    asyncio.run(label())


def test_the_session_is_left_to_its_thread():
    """A refit works on a snapshot: its thread neither reads nor changes the session."""

    async def look():
        X = np.concatenate([np.random.default_rng(0).normal(size=(70, 3)) * [[1]] * 1.0])
        pool = nb.Pool(embeddings=X[:60]).extended(nb.Pool(embeddings=X[60:], ids=range(60, 70)))
        page = await shown(pool=pool)
        home, strangers = threading.get_ident(), set()
        session = page.session

        class Watched(type(session)):
            def __getattribute__(self, name):
                if threading.get_ident() != home and not name.startswith("_"):
                    strangers.add(name)
                return super().__getattribute__(name)

        session.__class__ = Watched
        for _ in range(3):
            page.label(page.current)
            await until(lambda: "questions" in page.kinds())
        session.__class__ = nb.Session
        # who asks for the pool gets what never changes
        assert strangers <= {"pool"}

    asyncio.run(look())


# a learner that fails


@pytest.mark.parametrize("from_the_start", [True, False])
@pytest.mark.slow  # a whole pool is answered
def test_without_a_learner_every_image_is_asked_once(break_learner, from_the_start):
    break_learner(from_the_start)
    n = learning.RANKED + 60
    page = open_page(picture_pool(n))
    break_learner(True)
    asked, skipped = [], []
    while page.ids:
        assert not page.last_list["done"]
        first = page.current
        if len(asked) % 40 == 7 and first not in skipped:
            page.answer("skip", id=first)
            skipped.append(first)
        else:
            asked.append(first)
            assert page.label(first)["ok"]
        page.ask_for_more()
    assert page.last_list["done"]
    assert sorted(map(int, asked)) == list(range(n))
    assert skipped
    assert asked[-len(skipped) :] == skipped
    assert "Learning failed: no luck today." in page.traits["error"]
    assert "your labels are saved" in page.traits["error"]


def test_the_error_goes_when_learning_works_again(page, break_learner):
    break_learner(True)
    page.label(page.ids[0])
    assert "Learning failed" in page.traits["error"]
    page.say("cluster", n=1_000)
    assert "Learning failed" in page.traits["error"]
    break_learner(False)
    page.label("30")
    assert "Learning failed" not in page.traits["error"]
    assert "1000" in page.traits["error"]


def test_the_last_good_model_stays_while_learning_fails(page, break_learner):
    page.label("10", "boot")
    page.label("20", "bag")
    before = page.array("colors", np.uint8)
    break_learner(True)
    page.label("30", "shirt")
    others = np.arange(len(before)) != 30
    assert page.array("colors", np.uint8)[others].tolist() == before[others].tolist()
    page.say("need", ids=[page.current])
    assert page.last("media")["items"][0]["prediction"]["label"] in ("boot", "bag")


def test_questions_stay_in_place_while_learning_fails(page, break_learner):
    break_learner(True)
    for _ in range(20):
        before = page.ids
        page.label(before[0])
        assert page.current == before[1]


# a learner that is slow, and people who are quick


@pytest.mark.slow
def test_someone_quicker_than_the_learner_never_runs_dry(monkeypatch):
    n = learning.RANKED + 60
    page = open_page(picture_pool(n))
    monkeypatch.setattr(page.session, "apply", lambda _refit: False)  # each refit comes too late
    for turn in range(n):
        assert page.ids, f"the page ran dry after {turn} answers"
        page.label(page.current)
        page.ask_for_more()
    assert page.session.n_labeled == n
    assert page.last_list["done"]


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
    monkeypatch.setattr(worker, "BUDGET_SECONDS", 0.02)
    monkeypatch.setattr(Stuck, "begun", threading.Event())
    monkeypatch.setattr(Stuck, "go", threading.Event())
    yield Stuck(1)
    Stuck.go.set()


@pytest.mark.slow
def test_a_learner_that_takes_for_ever_never_blocks_the_panel(stuck, monkeypatch):
    monkeypatch.setattr(Stuck, "after", 2)
    n = learning.RANKED + 60

    async def answer():
        page = await shown(pool=picture_pool(n), learner=stuck, strategy="margin")
        for turn in range(n):
            if turn == 5:
                await until(Stuck.begun.is_set)
                assert STILL_LEARNING not in page.said()  # there are questions left that it chose
            assert page.ids, f"the page ran dry after {turn} answers"
            if turn == learning.RANKED + 10:
                assert STILL_LEARNING in page.said()
            page.label(page.current, CLASSES[turn % 2])
            page.ask_for_more()
            await asyncio.sleep(0)
        await until(lambda: page.last_list["done"])
        assert page.session.n_labeled == n
        assert page.traits["error"] == ""
        Stuck.go.set()
        await until(lambda: STILL_LEARNING not in page.said())
        page.panel.close()

    asyncio.run(answer())


def labeled_pool(n):
    pool = picture_pool(n)
    session = nb.Session(pool, CLASSES)
    session.tell(range(4), ["boot", "bag"] * 2)
    return pool, session.store


def test_a_first_fit_that_takes_long_is_not_waited_for(stuck):
    """A notebook opened again: labels are there, and the learner is slow."""

    async def look():
        pool, store = labeled_pool(200)
        page = await shown(pool=pool, learner=stuck, strategy="margin", store=store)
        await until(lambda: STILL_LEARNING in page.said())
        head = page.current
        Stuck.go.set()
        await until(lambda: STILL_LEARNING not in page.said())
        await until(lambda: page.items[head]["prediction"])
        assert page.current == head  # nothing changes under the answer
        page.say("explain", ids=page.ids[1:4])
        await until(lambda: page.messages("explained"))
        reasons = [item["why"]["text"] for item in page.last("explained")["items"]]
        assert not any("still at work" in reason for reason in reasons)

    asyncio.run(look())


def test_what_comes_late_goes_before_what_was_drawn_meanwhile(stuck):
    """Someone answers on while it learns: its choice is better than chance, though old."""

    async def look():
        pool, store = labeled_pool(400)
        page = await shown(pool=pool, learner=stuck, strategy="margin", store=store)
        Stuck.begun.clear()
        page.label(page.current, "boot")  # what is learned is older than this
        results = []
        apply = page.session.apply
        page.session.apply = lambda refit: results.append(apply(refit)) or results[-1]
        Stuck.go.set()
        await until(lambda: results)
        assert results[0] is False
        await until(lambda: page.messages("questions"))
        page.say("explain", ids=[page.ids[1]])
        await until(lambda: page.messages("explained"))
        assert "still at work" not in page.last("explained")["items"][0]["why"]["text"]

    asyncio.run(look())


# looked at or not


def test_a_panel_nobody_looks_at_rests(page, monkeypatch):
    learned = []
    refit = page.session.engine.refit
    monkeypatch.setattr(
        page.session.engine,
        "refit",
        lambda *given, **options: learned.append(1) or refit(*given, **options),
    )
    page.close()
    page.session.tell([0, 1], "bag")
    page.session.tell(2, "boot")
    assert learned == []
    assert page.traits["status"]["labeled"] == 3
    page.say("ready")
    assert learned == [1]
    assert page.last("questions")["items"][0]["prediction"]
    page.say("ready")
    assert learned == [1]


def test_a_classifier_that_wants_more_labels_is_bridged_and_told():
    page = open_page(learner=KNeighborsClassifier())
    page.label("0", "boot")
    page.label("1", "bag")
    notices = [one["text"] for one in page.traits["status"]["notices"]]
    assert any("KNeighborsClassifier cannot learn from 2 labels yet" in one for one in notices)
    assert page.traits["error"] == ""
    assert page.ids
    for number in range(2, 8):
        page.label(str(number), CLASSES[number % 3])
    notices = [one["text"] for one in page.traits["status"]["notices"]]
    assert not any("cannot learn" in one for one in notices)
