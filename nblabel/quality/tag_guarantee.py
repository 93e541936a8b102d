"""Tags from the model with an error guarantee, for "yes" and for "no" of each tag.

It comes about as `nblabel.quality.guarantee` says, with "yes" and "no" of a tag as the classes, and
with the same bound: at most so large a share of the items that were given the tag do not have it,
and at most so large a share of those that were denied it have it. All sets of a call share the
risk, as the classes do there. A check counts for a tag once that tag was answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.events import Tags
from nblabel.quality.guarantee_report import AutoLabelReport, ErrorGuarantee
from nblabel.quality.one_tag import ANSWERS, OneTag, TagAnswers, TagTrials, accept
from nblabel.quality.sets import Terms, report_on, try_sets
from nblabel.system.format import count, counted, percent
from nblabel.system.report import as_html

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.log.events import LabelEvent
    from nblabel.session import Session


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class TagAutoLabelReport(AutoLabelReport):
    """What `auto_label` accepted of several tags, what it lacks, and what is left. ``print`` it.

    Attributes
    ----------
    max_error, confidence : float
        As asked for.
    tags : dict of str to AutoLabelReport
        For each tag what `auto_label` found, with a guarantee for "yes" and one for "no". What
        is said there of labels is said of these answers.
    guarantees, broken : tuple of ErrorGuarantee
        Those of all tags.
    accepted, ready, left, changed, corrected : ndarray of intp
        Positions of the items of which that holds for any of the tags, ascending.
    labels_ready : dict of int to str
        What may be accepted of those, as a text of `nblabel.log.events.Tags`.
    n_before : int
        Answers of the same sets that were accepted before.
    curve : DataFrame
        The error–coverage curves of all guarantees.
    sets : dict of str to ndarray of intp
        The sets that those are about.
    table : DataFrame
        A row for each tag. Columns yes and no: items that have, and have not, the tag by an
        accepted answer; ready_yes, ready_no: those that may be accepted; left: items that nobody
        answered and no guarantee holds for; needed: answers that `draw_checks` would ask for.
    """

    tags: dict[str, AutoLabelReport]
    _table: pd.DataFrame = field(repr=False)

    @property
    def n_accepted(self) -> int:
        """How many answers about tags were accepted now: pairs of item and tag."""
        return sum(report.n_accepted for report in self.tags.values())

    @property
    def needed(self) -> int:
        """How many answers `draw_checks` would ask for; one item may give several."""
        return sum(report.needed for report in self.tags.values())

    @property
    def is_current(self) -> bool:
        """Whether people have answered nothing since, so that it may be accepted."""
        return all(report.is_current for report in self.tags.values())

    @property
    def table(self) -> pd.DataFrame:  # of the moment of the report
        """A row for each tag."""
        return self._table

    def draw_checks(self, n: int | None = None) -> IntArray:
        """Draw the items whose answers are needed. `Session.ask` asks them next.

        What is drawn for several tags is one item as far as that can be: to answer it in whole
        serves all of them.

        Parameters
        ----------
        n : int, optional
            At most so many for each guarantee, 1 at least; all that are needed if left out.

        Returns
        -------
        ndarray of intp
            Positions, each once. Answer them in whole with `Session.tell`, or the tag alone.

        Raises
        ------
        ValueError, LearnerError, StoreError
            As `AutoLabelReport.draw_checks`.
        """
        if n is not None and n < 1:
            raise ValueError(f"n is {n!r}; it must be at least 1.")
        self._session.refresh()
        together = len(self._session.state.draws)
        drawn = [
            rows
            for report in self.tags.values()
            for rows in report._drawn(n, together=together)  # noqa: SLF001  (made of these)
        ]
        found = dict.fromkeys(row for rows in drawn for row in rows.tolist())
        return np.fromiter(found, dtype=np.intp, count=len(found))

    def accept(self, *, uid: str | None = None) -> LabelEvent:
        """Accept what is `ready`, in one step that one `undo` takes back.

        Parameters
        ----------
        uid : str, optional
            As for `Session.tell`.

        Returns
        -------
        LabelEvent
            As it was committed. Its ids are the items of which any tag was accepted.

        Raises
        ------
        ValueError
            If nothing can be guaranteed yet, or labels have changed since; call `auto_label` again.
        LearnerError
            If the learner fails on the labels.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        if not len(self.ready):
            raise ValueError("nothing can be accepted yet; print the report for what is missing.")
        self._session.refresh()
        if not self.is_current:
            raise ValueError("labels have changed since; call auto_label again before accepting.")
        ready = {tag: report.labels_ready for tag, report in self.tags.items()}
        return _accept(self._session, ready, uid)

    @cached_property
    def lines(self) -> list[str]:
        """The report in sentences."""
        lines = []
        guaranteed = (
            f"at most {percent(self.max_error)} of those that were given a tag, and of those that "
            f"were denied it, wrong, with {percent(self.confidence)} confidence."
        )
        if self.n_accepted:
            what = counted(self.n_accepted, "answer")
            lines.append(f"{what} about tags accepted: {guaranteed} One undo takes them back.")
        if n_ready := sum(len(report.ready) for report in self.tags.values()):
            lines.append(f"{counted(n_ready, 'answer')} about tags can be accepted: {guaranteed}")
        for tag, row in self.table.iterrows():
            lines.append(
                f"{tag}: {count(row['yes'] + row['ready_yes'])} yes, "
                f"{count(row['no'] + row['ready_no'])} no, {count(row['left'])} left."
            )
        lines += map(str, self.guarantees)
        lines += [f"{one.in_retrospect} Session.withdraw takes them back." for one in self.broken]
        return lines

    def _repr_html_(self) -> str:
        return as_html(self.lines, self.table)


