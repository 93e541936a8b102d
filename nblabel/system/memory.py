"""Memory that was freed, given back to the system."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def return_freed_memory() -> None:
    """Give back what was freed and the C library keeps for later; only glibc does, and can.

    It keeps memory apart for each thread that ever asked for some. A panel has threads of its own,
    so each one that ended would leave some megabytes.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
