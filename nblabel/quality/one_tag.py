"""One tag of a session, as sets of predictions are tested: a project with two classes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.events import LabelEvent, Tags
from nblabel.log.state import LabelState
from nblabel.log.tag_state import OPEN, is_by_model
from nblabel.quality import NO_ANSWER
from nblabel.quality.trials import END, Predictions, Trials
from nblabel.session import sampling
from nblabel.session.tag_engine import LIKELY

if TYPE_CHECKING:
    from nblabel.session import Session

ANSWERS = ("no", "yes")


class TagAnswers:
    """What people had answered before a place in the log, and what was learned from it.

    The learner learns all tags at once: the tags of a session share what is found here.

    Parameters
    ----------
    session : Session
        With several tags an item.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[int, Any] = {}

    def of_people(self, seq: int) -> Any:
        """Return yes, no and not answered as 1, 0 and -1, (n, n_classes)."""
        session = self._session
        if seq == END:
            return session.learned_from(accepted=False)
        known = (event for event in session.events() if event.seq < seq)
        state = LabelState(
            None, known, session.pool.missing, multi_label=True, parents=session.parents
        )
        tags = state.tags
        assert tags is not None, "made for several tags"
        codes = np.full((len(session.pool), len(session.classes)), OPEN, dtype=np.int8)
        rows = session.pool.find(tags.items)
        codes[rows[rows >= 0]] = tags.codes(tags.items, session.classes)[rows >= 0]
        return np.where((codes < 0) | is_by_model(codes), OPEN, codes & 1).astype(np.int8)

    def predicted(self, seq: int) -> Any:
        """Return the answers, and where there is none what the model predicts; 1 and 0."""
        if seq not in self._found:
            y = self.of_people(seq)
            proba = self._session.engine.learner_anew().update(y.copy(), y.shape[1])
            self._found[seq] = np.where(y >= 0, y, proba >= LIKELY).astype(np.int8)
        return self._found[seq]


class OneTag:
    """What `Trials` and reports ask of a session, about one tag.

    Its classes are "no" and "yes", as the log has them in a draw: texts of `Tags`.

    Parameters
    ----------
    session : Session
        With several tags an item.
    tag : str
        One of its classes.
    """

    def __init__(self, session: Session, tag: str) -> None:
        self._session = session
        self.name, self.code = tag, session.classes.index(tag)
        self.classes = (Tags(no=(tag,)).text, Tags(yes=(tag,)).text)
        self.pool, self.embeddings, self.engine = session.pool, session.embeddings, session.engine
        self.random_state, self.numbering = session.random_state, session.numbering

    @property
    def as_session(self) -> Session:
        """Itself, for what asks no more of a session than is here."""
        return cast("Session", self)

    @property
    def is_there(self) -> bool:
        """Whether the tag is called and placed as it was."""
        return self._session.classes[self.code : self.code + 1] == (self.name,)

    @property
    def y(self) -> IntArray:
        """Class numbers, (n,), a copy: 1 for yes, 0 for no, -1 where that is not answered."""
        return cast("IntArray", self._session.y[:, self.code].astype(np.intp))

    @property
    def accepted(self) -> IntArray:
        """Positions of which the model answered."""
        return np.flatnonzero(sampling.is_by_model(self._session, self.code))

    @property
    def unanswered(self) -> IntArray:
        """Positions of which nobody answered, and that nobody skipped, flagged or was unsure of."""
        return np.flatnonzero(sampling.without_answer(self._session, self.code))

    @property
    def state(self) -> Any:
        """The draws, and the items of which labels were withdrawn."""
        state = self._session.state
        return SimpleNamespace(draws=state.draws, taken_back=state.taken_back)

    def refresh(self) -> None:
        """As `Session.refresh`."""
        self._session.refresh()

    def refit(self, n: int) -> Any:
        """As `Session.refit`."""
        return self._session.refit(n)

    def snapshot(self) -> Any:
        """As `Session.snapshot`, of which only the retired classes are asked: here are none."""
        return SimpleNamespace(retired=np.empty(0, dtype=np.intp))

    def draw(self, n: int, among: IntArray, **predicted: Any) -> IntArray:
        """As `Session.draw`."""
        return self._session.draw(n, among, **predicted)

    def accept(
        self, index: Sequence[int], labels: Sequence[str], *, uid: str | None = None
    ) -> LabelEvent:
        """Accept "yes" or "no" for some items; as `Session.accept`."""
        return accept(self._session, {self.code: dict(zip(index, labels, strict=True))}, uid)

    def corrected(self) -> IntArray:
        """Return the positions of accepted answers that people replaced by the other one."""
        session, y = self._session, self.y
        y[self.accepted] = NO_ANSWER
        by_model = (
            event for event in session.events() if event.source == "model" and event.kind == "tags"
        )
        given = {item for event in by_model for item in event.ids}
        rows = session.pool.find(given)
        answered = [row for row in np.unique(rows[rows >= 0]).tolist() if y[row] != NO_ANSWER]
        found = [row for row in answered if self._was_accepted(row, self.classes[1 - y[row]])]
        return np.array(found, dtype=np.intp)

    def _was_accepted(self, row: int, text: str) -> bool:
        item, asked = self.pool.ids[row], Tags.of(text)
        accepted = (
            Tags.of(event.labels[event.ids.index(item)])
            for event in self._session.state.history(item)
            if event.kind == "tags" and event.source == "model"
        )
        return any({*asked.yes} <= {*tags.yes} and {*asked.no} <= {*tags.no} for tags in accepted)


def accept(
    session: Session, answers: dict[int, dict[int, str]], uid: str | None = None
) -> LabelEvent:
    """Accept answers of the model about several tags, in one step.

    Parameters
    ----------
    session : Session
    answers : dict of int to dict
        For each class number "yes" or "no", by position.
    uid : str, optional
        As for `Session.accept`.
    """
    rows = np.unique(np.concatenate([np.array(list(some), np.intp) for some in answers.values()]))
    values = np.full((len(rows), len(session.classes)), OPEN, dtype=np.int8)
    for code, some in answers.items():
        yes = np.array([answer == ANSWERS[1] for answer in some.values()], dtype=np.int8)
        values[np.searchsorted(rows, np.array(list(some), np.intp)), code] = yes
    return session.accept(rows, values, uid=uid)


class TagTrials(Trials):
    """The sets of one tag that were tested, and those that could be.

    Parameters
    ----------
    tag : OneTag
    answers : TagAnswers
        Of the same session.
    """

    def __init__(self, tag: OneTag, answers: TagAnswers) -> None:
        self._tag, self._answers = tag, answers
        super().__init__(tag.as_session)

    @cached_property
    def corrected(self) -> IntArray:
        """Positions of accepted answers that people replaced by the other one."""
        return self._tag.corrected()

    @property
    def is_current(self) -> bool:
        """Whether people have answered nothing since, and the tag is what it was."""
        return self._tag.is_there and super().is_current

    def predictions(self, seq: int = END) -> Predictions:
        """Return the predictions of a model that learned what people answered up to a place."""
        if seq not in self._predictions:
            codes = self._answers.predicted(seq)[:, self._tag.code].astype(np.intp)
            self._predictions[seq] = Predictions(self._session, codes)
        return self._predictions[seq]

    def _labels(self, seq: int) -> IntArray:
        found = self._answers.of_people(seq)[:, self._tag.code]
        return cast("IntArray", found.astype(np.intp))
