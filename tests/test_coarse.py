"""What is learned from labels of classes with subclasses."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.learners.coarse import CoarseLabels, shared_out
from nblabel.learners.top import TopProba

# husky, pug | siam | bird, below dog (0), cat (1) and nothing; dogs and cats are pets (2)
FLAT = ((0,), (0,), (1,), ())
DEEP = ((2, 0), (2, 0), (2, 1), ())


def labels(nodes, paths=FLAT):
    return CoarseLabels(np.array(nodes), paths)


def test_the_levels_are_those_with_labels_and_above():
    assert labels([-1, -1]).levels == ()
    (top,) = labels([0, -1]).levels
    assert (top.groups.tolist(), top.n) == ([0, 0, 1, 2], 3)
    (pets,) = labels([2], DEEP).levels
    assert pets.groups.tolist() == [0, 0, 0, 1]
    pets, dogs = labels([0], DEEP).levels
    assert dogs.groups.tolist() == [0, 0, 1, 2]
    assert dogs.inside(pets).tolist() == [0, 0, 1]


def test_a_label_tells_its_level_and_those_above():
    known = labels([2, 0, -1, -1], DEEP)
    y = np.array([-1, -1, 1, -1])
    assert known.labels(0, y).tolist() == [0, 0, 0, -1]
    assert known.labels(1, y).tolist() == [-1, 0, 0, -1]


def test_probabilities_add_up_to_those_of_the_groups():
    groups = np.array([0, 0, 1, 2])
    mass = np.array([[0.5, 0.3, 0.2], [1, 0, 0]], dtype=np.float32)
    proba = np.array([[0.1, 0.3, 0.2, 0.4], [0, 0, 0, 1]], dtype=np.float32)
    found = shared_out(mass, proba, groups)
    assert found[0] == pytest.approx([0.125, 0.375, 0.3, 0.2])
    assert found[1] == pytest.approx([0.5, 0.5, 0, 0])  # of dogs nothing is known


def test_the_same_of_very_many_classes():
    rng = np.random.default_rng(0)
    dense = rng.dirichlet(np.full(40, 0.1), size=50).astype(np.float32)
    codes = np.argsort(-dense, axis=1)[:, :39].astype(np.int32)
    values = np.take_along_axis(dense, codes, axis=1)
    top = TopProba(codes, values, 1 - values.sum(axis=1), 40)
    groups = np.arange(40) // 10
    mass = rng.dirichlet(np.ones(4), size=50).astype(np.float32)
    found = np.asarray(shared_out(mass, top, groups))
    assert found.sum(axis=1) == pytest.approx(np.ones(50), abs=1e-4)
    assert np.abs(found - shared_out(mass, np.asarray(top), groups)).max() < 0.02


@pytest.mark.parametrize("dense", [True, False])
def test_an_item_is_of_nothing_outside_of_its_coarse_label(dense):
    proba = np.array([[0.1, 0.3, 0.2, 0.4], [0, 0, 0, 1], [0.1, 0.3, 0.2, 0.4]], dtype=np.float32)
    if not dense:
        codes = np.tile(np.arange(4, dtype=np.int32), (3, 1))
        proba = TopProba(codes, proba, np.zeros(3, dtype=np.float32), 4)
    found = np.asarray(labels([0, 0, -1]).clamped(proba))
    assert found[0] == pytest.approx([0.25, 0.75, 0, 0])
    assert found[1] == pytest.approx([0.5, 0.5, 0, 0])
    assert found[2] == pytest.approx([0.1, 0.3, 0.2, 0.4])


TREE = {"even": ["0", "2", "4", "6", "8"], "odd": ["1", "3", "5", "7", "9"]}


@pytest.fixture(scope="module")
def digits():
    return nb.datasets.load_digits()


def open_digits(data, learner, **options):
    X = data.images.reshape(len(data.images), -1).astype(np.float32)
    return nb.Session(nb.Pool(embeddings=X), TREE, learner=learner, **options)


def parity_of(session):
    return np.array([session.path(name)[0] for name in session.classes], dtype=object)


@pytest.mark.parametrize("learner", ["knn", "graph", "mixed", "rf"])
def test_other_items_are_learned_of_too(digits, learner):
    order = np.random.default_rng(0).permutation(len(digits.labels))
    y = digits.labels
    session = open_digits(digits, learner)
    session.tell(order[:30], [str(y[i]) for i in order[:30]])
    left = order[230:]
    truth = np.where(y[left] % 2, "odd", "even")
    before = (parity_of(session)[session.predict_proba().argmax(axis=1)][left] == truth).mean()
    more = order[30:230]
    session.tell(more, ["odd" if y[i] % 2 else "even" for i in more])
    proba = session.predict_proba()
    assert proba.sum(axis=1) == pytest.approx(np.ones(len(y)), abs=1e-4)
    after = (parity_of(session)[proba.argmax(axis=1)][left] == truth).mean()
    assert after > max(before, 0.9)
    inside = parity_of(session) == "odd"
    odd = more[y[more] % 2 == 1]
    assert proba[odd][:, ~inside].max() == 0
    new = session.predict_proba(session.embeddings[left[:50]])
    agree = parity_of(session)[new.argmax(axis=1)] == truth[:50]
    assert agree.mean() > 0.8


def test_without_coarse_labels_nothing_changes(digits):
    order = np.random.default_rng(0).permutation(len(digits.labels))[:40]
    flat = nb.Session(
        nb.Pool(embeddings=digits.images.reshape(len(digits.images), -1).astype(np.float32)),
        [*TREE["even"], *TREE["odd"]],
        learner="knn",
    )
    session = open_digits(digits, "knn")
    for one in (session, flat):
        one.tell(order, [str(digits.labels[i]) for i in order])
    assert session.predict_proba().tobytes() == flat.predict_proba().tobytes()
    session.tell(order[0], "even")
    session.undo()
    assert session.predict_proba().tobytes() == flat.predict_proba().tobytes()


def test_coarse_labels_alone_tell_the_parents_apart(digits):
    order = np.random.default_rng(0).permutation(len(digits.labels))
    session = open_digits(digits, "knn")
    session.tell(order[:100], ["odd" if digits.labels[i] % 2 else "even" for i in order[:100]])
    proba = session.predict_proba()
    odd = proba[:, parity_of(session) == "odd"].sum(axis=1)
    assert ((odd > 0.5) == digits.labels % 2)[order[100:]].mean() > 0.85


def test_a_prior_counts_at_each_level(digits):
    n = len(digits.labels)
    prior = np.full((n, 10), 0.02, dtype=np.float32)
    names = [*TREE["even"], *TREE["odd"]]
    prior[np.arange(n), [names.index(str(code)) for code in digits.labels]] = 0.82
    session = open_digits(digits, "knn", prior=prior)
    session.tell([0, 1], [str(digits.labels[0]), "odd" if digits.labels[1] % 2 else "even"])
    predicted = np.array(names)[session.predict_proba().argmax(axis=1)]
    assert (predicted == digits.labels.astype(str)).mean() > 0.8


def test_labels_count_while_the_pool_is_being_embedded(digits):
    X = digits.images.reshape(len(digits.images), -1).astype(np.float32)
    session = nb.Session(nb.Pool(digits.images), TREE, learner="knn", embed=False)
    session.tell(range(40), ["odd" if code % 2 else "even" for code in digits.labels[:40]])
    session.set_embeddings(X, embedded=np.arange(len(X)) < 500)
    odd = session.predict_proba()[:, parity_of(session) == "odd"].sum(axis=1)
    assert ((odd > 0.5) == digits.labels % 2)[40:500].mean() > 0.8


def test_what_is_retired_is_not_learned_of(digits):
    session = open_digits(digits, "knn")
    session.tell([0, 1, 2], ["odd", "0", "2"])
    session.retire_class("odd")
    assert session.predict_proba()[:, parity_of(session) == "odd"].max() == 0
