"""Labels to look at once more."""

import numpy as np
import pytest

import nblabel as nb
from tests.samples import blobs

CLASSES = ("boot", "bag", "shirt")


@pytest.mark.parametrize("learner", ["knn", "graph"])
def test_planted_mistakes_come_first(learner):
    n = 300
    session = nb.Session(
        nb.Pool(embeddings=blobs(n)), CLASSES, learner=learner, strategy="margin", annotator="ann"
    )
    rows = np.random.default_rng(0).permutation(n)[:100]
    truth = [CLASSES[row % 3] for row in rows]
    session.tell(rows, truth)
    wrong = rows[:5]
    session.tell(wrong, [CLASSES[(row + 1) % 3] for row in wrong])
    table = nb.second_look(session)
    assert len(table) == 100
    assert set(table["index"][:5]) == set(wrong)
    assert table["suggestion"][:5].tolist() == [CLASSES[row % 3] for row in table["index"][:5]]
    assert table["id"].tolist() == [session.pool.ids[row] for row in table["index"]]
    assert table["annotator"].eq("ann").all()
    assert table["trust"].is_monotonic_increasing
    assert table["trust"].between(0, 1).all()
    assert table["neighbors"].isna().all() == (learner == "knn")
    assert nb.second_look(session, 3)["index"].tolist() == table["index"][:3].tolist()


def test_looking_changes_nothing():
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner="knn", strategy="margin")
    session.tell([0, 1, 2, 3], [*CLASSES, CLASSES[0]])
    proba, log = session.predict_proba(), session.store.read()
    nb.second_look(session)
    assert session.store.read() == log
    assert (session.predict_proba() == proba).all()


def test_labels_of_the_machine_are_not_looked_at():
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner="knn", strategy="margin")
    session.tell([0, 1, 2], CLASSES)
    session.accept([6, 7])
    assert sorted(nb.second_look(session)["index"]) == [0, 1, 2]


def test_too_little_to_look_at():
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner="knn", strategy="margin")
    session.tell(0, "boot")
    with pytest.raises(ValueError, match="two labels at least"):
        nb.second_look(session)
    with pytest.raises(ValueError, match="n is 0"):
        nb.second_look(session, 0)
    with pytest.raises(ValueError, match="n is '3'"):
        nb.second_look(session, "3")
