"""What a cell shows while its panel is being built, and what its notebook keeps of it."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display as _display

from nblabel.system import progress
from nblabel.widget import text

display: Any = _display  # it has no types

ADVISED = "nbl-advised"  # what `keep_advice` says is right behind it
DELAY = 1.0  # seconds; work that takes less is not told
PAUSE = 0.1  # from one step of the bar to the next


@contextmanager
def progress_in_cell() -> Iterator[None]:
    """Show the progress of what is built in a bar that goes when it is done.

    A bar on the error stream would leave a red stripe above the panel.
    """
    if getattr(get_ipython(), "kernel", None) is None:
        yield  # a terminal has a bar of its own
        return
    bar = _Bar()
    with progress.heard_by(bar.hear):
        try:
            yield
        finally:
            bar.remove()


class _Bar:
    """A bar in the cell; it comes once something takes a second."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._begun = time.monotonic()
        self._shown = 0.0

    def hear(self, name: str, share: float) -> None:
        now = time.monotonic()
        if now - self._begun < DELAY or now - self._shown < PAUSE:
            return
        self._shown = now
        caption = html.escape(name)
        bar = {
            "text/html": f'<progress max="1" value="{share:.2f}"></progress> {caption}',
            "text/plain": f"{name}: {share:.0%}",
        }
        if self._handle is None:
            self._handle = display(bar, raw=True, display_id=True)
        else:
            self._handle.update(bar, raw=True)

    def remove(self) -> None:
        if self._handle is not None:
            self._handle.update({"text/html": "", "text/plain": ""}, raw=True)


def keep_advice(store: str | None, words: str = "", **how: Any) -> None:
    """Keep in the notebook what to do once its kernel is gone; `store` keeps the labels.

    `words` say before that how far the labeling is; `how` is for IPython's ``display``.

    JupyterLab then has nothing but "Error displaying widget: model not found" in the panel's place,
    whatever else that output holds. The advice is an output of its own, which panel.css hides right
    behind a panel with the class `ADVISED`. As HTML it would make JupyterLab load MathJax, 0.9 MB,
    just when the first pictures are on their way.
    """
    advice = text.kernel_gone(store)
    display({"text/plain": f"{words}\n{advice}" if words else advice}, raw=True, **how)
