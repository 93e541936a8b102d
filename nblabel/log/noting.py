"""What people write down beside their answers: notes for items, and guidelines for the project."""

from __future__ import annotations

from typing import Any

from nblabel.log.events import LabelEvent, new_uid
from nblabel.log.nesting import NestingLog

LONGEST_NOTE = 2_000  # signs
LONGEST_GUIDELINES = 50_000


class NoteLog(NestingLog):
    """The labels of a pool, with notes and guidelines. Neither changes a label."""

    @property
    def notes(self) -> dict[str, str]:
        """The notes for items, by id; those that were written last stand last."""
        return dict(self._state.notes)

    @property
    def guidelines(self) -> str:
        """How to label here, for all who do; Markdown, "" where nobody wrote any."""
        return self._state.guidelines

    def note(self, index: Any, text: str, *, uid: str | None = None) -> LabelEvent:
        """Write a note for an item, or the same for many, in place of an earlier one.

        Whoever labels can read it; it stands in exported files and is found by
        ``search(text, by="notes")``. A label that is there stays.

        Parameters
        ----------
        index : int or sequence of int
            Positions in the pool.
        text : str
            The note, up to 2,000 signs; "" removes it.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        IndexError
            If a position is outside the pool.
        TypeError, ValueError
            If the note is no text, or too long.
        StoreError
            If the log could not be written; nothing changed then.
        """
        if (sent := self._sent(uid)) is not None:
            return sent
        clean = _checked(text, "a note", LONGEST_NOTE)
        ids = tuple(dict.fromkeys(self._ids(index)))
        return self._append(
            LabelEvent("note", ids, frame=clean, annotator=self.annotator, uid=uid or new_uid())
        )

    def set_guidelines(self, text: str, *, uid: str | None = None) -> LabelEvent:
        """Write how to label here, in place of what was written before.

        The panel shows it to everybody who labels with this log.

        Parameters
        ----------
        text : str
            Markdown, up to 50,000 signs; "" removes the guidelines. HTML in it is shown as text,
            and pictures are not loaded.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        TypeError, ValueError
            If the guidelines are no text, or too long.
        StoreError
            If the log could not be written; nothing changed then.
        """
        if (sent := self._sent(uid)) is not None:
            return sent
        clean = _checked(text, "guidelines", LONGEST_GUIDELINES)
        return self._append(
            LabelEvent("guidelines", frame=clean, annotator=self.annotator, uid=uid or new_uid())
        )


def _checked(text: Any, what: str, longest: int) -> str:
    """Return a text as the log keeps it, or say what is wrong with it."""
    if not isinstance(text, str):
        raise TypeError(f"{text!r} is no text; pass {what} as a str, '' to remove it.")
    clean = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(clean) > longest:
        raise ValueError(
            f"{what}: at most {longest:,} signs are kept, these are {len(clean):,}; shorten the "
            "text."
        )
    # what no database can hold: half of a pair of code units
    return clean.encode("utf-8", "backslashreplace").decode()
