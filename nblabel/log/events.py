"""The events of the log: one for each thing that happened."""

from __future__ import annotations

import json
import math
import time as clock
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, get_args

from nblabel.log import frames

Kind = Literal[
    "label",
    "tags",
    "skip",
    "flag",
    "accept",
    "add_class",
    "rename_class",
    "merge_classes",
    "order_classes",
    "delete_class",
    "describe_class",
    "retire_class",
    "restore_class",
    "split_class",
    "nest_classes",
    "note",
    "guidelines",
    "undo",
    "redo",
    "audit",
    "repeat",
    "withdraw",
]
Source = Literal["human", "model", "import"]

KINDS: tuple[str, ...] = get_args(Kind)
CLASS_KINDS = (
    *("add_class", "rename_class", "merge_classes"),
    *("order_classes", "delete_class", "describe_class"),
    *("retire_class", "restore_class", "split_class", "nest_classes"),
)
REMARKS = ("note", "guidelines")  # they change no label
ANSWERS = ("label", "tags")  # what a person says of an item, but for a skip or a flag
# as the frame of a label, or both, with a space between
FOUND = "found"  # the strategy asked for items of its class
ADDED = "added"  # the class is new: the label adds it, in the same step
ALL = "all"  # as the frame of a withdrawal: whoever gave the labels
_MARKS = (FOUND, ADDED, f"{FOUND} {ADDED}")


