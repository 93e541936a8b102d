"""What the kernel says where an item may have several tags."""

from __future__ import annotations

from collections.abc import Sequence

from nblabel.system.format import count, percent

NO_TAG = "no tag"
NO_GROUPS = (
    "not for several tags: one label for a group. Answer its items one by one; in Python, "
    "session.tell_tag(indices, tag, True) gives a tag to many."
)
NO_FINDING = (
    "not for several tags: finding more of a class. In Python, session.ask_tag({!r}) has the "
    "likeliest items."
)
ONE_LABEL = "each item has one label here."
TAG_DONE = "Nothing is left to answer about {}."


def listed(tags: Sequence[str]) -> str:
    """Return tags as a person reads them."""
    return ", ".join(tags) if tags else NO_TAG


def of_one(yes: Sequence[str], no: Sequence[str], unsure: Sequence[str]) -> str:
    """Return what is said of some tags of an item."""
    return ", ".join([*yes, *(f"not {tag}" for tag in no), *(f"{tag} unsure" for tag in unsure)])


def saved(tags: Sequence[str], n_labeled: int) -> str:
    return f"Saved: {listed(tags)}. {count(n_labeled)} labeled."


def predicted(name: str, tags: Sequence[tuple[str, float]]) -> str:
    """Return what is predicted for an item: its tags with their probabilities."""
    each = ", ".join(f"{tag} {percent(p, 2)}" for tag, p in tags)
    return f"{name} · predicted {each or NO_TAG}"


def one_tag(tag: str, n_yes: int, n_no: int, n_unsure: int) -> str:
    """Return what was answered about one tag of several items."""
    unsure = f", {count(n_unsure)} unsure" if n_unsure else ""
    return f"Saved: {tag}, {count(n_yes)} yes, {count(n_no)} no{unsure}."
