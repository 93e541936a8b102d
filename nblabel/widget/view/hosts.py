"""What is known of the front end that runs a cell."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

from IPython.core.getipython import get_ipython

OLDEST_ANYWIDGET = "0.9.21"  # as in pyproject.toml


def is_attended() -> bool:
    """Return whether a person may see what a cell shows, and answer.

    Programs that run notebooks, such as nbconvert and papermill, tell the kernel that nobody can
    type anything. Voilà does so, too, but has a page.
    """
    kernel: Any = getattr(get_ipython(), "kernel", None)
    if kernel is None or "VOILA_PREHEAT" in os.environ:
        return True
    return bool(getattr(kernel, "_allow_stdin", True))


def keeps_outputs_apart() -> bool:
    """Return whether the outputs below a panel can be hidden by its style sheet.

    VS Code and Colab show each output in a place of its own, which no style sheet reaches.
    """
    shell: Any = get_ipython()
    in_code = "__vsc_ipynb_file__" in getattr(shell, "user_ns", {})
    return not (in_code or "google.colab" in sys.modules)


def in_marimo() -> bool:
    """Return whether a marimo notebook runs this, which shows single widgets and has no IPython."""
    marimo: Any = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())


def is_apart() -> bool:
    """Return whether those who see the panel have not the folder that the kernel runs in.

    Voilà and ``marimo run`` show a notebook as an application, often of another computer.
    """
    if "VOILA_PREHEAT" in os.environ:
        return True
    return in_marimo() and sys.modules["marimo"].app_meta().mode == "run"


def check_anywidget(version: str) -> None:
    """Refuse an anywidget that the panel does not work with.

    Raises
    ------
    ImportError
        If it is too old.
    """
    if _numbers(version) < _numbers(OLDEST_ANYWIDGET):
        raise ImportError(
            f"the panel needs anywidget {OLDEST_ANYWIDGET} or newer, and {version} is installed; "
            "run: pip install --upgrade anywidget, and restart the kernel."
        )


def _numbers(version: str) -> tuple[int, ...]:
    """Return the first three numbers of a version: (0, 9, 21) of "0.9.21rc1"."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
