"""Accepted labels, looked at again."""

import numpy as np
import pytest

import nblabel as nb
from tests.samples import blobs

CLASSES = ("boot", "bag", "shirt")


def session_of(n=300, **options):
    session = nb.Session(
        nb.Pool(embeddings=blobs(n)), CLASSES, learner="knn", strategy="margin", **options
    )
    session.tell([0, 1, 2], CLASSES)
    return session


def test_a_model_that_agrees_is_told():
    session = session_of()
    assert str(nb.find_stale_labels(session)) == "No label was accepted from the model."
    session.accept(np.arange(10, 200))
    found = nb.find_stale_labels(session)
    assert str(found) == "The model still agrees with all 190 accepted labels."
    assert found.withdraw() is None
    assert " ".join(found.table) == "index id label suggestion probability trust probability_then"


@pytest.mark.parametrize("learn_accepted", [False, True])
def test_a_model_that_changed_its_mind_is_found_and_taken_back_in_one_step(learn_accepted):
    session = session_of(learn_accepted=learn_accepted)
    session.accept(np.arange(10, 200))
    boots = np.arange(201, 300, 3)
    for boot in boots.tolist():
        session.tell(boot, "shirt")  # a bad day: what was a boot is a shirt now
    session.tell(0, "shirt")
    found = nb.find_stale_labels(session)
    expected = [row for row in range(10, 200) if row % 3 == 0]
    assert sorted(found.indices) == expected
    assert found.n_accepted == 190
    assert f"another class for {len(expected)} of 190 accepted labels (33 %)" in str(found)
    assert (found.table["label"] == "boot").all()
    assert (found.table["suggestion"] == "shirt").all()
    assert found.table["trust"].between(0, 1).all()
    assert (found.table["probability"] > 0.5).all()
    assert found.table["trust"].is_monotonic_increasing
    before = session.y
    event = found.withdraw()
    assert sorted(session.pool.index_of(item) for item in event.ids) == expected
    assert session.n_accepted == 190 - len(expected)
    assert set(expected) <= set(session.unanswered)
    assert found.withdraw() is None  # they are gone
    session.undo()
    assert (session.y == before).all()
    session.redo()
    session.undo()
    session.tell(12, "boot")  # a person said so meanwhile
    found.withdraw()
    assert session.y[12] == 0


def test_the_report_of_auto_label_says_the_same():
    session = session_of()
    for _ in range(6):
        report = nb.auto_label(session, max_error=0.05)
        if report.n_accepted:
            break
        asked = report.draw_checks()
        session.tell(asked, [CLASSES[index % 3] for index in asked])
    accepted = session.accepted
    session.tell(accepted[accepted % 3 == 0][:40], "shirt")
    report = nb.auto_label(session, max_error=0.05)
    found = nb.find_stale_labels(session)
    assert sorted(report.changed) == sorted(found.indices)
    assert len(report.changed)
    left = session.n_accepted - len(found.indices)
    found.withdraw()
    nb.auto_label(session, max_error=0.05)
    assert not np.isin(found.indices, session.accepted).any()  # not accepted anew at once
    assert session.n_accepted == left


def test_what_was_taken_back_can_be_accepted_again_and_a_restart_knows(tmp_path):
    session = session_of(store=tmp_path / "labels.db")
    session.accept([5, 6, 7])
    session.withdraw([5, 6, 0])
    assert session.accepted.tolist() == [7]
    again = nb.Session(
        session.pool, CLASSES, learner="knn", strategy="margin", store=tmp_path / "labels.db"
    )
    assert again.accepted.tolist() == [7]
    assert again.labeled.tolist() == [0, 1, 2]
    again.accept([5])
    assert again.accepted.tolist() == [5, 7]


def test_there_must_be_something_to_take_back():
    session = session_of()
    with pytest.raises(ValueError, match="none of these items"):
        session.withdraw([0, 9])
    with pytest.raises(IndexError, match="outside the pool"):
        session.withdraw(300)
    session.accept(9)
    event = session.withdraw(9, uid="once")
    assert session.withdraw(9, uid="once") == event
    assert nb.find_stale_labels(session).withdraw(uid="once") == event
