"""Loops over rows, shared out among the processors we may use."""

import os

import joblib
import pytest

from nblabel.system import parallel as rows


def parts(n):
    return rows.by_rows(n, lambda begin, end: (begin, end))


@pytest.fixture(autouse=True)
def anew(monkeypatch):
    monkeypatch.setattr(rows, "ALONE_UP_TO", 10)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    rows._threads.cache_clear()
    yield
    rows._threads.cache_clear()


@pytest.mark.parametrize(
    ("limit", "count"),
    [("", 4), ("1", 1), ("2", 2), ("3,1", 3), ("16", 4), ("0", 1), ("all", 4)],
)
def test_no_more_parts_than_openmp_may_have(monkeypatch, limit, count):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", limit)
    found = parts(100)
    assert len(found) == count
    assert [begin for begin, _ in found] == [0, *(end for _, end in found[:-1])]
    assert found[-1][1] == 100
    assert parts(10) == [(0, 10)]


def test_processes_of_joblib_share_the_processors():
    allowed = joblib.Parallel(2)(joblib.delayed(rows.allowed)() for _ in range(2))
    assert allowed == [max(1, joblib.cpu_count() // 2)] * 2
