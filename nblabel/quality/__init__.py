"""What may be said about labels: audits, promises, doubt and second looks."""

from __future__ import annotations

from typing import Any


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
