"""Loops in which the model labels what it is confident about."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.log.coding import STATUSES
from tests.samples import CLASSES, blobs

N = 300
NAMES = np.array(CLASSES)[np.arange(N) % 3]


def session(learner="softmax", hard=False):
    X = blobs(N, dim=2, seed=5) if hard else blobs(N, seed=3)
    return nb.Session(nb.Pool(embeddings=X), CLASSES, learner=learner, strategy="random")


def oracle(indices):
    return NAMES[indices]


def accepts(one):
    return [event for event in one.store.read() if event.kind == "accept"]


# the threshold loop


def test_the_model_labels_what_it_is_sure_of_and_a_person_the_rest():
    one = session()
    table = nb.threshold_loop(one, oracle, start=15, upper=0.98, lower=3, y=NAMES)
    first, last = table.iloc[0], table.iloc[-1]
    assert (first["round"], first["n_human"], first["n_model"], first["n_left"]) == (0, 15, 0, 285)
    assert last["n_left"] == 0
    assert last["n_human"] + last["n_model"] == N
    assert last["n_human"] < 60
    assert last["n_mislabeled"] == (one.labels().sort_values("index")["label"] != NAMES).sum() <= 3
    assert (table["seconds"] > 0).all()
    assert (table["n_human"] + table["n_model"] + table["n_left"] == N).all()
    assert one.learn_accepted
    # every label a machine gave was over the threshold when it was given
    assert min(p for event in accepts(one) for p in event.probabilities) > 0.98
    # and every answer was that of the oracle
    by_hand = one.labels().query("source == 'human'")
    assert (by_hand["label"] == NAMES[by_hand["index"]]).all()
    assert len(by_hand) == last["n_human"]


def test_a_round_is_what_a_plain_loop_would_do():
    """Slow and plain: one round of the loop, written down once more."""
    one, other = session(hard=True), session(hard=True)
    asked = []

    def answer(indices):
        asked.append(indices.tolist())
        return oracle(indices)

    with pytest.warns(UserWarning, match="after 2 rounds"):
        nb.threshold_loop(one, answer, start=15, upper=0.9, lower=0.02, max_rounds=2)
    other.learn_accepted = True
    start = np.random.default_rng(0).permutation(N)[:15].tolist()
    other.tell(start, NAMES[start])
    assert asked[0] == start
    for turn in (1, 2):
        sure = other.predict_proba().max(axis=1)
        left = [i for i in range(N) if other.y[i] < 0]
        over = [i for i in left if sure[i] > 0.9]
        other.accept(over)
        rest = sorted((i for i in left if i not in over), key=lambda i: sure[i])
        lowest = rest[: -(-len(rest) // 50)]
        assert asked[turn] == lowest
        other.tell(lowest, NAMES[lowest])
    assert one.n_accepted > 0
    assert (one.y == other.y).all()
    assert (one.status == other.status).all()


@pytest.mark.slow
def test_a_higher_threshold_takes_more_rounds_and_makes_fewer_mistakes():
    tables = [
        nb.threshold_loop(session(hard=True), oracle, start=15, upper=upper, lower=10, y=NAMES)
        for upper in (0.5, 0.999)
    ]
    loose, strict = (table.iloc[-1] for table in tables)
    assert strict["round"] > loose["round"]
    assert strict["n_mislabeled"] <= loose["n_mislabeled"]


def test_each_round_is_undone_by_one_step():
    one = session()
    table = nb.threshold_loop(one, oracle, start=15, n_accept=50, lower=2, stop=120, finish="model")
    counts = [(row.n_human, row.n_model) for row in table.itertuples()]
    assert one.undo().kind == "accept"  # the finish
    assert (one.n_labeled, one.n_accepted) == counts[-2]
    for before in counts[-3::-1]:
        assert one.undo().kind == "label"
        assert one.undo().kind == "accept"
        assert (one.n_labeled, one.n_accepted) == before


def test_a_fixed_number_accepted_in_each_round():
    one = session()
    table = nb.threshold_loop(one, oracle, start=15, n_accept=40, lower=0, finish="model", y=NAMES)
    assert table["n_model"].diff()[1:-1].eq(40).all()
    assert table["n_human"].eq(15).all()
    assert table["n_left"].iloc[-1] == 0
    for event in accepts(one)[:-1]:
        assert len(event.ids) == 40


def test_shares_and_numbers():
    one = session()
    rounds = nb.threshold_loop(one, start=0.05, lower=0.1, n_accept=30)
    assert len(next(rounds)) == 15
    one.tell(next(rounds), "bag")
    one.undo()
    one.tell(rows := next(rounds), NAMES[rows])
    assert len(next(rounds)) == 26  # a tenth of the 255 left, rounded up


def test_a_person_answers_in_their_own_time():
    one = session()
    rounds = nb.threshold_loop(one, start=10, upper=0.9, lower=5, y=NAMES)
    first = next(rounds)
    assert len(first) == 10
    one.tell(first[:4], NAMES[first[:4]])
    assert next(rounds).tolist() == first[4:].tolist()  # those that are open still
    one.skip(first[4])
    one.tell(first[5:], NAMES[first[5:]])
    second = next(rounds)
    assert len(second) == 5
    assert not set(second) & set(first)
    assert rounds.table["n_human"].tolist() == [9]
    assert rounds.table["n_left"].tolist() == [291]  # the skipped one is left, too
    assert one.n_accepted > 0
    for indices in rounds:
        one.tell(indices, NAMES[indices])
    assert rounds.table["n_left"].iloc[-1] == 0
    assert next(rounds, None) is None


def test_the_time_a_person_takes_does_not_count(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("nblabel.loops.ledger.time.perf_counter", lambda: now[0])
    one = session()
    rounds = nb.threshold_loop(one, start=10, upper=0.9, lower=5)
    for indices in rounds:
        now[0] += 1_000
        one.tell(indices, NAMES[indices])
    assert rounds.table["seconds"].sum() == 0


def test_a_loop_goes_on_where_it_was_interrupted():
    one = session()

    def interrupted(indices):
        if one.n_labeled > 20:
            raise KeyboardInterrupt
        return oracle(indices)

    with pytest.raises(KeyboardInterrupt):
        nb.threshold_loop(one, interrupted, start=15, upper=0.98, lower=3)
    n_human, n_model = one.n_labeled, one.n_accepted
    table = nb.threshold_loop(one, oracle, start=15, upper=0.98, lower=3)
    assert (table["n_human"].iloc[0], table["n_model"].iloc[0]) == (n_human, n_model)
    assert table["n_left"].iloc[-1] == 0


def test_flagged_items_are_left_alone_and_skipped_ones_to_the_model():
    one = session()
    one.flag([0, 1])
    one.skip([2, 3])
    nb.threshold_loop(one, oracle, start=15, upper=0.9, lower=3, finish="model")
    stands = [STATUSES[code] for code in one.status]
    assert stands[:2] == ["flagged", "flagged"]
    assert set(stands[2:4]) == {"model"}


def test_a_class_that_the_model_never_saw():
    names = np.where(np.arange(N) % 3 == 2, "shirt", "bag")
    names[np.arange(N) % 3 == 0] = "boot"
    one = session()
    one.tell([0, 3, 6, 1, 4, 7], ["boot"] * 3 + ["bag"] * 3)
    with pytest.warns(UserWarning, match="no item of 'shirt' was labeled by hand"):
        table = nb.threshold_loop(
            one, lambda i: names[i], start=0, upper=0.5, lower=0, finish="model", y=names
        )
    assert table["n_mislabeled"].iloc[-1] == 100


def test_nothing_is_accepted_from_a_model_that_knows_one_class():
    one = session()
    one.tell([0, 3], "boot")
    with pytest.warns(UserWarning, match="of one class alone"):
        table = nb.threshold_loop(one, oracle, start=0, upper=0.5, lower=0)
    assert table["n_model"].tolist() == [0]
    with pytest.warns(
        UserWarning, match="ends with 297 items left: labels by hand are of one class"
    ):
        nb.threshold_loop(one, lambda i: ["boot"] * len(i), start=0, lower=1, max_rounds=1)
    one.undo()
    table = nb.threshold_loop(one, oracle, start=0, upper=0.9, lower=6, y=NAMES)
    assert table["n_left"].iloc[-1] == 0


def test_a_threshold_that_is_never_met_is_told():
    one = session(learner="knn")
    with pytest.warns(
        UserWarning, match=r"no prediction is above the threshold 0.99999.*lower upper"
    ):
        table = nb.threshold_loop(one, oracle, start=15, upper=0.99999, lower=0)
    assert table["n_left"].tolist() == [285]
    with pytest.warns(
        UserWarning, match=r"above the threshold 0.999999999, the highest probability is"
    ):
        nb.threshold_loop(one, oracle, start=15, upper=0.999999999, lower=0)
    with pytest.warns(UserWarning, match=r"ends after 3 rounds with 276 items left, the highest"):
        nb.threshold_loop(one, oracle, start=15, upper=0.99999, lower=3, max_rounds=3)
    assert one.n_accepted == 0


def test_hard_classes_get_their_share_when_balanced():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 200)
    X = np.array([[0, 0], [9, 0], [0, 3]])[y] + rng.normal(size=(600, 2))
    shares = {}
    for balanced in (False, True):
        one = nb.Session(nb.Pool(embeddings=X), CLASSES, learner="softmax", strategy="random")
        one.tell(range(0, 600, 20), np.array(CLASSES)[y[::20]])
        left = one.predict_proba()[np.arange(600) % 20 > 0]
        nb.self_training(one, n=30, rounds=1, balanced=balanced)
        shares[balanced] = np.bincount(one.y[one.accepted], minlength=3)
    believed = np.bincount(left.argmax(axis=1), minlength=3)
    assert np.abs(shares[True] - 30 * believed / len(left)).max() <= 1
    assert shares[False][1] > 25  # far from the others


@pytest.mark.slow
def test_a_rare_class_does_not_run_out_when_balanced():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [540, 40, 20])
    X = np.array([[0, 0], [6, 0], [0, 6]])[y] + rng.normal(size=(600, 2))
    names = np.array(CLASSES)[y]
    one = nb.Session(nb.Pool(embeddings=X), CLASSES, learner="softmax", strategy="random")
    options = {"start": 60, "n_accept": 30, "lower": 0, "finish": "model", "balanced": True}
    table = nb.threshold_loop(one, lambda i: names[i], y=names, **options)
    assert table["n_mislabeled"].iloc[-1] < 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"upper": 1.0}, "upper is 1.0; pass a probability"),
        ({"upper": -0.1}, "upper is -0.1"),
        ({"upper": None}, "upper is None; pass a probability"),
        ({"upper": "high"}, "upper is 'high'"),
        ({"lower": 1.5}, "lower is 1.5; pass a share of 0.0 to 1.0, or a whole number"),
        ({"start": -1}, "start is -1"),
        ({"start": "many"}, "start is 'many'"),
        ({"stop": None}, "stop is None"),
        ({"start": 0}, "start is 0 and nothing is labeled"),
        ({"finish": "nobody"}, "unknown finish 'nobody'"),
        ({"n_accept": 0}, "n_accept is 0; pass a whole number"),
        ({"balanced": True}, "balanced=True needs n_accept="),
        ({"max_rounds": 0}, "max_rounds is 0"),
        ({"y": NAMES[:5]}, r"y has shape \(5,\); pass one right answer for each of the 300"),
        ({"y": np.where(NAMES == "bag", "hat", NAMES)}, "y holds 'hat', which is no class"),
        ({"y": np.arange(N)}, "y holds 0, which is no class"),
    ],
)
def test_what_a_loop_refuses(options, message):
    one = session()
    with pytest.raises(ValueError, match=message):
        nb.threshold_loop(one, oracle, **options)
    assert one.store.read() == []


@pytest.mark.parametrize(
    "work",
    [
        nb.threshold_loop, nb.self_training, nb.auto_label, nb.costs, nb.find_stale_labels,
        nb.find_label_issues, nb.stop_advice, nb.audit, nb.self_agreement, nb.drift,
    ],
)  # fmt: skip
def test_what_works_on_a_session_wants_one(work):
    class Labeler:
        session = session()

    with pytest.raises(TypeError, match=r"session is a Labeler; pass its \.session"):
        work(Labeler())
    with pytest.raises(TypeError, match=r"session is a Pool; pass a nblabel\.Session"):
        work(Labeler.session.pool)


def test_right_answers_as_numbers():
    one = session()
    numbers = np.arange(N) % 3
    table = nb.threshold_loop(one, oracle, start=15, upper=0.9, y=numbers)
    assert table["n_mislabeled"].iloc[-1] == (one.y != numbers).sum()


def test_the_graph_learner_does_not_learn_from_what_it_said():
    spread = ("graph", "mixed", "auto")
    for learner in ("softmax", "knn", *spread):
        learns = learner not in spread
        one = session(learner=learner)
        nb.threshold_loop(one, start=15)
        assert one.learn_accepted is learns
        nb.threshold_loop(one, start=15, learn=not learns)
        assert one.learn_accepted is not learns


# self-training


def test_self_training_accepts_the_surest():
    one = session()
    one.tell(range(9), NAMES[:9])
    sure = one.predict_proba().max(axis=1)
    sure[:9] = 0
    table = nb.self_training(one, n=10, rounds=1, y=NAMES)
    assert set(one.accepted) == set(np.argsort(-sure, kind="stable")[:10])
    assert table[["round", "n_human", "n_model", "n_left"]].values.tolist() == [
        [0, 9, 0, 291],
        [1, 9, 10, 281],
    ]
    assert one.undo().kind == "accept"
    assert one.n_accepted == 0


def test_self_training_to_the_end():
    one = session()
    one.tell(range(9), NAMES[:9])
    table = nb.self_training(one, n=100, y=NAMES)
    assert table["n_left"].tolist() == [291, 191, 91, 0]
    assert table["n_mislabeled"].iloc[-1] < 15
    assert len(nb.self_training(one)) == 1


@pytest.mark.parametrize("n_labels", [0, 1])
def test_self_training_needs_two_classes(n_labels):
    one = session()
    if n_labels:
        one.tell([0, 3], "boot")
    with pytest.raises(ValueError, match="label items of two classes first"):
        nb.self_training(one)
    with pytest.raises(ValueError, match="n is 0; pass a whole number"):
        nb.self_training(one, n=0)
