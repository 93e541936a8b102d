"""How good a prior of tags turned out to be; as `nblabel.quality.prior_report`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nblabel.arrays import IntArray
from nblabel.learners.prior import FADING, START
from nblabel.learners.tag_prior import TagPrior
from nblabel.quality.audit_report import LEAST_CHECKS
from nblabel.session.tag_engine import LIKELY
from nblabel.system.format import count, counted, percent, significant
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session


@dataclass(frozen=True, repr=False, eq=False)
class TagPriorReport(Report):
    """How often a prior of tags is right: by it, an item has those of at least 0.5. ``print`` it.

    Attributes
    ----------
    n_yes, n_no : int
        Answers of people that an item has a tag, and that it has not, of which the prior says
        something.
    n_yes_right, n_no_right : int
        Of those, how many the prior has right.
    n_checks : int
        Audit labels: items drawn at random and answered by a person, of which the prior says
        something.
    accuracy : float
        Share of all pairs of item and tag that the prior has right, of those that nobody had
        answered when they were drawn: estimated from the audit labels. NaN with less than 30.
    table : DataFrame
        A row for each tag: predicted, the items of the pool that have it by the prior; yes and no,
        the answers; yes_right and no_right, those of them that the prior has right; trust, how much
        it counts beside what is learned, before the trust fades: 0.7 at the start, 0 where it is
        not used, NaN for a tag without a prior.
    """

    n_yes: int
    n_no: int
    n_yes_right: int
    n_no_right: int
    n_checks: int
    accuracy: float
    table: pd.DataFrame

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        trusts = self.table["trust"].dropna()
        if trusts.empty:
            return ["Prior: nothing is known of any of these tags."]
        low, high = (significant(float(one), 2) for one in (trusts.min(), trusts.max()))
        found = low if low == high else f"{low} to {high}"
        trust = (
            f"The trust is estimated for each tag, and is {found}, "
            f"of {START} at the start; it fades, to a half once there are {FADING // 2} answers of "
            "the rarer kind."
        )
        if not self.n_yes + self.n_no:
            return ["Prior: how good it is shows with the first answers.", trust]
        parts = [
            f"{count(right)} of {counted(n, *nouns)} ({percent(right / n, 2)})"
            for right, n, nouns in (
                (self.n_yes_right, self.n_yes, ("answer “yes”", "answers “yes”")),
                (self.n_no_right, self.n_no, ("answer “no”", "answers “no”")),
            )
            if n
        ]
        return [
            f"Prior: right about {' and '.join(parts)}.",
            "The items were chosen by the strategy: in the rest of the pool it may differ.",
            self._of_all(),
            trust,
        ]

    def _of_all(self) -> str:
        if self.n_checks < LEAST_CHECKS:
            return (
                f"Its accuracy is not known yet: {self.n_checks} of at least {LEAST_CHECKS} audit "
                "labels."
            )
        return (
            f"Of all pairs of item and tag it has about {percent(self.accuracy, 2)} right, by "
            f"{counted(self.n_checks, 'audit label')}."
        )


def tag_report_of(
    session: Session, prior: TagPrior, drawn: IntArray, weights: npt.NDArray[np.float64]
) -> TagPriorReport:
    """Return the report of a session that is up to date.

    Parameters
    ----------
    session : Session
    prior : TagPrior
    drawn : ndarray of shape (m,), intp
        Items drawn at random and answered by people since.
    weights : ndarray of shape (m,), float64
        What each counts, so that the others of the pool are stood for.
    """
    import pandas as pd

    names = session.classes
    said = prior.given[:, : len(names)] >= LIKELY
    rows = session.labeled
    answers = session.learned_from(accepted=False)[rows]
    unknown = np.isnan(prior.given[rows, : len(names)])
    yes, no = (answers == 1) & ~unknown, (answers == 0) & ~unknown
    right = np.where(yes, said[rows], no & ~said[rows])
    table = pd.DataFrame(
        {
            "predicted": said.sum(axis=0),
            "yes": yes.sum(axis=0),
            "yes_right": (yes & right).sum(axis=0),
            "no": no.sum(axis=0),
            "no_right": (no & right).sum(axis=0),
        },
        index=pd.Index(names, name="class"),
    )
    trust = session.engine.trust
    begun = np.where(prior.known[: len(names)], START, np.nan)
    table["trust"] = begun if trust is None or not np.size(trust) else trust
    places = np.searchsorted(rows, drawn)
    checked = (yes | no)[places]
    n_checks = int(checked.any(axis=1).sum())
    pairs = checked * weights[:, None]
    enough = n_checks >= LEAST_CHECKS
    accuracy = float((right[places] * pairs).sum() / pairs.sum()) if enough else np.nan
    sums = {name: int(table[name].sum()) for name in ("yes", "no", "yes_right", "no_right")}
    return TagPriorReport(
        **{f"n_{name}": total for name, total in sums.items()},
        n_checks=n_checks,
        accuracy=accuracy,
        table=table,
    )
