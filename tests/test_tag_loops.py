"""Loops of several tags an item: the model answers about single tags, people about items in whole."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.log.coding import STATUSES
from nblabel.log.events import Tags
from tests.samples import blobs

N = 240
TAGS = ("a", "b", "not a")
X = blobs(N, seed=3)
Y = np.stack([np.arange(N) % 3 == 0, np.arange(N) % 3 == 1, np.arange(N) % 3 > 0], axis=1).astype(
    int
)


def session_of(classes=TAGS, **options):
    options = {"learner": "softmax", "strategy": "random", **options}
    return nb.Session(nb.Pool(embeddings=X), classes, multi_label=True, **options)


def oracle(indices):
    return Y[indices]


def accepts(session):
    return [event for event in session.store.read() if event.source == "model"]


def test_the_model_answers_what_it_is_sure_of_and_a_person_the_rest():
    session = session_of()
    table = nb.threshold_loop(session, oracle, start=15, upper=0.95, lower=3, y=Y)
    first, last = table.iloc[0], table.iloc[-1]
    assert (first["n_human"], first["n_model"], first["n_left"]) == (15, 0, N - 15)
    assert last["n_left"] == 0
    assert last["n_human"] < 80
    assert last["n_mislabeled"] == (session.y != Y).sum() <= 6  # answers about tags
    y, by_people = session.y, session.learned_from(accepted=False)
    assert (y >= 0).all()
    assert last["n_model"] == ((y >= 0) & (by_people < 0)).sum()
    assert (by_people[by_people >= 0] == Y[by_people >= 0]).all()
    assert 0.9 < last["average_precision"] <= 1


def test_mean_average_precision_is_that_of_what_people_did_not_answer():
    from sklearn.metrics import average_precision_score

    session = session_of()
    with pytest.warns(UserWarning, match="after 1 rounds"):
        table = nb.threshold_loop(
            session, oracle, start=12, upper=0.999, lower=2, max_rounds=1, y=Y
        )
    rows = np.flatnonzero((session.learned_from(accepted=False) < 0).all(axis=1))
    proba = session.refit().proba[rows]
    expected = np.mean([average_precision_score(Y[rows, at], proba[:, at]) for at in range(3)])
    assert table["average_precision"].iloc[-1] == pytest.approx(expected)


def test_a_round_is_one_step_that_undo_takes_back_and_all_of_it_is_above_the_threshold():
    session, seen = session_of(), []

    def answer(indices):
        seen.append((indices.copy(), session.y, session.refit().proba))
        return oracle(indices)

    with pytest.warns(UserWarning, match="after 1 rounds"):
        nb.threshold_loop(session, answer, start=30, upper=0.9, lower=4, max_rounds=1)
    [step] = accepts(session)
    other = session_of()
    other.tell(seen[0][0], oracle(seen[0][0]))
    proba = other.refit().proba
    for item, text in zip(step.ids, step.labels, strict=True):
        said = Tags.of(text)
        for names, p in ((said.yes, proba), (said.no, 1 - proba)):
            assert all(p[int(item), TAGS.index(name)] > 0.9 for name in names)
    n_pairs = sum(len(Tags.of(text).names) for text in step.labels)
    left = np.setdiff1d(np.arange(N), seen[0][0])
    assert n_pairs == (np.maximum(proba, 1 - proba)[left] > 0.9).sum()
    # what people are asked holds the least confident answers of all that are left
    p = np.where(seen[1][1] < 0, np.maximum(proba, 1 - proba), 1).min(axis=1)
    assert p[seen[1][0]].max() <= np.sort(p[left])[4]
    session.undo()  # the four answers of a person
    session.undo()
    assert accepts(session) == [step]  # it stays in the log
    assert (session.y[left] == -1).all()


def test_of_a_tag_that_nobody_found_nothing_is_accepted():
    session = session_of(("a", "b", "rare"))
    truth = np.where([True, True, False], Y, 0)
    with pytest.warns(UserWarning, match=r"none without, 'rare'.*session.ask_tag\('rare'\)"):
        nb.threshold_loop(session, lambda i: truth[i], start=15, upper=0.9, lower=3, finish="model")
    by_people = session.learned_from(accepted=False)
    assert (session.y[:, 2] == by_people[:, 2]).all()
    assert (session.y[:, :2] >= 0).all()


def test_answers_that_are_all_alike_end_the_loop_in_words():
    session = session_of()
    with pytest.warns(UserWarning, match="say the same of each tag, so nothing can be accepted"):
        nb.threshold_loop(session, lambda i: [["a"]] * len(i), start=5, lower=0)
    assert accepts(session) == []


def test_a_number_of_answers_is_accepted_and_each_has_its_share():
    session = session_of()
    session.tell(range(30), Y[:30])
    nb.self_training(session, n=30, rounds=1, balanced=True)
    [step] = accepts(session)
    counts = pd.Series(
        [
            (name, value)
            for text in step.labels
            for value in ("yes", "no")
            for name in getattr(Tags.of(text), value)
        ]
    ).value_counts()
    assert counts.sum() == 30
    assert len(counts) == 6  # yes and no of each tag
    assert counts[("a", "no")] > counts[("a", "yes")]  # as two thirds do not have it


def test_self_training_goes_to_the_end_and_counts():
    session = session_of()
    session.tell(range(30), Y[:30])
    table = nb.self_training(session, n=300, y=pd.DataFrame(Y[:, ::-1], columns=TAGS[::-1]))
    assert (session.y >= 0).all()
    assert table["n_model"].tolist() == [0, 300, 600, 630]
    assert table["n_mislabeled"].iloc[-1] == (session.y != Y).sum()
    assert {*np.unique(session.status)} == {STATUSES.index("human"), STATUSES.index("model")}


def test_where_a_person_could_not_say_the_model_does_not_either():
    session = session_of()
    session.tell(range(30), Y[:30])
    session.tell_tag([40, 41], "b", "unsure")
    nb.self_training(session, n=1_000)
    assert (session.y[[40, 41], 1] == -1).all()
    assert (session.y[[40, 41]][:, [0, 2]] >= 0).all()


def test_a_person_answers_in_their_own_time_and_skipped_items_are_left_to_the_model():
    session = session_of()
    rounds = nb.threshold_loop(session, start=20, upper=0.9, lower=2, finish="model")
    first = next(rounds)
    session.tell(first[:19], oracle(first[:19]))
    assert next(rounds).tolist() == first[19:].tolist()
    session.skip(first[19])
    for indices in rounds:
        session.tell(indices, oracle(indices))
    assert (session.y >= 0).all()
    assert STATUSES[session.status[first[19]]] == "model"
    assert rounds.table["n_left"].iloc[-1] == 0


def test_a_tree_of_tags_in_a_loop():
    session = session_of({"not a": ["b"], "a": []})
    truth = Y[:, [2, 1, 0]]
    table = nb.threshold_loop(session, lambda i: truth[i], start=20, upper=0.9, lower=2, y=truth)
    assert (session.y[:, 0] >= session.y[:, 1])[(session.y[:, :2] >= 0).all(axis=1)].all()
    assert table["n_left"].iloc[-1] == 0


@pytest.mark.parametrize("y", [Y[:, :2], Y + 1, np.zeros(N)])
def test_right_answers_are_ones_and_zeros(y):
    with pytest.raises(ValueError, match="pass 1 or 0 for each of 240 items and 3 tags"):
        nb.threshold_loop(session_of(), oracle, y=y)


def test_self_training_needs_answers_of_two_kinds():
    session = session_of()
    session.tell([0, 1], [["a"], ["a"]])
    with pytest.raises(ValueError, match="some with a tag and some without"):
        nb.self_training(session)
