"""What may be asked, best first: the candidates that the kernel offers to the pages.

The order on screen is the page's. Here is only what it is offered, and for which reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from nblabel.strategies import Query, Reason
from nblabel.widget import text


@dataclass(frozen=True)
class Offer:
    """A list for the pages.

    Attributes
    ----------
    indices : list of int
        Positions in the pool, best first.
    first : int
        How many of them go before any other but the one on screen.
    reset : bool
        Whether it takes the place of all that was offered before.
    """

    indices: list[int]
    first: int = 0
    reset: bool = True


class Ranking:
    """The candidates, in the order in which they are offered.

    Parameters
    ----------
    length : int
        Questions that a page is offered at a time.
    is_open : callable
        Whether an item may be asked.
    first : callable
        Returns items that go before all others: audit samples and repeats.
    on_screen : callable
        Returns what the pages have on screen and next. Every offer holds those of them that are
        open: one that is missing has its answer.
    """

    def __init__(
        self,
        length: int,
        is_open: Callable[[int], bool],
        first: Callable[[], Iterable[int]],
        on_screen: Callable[[], Iterable[int]],
    ) -> None:
        self._length = length
        self._is_open, self._first, self._on_screen = is_open, first, on_screen
        self._ranked: list[int] = []
        self._wanted: dict[int, Reason] = {}  # asked for in one go, before the rest of the ranking
        self._reasons: dict[int, Reason] = {}
        self._offered: dict[int, None] = {}
        self._due: Offer | None = None

    def rank(self, query: Query, reason: Reason | None = None) -> None:
        """Take a new ranking; `reason` is for what is on screen, where the ranking has none."""
        self._ranked = [int(index) for index in query.indices]
        shown = list(self._on_screen())
        kept = {index: self._reasons[index] for index in shown if index in self._reasons}
        if reason is not None and shown and kept.get(shown[0]) is not text.CHOSEN:
            kept[shown[0]] = reason
        ranked = dict(zip(self._ranked, query.reasons, strict=False))
        self._reasons = kept | ranked | self._wanted
        self.offer()

    def extend(self, query: Query) -> bool:
        """Take more candidates, to be asked after all others; return whether any are new."""
        more = dict(zip(query.indices.tolist(), query.reasons, strict=True))
        known = len(self._ranked)
        self._ranked = list(dict.fromkeys([*self._ranked, *more]))
        self._reasons = more | self._reasons
        return len(self._ranked) > known

    def want(self, reasons: dict[int, Reason]) -> None:
        """Ask about these next, for these reasons, before any ranking."""
        self._wanted = reasons
        self._reasons |= reasons
        self.offer()

    def choose(self, index: int) -> None:
        """Note that an item was put on screen by hand, unless it is wanted for another reason."""
        self._reasons[index] = self._wanted.get(index, text.CHOSEN)

    def reason(self, index: int) -> Reason | None:
        """Why an item is asked, if that is known."""
        return self._reasons.get(index)

    def drop_answered(self) -> bool:
        """Forget what has an answer; return whether any of it was offered."""
        before = len(self._offered)
        self._offered = dict.fromkeys(index for index in self._offered if self._is_open(index))
        self._ranked = [index for index in self._ranked if self._is_open(index)]
        self._wanted = {index: why for index, why in self._wanted.items() if self._is_open(index)}
        return len(self._offered) < before

    @property
    def is_short(self) -> bool:
        """Whether a page that does what it was offered runs short."""
        due = self._due is not None and self._due.reset
        return len(self._coming() if due else self._offered) < self._length // 2

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of what was offered."""
        return not self._offered

    def offers(self, reasons: Collection[Reason]) -> bool:
        """Whether one of the offered is asked for one of these reasons."""
        return any(self._reasons.get(index) in reasons for index in self._offered)

    def offer(self) -> None:
        """Have the pages told anew."""
        self._due = Offer([])

    def offer_more(self, held: Collection[int]) -> bool:
        """Have the pages told of others than these, behind them; return whether there are any."""
        fresh = [index for index in self._coming() if index not in held][: self._length]
        if fresh and self._due is None:
            self._due = Offer(fresh, reset=False)
        return bool(fresh)

    def take(self) -> Offer | None:
        """Return what the pages are to be told, if anything."""
        due, self._due = self._due, None
        if due is None:
            return None
        first = {*self._first(), *self._wanted}
        if due.reset:
            coming = self._coming()[: self._length]
            shown = (index for index in self._on_screen() if self._is_open(index))
            due = Offer(list(dict.fromkeys([*coming, *shown])))
            self._offered = {}
        self._offered |= dict.fromkeys(due.indices)
        leading = next(
            (place for place, index in enumerate(due.indices) if index not in first),
            len(due.indices),
        )
        return Offer(due.indices, leading, due.reset)

    def _coming(self) -> list[int]:
        """Return all that may be asked, in order."""
        coming = dict.fromkeys([*self._first(), *self._wanted, *self._ranked])
        return [index for index in coming if self._is_open(index)]
