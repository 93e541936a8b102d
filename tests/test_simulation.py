"""Simulated labeling: what is measured is what a session does, and a run that broke off goes on."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB
from tqdm import tqdm

import nblabel as nb
from nblabel.learners import KnnLearner
from nblabel.strategies import Query
from tests.samples import CLASSES, blobs

COLUMNS = ["n_labels", "pool_accuracy", "test_accuracy", "fit_seconds", "ask_seconds"]
SECONDS = ["fit_seconds", "ask_seconds"]
N = 40
Y = np.arange(N) % 3
ROOT = Path(__file__).parents[1]


def make_pool(seed=0):
    """Groups that overlap: twelve answers do not settle everything."""
    noise = np.random.default_rng(seed).normal(scale=4, size=(N, 2))
    return nb.Pool(embeddings=blobs(N, dim=2) + noise)


@pytest.fixture
def pool():
    return make_pool()


def run(pool, y=Y, **options):
    return nb.simulate(pool, y, **{"budget": 12, "progress": False, **options})


def same(one, other):
    """Fail unless two tables are the same but for the seconds."""
    pd.testing.assert_frame_equal(one.drop(columns=SECONDS), other.drop(columns=SECONDS))


def by_hand(pool, budget, batch_size=1, **options):
    """What a user would write with a session."""
    session = nb.Session(pool, CLASSES, **options)
    truth = np.array(CLASSES, dtype=object)[Y]
    rows = []
    while session.n_labeled < budget:
        for index in session.ask(batch_size).indices[: budget - session.n_labeled]:
            session.tell(index, truth[index])
        rows.append((session.n_labeled, (session.predict() == truth).mean()))
    return rows


# what is measured


@pytest.mark.parametrize("strategy", ["auto", "random", "margin"])
@pytest.mark.parametrize("learner", ["auto", GaussianNB()], ids=["auto", "estimator"])
@pytest.mark.parametrize("batch_size", [1, 5])
def test_it_is_what_a_session_does(pool, strategy, learner, batch_size):
    options = {"strategy": strategy, "learner": learner, "random_state": 4}
    frame = run(pool, classes=CLASSES, batch_size=batch_size, **options)
    expected = by_hand(pool, 12, batch_size, **options)
    assert list(frame[["n_labels", "pool_accuracy"]].itertuples(index=False, name=None)) == expected
    assert 0.3 < frame["pool_accuracy"].iloc[-1] < 1


def test_the_table(pool):
    frame = run(pool)
    assert frame.columns.tolist() == [*COLUMNS, "learner", "strategy"]
    assert frame["n_labels"].tolist() == list(range(1, 13))
    assert frame["n_labels"].dtype == np.int64
    assert {str(dtype) for dtype in frame.dtypes[COLUMNS[1:]]} == {"float64"}
    assert frame["test_accuracy"].isna().all()
    assert (frame[SECONDS] > 0).all(axis=None)
    assert not frame[["learner", "strategy"]].isin(["auto"]).any(axis=None)


def test_names_tell_runs_apart(pool):
    assert set(run(pool, learner="knn-cosine")["learner"]) == {"knn-cosine"}
    assert set(run(pool, learner=GaussianNB())["learner"]) == {"GaussianNB"}
    assert set(run(pool, strategy=Stubborn())["strategy"]) == {"Stubborn"}


def test_a_last_step_that_is_smaller(pool):
    assert run(pool, batch_size=5)["n_labels"].tolist() == [5, 10, 12]


def test_it_ends_where_the_pool_does(pool):
    frame = run(pool, budget=1_000, batch_size=7)
    assert frame["n_labels"].iloc[-1] == N
    assert frame["pool_accuracy"].iloc[-1] == 1


def test_answers_count_as_given(pool):
    """Labels that no learner could guess: what was answered is right, also if it predicts else."""
    y = np.random.default_rng(0).permutation(Y)
    frame = run(pool, y, learner=GaussianNB(), budget=N)
    assert (frame["pool_accuracy"] >= frame["n_labels"] / N).all()


def test_pictures_are_embedded_as_a_session_would():
    images = np.random.default_rng(0).integers(0, 255, (N, 5, 5), dtype=np.uint8)
    frame = run(images, classes=CLASSES)
    assert frame["pool_accuracy"].tolist() == [share for _, share in by_hand(images, 12)]


def test_seeds_differ(pool):
    frames = [run(pool, strategy="random", random_state=seed) for seed in (0, 1)]
    assert frames[0]["pool_accuracy"].tolist() != frames[1]["pool_accuracy"].tolist()
    same(run(pool, strategy="random"), frames[0])


def test_no_seed_draws_one_that_is_told(pool, tmp_path):
    frames = [run(pool, strategy="random", random_state=None) for _ in range(2)]
    seeds = [frame["seed"].iloc[0] for frame in frames]
    assert seeds[0] != seeds[1]
    same(run(pool, strategy="random", random_state=[seeds[0]]), frames[0])
    with pytest.raises(ValueError, match="resume= needs a seed"):
        run(pool, random_state=None, resume=tmp_path / "run.jsonl")


def test_learner_and_strategy_stay_untouched(pool):
    learner, strategy = GaussianNB(), Stubborn()
    run(pool, learner=learner, strategy=strategy)
    assert not hasattr(learner, "classes_")
    assert strategy.asked == 0


@pytest.mark.parametrize("learner", ["knn", "graph", "logreg"])
def test_a_class_of_one_percent_is_found_and_guessed(learner):
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [280, 117, 4]))
    X = np.array([[0.0, 0], [8, 0], [0, 12]])[y] + rng.normal(size=(401, 2))
    table = nb.simulate(nb.Pool(embeddings=X), y, learner=learner, budget=30, progress=False)
    assert table["pool_accuracy"].iloc[-1] > 0.995  # more than without the rare class


@pytest.mark.slow  # processes
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_several_seeds(pool, n_jobs):
    seeds = np.array([3, 0, 5])
    frame = run(pool, strategy="random", random_state=seeds, n_jobs=n_jobs)
    assert frame.columns.tolist() == ["seed", *COLUMNS, "learner", "strategy"]
    one_by_one = [
        run(pool, strategy="random", random_state=int(seed)).assign(seed=seed) for seed in seeds
    ]
    expected = pd.concat(one_by_one, ignore_index=True)
    same(frame, expected[frame.columns])
    assert frame["seed"].tolist() == [3] * 12 + [0] * 12 + [5] * 12


@pytest.mark.slow  # processes
def test_arrays_that_processes_share():
    """Beyond 1 MB joblib gives the processes a memory map, which is read-only."""
    n = 6_000
    options = {"random_state": [0, 1], "budget": 6, "batch_size": 3}
    X = blobs(n, dim=50)
    assert X.nbytes > 1e6
    for learner in ("knn", GaussianNB()):
        parallel = run(
            nb.Pool(embeddings=X), np.arange(n) % 3, learner=learner, n_jobs=2, **options
        )
        serial = run(nb.Pool(embeddings=X), np.arange(n) % 3, learner=learner, **options)
        same(parallel, serial)


def test_progress(pool, capsys, monkeypatch):
    bars = []

    class Bar(tqdm):
        def __init__(self, **options):
            super().__init__(**options | {"delay": 0, "mininterval": 0, "leave": True})
            bars.append(self)

    monkeypatch.setattr("nblabel.system.progress.tqdm", Bar)
    run(pool, random_state=[0, 1], progress=True)
    assert "24/24" in capsys.readouterr().err
    run(pool, random_state=[0, 1], progress=False)
    assert capsys.readouterr().err == ""
    assert sum(bar.total == 24 for bar in bars) == 2  # compiling may have one, too


# test items


@pytest.mark.parametrize("learner", ["knn", GaussianNB()], ids=["knn", "estimator"])
def test_test_items(learner):
    X = blobs(80, dim=2, seed=3)
    y = np.arange(80) % 3
    pool = nb.Pool(embeddings=X[:N])
    frame = run(pool, Y, learner=learner, X_test=X[N:], y_test=y[N:])
    session = nb.Session(pool, range(3), learner=learner)
    for _ in range(12):
        index = session.ask().indices[0]
        session.tell(index, Y[index])
    session.refit()
    right = session.engine.learner.predict_proba(X[N:]).argmax(axis=1) == y[N:]
    assert frame["test_accuracy"].iloc[-1] == right.mean() > 0.4
    assert frame["test_accuracy"].between(0, 1).all()


def test_a_learner_that_cannot_predict_test_items(pool, monkeypatch):
    monkeypatch.delattr(KnnLearner, "predict_proba", raising=False)
    with pytest.raises(TypeError, match=r"knn knows only the items of the pool.*Leave X_test"):
        run(pool, learner="knn", X_test=np.zeros((1, 2)), y_test=[0])


def test_a_learner_that_returns_another_shape(pool, monkeypatch):
    monkeypatch.setattr(KnnLearner, "predict_proba", lambda _, X: X, raising=False)
    with pytest.raises(ValueError, match=r"shape \(4, 2\) for the test items; expected \(4, 3\)"):
        run(pool, learner="knn", X_test=np.zeros((4, 2)), y_test=[0] * 4)


@pytest.mark.parametrize(
    ("X_test", "y_test", "message"),
    [
        (np.zeros((1, 2)), None, "belong together; pass both or neither"),
        (None, [0], "belong together; pass both or neither"),
        (np.zeros((1, 3)), [0], r"shape \(1, 3\); expected embeddings of width 2.*Embed all items"),
        (np.zeros((1, 2, 2)), [0], r"shape \(1, 2, 2\); expected embeddings of width 2"),
        (np.full((1, 2), np.nan), [0], "X_test: embeddings hold NaN"),
        (np.zeros((0, 2)), [], "X_test is empty"),
        (np.zeros((2, 2)), [0], "y_test holds 1 answers for 2 items"),
        (np.zeros((1, 2)), [7], "y_test holds 7, which is no class; the classes are 0, 1, 2"),
        (np.zeros((1, 2)), ["bag"], "y_test holds 'bag', which is no class"),
    ],
)
def test_test_items_that_are_none(pool, X_test, y_test, message):
    with pytest.raises(ValueError, match=message):
        run(pool, X_test=X_test, y_test=y_test)


def test_test_items_need_embeddings_to_compare_with():
    images = np.zeros((N, 5, 5), dtype=np.uint8)
    with pytest.raises(ValueError, match="needs a pool with embeddings.*Embed all items together"):
        run(images, X_test=np.zeros((1, 25)), y_test=[0])


# the answers


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (Y, None),
        (Y.tolist(), range(3)),
        (Y.astype(float), None),
        (pd.Series(Y, index=Y[::-1]), np.arange(3)),
        (pd.Series(Y, dtype="Int64"), None),
        (Y, CLASSES),
        (np.array(CLASSES)[Y], CLASSES),
        ([f" {CLASSES[code]} " for code in Y], CLASSES),
        (pd.Series(np.array(CLASSES)[Y]).astype("category"), CLASSES),
        (Y * 2 + 3, [3, 5, 7]),
        (Y * 2 + 3, None),
        (Y * 2 + 3, [3.0, 5.0, 7.0]),
        (Y.astype(str), range(3)),
        (Y, ["0", "1", "2"]),
    ],
)
def test_answers_of_every_kind(pool, y, classes):
    same(run(pool, y, classes=classes), run(pool))


def test_classes_are_the_sorted_answers(pool):
    """Their order decides between classes that are as likely."""
    names = np.array(["c", "a", "b"])
    same(run(pool, names[Y]), run(pool, names[Y], classes=["a", "b", "c"]))
    same(run(pool, Y - 10), run(pool))


def test_two_answers(pool):
    same(run(pool, Y == 0), run(pool, (Y == 0).astype(int)))
    same(run(pool, Y == 0, classes=["no", "yes"]), run(pool, Y == 0))


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (Y[1:], {}, "y holds 39 answers for 40 items; pass one for each"),
        (np.where(Y == 2, np.nan, Y), {}, r"lacks the answer for 13 of 40 items \(first: posit"),
        ([None, *Y[1:]], {}, "lacks the answer for 1 of 40 items.*Leave those items out"),
        (["bag", np.nan] * 20, {}, r"lacks the answer for 20 of 40 items \(first: position 1\)"),
        (pd.Series([pd.NA, *Y[1:]], dtype="Int64"), {}, "lacks the answer for 1 of 40"),
        (Y + 0.5, {}, "y holds .*0.5.*, which is no class"),
        (np.eye(3)[Y], {}, r"holds rows instead of single answers.*argmax\(axis=1\).*tags"),
        ([[0]] * N, {}, "holds rows instead of single answers"),
        ("bag", {}, "y is 'bag'; pass the right answer for each"),
        (3, {}, "y is 3; pass the right answer for each"),
        (np.zeros(N), {}, "holds 1 name; labeling needs at least two"),
        (
            Y,
            {"classes": ["bag", "boot"]},
            "y holds 2, which is no class; the classes are bag, boot",
        ),
        (Y, {"classes": [1, 2, 3]}, "y holds 0, which is no class; the classes are 1, 2, 3"),
        (Y - 1, {"classes": CLASSES}, "y holds -1, which is no class"),
        (["hat"] * N, {"classes": CLASSES}, "'hat', which is no class.*all of them as classes="),
        (Y, {"budget": 0}, "budget is 0; pass a whole number of at least 1"),
        (Y, {"budget": 2.5}, "budget is 2.5; pass a whole number"),
        (Y, {"batch_size": 0}, "batch_size is 0; pass a whole number"),
        (Y, {"random_state": []}, r"random_state is \[\]; pass a whole number"),
        (Y, {"random_state": -1}, "random_state is -1; pass a whole number"),
        (Y, {"random_state": "a"}, "random_state is 'a'; pass a whole number"),
        (Y, {"random_state": [1, 1]}, "names a seed twice"),
        (Y, {"random_state": [1, 2], "n_jobs": 0}, "n_jobs"),
        (Y, {"strategy": "best"}, "unknown strategy 'best'"),
        (Y, {"learner": "best"}, "unknown learner 'best'"),
    ],
)
def test_arguments_that_are_none(pool, y, options, message):
    with pytest.raises(ValueError, match=message):
        run(pool, y, **options)


# strategies of one's own


class Stubborn:
    """Asks in the order of the pool; breaks off at will."""

    breaks_at = None
    error = RuntimeError("broken off")
    repeats = False
    most = N

    def __init__(self):
        self.asked = 0

    def query(self, view, n):
        self.asked += 1
        if len(view.labeled) == Stubborn.breaks_at:
            raise Stubborn.error
        indices = np.zeros(n, dtype=np.intp) if self.repeats else view.candidates[:n]
        indices = indices[: self.most - len(view.labeled)]
        return Query(indices, np.ones(len(indices), dtype=np.float32), (None,) * len(indices))


def test_a_strategy_that_asks_twice(pool, monkeypatch):
    monkeypatch.setattr(Stubborn, "repeats", True)
    with pytest.raises(ValueError, match="Stubborn asked for an item twice"):
        run(pool, strategy=Stubborn())
    with pytest.raises(ValueError, match="Stubborn asked for an item twice"):
        run(pool, strategy=Stubborn(), batch_size=2)


def test_a_strategy_that_has_enough(pool, monkeypatch):
    monkeypatch.setattr(Stubborn, "most", 3)
    assert run(pool, strategy=Stubborn())["n_labels"].tolist() == [1, 2, 3]
    monkeypatch.setattr(Stubborn, "most", 0)
    frame = run(pool, strategy=Stubborn())
    assert len(frame) == 0
    assert frame.columns.tolist() == [*COLUMNS, "learner", "strategy"]


# going on


@pytest.fixture
def path(tmp_path):
    return tmp_path / "curve.jsonl"


@pytest.mark.parametrize("error", [RuntimeError("broken off"), KeyboardInterrupt()])
@pytest.mark.parametrize("batch_size", [1, 5])
def test_it_goes_on_behind_an_error(pool, path, monkeypatch, error, batch_size):
    options = {"strategy": Stubborn(), "resume": path, "batch_size": batch_size, "classes": CLASSES}
    monkeypatch.setattr(Stubborn, "breaks_at", 5)
    monkeypatch.setattr(Stubborn, "error", error)
    with pytest.raises(type(error)):
        run(pool, **options)
    monkeypatch.undo()
    before = path.read_bytes()
    same(run(pool, **options), run(pool, **options | {"resume": None}))
    assert path.read_bytes().startswith(before)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["auto", "random", "margin"])
@pytest.mark.parametrize("learner", ["auto", GaussianNB()], ids=["auto", "estimator"])
@pytest.mark.parametrize("batch_size", [1, 4])
def test_it_goes_on_behind_each_step(pool, path, strategy, learner, batch_size):
    options = {"strategy": strategy, "learner": learner, "batch_size": batch_size, "resume": path}
    whole = run(pool, **options)
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + len(whole)
    for kept in range(1, len(lines) + 1):
        path.write_bytes(b"".join(lines[:kept]))
        resumed = run(pool, **options)
        same(resumed, whole)
        pd.testing.assert_frame_equal(resumed[: kept - 1], whole[: kept - 1])  # seconds as well


def test_test_accuracy_is_kept(path):
    X = blobs(80, dim=2, seed=3)
    options = {"X_test": X[N:], "y_test": np.arange(80)[N:] % 3, "learner": GaussianNB()}
    pool = nb.Pool(embeddings=X[:N])
    run(pool, budget=5, resume=path, **options)
    same(run(pool, resume=path, **options), run(pool, **options))


@pytest.mark.slow
def test_a_line_cut_short_is_dropped(pool, path):
    whole = run(pool, budget=3, resume=path)
    content = path.read_bytes()
    last = content.splitlines(keepends=True)[-1]
    ends = [*range(len(content) - len(last) + 1, len(content), 7), len(content) - 1]
    for end in ends:
        path.write_bytes(content[:end])
        same(run(pool, budget=3, resume=path), whole)
        assert all(json.loads(line) for line in path.read_text("utf-8").splitlines())
    path.write_bytes(content[: -len(last)] + b"\0" * 20 + b"\n")
    same(run(pool, budget=3, resume=path), whole)


@pytest.mark.slow  # processes
def test_a_killed_process_goes_on(pool, path):
    """It is killed while it takes an answer; the steps before are in the file."""
    program = """
