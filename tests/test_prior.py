"""What is known before the first label: how it is read, trusted, reported, and never counted."""

import warnings

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.embeddings.prior import as_prior
from nblabel.graph.neighbor_graph import neighbor_graph
from nblabel.learners import make_learner
from nblabel.learners.bulk import BulkLearner
from nblabel.learners.prior import (
    FADING,
    HIGHEST,
    START,
    Prior,
    PriorLearner,
    evidence,
    fitted_trust,
    with_classes,
)
from tests.samples import CLASSES, blob_pool, blobs

N = 60
TRUTH = np.arange(N) % 3
NAMES = np.array(CLASSES, dtype=object)[TRUTH]


def one_hot(codes, sure=1.0, n_classes=3):
    proba = np.full((len(codes), n_classes), (1 - sure) / (n_classes - 1))
    proba[np.arange(len(codes)), codes] = sure
    return proba


def partly_right(share, sure=0.9, n=N, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 3
    wrong = rng.random(n) >= share
    return one_hot(np.where(wrong, (truth + rng.integers(1, 3, n)) % 3, truth), sure)


def open_session(prior=None, pool=None, **options):
    options = {"learner": "knn", "strategy": "margin", "build_graph": False, **options}
    return nb.Session(blob_pool() if pool is None else pool, CLASSES, prior=prior, **options)


def accuracy(session):
    return (session.predict() == NAMES).mean()


# how it is read


def test_an_array_is_taken_in_the_order_of_pool_and_classes():
    proba = partly_right(0.7)
    assert np.allclose(as_prior(blob_pool(), proba, CLASSES), proba, atol=1e-6)
    assert as_prior(blob_pool(), proba, CLASSES).dtype == np.float32


def test_a_table_is_paired_by_its_index_and_its_columns():
    pool = nb.Pool(embeddings=blobs(4), ids=["a", "b", "c", "d"])
    proba = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0, 0, 1], [0.3, 0.3, 0.4]])
    table = pd.DataFrame(proba, index=list("abcd"), columns=list(CLASSES))
    mixed = table.loc[list("dbca"), ["shirt", "boot", "bag"]]
    assert np.allclose(as_prior(pool, mixed, CLASSES), proba, atol=1e-6)
    with pytest.raises(ValueError, match="the index of prior does not name the items: 3 rows"):
        as_prior(pool, table.iloc[:3], CLASSES)


def test_class_names_are_certain_until_labels_say_otherwise():
    pool = nb.Pool(embeddings=blobs(3), ids=["a", "b", "c"])
    series = pd.Series(["bag", None, "boot"], index=["b", "a", "c"])
    found = as_prior(pool, series, CLASSES)
    assert np.allclose(found, [[1 / 3] * 3, [0, 1, 0], [1, 0, 0]])
    with pytest.raises(ValueError, match=r"'bags' \(row 1\).*no class; did you mean 'bag'"):
        as_prior(pool, ["boot", "bags", "bag"], CLASSES)


def test_a_function_gets_the_items_in_batches():
    pool = nb.Pool(texts=[f"{name} {i}" for i, name in enumerate(NAMES)] * 6)
    sizes = []

    def by_word(texts):
        sizes.append(len(texts))
        return [[float(text.startswith(name)) for name in CLASSES] for text in texts]

    found = as_prior(pool, by_word, CLASSES)
    assert sizes == [256, 104]
    assert (found.argmax(axis=1) == np.tile(TRUTH, 6)).all()


def test_a_picture_that_cannot_be_read_is_not_known(tmp_path):
    from PIL import Image

    for number in range(3):
        Image.new("L", (8, 8), 80 * number).save(tmp_path / f"{number}.png")
    (tmp_path / "9.png").write_bytes(b"no picture")
    pool = nb.Pool.from_folder(tmp_path)
    with pytest.warns(UserWarning, match=r"9\.png cannot be read"):
        found = as_prior(pool, lambda images: [[1.0, 0, 0]] * len(images), CLASSES)
    assert np.allclose(found, [[1, 0, 0]] * 3 + [[1 / 3] * 3])


def test_rows_of_which_nothing_is_known():
    proba = partly_right(1.0, sure=1.0)
    proba[3], proba[5] = np.nan, 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = as_prior(blob_pool(), proba, CLASSES)
    assert np.allclose(found[[3, 5]], 1 / 3)
    assert Prior(found).likeliest[[3, 4, 5]].tolist() == [-1, 1, -1]


