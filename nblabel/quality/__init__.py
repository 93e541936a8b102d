"""How good the labels are: audits, error guarantees, label issues, costs and when to stop."""

from __future__ import annotations

from typing import Any

NO_ANSWER = -1  # in arrays of class numbers, where no person has labeled an item


def check_session(session: Any) -> None:
    """Say so if it is no session, but a panel, say.

    Raises
    ------
    TypeError
        If it cannot do what a session can.
    """
    if not hasattr(session, "refit"):  # the class itself is not known here
        hint = "pass its .session" if hasattr(session, "session") else "pass a nblabel.Session"
        raise TypeError(f"session is a {type(session).__name__}; {hint}.")
