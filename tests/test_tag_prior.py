"""What is known of tags before the first answer: how it is read, trusted, and never counted."""

import warnings

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.embeddings.tag_prior import as_tag_prior, tags_by_number
from nblabel.learners.prior import START
from nblabel.learners.tag_prior import POWERS, TagPrior, fitted_trust, trust_of
from tests.samples import blobs

N = 120
NAMES = ("a", "b", "c")
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, np.arange(N) % 12 == 5], axis=1).astype(np.int8)
NOISE = np.random.default_rng(0).normal(size=(N, 4)).astype(np.float32)


def claims(right=0.85, seed=0):
    """Return probabilities of 0.9 and 0.1, a share of them right, tag by tag."""
    rng = np.random.default_rng(seed)
    said = np.where(rng.random(TRUE.shape) < right, TRUE, 1 - TRUE)
    return np.where(said == 1, 0.9, 0.1)


def session_of(prior=None, told=0, X=None, names=NAMES, **options):
    X = blobs(N) if X is None else X
    session = nb.Session(
        nb.Pool(embeddings=X), names, multi_label=True, build_graph=False, prior=prior, **options
    )
    if told:
        session.tell(range(told), TRUE[:told])
    return session


def right_of_the_rest(session, told):
    return float((session.predict()[told:] == TRUE[told:]).mean())


# how it is read


def pool():
    return nb.Pool(embeddings=blobs(3), ids=["x", "y", "z"])


PROBA = np.array([[0.9, 0.8, 0.0], [0.1, 0.2, 0.3], [1.0, 1.0, 1.0]])


@pytest.mark.parametrize(
    "given",
    [
        PROBA,
        PROBA.tolist(),
        pd.DataFrame(PROBA, columns=list(NAMES), index=["x", "y", "z"]).iloc[::-1, ::-1],
        lambda items: PROBA,
    ],
    ids=["array", "lists", "table in another order", "function"],
)
def test_rows_need_not_sum_to_one(given):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = as_tag_prior(pool(), given, NAMES)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, PROBA, atol=1e-6)


def test_of_some_items_and_tags_nothing_is_known():
    table = pd.DataFrame({"c": [0.1, np.nan, 0.9]}, index=["x", "y", "z"])
    found = as_tag_prior(pool(), table, NAMES)
    np.testing.assert_allclose(found[:, 2], [0.1, np.nan, 0.9], atol=1e-6)
    assert np.isnan(found[:, :2]).all()
    np.testing.assert_allclose(as_tag_prior(pool(), found, NAMES), found, atol=1e-6)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (np.where(np.eye(3) * [0, 1, 0], np.nan, PROBA), ValueError,
         r"NaN beside numbers in 1 rows \(first: row 1, tag 'b': NaN\). Fill it"),
        (PROBA * 2, ValueError, r"no probability in 2 rows \(first: row 0, tag 'a': 1.8\).*expit"),
        (-PROBA, ValueError, r"no probability in 3 rows \(first: row 0, tag 'a': -0.9\)"),
        (PROBA[:, :2], ValueError, "prior has 2 columns for 3 classes"),
        (np.hstack([PROBA, PROBA]), ValueError, "prior has 6 columns for 3 classes"),
        (PROBA[:2], ValueError, "for a pool of 3 items"),
        (pd.DataFrame(PROBA, columns=["a", "b", "d"], index=["x", "y", "z"]), ValueError,
         "unknown: d"),
        (["a", "b", "c"], ValueError, "one value for each item; pass an array of shape"),
        (0.5, TypeError, "prior is 0.5; pass an array of shape"),
        (dict, TypeError, "prior is the class dict"),
        (lambda items: PROBA * 3, ValueError, "no probability"),
        ("clip-b32", ValueError, "nothing that a network could compare"),
    ],
)  # fmt: skip
def test_what_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        nb.Session(pool(), NAMES, multi_label=True, prior=given)


def test_merged_tags_count_as_independent():
    found = tags_by_number(np.array([[0.5, 0.5, np.nan], [np.nan, 0.2, 0.4]]), [0, 0, -1], 2)
    np.testing.assert_allclose(found, [[0.75, np.nan], [0.2, np.nan]], atol=1e-6)


# how far it is trusted


def centres(odds):
    p = 1 / (1 + np.exp(-np.asarray(odds, dtype=np.float32)))
    return TagPrior(p[:, None].astype(np.float32)).centres(0)


def test_the_trust_of_a_good_and_of_other_priors():
    rng = np.random.default_rng(0)
    yes = rng.random(60) < 0.3
    good = np.where(yes, 2.0, -2.0).astype(np.float32)
    noise = rng.permutation(good)
    assert trust_of(good, yes, centres(good)) > 1
    assert trust_of(noise, yes, centres(noise)) == 0
    assert trust_of(-good, yes, centres(-good)) == 0
    assert trust_of(good[:0], yes[:0], centres(good)) == START


