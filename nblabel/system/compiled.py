"""Loops that numba compiles, and what runs in their place where it is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from nblabel.system.available import has

HAS_NUMBA = has("numba")

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(instead: Callable[..., Any] | None = None) -> Callable[[Loop], Loop]:
    """Return what compiles a loop ahead of its first call, or replaces it.

    Parameters
    ----------
    instead : callable, optional
        Does the same in NumPy; takes the place of the loop where numba is missing. A loop without
        one then stays as it is, in plain Python: only compiled loops call it, or it is short.
    """

    def made(loop: Any) -> Any:
        if HAS_NUMBA:
            import numba

            return numba.njit(cache=True, nogil=True, fastmath=True)(loop)
        return loop if instead is None else instead

    return made
