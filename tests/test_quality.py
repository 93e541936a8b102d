"""Checking and finishing in the panel, the kernel's side: messages in, state and log out."""

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
from nblabel.quality.audit import AuditReport
from nblabel.system import progress
from nblabel.widget import Labeler, checks, comparison, finish, plotly_curves
from nblabel.widget.aside import Aside
from nblabel.widget.curves import MOST, Curves
from tests.samples import CLASSES, blobs
from tests.test_costs import told_at
from tests.test_labeler import Page, _alone, acked, until  # noqa: F401  the fixture keeps panels apart

N = 600
TRUTH = np.array(CLASSES, dtype=object)[np.arange(N) % 3]
TERMS = {"max_error": 0.05, "confidence": 0.95, "per_class": False}


class Desk(Page):
    """A page that also hears the quality view."""

    def __init__(self, **options):
        pixels = np.zeros((N, 4, 4), dtype=np.uint8)
        pool = nb.Pool(pixels, embeddings=blobs(N, dim=4))
        options = {"learner": "knn", "strategy": "margin", "projection": "pca", **options}
        super().__init__(Labeler(pool, CLASSES, **options))
        self.view = self.panel._quality.view
        self.told = []
        self.view.send = lambda content, buffers=(): self.told.append((content, list(buffers)))
        self.say("ready")

    def quality(self, kind, **content):
        """Send a message of the view; return what came back."""
        self.told.clear()
        self.view._handle_custom_msg({"type": kind, **content}, [])
        return [message for message, _ in self.told]

    def look(self, **terms):
        self.quality("look", **{**TERMS, **terms})
        return self.view.finish

    def words(self):
        return self.panel._status.status["words"][0]["text"]

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
        self.quality("open", part="finish")
        self.look()
        self.quality("draw")
        self.answer_drawn()
        return self.view.finish


@pytest.fixture
def desk():
    return Desk()


# random checks


def test_the_status_says_what_to_do_before_anything_was_checked(desk):
    assert desk.words() == f"{checks.NOT_YET} {checks.HINT}"
    desk.quality("share", share=0.2)
    assert desk.session.audit_share == 0.2
    assert desk.words() == f"{checks.NOT_YET} {checks.COMING}"


def test_a_share_chosen_in_the_panel_is_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    assert Desk(store=store, audit=0.1).view.checks["share"] == 0.1
    desk = Desk(store=store, audit=0.1)
    desk.quality("share", share=0.3)
    assert Desk(store=LabelStore(store), audit=0.1).session.audit_share == 0.3


def pay(desk, wage):
    desk.panel._status._handle_custom_msg({"type": "wage", "wage": wage}, [])
    words = [one["text"] for one in desk.panel._status.status["words"]]
    return desk.panel._status.wage, [one for one in words if "oney" in one]


def test_money_so_far_and_left_is_told_at_a_wage_that_is_remembered(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    assert desk.panel._status.wage is None
    assert pay(desk, 20) == (20, [checks.NO_PACE])
    told_at(desk.session, range(0, 9 * 41, 9))
    (told,) = pay(desk, 20.0)[1]
    assert told == (
        "41 labels so far: 6 minutes, 2.00 of money at 400 labels an hour. 559 left: 1.4 hours, 27.95. "
        "All 600 by hand would take 1.5 hours, 30.00."
    )
    assert "4.00 of money" in pay(desk, 40)[1][0]
    again = Desk(store=LabelStore(store))
    assert again.panel._status.wage == 40
    assert pay(desk, None) == (None, [])
    assert Desk(store=LabelStore(store)).panel._status.wage is None


@pytest.mark.parametrize("wage", [-1, 0, math.inf, math.nan])
def test_a_wrong_wage_is_refused(desk, wage):
    pay(desk, 12)
    assert pay(desk, wage)[0] == 12
    assert "positive number" in desk.panel._queue.error
    assert desk.session.store.setting("wage") == "12.0"


def test_the_share_asked_twice_is_chosen_in_the_panel_and_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store, repeats=0.1)
    assert desk.view.checks["repeats"] == 0.1
    desk.quality("repeats", share=1)
    assert desk.session.repeat_share == desk.view.checks["repeats"] == 1
    for index in range(25):
        desk.session.tell(index, TRUTH[index])
    assert len(desk.session.repeated) == 1
    (index,) = desk.session.repeated.tolist()
    desk.say("ready")
    assert str(index) in desk.queue
    assert desk.label(str(index), str(TRUTH[index]))["ok"]
    told = [one["text"] for one in desk.panel._status.status["words"]]
    assert "1 of 1 questions asked twice were answered alike." in told
    assert Desk(store=LabelStore(store), repeats=0.1).session.repeat_share == 1
    desk.quality("repeats", share=0)
    assert Desk(store=LabelStore(store), repeats=0.1).session.repeat_share == 0
    desk.quality("repeats", share=2)
    assert "between 0 and 1" in desk.panel._queue.error
    assert desk.session.repeat_share == 0


