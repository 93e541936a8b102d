"""Boosting that finds its number of rounds on labels held out for a while."""

import numpy as np
import pytest
from sklearn.base import clone

import nblabel as nb
from nblabel.learners import make_learner
from nblabel.learners.early import EarlyStopping
from tests.samples import CLASSES, blobs

xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed")


def boosted(**options):
    usual = {"n_estimators": 60, "early_stopping_rounds": 3, "min_child_weight": 0.01, "n_jobs": 1}
    return xgboost.XGBClassifier(**{**usual, **options})


def test_it_stops_early_and_then_learns_from_all_labels(monkeypatch):
    X, y = blobs(300), np.arange(300) % 3
    y[::10] = (y[::10] + 1) % 3  # wrong labels, so that learning by heart does not pay
    fits = []
    fit = xgboost.XGBClassifier.fit
    monkeypatch.setattr(
        xgboost.XGBClassifier,
        "fit",
        lambda self, X, y, **given: fits.append((len(y), given)) or fit(self, X, y, **given),
    )
    model = EarlyStopping(boosted(learning_rate=1.0), 0.2, random_state=0).fit(X, y)
    (tried, given), (last, rest) = fits
    held = np.bincount(given["eval_set"][0][1])
    assert (held == np.round(np.bincount(y) / 5)).all()
    assert tried == 300 - held.sum()
    assert (last, "eval_set" in rest) == (300, False)
    assert model.estimator_.get_params()["n_estimators"] < 60
    assert (model.predict(X) == y).mean() > 0.85
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1, atol=1e-5)


def test_a_single_label_of_a_class_is_learned_from_and_never_held_out():
    X, y = blobs(4), np.array([0, 1, 2, 2])
    model = EarlyStopping(boosted(), random_state=0).fit(X, y)
    assert model.classes_.tolist() == [0, 1, 2]
    none_held = EarlyStopping(boosted(), random_state=0).fit(X[:3], y[:3])
    assert none_held.estimator_.get_params()["n_estimators"] == 60


def test_a_session_learns_with_the_settings_of_article_b():
    learner = EarlyStopping(
        boosted(learning_rate=0.08, max_depth=10, subsample=0.8, colsample_bytree=0.8)
    )
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=learner, random_state=1)
    session.tell(range(30), [CLASSES[index % 3] for index in range(30)])
    assert (session.predict() == np.array(CLASSES)[np.arange(60) % 3]).mean() > 0.9
    again = nb.Session(nb.Pool(embeddings=blobs()), CLASSES, learner=learner, random_state=1)
    again.tell(range(30), [CLASSES[index % 3] for index in range(30)])
    assert (again.predict_proba() == session.predict_proba()).all()
    assert not hasattr(learner, "estimator_")  # a copy was fitted


def test_the_learner_with_deep_trees_by_its_name():
    """The article's settings, and the tenth of the labels that decides when to stop."""
    X, y = blobs(300), np.arange(300) % 3
    learner = make_learner("xgb-deep", X, random_state=3)
    settings = learner._estimator.estimator.get_params()
    article = {"learning_rate": 0.08, "max_depth": 10, "subsample": 0.8, "colsample_bytree": 0.8}
    article |= {"reg_alpha": 8, "reg_lambda": 2, "early_stopping_rounds": 100}
    assert {key: settings[key] for key in article} == article
    assert settings["random_state"] == 3
    known = np.where(np.arange(300) < 150, y, -1)
    first, again = (learner.update(known, 3) for _ in range(2))
    assert (first == again).all()
    assert (first.argmax(axis=1) == y)[150:].mean() > 0.9


def test_a_share_that_is_none_is_told():
    with pytest.raises(ValueError, match=r"share is 1.5; choose one between 0 and 1"):
        EarlyStopping(boosted(), 1.5).fit(blobs(), np.arange(60) % 3)
    assert clone(EarlyStopping(boosted(), 0.3)).share == 0.3
