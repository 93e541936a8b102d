"""What there is in this Python: optional packages, threads, second processes.

In the browser (Pyodide, which JupyterLite runs) there is no numba, and neither a thread nor a
process can be started. Whoever needs one of these asks here, and has another way where there is
none.
"""

from __future__ import annotations

import sys
import threading
from functools import cache
from importlib.util import find_spec

IN_BROWSER = sys.platform in ("emscripten", "wasi")
MOST_WITHOUT_NUMBA = 10_000  # items; what was measured, see docs/jupyterlite.md
TOO_MANY = (
    "this pool has {n:,} items; without numba, nblabel labels pools of up to {most:,}. {advice}"
)
ADVICE = "Install it (pip install numba), or make a pool of some of the items."
ADVICE_IN_BROWSER = (
    "A browser has no numba: make a pool of some of the items, or label in JupyterLab."
)


def has(package: str) -> bool:
    """Return whether a package is installed, without loading it."""
    try:
        return find_spec(package) is not None
    except ImportError:
        return False


@cache
def can_thread() -> bool:
    """Return whether a thread can be started."""
    try:
        threading.Thread(target=int, daemon=True).start()
    except RuntimeError:
        return False
    return True


def can_spawn() -> bool:
    """Return whether a second process can be started, and a thread that listens to it."""
    return not IN_BROWSER and can_thread()


def check_size(n: int) -> None:
    """Refuse a pool that is too large for what there is.

    Raises
    ------
    ValueError
        If there are more than 10,000 items and numba is missing.
    """
    if n > MOST_WITHOUT_NUMBA and not has("numba"):
        advice = ADVICE_IN_BROWSER if IN_BROWSER else ADVICE
        raise ValueError(TOO_MANY.format(n=n, most=MOST_WITHOUT_NUMBA, advice=advice))