def test_a_wrong_share_is_refused(desk):
    desk.quality("share", share=2)
    assert "between 0 and 1" in desk.panel._queue.error
    assert desk.session.audit_share == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        Labeler(blobs(60).reshape(-1, 5, 1).astype(np.uint8), CLASSES, audit=1.5)


def test_checks_are_asked_next_and_look_like_any_other_question(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    (said,) = desk.quality("check", n=5)
    assert said["text"] == "5 random checks are asked next."
    drawn = [str(index) for index in desk.session.drawn]
    assert desk.view.checks["waiting"] == 5
    desk.say("ready")
    questions = desk.last("queue")["items"]
    assert [one["id"] for one in questions[1:6]] == drawn  # behind the one on screen
    assert len({frozenset(one) for one in questions}) == 1  # the same fields
    assert all("random" not in str(one["why"]) for one in questions[:6])


def test_accuracy_is_told_in_words_once_checks_are_answered(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.quality("check", n=30)
    desk.answer_drawn()
    assert desk.words().startswith("100\u00a0% right, ")
    assert desk.words().endswith("with 95\u00a0% confidence; 30 random checks")
    for _ in range(31):
        desk.session.undo()
    assert checks.NOT_YET in desk.words()


def test_limits_are_rounded_outwards():
    report = AuditReport(0.95, 60, 0, 4, 0.93333, 0.88169, 0.97001, table=None)
    told = "93.3\u00a0% right, 88.1 to 97.1\u00a0% with 95\u00a0% confidence; 60 random checks"
    assert checks.accuracy_text(report) == told


def test_the_status_says_whether_it_pays_to_go_on_and_what_it_cost(desk):
    rows = np.random.default_rng(0).permutation(N)
    for count in (30, 90):
        desk.session.tell(rows[:count], TRUTH[rows[:count]])
    told = [one["text"] for one in desk.panel._status.status["words"]]
    assert (
        "You may stop: the next 50 labels are expected to gain less than 0.5 % of accuracy." in told
    )
    desk.panel._quality._measures._pace = lambda: 200.0
    desk.session.tell(int(rows[90]), TRUTH[rows[90]])
    told = [one["text"] for one in desk.panel._status.status["words"]]
    assert any(text.startswith("All 600 by hand would take 3 hours") for text in told)


def test_from_which_gain_on_it_pays_is_chosen_and_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    assert desk.view.checks["stop"] == {"gain": 0.005, "labels": 50}
    rows = np.random.default_rng(0).permutation(N)
    for count in (30, 90):
        desk.session.tell(rows[:count], TRUTH[rows[:count]])
    desk.quality("gain", gain=0.02)
    told = [one["text"] for one in desk.panel._status.status["words"]]
    assert any("expected to gain less than 2 % of accuracy" in text for text in told)
    again = Desk(store=LabelStore(store))
    assert again.view.checks["stop"]["gain"] == 0.02
    again.quality("gain", gain=7)
    assert "between 0 and 1" in again.panel._queue.error
    assert again.view.checks["stop"]["gain"] == 0.02


def test_a_restart_advises_the_same(tmp_path):
    desk = Desk(store=tmp_path / "labels.db")
    rows = np.random.default_rng(0).permutation(N)
    for count in (30, 90):
        desk.session.tell(rows[:count], TRUTH[rows[:count]])
    again = Desk(store=LabelStore(tmp_path / "labels.db"))
    (told,) = [
        one for one in again.panel._status.status["words"] if "expected to gain" in one["text"]
    ]
    assert "than 0.5 % of accuracy" in told["text"]
    assert told["title"] == str(nb.stop_advice(again.session))
    again.quality("gain", gain=0.02)
    told = [one["text"] for one in again.panel._status.status["words"]]
    assert any("less than 2 % of accuracy" in text for text in told)


def test_the_status_says_which_accepted_labels_the_model_contradicts(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.session.accept([4, 7, 10], "boot")  # all three are bags
    told = [one["text"] for one in desk.panel._status.status["words"]]
    assert told[1:] == [checks.AGAIN.format(3)]
    desk.session.undo()
    assert len(desk.panel._status.status["words"]) == 1


def test_the_status_says_how_often_questions_asked_twice_agree():
    desk = Desk(repeats=1.0)
    for index in range(22):
        desk.session.tell(index, TRUTH[index])
    again = int(desk.session.repeated[0])
    desk.session.tell(again, TRUTH[again])
    told = [one["text"] for one in desk.panel._status.status["words"]]
    assert "1 of 1 questions asked twice were answered alike." in told


# finishing


def test_the_terms_are_remembered_beside_the_log(tmp_path):
    store = tmp_path / "labels.db"
    chosen = {"max_error": 0.1, "confidence": 0.9, "per_class": True}
    desk = Desk(store=store)
    desk.session.tell([0, 1, 2], CLASSES)
    desk.quality("open", part="finish")
    assert desk.session.store.setting(finish.TERMS) is None
    desk.look(**chosen)
    again = Desk(store=LabelStore(store))
    again.quality("open", part="finish")
    assert again.view.finish["terms"] == chosen
    assert again.view.finish["headline"]


@pytest.mark.parametrize(
    "spoiled",
    [
        "", "no JSON", "[]", "7", '{"max_error": 7}', '{"confidence": "high"}', '{"max_error": NaN}',
        '{"per_class": "yes"}', '{"other": 1}',
    ],
)  # fmt: skip
def test_spoiled_terms_are_the_usual_ones(tmp_path, spoiled):
    store = tmp_path / "labels.db"
    LabelStore(store).set_setting(finish.TERMS, spoiled)
    desk = Desk(store=store)
    desk.session.tell([0, 1, 2], CLASSES)
    desk.quality("open", part="finish")
    assert desk.view.finish["terms"] == {**TERMS, "max_error": 0.01}


def test_the_answer_comes_when_the_dialog_opens(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    assert desk.view.finish == {}
    desk.quality("open", part="finish")
    assert "Such a promise takes 5" in desk.view.finish["headline"]  # 1 %, in so small a pool
    found = desk.look()
    assert "more answers would let" in found["headline"]
    assert (found["running"], found["ready"], found["curve"]) == ("", 0, [])
    assert found["needed"] == nb.auto_label(desk.session, 0.05, accept=False).needed
    assert found["terms"] == TERMS
    assert not desk.session.n_accepted


def test_what_is_wrong_is_told_in_the_dialog(desk):
    desk.quality("open", part="finish")
    assert "label some items" in desk.view.finish["details"][0]
    assert "max_error" in desk.look(max_error=3)["details"][0]


def test_what_is_needed_is_drawn_once_and_asked_next(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.quality("open", part="finish")
    needed = desk.look()["needed"]
    for _ in range(2):  # pressed twice
        desk.quality("draw")
        assert desk.view.finish["waiting"] == len(desk.session.drawn) == needed
    desk.say("ready")
    assert desk.queue[1] == str(desk.session.drawn[0])


def test_pool_is_finished_and_one_undo_takes_it_back(desk):
    finish = desk.ready()
    assert finish["ready"] > 400
    assert finish["headline"].endswith("at most 5\u00a0% wrong, 95\u00a0% confidence.")
    assert finish["curve"][0]["points"]
    desk.look()
    (preview,) = [(m, b) for m, b in desk.told if m["type"] == "preview"]
    assert len(preview[0]["items"]) == len(preview[1]) == 24
    assert all(one["said"] == TRUTH[one["index"]] for one in preview[0]["items"])

    ack = acked(desk.quality("accept", uid="done"))
    assert ack["ok"]
    assert ack["text"].startswith(f"{finish['ready']} images accepted from the machine.")
    assert desk.session.n_accepted == finish["ready"] == desk.view.finish["undo_count"]
    assert (desk.session.predict() == TRUTH).all()
    assert desk.view.finish["undo"] == "done"
    assert "are accepted: at most" in desk.view.finish["headline"]
    assert desk.panel._status.status["accepted"] == finish["ready"]

    assert acked(desk.quality("undo", uid="u", of="done"))["ok"]
    assert desk.session.n_accepted == 0
    assert desk.view.finish["undo"] == ""
    assert desk.view.finish["ready"] == finish["ready"]  # nothing else has changed


def test_what_is_left_is_asked_the_most_doubtful_first(desk, monkeypatch):
    desk.ready()
    real = finish.auto_label

    def reluctant(*arguments, **options):
        report = real(*arguments, **options)
        kept, left = dict(report.labels_ready), report.ready[[7, 3, 5]]
        for index in left.tolist():
            kept.pop(index)
        return replace(report, labels_ready=kept, left=left)

    left = reluctant(desk.session, 0.05, accept=False).left.tolist()
    monkeypatch.setattr(finish, "auto_label", reluctant)
    desk.quality("open", part=None)
    desk.quality("accept", uid="done")
    desk.say("ready")
    on_screen, *rest = desk.queue
    assert rest == [str(index) for index in left if str(index) != on_screen]
    assert "left for you" in desk.last("queue")["items"][-1]["why"]["text"]


def test_an_acceptance_that_is_sent_twice_is_one_step(desk):
    desk.ready()
    desk.quality("accept", uid="done")
    n = desk.session.n_accepted
    again = acked(desk.quality("accept", uid="done"))
    assert not again["ok"]
    assert "changed since" in again["text"]
    assert desk.session.n_accepted == n
    assert sum(event.kind == "accept" for event in desk.session.store.read()) == 1


def test_a_promise_that_labels_have_broken_is_not_kept(desk):
    desk.ready()
    drawn = [int(i) for draw in desk.session.state.draws for i in draw.ids]
    desk.quality("open", part=None)  # nobody looks while these are given
    desk.session.tell(drawn[:8], [CLASSES[(index + 1) % 3] for index in drawn[:8]])
    ack = acked(desk.quality("accept", uid="late"))
    assert (ack["ok"], ack["text"]) == (
        False,
        "Labels have changed since; this is how it stands now.",
    )
    assert desk.session.n_accepted == 0


def test_a_restart_keeps_what_was_accepted(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    desk.ready()
    desk.quality("accept", uid="done")
    again = Desk(store=LabelStore(store))
    assert again.session.n_accepted == desk.session.n_accepted > 400
    again.quality("open", part="finish")
    assert again.view.finish["undo"] == "done"
    again.quality("undo", uid="u", of="done")
    assert again.session.n_accepted == 0


def test_other_panels_on_the_log_follow(tmp_path):
    store = tmp_path / "labels.db"
    desk, other = Desk(store=store), Desk(store=LabelStore(store))
    desk.ready()
    desk.quality("accept", uid="done")
    assert other.session.n_accepted == desk.session.n_accepted > 0


def test_a_doubtful_one_is_asked_at_a_press(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.quality("pick", index=77)
    assert desk.panel._line.current == 77
    desk.quality("pick", index=N)  # a page may be older than the pool


# a second look


@pytest.fixture
def doubtful(desk):
    rows = np.random.default_rng(0).permutation(N)[:100]
    desk.session.tell(rows, TRUTH[rows])
    wrong = rows[:4]
    desk.session.tell(wrong, [CLASSES[(row + 1) % 3] for row in wrong])
    desk.wrong = sorted(map(int, wrong))
    return desk


def test_contradicted_labels_are_asked_again_with_the_same_keys(doubtful):
    doubtful.quality("review")
    total = doubtful.view.review["total"]
    assert total >= 3
    doubtful.say("ready")
    items = doubtful.last("queue")["items"][1 : total + 1]
    assert {one["index"] for one in items} <= set(doubtful.wrong)
    first = items[0]
    assert first["guess"]["label"] == TRUTH[first["index"]] != first["label"]
    assert "without this label the model says" in first["why"]["text"]
    n = len(doubtful.session.store.read())
    assert doubtful.label(first["id"], TRUTH[first["index"]])["ok"]
    assert len(doubtful.session.store.read()) == n + 1  # every change is in the log
    doubtful.label(items[1]["id"], items[1]["label"])  # it was right
    assert (doubtful.view.review["left"], doubtful.view.review["total"]) == (total - 2, total)
    assert "1 of" in doubtful.view.review["text"]
    doubtful.say("ready")
    assert first["id"] not in doubtful.queue
    doubtful.answer("undo")  # takes the confirmation back: it is asked again
    assert doubtful.view.review["left"] == total - 1


def test_the_second_look_ends_by_itself_or_at_a_press(doubtful):
    doubtful.quality("review")
    for index in list(doubtful.panel._quality.review._before):
        doubtful.label(str(index), TRUTH[index])
    assert doubtful.view.review["left"] == 0
    assert doubtful.view.review["text"].startswith("Second look done: ")
    doubtful.quality("review")
    assert "No label is contradicted" in doubtful.view.review["text"]
    doubtful.session.tell(doubtful.wrong, [CLASSES[(row + 1) % 3] for row in doubtful.wrong])
    doubtful.quality("review")
    doubtful.quality("review_end")
    assert doubtful.view.review["total"] == 0
    doubtful.say("ready")
    assert not set(doubtful.queue[1:]) & set(map(str, doubtful.wrong))


def test_too_few_labels_for_a_second_look(desk):
    desk.quality("review")
    assert "two labels at least" in desk.view.review["text"]


# accepted labels that the model of now contradicts


@pytest.fixture
def contradicted(desk):
    return contradict(desk)


def contradict(desk):
    """Three bags are accepted as boots, and somebody opens the dialog."""
    desk.session.tell([0, 1, 2], CLASSES)
    desk.session.accept([4, 7, 10], "boot")
    desk.quality("open", part="finish")
    return desk


def test_the_dialog_tells_how_many_accepted_labels_are_contradicted(contradicted):
    assert contradicted.look()["changed"] == 3
    contradicted.session.tell(4, "bag")  # a person says so
    assert contradicted.view.finish["changed"] == 2


def test_contradicted_accepted_labels_are_looked_at_with_the_same_keys(contradicted):
    contradicted.quality("review", accepted=True)
    contradicted.say("ready")
    first, second, third = contradicted.last("queue")["items"][1:4]
    assert {one["index"] for one in (first, second, third)} == {4, 7, 10}
    assert (first["label"], first["source"], first["guess"]["label"]) == ("boot", "model", "bag")
    assert first["why"]["text"].startswith("Accepted from the machine as boot, ")
    assert first["why"]["text"].endswith("% sure then; now the model says bag.")
    contradicted.label(first["id"], "bag")
    contradicted.answer("skip", id=second["id"])  # left as it is, and not asked again
    assert contradicted.view.review["left"] == 1
    contradicted.label(third["id"], "boot")  # it was right
    assert contradicted.view.review["text"] == "Second look done: 1 of 3 labels changed."
    assert contradicted.session.accepted.tolist() == [second["index"]]
    contradicted.say("ready")
    assert second["id"] not in contradicted.queue
    contradicted.answer("undo")
    assert contradicted.view.review["left"] == 1
    assert contradicted.view.review["text"].startswith("2 of 3 looked at again")


def test_contradicted_labels_are_taken_back_in_one_step_and_one_undo_brings_them_back(contradicted):
    for _ in range(2):  # sent twice
        ack = acked(contradicted.quality("take_back", uid="back"))
        assert ack["ok"]
        assert ack["text"].startswith("3 images taken back from the machine: open again.")
    assert contradicted.session.n_accepted == contradicted.view.finish["changed"] == 0
    assert {4, 7, 10} <= set(contradicted.session.unanswered.tolist())
    kinds = [event.kind for event in contradicted.session.store.read()]
    assert kinds.count("withdraw") == 1
    told = contradicted.view.finish
    assert (told["undo"], told["undo_kind"], told["undo_count"]) == ("back", "withdraw", 3)
    ack = acked(contradicted.quality("undo", uid="u", of="back"))
    assert ack["text"] == "Undone: 3 taken back from the model."
    assert contradicted.session.accepted.tolist() == [4, 7, 10]
    assert contradicted.view.finish["undo_kind"] == "accept"


def test_one_that_was_taken_back_comes_back_by_undo_in_the_queue(contradicted):
    contradicted.session.withdraw([7])
    assert contradicted.answer("undo")["text"] == "Undone: 1 taken back from the model."
    assert 7 in contradicted.session.accepted


def test_nothing_to_take_back_and_a_log_that_cannot_be_written(contradicted, monkeypatch):
    def full(*_):
        raise StoreError("the disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(LabelStore, "append", full)
        ack = acked(contradicted.quality("take_back", uid="late"))
    assert (ack["ok"], ack["text"]) == (False, "the disk is full.")
    assert contradicted.view.finish["changed"] == contradicted.session.n_accepted == 3
    contradicted.session.undo()
    ack = acked(contradicted.quality("take_back", uid="late"))
    assert (ack["ok"], ack["text"]) == (False, finish.CHANGED)


def test_a_restart_keeps_what_was_taken_back(tmp_path):
    store = tmp_path / "labels.db"
    desk = contradict(Desk(store=store))
    desk.quality("take_back", uid="back")
    again = Desk(store=LabelStore(store))
    assert again.session.n_accepted == 0
    again.quality("open", part="finish")
    again.quality("undo", uid="u", of=again.view.finish["undo"])
    assert again.session.n_accepted == 3


def test_labels_are_taken_back_off_the_event_loop_and_acknowledged_once_in_the_log(
    contradicted, monkeypatch
):
    names, real = [], nb.recheck

    def recheck(session):
        names.append(threading.current_thread().name)
        return real(session)

    monkeypatch.setattr(finish, "recheck", recheck)

    async def take_back():
        done = asyncio.Event()

        def heard(content, _buffers=()):
            if content["type"] == "ack":
                assert contradicted.session.store.read()[-1].kind == "withdraw"
                done.set()

        contradicted.view.send = heard
        contradicted.view._handle_custom_msg({"type": "take_back", "uid": "back"}, [])
        contradicted.view._handle_custom_msg({"type": "take_back", "uid": "back"}, [])
        assert contradicted.session.n_accepted == 3
        await done.wait()

    asyncio.run(asyncio.wait_for(take_back(), 30))
    assert [name.startswith("nblabel-aside") for name in names] == [True]
    assert contradicted.session.n_accepted == 0


# curves


def test_curves_grow_while_somebody_looks(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    assert desk.view.curves == {}
    desk.quality("open", part="curves")
    desk.quality("check", n=10)
    desk.answer_drawn()
    curves = desk.view.curves
    assert [n for n, _ in curves["sure"]][-1] == 13
    n, share, low, high = curves["accuracy"][-1]
    assert n == 13
    assert low <= share <= high
    desk.quality("open", part=None)
    desk.tell_another()
    assert desk.view.curves == curves
    desk.quality("open", part="curves")
    assert desk.view.curves["sure"][-1][0] == 14
    _band, right, sure = desk.panel.curves().data
    assert list(right.y) == [row[1] for row in desk.view.curves["accuracy"]]
    assert list(sure.x) == [row[0] for row in desk.view.curves["sure"]]


def test_checks_that_are_asked_for_while_it_looks_are_asked_once(desk):
    async def ask():
        desk.session.tell([0, 1, 2], CLASSES)
        desk.quality("open", part="finish")
        assert desk.look()["running"] == "look"
        desk.quality("draw")
        assert desk.view.finish["running"] == "draw"
        desk.quality("draw")
        await until(lambda: not desk.view.finish["running"])

    asyncio.run(ask())
    assert len(desk.session.drawn) == desk.view.finish["waiting"] > 0
    assert len(desk.session.state.draws) == 1


def test_what_random_sampling_would_have_taken_is_told_when_asked_and_remembered(tmp_path):
    store = tmp_path / "labels.db"
    desk = Desk(store=store)
    assert desk.view.compared == {"progress": None, "text": ""}
    desk.quality("compare")
    assert desk.view.compared == {"progress": None, "text": comparison.TOO_FEW}
    told_at(desk.session, range(0, 9 * 41, 9))
    told = []
    desk.view.observe(lambda change: told.append(change["new"]["progress"]), "compared")
    desk.quality("compare")
    text = desk.view.compared["text"]
    assert text.startswith("After 41 labels: labels drawn at random would have")
    assert text.endswith("if the labels handed over now are right.")
    assert told[0] == 0
    assert told[-1] is None
    assert Desk(store=LabelStore(store)).view.compared == {"progress": None, "text": text}


def test_a_comparison_can_be_cancelled_and_keeps_what_was_told_before(desk, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_args):
        for _ in progress.over(range(3), "At random"):
            begun.set()
            assert go_on.wait(10)
        raise AssertionError("it should have given up")

    async def asked():
        desk.session.tell(range(30), TRUTH[:30])
        desk.quality("compare")
        assert desk.view.compared["progress"] == 0
        assert await asyncio.to_thread(begun.wait, 10)
        desk.quality("cancel_compare")
        go_on.set()
        await until(lambda: desk.panel._quality._comparison._aside.is_idle)

    desk.panel._quality._comparison._text = "as before"
    monkeypatch.setattr(comparison, "costs", slow)
    asyncio.run(asked())
    assert desk.view.compared == {"progress": None, "text": "as before"}


def test_a_comparison_that_fails_says_why(desk, monkeypatch):
    def fail(*_args):
        raise LearnerError("it cannot learn")

    monkeypatch.setattr(comparison, "costs", fail)
    desk.session.tell(range(30), TRUTH[:30])
    desk.quality("compare")
    assert desk.view.compared == {"progress": None, "text": "it cannot learn"}
    desk.quality("compare")  # nothing is left of the one before
    assert desk.view.compared["text"] == "it cannot learn"


def test_curves_are_drawn_by_plotly_beside_its_map_while_somebody_looks(monkeypatch):
    drawn = []

    def seen(**points):
        drawn.append(points)
        return progress_curves(**points)

    monkeypatch.setattr(plotly_curves, "progress_curves", seen)
    desk = Desk(map="plotly")
    *_, place = desk.panel.children
    figure = desk.panel._quality.curves._figure.figure
    desk.quality("open", part="curves")
    assert (place.children, desk.view.curves["plotly"]) == ((), True)  # nothing to draw yet
    desk.session.tell([0, 1, 2], CLASSES)
    assert (place.children, place.layout.display) == ((figure,), None)
    (sure,) = figure.data
    assert (list(sure.x), sure.mode) == ([3], "markers")
    desk.session.tell(3, TRUTH[3])
    assert (list(sure.x), sure.mode) == ([3, 4], "lines")  # the same trace, longer
    desk.quality("check", n=10)
    desk.answer_drawn()
    assert [line.name for line in figure.data] == [line.name for line in desk.panel.curves().data]
    assert figure.layout.yaxis == desk.panel.curves().layout.yaxis
    assert list(figure.data[-1].x) == [n for n, _ in desk.view.curves["sure"]]
    n, n_labeled = len(drawn), desk.session.n_labeled
    desk.quality("open", part=None)
    assert (place.children, place.layout.display) == ((), "none")
    desk.tell_another()
    assert (len(drawn), list(figure.data[-1].x)[-1]) == (n, n_labeled)
    desk.quality("open", part="curves")
    assert (place.children, list(figure.data[-1].x)[-1]) == ((figure,), n_labeled + 1)
    desk.say("ready")  # another page begins, where nothing is open
    assert place.children == ()


def test_what_comes_at_once_is_drawn_by_plotly_at_once_after_the_queue(monkeypatch):
    monkeypatch.setattr(plotly_curves, "PAUSE", 0.01)
    curves = plotly_curves.PlotlyCurves()

    async def come():
        for n in range(1, 4):
            curves.show({"accuracy": [], "sure": [[k, 0.5] for k in range(n)], "threshold": 0.9})
        assert curves.figure.data == ()
        await asyncio.sleep(plotly_curves.PAUSE)  # began later, and ends later
        assert list(curves.figure.data[0].x) == [0, 1, 2]
        curves.show({"accuracy": [], "sure": [[9, 0.5]], "threshold": 0.9})
        curves.hide()
        await asyncio.sleep(plotly_curves.PAUSE)  # began later, and ends later
        assert list(curves.figure.data[0].x) == [0, 1, 2]

    asyncio.run(come())


def test_curves_so_far_outlive_the_kernel(tmp_path):
    desk = Desk(store=tmp_path / "labels.db")
    desk.session.tell([0, 1, 2], CLASSES)
    desk.quality("check", n=3)
    desk.answer_drawn()
    told = []
    curves = Curves(
        nb.Session(desk.session.pool, CLASSES, store=tmp_path / "labels.db"), told.append
    )
    curves.open()
    assert told[-1]["accuracy"][-1][0] == 6
    assert told[-1]["sure"] == []
    for index in range(20, 31):
        desk.session.tell(index, TRUTH[index])
    again = Desk(store=LabelStore(tmp_path / "labels.db"))
    again.quality("open", part="curves")
    assert len(again.view.curves["sure"]) > 5


def test_long_curves_are_thinned_and_keep_their_ends():
    session = nb.Session(nb.Pool(embeddings=blobs(N)), CLASSES, learner="knn", strategy="margin")
    told, refit = [], session.refit(1)
    curves = Curves(session, told.append)
    for index in range(N):
        session.tell(index, TRUTH[index])
        curves.learned(refit)
    curves.open()
    labels = [n for n, _ in told[-1]["sure"]]
    assert (labels[0], labels[-1]) == (1, N)
    assert len(labels) <= MOST


# aside


def session_of(**options):
    session = nb.Session(
        nb.Pool(embeddings=blobs(N, dim=4)), CLASSES, learner="knn", strategy="margin", **options
    )
    session.tell([0, 1, 2], CLASSES)
    return session


def test_a_replica_agrees_and_shares_nothing_that_changes():
    session = session_of()
    heard = []
    session.subscribe(lambda: heard.append(1))
    replica = session.replica()
    assert (replica.y == session.y).all()
    assert (replica.predict_proba() == session.predict_proba()).all()
    replica.accept([10, 11])
    assert (heard, session.n_accepted, replica.n_accepted) == ([], 0, 2)
    session.refresh()
    assert session.n_accepted == 2
    session.tell(5, TRUTH[5])
    session.set_embeddings(blobs(N, dim=7))
    replica.sync_from(session)
    assert (replica.n_labeled, replica.embeddings.shape) == (4, (N, 7))
    assert (replica.predict_proba() == session.predict_proba()).all()


def test_errands_run_beside_the_loop_in_their_order_and_can_be_cancelled():
    session = session_of()
    aside, results, steps, began = Aside(session), [], [], threading.Event()

    def counted(replica):
        for _ in progress.over(range(10_000), "Counting"):
            began.set()
        return threading.current_thread().name

    def endless(_replica):
        while True:
            for _ in progress.over(range(3), "Waiting"):
                began.set()

    async def run():
        done = asyncio.Event()

        def last(result):
            results.append(result)
            done.set()

        stuck = aside.send(endless, results.append)
        assert await asyncio.to_thread(began.wait, 10)
        dropped = aside.send(counted, results.append)
        aside.send(lambda replica: replica.n_labeled, results.append)
        aside.send(counted, last, lambda *step: steps.append(step))
        assert not aside.is_idle
        dropped.cancel()
        stuck.cancel()
        await asyncio.wait_for(done.wait(), 20)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert results[0] == 3
    assert results[1].startswith("nblabel-aside")
    assert len(results) == 2
    assert steps[0] == ("Counting", 0.0)
    assert aside.is_idle


def test_an_error_aside_comes_back_as_a_result():
    results = []
    Aside(session_of()).send(lambda _replica: math.sqrt(-1), results.append)
    assert isinstance(results[0], ValueError)


def test_accuracy_is_measured_off_the_event_loop(desk, monkeypatch):
    names = []
    real = nb.Session.audit
    desk.session.tell([0, 1, 2], CLASSES)
    desk.quality("check", n=10)

    def audit(session):
        names.append(threading.current_thread().name)
        return real(session)

    monkeypatch.setattr(nb.Session, "audit", audit)

    async def answer():
        done = asyncio.Event()

        def look(_change):
            if "10 random checks" in desk.words():
                done.set()

        desk.panel._status.observe(look, "status")
        for index in desk.session.drawn.tolist():
            desk.session.tell(index, TRUTH[index])
        await done.wait()

    asyncio.run(asyncio.wait_for(answer(), 30))
    assert names
    assert all(name.startswith("nblabel-aside") for name in names)


def test_a_listener_hears_in_the_place_of_a_bar():
    heard = []
    with progress.heard_by(lambda *step: heard.append(step)):
        assert list(progress.over("ab", "Letters")) == ["a", "b"]
    assert heard == [("Letters", 0.0), ("Letters", 0.5)]
    assert list(progress.over("ab", "Letters")) == ["a", "b"]
    assert len(heard) == 2
