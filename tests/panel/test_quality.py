"""Audits, auto-labeling, reviews and curves in the panel: messages in, traits and log out."""

import asyncio
import math
import threading
from dataclasses import replace

import numpy as np
import pytest

import nblabel as nb
from nblabel.learners import LearnerError
from nblabel.log.store import LabelStore, StoreError
from nblabel.plots import progress_curves
from nblabel.system import progress
from nblabel.widget import Labeler, text
from nblabel.widget.panel.state import PanelState
from nblabel.widget.view import plotly_curves, plotly_map
from nblabel.widget.work import auto_label, comparison, measuring
from nblabel.widget.work.curves import MOST, Curves
from nblabel.widget.work.home import Home
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import Worker
from tests.panel.helpers import until
from tests.samples import CLASSES, blobs
from tests.test_costs import told_at
from tests.wire import Page

N = 600
TRUTH = np.array(CLASSES, dtype=object)[np.arange(N) % 3]
TERMS = {"max_error": 0.05, "confidence": 0.95, "per_class": False}


class Desk(Page):
    """A page of a panel on six hundred small pictures."""

    def __init__(self, **options):
        pixels = np.zeros((N, 4, 4), dtype=np.uint8)
        pool = nb.Pool(pixels, embeddings=blobs(N, dim=4))
        options = {"learner": "knn", "strategy": "margin", "projection": "pca", **options}
        super().__init__(Labeler(pool, CLASSES, **options))

    def estimate(self, **terms):
        self.say("estimate", checked=False, **{**TERMS, **terms})
        return self.dialog

    @property
    def dialog(self):
        return self.traits["auto_label"]

    def open(self, part):
        self.say("open", part=part)

    def accuracy(self):
        return self.said()[0]

    def answer_drawn(self):
        while len(self.session.drawn):
            index = int(self.session.drawn[0])
            self.session.tell(index, TRUTH[index])

    def tell_another(self):
        index = int(self.session.snapshot().open[0])
        self.session.tell(index, TRUTH[index])

    def ready(self):
        """Answer what is needed until something can be accepted."""
        self.session.tell([0, 1, 2], CLASSES)
        self.open("auto_label")
        self.estimate()
        self.say("queue_checks")
        self.answer_drawn()
        return self.dialog

    def why(self, item):
        self.say("explain", ids=[item])
        return self.last("explained")["items"][0]["why"]["text"]

    def again(self):
        """Have everything sent again, as to a page that opens."""
        self.say("ready")
        return self.last("questions")["items"]


@pytest.fixture
def desk():
    return Desk()


# audits


def test_the_status_says_what_to_do_before_anything_was_checked(desk):
    assert desk.accuracy() == f"{text.NOT_YET} {text.AUDIT_HINT}"
    desk.say("audit", share=0.2)
    assert desk.session.audit_share == 0.2
    assert desk.accuracy() == f"{text.NOT_YET} {text.AUDIT_COMES}"


def test_a_share_chosen_in_the_panel_is_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    assert Desk(store=store, audit=0.1).traits["audit"]["share"] == 0.1
    desk = Desk(store=store, audit=0.1)
    desk.say("audit", share=0.3)
    assert Desk(store=LabelStore(store), audit=0.1).session.audit_share == 0.3


def pay(desk, rate):
    desk.say("rate", rate=rate, checked=False)
    return desk.traits["hourly_rate"], [one for one in desk.said() if "oney" in one]


