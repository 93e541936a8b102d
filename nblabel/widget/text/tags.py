"""What the kernel says where an item may have several tags."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from nblabel.strategies import Reason
from nblabel.system.format import count, counted, interval, percent

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


def as_tags(text: str) -> str:
    """Return words about classes as they read where classes are tags; names come behind them."""
    words = {"class": "tag", "classes": "tags", "Class": "Tag", "Classes": "Tags"}
    return re.sub(r"\b[Cc]lass(es)?\b", lambda found: words[found[0]], text, count=1)


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


# how good the tags are

NO_COMPARISON = (
    "not for several tags yet: the comparison with random sampling. Where the tags are known, "
    "nb.simulate compares strategies."
)


NO_ISSUES = "No answer about a tag is contradicted by the model."


def answers(n: int) -> str:
    return counted(n, "answer about a tag", "answers about tags")


def more_answers(n: int) -> str:
    return counted(n, "more answer about a tag", "more answers about tags")


def accuracy(share: float, low: float, high: float, confidence: float, n: int) -> str:
    return (
        f"{percent(share)} of all pairs of item and tag right, {interval(low, high)} with "
        f"{percent(confidence)} confidence; {counted(n, 'audit label')}"
    )


def accuracy_title(n_wrong: int) -> str:
    return (
        "Of the tags of all items: those that people answered, and the predicted ones for the "
        f"rest. Estimated from the audit sample alone; of {counted(n_wrong, 'item')} in it the "
        "model had any tag wrong. It assumes that the annotator is right. Accuracy per tag has "
        "precision and recall of each."
    )


def stale_answers(n: int) -> str:
    return (
        f"The model now contradicts {count(n)} of the accepted answers about tags; Auto-label the "
        "rest shows them, or reverts them."
    )


def guaranteed(max_error: float, confidence: float) -> str:
    return (
        f"at most {percent(max_error)} wrong of those that get a tag, and of those that are denied "
        f"it, {percent(confidence)} confidence"
    )


def would_be(tag: str, answer: str) -> str:
    """Return what is proposed about one tag of an item."""
    return tag if answer == "yes" else f"not {tag}"


def doubted(tags: Iterable[tuple[str, str, float, str]]) -> Reason:
    """Return why an item is asked again.

    Parameters
    ----------
    tags : iterable of tuple
        For each tag that is contradicted: its name, the answer, the share of the neighbours that
        agree (NaN where that is not known), and what the model predicts.
    """
    return Reason(" ".join(_doubted(*one) for one in tags))


def _doubted(tag: str, label: str, share: float, suggestion: str) -> str:
    agree = "" if math.isnan(share) else f", and {percent(share, 2)} of its neighbours agree"
    if suggestion == label:
        return f"{tag}: answered {label}; the model predicts that, too{agree}."
    return (
        f"{tag}: answered {label}{agree}; without the answers to this item the model predicts "
        f"{suggestion}."
    )


def accepted_then(tags: Iterable[tuple[str, str, str]]) -> Reason:
    """Return why an item with accepted tags is asked again: name, answer, prediction of each."""
    lines = [f"{tag}: accepted {label}; now it predicts {now}." for tag, label, now in tags]
    return Reason(f"From the model. {' '.join(lines)}")
