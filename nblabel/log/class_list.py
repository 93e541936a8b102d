"""The classes of a log: those given at the start, and what its events made of them.

A label in the log holds the name that its class had when it was given. Nothing there is rewritten:
what a class is called now, or which class it became a part of, is looked up on reading. So a change
takes the same time whether a class has ten labels or 50,000, and undo restores what was before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from nblabel.log import frames
from nblabel.log.events import LabelEvent
from nblabel.log.listed import ClassDetails, ListedClass
from nblabel.system.values import Names

FEWEST = 2  # classes: labeling needs as many
_LISTS = ("aliases", "examples")


@dataclass(frozen=True)
class Split:
    """What became of a class whose items are to be sorted anew.

    Attributes
    ----------
    seq : int
        Where it stands in the log: items answered since then are sorted.
    into : tuple of str
        The classes that they are sorted into, by their present names.
    """

    seq: int
    into: tuple[str, ...]


class ClassList:
    """The classes after a log.

    Parameters
    ----------
    given : iterable of str
        The class names given at the start, in order. None at all where only a log is there.
    parents : mapping of str to str
        The names of those that are subclasses, and of their parents, as they were given.

    Attributes
    ----------
    given : tuple of str
    given_parents : dict of str to str
    present : dict of str to str
        The present name of the class, by each name that stands in a label. Changes in place.
    renamed : dict of str to str
        Present names by the other names that the log knows of the classes.
    version : int
        Grows with every change.
    multi_label : bool
        Whether an item may have several of them: draws hold texts of tags then.
    """

    multi_label = False

    def __init__(self, given: Iterable[str], parents: Mapping[str, str] | None = None) -> None:
        self.given = tuple(given)
        self.given_parents = dict(parents or {})
        self.present: dict[str, str] = {}
        self.renamed: dict[str, str] = {}
        self.version = 0
        self._events: list[LabelEvent] = []
        self._begin()
        self._settle()

    def add(self, event: LabelEvent, *, counts: bool = True) -> None:
        """Follow one more event that changes the classes, whether it still counts or not."""
        self._events.append(event)
        self._follow(event, counts=counts)
        self._settle()

    @property
    def events(self) -> tuple[LabelEvent, ...]:
        """What changed the classes, oldest first, taken back or not."""
        return tuple(self._events)

    def reversed(self, undone: Collection[str]) -> None:
        """Begin anew, without the events of these uids."""
        self._begin()
        for event in self._events:
            self._follow(event, counts=event.uid not in undone)
        self._settle()

    def meet(self, names: Iterable[str]) -> None:
        """Take in names that stand in labels."""
        for name in set(names) - self.present.keys():
            self.present[name] = self.called_now(name)

    def names(self, used: Collection[str]) -> tuple[str, ...]:
        """Return the names of the classes without subclasses, in order, those of a parent together.

        Parameters
        ----------
        used : collection of str
            Those that have labels, as they are called now: a class that was taken back or deleted
            is there as long as somebody else gives labels of it, or fewer than two would be left.
        """
        return tuple(dict.fromkeys(one.name for one in self._shown(used)[0]))

    def parents(self, used: Collection[str]) -> dict[str, str]:
        """Return the parent of each class that has one, by their present names, in order."""
        above = {one.name: next(one.above, None) for one in self._shown(used)[1]}
        return {name: parent.name for name, parent in above.items() if parent is not None}

    def every(self, used: Collection[str]) -> tuple[str, ...]:
        """Return the names of all classes, each parent before its subclasses."""
        return tuple(dict.fromkeys(one.name for one in self._shown(used)[1]))

    def retired(self, names: Collection[str]) -> tuple[str, ...]:
        """Return those of the present class names that are retired, by themselves or above them.

        They stand in the order of `names`. Where fewer than two would be left to choose from, as
        others changed more of them meanwhile, the first ones are there again.
        """
        retired = [one.name for one in self._in_tree() if one.is_gone and one.name in names]
        return tuple(retired[max(0, FEWEST - len(names) + len(retired)) :])

    def retired_above(self, name: str) -> str | None:
        """Return the nearest class above one that is retired, None where there is none."""
        found = self._find(name)
        above = () if found is None else found.above
        return next((one.name for one in above if one.is_retired), None)

    def is_retired(self, name: str) -> bool:
        """Return whether a class is retired, by itself or above it."""
        found = self._find(name)
        return found is not None and found.is_gone

    @property
    def splits(self) -> dict[str, Split]:
        """The classes that were split to be sorted, by their present names."""
        return {
            one.name: Split(event.seq, tuple(map(self.called_now, event.change["into"])))
            for one, event in self._splits.items()
            if one.into is None
        }

    @property
    def details(self) -> dict[str, ClassDetails]:
        """What is known of the classes that were described, by their present names."""
        nothing = ClassDetails()
        return {
            one.name: one.details
            for one in self._order
            if one.into is None and one.details != nothing
        }

    @property
    def aliases(self) -> dict[str, str]:
        """The present name of the class by each alias, those of merged classes included."""
        return {alias: one.now.name for one in self._order for alias in one.details.aliases}

    @property
    def given_now(self) -> tuple[str, ...]:
        """What the classes given at the start are called now, or what they became a part of."""
        return tuple(map(self.called_now, self.given))

    def called_now(self, name: str) -> str:
        """Return what the class with this name or former name is called now.

        The name itself where there is no such class.
        """
        found = self._find(name)
        return name if found is None else found.name

    def passing(self, name: str) -> str | None:
        """Return the class that had a name for a while, by a step that was taken back."""
        return self._names[name].now.name if name in self._passing else None

    def spelled(self, event: LabelEvent) -> LabelEvent:
        """Return an event with the present names: the same object where nothing differs."""
        if event.kind == "tags" or (self.multi_label and event.kind in ("audit", "withdraw")):
            return event.spelled(self.called_now)
        labels, frame = event.labels, event.frame
        now = {label: self.present.get(label) or self.called_now(label) for label in set(labels)}
        if any(label != present for label, present in now.items()):
            labels = tuple(now[label] for label in labels)
        if event.kind == "audit" and (former := frames.name_of(frame)) in self.renamed:
            frame = frames.named(frame or "", self.renamed[former or ""])
        if (labels, frame) == (event.labels, event.frame):
            return event
        return replace(event, labels=labels, frame=frame)

    # inside

    def _begin(self) -> None:
        self._names: dict[str, ListedClass] = {}  # by every name there ever was
        self._passing: set[str] = set()  # names that only steps that were taken back gave
        self._order: list[ListedClass] = []
        self._splits: dict[ListedClass, LabelEvent] = {}  # the last one of each
        self._by_value: Names | None = None
        for name in self.given:
            self._new(name, is_listed=True)
        for name, parent in self.given_parents.items():
            self._names[name].under = self._names[parent]

    def _settle(self) -> None:
        self.version += 1
        self._by_value = None
        self.renamed = {
            name: one.now.name
            for name, one in self._names.items()
            if one.now.name != name and name not in self._passing
        }
        for name in self.present:
            self.present[name] = self.called_now(name)

    def _find(self, name: str) -> ListedClass | None:
        """Return the class that has or had a name, also if that is written as another value."""
        found = self._names.get(name)
        if found is None:
            if self._by_value is None:
                self._by_value = Names(tuple(self._names))
            place = self._by_value.place(name)
            found = None if place is None else self._names[self._by_value.names[place]]
        return None if found is None else found.now

    def _new(
        self, name: str, *, is_listed: bool, is_known: bool = True, at: int | None = None
    ) -> ListedClass:
        made = ListedClass(name, is_listed=is_listed, is_known=is_known)
        self._order.insert(len(self._order) if at is None else at, made)
        self._call(made, name)
        return made

    def _call(self, one: ListedClass, name: str) -> None:
        """Give a class a name, from which it is found from now on."""
        one.name = name
        self._names[name] = one
        self._passing.discard(name)
        self._by_value = None

    def _follow(self, event: LabelEvent, *, counts: bool) -> None:
        if event.adds_class:
            self._added(event.labels[0], counts=counts)
        elif event.kind == "rename_class":
            self._renamed(*event.renaming, counts=counts)
        elif event.kind == "merge_classes":
            self._merged(event.change["classes"], event.change["into"], counts=counts)
        elif event.splits:
            self._split(event, counts=counts)
        elif event.kind == "nest_classes":
            self._nested(event.change["classes"], event.change["under"], counts=counts)
        elif not counts:
            return
        elif event.kind == "order_classes":
            found = (self._find(name) for name in event.change["classes"])
            first = dict.fromkeys(one for one in found if one is not None)
            self._order = [*first, *(one for one in self._order if one not in first)]
        elif event.kind == "describe_class":
            one = self._find(event.change["class"])
            if one is not None:
                more = {key: value for key, value in event.change.items() if key != "class"}
                more |= {key: tuple(more[key]) for key in _LISTS if key in more}
                one.details = replace(one.details, **more)
        elif event.kind in ("retire_class", "restore_class"):
            one = self._find(event.change["class"])
            if one is not None:
                one.is_retired = event.kind == "retire_class"
        elif event.kind == "delete_class":
            one = self._find(event.change["class"])
            if event.change["into"] is not None:
                name, into = event.change["class"], event.change["into"]
                self._merged([name], into, counts=True, keeps_subclasses=False)
            elif one is not None:
                self._lift(one)
                one.is_listed = False

    def _added(self, name: str, *, counts: bool) -> None:
        found = self._find(name)
        if found is None or (counts and name in self._passing):
            self._new(name, is_listed=counts)
        elif counts and not found.is_listed:  # it was deleted, or its adding was taken back
            found.is_listed = found.is_known = True
            self._order.remove(found)
            self._order.append(found)

    def _split(self, event: LabelEvent, *, counts: bool) -> None:
        for name in event.change["into"]:
            self._added(name, counts=counts)
        one = self._find(event.change["class"])
        if counts and one is not None and event.kind == "split_class":
            self._splits[one] = event

    def _renamed(self, former: str, new: str, *, counts: bool) -> None:
        one, other = self._find(former), self._names.get(new)
        if not counts:
            # labels that somebody gave under this name meanwhile are of that class; without the
            # classes given at the start, it may have been the name of another one all along
            if self.given and one is not None and other is None:
                self._names[new] = one
                self._passing.add(new)
            return
        other = None if other is None or new in self._passing else other.now
        if one is None and other is not None:  # the new name was given at the start by now
            self._names[former] = other
            return
        one = one or self._new(former, is_listed=False, is_known=False)
        if other is None or other is one:
            self._call(one, new)
        elif not self._leaves_enough([one], other):
            return
        elif not other.is_listed:
            self._join(other, one)
            self._call(one, new)
        else:  # earlier versions made two classes one in this way
            self._join(one, other)

    def _nested(self, names: list[str], under: str | None, *, counts: bool) -> None:
        for name in (*names, *([] if under is None else [under])):
            self._added(name, counts=counts)
        parent = None if under is None else self._find(under)
        for one in map(self._find, names if counts else ()):
            above = () if parent is None else (parent, *parent.above)
            # somebody else may have put the parent below it meanwhile
            if one is not None and one not in above:
                one.under = parent

    def _join(self, one: ListedClass, into: ListedClass) -> None:
        """Make a class a part of another one, which gets its subclasses, or is one of them."""
        if one in into.above:
            into.under = next(one.above, None)
        one.into = into

    def _lift(self, one: ListedClass) -> None:
        """Put the subclasses of a class beside it."""
        above = next(one.above, None)
        for other in self._roots():
            if next(other.above, None) is one:
                other.under = above

    def _merged(
        self, names: list[str], into: str, *, counts: bool, keeps_subclasses: bool = True
    ) -> None:
        found = self._find(into)
        if not counts:
            if self.given and found is None:  # there as long as somebody gives labels of it
                self._new(into, is_listed=False)
            return
        parts = [one for one in map(self._find, names) if one is not None]
        found = None if into in self._passing else found
        if not self._leaves_enough(parts, found):
            return
        if found is None:
            places = [self._order.index(one) for one in parts]
            found = self._new(into, is_listed=True, at=min(places, default=None))
            around = {next(one.above, None) for one in parts} - {*parts}
            found.under = around.pop() if len(around) == 1 else None
        for one in parts:
            if one is not found:
                if not keeps_subclasses:
                    self._lift(one)
                self._join(one, found)
        for name in names:
            self._names.setdefault(name, found)
        found.is_listed = True

    def _shown(self, used: Collection[str]) -> tuple[list[ListedClass], list[ListedClass]]:
        """Return the classes that are there and have no subclasses, and these with all parents."""
        roots = self._in_tree()
        there = [one for one in roots if one.is_listed or one.name in used]
        inner = {parent for one in there for parent in one.above}
        leaves = {one for one in there if one not in inner}
        if self.given and len(leaves) < FEWEST:
            spare = [one for one in roots if one not in leaves and one not in inner]
            spare += [one for one in roots if one in inner]
            leaves.update(spare[: FEWEST - len(leaves)])
        every = leaves | inner
        return [one for one in roots if one in leaves], [one for one in roots if one in every]

    def _in_tree(self) -> list[ListedClass]:
        """Return the roots with each parent before its subclasses, and these together."""
        below: dict[ListedClass | None, list[ListedClass]] = {}
        for one in self._roots():
            below.setdefault(next(one.above, None), []).append(one)
        ordered: list[ListedClass] = []
        waiting = below.get(None, [])[::-1]
        while waiting:
            ordered.append(waiting.pop())
            waiting += below.get(ordered[-1], [])[::-1]
        return ordered

    def _roots(self) -> list[ListedClass]:
        """Return the classes that are no part of another one, but for those nobody added."""
        return [one for one in self._order if one.into is None and one.is_known]

    def _leaves_enough(self, parts: Collection[ListedClass], into: ListedClass | None) -> bool:
        """Return whether there are two classes still once these are one.

        If not, somebody else took back, or did again, what came before: the step waits for its undo
        or for another class. Nobody can say without the classes given at the start.
        """
        gone = [one for one in parts if one is not into]
        left = sum(one not in gone and one is not into for one in self._roots())
        return not self.given or left + 1 >= FEWEST
