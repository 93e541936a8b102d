"""The ids of items: given, taken from an index or from paths, or positions where there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any


def index_of(data: Any) -> Sequence[str] | None:
    """Return the index of a DataFrame or Series, if somebody made one that can serve as ids."""
    if not hasattr(data, "iloc"):
        return None
    names = [str(name) for name in data.index]
    if len(set(names)) < len(names):
        return None
    numbers = Numbers(len(names))
    return numbers if numbers == tuple(names) else names


class Numbers(Sequence[str]):
    """The ids "0", "1", ... of items that were given none; a million of them take no memory."""

    def __init__(self, n: int) -> None:
        self._range = range(n)

    def position(self, item: str) -> int | None:
        """Return where an id is; None where it is nowhere."""
        try:
            number = int(item)
        except ValueError:  # also where it has thousands of digits
            return None
        return number if str(number) == item and number in self._range else None

    def __len__(self) -> int:
        return len(self._range)

    def __getitem__(self, index: Any) -> Any:
        numbers = self._range[index]
        return str(numbers) if isinstance(numbers, int) else tuple(map(str, numbers))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, Numbers) else other)

    __hash__ = None  # type: ignore[assignment]


def describe_duplicates(ids: Sequence[str]) -> str:
    """Return what to say of ids that repeat."""
    twice = [item for item, n in Counter(ids).items() if n > 1]
    return (
        f"ids must be unique; {len(twice)} repeat, for example {twice[0]!r}. "
        "(Ids are compared as text: 1 and '1' are the same.)"
    )
