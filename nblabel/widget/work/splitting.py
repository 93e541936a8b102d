"""Sorting the items of a class that is split: what is proposed, and what is asked again."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.explore.clusters import cluster
from nblabel.session import Session
from nblabel.session.searching import SINGULAR
from nblabel.strategies import Reason
from nblabel.widget.panel.again import Again
from nblabel.widget.panel.answers import acknowledgement, refusal, words_of
from nblabel.widget.panel.pages import Page
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import classes as text
from nblabel.widget.work.worker import Task, Worker

QUICK = 5_000  # items; more are divided from small random parts of them


@dataclass(frozen=True)
class _Proposal:
    """Groups of the items of a class."""

    rows: IntArray
    groups: IntArray


class Splits:
    """Proposes groups for a class, and asks its items again until they are sorted.

    What is left to sort is in the log, so it is there after a restart; what is proposed for it then
    comes from the items that were sorted.

    Parameters
    ----------
    session, state, worker
    again : Again
        Opens items that have an answer.
    want : callable
        Called with items to be asked next, and the reason of each.
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        worker: Worker,
        again: Again,
        want: Callable[[Sequence[int], Sequence[Reason]], None],
        send: Callable[..., None],
    ) -> None:
        self._session, self._state, self._worker = session, state, worker
        self._again, self._want, self._send = again, want, send
        self._proposals: dict[str, _Proposal] = {}
        self._waiting: tuple[Page, dict[str, Any]] | None = None  # for the embeddings
        self._name = ""  # the class that is being sorted
        self._asked: frozenset[int] = frozenset()

    def propose(self, page: Page, content: dict[str, Any]) -> None:
        """Answer a "propose_split": divide the items of a class into groups, aside."""
        session, n = self._session, int(content["n"])

        def tell(caption: str, sizes: Sequence[int] = (), *buffers: bytes) -> None:
            message = {"type": "proposal", "request": content["request"], "to": page.id}
            self._send({**message, "sizes": list(sizes), "text": caption}, list(buffers))

        try:
            name = session.class_of(content["name"])
        except ValueError as error:
            tell(str(error))
            return
        self._waiting = (page, content) if session.awaits_embeddings else None
        if self._waiting is not None:
            tell(text.NOT_EMBEDDED)
            return
        split = name in session.splits
        rows = session.unsorted(name) if split else self._members(name)
        if len(rows) < 2:
            tell(text.TOO_FEW)
            return
        X, seed = session.embeddings[rows], session.random_state

        def done(found: IntArray | Exception) -> None:
            if isinstance(found, Exception):
                raise found
            self._proposals[name] = _Proposal(rows, found)
            sizes = np.bincount(found).tolist()
            order = rows[np.lexsort((_apart(X, found), found))]
            tell(text.groups_proposed(name, len(sizes)), sizes, order.astype(np.uint32).tobytes())

        self._worker.run("split", Task(work=lambda _: _divided(X, n, seed), done=done))

    def sort(self, page: Page, name: str, groups: Sequence[str]) -> tuple[int, str] | None:
        """Ask what is left to sort of a class; `groups` names those that were proposed, if any.

        Returns the item to put on screen, and what to say.
        """
        session = self._session
        known = name in session.classes and name in session.splits
        left = session.unsorted(name) if known else np.empty(0, dtype=np.intp)
        if not len(left):
            self._send({"type": "announce", "text": text.NOTHING_TO_SORT, "to": page.id})
            return None
        into = session.splits[name]
        labels, share = self._proposed(name, left, groups)
        order = np.argsort(share, kind="stable") if labels else np.arange(len(left))
        self._state.hints = {
            int(left[at]): {"label": labels[at], "confidence": round(float(share[at]), 4)}
            for at in range(len(labels))
        }
        self._name, self._asked = name, frozenset(left.tolist())
        self._state.sorting = self._asked
        asked = left[order].tolist()
        self._again.ask(asked)
        self._want(asked, [text.why_sorted(name, into)] * len(asked))
        self.follow()
        noun = SINGULAR[session.pool.kind]
        return asked[0], text.asked_to_sort(len(asked), noun, bool(labels))

    def end(self, uid: str, name: str, proposed: bool) -> None:
        """Sort what is left as proposed, or leave it in the class; one step, and acknowledge it."""
        session = self._session
        try:
            left = session.unsorted(name)
            if not len(left) and not session.knows(uid):
                raise ValueError(text.NOTHING_TO_SORT)
            labels, _ = self._proposed(name, left, ()) if proposed else ([name] * len(left), None)
            if not labels and not session.knows(uid):
                raise ValueError(text.NO_PROPOSAL)
            session.tell(left, labels, uid=uid)
        except Exception as error:  # noqa: BLE001  it is told in the row
            self._send(refusal(uid, words_of(error)))
            return
        self._send(acknowledgement(uid, text.rest_sorted(name, len(left), proposed)))

    def follow(self) -> None:
        """Something changed: tell how far it is, and end what is sorted or not split any more."""
        session = self._session
        if self._waiting is not None and not session.awaits_embeddings:
            self.propose(*self._waiting)
        if not self._name:
            return
        self._name = session.state.class_list.called_now(self._name)
        there = self._name in session.splits
        left = self._asked & {*session.unsorted(self._name).tolist()} if there else frozenset()
        self._state.sorting = frozenset(left)
        sorted_ones = self._asked - left
        hints = self._state.hints
        self._state.hints = {i: hint for i, hint in hints.items() if i not in sorted_ones}
        if left:
            caption = text.sorting(self._name, len(left), len(self._asked))
            self._state.say("sorting", caption)
            return
        if not there and any(map(self._again.is_open, self._asked)):
            self._again.ask([])
            self._want([], [])
        self._name = ""
        self._state.say("sorting", "")

    # inside

    def _members(self, name: str) -> IntArray:
        code = self._session.classes.index(name)
        rows: IntArray = np.flatnonzero(self._session.y == code)
        return rows

    def _proposed(
        self, name: str, rows: IntArray, groups: Sequence[str]
    ) -> tuple[list[str], FloatArray]:
        """Return the class whose mean is nearest to each item, and how much nearer it is.

        The mean of a class is that of the items that were sorted into it; before the first one,
        that of the groups which have its name.
        """
        means = self._means(name, groups)
        none: FloatArray = np.zeros(len(rows), dtype=np.float32)
        if len(means) < 2 or self._session.awaits_embeddings:
            return [], none
        names, centers = list(means), np.stack(list(means.values()))
        X = self._session.embeddings[rows]
        squared = np.stack([((X - center) ** 2).sum(axis=1) for center in centers], axis=1)
        nearest = np.argsort(squared, axis=1, kind="stable")[:, :2]
        first, second = np.take_along_axis(squared, nearest, axis=1).T
        share: FloatArray = (second / np.maximum(first + second, 1e-12)).astype(np.float32)
        return [names[at] for at in nearest[:, 0].tolist()], share

    def _means(self, name: str, groups: Sequence[str]) -> dict[str, FloatArray]:
        session = self._session
        split = session.state.class_list.splits.get(name)
        if split is None:
            return {}
        answers, ids, X, y = session.state.answers, session.pool.ids, session.embeddings, session.y
        means: dict[str, FloatArray] = {}
        proposal = self._proposals.get(name)
        if proposal is not None and groups:
            named = [*map(session.state.class_list.called_now, groups)]
            for one in dict.fromkeys(named):
                numbers = [at for at, other in enumerate(named) if other == one]
                rows = proposal.rows[np.isin(proposal.groups, numbers)]
                if one in session.classes and len(rows):
                    means[one] = X[rows].mean(axis=0)
        for one in (*split.into, name):
            if one not in session.classes:
                continue
            rows = np.flatnonzero(y == session.classes.index(one))
            since = [answers[ids[row]].event.seq > split.seq for row in rows.tolist()]
            if any(since):
                means[one] = X[rows[np.array(since)]].mean(axis=0)
        return means


def _divided(X: FloatArray, n: int, seed: int) -> IntArray:
    """Return the group of each item."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fewer groups, where the items are equal
        return cluster(X, n, "kmeans" if len(X) <= QUICK else "minibatch", random_state=seed)


def _apart(X: FloatArray, groups: IntArray) -> FloatArray:
    """Return how far each item is from the mean of its group."""
    apart = np.zeros(len(X), dtype=np.float32)
    for group in np.unique(groups).tolist():
        of_it = groups == group
        apart[of_it] = ((X[of_it] - X[of_it].mean(axis=0)) ** 2).sum(axis=1)
    return apart
