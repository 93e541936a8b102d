"""Loops over the rows of large arrays, on several processors."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

from nblabel.system.available import can_thread
from nblabel.system.priority import NICE, give_way

ALONE_UP_TO = 20_000  # rows; handing out fewer takes as long as doing them
MOST = 4  # parts: memory is no faster for more


def by_rows(n: int, loop: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Call a loop on every part of the rows: compiled, or in numpy, which let others run meanwhile.

    Parameters
    ----------
    n : int
        How many rows.
    loop : callable
        Called as ``loop(begin, end, *arguments)``; it writes to no row but those.

    Returns
    -------
    list
        What each call returned, in the order of the rows.
    """
    if n <= ALONE_UP_TO or not can_thread():
        return [loop(0, n, *arguments)]
    parts, others = _threads()
    bounds = [n * part // parts for part in range(parts + 1)]
    calls = [others.submit(loop, begin, end, *arguments) for begin, end in pairwise(bounds[:-1])]
    last = loop(bounds[-2], bounds[-1], *arguments)  # this thread has nothing else to do
    return [*(call.result() for call in calls), last]


@cache
def _threads() -> tuple[int, ThreadPoolExecutor]:
    parts = min(MOST, allowed())
    # whoever calls first starts them, and they stay: a browser on this machine goes before them
    return parts, ThreadPoolExecutor(
        max(1, parts - 1), "nblabel-rows", initializer=give_way, initargs=(NICE,)
    )


def readers(name: str) -> Executor:
    """Return what calls functions in as many threads as we may use, or at once where none start."""
    return ThreadPoolExecutor(allowed(), thread_name_prefix=name) if can_thread() else _AtOnce()


class _AtOnce(Executor):
    """Calls a function before `submit` returns."""

    def submit(self, call: Any, /, *given: Any, **named: Any) -> Future[Any]:
        """Return what is done already."""
        future: Future[Any] = Future()
        try:
            future.set_result(call(*given, **named))
        except Exception as error:  # noqa: BLE001  raised by `result`
            future.set_exception(error)
        return future


def allowed() -> int:
    """Return how many processors we may use: all, or as many as OpenMP may.

    joblib limits its processes so, which share the machine with one another.
    """
    known = hasattr(os, "sched_getaffinity")
    here = len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
    limit = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()  # "4,2": by nesting level
    return max(1, min(here, int(limit))) if limit.isdecimal() else here