import os, signal, sys
import nblabel as nb
from tests.test_simulation import make_pool, run

tell = nb.Session.tell
def deadly(session, index, label):
    if session.n_labeled == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return tell(session, index, label)
nb.Session.tell = deadly
run(make_pool(), resume=sys.argv[1])
"""
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(path.read_bytes().splitlines()) == 1 + 7
    same(run(pool, resume=path), run(pool))


def test_a_larger_budget_goes_on(pool, path):
    run(pool, budget=8, batch_size=4, resume=path)
    same(run(pool, budget=14, batch_size=4, resume=path), run(pool, budget=14, batch_size=4))
    same(run(pool, budget=8, batch_size=4, resume=path), run(pool, budget=8, batch_size=4))
    with pytest.raises(
        ValueError, match="holds a step of 2 behind 12 labels, where this run has.*4"
    ):
        run(pool, budget=20, batch_size=4, resume=path)


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_each_seed_has_its_file(pool, path, n_jobs):
    run(pool, random_state=[2], resume=path, budget=5)
    frame = run(pool, random_state=[2, 7], resume=path, n_jobs=n_jobs)
    same(frame, run(pool, random_state=[2, 7]))
    names = sorted(file.name for file in path.parent.iterdir())
    assert names == ["curve-seed2.jsonl", "curve-seed7.jsonl"]


def test_one_seed_uses_the_file_named(pool, path):
    run(pool, resume=str(path))
    assert [file.name for file in path.parent.iterdir()] == ["curve.jsonl"]


def test_an_empty_file_is_begun(pool, path):
    path.touch()
    same(run(pool, resume=path), run(pool))
    assert path.stat().st_size


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "margin"}, "strategy was 'auto', now is 'margin'"),
        ({"learner": "knn-cosine"}, "learner was 'auto', now is 'knn-cosine'"),
        ({"learner": GaussianNB()}, "learner was 'auto', now is .sklearn.naive_bayes.GaussianNB"),
        ({"batch_size": 2}, "batch_size was 1, now is 2"),
        ({"random_state": 1}, "seed was 0, now is 1"),
        ({"classes": CLASSES}, r"classes was \['0', '1', '2'\], now is \['boot', 'bag', 'shirt'\]"),
        ({"y": (Y + 1) % 3}, "y differs"),
        ({"pool": make_pool(seed=1)}, "the embeddings differ"),
    ],
)
def test_other_settings_are_told(pool, path, options, message):
    options = {"pool": pool, "y": Y, "resume": path} | options
    run(pool, resume=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=rf"other settings: {message}.*name another file"):
        run(**options)
    assert path.read_bytes() == before


def test_parameters_of_an_estimator_are_settings(pool, path):
    run(pool, learner=GaussianNB(var_smoothing=1e-8), resume=path)
    run(pool, learner=GaussianNB(var_smoothing=1e-8), resume=path)
    with pytest.raises(ValueError, match=r"learner was.*now is.*GaussianNB.*1e-07"):
        run(pool, learner=GaussianNB(var_smoothing=1e-7), resume=path)


def test_test_items_are_settings(pool, path):
    run(pool, learner=GaussianNB(), resume=path)
    with pytest.raises(ValueError, match="the test set differs"):
        run(pool, learner=GaussianNB(), resume=path, X_test=np.zeros((1, 2)), y_test=[0])


@pytest.mark.parametrize(
    "content", [b"id,label\n1,bag\n", b"notes", b"{}\n", b'{"simulation": 99}\n', b"[1]\n", b"\n"]
)
def test_a_file_of_something_else_is_left_as_it_is(pool, path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match="holds no simulation that this version of nblabel can"):
        run(pool, resume=path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [
        lambda step: b"not json\n",
        lambda step: b"",  # the step is missing
        lambda step: step + step,
        lambda step: step.replace(b'"asked": [', b'"asked": [99, '),
        lambda step: step.replace(b'"asked"', b'"question"'),
        lambda step: b"{}\n",
    ],
)
def test_damage_in_the_middle_is_told(pool, path, change):
    run(pool, resume=path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[5] = change(lines[5])
    path.write_bytes(b"".join(lines))
    with pytest.raises(ValueError, match=r"line [67] of .* is damaged, or two runs wrote"):
        run(pool, resume=path)


def test_a_folder_that_does_not_exist(pool, tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist; make it"):
        run(pool, resume=tmp_path / "none" / "curve.jsonl")
