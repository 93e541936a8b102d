"""One class of a log, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class ClassDetails:
    """What is known of a class beside its name; see `nblabel.Session.describe_class`.

    Attributes
    ----------
    description : str
        What belongs to the class, in words; "" where there are none.
    color : str
        Such as "#0072b2"; "" for the colour that its place gives it.
    key : str
        The key that gives its label; "" for the one that its place gives it.
    aliases : tuple of str
        Other names of the class, as files to import have them.
    examples : tuple of str
        Ids of items that show what belongs to the class, at most three.
    """

    description: str = ""
    color: str = ""
    key: str = ""
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


class ListedClass:
    """One class, whatever it is called."""

    __slots__ = ("details", "into", "is_known", "is_listed", "is_retired", "name", "under")

    def __init__(self, name: str, *, is_listed: bool, is_known: bool = True) -> None:
        self.name = name
        self.is_listed = is_listed  # if not, only while there are labels of it
        self.is_known = is_known  # given, or added in the log
        self.is_retired = False  # its labels stay, and no others are given
        self.into: ListedClass | None = None  # the one it became a part of
        self.under: ListedClass | None = None  # its parent, or what is a part of that by now
        self.details = ClassDetails()

    @property
    def now(self) -> ListedClass:
        """The class itself, or the one that it is a part of by now."""
        found = self
        while found.into is not None:
            found = found.into
        return found

    @property
    def above(self) -> Iterator[ListedClass]:
        """The parent of a class that is no part of another one, the parent of that, and so on."""
        found = self.under
        while found is not None:
            yield found.now
            found = found.now.under

    @property
    def is_gone(self) -> bool:
        """Whether it is retired, by itself or above it."""
        return self.is_retired or any(parent.is_retired for parent in self.above)
