"""Checksums of the log: a damaged event shows, and so does one that is missing.

Each event carries 32 hexadecimal signs. The first half is a hash of all that the event says. The
second half is a hash of that and of the checksum of the event before it, so that the checksums are
a chain. Events of schema 1 carry none.
"""

from __future__ import annotations

import hashlib
import json

from nblabel.log.events import LabelEvent

HALF = 16  # signs

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode


def own(event: LabelEvent) -> str:
    """Return a hash of what an event says; its place in the log does not count."""
    parts = [event.uid, event.kind, event.frame, event.target, event.source, event.annotator]
    content = [event.time, event.ids, event.labels, event.probabilities, event.contents]
    return _hash(_encode([*parts, *content]))


def linked(own_half: str, before: str | None) -> str:
    """Return the checksum of an event from a hash of its own and the checksum before it."""
    return own_half + _hash((before or "") + own_half)


def of_setting(key: str, value: str) -> str:
    """Return the checksum of a setting."""
    return _hash(_encode([key, value]))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("ascii"), digest_size=HALF // 2).hexdigest()
