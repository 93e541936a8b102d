"""How good tags are, estimated from items that were drawn at random: each tag by itself.

The draws, and the limits, are those of `nblabel.quality.audit`, with "yes" and "no" as the classes:
each tag is an audit of its own, and an item drawn is a check of the tags that were answered of it.
The tags of an item are answered together, so their errors are not independent. The limits for all
pairs of item and tag therefore count items: of each the share of its tags that are wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.quality.audit_report import LEAST_CHECKS, AuditReport
from nblabel.quality.bounds import CheckedDraws, wrong_now
from nblabel.quality.comparing import Comparison, estimates, middle
from nblabel.quality.tag_history import tag_history_of
from nblabel.session.tag_engine import LIKELY
from nblabel.system.format import count, counted, interval, percent

if TYPE_CHECKING:
    from nblabel.session import Session

NO, YES = 0, 1
MEAN = "mean"


@dataclass(frozen=True, repr=False, eq=False)
class TagAuditReport(AuditReport):
    """How many tags are right, with intervals. ``print`` it.

    Attributes
    ----------
    confidence : float
        Of each interval by itself.
    n_checks : int
        Audit labels: items drawn at random of which a person answered about any tag.
    n_skipped : int
        Items drawn at random that a person was asked about and said nothing of.
    n_wrong : int
        Of the audit labels, those where the model was wrong about any tag.
    accuracy : float
        Share of all pairs of item and tag that are right: answers of people, and predictions with
        a probability of at least 0.5 for the rest. It is the mean over the tags. NaN without audit
        labels.
    low, high : float
        Its interval.
    table : DataFrame
        A row for the mean over the tags, then one for each tag. Columns checks, wrong, skipped: the
        items drawn whose tag was answered, those of them where the model was wrong about it, and
        those that were asked about without an answer to it; accuracy, precision and recall, each
        with low and high: the share of right ones among all items, among those said to have the
        tag, and, of those that truly have it, the share that is said to; share, share_low,
        share_high: how much of the pool truly has it. The means of precision and recall are over
        the tags for which they are known, and have no interval.
    """

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        lines = super().lines
        if not self.n_checks or not self.is_known:
            return lines
        lines[0] = lines[0].replace("Accuracy", "Accuracy, over all pairs of item and tag,", 1)
        known = self.table.drop(index=MEAN)
        known = known[known["checks"] >= LEAST_CHECKS]
        for tag, row in known.iterrows():
            parts = [
                f"{what} {percent(row[what])}, {interval(row[f'{what}_low'], row[f'{what}_high'])}"
                for what in ("precision", "recall")
                if not np.isnan(row[what])
            ]
            lines.append(f"{tag}: {'; '.join(parts) or 'no item is said to have it'}.")
        fewer = len(self.table) - 1 - len(known)
        if fewer:
            lines.append(
                f"{counted(fewer, 'tag')} with fewer than {count(LEAST_CHECKS)} answers of audit "
                "items: nothing is said of them yet."
            )
        return lines


def audit_tags(session: Session, confidence: float) -> TagAuditReport:
    """Estimate how many tags are right; as `nblabel.audit`, of which it is a part."""
    import pandas as pd

    proba = session.refit(1).proba  # finds the neighbour graph if it may
    history = tag_history_of(session)
    y = session.y
    now = np.where(y >= 0, y, proba >= LIKELY).astype(np.intp)
    y = session.learned_from(accepted=False).astype(np.intp)  # of people
    names = session.classes
    each = [
        Comparison.of(history.of_tag(code), y[:, code], now[:, code], 2)
        for code in range(len(names))
    ]
    # draws that came before a tag say nothing of it
    since = [history.n_drawn_before(code) for code in range(len(names))]
    rows = [
        {"class": name, **_of_tag(found[first : found.n_answered], confidence)}
        for name, found, first in zip(names, each, since, strict=True)
    ]
    some = slice(max(since), max(found.n_answered for found in each))
    mean = _of_all([found[some] for found in each], confidence)
    table = pd.DataFrame([{"class": MEAN}, *rows]).set_index("class")
    for name in ("precision", "recall", "share"):
        mean[name] = table[name].mean()
    table.loc[MEAN, list(mean)] = list(mean.values())
    counts = {name: int(mean[name]) for name in ("checks", "wrong", "skipped")}
    return TagAuditReport(
        confidence=confidence,
        n_checks=counts["checks"],
        n_skipped=counts["skipped"],
        n_wrong=counts["wrong"],
        accuracy=mean["accuracy"],
        low=mean["low"],
        high=mean["high"],
        table=table.astype(dict.fromkeys(counts, np.int64)),
    )


def _of_tag(found: Comparison, confidence: float) -> dict[str, Any]:
    """Return the figures of one tag."""
    every, _, yes = estimates(found, ["", "no", "yes"], confidence)
    n = {code: found.n_now(code)[0] for code in (NO, YES)}
    # recall has two parts, each with a limit: half of the risk for either
    parts = estimates(found, ["", "no", "yes"], (1 + confidence) / 2)
    right = {at: n[YES] * parts[1 + YES][at] for at in ("accuracy", "low", "high")}
    missed = {at: n[NO] * (1 - parts[1 + NO][at]) for at in ("accuracy", "low", "high")}
    low, high = _share(right["low"], missed["low"], 0.0), _share(right["high"], missed["high"], 1.0)
    return {
        **{name: every[name] for name in ("checks", "wrong", "skipped", "accuracy", "low", "high")},
        "precision": yes["accuracy"] if n[YES] else np.nan,
        "precision_low": yes["low"],
        "precision_high": yes["high"],
        "recall": _share(right["accuracy"] if n[YES] else 0.0, missed["accuracy"], np.nan),
        "recall_low": low,
        "recall_high": high,
        **{name: yes[name] for name in ("share", "share_low", "share_high")},
    }


def _share(part: float, rest: float, without: float) -> float:
    return part / (part + rest) if part + rest else without


def _of_all(each: list[Comparison], confidence: float) -> dict[str, Any]:
    """Return the figures of all pairs of item and tag; the draws of all are the same."""
    weight, heaviest = each[0].weight, each[0].heaviest
    wrong, unknown = (
        np.stack([getattr(found, name) for found in each], axis=1) for name in ("wrong", "unknown")
    )
    kept, changed, known, answered_since, _ = sum(found.counts.sum(axis=2) for found in each).T
    draws = CheckedDraws(
        *(kept + changed + answered_since, known, kept, changed),
        *(wrong.mean(axis=1), unknown.mean(axis=1), weight, heaviest),
    )
    n = sum(found.n_now(None)[0] for found in each)
    unchecked = sum(found.n_now(None)[1] for found in each)
    high, low = (1 - number / n for number in wrong_now(unchecked, draws, confidence))
    checked = (weight > 0) & ~unknown.all(axis=1)
    shares = wrong.sum(axis=1) / np.maximum((~unknown).sum(axis=1), 1)
    return {
        "checks": int(checked.sum()),
        "wrong": int(wrong.any(axis=1).sum()),
        "skipped": int(((weight > 0) & unknown.all(axis=1)).sum()),
        "accuracy": middle(shares[checked], weight[checked], unchecked / n, low, high),
        "low": low,
        "high": high,
    }
