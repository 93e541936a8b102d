"""Strategies of scikit-activeml here, and ours there."""

import numpy as np
import pytest

import nblabel as nb
from tests.samples import CLASSES, blobs


class Theirs:
    """What a strategy of scikit-activeml looks like from outside."""

    def __init__(self, asked=None, random_state=None):
        self.asked, self.random_state = asked, random_state

    def get_params(self):
        return {"random_state": self.random_state}

    def set_params(self, random_state):
        self.random_state = random_state

    def query(self, X, y, candidates=None, batch_size=1):
        assert len(X) == len(y)
        if self.asked is not None:
            return self.asked[:batch_size]
        return np.random.default_rng(self.random_state).choice(candidates, batch_size, False)


def test_one_of_theirs_keeps_to_the_contract():
    nb.check_strategy(nb.from_skactiveml(Theirs()))


def test_an_item_that_they_ask_for_twice_is_asked_once():
    strategy = nb.from_skactiveml(Theirs(asked=[7, 7, 9]))
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, strategy=strategy)
    asked = session.ask(3).indices.tolist()
    assert asked[:2] == [7, 9]
    assert len(set(asked)) == 3


@pytest.mark.parametrize("strategy", [Theirs, object()])
def test_what_is_none_of_theirs_is_refused(strategy):
    with pytest.raises(TypeError, match="pass an instance"):
        nb.from_skactiveml(strategy)


def test_one_that_needs_a_classifier_gets_the_labels_of_the_session():
    pytest.importorskip("skactiveml", reason="scikit-activeml comes with the extra bench")
    from skactiveml.pool import UncertaintySampling

    margin = nb.from_skactiveml(UncertaintySampling(method="margin_sampling"))
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, strategy=margin)
    assert session.ask().reasons[0].text == "Drawn at random: two classes need a label first."
    session.tell([0, 1, 2], CLASSES)
    query = session.ask(4)
    assert query.reasons[0].text == "UncertaintySampling chose it."
    assert not set(query.indices.tolist()) & {0, 1, 2}
    assert query.indices.tolist() == session.ask(4).indices.tolist()


def test_ours_asks_in_their_loops_as_in_a_session():
    X = blobs()
    y = np.full(len(X), np.nan)
    y[[0, 1, 2]] = 0, 1, 2
    session = nb.Session(nb.Pool(embeddings=X), ["0", "1", "2"], strategy="margin")
    session.tell([0, 1, 2], ["0", "1", "2"])
    ours = nb.to_skactiveml("margin")
    assert ours.query(X, y, batch_size=5).tolist() == session.ask(5).indices.tolist()
    indices, utilities = ours.query(
        X, y, candidates=[8, 9, 10], batch_size=2, return_utilities=True
    )
    assert set(indices.tolist()) < {8, 9, 10}
    assert utilities.shape == (2, 60)
    assert (~np.isnan(utilities)).sum() == 2


@pytest.mark.parametrize("labels", [{}, {4: "a"}])
def test_ours_asks_before_two_classes_are_known(labels):
    y = np.array([labels.get(index) for index in range(60)], dtype=object)
    (asked,) = nb.to_skactiveml().query(blobs(), y)
    assert asked not in labels


def test_ours_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="unknown strategy"):
        nb.to_skactiveml("margarine")
    with pytest.raises(ValueError, match=r"y has shape \(3,\); expected \(60,\)"):
        nb.to_skactiveml().query(blobs(), [1, 2, 3])
    with pytest.raises(ValueError, match="no candidate is left"):
        nb.to_skactiveml().query(blobs(), np.zeros(60))
