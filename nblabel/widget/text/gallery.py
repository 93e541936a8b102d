"""What the kernel says of the gallery."""

from __future__ import annotations

from nblabel.system.format import count, counted, percent

REVIEWING = {
    "contradicted": "Looking for labels that the model and the neighbours contradict…",
    "stale": "Looking for accepted labels that the model contradicts…",
}
REVIEWED_ONCE_EMBEDDED = "The labels to review are here once the items are embedded."
NO_DOUBT = {
    "contradicted": "No label is contradicted by the model.",
    "stale": "No accepted label is contradicted by the model.",
}
NOT_COMPARED = "Near duplicates are known once the neighbours are found."


def found(n: int, total: int, noun: str) -> str:
    """Say how many items there are."""
    if n == total:
        return f"All {counted(total, noun)}"
    return f"{count(n)} of {counted(total, noun)}" if n else f"None of {counted(total, noun)}"


def reviewing(show: str, share: float) -> str:
    """Say how far the search for labels to review is."""
    return f"{REVIEWING[show]} {percent(share, 2)}"


def flagged(n: int, noun: str) -> str:
    """Say that some items were set aside."""
    return f"{counted(n, noun)} flagged."


def noted(n: int, noun: str) -> str:
    """Say that some items have a note now."""
    return f"Note saved for {counted(n, noun)}."


def cleared(n: int, noun: str) -> str:
    """Say that nothing is said of some items any more."""
    return f"{counted(n, noun)} cleared."
