"""The state that follows from the log: what was answered about each item, what can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count, islice, repeat

from nblabel.log.class_list import ClassList
from nblabel.log.deciding import Answer, decide, written_in
from nblabel.log.events import ANSWERS, CLASS_KINDS, REMARKS, LabelEvent
from nblabel.log.kinds import check_event
from nblabel.log.listed import ClassDetails
from nblabel.log.tag_state import TagState

MANY = 500  # items of a step; to fold the log anew takes less time than one by one


class LabelState:
    """The state after a log: who answered what about which item, and what can be undone.

    The last active answer of an item decides, with two exceptions: a skip only touches items
    nobody has labeled or flagged, and a label of the model never replaces a person's.

    Parameters
    ----------
    classes : iterable of str, optional
        The class names given at the start, in order. If left out, the labels of the events are in
        their present names, as `LabelLog.events` returns them, and what changes classes is of no
        account.
    events : iterable of LabelEvent
        A log to fold.
    missing : callable, optional
        Returns those of some ids that are not in the pool; all are if left out.
    multi_label : bool
        Whether an item may have several tags.
    parents : mapping of str to str, optional
        The parents of the classes given that are subclasses. With several tags and no classes those
        of the tags, from the top down.

    Attributes
    ----------
    answers : dict of str to Answer
        By item id. Items nobody answered are missing.
    absent : dict of str to Answer
        The same of items that are not in the pool. They are in no draw and no repeat either.
    repeats : list of LabelEvent
        Every item asked once more, oldest first.
    n_questions : int
        How many times a person labeled something, taken back or not.
    notes : dict of str to str
        By item id, also of items that are not in the pool.
    guidelines : str
        How to label, in Markdown.
    tags : TagState or None
        What is known of each item and each tag, where an item may have several.
    """

    def __init__(
        self,
        classes: Iterable[str] | None = None,
        events: Iterable[LabelEvent] = (),
        missing: Callable[[Iterable[str]], list[str]] = lambda _: [],
        *,
        multi_label: bool = False,
        parents: Mapping[str, str] | None = None,
    ) -> None:
        self._list = None if classes is None else ClassList(classes, parents)
        given = self._given
        self.tags = TagState(given.given, given.given_parents) if multi_label else None
        if self.tags is not None and self._list is None:
            self.tags.nest(parents or {})
        if self._list is not None:
            self._list.multi_label = multi_label
        self._missing = missing
        self._gone: set[str] = set()  # of the items answered, those that are not in the pool
        self.answers: dict[str, Answer] = {}
        self.absent: dict[str, Answer] = {}
        self._draws: list[LabelEvent] = []
        self._shown_draws: tuple[int, list[LabelEvent]] = (0, [])  # with the version of the classes
        self.repeats: list[LabelEvent] = []
        self.n_questions = 0
        self.notes: dict[str, str] = {}
        self.guidelines = ""
        self._remarks: list[LabelEvent] = []
        self._drawn: dict[str, LabelEvent] = {}
        self._events: dict[str, LabelEvent] = {}
        self._undone: set[str] = set()
        self._last: dict[str, Answer] = {}  # the newest answer to each item, taken back or not
        self._in_use: Counter[str] = Counter()  # by the names in the log
        self._undo_stack: dict[str | None, list[str]] = {}
        self._redo_stack: dict[str | None, list[str]] = {}
        for event in events:
            self.apply(event)

    @property
    def _given(self) -> ClassList:
        """The classes, where a state has them."""
        return ClassList(()) if self._list is None else self._list

    def emptied(self) -> LabelState:
        """Return the state before the first event."""
        given = None if self._list is None else self._list.given
        parents, multi_label = self._given.given_parents, self.tags is not None
        return LabelState(given, (), self._missing, multi_label=multi_label, parents=parents)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in order: those given, added, renamed, merged and deleted in the log.

        Without those that have subclasses; where an item may have several tags, with these.
        """
        return self.every_class if self.tags is not None else self._given.names(self._used)

    @property
    def every_class(self) -> tuple[str, ...]:
        """Class names with each parent before its subclasses."""
        return self._given.every(self._used)

    @property
    def parents(self) -> dict[str, str]:
        """The parent of each class that has one, by name."""
        return self._given.parents(self._used)

    @property
    def class_list(self) -> ClassList:
        """What the log made of the classes."""
        return self._given

    @property
    def details(self) -> dict[str, ClassDetails]:
        """What is known of the classes that were described."""
        return self._given.details

    @property
    def retired(self) -> tuple[str, ...]:
        """The classes that no label is given of any more, in order."""
        return self._given.retired(self.classes)

    @property
    def renamed(self) -> dict[str, str]:
        """Present class names by former ones, of the changes that were not taken back."""
        return self._given.renamed

    @property
    def unknown_classes(self) -> tuple[str, ...]:
        """Class names in use that are neither given nor added."""
        given = {*self.every_class}
        return tuple(name for name in self._used if name not in given)

    @property
    def _used(self) -> dict[str, None]:
        """The present names of the classes that have labels."""
        if self.tags is not None:
            return self.tags.used(self._given)
        names = (name for name, count in self._in_use.items() if count)
        if self._list is None:
            return dict.fromkeys(names)
        return dict.fromkeys(self._list.present[name] for name in names)

    def n_of(self, name: str) -> int:
        """Return how many items have a class, in the pool or not."""
        if self.tags is not None:
            return self.tags.n_yes(name)
        every = (*self.answers.values(), *self.absent.values())
        return sum(answer.label == name for answer in every)

    @property
    def draws(self) -> list[LabelEvent]:
        """Every audit, oldest first.

        Nothing takes a draw back: whether an item was drawn at random must not depend on what was
        answered.
        """
        if self._list is None:
            return self._draws
        version, shown = self._shown_draws
        kept = shown if version == self._list.version else []
        shown = [*kept, *map(self._list.spelled, self._draws[len(kept) :])]
        self._shown_draws = self._list.version, shown
        return shown

    @property
    def taken_back(self) -> set[str]:
        """Items whose label was withdrawn, and that nobody answered since.

        With several tags, those of which any tag was withdrawn.
        """
        active = (e for e in self._events.values() if e.uid not in self._undone)
        named = (item for event in active if event.kind == "withdraw" for item in event.ids)
        answered = () if self.tags is not None else self.answers
        return {item for item in named if item not in answered and item not in self._gone}

    def event(self, uid: str) -> LabelEvent | None:
        """Return the answer, added class or audit with this uid."""
        event = self._events.get(uid) or self._drawn.get(uid)
        return None if event is None else self._shown(event)

    def history(self, item: str) -> list[LabelEvent]:
        """Return the answers to an item that were not taken back, oldest first."""
        return [self._shown(answer.event) for answer in self._active(item)]

    def latest(self, n: int) -> list[LabelEvent]:
        """Return the last n answers that were not taken back, newest first."""
        active = (
            e
            for e in reversed(self._events.values())
            if e.uid not in self._undone and e.kind not in REMARKS
        )
        return list(map(self._shown, islice(active, n)))

    def undo_target(self, annotator: str | None = None) -> LabelEvent | None:
        """Return the event that an undo by this annotator would take back."""
        return self._top(self._undo_stack, annotator)

    def redo_target(self, annotator: str | None = None) -> LabelEvent | None:
        """Return the event that a redo by this annotator would restore."""
        return self._top(self._redo_stack, annotator)

    def of_pool(self, event: LabelEvent) -> LabelEvent:
        """Return a draw or repeat with those of its items that are in the pool."""
        gone = set(self._missing(event.ids))
        if not gone:
            return event
        places = [place for place, item in enumerate(event.ids) if item not in gone]
        return replace(
            event,
            ids=tuple(event.ids[place] for place in places),
            labels=tuple(event.labels[place] for place in places) if event.labels else (),
            probabilities=tuple(event.probabilities[place] for place in places)
            if event.probabilities
            else (),
        )

    def apply(self, event: LabelEvent) -> tuple[str, ...]:
        """Fold one more event; return the ids of the items it may have changed.

        Raises
        ------
        StoreError
            If it is an answer of the other kind of project.
        """
        if self._list is not None:
            check_event(event, multi_label=self.tags is not None)
        if event.kind in ("undo", "redo"):
            return self._reverse(event)
        if event.kind in ("audit", "repeat"):  # no answer: there is nothing to take back
            self._drawn[event.uid] = event
            there = self.of_pool(event)
            if there.ids:
                (self._draws if event.kind == "audit" else self.repeats).append(there)
            return ()
        self._events[event.uid] = event
        self.n_questions += event.kind in ANSWERS and event.source == "human"
        if self._list is not None and event.changes_classes:
            self._list.add(event)
            if self.tags is not None:
                self.tags.follow(event, self._list)
        if event.kind in REMARKS:
            self._remarks.append(event)
            self._follow(event)
        elif event.kind not in CLASS_KINDS:
            self._answered(event)
        self._undo_stack.setdefault(event.annotator, []).append(event.uid)
        self._redo_stack.pop(event.annotator, None)
        return event.ids

    def _follow(self, remark: LabelEvent) -> None:
        text = remark.frame or ""
        if remark.kind == "guidelines":
            self.guidelines = text
        for item in remark.ids:
            self.notes.pop(item, None)
            if text:
                self.notes[item] = text

    def _answered(self, event: LabelEvent) -> None:
        last, names = self._last.get, None
        if self._list is not None:
            self._list.meet(event.names)
            names = self._list.present
        if self.tags is not None:
            self.tags.apply(event, self._given)
        earlier = map(last, event.ids)
        parts = zip(repeat(event), count(), earlier, repeat(names), strict=False)
        answers = map(tuple.__new__, repeat(Answer), parts)  # without a call of Python for each
        new = dict(zip(event.ids, answers, strict=True))
        unseen = new.keys() - self._last.keys()
        self._last |= new
        self._gone.update(self._missing(unseen))
        gone = not self._gone.isdisjoint(new)
        fresh = not gone and len(new) == len(event.ids) and self.answers.keys().isdisjoint(new)
        if fresh and event.kind != "withdraw":  # many thousands may be accepted at once
            self.answers |= new
            self._in_use.update(() if event.kind == "tags" else event.labels)
            return
        if event.kind == "label" and not gone:  # which goes before any other
            written = written_in([self.answers.pop(item, None) for item in new])
            before = Counter([name for name in written if name is not None])
            self.answers |= new
            self._in_use.update([event.labels[answer.place] for answer in new.values()])
            self._in_use.subtract(before)
            return
        for item, answer in new.items():
            # the last of its history: what came before has been worked out
            self._set(item, decide(self._home(item).get(item), answer))

    def _reverse(self, event: LabelEvent) -> tuple[str, ...]:
        target = self._events.get(event.target or "")
        undo = event.kind == "undo"
        if target is None or (target.uid in self._undone) == undo:
            return ()  # another annotator, or another page, was quicker
        take, give = self._undo_stack, self._redo_stack
        if not undo:
            take, give = give, take
        stack = take.get(target.annotator, [])
        if target.uid in stack:
            stack.remove(target.uid)
        give.setdefault(target.annotator, []).append(target.uid)
        (self._undone.add if undo else self._undone.discard)(target.uid)
        if self._list is not None and target.changes_classes:
            self._list.reversed(self._undone)
        if target.kind in REMARKS:
            self.notes, self.guidelines = {}, ""
            for remark in self._remarks:
                if remark.uid not in self._undone:
                    self._follow(remark)
            return target.ids
        of_many = len(target.ids) > MANY
        if self.tags is not None and (target.changes_classes or of_many):
            self.tags.anew(self._events.values(), self._given.events, self._undone)
        for item in target.ids:
            self._settle(item)
            if self.tags is not None and not of_many:
                self.tags.settle(item, [(one.event, one.place) for one in self._active(item)])
        return target.ids

    def _settle(self, item: str) -> None:
        """Work out an item's answer from its own history."""
        answer: Answer | None = None
        for newer in self._active(item):
            answer = decide(answer, newer)
        self._set(item, answer)

    def _active(self, item: str) -> list[Answer]:
        """Return the answers to an item that were not taken back, oldest first."""
        active, answer = [], self._last.get(item)
        while answer is not None:
            if answer.event.uid not in self._undone:
                active.append(answer)
            answer = answer.before
        return active[::-1]

    def _set(self, item: str, answer: Answer | None) -> None:
        home = self._home(item)
        before = home.pop(item, None)
        if before is not None and before.written is not None:
            self._in_use[before.written] -= 1
        if answer is not None:
            home[item] = answer
            if answer.written is not None:
                self._in_use[answer.written] += 1

    def _home(self, item: str) -> dict[str, Answer]:
        return self.absent if item in self._gone else self.answers

    def _top(self, stacks: dict[str | None, list[str]], annotator: str | None) -> LabelEvent | None:
        stack = stacks.get(annotator)
        return self._shown(self._events[stack[-1]]) if stack else None

    def _shown(self, event: LabelEvent) -> LabelEvent:
        """Return an event with the present names of the classes."""
        return event if self._list is None else self._list.spelled(event)
