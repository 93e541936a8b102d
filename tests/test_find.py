"""Find more items of one class: what is asked, how the answers count, and how many are left."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.log.events import FOUND, LabelEvent
from nblabel.strategies import Find, make_strategy
from tests.samples import CLASSES, blobs

RARE = ("usual", "rare")


def rare_pool(n=400, n_rare=12, seed=0):
    """A few items of one class at the edge of a cloud of the other."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6)).astype(np.float32)
    rare = rng.choice(n, n_rare, replace=False)
    X[rare] = rng.normal([3, 3, 0, 0, 0, 0], 0.5, size=(n_rare, 6))
    y = np.zeros(n, dtype=int)
    y[rare] = 1
    return X, y


def answered(session, y, n):
    for _ in range(n):
        index = int(session.ask().indices[0])
        session.tell(index, session.classes[y[index]])
    return session


def test_it_finds_the_rare_ones_before_the_others():
    X, y = rare_pool()
    example = int(np.flatnonzero(y)[0])
    found = {}
    for strategy in (Find("rare"), "random"):
        session = nb.Session(nb.Pool(embeddings=X), RARE, strategy=strategy)
        session.tell([example, int(np.flatnonzero(y == 0)[0])], ["rare", "usual"])
        answered(session, y, 25)
        found[str(strategy)] = int(y[session.labeled].sum())
    assert found["Find('rare')"] >= 11
    assert found["random"] <= 4


def test_the_likeliest_and_the_least_certain_by_turns():
    session = nb.Session(nb.Pool(embeddings=blobs(90)), CLASSES, strategy=Find("bag"))
    session.tell(range(6), [CLASSES[i % 3] for i in range(6)])
    likely = session.predict_proba()[:, 1]
    query = session.ask(2)
    first, second = query.indices
    left = session.unanswered
    assert likely[first] >= likely[left].max() - 0.02
    assert abs(likely[second] - 0.5) <= np.sort(np.abs(likely[left] - 0.5))[1] + 0.02
    assert [part.name for part in query.reasons[0].parts] == ["likelihood", "likeness"]
    assert "bag" in query.reasons[0].text


def test_by_name_it_looks_for_the_class_with_the_fewest_labels():
    session = nb.Session(nb.Pool(embeddings=blobs(90)), CLASSES, strategy="find")
    session.tell([0, 3, 6, 1, 4, 2], ["boot", "boot", "boot", "bag", "bag", "shirt"])
    assert "shirt" in session.ask().reasons[0].text
    session.tell([5, 8], "shirt")
    assert "bag" in session.ask().reasons[0].text


def test_a_class_without_an_example_is_waited_for():
    X = blobs(90)
    session = nb.Session(nb.Pool(embeddings=X), CLASSES, strategy=Find("shirt"))
    usual = nb.Session(nb.Pool(embeddings=X), CLASSES, strategy="product")
    for one in (session, usual):
        one.tell([0, 1], ["boot", "bag"])
    assert session.ask(5).indices.tolist() == usual.ask(5).indices.tolist()
    assert session.ask().reasons[0].text


def test_a_class_that_is_none_is_refused_with_advice():
    pool = nb.Pool(embeddings=blobs())
    with pytest.raises(ValueError, match="Did you mean 'shirt'"):
        nb.Session(pool, CLASSES, strategy=Find("shrit"))
    session = nb.Session(pool, CLASSES)
    with pytest.raises(ValueError, match="is not a class; the classes are boot, bag, shirt"):
        session.strategy = Find("8")
    with pytest.raises(ValueError, match="unknown strategy"):
        session.strategy = "finder"
    assert session.strategy == "auto"
    with pytest.raises(ValueError, match="target is empty"):
        Find(" ")
    assert make_strategy(Find(8)).target == "8"
    with pytest.raises(TypeError, match=r"pass an instance: Find\(\)"):
        nb.Session(pool, CLASSES, strategy=Find)


# the mode


def test_another_strategy_asks_from_then_on_and_labels_stay():
    session = nb.Session(nb.Pool(embeddings=blobs(90)), CLASSES)
    session.tell([0, 1, 2], CLASSES)
    before = session.ask(5).indices.tolist()
    heard = []
    session.subscribe(lambda: heard.append(session.version))
    session.strategy = Find("bag")
    assert heard
    assert session.n_labeled == 3
    assert session.ask(5).indices.tolist() != before
    session.strategy = "auto"
    assert session.ask(5).indices.tolist() == before