def test_money_so_far_and_left_is_told_at_a_rate_that_is_remembered(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    assert desk.traits["hourly_rate"] is None
    assert pay(desk, 20) == (20, [text.NO_PACE])
    told_at(desk.session, range(0, 9 * 41, 9))
    (told,) = pay(desk, 20.0)[1]
    assert told == (
        "41 labels so far: 6 minutes, 2.00 of money at 400 labels an hour. 559 left: 1.4 hours, 27.95. "
        "All 600 by hand would take 1.5 hours, 30.00."
    )
    assert "4.00 of money" in pay(desk, 40)[1][0]
    again = Desk(store=LabelStore(store))
    assert again.traits["hourly_rate"] == 40
    assert pay(again, None) == (None, [])
    assert Desk(store=LabelStore(store)).traits["hourly_rate"] is None


@pytest.mark.parametrize("rate", [-1, 0, math.inf, math.nan])
def test_a_wrong_rate_is_refused(desk, rate):
    pay(desk, 12)
    assert pay(desk, rate)[0] == 12
    assert "positive number" in desk.traits["error"]
    assert desk.session.store.setting("wage") == "12.0"


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
    assert "between 0 and 1" in desk.traits["error"]
    assert desk.session.repeat_share == 0


def test_a_wrong_share_is_refused(desk):
    desk.say("audit", checked=False, share=2)
    assert "between 0 and 1" in desk.traits["error"]
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


def test_accuracy_is_told_in_words_once_checks_are_answered(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.say("draw", n=30)
    desk.answer_drawn()
    assert desk.accuracy().startswith("100 % right, ")
    assert desk.accuracy().endswith("with 95 % confidence; 30 audit labels")
    for _ in range(31):
        desk.session.undo()
    assert text.NOT_YET in desk.accuracy()


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
    monkeypatch.setattr("nblabel.widget.panel.panel.labels_per_hour", lambda *_: 200.0)
    desk.session.tell(int(rows[90]), TRUTH[rows[90]])
    told = desk.said()
    assert any(one.startswith("All 600 by hand would take 3 hours") for one in told)


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
    assert "between 0 and 1" in again.traits["error"]
    assert again.traits["audit"]["stopping"]["gain"] == 0.02


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


# auto-labeling


def test_the_terms_are_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    chosen = {"max_error": 0.1, "confidence": 0.9, "per_class": True}
    desk = Desk(store=store)
    desk.session.tell([0, 1, 2], CLASSES)
    desk.open("auto_label")
    assert desk.session.store.setting(auto_label.TERMS) is None
    desk.estimate(**chosen)
    again = Desk(store=LabelStore(store))
    again.open("auto_label")
    assert again.dialog["terms"] == chosen
    assert again.dialog["headline"]


@pytest.mark.parametrize(
    "spoiled",
    [
        "", "no JSON", "[]", "7", '{"max_error": 7}', '{"confidence": "high"}', '{"max_error": NaN}',
        '{"per_class": "yes"}', '{"other": 1}',
    ],
)  # fmt: skip
def test_spoiled_terms_are_the_usual_ones(tmp_path, spoiled):
    store = tmp_path / "labels.db"
    LabelStore(store).set_setting(auto_label.TERMS, spoiled)
    desk = Desk(store=store)
    desk.session.tell([0, 1, 2], CLASSES)
    desk.open("auto_label")
    assert desk.dialog["terms"] == {**TERMS, "max_error": 0.01}


def test_the_answer_comes_when_the_dialog_opens(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    assert desk.dialog == {}
    desk.open("auto_label")
    assert "Such a promise takes 5" in desk.dialog["headline"]  # 1 %, in so small a pool
    found = desk.estimate()
    assert "more checks would let" in found["headline"]
    assert (found["running"], found["ready"], found["curve"]) == ("", 0, [])
    assert found["needed"] == nb.auto_label(desk.session, 0.05, accept=False).needed
    assert found["terms"] == TERMS
    assert not desk.session.n_accepted


def test_what_is_wrong_is_told_in_the_dialog(desk):
    desk.open("auto_label")
    assert "label some items" in desk.dialog["details"][0]
    assert "max_error" in desk.estimate(max_error=3)["details"][0]


def test_what_is_needed_is_drawn_once_and_asked_next(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.open("auto_label")
    needed = desk.estimate()["needed"]
    for _ in range(2):  # pressed twice
        desk.say("queue_checks")
        assert desk.dialog["waiting"] == len(desk.session.drawn) == needed
    assert desk.ids[1] == str(desk.session.drawn[0])


def test_pool_is_finished_and_one_undo_takes_it_back(desk):
    dialog = desk.ready()
    assert dialog["ready"] > 400
    assert dialog["headline"].endswith("at most 5 % wrong, 95 % confidence.")
    assert dialog["curve"][0]["points"]
    desk.estimate()
    preview = desk.last("preview")["items"]
    assert len(preview) == len(desk.buffers("preview")) == 24
    assert all(one["proposed"] == TRUTH[one["index"]] for one in preview)

    ack = desk.answer("accept", uid="done")
    assert ack["ok"]
    assert ack["text"].startswith(f"{dialog['ready']} images accepted from the model.")
    assert desk.session.n_accepted == dialog["ready"] == desk.dialog["undo_count"]
    assert (desk.session.predict() == TRUTH).all()
    assert desk.dialog["undo"] == "done"
    assert "are accepted: at most" in desk.dialog["headline"]
    assert desk.traits["status"]["accepted"] == dialog["ready"]

    assert desk.answer("undo", uid="u", of="done")["ok"]
    assert desk.session.n_accepted == 0
    assert desk.dialog["undo"] == ""
    assert desk.dialog["ready"] == dialog["ready"]  # nothing else has changed


def test_what_is_left_is_asked_the_most_doubtful_first(desk, monkeypatch):
    desk.ready()
    real = auto_label.auto_label

    def reluctant(*arguments, **options):
        report = real(*arguments, **options)
        kept, left = dict(report.labels_ready), report.ready[[7, 3, 5]]
        for index in left.tolist():
            kept.pop(index)
        return replace(report, labels_ready=kept, left=left)

    left = reluctant(desk.session, 0.05, accept=False).left.tolist()
    monkeypatch.setattr(auto_label, "auto_label", reluctant)
    desk.open(None)
    desk.answer("accept", uid="done")
    on_screen, *rest = desk.ids
    assert rest == [str(index) for index in left if str(index) != on_screen]
    desk.say("explain", ids=[rest[-1]])
    assert "left for you" in desk.last("explained")["items"][0]["why"]["text"]


def test_an_acceptance_that_is_sent_twice_is_one_step(desk):
    desk.ready()
    desk.answer("accept", uid="done")
    n = desk.session.n_accepted
    again = desk.answer("accept", uid="done")
    assert (again["ok"], again["text"]) == (True, "Saved.")
    assert desk.session.n_accepted == n
    assert sum(event.kind == "accept" for event in desk.session.store.read()) == 1


def test_a_promise_that_labels_have_broken_is_not_kept(desk):
    desk.ready()
    drawn = [int(i) for draw in desk.session.state.draws for i in draw.ids]
    desk.open(None)  # nobody looks while these are given
    desk.session.tell(drawn[:8], [CLASSES[(index + 1) % 3] for index in drawn[:8]])
    ack = desk.answer("accept", uid="late")
    assert (ack["ok"], ack["text"]) == (
        False,
        "Labels have changed since; this is how it stands now.",
    )
    assert desk.session.n_accepted == 0


def test_a_restart_keeps_what_was_accepted(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    desk.ready()
    desk.answer("accept", uid="done")
    again = Desk(store=LabelStore(store))
    assert again.session.n_accepted == desk.session.n_accepted > 400
    again.open("auto_label")
    assert again.dialog["undo"] == "done"
    again.answer("undo", uid="u", of="done")
    assert again.session.n_accepted == 0


def test_other_panels_on_the_log_follow(tmp_path):
    store = tmp_path / "labels.db"
    desk, other = Desk(store=store), Desk(store=LabelStore(store), annotator="other")
    desk.ready()
    desk.answer("accept", uid="done")
    assert other.session.n_accepted == desk.session.n_accepted > 0


def test_a_doubtful_one_is_asked_at_a_press(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.show(77)
    assert desk.current == "77"
    desk.show(N)  # a page may be older than the pool
    assert desk.current == "77"


# reviews


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
    assert "two labels at least" in desk.traits["review"]["text"]


# accepted labels that the model of now contradicts


@pytest.fixture
def contradicted(desk):
    return contradict(desk)


def contradict(desk):
    """Three bags are accepted as boots, and somebody opens the dialog."""
    desk.session.tell([0, 1, 2], CLASSES)
    desk.session.accept([4, 7, 10], "boot")
    desk.open("auto_label")
    return desk


def test_the_dialog_tells_how_many_accepted_labels_are_contradicted(contradicted):
    assert contradicted.estimate()["changed"] == 3
    contradicted.session.tell(4, "bag")  # a person says so
    assert contradicted.dialog["changed"] == 2


def test_contradicted_accepted_labels_are_looked_at_with_the_same_keys(contradicted):
    contradicted.say("review", accepted=True)
    first, second, third = contradicted.again()[:3]
    assert {one["index"] for one in (first, second, third)} == {4, 7, 10}
    assert (first["label"], first["source"], first["prediction"]["label"]) == (
        "boot",
        "model",
        "bag",
    )
    why = contradicted.why(first["id"])
    assert why.startswith("Accepted from the model as boot, ")
    assert why.endswith("%; now it predicts bag.")
    contradicted.label(first["id"], "bag")
    contradicted.answer("skip", id=second["id"])  # left as it is, and not asked again
    assert contradicted.traits["review"]["left"] == 1
    contradicted.label(third["id"], "boot")  # it was right
    assert contradicted.traits["review"]["text"] == "Review done: 1 of 3 labels changed."
    assert contradicted.session.accepted.tolist() == [second["index"]]
    assert second["id"] not in contradicted.ids
    contradicted.answer("undo")
    assert contradicted.traits["review"]["left"] == 1
    assert contradicted.traits["review"]["text"].startswith("2 of 3 looked at again")


def test_contradicted_labels_are_taken_back_in_one_step_and_one_undo_brings_them_back(contradicted):
    ack = contradicted.answer("revert", uid="back")
    assert ack["ok"]
    assert ack["text"].startswith("3 images reverted: without a label again.")
    assert contradicted.answer("revert", uid="back")["ok"]  # sent twice
    assert contradicted.session.n_accepted == contradicted.dialog["changed"] == 0
    assert {4, 7, 10} <= set(contradicted.session.unanswered.tolist())
    kinds = [event.kind for event in contradicted.session.store.read()]
    assert kinds.count("withdraw") == 1
    told = contradicted.dialog
    assert (told["undo"], told["undo_kind"], told["undo_count"]) == ("back", "withdraw", 3)
    ack = contradicted.answer("undo", uid="u", of="back")
    assert ack["text"] == "Undone: 3 reverted to no label."
    assert contradicted.session.accepted.tolist() == [4, 7, 10]
    assert contradicted.dialog["undo_kind"] == "accept"


def test_one_that_was_taken_back_comes_back_by_undo_in_the_queue(contradicted):
    contradicted.session.withdraw([7])
    assert contradicted.answer("undo")["text"] == "Undone: 1 reverted to no label."
    assert 7 in contradicted.session.accepted


def test_nothing_to_take_back_and_a_log_that_cannot_be_written(contradicted, monkeypatch):
    def full(*_):
        raise StoreError("the disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(LabelStore, "append", full)
        ack = contradicted.answer("revert", uid="late")
    assert (ack["ok"], ack["text"]) == (False, "the disk is full.")
    assert contradicted.dialog["changed"] == contradicted.session.n_accepted == 3
    contradicted.session.undo()
    ack = contradicted.answer("revert", uid="late")
    assert (ack["ok"], ack["text"]) == (False, text.STALE)


def test_a_restart_keeps_what_was_taken_back(tmp_path):
    store = tmp_path / "labels.db"
    desk = contradict(Desk(store=store))
    desk.answer("revert", uid="back")
    again = Desk(store=LabelStore(store))
    assert again.session.n_accepted == 0
    again.open("auto_label")
    again.answer("undo", uid="u", of=again.dialog["undo"])
    assert again.session.n_accepted == 3


def test_labels_are_reverted_off_the_event_loop_and_acknowledged_once_in_the_log(monkeypatch):
    names, real = [], auto_label.recheck

    def recheck(session):
        names.append(threading.current_thread().name)
        return real(session)

    monkeypatch.setattr(auto_label, "recheck", recheck)

    async def take_back():
        desk = Desk()
        await until(lambda: desk.ids)
        desk.session.tell([0, 1, 2], CLASSES)
        desk.session.accept([4, 7, 10], "boot")
        desk.say("revert", uid="back", front=[])
        assert desk.messages("ack") == []
        desk.say("revert", uid="back", front=[])
        assert desk.session.n_accepted == 3
        await until(lambda: desk.messages("ack"))
        assert desk.last("ack")["ok"]
        assert desk.session.store.read()[-1].kind == "withdraw"
        assert desk.session.n_accepted == 0

    asyncio.run(take_back())
    assert [name.startswith("nblabel-reports") for name in names] == [True]


# curves


def test_curves_grow_while_somebody_looks(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    assert desk.traits["learning_curves"] == {}
    desk.open("curves")
    desk.say("draw", n=10)
    desk.answer_drawn()
    curves = desk.traits["learning_curves"]
    assert [n for n, _ in curves["confident"]][-1] == 13
    n, share, low, high = curves["accuracy"][-1]
    assert n == 13
    assert low <= share <= high
    desk.open(None)
    desk.tell_another()
    assert desk.traits["learning_curves"] == curves
    desk.open("curves")
    assert desk.traits["learning_curves"]["confident"][-1][0] == 14
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
    other.say("open", part="curves")
    other.say("open", part=None)
    desk.tell_another()
    headline = desk.dialog["headline"]
    assert headline
    other.close()
    desk.open(None)
    desk.tell_another()
    assert desk.dialog["headline"] == headline  # nobody looks


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
    assert said.endswith("if the labels handed over now are right.")
    assert told[0] == 0
    assert told[-1] is None
    assert Desk(store=LabelStore(store)).traits["comparison"] == {"progress": None, "text": said}


def test_a_comparison_can_be_cancelled_and_keeps_what_was_told_before(monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_args):
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
    def fail(*_args):
        raise LearnerError("it cannot learn")

    monkeypatch.setattr(comparison, "costs", fail)
    desk.session.tell(range(30), TRUTH[:30])
    desk.say("compare")
    assert desk.traits["comparison"] == {"progress": None, "text": "it cannot learn"}
    desk.say("compare")  # nothing is left of the one before
    assert desk.traits["comparison"]["text"] == "it cannot learn"


def test_curves_are_drawn_by_plotly_beside_its_map_while_somebody_looks(monkeypatch):
    drawn, figures, places = [], [], []
    live_figure, box = plotly_map.live_figure, plotly_curves.ipywidgets.Box

    def seen(*points):
        drawn.append(points)
        return progress_curves(*points)

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
    desk.say("draw", n=10)
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
    monkeypatch.setattr(plotly_curves, "PAUSE", 0.01)
    home = Home(print)
    curves = plotly_curves.PlotlyCurves(home)

    async def come():
        for n in range(1, 4):
            curves.show(
                {"accuracy": [], "confident": [[k, 0.5] for k in range(n)], "threshold": 0.9}
            )
        assert curves.figure.data == ()
        await asyncio.sleep(plotly_curves.PAUSE)  # began later, and ends later
        assert list(curves.figure.data[0].x) == [0, 1, 2]
        curves.show({"accuracy": [], "confident": [[9, 0.5]], "threshold": 0.9})
        curves.hide()
        await asyncio.sleep(plotly_curves.PAUSE)  # began later, and ends later
        assert list(curves.figure.data[0].x) == [0, 1, 2]

    asyncio.run(come())


def test_curves_so_far_outlive_the_kernel(tmp_path):
    desk = Desk(store=tmp_path / "labels.db")
    desk.session.tell([0, 1, 2], CLASSES)
    desk.say("draw", n=3)
    desk.answer_drawn()
    again = Desk(store=LabelStore(tmp_path / "labels.db"), annotator="other")
    again.open("curves")
    assert again.traits["learning_curves"]["accuracy"][-1][0] == 6
    assert [n for n, _ in again.traits["learning_curves"]["confident"]] == [6]  # learned here
    for index in range(20, 31):
        desk.session.tell(index, TRUTH[index])
    again = Desk(store=LabelStore(tmp_path / "labels.db"))
    again.open("curves")
    assert len(again.traits["learning_curves"]["confident"]) > 5


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
    twin = session.twin()
    assert (twin.y == session.y).all()
    assert (twin.predict_proba() == session.predict_proba()).all()
    twin.accept([10, 11])
    assert (heard, session.n_accepted, twin.n_accepted) == ([], 0, 2)
    session.refresh()
    assert session.n_accepted == 2
    session.tell(5, TRUTH[5])
    session.set_embeddings(blobs(N, dim=7))
    twin.follow(session)
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
        desk.say("draw", n=10)
        for index in desk.session.drawn.tolist():
            desk.session.tell(index, TRUTH[index])
        await until(lambda: "10 audit labels" in desk.accuracy())

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
