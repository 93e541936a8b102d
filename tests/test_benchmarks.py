"""The benchmarks judge their figures the right way round, and keep the parts measured before."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import bulk, engine
from benchmarks.report import Row, merged, write


@pytest.mark.parametrize(
    ("value", "at_least", "reached"),
    [(4.0, True, False), (5.0, True, True), (4.0, False, True), (6.0, False, False)],
)
def test_a_target_is_a_floor_or_a_ceiling(value: float, at_least: bool, reached: bool) -> None:
    assert Row("it", "", [value], limit=5, at_least=at_least).reached is reached


def test_a_ratio_is_of_the_medians_and_must_be_large() -> None:
    slow, quick = Row("slow", "ms", [10.0, 60.0, 900.0]), Row("quick", "ms", [1.0, 10.0, 11.0])
    row = engine.times_row("slow over quick", slow, quick, 5)
    assert row.values == [6.0]
    assert row.reached
    assert not engine.times_row("quick over slow", quick, slow, 5).reached


def test_a_part_measured_again_replaces_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    for part, value in (("first", 1.0), ("mnist", 2.0), ("first", 3.0)):
        write(
            "engine",
            *merged(path, part, [Row("it", "s", [value])], ["note"], list(engine.PARTS)),
            tmp_path,
        )
    rows, notes = merged(path, "million", [], [], list(engine.PARTS))
    assert [(row.part, row.values) for row in rows] == [("mnist", [2.0]), ("first", [3.0])]
    assert notes == ["mnist: note", "first: note"]


def test_a_loop_and_the_engine_take_steps_on_the_same_arrays() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    X, truth = engine.blobs(2_000)
    for step in (
        engine.OurEngine(X, "knn", "margin"),
        engine.with_sklearn(X, KNeighborsClassifier()),
    ):
        values = engine.measured(step, truth, 3)
        assert len(values) == 3
        y = np.where(np.arange(len(X)) < 100, truth, -1)
        asked = step(y)
        assert len(set(asked.tolist())) == engine.ASKED
        assert (y[asked] < 0).all()


def test_a_lump_lies_around_an_item_of_its_class() -> None:
    X, truth = engine.blobs(2_000)
    free = np.arange(100, 2_000)
    small, large = (
        bulk.lump(X, truth, free, size, np.random.default_rng(0)) for size in (20, 1_000)
    )
    own = free[truth[free] == truth[small[0]]]
    assert set(small) < set(large) < set(own)
    assert len(large) == int(bulk.PART * len(own))
    apart = np.square(X[own] - X[small[0]]).sum(axis=1)
    np.testing.assert_array_equal(np.sort(own[np.argsort(apart)[:20]]), np.sort(small))


def test_a_sample_of_a_pool_has_its_shares() -> None:
    y = np.repeat([0, 1, 2], [8_000, 1_500, 500])
    assert np.bincount(y[bulk.stratified(y, 1_000)]).tolist() == [800, 150, 50]
    assert len(bulk.stratified(y, 20_000)) == len(y)


def test_runs_with_and_without_bulk_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    X, truth = engine.blobs(600)
    monkeypatch.setattr(bulk, "_pool", lambda name: (name, None, truth))
    monkeypatch.setattr(bulk, "_points", lambda *_: X)
    setting = bulk.Setting("digits", "gradients", "knn", 0)
    runs = list(bulk.measured(setting, ["lump of 20", bulk.IMPORT]))
    assert [bulk.key(run) for run in runs] == [
        (*setting, "lump of 20"),
        (*setting, bulk.IMPORT),
    ]
    assert [run["given"] for run in runs] == [20, 240]
    assert all(0 <= share <= 1 for run in runs for share in (*run["at once"], *run["later"]))
    assert list(bulk.summary(runs)["learners"]) == ["knn"]


def test_figures_of_bulk_labels() -> None:
    values = (0.05, -0.02, 0.0)
    runs = [{"at once": [0.5, 0.5 + value], "later": [0.6, 0.6 + value]} for value in values]
    assert bulk.figures(runs) == {
        "runs": 3,
        "at once": [0.0, -0.02],
        "later": [0.0, -0.02],
        "dropped": 1 / 3,
        "higher": 1 / 3,
    }


def test_one_seed_of_all_pools_is_measured_before_the_next() -> None:
    found = bulk.settings(["digits", "fruits"], list(bulk.EMBEDDINGS), ["rf", "knn"], 2)
    order = [(one.seed, one.learner) for one in found]
    assert order == [
        pair for pair in ((0, "knn"), (0, "rf"), (1, "knn"), (1, "rf")) for _ in range(6)
    ]
