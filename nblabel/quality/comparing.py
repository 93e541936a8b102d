"""Labels of now beside those at each random draw: what the checks say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nblabel.arrays import IntArray, UInt16Array
from nblabel.quality.bounds import Bools, CheckedDraws, Floats, wrong_now
from nblabel.quality.history import DrawSnapshot


@dataclass(frozen=True)
class Comparison:
    """All that was drawn, one item after the other, and the labels of now.

    Attributes
    ----------
    y, now : ndarray of shape (n,), intp
        Labels of people, -1 where there are none, and all labels, predictions included.
    counts : ndarray of shape (m, 5, n_classes)
    then : ndarray of shape (m,), intp
        As `compare` returns them.
    truth : ndarray of shape (m,), intp
        The label that people gave each item drawn; -1 where they gave none.
    weight, heaviest : ndarray of shape (m,), float
        As in `nblabel.quality.bounds.CheckedDraws`.
    """

    y: IntArray
    now: IntArray
    counts: Any
    then: IntArray
    truth: IntArray
    weight: Floats
    heaviest: Floats

    @classmethod
    def of(
        cls, snapshots: Sequence[DrawSnapshot], y: IntArray, now: IntArray, n_classes: int
    ) -> Comparison:
        """Compare; see the attributes."""
        counts, then = compare(snapshots, y, now, n_classes)
        drawn, weight, heaviest = _in_a_row(snapshots)
        return cls(y, now, counts, then, y[drawn], weight, heaviest)

    def __getitem__(self, some: slice) -> Comparison:
        """Return what some of the items drawn say."""
        names = ("counts", "then", "truth", "weight", "heaviest")
        return Comparison(self.y, self.now, *(getattr(self, name)[some] for name in names))

    @property
    def n_answered(self) -> int:
        """How many were drawn up to the last one answered; those after it wait for theirs."""
        answered = np.flatnonzero((self.weight > 0) & (self.truth >= 0))
        return int(answered[-1]) + 1 if len(answered) else 0

    @property
    def unknown(self) -> Bools:
        """Where a person was asked and gave no label, (m,)."""
        return (self.weight > 0) & (self.truth < 0)

    @property
    def wrong(self) -> Bools:
        """Where a person gave another label than there was then, (m,)."""
        found: Bools = (self.weight > 0) & (self.truth >= 0) & (self.truth != self.then)
        return found

    def about(self, code: int | None) -> Bools:
        """Return which of the items drawn had a label then, (m,); all, without one."""
        return np.ones(len(self.then), dtype=bool) if code is None else self.then == code

    def n_now(self, code: int | None) -> tuple[int, int]:
        """Return how many labels there are of a class, and how many of them no person gave."""
        of_class = np.ones(len(self.y), dtype=bool) if code is None else self.now == code
        return int(of_class.sum()), int((of_class & (self.y < 0)).sum())

    def draws(self, code: int | None = None) -> CheckedDraws:
        """Return what was drawn, as checks of the labels of one class, or of all."""
        some = self.counts.sum(axis=2) if code is None else self.counts[:, :, code]
        kept, changed, known, answered_since, _ = some.T
        return CheckedDraws(
            *(kept + changed + answered_since, known, kept, changed),
            *(self.wrong, self.unknown, self.weight, self.heaviest),
        )[self.about(code)]


def estimates(found: Comparison, names: Sequence[str], confidence: float) -> list[dict[str, Any]]:
    """Return the accuracy of all labels, and of those of each class, as rows of a table.

    Parameters
    ----------
    found : Comparison
    names : sequence of str
        What to call all labels, then the classes.
    confidence : float
        Of each interval by itself.
    """
    rows: list[dict[str, Any]] = []
    # of a thousand classes most are alike in what the answers say of them
    shares: dict[bytes, tuple[int, int]] = {}
    none_drawn: dict[int, tuple[int, int]] = {}
    asked, unknown, wrong = found.weight > 0, found.unknown, found.wrong
    for place, name in enumerate(names):
        code = place - 1 if place else None
        about = found.about(code)
        checked = about & asked & ~unknown
        n, unchecked = found.n_now(code)
        limits = none_drawn.get(unchecked) if not about.any() else None
        if limits is None:
            limits = wrong_now(unchecked, found.draws(code), confidence)
        if not about.any():
            none_drawn[unchecked] = limits
        high, low = (1 - number / max(n, 1) for number in limits)
        rows.append(
            {
                "class": name,
                "checks": int(checked.sum()),
                "wrong": int(wrong[about].sum()),
                "skipped": int((about & unknown).sum()),
                "accuracy": middle(
                    wrong[checked], found.weight[checked], unchecked / max(n, 1), low, high
                ),
                "low": low,
                "high": high,
                **_share(code, found, confidence, shares),
            }
        )
    return rows


def middle(
    wrong: Bools | Floats, weight: Floats, unchecked: float, low: float, high: float
) -> float:
    """Return the likeliest accuracy: by the later half of the checks, which saw a later model."""
    if not len(wrong):
        return np.nan
    later = slice(len(wrong) // 2, None)
    share = np.average(wrong[later], weights=weight[later])
    return float(np.clip(1 - unchecked * share, low, high))


def _share(
    code: int | None, found: Comparison, confidence: float, same: dict[bytes, tuple[int, int]]
) -> dict[str, float]:
    """Return how much of the pool is of a class: estimate, at least and at most.

    `same` has the limits of other classes, by what they depend on.
    """
    names = ("share", "share_low", "share_high")
    if code is None:
        return dict.fromkeys(names, 1.0)
    y, truth, weight = found.y, found.truth, found.weight
    known, left = int((y == code).sum()), int((y < 0).sum())
    kept, changed, _, answered_since, _ = found.counts.sum(axis=2).T
    free = kept + changed
    # what class an item is of does not change: every label is the same now as then
    draws = CheckedDraws(
        size=free + answered_since,
        known=found.counts[:, 4, code],
        kept=free,
        changed=np.zeros_like(free),
        wrong=truth == code,
        unknown=found.unknown,
        weight=weight,
        heaviest=found.heaviest,
    )
    key = draws.known.tobytes() + draws.wrong.tobytes()
    if key not in same:
        same[key] = wrong_now(left, draws, confidence)
    low, high = same[key]
    estimate, used = np.nan, weight * (truth >= 0)
    if used.any():
        estimate = np.clip(np.average(truth == code, weights=used) * left, low, high)
    return {
        name: float((known + n) / len(y))
        for name, n in zip(names, (estimate, low, high), strict=True)
    }


def _in_a_row(snapshots: Sequence[DrawSnapshot]) -> tuple[IntArray, Floats, Floats]:
    """Return the items of all draws, their weights, and the largest that these could have been."""
    if not snapshots:
        return np.empty(0, np.intp), np.empty(0), np.empty(0)
    return (
        np.concatenate([one.rows for one in snapshots]),
        np.concatenate([one.weight for one in snapshots]),
        np.repeat([one.heaviest for one in snapshots], [len(one.rows) for one in snapshots]),
    )


def compare(
    snapshots: Sequence[DrawSnapshot], y: IntArray, now: IntArray, n_classes: int
) -> tuple[Any, IntArray]:
    """Compare the labels at each draw with those of now.

    Returns
    -------
    counts : ndarray of shape (m, 5, n_classes)
        For each item drawn, of what it was drawn from, by the label then: not answered since, and
        the same label now; not answered since, and another label now; answered since, and wrong
        then; answered since; and, by the answer, answered since.
    then : ndarray of shape (m,), intp
        The label that each had.
    """
    found, labels_then = [], []
    free, then = np.zeros(len(y), dtype=bool), np.zeros(len(y), dtype=np.uint16)
    total = np.zeros((5, n_classes), dtype=np.int64)
    for snapshot in snapshots:
        before = (free, then)
        free = np.unpackbits(snapshot.free, count=len(y)).astype(bool)
        then = snapshot.labels
        # few items are not as they were a draw before, and only those are counted again
        new = np.flatnonzero((before[0] != free) | (before[1] != then))
        for sign, (these, labels) in ((-1, before), (1, (free, then))):
            rows = new[these[new]]
            total += sign * _count(labels[rows], y[rows], now[rows], n_classes)
        left = total.copy()
        for row, weight in zip(snapshot.rows.tolist(), snapshot.weight.tolist(), strict=True):
            found.append(left.copy())
            labels_then.append(then[row])
            if weight:  # the next of this draw is not drawn from this one
                one = slice(row, row + 1)
                left -= _count(then[one], y[one], now[one], n_classes)
    shape = (len(found), 5, n_classes)
    return np.array(found, dtype=np.int64).reshape(shape), np.array(labels_then, dtype=np.intp)


def _count(then: UInt16Array, y: IntArray, now: IntArray, n_classes: int) -> IntArray:
    """Count some items by label, of five kinds; see `compare`."""
    answered, same = y >= 0, then == now
    kinds: list[tuple[Any, Bools]] = [
        (then, ~answered & same),
        (then, ~answered & ~same),
        (then, answered & (y != then)),
        (then, answered),
        (y, answered),
    ]
    return np.array([np.bincount(labels[those], minlength=n_classes) for labels, those in kinds])