def test_rows_that_do_not_sum_to_one_are_divided_by_their_sum():
    with pytest.warns(UserWarning, match=r"60 rows of the prior do not sum to 1 \(first: row 0, 1"):
        found = as_prior(blob_pool(), 100 * partly_right(0.7), CLASSES)
    assert np.allclose(found, partly_right(0.7), atol=1e-6)


@pytest.mark.parametrize(
    ("prior", "error", "message"),
    [
        (partly_right(0.7)[:50], ValueError, r"shape \(50, 3\) for a pool of 60 items"),
        (partly_right(0.7)[:, :2], ValueError, "2 columns for 3 classes"),
        (np.full((N, 4), 0.25), ValueError, "4 columns for 3 classes"),
        (np.full((N, 3), np.inf), ValueError, "negative or infinite values in 60 rows"),
        (partly_right(0.7) - 0.5, ValueError, r"negative.*softmax"),
        (np.where(np.eye(N, 3), np.nan, 0.5), ValueError, "NaN beside numbers in 3 rows"),
        (pd.DataFrame(partly_right(0.7), columns=["boot", "bag", "hat"]), ValueError,
         "missing: shirt; unknown: hat"),
        (["boot"], ValueError, r"shape \(1, 3\)"),
        (0.5, TypeError, "prior is 0.5; pass an array"),
        (dict, TypeError, "prior is the class dict"),
        (lambda items: [[0.5, 0.5, 0]], ValueError, r"shape \(1, 3\) for 60 items"),
        (lambda items: "boot", TypeError, "must return an array of probabilities"),
        (lambda items: [[0.5, 0.5]] * len(items), ValueError, "2 columns for 3 classes"),
    ],
)  # fmt: skip
def test_what_is_no_prior(prior, error, message):
    with pytest.raises(error, match=message):
        open_session(prior)


def test_names_for_rows_of_a_table_that_no_network_reads():
    with pytest.raises(ValueError, match="a pool of items has nothing that a network could"):
        open_session("clip-b32")


# how far it is trusted


def logs_of(proba):
    return Prior(proba.astype(np.float32)).logs(proba.shape[1])


def trust(proba, n=N):
    return fitted_trust(logs_of(proba)[:n], TRUTH[:n])


def test_the_trust_follows_the_labels():
    good = partly_right(0.9)
    assert 0.6 < trust(good) < 1.2
    assert trust(good, n=12) < trust(good)  # cautious while labels are few
    assert trust(partly_right(1.0, sure=0.5)) > 1  # right more often than it claims
    assert 0 < trust(partly_right(0.65, sure=0.999)) < 0.4  # too sure of itself
    assert trust(partly_right(1.0, sure=0.4)) <= HIGHEST


def test_a_useless_or_hostile_prior_soon_has_no_trust():
    hostile = np.roll(partly_right(0.9), 1, axis=1)
    noise = np.random.default_rng(0).dirichlet(np.full(3, 0.1), N)
    assert trust(hostile, n=1) == trust(hostile, n=4) == trust(hostile) == 0
    assert trust(noise, n=12) == trust(noise) == 0
    assert trust(np.full((N, 3), 1 / 3)) == 0  # nothing is said, and nothing borne out


def test_the_trust_against_a_profile_of_the_likelihood():
    from scipy.optimize import brentq, minimize_scalar
    from scipy.special import log_softmax

    logs = logs_of(partly_right(0.7))

    def loss(power):
        likelihood = log_softmax(power * logs.astype(float), axis=1)[np.arange(N), TRUTH].sum()
        return ((power - 0.7) / 0.7) ** 2 / 2 - likelihood

    best = minimize_scalar(loss, bounds=(0, HIGHEST), method="bounded")
    lower = brentq(lambda power: loss(power) - best.fun - 1, 0, best.x)
    assert lower < trust(partly_right(0.7)) + 1e-9 < lower + 0.051


def test_evidence_says_nothing_about_the_shares_of_classes():
    proba = np.tile([[0.8, 0.1, 0.1]], (N, 1))
    assert np.allclose(evidence(logs_of(proba), 0.7), 1, atol=1e-5)
    assert np.allclose(evidence(logs_of(partly_right(0.7)), 0.0), 1)


def learner_with(proba, bulk=None):
    X = blobs()
    prior = Prior(np.asarray(proba, dtype=np.float32))
    return PriorLearner(lambda: make_learner("knn", X), X, bulk, prior=prior)