def test_how_frequent_a_tag_is_says_nothing_of_the_prior():
    """Questions look for rare tags, so that their share among the answers is another one."""
    rng = np.random.default_rng(1)
    pool = np.where(rng.random(5_000) < 0.02, 2.0, -4.0).astype(np.float32)
    yes = rng.random(80) < 0.5
    odds = np.where(yes, 2.0, -4.0).astype(np.float32)
    assert fitted_trust(odds, yes, centres(pool)) >= 0.7


def test_only_no_where_the_prior_says_no_tells_nothing_and_where_it_says_yes_it_does():
    no = np.zeros(40, dtype=bool)
    rare = np.full(40, -3.0, dtype=np.float32)
    pool = np.where(np.arange(1_000) % 25 == 0, 2.5, -3.0).astype(np.float32)
    assert trust_of(rare, no, centres(pool)) == START
    rare[:10] = 2.5
    assert trust_of(rare, no, centres(pool)) == 0


def test_a_trust_falls_evenly_at_first():
    odds = np.float32([2, 2, 2, 2])
    pool = centres(np.float32([2, -2, -2, -2]))
    trusts = [trust_of(odds[:n], np.zeros(n, dtype=bool), pool) for n in range(4)]
    assert trusts[:3] == pytest.approx([START, START * 2 / 3, START / 3])
    assert trusts[3] == 0
    assert POWERS[0] == 0


# in a session


def test_before_the_first_answer_the_prior_predicts_alone():
    session = session_of(claims())
    assert (session.predict() == (claims() > 0.5)).all()
    assert session.n_labeled == 0
    assert session.labels().empty
    assert (session_of().predict_proba() == 0.5).all()


@pytest.mark.parametrize("learner", ["auto", "logreg"])
def test_a_good_prior_helps_and_noise_and_an_inverted_one_cost_little(learner):
    """Vectors that say nothing: what is predicted right beyond the frequent answer is the prior's.

    Seen after 5, 10, 20 and 40 answers, means of 20 seeds, the default learner: without a prior
    0.702, 0.694, 0.730 and 0.748; good 0.799, 0.812, 0.831, 0.837; noise 0.697, 0.696, 0.725,
    0.748; the good one's rows shuffled 0.676, 0.691, 0.730, 0.748; inverted as without.
    """
    noise = np.random.default_rng(1).random(TRUE.shape)
    shuffled = claims()[np.random.default_rng(2).permutation(N)]
    priors = {"none": None, "good": claims(), "noise": noise, "shuffled": shuffled}
    priors |= {"inverted": 1 - claims(0.95)}
    right = {
        name: right_of_the_rest(session_of(prior, 20, X=NOISE, learner=learner), 20)
        for name, prior in priors.items()
    }
    assert right["good"] > right["none"] + 0.05
    for name in ("noise", "shuffled", "inverted"):
        assert right[name] > right["none"] - 0.03, name


def test_a_prior_is_trusted_tag_by_tag():
    given = claims(0.95)
    given[:, 1] = 1 - given[:, 1]
    session = session_of(given, 40, X=NOISE)
    session.predict()
    trust = session.engine.trust
    assert trust[0] > 0.7
    assert trust[1] == 0
    assert trust.shape == (3,)


def test_as_answers_come_the_trust_fades():
    few, many = (session_of(claims(), told, X=NOISE) for told in (30, 110))
    shift = [
        np.abs(s.predict_proba()[110:] - session_of(None, told, X=NOISE).predict_proba()[110:])
        .mean()
        for s, told in ((few, 30), (many, 110))
    ]  # fmt: skip
    assert shift[1] < shift[0]


def test_answers_stay_what_they_are():
    session = session_of(1 - claims(1.0), 10)
    assert (session.predict()[:10] == TRUE[:10]).all()


def test_a_tag_that_comes_later_has_no_prior():
    session = session_of(claims(), 20)
    session.add_class("late")
    with_late = session.predict_proba()
    assert with_late.shape == (N, 4)
    assert np.isnan(session.prior[:, 3]).all()
    assert np.isnan(session.engine.trust[3])
    other = session_of(None, 20)
    other.add_class("late")
    np.testing.assert_allclose(with_late[:, 3], other.predict_proba()[:, 3], atol=1e-6)
    session.undo()
    assert session.predict_proba().shape == (N, 3)


