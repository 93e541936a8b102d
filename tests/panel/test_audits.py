"""Audits, costs and advice in the panel: what the status says of the labels."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.log.store import LabelStore
from nblabel.widget import Labeler, text
from tests.panel.desk import TRUTH, Desk, N
from tests.samples import CLASSES, blobs
from tests.test_costs import told_at


@pytest.fixture
def desk():
    return Desk()


def test_the_status_says_what_to_do_before_anything_was_checked(desk):
    assert desk.accuracy() == f"{text.NOT_YET} {text.AUDIT_HINT}"
    desk.say("audit", share=0.2)
    assert desk.session.audit_share == 0.2
    assert desk.accuracy() == f"{text.NOT_YET} {text.AUDIT_COMES}"


@pytest.mark.slow
def test_a_share_chosen_in_the_panel_is_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    assert Desk(store=store, audit=0.1).traits["audit"]["share"] == 0.1
    desk = Desk(store=store, audit=0.1)
    desk.say("audit", share=0.3)
    assert Desk(store=LabelStore(store), audit=0.1).session.audit_share == 0.3


def pay(desk, rate):
    desk.say("rate", rate=rate, checked=False)
    return desk.traits["hourly_rate"], [
        one for one in desk.said() if "oney" in one or ", cost " in one
    ]


@pytest.mark.slow
def test_money_so_far_and_left_is_told_at_a_rate_that_is_remembered(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    assert desk.traits["hourly_rate"] is None
    assert pay(desk, 20) == (20, [text.NO_PACE])
    told_at(desk.session, range(0, 9 * 41, 9))
    (told,) = pay(desk, 20.0)[1]
    assert told == (
        "41 labels so far, at 400 labels per hour: 6 min, cost 2.00. "
        "559 labels left: 1.4 h, cost 27.95. All 600 by hand: 1.5 h, cost 30.00."
    )
    assert "cost 4.00" in pay(desk, 40)[1][0]
    again = Desk(store=LabelStore(store))
    assert again.traits["hourly_rate"] == 40
    assert pay(again, None) == (None, [])
    assert Desk(store=LabelStore(store)).traits["hourly_rate"] is None


@pytest.mark.parametrize("rate", [-1, 0])
def test_a_wrong_rate_is_refused(desk, rate):
    pay(desk, 12)
    assert pay(desk, rate)[0] == 12
    assert "positive number" in desk.traits["error"]
    assert desk.session.store.setting("wage") == "12.0"


@pytest.mark.slow
def test_the_share_asked_twice_is_chosen_in_the_panel_and_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store, repeats=0.1)
    assert desk.traits["audit"]["repeats"] == 0.1
    desk.say("repeats", share=1)
    assert desk.session.repeat_share == desk.traits["audit"]["repeats"] == 1
    for index in range(25):
        desk.session.tell(index, TRUTH[index])
    assert len(desk.session.repeated) == 1
    (index,) = desk.session.repeated.tolist()
    desk.again()
    assert str(index) in desk.ids
    assert desk.label(str(index), str(TRUTH[index]))["ok"]
    told = desk.said()
    assert "1 of 1 repeated item were answered alike." in told
    desk = Desk(store=LabelStore(store), repeats=0.1)
    assert desk.session.repeat_share == 1
    desk.say("repeats", share=0)
    desk = Desk(store=LabelStore(store), repeats=0.1)
    assert desk.session.repeat_share == 0
    desk.say("repeats", checked=False, share=2)
    assert "share is out of range" in desk.traits["error"]
    assert desk.session.repeat_share == 0


def test_a_wrong_share_is_refused(desk):
    desk.say("audit", checked=False, share=2)
    assert "share is out of range" in desk.traits["error"]
    assert desk.session.audit_share == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        Labeler(blobs(60).reshape(-1, 5, 1).astype(np.uint8), CLASSES, audit=1.5)


def test_checks_are_asked_next_and_look_like_any_other_question(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.say("draw", n=5)
    assert desk.last("announce")["text"] == "5 audit items are asked next."
    drawn = [str(index) for index in desk.session.drawn]
    assert desk.traits["audit"]["waiting"] == 5
    questions = desk.again()
    assert desk.last("questions")["first"] == 5
    assert [one["id"] for one in questions[:5]] == drawn
    assert len({frozenset(one) for one in questions}) == 1  # the same fields
    assert all("random" not in str(one["why"]) for one in questions[:6])


@pytest.mark.slow
def test_accuracy_is_told_in_words_once_checks_are_answered(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.say("draw", n=30)
    desk.answer_drawn()
    assert desk.accuracy().startswith("100 % right, ")
    assert desk.accuracy().endswith("with 95 % confidence; 30 audit labels")
    for _ in range(31):
        desk.session.undo()
    assert text.NOT_YET in desk.accuracy()


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 29])
def test_no_accuracy_is_told_from_fewer_than_thirty_audit_labels(desk, n):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.say("draw", n=n)
    desk.answer_drawn()
    labels = "audit labels"
    assert desk.accuracy() == f"Accuracy not known yet: {n} of at least 30 {labels}."
    assert not [said for said in desk.said() if "right" in said or "accuracy" in said.lower()[1:]]
    title = desk.traits["status"]["messages"][0]["title"]
    assert "%" not in title
    desk.say("draw", n=30 - n)
    desk.answer_drawn()
    assert desk.accuracy().startswith("100 % right, ")
    desk.session.undo()
    assert desk.accuracy() == f"Accuracy not known yet: 29 of at least 30 {labels}."


def test_limits_are_rounded_outwards():
    said = "93.3 % right, 88.1–97.1 % with 95 % confidence; 60 audit labels"
    assert text.accuracy(0.93333, 0.88169, 0.97001, 0.95, 60) == said


def test_the_status_says_whether_it_pays_to_go_on_and_what_it_cost(desk, monkeypatch):
    rows = np.random.default_rng(0).permutation(N)
    for count in (30, 90):
        desk.session.tell(rows[:count], TRUTH[rows[:count]])
    told = desk.said()
    assert (
        "You may stop: the next 50 labels are expected to gain less than 0.5 % of accuracy." in told
    )
    monkeypatch.setattr("nblabel.widget.panel.panel.pace_of", lambda *_: 200.0)
    desk.session.tell(int(rows[90]), TRUTH[rows[90]])
    told = desk.said()
    assert any(one.startswith("All 600 by hand: 3 h") for one in told)


@pytest.mark.parametrize("rate", [None, 20.0])
def test_what_all_by_hand_takes_keeps_up_with_the_answers(desk, monkeypatch, rate):
    told_at(desk.session, range(0, 9 * 41, 9))
    desk.say("rate", rate=rate)
    monkeypatch.setattr("nblabel.widget.work.measuring.measured", None)  # no time to measure
    monkeypatch.setattr(desk.panel._panel.measures, "_task", object())
    for pace, hours in ((200.0, "3 h"), (300.0, "2 h")):
        monkeypatch.setattr("nblabel.widget.panel.panel.pace_of", lambda *_, pace=pace: pace)
        desk.tell_another()
        (told,) = [one for one in desk.said() if "All 600 by hand" in one]
        n = desk.session.n_labeled
        if rate is None:
            assert f"All 600 by hand: {hours}." in told
        else:
            assert told.startswith(f"{n} labels so far, at 400 labels per hour: ")
            assert f"{600 - n} labels left" in told


def test_from_which_gain_on_it_pays_is_chosen_and_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    assert desk.traits["audit"]["stopping"] == {"gain": 0.005, "labels": 50}
    rows = np.random.default_rng(0).permutation(N)
    for count in (30, 90):
        desk.session.tell(rows[:count], TRUTH[rows[:count]])
    desk.say("threshold", gain=0.02)
    told = desk.said()
    assert any("expected to gain less than 2 % of accuracy" in one for one in told)
    again = Desk(store=LabelStore(store))
    assert again.traits["audit"]["stopping"]["gain"] == 0.02
    again.say("threshold", checked=False, gain=7)
    assert "gain is out of range" in again.traits["error"]
    assert again.traits["audit"]["stopping"]["gain"] == 0.02


@pytest.mark.slow
def test_a_restart_advises_the_same(tmp_path):
    desk = Desk(store=tmp_path / "labels.db")
    rows = np.random.default_rng(0).permutation(N)
    for count in (30, 90):
        desk.session.tell(rows[:count], TRUTH[rows[:count]])
    again = Desk(store=LabelStore(tmp_path / "labels.db"))
    (told,) = [
        one for one in again.traits["status"]["messages"] if "expected to gain" in one["text"]
    ]
    assert "than 0.5 % of accuracy" in told["text"]
    assert told["title"] == str(nb.stop_advice(again.session))
    again.say("threshold", gain=0.02)
    told = again.said()
    assert any("less than 2 % of accuracy" in one for one in told)


def test_the_status_says_which_accepted_labels_the_model_contradicts(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.session.accept([4, 7, 10], "boot")  # all three are bags
    told = desk.said()
    assert told[1:] == [text.stale_labels(3)]
    desk.session.undo()
    assert len(desk.said()) == 1


def test_the_status_says_how_often_questions_asked_twice_agree():
    desk = Desk(repeats=1.0)
    for index in range(22):
        desk.session.tell(index, TRUTH[index])
    again = int(desk.session.repeated[0])
    desk.session.tell(again, TRUTH[again])
    told = desk.said()
    assert "1 of 1 repeated item were answered alike." in told
