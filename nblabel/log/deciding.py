"""Answers to an item, and which of several counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from nblabel.log.events import ANSWERS, Kind, LabelEvent


class Answer(NamedTuple):
    """The answer that counts for one item at present.

    Attributes
    ----------
    event : LabelEvent
        The event that decided.
    place : int
        The item's place in the event.
    before : Answer or None
        The answer to the item before this one, taken back or not.
    names : dict of str to str or None
        What the classes are called now, by their names in the log; None where nothing was renamed.
    """

    event: LabelEvent
    place: int
    before: Answer | None = None
    names: Mapping[str, str] | None = None

    @property
    def kind(self) -> Kind:
        """One of "label", "tags", "accept", "skip" or "flag"."""
        return self.event.kind

    @property
    def is_label(self) -> bool:
        """Whether it says what the item is, or whether it has a tag."""
        return self.kind in (*ANSWERS, "accept")

    @property
    def status(self) -> str:
        """What was done with the item, or the source of its label."""
        aside = {"skip": "skipped", "flag": "flagged"}
        return aside.get(self.kind) or self.event.source

    @property
    def label(self) -> str | None:
        """The present name of the class, for "label" and "accept"."""
        written = self.written
        return written if written is None or self.names is None else self.names[written]

    @property
    def written(self) -> str | None:
        """The name of the class as it stands in the log."""
        if not self.event.labels or self.kind == "tags":
            return None
        return self.event.labels[self.place]

    @property
    def probability(self) -> float | None:
        """The model's probability of an accepted label."""
        return self.event.probabilities[self.place] if self.event.probabilities else None


def written_in(answers: Iterable[Answer | None]) -> list[str | None]:
    """Return the name of each class as it stands in the log, of many answers at once."""
    return [
        one.event.labels[one.place]
        if one is not None and one.event.labels and one.event.kind != "tags"
        else None
        for one in answers
    ]


def decide(answer: Answer | None, newer: Answer) -> Answer | None:
    """Return which of two answers to an item counts; None where its label was withdrawn."""
    kind = newer.event.kind
    if newer.event.clears:
        return None
    if kind == "withdraw":
        if answer is not None and answer.kind == "tags":
            some = bool(newer.event.labels)  # of the tags: others may be left
            return answer if some or _is_of_people(answer) else None
        return None if answer is None or answer.kind == "accept" else answer
    if answer is not None:
        if kind == "skip" and answer.kind != "skip":
            return answer
        if kind == "accept" and answer.kind in ("label", "flag"):
            return answer
        if kind == "tags" and newer.event.source == "model" and _is_of_people(answer):
            return answer
    return newer


def _is_of_people(answer: Answer) -> bool:
    return answer.kind != "skip" and answer.event.source != "model"
