"""Questions asked twice."""

import numpy as np
import pytest
from scipy.stats import beta

import nblabel as nb
from nblabel.log.store import StoreError
from nblabel.session.sampling import AFTER
from tests.samples import blobs

CLASSES = ("boot", "bag", "shirt")


def session_of(n=300, **options):
    options = {"learner": "knn", "strategy": "margin", "repeats": 0.3, **options}
    return nb.Session(nb.Pool(embeddings=blobs(n)), CLASSES, **options)


def truth(index):
    return CLASSES[index % 3]


def answer(session, n, label=truth):
    """Answer questions; return those that were asked twice."""
    again = []
    for _ in range(n):
        index = int(session.ask().indices[0])
        if index in session.repeated:
            again.append(index)
        session.tell(index, label(index))
    return again


def until_repeated(session, label=truth):
    for _ in range(100):
        if len(session.repeated):
            return int(session.repeated[0])
        answer(session, 1, label)
    raise AssertionError("nothing was asked twice")


def test_a_share_of_the_questions_is_asked_again_some_time_later():
    session = session_of()
    again = answer(session, 100)
    assert 10 <= len(again) <= 40
    assert len(set(again)) == len(again)
    order = [event for event in session.store.read() if event.kind in ("label", "repeat")]
    for place, event in enumerate(order):
        if event.kind == "repeat":
            labels = [e.ids[0] for e in order[:place] if e.kind == "label"]
            assert len(set(labels[labels.index(event.ids[0]) + 1 :])) >= AFTER - 1
            assert order[place + 1].ids == event.ids
    assert session_of(repeats=0).repeat_share == 0
    assert not answer(session_of(repeats=0), 60)


def test_a_question_asked_again_looks_like_any_other():
    session = session_of(strategy="product")
    index = until_repeated(session)
    query = session.ask(4)
    assert query.indices[0] == index
    assert len(set(query.indices.tolist())) == 4
    assert (np.diff(query.scores) <= 0).all()
    assert [part.name for part in query.reasons[0].parts] == [
        part.name for part in query.reasons[1].parts
    ]
    without = session_of(strategy="product", repeats=0)
    told = session.labels()
    told = told[told["index"] != index]
    without.tell(told["index"].to_numpy(), told["label"].tolist())
    assert (session.predict_proba()[index] == without.predict_proba()[index]).all()
    assert session.y[index] == CLASSES.index(truth(index))  # it is not lost


def test_agreement_is_counted_with_an_exact_interval():
    session = session_of()
    assert "no item was asked twice yet" in str(nb.self_agreement(session))
    assert (nb.self_agreement(session).low, nb.self_agreement(session).high) == (0, 1)
    turns = []
    for _ in range(120):
        index = int(session.ask().indices[0])
        wrong = index in session.repeated and len(turns) % 3 == 0
        if index in session.repeated:
            turns.append(wrong)
        session.tell(index, truth(index + 1) if wrong else truth(index))
    found = nb.self_agreement(session, confidence=0.9)
    n, same = len(turns), len(turns) - sum(turns)
    assert (found.n_repeats, found.n_same, found.n_skipped) == (n, same, 0)
    assert found.low == pytest.approx(beta.ppf(0.05, same, n - same + 1))
    assert found.high == pytest.approx(beta.ppf(0.95, same + 1, n - same))
    assert f"{same} of {n} items asked twice got the same answer" in str(found)
    table = found.table
    assert table["same"].tolist() == [not wrong for wrong in turns]
    assert (table["first"] == [truth(index) for index in table["index"]]).all()
    assert 2 * found.error_rate * (1 - found.error_rate) == pytest.approx(1 - found.agreement)


def test_the_newer_answer_stands_and_both_are_in_the_log():
    session = session_of()
    index = until_repeated(session)
    session.tell(index, truth(index + 1))
    assert session.predict()[index] == truth(index + 1)
    told = session.state.history(session.pool.ids[index])
    assert [event.labels[0] for event in told] == [truth(index), truth(index + 1)]
    assert nb.self_agreement(session).n_same == 0