def labels(n, codes=TRUTH):
    y = np.full(N, -1, dtype=np.intp)
    y[:n] = codes[:n]
    return y


def test_it_fades():
    learner = learner_with(partly_right(0.9))
    learner.update(labels(0), 3)
    first = learner._weight
    learner.update(labels(50), 3)
    assert first == pytest.approx(START)
    assert learner._weight == pytest.approx(learner.trust / 2, abs=0.026)
    assert FADING == 50


def test_labels_in_bulk_do_not_change_the_trust():
    bulk = np.arange(30)
    learner = learner_with(partly_right(1.0), bulk)
    learner.update(labels(30), 3)
    assert learner.trust == 0  # nothing was asked, nothing is borne out
    learner.update(labels(40), 3)
    assert learner.trust > 0.3


def test_a_prior_that_is_not_trusted_leaves_the_learner_as_it_is():
    learner = learner_with(np.roll(partly_right(1.0), 1, axis=1))
    alone = BulkLearner(lambda: make_learner("knn", blobs()), blobs())
    assert np.allclose(learner.update(labels(40), 3), alone.update(labels(40), 3), atol=1e-6)
    assert np.allclose(learner.predict_proba(blobs()), alone.predict_proba(blobs()), atol=1e-6)


def test_a_prior_that_says_nothing_changes_no_prediction():
    learner = learner_with(np.full((N, 3), 1 / 3))
    alone = BulkLearner(lambda: make_learner("knn", blobs()), blobs())
    codes = learner.update(labels(6), 3).argmax(axis=1)
    assert (codes == alone.update(labels(6), 3).argmax(axis=1)).all()


def test_what_the_wrapped_learner_knows_of_its_reach_passes_through():
    X = blobs()
    graph = neighbor_graph(X, cache=False)
    prior = Prior(partly_right(0.7).astype(np.float32)).on(graph)
    learner = PriorLearner(lambda: make_learner("graph", X, graph=graph), X, prior=prior)
    learner.update(labels(6), 3)
    assert learner.name == "graph"
    assert learner.reach is learner.learner
    assert (learner.reach.unreached()[:6] < 0.5).all()


def test_neighbours_outvote_independent_mistakes():
    proba = partly_right(0.7, n=600).astype(np.float32)
    truth = np.arange(600) % 3
    smooth = Prior(proba).on(neighbor_graph(blobs(600), cache=False))
    found = smooth.logs(3).argmax(axis=1)
    assert (proba.argmax(axis=1) == truth).mean() < 0.75
    assert (found == truth).mean() > 0.9
    assert (smooth.given == proba).all()
    assert (smooth.likeliest == proba.argmax(axis=1)).all()  # the report is of what was given


def test_classes_that_came_and_went():
    proba = partly_right(1.0, sure=0.8).astype(np.float32)
    wide = with_classes(proba, 4)
    assert np.allclose(wide.sum(axis=1), 1)
    assert np.allclose(wide[:, 3], 0.25)
    assert np.allclose(wide[:, :3] / wide[:, :3].sum(axis=1, keepdims=True), proba)
    narrow = with_classes(proba, 2)
    assert np.allclose(narrow.sum(axis=1), 1)
    assert with_classes(proba, 3) is proba


# in a session


def test_predictions_before_the_first_label_are_the_prior():
    session = open_session(partly_right(0.8))
    assert (session.predict_proba().argmax(axis=1) == partly_right(0.8).argmax(axis=1)).all()
    assert session.labels().empty
    assert session.n_labeled == session.n_accepted == 0
    assert accuracy(open_session()) < 0.5


def test_a_good_prior_saves_labels_and_a_hostile_one_is_found_out():
    without, good, hostile = (
        open_session(prior)
        for prior in (None, partly_right(0.8), np.roll(partly_right(0.9), 1, axis=1))
    )
    for session in (without, good, hostile):
        session.tell(0, "boot")
    assert accuracy(good) > accuracy(without) + 0.2
    for index in range(1, 12):
        hostile.tell(index, NAMES[index])
    assert accuracy(hostile) > 0.95
    assert hostile.engine.trust == 0


def test_questions_see_the_prior():
    proba = one_hot(TRUTH, 0.98)
    proba[17] = 1 / 3
    session = open_session(proba)
    session.tell([0, 1, 2], CLASSES)
    assert session.ask(1).indices[0] == 17


