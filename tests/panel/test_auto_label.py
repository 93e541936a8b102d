"""Auto-labeling in the panel: what can be accepted with a guarantee, and reverting it."""

import asyncio
import threading
from dataclasses import replace

import pytest

import nblabel as nb
from nblabel.log.store import LabelStore, StoreError
from nblabel.widget import text
from nblabel.widget.work import auto_label
from tests.panel.desk import TERMS, TRUTH, Desk, N
from tests.panel.helpers import until
from tests.samples import CLASSES


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.slow
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
        "", "no JSON", "[]", "7", '{"max_error": 7}', '{"confidence": "high"}',
        '{"max_error": NaN}',
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
    assert "Such a guarantee takes 5" in desk.dialog["headline"]  # 1 %, in so small a pool
    found = desk.estimate()
    assert "more checks would let" in found["headline"]
    assert (found["running"], found["ready"], found["curve"]) == ("", 0, [])
    assert found["needed"] == nb.auto_label(desk.session, max_error=0.05, accept=False).needed
    assert found["terms"] == TERMS
    assert not desk.session.n_accepted


def test_what_is_wrong_is_told_in_the_dialog(desk):
    desk.open("auto_label")
    assert "label some items" in desk.dialog["details"][0]
    desk.session.tell([0, 1, 2], CLASSES)
    assert "max_error" in desk.estimate(max_error=1)["details"][0]


def test_what_is_needed_is_drawn_once_and_asked_next(desk):
    desk.session.tell([0, 1, 2], CLASSES)
    desk.open("auto_label")
    needed = desk.estimate()["needed"]
    for _ in range(2):  # pressed twice
        desk.say("queue_checks")
        assert desk.dialog["waiting"] == len(desk.session.drawn) == needed
    assert desk.ids[1] == str(desk.session.drawn[0])


@pytest.mark.slow
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


@pytest.mark.slow
def test_what_is_left_is_asked_the_most_doubtful_first(desk, monkeypatch):
    desk.ready()
    real = auto_label.auto_label

    def reluctant(*arguments, **options):
        report = real(*arguments, **options)
        kept, left = dict(report.labels_ready), report.ready[[7, 3, 5]]
        for index in left.tolist():
            kept.pop(index)
        return replace(report, labels_ready=kept, left=left)

    left = reluctant(desk.session, max_error=0.05, accept=False).left.tolist()
    monkeypatch.setattr(auto_label, "auto_label", reluctant)
    desk.open(None)
    desk.answer("accept", uid="done")
    on_screen, *rest = desk.ids
    assert rest == [str(index) for index in left if str(index) != on_screen]
    desk.say("explain", ids=[rest[-1]])
    assert "left for you" in desk.last("explained")["items"][0]["why"]["text"]


@pytest.mark.slow
def test_an_acceptance_that_is_sent_twice_is_one_step(desk):
    desk.ready()
    desk.answer("accept", uid="done")
    n = desk.session.n_accepted
    again = desk.answer("accept", uid="done")
    assert (again["ok"], again["text"]) == (True, "Saved.")
    assert desk.session.n_accepted == n
    assert sum(event.kind == "accept" for event in desk.session.store.read()) == 1


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_contradicted_labels_are_taken_back_in_one_step_and_one_undo_brings_them_back(contradicted):
    ack = contradicted.answer("revert", uid="back")
    assert ack["ok"]
    assert ack["text"].startswith("3 images reverted: open again.")
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


@pytest.mark.slow
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
    names, real = [], auto_label.find_stale_labels

    def find_stale(session):
        names.append(threading.current_thread().name)
        return real(session)

    monkeypatch.setattr(auto_label, "find_stale_labels", find_stale)

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


def test_an_undo_that_comes_while_it_is_estimated_is_estimated_too(monkeypatch):
    begun, go_on, versions = threading.Event(), threading.Event(), []
    real = auto_label.auto_label

    def slow(session, **options):
        versions.append(session.n_labeled)
        begun.set()
        assert go_on.wait(10)
        return real(session, **options)

    monkeypatch.setattr(auto_label, "auto_label", slow)

    async def undone():
        desk = Desk()
        await until(lambda: desk.ids)
        desk.session.tell([0, 1, 2], CLASSES)
        desk.session.tell(3, TRUTH[3])
        desk.say("open", parts=["auto_label"], checked=False)
        assert await asyncio.to_thread(begun.wait, 10)
        desk.session.undo()
        go_on.set()
        await until(lambda: versions[-1] == 3 and desk.dialog["running"] == "")

    asyncio.run(undone())
    assert versions[0] == 4