def test_tags_that_are_renamed_merged_deleted_and_brought_back(tmp_path):
    given = pd.DataFrame(claims(), columns=list(NAMES))
    session = session_of(given, store=tmp_path / "a.db")
    session.rename_class("c", "sea")
    session.merge_classes(["a", "b"], into="b")
    session.undo()
    np.testing.assert_allclose(session.prior, claims(), atol=1e-6)
    session.redo()
    assert session.classes == ("b", "sea")
    expected = 1 - (1 - claims()[:, 0]) * (1 - claims()[:, 1])
    np.testing.assert_allclose(session.prior[:, 0], expected, atol=1e-6)
    np.testing.assert_allclose(session.prior[:, 1], claims()[:, 2], atol=1e-6)
    before = session.predict_proba()
    session.store.close()
    again = session_of(given, store=tmp_path / "a.db")
    np.testing.assert_allclose(again.predict_proba(), before, atol=1e-6)
    again.add_class("d")
    again.delete_class("sea", reassign="d")
    assert np.isnan(again.prior[:, 1]).sum() == 0
    np.testing.assert_allclose(again.prior[:, 1], claims()[:, 2], atol=1e-6)


def test_new_points_get_the_prior_of_the_items_near():
    session = session_of(claims(), 12)
    proba, new = session.predict_proba(), session.predict_proba(blobs(N)[40:60])
    np.testing.assert_allclose(new, proba[40:60], atol=1e-4)


def test_while_items_are_being_embedded():
    session = nb.Session(
        nb.Pool([np.zeros((4, 4))] * N), NAMES, multi_label=True, embed=False, prior=claims()
    )
    assert (session.predict() == (claims() > 0.5)).all()
    session.set_embeddings(blobs(N), embedded=np.arange(N) < 60)
    assert (session.predict()[:60] == (claims()[:60] > 0.5)).all()
    session.set_embeddings(blobs(N))
    session.tell(range(10), TRUE[:10])
    assert session.predict_proba().shape == (N, 3)


def test_a_replica_and_the_past_have_the_prior():
    session = session_of(claims(), 10)
    expected = session.predict_proba()
    np.testing.assert_allclose(session.replica().predict_proba(), expected, atol=1e-6)
    session.tell(range(10, 30), TRUE[10:30])
    past = session.as_of(session.events()[-2].seq)
    np.testing.assert_allclose(past.predict_proba(), expected, atol=1e-6)


def test_it_is_never_counted(tmp_path):
    session = session_of(claims(1.0), 3)
    assert session.n_labeled == 3
    assert (session.y >= 0).sum() == 9
    session.export(tmp_path / "a.csv")
    assert len(pd.read_csv(tmp_path / "a.csv")) == 3
    assert nb.audit(session).n_checks == 0


def test_it_is_asked_for_again_once(tmp_path):
    session_of(claims(), 3, store=tmp_path / "a.db").store.close()
    with pytest.warns(UserWarning, match="Pass prior= again"):
        session_of(store=tmp_path / "a.db")


# the report


def test_a_report_before_and_after():
    session = session_of(pd.DataFrame(claims()[:, :2], columns=["a", "b"]))
    assert nb.prior_report(session).lines[0] == (
        "Prior: how good it is shows with the first answers."
    )
    session.tell(range(60), TRUE[:60])
    report = nb.prior_report(session)
    said, true = claims()[:60, :2] > 0.5, TRUE[:60, :2] == 1
    assert (report.n_yes, report.n_no) == (true.sum(), (~true).sum())
    assert report.n_yes_right == (said & true).sum()
    assert report.n_no_right == (~said & ~true).sum()
    assert report.table.loc["a", "predicted"] == (claims()[:, 0] > 0.5).sum()
    assert np.isnan(report.table.loc["c", "trust"])
    assert report.lines[0].startswith(
        f"Prior: right about {report.n_yes_right} of 60 answers “yes”"
    )
    assert "not known yet: 0 of at least 30" in str(report)


def test_its_accuracy_by_the_audit_sample():
    session = session_of(claims())
    drawn = session.draw(60)
    session.tell(drawn, TRUE[drawn])
    report = nb.prior_report(session)
    assert report.n_checks == 60
    assert report.accuracy == pytest.approx(((claims() > 0.5) == TRUE).mean(), abs=0.08)


def test_there_is_none_to_report_on():
    with pytest.raises(ValueError, match="has no prior"):
        nb.prior_report(session_of())


# in a simulation


def test_a_simulation_begins_with_it():
    options = {"classes": NAMES, "budget": 12, "batch_size": 4, "progress": False}
    known = pd.DataFrame({"c": claims()[:, 2], "a": claims()[:, 0]})
    runs = [
        nb.simulate(nb.Pool(embeddings=NOISE), TRUE, prior=prior, **options)
        for prior in (None, known)
    ]
    assert runs[1]["pool_accuracy"].iloc[-1] > runs[0]["pool_accuracy"].iloc[-1]
