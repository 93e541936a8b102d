"""The benchmarks judge their figures the right way round, and keep the parts measured before."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import engine
from benchmarks.report import Row, write


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
        write("engine", *engine.merged(path, part, [Row("it", "s", [value])], ["note"]), tmp_path)
    rows, notes = engine.merged(path, "million", [], [])
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
