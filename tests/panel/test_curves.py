"""Curves, comparisons and other reports, worked out while labeling goes on."""

import asyncio
import math
import threading

import pytest

import nblabel as nb
from nblabel.learners import LearnerError
from nblabel.log.store import LabelStore
from nblabel.plots import progress_curves
from nblabel.system import progress
from nblabel.widget import text
from nblabel.widget.panel.state import PanelState
from nblabel.widget.view import plotly_curves, plotly_map
from nblabel.widget.work import comparison, measuring
from nblabel.widget.work.curves import MOST, Curves
from nblabel.widget.work.home import Home
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import Worker
from tests.panel.desk import TRUTH, Desk, N
from tests.panel.helpers import until
from tests.samples import CLASSES, blobs
from tests.test_costs import told_at
from tests.wire import Page


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.slow
def test_curves_grow_while_somebody_looks(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    assert desk.traits["learning_curves"] == {}
    desk.open("curves")
    desk.say("draw", n=30)
    desk.answer_drawn()
    curves = desk.traits["learning_curves"]
    assert [n for n, _ in curves["confident"]][-1] == 33
    n, share, low, high = curves["accuracy"][-1]
    assert n == 33
    assert low <= share <= high
    desk.open(None)
    desk.tell_another()
    assert desk.traits["learning_curves"] == curves
    desk.open("curves")
    assert desk.traits["learning_curves"]["confident"][-1][0] == 34
    _band, right, sure = desk.panel.curves().data
    assert list(right.y) == [row[1] for row in desk.traits["learning_curves"]["accuracy"]]
    assert list(sure.x) == [row[0] for row in desk.traits["learning_curves"]["confident"]]


def test_checks_that_are_asked_for_while_it_estimates_are_drawn_once():
    async def ask():
        desk = Desk()
        await until(lambda: desk.ids)
        desk.session.tell([0, 1, 2], CLASSES)
        desk.open("auto_label")
        desk.estimate()
        await until(lambda: desk.dialog.get("running") == "estimate")
        desk.say("queue_checks")
        await until(lambda: desk.dialog["running"] == "draw")
        desk.say("queue_checks")
        await until(lambda: not desk.dialog["running"])
        assert len(desk.session.drawn) == desk.dialog["waiting"] > 0
        assert len(desk.session.state.draws) == 1

    asyncio.run(ask())


def test_a_second_press_while_one_is_on_its_way_is_refused():
    async def press():
        desk = Desk()
        await until(lambda: desk.ids)
        desk.session.tell([0, 1, 2], CLASSES)
        desk.say("accept", uid="one", front=[])
        desk.say("accept", uid="two", front=[])
        assert [(ack["uid"], ack["ok"]) for ack in desk.messages("ack")] == [("two", False)]
        await until(lambda: "one" in [ack["uid"] for ack in desk.messages("ack")])

    asyncio.run(press())


def test_what_a_page_has_open_is_its_own(desk):
    other = Page(desk.panel)
    desk.session.tell([0, 1, 2], CLASSES)
    desk.open("auto_label")
    other.say("open", parts=["curves"])
    other.say("open", parts=[])
    desk.tell_another()
    headline = desk.dialog["headline"]
    assert headline
    other.close()
    desk.open(None)
    desk.tell_another()
    assert desk.dialog["headline"] == headline  # nobody looks


@pytest.mark.slow
def test_what_random_sampling_would_have_taken_is_told_when_asked_and_remembered(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    assert desk.traits["comparison"] == {"progress": None, "text": ""}
    desk.say("compare")
    assert desk.traits["comparison"] == {
        "progress": None,
        "text": text.too_few_to_compare(comparison.FEWEST_COMPARED),
    }
    told_at(desk.session, range(0, 9 * 41, 9))
    told = []
    desk.panel.observe(lambda change: told.append(change["new"]["progress"]), "comparison")
    desk.say("compare")
    said = desk.traits["comparison"]["text"]
    assert said.startswith("After 41 labels: labels drawn at random would have")
    assert said.endswith("if the labels of now are right.")
    assert told[0] == 0
    assert told[-1] is None
    assert Desk(store=LabelStore(store)).traits["comparison"] == {"progress": None, "text": said}


def test_a_comparison_can_be_cancelled_and_keeps_what_was_told_before(monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_args, **_options):
        for _ in progress.over(range(3), "At random"):
            begun.set()
            assert go_on.wait(10)
        raise AssertionError("it should have given up")

    async def asked():
        store = LabelStore()
        store.set_setting(comparison.SETTING, "as before")
        desk = Desk(store=store)
        await until(lambda: desk.ids)
        desk.session.tell(range(30), TRUTH[:30])
        desk.say("compare")
        await until(lambda: desk.traits["comparison"]["progress"] == 0)
        assert await asyncio.to_thread(begun.wait, 10)
        desk.say("cancel", task="comparison")
        go_on.set()
        await until(lambda: desk.traits["comparison"] == {"progress": None, "text": "as before"})

    monkeypatch.setattr(comparison, "costs", slow)
    asyncio.run(asked())


def test_a_comparison_that_fails_says_why(desk, monkeypatch):
    def fail(*_args, **_options):
        raise LearnerError("it cannot learn")

    monkeypatch.setattr(comparison, "costs", fail)
    desk.session.tell(range(30), TRUTH[:30])
    desk.say("compare")
    assert desk.traits["comparison"] == {"progress": None, "text": "it cannot learn"}
    desk.say("compare")  # nothing is left of the one before
    assert desk.traits["comparison"]["text"] == "it cannot learn"


@pytest.mark.slow
def test_curves_are_drawn_by_plotly_beside_its_map_while_somebody_looks(monkeypatch):
    drawn, figures, places = [], [], []
    live_figure, box = plotly_map.live_figure, plotly_curves.ipywidgets.Box

    def seen(*points, **options):
        drawn.append(points)
        return progress_curves(*points, **options)

    monkeypatch.setattr(plotly_curves, "progress_curves", seen)
    monkeypatch.setattr(
        plotly_curves,
        "live_figure",
        lambda given: figures.append(live_figure(given)) or figures[-1],
    )
    monkeypatch.setattr(
        plotly_curves.ipywidgets, "Box", lambda *given: places.append(box(*given)) or places[-1]
    )
    desk = Desk(map="plotly")
    (figure,), (place,) = figures, places
    desk.open("curves")
    assert (place.children, desk.traits["learning_curves"]["plotly"]) == ((), True)  # nothing yet
    desk.session.tell([0, 1, 2], CLASSES)
    assert (place.children, place.layout.display) == ((figure,), None)
    (confident,) = figure.data
    assert (list(confident.x), confident.mode) == ([3], "markers")
    desk.session.tell(3, TRUTH[3])
    assert (list(confident.x), confident.mode) == ([3, 4], "lines")  # the same trace, longer
    desk.say("draw", n=30)
    desk.answer_drawn()
    assert [line.name for line in figure.data] == [line.name for line in desk.panel.curves().data]
    assert figure.layout.yaxis == desk.panel.curves().layout.yaxis
    assert list(figure.data[-1].x) == [n for n, _ in desk.traits["learning_curves"]["confident"]]
    n, n_labeled = len(drawn), desk.session.n_labeled
    desk.open(None)
    assert (place.children, place.layout.display) == ((), "none")
    desk.tell_another()
    assert (len(drawn), list(figure.data[-1].x)[-1]) == (n, n_labeled)
    desk.open("curves")
    assert (place.children, list(figure.data[-1].x)[-1]) == ((figure,), n_labeled + 1)
    desk.say("ready")  # the page begins anew, where nothing is open
    assert place.children == ()


def test_what_comes_at_once_is_drawn_by_plotly_at_once_after_the_queue(monkeypatch):
    monkeypatch.setattr(plotly_map, "PAUSE", 0.01)
    home = Home(print)
    curves = plotly_curves.PlotlyCurves(home)

    async def come():
        for n in range(1, 4):
            curves.show(
                {"accuracy": [], "confident": [[k, 0.5] for k in range(n)], "threshold": 0.9}
            )
        assert curves.figure.data == ()
        await asyncio.sleep(plotly_map.PAUSE)  # began later, and ends later
        assert list(curves.figure.data[0].x) == [0, 1, 2]
        curves.show({"accuracy": [], "confident": [[9, 0.5]], "threshold": 0.9})
        curves.hide()
        await asyncio.sleep(plotly_map.PAUSE)  # began later, and ends later
        assert list(curves.figure.data[0].x) == [0, 1, 2]

    asyncio.run(come())


@pytest.mark.slow
def test_curves_so_far_outlive_the_kernel(tmp_path):
    desk = Desk(store=tmp_path / "labels.db")
    desk.session.tell([0, 1, 2], CLASSES)
    desk.say("draw", n=30)
    desk.answer_drawn()
    again = Desk(store=LabelStore(tmp_path / "labels.db"), annotator="other")
    again.open("curves")
    assert again.traits["learning_curves"]["accuracy"][-1][0] == 33
    assert again.traits["learning_curves"]["confident"][-1][0] == 33
    for _ in range(11):
        desk.tell_another()
    again = Desk(store=LabelStore(tmp_path / "labels.db"))
    again.open("curves")
    assert len(again.traits["learning_curves"]["confident"]) > 5


@pytest.mark.slow
def test_no_curve_of_the_accuracy_is_drawn_from_too_few_audit_labels(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    desk.open("curves")
    desk.session.tell([0, 1, 2], CLASSES)
    desk.say("draw", n=29)
    desk.answer_drawn()
    assert desk.traits["learning_curves"]["accuracy"] == []
    # nor what an earlier version kept of it
    desk.session.store.set_setting("curve", '{"12": [0.9, 0.5, 1.0]}')
    again = Desk(store=LabelStore(store))
    again.open("curves")
    assert again.traits["learning_curves"]["accuracy"] == []
    again.say("draw", n=1)
    again.answer_drawn()
    assert [n for n, *_ in again.traits["learning_curves"]["accuracy"]] == [12, 33]


@pytest.mark.slow
def test_long_curves_are_thinned_and_keep_their_ends():
    session = nb.Session(nb.Pool(embeddings=blobs(N)), CLASSES, learner="knn", strategy="margin")
    state, refit = PanelState(), session.refit(1)
    curves = Curves(session, state, lambda: True)
    for index in range(N):
        session.tell(index, TRUTH[index])
        curves.learned(refit)
    labels = [n for n, _ in state.learning_curves["confident"]]
    assert (labels[0], labels[-1]) == (1, N)
    assert len(labels) <= MOST


# in the thread of reports


def session_of():
    pool = nb.Pool(embeddings=blobs(N, dim=4))
    session = nb.Session(pool, CLASSES, learner="knn", strategy="margin")
    session.tell([0, 1, 2], CLASSES)
    return session


def test_a_twin_agrees_and_shares_nothing_that_changes():
    session = session_of()
    heard = []
    session.subscribe(lambda: heard.append(1))
    twin = session.replica()
    assert (twin.y == session.y).all()
    assert (twin.predict_proba() == session.predict_proba()).all()
    twin.accept([10, 11])
    assert (heard, session.n_accepted, twin.n_accepted) == ([], 0, 2)
    session.refresh()
    assert session.n_accepted == 2
    session.tell(5, TRUTH[5])
    session.set_embeddings(blobs(N, dim=7))
    twin.sync_from(session)
    assert (twin.n_labeled, twin.embeddings.shape) == (4, (N, 7))
    assert (twin.predict_proba() == session.predict_proba()).all()


def test_reports_are_worked_out_with_a_replica_in_their_order():
    session, results = session_of(), []

    async def run():
        worker = Worker(Home(print))
        replica = Replica(session, worker, "reports")
        replica.work_out(lambda twin: (twin is session, twin.n_labeled), results.append)
        replica.work_out(lambda _twin: threading.current_thread().name, results.append)
        replica.work_out(lambda _twin: math.sqrt(-1), results.append)
        assert not replica.is_idle
        await until(lambda: len(results) == 3)
        session.tell(9, TRUTH[9])
        replica.work_out(lambda twin: twin.n_labeled, results.append)
        await until(lambda: len(results) == 4)
        assert replica.is_idle
        worker.close()

    asyncio.run(run())
    assert results[0] == (False, 3)
    assert results[1].startswith("nblabel-reports")
    assert isinstance(results[2], ValueError)
    assert results[3] == 4


def test_accuracy_is_measured_off_the_event_loop(monkeypatch):
    names = []
    real = measuring.measured

    def measured(*given):
        names.append(threading.current_thread().name)
        return real(*given)

    monkeypatch.setattr(measuring, "measured", measured)

    async def answer():
        desk = Desk()
        await until(lambda: desk.ids)
        desk.session.tell([0, 1, 2], CLASSES)
        desk.say("draw", n=30)
        for index in desk.session.drawn.tolist():
            desk.session.tell(index, TRUTH[index])
        await until(lambda: "30 audit labels" in desk.accuracy())

    asyncio.run(answer())
    assert names
    assert all(name.startswith("nblabel-reports") for name in names)


def test_a_listener_hears_in_the_place_of_a_bar():
    heard = []
    with progress.heard_by(lambda *step: heard.append(step)):
        assert list(progress.over("ab", "Letters")) == ["a", "b"]
    assert heard == [("Letters", 0.0), ("Letters", 0.5)]
    assert list(progress.over("ab", "Letters")) == ["a", "b"]
    assert len(heard) == 2
