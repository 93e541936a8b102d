"""Labels given in bulk: right ones never make the rest worse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nblabel as nb
from nblabel.learners.bulk import farthest_first, prior_factors, representative
from nblabel.log.events import LabelEvent

NAMES = list("abcdef")


def overlapping(seed, n=600):
    """Six classes that overlap, as photos do."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 6, n)
    centres = rng.normal(0, 1.3, (6, 8))
    return (centres[y] + rng.normal(size=(n, 8))).astype(np.float32), y


def begun(X, y, learner="auto", n=24):
    session = nb.Session(nb.Pool(embeddings=X), NAMES, learner=learner)
    for _ in range(n):
        index = int(session.ask().indices[0])
        session.tell(index, NAMES[y[index]])
    return session


def rest_right(session, y, rest):
    return float((session.predict()[rest] == np.array(NAMES)[y[rest]]).mean())


@pytest.mark.slow
@pytest.mark.parametrize("learner", ["auto", "knn", "logreg", "softmax", "svm"])
def test_a_lump_of_right_labels_does_not_make_the_rest_worse(learner):
    changes = []
    for seed in range(4):
        X, y = overlapping(seed)
        session = begun(X, y, learner)
        lump = np.setdiff1d(np.flatnonzero(y == seed % 6), session.labeled)[:70]
        rest = np.setdiff1d(np.arange(len(y)), np.concatenate([lump, session.labeled]))
        before = rest_right(session, y, rest)
        session.tell(lump, NAMES[seed % 6])
        changes.append(rest_right(session, y, rest) - before)
        assert (session.predict()[lump] == NAMES[seed % 6]).all()
    assert min(changes) > -0.03
    assert np.mean(changes) > -0.01


def test_a_skewed_table_of_known_labels_does_not_make_the_rest_worse():
    X, y = overlapping(7, 900)
    session = begun(X, y)
    rng = np.random.default_rng(0)
    weights = (0.5 ** np.arange(6))[y]
    known = rng.choice(900, 300, replace=False, p=weights / weights.sum())
    known = np.setdiff1d(known, session.labeled)
    rest = np.setdiff1d(np.arange(900), np.concatenate([known, session.labeled]))
    before = rest_right(session, y, rest)
    session.import_labels(pd.DataFrame({"id": known, "label": np.array(NAMES)[y[known]]}))
    assert rest_right(session, y, rest) > before - 0.01


def test_a_table_like_the_pool_counts_in_full():
    X, y = overlapping(3)
    known = np.arange(300)
    table = pd.DataFrame({"id": known, "label": np.array(NAMES)[y[known]]})
    session = nb.Session(nb.Pool(embeddings=X), NAMES)
    session.import_labels(table)
    told = nb.Session(nb.Pool(embeddings=X), NAMES)
    told.tell(known, table["label"])
    rest = np.arange(300, 600)
    assert abs(rest_right(session, y, rest) - rest_right(told, y, rest)) < 0.03


def test_without_bulk_labels_nothing_changes():
    X, y = overlapping(1)
    one, other = begun(X, y), nb.Session(nb.Pool(embeddings=X), NAMES)
    assert not len(one.bulk)
    labeled = one.labeled
    other.tell(labeled, [NAMES[code] for code in y[labeled]])  # many answers in one step
    assert not len(other.bulk)
    np.testing.assert_array_equal(one.predict_proba(), other.predict_proba())


def test_which_steps_are_bulk():
    assert LabelEvent("label", ("1", "2"), ("a", "a")).is_bulk
    assert LabelEvent("label", ("1",), ("a",), source="import").is_bulk
    assert LabelEvent("accept", ("1",), ("a",), source="model").is_bulk
    assert not LabelEvent("label", ("1",), ("a",)).is_bulk
    assert not LabelEvent("label", ("1", "2"), ("a", "b")).is_bulk


def test_an_answer_after_a_lump_is_no_longer_bulk():
    X, _ = overlapping(2)
    session = nb.Session(nb.Pool(embeddings=X), NAMES)
    session.tell([1, 2, 3], "a")
    assert session.bulk.tolist() == [1, 2, 3]
    session.tell(2, "b")
    assert session.bulk.tolist() == [1, 3]
    session.undo()
    assert session.bulk.tolist() == [1, 2, 3]
    session.undo()
    assert not len(session.bulk)


def test_new_points_get_what_the_pool_gets():
    X, y = overlapping(4)
    session = begun(X, y, "knn")
    session.tell(np.setdiff1d(np.flatnonzero(y == 0), session.labeled)[:60], "a")
    rest = np.flatnonzero(session.y < 0)
    np.testing.assert_allclose(
        session.predict_proba(X[rest]), session.predict_proba()[rest], atol=1e-5
    )


def test_only_one_class_is_known():
    X, _ = overlapping(5)
    session = nb.Session(nb.Pool(embeddings=X), NAMES)
    session.tell(range(40), "c")
    assert set(session.predict()) == {"c"}


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 300)), min_size=2, max_size=8))
def test_representative_labels(counts):
    n_asked, n_bulk = np.array(counts).T
    if not (n_asked + n_bulk).any():
        return
    shares = (n_asked + n_bulk > 0).astype(float)
    taken = representative(n_asked, n_bulk, shares / shares.sum())
    assert (taken >= 0).all()
    assert (taken <= n_bulk).all()
    assert (taken[(n_asked == 0) & (n_bulk > 0)] > 0).all()


def test_prior_factors_reach_the_totals():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet(np.ones(4), 500).astype(np.float32)
    totals = np.array([250, 150, 75, 25])
    scaled = proba * prior_factors(proba, totals)
    scaled /= scaled.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scaled.sum(axis=0), totals, atol=1)


def test_farthest_first_begins_in_the_middle():
    X = np.array([[0], [1], [2], [3], [10]], dtype=np.float32)
    assert farthest_first(X, 3).tolist() == [3, 4, 0, 1, 2]


def test_a_class_that_no_row_allows_leaves_the_others_their_factors():
    """As a classifier's that has no label of it yet; the totals are not within reach."""
    proba = np.zeros((500, 4), dtype=np.float32)
    proba[:400, 0] = proba[400:, 1] = 1
    proba[:400, 2] = 1e-4
    proba /= proba.sum(axis=1, keepdims=True)
    totals = np.array([100, 300, 99, 1])
    scaled = proba * prior_factors(proba, totals)
    sums = scaled.sum(axis=1)
    assert (sums > 0).all()
    assert np.isfinite(scaled / sums[:, None]).all()
    assert ((scaled / sums[:, None]).argmax(axis=1)[400:] == 1).all()
