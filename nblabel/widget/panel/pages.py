"""Which pages show a panel, and what each of them has on screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MOST = 8  # pages that are thought of; one that was reloaded says nothing when it goes


@dataclass(eq=False)
class Page:
    """One page.

    Attributes
    ----------
    id : str
        Made by the page.
    front : list of str
        The ids on screen and next, as it told last.
    parts : frozenset of str
        What its views have open: "auto_label", "curves".
    filter : dict or None
        What it asked to filter the points by.
    filtered : bytes or None
        Which points met that when it was told last.
    """

    id: str
    front: list[str] = field(default_factory=list)
    parts: frozenset[str] = frozenset()
    filter: dict[str, Any] | None = None
    filtered: bytes | None = None


class Pages:
    """The pages that are open."""

    def __init__(self) -> None:
        self._open: dict[str, Page] = {}
        self.front: list[str] = []
        """The ids on screen and next in the page that was heard last."""

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Page]:
        return iter(list(self._open.values()))

    def page(self, page_id: str) -> Page:
        """Return a page that is heard."""
        page = self._open.setdefault(page_id, Page(page_id))
        while len(self._open) > MOST:
            self._open.pop(next(iter(self._open)))
        return page

    def begin(self, page_id: str) -> Page:
        """Return a page that opened."""
        self._open.pop(page_id, None)
        return self.page(page_id)

    def end(self, page_id: str) -> None:
        """Forget a page."""
        self._open.pop(page_id, None)

    def take_front(self, page: Page, front: object) -> None:
        """Note what a page has on screen and next."""
        if isinstance(front, list):
            page.front = self.front = [str(item) for item in front]

    def expect(self, offered: list[str]) -> None:
        """Note what pages have on screen and next that were offered this, and told nothing yet.

        Another list may follow before they tell: it must hold what they show.
        """
        for page in self:
            page.front = page.front or offered
        self.front = self.front or offered

    def have_open(self, part: str) -> bool:
        """Whether a page has this part open."""
        return any(part in page.parts for page in self)
