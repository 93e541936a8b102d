"""The two kinds of projects: one label for each item, or several tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nblabel.log.database import StoreError
from nblabel.log.events import LabelEvent

KIND = "kind"  # setting beside the log; where it is missing, each item has one label
MULTI_LABEL = "multi-label"
SINGLE_LABEL = "single-label"
SINGLE_KINDS = ("label", "accept")


class Store(Protocol):
    """What is asked of a `nblabel.log.store.LabelStore`."""

    @property
    def text(self) -> str: ...

    @property
    def multi_label(self) -> bool: ...

    def set_multi_label(self) -> None: ...

    def restore_setting(self, name: str, value: str) -> None: ...


def check_kind(store: Store, events: Sequence[LabelEvent], *, multi_label: bool) -> None:
    """Refuse a log of the other kind; note the kind of one that has no events.

    Raises
    ------
    StoreError
        If it is of the other kind.
    """
    is_multi_label = store.multi_label
    if events and is_multi_label != multi_label:
        raise StoreError(f"{store.text} {_other(is_multi_label)}")
    if multi_label and not is_multi_label:
        store.set_multi_label()
    elif is_multi_label and not multi_label:  # nothing was answered yet
        store.restore_setting(KIND, SINGLE_LABEL)


def check_event(event: LabelEvent, *, multi_label: bool) -> None:
    """Refuse an answer of the other kind, which another program may have written meanwhile.

    Raises
    ------
    StoreError
        If it is one.
    """
    if event.kind in (SINGLE_KINDS if multi_label else ("tags",)):
        raise StoreError(f"the log {_other(not multi_label)}")


def _other(is_multi_label: bool) -> str:
    if is_multi_label:
        return (
            "holds answers with several tags for an item. Open it with multi_label=True, or pass "
            "another store=."
        )
    return (
        "holds answers with one label for an item. Open it without multi_label=True, or pass "
        "another store=: Session.import_labels takes the exported labels of this one."
    )


def refuse(log: object, what: str, instead: str = "") -> None:
    """Say that something cannot be done where items may have several tags, and what can be.

    Raises
    ------
    ValueError
        If items of the log may have several.
    """
    if getattr(log, "multi_label", False):
        one = "It works with one label for each item, without multi_label=True."
        raise ValueError(f"not for several tags yet: {what}. {instead or one}")
