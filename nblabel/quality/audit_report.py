"""The report of an audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nblabel.arrays import is_number
from nblabel.system.format import count, counted, interval, percent
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd


LEAST_CHECKS = 30  # audit labels, before an accuracy is worth telling


@dataclass(frozen=True, repr=False, eq=False)
class AuditReport(Report):
    """How many labels are right, with intervals. ``print`` it.

    Attributes
    ----------
    confidence : float
        Of each interval by itself.
    n_checks : int
        Audit labels: items drawn at random and labeled by a person.
    n_skipped : int
        Items drawn at random that a person was asked about and gave no label.
    n_wrong : int
        Of the audit labels, those where the model was wrong.
    accuracy : float
        Share of the pool with a right label: labels of people, and those of the model for the rest.
        NaN without audit labels.
    low, high : float
        Its interval.
    table : DataFrame
        A row for everything, then one for each class. Columns checks, wrong, skipped; accuracy,
        low, high: the share of right ones among the labels of that class; share, share_low,
        share_high: how much of the pool truly belongs to that class.
    """

    confidence: float
    n_checks: int
    n_skipped: int
    n_wrong: int
    accuracy: float
    low: float
    high: float
    table: pd.DataFrame

    def allowing(self, error_rate: float) -> tuple[float, float]:
        """Return the interval of the accuracy if the annotator makes mistakes.

        Parameters
        ----------
        error_rate : float
            Largest share of the pool that the annotator would label wrong, from 0 to 1.
            `nblabel.self_agreement` measures how often the same question gets the same answer.

        Returns
        -------
        low : float
            Lower end. A mistake of the annotator changes whether a label looks right, only where it
            is made. So each end moves by that share, and not beyond 0 and 1.
        high : float
            Upper end.

        Raises
        ------
        ValueError
            If the share is not between 0 and 1.
        """
        if not is_number(error_rate) or not 0 <= error_rate <= 1:
            raise ValueError(
                f"error_rate is {error_rate!r}; it must be a share from 0 to 1, such as 0.05."
            )
        return max(self.low - error_rate, 0.0), min(self.high + error_rate, 1.0)

    @property
    def is_known(self) -> bool:
        """Whether there are enough audit labels, 30, to tell an accuracy and not only limits."""
        return self.n_checks >= LEAST_CHECKS

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        if not self.n_checks:
            return [
                "Accuracy not known: there are no audit labels yet.",
                (
                    "Session(..., audit=0.1) draws a tenth of the questions at random; "
                    "session.draw(30) draws 30 items now."
                ),
            ]
        checks = counted(self.n_checks, "audit label")
        limits = f"{interval(self.low, self.high)} with {percent(self.confidence)} confidence"
        lines = [f"Accuracy {percent(self.accuracy)}, {limits}, from {checks}."]
        if not self.is_known:
            lines = [
                f"Accuracy not known yet: {self.n_checks} of at least {LEAST_CHECKS} audit labels.",
                f"So far the limits are {limits}.",
            ]
        if self.n_skipped:
            lines.append(f"{count(self.n_skipped)} more were drawn and got no label.")
        return lines