def test_the_same_labels_give_the_same_questions():
    runs = []
    for _ in range(2):
        session = open_session(partly_right(0.7), learner="auto", strategy="auto")
        for _ in range(6):
            index = int(session.ask(1).indices[0])
            session.tell(index, NAMES[index])
        runs.append(session.labels()["index"].tolist())
    assert runs[0] == runs[1]


def test_a_class_added_later_can_be_learned_and_predicted():
    session = open_session(partly_right(0.9))
    session.add_class("hat")
    assert session.predict_proba().shape == (N, 4)
    session.tell(range(30), ["hat" if code == 0 else CLASSES[code] for code in TRUTH[:30]])
    assert (session.predict()[TRUTH == 0] == "hat").mean() > 0.9
    session.undo()
    session.undo()
    assert session.predict_proba().shape == (N, 3)


def test_a_restart_with_classes_added_and_renamed(tmp_path):
    store = tmp_path / "labels.db"
    table = pd.DataFrame(partly_right(0.9), columns=list(CLASSES))
    session = open_session(table, store=store)
    session.add_class("hat")
    session.rename_class("bag", "satchel")
    session.tell([0, 1, 2], ["boot", "satchel", "shirt"])
    expected = session.predict_proba()
    session.store.close()
    again = open_session(table, store=store)  # the cell as it was
    assert again.classes == ("boot", "satchel", "shirt", "hat")
    assert np.allclose(again.predict_proba(), expected, atol=1e-6)


def test_a_session_without_the_prior_it_had_says_so_once(tmp_path):
    store = tmp_path / "labels.db"
    open_session(partly_right(0.9), store=store).store.close()
    with pytest.warns(UserWarning, match="had a prior, which the log does not hold"):
        open_session(store=store).store.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_session(store=store).store.close()


def test_a_pool_that_grows_needs_a_prior_that_grows():
    ids = [f"item {index}" for index in range(N)]
    proba = pd.DataFrame(partly_right(0.9), index=ids)
    pool = nb.Pool(embeddings=blobs(), ids=ids)
    assert open_session(proba, pool=pool).prior is not None
    more = nb.Pool(embeddings=blobs(70), ids=[*ids, *(f"new {index}" for index in range(10))])
    with pytest.raises(ValueError, match="it lacks 'new 0'"):
        open_session(proba, pool=more)
    padded = proba.reindex(more.ids)  # rows of NaN
    assert np.allclose(open_session(padded, pool=more).prior[N:], 1 / 3)


def test_new_points_get_the_prior_of_the_items_nearest_to_them():
    session = open_session(partly_right(0.7))
    session.tell([0, 1, 2, 3], NAMES[:4])
    some = np.arange(0, N, 7)
    new = session.predict_proba(blobs()[some])
    assert np.allclose(new, session.predict_proba()[some], atol=1e-4)


def test_other_embeddings_and_the_graph_keep_the_prior():
    session = open_session(partly_right(0.8), learner="auto", strategy="auto")
    session.tell([0, 1, 2], CLASSES)
    session.set_graph(neighbor_graph(session.embeddings, cache=False))
    assert accuracy(session) > 0.9
    session.set_embeddings(blobs(seed=5))
    assert session.prior is not None
    assert session.engine.trust is not None


# never counted as labels


def test_what_counts_labels_does_not_count_the_prior(tmp_path):
    session = open_session(partly_right(1.0))
    report = nb.audit(session)
    assert (report.n_checks, report.low, report.high) == (0, 0, 1)
    with pytest.raises(ValueError, match="nothing was learned"):
        session.accept(range(N))
    assert nb.stop_advice(session).n_labels == 0
    session.tell([0, 1], ["boot", "bag"])
    session.export(tmp_path / "labels.csv")
    assert len(pd.read_csv(tmp_path / "labels.csv")) == 2
    assert set(session.status[2:]) == {0}
    assert not len(nb.auto_label(session, max_error=0.05).accepted)
    assert session.n_accepted == 0


def test_an_audit_judges_the_predictions_with_the_prior():
    """Its replay of the log learns with the prior: what it checks is what was predicted."""
    pool = blob_pool(600)
    truth = np.array(CLASSES, dtype=object)[np.arange(600) % 3]
    session = open_session(partly_right(0.9, n=600), pool=pool)
    session.tell(0, "boot")
    predicted = session.predict()
    wrong = 0
    for index in session.draw(40):
        wrong += predicted[index] != truth[index]
        session.tell(int(index), truth[index])
    report = nb.audit(session)
    assert report.n_checks == 40
    assert report.n_wrong < 15  # with one label alone, two thirds of them would be