def test_an_undo_asks_again():
    session = session_of()
    index = until_repeated(session)
    session.tell(index, truth(index))
    before = nb.self_agreement(session).n_repeats
    session.undo()
    assert index in session.repeated
    assert nb.self_agreement(session).n_repeats == before - 1
    session.redo()
    assert nb.self_agreement(session).n_repeats == before


def test_a_first_answer_taken_back_is_no_repeat():
    session = session_of()
    index = until_repeated(session)
    while truth(index) is not None and session.y[index] >= 0:
        session.undo()
    assert session.repeated.tolist() == []
    assert nb.self_agreement(session).n_repeats == 0
    assert len(session.ask())


@pytest.mark.parametrize("how", ["skip", "flag"])
def test_what_is_passed_over_does_not_count(how):
    session = session_of()
    index = until_repeated(session)
    getattr(session, how)(index)
    found = nb.self_agreement(session)
    assert (found.n_repeats, found.n_skipped) == (0, 1)
    assert index not in session.repeated
    assert (session.y[index] >= 0) == (how == "skip")  # a skip leaves the label


def test_a_restart_goes_on(tmp_path):
    session = session_of(store=tmp_path / "labels.db")
    index = until_repeated(session)
    again = session_of(store=tmp_path / "labels.db", random_state=9)
    assert again.repeated.tolist() == [index] == again.ask().indices.tolist()
    again.tell(index, truth(index))
    session.refresh()
    assert nb.self_agreement(session).n_repeats == nb.self_agreement(again).n_repeats == 1


def test_each_annotator_is_asked_what_they_answered(tmp_path):
    ann, bob = (session_of(store=tmp_path / "labels.db", annotator=who) for who in ("ann", "bob"))
    index = until_repeated(ann)
    bob.refresh()
    assert bob.repeated.tolist() == []
    bob.tell(index, truth(index + 1))
    ann.refresh()
    assert ann.repeated.tolist() == [index]
    ann.tell(index, truth(index))
    bob.refresh()
    assert nb.self_agreement(ann).n_same == 1
    assert nb.self_agreement(bob).n_repeats == 0
    assert nb.self_agreement(bob, everyone=True).n_repeats == 1


def test_repeats_and_audits_go_together():
    session = session_of(audit=0.3)
    answer(session, 100)
    assert nb.self_agreement(session).n_repeats > 5
    report = nb.audit(session)
    assert report.n_checks > 10
    assert report.low <= np.mean(session.predict() == [truth(i) for i in range(300)]) <= report.high


def test_an_answer_counts_where_the_repeat_after_it_fails(monkeypatch):
    session = session_of(repeats=1)
    answer(session, AFTER)
    append = session.store.append

    def fails(event):
        if event.kind == "repeat":
            raise StoreError("full")
        append(event)

    monkeypatch.setattr(session.store, "append", fails)
    answer(session, 3)
    assert session.n_labeled == AFTER + 3
    assert len(session.repeated) == 0


def test_the_last_label_of_a_class_is_not_forgotten():
    session = session_of(repeats=1)
    session.tell(0, "boot")  # the only one
    for index in range(1, 90):
        session.tell(index, "bag")
        assert 0 not in session.repeated


def test_everything_labeled():
    session = session_of(n=40, repeats=1)
    while len(query := session.ask()):
        session.tell(int(query.indices[0]), truth(int(query.indices[0])))
    assert session.n_labeled == 40
    assert nb.self_agreement(session).agreement == 1


@pytest.mark.parametrize("share", [-0.1, 1.5, "many", None])
def test_a_wrong_share_is_told(share):
    with pytest.raises(ValueError, match="repeats is .* a share between 0 and 1"):
        session_of(repeats=share)


def test_a_wrong_confidence_is_told():
    with pytest.raises(ValueError, match="confidence is 1"):
        nb.self_agreement(session_of(), confidence=1)
