"""What `auto_label` found: error guarantees, and the labels that they hold for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.quality.trials import Trial, Trials
from nblabel.system.format import count, counted, percent
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.log.events import LabelEvent
    from nblabel.session import Session

SHOWN = 24  # pictures in a report
SIDE = 96  # pixels of such a picture


@dataclass(frozen=True)
class ErrorGuarantee:
    """What can be guaranteed for one set of items.

    Attributes
    ----------
    name : str
        A class, or "" for all.
    n_items : int
        Size of the set; 0 where no set is worth testing, and `why` says why.
    n_checks, n_wrong, n_skipped : int
        Items drawn from it and asked about; of them, those that were not what the model predicted,
        and those that were skipped or flagged, which count among the wrong ones.
    bound : float
        At most so large a share of the rest is wrong, at the confidence asked for.
    needed : int or None
        How many more answers would do, if the model is right about them; 0 where the guarantee
        holds; None where it cannot be given.
    n_accepted : int
        How many of the set have a label accepted from the model now.
    n_gone : int
        Items of the set that were not drawn and will not be accepted either: people labeled,
        skipped or flagged them besides.
    n_corrected : int
        Accepted labels of the set that people have replaced by another.
    why : str
        Why there is no set.
    """

    name: str
    n_items: int = 0
    n_checks: int = 0
    n_wrong: int = 0
    n_skipped: int = 0
    bound: float = 1.0
    needed: int | None = None
    n_accepted: int = 0
    n_gone: int = 0
    n_corrected: int = 0
    why: str = ""

    @property
    def n_rest(self) -> int:
        """How many would be accepted after the answers that are needed."""
        return max(self.n_items - self.n_checks - self.n_gone - (self.needed or 0), 0)

    @property
    def in_retrospect(self) -> str:
        """What can be said about an earlier step that the guarantee does not hold for."""
        corrected = f"; people corrected {count(self.n_corrected)}" if self.n_corrected else ""
        return (
            f"{self._prefix}Of {counted(self.n_accepted, 'label')} accepted in an earlier step, up "
            f"to {percent(self.bound)} may be wrong by now ({self._checked}{corrected})."
        )

    def __str__(self) -> str:
        if not self.n_items:
            return f"{self._prefix}{self.why}"
        if self.needed == 0:
            return (
                f"{self._prefix}{self._checked} of {count(self.n_items)}: at most "
                f"{percent(self.bound)} of the rest are wrong."
            )
        more = counted(self.needed, "more answer") if self.needed else "Only answers to all of them"
        if self.n_accepted and self.needed is None and self.n_corrected:
            return (
                f"{self._prefix}Of the labels accepted before, people corrected "
                f"{count(self.n_corrected)}. Of the {count(self.n_accepted)} that are left, more "
                f"may be wrong than is allowed ({self._checked}). Take the step back with undo, or "
                "see what nblabel.find_stale_labels finds."
            )
        if self.n_accepted:
            return (
                f"{self._prefix}Of {counted(self.n_accepted, 'label')} accepted before, up to "
                f"{percent(self.bound)} may be wrong ({self._checked}). {more} would bring that "
                "down to what is allowed, if the model is right about them; report.draw_checks() "
                "draws them. Or take the step back with undo."
            )
        if self.needed is None:
            return (
                f"{self._prefix}Only checking all {count(self.n_items)} by hand could guarantee "
                f"that ({self._checked})."
            )
        return (
            f"{self._prefix}{more} would let {counted(self.n_rest, 'item')} be accepted, if the "
            f"model is right about them ({self._checked}); report.draw_checks() draws them."
        )

    @property
    def _prefix(self) -> str:
        return f"{self.name}: " if self.name else ""

    @property
    def _checked(self) -> str:
        return f"{count(self.n_checks)} checked, {count(self.n_wrong)} wrong"


@dataclass(frozen=True, repr=False, eq=False)
class AutoLabelReport(Report):
    """What `auto_label` accepted, what it lacks, and what is left. ``print`` it.

    Attributes
    ----------
    max_error, confidence : float
        As asked for.
    guarantees : tuple of ErrorGuarantee
        One for all items, or one for each class.
    accepted : ndarray of intp
        Positions accepted now, the least confident first: worth a look.
    ready : ndarray of intp
        Positions that the guarantee holds for and that `accept` would accept, the least confident
        first; none unless `auto_label` was told not to accept.
    labels_ready : dict of int to str
        The labels of those.
    broken : tuple of ErrorGuarantee
        Of the sets that labels were accepted from in earlier steps, those for which `max_error`
        cannot be guaranteed any more, or never was.
    n_before : int
        Labels of the same sets that were accepted before: the guarantee is about all of them
        together.
    left : ndarray of intp
        Positions that nobody answered and no guarantee holds for, the least confident first.
    changed : ndarray of intp
        Positions of accepted labels, those of earlier steps included, for which the model now
        predicts another class, after all it has learned since.
    corrected : ndarray of intp
        Positions of accepted labels that people have replaced by another.
    curve : DataFrame
        The error–coverage curve, for sets of the most trusted predictions: class, share (of the
        pool), n_items, checks, wrong, guaranteed_error, answers_needed. Each row holds by itself,
        not all of them at once.
    sets : dict of str to ndarray of intp
        For each class of `curve` the positions of that set, the most trusted predictions first: a
        row is about the first `n_items` of them.
    """

    max_error: float
    confidence: float
    guarantees: tuple[ErrorGuarantee, ...]
    accepted: IntArray
    ready: IntArray
    left: IntArray
    changed: IntArray
    corrected: IntArray
    curve: pd.DataFrame
    sets: dict[str, IntArray]
    labels_ready: dict[int, str]
    broken: tuple[ErrorGuarantee, ...]
    n_before: int
    _session: Session = field(repr=False)
    _checks: dict[Trial, int] = field(repr=False)
    _trials: Trials = field(repr=False)

    @property
    def n_accepted(self) -> int:
        """How many labels were accepted now."""
        return len(self.accepted)

    @property
    def needed(self) -> int:
        """How many answers `draw_checks` would ask for."""
        return sum(self._checks.values())

    @property
    def is_current(self) -> bool:
        """Whether people have answered nothing since, so that it may be accepted."""
        return self._trials.is_current

    def draw_checks(self, n: int | None = None) -> IntArray:
        """Draw the items whose answers are needed. `Session.ask` and the panel ask them next.

        Parameters
        ----------
        n : int, optional
            At most so many for each guarantee, 1 at least; all that are needed if left out.

        Returns
        -------
        ndarray of intp
            Positions, in the order drawn. `auto_label` may be called again at any time.

        Raises
        ------
        ValueError
            If n is not positive, or labels have changed since this report; call `auto_label` again.
        LearnerError
            If the learner fails on the labels.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        if n is not None and n < 1:
            raise ValueError(f"n is {n!r}; it must be at least 1.")
        drawn = self._drawn(n)
        return np.concatenate(drawn) if drawn else np.empty(0, dtype=np.intp)

    def _drawn(self, n: int | None, **options: Any) -> list[IntArray]:
        """Draw checks for each guarantee, with further options of `Session.draw`."""
        return [
            self._trials.draw(trial, needed if n is None else min(n, needed), **options)
            for trial, needed in self._checks.items()
        ]

    def accept(self, *, uid: str | None = None) -> LabelEvent:
        """Accept the labels of the items in `ready`, in one step that one `undo` takes back.

        Parameters
        ----------
        uid : str, optional
            As for `Session.tell`.

        Returns
        -------
        LabelEvent
            As it was committed. Its ids are the items that were accepted.

        Raises
        ------
        ValueError
            If nothing can be guaranteed yet, or labels have changed since; call `auto_label` again.
        LearnerError
            If the learner fails on the labels.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        if not self.labels_ready:
            raise ValueError("nothing can be accepted yet; print the report for what is missing.")
        self._session.refresh()
        if not self._trials.is_current:
            raise ValueError("labels have changed since; call auto_label again before accepting.")
        return self._session.accept(
            list(self.labels_ready), list(self.labels_ready.values()), uid=uid
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each guarantee."""
        import pandas as pd

        columns = ["n_items", "n_checks", "n_wrong", "n_skipped", "bound", "needed", "n_accepted"]
        columns += ["n_gone"]
        rows = [[getattr(one, name) for name in columns] for one in self.guarantees]
        names = pd.Index([one.name or "all" for one in self.guarantees], name="class")
        return pd.DataFrame(rows, columns=columns, index=names).astype({"needed": "Int64"})

    def figure(self) -> Any:
        """Return the error–coverage curve as a plotly figure.

        Returns
        -------
        plotly.graph_objects.Figure
            See `nblabel.plots.error_coverage_curve`.
        """
        from nblabel.plots import error_coverage_curve

        return error_coverage_curve(self.curve, self.max_error)

    @cached_property
    def lines(self) -> list[str]:
        """The report in sentences."""
        lines = []
        before = f" and {count(self.n_before)} accepted before" if self.n_before else ""
        guaranteed = (
            f"at most {percent(self.max_error)} of them{before} wrong, with "
            f"{percent(self.confidence)} confidence."
        )
        if self.n_accepted:
            what = counted(self.n_accepted, "label")
            lines.append(f"{what} accepted: {guaranteed} One undo takes them back.")
        if len(self.ready):
            lines.append(f"{counted(len(self.ready), 'label')} can be accepted: {guaranteed}")
        lines += map(str, self.guarantees)
        lines += [f"{one.in_retrospect} Session.withdraw takes them back." for one in self.broken]
        if len(self.left):
            lines.append(
                f"{counted(len(self.left), 'item')} left, the least confident first in report.left."
            )
        if len(self.changed):
            lines.append(
                f"The model now predicts another class for {counted(len(self.changed), 'item')} "
                "with an accepted label; see report.changed."
            )
        if len(self.corrected):
            lines.append(
                f"People replaced {counted(len(self.corrected), 'accepted label')} by others; see "
                "report.corrected."
            )
        return lines

    def _repr_html_(self) -> str:
        from nblabel.quality.pages import pictures
        from nblabel.system.report import as_html

        pool, y, names = self._session.pool, self._session.y, self._session.classes
        shown = []
        for index in self.accepted[:SHOWN].tolist():
            pixels = pool.image(index, SIDE)
            if pixels is not None:
                shown.append((names[y[index]] if y[index] >= 0 else "", pixels))
        return as_html(
            self.lines, self.table, pictures("The least confident of the accepted labels", shown)
        )

    def page(self, path: Any) -> Path:
        """Write the report and its figure to an HTML file, whole or not at all.

        Parameters
        ----------
        path : path-like
            The file, which is replaced if it is there. A leading ``~`` is the home folder.

        Returns
        -------
        Path
            Where the file is.

        Raises
        ------
        FileNotFoundError, IsADirectoryError
            If the folder does not exist, or the path is one.
        MediaError
            If a picture that the report shows cannot be read.
        """
        from nblabel.quality.pages import write

        return write(path, "Labels accepted from the model", self._repr_html_(), self.figure())
