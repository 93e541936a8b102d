"""A thread that gives way has less priority than the one that started it; nobody else has."""

import os
import sys
import threading
from functools import cache

import pytest

from nblabel.system import parallel
from nblabel.system.priority import NICE, give_way


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux")
def test_a_thread_gives_way_and_the_others_do_not():
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    found = []

    def work() -> None:
        give_way(here + 3)
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [here + 3]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == here


def test_where_it_is_refused_nothing_happens(monkeypatch):
    def refused(*_given: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refused, raising=False)
    give_way(1)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux")
def test_threads_for_rows_give_way_whoever_starts_them(monkeypatch):
    monkeypatch.setattr(parallel, "_threads", cache(parallel._threads.__wrapped__))
    monkeypatch.setattr(parallel, "allowed", lambda: 2)

    def nice(_begin: int, _end: int) -> tuple[str, int]:
        here = threading.get_native_id()
        return threading.current_thread().name, os.getpriority(os.PRIO_PROCESS, here)

    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    found = dict(parallel.by_rows(parallel.ALONE_UP_TO + 2, nice))
    assert found == {"nblabel-rows_0": NICE, threading.current_thread().name: here}
