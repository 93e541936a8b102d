"""How ids and class names of the log are written in this pool and by these classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nblabel.log import frames
from nblabel.log.events import LabelEvent
from nblabel.log.known import KnownItems
from nblabel.system.values import Names


class Spelling:
    """Reads events with the present ids of items and names of classes.

    A log never changes, while these may: earlier versions wrote 1.0 as "1.0", file systems write
    accents in two forms, and a class may be renamed.

    Parameters
    ----------
    known : KnownItems
        Has the ids.
    classes : iterable of str
        Class names, as given.
    renamed : mapping of str to str
        New class names by former ones.
    """

    def __init__(
        self, known: KnownItems, classes: Iterable[str], renamed: Mapping[str, str] | None = None
    ) -> None:
        self.renamed = dict(renamed or {})
        self._items = known
        self._classes = Names(tuple(dict.fromkeys([*classes, *self.renamed])))
        self._known: dict[str, str] = {}  # names met in the log, as they are written here

    def of(self, event: LabelEvent) -> LabelEvent:
        """Return an event in this spelling: the same object where nothing differs."""
        event = self._items.present(event)
        labels = event.labels
        if labels and any(self._name(label) != label for label in set(labels)):
            labels = tuple(map(self._name, labels))
        frame = event.frame
        if event.kind == "audit" and (former := frames.name_of(frame)) in self.renamed:
            frame = frames.named(frame or "", self.renamed[former or ""])
        if (labels, frame) == (event.labels, event.frame):
            return event
        return replace(event, labels=labels, frame=frame)

    def _name(self, label: str) -> str:
        known = self._known.get(label)
        if known is None:
            place = self._classes.place(label)
            known = label if place is None else self._classes.names[place]
            known = self._known[label] = self.renamed.get(known, known)
        return known
