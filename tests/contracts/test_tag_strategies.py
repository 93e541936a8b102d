"""What every query strategy does where an item may have several tags."""

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

import nblabel as nb
from nblabel.strategies.tags import TAG_STRATEGIES, make_tag_strategy
from tests.samples import blobs

N = 60
NAMES = ("a", "b", "c")
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2], axis=1).astype(np.int8)
each = pytest.mark.parametrize("name", TAG_STRATEGIES)


def session_of(strategy="auto", **options):
    pool = nb.Pool(embeddings=blobs(N))
    return nb.Session(pool, NAMES, multi_label=True, strategy=strategy, **options)


@each
@pytest.mark.parametrize("n_answered", [0, 1, 5, N - 2, N])
def test_questions(name, n_answered):
    session = session_of(name)
    if n_answered:
        session.tell(range(n_answered), TRUE[:n_answered])
    query = session.ask(8)
    assert len(query) == min(8, N - n_answered)
    assert len({*query.indices}) == len(query)
    assert not {*query.indices} & {*range(n_answered)}
    assert (np.diff(query.scores) <= 0).all()
    assert len(query.reasons) == len(query)
    assert all(reason.text for reason in query.reasons)


@each
def test_the_same_answers_give_the_same_questions(name):
    one, other = session_of(name), session_of(name)
    one.tell(range(6), TRUE[:6])
    other.tell(range(6), TRUE[:6])
    assert (one.ask(5).indices == other.ask(5).indices).all()


@each
def test_items_answered_in_part_may_be_asked(name):
    session = session_of(name)
    session.tell_tag(range(N), "a", TRUE[:, 0].tolist())
    query = session.ask(N)
    assert sorted(query.indices) == list(range(N))


@each
def test_skipped_and_flagged_items_are_not_asked(name):
    session = session_of(name)
    session.tell(range(5), TRUE[:5])
    session.skip([5, 6])
    session.flag([7])
    assert not {*session.ask(N).indices} & {5, 6, 7}


def test_a_tag_that_is_answered_for_all_is_of_no_account():
    session = session_of("entropy")
    session.tell_tag(range(N), "a", [1] * (N // 2) + [0] * (N // 2))
    session.tell_tag(range(30), "b", [1, 0] * 15)
    view = {}

    class Looks:
        name = "looks"

        def query(self, seen, n):
            view["uncertainty"] = seen.uncertainty("margin")
            return seen.best(view["uncertainty"], n)

    session.strategy = Looks()
    session.ask(3)
    values = view["uncertainty"]
    assert values.shape == (N,)
    assert ((values >= 0) & (values <= 1)).all()
    assert values[30:].mean() > values[:30].mean()  # "b" is open there, too


def test_a_tag_of_few_items_counts_for_more():
    """One over the items found of a tag, and one more: 1/31 and 1/2 here."""
    seen = {}

    class Looks:
        name = "looks"

        def query(self, view, n):
            seen["both"] = view.uncertainty("entropy")
            seen["hedged"] = view.hedged
            return view.best(seen["both"], n)

    pool = nb.Pool(embeddings=blobs(N))
    session = nb.Session(pool, ("often", "seldom"), multi_label=True, strategy=Looks())
    session.tell(range(31), [["often"]] * 30 + [["seldom"]])
    session.ask(1)
    p = seen["hedged"][31:].astype(np.float64)
    entropy = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    weights = np.array([1 / 31, 1 / 2])
    np.testing.assert_allclose(seen["both"][31:], entropy @ weights / weights.sum(), rtol=1e-4)


def test_what_is_no_strategy():
    with pytest.raises(ValueError, match="for several tags; choose one of"):
        make_tag_strategy("typiclust")
    with pytest.raises(TypeError, match="pass an instance"):
        make_tag_strategy(dict)
    with pytest.raises(TypeError, match="no query"):
        make_tag_strategy(3)


@pytest.mark.parametrize("name", ["auto", "smallest_norm"])
def test_a_classifier_of_ones_own_is_asked_on_the_graph_too(name):
    session = session_of(name, learner=GaussianNB())
    session.set_graph(nb.neighbor_graph(session.embeddings, cache=False))
    session.tell(range(N - 20), TRUE[: N - 20])
    query = session.ask(20)
    assert sorted(query.indices) == list(range(N - 20, N))