# its report


def test_a_report_before_the_first_label():
    report = nb.prior_report(open_session(partly_right(0.7)))
    assert (report.n_labels, report.n_checks) == (0, 0)
    assert np.isnan(report.accuracy)
    assert "shows with the first labels" in str(report)
    assert report.trust == START


def test_a_report_counts_what_was_asked_and_not_what_came_in_bulk():
    proba = partly_right(0.7, sure=1.0)
    proba[5] = np.nan  # nothing is known of it
    session = open_session(proba)
    for index in range(10):
        session.tell(index, NAMES[index])
    session.tell(range(30, 60, 3), "boot")
    right = proba.argmax(axis=1)[:10] == TRUTH[:10]
    right[5] = False
    report = nb.prior_report(session)
    assert (report.n_labels, report.n_right) == (9, right.sum())
    assert report.table["labels"].sum() == 9
    assert report.table["right"].sum() == right.sum()
    assert report.table["predicted"].sum() == N - 1
    assert list(report.table.index) == list(CLASSES)
    assert "not known yet: 0 of at least 30 audit labels" in str(report)
    assert "<table" in report._repr_html_()


def test_the_accuracy_comes_from_audit_labels_alone():
    pool = blob_pool(900)
    truth = np.array(CLASSES, dtype=object)[np.arange(900) % 3]
    proba = partly_right(0.7, n=900)
    session = open_session(proba, pool=pool)
    right = proba.argmax(axis=1) == np.arange(900) % 3
    for index in np.flatnonzero(~right)[:40]:  # as a strategy may choose them
        session.tell(int(index), truth[index])
    for index in session.draw(29):
        session.tell(int(index), truth[index])
    assert np.isnan(nb.prior_report(session).accuracy)
    for index in session.draw(171):
        session.tell(int(index), truth[index])
    report = nb.prior_report(session)
    assert report.n_checks == 200
    assert report.accuracy == pytest.approx(right.mean() * 900 / 860, abs=0.08)
    assert report.n_right / report.n_labels < 0.65
    assert "by 200 audit labels" in str(report)


def test_a_report_needs_a_prior():
    with pytest.raises(ValueError, match=r"no prior; pass one: Session\(pool, classes, prior="):
        nb.prior_report(open_session())
    with pytest.raises(TypeError, match="pass a nblabel.Session"):
        nb.prior_report(3)


def test_a_simulation_with_a_prior(tmp_path):
    options = {"learner": "knn", "strategy": "margin", "budget": 6, "progress": False}
    proba = pd.DataFrame(partly_right(0.9), columns=list(CLASSES))
    run = tmp_path / "run.jsonl"
    with_prior = nb.simulate(
        blob_pool(), NAMES, classes=CLASSES, prior=proba, resume=run, **options
    )
    without = nb.simulate(blob_pool(), NAMES, classes=CLASSES, **options)
    assert with_prior.pool_accuracy[0] > without.pool_accuracy[0] + 0.2
    again = nb.simulate(blob_pool(), NAMES, classes=CLASSES, prior=proba, resume=run, **options)
    assert again.equals(with_prior)
    with pytest.raises(ValueError, match="the prior differs"):
        nb.simulate(blob_pool(), NAMES, classes=CLASSES, resume=run, **options)


def test_one_label_that_a_prior_has_wrong_does_not_end_the_trust():
    data = nb.datasets.load_digits()
    rng = np.random.default_rng(0)
    said = np.where(rng.random(400) < 0.8, data.labels[:400], rng.integers(0, 10, 400))
    prior = np.full((400, 10), 0.02)
    prior[np.arange(400), said] = 0.82
    session = nb.Session(data.images[:400], data.classes, prior=prior, build_graph=False)
    before = (session.predict() == np.array(data.classes)[data.labels[:400]]).mean()
    wrong = int(np.flatnonzero(said != data.labels[:400])[0])
    session.tell(wrong, data.classes[data.labels[wrong]])
    after = (session.predict() == np.array(data.classes)[data.labels[:400]]).mean()
    assert before > 0.75
    assert after > before - 0.05
