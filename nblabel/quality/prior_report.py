"""How good a prior turned out to be, from the labels and from what was drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import IntArray
from nblabel.learners.prior import FADING, START
from nblabel.learners.tag_prior import TagPrior
from nblabel.quality.audit_report import LEAST_CHECKS
from nblabel.quality.tag_prior_report import TagPriorReport, tag_report_of
from nblabel.session.sampling import weights
from nblabel.system.format import count, counted, percent, significant
from nblabel.system.report import Report, check_session

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

UNKNOWN = -1  # as in `Prior.likeliest`


@dataclass(frozen=True, repr=False, eq=False)
class PriorReport(Report):
    """How often the class that a prior finds likeliest is right. ``print`` it.

    Attributes
    ----------
    n_labels : int
        Items that people were asked about and labeled, and of which the prior says something.
        Labels in bulk do not count.
    n_right : int
        Of those, how many the prior has right.
    n_checks : int
        Audit labels: items drawn at random and labeled by a person, of which the prior says
        something.
    n_checks_right : int
        Of those, how many the prior has right.
    accuracy : float
        Share of the items that the prior has right, of those that nobody had labeled when they were
        drawn: estimated from the audit labels. NaN with less than 30.
    trust : float
        How much it counts beside what is learned, before the trust fades: 0.7 at the start, 0 where
        it is not used, above 1 where it is right more often than it claims.
    table : DataFrame
        A row for each class: predicted, the items of the pool for which the prior finds it
        likeliest; labels, those of them that were asked and labeled; right, those where it is the
        label.
    """

    n_labels: int
    n_right: int
    n_checks: int
    n_checks_right: int
    accuracy: float
    trust: float
    table: pd.DataFrame

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        trust = (
            f"Its trust is {significant(self.trust, 2)}, of {START} at the start; it fades, to a "
            f"half at {FADING} labels."
        )
        if not self.n_labels:
            return ["Prior: how good it is shows with the first labels.", trust]
        of_all = f"{count(self.n_right)} of {counted(self.n_labels, 'labeled item')}"
        share = percent(self.n_right / self.n_labels, 2)
        lines = [
            f"Prior: right for {of_all} ({share}), trust {significant(self.trust, 2)}.",
            "Those were chosen by the strategy: in the rest of the pool it may be better or worse.",
        ]
        if self.n_checks < LEAST_CHECKS:
            lines.append(
                f"Its accuracy is not known yet: {self.n_checks} of at least {LEAST_CHECKS} audit "
                "labels."
            )
        else:
            checks = counted(self.n_checks, "audit label")
            lines.append(
                f"Of items drawn at random it has about {percent(self.accuracy, 2)} right, by "
                f"{checks}."
            )
        return [*lines, trust]


def prior_report(session: Session) -> PriorReport | TagPriorReport:
    """Tell how good the prior of a session turned out to be.

    Parameters
    ----------
    session : Session
        One that was given a ``prior=``.

    Returns
    -------
    PriorReport or TagPriorReport
        ``print`` it; ``.table`` has a row for each class. The latter with several tags an item.

    Raises
    ------
    ValueError
        If the session has no prior.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    LearnerError
        If the learner fails.
    StoreError
        If the log cannot be read.

    Notes
    -----
    An item of which the prior says nothing, all classes being alike, counts nowhere. An audit label
    has one over the chance of being asked about as its weight, see `nblabel.session.sampling`.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> truth = [data.classes[code] for code in data.labels]
    >>> session = nb.Session(data.images, data.classes, prior=truth)
    >>> _ = session.tell([0, 1, 2, 3], truth[:4])
    >>> report = nb.prior_report(session)
    >>> report.n_right, report.n_labels
    (4, 4)
    """
    check_session(session)
    session.refresh()
    session.refit(1)
    return report_of(session)


def report_of(session: Session) -> PriorReport | TagPriorReport:
    """Return the report of a session that is up to date; `prior_report` has the rest."""
    import pandas as pd

    prior = session.engine.prior
    if prior is None:
        raise ValueError("this session has no prior; pass one: Session(pool, classes, prior=...).")
    if isinstance(prior, TagPrior):
        return tag_report_of(session, prior, *_checks(session))
    found = prior.likeliest
    y = session.y
    asked = np.setdiff1d(session.labeled, session.bulk)
    asked = asked[found[asked] != UNKNOWN]
    right = found[asked] == y[asked]
    drawn, weight = _checks(session)
    known = found[drawn] != UNKNOWN
    drawn, weight = drawn[known], weight[known]
    checked = found[drawn] == y[drawn]
    enough = len(drawn) >= LEAST_CHECKS
    names = session.classes
    predicted = found[found != UNKNOWN]
    trust = session.engine.trust
    return PriorReport(
        n_labels=len(asked),
        n_right=int(right.sum()),
        n_checks=len(drawn),
        n_checks_right=int(checked.sum()),
        accuracy=float(np.average(checked, weights=weight)) if enough else np.nan,
        trust=START if trust is None else float(trust),
        table=pd.DataFrame(
            {
                "predicted": np.bincount(predicted, minlength=len(names)),
                "labels": np.bincount(found[asked], minlength=len(names)),
                "right": np.bincount(found[asked][right], minlength=len(names)),
            },
            index=pd.Index(names, name="class"),
        ),
    )


def _checks(session: Session) -> tuple[IntArray, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return positions drawn at random and labeled by people since, and their weights."""
    found: dict[int, float] = {}
    people = set(session.labeled.tolist())
    for event in session.state.draws:
        if event.frame != session.numbering.whole:
            continue
        rows = session.pool.indices_of(event.ids).tolist()
        for row, weight in zip(rows, weights(event)[0].tolist(), strict=True):
            if weight > 0 and row in people:
                found.setdefault(row, weight)
    rows = np.fromiter(found, dtype=np.intp, count=len(found))
    return rows, np.fromiter(found.values(), dtype=np.float64, count=len(found))
