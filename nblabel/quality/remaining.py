"""How many items of a class nobody has labeled yet: from the audit sample, and by the model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nblabel.quality.audit import audit
from nblabel.quality.audit_report import LEAST_CHECKS, AuditReport
from nblabel.quality.bounds import check_confidence
from nblabel.system.format import count, counted, percent
from nblabel.system.report import Report, check_session

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session


@dataclass(frozen=True, repr=False, eq=False)
class Remaining(Report):
    """How many items of a class are left to find. ``print`` it.

    Attributes
    ----------
    target : str
        The class.
    n_found : int
        Items that a person, or an import, gave this class. With several tags an item it is a tag.
    n_left : float
        How many more there are, estimated from the audit sample; NaN before there are 30 audit
        labels.
    low, high : int
        Its interval; 0 and all that is left, before there is an audit label.
    expected : float
        The sum of the model's probabilities of the class over all that is left. This is the model's
        own figure: nothing says how good it is. NaN before the first label.
    n_checks : int
        Audit labels that the estimate rests on.
    confidence : float
        Of the interval.
    """

    target: str
    n_found: int
    n_left: float
    low: int
    high: int
    expected: float
    n_checks: int
    confidence: float

    @property
    def table(self) -> pd.DataFrame:
        """The same figures in one row."""
        import pandas as pd

        names = ("n_found", "n_left", "low", "high", "expected", "n_checks")
        row = {name: getattr(self, name) for name in names}
        return pd.DataFrame([row], index=pd.Index([self.target], name="class"))

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        lines = [f"{counted(self.n_found, 'item')} of {self.target} found."]
        if math.isnan(self.n_left):
            lines.append(
                f"Not known yet how many are left: {self.n_checks} of at least {LEAST_CHECKS} "
                "audit labels. session.draw(100) draws 100 items to label."
            )
        else:
            lines.append(
                f"About {count(self.n_left)} are left, {count(self.low)} to {count(self.high)} "
                f"with {percent(self.confidence)} confidence, from "
                f"{counted(self.n_checks, 'audit label')}."
            )
        if not math.isnan(self.expected):
            lines.append(f"The model's own figure, not measured: {count(self.expected)} left.")
        return lines


def remaining(session: Session, target: Any = None, *, confidence: float = 0.95) -> Remaining:
    """Estimate how many items of a class are left to find.

    Parameters
    ----------
    session : Session
        With some answers to random draws, see ``Session(..., audit=0.1)`` and `Session.draw`;
        without them only the model's own figure is told.
    target : str, optional
        The class; if left out, the one that the strategy looks for.
    confidence : float
        Of the interval, between 0 and 1. It holds however often you look.

    Returns
    -------
    Remaining
        ``print`` it.

    Raises
    ------
    ValueError
        If there is no such class, none is named, or the confidence is not between 0 and 1.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    LearnerError
        If the learner fails.
    StoreError
        If the log cannot be read.

    Notes
    -----
    Where to search for more items of a class says nothing about how many there are: only the items
    that were drawn at random do. `nblabel.audit` estimates from them how much of the pool each
    class is; less what was found, this is what is left. To draw from what is left and to count the
    hits is called an elusion test in the review of documents (Roitblat, "Search and Information
    Retrieval Science", The Sedona Conference Journal, 2007). A class of one item in a thousand
    needs thousands of draws before the interval says much.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, data.classes, strategy=nb.strategies.Find("8"))
    >>> for index in [*range(10), *session.draw(40)]:
    ...     _ = session.tell(index, data.classes[data.labels[index]])
    >>> left = nb.remaining(session)
    >>> left.low <= (data.labels == 8).sum() - left.n_found <= left.high
    True
    """
    check_session(session)
    check_confidence(confidence)
    if target is None:
        target = getattr(session.strategy, "target", None)
    if target is None:
        raise ValueError("no class is named; pass one: remaining(session, 'crack').")
    name = session.class_of(target)
    report = audit(session, confidence=confidence)
    code = session.classes.index(name)
    y = session.learned_from(accepted=False)
    is_of_class = y[:, code] == 1 if session.multi_label else y == code
    left = (y[:, code] if session.multi_label else y) < 0
    found = int(is_of_class.sum())
    expected = math.nan
    if (session.y >= 0).any():
        expected = float(session.refit(1).proba[left, code].sum())
    low, middle, high = left_by_audit(report, name, len(y), found, int(left.sum()))
    return Remaining(name, found, middle, low, high, expected, report.n_checks, confidence)


def left_by_audit(
    report: AuditReport, name: str, n: int, n_found: int, n_open: int
) -> tuple[int, float, int]:
    """Return how many items of a class are left by an audit: at least, about, and at most.

    Parameters
    ----------
    report : AuditReport
    name : str
        The class.
    n, n_found, n_open : int
        Items of the pool, those of the class that were found, and those without a label.
    """
    if not report.n_checks:
        return 0, math.nan, n_open
    shares = report.table[["share_low", "share", "share_high"]].loc[name].to_numpy(float)
    # short of rounding: a share times the pool is a whole number
    least, about, most = (round(n * float(one) - n_found, 6) for one in shares)
    low, high = max(0, math.ceil(least)), min(n_open, math.floor(most))
    return low, min(max(about, low), high) if report.is_known else math.nan, high
