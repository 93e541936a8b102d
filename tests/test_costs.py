"""What labeling costs."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.log.events import LabelEvent
from tests.samples import blobs

CLASSES = ("boot", "bag", "shirt")


def session_of(n=300, **options):
    return nb.Session(
        nb.Pool(embeddings=blobs(n)), CLASSES, learner="knn", strategy="margin", **options
    )


def told_at(session, seconds, annotator=None, first=0):
    """Write answers as they would have come at these times, one item each."""
    for place, time in enumerate(seconds, start=first):
        session.store.append(
            LabelEvent("label", (session.pool.ids[place],), (CLASSES[place % 3],),
                       annotator=annotator, time=float(time))
        )  # fmt: skip
    session.refresh()


def test_the_pace_is_read_from_the_log_without_pauses():
    session = session_of()
    told_at(session, [0, 2, 4, 6, 1_000, 1_002, 1_004, 9_000, 9_000.01])  # lunch; code
    found = nb.costs(session)
    assert found.per_hour == pytest.approx(1_800)
    assert found.table.loc["so far", "hours"] == pytest.approx(10 / 3600)
    assert found.table.loc["left", "labels"] == 291
    assert found.table.loc["left", "hours"] == pytest.approx(291 / 1_800)
    assert found.table["money"].isna().all()
    assert "1,800 labels an hour" in str(found)


def test_annotators_work_beside_each_other():
    session = session_of()
    told_at(session, range(0, 60, 10), "ann")
    told_at(session, range(5, 65, 10), "bob", first=10)
    assert nb.costs(session).per_hour == pytest.approx(360)


def test_an_answer_taken_back_took_its_time_and_many_at_once_count_each():
    session = session_of()
    told_at(session, [0, 10, 20, 30, 40])
    session.store.append(LabelEvent("label", session.pool.ids[50:90], ("boot",) * 40, time=50.0))
    session.refresh()
    pace = nb.costs(session).per_hour
    assert pace == pytest.approx(3_600 * 44 / 50)
    session.undo()
    assert nb.costs(session).per_hour == pace


def test_what_code_told_gives_no_pace():
    session = session_of()
    for index in range(8):
        session.store.append(
            LabelEvent("label", (session.pool.ids[index],), ("boot",), time=index * 0.01)
        )
    found = nb.costs(session, wage=15)
    assert np.isnan(found.per_hour)
    assert found.table["hours"].isna().all()
    assert "pass per_hour=" in str(found)


def test_money_and_target():
    session = session_of()
    session.tell(range(30), [CLASSES[i % 3] for i in range(30)])
    session.accept(np.arange(100, 200))
    table = nb.costs(session, per_hour=100, wage=20, against_random=False).table
    assert table["labels"].to_dict() == {
        "so far": 30, "left": 170, "all by hand": 300, "saved": 100
    }  # fmt: skip
    assert table["money"].tolist() == pytest.approx([6, 34, 60, 20])
    table = nb.costs(session, 100, 20, target=80, against_random=False).table
    assert table["labels"].tolist() == [30, 50, 300, 220]
    assert nb.costs(session, 100, target=10, against_random=False).table.loc["left", "labels"] == 0


def test_labels_that_were_imported_cost_nothing():
    session = session_of()
    known = [CLASSES[i % 3] for i in range(100)]
    session.import_labels(pd.DataFrame({"id": session.pool.ids[:100], "label": known}))
    session.tell(range(100, 110), "boot")
    table = nb.costs(session, per_hour=100, against_random=False).table
    assert table["labels"].to_dict() == {
        "so far": 10, "left": 190, "all by hand": 200, "saved": 0
    }  # fmt: skip
    told = str(nb.costs(session, per_hour=100, wage=0.07, against_random=False))
    assert "10 labels so far" in told
    assert "-0" not in told


def test_everything_labeled_leaves_nothing():
    session = session_of(n=30)
    session.tell(range(30), [CLASSES[i % 3] for i in range(30)])
    found = nb.costs(session, per_hour=60)
    assert found.table.loc["left"].tolist()[:2] == [0, 0]
    assert found.table.loc["saved", "labels"] == 0


def test_labels_that_are_worth_more_than_random_ones():
    """One class is rare: random labels miss it for long, and the labels given do not."""
    X = blobs(600, dim=3)
    X = np.concatenate([X[0::3], X[1::3], X[2:24:3]])
    truth = np.repeat(CLASSES, [200, 200, len(X) - 400])
    session = nb.Session(nb.Pool(embeddings=X), CLASSES, learner="knn", strategy="margin")
    rows = [0, 200, 400, 1, 201, 401, *range(2, 9), *range(202, 209)]
    session.tell(rows, truth[rows])
    found = nb.costs(session, per_hour=60)
    assert found.times_random > 1.5
    assert found.table.loc["saved against random", "labels"] > 10
    assert "times as many" in str(found)
    more, minutes = found.table.loc["saved against random", ["labels", "hours"]] * [1, 60]
    assert f": {more:,.0f} more, {minutes:.0f} minutes. That is" in str(found)
    assert " of money. That is" in nb.costs(session, 60, 15).lines[-1]
    assert found._repr_html_()
    assert np.isnan(nb.costs(session, 60, against_random=False).times_random)


def test_random_labels_are_worth_what_random_labels_are():
    session = session_of()
    rows = np.random.default_rng(5).permutation(300)[:40]
    session.tell(rows, [CLASSES[i % 3] for i in rows])
    assert nb.costs(session, per_hour=60).times_random <= 2


def test_looking_changes_nothing():
    session = session_of()
    session.tell(range(30), [CLASSES[i % 3] for i in range(30)])
    proba, log = session.predict_proba(), session.store.read()
    nb.costs(session)
    assert session.store.read() == log
    assert (session.predict_proba() == proba).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [({"per_hour": 0}, "per_hour is 0"), ({"wage": "much"}, "wage is 'much'"),
     ({"target": 301}, "target is 301"), ({"target": 0.5}, "target is 0.5")],
)  # fmt: skip
def test_wrong_numbers_are_told(options, said):
    with pytest.raises(ValueError, match=said):
        nb.costs(session_of(), **options)
