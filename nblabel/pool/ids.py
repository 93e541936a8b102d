"""The ids of items: what is stored of an item instead of its position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any

from nblabel.arrays import IntArray
from nblabel.system.values import is_missing, same_as, text_of


def as_ids(ids: Any) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Return ids as text, and as earlier versions wrote them where that differs.

    Raises
    ------
    ValueError
        If one is missing, empty or there twice, or these are no ids in an order.
    """
    _refuse_others(ids)
    given = list(ids)
    texts = tuple(map(text_of, given))
    before = tuple(map(str, given))
    if (
        "" in texts
        and (gap := next((at for at, one in enumerate(given) if is_missing(one)), -1)) >= 0
    ):
        raise ValueError(f"the id of item {gap} is missing; give each item one, or leave out ids=.")
    if "" in texts:
        raise ValueError(
            f"the id of item {texts.index('')} is empty; give each item one, or leave out ids=."
        )
    if len(set(texts)) < len(texts):
        if len(set(before)) < len(before):
            twice = [item for item, n in Counter(texts).items() if n > 1]
            raise ValueError(
                f"ids must be unique; {len(twice)} repeat, for example {twice[0]!r}. "
                "(Ids are compared as text: 1 and '1' are the same.)"
            )
        texts = before  # they differ in the form of a letter alone: each stays as it is
    return texts, None if texts == before else before


def _refuse_others(ids: Any) -> None:
    if isinstance(ids, str | bytes):
        raise ValueError(  # noqa: TRY004
            f"ids is the single text {ids!r:.60}; pass a list with the id of each item."
        )
    if hasattr(ids, "columns"):
        raise ValueError("ids is a table; pass one of its columns.")
    if getattr(ids, "ndim", 1) > 1:
        raise ValueError(f"ids has shape {ids.shape}; pass one id for each item.")
    if isinstance(ids, set | frozenset | Mapping):
        raise ValueError(  # noqa: TRY004
            f"ids is a {type(ids).__name__}; pass a list with the id of each item, in their order."
        )
    if not isinstance(ids, Iterable):
        message = f"ids is {ids!r:.60}; pass a list with the id of each item."
        raise ValueError(message)  # noqa: TRY004


def ids_of_index(data: Any) -> list[Any] | None:
    """Return the index of a DataFrame or Series, if somebody made one that can serve as ids."""
    if not hasattr(data, "iloc"):
        return None
    names = list(data.index)
    texts = tuple(map(text_of, names))
    if Numbers(len(names)) == texts:
        return None
    return names if len(set(texts)) == len(names) and "" not in texts else None


def length_of(parts: Mapping[str, Sized | None]) -> int:
    """Return how many items there are by each of the parts of a pool that is not None.

    Raises
    ------
    ValueError
        If they differ.
    """
    sizes = {name: len(part) for name, part in parts.items() if part is not None}
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{count} {name}" for name, count in sizes.items())
        raise ValueError(f"the parts of the pool differ in length: {listed}.")
    return next(iter(sizes.values()))


def ids_at(ids: Sequence[str], rows: IntArray) -> list[str]:
    """Return the ids at many positions of a pool, from 0 on."""
    places = rows.tolist()
    return list(map(str if isinstance(ids, Numbers) else ids.__getitem__, places))


class Numbers(Sequence[str]):
    """The ids "0", "1", ... of items that were given none; a million of them take no memory."""

    def __init__(self, n: int) -> None:
        self._range = range(n)

    def place(self, item: str) -> int | None:
        """Return where an id is; None where it is nowhere."""
        found = self._exact(item)
        return self._exact(same_as(item)) if found is None else found

    def _exact(self, item: str) -> int | None:
        try:
            number = int(item)
        except ValueError:  # also where it has thousands of digits
            return None
        return number if str(number) == item and number in self._range else None

    def exactly(self, items: Iterable[str]) -> list[int | None]:
        """Return where each of many ids is, so written."""
        some = list(items)
        return self._all_exactly(some) or list(map(self._exact, some))

    def places(self, items: Iterable[str]) -> list[int | None]:
        """Return where each of many ids is."""
        some = list(items)
        return self._all_exactly(some) or list(map(self.place, some))

    def _all_exactly(self, items: list[str]) -> list[int | None]:
        """Return where all of some ids are, nothing where one is not there: a third of the time."""
        try:
            numbers = list(map(int, items))
        except ValueError:
            return []
        there = items and min(numbers) >= 0 and max(numbers) < len(self._range)
        return [*numbers] if there and list(map(str, numbers)) == items else []

    def hold(self, items: Iterable[str]) -> bool:
        """Return whether all of these are here, exactly so written."""
        return None not in self.exactly(items)

    def __len__(self) -> int:
        return len(self._range)

    def __getitem__(self, index: Any) -> Any:
        numbers = self._range[index]
        return str(numbers) if isinstance(numbers, int) else tuple(map(str, numbers))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, Numbers) else other)

    __hash__ = None  # type: ignore[assignment]
