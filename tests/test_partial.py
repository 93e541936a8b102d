"""A session learns from the items that are embedded while the others wait."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.session.engine import Engine
from tests.samples import CLASSES, blobs

X = blobs(60)
EMBEDDED = np.zeros(60, dtype=bool)
EMBEDDED[::3] = True
PIXELS = np.random.default_rng(1).integers(0, 256, (60, 6, 5), dtype=np.uint8)


@pytest.fixture
def session():
    made = nb.Session(nb.Pool(PIXELS), CLASSES, embed=False, build_graph=False)
    made.set_embeddings(X, embedded=EMBEDDED)
    return made


def test_it_asks_about_embedded_items_first(session):
    assert session.awaits_embeddings
    np.testing.assert_array_equal(session.embedded, EMBEDDED)
    asked = session.ask(60)
    assert len(np.unique(asked.indices)) == 60
    assert EMBEDDED[asked.indices[:20]].all()
    assert "not embedded yet" in asked.reasons[-1].text


def test_it_predicts_as_a_session_on_the_embedded_items_alone(session):
    alone = nb.Session(nb.Pool(embeddings=X[EMBEDDED]), CLASSES, build_graph=False)
    for place, label in ((0, 0), (5, 1), (9, 2)):
        alone.tell(place, CLASSES[label])
        session.tell(3 * place, CLASSES[label])
    session.tell(1, CLASSES[0])  # one that is not embedded: its label is kept
    expected = alone.predict_proba()
    found = session.predict_proba()
    np.testing.assert_allclose(found[EMBEDDED], expected, atol=1e-6)
    np.testing.assert_allclose(found[~EMBEDDED], [expected.mean(axis=0)] * 40, atol=1e-6)
    assert session.predict()[1] == CLASSES[0]
    np.testing.assert_array_equal(session.ask(5).indices, alone.ask(5).indices * 3)
    learner = session.engine.learner_anew()
    np.testing.assert_allclose(learner.update(session.y, 3), found, atol=1e-6)


def test_items_drawn_for_the_audit_are_asked_first_embedded_or_not():
    session = nb.Session(nb.Pool(PIXELS), CLASSES, embed=False, build_graph=False, audit=0.5)
    session.set_embeddings(X, embedded=EMBEDDED)
    session.draw(10)
    drawn = session.drawn
    assert not EMBEDDED[drawn].all()
    assert set(session.ask(10).indices) == set(drawn)


def test_neighbours_are_embedded_ones(session):
    session.tell([0, 3, 1], CLASSES)
    session.refit()
    who, closeness = session.engine.deciders(np.array([6, 7]))
    assert set(who[0]) - {-1} == {0, 3}
    assert (who[1] == -1).all()
    assert who.shape == closeness.shape


def test_skipped_items_come_back_when_nothing_else_is_left(session):
    session.skip(0)
    session.tell(np.flatnonzero(EMBEDDED)[1:], CLASSES[0])
    asked = session.ask(10).indices
    assert len(asked) == 10
    assert not EMBEDDED[asked].any()
    session.tell(np.flatnonzero(~EMBEDDED), CLASSES[1])
    assert session.ask(10).indices.tolist() == [0]


def test_in_the_end_it_is_an_engine_like_any_other(session):
    session.tell([0, 1, 3], CLASSES)
    with pytest.raises(ValueError, match="not all items are embedded"):
        session.set_graph(nb.neighbor_graph(X))
    session.set_embeddings(X)
    assert not session.awaits_embeddings
    assert session.embedded.all()
    assert isinstance(session.engine, Engine)
    session.set_graph(nb.neighbor_graph(X))
    assert session.engine.graph is not None


def test_new_points_and_reports_work_meanwhile(session):
    session.tell([0, 3, 9, 12, 30], [CLASSES[0], CLASSES[1], CLASSES[2], CLASSES[0], CLASSES[1]])
    assert session.predict_proba(X[:4]).shape == (4, 3)
    assert len(nb.find_label_issues(session).table) >= 0
    nb.audit(session)


def test_a_prior_is_used_and_reported_from_the_beginning():
    prior = np.full((60, 3), 0.1)
    prior[np.arange(60), np.arange(60) % 3] = 0.8
    session = nb.Session(nb.Pool(PIXELS), CLASSES, embed=False, build_graph=False, prior=prior)
    np.testing.assert_array_equal(session.predict_proba().argmax(axis=1), np.arange(60) % 3)
    session.tell(0, CLASSES[0])
    assert nb.prior_report(session).n_labels == 1
    session.set_embeddings(X, embedded=EMBEDDED)
    assert session.predict_proba()[EMBEDDED].argmax(axis=1).tolist()[1:] == [0] * 19
    assert nb.prior_report(session).n_labels == 1
    session.set_embeddings(X)
    np.testing.assert_array_equal(session.predict_proba()[1:].argmax(axis=1), np.arange(1, 60) % 3)


def test_a_strategy_that_is_set_meanwhile_asks_from_then_on(session):
    session.tell([0, 3, 9], CLASSES)
    session.strategy = "margin"
    assert session.engine.strategy.name == "margin"
    assert EMBEDDED[session.ask(5).indices].all()
    waiting = nb.Session(nb.Pool(PIXELS), CLASSES, embed=False, build_graph=False)
    waiting.strategy = "margin"
    assert waiting.engine.strategy.name == "random"
    waiting.set_embeddings(X)
    assert waiting.engine.strategy.name == "margin"


def test_what_is_like_an_example_is_not_looked_for_yet(session):
    with pytest.raises(ValueError, match="not embedded yet"):
        session.search(like=0)
    assert session.search("7", by="id").indices[0] == 7
