"""The curves that a panel keeps beside the log: accuracy and confidence over the labels."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from nblabel.log.store import LabelStore

CONFIDENT = 0.9  # the probability that counts as confident
ACCURACY_SETTING = "curve"  # where the accuracy so far is kept
CONFIDENT_SETTING = "sure"  # where the confidence so far is


class Curves(NamedTuple):
    """Points of both curves, by the labels given.

    Attributes
    ----------
    accuracy : list
        Labels given, estimated share of right labels, and the ends of its interval.
    confident : list
        Labels given, and the share of the pool that is predicted with confidence.
    """

    accuracy: list[list[float]]
    confident: list[list[float]]


def kept_curves(store: LabelStore) -> Curves:
    """Return the curves that panels kept beside a log."""
    accuracy, confident = kept(store, ACCURACY_SETTING), kept(store, CONFIDENT_SETTING)
    return Curves(
        [[n, *shares] for n, shares in sorted(accuracy.items())],
        [[n, share] for n, share in sorted(confident.items())],
    )


def kept(store: LabelStore, setting: str) -> dict[int, Any]:
    """Return the points of one curve, by the labels given."""
    text = store.setting(setting)
    return {} if text is None else {int(n): shares for n, shares in json.loads(text).items()}
