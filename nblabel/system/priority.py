"""How much of the processor a thread gets beside others that want it, too."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

NICE = 5  # of what nobody waits for: keys and pictures come first


def give_way(nice: int) -> None:
    """Let everything else go before this thread, and before those that it starts.

    On Linux threads have priorities of their own; elsewhere nothing changes.

    Parameters
    ----------
    nice : int
        From 0 to 19; the more, the less of a busy processor it gets.
    """
    if os.name == "posix" and os.uname().sysname == "Linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