def as_text(names: Iterable[str]) -> str:
    """Return class names as the log has them in answers about tags."""
    return json.dumps(list(names), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Tags:
    """What one answer says of the tags of one item.

    Attributes
    ----------
    yes, no, unsure : tuple of str
        Class names; unsure are those that a person was asked about and left.
    whole : bool
        Whether the answer is about all tags: those not named are a "no".
    open : tuple of str
        Of an answer about all tags, those that it leaves open: which of the tags below a given one
        it is was not said.
    """

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    whole: bool = False
    open: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Tags:
        """Return what stands in the log: a list of all tags, or an object of some answers."""
        return _tags_of(text)

    @property
    def text(self) -> str:
        """What stands in the log."""
        if self.whole and not self.open:
            return as_text(self.yes)
        answers = {"yes": self.yes, "no": self.no, "unsure": self.unsure, "open": self.open}
        return json.dumps(
            {key: names for key, names in answers.items() if names}, ensure_ascii=False
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The classes that are named."""
        return self.yes + self.no + self.unsure + self.open

    def spelled(self, called: Callable[[str], str]) -> Tags:
        """Return the same with other names of the classes; a "yes" goes before a "no"."""
        yes, no, unsure, left_open = (
            dict.fromkeys(map(called, some)) for some in (self.yes, self.no, self.unsure, self.open)
        )
        left = tuple(name for name in no if name not in yes)
        open_ = tuple(name for name in unsure if name not in yes and name not in no)
        unknown = tuple(name for name in left_open if name not in yes)
        return Tags(tuple(yes), left, open_, self.whole, unknown)


@lru_cache(maxsize=4_096)  # many answers say the same
def _tags_of(text: str) -> Tags:
    answers = json.loads(text)
    if isinstance(answers, list):
        return Tags(yes=tuple(answers), whole=True)
    found = (tuple(answers.get(answer, ())) for answer in ("yes", "no", "unsure", "open"))
    yes, no, unsure, left = found
    return Tags(yes, no, unsure, bool(left), left)


def _called(text: str, called: Callable[[str], str]) -> str:
    """Return a text of tags with other names of the classes."""
    return Tags.of(text).spelled(called).text


def new_uid() -> str:
    """Return a unique name for an event."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, weakref_slot=True)
class LabelEvent:
    """One thing that happened. An event in the log never changes.

    Attributes
    ----------
    kind : str
        "label", "tags" (where an item may have several), "skip", "flag" (a person's answer),
        "accept" (labels of the model), "add_class", "rename_class", "merge_classes",
        "order_classes", "delete_class", "describe_class", "retire_class", "restore_class",
        "split_class", "nest_classes", "note", "guidelines", "undo", "redo", "audit" (items drawn at
        random, before anyone answers them), "repeat" (an item that its annotator is asked once
        more), or "withdraw" (labels of the model are taken back, or all that was answered).
    ids : tuple of str
        The items answered; one, or many in a bulk step. For "audit": those drawn, in the order
        drawn; the skipped ones among them may come again.
    labels : tuple of str
        One class name per id for "label" and "accept"; one text of `Tags` per id for "tags"; the
        new name for "add_class"; for "audit" what the model predicted for each item when it was
        drawn, or nothing; a text of `Tags` where items may have several. For "withdraw" nothing, or
        a text of `Tags` per id that names as unsure the tags that are taken back.
    target : str or None
        For "undo" and "redo": the uid of the event taken back or restored.
    source : str
        "human", "model" or "import".
    annotator : str or None
        Who answered.
    probabilities : tuple of float
        For "accept": the model's probability of each label. For "audit": its confidence in each
        prediction; where there are no labels, the chance with which each was to be asked, 0 for
        one that was skipped.
    contents : tuple of str
        For the answers of people: what was in each item then, see `nblabel.pool.contents`; empty
        where that is not known.
    frame : str or None
        For "audit": the set that was drawn from, see `nblabel.log.frames`. For "rename_class": the
        former and the new name, as JSON. For the other changes of classes: an object of JSON, see
        `change`. For "note" and "guidelines": the text. For "tags" about whole items: the classes
        that there were, as JSON, or "=" and the uid of an earlier event that names the same ones.
        For "withdraw": "all", where answers of people are taken back, too.
        For "label": "found", where the strategy asked for more items of one class; "added", where
        the label adds its class; or "found added"; or, where the labels split a class, the same as
        for "split_class".
    uid : str
        Made where the event was made, so that an event sent twice is stored once.
    time : float
        Seconds since 1970-01-01 UTC.
    seq : int
        Position in the log, given by the store; 0 before it is stored.
    """

    kind: Kind
    ids: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    target: str | None = None
    source: Source = "human"
    annotator: str | None = None
    probabilities: tuple[float, ...] = ()
    contents: tuple[str, ...] = ()
    frame: str | None = None
    uid: str = field(default_factory=new_uid)
    time: float = field(default_factory=clock.time)
    seq: int = 0

    @property
    def asked(self) -> tuple[str, ...]:
        """For "audit": the items drawn that a person is asked about."""
        if self.labels or not self.probabilities:
            return self.ids
        chances = zip(self.ids, self.probabilities, strict=True)
        return tuple(item for item, chance in chances if chance > 0)

    @property
    def clears(self) -> bool:
        """Whether it takes back whatever was answered about its items."""
        return self.kind == "withdraw" and self.frame == ALL

    @property
    def _marks(self) -> list[str]:
        return (self.frame or "").split() if self.kind == "label" and not self.splits else []

    @property
    def splits(self) -> bool:
        """Whether it splits a class, by labels at once or to be sorted from then on."""
        return self.kind == "split_class" or (
            self.kind == "label" and (self.frame or "").startswith("{")
        )

    @property
    def adds_class(self) -> bool:
        """Whether its first label is a class that was none before."""
        return self.kind == "add_class" or ADDED in self._marks

    @property
    def changes_classes(self) -> bool:
        """Whether the classes are others after it."""
        return self.kind in CLASS_KINDS or self.adds_class or self.splits

    @property
    def is_bulk(self) -> bool:
        """Whether the numbers of its labels tell nothing about how large the classes are.

        So it is with what was imported or accepted from the model, with one class for several
        items, and where the strategy asked for items of one class. One answer for each of several
        questions, in one step, is as good as many steps.
        """
        if self.source == "import" or self.kind == "accept" or FOUND in self._marks:
            return True
        return len(self.ids) > 1 and len(set(self.labels)) == 1

    @property
    def about(self) -> tuple[str, ...]:
        """For "tags": the classes that it names as those it is about."""
        if self.kind != "tags" or self.frame is None or self.frame.startswith("="):
            return ()
        return tuple(json.loads(self.frame))

    @property
    def names(self) -> tuple[str, ...]:
        """The class names that it holds."""
        if self.kind not in ("tags", "withdraw"):
            return self.labels
        each = (Tags.of(text) for text in {*self.labels})
        found = dict.fromkeys(name for tags in each for name in tags.names)
        return tuple(dict.fromkeys([*self.about, *found]))

    def spelled(self, called: Callable[[str], str]) -> LabelEvent:
        """Return an answer about tags, or a draw from a set of them, with other class names.

        Parameters
        ----------
        called : callable
            Returns what a class is called now.

        Returns
        -------
        LabelEvent
        """
        frame = self.frame
        if self.kind == "audit":
            if not self.labels:
                return self
            frame = frames.named(frame or "", _called(frames.name_of(frame) or "", called))
            now = {text: _called(text, called) for text in {*self.labels}}
            labels = tuple(now[text] for text in self.labels)
            return replace(self, labels=labels, frame=frame)
        if all(called(name) == name for name in self.names):
            return self
        if self.about:
            frame = as_text(dict.fromkeys(map(called, self.about)))
        each = {text: _called(text, called) for text in {*self.labels}}
        return replace(self, labels=tuple(each[text] for text in self.labels), frame=frame)

    @property
    def renaming(self) -> tuple[str, str]:
        """For "rename_class": the former and the new name."""
        former, new = json.loads(self.frame or "")
        return former, new

    @property
    def change(self) -> dict[str, Any]:
        """For changes of classes but for "add_class" and "rename_class": what changes.

        "merge_classes": the names of the "classes", and the one they became, "into".
        "order_classes": the "classes" that come first. "delete_class": the "class", and the one
        that its labels are of from then on, "into", or None. "describe_class": the "class", and
        those of the attributes of `nblabel.log.class_list.ClassDetails` that change.
        "retire_class", "restore_class": the "class". Where one is split: the "class", and the names
        of those that its items are sorted "into". "nest_classes": the "classes", and their parent
        from then on, "under", or None.
        """
        change: dict[str, Any] = json.loads(self.frame or "")
        return change

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of event {self.kind!r}; expected one of {KINDS}.")
        each = self.kind in (*ANSWERS, "accept") or (self.kind == "audit" and self.labels)
        if each and len(self.labels) != len(self.ids):
            raise ValueError(f"{len(self.ids)} items but {len(self.labels)} labels in one event.")
        if self.probabilities and len(self.probabilities) != len(self.ids):
            raise ValueError("probabilities must be given for every item or for none.")
        if self.contents and len(self.contents) != len(self.ids):
            raise ValueError("contents must be given for every item or for none.")
        # a database keeps no NaN, and the log could not be read any more
        if not all(map(math.isfinite, self.probabilities)):
            raise ValueError("probabilities must be finite numbers.")
        if (self.kind in ("undo", "redo")) != (self.target is not None):
            raise ValueError("an undo or redo, and nothing else, names the event it is about.")
        named = self.kind == "audit" or self.kind in (*CLASS_KINDS, *REMARKS, "tags")
        if self.frame is not None and not (
            named or self.splits or self.clears or (self.kind == "label" and self.frame in _MARKS)
        ):
            raise ValueError("only an audit names the set that was drawn from.")
