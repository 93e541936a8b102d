"""Items with an answer that are asked once more because somebody wants it."""

from __future__ import annotations

from collections.abc import Iterable

from nblabel.session import Session


class Again:
    """Which items are open although they have an answer: until they are answered once more.

    Undoing that answer opens them again.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: dict[int, int] = {}  # place in the log of the last answer then

    def ask(self, indices: Iterable[int]) -> None:
        """Open these, and no others any more."""
        self._before = {index: last_answer(self._session, index) for index in indices}

    def is_open(self, index: int) -> bool:
        """Whether an item was opened, and not answered since."""
        return index in self._before and self._before[index] == last_answer(self._session, index)


def last_answer(session: Session, index: int) -> int:
    """Return the place in the log of the last answer to an item; a skip is one, 0 if none."""
    events = session.state.history(session.pool.ids[index])
    return events[-1].seq if events else 0