def auto_label_tags(
    session: Session,
    max_error: float,
    confidence: float,
    share: float | None,
    tags: Sequence[str] | None,
    *,
    accept: bool,
) -> TagAutoLabelReport:
    """Accept answers about tags with an error guarantee; as `nblabel.auto_label`."""
    session.refresh()
    if not session.n_labeled:
        raise ValueError(
            "nothing was learned yet: label some items before the model labels others."
        )
    names = _named(session, tags)
    terms = Terms(max_error, confidence, (1 - confidence) / (2 * len(names)), share)
    answers = TagAnswers(session)
    tried = {}
    for name in names:
        tag = OneTag(session, name)
        trials = TagTrials(tag, answers)
        tried[name] = (tag, trials, *try_sets(tag.as_session, trials, tag.classes[::-1], terms))
    ready = {
        name: {row: _answer(tag, label) for row, label in labels.items()}
        for name, (tag, _, _, labels, _) in tried.items()
    }
    if accept and any(ready.values()):
        _accept(session, ready)
    reports = {
        name: _named_alike(
            name,
            tag,
            report_on(tag.as_session, trials, sets, labels, terms, n_before, accepted=accept),
        )
        for name, (tag, trials, sets, labels, n_before) in tried.items()
    }
    table = _table({name: (tag, reports[name]) for name, (tag, *_) in tried.items()})
    return _all_of(session, reports, ready if not accept else {}, table)


def _all_of(
    session: Session,
    reports: dict[str, AutoLabelReport],
    ready: dict[str, dict[int, str]],
    table: pd.DataFrame,
) -> TagAutoLabelReport:
    import pandas as pd

    each = list(reports.values())
    labels: dict[int, dict[str, tuple[str, ...]]] = {}
    for name, answers in ready.items():
        for row, answer in answers.items():
            votes = labels.setdefault(row, dict.fromkeys(ANSWERS, ()))
            votes[answer] = (*votes[answer], name)
    return TagAutoLabelReport(
        max_error=each[0].max_error,
        confidence=each[0].confidence,
        guarantees=tuple(one for report in each for one in report.guarantees),
        accepted=_any([report.accepted for report in each]),
        ready=_any([report.ready for report in each]),
        left=_any([report.left for report in each]),
        changed=_any([report.changed for report in each]),
        corrected=_any([report.corrected for report in each]),
        curve=pd.concat([report.curve for report in each], ignore_index=True),
        sets={name: rows for report in each for name, rows in report.sets.items()},
        labels_ready={
            row: Tags(yes=votes["yes"], no=votes["no"]).text for row, votes in labels.items()
        },
        broken=tuple(one for report in each for one in report.broken),
        n_before=sum(report.n_before for report in each),
        tags=reports,
        _session=session,
        _checks={},
        _trials=each[0]._trials,  # noqa: SLF001  (each tag has its own)
        _table=table,
    )


def _any(each: list[IntArray]) -> IntArray:
    found: IntArray = np.unique(np.concatenate(each))
    return found


def _table(reports: dict[str, tuple[OneTag, AutoLabelReport]]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, (tag, report) in reports.items():
        given, ready = tag.y[tag.accepted], list(report.labels_ready.values())
        rows.append(
            {
                "tag": name,
                "yes": int((given == 1).sum()),
                "no": int((given == 0).sum()),
                "ready_yes": ready.count("yes"),
                "ready_no": ready.count("no"),
                "left": len(report.left),
                "needed": report.needed,
            }
        )
    return pd.DataFrame(rows).set_index("tag")


def _named(session: Session, tags: Sequence[str] | None) -> tuple[str, ...]:
    if tags is None:
        return session.classes
    given: Iterable[str] = [tags] if isinstance(tags, str) else tags
    names = tuple(dict.fromkeys(map(session.class_of, given)))
    if not names:
        raise ValueError("tags= names none; leave it out for all.")
    return names


def _accept(
    session: Session, ready: dict[str, dict[int, str]], uid: str | None = None
) -> LabelEvent:
    codes = {session.classes.index(tag): some for tag, some in ready.items() if some}
    return accept(session, codes, uid)


def _answer(tag: OneTag, text: str) -> str:
    return ANSWERS[tag.classes.index(text)]


def _named_alike(name: str, tag: OneTag, report: AutoLabelReport) -> AutoLabelReport:
    """Return a report in which classes are called by the tag and its answer."""
    called = {text: f"{name}, {_answer(tag, text)}" for text in tag.classes}

    def named(some: tuple[ErrorGuarantee, ...]) -> tuple[ErrorGuarantee, ...]:
        return tuple(replace(one, name=called[one.name]) for one in some)

    return replace(
        report,
        guarantees=named(report.guarantees),
        broken=named(report.broken),
        curve=report.curve.assign(**{"class": report.curve["class"].map(called)}),
        sets={called[text]: rows for text, rows in report.sets.items()},
        labels_ready={row: _answer(tag, text) for row, text in report.labels_ready.items()},
    )
