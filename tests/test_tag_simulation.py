"""Simulations where an item may have several tags."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import nblabel as nb
from tests.samples import blobs

N = 90
NAMES = ["a", "b", "c"]
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2], axis=1).astype(np.int8)
OPTIONS = {"budget": 12, "batch_size": 3, "progress": False}


def test_a_curve_of_precision_and_accuracy():
    table = nb.simulate(nb.Pool(embeddings=blobs(N)), TRUE, classes=NAMES, **OPTIONS)
    assert table["n_labels"].tolist() == [3, 6, 9, 12]
    assert table["average_precision"].between(0, 1).all()
    assert table["average_precision"].iloc[-1] > 0.95
    assert table["pool_accuracy"].iloc[-1] > 0.95
    assert table["test_accuracy"].isna().all()
    assert nb.plots.learning_curve(table, "average_precision").data
    session = nb.Session(nb.Pool(embeddings=blobs(N)), NAMES, multi_label=True)
    for _ in range(4):
        asked = session.ask(3).indices
        session.tell(asked, TRUE[asked])
    assert table["pool_accuracy"].iloc[-1] == (session.predict() == TRUE).mean()


def test_a_table_names_its_classes_and_test_items_are_judged():
    X, Y = blobs(N), pd.DataFrame(TRUE, columns=NAMES)
    table = nb.simulate(
        nb.Pool(embeddings=X[:60]),
        Y[:60],
        X_test=X[60:],
        y_test=Y[60:],
        learner=LogisticRegression(),
        strategy="random",
        random_state=[0, 1],
        **OPTIONS,
    )
    assert table["seed"].unique().tolist() == [0, 1]
    assert table["test_accuracy"].iloc[-1] > 0.9
    assert table["average_precision"].iloc[-1] > 0.95
    assert table["strategy"].unique().tolist() == ["random"]


def test_nothing_is_left_to_judge():
    table = nb.simulate(
        nb.Pool(embeddings=blobs(12)), TRUE[:12], classes=NAMES, **{**OPTIONS, "budget": 12}
    )
    assert table["pool_accuracy"].iloc[-1] == 1
    assert np.isnan(table["average_precision"].iloc[-1])


def test_a_run_goes_on_where_it_was_interrupted(tmp_path):
    options = {**OPTIONS, "classes": NAMES, "resume": tmp_path / "run.jsonl"}
    first = nb.simulate(nb.Pool(embeddings=blobs(N)), TRUE, **{**options, "budget": 6})
    again = nb.simulate(nb.Pool(embeddings=blobs(N)), TRUE, **options)
    whole = nb.simulate(nb.Pool(embeddings=blobs(N)), TRUE, **{**options, "resume": None})
    columns = ["n_labels", "pool_accuracy", "average_precision"]
    pd.testing.assert_frame_equal(again[columns], whole[columns])
    assert len(first) == 2


def test_what_is_refused():
    pool = nb.Pool(embeddings=blobs(N))
    with pytest.raises(ValueError, match="classes="):
        nb.simulate(pool, TRUE, **OPTIONS)
    with pytest.raises(ValueError, match="1 and 0"):
        nb.simulate(pool, TRUE[:5], classes=NAMES, **OPTIONS)
    with pytest.raises(ValueError, match="1 and 0"):
        nb.simulate(pool, 2 * TRUE, classes=NAMES, **OPTIONS)
    with pytest.raises(ValueError, match="prior has 2 columns for 3 classes"):
        nb.simulate(pool, TRUE, classes=NAMES, prior=TRUE[:, :2] / 2, **OPTIONS)
    with pytest.raises(ValueError, match="for several tags"):
        nb.simulate(pool, TRUE, classes=NAMES, strategy="uherding", **OPTIONS)
