"""Memory that was freed, given back to the system. Only glibc keeps it, and can be told not to.

It keeps what threads freed for whoever asks next, in several arenas. A panel has threads of its
own, so every run of its cell would leave megabytes: with 60,000 x 384 embeddings the kernel's
memory grew by two thirds in 20 runs, see `benchmarks/panel.py`. The settings are those of the whole
process.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MB = 1 << 20

# of malloc.h
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def keep_little() -> None:
    """Keep no more than a megabyte of freed memory for each arena, from now on."""
    _glibc("mallopt", M_TRIM_THRESHOLD, MB)
    # Else it were fixed where it happens to be, and every larger array mapped and unmapped.
    _glibc("mallopt", M_MMAP_THRESHOLD, 32 * MB)


def return_freed() -> None:
    """Give back what was freed before."""
    _glibc("malloc_trim", 0)


@contextmanager
def collected_later() -> Iterator[None]:
    """Make many objects without Python going over all there are, again and again, meanwhile.

    It looks for those that refer to each other in circles, and does so once this is over.
    """
    if not gc.isenabled():  # held back around this already, or by the user
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _glibc(function: str, *arguments: int) -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            getattr(ctypes.CDLL(None), function)(*arguments)