def test_answers_of_the_mode_are_marked_and_stay_so_in_the_log(tmp_path):
    path = tmp_path / "labels.db"
    session = nb.Session(nb.Pool(embeddings=blobs(90)), CLASSES, store=path)
    session.tell(0, "boot")
    session.strategy = Find("bag")
    event = session.tell(1, "bag")
    assert event.frame == FOUND
    assert event.is_bulk
    session.skip(7)
    session.strategy = "auto"
    session.tell(2, "shirt")
    assert session.bulk.tolist() == [1]
    again = nb.Session(nb.Pool(embeddings=blobs(90)), CLASSES, store=path)
    assert again.bulk.tolist() == [1]
    assert again.store.check_integrity().is_whole
    again.tell(1, "bag")  # asked in the usual way, it counts in full
    assert again.bulk.tolist() == []
    again.undo()
    assert again.bulk.tolist() == [1]


def test_what_was_drawn_at_random_meanwhile_counts_in_full():
    session = nb.Session(nb.Pool(embeddings=blobs(90)), CLASSES, strategy=Find("bag"))
    session.tell([0, 1], ["boot", "bag"])
    assert session.bulk.tolist() == [0, 1]
    (drawn,) = session.draw(1)
    session.tell(drawn, "bag")
    assert drawn not in session.bulk


def test_only_labels_can_be_marked():
    assert LabelEvent("label", ids=("a",), labels=("bag",), frame=FOUND).is_bulk
    for wrong in (
        {"kind": "skip", "ids": ("a",), "frame": FOUND},
        {"kind": "label", "ids": ("a",), "labels": ("bag",), "frame": "lost"},
    ):
        with pytest.raises(ValueError, match="only an audit"):
            LabelEvent(**wrong)


def test_what_was_found_says_nothing_about_how_many_there_are():
    """As many answers of each class, found one by one, do not make a rare one half of the pool."""
    X = np.random.default_rng(0).normal(size=(600, 4)).astype(np.float32)
    usual, rare = range(10), range(10, 50)
    expected = {}
    for strategy in ("auto", Find("rare")):
        session = nb.Session(nb.Pool(embeddings=X), RARE)
        for index in usual:
            session.tell(index, "usual")
        session.strategy = strategy
        for index in rare:
            session.tell(index, "rare")
        expected[str(strategy)] = float(session.predict_proba()[50:, 1].mean())
    assert expected["auto"] > 0.6
    assert expected["Find('rare')"] < expected["auto"] - 0.1


# how many are left


def test_not_known_before_an_audit_label_but_the_model_has_a_figure():
    X, y = rare_pool()
    session = nb.Session(nb.Pool(embeddings=X), RARE, strategy=Find("rare"))
    left = nb.remaining(session)
    assert (left.target, left.n_found, left.low, left.high) == ("rare", 0, 0, len(X))
    assert np.isnan(left.n_left)
    assert np.isnan(left.expected)
    session.tell([int(np.flatnonzero(y)[0]), 0], ["rare", "usual"])
    left = nb.remaining(session)
    assert left.n_found == 1
    assert 0 <= left.expected <= left.high == len(X) - 2
    text = str(left)
    assert "Not known yet how many are left: 0 of at least 30 audit labels" in text
    assert "The model's own figure, not measured" in text
    assert left.table.loc["rare", "n_found"] == 1
    assert "<table" in left._repr_html_()


def test_the_interval_holds_the_truth_and_narrows():
    X, y = rare_pool(400, 80)
    session = nb.Session(nb.Pool(embeddings=X), RARE)
    session.tell([int(np.flatnonzero(y)[0]), int(np.flatnonzero(y == 0)[0])], ["rare", "usual"])
    widths = []
    for n in (40, 100):
        for index in session.draw(n).tolist():
            session.tell(index, RARE[y[index]])
        left = nb.remaining(session, "rare")
        truth = int((y[session.y < 0] == 1).sum())
        assert left.low <= truth <= left.high
        assert left.low <= left.n_left <= left.high
        assert "audit labels" in str(left)
        widths.append(left.high - left.low)
    assert widths[1] < widths[0]


def test_what_remaining_refuses():
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES)
    with pytest.raises(ValueError, match="no class is named"):
        nb.remaining(session)
    with pytest.raises(ValueError, match="is not a class"):
        nb.remaining(session, "hat")
    with pytest.raises(ValueError, match="confidence"):
        nb.remaining(session, "bag", confidence=2)
    with pytest.raises(TypeError, match="session is a"):
        nb.remaining("session", "bag")
