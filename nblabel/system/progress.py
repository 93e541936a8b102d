"""How far long work is: a bar, unless somebody listens who shows it elsewhere and may stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from tqdm import tqdm

from nblabel.system.available import can_thread

__all__ = ["heard_by", "over", "parts", "tqdm"]  # bars are made of this `tqdm`

if not can_thread():
    tqdm.monitor_interval = 0  # its thread, which draws bars that stand still

T = TypeVar("T")
Listener = Callable[[str, float], None]

PART = 20_000  # rows; the work on so many takes less than a second

_listener: ContextVar[Listener | None] = ContextVar("nblabel_progress", default=None)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Tell a listener how far the work of this thread is, in the place of bars.

    Parameters
    ----------
    listener : callable
        Called with what is done and the share that is done. What it raises stops the work.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def parts(n: int, name: str) -> Iterator[slice]:
    """Go over n rows, some thousand at a time; what takes no time shows no progress."""
    starts = range(0, n, PART)
    for start in over(starts, name) if n > PART else starts:
        yield slice(start, start + PART)


def over(items: Sequence[T], name: str) -> Iterator[T]:
    """Go over items, and tell how far it is; a bar only comes if it takes more than a second."""
    listener = _listener.get()
    if listener is None:
        yield from tqdm(items, name, delay=1, leave=False)
        return
    for place, item in enumerate(items):
        listener(name, place / len(items))
        yield item
