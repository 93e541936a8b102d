"""What outlives a panel in its kernel: logs in memory, who answered, and the other panels.

A kernel is a thread here: `marimo run` gives each visitor one, within one process. What one of them
does without a store is not for another, and no panel touches a session of another thread.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from typing import Any, Protocol, TypeVar

from nblabel.log.binding import is_of_changed
from nblabel.log.store import LabelStore
from nblabel.pool import Pool
from nblabel.session import Session


class OpenPanel(Protocol):
    """What is looked at of a panel."""

    closed: str
    place: tuple[str, str, str | None]
    number: int

    @property
    def session(self) -> Session: ...


Panel = TypeVar("Panel", bound=OpenPanel)

# logs in memory by kernel, kind and pool, so that running the cell again keeps the labels
_Logs = dict[tuple[bool, str], LabelStore]
_logs: weakref.WeakKeyDictionary[threading.Thread, _Logs] = weakref.WeakKeyDictionary()
# uids of the answers given in a panel, by log: the pace of a person is read from them
_given: dict[str, set[str]] = {}
# panels, each with the kernel that it lives in
_panels: weakref.WeakKeyDictionary[Any, threading.Thread] = weakref.WeakKeyDictionary()
_numbers = itertools.count()


def log_in_memory(pool: Pool, multi_label: bool = False) -> LabelStore:
    """Return the log that labels of this pool are kept in where no store is named.

    It is that of the pool as it was before, where items came, went or changed since. One label for
    each item and several tags are kept in a log each.
    """
    kind, every = bool(multi_label), _logs.setdefault(threading.current_thread(), {})
    logs = {name: log for (of, name), log in every.items() if of == kind}
    known = [logs[name] for name in (pool.fingerprint, *pool.known_as) if name in logs]
    known = known or [one for one in reversed(logs.values()) if is_of_changed(one, pool)]
    return every.setdefault((kind, pool.fingerprint), known[0] if known else LabelStore())


def replace_log(before: LabelStore, now: LabelStore) -> None:
    """Keep the labels of a pool in another log from now on, where no store is named."""
    for logs in _logs.values():
        logs.update({name: now for name, log in logs.items() if log is before})


def given_in_panels(store: LabelStore) -> set[str]:
    """Return the uids of what was answered in panels on this log; it may grow."""
    return _given.setdefault(store.key, set())


def register(panel: OpenPanel) -> None:
    """Note a panel that is complete."""
    panel.number = next(_numbers)
    _panels[panel] = threading.current_thread()


def others(panel: Panel) -> list[Panel]:
    """Return the other live panels of this kernel on the same log."""
    key = panel.session.store.key
    return [
        one
        for one in _beside(panel)
        if one is not panel and not one.closed and one.session.store.key == key
    ]


def earlier(panel: Panel) -> list[Panel]:
    """Return the panels made before one, of the same log, pool and annotator."""
    return [one for one in _beside(panel) if one.place == panel.place and one.number < panel.number]


def _beside(panel: Panel) -> list[Panel]:
    """Return the panels of the same kernel."""
    kernel = _panels.get(panel)
    return [one for one, its in list(_panels.items()) if its is kernel]


def forget() -> None:
    """Close all panels, and forget them and the logs in memory, as a new kernel would."""
    for panel in list(_panels):
        panel.close()
    _logs.clear()
    _given.clear()
    _panels.clear()
