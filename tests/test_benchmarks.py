"""The benchmarks judge their figures the right way round, and keep the parts measured before."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bulk, engine, labels, peers, tables
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


def _state(labeled: list[int]) -> peers.State:
    X, truth = engine.blobs(300)
    return peers.State(X, truth, labeled, peers.logistic, np.random.default_rng(0))


@pytest.mark.parametrize("name", ["CoreSet", "DropQuery", "Badge", "TypiClust"])
def test_a_peer_asks_for_items_without_a_label(name: str) -> None:
    pytest.importorskip("skactiveml", reason="of the extra bench")
    query = peers.of_activeml(name)
    state = _state(list(range(20)))
    asked = query(state, 3)
    assert len(set(asked)) == 3
    assert not set(asked) & set(state.labeled)


def test_a_model_is_asked_once_there_are_two_classes() -> None:
    state = _state([0])
    assert state.model is None
    assert (state.predict(state.X) == state.truth[0]).all()
    assert len(peers.least_confident(state, 3)) == 1  # at random, one, and then it looks again
    state = _state(list(range(20)))
    asked = peers.least_confident(state, 3)
    least = state.model.predict_proba(state.X[state.left]).max(axis=1)
    assert least[np.isin(state.left, asked)].max() <= least[~np.isin(state.left, asked)].min()


def test_a_batch_is_asked_with_one_model_and_judged_when_it_is_full() -> None:
    X, truth = engine.blobs(300)
    fitted = []

    def query(state: peers.State, n: int) -> list[int]:
        fitted.append((len(state.labeled), n))
        return peers.at_random(state, n)

    run = labels._loop(peers.logistic, query, 10)
    steps = list(run(labels.Case("blobs", 40, {}, X, truth), 0))
    assert fitted == [(1, 9), (10, 10), (20, 10), (30, 10)]
    assert [n for n, *_ in steps] == [1, 10, 20, 30, 40]
    assert all((pool == truth).sum() >= n for n, pool, _ in steps)


def test_coverage_asks_for_the_odd_rows_of_the_made_table_first() -> None:
    X, truth, odd = labels.rows_with_errors()
    state = peers.State(X, truth, [int(np.flatnonzero(~odd)[0])], peers.logistic, None)
    for _ in range(20):  # the farthest item from all that are labeled, as CoreSet asks
        apart = np.square(X[:, None] - X[state.labeled]).sum(axis=2).min(axis=1)
        state.labeled.append(int(apart.argmax()))
    assert 0.04 < odd.mean() < 0.06
    assert odd[state.labeled[1:]].all()


def test_a_linear_head_is_not_judged_by_what_it_learned() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 200)), np.arange(100) % 2
    assert peers.logistic().fit(X, y).score(X, y) == 1
    assert peers.linear_head(X, y) < 0.7
    assert peers.linear_head(X, y, (X, y)) == 1


def test_a_pool_without_figures_of_nblabel_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {
        "accuracy": {"10": [0.5], "30": []},
        "needed": {share: [None] for share in tables.SHARES},
    }
    case = {"name": "It", "n": 9, "budget": 30, "head": 0.75, "targets": {"10": 0.9}}
    content = tables.stored("labels")
    only = {**content, "cases": [{**case, "methods": {"peer": figures}}], "names": {}, "rows": []}
    monkeypatch.setattr(tables, "stored", lambda _: only)
    assert "linear head with all labels: 0.750" in "\n".join(tables.labels())
    assert len(tables.ahead()) == len(tables.missed()) == 2  # the lines of the header


def test_methods_measured_elsewhere_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "RESULTS", tmp_path)
    before = {"name": "It", "head": 0.75, "methods": {"a": 1, "b": 1}}
    write = tmp_path / "labels.json"
    write.write_text(json.dumps({"cases": [before], "rules": {}}))
    (case,) = labels._joined([{"name": "It", "methods": {"b": 2}}], {})["cases"]
    assert case == {"name": "It", "head": 0.75, "methods": {"a": 1, "b": 2}}
