"""The kernel's picture of the line of questions on the page."""

from __future__ import annotations

from collections.abc import Callable, Collection

from nblabel.strategies import Query, Reason

CHOSEN = Reason("You chose this one.")
WANTED = Reason("Asked for from Python.")


class Line:
    """Which question is on screen and which come next, in step with the page's own rules.

    The question on screen stays when a new ranking arrives; an item asked for by hand comes first,
    and what it displaces comes next.

    Parameters
    ----------
    length : int
        Questions the page holds. With fewer than half of them left it is filled up, without waiting
        for the learner.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._ranking: list[int] = []
        self._first: list[int] = []  # of the ranking, those drawn at random
        self._wanted: dict[int, Reason] = {}  # asked for in one go, before the rest of the ranking
        self._reasons: dict[int, Reason] = {}
        self._held: list[int] = []
        self._keep = 1  # questions in front that a new ranking leaves in place
        self.revisit: int | None = None
        """An answered item that is looked at again; it is in front of the line, not part of it."""

    @property
    def current(self) -> int | None:
        """The item on screen."""
        return self.revisit if self.revisit is not None else self.head

    @property
    def head(self) -> int | None:
        """The first open question."""
        return self._held[0] if self._held else None

    @property
    def upcoming(self) -> list[int]:
        """What comes after the item on screen."""
        return [index for index in self._held if index != self.current]

    @property
    def held(self) -> list[int]:
        """The open questions on the page, in order."""
        return self._held

    @property
    def is_short(self) -> bool:
        """Whether the page runs short."""
        return len(self._held) < self._length // 2

    def rank(self, query: Query, reason: Reason | None = None, drawn: Collection[int] = ()) -> None:
        """Take a new ranking; only the question on screen keeps its place, with its reason as of now.

        Those drawn at random come first, also before what was asked for.
        """
        self._ranking = [int(index) for index in query.indices]
        self._first = [index for index in self._ranking if index in drawn]
        self._held = self._held[: self._keep]
        kept = {index: self._reasons[index] for index in self._held if index in self._reasons}
        if reason is not None and self._held and kept.get(self._held[0]) != CHOSEN:
            kept[self._held[0]] = reason
        ranked = dict(zip(self._ranking, query.reasons, strict=False))
        self._reasons = kept | ranked | self._wanted

    def extend(self, query: Query) -> bool:
        """Take more questions, to be asked after all others; return whether any are new."""
        more = dict(zip(query.indices.tolist(), query.reasons, strict=True))
        known = len(self._ranking)
        self._ranking = list(dict.fromkeys([*self._ranking, *more]))
        self._reasons = more | self._reasons
        return len(self._ranking) > known

    def reason(self, index: int) -> Reason | None:
        """Why an item is asked, if the ranking knows."""
        return self._reasons.get(index)

    def fill(self, is_open: Callable[[int], bool]) -> bool:
        """Drop what was answered, and fill up from the ranking once few are left.

        Returns whether the page has to hear of it: it knows only what it answered itself.
        """
        before, head = len(self._held), self.head
        self._held = [index for index in self._held if is_open(index)]
        if self.head != head:
            self._keep = 1
        self._ranking = [index for index in self._ranking if is_open(index)]
        self._first = [index for index in self._first if is_open(index)]
        self._wanted = {index: why for index, why in self._wanted.items() if is_open(index)}
        dropped = len(self._held) < before
        if not self.is_short:
            return dropped
        held = set(self._held)
        coming = dict.fromkeys([*self._first, *self._wanted, *self._ranking])
        fresh = [index for index in coming if index not in held]
        self._held += fresh[: self._length - len(self._held)]
        return dropped or bool(fresh)

    def want(self, reasons: dict[int, Reason]) -> None:
        """Ask about these after the question on screen, for these reasons, before any ranking."""
        self._wanted = reasons
        self._held = self._held[: self._keep]
        self._reasons |= reasons

    def put_first(self, index: int) -> None:
        """Ask about an item now; the question it displaces comes next."""
        self.revisit = None
        if self.head == index:
            return
        self._keep = 2 if self._held else 1
        self._held = [index, *(other for other in self._held if other != index)]

    def choose(self, index: int) -> None:
        """Ask about an item that a person chose."""
        self.put_first(index)
        self._reasons[index] = CHOSEN

    def drop(self, index: int) -> None:
        """Take an answered item out."""
        if self.revisit == index:
            self.revisit = None
        if self.head == index:
            self._keep = 1
        self._held = [other for other in self._held if other != index]
        self._ranking = [other for other in self._ranking if other != index]

    def marks(self, n: int = 8) -> tuple[int | None, list[int]]:
        """Return the item on screen and the next n, as the map numbers them."""
        return self.current, self.upcoming[:n]
