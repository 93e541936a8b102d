"""Long work in steps on the event loop, for where no second process can be started."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

from nblabel.widget.work.worker import Notify

Steps = Generator[tuple[float, str], None, Any]


class SteppedWork:
    """Does work step by step; whoever waits for the event loop goes first between two of them.

    Parameters
    ----------
    steps : generator
        Yields the share that is done and what it does; returns what it made.
    notify : callable
        As for `nblabel.system.process.BackgroundProcess`; never called before this returns.
    """

    def __init__(self, steps: Steps, notify: Notify) -> None:
        self._steps, self._notify = steps, notify
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.call_soon(self._step)

    def cancel(self) -> None:
        """Take no further step; nothing is told any more."""
        self._next.cancel()
        self._steps.close()

    def _step(self) -> None:
        try:
            share, text = next(self._steps)
        except StopIteration as end:
            self._notify({"done": end.value})
        except Exception as error:  # noqa: BLE001  told in the panel, whatever it is
            self._notify({"error": str(error) or type(error).__name__})
        else:
            self._notify({"progress": share, "text": text})
            self._next = self._loop.call_soon(self._step)
